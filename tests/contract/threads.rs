//! Threads, timers and thread locals.
//!
//! Promised, as in Python's reference:
//! - a thread is started once;
//! - join before start is refused;
//! - a thread cannot join itself;
//! - join may be repeated and by many;
//! - a join with a time tells by is_alive whether it ended;
//! - a thread is alive from start to end;
//! - a name is the one given, or counted; main is main;
//! - a number is given by start;
//! - a daemon ends with main and is not waited for;
//! - main waits for all that are no daemons;
//! - a timer calls once, with its arguments, after its time;
//! - a timer that is cancelled in time never calls, before and after start;
//! - to cancel a timer that has called changes nothing;
//! - values of a thread local are each thread's own.

use super::Case::*;
use super::Way::*;
use super::{Promise, Row, everywhere, row};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Thread.
    row("Thread", Plain, Success,
        "let t = Thread(|x| x * x, [7]); t.start(); print(t.join()); print(t.join(), t.result());",
        &["49", "49 49"], "()"),
    row("Thread", Plain, Success,
        "let a = spawn(|x, y| x + y, 1, 2); print(join(a), a.name, a.is_alive());",
        &["3 Thread-1 false"], "()"),
    row("Thread", Plain, WaitThenSuccess,
        "let t = spawn(|| { sleep(0.02); print(\"slept\"); 5 }); print(t.join());",
        &["slept", "5"], "()"),
    row("Thread", Plain, WaitThenSuccess,
        "let t = spawn(|| { sleep(0.02); 5 });
         let a = spawn(|| t.join() + 1); let b = spawn(|| t.result() + 2);
         print(a.join(), b.join());",
        &["6 7"], "()"),
    row("Thread", Try, Success,
        "let t = Thread(|| sleep(0.02)); print(t.is_alive()); t.start(); print(t.is_alive());
         t.join(); print(t.is_alive());",
        &["false", "true", "false"], "()"),
    row("Thread", Timeout, Success,
        "print(spawn(|| 5).join(60));", &["5"], "()"),
    row("Thread", Timeout, WaitThenSuccess,
        "print(spawn(|| { sleep(0.02); 5 }).join(60));", &["5"], "()"),
    row("Thread", Timeout, TimeIsOver,
        "let lock = Lock(); lock.acquire(); let t = spawn(|| { with lock { 5 } });
         print(t.join(0.01) == ()); print(t.join(0) == ());
         try { t.result(0.01); } catch (e) { print(e.error, e.message); }
         lock.release(); print(t.join());",
        &["true", "true", "TimeoutError the end of Thread-1 took longer than 0.01 s", "5"], "()"),
    row("Thread", Plain, Misuse,
        "let t = Thread(|| 1); try { t.join(); } catch (e) { print(e.message); }
         t.start(); try { t.start(); } catch (e) { print(e.message); } t.join();
         current_thread().join();",
        &["Thread-1 has not been started: only a thread that was started can end",
          "Thread-1 was started a second time: a thread can be started once"],
        "3:27 main waits for itself: a thread cannot wait for its own end \
         / let another thread, such as main, join this one"),
    row("Thread", Plain, OwnerDied,
        "let t = spawn(|| { throw \"no\"; }); print(t.join() == ()); t.result();",
        &["Exception in thread Thread-1: no (line 1, column 20)", "true"], "1:20 no"),
    row("Thread", Plain, Stopped,
        "let t = spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); t.join();",
        &["stop me"], "interrupted"),
    row("Thread", Timeout, Stopped,
        "let t = spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); t.join(1000000000);",
        &["stop me"], "interrupted"),
    row("Thread", Try, OwnerDied,
        "let t = spawn(|| { throw \"no\"; }); t.join(); print(t.is_alive());",
        &["Exception in thread Thread-1: no (line 1, column 20)", "false"], "()"),
    row("Thread", Timeout, Misuse,
        "let t = spawn(|| 1); try { t.join(-1); } catch (e) { print(e.error, e.message); } \
         print(t.join());",
        &["ValueError join(-1): a time is a number of seconds, 0 or more", "1"], "()"),
    row("Thread", Timeout, OwnerDied,
        "let t = spawn(|| { throw \"no\"; }); print(t.join(60) == ()); try { t.result(60); } \
         catch (e) { print(e); }",
        &["Exception in thread Thread-1: no (line 1, column 20)",
          "true",
          "no"], "()"),
    // Timer.
    row("Timer", Plain, Success,
        "let t = Timer(0, |x| print(\"now\", x), [5]); t.start(); t.join(); print(t.is_alive());",
        &["now 5", "false"], "()"),
    row("Timer", Plain, WaitThenSuccess,
        "let t = Timer(0.02, || { print(\"late\"); 7 }); t.start(); print(\"early\"); print(t.join());",
        &["early", "late", "7"], "()"),
    row("Timer", Plain, WaitThenSuccess,
        "let t = Timer(1000000, || print(\"never\")); t.start(); t.cancel(); t.join(); t.cancel();
         print(t.is_alive()); let u = Timer(0, || print(\"never\")); u.cancel(); u.start(); u.join();
         let n = Atomic(0); let v = Timer(0, || n.fetch_add(1)); v.start(); v.join(); v.cancel();
         print(n.value);",
        &["false", "1"], "()"),
    row("Timer", Try, Success,
        "let t = Timer(1000000, || 1); print(t, t.is_alive()); t.start(); print(t.is_alive());
         t.cancel(); t.join(); print(t.is_alive());",
        &["Timer(Thread-1, not started, calls after 1000000 s) false", "true", "false"], "()"),
    row("Timer", Timeout, TimeIsOver,
        "let t = Timer(1000000, || 1); t.start(); print(t.join(0.01) == ()); t.cancel();
         print(t.join(60) == ());",
        &["true", "true"], "()"),
    row("Timer", Plain, Misuse,
        "let t = Timer(0, || 1); t.start(); try { t.start(); } catch (e) { print(e.message); }
         try { Timer(-1, || 1); } catch (e) { print(e.message); } t.join(); Timer(1, 5);",
        &["Thread-1 was started a second time: a thread can be started once",
          "Timer(-1): a time is a number of seconds, 0 or more"],
        "2:77 Timer(...) was given 5 (i64) as its function: the first argument is the function to run \
         / give the function's name without brackets: Timer(f)"),
    row("Timer", Plain, OwnerDied,
        "let t = Timer(0, || { throw \"no\"; }); t.start(); print(t.join() == ());",
        &["Exception in thread Thread-1: no (line 1, column 23)", "true"], "()"),
    row("Timer", Plain, Stopped,
        "let t = Timer(1000000, || 1); t.start(); spawn(|| { loop { sleep(0.001); } });
         print(\"stop me\"); t.join();",
        &["stop me"], "interrupted"),
    row("Timer", Try, OwnerDied,
        "let t = Timer(0, || { throw \"no\"; }); t.start(); t.join(); print(t.is_alive());",
        &["Exception in thread Thread-1: no (line 1, column 23)", "false"], "()"),
    row("Timer", Timeout, Success,
        "let t = Timer(0, || 5); t.start(); print(t.join(60));",
        &["5"], "()"),
    row("Timer", Timeout, WaitThenSuccess,
        "let t = Timer(0.02, || { print(\"late\"); 5 }); t.start(); print(t.join(60));",
        &["late", "5"], "()"),
    row("Timer", Timeout, Misuse,
        "let t = Timer(1, || 1); try { t.join(-1); } catch (e) { print(e.message); } try { \
         t.join(1); } catch (e) { print(e.message); }",
        &["join(-1): a time is a number of seconds, 0 or more",
          "Thread-1 has not been started: only a thread that was started can end"], "()"),
    row("Timer", Timeout, OwnerDied,
        "let t = Timer(0, || { throw \"no\"; }); t.start(); print(t.join(60) == ());",
        &["Exception in thread Thread-1: no (line 1, column 23)", "true"], "()"),
    row("Timer", Timeout, Stopped,
        "let t = Timer(1000000, || 1); t.start(); spawn(|| { loop { sleep(0.001); } }); \
         print(\"stop me\"); t.join(1e9);",
        &["stop me"], "interrupted"),
    // ThreadLocal.
    row("ThreadLocal", Plain, Success,
        "let l = ThreadLocal(); l.set(\"x\", 1); let ts = [];
         for i in 0..3 { ts.push(spawn(|i| { l.set(\"x\", i); sleep(0.001); l.get(\"x\") }, i)); }
         for t in ts { print(t.join()); } print(l.get(\"x\"), l);",
        &["0", "1", "2", "1 ThreadLocal(set by 4 threads)"], "()"),
    row("ThreadLocal", Try, Success,
        "let l = ThreadLocal(); print(l.get(\"x\", 5)); l.set(\"x\", 6); print(l.get(\"x\", 5));
         print(spawn(|| l.get(\"x\", 7)).join());",
        &["5", "6", "7"], "()"),
    row("ThreadLocal", Plain, Misuse,
        "let l = ThreadLocal(); spawn(|| l.set(\"x\", 1)).join(); l.get(\"x\");",
        &[],
        "1:58 this ThreadLocal has no attribute `x` in this thread: each thread begins with none, \
         and sees only its own / set it in this thread first: `local.x = 0`; or read it with a \
         default: `local.get(\"x\", 0)`"),
    row("ThreadLocal", Plain, OwnerDied,
        "let l = ThreadLocal(); spawn(|| { l.set(\"x\", 1); throw \"no\"; }).join();
         print(l.get(\"x\", 0));",
        &["Exception in thread Thread-1: no (line 1, column 50)", "0"], "()"),
    row("ThreadLocal", Plain, Stopped,
        "let l = ThreadLocal(); print(\"stop me\"); loop { l.set(\"x\", 1); }",
        &["stop me"], "interrupted"),
    row("ThreadLocal", Try, OwnerDied,
        "let l = ThreadLocal(); spawn(|| { l.set(\"x\", 1); throw \"no\"; }).join(); \
         print(l.get(\"x\", 2));",
        &["Exception in thread Thread-1: no (line 1, column 50)", "2"], "()"),
];

/// What each primitive promises.
#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere(
        "a thread is started once",
        "let t = Thread(|| 1); t.start(); try { t.start(); } catch (e) { print(e.error); } \
         t.join(); try { t.start(); } catch (e) { print(e.error); }",
        &["RuntimeError", "RuntimeError"],
    ),
    everywhere(
        "join before start is refused",
        "try { Thread(|| 1).join(); } catch (e) { print(e.error); } try { Timer(1, || 1).join(); \
         } catch (e) { print(e.error); }",
        &["RuntimeError", "RuntimeError"],
    ),
    everywhere(
        "a thread cannot join itself",
        "try { current_thread().join(); } catch (e) { print(e.error); } spawn(|| { try { \
         current_thread().join(); } catch (e) { print(e.error); } }).join();",
        &["RuntimeError", "RuntimeError"],
    ),
    everywhere(
        "join may be repeated and by many",
        "let t = spawn(|| 5); let ts = [1, 2].map(|i| spawn(|| t.join())); print(t.join(), \
         t.join(), ts.map(|t| t.join()));",
        &["5 5 [5, 5]"],
    ),
    everywhere(
        "a join with a time tells by is_alive whether it ended",
        "let e = Event(); let t = spawn(|| e.wait()); t.join(0.01); print(t.is_alive()); \
         e.set(); t.join(60); print(t.is_alive());",
        &["true", "false"],
    ),
    everywhere(
        "a thread is alive from start to end",
        "let t = Thread(|| current_thread().is_alive()); print(t.is_alive()); t.start(); \
         print(t.join(), t.is_alive());",
        &["false", "true false"],
    ),
    everywhere(
        "a name is the one given, or counted; main is main",
        "print(Thread(|| 1, [], #{name: \"A\"}).name, Thread(|| 1).name, Thread(|| 1).name, \
         main_thread().name, current_thread().name);",
        &["A Thread-1 Thread-2 main main"],
    ),
    everywhere(
        "a number is given by start",
        "let t = Thread(|| current_thread().ident); print(t.ident == ()); t.start(); \
         print(t.join() == t.ident);",
        &["true", "true"],
    ),
    everywhere(
        "a daemon ends with main and is not waited for",
        "Thread(|| { sleep(1000000); print(\"never\"); }, [], #{daemon: true}).start(); \
         print(Thread(|| 1, [], #{daemon: true}).daemon, Thread(|| 1).daemon);",
        &["true false"],
    ),
    everywhere(
        "main waits for all that are no daemons",
        "spawn(|| { sleep(0.02); print(\"late\"); }); print(\"main\");",
        &["main", "late"],
    ),
    everywhere(
        "a timer calls once, with its arguments, after its time",
        "let t = Timer(0.02, |a, b| print(a + b), [1, 2]); t.start(); print(\"first\"); t.join();",
        &["first", "3"],
    ),
    everywhere(
        "a timer that is cancelled in time never calls, before and after start",
        "let t = Timer(1000000, || print(\"never\")); t.start(); t.cancel(); t.join(); let u = \
         Timer(0, || print(\"never\")); u.cancel(); u.start(); u.join(); print(\"quiet\");",
        &["quiet"],
    ),
    everywhere(
        "to cancel a timer that has called changes nothing",
        "let t = Timer(0, || 5); t.start(); print(t.join()); t.cancel(); print(t.join());",
        &["5", "5"],
    ),
    everywhere(
        "values of a thread local are each thread's own",
        "let l = ThreadLocal(); l.set(\"x\", 1); print(spawn(|| l.get(\"x\", 0)).join(), \
         l.get(\"x\"));",
        &["0 1"],
    ),
];
