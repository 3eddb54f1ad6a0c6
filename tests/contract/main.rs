//! The contract of the primitives: each of them, asked in each way, in each situation, answers the
//! same on every scheduler.
//!
//! A row is a script and what it must print. The files hold the rows of one area each, and in their
//! heads what the primitives promise, which is tested one by one: [`threads`], [`locks`],
//! [`signals`], [`queues`], [`pools`], [`processes`], [`channels`], [`shared`], [`asyncio`]. Which
//! kinds of objects there are is asked of the catalogue: a
//! new kind without rows fails [`no_case_is_left_out`]. Then there are [`deadlock`], threads that
//! wait for ever; [`stop`], the way out by Ctrl-C; [`misuse`], the answers to wrong use; [`operations`],
//! the table of operations against what objects do; [`python`], examples of Python's documentation;
//! [`main_failure`], what becomes of main's error.

#[path = "../common/mod.rs"]
mod common;

mod asyncio;
mod channels;
mod deadlock;
mod futures;
mod locks;
mod main_failure;
mod misuse;
mod operations;
mod pools;
mod processes;
mod python;
mod queues;
mod shared;
mod signals;
mod stop;
mod threads;

use std::collections::BTreeSet;

use common::{MODES, Mode, run, type_in};
use threadlab::explore::Limits;
use threadlab::library::catalogue;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Waits as long as it takes.
    Plain,
    /// Only looks.
    Try,
    /// Waits for a limited time.
    Timeout,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Success,
    WaitThenSuccess,
    TimeIsOver,
    Misuse,
    /// The thread that was to release it has ended.
    OwnerDied,
    /// By the learner, while it waits.
    Stopped,
}

/// A script for one kind of object, and what becomes of it on every scheduler.
struct Row {
    /// The kind, as `type_of` names it.
    of: &'static str,
    way: Way,
    case: Case,
    text: &'static str,
    lines: &'static [&'static str],
    outcome: &'static str,
}

const fn row(
    of: &'static str,
    way: Way,
    case: Case,
    text: &'static str,
    lines: &'static [&'static str],
    outcome: &'static str,
) -> Row {
    Row {
        of,
        way,
        case,
        text,
        lines,
        outcome,
    }
}

/// What the reference of Python, or Go, promises, and a script that shows it.
struct Promise {
    title: &'static str,
    text: &'static str,
    lines: &'static [&'static str],
    modes: &'static [Mode],
}

const fn everywhere(
    title: &'static str,
    text: &'static str,
    lines: &'static [&'static str],
) -> Promise {
    Promise {
        title,
        text,
        lines,
        modes: &MODES,
    }
}

/// For a promise that can only be seen when it is sure who came first.
const fn where_time_is_virtual(
    title: &'static str,
    text: &'static str,
    lines: &'static [&'static str],
) -> Promise {
    Promise {
        title,
        text,
        lines,
        modes: &[Mode::Seeded(1), Mode::Seeded(2), Mode::Seeded(3)],
    }
}

/// What each kind of object must have a row for.
const REQUIRED: &[(Way, Case)] = &[
    (Way::Plain, Case::Success),
    (Way::Plain, Case::WaitThenSuccess),
    (Way::Plain, Case::Misuse),
    (Way::Plain, Case::OwnerDied),
    (Way::Plain, Case::Stopped),
    (Way::Try, Case::Success),
    (Way::Try, Case::OwnerDied),
    (Way::Timeout, Case::Success),
    (Way::Timeout, Case::WaitThenSuccess),
    (Way::Timeout, Case::TimeIsOver),
    (Way::Timeout, Case::Misuse),
    (Way::Timeout, Case::OwnerDied),
    (Way::Timeout, Case::Stopped),
];

/// Why a kind has no row for a way or a case: it has no such thing.
fn absence(of: &str, way: Way, case: Case) -> Option<&'static str> {
    match (of, way, case) {
        ("Atomic" | "ThreadLocal", Way::Timeout, _)
        | ("Atomic" | "ThreadLocal", _, Case::WaitThenSuccess) => Some("it never waits"),
        ("ThreadPoolExecutor" | "ProcessPoolExecutor", Way::Timeout, _) => {
            Some("shutdown has no time limit, as in Python")
        }
        ("Once", Way::Timeout, _) => Some("a call has no time limit, as in Go and Rust"),
        ("AsyncTimeout", Way::Timeout, _) => Some("it is the time limit itself"),
        ("TaskGroup", Way::Timeout, _) => Some("its block has no time limit, as in Python"),
        ("TaskGroup", Way::Try, _) => Some("it has nothing that only looks"),
        ("Results", Way::Timeout, Case::Success | Case::TimeIsOver) => None,
        ("Results", Way::Timeout, _) => Some("its time limit is that of the map"),
        _ => None,
    }
}

fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [
        threads::ROWS,
        locks::ROWS,
        signals::ROWS,
        queues::ROWS,
        pools::ROWS,
        futures::ROWS,
        processes::ROWS,
        channels::ROWS,
        shared::ROWS,
        asyncio::ROWS,
    ];
    tables.into_iter().flatten()
}

/// The kinds of objects: the types with methods whose names begin like those of Python's classes.
fn kinds() -> BTreeSet<&'static str> {
    let receivers = catalogue::entries().filter_map(|entry| entry.receiver);
    let is_object = |name: &&str| name.starts_with(char::is_uppercase) && *name != "Fn";
    receivers.filter(is_object).collect()
}

#[test]
fn every_row_holds_on_every_scheduler() {
    let mut broken = Vec::new();
    for row in rows() {
        for mode in MODES {
            let ended = run(mode, row.text);
            let (lines, outcome) = (ended.lines(), &ended.outcomes[0]);
            if lines != row.lines || outcome != row.outcome {
                broken.push(format!(
                    "{} {:?} {:?} on {mode:?}:\n{}\nprinted {lines:#?}\nended with {outcome}",
                    row.of, row.way, row.case, row.text
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

#[test]
fn every_promise_is_kept() {
    let promises = [
        threads::PROMISES,
        locks::PROMISES,
        signals::PROMISES,
        queues::PROMISES,
        processes::PROMISES,
        channels::PROMISES,
        shared::PROMISES,
        asyncio::PROMISES,
    ];
    let mut broken = Vec::new();
    for promise in promises.into_iter().flatten() {
        for mode in promise.modes {
            let ended = run(*mode, promise.text);
            let lines = ended.lines();
            if lines != promise.lines || ended.outcomes[0] != "()" {
                broken.push(format!(
                    "{} on {mode:?}:\n{}\nprinted {lines:#?}\nended with {}",
                    promise.title, promise.text, ended.outcomes[0]
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// The head of a file is what people read: it lists what is tested below it, word for word.
#[test]
fn the_head_of_each_file_lists_its_promises() {
    for (head, promises) in [
        (include_str!("threads.rs"), threads::PROMISES),
        (include_str!("locks.rs"), locks::PROMISES),
        (include_str!("signals.rs"), signals::PROMISES),
        (include_str!("queues.rs"), queues::PROMISES),
        (include_str!("processes.rs"), processes::PROMISES),
        (include_str!("channels.rs"), channels::PROMISES),
        (include_str!("shared.rs"), shared::PROMISES),
        (include_str!("asyncio.rs"), asyncio::PROMISES),
    ] {
        let head = head.lines().take_while(|line| line.starts_with("//!"));
        let mut listed: Vec<String> = Vec::new();
        let mut is_in_list = false;
        for line in head {
            let (text, is_more) = (line[3..].trim(), line.starts_with("//!   "));
            match (text.strip_prefix("- "), listed.last_mut()) {
                (Some(title), _) => listed.push(title.into()),
                (None, Some(title)) if is_more && is_in_list => *title += &format!(" {text}"),
                _ => {}
            }
            is_in_list = text.starts_with("- ") || is_in_list && is_more;
        }
        let whole = |title: &str| title.trim_end_matches([';', '.']).to_string();
        let listed: Vec<String> = listed.iter().map(|title| whole(title)).collect();
        let tested: Vec<String> = (promises.iter())
            .map(|promise| whole(promise.title))
            .collect();
        assert_eq!(listed, tested);
    }
}

#[test]
fn no_case_is_left_out() {
    for of in kinds() {
        for &(way, case) in REQUIRED {
            let is_there = rows().any(|row| (row.of, row.way, row.case) == (of, way, case));
            let absence = absence(of, way, case);
            assert!(
                is_there != absence.is_some(),
                "{of} {way:?} {case:?}: there {is_there}, absent {absence:?}"
            );
        }
    }
    for row in rows() {
        assert!(kinds().contains(row.of), "no such kind: {}", row.of);
    }
}

#[test]
fn a_script_waits_for_its_threads_but_not_for_daemons() {
    for mode in MODES {
        let late = run(mode, "spawn(|| { sleep(0.02); print(\"late\"); });");
        assert_eq!(late.lines(), ["late"], "{mode:?}");
        for body in ["loop { sleep(0.01); }", "loop { }"] {
            let text = format!("Thread(|| {{ {body} }}, [], #{{daemon: true}}).start(); print(1);");
            let ended = run(mode, &text);
            assert_eq!(ended.lines(), ["1"], "{mode:?} {body}");
            assert_eq!(ended.outcomes, ["()"], "{mode:?} {body}");
        }
    }
}

#[test]
fn threads_run_on_in_the_background_of_the_prompt() {
    for mode in [Mode::Parallel(2), Mode::Gil(1)] {
        let ended = type_in(
            mode,
            &[
                "let t = spawn(|| { loop { sleep(0.001); } });",
                "print(t.is_alive(), threads().len);",
            ],
        );
        assert_eq!(ended.lines(), ["true 2"], "{mode:?}");
    }
}

#[test]
fn the_gil_loses_updates_and_differently_with_each_seed() {
    let text = "let n = 0; let ts = [];
        for i in 0..4 { ts.push(spawn(|| { for j in 0..20000 { n += 1; } })); }
        for t in ts { t.join(); } print(n);";
    let counts: Vec<i64> = (0..5)
        .map(|seed| run(Mode::Gil(seed), text).lines()[0].parse().unwrap())
        .collect();
    assert!(counts.iter().all(|count| *count < 80_000), "{counts:?}");
    assert!(counts.iter().any(|count| *count != counts[0]), "{counts:?}");
}

/// A stack of the host is small: nothing that goes through values may need it for their depth.
#[test]
fn values_may_stand_deep_in_each_other() {
    let text = "
        fn deep(wrap) { let v = 1; for i in 0..100000 { v = wrap.call(v); } v }
        let a = deep(|v| [v]); let m = deep(|v| #{next: v});
        print(a == deep(|v| [v]), m == deep(|v| #{next: v}), a == [1]);
        print(a.to_string().len(), m.to_string().len());
        try { throw m; } catch (e) { print(e == m); }
        try { m.to_json(); } catch (e) { print(e.message); }
        let p = ProcessPoolExecutor(1);
        try { p.submit(|x| x, a); } catch (e) { print(e.message); }
        try { p.submit(|| deep(|v| [v])).result(); } catch (e) { print(e.message); }
        p.shutdown();
        let f = deep(|v| || v); let c = deep(|v| (|x| x).curry(v));
        let q = deep(|v| { let q = Queue(); q.put(v); q });
        spawn(|| [a, m, f, c, q]).join();
        a = 0; m = 0; f = 0; c = 0; q = 0;
        print(\"end\");";
    let mut session = common::session();
    let shared = "let v = 1; for i in 0..100000 { v = [v]; } let n = 0;
        let t = spawn(|| { n += v.len(); }); n += v.len(); t.join();";
    let mut explorer = common::explorer(&mut session, shared);
    let found = common::explore(&mut explorer, &Limits::default());
    assert!(found.cut.is_none() && found.states > 5, "{}", found.states);
    for mode in MODES {
        let ended = run(mode, text);
        let lines = ended.lines();
        assert_eq!(
            lines,
            [
                "true true false",
                "200001 1100001",
                "true",
                "what is given to to_json is nested too deep: it is too large",
                "argument 1 of the task holds values that are nested too deep: it is too large",
                "the task's result holds values that are nested too deep: it is too large",
                "end"
            ],
            "{mode:?} {}",
            ended.outcomes[0]
        );
    }
}
