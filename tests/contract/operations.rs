//! The table of operations against what objects do, in whatever state they are: what is said to only
//! read changes nothing, what is said to be constant answers the same, and what is said to be answered
//! at once does not wait.
//!
//! Scripts make the samples, at least one of each type that has an operation with a name. What an
//! object wants done beyond its answer is dropped here: no thread of the script runs any more. That
//! reading changes nothing is checked by `Object::attempt` itself, in every test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use threadlab::pos::Pos;
use threadlab::session::{Input, InputKind, Outcome, Report};
use threadlab::value::object::{Attempt, Call, Effects, Ids, Object, TaskId, Verb};
use threadlab::value::operation::{Effect, Waits};
use threadlab::value::{Value, debug_text};

use super::common::session;

/// Objects that threads share.
const OF_THREADS: &str = r#"
fn work() { 1 }
fn twice(x) { 2 * x }
let rw = RwLock();
let pool = ThreadPoolExecutor(2);
let done = pool.submit(work);
done.result();
let started = spawn(work);
started.join();
let held = Lock();
held.acquire();
let full = Queue(1);
full.put(1);
[
    Lock(), held, RLock(), Condition(), Semaphore(1), BoundedSemaphore(2), Event(), Barrier(2),
    Queue(), full, LifoQueue(), PriorityQueue(), SimpleQueue(), channel(), channel(1), rw, rw.read(),
    rw.write(), Once(), Latch(1), Atomic(1), ThreadLocal(), Timer(1, work), Thread(work), started,
    pool, ProcessPoolExecutor(1), done, pool.map(twice, [1, 2]), as_completed([done]),
]
"#;

/// Objects that the tasks of an event loop share.
const OF_TASKS: &str = r#"
fn work() { 1 }
fn main() {
    let task = asyncio.create_task(work());
    let both = asyncio.gather(work(), work());
    await task;
    await both;
    [
        task, both, asyncio.Lock(), asyncio.Semaphore(1), asyncio.Condition(), asyncio.Event(),
        asyncio.Queue(), asyncio.Queue(1), asyncio.timeout(1), asyncio.TaskGroup(),
    ]
}
asyncio.run(main())
"#;

/// The objects of an array that a script ends with.
fn made_by(text: &str) -> Vec<Arc<Object>> {
    let report = session().run(Input {
        name: "samples",
        text,
        kind: InputKind::Script,
    });
    let Report::Ran {
        outcome: Outcome::Value(Value::Array(items)),
        ..
    } = report
    else {
        panic!("the samples: {report:?}");
    };
    let objects = items.iter().map(|item| match item {
        Value::Object(object) => object.clone(),
        other => panic!("no object: {}", debug_text(other)),
    });
    objects.collect()
}

/// Asks an object as thread number `task`.
fn ask(object: &Arc<Object>, verb: Verb, args: &[Value], task: u64) -> Attempt {
    let call = Call { verb, args };
    let mut effects = Effects::default();
    // Numbers of objects are for people only.
    let ids = Ids::default();
    let mut time = Duration::from_secs(1);
    object.attempt(call, TaskId(task), Pos::NONE, &mut effects, &ids, &mut time)
}

/// The arguments number `choice` of those that are tried.
fn arguments(choice: usize) -> Vec<Value> {
    match choice {
        0..4 => Vec::new(),
        4 => vec![Value::Int(0)],
        5 => vec![Value::Int(1)],
        6 => vec![Value::Float(0.5)],
        7 => vec![Value::Bool(true)],
        8 => vec![Value::Int(1), Value::Int(2)],
        _ => vec![Value::Int(0), Value::Bool(false), Value::Int(0)],
    }
}

/// What a constant answers without arguments, by verb; of an object that it hands out, the type.
fn constants(object: &Arc<Object>) -> BTreeMap<Verb, String> {
    let is_constant = |verb: &&Verb| object.operation(**verb).effect == Effect::Constant;
    let answer = |verb: &Verb| match ask(object, *verb, &[], 1) {
        Attempt::Done(Value::Object(given)) => given.kind().to_string(),
        Attempt::Done(value) => debug_text(&value),
        other => format!("{other:?}"),
    };
    let verbs = Verb::ALL.iter().filter(is_constant);
    verbs.map(|verb| (*verb, answer(verb))).collect()
}

#[test]
fn objects_do_what_the_table_says() {
    let checks_what_only_reads = cfg!(debug_assertions);
    assert!(checks_what_only_reads);
    let typed = || Verb::ALL.iter().filter(|verb| verb.can_be_typed());
    let mut wanted: BTreeSet<&str> = typed().flat_map(|verb| verb.kinds()).collect();
    // `select(...)` waits for what it makes, and gives it to nobody.
    wanted.remove("Select");
    let mut seen = BTreeSet::new();
    let samples = [OF_THREADS, OF_TASKS].map(made_by).concat();
    for object in &samples {
        seen.insert(object.kind());
        let kind = object.kind();
        let verbs: Vec<Verb> = typed()
            .filter(|verb| verb.kinds().any(|of| of == kind))
            .copied()
            .collect();
        if verbs.is_empty() {
            continue;
        }
        let request = (0..verbs.len(), 0..10_usize, 1..4_u64);
        let requests = prop::collection::vec(request, 1..12);
        let before = constants(object);
        let config = ProptestConfig {
            cases: 64,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let tested = proptest::test_runner::TestRunner::new(config).run(&requests, |requests| {
            let state = object.state().clone_box();
            let outcome = requests.into_iter().try_for_each(|(verb, choice, task)| {
                let verb = verbs[verb];
                let args = arguments(choice);
                let answer = ask(object, verb, &args, task);
                let waits = matches!(answer, Attempt::Wait(_));
                let may_wait = object.operation(verb).waits != Waits::Never;
                prop_assert!(may_wait || !waits, "{kind}.{}() waits", verb.name());
                prop_assert_eq!(&before, &constants(object), "{}.{}", kind, verb.name());
                Ok(())
            });
            // Also after a failure, which is made simpler from the same state.
            object.set_state(state, None);
            outcome
        });
        if let Err(problem) = tested {
            panic!("{kind}: {problem}");
        }
    }
    // No script ever holds one.
    seen.insert("Select");
    let missing: Vec<_> = wanted.difference(&seen).collect();
    assert!(missing.is_empty(), "no samples of {missing:?}");
}
