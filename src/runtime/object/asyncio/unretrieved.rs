//! What the tasks of a loop have forgotten: to await what they made, and to look at an error.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::sync::Arc;

use super::Gather;
use crate::pos::Pos;
use crate::value::object::{Failure, ObjectId, TaskId};
use crate::value::{EncodeState, Fault, StateEncoder};

/// What follows was never awaited: in the words for what the runner of a loop waits for.
pub const NOBODY_HAS_AWAITED: &str = "; nobody has awaited ";

/// Something that was never awaited so far.
#[derive(Clone, Debug)]
struct Forgotten {
    object: ObjectId,
    what: &'static str,
    pos: Pos,
    /// Who made it, and its name, when it has ended since.
    by: TaskId,
    name: Option<Arc<str>>,
}

impl EncodeState for Forgotten {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // Its number; what is forgotten is encoded in their order.
            object: _,
            what,
            pos,
            by,
            name,
        } = self;
        (*what, pos, by, name).encode_state(encoder);
    }
}

/// A task that failed, whose error nobody has seen so far.
#[derive(Clone, Debug)]
struct Unseen {
    name: Arc<str>,
    /// What is said of it.
    what: &'static str,
    fault: Arc<Fault>,
}

impl EncodeState for Unseen {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { name, what, fault } = self;
        (name, *what, fault).encode_state(encoder);
    }
}

/// What was forgotten so far; most of it will be remembered in time.
#[derive(Clone, Debug, Default)]
pub(super) struct Unretrieved {
    /// Invariant: in the order of their numbers. Almost always the last or the first is awaited next.
    forgotten: VecDeque<Forgotten>,
    unseen: BTreeMap<TaskId, Unseen>,
}

impl EncodeState for Unretrieved {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { forgotten, unseen } = self;
        (forgotten, unseen).encode_state(encoder);
    }
}

impl Unretrieved {
    /// Something was made by a task, and shall be awaited.
    pub(super) fn made(&mut self, object: ObjectId, what: &'static str, pos: Pos, by: TaskId) {
        let place = self.forgotten.partition_point(|made| made.object < object);
        let made = Forgotten {
            object,
            what,
            pos,
            by,
            name: None,
        };
        self.forgotten.insert(place, made);
    }

    /// It is awaited.
    pub(super) fn awaited(&mut self, object: ObjectId) {
        let place = (self.forgotten).binary_search_by_key(&object, |made| made.object);
        if let Ok(place) = place {
            self.forgotten.remove(place);
        }
    }

    /// A task has ended, which may have made some of it.
    pub(super) fn maker_ended(&mut self, task: TaskId, name: &Arc<str>) {
        for forgotten in &mut self.forgotten {
            if forgotten.by == task {
                forgotten.name = Some(name.clone());
            }
        }
    }

    /// A task has failed; `what` is what is said of it.
    pub(super) fn failed(
        &mut self,
        task: TaskId,
        name: Arc<str>,
        what: &'static str,
        fault: Arc<Fault>,
    ) {
        self.unseen.insert(task, Unseen { name, what, fault });
    }

    /// Notes that its error was seen.
    pub(super) fn seen(&mut self, task: TaskId) {
        self.unseen.remove(&task);
    }

    /// Returns what to warn of at the end; the main task `has_failed`, or has reached it.
    pub(super) fn warnings(&mut self, has_failed: bool) -> impl Iterator<Item = Failure> {
        let forgotten = std::mem::take(&mut self.forgotten).into_iter();
        let forgotten = forgotten
            // Its tasks run anyway, and main may not have come to where it is awaited.
            .filter(move |forgotten| !(has_failed && forgotten.what == Gather::NAME))
            .map(
                |Forgotten {
                     what,
                     pos,
                     by,
                     name,
                     ..
                 }| Failure {
                    message: format!("{what} was never awaited: write `await {what}(...)`"),
                    pos,
                    about: name.map(|name| (by, name)),
                },
            );
        let unseen = std::mem::take(&mut self.unseen).into_iter();
        forgotten.chain(unseen.map(|(task, Unseen { name, what, fault })| Failure {
            message: format!("{what}: {}", fault.kind),
            pos: fault.pos,
            about: Some((task, name)),
        }))
    }

    /// What was not awaited so far, as the end of a sentence.
    pub(super) fn in_words(&self) -> String {
        let mut words = String::new();
        for (at, forgotten) in self.forgotten.iter().enumerate() {
            words += match at {
                0 => NOBODY_HAS_AWAITED,
                _ => ", ",
            };
            let _ = write!(words, "{} in {}", forgotten.what, forgotten.pos.at());
        }
        words
    }
}

crate::value::state_key_test! { forgotten_key, Forgotten, Forgotten { object: ObjectId(1), what: "sleep", pos: Pos::NONE, by: TaskId(2), name: None };
    what: "gather",
    pos: Pos::new(2, 3),
    by: TaskId(3),
    name: Some("t".into()),
    ; left out object
}

crate::value::state_key_test! { unseen_key, Unseen, Unseen { name: "t".into(), what: "it has failed", fault: fault() };
    name: "u".into(),
    what: "other",
    fault: Arc::new(Fault::new(crate::value::FaultKind::Deadlock, Pos::NONE)),
}
