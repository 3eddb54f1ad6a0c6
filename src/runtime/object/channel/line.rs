//! Who waits at one end of a channel, in the order of arrival: threads, and the tickets of those
//! who wait for one of several channels.

use std::collections::VecDeque;

use super::super::tickets::Claim;
use crate::value::object::{Ctx, TaskId};
use crate::value::{EncodeState, StateEncoder, Value};

/// One who waits.
#[derive(Clone, Debug)]
pub(super) struct Waiter<T> {
    pub(super) task: TaskId,
    /// What it wants, or what it brings.
    pub(super) has: T,
    /// How long it waits at most, in seconds; 0 for no limit.
    pub(super) seconds: f64,
    /// Its ticket, when it waits for other channels too.
    pub(super) claim: Option<Claim>,
}

impl<T: EncodeState> EncodeState for Waiter<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            task,
            has,
            seconds,
            claim,
        } = self;
        (task, has, seconds, claim).encode_state(encoder);
    }
}

/// A line of those who wait.
#[derive(Clone, Debug)]
pub(super) struct Line<T> {
    waiting: VecDeque<Waiter<T>>,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
        }
    }
}

impl<T: EncodeState> EncodeState for Line<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { waiting } = self;
        waiting.encode_state(encoder);
    }
}

impl<T> Line<T> {
    /// One that waits, for tests.
    #[cfg(test)]
    pub(super) fn one(has: T) -> Self {
        let mut line = Self::default();
        line.add(Waiter {
            task: TaskId(2),
            has,
            seconds: 0.0,
            claim: None,
        });
        line
    }

    pub(super) fn add(&mut self, waiter: Waiter<T>) {
        self.waiting.push_back(waiter);
    }

    /// Whether a thread other than `task` waits: a thread never meets itself, though a select may have a
    /// ticket at both ends.
    pub(super) fn has_other_than(&self, task: TaskId) -> bool {
        self.waiting.iter().any(|waiter| waiter.task != task)
    }

    pub(super) fn contains(&self, task: TaskId) -> bool {
        self.waiting.iter().any(|waiter| waiter.task == task)
    }

    /// Takes out the first one, other than the thread that asks. A ticket is claimed; one that was
    /// claimed elsewhere is dropped.
    pub(super) fn next(&mut self, ctx: &mut Ctx<'_>) -> Option<Waiter<T>> {
        loop {
            let other = |waiter: &Waiter<T>| waiter.task != ctx.task;
            let first = self.waiting.iter().position(other)?;
            let waiter = self.waiting.remove(first)?;
            if waiter.claim.as_ref().is_none_or(|claim| claim.take(ctx)) {
                return Some(waiter);
            }
        }
    }

    /// Takes out the thread `task`, which waits here without a ticket.
    pub(super) fn remove(&mut self, task: TaskId) -> Option<Waiter<T>> {
        let is_it = |waiter: &Waiter<T>| waiter.task == task && waiter.claim.is_none();
        let place = self.waiting.iter().position(is_it)?;
        self.waiting.remove(place)
    }

    /// Takes out all tickets of `watcher`.
    pub(super) fn remove_tickets(&mut self, watcher: &Value) {
        let is_of = |waiter: &Waiter<T>| waiter.claim.as_ref().is_some_and(|c| c.is_of(watcher));
        self.waiting.retain(|waiter| !is_of(waiter));
    }
}

crate::value::state_key_test! { waiter_key, Waiter, Waiter { task: TaskId(2), has: 1, seconds: 0.0, claim: None };
    task: TaskId(3),
    has: 2,
    seconds: 1.0,
    claim: Claim::from_args(&[Value::Object(object()), Value::Int(1), Value::Cell(Claim::open())]),
}
