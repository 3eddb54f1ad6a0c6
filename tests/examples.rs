//! Every row of the catalogue tells the truth: its example prints exactly what it says, and
//! everything that can be called has a row.

mod common;

use std::collections::BTreeSet;

use common::{Mode, run};
use threadlab::library::catalogue::{self, Kind};
use threadlab::value::object::Verb;

#[test]
fn every_example_prints_its_output() {
    let mut broken = Vec::new();
    for entry in catalogue::entries() {
        let name = match entry.receiver {
            Some(receiver) => format!("{receiver}.{}", entry.name),
            None => entry.name.to_string(),
        };
        if entry.example.code.is_empty() {
            broken.push(format!("{name} has no example"));
            continue;
        }
        for mode in [Mode::Seeded(1), Mode::Parallel(2)] {
            let ended = run(mode, entry.example.code);
            let expected: Vec<&str> = entry.example.output.lines().collect();
            let printed = ended.lines().join("\n");
            let lines: Vec<&str> = printed.lines().collect();
            let outcome = &ended.outcomes[0];
            let failed = outcome.starts_with(|c: char| c.is_ascii_digit()) && outcome.contains(' ');
            if lines != expected || failed || outcome.starts_with("rejected") {
                broken.push(format!(
                    "{name} on {mode:?}: {lines:?}, not {expected:?}; {outcome}"
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_row_says_what_it_is() {
    for entry in catalogue::entries() {
        assert!(!entry.signatures.is_empty(), "{}", entry.name);
        assert!(entry.summary.ends_with('.'), "{}", entry.name);
    }
}

#[test]
fn every_verb_of_an_object_has_a_row() {
    let kinds: Vec<&str> = OBJECTS.iter().map(|(kind, _)| *kind).collect();
    for verb in Verb::ALL {
        let name = verb.name();
        if name.starts_with(['<', '_']) {
            continue;
        }
        let known = kinds
            .iter()
            .any(|kind| catalogue::methods_of(kind).any(|entry| entry.name == name));
        assert!(known, "no row for the method {name}");
    }
}

#[test]
fn every_kind_of_object_has_an_example_of_itself() {
    let kinds = catalogue::entries().filter_map(|entry| entry.receiver);
    let is_object = |name: &&str| name.starts_with(char::is_uppercase) && *name != "Fn";
    for kind in kinds.filter(is_object) {
        let is_there = OBJECTS.iter().any(|(known, _)| *known == kind);
        assert!(is_there, "say in OBJECTS how a {kind} is made");
    }
}

/// How an object of each kind is made, to ask it everything that can be asked.
const OBJECTS: &[(&str, &str)] = &[
    ("Thread", "spawn(|| 1)"),
    ("Lock", "Lock()"),
    ("ThreadPoolExecutor", "pool(1)"),
    ("ProcessPoolExecutor", "ProcessPoolExecutor(1)"),
    ("Future", "pool(1).submit(|| 1)"),
    ("Results", "pool(1).map(|x| x, [1])"),
    ("Watch", "as_completed([pool(1).submit(|| 1)])"),
    ("RLock", "RLock()"),
    ("Semaphore", "Semaphore()"),
    ("BoundedSemaphore", "BoundedSemaphore()"),
    ("Event", "Event()"),
    ("Condition", "Condition()"),
    ("Barrier", "Barrier(1)"),
    ("Queue", "Queue()"),
    ("LifoQueue", "LifoQueue()"),
    ("PriorityQueue", "PriorityQueue()"),
    ("SimpleQueue", "SimpleQueue()"),
    ("Atomic", "Atomic(1)"),
    ("Timer", "Timer(0, || 1)"),
    ("ThreadLocal", "ThreadLocal()"),
    ("Channel", "channel()"),
    ("RwLock", "RwLock()"),
    ("Once", "Once()"),
    ("Latch", "Latch(1)"),
    (
        "Task",
        "asyncio.run(|| { let t = asyncio.create_task(|| 1); await t; t })",
    ),
    ("TaskGroup", "asyncio.TaskGroup()"),
    ("Gather", "asyncio.run(|| asyncio.gather())"),
    ("AsyncTimeout", "asyncio.timeout(1)"),
    ("AsyncLock", "asyncio.Lock()"),
    ("AsyncEvent", "asyncio.Event()"),
    ("AsyncSemaphore", "asyncio.Semaphore()"),
    ("AsyncCondition", "asyncio.Condition()"),
    ("AsyncQueue", "asyncio.Queue()"),
];

#[test]
fn what_an_object_answers_to_is_what_its_rows_say() {
    let mut broken = Vec::new();
    for (kind, made) in OBJECTS.iter().copied() {
        let rows: BTreeSet<&str> = catalogue::methods_of(kind)
            .map(|entry| entry.name)
            .collect();
        for verb in Verb::ALL.iter().map(|verb| verb.name()) {
            if verb.starts_with(['<', '_']) {
                continue;
            }
            let ended = run(Mode::Seeded(1), &format!("let x = {made}; x.{verb}();"));
            let unknown = ended.outcomes[0].contains("unknown function");
            if unknown == rows.contains(verb) {
                broken.push(format!(
                    "{kind}.{verb}: row {}, {}",
                    !unknown, ended.outcomes[0]
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What only the prelude calls.
const HELPERS: [&str; 7] = [
    "__bind",
    "__call_with",
    "__await",
    "call",
    "call_entry",
    "call_fitting",
    "takes",
];

#[test]
fn every_native_method_has_a_row_or_is_one_of_rhais_own() {
    let sources = [
        include_str!("../src/library/methods/array.rs"),
        include_str!("../src/library/methods/map.rs"),
        include_str!("../src/library/methods/mod.rs"),
        include_str!("../src/library/methods/number.rs"),
        include_str!("../src/library/methods/string.rs"),
    ];
    let rhais = threadlab::library::bridged();
    let mut seen = 0;
    for line in sources.iter().flat_map(|source| source.lines()) {
        // The head of an arm: `("push", [item]) => ...`, `"abs" => ...`, `("pop" | "shift", [])`.
        let head = line.trim_start().trim_start_matches('(');
        if !head.starts_with('"') || !line.contains("=>") {
            continue;
        }
        let head = head.split(['=', ',']).next().unwrap_or_default();
        for name in head
            .split('|')
            .filter_map(|part| part.trim().strip_prefix('"'))
        {
            let name = name.split('"').next().unwrap_or_default();
            seen += 1;
            let known = HELPERS.contains(&name)
                || !catalogue::doc(name).is_empty()
                || rhais.iter().any(|one| one.name == name);
            assert!(known, "no row for the method {name}");
        }
    }
    assert!(seen > 100, "the methods were found: {seen}");
}

#[test]
fn every_row_says_what_it_takes_gives_and_waits_for() {
    for entry in catalogue::entries() {
        let name = entry.full_name();
        for text in [entry.summary, entry.details, entry.errors, entry.blocks] {
            assert!(text.is_empty() || text.ends_with('.'), "{name}: {text}");
        }
        for signature in entry.signatures {
            assert!(!signature.result.is_empty(), "{name}");
            let mut seconds = signature
                .params
                .iter()
                .filter(|param| param.name == "seconds");
            assert!(seconds.all(|param| param.kind == Kind::Seconds), "{name}");
        }
    }
}

#[test]
fn every_function_of_the_prelude_has_a_row() {
    let source = include_str!("../src/library/prelude.rhai");
    for line in source.lines() {
        let Some(rest) = line.strip_prefix("fn ") else {
            continue;
        };
        let name = rest.split('(').next().unwrap_or_default().trim();
        let (receiver, method) = match name.split_once("__") {
            Some((receiver, method)) => (Some(receiver), method),
            None => (None, name),
        };
        if receiver == Some("") || method.starts_with('_') {
            continue; // A helper of the prelude itself.
        }
        let known = catalogue::doc(method).iter().any(|entry| match receiver {
            Some(receiver) => entry
                .receiver
                .is_some_and(|has| has.eq_ignore_ascii_case(receiver)),
            None => entry.receiver.is_none(),
        });
        assert!(known, "no row for {name} of the prelude");
    }
}
