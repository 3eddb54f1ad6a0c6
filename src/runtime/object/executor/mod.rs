//! A pool of threads or of processes: Python's `ThreadPoolExecutor` and `ProcessPoolExecutor`.
//! `arguments` reads its arguments.
//!
//! A process is a thread of the pool that is started elsewhere, on copies, and stays there idle when
//! it has run out of tasks. One file, as tasks, places and shutdown are one state machine.

mod arguments;

use std::collections::VecDeque;
use std::sync::Arc;

use super::future::{Future, InPool};
use super::pool_thread::{PoolThread, ask};
use super::results::Results;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Ids, Object, Primitive, Spawn, TaskId, Verb, Waiting,
};
use crate::value::{
    Class, EncodeState, Fault, FaultKind, Function, StateEncoder, Value, encode_as_number,
};
use arguments::{MapOptions, Shutdown, items};
pub use arguments::{PoolSettings, process_count};

/// What a pool runs its tasks on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Members {
    Threads,
    Processes,
}

encode_as_number!(Members);

/// A place for one thread of the pool. A thread that runs out of tasks ends; the one that comes
/// later in its place is the same for the script: it keeps number and name, and is not initialized
/// again.
#[derive(Clone, Debug, Default)]
struct Slot {
    number: Option<TaskId>,
    /// The same, as scripts see it.
    ident: u64,
    /// Who works in it: the thread of that number or, beside a process, one that calls callbacks.
    worker: Option<TaskId>,
    is_busy: bool,
    is_initialized: bool,
}

impl EncodeState for Slot {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            number,
            ident,
            worker,
            is_busy,
            is_initialized,
        } = self;
        (number, ident, worker, is_busy, is_initialized).encode_state(encoder);
    }
}

/// Of a pool that is one process: what that is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Single {
    /// The session waits for its end.
    Awaited,
    /// It ends with the session.
    Daemon,
}

encode_as_number!(Single);

/// A pool that runs tasks on at most so many threads or processes.
#[derive(Clone, Debug)]
pub struct Executor {
    members: Members,
    single: Option<Single>,
    /// Of processes: the function of the prelude that makes several calls at once.
    calls: Option<Arc<Function>>,
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
    /// Why nothing can run any more: an initializer has failed, or a process has ended.
    broken: Option<FaultKind>,
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
            members: Members::Threads,
            single: None,
            calls: None,
            made_at,
            name: name.into(),
            initializer: settings.initializer.map(|function| (function, initargs)),
            slots: vec![Slot::default(); workers],
            queue: VecDeque::new(),
            is_shut_down: false,
            broken: None,
            waiters: Waiters::default(),
        }
    }

    /// A pool of at most so many processes, of which none is started yet; as many as is usual when
    /// it is not said. `calls` is a function that calls its first argument with each row of arguments
    /// in its second.
    pub fn of_processes(
        count: Option<usize>,
        calls: Arc<Function>,
        made_at: Pos,
        ids: &Ids,
    ) -> Self {
        let settings = PoolSettings {
            max_workers: count.or_else(|| Some(ids.usual_processes())),
            thread_name_prefix: format!("ProcessPoolExecutor-{}", ids.next_process_pool()),
            ..PoolSettings::default()
        };
        Self {
            members: Members::Processes,
            calls: Some(calls),
            ..Self::new(settings, made_at, ids)
        }
    }

    /// What runs one process of this name; `calls` as for [`Executor::of_processes`].
    pub fn of_process(name: &str, is_daemon: bool, calls: Arc<Function>, made_at: Pos) -> Self {
        let settings = PoolSettings {
            max_workers: Some(1),
            thread_name_prefix: name.into(),
            ..PoolSettings::default()
        };
        Self {
            members: Members::Processes,
            single: Some(match is_daemon {
                true => Single::Daemon,
                false => Single::Awaited,
            }),
            calls: Some(calls),
            ..Self::new(settings, made_at, &Ids::default())
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
            let number = *slot.number.get_or_insert_with(|| {
                slot.ident = ctx.ids.next_ident();
                ctx.ids.next_task()
            });
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
        let name: Arc<str> = match self.single {
            Some(_) => self.name.clone(),
            None => format!("{}_{place}", self.name).into(),
        };
        let isolated = self.members == Members::Processes;
        let pool = ctx.this.clone();
        let numbers = (number, self.slots[place].ident);
        let thread = PoolThread::new(name.clone(), numbers, pool, place, task, isolated);
        self.slots[place].is_busy = true;
        self.slots[place].worker = Some(number);
        let handle = ctx.make(thread);
        ctx.effects.spawns.push(Spawn {
            task: number,
            handle,
            name,
            daemon: (self.single == Some(Single::Daemon)).into(),
            worker: true,
            isolated: isolated.then(|| Arc::downgrade(ctx.this)),
            function,
            args,
            event_loop: None,
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

    /// Notes that another thread works in a place from now on.
    pub(super) fn relieve(&mut self, place: usize, by: TaskId) {
        if let Some(slot) = self.slots.get_mut(place) {
            slot.worker = Some(by);
        }
    }

    fn free(&mut self, place: Option<&Value>, ctx: &mut Ctx<'_>) {
        if let Some(slot) = self.slot(place) {
            slot.is_busy = false;
        }
        if self.is_idle() {
            self.waiters.wake_with(ctx, |()| {
                Some(crate::value::object::Wake::Grant(Value::Unit))
            });
            if self.is_shut_down || self.broken.is_some() {
                self.dismiss(ctx);
            }
        }
    }

    /// Ends the processes; threads have ended when they ran out of tasks.
    fn dismiss(&self, ctx: &mut Ctx<'_>) {
        if self.members == Members::Processes {
            let numbers = self.slots.iter().filter_map(|slot| slot.number);
            ctx.effects.dismissed.extend(numbers);
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

    /// Nothing can run any more; what runs in other processes is given up with `ends_others`, as in
    /// Python.
    fn break_it(&mut self, why: FaultKind, ends_others: bool, ctx: &mut Ctx<'_>) -> Attempt {
        let why = self.broken.get_or_insert(why).clone();
        if ends_others {
            self.dismiss(ctx);
        }
        let fault = Fault::new(why, self.made_at);
        self.end_all(Verb::Break, &[Value::Error(Arc::new(fault))], ctx)
    }

    /// A process has died. Gives the error of everything that has no result because of that: what has
    /// broken the pool first is the cause of all that follows.
    pub(super) fn cause(&mut self, why: &str) -> FaultKind {
        let broken = || FaultKind::BrokenProcessPool {
            pool: self.name.to_string(),
            why: why.into(),
        };
        self.broken.get_or_insert_with(broken).clone()
    }

    fn kill_workers(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        self.is_shut_down = true;
        let why = self.cause("kill_workers() has ended its processes");
        self.break_it(why, true, ctx)
    }

    fn refuse_new_tasks(&self, verb: &str) -> Result<(), FaultKind> {
        if let Some(why) = &self.broken {
            return Err(why.clone());
        }
        if !self.is_shut_down {
            return Ok(());
        }
        Err(FaultKind::misuse(
            Class::RuntimeError,
            &match verb.trim_matches(['<', '>']) {
                "enter" => "`with` on a pool after shutdown".to_string(),
                verb => format!("{verb}(...) after shutdown"),
            },
            "a pool that was shut down takes no new tasks",
            "submit before shutdown, or inside its `with` block; or make a new pool",
        )
        .as_python_says("cannot schedule new futures after shutdown"))
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

    /// `map(f, xs, ys, ..., options)`
    fn map(&mut self, args: &[Value], ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let (function, mut inputs) = super::call("map", args)?;
        self.refuse_new_tasks("map")?;
        let options = match inputs.pop_if(|last| matches!(last, Value::Map(_))) {
            Some(Value::Map(options)) => MapOptions::from_map(&options)?,
            _ => MapOptions::default(),
        };
        if inputs.is_empty() {
            return Err(FaultKind::misuse(
                Class::TypeError,
                "map(f) was given nothing to call the function with",
                "map(f, xs) calls f with each item of xs",
                "write executor.map(f, [1, 2, 3])",
            ));
        }
        let deadline = (options.timeout).map(|limit| (ctx.deadline_in(limit), limit));
        let inputs: Result<_, _> = inputs.iter().map(items).collect();
        let mut results = Results::new(function, inputs?, ctx.pos);
        if let Some(calls) = &self.calls
            && options.chunk_size > 1
        {
            results = results.in_chunks(calls, options.chunk_size);
        }
        let calls = results.calls();
        let results = ctx.make(results.in_pool(self.in_pool(ctx), deadline));
        self.add(results.clone(), calls, ctx);
        Ok(Attempt::Done(Value::Object(results)))
    }

    fn shut_down(&mut self, wait: bool, ctx: &mut Ctx<'_>) -> Attempt {
        self.is_shut_down = true;
        if self.is_idle() {
            self.dismiss(ctx);
            return Attempt::Done(Value::Unit);
        }
        if !wait {
            return Attempt::Done(Value::Unit);
        }
        self.waiters.wait((), None, ctx)
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        Ok(match (call.verb, call.args) {
            (Verb::Submit | Verb::Fork, _) => self.submit(call, ctx)?,
            (Verb::Map, args) => self.map(args, ctx)?,
            (Verb::KillWorkers, []) if self.members == Members::Processes => {
                self.kill_workers(ctx);
                Attempt::Done(Value::Unit)
            }
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
                if self.is_idle() {
                    self.dismiss(ctx);
                }
                Attempt::Done(Value::Unit)
            }
            (Verb::TakeJob, _) => self.take_job(call, ctx),
            (Verb::Break, args) => {
                let why = FaultKind::BrokenPool(self.name.to_string());
                let ends_others = matches!(args, [Value::Bool(true)]);
                self.break_it(why, ends_others, ctx)
            }
            (Verb::Leave, place) => {
                self.cancel_all(ctx);
                self.free(place.first(), ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        })
    }
}

impl EncodeState for Executor {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            members,
            single,
            calls,
            // The object has the same, which is encoded with it.
            made_at: _,
            name,
            initializer,
            slots,
            queue,
            is_shut_down,
            broken,
            waiters,
        } = self;
        (members, single, calls, name, initializer, slots).encode_state(encoder);
        (queue, is_shut_down, broken, waiters).encode_state(encoder);
    }
}

impl Primitive for Executor {
    fn kind(&self) -> &'static str {
        match self.members {
            Members::Threads => "ThreadPoolExecutor",
            Members::Processes => "ProcessPoolExecutor",
        }
    }

    fn takes_copies(&self) -> bool {
        self.members == Members::Processes
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        let would_wait = match call.verb {
            Verb::Exit => true,
            Verb::Shutdown => Shutdown::from_args(call)
                .is_ok_and(|how| how.wait && (self.queue.is_empty() || !how.cancel_futures)),
            _ => false,
        };
        // The first time it shuts the pool down, which others notice.
        !would_wait || !self.is_shut_down || self.is_idle()
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        self.waiters
            .cancel_wait(task, why, |()| Attempt::Done(Value::Unit))
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("all tasks of {}, made in {}", self.name, self.made_at),
            holders: Vec::new(),
            awaited: (self.slots.iter())
                .filter(|slot| slot.is_busy)
                .filter_map(|slot| slot.worker)
                .collect(),
        }
    }

    fn state_text(&self) -> String {
        let state = match (self.broken.is_some(), self.is_shut_down) {
            (true, _) => ", broken",
            (false, true) => ", shut down",
            (false, false) => "",
        };
        let count = self.slots.len();
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} worker{plural}{state}")
    }
}

crate::value::state_key_test! { executor_key, Executor, Executor::new(PoolSettings::default(), Pos::NONE, &Ids::default());
    members: Members::Processes,
    single: Some(Single::Daemon),
    calls: Some(function("f")),
    name: "other".into(),
    initializer: Some((function("f"), Vec::new())),
    slots: Vec::new(),
    queue: [object()].into(),
    is_shut_down: true,
    broken: Some(FaultKind::Interrupted),
    waiters: Waiters::one(2, ()),
    ; left out made_at
}

crate::value::state_key_test! { slot_key, Slot, Slot::default();
    number: Some(TaskId(2)),
    ident: 2,
    worker: Some(TaskId(2)),
    is_busy: true,
    is_initialized: true,
}

#[cfg(test)]
mod tests;
