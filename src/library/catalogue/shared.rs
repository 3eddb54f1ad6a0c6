//! Rows for further things that threads share: locks for readers and writers, functions that run
//! once, latches.

use crate::runtime::object::{Latch, Once, RwLock};
use crate::value::{FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Native, Param, Run, Signature, checked, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        details: "Enter it by `with rw.read() { }` or `with rw.write() { }`. Nobody starves: while a \
                  writer waits, no further reader gets in, and when a writer is done, all readers \
                  that wait get in before the next writer. It is not re-entrant: a thread that holds \
                  it and asks again may wait for itself.",
        ..make(
            "RwLock",
            &[sig(&[], "RwLock")],
            "Makes a lock that many readers hold together, or one writer alone.",
            "let rw = RwLock();\nlet x = 1;\nwith rw.write() { x = 2; }\n\
             with rw.read() { print(x, rw); }",
            "2 RwLock(1 reader)",
            rw_lock,
        )
    },
    make(
        "Once",
        &[sig(&[], "Once")],
        "Makes something by which a function runs only once, however many threads call it.",
        "let once = Once();\nfor i in 0..3 { once.call(|| print(\"set up\")); }",
        "set up",
        once,
    ),
    Entry {
        details: "It is used up when its count is 0. For threads that meet again and again, take a \
                  Barrier.",
        errors: "The count is a whole number, 0 or more.",
        ..make(
            "Latch",
            &[sig(
                &[checked("count", "a whole number from 0 on")],
                "Latch",
            )],
            "Makes a latch: threads wait until it was counted down to 0.",
            "let done = Latch(3);\nfor i in 0..3 { spawn(|| done.count_down()); }\n\
             done.wait();\nprint(done);",
            "Latch(open)",
            latch,
        )
    },
    rw_lock_method(
        "read",
        &[sig(&[], "ReadLock")],
        "The lock as readers hold it, to be entered by `with`.",
        "let rw = RwLock();\nwith rw.read() { with rw.read() { print(rw); } }",
        "RwLock(2 readers)",
    ),
    rw_lock_method(
        "write",
        &[sig(&[], "WriteLock")],
        "The lock as a writer holds it, to be entered by `with`.",
        "let rw = RwLock();\nwith rw.write() { print(rw.try_acquire_read()); }",
        "false",
    ),
    Entry {
        blocks: "While a writer holds it or waits for it, or for at most that many seconds.",
        ..rw_lock_method(
            "acquire_read",
            ACQUIRE,
            "Takes the lock to read; gives whether it did.",
            "let rw = RwLock();\nprint(rw.acquire_read(), rw.acquire_read(0.1));",
            "true true",
        )
    },
    rw_lock_method(
        "try_acquire_read",
        ASKED,
        "Takes the lock to read if that needs no wait; gives whether it did.",
        "let rw = RwLock();\nprint(rw.try_acquire_read());",
        "true",
    ),
    Entry {
        errors: "The thread must have taken it to read.",
        ..rw_lock_method(
            "release_read",
            TOLD,
            "Gives the lock back that was taken to read.",
            "let rw = RwLock();\nrw.acquire_read();\nrw.release_read();\nprint(rw);",
            "RwLock(free)",
        )
    },
    Entry {
        blocks: "While anybody holds it, or for at most that many seconds.",
        ..rw_lock_method(
            "acquire_write",
            ACQUIRE,
            "Takes the lock to write; gives whether it did.",
            "let rw = RwLock();\nprint(rw.acquire_write(), rw.acquire_write(0.01));",
            "true false",
        )
    },
    rw_lock_method(
        "try_acquire_write",
        ASKED,
        "Takes the lock to write if that needs no wait; gives whether it did.",
        "let rw = RwLock();\nrw.acquire_read();\nprint(rw.try_acquire_write());",
        "false",
    ),
    Entry {
        errors: "The thread must have taken it to write.",
        ..rw_lock_method(
            "release_write",
            TOLD,
            "Gives the lock back that was taken to write.",
            "let rw = RwLock();\nrw.acquire_write();\nrw.release_write();\nprint(rw);",
            "RwLock(free)",
        )
    },
    Entry {
        details: "All calls give the value that the function gave, whichever function they bring.",
        errors: "What the function raises, in the thread that runs it; in all others, then and \
                 later, an error that says that it has failed.",
        blocks: "While another thread runs the function.",
        run: Run::Prelude,
        ..method(
            "Once",
            "call",
            &[sig(&[param("f", Kind::Function)], "?")],
            "Calls the function if none was called yet, and gives its value.",
            "let once = Once();\nprint(once.call(|| 1), once.call(|| 2));",
            "1 1",
        )
    },
    method(
        "Once",
        "done",
        ASKED,
        "Whether the function has run and has not failed; never waits.",
        "let once = Once();\nprint(once.done());",
        "false",
    ),
    Entry {
        errors: "There must be as many counts left.",
        ..method(
            "Latch",
            "count_down",
            &[sig(&[], "()"), sig(&[param("count", Kind::Int)], "()")],
            "Counts down by 1, or by so many; at 0 all who wait go on.",
            "let latch = Latch(3);\nlatch.count_down(2);\nprint(latch.count());",
            "1",
        )
    },
    Entry {
        blocks: "Until the count is 0, or for at most that many seconds.",
        ..method(
            "Latch",
            "wait",
            WAIT,
            "Waits for the count to be 0; gives whether it is.",
            "print(Latch(1).wait(0.01), Latch(0).wait());",
            "false true",
        )
    },
    Entry {
        errors: "There must be a count left.",
        blocks: "Until the count is 0, or for at most that many seconds.",
        ..method(
            "Latch",
            "arrive_and_wait",
            WAIT,
            "Counts down by 1 and waits for the others; gives whether the count is 0.",
            "let latch = Latch(2);\nlet t = spawn(|| latch.arrive_and_wait());\n\
             print(latch.arrive_and_wait(), t.join());",
            "true true",
        )
    },
    method(
        "Latch",
        "count",
        &[sig(&[], "i64")],
        "How many counts are left.",
        "print(Latch(3).count());",
        "3",
    ),
];

const SECONDS: Param = param("seconds", Kind::Seconds);
const BLOCKING: Param = param("blocking", Kind::Bool);
const ASKED: &[Signature] = &[sig(&[], "bool")];
const TOLD: &[Signature] = &[sig(&[], "()")];
const WAIT: &[Signature] = &[sig(&[], "bool"), sig(&[SECONDS], "bool")];
const ACQUIRE: &[Signature] = &[
    sig(&[], "bool"),
    sig(&[SECONDS], "bool"),
    sig(&[BLOCKING], "bool"),
    sig(&[BLOCKING, SECONDS], "bool"),
];

const fn make(
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

const fn rw_lock_method(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    code: &'static str,
    output: &'static str,
) -> Entry {
    method("RwLock", name, signatures, summary, code, output)
}

fn rw_lock(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(RwLock::new(ctx.pos))))
}

fn once(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(Once::new(ctx.pos))))
}

fn latch(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let latch = Latch::from_args(args, ctx.pos)?;
    Ok(NativeResult::Value(ctx.make(latch)))
}
