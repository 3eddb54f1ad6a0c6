//! Locks and semaphores.
//!
//! Promised, as in Python's reference:
//! - an RLock is free after as many releases as acquires;
//! - release of an RLock that nobody holds is refused;
//! - `with` releases a Lock on each way out;
//! - `with` releases a RLock on each way out;
//! - `with` releases a Semaphore on each way out;
//! - `with` releases a BoundedSemaphore on each way out;
//! - `with` releases a Condition on each way out;
//! - an acquire without waiting never waits, and says whether it was granted;
//! - release(n) of a semaphore lets n threads on;
//! - any thread may release a Lock;
//! - any thread may release a semaphore;
//! - a bounded semaphore refuses a release too many, and its value stays;
//! - the holder of a lock that another thread releases is named, also when it has ended.

use super::Case::*;
use super::Way::*;
use super::{Promise, Row, everywhere, row, where_time_is_virtual};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Lock.
    row("Lock", Plain, Success,
        "let l = Lock(); print(l.acquire(), l.locked()); l.release(); print(l.locked());
         with l { print(l.locked()); } print(l.locked());",
        &["true true", "false", "true", "false"], "()"),
    row("Lock", Plain, WaitThenSuccess,
        "let l = Lock(); l.acquire(); let t = spawn(|| { with l { print(\"got\"); } });
         sleep(0.02); print(\"free\"); l.release(); t.join();",
        &["free", "got"], "()"),
    row("Lock", Plain, WaitThenSuccess,
        "let n = 0; let l = Lock(); let ts = [];
         for i in 0..4 { ts.push(spawn(|| { for j in 0..200 { with l { n += 1; } } })); }
         for t in ts { t.join(); } print(n);",
        &["800"], "()"),
    row("Lock", Try, Success,
        "let l = Lock(); print(l.try_acquire()); print(spawn(|| l.try_acquire()).join());
         print(l.acquire(false)); l.release(); print(l.acquire(false));",
        &["true", "false", "false", "true"], "()"),
    row("Lock", Timeout, Success,
        "let l = Lock(); print(l.acquire(60)); l.release(); print(l.acquire(true, 60));",
        &["true", "true"], "()"),
    row("Lock", Timeout, WaitThenSuccess,
        "let l = Lock(); l.acquire(); let t = spawn(|| { let got = l.acquire(60); l.release(); got });
         sleep(0.02); l.release(); print(t.join());",
        &["true"], "()"),
    row("Lock", Timeout, TimeIsOver,
        "let l = Lock(); l.acquire(); print(spawn(|| l.acquire(0.01)).join()); l.release();
         print(l.acquire(0));",
        &["false", "true"], "()"),
    row("Lock", Plain, Misuse,
        "let l = Lock(); try { l.release(); } catch (e) { print(e.error, e.message); } l.release();",
        &["RuntimeError release of a Lock that nobody holds: a lock is released once for each acquire"],
        "1:81 release of a Lock that nobody holds: a lock is released once for each acquire \
         / use `with lock { ... }`: it releases exactly once"),
    row("Lock", Plain, Success,
        "let l = Lock();
         let t = Thread(|| { l.acquire(); }, [], #{name: \"A\"}); t.start(); t.join();
         l.release(); print(l.locked());",
        &["false"], "()"),
    row("Lock", Plain, WaitThenSuccess,
        "let may = Lock(); may.acquire();
         let t = spawn(|| { print(\"first\"); may.release(); });
         may.acquire(); print(\"second\");",
        &["first", "second"], "()"),
    row("Lock", Plain, Misuse,
        "let l = Lock(); let taken = Event(); let given = Event();
         let t = spawn(|| { with l { taken.set(); given.wait(); } });
         taken.wait(); l.release(); given.set(); t.join();",
        &["Exception in thread Thread-1: RuntimeError: release of a Lock that nobody holds: a lock is released once for each acquire (line 2, column 29)"], "()"),
    row("Lock", Plain, OwnerDied,
        "let l = Lock(); spawn(|| { with l { throw \"no\"; } }).join(); with l { print(\"free\"); }",
        &["Exception in thread Thread-1: no (line 1, column 37)", "free"], "()"),
    row("Lock", Plain, OwnerDied,
        "let l = Lock(); spawn(|| { l.acquire(); throw \"no\"; }).join();
         print(l.try_acquire(), l.acquire(0.01)); l.acquire();",
        &["Exception in thread Thread-1: no (line 1, column 41)", "false false"],
        "deadlock of main"),
    row("Lock", Plain, Stopped,
        "let l = Lock(); spawn(|| { with l { loop { sleep(0.001); } } });
         while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire();",
        &["stop me"], "interrupted"),
    row("Lock", Timeout, Stopped,
        "let l = Lock(); spawn(|| { with l { loop { sleep(0.001); } } });
         while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire(1000000000);",
        &["stop me"], "interrupted"),
    row("Lock", Try, OwnerDied,
        "let l = Lock(); spawn(|| { l.acquire(); throw \"no\"; }).join(); print(l.try_acquire(), \
         l.acquire(false), l.acquire(0));",
        &["Exception in thread Thread-1: no (line 1, column 41)",
          "false false false"], "()"),
    row("Lock", Timeout, Misuse,
        "let l = Lock(); for f in [|| l.acquire(-1), || l.acquire(false, 1), || \
         l.acquire(\"x\")] { try { f.call(); } catch (e) { print(e.message); } } \
         print(l.locked());",
        &["acquire(-1): a time is a number of seconds, 0 or more",
          "acquire(false, ...) was given a time: an acquire that does not wait has no time limit",
          "expected a number of seconds, found string",
          "false"], "()"),
    row("Lock", Timeout, OwnerDied,
        "let l = Lock(); spawn(|| l.acquire()).join(); print(l.acquire(0.01), l.acquire(true, \
         0.01));",
        &["false false"], "()"),
    // RLock.
    row("RLock", Plain, Success,
        "let l = RLock(); with l { with l { print(l.acquire(), l.locked()); l.release(); } }
         print(l.locked());",
        &["true true", "false"], "()"),
    row("RLock", Plain, WaitThenSuccess,
        "let l = RLock(); l.acquire(); l.acquire(); let t = spawn(|| { with l { print(\"got\"); } });
         l.release(); sleep(0.02); print(\"free\"); l.release(); t.join();",
        &["free", "got"], "()"),
    row("RLock", Try, Success,
        "let l = RLock(); print(l.try_acquire(), l.try_acquire(), spawn(|| l.try_acquire()).join());",
        &["true true false"], "()"),
    row("RLock", Timeout, TimeIsOver,
        "let l = RLock(); l.acquire(); print(spawn(|| l.acquire(0.01)).join(), l.acquire(0));",
        &["false true"], "()"),
    row("RLock", Plain, Misuse,
        "let l = RLock();
         let t = Thread(|| { l.acquire(); }, [], #{name: \"A\"}); t.start(); t.join();
         l.release();",
        &[],
        "3:12 release of an RLock that A (ended) has held since line 2: \
         only the thread that acquired it releases it \
         / use `with lock { ... }`: it acquires and releases in one thread"),
    row("RLock", Plain, OwnerDied,
        "let l = RLock(); spawn(|| { with l { with l { throw \"no\"; } } }).join();
         with l { print(\"free\"); }",
        &["Exception in thread Thread-1: no (line 1, column 47)", "free"], "()"),
    row("RLock", Plain, Stopped,
        "let l = RLock(); spawn(|| { with l { loop { sleep(0.001); } } });
         while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire();",
        &["stop me"], "interrupted"),
    row("RLock", Try, OwnerDied,
        "let l = RLock(); spawn(|| { l.acquire(); throw \"no\"; }).join(); \
         print(l.try_acquire(), l.acquire(false), l.acquire(0));",
        &["Exception in thread Thread-1: no (line 1, column 42)",
          "false false false"], "()"),
    row("RLock", Timeout, Misuse,
        "let l = RLock(); for f in [|| l.acquire(-1), || l.acquire(false, 1), || \
         l.acquire(\"x\")] { try { f.call(); } catch (e) { print(e.message); } } \
         print(l.locked());",
        &["acquire(-1): a time is a number of seconds, 0 or more",
          "acquire(false, ...) was given a time: an acquire that does not wait has no time limit",
          "expected a number of seconds, found string",
          "false"], "()"),
    row("RLock", Timeout, OwnerDied,
        "let l = RLock(); spawn(|| l.acquire()).join(); print(l.acquire(0.01), l.acquire(true, \
         0.01));",
        &["false false"], "()"),
    row("RLock", Timeout, Success,
        "let l = RLock(); print(l.acquire(60), l.acquire(true, 60), l.acquire(0)); l.release(); \
         l.release(); l.release(); print(l.locked());",
        &["true true true", "false"], "()"),
    row("RLock", Timeout, WaitThenSuccess,
        "let l = RLock(); l.acquire(); let t = spawn(|| { let got = l.acquire(60); l.release(); \
         got }); sleep(0.02); l.release(); print(t.join());",
        &["true"], "()"),
    row("RLock", Timeout, Stopped,
        "let l = RLock(); spawn(|| { with l { loop { sleep(0.001); } } }); while !l.locked() { \
         sleep(0.001); } print(\"stop me\"); l.acquire(1000000000);",
        &["stop me"], "interrupted"),
    // Semaphore.
    row("Semaphore", Plain, Success,
        "let s = Semaphore(2); with s { with s { print(s); } } s.release(3); print(s);",
        &["Semaphore(0 free)", "Semaphore(5 free)"], "()"),
    row("Semaphore", Plain, WaitThenSuccess,
        "let s = Semaphore(0); let ts = []; for i in 0..3 { ts.push(spawn(|| s.acquire())); }
         sleep(0.02); print(\"free\"); s.release(3); for t in ts { print(t.join()); } print(s);",
        &["free", "true", "true", "true", "Semaphore(0 free)"], "()"),
    row("Semaphore", Try, Success,
        "let s = Semaphore(); print(s.try_acquire(), s.try_acquire(), s.acquire(false));",
        &["true false false"], "()"),
    row("Semaphore", Timeout, TimeIsOver,
        "let s = Semaphore(0); print(s.acquire(0.01)); s.release(); print(s.acquire(60));",
        &["false", "true"], "()"),
    row("Semaphore", Plain, Misuse,
        "try { Semaphore(-1); } catch (e) { print(e.message); } Semaphore().release(0);",
        &["Semaphore(-1): the number of permits is a whole number, 0 or more"],
        "1:68 release(0): the number is 1 or more / write release() for one, release(2) for two"),
    row("Semaphore", Plain, OwnerDied,
        "let s = Semaphore(); spawn(|| { with s { throw \"no\"; } }).join(); with s { print(\"free\"); }",
        &["Exception in thread Thread-1: no (line 1, column 42)", "free"], "()"),
    row("Semaphore", Plain, OwnerDied,
        "let s = Semaphore(0); s.acquire();", &[], "deadlock of main"),
    row("Semaphore", Plain, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); Semaphore(0).acquire();",
        &["stop me"], "interrupted"),
    row("Semaphore", Try, OwnerDied,
        "let s = Semaphore(1); spawn(|| { s.acquire(); throw \"no\"; }).join(); \
         print(s.try_acquire(), s.acquire(0));",
        &["Exception in thread Thread-1: no (line 1, column 47)",
          "false false"], "()"),
    row("Semaphore", Timeout, Success,
        "let s = Semaphore(2); print(s.acquire(60), s.acquire(true, 60)); s.release(); \
         s.release();",
        &["true true"], "()"),
    row("Semaphore", Timeout, WaitThenSuccess,
        "let s = Semaphore(1); s.acquire(); let t = spawn(|| s.acquire(60)); sleep(0.02); \
         s.release(); print(t.join());",
        &["true"], "()"),
    row("Semaphore", Timeout, Misuse,
        "let s = Semaphore(0); for f in [|| s.acquire(-1), || s.acquire(false, 1)] { try { \
         f.call(); } catch (e) { print(e.message); } }",
        &["acquire(-1): a time is a number of seconds, 0 or more",
          "acquire(false, ...) was given a time: an acquire that does not wait has no time limit"], "()"),
    row("Semaphore", Timeout, OwnerDied,
        "let s = Semaphore(1); spawn(|| s.acquire()).join(); print(s.acquire(0.01));",
        &["false"], "()"),
    row("Semaphore", Timeout, Stopped,
        "let s = Semaphore(0); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         s.acquire(1e9);",
        &["stop me"], "interrupted"),
    // BoundedSemaphore.
    row("BoundedSemaphore", Plain, Success,
        "let s = BoundedSemaphore(2); with s { print(s); } print(s);",
        &["BoundedSemaphore(1 of 2 free)", "BoundedSemaphore(2 of 2 free)"], "()"),
    row("BoundedSemaphore", Plain, WaitThenSuccess,
        "let s = BoundedSemaphore(1); s.acquire(); let t = spawn(|| s.acquire());
         sleep(0.02); print(\"free\"); s.release(); print(t.join());",
        &["free", "true"], "()"),
    row("BoundedSemaphore", Try, Success,
        "let s = BoundedSemaphore(); print(s.try_acquire(), s.try_acquire());",
        &["true false"], "()"),
    row("BoundedSemaphore", Timeout, TimeIsOver,
        "let s = BoundedSemaphore(1); print(s.acquire(1), s.acquire(0.01));",
        &["true false"], "()"),
    row("BoundedSemaphore", Plain, Misuse,
        "let s = BoundedSemaphore(2);
         s.release();", &[],
        "2:12 a BoundedSemaphore was released too many times: it has 2 permits, of which 2 are free \
         / release once for each acquire: `with semaphore { ... }` does so"),
    row("BoundedSemaphore", Plain, OwnerDied,
        "let s = BoundedSemaphore(1); spawn(|| s.acquire()).join(); s.acquire();",
        &[], "deadlock of main"),
    row("BoundedSemaphore", Plain, Stopped,
        "let s = BoundedSemaphore(0); spawn(|| { loop { sleep(0.001); } });
         print(\"stop me\"); s.acquire();",
        &["stop me"], "interrupted"),
    row("BoundedSemaphore", Try, OwnerDied,
        "let s = BoundedSemaphore(1); spawn(|| { s.acquire(); throw \"no\"; }).join(); \
         print(s.try_acquire(), s.acquire(0));",
        &["Exception in thread Thread-1: no (line 1, column 54)",
          "false false"], "()"),
    row("BoundedSemaphore", Timeout, Success,
        "let s = BoundedSemaphore(2); print(s.acquire(60), s.acquire(true, 60)); s.release(); \
         s.release();",
        &["true true"], "()"),
    row("BoundedSemaphore", Timeout, WaitThenSuccess,
        "let s = BoundedSemaphore(1); s.acquire(); let t = spawn(|| s.acquire(60)); sleep(0.02); \
         s.release(); print(t.join());",
        &["true"], "()"),
    row("BoundedSemaphore", Timeout, Misuse,
        "let s = BoundedSemaphore(0); for f in [|| s.acquire(-1), || s.acquire(false, 1)] { try \
         { f.call(); } catch (e) { print(e.message); } }",
        &["acquire(-1): a time is a number of seconds, 0 or more",
          "acquire(false, ...) was given a time: an acquire that does not wait has no time limit"], "()"),
    row("BoundedSemaphore", Timeout, OwnerDied,
        "let s = BoundedSemaphore(1); spawn(|| s.acquire()).join(); print(s.acquire(0.01));",
        &["false"], "()"),
    row("BoundedSemaphore", Timeout, Stopped,
        "let s = BoundedSemaphore(0); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         s.acquire(1e9);",
        &["stop me"], "interrupted"),
];

/// What each primitive promises.
#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere(
        "an RLock is free after as many releases as acquires",
        "let l = RLock(); for i in 0..3 { l.acquire(); } for i in 0..3 { print(l.locked()); \
         l.release(); } print(l.locked());",
        &["true", "true", "true", "false"],
    ),
    everywhere(
        "release of an RLock that nobody holds is refused",
        "try { RLock().release(); } catch (e) { print(e.error); }",
        &["RuntimeError"],
    ),
    everywhere(
        "`with` releases a Lock on each way out",
        "let l = Lock(); fn by_return(l) { with l { return 1; } } fn by_error(l) { with l { \
         throw \"no\"; } } with l { } print(!l.locked()); by_return(l); print(!l.locked()); for \
         i in 0..2 { with l { if i == 0 { continue; } break; } } print(!l.locked()); try { \
         by_error(l); } catch { } print(!l.locked());",
        &["true", "true", "true", "true"],
    ),
    everywhere(
        "`with` releases a RLock on each way out",
        "let l = RLock(); fn by_return(l) { with l { return 1; } } fn by_error(l) { with l { \
         throw \"no\"; } } with l { } print(!l.locked()); by_return(l); print(!l.locked()); for \
         i in 0..2 { with l { if i == 0 { continue; } break; } } print(!l.locked()); try { \
         by_error(l); } catch { } print(!l.locked());",
        &["true", "true", "true", "true"],
    ),
    everywhere(
        "`with` releases a Semaphore on each way out",
        "let l = Semaphore(); fn by_return(l) { with l { return 1; } } fn by_error(l) { with l { \
         throw \"no\"; } } with l { } print(l.try_acquire()); l.release(); by_return(l); \
         print(l.try_acquire()); l.release(); for i in 0..2 { with l { if i == 0 { continue; } \
         break; } } print(l.try_acquire()); l.release(); try { by_error(l); } catch { } \
         print(l.try_acquire());",
        &["true", "true", "true", "true"],
    ),
    everywhere(
        "`with` releases a BoundedSemaphore on each way out",
        "let l = BoundedSemaphore(); fn by_return(l) { with l { return 1; } } fn by_error(l) { \
         with l { throw \"no\"; } } with l { } print(l.try_acquire()); l.release(); \
         by_return(l); print(l.try_acquire()); l.release(); for i in 0..2 { with l { if i == 0 { \
         continue; } break; } } print(l.try_acquire()); l.release(); try { by_error(l); } catch \
         { } print(l.try_acquire());",
        &["true", "true", "true", "true"],
    ),
    everywhere(
        "`with` releases a Condition on each way out",
        "let l = Condition(); fn by_return(l) { with l { return 1; } } fn by_error(l) { with l { \
         throw \"no\"; } } with l { } print(!l.locked()); by_return(l); print(!l.locked()); for \
         i in 0..2 { with l { if i == 0 { continue; } break; } } print(!l.locked()); try { \
         by_error(l); } catch { } print(!l.locked());",
        &["true", "true", "true", "true"],
    ),
    everywhere(
        "an acquire without waiting never waits, and says whether it was granted",
        "let l = Lock(); print(l.acquire(false), l.acquire(false)); let s = Semaphore(1); \
         print(s.acquire(false), s.acquire(false));",
        &["true false", "true false"],
    ),
    where_time_is_virtual(
        "release(n) of a semaphore lets n threads on",
        "let s = Semaphore(0); let ts = []; for i in 0..3 { ts.push(spawn(|| s.acquire())); } \
         sleep(0.02); s.release(2); sleep(0.02); let on = 0; for t in ts { if !t.is_alive() { on \
         += 1; } } print(on); s.release();",
        &["2"],
    ),
    everywhere(
        "any thread may release a Lock",
        "let l = Lock(); l.acquire(); spawn(|| l.release()).join(); print(l.locked()); \
         spawn(|| l.acquire()).join(); l.release(); print(l.acquire(0));",
        &["false", "true"],
    ),
    everywhere(
        "any thread may release a semaphore",
        "let s = Semaphore(0); spawn(|| s.release()).join(); print(s.acquire());",
        &["true"],
    ),
    everywhere(
        "a bounded semaphore refuses a release too many, and its value stays",
        "let s = BoundedSemaphore(1); for f in [|| s.release(), || s.release(2)] { try { \
         f.call(); } catch (e) { print(e.error); } } print(s);",
        &["ValueError", "ValueError", "BoundedSemaphore(1 of 1 free)"],
    ),
    everywhere(
        "the holder of a lock that another thread releases is named, also when it has ended",
        "let l = RLock(); let t = Thread(|| l.acquire(), [], #{name: \"A\"}); t.start(); \
         t.join(); try { l.release(); } catch (e) { print(e.message); }",
        &["release of an RLock that A (ended) has held since line 1: only the thread that \
           acquired it releases it"],
    ),
];
