//! The arguments of requests: checked in one place, with one wording.

use std::time::Duration;

use crate::value::object::{Call, TaskId, Verb};
use crate::value::{FaultKind, Value};

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
