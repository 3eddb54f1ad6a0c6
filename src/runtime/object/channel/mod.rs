//! Channels between threads, as in Go: items go from who sends to who receives, in their order. One file, as
//! what one end may do depends on who waits at the other.
//!
//! A channel keeps at most as many items as its capacity. One of capacity 0 keeps none: an item is
//! handed over when a sender and a receiver are both there (a rendezvous). So arriving at such a
//! channel is doing something: who comes later must find who has come first. At one that keeps
//! items, who would only wait need not be noted; it makes no difference when it has come.
//!
//! An item is handed to exactly one receiver. A thread that is stopped while what it was handed is
//! still on its way has received it.
//!
//! In reading order: `line`, who waits at one end; and here, what can be asked. Waiting for one of
//! several channels is [`Select`](super::Select).

mod line;

use std::collections::VecDeque;

use super::args::{self, Patience};
use super::select::chosen;
use super::tickets::Claim;
use crate::pos::Pos;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting, Wake,
};
use crate::value::{
    ChannelRefusal, Class, EncodeState, FaultKind, StateEncoder, Value, encode_as_number,
};
use line::{Line, Waiter};

/// In which form a receiver wants its item.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// The item; `()` when there will be none.
    Plain,
    /// `[item, true]`; `[(), false]` when there will be none.
    Pair,
    /// The item, for a `for`; its end when there will be none.
    Step,
}

encode_as_number!(Form);

impl Form {
    fn of(self, item: Value) -> Value {
        match self {
            Self::Plain | Self::Step => item,
            Self::Pair => Value::array(vec![item, true.into()]),
        }
    }
}

/// A channel.
#[derive(Clone, Debug)]
pub struct Channel {
    made_at: Pos,
    capacity: usize,
    /// Invariants: while a thread waits to send, it is full; while a thread waits to receive, it is
    /// empty and no other thread waits to send.
    items: VecDeque<Value>,
    /// Where it was closed. Invariant: then nobody waits.
    closed: Option<Pos>,
    senders: Line<Value>,
    receivers: Line<Form>,
}

impl Channel {
    /// The channel that `channel()` or `channel(capacity)` asks for. The position is for messages.
    ///
    /// # Errors
    /// A wrong use when the capacity is not a whole number from 0 on.
    pub fn from_args(args: &[Value], made_at: Pos) -> Result<Self, FaultKind> {
        let capacity = match args {
            [] => 0,
            [Value::Int(capacity @ 0..)] => *capacity as usize,
            [other, ..] => {
                return Err(FaultKind::misuse(
                    Class::ValueError,
                    &format!("channel({other:?})"),
                    "the capacity is a whole number, 0 or more",
                    "write channel() to hand items over directly, channel(10) to keep up to ten",
                ));
            }
        };
        Ok(Self {
            made_at,
            capacity,
            items: VecDeque::new(),
            closed: None,
            senders: Line::default(),
            receivers: Line::default(),
        })
    }

    fn may_send(&self, task: TaskId) -> bool {
        self.closed.is_some()
            || self.items.len() < self.capacity
            || self.receivers.has_other_than(task)
    }

    fn may_receive(&self, task: TaskId) -> bool {
        self.closed.is_some() || !self.items.is_empty() || self.senders.has_other_than(task)
    }

    /// Takes the item if a receiver is there or there is room; gives it back otherwise.
    fn take_in(&mut self, item: Value, ctx: &mut Ctx<'_>) -> Result<Option<Value>, FaultKind> {
        if let Some(at) = self.closed {
            return Err(self.refusal(ChannelRefusal::Closed(at), 0.0));
        }
        if let Some(receiver) = self.receivers.next(ctx) {
            let Waiter {
                task, has, claim, ..
            } = receiver;
            let given = match claim {
                Some(claim) => chosen(claim.number(), ctx.this, item, true),
                None => has.of(item),
            };
            ctx.wake(task, Wake::Grant(given));
            return Ok(None);
        }
        if self.items.len() < self.capacity {
            self.items.push_back(item);
            return Ok(None);
        }
        Ok(Some(item))
    }

    /// Takes an item, if there is one or a thread waits to send one.
    fn give_out(&mut self, ctx: &mut Ctx<'_>) -> Option<Value> {
        let kept = self.items.pop_front();
        if kept.is_none() && self.closed.is_some() {
            return None;
        }
        let Some(sender) = self.senders.next(ctx) else {
            return kept;
        };
        let sent = match sender.claim {
            Some(claim) => chosen(claim.number(), ctx.this, Value::Unit, true),
            None => Value::Unit,
        };
        ctx.wake(sender.task, Wake::Grant(sent));
        match kept {
            Some(item) => {
                self.items.push_back(sender.has);
                Some(item)
            }
            None => Some(sender.has),
        }
    }

    fn send(
        &mut self,
        item: Value,
        patience: Patience,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        let Some(item) = self.take_in(item, ctx)? else {
            return Ok(Attempt::Done(Value::Unit));
        };
        if patience == Patience::None {
            return Err(self.refusal(ChannelRefusal::Full, 0.0));
        }
        self.senders.add(Waiter {
            task: ctx.task,
            has: item,
            seconds: patience.seconds(),
            claim: None,
        });
        Ok(Attempt::Wait(patience.limit()))
    }

    fn receive(
        &mut self,
        form: Form,
        patience: Patience,
        ctx: &mut Ctx<'_>,
    ) -> Result<Attempt, FaultKind> {
        if let Some(item) = self.give_out(ctx) {
            return Ok(Attempt::Done(form.of(item)));
        }
        if self.closed.is_some() {
            return Ok(match form {
                Form::Plain => Attempt::Done(Value::Unit),
                Form::Pair => Attempt::Done(nothing_more()),
                Form::Step => Attempt::End,
            });
        }
        if patience == Patience::None {
            return Err(self.refusal(ChannelRefusal::Empty, 0.0));
        }
        self.receivers.add(Waiter {
            task: ctx.task,
            has: form,
            seconds: patience.seconds(),
            claim: None,
        });
        Ok(Attempt::Wait(patience.limit()))
    }

    /// Nothing is sent any more: who waits to send gets an error, who waits to receive the end.
    fn close(&mut self, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        if let Some(at) = self.closed {
            return Err(self.refusal(ChannelRefusal::ClosedTwice(at), 0.0));
        }
        self.closed = Some(ctx.pos);
        while let Some(sender) = self.senders.next(ctx) {
            let late = self.refusal(ChannelRefusal::Closed(ctx.pos), 0.0);
            ctx.wake(sender.task, Wake::fail(late));
        }
        while let Some(receiver) = self.receivers.next(ctx) {
            let wake = match (receiver.claim, receiver.has) {
                (Some(claim), _) => {
                    Wake::Grant(chosen(claim.number(), ctx.this, Value::Unit, false))
                }
                (None, Form::Plain) => Wake::Grant(Value::Unit),
                (None, Form::Pair) => Wake::Grant(nothing_more()),
                (None, Form::Step) => Wake::Retry,
            };
            ctx.wake(receiver.task, wake);
        }
        Ok(Attempt::Done(Value::Unit))
    }

    /// Keeps the ticket of one who waits for several channels: with an item, to send it here;
    /// without, to receive. The answer is `false`, and nothing is kept, if that can be done now.
    fn watch(&mut self, call: Call<'_>, ctx: &Ctx<'_>) -> Attempt {
        let Some(claim) = Claim::from_args(call.args) else {
            return Attempt::Unknown;
        };
        let (task, seconds) = (ctx.task, 0.0);
        if self.may_watch(call, task) {
            return Attempt::Done(false.into());
        }
        let claim = Some(claim);
        match call.args.get(3) {
            Some(item) => self.senders.add(Waiter {
                task,
                has: item.clone(),
                seconds,
                claim,
            }),
            None => self.receivers.add(Waiter {
                task,
                has: Form::Pair,
                seconds,
                claim,
            }),
        }
        Attempt::Done(Value::Unit)
    }

    /// Whether what a ticket is for can be done now.
    fn may_watch(&self, call: Call<'_>, task: TaskId) -> bool {
        match call.args.get(3) {
            Some(_) => self.may_send(task),
            None => self.may_receive(task),
        }
    }

    fn refusal(&self, refusal: ChannelRefusal, seconds: f64) -> FaultKind {
        FaultKind::Channel {
            refusal,
            channel: args::made_in("Channel", self.made_at),
            seconds,
        }
    }

    fn try_attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        let Call { verb, args } = call;
        match (verb, args) {
            (Verb::Send, [item, rest @ ..]) if rest.len() <= 1 => {
                self.send(item.clone(), patience(verb, rest)?, ctx)
            }
            (Verb::Send, _) => Err(args::arity(verb, &[1, 2], args.len())),
            (Verb::TrySend, [item]) => self.send(item.clone(), Patience::None, ctx),
            (Verb::TrySend, _) => Err(args::arity(verb, &[1], args.len())),
            (Verb::Receive, _) => self.receive(Form::Plain, patience(verb, args)?, ctx),
            (Verb::ReceiveOk, _) => self.receive(Form::Pair, patience(verb, args)?, ctx),
            (Verb::Next, _) => self.receive(Form::Step, Patience::Endless, ctx),
            (Verb::Watch, _) => Ok(self.watch(call, ctx)),
            (Verb::Unwatch, [watcher]) => {
                self.senders.remove_tickets(watcher);
                self.receivers.remove_tickets(watcher);
                Ok(Attempt::Done(Value::Unit))
            }
            (Verb::TryReceive | Verb::Close | Verb::Len | Verb::Capacity, _) => {
                args::none(call)?;
                match verb {
                    Verb::TryReceive => self.receive(Form::Plain, Patience::None, ctx),
                    Verb::Close => self.close(ctx),
                    Verb::Len => Ok(Attempt::Done(Value::Int(self.items.len() as i64))),
                    _ => Ok(Attempt::Done(Value::Int(self.capacity as i64))),
                }
            }
            _ => Ok(Attempt::Unknown),
        }
    }
}

/// No argument, or how many seconds; 0 only looks.
fn patience(verb: Verb, rest: &[Value]) -> Result<Patience, FaultKind> {
    let limit = args::limit(Call { verb, args: rest })?;
    Ok(match limit {
        None => Patience::Endless,
        Some(limit) if limit.is_zero() => Patience::None,
        Some(limit) => Patience::Limited(limit),
    })
}

/// What `receive_ok` gives at the end.
fn nothing_more() -> Value {
    Value::array(vec![Value::Unit, false.into()])
}

impl EncodeState for Channel {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // The object has the same, which is encoded with it.
            made_at: _,
            capacity,
            items,
            closed,
            senders,
            receivers,
        } = self;
        (capacity, items, closed, senders, receivers).encode_state(encoder);
    }
}

impl Primitive for Channel {
    fn kind(&self) -> &'static str {
        "Channel"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call, ctx).unwrap_or_else(Attempt::fail)
    }

    /// With a limit, arriving starts the clock; at a rendezvous, it lets the other side find one.
    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        let is_endless = |rest: &[Value]| rest.is_empty() && self.capacity > 0;
        match (call.verb, call.args) {
            (Verb::Watch, _) => self.may_watch(call, task),
            (Verb::Send, [_, rest @ ..]) if is_endless(rest) => self.may_send(task),
            (Verb::Receive | Verb::ReceiveOk, rest) if is_endless(rest) => self.may_receive(task),
            (Verb::Next, _) if self.capacity > 0 => self.may_receive(task),
            _ => true,
        }
    }

    fn cancel_wait(&mut self, task: TaskId, why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        let (sender, receiver) = (self.senders.remove(task), self.receivers.remove(task));
        let late = match (sender, receiver) {
            (Some(sender), _) => self.refusal(ChannelRefusal::Full, sender.seconds),
            (_, Some(receiver)) => self.refusal(ChannelRefusal::Empty, receiver.seconds),
            // The wake was faster.
            (None, None) if why == CancelReason::Timeout => return Attempt::Wait(None),
            (None, None) => return Attempt::Done(Value::Unit),
        };
        match why {
            CancelReason::Timeout => Attempt::fail(late),
            CancelReason::Stop => Attempt::Done(Value::Unit),
        }
    }

    /// Anybody who knows it may send or receive.
    fn knows_blockers(&self) -> bool {
        false
    }

    fn waiting(&self, task: TaskId) -> Waiting {
        let channel = args::made_at("Channel", self.made_at);
        // Under a stepped scheduler who would only wait is not always noted: it wants to send when
        // the channel is full, to receive otherwise.
        let is_full = self.capacity > 0 && self.items.len() >= self.capacity;
        let sends = self.senders.contains(task) || is_full && !self.receivers.contains(task);
        let what = match (sends, self.capacity) {
            (true, 0) => format!("somebody to receive from {channel}"),
            (true, _) => format!("room in {channel}"),
            (false, _) => format!("an item of {channel}"),
        };
        Waiting {
            what,
            ..Waiting::default()
        }
    }

    /// How many items, not which: an item may be the channel itself.
    fn state_text(&self) -> String {
        let closed = match self.closed {
            Some(at) => format!(", closed in {}", at.at()),
            None => String::new(),
        };
        format!("{} of {} items{closed}", self.items.len(), self.capacity)
    }
}

crate::value::state_key_test! { channel_key, Channel, Channel::from_args(&[Value::Int(2)], Pos::NONE).unwrap();
    capacity: 3,
    items: [Value::Unit].into(),
    closed: Some(Pos::NONE),
    senders: Line::one(Value::Unit),
    receivers: Line::one(Form::Plain),
    ; left out made_at
}

#[cfg(test)]
mod tests;
