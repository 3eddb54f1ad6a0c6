//! The handle of a thread: starting it, and waiting for its end.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::tickets::Tickets;
use super::waiters::Waiters;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, HandleOf, Ids, Noticed, Primitive, Spawn, TaskId,
    ThreadCode, Verb, Waiting, Wake,
};
use crate::value::{Class, EncodeState, Fault, FaultKind, Function, Map, StateEncoder, Value};

#[derive(Clone, Debug)]
enum State {
    New {
        function: Arc<Function>,
        args: Vec<Value>,
    },
    Alive {
        task: TaskId,
        /// What it runs, for those who ask which variables it holds; nothing for main.
        function: Option<Arc<Function>>,
    },
    Returned {
        task: TaskId,
        value: Value,
    },
    Failed {
        task: TaskId,
        fault: Arc<Fault>,
    },
}

impl EncodeState for State {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::New { function, args } => (0, function, args).encode_state(encoder),
            Self::Alive { task, function } => (1, task, function).encode_state(encoder),
            Self::Returned { task, value } => (2, task, value).encode_state(encoder),
            Self::Failed { task, fault } => (3, task, fault).encode_state(encoder),
        }
    }
}

/// What a thread that waits for the end of another wants of it.
#[derive(Clone, Copy, Debug)]
enum Wants {
    /// The value, or `()` when there is none.
    Join,
    /// The value or the error. For at most so many seconds.
    Result(Option<f64>),
}

impl EncodeState for Wants {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Join => encoder.number(0),
            Self::Result(seconds) => (1, seconds).encode_state(encoder),
        }
    }
}

/// A thread of the script, as other threads see it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// What it runs; nothing for main.
    code: Option<ThreadCode>,
    name: Arc<str>,
    daemon: bool,
    /// Its number for scripts, once it was started.
    ident: Option<u64>,
    state: State,
    waiters: Waiters<Wants>,
    /// The tickets of those that are notified of its end.
    tickets: Tickets,
}

impl Thread {
    /// A thread that will call `function` with `args`. Without a name it gets the next
    /// `Thread-1`, `Thread-2` ...
    pub fn new(
        function: Arc<Function>,
        args: Vec<Value>,
        name: Option<&str>,
        daemon: bool,
        ids: &Ids,
    ) -> Self {
        let name = match name {
            Some(name) => name.into(),
            None => format!("Thread-{}", ids.next_thread_name()).into(),
        };
        Self {
            code: Some(ThreadCode::of(&function)),
            name,
            daemon,
            ident: None,
            state: State::New { function, args },
            waiters: Waiters::default(),
            tickets: Tickets::default(),
        }
    }

    /// The same with its function's name behind its own, as Python has it: `Thread-1 (work)`.
    #[must_use]
    pub fn named_after(mut self, function: &str) -> Self {
        self.name = format!("{} ({function})", self.name).into();
        self
    }

    /// `Thread(f)`, `Thread(f, [args])`, `Thread(f, [args], #{name: "A", daemon: true})`.
    ///
    /// # Errors
    /// A wrong use when the arguments are of other types, with what to type instead.
    pub fn from_args(args: &[Value], ids: &Ids) -> Result<Self, FaultKind> {
        let (first, rest) = args.split_first().ok_or_else(|| FaultKind::Arity {
            name: "Thread".into(),
            expected: vec![1, 2, 3],
            found: 0,
            params: vec!["f".into()],
        })?;
        let Value::Function(function) = first else {
            return Err(FaultKind::misuse(
                Class::TypeError,
                &format!("Thread(...) was given {} as its function", described(first)),
                "the first argument is the function that the thread will run",
                &instead(first, "Thread(f), or a closure: Thread(|| f(1))"),
            ));
        };
        let arguments = match rest.first() {
            None => Vec::new(),
            Some(Value::Array(items)) => items.to_vec(),
            Some(other) => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("Thread(f, ...) was given {} as arguments", described(other)),
                    "the second argument is an array of the function's arguments",
                    "put them into brackets: Thread(f, [1, 2])",
                ));
            }
        };
        let (name, daemon) = match rest.get(1) {
            None => (None, false),
            Some(Value::Map(options)) => thread_options(options)?,
            Some(other) => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("Thread(f, args, ...) was given {}", described(other)),
                    "the third argument is a map of options",
                    "write Thread(f, [], #{name: \"A\", daemon: true})",
                ));
            }
        };
        if rest.len() > 2 {
            return Err(FaultKind::Arity {
                name: "Thread".into(),
                expected: vec![1, 2, 3],
                found: args.len(),
                params: vec!["f".into()],
            });
        }
        Ok(Self::new(
            function.clone(),
            arguments,
            name.as_deref(),
            daemon,
            ids,
        ))
    }

    /// The main thread, which is alive for as long as its session or its process.
    pub fn main(task: TaskId, name: Arc<str>) -> Self {
        Self {
            code: None,
            name,
            daemon: false,
            // In each process.
            ident: Some(1),
            state: State::Alive {
                task,
                function: None,
            },
            waiters: Waiters::default(),
            tickets: Tickets::default(),
        }
    }

    /// Whether it is the main thread of its process.
    pub fn is_main(&self) -> bool {
        self.code.is_none()
    }

    /// What it calls is a method of: an instance, while it is alive.
    pub fn receiver(&self) -> Option<Value> {
        match &self.state {
            State::Alive {
                function: Some(function),
                ..
            } => Some(function.this.clone()),
            _ => None,
        }
    }

    /// Its number, once it was started.
    pub(super) fn task(&self) -> Option<TaskId> {
        match self.state {
            State::New { .. } => None,
            State::Alive { task, .. }
            | State::Returned { task, .. }
            | State::Failed { task, .. } => Some(task),
        }
    }

    fn start(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        if self.task().is_some() {
            return Attempt::fail(
                FaultKind::misuse(
                    Class::RuntimeError,
                    &format!("{} was started a second time", self.name),
                    "a thread can be started once",
                    "make a new one for another run: Thread(f)",
                )
                .as_python_says("threads can only be started once"),
            );
        }
        let State::New { function, args } = &mut self.state else {
            return Attempt::Done(Value::Unit);
        };
        let (function, args) = (function.clone(), std::mem::take(args));
        let task = ctx.ids.next_task();
        self.ident = Some(ctx.ids.next_ident());
        self.state = State::Alive {
            task,
            function: Some(function.clone()),
        };
        ctx.effects.spawns.push(Spawn {
            task,
            handle: ctx.this.clone(),
            name: self.name.clone(),
            daemon: self.daemon.into(),
            worker: false,
            isolated: None,
            function,
            args,
            event_loop: None,
            pos: ctx.pos,
        });
        Attempt::Done(Value::Unit)
    }

    fn wait_for_end(
        &mut self,
        wants: Wants,
        limit: Option<Duration>,
        ctx: &mut Ctx<'_>,
    ) -> Attempt {
        match &self.state {
            State::New { .. } => Attempt::fail(
                FaultKind::misuse(
                    Class::RuntimeError,
                    &format!("{} has not been started", self.name),
                    "only a thread that was started can end",
                    "call start() first",
                )
                .as_python_says("cannot join thread before it is started"),
            ),
            State::Alive { task, .. } if *task == ctx.task => Attempt::fail(
                FaultKind::misuse(
                    Class::RuntimeError,
                    &format!("{} waits for itself", self.name),
                    "a thread cannot wait for its own end",
                    "let another thread, such as main, join this one",
                )
                .as_python_says("cannot join current thread"),
            ),
            State::Alive { .. } => self.waiters.wait(wants, limit, ctx),
            _ => match self.answer(wants) {
                Wake::Fail(fault) => Attempt::Fail(fault),
                Wake::Grant(value) => Attempt::Done(value),
                Wake::Retry => Attempt::Done(Value::Unit),
            },
        }
    }

    /// What those who wait get once the thread has ended.
    fn answer(&self, wants: Wants) -> Wake {
        match (&self.state, wants) {
            (State::Returned { value, .. }, _) => Wake::Grant(value.clone()),
            (State::Failed { fault, .. }, Wants::Result(_)) => {
                Wake::fail(FaultKind::Elsewhere(fault.clone()))
            }
            _ => Wake::Grant(Value::Unit),
        }
    }

    fn end(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let task = ctx.task;
        self.state = match call.args.first() {
            Some(Value::Error(fault)) if call.verb == Verb::Fail => State::Failed {
                task,
                fault: fault.clone(),
            },
            value => State::Returned {
                task,
                value: value.cloned().unwrap_or_default(),
            },
        };
        let mut waiters = std::mem::take(&mut self.waiters);
        waiters.wake_with(ctx, |wants| Some(self.answer(*wants)));
        let has_failed = matches!(self.state, State::Failed { .. });
        self.tickets.redeem(&has_failed.into(), ctx);
        Attempt::Done(Value::Unit)
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if !matches!(
            call.verb,
            Verb::Join | Verb::Result | Verb::SetName | Verb::Finish | Verb::Fail | Verb::Watch
        ) {
            args::none(call)?;
        }
        Ok(match call.verb {
            Verb::Start => self.start(ctx),
            Verb::Join => self.wait_for_end(Wants::Join, args::limit(call)?, ctx),
            Verb::Result => {
                let limit = args::limit(call)?;
                let seconds = limit.map(|limit| limit.as_secs_f64());
                self.wait_for_end(Wants::Result(seconds), limit, ctx)
            }
            Verb::IsAlive => Attempt::Done(matches!(self.state, State::Alive { .. }).into()),
            Verb::Name => Attempt::Done(Value::from(&*self.name)),
            Verb::SetName => {
                let [name] = call.args else {
                    return Err(args::arity(call.verb, &[1], call.args.len()));
                };
                self.name = crate::value::print_text(name).into();
                Attempt::Done(Value::Unit)
            }
            Verb::Ident => Attempt::Done(
                self.ident
                    .map_or(Value::Unit, |ident| Value::Int(ident as i64)),
            ),
            Verb::Daemon => Attempt::Done(self.daemon.into()),
            Verb::Finish | Verb::Fail => self.end(call, ctx),
            Verb::Watch => match &self.state {
                State::New { .. } | State::Alive { .. } => self.tickets.keep(call),
                state => Attempt::Done(matches!(state, State::Failed { .. }).into()),
            },
            _ => Attempt::Unknown,
        })
    }
}

/// The options of `Thread(f, args, options)`.
fn thread_options(options: &Map) -> Result<(Option<String>, bool), FaultKind> {
    let (mut name, mut daemon) = (None, false);
    for (key, value) in options {
        match (&**key, value) {
            ("name", value) if value.as_str().is_some() => {
                name = value.as_str().map(str::to_owned);
            }
            ("daemon", Value::Bool(value)) => daemon = *value,
            _ => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("Thread was given the option {key}: {value:?}"),
                    "the options are `name`, a string, and `daemon`, true or false",
                    "write #{name: \"A\", daemon: true}",
                ));
            }
        }
    }
    Ok((name, daemon))
}

fn described(value: &Value) -> String {
    match value {
        Value::Unit => "`()`, which is what a call of a function without a value gives,".into(),
        other => format!("{other:?} ({})", other.type_name()),
    }
}

/// What to write in place of `given`, which is no function.
fn instead(given: &Value, usage: &str) -> String {
    let marks = match given.as_str() {
        Some(_) => "quotes",
        None => "brackets",
    };
    format!("give the function's name without {marks}: {usage}")
}

/// The call in `args`: a function and its arguments, as `spawn(f, args...)` and
/// `submit(f, args...)` take them.
///
/// # Errors
/// A wrong use when the first is no function.
pub fn call(verb: &str, args: &[Value]) -> Result<(Arc<Function>, Vec<Value>), FaultKind> {
    match args {
        [Value::Function(function), rest @ ..] => Ok((function.clone(), rest.to_vec())),
        [] => Err(FaultKind::misuse(
            Class::TypeError,
            &format!("{verb}() was given nothing to run"),
            "the first argument is the function to run",
            &format!("write {verb}(f), or {verb}(f, 1, 2) with its arguments"),
        )),
        [other, ..] => Err(not_a_function(verb, other)),
    }
}

/// The answer to `verb(found)` where `found` should be a function.
pub(super) fn not_a_function(verb: &str, found: &Value) -> FaultKind {
    FaultKind::misuse(
        Class::TypeError,
        &format!("{verb}(...) was given {} as its function", described(found)),
        "the first argument is the function to run",
        &instead(found, &format!("{verb}(f)")),
    )
}

impl EncodeState for Thread {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            code,
            name,
            daemon,
            ident,
            state,
            waiters,
            tickets,
        } = self;
        encoder.name(*code, name);
        encoder.identity(*code, ident.unwrap_or_default());
        (daemon, state).encode_state(encoder);
        for (task, wants) in waiters.iter() {
            match wants {
                Wants::Join => encoder.joiner(task),
                Wants::Result(_) => (task, wants).encode_state(encoder),
            }
        }
        // Nobody waits after these.
        (false, tickets).encode_state(encoder);
    }
}

impl Primitive for Thread {
    fn kind(&self) -> &'static str {
        "Thread"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn handle_of(&self) -> Option<HandleOf> {
        Some(HandleOf {
            code: self.code,
            task: self.task(),
            has_ended: matches!(self.state, State::Returned { .. } | State::Failed { .. }),
        })
    }

    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        let asks_for_end = matches!(call.verb, Verb::Join | Verb::Result);
        let waits = matches!(self.state, State::Alive { task: own, .. } if own != task);
        // With a limit, arriving starts the clock.
        !(asks_for_end && waits && call.args.is_empty())
    }

    fn end_is_noticed(&self, _end: Verb) -> Noticed {
        match self.tickets.is_empty() {
            true => Noticed::AmongThreads,
            // An event loop serves in the order in which threads end.
            false => Noticed::Always,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        let name = &self.name;
        self.waiters.cancel_wait(task, why, |wants| match wants {
            Wants::Join => Attempt::Done(Value::Unit),
            Wants::Result(seconds) => Attempt::fail(FaultKind::Timeout {
                what: format!("the end of {name}"),
                seconds: seconds.unwrap_or_default(),
            }),
        })
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let awaited = match self.state {
            State::Alive { task, .. } => vec![task],
            _ => Vec::new(),
        };
        Waiting {
            what: format!("the end of {}", self.name),
            holders: Vec::new(),
            awaited,
        }
    }

    fn blockers(&self, _task: TaskId) -> Blockers {
        Blockers::Threads(match self.state {
            State::Alive { task, .. } => vec![task],
            _ => Vec::new(),
        })
    }

    fn state_text(&self) -> String {
        let state = match &self.state {
            State::New { .. } => "not started",
            State::Alive { .. } => "running",
            State::Returned { .. } => "ended",
            State::Failed { fault, .. } if !fault.kind.is_catchable() => "stopped",
            State::Failed { .. } => "failed",
        };
        format!("{}, {state}", self.name)
    }
}

crate::value::state_key_test! { thread_key, Thread, Thread::main(TaskId(1), "main".into());
    name: "other".into(),
    daemon: true,
    ident: Some(2),
    state: State::Alive { task: TaskId(2), function: None },
    waiters: Waiters::one(2, Wants::Join),
    tickets: Tickets::one(),
    ; left out code
}

#[cfg(test)]
mod tests {
    use crate::pos::Pos;

    use super::super::table::{Table, function};
    use super::*;

    fn thread(table: &Table) -> Thread {
        Thread::new(function("f"), vec![Value::Int(1)], None, false, &table.ids)
    }

    #[test]
    fn starts_once_and_wakes_those_who_wait_for_its_end() {
        let mut table = Table::default();
        let (first, second) = (thread(&table), thread(&table));
        let a = table.add(first);
        let b = table.add(second);
        table.done(&b, 1, Verb::Name, &[], "\"Thread-2\"");
        table.done(&a, 1, Verb::Ident, &[], "()");
        table.done(&a, 1, Verb::Start, &[], "()");
        let spawn = table.effects.spawns.remove(0);
        assert_eq!((spawn.task, &*spawn.name), (TaskId(1), "Thread-1"));
        table.done(&a, 9, Verb::IsAlive, &[], "true");
        table.misuse(&a, 9, Verb::Start, &[], "started a second time");
        table.misuse(&a, 1, Verb::Join, &[], "waits for itself");
        table.misuse(&b, 9, Verb::Join, &[], "has not been started");
        table.waits(&a, 8, Verb::Join, &[]);
        table.waits(&a, 9, Verb::Result, &[Value::Int(2)]);
        table.done(&a, 1, Verb::Finish, &[Value::Int(7)], "()");
        assert_eq!(table.wakes(), ["8: 7", "9: 7"]);
        table.done(&a, 9, Verb::Join, &[], "7");
        table.done(&a, 9, Verb::IsAlive, &[], "false");
    }

    #[test]
    fn join_of_a_failed_thread_gives_unit_and_result_raises() {
        let mut table = Table::default();
        let state = thread(&table);
        let a = table.add(state);
        table.done(&a, 9, Verb::Start, &[], "()");
        table.waits(&a, 8, Verb::Join, &[]);
        table.waits(&a, 9, Verb::Result, &[]);
        let fault = Fault::new(FaultKind::Assertion("no".into()), Pos::NONE);
        table.done(&a, 1, Verb::Fail, &[Value::Error(Arc::new(fault))], "()");
        assert_eq!(table.wakes(), ["8: ()", "9: fail assertion failed: no"]);
    }

    #[test]
    fn who_is_waited_for_holds_nothing_and_a_stopped_thread_has_not_failed() {
        let mut table = Table::default();
        let state = thread(&table);
        let a = table.add(state);
        table.done(&a, 9, Verb::Start, &[], "()");
        let waiting = a.state().waiting(TaskId(9));
        assert_eq!(
            (waiting.holders, waiting.awaited),
            (vec![], vec![TaskId(1)])
        );
        let stopped = Fault::new(FaultKind::Interrupted, Pos::NONE);
        table.done(&a, 1, Verb::Fail, &[Value::Error(Arc::new(stopped))], "()");
        assert_eq!(a.state().state_text(), "Thread-1, stopped");
    }

    #[test]
    fn a_wait_that_times_out_gives_unit_unless_the_end_was_faster() {
        let mut table = Table::default();
        let state = thread(&table);
        let a = table.add(state);
        table.done(&a, 9, Verb::Start, &[], "()");
        table.waits(&a, 8, Verb::Join, &[Value::Float(0.5)]);
        assert!(matches!(
            table.cancel_wait(&a, 8, CancelReason::Timeout),
            Attempt::Done(Value::Unit)
        ));
        table.waits(&a, 8, Verb::Join, &[Value::Float(0.5)]);
        table.done(&a, 1, Verb::Finish, &[Value::Int(7)], "()");
        assert!(matches!(
            table.cancel_wait(&a, 8, CancelReason::Timeout),
            Attempt::Wait(None)
        ));
        table.misuse(&a, 9, Verb::Join, &[Value::Int(-1)], "join(-1)");
    }

    #[test]
    fn options_are_checked() {
        let ids = Ids::default();
        let f = Value::Function(function("f"));
        let mut options = Map::new();
        options.insert("name".into(), Value::from("A"));
        let args = [f.clone(), Value::array(vec![]), Value::map(options.clone())];
        assert_eq!(&*Thread::from_args(&args, &ids).unwrap().name, "A");
        options.insert("daemon".into(), Value::Int(1));
        let args = [f.clone(), Value::array(vec![]), Value::map(options)];
        for (args, found) in [
            (&args[..], "option daemon: 1"),
            (&[Value::Unit][..], "`()`"),
            (&[f, Value::Int(3)][..], "3 (i64)"),
        ] {
            let text = Thread::from_args(args, &ids).unwrap_err().to_string();
            assert!(text.contains(found), "{text}");
        }
    }
}
