//! Queues, and atomics.
//!
//! Promised, as in Python's reference:
//! - a task_done too many is refused;
//! - join waits until every item was reported done;
//! - put to a queue that was shut down is refused in each form;
//! - get drains a queue that was shut down, and then is refused;
//! - shutdown wakes all who wait on either side;
//! - an immediate shutdown drops the items, and join returns;
//! - items come in the order of the kind of queue;
//! - of equal items a priority queue gives the first first;
//! - a queue without a limit never refuses; one below 1 has none;
//! - a full queue lets a put on as soon as there is room.

use super::Case::*;
use super::Way::*;
use super::{Promise, Row, everywhere, row, where_time_is_virtual};

/// What each primitive answers.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Queue.
    row("Queue", Plain, Success,
        "for q in [Queue(), LifoQueue(), PriorityQueue(), SimpleQueue()] {
             q.put(2); q.put(3); q.put(1); print(q); print(q.get(), q.get(), q.get(), q.empty()); }",
        &["Queue(3 items)", "2 3 1 true", "LifoQueue(3 items)", "1 3 2 true",
          "PriorityQueue(3 items)", "1 2 3 true", "SimpleQueue(3 items)", "2 3 1 true"], "()"),
    row("Queue", Plain, Success,
        "let q = PriorityQueue(); q.put([2, \"b\"]); q.put([1, \"z\"]); q.put([1, \"a\"]); q.put([2]);
         print(q.get(), q.get(), q.get(), q.get());",
        &["[1, \"a\"] [1, \"z\"] [2] [2, \"b\"]"], "()"),
    row("Queue", Plain, Success,
        "let q = Queue(2); for i in 0..2 { q.put(i); } q.get(); q.get(); q.task_done(); q.task_done();
         q.join(); q.put(1); q.shutdown(true); q.join(); print(q);",
        &["Queue(0 of 2 items, shut down)"], "()"),
    row("Queue", Plain, WaitThenSuccess,
        "let q = Queue(1); let sum = 0;
         let t = spawn(|| { loop { let x = q.get(); if x == () { break; } sum += x; } });
         for i in 0..100 { q.put(i); } q.put(()); t.join(); print(sum);",
        &["4950"], "()"),
    row("Queue", Plain, WaitThenSuccess,
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
    row("Queue", Plain, WaitThenSuccess,
        "let q = Queue(); for i in 0..3 { q.put(i); }
         let t = Thread(|| { loop { q.get(); sleep(0.001); print(\"work\"); q.task_done(); } }, [],
             #{daemon: true});
         t.start(); q.join(); print(\"all done\");",
        &["work", "work", "work", "all done"], "()"),
    row("Queue", Plain, WaitThenSuccess,
        "let q = Queue(1); q.put(1);
         let t = spawn(|| { try { q.put(2); } catch (e) { print(e.error); } });
         sleep(0.02); q.shutdown(); t.join(); print(q.get());
         try { q.get(); } catch (e) { print(e.error, e.message); }",
        &["ShutDown", "1", "ShutDown the Queue made in line 1 was shut down"], "()"),
    row("Queue", Try, Success,
        "let q = Queue(1); q.put_nowait(1); print(q.full(), q.qsize());
         for f in [|| q.put_nowait(2), || q.try_put(2), || q.put(2, false), || q.put(2, 0)] {
             try { f.call(); } catch (e) { print(e.error); } }
         print(q.try_get());
         for f in [|| q.get_nowait(), || q.try_get(), || q.get(false), || q.get(true, 0)] {
             try { f.call(); } catch (e) { print(e.error, e.message); } }",
        &["true 1", "Full", "Full", "Full", "Full", "1",
          "Empty the Queue made in line 1 is empty", "Empty the Queue made in line 1 is empty",
          "Empty the Queue made in line 1 is empty", "Empty the Queue made in line 1 is empty"], "()"),
    row("Queue", Timeout, WaitThenSuccess,
        "let q = Queue(1); let t = spawn(|| { sleep(0.02); q.put(5); q.put(6, 60); });
         print(q.get(60), q.get(true, 60)); t.join();",
        &["5 6"], "()"),
    row("Queue", Timeout, TimeIsOver,
        "let q = Queue(1); try { q.get(0.01); } catch (e) { print(e.error, e.message); }
         q.put(1, 0.01); try { q.put(2, 0.01); } catch (e) { print(e.error, e.message); }
         print(q.get(), q.qsize());",
        &["Empty the Queue made in line 1 stayed empty for 0.01 s",
          "Full the Queue made in line 1 stayed full for 0.01 s", "1 0"], "()"),
    row("Queue", Plain, Misuse,
        "let q = Queue(); q.put(1); q.task_done(); q.task_done();",
        &[],
        "1:45 task_done of the Queue made in line 1 without a task: it is called once for each item \
         that was put / call task_done() once after each get(), when the item's work is done"),
    row("Queue", Plain, Misuse,
        "let q = PriorityQueue(); q.put(1);
         try { q.put(\"one\"); } catch (e) { print(e.message); }
         print(q.qsize(), q.get()); q.put([1, || 1]); q.put([2, || 1]); q.put([1, || 1]);",
        &["\"one\" (string) was put beside 1 (i64): a PriorityQueue compares its items: numbers with \
           numbers, texts with texts, arrays element by element", "1 1"],
        "3:75 [1, Fn(closure)] (array) was put beside [1, Fn(closure)] (array): a PriorityQueue \
         compares its items: numbers with numbers, texts with texts, arrays element by element \
         / put arrays that begin with a number and never tie: put([priority, count, item])"),
    row("Queue", Plain, Misuse,
        "let q = Queue(); for x in q { }",
        &[],
        "1:27 the Queue made in line 1 was walked through or indexed: a queue has no end and no \
         positions: its items are taken out one by one / write `loop { let item = queue.get(); ... }`, \
         and leave it by `break`"),
    row("Queue", Plain, OwnerDied,
        "let q = Queue(); spawn(|| { q.put(1); q.get(); throw \"no\"; }).join(); q.join();",
        &["Exception in thread Thread-1: no (line 1, column 48)"], "deadlock of main"),
    row("Queue", Plain, OwnerDied,
        "let q = Queue(1); spawn(|| { q.put(1); throw \"no\"; }).join(); print(q.get()); q.get();",
        &["Exception in thread Thread-1: no (line 1, column 40)", "1"], "deadlock of main"),
    row("Queue", Plain, Stopped,
        "let q = Queue(1); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); q.get();",
        &["stop me"], "interrupted"),
    row("Queue", Plain, Stopped,
        "let q = Queue(1); spawn(|| { loop { sleep(0.001); } }); q.put(1); print(\"stop me\"); q.put(2);",
        &["stop me"], "interrupted"),
    row("Queue", Timeout, Stopped,
        "let q = Queue(1); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); q.get(1e9);",
        &["stop me"], "interrupted"),
    row("Queue", Try, OwnerDied,
        "let q = Queue(1); spawn(|| { q.put(1); throw \"no\"; }).join(); print(q.full(), \
         q.try_get(), q.empty());",
        &["Exception in thread Thread-1: no (line 1, column 40)",
          "true 1 true"], "()"),
    row("Queue", Timeout, Success,
        "let q = Queue(1); q.put(1, 60); print(q.get(60)); q.put(2, true, 60); print(q.get(true, \
         60));",
        &["1", "2"], "()"),
    row("Queue", Timeout, Misuse,
        "let q = Queue(1); for f in [|| q.get(-1), || q.put(1, -1), || q.get(\"x\")] { try { \
         f.call(); } catch (e) { print(e.message); } } print(q.empty());",
        &["get(-1): a time is a number of seconds, 0 or more",
          "put(-1): a time is a number of seconds, 0 or more",
          "expected a number of seconds, found string",
          "true"], "()"),
    row("Queue", Timeout, OwnerDied,
        "let q = Queue(1); spawn(|| { throw \"no\"; q.put(1); }).join(); try { q.get(0.01); } \
         catch (e) { print(e.error); }",
        &["Exception in thread Thread-1: no (line 1, column 30)", "Empty"], "()"),
    // LifoQueue.
    row("LifoQueue", Plain, Success,
        "let q = LifoQueue(); q.put(1); q.put(2); print(q.qsize(), q.get() + q.get());",
        &["2 3"], "()"),
    row("LifoQueue", Plain, WaitThenSuccess,
        "let q = LifoQueue(); let t = spawn(|| q.get() + q.get()); sleep(0.02); q.put(1); \
         q.put(2); print(t.join());",
        &["3"], "()"),
    row("LifoQueue", Plain, Misuse,
        "try { for x in LifoQueue() { } } catch (e) { print(e.error); }",
        &["TypeError"], "()"),
    row("LifoQueue", Plain, OwnerDied,
        "let q = LifoQueue(); spawn(|| { throw \"no\"; q.put(1); }).join(); q.get();",
        &["Exception in thread Thread-1: no (line 1, column 33)"], "deadlock of main"),
    row("LifoQueue", Plain, Stopped,
        "let q = LifoQueue(); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); q.get();",
        &["stop me"], "interrupted"),
    row("LifoQueue", Try, Success,
        "let q = LifoQueue(); q.put_nowait(1); print(q.try_get()); try { q.get_nowait(); } catch \
         (e) { print(e.error); }",
        &["1", "Empty"], "()"),
    row("LifoQueue", Try, OwnerDied,
        "let q = LifoQueue(); spawn(|| { q.put(1); throw \"no\"; }).join(); print(q.try_get());",
        &["Exception in thread Thread-1: no (line 1, column 43)", "1"], "()"),
    row("LifoQueue", Timeout, Success,
        "let q = LifoQueue(); q.put(1); print(q.get(60));",
        &["1"], "()"),
    row("LifoQueue", Timeout, WaitThenSuccess,
        "let q = LifoQueue(); let t = spawn(|| q.get(60)); sleep(0.02); q.put(5); \
         print(t.join());",
        &["5"], "()"),
    row("LifoQueue", Timeout, TimeIsOver,
        "try { LifoQueue().get(0.01); } catch (e) { print(e.error); }",
        &["Empty"], "()"),
    row("LifoQueue", Timeout, Misuse,
        "try { LifoQueue().get(-1); } catch (e) { print(e.error); }",
        &["ValueError"], "()"),
    row("LifoQueue", Timeout, OwnerDied,
        "let q = LifoQueue(); spawn(|| 1).join(); try { q.get(0.01); } catch (e) { \
         print(e.error); }",
        &["Empty"], "()"),
    row("LifoQueue", Timeout, Stopped,
        "let q = LifoQueue(); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         q.get(1e9);",
        &["stop me"], "interrupted"),
    // PriorityQueue.
    row("PriorityQueue", Plain, Success,
        "let q = PriorityQueue(); q.put(1); q.put(2); print(q.qsize(), q.get() + q.get());",
        &["2 3"], "()"),
    row("PriorityQueue", Plain, WaitThenSuccess,
        "let q = PriorityQueue(); let t = spawn(|| q.get() + q.get()); sleep(0.02); q.put(1); \
         q.put(2); print(t.join());",
        &["3"], "()"),
    row("PriorityQueue", Plain, Misuse,
        "try { for x in PriorityQueue() { } } catch (e) { print(e.error); }",
        &["TypeError"], "()"),
    row("PriorityQueue", Plain, OwnerDied,
        "let q = PriorityQueue(); spawn(|| { throw \"no\"; q.put(1); }).join(); q.get();",
        &["Exception in thread Thread-1: no (line 1, column 37)"], "deadlock of main"),
    row("PriorityQueue", Plain, Stopped,
        "let q = PriorityQueue(); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         q.get();",
        &["stop me"], "interrupted"),
    row("PriorityQueue", Try, Success,
        "let q = PriorityQueue(); q.put_nowait(1); print(q.try_get()); try { q.get_nowait(); } \
         catch (e) { print(e.error); }",
        &["1", "Empty"], "()"),
    row("PriorityQueue", Try, OwnerDied,
        "let q = PriorityQueue(); spawn(|| { q.put(1); throw \"no\"; }).join(); \
         print(q.try_get());",
        &["Exception in thread Thread-1: no (line 1, column 47)", "1"], "()"),
    row("PriorityQueue", Timeout, Success,
        "let q = PriorityQueue(); q.put(1); print(q.get(60));",
        &["1"], "()"),
    row("PriorityQueue", Timeout, WaitThenSuccess,
        "let q = PriorityQueue(); let t = spawn(|| q.get(60)); sleep(0.02); q.put(5); \
         print(t.join());",
        &["5"], "()"),
    row("PriorityQueue", Timeout, TimeIsOver,
        "try { PriorityQueue().get(0.01); } catch (e) { print(e.error); }",
        &["Empty"], "()"),
    row("PriorityQueue", Timeout, Misuse,
        "try { PriorityQueue().get(-1); } catch (e) { print(e.error); }",
        &["ValueError"], "()"),
    row("PriorityQueue", Timeout, OwnerDied,
        "let q = PriorityQueue(); spawn(|| 1).join(); try { q.get(0.01); } catch (e) { \
         print(e.error); }",
        &["Empty"], "()"),
    row("PriorityQueue", Timeout, Stopped,
        "let q = PriorityQueue(); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         q.get(1e9);",
        &["stop me"], "interrupted"),
    // SimpleQueue.
    row("SimpleQueue", Plain, Success,
        "let q = SimpleQueue(); q.put(1); q.put(2); print(q.qsize(), q.get() + q.get());",
        &["2 3"], "()"),
    row("SimpleQueue", Plain, WaitThenSuccess,
        "let q = SimpleQueue(); let t = spawn(|| q.get() + q.get()); sleep(0.02); q.put(1); \
         q.put(2); print(t.join());",
        &["3"], "()"),
    row("SimpleQueue", Plain, Misuse,
        "try { for x in SimpleQueue() { } } catch (e) { print(e.error); }",
        &["TypeError"], "()"),
    row("SimpleQueue", Plain, OwnerDied,
        "let q = SimpleQueue(); spawn(|| { throw \"no\"; q.put(1); }).join(); q.get();",
        &["Exception in thread Thread-1: no (line 1, column 35)"], "deadlock of main"),
    row("SimpleQueue", Plain, Stopped,
        "let q = SimpleQueue(); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         q.get();",
        &["stop me"], "interrupted"),
    row("SimpleQueue", Try, Success,
        "let q = SimpleQueue(); q.put_nowait(1); print(q.try_get()); try { q.get_nowait(); } \
         catch (e) { print(e.error); }",
        &["1", "Empty"], "()"),
    row("SimpleQueue", Try, OwnerDied,
        "let q = SimpleQueue(); spawn(|| { q.put(1); throw \"no\"; }).join(); print(q.try_get());",
        &["Exception in thread Thread-1: no (line 1, column 45)", "1"], "()"),
    row("SimpleQueue", Timeout, Success,
        "let q = SimpleQueue(); q.put(1); print(q.get(60));",
        &["1"], "()"),
    row("SimpleQueue", Timeout, WaitThenSuccess,
        "let q = SimpleQueue(); let t = spawn(|| q.get(60)); sleep(0.02); q.put(5); \
         print(t.join());",
        &["5"], "()"),
    row("SimpleQueue", Timeout, TimeIsOver,
        "try { SimpleQueue().get(0.01); } catch (e) { print(e.error); }",
        &["Empty"], "()"),
    row("SimpleQueue", Timeout, Misuse,
        "try { SimpleQueue().get(-1); } catch (e) { print(e.error); }",
        &["ValueError"], "()"),
    row("SimpleQueue", Timeout, OwnerDied,
        "let q = SimpleQueue(); spawn(|| 1).join(); try { q.get(0.01); } catch (e) { \
         print(e.error); }",
        &["Empty"], "()"),
    row("SimpleQueue", Timeout, Stopped,
        "let q = SimpleQueue(); spawn(|| { loop { sleep(0.001); } }); print(\"stop me\"); \
         q.get(1e9);",
        &["stop me"], "interrupted"),
    // Atomic.
    row("Atomic", Plain, Success,
        "let a = Atomic(0); let ts = [];
         for i in 0..4 { ts.push(spawn(|| { for j in 0..200 { a.fetch_add(1); } })); }
         for t in ts { t.join(); } print(a.value, a);",
        &["800 Atomic(800)"], "()"),
    row("Atomic", Plain, Success,
        "let a = Atomic([1]); print(a.load(), a.swap(\"x\")); print(a, a.store(2.5) == ());
         print(a);
         let b = Atomic(5); print(b.fetch_max(9), b.fetch_min(3), b.fetch_sub(1), b.load());",
        &["[1] [1]", "Atomic(2.5) true", "Atomic(2.5)", "5 9 3 2"], "()"),
    row("Atomic", Try, Success,
        "let a = Atomic(0); let ts = [];
         for i in 0..3 { ts.push(spawn(|| { for j in 0..50 {
             loop { let old = a.load(); if a.compare_exchange(old, old + 2) { break; } } } })); }
         for t in ts { t.join(); } print(a.load(), a.compare_exchange(1, 2));",
        &["300 false"], "()"),
    row("Atomic", Plain, Misuse,
        "let a = Atomic(9223372036854775807);
         try { a.fetch_add(1); } catch (e) { print(e.message, a.value == 9223372036854775807); }
         Atomic(\"x\").fetch_add(1);",
        &["Addition overflow: 9223372036854775807 + 1 true"],
        "3:22 fetch_add of an Atomic with a value of type string: it computes with integers, in one \
         step / use load, store, swap and compare_exchange for other values"),
    row("Atomic", Plain, OwnerDied,
        "let a = Atomic(0); spawn(|| { a.store(1); throw \"no\"; }).join(); print(a.load());",
        &["Exception in thread Thread-1: no (line 1, column 43)", "1"], "()"),
    row("Atomic", Plain, Stopped,
        "let a = Atomic(0); print(\"stop me\"); loop { a.fetch_add(1); a.store(0); }",
        &["stop me"], "interrupted"),
    row("Atomic", Try, OwnerDied,
        "let a = Atomic(1); spawn(|| { a.swap(2); throw \"no\"; }).join(); \
         print(a.compare_exchange(2, 3), a.value);",
        &["Exception in thread Thread-1: no (line 1, column 42)", "true 3"], "()"),
];

/// What each primitive promises.
#[rustfmt::skip]
pub(super) const PROMISES: &[Promise] = &[
    everywhere(
        "a task_done too many is refused",
        "let q = Queue(); q.put(1); q.get(); q.task_done(); for i in 0..2 { try { q.task_done(); \
         } catch (e) { print(e.error); } } q.join();",
        &["ValueError", "ValueError"],
    ),
    everywhere(
        "join waits until every item was reported done",
        "let q = Queue(); q.put(1); q.put(2); let t = spawn(|| { q.join(); print(\"joined\"); \
         }); for i in 0..2 { q.get(); sleep(0.02); print(\"done\"); q.task_done(); } t.join();",
        &["done", "done", "joined"],
    ),
    everywhere(
        "put to a queue that was shut down is refused in each form",
        "let q = Queue(); q.shutdown(); for f in [|| q.put(1), || q.put_nowait(1), || q.put(1, \
         60)] { try { f.call(); } catch (e) { print(e.error); } }",
        &["ShutDown", "ShutDown", "ShutDown"],
    ),
    everywhere(
        "get drains a queue that was shut down, and then is refused",
        "let q = Queue(); q.put(1); q.put(2); q.shutdown(); print(q.get(), q.get()); for f in \
         [|| q.get(), || q.get_nowait(), || q.get(60)] { try { f.call(); } catch (e) { \
         print(e.error); } }",
        &["1 2", "ShutDown", "ShutDown", "ShutDown"],
    ),
    everywhere(
        "shutdown wakes all who wait on either side",
        "let q = Queue(1); let e = Queue(); q.put(0); let f = |f| { try { f.call(); } catch (e) \
         { return e.error; } }; let ts = [spawn(f, || q.put(1)), spawn(f, || q.put(2)), spawn(f, \
         || e.get()), spawn(f, || e.get())]; sleep(0.02); q.shutdown(); e.shutdown(); for t in \
         ts { print(t.join()); }",
        &["ShutDown", "ShutDown", "ShutDown", "ShutDown"],
    ),
    everywhere(
        "an immediate shutdown drops the items, and join returns",
        "let q = Queue(); q.put(1); q.put(2); let t = spawn(|| q.join()); sleep(0.02); \
         q.shutdown(true); t.join(); print(q.qsize());",
        &["0"],
    ),
    everywhere(
        "items come in the order of the kind of queue",
        "for q in [Queue(), LifoQueue(), PriorityQueue()] { for x in [2, 3, 1] { q.put(x); } \
         print(q.get(), q.get(), q.get()); }",
        &["2 3 1", "1 3 2", "1 2 3"],
    ),
    everywhere(
        "of equal items a priority queue gives the first first",
        "let q = PriorityQueue(); for x in [1.0, 1, 0] { q.put(x); } print(q.get(), q.get(), \
         q.get());",
        &["0 1.0 1"],
    ),
    everywhere(
        "a queue without a limit never refuses; one below 1 has none",
        "for size in [0, -1] { let q = Queue(size); for x in 0..1000 { q.put_nowait(x); } \
         print(q.full(), q.qsize()); }",
        &["false 1000", "false 1000"],
    ),
    where_time_is_virtual(
        "a full queue lets a put on as soon as there is room",
        "let q = Queue(1); q.put(1); let t = spawn(|| q.put(2)); sleep(0.02); \
         print(t.is_alive(), q.get()); t.join(); print(q.get());",
        &["true 1", "2"],
    ),
];
