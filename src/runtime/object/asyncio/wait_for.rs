//! `asyncio.wait_for`: something awaited for a limited time, and cancelled when that is over.

use std::sync::Arc;
use std::time::Duration;

use super::super::tickets;
use super::awaiters::{Awaiters, running_loop};
use super::coroutine::Once;
use super::event_loop::create_task;
use super::task::Task;
use crate::value::object::{
    Attempt, Call, Ctx, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Value};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    New,
    Waiting,
    /// The time is over, and the task was cancelled.
    Late,
    /// Who awaits was cancelled, and with it the task.
    Cancelled,
}

/// A wait with a time limit.
#[derive(Clone, Debug)]
pub struct WaitFor {
    once: Once,
    /// A task, or what becomes one.
    what: Value,
    task: Option<Arc<Object>>,
    limit: Duration,
    phase: Phase,
    awaiters: Awaiters,
}

impl WaitFor {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.wait_for";

    /// Waits for `what`.
    pub fn new(what: Value, limit: Duration) -> Self {
        Self {
            once: Once::new(Self::NAME),
            what,
            task: None,
            limit,
            phase: Phase::New,
            awaiters: Awaiters::default(),
        }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        self.once.begin(ctx)?;
        let event_loop = running_loop(ctx, Self::NAME)?;
        let task = match &self.what {
            Value::Object(task) if task.kind() == "Task" => task.clone(),
            what => create_task(event_loop, Self::NAME, what, &[], ctx.ids, ctx.pos)?,
        };
        tickets::watch(&task, 0, ctx)?;
        self.task = Some(task);
        self.phase = Phase::Waiting;
        Ok(())
    }

    /// The end of the task, as the one who awaits sees it; nothing while it must be waited for.
    fn answer(&self, ctx: &mut Ctx<'_>) -> Option<Result<Value, FaultKind>> {
        let ask = |task: &mut Task| Some((task.outcome(ctx)?, task.is_cancelled()));
        let (outcome, is_cancelled) = self.task.as_ref()?.change(ask).flatten()?;
        Some(match self.phase {
            Phase::Late if is_cancelled => Err(FaultKind::Timeout {
                what: Self::NAME.into(),
                seconds: self.limit.as_secs_f64(),
            }),
            Phase::Cancelled => Err(super::task::cancelled(Self::NAME)),
            _ => outcome,
        })
    }

    fn cancel(&mut self, phase: Phase, ctx: &mut Ctx<'_>) {
        self.phase = phase;
        if let Some(task) = &self.task {
            task.change(|task: &mut Task| task.cancel(ctx));
        }
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let waited = match self.awaiters.resume(ctx) {
            Ok(waited) => waited,
            Err(_) => {
                self.cancel(Phase::Cancelled, ctx);
                true
            }
        };
        if !waited {
            self.begin(ctx)?;
        }
        match self.answer(ctx) {
            Some(answer) => answer.map(Attempt::Done),
            None => {
                let limit = (self.phase == Phase::Waiting).then_some(self.limit);
                self.awaiters.wait(waited, limit, ctx)
            }
        }
    }
}

impl Primitive for WaitFor {
    fn kind(&self) -> &'static str {
        "Coroutine"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::Await => self.awaited(ctx).unwrap_or_else(Attempt::fail),
            Verb::Ready => {
                self.awaiters.wake_all(ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        }
    }

    fn withdraw(&mut self, task: TaskId, why: Withdrawal, ctx: &mut Ctx<'_>) -> Attempt {
        if why == Withdrawal::Stop {
            self.awaiters.forget(task);
            return Attempt::Done(Value::Unit);
        }
        // It goes on when the task has ended, which may be so already.
        if self.phase == Phase::Waiting {
            self.cancel(Phase::Late, ctx);
        }
        Attempt::Wait(None)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.awaiters.waiting(task, || match &self.task {
            Some(inner) => inner.state().waiting(task),
            None => Waiting::default(),
        })
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        self.once.name.into()
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        self.once.visit(visitor);
        visitor.value(&self.what);
        if let Some(task) = &self.task {
            visitor.value(&Value::Object(task.clone()));
        }
        visitor.number(self.limit.as_nanos() as u64);
        visitor.number(self.phase as u64);
        self.awaiters.visit(visitor);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
