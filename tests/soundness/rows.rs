//! How each row of the catalogue is used in a generated program: on what, with which arguments.
//!
//! Most of it is read off the signatures. A table beside them says what a signature cannot: that a
//! function takes two arguments, that a timer has to be started. Names that stand in these texts
//! (`lock`, `v0`) are declared by the program that mentions them, see [`DECLARED`].

use threadlab::library::catalogue::{self, Entry, Kind};

/// Rows that no program here uses, and why.
pub(crate) const EXCLUDED: &[(&str, &str)] = &[
    ("seed", "it is refused in every script"),
    (
        "rand_float",
        "it draws one of 2^53 numbers, so that no search of it is complete",
    ),
    ("rand", "as rand_float"),
    ("random", "as rand_float"),
    ("uniform", "as rand_float"),
    ("eval", "no search runs what is text when it begins"),
    ("read_text", "no folder may be read"),
    ("read_lines", "as read_text"),
];

/// What the clock or the host decides: no search can list what is printed of it.
const UNPRINTABLE: &[&str] = &[
    "perf_counter",
    "monotonic",
    "time",
    "timestamp",
    "elapsed",
    "pid",
    "getpid",
];

/// The names that programs use, and what makes what they stand for; a maker may mention names that
/// stand before it. Those of a kind of object come with the kind, for its methods.
pub(crate) const DECLARED: &[(&str, &str, &[&str])] = &[
    ("i64", "v0", &["0"]),
    ("i64", "v1", &["0", "1"]),
    ("f64", "x0", &["1.5"]),
    ("char", "c0", &["'a'"]),
    ("range", "r0", &["0..2"]),
    ("string", "s0", &["\"ab\""]),
    ("array", "a0", &["[1, 2]"]),
    ("map", "m0", &["#{a: 1}"]),
    ("Fn", "f0", &["|| { v1 += 1; v1 }"]),
    ("list", "l0", &["list([1, 2])", "list([0, list([1])])"]),
    ("dict", "d0", &["dict([[1, 2]])", "dict(#{a: l0})"]),
    ("set", "z0", &["set([1, 2])"]),
    ("deque", "q0", &["deque([1, 2])", "deque([1], 2)"]),
    ("instance", "o0", &["Cell(1)", "Sub(1)"]),
    ("generator", "g0", &["count_to(2)"]),
    ("tuple", "u0", &["tuple([1, \"a\"])", "tuple([l0, 2])"]),
    ("Lock", "lock", &["Lock()"]),
    ("RLock", "rlock", &["RLock()"]),
    ("Semaphore", "semaphore", &["Semaphore(1)", "Semaphore(0)"]),
    ("BoundedSemaphore", "bounded", &["BoundedSemaphore(1)"]),
    ("Event", "event", &["Event()"]),
    ("Condition", "condition", &["Condition()"]),
    (
        "Barrier",
        "barrier",
        &["Barrier(2)", "Barrier(1, || { v0 += 1; })"],
    ),
    ("Queue", "queue", &["Queue()", "Queue(1)"]),
    ("LifoQueue", "lifo", &["LifoQueue()", "LifoQueue(1)"]),
    (
        "PriorityQueue",
        "priority",
        &["PriorityQueue()", "PriorityQueue(1)"],
    ),
    ("SimpleQueue", "simple", &["SimpleQueue()"]),
    ("Channel", "ch", &["channel(1)", "channel()"]),
    ("RwLock", "rw", &["RwLock()"]),
    ("Once", "once", &["Once()"]),
    ("Latch", "latch", &["Latch(1)", "Latch(2)"]),
    ("Atomic", "atomic", &["Atomic(0)"]),
    ("ThreadLocal", "own", &["ThreadLocal()"]),
    ("AsyncLock", "alock", &["asyncio.Lock()"]),
    ("AsyncEvent", "aevent", &["asyncio.Event()"]),
    (
        "AsyncSemaphore",
        "asemaphore",
        &["asyncio.Semaphore(1)", "asyncio.BoundedSemaphore(1)"],
    ),
    ("AsyncCondition", "acondition", &["asyncio.Condition()"]),
    (
        "AsyncQueue",
        "aqueue",
        &["asyncio.Queue()", "asyncio.Queue(1)"],
    ),
    (
        "ThreadPoolExecutor",
        "executor",
        &["ThreadPoolExecutor(1)", "ThreadPoolExecutor(2)"],
    ),
    (
        "ProcessPoolExecutor",
        "processes",
        &["ProcessPoolExecutor(1)"],
    ),
    (
        "Future",
        "future",
        &[
            "executor.submit(|| { v0 += 1; v0 })",
            "executor.submit(|| throw \"no\")",
        ],
    ),
    ("Results", "results", &["executor.map(|x| x + v0, [1, 2])"]),
    ("Watch", "watch", &["as_completed([future])"]),
    ("Timer", "timer", &["Timer(0.001, || { v0 += 1; })"]),
];

/// What starts something, so that it cannot be declared before a program begins.
pub(crate) const STARTS: &[&str] = &["future", "results", "watch"];

/// Rows that need a whole statement around them, which comes instead of a call.
const STATEMENTS: &[(&str, &[&str])] = &[
    (
        "Thread",
        &[
            "let fresh = Thread(|x| { v0 += x; }, [1]); fresh.start(); ",
            "let fresh = Thread(|| { v0 += 1; }, [], #{name: \"named\", daemon: true}); fresh.start(); ",
            "let fresh = Thread(helper); fresh.start(); print(fresh.join()); ",
        ],
    ),
    (
        "Timer",
        &[
            "let late = Timer(0.001, |x| { v0 += x; }, [1]); late.start(); ",
            "let late = Timer(0.001, helper); late.start(); late.cancel(); ",
        ],
    ),
    (
        "Thread.start",
        &[
            "t0.start(); ",
            "t1.start(); ",
            "let fresh = Thread(helper); fresh.start(); fresh.start(); ",
            "let fresh = Thread(helper); fresh.start(); ",
        ],
    ),
    (
        "spawn",
        &[
            "spawn(|| { v0 += 1; }); ",
            "spawn(|x| { v0 += x; }, v1); ",
            "spawn(helper); ",
        ],
    ),
    (
        "ThreadPoolExecutor",
        &[
            "print(ThreadPoolExecutor(1).submit(|| { v0 += 1; v0 }).result()); ",
            "with ThreadPoolExecutor(2, \"w\") as workers { workers.submit(helper); } ",
            "with ThreadPoolExecutor(1, \"w\", |x| { v1 = x; }, [2]) as workers { workers.submit(|| { v0 += 1; }); } ",
        ],
    ),
    (
        "pool",
        &[
            "print(pool(1).submit(|| { v0 += 1; v0 }).result()); ",
            "for got in pool(2).map(|x| { v0 += x; x }, [1, 2]) { print(got); } ",
        ],
    ),
    (
        "ProcessPoolExecutor",
        &["print(ProcessPoolExecutor(1).submit(|| v0 + 1).result()); "],
    ),
    (
        "as_completed",
        &[
            "for done in as_completed([future]) { print(done.exception() == ()); } ",
            "for done in as_completed([future], 0.001) { print(done.done()); } ",
        ],
    ),
    (
        "wait",
        &[
            "print(wait([future]).done.len()); ",
            "print(wait([future], 0.001).done.len()); ",
            "print(wait([future], (), FIRST_COMPLETED).not_done.len()); ",
        ],
    ),
    (
        "Results.len",
        &[
            "print(results.len()); ",
            "for got in results { print(got); } ",
        ],
    ),
    ("RwLock.read", &["with rw.read() { print(v0); } "]),
    ("RwLock.write", &["with rw.write() { v0 += 1; } "]),
    (
        "Condition.wait",
        &[
            "with condition { condition.wait(0.001); v0 += 1; } ",
            "with condition { print(condition.wait(0)); } ",
        ],
    ),
    (
        "Condition.wait_for",
        &[
            "with condition { print(condition.wait_for(|| v0 > 0, 0.001)); } ",
            "with condition { condition.wait_for(|| v0 > 0); } ",
        ],
    ),
    (
        "Condition.notify",
        &[
            "with condition { v0 += 1; condition.notify(); } ",
            "condition.notify(2); ",
        ],
    ),
    (
        "Condition.notify_all",
        &["with condition { v0 += 1; condition.notify_all(); } "],
    ),
    (
        "asyncio.run",
        &[
            "print(asyncio.run(|| { v0 += 1; v0 })); ",
            "asyncio.run(helper); ",
        ],
    ),
    (
        "await",
        &["print(await asyncio.sleep(0, v0)); ", "print(await v0); "],
    ),
    (
        "asyncio.create_task",
        &[
            "asyncio.create_task(|| { v0 += 1; await asyncio.sleep(0); v0 += 1; }); ",
            "print(await asyncio.create_task(|| { await asyncio.sleep(0.001); v0 })); ",
        ],
    ),
    (
        "asyncio.as_completed",
        &[
            "for got in asyncio.as_completed([|| { await asyncio.sleep(0.001); v0 }, || { v0 += 1; v0 }]) { print(await got); } ",
        ],
    ),
    (
        "asyncio.wait",
        &[
            "print((await asyncio.wait([asyncio.create_task(|| { await asyncio.sleep(0.001); v0 += 1; }), asyncio.create_task(|| { await asyncio.sleep(0.001); })], #{return_when: FIRST_COMPLETED})).done.len()); ",
            "await asyncio.wait([asyncio.create_task(|| { v0 += 1; })]); ",
        ],
    ),
    (
        "asyncio.timeout",
        &[
            "with asyncio.timeout(0.001) as bound { await asyncio.sleep(0.002); v0 += 1; } ",
            "with asyncio.timeout(()) as bound { await asyncio.sleep(0); v0 += 1; } ",
        ],
    ),
    (
        "AsyncTimeout.expired",
        &[
            "let bound = asyncio.timeout(0.001); try { with bound { await asyncio.sleep(0.001); } } catch { } print(bound.expired()); ",
        ],
    ),
    (
        "asyncio.TaskGroup",
        &["with asyncio.TaskGroup() as group { group.create_task(|| { v0 += 1; }); } "],
    ),
    (
        "TaskGroup.create_task",
        &[
            "with asyncio.TaskGroup() as group { group.create_task(|| { await asyncio.sleep(0); v0 += 1; }); group.create_task(|| { v0 += 1; throw \"no\"; }); } ",
            "with asyncio.TaskGroup() as group { group.create_task(|| { await asyncio.sleep(0); v0 += 1; }); group.create_task(|| { v0 += 1; }); } ",
        ],
    ),
    (
        "asyncio.shield",
        &["print(await asyncio.shield(|| { await asyncio.sleep(0); v0 += 1; v0 })); "],
    ),
    (
        "asyncio.wait_for",
        &[
            "print(await asyncio.wait_for(|| { await asyncio.sleep(0.001); v0 += 1; v0 }, 0.001)); ",
            "print(await asyncio.wait_for(|| { v0 += 1; v0 }, ())); ",
        ],
    ),
    (
        "Gather.done",
        &[
            "let all = asyncio.gather(|| { v0 += 1; }); print(all.done()); await all; print(all.done()); ",
        ],
    ),
    (
        "Gather.cancel",
        &[
            "let all = asyncio.gather(|| { await asyncio.sleep(0); v0 += 1; }); print(all.cancel()); ",
        ],
    ),
    (
        "AsyncCondition.wait",
        &[
            "with acondition { await asyncio.wait_for(acondition.wait(), 0.001); } ",
            "with acondition { try { await asyncio.wait_for(acondition.wait(), 0.001); } catch (e) { print(e); } } ",
        ],
    ),
    (
        "AsyncCondition.wait_for",
        &["with acondition { await acondition.wait_for(|| v0 >= 0); } "],
    ),
    (
        "AsyncCondition.notify",
        &["with acondition { acondition.notify(); } "],
    ),
    (
        "AsyncCondition.notify_all",
        &["with acondition { acondition.notify_all(); } "],
    ),
    (
        "AsyncLock.acquire",
        &[
            "with alock { v0 += 1; } ",
            "await alock.acquire(); alock.release(); ",
        ],
    ),
    (
        "AsyncLock.release",
        &[
            "await alock.acquire(); alock.release(); ",
            "alock.release(); ",
        ],
    ),
    (
        "list",
        &[
            "l0[0] = v0; ",
            "l0[0] += 1; ",
            "l0[-1] += 1; print(l0); ",
            "for item in l0 { print(item); } ",
            "l0 += [v0]; ",
            "print(v0 in l0, l0 == list([1, 2])); ",
            "print(len(l0), list(l0)); ",
            "l0.append(list([v0])); print(l0); ",
            "let own = l0; own[0] = list([v1]); own[0][0] += 1; print(own[0]); ",
        ],
    ),
    (
        "dict",
        &[
            "d0[1] = v0; ",
            "d0[1] += 1; ",
            "d0[\"a\"] = l0; d0[\"a\"].append(v0); ",
            "for key in d0 { print(key, d0.get(key)); } ",
            "for pair in d0.items() { print(pair); } ",
            "print(1 in d0, len(d0), d0); ",
            "let kept = dict(d0); d0.clear(); print(kept); ",
            "print(dict(m0)); ",
        ],
    ),
    (
        "set",
        &[
            "z0 |= set([v0]); ",
            "print(z0 & set([1, v0]), 1 in z0); ",
            "for item in z0 { print(item); } ",
            "print(set(l0) <= z0); ",
        ],
    ),
    (
        "deque",
        &[
            "q0[0] = v0; ",
            "q0[0] += 1; ",
            "q0 += l0; ",
            "for item in q0 { print(item); } ",
            "print(deque(l0, 2)); ",
        ],
    ),
    (
        "tuple",
        &[
            "print(u0[0], u0 + tuple([v0])); ",
            "print(u0 == tuple(l0), v0 in u0); ",
            "d0[u0[1]] = u0; print(d0); ",
            "for part in u0 { print(part); } ",
        ],
    ),
    (
        "select",
        &[
            "print(select([ch], 0.001).index); ",
            "print(select([#{send: v0, to: ch}, ch]).index); ",
            "print(select([ch], #{default: 7}).value); ",
        ],
    ),
];

/// What a call needs to succeed, by receiver and name; it comes before every second call.
const PREPARATIONS: &[(&str, &str)] = &[
    ("Lock.release", "lock.acquire(); "),
    ("RLock.release", "rlock.acquire(); "),
    ("BoundedSemaphore.release", "bounded.acquire(); "),
    ("Condition.release", "condition.acquire(); "),
    ("Queue.get", "queue.put(1); "),
    ("Queue.get_nowait", "queue.put(1); "),
    ("Queue.try_get", "queue.put(1); "),
    ("Queue.task_done", "queue.put(1); queue.get(); "),
    ("LifoQueue.get", "lifo.put(1); "),
    ("LifoQueue.get_nowait", "lifo.put(1); "),
    ("LifoQueue.try_get", "lifo.put(1); "),
    ("LifoQueue.task_done", "lifo.put(1); lifo.get(); "),
    ("PriorityQueue.get", "priority.put(1); "),
    ("PriorityQueue.get_nowait", "priority.put(1); "),
    ("PriorityQueue.try_get", "priority.put(1); "),
    (
        "PriorityQueue.task_done",
        "priority.put(1); priority.get(); ",
    ),
    ("SimpleQueue.get", "simple.put(1); "),
    ("SimpleQueue.get_nowait", "simple.put(1); "),
    ("SimpleQueue.try_get", "simple.put(1); "),
    ("Channel.receive", "ch.send(1); "),
    ("Channel.receive_ok", "ch.send(1); "),
    ("Channel.try_receive", "ch.send(1); "),
    ("Event.wait", "event.set(); "),
    ("Latch.wait", "latch.count_down(); "),
    ("RwLock.release_read", "rw.acquire_read(); "),
    ("RwLock.release_write", "rw.acquire_write(); "),
    ("Timer.join", "timer.start(); "),
    ("Timer.result", "timer.start(); "),
    ("Task.result", "await asyncio.sleep(0.001); "),
    ("Task.exception", "await asyncio.sleep(0.001); "),
    ("AsyncEvent.wait", "aevent.set(); "),
    ("AsyncSemaphore.release", "await asemaphore.acquire(); "),
    ("AsyncCondition.release", "await acondition.acquire(); "),
    ("AsyncQueue.get", "aqueue.put_nowait(1); "),
    ("AsyncQueue.get_nowait", "aqueue.put_nowait(1); "),
    (
        "AsyncQueue.task_done",
        "aqueue.put_nowait(1); aqueue.get_nowait(); ",
    ),
    ("string.parse_int", "s0 = \"12\"; "),
    ("string.parse_float", "s0 = \"1.5\"; "),
];

/// All arguments of a row.
const ARGUMENTS: &[(&str, &[&str])] = &[
    (
        "print",
        &[
            "v0, v1",
            "a0",
            "t0",
            "t1",
            "m0.a",
            "l0",
            "d0, z0",
            "`${q0}`",
            "lock",
            "queue",
            "`${t0} ${v0}`",
            "event",
        ],
    ),
    ("debug", &["v0", "a0", "t0", "s0", "l0"]),
    ("repr", &["l0", "d0", "v0", "t0", "u0"]),
    ("list.sort", &["", "|x| { v0 += 1; v1 }", "(), true"]),
    ("list.extend", &["[1, v0]", "l0", "z0"]),
    ("list.set_slice", &["0, 1, [v0]", "(), (), l0"]),
    ("list.slice", &["1", "0, -1", "(), (), -1"]),
    ("list.delete_slice", &["1", "0, 1"]),
    ("tuple.slice", &["1", "(), (), -1"]),
    ("dict.update", &["m0", "d0", "[[1, v0]]"]),
    ("deque.extend", &["[1, v0]", "l0"]),
    ("deque.extendleft", &["[1, v0]", "q0"]),
    ("set.update", &["[1]", "l0, [v0]", "z0"]),
    ("set.union", &["[3]", "l0", "z0, [v0]"]),
    ("set.intersection", &["[1]", "z0"]),
    ("set.difference", &["[1]", "z0"]),
    ("set.symmetric_difference", &["[1, v0]", "z0"]),
    ("set.issubset", &["[1, 2, v0]", "l0"]),
    ("set.issuperset", &["[1]", "z0"]),
    ("set.isdisjoint", &["[v0]", "z0"]),
    ("set.intersection_update", &["[1]", "z0"]),
    ("set.difference_update", &["[1]", "[v0]"]),
    ("set.symmetric_difference_update", &["[1, v0]"]),
    ("Fn", &["\"helper\""]),
    ("call", &["helper", "|x| { v0 += x; v0 }, 1"]),
    ("curry", &["|x| x, 1"]),
    ("is_def_fn", &["\"helper\", 0"]),
    (
        "isinstance",
        &["v0, \"ValueError\"", "\"x\", \"Exception\""],
    ),
    ("is_def_var", &["\"v0\""]),
    (
        "assert",
        &["v0 == 0", "v0 == 0, \"v0 is \" + v0", "v0 < 2, t0"],
    ),
    ("rand_int", &["0, 1"]),
    ("randint", &["v0, v0 + 1"]),
    ("randrange", &["2", "0, 2", "0, 4, 2"]),
    ("choice", &["[v0, 7]"]),
    ("shuffle", &["[v0, 7]"]),
    ("join", &["t0", "t1", "t0, 0.001", "current_thread()"]),
    ("elapsed", &["helper"]),
    ("Semaphore", &["", "1"]),
    ("BoundedSemaphore", &["", "0"]),
    ("Condition", &["", "lock", "rlock"]),
    ("Barrier", &["1", "2, || { v0 += 1; }", "0"]),
    ("Latch", &["1", "-1"]),
    ("channel", &["", "1"]),
    ("asyncio.Condition", &["", "alock"]),
    (
        "asyncio.gather",
        &[
            "|| { v0 += 1; v0 }, || { await asyncio.sleep(0); v0 }",
            "|| { throw \"no\"; }",
        ],
    ),
    ("asyncio.sleep", &["0", "0.001", "0.001, v0"]),
    ("asyncio.to_thread", &["|| { v0 += 1; v0 }", "helper"]),
    (
        "ThreadPoolExecutor.submit",
        &[
            "|| { v0 += 1; v0 }",
            "|x| { v0 += x; throw \"no\"; }, v1",
            "helper",
        ],
    ),
    (
        "ThreadPoolExecutor.map",
        &["|x| { v0 += x; v0 }, [1, 2]", "|x| x, [v0], #{timeout: 1}"],
    ),
    (
        "ThreadPoolExecutor.shutdown",
        &["", "false", "true, true", "#{wait: false}"],
    ),
    (
        "ProcessPoolExecutor.submit",
        &["|| v0 + 1", "|x| x + v1, v0"],
    ),
    ("ProcessPoolExecutor.map", &["|x| x + v0, [1, 2]"]),
    ("ProcessPoolExecutor.shutdown", &["", "false", "true, true"]),
    ("Task.add_done_callback", &["|done| { v0 += 1; }"]),
    (
        "Future.add_done_callback",
        &["|done| { v0 += 1; }", "|done| print(done.done())"],
    ),
    ("Once.call", &["helper", "|| { v0 += 1; throw \"no\"; }"]),
    (
        "array.reduce",
        &["|sum, x| { v0 += 1; sum }", "|sum, x| sum + x, v0"],
    ),
    (
        "array.reduce_rev",
        &["|sum, x| { v0 += 1; sum }", "|sum, x| sum + x, v0"],
    ),
    ("array.sort", &["", "|x, y| { v0 += 1; x - y }"]),
    ("string.set", &["0, 'x'", "-1, \"x\""]),
    ("array.sort_by", &["|x, y| { v0 += 1; y - x }"]),
    ("array.order", &["", "|x, y| { v0 += 1; y - x }"]),
    ("array.order_by", &["|x, y| y - x"]),
    ("array.dedup", &["", "|x, y| { v0 += 1; x == y }"]),
    ("array.zip", &["[v0, 3], |x, y| x + y"]),
    (
        "array.for_each",
        &["|x| { v0 += x; }", "|i| { this = v0; }"],
    ),
    ("map.map", &["|key, value| { v0 += 1; v0 }"]),
    ("map.filter", &["|key, value| { v0 += 1; value == 1 }"]),
    ("map.drain", &["|key, value| { v0 += 1; value == 1 }"]),
    ("map.retain", &["|key, value| { v0 += 1; value == 1 }"]),
    ("cpu_work", &["10"]),
    ("io_work", &["0.001"]),
    ("Thread.set_name", &["\"other\""]),
    ("Timer.set_name", &["\"other\""]),
    ("Thread.set_daemon", &["true"]),
    ("Timer.set_daemon", &["true"]),
    ("Task.set_name", &["\"other\""]),
];

/// What an argument of a kind can be.
fn alternatives(kind: Kind) -> &'static [&'static str] {
    const CLOSURE: &str = "|x| { v0 += 1; x == 1 }";
    match kind {
        Kind::Any => &[
            "1",
            "\"x\"",
            "v0",
            "[v1]",
            "#{a: v0}",
            "|| { v1 += 1; v1 }",
            "t0",
            "t1",
            "lock",
            "queue",
            "future",
            "f0",
            "l0",
            "d0",
        ],
        Kind::Checked(_) => &["1"],
        Kind::Rest => &["", "v0"],
        Kind::Bool => &["false", "true"],
        Kind::Int => &["0", "1", "2", "v0", "-1"],
        Kind::Number => &["1", "0.5", "v0"],
        Kind::Seconds => &["0", "0.001", "0.002"],
        Kind::Limit => &["0.001", "()"],
        Kind::Float => &["0.5"],
        Kind::Text => &["\"a\"", "\"b\""],
        Kind::Pattern => &["\"a\"", "'b'"],
        Kind::Array => &["[1, v0]", "a0", "[|| { v1 += 1; v1 }]"],
        Kind::Map => &["#{a: v0}", "m0", "#{b: || { v1 += 1; v1 }}"],
        Kind::Range => &["0..1", "0..=1"],
        Kind::Function => &[CLOSURE, "|x| x == v0"],
        Kind::Awaitable => &["|| { await asyncio.sleep(0); v0 += 1; }"],
        Kind::Awaitables | Kind::AwaitableArray => &["[|| { v0 += 1; }]"],
    }
}

/// Where something can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    /// In every thread.
    Anywhere,
    /// In a task of an event loop only.
    InTasks,
}

/// A row that programs use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row(pub(crate) &'static Entry);

/// All of them.
pub(crate) fn rows() -> Vec<Row> {
    let is_used = |entry: &&Entry| !EXCLUDED.iter().any(|(name, _)| *name == entry.full_name());
    catalogue::entries().filter(is_used).map(Row).collect()
}

fn listed<'t, T>(table: &'t [(&str, T)], name: &str) -> Option<&'t T> {
    let row = table.iter().find(|(listed, _)| *listed == name);
    row.map(|(_, value)| value)
}

impl Row {
    /// Where it can be called.
    pub(crate) fn place(self) -> Where {
        let awaits = ["asyncio.", "await"]
            .iter()
            .any(|name| self.0.name.starts_with(name));
        let makes = self.0.name.strip_prefix("asyncio.").is_some_and(|name| {
            name == "run" || name.starts_with(char::is_uppercase) && name != "TaskGroup"
        });
        let of_tasks = self.0.receiver.is_some_and(|kind| {
            kind.starts_with("Async") || ["Task", "Gather", "TaskGroup"].contains(&kind)
        });
        match awaits && !makes || of_tasks {
            true => Where::InTasks,
            false => Where::Anywhere,
        }
    }

    /// How much concurrency there is in it, for drawing it more or less often.
    pub(crate) fn weight(self) -> u32 {
        match self.0.receiver {
            Some("array" | "map") => 2,
            Some("string" | "i64" | "f64" | "char" | "range" | "any" | "Fn") => 1,
            Some("ProcessPoolExecutor") => 1,
            _ if self.0.name.contains("rocess") => 1,
            _ => 4,
        }
    }

    /// A statement that uses it; `pick` chooses how.
    pub(crate) fn statement(self, pick: u32, form: Form) -> String {
        let name = self.0.full_name();
        let mut pick = pick as usize;
        let mut choose = |count: usize| {
            let chosen = pick % count;
            pick /= count;
            chosen
        };
        if let Some(statements) = listed(STATEMENTS, &name) {
            return match form {
                Form::Caught => {
                    let statement = statements[choose(statements.len())];
                    format!("try {{ {statement}}} catch (e) {{ print(e); }} ")
                }
                _ => statements[choose(statements.len())].to_string(),
            };
        }
        let mut before = String::new();
        let receiver = match self.0.receiver {
            None => String::new(),
            Some("Thread") => {
                ["t0.", "t1.", "current_thread().", "main_thread().", "t0."][choose(5)].into()
            }
            Some("Task") => {
                before =
                    "let task = asyncio.create_task(|| { v0 += 1; await asyncio.sleep(0); v0 }); \
                          await asyncio.sleep(0); "
                        .into();
                "task.".into()
            }
            Some("any") => "v0.".into(),
            Some(kind) => {
                let declared = DECLARED.iter().find(|(declared, ..)| *declared == kind);
                let (_, name, _) = declared.unwrap_or_else(|| panic!("what is a {kind}?"));
                format!("{name}.")
            }
        };
        if let Some(preparation) = listed(PREPARATIONS, &name)
            && choose(2) == 0
        {
            before.push_str(preparation);
        }
        let signature = &self.0.signatures[choose(self.0.signatures.len())];
        let args = match listed(ARGUMENTS, &name) {
            Some(all) => all[choose(all.len())].to_string(),
            None => {
                let of_kind = |kind| alternatives(kind);
                let mut args = Vec::new();
                for param in signature.params {
                    let all = of_kind(param.kind);
                    args.push(all[choose(all.len())]);
                }
                args.retain(|arg| !arg.is_empty());
                args.join(", ")
            }
        };
        let bare = self.0.name;
        let call = match self.0.run {
            catalogue::Run::Constant(_) => bare.to_string(),
            _ => format!("{receiver}{bare}({args})"),
        };
        let awaited = match signature.result {
            "Coroutine" | "Gather" => format!("await {call}"),
            _ => call,
        };
        let printable = !UNPRINTABLE.contains(&bare) && signature.result != "()";
        let statement = match (form, printable) {
            (Form::Bare, _) | (_, false) => format!("{awaited}; "),
            (Form::Print | Form::Caught, true) => format!("print({awaited}); "),
        };
        match form {
            Form::Caught => format!("try {{ {before}{statement}}} catch (e) {{ print(e); }} "),
            _ => format!("{before}{statement}"),
        }
    }
}

/// How a call stands in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// By itself.
    Bare,
    /// What it gives is printed.
    Print,
    /// The same, and so is its error.
    Caught,
}
