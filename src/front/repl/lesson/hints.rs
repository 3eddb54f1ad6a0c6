//! What helps with an exercise: hints, and a solution after an honest try.

use std::io;

use super::{Lessons, NO_LESSON};
use crate::front::prose::{code_block, prose};
use crate::front::repl::answer::Learner;
use crate::lesson::grade::Reason;
use crate::lesson::text::{Exercise, Task};
use crate::view::paint::Role;
use crate::view::wrap::hang;

impl Learner {
    /// `:hint`: the next one; behind the last one the checked solution.
    pub(super) fn hint(&mut self) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return self.say("This step is no exercise: there are no hints.\n");
        };
        let count = exercise.hints.len();
        let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) else {
            return self.say(NO_LESSON);
        };
        let given = attempt.hints;
        let Some(hint) = exercise.hints.get(given) else {
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

    /// `:show`: a solution, after an honest try.
    pub(super) fn show_solution(&mut self) -> io::Result<()> {
        let Some(exercise) = self.exercise() else {
            return self.say("This step is no exercise: there is nothing to show.\n");
        };
        self.hear_from_file()?;
        let record = self.lessons.as_ref().and_then(Lessons::exercise_record);
        let has_tried = record.is_some_and(|record| record.tries > 0);
        if !has_tried {
            return self.say(
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
                let numbers: Vec<String> =
                    possible.map(|(index, _)| (index + 1).to_string()).collect();
                format!(
                    "These can be printed: {}. The others cannot.\n",
                    numbers.join(", ")
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
