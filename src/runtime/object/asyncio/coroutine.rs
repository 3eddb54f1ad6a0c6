//! What the functions of asyncio give: something that begins when it is awaited, once. And the
//! simplest of them, `asyncio.sleep`.

use std::sync::Arc;
use std::time::Duration;

use super::awaiters::{Awaiters, running_loop, with_loop};
use super::event_loop::EventLoop;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Ctx, Ids, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Value};

/// Makes a coroutine of the one who asks, and has its event loop remember until it is awaited.
pub fn add(
    coroutine: impl Primitive,
    name: &'static str,
    event_loop: Option<&Arc<Object>>,
    ids: &Ids,
    pos: Pos,
) -> Value {
    let object = Object::new(ids, pos, coroutine);
    if let Some(event_loop) = event_loop {
        let id = object.id;
        event_loop.change(|event_loop: &mut EventLoop| event_loop.made(id, name, pos));
    }
    Value::Object(object)
}

/// That something is awaited once.
#[derive(Clone, Debug)]
pub(super) struct Once {
    pub(super) name: &'static str,
    has_begun: bool,
}

impl Once {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            has_begun: false,
        }
    }

    /// # Errors
    /// It has begun before, or who asks is no task.
    pub(super) fn begin(&mut self, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        let event_loop = running_loop(ctx, "await")?.clone();
        if std::mem::replace(&mut self.has_begun, true) {
            return Err(FaultKind::misuse(
                &format!("{} was awaited a second time", self.name),
                "what a function of asyncio gives is awaited once",
                &format!("call it again: `await {}(...)`", self.name),
            ));
        }
        let id = ctx.this.id;
        with_loop(&event_loop, ctx, |event_loop, _| event_loop.awaited(id));
        Ok(())
    }

    pub(super) fn visit(&self, visitor: &mut dyn Visitor) {
        visitor.text(self.name);
        visitor.number(u64::from(self.has_begun));
    }
}

/// `asyncio.sleep(seconds, result)`
#[derive(Clone, Debug)]
pub struct Sleep {
    once: Once,
    time: Duration,
    result: Value,
    awaiters: Awaiters,
}

impl Sleep {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.sleep";

    /// A sleep that gives `result`. One of no time at all lets the other tasks go first.
    pub fn new(time: Duration, result: Value) -> Self {
        Self {
            once: Once::new(Self::NAME),
            time,
            result,
            awaiters: Awaiters::default(),
        }
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if self.awaiters.resume(ctx)? {
            return Ok(Attempt::Done(self.result.clone()));
        }
        self.once.begin(ctx)?;
        if !self.time.is_zero() {
            return self.awaiters.wait(false, Some(self.time), ctx);
        }
        Ok(match self.awaiters.yield_now(ctx)? {
            true => Attempt::Wait(None),
            false => Attempt::Done(self.result.clone()),
        })
    }
}

impl Primitive for Sleep {
    fn kind(&self) -> &'static str {
        "Coroutine"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::Await => self.awaited(ctx).unwrap_or_else(Attempt::fail),
            _ => Attempt::Unknown,
        }
    }

    fn withdraw(&mut self, task: TaskId, why: Withdrawal, ctx: &mut Ctx<'_>) -> Attempt {
        if why == Withdrawal::Stop {
            self.awaiters.forget(task);
            return Attempt::Done(Value::Unit);
        }
        self.awaiters.time_is_over(task, self.result.clone(), ctx)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.awaiters.waiting(task, || Waiting {
            what: format!("its sleep of {} s", self.time.as_secs_f64()),
            ..Waiting::default()
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
        visitor.number(self.time.as_nanos() as u64);
        visitor.value(&self.result);
        self.awaiters.visit(visitor);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
