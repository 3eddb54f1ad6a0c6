//! `asyncio.TaskGroup`: tasks that end before the block that made them. When one fails, the others
//! are cancelled, and so is the block.

use std::sync::Arc;

use super::super::tickets;
use super::awaiters::{Awaiters, running_loop, with_loop};
use super::event_loop::create_task;
use super::task::Task;
use crate::value::object::{
    Attempt, Call, Ctx, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{Fault, FaultKind, Value};

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    New,
    /// In the block.
    Inside,
    /// At the end of the block, which waits for the tasks.
    Ending,
    Ended,
}

/// A group.
#[derive(Clone, Debug)]
pub struct TaskGroup {
    phase: Phase,
    /// The task that runs the block, and its loop.
    parent: Option<(TaskId, Arc<Object>)>,
    tasks: Vec<Arc<Object>>,
    done: usize,
    /// The errors of the tasks that have failed, in the order in which they did.
    failures: Vec<(Arc<str>, Arc<Fault>)>,
    /// Whether all tasks were cancelled: one has failed, or the block.
    is_aborting: bool,
    /// Whether the group itself has cancelled the block.
    has_cancelled_parent: bool,
    /// Whether somebody else has cancelled the task that runs the block.
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
            tasks: Vec::new(),
            done: 0,
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
                &format!("create_task of a TaskGroup that {found}"),
                expected,
                "write `with asyncio.TaskGroup() as tg { tg.create_task(f); }`",
            ));
        }
        let [what, args @ ..] = call.args else {
            return super::super::thread::call("create_task", &[])
                .map(|_| Attempt::Done(Value::Unit));
        };
        let event_loop = running_loop(ctx, "asyncio.TaskGroup")?;
        let task = create_task(event_loop, "create_task", what, args, ctx.ids, ctx.pos)?;
        tickets::watch(&task, self.tasks.len(), ctx)?;
        self.tasks.push(task.clone());
        Ok(Attempt::Done(Value::Object(task)))
    }

    /// Cancels all tasks that have not ended.
    fn abort(&mut self, ctx: &mut Ctx<'_>) {
        if !std::mem::replace(&mut self.is_aborting, true) {
            for task in &self.tasks {
                task.change(|task: &mut Task| task.cancel(ctx));
            }
        }
    }

    /// The task of this number has ended.
    fn note(&mut self, number: usize, ctx: &mut Ctx<'_>) {
        self.done += 1;
        let task = self.tasks[number].clone();
        let failure = task.change(|task: &mut Task| task.failure(ctx)).flatten();
        if let Some(failure) = failure {
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
        if self.done == self.tasks.len() {
            self.awaiters.wake_all(ctx);
        }
    }

    /// The end of the block: waits for all tasks. `failed` when an error leaves it.
    fn exit(&mut self, failed: bool, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let event_loop = running_loop(ctx, "asyncio.TaskGroup")?.clone();
        let task = ctx.task;
        let waited = match self.awaiters.resume(ctx) {
            Ok(waited) => waited,
            Err(_) => {
                self.is_parent_cancelled = true;
                true
            }
        };
        if !waited {
            self.phase = Phase::Ending;
            // Its own cancelling may have come when the block had nothing to await any more.
            let cancelled = with_loop(&event_loop, ctx, |event_loop, _| {
                event_loop.take_cancel(task)
            });
            self.is_parent_cancelled = cancelled.is_some() && !self.has_cancelled_parent;
        }
        if failed || self.is_parent_cancelled {
            self.abort(ctx);
        }
        if self.done < self.tasks.len() {
            return self.awaiters.wait(waited, None, ctx);
        }
        self.phase = Phase::Ended;
        if !self.failures.is_empty() {
            let failures = std::mem::take(&mut self.failures).into_iter();
            let failures = failures.map(|(name, fault)| (name.to_string(), fault));
            return Err(FaultKind::TaskGroup(failures.collect()));
        }
        match self.is_parent_cancelled {
            true => Err(super::task::cancelled("the block of a TaskGroup")),
            false => Ok(Attempt::Done(Value::Unit)),
        }
    }
}

impl Primitive for TaskGroup {
    fn kind(&self) -> &'static str {
        "TaskGroup"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let answer = match (call.verb, call.args) {
            (Verb::Enter, _) => self.enter(ctx),
            (Verb::Exit, args) => {
                let failed = matches!(args, [Value::Bool(true)]);
                self.exit(failed, ctx)
            }
            (Verb::CreateTask, _) => self.create_task(call, ctx),
            (Verb::Ready, [Value::Int(number), _]) => {
                self.note(*number as usize, ctx);
                Ok(Attempt::Done(Value::Unit))
            }
            (Verb::Abandon, _) => Ok(Attempt::Done(Value::Unit)),
            _ => Ok(Attempt::Unknown),
        };
        answer.unwrap_or_else(Attempt::fail)
    }

    fn withdraw(&mut self, task: TaskId, _why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        self.awaiters.forget(task);
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.awaiters.waiting(task, || Waiting {
            what: format!(
                "the tasks of its TaskGroup: {} of {} are not done",
                self.tasks.len() - self.done,
                self.tasks.len()
            ),
            ..Waiting::default()
        })
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        format!("{} of {} tasks done", self.done, self.tasks.len())
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        visitor.number(self.phase.clone() as u64);
        if let Some((parent, event_loop)) = &self.parent {
            visitor.task(*parent);
            visitor.value(&Value::Object(event_loop.clone()));
        }
        visitor.number(self.tasks.len() as u64);
        for task in &self.tasks {
            visitor.value(&Value::Object(task.clone()));
        }
        visitor.number(self.done as u64);
        for (name, fault) in &self.failures {
            visitor.text(name);
            visitor.value(&Value::Error(fault.clone()));
        }
        let flags = [
            self.is_aborting,
            self.has_cancelled_parent,
            self.is_parent_cancelled,
        ];
        flags
            .into_iter()
            .for_each(|flag| visitor.number(u64::from(flag)));
        self.awaiters.visit(visitor);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
