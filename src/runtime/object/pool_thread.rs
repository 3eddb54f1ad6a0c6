//! A thread of a pool: it runs call after call and tells each task its value.
//!
//! Of a pool of processes it is what stands here for a process. Callbacks are called on this side:
//! then a thread is started in its place, and a call in the process when that has ended.

use std::collections::VecDeque;
use std::sync::Arc;

use super::args;
use super::executor::Executor;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Daemon, Failure, Noticed, Object, Primitive, Spawn, TaskId,
    Verb, Waiting,
};
use crate::value::{Class, EncodeState, Fault, FaultKind, Function, StateEncoder, Value};

/// What a pool's thread runs.
#[derive(Clone, Debug)]
enum Work {
    Initializer,
    /// A task, and which of its calls.
    Task(Arc<Object>, Value),
    Callback,
    /// It has ended.
    Nothing,
}

impl EncodeState for Work {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Initializer => encoder.number(0),
            Self::Task(task, index) => (1, task, index).encode_state(encoder),
            Self::Callback => encoder.number(2),
            Self::Nothing => encoder.number(3),
        }
    }
}

/// The handle of a pool's thread. `current_thread()` in a task gives it.
#[derive(Clone, Debug)]
pub struct PoolThread {
    name: Arc<str>,
    number: TaskId,
    /// Its number for scripts.
    ident: u64,
    pool: Arc<Object>,
    slot: usize,
    /// Whether tasks run in a process, and whether what runs now does.
    isolated: bool,
    is_away: bool,
    work: Work,
    /// The calls that come before the next task.
    callbacks: VecDeque<Arc<Function>>,
}

impl PoolThread {
    /// The thread `number` in place `slot` of `pool`, which begins with a call of `task`, or with
    /// the initializer.
    pub(super) fn new(
        name: Arc<str>,
        (number, ident): (TaskId, u64),
        pool: Arc<Object>,
        slot: usize,
        task: Option<(Arc<Object>, Value)>,
        isolated: bool,
    ) -> Self {
        let work = task.map_or(Work::Initializer, |(task, index)| Work::Task(task, index));
        Self {
            name,
            number,
            ident,
            pool,
            slot,
            isolated,
            is_away: isolated,
            work,
            callbacks: VecDeque::new(),
        }
    }

    /// Tells those whom it concerns of the end of a call, and takes the next.
    fn end_of_call(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) {
        let died = call.verb == Verb::Died;
        let failed = call.verb == Verb::Fail || died;
        let value = call.args.first().cloned().unwrap_or_default();
        let value = if died { self.death(&value, ctx) } else { value };
        let stopped = matches!(&value, Value::Error(fault) if failed && !fault.kind.is_catchable());
        let slot = Value::Int(self.slot as i64);
        let work = std::mem::replace(&mut self.work, Work::Nothing);
        let calls = match &work {
            Work::Task(task, index) => {
                let verb = if failed { Verb::Reject } else { Verb::Resolve };
                ask(task, verb, &[index.clone(), value.clone()], ctx)
            }
            Work::Initializer if failed && !stopped => {
                self.report(&value, ctx);
                ask(&self.pool, Verb::Break, &[], ctx)
            }
            // A callback shows its error itself.
            _ => Attempt::Done(Value::Unit),
        };
        if stopped {
            // No code of the script runs any more.
            ask(&self.pool, Verb::Leave, &[slot], ctx);
            return;
        }
        self.add_callbacks(&calls);
        if died {
            let calls = ask(&self.pool, Verb::Break, &call.args[1..], ctx);
            self.add_callbacks(&calls);
        }
        if let Some(function) = self.callbacks.pop_front() {
            self.work = Work::Callback;
            ctx.effects.next = Some((function, Vec::new()));
            self.change_sides(ctx);
            return;
        }
        let number = Value::Int(self.number.0 as i64);
        // Most often the same task has more calls; the pool need not be asked.
        if let Work::Task(task, _) = work
            && let Attempt::Done(index) =
                ask(&task, Verb::TakeJob, std::slice::from_ref(&number), ctx)
        {
            self.work = Work::Task(task, index);
            self.change_sides(ctx);
            return;
        }
        if let Attempt::Done(Value::Array(next)) =
            ask(&self.pool, Verb::TakeJob, &[number, slot], ctx)
            && let [Value::Object(task), index] = &next[..]
        {
            self.work = Work::Task(task.clone(), index.clone());
            self.change_sides(ctx);
        }
    }

    /// The error of a task whose process has died in this way.
    fn death(&self, how: &Value, ctx: &Ctx<'_>) -> Value {
        let how = how.as_str().unwrap_or_default();
        let cause = (self.pool).change(|pool: &mut Executor| pool.cause(how));
        let kind = cause.unwrap_or_else(|| FaultKind::Internal("a thread without a pool".into()));
        Value::Error(Arc::new(Fault::new(kind, ctx.pos)))
    }

    fn add_callbacks(&mut self, calls: &Attempt) {
        if let Attempt::Done(Value::Array(calls)) = calls {
            let function = |call: &Value| match call {
                Value::Function(function) => Some(function.clone()),
                _ => None,
            };
            self.callbacks.extend(calls.iter().filter_map(function));
        }
    }

    /// Has the next call run by another in its place when it does not belong where the last one
    /// ran.
    fn change_sides(&mut self, ctx: &mut Ctx<'_>) {
        let is_away = self.isolated && !matches!(self.work, Work::Callback);
        if is_away == self.is_away {
            return;
        }
        let Some((function, args)) = ctx.effects.next.take() else {
            return;
        };
        let other = Self {
            is_away,
            ..self.clone()
        };
        self.work = Work::Nothing;
        self.callbacks.clear();
        let (task, name) = match is_away {
            true => (self.number, self.name.clone()),
            false => (
                ctx.ids.next_task(),
                format!("{} callbacks", self.name).into(),
            ),
        };
        // A wait for the pool is a wait for that one.
        (self.pool).change(|pool: &mut Executor| pool.relieve(self.slot, task));
        ctx.effects.spawns.push(Spawn {
            task,
            handle: ctx.make(other),
            name,
            daemon: Daemon::No,
            worker: true,
            isolated: is_away.then(|| Arc::downgrade(&self.pool)),
            event_loop: None,
            function,
            args,
            pos: ctx.pos,
        });
    }

    fn report(&self, error: &Value, ctx: &mut Ctx<'_>) {
        if let Value::Error(fault) = error {
            ctx.effects.failures.push(Failure {
                message: format!("the initializer failed: {}", fault.kind),
                pos: fault.pos,
                about: None,
            });
        }
    }
}

/// Asks another object, on behalf of the thread that asks us.
pub(super) fn ask(on: &Arc<Object>, verb: Verb, args: &[Value], ctx: &mut Ctx<'_>) -> Attempt {
    ctx.ask(on, Call { verb, args })
}

impl EncodeState for PoolThread {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            name,
            number,
            ident,
            pool,
            slot,
            isolated,
            is_away,
            work,
            callbacks,
        } = self;
        (name, number, ident, pool, slot, isolated, is_away).encode_state(encoder);
        (work, callbacks).encode_state(encoder);
    }
}

impl Primitive for PoolThread {
    fn kind(&self) -> &'static str {
        "Thread"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::Finish | Verb::Fail | Verb::Died => {
                self.end_of_call(call, ctx);
                return Attempt::Done(Value::Unit);
            }
            Verb::Start | Verb::Join | Verb::Result => {
                return Attempt::fail(FaultKind::misuse(
                    Class::RuntimeError,
                    &format!("{}() of a pool's thread", call.verb.name()),
                    "a pool starts and ends its threads itself",
                    "wait for a task by its Future, or for all with executor.shutdown()",
                ));
            }
            _ => {}
        }
        if let Err(fault) = args::none(call) {
            return Attempt::fail(fault);
        }
        match call.verb {
            Verb::Name => Attempt::Done(Value::from(&*self.name)),
            Verb::Ident => Attempt::Done(Value::Int(self.ident as i64)),
            Verb::IsAlive => Attempt::Done((!matches!(self.work, Work::Nothing)).into()),
            Verb::Daemon => Attempt::Done(false.into()),
            _ => Attempt::Unknown,
        }
    }

    /// An initializer that fails breaks the pool, which the next `submit` notices.
    fn end_is_noticed(&self, end: Verb) -> Noticed {
        match &self.work {
            Work::Initializer if end == Verb::Fail => Noticed::Always,
            Work::Task(task, _) => task.state().end_is_noticed(end),
            _ => Noticed::AmongFutures,
        }
    }

    fn cancel_wait(&mut self, _task: TaskId, _why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting::default()
    }

    fn state_text(&self) -> String {
        self.name.to_string()
    }
}

crate::value::state_key_test! { pool_thread_key, PoolThread, PoolThread::new("w".into(), (TaskId(2), 2), object(), 0, None, false);
    name: "v".into(),
    number: TaskId(3),
    ident: 3,
    pool: object(),
    slot: 1,
    isolated: true,
    is_away: true,
    work: Work::Task(object(), Value::Int(0)),
    callbacks: [function("f")].into(),
}
