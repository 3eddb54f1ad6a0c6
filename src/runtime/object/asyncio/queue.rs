//! Items from task to task: `asyncio.Queue`, `asyncio.LifoQueue` and `asyncio.PriorityQueue`, which
//! differ in which item comes next.
//!
//! As in Python, a task that waits is woken for an item but not given it: it looks again. So an item
//! is never lost with a task that is cancelled, which wakes the next one instead.

use super::super::args;
use super::super::queue::{Items, Order};
use super::awaitable::{Awaitable, WaitRequest};
use super::awaiters::Awaiters;
use super::request::Request;
use crate::pos::Pos;
use crate::value::object::{Attempt, Call, Ctx, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, FaultKind, Refusal, StateEncoder, Value};

/// A queue.
#[derive(Clone, Debug)]
pub struct AsyncQueue {
    name: &'static str,
    made_at: Pos,
    /// The most items that it holds.
    capacity: Option<usize>,
    items: Items,
    /// The items that were put and not yet reported as done.
    unfinished: u64,
    /// Those who want an item, those who want room, those who want that all are done.
    lines: [Awaiters; 3],
}

/// What a task wants of a queue.
#[derive(Clone, Debug)]
pub enum Want {
    /// An item.
    Get,
    /// Room for this one.
    Put(Value),
    /// That all items are done.
    Join,
}

impl WaitRequest for Want {
    fn name(&self) -> &'static str {
        match self {
            Self::Get => "queue.get",
            Self::Put(_) => "queue.put",
            Self::Join => "queue.join",
        }
    }

    fn line(&self) -> usize {
        match self {
            Self::Get => GETTERS,
            Self::Put(_) => PUTTERS,
            Self::Join => JOINERS,
        }
    }
}

impl EncodeState for Want {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Get => encoder.number(0),
            Self::Put(item) => (1, item).encode_state(encoder),
            Self::Join => encoder.number(2),
        }
    }
}

const GETTERS: usize = 0;
const PUTTERS: usize = 1;
const JOINERS: usize = 2;

impl AsyncQueue {
    /// An empty queue for so many items; for any number when that is 0 or less. The name is that of
    /// its class.
    pub fn new(name: &'static str, order: Order, capacity: i64, made_at: Pos) -> Self {
        Self {
            name,
            made_at,
            capacity: usize::try_from(capacity)
                .ok()
                .filter(|capacity| *capacity > 0),
            items: Items::new(order),
            unfinished: 0,
            lines: <[Awaiters; 3]>::default(),
        }
    }

    fn is_empty(&self) -> bool {
        self.items.len() == 0
    }

    fn is_full(&self) -> bool {
        self.capacity
            .is_some_and(|capacity| self.items.len() >= capacity)
    }

    fn add(&mut self, item: Value, ctx: &mut Ctx<'_>) -> Result<(), FaultKind> {
        self.items.add(item)?;
        self.unfinished += 1;
        self.lines[GETTERS].wake_one(ctx);
        Ok(())
    }

    fn take(&mut self, ctx: &mut Ctx<'_>) -> Option<Value> {
        let item = self.items.take()?;
        self.lines[PUTTERS].wake_one(ctx);
        Some(item)
    }

    fn task_done(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if self.unfinished == 0 {
            return Err(FaultKind::misuse(
                Class::ValueError,
                "task_done() called too many times",
                "it is called once for each item that was taken with get()",
                "call it after the work on one item, not in another place as well",
            )
            .as_python_says("task_done() called too many times"));
        }
        self.unfinished -= 1;
        if self.unfinished == 0 {
            self.lines[JOINERS].wake_all(ctx);
        }
        Ok(Attempt::Done(Value::Unit))
    }

    fn refuse(&self, refusal: Refusal) -> FaultKind {
        FaultKind::Queue {
            refusal,
            queue: args::made_in(self.name, self.made_at),
            seconds: 0.0,
        }
    }
}

impl EncodeState for AsyncQueue {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            name,
            // The object has the same, which is encoded with it.
            made_at: _,
            capacity,
            items,
            unfinished,
            lines,
        } = self;
        (*name, capacity, items, unfinished, lines).encode_state(encoder);
    }
}

impl Awaitable for AsyncQueue {
    type WaitRequest = Want;

    fn kind(&self) -> &'static str {
        "AsyncQueue"
    }

    fn lines(&self) -> &[Awaiters] {
        &self.lines
    }

    fn lines_mut(&mut self) -> &mut [Awaiters] {
        &mut self.lines
    }

    fn ask(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
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
                | Verb::Maxsize
                | Verb::Qsize
                | Verb::Empty
                | Verb::Full,
                _,
            ) => {
                args::none(call)?;
                Value::Unit
            }
            (Verb::Item | Verb::Next, _) => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    "an asyncio.Queue was used as if it were an array",
                    "its items are taken one by one, and whoever takes one may have to wait",
                    "write `loop { let item = await queue.get(); ... }`",
                ));
            }
            _ => return Ok(Attempt::Unknown),
        };
        let make = |want: Want| Request::<Self>::make(ctx.this, want, ctx);
        Ok(match call.verb {
            Verb::Put => make(Want::Put(item)),
            Verb::Get => make(Want::Get),
            Verb::Join => make(Want::Join),
            Verb::PutNowait if self.is_full() => return Err(self.refuse(Refusal::AsyncFull)),
            Verb::PutNowait => {
                self.add(item, ctx)?;
                Attempt::Done(Value::Unit)
            }
            Verb::GetNowait => match self.take(ctx) {
                Some(item) => Attempt::Done(item),
                None => return Err(self.refuse(Refusal::AsyncEmpty)),
            },
            Verb::TaskDone => self.task_done(ctx)?,
            Verb::Maxsize => {
                let capacity = self.capacity.map_or(0, |capacity| capacity as i64);
                Attempt::Done(Value::Int(capacity))
            }
            Verb::Qsize => Attempt::Done(Value::Int(self.items.len() as i64)),
            Verb::Empty => Attempt::Done(self.is_empty().into()),
            _ => Attempt::Done(self.is_full().into()),
        })
    }

    fn answer(
        &mut self,
        want: &Want,
        _waited: bool,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Value>, FaultKind> {
        match want {
            Want::Get => Ok(self.take(ctx)),
            Want::Put(_) if self.is_full() => Ok(None),
            Want::Put(item) => self.add(item.clone(), ctx).map(|()| Some(Value::Unit)),
            Want::Join => Ok((self.unfinished == 0).then_some(Value::Unit)),
        }
    }

    fn cancelled(
        &mut self,
        want: &Want,
        cancelled: FaultKind,
        ctx: &mut Ctx<'_>,
    ) -> Result<(), FaultKind> {
        let is_there = match want {
            Want::Get => !self.is_empty(),
            Want::Put(_) => !self.is_full(),
            Want::Join => false,
        };
        if is_there {
            self.lines[want.line()].wake_one(ctx);
        }
        Err(cancelled)
    }

    fn waits_for(&self, task: TaskId) -> Waiting {
        let queue = args::made_in(self.name, self.made_at);
        let what = match self.lines.iter().position(|line| line.contains(task)) {
            Some(GETTERS) => "an item in",
            Some(PUTTERS) => "room in",
            _ => "task_done() for each item of",
        };
        Waiting {
            what: format!("{what} {queue}"),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        format!("{} items", self.items.len())
    }
}

crate::value::state_key_test! { queue_key, AsyncQueue, AsyncQueue::new("asyncio.Queue", Order::Fifo, 0, Pos::NONE);
    name: "asyncio.LifoQueue",
    capacity: Some(2),
    items: { let mut items = Items::new(Order::Fifo); items.add(Value::Unit).unwrap(); items },
    unfinished: 1,
    lines: [Awaiters::default(), Awaiters::one(), Awaiters::default()],
    ; left out made_at
}
