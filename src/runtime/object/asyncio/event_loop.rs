//! The event loop: which of its tasks has the turn, and which come next. First come, first served.
//!
//! It has no thread of its own. Whoever changes it, most often the task that has the turn, leaves
//! in the effects who is woken or started next.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::super::thread;
use super::task::Task;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, Ctx, Failure, Ids, Notice, Object, ObjectId, Primitive, Spawn, TaskId, Verb,
    Visitor, Waiting, Wake, Withdrawal,
};
use crate::value::{Fault, FaultKind, Function, Value};

/// What a task will call.
#[derive(Clone, Debug)]
struct Start {
    function: Arc<Function>,
    args: Vec<Value>,
    pos: Pos,
    /// The loop itself.
    event_loop: Arc<Object>,
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

/// A task that has not ended.
#[derive(Clone, Debug)]
struct Member {
    task: Arc<Object>,
    name: Arc<str>,
    state: State,
    /// Whether it gets a `CancelledError` where it awaits.
    is_cancelled: bool,
}

/// A task that failed, for the report of those whose error nobody has seen.
#[derive(Clone, Debug)]
struct Unseen {
    name: Arc<str>,
    fault: Arc<Fault>,
}

/// A loop.
#[derive(Clone, Debug)]
pub struct EventLoop {
    /// The function of the prelude that awaits its argument: what a task calls that was made of
    /// something that can be awaited.
    awaits: Arc<Function>,
    /// Invariant: when nobody has the turn, nobody is in the queue, unless the loop is stopped.
    turn: Option<TaskId>,
    queue: VecDeque<TaskId>,
    tasks: BTreeMap<TaskId, Member>,
    /// How many tasks there have been, for their names.
    made: u64,
    /// The calls of `asyncio.to_thread` that have not ended.
    threads: u64,
    /// The thread that waits in `asyncio.run`.
    runner: Option<TaskId>,
    main: Option<TaskId>,
    /// How the main task has ended.
    end: Option<Result<Value, Arc<Fault>>>,
    /// Whether a task is being stopped by force: no other one is given the turn.
    is_stopped: bool,
    unseen: BTreeMap<TaskId, Unseen>,
    /// What was never awaited so far: what, and where it was made.
    ///
    /// Invariant: in the order of their numbers. Almost always the last or the first is awaited next.
    forgotten: VecDeque<(ObjectId, &'static str, Pos)>,
}

/// Makes a task of `what`: a function, which it calls with `args`, or something that it awaits. It
/// begins when its turn comes. `name` is who wants it.
///
/// # Errors
/// A wrong use when it is neither.
pub fn create_task(
    event_loop: &Arc<Object>,
    name: &str,
    what: &Value,
    args: &[Value],
    ids: &Ids,
    pos: Pos,
) -> Result<Arc<Object>, FaultKind> {
    let created = event_loop.change(|inner: &mut EventLoop| {
        let (function, args) = match what {
            Value::Function(function) => (function.clone(), args.to_vec()),
            Value::Object(object) if matches!(object.kind(), "Coroutine" | "Gather") => {
                (inner.awaits.clone(), vec![what.clone()])
            }
            other => return Err(no_task(name, other)),
        };
        let start = Start {
            function,
            args,
            pos,
            event_loop: event_loop.clone(),
        };
        Ok(inner.create(start, ids))
    });
    created.unwrap_or_else(|| Err(super::outside(name)))
}

/// What cannot become a task.
fn no_task(name: &str, found: &Value) -> FaultKind {
    match found {
        Value::Object(object) if object.kind() == "Task" => FaultKind::misuse(
            &format!("{name} was given a task"),
            "a task runs already",
            "wait for it: `await task`",
        ),
        _ => thread::not_a_function(name, found),
    }
}

impl EventLoop {
    /// A loop without tasks. `awaits` is a function that awaits its argument.
    pub fn new(awaits: Arc<Function>) -> Self {
        Self {
            awaits,
            turn: None,
            queue: VecDeque::new(),
            tasks: BTreeMap::new(),
            made: 0,
            threads: 0,
            runner: None,
            main: None,
            end: None,
            is_stopped: false,
            unseen: BTreeMap::new(),
            forgotten: VecDeque::new(),
        }
    }

    fn create(&mut self, start: Start, ids: &Ids) -> Arc<Object> {
        self.made += 1;
        let name: Arc<str> = format!("Task-{}", self.made).into();
        let number = ids.next_task();
        let task = Task::new(name.clone(), number, start.event_loop.clone());
        let task = Object::new(ids, start.pos, task);
        let member = Member {
            task: task.clone(),
            name,
            state: State::New(start),
            is_cancelled: false,
        };
        self.tasks.insert(number, member);
        self.queue.push_back(number);
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
        self.create(start, ctx.ids);
        self.main = self.queue.front().copied();
        self.runner = Some(ctx.task);
        self.pass_turn(ctx);
        Ok(Attempt::Wait(None))
    }

    /// Gives the turn to the next task, if nobody has it.
    fn pass_turn(&mut self, ctx: &mut Ctx<'_>) {
        while self.turn.is_none() && !self.is_stopped {
            let Some(number) = self.queue.pop_front() else {
                return;
            };
            let Some(member) = self.tasks.get_mut(&number) else {
                continue;
            };
            match std::mem::replace(&mut member.state, State::Running) {
                // It ends without having begun.
                State::New(_) if member.is_cancelled => ctx.notify(Notice {
                    to: member.task.clone(),
                    args: [Value::Unit, Value::Unit],
                }),
                State::New(start) => {
                    self.turn = Some(number);
                    ctx.effects.spawns.push(Spawn {
                        task: number,
                        handle: member.task.clone(),
                        name: member.name.clone(),
                        daemon: false,
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

    /// The task that asks begins to wait and gives the turn away; unless it was cancelled, then it
    /// gets this error.
    pub(super) fn park(&mut self, ctx: &mut Ctx<'_>) -> Option<FaultKind> {
        let cancelled = self.take_cancel(ctx.task);
        if cancelled.is_none() {
            self.leave_turn(ctx.task, State::Waiting, ctx);
        }
        cancelled
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
            self.leave_turn(ctx.task, State::Asleep(time, result), ctx);
            return Ok(Attempt::Wait(Some(time)));
        }
        if self.queue.is_empty() {
            return Ok(Attempt::Done(result));
        }
        self.queue.push_back(ctx.task);
        self.leave_turn(ctx.task, State::Ready(Wake::Grant(result)), ctx);
        Ok(Attempt::Wait(None))
    }

    fn leave_turn(&mut self, task: TaskId, state: State, ctx: &mut Ctx<'_>) {
        if let Some(member) = self.tasks.get_mut(&task) {
            member.state = state;
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
    pub(super) fn wake(&mut self, task: TaskId, ctx: &mut Ctx<'_>) -> bool {
        let Some(member) = self.tasks.get_mut(&task) else {
            return false;
        };
        let wake = match member.state {
            State::Waiting => Wake::Retry,
            // Only one that was cancelled is woken by others.
            State::Asleep(..) => Wake::Grant(Value::Unit),
            _ => return false,
        };
        member.state = State::Ready(wake);
        self.queue.push_back(task);
        self.pass_turn(ctx);
        true
    }

    /// The time of a sleep is over: the task goes on when it has the turn, which may be now.
    fn time_is_over(&mut self, task: TaskId) -> Attempt {
        let Some(member) = self.tasks.get_mut(&task) else {
            return Attempt::Wait(None);
        };
        match std::mem::replace(&mut member.state, State::Running) {
            State::Asleep(_, result) if self.turn.is_none() && !self.is_stopped => {
                self.turn = Some(task);
                Attempt::Done(result)
            }
            State::Asleep(_, result) => {
                member.state = State::Ready(Wake::Grant(result));
                self.queue.push_back(task);
                Attempt::Wait(None)
            }
            // It was woken before.
            other => {
                member.state = other;
                Attempt::Wait(None)
            }
        }
    }

    /// Cancels a task: it gets the error where it awaits.
    pub(super) fn cancel(&mut self, task: TaskId, ctx: &mut Ctx<'_>) {
        if let Some(member) = self.tasks.get_mut(&task) {
            member.is_cancelled = true;
            self.wake(task, ctx);
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
        self.tasks.remove(&task);
        self.queue.retain(|queued| *queued != task);
        self.is_stopped |= by_force;
        if self.turn == Some(task) {
            self.turn = None;
        }
        if self.main == Some(task) {
            self.end = Some(end);
            // As in Python, what is left over is cancelled.
            let others: Vec<TaskId> = self.tasks.keys().copied().collect();
            for other in others {
                self.cancel(other, ctx);
            }
        }
        self.pass_turn(ctx);
        self.end_if_done(ctx);
    }

    /// A task has failed, and nobody has seen its error yet.
    pub(super) fn failed(&mut self, task: TaskId, name: Arc<str>, fault: Arc<Fault>) {
        if self.main != Some(task) {
            self.unseen.insert(task, Unseen { name, fault });
        }
    }

    /// Somebody has seen the error of a task.
    pub(super) fn seen(&mut self, task: TaskId) {
        self.unseen.remove(&task);
    }

    /// Something was made that shall be awaited.
    pub(super) fn made(&mut self, object: ObjectId, what: &'static str, pos: Pos) {
        let place = self.forgotten.partition_point(|made| made.0 < object);
        self.forgotten.insert(place, (object, what, pos));
    }

    /// It is awaited.
    pub(super) fn awaited(&mut self, object: ObjectId) {
        if let Ok(place) = self.forgotten.binary_search_by_key(&object, |made| made.0) {
            self.forgotten.remove(place);
        }
    }

    /// A call of `asyncio.to_thread` begins; its number, for its name.
    pub(super) fn thread_begins(&mut self) -> u64 {
        self.threads += 1;
        self.threads - 1
    }

    /// When the last task has ended, `asyncio.run` has, too.
    fn end_if_done(&mut self, ctx: &mut Ctx<'_>) {
        if !self.tasks.is_empty() || self.threads > 0 || self.is_stopped {
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
        let failures = &mut ctx.effects.failures;
        for (_, what, pos) in std::mem::take(&mut self.forgotten) {
            failures.push(Failure {
                message: format!("{what} was never awaited: write `await {what}(...)`"),
                pos,
            });
        }
        for Unseen { name, fault } in std::mem::take(&mut self.unseen).into_values() {
            failures.push(Failure {
                message: format!("Task exception was never retrieved: {name}: {}", fault.kind),
                pos: fault.pos,
            });
        }
    }
}

impl Primitive for EventLoop {
    fn kind(&self) -> &'static str {
        "EventLoop"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::RunLoop => self.run(call.args, ctx).unwrap_or_else(Attempt::fail),
            Verb::Sleep => {
                let time = call
                    .args
                    .first()
                    .and_then(Value::as_int)
                    .unwrap_or_default();
                let time = Duration::from_nanos(time.unsigned_abs());
                let result = call.args.last().cloned().unwrap_or_default();
                self.sleep(time, result, ctx).unwrap_or_else(Attempt::fail)
            }
            // A thread of `asyncio.to_thread` has ended.
            Verb::Ready => {
                self.threads = self.threads.saturating_sub(1);
                self.end_if_done(ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        }
    }

    fn withdraw(&mut self, task: TaskId, why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        if why == Withdrawal::Timeout {
            return self.time_is_over(task);
        }
        if self.runner == Some(task) {
            self.runner = None;
            self.is_stopped = true;
        }
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let is_queued = self.queue.contains(&task);
        let (what, awaited) = match (self.runner == Some(task), self.turn) {
            (true, _) => ("the end of the tasks of asyncio.run".into(), self.main),
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

    /// A task that waits can be cancelled by any other.
    fn knows_blockers(&self) -> bool {
        false
    }

    fn state_text(&self) -> String {
        format!("{} tasks", self.tasks.len())
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        visitor.value(&Value::Function(self.awaits.clone()));
        for part in [self.turn, self.runner, self.main] {
            visitor.number(u64::from(part.is_some()));
            part.into_iter().for_each(|task| visitor.task(task));
        }
        visitor.number(self.queue.len() as u64);
        self.queue.iter().for_each(|task| visitor.task(*task));
        visitor.number(self.tasks.len() as u64);
        for (number, member) in &self.tasks {
            visitor.task(*number);
            visitor.value(&Value::Object(member.task.clone()));
            visitor.number(u64::from(member.is_cancelled));
            match &member.state {
                State::New(start) => {
                    visitor.number(0);
                    visitor.value(&Value::Function(start.function.clone()));
                    start.args.iter().for_each(|arg| visitor.value(arg));
                    visitor.pos(start.pos);
                }
                State::Ready(Wake::Grant(result)) => {
                    visitor.number(1);
                    visitor.value(result);
                }
                State::Ready(_) => visitor.number(2),
                State::Running => visitor.number(3),
                State::Waiting => visitor.number(4),
                State::Asleep(time, result) => {
                    visitor.number(5);
                    visitor.number(time.as_nanos() as u64);
                    visitor.value(result);
                }
            }
        }
        visitor.number(self.made);
        visitor.number(self.threads);
        visitor.number(u64::from(self.is_stopped));
        match &self.end {
            None => visitor.number(0),
            Some(Ok(value)) => visitor.value(value),
            Some(Err(fault)) => visitor.value(&Value::Error(fault.clone())),
        }
        for (task, unseen) in &self.unseen {
            visitor.task(*task);
            visitor.value(&Value::Error(unseen.fault.clone()));
        }
        for (_, what, pos) in &self.forgotten {
            visitor.text(what);
            visitor.pos(*pos);
        }
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
