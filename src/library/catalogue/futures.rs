//! Rows for Python's `concurrent.futures`: pools, futures, and waiting for several of them.
//!
//! Longer than most files because it is a table.

use std::sync::Arc;

use crate::runtime::object::{Executor, PoolSettings, ReturnWhen, Watch};
use crate::value::publish;
use crate::value::{Class, FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Param, Run, Signature, checked, native_index, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "ThreadPoolExecutor",
        signatures: POOL,
        summary: "Makes a pool of threads that run tasks.",
        details: "At most `max_workers` threads, by default as many as Python would start; each is \
                  started when there is work and none is free, is called `thread_name_prefix` and \
                  its number, and calls `initializer` with `initargs` once, before its first task. \
                  All four can stand in a map of options instead: \
                  `#{max_workers: 2, initializer: f}`.",
        errors: "The number of workers is a whole number from 1 on. BrokenThreadPool: when an \
                 initializer fails, its error is shown, tasks that have not begun fail, and the \
                 pool takes no more.",
        example: Example {
            code: "let setup = || print(\"ready:\", current_thread().name);\n\
                   with ThreadPoolExecutor(1, #{thread_name_prefix: \"w\", initializer: setup}) as executor {\n    \
                   print(executor.submit(|x| x * x, 3).result());\n}",
            output: "ready: w_0\n9",
        },
        run: Run::Native(executor),
        ..Entry::NEW
    },
    Entry {
        name: "pool",
        signatures: POOL,
        summary: "Short for `ThreadPoolExecutor`.",
        example: Example {
            code: "for x in pool(2).map(|x| x * 2, [1, 2]) { print(x); }",
            output: "2\n4",
        },
        run: Run::Native(executor),
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ThreadPoolExecutor"),
        name: "submit",
        signatures: &[
            sig(&[param("f", Kind::Function)], "Future"),
            sig(
                &[
                    param("f", Kind::Function),
                    param("arguments...", Kind::Rest),
                ],
                "Future",
            ),
        ],
        summary: "Has the pool call a function; gives a Future of its value.",
        errors: "Not after shutdown.",
        example: Example {
            code: "let future = pool(1).submit(|a, b| a + b, 1, 2);\nprint(future.result());",
            output: "3",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ThreadPoolExecutor"),
        name: "map",
        signatures: &[sig(
            &[param("f", Kind::Function), param("inputs...", Kind::Rest)],
            "Results",
        )],
        summary: "Calls a function with each item; gives the results in the order of the items.",
        details: "With several inputs f gets one item of each, and the shortest ends it. An item's \
                  error is raised when that item is read. A map of options may come last: `timeout`, \
                  in seconds from this call on, and `chunksize`, which means nothing for threads.",
        errors: "Not after shutdown. TimeoutError at an item that is not there in time; the calls go \
                 on.",
        example: Example {
            code: "for r in pool(2).map(|a, b| a + b, [1, 2], [10, 20], #{timeout: 60}) { print(r); }",
            output: "11\n22",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ThreadPoolExecutor"),
        name: "shutdown",
        signatures: &[
            sig(&[], "()"),
            sig(
                &[checked("wait", "true or false, or a map of options")],
                "()",
            ),
            sig(
                &[
                    param("wait", Kind::Bool),
                    checked("cancel_futures", "true or false"),
                ],
                "()",
            ),
        ],
        summary: "Takes no more tasks and waits for those there are.",
        details: "With `cancel_futures` those that have not begun are cancelled. Both can stand in a \
                  map of options: `#{cancel_futures: true}`.",
        blocks: "Until all tasks have ended, unless `wait` is false.",
        example: Example {
            code: "let gate = Event();\n\
                   let p = pool(1);\n\
                   let running = p.submit(|| gate.wait());\n\
                   let waiting = p.submit(|| 2);\n\
                   p.shutdown(#{wait: false, cancel_futures: true});\n\
                   gate.set();\n\
                   print(running.result(), waiting.cancelled());",
            output: "true true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "result",
        signatures: &[sig(&[], "?"), sig(&[param("seconds", Kind::Seconds)], "?")],
        summary: "Waits for the task's value, or raises its error.",
        errors: "TimeoutError when it takes longer than the given seconds; CancelledError when the task \
                 was cancelled.",
        blocks: "Until the task is done.",
        example: Example {
            code: "print(pool(1).submit(|| 4).result());",
            output: "4",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "exception",
        signatures: &[sig(&[], "?"), sig(&[param("seconds", Kind::Seconds)], "?")],
        summary: "Waits for the task's end and gives its error, or `()`.",
        blocks: "Until the task is done.",
        example: Example {
            code: "print(pool(1).submit(|| throw \"no\").exception());",
            output: "no",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "done",
        signatures: &[sig(&[], "bool")],
        summary: "Whether the task has ended or was cancelled.",
        example: Example {
            code: "let f = pool(1).submit(|| 4);\nf.result();\nprint(f.done());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "running",
        signatures: &[sig(&[], "bool")],
        summary: "Whether the task runs now.",
        example: Example {
            code: "let f = pool(1).submit(|| 4);\nf.result();\nprint(f.running());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "cancel",
        signatures: &[sig(&[], "bool")],
        summary: "Cancels a task that has not begun; whether it is cancelled.",
        example: Example {
            code: "let f = pool(1).submit(|| 4);\nf.result();\nprint(f.cancel());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "cancelled",
        signatures: &[sig(&[], "bool")],
        summary: "Whether the task was cancelled.",
        example: Example {
            code: "let f = pool(1).submit(|| 4);\nf.result();\nprint(f.cancelled());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "add_done_callback",
        signatures: &[sig(&[param("f", Kind::Function)], "()")],
        summary: "Has a function called with the future when it is done or cancelled.",
        details: "Callbacks are called in the order in which they were added, by the thread that \
                  ends the task; on a future that is done, at once, in this thread.",
        errors: "An error of a callback is shown and harms nothing else.",
        example: Example {
            code: "let p = pool(1);\nlet f = p.submit(|| { sleep(0.1); 4 });\n\
                   f.add_done_callback(|f| print(\"result:\", f.result()));\np.shutdown();\n\
                   f.add_done_callback(|f| print(\"done:\", f.done()));",
            output: "result: 4\ndone: true",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Results"),
        name: "len",
        signatures: &[sig(&[], "i64")],
        summary: "How many results there will be; never waits.",
        example: Example {
            code: "print(pool(2).map(|x| x, [1, 2, 3]).len());",
            output: "3",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Results"),
        name: "cancel",
        signatures: &[sig(&[], "()")],
        summary: "Cancels the calls that have not begun.",
        details: "Reading the result of a cancelled call is an error.",
        example: Example {
            code: "let r = pool(1).map(|x| x, [1, 2]);\nr.wait();\nr.cancel();\nprint(r[1]);",
            output: "2",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Results"),
        name: "wait",
        signatures: &[sig(&[], "()")],
        summary: "Waits until all results are there.",
        blocks: "Until all calls have ended.",
        example: Example {
            code: "let gate = Event();\n\
                   let p = pool(2);\n\
                   let futures = [p.submit(|| gate.wait()), p.submit(|| 2)];\n\
                   let first = wait(futures, #{return_when: FIRST_COMPLETED});\n\
                   print(first.done.len(), first.not_done.len());\n\
                   gate.set();\n\
                   print(wait(futures).done.len());",
            output: "1 1\n2",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        name: "as_completed",
        signatures: &[
            sig(&[checked("futures", "an array of futures")], "Watch"),
            sig(
                &[
                    checked("futures", "an array of futures"),
                    checked("timeout", "a number of seconds, `()`, or a map of options"),
                ],
                "Watch",
            ),
        ],
        summary: "Goes through futures in the order in which they are done.",
        details: "For `for`. Those that are done already come first; one that is given twice comes \
                  once. The seconds count from the first request on.",
        errors: "TimeoutError when the next one is not done in time.",
        blocks: "At each future until it is done.",
        example: Example {
            code: "let gate = Event();\n\
                   let p = pool(2);\n\
                   let slow = p.submit(|| { gate.wait(); 1 });\n\
                   let quick = p.submit(|| 2);\n\
                   for f in as_completed([slow, quick]) { print(f.result()); gate.set(); }",
            output: "2\n1",
        },
        run: Run::Native(as_completed),
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Watch"),
        name: "wait",
        signatures: &[
            sig(&[], "map"),
            sig(&[param("seconds", Kind::Seconds)], "map"),
        ],
        summary: "Waits until all futures are done; gives a map of two arrays, `done` and `not_done`.",
        details: "A Watch is what `as_completed` gives.",
        blocks: "Until all are done, or for at most that many seconds.",
        example: Example {
            code: "print(as_completed([pool(1).submit(|| 1)]).wait().done.len());",
            output: "1",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        name: "wait",
        signatures: &[
            sig(&[checked("futures", "an array of futures")], "map"),
            sig(
                &[
                    checked("futures", "an array of futures"),
                    checked("timeout", "a number of seconds, `()`, or a map of options"),
                ],
                "map",
            ),
            sig(
                &[
                    checked("futures", "an array of futures"),
                    checked("timeout", "a number of seconds, `()`, or a map of options"),
                    param("return_when", Kind::Text),
                ],
                "map",
            ),
        ],
        summary: "Waits for several futures; gives a map of two arrays, `done` and `not_done`.",
        details: "`return_when` is `ALL_COMPLETED`, `FIRST_COMPLETED` or `FIRST_EXCEPTION`; both can \
                  stand in a map of options: `#{timeout: 1, return_when: FIRST_COMPLETED}`. A time \
                  that is over is no error, and `()` is no limit.",
        blocks: "Until so many are done, or for at most that many seconds.",
        example: Example {
            code: "let p = pool(2);\nlet futures = [p.submit(|| 1), p.submit(|| { sleep(0.1); 2 })];\n\
                   let first = wait(futures, #{return_when: FIRST_COMPLETED});\n\
                   print(first.done.len(), first.not_done.len(), wait(futures).done.len());",
            output: "1 1 2",
        },
        run: Run::Native(wait),
        ..Entry::NEW
    },
    Entry {
        name: "ALL_COMPLETED",
        signatures: &[sig(&[], "string")],
        summary: "For `wait`: until all futures are done.",
        example: Example {
            code: "print(wait([pool(1).submit(|| 1)], (), ALL_COMPLETED).done.len());",
            output: "1",
        },
        run: Run::Constant("ALL_COMPLETED"),
        ..Entry::NEW
    },
    Entry {
        name: "FIRST_COMPLETED",
        signatures: &[sig(&[], "string")],
        summary: "For `wait`: until one future is done.",
        example: Example {
            code: "let gate = Event();\n\
                   let p = pool(2);\n\
                   let futures = [p.submit(|| gate.wait()), p.submit(|| 1)];\n\
                   print(wait(futures, (), FIRST_COMPLETED).done.len());\n\
                   gate.set();",
            output: "1",
        },
        run: Run::Constant("FIRST_COMPLETED"),
        ..Entry::NEW
    },
    Entry {
        name: "FIRST_EXCEPTION",
        signatures: &[sig(&[], "string")],
        summary: "For `wait`: until one future has failed, or all are done.",
        example: Example {
            code: "let gate = Event();\n\
                   let p = pool(2);\n\
                   let futures = [p.submit(|| gate.wait()), p.submit(|| throw \"no\")];\n\
                   print(wait(futures, (), FIRST_EXCEPTION).done.len());\n\
                   gate.set();",
            output: "1",
        },
        run: Run::Constant("FIRST_EXCEPTION"),
        ..Entry::NEW
    },
];

const POOL: &[Signature] = &[
    sig(&[], "ThreadPoolExecutor"),
    sig(&[SETTINGS[0]], "ThreadPoolExecutor"),
    sig(&[SETTINGS[0], SETTINGS[1]], "ThreadPoolExecutor"),
    sig(
        &[SETTINGS[0], SETTINGS[1], SETTINGS[2]],
        "ThreadPoolExecutor",
    ),
    sig(
        &[SETTINGS[0], SETTINGS[1], SETTINGS[2], SETTINGS[3]],
        "ThreadPoolExecutor",
    ),
];

/// Their types are checked by the pool, which also takes them in a map.
const SETTINGS: [Param; 4] = [
    checked(
        "max_workers",
        "a whole number from 1 on, or a map of options",
    ),
    checked("thread_name_prefix", "a string"),
    checked("initializer", "a function"),
    checked("initargs", "an array"),
];

fn executor(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let settings = PoolSettings::from_args(args)?;
    let executor = ctx.make(Executor::new(settings, ctx.pos, ctx.ids));
    // Its threads get whatever is given to it.
    publish(&executor);
    Ok(NativeResult::Value(executor))
}

fn as_completed(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let watch = Watch::new("as_completed", &args[0], ReturnWhen::AllCompleted)?;
    let limit = (args.get(1))
        .filter(|seconds| !matches!(seconds, Value::Unit))
        .map(|seconds| Watch::time("as_completed", seconds));
    Ok(NativeResult::Value(
        ctx.make(watch.within(limit.transpose()?)),
    ))
}

fn wait(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let (mut timeout, mut return_when) = (args.get(1).cloned(), args.get(2).cloned());
    if let Some(Value::Map(options)) = &timeout {
        let options = options.clone();
        timeout = None;
        for (name, value) in options.iter() {
            match &**name {
                "timeout" => timeout = Some(value.clone()),
                "return_when" => return_when = Some(value.clone()),
                _ => {
                    return Err(FaultKind::misuse(
                        Class::TypeError,
                        &format!("wait was given the option {name}: {value:?}"),
                        "the options are `timeout`, a number of seconds, and `return_when`",
                        "write #{timeout: 1, return_when: FIRST_COMPLETED}",
                    ));
                }
            }
        }
    }
    let return_when = match return_when {
        None => ReturnWhen::AllCompleted,
        Some(name) => named(&name)?,
    };
    let watch = Watch::new("wait", &args[0], return_when)?;
    let mut args = vec![ctx.make(watch)];
    if let Some(seconds) = timeout.filter(|seconds| !matches!(seconds, Value::Unit)) {
        args.push(Value::Float(Watch::time("wait", &seconds)?.as_secs_f64()));
    }
    Ok(call_prelude("wait", args, ctx))
}

fn named(value: &Value) -> Result<ReturnWhen, FaultKind> {
    let known = ReturnWhen::ALL.into_iter();
    let named = |(name, _): &(&str, _)| value.as_str() == Some(name);
    let found = known.filter(named).map(|(_, when)| when).next();
    found.ok_or_else(|| {
        FaultKind::misuse(
            Class::ValueError,
            &format!("wait was told to return when {value:?}"),
            "it returns at FIRST_COMPLETED, FIRST_EXCEPTION or ALL_COMPLETED",
            "write wait(futures, 5, FIRST_COMPLETED)",
        )
    })
}

/// Has the machine call the prelude's function `__name`, which comes with the name.
pub(super) fn call_prelude(name: &str, args: Vec<Value>, ctx: &NativeCtx<'_>) -> NativeResult {
    let program = ctx.program;
    let shown = program.named_function(program.name_id(name, native_index));
    let function = crate::value::Function {
        name: shown.name,
        ..program.named_function(program.name_id(&format!("__{name}"), |_| None))
    };
    NativeResult::Call(Arc::new(function), args)
}
