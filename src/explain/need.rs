//! What ends a wait: by what was asked, what is needed, and which operations provide it.

use super::cause::Need;
use crate::value::object::Verb;
use crate::value::operation::{Hold, Share};

/// What a thread needs that waits with this request at an object of this type.
pub fn need(kind: &str, verb: Verb) -> Need {
    match verb.on(kind).hold {
        Hold::Acquires(Share::Permit) => return Need::Permit,
        Hold::Acquires(Share::Exclusive | Share::Shared) => return Need::Release,
        Hold::Releases(_) | Hold::None => {}
    }
    match (kind, verb) {
        ("Event" | "AsyncEvent", _) => Need::Set,
        ("Condition" | "AsyncCondition", _) => Need::Notice,
        ("Barrier" | "Latch", _) => Need::Arrivals,
        ("Channel", Verb::Next) => Need::Close,
        ("Channel", Verb::Send | Verb::TrySend) => Need::Room,
        ("Channel", _) => Need::Item,
        (_, Verb::Put) => Need::Room,
        (_, Verb::Get) => Need::Item,
        ("Queue" | "LifoQueue" | "PriorityQueue" | "AsyncQueue", Verb::Join) => Need::TaskDone,
        ("Thread" | "Timer" | "Task" | "Future" | "Results", _) => Need::End,
        _ => Need::Other,
    }
}

/// Whether an operation ends the use of its object: what is asked of it afterwards may be refused.
pub(super) fn closes(verb: Verb) -> bool {
    matches!(verb, Verb::Close | Verb::Shutdown)
}

/// Whether an operation on the same object may end such a wait.
pub fn provides(need: Need, kind: &str, verb: Verb) -> bool {
    let releases = matches!(verb.on(kind).hold, Hold::Releases(_)) && verb != Verb::Abandon;
    match need {
        Need::Permit | Need::Release => releases,
        Need::Set => verb == Verb::Set,
        Need::Notice => matches!(verb, Verb::Notify | Verb::NotifyAll),
        Need::Arrivals => matches!(
            verb,
            Verb::Wait | Verb::Arrive | Verb::ArriveAndWait | Verb::CountDown
        ),
        Need::Item => matches!(
            verb,
            Verb::Put
                | Verb::PutNowait
                | Verb::TryPut
                | Verb::Send
                | Verb::TrySend
                | Verb::Close
                | Verb::Shutdown
        ),
        Need::Close => matches!(verb, Verb::Close | Verb::Send | Verb::TrySend),
        Need::Room => matches!(
            verb,
            Verb::Get
                | Verb::GetNowait
                | Verb::TryGet
                | Verb::Receive
                | Verb::TryReceive
                | Verb::ReceiveOk
                | Verb::Next
        ),
        Need::TaskDone => verb == Verb::TaskDone,
        Need::End | Need::Other => false,
    }
}
