//! Threads that wait: for the end of a thread or task, an event, a permit.

use std::collections::VecDeque;
use std::time::Duration;

use crate::value::object::{Attempt, CancelReason, Ctx, TaskId, Wake};
use crate::value::{EncodeState, StateEncoder};

/// The threads that wait, in the order in which they came, each with what it wants.
#[derive(Clone, Debug)]
pub(super) struct Waiters<T> {
    waiting: VecDeque<(TaskId, T)>,
}

impl<T> Default for Waiters<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
        }
    }
}

impl<T: EncodeState> EncodeState for Waiters<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { waiting } = self;
        waiting.encode_state(encoder);
    }
}

impl<T> Waiters<T> {
    /// One thread that waits, for tests.
    #[cfg(test)]
    pub(super) fn one(task: u64, wants: T) -> Self {
        Self {
            waiting: [(TaskId(task), wants)].into(),
        }
    }

    /// Notes the thread that asks and lets it wait.
    pub(super) fn wait(&mut self, wants: T, limit: Option<Duration>, ctx: &Ctx<'_>) -> Attempt {
        self.waiting.push_back((ctx.task, wants));
        Attempt::Wait(limit)
    }

    /// Those that wait, in the order in which they came, each with what it wants.
    pub(super) fn iter(&self) -> impl Iterator<Item = (TaskId, &T)> {
        self.waiting.iter().map(|(task, wants)| (*task, wants))
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether `task` waits.
    pub(super) fn contains(&self, task: TaskId) -> bool {
        self.waiting.iter().any(|(waiter, _)| *waiter == task)
    }

    /// Takes out the one that came first.
    pub(super) fn pop(&mut self) -> Option<(TaskId, T)> {
        self.waiting.pop_front()
    }

    /// Wakes each thread for which `answer` has one.
    pub(super) fn wake_with(
        &mut self,
        ctx: &mut Ctx<'_>,
        mut answer: impl FnMut(&T) -> Option<Wake>,
    ) {
        self.waiting.retain(|(task, wants)| match answer(wants) {
            Some(wake) => {
                ctx.effects.wakes.push((*task, wake));
                false
            }
            None => true,
        });
    }

    /// Forgets `task` and says how its wait ends: by `timeout` when its time was over. A thread
    /// that is no longer here has been granted what it wanted; nobody else loses by that.
    pub(super) fn cancel_wait(
        &mut self,
        task: TaskId,
        why: CancelReason,
        timeout: impl FnOnce(T) -> Attempt,
    ) -> Attempt {
        let found = self.waiting.iter().position(|(waiter, _)| *waiter == task);
        let found = found.and_then(|index| self.waiting.remove(index));
        match (found, why) {
            (Some((_, wants)), CancelReason::Timeout) => timeout(wants),
            (None, CancelReason::Timeout) => Attempt::Wait(None),
            (_, CancelReason::Stop) => Attempt::Done(crate::value::Value::Unit),
        }
    }
}
