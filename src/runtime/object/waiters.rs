//! Threads that wait for an end: of a thread, a task, all tasks of a pool.

use std::time::Duration;

use crate::value::object::{Attempt, Ctx, TaskId, Wake, Withdrawal};

/// The threads that wait, in the order in which they came, each with what it wants.
#[derive(Clone, Debug)]
pub(super) struct Waiters<T> {
    waiting: Vec<(TaskId, T)>,
}

impl<T> Default for Waiters<T> {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
        }
    }
}

impl<T> Waiters<T> {
    /// Notes the thread that asks and lets it wait.
    pub(super) fn wait(&mut self, wants: T, limit: Option<Duration>, ctx: &Ctx<'_>) -> Attempt {
        self.waiting.push((ctx.task, wants));
        Attempt::Wait(limit)
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
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
    pub(super) fn withdraw(
        &mut self,
        task: TaskId,
        why: Withdrawal,
        timeout: impl FnOnce(T) -> Attempt,
    ) -> Attempt {
        let found = self.waiting.iter().position(|(waiter, _)| *waiter == task);
        match (found, why) {
            (Some(index), Withdrawal::Timeout) => timeout(self.waiting.remove(index).1),
            (Some(index), Withdrawal::Stop) => {
                self.waiting.remove(index);
                Attempt::Done(crate::value::Value::Unit)
            }
            (None, Withdrawal::Timeout) => Attempt::Wait(None),
            (None, Withdrawal::Stop) => Attempt::Done(crate::value::Value::Unit),
        }
    }
}
