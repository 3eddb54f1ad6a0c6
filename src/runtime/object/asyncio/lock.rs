//! A lock between tasks: `asyncio.Lock`. Those who wait get it in the order in which they came.

use super::super::args;
use super::awaiters::{Awaiters, running_loop};
use super::request::{Request, What};
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Ctx, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Holder, Value};

/// A lock.
#[derive(Clone, Debug)]
pub struct AsyncLock {
    made_at: Pos,
    /// Who has acquired it; as in Python, any task may release it.
    holder: Option<Holder>,
    /// Invariant: when the lock is free and somebody waits, somebody is about to ask again.
    awaiters: Awaiters,
}

impl AsyncLock {
    /// A free lock. The position is for messages.
    pub fn new(made_at: Pos) -> Self {
        Self {
            made_at,
            holder: None,
            awaiters: Awaiters::default(),
        }
    }

    /// A task awaits the lock.
    pub(super) fn acquire(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        running_loop(ctx, "await")?;
        let waited = match self.awaiters.resume(ctx) {
            Ok(waited) => waited,
            Err(cancelled) => {
                if self.holder.is_none() {
                    self.awaiters.wake_one(ctx);
                }
                return Err(cancelled);
            }
        };
        let is_first = waited || self.awaiters.is_empty();
        if self.holder.is_none() && is_first {
            self.holder = Some(Holder {
                task: ctx.task,
                since: ctx.pos,
            });
            return Ok(Attempt::Done(true.into()));
        }
        self.awaiters.wait(waited, None, ctx)
    }

    fn release(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        if self.holder.take().is_none() {
            return Attempt::fail(FaultKind::misuse(
                "release of an asyncio.Lock that nobody holds",
                "a lock is released once for each acquire",
                "use `with lock { ... }`: it releases exactly once",
            ));
        }
        self.awaiters.wake_one(ctx);
        Attempt::Done(Value::Unit)
    }
}

impl Primitive for AsyncLock {
    fn kind(&self) -> &'static str {
        "AsyncLock"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let takes_none = matches!(call.verb, Verb::Acquire | Verb::Release | Verb::Locked);
        if takes_none && let Err(fault) = args::none(call) {
            return Attempt::fail(fault);
        }
        match call.verb {
            Verb::Acquire => Request::make(What::Acquire, ctx),
            Verb::Enter => self.acquire(ctx).unwrap_or_else(Attempt::fail),
            Verb::Release | Verb::Exit => self.release(ctx),
            Verb::Abandon => {
                if self.is_held_by(ctx.task) {
                    self.holder = None;
                }
                Attempt::Done(Value::Unit)
            }
            Verb::Locked => Attempt::Done(self.holder.is_some().into()),
            _ => Attempt::Unknown,
        }
    }

    fn withdraw(&mut self, task: TaskId, _why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        self.awaiters.forget(task);
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        self.awaiters.waiting(task, || Waiting {
            what: args::made_in("asyncio.Lock", self.made_at),
            holders: self.holder.iter().cloned().collect(),
            awaited: Vec::new(),
        })
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn is_held_by(&self, task: TaskId) -> bool {
        (self.holder.as_ref()).is_some_and(|holder| holder.task == task)
    }

    fn state_text(&self) -> String {
        match &self.holder {
            Some(holder) => format!("held since line {}", holder.since.line),
            None => "free".into(),
        }
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        match &self.holder {
            Some(holder) => visitor.holder(holder),
            None => visitor.number(0),
        }
        self.awaiters.visit(visitor);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
