//! Rows for what the tasks of asyncio share: locks, semaphores, events, conditions, queues. Longer
//! than most files because it is a table.

use super::asyncio::{function, method, prelude};
use super::{Entry, Kind, param, sig};
use crate::library::operators;
use crate::runtime::object::Order;
use crate::runtime::object::asyncio::{AsyncCondition, AsyncEvent, AsyncQueue, Of, Permits};
use crate::value::{Class, FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

pub(super) const ENTRIES: &[Entry] = &[
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
    function(
        "asyncio.LifoQueue",
        &[
            sig(&[], "AsyncQueue"),
            sig(&[param("maxsize", Kind::Int)], "AsyncQueue"),
        ],
        "Makes a stack between tasks: the item that was put last comes out first.",
        "let q = asyncio.LifoQueue();\nq.put_nowait(1);\nq.put_nowait(2);\nprint(q.get_nowait());",
        "2",
        lifo_queue,
    ),
    Entry {
        details: "Items compare as in `PriorityQueue`: put `[priority, count, item]`.",
        errors: "An item that cannot be compared with those that are there is refused by put.",
        ..function(
            "asyncio.PriorityQueue",
            &[
                sig(&[], "AsyncQueue"),
                sig(&[param("maxsize", Kind::Int)], "AsyncQueue"),
            ],
            "Makes a queue between tasks whose smallest item comes out first.",
            "let q = asyncio.PriorityQueue();\nq.put_nowait(2);\nq.put_nowait(1);\n\
             print(q.get_nowait());",
            "1",
            priority_queue,
        )
    },
    function(
        "asyncio.Event",
        &[sig(&[], "AsyncEvent")],
        "Makes a flag that tasks wait for.",
        "fn main() {\n    let ready = asyncio.Event();\n    asyncio.create_task(|| ready.set());\n    \
         await ready.wait();\n    print(ready.is_set());\n}\nasyncio.run(main);",
        "true",
        event,
    ),
    Entry {
        details: "`with semaphore { ... }` awaits it. Those who wait get it in the order in which \
                  they came.",
        errors: "A negative number is refused.",
        ..function(
            "asyncio.Semaphore",
            &[
                sig(&[], "AsyncSemaphore"),
                sig(&[param("value", Kind::Int)], "AsyncSemaphore"),
            ],
            "Makes a semaphore between tasks, which so many may hold at once: 1 without a number.",
            "fn main() {\n    let two = asyncio.Semaphore(2);\n    with two { \
             print(two.locked()); with two { print(two.locked()); } }\n}\nasyncio.run(main);",
            "false\ntrue",
            semaphore,
        )
    },
    Entry {
        details: "Like `asyncio.Semaphore`, but a release too many is an error.",
        errors: "A negative number is refused.",
        ..function(
            "asyncio.BoundedSemaphore",
            &[
                sig(&[], "AsyncSemaphore"),
                sig(&[param("value", Kind::Int)], "AsyncSemaphore"),
            ],
            "Makes a semaphore between tasks that is never released more often than acquired.",
            "let s = asyncio.BoundedSemaphore(1);\ntry { s.release(); } catch (e) { print(e.error); }",
            "ValueError",
            bounded_semaphore,
        )
    },
    Entry {
        details: "Without a lock it makes one of its own; `with condition { ... }` awaits that.",
        ..function(
            "asyncio.Condition",
            &[
                sig(&[], "AsyncCondition"),
                sig(&[param("lock", Kind::Any)], "AsyncCondition"),
            ],
            "Makes a wait for a change of what a lock between tasks protects.",
            "fn main() {\n    let c = asyncio.Condition();\n    let items = [];\n    \
             asyncio.create_task(|| { with c { items.push(1); c.notify(); } });\n    \
             with c { while items.is_empty() { await c.wait(); } print(items); }\n}\n\
             asyncio.run(main);",
            "[1]",
            condition,
        )
    },
    method(
        "AsyncEvent",
        "set",
        &[sig(&[], "()")],
        "Sets the flag: all that wait for it go on.",
        "let e = asyncio.Event();\ne.set();\nprint(e);",
        "AsyncEvent(set)",
    ),
    method(
        "AsyncEvent",
        "clear",
        &[sig(&[], "()")],
        "Takes the flag back: from now on tasks wait for it again.",
        "let e = asyncio.Event();\ne.set();\ne.clear();\nprint(e);",
        "AsyncEvent(not set)",
    ),
    method(
        "AsyncEvent",
        "is_set",
        &[sig(&[], "bool")],
        "Whether the flag is set.",
        "print(asyncio.Event().is_set());",
        "false",
    ),
    Entry {
        blocks: "Not itself: awaited, it waits until the flag is set.",
        ..method(
            "AsyncEvent",
            "wait",
            &[sig(&[], "Coroutine")],
            "Awaited, it waits until the flag is set, and gives `true`.",
            "fn main() {\n    let e = asyncio.Event();\n    e.set();\n    print(await e.wait());\n}\n\
             asyncio.run(main);",
            "true",
        )
    },
    Entry {
        blocks: "Not itself: awaited, it waits until one is free.",
        ..method(
            "AsyncSemaphore",
            "acquire",
            &[sig(&[], "Coroutine")],
            "Awaited, it takes one of the permits.",
            "fn main() {\n    let s = asyncio.Semaphore(2);\n    await s.acquire();\n    \
             print(s);\n}\nasyncio.run(main);",
            "AsyncSemaphore(1 free)",
        )
    },
    Entry {
        errors: "Refused by an `asyncio.BoundedSemaphore` that nobody has acquired.",
        ..method(
            "AsyncSemaphore",
            "release",
            &[sig(&[], "()")],
            "Gives one permit back.",
            "let s = asyncio.Semaphore(2);\ns.release();\nprint(s);",
            "AsyncSemaphore(3 free)",
        )
    },
    method(
        "AsyncSemaphore",
        "locked",
        &[sig(&[], "bool")],
        "Whether a task that acquires it now would wait.",
        "print(asyncio.Semaphore(0).locked());",
        "true",
    ),
    Entry {
        blocks: "Not itself: awaited, it waits until the lock is free.",
        ..method(
            "AsyncCondition",
            "acquire",
            &[sig(&[], "Coroutine")],
            "Awaited, it takes the condition's lock.",
            "fn main() {\n    let c = asyncio.Condition();\n    await c.acquire();\n    \
             print(c.locked());\n}\nasyncio.run(main);",
            "true",
        )
    },
    Entry {
        errors: "Refused when nobody holds it.",
        ..method(
            "AsyncCondition",
            "release",
            &[sig(&[], "()")],
            "Gives the condition's lock back.",
            "fn main() {\n    let c = asyncio.Condition();\n    await c.acquire();\n    \
             c.release();\n    print(c.locked());\n}\nasyncio.run(main);",
            "false",
        )
    },
    method(
        "AsyncCondition",
        "locked",
        &[sig(&[], "bool")],
        "Whether some task holds the condition's lock.",
        "print(asyncio.Condition().locked());",
        "false",
    ),
    Entry {
        errors: "Refused when the lock is free.",
        blocks: "Not itself: awaited, it waits until it is told of a change and the lock is free.",
        ..method(
            "AsyncCondition",
            "wait",
            &[sig(&[], "Coroutine")],
            "Awaited, it gives the lock up until it is told of a change; then it has it again.",
            "fn main() {\n    let c = asyncio.Condition();\n    \
             asyncio.create_task(|| { with c { c.notify(); } });\n    \
             with c { print(await c.wait()); }\n}\nasyncio.run(main);",
            "true",
        )
    },
    Entry {
        details: "It waits by itself: `await c.wait_for(f)` reads as in Python.",
        errors: "Refused when the lock is free.",
        blocks: "The task, until the function gives true.",
        ..prelude(
            "AsyncCondition",
            "wait_for",
            &[sig(&[param("f", Kind::Function)], "?")],
            "Waits until the function gives something else than `false`, and gives that.",
            "fn main() {\n    let c = asyncio.Condition();\n    let ready = false;\n    \
             asyncio.create_task(|| { with c { ready = true; c.notify_all(); } });\n    \
             with c { print(await c.wait_for(|| ready)); }\n}\nasyncio.run(main);",
            "true",
        )
    },
    Entry {
        errors: "Refused when the lock is free.",
        ..method(
            "AsyncCondition",
            "notify",
            &[sig(&[], "()"), sig(&[param("count", Kind::Int)], "()")],
            "Tells one task that waits, or so many, of a change.",
            "fn main() {\n    let c = asyncio.Condition();\n    with c { c.notify(2); }\n    \
             print(c);\n}\nasyncio.run(main);",
            "AsyncCondition(free)",
        )
    },
    Entry {
        errors: "Refused when the lock is free.",
        ..method(
            "AsyncCondition",
            "notify_all",
            &[sig(&[], "()")],
            "Tells all tasks that wait of a change.",
            "fn main() {\n    let c = asyncio.Condition();\n    with c { c.notify_all(); }\n    \
             print(c);\n}\nasyncio.run(main);",
            "AsyncCondition(free)",
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
        errors: "Raises `QueueFull` when there is no room.",
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
        errors: "Raises `QueueEmpty` when there is none.",
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
        "maxsize",
        &[sig(&[], "i64")],
        "How many items there is room for, or 0 for any number; also as a property.",
        "print(asyncio.Queue(3).maxsize);",
        "3",
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

fn lock(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let lock = Permits::new(Of::Lock, 1, ctx.pos);
    Ok(NativeResult::Value(ctx.make(lock)))
}

fn permits(
    name: &str,
    of: Of,
    args: &[Value],
    ctx: &NativeCtx<'_>,
) -> Result<NativeResult, FaultKind> {
    let count = args.first().and_then(Value::as_int).unwrap_or(1);
    let Ok(count) = u64::try_from(count) else {
        return Err(FaultKind::misuse(
            Class::ValueError,
            &format!("{name}({count})"),
            "the number is how many may acquire it at once: 0 or more",
            &format!("write {name}(1), or more"),
        ));
    };
    Ok(NativeResult::Value(
        ctx.make(Permits::new(of, count, ctx.pos)),
    ))
}

fn semaphore(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    permits("asyncio.Semaphore", Of::Semaphore, args, ctx)
}

fn bounded_semaphore(
    args: &mut [Value],
    ctx: &mut NativeCtx<'_>,
) -> Result<NativeResult, FaultKind> {
    permits("asyncio.BoundedSemaphore", Of::Bounded, args, ctx)
}

fn event(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(AsyncEvent::new(ctx.pos))))
}

fn condition(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let condition = AsyncCondition::new(args.first(), ctx.ids, ctx.pos)?;
    Ok(NativeResult::Value(ctx.make(condition)))
}

fn make_queue(
    name: &'static str,
    order: Order,
    args: &[Value],
    ctx: &NativeCtx<'_>,
) -> Result<NativeResult, FaultKind> {
    let capacity = args.first().and_then(Value::as_int).unwrap_or_default();
    let queue = AsyncQueue::new(name, order, capacity, ctx.pos);
    Ok(NativeResult::Value(ctx.make(queue)))
}

fn queue(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    make_queue("asyncio.Queue", Order::Fifo, args, ctx)
}

fn lifo_queue(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    make_queue("asyncio.LifoQueue", Order::Lifo, args, ctx)
}

fn priority_queue(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let order = Order::Smallest(operators::order);
    make_queue("asyncio.PriorityQueue", order, args, ctx)
}
