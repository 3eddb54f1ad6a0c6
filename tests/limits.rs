//! Limits are promises: they hold while a thread computes, in the search, in sampling, in replaying,
//! and what was left before its end is counted and never called right.
//!
//! Where a limit can be something else than a time it is. A limit of time is tested by that the
//! program ends at all: each of these computes for ever.

mod common;

use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use common::{explore, explorer, session};
use threadlab::explore::{Cut, Interruption, Limits, Sampling, Watch};

/// Programs in which some thread computes for ever, without anything that others could notice.
const ENDLESS: [(&str, &str); 9] = [
    (
        "a loop in a thread",
        "let t = spawn(|| { let i = 0; loop { i += 1; } }); t.join();",
    ),
    ("a loop in main", "let i = 0; loop { i += 1; }"),
    (
        "arrays that grow",
        "let a = []; let t = spawn(|| { loop { a.push(\"x\"); } }); \
         let b = []; loop { b.push(\"more and more text\"); }",
    ),
    (
        "a comparison that never ends",
        "let a = [3, 1, 2]; a.sort(|x, y| { let n = 0; loop { n += 1; } });",
    ),
    (
        "a callback that calls itself",
        "fn again(n) { [n].map(|x| { loop { x += 1; } }) } spawn(|| again(1)).join();",
    ),
    (
        "recursion that is caught and begun again",
        "fn deep(n) { deep(n + 1) } let r = 0; loop { try { deep(0); } catch { r += 1; } }",
    ),
    (
        "copies of a large array",
        "let a = []; a.pad(100000, 1); let n = 0; loop { let b = a; b.push(n); n += 1; }",
    ),
    (
        "threads that start and end, one after the other",
        "loop { let t = spawn(|| {}); t.join(); }",
    ),
    (
        "behind other threads' steps",
        "let x = 0; let t = spawn(|| { x += 1; }); x += 1; t.join(); let i = 0; loop { i += 1; }",
    ),
];

fn limits(time: Duration) -> Limits {
    Limits {
        time,
        ..Limits::default()
    }
}

#[test]
fn a_stop_request_ends_a_search_in_the_middle_of_private_work() {
    for (what, text) in ENDLESS {
        let mut session = session();
        let mut explorer = explorer(&mut session, text);
        let stop = Arc::new(AtomicBool::new(true));
        let mut watch = Watch {
            stop: &stop,
            progress: &mut |_, _| {},
        };
        let found = explorer.explore(&limits(Duration::from_secs(3600)), &mut watch);
        assert_eq!(found.cut, Some(Cut::Stopped), "{what}");
        assert!(found.unexpanded > 0 && found.sampled.is_none(), "{what}");
    }
}

#[test]
fn the_time_ends_a_search_in_the_middle_of_private_work_and_the_search_gets_most_of_it() {
    let time = Duration::from_millis(500);
    for (what, text) in ENDLESS {
        let found = explore(&mut explorer(&mut session(), text), &limits(time));
        assert!(!found.is_proved(), "{what}");
        match found.cut {
            Some(Cut::Time(cut)) => assert_eq!(cut, time, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
        assert!(found.took >= time * 4 / 5, "{what}: {:?}", found.took);
        assert!(found.outcomes.is_empty(), "{what}");
    }
}

#[test]
fn the_memory_ends_a_search_in_the_middle_of_private_work() {
    let limits = Limits {
        memory: 8 << 20,
        schedules: 0,
        ..limits(Duration::from_secs(600))
    };
    for text in [
        "let b = []; loop { b.push(\"more and more text\"); }",
        "let m = #{}; let i = 0; loop { i += 1; m[\"\" + i] = i; }",
        "let t = spawn(|| { let s = \"\"; loop { s += \"some text\"; } }); t.join();",
    ] {
        let found = explore(&mut explorer(&mut session(), text), &limits);
        assert_eq!(found.cut, Some(Cut::Memory(8 << 20)), "{text}");
        assert!(found.outcomes.is_empty() && found.unexpanded > 0, "{text}");
    }
}

#[test]
fn a_failure_is_found_in_runs_that_do_not_end() {
    // Left because of their length, and in the middle of a step.
    let cuts = [
        (3, Duration::from_secs(600)),
        (10_000, Duration::from_millis(500)),
    ];
    let cuts = cuts.map(|(depth, time)| Limits {
        depth,
        schedules: 0,
        ..limits(time)
    });
    for text in [
        "spawn(|| { let i = 0; loop { i += 1; } }); throw \"no\";",
        "spawn(|| { throw \"no\"; }); let i = 0; loop { i += 1; }",
    ] {
        for cut in &cuts {
            let found = explore(&mut explorer(&mut session(), text), cut);
            let kinds: Vec<&str> = found.failures.iter().map(|f| f.problem.kind()).collect();
            assert!(
                !found.is_proved() && kinds == ["error"],
                "{text}: {kinds:?}"
            );
        }
    }
}

#[test]
fn schedules_that_do_not_end_are_left_and_counted() {
    let sampling = |time, depth, memory| Sampling {
        seed: 1,
        schedules: 10,
        time,
        steps: None,
        memory,
        depth,
        workers: 1,
        until_failure: false,
        only: None,
    };
    let sample = |text: &str, sampling: &Sampling| {
        let stop = Arc::<AtomicBool>::default();
        let mut watch = Watch {
            stop: &stop,
            progress: &mut |_, _| {},
        };
        let mut session = session();
        explorer(&mut session, text).sample(sampling, &mut watch)
    };
    let computes = "let x = 0; let t = spawn(|| { x = 1; }); x = 2; let i = 0; loop { i += 1; }";
    let left = sample(
        computes,
        &sampling(Duration::from_millis(300), 10_000, u64::MAX),
    );
    assert_eq!(
        (
            left.sampled.unfinished.time,
            left.sampled.unfinished.total()
        ),
        (1, 1)
    );

    let steps = "let x = 0; let t = spawn(|| { loop { x += 1; } }); t.join();";
    let left = sample(steps, &sampling(Duration::from_secs(600), 50, u64::MAX));
    assert_eq!(left.sampled.unfinished.depth, 10);
    assert_eq!(left.sampled.unfinished.total(), left.sampled.schedules);

    let grows =
        "let x = 0; let t = spawn(|| { x = 1; }); x = 2; let a = []; loop { a.push(a.len()); }";
    let left = sample(grows, &sampling(Duration::from_secs(600), 10_000, 1 << 22));
    assert_eq!(left.sampled.unfinished.memory, 10);
    assert!(left.outcomes.is_empty());
}

#[test]
fn a_run_that_is_replayed_is_left_where_it_computes_for_ever() {
    // The thread computes for ever when it comes first.
    let text = "let x = 0; let t = spawn(|| { if x == 0 { let i = 0; loop { i += 1; } } }); x = 1; t.join();";
    let mut session = session();
    let mut explorer = explorer(&mut session, text);
    let found = explore(&mut explorer, &limits(Duration::from_millis(500)));
    let good = &found.outcomes.first().expect("main may come first").token;
    let stop = Arc::new(AtomicBool::new(true));
    explorer.stop_by(stop);
    let (trail, outcome) = explorer.replay(good).expect("a run of this program");
    assert!(outcome.is_some() && trail.interruption.is_none());
    // What the thread does when it is let go on.
    let walk = explorer.walk();
    while walk.interruption().is_none() {
        let last = *walk.choices().last().expect("a thread can go on");
        walk.take(last, &[]);
    }
    assert_eq!(walk.interruption(), Some(Interruption::Stopped));
    assert!(walk.choices().is_empty() && walk.end().is_none());
}

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threadlab"));
    command.args(args).stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> (Option<i32>, String) {
    told(&program(args).output().expect("the program starts"))
}

fn told(output: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8(output.stdout.clone()).expect("the output is UTF-8");
    (output.status.code(), text)
}

#[test]
fn a_report_calls_nothing_right_that_did_not_end() {
    for (what, text) in ENDLESS {
        let (status, out) = run(&["explore", "--seconds", "0.5", "-e", text]);
        assert_eq!(status, Some(3), "{what}: {out}");
        assert!(out.starts_with("searched, not proved: "), "{what}: {out}");
        assert!(
            out.contains("no run was followed to its end"),
            "{what}: {out}"
        );
        assert!(!out.contains("nothing went wrong"), "{what}: {out}");
        let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("of the states was not seen"),
            "{what}: {out}"
        );
    }
    let text = "let x = 0; let t = spawn(|| { while x == 0 { x += 0; } }); x = 1; t.join();";
    let (status, out) = run(&["explore", "--depth", "4", "-e", text]);
    assert_eq!(status, Some(3), "{out}");
    assert!(out.contains("were left before the end: "), "{out}");
    assert!(out.contains("longer than the limit of steps"), "{out}");
}

#[test]
fn json_counts_what_did_not_end() {
    let text = ENDLESS[0].1;
    let (status, out) = run(&["explore", "--json", "--seconds", "0.5", "-e", text]);
    assert_eq!(status, Some(3), "{out}");
    let object: serde_json::Value = serde_json::from_str(&out).expect("one object");
    assert_eq!(object["proved"], false);
    assert_eq!(object["limit"], "seconds");
    assert_eq!(object["unexpanded"], 1);
    let sampled = &object["sampled"];
    assert_eq!(sampled["schedules"], sampled["unfinished"]["seconds"]);
}

/// Without what is a time: the number before `ms` or `s`.
fn without_times(text: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        let unit = word.trim_end_matches([';', ',']);
        if matches!(unit, "ms" | "s") && !words.is_empty() {
            words.pop();
        }
        words.push(word);
    }
    words.join(" ")
}

#[test]
fn the_same_options_and_seed_give_the_same_report() {
    let text = "let n = 0; let lock = Lock(); \
                for t in 0..4 { spawn(|| { for i in 0..3 { n += 1; } print(n); if n == 3 { lock.acquire(); } }); }";
    let reports = |options: &[&str]| {
        let json = [&["explore", "--json"], options, &["-e", text]].concat();
        let plain = [&["explore"], options, &["-e", text]].concat();
        let mut object: serde_json::Value =
            serde_json::from_str(&run(&json).1).expect("one object");
        assert!(object["seconds"].take().is_number());
        assert_eq!(object["limit"], "states");
        assert!(object["sampled"]["schedules"].as_u64().expect("a number") > 100);
        (object, without_times(&run(&plain).1))
    };
    let cut = ["--states", "300", "--seconds", "300"];
    let first = reports(&[&cut[..], &["--seed", "5"]].concat());
    assert_eq!(first, reports(&[&cut[..], &["--seed", "5"]].concat()));
    let other = reports(&[&cut[..], &["--seed", "6"]].concat());
    assert_ne!(first.0, other.0, "the seed makes no difference");
}

#[cfg(unix)]
mod signals {
    use std::io::Read;
    use std::os::unix::process::ExitStatusExt;
    use std::process::Child;
    use std::time::Instant;

    use super::*;

    const COMPUTES: &str = "let i = 0; loop { i += 1; }";

    fn send(signal: &str, child: &Child) {
        let id = child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill is there").success());
    }

    /// A search of an hour that has begun to compute: it has used the processor for a while.
    #[expect(
        clippy::zombie_processes,
        reason = "who gets the process waits for its end"
    )]
    fn search() -> Child {
        let child = program(&["explore", "--seconds", "3600", "-e", COMPUTES])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stat = format!("/proc/{}/stat", child.id());
        let begin = Instant::now();
        loop {
            let ticks = std::fs::read_to_string(&stat)
                .ok()
                .and_then(|stat| stat.split_whitespace().nth(13)?.parse::<u64>().ok());
            // Where there is no such file, a second must do.
            let has_begun = ticks.map_or(begin.elapsed() > Duration::from_secs(1), |t| t > 20);
            if has_begun {
                return child;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn ctrl_c_in_private_work_gives_the_report_and_so_does_a_second_one() {
        for signals in [1, 2] {
            let mut child = search();
            (0..signals).for_each(|_| send("-INT", &child));
            let status = child.wait().expect("it ends");
            let mut out = String::new();
            let mut stdout = child.stdout.take().expect("it is piped");
            stdout
                .read_to_string(&mut out)
                .expect("the output is UTF-8");
            assert_eq!(status.code(), Some(3), "{out}");
            assert!(out.contains("\n  it was stopped"), "{out}");
        }
    }

    #[test]
    fn sigterm_ends_the_process() {
        let mut child = search();
        send("-TERM", &child);
        let status = child.wait().expect("it ends");
        // A shell calls this 143.
        assert_eq!(
            status.signal().map_or(status.code(), |s| Some(128 + s)),
            Some(143)
        );
    }
}
