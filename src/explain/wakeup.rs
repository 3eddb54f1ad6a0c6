//! Lost wake-ups: who waits for a notice that came when nobody waited, that was taken back, or that woke
//! another thread.
//!
//! Conditions wake in the order of arrival; so whom a notice has woken follows from who waited.

use std::collections::{BTreeMap, VecDeque};

use super::Case;
use super::cause::{Cause, Lost};
use crate::trace::{Blocked, EventKind, ObjectRef, TraceEvent};
use crate::value::object::{ObjectId, TaskId, Verb};

/// A notice of a condition, and whom it has woken.
struct Notice<'a> {
    event: &'a TraceEvent,
    object: ObjectRef,
    woken: Vec<TaskId>,
    /// How many waited still.
    left: usize,
}

impl Case<'_> {
    /// The notice that a thread waits for in vain, if it was lost.
    pub(super) fn lost_wakeup(&self) -> Option<Cause> {
        let waiters = self.trace.blocked.iter();
        let mut found: Vec<(u8, Cause)> = waiters.filter_map(|one| self.lost_by(one)).collect();
        found.sort();
        found.into_iter().next().map(|(_, cause)| cause)
    }

    /// How a notice was lost to this thread, with the plainest explanation first.
    fn lost_by(&self, waiter: &Blocked) -> Option<(u8, Cause)> {
        let object = waiter.object?;
        if !waiter.holders.is_empty() || waiter.verb != Some(Verb::Wait) {
            return None;
        }
        match object.kind {
            "Event" | "AsyncEvent" => self.cleared(waiter, object),
            "Condition" | "AsyncCondition" => self.notified(waiter, object),
            _ => None,
        }
    }

    fn cleared(&self, waiter: &Blocked, object: ObjectRef) -> Option<(u8, Cause)> {
        let asks = |verb: Verb| {
            self.trace.events.iter().rposition(move |event| {
                matches!(&event.kind, EventKind::Ask { object: of, verb: asked, .. }
                    if of.id == object.id && *asked == verb)
            })
        };
        let (set, clear) = (asks(Verb::Set)?, asks(Verb::Clear)?);
        let events = &self.trace.events;
        // Of two that came one after the other before the thread itself cleared it, one was lost.
        let changes = events[..set].iter().rfind(|event| {
            matches!(&event.kind, EventKind::Ask { object: of, verb: Verb::Set | Verb::Clear, .. }
                if of.id == object.id)
        });
        let was_set = changes.is_some_and(|event| {
            matches!(
                event.kind,
                EventKind::Ask {
                    verb: Verb::Set,
                    ..
                }
            )
        });
        let face = match was_set && events[clear].thread == waiter.thread {
            true => Lost::SetTwice,
            false => Lost::Cleared,
        };
        (clear > set).then(|| {
            let cause = Cause::LostWakeup {
                face,
                waiter: waiter.clone(),
                object,
                notice: events[set].clone(),
                woken: None,
                cleared: Some(events[clear].clone()),
            };
            (0, cause)
        })
    }

    fn notified(&self, waiter: &Blocked, object: ObjectRef) -> Option<(u8, Cause)> {
        let notices = self.notices();
        let own = notices
            .iter()
            .filter(|notice| notice.object.id == object.id);
        let own: Vec<&Notice<'_>> = own.collect();
        let began = self.began_to_wait(waiter.thread, object.id)?;
        let lost = |face, notice: &Notice<'_>, woken| Cause::LostWakeup {
            face,
            waiter: waiter.clone(),
            object,
            notice: notice.event.clone(),
            woken,
            cleared: None,
        };
        let to_others = own.iter().rev().find(|notice| {
            notice.event.step > began && !notice.woken.is_empty() && notice.left > 0
        });
        if let Some(notice) = to_others {
            let woken = notice.woken[0];
            return Some(
                match self.waits_again(woken, object.id, notice.event.step) {
                    true => (0, lost(Lost::WrongOneWoken, notice, Some(woken))),
                    false => (1, lost(Lost::OnlyOneWoken, notice, Some(woken))),
                },
            );
        }
        // Who notifies others does not tell itself.
        let early = own.iter().rev().find(|notice| {
            notice.event.step < began
                && notice.woken.is_empty()
                && notice.event.thread != waiter.thread
        })?;
        Some((2, lost(Lost::NobodyWaited, early, None)))
    }

    /// The step in which a thread began its last wait at a condition.
    fn began_to_wait(&self, thread: TaskId, object: ObjectId) -> Option<usize> {
        let blocks = |event: &&TraceEvent| matches!(&event.kind, EventKind::Block { object: of, verb: Verb::Wait } if of.id == object);
        Some(self.trace.of(thread).rfind(blocks)?.step)
    }

    /// Whether a thread that was woken has waited there again before it notified anybody.
    fn waits_again(&self, thread: TaskId, object: ObjectId, since: usize) -> bool {
        for event in self.trace.of(thread).filter(|event| event.step > since) {
            match &event.kind {
                EventKind::Block {
                    object: of,
                    verb: Verb::Wait,
                } if of.id == object => return true,
                EventKind::Ask {
                    object: of,
                    verb: Verb::Notify | Verb::NotifyAll,
                    ..
                } if of.id == object => return false,
                _ => {}
            }
        }
        false
    }

    /// All notices of conditions, with whom each has woken.
    fn notices(&self) -> Vec<Notice<'_>> {
        let mut waiting: BTreeMap<ObjectId, VecDeque<TaskId>> = BTreeMap::new();
        let mut notices = Vec::new();
        for event in &self.trace.events {
            match &event.kind {
                EventKind::Block {
                    object,
                    verb: Verb::Wait,
                } => waiting
                    .entry(object.id)
                    .or_default()
                    .push_back(event.thread),
                EventKind::Ask { object, verb, .. } => {
                    let queue = waiting.entry(object.id).or_default();
                    let woken: Vec<TaskId> = match verb {
                        Verb::Notify => queue.pop_front().into_iter().collect(),
                        Verb::NotifyAll => queue.drain(..).collect(),
                        Verb::Wait => {
                            queue.retain(|thread| *thread != event.thread);
                            continue;
                        }
                        _ => continue,
                    };
                    notices.push(Notice {
                        event,
                        object: *object,
                        woken,
                        left: queue.len(),
                    });
                }
                _ => {}
            }
        }
        notices
    }
}
