//! A wait for a change of what a lock between tasks protects: `asyncio.Condition`.

use std::sync::Arc;

use super::super::args;
use super::awaitable::{Awaitable, WaitRequest};
use super::awaiters::Awaiters;
use super::permits::{Of, Permits};
use super::request::Request;
use crate::pos::Pos;
use crate::value::object::{Attempt, Call, Ctx, Ids, Object, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, Value};

/// A condition.
#[derive(Clone, Debug)]
pub struct AsyncCondition {
    made_at: Pos,
    /// Its lock.
    lock: Arc<Object>,
    /// The tasks that wait to be notified.
    awaiters: Awaiters,
    /// The tasks that were notified or cancelled, and take the lock back first: and the error that they get
    /// then.
    returning: Vec<(TaskId, Option<FaultKind>)>,
}

/// To wait for a change.
#[derive(Clone, Copy, Debug)]
pub struct Change;

impl WaitRequest for Change {
    fn name(&self) -> &'static str {
        "condition.wait"
    }
}

impl EncodeState for Change {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self = self;
        ().encode_state(encoder);
    }
}

impl AsyncCondition {
    /// A condition with this lock, or one of its own. The position is for messages.
    ///
    /// # Errors
    /// A wrong use when it is no lock between tasks.
    pub fn new(lock: Option<&Value>, ids: &Ids, made_at: Pos) -> Result<Self, FaultKind> {
        let lock = match lock {
            None => Object::new(ids, made_at, Permits::new(Of::Lock, 1, made_at)),
            Some(Value::Object(lock)) if lock.kind() == "AsyncLock" => lock.clone(),
            Some(other) => return Err(FaultKind::mismatch("an asyncio.Lock", other)),
        };
        Ok(Self {
            made_at,
            lock,
            awaiters: Awaiters::default(),
            returning: Vec::new(),
        })
    }

    /// Asks the lock.
    fn ask_lock(
        &self,
        ask: impl FnOnce(&mut Permits) -> Result<Attempt, FaultKind>,
    ) -> Result<Attempt, FaultKind> {
        self.lock.change(ask).unwrap_or(Ok(Attempt::Unknown))
    }

    fn take_lock(&self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        self.ask_lock(|lock| {
            let acquire = lock.acquire();
            lock.wait_for_request(&acquire, |_| Ok(()), ctx)
        })
    }

    /// Checks that the lock is held, as waiting and notifying need.
    ///
    /// # Errors
    /// A wrong use when it is not.
    fn check_lock(&self, verb: Verb) -> Result<(), FaultKind> {
        let is_locked = self.lock.change(|lock: &mut Permits| lock.is_locked());
        if is_locked == Some(true) {
            return Ok(());
        }
        Err(FaultKind::misuse(
            Class::RuntimeError,
            &format!("{} of an asyncio.Condition whose lock is free", verb.name()),
            "only a task that holds the lock waits for a change or tells of one",
            "write `with condition { ... }` around it",
        ))
    }

    /// How many are notified.
    fn notify(&mut self, count: u64, ctx: &mut Ctx<'_>) {
        for _ in 0..count {
            self.awaiters.wake_one(ctx);
        }
    }

    /// The task that asks was notified or cancelled: it takes the lock, and then continues.
    fn come_back(&mut self, place: usize, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        loop {
            match self.take_lock(ctx) {
                Ok(Attempt::Done(_)) => {
                    return match self.returning.remove(place).1 {
                        Some(cancelled) => Err(cancelled),
                        None => Ok(Attempt::Done(true.into())),
                    };
                }
                // As in Python it has the lock nevertheless when it gets the error.
                Err(cancelled) => self.returning[place].1 = Some(cancelled),
                waits => return waits,
            }
        }
    }
}

impl EncodeState for AsyncCondition {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            lock,
            awaiters,
            returning,
        } = self;
        (lock, awaiters, returning).encode_state(encoder);
    }
}

impl Awaitable for AsyncCondition {
    type WaitRequest = Change;

    fn kind(&self) -> &'static str {
        "AsyncCondition"
    }

    fn lines(&self) -> &[Awaiters] {
        std::slice::from_ref(&self.awaiters)
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        std::slice::from_mut(&mut self.awaiters)
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let takes_none = matches!(
            call.verb,
            Verb::Acquire | Verb::Release | Verb::Locked | Verb::Wait | Verb::NotifyAll
        );
        if takes_none {
            args::none(call)?;
        }
        Ok(match call.verb {
            Verb::Acquire => {
                let wanted = self.lock.change(|lock: &mut Permits| lock.acquire());
                match wanted {
                    Some(wanted) => Request::<Permits>::make(&self.lock, wanted, ctx),
                    None => Attempt::Unknown,
                }
            }
            Verb::Enter => self.take_lock(ctx)?,
            Verb::Release | Verb::Exit => self.ask_lock(|lock| lock.release(ctx))?,
            Verb::Abandon => self.ask_lock(|lock| lock.ask(call, ctx))?,
            Verb::Locked => self.ask_lock(|lock| Ok(Attempt::Done(lock.is_locked().into())))?,
            Verb::Wait => Request::<Self>::make(ctx.this, Change, ctx),
            Verb::Notify | Verb::NotifyAll => {
                self.check_lock(call.verb)?;
                let count = match call.verb {
                    Verb::Notify => args::count(call, 0)?,
                    _ => u64::MAX,
                };
                match count {
                    u64::MAX => self.awaiters.wake_all(ctx),
                    count => self.notify(count, ctx),
                }
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }

    fn wait_for_request(
        &mut self,
        _wish: &Change,
        begin: impl FnOnce(&mut Ctx<'_>) -> Result<(), FaultKind>,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        let mut returning = self.returning.iter();
        if let Some(place) = returning.position(|(task, _)| *task == ctx.task) {
            return self.come_back(place, ctx);
        }
        let Some((cancelled, _)) = self.awaiters.resume(ctx) else {
            begin(ctx)?;
            self.check_lock(Verb::Wait)?;
            let waits = self.awaiters.wait(false, None, ctx)?;
            self.ask_lock(|lock| lock.release(ctx))?;
            return Ok(waits);
        };
        self.returning.push((ctx.task, cancelled));
        self.come_back(self.returning.len() - 1, ctx)
    }

    /// A waiter acquires the lock again before it is answered.
    fn answer(
        &mut self,
        _wish: &Change,
        _waited: bool,
        _ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        Ok(None)
    }

    fn waits_for(&self, task: TaskId) -> Waiting {
        if !self.awaiters.contains(task) {
            return self.lock.state().waiting(task);
        }
        let condition = args::made_in("asyncio.Condition", self.made_at);
        Waiting {
            what: format!("{condition} to be notified"),
            ..Waiting::default()
        }
    }

    fn forget(&mut self, task: TaskId) {
        self.awaiters.forget(task);
        self.returning.retain(|(returning, _)| *returning != task);
        self.lock.change(|lock: &mut Permits| lock.forget(task));
    }

    fn is_held_by(&self, task: TaskId) -> bool {
        self.lock.state().is_held_by(task)
    }

    fn state_text(&self) -> String {
        self.lock.state().state_text()
    }
}

crate::value::state_key_test! { condition_key, AsyncCondition, AsyncCondition { made_at: Pos::NONE, lock: object(), awaiters: Awaiters::default(), returning: Vec::new() };
    lock: object(),
    awaiters: Awaiters::one(),
    returning: vec![(TaskId(2), None)],
    ; left out made_at
}
