//! Tasks that take turns, and what they await.
//!
//! Promised, as in Python's reference:
//! - run gives the value of its function or raises its error;
//! - a call that is handed over is a coroutine: its arguments are evaluated at once, its body runs as
//!   the task;
//! - a handed-over call that does not fit is refused where it stands;
//! - tasks begin in the order in which they were made, when the one that made them awaits;
//! - a sleep of no time lets the others go first;
//! - an await of what is done goes on at once;
//! - gather gives the values in their order;
//! - gather raises the first error, and the others go on;
//! - gather can give errors as values;
//! - a cancelled task gets an error where it awaits, and can tidy up;
//! - a task that was cancelled before it began never runs;
//! - to cancel a task that has ended changes nothing;
//! - to cancel who awaits a task cancels that task;
//! - a wait with a limit cancels what is late, and waits until it has ended;
//! - a group waits for its tasks;
//! - a task of a group that fails cancels the others and the block;
//! - the error of a block cancels the tasks of its group;
//! - a lock goes to those who wait in their order;
//! - a put waits for room, and items come in their order;
//! - an item is not lost with a getter that is cancelled;
//! - a queue's join waits until every item was reported done;
//! - a function in a thread runs beside the tasks;
//! - tasks that are left over at the end of run are cancelled;
//! - a task that does not await starves the others;
//! - the error of a task that nobody awaited is shown at the end;
//! - what was never awaited is shown at the end;
//! - a task's result is refused before it has ended;
//! - tasks are counted in their names, and are none of the threads.

use threadlab::event::Kind;

use super::Case::*;
use super::Way::*;
use super::common::{MODES, Mode, run};
use super::{Promise, Row, everywhere, row};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Task.
    row("Task", Plain, Success,
        "asyncio.run(|| { let t = asyncio.create_task(|x| x * x, 7); await asyncio.sleep(0);
             print(t, await t, await(t)); });",
        &["Task(Task-2, done) 49 49"], "()"),
    row("Task", Plain, WaitThenSuccess,
        "asyncio.run(|| { let t = asyncio.create_task(|| await asyncio.sleep(0.01, 5));
             let a = asyncio.create_task(|| await t + 1); print(await a, await t); });",
        &["6 5"], "()"),
    row("Task", Plain, Misuse,
        "asyncio.run(|| { let me = asyncio.current_task(); await me; });", &[],
        "1:51 Task-1 awaits itself: a task cannot wait for its own end \
         / let another task, such as the main one, await it"),
    row("Task", Plain, OwnerDied,
        "asyncio.run(|| { let t = asyncio.create_task(|| { throw \"no\"; }); await t; });", &[],
        "1:51 no"),
    row("Task", Plain, Stopped,
        "asyncio.run(|| { let t = asyncio.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); await t; });", &["stop me"], "interrupted"),
    row("Task", Try, Success,
        "asyncio.run(|| { let t = asyncio.create_task(|| 5); print(t.done()); await t;
             print(t.done(), t.result(), t.exception(), t.cancelled(), t.cancel()); });",
        &["false", "true 5  false false"], "()"),
    row("Task", Try, OwnerDied,
        "asyncio.run(|| { let t = asyncio.create_task(|| { throw \"no\"; }); await asyncio.sleep(0);
             print(t, t.done(), t.cancelled(), t.exception()); });",
        &["Task(Task-2, failed) true false no"], "()"),
    row("Task", Timeout, Success,
        "asyncio.run(|| { let t = asyncio.create_task(|| 5); print(await asyncio.wait_for(t, 60)); });",
        &["5"], "()"),
    row("Task", Timeout, WaitThenSuccess,
        "asyncio.run(|| { let t = asyncio.create_task(|| await asyncio.sleep(0.01, 5));
             print(await asyncio.wait_for(t, 60)); });", &["5"], "()"),
    row("Task", Timeout, TimeIsOver,
        "asyncio.run(|| { let t = asyncio.create_task(|| await asyncio.sleep(60));
             try { await asyncio.wait_for(t, 0.01); } catch (e) { print(e.error, e.message); }
             print(t.cancelled()); });",
        &["TimeoutError asyncio.wait_for took longer than 0.01 s", "true"], "()"),
    row("Task", Timeout, Misuse,
        "asyncio.run(|| { try { await asyncio.wait_for(5, 1); } catch (e) { print(e.error); }
             try { await asyncio.wait_for(|| 1, \"x\"); } catch (e) { print(e.error); } });",
        &["Misuse", "Misuse"], "()"),
    row("Task", Timeout, OwnerDied,
        "asyncio.run(|| { let t = asyncio.create_task(|| { throw \"no\"; });
             try { await asyncio.wait_for(t, 60); } catch (e) { print(e); } });", &["no"], "()"),
    row("Task", Timeout, Stopped,
        "asyncio.run(|| { print(\"stop me\");
             await asyncio.wait_for(|| { loop { await asyncio.sleep(0.001); } }, 1000000000); });",
        &["stop me"], "interrupted"),

    // TaskGroup.
    row("TaskGroup", Plain, Success,
        "asyncio.run(|| { with asyncio.TaskGroup() as tg { let t = tg.create_task(|x| x + 1, 4); }
             print(t.result(), tg); });", &["5 TaskGroup(1 of 1 tasks done)"], "()"),
    row("TaskGroup", Plain, WaitThenSuccess,
        "asyncio.run(|| { with asyncio.TaskGroup() as tg {
             for i in 0..3 { tg.create_task(|| { await asyncio.sleep(0.01); print(i); }); } }
             print(\"done\"); });", &["0", "1", "2", "done"], "()"),
    row("TaskGroup", Plain, Misuse,
        "let kept = (); asyncio.run(|| { let tg = asyncio.TaskGroup();
             try { tg.create_task(|| 1); } catch (e) { print(e.message); }
             with tg { } try { tg.create_task(|| 1); } catch (e) { print(e.message); }
             try { with tg { } } catch (e) { print(e.message); } });
         with asyncio.TaskGroup() { }",
        &["create_task of a TaskGroup that has not been entered: its tasks are made in its block",
          "create_task of a TaskGroup that has ended: its tasks are made in its block",
          "a TaskGroup was entered a second time: a group is for one block"],
        "5:15 asyncio.TaskGroup outside of asyncio.run: only a task of an event loop can do that \
         / put it into a function and run that: `asyncio.run(main);`"),
    row("TaskGroup", Plain, OwnerDied,
        "asyncio.run(|| { with asyncio.TaskGroup() as tg {
             tg.create_task(|| { await asyncio.sleep(0); throw \"no\"; });
             tg.create_task(|| { try { await asyncio.sleep(60); } catch (e) { print(e.error); throw; } });
         } });",
        &["CancelledError"], "1:18 1 error in a TaskGroup: Task-2: no"),
    row("TaskGroup", Plain, Stopped,
        "asyncio.run(|| { with asyncio.TaskGroup() as tg { 
             tg.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); } });", &["stop me"], "interrupted"),

    // asyncio.Lock.
    row("AsyncLock", Plain, Success,
        "asyncio.run(|| { let l = asyncio.Lock(); print(await l.acquire(), l); l.release();
             with l { print(l.locked()); } print(l.locked()); });",
        &["true AsyncLock(held since line 1)", "true", "false"], "()"),
    row("AsyncLock", Plain, WaitThenSuccess,
        "asyncio.run(|| { let l = asyncio.Lock(); let n = 0;
             let work = || { for i in 0..10 { with l { let m = n; await asyncio.sleep(0); n = m + 1; } } };
             await asyncio.gather(work, work, work); print(n); });",
        &["30"], "()"),
    row("AsyncLock", Plain, Misuse,
        "let l = asyncio.Lock(); asyncio.run(|| { let c = l.acquire(); await c;
             try { await c; } catch (e) { print(e.message); } l.release(); });
         try { l.release(); } catch (e) { print(e.message); } with l { }",
        &["lock.acquire was awaited a second time: what a function of asyncio gives is awaited once",
          "release of an asyncio.Lock that nobody holds: a lock is released once for each acquire"],
        "3:68 await outside of asyncio.run: only a task of an event loop can do that \
         / put it into a function and run that: `asyncio.run(main);`"),
    row("AsyncLock", Plain, OwnerDied,
        "asyncio.run(|| { let l = asyncio.Lock(); await asyncio.create_task(|| await l.acquire());
             await l.acquire(); });", &[], "deadlock of main, Task-1"),
    row("AsyncLock", Plain, Stopped,
        "asyncio.run(|| { let l = asyncio.Lock(); await l.acquire(); asyncio.create_task(|| {
             loop { await asyncio.sleep(0.001); } }); print(\"stop me\"); await l.acquire(); });",
        &["stop me"], "interrupted"),
    row("AsyncLock", Try, Success, "print(asyncio.Lock().locked());", &["false"], "()"),
    row("AsyncLock", Try, OwnerDied,
        "asyncio.run(|| { let l = asyncio.Lock(); await asyncio.create_task(|| await l.acquire());
             print(l.locked()); });", &["true"], "()"),
    row("AsyncLock", Timeout, Success,
        "asyncio.run(|| { print(await asyncio.wait_for(asyncio.Lock().acquire(), 60)); });",
        &["true"], "()"),
    row("AsyncLock", Timeout, WaitThenSuccess,
        "asyncio.run(|| { let l = asyncio.Lock();
             let t = asyncio.create_task(|| { with l { await asyncio.sleep(0.01); } });
             await asyncio.sleep(0); print(await asyncio.wait_for(l.acquire(), 60)); });",
        &["true"], "()"),
    row("AsyncLock", Timeout, TimeIsOver,
        "asyncio.run(|| { let l = asyncio.Lock(); with l {
             try { await asyncio.wait_for(l.acquire(), 0.01); } catch (e) { print(e.error); } }
             print(l.locked()); });", &["TimeoutError", "false"], "()"),
    row("AsyncLock", Timeout, Misuse,
        "asyncio.run(|| { try { await asyncio.wait_for(asyncio.Lock(), 1); } catch (e) { print(e.error); } });",
        &["Misuse"], "()"),
    row("AsyncLock", Timeout, OwnerDied,
        "asyncio.run(|| { let l = asyncio.Lock(); await asyncio.create_task(|| await l.acquire());
             try { await asyncio.wait_for(l.acquire(), 0.01); } catch (e) { print(e.error); } });",
        &["TimeoutError"], "()"),
    row("AsyncLock", Timeout, Stopped,
        "asyncio.run(|| { let l = asyncio.Lock(); await l.acquire();
             asyncio.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); await asyncio.wait_for(l.acquire(), 1000000000); });", &["stop me"], "interrupted"),

    // asyncio.Queue.
    row("AsyncQueue", Plain, Success,
        "asyncio.run(|| { let q = asyncio.Queue(); await q.put(1); await q.put(2);
             print(q, await q.get(), await q.get(), q.empty()); });",
        &["AsyncQueue(0 items) 1 2 true"], "()"),
    row("AsyncQueue", Plain, WaitThenSuccess,
        "asyncio.run(|| { let q = asyncio.Queue(1);
             let sum = asyncio.create_task(|| { let sum = 0;
                 loop { let x = await q.get(); if x == () { return sum; } sum += x; } });
             for i in 0..100 { await q.put(i); } await q.put(()); print(await sum); });",
        &["4950"], "()"),
    row("AsyncQueue", Plain, Misuse,
        "let q = asyncio.Queue(); try { q.task_done(); } catch (e) { print(e.message); }
         await q.get();",
        &["task_done() called too many times: it is called once for each item that was taken with get()"],
        "2:10 await outside of asyncio.run: only a task of an event loop can do that \
         / put it into a function and run that: `asyncio.run(main);`"),
    row("AsyncQueue", Plain, OwnerDied,
        "asyncio.run(|| { let q = asyncio.Queue(); await asyncio.create_task(|| q.put_nowait(1));
             print(await q.get()); await q.get(); });", &["1"], "deadlock of main, Task-1"),
    row("AsyncQueue", Plain, Stopped,
        "asyncio.run(|| { let q = asyncio.Queue();
             asyncio.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); await q.get(); });", &["stop me"], "interrupted"),
    row("AsyncQueue", Try, Success,
        "let q = asyncio.Queue(1); q.put_nowait(1); print(q.full(), q.qsize(), q.get_nowait());
         try { q.get_nowait(); } catch (e) { print(e.error); }
         q.put_nowait(1); try { q.put_nowait(2); } catch (e) { print(e.error); }",
        &["true 1 1", "Empty", "Full"], "()"),
    row("AsyncQueue", Try, OwnerDied,
        "asyncio.run(|| { let q = asyncio.Queue(); await asyncio.create_task(|| q.put_nowait(1));
             print(q.get_nowait(), q.empty()); });", &["1 true"], "()"),
    row("AsyncQueue", Timeout, Success,
        "asyncio.run(|| { let q = asyncio.Queue(); q.put_nowait(1);
             print(await asyncio.wait_for(q.get(), 60)); });", &["1"], "()"),
    row("AsyncQueue", Timeout, WaitThenSuccess,
        "asyncio.run(|| { let q = asyncio.Queue();
             asyncio.create_task(|| { await asyncio.sleep(0.01); q.put_nowait(1); });
             print(await asyncio.wait_for(q.get(), 60)); });", &["1"], "()"),
    row("AsyncQueue", Timeout, TimeIsOver,
        "asyncio.run(|| { let q = asyncio.Queue();
             try { await asyncio.wait_for(q.get(), 0.01); } catch (e) { print(e.error); } });",
        &["TimeoutError"], "()"),
    row("AsyncQueue", Timeout, Misuse,
        "asyncio.run(|| { let q = asyncio.Queue();
             try { await asyncio.wait_for(q, 1); } catch (e) { print(e.error); } });",
        &["Misuse"], "()"),
    row("AsyncQueue", Timeout, OwnerDied,
        "asyncio.run(|| { let q = asyncio.Queue(); await asyncio.create_task(|| 1);
             try { await asyncio.wait_for(q.get(), 0.01); } catch (e) { print(e.error); } });",
        &["TimeoutError"], "()"),
    row("AsyncQueue", Timeout, Stopped,
        "asyncio.run(|| { let q = asyncio.Queue();
             asyncio.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); await asyncio.wait_for(q.get(), 1000000000); });", &["stop me"], "interrupted"),
];

#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere("run gives the value of its function or raises its error",
        "print(asyncio.run(|| 5), asyncio.run(|x, y| x + y, 1, 2), asyncio.run(asyncio.sleep(0, 4)));
         try { asyncio.run(|| { throw \"no\"; }); } catch (e) { print(e); }",
        &["5 3 4", "no"]),
    everywhere("a call that is handed over is a coroutine: its arguments are evaluated at once, its body runs as the task",
        "fn arg(x) { print(\"argument\", x); x }
         fn f(x) { print(\"begins\", x); await asyncio.sleep(0); print(\"ends\", x); x }
         fn main() {
             let t = asyncio.create_task(f(arg(1))); let x = 4;
             print(\"main\"); print(await t, await asyncio.gather(f(2), f(x)));
             print(await asyncio.gather([t, f(5)]), await asyncio.wait_for(f(6), 60));
             with asyncio.TaskGroup() as tg { tg.create_task(f(7)); let late = |x| f(x); tg.create_task(late(8)); }
             await asyncio.gather(asyncio.wait_for(f(9), 60), asyncio.create_task(f(x + 6))); ()
         }
         asyncio.run(main());",
        &["argument 1", "main", "begins 1", "ends 1",
          "begins 2", "begins 4", "ends 2", "ends 4", "1 [2, 4]", "begins 5", "ends 5", "begins 6", "ends 6", "[1, 5] 6",
          "begins 7", "begins 8", "ends 7", "ends 8", "begins 10", "ends 10", "begins 9", "ends 9"]),
    everywhere("a handed-over call that does not fit is refused where it stands",
        "fn f(x) { x }
         fn main() {
             try { await asyncio.gather(f(1),
                 f(2, 3)); } catch (e) { print(e.error, e.message, e.line); }
             try { await asyncio.to_thread(f(1)); } catch (e) { print(e.error, e.line); }
             let x = 5; try { asyncio.create_task(x(1)); } catch (e) { print(e.message); }
         }
         asyncio.run(main());",
        &["ErrorFunctionNotFound f takes 1 argument, but 2 were given 4", "Misuse 5", "expected a function, found i64"]),
    everywhere("tasks begin in the order in which they were made, when the one that made them awaits",
        "asyncio.run(|| { for i in 0..3 { asyncio.create_task(|| print(i)); } print(\"main\");
             await asyncio.sleep(0); print(\"end\"); });",
        &["main", "0", "1", "2", "end"]),
    everywhere("a sleep of no time lets the others go first",
        "fn say(name) { for i in 0..2 { print(name, i); await asyncio.sleep(0); } }
         asyncio.run(|| { await asyncio.gather(|| say(\"a\"), || say(\"b\")); () });",
        &["a 0", "b 0", "a 1", "b 1"]),
    everywhere("an await of what is done goes on at once",
        "asyncio.run(|| { let a = asyncio.create_task(|| 1); await asyncio.sleep(0);
             asyncio.create_task(|| print(\"other\")); await a; print(\"main\");
             await asyncio.sleep(0); });",
        &["main", "other"]),
    everywhere("gather gives the values in their order",
        "asyncio.run(|| { let t = asyncio.create_task(|| 2);
             print(await asyncio.gather(asyncio.sleep(0.01, 1), t, || 3, t));
             print(await asyncio.gather([t, t]), await asyncio.gather()); });",
        &["[1, 2, 3, 2]", "[2, 2] []"]),
    everywhere("gather raises the first error, and the others go on",
        "asyncio.run(|| { let t = asyncio.create_task(|| await asyncio.sleep(0.01, 5));
             try { await asyncio.gather(t, || { throw \"no\"; }); } catch (e) { print(e, t.done()); }
             print(await t); });",
        &["no false", "5"]),
    everywhere("gather can give errors as values",
        "asyncio.run(|| { print(await asyncio.gather(|| { throw \"no\"; }, || 1,
             #{return_exceptions: true})); });",
        &["[\"no\", 1]"]),
    everywhere("a cancelled task gets an error where it awaits, and can tidy up",
        "asyncio.run(|| { let l = asyncio.Lock();
             let t = asyncio.create_task(|| { with l { try { await asyncio.sleep(60); }
                 catch (e) { print(e.error); throw; } } });
             await asyncio.sleep(0); print(l.locked(), t.cancel(), t.done());
             try { await t; } catch (e) { print(e.error); } print(t.cancelled(), l.locked()); });",
        &["true true false", "CancelledError", "CancelledError", "true false"]),
    everywhere("a task that was cancelled before it began never runs",
        "asyncio.run(|| { let t = asyncio.create_task(|| print(\"never\")); t.cancel();
             print(t.done()); try { await t; } catch (e) { print(e.error); } print(t.cancelled()); });",
        &["false", "CancelledError", "true"]),
    everywhere("to cancel a task that has ended changes nothing",
        "asyncio.run(|| { let t = asyncio.create_task(|| 5); await t; print(t.cancel(), await t); });",
        &["false 5"]),
    everywhere("to cancel who awaits a task cancels that task",
        "asyncio.run(|| { let a = asyncio.create_task(|| await asyncio.sleep(60));
             let b = asyncio.create_task(|| await a); await asyncio.sleep(0); await asyncio.sleep(0);
             b.cancel(); try { await b; } catch (e) { print(e.error); }
             print(a.cancelled(), b.cancelled()); });",
        &["CancelledError", "true true"]),
    everywhere("a wait with a limit cancels what is late, and waits until it has ended",
        "fn slow() { try { await asyncio.sleep(60); } catch (e) { await asyncio.sleep(0.01); print(\"tidy\"); throw e; } }
         asyncio.run(|| { try { await asyncio.wait_for(slow, 0.01); } catch (e) { print(e.error); } });",
        &["tidy", "TimeoutError"]),
    everywhere("a group waits for its tasks",
        "asyncio.run(|| { with asyncio.TaskGroup() as tg {
             tg.create_task(|| { await asyncio.sleep(0.02); print(2); });
             tg.create_task(|| { await asyncio.sleep(0.001); print(1); }); print(0); } print(3); });",
        &["0", "1", "2", "3"]),
    everywhere("a task of a group that fails cancels the others and the block",
        "asyncio.run(|| { let other = (); try { with asyncio.TaskGroup() as tg {
             tg.create_task(|| { throw \"no\"; });
             other = tg.create_task(|| await asyncio.sleep(60));
             try { await asyncio.sleep(60); } catch (e) { print(\"block\", e.error); throw; }
         } } catch (e) { print(e.error, e.message); } print(other.cancelled()); });",
        &["block CancelledError", "ExceptionGroup 1 error in a TaskGroup: Task-2: no", "true"]),
    everywhere("the error of a block cancels the tasks of its group",
        "asyncio.run(|| { let other = (); try { with asyncio.TaskGroup() as tg {
             other = tg.create_task(|| await asyncio.sleep(60)); await asyncio.sleep(0);
             throw \"no\"; } } catch (e) { print(e); } print(other.cancelled()); });",
        &["no", "true"]),
    everywhere("a lock goes to those who wait in their order",
        "asyncio.run(|| { let l = asyncio.Lock(); let ts = [];
             for i in 0..3 { ts.push(asyncio.create_task(|| { with l { print(i); await asyncio.sleep(0); } })); }
             with l { await asyncio.sleep(0); } with l { print(\"main\"); } await asyncio.gather(ts); () });",
        &["0", "1", "2", "main"]),
    everywhere("a put waits for room, and items come in their order",
        "asyncio.run(|| { let q = asyncio.Queue(1); let t = asyncio.create_task(|| {
             for i in 0..3 { await q.put(i); print(\"put\", i); } });
             await asyncio.sleep(0.01); for i in 0..3 { print(\"got\", await q.get()); } await t; });",
        &["put 0", "got 0", "put 1", "got 1", "put 2", "got 2"]),
    everywhere("an item is not lost with a getter that is cancelled",
        "asyncio.run(|| { let q = asyncio.Queue(); let a = asyncio.create_task(|| await q.get());
             let b = asyncio.create_task(|| await q.get()); await asyncio.sleep(0);
             q.put_nowait(1); a.cancel(); print(await b, a.cancelled()); });",
        &["1 true"]),
    everywhere("a queue's join waits until every item was reported done",
        "asyncio.run(|| { let q = asyncio.Queue(); for i in 0..3 { q.put_nowait(i); }
             let t = asyncio.create_task(|| { loop { await q.get(); await asyncio.sleep(0); print(\"work\"); q.task_done(); } });
             await q.join(); print(\"all done\"); t.cancel(); () });",
        &["work", "work", "work", "all done"]),
    everywhere("a function in a thread runs beside the tasks",
        "asyncio.run(|| { let n = 0; let t = asyncio.create_task(|| { loop { n += 1; await asyncio.sleep(0.001); } });
             print(await asyncio.to_thread(|| { sleep(0.05); current_thread().name }), n > 1);
             try { await asyncio.to_thread(|| { throw \"no\"; }); } catch (e) { print(e); } });",
        &["asyncio_0 true", "no"]),
    everywhere("tasks that are left over at the end of run are cancelled",
        "asyncio.run(|| { asyncio.create_task(|| { try { await asyncio.sleep(60); }
             catch (e) { print(e.error); throw; } }); await asyncio.sleep(0); print(\"main ends\"); });",
        &["main ends", "CancelledError"]),
    everywhere("a task that does not await starves the others",
        "asyncio.run(|| { let ended = false;
             let busy = asyncio.create_task(|| { cpu_work(20); sleep(0.01); print(\"busy\"); ended = true; });
             let other = asyncio.create_task(|| print(\"other\", ended)); await asyncio.gather(busy, other); () });",
        &["busy", "other true"]),
    everywhere("the error of a task that nobody awaited is shown at the end",
        "asyncio.run(|| { asyncio.create_task(|| { throw \"no\"; }); await asyncio.sleep(0); print(\"main\"); });",
        &["main", "Exception in thread Task-1: Task exception was never retrieved: Task-2: no (line 1, column 43)"]),
    everywhere("what was never awaited is shown at the end",
        "asyncio.run(|| { asyncio.sleep(1); print(\"main\"); });",
        &["main", "Exception in thread Task-1: asyncio.sleep was never awaited: write `await asyncio.sleep(...)` (line 1, column 26)"]),
    everywhere("a task's result is refused before it has ended",
        "asyncio.run(|| { let t = asyncio.create_task(|| 5); try { t.result(); } catch (e) { print(e.error); }
             try { t.exception(); } catch (e) { print(e.error); } await t; () });",
        &["Misuse", "Misuse"]),
    everywhere("tasks are counted in their names, and are none of the threads",
        "asyncio.run(|| { let t = asyncio.create_task(|| current_thread().name);
             print(asyncio.current_task().name, t.name, await t, active_count(), threads().len()); });
         asyncio.run(|| print(asyncio.current_task().name));",
        &["Task-1 Task-2 Task-2 1 1", "Task-1"]),
];

/// Wrong use: the text, a part of the message, and a part of the advice.
const MISUSES: &[(&str, &str, &str)] = &[
    (
        "await asyncio.sleep(1);",
        "await outside of asyncio.run",
        "asyncio.run(main)",
    ),
    (
        "asyncio.create_task(|| 1);",
        "asyncio.create_task outside of",
        "asyncio.run(main)",
    ),
    (
        "asyncio.gather(|| 1);",
        "asyncio.gather outside of",
        "asyncio.run(main)",
    ),
    (
        "let f = 5; asyncio.run(f);",
        "asyncio.run(...) was given 5",
        "without brackets",
    ),
    (
        "asyncio.run(print(\"\"));",
        "what a call of a function without a value",
        "without brackets",
    ),
    (
        "asyncio.run(|| asyncio.run(|| 1));",
        "asyncio.run was called in a task",
        "await asyncio.create_task",
    ),
    (
        "fn f() { } asyncio.run(|| await f);",
        "await was given a function",
        "`await f()`",
    ),
    (
        "asyncio.run(|| await spawn(|| 1));",
        "await was given a Thread",
        "asyncio.to_thread",
    ),
    (
        "asyncio.run(|| await Lock());",
        "await was given a Lock",
        "asyncio.to_thread",
    ),
    (
        "asyncio.run(|| asyncio.create_task(5));",
        "asyncio.create_task(...) was given 5",
        "without brackets",
    ),
    (
        "asyncio.run(|| asyncio.gather(5));",
        "asyncio.gather(...) was given 5",
        "without brackets",
    ),
    (
        "asyncio.run(|| { let t = asyncio.create_task(|| 1); asyncio.create_task(t); });",
        "asyncio.create_task was given a task",
        "await task",
    ),
    ("asyncio.Thread(|| 1);", "asyncio.Thread", ""),
    (
        "asyncio.run(|| asyncio.gather(|| 1, #{x: 1}));",
        "option x: 1",
        "return_exceptions",
    ),
];

#[test]
fn wrong_use_is_answered_with_what_to_do() {
    let mut broken = Vec::new();
    for (text, message, advice) in MISUSES {
        let ended = run(Mode::Seeded(1), text);
        let outcome = &ended.outcomes[0];
        if !outcome.contains(message) || !outcome.contains(advice) {
            broken.push(format!("{text}: {outcome}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn tasks_that_wait_for_each_other_are_a_deadlock() {
    for mode in MODES {
        let text = "let a = (); let b = ();
            fn wait_for_b() { await b; } fn wait_for_a() { await a; }
            fn main() { a = asyncio.create_task(wait_for_b); b = asyncio.create_task(wait_for_a);
                await asyncio.gather(a, b); }
            asyncio.run(main);";
        let ended = run(mode, text);
        assert_eq!(
            ended.outcomes,
            ["deadlock of main, Task-1, Task-2, Task-3"],
            "{mode:?}"
        );
        // A lock of threads that a task waits for is one as well: its turn is kept.
        let text = "fn main() { let lock = Lock(); lock.acquire();
                let t = asyncio.create_task(|| 1); lock.acquire(); } asyncio.run(main);";
        assert_eq!(
            run(mode, text).outcomes,
            ["deadlock of main, Task-1"],
            "{mode:?}"
        );
    }
}

/// What a starving task looks like in the log: nothing of another task stands between its lines.
#[test]
fn the_event_log_shows_who_keeps_the_turn() {
    for mode in MODES {
        let text = "asyncio.run(|| { let polite = || { for i in 0..3 { print(i); await asyncio.sleep(0); } };
                let busy = || { for i in 0..3 { print(i); cpu_work(2); } };
                await asyncio.gather(polite, busy, polite); });";
        let ended = run(mode, text);
        let names = ended.events.iter().filter_map(|event| match &event.kind {
            Kind::Print { .. } => Some(event.thread.name.to_string()),
            _ => None,
        });
        let names: Vec<String> = names.collect();
        let expected = [2, 3, 3, 3, 4, 2, 4, 2, 4].map(|number| format!("Task-{number}"));
        assert_eq!(names, expected, "{mode:?}");
    }
}

#[test]
fn a_thousand_tasks_of_a_millisecond_lose_nothing() {
    for mode in MODES {
        let text = "let n = 0; fn work() { await asyncio.sleep(0.001); n += 1; }
            fn main() { let ts = []; for i in 0..1000 { ts.push(asyncio.create_task(work)); }
                await asyncio.gather(ts); print(n); } asyncio.run(main);";
        assert_eq!(run(mode, text).lines(), ["1000"], "{mode:?}");
    }
}
