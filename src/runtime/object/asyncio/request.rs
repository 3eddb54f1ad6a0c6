//! What `asyncio.sleep` gives, and `acquire`, `put`, `get`, `join` and `wait` of what tasks share:
//! the request, which is made when it is awaited.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::EventLoop;
use super::awaitable::{Awaitable, WaitRequest};
use super::awaiters::running_loop;
use super::coroutine::AwaitedOnce;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Ids, Object, Primitive, TaskId, Verb, Waiting,
};
use crate::value::{EncodeState, FaultKind, StateEncoder, Value};

/// A wish for something that an `A` can give.
#[derive(Clone)]
pub(super) struct Request<A: Awaitable> {
    once: AwaitedOnce,
    on: Arc<Object>,
    wanted: A::WaitRequest,
    of: PhantomData<fn(A)>,
}

impl<A: Awaitable> Request<A> {
    /// A request to `on`, which is an `A`.
    pub(super) fn new(on: Arc<Object>, wanted: A::WaitRequest) -> Self {
        Self {
            once: AwaitedOnce::new(wanted.name()),
            on,
            wanted,
            of: PhantomData,
        }
    }

    /// A request to `on`, which is an `A`, for the one who asks.
    pub(super) fn make(on: &Arc<Object>, wanted: A::WaitRequest, ctx: &Ctx<'_>) -> Attempt {
        let name = wanted.name();
        let request = Self::new(on.clone(), wanted);
        let made = super::add_coroutine(request, name, ctx.event_loop, ctx.ids, ctx.pos);
        Attempt::Done(made)
    }
}

impl<A: Awaitable> EncodeState for Request<A> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            once,
            on,
            wanted,
            of,
        } = self;
        let _: &PhantomData<fn(A)> = of;
        (once, on, wanted).encode_state(encoder);
    }
}

impl<A: Awaitable> Primitive for Request<A> {
    fn kind(&self) -> &'static str {
        "Coroutine"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        if call.verb != Verb::Await {
            return Attempt::Unknown;
        }
        let Self {
            once, on, wanted, ..
        } = self;
        let answer =
            on.change(|on: &mut A| on.wait_for_request(wanted, |ctx| once.begin(ctx), ctx));
        match answer {
            Some(answer) => answer.unwrap_or_else(Attempt::fail),
            None => Attempt::Unknown,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        self.on
            .cancel_wait(task, why, ctx.effects, ctx.ids, ctx.time)
    }

    fn heeds_deadline(&self, task: TaskId) -> bool {
        self.on.state().heeds_deadline(task)
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
}

/// A sleep of the task that awaits it.
#[derive(Clone, Debug)]
pub struct Sleep {
    once: AwaitedOnce,
    time: Duration,
    result: Value,
    /// The loop of the task that sleeps, which is found when it begins.
    event_loop: Option<Arc<Object>>,
}

impl Sleep {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.sleep";

    /// A sleep for so long, which gives `result`.
    pub fn make(
        time: Duration,
        result: Value,
        event_loop: Option<&Arc<Object>>,
        ids: &Ids,
        pos: Pos,
    ) -> Value {
        let sleep = Self {
            once: AwaitedOnce::new(Self::NAME),
            time,
            result,
            event_loop: None,
        };
        super::add_coroutine(sleep, Self::NAME, event_loop, ids, pos)
    }

    fn awaited(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        self.once.begin(ctx)?;
        let event_loop = self.event_loop.insert(running_loop(ctx, "await")?.clone());
        let (time, result) = (self.time, self.result.clone());
        let answer =
            event_loop.change(|event_loop: &mut EventLoop| event_loop.sleep(time, result, ctx));
        answer.unwrap_or(Ok(Attempt::Unknown))
    }
}

impl EncodeState for Sleep {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            once,
            time,
            result,
            event_loop,
        } = self;
        (once, time, result, event_loop).encode_state(encoder);
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

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        match &self.event_loop {
            Some(on) => on.cancel_wait(task, why, ctx.effects, ctx.ids, ctx.time),
            None => Attempt::Done(Value::Unit),
        }
    }

    fn heeds_deadline(&self, task: TaskId) -> bool {
        let mut event_loop = self.event_loop.iter();
        event_loop.all(|on| on.state().heeds_deadline(task))
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let event_loop = self.event_loop.as_ref();
        event_loop.map_or_else(Waiting::default, |on| on.state().waiting(task))
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        Self::NAME.into()
    }
}

crate::value::state_key_test! { sleep_key, Sleep, Sleep { once: AwaitedOnce::new("sleep"), time: Duration::ZERO, result: Value::Unit, event_loop: None };
    once: AwaitedOnce::new("other"),
    time: Duration::from_nanos(1),
    result: Value::Int(1),
    event_loop: Some(object()),
}

crate::value::state_key_test! { request_key, Request, Request::<super::super::AsyncQueue>::new(object(), super::super::queue::Want::Get);
    once: AwaitedOnce::new("other"),
    on: object(),
    wanted: super::super::queue::Want::Join,
    ; left out of
}
