//! What a way to choose schedules is asked, and which ways there are.
//!
//! A strategy sees what can happen next and what each thread is about to touch. It knows nothing of
//! how steps are done, and it can choose nothing that is not possible: it answers with an index.

use std::fmt;

use super::balanced::Balanced;
use super::delays::Delays;
use super::known::Known;
use super::partial_order::PartialOrder;
use super::priorities::Priorities;
use super::reversal::Reversal;
use super::selective::Selective;
use super::uniform::Uniform;
use super::usual::Usual;
use crate::schedule::{Choice, Random, Walk};
use crate::value::object::TaskId;
use crate::vm::Touch;

/// Where a schedule has come to.
pub(super) struct Situation<'a> {
    /// What can happen next: never nothing.
    pub(super) choices: &'a [Choice],
    /// For each choice, what it touches, if it is known and the strategy wants to know.
    pub(super) touches: &'a [Option<Touch>],
    /// The thread that did the last step.
    pub(super) last: TaskId,
    /// How many steps came before.
    pub(super) step: usize,
    /// What earlier schedules have taught.
    pub(super) known: &'a Known,
    pub(super) walk: &'a mut Walk,
}

impl Situation<'_> {
    /// What a run does that nobody interrupts: the last thread goes on, or the first that can.
    pub(super) fn usual(&self) -> usize {
        self.index_of(Choice::Step(self.last)).unwrap_or(0)
    }

    pub(super) fn index_of(&self, choice: Choice) -> Option<usize> {
        self.choices.iter().position(|other| *other == choice)
    }

    /// Whether a choice touches what threads were seen to touch in conflict.
    pub(super) fn is_hot(&self, index: usize) -> bool {
        self.touches[index].is_some_and(|touch| self.known.is_hot(touch.by))
    }
}

/// A way to choose schedules.
pub(super) trait Strategy {
    /// Readies it for another schedule, drawn from `random`.
    fn begin(&mut self, random: Random, known: &Known);

    /// Which of the choices comes next, as an index.
    fn next(&mut self, at: &mut Situation<'_>) -> usize;

    /// Whether it wants to know what the choices touch.
    fn wants_touches(&self) -> bool {
        true
    }
}

/// The strategies there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Whoever has most left to do goes next.
    Balanced,
    /// Nobody is interrupted.
    Usual,
    /// One step of an earlier schedule comes before what it came after.
    Reversal,
    /// Partial-order sampling.
    PartialOrder,
    /// Selectively uniform random walk.
    Selective,
    /// Random priorities with change points.
    Priorities,
    /// A few delays at random places.
    Delays,
    /// Every choice as likely as the others.
    Uniform,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Balanced,
        Self::Usual,
        Self::Reversal,
        Self::PartialOrder,
        Self::Selective,
        Self::Priorities,
        Self::Delays,
        Self::Uniform,
    ];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Balanced => "balanced",
            Self::Usual => "uninterrupted",
            Self::Reversal => "reversal",
            Self::PartialOrder => "partial-order",
            Self::Selective => "selectively uniform",
            Self::Priorities => "random priorities",
            Self::Delays => "delays",
            Self::Uniform => "uniform",
        }
    }

    /// The one that chooses the schedule with this number, from 0. The first one finds most with one
    /// schedule. Then plain random choices take turns with what hardly depends on chance: an easy
    /// mistake is found by the one at once, a hard one soon by the other.
    pub(super) fn of_schedule(index: u64) -> Self {
        const FIRST: [Kind; 12] = [
            Kind::Balanced,
            Kind::Reversal,
            Kind::Usual,
            Kind::PartialOrder,
            Kind::Reversal,
            Kind::Uniform,
            Kind::Reversal,
            Kind::PartialOrder,
            Kind::Reversal,
            Kind::Selective,
            Kind::Reversal,
            Kind::Uniform,
        ];
        const THEN: [Kind; 10] = [
            Kind::PartialOrder,
            Kind::Reversal,
            Kind::Selective,
            Kind::Reversal,
            Kind::Priorities,
            Kind::Reversal,
            Kind::Delays,
            Kind::Reversal,
            Kind::Uniform,
            Kind::Reversal,
        ];
        match FIRST.get(index as usize) {
            Some(kind) => *kind,
            None => THEN[(index as usize - FIRST.len()) % THEN.len()],
        }
    }

    /// The one that takes the turn of a reversal when there is nothing to reverse.
    pub(super) fn instead(index: u64) -> Self {
        const OTHERS: [Kind; 3] = [Kind::Selective, Kind::PartialOrder, Kind::Priorities];
        OTHERS[(index / 2) as usize % OTHERS.len()]
    }

    /// Makes one. A reversal still has to be told what it reverses.
    pub(super) fn strategy(self) -> Box<dyn Strategy> {
        match self {
            Self::Balanced => Box::new(Balanced::default()),
            Self::Usual => Box::new(Usual),
            Self::Reversal => Box::new(Reversal::new(None)),
            Self::PartialOrder => Box::new(PartialOrder::default()),
            Self::Selective => Box::new(Selective::default()),
            Self::Priorities => Box::new(Priorities::default()),
            Self::Delays => Box::new(Delays::default()),
            Self::Uniform => Box::new(Uniform::default()),
        }
    }
}

/// Its name for people.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Balanced => "balanced",
            Self::Usual => "uninterrupted",
            Self::Reversal => "reversal",
            Self::PartialOrder => "partial-order sampling",
            Self::Selective => "selective random walk",
            Self::Priorities => "PCT",
            Self::Delays => "delays",
            Self::Uniform => "random walk",
        })
    }
}
