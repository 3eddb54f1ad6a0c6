//! `asyncio.gather`: the values of several tasks, in their order, or the first error.

use std::sync::Arc;

use super::super::tickets;
use super::awaiters::{Awaiters, running_loop};
use super::task::Task;
use crate::value::object::{
    Attempt, Call, Ctx, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Value};

/// What to do with errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// The first one is raised where the tasks are awaited.
    Raised,
    /// They stand among the values.
    AmongValues,
}

/// Several tasks that are awaited together.
#[derive(Clone, Debug)]
pub struct Gather {
    tasks: Vec<Arc<Object>>,
    errors: Errors,
    /// Whether the tasks have their tickets.
    is_armed: bool,
    /// How many of the tasks have ended.
    done: usize,
    /// Whether who awaits was cancelled, and with it all tasks.
    is_cancelled: bool,
    awaiters: Awaiters,
}

impl Gather {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.gather";

    /// The tasks in their order; one may stand there more than once.
    pub fn new(tasks: Vec<Arc<Object>>, errors: Errors) -> Self {
        Self {
            tasks,
            errors,
            is_armed: false,
            done: 0,
            is_cancelled: false,
            awaiters: Awaiters::default(),
        }
    }

    fn arm(&mut self, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        if !std::mem::replace(&mut self.is_armed, true) {
            for (number, task) in self.tasks.clone().iter().enumerate() {
                if tickets::watch(task, number, ctx)?.is_some() {
                    self.done += 1;
                }
            }
        }
        Ok(())
    }

    /// The values of all, or the error to raise; nothing while it must be waited for.
    fn answer(&self, ctx: &mut Ctx<'_>) -> Option<Result<Value, FaultKind>> {
        let all_done = self.done == self.tasks.len();
        if self.is_cancelled {
            return all_done.then(|| Err(super::task::cancelled(Self::NAME)));
        }
        let mut values = Vec::new();
        for task in &self.tasks {
            let outcome = task.change(|task: &mut Task| task.outcome(ctx)).flatten();
            match (outcome, self.errors) {
                (Some(Ok(value)), _) => values.push(value),
                (Some(Err(kind)), Errors::Raised) => return Some(Err(kind)),
                (Some(Err(kind)), Errors::AmongValues) => values.push(kind.to_value()),
                (None, _) => {}
            }
        }
        all_done.then(|| Ok(Value::array(values)))
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let event_loop = running_loop(ctx, "await")?;
        let id = ctx.this.id;
        event_loop.change(|event_loop: &mut super::EventLoop| event_loop.awaited(id));
        let waited = match self.awaiters.resume(ctx) {
            Ok(waited) => waited,
            Err(_) => {
                self.is_cancelled = true;
                for task in &self.tasks {
                    task.change(|task: &mut Task| task.cancel(ctx));
                }
                true
            }
        };
        self.arm(ctx)?;
        match self.answer(ctx) {
            Some(answer) => answer.map(Attempt::Done),
            None => self.awaiters.wait(waited, None, ctx),
        }
    }
}

impl Primitive for Gather {
    fn kind(&self) -> &'static str {
        "Gather"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match (call.verb, call.args) {
            (Verb::Await, _) => self.awaited(ctx).unwrap_or_else(Attempt::fail),
            (Verb::Ready, [Value::Int(number), _]) => {
                self.done += 1;
                // Whoever awaits has the first error; that of another counts as seen with it.
                let task = self.tasks.get(*number as usize).cloned();
                let failed = task
                    .and_then(|task| task.change(|task: &mut Task| task.outcome(ctx)))
                    .flatten()
                    .is_some_and(|outcome| outcome.is_err());
                let is_over = self.done == self.tasks.len();
                let raises = failed && self.errors == Errors::Raised && !self.is_cancelled;
                if is_over || raises {
                    self.awaiters.wake_all(ctx);
                }
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        }
    }

    fn withdraw(&mut self, task: TaskId, _why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        self.awaiters.forget(task);
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.awaiters.waiting(task, || Waiting {
            what: format!(
                "the tasks that it gathers: {} of {} are not done",
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
        format!("{} tasks", self.tasks.len())
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        visitor.number(self.tasks.len() as u64);
        for task in &self.tasks {
            visitor.value(&Value::Object(task.clone()));
        }
        visitor.number(self.errors as u64);
        visitor.number(u64::from(self.is_armed));
        visitor.number(self.done as u64);
        visitor.number(u64::from(self.is_cancelled));
        self.awaiters.visit(visitor);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
