//! Who goes next: the question that a stepped scheduler leaves to somebody else.

use super::super::Random;
use crate::value::object::TaskId;

/// Answers a stepped scheduler's questions.
pub trait Policy: Send {
    /// Which of the threads that can do a step does the next one: an index of `enabled`, which
    /// holds at least one, in the order of their numbers.
    fn next(&mut self, enabled: &[TaskId]) -> usize;

    /// A number below `bound` for the script: `task` asks for it.
    fn random(&mut self, task: TaskId, bound: u64) -> u64;

    /// Answers from now on as `seed` says, if a seed says anything.
    fn set_seed(&mut self, seed: u64);
}

/// Draws every answer from a seed.
pub struct Seeded {
    choices: Random,
    numbers: Random,
}

impl Seeded {
    /// The policy of this seed. The script's own random numbers are drawn apart, so that asking for
    /// one changes no choice.
    pub fn new(seed: u64) -> Self {
        Self {
            choices: Random::new(seed),
            numbers: Random::new(!seed),
        }
    }
}

impl Policy for Seeded {
    fn next(&mut self, enabled: &[TaskId]) -> usize {
        self.choices.below(enabled.len() as u64) as usize
    }

    fn random(&mut self, _task: TaskId, bound: u64) -> u64 {
        self.numbers.below(bound)
    }

    fn set_seed(&mut self, seed: u64) {
        *self = Self::new(seed);
    }
}
