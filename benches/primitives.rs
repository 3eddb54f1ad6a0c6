//! What an operation costs that nobody contends for: ours typed in a script, ours asked from Rust,
//! and its like from the standard library, parking_lot or crossbeam called from Rust. All in one run,
//! so that the figures can be compared.
//!
//! A script's operation is one of a loop; the empty loop stands beside it.

mod lab;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use lab::{Lab, quick};
use threadlab::pos::Pos;
use threadlab::runtime::object;
use threadlab::value::object::{Attempt, Call, Effects, Ids, Primitive, TaskId, Verb};
use threadlab::value::{Object, Value};

/// How many rounds the loop of a script has.
const ROUNDS: u64 = 100_000;

/// An object that is asked from Rust, as the machine would ask it.
struct Asked {
    object: Arc<Object>,
    ids: Ids,
    effects: Effects,
}

impl Asked {
    fn new(primitive: impl Primitive + 'static) -> Self {
        let ids = Ids::default();
        Self {
            object: Object::new(&ids, Pos::NONE, primitive),
            ids,
            effects: Effects::default(),
        }
    }

    /// Asks, and gives the answer. Panics when there is none: nobody is in the way.
    fn ask(&mut self, verb: Verb, args: &[Value]) -> Value {
        let call = Call { verb, args };
        let (effects, ids) = (&mut self.effects, &self.ids);
        let mut time = Duration::ZERO;
        match (self.object).attempt(call, TaskId(1), Pos::NONE, effects, ids, &mut time) {
            Attempt::Done(value) => value,
            other => panic!("{verb:?}: {other:?}"),
        }
    }
}

fn script(group: &mut BenchmarkGroup<'_, WallTime>, object: &str, body: &str) {
    let text = format!("fn run(n) {{ let it = {object}; for i in 0..n {{ {body} }} }}");
    let mut lab = Lab::new(&text);
    group.throughput(Throughput::Elements(ROUNDS));
    group.bench_function("script", |bencher| {
        bencher.iter(|| lab.run(&format!("run({ROUNDS})")));
    });
    group.throughput(Throughput::Elements(1));
}

fn empty_loop(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("empty loop");
    script(&mut group, "()", "");
    group.finish();
}

fn lock(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("acquire and release a lock");
    script(&mut group, "Lock()", "it.acquire(); it.release();");
    let mut asked = Asked::new(object::Lock::new(Pos::NONE));
    group.bench_function("asked from Rust", |bencher| {
        bencher.iter(|| {
            asked.ask(Verb::Acquire, &[]);
            asked.ask(Verb::Release, &[])
        });
    });
    let lock = std::sync::Mutex::new(0_u64);
    group.bench_function("std", |bencher| {
        bencher.iter(|| *black_box(&lock).lock().expect("nobody panics") += 1);
    });
    let lock = parking_lot::Mutex::new(0_u64);
    group.bench_function("parking_lot", |bencher| {
        bencher.iter(|| *black_box(&lock).lock() += 1);
    });
    group.finish();
}

fn queue(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("put into and get from a queue");
    script(&mut group, "Queue()", "it.put(i); it.get();");
    let order = object::Order::Fifo;
    let mut asked = Asked::new(object::Queue::new("Queue", order, 0, Pos::NONE));
    group.bench_function("asked from Rust", |bencher| {
        bencher.iter(|| {
            asked.ask(Verb::Put, &[Value::Int(1)]);
            asked.ask(Verb::Get, &[])
        });
    });
    let (sender, receiver) = std::sync::mpsc::channel();
    group.bench_function("std", |bencher| {
        bencher.iter(|| {
            sender.send(black_box(1_u64)).expect("it is open");
            receiver.recv()
        });
    });
    let (sender, receiver) = crossbeam::channel::unbounded();
    group.bench_function("crossbeam", |bencher| {
        bencher.iter(|| {
            sender.send(black_box(1_u64)).expect("it is open");
            receiver.recv()
        });
    });
    group.finish();
}

/// A number under a lock, and whom to tell of it: how a semaphore or an event is made of what there
/// is, since none of the libraries has one.
#[derive(Default)]
struct Guarded {
    number: parking_lot::Mutex<u64>,
    changed: parking_lot::Condvar,
}

impl Guarded {
    fn wait_for_some(&self) -> parking_lot::MutexGuard<'_, u64> {
        let mut number = self.number.lock();
        while *number == 0 {
            self.changed.wait(&mut number);
        }
        number
    }
}

fn semaphore(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("acquire and release a semaphore");
    script(&mut group, "Semaphore(2)", "it.acquire(); it.release();");
    let semaphore = object::Semaphore::from_args(&[Value::Int(2)], false, Pos::NONE);
    let mut asked = Asked::new(semaphore.expect("a semaphore"));
    group.bench_function("asked from Rust", |bencher| {
        bencher.iter(|| {
            asked.ask(Verb::Acquire, &[]);
            asked.ask(Verb::Release, &[])
        });
    });
    let guarded = Guarded::default();
    *guarded.number.lock() = 2;
    group.bench_function("parking_lot", |bencher| {
        bencher.iter(|| {
            *black_box(&guarded).wait_for_some() -= 1;
            *black_box(&guarded).number.lock() += 1;
            guarded.changed.notify_one()
        });
    });
    group.finish();
}

fn event(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("set, wait for and clear an event");
    script(&mut group, "Event()", "it.set(); it.wait(); it.clear();");
    let mut asked = Asked::new(object::Event::new(Pos::NONE));
    group.bench_function("asked from Rust", |bencher| {
        bencher.iter(|| {
            asked.ask(Verb::Set, &[]);
            asked.ask(Verb::Wait, &[]);
            asked.ask(Verb::Clear, &[])
        });
    });
    let guarded = Guarded::default();
    group.bench_function("parking_lot", |bencher| {
        bencher.iter(|| {
            *black_box(&guarded).number.lock() = 1;
            guarded.changed.notify_all();
            drop(black_box(&guarded).wait_for_some());
            *black_box(&guarded).number.lock() = 0;
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = quick();
    targets = empty_loop, lock, queue, semaphore, event
}
criterion_main!(benches);
