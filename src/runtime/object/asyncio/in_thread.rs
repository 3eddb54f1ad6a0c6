//! `asyncio.to_thread`: a function that runs in a real thread while the tasks go on.

use std::sync::Arc;

use super::super::pool_thread::ask;
use super::super::thread::Thread;
use super::super::tickets;
use super::awaitable::Awaitable;
use super::awaiters::{Awaiters, running_loop, with_loop};
use super::coroutine::AwaitedOnce;
use crate::value::object::{Attempt, Call, Ctx, Object, TaskId, Verb, Waiting};
use crate::value::{EncodeState, FaultKind, Function, StateEncoder, Value};

/// A call in a thread.
#[derive(Clone, Debug)]
pub struct InThread {
    once: AwaitedOnce,
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
            once: AwaitedOnce::new(Self::NAME),
            function,
            args,
            thread: None,
            has_ended: false,
            awaiters: Awaiters::default(),
        }
    }

    fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        self.once.begin(ctx)?;
        let event_loop = running_loop(ctx, Self::NAME)?.clone();
        let number = with_loop(&event_loop, ctx, |event_loop, _| event_loop.thread_begins());
        let name = format!("asyncio_{number}");
        let (function, args) = (self.function.clone(), std::mem::take(&mut self.args));
        let thread = Thread::new(function, args, Some(&name), false, ctx.ids);
        let thread = ctx.make(thread);
        tickets::watch(&thread, 0, ctx)?;
        // The loop waits for it, too, also when nobody awaits it any more.
        let watch = [Value::Object(event_loop), Value::Int(number as i64)];
        ask(&thread, Verb::Watch, &watch, ctx);
        let spawned = ctx.effects.spawns.len();
        ask(&thread, Verb::Start, &[], ctx);
        if let Some(spawn) = ctx.effects.spawns.get_mut(spawned) {
            // Its error is raised in the task that awaits it.
            spawn.worker = true;
        }
        self.thread = Some(thread);
        Ok(())
    }
}

impl EncodeState for InThread {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            once,
            function,
            args,
            thread,
            has_ended,
            awaiters,
        } = self;
        (once, function, args, thread, has_ended, awaiters).encode_state(encoder);
    }
}

/// A thread cannot be stopped: who is cancelled leaves it alone.
impl Awaitable for InThread {
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
            this.has_ended = true;
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
        match &self.thread {
            Some(thread) if self.has_ended => match ask(thread, Verb::Result, &[], ctx) {
                Attempt::Done(value) => Ok(Some(value)),
                Attempt::Fail(kind) => Err(*kind),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn waits_for(&self, task: TaskId) -> Waiting {
        match &self.thread {
            Some(thread) => thread.state().waiting(task),
            None => Waiting::default(),
        }
    }

    fn state_text(&self) -> String {
        self.once.name.into()
    }
}

crate::value::state_key_test! { in_thread_key, InThread, InThread::new(function("f"), Vec::new());
    once: AwaitedOnce::new("other"),
    function: function("g"),
    args: vec![Value::Unit],
    thread: Some(object()),
    has_ended: true,
    awaiters: Awaiters::one(),
}
