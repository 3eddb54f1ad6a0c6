//! Advice is only what was checked: each mend that is told is written to the program by this test, and
//! the changed program explored as any other.
//!
//! `stories/` has broken programs of many kinds; [`STORIES`] says which mend a teacher would name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a run of the program gave: status, standard output, standard error.
#[track_caller]
fn run(args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threadlab"));
    let output = command.args(args).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    let status = output.status.code().expect("an exit status");
    (status, text(output.stdout), text(output.stderr))
}

/// Each program, what its mend has to say, and what remains of it, as words of its advice.
const STORIES: &[(&str, &str)] = &[
    ("alias", "Take `room` once: it is held already in line 4."),
    (
        "barrier_again",
        "A second turnstile beside `turnstile` (line 14)",
    ),
    (
        "buffer_mutex_held",
        "`items.acquire()` before `mutex.acquire()` (lines 15 and 16).",
    ),
    (
        "circular_buffer",
        "count only the rounds that did something (lines 28 and 39).",
    ),
    (
        "counted_too_late",
        "Do `add(1)` before the thread is started, in front of line 7.",
    ),
    (
        "event_pulse",
        "Leave the event set: no `go.clear()` in line 8.",
    ),
    (
        "forgotten_join",
        "Wait for the end first: `t.join()` before line 4.",
    ),
    (
        "join_timeout",
        "Wait without a time limit in line 4: `t.join()`.",
    ),
    (
        "limit_check",
        "Put line 5 of `connect` under a lock, as a whole",
    ),
    (
        "map_inside_map",
        "A pool of their own for the inner tasks, not `pool` (line 4).",
    ),
    ("nobody_closes", "Close `rx` when the last sender is done"),
    (
        "notify_wakes_the_wrong_one",
        "`notify_all()` in lines 4 and 5.",
    ),
    (
        "philosophers_of_semaphores",
        "`forks[min(...)]`, then `forks[max(...)]`, in line 5.",
    ),
    (
        "reader_reads_again",
        "Take `rw.read()` once: it is held already in line 4.",
    ),
    (
        "rendezvous",
        "`a_arrived.release()` before `b_arrived.acquire()` (lines 5 and 6).",
    ),
    ("river", "Keep `mutex` until the group is through"),
    (
        "room_party",
        "Look again after waiting: `while` instead of `if` in line 9.",
    ),
    ("semaphores_crossed", "first `l`, then `r`, in line 3."),
    ("throw_with_lock", "`with lock { ... }` in line 5."),
    (
        "ticket_lock",
        "Keep lines 6 and 7 of `worker` together, under one lock",
    ),
    ("two_conditions", "`notify_all()` in line 11."),
    (
        "two_writers",
        "Put line 3 of `set_a` and line 4 of `set_b` under one lock",
    ),
];

fn story(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    folder.join(name).with_extension("rhai")
}

/// What exploring finds in a file, as JSON.
#[track_caller]
fn explore(path: &Path) -> Value {
    let (_, out, error) = run(&["explore", "--json", &path.to_string_lossy()]);
    serde_json::from_str(&out).unwrap_or_else(|_| panic!("{}: {out}{error}", path.display()))
}

/// A copy of a program, mended by the command.
#[track_caller]
fn mended(path: &Path) -> (i32, String, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mends");
    fs::create_dir_all(&folder).expect("a folder");
    let copy = folder.join(path.file_name().expect("a name"));
    fs::copy(path, &copy).expect("a copy");
    let (status, out, error) = run(&["mend", "--write", &copy.to_string_lossy()]);
    assert_eq!(error, "", "{}", path.display());
    (status, out, copy)
}

#[test]
fn each_story_gets_the_mend_that_a_teacher_would_name_and_it_is_proved() {
    for (name, words) in STORIES {
        let path = story(name);
        let found = explore(&path);
        let mend = &found["failures"][0]["mend"];
        let told = mend["words"].as_str().unwrap_or_default();
        assert!(told.contains(words), "{name}: {told}");
        assert_eq!(mend["checked"], true, "{name}");
        let (status, out, copy) = mended(&path);
        assert_eq!(status, 0, "{name}: {out}");
        let again = explore(&copy);
        assert_eq!(again["proved"], true, "{name}");
        assert_eq!(again["failures"], Value::Array(Vec::new()), "{name}: {out}");
        let text = fs::read_to_string(&copy).unwrap();
        assert_ne!(text, fs::read_to_string(&path).unwrap(), "{name}");
    }
}

#[test]
fn whatever_mend_is_told_of_a_story_is_proved() {
    let folder = story("alias").parent().unwrap().to_path_buf();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "rhai") {
            continue;
        }
        let found = explore(&path);
        let mend = &found["failures"][0]["mend"];
        if mend["checked"] != true {
            continue;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("told_mends");
        fs::create_dir_all(&folder).expect("a folder");
        let copy = folder.join(path.file_name().expect("a name"));
        fs::write(&copy, mend["text"].as_str().unwrap()).unwrap();
        let again = explore(&copy);
        assert_eq!(again["proved"], true, "{}", path.display());
        // Those that have one cause are one here, and were not counted as one there.
        let is_left = !again["failures"].as_array().unwrap().is_empty();
        assert_eq!(mend["remains"] != 0, is_left, "{}: {mend}", path.display());
    }
}

#[test]
fn a_mend_of_what_follows_says_that_the_error_remains() {
    let path = story("semaphore_of_the_dead");
    let found = explore(&path);
    let failures = found["failures"].as_array().unwrap();
    let deadlock = failures
        .iter()
        .find(|one| one["kind"] == "deadlock")
        .unwrap();
    let told = deadlock["mend"]["words"].as_str().unwrap();
    assert!(told.contains("`with m { ... }` in line 2."), "{told}");
    assert!(
        told.ends_with("the error `oops` (line 2) remains."),
        "{told}"
    );
    let (status, out, copy) = mended(&path);
    assert_eq!(status, 1, "{out}");
    assert!(
        out.contains("not mended: oops, in Thread-1, line 2"),
        "{out}"
    );
    let left = explore(&copy);
    let kinds: Vec<_> = (left["failures"].as_array().unwrap().iter())
        .map(|one| one["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["error"]);
}

/// Mistakes that no change of a few lines mends, with the reason.
const NOT_MENDED: &[&str] = &[
    // What was begun has to be taken back.
    "cancelled_sibling",
    // The result has to come back from the other process.
    "copied_counter",
    // More states than can be looked through.
    "reorder_10",
    "reorder_20",
    "safestack",
    // Each thread needs a token of its own.
    "token_passing",
    // More states than can be looked through.
    "twostage_20",
];

#[test]
fn the_classic_mistakes_are_mended_or_known_to_be_beyond_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/classics");
    let mut not_mended: Vec<String> = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name.ends_with("_mended") {
            continue;
        }
        let is_large = ["reorder_10", "reorder_20", "twostage_20"].contains(&&*name);
        if is_large {
            not_mended.push(name);
            continue;
        }
        let (status, out, copy) = mended(&path);
        if status != 0 {
            not_mended.push(name);
            continue;
        }
        let again = explore(&copy);
        assert_eq!(again["proved"], true, "{name}");
        assert_eq!(again["failures"], Value::Array(Vec::new()), "{name}: {out}");
    }
    assert_eq!(not_mended, NOT_MENDED);
}

#[test]
fn a_program_that_is_right_is_left_alone() {
    let (status, out, error) = run(&["mend", "-e", "let n = Atomic(0); spawn(|| n.fetch_add(1));"]);
    assert_eq!((status, error.as_str()), (0, ""));
    assert!(out.starts_with("proved: "), "{out}");
    assert!(!out.contains("---"), "{out}");
    let (status, out, error) = run(&["mend", "--write", "-e", "1"]);
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(error.contains("--write needs a FILE"), "{error}");
}
