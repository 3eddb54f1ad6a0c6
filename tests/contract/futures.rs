//! Waiting for several futures, callbacks, and the settings of a pool.

use super::Case::*;
use super::Way::*;
use super::common::{MODES, Mode, run};
use super::{Row, row};

/// What pools and futures answer beyond the plain rows.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Promised by Python's reference, beyond that: settings by position and by name; the prefix
    // names the threads; the initializer is called with initargs once in each thread, before its
    // first task; if it fails, the error is shown, what is pending gets BrokenThreadPool, and so
    // does who submits; shutdown cancels what has not begun when told to, and lets the rest run;
    // leaving `with` waits, by an error too.
    row("ThreadPoolExecutor", Plain, Success,
        "let name = || current_thread().name;
         print(ThreadPoolExecutor(1, \"w\").submit(name).result());
         print(pool(#{thread_name_prefix: \"x\", max_workers: 1}).submit(name).result());
         print(pool(1, #{thread_name_prefix: \"y\"}).submit(name).result());
         print(pool((), \"\").submit(name).result(), pool(2, \"z\"));",
        &["w_0", "x_0", "y_0", "ThreadPoolExecutor-0_0 ThreadPoolExecutor(2 workers)"], "()"),
    row("ThreadPoolExecutor", Plain, Success,
        "let l = ThreadLocal(); let n = Atomic(0);
         let p = pool(1, \"w\", |x| { l.set(\"x\", x); n.fetch_add(1); }, [7]);
         let a = p.submit(|| l.get(\"x\") * 10).result(); let id = p.submit(|| current_thread().ident);
         print(a, p.submit(|| l.get(\"x\")).result(), n.value,
             id.result() == p.submit(|| current_thread().ident).result());",
        &["70 7 1 true"], "()"),
    row("ThreadPoolExecutor", Plain, WaitThenSuccess,
        "let n = Atomic(0); let both = Barrier(2); let p = pool(2, \"w\", || n.fetch_add(1));
         for x in p.map(|x| { both.wait(); x }, [1, 2, 3, 4]) { print(x); } print(n.value);",
        &["1", "2", "3", "4", "2"], "()"),
    row("ThreadPoolExecutor", Plain, WaitThenSuccess,
        "try { with pool(1) as p { for i in 0..2 { p.submit(|| { sleep(0.01); print(\"ran\"); }); }
             throw \"no\"; } } catch (e) { print(e); }",
        &["ran", "ran", "no"], "()"),
    row("ThreadPoolExecutor", Try, Success,
        "let go = Event(); let p = pool(1); let a = p.submit(|| go.wait()); let b = p.submit(|| 1);
         let r = p.map(|x| x, [1]); b.add_done_callback(|f| print(\"b\", f.cancelled()));
         p.shutdown(false, true); go.set(); print(a.result(), b.cancelled());
         try { r[0]; } catch (e) { print(e.error); } p.shutdown(#{cancel_futures: true});",
        &["b true", "true true", "CancelledError"], "()"),
    row("ThreadPoolExecutor", Plain, OwnerDied,
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
    row("ThreadPoolExecutor", Plain, Misuse,
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
    row("ThreadPoolExecutor", Plain, Stopped,
        "with pool(1) as p { let f = p.submit(|| { loop { sleep(0.001); } }); let g = p.submit(|| 1);
         for f in [f, g] { f.add_done_callback(|f| print(\"never\")); } print(\"stop me\"); f.result(); }",
        &["stop me"], "interrupted"),
    // Future. Promised, beyond the rows: callbacks are called in the order in which they were added,
    // with the future, by the thread that ends the task, at once on a done one; their errors are
    // shown and harm nobody; cancelling a future calls them too.
    row("Future", Plain, WaitThenSuccess,
        "let go = Event(); let p = pool(1, \"w\"); let f = p.submit(|| { go.wait(); 5 });
         f.add_done_callback(|f| print(\"a\", f.result(), current_thread().name));
         f.add_done_callback(|f| { throw \"no\"; }); f.add_done_callback(|f| print(\"c\"));
         f.add_done_callback(print); go.set(); p.shutdown(); print(\"end\");",
        &["a 5 w_0",
          "Exception in thread w_0: a callback of a Future failed: no (line 3, column 36)",
          "c", "Future(done: 5)", "end"], "()"),
    row("Future", Plain, Success,
        "let f = pool(1).submit(|| 5); f.result();
         f.add_done_callback(|f| print(\"at once\", f.result(), current_thread().name));
         f.add_done_callback(|f| { throw \"no\"; }); print(\"end\");",
        &["at once 5 main",
          "Exception in thread main: a callback of a Future failed: no (line 3, column 36)",
          "end"], "()"),
    row("Future", Try, Success,
        "let go = Event(); let p = pool(1); p.submit(|| go.wait()); let f = p.submit(|| 1);
         f.add_done_callback(|f| print(f.cancelled(), current_thread().name));
         print(f.cancel(), f.cancel()); go.set(); p.shutdown();
         try { f.result(); } catch (e) { print(e.error); }",
        &["true main", "true true", "CancelledError"], "()"),
    row("Future", Plain, Misuse,
        "pool(1).submit(|| 1).add_done_callback(5);", &[],
        "1:22 add_done_callback(...) was given 5 (i64) as its function: the first argument is the \
         function to run / give the function's name without brackets: add_done_callback(f)"),
    row("Future", Plain, OwnerDied,
        "let p = pool(1, \"w\"); let f = p.submit(|| { sleep(0.001); throw \"no\"; });
         f.add_done_callback(|f| print(\"called\", f.exception())); p.shutdown();",
        &["called no"], "()"),
    // Promised of a map's timeout: it counts from the call on, and is raised at the item.
    row("Results", Timeout, Success,
        "let r = pool(2).map(|a, b| a + b, [1, 2], [3, 4], #{timeout: 60, chunksize: 2});
         for x in r { print(x); } print(pool(1).map(|a, b, c| a + b + c, 1..9, 1..9, [1], #{timeout: 60}));",
        &["4", "6", "Results(3)"], "()"),
    row("Results", Timeout, TimeIsOver,
        "let go = Event(); let p = pool(2);
         let r = p.map(|x| { if x == 1 { go.wait(); } x }, [1, 2], #{timeout: 0.01});
         try { for x in r { print(x); } } catch (e) { print(e.error, e.message); }
         go.set(); r.wait(); print(r);",
        &["TimeoutError item 0 of the map in line 2 took longer than 0.01 s", "Results(1, 2)"], "()"),
    // Waiting for several futures. Promised: what is done comes first, then each as it is done; one
    // that is given twice comes once; the timeout says how many are not done; wait gives both sets,
    // returns when it was told to, and a time that is over is no error for it; cancelled ones are
    // done, but have not failed.
    row("Watch", Plain, Success,
        "import concurrent.futures; let p = pool(2); let a = p.submit(|| 1); let b = p.submit(|| 2);
         a.result(); b.result(); for f in concurrent.futures.as_completed([b, a, b]) { print(f.result()); }
         let r = futures.wait([b, a, b]); print(r.done.len(), r.not_done);
         for f in as_completed([]) { print(f); } print(wait([], (), FIRST_COMPLETED).done);
         print(FIRST_COMPLETED, futures.FIRST_EXCEPTION, concurrent.futures.ALL_COMPLETED);",
        &["2", "1", "2 []", "[]", "FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED"], "()"),
    row("Watch", Plain, WaitThenSuccess,
        "let go = [Event(), Event(), Event()]; let p = pool(3); let fs = [];
         for i in 0..3 { fs.push(p.submit(|i| { go[i].wait(); i }, i)); }
         go[2].set(); let all = as_completed(fs);
         for f in all { let i = f.result(); print(i); if i > 0 { go[i - 1].set(); } }
         for f in all { print(f.result()); }",
        &["2", "1", "0", "2", "1", "0"], "()"),
    row("Watch", Plain, WaitThenSuccess,
        "let go = [Event(), Event(), Event()]; let p = pool(3); let fs = [];
         for i in 0..3 { fs.push(p.submit(|i| { go[i].wait(); if i == 1 { throw \"no\"; } i }, i)); }
         let one = spawn(|| wait(fs, #{return_when: FIRST_COMPLETED}));
         let bad = spawn(|| wait(fs, (), FIRST_EXCEPTION)); let all = spawn(|| wait(fs));
         go[0].set(); print(one.join().done.len()); go[1].set(); print(bad.join().not_done.len());
         go[2].set(); print(all.join());",
        &["1", "1",
          "#{\"done\": [Future(done: 0), Future(failed: no), Future(done: 2)], \"not_done\": []}"],
        "()"),
    row("Watch", Plain, WaitThenSuccess,
        "let go = Event(); let p = pool(1); let fs = [p.submit(|| go.wait()), p.submit(|| 1)];
         let t = spawn(|| wait(fs, (), FIRST_EXCEPTION)); fs[1].cancel(); go.set();
         print(t.join().done.len());",
        &["2"], "()"),
    row("Watch", Try, Success,
        "let go = Event(); let p = pool(2); let fs = [p.submit(|| go.wait()), p.submit(|| 1)];
         fs[1].result(); let r = wait(fs, 0); print(r.done, r.not_done); go.set();",
        &["[Future(done: 1)] [Future(running)]"], "()"),
    row("Watch", Timeout, TimeIsOver,
        "let go = Event(); let p = pool(1); let fs = []; for i in 0..3 { fs.push(p.submit(|| go.wait())); }
         let done = pool(1).submit(|| 5); done.result(); fs.shift(); fs.push(done);
         try { for f in as_completed(fs, 0.01) { print(f.result()); } }
         catch (e) { print(e.error, e.message); }
         print(wait(fs, 0.01).not_done.len(), wait(fs, #{timeout: 0.01}).done.len());
         go.set(); print(wait(fs, 60).done.len()); for f in as_completed(fs, 60) { print(f.result()); }",
        &["5", "TimeoutError 2 (of 3) futures unfinished", "2 1", "3", "true", "true", "5"], "()"),
    row("Watch", Plain, Misuse,
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
    row("Watch", Plain, OwnerDied,
        "let p = pool(1); let fs = [p.submit(|| { throw \"no\"; }), p.submit(|| { sleep(0.01); 1 })];
         for f in as_completed(fs) { print(f.exception() == ()); }",
        &["false", "true"], "()"),
    row("Watch", Plain, Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\"); wait([f]);",
        &["stop me"], "interrupted"),
    row("Watch", Timeout, Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\");
         for f in as_completed([f], 1000000000) { }",
        &["stop me"], "interrupted"),
    row("Watch", Try, OwnerDied,
        "let f = pool(1).submit(|| { throw \"no\"; }); f.exception(); print(wait([f], 0).done.len());",
        &["1"], "()"),
    row("Watch", Timeout, Success,
        "let f = pool(1).submit(|| 1); f.result(); print(wait([f], 60).done.len());",
        &["1"], "()"),
    row("Watch", Timeout, WaitThenSuccess,
        "let f = pool(1).submit(|| { sleep(0.02); 1 }); print(wait([f], 60).done.len());",
        &["1"], "()"),
    row("Watch", Timeout, Misuse,
        "try { wait([], -1); } catch (e) { print(e.message); }",
        &["wait(-1): a time is a number of seconds, 0 or more"], "()"),
    row("Watch", Timeout, OwnerDied,
        "let f = pool(1).submit(|| { sleep(0.01); throw \"no\"; });
         for g in as_completed([f], 60) { print(g.exception()); }",
        &["no"], "()"),
];

/// A task that waits for a task of its own full pool, however it waits.
#[test]
fn a_full_pool_that_waits_for_itself_is_a_deadlock() {
    for wait in [
        "p.submit(|| 1).result()",
        "p.map(|x| x, [1])[0]",
        "wait([p.submit(|| 1), p.submit(|| 2)])",
        "{ for f in as_completed([p.submit(|| 1)]) { } }",
    ] {
        let text = format!("let p = pool(1); p.submit(|| {wait}).result();");
        for mode in MODES {
            let ended = run(mode, &text);
            let expected = "deadlock of main, ThreadPoolExecutor-0_0";
            assert_eq!(ended.outcomes, [expected], "{mode:?} {text}");
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
