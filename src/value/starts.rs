//! What a session has started, and how much of that nobody has waited for yet: with this the prompt
//! knows which of its inputs belong together.
//!
//! A thread counts as waited for once it was joined or its result was taken; so is a task of a pool, and
//! all tasks of a pool are when it was shut down. What an event loop runs has ended when the loop
//! has. In doubt something counts as not waited for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::object::{Attempt, Call, Effects, Object, Verb};
use super::{FaultKind, Value};

/// The account of the threads that belong to no pool. Pools have their own numbers, from 1.
const THREADS: u64 = u64::MAX;

/// The counts of one session.
#[derive(Debug, Default)]
pub struct Starts {
    /// How often something was started.
    count: AtomicU64,
    /// How many threads and tasks of pools nobody has waited for.
    owed: AtomicU64,
    /// The tasks of each pool among them, by the number of the pool.
    pools: Mutex<BTreeMap<u64, u64>>,
}

/// The counts at one moment.
#[derive(Clone, Debug)]
pub struct StartsMark {
    count: u64,
    owed: u64,
    pools: BTreeMap<u64, u64>,
}

impl Starts {
    /// How often something was started that runs beside who starts it.
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether everything that was started was waited for.
    pub fn are_joined(&self) -> bool {
        self.owed.load(Ordering::Relaxed) == 0
    }

    /// Forgets what was not waited for: it was ended from outside.
    pub fn give_up(&self) {
        self.owed.store(0, Ordering::Relaxed);
        self.pools.lock().clear();
    }

    /// The counts as they are now.
    pub fn mark(&self) -> StartsMark {
        StartsMark {
            count: self.count(),
            owed: self.owed.load(Ordering::Relaxed),
            pools: self.pools.lock().clone(),
        }
    }

    /// Makes the counts what they were.
    pub fn restore(&self, mark: &StartsMark) {
        self.count.store(mark.count, Ordering::Relaxed);
        self.owed.store(mark.owed, Ordering::Relaxed);
        self.pools.lock().clone_from(&mark.pools);
    }

    /// Whether the answer to this can change the counts by more than what it starts: most cannot, and
    /// are not looked at.
    #[inline]
    pub(super) fn are_concerned_by(verb: Verb) -> bool {
        matches!(
            verb,
            Verb::Start
                | Verb::Submit
                | Verb::Map
                | Verb::Join
                | Verb::Result
                | Verb::Exception
                | Verb::Item
                | Verb::Next
                | Verb::Finish
                | Verb::Fail
                | Verb::Resolve
                | Verb::Reject
                | Verb::Exit
                | Verb::Shutdown
        )
    }

    /// Takes note of what `object` has answered. `effects` is what it wants done, of which the first
    /// `spawns` and `wakes` are older.
    #[inline(never)]
    pub(super) fn note(
        &self,
        object: &Arc<Object>,
        call: Call<'_>,
        answer: &Attempt,
        effects: &Effects,
        (spawns, wakes): (usize, usize),
    ) {
        if let Some(new) = effects.spawns.get(spawns..).filter(|new| !new.is_empty()) {
            self.count.fetch_add(new.len() as u64, Ordering::Relaxed);
        }
        match (call.verb, answer) {
            (Verb::Start, Attempt::Done(_)) => {
                let mut new = effects.spawns[spawns..].iter();
                if new.any(|spawn| Arc::ptr_eq(&spawn.handle, object)) {
                    self.owe(object, THREADS);
                }
            }
            (Verb::Submit | Verb::Map, Attempt::Done(Value::Object(task))) => {
                object.set_owed_to(object.id.0);
                self.owe(task, object.id.0);
            }
            (Verb::Join | Verb::Result | Verb::Exception, Attempt::Done(_))
            | (Verb::Item | Verb::Next, Attempt::End) => self.settle(object),
            (Verb::Result, Attempt::Fail(kind)) if matches!(**kind, FaultKind::Elsewhere(_)) => {
                self.settle(object);
            }
            // It ends while a thread waits for that.
            (Verb::Finish | Verb::Fail | Verb::Resolve | Verb::Reject, _)
                if effects.wakes.len() > wakes =>
            {
                self.settle(object);
            }
            // Without an argument it waits for all of them.
            (Verb::Exit, _) => self.settle_all(object),
            (Verb::Shutdown, _) if call.args.is_empty() => self.settle_all(object),
            // Whatever else is asked, nobody has waited for an end because of it.
            _ => {}
        }
    }

    fn owe(&self, object: &Object, to: u64) {
        object.set_owed_to(to);
        self.owed.fetch_add(1, Ordering::Relaxed);
        if to != THREADS {
            *self.pools.lock().entry(to).or_default() += 1;
        }
    }

    fn settle(&self, object: &Object) {
        match object.take_owed_to() {
            0 => {}
            THREADS => {
                self.owed.fetch_sub(1, Ordering::Relaxed);
            }
            pool => {
                // A pool that was shut down has none any more.
                if let Some(left) = self.pools.lock().get_mut(&pool)
                    && *left > 0
                {
                    *left -= 1;
                    self.owed.fetch_sub(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Does so for all tasks of a pool. Every object of `with` comes here: nothing is locked for one
    /// that is no pool.
    fn settle_all(&self, object: &Object) {
        let pool = object.take_owed_to();
        if pool != 0
            && let Some(left) = self.pools.lock().remove(&pool)
        {
            self.owed.fetch_sub(left, Ordering::Relaxed);
        }
    }
}
