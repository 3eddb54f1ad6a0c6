//! The handle of a runtime object, and the trait that every primitive implements.
//!
//! A primitive (a lock, a queue, a thread's end ...) is a pure state machine. A request says which thread
//! asks for what and when, and is answered at once: done, or wait. It never blocks, and knows no thread,
//! randomness or screen; who is woken or started it only says. That is why one implementation
//! serves every scheduler.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt::Write;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::accesses::note_access;
use super::held::{drop_iteratively, is_held, note_look, note_told, show};
pub use super::held::{take_looked, take_told};
pub use super::ids::{Ids, IdsMark};
pub use super::operation::Verb;
use super::operation::{Operation, text_notices};
pub use super::starts::{Starts, StartsMark};
use super::{EncodeState, FaultKind, Function, Holder, StateEncoder, Value};
use crate::pos::Pos;

/// The number of a thread of the script, from 1 for `main`, never used twice in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u64);

/// What a thread of the script runs: threads that run the same code may be interchangeable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadCode(u64);

impl ThreadCode {
    /// The code of a thread that runs `function`.
    pub fn of(function: &Function) -> Self {
        Self(function.target.mark())
    }

    /// It as a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Which thread an object is the handle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandleOf {
    /// What it runs; nothing for main.
    pub code: Option<ThreadCode>,
    /// Its number, once it was started.
    pub task: Option<TaskId>,
    /// Whether it has ended.
    pub has_ended: bool,
}

/// The number of a runtime object, never used twice in a session. For display and order only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u64);

/// One request to an object.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// What is asked.
    pub verb: Verb,
    /// The arguments, without the object itself.
    pub args: &'a [Value],
}

/// The answer to a request.
#[derive(Debug)]
pub enum Attempt {
    /// Done, with this value.
    Done(Value),
    /// There is no such item: a `for` over the object ends here.
    End,
    /// Not now: the thread waits until it is woken, or for at most this long. The object has noted
    /// the thread if it must wake it.
    Wait(Option<Duration>),
    /// There is a choice: the same request comes again at once, as [`Verb::Drawn`] with a random
    /// number below this. An object knows no randomness.
    Draw(u64),
    /// It cannot be done.
    Fail(Box<FaultKind>),
    /// The object has no such operation.
    Unknown,
}

impl Attempt {
    /// It cannot be done. Answers are moved about for each operation, and faults are large and rare:
    /// so they lie in a box.
    #[cold]
    pub fn fail(kind: FaultKind) -> Self {
        Self::Fail(Box::new(kind))
    }
}

/// How a waiting thread is woken.
#[derive(Clone, Debug)]
pub enum Wake {
    /// Its wait is over, with this value: the object has already given it what it wanted.
    Grant(Value),
    /// Its wait is over, with this error.
    Fail(Box<FaultKind>),
    /// It repeats its request; another thread may have been faster.
    Retry,
}

impl Wake {
    /// The wait is over, with this error. It lies in a box: see [`Attempt::fail`].
    #[cold]
    pub fn fail(kind: FaultKind) -> Self {
        Self::Fail(Box::new(kind))
    }
}

/// Whether a thread ends with the main thread instead of being waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Daemon {
    /// It does.
    Yes,
    /// It is waited for.
    No,
    /// It does if this thread does, within which it runs: tasks of an event loop.
    Like(TaskId),
}

impl Daemon {
    /// Whether the thread is one, where `is_daemon` says so of those that there are.
    pub fn is_daemon(self, is_daemon: impl FnOnce(TaskId) -> bool) -> bool {
        match self {
            Self::Yes => true,
            Self::No => false,
            Self::Like(task) => is_daemon(task),
        }
    }
}

impl From<bool> for Daemon {
    fn from(is_daemon: bool) -> Self {
        match is_daemon {
            true => Self::Yes,
            false => Self::No,
        }
    }
}

/// A thread that an object wants started.
#[derive(Clone, Debug)]
pub struct Spawn {
    /// Its number.
    pub task: TaskId,
    /// The handle to which the end is reported ([`Verb::Finish`] or [`Verb::Fail`]).
    pub handle: Arc<Object>,
    /// The name for people.
    pub name: Arc<str>,
    /// Whether it ends with the main thread.
    pub daemon: Daemon,
    /// Whether it is one of a pool's own threads: it does not count as the script's.
    pub worker: bool,
    /// The pool of processes whose it is, when it runs in one, on copies of all that it is given. Its
    /// number is that of the process, too, which waits for more when it has ended.
    pub isolated: Option<Weak<Object>>,
    /// What it runs.
    pub function: Arc<Function>,
    /// With which arguments.
    pub args: Vec<Value>,
    /// The event loop whose task it is, if it is one.
    pub event_loop: Option<Arc<Object>>,
    /// Where in the text it was asked for: the place of an error before its first line.
    pub pos: Pos,
}

/// An error that nobody raises, and that people shall nevertheless see.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What failed, and why.
    pub message: String,
    /// Where in the text.
    pub pos: Pos,
    /// Whom it is a warning about, when it is no error of the thread that asks: the number and the
    /// name of a thread that may have ended.
    pub about: Option<(TaskId, Arc<str>)>,
}

/// A notification from one object to another that watches it. It is delivered when the
/// sender's state is unlocked, so that a watcher may ask what it watches without a cycle of locks.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The receiver.
    pub to: Arc<Object>,
    /// The arguments of [`Verb::Ready`].
    pub args: [Value; 2],
}

/// What an object wants done beyond its answer. The scheduler carries it out after the attempt.
#[derive(Debug, Default)]
pub struct Effects {
    /// Threads to wake, in this order.
    pub wakes: Vec<(TaskId, Wake)>,
    /// Threads to start, in this order.
    pub spawns: Vec<Spawn>,
    /// What the thread whose end was just reported runs next: a pool's thread takes job after job.
    pub next: Option<(Arc<Function>, Vec<Value>)>,
    /// Errors to show as those of the thread that asked, and warnings.
    pub failures: Vec<Failure>,
    /// Processes that are no longer needed: each ends at once, and what it runs fails.
    pub dismissed: Vec<TaskId>,
    /// Requests to objects in the process that has started this one.
    pub requests: Vec<Request>,
    /// Notifications to other objects; delivered by [`Object::attempt`], no scheduler sees them.
    notices: Vec<Notice>,
    /// What was given to shared objects by others, whose states were locked meanwhile: see
    /// [`Effects::publish_given`].
    given: Vec<Value>,
}

impl Effects {
    /// Publishes what one object has given to another. That is followed wherever it leads, perhaps to
    /// the giver itself, and so waits until no state is locked any more.
    fn publish_given(&mut self) {
        self.given
            .drain(..)
            .for_each(|value| super::publish(&value));
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.wakes.is_empty()
            && self.spawns.is_empty()
            && self.next.is_none()
            && self.failures.is_empty()
            && self.dismissed.is_empty()
            && self.requests.is_empty()
    }
}

/// A request to an object in the process that has started this one. Its thread waits for the answer.
#[derive(Clone, Debug)]
pub struct Request {
    /// The thread that asks.
    pub task: TaskId,
    /// The object's number there.
    pub object: u64,
    /// What is asked.
    pub verb: Verb,
    /// The arguments.
    pub args: Vec<Value>,
}

/// In which processes an object can be reached, and in which one its state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only where it was made: processes share nothing else.
    Here,
    /// In those that this one starts, too, which ask this one.
    Processes,
    /// The same, and its state is in the process that has started this one, under this number.
    Elsewhere(u64),
}

/// What an event loop does when it looks which of its timers are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// It has tasks to run first, and only looks.
    Busy,
    /// It has nothing else to do, and has not waited yet.
    Idle,
    /// It has waited until at least the first one was due.
    Waited,
}

/// The time of the scheduler that asks an object.
pub trait Time {
    /// How long the session has run.
    fn elapsed(&mut self) -> Duration;

    /// How many of an event loop's timers are due, whose deadlines stand here in their order. The
    /// process may have been delayed for any time before it looks: while exploring, that is a choice.
    fn due(&mut self, deadlines: &[Duration], poll: Poll) -> usize;
}

/// A time that stands still, for those who ask objects without a scheduler.
impl Time for Duration {
    fn elapsed(&mut self) -> Duration {
        *self
    }

    fn due(&mut self, deadlines: &[Duration], _poll: Poll) -> usize {
        deadlines.partition_point(|deadline| deadline <= self)
    }
}

/// A time since the session began at which something will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(pub Duration);

impl EncodeState for Deadline {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.deadline(self.0);
    }
}

/// What an object may know of the one who asks.
pub struct Ctx<'a> {
    /// The thread that asks.
    pub task: TaskId,
    /// The object itself, for what it hands out.
    pub this: &'a Arc<Object>,
    /// Where in the text it asks.
    pub pos: Pos,
    /// The event loop whose task asks, if it is one.
    pub event_loop: Option<&'a Arc<Object>>,
    /// What shall happen besides the answer.
    pub effects: &'a mut Effects,
    /// Makes the numbers of new objects.
    pub ids: &'a Ids,
    /// What time it is.
    pub time: &'a mut dyn Time,
}

impl Ctx<'_> {
    /// How long the session has run. Only for deadlines: a state that held the time itself would never
    /// be the same again.
    pub fn now(&mut self) -> Duration {
        self.time.elapsed()
    }

    /// How long it is until `deadline`.
    pub fn until(&mut self, deadline: Deadline) -> Duration {
        deadline.0.saturating_sub(self.now())
    }

    /// The time at which `limit` from now is over.
    pub fn deadline_in(&mut self, limit: Duration) -> Deadline {
        Deadline(self.now().saturating_add(limit))
    }

    /// Asks another object on behalf of the thread that asks this one, whose state stays locked meanwhile.
    pub fn ask(&mut self, on: &Arc<Object>, call: Call<'_>) -> Attempt {
        if on.is_published() {
            // An object that is passed so that it can be notified is not given away.
            let is_this =
                |arg: &&Value| matches!(arg, Value::Object(it) if Arc::ptr_eq(it, self.this));
            let others = call
                .args
                .iter()
                .filter(|arg| !is_this(arg) && !arg.is_scalar());
            self.effects.given.extend(others.cloned());
        }
        let asker = (self.task, self.pos);
        on.attempt_for(
            self.event_loop,
            call,
            asker,
            self.effects,
            self.ids,
            self.time,
        )
    }

    /// Wakes `task` after this attempt.
    pub fn wake(&mut self, task: TaskId, wake: Wake) {
        self.effects.wakes.push((task, wake));
    }

    /// Tells another object something after this attempt.
    pub fn notify(&mut self, notice: Notice) {
        self.effects.notices.push(notice);
    }

    /// Makes a new object around `primitive`.
    pub fn make(&self, primitive: impl Primitive + 'static) -> Arc<Object> {
        Object::new(self.ids, self.pos, primitive)
    }
}

/// Why a wait ends without having been granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// Its time is over.
    Timeout,
    /// The thread is being stopped.
    Stop,
}

/// What a waiting thread waits for, for `:threads` and deadlock reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// In words: `the Lock made in line 3, column 9`.
    pub what: String,
    /// Who holds it, and so could end the wait, where that is known.
    pub holders: Vec<Holder>,
    /// Whose end, or whose work, is waited for: they hold nothing, but the wait hangs on them.
    pub awaited: Vec<TaskId>,
}

impl Waiting {
    /// Those of whom each alone could end the wait.
    pub fn blockers(&self) -> impl Iterator<Item = TaskId> {
        let holders = self.holders.iter().map(|holder| holder.task);
        holders.chain(self.awaited.iter().copied())
    }
}

/// Who could end a wait, for the search for deadlocks.
#[derive(Debug)]
pub enum Blockers {
    /// Each of these threads alone could. With none, nobody knows who.
    Threads(Vec<TaskId>),
    /// The threads that could end a wait for one of these other objects: a task that no thread has begun
    /// waits for its pool, a watch for its futures. They are asked after the first one, never under
    /// its lock.
    Of(Vec<Arc<Object>>),
}

impl Blockers {
    /// The threads that could end a wait for one of `objects`.
    pub fn of(objects: impl IntoIterator<Item = Arc<Object>>) -> Self {
        Self::Of(objects.into_iter().collect())
    }
}

/// Who can notice that a call of a thread has ended, other than by a wait for it without a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// Nobody.
    Never,
    /// A program that asks for threads: `is_alive`, `threads`, a join with a limit.
    AmongThreads,
    /// The same, and one that asks for futures: `done`, `as_completed`, a result with a limit.
    AmongFutures,
    /// A thread waits for it already.
    Always,
}

/// A copy behind the same trait, for snapshots: derived of what can be cloned.
pub trait CloneBox {
    /// The copy.
    fn clone_box(&self) -> Box<dyn Primitive>;
}

impl<P: Primitive + Clone> CloneBox for P {
    fn clone_box(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}

/// A lock, a queue, a thread's end: one state machine.
pub trait Primitive: EncodeState + CloneBox + Any + Send + Sync {
    /// The name of the type, as `type_of` shows it: `Lock`.
    fn kind(&self) -> &'static str;

    /// Answers a request. On [`Attempt::Wait`] it has noted the thread; when the thread is woken by
    /// [`Wake::Retry`], the same request comes again.
    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt;

    /// Whether `attempt` would do something now, other than noting a waiter. Asked by the stepped
    /// schedulers: a thread that would only wait is not enabled. Where the order of arrival is
    /// promised, arriving is doing something.
    fn is_ready(&self, _call: Call<'_>, _task: TaskId) -> bool {
        true
    }

    /// Of the handle of a thread, or of what a thread of a pool runs: who can notice that its call
    /// ends so. Then the end is a step of its own in the stepped schedulers.
    fn end_is_noticed(&self, _end: Verb) -> Noticed {
        Noticed::AmongThreads
    }

    /// Whether it makes a difference, in programs that clear an event, that a thread waits here already
    /// although `attempt` would do nothing else.
    fn arrival_counts(&self, _call: Call<'_>) -> bool {
        false
    }

    /// Whether `task` holds it, so that others may wait for `task` to release it.
    fn is_held_by(&self, _task: TaskId) -> bool {
        false
    }

    /// Which thread it is the handle of, if it is one of a thread that the script has made.
    fn handle_of(&self) -> Option<HandleOf> {
        None
    }

    /// Whether the functions that it is given run in other processes: then the machine gives it
    /// copies, and refuses what cannot be copied before it asks.
    fn takes_copies(&self) -> bool {
        false
    }

    /// What `task` finds under a name of the script's own choice, as in `local.x`. Nothing when the
    /// object has no such names: its properties are then verbs without arguments. Nobody else can
    /// notice the access, and it never waits.
    fn property(&self, _name: &str, _task: TaskId) -> Option<Result<Value, FaultKind>> {
        None
    }

    /// Sets that; whether the object has such names.
    fn set_property(&mut self, _name: &str, _value: Value, _task: TaskId) -> bool {
        false
    }

    /// Forgets a waiting thread and says how its wait ends.
    ///
    /// When the thread has already been woken and the wake is still on its way, a thread that is
    /// being stopped gives what it was granted to the next one; one whose time is over gets
    /// [`Attempt::Wait`]: the wake was faster and counts.
    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt;

    /// Whether it makes a difference when the time of `task`'s wait is over, now: an event loop that is
    /// busy looks at its timers later, at all of them.
    fn heeds_deadline(&self, _task: TaskId) -> bool {
        true
    }

    /// What `task`, which waits here, waits for.
    fn waiting(&self, task: TaskId) -> Waiting;

    /// Whether it knows of whom each alone could end a wait here. Who waits for an object that does
    /// not know, such as a queue, is in no cycle of waits, and nobody searches for one.
    fn knows_blockers(&self) -> bool {
        true
    }

    /// Who could end the wait of `task` here; see [`Waiting::blockers`].
    fn blockers(&self, task: TaskId) -> Blockers {
        Blockers::Threads(self.waiting(task).blockers().collect())
    }

    /// The object in words, as `print` shows it after its kind: `held by Thread-1`.
    fn state_text(&self) -> String;
}

/// The cached encoding of a primitive's state, opaque to this module.
pub type CachedEncoding = Arc<dyn Any + Send + Sync>;

/// A state, and its cached encoding until it changes.
struct Slot {
    primitive: Box<dyn Primitive>,
    cached: Option<CachedEncoding>,
}

impl Drop for Slot {
    /// Objects may hold each other in long chains.
    fn drop(&mut self) {
        let primitive = std::mem::replace(&mut self.primitive, Box::new(Tombstone));
        drop_iteratively((primitive, self.cached.take()));
    }
}

/// What replaces the state of an object that is being dropped.
#[derive(Clone)]
pub(super) struct Tombstone;

impl EncodeState for Tombstone {
    fn encode_state(&self, _encoder: &mut dyn StateEncoder) {
        let Self = self;
    }
}

impl Primitive for Tombstone {
    fn kind(&self) -> &'static str {
        "Tombstone"
    }

    fn attempt(&mut self, _call: Call<'_>, _ctx: &mut Ctx<'_>) -> Attempt {
        Attempt::Unknown
    }

    fn cancel_wait(&mut self, _task: TaskId, _why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        Attempt::Unknown
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting::default()
    }

    fn state_text(&self) -> String {
        String::new()
    }
}

/// The state of an object, to look at, for as long as this lives.
pub struct State<'a>(MutexGuard<'a, Slot>);

impl Deref for State<'_> {
    type Target = dyn Primitive;

    fn deref(&self) -> &Self::Target {
        &*self.0.primitive
    }
}

impl State<'_> {
    /// The cached encoding of this state, if it has not changed since.
    pub fn cached(&self) -> Option<&CachedEncoding> {
        self.0.cached.as_ref()
    }

    /// Caches an encoding of this state; it is dropped when the state changes.
    pub fn set_cached(&mut self, cached: CachedEncoding) {
        self.0.cached = Some(cached);
    }
}

/// A runtime object: identity and state.
pub struct Object {
    /// Its number.
    pub id: ObjectId,
    /// Where in the text it was made.
    pub made_at: Pos,
    kind: &'static str,
    knows_blockers: bool,
    takes_copies: bool,
    reach: Reach,
    state: Mutex<Slot>,
    /// Whether a second thread can reach it. Only the stepped schedulers ask.
    published: AtomicBool,
    /// The thread that is owed a wait for its end: see [`Starts`].
    owed_to: AtomicU64,
}

impl Object {
    /// A new object.
    pub fn new(ids: &Ids, made_at: Pos, primitive: impl Primitive + 'static) -> Arc<Self> {
        Self::reaching(Reach::Here, ids, made_at, primitive)
    }

    /// A new object that can be reached so far.
    pub fn reaching(
        reach: Reach,
        ids: &Ids,
        made_at: Pos,
        primitive: impl Primitive + 'static,
    ) -> Arc<Self> {
        let kind = primitive.kind();
        let knows_blockers = primitive.knows_blockers();
        let takes_copies = primitive.takes_copies();
        let state = Mutex::new(Slot {
            primitive: Box::new(primitive),
            cached: None,
        });
        Arc::new(Self {
            id: ids.next_object(),
            made_at,
            kind,
            knows_blockers,
            takes_copies,
            reach,
            state,
            // Threads of other processes reach it, too.
            published: AtomicBool::new(reach != Reach::Here),
            owed_to: AtomicU64::new(0),
        })
    }

    /// The name of its type.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What `verb` does when this object is asked.
    pub fn operation(&self, verb: Verb) -> Operation {
        verb.on(self.kind)
    }

    /// Whether it knows who could end a wait for it; see [`Primitive::knows_blockers`].
    pub fn knows_blockers(&self) -> bool {
        self.knows_blockers
    }

    /// Whether it is given copies: see [`Primitive::takes_copies`]; so is what several processes reach.
    pub fn takes_copies(&self) -> bool {
        self.takes_copies || self.is_for_processes()
    }

    /// Whether several processes can reach it.
    pub fn is_for_processes(&self) -> bool {
        self.reach != Reach::Here
    }

    /// Its number in the process that has started this one, when its state is there.
    pub fn elsewhere(&self) -> Option<u64> {
        match self.reach {
            Reach::Elsewhere(number) => Some(number),
            Reach::Here | Reach::Processes => None,
        }
    }

    /// The threads of whom each alone could end the wait of `task` for this object; none when
    /// nobody knows who could. Takes locks of objects, one after the other.
    pub fn blockers(&self, task: TaskId) -> Vec<TaskId> {
        let of = |object: &Self| match object.knows_blockers {
            true => object.state().blockers(task),
            false => Blockers::Threads(Vec::new()),
        };
        let mut threads = Vec::new();
        let mut seen = vec![self.id];
        let mut asked = vec![of(self)];
        while let Some(blockers) = asked.pop() {
            match blockers {
                // Nobody knows who could end one of the waits.
                Blockers::Threads(some) if some.is_empty() => return Vec::new(),
                Blockers::Threads(some) => threads.extend(some),
                Blockers::Of(others) => {
                    for other in others {
                        if !seen.contains(&other.id) {
                            seen.push(other.id);
                            asked.push(of(&other));
                        }
                    }
                }
            }
        }
        threads.sort_unstable();
        threads.dedup();
        threads
    }

    /// Marks the object as reachable by a second thread; returns whether it was so already.
    pub fn publish(&self) -> bool {
        self.published.swap(true, Ordering::Relaxed)
    }

    /// Sets whether a second thread can reach it: for snapshots.
    pub fn set_published(&self, is_published: bool) {
        self.published.store(is_published, Ordering::Relaxed);
    }

    /// Whether a second thread can reach it.
    pub fn is_published(&self) -> bool {
        self.published.load(Ordering::Relaxed)
    }

    /// On which account of [`Starts`] its end stands that nobody has waited for; 0 for none.
    pub fn owed_to(&self) -> u64 {
        self.owed_to.load(Ordering::Relaxed)
    }

    /// Sets that: for snapshots too.
    pub fn set_owed_to(&self, account: u64) {
        self.owed_to.store(account, Ordering::Relaxed);
    }

    /// Takes it off its account.
    pub(super) fn take_owed_to(&self) -> u64 {
        match self.owed_to() {
            0 => 0,
            _ => self.owed_to.swap(0, Ordering::Relaxed),
        }
    }

    /// The state, for as long as the guard lives. Never held while a script runs.
    pub fn state(&self) -> State<'_> {
        note_look();
        note_access(self.address(), self.kind, || false);
        State(self.state.lock())
    }

    /// The state for making text; nothing when it is held while who asks holds an object, too.
    fn state_to_show(&self) -> Option<State<'_>> {
        if !is_held() {
            return Some(self.state());
        }
        note_look();
        note_access(self.address(), self.kind, || false);
        self.state.try_lock().map(State)
    }

    /// Calls `visit` on every value that it leads to directly. That is no look at its state: it decides
    /// what is shared, not what a script is told.
    pub(super) fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        let slot = self.state.lock();
        slot.primitive.encode_state(&mut |part: &Value| visit(part));
    }

    /// Where it is: its identity while it lives.
    fn address(&self) -> usize {
        std::ptr::from_ref(self) as usize
    }

    /// Restores a state that was copied, with its cached encoding: for snapshots.
    pub fn set_state(&self, primitive: Box<dyn Primitive>, cached: Option<CachedEncoding>) {
        *self.state.lock() = Slot { primitive, cached };
    }

    /// Sets what it holds under a name of the script's own choice; whether it has such names.
    pub fn set_property(&self, name: &str, value: Value, task: TaskId) -> bool {
        note_access(self.address(), self.kind, || true);
        let mut slot = self.state.lock();
        slot.cached = None;
        slot.primitive.set_property(name, value, task)
    }

    /// Changes the state of an object that is known to be a `P`; nothing when it is none. For
    /// objects that are made of several: no scheduler sees it.
    pub fn change<P: Primitive, R>(&self, change: impl FnOnce(&mut P) -> R) -> Option<R> {
        note_access(self.address(), self.kind, || true);
        let mut slot = self.state.lock();
        slot.cached = None;
        let primitive: &mut dyn Any = &mut *slot.primitive;
        primitive.downcast_mut().map(change)
    }

    /// Asks the object for something on behalf of `task`.
    pub fn attempt(
        self: &Arc<Self>,
        call: Call<'_>,
        task: TaskId,
        pos: Pos,
        effects: &mut Effects,
        ids: &Ids,
        time: &mut dyn Time,
    ) -> Attempt {
        self.attempt_within(None, call, (task, pos), effects, ids, time)
    }

    /// Asks the object for something on behalf of `task`, which is one of an event loop's.
    pub fn attempt_within(
        self: &Arc<Self>,
        event_loop: Option<&Arc<Self>>,
        call: Call<'_>,
        (task, pos): (TaskId, Pos),
        effects: &mut Effects,
        ids: &Ids,
        time: &mut dyn Time,
    ) -> Attempt {
        // What one thread leaves in it, another can take out.
        if self.is_published() {
            call.args.iter().for_each(super::publish);
        }
        let answer = self.attempt_for(event_loop, call, (task, pos), effects, ids, time);
        effects.publish_given();
        answer
    }

    /// The same, of what is published already.
    fn attempt_for(
        self: &Arc<Self>,
        event_loop: Option<&Arc<Self>>,
        call: Call<'_>,
        (task, pos): (TaskId, Pos),
        effects: &mut Effects,
        ids: &Ids,
        time: &mut dyn Time,
    ) -> Attempt {
        let mut ctx = Ctx {
            task,
            this: self,
            pos,
            event_loop,
            effects,
            ids,
            time,
        };
        let answer = self.answer(call, &mut ctx);
        if !effects.notices.is_empty() {
            deliver(task, pos, effects, ids, time);
        }
        answer
    }

    /// Asks the object, and delivers nothing.
    fn answer(self: &Arc<Self>, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let known = (ctx.effects.spawns.len(), ctx.effects.wakes.len());
        let answer = self.answer_alone(call, ctx);
        if ctx.effects.spawns.len() > known.0 || Starts::are_concerned_by(call.verb) {
            (ctx.ids.starts).note(self, call, &answer, ctx.effects, known);
        }
        answer
    }

    fn answer_alone(&self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        // What stands for an object elsewhere notes who asks.
        let only_reads =
            || self.elsewhere().is_none() && self.operation(call.verb).effect.only_reads();
        note_access(self.address(), self.kind, || !only_reads());
        let mut slot = self.state.lock();
        // Outside exploring nothing is cached.
        if (cfg!(debug_assertions) || slot.cached.is_some()) && only_reads() {
            return read_only(&mut *slot.primitive, call, ctx);
        }
        slot.cached = None;
        slot.primitive.attempt(call, ctx)
    }

    /// What `task` waits for here, completed by what other objects know of it.
    pub fn waiting(&self, task: TaskId) -> Waiting {
        let mut waiting = self.state().waiting(task);
        let holders: Vec<TaskId> = waiting.holders.iter().map(|holder| holder.task).collect();
        let others = self.blockers(task);
        let unknown = others.into_iter().filter(|other| !holders.contains(other));
        waiting.awaited.extend(unknown);
        waiting.awaited.sort_unstable();
        waiting.awaited.dedup();
        waiting
    }

    /// Takes `task` out of the waiters; see [`Primitive::cancel_wait`].
    pub fn cancel_wait(
        self: &Arc<Self>,
        task: TaskId,
        why: CancelReason,
        effects: &mut Effects,
        ids: &Ids,
        time: &mut dyn Time,
    ) -> Attempt {
        let mut ctx = Ctx {
            task,
            this: self,
            pos: Pos::NONE,
            event_loop: None,
            effects,
            ids,
            time,
        };
        note_access(self.address(), self.kind, || true);
        let answer = {
            let mut slot = self.state.lock();
            slot.cached = None;
            slot.primitive.cancel_wait(task, why, &mut ctx)
        };
        if !effects.notices.is_empty() {
            deliver(task, Pos::NONE, effects, ids, time);
        }
        effects.publish_given();
        answer
    }

    /// The object in words: `Lock(held by Thread-1)`. What that tells of threads and futures is added
    /// to [`take_told`].
    pub fn text(&self) -> String {
        note_told(text_notices(self.kind));
        let mut text = String::from(self.kind);
        // What it holds may lead back to it, or to one that another thread shows: nothing is held meanwhile.
        let shown = show(self.address(), || {
            let copy = self.state_to_show()?.clone_box();
            Some(copy.state_text())
        });
        let Some(state) = shown.flatten() else {
            return text + "(...)";
        };
        if !state.is_empty() {
            let _ = write!(text, "({state})");
        }
        text
    }
}

/// Asks for what the table of operations says to change nothing, and checks that it does not in builds
/// with debug assertions.
fn read_only(primitive: &mut dyn Primitive, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
    if !cfg!(debug_assertions) {
        return primitive.attempt(call, ctx);
    }
    let before = Recorded::of(primitive);
    let answer = primitive.attempt(call, ctx);
    let (kind, verb) = (primitive.kind(), call.verb);
    assert_eq!(
        before,
        Recorded::of(primitive),
        "{kind}: {verb:?} is said to only read"
    );
    answer
}

/// Everything that an object shows of its state, to compare.
#[derive(Debug, Default, PartialEq)]
struct Recorded(Vec<String>);

impl Recorded {
    fn of(primitive: &dyn Primitive) -> Self {
        let mut recorded = Self::default();
        primitive.encode_state(&mut recorded);
        recorded
    }
}

impl StateEncoder for Recorded {
    fn value(&mut self, value: &Value) {
        // What it holds is not looked into: a value that leads back to the object is locked.
        self.0.push(match value {
            Value::Object(object) => format!("{object:?}"),
            other => other.type_name().to_string(),
        });
    }

    fn task(&mut self, task: TaskId) {
        self.0.push(format!("task {}", task.0));
    }

    fn number(&mut self, number: u64) {
        self.0.push(number.to_string());
    }

    fn text(&mut self, text: &str) {
        self.0.push(text.to_string());
    }

    fn weak(&mut self, object: &Weak<Object>, purpose: u64) {
        self.0.push(format!("{:p} {purpose}", object.as_ptr()));
    }

    fn deadline(&mut self, at: Duration) {
        self.0.push(format!("{at:?}"));
    }
}

/// Delivers notices. Those that a receiver sends in turn come before the rest; there may be any number of
/// them, so this does not recurse.
fn deliver(task: TaskId, pos: Pos, effects: &mut Effects, ids: &Ids, time: &mut dyn Time) {
    let mut notices = VecDeque::from(std::mem::take(&mut effects.notices));
    while let Some(Notice { to, args }) = notices.pop_front() {
        let call = Call {
            verb: Verb::Ready,
            args: &args,
        };
        let mut ctx = Ctx {
            task,
            this: &to,
            pos,
            event_loop: None,
            effects,
            ids,
            time,
        };
        // A notification has no answer.
        let _ = to.answer(call, &mut ctx);
        for notice in effects.notices.drain(..).rev() {
            notices.push_front(notice);
        }
    }
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} #{}", self.kind, self.id.0)
    }
}
