//! The arguments of requests: checked in one place, with one wording.

use std::time::Duration;

use crate::pos::Pos;
use crate::value::object::{Call, TaskId, Verb};
use crate::value::{Class, FaultKind, Value, with_article};

/// Refuses arguments.
pub(super) fn none(call: Call<'_>) -> Result<(), FaultKind> {
    if call.args.is_empty() {
        Ok(())
    } else {
        Err(arity(call.verb, &[0], call.args.len()))
    }
}

/// A wrong number of arguments.
pub(super) fn arity(verb: Verb, expected: &[usize], found: usize) -> FaultKind {
    FaultKind::Arity {
        name: verb.name().into(),
        expected: expected.to_vec(),
        found,
        params: Vec::new(),
    }
}

/// A time in seconds.
pub(super) fn seconds(verb: Verb, value: &Value) -> Result<Duration, FaultKind> {
    time(
        verb.name(),
        value,
        "give 0 to look without waiting, or nothing to wait without a limit",
    )
}

/// A time in seconds, for whatever has this name.
pub(super) fn time(name: &str, value: &Value, advice: &str) -> Result<Duration, FaultKind> {
    let Some(seconds) = value.as_number() else {
        return Err(FaultKind::mismatch("a number of seconds", value));
    };
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        FaultKind::misuse(
            Class::ValueError,
            &format!("{name}({seconds})"),
            "a time is a number of seconds, 0 or more",
            advice,
        )
    })
}

/// No limit, or the one argument as a time.
pub(super) fn limit(call: Call<'_>) -> Result<Option<Duration>, FaultKind> {
    match call.args {
        [] => Ok(None),
        [value] => seconds(call.verb, value).map(Some),
        more => Err(arity(call.verb, &[0, 1], more.len())),
    }
}

/// The number of a thread, as one object tells it another.
pub(super) fn task(value: Option<&Value>) -> Option<TaskId> {
    value
        .and_then(Value::as_int)
        .map(|number| TaskId(number as u64))
}

/// How long a request may wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Patience {
    None,
    Limited(Duration),
    Endless,
}

impl Patience {
    /// The longest wait, as the scheduler takes it.
    pub(super) fn limit(self) -> Option<Duration> {
        match self {
            Self::Limited(limit) => Some(limit),
            Self::None | Self::Endless => None,
        }
    }

    /// The longest wait in seconds, for messages.
    pub(super) fn seconds(self) -> f64 {
        self.limit().map_or(0.0, |limit| limit.as_secs_f64())
    }
}

/// `acquire()`, `acquire(seconds)`, `acquire(blocking)` and `acquire(blocking, seconds)`.
pub(super) fn patience(call: Call<'_>) -> Result<Patience, FaultKind> {
    match call.args {
        [] | [Value::Bool(true)] => Ok(Patience::Endless),
        [Value::Bool(false)] => Ok(Patience::None),
        [seconds] | [Value::Bool(true), seconds] => {
            let limit = self::seconds(call.verb, seconds)?;
            Ok(if limit.is_zero() {
                Patience::None
            } else {
                Patience::Limited(limit)
            })
        }
        [Value::Bool(false), _] => Err(FaultKind::misuse(
            Class::ValueError,
            &format!("{}(false, ...) was given a time", call.verb.name()),
            "an acquire that does not wait has no time limit",
            &format!(
                "write {0}(false) to look, or {0}(seconds) to wait",
                call.verb.name()
            ),
        )),
        more => Err(arity(call.verb, &[0, 1, 2], more.len())),
    }
}

/// How many: the one argument, from `least` on, or 1 without an argument.
pub(super) fn count(call: Call<'_>, least: i64) -> Result<u64, FaultKind> {
    match call.args {
        [] => Ok(1),
        [Value::Int(count)] if *count >= least => Ok(*count as u64),
        [Value::Int(count)] => Err(FaultKind::misuse(
            Class::ValueError,
            &format!("{}({count})", call.verb.name()),
            &format!("the number is {least} or more"),
            &format!("write {0}() for one, {0}(2) for two", call.verb.name()),
        )),
        [other] => Err(FaultKind::mismatch("a whole number", other)),
        more => Err(arity(call.verb, &[0, 1], more.len())),
    }
}

/// What an object is called in a sentence: `the Event made in line 3`.
pub(super) fn made_in(kind: &str, made_at: Pos) -> String {
    if made_at.is_none() {
        with_article(kind)
    } else {
        format!("the {kind} made in {}", made_at.at())
    }
}

/// As [`made_in`], with the column: several may be made in one line.
pub(super) fn made_at(kind: &str, made_at: Pos) -> String {
    if made_at.is_none() {
        with_article(kind)
    } else {
        format!("the {kind} made in {made_at}")
    }
}
