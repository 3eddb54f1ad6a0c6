//! `print` with options: what reaches standard output to the byte, what is an option and what is
//! printed, and how lines that are printed in parts are told of threads.

mod common;

use std::process::Command;

use common::Mode;
use threadlab::explore::Limits;

/// What the binary prints of a script, and what it says on standard error.
#[track_caller]
fn run(args: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_threadlab"))
        .args(args)
        .env_remove("NO_COLOR")
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

#[track_caller]
fn prints(code: &str, expected: &str) {
    let (out, err) = run(&["-e", code]);
    assert_eq!((out.as_str(), err.as_str()), (expected, ""), "{code}");
}

#[test]
fn a_map_that_is_written_behind_the_values_says_how_they_are_printed() {
    for (code, expected) in [
        (r#"print("a", #{end: ""}); print("b");"#, "ab\n"),
        (r#"print("a", #{end: ""});"#, "a"),
        (r#"print(1, 2, 3, #{sep: "-"});"#, "1-2-3\n"),
        (r#"print(1, 2, #{sep: '+', end: "!\n"});"#, "1+2!\n"),
        (
            r#"print(1, 2, #{sep: "\n", end: "\n\n"}); print(3);"#,
            "1\n2\n\n3\n",
        ),
        (
            r#"print(1, #{flush: true}); print(2, #{end: (), sep: ()});"#,
            "1\n2\n",
        ),
        (r#"print("50%", #{end: "\r"}); print("60%");"#, "50%\r60%\n"),
        (
            r#"let e = ""; for i in 0..3 { print(i, #{end: e}); } print("");"#,
            "012\n",
        ),
        (
            r#"for i in 0..3 { print(i, #{end: if i < 2 { "," } else { "\n" }}); }"#,
            "0,1,2\n",
        ),
        (
            r#"let p = pool(2); let r = p.map(|x| x * x, [1, 2]); print(r, "x", #{sep: "_", end: "|"}); p.shutdown();"#,
            "Results(1, 4)_x|",
        ),
    ] {
        prints(code, expected);
    }
}

#[test]
fn any_other_map_is_printed() {
    for (code, expected) in [
        (r#"print(#{end: ""});"#, "#{\"end\": \"\"}\n"),
        (
            r#"let m = #{end: ""}; print("a", m);"#,
            "a #{\"end\": \"\"}\n",
        ),
        (
            r#"print("a", #{end: "", other: 1});"#,
            "a #{\"end\": \"\", \"other\": 1}\n",
        ),
        (r#"print("a", #{});"#, "a #{}\n"),
        (r#"print(#{end: ""}, "a");"#, "#{\"end\": \"\"} a\n"),
        (r#"print("a", (#{x: 1}));"#, "a #{\"x\": 1}\n"),
        (
            r#"fn print(a, b) { debug(a, b); } print("a", #{end: ""});"#,
            "\"a\" #{\"end\": \"\"}\n",
        ),
        (
            r#"let f = print; f.call("a", #{end: ""});"#,
            "a #{\"end\": \"\"}\n",
        ),
        (r#"debug("a", #{end: ""});"#, "\"a\" #{\"end\": \"\"}\n"),
    ] {
        prints(code, expected);
    }
}

#[test]
fn what_is_no_string_is_refused_with_its_name() {
    let (out, err) = run(&["-e", "print(1);\nprint(1, #{end: 2});"]);
    assert_eq!(out, "1\n");
    assert!(err.contains("`end` of print is of type i64"), "{err}");
    assert!(err.contains(":2:"), "{err}");
}

#[test]
fn a_part_of_a_line_is_an_event_that_says_so() {
    let ended = common::run(Mode::Seeded(1), r#"print("a", #{end: ""}); print("b");"#);
    let log = ended.log();
    assert!(
        log.contains(r#""event":"print","text":"a","open":true"#),
        "{log}"
    );
    assert!(log.contains("\"event\":\"print\",\"text\":\"b\"}"), "{log}");
}

/// Two threads print a line each in two parts: 6 orders, one outcome, as each thread's lines are its
/// own; a thread that is interchangeable prints one line.
#[test]
fn exploring_tells_whole_lines_of_each_thread() {
    let mut session = common::session();
    let source = r#"
        fn f() { print("a", #{end: ""}); print("b"); print("c", #{end: "."}); }
        let t = spawn(f); let u = spawn(f); t.join(); u.join();
    "#;
    let mut explorer = common::explorer(&mut session, source);
    let found = common::explore(&mut explorer, &Limits::default());
    assert_eq!(found.cut, None);
    assert_eq!(found.outcomes.len(), 1);
    let lines: Vec<_> = (found.outcomes[0].outcome.threads.iter())
        .map(|lines| lines.printed.join("/"))
        .collect();
    assert_eq!(lines, ["ab/c.", "ab/c."]);
}

#[test]
fn a_worker_process_prints_parts_of_lines() {
    let code = r#"with ProcessPoolExecutor(1) as p {
        p.submit(|| { print("a", #{end: ""}); print("b", #{sep: ""}); }).result();
    }"#;
    prints(code, "ab\n");
}

#[test]
fn python_prints_with_its_options() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.py");
    let text = "end = '!'\nprint('a', end='')\nprint('b', 'c', sep='-', end=end)\nprint(end='\\n')\n\
                print(1, end=None)\nprint('x', 'y', sep='', flush=True)\n";
    std::fs::write(&file, text).expect("a file");
    let (out, err) = run(&[&file.display().to_string()]);
    assert_eq!((out.as_str(), err.as_str()), ("ab-c!\n1\nxy\n", ""));
}
