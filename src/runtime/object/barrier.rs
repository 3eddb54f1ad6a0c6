//! A point that threads pass only together: Python's `threading.Barrier`.
//!
//! A barrier with an action lets the last thread run it before the others go on. An object cannot
//! call a function of the script, so such a barrier leaves `wait` to the prelude, which arrives by
//! [`Verb::Arrive`] and runs the action inside a `with` of the barrier: entering is allowed to that
//! thread alone, and leaving opens the barrier, or breaks it when an error passes.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, FaultKind, Function, Holder, StateEncoder, Value};

#[derive(Clone, Debug)]
enum State {
    Filling,
    /// All are there, and this thread runs the action.
    Acting(Holder),
    /// Nobody waits, and why nobody can.
    Broken(&'static str),
}

impl EncodeState for State {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Filling => encoder.number(0),
            Self::Acting(by) => (1, by).encode_state(encoder),
            Self::Broken(why) => (2, *why).encode_state(encoder),
        }
    }
}

/// A barrier.
#[derive(Clone, Debug)]
pub struct Barrier {
    made_at: Pos,
    parties: usize,
    action: Option<Arc<Function>>,
    state: State,
    /// Who has arrived, each with its number in this round.
    arrived: Waiters<i64>,
    /// Who came while the action of the round before runs.
    early: Waiters<()>,
}

impl Barrier {
    /// The barrier that `Barrier(parties)` or `Barrier(parties, action)` asks for.
    ///
    /// # Errors
    /// A wrong use when the number is not a whole number from 1 on.
    pub fn from_args(args: &[Value], made_at: Pos) -> Result<Self, FaultKind> {
        let (parties, action) = match args {
            [Value::Int(parties @ 1..)] => (*parties, None),
            [Value::Int(parties @ 1..), Value::Function(action)] => {
                (*parties, Some(action.clone()))
            }
            [Value::Int(1..), other, ..] => {
                return Err(FaultKind::mismatch("a function as the action", other));
            }
            other => {
                let found = other.first().cloned().unwrap_or_default();
                return Err(FaultKind::misuse(
                    Class::ValueError,
                    &format!("Barrier({found:?})"),
                    "the number of threads is a whole number, 1 or more",
                    "write Barrier(3) for three threads that wait for each other",
                ));
            }
        };
        Ok(Self {
            made_at,
            parties: parties as usize,
            action,
            state: State::Filling,
            arrived: Waiters::default(),
            early: Waiters::default(),
        })
    }

    fn arrive(&mut self, limit: Option<Duration>, ctx: &mut Ctx<'_>) -> Attempt {
        match &self.state {
            State::Broken(why) => return Attempt::fail(broken(why)),
            State::Acting(_) => return self.early.wait((), None, ctx),
            State::Filling => {}
        }
        let index = self.arrived.len();
        if index + 1 < self.parties {
            return self.arrived.wait(index as i64, limit, ctx);
        }
        if self.action.is_some() {
            self.state = State::Acting(Holder {
                task: ctx.task,
                since: ctx.pos,
            });
        } else {
            self.open(ctx);
        }
        Attempt::Done(Value::Int(index as i64))
    }

    /// All who have arrived go on, and the next round begins.
    fn open(&mut self, ctx: &mut Ctx<'_>) {
        self.state = State::Filling;
        let index = |index: &i64| Some(Wake::Grant(Value::Int(*index)));
        self.arrived.wake_with(ctx, index);
        self.early.wake_with(ctx, |()| Some(Wake::Retry));
    }

    /// Everybody who waits gets an error.
    fn dismiss(&mut self, state: State, why: &'static str, ctx: &mut Ctx<'_>) {
        self.state = state;
        self.arrived
            .wake_with(ctx, |_| Some(Wake::fail(broken(why))));
        self.early.wake_with(ctx, |()| Some(Wake::Retry));
    }

    fn break_it(&mut self, why: &'static str, ctx: &mut Ctx<'_>) {
        self.dismiss(State::Broken(why), why, ctx);
    }

    fn is_acting(&self, task: TaskId) -> bool {
        matches!(&self.state, State::Acting(holder) if holder.task == task)
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if !matches!(call.verb, Verb::Wait | Verb::Arrive | Verb::Exit) {
            args::none(call)?;
        }
        let asked = |value: Value| Ok(Attempt::Done(value));
        match call.verb {
            Verb::Wait if self.action.is_some() => Ok(Attempt::Unknown),
            Verb::Wait | Verb::Arrive => Ok(self.arrive(args::limit(call)?, ctx)),
            Verb::Abort => {
                self.break_it("it was aborted", ctx);
                asked(Value::Unit)
            }
            Verb::Reset => {
                self.dismiss(State::Filling, "it was reset", ctx);
                asked(Value::Unit)
            }
            Verb::Broken => asked(matches!(self.state, State::Broken(_)).into()),
            Verb::Parties => asked(Value::Int(self.parties as i64)),
            Verb::NWaiting => asked(Value::Int(self.arrived.len() as i64)),
            Verb::Action => asked(self.action.clone().map_or(Value::Unit, Value::Function)),
            Verb::Enter if self.is_acting(ctx.task) => asked(Value::Unit),
            Verb::Exit | Verb::Abandon if self.is_acting(ctx.task) => {
                if call.verb == Verb::Exit && !matches!(call.args, [Value::Bool(true), ..]) {
                    self.open(ctx);
                } else {
                    self.break_it("its action failed", ctx);
                }
                asked(Value::Unit)
            }
            // The action has aborted or reset the barrier itself.
            Verb::Exit | Verb::Abandon => asked(Value::Unit),
            _ => Ok(Attempt::Unknown),
        }
    }
}

fn broken(why: &str) -> FaultKind {
    FaultKind::BrokenBarrier(why.into())
}

impl EncodeState for Barrier {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            parties,
            action,
            state,
            arrived,
            early,
        } = self;
        (parties, action, state, arrived, early).encode_state(encoder);
    }
}

impl Primitive for Barrier {
    fn kind(&self) -> &'static str {
        "Barrier"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        // To arrive is to do something, except while an action runs.
        call.verb != Verb::Arrive || !matches!(self.state, State::Acting(_))
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        if self.early.contains(task) {
            return self.early.cancel_wait(task, why, |()| Attempt::Wait(None));
        }
        // A round in which the action runs is complete: nobody's time counts any more.
        if why == CancelReason::Timeout && matches!(self.state, State::Acting(_)) {
            return Attempt::Wait(None);
        }
        let reason = match why {
            CancelReason::Timeout => "the time of a thread at it was over",
            CancelReason::Stop => "a thread at it was stopped",
        };
        let was_there = self.arrived.contains(task);
        let timeout = |_| Attempt::fail(broken(reason));
        let answer = self.arrived.cancel_wait(task, why, timeout);
        if was_there {
            self.break_it(reason, ctx);
        }
        answer
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let barrier = args::made_in("Barrier", self.made_at);
        match &self.state {
            State::Acting(holder) => Waiting {
                what: format!("the action of {barrier}"),
                holders: vec![holder.clone()],
                ..Waiting::default()
            },
            _ => Waiting {
                what: format!("{barrier}: {}", self.state_text()),
                ..Waiting::default()
            },
        }
    }

    fn state_text(&self) -> String {
        match self.state {
            State::Broken(_) => "broken".into(),
            _ => format!("{} of {} waiting", self.arrived.len(), self.parties),
        }
    }
}

crate::value::state_key_test! { barrier_key, Barrier, Barrier::from_args(&[Value::Int(2)], Pos::NONE).unwrap();
    parties: 3,
    action: Some(function("f")),
    state: State::Acting(holder(2)),
    arrived: Waiters::one(2, 0),
    early: Waiters::one(2, ()),
    ; left out made_at
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, function};
    use super::*;
    use crate::value::Value::{Bool, Float, Int};

    fn barrier(table: &mut Table, args: &[Value]) -> Arc<crate::value::Object> {
        table.add(Barrier::from_args(args, Pos::NONE).unwrap())
    }

    #[test]
    fn the_last_one_opens_it_round_after_round() {
        let mut table = Table::default();
        let b = barrier(&mut table, &[Int(3)]);
        for _ in 0..2 {
            table.waits(&b, 1, Verb::Wait, &[]);
            table.waits(&b, 2, Verb::Wait, &[Int(5)]);
            table.done(&b, 9, Verb::NWaiting, &[], "2");
            table.done(&b, 3, Verb::Wait, &[], "2");
            assert_eq!(table.wakes(), ["1: 0", "2: 1"]);
        }
        table.done(&b, 9, Verb::Parties, &[], "3");
    }

    #[test]
    fn a_time_that_is_over_breaks_it_until_it_is_reset() {
        let mut table = Table::default();
        let b = barrier(&mut table, &[Int(3)]);
        table.waits(&b, 1, Verb::Wait, &[]);
        table.waits(&b, 2, Verb::Wait, &[Float(0.5)]);
        let answer = table.cancel_wait(&b, 2, CancelReason::Timeout);
        let Attempt::Fail(kind) = answer else {
            panic!("{answer:?}");
        };
        assert!(matches!(*kind, FaultKind::BrokenBarrier(_)));
        assert!(table.wakes()[0].starts_with("1: fail the barrier is broken"));
        table.done(&b, 9, Verb::Broken, &[], "true");
        table.misuse(&b, 9, Verb::Wait, &[], "time of a thread");
        table.done(&b, 9, Verb::Reset, &[], "()");
        table.waits(&b, 1, Verb::Wait, &[]);
        table.done(&b, 9, Verb::Reset, &[], "()");
        table.done(&b, 9, Verb::Broken, &[], "false");
        table.waits(&b, 1, Verb::Wait, &[]);
        table.done(&b, 9, Verb::Abort, &[], "()");
        assert_eq!(
            table.wakes(),
            [
                "1: fail the barrier is broken: it was reset",
                "1: fail the barrier is broken: it was aborted"
            ]
        );
    }

    #[test]
    fn others_go_on_after_the_action() {
        let mut table = Table::default();
        let b = barrier(&mut table, &[Int(2), Value::Function(function("f"))]);
        assert!(matches!(
            table.ask(&b, 1, Verb::Wait, &[]),
            Attempt::Unknown
        ));
        for failed in [false, true] {
            table.waits(&b, 1, Verb::Arrive, &[]);
            table.done(&b, 2, Verb::Arrive, &[], "1");
            table.waits(&b, 3, Verb::Arrive, &[]);
            assert!(table.wakes().is_empty());
            table.done(&b, 2, Verb::Enter, &[], "()");
            table.done(&b, 2, Verb::Exit, &[Bool(failed)], "()");
            let first = if failed {
                "1: fail the barrier is broken: its action failed"
            } else {
                "1: 0"
            };
            assert_eq!(table.wakes(), [first, "3: retry"]);
        }
        let zero = Barrier::from_args(&[Int(0)], Pos::NONE).unwrap_err();
        assert!(zero.to_string().contains("Barrier(0)"));
    }
}
