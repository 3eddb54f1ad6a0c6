//! What may mend a program: a change of its text, and what it amounts to. One file, as it is one list.

use super::edit::Edits;

/// A change that may mend a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// What it amounts to.
    pub(super) fix: Fix,
    /// The change.
    pub(super) edits: Edits,
}

impl Candidate {
    pub(super) fn new(fix: Fix, edits: Edits) -> Self {
        Self { fix, edits }
    }
}

/// Lines of a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The function's name; none for closures without one and for the top level.
    pub function: Option<String>,
    /// The first line, from 1.
    pub first: usize,
    /// The last line.
    pub last: usize,
}

/// Where the lock comes from that keeps lines together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockOrigin {
    /// The mend makes it.
    Made,
    /// The text takes it elsewhere.
    Taken,
    /// What is kept together has it: a number that processes share.
    OfTheData,
}

/// What a mend amounts to. Lines count from 1; names and calls are written as in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Each of these parts runs without another of them in between: one lock is around them all.
    KeepTogether {
        /// The parts.
        parts: Vec<Part>,
        /// What is kept from being seen half done.
        variables: Vec<String>,
        /// The lock.
        lock: String,
        /// Where it comes from.
        origin: LockOrigin,
        /// Whether it is a lock of `asyncio`, for tasks.
        is_async: bool,
    },
    /// A lock that was held for a part of what belongs together is held for all of it.
    Widen {
        /// The lock.
        lock: String,
        /// All of it.
        parts: Vec<Part>,
    },
    /// What changes call is called before them, and only the changes are under a lock.
    CallFirst {
        /// The calls.
        calls: Vec<String>,
        /// The lock.
        lock: String,
        /// Where.
        lines: Vec<usize>,
    },
    /// The lock is not given back and taken again between two parts that belong together.
    HoldOn {
        /// The lock.
        lock: String,
        /// Where it was given back.
        line: usize,
    },
    /// All use one lock where they used different ones.
    OneLock {
        /// The lock that all use.
        lock: String,
        /// The one that was used instead.
        instead_of: String,
        /// Where.
        lines: Vec<usize>,
    },
    /// Functions that used one lock for different things have a lock each.
    OwnLock {
        /// The lock that they shared.
        lock: String,
        /// The function that gets another one.
        function: String,
        /// Where.
        lines: Vec<usize>,
    },
    /// A wait has no time limit any more.
    WaitWithoutLimit {
        /// The call without it.
        call: String,
        /// Where.
        line: usize,
    },
    /// A thread is waited for before what needs it.
    JoinFirst {
        /// The joins.
        joins: Vec<String>,
        /// The line that needs it.
        before: usize,
    },
    /// Something is done before a thread is started, not by the thread.
    BeforeStart {
        /// What.
        what: String,
        /// Where the thread is started.
        line: usize,
    },
    /// A thread waits for an event, which another one sets when it has done its part.
    WaitForEvent {
        /// Where it is done.
        set: usize,
        /// Where it is waited for.
        wait: usize,
    },
    /// A condition is looked at again after waiting.
    LookAgain {
        /// Where `if` becomes `while`.
        lines: Vec<usize>,
    },
    /// A question is asked with the lock held, and again after waiting.
    LookUnderLock {
        /// The condition or lock.
        lock: String,
        /// Where it was asked.
        line: usize,
    },
    /// A question is asked with the lock held by which its answer is used.
    AskInside {
        /// The lock.
        lock: String,
        /// Where it was asked.
        asked: usize,
        /// Where the lock was taken.
        taken: usize,
    },
    /// A loop that is told to stop takes what is left first.
    TakeTheRest {
        /// Whether something is left.
        left: String,
        /// The loop.
        line: usize,
    },
    /// What a loop asks for is taken without asking, in one step.
    TakeAtOnce {
        /// The call that takes it, or fails.
        call: String,
        /// Where.
        line: usize,
    },
    /// A mark in a queue says that no more comes, and no flag does.
    MarkTheEnd {
        /// The queue.
        queue: String,
        /// Where the flag was set.
        set: usize,
        /// The loop that asked it.
        line: usize,
    },
    /// What was done once behind a loop is done in each round.
    EachRound {
        /// The call.
        call: String,
        /// Where it was.
        line: usize,
    },
    /// A thread is started before another one is waited for.
    StartFirst {
        /// How it is started.
        start: String,
        /// Where the other one is waited for.
        line: usize,
    },
    /// A thread that goes round for ever ends with main.
    Daemon {
        /// The option that says so.
        option: String,
        /// Where the thread is made.
        line: usize,
    },
    /// A lock is taken for writing from the beginning, not for reading first.
    WriteAtOnce {
        /// The lock.
        lock: String,
        /// Where.
        line: usize,
    },
    /// What has to be awaited is.
    Await {
        /// The call.
        call: String,
        /// Where.
        line: usize,
    },
    /// What is taken is asked for itself.
    AskTheThing {
        /// The question.
        question: String,
        /// Where.
        line: usize,
    },
    /// All waiters are woken instead of one.
    NotifyAll {
        /// The conditions.
        conditions: Vec<String>,
        /// Where.
        lines: Vec<usize>,
    },
    /// A notification is remembered in a variable.
    Remember {
        /// The condition.
        condition: String,
        /// Where it is waited for and notified.
        lines: Vec<usize>,
    },
    /// An event stays set.
    StaySet {
        /// The event.
        event: String,
        /// Where it was cleared.
        line: usize,
    },
    /// Two operations that follow each other change places.
    Swap {
        /// What comes first now.
        first: String,
        /// What comes behind it.
        second: String,
        /// Where they stand.
        lines: Vec<usize>,
    },
    /// What others are told of is done with the lock in hand, before they are told.
    DoInside {
        /// What is done.
        what: String,
        /// How the lock is taken.
        with: String,
        /// How they are told.
        before: String,
        /// Where it was done.
        line: usize,
    },
    /// A release that follows another one is left out.
    ReleaseOnce {
        /// The call.
        call: String,
        /// Where.
        line: usize,
    },
    /// A queue has no limit any more.
    Unlimited {
        /// What is made.
        what: String,
        /// Where.
        line: usize,
    },
    /// Two objects are taken in one order everywhere.
    OneOrder {
        /// The first one.
        first: String,
        /// The second one.
        second: String,
        /// Where the order changes.
        lines: Vec<usize>,
    },
    /// Objects of one array are taken in the order of their numbers.
    ByNumber {
        /// The array.
        array: String,
        /// What is taken of each, with its point, where that is not the whole: `.lock`.
        member: String,
        /// Where.
        line: usize,
    },
    /// What a thread holds already is not taken again.
    TakeOnce {
        /// What.
        what: String,
        /// Where it was taken again.
        line: usize,
    },
    /// A lock that its holder may take again.
    Reentrant {
        /// The lock.
        lock: String,
        /// Where it is made.
        line: usize,
    },
    /// What is taken is given back on every way out.
    ReleaseAlways {
        /// What.
        what: Vec<String>,
        /// Where it is taken.
        lines: Vec<usize>,
    },
    /// A release, notification or the like is added where it was missing.
    AddCall {
        /// The call.
        call: String,
        /// Behind which line.
        line: usize,
    },
    /// A pool, a queue, a channel or a barrier gets another size.
    Resize {
        /// What.
        what: String,
        /// The old size.
        from: i64,
        /// The new one.
        to: i64,
        /// Where it is made.
        line: usize,
    },
    /// Inner tasks have a pool of their own.
    OwnPool {
        /// The pool of the outer ones.
        pool: String,
        /// Where the inner ones are handed in.
        lines: Vec<usize>,
    },
    /// A channel is closed when the last sender is done.
    CloseChannel {
        /// The channel.
        channel: String,
        /// The line in front of which the thread is started that does it.
        line: usize,
    },
    /// A loop counts what was done, not how often it was tried.
    UntilDone {
        /// The loops.
        lines: Vec<usize>,
    },
    /// A second turnstile keeps threads out of the next round until all have left this one.
    SecondTurnstile {
        /// The first one.
        turnstile: String,
        /// Where it is passed.
        line: usize,
    },
    /// The one that completes a group keeps the lock, and the last one gives it back.
    PassOn {
        /// The lock.
        lock: String,
        /// Where it was given back too early.
        lines: Vec<usize>,
    },
    /// What others wait for is given on the way out by an error, too.
    GiveAlways {
        /// The call that gives it.
        call: String,
        /// The first line of what may fail.
        first: usize,
        /// The last one.
        last: usize,
    },
    /// What was begun is taken back when its thread is cancelled.
    TakeBack {
        /// What takes it back.
        undo: String,
        /// Where it was begun.
        begun: usize,
        /// Where it may be cancelled.
        wait: usize,
    },
    /// A barrier takes the place of one that is made of a counter and permits.
    UseBarrier {
        /// For how many threads.
        size: String,
        /// The first line of what it takes the place of.
        first: usize,
        /// The last one.
        last: usize,
    },
    /// Permits, which are counted, take the place of an event.
    CountSignals {
        /// The event.
        event: String,
        /// Where it is used.
        lines: Vec<usize>,
    },
    /// An attempt is repeated until it succeeds.
    TryAgain {
        /// The attempt.
        call: String,
        /// The first line of what is repeated.
        first: usize,
        /// The last one.
        last: usize,
    },
    /// Each thread has a token of its own and gives the next thread its one.
    OwnTokens {
        /// The token that all had.
        token: String,
        /// Where the threads are started.
        lines: Vec<usize>,
    },
    /// What a task of a pool has computed comes back as its result.
    ResultsBack {
        /// The function of the task.
        function: String,
        /// The variable that it changed.
        variable: String,
        /// Where tasks are submitted.
        lines: Vec<usize>,
    },
    /// Something is waited for once for each of several that give it.
    WaitForEach {
        /// The wait.
        call: String,
        /// How often.
        times: usize,
        /// Where.
        line: usize,
    },
    /// A wait for the end of a thread that waits for this one is left out.
    LeaveOut {
        /// The call.
        call: String,
        /// Where.
        line: usize,
    },
    /// What is held is given back where something else is not to be had, which is not waited for.
    GiveUp {
        /// What is held.
        held: String,
        /// What is not to be had.
        wanted: String,
        /// Where it was waited for.
        line: usize,
    },
    /// A blocking call moves out of a block that holds a lock.
    OutsideLock {
        /// The call.
        call: String,
        /// The lock.
        lock: String,
        /// Where.
        line: usize,
    },
}
