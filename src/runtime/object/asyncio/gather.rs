//! `asyncio.gather`: the values of several tasks, in their order, or the first error.

use std::sync::Arc;

use super::super::args;
use super::EventLoop;
use super::awaitable::Awaitable;
use super::awaiters::Awaiters;
use super::task::Task;
use super::tasks::Tasks;
use crate::pos::Pos;
use crate::value::object::{Attempt, Call, Ctx, Ids, Object, TaskId, Verb, Waiting};
use crate::value::{EncodeState, FaultKind, StateEncoder, Value, encode_as_number};

/// What to do with errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// The first one is raised where the tasks are awaited.
    Raised,
    /// They stand among the values.
    AmongValues,
}

encode_as_number!(Errors);

/// Several tasks that are awaited together.
#[derive(Clone, Debug)]
pub struct Gather {
    tasks: Tasks,
    errors: Errors,
    event_loop: Arc<Object>,
    /// The task that ended by an error first, if errors are raised.
    failed: Option<Arc<Object>>,
    /// Whether all tasks were cancelled: with the task that awaits, or by the script.
    is_cancelled: bool,
    awaiters: Awaiters,
}

impl Gather {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.gather";

    /// The tasks in their order; one may stand there more than once.
    pub fn make(
        tasks: Vec<Arc<Object>>,
        errors: Errors,
        event_loop: &Arc<Object>,
        (ids, pos): (&Ids, Pos),
    ) -> Value {
        let gather = Self {
            tasks: Tasks::default(),
            errors,
            event_loop: event_loop.clone(),
            failed: None,
            is_cancelled: false,
            awaiters: Awaiters::default(),
        };
        let made = match tasks.is_empty() {
            true => Value::Object(Object::new(ids, pos, gather)),
            false => super::add_coroutine(gather, Self::NAME, Some(event_loop), ids, pos),
        };
        if let Value::Object(this) = &made {
            this.change(|gather: &mut Self| {
                tasks
                    .into_iter()
                    .for_each(|task| gather.tasks.add(task, this));
            });
        }
        made
    }

    fn is_done(&self) -> bool {
        self.failed.is_some() || self.tasks.are_done()
    }

    /// Nobody need await it any more to be sure that its tasks have ended.
    fn need_not_be_awaited(&self, ctx: &Ctx<'_>) {
        let id = ctx.this.id;
        self.event_loop
            .change(|event_loop: &mut EventLoop| event_loop.awaited(id));
    }

    fn cancel(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let was_pending = !self.is_done() && self.tasks.cancel(ctx);
        self.is_cancelled |= was_pending;
        was_pending
    }

    /// A task has ended.
    fn note(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) {
        let Some(task) = self.tasks.note(call) else {
            return;
        };
        let has_raised = task.change(|task: &mut Task| task.has_raised()) == Some(true);
        if has_raised && self.errors == Errors::Raised && self.failed.is_none() {
            self.failed = Some(task);
        } else {
            // The task that awaits gets the first error; those of others count as seen with it.
            let _ = task.change(|task: &mut Task| task.outcome(ctx));
        }
        if self.is_done() {
            self.awaiters.wake_all(ctx);
        }
        let was_cancelled =
            |task: &Arc<Object>| task.change(|task: &mut Task| task.is_cancelled()) == Some(true);
        if self.tasks.are_done() && !self.tasks.all().iter().any(was_cancelled) {
            self.need_not_be_awaited(ctx);
        }
    }
}

impl EncodeState for Gather {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            tasks,
            errors,
            event_loop,
            failed,
            is_cancelled,
            awaiters,
        } = self;
        (tasks, errors, event_loop, failed, is_cancelled, awaiters).encode_state(encoder);
    }
}

impl Awaitable for Gather {
    type WaitRequest = ();

    fn kind(&self) -> &'static str {
        "Gather"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if matches!(call.verb, Verb::Done | Verb::Cancel) {
            args::none(call)?;
        }
        Ok(match call.verb {
            Verb::Await => {
                self.need_not_be_awaited(ctx);
                self.awaited(ctx)?
            }
            Verb::Ready => {
                self.note(call, ctx);
                Attempt::Done(Value::Unit)
            }
            Verb::Done => Attempt::Done(self.is_done().into()),
            Verb::Cancel => Attempt::Done(self.cancel(ctx).into()),
            _ => Attempt::Unknown,
        })
    }

    fn answer(
        &mut self,
        _wish: &(),
        _waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        let mut outcome = |task: &Arc<Object>| {
            let outcome = task.change(|task: &mut Task| task.outcome(ctx)).flatten();
            outcome.unwrap_or(Ok(Value::Unit))
        };
        if let Some(failed) = &self.failed {
            return outcome(failed).map(Some);
        }
        if !self.tasks.are_done() {
            return Ok(None);
        }
        if self.is_cancelled {
            return Err(super::task::cancelled(Self::NAME));
        }
        let values = self.tasks.all().iter().map(|task| {
            let value = outcome(task);
            value.unwrap_or_else(|kind| kind.to_value())
        });
        Ok(Some(Value::array(values.collect())))
    }

    /// As in Python, to cancel who awaits the tasks is to cancel them.
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
            what: format!("the tasks that it gathers: {}", self.tasks.left()),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        format!("{} tasks", self.tasks.all().len())
    }
}

crate::value::state_key_test! { gather_key, Gather, Gather { tasks: Tasks::default(), errors: Errors::Raised, event_loop: object(), failed: None, is_cancelled: false, awaiters: Awaiters::default() };
    tasks: Tasks::one(),
    errors: Errors::AmongValues,
    event_loop: object(),
    failed: Some(object()),
    is_cancelled: true,
    awaiters: Awaiters::one(),
}
