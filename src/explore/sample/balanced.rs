//! Whoever has most left to do goes next, so that all threads come to their ends together.
//!
//! Drawing interleavings uniformly means choosing each thread with a probability in proportion to
//! how many of its steps are left (Zhao and others, "Selectively Uniform Concurrency Testing", 2025).
//! Always taking the most likely thread gives the run in the middle of them all: threads with the
//! same code go in step, a long thread begins before a short one and is still at work when that one
//! acts. How much is left is read off the code, so this can be the very first run.

use std::collections::BTreeMap;

use super::known::Known;
use super::strategy::{Situation, Strategy};
use crate::schedule::{Choice, Random};
use crate::value::object::TaskId;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Balanced {
    /// When each thread has done its last step: of those that have as much left, the one goes that
    /// has waited longest.
    ran: BTreeMap<TaskId, usize>,
}

impl Strategy for Balanced {
    fn begin(&mut self, _random: Random, _known: &Known) {
        self.ran.clear();
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let best = self.best(at);
        self.note(at.choices[best].task(), at.step);
        best
    }

    fn wants_touches(&self) -> bool {
        false
    }
}

impl Balanced {
    /// Who goes next.
    pub(super) fn best(&self, at: &mut Situation<'_>) -> usize {
        let mut best = (0, None);
        for (index, choice) in at.choices.iter().enumerate() {
            let Choice::Step(task) = *choice else {
                continue;
            };
            let ran = self.ran.get(&task).map_or(0, |step| step + 1);
            let rank = (at.walk.ahead(task), usize::MAX - ran);
            if best.1.is_none_or(|known| rank > known) {
                best = (index, Some(rank));
            }
        }
        best.0
    }

    /// Notes that a thread does this step.
    pub(super) fn note(&mut self, task: TaskId, step: usize) {
        self.ran.insert(task, step);
    }
}
