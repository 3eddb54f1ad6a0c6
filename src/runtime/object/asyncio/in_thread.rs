//! `asyncio.to_thread`: a function that runs in a real thread while the tasks go on.

use std::sync::Arc;

use super::super::pool_thread::ask;
use super::super::thread::Thread;
use super::super::tickets;
use super::awaiters::{Awaiters, running_loop, with_loop};
use super::coroutine::Once;
use crate::value::object::{
    Attempt, Call, Ctx, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Function, Value};

/// A call in a thread.
#[derive(Clone, Debug)]
pub struct InThread {
    once: Once,
    function: Arc<Function>,
    args: Vec<Value>,
    /// The thread, once it was started.
    thread: Option<Arc<Object>>,
    has_ended: bool,
    awaiters: Awaiters,
}

impl InThread {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.to_thread";

    /// Will call `function` with `args`.
    pub fn new(function: Arc<Function>, args: Vec<Value>) -> Self {
        Self {
            once: Once::new(Self::NAME),
            function,
            args,
            thread: None,
            has_ended: false,
            awaiters: Awaiters::default(),
        }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<Arc<Object>, FaultKind> {
        self.once.begin(ctx)?;
        let event_loop = running_loop(ctx, Self::NAME)?.clone();
        let number = with_loop(&event_loop, ctx, |event_loop, _| event_loop.thread_begins());
        let name = format!("asyncio_{number}");
        let (function, args) = (self.function.clone(), std::mem::take(&mut self.args));
        let thread = Thread::new(function, args, Some(&name), false, ctx.ids);
        let thread = ctx.make(thread);
        tickets::watch(&thread, 0, ctx)?;
        // The loop waits for it, too, also when nobody awaits it any more.
        let watch = [Value::Object(event_loop), Value::Int(0)];
        ask(&thread, Verb::Watch, &watch, ctx);
        let spawned = ctx.effects.spawns.len();
        ask(&thread, Verb::Start, &[], ctx);
        if let Some(spawn) = ctx.effects.spawns.get_mut(spawned) {
            // Whoever awaits it gets its error.
            spawn.worker = true;
        }
        Ok(thread)
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        // A thread cannot be stopped: who is cancelled leaves it alone.
        let waited = self.awaiters.resume(ctx)?;
        let thread = match &self.thread {
            Some(thread) if waited => thread.clone(),
            _ => self.begin(ctx)?,
        };
        self.thread = Some(thread.clone());
        if self.has_ended {
            return Ok(ask(&thread, Verb::Result, &[], ctx));
        }
        self.awaiters.wait(waited, None, ctx)
    }
}

impl Primitive for InThread {
    fn kind(&self) -> &'static str {
        "Coroutine"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::Await => self.awaited(ctx).unwrap_or_else(Attempt::fail),
            Verb::Ready => {
                self.has_ended = true;
                self.awaiters.wake_all(ctx);
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
        self.awaiters.waiting(task, || match &self.thread {
            Some(thread) => thread.state().waiting(task),
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
        visitor.value(&Value::Function(self.function.clone()));
        self.args.iter().for_each(|arg| visitor.value(arg));
        if let Some(thread) = &self.thread {
            visitor.value(&Value::Object(thread.clone()));
        }
        visitor.number(u64::from(self.has_ended));
        self.awaiters.visit(visitor);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
