//! The values that `executor.map` gives, in the order of its inputs, each as soon as it is there. One file,
//! as those who fill the row of items and those who wait for it share one state.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::future::{InPool, raised};
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Deadline, Noticed, Primitive, TaskId, Verb,
    Waiting, Wake,
};
use crate::value::{
    Class, EncodeState, Fault, FaultKind, Function, Items, StateEncoder, Value, debug_text,
};

#[derive(Clone, Debug)]
enum Item {
    /// Not begun, or under way.
    Open,
    Done(Value),
    Failed(Arc<Fault>),
}

impl EncodeState for Item {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Open => encoder.number(0),
            Self::Done(value) => (1, value).encode_state(encoder),
            Self::Failed(fault) => (2, fault).encode_state(encoder),
        }
    }
}

/// What a thread waits for.
#[derive(Clone, Copy, Debug)]
enum Wants {
    Item(usize),
    All,
}

impl EncodeState for Wants {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Item(index) => (0, index).encode_state(encoder),
            Self::All => encoder.number(1),
        }
    }
}

/// How several calls go to a process at once.
#[derive(Clone, Debug)]
struct Chunks {
    /// A function of the prelude that calls the script's with each row of arguments.
    calls: Arc<Function>,
    /// How many calls, at most.
    size: usize,
}

impl EncodeState for Chunks {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { calls, size } = self;
        (calls, size).encode_state(encoder);
    }
}

/// A sequence of results; its items may be read again and again.
#[derive(Clone, Debug)]
pub struct Results {
    mapped_at: Pos,
    in_pool: Option<InPool>,
    /// When each item must be there, and how long that was from the beginning.
    deadline: Option<(Deadline, Duration)>,
    function: Arc<Function>,
    chunks: Option<Chunks>,
    inputs: Vec<Arc<Items>>,
    items: Vec<Item>,
    /// How many calls have begun; those that follow have not.
    begun: usize,
    /// How many items are not open any more.
    settled: usize,
    /// The threads that ran a call last, for deadlock reports.
    running: Vec<(usize, TaskId)>,
    waiters: Waiters<Wants>,
}

impl Results {
    /// The results of calling `function` with the first of all inputs, then the second ... The
    /// shortest input ends it.
    pub fn new(function: Arc<Function>, inputs: Vec<Arc<Items>>, mapped_at: Pos) -> Self {
        let count = inputs.iter().map(|input| input.len()).min().unwrap_or(0);
        Self {
            mapped_at,
            in_pool: None,
            deadline: None,
            function,
            chunks: None,
            inputs,
            items: vec![Item::Open; count],
            begun: 0,
            settled: 0,
            running: Vec::new(),
            waiters: Waiters::default(),
        }
    }

    /// The same in a pool, and with a deadline if there is one.
    pub(super) fn in_pool(
        mut self,
        in_pool: InPool,
        deadline: Option<(Deadline, Duration)>,
    ) -> Self {
        self.in_pool = Some(in_pool);
        self.deadline = deadline;
        self
    }

    /// The same, with up to `size` calls made at once by `calls`.
    pub(super) fn in_chunks(mut self, calls: &Function, size: usize) -> Self {
        let mut own = Function::clone(&self.function);
        let mut calls = calls.clone();
        calls.environment = own.environment.take();
        calls.curried = vec![Value::Function(Arc::new(own))].into();
        let calls = Arc::new(calls);
        self.chunks = Some(Chunks { calls, size });
        self
    }

    /// How many calls a pool has to make.
    pub(super) fn calls(&self) -> usize {
        self.items.len().div_ceil(self.chunk_size())
    }

    fn chunk_size(&self) -> usize {
        self.chunks.as_ref().map_or(1, |chunks| chunks.size)
    }

    /// The arguments of the call for the item at `index`.
    fn arguments(&self, index: usize) -> Vec<Value> {
        let args = self.inputs.iter().map(|input| input[index].clone());
        args.collect()
    }

    fn take_job(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let index = self.begun;
        if index == self.items.len() {
            return Attempt::End;
        }
        let count = self.chunk_size().min(self.items.len() - index);
        self.begun += count;
        let by = args::task(call.args.first()).unwrap_or(ctx.task);
        self.running.push((index, by));
        ctx.effects.next = Some(match &self.chunks {
            None => (self.function.clone(), self.arguments(index)),
            Some(chunks) => {
                let rows = (index..index + count).map(|row| Value::array(self.arguments(row)));
                (chunks.calls.clone(), vec![Value::array(rows.collect())])
            }
        });
        Attempt::Done(Value::Int(index as i64))
    }

    fn settle(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let index = call.args.first().and_then(Value::as_int).unwrap_or(0) as usize;
        self.running.retain(|(running, _)| *running != index);
        let count = self.chunk_size();
        let Some(places) = self.items.get_mut(index..) else {
            return Attempt::Unknown;
        };
        let value = call.args.last().cloned().unwrap_or_default();
        let failed = call.verb == Verb::Reject;
        for (row, place) in places.iter_mut().take(count).enumerate() {
            *place = match (&value, &self.chunks) {
                (Value::Error(fault), _) if failed => Item::Failed(fault.clone()),
                (Value::Array(values), Some(_)) => match values.get(row) {
                    Some(Value::Error(fault)) => Item::Failed(fault.clone()),
                    value => Item::Done(value.cloned().unwrap_or_default()),
                },
                (value, _) => Item::Done(value.clone()),
            };
            self.settled += 1;
        }
        if !self.waiters.is_empty() {
            self.wake_those_who_can_go_on(ctx);
        }
        Attempt::Done(Value::Unit)
    }

    fn wake_those_who_can_go_on(&mut self, ctx: &mut Ctx<'_>) {
        let mut waiters = std::mem::take(&mut self.waiters);
        waiters.wake_with(ctx, |wants| match wants {
            Wants::Item(index) => self.item(*index),
            Wants::All => (self.settled == self.items.len()).then_some(Wake::Grant(Value::Unit)),
        });
        self.waiters = waiters;
    }

    /// The item at `index`, when it is there.
    fn item(&self, index: usize) -> Option<Wake> {
        match &self.items[index] {
            Item::Open => None,
            Item::Done(value) => Some(Wake::Grant(value.clone())),
            Item::Failed(fault) => Some(Wake::fail(raised(fault))),
        }
    }

    /// The item that the argument names, counted from the end when negative.
    fn index(&self, call: Call<'_>) -> Result<Option<usize>, FaultKind> {
        let value = call.args.first().cloned().unwrap_or_default();
        let index = value
            .as_int()
            .ok_or_else(|| FaultKind::mismatch("an integer index", &value))?;
        let length = self.items.len();
        let place = if index < 0 {
            length.checked_sub(index.unsigned_abs() as usize)
        } else {
            Some(index as usize)
        };
        Ok(place.filter(|place| *place < length))
    }

    fn cancel(&mut self, ctx: &mut Ctx<'_>) {
        let fault = Fault::new(
            FaultKind::cancelled(
                Class::FutureCancelled,
                "this call of a map was cancelled",
                "the pool was stopped before it came to this item",
                "make a new pool and map again",
            ),
            self.mapped_at,
        );
        self.end_open(&Arc::new(fault), ctx);
    }

    /// What was not begun is never run, and fails so.
    fn end_open(&mut self, fault: &Arc<Fault>, ctx: &mut Ctx<'_>) {
        for item in &mut self.items[self.begun..] {
            *item = Item::Failed(fault.clone());
        }
        self.settled += self.items.len() - self.begun;
        self.begun = self.items.len();
        self.wake_those_who_can_go_on(ctx);
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        Ok(match call.verb {
            Verb::Item | Verb::Next => match self.index(call)? {
                None => Attempt::End,
                Some(index) => match self.item(index) {
                    Some(Wake::Fail(kind)) => Attempt::Fail(kind),
                    Some(Wake::Grant(value)) => Attempt::Done(value),
                    _ => {
                        let limit = self.deadline.map(|(deadline, _)| ctx.until(deadline));
                        self.waiters.wait(Wants::Item(index), limit, ctx)
                    }
                },
            },
            Verb::Len => {
                args::none(call)?;
                Attempt::Done(Value::Int(self.items.len() as i64))
            }
            Verb::Wait if self.settled == self.items.len() => Attempt::Done(Value::Unit),
            Verb::Wait => self.waiters.wait(Wants::All, None, ctx),
            Verb::TakeJob => self.take_job(call, ctx),
            Verb::Resolve | Verb::Reject => self.settle(call, ctx),
            Verb::Cancel | Verb::CancelWithCallbacks => {
                self.cancel(ctx);
                Attempt::Done(Value::Unit)
            }
            Verb::Break => {
                if let Some(Value::Error(fault)) = call.args.last() {
                    self.end_open(fault, ctx);
                }
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }
}

impl EncodeState for Results {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            mapped_at,
            in_pool,
            deadline,
            function,
            chunks,
            inputs,
            items,
            begun,
            settled,
            running,
            waiters,
        } = self;
        (mapped_at, in_pool, deadline, function, chunks, inputs).encode_state(encoder);
        (items, begun, settled, running, waiters).encode_state(encoder);
    }
}

impl Primitive for Results {
    fn kind(&self) -> &'static str {
        "Results"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        match call.verb {
            Verb::Item | Verb::Next => match self.index(call) {
                Ok(Some(index)) => {
                    self.deadline.is_some() || !matches!(self.items[index], Item::Open)
                }
                _ => true,
            },
            Verb::Wait => self.settled == self.items.len(),
            _ => true,
        }
    }

    /// With a limit it makes a difference whether an item is there in time.
    fn end_is_noticed(&self, _end: Verb) -> Noticed {
        match self.deadline {
            Some(_) => Noticed::Always,
            None => Noticed::AmongFutures,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        let (mapped_at, deadline) = (self.mapped_at, self.deadline);
        self.waiters.cancel_wait(task, why, |wants| match wants {
            Wants::All => Attempt::Done(Value::Unit),
            Wants::Item(index) => Attempt::fail(FaultKind::Timeout {
                what: match mapped_at.is_none() {
                    true => format!("item {index} of a map"),
                    false => format!("item {index} of the map in {}", mapped_at.at()),
                },
                seconds: deadline.map_or(0.0, |(_, limit)| limit.as_secs_f64()),
            }),
        })
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let what = if self.mapped_at.is_none() {
            "the results of a map".into()
        } else {
            format!("the results of the map in {}", self.mapped_at.at())
        };
        Waiting {
            what,
            holders: Vec::new(),
            awaited: self.running.iter().map(|(_, task)| *task).collect(),
        }
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        let is_open = self.begun < self.items.len();
        match self.in_pool.as_ref().filter(|_| is_open) {
            Some(in_pool) => Blockers::of(in_pool.pool.upgrade()),
            None => Blockers::Threads(self.running.iter().map(|(_, task)| *task).collect()),
        }
    }

    fn state_text(&self) -> String {
        let text = |item: &Item| match item {
            Item::Open => "...".into(),
            Item::Done(value) => debug_text(value),
            Item::Failed(fault) => format!("failed: {}", fault.kind),
        };
        let texts: Vec<String> = self.items.iter().map(text).collect();
        texts.join(", ")
    }
}

crate::value::state_key_test! { results_key, Results, Results::new(function("f"), Vec::new(), Pos::NONE);
    mapped_at: Pos::new(2, 3),
    in_pool: Some(InPool { pool: Arc::downgrade(&object()), name: "p".into() }),
    deadline: Some((Deadline(Duration::ZERO), Duration::ZERO)),
    function: function("g"),
    chunks: Some(Chunks { calls: function("c"), size: 2 }),
    inputs: vec![Arc::new(Items::default())],
    items: vec![Item::Open],
    begun: 1,
    settled: 1,
    running: vec![(0, TaskId(2))],
    waiters: Waiters::one(2, Wants::All),
}

crate::value::state_key_test! { chunks_key, Chunks, Chunks { calls: function("c"), size: 2 };
    calls: function("d"),
    size: 3,
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, function};
    use super::*;

    fn results(counts: &[usize]) -> Results {
        let input = |count: &usize| Arc::new(vec![Value::Int(5); *count].into());
        Results::new(function("f"), counts.iter().map(input).collect(), Pos::NONE)
    }

    #[test]
    fn items_come_in_the_order_of_the_inputs() {
        let mut table = Table::default();
        let results = table.add(results(&[2, 3]));
        table.done(&results, 1, Verb::Len, &[], "2");
        table.waits(&results, 1, Verb::Item, &[Value::Int(0)]);
        table.waits(&results, 2, Verb::Item, &[Value::Int(-1)]);
        table.done(&results, 8, Verb::TakeJob, &[], "0");
        table.done(&results, 9, Verb::TakeJob, &[], "1");
        assert!(matches!(
            table.ask(&results, 8, Verb::TakeJob, &[]),
            Attempt::End
        ));
        table.done(
            &results,
            9,
            Verb::Resolve,
            &[Value::Int(1), Value::Int(11)],
            "()",
        );
        assert_eq!(table.wakes(), ["2: 11"]);
        table.done(
            &results,
            8,
            Verb::Resolve,
            &[Value::Int(0), Value::Int(10)],
            "()",
        );
        assert_eq!(table.wakes(), ["1: 10"]);
        table.done(&results, 1, Verb::Item, &[Value::Int(1)], "11");
        let end = table.ask(&results, 1, Verb::Item, &[Value::Int(2)]);
        assert!(matches!(end, Attempt::End));
        assert_eq!(results.text(), "Results(10, 11)");
    }

    #[test]
    fn an_error_is_raised_at_its_item() {
        let mut table = Table::default();
        let results = table.add(results(&[2]));
        table.done(&results, 8, Verb::TakeJob, &[], "0");
        let fault = Fault::new(FaultKind::Assertion("no".into()), Pos::NONE);
        let fault = Value::Error(Arc::new(fault));
        table.done(&results, 8, Verb::Reject, &[Value::Int(0), fault], "()");
        table.misuse(&results, 1, Verb::Item, &[Value::Int(0)], "no");
        table.waits(&results, 1, Verb::Wait, &[]);
        table.done(&results, 8, Verb::Cancel, &[], "()");
        assert_eq!(table.wakes(), ["1: ()"]);
        table.misuse(&results, 1, Verb::Item, &[Value::Int(1)], "cancelled");
    }

    #[test]
    fn a_deadline_counts_for_each_item() {
        let mut table = Table::default();
        let in_pool = InPool {
            pool: std::sync::Weak::new(),
            name: "w".into(),
        };
        let seconds = Duration::from_secs;
        let deadline = Some((Deadline(seconds(7)), seconds(2)));
        let results = table.add(results(&[2]).in_pool(in_pool, deadline));
        table.time = seconds(6);
        for index in [1, 0] {
            let waits = table.ask(&results, 1, Verb::Item, &[Value::Int(index)]);
            assert!(matches!(waits, Attempt::Wait(Some(left)) if left == seconds(1)));
            let Attempt::Fail(kind) = table.cancel_wait(&results, 1, CancelReason::Timeout) else {
                panic!("it is an error");
            };
            let text = kind.to_string();
            assert_eq!(text, format!("item {index} of a map took longer than 2 s"));
        }
    }
}
