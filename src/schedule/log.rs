//! Visible operations as events.

use std::sync::Arc;

use super::World;
use crate::event::{ErrorReport, Kind, Request, Thread, Written};
use crate::pos::Pos;
use crate::value::object::{Call, Failure, Verb};
use crate::value::operation::Hold;
use crate::value::{Fault, FaultKind, Object, Value, debug_text, repr_text};
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

/// The event for the error by which main ends, if it ends by one.
pub(super) fn main_failure(world: &World, end: &Result<Value, Fault>) -> Option<(Pos, Kind)> {
    let fault = end
        .as_ref()
        .err()
        .filter(|fault| fault.kind.is_reported())?;
    let error = Arc::new(error_report(world, fault, None));
    Some((fault.pos, Kind::MainFailure { error }))
}

/// All that is said of an error; `of` is the task of a group that failed by it.
fn error_report(world: &World, fault: &Fault, of: Option<&str>) -> ErrorReport {
    // What fails in the library is shown in the running input, which is the newest.
    let unit = (world
        .program
        .unit(fault.unit)
        .filter(|unit| !unit.is_prelude()))
    .or_else(|| {
        world
            .program
            .units()
            .filter(|unit| !unit.is_prelude())
            .last()
    });
    let parts = match &fault.kind {
        FaultKind::TaskGroup(failures) => failures
            .iter()
            .map(|(task, fault)| error_report(world, fault, Some(task)))
            .collect(),
        _ => Vec::new(),
    };
    let title = match (parts.len(), of) {
        (0, None) => fault.kind.title(),
        (0, Some(task)) => format!("{task}: {}", fault.kind.title()),
        (1, _) => "1 error in a TaskGroup".into(),
        (many, _) => format!("{many} errors in a TaskGroup"),
    };
    let calls = fault.trace.iter();
    ErrorReport {
        message: fault.kind.in_reports(),
        title,
        advice: fault.kind.advice(),
        pos: fault.pos,
        input: (unit.as_ref()).map_or_else(String::new, |unit| unit.name.clone()),
        text: (unit.as_ref()).map_or_else(|| "".into(), |unit| unit.text.clone()),
        calls: calls
            .map(|call| (call.function.clone(), call.called_at))
            .collect(),
        parts,
    }
}

/// The event for a visible operation that was answered by `value`. None for a print, which is
/// an event already.
pub(super) fn kind(visible: &Visible, value: &Value) -> Option<Kind> {
    let in_its_words = || match visible.written.is_python {
        true => repr_text(value),
        false => debug_text(value),
    };
    Some(match &visible.action {
        Action::Print | Action::End => return None,
        Action::Read(place) => Kind::Read {
            place: place.to_string(),
            value: in_its_words(),
        },
        Action::Write(place) => Kind::Write {
            place: place.to_string(),
            value: in_its_words(),
        },
        Action::Method { place, name, .. } => Kind::Method {
            place: place.to_string(),
            method: name.clone(),
        },
        Action::Object(object, verb) => Kind::Object {
            object: format!("{} {}", object.kind(), object.id.0),
            // What a script cannot type is set in brackets or begins with two underscores.
            verb: verb.name().trim_matches(['<', '>', '_']).into(),
            answer: debug_text(value),
            request: request(object, *verb),
            written: visible.written.clone(),
        },
        Action::Sleep => Kind::Sleep {
            seconds: value.as_number().unwrap_or_default(),
        },
        Action::Other(name) => Kind::Object {
            object: "session".into(),
            verb: (*name).into(),
            answer: debug_text(value),
            request: Request::Call,
            written: Written {
                function: Some((*name).into()),
                ..Written::default()
            },
        },
    })
}

/// What a request is about, as people say it.
pub fn request(object: &Object, verb: Verb) -> Request {
    match (object.operation(verb).hold, verb) {
        (Hold::Acquires(_), _) => Request::Take,
        (Hold::Releases(_), _) => Request::Release,
        (Hold::None, Verb::Enter) => Request::Enter,
        (Hold::None, Verb::Exit) => Request::Leave,
        (Hold::None, Verb::Await) => Request::Await,
        (Hold::None, Verb::Notify | Verb::NotifyAll) => Request::Notify,
        (Hold::None, _) => Request::Call,
    }
}

/// Returns the event for the end of a thread, from the request to its handle. The error that a `worker`
/// ends by is in no other event: it is raised in the threads that wait.
pub(super) fn finish(call: Call<'_>, worker: bool) -> Kind {
    let error = error_of(call).filter(|fault| worker && fault.kind.is_reported());
    Kind::Finish {
        error: error.map(|fault| match fault.kind.is_cancel() {
            true => "cancelled".into(),
            false => fault.kind.to_string(),
        }),
    }
}

/// Returns the error by which a thread ends, from the request to its handle.
pub(super) fn error_of(call: Call<'_>) -> Option<&Fault> {
    match (call.verb, call.args) {
        (Verb::Fail, [Value::Error(fault)]) => Some(fault),
        _ => None,
    }
}
