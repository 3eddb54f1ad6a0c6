//! The tasks that wait for one thing, and how they give up their turn meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::event_loop::{EventLoop, TimeUp};
use super::outside;
use crate::value::object::{Attempt, Ctx, Object, TaskId, Waiting};
use crate::value::{EncodeState, FaultKind, StateEncoder, Value};

/// The event loop of the task that asks.
pub(super) fn running_loop<'a>(ctx: &Ctx<'a>, name: &str) -> Result<&'a Arc<Object>, FaultKind> {
    ctx.event_loop.ok_or_else(|| outside(name))
}

/// Calls a method of an event loop, which knows who asks.
pub(super) fn with_loop<R: Default>(
    event_loop: &Arc<Object>,
    ctx: &mut Ctx<'_>,
    ask: impl FnOnce(&mut EventLoop, &mut Ctx<'_>) -> R,
) -> R {
    event_loop
        .change(|event_loop: &mut EventLoop| ask(event_loop, ctx))
        .unwrap_or_default()
}

/// Tasks that wait, each of some event loop, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Awaiters {
    /// A task stays here until it asks again, also when the loop has queued it already.
    waiting: VecDeque<(TaskId, Arc<Object>)>,
}

impl EncodeState for Awaiters {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { waiting } = self;
        waiting.encode_state(encoder);
    }
}

impl Awaiters {
    /// One task that waits, for tests.
    #[cfg(test)]
    pub(super) fn one() -> Self {
        let event_loop = crate::value::encode::samples::object();
        Self {
            waiting: [(TaskId(2), event_loop)].into(),
        }
    }

    pub(super) fn contains(&self, task: TaskId) -> bool {
        self.waiting.iter().any(|(waiting, _)| *waiting == task)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The task that asks no longer waits here, if it did: the error of one that was cancelled
    /// meanwhile, and whether its time is over.
    pub(super) fn resume(&mut self, ctx: &mut Ctx<'_>) -> Option<(Option<FaultKind>, bool)> {
        let place = (self.waiting.iter()).position(|(task, _)| *task == ctx.task);
        let (task, event_loop) = place.and_then(|place| self.waiting.remove(place))?;
        Some(with_loop(&event_loop, ctx, |event_loop, _| {
            event_loop.resume(task)
        }))
    }

    /// The task that asks waits, and gives its turn to another. One that waited before keeps its
    /// place.
    ///
    /// # Errors
    /// It is no task, or was cancelled before.
    pub(super) fn wait(
        &mut self,
        waited: bool,
        limit: Option<(Duration, TimeUp)>,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        let event_loop = running_loop(ctx, "await")?.clone();
        let parked = event_loop
            .change(|event_loop: &mut EventLoop| event_loop.park(waited, limit, ctx))
            .unwrap_or(Ok(None));
        let limit = parked?;
        let awaiter = (ctx.task, event_loop);
        if waited {
            self.waiting.push_front(awaiter);
        } else {
            self.waiting.push_back(awaiter);
        }
        Ok(Attempt::Wait(limit))
    }

    /// Lets the first one ask again that is not about to.
    pub(super) fn wake_one(&self, ctx: &mut Ctx<'_>) {
        for (task, event_loop) in &self.waiting {
            if with_loop(event_loop, ctx, |event_loop, ctx| {
                event_loop.wake(*task, ctx)
            }) {
                return;
            }
        }
    }

    /// Lets all ask again.
    pub(super) fn wake_all(&self, ctx: &mut Ctx<'_>) {
        for (task, event_loop) in &self.waiting {
            with_loop(event_loop, ctx, |event_loop, ctx| {
                event_loop.wake(*task, ctx)
            });
        }
    }

    /// Gives all that wait what they wait for: they need not ask again.
    pub(super) fn grant_all(&mut self, value: &Value, ctx: &mut Ctx<'_>) {
        for (task, event_loop) in std::mem::take(&mut self.waiting) {
            let is_granted = with_loop(&event_loop, ctx, |event_loop, ctx| {
                event_loop.grant(task, value.clone(), ctx)
            });
            // One that was cancelled asks again, and learns of it.
            if !is_granted {
                self.waiting.push_back((task, event_loop));
            }
        }
    }

    /// The time of the wait of `task` is over: its loop has waited for that.
    pub(super) fn has_waited(&self, task: TaskId, ctx: &mut Ctx<'_>) {
        if let Some(event_loop) = self.loop_of(task) {
            with_loop(event_loop, ctx, EventLoop::has_waited);
        }
    }

    /// As [`Primitive::heeds_deadline`](crate::value::object::Primitive::heeds_deadline), of a task that
    /// waits here.
    pub(super) fn heeds_deadline(&self, task: TaskId) -> Option<bool> {
        Some(self.loop_of(task)?.state().heeds_deadline(task))
    }

    /// Forgets a task that is being stopped.
    pub(super) fn forget(&mut self, task: TaskId) {
        self.waiting.retain(|(waiting, _)| *waiting != task);
    }

    /// The event loop of a task that waits here.
    fn loop_of(&self, task: TaskId) -> Option<&Arc<Object>> {
        let mut waiting = self.waiting.iter();
        waiting.find_map(|(waiting, event_loop)| (*waiting == task).then_some(event_loop))
    }

    /// What a task waits for that could go on, if it had its turn: that.
    pub(super) fn turn_of(&self, task: TaskId) -> Option<Waiting> {
        let turn = self.loop_of(task)?.state().waiting(task);
        (!turn.what.is_empty()).then_some(turn)
    }
}
