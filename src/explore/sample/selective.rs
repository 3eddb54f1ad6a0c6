//! A selectively uniform random walk: the steps at one group of places that conflict are interleaved
//! uniformly, all others at random around them (Zhao and others, "Selectively Uniform Concurrency
//! Testing", 2025).
//!
//! Before each such step the thread that shall do the next one is drawn, in proportion to how many
//! each has left; until it has done it, no other thread does one. How many there are was counted in
//! the schedules before.

use std::collections::BTreeMap;

use super::known::Known;
use super::strategy::{Situation, Strategy};
use crate::schedule::Random;
use crate::value::object::TaskId;
use crate::vm::Touch;

/// See the head of the file.
#[derive(Default)]
pub(super) struct Selective {
    random: Option<Random>,
    /// The group of places; all that conflict without it.
    group: Option<usize>,
    /// How many steps there each thread has left.
    left: BTreeMap<TaskId, u32>,
    /// The thread that shall do the next one.
    intended: Option<TaskId>,
    /// Which of the choices it may be; kept for its memory.
    possible: Vec<usize>,
}

impl Strategy for Selective {
    fn begin(&mut self, mut random: Random, known: &Known) {
        // Each group, or with the same probability all of them.
        let group = random.below(known.groups() as u64 + 1) as usize;
        self.group = (group < known.groups()).then_some(group);
        self.left = known.counts(self.group);
        self.intended = None;
        self.random = Some(random);
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let is_selected = |index: usize| {
            let touch: Option<Touch> = at.touches[index];
            touch.is_some_and(|touch| at.known.is_in(touch.by, self.group))
        };
        let Some(random) = &mut self.random else {
            return 0;
        };
        if self.intended.is_none() {
            self.intended = draw(random, &self.left);
        }
        let may = |index: &usize| {
            Some(at.choices[*index].task()) == self.intended || !is_selected(*index)
        };
        self.possible.clear();
        self.possible.extend((0..at.choices.len()).filter(may));
        if self.possible.is_empty() {
            // The one that shall is not able to: the plan is given up, and another one made.
            self.possible.extend(0..at.choices.len());
            self.intended = None;
        }
        let chosen = self.possible[random.below(self.possible.len() as u64) as usize];
        if is_selected(chosen) {
            let left = self.left.entry(at.choices[chosen].task()).or_default();
            *left = left.saturating_sub(1);
            self.intended = None;
        }
        chosen
    }
}

/// A thread, drawn in proportion to what it has left.
fn draw(random: &mut Random, left: &BTreeMap<TaskId, u32>) -> Option<TaskId> {
    let sum: u64 = left.values().map(|count| u64::from(*count)).sum();
    if sum == 0 {
        return None;
    }
    let mut at = random.below(sum);
    left.iter().find_map(|(task, count)| {
        let count = u64::from(*count);
        if at < count {
            return Some(*task);
        }
        at -= count;
        None
    })
}
