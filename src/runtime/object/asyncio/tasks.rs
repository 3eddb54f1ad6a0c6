//! The tasks that a gather, a group and their kin are made of, and which of them have ended.

use std::sync::Arc;

use super::task::Task;
use crate::value::object::{Call, Ctx, Object};
use crate::value::{EncodeState, StateEncoder, Value};

/// Tasks in their order. One may stand there more than once.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks {
    all: Vec<Arc<Object>>,
    /// The places of those of whose end the event loop has told, in that order.
    ended: Vec<usize>,
}

impl EncodeState for Tasks {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { all, ended } = self;
        (all, ended).encode_state(encoder);
    }
}

impl Tasks {
    /// One task that has not ended, for tests.
    #[cfg(test)]
    pub(super) fn one() -> Self {
        Self {
            all: vec![crate::value::encode::samples::object()],
            ended: Vec::new(),
        }
    }

    /// Adds a task; `watcher`, to which they belong, is notified of its end by
    /// [`Verb::Ready`](crate::value::object::Verb::Ready).
    pub(super) fn add(&mut self, task: Arc<Object>, watcher: &Arc<Object>) {
        Task::tell_end(&task, watcher, self.all.len());
        self.all.push(task);
    }

    pub(super) fn all(&self) -> &[Arc<Object>] {
        &self.all
    }

    /// Those that have ended, in the order in which they did.
    pub(super) fn ended(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.ended.iter().map(|place| &self.all[*place])
    }

    /// What the event loop tells: which one has ended.
    pub(super) fn note(&mut self, call: Call<'_>) -> Option<Arc<Object>> {
        let place = call.args.first().and_then(Value::as_int)?;
        let place = usize::try_from(place).ok()?;
        let task = self.all.get(place)?.clone();
        self.ended.push(place);
        Some(task)
    }

    /// Whether all have ended.
    pub(super) fn are_done(&self) -> bool {
        self.ended.len() == self.all.len()
    }

    /// No longer has `watcher` notified of the end of those that have not ended.
    pub(super) fn forget_watcher(&self, watcher: &Arc<Object>) {
        for task in &self.all {
            task.change(|task: &mut Task| task.forget_watcher(watcher));
        }
    }

    /// Cancels all; whether one of them had not ended.
    pub(super) fn cancel(&self, ctx: &mut Ctx<'_>) -> bool {
        let mut was_pending = false;
        for task in &self.all {
            was_pending |= task
                .change(|task: &mut Task| task.cancel(ctx))
                .unwrap_or_default();
        }
        was_pending
    }

    /// How many have not ended, of how many: for people.
    pub(super) fn left(&self) -> String {
        let all = self.all.len();
        format!("{} of {all} are not done", all - self.ended.len())
    }
}

crate::value::state_key_test! { tasks_key, Tasks, Tasks::one();
    all: vec![object()],
    ended: vec![0],
}
