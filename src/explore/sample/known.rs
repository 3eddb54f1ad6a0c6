//! What schedules have taught: which instructions conflict, and how often threads come to them.
//!
//! Instructions are the same in every run and on every core, addresses are not: nothing here knows
//! one for longer than a trace.

use std::collections::BTreeMap;

use super::trace::Trace;
use crate::value::object::TaskId;
use crate::vm::Instruction;

/// Even where runs are short, so many steps are no reason to suspect a loop.
const PATIENCE: usize = 1_000;

/// So many steps are no reason even to look.
const SUSPICIOUS: usize = 64;

/// See the head of the file.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// The instructions that conflicted, each with its group: those of a group conflict with each
    /// other, directly or by others between.
    group_of: BTreeMap<Instruction, usize>,
    groups: Vec<usize>,
    /// How many steps each thread did at the instructions of each group, at most.
    counts: BTreeMap<(usize, TaskId), u32>,
    hot_steps: u64,
    /// How many steps the shortest run has.
    steps: Option<usize>,
}

impl Known {
    /// Whether no conflict is known.
    pub(super) fn is_empty(&self) -> bool {
        self.group_of.is_empty()
    }

    pub(super) fn is_hot(&self, by: Instruction) -> bool {
        self.group_of.contains_key(&by)
    }

    /// Whether the instruction is in this group, or in any.
    pub(super) fn is_in(&self, by: Instruction, group: Option<usize>) -> bool {
        match (self.group_of.get(&by), group) {
            (Some(own), Some(group)) => self.groups.get(group) == Some(own),
            (own, None) => own.is_some(),
            (None, Some(_)) => false,
        }
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// How many steps each thread does in a group, or in all.
    pub(super) fn counts(&self, group: Option<usize>) -> BTreeMap<TaskId, u32> {
        let wanted = group.and_then(|group| self.groups.get(group));
        let mut counts = BTreeMap::new();
        for ((own, task), count) in &self.counts {
            if wanted.is_none_or(|wanted| wanted == own) {
                *counts.entry(*task).or_default() += count;
            }
        }
        counts
    }

    /// How many steps a run does where threads conflict, at most.
    pub(super) fn hot_steps(&self) -> u64 {
        self.hot_steps
    }

    /// A run that is longer than so many steps goes round in a loop that waits for others, perhaps.
    /// It is the shortest run that counts: it has not gone round.
    pub(super) fn patience(&self) -> usize {
        PATIENCE + 4 * self.steps.unwrap_or_default()
    }

    /// From so many steps on a run may have come to such a loop, so that it is worth comparing its
    /// states.
    pub(super) fn suspicious(&self) -> usize {
        SUSPICIOUS + 2 * self.steps.unwrap_or_default()
    }

    /// Learns from a schedule whose touches were noted, in which these instructions followed each
    /// other in conflict.
    pub(super) fn learn(&mut self, trace: &Trace, orders: &[(Instruction, Instruction)]) {
        for (one, other) in orders {
            self.unite(*one, *other);
        }
        self.count(trace);
    }

    fn unite(&mut self, one: Instruction, other: Instruction) {
        let fresh = self.groups.last().map_or(0, |last| last + 1);
        let one = *self.group_of.entry(one).or_insert(fresh);
        let other = *self.group_of.entry(other).or_insert(one);
        if one != other {
            let groups = self.group_of.values_mut();
            groups
                .filter(|group| **group == other)
                .for_each(|group| *group = one);
            for ((group, task), count) in std::mem::take(&mut self.counts) {
                let group = if group == other { one } else { group };
                *self.counts.entry((group, task)).or_default() += count;
            }
        }
        self.groups = self.group_of.values().copied().collect();
        self.groups.sort_unstable();
        self.groups.dedup();
    }

    fn count(&mut self, trace: &Trace) {
        let steps = trace.events.len();
        self.steps = Some(self.steps.map_or(steps, |known| known.min(steps)));
        if steps > self.patience() {
            return;
        }
        let mut counts: BTreeMap<(usize, TaskId), u32> = BTreeMap::new();
        let mut hot = 0;
        for event in trace.events.iter().skip(trace.opening) {
            let group = event.touch.and_then(|touch| self.group_of.get(&touch.by));
            if let Some(group) = group {
                hot += 1;
                *counts.entry((*group, event.choice.task())).or_default() += 1;
            }
        }
        for (key, count) in counts {
            let known = self.counts.entry(key).or_default();
            *known = count.max(*known);
        }
        self.hot_steps = self.hot_steps.max(hot);
    }
}
