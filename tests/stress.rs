//! Much of everything, truly in parallel: nothing is lost, nothing comes twice, and memory returns to
//! about where it began.
//!
//! Ignored by default, because only a release build does this in seconds; `.ci/run` runs it so. Each
//! script runs three times in one session: the first time fills what is kept for reuse, and what
//! the last adds to that is a leak.

#[allow(unused_imports, reason = "each test crate uses its own part of it")]
mod common;

use std::sync::Arc;
use std::time::Duration;

use threadlab::event::{Kind, Stream};
use threadlab::session::{Input, InputKind, Outcome, Report, Session};

/// How much more memory a round may hold than the one before, in kilobytes, when nothing leaks.
const GROWTH: u64 = 2 * 1024;

/// After so many rounds the memory has to have settled.
const ROUNDS: usize = 10;

/// The memory that this process holds, in kilobytes; nothing where the host does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Runs `text` three times or more in one session: each time it must print `expected`. Sooner or later a
/// run needs no more memory than the one before, however many threads there happened to be at once.
fn stress(text: &str, expected: &str) {
    let stream = Arc::new(Stream::new());
    let config = common::Mode::Parallel(threadlab::host::cores()).config();
    let mut session = Session::new(config, stream.clone());
    let mut memory = Vec::new();
    for round in 0..ROUNDS {
        let report = session.run(Input {
            name: "stress",
            text,
            kind: InputKind::Script,
        });
        assert!(
            matches!(
                &report,
                Report::Ran {
                    outcome: Outcome::Value(_),
                    ..
                }
            ),
            "{report:?}"
        );
        let lines: Vec<String> = (stream.take_within(Duration::ZERO).into_iter())
            .filter_map(|event| match event.kind {
                Kind::Print { text, .. } => Some(text),
                _ => None,
            })
            .collect();
        assert_eq!(lines, [expected]);
        memory.extend(resident());
        let has_settled = match memory[..] {
            [_, .., before, after] => after <= before + GROWTH,
            _ => memory.is_empty(),
        };
        if round >= 2 && has_settled {
            return;
        }
    }
    panic!("grows: {memory:?} kilobytes");
}

#[test]
#[ignore = "for a release build"]
fn each_item_of_a_generator_is_taken_once() {
    stress(
        "fn items(n) { let i = 0; while i < n { yield(i); i += 1; } }
         let source = items(40000);
         let taken = Atomic(0);
         let sum = Atomic(0);
         let threads = [];
         for i in 0..4 {
             threads.push(spawn(|| {
                 loop {
                     try { for item in source { taken.fetch_add(1); sum.fetch_add(item); } break; }
                     catch (e) { }
                 }
             }));
         }
         for t in threads { t.join(); }
         print(taken.load(), sum.load());",
        "40000 799980000",
    );
}

#[test]
#[ignore = "for a release build"]
fn a_hundred_thousand_threads_pass_one_lock() {
    stress(
        "let lock = Lock(); let count = 0;
         for round in 0..100 {
             let threads = [];
             for i in 0..1000 { threads.push(spawn(|| { with lock { count += 1; } })); }
             for t in threads { t.join(); }
         }
         print(count, lock.locked());",
        "100000 false",
    );
}

#[test]
#[ignore = "for a release build"]
fn a_hundred_thousand_threads_at_once_pass_one_lock() {
    stress(
        "let lock = Lock(); let count = 0; let threads = [];
         with lock {
             for i in 0..100000 { threads.push(spawn(|| { with lock { count += 1; } })); }
         }
         for t in threads { t.join(); }
         print(count);",
        "100000",
    );
}

/// Each producer puts other numbers: sum and sum of squares differ when one is lost or comes twice.
#[test]
#[ignore = "for a release build"]
fn a_million_items_pass_a_bounded_queue() {
    stress(
        "let queue = Queue(64); let producers = []; let consumers = [];
         for p in 0..8 { producers.push(spawn(|p| {
             let x = p; while x < 1000000 { queue.put(x); x += 8; }
         }, p)); }
         for c in 0..8 { consumers.push(spawn(|| {
             let count = 0; let sum = 0; let squares = 0;
             loop {
                 let x = queue.get();
                 if x < 0 { break; }
                 count += 1; sum += x; squares += x * x; queue.task_done();
             }
             queue.task_done();
             [count, sum, squares]
         })); }
         for t in producers { t.join(); }
         for c in 0..8 { queue.put(-1); }
         queue.join();
         let count = 0; let sum = 0; let squares = 0;
         for t in consumers {
             let got = t.join(); count += got[0]; sum += got[1]; squares += got[2];
         }
         print(count, sum, squares, queue.empty());",
        "1000000 499999500000 333332833333500000 true",
    );
}

#[test]
#[ignore = "for a release build"]
fn ten_thousand_timers_call_once_or_never() {
    stress(
        "let calls = Atomic(0); let timers = [];
         for i in 0..10000 { timers.push(Timer(0.001 * (i % 50), || calls.fetch_add(1))); }
         for t in timers { t.start(); }
         let late = [];
         for i in 0..1000 { late.push(Timer(1000000, || calls.fetch_add(1000000))); }
         for t in late { t.start(); }
         for t in late { t.cancel(); }
         for t in timers { t.join(); }
         for t in late { t.join(); }
         print(calls.value);",
        "10000",
    );
}

/// In each round every thread gets another number, so their sum is known.
#[test]
#[ignore = "for a release build"]
fn a_thousand_rounds_of_a_barrier_of_sixty_four() {
    stress(
        "let barrier = Barrier(64); let threads = [];
         for i in 0..64 { threads.push(spawn(|| {
             let sum = 0; for round in 0..1000 { sum += barrier.wait(); } sum
         })); }
         let sum = 0; for t in threads { sum += t.join(); }
         print(sum, barrier.n_waiting, barrier.broken);",
        "2016000 0 false",
    );
}

#[test]
#[ignore = "for a release build"]
fn a_thousand_barriers_of_sixty_four() {
    stress(
        "let sum = 0;
         for round in 0..1000 {
             let barrier = Barrier(64); let threads = [];
             for i in 0..64 { threads.push(spawn(|| barrier.wait())); }
             for t in threads { sum += t.join(); }
         }
         print(sum);",
        "2016000",
    );
}

#[test]
#[ignore = "for a release build"]
fn half_a_million_items_pass_channels_of_each_kind() {
    stress(
        "let total = 0; let count = 0;
         for capacity in [0, 16] {
             let ch = channel(capacity); let senders = []; let receivers = [];
             for s in 0..4 { senders.push(spawn(|s| {
                 let x = s; while x < 250000 { ch.send(x); x += 4; }
             }, s)); }
             for r in 0..4 { receivers.push(spawn(|| {
                 let n = 0; let sum = 0; for x in ch { n += 1; sum += x; } [n, sum]
             })); }
             for t in senders { t.join(); }
             ch.close();
             for t in receivers { let got = t.join(); count += got[0]; total += got[1]; }
         }
         print(count, total);",
        "500000 62499750000",
    );
}

#[test]
#[ignore = "for a release build"]
fn a_hundred_thousand_items_are_selected_once() {
    stress(
        "let a = channel(); let b = channel(4); let threads = [];
         for ch in [a, b] { for s in 0..2 { threads.push(spawn(|s| {
             let x = s; while x < 50000 { ch.send(x); x += 2; }
         }, s)); } }
         let receivers = [];
         for r in 0..4 { receivers.push(spawn(|| {
             let n = 0; let sum = 0;
             while n < 25000 { sum += select([a, b]).value; n += 1; }
             sum
         })); }
         let sum = 0; for t in receivers { sum += t.join(); }
         for t in threads { t.join(); }
         print(sum, a.len(), b.len());",
        "2499950000 0 0",
    );
}

/// Who reads never sees one of the two without the other.
#[test]
#[ignore = "for a release build"]
fn readers_never_see_half_of_what_a_writer_does() {
    stress(
        "let rw = RwLock(); let a = 0; let b = 0; let threads = [];
         for w in 0..4 { threads.push(spawn(|| {
             for i in 0..10000 { with rw.write() { a += 1; b += 1; } } 0
         })); }
         for r in 0..8 { threads.push(spawn(|| {
             let torn = 0; for i in 0..10000 { with rw.read() { if a != b { torn += 1; } } } torn
         })); }
         let torn = 0; for t in threads { torn += t.join(); }
         print(a, b, torn, rw);",
        "40000 40000 0 RwLock(free)",
    );
}

#[test]
#[ignore = "for a release build"]
fn ten_thousand_tasks_take_turns() {
    stress(
        "let sum = 0;
         fn task(lock, queue, i) {
             await asyncio.sleep(0); await lock.acquire(); let s = sum; await asyncio.sleep(0);
             sum = s + i; lock.release(); await queue.put(i);
         }
         fn all() {
             let lock = asyncio.Lock(); let queue = asyncio.Queue(); let tasks = [];
             for i in 0..10000 { tasks.push(asyncio.create_task(task, lock, queue, i)); }
             for t in tasks { await t; }
             queue.qsize()
         }
         let size = asyncio.run(all); let total = sum; sum = 0;
         print(total, size);",
        "49995000 10000",
    );
}

#[test]
#[ignore = "for a release build"]
fn ten_thousand_tasks_in_processes_and_a_hundred_pools() {
    stress(
        "let sum = 0; let p = ProcessPoolExecutor(2);
         for x in p.map(|x| x * 2, 0..5000, #{chunksize: 1}) { sum += x; }
         let fs = []; for i in 0..5000 { fs.push(p.submit(|x| x + 1, i)); }
         for f in fs { sum += f.result(); }
         p.shutdown();
         for i in 0..100 { sum += ProcessPoolExecutor(1).submit(|| 1).result(); }
         print(sum);",
        "37497600",
    );
}

/// Each wait ends long before its time is over, and its deadline is forgotten.
#[test]
#[ignore = "for a release build"]
fn a_million_waits_with_a_limit_that_is_never_reached() {
    stress(
        "let queue = Queue(1); let sum = 0;
         let t = spawn(|| { for i in 0..500000 { queue.put(i, 100000); } });
         for i in 0..500000 { sum += queue.get(100000); }
         t.join();
         print(sum);",
        "124999750000",
    );
}
