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

/// How much more memory the last round may hold than the one before, in kilobytes.
const GROWTH: u64 = 16 * 1024;

/// The memory that this process holds, in kilobytes; nothing where the host does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Runs `text` three times in one session: each time it must print `expected`.
fn stress(text: &str, expected: &str) {
    let stream = Arc::new(Stream::new());
    let config = common::Mode::Parallel(threadlab::host::cores()).config();
    let mut session = Session::new(config, stream.clone());
    let mut memory = Vec::new();
    for _ in 0..3 {
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
                Kind::Print { text } => Some(text),
                _ => None,
            })
            .collect();
        assert_eq!(lines, [expected]);
        memory.extend(resident());
    }
    if let [_, before, after] = memory[..] {
        assert!(after <= before + GROWTH, "grows: {memory:?} kilobytes");
    }
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
