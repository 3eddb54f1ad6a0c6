//! Rows for asyncio: tasks that switch only where they await. Longer than most files because it is
//! a table.
//!
//! The names carry their module, since several of them mean something else without it.

use std::sync::Arc;
use std::time::Duration;

use crate::runtime::object::asyncio::{
    AsCompleted, AsyncTimeout, Errors, EventLoop, Gather, InThread, Shield, Sleep, TaskGroup,
    Until, Wait, WaitFor, add_coroutine, create_task as new_task, ensure_task, outside, with_name,
};
use crate::runtime::object::call;
use crate::value::object::Verb;
use crate::value::{Class, FaultKind, Function, Map, Object, Value, print_text};
use crate::vm::{Intrinsic, NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Native, Param, Run, Signature, native_index, param, sig};

const F_AND_ARGS: &[Param] = &[
    param("f", Kind::Awaitable),
    param("arguments...", Kind::Rest),
];

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        errors: "Refused within a task: a task awaits.",
        blocks: "The thread that calls it, until the task and all others have ended.",
        details: "The task that calls the function is `Task-1`. Tasks that have not ended when it \
                  does are cancelled, but those that are ready take one more step first. Errors of \
                  tasks that nobody awaited, and what was never awaited, are shown at the end.",
        ..function(
            "asyncio.run",
            &[sig(F_AND_ARGS, "?")],
            "Runs a function as the main task of an event loop and gives its value.",
            "fn main() { await asyncio.sleep(0.01); 42 }\nprint(asyncio.run(main));",
            "42",
            run,
        )
    },
    Entry {
        details: "`await(x)` is the same. Only here do tasks switch: while one runs, the others \
                  of its loop wait. A function is called and awaited at once, as a coroutine in \
                  Python: `await f(1)` gives its value.",
        errors: "Raises the error of what is awaited, and `CancelledError` when this task was \
                 cancelled.",
        blocks: "The task, until what it awaits is done; other tasks go on.",
        ..function(
            "await",
            &[sig(&[param("x", Kind::Any)], "?")],
            "Waits for a task, or for what a function of asyncio gives, and gives its value.",
            "fn double(x) { x * 2 }\nfn main() {\n    let t = asyncio.create_task(double, 4);\n    \
             print(await t + 1);\n}\nasyncio.run(main);",
            "9",
            await_,
        )
    },
    Entry {
        details: "`asyncio.create_task(f(1))` is the same as `asyncio.create_task(f, 1)`: a call of \
                  your own function that is handed over runs as the task. It begins when the task \
                  that made it awaits. Keep the task and await it: only so do you get its value and \
                  its error. `#{name: \"bob\"}` as the last argument gives it another name than \
                  `Task-2`, unless the function takes that argument.",
        errors: "Refused outside of `asyncio.run`.",
        ..function(
            "asyncio.create_task",
            &[sig(F_AND_ARGS, "Task")],
            "Makes a task that calls a function with these arguments when its turn comes.",
            "fn main() {\n    let t = asyncio.create_task(|| print(\"task\"));\n    \
             print(\"main\");\n    await t;\n}\nasyncio.run(main);",
            "main\ntask",
            create_task,
        )
    },
    Entry {
        details: "Takes functions, tasks, coroutines, or one array of them. When one fails, the \
                  others go on. With the option `asyncio.gather(f, g, #{return_exceptions: true})` \
                  errors stand among the values.",
        errors: "Raises the error that comes first.",
        ..function(
            Gather::NAME,
            &[sig(&[param("tasks...", Kind::Awaitables)], "Gather")],
            "Makes tasks; awaited, it gives their values in their order.",
            "fn one() { 1 }\nfn main() {\n    print(await asyncio.gather(one, || 2, \
             asyncio.sleep(0.01, 3)));\n}\nasyncio.run(main);",
            "[1, 2, 3]",
            gather,
        )
    },
    Entry {
        details: "`asyncio.sleep(0)` lets the other tasks go first. `time.sleep` would stop them \
                  all: it waits without awaiting.",
        errors: "An endless time is refused; a negative one is none at all.",
        awaited: Some(await_sleep),
        ..function(
            Sleep::NAME,
            &[
                sig(&[param("seconds", Kind::Seconds)], "Coroutine"),
                sig(
                    &[param("seconds", Kind::Seconds), param("result", Kind::Any)],
                    "Coroutine",
                ),
            ],
            "Awaited, it waits so long while other tasks go on, and gives the result.",
            "fn main() { print(await asyncio.sleep(0.01, \"rested\")); }\nasyncio.run(main);",
            "rested",
            sleep,
        )
    },
    Entry {
        details: "When the time is over, the task is cancelled, and has ended when this raises. \
                  `()` instead of a time means no limit.",
        errors: "Raises `TimeoutError` when the time is over.",
        ..function(
            WaitFor::NAME,
            &[sig(
                &[param("x", Kind::Awaitable), param("limit", Kind::Limit)],
                "Coroutine",
            )],
            "Awaited, it waits for a task, coroutine or function, but only so long.",
            "fn main() {\n    try { await asyncio.wait_for(asyncio.sleep(9), 0.01); }\n    \
             catch (e) { print(e.error); }\n}\nasyncio.run(main);",
            "TimeoutError",
            wait_for,
        )
    },
    Entry {
        details: "For what waits without awaiting, or computes for long.",
        errors: "Raises the function's error.",
        ..function(
            InThread::NAME,
            &[sig(
                &[
                    param("f", Kind::Function),
                    param("arguments...", Kind::Rest),
                ],
                "Coroutine",
            )],
            "Awaited, it runs a function in a thread of its own while the tasks go on.",
            "fn main() { print(await asyncio.to_thread(|x| { sleep(0.01); x + 1 }, 1)); }\n\
             asyncio.run(main);",
            "2",
            to_thread,
        )
    },
    function(
        "asyncio.current_task",
        &[sig(&[], "Task")],
        "Gives the task that asks.",
        "fn main() { print(asyncio.current_task().name); }\nasyncio.run(main);",
        "Task-1",
        current_task,
    ),
    Entry {
        details: "The block waits for all tasks of the group. When one fails, the others and the \
                  block are cancelled, and the block ends with an `ExceptionGroup`: its \
                  `exceptions` are the errors of the tasks, and last that of the block itself.",
        ..function(
            "asyncio.TaskGroup",
            &[sig(&[], "TaskGroup")],
            "Makes a group of tasks that end before the block that makes them.",
            "fn main() {\n    with asyncio.TaskGroup() as tg {\n        \
             tg.create_task(|| print(\"a\"));\n        tg.create_task(|| print(\"b\"));\n    }\n    \
             print(\"all done\");\n}\nasyncio.run(main);",
            "a\nb\nall done",
            task_group,
        )
    },
    Entry {
        details: "The block gets a `CancelledError` where it awaits; what leaves the block is a \
                  `TimeoutError`. The time counts from the block's first await on; `()` means no \
                  limit.",
        errors: "The block raises `TimeoutError` when the time is over. Refused outside of \
                 `asyncio.run`.",
        ..function(
            AsyncTimeout::NAME,
            &[sig(&[param("limit", Kind::Limit)], "AsyncTimeout")],
            "Makes a time limit for a block.",
            "fn main() {\n    try { with asyncio.timeout(0.01) { await asyncio.sleep(9); } }\n    \
             catch (e) { print(e.error); }\n}\nasyncio.run(main);",
            "TimeoutError",
            timeout,
        )
    },
    Entry {
        details: "For tasks, coroutines or functions, of which it makes tasks. Await one after the \
                  other: each gives the value of the task that ends next.",
        errors: "An await raises the error of that task, and `TimeoutError` when the time is over.",
        ..function(
            AsCompleted::NAME,
            &[
                sig(&[param("tasks", Kind::AwaitableArray)], "array"),
                sig(
                    &[
                        param("tasks", Kind::AwaitableArray),
                        param("limit", Kind::Limit),
                    ],
                    "array",
                ),
            ],
            "Gives coroutines, one for each task: awaited, they give the values as the tasks end.",
            "fn main() {\n    let sleeps = [asyncio.sleep(0.02, \"late\"), asyncio.sleep(0.01, \
             \"early\")];\n    for next in asyncio.as_completed(sleeps) { print(await next); }\n}\n\
             asyncio.run(main);",
            "early\nlate",
            as_completed,
        )
    },
    Entry {
        details: "Give tasks, not functions. The option `return_when` is `FIRST_COMPLETED`, \
                  `FIRST_EXCEPTION` or `ALL_COMPLETED`, and `timeout` a time: when it is over, no \
                  error is raised. The tasks are neither cancelled nor are their errors raised.",
        ..function(
            Wait::NAME,
            &[
                sig(&[param("tasks", Kind::Array)], "Coroutine"),
                sig(
                    &[param("tasks", Kind::Array), param("options", Kind::Map)],
                    "Coroutine",
                ),
            ],
            "Awaited, it waits for tasks and gives `done` and `pending`.",
            "fn main() {\n    let a = asyncio.create_task(|| 1);\n    let b = \
             asyncio.create_task(|| await asyncio.sleep(9));\n    let sets = await \
             asyncio.wait([a, b], #{return_when: FIRST_COMPLETED});\n    \
             print(sets.done.len, sets.pending.len);\n}\nasyncio.run(main);",
            "1 1",
            wait,
        )
    },
    Entry {
        details: "When whoever awaits it is cancelled, the task goes on. A function or coroutine \
                  becomes a task at once.",
        errors: "Raises the task's error.",
        ..function(
            Shield::NAME,
            &[sig(&[param("x", Kind::Awaitable)], "Coroutine")],
            "Awaited, it waits for a task that is not cancelled with whoever awaits it.",
            "fn main() {\n    let t = asyncio.create_task(|| await asyncio.sleep(0.02, \"saved\"));\n    \
             try { await asyncio.wait_for(asyncio.shield(t), 0.01); } catch (e) { print(e.error); }\n    \
             print(await t);\n}\nasyncio.run(main);",
            "TimeoutError\nsaved",
            shield,
        )
    },
    Entry {
        errors: "Raises the task's error; refused while the task has not ended.",
        ..method(
            "Task",
            "result",
            &[sig(&[], "?")],
            "Gives the value of a task that has ended.",
            "fn main() {\n    let t = asyncio.create_task(|| 5);\n    await t;\n    \
             print(t.result());\n}\nasyncio.run(main);",
            "5",
        )
    },
    Entry {
        errors: "Refused while the task has not ended.",
        ..method(
            "Task",
            "exception",
            &[sig(&[], "?")],
            "Gives the error of a task that has ended, or `()`.",
            "fn main() {\n    let t = asyncio.create_task(|| { throw \"no\"; });\n    \
             await asyncio.sleep(0);\n    print(t.exception());\n}\nasyncio.run(main);",
            "no",
        )
    },
    method(
        "Task",
        "done",
        &[sig(&[], "bool")],
        "Whether the task has ended.",
        "fn main() {\n    let t = asyncio.create_task(|| 5);\n    print(t.done());\n    await t;\n    \
         print(t.done());\n}\nasyncio.run(main);",
        "false\ntrue",
    ),
    Entry {
        details: "It gets a `CancelledError` where it awaits, which it can catch to tidy up; it \
                  should let it pass by `throw;`. One that has not begun never does.",
        ..method(
            "Task",
            "cancel",
            &[sig(&[], "bool")],
            "Cancels the task; false when it has ended already.",
            "fn main() {\n    let t = asyncio.create_task(|| await asyncio.sleep(9));\n    \
             await asyncio.sleep(0);\n    t.cancel();\n    try { await t; } catch (e) { \
             print(e.error); }\n}\nasyncio.run(main);",
            "CancelledError",
        )
    },
    method(
        "Task",
        "cancelled",
        &[sig(&[], "bool")],
        "Whether the task has ended because it was cancelled.",
        "fn main() {\n    let t = asyncio.create_task(|| 5);\n    t.cancel();\n    \
         await asyncio.sleep(0);\n    print(t.cancelled());\n}\nasyncio.run(main);",
        "true",
    ),
    method(
        "Task",
        "name",
        &[sig(&[], "string")],
        "The task's name; also as a property.",
        "fn main() { print(asyncio.create_task(|| 5).name); }\nasyncio.run(main);",
        "Task-2",
    ),
    method(
        "Task",
        "get_name",
        &[sig(&[], "string")],
        "The task's name.",
        "fn main() { print(asyncio.create_task(|| 5, #{name: \"bob\"}).get_name()); }\n\
         asyncio.run(main);",
        "bob",
    ),
    Entry {
        details: "What a task prints is marked with the name that it has when it begins.",
        ..method(
            "Task",
            "set_name",
            &[sig(&[param("name", Kind::Any)], "()")],
            "Gives the task another name.",
            "fn main() {\n    let t = asyncio.create_task(|| 5);\n    t.set_name(\"bob\");\n    \
             print(t);\n}\nasyncio.run(main);",
            "Task(bob, pending)",
        )
    },
    Entry {
        details: "The loop calls it when its turn comes, soon after the task has ended; soon, when \
                  it has ended already.",
        ..prelude(
            "Task",
            "add_done_callback",
            &[sig(&[param("f", Kind::Function)], "()")],
            "Has a function be called with the task when that has ended.",
            "fn main() {\n    let t = asyncio.create_task(|| 5);\n    \
             t.add_done_callback(|t| print(\"done:\", t.result()));\n    \
             await asyncio.sleep(0.01);\n}\nasyncio.run(main);",
            "done: 5",
        )
    },
    Entry {
        details: "It is done when all tasks have ended, or when one has failed.",
        ..method(
            "Gather",
            "done",
            &[sig(&[], "bool")],
            "Whether its values, or its error, are there.",
            "fn main() {\n    let both = asyncio.gather(|| 1, || 2);\n    print(both.done());\n    \
             await both;\n    print(both.done());\n}\nasyncio.run(main);",
            "false\ntrue",
        )
    },
    method(
        "Gather",
        "cancel",
        &[sig(&[], "bool")],
        "Cancels all its tasks; false when it is done already.",
        "fn main() {\n    let both = asyncio.gather(|| 1, || 2);\n    both.cancel();\n    \
         try { await both; } catch (e) { print(e.error); }\n}\nasyncio.run(main);",
        "CancelledError",
    ),
    method(
        "AsyncTimeout",
        "expired",
        &[sig(&[], "bool")],
        "Whether the block was cancelled because its time was over.",
        "fn main() {\n    let limit = asyncio.timeout(5);\n    with limit { await \
         asyncio.sleep(0); }\n    print(limit.expired());\n}\nasyncio.run(main);",
        "false",
    ),
    Entry {
        errors: "Refused before and after the block, and when a task of the group has failed.",
        ..method(
            "TaskGroup",
            "create_task",
            &[sig(F_AND_ARGS, "Task")],
            "Makes a task of the group, as `asyncio.create_task` does, also with a name.",
            "fn main() {\n    with asyncio.TaskGroup() as tg {\n        \
             let t = tg.create_task(|x| x * 2, 4);\n    }\n    print(t.result());\n}\n\
             asyncio.run(main);",
            "8",
        )
    },
];

pub(super) const fn function(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
    native: Native,
) -> Entry {
    Entry {
        name,
        signatures,
        summary,
        example: Example { code, output },
        run: Run::Native(native),
        ..Entry::NEW
    }
}

pub(super) const fn method(
    receiver: &'static str,
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        receiver: Some(receiver),
        name,
        signatures,
        summary,
        example: Example { code, output },
        ..Entry::NEW
    }
}

pub(super) const fn prelude(
    receiver: &'static str,
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        run: Run::Prelude,
        ..method(receiver, name, signatures, summary, code, output)
    }
}

/// The event loop of the task that calls.
fn running_loop<'a>(name: &str, ctx: &NativeCtx<'a>) -> Result<&'a Arc<Object>, FaultKind> {
    ctx.event_loop.ok_or_else(|| outside(name))
}

fn run(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    if ctx.event_loop.is_some() {
        return Err(FaultKind::misuse(
            Class::RuntimeError,
            "asyncio.run was called in a task",
            "an event loop runs already, and one task of it is this one",
            "make a task and await it: `await asyncio.create_task(f)`",
        ));
    }
    let program = ctx.program;
    let shown = program.named_function(program.name_id("await", native_index));
    let awaits = Function {
        name: shown.name,
        ..program.named_function(program.name_id("__run", |_| None))
    };
    let event_loop = Object::new(ctx.ids, ctx.pos, EventLoop::new(Arc::new(awaits)));
    let ask = Intrinsic::Ask(event_loop, Verb::RunLoop, args.to_vec());
    Ok(NativeResult::Intrinsic(ask))
}

/// Only where its name is a value: the lowering makes something else of `await x`.
fn await_(args: &mut [Value], _: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    match &args[0] {
        Value::Object(_) => Err(FaultKind::misuse(
            Class::TypeError,
            "await was called through a variable",
            "await is a word of the language, as in Python",
            "write `|x| await x` for a function that awaits",
        )),
        value => Ok(NativeResult::Value(value.clone())),
    }
}

fn create_task(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let name = "asyncio.create_task";
    let event_loop = running_loop(name, ctx)?;
    let takes_all = |function: &Arc<Function>, args: &[Value]| {
        let code = ctx.program.code_for(function, args.len() - 1);
        code.is_some()
    };
    let (args, task_name) = match &*args {
        [Value::Function(function), ..] if takes_all(function, args) => (&*args, None),
        args => with_name(args),
    };
    let [what, args @ ..] = args else {
        return call(name, args).map(|_| NativeResult::Value(Value::Unit));
    };
    let place = (ctx.ids, ctx.pos);
    let task = new_task(event_loop, name, what, args, task_name, place)?;
    Ok(NativeResult::Value(Value::Object(task)))
}

/// The tasks that these are, or that are made of them.
fn tasks(
    name: &str,
    items: &[Value],
    event_loop: &Arc<Object>,
    ctx: &NativeCtx<'_>,
) -> Result<Vec<Arc<Object>>, FaultKind> {
    let task = |item| ensure_task(event_loop, name, item, (ctx.ids, ctx.pos));
    items.iter().map(task).collect()
}

fn gather(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let event_loop = running_loop(Gather::NAME, ctx)?;
    let (items, errors) = match args {
        [items @ .., Value::Map(options)] => (&*items, errors_option(options)?),
        items => (&*items, Errors::Raised),
    };
    let items = match items {
        [Value::Array(items)] => items.to_vec(),
        items => items.to_vec(),
    };
    let tasks = tasks(Gather::NAME, &items, event_loop, ctx)?;
    let made = Gather::make(tasks, errors, event_loop, (ctx.ids, ctx.pos));
    Ok(NativeResult::Value(made))
}

fn errors_option(options: &Map) -> Result<Errors, FaultKind> {
    let mut errors = Errors::Raised;
    for (key, value) in options {
        errors = match (&**key, value) {
            ("return_exceptions", Value::Bool(true)) => Errors::AmongValues,
            ("return_exceptions", Value::Bool(false)) => Errors::Raised,
            _ => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("asyncio.gather was given the option {key}: {value:?}"),
                    "its option is `return_exceptions`, true or false",
                    "write asyncio.gather(f, g, #{return_exceptions: true})",
                ));
            }
        };
    }
    Ok(errors)
}

/// A number of seconds, 0 or more; as in Python, a negative one is none at all.
fn seconds(name: &str, value: &Value) -> Result<Duration, FaultKind> {
    let seconds = value.as_number().unwrap_or_default();
    Duration::try_from_secs_f64(seconds.max(0.0)).map_err(|_| {
        FaultKind::misuse(
            Class::ValueError,
            &format!("{name}({})", print_text(value)),
            "a time is a number of seconds, and not for ever",
            &format!("write how many seconds: `{name}(0.5)`"),
        )
    })
}

/// The same, or `()` for no limit.
fn limit(name: &str, value: Option<&Value>) -> Result<Option<Duration>, FaultKind> {
    match value {
        None | Some(Value::Unit) => Ok(None),
        Some(value) => seconds(name, value).map(Some),
    }
}

fn sleep_arguments(args: &mut [Value]) -> Result<(Duration, Value), FaultKind> {
    let time = seconds(Sleep::NAME, &args[0])?;
    Ok((
        time,
        args.get_mut(1).map(std::mem::take).unwrap_or_default(),
    ))
}

fn sleep(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let (time, result) = sleep_arguments(args)?;
    let made = Sleep::make(time, result, ctx.event_loop, ctx.ids, ctx.pos);
    Ok(NativeResult::Value(made))
}

fn await_sleep(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let event_loop = running_loop("await", ctx)?.clone();
    let (time, result) = sleep_arguments(args)?;
    let nanoseconds = i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    let args = vec![Value::Int(nanoseconds), result];
    let ask = Intrinsic::Ask(event_loop, Verb::Sleep, args);
    Ok(NativeResult::Intrinsic(ask))
}

fn wait_for(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let limit = limit(WaitFor::NAME, args.get(1))?;
    let wait = WaitFor::new(args[0].clone(), limit);
    let made = add_coroutine(wait, WaitFor::NAME, ctx.event_loop, ctx.ids, ctx.pos);
    Ok(NativeResult::Value(made))
}

fn timeout(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let limit = limit(AsyncTimeout::NAME, args.first())?;
    Ok(NativeResult::Value(ctx.make(AsyncTimeout::new(limit))))
}

fn as_completed(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let event_loop = running_loop(AsCompleted::NAME, ctx)?;
    let limit = limit(AsCompleted::NAME, args.get(1))?;
    let items = items(&args[0]);
    let tasks = tasks(AsCompleted::NAME, items, event_loop, ctx)?;
    let made = AsCompleted::make(tasks, limit, event_loop, (ctx.ids, ctx.pos));
    Ok(NativeResult::Value(made))
}

fn items(array: &Value) -> &[Value] {
    match array {
        Value::Array(items) => items,
        _ => &[],
    }
}

fn wait(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let mut tasks = Vec::new();
    for item in items(&args[0]) {
        match item {
            Value::Object(task) if task.kind() == "Task" => tasks.push(task.clone()),
            other => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("asyncio.wait was given {}", print_text(other)),
                    "it waits for tasks, and gives the same ones back",
                    "make a task of each first: `asyncio.create_task(f)`",
                ));
            }
        }
    }
    if tasks.is_empty() {
        return Err(FaultKind::misuse(
            Class::ValueError,
            "asyncio.wait was given no task",
            "it waits for at least one",
            "look first whether there is one: `if !tasks.is_empty() { ... }`",
        ));
    }
    let (until, limit) = match args.get(1) {
        Some(Value::Map(options)) => wait_options(options)?,
        _ => (Until::All, None),
    };
    let wait = Wait::new(tasks, until, limit);
    let made = add_coroutine(wait, Wait::NAME, ctx.event_loop, ctx.ids, ctx.pos);
    Ok(NativeResult::Value(made))
}

fn wait_options(options: &Map) -> Result<(Until, Option<Duration>), FaultKind> {
    let (mut until, mut time) = (Until::All, None);
    for (key, value) in options {
        match (&**key, value.as_str()) {
            ("return_when", Some("ALL_COMPLETED")) => until = Until::All,
            ("return_when", Some("FIRST_COMPLETED")) => until = Until::First,
            ("return_when", Some("FIRST_EXCEPTION")) => until = Until::FirstError,
            ("timeout", _) if value.as_number().is_some() || value.is_unit() => {
                time = limit(Wait::NAME, Some(value))?;
            }
            _ => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("asyncio.wait was given the option {key}: {value:?}"),
                    "its options are `return_when` and `timeout`",
                    "write asyncio.wait(tasks, #{return_when: FIRST_COMPLETED, timeout: 1})",
                ));
            }
        }
    }
    Ok((until, time))
}

fn shield(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let event_loop = running_loop(Shield::NAME, ctx)?;
    let task = ensure_task(event_loop, Shield::NAME, &args[0], (ctx.ids, ctx.pos))?;
    Ok(NativeResult::Value(Shield::make(task, ctx.ids, ctx.pos)))
}

fn to_thread(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let (function, args) = call(InThread::NAME, args)?;
    let in_thread = InThread::new(function, args);
    let made = add_coroutine(in_thread, InThread::NAME, ctx.event_loop, ctx.ids, ctx.pos);
    Ok(NativeResult::Value(made))
}

fn current_task(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    running_loop("asyncio.current_task", ctx)?;
    Ok(NativeResult::Intrinsic(Intrinsic::CurrentThread))
}

fn task_group(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(TaskGroup::new())))
}
