//! Which orders of conflicting steps schedules have shown, and which could be tried next.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::places::Places;
use super::reversal::{Change, Moved, Rest};
use super::trace::Trace;
use crate::schedule::{Choice, Random};
use crate::vm::Instruction;

/// Of one trace, at most so many steps are noted to be moved.
const MOST_CHANGES: usize = 256;

/// So many are remembered altogether that are like one that was tried before.
const MOST_FURTHER: usize = 4_096;

/// An instruction, and one that followed it in conflict.
type Order = (Instruction, Instruction);

/// The ideas that come from one way to go on.
#[derive(Default)]
struct Family {
    /// The orders that were to be reversed, and whether by holding a thread back.
    noted: BTreeSet<(Instruction, Instruction, bool)>,
    /// What is new: the oldest schedule first, and of each the last conflict first.
    fresh: VecDeque<Change>,
    /// What is like something that was noted before.
    further: Vec<Change>,
}

impl Family {
    fn take(&mut self, random: &mut Random) -> Option<Change> {
        self.fresh.pop_front().or_else(|| {
            let count = self.further.len() as u64;
            (count > 0).then(|| self.further.swap_remove(random.below(count) as usize))
        })
    }
}

/// See the head of the file.
#[derive(Default)]
pub(super) struct Ideas {
    seen: BTreeSet<Order>,
    /// Schedules that begin with the run in the middle, and those that begin with the usual one,
    /// are varied in turn.
    balanced: Family,
    usual: Family,
    taken: u64,
}

impl Ideas {
    /// Something to try next, if anything is left.
    pub(super) fn take(&mut self, random: &mut Random) -> Option<Change> {
        self.taken += 1;
        let (one, other) = match self.taken % 2 {
            1 => (&mut self.balanced, &mut self.usual),
            _ => (&mut self.usual, &mut self.balanced),
        };
        one.take(random).or_else(|| other.take(random))
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
        // The first ones are what all others are varied from.
        let mut is_new = trace.is_first;
        for order in &orders {
            is_new |= self.seen.insert(*order);
        }
        if is_new {
            self.note(trace, &places);
        }
        orders
    }

    /// Notes how each step could have come before one that it conflicts with.
    fn note(&mut self, trace: &Trace, places: &Places) {
        let base = Arc::new(trace.clone());
        let rest = trace.rest;
        let family = match rest {
            Rest::Balanced => &mut self.balanced,
            Rest::Usual => &mut self.usual,
        };
        let (mut forward, mut back) = (Vec::new(), Vec::new());
        for (step, event) in trace.events.iter().enumerate().rev() {
            let (Choice::Step(task), Some(by)) = (event.choice, trace.by(step)) else {
                continue;
            };
            let since = event.possible_since as usize;
            let conflicts = || places.conflicts(step, trace);
            // The first conflict since it could have been done; the last one before.
            let first = conflicts().take_while(|at| *at >= since).last();
            let last = conflicts().find(|at| *at < since);
            let mut add = |at: Option<usize>, from, moved, fresh: &mut Vec<Change>| {
                let Some(at) = at else {
                    return;
                };
                let Some(other) = trace.by(at) else {
                    return;
                };
                let change = Change {
                    base: base.clone(),
                    from,
                    moved,
                    overtaken: trace.events[at].choice.task(),
                    rest,
                };
                if other != by && family.noted.insert((other, by, moved.is_back())) {
                    fresh.push(change);
                } else if family.further.len() < MOST_FURTHER {
                    family.further.push(change);
                }
            };
            add(first, since, Moved::Forward(task), &mut forward);
            if let Some(at) = last {
                add(last, at, Moved::Back(step), &mut back);
            }
            if forward.len() + back.len() >= MOST_CHANGES {
                break;
            }
        }
        family.fresh.extend(forward);
        family.fresh.extend(back);
    }
}
