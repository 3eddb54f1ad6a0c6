//! Answers as learners write them, in both languages, to the exercises of the course that ask for a program:
//! `answers/LESSON_EXERCISE/`. What is right in Python or here must pass, whatever it is made of; what learners
//! usually get wrong must fail by the fault that its first line names. None may be undecided.

use std::path::{Path, PathBuf};

use threadlab::lesson::course;
use threadlab::lesson::grade::{Answer, Bounds, Verdict, grade};
use threadlab::session::Language;

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .expect("a name")
}

/// What is wrong with the verdict on the answer in a file.
fn misjudged(path: &Path, exercise: &threadlab::lesson::text::Exercise) -> Option<String> {
    let text = std::fs::read_to_string(path).expect("a text");
    let language = match path.extension().is_some_and(|end| end == "py") {
        true => Language::Python,
        false => Language::Own,
    };
    let text = &*text;
    let verdict = grade(exercise, Answer { text, language }, &Bounds::default());
    let first = text.lines().next().unwrap_or_default();
    let wanted = first
        .trim_start_matches(['#', '/', ' '])
        .strip_prefix("fault: ");
    let is_right = match (&verdict, wanted) {
        (Verdict::Passed(_), None) => name(path).starts_with("right"),
        (Verdict::Failed(fault), Some(wanted)) => {
            name(path).starts_with("wrong") && fault.kind.name() == wanted
        }
        _ => false,
    };
    (!is_right).then(|| format!("{}: {verdict:?}", path.display()))
}

#[test]
fn answers_of_learners_are_judged_rightly() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers");
    let lessons = course::lessons();
    let mut misjudged_ones = Vec::new();
    let mut count = 0;
    for folder in entries(&root) {
        let (lesson, number) = name(&folder).rsplit_once('_').expect("LESSON_EXERCISE");
        let lesson = course::find(&lessons, lesson).expect("a lesson");
        let number = number.parse().expect("a number");
        let exercise = lesson.exercise(number).expect("an exercise");
        for path in entries(&folder) {
            count += 1;
            misjudged_ones.extend(misjudged(&path, exercise));
        }
    }
    assert!(misjudged_ones.is_empty(), "{}", misjudged_ones.join("\n"));
    assert!(count > 200, "only {count} answers were found");
}
