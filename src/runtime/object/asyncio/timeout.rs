//! `asyncio.timeout`: a block that is cancelled when its time is over.
//!
//! The loop itself waits for the limit meanwhile, as a task of its own; so the time counts from the
//! first await on. As in Python, the block gets a `CancelledError`, and the end of the block makes a
//! `TimeoutError` of it.

use std::sync::Arc;
use std::time::Duration;

use super::super::args;
use super::awaitable::Awaitable;
use super::awaiters::{Awaiters, running_loop, with_loop};
use super::event_loop::{TimeUp, await_soon};
use crate::value::object::{Attempt, Call, Ctx, Object, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, Value, encode_as_number};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    New,
    /// In the block.
    Inside,
    /// In the block, and the time is over.
    Late,
    Ended,
}

encode_as_number!(Phase);

/// A time limit.
#[derive(Clone, Debug)]
pub struct AsyncTimeout {
    limit: Option<Duration>,
    phase: Phase,
    /// The task that runs the block, and its loop.
    parent: Option<(TaskId, Arc<Object>)>,
    /// Whether the block was cancelled because its time was over.
    has_expired: bool,
    awaiters: Awaiters,
}

impl AsyncTimeout {
    /// What it is called.
    pub const NAME: &'static str = "asyncio.timeout";

    /// A limit for a block; none for as long as it takes.
    pub fn new(limit: Option<Duration>) -> Self {
        Self {
            limit,
            phase: Phase::New,
            parent: None,
            has_expired: false,
            awaiters: Awaiters::default(),
        }
    }

    fn enter(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let event_loop = running_loop(ctx, Self::NAME)?.clone();
        if self.phase != Phase::New {
            return Err(FaultKind::misuse(
                Class::RuntimeError,
                "an asyncio.timeout was entered a second time",
                "a time limit is for one block",
                "make a new one: `with asyncio.timeout(1) { ... }`",
            ));
        }
        self.phase = Phase::Inside;
        if self.limit.is_some() {
            await_soon(&event_loop, ctx.this, (ctx.ids, ctx.pos));
        }
        self.parent = Some((ctx.task, event_loop));
        Ok(Attempt::Done(Value::Object(ctx.this.clone())))
    }

    fn exit(&mut self, error: Option<&Value>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        self.phase = Phase::Ended;
        self.awaiters.wake_all(ctx);
        let is_cancelled = matches!(error, Some(Value::Error(fault)) if fault.kind.is_cancel());
        if self.has_expired && is_cancelled {
            return Err(FaultKind::Timeout {
                what: "the block of asyncio.timeout".into(),
                seconds: self.limit.unwrap_or_default().as_secs_f64(),
            });
        }
        Ok(Attempt::Done(Value::Unit))
    }
}

impl EncodeState for AsyncTimeout {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            limit,
            phase,
            parent,
            has_expired,
            awaiters,
        } = self;
        (limit, phase, parent, has_expired, awaiters).encode_state(encoder);
    }
}

impl Awaitable for AsyncTimeout {
    type WaitRequest = ();

    fn kind(&self) -> &'static str {
        "AsyncTimeout"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        match (call.verb, call.args) {
            (Verb::Enter, _) => self.enter(ctx),
            (Verb::Exit, args) => self.exit(args.get(1), ctx),
            (Verb::Abandon, _) => Ok(Attempt::Done(Value::Unit)),
            (Verb::Expired, _) => {
                args::none(call)?;
                Ok(Attempt::Done(self.has_expired.into()))
            }
            // Only the loop awaits it.
            (Verb::Await, _) if self.phase != Phase::New => self.awaited(ctx),
            _ => Ok(Attempt::Unknown),
        }
    }

    fn answer(
        &mut self,
        _wish: &(),
        _waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        if let (Phase::Late, Some((parent, event_loop))) = (self.phase, &self.parent) {
            self.has_expired = true;
            let parent = *parent;
            with_loop(event_loop, ctx, |event_loop, ctx| {
                event_loop.cancel(parent, ctx);
            });
        }
        Ok((self.phase != Phase::Inside).then_some(Value::Unit))
    }

    fn limit(&self, _wish: &()) -> Option<(Duration, TimeUp)> {
        self.limit.map(|limit| (limit, TimeUp::Acts))
    }

    fn is_late(&mut self) {
        if self.phase == Phase::Inside {
            self.phase = Phase::Late;
        }
    }

    fn waits_for(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: "the end of a time limit".into(),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        match self.has_expired {
            true => "expired".into(),
            false => String::new(),
        }
    }
}

crate::value::state_key_test! { timeout_key, AsyncTimeout, AsyncTimeout::new(None);
    limit: Some(Duration::ZERO),
    phase: Phase::Late,
    parent: Some((TaskId(2), object())),
    has_expired: true,
    awaiters: Awaiters::one(),
}
