//! What sequential code costs: calls, loops, strings, arrays, maps.
//!
//! Each bench calls a function that was lowered before, so that parsing hardly counts.

mod lab;

use criterion::{Criterion, criterion_group, criterion_main};
use lab::{Lab, quick};

const WORKS: [(&str, &str, &str); 7] = [
    (
        "fib(25)",
        "fn fib(n) { if n < 2 { return n; } fib(n - 1) + fib(n - 2) }",
        "fib(25)",
    ),
    (
        "while-loop of 500k",
        "fn count(n) { let i = 0; let sum = 0; while i < n { sum += i; i += 1; } sum }",
        "count(500000)",
    ),
    (
        "primes below 10k",
        "fn primes(limit) {
            let count = 0;
            for candidate in 2..limit {
                let divisor = 2;
                let prime = true;
                while divisor * divisor <= candidate {
                    if candidate % divisor == 0 { prime = false; break; }
                    divisor += 1;
                }
                if prime { count += 1; }
            }
            count
        }",
        "primes(10000)",
    ),
    (
        "string of 10k pieces",
        r#"fn build(n) { let text = ""; for i in 0..n { text += "piece"; } text.len() }"#,
        "build(10000)",
    ),
    (
        "100k pushes",
        "fn fill(n) { let a = []; for i in 0..n { a.push(i); } a.len() }",
        "fill(100000)",
    ),
    (
        "100k reads and writes of a map",
        "fn touch(n) { let m = #{x: 0, y: 0}; for i in 0..n { m.x += 1; m.y = m.x; } m.y }",
        "touch(100000)",
    ),
    (
        "100k method calls",
        "fn bump() { this += 1; } fn call(n) { let x = 0; for i in 0..n { x.bump(); } x }",
        "call(100000)",
    ),
];

fn vm(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("vm");
    for (name, definitions, call) in WORKS {
        let mut lab = Lab::new(definitions);
        group.bench_function(name, |bencher| bencher.iter(|| lab.run(call)));
    }
    group.finish();
}

criterion_group! { name = benches; config = quick(); targets = vm }
criterion_main!(benches);
