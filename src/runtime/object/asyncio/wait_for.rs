//! `asyncio.wait_for`: something awaited for a limited time, and cancelled when that is over; and
//! `asyncio.shield`: something awaited that continues when the task that awaits it is cancelled.

use std::sync::Arc;
use std::time::Duration;

use super::awaitable::Awaitable;
use super::awaiters::{Awaiters, running_loop};
use super::coroutine::AwaitedOnce;
use super::event_loop::{TimeUp, ensure_task};
use super::task::Task;
use super::tasks::Tasks;
use crate::pos::Pos;
use crate::value::object::{Attempt, Call, Ctx, Ids, Object, TaskId, Waiting};
use crate::value::{EncodeState, FaultKind, StateEncoder, Value, encode_as_number};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    New,
    Waiting,
    /// The time is over.
    Late,
    /// So the task was cancelled.
    Over,
    /// Who awaits was cancelled, and with it the task.
    Cancelled,
}

encode_as_number!(Phase);

/// A wait with a time limit.
#[derive(Clone, Debug)]
pub struct WaitFor {
    once: AwaitedOnce,
    /// A task, or what becomes one.
    what: Value,
    /// That task.
    tasks: Tasks,
    limit: Option<Duration>,
    phase: Phase,
    awaiters: Awaiters,
}

impl WaitFor {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.wait_for";

    /// Waits for `what`; without a limit for as long as it takes.
    pub fn new(what: Value, limit: Option<Duration>) -> Self {
        Self {
            once: AwaitedOnce::new(Self::NAME),
            what,
            tasks: Tasks::default(),
            limit,
            phase: Phase::New,
            awaiters: Awaiters::default(),
        }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        self.once.begin(ctx)?;
        let event_loop = running_loop(ctx, Self::NAME)?;
        let task = ensure_task(event_loop, Self::NAME, &self.what, (ctx.ids, ctx.pos))?;
        self.tasks.add(task, ctx.this);
        self.phase = match self.limit {
            Some(Duration::ZERO) => Phase::Late,
            _ => Phase::Waiting,
        };
        Ok(())
    }

    /// How the task has ended, if it has, also when the loop has not yet told so.
    fn outcome(&self, ctx: &mut Ctx<'_>) -> Option<Result<Value, FaultKind>> {
        let task = self.tasks.all().first()?;
        task.change(|task: &mut Task| task.outcome(ctx)).flatten()
    }
}

impl EncodeState for WaitFor {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            once,
            what,
            tasks,
            limit,
            phase,
            awaiters,
        } = self;
        (once, what, tasks, limit, phase, awaiters).encode_state(encoder);
    }
}

impl Awaitable for WaitFor {
    type WaitRequest = ();

    fn kind(&self) -> &'static str {
        "Coroutine"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        self.await_or_hear(call, ctx, |this, ctx| {
            this.tasks.note(call);
            this.awaiters.wake_all(ctx);
        })
    }

    fn answer(
        &mut self,
        _wish: &(),
        waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        if !waited {
            self.begin(ctx)?;
        }
        if self.phase == Phase::Late {
            if let Some(outcome) = self.outcome(ctx) {
                return outcome.map(Some);
            }
            self.phase = Phase::Over;
            self.tasks.cancel(ctx);
        }
        if !self.tasks.are_done() {
            return Ok(None);
        }
        let task = self.tasks.all().first();
        let was_cancelled =
            task.and_then(|task| task.change(|task: &mut Task| task.is_cancelled()));
        match self.phase {
            Phase::Over if was_cancelled == Some(true) => Err(FaultKind::Timeout {
                what: Self::NAME.into(),
                seconds: self.limit.unwrap_or_default().as_secs_f64(),
            }),
            Phase::Cancelled => {
                // It has seen how the task has ended.
                let _ = self.outcome(ctx);
                Err(super::task::cancelled(Self::NAME))
            }
            _ => self.outcome(ctx).transpose(),
        }
    }

    /// As in Python, to cancel who awaits the task is to cancel it, and to wait until it has ended.
    fn cancelled(
        &mut self,
        _wish: &(),
        _cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        match self.tasks.cancel(ctx) {
            true => self.phase = Phase::Cancelled,
            // It has ended already: that counts.
            false => self.phase = Phase::Late,
        }
        Ok(())
    }

    fn limit(&self, _wish: &()) -> Option<(Duration, TimeUp)> {
        let limit = self.limit.filter(|_| self.phase == Phase::Waiting);
        limit.map(|limit| (limit, TimeUp::Acts))
    }

    fn is_late(&mut self) {
        if self.phase == Phase::Waiting {
            self.phase = Phase::Late;
        }
    }

    fn waits_for(&self, task: TaskId) -> Waiting {
        match self.tasks.all().first() {
            Some(inner) => inner.state().waiting(task),
            None => Waiting::default(),
        }
    }

    fn state_text(&self) -> String {
        self.once.name.into()
    }
}

/// A task that continues when the task that awaits it here is cancelled.
#[derive(Clone, Debug, Default)]
pub struct Shield {
    tasks: Tasks,
    /// Whether a task was cancelled that awaited it: as in Python, all others are then, too.
    is_cancelled: bool,
    awaiters: Awaiters,
}

impl Shield {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.shield";

    /// A shield around `task`.
    pub fn make(task: Arc<Object>, ids: &Ids, pos: Pos) -> Value {
        let this = Object::new(ids, pos, Self::default());
        this.change(|shield: &mut Self| shield.tasks.add(task, &this));
        Value::Object(this)
    }
}

impl EncodeState for Shield {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            tasks,
            is_cancelled,
            awaiters,
        } = self;
        (tasks, is_cancelled, awaiters).encode_state(encoder);
    }
}

impl Awaitable for Shield {
    type WaitRequest = ();

    fn kind(&self) -> &'static str {
        "Coroutine"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        self.await_or_hear(call, ctx, |this, ctx| {
            this.tasks.note(call);
            this.awaiters.wake_all(ctx);
        })
    }

    fn answer(
        &mut self,
        _wish: &(),
        _waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        if self.is_cancelled {
            return Err(super::task::cancelled(Self::NAME));
        }
        let Some(task) = self.tasks.ended().next() else {
            return Ok(None);
        };
        let outcome = task.change(|task: &mut Task| task.outcome(ctx)).flatten();
        outcome.transpose()
    }

    fn cancelled(
        &mut self,
        _wish: &(),
        cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        self.is_cancelled = true;
        self.tasks.forget_watcher(ctx.this);
        self.awaiters.wake_all(ctx);
        Err(cancelled)
    }

    fn waits_for(&self, task: TaskId) -> Waiting {
        match self.tasks.all().first() {
            Some(inner) => inner.state().waiting(task),
            None => Waiting::default(),
        }
    }

    fn state_text(&self) -> String {
        Self::NAME.into()
    }
}

crate::value::state_key_test! { wait_for_key, WaitFor, WaitFor::new(Value::Unit, None);
    once: AwaitedOnce::new("other"),
    what: Value::Int(1),
    tasks: Tasks::one(),
    limit: Some(Duration::ZERO),
    phase: Phase::Late,
    awaiters: Awaiters::one(),
}

crate::value::state_key_test! { shield_key, Shield, Shield::default();
    tasks: Tasks::one(),
    is_cancelled: true,
    awaiters: Awaiters::one(),
}
