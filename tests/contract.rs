//! The contract of the primitives: each of them, asked in each way, in each situation, answers the
//! same on every scheduler.
//!
//! A row is a script and what it must print; [`every_row_holds_on_every_scheduler`] runs them all,
//! and [`no_case_is_left_out`] fails when a primitive lacks a row for a situation without a reason
//! in [`ABSENT`]. The second table holds the answers to wrong use: where, what, and what to do.
//! Longer than most files because it is a table.

mod common;

use common::{MODES, Mode, run, type_in};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Thread,
    Lock,
    Executor,
    Future,
    Results,
    Watch,
    RLock,
    Semaphore,
    BoundedSemaphore,
    Event,
    Condition,
    Barrier,
    Queue,
    Atomic,
    Timer,
    ThreadLocal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Waits as long as it takes.
    Plain,
    /// Only looks.
    Try,
    /// Waits for a limited time.
    Timeout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Success,
    WaitThenSuccess,
    TimeIsOver,
    Misuse,
    OwnerDied,
    /// By the learner, while it waits.
    Stopped,
}

struct Row {
    of: Of,
    way: Way,
    case: Case,
    text: &'static str,
    lines: &'static [&'static str],
    outcome: &'static str,
}

const fn row(
    of: Of,
    way: Way,
    case: Case,
    text: &'static str,
    lines: &'static [&'static str],
    outcome: &'static str,
) -> Row {
    Row {
        of,
        way,
        case,
        text,
        lines,
        outcome,
    }
}

/// Ways and cases that a primitive does not have.
const ABSENT: &[(Of, Way, Case, &str)] = &[
    (
        Of::Executor,
        Way::Timeout,
        Case::TimeIsOver,
        "as in Python, shutdown has no time limit",
    ),
    (
        Of::Atomic,
        Way::Plain,
        Case::WaitThenSuccess,
        "it never waits",
    ),
    (Of::Atomic, Way::Timeout, Case::TimeIsOver, "it never waits"),
    (
        Of::ThreadLocal,
        Way::Plain,
        Case::WaitThenSuccess,
        "it never waits",
    ),
    (
        Of::ThreadLocal,
        Way::Timeout,
        Case::TimeIsOver,
        "it never waits",
    ),
];

/// What each primitive must have a row for.
const REQUIRED: &[(Way, Case)] = &[
    (Way::Plain, Case::Success),
    (Way::Plain, Case::WaitThenSuccess),
    (Way::Plain, Case::Misuse),
    (Way::Plain, Case::OwnerDied),
    (Way::Plain, Case::Stopped),
    (Way::Try, Case::Success),
    (Way::Timeout, Case::TimeIsOver),
];

const ROWS: &[Row] = &[
    // Thread.
    row(Of::Thread, Way::Plain, Case::Success,
        "let t = Thread(|x| x * x, [7]); t.start(); print(t.join()); print(t.join(), t.result());",
        &["49", "49 49"], "()"),
    row(Of::Thread, Way::Plain, Case::Success,
        "let a = spawn(|x, y| x + y, 1, 2); print(join(a), a.name, a.is_alive());",
        &["3 Thread-1 false"], "()"),
    row(Of::Thread, Way::Plain, Case::WaitThenSuccess,
        "let t = spawn(|| { sleep(0.02); print(\"slept\"); 5 }); print(t.join());",
        &["slept", "5"], "()"),
    row(Of::Thread, Way::Plain, Case::WaitThenSuccess,
        "let t = spawn(|| { sleep(0.02); 5 });
         let a = spawn(|| t.join() + 1); let b = spawn(|| t.result() + 2);
         print(a.join(), b.join());",
        &["6 7"], "()"),
    row(Of::Thread, Way::Try, Case::Success,
        "let t = Thread(|| sleep(0.02)); print(t.is_alive()); t.start(); print(t.is_alive());
         t.join(); print(t.is_alive());",
        &["false", "true", "false"], "()"),
    row(Of::Thread, Way::Timeout, Case::Success,
        "print(spawn(|| 5).join(60));", &["5"], "()"),
    row(Of::Thread, Way::Timeout, Case::WaitThenSuccess,
        "print(spawn(|| { sleep(0.02); 5 }).join(60));", &["5"], "()"),
    row(Of::Thread, Way::Timeout, Case::TimeIsOver,
        "let lock = Lock(); lock.acquire(); let t = spawn(|| { with lock { 5 } });
         print(t.join(0.01) == ()); print(t.join(0) == ());
         try { t.result(0.01); } catch (e) { print(e.error, e.message); }
         lock.release(); print(t.join());",
        &["true", "true", "TimeoutError the end of Thread-1 took longer than 0.01 s", "5"], "()"),
    row(Of::Thread, Way::Plain, Case::Misuse,
        "let t = Thread(|| 1); try { t.join(); } catch (e) { print(e.message); }
         t.start(); try { t.start(); } catch (e) { print(e.message); } t.join();
         current_thread().join();",
        &["Thread-1 has not been started: only a thread that was started can end",
          "Thread-1 was started a second time: a thread can be started once"],
        "3:27 main waits for itself: a thread cannot wait for its own end \
         / let another thread, such as main, join this one"),
    row(Of::Thread, Way::Plain, Case::OwnerDied,
        "let t = spawn(|| { throw \"no\"; }); print(t.join() == ()); t.result();",
        &["Exception in thread Thread-1: no (line 1, column 20)", "true"], "1:20 no"),
    row(Of::Thread, Way::Plain, Case::Stopped,
        "let t = spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); t.join();",
        &["stop me"], "interrupted"),
    row(Of::Thread, Way::Timeout, Case::Stopped,
        "let t = spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); t.join(1000000000);",
        &["stop me"], "interrupted"),
    // Lock.
    row(Of::Lock, Way::Plain, Case::Success,
        "let l = Lock(); print(l.acquire(), l.locked()); l.release(); print(l.locked());
         with l { print(l.locked()); } print(l.locked());",
        &["true true", "false", "true", "false"], "()"),
    row(Of::Lock, Way::Plain, Case::WaitThenSuccess,
        "let l = Lock(); l.acquire(); let t = spawn(|| { with l { print(\"got\"); } });
         sleep(0.02); print(\"free\"); l.release(); t.join();",
        &["free", "got"], "()"),
    row(Of::Lock, Way::Plain, Case::WaitThenSuccess,
        "let n = 0; let l = Lock(); let ts = [];
         for i in 0..4 { ts.push(spawn(|| { for j in 0..200 { with l { n += 1; } } })); }
         for t in ts { t.join(); } print(n);",
        &["800"], "()"),
    row(Of::Lock, Way::Try, Case::Success,
        "let l = Lock(); print(l.try_acquire()); print(spawn(|| l.try_acquire()).join());
         print(l.acquire(false)); l.release(); print(l.acquire(false));",
        &["true", "false", "false", "true"], "()"),
    row(Of::Lock, Way::Timeout, Case::Success,
        "let l = Lock(); print(l.acquire(60)); l.release(); print(l.acquire(true, 60));",
        &["true", "true"], "()"),
    row(Of::Lock, Way::Timeout, Case::WaitThenSuccess,
        "let l = Lock(); l.acquire(); let t = spawn(|| { let got = l.acquire(60); l.release(); got });
         sleep(0.02); l.release(); print(t.join());",
        &["true"], "()"),
    row(Of::Lock, Way::Timeout, Case::TimeIsOver,
        "let l = Lock(); l.acquire(); print(spawn(|| l.acquire(0.01)).join()); l.release();
         print(l.acquire(0));",
        &["false", "true"], "()"),
    row(Of::Lock, Way::Plain, Case::Misuse,
        "let l = Lock(); try { l.release(); } catch (e) { print(e.error, e.message); } l.release();",
        &["Misuse release of a Lock that nobody holds: a lock is released once for each acquire"],
        "1:81 release of a Lock that nobody holds: a lock is released once for each acquire \
         / use `with lock { ... }`: it releases exactly once"),
    row(Of::Lock, Way::Plain, Case::Misuse,
        "let l = Lock();
         let t = Thread(|| { l.acquire(); }, [], #{name: \"A\"}); t.start(); t.join();
         l.release();",
        &[],
        "3:12 release of a Lock that thread 2 has held since line 2: \
         only the thread that acquired it releases it \
         / use `with lock { ... }`: it acquires and releases in one thread"),
    row(Of::Lock, Way::Plain, Case::OwnerDied,
        "let l = Lock(); spawn(|| { with l { throw \"no\"; } }).join(); with l { print(\"free\"); }",
        &["Exception in thread Thread-1: no (line 1, column 37)", "free"], "()"),
    row(Of::Lock, Way::Plain, Case::OwnerDied,
        "let l = Lock(); spawn(|| { l.acquire(); throw \"no\"; }).join();
         print(l.try_acquire(), l.acquire(0.01)); l.acquire();",
        &["Exception in thread Thread-1: no (line 1, column 41)", "false false"],
        "deadlock of main"),
    row(Of::Lock, Way::Plain, Case::Stopped,
        "let l = Lock(); spawn(|| { with l { loop { sleep(0.001); } } });
         while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire();",
        &["stop me"], "interrupted"),
    row(Of::Lock, Way::Timeout, Case::Stopped,
        "let l = Lock(); spawn(|| { with l { loop { sleep(0.001); } } });
         while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire(1000000000);",
        &["stop me"], "interrupted"),
    // ThreadPoolExecutor.
    row(Of::Executor, Way::Plain, Case::Success,
        "fn square(x) { x * x }
         with ThreadPoolExecutor() as executor { let results = executor.map(square, [1, 2, 3]); }
         for r in results { print(r); }
         print(pool(1).submit(|a, b| a - b, 5, 3).result());",
        &["1", "4", "9", "2"], "()"),
    row(Of::Executor, Way::Plain, Case::WaitThenSuccess,
        "let p = pool(2); for i in 0..3 { p.submit(|| { sleep(0.01); print(\"done\"); }); }
         p.shutdown(); print(\"down\");",
        &["done", "done", "done", "down"], "()"),
    row(Of::Executor, Way::Plain, Case::WaitThenSuccess,
        "let outer = pool(2).map(|x| { let sum = 0;
             for y in pool(2).map(|y| y * 10, [x, x]) { sum += y; } sum }, [1, 2]);
         for x in outer { print(x); }",
        &["20", "40"], "()"),
    row(Of::Executor, Way::Try, Case::Success,
        "let l = Lock(); l.acquire(); let p = pool(1);
         let f = p.submit(|| { with l { 5 } }); p.shutdown(false); print(f.done());
         l.release(); print(f.result());",
        &["false", "5"], "()"),
    row(Of::Executor, Way::Plain, Case::Misuse,
        "let p = pool(1); p.shutdown(); p.shutdown();
         try { p.map(|x| x, [1]); } catch (e) { print(e.message); } p.submit(|| 1);",
        &["map(...) after shutdown: a pool that was shut down takes no new tasks"],
        "2:71 submit(...) after shutdown: a pool that was shut down takes no new tasks \
         / submit before shutdown, or inside its `with` block; or make a new pool"),
    row(Of::Executor, Way::Plain, Case::Misuse,
        "let p = pool(1); p.submit(|| p.submit(|| 1).result()).result();",
        &[], "deadlock of main, ThreadPoolExecutor-0_0"),
    row(Of::Executor, Way::Plain, Case::OwnerDied,
        "let p = pool(1); let bad = p.submit(|| { throw \"no\"; }); let good = p.submit(|| 5);
         print(good.result(), bad.exception()); with p { throw \"main\"; }",
        &["5 no"], "2:58 main"),
    row(Of::Executor, Way::Plain, Case::Stopped,
        "with pool(2) as p { for i in 0..9 { p.submit(|| { loop { sleep(0.001); } }); }
         print(\"stop me\"); }",
        &["stop me"], "interrupted"),
    // Promised by Python's reference, beyond that: settings by position and by name; the prefix
    // names the threads; the initializer is called with initargs once in each thread, before its
    // first task; if it fails, the error is shown, what is pending gets BrokenThreadPool, and so
    // does who submits; shutdown cancels what has not begun when told to, and lets the rest run;
    // leaving `with` waits, by an error too.
    row(Of::Executor, Way::Plain, Case::Success,
        "let name = || current_thread().name;
         print(ThreadPoolExecutor(1, \"w\").submit(name).result());
         print(pool(#{thread_name_prefix: \"x\", max_workers: 1}).submit(name).result());
         print(pool(1, #{thread_name_prefix: \"y\"}).submit(name).result());
         print(pool((), \"\").submit(name).result(), pool(2, \"z\"));",
        &["w_0", "x_0", "y_0", "ThreadPoolExecutor-0_0 ThreadPoolExecutor(2 workers)"], "()"),
    row(Of::Executor, Way::Plain, Case::Success,
        "let l = ThreadLocal(); let n = Atomic(0);
         let p = pool(1, \"w\", |x| { l.set(\"x\", x); n.fetch_add(1); }, [7]);
         let a = p.submit(|| l.get(\"x\") * 10).result(); let id = p.submit(|| current_thread().ident);
         print(a, p.submit(|| l.get(\"x\")).result(), n.value,
             id.result() == p.submit(|| current_thread().ident).result());",
        &["70 7 1 true"], "()"),
    row(Of::Executor, Way::Plain, Case::WaitThenSuccess,
        "let n = Atomic(0); let both = Barrier(2); let p = pool(2, \"w\", || n.fetch_add(1));
         for x in p.map(|x| { both.wait(); x }, [1, 2, 3, 4]) { print(x); } print(n.value);",
        &["1", "2", "3", "4", "2"], "()"),
    row(Of::Executor, Way::Plain, Case::WaitThenSuccess,
        "try { with pool(1) as p { for i in 0..2 { p.submit(|| { sleep(0.01); print(\"ran\"); }); }
             throw \"no\"; } } catch (e) { print(e); }",
        &["ran", "ran", "no"], "()"),
    row(Of::Executor, Way::Try, Case::Success,
        "let go = Event(); let p = pool(1); let a = p.submit(|| go.wait()); let b = p.submit(|| 1);
         let r = p.map(|x| x, [1]); b.add_done_callback(|f| print(\"b\", f.cancelled()));
         p.shutdown(false, true); go.set(); print(a.result(), b.cancelled());
         try { r[0]; } catch (e) { print(e.error); } p.shutdown(#{cancel_futures: true});",
        &["b true", "true true", "CancelledError"], "()"),
    row(Of::Executor, Way::Plain, Case::OwnerDied,
        "let go = Event(); let p = pool(1, \"w\", || { go.wait(); throw \"no\"; });
         let f = p.submit(|| 1); let r = p.map(|x| x, [1]); go.set();
         try { f.result(); } catch (e) { print(e.error, e.message); }
         try { r[0]; } catch (e) { print(e.error); } print(f.exception().error);
         try { p.map(|x| x, [1]); } catch (e) { print(e.error); } p.shutdown(); p.submit(|| 1);",
        &["Exception in thread w_0: the initializer failed: no (line 1, column 56)",
          "BrokenThreadPool the initializer of w failed: the pool is not usable any more",
          "BrokenThreadPool", "BrokenThreadPool", "BrokenThreadPool"],
        "5:83 the initializer of w failed: the pool is not usable any more \
         / repair the initializer, whose error was shown, and make a new pool"),
    row(Of::Executor, Way::Plain, Case::Misuse,
        "try { pool(#{workers: 2}); } catch (e) { print(e.message); }
         try { pool(1).shutdown(#{now: true}); } catch (e) { print(e.message); }
         try { pool(1).shutdown(1); } catch (e) { print(e.message); }
         try { pool(1).map(|x| x, [1], #{limit: 1}); } catch (e) { print(e.message); }
         pool(1).map(|x| x, [1], #{timeout: -1});",
        &["ThreadPoolExecutor was given the option workers: 2: the options are `max_workers`, a \
           number, `thread_name_prefix`, a string, `initializer`, a function, and `initargs`, an array",
          "shutdown was given the option now: true: the options are `wait` and `cancel_futures`, \
           true or false",
          "expected true or false, whether to wait, found i64",
          "map was given the option limit: 1: the options are `timeout`, a number of seconds, and \
           `chunksize`, 1 or more"],
        "5:18 timeout(-1): a time is a number of seconds, 0 or more / write #{timeout: 0.5}"),
    row(Of::Executor, Way::Plain, Case::Stopped,
        "with pool(1) as p { let f = p.submit(|| { loop { sleep(0.001); } }); let g = p.submit(|| 1);
         for f in [f, g] { f.add_done_callback(|f| print(\"never\")); } print(\"stop me\"); f.result(); }",
        &["stop me"], "interrupted"),
    // Future. Promised, beyond the rows: callbacks are called in the order in which they were added,
    // with the future, by the thread that ends the task, at once on a done one; their errors are
    // shown and harm nobody; cancelling a future calls them too.
    row(Of::Future, Way::Plain, Case::WaitThenSuccess,
        "let go = Event(); let p = pool(1, \"w\"); let f = p.submit(|| { go.wait(); 5 });
         f.add_done_callback(|f| print(\"a\", f.result(), current_thread().name));
         f.add_done_callback(|f| { throw \"no\"; }); f.add_done_callback(|f| print(\"c\"));
         f.add_done_callback(print); go.set(); p.shutdown(); print(\"end\");",
        &["a 5 w_0",
          "Exception in thread w_0: a callback of a Future failed: no (line 3, column 36)",
          "c", "Future(done: 5)", "end"], "()"),
    row(Of::Future, Way::Plain, Case::Success,
        "let f = pool(1).submit(|| 5); f.result();
         f.add_done_callback(|f| print(\"at once\", f.result(), current_thread().name));
         f.add_done_callback(|f| { throw \"no\"; }); print(\"end\");",
        &["at once 5 main",
          "Exception in thread main: a callback of a Future failed: no (line 3, column 36)",
          "end"], "()"),
    row(Of::Future, Way::Try, Case::Success,
        "let go = Event(); let p = pool(1); p.submit(|| go.wait()); let f = p.submit(|| 1);
         f.add_done_callback(|f| print(f.cancelled(), current_thread().name));
         print(f.cancel(), f.cancel()); go.set(); p.shutdown();
         try { f.result(); } catch (e) { print(e.error); }",
        &["true main", "true true", "CancelledError"], "()"),
    row(Of::Future, Way::Plain, Case::Misuse,
        "pool(1).submit(|| 1).add_done_callback(5);", &[],
        "1:22 add_done_callback(...) was given 5 (i64) as its function: the first argument is the \
         function to run / give the function's name without brackets: add_done_callback(f)"),
    row(Of::Future, Way::Plain, Case::OwnerDied,
        "let p = pool(1, \"w\"); let f = p.submit(|| { sleep(0.001); throw \"no\"; });
         f.add_done_callback(|f| print(\"called\", f.exception())); p.shutdown();",
        &["called no"], "()"),
    row(Of::Future, Way::Plain, Case::Success,
        "let f = pool(1).submit(|| 5); print(f.result(), f.result(), f.exception() == ());",
        &["5 5 true"], "()"),
    row(Of::Future, Way::Plain, Case::WaitThenSuccess,
        "let f = pool(1).submit(|| { sleep(0.02); print(\"slept\"); 5 }); print(f.result());",
        &["slept", "5"], "()"),
    row(Of::Future, Way::Try, Case::Success,
        "let l = Lock(); l.acquire(); let p = pool(1); let f = p.submit(|| { with l { 5 } });
         let g = p.submit(|| 6); print(f.done(), f.running(), g.running(), g.cancel(), f.cancel());
         l.release(); print(f.result(), f.done(), g.done(), g.cancelled());",
        &["false true false true false", "5 true true true"], "()"),
    row(Of::Future, Way::Timeout, Case::WaitThenSuccess,
        "let f = pool(1).submit(|| { sleep(0.02); 5 }); print(f.result(60), f.exception(60) == ());",
        &["5 true"], "()"),
    row(Of::Future, Way::Timeout, Case::TimeIsOver,
        "let l = Lock(); l.acquire(); let f = pool(1).submit(|| { with l { 5 } });
         try { f.exception(0); } catch (e) { print(e.error); }
         try { f.result(0.01); } catch (e) { print(e.error, e.message); }
         l.release(); print(f.result());",
        &["TimeoutError", "TimeoutError the result of a Future took longer than 0.01 s", "5"], "()"),
    row(Of::Future, Way::Plain, Case::Misuse,
        "let l = Lock(); l.acquire(); let p = pool(1); p.submit(|| { with l { } });
         let f = p.submit(|| 1); f.cancel(); l.release(); f.result();",
        &[],
        "2:61 a cancelled Future was asked for its result: \
         a task that was cancelled never runs and has no result / ask cancelled() first"),
    row(Of::Future, Way::Plain, Case::OwnerDied,
        "let f = pool(1).submit(|| { throw \"no\"; }); print(f.exception(), f.done()); f.result();",
        &["no true"], "1:29 no"),
    row(Of::Future, Way::Plain, Case::Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\"); f.result();",
        &["stop me"], "interrupted"),
    row(Of::Future, Way::Timeout, Case::Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\"); f.result(1e9);",
        &["stop me"], "interrupted"),
    // The results of a map.
    row(Of::Results, Way::Plain, Case::Success,
        "let r = pool(2).map(|a, b| a + b, [1, 2, 3], 10..20);
         for x in r { print(x); } for x in r { print(x); } print(r[2], r[-1]);",
        &["11", "13", "15", "11", "13", "15", "15 15"], "()"),
    row(Of::Results, Way::Plain, Case::WaitThenSuccess,
        "let r = pool(2).map(|x| { sleep(0.01 * x); x }, [3, 2, 1]);
         for x in r { print(x); } r.wait(); print(r);",
        &["3", "2", "1", "Results(3, 2, 1)"], "()"),
    row(Of::Results, Way::Try, Case::Success,
        "let l = Lock(); l.acquire(); let r = pool(1).map(|x| { with l { x } }, [1, 2]);
         print(r.len()); l.release(); r.wait(); print(r.len());",
        &["2", "2"], "()"),
    row(Of::Results, Way::Plain, Case::Misuse,
        "let r = pool(1).map(|x| x, [1]); r[1];",
        &[], "1:36 there is no item 1"),
    row(Of::Results, Way::Plain, Case::OwnerDied,
        "let r = pool(1).map(|x| 6 / x, [1, 0, 2]);
         print(r[0], r[2]); r.wait(); for x in r { print(x); }",
        &["6 3", "6"], "1:27 Division by zero: 6 / 0 / look at the divisor first: `if b != 0 { a / b }`"),
    row(Of::Results, Way::Plain, Case::Stopped,
        "let r = pool(1).map(|x| { loop { sleep(0.001); } }, [1, 2]); print(\"stop me\"); r[1];",
        &["stop me"], "interrupted"),
    // Promised of a map's timeout: it counts from the call on, and is raised at the item.
    row(Of::Results, Way::Timeout, Case::Success,
        "let r = pool(2).map(|a, b| a + b, [1, 2], [3, 4], #{timeout: 60, chunksize: 2});
         for x in r { print(x); } print(pool(1).map(|a, b, c| a + b + c, 1..9, 1..9, [1], #{timeout: 60}));",
        &["4", "6", "Results(...)"], "()"),
    row(Of::Results, Way::Timeout, Case::TimeIsOver,
        "let go = Event(); let p = pool(2);
         let r = p.map(|x| { if x == 1 { go.wait(); } x }, [1, 2], #{timeout: 0.01});
         try { for x in r { print(x); } } catch (e) { print(e.error, e.message); }
         go.set(); r.wait(); print(r);",
        &["TimeoutError item 0 of the map in line 2 took longer than 0.01 s", "Results(1, 2)"], "()"),
    // Waiting for several futures. Promised: what is done comes first, then each as it is done; one
    // that is given twice comes once; the timeout says how many are not done; wait gives both sets,
    // returns when it was told to, and a time that is over is no error for it; cancelled ones are
    // done, but have not failed.
    row(Of::Watch, Way::Plain, Case::Success,
        "import concurrent.futures; let p = pool(2); let a = p.submit(|| 1); let b = p.submit(|| 2);
         a.result(); b.result(); for f in concurrent.futures.as_completed([b, a, b]) { print(f.result()); }
         let r = futures.wait([b, a, b]); print(r.done.len(), r.not_done);
         for f in as_completed([]) { print(f); } print(wait([], (), FIRST_COMPLETED).done);
         print(FIRST_COMPLETED, futures.FIRST_EXCEPTION, concurrent.futures.ALL_COMPLETED);",
        &["2", "1", "2 []", "[]", "FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED"], "()"),
    row(Of::Watch, Way::Plain, Case::WaitThenSuccess,
        "let go = [Event(), Event(), Event()]; let p = pool(3); let fs = [];
         for i in 0..3 { fs.push(p.submit(|i| { go[i].wait(); i }, i)); }
         go[2].set(); let all = as_completed(fs);
         for f in all { let i = f.result(); print(i); if i > 0 { go[i - 1].set(); } }
         for f in all { print(f.result()); }",
        &["2", "1", "0", "2", "1", "0"], "()"),
    row(Of::Watch, Way::Plain, Case::WaitThenSuccess,
        "let go = [Event(), Event(), Event()]; let p = pool(3); let fs = [];
         for i in 0..3 { fs.push(p.submit(|i| { go[i].wait(); if i == 1 { throw \"no\"; } i }, i)); }
         let one = spawn(|| wait(fs, #{return_when: FIRST_COMPLETED}));
         let bad = spawn(|| wait(fs, (), FIRST_EXCEPTION)); let all = spawn(|| wait(fs));
         go[0].set(); print(one.join().done.len()); go[1].set(); print(bad.join().not_done.len());
         go[2].set(); print(all.join());",
        &["1", "1",
          "#{\"done\": [Future(done: 0), Future(failed: no), Future(done: 2)], \"not_done\": []}"],
        "()"),
    row(Of::Watch, Way::Plain, Case::WaitThenSuccess,
        "let go = Event(); let p = pool(1); let fs = [p.submit(|| go.wait()), p.submit(|| 1)];
         let t = spawn(|| wait(fs, (), FIRST_EXCEPTION)); fs[1].cancel(); go.set();
         print(t.join().done.len());",
        &["2"], "()"),
    row(Of::Watch, Way::Try, Case::Success,
        "let go = Event(); let p = pool(2); let fs = [p.submit(|| go.wait()), p.submit(|| 1)];
         fs[1].result(); let r = wait(fs, 0); print(r.done, r.not_done); go.set();",
        &["[Future(done: 1)] [Future(running)]"], "()"),
    row(Of::Watch, Way::Timeout, Case::TimeIsOver,
        "let go = Event(); let p = pool(1); let fs = []; for i in 0..3 { fs.push(p.submit(|| go.wait())); }
         let done = pool(1).submit(|| 5); done.result(); fs.shift(); fs.push(done);
         try { for f in as_completed(fs, 0.01) { print(f.result()); } }
         catch (e) { print(e.error, e.message); }
         print(wait(fs, 0.01).not_done.len(), wait(fs, #{timeout: 0.01}).done.len());
         go.set(); print(wait(fs, 60).done.len()); for f in as_completed(fs, 60) { print(f.result()); }",
        &["5", "TimeoutError 2 (of 3) futures unfinished", "2 1", "3", "true", "true", "5"], "()"),
    row(Of::Watch, Way::Plain, Case::Misuse,
        "let fs = [pool(1).submit(|| 1)];
         try { as_completed(5); } catch (e) { print(e.message); }
         try { wait([1]); } catch (e) { print(e.message); }
         try { as_completed(fs, -1); } catch (e) { print(e.message); }
         try { wait(fs, #{limit: 1}); } catch (e) { print(e.message); } wait(fs, 1, \"SOON\");",
        &["as_completed(...) was given 5 (i64): the first argument is an array of futures, as submit \
           gives them",
          "wait(...) was given 1 (i64): the first argument is an array of futures, as submit gives them",
          "as_completed(-1): a time is a number of seconds, 0 or more",
          "wait was given the option limit: 1: the options are `timeout`, a number of seconds, and \
           `return_when`"],
        "5:73 wait was told to return when \"SOON\": it returns at FIRST_COMPLETED, FIRST_EXCEPTION or \
         ALL_COMPLETED / write wait(futures, 5, FIRST_COMPLETED)"),
    row(Of::Watch, Way::Plain, Case::OwnerDied,
        "let p = pool(1); let fs = [p.submit(|| { throw \"no\"; }), p.submit(|| { sleep(0.01); 1 })];
         for f in as_completed(fs) { print(f.exception() == ()); }",
        &["false", "true"], "()"),
    row(Of::Watch, Way::Plain, Case::Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\"); wait([f]);",
        &["stop me"], "interrupted"),
    row(Of::Watch, Way::Timeout, Case::Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\");
         for f in as_completed([f], 1000000000) { }",
        &["stop me"], "interrupted"),
    // RLock. Promised: its holder may acquire it again; free after as many releases; only the
    // holder releases.
    row(Of::RLock, Way::Plain, Case::Success,
        "let l = RLock(); with l { with l { print(l.acquire(), l.locked()); l.release(); } }
         print(l.locked());",
        &["true true", "false"], "()"),
    row(Of::RLock, Way::Plain, Case::WaitThenSuccess,
        "let l = RLock(); l.acquire(); l.acquire(); let t = spawn(|| { with l { print(\"got\"); } });
         l.release(); sleep(0.02); print(\"free\"); l.release(); t.join();",
        &["free", "got"], "()"),
    row(Of::RLock, Way::Try, Case::Success,
        "let l = RLock(); print(l.try_acquire(), l.try_acquire(), spawn(|| l.try_acquire()).join());",
        &["true true false"], "()"),
    row(Of::RLock, Way::Timeout, Case::TimeIsOver,
        "let l = RLock(); l.acquire(); print(spawn(|| l.acquire(0.01)).join(), l.acquire(0));",
        &["false true"], "()"),
    row(Of::RLock, Way::Plain, Case::Misuse,
        "let l = RLock();
         let t = Thread(|| { l.acquire(); }, [], #{name: \"A\"}); t.start(); t.join();
         l.release();",
        &[],
        "3:12 release of an RLock that thread 2 has held since line 2: \
         only the thread that acquired it releases it \
         / use `with lock { ... }`: it acquires and releases in one thread"),
    row(Of::RLock, Way::Plain, Case::OwnerDied,
        "let l = RLock(); spawn(|| { with l { with l { throw \"no\"; } } }).join();
         with l { print(\"free\"); }",
        &["Exception in thread Thread-1: no (line 1, column 47)", "free"], "()"),
    row(Of::RLock, Way::Plain, Case::Stopped,
        "let l = RLock(); spawn(|| { with l { loop { sleep(0.001); } } });
         while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire();",
        &["stop me"], "interrupted"),
    // Semaphore. Promised: blocks at 0; release(n) lets n in; any thread may release.
    row(Of::Semaphore, Way::Plain, Case::Success,
        "let s = Semaphore(2); with s { with s { print(s); } } s.release(3); print(s);",
        &["Semaphore(0 free)", "Semaphore(5 free)"], "()"),
    row(Of::Semaphore, Way::Plain, Case::WaitThenSuccess,
        "let s = Semaphore(0); let ts = []; for i in 0..3 { ts.push(spawn(|| s.acquire())); }
         sleep(0.02); print(\"free\"); s.release(3); for t in ts { print(t.join()); } print(s);",
        &["free", "true", "true", "true", "Semaphore(0 free)"], "()"),
    row(Of::Semaphore, Way::Try, Case::Success,
        "let s = Semaphore(); print(s.try_acquire(), s.try_acquire(), s.acquire(false));",
        &["true false false"], "()"),
    row(Of::Semaphore, Way::Timeout, Case::TimeIsOver,
        "let s = Semaphore(0); print(s.acquire(0.01)); s.release(); print(s.acquire(60));",
        &["false", "true"], "()"),
    row(Of::Semaphore, Way::Plain, Case::Misuse,
        "try { Semaphore(-1); } catch (e) { print(e.message); } Semaphore().release(0);",
        &["Semaphore(-1): the number of permits is a whole number, 0 or more"],
        "1:68 release(0): the number is 1 or more / write release() for one, release(2) for two"),
    row(Of::Semaphore, Way::Plain, Case::OwnerDied,
        "let s = Semaphore(); spawn(|| { with s { throw \"no\"; } }).join(); with s { print(\"free\"); }",
        &["Exception in thread Thread-1: no (line 1, column 42)", "free"], "()"),
    row(Of::Semaphore, Way::Plain, Case::OwnerDied,
        "let s = Semaphore(0); s.acquire();", &[], "deadlock of main"),
    row(Of::Semaphore, Way::Plain, Case::Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); Semaphore(0).acquire();",
        &["stop me"], "interrupted"),
    // BoundedSemaphore. Promised: its value never exceeds the first one.
    row(Of::BoundedSemaphore, Way::Plain, Case::Success,
        "let s = BoundedSemaphore(2); with s { print(s); } print(s);",
        &["BoundedSemaphore(1 of 2 free)", "BoundedSemaphore(2 of 2 free)"], "()"),
    row(Of::BoundedSemaphore, Way::Plain, Case::WaitThenSuccess,
        "let s = BoundedSemaphore(1); s.acquire(); let t = spawn(|| s.acquire());
         sleep(0.02); print(\"free\"); s.release(); print(t.join());",
        &["free", "true"], "()"),
    row(Of::BoundedSemaphore, Way::Try, Case::Success,
        "let s = BoundedSemaphore(); print(s.try_acquire(), s.try_acquire());",
        &["true false"], "()"),
    row(Of::BoundedSemaphore, Way::Timeout, Case::TimeIsOver,
        "let s = BoundedSemaphore(1); print(s.acquire(1), s.acquire(0.01));",
        &["true false"], "()"),
    row(Of::BoundedSemaphore, Way::Plain, Case::Misuse,
        "let s = BoundedSemaphore(2);
         s.release();", &[],
        "2:12 a BoundedSemaphore was released too many times: it has 2 permits, of which 2 are free \
         / release once for each acquire: `with semaphore { ... }` does so"),
    row(Of::BoundedSemaphore, Way::Plain, Case::OwnerDied,
        "let s = BoundedSemaphore(1); spawn(|| s.acquire()).join(); s.acquire();",
        &[], "deadlock of main"),
    row(Of::BoundedSemaphore, Way::Plain, Case::Stopped,
        "let s = BoundedSemaphore(0); spawn(|| { loop { sleep(0.001); } });
         print(\"stop me\"); s.acquire();",
        &["stop me"], "interrupted"),
    // Event. Promised: set wakes all; wait gives true at once while set, false after its time.
    row(Of::Event, Way::Plain, Case::Success,
        "let e = Event(); print(e, e.is_set()); e.set(); print(e.wait(), e); e.clear();
         print(e.is_set());",
        &["Event(not set) false", "true Event(set)", "false"], "()"),
    row(Of::Event, Way::Plain, Case::WaitThenSuccess,
        "let e = Event(); let ts = []; for i in 0..3 { ts.push(spawn(|| e.wait())); }
         sleep(0.02); print(\"set\"); e.set(); for t in ts { print(t.join()); }",
        &["set", "true", "true", "true"], "()"),
    row(Of::Event, Way::Try, Case::Success,
        "let e = Event(); print(e.wait(0)); e.set(); print(e.wait(0));", &["false", "true"], "()"),
    row(Of::Event, Way::Timeout, Case::WaitThenSuccess,
        "let e = Event(); let t = spawn(|| e.wait(60)); sleep(0.02); e.set(); print(t.join());",
        &["true"], "()"),
    row(Of::Event, Way::Timeout, Case::TimeIsOver,
        "print(Event().wait(0.01));", &["false"], "()"),
    row(Of::Event, Way::Plain, Case::Misuse,
        "Event().wait(-1);", &[],
        "1:9 wait(-1): a time is a number of seconds, 0 or more \
         / give 0 to look without waiting, or nothing to wait without a limit"),
    row(Of::Event, Way::Plain, Case::OwnerDied,
        "let e = Event(); spawn(|| 1).join(); e.wait();", &[], "deadlock of main"),
    row(Of::Event, Way::Plain, Case::Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); Event().wait();",
        &["stop me"], "interrupted"),
    // Condition. Promised: needs its lock; wait gives the lock up and comes back with it; a notify
    // without a waiter is lost; wait_for gives the predicate's last value.
    row(Of::Condition, Way::Plain, Case::Success,
        "let l = Lock(); let c = Condition(l); with c { print(l.locked(), c.wait_for(|| true)); }
         print(l.locked());",
        &["true true", "false"], "()"),
    row(Of::Condition, Way::Plain, Case::WaitThenSuccess,
        "let c = Condition(); let n = 0; let ts = [];
         for i in 0..4 { ts.push(spawn(|| { with c { c.wait_for(|| n > 0); n += 1; } })); }
         sleep(0.02); with c { print(\"notify\"); n = 1; c.notify_all(); }
         for t in ts { t.join(); } print(n);",
        &["notify", "5"], "()"),
    row(Of::Condition, Way::Plain, Case::WaitThenSuccess,
        "let c = Condition(); let ts = [];
         for i in 0..3 { ts.push(spawn(|| { with c { print(\"wait\"); c.wait(); print(\"on\"); } })); }
         sleep(0.02); with c { c.notify(2); } sleep(0.02); print(c); with c { c.notify(); }
         for t in ts { t.join(); }",
        &["wait", "wait", "wait", "on", "on", "Condition(RLock(free), 1 waiting)", "on"], "()"),
    row(Of::Condition, Way::Plain, Case::WaitThenSuccess,
        "let c = Condition(); let t = spawn(|| { with c { with c { c.wait(); } print(c.locked()); } });
         sleep(0.02); with c { c.notify(); } t.join(); print(c.locked());",
        &["true", "false"], "()"),
    row(Of::Condition, Way::Try, Case::Success,
        "let c = Condition(Lock()); print(c.try_acquire(), c.try_acquire(), c.wait(0), c.locked());",
        &["true false false true"], "()"),
    row(Of::Condition, Way::Timeout, Case::TimeIsOver,
        "let c = Condition(); with c { c.notify(); print(c.wait(0.01), c.wait_for(|| false, 0.01)); }
         print(c.locked());",
        &["false false", "false"], "()"),
    row(Of::Condition, Way::Plain, Case::Misuse,
        "let c = Condition(); try { c.notify(); } catch (e) { print(e.message); } c.wait();",
        &["notify() of a Condition whose lock this thread does not hold: \
           a thread acquires the condition before it waits or notifies"],
        "1:76 wait() of a Condition whose lock this thread does not hold: \
         a thread acquires the condition before it waits or notifies \
         / write `with condition { condition.wait(); }`"),
    row(Of::Condition, Way::Plain, Case::OwnerDied,
        "let c = Condition(); spawn(|| { with c { throw \"no\"; } }).join(); with c { c.wait(); }",
        &["Exception in thread Thread-1: no (line 1, column 42)"], "deadlock of main"),
    row(Of::Condition, Way::Plain, Case::Stopped,
        "let c = Condition(); spawn(|| { loop { sleep(0.001); } });
         with c { print(\"stop me\"); c.wait(); }",
        &["stop me"], "interrupted"),
    // Barrier. Promised: each thread its own number; the action runs once, before the others go
    // on; a time that is over, abort and a failing action break it; reset mends it.
    row(Of::Barrier, Way::Plain, Case::Success,
        "let b = Barrier(1); print(b.wait(), b.wait(60), b.parties, b.n_waiting, b.broken, b);",
        &["0 0 1 0 false Barrier(0 of 1 waiting)"], "()"),
    row(Of::Barrier, Way::Plain, Case::WaitThenSuccess,
        "let b = Barrier(3, || print(\"all\")); let ts = [];
         for i in 0..3 { ts.push(spawn(|| b.wait() + b.wait())); }
         let sum = 0; for t in ts { sum += t.join(); } print(sum);",
        &["all", "all", "6"], "()"),
    row(Of::Barrier, Way::Try, Case::Success,
        "let b = Barrier(2); try { b.wait(0); } catch (e) { print(e.error); } print(b.broken);
         b.reset(); print(b.broken);",
        &["BrokenBarrierError", "true", "false"], "()"),
    row(Of::Barrier, Way::Timeout, Case::TimeIsOver,
        "let b = Barrier(3); let t = spawn(|| { try { b.wait(); } catch (e) { return e.error; } });
         try { sleep(0.01); b.wait(0.01); } catch (e) { print(e.message); } print(t.join());",
        &["the barrier is broken: the time of a thread at it was over", "BrokenBarrierError"], "()"),
    row(Of::Barrier, Way::Plain, Case::Misuse,
        "try { Barrier(0); } catch (e) { print(e.message); } let b = Barrier(2); b.abort(); b.wait();",
        &["Barrier(0): the number of threads is a whole number, 1 or more"],
        "1:86 the barrier is broken: it was aborted"),
    row(Of::Barrier, Way::Plain, Case::OwnerDied,
        "let b = Barrier(2); let t = spawn(|| { throw \"no\"; b.wait(); }); t.join(); b.wait();",
        &["Exception in thread Thread-1: no (line 1, column 40)"], "deadlock of main"),
    row(Of::Barrier, Way::Plain, Case::OwnerDied,
        "let b = Barrier(2, || { throw \"no\"; });
         fn pass(b) {
             try { b.wait(); } catch (e) { return if type_of(e) == \"map\" { e.message } else { e }; }
         }
         let t = spawn(pass, b); let u = spawn(pass, b); let a = [t.join(), u.join()]; a.sort();
         print(a[0]); print(a[1], b.broken);",
        &["no", "the barrier is broken: its action failed true"], "()"),
    row(Of::Barrier, Way::Plain, Case::Stopped,
        "let b = Barrier(2); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); b.wait();",
        &["stop me"], "interrupted"),
    // Queue, and its other kinds.
    row(Of::Queue, Way::Plain, Case::Success,
        "for q in [Queue(), LifoQueue(), PriorityQueue(), SimpleQueue()] {
             q.put(2); q.put(3); q.put(1); print(q); print(q.get(), q.get(), q.get(), q.empty()); }",
        &["Queue(3 items)", "2 3 1 true", "LifoQueue(3 items)", "1 3 2 true",
          "PriorityQueue(3 items)", "1 2 3 true", "SimpleQueue(3 items)", "2 3 1 true"], "()"),
    row(Of::Queue, Way::Plain, Case::Success,
        "let q = PriorityQueue(); q.put([2, \"b\"]); q.put([1, \"z\"]); q.put([1, \"a\"]); q.put([2]);
         print(q.get(), q.get(), q.get(), q.get());",
        &["[1, \"a\"] [1, \"z\"] [2] [2, \"b\"]"], "()"),
    row(Of::Queue, Way::Plain, Case::Success,
        "let q = Queue(2); for i in 0..2 { q.put(i); } q.get(); q.get(); q.task_done(); q.task_done();
         q.join(); q.put(1); q.shutdown(true); q.join(); print(q);",
        &["Queue(0 of 2 items, shut down)"], "()"),
    row(Of::Queue, Way::Plain, Case::WaitThenSuccess,
        "let q = Queue(1); let sum = 0;
         let t = spawn(|| { loop { let x = q.get(); if x == () { break; } sum += x; } });
         for i in 0..100 { q.put(i); } q.put(()); t.join(); print(sum);",
        &["4950"], "()"),
    row(Of::Queue, Way::Plain, Case::WaitThenSuccess,
        "for make in [|| Queue(2), || LifoQueue(2), || PriorityQueue(2), || SimpleQueue()] {
             let q = make.call(); let sums = [];
             for i in 0..3 { sums.push(spawn(|| { let sum = 0;
                 loop { let x = q.get(); if x < 0 { break; } sum += x; } sum })); }
             let makers = [];
             for i in 0..3 { makers.push(spawn(|| { for x in 0..50 { q.put(x); } })); }
             for t in makers { t.join(); }
             while !q.empty() { sleep(0.001); }
             for t in sums { q.put(-1); }
             let sum = 0; for t in sums { sum += t.join(); } print(sum); }",
        &["3675", "3675", "3675", "3675"], "()"),
    row(Of::Queue, Way::Plain, Case::WaitThenSuccess,
        "let q = Queue(); for i in 0..3 { q.put(i); }
         let t = Thread(|| { loop { q.get(); sleep(0.001); print(\"work\"); q.task_done(); } }, [],
             #{daemon: true});
         t.start(); q.join(); print(\"all done\");",
        &["work", "work", "work", "all done"], "()"),
    row(Of::Queue, Way::Plain, Case::WaitThenSuccess,
        "let q = Queue(1); q.put(1);
         let t = spawn(|| { try { q.put(2); } catch (e) { print(e.error); } });
         sleep(0.02); q.shutdown(); t.join(); print(q.get());
         try { q.get(); } catch (e) { print(e.error, e.message); }",
        &["ShutDown", "1", "ShutDown the Queue made in line 1 was shut down"], "()"),
    row(Of::Queue, Way::Try, Case::Success,
        "let q = Queue(1); q.put_nowait(1); print(q.full(), q.qsize());
         for f in [|| q.put_nowait(2), || q.try_put(2), || q.put(2, false), || q.put(2, 0)] {
             try { f.call(); } catch (e) { print(e.error); } }
         print(q.try_get());
         for f in [|| q.get_nowait(), || q.try_get(), || q.get(false), || q.get(true, 0)] {
             try { f.call(); } catch (e) { print(e.error, e.message); } }",
        &["true 1", "Full", "Full", "Full", "Full", "1",
          "Empty the Queue made in line 1 is empty", "Empty the Queue made in line 1 is empty",
          "Empty the Queue made in line 1 is empty", "Empty the Queue made in line 1 is empty"], "()"),
    row(Of::Queue, Way::Timeout, Case::WaitThenSuccess,
        "let q = Queue(1); let t = spawn(|| { sleep(0.02); q.put(5); q.put(6, 60); });
         print(q.get(60), q.get(true, 60)); t.join();",
        &["5 6"], "()"),
    row(Of::Queue, Way::Timeout, Case::TimeIsOver,
        "let q = Queue(1); try { q.get(0.01); } catch (e) { print(e.error, e.message); }
         q.put(1, 0.01); try { q.put(2, 0.01); } catch (e) { print(e.error, e.message); }
         print(q.get(), q.qsize());",
        &["Empty the Queue made in line 1 stayed empty for 0.01 s",
          "Full the Queue made in line 1 stayed full for 0.01 s", "1 0"], "()"),
    row(Of::Queue, Way::Plain, Case::Misuse,
        "let q = Queue(); q.put(1); q.task_done(); q.task_done();",
        &[],
        "1:45 task_done of the Queue made in line 1 without a task: it is called once for each item \
         that was put / call task_done() once after each get(), when the item's work is done"),
    row(Of::Queue, Way::Plain, Case::Misuse,
        "let q = PriorityQueue(); q.put(1);
         try { q.put(\"one\"); } catch (e) { print(e.message); }
         print(q.qsize(), q.get()); q.put([1, || 1]); q.put([2, || 1]); q.put([1, || 1]);",
        &["\"one\" (string) was put beside 1 (i64): a PriorityQueue compares its items: numbers with \
           numbers, texts with texts, arrays element by element", "1 1"],
        "3:75 [1, Fn(closure)] (array) was put beside [1, Fn(closure)] (array): a PriorityQueue \
         compares its items: numbers with numbers, texts with texts, arrays element by element \
         / put arrays that begin with a number and never tie: put([priority, count, item])"),
    row(Of::Queue, Way::Plain, Case::Misuse,
        "let q = Queue(); for x in q { }",
        &[],
        "1:27 the Queue made in line 1 was walked through or indexed: a queue has no end and no \
         positions: its items are taken out one by one / write `loop { let item = queue.get(); ... }`, \
         and leave it by `break`"),
    row(Of::Queue, Way::Plain, Case::OwnerDied,
        "let q = Queue(); spawn(|| { q.put(1); q.get(); throw \"no\"; }).join(); q.join();",
        &["Exception in thread Thread-1: no (line 1, column 48)"], "deadlock of main"),
    row(Of::Queue, Way::Plain, Case::OwnerDied,
        "let q = Queue(1); spawn(|| { q.put(1); throw \"no\"; }).join(); print(q.get()); q.get();",
        &["Exception in thread Thread-1: no (line 1, column 40)", "1"], "deadlock of main"),
    row(Of::Queue, Way::Plain, Case::Stopped,
        "let q = Queue(1); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); q.get();",
        &["stop me"], "interrupted"),
    row(Of::Queue, Way::Plain, Case::Stopped,
        "let q = Queue(1); spawn(|| { loop { sleep(0.001); } }); q.put(1); print(\"stop me\"); q.put(2);",
        &["stop me"], "interrupted"),
    row(Of::Queue, Way::Timeout, Case::Stopped,
        "let q = Queue(1); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); q.get(1e9);",
        &["stop me"], "interrupted"),
    // Atomic.
    row(Of::Atomic, Way::Plain, Case::Success,
        "let a = Atomic(0); let ts = [];
         for i in 0..4 { ts.push(spawn(|| { for j in 0..200 { a.fetch_add(1); } })); }
         for t in ts { t.join(); } print(a.value, a);",
        &["800 Atomic(800)"], "()"),
    row(Of::Atomic, Way::Plain, Case::Success,
        "let a = Atomic([1]); print(a.load(), a.swap(\"x\")); print(a, a.store(2.5) == ());
         print(a);
         let b = Atomic(5); print(b.fetch_max(9), b.fetch_min(3), b.fetch_sub(1), b.load());",
        &["[1] [1]", "Atomic(2.5) true", "Atomic(2.5)", "5 9 3 2"], "()"),
    row(Of::Atomic, Way::Try, Case::Success,
        "let a = Atomic(0); let ts = [];
         for i in 0..3 { ts.push(spawn(|| { for j in 0..50 {
             loop { let old = a.load(); if a.compare_exchange(old, old + 2) { break; } } } })); }
         for t in ts { t.join(); } print(a.load(), a.compare_exchange(1, 2));",
        &["300 false"], "()"),
    row(Of::Atomic, Way::Plain, Case::Misuse,
        "let a = Atomic(9223372036854775807);
         try { a.fetch_add(1); } catch (e) { print(e.message, a.value == 9223372036854775807); }
         Atomic(\"x\").fetch_add(1);",
        &["Addition overflow: 9223372036854775807 + 1 true"],
        "3:22 fetch_add of an Atomic with a value of type string: it computes with integers, in one \
         step / use load, store, swap and compare_exchange for other values"),
    row(Of::Atomic, Way::Plain, Case::OwnerDied,
        "let a = Atomic(0); spawn(|| { a.store(1); throw \"no\"; }).join(); print(a.load());",
        &["Exception in thread Thread-1: no (line 1, column 43)", "1"], "()"),
    row(Of::Atomic, Way::Plain, Case::Stopped,
        "let a = Atomic(0); print(\"stop me\"); loop { a.fetch_add(1); a.store(0); }",
        &["stop me"], "interrupted"),
    // Timer.
    row(Of::Timer, Way::Plain, Case::Success,
        "let t = Timer(0, |x| print(\"now\", x), [5]); t.start(); t.join(); print(t.is_alive());",
        &["now 5", "false"], "()"),
    row(Of::Timer, Way::Plain, Case::WaitThenSuccess,
        "let t = Timer(0.02, || { print(\"late\"); 7 }); t.start(); print(\"early\"); print(t.join());",
        &["early", "late", "7"], "()"),
    row(Of::Timer, Way::Plain, Case::WaitThenSuccess,
        "let t = Timer(1000000, || print(\"never\")); t.start(); t.cancel(); t.join(); t.cancel();
         print(t.is_alive()); let u = Timer(0, || print(\"never\")); u.cancel(); u.start(); u.join();
         let n = Atomic(0); let v = Timer(0, || n.fetch_add(1)); v.start(); v.join(); v.cancel();
         print(n.value);",
        &["false", "1"], "()"),
    row(Of::Timer, Way::Try, Case::Success,
        "let t = Timer(1000000, || 1); print(t, t.is_alive()); t.start(); print(t.is_alive());
         t.cancel(); t.join(); print(t.is_alive());",
        &["Timer(Thread-1, not started, calls after 1000000 s) false", "true", "false"], "()"),
    row(Of::Timer, Way::Timeout, Case::TimeIsOver,
        "let t = Timer(1000000, || 1); t.start(); print(t.join(0.01) == ()); t.cancel();
         print(t.join(60) == ());",
        &["true", "true"], "()"),
    row(Of::Timer, Way::Plain, Case::Misuse,
        "let t = Timer(0, || 1); t.start(); try { t.start(); } catch (e) { print(e.message); }
         try { Timer(-1, || 1); } catch (e) { print(e.message); } t.join(); Timer(1, 5);",
        &["Thread-1 was started a second time: a thread can be started once",
          "Timer(-1): a time is a number of seconds, 0 or more"],
        "2:77 Timer(...) was given 5 (i64) as its function: the first argument is the function to run \
         / give the function's name without brackets: Timer(f)"),
    row(Of::Timer, Way::Plain, Case::OwnerDied,
        "let t = Timer(0, || { throw \"no\"; }); t.start(); print(t.join() == ());",
        &["Exception in thread Thread-1: no (line 1, column 23)", "true"], "()"),
    row(Of::Timer, Way::Plain, Case::Stopped,
        "let t = Timer(1000000, || 1); t.start(); spawn(|| { loop { sleep(0.001); } });
         print(\"stop me\"); t.join();",
        &["stop me"], "interrupted"),
    // ThreadLocal.
    row(Of::ThreadLocal, Way::Plain, Case::Success,
        "let l = ThreadLocal(); l.set(\"x\", 1); let ts = [];
         for i in 0..3 { ts.push(spawn(|i| { l.set(\"x\", i); sleep(0.001); l.get(\"x\") }, i)); }
         for t in ts { print(t.join()); } print(l.get(\"x\"), l);",
        &["0", "1", "2", "1 ThreadLocal(set by 4 threads)"], "()"),
    row(Of::ThreadLocal, Way::Try, Case::Success,
        "let l = ThreadLocal(); print(l.get(\"x\", 5)); l.set(\"x\", 6); print(l.get(\"x\", 5));
         print(spawn(|| l.get(\"x\", 7)).join());",
        &["5", "6", "7"], "()"),
    row(Of::ThreadLocal, Way::Plain, Case::Misuse,
        "let l = ThreadLocal(); spawn(|| l.set(\"x\", 1)).join(); l.get(\"x\");",
        &[],
        "1:58 this ThreadLocal has no attribute `x` in this thread: each thread begins with none, and \
         sees only its own / set it in this thread first: `local.x = 0`; or read it with a default: \
         `local.get(\"x\", 0)`"),
    row(Of::ThreadLocal, Way::Plain, Case::OwnerDied,
        "let l = ThreadLocal(); spawn(|| { l.set(\"x\", 1); throw \"no\"; }).join();
         print(l.get(\"x\", 0));",
        &["Exception in thread Thread-1: no (line 1, column 50)", "0"], "()"),
    row(Of::ThreadLocal, Way::Plain, Case::Stopped,
        "let l = ThreadLocal(); print(\"stop me\"); loop { l.set(\"x\", 1); }",
        &["stop me"], "interrupted"),
    // End of the rows of queues, atomics, timers and thread locals.
];

#[test]
fn every_row_holds_on_every_scheduler() {
    let mut broken = Vec::new();
    for row in ROWS {
        for mode in MODES {
            let ended = run(mode, row.text);
            let (lines, outcome) = (ended.lines(), &ended.outcomes[0]);
            if lines != row.lines || outcome != row.outcome {
                broken.push(format!(
                    "{:?} {:?} {:?} on {mode:?}:\n{}\nprinted {lines:#?}\nended with {outcome}",
                    row.of, row.way, row.case, row.text
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

#[test]
fn no_case_is_left_out() {
    for of in [
        Of::Thread,
        Of::Lock,
        Of::Executor,
        Of::Future,
        Of::Results,
        Of::Watch,
        Of::RLock,
        Of::Semaphore,
        Of::BoundedSemaphore,
        Of::Event,
        Of::Condition,
        Of::Barrier,
        Of::Queue,
        Of::Atomic,
        Of::Timer,
        Of::ThreadLocal,
    ] {
        for &(way, case) in REQUIRED {
            let there = ROWS
                .iter()
                .any(|row| (row.of, row.way, row.case) == (of, way, case));
            let excused = ABSENT
                .iter()
                .any(|&(o, w, c, _)| (o, w, c) == (of, way, case));
            assert!(
                there != excused,
                "{of:?} {way:?} {case:?}: there {there}, excused {excused}"
            );
        }
    }
}

#[test]
fn what_a_stopped_input_has_taken_is_free_again() {
    for mode in MODES {
        let ended = type_in(
            mode,
            &[
                "let l = Lock(); let n = 5;",
                "spawn(|| { with l { loop { sleep(0.001); } } });
                 while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire();",
                "print(l.acquire(1), n, threads().len);",
            ],
        );
        assert_eq!(ended.lines(), ["stop me", "true 5 1"], "{mode:?}");
        assert_eq!(ended.outcomes[1], "interrupted", "{mode:?}");
    }
}

/// What can never be stopped by waiting: endless loops and sleeps.
#[test]
fn a_stop_reaches_threads_that_never_ask() {
    for text in [
        "print(\"stop me\"); loop { }",
        "spawn(|| { loop { } }); print(\"stop me\"); loop { }",
        "spawn(|| { loop { sleep(1); } }); print(\"stop me\"); loop { sleep(1); }",
        "fn f() { try { print(\"stop me\"); loop { } } catch { print(\"caught\"); } } f();",
    ] {
        for mode in MODES {
            let ended = run(mode, text);
            assert_eq!(ended.outcomes, ["interrupted"], "{mode:?} {text}");
            assert_eq!(ended.lines(), ["stop me"], "{mode:?} {text}");
        }
    }
}

#[test]
fn a_deadlock_ends_the_run_and_names_who_waits() {
    let both = "let a = Lock(); let b = Lock();
        fn both(x, y) { with x { sleep(0.02); with y { } } }
        let t1 = spawn(both, a, b); let t2 = spawn(both, b, a); ";
    for mode in MODES {
        let all = run(mode, &format!("{both} t1.join(); t2.join();"));
        assert_eq!(
            all.outcomes,
            ["deadlock of main, Thread-1, Thread-2"],
            "{mode:?}"
        );
        // A cycle is found while others run.
        let some = run(mode, &format!("{both} loop {{ sleep(0.001); }}"));
        assert!(
            some.outcomes[0].starts_with("deadlock of "),
            "{mode:?} {some:?}"
        );
        let own = run(mode, "let l = Lock(); with l { with l { } }");
        assert_eq!(own.outcomes, ["deadlock of main"], "{mode:?}");
    }
}

/// A task that waits for a task of its own full pool, however it waits.
#[test]
fn a_full_pool_that_waits_for_itself_is_a_deadlock_while_others_run_on() {
    for wait in [
        "p.submit(|| 1).result()",
        "p.map(|x| x, [1])[0]",
        "wait([p.submit(|| 1), p.submit(|| 2)])",
        "{ for f in as_completed([p.submit(|| 1)]) { } }",
    ] {
        for others in ["", "spawn(|| { loop { sleep(0.001); } });"] {
            let text = format!("let p = pool(1); {others} p.submit(|| {wait}).result();");
            for mode in MODES {
                let ended = run(mode, &text);
                let expected = "deadlock of main, ThreadPoolExecutor-0_0";
                assert_eq!(ended.outcomes, [expected], "{mode:?} {text}");
            }
        }
    }
}

/// A pool's thread that comes and goes is one thread; many waits on the same futures lose nothing.
#[test]
fn nothing_is_lost_or_done_twice_among_many_tasks() {
    let restarts = "let n = Atomic(0); let sum = 0; let p = pool(2, \"w\", || n.fetch_add(1));
        for i in 0..500 { sum += p.submit(|i| i, i).result(); } print(sum, n.value <= 2);";
    let completed = "let p = pool(3); let seen = Atomic(0); let called = Atomic(0); let fs = [];
        for i in 0..200 { fs.push(p.submit(|i| i, i)); }
        for f in fs { f.add_done_callback(|f| called.fetch_add(f.result())); }
        let ts = [];
        for t in 0..2 {
            ts.push(spawn(|| { for f in as_completed(fs) { seen.fetch_add(f.result()); } }));
        }
        let left = fs; while !left.is_empty() { left = wait(left, (), FIRST_COMPLETED).not_done; }
        for t in ts { t.join(); } p.shutdown(); print(seen.value, called.value);";
    for mode in MODES {
        assert_eq!(run(mode, restarts).lines(), ["124750 true"], "{mode:?}");
        assert_eq!(run(mode, completed).lines(), ["39800 19900"], "{mode:?}");
    }
}

/// In virtual time: an item that is in time comes, the next one is too late.
#[test]
fn the_timeout_of_a_map_counts_from_its_call() {
    let text = "let r = pool(2).map(|x| { sleep(x); x }, [0.4, 0.8, 3], #{timeout: 1});
        try { sleep(0.7); for x in r { print(x); } } catch (e) { print(e.message, perf_counter() < 1.1); }";
    let lines = run(Mode::Seeded(1), text).lines();
    let late = "item 2 of the map in line 1 took longer than 1 s true";
    assert_eq!(lines, ["0.4", "0.8", late]);
}

#[test]
fn a_script_waits_for_its_threads_but_not_for_daemons() {
    for mode in MODES {
        let late = run(mode, "spawn(|| { sleep(0.02); print(\"late\"); });");
        assert_eq!(late.lines(), ["late"], "{mode:?}");
        for body in ["loop { sleep(0.01); }", "loop { }"] {
            let text = format!("Thread(|| {{ {body} }}, [], #{{daemon: true}}).start(); print(1);");
            let ended = run(mode, &text);
            assert_eq!(ended.lines(), ["1"], "{mode:?} {body}");
            assert_eq!(ended.outcomes, ["()"], "{mode:?} {body}");
        }
    }
}

#[test]
fn threads_run_on_in_the_background_of_the_prompt() {
    for mode in [Mode::Parallel(2), Mode::Gil(1)] {
        let ended = type_in(
            mode,
            &[
                "let t = spawn(|| { loop { sleep(0.001); } });",
                "print(t.is_alive(), threads().len);",
            ],
        );
        assert_eq!(ended.lines(), ["true 2"], "{mode:?}");
    }
}

/// Wrong use: the text, and place, message and advice of the answer.
const BAD_INPUT: &[(&str, &str)] = &[
    (
        "pool(0)",
        "1:1 ThreadPoolExecutor(0): the number of workers is a whole number from 1 to \
     100000 / write ThreadPoolExecutor(4), or ThreadPoolExecutor() for the usual number",
    ),
    (
        "ThreadPoolExecutor(-1)",
        "1:1 ThreadPoolExecutor(-1): the number of workers is a whole \
     number from 1 to 100000 / write ThreadPoolExecutor(4), or ThreadPoolExecutor() for the usual \
     number",
    ),
    (
        "sleep(-1)",
        "1:1 sleep for -1 seconds: a time to wait is 0 or more seconds, and not for ever \
     / write the time without the minus: `sleep(1)`",
    ),
    (
        "Lock().acquire(-1)",
        "1:8 acquire(-1): a time is a number of seconds, 0 or more / give 0 to \
     look without waiting, or nothing to wait without a limit",
    ),
    (
        "Thread(\"f\")",
        "1:1 Thread(...) was given \"f\" (string) as its function: the first \
     argument is the function that the thread will run / give the function's name without quotes: \
     Thread(f), or a closure: Thread(|| f(1))",
    ),
    (
        "spawn(\"f\")",
        "1:1 Thread(...) was given \"f\" (string) as its function: the first \
     argument is the function that the thread will run / give the function's name without quotes: \
     Thread(f), or a closure: Thread(|| f(1))",
    ),
    (
        "pool(1).submit(5)",
        "1:9 submit(...) was given 5 (i64) as its function: the first argument \
     is the function to run / give the function's name without brackets: submit(f)",
    ),
    (
        "pool(1).map(\"f\", [1])",
        "1:9 map(...) was given \"f\" (string) as its function: the first \
     argument is the function to run / give the function's name without quotes: map(f)",
    ),
    (
        "fn add(a, b) { a + b } add(1)",
        "1:24 add takes 2 arguments, but 1 was given / call it as \
     `add(a, b)`",
    ),
    (
        "sleep()",
        "1:1 sleep takes 1 argument, but 0 were given / call it as `sleep(seconds)`",
    ),
    (
        "Lock(1)",
        "1:1 Lock takes 0 arguments, but 1 was given / call it as `Lock()`",
    ),
    (
        "Lock().acquire(1, 2, 3)",
        "1:8 acquire takes 0 to 2 arguments, but 3 were given / call it \
     as `acquire()`",
    ),
    (
        "spawn()",
        "1:1 spawn takes 1 to 7 arguments, but 0 were given / call it as \
     `spawn(f)`",
    ),
    (
        "let counter = 1; print(countr);",
        "rejected 1:24 nothing is called `countr` / did you mean \
     `counter`?",
    ),
    (
        "fn square(x) { x } sqare(1)",
        "1:20 unknown function: sqare (i64) / did you mean `square`?",
    ),
    (
        "pritn(1)",
        "1:1 unknown function: pritn (i64) / did you mean `print`?",
    ),
    (
        "spawn(|| 1).jion()",
        "1:13 unknown function: Thread.jion / did you mean `join`?",
    ),
    (
        "[1].pusch(2)",
        "1:5 unknown function: pusch (array, i64) / did you mean `push`?",
    ),
    (
        "Lock().frobnicate()",
        "1:8 unknown function: Lock.frobnicate / see what a Lock can do: \
     `:help Lock`",
    ),
    (
        "if true { print(1)",
        "rejected 1:9 this `{` is never closed / add the `}` that belongs to \
     it",
    ),
    (
        "fn f(n) { f(n + 1) } f(0)",
        "1:11 too many nested calls (50000): does a recursion never end? \
     / give the recursion a case in which it does not call itself",
    ),
    (
        "9223372036854775807 + 1",
        "1:21 Addition overflow: 9223372036854775807 + 1",
    ),
    (
        "const A = [1]; A.len(); A.push(2)",
        "1:27 cannot change the constant A / make it a variable: `let A = ...;` instead of `const`",
    ),
    (
        "const A = #{b: [1]}; A.b.push(2)",
        "1:26 cannot change the constant A / make it a variable: `let A = ...;` instead of `const`",
    ),
    (
        "[1].jumble()",
        "1:5 unknown function: jumble (array) / see what it can do: `:help array`",
    ),
    (
        "pool(1).map(twice, [1]);",
        "rejected 1:13 nothing is called `twice` / define it first: `fn twice(...) { ... }`",
    ),
    (
        "zz = pool(1).map(twice, numbers);",
        "rejected 1:1 there is no variable `zz` to assign to / a new variable begins with `let`",
    ),
    (
        "1 / 0",
        "1:3 Division by zero: 1 / 0 / look at the divisor first: `if b != 0 { a / b }`",
    ),
    (
        "[1][1]",
        "1:5 array index 1 is out of bounds: the array has 1 item / the first item \
     has the index 0, the last one 0",
    ),
];

#[test]
fn wrong_use_is_answered_with_a_place_and_what_to_do() {
    let mut broken = Vec::new();
    for (text, answer) in BAD_INPUT {
        for mode in [Mode::Parallel(1), Mode::Seeded(1)] {
            let ended = run(mode, text);
            if ended.outcomes != [*answer] {
                broken.push(format!(
                    "{mode:?} {text}\n  {}\n  {answer}",
                    ended.outcomes[0]
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_thread_that_fails_says_where_and_who_holds_what() {
    for (text, line) in [
        (
            "let t = (); t = spawn(|| { sleep(0.01); t.join(); }); t.join();",
            "Exception in thread Thread-1: Thread-1 waits for itself: a thread cannot wait for its \
          own end (line 1, column 43)",
        ),
        (
            "let l = Lock();\nl.acquire(); let t = Thread(|| l.release(), [], #{name: \"B\"});\n\
          t.start(); t.join();",
            "Exception in thread B: release of a Lock that main has held since line 2: only the \
          thread that acquired it releases it (line 2, column 34)",
        ),
        (
            "let l = Lock();\nlet a = Thread(|| { with l { sleep(0.5); } }, [], #{name: \"A\"});\n\
          a.start(); while !l.locked() { sleep(0.001); }\nspawn(|| l.release()).join();",
            "Exception in thread Thread-1: release of a Lock that A has held since line 2: only the \
          thread that acquired it releases it (line 4, column 12)",
        ),
        (
            "fn add(a, b) { a + b }\nspawn(add, 1).join();",
            "Exception in thread Thread-1: add takes 2 arguments, but 1 was given (line 2, column 1)",
        ),
        (
            "let t = Thread(|x| x);\nt.start();",
            "Exception in thread Thread-1: closure takes 1 argument, but 0 were given (line 2, column 3)",
        ),
    ] {
        for mode in MODES {
            let ended = run(mode, text);
            assert_eq!(ended.lines(), [line], "{mode:?} {text}");
            assert_eq!(ended.outcomes, ["()"], "{mode:?} {text}");
        }
    }
}

#[test]
fn the_gil_loses_updates_and_differently_with_each_seed() {
    let text = "let n = 0; let ts = [];
        for i in 0..4 { ts.push(spawn(|| { for j in 0..20000 { n += 1; } })); }
        for t in ts { t.join(); } print(n);";
    let counts: Vec<i64> = (0..5)
        .map(|seed| run(Mode::Gil(seed), text).lines()[0].parse().unwrap())
        .collect();
    assert!(counts.iter().all(|count| *count < 80_000), "{counts:?}");
    assert!(counts.iter().any(|count| *count != counts[0]), "{counts:?}");
}
