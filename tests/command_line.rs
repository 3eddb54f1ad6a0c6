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
        "error: ValueError: sleep for -1 seconds",
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
fn a_deadlock_names_what_nobody_has_awaited() {
    let text =
        "fn main() {\nlet q = asyncio.Queue();\nq.put(1);\nawait q.get(); }\nasyncio.run(main);";
    let (status, out, err) = run(&["--seed", "1", "-e", text]);
    assert_eq!((status, &*out), (1, ""), "{err}");
    let told = "the end of the tasks of asyncio.run; nobody has awaited queue.put in line 3";
    let err = err.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(err.contains(told), "{err}");
}

/// Each error of a group has its own line; one that is a map reads as it would in Python.
#[test]
fn each_error_of_a_task_group_is_shown_with_its_line() {
    let text = "fn fail(n) {\n throw #{error: \"ValueError\", message: n}; }\nfn main() {\n\
                with asyncio.TaskGroup() as tg {\n tg.create_task(fail, \"bad\");\n\
                tg.create_task(|| 1 / 0); } }\nasyncio.run(main);";
    let (status, out, err) = run(&["-e", text]);
    assert_eq!((status, &*out), (1, ""), "{err}");
    for part in [
        "error: 2 errors in a TaskGroup",
        "error: Task-2: ValueError: bad",
        "2 |  throw #{error:",
        "error: Task-3: Division by zero: 1 / 0",
        "6 | tg.create_task(|| 1 / 0); } }",
        "look at the divisor first",
    ] {
        assert!(err.contains(part), "{part}\n{err}");
    }
}

#[test]
fn what_was_never_awaited_is_a_warning_that_names_who_made_it() {
    let text = "fn main() {\n asyncio.sleep(1);\n await asyncio.create_task(|| asyncio.sleep(2)); () }\n\
                asyncio.run(main); print(\"end\");";
    let (status, out, err) = run(&["-e", text]);
    assert_eq!((status, &*out), (0, "end\n"), "{err}");
    let sleep = "asyncio.sleep was never awaited: write `await asyncio.sleep(...)`";
    assert_eq!(
        err,
        format!(
            "warning: in Task-1: {sleep} (line 2, column 10)\n\
             warning: in Task-2: {sleep} (line 3, column 39)\n"
        )
    );
}

#[test]
fn a_deadlock_names_each_thread_its_line_and_what_it_waits_for() {
    let text = "let a = Lock();\nlet b = Lock();\nfn both(x, y) {\n    with x { sleep(0.05);\n        \
                with y { } } }\nlet t1 = spawn(both, a, b);\nlet t2 = spawn(both, b, a);\nt1.join();";
    for scheduler in ["parallel", "gil", "seeded"] {
        let (status, out, error) = run(&["--scheduler", scheduler, "-e", text]);
        assert_eq!((status, out.as_str()), (1, ""), "{scheduler}");
        // Without the breaks of its lines, which depend on their length.
        let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
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
fn an_error_of_main_comes_before_what_follows_from_it() {
    let text = "let q = Queue();\nlet t = spawn(|| { q.get(); });\nassert(1 == 2, \"wrong\");";
    for scheduler in ["parallel", "gil", "seeded"] {
        let (status, out, error) = run(&["--scheduler", scheduler, "-e", text]);
        assert_eq!((status, &*out), (1, ""), "{error}");
        let place = |part: &str| {
            error
                .find(part)
                .unwrap_or_else(|| panic!("{part}: {error}"))
        };
        let parts = [
            "error: assertion failed: wrong\n --> -e:3:1\n",
            "deadlock: this thread waits for ever, so the run ends\n  Thread-1, line 2, column 22: waits",
        ];
        assert!(place(parts[0]) < place(parts[1]), "{error}");
        assert_eq!(error.matches("assertion failed").count(), 1, "{error}");
    }
    let script = Script::new(text.as_bytes());
    let (status, out, _) = run(&["explore", &script.path()]);
    assert_eq!(status, 1);
    // The table breaks the words where it ends.
    let words: Vec<&str> = out.split_whitespace().collect();
    for part in [
        "main fails: assertion failed: wrong (line",
        "deadlock: Thread-1 waits for ever",
    ] {
        assert!(words.join(" ").contains(part), "{part}: {out}");
    }
    let (_, json, _) = run(&["explore", "--json", &script.path()]);
    assert!(
        json.contains("\"main: assertion failed: wrong (line 3)\""),
        "{json}"
    );
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
    // Two increments of two operations each, and a read for the print; around them, the thread's
    // start and end, and main's wait for it.
    assert_eq!(lines.lines().count(), 9, "{lines}");
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
    ] {
        let error = seeded("1", text);
        assert!(error.contains(told), "{text}: {error}");
    }
}
const RACE: &str = "let counter = 0;\nfn add() {\n    counter += 1;\n}\nlet a = spawn(add);\n\
                    let b = spawn(add);\na.join(); b.join();\nassert(counter == 2);\n";

const MENDED: &str = "let counter = 0;\nlet lock = Lock();\nfn add() { with lock { counter += 1; } }\n\
                      let a = spawn(add);\nlet b = spawn(add);\na.join(); b.join();\n\
                      assert(counter == 2);\n";

/// The table and story of the lost update, with the lines of [`RACE`].
const LOST_UPDATE: &str = "  main            Thread-1        Thread-2
  ----            --------        --------
                  3| counter += 1;  reads counter: 0
  ~~ Thread-1 is paused here ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                                  3| counter += 1;  reads counter: 0
                                                    writes counter: 1
                  3| counter += 1;  writes counter: 1
  8| assert(counter == 2);  reads counter: 1
                            fails: assertion failed
";

const STORY: &str = "  Thread-1 read counter as 0 (line 3); before it stored 1 in counter (line 3),
  Thread-2 stored 1 in counter (line 3). Thread-1 stored over that: the change
  by Thread-2 was lost.
";

/// What mends it, with the proof.
const MEND: &str = "  What mends it: Put line 3 of `add` under a lock, as a whole:
  `with lock { ... }`. Checked: with that, none of the 2 interleavings fails.
";

/// The token that follows the first `replay ` in a text.
#[track_caller]
fn token_in(text: &str) -> String {
    let (_, rest) = text.split_once("threadlab replay ").expect("a token");
    rest.split(' ').next().expect("a token").into()
}

#[test]
fn exploring_tells_what_can_happen_and_how_it_comes_to_a_failure() {
    let script = Script::new(RACE.as_bytes());
    let (status, out, error) = run(&["explore", &script.path()]);
    assert_eq!((status, error.as_str()), (1, ""));
    // Between the two stands how long it took.
    let (head, rest) = out.split_once(" in ").unwrap();
    assert_eq!(head, "proved: all 6 interleavings (11 states)");
    let (_, rest) = rest.split_once("; ").unwrap();
    let token = token_in(&out);
    let other = rest.lines().nth(4).unwrap().rsplit(' ').next().unwrap();
    let expected = format!(
        "2 outcomes, 1 fails

  interleavings  outcome                                                token
              4  main fails: assertion failed (line 8)                  {token}
              2  ends                                                   {other}

failure 1: assertion failed, in main, line 8 (lost update)
{LOST_UPDATE}{STORY}{MEND}  replay it: threadlab replay {token} {}
and 1 finding: --all shows them
",
        script.path()
    );
    // A star at the left edge marks what the cause is about.
    let marked = rest.lines().filter(|line| line.starts_with('*')).count();
    assert!((3..=4).contains(&marked), "{out}");
    assert_eq!(rest.replace("\n*", "\n "), expected, "{out}");
    let (_, all, _) = run(&["explore", "--all", &script.path()]);
    for part in [
        LOST_UPDATE,
        STORY,
        MEND,
        "\nfinding: data race on counter\n",
        "     3 | counter += 1;\n",
    ] {
        assert!(all.replace("\n*", "\n ").contains(part), "{part}: {all}");
    }
}

#[test]
fn exploring_has_a_status_for_each_end() {
    assert_eq!(run(&["explore", "-e", RACE]).0, 1);
    assert_eq!(run(&["explore", "-e", MENDED]).0, 0);
    assert_eq!(feed(&["explore", "-"], MENDED.as_bytes()).0, 0);
    let (status, out, _) = run(&[
        "explore",
        "--reduction",
        "never",
        "--states",
        "3",
        "-e",
        MENDED,
    ]);
    assert_eq!(status, 3);
    assert!(out.starts_with("searched, not proved: "), "{out}");
    assert!(
        out.contains("  the limit of 3 states was reached; --states N raises it; "),
        "{out}"
    );
    // A race alone is a failure only when it is denied.
    let race = "let n = 0; let t = spawn(|| n = 1); print(n); t.join();";
    let (status, out, _) = run(&["explore", "-e", race]);
    assert_eq!(status, 0, "{out}");
    assert!(out.contains("no run fails, but see below"), "{out}");
    assert_eq!(run(&["explore", "--deny", "race", "-e", race]).0, 1);
    for args in [
        &["explore", "-e", "let x = ;"][..],
        &["explore", "no such file"],
        &["explore"],
        &["replay", "x", "-e", "1"],
        &["step", "-"],
    ] {
        let (status, out, error) = run(args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        assert!(!error.is_empty(), "{args:?}");
    }
}

#[test]
fn the_order_of_prints_counts_when_asked() {
    let text = "let t = spawn(|| print(1)); print(2); t.join();";
    let outcomes = |args: &[&str]| run(args).1.contains("; 2 outcomes");
    assert!(!outcomes(&["explore", "-e", text]));
    assert!(outcomes(&["explore", "--order", "-e", text]));
}

#[test]
fn colours_change_nothing_but_the_colours() {
    let plain = run(&["explore", "-e", RACE]).1;
    let coloured = run(&["explore", "--color", "always", "-e", RACE]).1;
    let mut parts = coloured.split('\x1b');
    let mut stripped = parts.next().unwrap().to_string();
    for part in parts {
        stripped.push_str(part.split_once('m').unwrap().1);
    }
    assert!(coloured.contains("\x1b[1;31m"));
    let after_the_time = |text: &str| text.split_once("; ").unwrap().1.to_string();
    assert_eq!(after_the_time(&stripped), after_the_time(&plain));
}

#[test]
fn json_is_one_object_that_differs_in_the_time_only() {
    let read = || {
        let (status, out, error) = run(&["explore", "--json", "-e", RACE]);
        assert_eq!((status, error.as_str()), (1, ""));
        let mut object: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert!(object["seconds"].take().is_number());
        object
    };
    let object = read();
    assert_eq!(object, read());
    assert_eq!(object["proved"], true);
    assert_eq!(object["interleavings"], "6");
    assert_eq!(object["states"], 11);
    assert_eq!(object["transitions"], 12);
    let outcome = &object["outcomes"][0];
    assert_eq!(outcome["end"], "error");
    assert_eq!(outcome["errors"][0], "main: assertion failed (line 8)");
    assert_eq!(outcome["interleavings"], "4");
    let failure = &object["failures"][0];
    assert_eq!(failure["kind"], "assertion");
    assert_eq!(failure["message"], "assertion failed, in main, line 8");
    assert_eq!(failure["lines"], serde_json::json!([8]));
    assert_eq!(failure["preemptions"], 1);
    assert_eq!(
        failure["steps"][1],
        serde_json::json!({"thread": "Thread-2", "line": 3, "did": "reads counter: 0", "paused": "Thread-1"})
    );
    assert_eq!(object["findings"][0]["kind"], "race");
    let (status, out, _) = run(&[
        "explore",
        "--json",
        "--reduction",
        "never",
        "--states",
        "3",
        "-e",
        MENDED,
    ]);
    let object: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (status, &object["proved"]),
        (3, &serde_json::Value::Bool(false))
    );
    assert!(object["interleavings"].is_null());
}

#[test]
fn a_replay_is_the_same_each_time_and_belongs_to_its_text() {
    let script = Script::new(RACE.as_bytes());
    let token = token_in(&run(&["explore", &script.path()]).1);
    let first = run(&["replay", &token, &script.path()]);
    let end = "\noutcome: main fails: assertion failed (line 8), after 6 steps with 1 pause\n";
    assert_eq!(
        first,
        (1, format!("{LOST_UPDATE}{end}{STORY}"), String::new())
    );
    for _ in 0..5 {
        assert_eq!(run(&["replay", &token, &script.path()]), first);
    }
    let words = |args: &[&str]| {
        let (status, out, error) = run(args);
        assert_eq!((status, out.as_str()), (2, ""), "{args:?}");
        error
    };
    let other = words(&["replay", &token, &script.path(), "an argument"]);
    assert!(
        other.contains("this token belongs to another source"),
        "{other}"
    );
    fs::write(script.path(), MENDED).unwrap();
    let changed = words(&["replay", &token, &script.path()]);
    assert!(
        changed.contains("the text or its arguments have changed since"),
        "{changed}"
    );
    assert!(words(&["replay", "?", &script.path()]).contains("this is no token"));
}

#[test]
fn a_long_run_is_kept_in_a_file_that_its_token_names() {
    // Stepping back and forth between two threads departs from the usual all the time.
    let text = "let n = 0; fn f() { for i in 0..40 { n += 1; } } let a = spawn(f); let b = spawn(f); \
                a.join(); b.join(); print(n);";
    let script = Script::new(text.as_bytes());
    let state = tempfile::tempdir().unwrap();
    let path = script.path();
    let with_state = |args: &[&str], input: &str| {
        let mut command = program(args);
        command
            .env("XDG_STATE_HOME", state.path())
            .env("HOME", state.path());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        told(&child.wait_with_output().unwrap())
    };
    let choices = "1\n2\n".repeat(80) + "r\nq\n";
    let (status, out, error) = with_state(&["step", &path], &choices);
    assert_eq!((status, error.as_str()), (0, ""));
    let token = token_in(&out);
    assert!(token.starts_with('@') && token.len() <= 40, "{token}");
    let (status, out, error) = with_state(&["replay", &token, &path], "");
    assert_eq!((status, error.as_str()), (0, ""), "{out}");
    assert!(
        out.contains("\noutput:\n  [main] 40\n\noutcome: ends, after "),
        "{out}"
    );
    // Another user does not have that file.
    let (status, _, error) = with_state(&["replay", "@0123456789abcdef", &path], "");
    assert_eq!(status, 2);
    assert!(error.contains("is not kept in"), "{error}");
}

#[test]
fn a_script_is_led_by_hand_through_a_pipe() {
    let script = Script::new(RACE.as_bytes());
    let (status, out, error) = feed(&["step", &script.path()], b"7\n1\n2\n\nu\n2\n1\n\nq\n");
    assert_eq!((status, error.as_str()), (0, ""));
    let token = token_in(&out);
    for part in [
        "step> `7` cannot go on now. Choose from: 1, 2; ? for help.\n",
        "  1  Thread-1    3| counter += 1;                will write counter\n",
        "  -  main        7| a.join(); b.join();          waits for the end of Thread-1\n",
        "     counter = 1\n",
        "step>   main reads counter: 1\n  main fails: assertion failed\n\n\
         You have made it fail! assertion failed, in main, line 8\n",
        STORY,
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 86), "{out}");
    let (status, replayed, _) = run(&["replay", &token, &script.path()]);
    assert_eq!(status, 1);
    assert!(replayed.starts_with(LOST_UPDATE), "{replayed}");
    // The end of the input leaves, too.
    assert_eq!(feed(&["step", &script.path()], b"1\n").0, 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_search_with_the_report_so_far() {
    // Far more states than could be seen, and time enough to be asked to stop.
    let text = "let n = 0; for i in 0..6 { spawn(|| { for k in 0..50 { n += 1; } }); }";
    let mut child = program(&[
        "explore",
        "--seconds",
        "50",
        "--states",
        "100000000",
        "-e",
        text,
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let id = child.id().to_string();
    let begin = Instant::now();
    // The signal ends the process while it has not yet asked for it: then it is sent to the next.
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > Duration::from_secs(2) {
            let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
            assert!(sent.success());
            break child.wait().unwrap();
        }
        std::thread::yield_now();
    };
    let mut out = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    assert_eq!(status.code(), Some(3), "{out}");
    assert!(
        out.starts_with("searched, not proved: ") && out.contains("\n  it was stopped"),
        "{out}"
    );
}

#[test]
fn check_says_what_is_wrong_and_runs_nothing() {
    let good = Script::new(b"print(1); throw 2;");
    let (status, out, err) = run(&["check", &good.path()]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.ends_with(": nothing wrong was found\n") && out.lines().count() == 1);

    let wrong = Script::new(b"let x = 1;\nprint(y);\nprint(z);\n");
    let (status, out, _) = run(&["check", &wrong.path()]);
    assert_eq!(status, 2, "{out}");
    assert!(out.contains(":2:7") && out.contains(":3:7"), "{out}");
    assert!(out.ends_with(": 2 errors\n"), "{out}");

    let warned = "fn f(a) { a.push(1); } let a = []; f(a);";
    let (status, out, _) = run(&["check", "-e", warned]);
    assert_eq!(status, 0, "{out}");
    assert!(out.ends_with("-e: 1 warning\n"), "{out}");
}

#[test]
fn check_gives_editors_an_object() {
    let object = |args: &[&str]| -> (i32, serde_json::Value) {
        let (status, out, err) = run(args);
        assert_eq!(err, "");
        (status, serde_json::from_str(&out).expect("one object"))
    };
    let (status, checked) = object(&["check", "--json", "-e", "let x = 1;\nprint(xs);"]);
    assert_eq!(status, 2);
    assert_eq!(checked["version"], 1);
    assert_eq!(checked["runs"], false);
    let first = &checked["diagnostics"][0];
    assert_eq!(first["severity"], "error");
    assert_eq!(first["code"], "unknown-name");
    let place = ["line", "column", "end_line", "end_column"].map(|key| first[key].as_u64());
    assert_eq!(place, [Some(2), Some(7), Some(2), Some(9)]);
    let (status, checked) = object(&["check", "--json", "-e", "print(1);"]);
    assert_eq!((status, &checked["runs"]), (0, &true.into()));
    assert_eq!(checked["diagnostics"], serde_json::json!([]));

    let folder = tempfile::tempdir().expect("a folder");
    let python = folder.path().join("a.py");
    fs::write(&python, "x = 1\nprint(x\n").expect("a file");
    let (status, checked) = object(&["check", "--json", &python.display().to_string()]);
    assert_eq!(status, 2);
    assert!(
        checked["diagnostics"][0]["line"].as_u64() >= Some(2),
        "{checked}"
    );
    fs::write(&python, "x = 1\nprint(x)\n").expect("a file");
    let (status, _) = object(&["check", "--json", &python.display().to_string()]);
    assert_eq!(status, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn whoever_cannot_write_says_so_and_fails() {
    let script = Script::new(b"print(1);");
    let path = &*script.path();
    let commands: [&[&str]; 10] = [
        &["--help"],
        &["--version"],
        &["learn", "--help"],
        &["doc"],
        &["man"],
        &["completions", "bash"],
        &["-e", "print(1)"],
        &[path],
        &["explore", path],
        &["explore", "--json", path],
    ];
    for command in commands {
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        let full = full.expect("the full device is there");
        let output = program(command).stdout(full).output().expect("it starts");
        let (status, _, error) = told(&output);
        assert_eq!(status, 1, "{command:?}: {error}");
        assert!(error.contains("cannot be written"), "{command:?}: {error}");
    }
}
