//! A pool of threads: Python's `ThreadPoolExecutor`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::args;
use super::future::Future;
use super::pool_thread::{PoolThread, ask};
use super::results::Results;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Ctx, Ids, Object, Primitive, Spawn, TaskId, Verb, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Value};

/// The longest range that `map` makes into calls.
const MAX_ITEMS: u64 = 100_000_000;

/// A pool that runs tasks on at most so many threads.
#[derive(Clone, Debug)]
pub struct Executor {
    made_at: Pos,
    name: Arc<str>,
    /// For each place, the thread that works there. As in Python, a thread is started only when
    /// there is work and none is free.
    slots: Vec<Option<TaskId>>,
    /// Tasks that may still have calls to run.
    ///
    /// Invariant: when a place is free, it is empty.
    queue: VecDeque<Arc<Object>>,
    is_shut_down: bool,
    waiters: Waiters<()>,
}

impl Executor {
    /// A pool of at most `workers` threads, of which none is started yet.
    pub fn new(workers: usize, made_at: Pos, ids: &Ids) -> Self {
        Self {
            made_at,
            name: format!("ThreadPoolExecutor-{}", ids.next_pool()).into(),
            slots: vec![None; workers],
            queue: VecDeque::new(),
            is_shut_down: false,
            waiters: Waiters::default(),
        }
    }

    /// How many workers `ThreadPoolExecutor(...)` asks for; `usual` without an argument.
    ///
    /// # Errors
    /// A wrong use when it is not a whole number from 1 to 100,000.
    pub fn workers(args: &[Value], usual: usize) -> Result<usize, FaultKind> {
        let wrong = |found: &Value| {
            FaultKind::misuse(
                &format!("ThreadPoolExecutor({found:?})"),
                "the number of workers is a whole number from 1 to 100000",
                "write ThreadPoolExecutor(4), or ThreadPoolExecutor() for the usual number",
            )
        };
        match args {
            [] => Ok(usual),
            [Value::Int(count @ 1..=100_000)] => Ok(*count as usize),
            [other, ..] => Err(wrong(other)),
        }
    }

    fn is_idle(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    /// Takes a new task: free places begin with it at once, the rest waits.
    fn add(&mut self, task: Arc<Object>, ctx: &mut Ctx<'_>) {
        while let Some(slot) = self.slots.iter().position(Option::is_none) {
            let number = ctx.ids.next_task();
            let Attempt::Done(index) =
                ask(&task, Verb::TakeJob, &[Value::Int(number.0 as i64)], ctx)
            else {
                return;
            };
            let Some((function, args)) = ctx.effects.next.take() else {
                return;
            };
            let name: Arc<str> = format!("{}_{slot}", self.name).into();
            let pool = ctx.this.clone();
            let thread = PoolThread::new(name.clone(), number, pool, slot, (task.clone(), index));
            self.slots[slot] = Some(number);
            let handle = ctx.make(thread);
            ctx.effects.spawns.push(Spawn {
                task: number,
                handle,
                name,
                daemon: false,
                worker: true,
                function,
                args,
                pos: ctx.pos,
            });
        }
        self.queue.push_back(task);
    }

    /// The next call for the thread in the place that the second argument names; without one the
    /// place becomes free.
    fn take_job(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        while let Some(task) = self.queue.front() {
            if let Attempt::Done(index) = ask(task, Verb::TakeJob, &call.args[..1], ctx) {
                return Attempt::Done(Value::array(vec![Value::Object(task.clone()), index]));
            }
            self.queue.pop_front();
        }
        self.free(call.args.last(), ctx);
        Attempt::End
    }

    fn free(&mut self, slot: Option<&Value>, ctx: &mut Ctx<'_>) {
        let slot = slot.and_then(Value::as_int).unwrap_or(-1);
        if let Some(slot) = self.slots.get_mut(slot as usize) {
            *slot = None;
        }
        if self.is_idle() {
            self.waiters.wake_with(ctx, |()| {
                Some(crate::value::object::Wake::Grant(Value::Unit))
            });
        }
    }

    /// Nothing that has not begun is run any more.
    fn cancel_all(&mut self, ctx: &mut Ctx<'_>) {
        for task in std::mem::take(&mut self.queue) {
            ask(&task, Verb::Cancel, &[], ctx);
        }
    }

    fn refuse_when_shut_down(&self, verb: Verb) -> Result<(), FaultKind> {
        if !self.is_shut_down {
            return Ok(());
        }
        Err(FaultKind::misuse(
            &format!("{}(...) after shutdown", verb.name()),
            "a pool that was shut down takes no new tasks",
            "submit before shutdown, or inside its `with` block; or make a new pool",
        ))
    }

    fn submit(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let (function, args) = super::call("submit", call.args)?;
        self.refuse_when_shut_down(call.verb)?;
        let future = ctx.make(Future::new(function, args, ctx.pos).in_pool(ctx.this.clone()));
        self.add(future.clone(), ctx);
        Ok(Attempt::Done(Value::Object(future)))
    }

    fn map(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let (function, inputs) = super::call("map", call.args)?;
        self.refuse_when_shut_down(call.verb)?;
        if inputs.is_empty() {
            return Err(FaultKind::misuse(
                "map(f) was given nothing to call the function with",
                "map(f, xs) calls f with each item of xs",
                "write executor.map(f, [1, 2, 3])",
            ));
        }
        let inputs: Result<_, _> = inputs.iter().map(items).collect();
        let results = ctx.make(Results::new(function, inputs?, ctx.pos).in_pool(ctx.this.clone()));
        self.add(results.clone(), ctx);
        Ok(Attempt::Done(Value::Object(results)))
    }

    fn shut_down(&mut self, wait: bool, ctx: &mut Ctx<'_>) -> Attempt {
        self.is_shut_down = true;
        if !wait || self.is_idle() {
            return Attempt::Done(Value::Unit);
        }
        self.waiters.wait((), None, ctx)
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        Ok(match call.verb {
            Verb::Submit => self.submit(call, ctx)?,
            Verb::Map => self.map(call, ctx)?,
            Verb::Shutdown => self.shut_down(waits(call)?, ctx),
            Verb::Enter => {
                self.refuse_when_shut_down(call.verb)?;
                Attempt::Done(Value::Object(ctx.this.clone()))
            }
            Verb::Exit => self.shut_down(true, ctx),
            Verb::Abandon => {
                self.is_shut_down = true;
                self.cancel_all(ctx);
                Attempt::Done(Value::Unit)
            }
            Verb::TakeJob => self.take_job(call, ctx),
            Verb::Leave => {
                self.cancel_all(ctx);
                self.free(call.args.first(), ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }
}

/// Whether `shutdown(...)` waits.
fn waits(call: Call<'_>) -> Result<bool, FaultKind> {
    match call.args {
        [] => Ok(true),
        [Value::Bool(wait)] => Ok(*wait),
        [other] => Err(FaultKind::mismatch("true or false, whether to wait", other)),
        more => Err(args::arity(call.verb, &[0, 1], more.len())),
    }
}

/// The items of an input of `map`.
fn items(input: &Value) -> Result<Arc<Vec<Value>>, FaultKind> {
    match input {
        Value::Array(items) => Ok(items.clone()),
        Value::Range(range) if range.len() <= MAX_ITEMS => {
            let first = (!range.is_empty()).then_some(range.start);
            let numbers = std::iter::successors(first, |number| range.after(*number));
            Ok(Arc::new(numbers.map(Value::Int).collect()))
        }
        Value::Range(_) => Err(FaultKind::TooLarge {
            what: "the range to map over is".into(),
        }),
        text if text.as_str().is_some() => {
            let text = text.as_str().unwrap_or_default();
            Ok(Arc::new(text.chars().map(Value::Char).collect()))
        }
        other => Err(FaultKind::mismatch(
            "an array, a range or a string to map over",
            other,
        )),
    }
}

impl Primitive for Executor {
    fn kind(&self) -> &'static str {
        "ThreadPoolExecutor"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::Fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        let would_wait = match call.verb {
            Verb::Exit => true,
            Verb::Shutdown => matches!(waits(call), Ok(true)),
            _ => false,
        };
        // The first time it shuts the pool down, which others notice.
        !would_wait || !self.is_shut_down || self.is_idle()
    }

    fn withdraw(&mut self, task: TaskId, why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        self.waiters
            .withdraw(task, why, |()| Attempt::Done(Value::Unit))
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("all tasks of {}, made in {}", self.name, self.made_at),
            holders: Vec::new(),
            awaited: self.slots.iter().flatten().copied().collect(),
        }
    }

    fn state_text(&self) -> String {
        let state = if self.is_shut_down { ", shut down" } else { "" };
        format!("{} workers{state}", self.slots.len())
    }

    fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        for task in &self.queue {
            visit(&Value::Object(task.clone()));
        }
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, function};
    use super::*;
    use crate::value::Value::{Array, Function, Int};

    fn pool(table: &mut Table, workers: usize) -> Arc<Object> {
        let pool = Executor::new(workers, Pos::NONE, &table.ids);
        table.add(pool)
    }

    fn f() -> Value {
        Function(function("f"))
    }

    fn finish(table: &mut Table, spawn: &Spawn, value: i64) {
        let task = spawn.task.0;
        table.done(&spawn.handle, task, Verb::Finish, &[Int(value)], "()");
    }

    #[test]
    fn threads_start_on_demand_and_take_call_after_call() {
        let mut table = Table::default();
        let pool = pool(&mut table, 2);
        let inputs = Array(Arc::new(vec![Int(1), Int(2), Int(3)]));
        let Attempt::Done(Value::Object(results)) = table.ask(&pool, 99, Verb::Map, &[f(), inputs])
        else {
            panic!("map gives results");
        };
        let spawns = std::mem::take(&mut table.effects.spawns);
        let names: Vec<&str> = spawns.iter().map(|spawn| &*spawn.name).collect();
        assert_eq!(names, ["ThreadPoolExecutor-0_0", "ThreadPoolExecutor-0_1"]);
        finish(&mut table, &spawns[1], 20);
        assert!(table.effects.next.take().is_some(), "the third call");
        finish(&mut table, &spawns[0], 10);
        assert!(table.effects.next.take().is_none(), "nothing is left");
        table.waits(&pool, 99, Verb::Shutdown, &[]);
        finish(&mut table, &spawns[1], 30);
        assert_eq!(table.wakes(), ["99: ()"]);
        assert_eq!(results.text(), "Results(10, 20, 30)");
        table.misuse(&pool, 99, Verb::Submit, &[f()], "after shutdown");
    }

    #[test]
    fn tasks_wait_for_a_free_thread_and_can_be_cancelled_until_then() {
        let mut table = Table::default();
        let pool = pool(&mut table, 1);
        let futures: Vec<_> = (0..3)
            .map(|_| match table.ask(&pool, 99, Verb::Submit, &[f()]) {
                Attempt::Done(Value::Object(future)) => future,
                other => panic!("{other:?}"),
            })
            .collect();
        let spawn = table.effects.spawns.remove(0);
        assert!(table.effects.spawns.is_empty());
        table.done(&futures[1], 99, Verb::Cancel, &[], "true");
        finish(&mut table, &spawn, 1);
        assert!(table.effects.next.take().is_some());
        table.done(&futures[2], 99, Verb::Running, &[], "true");
        table.done(&futures[0], 99, Verb::Result, &[], "1");
        finish(&mut table, &spawn, 3);
        assert!(table.effects.next.take().is_none());
        table.done(&pool, 99, Verb::Shutdown, &[], "()");
    }

    #[test]
    fn abandoning_never_waits_and_cancels_what_has_not_begun() {
        let mut table = Table::default();
        let pool = pool(&mut table, 1);
        table.ask(&pool, 99, Verb::Submit, &[f()]);
        let second = table.ask(&pool, 99, Verb::Submit, &[f()]);
        table.done(&pool, 99, Verb::Abandon, &[], "()");
        let Attempt::Done(Value::Object(second)) = second else {
            panic!("submit gives a future");
        };
        table.done(&second, 99, Verb::Cancelled, &[], "true");
    }

    #[test]
    fn the_number_of_workers_is_checked() {
        assert_eq!(Executor::workers(&[], 6).ok(), Some(6));
        assert_eq!(Executor::workers(&[Int(3)], 6).ok(), Some(3));
        for wrong in [Int(0), Int(-1), Value::from("4")] {
            assert!(Executor::workers(&[wrong], 6).is_err());
        }
    }
}
