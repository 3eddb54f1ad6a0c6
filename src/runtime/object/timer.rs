//! A thread that waits for a time and then calls its function, unless it was cancelled before:
//! Python's `threading.Timer`.
//!
//! The thread begins with a function of the prelude that waits on the timer itself. When that
//! returns, the timer gives the thread the script's function to run, or lets it end.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::thread::Thread;
use crate::value::object::{
    Attempt, Blockers, Call, CancelReason, Ctx, Ids, Noticed, Primitive, TaskId, Verb, Waiting,
    Wake,
};
use crate::value::{
    Class, EncodeState, FaultKind, Function, StateEncoder, Value, encode_as_number,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// The time is not over; it may not have been started.
    Set,
    Cancelled,
    /// The time is over, and the function will be called.
    Due,
    /// The function was called.
    Fired,
}

encode_as_number!(Phase);

/// A call that happens later, in a thread of its own.
#[derive(Clone, Debug)]
pub struct Timer {
    thread: Thread,
    delay: Duration,
    function: Arc<Function>,
    args: Vec<Value>,
    phase: Phase,
    /// Its own thread, while that waits for the time to be over.
    sleeper: Option<TaskId>,
}

impl Timer {
    /// `Timer(seconds, f)` and `Timer(seconds, f, [args])`. `waits` is the function that the thread
    /// begins with; it is given the timer.
    ///
    /// # Errors
    /// A wrong use when an argument is of another type.
    pub fn from_args(args: &[Value], waits: Arc<Function>, ids: &Ids) -> Result<Self, FaultKind> {
        let [seconds, function, rest @ ..] = args else {
            return Err(FaultKind::Arity {
                name: "Timer".into(),
                expected: vec![2, 3],
                found: args.len(),
                params: vec!["seconds".into(), "f".into()],
            });
        };
        let delay = args::time("Timer", seconds, "write Timer(0.5, f)")?;
        let (function, _) = super::call("Timer", std::slice::from_ref(function))?;
        let args = match rest {
            [] => Vec::new(),
            [Value::Array(items)] => items.to_vec(),
            [other, ..] => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("Timer(seconds, f, ...) was given {other:?} as arguments"),
                    "the third argument is an array of the function's arguments",
                    "put them into brackets: Timer(1, f, [1, 2])",
                ));
            }
        };
        Ok(Self {
            thread: Thread::new(waits, Vec::new(), None, false, ids),
            delay,
            function,
            args,
            phase: Phase::Set,
            sleeper: None,
        })
    }

    fn start(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let spawned = ctx.effects.spawns.len();
        let answer = self.thread.attempt(call, ctx);
        if let Some(spawn) = ctx.effects.spawns.get_mut(spawned) {
            spawn.args.push(Value::Object(ctx.this.clone()));
        }
        answer
    }

    /// Its own thread waits for the time to be over.
    fn wait(&mut self, ctx: &mut Ctx<'_>) -> Attempt {
        match self.phase {
            Phase::Set if self.thread.task() == Some(ctx.task) => {
                self.sleeper = Some(ctx.task);
                Attempt::Wait(Some(self.delay))
            }
            Phase::Cancelled if self.thread.task() == Some(ctx.task) => Attempt::Done(Value::Unit),
            _ => Attempt::Unknown,
        }
    }

    fn cancel(&mut self, ctx: &mut Ctx<'_>) {
        if self.phase == Phase::Set {
            self.phase = Phase::Cancelled;
            if let Some(task) = self.sleeper.take() {
                ctx.wake(task, Wake::Grant(Value::Unit));
            }
        }
    }
}

impl EncodeState for Timer {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            thread,
            delay,
            function,
            args,
            phase,
            sleeper,
        } = self;
        (thread, delay, function, args, phase, sleeper).encode_state(encoder);
    }
}

impl Primitive for Timer {
    fn kind(&self) -> &'static str {
        "Timer"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::Start => self.start(call, ctx),
            Verb::Wait => self.wait(ctx),
            Verb::Cancel => match args::none(call) {
                Ok(()) => {
                    self.cancel(ctx);
                    Attempt::Done(Value::Unit)
                }
                Err(fault) => Attempt::fail(fault),
            },
            Verb::Finish if self.phase == Phase::Due => {
                self.phase = Phase::Fired;
                ctx.effects.next = Some((self.function.clone(), std::mem::take(&mut self.args)));
                Attempt::Done(Value::Unit)
            }
            _ => self.thread.attempt(call, ctx),
        }
    }

    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        self.thread.is_ready(call, task)
    }

    fn end_is_noticed(&self, end: Verb) -> Noticed {
        match self.phase {
            // It goes on with the script's function.
            Phase::Due => Noticed::Never,
            _ => self.thread.end_is_noticed(end),
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        if self.sleeper != Some(task) {
            return self.thread.cancel_wait(task, why, ctx);
        }
        self.sleeper = None;
        if why == CancelReason::Timeout {
            self.phase = Phase::Due;
        }
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        if self.sleeper == Some(task) {
            return Waiting {
                what: format!("its time, {} s", self.delay.as_secs_f64()),
                ..Waiting::default()
            };
        }
        self.thread.waiting(task)
    }

    fn blockers(&self, task: TaskId) -> Blockers {
        if self.sleeper == Some(task) {
            return Blockers::Threads(Vec::new());
        }
        self.thread.blockers(task)
    }

    fn state_text(&self) -> String {
        let thread = self.thread.state_text();
        match self.phase {
            Phase::Cancelled => format!("{thread}, cancelled"),
            Phase::Set => format!("{thread}, calls after {} s", self.delay.as_secs_f64()),
            Phase::Due | Phase::Fired => thread,
        }
    }
}

crate::value::state_key_test! { timer_key, Timer, Timer { thread: Thread::main(TaskId(1), "t".into()), delay: Duration::ZERO, function: function("f"), args: Vec::new(), phase: Phase::Set, sleeper: None };
    thread: Thread::main(TaskId(2), "t".into()),
    delay: Duration::from_nanos(1),
    function: function("g"),
    args: vec![Value::Unit],
    phase: Phase::Due,
    sleeper: Some(TaskId(2)),
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, function};
    use super::*;

    fn timer(table: &mut Table) -> Arc<crate::value::Object> {
        let call = [Value::Float(0.5), Value::Function(function("f"))];
        let timer = Timer::from_args(&call, function("wait"), &table.ids);
        table.add(timer.unwrap())
    }

    #[test]
    fn the_function_is_called_when_the_time_is_over() {
        let mut table = Table::default();
        let timer = timer(&mut table);
        table.done(&timer, 9, Verb::Start, &[], "()");
        let spawn = table.effects.spawns.remove(0);
        assert_eq!(
            (spawn.function.name.as_str(), spawn.args.len()),
            ("wait", 1)
        );
        table.waits(&timer, spawn.task.0, Verb::Wait, &[]);
        table.waits(&timer, 9, Verb::Join, &[]);
        let over = table.cancel_wait(&timer, spawn.task.0, CancelReason::Timeout);
        assert!(matches!(over, Attempt::Done(_)), "{over:?}");
        table.done(&timer, 9, Verb::Cancel, &[], "()");
        table.done(&timer, spawn.task.0, Verb::Finish, &[], "()");
        let (next, _) = table.effects.next.take().unwrap();
        assert_eq!(next.name.as_str(), "f");
        table.done(&timer, spawn.task.0, Verb::Finish, &[Value::Int(7)], "()");
        assert_eq!(table.wakes(), ["9: 7"]);
    }

    #[test]
    fn cancelled_in_time_it_never_calls() {
        let mut table = Table::default();
        let timer = timer(&mut table);
        table.done(&timer, 9, Verb::Start, &[], "()");
        let task = table.effects.spawns.remove(0).task.0;
        table.waits(&timer, task, Verb::Wait, &[]);
        table.done(&timer, 9, Verb::Cancel, &[], "()");
        assert_eq!(table.wakes(), [format!("{task}: ()")]);
        let late = table.cancel_wait(&timer, task, CancelReason::Timeout);
        assert!(matches!(late, Attempt::Wait(None)), "{late:?}");
        table.done(&timer, task, Verb::Finish, &[], "()");
        assert!(table.effects.next.is_none());
        table.done(&timer, 9, Verb::IsAlive, &[], "false");
        assert!(timer.text().contains("cancelled"));
    }

    #[test]
    fn nobody_else_can_wait_for_its_time() {
        let mut table = Table::default();
        let timer = timer(&mut table);
        let answer = table.ask(&timer, 9, Verb::Wait, &[]);
        assert!(matches!(answer, Attempt::Unknown), "{answer:?}");
        let wrong = [Value::Int(-1), Value::Function(function("f"))];
        let fault = Timer::from_args(&wrong, function("wait"), &table.ids).unwrap_err();
        assert!(fault.to_string().starts_with("Timer(-1)"), "{fault}");
    }
}
