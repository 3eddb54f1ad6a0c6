//! The value that one task of a pool will have.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, Ctx, Object, Primitive, TaskId, Verb, Waiting, Wake, Withdrawal,
};
use crate::value::{Fault, FaultKind, Function, Value};

#[derive(Clone, Debug)]
enum State {
    Pending {
        function: Arc<Function>,
        args: Vec<Value>,
    },
    Running {
        by: TaskId,
    },
    Done(Value),
    Failed(Arc<Fault>),
    Cancelled,
}

/// What a thread wants that waits for a future, for at most so many seconds.
#[derive(Clone, Copy, Debug)]
enum Wants {
    Result(Option<f64>),
    Exception(Option<f64>),
}

/// A task of a pool and its value to be.
#[derive(Clone, Debug)]
pub struct Future {
    submitted_at: Pos,
    state: State,
    /// Whose threads it waits for, until one has begun it.
    pool: Option<Arc<Object>>,
    waiters: Waiters<Wants>,
}

impl Future {
    /// A task that will call `function` with `args`. The position is for messages.
    pub fn new(function: Arc<Function>, args: Vec<Value>, submitted_at: Pos) -> Self {
        Self {
            submitted_at,
            state: State::Pending { function, args },
            pool: None,
            waiters: Waiters::default(),
        }
    }

    /// The same task, for the threads of `pool`.
    pub(super) fn in_pool(self, pool: Arc<Object>) -> Self {
        Self {
            pool: Some(pool),
            ..self
        }
    }

    /// The call to run, once; then it is running in the thread that the argument names.
    fn take_job(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        if !matches!(self.state, State::Pending { .. }) {
            return Attempt::End;
        }
        let by = args::task(call.args.first()).unwrap_or(ctx.task);
        self.pool = None;
        if let State::Pending { function, args } =
            std::mem::replace(&mut self.state, State::Running { by })
        {
            ctx.effects.next = Some((function, args));
        }
        Attempt::Done(Value::Unit)
    }

    fn settle(&mut self, state: State, ctx: &mut Ctx<'_>) {
        self.state = state;
        self.pool = None;
        let mut waiters = std::mem::take(&mut self.waiters);
        waiters.wake_with(ctx, |wants| self.answer(*wants));
    }

    /// What those who wait get; nothing while it is not done.
    fn answer(&self, wants: Wants) -> Option<Wake> {
        Some(match (&self.state, wants) {
            (State::Pending { .. } | State::Running { .. }, _) => return None,
            (State::Done(value), Wants::Result(_)) => Wake::Grant(value.clone()),
            (State::Done(_), Wants::Exception(_)) => Wake::Grant(Value::Unit),
            (State::Failed(fault), Wants::Result(_)) => {
                Wake::Fail(FaultKind::Elsewhere(fault.clone()))
            }
            (State::Failed(fault), Wants::Exception(_)) => Wake::Grant(fault.to_value()),
            (State::Cancelled, _) => Wake::Fail(FaultKind::misuse(
                "a cancelled Future was asked for its result",
                "a task that was cancelled never runs and has no result",
                "ask cancelled() first",
            )),
        })
    }

    fn wait(&mut self, wants: Wants, limit: Option<Duration>, ctx: &mut Ctx<'_>) -> Attempt {
        match self.answer(wants) {
            Some(Wake::Fail(kind)) => Attempt::Fail(kind),
            Some(Wake::Grant(value)) => Attempt::Done(value),
            _ => self.waiters.wait(wants, limit, ctx),
        }
    }

    fn cancel(&mut self, ctx: &mut Ctx<'_>) -> bool {
        if matches!(self.state, State::Pending { .. }) {
            self.settle(State::Cancelled, ctx);
        }
        matches!(self.state, State::Cancelled)
    }

    fn is_done(&self) -> bool {
        !matches!(self.state, State::Pending { .. } | State::Running { .. })
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let asked = |yes: bool| args::none(call).map(|()| Attempt::Done(yes.into()));
        let limit = || {
            let limit = args::limit(call)?;
            Ok((limit, limit.map(|limit| limit.as_secs_f64())))
        };
        match call.verb {
            Verb::Result => {
                let (limit, seconds) = limit()?;
                Ok(self.wait(Wants::Result(seconds), limit, ctx))
            }
            Verb::Exception => {
                let (limit, seconds) = limit()?;
                Ok(self.wait(Wants::Exception(seconds), limit, ctx))
            }
            Verb::Done => asked(self.is_done()),
            Verb::Running => asked(matches!(self.state, State::Running { .. })),
            Verb::Cancelled => asked(matches!(self.state, State::Cancelled)),
            Verb::Cancel => asked(self.cancel(ctx)),
            Verb::TakeJob => Ok(self.take_job(call, ctx)),
            Verb::Resolve => {
                let value = call.args.last().cloned().unwrap_or_default();
                self.settle(State::Done(value), ctx);
                Ok(Attempt::Done(Value::Unit))
            }
            Verb::Reject => {
                if let Some(Value::Error(fault)) = call.args.last() {
                    self.settle(State::Failed(fault.clone()), ctx);
                }
                Ok(Attempt::Done(Value::Unit))
            }
            _ => Ok(Attempt::Unknown),
        }
    }
}

impl Primitive for Future {
    fn kind(&self) -> &'static str {
        "Future"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::Fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        // With a limit, arriving starts the clock.
        !matches!(call.verb, Verb::Result | Verb::Exception)
            || self.is_done()
            || !call.args.is_empty()
    }

    fn withdraw(&mut self, task: TaskId, why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        self.waiters.withdraw(task, why, |wants| {
            let (Wants::Result(seconds) | Wants::Exception(seconds)) = wants;
            Attempt::Fail(FaultKind::Timeout {
                what: "the result of a Future".into(),
                seconds: seconds.unwrap_or_default(),
            })
        })
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let what = if self.submitted_at.is_none() {
            "the result of a Future".into()
        } else {
            format!(
                "the result of the task submitted in line {}",
                self.submitted_at.line
            )
        };
        let awaited = match self.state {
            State::Running { by } => vec![by],
            _ => Vec::new(),
        };
        Waiting {
            what,
            holders: Vec::new(),
            awaited,
        }
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        match (&self.state, &self.pool) {
            (State::Running { by }, _) => Blockers::Threads(vec![*by]),
            (State::Pending { .. }, Some(pool)) => Blockers::Of(pool.clone()),
            _ => Blockers::Threads(Vec::new()),
        }
    }

    fn state_text(&self) -> String {
        match &self.state {
            State::Pending { .. } => "waiting for a thread".into(),
            State::Running { .. } => "running".into(),
            State::Done(value) => format!("done: {value:?}"),
            State::Failed(fault) => format!("failed: {}", fault.kind),
            State::Cancelled => "cancelled".into(),
        }
    }

    fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        match &self.state {
            State::Pending { function, args } => {
                visit(&Value::Function(function.clone()));
                args.iter().for_each(visit);
            }
            State::Done(value) => visit(value),
            State::Failed(fault) => visit(&Value::Error(fault.clone())),
            State::Running { .. } | State::Cancelled => {}
        }
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, function};
    use super::*;

    #[test]
    fn runs_once_and_wakes_those_who_wait() {
        let mut table = Table::default();
        let future = table.add(Future::new(function("f"), vec![], Pos::NONE));
        table.done(&future, 1, Verb::Done, &[], "false");
        table.waits(&future, 1, Verb::Result, &[]);
        table.waits(&future, 2, Verb::Exception, &[Value::Float(0.1)]);
        table.done(&future, 3, Verb::TakeJob, &[Value::Int(7)], "()");
        assert!(table.effects.next.take().is_some());
        assert!(matches!(
            table.ask(&future, 3, Verb::TakeJob, &[]),
            Attempt::End
        ));
        table.done(&future, 1, Verb::Running, &[], "true");
        table.done(&future, 1, Verb::Cancel, &[], "false");
        assert_eq!(future.state().waiting(TaskId(1)).awaited, [TaskId(7)]);
        table.done(&future, 7, Verb::Resolve, &[Value::Int(49)], "()");
        assert_eq!(table.wakes(), ["1: 49", "2: ()"]);
        table.done(&future, 1, Verb::Result, &[], "49");
    }

    #[test]
    fn a_cancelled_task_never_runs() {
        let mut table = Table::default();
        let future = table.add(Future::new(function("f"), vec![], Pos::NONE));
        table.waits(&future, 1, Verb::Result, &[]);
        table.done(&future, 2, Verb::Cancel, &[], "true");
        assert!(table.wakes()[0].contains("cancelled Future"));
        table.done(&future, 2, Verb::Cancelled, &[], "true");
        assert!(matches!(
            table.ask(&future, 3, Verb::TakeJob, &[]),
            Attempt::End
        ));
    }

    #[test]
    fn a_result_that_takes_too_long_is_an_error() {
        let mut table = Table::default();
        let future = table.add(Future::new(function("f"), vec![], Pos::NONE));
        table.waits(&future, 1, Verb::Result, &[Value::Float(0.5)]);
        let answer = table.withdraw(&future, 1, Withdrawal::Timeout);
        assert!(matches!(
            answer,
            Attempt::Fail(FaultKind::Timeout { seconds: 0.5, .. })
        ));
    }
}
