//! Locks for readers and writers, functions that run once, latches.
//!
//! Promised, as in Go's reference (`RWMutex`), Rust's (`Once`) and C++'s (`std::latch`):
//! - readers hold the lock together;
//! - a writer holds it alone;
//! - while a writer waits, no further reader gets in;
//! - a writer that is done lets the readers in that wait, before the next writer;
//! - with gives the lock back when an error passes;
//! - of many calls one runs the function, and all get its value;
//! - a call that comes while the function runs waits for its end;
//! - an error of the function is raised where it ran, and told to all others;
//! - a latch lets all go on at 0, and whoever comes later at once.

use super::Case::*;
use super::Way::*;
use super::{Promise, Row, everywhere, row};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // RwLock.
    row("RwLock", Plain, Success,
        "let rw = RwLock(); print(rw, type_of(rw.read()), type_of(rw.write()));
         with rw.read() { with rw.read() { print(rw, rw.try_acquire_write()); } }
         with rw.write() { print(rw, rw.try_acquire_read(), rw.try_acquire_write()); }
         rw.acquire_read(); rw.release_read(); print(rw.acquire_write()); rw.release_write(); print(rw);",
        &["RwLock(free) ReadLock WriteLock", "RwLock(2 readers) false",
          "RwLock(written since line 3) false false", "true", "RwLock(free)"], "()"),
    row("RwLock", Plain, WaitThenSuccess,
        "let rw = RwLock(); let n = 0; let ts = [];
         for i in 0..4 { ts.push(spawn(|| { for j in 0..100 { with rw.write() { n += 1; } } })); }
         for i in 0..2 { ts.push(spawn(|| { for j in 0..100 { with rw.read() {
             let seen = n; if seen != n { print(\"changed\"); } } } })); }
         for t in ts { t.join(); } print(n);",
        &["400"], "()"),
    row("RwLock", Plain, Misuse,
        "let rw = RwLock(); try { rw.release_read(); } catch (e) { print(e.message); }
         let t = spawn(|| rw.acquire_write()); t.join();
         rw.release_write();",
        &["release_read of an RwLock that this thread does not read: a thread that took it to read \
           gives it back, once"],
        "3:13 release_write of an RwLock that Thread-1 (ended) has held since line 2: a thread that took it \
         to write gives it back, once / use `with rw.write() { ... }`: it acquires and releases once"),
    row("RwLock", Plain, Misuse, "with RwLock() { }", &[],
        "1:6 an RwLock was entered: it is entered to read or to write / write `with rw.read() { ... }` or \
         `with rw.write() { ... }`"),
    row("RwLock", Plain, OwnerDied,
        "let rw = RwLock(); spawn(|| { rw.acquire_write(); throw \"no\"; }).join();
         with rw.read() { }",
        &["Exception in thread Thread-1: no (line 1, column 51)"], "deadlock of main"),
    row("RwLock", Plain, Stopped,
        "let rw = RwLock(); spawn(|| { with rw.write() { print(\"stop me\"); loop { sleep(0.001); } } });
         while rw.try_acquire_read() { rw.release_read(); sleep(0.001); }
         with rw.read() { }",
        &["stop me"], "interrupted"),
    row("RwLock", Try, Success,
        "let rw = RwLock(); print(rw.try_acquire_read(), rw.try_acquire_read(), rw.try_acquire_write());
         rw.release_read(); rw.release_read(); print(rw.acquire_write(false), rw.acquire_read(0));",
        &["true true false", "true false"], "()"),
    row("RwLock", Try, OwnerDied,
        "let rw = RwLock(); spawn(|| { rw.acquire_read(); throw \"no\"; }).join();
         print(rw.try_acquire_read(), rw.try_acquire_write());",
        &["Exception in thread Thread-1: no (line 1, column 50)", "true false"], "()"),
    row("RwLock", Timeout, Success,
        "let rw = RwLock(); print(rw.acquire_read(60), rw.acquire_read(60)); rw.release_read();
         rw.release_read(); print(rw.acquire_write(60));", &["true true", "true"], "()"),
    row("RwLock", Timeout, WaitThenSuccess,
        "let rw = RwLock(); rw.acquire_write(); let t = spawn(|| rw.acquire_read(60)); sleep(0.02);
         rw.release_write(); print(t.join());", &["true"], "()"),
    row("RwLock", Timeout, TimeIsOver,
        "let rw = RwLock(); rw.acquire_read(); print(rw.acquire_write(0.01), rw);",
        &["false RwLock(1 reader)"], "()"),
    row("RwLock", Timeout, Misuse,
        "RwLock().acquire_read(-1);", &[],
        "1:10 acquire_read(-1): a time is a number of seconds, 0 or more / give 0 to look without \
         waiting, or nothing to wait without a limit"),
    row("RwLock", Timeout, OwnerDied,
        "let rw = RwLock(); spawn(|| { rw.acquire_write(); }).join(); print(rw.acquire_write(0.01));",
        &["false"], "()"),
    row("RwLock", Timeout, Stopped,
        "let rw = RwLock(); rw.acquire_read(); spawn(|| { loop { sleep(0.001); } });
         print(\"stop me\"); rw.acquire_write(1e9);", &["stop me"], "interrupted"),
    // Once.
    row("Once", Plain, Success,
        "let once = Once(); print(once); print(once.call(|| 5), once.call(|| throw \"no\"));
         print(once, once.done());",
        &["Once(not called)", "5 5", "Once(done) true"], "()"),
    row("Once", Plain, WaitThenSuccess,
        "let once = Once(); let ts = [];
         for i in 0..4 { ts.push(spawn(|| once.call(|| { sleep(0.02); print(\"set up\"); i; 7 }))); }
         for t in ts { print(t.join()); }",
        &["set up", "7", "7", "7", "7"], "()"),
    row("Once", Plain, Misuse,
        "let once = Once();
         try { once.call(|| throw \"no\"); } catch (e) { print(e); }
         once.call(|| 1);",
        &["no"],
        "3:15 the function of the Once made in line 1, called in line 2, has failed: it runs only \
         once, whatever becomes of it / let the function catch its own errors, or make a new Once to \
         try again"),
    row("Once", Plain, OwnerDied,
        "let once = Once(); spawn(|| once.call(|| throw \"no\")).join();
         try { once.call(|| 1); } catch (e) { print(e.error, once); }",
        &["Exception in thread Thread-1: no (line 1, column 42)", "RuntimeError Once(failed)"], "()"),
    // As in Go: no call returns before the function does.
    row("Once", Plain, OwnerDied,
        "let once = Once(); once.call(|| once.call(|| 1));", &[], "deadlock of main"),
    row("Once", Plain, Stopped,
        "let once = Once();
         spawn(|| once.call(|| { print(\"stop me\"); loop { sleep(0.001); } })); sleep(0.01);
         once.call(|| 1);",
        &["stop me"], "interrupted"),
    row("Once", Try, Success,
        "let once = Once(); print(once.done()); once.call(|| 1); print(once.done());",
        &["false", "true"], "()"),
    row("Once", Try, OwnerDied,
        "let once = Once(); spawn(|| once.call(|| throw \"no\")).join(); print(once.done());",
        &["Exception in thread Thread-1: no (line 1, column 42)", "false"], "()"),
    // Latch.
    row("Latch", Plain, Success,
        "let l = Latch(3); print(l); l.count_down(2); print(l.count(), l); l.count_down();
         print(l.wait(), l, Latch(0).wait(), Latch(1).arrive_and_wait());",
        &["Latch(3 to go)", "1 Latch(1 to go)", "true Latch(open) true true"], "()"),
    row("Latch", Plain, WaitThenSuccess,
        "let l = Latch(3); let n = Atomic(0);
         for i in 0..3 { spawn(|| { sleep(0.01); n.fetch_add(1); l.count_down(); }); }
         l.wait(); print(n.load());",
        &["3"], "()"),
    row("Latch", Plain, WaitThenSuccess,
        "let l = Latch(4); let ts = []; for i in 0..3 { ts.push(spawn(|| l.arrive_and_wait())); }
         print(l.arrive_and_wait()); for t in ts { print(t.join()); }",
        &["true", "true", "true", "true"], "()"),
    row("Latch", Plain, Misuse,
        "let l = Latch(1); l.count_down(); l.count_down();", &[],
        "1:37 the Latch made in line 1 was counted down by 1 at 0: its count ends at 0 and never \
         starts again / make the latch with one count for each count_down(), or use a Barrier for \
         rounds"),
    row("Latch", Plain, Misuse, "Latch(-1);", &[],
        "1:1 Latch(-1): the count is a whole number, 0 or more / write Latch(3) to wait until \
         count_down() was called three times"),
    row("Latch", Plain, OwnerDied,
        "let l = Latch(1); spawn(|| { throw \"no\"; l.count_down(); }).join(); l.wait();",
        &["Exception in thread Thread-1: no (line 1, column 30)"], "deadlock of main"),
    row("Latch", Plain, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); Latch(1).wait();",
        &["stop me"], "interrupted"),
    row("Latch", Try, Success,
        "print(Latch(1).wait(0), Latch(0).wait(0));", &["false true"], "()"),
    row("Latch", Try, OwnerDied,
        "let l = Latch(1); spawn(|| 1).join(); print(l.wait(0), l.count());", &["false 1"], "()"),
    row("Latch", Timeout, Success,
        "print(Latch(0).wait(60), Latch(1).arrive_and_wait(60));", &["true true"], "()"),
    row("Latch", Timeout, WaitThenSuccess,
        "let l = Latch(1); spawn(|| { sleep(0.02); l.count_down(); }); print(l.wait(60));",
        &["true"], "()"),
    row("Latch", Timeout, TimeIsOver,
        "let l = Latch(2); print(l.wait(0.01), l.arrive_and_wait(0.01), l);",
        &["false false Latch(1 to go)"], "()"),
    row("Latch", Timeout, Misuse, "Latch(1).wait(-1);", &[],
        "1:10 wait(-1): a time is a number of seconds, 0 or more / give 0 to look without waiting, \
         or nothing to wait without a limit"),
    row("Latch", Timeout, OwnerDied,
        "let l = Latch(1); spawn(|| 1).join(); print(l.wait(0.01));", &["false"], "()"),
    row("Latch", Timeout, Stopped,
        "spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); Latch(1).wait(1e9);",
        &["stop me"], "interrupted"),
];

/// What each primitive promises.
#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere("readers hold the lock together",
        "let rw = RwLock(); let all = Barrier(3); let ts = [];
         for i in 0..3 { ts.push(spawn(|| { with rw.read() { all.wait(); } })); }
         for t in ts { t.join(); } print(rw);", &["RwLock(free)"]),
    everywhere("a writer holds it alone",
        "let rw = RwLock(); let inside = Atomic(0); let ts = [];
         for i in 0..3 { ts.push(spawn(|| { for j in 0..30 { with rw.write() {
             inside.fetch_add(1); if inside.load() != 1 { print(\"not alone\"); } inside.fetch_sub(1); }
         } })); } for t in ts { t.join(); } print(rw);", &["RwLock(free)"]),
    everywhere("while a writer waits, no further reader gets in",
        "let rw = RwLock(); rw.acquire_read(); let t = spawn(|| { with rw.write() { } });
         while rw.try_acquire_read() { rw.release_read(); sleep(0.001); }
         print(rw.acquire_read(0.01)); rw.release_read(); t.join(); print(rw.acquire_read(0.01));",
        &["false", "true"]),
    everywhere("a writer that is done lets the readers in that wait, before the next writer",
        "let rw = RwLock(); rw.acquire_write();
         let w = spawn(|| { with rw.write() { print(\"writer\"); } }); sleep(0.02);
         let r = spawn(|| { with rw.read() { print(\"reader\"); } }); sleep(0.02);
         rw.release_write(); w.join(); r.join();", &["reader", "writer"]),
    everywhere("with gives the lock back when an error passes",
        "let rw = RwLock(); try { with rw.write() { throw 1; } } catch { print(rw); }
         try { with rw.read() { throw 1; } } catch { print(rw); }", &["RwLock(free)", "RwLock(free)"]),
    everywhere("of many calls one runs the function, and all get its value",
        "let once = Once(); let runs = Atomic(0); let ts = [];
         for i in 0..8 { ts.push(spawn(|| once.call(|| { runs.fetch_add(1); 40 + runs.load() }))); }
         let sum = 0; for t in ts { sum += t.join(); } print(runs.load(), sum);", &["1 328"]),
    everywhere("a call that comes while the function runs waits for its end",
        "let once = Once(); let t = spawn(|| once.call(|| { sleep(0.03); print(\"ready\"); }));
         sleep(0.01); once.call(|| print(\"never\")); print(\"on\"); t.join();", &["ready", "on"]),
    everywhere("an error of the function is raised where it ran, and told to all others",
        "let once = Once(); let t = spawn(|| { try { once.call(|| { sleep(0.03); throw \"no\"; }); }
             catch (e) { print(e); } });
         sleep(0.01); try { once.call(|| 1); } catch (e) { t.join(); print(e.error); }",
        &["no", "RuntimeError"]),
    everywhere("a latch lets all go on at 0, and whoever comes later at once",
        "let l = Latch(2); let ts = []; for i in 0..2 { ts.push(spawn(|| l.wait())); }
         l.count_down(2); for t in ts { print(t.join()); } print(l.wait());",
        &["true", "true", "true"]),
];
