//! Partial-order sampling: every next step has a random priority, and the highest is done; the steps
//! that conflict with it draw theirs anew (Yuan, Yang and Gu, "Partial Order Aware Concurrency
//! Sampling", 2018).
//!
//! Interleavings that differ only in the order of steps that do not concern each other count as one
//! that way, so each of the orders that matter is more likely than in a random walk.

use super::known::Known;
use super::strategy::{Situation, Strategy};
use crate::schedule::{Choice, Random};

/// See the head of the file.
#[derive(Default)]
pub(super) struct PartialOrder {
    random: Option<Random>,
    /// The priorities of the steps that were possible and not done.
    priorities: Vec<(Choice, u64)>,
}

impl Strategy for PartialOrder {
    fn begin(&mut self, random: Random, _known: &Known) {
        self.random = Some(random);
        self.priorities.clear();
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let Some(random) = &mut self.random else {
            return 0;
        };
        let mut best = (0, 0);
        for (index, choice) in at.choices.iter().enumerate() {
            let known = self.priorities.iter().find(|(other, _)| other == choice);
            let priority = match known {
                Some((_, priority)) => *priority,
                None => {
                    let priority = random.below(u64::MAX);
                    self.priorities.push((*choice, priority));
                    priority
                }
            };
            if priority >= best.1 {
                best = (index, priority);
            }
        }
        let done = at.touches[best.0];
        for (index, choice) in at.choices.iter().enumerate() {
            let conflicts = match (done, at.touches[index]) {
                (Some(done), Some(other)) => done.conflicts(&other),
                _ => false,
            };
            if index == best.0 || conflicts {
                self.priorities.retain(|(other, _)| other != choice);
            }
        }
        best.0
    }
}
