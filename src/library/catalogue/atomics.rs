//! Rows for atomic variables and for values that each thread has of its own.

use crate::library::operators;
use crate::runtime::object::Atomic;
use crate::value::{FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, Signature, param, sig};

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
