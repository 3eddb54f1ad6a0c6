//! `asyncio.TaskGroup`: tasks that end before the block that made them. When one fails, the others
//! are cancelled, and so is the block.

use std::sync::Arc;

use super::awaitable::Awaitable;
use super::awaiters::{Awaiters, running_loop, with_loop};
use super::event_loop::create_task;
use super::task::Task;
use super::tasks::Tasks;
use super::with_name;
use crate::value::object::{Attempt, Call, Ctx, Object, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, Fault, FaultKind, StateEncoder, Value, encode_as_number};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    New,
    /// In the block.
    Inside,
    /// At the end of the block, which waits for the tasks.
    Ending,
    Ended,
}

encode_as_number!(Phase);

/// A group.
#[derive(Clone, Debug)]
pub struct TaskGroup {
    phase: Phase,
    /// The task that runs the block, and its loop.
    parent: Option<(TaskId, Arc<Object>)>,
    tasks: Tasks,
    /// The errors of the tasks that have failed, in the order in which they did.
    failures: Vec<(Arc<str>, Arc<Fault>)>,
    /// Whether all tasks were cancelled: one has failed, or the block.
    is_aborting: bool,
    /// Whether the group itself has cancelled the block.
    has_cancelled_parent: bool,
    /// Whether the task that runs the block was cancelled from outside the group.
    is_parent_cancelled: bool,
    awaiters: Awaiters,
}

impl Default for TaskGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl TaskGroup {
    /// A group without tasks.
    pub fn new() -> Self {
        Self {
            phase: Phase::New,
            parent: None,
            tasks: Tasks::default(),
            failures: Vec::new(),
            is_aborting: false,
            has_cancelled_parent: false,
            is_parent_cancelled: false,
            awaiters: Awaiters::default(),
        }
    }

    fn enter(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let event_loop = running_loop(ctx, "asyncio.TaskGroup")?.clone();
        if self.phase != Phase::New {
            return Err(FaultKind::misuse(
                Class::RuntimeError,
                "a TaskGroup was entered a second time",
                "a group is for one block",
                "make a new one: `with asyncio.TaskGroup() as tg { ... }`",
            ));
        }
        self.phase = Phase::Inside;
        self.parent = Some((ctx.task, event_loop));
        Ok(Attempt::Done(Value::Object(ctx.this.clone())))
    }

    fn create_task(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let refused = match self.phase {
            Phase::New => Some(("has not been entered", "its tasks are made in its block")),
            Phase::Ended => Some(("has ended", "its tasks are made in its block")),
            _ if self.is_aborting => Some((
                "is shutting down",
                "when one of its tasks has failed, it takes no more",
            )),
            _ => None,
        };
        if let Some((found, expected)) = refused {
            return Err(FaultKind::misuse(
                Class::RuntimeError,
                &format!("create_task of a TaskGroup that {found}"),
                expected,
                "write `with asyncio.TaskGroup() as tg { tg.create_task(f); }`",
            ));
        }
        let (args, name) = with_name(call.args);
        let [what, args @ ..] = args else {
            return super::super::thread::call("create_task", &[])
                .map(|_| Attempt::Done(Value::Unit));
        };
        let event_loop = running_loop(ctx, "asyncio.TaskGroup")?;
        let place = (ctx.ids, ctx.pos);
        let task = create_task(event_loop, "create_task", what, args, name, place)?;
        self.tasks.add(task.clone(), ctx.this);
        Ok(Attempt::Done(Value::Object(task)))
    }

    /// Cancels all tasks that have not ended.
    fn abort(&mut self, ctx: &mut Ctx<'_>) {
        if !std::mem::replace(&mut self.is_aborting, true) {
            self.tasks.cancel(ctx);
        }
    }

    /// A task has ended.
    fn note(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) {
        let Some(task) = self.tasks.note(call) else {
            return;
        };
        if self.tasks.are_done() {
            self.awaiters.wake_all(ctx);
        }
        let failure = task.change(|task: &mut Task| task.failure(ctx)).flatten();
        let Some(failure) = failure else {
            return;
        };
        self.failures.push(failure);
        self.abort(ctx);
        if let (Phase::Inside, Some((parent, event_loop))) = (&self.phase, &self.parent)
            && !std::mem::replace(&mut self.has_cancelled_parent, true)
        {
            let parent = *parent;
            with_loop(event_loop, ctx, |event_loop, ctx| {
                event_loop.cancel(parent, ctx);
            });
        }
    }

    /// The end of the block, which this error leaves: waits for all tasks.
    fn exit(
        &mut self,
        error: Option<&Arc<Fault>>,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        if self.phase == Phase::Inside {
            self.phase = Phase::Ending;
            let task = ctx.task;
            // Its own cancelling may have come when the block had nothing to await any more.
            let event_loop = running_loop(ctx, "asyncio.TaskGroup")?.clone();
            let cancelled = with_loop(&event_loop, ctx, |event_loop, _| {
                event_loop.take_cancel(task)
            });
            self.is_parent_cancelled = cancelled.is_some() && !self.has_cancelled_parent;
            if error.is_some() || self.is_parent_cancelled {
                self.abort(ctx);
            }
        }
        let waits = self.awaited(ctx)?;
        if let Attempt::Wait(_) = waits {
            return Ok(waits);
        }
        self.phase = Phase::Ended;
        let mut failures = std::mem::take(&mut self.failures);
        match error {
            // The group or another task has cancelled it: not an error of the block.
            Some(error) if error.kind.is_cancel() => {}
            Some(error) => failures.push(("the block".into(), error.clone())),
            None => {}
        }
        if !failures.is_empty() {
            let failures = failures.into_iter();
            let failures = failures.map(|(name, fault)| (name.to_string(), fault));
            return Err(FaultKind::TaskGroup(failures.collect()));
        }
        match self.is_parent_cancelled {
            true => Err(super::task::cancelled("the block of a TaskGroup")),
            false => Ok(waits),
        }
    }
}

impl EncodeState for TaskGroup {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            phase,
            parent,
            tasks,
            failures,
            is_aborting,
            has_cancelled_parent,
            is_parent_cancelled,
            awaiters,
        } = self;
        (phase, parent, tasks, failures, awaiters).encode_state(encoder);
        (is_aborting, has_cancelled_parent, is_parent_cancelled).encode_state(encoder);
    }
}

impl Awaitable for TaskGroup {
    type WaitRequest = ();

    fn kind(&self) -> &'static str {
        "TaskGroup"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        match (call.verb, call.args) {
            (Verb::Enter, _) => self.enter(ctx),
            (Verb::Exit, [_, Value::Error(error)]) => self.exit(Some(error), ctx),
            (Verb::Exit, _) => self.exit(None, ctx),
            (Verb::CreateTask, _) => self.create_task(call, ctx),
            (Verb::Ready, _) => {
                self.note(call, ctx);
                Ok(Attempt::Done(Value::Unit))
            }
            (Verb::Abandon, _) => Ok(Attempt::Done(Value::Unit)),
            _ => Ok(Attempt::Unknown),
        }
    }

    fn answer(
        &mut self,
        _wish: &(),
        _waited: bool,
        _ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        Ok(self.tasks.are_done().then_some(Value::Unit))
    }

    /// The end of the block waits on, until all tasks have ended.
    fn cancelled(
        &mut self,
        _wish: &(),
        _cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        if !self.is_aborting {
            self.is_parent_cancelled = true;
            self.abort(ctx);
        }
        Ok(())
    }

    fn waits_for(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("the tasks of its TaskGroup: {}", self.tasks.left()),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        let (done, all) = (self.tasks.ended().count(), self.tasks.all().len());
        format!("{done} of {all} tasks done")
    }
}

crate::value::state_key_test! { task_group_key, TaskGroup, TaskGroup::new();
    phase: Phase::Ended,
    parent: Some((TaskId(2), object())),
    tasks: Tasks::one(),
    failures: vec![("t".into(), fault())],
    is_aborting: true,
    has_cancelled_parent: true,
    is_parent_cancelled: true,
    awaiters: Awaiters::one(),
}
