//! A function that runs once, however many threads call it: Go's `sync.OnceValue`, Rust's
//! `std::sync::Once`.
//!
//! The first thread runs it; those who come meanwhile wait, and all get the value that it gave. As
//! in Rust, an error in it passes on to the thread that ran it, and all others get an error that
//! says so: nobody goes on as if what the function was to prepare were there.
//!
//! An object cannot call a function of the script, so `call` is in the prelude: it asks by
//! [`Verb::Begin`] and, when it is the first, runs the function inside a `with` of this object,
//! which is allowed to that thread alone.

use super::args;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, FaultKind, Holder, StateEncoder, Value};

#[derive(Clone, Debug)]
enum State {
    New,
    /// The thread that runs the function, and what that gave, when it has.
    Running(Holder, Value),
    Done(Value),
    /// The function has failed; it was begun here.
    Failed(Pos),
}

impl EncodeState for State {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::New => encoder.number(0),
            Self::Running(holder, value) => (1, holder, value).encode_state(encoder),
            Self::Done(value) => (2, value).encode_state(encoder),
            Self::Failed(at) => (3, at).encode_state(encoder),
        }
    }
}

/// See the head of the file.
#[derive(Clone, Debug)]
pub struct Once {
    made_at: Pos,
    state: State,
    /// Invariant: threads wait only while the function runs.
    waiters: Waiters<()>,
}

impl Once {
    /// One whose function has not run. The position is for messages.
    pub fn new(made_at: Pos) -> Self {
        Self {
            made_at,
            state: State::New,
            waiters: Waiters::default(),
        }
    }

    /// `()` for the thread that shall run the function, `[value]` for all others.
    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        match &self.state {
            State::New => {
                let holder = Holder {
                    task: ctx.task,
                    since: ctx.pos,
                };
                self.state = State::Running(holder, Value::Unit);
                Attempt::Done(Value::Unit)
            }
            State::Running(..) => self.waiters.wait((), None, ctx),
            State::Done(value) => Attempt::Done(Value::array(vec![value.clone()])),
            State::Failed(at) => Attempt::fail(self.failed(*at)),
        }
    }

    /// The function has come to its end.
    fn finish(&mut self, has_failed: bool, ctx: &mut Ctx<'_>) {
        let State::Running(holder, value) = &self.state else {
            return;
        };
        let (state, wake) = if has_failed {
            let at = holder.since;
            (State::Failed(at), Wake::fail(self.failed(at)))
        } else {
            let given = Value::array(vec![value.clone()]);
            (State::Done(value.clone()), Wake::Grant(given))
        };
        self.state = state;
        self.waiters.wake_with(ctx, |()| Some(wake.clone()));
    }

    fn is_run_by(&self, task: TaskId) -> bool {
        matches!(&self.state, State::Running(holder, _) if holder.task == task)
    }

    fn failed(&self, at: Pos) -> FaultKind {
        let once = args::made_in("Once", self.made_at);
        FaultKind::misuse(
            Class::RuntimeError,
            &format!(
                "the function of {once}, called in line {}, has failed",
                at.line
            ),
            "it runs only once, whatever becomes of it",
            "let the function catch its own errors, or make a new Once to try again",
        )
    }
}

impl EncodeState for Once {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            state,
            waiters,
        } = self;
        (state, waiters).encode_state(encoder);
    }
}

impl Primitive for Once {
    fn kind(&self) -> &'static str {
        "Once"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match (call.verb, call.args) {
            (Verb::Begin, []) => return self.begin(ctx),
            (Verb::Begin, args) => {
                return match super::thread::call("call", args) {
                    Ok(_) => self.begin(ctx),
                    Err(kind) => Attempt::fail(kind),
                };
            }
            (Verb::Done, _) => {
                return match args::none(call) {
                    Ok(()) => Attempt::Done(matches!(self.state, State::Done(_)).into()),
                    Err(kind) => Attempt::fail(kind),
                };
            }
            (Verb::Give, [value]) => {
                if let State::Running(_, given) = &mut self.state {
                    *given = value.clone();
                }
                return Attempt::Done(value.clone());
            }
            (Verb::Enter, _) if self.is_run_by(ctx.task) => {}
            (Verb::Exit, [failed, ..]) if self.is_run_by(ctx.task) => {
                self.finish(matches!(failed, Value::Bool(true)), ctx);
            }
            (Verb::Abandon, _) if self.is_run_by(ctx.task) => self.finish(true, ctx),
            (Verb::Abandon, _) => {}
            _ => return Attempt::Unknown,
        }
        Attempt::Done(Value::Unit)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        call.verb != Verb::Begin || !matches!(self.state, State::Running(..))
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        // Nobody waits with a limit.
        self.waiters
            .cancel_wait(task, why, |()| Attempt::Wait(None))
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let holders = match &self.state {
            State::Running(holder, _) => vec![holder.clone()],
            _ => Vec::new(),
        };
        Waiting {
            what: format!("the function of {}", args::made_in("Once", self.made_at)),
            holders,
            awaited: Vec::new(),
        }
    }

    fn state_text(&self) -> String {
        match &self.state {
            State::New => "not called".into(),
            State::Running(holder, _) => format!("running since {}", holder.since.at()),
            State::Done(_) => "done".into(),
            State::Failed(_) => "failed".into(),
        }
    }
}

crate::value::state_key_test! { once_key, Once, Once::new(Pos::NONE);
    state: State::Done(Value::Unit),
    waiters: Waiters::one(2, ()),
    ; left out made_at
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;
    use crate::value::Value::Int;

    #[test]
    fn the_first_runs_it_and_all_get_its_value() {
        let mut table = Table::default();
        let once = table.add(Once::new(Pos::NONE));
        assert_eq!(once.text(), "Once(not called)");
        table.done(&once, 1, Verb::Begin, &[], "()");
        table.done(&once, 1, Verb::Enter, &[], "()");
        table.waits(&once, 2, Verb::Begin, &[]);
        table.done(&once, 2, Verb::Done, &[], "false");
        table.done(&once, 1, Verb::Give, &[Int(7)], "7");
        assert!(table.wakes().is_empty(), "the function has not ended");
        table.done(&once, 1, Verb::Exit, &[Value::Bool(false)], "()");
        assert_eq!(table.wakes(), ["2: [7]"]);
        table.done(&once, 3, Verb::Begin, &[], "[7]");
        table.done(&once, 3, Verb::Done, &[], "true");
    }

    #[test]
    fn an_error_is_told_to_all_others() {
        for end in [Verb::Exit, Verb::Abandon] {
            let mut table = Table::default();
            let once = table.add(Once::new(Pos::NONE));
            table.done(&once, 1, Verb::Begin, &[], "()");
            table.waits(&once, 2, Verb::Begin, &[]);
            table.done(&once, 1, end, &[Value::Bool(true)], "()");
            let wakes = table.wakes();
            assert!(
                wakes[0].contains("called in line 1, has failed"),
                "{wakes:?}"
            );
            table.misuse(&once, 3, Verb::Begin, &[], "runs only once");
            assert_eq!(once.text(), "Once(failed)");
        }
    }

    #[test]
    fn only_the_one_who_runs_it_is_inside() {
        let mut table = Table::default();
        let once = table.add(Once::new(Pos::NONE));
        let enters = table.ask(&once, 1, Verb::Enter, &[]);
        assert!(matches!(enters, Attempt::Unknown));
        table.done(&once, 1, Verb::Begin, &[], "()");
        table.waits(&once, 2, Verb::Begin, &[]);
        assert_eq!(once.blockers(TaskId(2)), [TaskId(1)]);
        table.cancel_wait(&once, 2, CancelReason::Stop);
        table.done(&once, 2, Verb::Abandon, &[], "()");
        table.done(&once, 1, Verb::Exit, &[Value::Bool(false)], "()");
        assert!(table.wakes().is_empty());
    }
}
