//! Rows for atomic variables, timers, values that each thread has of its own, and the helpers of
//! demonstrations.

use std::sync::Arc;

use crate::library::operators;
use crate::runtime::object::{Atomic, ThreadLocal, Timer};
use crate::value::{FaultKind, Function, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, Signature, checked, native_index, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "Atomic",
        signatures: &[sig(&[param("value", Kind::Any)], "Atomic")],
        summary: "Makes a variable whose every change is one step.",
        details: "`counter += 1` on a shared variable reads, adds and writes: another thread can come \
                  between and an update is lost. `counter.fetch_add(1)` loses none.",
        example: Example {
            code: "let n = Atomic(0);\nlet ts = [];\nfor i in 0..4 { ts.push(spawn(|| { for j in 0..10 \
                   { n.fetch_add(1); } })); }\nfor t in ts { t.join(); }\nprint(n.value);",
            output: "40",
        },
        run: Run::Native(atomic),
        ..Entry::NEW
    },
    method(
        "load",
        LOAD,
        "Gives the value.",
        "print(Atomic(5).load());",
        "5",
    ),
    method(
        "value",
        LOAD,
        "Gives the value; also as a property.",
        "print(Atomic(5).value);",
        "5",
    ),
    method(
        "store",
        STORE,
        "Sets the value.",
        "let a = Atomic(5); a.store(\"x\"); print(a);",
        "Atomic(\"x\")",
    ),
    method(
        "swap",
        SWAP,
        "Sets the value and gives the old one.",
        "let a = Atomic(5); print(a.swap(6), a.load());",
        "5 6",
    ),
    Entry {
        details: "Equal as `==` has it. On false, load again and try with that.",
        ..method(
            "compare_exchange",
            COMPARE_EXCHANGE,
            "Sets the value if it equals the expected one; whether it did.",
            "let a = Atomic(5); print(a.compare_exchange(5, 6), a.compare_exchange(5, 7), a.load());",
            "true false 6",
        )
    },
    fetch(
        "fetch_add",
        "Adds to an integer and gives the old one.",
        "let a = Atomic(5); print(a.fetch_add(2), a.load());",
        "5 7",
    ),
    fetch(
        "fetch_sub",
        "Subtracts from an integer and gives the old one.",
        "let a = Atomic(5); print(a.fetch_sub(2), a.load());",
        "5 3",
    ),
    fetch(
        "fetch_max",
        "Sets an integer to the larger of the two and gives the old one.",
        "let a = Atomic(5); print(a.fetch_max(9), a.load());",
        "5 9",
    ),
    fetch(
        "fetch_min",
        "Sets an integer to the smaller of the two and gives the old one.",
        "let a = Atomic(5); print(a.fetch_min(2), a.load());",
        "5 2",
    ),
    Entry {
        name: "Timer",
        signatures: &[
            sig(
                &[param("seconds", Kind::Seconds), checked("f", "a function")],
                "Timer",
            ),
            sig(
                &[
                    param("seconds", Kind::Seconds),
                    checked("f", "a function"),
                    checked("args", "an array"),
                ],
                "Timer",
            ),
        ],
        summary: "Makes a thread that will wait and then call a function; `start` begins the wait.",
        details: "Until the time is over, `cancel` prevents the call.",
        errors: "The second argument must be a function, without brackets.",
        example: Example {
            code: "let t = Timer(0.01, |x| print(\"late\", x), [1]); t.start(); t.join();",
            output: "late 1",
        },
        run: Run::Native(timer),
        ..Entry::NEW
    },
    of_timer(
        "start",
        NOTHING,
        "Starts the wait; a timer can be started once.",
        "let t = Timer(0, || print(1)); t.start();",
        "1",
    ),
    of_timer(
        "cancel",
        NOTHING,
        "Prevents the call, if the time is not over yet.",
        "let t = Timer(60, || print(1)); t.start(); t.cancel(); t.join();",
        "",
    ),
    Entry {
        blocks: "Until it has called the function or was cancelled, or for at most that many seconds.",
        ..of_timer(
            "join",
            JOIN,
            "Waits for the timer's end and gives its function's value.",
            "let t = Timer(0, || 5); t.start(); print(t.join());",
            "5",
        )
    },
    Entry {
        blocks: "Until it has called the function or was cancelled.",
        ..of_timer(
            "result",
            JOIN,
            "Waits for the timer's end; gives its function's value or raises its error.",
            "let t = Timer(0, || 5); t.start(); print(t.result());",
            "5",
        )
    },
    of_timer(
        "is_alive",
        ASKED,
        "Whether it was started and has not ended.",
        "print(Timer(0, || 5).is_alive());",
        "false",
    ),
    of_timer(
        "name",
        NAMED,
        "Its thread's name; also as a property.",
        "print(Timer(0, || 5).name);",
        "Thread-1",
    ),
    of_timer(
        "set_name",
        &[sig(&[param("name", Kind::Any)], "()")],
        "Gives the timer's thread another name.",
        "let t = Timer(0, || 5);\nt.set_name(\"late\");\nprint(t.name);",
        "late",
    ),
    of_timer(
        "ident",
        NUMBERED,
        "Its thread's number, or `()` before it starts; also as a property.",
        "print(Timer(0, || 5).ident == ());",
        "true",
    ),
    of_timer(
        "daemon",
        ASKED,
        "Always false: a script waits for its timers; also as a property.",
        "print(Timer(0, || 5).daemon);",
        "false",
    ),
    Entry {
        name: "ThreadLocal",
        signatures: &[sig(&[], "ThreadLocal")],
        summary: "Makes a place where each thread has values of its own.",
        details: "They are properties: `local.x = 5`, `local.x += 1`. No other thread sees them, nor \
                  that they were set.",
        errors: "A name that this thread has not set is refused, as Python's AttributeError.",
        example: Example {
            code: "let local = ThreadLocal();\nlocal.x = 1;\nspawn(|| { local.x = 2; }).join();\nprint(local.x);",
            output: "1",
        },
        run: Run::Native(thread_local),
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ThreadLocal"),
        name: "get",
        signatures: &[
            sig(&[param("name", Kind::Text)], "?"),
            sig(
                &[param("name", Kind::Text), param("default", Kind::Any)],
                "?",
            ),
        ],
        summary: "Gives the value that this thread has set, or the default.",
        errors: "Without a default, a name that this thread has not set is refused.",
        example: Example {
            code: "print(ThreadLocal().get(\"x\", 0));",
            output: "0",
        },
        ..Entry::NEW
    },
    Entry {
        receiver: Some("ThreadLocal"),
        name: "set",
        signatures: &[sig(
            &[param("name", Kind::Text), param("value", Kind::Any)],
            "()",
        )],
        summary: "Sets a value for this thread only.",
        example: Example {
            code: "let local = ThreadLocal(); local.set(\"x\", 1); print(local.get(\"x\"));",
            output: "1",
        },
        ..Entry::NEW
    },
    function(
        "main_thread",
        &[sig(&[], "Thread")],
        "Gives the main thread.",
        "print(main_thread().name);",
        "main",
    ),
    function(
        "active_count",
        &[sig(&[], "i64")],
        "How many threads have started and not ended.",
        "print(active_count());",
        "1",
    ),
    Entry {
        details: "The same work each time, for measuring: n times a thousand rounds of multiplying \
                  and adding. Other threads can run in between.",
        ..function(
            "cpu_work",
            &[sig(&[param("n", Kind::Int)], "i64")],
            "Keeps one core busy with n units of work; gives a number that depends on all of it.",
            "print(cpu_work(1) == cpu_work(1));",
            "true",
        )
    },
    Entry {
        blocks: "For that many seconds.",
        ..function(
            "io_work",
            &[sig(&[param("seconds", Kind::Seconds)], "()")],
            "Waits as for a disk or a network; keeps no core busy.",
            "io_work(0.01); print(\"read\");",
            "read",
        )
    },
];

const LOAD: &[Signature] = &[sig(&[], "?")];
const STORE: &[Signature] = &[sig(&[param("value", Kind::Any)], "()")];
const SWAP: &[Signature] = &[sig(&[param("value", Kind::Any)], "?")];
const FETCH: &[Signature] = &[sig(&[param("number", Kind::Int)], "i64")];
const COMPARE_EXCHANGE: &[Signature] = &[sig(
    &[param("expected", Kind::Any), param("new", Kind::Any)],
    "bool",
)];

const fn method(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        receiver: Some("Atomic"),
        name,
        signatures,
        summary,
        example: Example { code, output },
        ..Entry::NEW
    }
}

const fn fetch(
    name: &'static str,
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        errors: "Only integers; overflow is an error, and the value stays as it was.",
        ..method(name, FETCH, summary, code, output)
    }
}

fn atomic(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let value = std::mem::take(&mut args[0]);
    Ok(NativeResult::Value(
        ctx.make(Atomic::new(value, operators::equal)),
    ))
}

const NOTHING: &[Signature] = &[sig(&[], "()")];
const JOIN: &[Signature] = &[sig(&[], "?"), sig(&[param("seconds", Kind::Seconds)], "?")];
const ASKED: &[Signature] = &[sig(&[], "bool")];
const NAMED: &[Signature] = &[sig(&[], "string")];
const NUMBERED: &[Signature] = &[sig(&[], "i64")];

const fn of_timer(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        receiver: Some("Timer"),
        ..row(name, signatures, summary, code, output)
    }
}

const fn function(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        run: Run::Prelude,
        ..row(name, signatures, summary, code, output)
    }
}

const fn row(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    Entry {
        name,
        signatures,
        summary,
        example: Example { code, output },
        ..Entry::NEW
    }
}

/// Its thread begins with the function `__Timer` of the prelude, which comes with the name `Timer`.
fn timer(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let program = ctx.program;
    let shown = program.named_function(program.name_id("Timer", native_index));
    let waits = Function {
        name: shown.name,
        ..program.named_function(program.name_id("__Timer", |_| None))
    };
    let timer = Timer::from_args(args, Arc::new(waits), ctx.ids)?;
    Ok(NativeResult::Value(ctx.make(timer)))
}

fn thread_local(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(ThreadLocal::default())))
}
