//! What `multiprocessing` needs: objects that processes share, a process, its number.

use std::sync::Arc;

use super::functions::named;
use super::{Row, as_int, raised, text};
use crate::library::operators;
use crate::runtime::object::{
    Atomic, Barrier, Condition, Event, Executor, Lock, Order, Queue, Semaphore,
};
use crate::value::object::{Object, Reach, Verb};
use crate::value::{FaultKind, Value};
use crate::vm::{Intrinsic, NativeCtx, NativeResult};

pub(super) const ROWS: &[Row] = &[
    // An object of this kind that processes share, made with these arguments.
    Row("shared", 1, 3, |args, ctx| {
        let kind = text::str(&args[0]);
        Ok(NativeResult::Value(shared(&kind, &args[1..], ctx)?))
    }),
    // A request that another process makes.
    Row("ask", 3, 3, |args, _| {
        let verb = args[1].as_str().and_then(Verb::named);
        match (&args[0], verb, &args[2]) {
            (Value::Object(object), Some(verb), Value::Array(given)) => {
                let ask = Intrinsic::Ask(object.clone(), verb, given.to_vec());
                Ok(NativeResult::Intrinsic(ask))
            }
            _ => Err(raised(
                "TypeError",
                "ask() takes an object, a name and arguments",
            )),
        }
    }),
    // How many pools and processes there were, with this one.
    Row("process_number", 0, 0, |_, ctx| {
        let number = ctx.ids.next_process_pool() + 1;
        Ok(NativeResult::Value(Value::Int(number as i64)))
    }),
    // Has a process of this name call a function; gives the pool of this one, and the future.
    Row("process_pool", 2, 2, |args, ctx| {
        let is_daemon = matches!(args[1], Value::Bool(true));
        let calls = named("__map", ctx);
        let one = Executor::of_process(&text::str(&args[0]), is_daemon, calls, ctx.pos);
        Ok(NativeResult::Value(ctx.make(one)))
    }),
    Row("fork", 2, 2, |args, _| match &args[0] {
        Value::Object(pool) => {
            let ask = Intrinsic::Ask(pool.clone(), Verb::Fork, vec![args[1].clone()]);
            Ok(NativeResult::Intrinsic(ask))
        }
        _ => Err(raised("TypeError", "fork() takes a process")),
    }),
];

fn shared(kind: &str, args: &[Value], ctx: &NativeCtx<'_>) -> Result<Value, FaultKind> {
    let pos = ctx.pos;
    let reach = Reach::Processes;
    Ok(Value::Object(match kind {
        "Queue" => {
            let size = args.first().and_then(as_int).unwrap_or(0);
            let queue = Queue::new("Queue", Order::Fifo, size, pos);
            Object::reaching(reach, ctx.ids, pos, queue)
        }
        "Lock" => Object::reaching(reach, ctx.ids, pos, Lock::new(pos).for_processes()),
        "RLock" => Object::reaching(reach, ctx.ids, pos, Lock::reentrant(pos).for_processes()),
        "Semaphore" | "BoundedSemaphore" => {
            let semaphore = Semaphore::from_args(args, kind == "BoundedSemaphore", pos)?;
            Object::reaching(reach, ctx.ids, pos, semaphore)
        }
        "Event" => Object::reaching(reach, ctx.ids, pos, Event::new(pos)),
        "Condition" => {
            let lock = match args {
                [lock, ..] => lock.clone(),
                [] => shared("RLock", &[], ctx)?,
            };
            let is_here =
                |lock: &Arc<Object>| lock.is_for_processes() && lock.elsewhere().is_none();
            if !matches!(&lock, Value::Object(lock) if is_here(lock)) {
                let message =
                    "a Condition takes a Lock or RLock of multiprocessing, made in its process";
                return Err(raised("TypeError", message));
            }
            Object::reaching(reach, ctx.ids, pos, Condition::new(&lock, pos)?)
        }
        "Barrier" => Object::reaching(reach, ctx.ids, pos, Barrier::from_args(args, pos)?),
        "Atomic" => {
            let value = args.first().cloned().unwrap_or_default();
            Object::reaching(reach, ctx.ids, pos, Atomic::new(value, operators::equal))
        }
        _ => return Err(raised("ValueError", &format!("processes share no {kind}"))),
    }))
}
