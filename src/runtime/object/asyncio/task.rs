//! A task: the handle of a fiber that takes turns with the other tasks of its event loop.

use std::sync::Arc;

use super::super::args;
use super::super::tickets::Tickets;
use super::awaiters::{Awaiters, with_loop};
use crate::value::object::{
    Attempt, Call, Ctx, Noticed, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{Fault, FaultKind, Value};

#[derive(Clone, Debug)]
enum State {
    Pending,
    Returned(Value),
    Failed(Arc<Fault>),
    Cancelled,
}

/// A task, as others see it.
#[derive(Clone, Debug)]
pub struct Task {
    name: Arc<str>,
    number: TaskId,
    event_loop: Arc<Object>,
    state: State,
    awaiters: Awaiters,
    tickets: Tickets,
}

/// What a task that was cancelled gets where it awaits, and who awaits it.
pub(super) fn cancelled(name: &str) -> FaultKind {
    FaultKind::cancelled(
        &format!("{name} was cancelled"),
        "a cancelled task gets this error where it awaits",
        "catch it to tidy up, and let it pass by `throw;`",
    )
}

/// Whether an error is that of a cancelled task, or was thrown on by one that caught it.
fn is_cancel(fault: &Fault) -> bool {
    match &fault.kind {
        FaultKind::Cancelled(_) => true,
        FaultKind::Thrown(Value::Map(map)) => map
            .get("error")
            .is_some_and(|error| error.as_str() == Some("CancelledError")),
        _ => false,
    }
}

impl Task {
    /// A task that has not ended.
    pub(super) fn new(name: Arc<str>, number: TaskId, event_loop: Arc<Object>) -> Self {
        Self {
            name,
            number,
            event_loop,
            state: State::Pending,
            awaiters: Awaiters::default(),
            tickets: Tickets::default(),
        }
    }

    /// Its value or error, once it has ended; who asks has seen the error.
    pub(super) fn outcome(&mut self, ctx: &mut Ctx<'_>) -> Option<Result<Value, FaultKind>> {
        match self.state.clone() {
            State::Pending => None,
            State::Returned(value) => Some(Ok(value)),
            State::Cancelled => Some(Err(cancelled(&self.name))),
            State::Failed(fault) => {
                let number = self.number;
                with_loop(&self.event_loop, ctx, |event_loop, _| {
                    event_loop.seen(number)
                });
                Some(Err(FaultKind::Elsewhere(fault)))
            }
        }
    }

    /// The error of a task that has failed, and its name; who asks has seen it.
    pub(super) fn failure(&mut self, ctx: &mut Ctx<'_>) -> Option<(Arc<str>, Arc<Fault>)> {
        match self.outcome(ctx) {
            Some(Err(FaultKind::Elsewhere(fault))) => Some((self.name.clone(), fault)),
            _ => None,
        }
    }

    /// Whether it was cancelled and has ended by that.
    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self.state, State::Cancelled)
    }

    /// Cancels it; whether it had not ended.
    pub(super) fn cancel(&self, ctx: &mut Ctx<'_>) -> bool {
        let is_pending = matches!(self.state, State::Pending);
        if is_pending {
            let number = self.number;
            with_loop(&self.event_loop, ctx, |event_loop, ctx| {
                event_loop.cancel(number, ctx);
            });
        }
        is_pending
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if ctx.task == self.number {
            return Err(FaultKind::misuse(
                &format!("{} awaits itself", self.name),
                "a task cannot wait for its own end",
                "let another task, such as the main one, await it",
            ));
        }
        let waited = match self.awaiters.resume(ctx) {
            Ok(waited) => waited,
            // As in Python, to cancel who awaits a task is to cancel that task.
            Err(cancelled) if !self.cancel(ctx) => return Err(cancelled),
            Err(_) => true,
        };
        match self.outcome(ctx) {
            Some(outcome) => outcome.map(Attempt::Done),
            None => self.awaiters.wait(waited, None, ctx),
        }
    }

    fn end(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let value = call.args.first().cloned().unwrap_or_default();
        let (state, end, by_force) = match (call.verb, value) {
            (Verb::Fail, Value::Error(fault)) if is_cancel(&fault) => {
                (State::Cancelled, Err(fault), false)
            }
            (Verb::Fail, Value::Error(fault)) => {
                let by_force = !fault.kind.is_catchable();
                (State::Failed(fault.clone()), Err(fault), by_force)
            }
            // Cancelled before it began.
            (Verb::Ready, _) => {
                let fault = Fault::new(cancelled(&self.name), crate::pos::Pos::NONE);
                (State::Cancelled, Err(Arc::new(fault)), false)
            }
            (_, value) => (State::Returned(value.clone()), Ok(value), false),
        };
        self.state = state;
        let (number, name) = (self.number, self.name.clone());
        if let (State::Failed(fault), false) = (&self.state, by_force) {
            let fault = fault.clone();
            with_loop(&self.event_loop, ctx, |event_loop, _| {
                event_loop.failed(number, name, fault);
            });
        }
        self.awaiters.wake_all(ctx);
        let has_failed = matches!(self.state, State::Failed(_));
        self.tickets.redeem(&has_failed.into(), ctx);
        with_loop(&self.event_loop, ctx, |event_loop, ctx| {
            event_loop.ended(number, end, by_force, ctx);
        });
        Attempt::Done(Value::Unit)
    }

    /// For the one who asks without waiting.
    fn not_done(&self) -> FaultKind {
        FaultKind::misuse(
            &format!("{} is not done", self.name),
            "only a task that has ended has a result or an exception",
            "wait for it first: `await task`",
        )
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if matches!(
            call.verb,
            Verb::Result
                | Verb::Exception
                | Verb::Done
                | Verb::Cancelled
                | Verb::Cancel
                | Verb::Name
        ) {
            args::none(call)?;
        }
        Ok(match call.verb {
            Verb::Await => self.awaited(ctx)?,
            Verb::Finish | Verb::Fail => self.end(call, ctx),
            Verb::Ready if matches!(self.state, State::Pending) => self.end(call, ctx),
            Verb::Watch => match &self.state {
                State::Pending => self.tickets.keep(call),
                state => Attempt::Done(matches!(state, State::Failed(_)).into()),
            },
            Verb::Result => match self.outcome(ctx) {
                Some(outcome) => Attempt::Done(outcome?),
                None => return Err(self.not_done()),
            },
            Verb::Exception => match self.outcome(ctx) {
                Some(Ok(_)) => Attempt::Done(Value::Unit),
                Some(Err(FaultKind::Elsewhere(fault))) => Attempt::Done(fault.to_value()),
                Some(Err(cancelled)) => return Err(cancelled),
                None => return Err(self.not_done()),
            },
            Verb::Done => Attempt::Done((!matches!(self.state, State::Pending)).into()),
            Verb::Cancelled => Attempt::Done(self.is_cancelled().into()),
            Verb::Cancel => Attempt::Done(self.cancel(ctx).into()),
            Verb::Name => Attempt::Done(Value::from(&*self.name)),
            _ => Attempt::Unknown,
        })
    }
}

impl Primitive for Task {
    fn kind(&self) -> &'static str {
        "Task"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_private(&self, call: Call<'_>) -> bool {
        matches!(call.verb, Verb::Finish | Verb::Fail | Verb::Name)
    }

    /// One task of a loop runs at a time: those that follow go on when it has ended.
    fn end_is_noticed(&self, _end: Verb) -> Noticed {
        Noticed::Never
    }

    fn withdraw(&mut self, task: TaskId, _why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        self.awaiters.forget(task);
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.awaiters.waiting(task, || Waiting {
            what: format!("the end of {}", self.name),
            holders: Vec::new(),
            awaited: vec![self.number],
        })
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        let state = match &self.state {
            State::Pending => "pending",
            State::Returned(_) => "done",
            State::Failed(_) => "failed",
            State::Cancelled => "cancelled",
        };
        format!("{}, {state}", self.name)
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        visitor.text(&self.name);
        visitor.task(self.number);
        visitor.value(&Value::Object(self.event_loop.clone()));
        match &self.state {
            State::Pending => visitor.number(0),
            State::Returned(value) => {
                visitor.number(1);
                visitor.value(value);
            }
            State::Failed(fault) => {
                visitor.number(2);
                visitor.value(&Value::Error(fault.clone()));
            }
            State::Cancelled => visitor.number(3),
        }
        self.awaiters.visit(visitor);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
