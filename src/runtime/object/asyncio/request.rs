//! What `acquire`, `put`, `get` and `join` of asyncio's lock and queue give: the request, which is
//! made when it is awaited.

use std::sync::Arc;

use super::coroutine::Once;
use super::{AsyncLock, AsyncQueue};
use crate::value::object::{
    Attempt, Call, Ctx, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Value};

/// What is requested.
#[derive(Clone, Debug)]
pub(super) enum What {
    Acquire,
    Put(Value),
    Get,
    Join,
}

impl What {
    fn name(&self) -> &'static str {
        match self {
            Self::Acquire => "lock.acquire",
            Self::Put(_) => "queue.put",
            Self::Get => "queue.get",
            Self::Join => "queue.join",
        }
    }
}

/// A request to a lock or queue.
#[derive(Clone, Debug)]
pub struct Request {
    once: Once,
    /// Whether a task waits for the answer.
    waits: bool,
    on: Arc<Object>,
    what: What,
}

impl Request {
    /// A request to the object that is asked for it.
    pub(super) fn make(what: What, ctx: &Ctx<'_>) -> Attempt {
        let name = what.name();
        let request = Self {
            once: Once::new(name),
            waits: false,
            on: ctx.this.clone(),
            what,
        };
        let made = super::add_coroutine(request, name, ctx.event_loop, ctx.ids, ctx.pos);
        Attempt::Done(made)
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if !self.waits {
            self.once.begin(ctx)?;
        }
        let answer = match &self.what {
            What::Acquire => self.on.change(|lock: &mut AsyncLock| lock.acquire(ctx)),
            What::Put(item) => {
                let item = item.clone();
                self.on
                    .change(|queue: &mut AsyncQueue| queue.put(item, ctx))
            }
            What::Get => self.on.change(|queue: &mut AsyncQueue| queue.get(ctx)),
            What::Join => self.on.change(|queue: &mut AsyncQueue| queue.join(ctx)),
        };
        let answer = answer.unwrap_or(Ok(Attempt::Unknown));
        self.waits = matches!(answer, Ok(Attempt::Wait(_)));
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
        self.on.withdraw(task, why, ctx.effects, ctx.ids)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.on.state().waiting(task)
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        self.once.name.into()
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        self.once.visit(visitor);
        visitor.number(u64::from(self.waits));
        visitor.value(&Value::Object(self.on.clone()));
        if let What::Put(item) = &self.what {
            visitor.value(item);
        }
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
