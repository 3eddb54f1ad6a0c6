//! A number of permits: Python's `threading.Semaphore` and `threading.BoundedSemaphore`.
//!
//! A permit that is given back goes to the thread that has waited longest, without ever being
//! free in between.

use super::args::{self, Patience, patience};
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, Value};

/// A semaphore.
#[derive(Clone, Debug)]
pub struct Semaphore {
    made_at: Pos,
    /// Invariant: when it is above 0, nobody waits.
    free: u64,
    /// The most permits that there can be, of a bounded one.
    bound: Option<u64>,
    waiters: Waiters<()>,
}

impl Semaphore {
    /// The semaphore that `Semaphore(...)` or `BoundedSemaphore(...)` asks for; with one permit
    /// without an argument.
    ///
    /// # Errors
    /// A wrong use when the number is not a whole number from 0 on.
    pub fn from_args(args: &[Value], bounded: bool, made_at: Pos) -> Result<Self, FaultKind> {
        let name = name(bounded);
        let free = match args {
            [] => 1,
            [Value::Int(count @ 0..)] => *count as u64,
            [other, ..] => {
                return Err(FaultKind::misuse(
                    Class::ValueError,
                    &format!("{name}({other:?})"),
                    "the number of permits is a whole number, 0 or more",
                    &format!("write {name}(3) to let three threads in at a time"),
                ));
            }
        };
        Ok(Self {
            made_at,
            free,
            bound: bounded.then_some(free),
            waiters: Waiters::default(),
        })
    }

    fn acquire(&mut self, patience: Patience, ctx: &Ctx<'_>) -> Attempt {
        match patience {
            _ if self.free > 0 => {
                self.free -= 1;
                Attempt::Done(true.into())
            }
            Patience::None => Attempt::Done(false.into()),
            Patience::Limited(limit) => self.waiters.wait((), Some(limit), ctx),
            Patience::Endless => self.waiters.wait((), None, ctx),
        }
    }

    fn release(&mut self, count: u64, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let after = self.free.saturating_add(count);
        if let Some(bound) = self.bound
            && after > bound
        {
            return Err(FaultKind::misuse(
                Class::ValueError,
                "a BoundedSemaphore was released too many times",
                &format!("it has {bound} permits, of which {} are free", self.free),
                "release once for each acquire: `with semaphore { ... }` does so",
            )
            .as_python_says("Semaphore released too many times"));
        }
        self.give_back(count, ctx);
        Ok(Attempt::Done(Value::Unit))
    }

    fn give_back(&mut self, count: u64, ctx: &mut Ctx<'_>) {
        for given in 0..count {
            let Some((task, ())) = self.waiters.pop() else {
                self.free = self.free.saturating_add(count - given);
                return;
            };
            ctx.wake(task, Wake::Grant(true.into()));
        }
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        match call.verb {
            Verb::Acquire => Ok(self.acquire(patience(call)?, ctx)),
            Verb::Enter => Ok(self.acquire(Patience::Endless, ctx)),
            Verb::TryAcquire => {
                args::none(call)?;
                Ok(self.acquire(Patience::None, ctx))
            }
            Verb::Release => self.release(args::count(call, 1)?, ctx),
            Verb::Exit => self.release(1, ctx),
            Verb::Abandon => {
                // No misuse is reported to a stopped thread.
                let _ = self.release(1, ctx);
                Ok(Attempt::Done(Value::Unit))
            }
            _ => Ok(Attempt::Unknown),
        }
    }
}

fn name(bounded: bool) -> &'static str {
    if bounded {
        "BoundedSemaphore"
    } else {
        "Semaphore"
    }
}

impl EncodeState for Semaphore {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            free,
            bound,
            waiters,
        } = self;
        (free, bound, waiters).encode_state(encoder);
    }
}

impl Primitive for Semaphore {
    fn kind(&self) -> &'static str {
        name(self.bound.is_some())
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        let would_wait = match call.verb {
            Verb::Enter => true,
            // With a limit, arriving starts the clock.
            Verb::Acquire => matches!(patience(call), Ok(Patience::Endless)),
            _ => false,
        };
        !would_wait || self.free > 0
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        if why == CancelReason::Stop && !self.waiters.contains(task) {
            self.give_back(1, ctx);
        }
        let timeout = |()| Attempt::Done(false.into());
        self.waiters.cancel_wait(task, why, timeout)
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        // Any thread may release a semaphore: nobody is known to hold it.
        Waiting {
            what: format!("a permit of {}", args::made_in(self.kind(), self.made_at)),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        match self.bound {
            Some(bound) => format!("{} of {bound} free", self.free),
            None => format!("{} free", self.free),
        }
    }
}

crate::value::state_key_test! { semaphore_key, Semaphore, Semaphore::from_args(&[], false, Pos::NONE).unwrap();
    free: 2,
    bound: Some(1),
    waiters: Waiters::one(2, ()),
    ; left out made_at
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;
    use crate::value::Value::{Float, Int};

    fn semaphore(permits: i64, bounded: bool) -> Semaphore {
        Semaphore::from_args(&[Int(permits)], bounded, Pos::NONE).unwrap()
    }

    #[test]
    fn permits_go_round_in_order_of_arrival() {
        let mut table = Table::default();
        let s = table.add(semaphore(1, false));
        table.done(&s, 1, Verb::Acquire, &[], "true");
        table.done(&s, 2, Verb::TryAcquire, &[], "false");
        for task in 2..5 {
            table.waits(&s, task, Verb::Acquire, &[]);
        }
        table.done(&s, 1, Verb::Release, &[Int(2)], "()");
        assert_eq!(table.wakes(), ["2: true", "3: true"]);
        table.done(&s, 1, Verb::Release, &[Int(3)], "()");
        assert_eq!(table.wakes(), ["4: true"]);
        assert_eq!(s.text(), "Semaphore(2 free)");
        table.misuse(&s, 1, Verb::Release, &[Int(0)], "1 or more");
    }

    #[test]
    fn a_bounded_one_refuses_a_release_too_many() {
        let mut table = Table::default();
        let s = table.add(semaphore(2, true));
        table.misuse(&s, 1, Verb::Release, &[], "2 permits, of which 2 are free");
        table.done(&s, 1, Verb::Enter, &[], "true");
        table.misuse(&s, 1, Verb::Release, &[Int(2)], "too many times");
        table.done(&s, 1, Verb::Exit, &[], "()");
        assert_eq!(s.text(), "BoundedSemaphore(2 of 2 free)");
        let negative = Semaphore::from_args(&[Int(-1)], true, Pos::NONE).unwrap_err();
        assert!(negative.to_string().contains("BoundedSemaphore(-1)"));
    }

    #[test]
    fn a_wait_that_is_over_leaves_no_trace() {
        let mut table = Table::default();
        let s = table.add(semaphore(0, false));
        table.waits(&s, 1, Verb::Acquire, &[Float(0.5)]);
        table.waits(&s, 2, Verb::Acquire, &[]);
        let answer = table.cancel_wait(&s, 1, CancelReason::Timeout);
        assert!(matches!(answer, Attempt::Done(Value::Bool(false))));
        table.done(&s, 3, Verb::Release, &[], "()");
        table.cancel_wait(&s, 2, CancelReason::Stop);
        assert_eq!(s.text(), "Semaphore(1 free)", "what it was given");
    }
}
