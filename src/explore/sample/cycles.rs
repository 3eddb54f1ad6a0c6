//! Finds out that a schedule has come to a state again.
//!
//! Such a schedule could go on like that for ever. It is worth reporting only when each choice that was
//! possible on the way round was also made there: else a scheduler that holds some thread back is to
//! blame, as with `while !ready { }`. And whoever chooses schedules had better choose otherwise then: a
//! thread that waits in a loop would eat up all the steps that there are.

use std::collections::HashMap;

use crate::schedule::{Choice, Walk};

/// So many states of a schedule are remembered at most.
const MOST: usize = 4_096;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Cycles {
    is_on: bool,
    /// With how many steps of the schedule a state was there first.
    seen: HashMap<u128, usize>,
    /// By step, what was possible, and what was done: a bit for each choice.
    possible: Vec<u64>,
    done: Vec<u64>,
    /// The step of the first entry in these lists.
    first: usize,
    choices: Vec<Choice>,
}

/// A schedule that came to a state again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cycle {
    /// The state.
    pub(super) key: u128,
    /// After how many steps it was there first.
    pub(super) since: usize,
    /// Whether all that was possible on the way round was done there.
    pub(super) is_fair: bool,
}

impl Cycles {
    /// For a new schedule: nothing is watched yet.
    pub(super) fn begin(&mut self) {
        self.is_on = false;
        self.seen.clear();
        self.possible.clear();
        self.done.clear();
        self.choices.clear();
    }

    /// Compares states from now on, which is after `step` steps. `walk` has to be comparable.
    pub(super) fn turn_on(&mut self, step: usize) {
        self.begin();
        self.first = step;
        self.is_on = true;
    }

    /// Looks at the state that `walk` is in after `step` steps. Says when it was there before.
    pub(super) fn look(&mut self, walk: &mut Walk, step: usize) -> Option<Cycle> {
        if !self.is_on || self.seen.len() >= MOST {
            return None;
        }
        let key = walk.key(walk.asked());
        let since = *self.seen.entry(key).or_insert(step);
        if since < step {
            let from = since - self.first;
            let all = |bits: &[u64]| bits[from..].iter().fold(0, |all, some| all | some);
            let is_fair = all(&self.possible) == all(&self.done);
            return Some(Cycle {
                key,
                since,
                is_fair,
            });
        }
        None
    }

    /// Notes what is done next, of what is possible.
    pub(super) fn note(&mut self, choices: &[Choice], chosen: Choice) {
        if self.is_on {
            let possible = choices.iter().fold(0, |bits, one| bits | self.bit(*one));
            let done = self.bit(chosen);
            self.possible.push(possible);
            self.done.push(done);
        }
    }

    /// Whether a choice was made since the schedule was in this cycle first.
    pub(super) fn is_in(&mut self, cycle: &Cycle, choice: Choice) -> bool {
        let bit = self.bit(choice);
        let done = &self.done[cycle.since - self.first..];
        done.iter().any(|done| done & bit != 0)
    }

    /// Beyond 64 choices some share a bit: then what is not fair may be taken for fair, and is looked
    /// at again before anything is said of it.
    fn bit(&mut self, choice: Choice) -> u64 {
        let index = self.choices.iter().position(|one| *one == choice);
        let index = index.unwrap_or_else(|| {
            self.choices.push(choice);
            self.choices.len() - 1
        });
        1 << (index % 64)
    }
}
