//! What is said of broken programs: the cause must be the one that a teacher would name.
//!
//! Each program in `tests/stories` and each mistake in `scripts/classics` says so in comments, one line
//! for each failure in the order of the report, root first: the kind of its cause, its lines, and the
//! threads. `// finding:` lines name what is found although no run fails. A program without such a line
//! fails in no run. What `// mend:` lines say is compared in `tests/mends.rs`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use threadlab::event::Stream;
use threadlab::explore::{Exploration, Finding, Limits, Watch};
use threadlab::session::{Config, Input, InputKind, Scheduler, Session};
use threadlab::view::story::Story;

fn programs(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).expect("the folder can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "rhai"))
        .collect();
    paths.sort();
    let text = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("the program can be read");
        (path, text)
    };
    paths.into_iter().map(text).collect()
}

fn explored(text: &str, name: &str) -> Exploration {
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: None,
        input: None,
        readable: Vec::new(),
        worker_executable: None,
        args: Vec::new(),
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    let input = Input {
        name,
        text,
        kind: InputKind::Script,
    };
    let mut explorer = session.explorer(input, false).expect("it can be explored");
    let mut watch = Watch {
        stop: &Arc::default(),
        progress: &mut |_, _| {},
    };
    explorer.explore(&Limits::default(), &mut watch)
}

/// The lines of a text that begin with this mark.
fn marked<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    let lines = text.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix(mark))
        .map(str::trim)
        .collect()
}

/// A cause as the programs write it: `lost update; lines 3, 4; Thread-1, Thread-2`.
fn cause(finding: &Finding) -> String {
    let Some(explanation) = &finding.explanation else {
        return "not explained".into();
    };
    let cause = &explanation.cause;
    let kind = Story::of(finding).pattern.unwrap_or(cause.kind());
    let mut lines: Vec<u16> = cause.places().iter().map(|pos| pos.line).collect();
    lines.dedup();
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let threads = cause.threads().into_iter();
    let threads: Vec<String> = threads
        .map(|thread| explanation.names.thread(thread))
        .collect();
    match lines.is_empty() {
        true => kind.to_string(),
        false => format!("{kind}; lines {}; {}", lines.join(", "), threads.join(", ")),
    }
}

fn finding(finding: &Finding) -> String {
    let lines = finding.problem.lines().into_iter();
    let lines: Vec<String> = lines.map(|pos| pos.line.to_string()).collect();
    format!("{}; lines {}", finding.problem.kind(), lines.join(", "))
}

fn check(path: &Path, text: &str, wrong: &mut Vec<String>) {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let found = explored(text, name);
    let causes: Vec<String> = found.failures.iter().map(cause).collect();
    let expected = marked(text, "// cause:");
    if causes != expected {
        wrong.push(format!("{name}: {causes:#?} instead of {expected:#?}"));
    }
    for expected in marked(text, "// finding:") {
        let findings: Vec<String> = found.findings.iter().map(finding).collect();
        if !findings.iter().any(|one| one == expected) {
            wrong.push(format!("{name}: {findings:?} without {expected}"));
        }
    }
}

#[test]
fn the_cause_of_each_story_is_the_one_that_a_teacher_would_name() {
    let mut wrong = Vec::new();
    let stories = programs("tests/stories");
    assert!(stories.len() >= 25);
    for (path, text) in stories {
        check(&path, &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_classic_says_what_is_wrong_with_it() {
    let mut wrong = Vec::new();
    for (path, text) in programs("scripts/classics") {
        let is_mended = path.display().to_string().ends_with("_mended.rhai");
        // Of the largest ones not all states can be entered in a test.
        if is_mended || marked(&text, "// cause:").is_empty() {
            continue;
        }
        check(&path, &text, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
