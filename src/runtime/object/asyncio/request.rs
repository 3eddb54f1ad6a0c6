//! What `asyncio.sleep` gives, and `acquire`, `put`, `get` and `join` of asyncio's lock and queue:
//! the request, which is made when it is awaited.

use std::sync::Arc;
use std::time::Duration;

use super::awaiters::running_loop;
use super::coroutine::Once;
use super::{AsyncLock, AsyncQueue, EventLoop};
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Ctx, Ids, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Value};

/// What is requested.
#[derive(Clone, Debug)]
pub(super) enum What {
    Sleep(Duration, Value),
    Acquire,
    Put(Value),
    Get,
    Join,
}

impl What {
    fn name(&self) -> &'static str {
        match self {
            Self::Sleep(..) => Request::SLEEP,
            Self::Acquire => "lock.acquire",
            Self::Put(_) => "queue.put",
            Self::Get => "queue.get",
            Self::Join => "queue.join",
        }
    }
}

/// A request to a lock or queue, or to the event loop.
#[derive(Clone, Debug)]
pub struct Request {
    once: Once,
    /// Whether a task waits, and will ask again: what follows is no second await.
    asks_again: bool,
    /// Who is asked; the event loop of the task that awaits it is found when it does.
    on: Option<Arc<Object>>,
    what: What,
}

impl Request {
    /// What a sleep is called.
    pub const SLEEP: &'static str = "asyncio.sleep";

    /// A request to the object that is asked for it.
    pub(super) fn make(what: What, ctx: &Ctx<'_>) -> Attempt {
        let on = Some(ctx.this.clone());
        Attempt::Done(Self::add(on, what, ctx.event_loop, ctx.ids, ctx.pos))
    }

    /// A sleep of whoever awaits it, which gives `result`.
    pub fn sleep(
        time: Duration,
        result: Value,
        event_loop: Option<&Arc<Object>>,
        ids: &Ids,
        pos: Pos,
    ) -> Value {
        Self::add(None, What::Sleep(time, result), event_loop, ids, pos)
    }

    fn add(
        on: Option<Arc<Object>>,
        what: What,
        event_loop: Option<&Arc<Object>>,
        ids: &Ids,
        pos: Pos,
    ) -> Value {
        let name = what.name();
        let request = Self {
            once: Once::new(name),
            asks_again: false,
            on,
            what,
        };
        super::add_coroutine(request, name, event_loop, ids, pos)
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if !self.asks_again {
            self.once.begin(ctx)?;
        }
        let on = match &self.on {
            Some(on) => on,
            None => self.on.insert(running_loop(ctx, "await")?.clone()),
        };
        let answer = match &self.what {
            What::Sleep(time, result) => {
                let (time, result) = (*time, result.clone());
                on.change(|event_loop: &mut EventLoop| event_loop.sleep(time, result, ctx))
            }
            What::Acquire => on.change(|lock: &mut AsyncLock| lock.acquire(ctx)),
            What::Put(item) => {
                let item = item.clone();
                on.change(|queue: &mut AsyncQueue| queue.put(item, ctx))
            }
            What::Get => on.change(|queue: &mut AsyncQueue| queue.get(ctx)),
            What::Join => on.change(|queue: &mut AsyncQueue| queue.join(ctx)),
        };
        let answer = answer.unwrap_or(Ok(Attempt::Unknown));
        // Who sleeps is given the result.
        let is_sleep = matches!(self.what, What::Sleep(..));
        self.asks_again = !is_sleep && matches!(answer, Ok(Attempt::Wait(_)));
        answer
    }
}

impl Primitive for Request {
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
        match &self.on {
            Some(on) => on.withdraw(task, why, ctx.effects, ctx.ids),
            None => Attempt::Done(Value::Unit),
        }
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        (self.on.as_ref()).map_or_else(Waiting::default, |on| on.state().waiting(task))
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        self.once.name.into()
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        self.once.visit(visitor);
        visitor.number(u64::from(self.asks_again));
        if let Some(on) = &self.on {
            visitor.value(&Value::Object(on.clone()));
        }
        match &self.what {
            What::Put(item) => visitor.value(item),
            What::Sleep(time, result) => {
                visitor.number(time.as_nanos() as u64);
                visitor.value(result);
            }
            What::Acquire | What::Get | What::Join => {}
        }
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
