//! Waiting for a change of what a lock protects: Python's `threading.Condition`.
//!
//! A thread that waits gives up the lock and is noted in one attempt. A notify does not wake it: it
//! moves it to the lock's own queue, since the lock is held by the one who notifies. The lock wakes
//! it when its turn comes; then it asks again, takes the lock back and its wait is over.
//!
//! All that concerns the lock is asked of the lock. Its state is entered while the condition's is
//! held, never the other way round.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Object, Primitive, TaskId, Verb, Waiting,
};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, Value};

/// A thread that has waited and takes the lock back.
#[derive(Clone, Debug)]
struct Returning {
    task: TaskId,
    /// How often it held the lock; see [`Verb::ReleaseAll`].
    held: Value,
    was_notified: bool,
}

impl EncodeState for Returning {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            task,
            held,
            was_notified,
        } = self;
        (task, held, was_notified).encode_state(encoder);
    }
}

/// A condition.
#[derive(Clone, Debug)]
pub struct Condition {
    made_at: Pos,
    lock: Arc<Object>,
    /// Who waits for a notify, in the order in which they will get it.
    waiters: Waiters<Value>,
    returning: Vec<Returning>,
}

impl Condition {
    /// A condition with this lock.
    ///
    /// # Errors
    /// A mismatch when it is not a `Lock` or `RLock`.
    pub fn new(lock: &Value, made_at: Pos) -> Result<Self, FaultKind> {
        match lock {
            Value::Object(lock) if matches!(lock.kind(), "Lock" | "RLock") => Ok(Self {
                made_at,
                lock: lock.clone(),
                waiters: Waiters::default(),
                returning: Vec::new(),
            }),
            other => Err(FaultKind::mismatch("a Lock or an RLock", other)),
        }
    }

    fn ask_lock(&self, task: TaskId, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.lock
            .attempt(call, task, ctx.pos, ctx.effects, ctx.ids, ctx.time)
    }

    fn refuse_without_lock(&self, call: Call<'_>, task: TaskId) -> Result<(), FaultKind> {
        let lock = self.lock.state();
        if lock.is_held_by(task) {
            return Ok(());
        }
        let name = call.verb.name();
        let found = format!("{name}() of a Condition whose lock");
        let expected = "a thread acquires the condition before it waits or notifies";
        let advice = format!("write `with condition {{ condition.{name}(); }}`");
        Err(match lock.waiting(task).holders.into_iter().next() {
            Some(holder) => FaultKind::held_by_another(holder, &found, expected, &advice),
            None => {
                let found = format!("{found} this thread does not hold");
                let verb = if call.verb == Verb::Wait {
                    "wait"
                } else {
                    "notify"
                };
                FaultKind::misuse(Class::RuntimeError, &found, expected, &advice)
                    .as_python_says(format!("cannot {verb} on un-acquired lock"))
            }
        })
    }

    fn wait(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let is_returning = self.returning.iter().any(|other| other.task == ctx.task);
        if is_returning && !self.lock.state().is_held_by(ctx.task) {
            return Ok(self.take_lock_back(ctx.task, ctx));
        }
        let limit: Option<Duration> = args::limit(call)?;
        self.refuse_without_lock(call, ctx.task)?;
        // What a stopped thread of this number may have left behind.
        self.returning.retain(|other| other.task != ctx.task);
        match self.ask_lock(ctx.task, bare(Verb::ReleaseAll), ctx) {
            Attempt::Done(held) => Ok(self.waiters.wait(held, limit, ctx)),
            refused => Ok(refused),
        }
    }

    /// The lock for a thread whose wait is over; it may have to wait for it.
    fn take_lock_back(&mut self, task: TaskId, ctx: &mut Ctx<'_>) -> Attempt {
        let Some(index) = self.returning.iter().position(|other| other.task == task) else {
            return Attempt::Wait(None);
        };
        let call = Call {
            verb: Verb::AcquireAgain,
            args: std::slice::from_ref(&self.returning[index].held),
        };
        match self.ask_lock(task, call, ctx) {
            Attempt::Done(_) => Attempt::Done(self.returning.remove(index).was_notified.into()),
            waits => waits,
        }
    }

    fn notify(&mut self, count: usize, ctx: &mut Ctx<'_>) {
        for _ in 0..count {
            let Some((task, held)) = self.waiters.pop() else {
                return;
            };
            self.returning.push(Returning {
                task,
                held,
                was_notified: true,
            });
            // It waits: the lock is held by the one who notifies.
            self.take_lock_back(task, ctx);
        }
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        match call.verb {
            Verb::Wait => self.wait(call, ctx),
            Verb::Notify | Verb::NotifyAll => {
                let count = if call.verb == Verb::Notify {
                    args::count(call, 0)? as usize
                } else {
                    args::none(call)?;
                    usize::MAX
                };
                self.refuse_without_lock(call, ctx.task)?;
                self.notify(count, ctx);
                Ok(Attempt::Done(Value::Unit))
            }
            verb if is_of_lock(verb) => Ok(self.ask_lock(ctx.task, call, ctx)),
            _ => Ok(Attempt::Unknown),
        }
    }
}

fn bare(verb: Verb) -> Call<'static> {
    Call { verb, args: &[] }
}

fn is_of_lock(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::Acquire
            | Verb::TryAcquire
            | Verb::Release
            | Verb::Locked
            | Verb::Enter
            | Verb::Exit
            | Verb::Abandon
    )
}

impl EncodeState for Condition {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            lock,
            waiters,
            returning,
        } = self;
        (lock, waiters, returning).encode_state(encoder);
    }
}

impl Primitive for Condition {
    fn kind(&self) -> &'static str {
        "Condition"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        let lock = self.lock.state();
        if is_of_lock(call.verb) {
            return lock.is_ready(call, task);
        }
        let is_returning = self.returning.iter().any(|other| other.task == task);
        call.verb != Verb::Wait || !is_returning || lock.is_ready(bare(Verb::AcquireAgain), task)
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        if why == CancelReason::Stop {
            self.returning.retain(|other| other.task != task);
            if self.waiters.contains(task) {
                return self.waiters.cancel_wait(task, why, Attempt::Done);
            }
            return self
                .lock
                .cancel_wait(task, why, ctx.effects, ctx.ids, ctx.time);
        }
        let mut given_up = None;
        if self.waiters.contains(task) {
            self.waiters.cancel_wait(task, why, |held| {
                given_up = Some(held);
                Attempt::Wait(None)
            });
        }
        if let Some(held) = given_up {
            self.returning.push(Returning {
                task,
                held,
                was_notified: false,
            });
            return self.take_lock_back(task, ctx);
        }
        if self.returning.iter().any(|other| other.task == task) {
            // Its time does not count any more: it comes back only with the lock.
            return Attempt::Wait(None);
        }
        self.lock
            .cancel_wait(task, why, ctx.effects, ctx.ids, ctx.time)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        if !self.waiters.contains(task) {
            return self.lock.state().waiting(task);
        }
        let condition = args::made_in("Condition", self.made_at);
        Waiting {
            what: format!("a notify of {condition}"),
            ..Waiting::default()
        }
    }

    fn blockers(&self, task: TaskId) -> Blockers {
        if self.waiters.contains(task) {
            return Blockers::Threads(Vec::new());
        }
        Blockers::of([self.lock.clone()])
    }

    fn state_text(&self) -> String {
        let lock = self.lock.text();
        format!("{lock}, {} waiting", self.waiters.len())
    }
}

crate::value::state_key_test! { condition_key, Condition, Condition { made_at: Pos::NONE, lock: object(), waiters: Waiters::default(), returning: Vec::new() };
    lock: object(),
    waiters: Waiters::one(2, Value::Unit),
    returning: vec![Returning { task: TaskId(2), held: Value::Unit, was_notified: true }],
    ; left out made_at
}

crate::value::state_key_test! { returning_key, Returning, Returning { task: TaskId(2), held: Value::Unit, was_notified: true };
    task: TaskId(3),
    held: Value::Int(1),
    was_notified: false,
}

#[cfg(test)]
mod tests {
    use super::super::Lock;
    use super::super::table::Table;
    use super::*;
    use crate::value::Value::{Float, Int};

    fn condition(table: &mut Table, lock: Lock) -> Arc<Object> {
        let lock = table.add(lock);
        table.add(Condition::new(&Value::Object(lock), Pos::NONE).unwrap())
    }

    /// Lets the threads wait at a condition with a lock of its own.
    fn waited_on(table: &mut Table, tasks: &[u64]) -> Arc<Object> {
        let c = condition(table, Lock::reentrant(Pos::NONE));
        for &task in tasks {
            table.done(&c, task, Verb::Enter, &[], "true");
            table.waits(&c, task, Verb::Wait, &[]);
        }
        c
    }

    #[test]
    fn notified_threads_come_back_one_by_one_in_order() {
        let mut table = Table::default();
        let c = waited_on(&mut table, &[1, 2, 3]);
        table.done(&c, 9, Verb::Acquire, &[], "true");
        table.done(&c, 9, Verb::Notify, &[Int(2)], "()");
        assert_eq!(c.text(), "Condition(RLock(held since line 9), 1 waiting)");
        assert!(table.wakes().is_empty(), "the lock is not free");
        table.done(&c, 9, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["1: retry"]);
        table.done(&c, 1, Verb::Wait, &[], "true");
        table.done(&c, 1, Verb::Exit, &[], "()");
        assert_eq!(table.wakes(), ["2: retry"]);
        table.done(&c, 2, Verb::Wait, &[], "true");
        table.done(&c, 2, Verb::NotifyAll, &[], "()");
        table.done(&c, 2, Verb::Release, &[], "()");
        assert_eq!(table.wakes(), ["3: retry"]);
    }

    #[test]
    fn a_notify_without_a_waiter_is_lost() {
        let mut table = Table::default();
        let c = condition(&mut table, Lock::new(Pos::NONE));
        table.done(&c, 1, Verb::Enter, &[], "true");
        table.done(&c, 1, Verb::Notify, &[], "()");
        table.waits(&c, 1, Verb::Wait, &[]);
        assert!(c.state().waiting(TaskId(1)).what.contains("a notify"));
    }

    #[test]
    fn nothing_is_done_without_the_lock() {
        let mut table = Table::default();
        let c = condition(&mut table, Lock::new(Pos::NONE));
        for verb in [Verb::Wait, Verb::Notify, Verb::NotifyAll] {
            table.misuse(&c, 1, verb, &[], "whose lock this thread does not hold");
        }
        assert!(Condition::new(&Int(1), Pos::NONE).is_err());
    }

    #[test]
    fn a_wait_whose_time_is_over_needs_the_lock_as_well() {
        let mut table = Table::default();
        let c = condition(&mut table, Lock::reentrant(Pos::NONE));
        table.done(&c, 1, Verb::Enter, &[], "true");
        table.done(&c, 1, Verb::Enter, &[], "true");
        table.waits(&c, 1, Verb::Wait, &[Float(0.5)]);
        table.done(&c, 2, Verb::Enter, &[], "true");
        let answer = table.cancel_wait(&c, 1, CancelReason::Timeout);
        assert!(matches!(answer, Attempt::Wait(None)));
        table.waits(&c, 1, Verb::Wait, &[Float(0.5)]);
        table.done(&c, 2, Verb::Notify, &[], "()");
        table.done(&c, 2, Verb::Exit, &[], "()");
        assert_eq!(table.wakes(), ["1: retry"]);
        table.done(&c, 1, Verb::Wait, &[Float(0.5)], "false");
        table.done(&c, 1, Verb::Exit, &[], "()");
        table.done(&c, 2, Verb::TryAcquire, &[], "false");
        table.done(&c, 1, Verb::Exit, &[], "()");
        table.done(&c, 2, Verb::TryAcquire, &[], "true");
    }

    #[test]
    fn a_stopped_thread_lets_the_next_have_the_lock() {
        let mut table = Table::default();
        let c = waited_on(&mut table, &[1, 2]);
        table.done(&c, 9, Verb::Enter, &[], "true");
        table.done(&c, 9, Verb::NotifyAll, &[], "()");
        table.done(&c, 9, Verb::Exit, &[], "()");
        table.cancel_wait(&c, 1, CancelReason::Stop);
        assert_eq!(table.wakes(), ["1: retry", "2: retry"]);
        table.done(&c, 2, Verb::Wait, &[], "true");
    }
}
