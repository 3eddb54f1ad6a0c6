//! Rows for threads and locks: their constructors and the methods of their objects.
//!
//! A constructor makes its object by [`NativeCtx::make`]; a method is carried out by the object
//! itself, which also checks the arguments. Longer than most files because it is a table.

use crate::program::Language;
use crate::runtime::object::{Lock, Thread};
use crate::value::{FaultKind, Value, shown_name};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, checked, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "Thread",
        signatures: &[
            sig(&[checked("f", "a function")], "Thread"),
            sig(
                &[checked("f", "a function"), checked("args", "an array")],
                "Thread",
            ),
            sig(
                &[
                    checked("f", "a function"),
                    checked("args", "an array"),
                    checked("options", "a map of options"),
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
            sig(&[checked("thread", "a Thread")], "?"),
            sig(
                &[
                    checked("thread", "a Thread"),
                    param("seconds", Kind::Seconds),
                ],
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
        ..Entry::NEW
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
        name: "set_name",
        signatures: &[sig(&[param("name", Kind::Any)], "()")],
        summary: "Gives the thread another name.",
        details: "What a thread prints is marked with the name that it has when it starts.",
        example: Example {
            code: "let t = Thread(|| current_thread().name);\nt.set_name(\"worker\");\nt.start();\nprint(t.join());",
            output: "worker",
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
        errors: "Any thread may release it, also another one than has acquired it; nobody may while it is \
                 free.",
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
];

fn thread(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let mut thread = Thread::from_args(args, ctx.ids)?;
    let has_name = matches!(args.get(2), Some(Value::Map(options)) if options.contains_key("name"));
    if ctx.dialect == Language::Python && !has_name {
        thread = thread.named_after(&target_name(args));
    }
    Ok(NativeResult::Value(ctx.make(thread)))
}

/// What Python calls the function that a thread runs; `call_with` runs the one that it is given.
fn target_name(args: &[Value]) -> String {
    let name = |value: &Value| match value {
        Value::Function(function) => function.name.as_str().to_string(),
        other => other.type_name(),
    };
    let own = args.first().map(name).unwrap_or_default();
    let given = match args.get(1) {
        Some(Value::Array(given)) if own == "python.call_with" => given.first().map(name),
        _ => None,
    };
    match given.unwrap_or(own).as_str() {
        "closure" => "<lambda>".into(),
        name => shown_name(name.strip_prefix("python.").unwrap_or(name)).into(),
    }
}

fn lock(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(Lock::new(ctx.pos))))
}
