//! What explaining asks of whoever knows the states of a program. A test is a question about other
//! runs: what would have become of this one, had threads gone on in another order from some step on?

use crate::trace::{Trace, TraceEvent};
use crate::value::object::TaskId;

/// Answers for one failing run. Its states are numbered by the steps done: state 0 is the beginning, and
/// step `at` leads from state `at` to the next one.
pub trait Oracle {
    /// How many steps the failing run has.
    fn steps(&self) -> usize;

    /// Whether the answers are exact: otherwise that nothing was found says nothing.
    fn is_exact(&self) -> bool;

    /// Whether a run without this failure can be reached from state `at`.
    fn can_pass(&mut self, at: usize) -> bool;

    /// What other threads could do in state `at` instead of the run's own step such that the failure
    /// can still be avoided.
    fn avoiding(&mut self, at: usize) -> Vec<TraceEvent>;

    /// Goes on from state `from` by these legs, one after the other. Where a thread cannot go on, those of
    /// the legs before go on with what they do: they may hold what it needs.
    fn play(&mut self, from: usize, legs: &[Leg]) -> Played;

    /// A run without this failure, from state `at` to its end: only what follows that state is in the
    /// trace. Nothing when there is none.
    fn passing_run(&mut self, at: usize) -> Option<Trace>;
}

/// A part of a run in which one thread goes on alone.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The thread.
    pub thread: TaskId,
    /// Until it has done this, or for as long as it can.
    pub until: Option<TraceEvent>,
    /// Whether its end will do as well.
    pub or_ends: bool,
}

impl Leg {
    /// The thread goes on for as long as it can.
    pub fn of(thread: TaskId) -> Self {
        Self {
            thread,
            until: None,
            or_ends: false,
        }
    }

    /// The thread of this event goes on until it has done it.
    pub fn until(event: &TraceEvent) -> Self {
        Self {
            thread: event.thread,
            until: Some(event.clone()),
            or_ends: false,
        }
    }

    /// Whether it goes on until this event.
    pub fn is_until(&self, event: &TraceEvent) -> bool {
        self.until
            .as_ref()
            .is_some_and(|until| event.is_like(until))
    }
}

/// What has become of a run that was led on.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// Whether all legs came to where they should.
    pub is_complete: bool,
    /// Whether a run without the failure can be reached from there.
    pub can_pass: bool,
    /// Whether any failing run can be reached from there, as far as that is known.
    pub can_fail: bool,
    /// Whether it came back to the state that it began in.
    pub returns: bool,
    /// What was done.
    pub events: Vec<TraceEvent>,
}

impl Played {
    /// Whether it came to where it should, and the failure can be avoided there.
    pub fn avoids(&self) -> bool {
        self.is_complete && self.can_pass
    }

    /// Whether it came to where it should, and nothing can fail from there on.
    pub fn is_safe(&self) -> bool {
        self.avoids() && !self.can_fail
    }
}

/// The decisive step of a failing run: the last one from a state where the failure could be avoided to
/// one where it could not (after Choi and Zeller, "Isolating failure-inducing thread schedules", 2002;
/// exact where all states are known). Nothing when it could not be avoided from the beginning.
pub fn decisive_step(oracle: &mut dyn Oracle) -> Option<usize> {
    (0..oracle.steps()).rev().find(|at| oracle.can_pass(*at))
}
