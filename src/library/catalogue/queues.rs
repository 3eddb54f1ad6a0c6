//! Rows for the queues between threads. The kinds have the same methods, so each method is one
//! function from the kind to its row; a `SimpleQueue` has only some of them.

use crate::library::operators;
use crate::runtime::object::{Order, Queue};
use crate::value::{FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Native, Param, Run, Signature, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    constructor(
        "Queue",
        "Makes a queue: the item that was put first comes out first.",
        r#"let q = Queue(2); q.put("a"); q.put("b"); print(q.full(), q.get(), q.get());"#,
        "true a b",
        queue,
    ),
    constructor(
        "LifoQueue",
        "Makes a stack: the item that was put last comes out first.",
        r#"let q = LifoQueue(); q.put("a"); q.put("b"); print(q.get(), q.get());"#,
        "b a",
        lifo_queue,
    ),
    Entry {
        details: "Numbers compare with numbers, texts with texts, arrays element by element: put \
                  `[priority, count, item]`. Of equal items the one that was put first comes first.",
        errors: "An item that cannot be compared with those that are there is refused by put.",
        ..constructor(
            "PriorityQueue",
            "Makes a queue whose smallest item comes out first.",
            r#"let q = PriorityQueue(); q.put([2, "b"]); q.put([1, "a"]); print(q.get());"#,
            "[1, \"a\"]",
            priority_queue,
        )
    },
    Entry {
        name: "SimpleQueue",
        signatures: &[sig(&[], "SimpleQueue")],
        summary: "Makes a queue without a limit that does not count tasks.",
        example: Example {
            code: "let q = SimpleQueue(); q.put(1); print(q.qsize(), q.get());",
            output: "1 1",
        },
        run: Run::Native(simple_queue),
        ..Entry::NEW
    },
    put("Queue"),
    put_nowait("Queue"),
    try_put("Queue"),
    get("Queue"),
    get_nowait("Queue"),
    try_get("Queue"),
    qsize("Queue"),
    empty("Queue"),
    full("Queue"),
    task_done("Queue"),
    join("Queue"),
    shutdown("Queue"),
    put("LifoQueue"),
    put_nowait("LifoQueue"),
    try_put("LifoQueue"),
    get("LifoQueue"),
    get_nowait("LifoQueue"),
    try_get("LifoQueue"),
    qsize("LifoQueue"),
    empty("LifoQueue"),
    full("LifoQueue"),
    task_done("LifoQueue"),
    join("LifoQueue"),
    shutdown("LifoQueue"),
    put("PriorityQueue"),
    put_nowait("PriorityQueue"),
    try_put("PriorityQueue"),
    get("PriorityQueue"),
    get_nowait("PriorityQueue"),
    try_get("PriorityQueue"),
    qsize("PriorityQueue"),
    empty("PriorityQueue"),
    full("PriorityQueue"),
    task_done("PriorityQueue"),
    join("PriorityQueue"),
    shutdown("PriorityQueue"),
    put("SimpleQueue"),
    put_nowait("SimpleQueue"),
    try_put("SimpleQueue"),
    get("SimpleQueue"),
    get_nowait("SimpleQueue"),
    try_get("SimpleQueue"),
    qsize("SimpleQueue"),
    empty("SimpleQueue"),
];

const BLOCKING: Param = param("blocking", Kind::Bool);
const ITEM: Param = param("item", Kind::Any);
const SECONDS: Param = param("seconds", Kind::Seconds);

const MAKE: &[Signature] = &[
    sig(&[], "a queue"),
    sig(&[param("maxsize", Kind::Int)], "a queue"),
];
const PUT: &[Signature] = &[
    sig(&[ITEM], "()"),
    sig(&[ITEM, SECONDS], "()"),
    sig(&[ITEM, BLOCKING], "()"),
    sig(&[ITEM, BLOCKING, SECONDS], "()"),
];
const PUT_NOWAIT: &[Signature] = &[sig(&[ITEM], "()")];
const GET: &[Signature] = &[
    sig(&[], "?"),
    sig(&[SECONDS], "?"),
    sig(&[BLOCKING], "?"),
    sig(&[BLOCKING, SECONDS], "?"),
];
const ANY: &[Signature] = &[sig(&[], "?")];
const COUNT: &[Signature] = &[sig(&[], "i64")];
const ASKED: &[Signature] = &[sig(&[], "bool")];
const TOLD: &[Signature] = &[sig(&[], "()")];
const SHUTDOWN: &[Signature] = &[sig(&[], "()"), sig(&[param("immediate", Kind::Bool)], "()")];

const fn constructor(
    name: &'static str,
    summary: &'static str,
    code: &'static str,
    output: &'static str,
    native: Native,
) -> Entry {
    Entry {
        name,
        signatures: MAKE,
        summary,
        details: "With a maxsize, put waits while so many items are in it; 0 or less is no limit.",
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
    example: Example,
) -> Entry {
    Entry {
        receiver: Some(receiver),
        name,
        signatures,
        summary,
        example,
        ..Entry::NEW
    }
}

/// The examples of all kinds are the same, with another constructor.
macro_rules! example {
    ($kind:expr, $code:literal, $output:literal) => {
        Example {
            code: match $kind.as_bytes() {
                b"LifoQueue" => concat!("let q = LifoQueue(); ", $code),
                b"PriorityQueue" => concat!("let q = PriorityQueue(); ", $code),
                b"SimpleQueue" => concat!("let q = SimpleQueue(); ", $code),
                _ => concat!("let q = Queue(); ", $code),
            },
            output: $output,
        }
    };
}

const fn put(kind: &'static str) -> Entry {
    Entry {
        errors: "Full when there was no room in time; ShutDown after shutdown.",
        blocks: "While the queue is full, at most that many seconds; not at all with false.",
        ..method(
            kind,
            "put",
            PUT,
            "Puts an item into the queue.",
            example!(kind, r#"q.put(1); print(q.qsize());"#, "1"),
        )
    }
}

const fn put_nowait(kind: &'static str) -> Entry {
    Entry {
        errors: "Full when there is no room; ShutDown after shutdown.",
        ..method(
            kind,
            "put_nowait",
            PUT_NOWAIT,
            "Puts an item if there is room; never waits.",
            example!(kind, r#"q.put_nowait(1); print(q.qsize());"#, "1"),
        )
    }
}

const fn try_put(kind: &'static str) -> Entry {
    Entry {
        errors: "Full when there is no room; ShutDown after shutdown.",
        ..method(
            kind,
            "try_put",
            PUT_NOWAIT,
            "Puts an item if there is room; never waits.",
            example!(kind, r#"q.try_put(1); print(q.qsize());"#, "1"),
        )
    }
}

const fn get(kind: &'static str) -> Entry {
    Entry {
        errors: "Empty when there was no item in time; ShutDown after shutdown when none is left.",
        blocks: "While the queue is empty, at most that many seconds; not at all with false.",
        ..method(
            kind,
            "get",
            GET,
            "Takes the next item out of the queue and gives it.",
            example!(kind, r#"q.put(1); print(q.get());"#, "1"),
        )
    }
}

const fn get_nowait(kind: &'static str) -> Entry {
    Entry {
        errors: "Empty when there is no item; ShutDown after shutdown when none is left.",
        ..method(
            kind,
            "get_nowait",
            ANY,
            "Takes the next item if there is one; never waits.",
            example!(
                kind,
                r#"try { q.get_nowait(); } catch (e) { print(e.error); }"#,
                "Empty"
            ),
        )
    }
}

const fn try_get(kind: &'static str) -> Entry {
    Entry {
        errors: "Empty when there is no item; ShutDown after shutdown when none is left.",
        ..method(
            kind,
            "try_get",
            ANY,
            "Takes the next item if there is one; never waits.",
            example!(
                kind,
                r#"try { q.try_get(); } catch (e) { print(e.error); }"#,
                "Empty"
            ),
        )
    }
}

const fn qsize(kind: &'static str) -> Entry {
    Entry {
        details: "Other threads may have changed that before the answer arrives.",
        ..method(
            kind,
            "qsize",
            COUNT,
            "How many items are in the queue.",
            example!(kind, r#"print(q.qsize());"#, "0"),
        )
    }
}

const fn empty(kind: &'static str) -> Entry {
    Entry {
        details: "Other threads may have changed that before the answer arrives.",
        ..method(
            kind,
            "empty",
            ASKED,
            "Whether the queue has no item.",
            example!(kind, r#"print(q.empty());"#, "true"),
        )
    }
}

const fn full(kind: &'static str) -> Entry {
    Entry {
        details: "Other threads may have changed that before the answer arrives.",
        ..method(
            kind,
            "full",
            ASKED,
            "Whether as many items are in the queue as it takes.",
            example!(kind, r#"print(q.full());"#, "false"),
        )
    }
}

const fn task_done(kind: &'static str) -> Entry {
    Entry {
        errors: "More often than items were put is refused.",
        ..method(
            kind,
            "task_done",
            TOLD,
            "Says that the work on one item is done; `join` waits for that.",
            example!(
                kind,
                r#"q.put(1); q.get(); q.task_done(); q.join(); print("done");"#,
                "done"
            ),
        )
    }
}

const fn join(kind: &'static str) -> Entry {
    Entry {
        blocks: "Until `task_done` was called for each item.",
        ..method(
            kind,
            "join",
            TOLD,
            "Waits until all items that were put are done.",
            example!(
                kind,
                r#"q.put(1); spawn(|| { q.get(); q.task_done(); }); q.join(); print("done");"#,
                "done"
            ),
        )
    }
}

const fn shutdown(kind: &'static str) -> Entry {
    Entry {
        details: "What is there can still be taken, unless called with true: then it is dropped and counts as done.",
        ..method(
            kind,
            "shutdown",
            SHUTDOWN,
            "Ends the queue: nothing is put any more, and all who wait go on.",
            example!(
                kind,
                r#"q.put(1); q.shutdown(); print(q.get()); try { q.get(); } catch (e) { print(e.error); }"#,
                "1\nShutDown"
            ),
        )
    }
}

fn queue(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    make("Queue", Order::Fifo, args, ctx)
}

fn lifo_queue(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    make("LifoQueue", Order::Lifo, args, ctx)
}

fn priority_queue(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    make(
        "PriorityQueue",
        Order::Smallest(operators::order),
        args,
        ctx,
    )
}

fn make(
    kind: &'static str,
    order: Order,
    args: &[Value],
    ctx: &NativeCtx<'_>,
) -> Result<NativeResult, FaultKind> {
    let maxsize = args.first().and_then(Value::as_int).unwrap_or(0);
    let queue = Queue::new(kind, order, maxsize, ctx.pos);
    Ok(NativeResult::Value(ctx.make(queue)))
}

fn simple_queue(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(Queue::simple(ctx.pos))))
}
