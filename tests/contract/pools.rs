//! Pools, their futures and results.

use super::Case::*;
use super::Way::*;
use super::{Row, row};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // ThreadPoolExecutor.
    row("ThreadPoolExecutor", Plain, Success,
        "fn square(x) { x * x }
         with ThreadPoolExecutor() as executor { let results = executor.map(square, [1, 2, 3]); }
         for r in results { print(r); }
         print(pool(1).submit(|a, b| a - b, 5, 3).result());",
        &["1", "4", "9", "2"], "()"),
    row("ThreadPoolExecutor", Plain, WaitThenSuccess,
        "let p = pool(2); for i in 0..3 { p.submit(|| { sleep(0.01); print(\"done\"); }); }
         p.shutdown(); print(\"down\");",
        &["done", "done", "done", "down"], "()"),
    row("ThreadPoolExecutor", Plain, WaitThenSuccess,
        "let outer = pool(2).map(|x| { let sum = 0;
             for y in pool(2).map(|y| y * 10, [x, x]) { sum += y; } sum }, [1, 2]);
         for x in outer { print(x); }",
        &["20", "40"], "()"),
    row("ThreadPoolExecutor", Try, Success,
        "let l = Lock(); l.acquire(); let p = pool(1);
         let f = p.submit(|| { with l { 5 } }); p.shutdown(false); print(f.done());
         l.release(); print(f.result());",
        &["false", "5"], "()"),
    row("ThreadPoolExecutor", Plain, Misuse,
        "let p = pool(1); p.shutdown(); p.shutdown();
         try { p.map(|x| x, [1]); } catch (e) { print(e.message); } p.submit(|| 1);",
        &["map(...) after shutdown: a pool that was shut down takes no new tasks"],
        "2:71 submit(...) after shutdown: a pool that was shut down takes no new tasks \
         / submit before shutdown, or inside its `with` block; or make a new pool"),
    row("ThreadPoolExecutor", Plain, Misuse,
        "let p = pool(1); p.submit(|| p.submit(|| 1).result()).result();",
        &[], "deadlock of main, ThreadPoolExecutor-0_0"),
    row("ThreadPoolExecutor", Plain, OwnerDied,
        "let p = pool(1); let bad = p.submit(|| { throw \"no\"; }); let good = p.submit(|| 5);
         print(good.result(), bad.exception()); with p { throw \"main\"; }",
        &["5 no"], "2:58 main"),
    row("ThreadPoolExecutor", Plain, Stopped,
        "with pool(2) as p { for i in 0..9 { p.submit(|| { loop { sleep(0.001); } }); }
         print(\"stop me\"); }",
        &["stop me"], "interrupted"),
    row("ThreadPoolExecutor", Try, OwnerDied,
        "let p = pool(1); let f = p.submit(|| { throw \"no\"; }); p.shutdown(); print(f.done(), \
         f.exception());",
        &["true no"], "()"),
    // Future.
    row("Future", Plain, Success,
        "let f = pool(1).submit(|| 5); print(f.result(), f.result(), f.exception() == ());",
        &["5 5 true"], "()"),
    row("Future", Plain, WaitThenSuccess,
        "let f = pool(1).submit(|| { sleep(0.02); print(\"slept\"); 5 }); print(f.result());",
        &["slept", "5"], "()"),
    row("Future", Try, Success,
        "let l = Lock(); l.acquire(); let p = pool(1); let f = p.submit(|| { with l { 5 } });
         let g = p.submit(|| 6); print(f.done(), f.running(), g.running(), g.cancel(), f.cancel());
         l.release(); print(f.result(), f.done(), g.done(), g.cancelled());",
        &["false true false true false", "5 true true true"], "()"),
    row("Future", Timeout, WaitThenSuccess,
        "let f = pool(1).submit(|| { sleep(0.02); 5 }); print(f.result(60), f.exception(60) == ());",
        &["5 true"], "()"),
    row("Future", Timeout, TimeIsOver,
        "let l = Lock(); l.acquire(); let f = pool(1).submit(|| { with l { 5 } });
         try { f.exception(0); } catch (e) { print(e.error); }
         try { f.result(0.01); } catch (e) { print(e.error, e.message); }
         l.release(); print(f.result());",
        &["TimeoutError", "TimeoutError the result of a Future took longer than 0.01 s", "5"], "()"),
    row("Future", Plain, Misuse,
        "let l = Lock(); l.acquire(); let p = pool(1); p.submit(|| { with l { } });
         let f = p.submit(|| 1); f.cancel(); l.release(); f.result();",
        &[],
        "2:61 a cancelled Future was asked for its result: \
         a task that was cancelled never runs and has no result / ask cancelled() first"),
    row("Future", Plain, OwnerDied,
        "let f = pool(1).submit(|| { throw \"no\"; }); print(f.exception(), f.done()); f.result();",
        &["no true"], "1:29 no"),
    row("Future", Plain, Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\"); f.result();",
        &["stop me"], "interrupted"),
    row("Future", Timeout, Stopped,
        "let f = pool(1).submit(|| { loop { sleep(0.001); } }); print(\"stop me\"); f.result(1e9);",
        &["stop me"], "interrupted"),
    row("Future", Try, OwnerDied,
        "let f = pool(1).submit(|| { throw \"no\"; }); f.exception(); print(f.done(), \
         f.running(), f.cancelled());",
        &["true false false"], "()"),
    row("Future", Timeout, Success,
        "let f = pool(1).submit(|| 5); f.result(); print(f.result(60), f.exception(60) == ());",
        &["5 true"], "()"),
    row("Future", Timeout, Misuse,
        "let f = pool(1).submit(|| 5); try { f.result(-1); } catch (e) { print(e.message); }",
        &["result(-1): a time is a number of seconds, 0 or more"], "()"),
    row("Future", Timeout, OwnerDied,
        "let f = pool(1).submit(|| { throw \"no\"; }); print(f.exception(60)); try { \
         f.result(60); } catch (e) { print(e); }",
        &["no", "no"], "()"),
    // Results.
    row("Results", Plain, Success,
        "let r = pool(2).map(|a, b| a + b, [1, 2, 3], 10..20);
         for x in r { print(x); } for x in r { print(x); } print(r[2], r[-1]);",
        &["11", "13", "15", "11", "13", "15", "15 15"], "()"),
    row("Results", Plain, WaitThenSuccess,
        "print(pool(2).map(|x| { sleep(0.01); x }, [3, 4]), 5);",
        &["Results(3, 4) 5"], "()"),
    row("Results", Plain, WaitThenSuccess,
        "let r = pool(2).map(|x| { sleep(0.01 * x); x }, [3, 2, 1]);
         for x in r { print(x); } r.wait(); print(r);",
        &["3", "2", "1", "Results(3, 2, 1)"], "()"),
    row("Results", Try, Success,
        "let l = Lock(); l.acquire(); let r = pool(1).map(|x| { with l { x } }, [1, 2]);
         print(r.len()); l.release(); r.wait(); print(r.len());",
        &["2", "2"], "()"),
    row("Results", Plain, Misuse,
        "let r = pool(1).map(|x| x, [1]); r[1];",
        &[], "1:36 there is no item 1"),
    row("Results", Plain, OwnerDied,
        "let r = pool(1).map(|x| 6 / x, [1, 0, 2]);
         print(r[0], r[2]); r.wait(); for x in r { print(x); }",
        &["6 3", "6"], "1:27 Division by zero: 6 / 0 / look at the divisor first: `if b != 0 { a / b }`"),
    row("Results", Plain, Stopped,
        "let r = pool(1).map(|x| { loop { sleep(0.001); } }, [1, 2]); print(\"stop me\"); r[1];",
        &["stop me"], "interrupted"),
    row("Results", Try, OwnerDied,
        "let r = pool(1).map(|x| 6 / x, [0]); r.wait(); print(r.len());",
        &["1"], "()"),
];
