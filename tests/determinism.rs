//! A seed repeats: the same seeded run has the same event log to the byte, other seeds have others,
//! and the log holds exactly the visible operations of the program.
//!
//! The golden logs under `tests/golden/` were written by this test; they hold across platforms and
//! versions. `THREADLAB_BLESS=1 cargo test --test determinism` writes them anew, which belongs into
//! the change log: recordings made before no longer replay.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{Ended, Mode, run, run_config};
use threadlab::event::Kind;
use threadlab::session::InputKind;

const RACE: &str = "let n = 0; let ts = [];
for i in 0..3 { ts.push(spawn(|| { for j in 0..3 { n += 1; sleep(0.001); } })); }
for t in ts { t.join(); }
print(n);";

const POOL: &str = "let seen = [];
fn work(x) { seen.push(x); sleep(0.01); x * x }
with ThreadPoolExecutor(2) as executor { let results = executor.map(work, [1, 2, 3, 4]); }
for r in results { print(r); }
print(seen);";

const LOCKS: &str = "let lock = Lock(); let log = \"\";
fn add(name) { for i in 0..3 { with lock { log += name; } } }
let a = spawn(add, \"a\"); let b = spawn(add, \"b\");
if !lock.acquire(0.000002) { print(\"late\"); } else { lock.release(); }
a.join(); b.join(); print(log);";

const FAILURE: &str = "fn fail(x) { print(\"in\", x); throw x; }
let a = spawn(fail, 1); let b = spawn(fail, 2);
print(a.is_alive()); a.join(); b.join();";

const PRINTS: &str = "fn say(name) { for i in 0..4 { print(name, i); } }
spawn(say, \"a\"); spawn(say, \"b\"); say(\"main\");";

const PROGRAMS: [(&str, &str); 5] = [
    ("race", RACE),
    ("pool", POOL),
    ("locks", LOCKS),
    ("failure", FAILURE),
    ("prints", PRINTS),
];

#[test]
fn the_same_seed_gives_the_same_log_whatever_the_number_of_workers() {
    for (name, text) in PROGRAMS {
        for seed in 0..20 {
            let log = run(Mode::Seeded(seed), text).log();
            let mut config = Mode::Seeded(seed).config();
            config.workers = Some(1 + seed as usize % 4);
            let again = run_config(config, InputKind::Script, &[text]).log();
            assert!(!log.is_empty(), "{name}");
            assert_eq!(log, again, "{name}, seed {seed}");
        }
    }
}

#[test]
fn different_seeds_give_different_runs() {
    for (name, text) in PROGRAMS {
        let outputs: BTreeSet<String> = (0..20)
            .map(|seed| run(Mode::Seeded(seed), text).lines().join("\n"))
            .collect();
        assert!(outputs.len() > 1, "{name}: {outputs:?}");
    }
}

#[test]
fn the_logs_are_those_that_were_committed() {
    for (name, text) in [("race", RACE), ("pool", POOL)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.jsonl"));
        let log = run(Mode::Seeded(7), text).log();
        if std::env::var_os("THREADLAB_BLESS").is_some() {
            std::fs::write(&path, &log).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap();
        for (line, (golden, now)) in golden.lines().zip(log.lines()).enumerate() {
            assert_eq!(now, golden, "{name}.jsonl, line {}", line + 1);
        }
        assert_eq!(log.lines().count(), golden.lines().count(), "{name}.jsonl");
    }
}

/// What each thread did, in its own order. The values read depend on the seed and are left out.
fn operations(ended: &Ended) -> BTreeMap<String, Vec<String>> {
    let mut threads: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in &ended.events {
        let text = match &event.kind {
            Kind::Deadlock { .. } => "deadlock".into(),
            Kind::Print { .. } => "print".to_string(),
            Kind::Note { .. } => "note".into(),
            Kind::Failure { .. } | Kind::MainFailure { .. } => "failure".into(),
            Kind::Warning { .. } => "warning".into(),
            // These frame what is done.
            Kind::Start | Kind::Finish { .. } | Kind::Wait { .. } | Kind::Sleep { .. } => continue,
            Kind::Read { place, .. } => format!("read {place}"),
            Kind::Write { place, .. } => format!("write {place}"),
            Kind::Method { place, method } => format!("{method} {place}"),
            Kind::Object { object, verb, .. } => {
                let kind = object.split(' ').next().unwrap_or_default();
                format!("{kind} {verb}")
            }
        };
        threads
            .entry(event.thread.name.to_string())
            .or_default()
            .push(text);
    }
    threads
}

/// Checks what each thread does, `THREAD: operation, operation`, under 20 seeds.
#[track_caller]
fn visible(text: &str, expected: &[&str]) {
    for seed in 0..20 {
        let ended = run(Mode::Seeded(seed), text);
        let threads: Vec<String> = operations(&ended)
            .into_iter()
            .map(|(name, done)| format!("{name}: {}", done.join(", ")))
            .collect();
        assert_eq!(threads, expected, "seed {seed}: {text}\n{}", ended.log());
    }
}

#[test]
fn an_increment_is_a_read_and_a_write() {
    visible(
        "let n = 0; let t = spawn(|| { n += 1; }); t.join(); print(n);",
        &["Thread-1: read n, write n", "main: read n, print"],
    );
    visible(
        "let n = 0; let t = spawn(|| { n = 5; }); n = n + 1; t.join();",
        &["Thread-1: write n", "main: read n, write n"],
    );
}

#[test]
fn captured_alone_is_not_shared() {
    visible(
        "let n = 0; let f = || { n += 1; n }; f.call(); f.call(); n += 1; print(n);",
        &["main: print"],
    );
    // Until a started thread has it.
    visible(
        "let n = 0; let f = || { n += 1; }; f.call(); let t = spawn(f); t.join(); f.call();",
        &["Thread-1: read n, write n", "main: read n, write n"],
    );
    // What a thread makes for itself is its own.
    visible(
        "let t = spawn(|| { let m = 0; let g = || { m += 1; }; g.call(); m }); t.join();",
        &[],
    );
}

#[test]
fn a_top_level_variable_that_a_function_names_is_shared() {
    visible(
        "let n = 0; fn bump() { n += 1; } bump(); let alone = 1; alone += 1; print(n);",
        &["main: read n, write n, read n, print"],
    );
}

#[test]
fn a_place_is_read_or_written_in_one_step() {
    visible(
        "let a = [[1, 2], 3]; let m = #{b: #{c: 1}};
         let t = spawn(|| { a[0][1] = 5; m.b.c += 1; a[1] }); t.join();",
        &["Thread-1: write a[0][1], read m.b.c, write m.b.c, read a[1]"],
    );
}

#[test]
fn a_method_is_one_step() {
    visible(
        "let a = []; let t = spawn(|| { a.push(1); a.len() }); t.join(); print(a.len());",
        &["Thread-1: push a, len a", "main: len a, print"],
    );
}

#[test]
fn objects_are_asked_visibly_once_they_are_shared() {
    visible(
        "let l = Lock(); let t = spawn(|| { with l { } l.locked() }); t.join();",
        &["Thread-1: read l, Lock enter, Lock exit, read l, Lock locked"],
    );
}

#[test]
fn lives_of_threads_are_visible_from_when_the_run_looks_at_one() {
    visible("let t = spawn(|| 1); t.join();", &[]);
    visible(
        "let t = spawn(|| { print(1); }); t.join(); spawn(|| 2);",
        &["Thread-1: print"],
    );
    visible(
        "let t = Thread(|| 1); t.start(); t.join(); t.is_alive();",
        &["main: Thread is_alive"],
    );
    visible(
        "let e = Event(); let t = spawn(|e| e.wait(), e); t.is_alive();
         spawn(|| 2).join(); e.set(); t.join();",
        &[
            "Thread-1: Event wait",
            "main: Thread is_alive, Thread start, Thread join, Event set, Thread join",
        ],
    );
}

/// What the log says of who begins and ends, and of who waits: `THREAD: event what`.
fn frame(mode: Mode, text: &str) -> Vec<String> {
    let ended = run(mode, text);
    let line = |event: &threadlab::event::Event| {
        let name = &event.thread.name;
        Some(match &event.kind {
            Kind::Start => format!("{name}: start"),
            Kind::Finish { error: None } => format!("{name}: finish"),
            Kind::Finish { error: Some(error) } => format!("{name}: finish {error}"),
            Kind::Wait { what } => format!("{name}: wait {what}"),
            Kind::Sleep { seconds } => format!("{name}: sleep {seconds}"),
            _ => return None,
        })
    };
    ended.events.iter().filter_map(line).collect()
}

#[test]
fn the_log_says_who_begins_ends_and_waits() {
    let text = "let l = Lock(); l.acquire();
        let t = spawn(|l| { with l { } sleep(2); }, l); sleep(1); l.release(); t.join();";
    for mode in [Mode::Seeded(1), Mode::Gil(1)] {
        let frame = frame(mode, text);
        for wanted in [
            "Thread-1: start",
            "Thread-1: wait the Lock made in line 1, column 9",
            "Thread-1: sleep 2",
            "Thread-1: finish",
            "main: sleep 1",
            "main: wait the end of Thread-1",
        ] {
            assert!(
                frame.iter().any(|line| line == wanted),
                "{wanted}: {frame:?}"
            );
        }
    }
}

#[test]
fn the_log_says_that_a_busy_task_keeps_the_turn() {
    let text = "fn busy() { await asyncio.sleep(0.001); cpu_work(2000); throw \"burnt\"; }
        fn quick() { await asyncio.sleep(0.001); }
        asyncio.run(|| { let a = asyncio.create_task(busy); let b = asyncio.create_task(quick);
            await b; try { await a; } catch { } });";
    let frame = frame(Mode::Seeded(1), text);
    for wanted in [
        "Task-2: start",
        "Task-3: wait its turn, which Task-2 keeps",
        "Task-2: finish burnt",
        "Task-3: finish",
    ] {
        assert!(
            frame.iter().any(|line| line == wanted),
            "{wanted}: {frame:?}"
        );
    }
}

#[test]
fn a_sleep_jumps_in_virtual_time() {
    let text = "let begin = perf_counter(); sleep(3600); print(perf_counter() - begin >= 3600.0);";
    assert_eq!(run(Mode::Seeded(1), text).lines(), ["true"]);
}
