//! Events, conditions and barriers.
//!
//! Promised, as in Python's reference:
//! - wait gives true at once while an event is set, and set lasts until clear;
//! - set wakes all who wait, even when it is cleared at once;
//! - a notify with nobody waiting is not remembered;
//! - notify(n) wakes at most n, and notify() one;
//! - notify wakes in the order in which threads began to wait;
//! - wait gives the lock up and comes back with it;
//! - wait_for asks again after each notify, and gives the last answer;
//! - wait and notify without the lock are refused;
//! - who holds the lock of a condition is named to one who does not;
//! - each thread at a barrier gets another number, from 0 on;
//! - the action of a barrier runs once in a round, before the others go on;
//! - a wait at a broken barrier fails at once;
//! - abort fails all who wait and breaks the barrier;
//! - reset fails all who wait and leaves the barrier whole;
//! - reset mends a broken barrier;
//! - a failing action breaks the barrier for all;
//! - a time that is over breaks the barrier for all.

use super::Case::*;
use super::Way::*;
use super::{Promise, Row, everywhere, row, where_time_is_virtual};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Event.
    row("Event", Plain, Success,
        "let e = Event(); print(e, e.is_set()); e.set(); print(e.wait(), e); e.clear();
         print(e.is_set());",
        &["Event(not set) false", "true Event(set)", "false"], "()"),
    row("Event", Plain, WaitThenSuccess,
        "let e = Event(); let ts = []; for i in 0..3 { ts.push(spawn(|| e.wait())); }
         sleep(0.02); print(\"set\"); e.set(); for t in ts { print(t.join()); }",
        &["set", "true", "true", "true"], "()"),
    row("Event", Try, Success,
        "let e = Event(); print(e.wait(0)); e.set(); print(e.wait(0));", &["false", "true"], "()"),
    row("Event", Timeout, WaitThenSuccess,
        "let e = Event(); let t = spawn(|| e.wait(60)); sleep(0.02); e.set(); print(t.join());",
        &["true"], "()"),
    row("Event", Timeout, TimeIsOver,
        "print(Event().wait(0.01));", &["false"], "()"),
    row("Event", Plain, Misuse,
        "Event().wait(-1);", &[],
        "1:9 wait(-1): a time is a number of seconds, 0 or more \
         / give 0 to look without waiting, or nothing to wait without a limit"),
    row("Event", Plain, OwnerDied,
        "let e = Event(); spawn(|| 1).join(); e.wait();", &[], "deadlock of main"),
    row("Event", Plain, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); Event().wait();",
        &["stop me"], "interrupted"),
    row("Event", Try, OwnerDied,
        "let e = Event(); spawn(|| 1).join(); print(e.is_set(), e.wait(0));",
        &["false false"], "()"),
    row("Event", Timeout, Success,
        "let e = Event(); e.set(); print(e.wait(60), e.wait(60));",
        &["true true"], "()"),
    row("Event", Timeout, Misuse,
        "try { Event().wait(\"x\"); } catch (e) { print(e.message); } try { Event().wait(-1); } \
         catch (e) { print(e.message); }",
        &["expected a number of seconds, found string",
          "wait(-1): a time is a number of seconds, 0 or more"], "()"),
    row("Event", Timeout, OwnerDied,
        "let e = Event(); spawn(|| { throw \"no\"; e.set(); }).join(); print(e.wait(0.01));",
        &["Exception in thread Thread-1: no (line 1, column 29)", "false"], "()"),
    row("Event", Timeout, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); Event().wait(1e9);",
        &["stop me"], "interrupted"),
    // Condition.
    row("Condition", Plain, Success,
        "let l = Lock(); let c = Condition(l); with c { print(l.locked(), c.wait_for(|| true)); }
         print(l.locked());",
        &["true true", "false"], "()"),
    row("Condition", Plain, WaitThenSuccess,
        "let c = Condition(); let n = 0; let ts = [];
         for i in 0..4 { ts.push(spawn(|| { with c { c.wait_for(|| n > 0); n += 1; } })); }
         sleep(0.02); with c { print(\"notify\"); n = 1; c.notify_all(); }
         for t in ts { t.join(); } print(n);",
        &["notify", "5"], "()"),
    row("Condition", Plain, WaitThenSuccess,
        "let c = Condition(); let ts = [];
         for i in 0..3 { ts.push(spawn(|| { with c { print(\"wait\"); c.wait(); print(\"on\"); } })); }
         sleep(0.02); with c { c.notify(2); } sleep(0.02); print(c); with c { c.notify(); }
         for t in ts { t.join(); }",
        &["wait", "wait", "wait", "on", "on", "Condition(RLock(free), 1 waiting)", "on"], "()"),
    row("Condition", Plain, WaitThenSuccess,
        "let c = Condition(); let t = spawn(|| { with c { with c { c.wait(); } print(c.locked()); } });
         sleep(0.02); with c { c.notify(); } t.join(); print(c.locked());",
        &["true", "false"], "()"),
    row("Condition", Try, Success,
        "let c = Condition(Lock()); print(c.try_acquire(), c.try_acquire(), c.wait(0), c.locked());",
        &["true false false true"], "()"),
    row("Condition", Timeout, TimeIsOver,
        "let c = Condition(); with c { c.notify(); print(c.wait(0.01), c.wait_for(|| false, 0.01)); }
         print(c.locked());",
        &["false false", "false"], "()"),
    row("Condition", Plain, Misuse,
        "let c = Condition(); try { c.notify(); } catch (e) { print(e.message); } c.wait();",
        &["notify() of a Condition whose lock this thread does not hold: \
           a thread acquires the condition before it waits or notifies"],
        "1:76 wait() of a Condition whose lock this thread does not hold: \
         a thread acquires the condition before it waits or notifies \
         / write `with condition { condition.wait(); }`"),
    row("Condition", Plain, OwnerDied,
        "let c = Condition(); spawn(|| { with c { throw \"no\"; } }).join(); with c { c.wait(); }",
        &["Exception in thread Thread-1: no (line 1, column 42)"], "deadlock of main"),
    row("Condition", Plain, Stopped,
        "let c = Condition(); spawn(|| { loop { sleep(0.001); } });
         with c { print(\"stop me\"); c.wait(); }",
        &["stop me"], "interrupted"),
    row("Condition", Try, OwnerDied,
        "let c = Condition(); spawn(|| c.acquire()).join(); print(c.try_acquire(), c.acquire(0));",
        &["false false"], "()"),
    row("Condition", Timeout, Success,
        "let c = Condition(); print(c.acquire(60)); print(c.wait_for(|| true, 60)); c.release(); \
         print(c.locked());",
        &["true", "true", "false"], "()"),
    row("Condition", Timeout, WaitThenSuccess,
        "let c = Condition(); let n = 0; let t = spawn(|| { with c { [c.wait(60), c.wait_for(|| \
         n == 2, 60)] } }); sleep(0.02); with c { c.notify(); } sleep(0.02); with c { n = 2; \
         c.notify(); } print(t.join());",
        &["[true, true]"], "()"),
    row("Condition", Timeout, Misuse,
        "let c = Condition(); with c { try { c.wait(-1); } catch (e) { print(e.message); } } try \
         { c.wait(1); } catch (e) { print(e.error); }",
        &["wait(-1): a time is a number of seconds, 0 or more", "RuntimeError"], "()"),
    row("Condition", Timeout, OwnerDied,
        "let c = Condition(); spawn(|| c.acquire()).join(); print(c.acquire(0.01));",
        &["false"], "()"),
    row("Condition", Timeout, Stopped,
        "let c = Condition(); spawn(|| { loop { sleep(0.001); } }); with c { print(\"stop me\"); \
         c.wait(1e9); }",
        &["stop me"], "interrupted"),
    // Barrier.
    row("Barrier", Plain, Success,
        "let b = Barrier(1); print(b.wait(), b.wait(60), b.parties, b.n_waiting, b.broken, b);",
        &["0 0 1 0 false Barrier(0 of 1 waiting)"], "()"),
    row("Barrier", Plain, WaitThenSuccess,
        "let b = Barrier(3, || print(\"all\")); let ts = [];
         for i in 0..3 { ts.push(spawn(|| b.wait() + b.wait())); }
         let sum = 0; for t in ts { sum += t.join(); } print(sum);",
        &["all", "all", "6"], "()"),
    row("Barrier", Try, Success,
        "let b = Barrier(2); try { b.wait(0); } catch (e) { print(e.error); } print(b.broken);
         b.reset(); print(b.broken);",
        &["BrokenBarrierError", "true", "false"], "()"),
    row("Barrier", Timeout, TimeIsOver,
        "let b = Barrier(3); let t = spawn(|| { try { b.wait(); } catch (e) { return e.error; } });
         try { sleep(0.01); b.wait(0.01); } catch (e) { print(e.message); } print(t.join());",
        &["the barrier is broken: the time of a thread at it was over", "BrokenBarrierError"], "()"),
    row("Barrier", Plain, Misuse,
        "try { Barrier(0); } catch (e) { print(e.message); } let b = Barrier(2); b.abort(); b.wait();",
        &["Barrier(0): the number of threads is a whole number, 1 or more"],
        "1:86 the barrier is broken: it was aborted \
         / call reset() on the barrier before threads wait at it again"),
    row("Barrier", Plain, OwnerDied,
        "let b = Barrier(2); let t = spawn(|| { throw \"no\"; b.wait(); }); t.join(); b.wait();",
        &["Exception in thread Thread-1: no (line 1, column 40)"], "deadlock of main"),
    row("Barrier", Plain, OwnerDied,
        "let b = Barrier(2, || { throw \"no\"; });
         fn pass(b) {
             try { b.wait(); } catch (e) { return if type_of(e) == \"map\" { e.message } else { e }; }
         }
         let t = spawn(pass, b); let u = spawn(pass, b); let a = [t.join(), u.join()]; a.sort();
         print(a[0]); print(a[1], b.broken);",
        &["no", "the barrier is broken: its action failed true"], "()"),
    row("Barrier", Plain, Stopped,
        "let b = Barrier(2); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); b.wait();",
        &["stop me"], "interrupted"),
    row("Barrier", Try, OwnerDied,
        "let b = Barrier(2); spawn(|| { throw \"no\"; b.wait(); }).join(); try { b.wait(0); } \
         catch (e) { print(e.error); }",
        &["Exception in thread Thread-1: no (line 1, column 32)",
          "BrokenBarrierError"], "()"),
    row("Barrier", Timeout, Success,
        "print(Barrier(1).wait(60));",
        &["0"], "()"),
    row("Barrier", Timeout, WaitThenSuccess,
        "let b = Barrier(2); let t = spawn(|| b.wait(60)); print(b.wait(60) + t.join(), \
         b.broken);",
        &["1 false"], "()"),
    row("Barrier", Timeout, Misuse,
        "let b = Barrier(2); try { b.wait(-1); } catch (e) { print(e.message, b.broken); }",
        &["wait(-1): a time is a number of seconds, 0 or more false"], "()"),
    row("Barrier", Timeout, OwnerDied,
        "let b = Barrier(2); spawn(|| { throw \"no\"; b.wait(); }).join(); try { b.wait(0.01); } \
         catch (e) { print(e.error, b.broken); }",
        &["Exception in thread Thread-1: no (line 1, column 32)",
          "BrokenBarrierError true"], "()"),
    row("Barrier", Timeout, Stopped,
        "let b = Barrier(2); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         b.wait(1e9);",
        &["stop me"], "interrupted"),
];

/// What each primitive promises.
#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere(
        "wait gives true at once while an event is set, and set lasts until clear",
        "let e = Event(); e.set(); print(e.wait(), e.wait(0), e.is_set()); e.clear(); \
         print(e.is_set(), e.wait(0));",
        &["true true true", "false false"],
    ),
    where_time_is_virtual(
        "set wakes all who wait, even when it is cleared at once",
        "let e = Event(); let ts = []; for i in 0..3 { ts.push(spawn(|| e.wait())); } \
         sleep(0.02); e.set(); e.clear(); for t in ts { print(t.join()); }",
        &["true", "true", "true"],
    ),
    everywhere(
        "a notify with nobody waiting is not remembered",
        "let c = Condition(); with c { c.notify(); c.notify_all(); print(c.wait(0.01)); }",
        &["false"],
    ),
    where_time_is_virtual(
        "notify(n) wakes at most n, and notify() one",
        "let c = Condition(); let on = Atomic(0); for i in 0..4 { spawn(|| { with c { c.wait(); \
         on.fetch_add(1); } }); } sleep(0.02); with c { c.notify(2); } sleep(0.02); \
         print(on.value); with c { c.notify(); } sleep(0.02); print(on.value); with c { \
         c.notify(9); } sleep(0.02); print(on.value);",
        &["2", "3", "4"],
    ),
    where_time_is_virtual(
        "notify wakes in the order in which threads began to wait",
        "let c = Condition(); for i in 0..3 { spawn(|i| { with c { c.wait(); print(i); } }, i); \
         sleep(0.02); } for i in 0..3 { with c { c.notify(); } sleep(0.02); }",
        &["0", "1", "2"],
    ),
    where_time_is_virtual(
        "wait gives the lock up and comes back with it",
        "let l = Lock(); let c = Condition(l); let t = spawn(|| { with c { c.wait(); \
         print(l.locked()); } }); sleep(0.02); print(l.locked()); with c { c.notify(); } \
         t.join(); print(l.locked());",
        &["false", "true", "false"],
    ),
    where_time_is_virtual(
        "wait_for asks again after each notify, and gives the last answer",
        "let c = Condition(); let n = 0; let t = spawn(|| { with c { print(c.wait_for(|| n >= \
         2)); n } }); for i in 0..3 { sleep(0.02); with c { n += 1; c.notify(); } } \
         print(t.join() >= 2);",
        &["true", "true"],
    ),
    everywhere(
        "wait and notify without the lock are refused",
        "let c = Condition(); for f in [|| c.wait(), || c.notify(), || c.notify_all(), || \
         c.wait(1)] { try { f.call(); } catch (e) { print(e.error); } }",
        &["RuntimeError", "RuntimeError", "RuntimeError", "RuntimeError"],
    ),
    everywhere(
        "who holds the lock of a condition is named to one who does not",
        "let c = Condition(); let t = Thread(|| { with c { sleep(0.05); } }, [], #{name: \
         \"A\"}); t.start(); while !c.locked() { sleep(0.001); } try { c.notify(); } catch (e) { \
         print(e.message); }",
        &["notify() of a Condition whose lock A has held since line 1: a thread acquires the \
           condition before it waits or notifies"],
    ),
    everywhere(
        "each thread at a barrier gets another number, from 0 on",
        "let b = Barrier(3); let ts = [1, 2, 3].map(|i| spawn(|| b.wait())); let a = ts.map(|t| \
         t.join()); a.sort(); print(a);",
        &["[0, 1, 2]"],
    ),
    everywhere(
        "the action of a barrier runs once in a round, before the others go on",
        "let n = Atomic(0); let b = Barrier(3, || n.fetch_add(1)); let ts = [1, 2, 3].map(|i| \
         spawn(|| { b.wait(); n.value })); print(ts.map(|t| t.join()));",
        &["[1, 1, 1]"],
    ),
    everywhere(
        "a wait at a broken barrier fails at once",
        "let b = Barrier(2); b.abort(); for f in [|| b.wait(), || b.wait(60)] { try { f.call(); \
         } catch (e) { print(e.error); } } print(b.broken, b.n_waiting);",
        &["BrokenBarrierError", "BrokenBarrierError", "true 0"],
    ),
    everywhere(
        "abort fails all who wait and breaks the barrier",
        "let b = Barrier(3); let t = spawn(|| { try { b.wait(); } catch (e) { return e.message; \
         } }); while b.n_waiting == 0 { sleep(0.001); } b.abort(); print(t.join()); \
         print(b.broken);",
        &["the barrier is broken: it was aborted", "true"],
    ),
    everywhere(
        "reset fails all who wait and leaves the barrier whole",
        "let b = Barrier(2); let t = spawn(|| { try { b.wait(); } catch (e) { return e.message; \
         } }); while b.n_waiting == 0 { sleep(0.001); } b.reset(); print(t.join()); \
         print(b.broken, b.n_waiting); let t = spawn(|| b.wait()); print(b.wait() + t.join());",
        &["the barrier is broken: it was reset", "false 0", "1"],
    ),
    everywhere(
        "reset mends a broken barrier",
        "let b = Barrier(1); b.abort(); b.reset(); print(b.wait(), b.broken);",
        &["0 false"],
    ),
    everywhere(
        "a failing action breaks the barrier for all",
        "let b = Barrier(2, || { throw \"no\"; }); let pass = || { try { b.wait(); } catch { \
         return \"failed\"; } \"passed\" }; let t = spawn(pass); print(pass.call(), t.join(), \
         b.broken);",
        &["failed failed true"],
    ),
    everywhere(
        "a time that is over breaks the barrier for all",
        "let b = Barrier(3); let t = spawn(|| { try { b.wait(); } catch { return \"failed\"; } \
         \"passed\" }); while b.n_waiting == 0 { sleep(0.001); } try { b.wait(0.01); } catch (e) \
         { print(e.error); } print(t.join(), b.broken, b.n_waiting);",
        &["BrokenBarrierError", "failed true 0"],
    ),
];
