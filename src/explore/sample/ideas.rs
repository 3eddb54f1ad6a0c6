//! Which orders of conflicting steps schedules have shown, and which could be tried next.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::places::Places;
use super::reversal::Hoist;
use super::trace::Trace;
use crate::schedule::{Choice, Random};
use crate::vm::Instruction;

/// Of one trace, at most so many steps are noted to be tried earlier.
const MOST_HOISTS: usize = 256;

/// So many are remembered altogether that are like one that was tried before.
const MOST_FURTHER: usize = 4_096;

/// An instruction, and one that followed it in conflict.
type Order = (Instruction, Instruction);

/// See the head of the file.
#[derive(Default)]
pub(super) struct Ideas {
    seen: BTreeSet<Order>,
    /// The orders that were to be reversed.
    noted: BTreeSet<Order>,
    /// What to try next: what is new, the best last; and what is like something tried.
    hoists: Vec<Hoist>,
    further: Vec<Hoist>,
}

impl Ideas {
    /// Something to try next, if anything is left.
    pub(super) fn take(&mut self, random: &mut Random) -> Option<Hoist> {
        self.hoists.pop().or_else(|| {
            let count = self.further.len() as u64;
            (count > 0).then(|| self.further.swap_remove(random.below(count) as usize))
        })
    }

    /// Looks at a schedule whose touches were noted; returns the orders in it. One that shows an
    /// order for the first time is worth being varied.
    pub(super) fn learn(&mut self, trace: &Trace) -> Vec<Order> {
        let places = Places::of(trace);
        let steps = 0..trace.events.len();
        let orders: Vec<Order> = steps
            .filter_map(|step| {
                let before = places.conflicts(step, trace).next()?;
                Some((trace.by(before)?, trace.by(step)?))
            })
            .collect();
        let mut is_new = false;
        for order in &orders {
            is_new |= self.seen.insert(*order);
        }
        if is_new {
            self.note(trace, &places);
        }
        orders
    }

    /// Notes each step that could have come before another one that it conflicts with.
    fn note(&mut self, trace: &Trace, places: &Places) {
        let base = Arc::new(trace.clone());
        let mut fresh = Vec::new();
        let mut count = 0;
        for (step, event) in trace.events.iter().enumerate().rev() {
            let (Choice::Step(task), Some(by)) = (event.choice, trace.by(step)) else {
                continue;
            };
            let from = event.possible_since as usize;
            // The first conflict since it could have been done.
            let since = places.conflicts(step, trace).take_while(|at| *at >= from);
            let Some(first) = since.last().and_then(|at| trace.by(at)) else {
                continue;
            };
            let base = base.clone();
            let hoist = Hoist { base, from, task };
            if first != by && self.noted.insert((first, by)) {
                fresh.push(hoist);
            } else if self.further.len() < MOST_FURTHER {
                self.further.push(hoist);
            }
            count += 1;
            if count == MOST_HOISTS {
                break;
            }
        }
        // What reverses the last conflict shall be tried first.
        self.hoists.extend(fresh.into_iter().rev());
    }
}
