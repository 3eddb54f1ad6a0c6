//! What stands here for an object whose state is in the process that has started this one: a queue
//! that both share. It passes each request on, and its thread waits for the answer.

use std::collections::BTreeSet;

use crate::value::object::{Attempt, Call, CancelReason, Ctx, Primitive, Request, TaskId, Waiting};
use crate::value::operation::Operation;
use crate::value::{EncodeState, StateEncoder};

/// A stand-in.
#[derive(Clone, Debug)]
pub struct Remote {
    kind: &'static str,
    /// The object's number in the other process.
    number: u64,
    /// The threads that have asked and were not answered yet.
    asking: BTreeSet<TaskId>,
}

impl Remote {
    /// For the object of this number and kind.
    pub fn new(kind: &'static str, number: u64) -> Self {
        Self {
            kind,
            number,
            asking: BTreeSet::new(),
        }
    }
}

impl EncodeState for Remote {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            kind,
            number,
            asking,
        } = self;
        (*kind, number, asking).encode_state(encoder);
    }
}

impl Primitive for Remote {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        // What calls back into the script does so here.
        if call.verb.on(self.kind) == Operation::UNKNOWN && call.verb.can_be_typed() {
            return Attempt::Unknown;
        }
        self.asking.insert(ctx.task);
        ctx.effects.requests.push(Request {
            task: ctx.task,
            object: self.number,
            verb: call.verb,
            args: call.args.to_vec(),
        });
        Attempt::Wait(None)
    }

    /// Only a thread that is stopped gives up here: limits are kept where the state is.
    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        match why {
            CancelReason::Timeout => Attempt::Wait(None),
            CancelReason::Stop => {
                self.asking.remove(&task);
                Attempt::Done(crate::value::Value::Unit)
            }
        }
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("the {} of another process", self.kind),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        "of another process".into()
    }
}

crate::value::state_key_test! { remote_key, Remote, Remote::new("Queue", 1);
    kind: "Lock",
    number: 2,
    asking: [TaskId(2)].into(),
}
