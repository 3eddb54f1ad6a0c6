//! Rows for Python's processes: pools of them, and what tells them apart.

use std::sync::Arc;

use crate::runtime::object::{Executor, process_count};
use crate::value::publish;
use crate::value::{FaultKind, Value};
use crate::vm::{Intrinsic, NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, checked, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "ProcessPoolExecutor",
        signatures: &[
            sig(&[], "ProcessPoolExecutor"),
            sig(
                &[checked(
                    "max_workers",
                    "a whole number from 1 to 256, or a map of options",
                )],
                "ProcessPoolExecutor",
            ),
        ],
        summary: "Makes a pool of processes that run tasks.",
        details: "At most `max_workers` processes of this program, by default one per core; each is \
                  started when there is work and none is free. They share nothing: a task gets copies \
                  of its arguments, of what its function captures and of the top-level variables that \
                  it mentions, as they are when it is submitted, and its result is copied back. At most \
                  64 MB go to a process or back at once, in values that are nested at most 128 deep; \
                  processes may start processes, four generations in all. The option is \
                  `max_workers`: `ProcessPoolExecutor(#{max_workers: 2})`. Under \
                  the seeded scheduler and when exploring, a process is a thread that shares nothing.",
        errors: "What cannot be copied, such as a Lock, a Thread or a Future, is refused before \
                 anything runs; one in a top-level variable, when the task uses it. BrokenProcessPool: \
                 when a process ends before its time, all tasks without a result fail, and the pool \
                 takes no more.",
        example: Example {
            code: "let counter = 0;\n\
                   with ProcessPoolExecutor(2) as executor {\n    \
                   let future = executor.submit(|| { counter += 1; counter });\n    \
                   print(\"in the process:\", future.result());\n}\n\
                   print(\"here:\", counter);",
            output: "in the process: 1\nhere: 0",
        },
        run: Run::Native(executor),
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ProcessPoolExecutor"),
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
        summary: "Has a process call a function; gives a Future of its value.",
        details: "What the task prints appears here, as the process's. An error comes back with its \
                  message, line and calls.",
        errors: "Not after shutdown, and not with what cannot be copied.",
        example: Example {
            code: "fn square(x) { x * x }\nlet p = ProcessPoolExecutor(1);\n\
                   print(p.submit(square, 7).result());\np.shutdown();",
            output: "49",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ProcessPoolExecutor"),
        name: "map",
        signatures: &[sig(
            &[param("f", Kind::Function), param("inputs...", Kind::Rest)],
            "Results",
        )],
        summary: "Calls a function with each item; gives the results in the order of the items.",
        details: "With several inputs f gets one item of each, and the shortest ends it. A map of \
                  options may come last: `timeout`, in seconds from this call on, and `chunksize`: so \
                  many calls go to a process at once, which saves time when each is short; they share \
                  one copy of what f captures. An item's error is raised when that item is read.",
        errors: "Not after shutdown, and not with what cannot be copied. TimeoutError at an item that \
                 is not there in time; the calls go on.",
        example: Example {
            code: "with ProcessPoolExecutor(2) as executor {\n    \
                   for x in executor.map(|x| x * x, 1..4, #{chunksize: 2}) { print(x); }\n}",
            output: "1\n4\n9",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ProcessPoolExecutor"),
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
        summary: "Takes no more tasks, waits for those there are, and ends the processes.",
        details: "With `cancel_futures` those that have not begun are cancelled. Both can stand in a \
                  map of options: `#{cancel_futures: true}`.",
        blocks: "Until all tasks have ended, unless `wait` is false.",
        example: Example {
            code: "let p = ProcessPoolExecutor(1);\nlet f = p.submit(|| 4);\np.shutdown();\n\
                   print(f.done(), f.result());",
            output: "true 4",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ProcessPoolExecutor"),
        name: "kill_workers",
        signatures: &[sig(&[], "()")],
        summary: "Ends the processes at once, whatever they do.",
        details: "For a task that never ends. What is done keeps its result; all other tasks fail with \
                  BrokenProcessPool.",
        example: Example {
            code: "let p = ProcessPoolExecutor(1);\nlet f = p.submit(|| { loop { } });\n\
                   p.kill_workers();\nprint(f.exception().error);",
            output: "BrokenProcessPool",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        name: "pid",
        signatures: &[sig(&[], "i64")],
        summary: "Gives the number of the process.",
        details: "Under the seeded scheduler and when exploring it is 1 here, and in a pool's process \
                  the number of the thread that plays it.",
        example: Example {
            code: "let here = pid();\nwith ProcessPoolExecutor(1) as executor {\n    \
                   print(executor.submit(|| pid()).result() == here);\n}",
            output: "false",
        },
        run: Run::Native(pid),
        ..Entry::NEW
    },
    Entry {
        name: "getpid",
        signatures: &[sig(&[], "i64")],
        summary: "Python's name of `pid`.",
        example: Example {
            code: "print(os.getpid() == pid());",
            output: "true",
        },
        run: Run::Native(pid),
        ..Entry::NEW
    },
];

fn executor(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let count = process_count(args)?;
    let calls = ctx
        .program
        .named_function(ctx.program.name_id("__map", |_| None));
    let executor = Executor::of_processes(count, Arc::new(calls), ctx.pos, ctx.ids);
    let executor = ctx.make(executor);
    // What stands here for its processes gets whatever is given to it.
    publish(&executor);
    Ok(NativeResult::Value(executor))
}

fn pid(_args: &mut [Value], _ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Intrinsic(Intrinsic::Pid))
}
