//! The event loop: which of its tasks has the turn, and which come next. First come, first served.
//!
//! It has no thread of its own. Each request to it, most often by the task that has the turn, leaves
//! in the effects which task is woken or started next. As in Python, the loop goes in rounds: those that are
//! ready when a round begins have their turns in it, those that become ready meanwhile in the next
//! one; and what happens because a task has ended, such as the call of its callbacks, has its place
//! in the queue as well. Longer than most files because its states are one machine.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::super::thread;
use super::task::Task;
use super::unretrieved::Unretrieved;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Daemon, Deadline, Ids, Notice, Object, ObjectId,
    Poll, Primitive, Spawn, TaskId, Verb, Waiting, Wake,
};
use crate::value::{
    Class, EncodeState, Fault, FaultKind, Function, StateEncoder, Value, encode_as_number,
};

/// What a task will call.
#[derive(Clone, Debug)]
struct Start {
    function: Arc<Function>,
    args: Vec<Value>,
    pos: Pos,
    /// The loop itself.
    event_loop: Arc<Object>,
}

impl EncodeState for Start {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            function,
            args,
            pos,
            event_loop,
        } = self;
        (function, args, pos, event_loop).encode_state(encoder);
    }
}

#[derive(Clone, Debug)]
enum State {
    /// It is in the queue, and begins when its turn comes.
    New(Start),
    /// It is in the queue, and is woken so when its turn comes.
    Ready(Wake),
    /// It has the turn.
    Running,
    /// It waits for something, which it asks again.
    Waiting,
    /// It sleeps for so long, and gets this at the end.
    Asleep(Duration, Value),
}

/// What happens when the time of a wait is over and the loop has come to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUp {
    /// The task that waits is woken, and has its turn in the next round: in Python, a future gets its
    /// value.
    Wakes,
    /// The task that waits goes on at once: in Python, a callback of the loop.
    Acts,
}

/// When a wait is over at the latest.
#[derive(Clone, Copy, Debug)]
struct Timer {
    at: Deadline,
    up: TimeUp,
}

impl EncodeState for State {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::New(start) => (0, start).encode_state(encoder),
            Self::Ready(wake) => (1, wake).encode_state(encoder),
            Self::Running => encoder.number(2),
            Self::Waiting => encoder.number(3),
            Self::Asleep(time, result) => (4, time, result).encode_state(encoder),
        }
    }
}

impl EncodeState for Timer {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { at, up } = self;
        (at, up).encode_state(encoder);
    }
}

/// Whose a task is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    /// The script's.
    Script,
    /// The loop's own: it calls a callback, or waits for a time to be over.
    Loop,
}

encode_as_number!(Of, TimeUp);

/// A task that has not ended.
#[derive(Clone, Debug)]
struct Member {
    task: Arc<Object>,
    name: Arc<str>,
    of: Of,
    state: State,
    /// Whether it gets a `CancelledError` where it awaits.
    is_cancelled: bool,
    /// The limit of its wait, also from when it is woken until it asks again: it may wait on.
    timer: Option<Timer>,
    /// The number of that timer among those set.
    number: u64,
    /// Whether the time of its wait is over, which what it waits for does not know yet.
    is_late: bool,
}

impl EncodeState for Member {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            task,
            name,
            of,
            state,
            is_cancelled,
            timer,
            // The timers are encoded in their order.
            number: _,
            is_late,
        } = self;
        // The limit of a wait that is over is not needed any more.
        let timer = timer.filter(|_| !matches!(state, State::Running));
        (task, name, of, state, is_cancelled, timer, is_late).encode_state(encoder);
    }
}

/// What stands in the queue.
#[derive(Clone, Debug)]
enum Queued {
    /// A task that will have the turn.
    Task(TaskId),
    /// The wait of a task whose time is over.
    Timer(TaskId, TimeUp),
    /// A notice for an object; and the loop itself, which continues after it.
    Notice(Box<(Notice, Arc<Object>)>),
}

impl EncodeState for Queued {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Task(task) => (0, task).encode_state(encoder),
            Self::Notice(notice) => (1, notice).encode_state(encoder),
            Self::Timer(task, up) => (2, task, up).encode_state(encoder),
        }
    }
}

/// A loop.
#[derive(Clone, Debug)]
pub struct EventLoop {
    /// The function of the prelude that awaits its argument: what a task calls that was made of
    /// something that can be awaited.
    awaits: Arc<Function>,
    /// Invariant: when nobody has the turn, nobody is in the queue, unless the loop is stopped.
    turn: Option<TaskId>,
    queue: VecDeque<Queued>,
    /// The waits with a limit that are not over, soonest first; what was set first comes first.
    timers: BTreeMap<(Deadline, u64), TaskId>,
    /// How many timers there have been.
    timers_set: u64,
    /// How many of the queue have their turns in this round.
    round: usize,
    /// When the main task has ended: how many rounds may begin before what is left over is
    /// cancelled.
    rounds_left: Option<u32>,
    /// Whether a notice is being delivered. Never between two attempts.
    is_notifying: bool,
    tasks: BTreeMap<TaskId, Member>,
    /// How many tasks there have been, for their names.
    made: u64,
    /// The numbers of the calls of `asyncio.to_thread` that have not ended.
    threads: BTreeSet<u64>,
    /// The thread that waits in `asyncio.run`.
    runner: Option<TaskId>,
    main: Option<TaskId>,
    /// How the main task has ended.
    end: Option<Result<Value, Arc<Fault>>>,
    /// Whether a task is being stopped by force: no other one is given the turn.
    is_stopped: bool,
    unretrieved: Unretrieved,
}

/// Makes a task of `what`: a function, which it calls with `args`, or something that it awaits. It
/// begins when its turn comes. `caller` is who wants it; without a `name` the task gets the next
/// default one.
///
/// # Errors
/// A wrong use when it is neither.
pub fn create_task(
    event_loop: &Arc<Object>,
    caller: &str,
    what: &Value,
    args: &[Value],
    name: Option<Arc<str>>,
    (ids, pos): (&Ids, Pos),
) -> Result<Arc<Object>, FaultKind> {
    let created = event_loop.change(|inner: &mut EventLoop| {
        let (function, args) = match what {
            Value::Function(function) => (function.clone(), args.to_vec()),
            Value::Object(object) if matches!(object.kind(), "Coroutine" | "Gather") => {
                // The task awaits it, unless it is cancelled before.
                inner.unretrieved.awaited(object.id);
                (inner.awaits.clone(), vec![what.clone()])
            }
            other => return Err(no_task(caller, other)),
        };
        let start = Start {
            function,
            args,
            pos,
            event_loop: event_loop.clone(),
        };
        Ok(inner.create(start, name, Of::Script, ids))
    });
    created.unwrap_or_else(|| Err(super::outside(caller)))
}

/// The task that `what` is, or one that is made of it.
///
/// # Errors
/// As for [`create_task`].
pub fn ensure_task(
    event_loop: &Arc<Object>,
    caller: &str,
    what: &Value,
    place: (&Ids, Pos),
) -> Result<Arc<Object>, FaultKind> {
    match what {
        Value::Object(task) if task.kind() == "Task" => Ok(task.clone()),
        what => create_task(event_loop, caller, what, &[], None, place),
    }
}

/// Has the loop itself call a function when its turn comes, under this name.
pub(super) fn call_soon(
    event_loop: &Arc<Object>,
    name: Arc<str>,
    (function, args): (Arc<Function>, Vec<Value>),
    (ids, pos): (&Ids, Pos),
) {
    let start = Start {
        function,
        args,
        pos,
        event_loop: event_loop.clone(),
    };
    event_loop.change(|inner: &mut EventLoop| inner.create(start, Some(name), Of::Loop, ids));
}

/// Has the loop itself await something, which is how a time limit is set without waiting for it.
pub(super) fn await_soon(event_loop: &Arc<Object>, what: &Arc<Object>, place: (&Ids, Pos)) {
    let awaits = event_loop.change(|inner: &mut EventLoop| inner.awaits.clone());
    if let Some(awaits) = awaits {
        let args = vec![Value::Object(what.clone())];
        call_soon(event_loop, "a time limit".into(), (awaits, args), place);
    }
}

/// What cannot become a task.
fn no_task(name: &str, found: &Value) -> FaultKind {
    match found {
        Value::Object(object) if object.kind() == "Task" => FaultKind::misuse(
            Class::TypeError,
            &format!("{name} was given a task"),
            "a task runs already",
            "wait for it: `await task`",
        ),
        _ => thread::not_a_function(name, found),
    }
}

/// The thread in which an event loop runs, while it does.
pub(in crate::runtime::object) fn runner_of(event_loop: &Arc<Object>) -> Option<TaskId> {
    let runner = event_loop.change(|event_loop: &mut EventLoop| event_loop.runner);
    runner.flatten()
}

impl EventLoop {
    /// A loop without tasks. `awaits` is a function that awaits its argument.
    pub fn new(awaits: Arc<Function>) -> Self {
        Self {
            awaits,
            turn: None,
            queue: VecDeque::new(),
            timers: BTreeMap::new(),
            timers_set: 0,
            round: 0,
            rounds_left: None,
            is_notifying: false,
            tasks: BTreeMap::new(),
            made: 0,
            threads: BTreeSet::new(),
            runner: None,
            main: None,
            end: None,
            is_stopped: false,
            unretrieved: Unretrieved::default(),
        }
    }

    fn create(&mut self, start: Start, name: Option<Arc<str>>, of: Of, ids: &Ids) -> Arc<Object> {
        // As in Python, a name of its own takes none of the default ones.
        let name = name.unwrap_or_else(|| {
            self.made += 1;
            format!("Task-{}", self.made).into()
        });
        let number = ids.next_task();
        let task = Task::new(name.clone(), number, start.event_loop.clone());
        let task = Object::new(ids, start.pos, task);
        let member = Member {
            task: task.clone(),
            name,
            of,
            state: State::New(start),
            is_cancelled: false,
            timer: None,
            number: 0,
            is_late: false,
        };
        self.tasks.insert(number, member);
        self.queue.push_back(Queued::Task(number));
        task
    }

    /// `asyncio.run(f, args...)`
    fn run(&mut self, args: &[Value], ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let (function, args) = match args {
            [what @ Value::Object(object)] if object.kind() == "Coroutine" => {
                (self.awaits.clone(), vec![what.clone()])
            }
            [Value::Function(function), args @ ..] => (function.clone(), args.to_vec()),
            [] => return thread::call("asyncio.run", &[]).map(|_| Attempt::Done(Value::Unit)),
            [other, ..] => return Err(no_task("asyncio.run", other)),
        };
        let start = Start {
            function,
            args,
            pos: ctx.pos,
            event_loop: ctx.this.clone(),
        };
        self.create(start, None, Of::Script, ctx.ids);
        self.main = self.tasks.keys().next().copied();
        self.runner = Some(ctx.task);
        self.pass_turn(ctx);
        Ok(Attempt::Wait(None))
    }

    /// Begins the next round; whether there is something to do.
    fn begin_round(&mut self, ctx: &mut Ctx<'_>) -> bool {
        match self.rounds_left {
            Some(0) => {
                self.rounds_left = None;
                self.cancel_left_over();
            }
            Some(left) => self.rounds_left = Some(left - 1),
            None => {}
        }
        let is_busy = !self.queue.is_empty() || self.rounds_left.is_some();
        self.collect_due(if is_busy { Poll::Busy } else { Poll::Idle }, ctx);
        self.round > 0 || self.rounds_left.is_some()
    }

    /// Queues *all* waits whose time is over, as Python does before each round, behind what is there.
    fn collect_due(&mut self, poll: Poll, ctx: &mut Ctx<'_>) {
        if !self.timers.is_empty() {
            let deadlines: Vec<Duration> = self.timers.keys().map(|(at, _)| at.0).collect();
            for _ in 0..ctx.time.due(&deadlines, poll) {
                let Some((_, task)) = self.timers.pop_first() else {
                    break;
                };
                let timer = self.tasks.get_mut(&task).and_then(|one| one.timer.take());
                self.queue
                    .extend(timer.map(|timer| Queued::Timer(task, timer.up)));
            }
        }
        self.round = self.queue.len();
    }

    /// Whether it waits for the first of its timers, or for others.
    fn is_idle(&self) -> bool {
        self.turn.is_none() && self.queue.is_empty() && !self.is_stopped && !self.is_notifying
    }

    /// The main task has ended for good: all others are cancelled, but for the callbacks that are
    /// about to be called.
    fn cancel_left_over(&mut self) {
        let left_over: Vec<TaskId> = self.tasks.keys().copied().collect();
        for task in left_over {
            if let Some(member) = self.tasks.get_mut(&task)
                && (member.of == Of::Script || !matches!(member.state, State::New(_)))
            {
                member.is_cancelled = true;
                self.make_ready(task);
            }
        }
    }

    /// Gives the turn to the next task, if nobody has it.
    fn pass_turn(&mut self, ctx: &mut Ctx<'_>) {
        while self.turn.is_none() && !self.is_stopped && !self.is_notifying {
            if self.round == 0 && !self.begin_round(ctx) {
                return;
            }
            let Some(next) = self.queue.pop_front() else {
                continue;
            };
            self.round -= 1;
            let number = match next {
                Queued::Task(number) => number,
                Queued::Timer(number, up) => {
                    self.time_is_up(number, up, ctx);
                    continue;
                }
                Queued::Notice(notice) => {
                    let (notice, event_loop) = *notice;
                    self.notify(notice, event_loop, ctx);
                    return;
                }
            };
            let Some(member) = self.tasks.get_mut(&number) else {
                continue;
            };
            match std::mem::replace(&mut member.state, State::Running) {
                // It ends without having begun.
                State::New(start) if member.is_cancelled => {
                    let notice = Notice {
                        to: member.task.clone(),
                        args: [Value::Unit, Value::Unit],
                    };
                    self.notify(notice, start.event_loop, ctx);
                }
                State::New(start) => {
                    self.turn = Some(number);
                    ctx.effects.spawns.push(Spawn {
                        task: number,
                        handle: member.task.clone(),
                        name: member.name.clone(),
                        daemon: self.runner.map_or(Daemon::No, Daemon::Like),
                        worker: true,
                        function: start.function,
                        args: start.args,
                        event_loop: Some(start.event_loop),
                        isolated: None,
                        pos: start.pos,
                    });
                }
                // What it has waited for does not ask again whether it was cancelled.
                State::Ready(Wake::Grant(_)) if member.is_cancelled => {
                    member.is_cancelled = false;
                    self.turn = Some(number);
                    ctx.wake(number, Wake::fail(super::task::cancelled(&member.name)));
                }
                State::Ready(wake) => {
                    self.turn = Some(number);
                    ctx.wake(number, wake);
                }
                // Nobody else is in the queue.
                other => member.state = other,
            }
        }
    }

    /// Tells an object something, and the loop itself when that is done, to go on.
    fn notify(&mut self, notice: Notice, event_loop: Arc<Object>, ctx: &mut Ctx<'_>) {
        self.is_notifying = true;
        ctx.notify(notice);
        ctx.notify(Notice {
            to: event_loop,
            args: [Value::Unit, Value::Unit],
        });
    }

    /// Queues a notice for an object.
    pub(super) fn notify_soon(&mut self, notice: Notice, event_loop: &Arc<Object>) {
        let notice = Box::new((notice, event_loop.clone()));
        self.queue.push_back(Queued::Notice(notice));
    }

    /// The task that asks begins to wait and gives the turn away, or waits on when it `waited` before:
    /// then an old limit stays. Gives how long it waits at most.
    ///
    /// # Errors
    /// It was cancelled before.
    pub(super) fn park(
        &mut self,
        waited: bool,
        limit: Option<(Duration, TimeUp)>,
        ctx: &mut Ctx<'_>,
    ) -> Result<Option<Duration>, FaultKind> {
        if let Some(cancelled) = self.take_cancel(ctx.task) {
            return Err(cancelled);
        }
        let old = self.tasks.get(&ctx.task).and_then(|member| member.timer);
        let timer = limit.map(|(limit, up)| match old {
            Some(old) if waited => old,
            _ => Timer {
                at: ctx.deadline_in(limit),
                up,
            },
        });
        let left = timer.map(|timer| ctx.until(timer.at));
        self.leave_turn(ctx.task, State::Waiting, timer, ctx);
        Ok(left)
    }

    /// The task that asks sleeps for so long and then gets `result`. With no time at all it goes to
    /// the end of the queue.
    ///
    /// # Errors
    /// It was cancelled before.
    pub(super) fn sleep(
        &mut self,
        time: Duration,
        result: Value,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        if let Some(cancelled) = self.take_cancel(ctx.task) {
            return Err(cancelled);
        }
        if !time.is_zero() {
            let timer = Timer {
                at: ctx.deadline_in(time),
                up: TimeUp::Wakes,
            };
            self.leave_turn(ctx.task, State::Asleep(time, result), Some(timer), ctx);
            return Ok(Attempt::Wait(Some(time)));
        }
        let is_alone = self.queue.is_empty() && self.timers.is_empty();
        if is_alone && self.rounds_left.is_none() {
            return Ok(Attempt::Done(result));
        }
        self.queue.push_back(Queued::Task(ctx.task));
        self.leave_turn(ctx.task, State::Ready(Wake::Grant(result)), None, ctx);
        Ok(Attempt::Wait(None))
    }

    fn leave_turn(&mut self, task: TaskId, state: State, timer: Option<Timer>, ctx: &mut Ctx<'_>) {
        if let Some(member) = self.tasks.get_mut(&task) {
            member.state = state;
            member.timer = timer;
            if let Some(timer) = timer {
                self.timers_set += 1;
                member.number = self.timers_set;
                self.timers.insert((timer.at, member.number), task);
            }
        }
        if self.turn == Some(task) {
            self.turn = None;
        }
        self.pass_turn(ctx);
    }

    /// The error of a task that was cancelled, once.
    pub(super) fn take_cancel(&mut self, task: TaskId) -> Option<FaultKind> {
        let member = self.tasks.get_mut(&task)?;
        let cancelled = std::mem::take(&mut member.is_cancelled);
        cancelled.then(|| super::task::cancelled(&member.name))
    }

    /// Queues a task that waits or sleeps; whether it did.
    fn make_ready(&mut self, task: TaskId) -> bool {
        let Some(member) = self.tasks.get_mut(&task) else {
            return false;
        };
        let wake = match member.state {
            State::Waiting => Wake::Retry,
            // Only one that was cancelled is woken by others.
            State::Asleep(..) => Wake::Grant(Value::Unit),
            _ => return false,
        };
        if let Some(timer) = member.timer {
            self.timers.remove(&(timer.at, member.number));
        }
        member.state = State::Ready(wake);
        self.queue.push_back(Queued::Task(task));
        true
    }

    /// Has a task ask again that waits; whether it did.
    pub(super) fn wake(&mut self, task: TaskId, ctx: &mut Ctx<'_>) -> bool {
        let is_ready = self.make_ready(task);
        self.pass_turn(ctx);
        is_ready
    }

    /// Gives a task what it waits for; whether it did wait.
    pub(super) fn grant(&mut self, task: TaskId, value: Value, ctx: &mut Ctx<'_>) -> bool {
        let is_ready = self.make_ready(task);
        if is_ready && let Some(member) = self.tasks.get_mut(&task) {
            member.state = State::Ready(Wake::Grant(value));
        }
        self.pass_turn(ctx);
        is_ready
    }

    /// The time of the first wait is over. A loop that is busy looks when its next round begins.
    pub(super) fn has_waited(&mut self, ctx: &mut Ctx<'_>) {
        if self.is_idle() {
            self.collect_due(Poll::Waited, ctx);
            self.pass_turn(ctx);
        }
    }

    /// Ends a wait whose time is over, unless it has ended meanwhile.
    fn time_is_up(&mut self, task: TaskId, up: TimeUp, ctx: &mut Ctx<'_>) {
        let Some(member) = self.tasks.get_mut(&task) else {
            return;
        };
        let wake = match &member.state {
            State::Asleep(_, result) => Wake::Grant(result.clone()),
            State::Waiting => Wake::Retry,
            State::New(_) | State::Ready(_) | State::Running => return,
        };
        member.is_late = matches!(member.state, State::Waiting);
        match up {
            TimeUp::Wakes => {
                member.state = State::Ready(wake);
                self.queue.push_back(Queued::Task(task));
            }
            TimeUp::Acts => {
                member.state = State::Running;
                self.turn = Some(task);
                ctx.wake(task, wake);
            }
        }
    }

    /// The task asks again what it has waited for: the error of one that was cancelled, and whether its
    /// time is over; each once.
    pub(super) fn resume(&mut self, task: TaskId) -> (Option<FaultKind>, bool) {
        let late =
            (self.tasks.get_mut(&task)).is_some_and(|member| std::mem::take(&mut member.is_late));
        (self.take_cancel(task), late)
    }

    /// Cancels a task: it gets the error where it awaits.
    pub(super) fn cancel(&mut self, task: TaskId, ctx: &mut Ctx<'_>) {
        if let Some(member) = self.tasks.get_mut(&task) {
            member.is_cancelled = true;
            self.wake(task, ctx);
        }
    }

    /// Gives a task another name.
    pub(super) fn rename(&mut self, task: TaskId, name: &Arc<str>) {
        if let Some(member) = self.tasks.get_mut(&task) {
            member.name = name.clone();
        }
    }

    /// A task has ended: with this, if it is the main task; `by_force` when it was stopped.
    pub(super) fn ended(
        &mut self,
        task: TaskId,
        end: Result<Value, Arc<Fault>>,
        by_force: bool,
        ctx: &mut Ctx<'_>,
    ) {
        if let Some(member) = self.tasks.remove(&task) {
            self.unretrieved.maker_ended(task, &member.name);
            if let Some(timer) = member.timer {
                self.timers.remove(&(timer.at, member.number));
            }
        }
        self.is_stopped |= by_force;
        if self.turn == Some(task) {
            self.turn = None;
        }
        if self.main == Some(task) {
            self.end = Some(end);
            // As in Python: the rest of this round, and one more with those that are ready then.
            self.rounds_left = Some(1);
        }
        self.pass_turn(ctx);
        self.end_if_done(ctx);
    }

    /// A task has failed, and nobody has seen its error yet.
    pub(super) fn failed(&mut self, task: TaskId, name: Arc<str>, fault: Arc<Fault>) {
        if self.main != Some(task) {
            let what = match self.tasks.get(&task).map(|member| member.of) {
                Some(Of::Loop) => "it has failed",
                _ => "Task exception was never retrieved",
            };
            self.unretrieved.failed(task, name, what, fault);
        }
    }

    /// Notes that the error of a task was seen.
    pub(super) fn seen(&mut self, task: TaskId) {
        self.unretrieved.seen(task);
    }

    /// The task that has the turn has made something that shall be awaited.
    pub(super) fn made(&mut self, object: ObjectId, what: &'static str, pos: Pos) {
        if let Some(by) = self.turn {
            self.unretrieved.made(object, what, pos, by);
        }
    }

    /// It is awaited.
    pub(super) fn awaited(&mut self, object: ObjectId) {
        self.unretrieved.awaited(object);
    }

    /// A call of `asyncio.to_thread` begins; its number, for its name: the lowest that is free.
    pub(super) fn thread_begins(&mut self) -> u64 {
        let mut number = 0;
        while !self.threads.insert(number) {
            number += 1;
        }
        number
    }

    /// When the last task has ended, `asyncio.run` has, too.
    fn end_if_done(&mut self, ctx: &mut Ctx<'_>) {
        let is_busy = !self.tasks.is_empty() || !self.queue.is_empty() || self.is_notifying;
        if is_busy || !self.threads.is_empty() || self.is_stopped {
            return;
        }
        let (Some(end), Some(runner)) = (&self.end, self.runner.take()) else {
            return;
        };
        ctx.wake(
            runner,
            match end {
                Ok(value) => Wake::Grant(value.clone()),
                Err(fault) => Wake::fail(FaultKind::Elsewhere(fault.clone())),
            },
        );
        let warnings = self.unretrieved.warnings(end.is_err());
        ctx.effects.failures.extend(warnings);
    }
}

impl EncodeState for EventLoop {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            awaits,
            turn,
            queue,
            timers,
            // Their order counts, which they are encoded in.
            timers_set: _,
            round,
            rounds_left,
            is_notifying,
            tasks,
            made,
            threads,
            runner,
            main,
            end,
            is_stopped,
            unretrieved,
        } = self;
        (awaits, turn, queue, round, rounds_left, is_notifying, tasks).encode_state(encoder);
        encoder.number(timers.len() as u64);
        for ((at, _), task) in timers {
            (at, task).encode_state(encoder);
        }
        (made, threads, runner, main, end, is_stopped, unretrieved).encode_state(encoder);
    }
}

impl Primitive for EventLoop {
    fn kind(&self) -> &'static str {
        "EventLoop"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match (call.verb, call.args) {
            (Verb::RunLoop, args) => self.run(args, ctx).unwrap_or_else(Attempt::fail),
            (Verb::Sleep, [Value::Int(time), result]) => {
                let time = Duration::from_nanos(time.unsigned_abs());
                let answer = self.sleep(time, result.clone(), ctx);
                answer.unwrap_or_else(Attempt::fail)
            }
            // A thread of `asyncio.to_thread` has ended.
            (Verb::Ready, [Value::Int(number), _]) => {
                self.threads.remove(&number.unsigned_abs());
                self.end_if_done(ctx);
                Attempt::Done(Value::Unit)
            }
            // The notice was delivered.
            (Verb::Ready, _) => {
                self.is_notifying = false;
                self.pass_turn(ctx);
                self.end_if_done(ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        if why == CancelReason::Timeout {
            // The task goes on when it is woken.
            self.has_waited(ctx);
            return Attempt::Wait(None);
        }
        if self.runner == Some(task) {
            self.runner = None;
            self.is_stopped = true;
        }
        Attempt::Done(Value::Unit)
    }

    fn heeds_deadline(&self, task: TaskId) -> bool {
        self.is_idle() && self.timers.values().next() == Some(&task)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let is_queued = matches!(
            self.tasks.get(&task).map(|member| &member.state),
            Some(State::Ready(_) | State::New(_))
        );
        let (what, awaited) = match (self.runner == Some(task), self.turn) {
            // What nobody has awaited may well be the reason why nothing goes on.
            (true, _) => {
                let what = "the end of the tasks of asyncio.run";
                (format!("{what}{}", self.unretrieved.in_words()), self.main)
            }
            (_, Some(turn)) if is_queued => {
                let name = self.tasks.get(&turn).map(|member| &*member.name);
                let name = name.unwrap_or("another task");
                (format!("its turn, which {name} keeps"), Some(turn))
            }
            _ => match self.tasks.get(&task).map(|member| &member.state) {
                Some(State::Asleep(time, _)) => {
                    (format!("its sleep of {} s", time.as_secs_f64()), None)
                }
                _ => (String::new(), None),
            },
        };
        Waiting {
            what,
            holders: Vec::new(),
            awaited: awaited.into_iter().collect(),
        }
    }

    /// A task that waits can be cancelled by any other, and none is in the way of the thread that
    /// waits for all.
    fn knows_blockers(&self) -> bool {
        false
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        Blockers::Threads(Vec::new())
    }

    fn state_text(&self) -> String {
        format!("{} tasks", self.tasks.len())
    }
}

crate::value::state_key_test! { event_loop_key, EventLoop, EventLoop::new(function("await"));
    awaits: function("other"),
    turn: Some(TaskId(2)),
    queue: [Queued::Task(TaskId(2))].into(),
    timers: [((Deadline(Duration::ZERO), 1), TaskId(2))].into(),
    round: 1,
    rounds_left: Some(1),
    is_notifying: true,
    tasks: [(TaskId(2), member())].into(),
    made: 1,
    threads: [1].into(),
    runner: Some(TaskId(2)),
    main: Some(TaskId(2)),
    end: Some(Ok(Value::Unit)),
    is_stopped: true,
    unretrieved: { let mut unretrieved = Unretrieved::default(); unretrieved.failed(TaskId(2), "t".into(), "it has failed", fault()); unretrieved },
    ; left out timers_set
}

crate::value::state_key_test! { member_key, Member, member();
    task: object(),
    name: "u".into(),
    of: Of::Loop,
    state: State::Ready(Wake::Retry),
    is_cancelled: true,
    timer: Some(Timer { at: Deadline(Duration::ZERO), up: TimeUp::Acts }),
    is_late: true,
    ; left out number
}

/// A task that waits.
#[cfg(test)]
fn member() -> Member {
    Member {
        task: crate::value::encode::samples::object(),
        name: "t".into(),
        of: Of::Script,
        state: State::Waiting,
        is_cancelled: false,
        timer: None,
        number: 0,
        is_late: false,
    }
}
