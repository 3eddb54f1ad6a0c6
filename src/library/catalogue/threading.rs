//! Rows for threads, locks, pools and futures: their constructors and the methods of their objects.
//!
//! A constructor makes its object by [`NativeCtx::make`]; a method is carried out by the object
//! itself, which also checks the arguments. Longer than most files because it is a table.

use crate::runtime::object::{Executor, Lock, Thread};
use crate::value::{FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "Thread",
        signatures: &[
            sig(&[param("f", Kind::Any)], "Thread"),
            sig(&[param("f", Kind::Any), param("args", Kind::Any)], "Thread"),
            sig(
                &[
                    param("f", Kind::Any),
                    param("args", Kind::Any),
                    param("options", Kind::Any),
                ],
                "Thread",
            ),
        ],
        summary: "Makes a thread that will call a function; `start` runs it.",
        details: "The options are `name`, a string, and `daemon`: a daemon ends with the main thread.",
        errors: "The first argument must be a function, without brackets.",
        example: Example {
            code: "let t = Thread(|x| x * x, [7], #{name: \"A\"});\nt.start();\nprint(t.join());",
            output: "49",
        },
        run: Run::Native(thread),
        ..Entry::NEW
    },
    Entry {
        name: "spawn",
        signatures: &[
            sig(&[param("f", Kind::Function)], "Thread"),
            sig(
                &[
                    param("f", Kind::Function),
                    param("arguments...", Kind::Rest),
                ],
                "Thread",
            ),
        ],
        summary: "Makes a thread that calls a function with these arguments, and starts it.",
        example: Example {
            code: "let t = spawn(|x| x + 1, 1);\nprint(t.join());",
            output: "2",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        name: "join",
        signatures: &[
            sig(&[param("thread", Kind::Any)], "?"),
            sig(
                &[param("thread", Kind::Any), param("seconds", Kind::Seconds)],
                "?",
            ),
        ],
        summary: "Waits for the end of a thread and gives its function's value.",
        blocks: "Until the thread has ended, or for at most that many seconds.",
        example: Example {
            code: "print(join(spawn(|| 3)));",
            output: "3",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        name: "Lock",
        signatures: &[sig(&[], "Lock")],
        summary: "Makes a lock: at most one thread holds it.",
        details: "Not re-entrant: a thread that acquires it twice waits for itself.",
        example: Example {
            code: "let lock = Lock();\nwith lock { print(lock.locked()); }\nprint(lock.locked());",
            output: "true\nfalse",
        },
        run: Run::Native(lock),
        ..Entry::NEW
    },
    Entry {
        name: "ThreadPoolExecutor",
        signatures: &[
            sig(&[], "ThreadPoolExecutor"),
            sig(&[param("workers", Kind::Any)], "ThreadPoolExecutor"),
        ],
        summary: "Makes a pool of threads that run tasks.",
        errors: "The number of workers is a whole number from 1 on.",
        example: Example {
            code: "with ThreadPoolExecutor(2) as executor {\n    print(executor.submit(|x| x * x, 3).result());\n}",
            output: "9",
        },
        run: Run::Native(executor),
        ..Entry::NEW
    },
    Entry {
        name: "pool",
        signatures: &[
            sig(&[], "ThreadPoolExecutor"),
            sig(&[param("workers", Kind::Any)], "ThreadPoolExecutor"),
        ],
        summary: "Short for `ThreadPoolExecutor`.",
        example: Example {
            code: "for x in pool(2).map(|x| x * 2, [1, 2]) { print(x); }",
            output: "2\n4",
        },
        run: Run::Native(executor),
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Thread"),
        name: "start",
        signatures: &[sig(&[], "()")],
        summary: "Starts the thread.",
        errors: "A thread can be started once.",
        example: Example {
            code: "let t = Thread(|| 1);\nt.start();\nprint(t.join());",
            output: "1",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Thread"),
        name: "join",
        signatures: &[sig(&[], "?"), sig(&[param("seconds", Kind::Seconds)], "?")],
        summary: "Waits for the thread's end and gives its function's value.",
        details: "Gives `()` for a thread that failed, and when the time is over.",
        errors: "A thread cannot wait for its own end, nor for one that was not started.",
        blocks: "Until the thread has ended, or for at most that many seconds.",
        example: Example {
            code: "let t = spawn(|| 5);\nprint(t.join());",
            output: "5",
        },
        run: Run::Method,
    },
    Entry {
        receiver: Some("Thread"),
        name: "result",
        signatures: &[sig(&[], "?"), sig(&[param("seconds", Kind::Seconds)], "?")],
        summary: "Waits for the thread's end; gives its value or raises its error.",
        blocks: "Until the thread has ended, or for at most that many seconds.",
        example: Example {
            code: "let t = spawn(|| 5);\nprint(t.result());",
            output: "5",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Thread"),
        name: "is_alive",
        signatures: &[sig(&[], "bool")],
        summary: "Whether the thread was started and has not ended.",
        example: Example {
            code: "let t = spawn(|| 1);\nt.join();\nprint(t.is_alive());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Thread"),
        name: "name",
        signatures: &[sig(&[], "string")],
        summary: "The thread's name; also as a property.",
        example: Example {
            code: "print(Thread(|| 1, [], #{name: \"A\"}).name);",
            output: "A",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Thread"),
        name: "ident",
        signatures: &[sig(&[], "i64")],
        summary: "The thread's number, or `()` before it starts; also as a property.",
        example: Example {
            code: "print(current_thread().ident);",
            output: "1",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Thread"),
        name: "daemon",
        signatures: &[sig(&[], "bool")],
        summary: "Whether the thread ends with the main thread; also as a property.",
        example: Example {
            code: "print(Thread(|| 1).daemon);",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Lock"),
        name: "acquire",
        signatures: &[
            sig(&[], "bool"),
            sig(&[param("seconds", Kind::Seconds)], "bool"),
            sig(&[param("blocking", Kind::Bool)], "bool"),
            sig(
                &[
                    param("blocking", Kind::Bool),
                    param("seconds", Kind::Seconds),
                ],
                "bool",
            ),
        ],
        summary: "Takes the lock; false when it was not to be had in time.",
        blocks: "While another thread holds it, at most that many seconds; not at all with false.",
        example: Example {
            code: "let lock = Lock();\nprint(lock.acquire());\nprint(lock.acquire(false));",
            output: "true\nfalse",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Lock"),
        name: "try_acquire",
        signatures: &[sig(&[], "bool")],
        summary: "Takes the lock if it is free; never waits.",
        example: Example {
            code: "print(Lock().try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Lock"),
        name: "release",
        signatures: &[sig(&[], "()")],
        summary: "Gives the lock back.",
        errors: "Only the thread that holds it can release it.",
        example: Example {
            code: "let lock = Lock();\nlock.acquire();\nlock.release();\nprint(lock.locked());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Lock"),
        name: "locked",
        signatures: &[sig(&[], "bool")],
        summary: "Whether some thread holds the lock.",
        example: Example {
            code: "print(Lock().locked());",
            output: "false",
        },
        run: Run::Method,
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
        details: "With several inputs the shortest ends it. An item's error is raised when that item is read.",
        errors: "Not after shutdown.",
        example: Example {
            code: "for r in pool(2).map(|a, b| a + b, [1, 2], [10, 20]) { print(r); }",
            output: "11\n22",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ThreadPoolExecutor"),
        name: "shutdown",
        signatures: &[sig(&[], "()"), sig(&[param("wait", Kind::Bool)], "()")],
        summary: "Takes no more tasks and waits for those there are.",
        blocks: "Until all tasks have ended, unless called with false.",
        example: Example {
            code: "let p = pool(1);\np.shutdown();\nprint(\"down\");",
            output: "down",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Future"),
        name: "result",
        signatures: &[sig(&[], "?"), sig(&[param("seconds", Kind::Seconds)], "?")],
        summary: "Waits for the task's value, or raises its error.",
        errors: "TimeoutError when it takes longer than the given seconds.",
        blocks: "Until the task is done, or for at most that many seconds.",
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
        blocks: "Until the task is done, or for at most that many seconds.",
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
            code: "let r = pool(2).map(|x| x, [1, 2]);\nr.wait();\nprint(r[1]);",
            output: "2",
        },
        run: Run::Method,
        ..Entry::NEW
    },
];

fn thread(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let thread = Thread::from_args(args, ctx.ids)?;
    Ok(NativeResult::Value(ctx.make(thread)))
}

fn lock(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(Lock::new(ctx.pos))))
}

fn executor(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let workers = Executor::workers(args, ctx.ids.usual_workers())?;
    let executor = Executor::new(workers, ctx.pos, ctx.ids);
    Ok(NativeResult::Value(ctx.make(executor)))
}
