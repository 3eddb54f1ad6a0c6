//! What the functions of asyncio give: something that begins when it is awaited, once.

use std::sync::Arc;

use super::awaiters::{running_loop, with_loop};
use super::event_loop::EventLoop;
use crate::pos::Pos;
use crate::value::object::{Ctx, Ids, Object, Primitive};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, Value};

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
pub(super) struct AwaitedOnce {
    pub(super) name: &'static str,
    has_begun: bool,
}

impl EncodeState for AwaitedOnce {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { name, has_begun } = self;
        (*name, has_begun).encode_state(encoder);
    }
}

impl AwaitedOnce {
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
                Class::RuntimeError,
                &format!("{} was awaited a second time", self.name),
                "what a function of asyncio gives is awaited once",
                &format!("call it again: `await {}(...)`", self.name),
            ));
        }
        let id = ctx.this.id;
        with_loop(&event_loop, ctx, |event_loop, _| event_loop.awaited(id));
        Ok(())
    }
}

crate::value::state_key_test! { once_key, AwaitedOnce, AwaitedOnce::new("sleep");
    name: "wait",
    has_begun: true,
}
