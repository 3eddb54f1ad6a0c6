//! A task: the handle of a fiber that takes turns with the other tasks of its event loop.

use std::sync::Arc;

use super::super::args;
use super::awaitable::Awaitable;
use super::awaiters::{Awaiters, with_loop};
use super::event_loop;
use crate::value::object::{Attempt, Call, Ctx, Notice, Noticed, Object, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, Fault, FaultKind, Function, StateEncoder, Value};

#[derive(Clone, Debug)]
enum State {
    Pending,
    Returned(Value),
    Failed(Arc<Fault>),
    Cancelled,
}

impl EncodeState for State {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Pending => encoder.number(0),
            Self::Returned(value) => (1, value).encode_state(encoder),
            Self::Failed(fault) => (2, fault).encode_state(encoder),
            Self::Cancelled => encoder.number(3),
        }
    }
}

/// A task, as others see it.
#[derive(Clone, Debug)]
pub struct Task {
    name: Arc<str>,
    number: TaskId,
    event_loop: Arc<Object>,
    state: State,
    awaiters: Awaiters,
    /// The objects that the loop notifies of its end, each with a number. As Python's callbacks do, they
    /// keep each other alive: a group notes how its tasks end also when nobody awaits it any more.
    watchers: Vec<(Arc<Object>, i64)>,
    /// What is called with it when it has ended.
    callbacks: Vec<Arc<Function>>,
}

/// The error that is raised in a cancelled task where it awaits, and in the tasks that await it.
pub(super) fn cancelled(name: &str) -> FaultKind {
    FaultKind::cancelled(
        Class::TaskCancelled,
        &format!("{name} was cancelled"),
        "a cancelled task gets this error where it awaits",
        "catch it to tidy up, and let it pass by `throw;`",
    )
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
            watchers: Vec::new(),
            callbacks: Vec::new(),
        }
    }

    /// Has `watcher` notified of the end of `task`, under this number; as in Python not at once, but
    /// when the event loop comes to it.
    pub(super) fn tell_end(task: &Arc<Object>, watcher: &Arc<Object>, number: usize) {
        task.change(|task: &mut Self| {
            task.watchers.push((watcher.clone(), number as i64));
            if task.is_done() {
                task.notify_watchers();
            }
        });
    }

    /// No longer has `watcher` notified.
    pub(super) fn forget_watcher(&mut self, watcher: &Arc<Object>) {
        self.watchers
            .retain(|(other, _)| !Arc::ptr_eq(other, watcher));
    }

    fn notify_watchers(&mut self) {
        let watchers = std::mem::take(&mut self.watchers);
        if watchers.is_empty() {
            return;
        }
        let has_failed = matches!(self.state, State::Failed(_));
        let this = &self.event_loop;
        this.change(|event_loop: &mut event_loop::EventLoop| {
            for (to, number) in watchers {
                let args = [Value::Int(number), has_failed.into()];
                event_loop.notify_soon(Notice { to, args }, this);
            }
        });
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

    /// Whether it has ended.
    pub(super) fn is_done(&self) -> bool {
        !matches!(self.state, State::Pending)
    }

    /// Whether it has ended by an error, also that of being cancelled.
    pub(super) fn has_raised(&self) -> bool {
        matches!(self.state, State::Failed(_) | State::Cancelled)
    }

    fn add_callback(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        let [Value::Function(callback)] = call.args else {
            let name = "add_done_callback";
            return super::super::thread::call(name, call.args).map(|_| ());
        };
        match self.state {
            State::Pending => self.callbacks.push(callback.clone()),
            _ => self.call_soon(callback.clone(), ctx),
        }
        Ok(())
    }

    fn call_soon(&self, callback: Arc<Function>, ctx: &mut Ctx<'_>) {
        let name = format!("the callback of {}", self.name).into();
        let call = (callback, vec![Value::Object(ctx.this.clone())]);
        event_loop::call_soon(&self.event_loop, name, call, (ctx.ids, ctx.pos));
    }

    fn set_name(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        let name = match call.args {
            [name] => crate::value::print_text(name),
            more => return Err(args::arity(call.verb, &[1], more.len())),
        };
        self.name = name.into();
        let (number, name) = (self.number, &self.name);
        with_loop(&self.event_loop, ctx, |event_loop, _| {
            event_loop.rename(number, name);
        });
        Ok(())
    }

    fn end(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let value = call.args.first().cloned().unwrap_or_default();
        let (state, end, by_force) = match (call.verb, value) {
            (Verb::Fail, Value::Error(fault)) if fault.kind.is_cancel() => {
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
            // Cancelled, but it has awaited nothing since.
            _ if self.take_cancel(ctx) => {
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
        // The tasks that await it come last: a task can only await one that it was given.
        for callback in std::mem::take(&mut self.callbacks) {
            self.call_soon(callback, ctx);
        }
        self.notify_watchers();
        self.awaiters.wake_all(ctx);
        with_loop(&self.event_loop, ctx, |event_loop, ctx| {
            event_loop.ended(number, end, by_force, ctx);
        });
        Attempt::Done(Value::Unit)
    }

    fn take_cancel(&self, ctx: &mut Ctx<'_>) -> bool {
        let number = self.number;
        with_loop(&self.event_loop, ctx, |event_loop, _| {
            event_loop.take_cancel(number)
        })
        .is_some()
    }

    /// For the one who asks without waiting.
    fn not_done(&self) -> FaultKind {
        FaultKind::misuse(
            Class::InvalidStateError,
            &format!("{} is not done", self.name),
            "only a task that has ended has a result or an exception",
            "wait for it first: `await task`",
        )
    }
}

impl EncodeState for Task {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            name,
            number,
            event_loop,
            state,
            awaiters,
            watchers,
            callbacks,
        } = self;
        (
            name, number, event_loop, state, awaiters, watchers, callbacks,
        )
            .encode_state(encoder);
    }
}

impl Awaitable for Task {
    type WaitRequest = ();

    fn kind(&self) -> &'static str {
        "Task"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if matches!(
            call.verb,
            Verb::Result
                | Verb::Exception
                | Verb::Done
                | Verb::Cancelled
                | Verb::Cancel
                | Verb::Name
                | Verb::GetName
        ) {
            args::none(call)?;
        }
        Ok(match call.verb {
            Verb::Await if ctx.task == self.number => {
                return Err(FaultKind::misuse(
                    Class::RuntimeError,
                    &format!("{} awaits itself", self.name),
                    "a task cannot wait for its own end",
                    "let another task, such as the main one, await it",
                ));
            }
            Verb::Await => self.awaited(ctx)?,
            Verb::Finish | Verb::Fail => self.end(call, ctx),
            Verb::Ready if !self.is_done() => self.end(call, ctx),
            Verb::Watch => match &self.state {
                State::Pending => {
                    if let [Value::Object(watcher), Value::Int(number)] = call.args {
                        self.watchers.push((watcher.clone(), *number));
                    }
                    Attempt::Done(Value::Unit)
                }
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
            Verb::Done => Attempt::Done(self.is_done().into()),
            Verb::Cancelled => Attempt::Done(self.is_cancelled().into()),
            Verb::Cancel => Attempt::Done(self.cancel(ctx).into()),
            Verb::Name | Verb::GetName => Attempt::Done(Value::from(&*self.name)),
            Verb::SetName => {
                self.set_name(call, ctx)?;
                Attempt::Done(Value::Unit)
            }
            Verb::AddCallback => {
                self.add_callback(call, ctx)?;
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }

    fn answer(
        &mut self,
        _wish: &(),
        _waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        self.outcome(ctx).transpose()
    }

    /// As in Python, to cancel who awaits a task is to cancel that task.
    fn cancelled(
        &mut self,
        _wish: &(),
        cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        match self.cancel(ctx) {
            true => Ok(()),
            false => Err(cancelled),
        }
    }

    fn waits_for(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("the end of {}", self.name),
            holders: Vec::new(),
            awaited: vec![self.number],
        }
    }

    /// One task of a loop runs at a time: those that follow go on when it has ended.
    fn end_is_noticed(&self, _end: Verb) -> Noticed {
        Noticed::Never
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
}

crate::value::state_key_test! { task_key, Task, Task::new("t".into(), TaskId(2), object());
    name: "u".into(),
    number: TaskId(3),
    event_loop: object(),
    state: State::Cancelled,
    awaiters: Awaiters::one(),
    watchers: vec![(object(), 0)],
    callbacks: vec![function("f")],
}
