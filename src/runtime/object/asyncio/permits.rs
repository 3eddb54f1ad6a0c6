//! What tasks acquire and release: `asyncio.Lock`, which one may hold, and `asyncio.Semaphore` and
//! `asyncio.BoundedSemaphore`, which several may. Those who wait get it in the order in which they
//! came.

use super::super::args;
use super::awaitable::{Awaitable, WaitRequest};
use super::awaiters::Awaiters;
use super::request::Request;
use crate::pos::Pos;
use crate::value::object::{Attempt, Call, Ctx, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, FaultKind, Holder, StateEncoder, Value, encode_as_number};

/// What is acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A lock.
    Lock,
    /// A semaphore, which may be released more often than it was acquired.
    Semaphore,
    /// One that must not.
    Bounded,
}

encode_as_number!(Of);

/// A lock or a semaphore.
#[derive(Clone, Debug)]
pub struct Permits {
    of: Of,
    made_at: Pos,
    /// How many more may acquire it.
    free: u64,
    /// How many that were at first.
    limit: u64,
    /// Who has acquired the lock; as in Python, any task may release it.
    holder: Option<Holder>,
    /// Invariant: while it is free and tasks wait, one of them is about to ask again.
    awaiters: Awaiters,
}

/// To acquire a lock or a semaphore: its name there.
#[derive(Clone, Copy, Debug)]
pub struct Acquire(&'static str);

impl WaitRequest for Acquire {
    fn name(&self) -> &'static str {
        self.0
    }
}

impl EncodeState for Acquire {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self(name) = self;
        name.encode_state(encoder);
    }
}

impl Permits {
    /// So many may acquire it at once. The position is for messages.
    pub fn new(of: Of, count: u64, made_at: Pos) -> Self {
        Self {
            of,
            made_at,
            free: count,
            limit: count,
            holder: None,
            awaiters: Awaiters::default(),
        }
    }

    /// The wanted of those who acquire it.
    pub(super) fn acquire(&self) -> Acquire {
        Acquire(match self.of {
            Of::Lock => "lock.acquire",
            Of::Semaphore | Of::Bounded => "semaphore.acquire",
        })
    }

    /// Whether a task that asks now would wait.
    pub(super) fn is_locked(&self) -> bool {
        self.free == 0 || self.of != Of::Lock && !self.awaiters.is_empty()
    }

    /// Gives back what was acquired once.
    pub(super) fn release(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if self.of != Of::Semaphore && self.free >= self.limit {
            return Err(match self.of {
                Of::Lock => FaultKind::misuse(
                    Class::RuntimeError,
                    "release of an asyncio.Lock that nobody holds",
                    "a lock is released once for each acquire",
                    "use `with lock { ... }`: it releases exactly once",
                )
                .as_python_says("Lock is not acquired."),
                _ => FaultKind::misuse(
                    Class::ValueError,
                    "release of an asyncio.BoundedSemaphore that nobody has acquired",
                    "it is released once for each acquire",
                    "use `with semaphore { ... }`: it releases exactly once",
                )
                .as_python_says("BoundedSemaphore released too many times"),
            });
        }
        self.free = self.free.saturating_add(1);
        self.holder = None;
        self.awaiters.wake_one(ctx);
        Ok(Attempt::Done(Value::Unit))
    }
}

impl EncodeState for Permits {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            of,
            // The object has the same, which is encoded with it.
            made_at: _,
            free,
            limit,
            holder,
            awaiters,
        } = self;
        (of, free, limit, holder, awaiters).encode_state(encoder);
    }
}

impl Awaitable for Permits {
    type WaitRequest = Acquire;

    fn kind(&self) -> &'static str {
        match self.of {
            Of::Lock => "AsyncLock",
            Of::Semaphore | Of::Bounded => "AsyncSemaphore",
        }
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if matches!(call.verb, Verb::Acquire | Verb::Release | Verb::Locked) {
            args::none(call)?;
        }
        Ok(match call.verb {
            Verb::Acquire => Request::<Self>::make(ctx.this, self.acquire(), ctx),
            Verb::Enter => self.wait_for_request(&self.acquire(), |_| Ok(()), ctx)?,
            Verb::Release | Verb::Exit => self.release(ctx)?,
            Verb::Abandon => {
                if Awaitable::is_held_by(self, ctx.task) {
                    self.free += 1;
                    self.holder = None;
                }
                Attempt::Done(Value::Unit)
            }
            Verb::Locked => Attempt::Done(self.is_locked().into()),
            _ => Attempt::Unknown,
        })
    }

    fn answer(
        &mut self,
        _wish: &Acquire,
        waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        let is_first = waited || self.awaiters.is_empty();
        if self.free == 0 || !is_first {
            return Ok(None);
        }
        self.free -= 1;
        if self.of == Of::Lock {
            self.holder = Some(Holder {
                task: ctx.task,
                since: ctx.pos,
            });
        }
        if self.free > 0 {
            self.awaiters.wake_one(ctx);
        }
        Ok(Some(true.into()))
    }

    fn cancelled(
        &mut self,
        _wish: &Acquire,
        cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        if self.free > 0 {
            self.awaiters.wake_one(ctx);
        }
        Err(cancelled)
    }

    fn waits_for(&self, _task: TaskId) -> Waiting {
        let name = match self.of {
            Of::Lock => "asyncio.Lock",
            Of::Semaphore => "asyncio.Semaphore",
            Of::Bounded => "asyncio.BoundedSemaphore",
        };
        Waiting {
            what: args::made_in(name, self.made_at),
            holders: self.holder.iter().cloned().collect(),
            awaited: Vec::new(),
        }
    }

    fn is_held_by(&self, task: TaskId) -> bool {
        (self.holder.as_ref()).is_some_and(|holder| holder.task == task)
    }

    fn state_text(&self) -> String {
        match (&self.holder, self.of) {
            (Some(holder), _) => format!("held since {}", holder.since.at()),
            (None, Of::Lock) => "free".into(),
            (None, _) => format!("{} free", self.free),
        }
    }
}

crate::value::state_key_test! { permits_key, Permits, Permits::new(Of::Bounded, 1, Pos::NONE);
    of: Of::Semaphore,
    free: 0,
    limit: 2,
    holder: Some(holder(2)),
    awaiters: Awaiters::one(),
    ; left out made_at
}
