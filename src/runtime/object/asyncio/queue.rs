//! Items from task to task: `asyncio.Queue`.
//!
//! As in Python, a task that waits is woken for an item but not given it: it looks again. So an item
//! is never lost with a task that is cancelled, which wakes the next one instead.

use std::collections::VecDeque;

use super::super::args;
use super::awaiters::Awaiters;
use super::request::{Request, What};
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Ctx, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Refusal, Value};

/// A queue.
#[derive(Clone, Debug)]
pub struct AsyncQueue {
    made_at: Pos,
    /// The most items that it holds.
    capacity: Option<usize>,
    items: VecDeque<Value>,
    /// The items that were put and not yet reported as done.
    unfinished: u64,
    getters: Awaiters,
    putters: Awaiters,
    joiners: Awaiters,
}

impl AsyncQueue {
    /// An empty queue for so many items; for any number when that is 0 or less.
    pub fn new(capacity: i64, made_at: Pos) -> Self {
        Self {
            made_at,
            capacity: usize::try_from(capacity)
                .ok()
                .filter(|capacity| *capacity > 0),
            items: VecDeque::new(),
            unfinished: 0,
            getters: Awaiters::default(),
            putters: Awaiters::default(),
            joiners: Awaiters::default(),
        }
    }

    fn is_full(&self) -> bool {
        self.capacity
            .is_some_and(|capacity| self.items.len() >= capacity)
    }

    fn add(&mut self, item: Value, ctx: &mut Ctx<'_>) {
        self.items.push_back(item);
        self.unfinished += 1;
        self.getters.wake_one(ctx);
    }

    fn take(&mut self, ctx: &mut Ctx<'_>) -> Option<Value> {
        let item = self.items.pop_front()?;
        self.putters.wake_one(ctx);
        Some(item)
    }

    /// A task awaits room for an item.
    pub(super) fn put(&mut self, item: Value, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let waited = match self.putters.resume(ctx) {
            Ok(waited) => waited,
            Err(cancelled) => {
                if !self.is_full() {
                    self.putters.wake_one(ctx);
                }
                return Err(cancelled);
            }
        };
        if self.is_full() {
            return self.putters.wait(waited, None, ctx);
        }
        self.add(item, ctx);
        Ok(Attempt::Done(Value::Unit))
    }

    /// A task awaits an item.
    pub(super) fn get(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let waited = match self.getters.resume(ctx) {
            Ok(waited) => waited,
            Err(cancelled) => {
                if !self.items.is_empty() {
                    self.getters.wake_one(ctx);
                }
                return Err(cancelled);
            }
        };
        match self.take(ctx) {
            Some(item) => Ok(Attempt::Done(item)),
            None => self.getters.wait(waited, None, ctx),
        }
    }

    /// A task awaits that all items are done.
    pub(super) fn join(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let waited = self.joiners.resume(ctx)?;
        if self.unfinished == 0 {
            return Ok(Attempt::Done(Value::Unit));
        }
        self.joiners.wait(waited, None, ctx)
    }

    fn task_done(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if self.unfinished == 0 {
            return Err(FaultKind::misuse(
                "task_done() called too many times",
                "it is called once for each item that was taken with get()",
                "call it after the work on one item, not in another place as well",
            ));
        }
        self.unfinished -= 1;
        if self.unfinished == 0 {
            self.joiners.wake_all(ctx);
        }
        Ok(Attempt::Done(Value::Unit))
    }

    fn refuse(&self, refusal: Refusal) -> FaultKind {
        FaultKind::Queue {
            refusal,
            queue: args::made_in("asyncio.Queue", self.made_at),
            seconds: 0.0,
        }
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let item = match (call.verb, call.args) {
            (Verb::Put | Verb::PutNowait, [item]) => item.clone(),
            (Verb::Put | Verb::PutNowait, more) => {
                return Err(args::arity(call.verb, &[1], more.len()));
            }
            (
                Verb::Get
                | Verb::GetNowait
                | Verb::Join
                | Verb::TaskDone
                | Verb::Qsize
                | Verb::Empty
                | Verb::Full,
                _,
            ) => {
                args::none(call)?;
                Value::Unit
            }
            _ => return Ok(Attempt::Unknown),
        };
        Ok(match call.verb {
            Verb::Put => Request::make(What::Put(item), ctx),
            Verb::Get => Request::make(What::Get, ctx),
            Verb::Join => Request::make(What::Join, ctx),
            Verb::PutNowait if self.is_full() => return Err(self.refuse(Refusal::Full)),
            Verb::PutNowait => {
                self.add(item, ctx);
                Attempt::Done(Value::Unit)
            }
            Verb::GetNowait => match self.take(ctx) {
                Some(item) => Attempt::Done(item),
                None => return Err(self.refuse(Refusal::Empty)),
            },
            Verb::TaskDone => self.task_done(ctx)?,
            Verb::Qsize => Attempt::Done(Value::Int(self.items.len() as i64)),
            Verb::Empty => Attempt::Done(self.items.is_empty().into()),
            _ => Attempt::Done(self.is_full().into()),
        })
    }
}

impl Primitive for AsyncQueue {
    fn kind(&self) -> &'static str {
        "AsyncQueue"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn withdraw(&mut self, task: TaskId, _why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        for awaiters in [&mut self.getters, &mut self.putters, &mut self.joiners] {
            awaiters.forget(task);
        }
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let queue = args::made_in("asyncio.Queue", self.made_at);
        let here = |what: &str| Waiting {
            what: format!("{what} {queue}"),
            ..Waiting::default()
        };
        if self.getters.contains(task) {
            self.getters.waiting(task, || here("an item in"))
        } else if self.putters.contains(task) {
            self.putters.waiting(task, || here("room in"))
        } else {
            self.joiners
                .waiting(task, || here("task_done() for each item of"))
        }
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        format!("{} items", self.items.len())
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        visitor.number(self.capacity.map_or(0, |capacity| capacity as u64));
        visitor.number(self.items.len() as u64);
        self.items.iter().for_each(|item| visitor.value(item));
        visitor.number(self.unfinished);
        for awaiters in [&self.getters, &self.putters, &self.joiners] {
            awaiters.visit(visitor);
        }
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
