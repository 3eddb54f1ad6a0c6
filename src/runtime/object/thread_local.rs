//! Values that each thread has of its own under shared names: Python's `threading.local`. The tasks of an
//! event loop share those of the thread in which it runs, or each has its own: that is what Python's
//! context variables are made of.
//!
//! No operation can be noticed by another thread, so none is visible. What a thread has set stays
//! until the object itself is gone: an object is not told of the ends of threads.

use std::collections::BTreeMap;

use super::args;
use super::asyncio::runner_of;
use crate::value::object::{Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, FaultKind, Map, StateEncoder, Value};

/// A map for each thread.
#[derive(Clone, Debug, Default)]
pub struct ThreadLocal {
    values: BTreeMap<TaskId, Map>,
    /// Whether each task of an event loop has a map of its own, too.
    is_of_tasks: bool,
}

impl ThreadLocal {
    /// One in which each task of an event loop has values of its own.
    pub fn of_tasks() -> Self {
        Self {
            is_of_tasks: true,
            ..Self::default()
        }
    }

    /// Whose values those are that the one who asks sees.
    fn owner(&self, ctx: &Ctx<'_>) -> TaskId {
        let runner = (ctx.event_loop).filter(|_| !self.is_of_tasks);
        runner.and_then(runner_of).unwrap_or(ctx.task)
    }

    fn value(&self, name: &str, task: TaskId) -> Option<&Value> {
        self.values.get(&task)?.get(name)
    }

    fn store(&mut self, name: &str, value: Value, task: TaskId) {
        let values = self.values.entry(task).or_default();
        values.insert(name.into(), value);
    }

    fn get(&self, call: Call<'_>, task: TaskId) -> Result<Value, FaultKind> {
        let (name, default) = match call.args {
            [name] => (self::name(name)?, None),
            [name, default] => (self::name(name)?, Some(default)),
            more => return Err(args::arity(call.verb, &[1, 2], more.len())),
        };
        let value = self.value(name, task).or(default).cloned();
        value.ok_or_else(|| unset(name))
    }

    fn set(&mut self, call: Call<'_>, task: TaskId) -> Result<Value, FaultKind> {
        let [name, value] = call.args else {
            return Err(args::arity(call.verb, &[2], call.args.len()));
        };
        self.store(self::name(name)?, value.clone(), task);
        Ok(Value::Unit)
    }
}

fn unset(name: &str) -> FaultKind {
    let python = format!("'_thread._local' object has no attribute '{name}'");
    FaultKind::misuse(
        Class::AttributeError,
        &format!("this ThreadLocal has no attribute `{name}` in this thread"),
        "each thread begins with none, and sees only its own",
        &format!(
            "set it in this thread first: `local.{name} = 0`; or read it with a default: \
             `local.get(\"{name}\", 0)`"
        ),
    )
    .as_python_says(python)
}

fn name(value: &Value) -> Result<&str, FaultKind> {
    value
        .as_str()
        .ok_or_else(|| FaultKind::mismatch("a name, as a string", value))
}

impl EncodeState for ThreadLocal {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            values,
            is_of_tasks,
        } = self;
        (values, is_of_tasks).encode_state(encoder);
    }
}

impl Primitive for ThreadLocal {
    fn kind(&self) -> &'static str {
        "ThreadLocal"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        let answer = match call.verb {
            Verb::Get => self.get(call, self.owner(ctx)),
            Verb::Set => self.set(call, self.owner(ctx)),
            _ => return Attempt::Unknown,
        };
        answer.map_or_else(Attempt::fail, Attempt::Done)
    }

    fn property(&self, name: &str, task: TaskId) -> Option<Result<Value, FaultKind>> {
        let value = self.value(name, task).cloned();
        Some(value.ok_or_else(|| unset(name)))
    }

    fn set_property(&mut self, name: &str, value: Value, task: TaskId) -> bool {
        self.store(name, value, task);
        true
    }

    fn cancel_wait(&mut self, _task: TaskId, _why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting::default()
    }

    fn state_text(&self) -> String {
        match self.values.len() {
            1 => "set by 1 thread".into(),
            count => format!("set by {count} threads"),
        }
    }
}

crate::value::state_key_test! { thread_local_key, ThreadLocal, ThreadLocal::default();
    values: [(TaskId(1), Map::new())].into(),
    is_of_tasks: true,
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;
    use crate::value::Value::Int;

    #[test]
    fn each_thread_sees_only_what_it_has_set() {
        let mut table = Table::default();
        let local = table.add(ThreadLocal::default());
        let x = Value::from("x");
        table.done(&local, 1, Verb::Set, &[x.clone(), Int(1)], "()");
        table.done(&local, 2, Verb::Set, &[x.clone(), Int(2)], "()");
        table.done(&local, 1, Verb::Get, std::slice::from_ref(&x), "1");
        table.done(&local, 2, Verb::Get, std::slice::from_ref(&x), "2");
        table.misuse(
            &local,
            3,
            Verb::Get,
            std::slice::from_ref(&x),
            "no attribute `x` in this thread",
        );
        table.done(&local, 3, Verb::Get, &[x, Int(0)], "0");
        table.misuse(&local, 3, Verb::Get, &[Int(0)], "a name, as a string");
        table.misuse(&local, 3, Verb::Set, &[], "set takes 2 arguments");
        assert_eq!(local.text(), "ThreadLocal(set by 2 threads)");
    }
}
