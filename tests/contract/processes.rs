//! Pools of processes.
//!
//! What Python's reference promises of them, and what this program adds:
//!
//! - A pool of processes has the interface of a pool of threads.
//! - Results come in the order of the inputs, with chunks too.
//! - An item's error is raised at that item, with chunks too.
//! - Nothing is shared: captured variables are copied.
//! - Top-level variables that a function mentions are copied as they are at the submit.
//! - Each task gets copies of its own, and its result is one.
//! - A closure that captures itself crosses, and so does one that a task gives.
//! - What cannot be copied is refused by name before anything runs.
//! - What cannot be copied is refused as a result.
//! - A lock in a top-level variable is refused when the task uses it, and not before.
//! - An error comes back with its message, its line and its family.
//! - A process knows its name and has a number of its own.
//! - A child of a child works.
//! - A task's threads belong to its process, and it ends when they have.
//! - Callbacks are called in the process that submitted.
//! - Who waits for a pool waits for its callbacks.
//! - A task waits for what it has left running in a pool of its own.
//! - A task that is killed takes the processes with it that it has started.
//! - A deadlock in a process is an error of its task, and of no other.
//! - An error of a task's own pool breaks only that pool.
//! - A broken pool gives one cause to all that has no result.
//! - Futures of both kinds of pools can be waited for together.
//! - An endless task is ended by kill_workers, and what is done keeps its result.

use super::Case::*;
use super::Way::*;
use super::{Promise, Row, everywhere, row};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row("ProcessPoolExecutor", Plain, Success,
        "fn square(x) { x * x }
         with ProcessPoolExecutor(2) as executor { let results = executor.map(square, [1, 2, 3]); }
         for r in results { print(r); }",
        &["1", "4", "9"], "()"),
    row("ProcessPoolExecutor", Plain, WaitThenSuccess,
        "let p = ProcessPoolExecutor(1); let f = p.submit(|| { sleep(0.01); 5 });
         p.shutdown(); print(f.done());",
        &["true"], "()"),
    row("ProcessPoolExecutor", Try, Success,
        "let p = ProcessPoolExecutor(1); let f = p.submit(|| { sleep(0.01); 5 });
         p.shutdown(false); print(f.result());",
        &["5"], "()"),
    row("ProcessPoolExecutor", Plain, Misuse,
        "let p = ProcessPoolExecutor(1); p.shutdown(); p.shutdown();
         try { p.map(|x| x, [1]); } catch (e) { print(e.message); } p.submit(|| 1);",
        &["map(...) after shutdown: a pool that was shut down takes no new tasks"],
        "2:71 submit(...) after shutdown: a pool that was shut down takes no new tasks \
         / submit before shutdown, or inside its `with` block; or make a new pool"),
    row("ProcessPoolExecutor", Plain, Misuse,
        "try { ProcessPoolExecutor(0); } catch (e) { print(e.message); }
         ProcessPoolExecutor(#{initializer: || 1});",
        &["ProcessPoolExecutor(0): the number of processes is a whole number from 1 to 256"],
        "2:10 ProcessPoolExecutor was given the option initializer: the only option is \
         `max_workers`: each task finds a copy of the variables that it mentions, as they are when \
         it is submitted / prepare them before you submit"),
    row("ProcessPoolExecutor", Plain, OwnerDied,
        "let p = ProcessPoolExecutor(1); let bad = p.submit(|| { throw \"no\"; });
         let good = p.submit(|| 5); print(good.result(), bad.exception()); with p { throw \"main\"; }",
        &["5 no"], "2:85 main"),
    row("ProcessPoolExecutor", Try, OwnerDied,
        "let p = ProcessPoolExecutor(1); let f = p.submit(|| { throw \"no\"; }); p.shutdown();
         print(f.done(), f.exception());",
        &["true no"], "()"),
    row("ProcessPoolExecutor", Plain, Stopped,
        "with ProcessPoolExecutor(2) as p { for i in 0..3 { p.submit(|| { loop { sleep(0.001); } }); }
         print(\"stop me\"); }",
        &["stop me"], "interrupted"),
];

/// See the head of the file.
#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere("A pool of processes has the interface of a pool of threads.",
        "let p = concurrent.futures.ProcessPoolExecutor(#{max_workers: 1});
         let f = p.submit(|a, b| a - b, 5, 3);
         print(f.result(), f.exception() == (), f.done(), f.running(), f.cancel(), f.cancelled());
         for done in as_completed([f]) { print(done.result()); }
         print(wait([f]).done.len()); let r = p.map(|x| x, 1..3); print(r.len(), r[-1]);
         p.shutdown(#{cancel_futures: true});",
        &["2 true true false false false", "2", "1", "2 2"]),
    everywhere("Results come in the order of the inputs, with chunks too.",
        "let p = ProcessPoolExecutor(2);
         for size in [1, 2, 3, 100] {
             let texts = []; for x in p.map(|x, y| x * y, 1..6, [2, 2, 2, 2, 2], #{chunksize: size}) { texts.push(x); }
             print(texts);
         } p.shutdown();",
        &["[2, 4, 6, 8, 10]", "[2, 4, 6, 8, 10]", "[2, 4, 6, 8, 10]", "[2, 4, 6, 8, 10]"]),
    everywhere("An item's error is raised at that item, with chunks too.",
        "let p = ProcessPoolExecutor(1); for size in [1, 2] {
             let r = p.map(|x| 6 / x, [1, 0, 2], #{chunksize: size});
             print(r[0], r[2]); try { r[1]; } catch (e) { print(e.error, e.line); } } p.shutdown();",
        &["6 3", "ErrorArithmetic 2", "6 3", "ErrorArithmetic 2"]),
    everywhere("Nothing is shared: captured variables are copied.",
        "let p = ProcessPoolExecutor(1); let n = 1; let items = [1];
         print(p.submit(|| { n += 1; items.push(n); items }).result(), n, items); p.shutdown();",
        &["[1, 2] 1 [1]"]),
    everywhere("Top-level variables that a function mentions are copied as they are at the submit.",
        "let level = 1; const FIXED = 10; fn deep() { level += FIXED; level } fn read() { deep() }
         let p = ProcessPoolExecutor(1); let f = p.submit(read); level = 5; let g = p.submit(read);
         print(f.result(), g.result(), level); p.shutdown();",
        &["11 15 5"]),
    everywhere("Each task gets copies of its own, and its result is one.",
        "let p = ProcessPoolExecutor(1); let n = 0; let bump = || { n += 1; n };
         print(p.submit(bump).result(), p.submit(bump).result(), bump.call()); p.shutdown();",
        &["1 1 1"]),
    everywhere("A closure that captures itself crosses, and so does one that a task gives.",
        "let p = ProcessPoolExecutor(1); let fact = (); fact = |n| if n < 2 { 1 } else { n * fact.call(n - 1) };
         print(p.submit(fact, 5).result()); let k = 3; let times = p.submit(|| |x| x * k).result();
         print(times.call(5)); p.shutdown();",
        &["120", "15"]),
    everywhere("What cannot be copied is refused by name before anything runs.",
        "let p = ProcessPoolExecutor(1); let gate = Lock();
         try { p.submit(|| { with gate { print(\"ran\"); } }); } catch (e) { print(e.message); }
         try { p.submit(|x| x, Event()); } catch (e) { print(e.error); }
         try { p.map(|x| x, [1, [Queue()]]); } catch (e) { print(e.message); } p.shutdown();",
        &["the variable `gate` is or holds a Lock: processes share nothing, and a Lock cannot be \
           copied into another one", "TypeError",
          "input 1 of the map is or holds a Queue: processes share nothing, and a Queue cannot be \
           copied into another one"]),
    everywhere("What cannot be copied is refused as a result.",
        "let p = ProcessPoolExecutor(1);
         print(p.submit(|| [Lock()]).exception().message);
         print(p.submit(|| { throw Event(); }).exception().error); p.shutdown();",
        &["the task's result is or holds a Lock: processes share nothing, and a Lock cannot be \
           copied into another one", "TypeError"]),
    everywhere("A lock in a top-level variable is refused when the task uses it, and not before.",
        "let gate = Lock(); fn go(uses) { if uses { with gate { 1 } } else { 2 } }
         let p = ProcessPoolExecutor(1); print(p.submit(go, false).result());
         print(p.submit(go, true).exception().message); p.shutdown();",
        &["2", "enter of `gate`, a Lock, in another process: processes share nothing, and a Lock \
                cannot be copied into another one"]),
    everywhere("An error comes back with its message, its line and its family.",
        "fn broken(x) {
             let a = [1]; a[x] }
         let p = ProcessPoolExecutor(1); let f = p.submit(broken, 7);
         try { f.result(); } catch (e) { print(e.error, e.line, e.message); } p.shutdown();",
        &["ErrorArrayBounds 2 array index 7 is out of bounds: the array has 1 item"]),
    everywhere("A process knows its name and has a number of its own.",
        "let p = ProcessPoolExecutor(1); let here = os.getpid();
         print(p.submit(|| current_thread().name).result(), p.submit(|| pid()).result() == here);
         print(p.submit(|| pid()).result() == p.submit(|| pid()).result()); p.shutdown();",
        &["ProcessPoolExecutor-0_0 false", "true"]),
    everywhere("A child of a child works.",
        "let p = ProcessPoolExecutor(1);
         let outer = |x| { let q = ProcessPoolExecutor(1); let y = q.submit(|| x * 10).result(); q.shutdown(); y + 1 };
         print(p.submit(outer, 4).result()); p.shutdown();",
        &["41"]),
    everywhere("A task's threads belong to its process, and it ends when they have.",
        "let p = ProcessPoolExecutor(1); let n = 0;
         let f = p.submit(|| { let t = spawn(|| { n += 1; print(\"thread\", n); }); threads().len() > 0 });
         print(f.result(), n); p.shutdown();",
        &["thread 1", "true 0"]),
    everywhere("Callbacks are called in the process that submitted.",
        "let p = ProcessPoolExecutor(1); let seen = []; let here = pid(); let gate = Event();
         let f = p.submit(|| { sleep(0.02); 4 });
         f.add_done_callback(|f| { seen.push(f.result()); seen.push(pid() == here); });
         let g = p.submit(|| 5); p.shutdown(); print(seen, g.result());",
        &["[4, true] 5"]),
    everywhere("Who waits for a pool waits for its callbacks.",
        "let p = ProcessPoolExecutor(1); let f = p.submit(|| 1);
         f.add_done_callback(|f| { sleep(0.02); print(\"called\", f.result()); });
         f.result(); p.shutdown(); print(\"over\");",
        &["called 1", "over"]),
    everywhere("A task waits for what it has left running in a pool of its own.",
        "let p = ProcessPoolExecutor(1); let f = p.submit(|| {
             let q = ProcessPoolExecutor(1); q.submit(|| { sleep(0.02); print(\"below\"); }); 1 });
         print(f.result()); p.shutdown();",
        &["below", "1"]),
    everywhere("A task that is killed takes the processes with it that it has started.",
        "let p = ProcessPoolExecutor(1); let f = p.submit(|| {
             let q = ProcessPoolExecutor(1); print(\"began\"); q.submit(|| { loop { sleep(0.01); } }).result() });
         sleep(0.2); p.kill_workers(); print(f.exception().error);",
        &["began", "BrokenProcessPool"]),
    everywhere("A deadlock in a process is an error of its task, and of no other.",
        "let p = ProcessPoolExecutor(2); let good = p.submit(|| { sleep(0.05); 5 });
         let own = p.submit(|| { let l = Lock(); l.acquire(); l.acquire(); });
         let left = p.submit(|| { let q = Queue(); spawn(|| q.get()); 5 });
         let cycle = p.submit(|| { let a = Lock(); let b = Lock(); let g = Barrier(2);
             Thread(|| { loop { sleep(0.01); } }, [], #{daemon: true}).start();
             spawn(|| { with a { g.wait(); with b { } } }); with b { g.wait(); with a { } } });
         let below = p.submit(|| { let q = ProcessPoolExecutor(1); let e = q.submit(|| Queue().get()).exception();
             q.shutdown(); e.error });
         for f in [own, left, cycle] { print(f.exception().error); }
         print(own.exception().message, own.exception().line); print(below.result(), good.result(), p.submit(|| 6).result());
         p.shutdown();",
        &["Deadlock", "Deadlock", "Deadlock",
          "deadlock in a process: ProcessPoolExecutor-0_1 waits for the Lock made in line 2, column 42 2",
          "Deadlock 5 6"]),
    everywhere("An error of a task's own pool breaks only that pool.",
        "let p = ProcessPoolExecutor(1); let f = p.submit(|| { let q = ProcessPoolExecutor(1);
             let f = q.submit(|| { loop { sleep(0.01); } }); q.kill_workers(); f.result() });
         print(f.exception().error); print(p.submit(|| 8).result()); p.shutdown();",
        &["BrokenProcessPool", "8"]),
    everywhere("A broken pool gives one cause to all that has no result.",
        "let p = ProcessPoolExecutor(2); let fs = [];
         for i in 0..4 { fs.push(p.submit(|| { loop { sleep(0.01); } })); } p.kill_workers();
         for f in fs { print(f.exception().message); } try { p.submit(|| 1); } catch (e) { print(e.message); }",
        &["ProcessPoolExecutor-0 is broken: kill_workers() has ended its processes",
          "ProcessPoolExecutor-0 is broken: kill_workers() has ended its processes",
          "ProcessPoolExecutor-0 is broken: kill_workers() has ended its processes",
          "ProcessPoolExecutor-0 is broken: kill_workers() has ended its processes",
          "ProcessPoolExecutor-0 is broken: kill_workers() has ended its processes"]),
    everywhere("Futures of both kinds of pools can be waited for together.",
        "let p = ProcessPoolExecutor(1); let q = pool(1); let sum = 0;
         for f in as_completed([p.submit(|| 1), q.submit(|| 2)]) { sum += f.result(); }
         print(sum); p.shutdown();",
        &["3"]),
    everywhere("An endless task is ended by kill_workers, and what is done keeps its result.",
        "let p = ProcessPoolExecutor(1); let done = p.submit(|| 1); print(done.result());
         let endless = p.submit(|| { loop { } }); let pending = p.submit(|| 2); p.kill_workers();
         print(endless.exception().error, pending.exception().error, done.result());
         try { p.submit(|| 1); } catch (e) { print(e.error); }",
        &["1", "BrokenProcessPool BrokenProcessPool 1", "BrokenProcessPool"]),
];
