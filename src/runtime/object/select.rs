//! Waiting for one of several channels: what `select` gives to the one who waits. As in Go, exactly
//! one of its cases is done; when several can be, chance decides.
//!
//! It first looks whether a case can be done at once. If none can, it gives each channel a ticket
//! ([`Claim`]): the first thread that comes to one of the channels claims it and serves its case; then the tickets are asked back from the other channels.
//!
//! Two who meet by their tickets would each have to claim both. So nobody is served on handing out a
//! ticket: a channel that could serve it at once says so and keeps none, and the tickets that were
//! out are recalled before the cases are tried again, without any. They are handed out in the order
//! of the channels' numbers, so that of two who meet one keeps its tickets and is found by the
//! other.

use std::sync::Arc;
use std::time::Duration;

use super::args;
use super::pool_thread::ask;
use super::tickets::Claim;
use crate::value::object::{
    Attempt, Call, CancelReason, Ctx, Object, Primitive, TaskId, Verb, Waiting,
};
use crate::value::{Cell, ChannelRefusal, Class, EncodeState, FaultKind, Map, StateEncoder, Value};

/// One of the things of which one shall be done.
#[derive(Clone, Debug)]
struct Case {
    channel: Arc<Object>,
    /// What to send; nothing to receive.
    item: Option<Value>,
}

impl EncodeState for Case {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { channel, item } = self;
        (channel, item).encode_state(encoder);
    }
}

/// The cases of one `select`.
#[derive(Clone, Debug)]
pub struct Select {
    cases: Vec<Case>,
    /// What the thread shall get when no case is done in time.
    default: Value,
    /// How long it waits at most.
    limit: Option<Duration>,
    /// The mark of the tickets that are out. Invariant: there is one while the thread waits.
    open: Option<Arc<Cell>>,
}

/// What `select` gives when a case is done: its number, its channel, the item received, and whether
/// the channel still was open.
pub(super) fn chosen(index: i64, channel: &Arc<Object>, value: Value, ok: bool) -> Value {
    answer(index, Value::Object(channel.clone()), value, ok)
}

fn answer(index: i64, channel: Value, value: Value, ok: bool) -> Value {
    let mut map = Map::new();
    map.insert("index".into(), Value::Int(index));
    map.insert("channel".into(), channel);
    map.insert("value".into(), value);
    map.insert("ok".into(), ok.into());
    Value::map(map)
}

impl Select {
    /// What `select(cases)`, `select(cases, seconds)` and `select(cases, options)` ask for.
    ///
    /// # Errors
    /// A wrong use when a case is neither a channel nor a map that says what to send and where to,
    /// or an option is unknown.
    pub fn from_args(args: &[Value]) -> Result<Self, FaultKind> {
        let Some(Value::Array(cases)) = args.first() else {
            return Err(no_case(args.first().unwrap_or(&Value::Unit)));
        };
        let mut select = Self {
            cases: cases.iter().map(case).collect::<Result<_, _>>()?,
            default: Value::Unit,
            limit: None,
            open: None,
        };
        match args.get(1) {
            None => {}
            Some(Value::Map(options)) => select.take_options(options)?,
            Some(seconds) => select.limit = Some(time(seconds)?),
        }
        Ok(select)
    }

    fn take_options(&mut self, options: &Map) -> Result<(), FaultKind> {
        for (name, value) in options.iter() {
            match &**name {
                "timeout" => self.limit = Some(time(value)?),
                "default" => self.default = value.clone(),
                _ => {
                    return Err(FaultKind::misuse(
                        Class::TypeError,
                        &format!("select was given the option {name}: {value:?}"),
                        "the options are `timeout`, a number of seconds, and `default`, a value",
                        "write #{timeout: 0.5}, or #{default: ()} to wait not at all",
                    ));
                }
            }
        }
        // A default alone means not to wait.
        if options.get("default").is_some() {
            self.limit.get_or_insert(Duration::ZERO);
        }
        Ok(())
    }

    /// The values that it will send.
    pub fn items(&self) -> impl Iterator<Item = &Value> {
        self.cases.iter().filter_map(|case| case.item.as_ref())
    }

    /// The numbers of the cases that can be done now.
    fn ready(&self, task: TaskId) -> Vec<usize> {
        let numbers = 0..self.cases.len();
        numbers
            .filter(|number| self.cases[*number].can_be_done(task))
            .collect()
    }

    /// Does the first of the cases that can be done after all.
    fn try_cases(&self, numbers: &[usize], ctx: &mut Ctx<'_>) -> Result<Option<Value>, FaultKind> {
        for number in numbers {
            let Case { channel, item } = &self.cases[*number];
            let only_look = Value::Int(0);
            let answer = match item {
                Some(item) => ask(channel, Verb::TrySend, std::slice::from_ref(item), ctx),
                None => ask(channel, Verb::ReceiveOk, &[only_look], ctx),
            };
            match answer {
                Attempt::Done(Value::Array(pair)) if item.is_none() => {
                    let value = pair.first().cloned().unwrap_or_default();
                    let ok = matches!(pair.get(1), Some(Value::Bool(true)));
                    return Ok(Some(chosen(*number as i64, channel, value, ok)));
                }
                Attempt::Done(_) => {
                    return Ok(Some(chosen(*number as i64, channel, Value::Unit, true)));
                }
                Attempt::Fail(kind) => match *kind {
                    // Another thread was faster.
                    FaultKind::Channel {
                        refusal: ChannelRefusal::Empty | ChannelRefusal::Full,
                        ..
                    } => {}
                    kind => return Err(kind),
                },
                _ => {}
            }
        }
        Ok(None)
    }

    /// Gives each channel a ticket. False when one of them could do its case at once; then no
    /// ticket is out, unless one was claimed: then the wait is over as well.
    fn hand_out(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let open = Claim::open();
        self.open = Some(open.clone());
        let mut numbers: Vec<usize> = (0..self.cases.len()).collect();
        numbers.sort_by_key(|number| self.cases[*number].channel.id);
        for number in numbers {
            let Case { channel, item } = &self.cases[number];
            let mut args = vec![
                Value::Object(ctx.this.clone()),
                Value::Int(number as i64),
                Value::Cell(open.clone()),
            ];
            args.extend(item.clone());
            let answer = ask(channel, Verb::Watch, &args, ctx);
            if matches!(answer, Attempt::Done(Value::Bool(false))) && Claim::take_mark(&open) {
                self.recall(ctx);
                return false;
            }
        }
        true
    }

    /// Asks all channels for the tickets back.
    fn recall(&mut self, ctx: &mut Ctx<'_>) {
        if self.open.take().is_some() {
            let this = [Value::Object(ctx.this.clone())];
            for case in &self.cases {
                // Whether it still had one does not matter.
                let _ = ask(&case.channel, Verb::Unwatch, &this, ctx);
            }
        }
    }

    /// Does one of these cases, or another that can be done, or waits.
    fn go(&mut self, mut ready: Vec<usize>, ctx: &mut Ctx<'_>) -> Result<Attempt, FaultKind> {
        loop {
            if let Some(done) = self.try_cases(&ready, ctx)? {
                return Ok(Attempt::Done(done));
            }
            if self.limit.is_some_and(|limit| limit.is_zero()) {
                return Ok(Attempt::Done(self.none()));
            }
            if self.hand_out(ctx) {
                return Ok(Attempt::Wait(self.limit));
            }
            ready = self.ready(ctx.task);
        }
    }

    /// What it gives when no case was done in time.
    fn none(&self) -> Value {
        answer(-1, Value::Unit, self.default.clone(), false)
    }
}

impl Case {
    /// Whether the channel could do it now.
    fn can_be_done(&self, task: TaskId) -> bool {
        // The ticket does not matter to that.
        let mut args = vec![Value::Unit; 3];
        args.extend(self.item.clone());
        self.is_ready(Verb::Watch, &args, task)
    }

    /// Whether to arrive at the channel for it is doing something.
    fn is_step(&self, task: TaskId) -> bool {
        match &self.item {
            Some(item) => self.is_ready(Verb::Send, std::slice::from_ref(item), task),
            None => self.is_ready(Verb::ReceiveOk, &[], task),
        }
    }

    fn is_ready(&self, verb: Verb, args: &[Value], task: TaskId) -> bool {
        self.channel.state().is_ready(Call { verb, args }, task)
    }
}

fn case(value: &Value) -> Result<Case, FaultKind> {
    match value {
        Value::Object(channel) if channel.kind() == "Channel" => Ok(Case {
            channel: channel.clone(),
            item: None,
        }),
        Value::Map(map) if map.len() == 2 => match (map.get("send"), map.get("to")) {
            (Some(item), Some(Value::Object(channel))) if channel.kind() == "Channel" => Ok(Case {
                channel: channel.clone(),
                item: Some(item.clone()),
            }),
            _ => Err(no_case(value)),
        },
        other => Err(no_case(other)),
    }
}

fn no_case(found: &Value) -> FaultKind {
    FaultKind::misuse(
        Class::TypeError,
        &format!("select was given {found:?} ({})", found.type_name()),
        "it takes an array of cases: a channel to receive from, or a map of what to send and where",
        "write select([a, b]) to receive, select([a, #{send: 5, to: b}]) to receive or send",
    )
}

fn time(seconds: &Value) -> Result<Duration, FaultKind> {
    args::time(
        "select",
        seconds,
        "write select(cases, 0.5), or 0 to look without waiting",
    )
}

impl EncodeState for Select {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            cases,
            default,
            limit,
            open,
        } = self;
        (cases, default, limit, open).encode_state(encoder);
    }
}

impl Primitive for Select {
    fn kind(&self) -> &'static str {
        "Select"
    }

    fn attempt(&mut self, call: Call<'_>, ctx: &mut Ctx<'_>) -> Attempt {
        match (call.verb, call.args) {
            (Verb::Wait, []) => match self.ready(ctx.task) {
                several if several.len() > 1 => Attempt::Draw(several.len() as u64),
                one => self.go(one, ctx).unwrap_or_else(Attempt::fail),
            },
            (Verb::Drawn, [Value::Int(number)]) => {
                let mut ready = self.ready(ctx.task);
                if !ready.is_empty() {
                    let first = *number as usize % ready.len();
                    ready.rotate_left(first);
                }
                self.go(ready, ctx).unwrap_or_else(Attempt::fail)
            }
            (Verb::Ready, _) => {
                self.recall(ctx);
                Attempt::Done(Value::Unit)
            }
            _ => Attempt::Unknown,
        }
    }

    fn is_ready(&self, call: Call<'_>, task: TaskId) -> bool {
        call.verb != Verb::Wait
            || self.limit.is_some()
            || self.cases.iter().any(|case| case.is_step(task))
    }

    fn cancel_wait(&mut self, _task: TaskId, why: CancelReason, ctx: &mut Ctx<'_>) -> Attempt {
        let is_claimed = !self
            .open
            .as_ref()
            .is_some_and(|open| Claim::take_mark(open));
        self.recall(ctx);
        match why {
            CancelReason::Timeout if is_claimed => Attempt::Wait(None),
            CancelReason::Timeout => Attempt::Done(self.none()),
            CancelReason::Stop => Attempt::Done(Value::Unit),
        }
    }

    fn knows_blockers(&self) -> bool {
        false
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        let what: Vec<String> = (self.cases.iter())
            .map(|case| {
                let made_at = case.channel.made_at;
                let channel = args::made_at("Channel", made_at);
                match case.item {
                    Some(_) => format!("a send on {channel}"),
                    None => format!("an item of {channel}"),
                }
            })
            .collect();
        let what = match what.as_slice() {
            [] => "one of no cases: a select with nothing in it never ends".into(),
            [one] => format!("{one}, in a select"),
            several => format!("one of {} cases: {}", several.len(), several.join(", ")),
        };
        Waiting {
            what,
            ..Waiting::default()
        }
    }

    fn state_text(&self) -> String {
        format!("{} cases", self.cases.len())
    }
}

crate::value::state_key_test! { select_key, Select, Select { cases: Vec::new(), default: Value::Unit, limit: None, open: None };
    cases: vec![Case { channel: object(), item: None }],
    default: Value::Int(1),
    limit: Some(Duration::ZERO),
    open: Some(Claim::open()),
}

crate::value::state_key_test! { case_key, Case, Case { channel: object(), item: None };
    channel: object(),
    item: Some(Value::Unit),
}
