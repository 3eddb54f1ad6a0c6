//! An exercise whose answer is a run: the learner leads its program until it fails.

use std::io;

use super::Lessons;
use super::judge::Judged;
use crate::front::explore::stepping::Stepping;
use crate::front::repl::answer::Learner;
use crate::front::width;
use crate::lesson::text::{Exercise, Task};
use crate::session::{Input, InputKind, NotExplorable, Session};

impl Learner {
    /// Lets the learner lead the program of the exercise.
    pub(in crate::front::repl) fn lead_exercise(&mut self) -> io::Result<bool> {
        match self.exercise() {
            Some(exercise) if matches!(exercise.task, Task::Break { .. }) => {
                self.lead(&exercise)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    pub(super) fn lead(&mut self, exercise: &Exercise) -> io::Result<()> {
        let Some(program) = exercise.task.program() else {
            return Ok(());
        };
        // A session of its own: the exercise sees nothing of what the learner has made.
        let mut config = self.session.config_for_exploring();
        config.args = Vec::new();
        let mut stage = Session::new(config, std::sync::Arc::default());
        if let Some(given) = &exercise.given {
            stage.run(Input {
                name: "what is given",
                text: &given.text,
                kind: InputKind::Prompt,
            });
        }
        let input = Input {
            name: "the program",
            text: &program.text,
            kind: InputKind::Script,
        };
        let mut rehearsal = match stage.explorer(input, false) {
            Ok(rehearsal) => rehearsal,
            Err(NotExplorable::Rejected(_) | NotExplorable::Blocked(_)) => {
                return self
                    .say_wrapped("This program cannot be led: the lesson's file is flawed.\n");
            }
        };
        rehearsal.stop_by(self.stop.clone());
        let (stepping, shown) = Stepping::begin(rehearsal, String::new(), self.paint, width());
        self.stepping = Some(stepping);
        if let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) {
            attempt.stage = Some(stage);
        }
        self.say(&shown)
    }

    /// Another run is led from now on, which is no answer.
    pub(in crate::front::repl) fn leave_stage(&mut self) {
        if let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) {
            attempt.stage = None;
        }
    }

    /// After a line that led a run: a failure solves the exercise that it was led for.
    pub(in crate::front::repl) fn follow_lead(&mut self) -> io::Result<()> {
        let has_failed = self.stepping.as_ref().is_some_and(Stepping::has_failed);
        let Some(attempt) = self.lessons.as_mut().and_then(Lessons::attempt) else {
            return Ok(());
        };
        if attempt.stage.is_none() {
            return Ok(());
        }
        if has_failed {
            self.stepping = None;
        }
        if self.stepping.is_none() {
            self.leave_stage();
        }
        match has_failed {
            true => self.judged(Judged::right()),
            false => Ok(()),
        }
    }
}
