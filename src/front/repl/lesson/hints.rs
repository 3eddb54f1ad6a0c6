//! What helps with an exercise: hints; behind the last one, after an honest try, a checked change of the
//! learner's own answer; and a solution.

use std::io;

use super::choice::letter;
use super::{Lessons, NO_LESSON};
use crate::front::prose::{code_block, prose};
use crate::front::repl::answer::Learner;
use crate::lesson::grade::mend::{Mended, mended};
use crate::lesson::grade::{Answer, Bounds, Reason};
use crate::lesson::text::{Exercise, Task};
use crate::session::Language;
use crate::view::diff::diff;
use crate::view::paint::Role;
use crate::view::wrap::hang;

impl Learner {
    /// `:hint`: the next one; behind the last one what mends the answer, and then the solution.
    pub(super) fn hint(&mut self) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return self.say_wrapped("This step is no exercise: there are no hints.\n");
        };
        let count = exercise.hints.len();
        let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) else {
            return self.say_wrapped(NO_LESSON);
        };
        let given = attempt.hints;
        let Some(hint) = exercise.hints.get(given) else {
            // The first help behind the last hint is about the learner's own answer.
            let is_shown = given == count && self.show_mended()?;
            if let (true, Some(attempt)) =
                (is_shown, self.lessons.as_mut().and_then(Lessons::attempt))
            {
                attempt.hints += 1;
                return Ok(());
            }
            return self.show_solution();
        };
        attempt.hints += 1;
        self.keep_exercise(|record| record.hints = record.hints.max(given + 1))?;
        let head = self
            .paint
            .text(Role::Faint, &format!("Hint {} of {count}:", given + 1));
        self.say(&format!(
            "{head}\n{}",
            prose(&hint.text, self.columns, self.paint)
        ))
    }

    /// A change of the learner's own answer that makes it pass, where one is found. Says whether it was.
    fn show_mended(&mut self) -> io::Result<bool> {
        self.hear_from_file()?;
        let judged = self
            .lessons
            .as_ref()
            .and_then(|lessons| lessons.judged.as_ref());
        let (Some(judged), Some(exercise)) = (judged, self.exercise()) else {
            return Ok(false);
        };
        let is_its = judged.exercise == exercise;
        if !is_its || !judged.is_wrong || !self.has_tried() || exercise.task.work().is_none() {
            return Ok(false);
        }
        let (text, language) = (judged.answer.clone(), judged.language);
        let changed = self.patiently("looking for what mends your answer", |stop| {
            let bounds = Bounds {
                stop: stop.clone(),
                ..Bounds::default()
            };
            let text = &text;
            mended(&exercise, Answer { text, language }, &bounds)
        })?;
        let Some(changed) = changed else {
            return Ok(false);
        };
        self.keep_exercise(|record| record.shown = true)?;
        let mut head = String::from(
            "This change of your own answer passes, in all interleavings. Read it, and say to \
             yourself why. :hint once more shows a solution of the lesson's.",
        );
        if language == Language::Python {
            head += " Your Python is shown as it is translated.";
        }
        let Mended { before, after } = changed;
        let diff = diff("your answer", "mended", &before, &after, self.paint);
        self.page(&format!("{}\n{diff}", hang("", &head, self.columns)))?;
        Ok(true)
    }

    /// Whether an answer of the learner's to the open exercise was judged.
    fn has_tried(&self) -> bool {
        let record = self.lessons.as_ref().and_then(Lessons::exercise_record);
        record.is_some_and(|record| record.tries > 0)
    }

    /// `:show`: a solution, after an honest try.
    pub(super) fn show_solution(&mut self) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return self.say_wrapped("This step is no exercise: there is nothing to show.\n");
        };
        self.hear_from_file()?;
        if !self.has_tried() {
            return self.say_wrapped(
                "First try it yourself, however wrong: one answer of yours, and :show has a solution. \
                 :skip goes on without.\n",
            );
        }
        let text = self.solution(&exercise);
        self.keep_exercise(|record| record.shown = true)?;
        self.say(&text)
    }

    /// A solution, in words.
    fn solution(&self, exercise: &Exercise) -> String {
        let solution = exercise
            .answers
            .solution
            .as_ref()
            .map_or("", |piece| piece.text.trim());
        match &exercise.task {
            Task::Predict { options, .. } => {
                let possible = options
                    .iter()
                    .enumerate()
                    .filter(|(_, option)| option.is_possible);
                let letters: Vec<String> = possible.map(|(index, _)| letter(index)).collect();
                format!(
                    "These can happen: {}. The others cannot.\n",
                    letters.join(", ")
                )
            }
            Task::Break { .. } => {
                let text = format!("Choose the threads in this order: {solution}.");
                hang("", &text, self.columns)
            }
            Task::FindStep { .. } => format!("It is line {solution}.\n"),
            Task::Explain { .. } => {
                let reason = Reason::named(solution).map_or("", Reason::sentence);
                hang("", reason, self.columns)
            }
            Task::Mend(_) | Task::Write(_) => {
                let code = code_block(solution, self.columns, self.paint);
                format!("This passes, in all interleavings; yours may differ:\n\n{code}")
            }
        }
    }
}
