//! A thread of a pool: it runs call after call and tells each task its value.

use std::sync::Arc;

use super::args;
use crate::value::object::{
    Attempt, Call, Ctx, Object, Primitive, TaskId, Verb, Visitor, Waiting, Withdrawal,
};
use crate::value::{FaultKind, Value};

/// The handle of a pool's thread. `current_thread()` in a task gives it.
#[derive(Clone, Debug)]
pub struct PoolThread {
    name: Arc<str>,
    number: TaskId,
    pool: Arc<Object>,
    slot: usize,
    /// The task whose call runs, and which of its calls.
    task: Option<(Arc<Object>, Value)>,
}

impl PoolThread {
    /// The thread `number` in place `slot` of `pool`, which begins with a call of `task`.
    pub(super) fn new(
        name: Arc<str>,
        number: TaskId,
        pool: Arc<Object>,
        slot: usize,
        task: (Arc<Object>, Value),
    ) -> Self {
        Self {
            name,
            number,
            pool,
            slot,
            task: Some(task),
        }
    }

    /// Tells the task of the end of its call, and takes the next.
    fn end_of_call(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) {
        let value = call.args.first().cloned().unwrap_or_default();
        let stopped = matches!(&value, Value::Error(fault) if call.verb == Verb::Fail && !fault.kind.is_catchable());
        let verb = if call.verb == Verb::Fail {
            Verb::Reject
        } else {
            Verb::Resolve
        };
        let Some((task, index)) = self.task.take() else {
            return;
        };
        ask(&task, verb, &[index, value], ctx);
        if stopped {
            ask(
                &self.pool,
                Verb::Leave,
                &[Value::Int(self.slot as i64)],
                ctx,
            );
            return;
        }
        let number = Value::Int(self.number.0 as i64);
        // Most often the same task has more calls; the pool need not be asked.
        if let Attempt::Done(index) = ask(&task, Verb::TakeJob, std::slice::from_ref(&number), ctx)
        {
            self.task = Some((task, index));
            return;
        }
        let slot = Value::Int(self.slot as i64);
        if let Attempt::Done(Value::Array(next)) =
            ask(&self.pool, Verb::TakeJob, &[number, slot], ctx)
            && let [Value::Object(task), index] = &next[..]
        {
            self.task = Some((task.clone(), index.clone()));
        }
    }
}

/// Asks another object, on behalf of the thread that asks us.
pub(super) fn ask(on: &Arc<Object>, verb: Verb, args: &[Value], ctx: &mut Ctx<'_>) -> Attempt {
    let call = Call { verb, args };
    on.attempt(call, ctx.task, ctx.pos, ctx.effects, ctx.ids)
}

impl Primitive for PoolThread {
    fn kind(&self) -> &'static str {
        "Thread"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match call.verb {
            Verb::Finish | Verb::Fail => {
                self.end_of_call(call, ctx);
                return Attempt::Done(Value::Unit);
            }
            Verb::Start | Verb::Join | Verb::Result => {
                return Attempt::Fail(FaultKind::misuse(
                    &format!("{}() of a pool's thread", call.verb.name()),
                    "a pool starts and ends its threads itself",
                    "wait for a task by its Future, or for all with executor.shutdown()",
                ));
            }
            _ => {}
        }
        if let Err(fault) = args::none(call) {
            return Attempt::Fail(fault);
        }
        match call.verb {
            Verb::Name => Attempt::Done(Value::from(&*self.name)),
            Verb::Ident => Attempt::Done(Value::Int(self.number.0 as i64)),
            Verb::IsAlive => Attempt::Done(self.task.is_some().into()),
            Verb::Daemon => Attempt::Done(false.into()),
            _ => Attempt::Unknown,
        }
    }

    fn is_private(&self, call: Call<'_>) -> bool {
        !matches!(call.verb, Verb::IsAlive)
    }

    fn withdraw(&mut self, _task: TaskId, _why: Withdrawal, _ctx: &mut Ctx<'_>) -> Attempt {
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting::default()
    }

    fn state_text(&self) -> String {
        self.name.to_string()
    }

    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        if let Some((task, _)) = &self.task {
            visitor.value(&Value::Object(task.clone()));
        }
        visitor.value(&Value::Object(self.pool.clone()));
        visitor.number(self.slot as u64);
        visitor.task(self.number);
    }

    fn duplicate(&self) -> Box<dyn Primitive> {
        Box::new(self.clone())
    }
}
