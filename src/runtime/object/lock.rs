//! A mutual-exclusion lock: Python's `threading.Lock`, and the re-entrant `threading.RLock`, which
//! differs only for the thread that holds it. One file, as both are one state machine.
//!
//! Any thread may `release` a `Lock`, as Python documents, so it can serve as a signal; only the
//! holder releases an `RLock`, and a `with` block gives back what its own thread has taken.
//!
//! A running thread may take a free lock although others wait for it ("barging"): handing it over
//! in order of arrival would force a switch of threads at every release. So a release only
//! notifies the first waiter, which asks again, and notifies no other until it has.
//!
//! A waiter with a time limit is handed the lock instead: if it had to ask again, its time might be
//! over although the lock was free in time.

use std::collections::VecDeque;

use super::args::{self, Patience, patience};
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, FaultKind, Holder, StateEncoder, Value};

#[derive(Clone, Debug)]
struct Waiter {
    task: TaskId,
    pos: Pos,
    timed: bool,
}

impl EncodeState for Waiter {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { task, pos, timed } = self;
        (task, pos, timed).encode_state(encoder);
    }
}

/// A lock.
#[derive(Clone, Debug)]
pub struct Lock {
    made_at: Pos,
    is_reentrant: bool,
    /// Whether processes share it, whose locks Python has other errors for.
    is_for_processes: bool,
    holder: Option<Holder>,
    /// How many times more than once the holder has acquired it.
    extra: u64,
    /// Invariant: while the lock is free and threads wait, `notified` is one of them.
    waiters: VecDeque<Waiter>,
    /// The thread that was woken to ask again and has not yet done so.
    notified: Option<TaskId>,
}

impl Lock {
    /// A free lock. The position is for messages.
    pub fn new(made_at: Pos) -> Self {
        Self {
            made_at,
            is_reentrant: false,
            is_for_processes: false,
            holder: None,
            extra: 0,
            waiters: VecDeque::new(),
            notified: None,
        }
    }

    /// A free lock that its holder may acquire again.
    pub fn reentrant(made_at: Pos) -> Self {
        Self {
            is_reentrant: true,
            ..Self::new(made_at)
        }
    }

    /// The same lock, for processes that share it.
    #[must_use]
    pub fn for_processes(self) -> Self {
        Self {
            is_for_processes: true,
            ..self
        }
    }

    /// What Python says of a release of what the thread does not hold, and the class of that.
    fn not_held_in_python(&self) -> (Class, &'static str) {
        match (self.is_for_processes, self.is_reentrant) {
            (true, true) => (
                Class::AssertionError,
                "attempt to release recursive lock not owned by thread",
            ),
            (true, false) => (
                Class::ValueError,
                "semaphore or lock released too many times",
            ),
            (false, true) => (Class::RuntimeError, "cannot release un-acquired lock"),
            (false, false) => (Class::RuntimeError, "release unlocked lock"),
        }
    }

    fn acquire(&mut self, patience: Patience, ctx: &mut Ctx<'_>) -> Attempt {
        if self.is_reentrant && self.is_held_by(ctx.task) {
            self.extra += 1;
            return Attempt::Done(true.into());
        }
        let was_notified = self.notified == Some(ctx.task);
        if was_notified {
            self.notified = None;
        }
        if self.holder.is_none() {
            self.holder = Some(Holder {
                task: ctx.task,
                since: ctx.pos,
            });
            return Attempt::Done(true.into());
        }
        let limit = match patience {
            Patience::None => return Attempt::Done(false.into()),
            Patience::Limited(limit) => Some(limit),
            Patience::Endless => None,
        };
        let waiter = Waiter {
            task: ctx.task,
            pos: ctx.pos,
            timed: limit.is_some(),
        };
        if was_notified {
            // It was the first before and another thread was faster: it keeps its place.
            self.waiters.push_front(waiter);
        } else {
            self.waiters.push_back(waiter);
        }
        Attempt::Wait(limit)
    }

    /// `may_be_anothers`: whether the lock is given back also for another thread that holds it.
    fn release(&mut self, may_be_anothers: bool, ctx: &mut Ctx<'_>) -> Attempt {
        match &self.holder {
            Some(holder) if holder.task == ctx.task && self.extra > 0 => {
                self.extra -= 1;
                Attempt::Done(Value::Unit)
            }
            Some(holder) if holder.task == ctx.task || may_be_anothers => {
                self.holder = None;
                self.pass_on(ctx);
                Attempt::Done(Value::Unit)
            }
            Some(holder) if !self.is_for_processes => Attempt::fail(
                FaultKind::held_by_another(
                    holder.clone(),
                    &format!("release of {} that", self.in_words()),
                    "only the thread that acquired it releases it",
                    "use `with lock { ... }`: it acquires and releases in one thread",
                )
                .as_python_says("cannot release un-acquired lock"),
            ),
            held => {
                let (class, python) = self.not_held_in_python();
                let whose = if held.is_some() {
                    "another thread holds"
                } else {
                    "nobody holds"
                };
                Attempt::fail(
                    FaultKind::misuse(
                        class,
                        &format!("release of {} that {whose}", self.in_words()),
                        "a lock is released once for each acquire",
                        "use `with lock { ... }`: it releases exactly once",
                    )
                    .as_python_says(python),
                )
            }
        }
    }

    /// For a condition: the lock becomes free, however many times it is held. The answer is for
    /// [`Lock::acquire_again`].
    fn release_all(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        let extra = std::mem::take(&mut self.extra);
        match self.release(false, ctx) {
            Attempt::Done(_) => Attempt::Done(Value::Int(extra as i64)),
            refused => refused,
        }
    }

    /// For a condition: acquires, without a limit, as many times as before. A thread that waits
    /// for that already keeps its place.
    fn acquire_again(&mut self, extra: u64, ctx: &mut Ctx<'_>) -> Attempt {
        let place = (self.waiters.iter()).position(|waiter| waiter.task == ctx.task);
        if self.holder.is_some() && place.is_some() {
            return Attempt::Wait(None);
        }
        if let Some(place) = place {
            self.waiters.remove(place);
        }
        let answer = self.acquire(Patience::Endless, ctx);
        if self.is_held_by(ctx.task) {
            self.extra = extra;
        }
        answer
    }

    fn in_words(&self) -> &'static str {
        if self.is_reentrant {
            "an RLock"
        } else {
            "a Lock"
        }
    }

    /// The lock has become free: it goes to the first waiter with a time limit, or the first
    /// waiter is notified, and asks again.
    fn pass_on(&mut self, ctx: &mut Ctx<'_>) {
        if self.notified.is_some() {
            return;
        }
        let Some(waiter) = self.waiters.pop_front() else {
            return;
        };
        if waiter.timed {
            self.holder = Some(Holder {
                task: waiter.task,
                since: waiter.pos,
            });
            ctx.wake(waiter.task, Wake::Grant(true.into()));
        } else {
            self.notified = Some(waiter.task);
            ctx.wake(waiter.task, Wake::Retry);
        }
    }
}

impl EncodeState for Lock {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            is_reentrant,
            // It never changes either.
            is_for_processes: _,
            holder,
            extra,
            waiters,
            notified,
        } = self;
        (is_reentrant, holder, extra, waiters, notified).encode_state(encoder);
    }
}

impl Primitive for Lock {
    fn kind(&self) -> &'static str {
        if self.is_reentrant { "RLock" } else { "Lock" }
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let checked = match call.verb {
            Verb::Acquire => Ok(()),
            Verb::TryAcquire | Verb::Release | Verb::Locked => args::none(call),
            _ => Ok(()),
        };
        if let Err(fault) = checked {
            return Attempt::fail(fault);
        }
        match call.verb {
            Verb::Acquire => match patience(call) {
                Ok(patience) => self.acquire(patience, ctx),
                Err(fault) => Attempt::fail(fault),
            },
            Verb::Enter => self.acquire(Patience::Endless, ctx),
            Verb::TryAcquire => self.acquire(Patience::None, ctx),
            Verb::Release => self.release(!self.is_reentrant, ctx),
            Verb::Exit => self.release(false, ctx),
            Verb::ReleaseAll => self.release_all(ctx),
            Verb::AcquireAgain => {
                let extra = call.args.first().and_then(Value::as_int);
                self.acquire_again(extra.unwrap_or_default() as u64, ctx)
            }
            Verb::Abandon => {
                if self.is_held_by(ctx.task) {
                    self.release(false, ctx);
                }
                Attempt::Done(Value::Unit)
            }
            Verb::Locked => Attempt::Done(self.holder.is_some().into()),
            _ => Attempt::Unknown,
        }
    }

    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        let would_wait = match call.verb {
            _ if self.is_reentrant && self.is_held_by(task) => false,
            Verb::Enter | Verb::AcquireAgain => true,
            // With a limit, arriving starts the clock.
            Verb::Acquire => matches!(patience(call), Ok(Patience::Endless)),
            _ => false,
        };
        !would_wait || self.holder.is_none()
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        if let Some(index) = self.waiters.iter().position(|waiter| waiter.task == task) {
            self.waiters.remove(index);
            return Attempt::Done(match why {
                CancelReason::Stop => Value::Unit,
                CancelReason::Timeout => false.into(),
            });
        }
        if why == CancelReason::Timeout {
            return Attempt::Wait(None);
        }
        if self.notified == Some(task) {
            self.notified = None;
            if self.holder.is_none() {
                self.pass_on(ctx);
            }
        } else if self.is_held_by(task) {
            self.holder = None;
            self.extra = 0;
            self.pass_on(ctx);
        }
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let what = if self.made_at.is_none() {
            self.in_words().into()
        } else {
            // With its column: two locks are often made in one line.
            format!("the {} made in {}", self.kind(), self.made_at)
        };
        Waiting {
            what,
            holders: self.holder.iter().cloned().collect(),
            awaited: Vec::new(),
        }
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        Blockers::Threads(self.holder.iter().map(|holder| holder.task).collect())
    }

    fn state_text(&self) -> String {
        match &self.holder {
            Some(holder) => format!("held since {}", holder.since.at()),
            None => "free".into(),
        }
    }

    fn is_held_by(&self, task: TaskId) -> bool {
        self.holder
            .as_ref()
            .is_some_and(|holder| holder.task == task)
    }
}

crate::value::state_key_test! { lock_key, Lock, Lock::new(Pos::NONE);
    is_reentrant: true,
    holder: Some(holder(2)),
    extra: 1,
    waiters: [Waiter { task: TaskId(2), pos: Pos::NONE, timed: false }].into(),
    notified: Some(TaskId(2)),
    ; left out made_at is_for_processes
}

crate::value::state_key_test! { waiter_key, Waiter, Waiter { task: TaskId(2), pos: Pos::NONE, timed: false };
    task: TaskId(3),
    pos: Pos::new(2, 3),
    timed: true,
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    const A: u64 = 1;
    const B: u64 = 2;
    const C: u64 = 3;

    #[test]
    fn one_holder_at_a_time() {
        let mut table = Table::default();
        let lock = table.add(Lock::new(Pos::NONE));
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.done(&lock, B, Verb::TryAcquire, &[], "false");
        table.done(&lock, B, Verb::Acquire, &[Value::Bool(false)], "false");
        table.waits(&lock, B, Verb::Acquire, &[]);
        table.waits(&lock, A, Verb::Enter, &[]);
        table.misuse(
            &lock,
            C,
            Verb::Exit,
            &[false.into()],
            "thread 1 has held since line 1",
        );
        table.done(&lock, A, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["2: retry"]);
    }

    #[test]
    fn a_running_thread_may_barge_in_and_the_first_waiter_keeps_its_place() {
        let mut table = Table::default();
        let lock = table.add(Lock::new(Pos::NONE));
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.waits(&lock, B, Verb::Acquire, &[]);
        table.waits(&lock, C, Verb::Acquire, &[]);
        table.done(&lock, A, Verb::Release, &[], "()");
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.done(&lock, A, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["2: retry"], "B is notified only once");
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.waits(&lock, B, Verb::Acquire, &[]);
        table.done(&lock, A, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["2: retry"]);
    }

    #[test]
    fn any_thread_may_release_a_lock_but_not_leave_anothers_block() {
        let mut table = Table::default();
        let lock = table.add(Lock::new(Pos::NONE));
        table.done(&lock, A, Verb::Enter, &[], "true");
        table.waits(&lock, A, Verb::Acquire, &[]);
        table.misuse(
            &lock,
            B,
            Verb::Exit,
            &[false.into()],
            "a Lock that thread 1",
        );
        table.done(&lock, B, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["1: retry"]);
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.done(&lock, B, Verb::Release, &[], "()");
        table.misuse(&lock, A, Verb::Exit, &[false.into()], "nobody holds");
    }

    #[test]
    fn a_release_without_a_holder_is_misuse() {
        let mut table = Table::default();
        let lock = table.add(Lock::new(Pos::NONE));
        table.misuse(&lock, A, Verb::Release, &[], "nobody holds");
        table.done(&lock, A, Verb::Abandon, &[], "()");
        table.misuse(&lock, A, Verb::Acquire, &[Value::Int(-1)], "acquire(-1)");
    }

    #[test]
    fn a_waiter_with_a_limit_is_handed_the_lock() {
        let mut table = Table::default();
        let lock = table.add(Lock::new(Pos::NONE));
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.waits(&lock, B, Verb::Acquire, &[Value::Float(0.5)]);
        table.done(&lock, A, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["2: true"]);
        table.done(&lock, A, Verb::TryAcquire, &[], "false");
        let answer = table.cancel_wait(&lock, B, CancelReason::Timeout);
        assert!(
            matches!(answer, Attempt::Wait(None)),
            "the grant was faster"
        );
        table.waits(&lock, C, Verb::Acquire, &[Value::Float(0.5)]);
        let answer = table.cancel_wait(&lock, C, CancelReason::Timeout);
        assert!(matches!(answer, Attempt::Done(Value::Bool(false))));
    }

    #[test]
    fn what_a_stopped_thread_was_given_passes_on() {
        let mut table = Table::default();
        let lock = table.add(Lock::new(Pos::NONE));
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.waits(&lock, B, Verb::Acquire, &[]);
        table.waits(&lock, C, Verb::Acquire, &[Value::Float(0.5)]);
        table.done(&lock, A, Verb::Release, &[], "()");
        table.cancel_wait(&lock, B, CancelReason::Stop);
        assert_eq!(table.wakes(), ["2: retry", "3: true"]);
        table.waits(&lock, A, Verb::Acquire, &[]);
        table.cancel_wait(&lock, C, CancelReason::Stop);
        assert_eq!(table.wakes(), ["1: retry"]);
    }

    #[test]
    fn a_reentrant_lock_is_free_after_as_many_releases() {
        let mut table = Table::default();
        let lock = table.add(Lock::reentrant(Pos::NONE));
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.done(&lock, A, Verb::Enter, &[], "true");
        table.done(&lock, A, Verb::TryAcquire, &[], "true");
        table.done(&lock, B, Verb::TryAcquire, &[], "false");
        table.waits(&lock, B, Verb::Acquire, &[]);
        table.misuse(&lock, C, Verb::Release, &[], "an RLock that thread 1");
        table.done(&lock, A, Verb::Release, &[], "()");
        table.done(&lock, A, Verb::Exit, &[], "()");
        assert!(table.wakes().is_empty());
        table.done(&lock, A, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["2: retry"]);
        table.misuse(&lock, A, Verb::Release, &[], "nobody holds");
    }

    #[test]
    fn a_condition_gives_it_up_whole_and_takes_it_back_whole() {
        let mut table = Table::default();
        let lock = table.add(Lock::reentrant(Pos::NONE));
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.done(&lock, A, Verb::Acquire, &[], "true");
        table.done(&lock, A, Verb::ReleaseAll, &[], "1");
        table.done(&lock, B, Verb::Acquire, &[], "true");
        table.waits(&lock, A, Verb::AcquireAgain, &[Value::Int(1)]);
        table.waits(&lock, A, Verb::AcquireAgain, &[Value::Int(1)]);
        table.done(&lock, B, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["1: retry"]);
        table.done(&lock, A, Verb::AcquireAgain, &[Value::Int(1)], "true");
        table.done(&lock, A, Verb::Release, &[], "()");
        table.done(&lock, B, Verb::TryAcquire, &[], "false");
    }
}
