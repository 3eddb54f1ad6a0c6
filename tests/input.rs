//! `input`: lines from standard input, from a file, when exploring, and where nobody can be asked.

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::Mode;

const SCHEDULERS: [&str; 3] = ["parallel", "gil", "seeded"];

/// Runs the program with this on standard input; gives its status and both its outputs.
fn feed(args: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_threadlab"))
        .args(args)
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    // Who does not read to the end has closed it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn lines_of_standard_input_are_read_one_by_one() {
    let code = "let name = input(\"name? \"); let age = input(); print(`${name} is ${age}`); \
                print(input().len(), input() == \"last\"); \
                try { input(); } catch (e) { print(e.class, isinstance(e, EOFError)); }";
    for scheduler in SCHEDULERS {
        let args = ["--scheduler", scheduler, "-e", code];
        let told = feed(&args, "Ann\n7\r\n\nlast");
        let expected = "name? Ann is 7\n0 true\nEOFError true\n";
        assert_eq!(
            told,
            (Some(0), expected.into(), String::new()),
            "{scheduler}"
        );
    }
}

#[test]
fn other_threads_go_on_while_one_waits_for_a_line() {
    // The answer is given only when the other thread has printed.
    let code =
        "let t = spawn(|| { print(\"working\"); }); let line = input(); t.join(); print(line);";
    for scheduler in ["parallel", "gil"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_threadlab"))
            .args(["--scheduler", scheduler, "-e", code])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut out = std::io::BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
        assert_eq!(line, "working\n");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(b"go\n").expect("it reads");
        line.clear();
        std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
        assert_eq!(line, "go\n");
        assert!(child.wait().expect("it ends").success());
    }
}

#[test]
fn a_file_gives_the_lines_everywhere_and_exploring_sees_who_takes_which() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let lines = write("lines.txt", "1\n2\n");
    let script = write(
        "race.rhai",
        "let got = []; let t = spawn(|| input()); let mine = input(); \
         print(mine + t.result()); try { input() } catch (e) { print(e.message); }",
    );
    let (status, out, err) = feed(&["explore", "--all", "--input", &lines, &script], "");
    assert_eq!(status, Some(0), "{out}{err}");
    assert!(out.starts_with("proved: "), "{out}");
    for told in ["12 | the file of --input", "21 | the file of --input"] {
        assert!(out.contains(told), "{out}");
    }
    let token = out
        .lines()
        .find(|line| line.contains("21 |"))
        .and_then(|line| line.split_whitespace().last())
        .expect("a token");
    let replayed = feed(&["replay", token, "--input", &lines, &script], "");
    assert_eq!(replayed.0, Some(0), "{}{}", replayed.1, replayed.2);
    assert!(replayed.1.contains("21"), "{}", replayed.1);
    let other = write("other.txt", "1\n3\n");
    let refused = feed(&["replay", token, "--input", &other, &script], "");
    assert_eq!(refused.0, Some(2), "{}", refused.2);
    for scheduler in SCHEDULERS {
        let args = ["--scheduler", scheduler, "--input", &lines, &script];
        let (status, out, _) = feed(&args, "9\n9\n");
        assert_eq!(status, Some(0), "{scheduler}");
        assert!(
            ["12\n", "21\n"].iter().any(|text| out.starts_with(text)),
            "{out}"
        );
    }
    let (status, out, _) = feed(&["explore", &script], "1\n2\n");
    assert_eq!(status, Some(1), "{out}");
    assert!(out.contains("nobody can be asked for a line here"), "{out}");
    let (status, _, err) = feed(&["--input", "no/such/file", &script], "");
    assert_eq!(status, Some(2));
    assert!(err.contains("no/such/file"), "{err}");
}

#[test]
fn where_there_are_no_lines_that_is_an_error_with_its_line() {
    let ended = common::run(
        Mode::Parallel(2),
        "let x = 1;\nlet name = input(\"name? \");",
    );
    assert!(
        ended.outcomes[0].starts_with("2:12 there is no line to come"),
        "{:?}",
        ended.outcomes
    );
}

#[test]
fn python_asks_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.py");
    let text = "name = input('name? ')\nprint(f'Hello {name}')\ntry:\n    input()\nexcept EOFError:\n    print('end')\n";
    std::fs::write(&file, text).expect("a file");
    let told = feed(&[&file.display().to_string()], "Ann\n");
    assert_eq!(
        told,
        (Some(0), "name? Hello Ann\nend\n".into(), String::new())
    );
}

#[test]
fn a_script_reads_files_of_the_folders_that_it_was_given_and_no_others() {
    let root = tempfile::tempdir().expect("a folder");
    let path = |name: &str| root.path().join(name).display().to_string();
    std::fs::create_dir(path("open")).expect("a folder");
    std::fs::write(path("open/a.txt"), "one\r\ntwo\n").expect("a file");
    std::fs::write(path("secret.txt"), "secret").expect("a file");
    let allowed = path("open");
    let read = |options: &[&str], file: &str| {
        let code = format!("print(read_lines({file:?})); print(read_text({file:?}).len());");
        let args = [options, &["-e", &code]].concat();
        feed(&args, "")
    };
    let own = ["--allow-read", &allowed];
    for scheduler in SCHEDULERS {
        let options = [&own[..], &["--scheduler", scheduler]].concat();
        let (status, out, err) = read(&options, &path("open/a.txt"));
        assert_eq!(
            (status, out.as_str()),
            (Some(0), "[\"one\", \"two\"]\n9\n"),
            "{err}"
        );
    }
    let mut forbidden = vec![
        path("secret.txt"),
        path("open/../secret.txt"),
        // Whether it exists is not said.
        path("missing.txt"),
        path("open/../missing.txt"),
        path("missing/secret.txt"),
        "/etc/hostname".into(),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(path("secret.txt"), path("open/link")).expect("a link");
        forbidden.push(path("open/link"));
    }
    for file in &forbidden {
        let (status, out, err) = read(&own, file);
        assert_eq!((status, out.as_str()), (Some(1), ""), "{file}");
        let words: Vec<&str> = err.split_whitespace().collect();
        let told = words.join(" ");
        assert!(
            told.contains("in no folder that a script may read"),
            "{err}"
        );
    }
    for file in ["open/a.txt", "secret.txt", "no/such/file"] {
        let (status, _, err) = read(&[], &path(file));
        assert_eq!(status, Some(1), "{file}");
        assert!(err.contains("--allow-read"), "{err}");
    }
    let (status, _, err) = read(&own, &path("open"));
    assert_eq!(status, Some(1));
    assert!(err.contains("cannot be read"), "{err}");
    let (status, _, err) = read(&own, &path("open/missing.txt"));
    assert_eq!(status, Some(1));
    assert!(err.contains("cannot be read"), "{err}");
    let code = format!(
        "with ProcessPoolExecutor(1) as p {{ print(p.submit(|| read_lines({:?})).result()); }}",
        path("open/a.txt")
    );
    let told = feed(&[&own[..], &["-e", &code]].concat(), "");
    assert_eq!(told.1, "[\"one\", \"two\"]\n", "{}", told.2);
}
