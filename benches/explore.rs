//! How fast all interleavings are found: the exact search by its own clock, steps a second, and the
//! memory of a million states.
#![allow(
    clippy::print_stdout,
    reason = "memory is not a figure that criterion has"
)]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use threadlab::event::Stream;
use threadlab::explore::{Exploration, Explorer, Limits, Watch};
use threadlab::session::{Config, Input, InputKind, Scheduler, Session};

/// So many threads that each add 1 to one variable so many times, without a lock.
fn increments(threads: u32, times: u32) -> String {
    format!(
        "let counter = 0;
        fn work() {{ for i in 0..{times} {{ counter += 1; }} }}
        let threads = [];
        for i in 0..{threads} {{ threads.push(spawn(work)); }}
        for thread in threads {{ thread.join(); }}
        print(counter);"
    )
}

/// Explores `text` as often as `use_it` likes.
fn with_explorer(text: &str, use_it: impl FnOnce(&mut Explorer)) {
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: None,
        input: None,
        readable: Vec::new(),
        worker_executable: None,
        args: Vec::new(),
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    let input = Input {
        name: "bench",
        text,
        kind: InputKind::Script,
    };
    match session.explorer(input, false) {
        Ok(mut explorer) => use_it(&mut explorer),
        Err(_) => panic!("cannot be explored: {text}"),
    };
}

fn explore(explorer: &mut Explorer, limits: &Limits) -> Exploration {
    let stop = Arc::<AtomicBool>::default();
    let mut watch = Watch {
        stop: &stop,
        progress: &mut |_, _| {},
    };
    explorer.explore(limits, &mut watch)
}

/// The search alone; finding the best runs and writing them down comes on top.
fn exact_search(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exact search");
    for (threads, times) in [(2, 3), (3, 3), (3, 5)] {
        with_explorer(&increments(threads, times), |explorer| {
            let transitions = explore(explorer, &Limits::default()).transitions;
            group.throughput(Throughput::Elements(transitions));
            group.bench_function(
                format!("{threads} threads, {times} increments"),
                |bencher| {
                    bencher.iter_custom(|rounds| {
                        let search = |_| explore(explorer, &Limits::default()).took;
                        (0..rounds).map(search).sum()
                    });
                },
            );
        });
    }
    group.finish();
}

/// From the text's first state to the whole report.
fn whole_report(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole report");
    with_explorer(&increments(3, 3), |explorer| {
        group.bench_function("3 threads, 3 increments", |bencher| {
            bencher.iter(|| explore(explorer, &Limits::default()));
        });
    });
    group.finish();
}

/// The most memory that this process has had, in MiB; nothing where the host does not say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024)
}

/// Not timed: one run to a million states, and the memory that it has needed.
fn million_states(_: &mut Criterion) {
    with_explorer(&increments(4, 4), |explorer| {
        let limits = Limits {
            states: 1_000_000,
            time: Duration::from_secs(600),
            memory: u64::MAX,
            ..Limits::default()
        };
        let before = peak();
        let found = explore(explorer, &limits);
        if let (Some(before), Some(after)) = (before, peak()) {
            println!(
                "{} states, {} steps in {:.1?}: {} MiB\n",
                found.states,
                found.transitions,
                found.took,
                after - before
            );
        }
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(4));
    targets = exact_search, whole_report, million_states
}
criterion_main!(benches);
