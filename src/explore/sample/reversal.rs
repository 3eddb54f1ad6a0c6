//! An earlier schedule again, but two of its steps that conflict come in the opposite order.
//!
//! Reversing the races of a run is how dynamic partial-order reduction finds what else can happen
//! (Flanagan and Godefroid, 2005); it too begins with the last one. Here a schedule that shows an
//! order of two instructions for the first time is varied in turn, as greybox fuzzing does it (Wolff
//! and others, "Greybox Fuzzing for Concurrency Testing", 2024).
//!
//! Either the later step is moved forward, as far as it can be, directly behind the step of its
//! thread before it: so it is done before whole crowds of threads that do the same. Or, where its
//! thread still had other things to do first, the thread of the earlier step is held back.

use std::sync::Arc;

use super::balanced::Balanced;
use super::known::Known;
use super::strategy::{Situation, Strategy};
use super::trace::Trace;
use crate::schedule::{Choice, Random};
use crate::value::object::TaskId;

/// A schedule with one change.
#[derive(Clone)]
pub(super) struct Change {
    /// The schedule that is varied.
    pub(super) base: Arc<Trace>,
    /// So many of its steps stay as they were.
    pub(super) from: usize,
    pub(super) moved: Moved,
    /// The thread of the step that comes later now: it goes on for as long as it can.
    pub(super) overtaken: TaskId,
    /// What comes then.
    pub(super) rest: Rest,
}

/// How a schedule goes on behind what is planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Rest {
    /// Whoever has most left to do goes next.
    Balanced,
    /// Nobody is interrupted.
    #[default]
    Usual,
}

/// What is changed behind the steps that stay.
#[derive(Clone, Copy)]
pub(super) enum Moved {
    /// This thread does its next step now.
    Forward(TaskId),
    /// The overtaken thread is held back until the others have come to this step of the schedule.
    Back(usize),
}

impl Moved {
    pub(super) fn is_back(self) -> bool {
        matches!(self, Self::Back(..))
    }
}

impl Change {
    /// What is planned: to be done in this order, as far as it is possible.
    fn plan(&self) -> Vec<Choice> {
        let events = &self.base.events;
        let same = events.iter().take(self.from).skip(self.base.opening);
        let mut plan: Vec<Choice> = same.map(|event| event.choice).collect();
        match self.moved {
            Moved::Forward(task) => plan.push(Choice::Step(task)),
            Moved::Back(until) => {
                let between = events
                    .iter()
                    .take(until + 1)
                    .skip(self.from.max(self.base.opening));
                let others = between.map(|event| event.choice);
                plan.extend(others.filter(|choice| choice.task() != self.overtaken));
            }
        }
        plan
    }
}

/// See the head of the file.
pub(super) struct Reversal {
    /// What is still planned, the next one last.
    plan: Vec<Choice>,
    /// The thread that goes on then, and what comes behind that.
    overtaken: Option<TaskId>,
    rest: Rest,
    balanced: Balanced,
}

impl Reversal {
    pub(super) fn new(change: Option<&Change>) -> Self {
        let mut plan = change.map(Change::plan).unwrap_or_default();
        plan.reverse();
        Self {
            plan,
            overtaken: change.map(|change| change.overtaken),
            rest: change.map_or(Rest::Usual, |change| change.rest),
            balanced: Balanced::default(),
        }
    }
}

impl Strategy for Reversal {
    fn begin(&mut self, random: Random, known: &Known) {
        self.balanced.begin(random, known);
    }

    fn next(&mut self, at: &mut Situation<'_>) -> usize {
        let mut planned = None;
        while planned.is_none()
            && let Some(choice) = self.plan.pop()
        {
            planned = at.index_of(choice);
        }
        let goes_on = || at.index_of(Choice::Step(self.overtaken?));
        let next = match (planned.or_else(goes_on), self.rest) {
            (Some(next), _) => next,
            (None, Rest::Usual) => at.usual(),
            (None, Rest::Balanced) => self.balanced.best(at),
        };
        // What is balanced depends on who went when.
        self.balanced.note(at.choices[next].task(), at.step);
        next
    }

    fn wants_touches(&self) -> bool {
        false
    }
}
