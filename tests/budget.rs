//! What a run may use: whatever grows for ever ends in an error that names the limit and the line,
//! on each scheduler, and so does what starts new threads for ever.

mod common;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use threadlab::event::{Kind, Stream};
use threadlab::session::{Input, InputKind, Outcome, Report, RunLimits, Session};
use threadlab::value::{FaultKind, Limit};

const SCHEDULERS: [&str; 3] = ["parallel", "gil", "seeded"];

/// Runs a script from the command line; gives its status and what it says on standard error.
fn run(limits: &[&str], scheduler: &str, code: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_threadlab"))
        .args(["--scheduler", scheduler])
        .args(limits)
        .args(["-e", code])
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), text)
}

/// Checks that the script ends by the limit, in this line, on every scheduler.
#[track_caller]
fn ends_by(limits: &[&str], words: &str, line: u32, code: &str) {
    for scheduler in SCHEDULERS {
        let (status, text) = run(limits, scheduler, code);
        assert_eq!(status, Some(1), "{scheduler}: {code}\n{text}");
        assert!(text.contains(words), "{scheduler}: {code}\n{text}");
        let places = [format!("-e:{line}:"), format!("(line {line}, ")];
        let is_placed = places.iter().any(|place| text.contains(place));
        assert!(is_placed, "{scheduler}: {code}\n{text}");
    }
}

#[test]
fn values_that_stand_for_more_than_can_be_counted_are_left_off() {
    let code =
        "let a = [1]; let b = [1]; for i in 0..40 { a = [a, a]; b = [b, b]; }\nprint(a == b);";
    ends_by(&[], "this would take too long", 2, code);
}

#[test]
fn what_grows_for_ever_ends_by_the_limit_of_memory() {
    let limit = ["--max-memory", "160M"];
    let words = "the limit of memory is reached: 160M (max-memory)";
    for (line, code) in [
        (2, "let a = [];\nloop { a.push(\"text \" + a.len()); }"),
        (2, "let s = \"x\";\nloop { s += s; }"),
        (
            2,
            "let m = #{};\nlet i = 0; loop { i += 1; m[\"key \" + i] = [i]; }",
        ),
        (2, "let a = [];\nloop { a = [a, 1]; }"),
        (2, "let q = Queue();\nloop { q.put([1, \"some text\"]); }"),
        (2, "let d = dict();\nlet i = 0; loop { i += 1; d[i] = i; }"),
        // Few instructions, and much work in each.
        (
            3,
            "let all = [];\nlet a = []; a.pad(200000, 0);\nloop { let b = a; b.push(1); all.push(b); }",
        ),
        (
            2,
            "let a = []; let s = \"x\"; s.pad(100000, \"x\");\nloop { a.push(s + a.len()); }",
        ),
        // So much at once that it must not even be tried.
        (2, "let a = [];\na.pad(60000000, 1);"),
        (2, "let all = [];\nloop { all.push(blob(50000000)); }"),
        // What is caught is no way to go on.
        (
            2,
            "let a = [];\nloop { try { loop { a.push([a.len()]); } } catch { } }",
        ),
        (
            2,
            "let a = [];\nlet t = spawn(|| { loop { a.push([1]); } }); t.join(); print(1);",
        ),
        (
            2,
            "let a = [];\nlet p = pool(2); p.submit(|| { loop { a.push([1]); } }).result();",
        ),
    ] {
        ends_by(&limit, words, line, code);
    }
}

#[test]
fn threads_that_start_threads_for_ever_end_by_the_limit_of_threads() {
    let limit = ["--max-threads", "200"];
    let words = "the limit of threads is reached: 200 (max-threads)";
    for (line, code) in [
        (1, "loop { spawn(|| { Event().wait(); }); }"),
        (1, "fn f() { spawn(f); spawn(f); Event().wait(); } f();"),
        (
            2,
            "let e = Event();\nloop { let t = Timer(1000, || { e.wait(); }); t.start(); }",
        ),
        (
            2,
            "let e = Event();\nfor i in 0..1000 { let p = ThreadPoolExecutor(9); p.submit(|| e.wait()); }",
        ),
    ] {
        ends_by(&limit, words, line, code);
    }
}

#[test]
fn what_prints_for_ever_ends_by_the_limit_of_output() {
    let limit = ["--max-output", "10K"];
    let words = "the limit of output is reached: 10K (max-output)";
    ends_by(&limit, words, 1, "loop { print(\"line\"); }");
    ends_by(
        &limit,
        words,
        2,
        "let t = spawn(||\n{ loop { print(\"x\", #{end: \"\"}); } }); t.join();",
    );
}

#[test]
fn what_never_ends_ends_by_the_limit_of_time() {
    let limit = ["--max-seconds", "0.3"];
    let words = "the limit of time is reached: 0.3 s (max-seconds)";
    ends_by(&limit, words, 1, "loop { }");
    ends_by(
        &limit,
        words,
        2,
        "let t = spawn(||\n{ let n = 0; loop { n += 1; } }); t.join();",
    );
    for scheduler in ["parallel", "gil"] {
        let (status, text) = run(&limit, scheduler, "print(1);\nsleep(1000);");
        assert_eq!(status, Some(1), "{text}");
        assert!(text.contains(words) && text.contains("-e:2:"), "{text}");
    }
}

#[test]
fn what_stays_within_its_limits_is_left_alone() {
    let limits = [
        "--max-memory",
        "160M",
        "--max-threads",
        "20",
        "--max-output",
        "10",
        "--max-seconds",
        "600",
    ];
    let code = "for i in 0..200 { spawn(|| { let a = []; a.pad(1000, 1); }).join(); } \
                for i in 0..200 { let a = []; a.pad(100000, 1); } print(12345678);";
    for scheduler in SCHEDULERS {
        let (status, text) = run(&limits, scheduler, code);
        assert_eq!((status, text.as_str()), (Some(0), ""), "{scheduler}");
    }
}

/// At the prompt a limit ends the input, and the session goes on; threads of earlier inputs stay.
#[test]
fn a_limit_ends_one_input_of_the_prompt() {
    for mode in [common::Mode::Parallel(2), common::Mode::Gil(1)] {
        let stream = Arc::new(Stream::new());
        let mut session = Session::new(mode.config(), stream.clone());
        session.set_limits(RunLimits {
            threads: 50,
            output: 100,
            time: Duration::from_secs(3600),
            ..RunLimits::NONE
        });
        let mut answer = |text: &str| {
            let report = session.run(Input {
                name: "test",
                text,
                kind: InputKind::Prompt,
            });
            match report {
                Report::Ran {
                    outcome: Outcome::Failed(fault),
                    ..
                } => match fault.kind {
                    FaultKind::Limit(limit) => format!("{limit:?}"),
                    other => format!("{other}"),
                },
                Report::Ran {
                    outcome: Outcome::Value(value),
                    ..
                } => threadlab::value::debug_text(&value),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(
            answer("let e = Event(); let t = spawn(|| e.wait()); ();"),
            "()"
        );
        let threads = format!("{:?}", Limit::Threads(50));
        assert_eq!(answer("loop { spawn(|| { Event().wait(); }); }"), threads);
        assert_eq!(answer("t.is_alive() && active_count() == 2"), "true");
        let output = format!("{:?}", Limit::Output(100));
        assert_eq!(answer("for i in 0..60 { print(i); }"), output);
        assert_eq!(
            answer("for i in 0..20 { print(i); } e.set(); t.join(); 7"),
            "7"
        );
        let told = stream.take();
        let failures = told
            .iter()
            .filter(|event| matches!(event.kind, Kind::MainFailure { .. }));
        assert_eq!(failures.count(), 2);
    }
}

#[test]
fn a_worker_process_has_the_limits_of_its_session() {
    let code = "with ProcessPoolExecutor(1) as p {\n\
                let f = p.submit(|| { let a = []; loop { a.push([1]); } });\n\
                try { f.result(); } catch (e) { print(e.message); throw e; } }";
    let (status, text) = run(&["--max-memory", "160M"], "parallel", code);
    assert_eq!(status, Some(1), "{text}");
    assert!(
        text.contains("the limit of memory is reached: 160M"),
        "{text}"
    );
}
