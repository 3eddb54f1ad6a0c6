//! The threads that wait on a queue: for an item, for room, for the end of all tasks.
//!
//! Both sides are served in the order in which they came. A thread that waits for room has left its
//! item here, and is woken when the item stands in the queue: nothing remains to be done. A thread
//! that waits for an item is *notified* to take one: were it handed the item and stopped on the way, the
//! item would be lost with it. Who waits without a limit may find that another thread was faster, as in
//! Python, and waits again; for who waits with a limit an item is kept, so that its time is not over in
//! between.

use std::collections::VecDeque;

use super::super::args::{self, Patience};
use crate::value::object::{Call, Ctx, TaskId, Verb, Wake};
use crate::value::{EncodeState, FaultKind, StateEncoder, Value};

/// The arguments of `get`, and of `put` after the item: `()`, `(seconds)`, `(blocking)` and
/// `(blocking, seconds)`, as in Python, where a time after `false` means nothing.
pub(super) fn patience(verb: Verb, args: &[Value]) -> Result<Patience, FaultKind> {
    let args = match args {
        [blocking @ Value::Bool(false), ..] => std::slice::from_ref(blocking),
        args => args,
    };
    args::patience(Call { verb, args })
}

/// A thread that waits for room, with what it wants to put.
#[derive(Clone, Debug)]
pub(super) struct Putter {
    pub(super) task: TaskId,
    pub(super) item: Value,
    pub(super) seconds: f64,
}

impl EncodeState for Putter {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            task,
            item,
            seconds,
        } = self;
        (task, item, seconds).encode_state(encoder);
    }
}

/// What a thread waited for that was removed.
pub(super) enum Removed {
    /// An item, for so many seconds.
    Get(f64),
    /// Room, for so many seconds.
    Put(f64),
    /// The end of all tasks.
    Join,
    /// It was notified to take an item and has not done so.
    Notified,
    /// It does not wait here, or was granted what it wanted.
    Unknown,
}

/// All threads that wait on one queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    getters: VecDeque<(TaskId, f64)>,
    putters: VecDeque<Putter>,
    joiners: Vec<TaskId>,
    notified: Vec<Notified>,
}

/// A thread that was notified to take an item and has not done so.
#[derive(Clone, Debug)]
struct Notified {
    task: TaskId,
    /// Whether an item is kept for it.
    is_served: bool,
}

impl EncodeState for Notified {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { task, is_served } = self;
        (task, is_served).encode_state(encoder);
    }
}

impl EncodeState for Waiting {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            getters,
            putters,
            joiners,
            notified,
        } = self;
        (getters, putters, joiners, notified).encode_state(encoder);
    }
}

impl Waiting {
    /// How many threads were notified to take an item.
    pub(super) fn notified(&self) -> usize {
        self.notified.len()
    }

    /// How many items are kept for threads other than `task`.
    pub(super) fn kept_from(&self, task: TaskId) -> usize {
        let others = self.notified.iter().filter(|one| one.task != task);
        others.filter(|one| one.is_served).count()
    }

    /// The thread asks, so it has heard what it was notified.
    pub(super) fn heard(&mut self, task: TaskId) {
        self.notified.retain(|notified| notified.task != task);
    }

    pub(super) fn add_getter(&mut self, task: TaskId, seconds: f64) {
        self.getters.push_back((task, seconds));
    }

    pub(super) fn add_putter(&mut self, putter: Putter) {
        self.putters.push_back(putter);
    }

    pub(super) fn add_joiner(&mut self, task: TaskId) {
        self.joiners.push(task);
    }

    /// Tells the first thread that waits for an item to take one; false when none waits.
    pub(super) fn tell_getter(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let Some((task, seconds)) = self.getters.pop_front() else {
            return false;
        };
        let is_served = seconds > 0.0;
        self.notified.push(Notified { task, is_served });
        ctx.wake(task, Wake::Retry);
        true
    }

    /// The first thread that waits for room.
    pub(super) fn next_putter(&mut self) -> Option<Putter> {
        self.putters.pop_front()
    }

    /// Lets those go on who wait for the end of all tasks.
    pub(super) fn wake_joiners(&mut self, ctx: &mut Ctx<'_>) {
        for task in self.joiners.drain(..) {
            ctx.wake(task, Wake::Grant(Value::Unit));
        }
    }

    /// Ends the waits for an item and for room by an error.
    pub(super) fn refuse_all(&mut self, fault: &FaultKind, ctx: &mut Ctx<'_>) {
        let getters = self.getters.drain(..).map(|(task, _)| task);
        let putters = self.putters.drain(..).map(|putter| putter.task);
        for task in getters.chain(putters) {
            ctx.effects.wakes.push((task, Wake::fail(fault.clone())));
        }
    }

    /// Forgets `task`, unless it was notified to take an item: it still does.
    pub(super) fn remove(&mut self, task: TaskId) -> Removed {
        if let Some(index) = self.getters.iter().position(|(getter, _)| *getter == task) {
            let seconds = self.getters.remove(index).map(|(_, seconds)| seconds);
            return Removed::Get(seconds.unwrap_or_default());
        }
        if let Some(index) = self.putters.iter().position(|putter| putter.task == task) {
            let seconds = self.putters.remove(index).map(|putter| putter.seconds);
            return Removed::Put(seconds.unwrap_or_default());
        }
        if let Some(index) = self.joiners.iter().position(|joiner| *joiner == task) {
            self.joiners.remove(index);
            return Removed::Join;
        }
        if self.notified.iter().any(|notified| notified.task == task) {
            return Removed::Notified;
        }
        Removed::Unknown
    }

    pub(super) fn is_joining(&self, task: TaskId) -> bool {
        self.joiners.contains(&task)
    }

    pub(super) fn is_putting(&self, task: TaskId) -> bool {
        self.putters.iter().any(|putter| putter.task == task)
    }

    pub(super) fn is_getting(&self, task: TaskId) -> bool {
        self.getters.iter().any(|(getter, _)| *getter == task)
    }
}

crate::value::state_key_test! { waiting_key, Waiting, Waiting::default();
    getters: [(TaskId(2), 0.0)].into(),
    putters: [Putter { task: TaskId(2), item: Value::Unit, seconds: 0.0 }].into(),
    joiners: vec![TaskId(2)],
    notified: vec![Notified { task: TaskId(2), is_served: true }],
}

crate::value::state_key_test! { notified_key, Notified, Notified { task: TaskId(2), is_served: true };
    task: TaskId(3),
    is_served: false,
}
