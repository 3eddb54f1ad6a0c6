//! A flag that threads wait for: Python's `threading.Event`.
//!
//! Setting it lets all go on who wait, even if it is cleared at once. So where an event is cleared, to
//! arrive is to do something: who has arrived is among those who wait. Where it stays set, it makes no
//! difference when a thread has arrived.

use super::args;
use super::waiters::Waiters;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{EncodeState, FaultKind, StateEncoder, Value};

/// An event.
#[derive(Clone, Debug)]
pub struct Event {
    made_at: Pos,
    /// Invariant: while it is set, nobody waits.
    is_set: bool,
    waiters: Waiters<()>,
}

impl Event {
    /// An event that is not set. The position is for messages.
    pub fn new(made_at: Pos) -> Self {
        Self {
            made_at,
            is_set: false,
            waiters: Waiters::default(),
        }
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if call.verb == Verb::Wait {
            let limit = args::limit(call)?;
            return Ok(match self.is_set {
                true => Attempt::Done(true.into()),
                false => self.waiters.wait((), limit, ctx),
            });
        }
        match call.verb {
            Verb::Set => {
                args::none(call)?;
                self.is_set = true;
                // Each has seen it set, even if it is cleared before they run.
                let seen = |_: &()| Some(Wake::Grant(true.into()));
                self.waiters.wake_with(ctx, seen);
                Ok(Attempt::Done(Value::Unit))
            }
            Verb::Clear => {
                args::none(call)?;
                self.is_set = false;
                Ok(Attempt::Done(Value::Unit))
            }
            Verb::IsSet => args::none(call).map(|()| Attempt::Done(self.is_set.into())),
            _ => Ok(Attempt::Unknown),
        }
    }
}

impl EncodeState for Event {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            is_set,
            waiters,
        } = self;
        (is_set, waiters).encode_state(encoder);
    }
}

impl Primitive for Event {
    fn kind(&self) -> &'static str {
        "Event"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    fn is_ready(&self, call: Call<'_>, _task: TaskId) -> bool {
        // With a limit, arriving starts the clock.
        let is_endless = call.verb == Verb::Wait && call.args.is_empty();
        !is_endless || self.is_set
    }

    fn arrival_counts(&self, call: Call<'_>) -> bool {
        call.verb == Verb::Wait
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        let timeout = |()| Attempt::Done(false.into());
        self.waiters.cancel_wait(task, why, timeout)
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting {
            what: format!("{} to be set", args::made_in("Event", self.made_at)),
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        if self.is_set { "set" } else { "not set" }.into()
    }
}

crate::value::state_key_test! { event_key, Event, Event::new(Pos::NONE);
    is_set: true,
    waiters: Waiters::one(2, ()),
    ; left out made_at
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;

    #[test]
    fn setting_wakes_all_and_lasts_until_it_is_cleared() {
        let mut table = Table::default();
        let event = table.add(Event::new(Pos::NONE));
        table.waits(&event, 1, Verb::Wait, &[]);
        table.waits(&event, 2, Verb::Wait, &[Value::Float(0.5)]);
        table.done(&event, 3, Verb::IsSet, &[], "false");
        table.done(&event, 3, Verb::Set, &[], "()");
        table.done(&event, 3, Verb::Set, &[], "()");
        assert_eq!(table.wakes(), ["1: true", "2: true"]);
        table.done(&event, 1, Verb::Wait, &[], "true");
        table.done(&event, 3, Verb::Clear, &[], "()");
        table.waits(&event, 1, Verb::Wait, &[Value::Float(0.5)]);
        let answer = table.cancel_wait(&event, 1, CancelReason::Timeout);
        assert!(matches!(answer, Attempt::Done(Value::Bool(false))));
        assert_eq!(event.text(), "Event(not set)");
    }
}
