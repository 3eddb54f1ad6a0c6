//! The value that one task of a pool will have. One file, as those who wait, those who watch and the
//! callbacks all follow one state.
//!
//! A callback is a function of the script, which no object can call. The thread that ends a task is
//! given the calls to make: the pool's thread makes them before its next task, any other thread in the
//! prelude.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::args;
use super::tickets::Tickets;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Failure, Noticed, Object, Primitive, TaskId, Verb,
    Waiting, Wake,
};
use crate::value::{Class, EncodeState, Fault, FaultKind, Function, StateEncoder, Value};

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

impl EncodeState for State {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Pending { function, args } => (0, function, args).encode_state(encoder),
            Self::Running { by } => (1, by).encode_state(encoder),
            Self::Done(value) => (2, value).encode_state(encoder),
            Self::Failed(fault) => (3, fault).encode_state(encoder),
            Self::Cancelled => encoder.number(4),
        }
    }
}

/// What a thread wants that waits for a future, for at most so many seconds.
#[derive(Clone, Copy, Debug)]
enum Wants {
    Result(Option<f64>),
    Exception(Option<f64>),
}

impl EncodeState for Wants {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Result(seconds) => (0, seconds).encode_state(encoder),
            Self::Exception(seconds) => (1, seconds).encode_state(encoder),
        }
    }
}

/// What is to be called when the task has ended.
#[derive(Clone, Debug)]
struct Callback {
    /// A function of the prelude that calls the script's and reports its error.
    guard: Arc<Function>,
    function: Arc<Function>,
}

impl EncodeState for Callback {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { guard, function } = self;
        (guard, function).encode_state(encoder);
    }
}

impl Callback {
    /// The call, as a function without parameters.
    fn call(&self, ctx: &Ctx<'_>) -> Value {
        let mut call = Function::clone(&self.guard);
        call.curried = vec![
            Value::Function(self.function.clone()),
            Value::Object(ctx.this.clone()),
        ]
        .into();
        Value::Function(Arc::new(call))
    }
}

/// The pool in which a task waits, for reports of why it does not begin.
#[derive(Clone, Debug)]
pub(super) struct InPool {
    pub(super) pool: Weak<Object>,
    pub(super) name: Arc<str>,
}

impl EncodeState for InPool {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { pool, name } = self;
        encoder.weak(pool, 0);
        name.encode_state(encoder);
    }
}

/// The error of a task as it is raised for those who ask: where it happened, or where they ask when
/// the task itself did nothing wrong.
pub(super) fn raised(fault: &Arc<Fault>) -> FaultKind {
    match &fault.kind {
        FaultKind::BrokenPool(_) | FaultKind::BrokenProcessPool { .. } => fault.kind.clone(),
        _ => FaultKind::Elsewhere(fault.clone()),
    }
}

/// A task of a pool and its value to be.
#[derive(Clone, Debug)]
pub struct Future {
    submitted_at: Pos,
    in_pool: Option<InPool>,
    state: State,
    waiters: Waiters<Wants>,
    tickets: Tickets,
    callbacks: Vec<Callback>,
}

impl Future {
    /// A task that will call `function` with `args`. The position is for messages.
    pub fn new(function: Arc<Function>, args: Vec<Value>, submitted_at: Pos) -> Self {
        Self {
            submitted_at,
            in_pool: None,
            state: State::Pending { function, args },
            waiters: Waiters::default(),
            tickets: Tickets::default(),
            callbacks: Vec::new(),
        }
    }

    /// The same in a pool.
    pub(super) fn in_pool(mut self, in_pool: InPool) -> Self {
        self.in_pool = Some(in_pool);
        self
    }

    /// The call to run, once; then it is running in the thread that the argument names.
    fn take_job(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        if !matches!(self.state, State::Pending { .. }) {
            return Attempt::End;
        }
        let by = args::task(call.args.first()).unwrap_or(ctx.task);
        if let State::Pending { function, args } =
            std::mem::replace(&mut self.state, State::Running { by })
        {
            ctx.effects.next = Some((function, args));
        }
        Attempt::Done(Value::Unit)
    }

    /// The task has ended. Gives the calls of its callbacks, in the order in which they were added.
    fn settle(&mut self, state: State, ctx: &mut Ctx<'_>) -> Vec<Value> {
        self.state = state;
        let mut waiters = std::mem::take(&mut self.waiters);
        waiters.wake_with(ctx, |wants| self.answer(*wants));
        self.tickets.redeem(&self.has_failed(), ctx);
        let callbacks = std::mem::take(&mut self.callbacks);
        let call = |callback: &Callback| callback.call(ctx);
        callbacks.iter().map(call).collect()
    }

    /// What the watchers are notified of: whether it has ended by an error.
    fn has_failed(&self) -> Value {
        Value::Bool(matches!(self.state, State::Failed(_)))
    }

    /// What those who wait get; nothing while it is not done.
    fn answer(&self, wants: Wants) -> Option<Wake> {
        Some(match (&self.state, wants) {
            (State::Pending { .. } | State::Running { .. }, _) => return None,
            (State::Done(value), Wants::Result(_)) => Wake::Grant(value.clone()),
            (State::Done(_), Wants::Exception(_)) => Wake::Grant(Value::Unit),
            (State::Failed(fault), Wants::Result(_)) => Wake::fail(raised(fault)),
            (State::Failed(fault), Wants::Exception(_)) => Wake::Grant(fault.to_value()),
            (State::Cancelled, _) => Wake::fail(FaultKind::cancelled(
                Class::FutureCancelled,
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

    fn is_pending(&self) -> bool {
        matches!(self.state, State::Pending { .. })
    }

    /// Cancels the task unless it has begun; gives the calls of its callbacks.
    fn cancel(&mut self, ctx: &mut Ctx<'_>) -> Vec<Value> {
        match self.state {
            State::Pending { .. } => self.settle(State::Cancelled, ctx),
            _ => Vec::new(),
        }
    }

    /// Notes a callback, or gives its call when the task has ended already.
    fn add_callback(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let [Value::Function(guard), rest @ ..] = call.args else {
            return Ok(Attempt::Unknown);
        };
        let (function, _) = super::call("add_done_callback", rest)?;
        let guard = guard.clone();
        let callback = Callback { guard, function };
        let mut calls = Vec::new();
        if self.is_done() {
            calls.push(callback.call(ctx));
        } else {
            self.callbacks.push(callback);
        }
        Ok(Attempt::Done(Value::array(calls)))
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
            // The prelude makes the calls.
            Verb::Cancel if self.is_pending() && !self.callbacks.is_empty() => Ok(Attempt::Unknown),
            Verb::Cancel => {
                args::none(call)?;
                self.cancel(ctx);
                asked(matches!(self.state, State::Cancelled))
            }
            Verb::CancelWithCallbacks => Ok(Attempt::Done(Value::array(self.cancel(ctx)))),
            Verb::AddCallback => self.add_callback(call, ctx),
            Verb::Report => {
                if let [Value::Error(fault)] = call.args {
                    let message = format!("a callback of a Future failed: {}", fault.kind);
                    let pos = fault.pos;
                    let about = None;
                    let failure = Failure {
                        message,
                        pos,
                        about,
                    };
                    ctx.effects.failures.push(failure);
                }
                Ok(Attempt::Done(Value::Unit))
            }
            Verb::Watch if self.is_done() => Ok(Attempt::Done(self.has_failed())),
            Verb::Watch => Ok(self.tickets.keep(call)),
            Verb::TakeJob => Ok(self.take_job(call, ctx)),
            Verb::Resolve => {
                let value = call.args.last().cloned().unwrap_or_default();
                Ok(calls(self.settle(State::Done(value), ctx)))
            }
            Verb::Reject | Verb::Break => {
                let Some(Value::Error(fault)) = call.args.last() else {
                    return Ok(Attempt::Unknown);
                };
                // A pool breaks tasks that have not begun.
                if call.verb == Verb::Break && !self.is_pending() {
                    return Ok(calls(Vec::new()));
                }
                Ok(calls(self.settle(State::Failed(fault.clone()), ctx)))
            }
            _ => Ok(Attempt::Unknown),
        }
    }
}

/// Tells a pool's thread which calls to make. Most often there are none, and nothing is made of that.
fn calls(calls: Vec<Value>) -> Attempt {
    Attempt::Done(match calls.is_empty() {
        true => Value::Unit,
        false => Value::array(calls),
    })
}

impl EncodeState for Future {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            submitted_at,
            in_pool,
            state,
            waiters,
            tickets,
            callbacks,
        } = self;
        (submitted_at, in_pool, state, waiters, tickets, callbacks).encode_state(encoder);
    }
}

impl Primitive for Future {
    fn kind(&self) -> &'static str {
        "Future"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        // With a limit, arriving starts the clock.
        let would_wait = match call.verb {
            Verb::Result | Verb::Exception => call.args.is_empty(),
            Verb::Watch => true,
            _ => false,
        };
        !would_wait || self.is_done()
    }

    fn end_is_noticed(&self, _end: Verb) -> Noticed {
        Noticed::AmongFutures
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        self.waiters.cancel_wait(task, why, |wants| {
            let (Wants::Result(seconds) | Wants::Exception(seconds)) = wants;
            Attempt::fail(FaultKind::Timeout {
                what: "the result of a Future".into(),
                seconds: seconds.unwrap_or_default(),
            })
        })
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let mut what = if self.submitted_at.is_none() {
            "the result of a Future".into()
        } else {
            format!(
                "the result of the task submitted in line {}",
                self.submitted_at.line
            )
        };
        if let (State::Pending { .. }, Some(in_pool)) = (&self.state, &self.in_pool) {
            let name = &in_pool.name;
            what.push_str(&format!(", which waits for a free thread of {name}"));
        }
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
        match (&self.state, &self.in_pool) {
            (State::Running { by }, _) => Blockers::Threads(vec![*by]),
            (State::Pending { .. }, Some(in_pool)) => Blockers::of(in_pool.pool.upgrade()),
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
}

crate::value::state_key_test! { future_key, Future, Future::new(function("f"), Vec::new(), Pos::NONE);
    submitted_at: Pos::new(2, 3),
    in_pool: Some(InPool { pool: Weak::new(), name: "p".into() }),
    state: State::Running { by: TaskId(2) },
    waiters: Waiters::one(2, Wants::Result(None)),
    tickets: Tickets::one(),
    callbacks: vec![Callback { guard: function("g"), function: function("f") }],
}

crate::value::state_key_test! { callback_key, Callback, Callback { guard: function("g"), function: function("f") };
    guard: function("h"),
    function: function("h"),
}

#[cfg(test)]
mod tests;
