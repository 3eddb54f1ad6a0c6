//! PCT: every thread has a random priority, the highest runs, and at a few random places the running
//! thread falls behind all others (Burckhardt, Kothari, Musuvathi and Nagarakatte, "A Randomized
//! Scheduler with Probabilistic Guarantees of Finding Bugs", 2010).
//!
//! A mistake that needs `d` steps in the right order is found with a probability of at least
//! `1 / (n k^(d-1))` for `n` threads and `k` steps. Here only the steps count where threads were seen
//! to conflict, which makes `k` smaller. The clock of each sleeping thread has a priority of its own.

use std::collections::BTreeMap;

use super::known::Known;
use super::strategy::{Situation, Strategy};
use crate::schedule::{Choice, Random};

/// At most so many places where a priority changes.
const MOST_CHANGES: u64 = 3;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Priorities {
    random: Option<Random>,
    priorities: BTreeMap<Choice, u64>,
    changes: Vec<u64>,
    passed: u64,
    /// The next priority for a thread that falls behind.
    lowest: u64,
}

/// Priorities from here on are those that threads begin with.
const FIRST: u64 = 1 << 32;

impl Strategy for Priorities {
    fn begin(&mut self, mut random: Random, known: &Known) {
        let count = random.below(MOST_CHANGES + 1);
        let places = known.hot_steps().max(1);
        self.changes = (0..count).map(|_| random.below(places)).collect();
        self.priorities.clear();
        self.passed = 0;
        self.lowest = FIRST;
        self.random = Some(random);
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let best = self.highest(at.choices);
        if !(at.known.is_empty() || at.is_hot(best)) {
            return best;
        }
        self.passed += 1;
        if !self.changes.contains(&(self.passed - 1)) {
            return best;
        }
        self.lowest -= 1;
        self.priorities.insert(at.choices[best], self.lowest);
        self.highest(at.choices)
    }
}

impl Priorities {
    fn highest(&mut self, choices: &[Choice]) -> usize {
        let Some(random) = &mut self.random else {
            return 0;
        };
        let mut best = (0, 0);
        for (index, choice) in choices.iter().enumerate() {
            let priority = *self
                .priorities
                .entry(*choice)
                .or_insert_with(|| FIRST + random.below(FIRST));
            if priority > best.1 {
                best = (index, priority);
            }
        }
        best.0
    }
}
