//! A pool of threads: Python's `ThreadPoolExecutor`.

use std::collections::VecDeque;
use std::sync::Arc;

use super::args;
use super::future::{Future, InPool};
use super::pool_settings::PoolSettings;
use super::pool_thread::{PoolThread, ask};
use super::results::Results;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Ctx, Ids, Object, Primitive, Spawn, TaskId, Verb, Waiting, Withdrawal,
};
use crate::value::{Fault, FaultKind, Function, Map, Value};

/// The longest range that `map` makes into calls.
const MAX_ITEMS: u64 = 100_000_000;

/// For how many inputs the prelude has a `map` with a timeout.
const MAX_TIMED_INPUTS: usize = 4;

/// A place for one thread of the pool. A thread that runs out of tasks ends; the one that comes
/// later in its place is the same for the script: it keeps number and name, and is not initialized
/// again.
#[derive(Clone, Debug, Default)]
struct Slot {
    number: Option<TaskId>,
    is_busy: bool,
    is_initialized: bool,
}

/// A pool that runs tasks on at most so many threads.
#[derive(Clone, Debug)]
pub struct Executor {
    made_at: Pos,
    name: Arc<str>,
    initializer: Option<(Arc<Function>, Vec<Value>)>,
    /// As in Python, a thread is started only when there is work and none is free.
    slots: Vec<Slot>,
    /// Tasks that may still have calls to run.
    ///
    /// Invariant: when a place is free, each call in it has a thread coming that is being
    /// initialized.
    queue: VecDeque<Arc<Object>>,
    is_shut_down: bool,
    /// Whether an initializer has failed.
    is_broken: bool,
    waiters: Waiters<()>,
}

impl Executor {
    /// A pool, of which no thread is started yet.
    pub fn new(settings: PoolSettings, made_at: Pos, ids: &Ids) -> Self {
        let workers = settings.max_workers.unwrap_or_else(|| ids.usual_workers());
        let prefix = settings.thread_name_prefix;
        let name = if prefix.is_empty() {
            format!("ThreadPoolExecutor-{}", ids.next_pool())
        } else {
            prefix
        };
        let initargs = settings.initargs;
        Self {
            made_at,
            name: name.into(),
            initializer: settings.initializer.map(|function| (function, initargs)),
            slots: vec![Slot::default(); workers],
            queue: VecDeque::new(),
            is_shut_down: false,
            is_broken: false,
            waiters: Waiters::default(),
        }
    }

    fn is_idle(&self) -> bool {
        !self.slots.iter().any(|slot| slot.is_busy)
    }

    /// Takes a new task of so many calls: free places begin with it at once, the rest waits.
    fn add(&mut self, task: Arc<Object>, mut calls: usize, ctx: &mut Ctx<'_>) {
        let mut is_awaited = false;
        while calls > 0
            && let Some(place) = self.slots.iter().position(|slot| !slot.is_busy)
        {
            calls -= 1;
            let slot = &mut self.slots[place];
            let number = *slot.number.get_or_insert_with(|| ctx.ids.next_task());
            if let Some(call) = self.initializer.clone()
                && !slot.is_initialized
            {
                is_awaited = true;
                self.start(place, number, None, call, ctx);
                continue;
            }
            let by = Value::Int(number.0 as i64);
            let Attempt::Done(index) = ask(&task, Verb::TakeJob, &[by], ctx) else {
                return;
            };
            let Some(call) = ctx.effects.next.take() else {
                return;
            };
            self.start(place, number, Some((task.clone(), index)), call, ctx);
        }
        if calls > 0 || is_awaited {
            self.queue.push_back(task);
        }
    }

    /// Starts the thread of a place, with a call of `task` or with its initializer.
    fn start(
        &mut self,
        place: usize,
        number: TaskId,
        task: Option<(Arc<Object>, Value)>,
        (function, args): (Arc<Function>, Vec<Value>),
        ctx: &mut Ctx<'_>,
    ) {
        let name: Arc<str> = format!("{}_{place}", self.name).into();
        let thread = PoolThread::new(name.clone(), number, ctx.this.clone(), place, task);
        self.slots[place].is_busy = true;
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

    /// The next call for the thread in the place that the second argument names; without one the
    /// place becomes free.
    fn take_job(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        if let Some(slot) = self.slot(call.args.last()) {
            slot.is_initialized = true;
        }
        while let Some(task) = self.queue.front() {
            if let Attempt::Done(index) = ask(task, Verb::TakeJob, &call.args[..1], ctx) {
                return Attempt::Done(Value::array(vec![Value::Object(task.clone()), index]));
            }
            self.queue.pop_front();
        }
        self.free(call.args.last(), ctx);
        Attempt::End
    }

    /// The place that an argument names.
    fn slot(&mut self, place: Option<&Value>) -> Option<&mut Slot> {
        let place = place.and_then(Value::as_int)?;
        self.slots.get_mut(usize::try_from(place).ok()?)
    }

    fn free(&mut self, place: Option<&Value>, ctx: &mut Ctx<'_>) {
        if let Some(slot) = self.slot(place) {
            slot.is_busy = false;
        }
        if self.is_idle() {
            self.waiters.wake_with(ctx, |()| {
                Some(crate::value::object::Wake::Grant(Value::Unit))
            });
        }
    }

    /// Nothing that has not begun is run any more. Gives the calls of the callbacks.
    fn end_all(&mut self, verb: Verb, args: &[Value], ctx: &mut Ctx<'_>) -> Attempt {
        let mut calls = Vec::new();
        for task in std::mem::take(&mut self.queue) {
            if let Attempt::Done(Value::Array(more)) = ask(&task, verb, args, ctx) {
                calls.extend(more.iter().cloned());
            }
        }
        Attempt::Done(Value::array(calls))
    }

    fn cancel_all(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        self.end_all(Verb::CancelWithCallbacks, &[], ctx)
    }

    /// An initializer has failed.
    fn break_it(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        self.is_broken = true;
        let fault = Fault::new(FaultKind::BrokenPool(self.name.to_string()), self.made_at);
        self.end_all(Verb::Break, &[Value::Error(Arc::new(fault))], ctx)
    }

    fn refuse_new_tasks(&self, verb: &str) -> Result<(), FaultKind> {
        if self.is_broken {
            return Err(FaultKind::BrokenPool(self.name.to_string()));
        }
        if !self.is_shut_down {
            return Ok(());
        }
        Err(FaultKind::misuse(
            &format!("{verb}(...) after shutdown"),
            "a pool that was shut down takes no new tasks",
            "submit before shutdown, or inside its `with` block; or make a new pool",
        ))
    }

    fn in_pool(&self, ctx: &Ctx<'_>) -> InPool {
        InPool {
            pool: Arc::downgrade(ctx.this),
            name: self.name.clone(),
        }
    }

    fn submit(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let (function, args) = super::call("submit", call.args)?;
        self.refuse_new_tasks("submit")?;
        let future = Future::new(function, args, ctx.pos).in_pool(self.in_pool(ctx));
        let future = ctx.make(future);
        // A thread of the pool will call what is added to it.
        future.publish();
        self.add(future.clone(), 1, ctx);
        Ok(Attempt::Done(Value::Object(future)))
    }

    /// `map(f, xs, ys, ..., options)`, at a time in seconds since the session began if that is
    /// known.
    fn map(
        &mut self,
        now: Option<f64>,
        args: &[Value],
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        let (function, mut inputs) = super::call("map", args)?;
        self.refuse_new_tasks("map")?;
        let timeout = match inputs.pop_if(|last| matches!(last, Value::Map(_))) {
            Some(Value::Map(options)) => map_timeout(&options)?,
            _ => None,
        };
        if inputs.is_empty() {
            return Err(FaultKind::misuse(
                "map(f) was given nothing to call the function with",
                "map(f, xs) calls f with each item of xs",
                "write executor.map(f, [1, 2, 3])",
            ));
        }
        if timeout.is_some() && inputs.len() > MAX_TIMED_INPUTS {
            return Err(FaultKind::misuse(
                &format!("map was given {} inputs and a timeout", inputs.len()),
                &format!("with a timeout it takes up to {MAX_TIMED_INPUTS} inputs"),
                "put the inputs together first: map(f, xs.zip(ys, |x, y| [x, y]), #{timeout: 1})",
            ));
        }
        // The prelude asks again, with the time.
        let deadline = match (timeout, now) {
            (Some(_), None) => return Ok(Attempt::Unknown),
            (Some(seconds), Some(now)) => Some((now + seconds, seconds)),
            (None, _) => None,
        };
        let inputs: Result<_, _> = inputs.iter().map(items).collect();
        let results = Results::new(function, inputs?, ctx.pos);
        let calls = results.len();
        let results = ctx.make(results.in_pool(self.in_pool(ctx), deadline));
        self.add(results.clone(), calls, ctx);
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
        Ok(match (call.verb, call.args) {
            (Verb::Submit, _) => self.submit(call, ctx)?,
            (Verb::Map, args) => self.map(None, args, ctx)?,
            (Verb::MapAt, [Value::Float(now), args @ ..]) => self.map(Some(*now), args, ctx)?,
            (Verb::Shutdown, _) => {
                let how = Shutdown::from_args(call)?;
                if how.cancel_futures && !self.queue.is_empty() {
                    // The prelude makes the calls of their callbacks, and asks again.
                    return Ok(Attempt::Unknown);
                }
                self.shut_down(how.wait, ctx)
            }
            (Verb::CancelFutures, _) => {
                self.is_shut_down = true;
                self.cancel_all(ctx)
            }
            (Verb::Enter, _) => {
                self.refuse_new_tasks(call.verb.name())?;
                Attempt::Done(Value::Object(ctx.this.clone()))
            }
            (Verb::Exit, _) => self.shut_down(true, ctx),
            (Verb::Abandon, _) => {
                self.is_shut_down = true;
                // No code of the script runs any more: nobody makes the calls of the callbacks.
                self.cancel_all(ctx);
                Attempt::Done(Value::Unit)
            }
            (Verb::TakeJob, _) => self.take_job(call, ctx),
            (Verb::Break, _) => self.break_it(ctx),
            (Verb::Leave, place) => {
                self.cancel_all(ctx);
                self.free(place.first(), ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }
}

/// How `shutdown(wait, cancel_futures)` shuts down.
struct Shutdown {
    wait: bool,
    cancel_futures: bool,
}

impl Shutdown {
    /// By position; the last argument may be a map of options.
    fn from_args(call: Call<'_>) -> Result<Self, FaultKind> {
        let mut how = Self {
            wait: true,
            cancel_futures: false,
        };
        let (positional, options) = match call.args {
            [positional @ .., Value::Map(options)] => (positional, Some(options)),
            positional => (positional, None),
        };
        match positional {
            [] => {}
            [Value::Bool(wait)] => how.wait = *wait,
            [Value::Bool(wait), Value::Bool(cancel)] => {
                (how.wait, how.cancel_futures) = (*wait, *cancel)
            }
            [other] | [Value::Bool(_), other] => {
                return Err(FaultKind::mismatch("true or false, whether to wait", other));
            }
            [other, _] => return Err(FaultKind::mismatch("true or false, whether to wait", other)),
            more => return Err(args::arity(call.verb, &[0, 1, 2], more.len())),
        }
        for (name, value) in options.into_iter().flat_map(|options| options.iter()) {
            match (&**name, value) {
                ("wait", Value::Bool(wait)) => how.wait = *wait,
                ("cancel_futures", Value::Bool(cancel)) => how.cancel_futures = *cancel,
                _ => {
                    return Err(FaultKind::misuse(
                        &format!("shutdown was given the option {name}: {value:?}"),
                        "the options are `wait` and `cancel_futures`, true or false",
                        "write #{wait: true, cancel_futures: true}",
                    ));
                }
            }
        }
        Ok(how)
    }
}

/// The timeout among the options of `map`, in seconds. How many calls go to a thread at once, the
/// chunk size, means nothing for threads; it is accepted, as in Python.
fn map_timeout(options: &Map) -> Result<Option<f64>, FaultKind> {
    let mut timeout = None;
    for (name, value) in options {
        match (&**name, value) {
            ("timeout", Value::Int(_) | Value::Float(_)) => {
                let time = args::time("timeout", value, "write #{timeout: 0.5}")?;
                timeout = Some(time.as_secs_f64());
            }
            ("timeout", Value::Unit) | ("chunksize", Value::Int(1..)) => {}
            _ => {
                return Err(FaultKind::misuse(
                    &format!("map was given the option {name}: {value:?}"),
                    "the options are `timeout`, a number of seconds, and `chunksize`, 1 or more",
                    "write #{timeout: 0.5, chunksize: 1}",
                ));
            }
        }
    }
    Ok(timeout)
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
            Verb::Shutdown => Shutdown::from_args(call)
                .is_ok_and(|how| how.wait && !(how.cancel_futures && !self.queue.is_empty())),
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
            awaited: (self.slots.iter())
                .filter(|slot| slot.is_busy)
                .filter_map(|slot| slot.number)
                .collect(),
        }
    }

    fn state_text(&self) -> String {
        let state = match (self.is_broken, self.is_shut_down) {
            (true, _) => ", broken",
            (false, true) => ", shut down",
            (false, false) => "",
        };
        format!("{} workers{state}", self.slots.len())
    }

    fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        for task in &self.queue {
            visit(&Value::Object(task.clone()));
        }
        if let Some((function, args)) = &self.initializer {
            visit(&Value::Function(function.clone()));
            args.iter().for_each(visit);
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
        pool_with(table, workers, None)
    }

    fn pool_with(
        table: &mut Table,
        workers: usize,
        initializer: Option<Arc<crate::value::Function>>,
    ) -> Arc<Object> {
        let settings = PoolSettings {
            max_workers: Some(workers),
            initializer,
            ..PoolSettings::default()
        };
        let pool = Executor::new(settings, Pos::NONE, &table.ids);
        table.add(pool)
    }

    fn submit(table: &mut Table, pool: &Arc<Object>) -> Arc<Object> {
        match table.ask(pool, 99, Verb::Submit, &[f()]) {
            Attempt::Done(Value::Object(future)) => future,
            other => panic!("{other:?}"),
        }
    }

    /// The name of the function that the thread whose call has ended runs next.
    fn next(table: &mut Table) -> Option<&'static str> {
        let (function, _) = table.effects.next.take()?;
        Some(function.name.as_str())
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
        let futures: Vec<_> = (0..3).map(|_| submit(&mut table, &pool)).collect();
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
    fn a_place_keeps_its_number_and_its_initialization() {
        let mut table = Table::default();
        let pool = pool_with(&mut table, 2, Some(function("initializer")));
        let future = submit(&mut table, &pool);
        let first = table.effects.spawns.remove(0);
        assert_eq!(first.function.name.as_str(), "initializer");
        table.done(&future, 99, Verb::Running, &[], "false");
        finish(&mut table, &first, 0);
        assert_eq!(next(&mut table), Some("f"));
        finish(&mut table, &first, 1);
        assert_eq!(next(&mut table), None);
        submit(&mut table, &pool);
        let again = table.effects.spawns.remove(0);
        assert_eq!((again.task, again.name), (first.task, first.name));
        assert_eq!(again.function.name.as_str(), "f", "initialized once");
    }

    #[test]
    fn a_failed_initializer_breaks_the_pool() {
        let mut table = Table::default();
        let pool = pool_with(&mut table, 1, Some(function("initializer")));
        let future = submit(&mut table, &pool);
        let callback = [function("guard"), function("callback")].map(Value::Function);
        table.done(&future, 99, Verb::AddCallback, &callback, "[]");
        table.waits(&future, 99, Verb::Result, &[]);
        let spawn = table.effects.spawns.remove(0);
        let fault = Fault::new(FaultKind::Assertion("no".into()), Pos::NONE);
        let fault = Value::Error(Arc::new(fault));
        table.done(&spawn.handle, spawn.task.0, Verb::Fail, &[fault], "()");
        assert!(table.wakes()[0].contains("initializer of ThreadPoolExecutor-0 failed"));
        let reported = &table.effects.failures[0].message;
        assert!(reported.contains("assertion failed: no"), "{reported}");
        assert_eq!(next(&mut table), Some("guard"));
        table.waits(&pool, 99, Verb::Shutdown, &[]);
        finish(&mut table, &spawn, 0);
        assert_eq!(table.wakes(), ["99: ()"], "after the callbacks");
        table.misuse(&pool, 99, Verb::Submit, &[f()], "not usable any more");
    }

    #[test]
    fn callbacks_run_in_the_thread_of_the_task_before_the_next_task() {
        let mut table = Table::default();
        let pool = pool(&mut table, 1);
        let (first, second) = (submit(&mut table, &pool), submit(&mut table, &pool));
        let spawn = table.effects.spawns.remove(0);
        for name in ["a", "b"] {
            let callback = [function(name), function("callback")].map(Value::Function);
            table.done(&first, 99, Verb::AddCallback, &callback, "[]");
        }
        finish(&mut table, &spawn, 1);
        table.done(&first, 99, Verb::Result, &[], "1");
        assert_eq!(next(&mut table), Some("a"));
        finish(&mut table, &spawn, 0);
        assert_eq!(next(&mut table), Some("b"));
        table.done(&second, 99, Verb::Running, &[], "false");
        finish(&mut table, &spawn, 0);
        assert_eq!(next(&mut table), Some("f"));
        table.done(&first, 99, Verb::Result, &[], "1");
    }

    #[test]
    fn who_waits_for_a_task_of_a_full_pool_waits_for_its_threads() {
        let mut table = Table::default();
        let pool = pool(&mut table, 1);
        submit(&mut table, &pool);
        let spawn = table.effects.spawns.remove(0);
        let waiting = submit(&mut table, &pool);
        let map = [f(), Array(Arc::new(vec![Int(1)]))];
        let Attempt::Done(Value::Object(results)) = table.ask(&pool, 99, Verb::Map, &map) else {
            panic!("map gives results");
        };
        for task in [waiting, results] {
            assert_eq!(task.waiting(spawn.task).awaited, [spawn.task]);
        }
    }

    #[test]
    fn shutting_down_cancels_what_has_not_begun_when_told_to() {
        let mut table = Table::default();
        let pool = pool(&mut table, 1);
        let (first, second) = (submit(&mut table, &pool), submit(&mut table, &pool));
        let how = [Value::Bool(false), Value::Bool(true)];
        let unknown = table.ask(&pool, 99, Verb::Shutdown, &how);
        assert!(matches!(unknown, Attempt::Unknown), "the prelude does it");
        table.done(&pool, 99, Verb::CancelFutures, &[], "[]");
        table.done(&second, 99, Verb::Cancelled, &[], "true");
        table.done(&first, 99, Verb::Running, &[], "true");
        table.done(&pool, 99, Verb::Shutdown, &how, "()");
    }
}
