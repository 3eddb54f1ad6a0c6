//! Rows for what is like a lock: re-entrant locks, semaphores, events, conditions and barriers.
//!
//! Longer than most files because it is a table.

use crate::runtime::object::{Barrier, Condition, Event, Lock, Semaphore};
use crate::value::{FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Run, checked, param, sig};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "RLock",
        signatures: &[sig(&[], "RLock")],
        summary: "Makes a re-entrant lock: its holder may acquire it again.",
        details: "It is free again after as many releases as acquires.",
        example: Example {
            code: "let lock = RLock();\nwith lock { with lock { print(\"twice\"); } }",
            output: "twice",
        },
        run: Run::Native(rlock),
        ..Entry::NEW
    },
    Entry {
        name: "Semaphore",
        signatures: &[
            sig(&[], "Semaphore"),
            sig(
                &[checked("permits", "a whole number from 0 on")],
                "Semaphore",
            ),
        ],
        summary: "Makes a semaphore: at most so many threads pass at a time; 1 without a number.",
        errors: "The number of permits is a whole number, 0 or more.",
        example: Example {
            code: "let s = Semaphore(2);\nwith s { print(s); }",
            output: "Semaphore(1 free)",
        },
        run: Run::Native(semaphore),
        ..Entry::NEW
    },
    Entry {
        name: "BoundedSemaphore",
        signatures: &[
            sig(&[], "BoundedSemaphore"),
            sig(
                &[checked("permits", "a whole number from 0 on")],
                "BoundedSemaphore",
            ),
        ],
        summary: "Makes a semaphore that refuses a release too many.",
        errors: "The number of permits is a whole number, 0 or more.",
        example: Example {
            code: "let s = BoundedSemaphore(2);\nwith s { print(s); }",
            output: "BoundedSemaphore(1 of 2 free)",
        },
        run: Run::Native(bounded_semaphore),
        ..Entry::NEW
    },
    Entry {
        name: "Event",
        signatures: &[sig(&[], "Event")],
        summary: "Makes an event, a flag that threads wait for; it is not set.",
        example: Example {
            code: "let ready = Event();\nlet t = spawn(|| { ready.wait(); print(\"go\"); });\nready.set();\nt.join();",
            output: "go",
        },
        run: Run::Native(event),
        ..Entry::NEW
    },
    Entry {
        name: "Condition",
        signatures: &[
            sig(&[], "Condition"),
            sig(&[checked("lock", "a Lock or RLock")], "Condition"),
        ],
        summary: "Makes a condition: threads wait for a change of what its lock protects.",
        details: "The lock is an RLock of its own, or the Lock or RLock given.",
        example: Example {
            code: "let c = Condition();\nlet items = [];\nlet t = spawn(|| { with c { c.wait_for(|| !items.is_empty()); print(items); } });\nwith c { items.push(1); c.notify(); }\nt.join();",
            output: "[1]",
        },
        run: Run::Native(condition),
        ..Entry::NEW
    },
    Entry {
        name: "Barrier",
        signatures: &[
            sig(&[checked("parties", "a whole number from 1 on")], "Barrier"),
            sig(
                &[
                    checked("parties", "a whole number from 1 on"),
                    checked("action", "a function"),
                ],
                "Barrier",
            ),
        ],
        summary: "Makes a barrier: so many threads pass it only together.",
        details: "The last thread to come runs the action before all go on.",
        errors: "The number of threads is a whole number, 1 or more.",
        example: Example {
            code: "let b = Barrier(2, || print(\"both are there\"));\nlet t = spawn(|| b.wait());\nb.wait();\nt.join();",
            output: "both are there",
        },
        run: Run::Native(barrier),
        ..Entry::NEW
    },
    Entry {
        receiver: Some("RLock"),
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
        summary: "Takes the lock; gives whether it did.",
        blocks: "Until it can, or for at most that many seconds.",
        example: Example {
            code: "let x = RLock();\nprint(x.acquire(), x.acquire(0));",
            output: "true true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("RLock"),
        name: "try_acquire",
        signatures: &[sig(&[], "bool")],
        summary: "Takes the lock if that needs no wait; gives whether it did.",
        example: Example {
            code: "let x = RLock();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("RLock"),
        name: "release",
        signatures: &[sig(&[], "()")],
        summary: "Gives back the lock.",
        errors: "Only the thread that acquired it may release it.",
        example: Example {
            code: "let x = RLock();\nx.acquire();\nx.release();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("RLock"),
        name: "locked",
        signatures: &[sig(&[], "bool")],
        summary: "Whether some thread holds the lock.",
        example: Example {
            code: "print(RLock().locked());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Semaphore"),
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
        summary: "Takes a permit; gives whether it did.",
        blocks: "Until it can, or for at most that many seconds.",
        example: Example {
            code: "let x = Semaphore();\nprint(x.acquire(), x.acquire(0));",
            output: "true false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Semaphore"),
        name: "try_acquire",
        signatures: &[sig(&[], "bool")],
        summary: "Takes a permit if that needs no wait; gives whether it did.",
        example: Example {
            code: "let x = Semaphore();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Semaphore"),
        name: "release",
        signatures: &[sig(&[], "()"), sig(&[param("count", Kind::Int)], "()")],
        summary: "Gives back one permit, or so many.",
        errors: "The number is 1 or more.",
        example: Example {
            code: "let x = Semaphore();\nx.acquire();\nx.release();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("BoundedSemaphore"),
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
        summary: "Takes a permit; gives whether it did.",
        blocks: "Until it can, or for at most that many seconds.",
        example: Example {
            code: "let x = BoundedSemaphore();\nprint(x.acquire(), x.acquire(0));",
            output: "true false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("BoundedSemaphore"),
        name: "try_acquire",
        signatures: &[sig(&[], "bool")],
        summary: "Takes a permit if that needs no wait; gives whether it did.",
        example: Example {
            code: "let x = BoundedSemaphore();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("BoundedSemaphore"),
        name: "release",
        signatures: &[sig(&[], "()"), sig(&[param("count", Kind::Int)], "()")],
        summary: "Gives back one permit, or so many.",
        errors: "There cannot be more permits than at the beginning.",
        example: Example {
            code: "let x = BoundedSemaphore();\nx.acquire();\nx.release();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
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
        summary: "Takes the condition's lock; gives whether it did.",
        blocks: "Until it can, or for at most that many seconds.",
        example: Example {
            code: "let x = Condition();\nprint(x.acquire(), x.acquire(0));",
            output: "true true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
        name: "try_acquire",
        signatures: &[sig(&[], "bool")],
        summary: "Takes the condition's lock if that needs no wait; gives whether it did.",
        example: Example {
            code: "let x = Condition();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
        name: "release",
        signatures: &[sig(&[], "()")],
        summary: "Gives back the condition's lock.",
        errors: "Only the thread that acquired it may release it.",
        example: Example {
            code: "let x = Condition();\nx.acquire();\nx.release();\nprint(x.try_acquire());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
        name: "locked",
        signatures: &[sig(&[], "bool")],
        summary: "Whether some thread holds the condition's lock.",
        example: Example {
            code: "print(Condition().locked());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Event"),
        name: "wait",
        signatures: &[
            sig(&[], "bool"),
            sig(&[param("seconds", Kind::Seconds)], "bool"),
        ],
        summary: "Waits until the event is set; gives whether it is.",
        blocks: "Until it is set, or for at most that many seconds.",
        example: Example {
            code: "let e = Event();\nprint(e.wait(0.01));\ne.set();\nprint(e.wait());",
            output: "false\ntrue",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Event"),
        name: "set",
        signatures: &[sig(&[], "()")],
        summary: "Sets the event and wakes all who wait for it.",
        example: Example {
            code: "let e = Event();\ne.set();\nprint(e.is_set());",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Event"),
        name: "clear",
        signatures: &[sig(&[], "()")],
        summary: "Makes the event not set: who comes now waits.",
        example: Example {
            code: "let e = Event();\ne.set();\ne.clear();\nprint(e.is_set());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Event"),
        name: "is_set",
        signatures: &[sig(&[], "bool")],
        summary: "Whether the event is set; never waits.",
        example: Example {
            code: "print(Event().is_set());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
        name: "wait",
        signatures: &[
            sig(&[], "bool"),
            sig(&[param("seconds", Kind::Seconds)], "bool"),
        ],
        summary: "Gives up the lock, waits for a notify and takes the lock back; gives whether it was notified.",
        errors: "The thread must hold the lock.",
        blocks: "Until it is notified, or for at most that many seconds, and then until the lock is free.",
        example: Example {
            code: "let c = Condition();\nwith c { print(c.wait(0.01)); }",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
        name: "wait_for",
        signatures: &[
            sig(&[param("predicate", Kind::Function)], "any"),
            sig(
                &[
                    param("predicate", Kind::Function),
                    param("seconds", Kind::Seconds),
                ],
                "any",
            ),
        ],
        summary: "Waits until a function gives what counts as true; gives what it gave last.",
        details: "The function is called with the lock held, at first and after each notify.",
        errors: "The thread must hold the lock.",
        blocks: "Until it is true, or for at most that many seconds.",
        example: Example {
            code: "let c = Condition();\nwith c { print(c.wait_for(|| 1 < 2), c.wait_for(|| false, 0.01)); }",
            output: "true false",
        },
        run: Run::Prelude,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
        name: "notify",
        signatures: &[sig(&[], "()"), sig(&[param("count", Kind::Int)], "()")],
        summary: "Lets the thread that has waited longest go on, or so many.",
        details: "A notify for which nobody waits is lost.",
        errors: "The thread must hold the lock.",
        example: Example {
            code: "let c = Condition();\nlet go = false;\nlet t = spawn(|| { with c { while !go { c.wait(); } print(\"on\"); } });\nwith c { go = true; c.notify(); }\nt.join();",
            output: "on",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Condition"),
        name: "notify_all",
        signatures: &[sig(&[], "()")],
        summary: "Lets all threads that wait go on, one after the other.",
        errors: "The thread must hold the lock.",
        example: Example {
            code: "let c = Condition();\nwith c { c.notify_all(); }\nprint(c.locked());",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Barrier"),
        name: "wait",
        signatures: &[
            sig(&[], "i64"),
            sig(&[param("seconds", Kind::Seconds)], "i64"),
        ],
        summary: "Waits until all have come; gives in which place this thread came, from 0.",
        errors: "BrokenBarrierError when the barrier is broken, or breaks: by `abort`, a time that is over, an action that fails.",
        blocks: "Until as many threads wait as the barrier has parties.",
        example: Example {
            code: "print(Barrier(1).wait());",
            output: "0",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Barrier"),
        name: "abort",
        signatures: &[sig(&[], "()")],
        summary: "Breaks the barrier: whoever waits, or comes, gets a BrokenBarrierError.",
        example: Example {
            code: "let b = Barrier(2);\nb.abort();\nprint(b.broken);",
            output: "true",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Barrier"),
        name: "reset",
        signatures: &[sig(&[], "()")],
        summary: "Makes the barrier empty and whole; whoever waits gets a BrokenBarrierError.",
        example: Example {
            code: "let b = Barrier(2);\nb.abort();\nb.reset();\nprint(b.broken);",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Barrier"),
        name: "broken",
        signatures: &[sig(&[], "bool")],
        summary: "Whether the barrier is broken.",
        example: Example {
            code: "print(Barrier(2).broken);",
            output: "false",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Barrier"),
        name: "parties",
        signatures: &[sig(&[], "i64")],
        summary: "How many threads pass together.",
        example: Example {
            code: "print(Barrier(2).parties);",
            output: "2",
        },
        run: Run::Method,
        ..Entry::NEW
    },
    Entry {
        receiver: Some("Barrier"),
        name: "n_waiting",
        signatures: &[sig(&[], "i64")],
        summary: "How many threads wait now.",
        example: Example {
            code: "print(Barrier(2).n_waiting);",
            output: "0",
        },
        run: Run::Method,
        ..Entry::NEW
    },
];

fn rlock(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(Lock::reentrant(ctx.pos))))
}

fn semaphore(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let made = Semaphore::from_args(args, false, ctx.pos)?;
    Ok(NativeResult::Value(ctx.make(made)))
}

fn bounded_semaphore(
    args: &mut [Value],
    ctx: &mut NativeCtx<'_>,
) -> Result<NativeResult, FaultKind> {
    let made = Semaphore::from_args(args, true, ctx.pos)?;
    Ok(NativeResult::Value(ctx.make(made)))
}

fn barrier(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let made = Barrier::from_args(args, ctx.pos)?;
    Ok(NativeResult::Value(ctx.make(made)))
}

fn event(_: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    Ok(NativeResult::Value(ctx.make(Event::new(ctx.pos))))
}

fn condition(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind> {
    let lock = match args {
        [lock, ..] => lock.clone(),
        [] => ctx.make(Lock::reentrant(ctx.pos)),
    };
    let condition = Condition::new(&lock, ctx.pos)?;
    Ok(NativeResult::Value(ctx.make(condition)))
}
