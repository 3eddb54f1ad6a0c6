//! The lessons of `scripts/lessons/`, by discovery.

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::path::Path;

use program::threadlab;
use threadlab::lesson::course::FILES;
use threadlab::lesson::text::parse;

/// The names and texts of the files in the folder.
fn in_folder() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lessons");
    let entries = std::fs::read_dir(folder).expect("there is a folder of lessons");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let lessons = paths.filter(|path| path.extension().is_some_and(|end| end == "rhai"));
    lessons
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a text");
            (name.into_owned(), text)
        })
        .collect()
}

#[test]
fn the_binary_carries_each_lesson_in_order() {
    let carried: Vec<(String, String)> = FILES
        .iter()
        .map(|(name, text)| (name.to_string(), text.to_string()))
        .collect();
    let expected: Vec<(String, String)> = in_folder().into_iter().collect();
    let names = |files: &[(String, String)]| -> Vec<String> {
        files.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&carried), names(&expected));
    assert!(
        carried == expected,
        "a text has changed since this was built"
    );
}

#[test]
fn each_lesson_can_be_read() {
    for (name, text) in in_folder() {
        if let Err(flaws) = parse(&name, &text) {
            let flaws = flaws.iter();
            let list = flaws.map(|flaw| format!("{name}:{}: {}\n", flaw.line, flaw.kind));
            panic!("{}", list.collect::<String>());
        }
    }
}

#[test]
fn each_lesson_is_proved() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/lessons");
    let names: Vec<String> = in_folder().into_keys().collect();
    let mut words = vec!["lesson", "check"];
    words.extend(names.iter().map(String::as_str));
    let (told, status) = threadlab(&folder, &words);
    let wrong: String = told
        .lines()
        .filter(|line| !line.ends_with(": all holds"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!((wrong.as_str(), status), ("", Some(0)));
    assert_eq!(told.lines().count(), names.len());
}

#[test]
fn a_new_lesson_passes_and_is_not_written_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, status) = threadlab(folder.path(), &["lesson", "new", "my_own_lesson"]);
    assert_eq!(status, Some(0));
    let (told, status) = threadlab(folder.path(), &["lesson", "check", "my_own_lesson.rhai"]);
    assert_eq!(
        (told.as_str(), status),
        ("my_own_lesson.rhai: all holds\n", Some(0))
    );
    let text = std::fs::read_to_string(folder.path().join("my_own_lesson.rhai")).expect("a text");
    assert!(text.starts_with("//! # My own lesson\n"), "{text}");
    let (_, status) = threadlab(folder.path(), &["lesson", "new", "my_own_lesson"]);
    assert_eq!(status, Some(1));
}

/// What `lesson check` says of a lesson, with the template changed so.
fn check_of(changes: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    threadlab(folder.path(), &["lesson", "new", "lesson"]);
    let path = folder.path().join("lesson.rhai");
    let mut text = std::fs::read_to_string(&path).expect("a text");
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    std::fs::write(&path, text).expect("written");
    let (told, status) = threadlab(folder.path(), &["lesson", "check", "lesson.rhai"]);
    let holds = told.ends_with("all holds\n");
    assert_eq!(status, Some(if holds { 0 } else { 1 }), "{told}");
    told
}

#[test]
fn what_is_wrong_with_a_lesson_is_told_with_its_line() {
    let says = |changes: &[(&str, &str)], words: &str| {
        let told = check_of(changes);
        assert!(told.contains(words), "{changes:?}\n{told}");
        for line in told.lines() {
            let number = line
                .split(':')
                .nth(1)
                .and_then(|number| number.parse::<u32>().ok());
            assert!(number.is_some(), "{line}");
        }
    };
    says(
        &[("can print 1 or 2", "prints 2")],
        "this line can print `1`",
    );
    says(
        &[("can print 1 or 2", "can print 1 or 2 or 3")],
        "never prints `3`",
    );
    says(&[("- [ ] 3", "- [x] 3\n/// - [ ] 4")], "`3` cannot happen");
    says(&[("- [x] 2", "- [ ] 2")], "`2` can happen");
    says(
        &[("visits = 2", "visits += 1")],
        "wrong answer 3 is accepted",
    );
    says(
        &[("because: two threads", "because: three threads")],
        "does not contain",
    );
    says(
        &[(
            "because: lost update\n/// fn visit() {\n///     look_around();\n///     visits",
            "because: deadlock\n/// fn visit() {\n///     look_around();\n///     visits",
        )],
        "the starter is rejected, but",
    );
    says(
        &[("/// together look_around\n", "/// together look_round\n")],
        "the solution is not accepted",
    );
    says(
        &[(
            "with lock { visits += 1; }\n/// }\n/// ```\n/// ```alternative\n/// let one",
            "visits += 1;\n/// }\n/// ```\n/// ```alternative\n/// let one",
        )],
        "the solution is not accepted",
    );
    says(
        &[("print(counter);  //", "print(counter.frobnicate());  //")],
        "does not run",
    );
    says(&[("minutes: 10", "minutes: ten")], "no number of minutes");
    says(
        &[(
            "let counter = 0;",
            "let counter = 0; let a_long_name = \"0123456789012345678901234567890123456789012345678901234567890\";",
        )],
        "wider than 80 columns",
    );
}

#[test]
fn answers_that_are_no_others_do_not_count() {
    let told = check_of(&[(
        "/// ```wrong\n/// // because: two threads are never inside",
        "/// ```alternative\n/// let lock = Lock();\n/// fn visit() { look_around(); with lock { visits += 1 } }\n\
         /// ```\n/// ```wrong\n/// // because: two threads are never inside",
    )]);
    assert!(told.contains("is the same as the solution"), "{told}");
}

#[test]
fn what_each_exercise_took_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    threadlab(folder.path(), &["lesson", "new", "lesson"]);
    let (told, status) = threadlab(
        folder.path(),
        &["lesson", "check", "--times", "lesson.rhai"],
    );
    assert_eq!(status, Some(0), "{told}");
    let rows: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("lesson.rhai#"))
        .collect();
    let text = std::fs::read_to_string(folder.path().join("lesson.rhai")).expect("a text");
    let lesson = parse("lesson.rhai", &text).expect("a lesson");
    assert_eq!(rows.len(), lesson.exercises().count(), "{told}");
    for row in rows {
        let numbers: Vec<f64> = row
            .split_whitespace()
            .take(2)
            .flat_map(str::parse)
            .collect();
        assert_eq!(numbers.len(), 2, "{row}");
    }
}

#[test]
fn exercises_that_a_cheat_passes_are_found() {
    // Without the check of what runs together, and with one trial only, much passes.
    let told = check_of(&[
        ("/// together look_around\n", "/// uses lock\n"),
        ("/// assert(visits == 3);\n", "/// assert(visits >= 2);\n"),
    ]);
    assert!(told.contains("wrong answer 2 is accepted"), "{told}");
}
