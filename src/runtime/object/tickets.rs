//! Waiting for several objects: each of them keeps a ticket, and redeems it once.
//!
//! One who waits for the first of many cannot stand in many lines. It is an object itself, a
//! [`Watch`](super::Watch), and gives each object that it watches a ticket: whom to tell, and under
//! which number. A redeemed ticket is gone. The first notice that suffices ends the wait; those that
//! come later find nobody waiting.
//!
//! Locks are taken in one direction: who watches asks those whom it watches, and they answer by a
//! notice, which is delivered when their own state is free again.

use std::sync::{Arc, Weak};

use crate::value::object::{Attempt, Call, Ctx, Notice, Object, Verb};
use crate::value::{FaultKind, Value};

/// The tickets that an object keeps for those who watch it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tickets {
    /// Who has lost interest is dropped with its last handle; its tickets are worth nothing.
    kept: Vec<(Weak<Object>, Value)>,
}

impl Tickets {
    /// Keeps the ticket that a [`Verb::Watch`] brings.
    pub(super) fn keep(&mut self, call: Call<'_>) -> Attempt {
        self.kept.retain(|(watch, _)| watch.strong_count() > 0);
        if let [Value::Object(watch), number] = call.args {
            self.kept.push((Arc::downgrade(watch), number.clone()));
        }
        Attempt::Done(Value::Unit)
    }

    /// Tells all who watch, once, what there is to say.
    pub(super) fn redeem(&mut self, says: &Value, ctx: &mut Ctx<'_>) {
        for (watch, number) in std::mem::take(&mut self.kept) {
            if let Some(to) = watch.upgrade() {
                let args = [number, says.clone()];
                ctx.notify(Notice { to, args });
            }
        }
    }
}

/// Gives `object` a ticket for the one who asks, under `number`. What it says if it is ready now.
pub(super) fn watch(
    object: &Arc<Object>,
    number: usize,
    ctx: &mut Ctx<'_>,
) -> Result<Option<Value>, FaultKind> {
    let args = [Value::Object(ctx.this.clone()), Value::Int(number as i64)];
    match super::pool_thread::ask(object, Verb::Watch, &args, ctx) {
        Attempt::Done(Value::Unit) => Ok(None),
        Attempt::Done(says) => Ok(Some(says)),
        Attempt::Fail(kind) => Err(*kind),
        _ => Err(FaultKind::mismatch(
            "something that can be waited for",
            &Value::Object(object.clone()),
        )),
    }
}
