//! A step of a lesson as text: where one is, the prose, the code, and what to type.

use std::fmt::Write;

use super::choice::letter;
use super::judge::choices;
use crate::front::prose::{code_block, code_with_numbers, prose};
use crate::lesson::claim::{self, Claim, without_claims};
use crate::lesson::grade::Reason;
use crate::lesson::progress::ExerciseRecord;
use crate::lesson::text::{Exercise, Lesson, Page, Step, Task};
use crate::view::paint::{Paint, Role};
use crate::view::wrap::hang;

/// How text is shown.
#[derive(Clone, Copy)]
pub(super) struct View {
    /// How wide it may be.
    pub(super) columns: usize,
    /// How many rows there are.
    pub(super) rows: usize,
    pub(super) paint: Paint,
    /// It is read aloud.
    pub(super) is_aloud: bool,
}

/// The step of this index, from 0. An exercise gets what was done of it, and the causes to choose from.
pub(super) fn step(
    lesson: &Lesson,
    index: usize,
    record: Option<&ExerciseRecord>,
    reasons: &[Reason],
    view: View,
) -> String {
    let place = format!(
        "{}, step {} of {}",
        lesson.title,
        index + 1,
        lesson.steps.len()
    );
    let place = hang("", &place, view.columns);
    let mut out = view.paint.text(Role::Faint, place.trim_end()) + "\n\n";
    match lesson.steps.get(index) {
        Some(Step::Page(page)) => out += &self::page(lesson, page, index == 0, view),
        Some(Step::Exercise(exercise)) => {
            out += &self::exercise(exercise, record, reasons, view);
        }
        None => {}
    }
    out
}

fn page(lesson: &Lesson, page: &Page, is_first: bool, view: View) -> String {
    let mut text = page.prose.text.as_str();
    // The title stands above already.
    let heading = text
        .strip_prefix("# ")
        .and_then(|text| text.strip_prefix(&lesson.title));
    text = heading.map_or(text, str::trim_start);
    let mut out = prose(text, view.columns, view.paint);
    if !page.code.is_empty() {
        out.push('\n');
        let code = without_claims(&page.code.text);
        out += &code_block(&code, view.columns, view.paint);
    }
    let what = match (page.code.is_empty(), is_first) {
        (true, false) => "Press Enter to go on.",
        (true, true) => "Press Enter to go on; q leaves the lesson.",
        (false, false) => "Type it, or press Enter to run it.",
        (false, true) => {
            "Type it, or press Enter to run it. Up brings it here, to be changed. q leaves the lesson."
        }
    };
    out + foot(what, view).as_str()
}

fn exercise(
    exercise: &Exercise,
    record: Option<&ExerciseRecord>,
    reasons: &[Reason],
    view: View,
) -> String {
    let mut out = view.paint.text(Role::Heading, &exercise.key()) + "\n\n";
    if record.is_some_and(|record| record.passed) {
        out += &hang(
            "",
            "(You have solved this one before. :next goes on.)",
            view.columns,
        );
        out.push('\n');
    }
    out += &prose(&exercise.prose.text, view.columns, view.paint);
    let mut code = |title: &str, code: &str| {
        let _ = write!(
            out,
            "\n{title}\n\n{}",
            code_block(code, view.columns, view.paint)
        );
    };
    if let Some(given) = &exercise.given {
        code("Given, as it is:", &given.text);
    }
    match &exercise.task {
        Task::Predict { program, .. } | Task::Explain { program } => {
            code("The program:", &program.text)
        }
        Task::Break { program } | Task::FindStep { program } => {
            code("The program:", &code_with_numbers(&program.text));
        }
        Task::Mend(work) | Task::Write(work) if !work.starter.is_empty() => {
            code("You begin with:", &work.starter.text);
        }
        Task::Mend(_) | Task::Write(_) => {}
    }
    let choices = choices(exercise, reasons);
    if !choices.is_empty() {
        out.push('\n');
        for (index, option) in choices.into_iter().enumerate() {
            out += &hang(&format!("  {}. ", letter(index)), option, view.columns);
        }
    }
    let what = match &exercise.task {
        Task::Predict { .. } => {
            "Type the letters of all that can happen, such as: a c. :hint helps, :skip goes on."
        }
        Task::Break { .. } => {
            "Press Enter, and lead the threads until the program fails. :hint helps, :skip goes on."
        }
        Task::FindStep { .. } => "Type the number of the line. :hint helps, :skip goes on.",
        Task::Explain { .. } => "Type the letter of the sentence. :hint helps, :skip goes on.",
        Task::Mend(_) | Task::Write(_) => {
            "Up brings the beginning here; so does :edit, in your editor. :check looks at what you \
             typed. :hint helps, :skip goes on."
        }
    };
    out + foot(what, view).as_str()
}

/// What a page's comments say of all orders of its threads: told when its code has run, since one run does
/// not show it. Empty where there is no such comment.
pub(super) fn claims(page: &Page, view: View) -> String {
    let lines: Vec<&str> = page.code.text.lines().collect();
    let mut out = String::new();
    for (line, claim) in claim::claims(&page.code.text) {
        let index = usize::try_from(line).unwrap_or(0).saturating_sub(1);
        let code = without_claims(lines.get(index).unwrap_or(&""));
        let code = format!("`{}`", code.trim());
        let words = match claim {
            Claim::CanPrint(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| format!("`{text}`")).collect();
                let texts = texts.join(" or ");
                format!("Whatever the order of the threads, {code} prints {texts}.")
            }
            Claim::Proved => format!("Whatever the order of the threads, {code} holds."),
            Claim::CanFail => format!("In some orders of the threads, {code} fails; not in all."),
            Claim::CanDeadlock => {
                format!("In some orders of the threads, one of them waits in {code} for ever.")
            }
            Claim::Prints(_) | Claim::Fails(_) => continue,
        };
        out += &hang("", &format!("[{words}]"), view.columns);
    }
    view.paint.text(Role::Faint, out.trim_end())
}

/// What to type now.
fn foot(what: &str, view: View) -> String {
    let lines = hang("", &format!("[{what}]"), view.columns);
    format!("\n{}\n", view.paint.text(Role::Faint, lines.trim_end()))
}
