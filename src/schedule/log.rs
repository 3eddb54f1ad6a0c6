//! Visible operations as events.

use crate::event::{Kind, Thread, Written};
use crate::pos::Pos;
use crate::value::object::{Call, Failure, Verb};
use crate::value::{Fault, Value, debug_text};
use crate::vm::{Action, Visible};

/// The event for an error that nobody raises, or for a warning: who, where, what. `asker` is who
/// asked the object that tells of it.
pub(super) fn failure(failure: Failure, asker: Thread) -> (Thread, Pos, Kind) {
    let Failure {
        message,
        pos,
        about,
    } = failure;
    match about {
        None => (asker, pos, Kind::Failure { message }),
        Some((task, name)) => {
            let number = task.0;
            (Thread { number, name }, pos, Kind::Warning { message })
        }
    }
}

/// The event for a visible operation that was answered by `value`. None for a print, which is
/// an event already.
pub(super) fn kind(visible: &Visible, value: &Value) -> Option<Kind> {
    Some(match &visible.action {
        Action::Print | Action::End => return None,
        Action::Read(place) => Kind::Read {
            place: place.to_string(),
            value: debug_text(value),
        },
        Action::Write(place) => Kind::Write {
            place: place.to_string(),
            value: debug_text(value),
        },
        Action::Method(place, method) => Kind::Method {
            place: place.to_string(),
            method: method.clone(),
        },
        Action::Object(object, verb) => Kind::Object {
            object: format!("{} {}", object.kind(), object.id.0),
            // What a script cannot type is set in brackets or begins with two underscores.
            verb: verb.name().trim_matches(['<', '>', '_']).into(),
            answer: debug_text(value),
            written: visible.written.clone(),
        },
        Action::Sleep => Kind::Sleep {
            seconds: value.as_number().unwrap_or_default(),
        },
        Action::Other(name) => Kind::Object {
            object: "session".into(),
            verb: (*name).into(),
            answer: debug_text(value),
            written: Written {
                function: Some((*name).into()),
                ..Written::default()
            },
        },
    })
}

/// The event for the end of a thread, whose handle is told this. What a `worker` ends by is told by
/// nothing else: it is raised for whoever waits.
pub(super) fn finish(call: Call<'_>, worker: bool) -> Kind {
    let error = error_of(call).filter(|fault| worker && fault.kind.is_catchable());
    Kind::Finish {
        error: error.map(|fault| match fault.kind.is_cancel() {
            true => "cancelled".into(),
            false => fault.kind.to_string(),
        }),
    }
}

/// The error by which a thread ends whose handle is told this.
pub(super) fn error_of(call: Call<'_>) -> Option<&Fault> {
    match (call.verb, call.args) {
        (Verb::Fail, [Value::Error(fault)]) => Some(fault),
        _ => None,
    }
}
