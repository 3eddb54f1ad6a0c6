//! Files of lessons that are whole, and what is said of those that are not.

use super::super::Ending;
use super::*;

const LESSON: &str = "\
//! # A title
//!
//! minutes: 12
//! introduces: assert, :explore
//! introduces: :step

/// Read
/// this.

/// Another page.
let a = 1; // prints 1

    // inside
f(a);

/// ## Predict: what comes out
/// Which can be printed?
/// ```program
/// print(1);
/// ```
/// - [x] 1
/// - [ ] 1 / 2 / deadlock
/// - [ ] nothing
///
/// ## Mend: the counter
/// Mend it.
/// ```given
/// let n = 0;
/// ```
/// ```starter
/// fn add() {
///     n += 1;
/// }
/// ```
/// ```after
/// add();
/// ```
/// ```after
/// add(); add();
/// ```
/// ```checks
/// always prints 2
/// at most 2 at work in add
/// at most 1.5 s
/// ```
/// ```hint
/// Think.
/// ```
/// ```solution
/// fn add() { }
/// ```
/// ```wrong
/// // because: lost
/// fn add( {
/// ```

/// ## The end
/// Bye.
";

#[test]
fn a_file_falls_into_pages_and_exercises() {
    let lesson = parse("scripts/07_lost_update.rhai", LESSON).unwrap();
    assert_eq!(
        (lesson.number, lesson.name.as_str()),
        (Some(7), "lost_update")
    );
    assert_eq!((lesson.title.as_str(), lesson.minutes), ("A title", 12));
    assert_eq!(lesson.introduces, ["assert", ":explore", ":step"]);
    let pages: Vec<(&str, &str, u32)> = lesson
        .pages()
        .map(|page| {
            (
                page.prose.text.as_str(),
                page.code.text.as_str(),
                page.code.line,
            )
        })
        .collect();
    let expected = [
        ("Read\nthis.", "", 0),
        (
            "Another page.",
            "let a = 1; // prints 1\n\n    // inside\nf(a);",
            11,
        ),
        ("## The end\nBye.", "", 0),
    ];
    assert_eq!(pages, expected);
    assert_eq!(lesson.steps.len(), 5);
}

#[test]
fn an_exercise_has_its_parts() {
    let lesson = parse("7_x.rhai", LESSON).unwrap();
    let Task::Predict { program, options } = &lesson.exercise(1).unwrap().task else {
        panic!("the first exercise is to predict");
    };
    assert_eq!(program.text, "print(1);\n");
    assert_eq!(options[0].meaning(), (vec!["1"], Ending::Ends));
    assert_eq!(options[1].meaning(), (vec!["1", "2"], Ending::Deadlock));
    assert_eq!(options[2].meaning(), (Vec::new(), Ending::Ends));
    assert!(options[0].is_possible && !options[1].is_possible);
    let exercise = lesson.exercise(2).unwrap();
    assert_eq!(
        (exercise.title.as_str(), exercise.line),
        ("the counter", 25)
    );
    assert_eq!(exercise.prose.text, "Mend it.");
    let Task::Mend(work) = &exercise.task else {
        panic!("the second exercise is to mend");
    };
    assert_eq!(work.starter.text, "fn add() {\n    n += 1;\n}\n");
    assert_eq!(work.starter.line, 31);
    assert_eq!(work.trials.len(), 2);
    let checks: Vec<&Check> = work.checks.iter().map(|(check, _)| check).collect();
    let expected = [
        &Check::AlwaysPrints("2".into()),
        &Check::AtMostAtWork(2, "add".into()),
        &Check::AtMostSeconds(1.5),
    ];
    assert_eq!(checks, expected);
    assert_eq!(exercise.answers.wrong[0].because, "lost");
    assert_eq!(exercise.answers.wrong[0].answer.text, "fn add( {\n");
}

/// The flaws of a lesson with this behind its head, each as line and words.
fn flaws(rest: &str) -> Vec<(u32, String)> {
    let text = format!("//! # T\n//! minutes: 1\n{rest}");
    let flaws = parse("a.rhai", &text).expect_err("it is flawed");
    flaws
        .into_iter()
        .map(|flaw| (flaw.line, flaw.kind.to_string()))
        .collect()
}

fn assert_flaw(rest: &str, line: u32, words: &str) {
    let flaws = flaws(rest);
    let is_there = flaws
        .iter()
        .any(|(at, text)| *at == line && text.contains(words));
    assert!(is_there, "{rest}\n{flaws:?}");
}

#[test]
fn flaws_are_told_with_their_lines() {
    assert_flaw("", 1, "there is no prose");
    assert_flaw("//! colour: red\n/// A.\n", 3, "no `colour`");
    assert_flaw("let a = 1;\n", 3, "needs prose");
    assert_flaw(
        "/// A.\n/// ```solution\n/// 1\n/// ```\n",
        4,
        "belongs to an exercise",
    );
    assert_flaw(
        "/// A.\n/// ```solutoin\n/// 1\n/// ```\n",
        4,
        "no block `solutoin`",
    );
    assert_flaw("/// A.\n/// ```text\n/// 1\nlet a = 1;\n", 4, "has no end");
    assert_flaw("/// ## Mend: x\n/// Do.\n", 3, "needs a block `starter`");
    assert_flaw("/// ## Break: x\n/// Do.\n", 3, "needs a block `program`");
    let mend = "/// ## Mend: x\n/// ```starter\n/// 1\n/// ```\n/// ```solution\n/// 1\n/// ```\n";
    let with = |more: &str| format!("{mend}{more}");
    assert_flaw(
        &with("/// ```checks\n/// is good\n/// ```\n"),
        11,
        "`is good` is no condition",
    );
    assert_flaw(
        &with("/// ```checks\n/// decisive step\n/// ```\n"),
        11,
        "has no check",
    );
    assert_flaw(
        &with("/// ```program\n/// 1\n/// ```\n"),
        10,
        "has no block `program`",
    );
    assert_flaw(&with("/// ```starter\n/// 1\n/// ```\n"), 10, "already");
    assert_flaw(&with("/// ```wrong\n/// 1\n/// ```\n"), 11, "because");
    assert_flaw(&with("/// - [x] 1\n"), 10, "no options");
    let predict = "/// ## Predict: x\n/// ```program\n/// 1\n/// ```\n/// - [x] 1\n";
    assert_flaw(predict, 3, "options that can happen");
}
