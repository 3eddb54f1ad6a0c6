//! The methods of Rhai's types that are written natively: all that is hot or common. The rest goes
//! through the bridge, and what takes a callback is in the prelude.
//!
//! Each file holds one type. A method that does not exist for the arguments answers nothing, so
//! that the next place can be asked.

mod array;
pub(super) mod collection;
mod map;
mod number;
mod string;

use std::sync::Arc;

use crate::pos::Pos;
use crate::value::index::span;
use crate::value::{Class, FaultKind, Function, Range, Target, Value, debug_text, print_text};
use crate::vm::{NativeCtx, NativeResult};

/// What a method gives; nothing when there is no such method for these arguments.
type Answer = Option<Result<Value, FaultKind>>;

/// Calls the method `name`. `args` may be taken when there is an answer.
pub(super) fn call(
    name: &str,
    receiver: &mut Value,
    args: &mut [Value],
) -> Option<Result<Value, FaultKind>> {
    let answer = match receiver {
        Value::Array(items) => array::call(name, items, args),
        Value::Literal(_) | Value::Str(_) => string::call(name, receiver, args),
        Value::Map(map) => map::call(name, map, args),
        Value::Collection(contents) => collection::call(name, contents, args, Pos::NONE),
        // A function of the library given a reference: it reads what is there.
        Value::Reference(reference) if collection::on_collection(reference.kind, name).keeps => {
            collection::call(name, &mut reference.load(), args, Pos::NONE)
        }
        Value::Int(_) | Value::Float(_) | Value::Char(_) => number::call(name, receiver, args),
        Value::Range(range) => range_method(name, range, args),
        Value::Blob(bytes) => blob_method(name, bytes, args),
        Value::Function(function) => function_method(name, function, args),
        _ => None,
    };
    answer.or_else(|| any_method(name, receiver, args))
}

/// Whether a value of this type has the property `name`: a method that can be written without
/// parentheses.
pub(super) fn is_property(name: &str, value: &Value) -> bool {
    match value {
        Value::Array(_) | Value::Blob(_) => matches!(name, "len" | "is_empty"),
        Value::Literal(_) | Value::Str(_) => matches!(name, "len" | "is_empty" | "bytes" | "chars"),
        Value::Range(_) => matches!(
            name,
            "start" | "end" | "is_inclusive" | "is_exclusive" | "is_empty" | "len"
        ),
        Value::Function(_) => matches!(name, "name" | "is_anonymous"),
        _ => false,
    }
}

/// First position and number of items that `range`, `start, count` or `start` (with `to_end`)
/// name.
fn span_of(args: &[Value], length: usize) -> Option<(usize, usize)> {
    match args {
        [Value::Range(range)] if range.step == 1 => {
            let start = range.start.max(0);
            let count = if range.inclusive {
                range.end.max(start).min(i64::MAX - 1) - start + 1
            } else {
                range.end.max(start) - start
            };
            Some(span(length, start, count))
        }
        [Value::Int(start), Value::Int(count)] => Some(span(length, *start, *count)),
        _ => None,
    }
}

/// As [`span_of`], where a `start` alone means everything from there.
fn span_or_tail(args: &[Value], length: usize) -> Option<(usize, usize)> {
    match args {
        [Value::Int(start)] => Some(span(length, *start, i64::MAX)),
        _ => span_of(args, length),
    }
}

fn int(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn done(value: Value) -> Answer {
    Some(Ok(value))
}

fn range_method(name: &str, range: &Range, args: &[Value]) -> Answer {
    done(match (name, args) {
        ("start", []) => Value::Int(range.start),
        ("end", []) => Value::Int(range.end),
        ("is_inclusive", []) => Value::Bool(range.inclusive),
        ("is_exclusive", []) => Value::Bool(!range.inclusive),
        ("is_empty", []) => Value::Bool(range.is_empty()),
        ("len", []) => Value::Int(i64::try_from(range.len()).unwrap_or(i64::MAX)),
        ("contains", [Value::Int(number)]) => Value::Bool(range.contains(*number)),
        _ => return None,
    })
}

fn blob_method(name: &str, bytes: &mut Arc<Vec<u8>>, args: &[Value]) -> Answer {
    done(match (name, args) {
        ("len", []) => int(bytes.len()),
        ("is_empty", []) => Value::Bool(bytes.is_empty()),
        ("push", [Value::Int(byte)]) => {
            Arc::make_mut(bytes).push((byte & 0xff) as u8);
            Value::Unit
        }
        _ => return None,
    })
}

fn function_method(name: &str, function: &Arc<Function>, args: &mut [Value]) -> Answer {
    done(match (name, &*args) {
        ("name", []) => Value::from(function.name.as_str()),
        ("is_anonymous", []) => Value::Bool(matches!(function.target, Target::Code(_))),
        ("curry", [_, ..]) => {
            let mut curried = (**function).clone();
            curried.curried.extend(args.iter_mut().map(std::mem::take));
            Value::Function(Arc::new(curried))
        }
        _ => return None,
    })
}

fn is_awaitable(value: &Value) -> bool {
    matches!(value, Value::Object(object) if matches!(object.kind(), "Task" | "Coroutine" | "Gather"))
}

fn any_method(name: &str, receiver: &Value, args: &[Value]) -> Answer {
    if let ("__await", Value::Function(function), []) = (name, receiver, args) {
        let name = match function.target {
            Target::Code(_) => "f",
            Target::Named(_) => function.name.as_str(),
        };
        return Some(Err(FaultKind::misuse(
            Class::TypeError,
            "await was given a function",
            "what can be awaited is a task, or what the functions of asyncio give",
            &format!("call it: `await {name}()`"),
        )));
    }
    if let ("__await", Value::Array(items), []) = (name, receiver, args)
        && items.iter().any(is_awaitable)
    {
        return Some(Err(FaultKind::misuse(
            Class::TypeError,
            "await was given an array of tasks",
            "one thing is awaited at a time",
            "write `await asyncio.gather(tasks)`: it waits for all, and gives their values",
        )));
    }
    if name == "__bind" {
        return Some(Err(FaultKind::mismatch("a function", receiver)));
    }
    done(match (name, args) {
        // A call of the script's has run already when its value is awaited.
        ("__await", []) => receiver.clone(),
        ("to_string", []) => Value::string(print_text(receiver)),
        ("to_debug", []) => Value::string(debug_text(receiver)),
        ("type_of", []) => Value::string(receiver.type_name()),
        ("is_shared", []) => Value::Bool(matches!(receiver, Value::Cell(_))),
        _ => return None,
    })
}

/// The methods of functions that only the machine can finish: `call`, and those that the prelude
/// uses to give a callback as many of its arguments as it takes, or what it is about as `this`:
/// `call_fitting(n, ...)`, where that is the n-th argument, and `call_entry(key, value)`; `takes(n)`
/// says whether it takes so many; `__call_with(args)` takes them from an array. `__bind(a, b)` is the
/// function with these as all its arguments, not
/// called yet.
pub(super) fn call_function(
    name: &str,
    receiver: &Value,
    args: &mut [Value],
    ctx: &NativeCtx<'_>,
) -> Option<NativeResult> {
    let Value::Function(function) = receiver else {
        return None;
    };
    let (least, item, args) = match (name, &mut *args) {
        ("call", _) => {
            let args = args.iter_mut().map(std::mem::take).collect();
            return Some(NativeResult::Call(function.clone(), args));
        }
        ("__call_with", [Value::Array(args)]) => {
            return Some(NativeResult::Call(function.clone(), args.to_vec()));
        }
        ("call_fitting", [Value::Int(least), args @ ..]) => {
            let least = usize::try_from(*least).unwrap_or(1).clamp(1, args.len());
            (least, least - 1, args)
        }
        ("call_entry", args @ [_, _]) => (1, 1, args),
        ("__bind", args) => {
            let count = args.len();
            let args: Vec<Value> = args.iter_mut().map(std::mem::take).collect();
            // A call that does not fit says so here, where it stands.
            if ctx.program.code_for(function, count).is_none() {
                return Some(NativeResult::Call(function.clone(), args));
            }
            let mut bound = (**function).clone();
            bound.curried.extend(args);
            return Some(NativeResult::Value(Value::Function(Arc::new(bound))));
        }
        ("takes", [Value::Int(count)]) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            let takes = ctx.program.code_for(function, count).is_some();
            return Some(NativeResult::Value(Value::Bool(takes)));
        }
        _ => return None,
    };
    let mut args: Vec<Value> = args.iter_mut().map(std::mem::take).collect();
    let code = |count: &usize| ctx.program.code_for(function, *count);
    let mentions_this =
        |count: &usize| code(count).is_some_and(|code| ctx.program.code(code).this.is_some());
    if let Some(count) = (0..args.len()).find(mentions_this) {
        let this = args.remove(item);
        args.truncate(count);
        return Some(NativeResult::CallOn(this, function.clone(), args));
    }
    // When nothing fits, the call says what is wrong.
    let count = (least..=args.len())
        .chain([0])
        .find(|count| code(count).is_some());
    args.truncate(count.unwrap_or(least));
    Some(NativeResult::Call(function.clone(), args))
}
