//! What threads cost: one after the other, in pools, at a lock, printing, asleep.
//!
//! Criterion shows the time of one operation beside the time of the whole.

mod lab;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lab::{Lab, quick};

const WORKS: [(&str, u64, &str, &str); 5] = [
    (
        "spawn and join",
        10_000,
        "fn work() { 1 } fn run(n) { for i in 0..n { join(spawn(work)); } }",
        "run(10000)",
    ),
    (
        "map",
        10_000,
        "fn work(x) { x + 1 }
        fn run(n) {
            let sum = 0;
            with ThreadPoolExecutor(4) as pool {
                for value in pool.map(work, 0..n) { sum += value; }
            }
            sum
        }",
        "run(10000)",
    ),
    (
        "lock, increment, release in 4 threads",
        40_000,
        "let lock = Lock();
        let counter = 0;
        fn work(n) { for i in 0..n { with lock { counter += 1; } } }
        fn run(n) {
            let threads = [];
            for i in 0..4 { threads.push(spawn(work, n)); }
            for thread in threads { thread.join(); }
        }",
        "run(10000)",
    ),
    (
        "print from 4 threads",
        40_000,
        "fn work(name, n) { for i in 0..n { print(name, i); } }
        fn run(n) {
            let threads = [];
            for i in 0..4 { threads.push(spawn(work, i, n)); }
            for thread in threads { thread.join(); }
        }",
        "run(10000)",
    ),
    (
        "threads that sleep together for 1 ms",
        10_000,
        "fn nap() { sleep(0.001); }
        fn run(n) {
            let threads = [];
            for i in 0..n { threads.push(spawn(nap)); }
            for thread in threads { thread.join(); }
        }",
        "run(10000)",
    ),
];

/// Threads that hand something to each other, again and again; the names say what one operation is.
const HANDOVERS: [(&str, u64, &str, &str); 7] = [
    (
        "round trip through two queues",
        10_000,
        "let there = Queue();
        let back = Queue();
        fn echo(n) { for i in 0..n { back.put(there.get()); } }
        fn run(n) {
            let thread = spawn(echo, n);
            for i in 0..n { there.put(i); back.get(); }
            thread.join();
        }",
        "run(10000)",
    ),
    (
        "item through a bounded queue, 4 producers, 4 consumers",
        40_000,
        "let items = Queue(64);
        fn produce(n) { for i in 0..n { items.put(i); } }
        fn consume(n) { for i in 0..n { items.get(); } }
        fn run(n) {
            let threads = [];
            for i in 0..4 { threads.push(spawn(produce, n)); threads.push(spawn(consume, n)); }
            for thread in threads { thread.join(); }
        }",
        "run(10000)",
    ),
    (
        "acquire and release a semaphore of 2 in 4 threads",
        40_000,
        "let semaphore = Semaphore(2);
        fn work(n) { for i in 0..n { semaphore.acquire(); semaphore.release(); } }
        fn run(n) {
            let threads = [];
            for i in 0..4 { threads.push(spawn(work, n)); }
            for thread in threads { thread.join(); }
        }",
        "run(10000)",
    ),
    (
        "round trip through two events",
        10_000,
        "let ping = Event();
        let pong = Event();
        fn answer(n) { for i in 0..n { ping.wait(); ping.clear(); pong.set(); } }
        fn run(n) {
            let thread = spawn(answer, n);
            for i in 0..n { ping.set(); pong.wait(); pong.clear(); }
            thread.join();
        }",
        "run(10000)",
    ),
    (
        "turn of two threads at a condition",
        20_000,
        "let condition = Condition();
        let turn = 0;
        fn work(mine, n) {
            for i in 0..n {
                with condition {
                    while turn != mine { condition.wait(); }
                    turn = 1 - mine;
                    condition.notify();
                }
            }
        }
        fn run(n) {
            let threads = [spawn(work, 0, n), spawn(work, 1, n)];
            for thread in threads { thread.join(); }
        }",
        "run(10000)",
    ),
    (
        "meeting of 4 threads at a barrier",
        10_000,
        "let barrier = Barrier(4);
        fn work(n) { for i in 0..n { barrier.wait(); } }
        fn run(n) {
            let threads = [];
            for i in 0..4 { threads.push(spawn(work, n)); }
            for thread in threads { thread.join(); }
        }",
        "run(10000)",
    ),
    (
        "submit and result",
        10_000,
        "fn work(x) { x + 1 }
        fn run(n) {
            with ThreadPoolExecutor(4) as pool {
                for i in 0..n { pool.submit(work, i).result(); }
            }
        }",
        "run(10000)",
    ),
];

fn threads(criterion: &mut Criterion) {
    for (group, works) in [("threads", &WORKS[..]), ("handovers", &HANDOVERS[..])] {
        let mut group = criterion.benchmark_group(group);
        for (name, operations, definitions, call) in works {
            let mut lab = Lab::new(definitions);
            group.throughput(Throughput::Elements(*operations));
            group.bench_function(*name, |bencher| bencher.iter(|| lab.run(call)));
        }
        group.finish();
    }
}

criterion_group! { name = benches; config = quick(); targets = threads }
criterion_main!(benches);
