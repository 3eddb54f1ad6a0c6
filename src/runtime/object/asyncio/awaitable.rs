//! What all awaitable objects have in common: tasks wait in queues, ask again when they are woken, and
//! then continue, get an error, or wait again. What each does differently is an [`Awaitable`]; this
//! makes a [`Primitive`] of it.

use std::any::Any;
use std::time::Duration;

use super::awaiters::{Awaiters, running_loop};
use super::event_loop::TimeUp;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Noticed, Primitive, TaskId, Verb, Waiting,
};
use crate::value::{EncodeState, FaultKind, Value};

/// What a task can wait for at an object; `()` where the object itself is awaited.
pub trait WaitRequest: EncodeState + Clone + Send + Sync + 'static {
    /// What the script calls it: `queue.get`.
    fn name(&self) -> &'static str;

    /// The index of the queue in which tasks wait for it.
    fn line(&self) -> usize {
        0
    }
}

impl WaitRequest for () {
    fn name(&self) -> &'static str {
        "await"
    }
}

/// Something that tasks wait for.
pub trait Awaitable: EncodeState + Any + Send + Sync + Clone {
    /// What they wait for here.
    type WaitRequest: WaitRequest;

    /// As [`Primitive::kind`].
    fn kind(&self) -> &'static str;

    /// The tasks that wait, by [`WaitRequest::line`].
    fn lines(&self) -> &[Awaiters];

    /// The same, to change them.
    fn lines_mut(&mut self) -> &mut [Awaiters];

    /// As [`Primitive::attempt`].
    ///
    /// # Errors
    /// A wrong use by the script, or the error that is raised in the task.
    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind>;

    /// Returns what the task that asks gets now; nothing when it must wait. When it `waited` before, it has
    /// been taken out of its queue.
    ///
    /// # Errors
    /// What it gets instead.
    fn answer(
        &mut self,
        wanted: &Self::WaitRequest,
        waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind>;

    /// The task that asks was cancelled while it waited: it gets this error, or waits on.
    ///
    /// # Errors
    /// The error that it gets.
    fn cancelled(
        &mut self,
        _wish: &Self::WaitRequest,
        cancelled: FaultKind,
        _ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        Err(cancelled)
    }

    /// How long a wait that begins now may last, and what happens then.
    fn limit(&self, _wish: &Self::WaitRequest) -> Option<(Duration, TimeUp)> {
        None
    }

    /// The wait of the task that asks again has lasted so long.
    fn is_late(&mut self) {}

    /// What `task` waits for.
    fn waits_for(&self, task: TaskId) -> Waiting;

    /// Forgets a task that is being stopped.
    fn forget(&mut self, task: TaskId) {
        self.lines_mut()
            .iter_mut()
            .for_each(|line| line.forget(task));
    }

    /// As [`Primitive::end_is_noticed`].
    fn end_is_noticed(&self, _end: Verb) -> Noticed {
        Noticed::AmongThreads
    }

    /// As [`Primitive::is_held_by`].
    fn is_held_by(&self, _task: TaskId) -> bool {
        false
    }

    /// As [`Primitive::state_text`].
    fn state_text(&self) -> String;

    /// Gives the task that asks what it wants, or lets it wait. Calls `begin` when it has not waited
    /// before.
    ///
    /// # Errors
    /// It is no task, was cancelled, or gets another error.
    fn wait_for_request(
        &mut self,
        wanted: &Self::WaitRequest,
        begin: impl FnOnce(&mut Ctx<'_>) -> Result<(), FaultKind>,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        running_loop(ctx, "await")?;
        let line = wanted.line();
        let resumed = self.lines_mut()[line].resume(ctx);
        let waited = resumed.is_some();
        match resumed {
            None => begin(ctx)?,
            Some((cancelled, late)) => {
                if late {
                    self.is_late();
                }
                if let Some(cancelled) = cancelled {
                    self.cancelled(wanted, cancelled, ctx)?;
                }
            }
        }
        if let Some(value) = self.answer(wanted, waited, ctx)? {
            return Ok(Attempt::Done(value));
        }
        let limit = self.limit(wanted);
        self.lines_mut()[line].wait(waited, limit, ctx)
    }

    /// The task that asks awaits the thing itself.
    ///
    /// # Errors
    /// As for [`Awaitable::wait_for_request`].
    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind>
    where
        Self: Awaitable<WaitRequest = ()>,
    {
        self.wait_for_request(&(), |_| Ok(()), ctx)
    }

    /// What is asked of something that is only awaited, and that hears of what it watches.
    ///
    /// # Errors
    /// As for [`Awaitable::wait_for_request`].
    fn await_or_hear(
        &mut self,
        call: Call<'_>,
        ctx: &mut Ctx<'_>,
        hear: impl FnOnce(&mut Self, &mut Ctx<'_>),
    ) -> Result<Attempt, FaultKind>
    where
        Self: Awaitable<WaitRequest = ()>,
    {
        Ok(match call.verb {
            Verb::Await => self.awaited(ctx)?,
            Verb::Ready => {
                hear(self, ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }
}

impl<A: Awaitable> Primitive for A {
    fn kind(&self) -> &'static str {
        Awaitable::kind(self)
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.ask(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn end_is_noticed(&self, end: Verb) -> Noticed {
        Awaitable::end_is_noticed(self, end)
    }

    fn is_held_by(&self, task: TaskId) -> bool {
        Awaitable::is_held_by(self, task)
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        if why == CancelReason::Stop {
            self.forget(task);
            return Attempt::Done(Value::Unit);
        }
        // The task asks again when the loop has come to that.
        for line in self.lines() {
            line.has_waited(task, ctx);
        }
        Attempt::Wait(None)
    }

    fn heeds_deadline(&self, task: TaskId) -> bool {
        let mut lines = self.lines().iter();
        (lines.find_map(|line| line.heeds_deadline(task))).unwrap_or(true)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let turn = self.lines().iter().find_map(|line| line.turn_of(task));
        turn.unwrap_or_else(|| self.waits_for(task))
    }

    /// Any other task may cancel one that waits, or give it what it waits for.
    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        Awaitable::state_text(self)
    }
}
