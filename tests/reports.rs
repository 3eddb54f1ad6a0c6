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

/// Programs whose cause takes so many sentences that a screen is not enough.
const LONG_CAUSES: &[&str] = &[
    "barrier_again",
    "carter01",
    "event_pulse",
    "philosophers_3",
    "philosophers_5",
    "pool_waits_for_itself",
    "river",
    "safestack",
    "ticket_lock",
];

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
            let has_long_cause = LONG_CAUSES.contains(&&*name);
            if width == 80 && report.lines().count() > if has_long_cause { 33 } else { 24 } {
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
    let given_back = "let lock = Lock(); with lock { } lock.acquire(); lock.release();";
    let (_, report) = told(80, &["explore", "-e", given_back]);
    assert!(report.contains("nothing goes wrong"), "{report}");
}
