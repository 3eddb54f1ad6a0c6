//! Queues between threads: Python's `queue.Queue`, `LifoQueue`, `PriorityQueue` and `SimpleQueue`.
//!
//! One state machine serves all four. In reading order: `items`, which item comes next; `waiting`,
//! who waits; and here, what can be asked.

mod items;
mod waiting;

use super::args::Patience;
pub(super) use items::Items;
pub use items::{Compare, Order};
use waiting::{Putter, Removed, patience};

use super::args;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, FaultKind, Refusal, StateEncoder, Value};

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    kind: &'static str,
    made_at: Pos,
    /// How many items it takes before `put` waits; nothing for no limit.
    maxsize: Option<usize>,
    /// Whether it counts tasks, has a limit and can be shut down: all but a `SimpleQueue`.
    is_full_featured: bool,
    /// Invariants: while a thread waits for room it is full; while a thread waits for an item, a thread was
    /// woken for each item to take it.
    items: Items,
    /// Items put, and not yet reported by `task_done`.
    unfinished: u64,
    is_shut_down: bool,
    waiting: waiting::Waiting,
}

impl Queue {
    /// A `Queue`, `LifoQueue` or `PriorityQueue`. A size below 1 means no limit, as in Python. The
    /// position is for messages.
    pub fn new(kind: &'static str, order: Order, maxsize: i64, made_at: Pos) -> Self {
        Self {
            kind,
            made_at,
            maxsize: usize::try_from(maxsize).ok().filter(|size| *size > 0),
            is_full_featured: true,
            items: Items::new(order),
            unfinished: 0,
            is_shut_down: false,
            waiting: waiting::Waiting::default(),
        }
    }

    /// A `SimpleQueue`: no limit, no tasks, no shutdown.
    pub fn simple(made_at: Pos) -> Self {
        Self {
            is_full_featured: false,
            ..Self::new("SimpleQueue", Order::Fifo, 0, made_at)
        }
    }

    fn is_full(&self) -> bool {
        self.maxsize.is_some_and(|size| self.items.len() >= size)
    }

    /// Whether there is an item that `task` may take.
    fn has_item_for(&self, task: TaskId) -> bool {
        self.items.len() > self.waiting.kept_from(task)
    }

    fn put(
        &mut self,
        item: Value,
        patience: Patience,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        if self.is_shut_down {
            return Err(self.refusal(Refusal::ShutDown, 0.0));
        }
        if !self.is_full() {
            self.add(item)?;
            self.offer(ctx);
            return Ok(Attempt::Done(Value::Unit));
        }
        if patience == Patience::None {
            return Err(self.refusal(Refusal::Full, 0.0));
        }
        self.waiting.add_putter(Putter {
            task: ctx.task,
            item,
            seconds: patience.seconds(),
        });
        Ok(Attempt::Wait(patience.limit()))
    }

    fn get(&mut self, patience: Patience, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let may_take = self.has_item_for(ctx.task);
        self.waiting.heard(ctx.task);
        if may_take && let Some(item) = self.items.take() {
            self.admit(ctx);
            return Ok(Attempt::Done(item));
        }
        if self.is_shut_down {
            return Err(self.refusal(Refusal::ShutDown, 0.0));
        }
        if patience == Patience::None {
            return Err(self.refusal(Refusal::Empty, 0.0));
        }
        self.waiting.add_getter(ctx.task, patience.seconds());
        Ok(Attempt::Wait(patience.limit()))
    }

    fn add(&mut self, item: Value) -> Result<(), FaultKind> {
        self.items.add(item)?;
        // Nobody can ask a simple queue how many are left, so that must make no difference.
        self.unfinished += u64::from(self.is_full_featured);
        Ok(())
    }

    /// There is room: those who wait for it put their items.
    fn admit(&mut self, ctx: &mut Ctx<'_>) {
        while !self.is_full()
            && let Some(putter) = self.waiting.next_putter()
        {
            let wake = match self.add(putter.item) {
                Ok(()) => Wake::Grant(Value::Unit),
                Err(kind) => Wake::fail(kind),
            };
            ctx.wake(putter.task, wake);
        }
        self.offer(ctx);
    }

    /// There are items: the threads that wait for them are notified.
    fn offer(&mut self, ctx: &mut Ctx<'_>) {
        while self.items.len() > self.waiting.notified() && self.waiting.tell_getter(ctx) {}
    }

    fn task_done(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let Some(unfinished) = self.unfinished.checked_sub(1) else {
            return Err(FaultKind::misuse(
                Class::ValueError,
                &format!("task_done of {} without a task", self.described()),
                "it is called once for each item that was put",
                "call task_done() once after each get(), when the item's work is done",
            )
            .as_python_says("task_done() called too many times"));
        };
        self.finish(unfinished, ctx);
        Ok(Attempt::Done(Value::Unit))
    }

    fn finish(&mut self, unfinished: u64, ctx: &mut Ctx<'_>) {
        self.unfinished = unfinished;
        if unfinished == 0 {
            self.waiting.wake_joiners(ctx);
        }
    }

    fn join(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        if self.unfinished == 0 {
            return Attempt::Done(Value::Unit);
        }
        self.waiting.add_joiner(ctx.task);
        Attempt::Wait(None)
    }

    /// Nothing is put any more. What is there can still be taken, unless `immediate`: then it is
    /// dropped, and counts as done.
    fn shutdown(&mut self, immediate: bool, ctx: &mut Ctx<'_>) -> Attempt {
        self.is_shut_down = true;
        if immediate {
            let dropped = self.items.clear() as u64;
            self.finish(self.unfinished.saturating_sub(dropped), ctx);
        }
        let fault = self.refusal(Refusal::ShutDown, 0.0);
        self.waiting.refuse_all(&fault, ctx);
        Attempt::Done(Value::Unit)
    }

    fn refusal(&self, refusal: Refusal, seconds: f64) -> FaultKind {
        FaultKind::Queue {
            refusal,
            queue: self.described(),
            seconds,
        }
    }

    fn described(&self) -> String {
        if self.made_at.is_none() {
            format!("the {}", self.kind)
        } else {
            format!("the {} made in {}", self.kind, self.made_at.at())
        }
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let Call { verb, args } = call;
        match verb {
            Verb::Put => match args {
                [item, rest @ ..] if rest.len() <= 2 => {
                    self.put(item.clone(), patience(verb, rest)?, ctx)
                }
                _ => Err(args::arity(verb, &[1, 2, 3], args.len())),
            },
            Verb::PutNowait | Verb::TryPut => match args {
                [item] => self.put(item.clone(), Patience::None, ctx),
                _ => Err(args::arity(verb, &[1], args.len())),
            },
            Verb::Get if args.len() <= 2 => self.get(patience(verb, args)?, ctx),
            Verb::Get => Err(args::arity(verb, &[0, 1, 2], args.len())),
            Verb::Item | Verb::Next => Err(FaultKind::misuse(
                Class::TypeError,
                &format!("{} was walked through or indexed", self.described()),
                "a queue has no end and no positions: its items are taken out one by one",
                "write `loop { let item = queue.get(); ... }`, and leave it by `break`",
            )),
            Verb::Shutdown if self.is_full_featured => match args {
                [] => Ok(self.shutdown(false, ctx)),
                [Value::Bool(immediate)] => Ok(self.shutdown(*immediate, ctx)),
                [other] => Err(FaultKind::mismatch(
                    "true or false, whether to drop what is left",
                    other,
                )),
                more => Err(args::arity(verb, &[0, 1], more.len())),
            },
            _ if self.knows(verb) => {
                args::none(call)?;
                self.without_arguments(verb, ctx)
            }
            _ => Ok(Attempt::Unknown),
        }
    }

    /// Whether it is an operation without arguments that this kind of queue has.
    fn knows(&self, verb: Verb) -> bool {
        match verb {
            Verb::GetNowait | Verb::TryGet | Verb::Qsize | Verb::Empty => true,
            Verb::Full | Verb::TaskDone | Verb::Join => self.is_full_featured,
            _ => false,
        }
    }

    fn without_arguments(&mut self, verb: Verb, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        Ok(match verb {
            Verb::GetNowait | Verb::TryGet => self.get(Patience::None, ctx)?,
            Verb::Qsize => Attempt::Done(Value::Int(self.items.len() as i64)),
            Verb::Empty => Attempt::Done((self.items.len() == 0).into()),
            Verb::Full => Attempt::Done(self.is_full().into()),
            Verb::TaskDone => self.task_done(ctx)?,
            Verb::Join => self.join(ctx),
            _ => Attempt::Unknown,
        })
    }
}

impl EncodeState for Queue {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            kind,
            // The object has the same, which is encoded with it.
            made_at: _,
            maxsize,
            // The kind says it.
            is_full_featured: _,
            items,
            unfinished,
            is_shut_down,
            waiting,
        } = self;
        (*kind, maxsize, items, unfinished, is_shut_down, waiting).encode_state(encoder);
    }
}

impl Primitive for Queue {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    /// With a limit, arriving starts the clock. Joining counts as doing something, so that a report
    /// can tell who waits for the tasks from who waits for an item.
    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        let is_endless =
            |rest: &[Value]| matches!(patience(call.verb, rest), Ok(Patience::Endless));
        match (call.verb, call.args) {
            _ if self.is_shut_down => true,
            (Verb::Put, [_, rest @ ..]) if is_endless(rest) => !self.is_full(),
            (Verb::Get, rest) if is_endless(rest) => self.has_item_for(task),
            _ => true,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        let gone = self.waiting.remove(task);
        match (why, gone) {
            (CancelReason::Timeout, Removed::Get(seconds)) => {
                Attempt::fail(self.refusal(Refusal::Empty, seconds))
            }
            (CancelReason::Timeout, Removed::Put(seconds)) => {
                Attempt::fail(self.refusal(Refusal::Full, seconds))
            }
            (CancelReason::Timeout, Removed::Notified | Removed::Unknown) => Attempt::Wait(None),
            (CancelReason::Stop, Removed::Notified) => {
                self.waiting.heard(task);
                self.offer(ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Done(Value::Unit),
        }
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let queue = self.described();
        // Under a stepped scheduler who would only wait is not noted: for room when it is full,
        // for an item otherwise.
        let for_room =
            self.waiting.is_putting(task) || self.is_full() && !self.waiting.is_getting(task);
        let what = if self.waiting.is_joining(task) {
            format!("task_done() of {} more items of {queue}", self.unfinished)
        } else if for_room {
            format!("room in {queue}")
        } else {
            format!("an item in {queue}")
        };
        Waiting {
            what,
            ..Waiting::default()
        }
    }

    /// How many items, not which: an item may be the queue itself.
    fn state_text(&self) -> String {
        let count = self.items.len();
        let noun = if count == 1 { "item" } else { "items" };
        let state = if self.is_shut_down { ", shut down" } else { "" };
        match self.maxsize {
            Some(size) => format!("{count} of {size} items{state}"),
            None => format!("{count} {noun}{state}"),
        }
    }
}

crate::value::state_key_test! { queue_key, Queue, Queue::simple(Pos::NONE);
    kind: "LifoQueue",
    maxsize: Some(3),
    items: { let mut items = Items::new(Order::Fifo); items.add(Value::Unit).unwrap(); items },
    unfinished: 1,
    is_shut_down: true,
    waiting: { let mut waiting = waiting::Waiting::default(); waiting.add_joiner(TaskId(2)); waiting },
    ; left out made_at is_full_featured
}

#[cfg(test)]
mod tests;
