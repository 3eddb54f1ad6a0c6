//! What it takes until the first line runs: a new session, and a text that is parsed and lowered.

mod lab;

use criterion::{Criterion, criterion_group, criterion_main};
use lab::{Lab, quick};

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    group.bench_function("a session and one print", |bencher| {
        bencher.iter(|| Lab::new("print(1)"));
    });
    let mut lab = Lab::new("");
    group.bench_function("one more input", |bencher| {
        bencher.iter(|| lab.run("let x = 1; x += 1; x"));
    });
    group.finish();
}

criterion_group! { name = benches; config = quick(); targets = start }
criterion_main!(benches);
