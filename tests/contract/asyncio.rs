//! Tasks that take turns, and what they await.
//!
//! Promised, as in Python's reference:
//! - run gives the value of its function or raises its error;
//! - a call that is handed over is a coroutine: its arguments are evaluated at once, its body
//!   runs as the task;
//! - a handed-over call that does not fit is refused where it stands;
//! - tasks begin in the order in which they were made, when the one that made them awaits;
//! - a sleep of no time lets the others go first;
//! - an await of what is done goes on at once;
//! - gather gives the values in their order;
//! - gather raises the error that comes first in time, and the others go on;
//! - gather can give errors as values;
//! - a gather can be cancelled, and says whether it is done;
//! - a gather whose tasks have all ended need not be awaited;
//! - a cancelled task gets an error where it awaits, and can tidy up;
//! - a task that was cancelled before it began never runs;
//! - to cancel a task that has ended changes nothing;
//! - a task that cancels itself and awaits nothing more is cancelled;
//! - to cancel who awaits a task cancels that task;
//! - a wait with a limit cancels what is late, and waits until it has ended;
//! - a wait with no time left cancels what has not begun, and one without a limit waits;
//! - a time limit cancels its block, which ends with a TimeoutError;
//! - of two time limits the one that is over first ends its own block;
//! - tasks are given in the order in which they end;
//! - a wait for several tasks ends with the first, the first error, the last, or the time;
//! - a shielded task goes on when whoever awaits it is cancelled;
//! - who else awaits a shield is cancelled with one who does;
//! - a group waits for its tasks;
//! - a task of a group that fails cancels the others and the block;
//! - the error of a block cancels the tasks of its group;
//! - tasks of a group that fail at once have all run;
//! - a group tells of the errors of its tasks and of its block, each with its line;
//! - a semaphore lets in as many as it has permits, in their order;
//! - an event that is set lets all go on that wait, also when it is cleared at once;
//! - a condition tells one of those who wait, and that one has the lock again;
//! - a task that is cancelled while it waits for a condition has the lock again;
//! - a lock goes to those who wait in their order;
//! - a put waits for room, and items come in their order;
//! - a queue can give its smallest or its newest item first;
//! - an item is not lost with a getter that is cancelled;
//! - a queue's join waits until every item was reported done;
//! - a function in a thread runs beside the tasks;
//! - no two threads of a loop have one name at a time;
//! - what is ready at the end of run takes one more step;
//! - a task has callbacks, which are called when it has ended;
//! - a task can be given a name;
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
        &["TypeError", "TypeError"], "()"),
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

    // Gather.
    row("Gather", Plain, Success,
        "asyncio.run(|| { let g = asyncio.gather(|| 1, || 2); print(g, await g, await g); });",
        &["Gather(2 tasks) [1, 2] [1, 2]"], "()"),
    row("Gather", Plain, WaitThenSuccess,
        "asyncio.run(|| { print(await asyncio.gather(asyncio.sleep(0.02, 1), asyncio.sleep(0.01, 2))); });",
        &["[1, 2]"], "()"),
    row("Gather", Plain, Misuse,
        "asyncio.run(|| { let t = asyncio.create_task(|| 1); await [t]; });", &[],
        "1:53 await was given an array of tasks: one thing is awaited at a time \
         / write `await asyncio.gather(tasks)`: it waits for all, and gives their values"),
    row("Gather", Plain, OwnerDied,
        "asyncio.run(|| { let t = asyncio.create_task(|| await asyncio.sleep(60)); await asyncio.sleep(0);
             t.cancel(); try { await asyncio.gather(t, || 1); } catch (e) { print(e.error); } });",
        &["CancelledError"], "()"),
    row("Gather", Plain, Stopped,
        "asyncio.run(|| { print(\"stop me\");
             await asyncio.gather(|| { loop { await asyncio.sleep(0.001); } }); });", &["stop me"], "interrupted"),
    row("Gather", Try, Success,
        "asyncio.run(|| { let g = asyncio.gather(|| 1); print(g.done()); await g; print(g.done(), g.cancel()); });",
        &["false", "true false"], "()"),
    row("Gather", Try, OwnerDied,
        "asyncio.run(|| { let g = asyncio.gather(|| { throw \"no\"; }, || await asyncio.sleep(60));
             for i in 0..3 { await asyncio.sleep(0); } print(g.done()); try { await g; } catch (e) { print(e); } });",
        &["true", "no"], "()"),
    row("Gather", Timeout, Success,
        "asyncio.run(|| { print(await asyncio.wait_for(asyncio.gather(|| 1), 60)); });", &["[1]"], "()"),
    row("Gather", Timeout, WaitThenSuccess,
        "asyncio.run(|| { print(await asyncio.wait_for(asyncio.gather(asyncio.sleep(0.01, 1)), 60)); });",
        &["[1]"], "()"),
    row("Gather", Timeout, TimeIsOver,
        "asyncio.run(|| { let t = asyncio.create_task(|| await asyncio.sleep(60));
             try { await asyncio.wait_for(asyncio.gather(t), 0.01); } catch (e) { print(e.error, t.cancelled()); } });",
        &["TimeoutError true"], "()"),
    row("Gather", Timeout, Misuse,
        "asyncio.run(|| { try { asyncio.gather(5); } catch (e) { print(e.error); } });", &["TypeError"], "()"),
    row("Gather", Timeout, OwnerDied,
        "asyncio.run(|| { let g = asyncio.gather(|| { throw \"no\"; });
             try { await asyncio.wait_for(g, 60); } catch (e) { print(e); } });", &["no"], "()"),
    row("Gather", Timeout, Stopped,
        "asyncio.run(|| { print(\"stop me\"); let g = asyncio.gather(|| { loop { await asyncio.sleep(0.001); } });
             await asyncio.wait_for(g, 1000000000); });", &["stop me"], "interrupted"),

    // asyncio.timeout.
    row("AsyncTimeout", Plain, Success,
        "asyncio.run(|| { with asyncio.timeout(60) as t { print(t); } });", &["AsyncTimeout"], "()"),
    row("AsyncTimeout", Plain, WaitThenSuccess,
        "asyncio.run(|| { with asyncio.timeout(60) { print(await asyncio.sleep(0.01, 5)); }
             with asyncio.timeout(()) { print(await asyncio.sleep(0.01, 6)); } });", &["5", "6"], "()"),
    row("AsyncTimeout", Plain, Misuse,
        "asyncio.run(|| { let t = asyncio.timeout(1); with t { }
             try { with t { } } catch (e) { print(e.message); }
             try { asyncio.timeout(\"x\"); } catch (e) { print(e.message); } });
         with asyncio.timeout(1) { }",
        &["an asyncio.timeout was entered a second time: a time limit is for one block",
          "asyncio.timeout takes a number of seconds, or () for no limit, but was given string: \
           it is called as asyncio.timeout(limit)"],
        "4:15 asyncio.timeout outside of asyncio.run: only a task of an event loop can do that \
         / put it into a function and run that: `asyncio.run(main);`"),
    row("AsyncTimeout", Plain, OwnerDied,
        "asyncio.run(|| { with asyncio.timeout(60) { await asyncio.sleep(0); throw \"no\"; } });", &[],
        "1:69 no"),
    row("AsyncTimeout", Plain, Stopped,
        "asyncio.run(|| { with asyncio.timeout(1000000000) { print(\"stop me\");
             loop { await asyncio.sleep(0.001); } } });", &["stop me"], "interrupted"),
    row("AsyncTimeout", Try, Success,
        "asyncio.run(|| { let t = asyncio.timeout(0.01); print(t.expired());
             try { with t { await asyncio.sleep(60); } } catch (e) { print(e.error, t, t.expired()); } });",
        &["false", "TimeoutError AsyncTimeout(expired) true"], "()"),
    row("AsyncTimeout", Try, OwnerDied,
        "asyncio.run(|| { let t = asyncio.timeout(60);
             await asyncio.create_task(|| { with t { await asyncio.sleep(0); } }); print(t.expired()); });",
        &["false"], "()"),

    // asyncio.Event.
    row("AsyncEvent", Plain, Success,
        "asyncio.run(|| { let e = asyncio.Event(); e.set(); print(await e.wait(), e); e.clear(); print(e); });",
        &["true AsyncEvent(set)", "AsyncEvent(not set)"], "()"),
    row("AsyncEvent", Plain, WaitThenSuccess,
        "asyncio.run(|| { let e = asyncio.Event(); asyncio.create_task(|| e.set()); print(await e.wait()); });",
        &["true"], "()"),
    row("AsyncEvent", Plain, Misuse,
        "let e = asyncio.Event(); asyncio.run(|| { e.set(); let w = e.wait(); await w;
             try { await w; } catch (e) { print(e.message); } });
         await e.wait();",
        &["event.wait was awaited a second time: what a function of asyncio gives is awaited once"],
        "3:10 await outside of asyncio.run: only a task of an event loop can do that \
         / put it into a function and run that: `asyncio.run(main);`"),
    row("AsyncEvent", Plain, OwnerDied,
        "asyncio.run(|| { let e = asyncio.Event(); await asyncio.create_task(|| 1); await e.wait(); });",
        &[], "deadlock of main, Task-1"),
    row("AsyncEvent", Plain, Stopped,
        "asyncio.run(|| { let e = asyncio.Event();
             asyncio.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); await e.wait(); });", &["stop me"], "interrupted"),
    row("AsyncEvent", Try, Success, "print(asyncio.Event().is_set());", &["false"], "()"),
    row("AsyncEvent", Try, OwnerDied,
        "asyncio.run(|| { let e = asyncio.Event(); await asyncio.create_task(|| e.set()); print(e.is_set()); });",
        &["true"], "()"),
    row("AsyncEvent", Timeout, Success,
        "asyncio.run(|| { let e = asyncio.Event(); e.set(); print(await asyncio.wait_for(e.wait(), 60)); });",
        &["true"], "()"),
    row("AsyncEvent", Timeout, WaitThenSuccess,
        "asyncio.run(|| { let e = asyncio.Event(); asyncio.create_task(|| { await asyncio.sleep(0.01); e.set(); });
             print(await asyncio.wait_for(e.wait(), 60)); });", &["true"], "()"),
    row("AsyncEvent", Timeout, TimeIsOver,
        "asyncio.run(|| { let e = asyncio.Event();
             try { await asyncio.wait_for(e.wait(), 0.01); } catch (e) { print(e.error); } });",
        &["TimeoutError"], "()"),
    row("AsyncEvent", Timeout, Misuse,
        "asyncio.run(|| { try { await asyncio.wait_for(asyncio.Event(), 1); } catch (e) { print(e.error); } });",
        &["TypeError"], "()"),
    row("AsyncEvent", Timeout, OwnerDied,
        "asyncio.run(|| { let e = asyncio.Event(); await asyncio.create_task(|| 1);
             try { await asyncio.wait_for(e.wait(), 0.01); } catch (e) { print(e.error); } });",
        &["TimeoutError"], "()"),
    row("AsyncEvent", Timeout, Stopped,
        "asyncio.run(|| { let e = asyncio.Event();
             asyncio.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); await asyncio.wait_for(e.wait(), 1000000000); });", &["stop me"], "interrupted"),

    // asyncio.Semaphore, asyncio.BoundedSemaphore.
    row("AsyncSemaphore", Plain, Success,
        "asyncio.run(|| { let s = asyncio.Semaphore(2); print(await s.acquire(), s); s.release();
             with s { with s { print(s, s.locked()); } } print(s, s.locked()); });",
        &["true AsyncSemaphore(1 free)", "AsyncSemaphore(0 free) true", "AsyncSemaphore(2 free) false"], "()"),
    row("AsyncSemaphore", Plain, WaitThenSuccess,
        "asyncio.run(|| { let s = asyncio.Semaphore(); let n = 0;
             let work = || { for i in 0..10 { with s { let m = n; await asyncio.sleep(0); n = m + 1; } } };
             await asyncio.gather(work, work, work); print(n); });", &["30"], "()"),
    row("AsyncSemaphore", Plain, Misuse,
        "try { asyncio.Semaphore(-1); } catch (e) { print(e.message); }
         asyncio.Semaphore(0).release();
         try { asyncio.BoundedSemaphore(1).release(); } catch (e) { print(e.message); }
         with asyncio.Semaphore(1) { }",
        &["asyncio.Semaphore(-1): the number is how many may acquire it at once: 0 or more",
          "release of an asyncio.BoundedSemaphore that nobody has acquired: it is released once for each acquire"],
        "4:15 await outside of asyncio.run: only a task of an event loop can do that \
         / put it into a function and run that: `asyncio.run(main);`"),
    row("AsyncSemaphore", Plain, OwnerDied,
        "asyncio.run(|| { let s = asyncio.Semaphore(1); await asyncio.create_task(|| await s.acquire());
             await s.acquire(); });", &[], "deadlock of main, Task-1"),
    row("AsyncSemaphore", Plain, Stopped,
        "asyncio.run(|| { let s = asyncio.Semaphore(0); asyncio.create_task(|| {
             loop { await asyncio.sleep(0.001); } }); print(\"stop me\"); await s.acquire(); });",
        &["stop me"], "interrupted"),
    row("AsyncSemaphore", Try, Success,
        "print(asyncio.Semaphore(1).locked(), asyncio.BoundedSemaphore(0).locked());", &["false true"], "()"),
    row("AsyncSemaphore", Try, OwnerDied,
        "asyncio.run(|| { let s = asyncio.Semaphore(1); await asyncio.create_task(|| await s.acquire());
             print(s.locked()); });", &["true"], "()"),
    row("AsyncSemaphore", Timeout, Success,
        "asyncio.run(|| { print(await asyncio.wait_for(asyncio.Semaphore(1).acquire(), 60)); });",
        &["true"], "()"),
    row("AsyncSemaphore", Timeout, WaitThenSuccess,
        "asyncio.run(|| { let s = asyncio.Semaphore(1);
             let t = asyncio.create_task(|| { with s { await asyncio.sleep(0.01); } });
             await asyncio.sleep(0); print(await asyncio.wait_for(s.acquire(), 60)); });",
        &["true"], "()"),
    row("AsyncSemaphore", Timeout, TimeIsOver,
        "asyncio.run(|| { let s = asyncio.Semaphore(0);
             try { await asyncio.wait_for(s.acquire(), 0.01); } catch (e) { print(e.error); }
             s.release(); print(await s.acquire()); });", &["TimeoutError", "true"], "()"),
    row("AsyncSemaphore", Timeout, Misuse,
        "asyncio.run(|| { try { await asyncio.wait_for(asyncio.Semaphore(), 1); } catch (e) { print(e.error); } });",
        &["TypeError"], "()"),
    row("AsyncSemaphore", Timeout, OwnerDied,
        "asyncio.run(|| { let s = asyncio.Semaphore(1); await asyncio.create_task(|| await s.acquire());
             try { await asyncio.wait_for(s.acquire(), 0.01); } catch (e) { print(e.error); } });",
        &["TimeoutError"], "()"),
    row("AsyncSemaphore", Timeout, Stopped,
        "asyncio.run(|| { let s = asyncio.Semaphore(0);
             asyncio.create_task(|| { loop { await asyncio.sleep(0.001); } });
             print(\"stop me\"); await asyncio.wait_for(s.acquire(), 1000000000); });", &["stop me"], "interrupted"),

    // asyncio.Condition.
    row("AsyncCondition", Plain, Success,
        "asyncio.run(|| { let c = asyncio.Condition(); with c { print(c.locked(), await c.wait_for(|| 5)); }
             let l = asyncio.Lock(); let c = asyncio.Condition(l);
             print(await c.acquire(), l.locked(), c); c.release(); });",
        &["true 5", "true true AsyncCondition(held since line 3)"], "()"),
    row("AsyncCondition", Plain, WaitThenSuccess,
        "asyncio.run(|| { let c = asyncio.Condition(); let n = 0;
             asyncio.create_task(|| { for i in 0..3 { with c { n += 1; c.notify(); } await asyncio.sleep(0); } });
             with c { print(await c.wait_for(|| n == 3), n, c.locked()); } });", &["true 3 true"], "()"),
    row("AsyncCondition", Plain, Misuse,
        "asyncio.run(|| { let c = asyncio.Condition();
             try { c.notify(); } catch (e) { print(e.message); }
             try { c.notify_all(); } catch (e) { print(e.error); }
             try { c.release(); } catch (e) { print(e.error); }
             try { asyncio.Condition(5); } catch (e) { print(e.message); } await c.wait(); });",
        &["notify of an asyncio.Condition whose lock is free: only a task that holds the lock waits for a \
           change or tells of one", "RuntimeError", "RuntimeError", "expected an asyncio.Lock, found i64"],
        "5:76 wait of an asyncio.Condition whose lock is free: only a task that holds the lock waits for a \
         change or tells of one / write `with condition { ... }` around it"),
    row("AsyncCondition", Plain, OwnerDied,
        "asyncio.run(|| { let c = asyncio.Condition(); await asyncio.create_task(|| await c.acquire());
             with c { } });", &[], "deadlock of main, Task-1"),
    row("AsyncCondition", Plain, Stopped,
        "asyncio.run(|| { let c = asyncio.Condition(); asyncio.create_task(|| {
             loop { await asyncio.sleep(0.001); } }); print(\"stop me\"); with c { await c.wait(); } });",
        &["stop me"], "interrupted"),
    row("AsyncCondition", Try, Success, "print(asyncio.Condition().locked());", &["false"], "()"),
    row("AsyncCondition", Try, OwnerDied,
        "asyncio.run(|| { let c = asyncio.Condition(); await asyncio.create_task(|| await c.acquire());
             print(c.locked()); });", &["true"], "()"),
    row("AsyncCondition", Timeout, Success,
        "asyncio.run(|| { let c = asyncio.Condition(); print(await asyncio.wait_for(c.acquire(), 60)); });",
        &["true"], "()"),
    row("AsyncCondition", Timeout, WaitThenSuccess,
        "asyncio.run(|| { let c = asyncio.Condition();
             asyncio.create_task(|| { await asyncio.sleep(0.01); with c { c.notify_all(); } });
             with c { with asyncio.timeout(60) { print(await c.wait()); } } });", &["true"], "()"),
    row("AsyncCondition", Timeout, TimeIsOver,
        "asyncio.run(|| { let c = asyncio.Condition(); with c {
             try { with asyncio.timeout(0.01) { await c.wait(); } } catch (e) { print(e.error, c.locked()); } }
             print(c.locked()); });", &["TimeoutError true", "false"], "()"),
    row("AsyncCondition", Timeout, Misuse,
        "asyncio.run(|| { try { await asyncio.wait_for(asyncio.Condition(), 1); } catch (e) { print(e.error); } });",
        &["TypeError"], "()"),
    row("AsyncCondition", Timeout, OwnerDied,
        "asyncio.run(|| { let c = asyncio.Condition(); await asyncio.create_task(|| await c.acquire());
             try { with asyncio.timeout(0.01) { with c { } } } catch (e) { print(e.error); } });",
        &["TimeoutError"], "()"),
    row("AsyncCondition", Timeout, Stopped,
        "asyncio.run(|| { let c = asyncio.Condition(); asyncio.create_task(|| {
             loop { await asyncio.sleep(0.001); } }); print(\"stop me\");
             with c { with asyncio.timeout(1000000000) { await c.wait(); } } });", &["stop me"], "interrupted"),

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
        &["TypeError"], "()"),
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
        &["true 1 1", "QueueEmpty", "QueueFull"], "()"),
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
        &["TypeError"], "()"),
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
             for next in asyncio.as_completed([f(11), f(12)]) { print(await next, await asyncio.shield(f(13))); }
             with asyncio.TaskGroup() as tg { tg.create_task(f(7)); let late = |x| f(x); tg.create_task(late(8)); }
             await asyncio.gather(asyncio.wait_for(f(9), 60), asyncio.create_task(f(x + 6))); ()
         }
         asyncio.run(main());",
        &["argument 1", "main", "begins 1", "ends 1",
          "begins 2", "begins 4", "ends 2", "ends 4", "1 [2, 4]", "begins 5", "ends 5", "begins 6", "ends 6", "[1, 5] 6",
          "begins 11", "begins 12", "ends 11", "ends 12", "begins 13", "ends 13", "11 13", "begins 13", "ends 13", "12 13",
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
        &["ErrorFunctionNotFound f takes 1 argument, but 2 were given 4", "TypeError 5", "expected a function, found i64"]),
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
    everywhere("gather raises the error that comes first in time, and the others go on",
        "asyncio.run(|| { let t = asyncio.create_task(|| await asyncio.sleep(0.01, 5));
             try { await asyncio.gather(t, || { throw \"no\"; }); } catch (e) { print(e, t.done()); }
             print(await t);
             let g = asyncio.gather(|| { await asyncio.sleep(0); throw \"late\"; }, || { throw \"first\"; });
             await asyncio.sleep(0.01); try { await g; } catch (e) { print(e); } });",
        &["no false", "5", "first"]),
    everywhere("gather can give errors as values",
        "asyncio.run(|| { print(await asyncio.gather(|| { throw \"no\"; }, || 1,
             #{return_exceptions: true})); });",
        &["[\"no\", 1]"]),
    everywhere("a gather can be cancelled, and says whether it is done",
        "asyncio.run(|| { let g = asyncio.gather(|| await asyncio.sleep(60), || 1); await asyncio.sleep(0);
             print(g.done(), g.cancel(), g.done()); try { await g; } catch (e) { print(e.error, g.done(), g.cancel()); } });",
        &["false true false", "CancelledError true false"]),
    everywhere("a gather whose tasks have all ended need not be awaited",
        "asyncio.run(|| { let g = asyncio.gather(|| print(1), || print(2)); await asyncio.sleep(0.01); });
         asyncio.run(|| { asyncio.gather(|| await asyncio.sleep(60)); () });",
        &["1", "2", "warning: in Task-1: asyncio.gather was never awaited: write `await asyncio.gather(...)` (line 2, column 35)"]),
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
    everywhere("a task that cancels itself and awaits nothing more is cancelled",
        "asyncio.run(|| { let t = asyncio.create_task(|| { asyncio.current_task().cancel(); print(\"on\"); 5 });
             try { await t; } catch (e) { print(e.error, t.cancelled()); } });",
        &["on", "CancelledError true"]),
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
    everywhere("a wait with no time left cancels what has not begun, and one without a limit waits",
        "asyncio.run(|| { let done = asyncio.create_task(|| 1); await asyncio.sleep(0);
             try { await asyncio.wait_for(|| print(\"never\"), 0); } catch (e) { print(e.error); }
             try { await asyncio.wait_for(asyncio.Queue().get(), 0); } catch (e) { print(e.error); }
             print(await asyncio.wait_for(done, 0), await asyncio.wait_for(asyncio.sleep(0.01, 2), ())); });",
        &["TimeoutError", "TimeoutError", "1 2"]),
    everywhere("a time limit cancels its block, which ends with a TimeoutError",
        "asyncio.run(|| { try { with asyncio.timeout(0.01) {
                 try { await asyncio.sleep(60); } catch (e) { print(e.error); throw; } } }
             catch (e) { print(e.error, e.message); }
             let t = asyncio.timeout(0.01); with t { try { await asyncio.sleep(60); } catch (e) { } }
             print(t.expired()); await asyncio.sleep(0); print(\"on\"); });",
        &["CancelledError", "TimeoutError the block of asyncio.timeout took longer than 0.01 s", "true", "on"]),
    everywhere("of two time limits the one that is over first ends its own block",
        "asyncio.run(|| { with asyncio.timeout(60) {
             try { with asyncio.timeout(0.01) { await asyncio.sleep(60); } } catch (e) { print(\"inner\", e.error); } }
             try { with asyncio.timeout(0.01) { with asyncio.timeout(60) { await asyncio.sleep(60); } } }
             catch (e) { print(\"outer\", e.error); } });",
        &["inner TimeoutError", "outer TimeoutError"]),
    everywhere("tasks are given in the order in which they end",
        "fn late(n, t) { await asyncio.sleep(t); n }
         asyncio.run(|| { let given = [];
             for next in asyncio.as_completed([|| late(3, 0.2), || late(1, 0), || late(2, 0.1)]) { given.push(await next); }
             print(given);
             let two = asyncio.as_completed([|| late(1, 0), || late(2, 60)], 0.05);
             print(await two[0]); try { await two[1]; } catch (e) { print(e.error); } });",
        &["[1, 2, 3]", "1", "TimeoutError"]),
    everywhere("a wait for several tasks ends with the first, the first error, the last, or the time",
        "fn late(n, t) { await asyncio.sleep(t); if n == () { throw \"no\"; } n }
         asyncio.run(|| { let ts = [asyncio.create_task(late, 1, 0), asyncio.create_task(late, (), 0.1), asyncio.create_task(late, 2, 0.2)];
             for when in [FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED] {
                 let sets = await asyncio.wait(ts, #{return_when: when}); print(sets.done.len, sets.pending.len); }
             let sets = await asyncio.wait([asyncio.create_task(late, 1, 60)], #{timeout: 0.01});
             print(sets.pending[0].done(), ts[1].exception()); });",
        &["1 2", "2 1", "3 0", "false no"]),
    everywhere("a shielded task goes on when whoever awaits it is cancelled",
        "asyncio.run(|| { let t = asyncio.create_task(|| { await asyncio.sleep(0.02); print(\"saved\"); 5 });
             let o = asyncio.create_task(|| await asyncio.shield(t)); await asyncio.sleep(0); await asyncio.sleep(0);
             o.cancel(); try { await o; } catch (e) { print(e.error, t.done()); }
             print(await asyncio.shield(t), await asyncio.shield(|| 6)); });",
        &["CancelledError false", "saved", "5 6"]),
    everywhere("who else awaits a shield is cancelled with one who does",
        "asyncio.run(|| { let t = asyncio.create_task(|| { await asyncio.sleep(0.01); 1 });
             let s = asyncio.shield(t); let a = asyncio.create_task(|| { await s; });
             let b = asyncio.create_task(|| { try { await s; } catch (e) { print(e.class); } });
             await asyncio.sleep(0); await asyncio.sleep(0); a.cancel(); await b; print(await t); });",
        &["asyncio.CancelledError", "1"]),
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
             throw \"no\"; } } catch (e) { print(e.message); } print(other.cancelled()); });",
        &["1 error in a TaskGroup: the block: no", "true"]),
    everywhere("tasks of a group that fail at once have all run",
        "fn fail(n) { print(\"run\", n); throw #{error: \"ValueError\", message: n}; }
         asyncio.run(|| { try { with asyncio.TaskGroup() as tg {
             for n in [\"a\", \"b\", \"c\"] { tg.create_task(fail, n); }
             tg.create_task(|| { try { await asyncio.sleep(60); } catch (e) { print(e.error); throw; } }); } }
             catch (e) { print(e.message); } });",
        &["run a", "run b", "run c", "CancelledError",
          "3 errors in a TaskGroup: Task-2: ValueError: a; Task-3: ValueError: b; Task-4: ValueError: c"]),
    everywhere("a group tells of the errors of its tasks and of its block, each with its line",
        "fn late() { try { await asyncio.sleep(60); } catch (e) { throw \"late\"; } }
         asyncio.run(|| { try { with asyncio.TaskGroup() as tg { tg.create_task(late);
             await asyncio.sleep(0);
             throw #{error: \"KeyError\", message: \"block\"}; } }
             catch (e) { for x in e.exceptions { print(x.error, x.message, x.line); } } });",
        &["ErrorRuntime late 1", "KeyError block 4"]),
    everywhere("a semaphore lets in as many as it has permits, in their order",
        "asyncio.run(|| { let s = asyncio.Semaphore(2); let ts = [];
             for i in 0..4 { ts.push(asyncio.create_task(|| { with s { print(i); await asyncio.sleep(0); } })); }
             await asyncio.sleep(0); print(\"main\", s.locked()); await asyncio.gather(ts); print(s); });",
        &["0", "1", "main true", "2", "3", "AsyncSemaphore(2 free)"]),
    everywhere("an event that is set lets all go on that wait, also when it is cleared at once",
        "asyncio.run(|| { let e = asyncio.Event(); let ts = [];
             for i in 0..3 { ts.push(asyncio.create_task(|| { await e.wait(); print(i); })); }
             await asyncio.sleep(0); ts[1].cancel(); e.set(); e.clear();
             await asyncio.gather(ts, #{return_exceptions: true}); print(e.is_set()); });",
        &["0", "2", "false"]),
    everywhere("a condition tells one of those who wait, and that one has the lock again",
        "asyncio.run(|| { let c = asyncio.Condition(); let ts = [];
             for i in 0..2 { ts.push(asyncio.create_task(|| { with c { await c.wait(); print(i, c.locked()); } })); }
             await asyncio.sleep(0);
             with c { c.notify(); await asyncio.sleep(0); print(\"still mine\"); }
             await asyncio.sleep(0.01); print(\"then\"); with c { c.notify_all(); } await asyncio.gather(ts); () });",
        &["still mine", "0 true", "then", "1 true"]),
    everywhere("a task that is cancelled while it waits for a condition has the lock again",
        "asyncio.run(|| { let c = asyncio.Condition();
             let t = asyncio.create_task(|| { with c { try { await c.wait(); }
                 catch (e) { print(e.error, c.locked()); throw; } } });
             await asyncio.sleep(0); t.cancel(); try { await t; } catch (e) { print(c.locked(), t.cancelled()); } });",
        &["CancelledError true", "false true"]),
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
    everywhere("a queue can give its smallest or its newest item first",
        "asyncio.run(|| { let p = asyncio.PriorityQueue(2); let l = asyncio.LifoQueue();
             let t = asyncio.create_task(|| { for i in [3, 1, 2] { await p.put(i); l.put_nowait(i); } });
             await asyncio.sleep(0); print(p.maxsize, l.maxsize, await p.get(), await p.get(), await p.get()); await t;
             print(await l.get(), await l.get(), await l.get());
             try { p.put_nowait(1); p.put_nowait(\"x\"); } catch (e) { print(e.error, p.qsize()); } });",
        &["2 0 1 3 2", "2 1 3", "TypeError 1"]),
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
    everywhere("no two threads of a loop have one name at a time",
        "asyncio.run(|| { let hold = Event(); let late = Event();
             let name = |gate| { gate.wait(); current_thread().name };
             let a = asyncio.create_task(asyncio.to_thread(name, late));
             let b = asyncio.create_task(asyncio.to_thread(name, hold));
             await asyncio.sleep(0.01); hold.set(); print(await b);
             let c = asyncio.create_task(asyncio.to_thread(name, late)); await asyncio.sleep(0.01);
             late.set(); print(await a, await c); });",
        &["asyncio_1", "asyncio_0 asyncio_1"]),
    everywhere("what is ready at the end of run takes one more step",
        "fn step(n) { print(\"begin\", n); try { await asyncio.sleep(60); } catch (e) { print(e.error, n); throw; } }
         asyncio.run(|| { let e = asyncio.Event(); asyncio.create_task(step, 1);
             asyncio.create_task(|| { e.set(); asyncio.create_task(step, 3); });
             let t = asyncio.create_task(|| { await e.wait(); print(\"told\"); await asyncio.sleep(0); print(\"never\"); });
             asyncio.create_task(step, 2); print(\"main\"); });",
        &["main", "begin 1", "told", "begin 2", "CancelledError 1", "CancelledError 2"]),
    everywhere("a task has callbacks, which are called when it has ended",
        "asyncio.run(|| { let t = asyncio.create_task(|| 5);
             t.add_done_callback(|t| print(\"a\", t.result())); t.add_done_callback(|t| print(\"b\"));
             print(await t); t.add_done_callback(|t| print(\"c\")); print(\"main\"); await asyncio.sleep(0);
             let last = asyncio.create_task(|| 1); print(last.name); last.add_done_callback(|t| print(\"d\")); });",
        &["a 5", "b", "5", "main", "c", "Task-3", "d"]),
    everywhere("a task can be given a name",
        "fn greet(who) { who.name }
         asyncio.run(|| { let t = asyncio.create_task(|x| x, 1, #{name: \"bob\"}); print(t.get_name(), await t);
             t.set_name(\"al\"); print(t, asyncio.create_task(|| 1).name);
             print(await asyncio.create_task(greet, #{name: \"ann\"}));
             with asyncio.TaskGroup() as tg { print(tg.create_task(|| 1, #{name: \"kid\"}).name); } });",
        &["bob 1", "Task(al, done) Task-2", "ann", "kid"]),
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
        &["main", "warning: in Task-2: Task exception was never retrieved: no (line 1, column 43)"]),
    everywhere("what was never awaited is shown at the end",
        "asyncio.run(|| { asyncio.sleep(1); print(\"main\"); });",
        &["main", "warning: in Task-1: asyncio.sleep was never awaited: write `await asyncio.sleep(...)` (line 1, column 26)"]),
    everywhere("a task's result is refused before it has ended",
        "asyncio.run(|| { let t = asyncio.create_task(|| 5); try { t.result(); } catch (e) { print(e.error); }
             try { t.exception(); } catch (e) { print(e.error); } await t; () });",
        &["InvalidStateError", "InvalidStateError"]),
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
        "for x in asyncio.Queue() { }",
        "an asyncio.Queue was used as if it were an array",
        "await queue.get()",
    ),
    (
        "asyncio.run(|| asyncio.wait([|| 1]));",
        "asyncio.wait was given",
        "asyncio.create_task(f)",
    ),
    (
        "asyncio.run(|| asyncio.wait([]));",
        "asyncio.wait was given no task",
        "is_empty",
    ),
    (
        "asyncio.run(|| { let t = asyncio.create_task(|| 1); asyncio.wait([t], #{x: 1}); });",
        "option x: 1",
        "return_when",
    ),
    (
        "asyncio.run(|| asyncio.shield(5));",
        "asyncio.shield(...) was given 5",
        "without brackets",
    ),
    (
        "asyncio.run(|| { let t = asyncio.create_task(|| 1); await [t, t]; });",
        "await was given an array of tasks",
        "asyncio.gather",
    ),
    (
        "asyncio.run(|| { let t = asyncio.create_task(|| 1); t.add_done_callback(5); });",
        "add_done_callback",
        "",
    ),
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

/// A task that has not begun has not ended: to await it is to wait for its turn.
#[test]
fn to_await_a_task_that_has_not_begun_is_no_deadlock() {
    for mode in MODES.into_iter().chain((0..20).map(Mode::Seeded)) {
        let text = "fn say(x) { print(x); }
            fn main() { let a = asyncio.create_task(say, \"a\"); let b = asyncio.create_task(say, \"b\");
                await b; print(\"end\"); }
            asyncio.run(main);";
        let ended = run(mode, text);
        assert_eq!(ended.lines(), ["a", "b", "end"], "{mode:?}");
        let mut kinds = ended.events.iter().map(|event| &event.kind);
        assert!(
            !kinds.any(|kind| matches!(kind, Kind::Deadlock { .. })),
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

/// The ends of all these tasks stand in the queue one behind the other.
#[test]
fn as_many_tasks_may_end_at_once_as_there_are() {
    for mode in MODES {
        let text = "fn one(i) { i }
            fn main() { let ts = []; for i in 0..20000 { ts.push(asyncio.create_task(one, i)); }
                await asyncio.sleep(0); let xs = await asyncio.gather(ts); print(xs[19999]); }
            asyncio.run(main);";
        assert_eq!(run(mode, text).lines(), ["19999"], "{mode:?}");
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
