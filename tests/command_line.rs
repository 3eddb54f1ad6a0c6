//! The program from outside: exit statuses, the two output streams, where the text comes from.
//!
//! Standard output carries exactly what the script printed; everything else goes to standard error.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threadlab"));
    command
        .args(args)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null());
    command
}

/// What a run gave: status, standard output, standard error.
#[track_caller]
fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the output is UTF-8");
    let status = output.status.code().expect("an exit status");
    (status, text(&output.stdout), text(&output.stderr))
}

fn run(args: &[&str]) -> (i32, String, String) {
    told(&program(args).output().expect("the program starts"))
}

fn feed(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = program(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(input).expect("it reads its input");
    drop(stdin);
    told(&child.wait_with_output().expect("it ends"))
}

/// A file in a folder of its own; both vanish with the value.
struct Script(tempfile::TempDir);

impl Script {
    fn new(text: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("script.rhai"), text).expect("a file");
        Self(folder)
    }

    fn path(&self) -> String {
        self.0.path().join("script.rhai").display().to_string()
    }
}

#[test]
fn a_line_a_file_and_standard_input_print_the_same() {
    let text = "print(6 * 7);\nprint(\"a\\nb\", 1.5);\n";
    let expected = (0, "42\na\nb 1.5\n".to_string(), String::new());
    let script = Script::new(text.as_bytes());
    assert_eq!(run(&["-e", text]), expected);
    assert_eq!(run(&[&script.path()]), expected);
    assert_eq!(run(&["run", &script.path()]), expected);
    assert_eq!(feed(&[], text.as_bytes()), expected);
    assert_eq!(feed(&["-"], text.as_bytes()), expected);
}

#[test]
fn a_script_sees_its_arguments_and_may_begin_with_a_line_for_the_shell() {
    let script = Script::new(b"#!/usr/bin/env threadlab\nprint(args);\nprint(args[1]);");
    let expected = (0, "[\"--fast\", \"3\"]\n3\n".to_string(), String::new());
    assert_eq!(run(&[&script.path(), "--fast", "3"]), expected);
    assert_eq!(run(&["run", &script.path(), "--fast", "3"]), expected);
    // Positions count the first line.
    let script = Script::new(b"#!/usr/bin/env threadlab\nprint(nothing_such);");
    let (status, _, error) = run(&[&script.path()]);
    assert_eq!(status, 2);
    assert!(error.contains("script.rhai:2:7"), "{error}");
}

#[test]
fn each_end_has_its_status() {
    for (text, status) in [
        ("1", 0),
        ("throw 1;", 1),
        ("let l = Lock(); l.acquire(); l.acquire();", 1),
        ("let x = ;", 2),
        ("print(unknown_name);", 2),
        // A failed thread alone changes nothing.
        ("spawn(|| { throw 1; }).join();", 0),
    ] {
        assert_eq!(run(&["-e", text]).0, status, "{text}");
    }
    for args in [
        &["--scheduler", "fair", "-e", "1"][..],
        &["--seed", "x", "-e", "1"],
        &["--workers", "0", "-e", "1"],
        &["--scheduler", "parallel", "--seed", "1", "-e", "1"],
        &["--nonsense"],
        &["run"],
    ] {
        let (status, out, error) = run(args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(!error.is_empty(), "{args:?}");
    }
    assert_eq!(run(&["--help"]).0, 0);
    let (status, out, _) = run(&["--version"]);
    assert_eq!(
        (status, out),
        (0, format!("threadlab {}\n", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn a_text_that_cannot_be_read_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no.rhai").display().to_string();
    let bytes = Script::new(b"print(1);\nprint(\"\xff\");");
    for (path, words) in [
        (missing.as_str(), "there is no file"),
        (&folder.path().display().to_string(), "is a folder"),
        (&bytes.path(), "is not UTF-8 text: byte 18, in line 2"),
    ] {
        let (status, out, error) = run(&[path]);
        assert_eq!((status, out.as_str()), (2, ""), "{path}");
        assert!(error.contains(words) && error.contains(path), "{error}");
    }
    assert_eq!(feed(&[], b"\xff").0, 2);
}

#[test]
fn a_wrong_text_is_quoted_with_a_caret() {
    let (status, out, error) = run(&["-e", "if true { print(1)"]);
    assert_eq!((status, out.as_str()), (2, ""));
    let expected = "error: this `{` is never closed\n --> -e:1:9\n  |\n1 | if true { print(1)\n  \
                    |         ^ opened here\n";
    assert!(error.starts_with(expected), "{error}");
    assert!(error.contains("help: add the `}`"), "{error}");
}

#[test]
fn an_error_says_where_and_what_to_do_and_keeps_what_was_printed() {
    let (status, out, error) = run(&["-e", "print(1);\nfn f(x) { sleep(x) }\nf(-1);"]);
    assert_eq!((status, out.as_str()), (1, "1\n"));
    for part in [
        "error: sleep for -1 seconds",
        "--> -e:2:11",
        "2 | fn f(x) { sleep(x) }",
        "in f, called from line 3, column 1",
        "help: write the time without the minus",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn a_failed_thread_says_so_on_standard_error_at_once() {
    let text = "let t = Thread(|| {\n  throw \"no\"; }, [], #{name: \"A\"});\nt.start(); t.join(); print(\"on\");";
    let expected = "Exception in thread A: no (line 2, column 3)\n";
    assert_eq!(run(&["-e", text]), (0, "on\n".into(), expected.into()));
}

#[test]
fn a_deadlock_names_each_thread_its_line_and_what_it_waits_for() {
    let text = "let a = Lock();\nlet b = Lock();\nfn both(x, y) {\n    with x { sleep(0.05);\n        \
                with y { } } }\nlet t1 = spawn(both, a, b);\nlet t2 = spawn(both, b, a);\nt1.join();";
    for scheduler in ["parallel", "gil", "seeded"] {
        let (status, out, error) = run(&["--scheduler", scheduler, "-e", text]);
        assert_eq!((status, out.as_str()), (1, ""), "{scheduler}");
        for part in [
            "deadlock: these threads wait for ever",
            "main, line 8",
            "Thread-1, line 5",
            "waits for the Lock made in line 2, column 9, held by Thread-2 since line 4",
            "waits for the Lock made in line 1, column 9, held by Thread-1 since line 4",
        ] {
            assert!(error.contains(part), "{scheduler}: {part}: {error}");
        }
    }
}

#[test]
fn many_lines_from_many_threads_arrive_whole() {
    let text = "for t in [1, 2, 3, 4].map(|n| spawn(|| { for i in 0..5000 { print(n, i, \"x\"); } })) \
                { t.join(); }";
    let (status, out, error) = run(&["-e", text]);
    assert_eq!((status, error.as_str()), (0, ""));
    let mut next = [0; 5];
    for line in out.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!((words.len(), words[2]), (3, "x"), "{line}");
        let thread: usize = words[0].parse().unwrap();
        assert_eq!(words[1], next[thread].to_string(), "{line}");
        next[thread] += 1;
    }
    assert_eq!(next, [0, 5000, 5000, 5000, 5000]);
}

#[test]
fn a_seed_repeats_and_the_log_goes_to_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = "let n = 0; let t = spawn(|| { n += 1; print(n); }); n += 1; t.join();";
    let log = |name: &str, workers: &str| {
        let path = folder.path().join(name).display().to_string();
        let args = [
            "--seed",
            "7",
            "--workers",
            workers,
            "--events",
            &path,
            "-e",
            text,
        ];
        let (status, out, error) = run(&args);
        assert_eq!((status, error.as_str()), (0, ""));
        (out, fs::read(path).unwrap())
    };
    let first = log("a", "1");
    assert_eq!(first, log("b", "4"));
    let lines = String::from_utf8(first.1).unwrap();
    // Two increments of two operations each, and a read for the print.
    assert_eq!(lines.lines().count(), 6, "{lines}");
    assert!(lines.starts_with("{\"sequence\":1,\"seconds\":"), "{lines}");
    let nowhere = folder.path().join("no/such/log").display().to_string();
    assert_eq!(run(&["--events", &nowhere, "-e", "1"]).0, 2);
}

#[test]
fn colours_only_when_asked_for() {
    let error = |args: &[&str], no_color: bool| {
        let mut command = program(args);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        told(&command.output().unwrap()).2
    };
    let text = "spawn(|| { throw 1; }).join();";
    let coloured = |text: &str| text.contains('\x1b');
    assert!(!coloured(&error(&["-e", text], false)), "no terminal");
    assert!(coloured(&error(&["--color", "always", "-e", text], false)));
    assert!(!coloured(&error(&["--color", "never", "-e", text], false)));
    assert!(!coloured(&error(&["--color", "auto", "-e", text], true)));
    assert_eq!(run(&["--color", "always", "-e", "print(1)"]).1, "1\n");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = program(&["-e", "loop { print(\"line\"); }"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "line\n");
    drop(out);
    let mut error = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut error)
        .unwrap();
    child.wait().unwrap();
    assert_eq!(error, "");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_script_and_says_where_its_threads_were() {
    for (scheduler, text) in [
        ("parallel", "spawn(|| { loop { } }); print(1);\nloop { }"),
        ("gil", "spawn(|| { loop { } }); print(1);\nloop { }"),
        ("seeded", "spawn(|| { loop { } }); print(1);\nloop { }"),
        (
            "parallel",
            "spawn(|| { loop { } }); print(1);\nsleep(1000);",
        ),
    ] {
        let mut child = program(&["--scheduler", scheduler, "-e", text])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
        // Not how soon: only that it does not hang.
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begin.elapsed() > Duration::from_secs(30) {
                child.kill().unwrap();
                panic!("does not end: {scheduler} {text}");
            }
            std::thread::yield_now();
        };
        let mut error = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut error)
            .unwrap();
        assert_eq!(status.code(), Some(130), "{scheduler} {text}: {error}");
        assert!(error.contains("interrupted"), "{error}");
        assert!(error.contains("main, line 2"), "{error}");
        assert!(error.contains("Thread-1, line 1"), "{error}");
    }
}

#[test]
fn doc_shows_the_reference() {
    let (status, out, error) = run(&["doc", "time.sleep"]);
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(out.starts_with("sleep(seconds)\n  Waits;"), "{out}");
    assert!(
        out.contains("\n  waits    For that many seconds.\n"),
        "{out}"
    );

    let (status, out, _) = run(&["doc"]);
    assert_eq!(status, 0);
    for name in ["Queue: put", "rand_int", "ThreadPoolExecutor", "blob:"] {
        assert!(out.contains(name), "{name}: {out}");
    }

    let (status, out, _) = run(&["doc", "--markdown"]);
    assert_eq!(status, 0);
    assert!(out.starts_with("# threadlab reference\n"), "{out}");
    assert!(out.contains("\n### Queue.put\n"), "{out}");

    let (status, out, error) = run(&["doc", "Quueue"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(error.contains("did you mean `Queue`?"), "{error}");
    assert_eq!(run(&["doc", "a", "b"]).0, 2);
    let (_, out, _) = run(&["--color", "always", "doc", "sleep"]);
    assert!(out.contains("\x1b["), "{out}");
}

/// Runs a script under a seed; what it printed, or the error that it ended by.
#[track_caller]
fn seeded(seed: &str, text: &str) -> String {
    let (status, out, error) = run(&["--seed", seed, "-e", text]);
    if status == 0 { out } else { error }
}

#[test]
fn a_thread_local_has_properties_of_each_thread() {
    let text = "let local = ThreadLocal(); local.x = 5; local.x += 1; local.list = [1];
        local.list.push(2); local.map = #{a: 1}; local.map.a += 1; local.name = \"m\";
        fn work() { local.x = 100; local.x *= 2; return local.x; }
        print(spawn(work).join(), local.x, local.list, local.map.a, local.name, local.get(\"x\"));";
    assert_eq!(seeded("1", text), "200 6 [1, 2] 2 m 6\n");
    assert_eq!(run(&["-e", text]).1, "200 6 [1, 2] 2 m 6\n");
    let unset = "let local = ThreadLocal(); local.x = 1; spawn(|| local.x).result();";
    let told = seeded("1", unset);
    assert!(
        told.contains("has no attribute `x` in this thread"),
        "{told}"
    );
    assert!(told.contains("local.x = 0"), "{told}");
    let told = seeded("1", "let local = ThreadLocal(); local.x += 1;");
    assert!(told.contains("has no attribute `x`"), "{told}");
    let told = seeded("1", "let lock = Lock(); lock.x = 1;");
    assert!(told.contains("x") && told.contains("Lock"), "{told}");
}

#[test]
fn an_access_to_a_thread_local_only_reads_the_variable() {
    let script = Script::new(
        b"let local = ThreadLocal();\nlet t = spawn(|| { local.x = 1; local.x += 1; });\nt.join();",
    );
    let log = script.0.path().join("log.jsonl");
    let log = log.display().to_string();
    assert_eq!(run(&["--seed", "1", "--events", &log, &script.path()]).0, 0);
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("\"event\":\"read\",\"place\":\"local\""),
        "{log}"
    );
    assert!(!log.contains("\"event\":\"write\""), "{log}");
}

#[test]
fn random_numbers_come_from_the_seed() {
    let text = "let xs = [1, 2, 3, 4, 5, 6, 7, 8]; random.shuffle(xs); let draw = || [random.randint(1, 6),
        random.random(), random.uniform(1, 2), random.choice(\"abcdef\"), choice(0..100), rand_bool(),
        rand_float(), rand_float(1, 2), random.randrange(10)]; print(xs, draw.call(), draw.call());";
    let one = seeded("1", text);
    assert!(one.starts_with('['), "{one}");
    assert_eq!(one, seeded("1", text));
    assert_ne!(one, seeded("2", text));
    for (text, told) in [
        ("random.seed(1);", "threadlab --seed"),
        ("choice([]);", "is_empty"),
        ("rand_int(2, 1);", "rand_int(1, 2)"),
        ("random.choice(#{});", "keys()"),
        ("timestamp();", "perf_counter()"),
    ] {
        let error = seeded("1", text);
        assert!(error.contains(told), "{text}: {error}");
    }
}
