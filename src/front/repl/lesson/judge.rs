//! Whether an answer passes, and the words for it.

use super::shown::View;
use crate::front::lesson::feedback::{Screen, feedback};
use crate::language::outline::is_same_code;
use crate::lesson::grade::{Answer, Bounds, Reason, explain, grade};
use crate::lesson::text::{Exercise, Task};

/// What becomes of an answer.
pub(super) struct Judged {
    /// What to say.
    pub(super) text: String,
    pub(super) is_right: bool,
    /// Whether it counts as a try: the beginning unchanged does not.
    pub(super) is_honest: bool,
}

impl Judged {
    /// An answer that needs no judge.
    pub(super) fn right() -> Self {
        Self {
            text: String::new(),
            is_right: true,
            is_honest: true,
        }
    }
}

/// Judges an answer by all that can happen. Blocks while it is explored, which is bounded.
pub(super) fn judge(exercise: &Exercise, text: &str, view: View) -> Judged {
    let answer = Answer::new(text);
    let verdict = grade(exercise, answer, &Bounds::default());
    let screen = Screen {
        width: view.columns,
        height: view.rows,
        paint: view.paint,
    };
    let work = exercise.task.work();
    let is_untouched = work.is_some_and(|work| is_same_code(text, &work.starter.text));
    Judged {
        text: feedback(exercise, answer, &verdict, screen),
        is_right: verdict.is_passed(),
        is_honest: !is_untouched,
    }
}

/// The causes to choose from, where that is what is asked. A program that has none is found by the check
/// of its lesson.
pub(super) fn reasons(exercise: &Exercise) -> Vec<Reason> {
    match exercise.task {
        Task::Explain { .. } => explain::options(exercise, &Bounds::default()).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// What can be chosen, in order, in words; nothing where the answer is something else.
pub(super) fn choices<'e>(exercise: &'e Exercise, reasons: &[Reason]) -> Vec<&'e str> {
    match &exercise.task {
        Task::Predict { options, .. } => options.iter().map(|option| &*option.text).collect(),
        Task::Explain { .. } => reasons.iter().map(|reason| reason.sentence()).collect(),
        Task::Break { .. } | Task::FindStep { .. } | Task::Mend(_) | Task::Write(_) => Vec::new(),
    }
}
