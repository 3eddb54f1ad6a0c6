//! One thread of the host that runs fibers: the loop, and what a fiber's stop leads to.

use std::sync::Arc;
use std::time::Duration;

use crossbeam::deque;
use crossbeam::sync::Parker;
use crossbeam::utils::Backoff;

use super::deadlock::Absence;
use super::processes::{self, Processes};
use super::table::{Job, Park, Stopping, Target, ThreadMeta};
use super::{Shared, Slice};
use crate::event::Kind;
use crate::host;
use crate::pos::Pos;
use crate::runtime::threads;
use crate::schedule::{MAIN, Random, guard, log};
use crate::value::budget::{LOOK, Limit, MOST_FUEL, allow, take_owed};
use crate::value::object::{Attempt, Call, CancelReason, Effects, Poll, TaskId, Time, Verb, Wake};
use crate::value::{Fault, FaultKind, Function, Object, Value};
use crate::vm::{Env, Fiber, Natives, Services, Stop, Visible, Wait};

/// How often the common queue is looked into although there is work of one's own.
const FAIRNESS: u32 = 61;

/// The work of one worker, in the order in which it came.
///
/// The newest piece is kept back from the others: a thread that is started and then joined runs
/// right here, without waking anybody. It is handed out when the next one comes, and at the end of
/// the slice.
pub(super) struct Queue {
    shared_part: deque::Worker<Box<Job>>,
    newest: Option<Box<Job>>,
}

impl Queue {
    pub(super) fn new(shared_part: deque::Worker<Box<Job>>) -> Self {
        Self {
            shared_part,
            newest: None,
        }
    }

    fn pop(&mut self) -> Option<Box<Job>> {
        self.shared_part.pop().or_else(|| self.newest.take())
    }

    /// Ends a slice: `job` goes to the end, and all is there for the others.
    fn yield_now(&mut self, job: Box<Job>, shared: &Arc<Shared>) {
        if let Some(newest) = self.newest.take() {
            self.shared_part.push(newest);
        }
        let alone = self.shared_part.is_empty();
        self.shared_part.push(job);
        if !alone {
            shared.wake_worker();
        }
    }
}

/// Takes jobs that can run.
pub(super) trait Ready {
    /// Takes one.
    fn push(&mut self, job: Box<Job>, shared: &Arc<Shared>);
}

impl Ready for Queue {
    fn push(&mut self, job: Box<Job>, shared: &Arc<Shared>) {
        if let Some(older) = self.newest.replace(job) {
            self.shared_part.push(older);
            shared.wake_worker();
        }
    }
}

/// One worker.
pub(super) struct Worker {
    index: usize,
    shared: Arc<Shared>,
    queue: Queue,
    parker: Parker,
    natives: Box<dyn Natives + Send>,
    /// What objects want; empty, and kept for its memory.
    effects: Effects,
    turns: u32,
    /// The fuel used since memory and time were looked at.
    spent: u32,
    perturbation: Option<Perturbation>,
}

/// What keeps threads from having an even course, for tests.
struct Perturbation(Random);

impl Perturbation {
    /// Before a visible operation: waits for some microseconds now and then; says whether others
    /// shall come first.
    fn others_first(&mut self) -> bool {
        match self.0.below(8) {
            0 | 1 => true,
            2 => {
                for _ in 0..self.0.below(50) {
                    std::thread::yield_now();
                }
                false
            }
            3 => {
                for _ in 0..self.0.below(5_000) {
                    std::hint::spin_loop();
                }
                false
            }
            _ => false,
        }
    }
}

impl Worker {
    pub(super) fn new(index: usize, shared: Arc<Shared>, queue: Queue, parker: Parker) -> Self {
        let natives = shared.world.natives();
        let perturbation = shared.perturbation;
        let perturbation = perturbation.map(|seed| Random::new(seed ^ ((index as u64) << 32)));
        Self {
            index,
            shared,
            queue,
            parker,
            natives,
            effects: Effects::default(),
            turns: 0,
            spent: 0,
            perturbation: perturbation.map(Perturbation),
        }
    }

    /// Runs fibers until the workers shall end.
    pub(super) fn run(mut self) {
        while !self.shared.is_closing() {
            self.fire_timers();
            match self.own_work().or_else(|| self.others_work()) {
                Some(job) => self.run_job(job),
                None => self.sleep(),
            }
        }
    }

    fn own_work(&mut self) -> Option<Box<Job>> {
        self.turns = self.turns.wrapping_add(1);
        if self.turns.is_multiple_of(FAIRNESS)
            && let Some(job) = self.shared.injector.steal().success()
        {
            return Some(job);
        }
        self.queue.pop()
    }

    /// Looks for work in the common queue and with the other workers, for some microseconds.
    fn others_work(&mut self) -> Option<Box<Job>> {
        let shared = self.shared.clone();
        shared.idle.look();
        let backoff = Backoff::new();
        let mut found = None;
        while found.is_none() && !backoff.is_completed() {
            found = shared.steal(self.index, &self.queue.shared_part);
            backoff.snooze();
        }
        let last = shared.idle.stop_looking();
        // Work that was queued meanwhile has woken no worker: this one does it.
        if found.is_some() && last && shared.has_work() {
            shared.wake_worker();
        }
        found
    }

    fn sleep(&mut self) {
        let shared = &self.shared;
        let limit = || {
            let soonest = shared.timers.soonest()?;
            Some(Duration::from_nanos(soonest.saturating_sub(shared.now())))
        };
        let is_work = || shared.has_work() || shared.is_closing();
        shared.idle.sleep(self.index, &self.parker, limit, is_work);
    }

    /// Ends the waits whose time is over.
    fn fire_timers(&mut self) {
        let Some(soonest) = self.shared.timers.soonest() else {
            return;
        };
        let now = self.shared.now();
        if soonest > now {
            return;
        }
        for (ticket, task) in self.shared.timers.due(now) {
            match self.shared.table.expire(task, ticket) {
                Some(job) => self.time_is_over(job),
                None => self.shared.timers.was_stale(),
            }
        }
    }

    fn time_is_over(&mut self, mut job: Box<Job>) {
        let Some(object) = job.waited_on.take() else {
            job.fiber.wake(Wake::Grant(Value::Unit));
            self.queue.push(job, &self.shared);
            return;
        };
        let mut effects = Effects::default();
        let (task, run) = (job.meta.task, job.meta.run);
        let ids = &self.shared.world.ids;
        let mut time = &*self.shared;
        match object.cancel_wait(task, CancelReason::Timeout, &mut effects, ids, &mut time) {
            Attempt::Done(value) => job.fiber.wake(Wake::Grant(value)),
            Attempt::Fail(kind) => job.fiber.wake(Wake::Fail(kind)),
            // It was woken in time, and the wake is on its way; or it goes on when it is woken.
            _ => {
                job.is_late = true;
                // Before it lies down: else all might seem to wait.
                carry_out(&self.shared, &mut self.queue, run, &mut effects);
                if let Some(job) = self.park(job, Some(object), None) {
                    self.queue.push(job, &self.shared);
                }
                return;
            }
        }
        self.queue.push(job, &self.shared);
        carry_out(&self.shared, &mut self.queue, run, &mut effects);
    }

    /// Lays a fiber down; gives it back when it can go on at once.
    fn park(
        &mut self,
        job: Box<Job>,
        object: Option<Arc<Object>>,
        limit: Option<u64>,
    ) -> Option<Box<Job>> {
        let task = job.meta.task;
        let ticket = limit.map(|_| self.shared.timers.ticket());
        // The search concerns only waits that another waiting thread could end.
        let may_be_stuck =
            limit.is_none() && (object.as_ref()).is_some_and(|object| object.knows_blockers());
        let parked = self.shared.table.park(job, object, ticket);
        if let Park::GoOn(job) = parked {
            return Some(job);
        }
        if may_be_stuck {
            self.shared.look_for_deadlock(task, Absence::Unknown);
        }
        if let Park::AllWait = parked {
            self.shared.signal();
        }
        // After the fiber lies there: a deadline that found it missing would be lost.
        if let (Some(deadline), Some(ticket)) = (limit, ticket) {
            let table = &self.shared.table;
            let is_current = |task, ticket| table.waits_with(task, ticket);
            self.shared.timers.add(deadline, ticket, task, is_current);
        }
        None
    }

    /// How long the next turn is.
    fn slice(&self) -> u32 {
        match self.shared.slice {
            Slice::Fixed(fuel) => fuel,
            Slice::Random(mean) => 1 + self.shared.slices.lock().below(2 * u64::from(mean)) as u32,
        }
    }

    /// Runs one fiber for a slice.
    fn run_job(&mut self, mut job: Box<Job>) {
        let mut fuel = self.slice();
        loop {
            if !job.stopping
                && let Some(why) = self.reason_to_stop(&job)
            {
                self.tell_to_stop(&mut job, why);
            }
            let before = fuel;
            let stop = self.step(&mut job, &mut fuel);
            let spent = (before - fuel).saturating_add(take_owed());
            self.spent = self.spent.saturating_add(spent);
            if !job.fiber.is_coming_back() {
                job.waited_on = None;
            }
            match stop {
                Stop::Visible if self.may_go_on(&mut job) => {}
                Stop::Fuel | Stop::Visible => {
                    job.meta.see(job.fiber.place(&self.shared.world.program));
                    self.queue.yield_now(job, &self.shared);
                    return;
                }
                Stop::Wait(wait) => {
                    self.tell_of_wait(&job, &wait);
                    match self.wait(job, wait) {
                        Some(same) => job = same,
                        None => return,
                    }
                }
                Stop::Finished(value) => match self.end(job, Ok(value)) {
                    Some(same) => job = same,
                    None => return,
                },
                Stop::Failed(fault) => match self.end(job, Err(*fault)) {
                    Some(same) => job = same,
                    None => return,
                },
            }
        }
    }

    /// Lets a thread do the visible operation that it is about to do; says whether it shall do so
    /// right away.
    fn may_go_on(&mut self, job: &mut Job) -> bool {
        job.fiber.allow();
        let perturbation = self.perturbation.as_mut();
        !perturbation.is_some_and(Perturbation::others_first)
    }

    /// Tells the log that a thread begins to wait or to sleep.
    fn tell_of_wait(&self, job: &Job, wait: &Wait) {
        if wait.renewed || !self.shared.world.stream.is_detailed() {
            return;
        }
        let kind = match (&wait.object, wait.limit) {
            (Some(object), _) => Kind::Wait {
                what: object.waiting(job.meta.task).what,
            },
            (None, limit) => Kind::Sleep {
                seconds: limit.unwrap_or_default().as_secs_f64(),
            },
        };
        let pos = job.fiber.pos(&self.shared.world.program);
        self.shared.report(&job.meta, pos, kind);
    }

    fn step(&mut self, job: &mut Job, fuel: &mut u32) -> Stop {
        let world = &self.shared.world;
        let (left, limit) = world.budget.memory_left();
        allow(left, limit, MOST_FUEL);
        let mut services = WorkerServices {
            shared: &self.shared,
            queue: &mut self.queue,
            meta: &job.meta,
        };
        let mut env = Env {
            program: &world.program,
            globals: &world.globals,
            ids: &world.ids,
            natives: &mut *self.natives,
            services: &mut services,
            effects: &mut self.effects,
        };
        match self.perturbation {
            None => guard::step::<false>(&mut job.fiber, &mut env, fuel),
            // It stops before each visible operation.
            Some(_) => guard::step::<true>(&mut job.fiber, &mut env, fuel),
        }
    }

    /// Why a thread that is about to go on shall end instead.
    fn reason_to_stop(&mut self, job: &Job) -> Option<FaultKind> {
        match self.shared.table.stopping(&job.meta) {
            Stopping::No => {}
            Stopping::Deadlock => return Some(FaultKind::Deadlock),
            Stopping::Interrupt => return Some(FaultKind::Interrupted),
        }
        if self.spent < LOOK {
            return None;
        }
        self.spent = 0;
        let world = &self.shared.world;
        // Between two inputs of the prompt, time goes by for nobody.
        let late = match job.meta.run == self.shared.control.lock().run {
            true => world.budget.check_time(world.clock.elapsed()),
            false => Ok(()),
        };
        let over = late.and_then(|()| world.budget.check_memory(host::memory_in_use));
        over.err().map(FaultKind::Limit)
    }

    fn tell_to_stop(&mut self, job: &mut Job, why: FaultKind) {
        job.stopping = true;
        if let Some(object) = job.waited_on.take() {
            let mut effects = Effects::default();
            let (ids, mut time) = (&self.shared.world.ids, &*self.shared);
            let task = job.meta.task;
            // How the wait ends does not matter to a thread that ends.
            let _ = object.cancel_wait(task, CancelReason::Stop, &mut effects, ids, &mut time);
            carry_out(&self.shared, &mut self.queue, job.meta.run, &mut effects);
        }
        job.fiber.stop(Fault::new(why, Pos::NONE));
    }

    fn wait(&mut self, mut job: Box<Job>, wait: Wait) -> Option<Box<Job>> {
        if let Some(limit) = wait.limit
            && !wait.renewed
        {
            let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
            job.deadline = self.shared.now().saturating_add(limit);
        }
        job.is_late = false;
        let deadline = wait.limit.map(|_| job.deadline);
        self.park(job, wait.object, deadline)
    }

    /// Reports the end of a thread. Gives the fiber back when it has something more to run.
    fn end(&mut self, mut job: Box<Job>, end: Result<Value, Fault>) -> Option<Box<Job>> {
        let meta = job.meta.clone();
        let mut end = end;
        if let Err(fault) = &mut end
            && matches!(fault.kind, FaultKind::Limit(_))
            && !self.shared.is_limited(&meta, fault)
        {
            // Another one was the first, and ends the run.
            fault.kind = FaultKind::Interrupted;
        }
        if meta.task == MAIN {
            self.shared.main_has_ended(&meta, end);
            return None;
        }
        if let Some(relay) = &meta.relay {
            // Before it is answered: the next request comes under the same number.
            if self.shared.table.remove(&meta) {
                self.shared.signal();
            }
            relay
                .replies
                .send(relay.task, end, &self.shared.world.program);
            return None;
        }
        let (shared, queue) = (&self.shared, &mut self.queue);
        let (function, args) = end_of_call(shared, queue, &meta, end, &mut self.effects)?;
        job.fiber = job.fiber.renewed(function, args);
        Some(job)
    }
}

/// Reports the end of what a thread has run. Gives what it runs next; without that the thread has
/// ended. `effects` are empty, before and after.
pub(super) fn end_of_call(
    shared: &Arc<Shared>,
    queue: &mut impl Ready,
    meta: &ThreadMeta,
    end: Result<Value, Fault>,
    effects: &mut Effects,
) -> Option<(Arc<Function>, Vec<Value>)> {
    let (verb, arg) = match end {
        Ok(value) => (Verb::Finish, value),
        Err(fault) => {
            // What ends the run is shown, even where it is also raised in a waiting thread.
            let is_limit = matches!(fault.kind, FaultKind::Limit(_));
            if is_limit || !meta.worker && fault.kind.is_reported() {
                let message = fault.kind.title();
                shared.report(meta, fault.pos, Kind::Failure { message });
            }
            (Verb::Fail, Value::Error(Arc::new(fault)))
        }
    };
    let call = Call { verb, args: &[arg] };
    report_end(shared, queue, meta, call, Pos::NONE, effects)
}

/// The same with the request to the thread's handle; `pos` is where in the text that comes from.
pub(super) fn report_end(
    shared: &Arc<Shared>,
    queue: &mut impl Ready,
    meta: &ThreadMeta,
    call: Call<'_>,
    pos: Pos,
    effects: &mut Effects,
) -> Option<(Arc<Function>, Vec<Value>)> {
    let ids = &shared.world.ids;
    // A handle takes the report, whatever it answers.
    let _ = (meta.handle).attempt(call, meta.task, pos, effects, ids, &mut &**shared);
    let next = effects.next.take();
    shared.tell_failures(meta, effects);
    // Before the thread is gone: while it counts as awake, nobody takes the others for stuck.
    carry_out(shared, queue, meta.run, effects);
    if next.is_some() {
        return next;
    }
    if shared.world.stream.is_detailed() {
        shared.report(meta, Pos::NONE, log::finish(call, meta.worker));
    }
    if shared.table.remove(meta) {
        shared.signal();
    }
    None
}

/// Starts threads that belong to `run`, and wakes some: these may look for those at once.
pub(super) fn carry_out(
    shared: &Arc<Shared>,
    queue: &mut impl Ready,
    run: u64,
    effects: &mut Effects,
) {
    for spawn in effects.spawns.drain(..) {
        let is_daemon = |task| shared.table.meta(task).is_some_and(|one| one.daemon);
        let mut meta = ThreadMeta::new(
            spawn.task,
            spawn.name,
            spawn.handle,
            spawn.daemon.is_daemon(is_daemon),
            spawn.worker,
            run,
        );
        meta.is_process = spawn.isolated.is_some();
        let meta = Arc::new(meta);
        // Only the log, and who stops at visible operations, ask which variables are shared.
        if shared.world.stream.is_detailed() || shared.perturbation.is_some() {
            crate::value::publish(&Value::Function(spawn.function.clone()));
            spawn.args.iter().for_each(crate::value::publish);
        }
        if shared.world.stream.is_detailed() {
            shared.report(&meta, Pos::NONE, Kind::Start);
        }
        shared.table.insert(meta.clone());
        if let Some(pool) = spawn.isolated {
            let (function, args) = (spawn.function, spawn.args);
            let call = processes::Call {
                meta,
                function,
                args,
                pos: spawn.pos,
            };
            Processes::begin(shared, call, pool);
            continue;
        }
        let fiber = Fiber::new(spawn.task, spawn.function, spawn.args)
            .started_at(spawn.pos)
            .in_event_loop(spawn.event_loop, spawn.daemon);
        queue.push(Box::new(Job::new(fiber, meta)), shared);
    }
    for (task, wake) in effects.wakes.drain(..) {
        if let Some(job) = shared.table.wake(task, wake, &shared.timers) {
            queue.push(job, shared);
        }
    }
    for process in effects.dismissed.drain(..) {
        shared.processes.dismiss(process);
    }
    for request in effects.requests.drain(..) {
        if let Some(upstream) = &shared.world.upstream {
            upstream.send(request, &shared.world.program);
        }
    }
}

/// What the machine may ask of us while it runs a fiber.
struct WorkerServices<'a> {
    shared: &'a Arc<Shared>,
    queue: &'a mut Queue,
    meta: &'a Arc<ThreadMeta>,
}

/// The time of the host.
impl Time for &Shared {
    fn elapsed(&mut self) -> Duration {
        Duration::from_nanos(self.now())
    }

    fn due(&mut self, deadlines: &[Duration], _poll: Poll) -> usize {
        let now = self.elapsed();
        deadlines.partition_point(|deadline| *deadline <= now)
    }
}

impl Time for WorkerServices<'_> {
    fn elapsed(&mut self) -> Duration {
        (&**self.shared).elapsed()
    }

    fn due(&mut self, deadlines: &[Duration], poll: Poll) -> usize {
        (&**self.shared).due(deadlines, poll)
    }
}

impl Services for WorkerServices<'_> {
    fn carry_out(&mut self, effects: &mut Effects) -> Result<(), Limit> {
        self.shared.tell_failures(self.meta, effects);
        let starts = !effects.spawns.is_empty();
        carry_out(self.shared, self.queue, self.meta.run, effects);
        match starts {
            true => {
                let alive = self.shared.table.alive(Target::ALL);
                self.shared.world.budget.check_threads(alive)
            }
            false => Ok(()),
        }
    }

    fn now(&mut self) -> f64 {
        self.shared.world.clock.elapsed().as_secs_f64()
    }

    fn random(&mut self, bound: u64) -> u64 {
        self.shared.random.lock().below(bound)
    }

    fn print(&mut self, _task: TaskId, text: String, is_open: bool, pos: Pos) -> Result<(), Limit> {
        self.shared.world.budget.print(text.len() + 1)?;
        self.shared
            .report(self.meta, pos, Kind::Print { text, is_open });
        Ok(())
    }

    fn print_error(&mut self, _task: TaskId, text: String, pos: Pos) -> Result<(), Limit> {
        self.shared.world.budget.print(text.len())?;
        self.shared.report(self.meta, pos, Kind::Note { text });
        Ok(())
    }

    fn compile(&mut self, text: &str) -> Result<Arc<Function>, FaultKind> {
        self.shared.world.compile(text)
    }

    fn read_file(&mut self, path: &str) -> Result<String, FaultKind> {
        self.shared.world.read_file(path)
    }

    fn read_line(&mut self) -> Result<Option<String>, FaultKind> {
        self.shared.world.read_line(Duration::ZERO)
    }

    fn handle(&mut self, task: TaskId) -> Option<Arc<Object>> {
        if task == self.meta.task {
            return Some(self.meta.handle.clone());
        }
        self.shared.table.meta(task).map(|meta| meta.handle.clone())
    }

    fn name(&mut self, task: TaskId) -> String {
        match self.shared.table.meta(task) {
            Some(meta) => meta.name.to_string(),
            None if task == MAIN => "main".into(),
            None => threads::ended_name(task, self.shared.table.ended_name(task)),
        }
    }

    fn threads(&mut self) -> Vec<Arc<Object>> {
        let all = self.shared.table.all();
        let main = (all.first().is_none_or(|meta| meta.task != MAIN))
            .then(|| self.shared.world.main.clone());
        let is_here = |meta: &&Arc<ThreadMeta>| !meta.is_process && meta.relay.is_none();
        let here = all.iter().filter(is_here);
        main.into_iter()
            .chain(here.map(|meta| meta.handle.clone()))
            .collect()
    }

    fn pid(&mut self) -> u64 {
        crate::host::pid()
    }

    fn is_listening(&self) -> bool {
        self.shared.world.stream.is_detailed()
    }

    fn note(&mut self, _task: TaskId, visible: &Visible, value: &Value) {
        if let Some(kind) = log::kind(visible, value) {
            self.shared.report(self.meta, visible.pos, kind);
        }
    }
}

impl Job {
    pub(super) fn new(fiber: Fiber, meta: Arc<ThreadMeta>) -> Self {
        Self {
            fiber,
            meta,
            waited_on: None,
            deadline: 0,
            parks: 0,
            is_late: false,
            stopping: false,
        }
    }
}
