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

fn threads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("threads");
    for (name, operations, definitions, call) in WORKS {
        let mut lab = Lab::new(definitions);
        group.throughput(Throughput::Elements(operations));
        group.bench_function(name, |bencher| bencher.iter(|| lab.run(call)));
    }
    group.finish();
}

criterion_group! { name = benches; config = quick(); targets = threads }
criterion_main!(benches);
