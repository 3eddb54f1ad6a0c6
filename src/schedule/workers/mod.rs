//! Fibers on threads of the host: many on as many as there are cores (`parallel`), or many on one
//! (`gil`).
//!
//! In reading order: [`table`], where each fiber is, and how park and wake meet; [`timers`];
//! [`idle`], workers without work; [`deadlock`], who can never go on; [`worker`], the loop;
//! [`processes`], threads that run in processes of their own. Here stands what they share, and how a session drives them.
//!
//! A worker is started when there is work for it, never before.

mod deadlock;
mod idle;
mod processes;
mod table;
mod timers;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam::deque::{self, Injector, Steal, Stealer};
use crossbeam::sync::Parker;
use crossbeam::utils::Backoff;
use parking_lot::{Condvar, Mutex, MutexGuard};

use self::deadlock::{Absence, Deadlocks};
use self::idle::Idle;
use self::processes::Processes;
use self::table::{Job, Stopping, Table, Target, ThreadMeta};
use self::timers::Timers;
use self::worker::{Queue, Worker};
use super::{MAIN, MainEnd, Random, Schedule, StopRequest, Until, Waker, World, log};
use crate::event::Kind;
use crate::pos::Pos;
use crate::runtime::deadlock as search;
use crate::runtime::threads::{Doing, Snapshot, ThreadInfo};
use crate::value::object::{Call, Effects, TaskId, Verb};
use crate::value::{Fault, FaultKind, Function, Limit, Object, Value};
use crate::vm::Fiber;

/// How often a run in which threads wait for ever is looked at: whether it is over because of them.
const DEADLOCK_LOOK: Duration = Duration::from_millis(50);

/// So many looks are daemons given to come to rest when all other threads wait for ever, which is two
/// seconds; those that have not are stopped with the run.
const DAEMON_LOOKS: u32 = 40;

/// How long a fiber runs before the next one's turn, in units of the machine's fuel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slice {
    /// Always this much.
    Fixed(u32),
    /// Each time another length, this much on average, drawn from the seed: slices of one length
    /// would fall into step with the script's loops and show the same result in every run.
    Random(u32),
}

/// How [`Workers`] run.
#[derive(Clone, Copy, Debug)]
pub struct WorkersConfig {
    /// At most so many threads of the host run script; at least one.
    pub workers: usize,
    /// How long a fiber's turn is.
    pub slice: Slice,
    /// For the lengths of random turns and the script's own random numbers.
    pub seed: u64,
    /// For tests: from this seed, a thread that is about to do a visible operation is sometimes
    /// delayed, or others come first, so that rare schedules are met within a few runs.
    pub perturbation: Option<u64>,
}

impl WorkersConfig {
    /// Truly in parallel: turns of about a millisecond.
    pub fn parallel(workers: usize, seed: u64) -> Self {
        Self {
            workers,
            slice: Slice::Fixed(40_000),
            seed,
            perturbation: None,
        }
    }

    /// One thread at a time, for random turns: as under a global interpreter lock.
    pub fn gil(seed: u64) -> Self {
        Self {
            workers: 1,
            slice: Slice::Random(4_000),
            seed,
            perturbation: None,
        }
    }
}

/// What the host thread that waits for a run wakes up for.
#[derive(Default)]
struct Control {
    main_end: Option<Result<Value, Fault>>,
    stop_requested: bool,
    /// Which run it is.
    run: u64,
    /// The error of the thread of that run that has reached a limit.
    limited: Option<Fault>,
    has_limited: bool,
}

struct Shared {
    world: Arc<World>,
    slice: Slice,
    perturbation: Option<u64>,
    table: Table,
    timers: Timers,
    injector: Injector<Box<Job>>,
    stealers: Vec<Stealer<Box<Job>>>,
    idle: Idle,
    deadlocks: Deadlocks,
    processes: Processes,
    /// The workers not yet started, the last one first.
    unstarted: Mutex<Vec<(usize, Queue, Parker)>>,
    all_started: AtomicBool,
    started: Mutex<Vec<JoinHandle<()>>>,
    closing: AtomicBool,
    random: Mutex<Random>,
    slices: Mutex<Random>,
    control: Mutex<Control>,
    changed: Condvar,
}

impl Shared {
    fn now(&self) -> u64 {
        self.world.clock.nanoseconds()
    }

    fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    fn report(&self, meta: &ThreadMeta, pos: Pos, kind: Kind) {
        let seconds = self.world.clock.elapsed().as_secs_f64();
        self.world
            .stream
            .push(seconds, meta.event_thread(), pos, kind);
    }

    /// Shows the errors that an object has reported on behalf of a thread.
    fn tell_failures(&self, meta: &ThreadMeta, effects: &mut Effects) {
        for failure in effects.failures.drain(..) {
            let seconds = self.world.clock.elapsed().as_secs_f64();
            let (thread, pos, kind) = log::failure(failure, meta.event_thread());
            self.world.stream.push(seconds, thread, pos, kind);
        }
    }

    /// Tells the host thread that waits for the run that it should look.
    fn signal(&self) {
        let _control = self.control.lock();
        self.changed.notify_all();
    }

    /// A thread ends by having reached a limit, and with it its run, if that is not over. Says whether
    /// it is the first one of its run.
    fn is_limited(&self, meta: &ThreadMeta, fault: &Fault) -> bool {
        let mut control = self.control.lock();
        if control.run != meta.run {
            return true;
        }
        let is_first = !std::mem::replace(&mut control.has_limited, true);
        if is_first {
            control.limited = Some(fault.clone());
            self.changed.notify_all();
        }
        is_first
    }

    /// Both under one lock: who sees the end finds main gone, and the reverse.
    fn main_has_ended(&self, main: &ThreadMeta, end: Result<Value, Fault>) {
        if let Some((pos, kind)) = log::main_failure(&self.world, &end) {
            self.report(main, pos, kind);
        }
        let mut control = self.control.lock();
        self.table.remove(main);
        control.main_end = Some(end);
        self.changed.notify_all();
    }

    fn has_work(&self) -> bool {
        !self.injector.is_empty() || self.stealers.iter().any(|stealer| !stealer.is_empty())
    }

    /// Takes work from the common queue or from another worker.
    fn steal(&self, index: usize, into: &deque::Worker<Box<Job>>) -> Option<Box<Job>> {
        let count = self.stealers.len();
        let others = (1..count).map(|step| &self.stealers[(index + step) % count]);
        loop {
            let mut again = false;
            let mut take = |steal: Steal<Box<Job>>| {
                again |= steal.is_retry();
                steal.success()
            };
            if let Some(job) = take(self.injector.steal_batch_and_pop(into)) {
                return Some(job);
            }
            for other in others.clone() {
                if let Some(job) = take(other.steal_batch_and_pop(into)) {
                    return Some(job);
                }
            }
            if !again {
                return None;
            }
        }
    }

    /// Wakes or starts a worker for work that was queued, unless one looks for work already.
    fn wake_worker(self: &Arc<Self>) {
        if !self.idle.wake_one() || self.all_started.load(Ordering::Relaxed) {
            return;
        }
        let next = {
            let mut unstarted = self.unstarted.lock();
            let next = unstarted.pop();
            self.all_started
                .store(unstarted.is_empty(), Ordering::Relaxed);
            next
        };
        let Some((index, queue, parker)) = next else {
            return;
        };
        let shared = self.clone();
        let handle = std::thread::Builder::new()
            .name(format!("worker {index}"))
            .spawn(move || Worker::new(index, shared, queue, parker).run());
        // Without a further thread the ones there are do the work.
        if let Ok(handle) = handle {
            self.started.lock().push(handle);
        }
    }

    /// Queues work from outside the workers.
    fn inject(self: &Arc<Self>, job: Box<Job>) {
        self.injector.push(job);
        self.wake_worker();
    }
}

/// The `parallel` and `gil` schedulers.
pub struct Workers {
    shared: Arc<Shared>,
    /// How many runs there have been.
    runs: u64,
}

impl Workers {
    /// Workers for `world`; none is started yet.
    pub fn new(config: WorkersConfig, world: Arc<World>) -> Self {
        let count = config.workers.max(1);
        // As many as Python would start.
        let cores = crate::host::cores();
        world.ids.set_usual_workers((cores + 4).min(32));
        world.ids.set_usual_processes(cores);
        let (idle, parkers) = Idle::new(count);
        let queues: Vec<deque::Worker<Box<Job>>> =
            (0..count).map(|_| deque::Worker::new_fifo()).collect();
        let stealers = queues.iter().map(deque::Worker::stealer).collect();
        let unstarted = queues
            .into_iter()
            .zip(parkers)
            .enumerate()
            .map(|(index, (queue, parker))| (index, Queue::new(queue), parker))
            .rev()
            .collect();
        let shared = Arc::new(Shared {
            world,
            slice: config.slice,
            perturbation: config.perturbation,
            table: Table::new(),
            timers: Timers::default(),
            injector: Injector::new(),
            stealers,
            idle,
            deadlocks: Deadlocks::default(),
            processes: Processes::default(),
            unstarted: Mutex::new(unstarted),
            all_started: AtomicBool::new(false),
            started: Mutex::default(),
            closing: AtomicBool::new(false),
            random: Mutex::new(Random::new(config.seed)),
            slices: Mutex::new(Random::new(!config.seed)),
            control: Mutex::default(),
            changed: Condvar::new(),
        });
        Self { shared, runs: 0 }
    }

    /// Stops threads and waits for their ends.
    fn stop(&self, why: Stopping, target: Target) {
        let shared = &self.shared;
        shared.world.stream.hurry(true);
        for job in shared.table.begin_stop(why, target, &shared.timers) {
            shared.inject(job);
        }
        let is_stopping = |meta: &ThreadMeta| shared.table.stopping(meta) != Stopping::No;
        shared.processes.stop(is_stopping);
        let mut control = shared.control.lock();
        while shared.table.alive(target) > 0 {
            // The limit is for a signal that came just before we held the lock.
            shared
                .changed
                .wait_for(&mut control, Duration::from_millis(1));
        }
        drop(control);
        shared.table.end_stop();
        shared
            .deadlocks
            .keep(|task| shared.table.meta(task).is_some());
        shared.world.stream.hurry(false);
    }

    /// Whether the run is over, and how. `search` says whether to look for cycles.
    fn look(&self, control: &mut Control, until: Until, search: bool) -> Option<Over> {
        let table = &self.shared.table;
        if control.stop_requested {
            return Some(Over::Interrupted);
        }
        if let Some(fault) = control.limited.take() {
            return Some(Over::Limited(fault));
        }
        let main_runs = control.main_end.is_none();
        if !main_runs && (until == Until::Main || table.non_daemons() == 0) {
            return control.main_end.take().map(Over::Ended);
        }
        if table.awake() == 0 {
            // The worker that laid down the last may not have looked yet.
            for meta in table.all() {
                self.shared.look_for_deadlock(meta.task, Absence::Ended);
            }
            return Some(Over::Deadlock(None));
        }
        if search {
            for task in self.shared.deadlocks.no_longer_doubtful() {
                self.shared.look_for_deadlock(task, Absence::Ended);
            }
        }
        if search && self.shared.deadlocks.are_known() {
            return self.stuck_for_good(until);
        }
        None
    }

    /// The error of a run that has lasted too long and in which all threads wait for something: at
    /// the place of the first of them, which is reported.
    fn is_late(&self, limit: Limit) -> Option<Fault> {
        let shared = &self.shared;
        let waits = |thread: &Snapshot| !matches!(thread.doing, Doing::Running);
        let threads = shared.table.snapshot(&shared.world);
        let first = threads.first().filter(|_| threads.iter().all(waits))?;
        let meta = shared.table.meta(first.task)?;
        let fault = Fault::new(FaultKind::Limit(limit), first.pos);
        if let Some((pos, kind)) = log::main_failure(&shared.world, &Err(fault.clone())) {
            shared.report(&meta, pos, kind);
        }
        Some(fault)
    }

    /// The threads that wait for ever, when the run is over because of them.
    fn stuck_for_good(&self, until: Until) -> Option<Over> {
        let shared = &self.shared;
        let threads = shared.table.all().into_iter();
        let threads = threads.map(|meta| (meta.task, meta.daemon));
        let main = (until == Until::Main).then_some(MAIN);
        let stuck = search::for_good(threads, main, |task| shared.stuck(task).is_some());
        stuck.map(|stuck| Over::Deadlock(Some(stuck)))
    }
}

/// How a run is over.
enum Over {
    Ended(Result<Value, Fault>),
    Interrupted,
    /// A thread has reached a limit, and has said so.
    Limited(Fault),
    /// All threads wait for ever, or these do, while others run.
    Deadlock(Option<Vec<TaskId>>),
}

impl Schedule for Workers {
    fn run_main(&mut self, function: Arc<Function>, until: Until) -> MainEnd {
        self.runs += 1;
        let run = self.runs;
        let shared = &self.shared;
        {
            let mut control = shared.control.lock();
            *control = Control {
                run,
                stop_requested: control.stop_requested,
                ..Control::default()
            };
        }
        shared.world.budget.begin(shared.world.clock.elapsed());
        let main_stays = &shared.deadlocks.main_stays;
        main_stays.store(until == Until::Main, Ordering::SeqCst);
        let handle = shared.world.main.clone();
        shared.processes.sweep();
        let name = shared.world.main_name.clone();
        let main = ThreadMeta::new(MAIN, name, handle, false, false, run);
        let main = Arc::new(main);
        shared.table.insert(main.clone());
        shared.inject(Box::new(Job::new(
            Fiber::new(MAIN, function, Vec::new()),
            main,
        )));
        let mut control = shared.control.lock();
        // A short run ends sooner than this thread would have gone to sleep.
        let backoff = Backoff::new();
        while control.main_end.is_none() && !backoff.is_completed() {
            MutexGuard::unlocked(&mut control, || backoff.snooze());
        }
        let mut search = false;
        let mut patience = DAEMON_LOOKS;
        let over = loop {
            match self.look(&mut control, until, search) {
                // What daemons still do is a part of what becomes of the run.
                Some(Over::Deadlock(Some(_)))
                    if until == Until::AllThreads
                        && patience > 0
                        && shared.table.is_any_active() =>
                {
                    patience -= 1;
                }
                Some(over) => break over,
                None => {}
            }
            if let Err(limit) = shared.world.budget.check_time(shared.world.clock.elapsed()) {
                // A thread that runs finds that itself; here perhaps all sleep.
                if let Some(fault) = MutexGuard::unlocked(&mut control, || self.is_late(limit)) {
                    break Over::Limited(fault);
                }
            }
            let waited = shared.changed.wait_for(&mut control, DEADLOCK_LOOK);
            search = waited.timed_out();
        };
        drop(control);
        let end = match over {
            Over::Ended(end) => {
                if until == Until::AllThreads {
                    self.stop(Stopping::Interrupt, Target::ALL);
                }
                return MainEnd::from(end);
            }
            Over::Interrupted => {
                let mut infos = shared.infos();
                // Threads of earlier inputs are spared.
                infos.retain(|info| shared.table.run_of(TaskId(info.number)) == Some(run));
                self.stop(Stopping::Interrupt, Target::run(run));
                MainEnd::Interrupted(infos)
            }
            Over::Limited(fault) => {
                self.stop(Stopping::Interrupt, Target::run(run));
                MainEnd::Failed(fault)
            }
            Over::Deadlock(stuck) => {
                let mut infos = shared.infos();
                if let Some(stuck) = stuck {
                    infos.retain(|info| stuck.contains(&TaskId(info.number)));
                }
                self.stop(Stopping::Deadlock, Target::run(run));
                MainEnd::Deadlock(infos)
            }
        };
        *shared.control.lock() = Control::default();
        end
    }

    fn set_seed(&mut self, seed: u64) {
        *self.shared.random.lock() = Random::new(seed);
        *self.shared.slices.lock() = Random::new(!seed);
    }

    fn stop_request(&self) -> StopRequest {
        let shared = self.shared.clone();
        Arc::new(move || {
            shared.control.lock().stop_requested = true;
            shared.changed.notify_all();
        })
    }

    fn waker(&self) -> Option<Waker> {
        let shared = self.shared.clone();
        Some(Arc::new(move |task, wake| {
            if let Some(job) = shared.table.wake(task, wake, &shared.timers) {
                shared.inject(job);
            }
        }))
    }

    fn forget_stop(&mut self) {
        self.shared.control.lock().stop_requested = false;
    }

    fn threads(&self) -> Vec<ThreadInfo> {
        self.shared.infos()
    }

    fn handles(&self) -> Vec<(ThreadInfo, Arc<Object>)> {
        let infos = self.threads().into_iter();
        let handle = |info: ThreadInfo| {
            let meta = self.shared.table.meta(TaskId(info.number))?;
            Some((info, meta.handle.clone()))
        };
        infos.filter_map(handle).collect()
    }

    fn release(&mut self, object: &Arc<Object>) {
        let shared = &self.shared;
        let mut effects = Effects::default();
        let call = Call {
            verb: Verb::Abandon,
            args: &[],
        };
        // Whatever it answers, the run that took it is over. A release starts no threads.
        let (ids, mut time) = (&shared.world.ids, &**shared);
        let _ = object.attempt(call, MAIN, Pos::NONE, &mut effects, ids, &mut time);
        for (task, wake) in effects.wakes {
            if let Some(job) = shared.table.wake(task, wake, &shared.timers) {
                shared.inject(job);
            }
        }
    }

    fn stop_all(&mut self) -> Vec<ThreadInfo> {
        let infos = self.shared.infos();
        self.stop(Stopping::Interrupt, Target::ALL);
        infos
    }

    fn stop_one(&mut self, number: u64) {
        self.stop(Stopping::Interrupt, Target::thread(TaskId(number)));
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop(Stopping::Interrupt, Target::ALL);
        self.shared.processes.close();
        self.shared.closing.store(true, Ordering::SeqCst);
        self.shared.idle.wake_all();
        let started = std::mem::take(&mut *self.shared.started.lock());
        for handle in started {
            // A worker that has panicked has nothing left to give back.
            let _ = handle.join();
        }
    }
}
