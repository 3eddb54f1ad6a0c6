//! An earlier schedule again, but one step comes before a step that it came after and conflicts with.
//!
//! Reversing the races of a run is how dynamic partial-order reduction finds what else can happen
//! (Flanagan and Godefroid, 2005); it too begins with the last one. Here a reversal that brings an
//! order of two instructions that was never seen makes a new schedule to be varied, as greybox fuzzing
//! does it (Wolff and others, "Greybox Fuzzing for Concurrency Testing", 2024). The step is moved as
//! far forward as it can be, directly behind the step of its thread before it, so it is done before
//! whole crowds of threads that do the same.

use std::sync::Arc;

use super::balanced::Balanced;
use super::known::Known;
use super::strategy::{Situation, Strategy};
use super::trace::Trace;
use crate::schedule::{Choice, Random};
use crate::value::object::TaskId;

/// Which step comes earlier.
#[derive(Clone)]
pub(super) struct Hoist {
    /// The schedule that is varied.
    pub(super) base: Arc<Trace>,
    /// So many of its steps stay as they were.
    pub(super) from: usize,
    /// Then this thread does its next step; the rest is balanced.
    pub(super) task: TaskId,
}

/// See the head of the file.
pub(super) struct Reversal {
    hoist: Option<Hoist>,
    rest: Balanced,
}

impl Reversal {
    pub(super) fn new(hoist: Option<Hoist>) -> Self {
        Self {
            hoist,
            rest: Balanced::default(),
        }
    }
}

impl Strategy for Reversal {
    fn begin(&mut self, random: Random, known: &Known) {
        self.rest.begin(random, known);
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let planned = self.hoist.as_ref().and_then(|hoist| {
            let choice = match hoist.base.events.get(at.step) {
                Some(event) if at.step < hoist.from => event.choice,
                _ if at.step == hoist.from => Choice::Step(hoist.task),
                _ => return None,
            };
            at.index_of(choice)
        });
        let next = planned.unwrap_or_else(|| self.rest.best(at));
        // The rest has to know who went when.
        self.rest.note(at.choices[next].task(), at.step);
        next
    }

    fn wants_touches(&self) -> bool {
        false
    }
}
