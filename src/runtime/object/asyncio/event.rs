//! A flag that tasks wait for: `asyncio.Event`.

use super::super::args;
use super::awaitable::{Awaitable, WaitRequest};
use super::awaiters::Awaiters;
use super::request::Request;
use crate::pos::Pos;
use crate::value::object::{Attempt, Call, Ctx, TaskId, Verb, Waiting};
use crate::value::{EncodeState, FaultKind, StateEncoder, Value};

/// A flag.
#[derive(Clone, Debug)]
pub struct AsyncEvent {
    made_at: Pos,
    is_set: bool,
    awaiters: Awaiters,
}

/// To wait until it is set.
#[derive(Clone, Copy, Debug)]
pub struct Set;

impl WaitRequest for Set {
    fn name(&self) -> &'static str {
        "event.wait"
    }
}

impl EncodeState for Set {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self = self;
        ().encode_state(encoder);
    }
}

impl AsyncEvent {
    /// A flag that is not set. The position is for messages.
    pub fn new(made_at: Pos) -> Self {
        Self {
            made_at,
            is_set: false,
            awaiters: Awaiters::default(),
        }
    }
}

impl EncodeState for AsyncEvent {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            is_set,
            awaiters,
        } = self;
        (is_set, awaiters).encode_state(encoder);
    }
}

impl Awaitable for AsyncEvent {
    type WaitRequest = Set;

    fn kind(&self) -> &'static str {
        "AsyncEvent"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let is_known = matches!(
            call.verb,
            Verb::Wait | Verb::Set | Verb::Clear | Verb::IsSet
        );
        if !is_known {
            return Ok(Attempt::Unknown);
        }
        args::none(call)?;
        match call.verb {
            Verb::Wait => return Ok(Request::<Self>::make(ctx.this, Set, ctx)),
            Verb::Set => {
                self.is_set = true;
                // They go on also when it is cleared before they have their turns.
                self.awaiters.grant_all(&true.into(), ctx);
            }
            Verb::Clear => self.is_set = false,
            _ => return Ok(Attempt::Done(self.is_set.into())),
        }
        Ok(Attempt::Done(Value::Unit))
    }

    fn answer(
        &mut self,
        _wish: &Set,
        _waited: bool,
        _ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        Ok(self.is_set.then(|| true.into()))
    }

    fn waits_for(&self, _task: TaskId) -> Waiting {
        let event = args::made_in("asyncio.Event", self.made_at);
        Waiting {
            what: format!("{event} to be set"),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        if self.is_set { "set" } else { "not set" }.into()
    }
}

crate::value::state_key_test! { event_key, AsyncEvent, AsyncEvent::new(Pos::NONE);
    is_set: true,
    awaiters: Awaiters::one(),
    ; left out made_at
}
