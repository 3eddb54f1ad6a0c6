//! Advice is only what was checked: each mend that is told is written to the program by this test, and
//! the changed program explored as any other.
//!
//! `stories/` has broken programs of many kinds. Each, and each classic, says in a comment which mend a
//! teacher would name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// What a program says in comments that its mends have to say: `// mend: ...`.
fn expected_mends(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix("// mend: "))
        .collect()
}

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
    // Of its own: tests run side by side.
    static COPIES: AtomicUsize = AtomicUsize::new(0);
    let number = COPIES.fetch_add(1, Ordering::Relaxed).to_string();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = folder.join("mends").join(number);
    fs::create_dir_all(&folder).expect("a folder");
    let copy = folder.join(path.file_name().expect("a name"));
    fs::copy(path, &copy).expect("a copy");
    let (status, out, error) = run(&["mend", "--write", &copy.to_string_lossy()]);
    assert_eq!(error, "", "{}", path.display());
    (status, out, copy)
}

/// The broken programs in a folder, in order; not those in which too much can happen to see all of it.
fn broken(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        path.extension().is_some_and(|end| end == "rhai")
            && !name.ends_with("_mended")
            && !TOO_LARGE.contains(&&*name)
    });
    paths.sort();
    paths
}

/// Checks that the mends that a program's comments name are told, and that it is proved once they are
/// made; an error of every run stays.
#[track_caller]
fn check_mends(path: &Path) {
    let name = path.display();
    let text = fs::read_to_string(path).expect("the program can be read");
    let expected = expected_mends(&text);
    if expected.is_empty() {
        return;
    }
    let found = explore(path);
    let failures = found["failures"].as_array().expect("failures");
    let told: Vec<&str> = (failures.iter())
        .filter(|failure| failure["mend"]["checked"] == true)
        .filter_map(|failure| failure["mend"]["words"].as_str())
        .collect();
    for words in expected {
        assert!(
            told.iter().any(|told| told.contains(words)),
            "{name}: {words}: {told:#?}"
        );
    }
    let (status, out, copy) = mended(path);
    let again = explore(&copy);
    assert_eq!(again["proved"], true, "{name}");
    let left = again["failures"].as_array().expect("failures");
    let root = "// cause: every run fails";
    let is_root = |failure: &Value| failure["cause"]["kind"] == "every run fails";
    assert_eq!(status != 0, text.contains(root), "{name}: {out}");
    assert!(left.iter().all(is_root), "{name}: {out}");
    let changed = fs::read_to_string(&copy).expect("the copy can be read");
    assert_ne!(changed, text, "{name}");
}

#[test]
fn each_story_gets_the_mend_that_a_teacher_would_name_and_it_is_proved() {
    let paths = broken("tests/stories");
    let with_mend = |path: &&PathBuf| {
        let text = fs::read_to_string(path).expect("the program can be read");
        !expected_mends(&text).is_empty()
    };
    assert!(paths.iter().filter(with_mend).count() >= 35);
    paths.iter().for_each(|path| check_mends(path));
}

#[test]
fn each_classic_gets_the_mend_that_its_head_names() {
    broken("scripts/classics")
        .iter()
        .for_each(|path| check_mends(path));
}

#[test]
fn whatever_mend_is_told_of_a_story_is_proved() {
    for path in broken("tests/stories") {
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

/// Those in which more can happen than a test can look through.
const TOO_LARGE: &[&str] = &["reorder_10", "reorder_20", "twostage_20"];

/// Mistakes that no change of a few lines mends, with the reason.
const NOT_MENDED: &[&str] = &[
    // More states than can be looked through.
    "safestack",
];

#[test]
fn the_classic_mistakes_are_mended_or_known_to_be_beyond_it() {
    let mut not_mended: Vec<String> = Vec::new();
    for path in broken("scripts/classics") {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
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
fn a_task_that_nobody_awaits_is_awaited_before_what_needs_it() {
    let text = "let saved = false; fn save() { await asyncio.sleep(0.01); saved = true; } \
                fn work() { asyncio.create_task(save); await asyncio.sleep(0.01); assert(saved); } \
                asyncio.run(work);";
    let (status, out, _) = run(&["mend", "-e", text]);
    assert_eq!(status, 0, "{out}");
    assert!(
        out.contains("let task = asyncio.create_task(save);"),
        "{out}"
    );
    assert!(out.contains("await task; assert(saved);"), "{out}");
    assert!(out.contains("\nproved: none of the "), "{out}");
}

#[test]
fn what_no_change_helps_gets_no_advice() {
    // Whoever has the lock takes it again before the other one wakes; and an error that every run fails by.
    let greedy = "let lock = Lock(); let done = false; \
                  fn greedy() { loop { with lock { if done { break; } } } } \
                  let t = spawn(greedy); with lock { done = true; } t.join();";
    for text in [greedy, "spawn(|| { throw \"no paper\"; });"] {
        let (_, out, _) = run(&["explore", "-e", text]);
        assert!(!out.contains("What mends it"), "{out}");
    }
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
