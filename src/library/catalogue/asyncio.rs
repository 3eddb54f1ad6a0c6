//! Rows for asyncio: tasks that switch only where they await. Longer than most files because it is
//! a table.
//!
//! The names carry their module, since several of them mean something else without it.

use std::sync::Arc;
use std::time::Duration;

use crate::runtime::object::asyncio::{
    AsyncLock, AsyncQueue, Errors, EventLoop, Gather, InThread, Request, TaskGroup, WaitFor,
    add_coroutine, create_task as new_task, outside,
};
use crate::runtime::object::call;
use crate::value::object::Verb;
use crate::value::{FaultKind, Function, Map, Object, Value, print_text};
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
                  does are cancelled. Errors of tasks that nobody awaited are shown at the end.",
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
                  that made it awaits. Keep the task and await it: only \
                  so do you get its value and its error.",
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
        details: "Takes functions, tasks, coroutines, or one array of them; with the option \
                  `return_exceptions` errors stand among the values. When one fails, the others \
                  go on.",
        errors: "Raises the first error.",
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
        errors: "A negative or infinite time is refused.",
        awaited: Some(await_sleep),
        ..function(
            Request::SLEEP,
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
        details: "When the time is over, the task is cancelled, and has ended when this raises.",
        errors: "Raises `TimeoutError` when the time is over.",
        ..function(
            WaitFor::NAME,
            &[sig(
                &[param("x", Kind::Awaitable), param("seconds", Kind::Seconds)],
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
                  block are cancelled, and the block ends with an `ExceptionGroup`.",
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
        details: "Those who wait get it in the order in which they came.",
        ..function(
            "asyncio.Lock",
            &[sig(&[], "AsyncLock")],
            "Makes a lock between tasks: `with lock { ... }` awaits it.",
            "fn main() {\n    let lock = asyncio.Lock();\n    with lock { print(lock.locked()); }\n}\n\
             asyncio.run(main);",
            "true",
            lock,
        )
    },
    function(
        "asyncio.Queue",
        &[
            sig(&[], "AsyncQueue"),
            sig(&[param("maxsize", Kind::Int)], "AsyncQueue"),
        ],
        "Makes a queue between tasks, with room for so many items, or any number.",
        "fn main() {\n    let q = asyncio.Queue(1);\n    let t = asyncio.create_task(|| await q.put(5));\n    \
         print(await q.get());\n}\nasyncio.run(main);",
        "5",
        queue,
    ),
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
    Entry {
        errors: "Refused before and after the block, and when a task of the group has failed.",
        ..method(
            "TaskGroup",
            "create_task",
            &[sig(F_AND_ARGS, "Task")],
            "Makes a task of the group, as `asyncio.create_task` does.",
            "fn main() {\n    with asyncio.TaskGroup() as tg {\n        \
             let t = tg.create_task(|x| x * 2, 4);\n    }\n    print(t.result());\n}\n\
             asyncio.run(main);",
            "8",
        )
    },
    Entry {
        blocks: "Not itself: awaited, it waits until the lock is free.",
        ..method(
            "AsyncLock",
            "acquire",
            &[sig(&[], "Coroutine")],
            "Awaited, it takes the lock.",
            "fn main() {\n    let lock = asyncio.Lock();\n    await lock.acquire();\n    \
             print(lock.locked());\n}\nasyncio.run(main);",
            "true",
        )
    },
    Entry {
        errors: "Refused when nobody holds it.",
        ..method(
            "AsyncLock",
            "release",
            &[sig(&[], "()")],
            "Gives the lock back.",
            "fn main() {\n    let lock = asyncio.Lock();\n    await lock.acquire();\n    \
             lock.release();\n    print(lock.locked());\n}\nasyncio.run(main);",
            "false",
        )
    },
    method(
        "AsyncLock",
        "locked",
        &[sig(&[], "bool")],
        "Whether some task holds the lock.",
        "print(asyncio.Lock().locked());",
        "false",
    ),
    method(
        "AsyncQueue",
        "put",
        &[sig(&[param("item", Kind::Any)], "Coroutine")],
        "Awaited, it waits for room and puts an item.",
        "fn main() {\n    let q = asyncio.Queue();\n    await q.put(1);\n    print(q.qsize());\n}\n\
         asyncio.run(main);",
        "1",
    ),
    Entry {
        errors: "Raises `Full` when there is no room.",
        ..method(
            "AsyncQueue",
            "put_nowait",
            &[sig(&[param("item", Kind::Any)], "()")],
            "Puts an item if there is room.",
            "let q = asyncio.Queue();\nq.put_nowait(1);\nprint(q.qsize());",
            "1",
        )
    },
    method(
        "AsyncQueue",
        "get",
        &[sig(&[], "Coroutine")],
        "Awaited, it waits for an item and takes it.",
        "fn main() {\n    let q = asyncio.Queue();\n    q.put_nowait(7);\n    \
         print(await q.get());\n}\nasyncio.run(main);",
        "7",
    ),
    Entry {
        errors: "Raises `Empty` when there is none.",
        ..method(
            "AsyncQueue",
            "get_nowait",
            &[sig(&[], "?")],
            "Takes an item if there is one.",
            "let q = asyncio.Queue();\nq.put_nowait(7);\nprint(q.get_nowait());",
            "7",
        )
    },
    Entry {
        errors: "Refused when it is called more often than items were put.",
        ..method(
            "AsyncQueue",
            "task_done",
            &[sig(&[], "()")],
            "Says that an item that was taken is done with, for `join`.",
            "let q = asyncio.Queue();\nq.put_nowait(7);\nq.get_nowait();\nq.task_done();\n\
             print(q.empty());",
            "true",
        )
    },
    method(
        "AsyncQueue",
        "join",
        &[sig(&[], "Coroutine")],
        "Awaited, it waits until all items that were put are done with.",
        "fn main() {\n    let q = asyncio.Queue();\n    await q.join();\n    print(\"nothing to do\");\n}\n\
         asyncio.run(main);",
        "nothing to do",
    ),
    method(
        "AsyncQueue",
        "qsize",
        &[sig(&[], "i64")],
        "How many items there are.",
        "print(asyncio.Queue().qsize());",
        "0",
    ),
    method(
        "AsyncQueue",
        "empty",
        &[sig(&[], "bool")],
        "Whether there is no item.",
        "print(asyncio.Queue().empty());",
        "true",
    ),
    method(
        "AsyncQueue",
        "full",
        &[sig(&[], "bool")],
        "Whether there is no room.",
        "let q = asyncio.Queue(1);\nq.put_nowait(1);\nprint(q.full());",
        "true",
    ),
];

const fn function(
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

const fn method(
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

/// The event loop of the task that calls.
fn running_loop<'a>(name: &str, ctx: &NativeCtx<'a>) -> Result<&'a Arc<Object>, FaultKind> {
    ctx.event_loop.ok_or_else(|| outside(name))
}

fn run(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    if ctx.event_loop.is_some() {
        return Err(FaultKind::misuse(
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
    let Some((what, args)) = args.split_first() else {
        return call(name, args).map(|_| NativeResult::Value(Value::Unit));
    };
    let task = new_task(event_loop, name, what, args, ctx.ids, ctx.pos)?;
    Ok(NativeResult::Value(Value::Object(task)))
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
    let mut tasks = Vec::new();
    for item in &items {
        tasks.push(match item {
            Value::Object(task) if task.kind() == "Task" => task.clone(),
            what => new_task(event_loop, Gather::NAME, what, &[], ctx.ids, ctx.pos)?,
        });
    }
    let gather = Gather::new(tasks, errors);
    let made = add_coroutine(gather, Gather::NAME, Some(event_loop), ctx.ids, ctx.pos);
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
            &format!("{name}({})", print_text(value)),
            "a time is a number of seconds, and not for ever",
            &format!("write how many seconds: `{name}(0.5)`"),
        )
    })
}

fn sleep_arguments(args: &mut [Value]) -> Result<(Duration, Value), FaultKind> {
    let time = seconds(Request::SLEEP, &args[0])?;
    Ok((
        time,
        args.get_mut(1).map(std::mem::take).unwrap_or_default(),
    ))
}

fn sleep(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let (time, result) = sleep_arguments(args)?;
    let made = Request::sleep(time, result, ctx.event_loop, ctx.ids, ctx.pos);
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
    let wait = WaitFor::new(args[0].clone(), seconds(WaitFor::NAME, &args[1])?);
    let made = add_coroutine(wait, WaitFor::NAME, ctx.event_loop, ctx.ids, ctx.pos);
    Ok(NativeResult::Value(made))
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

fn lock(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(AsyncLock::new(ctx.pos))))
}

fn queue(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let capacity = args.first().and_then(Value::as_int).unwrap_or_default();
    Ok(NativeResult::Value(
        ctx.make(AsyncQueue::new(capacity, ctx.pos)),
    ))
}
