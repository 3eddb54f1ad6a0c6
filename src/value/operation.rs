//! What can be asked of runtime objects: one table of operations, and what each does.
//!
//! Whether an operation is a visible step, whether two of them conflict, whether one takes a lock and
//! whether it can tell that a thread has ended are properties of the operation. They are rows here and
//! nowhere else: lowering, the visible steps, races, the lock-order graph, sampling, explanations and
//! the catalogue's test read them. A verb without a row does not compile. A row holds for the types
//! that it names; any other pair of type and verb is [`Operation::UNKNOWN`], which may do and notice
//! everything. This file knows no object: `Primitive::attempt` does what a row says, and in builds
//! with debug assertions `Object::attempt` checks that what only reads has changed nothing.
//!
//! Longer than most files because it is a table.

/// What a request does to its object, as far as other threads are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Reads what never changes once the object is made.
    Constant,
    /// Reads the name of a thread, which stays as it is unless a thread is given another.
    Named,
    /// Reads or changes what only the thread that asks can ever see.
    Own,
    /// Reads what other threads may change.
    Reads,
    /// Starts or ends a thread's call, or waits without a limit for its end: other threads can notice
    /// it only by an operation that notices [`Notices::THREADS`], or where a start is not certain.
    Life,
    /// May change the object; also by only waiting, where those who wait are kept in an order.
    Writes,
}

impl Effect {
    /// Whether it leaves the object's state as it is.
    pub fn only_reads(self) -> bool {
        match self {
            Self::Constant | Self::Named | Self::Reads => true,
            Self::Own | Self::Life | Self::Writes => false,
        }
    }
}

/// Whether a thread holds something after an operation, or before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Neither.
    None,
    /// The thread holds it after the operation, if that succeeds.
    Acquires(Share),
    /// The thread gives up what it, or another thread, has acquired.
    Releases(Share),
}

/// How many can hold an object at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// One thread: mutual exclusion.
    Exclusive,
    /// Any number of readers.
    Shared,
    /// As many as there are permits; they belong to no thread.
    Permit,
}

/// Whether the thread that asks may have to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// It is answered at once.
    Never,
    /// For as long as it takes.
    Endless,
    /// As long as it takes, unless so many arguments and more are given: then a time can bound it.
    Limited(u8),
}

/// What an operation can tell besides its object's own state, which other operations changed: a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notices(u8);

impl Notices {
    /// Nothing.
    pub const NOTHING: Self = Self(0);
    /// Whether a thread was started and has ended.
    pub const THREADS: Self = Self(1);
    /// Whether a task of a pool has begun, has ended, or was cancelled.
    pub const FUTURES: Self = Self(1 << 1);
    /// How much time has passed.
    pub const TIME: Self = Self(1 << 2);
    /// Which threads wait, or who came first: to begin to wait is a step.
    pub const ARRIVAL: Self = Self(1 << 3);
    /// A number or name that depends on the order in which threads or objects were made.
    pub const IDENTITY: Self = Self(1 << 4);
    /// All of these.
    pub const EVERYTHING: Self = Self((1 << 5) - 1);

    /// What one or the other notices.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What of it is in `other`, too.
    const fn only(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether something of `other` is noticed.
    pub const fn any_of(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is noticed.
    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }
}

/// A row: what an operation does, on objects of some types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// What it does to its object.
    pub effect: Effect,
    /// What it acquires or releases.
    pub hold: Hold,
    /// Whether it may have to wait.
    pub waits: Waits,
    notices: Notices,
    /// What it notices besides when a limit or an option is given: the number of arguments from
    /// which on, and what.
    given: (u8, Notices),
}

impl Operation {
    /// What nobody knows anything of.
    pub const UNKNOWN: Self = Self {
        effect: Effect::Writes,
        hold: Hold::None,
        waits: Waits::Limited(0),
        notices: Notices::EVERYTHING,
        given: (0, Notices::EVERYTHING),
    };

    const fn new(effect: Effect, notices: Notices) -> Self {
        Self {
            effect,
            hold: Hold::None,
            waits: Waits::Never,
            notices,
            given: (0, Notices::NOTHING),
        }
    }

    const fn acquires(mut self, share: Share) -> Self {
        self.hold = Hold::Acquires(share);
        self
    }

    const fn releases(mut self, share: Share) -> Self {
        self.hold = Hold::Releases(share);
        self
    }

    const fn endless(mut self) -> Self {
        self.waits = Waits::Endless;
        self
    }

    /// Waits; `least` arguments can bound that, and then it notices what else `noticed` says.
    const fn limited(mut self, least: u8, noticed: Notices) -> Self {
        self.waits = Waits::Limited(least);
        self.given = (least, noticed.and(Notices::TIME));
        self
    }

    /// Notices this besides when there are `least` arguments.
    const fn given(mut self, least: u8, noticed: Notices) -> Self {
        self.given = (least, noticed);
        self
    }

    /// What it notices when it is asked with `argc` arguments.
    pub fn notices(&self, argc: usize) -> Notices {
        let (least, noticed) = self.given;
        match argc >= usize::from(least) {
            true => self.notices.and(noticed),
            false => self.notices,
        }
    }

    /// Whether a wait at it may end because its time is over, with `argc` arguments.
    pub fn may_be_bounded(&self, argc: usize) -> bool {
        match self.waits {
            Waits::Never | Waits::Endless => false,
            Waits::Limited(least) => argc >= usize::from(least),
        }
    }

    /// Whether it can make a thread wait for one that holds what it asks for.
    pub fn takes_lock(&self) -> bool {
        match (self.hold, self.waits) {
            (Hold::Acquires(_), waits) => waits != Waits::Never,
            (Hold::None | Hold::Releases(_), _) => false,
        }
    }

    /// Whether no other thread can notice it, with `argc` arguments, in a program that does not
    /// notice the life of threads.
    pub fn is_private(&self, argc: usize) -> bool {
        match self.effect {
            Effect::Constant | Effect::Own => true,
            Effect::Life => !self
                .notices(argc)
                .any_of(Notices::THREADS.and(Notices::TIME)),
            Effect::Named | Effect::Reads | Effect::Writes => false,
        }
    }
}

/// What is noticed by making text of an object of type `kind`: its state is in it, and so whatever any
/// operation on it notices of threads and futures.
pub fn text_notices(kind: &str) -> Notices {
    let verbs = Verb::ALL
        .iter()
        .filter(|verb| verb.kinds().any(|one| one == kind));
    let all = verbs.fold(Notices::NOTHING, |all, verb| {
        all.and(verb.on(kind).notices(usize::MAX))
    });
    all.only(Notices::THREADS.and(Notices::FUTURES))
}

/// The rows of one verb: for the types of each list, an operation.
type Rows = &'static [(&'static [&'static str], Operation)];

macro_rules! operations {
    ($(
        $(#[$doc:meta])* $verb:ident = $name:literal { $($kinds:expr => $operation:expr),+ $(,)? }
    )*) => {
        /// What can be asked of an object. Names in the script map to verbs when the text is
        /// lowered; a name in angle brackets cannot be typed, one with underscores in front only the
        /// prelude asks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Verb { $($(#[$doc])* $verb,)* }

        impl Verb {
            /// Every verb.
            pub const ALL: &'static [Self] = &[$(Self::$verb,)*];

            /// The name as it is typed.
            pub fn name(self) -> &'static str {
                match self { $(Self::$verb => $name,)* }
            }

            /// The verb for a method or property of this name.
            pub fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$verb),)* _ => None }
            }

            /// Its rows.
            fn rows(self) -> Rows {
                match self {
                    $(Self::$verb => {
                        const ROWS: Rows = &[$(($kinds, $operation)),+];
                        ROWS
                    })*
                }
            }
        }
    };
}

impl Verb {
    /// What it does when an object of type `kind` is asked.
    pub fn on(self, kind: &str) -> Operation {
        let mut rows = self.rows().iter();
        let row = rows.find(|(kinds, _)| kinds.contains(&kind));
        row.map_or(Operation::UNKNOWN, |(_, operation)| *operation)
    }

    /// The types that have it.
    pub fn kinds(self) -> impl Iterator<Item = &'static str> {
        self.rows()
            .iter()
            .flat_map(|(kinds, _)| kinds.iter().copied())
    }

    /// Whether a script can type its name.
    pub fn can_be_typed(self) -> bool {
        !self.name().starts_with(['<', '_'])
    }
}

const NOTHING: Notices = Notices::NOTHING;
const THREADS: Notices = Notices::THREADS;
const FUTURES: Notices = Notices::FUTURES;
const TIME: Notices = Notices::TIME;
const ARRIVAL: Notices = Notices::ARRIVAL;
const IDENTITY: Notices = Notices::IDENTITY;

const fn constant(notices: Notices) -> Operation {
    Operation::new(Effect::Constant, notices)
}

const fn named() -> Operation {
    Operation::new(Effect::Named, IDENTITY)
}

const fn own() -> Operation {
    Operation::new(Effect::Own, NOTHING)
}

const fn reads(notices: Notices) -> Operation {
    Operation::new(Effect::Reads, notices)
}

const fn life(notices: Notices) -> Operation {
    Operation::new(Effect::Life, notices)
}

const fn writes(notices: Notices) -> Operation {
    Operation::new(Effect::Writes, notices)
}

use Share::{Exclusive, Permit, Shared};

/// Mutual exclusion, and what forwards to it.
const LOCKS: &[&str] = &["Lock", "RLock", "Condition"];
const SEMAPHORES: &[&str] = &["Semaphore", "BoundedSemaphore"];
const QUEUES: &[&str] = &["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"];
/// The queues that count what is done.
const FULL_QUEUES: &[&str] = &["Queue", "LifoQueue", "PriorityQueue"];
const POOLS: &[&str] = &["ThreadPoolExecutor", "ProcessPoolExecutor"];
const THREAD: &[&str] = &["Thread", "Timer"];
const PERMITS: &[&str] = &["AsyncLock", "AsyncSemaphore", "AsyncCondition"];
const ASYNC_LOCKS: &[&str] = &["AsyncLock", "AsyncCondition"];
/// What `await` waits for.
const AWAITABLE: &[&str] = &[
    "Task",
    "Coroutine",
    "Gather",
    "AsCompleted",
    "AsyncTimeout",
    "TaskGroup",
];

operations! {
    /// Entering `with`: the value bound by `as`.
    Enter = "<enter>" {
        LOCKS => writes(NOTHING).acquires(Exclusive).endless(),
        SEMAPHORES => writes(NOTHING).acquires(Permit).endless(),
        &["ReadLock"] => writes(ARRIVAL).acquires(Shared).endless(),
        &["WriteLock"] => writes(ARRIVAL).acquires(Exclusive).endless(),
        ASYNC_LOCKS => writes(ARRIVAL).acquires(Exclusive).endless(),
        &["AsyncSemaphore"] => writes(ARRIVAL).acquires(Permit).endless(),
        // Only the thread that runs the action or the function comes here.
        &["Barrier", "Once"] => own(),
        POOLS => reads(NOTHING),
        &["TaskGroup"] => writes(NOTHING),
        &["AsyncTimeout"] => writes(TIME),
    }
    /// Leaving `with`; the arguments say whether an error is passing, and which.
    Exit = "<exit>" {
        LOCKS => writes(NOTHING).releases(Exclusive),
        SEMAPHORES => writes(NOTHING).releases(Permit),
        &["ReadLock"] => writes(NOTHING).releases(Shared),
        &["WriteLock"] => writes(NOTHING).releases(Exclusive),
        ASYNC_LOCKS => writes(NOTHING).releases(Exclusive),
        &["AsyncSemaphore"] => writes(NOTHING).releases(Permit),
        &["Barrier", "Once"] => writes(NOTHING),
        POOLS => writes(NOTHING).endless(),
        &["TaskGroup"] => writes(NOTHING).endless(),
        &["AsyncTimeout"] => writes(TIME),
    }
    /// Leaving `with` when the thread is being stopped: never waits.
    Abandon = "<abandon>" {
        LOCKS => writes(NOTHING).releases(Exclusive),
        SEMAPHORES => writes(NOTHING).releases(Permit),
        &["ReadLock"] => writes(NOTHING).releases(Shared),
        &["RwLock", "WriteLock"] => writes(NOTHING).releases(Exclusive),
        ASYNC_LOCKS => writes(NOTHING).releases(Exclusive),
        &["AsyncSemaphore"] => writes(NOTHING).releases(Permit),
        &["Barrier", "Once", "TaskGroup", "AsyncTimeout"] => writes(NOTHING),
        POOLS => writes(FUTURES),
    }
    /// The item at an index (the argument), or [`Attempt::End`](super::object::Attempt::End).
    Item = "<item>" {
        &["Results"] => writes(NOTHING).endless(),
        // Refused, with what to do instead.
        QUEUES => constant(NOTHING),
        &["AsyncQueue"] => constant(NOTHING),
    }
    /// The next item of a `for`, which has had as many as the argument says, or
    /// [`Attempt::End`](super::object::Attempt::End).
    Next = "<next item>" {
        &["Results"] => writes(NOTHING).endless(),
        &["Watch"] => writes(FUTURES).endless(),
        &["AsCompleted"] => writes(FUTURES.and(ARRIVAL)).endless(),
        &["Channel"] => writes(ARRIVAL).endless(),
        QUEUES => constant(NOTHING),
        &["AsyncQueue"] => constant(NOTHING),
    }
    /// A thread's function has returned: the argument is its value.
    Finish = "<finish>" {
        THREAD => life(NOTHING),
        &["Task"] => life(NOTHING),
    }
    /// A thread's function has failed: the argument is the error.
    Fail = "<fail>" {
        THREAD => life(NOTHING),
        &["Task"] => life(NOTHING),
    }
    /// The process in which a thread's function ran has ended, or was never started: the arguments are
    /// how, in words, and whether it had begun.
    Died = "<died>" {
        &["Thread"] => life(NOTHING),
    }
    /// A pool's thread asks its pool, or the pool asks a task, for the next job.
    TakeJob = "<take job>" {
        POOLS => writes(FUTURES),
        &["Future", "Results"] => writes(FUTURES),
    }
    /// A pool's thread was stopped and takes no further job.
    Leave = "<leave>" {
        POOLS => writes(FUTURES),
    }
    /// A task gets its value.
    Resolve = "<resolve>" {
        &["Future", "Results"] => writes(FUTURES),
    }
    /// A task gets its error.
    Reject = "<reject>" {
        &["Future", "Results"] => writes(FUTURES),
    }
    /// Nothing more can run in a pool: its initializer has failed, or a process has died, and the
    /// argument says whether the others end with it. To a task: the argument is the error it gets.
    Break = "<break>" {
        POOLS => writes(FUTURES),
        &["Future", "Results"] => writes(FUTURES),
    }
    /// Keeps a ticket: the arguments are whom to tell, and under which number. The answer is `()`,
    /// or what would be told when there is nothing to wait for.
    Watch = "<watch>" {
        THREAD => writes(THREADS),
        &["Future"] => writes(FUTURES),
        &["Channel"] => writes(ARRIVAL),
        &["Task"] => writes(FUTURES),
    }
    /// Gives a ticket back; the argument is who was to be told.
    Unwatch = "<unwatch>" {
        &["Channel"] => writes(ARRIVAL),
    }
    /// The random number that was asked for by [`Attempt::Draw`](super::object::Attempt::Draw): the
    /// argument.
    Drawn = "<drawn>" {
        &["Select"] => writes(ARRIVAL).endless(),
    }
    /// What was watched is ready: the arguments are its number, and what it says.
    Ready = "<ready>" {
        &["Watch", "Select"] => writes(FUTURES),
        AWAITABLE => writes(FUTURES),
        &["EventLoop"] => writes(FUTURES),
    }
    /// Adds a callback to a future. Gives the calls to make now.
    AddCallback = "__add_callback" {
        &["Future", "Task"] => writes(FUTURES),
    }
    /// Cancels a future that has callbacks, and gives their calls.
    CancelWithCallbacks = "__cancel" {
        &["Future", "Results"] => writes(FUTURES),
    }
    /// Cancels what a pool has not begun, and gives the calls of the callbacks.
    CancelFutures = "__cancel_futures" {
        POOLS => writes(FUTURES),
    }
    /// Reports an error that is not raised.
    Report = "__report" {
        &["Future"] => writes(NOTHING),
    }
    /// Ends the processes of a pool at once, whatever they do.
    KillWorkers = "kill_workers" {
        &["ProcessPoolExecutor"] => writes(THREADS.and(FUTURES)),
    }
    /// Waits for what is awaited: `await x` asks x this.
    Await = "__await" {
        AWAITABLE => writes(ARRIVAL).endless(),
    }
    /// Runs an event loop until its main task and all others have ended; only `asyncio.run` asks
    /// this.
    RunLoop = "<run loop>" {
        &["EventLoop"] => writes(NOTHING).endless(),
    }
    /// A task sleeps: for how many nanoseconds, and what that gives.
    Sleep = "<sleep>" {
        &["EventLoop"] => writes(TIME.and(ARRIVAL)).endless(),
    }
    /// `create_task`
    CreateTask = "create_task" {
        &["TaskGroup"] => writes(ARRIVAL),
    }
    /// `acquire`
    Acquire = "acquire" {
        LOCKS => writes(NOTHING).acquires(Exclusive).limited(1, NOTHING),
        SEMAPHORES => writes(NOTHING).acquires(Permit).limited(1, NOTHING),
        // They make what is awaited.
        PERMITS => writes(ARRIVAL),
    }
    /// `try_acquire`
    TryAcquire = "try_acquire" {
        LOCKS => writes(NOTHING).acquires(Exclusive),
        SEMAPHORES => writes(NOTHING).acquires(Permit),
    }
    /// `release`
    Release = "release" {
        LOCKS => writes(NOTHING).releases(Exclusive),
        SEMAPHORES => writes(NOTHING).releases(Permit),
        ASYNC_LOCKS => writes(NOTHING).releases(Exclusive),
        &["AsyncSemaphore"] => writes(NOTHING).releases(Permit),
    }
    /// `locked`
    Locked = "locked" {
        LOCKS => reads(NOTHING),
        PERMITS => reads(NOTHING),
    }
    /// `start`
    Start = "start" {
        THREAD => life(NOTHING),
    }
    /// `join`
    Join = "join" {
        THREAD => life(NOTHING).limited(1, THREADS),
        FULL_QUEUES => writes(ARRIVAL).endless(),
        &["AsyncQueue"] => writes(ARRIVAL),
    }
    /// `is_alive`
    IsAlive = "is_alive" {
        THREAD => reads(THREADS),
    }
    /// `name`
    Name = "name" {
        THREAD => named(),
        &["Task"] => reads(IDENTITY),
    }
    /// `get_name`
    GetName = "get_name" {
        &["Task"] => reads(IDENTITY),
    }
    /// `set_name`
    SetName = "set_name" {
        THREAD => writes(IDENTITY),
        &["Task"] => writes(NOTHING),
    }
    /// `expired`
    Expired = "expired" {
        &["AsyncTimeout"] => reads(TIME),
    }
    /// `ident`
    Ident = "ident" {
        THREAD => reads(THREADS.and(IDENTITY)),
    }
    /// `daemon`
    Daemon = "daemon" {
        THREAD => constant(NOTHING),
    }
    /// `result`
    Result = "result" {
        THREAD => life(NOTHING).limited(1, THREADS),
        &["Future"] => writes(NOTHING).limited(1, FUTURES),
        // Of a task that has not ended it is an error.
        &["Task"] => writes(FUTURES),
    }
    /// `exception`
    Exception = "exception" {
        &["Future"] => writes(NOTHING).limited(1, FUTURES),
        &["Task"] => writes(FUTURES),
    }
    /// `done`
    Done = "done" {
        &["Future", "Task", "Gather"] => reads(FUTURES),
        &["Once"] => reads(NOTHING),
    }
    /// `running`
    Running = "running" {
        &["Future"] => reads(FUTURES),
    }
    /// `cancelled`
    Cancelled = "cancelled" {
        &["Future", "Task"] => reads(FUTURES),
    }
    /// `cancel`
    Cancel = "cancel" {
        &["Future", "Results", "Task", "Gather"] => writes(FUTURES),
        &["Timer"] => writes(THREADS.and(TIME)),
    }
    /// `submit`
    Submit = "submit" {
        POOLS => writes(NOTHING),
    }
    /// A process is started, which has copies of all that there is.
    Fork = "<fork>" {
        &["ProcessPoolExecutor"] => writes(NOTHING),
    }
    /// `map`
    Map = "map" {
        POOLS => writes(NOTHING),
    }
    /// `shutdown`
    Shutdown = "shutdown" {
        // Told not to wait, or to cancel what has not begun.
        POOLS => writes(NOTHING).endless().given(1, FUTURES),
        FULL_QUEUES => writes(NOTHING),
    }
    /// `len`
    Len = "len" {
        &["Results"] => constant(NOTHING),
        &["Channel"] => reads(NOTHING),
    }
    /// `wait`
    Wait = "wait" {
        &["Condition"] => writes(ARRIVAL).limited(1, NOTHING),
        &["Event"] => writes(ARRIVAL).limited(1, NOTHING),
        &["Barrier"] => writes(ARRIVAL).limited(1, NOTHING),
        &["Latch"] => writes(NOTHING).limited(1, NOTHING),
        &["Results"] => writes(NOTHING).endless(),
        // The first to end, or all.
        &["Watch"] => writes(FUTURES).limited(1, NOTHING),
        &["Timer"] => writes(TIME).endless(),
        &["Select"] => writes(ARRIVAL).endless(),
        // They make what is awaited.
        &["AsyncEvent", "AsyncCondition"] => writes(ARRIVAL),
    }
    /// `notify`
    Notify = "notify" {
        &["Condition", "AsyncCondition"] => writes(NOTHING),
    }
    /// `notify_all`
    NotifyAll = "notify_all" {
        &["Condition", "AsyncCondition"] => writes(NOTHING),
    }
    /// `set`
    Set = "set" {
        &["Event", "AsyncEvent"] => writes(NOTHING),
        &["ThreadLocal"] => own(),
    }
    /// `clear`
    Clear = "clear" {
        &["Event", "AsyncEvent"] => writes(NOTHING),
    }
    /// `is_set`
    IsSet = "is_set" {
        &["Event", "AsyncEvent"] => reads(NOTHING),
    }
    /// `put`
    Put = "put" {
        QUEUES => writes(NOTHING).limited(2, NOTHING),
        &["AsyncQueue"] => writes(ARRIVAL),
    }
    /// `get`
    Get = "get" {
        QUEUES => writes(NOTHING).limited(1, NOTHING),
        &["AsyncQueue"] => writes(ARRIVAL),
        &["ThreadLocal"] => own(),
    }
    /// A condition gives up its lock, however many times it is held; gives how many times more
    /// than once.
    ReleaseAll = "<release all>" {
        &["Lock", "RLock"] => writes(NOTHING).releases(Exclusive),
    }
    /// A condition takes its lock back; the argument is what giving it up gave.
    AcquireAgain = "<acquire again>" {
        &["Lock", "RLock"] => writes(NOTHING).acquires(Exclusive).endless(),
    }
    /// A thread arrives at a barrier that has an action.
    Arrive = "__arrive" {
        &["Barrier"] => writes(ARRIVAL).limited(1, NOTHING),
    }
    /// The action of a barrier.
    Action = "__action" {
        &["Barrier"] => constant(NOTHING),
    }
    /// `abort`
    Abort = "abort" {
        &["Barrier"] => writes(NOTHING),
    }
    /// `reset`
    Reset = "reset" {
        &["Barrier"] => writes(NOTHING),
    }
    /// `broken`
    Broken = "broken" {
        &["Barrier"] => reads(NOTHING),
    }
    /// `parties`
    Parties = "parties" {
        &["Barrier"] => constant(NOTHING),
    }
    /// `n_waiting`
    NWaiting = "n_waiting" {
        &["Barrier"] => reads(ARRIVAL),
    }
    /// `put_nowait`
    PutNowait = "put_nowait" {
        QUEUES => writes(NOTHING),
        &["AsyncQueue"] => writes(NOTHING),
    }
    /// `try_put`
    TryPut = "try_put" {
        QUEUES => writes(NOTHING),
    }
    /// `get_nowait`
    GetNowait = "get_nowait" {
        QUEUES => writes(NOTHING),
        &["AsyncQueue"] => writes(NOTHING),
    }
    /// `try_get`
    TryGet = "try_get" {
        QUEUES => writes(NOTHING),
    }
    /// `maxsize`
    Maxsize = "maxsize" {
        &["AsyncQueue"] => constant(NOTHING),
    }
    /// `qsize`
    Qsize = "qsize" {
        QUEUES => reads(NOTHING),
        &["AsyncQueue"] => reads(NOTHING),
    }
    /// `empty`
    Empty = "empty" {
        QUEUES => reads(NOTHING),
        &["AsyncQueue"] => reads(NOTHING),
    }
    /// `full`
    Full = "full" {
        FULL_QUEUES => reads(NOTHING),
        &["AsyncQueue"] => reads(NOTHING),
    }
    /// `task_done`
    TaskDone = "task_done" {
        FULL_QUEUES => writes(NOTHING),
        &["AsyncQueue"] => writes(NOTHING),
    }
    /// `load`
    Load = "load" {
        &["Atomic"] => reads(NOTHING),
    }
    /// `store`
    Store = "store" {
        &["Atomic"] => writes(NOTHING),
    }
    /// `swap`
    Swap = "swap" {
        &["Atomic"] => writes(NOTHING),
    }
    /// `compare_exchange`
    CompareExchange = "compare_exchange" {
        &["Atomic"] => writes(NOTHING),
    }
    /// `fetch_add`
    FetchAdd = "fetch_add" {
        &["Atomic"] => writes(NOTHING),
    }
    /// `fetch_sub`
    FetchSub = "fetch_sub" {
        &["Atomic"] => writes(NOTHING),
    }
    /// `fetch_max`
    FetchMax = "fetch_max" {
        &["Atomic"] => writes(NOTHING),
    }
    /// `fetch_min`
    FetchMin = "fetch_min" {
        &["Atomic"] => writes(NOTHING),
    }
    /// `value`
    Value = "value" {
        &["Atomic"] => reads(NOTHING),
    }
    /// `send`
    Send = "send" {
        &["Channel"] => writes(ARRIVAL).limited(2, NOTHING),
    }
    /// `try_send`
    TrySend = "try_send" {
        &["Channel"] => writes(ARRIVAL),
    }
    /// `receive`
    Receive = "receive" {
        &["Channel"] => writes(ARRIVAL).limited(1, NOTHING),
    }
    /// `try_receive`
    TryReceive = "try_receive" {
        &["Channel"] => writes(ARRIVAL),
    }
    /// `receive_ok`
    ReceiveOk = "receive_ok" {
        &["Channel"] => writes(ARRIVAL).limited(1, NOTHING),
    }
    /// `close`
    Close = "close" {
        &["Channel"] => writes(NOTHING),
    }
    /// `capacity`
    Capacity = "capacity" {
        &["Channel"] => constant(NOTHING),
    }
    /// `read`
    Read = "read" {
        &["RwLock"] => constant(NOTHING),
    }
    /// `write`
    Write = "write" {
        &["RwLock"] => constant(NOTHING),
    }
    /// `acquire_read`
    AcquireRead = "acquire_read" {
        &["RwLock"] => writes(ARRIVAL).acquires(Shared).limited(1, NOTHING),
    }
    /// `try_acquire_read`
    TryAcquireRead = "try_acquire_read" {
        &["RwLock"] => writes(ARRIVAL).acquires(Shared),
    }
    /// `release_read`
    ReleaseRead = "release_read" {
        &["RwLock"] => writes(NOTHING).releases(Shared),
    }
    /// `acquire_write`
    AcquireWrite = "acquire_write" {
        &["RwLock"] => writes(ARRIVAL).acquires(Exclusive).limited(1, NOTHING),
    }
    /// `try_acquire_write`
    TryAcquireWrite = "try_acquire_write" {
        &["RwLock"] => writes(ARRIVAL).acquires(Exclusive),
    }
    /// `release_write`
    ReleaseWrite = "release_write" {
        &["RwLock"] => writes(NOTHING).releases(Exclusive),
    }
    /// `count_down`
    CountDown = "count_down" {
        &["Latch"] => writes(NOTHING),
    }
    /// `arrive_and_wait`
    ArriveAndWait = "arrive_and_wait" {
        &["Latch"] => writes(ARRIVAL).limited(1, NOTHING),
    }
    /// `count`
    Count = "count" {
        &["Latch"] => reads(NOTHING),
    }
    /// A thread is about to run the function of a `Once`, or learns what it gave.
    Begin = "__begin" {
        &["Once"] => writes(NOTHING).endless(),
    }
    /// What the function of a `Once` gave.
    Give = "__give" {
        &["Once"] => own(),
    }
}
