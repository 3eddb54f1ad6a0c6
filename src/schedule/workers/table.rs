//! All threads of the script that are alive, and where each one's fiber is.
//!
//! A fiber that waits lies here; one that runs or is ready belongs to a worker. Objects wake
//! threads by number, and a wake may come before its thread has lain down: the object notes the
//! waiter under its own lock, and the fiber is parked only afterwards. Park and wake therefore
//! meet under the lock of the thread's shard:
//!
//! | waiting worker            | waking worker             | entry                        |
//! |---------------------------|---------------------------|------------------------------|
//! | attempt: `Wait`           |                           | `Going`                      |
//! | park: `Going` -> `Parked` |                           | `Parked`                     |
//! |                           | wake: takes the fiber     | `Going`, fiber in a queue    |
//!
//! | waiting worker            | waking worker             | entry                        |
//! |---------------------------|---------------------------|------------------------------|
//! | attempt: `Wait`           |                           | `Going`                      |
//! |                           | wake: leaves a mark       | `Woken`                      |
//! | park: finds the mark      |                           | `Going`, fiber runs on       |
//!
//! A deadline takes the fiber like a wake, if the wait is still the one it was set for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::event;
use crate::pos::Pos;
use crate::runtime::threads::{Doing, Ended, Snapshot};
use crate::value::Object;
use crate::value::object::{TaskId, Wake};
use crate::vm::Fiber;

use super::super::World;
use super::super::process::Replies;
use super::timers::Timers;

const SHARDS: usize = 64;

/// Which threads are meant. One number, so that workers read it without a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target(u64);

impl Target {
    /// Every thread.
    pub(super) const ALL: Self = Self(u64::MAX);
    /// What the number of a thread is marked with; that of a run never is.
    const THREAD: u64 = 1 << 63;

    /// The threads of a run.
    pub(super) const fn run(run: u64) -> Self {
        Self(run)
    }

    /// This thread.
    pub(super) const fn thread(task: TaskId) -> Self {
        Self(Self::THREAD | task.0)
    }

    fn concerns(self, meta: &ThreadMeta) -> bool {
        self == Self::ALL || self == Self::run(meta.run) || self == Self::thread(meta.task)
    }
}

/// What never changes about a thread, and where it was last seen.
pub(super) struct ThreadMeta {
    pub(super) task: TaskId,
    pub(super) name: Arc<str>,
    pub(super) handle: Arc<Object>,
    pub(super) daemon: bool,
    /// Whether it is one of a pool's own threads, which give their errors to the pool.
    pub(super) worker: bool,
    /// Whether it runs in a process of its own.
    pub(super) is_process: bool,
    /// For which thread of another process it asks, if it does nothing else.
    pub(super) relay: Option<Relay>,
    /// The run that it belongs to: that of the thread that started it.
    pub(super) run: u64,
    /// Unit, line and column of the end of its last slice.
    last_seen: AtomicU64,
}

impl ThreadMeta {
    pub(super) fn new(
        task: TaskId,
        name: Arc<str>,
        handle: Arc<Object>,
        daemon: bool,
        worker: bool,
        run: u64,
    ) -> Self {
        Self {
            task,
            name,
            handle,
            daemon,
            worker,
            is_process: false,
            relay: None,
            run,
            last_seen: AtomicU64::new(0),
        }
    }

    pub(super) fn event_thread(&self) -> event::Thread {
        event::Thread {
            number: self.task.0,
            name: self.name.clone(),
        }
    }

    pub(super) fn see(&self, place: Option<(u32, Pos)>) {
        if let Some((unit, pos)) = place {
            let word = u64::from(unit) << 32 | u64::from(pos.line) << 16 | u64::from(pos.column);
            self.last_seen.store(word, Ordering::Relaxed);
        }
    }

    fn last_place(&self) -> (u32, Pos) {
        let word = self.last_seen.load(Ordering::Relaxed);
        (
            (word >> 32) as u32,
            Pos::new((word >> 16) as u16, word as u16),
        )
    }
}

/// Answers a thread of another process, for which a thread here asks an object.
pub(super) struct Relay {
    /// The thread there.
    pub(super) task: u64,
    pub(super) replies: Replies,
}

/// A fiber with all that travels with it from worker to worker.
pub(super) struct Job {
    pub(super) fiber: Fiber,
    pub(super) meta: Arc<ThreadMeta>,
    /// The object that its last wait was on, until it has gone on from there: a thread that is
    /// stopped on the way gives back what it was granted, and one that holds it already does not.
    pub(super) waited_on: Option<Arc<Object>>,
    /// When its last wait with a limit was to end.
    pub(super) deadline: u64,
    /// How often it has lain down.
    pub(super) parks: u64,
    /// Whether the time of its wait was over when its wake was on the way already: what it waits for
    /// may be its own by now, and it is in no deadlock.
    pub(super) is_late: bool,
    /// Whether the fiber has been made to stop.
    pub(super) stopping: bool,
}

struct Parked {
    job: Box<Job>,
    object: Option<Arc<Object>>,
    /// The ticket of its deadline, when it has one.
    ticket: Option<u64>,
}

impl Parked {
    /// Whether nothing but another thread here can wake it.
    fn is_endless(&self) -> bool {
        let is_elsewhere = |object: &Arc<Object>| object.elsewhere().is_some();
        self.ticket.is_none() && !self.object.as_ref().is_some_and(is_elsewhere)
    }
}

enum Place {
    Going,
    Woken(Wake),
    Parked(Parked),
}

struct Entry {
    meta: Arc<ThreadMeta>,
    place: Place,
}

/// Whether threads are being stopped, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Stopping {
    No = 0,
    Interrupt = 1,
    Deadlock = 2,
}

/// What became of a fiber that wanted to wait.
pub(super) enum Park {
    /// It lies here.
    Parked,
    /// It lies here, and now all threads wait for ever.
    AllWait,
    /// It was woken before, or is to be stopped: it runs on.
    GoOn(Box<Job>),
}

/// What the search for deadlocks knows of a thread.
pub(super) enum ParkState {
    /// It runs, is ready, or waits with a limit.
    Active,
    /// It waits for an object without a limit, and was parked so often.
    Endless { object: Arc<Object>, parks: u64 },
    /// It has ended.
    Ended,
}

/// The threads of a shard. Not a tree, which allocates a node of more than a kilobyte for each thread that
/// is alone in its shard.
type Threads = HashMap<TaskId, Entry, BuildHasherDefault<TaskHasher>>;

struct Shard {
    threads: Threads,
    ended: Ended,
}

/// How many threads that have ended a shard remembers by name: all shards some thousands.
const REMEMBERED: usize = 64;

/// Hashes thread numbers, which nobody can choose: one multiplication spreads them (Fibonacci
/// hashing), and its upper bits, the good ones, are put where a table looks first.
#[derive(Default)]
struct TaskHasher(u64);

impl Hasher for TaskHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0.rotate_left(8) ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// See the head of the file.
pub(super) struct Table {
    shards: [Mutex<Shard>; SHARDS],
    /// How many threads run, are ready, or wait for a limited time: those that can go on without
    /// another's help. At 0 nothing can ever happen again from inside.
    awake: AtomicUsize,
    /// How many threads there are, and how many of them are not daemons.
    alive: AtomicUsize,
    non_daemons: AtomicUsize,
    stopping: AtomicU8,
    /// The threads that are being stopped, as a [`Target`].
    stopped: AtomicU64,
}

impl Table {
    pub(super) fn new() -> Self {
        Self {
            shards: std::array::from_fn(|_| {
                Mutex::new(Shard {
                    threads: Threads::default(),
                    ended: Ended::new(REMEMBERED),
                })
            }),
            awake: AtomicUsize::new(0),
            alive: AtomicUsize::new(0),
            non_daemons: AtomicUsize::new(0),
            stopping: AtomicU8::new(0),
            stopped: AtomicU64::new(Target::ALL.0),
        }
    }

    fn shard(&self, task: TaskId) -> &Mutex<Shard> {
        &self.shards[task.0 as usize % SHARDS]
    }

    pub(super) fn awake(&self) -> usize {
        self.awake.load(Ordering::SeqCst)
    }

    /// Whether some thread runs, is ready, or goes on by itself some time.
    pub(super) fn is_any_active(&self) -> bool {
        let tasks = self.all().into_iter().map(|meta| meta.task);
        tasks
            .map(|task| self.park_state(task))
            .any(|state| matches!(state, ParkState::Active))
    }

    /// How many of these threads there are.
    pub(super) fn alive(&self, target: Target) -> usize {
        if target == Target::ALL {
            return self.alive.load(Ordering::SeqCst);
        }
        let is_concerned = |entry: &&Entry| target.concerns(&entry.meta);
        self.shards
            .iter()
            .map(|shard| shard.lock().threads.values().filter(is_concerned).count())
            .sum()
    }

    pub(super) fn non_daemons(&self) -> usize {
        self.non_daemons.load(Ordering::SeqCst)
    }

    /// Whether a thread is being stopped.
    pub(super) fn stopping(&self, meta: &ThreadMeta) -> Stopping {
        let why = self.stopping.load(Ordering::SeqCst);
        if why != 0 && !Target(self.stopped.load(Ordering::SeqCst)).concerns(meta) {
            return Stopping::No;
        }
        match why {
            0 => Stopping::No,
            1 => Stopping::Interrupt,
            _ => Stopping::Deadlock,
        }
    }

    /// Adds a thread whose fiber is about to be queued.
    pub(super) fn insert(&self, meta: Arc<ThreadMeta>) {
        self.awake.fetch_add(1, Ordering::SeqCst);
        self.alive.fetch_add(1, Ordering::SeqCst);
        if !meta.daemon {
            self.non_daemons.fetch_add(1, Ordering::SeqCst);
        }
        let entry = Entry {
            meta: meta.clone(),
            place: Place::Going,
        };
        let mut shard = self.shard(meta.task).lock();
        shard.threads.insert(meta.task, entry);
    }

    /// Removes a thread that has ended. Returns whether the session must look at the run: whether it was
    /// the last thread, the last that is no daemon, or the last that was awake.
    pub(super) fn remove(&self, meta: &ThreadMeta) -> bool {
        {
            let mut shard = self.shard(meta.task).lock();
            // A pool's thread that has just run out of tasks may be there again.
            let is_this = |entry: &Entry| std::ptr::eq(&*entry.meta, meta);
            if shard.threads.get(&meta.task).is_some_and(is_this) {
                shard.threads.remove(&meta.task);
                shard.ended.remember(meta.task, meta.name.clone());
            }
        }
        let last_non_daemon = !meta.daemon && self.non_daemons.fetch_sub(1, Ordering::SeqCst) == 1;
        let last_alive = self.alive.fetch_sub(1, Ordering::SeqCst) == 1;
        let last_awake = self.awake.fetch_sub(1, Ordering::SeqCst) == 1;
        last_non_daemon || last_alive || last_awake
    }

    /// Lays down a fiber that waits on `object`; with a `ticket` when the wait has a limit.
    pub(super) fn park(
        &self,
        mut job: Box<Job>,
        object: Option<Arc<Object>>,
        ticket: Option<u64>,
    ) -> Park {
        let task = job.meta.task;
        let mut shard = self.shard(task).lock();
        let Some(entry) = shard.threads.get_mut(&task) else {
            return Park::GoOn(job);
        };
        if let Place::Woken(wake) = std::mem::replace(&mut entry.place, Place::Going) {
            job.fiber.wake(wake);
            job.waited_on = object;
            return Park::GoOn(job);
        }
        // A thread that stops all others sets the mark before it looks into the shards: either the mark
        // is seen here, or it sees the fiber.
        if self.stopping(&entry.meta) != Stopping::No {
            job.waited_on = object;
            return Park::GoOn(job);
        }
        job.fiber.shrink();
        job.parks += 1;
        let parked = Parked {
            job,
            object,
            ticket,
        };
        let endless = parked.is_endless();
        entry.place = Place::Parked(parked);
        if endless && self.awake.fetch_sub(1, Ordering::SeqCst) == 1 {
            Park::AllWait
        } else {
            Park::Parked
        }
    }

    /// Ends the wait of `task` and gives its fiber, or leaves a mark when it does not lie here yet.
    pub(super) fn wake(&self, task: TaskId, wake: Wake, timers: &Timers) -> Option<Box<Job>> {
        let mut shard = self.shard(task).lock();
        let entry = shard.threads.get_mut(&task)?;
        match std::mem::replace(&mut entry.place, Place::Going) {
            Place::Parked(parked) => {
                let mut job = self.take_early(parked, timers);
                job.fiber.wake(wake);
                Some(job)
            }
            Place::Going | Place::Woken(_) => {
                entry.place = Place::Woken(wake);
                None
            }
        }
    }

    /// Takes the fiber whose wait has this ticket, if it still waits so.
    pub(super) fn expire(&self, task: TaskId, ticket: u64) -> Option<Box<Job>> {
        let mut shard = self.shard(task).lock();
        let entry = shard.threads.get_mut(&task)?;
        match std::mem::replace(&mut entry.place, Place::Going) {
            Place::Parked(parked) if parked.ticket == Some(ticket) => Some(self.take(parked)),
            other => {
                entry.place = other;
                None
            }
        }
    }

    /// Takes a fiber whose wait ends before its deadline, if it has one.
    fn take_early(&self, parked: Parked, timers: &Timers) -> Box<Job> {
        if parked.ticket.is_some() {
            timers.ended_early();
        }
        self.take(parked)
    }

    fn take(&self, parked: Parked) -> Box<Job> {
        if parked.is_endless() {
            self.awake.fetch_add(1, Ordering::SeqCst);
        }
        let mut job = parked.job;
        job.waited_on = parked.object;
        job
    }

    /// Marks that these threads shall stop, and gives the fibers of those that waited. The others
    /// learn it from their workers.
    #[expect(
        clippy::vec_box,
        reason = "a fiber is queued as it lies here, in its box"
    )]
    pub(super) fn begin_stop(
        &self,
        why: Stopping,
        target: Target,
        timers: &Timers,
    ) -> Vec<Box<Job>> {
        self.stopped.store(target.0, Ordering::SeqCst);
        self.stopping.store(why as u8, Ordering::SeqCst);
        let mut jobs = Vec::new();
        for shard in &self.shards {
            #[expect(clippy::iter_over_hash_type, reason = "they are sorted below")]
            for entry in shard.lock().threads.values_mut() {
                if !target.concerns(&entry.meta) {
                    continue;
                }
                match std::mem::replace(&mut entry.place, Place::Going) {
                    Place::Parked(parked) => jobs.push(self.take_early(parked, timers)),
                    other => entry.place = other,
                }
            }
        }
        jobs.sort_by_key(|job| job.meta.task);
        jobs
    }

    pub(super) fn end_stop(&self) {
        self.stopping.store(Stopping::No as u8, Ordering::SeqCst);
    }

    /// Whether `task` lies here with this ticket.
    pub(super) fn waits_with(&self, task: TaskId, ticket: u64) -> bool {
        let shard = self.shard(task).lock();
        let place = shard.threads.get(&task).map(|entry| &entry.place);
        matches!(place, Some(Place::Parked(parked)) if parked.ticket == Some(ticket))
    }

    /// What is known of `task`.
    pub(super) fn meta(&self, task: TaskId) -> Option<Arc<ThreadMeta>> {
        let shard = self.shard(task).lock();
        shard.threads.get(&task).map(|entry| entry.meta.clone())
    }

    /// The run that `task` belongs to; nothing when it has ended.
    pub(super) fn run_of(&self, task: TaskId) -> Option<u64> {
        self.meta(task).map(|meta| meta.run)
    }

    /// All threads, by number.
    pub(super) fn all(&self) -> Vec<Arc<ThreadMeta>> {
        let mut all: Vec<Arc<ThreadMeta>> = Vec::new();
        for shard in &self.shards {
            all.extend(
                shard
                    .lock()
                    .threads
                    .values()
                    .map(|entry| entry.meta.clone()),
            );
        }
        all.sort_by_key(|meta| meta.task);
        all
    }

    /// All threads as they are, by number. Shards are looked at one after the other: a thread that
    /// runs may be seen before or after something it does.
    pub(super) fn snapshot(&self, world: &World) -> Vec<Snapshot> {
        let mut threads = Vec::new();
        for shard in &self.shards {
            #[expect(clippy::iter_over_hash_type, reason = "they are sorted below")]
            for entry in shard.lock().threads.values() {
                let meta = &entry.meta;
                let (place, doing) = match &entry.place {
                    Place::Parked(parked) => (
                        parked.job.fiber.place(&world.program),
                        match &parked.object {
                            None => Doing::Sleeping,
                            Some(object) => Doing::Waiting {
                                object: object.clone(),
                                limited: parked.ticket.is_some(),
                            },
                        },
                    ),
                    _ => (Some(meta.last_place()), Doing::Running),
                };
                let (unit, pos) = place.unwrap_or((0, Pos::NONE));
                threads.push(Snapshot {
                    task: meta.task,
                    name: meta.name.clone(),
                    daemon: meta.daemon,
                    pos,
                    input: world.input_name(unit),
                    doing,
                });
            }
        }
        threads.sort_by_key(|thread| thread.task);
        threads
    }

    /// Whether `task` lies here.
    pub(super) fn park_state(&self, task: TaskId) -> ParkState {
        let shard = self.shard(task).lock();
        let Some(entry) = shard.threads.get(&task) else {
            return ParkState::Ended;
        };
        match &entry.place {
            Place::Parked(parked) if parked.is_endless() && !parked.job.is_late => {
                match &parked.object {
                    Some(object) => ParkState::Endless {
                        object: object.clone(),
                        parks: parked.job.parks,
                    },
                    None => ParkState::Active,
                }
            }
            _ => ParkState::Active,
        }
    }

    /// The object that `task` waits for here.
    pub(super) fn awaited_by(&self, task: TaskId) -> Option<Arc<Object>> {
        let shard = self.shard(task).lock();
        match shard.threads.get(&task).map(|entry| &entry.place) {
            Some(Place::Parked(parked)) => parked.object.clone(),
            _ => None,
        }
    }

    /// The name of a thread that has ended, if it is remembered.
    pub(super) fn ended_name(&self, task: TaskId) -> Option<Arc<str>> {
        self.shard(task).lock().ended.name(task)
    }
}
