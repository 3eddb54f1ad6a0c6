//! What people read of a program that was explored: one screen, in the width of the terminal, the same
//! with and without colours; all of it, a line for each failure, Markdown or JSON for who asks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What the program says to these words in a terminal so wide.
#[track_caller]
fn told(width: usize, args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threadlab"));
    let command = command.args(args).env("COLUMNS", width.to_string());
    let output = command.output().expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("the output is UTF-8");
    (output.status.code().expect("an exit status"), text)
}

/// A text without its colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\x1b');
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    plain
}

/// A report without its first paragraph, which says how long it took, and where the file is.
#[track_caller]
fn timeless(text: &str, path: &Path) -> String {
    let (_, rest) = text.split_once("\n\n").expect("more than a verdict");
    rest.replace(&*path.to_string_lossy(), "FILE")
}

/// The lines of a terminal.
const SCREEN: usize = 24;

fn broken_programs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<PathBuf> = ["tests/stories", "scripts/classics"]
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).expect("a folder"))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    // Those take seconds, as not everything in them can be seen.
    let large = [
        "reorder_10",
        "reorder_20",
        "twostage_20",
        "reorder_20_mended",
        "twostage_20_mended",
    ];
    paths.retain(|path| {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        !large.contains(&&*name)
    });
    paths.sort();
    paths
}

#[test]
fn a_report_fits_on_a_screen_and_in_every_width() {
    let mut too_long = Vec::new();
    for path in broken_programs() {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        for width in [40, 80, 120] {
            let (_, report) = told(width, &["explore", &path.to_string_lossy()]);
            // What is to be typed is as long as it is.
            let typed = |line: &&str| line.contains("replay") || line.contains("token ");
            for line in report.lines().filter(|line| !typed(line)) {
                assert!(line.chars().count() <= width, "{name}, {width}: {line}");
            }
            // Where not everything could be seen, what was searched and sampled instead takes some lines more.
            let most = SCREEN + if name == "safestack" { 6 } else { 0 };
            if width == 80 && report.lines().count() > most {
                too_long.push(format!("{name}: {}", report.lines().count()));
            }
        }
    }
    assert_eq!(too_long, Vec::<String>::new());
}

#[test]
fn colours_change_nothing_but_the_colours_in_any_width() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in [
        "ticket_lock",
        "philosophers_of_semaphores",
        "error_nobody_asks_for",
    ] {
        let path = root.join("tests/stories").join(name).with_extension("rhai");
        for width in [40, 80, 120] {
            let words = path.to_string_lossy();
            let (_, report) = told(width, &["explore", &words]);
            let (_, coloured) = told(width, &["explore", "--color", "always", &words]);
            assert_ne!(plain(&coloured), coloured);
            let (report, coloured) = (timeless(&report, &path), timeless(&plain(&coloured), &path));
            assert_eq!(report, coloured, "{name}, {width}");
        }
    }
}

/// A report that is the same in each run: times, and where the file is, are left out.
#[track_caller]
fn timed(text: &str, path: &Path) -> String {
    let text = text.replace(&*path.to_string_lossy(), "FILE");
    let (head, rest) = text.split_once("\n\n").expect("more than a verdict");
    // The verdict is laid out with its time in it.
    let words: Vec<&str> = head.split_whitespace().collect();
    let words = words.join(" ");
    let (before, after) = words.split_once(" in ").expect("a time");
    let (_, after) = after.split_once(';').expect("what comes behind the time");
    format!("{before} in TIME;{after}\n\n{rest}")
}

/// What the report of a program is in each width, and in colours, as it was read and found good.
/// `THREADLAB_BLESS=1 cargo test --test reports` writes it anew.
#[track_caller]
fn check_golden(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["scripts/classics", "tests/stories"].map(|folder| root.join(folder));
    let path = (folders.iter())
        .map(|folder| folder.join(name).with_extension("rhai"))
        .find(|path| path.exists())
        .expect("the program");
    let words = path.to_string_lossy();
    let mut drawn = String::new();
    for width in [40, 80, 120] {
        let (_, report) = told(width, &["explore", &words]);
        drawn += &format!("===== {width}\n{}", timed(&report, &path));
        let (_, coloured) = told(width, &["explore", "--color", "always", &words]);
        let marks = timed(&coloured, &path).replace('\x1b', "^");
        drawn += &format!("===== {width}, coloured\n{marks}");
    }
    let golden = root
        .join("tests/golden/reports")
        .join(name)
        .with_extension("txt");
    if std::env::var_os("THREADLAB_BLESS").is_some() {
        fs::write(&golden, &drawn).expect("the golden report is written");
    }
    let known = fs::read_to_string(&golden).unwrap_or_default();
    for (line, (known, now)) in known.lines().zip(drawn.lines()).enumerate() {
        assert_eq!(now, known, "{name}, line {}: {drawn}", line + 1);
    }
    assert_eq!(
        drawn.lines().count(),
        known.lines().count(),
        "{name}: {drawn}"
    );
}

#[test]
fn reports_are_those_that_were_found_good() {
    for name in [
        "lost_update",
        "deadlock01",
        "lost_wakeup",
        "barrier",
        "stop_flag",
        "pool_waits_for_itself",
        "two_takers",
    ] {
        check_golden(name);
    }
}

const RACE: &str = "let n = 0; fn add() { n += 1; } let a = spawn(add); let b = spawn(add); \
                    a.join(); b.join(); assert(n == 2);";

#[test]
fn the_forms_of_a_report_say_the_same() {
    let (status, summary) = told(80, &["explore", "--summary", "-e", RACE]);
    assert_eq!(status, 1);
    assert_eq!(summary.lines().count(), 2, "{summary}");
    assert!(summary.starts_with("failure: assertion failed, in main, line 1; mend: put line 1"));
    let (status, markdown) = told(80, &["explore", "--md", "-e", RACE]);
    assert_eq!(status, 1);
    for part in [
        "# -e\n",
        "| 4 | main fails: assertion failed (line 1) |\n",
        "## Failure 1: assertion failed, in main, line 1\n",
        "**What mends it:** Put line 1 of `add` under a lock",
        "```diff\n--- -e\n",
        "\n## Finding: data race on n\n",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    assert_eq!(told(80, &["explore", "--md", "--json", "-e", RACE]).0, 2);
}

#[test]
fn json_has_a_version_also_for_a_text_that_is_wrong() {
    let read = |text: &str| -> (i32, Value) {
        let (status, out) = told(80, &["explore", "--json", "-e", text]);
        (
            status,
            serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}")),
        )
    };
    let (status, object) = read(RACE);
    assert_eq!((status, &object["version"]), (1, &Value::from(1)));
    assert_eq!(object["failures"][0]["mend"]["checked"], true);
    let (status, object) = read("let x = ;");
    assert_eq!((status, &object["version"]), (2, &Value::from(1)));
    assert_eq!(object["errors"][0]["line"], 1);
    assert!(object["errors"][0]["message"].is_string());
}

#[test]
fn what_mends_a_text_of_pythons_is_said_in_its_lines() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python_mends");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("counter.py");
    let text = "import threading\n\n\ndef add():\n    global n\n    for i in range(2):\n        n += 1\n\n\n\
                n = 0\nts = [threading.Thread(target=add) for i in range(2)]\nfor t in ts:\n    t.start()\n\
                for t in ts:\n    t.join()\nassert n == 4\n";
    fs::write(&path, text).expect("a file");
    let words = path.to_string_lossy();
    let (status, report) = told(80, &["explore", &words]);
    assert_eq!(status, 1, "{report}");
    let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
    let mend =
        "What mends it: Put line 7 of `add` under a lock, as a whole: `with lock: ...`. Checked:";
    assert!(report.contains(mend), "{report}");
    let (status, object) = told(80, &["explore", "--json", &words]);
    let object: Value = serde_json::from_str(&object).expect("JSON");
    assert_eq!(
        (status, &object["failures"][0]["mend"]["checked"]),
        (1, &Value::Bool(true))
    );
    let (status, diff) = told(80, &["mend", &words]);
    assert_eq!(status, 0, "{diff}");
    assert!(diff.contains("+let lock = Lock();"), "{diff}");
    assert_eq!(told(80, &["mend", "--write", &words]).0, 2);
    assert_eq!(fs::read_to_string(&path).expect("the file"), text);
}

#[test]
fn a_number_that_processes_share_is_told_and_mended_by_what_it_is_called() {
    let text = "from multiprocessing import Process, Value\n\n\ndef work(t):\n    t.value += 1\n\n\n\
                if __name__ == \"__main__\":\n    total = Value(\"i\", 0)\n    \
                ps = [Process(target=work, args=(total,)) for _ in range(2)]\n    \
                for p in ps:\n        p.start()\n    for p in ps:\n        p.join()\n    \
                assert total.value == 2, total.value\n";
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared_value.py");
    fs::write(&path, text).expect("a file");
    let words = path.to_string_lossy();
    let (status, report) = told(100, &["explore", &words]);
    assert_eq!(status, 1, "{report}");
    for own in ["cell", "__setattr__", "_code", "_pool", "Future"] {
        assert!(!report.contains(own), "{own}: {report}");
    }
    assert!(report.contains("(lost update)"), "{report}");
    let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "writes total.value",
        "read total.value as 0 (line 5)",
        "Put line 5 of `work` under the lock that is there for it: `with t.get_lock(): ...`. Checked:",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    let (status, diff) = told(100, &["mend", &words]);
    assert_eq!(status, 0, "{diff}");
    assert!(diff.contains("+    with t.get_lock() {"), "{diff}");
}

#[test]
fn what_mends_a_producer_of_pythons_that_dies_is_said_in_pythons_words() {
    let text = "import threading, queue\nq = queue.Queue()\ndef producer():\n    for i in range(2):\n        \
                if i == 1:\n            raise ValueError(\"no paper\")\n        q.put(i)\n    q.put(None)\n\
                p = threading.Thread(target=producer)\np.start()\nwhile q.get() is not None:\n    pass\n";
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("producer.py");
    fs::write(&path, text).expect("a file");
    let (status, report) = told(80, &["explore", &path.to_string_lossy()]);
    assert_eq!(status, 1, "{report}");
    let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        report.contains("`try: ... finally: q.put(None)` in lines 4 to 8"),
        "{report}"
    );
    // The error itself is nothing that an order mends.
    assert!(!report.contains("changes that were tried"), "{report}");
}

#[test]
fn what_a_run_leaves_behind_is_a_finding() {
    let text = "with ThreadPoolExecutor(1) as pool { pool.submit(|| { throw \"disk full\"; }); }";
    let (status, report) = told(80, &["explore", "-e", text]);
    assert_eq!(status, 0, "{report}");
    assert!(
        report.contains("\nfinding: ") && report.contains("disk full"),
        "{report}"
    );
    assert!(report.contains("`result()`"), "{report}");
    let asked = "with ThreadPoolExecutor(1) as pool { let f = pool.submit(|| { throw \"disk full\"; }); \
                 try { f.result(); } catch { } }";
    let (_, report) = told(80, &["explore", "-e", asked]);
    assert!(report.contains("nothing goes wrong"), "{report}");
    let (_, report) = told(
        80,
        &[
            "explore",
            "-e",
            "let lock = Lock(); lock.acquire(); spawn(|| 1);",
        ],
    );
    let title = "finding: `lock` is still held at the end: main took it in line 1\n";
    assert!(report.contains(title), "{report}");
    let alone = "let x = 0; let t = spawn(|| { x = 1; }); x = 2;";
    let (status, report) = told(80, &["explore", "-e", alone]);
    assert_eq!(status, 0, "{report}");
    let note = "\nnote: Thread-1 still runs when main has ended\n";
    assert!(report.contains(note), "{report}");
    let joined = "let x = 0; let t = spawn(|| { x = 1; }); x = 2; t.join();";
    let (_, report) = told(80, &["explore", "-e", joined]);
    assert!(!report.contains("note: "), "{report}");
    let given_back = "let lock = Lock(); with lock { } lock.acquire(); lock.release();";
    let (_, report) = told(80, &["explore", "-e", given_back]);
    assert!(report.contains("nothing goes wrong"), "{report}");
}
