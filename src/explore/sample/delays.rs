//! The usual run, but for a few delays: at random places the thread that would go on has to wait
//! while another one runs.
//!
//! Most mistakes need very few preemptions (Musuvathi and Qadeer, "Iterative Context Bounding",
//! 2007); delaying the scheduler's own choice bounds them further (Emmi, Qadeer and Rakamaric,
//! "Delay-Bounded Scheduling", 2011). Delays fall where threads were seen to conflict.

use super::known::Known;
use super::strategy::{Situation, Strategy};
use crate::schedule::Random;

/// At most so many delays in a run.
const MOST_DELAYS: u64 = 4;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Delays {
    random: Option<Random>,
    /// Before which of the places where it matters there is a delay.
    at: Vec<u64>,
    /// How many of these places came before.
    passed: u64,
}

impl Strategy for Delays {
    fn begin(&mut self, mut random: Random, known: &Known) {
        let count = 1 + random.below(MOST_DELAYS);
        let places = known.hot_steps().max(1);
        self.at = (0..count).map(|_| random.below(places)).collect();
        self.passed = 0;
        self.random = Some(random);
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let usual = at.usual();
        if at.choices.len() == 1 || !(at.known.is_empty() || at.is_hot(usual)) {
            return usual;
        }
        self.passed += 1;
        match &mut self.random {
            Some(random) if self.at.contains(&(self.passed - 1)) => {
                let other = random.below(at.choices.len() as u64 - 1) as usize;
                other + usize::from(other >= usual)
            }
            _ => usual,
        }
    }
}
