//! Runs of the answer that was judged last, to be seen again and to be led: the words for runs in feedback
//! stand for runs of its whole program, with what the exercise has around it.

use std::io;

use crate::explore::{Problem, Token};
use crate::front::explore::report;
use crate::front::explore::stepping::Stepping;
use crate::front::repl::answer::Learner;
use crate::front::repl::explore::REPLAY;
use crate::front::state;
use crate::front::width;
use crate::session::Rehearsal;

impl Learner {
    /// The run that the last feedback has shown.
    pub(in crate::front::repl) fn judged_run(&self) -> Option<Token> {
        self.lessons.as_ref()?.judged.as_ref()?.token.clone()
    }

    /// `:replay TOKEN`, if that is a run of the answer. Says whether it was.
    pub(in crate::front::repl) fn replay_answer(&mut self, token: &Token) -> io::Result<bool> {
        let Some(mut rehearsal) = self.rehearsal_of(token) else {
            return Ok(false);
        };
        rehearsal.stop_by(self.stop.clone());
        let (trail, outcome) = match rehearsal.replay(token) {
            Ok(replayed) => replayed,
            Err(problem) => {
                self.say(&format!("{}\n", state::problem(problem)))?;
                return Ok(true);
            }
        };
        let problem = outcome.as_ref().and_then(Problem::first_of);
        let explanation =
            problem.and_then(|problem| rehearsal.explain_replayed(token, &problem, &trail));
        let subject = self.report_subject();
        let told = report::replayed(&trail, outcome.as_ref(), explanation.as_deref(), subject);
        self.page(&told)?;
        Ok(true)
    }

    /// `:step TOKEN`: the program that the run is one of, led by hand. Says whether it was one of the answer.
    pub(in crate::front::repl) fn step_answer(&mut self, word: &str) -> io::Result<bool> {
        let Ok(token) = state::read(word) else {
            return Ok(false);
        };
        let Some(mut rehearsal) = self.rehearsal_of(&token) else {
            return Ok(false);
        };
        rehearsal.stop_by(self.stop.clone());
        self.leave_stage();
        let replay = REPLAY.into();
        let (stepping, shown) = Stepping::begin(rehearsal, replay, self.paint, width());
        self.stepping = Some(stepping);
        self.say(&shown)?;
        Ok(true)
    }

    fn rehearsal_of(&self, token: &Token) -> Option<Rehearsal> {
        self.lessons.as_ref()?.judged.as_ref()?.rehearsal_of(token)
    }
}
