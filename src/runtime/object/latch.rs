//! A count that only goes down, and a wait for its end: C++'s `std::latch`, Java's
//! `CountDownLatch`.
//!
//! Once it is at 0 it stays there, and nobody waits any more. So it makes no difference when a
//! thread has arrived that only waits, and only counting down is doing something.

use std::time::Duration;

use super::args;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, Value};

/// A latch.
#[derive(Clone, Debug)]
pub struct Latch {
    made_at: Pos,
    /// Invariant: when it is 0, nobody waits.
    count: u64,
    waiters: Waiters<()>,
}

impl Latch {
    /// The latch that `Latch(count)` asks for.
    ///
    /// # Errors
    /// A wrong use when the count is not a whole number from 0 on.
    pub fn from_args(args: &[Value], made_at: Pos) -> Result<Self, FaultKind> {
        let count = match args {
            [Value::Int(count @ 0..)] => *count as u64,
            other => {
                let found = other.first().cloned().unwrap_or_default();
                return Err(FaultKind::misuse(
                    Class::ValueError,
                    &format!("Latch({found:?})"),
                    "the count is a whole number, 0 or more",
                    "write Latch(3) to wait until count_down() was called three times",
                ));
            }
        };
        Ok(Self {
            made_at,
            count,
            waiters: Waiters::default(),
        })
    }

    fn count_down(&mut self, by: u64, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        let Some(count) = self.count.checked_sub(by) else {
            return Err(FaultKind::misuse(
                Class::ValueError,
                &format!(
                    "{} was counted down by {by} at {}",
                    args::made_in("Latch", self.made_at),
                    self.count
                ),
                "its count ends at 0 and never starts again",
                "make the latch with one count for each count_down(), or use a Barrier for rounds",
            ));
        };
        self.count = count;
        if count == 0 {
            let open = |_: &()| Some(Wake::Grant(true.into()));
            self.waiters.wake_with(ctx, open);
        }
        Ok(())
    }

    fn wait(&mut self, limit: Option<Duration>, ctx: &Ctx<'_>) -> Attempt {
        match self.count {
            0 => Attempt::Done(true.into()),
            _ => self.waiters.wait((), limit, ctx),
        }
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        match call.verb {
            Verb::CountDown => {
                self.count_down(args::count(call, 1)?, ctx)?;
                Ok(Attempt::Done(Value::Unit))
            }
            Verb::Wait => Ok(self.wait(args::limit(call)?, ctx)),
            Verb::ArriveAndWait => {
                let limit = args::limit(call)?;
                self.count_down(1, ctx)?;
                Ok(self.wait(limit, ctx))
            }
            Verb::Count => {
                args::none(call)?;
                Ok(Attempt::Done(Value::Int(self.count as i64)))
            }
            _ => Ok(Attempt::Unknown),
        }
    }
}

impl EncodeState for Latch {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            count,
            waiters,
        } = self;
        (count, waiters).encode_state(encoder);
    }
}

impl Primitive for Latch {
    fn kind(&self) -> &'static str {
        "Latch"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        // With a limit, arriving starts the clock.
        let only_waits = call.verb == Verb::Wait && call.args.is_empty();
        !only_waits || self.count == 0
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        let timeout = |()| Attempt::Done(false.into());
        self.waiters.cancel_wait(task, why, timeout)
    }

    /// Any thread may count down.
    fn knows_blockers(&self) -> bool {
        false
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let latch = args::made_in("Latch", self.made_at);
        Waiting {
            what: match self.count {
                1 => format!("{latch} to be counted down once more"),
                count => format!("{latch} to be counted down {count} more times"),
            },
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        match self.count {
            0 => "open".into(),
            count => format!("{count} to go"),
        }
    }
}

crate::value::state_key_test! { latch_key, Latch, Latch { made_at: Pos::NONE, count: 1, waiters: Waiters::default() };
    count: 2,
    waiters: Waiters::one(2, ()),
    ; left out made_at
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;
    use crate::value::Value::{Float, Int};

    fn latch(table: &mut Table, count: i64) -> std::sync::Arc<crate::value::Object> {
        table.add(Latch::from_args(&[Int(count)], Pos::NONE).unwrap())
    }

    #[test]
    fn all_go_on_when_the_count_is_at_its_end() {
        let mut table = Table::default();
        let latch = latch(&mut table, 3);
        table.waits(&latch, 1, Verb::Wait, &[]);
        table.done(&latch, 2, Verb::CountDown, &[], "()");
        table.waits(&latch, 3, Verb::ArriveAndWait, &[]);
        table.done(&latch, 2, Verb::Count, &[], "1");
        assert_eq!(latch.text(), "Latch(1 to go)");
        assert!(table.wakes().is_empty());
        table.done(&latch, 4, Verb::ArriveAndWait, &[], "true");
        assert_eq!(table.wakes(), ["1: true", "3: true"]);
        table.done(&latch, 5, Verb::Wait, &[], "true");
        assert_eq!(latch.text(), "Latch(open)");
    }

    #[test]
    fn it_is_not_counted_below_its_end() {
        let mut table = Table::default();
        let latch = latch(&mut table, 2);
        table.misuse(&latch, 1, Verb::CountDown, &[Int(3)], "by 3 at 2");
        table.misuse(&latch, 1, Verb::CountDown, &[Int(0)], "1 or more");
        table.done(&latch, 1, Verb::CountDown, &[Int(2)], "()");
        table.misuse(&latch, 1, Verb::ArriveAndWait, &[], "by 1 at 0");
        for wrong in [Int(-1), Value::from("x")] {
            assert!(Latch::from_args(&[wrong], Pos::NONE).is_err());
        }
    }

    #[test]
    fn a_time_that_is_over_gives_false() {
        let mut table = Table::default();
        let latch = latch(&mut table, 1);
        table.waits(&latch, 1, Verb::Wait, &[Float(0.5)]);
        let answer = table.cancel_wait(&latch, 1, CancelReason::Timeout);
        assert!(matches!(answer, Attempt::Done(Value::Bool(false))));
        table.done(&latch, 2, Verb::CountDown, &[], "()");
        assert!(table.wakes().is_empty());
    }
}
