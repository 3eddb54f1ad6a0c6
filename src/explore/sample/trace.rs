//! What one schedule did, step by step, in numbers.

use super::super::trail::Decision;
use super::reversal::Rest;
use crate::schedule::Choice;
use crate::vm::{Instruction, Touch};

/// One step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) choice: Choice,
    /// Its place among the choices that there were.
    pub(super) rank: u32,
    /// What it touched; unknown in schedules that nobody learns from.
    pub(super) touch: Option<Touch>,
    /// Since how many steps from the beginning it could have been done; only where `touch` is
    /// known.
    pub(super) possible_since: u32,
}

/// One schedule.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    pub(super) events: Vec<Event>,
    /// So many of them come first in every run, as there is no choice.
    pub(super) opening: usize,
    /// The numbers that the script drew, each with the step that it was drawn in.
    pub(super) draws: Vec<(u32, u64)>,
    /// How it went on, for those that are varied.
    pub(super) rest: Rest,
    /// Whether it is varied although nothing in it may be new.
    pub(super) is_first: bool,
}

impl Trace {
    /// Becomes that of a run that begins with `opening`.
    pub(super) fn begin(&mut self, opening: &[Event]) {
        self.events.clear();
        self.events.extend_from_slice(opening);
        self.opening = opening.len();
        self.draws.clear();
    }

    /// The instruction of a step, if it touches anything.
    pub(super) fn by(&self, step: usize) -> Option<Instruction> {
        Some(self.events.get(step)?.touch?.by)
    }

    /// The numbers that were drawn in a step.
    pub(super) fn draws_of(&self, step: usize) -> Vec<u64> {
        let draws = self.draws.iter();
        let own = draws.filter(|(at, _)| *at as usize == step);
        own.map(|(_, number)| *number).collect()
    }

    /// The decisions in the first so many steps.
    pub(super) fn decisions(&self, steps: usize) -> Vec<Decision> {
        let mut draws = self.draws.iter().peekable();
        let events = self.events.iter().take(steps).enumerate();
        let decision = |(step, event): (usize, &Event)| {
            let mut own = Vec::new();
            while let Some((_, number)) = draws.next_if(|(at, _)| *at as usize == step) {
                own.push(*number);
            }
            Decision {
                choice: event.choice,
                rank: event.rank,
                draws: own,
            }
        };
        events.map(decision).collect()
    }
}
