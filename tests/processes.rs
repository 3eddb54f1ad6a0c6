//! Processes that fail: whenever one is killed, every task ends, no result that was there is lost, and
//! no process is left behind.
//!
//! Processes are found in `/proc` by the name of the session's own process, so these tests are for
//! Linux. Nobody asserts a time; what never ends is stopped by the guard of the common module.

#![cfg(target_os = "linux")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{Mode, run, type_in};

/// At how many moments a worker is killed.
const MOMENTS: u64 = 200;

/// The schedulers that start processes.
const MODES: [Mode; 2] = [Mode::Parallel(2), Mode::Gil(1)];

fn field(line: &str, place: usize) -> Option<&str> {
    // The name in parentheses may hold spaces; what follows it has none.
    line.rsplit_once(')')?.1.split_whitespace().nth(place)
}

/// The processes that `parent` has started and that have not ended.
fn children(parent: u32) -> BTreeSet<u32> {
    children_in(parent, |state| state != "Z")
}

/// Those that have ended, and that it has not asked how.
fn zombies(parent: u32) -> BTreeSet<u32> {
    children_in(parent, |state| state == "Z")
}

fn children_in(parent: u32, is_wanted: impl Fn(&str) -> bool) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir("/proc").expect("there is /proc").flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        // It may be gone by now.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let is_child = field(&stat, 1).and_then(|text| text.parse().ok()) == Some(parent);
        if is_child && field(&stat, 0).is_some_and(&is_wanted) {
            found.insert(pid);
        }
    }
    found
}

/// Whether a process is there and has not ended.
fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| field(&stat, 0) != Some("Z"))
}

fn kill(signal: &str, pid: u32) {
    let status = Command::new("kill")
        .args([signal, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
    // It may have ended.
    let _ = status.expect("there is kill");
}

/// Waits until what is asked holds; fails when it never does.
#[track_caller]
fn await_that(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::yield_now();
    }
}

/// A session in a process of its own, so that its children are nobody else's.
fn session(code: &str) -> std::process::Child {
    Command::new(env!("CARGO_BIN_EXE_threadlab"))
        .args(["--workers", "2", "-e", code])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// The numbers below 2^63 of a linear congruential generator (Knuth's MMIX).
fn next(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Each task must end by a result or by BrokenProcessPool, the same for all that ask.
#[test]
fn a_worker_killed_at_any_moment_breaks_the_pool_and_loses_no_result() {
    let script = "for round in 0..10 {
            let p = ProcessPoolExecutor(2); let fs = []; let heard = Atomic(0);
            try { for i in 0..8 {
                let f = p.submit(|i| { let n = 0; while n < 2000 { n += 1; } i }, i); fs.push(f);
                f.add_done_callback(|f| if f.exception() == () { heard.fetch_add(1); });
            } }
            catch (e) { if e.error != \"BrokenProcessPool\" { throw e; } }
            let ends = [];
            for (f, i) in fs {
                let e = f.exception();
                if e == () { if f.result() != i { throw \"another's result\"; } ends.push(\"result\"); }
                else if e.error == \"BrokenProcessPool\" { ends.push(\"broken\"); }
                else { throw e; }
            }
            p.shutdown();
            let results = ends.filter(|end| end == \"result\").len();
            print(results == heard.value && ends.len() == fs.len(), ends.contains(\"broken\"));
        }";
    let mut state = 7;
    let (mut killed, mut broken) = (0, 0);
    while killed < MOMENTS {
        let mut session = session(script);
        let mut workers = BTreeSet::new();
        let is_over = AtomicBool::new(false);
        let parent = session.id();
        std::thread::scope(|scope| {
            let mut seed = state;
            let is_over = &is_over;
            let killer = scope.spawn(move || {
                let mut killed = 0;
                let mut seen = BTreeSet::new();
                while !is_over.load(Ordering::SeqCst) && killed < 20 {
                    let found: Vec<u32> = children(parent).into_iter().collect();
                    seen.extend(found.iter().copied());
                    for _ in 0..next(&mut seed) % 3000 {
                        std::hint::spin_loop();
                    }
                    if let Some(pid) = found.get(next(&mut seed) as usize % found.len().max(1)) {
                        kill("-KILL", *pid);
                        killed += 1;
                    }
                }
                (seed, killed, seen)
            });
            let mut output = String::new();
            let stdout = session.stdout.as_mut().expect("it is piped");
            std::io::Read::read_to_string(stdout, &mut output).expect("it is text");
            is_over.store(true, Ordering::SeqCst);
            let (seed, count, seen) = killer.join().expect("the killer ends");
            state = seed;
            killed += count;
            workers.extend(seen);
            assert_eq!(output.lines().count(), 10, "{output}");
            assert!(
                output.lines().all(|line| line.starts_with("true ")),
                "{output}"
            );
            broken += output.matches("true true").count();
        });
        assert!(session.wait().expect("it ends").success());
        assert!(!workers.is_empty());
        for pid in workers {
            await_that("no process is left", || !is_alive(pid));
        }
    }
    assert!(broken > 0, "no worker was killed in the middle of a task");
}

/// Reads from a session line by line.
struct Lines(std::io::BufReader<std::process::ChildStdout>);

impl Lines {
    fn of(session: &mut std::process::Child) -> Self {
        let stdout = session.stdout.take().expect("it is piped");
        Self(std::io::BufReader::new(stdout))
    }

    fn next(&mut self) -> String {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut self.0, &mut line).expect("it is text");
        line.trim_end().into()
    }
}

/// One worker is killed, and the others are ended for that: the cause is the same for all.
#[test]
fn the_first_worker_that_ends_is_the_cause_of_all() {
    for (signal, number) in [("-KILL", 9), ("-TERM", 15)] {
        let mut session = session(
            "let p = ProcessPoolExecutor(2); let fs = [];
             for i in 0..2 { fs.push(p.submit(|| { print(pid()); loop { } })); }
             fs.push(p.submit(|| 1)); for f in fs { print(f.exception().message); }
             try { p.submit(|| 1); } catch (e) { print(e.message); }
             p.shutdown(); print(\"on\"); sleep(1000);",
        );
        let parent = session.id();
        let mut lines = Lines::of(&mut session);
        let pids: Vec<u32> = (0..2).map(|_| lines.next().parse().unwrap()).collect();
        assert_eq!(children(parent).len(), 2);
        kill(signal, pids[0]);
        let causes: Vec<String> = (0..4).map(|_| lines.next()).collect();
        let of = |worker| {
            let process = format!("its process ProcessPoolExecutor-0_{worker}");
            format!("ProcessPoolExecutor-0 is broken: {process} was ended by signal {number}")
        };
        let cause = [of(0), of(1)].into_iter().find(|one| *one == causes[0]);
        let cause = cause.unwrap_or_else(|| panic!("{causes:?}"));
        assert!(causes.iter().all(|one| *one == cause), "{causes:?}");
        // The session goes on, and has taken notice of both ends.
        assert_eq!(lines.next(), "on");
        await_that("no process is left", || children(parent).is_empty());
        await_that("each end was noticed", || zombies(parent).is_empty());
        pids.iter().for_each(|pid| assert!(!is_alive(*pid)));
        kill("-KILL", parent);
        session.wait().expect("it ends");
    }
}

#[test]
fn pools_that_are_forgotten_leave_no_processes() {
    let mut session = session(
        "for i in 0..30 { ProcessPoolExecutor(1).submit(|| 1).result(); }
         print(\"now\"); sleep(1000);",
    );
    let parent = session.id();
    assert_eq!(Lines::of(&mut session).next(), "now");
    // The last one is looked after when another one is started.
    await_that("few are left", || children(parent).len() <= 2);
    kill("-KILL", parent);
    session.wait().expect("it ends");
}

/// A folder that is removed with all that is in it.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("threadlab-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing depends on it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What runs already may end when no further process can be started.
#[test]
fn a_worker_that_cannot_be_started_ends_no_other() {
    use threadlab::session::{Input, InputKind, Session};
    let folder = Folder::new("gone");
    let program = folder.0.join("program");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_threadlab"), &program).expect("a link");
    let stream = std::sync::Arc::new(threadlab::event::Stream::new());
    let mut config = Mode::Parallel(2).config();
    config.worker_executable = Some(program.clone());
    let mut session = Session::new(config, stream.clone());
    let mut run = |text| {
        session.run(Input {
            name: "test",
            text,
            kind: InputKind::Prompt,
        })
    };
    let mut lines = Vec::new();
    let mut take = || {
        for event in stream.take() {
            if let threadlab::event::Kind::Print { text, .. } = event.kind {
                lines.push(text);
            }
        }
        lines.clone()
    };
    run(
        "let p = ProcessPoolExecutor(2); let a = p.submit(|| { print(\"began\"); sleep(0.2); 7 });",
    );
    let began = Instant::now();
    while take().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never begins");
        std::thread::yield_now();
    }
    fs::remove_file(&program).expect("it is there");
    run("let b = p.submit(|| 8); print(b.exception().message); print(a.exception(), a.result());");
    run("try { p.submit(|| 9); } catch (e) { print(e.message); } p.shutdown();");
    let lines = take();
    let cause = "ProcessPoolExecutor-0 is broken: a process cannot be started: ";
    assert!(lines[1].starts_with(cause), "{lines:?}");
    assert_eq!(lines[2], " 7");
    assert_eq!(lines[3], lines[1]);
}

#[test]
fn a_worker_that_says_nonsense_is_said_to() {
    let folder = Folder::new("nonsense");
    let program = folder.0.join("program");
    // Written by another process: a file that this one has open cannot be run.
    let written = Command::new("sh")
        .args([
            "-c",
            "printf '#!/bin/sh\nprintf nonsense; cat\n' > $0; chmod +x $0",
        ])
        .arg(&program)
        .status();
    assert!(written.expect("there is sh").success());
    let mut config = Mode::Parallel(1).config();
    config.worker_executable = Some(program);
    let text =
        "let p = ProcessPoolExecutor(1); print(p.submit(|| 1).exception().message); p.shutdown();";
    let ended = common::run_config(config, threadlab::session::InputKind::Script, &[text]);
    assert_eq!(
        ended.lines(),
        [
            "ProcessPoolExecutor-0 is broken: its process ProcessPoolExecutor-0_0 cannot be \
             understood: a message is longer than any can be"
        ]
    );
}

/// SIGKILL leaves the session no chance to end its workers: they end because their input does.
#[test]
fn no_worker_outlives_its_session() {
    for signal in ["-INT", "-TERM", "-KILL"] {
        let mut session = session(
            "let p = ProcessPoolExecutor(2); let fs = [];
             for i in 0..2 { fs.push(p.submit(|| { let q = ProcessPoolExecutor(1);
                 q.submit(|| { loop { } }).result() })); } fs[0].result();",
        );
        let parent = session.id();
        await_that("there are workers with workers", || {
            let workers = children(parent);
            workers.len() == 2 && workers.iter().all(|worker| children(*worker).len() == 1)
        });
        let workers = children(parent);
        let of_workers: Vec<BTreeSet<u32>> = workers.iter().map(|pid| children(*pid)).collect();
        kill(signal, parent);
        session.wait().expect("it ends");
        for pid in workers.iter().chain(of_workers.iter().flatten()) {
            await_that("the worker ends", || !is_alive(*pid));
        }
    }
}

#[test]
fn lines_of_workers_arrive_whole_in_order_and_with_their_names() {
    for mode in MODES {
        let ended = run(
            mode,
            "let p = ProcessPoolExecutor(2);
             p.map(|w| { for i in 0..500 { let s = \"\"; s.pad(50, 'x'); print(w, i, s); } }, [0, 1]).wait();
             p.shutdown();",
        );
        let mut next = [0; 2];
        let mut names = BTreeSet::new();
        for event in &ended.events {
            let threadlab::event::Kind::Print { text, .. } = &event.kind else {
                continue;
            };
            names.insert(event.thread.name.to_string());
            let mut words = text.split(' ');
            let worker: usize = words.next().unwrap().parse().unwrap();
            assert_eq!(words.next().unwrap(), next[worker].to_string(), "{mode:?}");
            assert_eq!(words.next().unwrap().len(), 50);
            next[worker] += 1;
        }
        assert_eq!(next, [500, 500], "{mode:?}");
        let known = |name: &String| name.starts_with("ProcessPoolExecutor-0_");
        assert!(names.iter().all(known), "{names:?}");
    }
}

#[test]
fn a_thousand_short_tasks_and_a_large_result() {
    for mode in MODES {
        let ended = run(
            mode,
            "let p = ProcessPoolExecutor(2); let sum = 0;
             for x in p.map(|x| { sleep(0.001); x }, 0..1000) { sum += x; } print(sum);
             fn text(n) { let s = \"\"; s.pad(n, 'x'); s }
             print(p.submit(text, 10000000).result().len());
             let big = p.submit(|| { let s = text(10000000); [s, s, s, s, s, s, s] });
             print(big.exception().error); p.shutdown();",
        );
        let expected = ["499500", "10000000", "ErrorDataTooLarge"];
        assert_eq!(ended.lines(), expected, "{mode:?} {:?}", ended.outcomes);
    }
}

#[test]
fn functions_of_earlier_inputs_and_defined_anew_are_known() {
    for mode in [Mode::Parallel(2), Mode::Gil(1), Mode::Seeded(1)] {
        let ended = type_in(
            mode,
            &[
                "let k = 2; fn times(x) { x * k }",
                "let p = ProcessPoolExecutor(1); print(p.submit(times, 4).result());",
                "fn times(x) { x + k }",
                "print(p.submit(times, 4).result());",
                "let k = 10; let add = |x| x + k;",
                "print(p.submit(times, 4).result(), p.submit(add, 1).result()); p.shutdown();",
            ],
        );
        assert_eq!(
            ended.lines(),
            ["8", "6", "14 11"],
            "{mode:?} {:?}",
            ended.outcomes
        );
    }
}

#[test]
fn a_chain_of_children_ends_where_it_is_too_long() {
    for mode in MODES {
        let ended = run(
            mode,
            "fn deeper(n) { let p = ProcessPoolExecutor(1);
                 let f = p.submit(deeper, n + 1); p.shutdown(); f.result() }
             try { deeper(0); print(\"endless\"); } catch (e) { print(e.message); }",
        );
        let lines = ended.lines();
        assert_eq!(lines.len(), 1, "{mode:?} {:?}", ended.outcomes);
        assert!(lines[0].contains("at most 4 deep"), "{lines:?}");
    }
}

#[test]
fn a_program_that_is_no_worker_breaks_the_pool() {
    let mut config = Mode::Parallel(1).config();
    for executable in ["/bin/true", "/nowhere/at/all"] {
        config.worker_executable = Some(executable.into());
        let ended = common::run_config(
            config.clone(),
            threadlab::session::InputKind::Script,
            &[
                "let p = ProcessPoolExecutor(1); print(p.submit(|| 1).exception().error); p.shutdown();",
            ],
        );
        assert_eq!(ended.lines(), ["BrokenProcessPool"], "{executable}");
    }
}

/// In each interleaving the tasks see copies: a program that expects sharing fails in every run.
#[test]
fn exploring_plays_processes_that_share_nothing() {
    use threadlab::explore::{Limits, Watch};
    use threadlab::session::{Input, InputKind, Session};
    let text = "let n = 0; let p = ProcessPoolExecutor(2);
        let a = p.submit(|| { n += 1; n }); let b = p.submit(|| { n += 1; n });
        print(a.result(), b.result(), n); p.shutdown();";
    let stream = std::sync::Arc::new(threadlab::event::Stream::new());
    let mut session = Session::new(Mode::Seeded(1).config(), stream);
    let input = Input {
        name: "test",
        text,
        kind: InputKind::Script,
    };
    let mut explorer = session.explorer(input, false).expect("a text that can run");
    let mut watch = Watch {
        stop: &Arc::default(),
        progress: &mut |_, _| {},
    };
    let found = explorer.explore(&Limits::default(), &mut watch);
    assert_eq!(found.cut, None);
    let outcomes: Vec<String> = (found.outcomes.iter())
        .map(|possible| format!("{:?}", possible.outcome.threads))
        .collect();
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    assert!(outcomes[0].contains("1 1 0"), "{outcomes:?}");
    assert!(found.states > 5, "the tasks ran in different orders");
}

/// What was only explored is forgotten by the workers, too, whether they were started before it or
/// after it.
#[test]
fn workers_call_what_the_session_calls_after_exploring() {
    use threadlab::session::{Input, InputKind, Session};
    for mode in MODES {
        let stream = std::sync::Arc::new(threadlab::event::Stream::new());
        let mut session = Session::new(mode.config(), stream.clone());
        let input = |text| Input {
            name: "test",
            text,
            kind: InputKind::Prompt,
        };
        for (text, is_explored) in [
            ("fn f() { 1 } fn g() { f() }", false),
            ("let p = ProcessPoolExecutor(1);", false),
            ("fn f() { 2 } fn h() { f() } f();", true),
            ("print(p.submit(f).result(), p.submit(g).result());", false),
            ("fn f() { 3 } fn f(x) { x }", false),
            ("fn f() { 4 } fn g() { 5 } f();", true),
            ("print(p.submit(f).result(), p.submit(g).result());", false),
            ("let q = ProcessPoolExecutor(1);", false),
            (
                "print(q.submit(f).result(), q.submit(f, 6).result());",
                false,
            ),
            ("p.shutdown(); q.shutdown();", false),
        ] {
            match is_explored {
                true => drop(session.explorer(input(text), false).expect("it can run")),
                false => drop(session.run(input(text))),
            }
        }
        let lines: Vec<String> = (stream.take().into_iter())
            .filter_map(|event| match event.kind {
                threadlab::event::Kind::Print { text, .. } => Some(text),
                _ => None,
            })
            .collect();
        assert_eq!(lines, ["1 1", "3 3", "3 6"], "{mode:?}");
    }
}

/// The lines printed so far, once there are so many.
fn printed(stream: &threadlab::event::Stream, lines: &mut Vec<String>, count: usize) {
    let began = Instant::now();
    while lines.len() < count {
        assert!(began.elapsed() < Duration::from_secs(60), "only {lines:?}");
        for event in stream.take_within(Duration::from_millis(1)) {
            if let threadlab::event::Kind::Print { text, .. } = event.kind {
                lines.push(text);
            }
        }
    }
}

/// A worker that ends while it has nothing to do breaks its pool at the next task; one whose pool is
/// left by Ctrl-C ends, although a variable still holds the pool.
#[test]
fn idle_workers_end_with_their_pool_and_their_end_is_noticed() {
    use threadlab::session::{Input, InputKind, Outcome, Report, Session};
    for mode in MODES {
        let stream = std::sync::Arc::new(threadlab::event::Stream::new());
        let mut session = Session::new(mode.config(), stream.clone());
        let stopper = session.stopper();
        let input = |text| Input {
            name: "test",
            text,
            kind: InputKind::Prompt,
        };
        let mut lines = Vec::new();
        session.run(input(
            "let p = ProcessPoolExecutor(1); print(p.submit(|| pid()).result());",
        ));
        printed(&stream, &mut lines, 1);
        let worker: u32 = lines[0].parse().expect("a number");
        kill("-KILL", worker);
        await_that("it ends", || !is_alive(worker));
        session.run(input("print(p.submit(|| 1).exception().message);"));
        printed(&stream, &mut lines, 2);
        assert_eq!(
            lines[1],
            "ProcessPoolExecutor-0 is broken: its process ProcessPoolExecutor-0_0 was ended by \
             signal 9",
            "{mode:?}"
        );

        let text = "let q = ProcessPoolExecutor(1);
            with q { print(q.submit(|| pid()).result()); loop { } }";
        let report = std::thread::scope(|scope| {
            let run = scope.spawn(|| session.run(input(text)));
            printed(&stream, &mut lines, 3);
            stopper.stop();
            run.join().expect("it ends")
        });
        let is_stopped = |outcome: &Outcome| matches!(outcome, Outcome::Interrupted(_));
        assert!(matches!(&report, Report::Ran { outcome, .. } if is_stopped(outcome)));
        let worker: u32 = lines[2].parse().expect("a number");
        await_that("the worker ends", || !is_alive(worker));
        drop(session);
    }
}
