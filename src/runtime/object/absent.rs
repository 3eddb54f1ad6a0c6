//! What stands in another process for a top-level variable's lock, thread or other object, of which
//! there is only one: a task that never touches it runs, one that does is told.

use crate::value::object::{Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Waiting};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, with_article};

/// A stand-in.
#[derive(Clone, Debug)]
pub struct Absent {
    variable: String,
    kind: String,
}

impl Absent {
    /// The name of the type.
    pub const KIND: &str = "Absent";

    /// For an object of this kind in the top-level variable of this name.
    pub fn new(variable: &str, kind: &str) -> Self {
        Self {
            variable: variable.into(),
            kind: kind.into(),
        }
    }

    /// The variable and the kind that it was made with.
    pub fn names(&self) -> (String, String) {
        (self.variable.clone(), self.kind.clone())
    }
}

impl EncodeState for Absent {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { variable, kind } = self;
        (variable, kind).encode_state(encoder);
    }
}

impl Primitive for Absent {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn attempt(&mut self, call: Call<'_>, _ctx: &mut Ctx<'_>) -> Attempt {
        let Self { variable, kind } = self;
        let kind = with_article(kind);
        Attempt::fail(FaultKind::misuse(
            Class::TypeError,
            &format!(
                "{} of `{variable}`, {kind}, in another process",
                call.verb.name().trim_matches(['<', '>'])
            ),
            &format!("processes share nothing, and {kind} cannot be copied into another one"),
            &format!(
                "give the task plain values and take its result; what is to share {kind} are \
                 threads: ThreadPoolExecutor"
            ),
        ))
    }

    fn cancel_wait(&mut self, _task: TaskId, _why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        Attempt::Unknown
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting::default()
    }

    fn state_text(&self) -> String {
        format!("{} in another process", self.kind)
    }
}

crate::value::state_key_test! { absent_key, Absent, Absent::new("a", "Lock");
    variable: "b".into(),
    kind: "Event".into(),
}
