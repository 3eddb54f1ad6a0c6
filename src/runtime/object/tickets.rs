//! Waiting for several objects: each of them keeps a ticket, and redeems it once.
//!
//! One who waits for the first of many cannot stand in many lines. It is an object itself, a
//! [`Watch`](super::Watch), and gives each object that it watches a ticket: whom to tell, and under
//! which number. A redeemed ticket is gone. The first notice that suffices ends the wait; those that
//! come later find nobody waiting.
//!
//! Locks are taken in one direction: who watches asks those whom it watches, and they answer by a
//! notice, which is delivered when their own state is free again.
//!
//! What several may have is sent to all: [`Tickets`]. What only one may have is claimed:
//! [`Claim`].

use std::sync::{Arc, Weak};

use crate::value::object::{Attempt, Call, Ctx, Notice, Object, Verb};
use crate::value::{Cell, EncodeState, FaultKind, StateEncoder, Value};

/// The tickets that an object keeps for those who watch it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tickets {
    /// Who has lost interest is dropped with its last handle; its tickets are worth nothing: a notice
    /// to one that no thread can reach any more must have no effect.
    kept: Vec<(Weak<Object>, Value)>,
}

impl EncodeState for Tickets {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { kept } = self;
        for (watch, number) in kept {
            encoder.weak(watch, number.as_int().unwrap_or_default() as u64);
        }
    }
}

impl Tickets {
    /// One ticket, for tests.
    #[cfg(test)]
    pub(super) fn one() -> Self {
        let watch = Arc::downgrade(&crate::value::encode::samples::object());
        let kept = vec![(watch, Value::Int(0))];
        Self { kept }
    }

    /// Whether nobody has one.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

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

/// The ticket of a thread that wants only one of many things, such as one item from one of several
/// channels. A thread that could serve it claims it first; the first claim wins, and ends the wait. The tickets that the others keep are worth nothing then, and are asked back.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    /// Whether it is unclaimed: a variable, so that snapshots restore it.
    open: Arc<Cell>,
    /// Whom to tell that it was claimed.
    watcher: Weak<Object>,
    /// What it is for, by the watcher's own numbers.
    number: i64,
}

impl EncodeState for Claim {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            open,
            watcher,
            number,
        } = self;
        open.encode_state(encoder);
        encoder.weak(watcher, *number as u64);
    }
}

impl Claim {
    /// The mark that all tickets of one wait share.
    pub(super) fn open() -> Arc<Cell> {
        Arc::new(Cell::new(Value::Bool(true)))
    }

    /// Claims whatever shares this mark; whether nobody was faster.
    pub(super) fn take_mark(open: &Cell) -> bool {
        open.update(|open| matches!(std::mem::replace(open, false.into()), Value::Bool(true)))
    }

    /// The ticket in the arguments of [`Verb::Watch`].
    pub(super) fn from_args(args: &[Value]) -> Option<Self> {
        match args {
            [
                Value::Object(watcher),
                Value::Int(number),
                Value::Cell(open),
                ..,
            ] => Some(Self {
                open: open.clone(),
                watcher: Arc::downgrade(watcher),
                number: *number,
            }),
            _ => None,
        }
    }

    /// What it is for, by the watcher's own numbers.
    pub(super) fn number(&self) -> i64 {
        self.number
    }

    /// Whether `watcher` gave it.
    pub(super) fn is_of(&self, watcher: &Value) -> bool {
        matches!(watcher, Value::Object(object) if self.watcher.as_ptr() == Arc::as_ptr(object))
    }

    /// Claims it; whether nobody was faster. The others are asked for their tickets.
    pub(super) fn take(&self, ctx: &mut Ctx<'_>) -> bool {
        let is_first = Self::take_mark(&self.open);
        if is_first && let Some(to) = self.watcher.upgrade() {
            let args = [Value::Int(self.number), Value::Unit];
            ctx.notify(Notice { to, args });
        }
        is_first
    }
}
