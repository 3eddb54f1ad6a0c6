//! Order violations: something came before what every good run does first.
//!
//! The test: the failing run is led again up to the decisive step; then the other thread does what it had
//! not done yet, and only then comes the step. If that avoids the failure, the order decided it.

use super::atomicity::{conflict, is_access};
use super::cause::{Cause, Early, Need, Torn};
use super::need::{closes, need};
use super::oracle::Leg;
use super::{Case, Failure};
use crate::trace::{EventKind, TraceEvent};
use crate::value::object::{ObjectId, TaskId, Verb};
use crate::value::operation::Hold;

/// So much of what a thread does behind the decisive step belongs to it.
const SECTION: usize = 12;
/// So many orders are tried.
const MOST_TESTS: usize = 24;

impl Case<'_> {
    /// What came too early, of a run that failed by an error or never ends.
    pub(super) fn too_early(&mut self) -> Option<Cause> {
        let (early, late) = self.order()?;
        if let Some(both) = self.both_found(&early, &late) {
            return Some(both);
        }
        if let Some(guard) = self.waited_for_nothing(&early, &late) {
            return Some(guard);
        }
        if let Some(mixed) = self.overwritten(&early, &late) {
            return Some(mixed);
        }
        let face = self.face(&early, &late);
        Some(Cause::Order { face, early, late })
    }

    /// What failed was asked of an object that had been closed. That closing decided it needs no other
    /// run: the object itself says so by its refusal.
    pub(super) fn closed_before(&self) -> Option<Cause> {
        let Failure::Error { pos, .. } = self.failure else {
            return None;
        };
        let events = &self.trace.events;
        let is_refusal = |event: &&TraceEvent| matches!(event.kind, EventKind::Refuse { .. });
        let failed = |refused: &TraceEvent| {
            events.iter().any(|event| {
                let fails = matches!(
                    event.kind,
                    EventKind::Fail { .. } | EventKind::TaskFail { .. }
                );
                fails && event.thread == refused.thread && event.step >= refused.step
            })
        };
        let end = self.end();
        // Who asks for the result of a task has its error raised where it was thrown first; and what fails
        // behind a thread that has ended by it follows from that.
        let mut refusals = events.iter().filter(is_refusal);
        let own = events
            .iter()
            .rfind(|event| is_refusal(event) && event.pos == *pos);
        let refused = own.or_else(|| refusals.find(|event| event.step < end && failed(event)))?;
        // Who closes a pool and waits for its tasks has closed it when the wait begins.
        let closed = events.iter().rfind(|event| {
            let (EventKind::Ask { verb, .. } | EventKind::Block { verb, .. }) = event.kind else {
                return false;
            };
            event.step < refused.step
                && closes(verb)
                && event.kind.target() == refused.kind.target()
        })?;
        Some(Cause::Order {
            face: Early::Closed,
            early: closed.clone(),
            late: refused.clone(),
        })
    }

    /// What came too early changed what the other thread had left there, before that looked again: an
    /// atomicity violation whose two accesses cannot be tried without others between them.
    fn overwritten(&self, early: &TraceEvent, late: &TraceEvent) -> Option<Cause> {
        if !early.kind.writes() || late.kind.writes() {
            return None;
        }
        let mut own = self.trace.of(late.thread);
        let first = own.rfind(|event| {
            event.step < early.step && event.kind.writes() && conflict(event, late)
        })?;
        Some(Cause::Atomicity {
            face: Torn::Overwritten,
            target: late.kind.target()?,
            first: first.clone(),
            between: early.clone(),
            last: late.clone(),
        })
    }

    /// The same for threads that wait for ever: only what they read can have come too early.
    pub(super) fn too_early_for_waiters(&mut self) -> Option<Cause> {
        let (early, late) = self.order()?;
        let is_place = |event: &TraceEvent| {
            matches!(
                event.kind,
                EventKind::Read { .. } | EventKind::Write { .. } | EventKind::Call { .. }
            )
        };
        if !is_place(&early) || !is_place(&late) {
            return None;
        }
        if let Some(both) = self.both_found(&early, &late) {
            return Some(both);
        }
        let face = self.face(&early, &late);
        Some(Cause::Order { face, early, late })
    }

    /// Two threads looked at one thing before the change that came of what only one of them had to do
    /// about it: without that look, the change does not come.
    fn both_found(&mut self, early: &TraceEvent, late: &TraceEvent) -> Option<Cause> {
        if early.kind.writes() || !late.kind.writes() {
            return None;
        }
        let mut looks = self.trace.events.iter();
        let other = looks.find(|event| {
            event.pos == early.pos
                && event.thread != early.thread
                && event.thread != late.thread
                && conflict(event, late)
                && (event.step < late.step || late.step < early.step)
        })?;
        let (first, second) = match other.step < early.step {
            true => (other, early),
            false => (early, other),
        };
        // Who looks may hold what the change needs.
        let from = self.section_start(first);
        let alone = self.oracle.play(from, &[Leg::until(late)]);
        if alone.is_complete {
            return None;
        }
        Some(Cause::Atomicity {
            face: Torn::BothLooked,
            target: first.kind.target()?,
            first: first.clone(),
            between: second.clone(),
            last: late.clone(),
        })
    }

    /// The access that came too early, and the one of another thread that should have come first.
    fn order(&mut self) -> Option<(TraceEvent, TraceEvent)> {
        let decisive = self.decisive?;
        let thread = self.event_at(decisive).map(|event| event.thread)?;
        let section = self.section(thread, decisive);
        let mut others: Vec<TaskId> = self
            .oracle
            .avoiding(decisive)
            .iter()
            .map(|event| event.thread)
            .filter(|other| *other != thread)
            .collect();
        others.dedup();
        let mut tests = 0;
        for other in others {
            for late in self.later(other, decisive) {
                let Some(early) = section.iter().find(|early| conflict(early, &late)) else {
                    continue;
                };
                tests += 1;
                if tests > MOST_TESTS {
                    return None;
                }
                let legs = [Leg::until(&late)];
                if self.oracle.play(decisive, &legs).avoids() {
                    return Some((early.clone(), late));
                }
            }
        }
        None
    }

    /// What a thread does from the decisive step on, as far as it belongs together: to the end of the
    /// critical section that the step begins.
    fn section(&self, thread: TaskId, decisive: usize) -> Vec<TraceEvent> {
        let end = self.end();
        let own = self.trace.of(thread);
        let own = own.filter(|event| event.step >= decisive && event.step <= end);
        let mut section = Vec::new();
        for event in own.take(SECTION) {
            let is_release = matches!(event.kind, EventKind::Ask { object, verb, .. }
                if matches!(verb.on(object.kind).hold, Hold::Releases(_)));
            if is_release && !section.is_empty() {
                break;
            }
            if is_access(event) {
                section.push(event.clone());
            }
        }
        section
    }

    /// The accesses that a thread had still to do in the decisive state, in its order.
    fn later(&mut self, thread: TaskId, decisive: usize) -> Vec<TraceEvent> {
        let played = self.oracle.play(decisive, &[Leg::of(thread)]);
        let mut found: Vec<TraceEvent> = Vec::new();
        let own = self.trace.of(thread).filter(|event| event.step > decisive);
        let all = own.cloned().chain(played.events);
        for event in all.filter(|event| event.thread == thread && is_access(event)) {
            if !found.iter().any(|known| known.is_like(&event)) {
                found.push(event);
            }
        }
        found
    }

    /// A round of a loop that found that it was not its turn, and counts all the same.
    ///
    /// The test: had the other thread given the turn first, the thread would have worked in that round,
    /// and the failure could be avoided behind it; in this run it cannot, once the thread has worked.
    pub(super) fn empty_turn(&mut self) -> Option<Cause> {
        self.decisive?;
        let (trace, end) = (self.trace, self.end());
        for check in trace.events.iter().filter(|event| is_access(event)) {
            if check.kind.writes() || check.step > end {
                continue;
            }
            let own: Vec<&TraceEvent> = trace.of(check.thread).collect();
            let at = own.iter().position(|event| *event == check)?;
            let comes_again =
                |event: &&&TraceEvent| event.is_like(check) && event.calls == check.calls;
            let next = own[at + 1..].iter().position(|event| comes_again(&event));
            let next = next.map_or(own.len(), |next| next + at + 1);
            let is_loop = next < own.len() || own[..at].iter().any(|event| comes_again(&event));
            let round = &own[at + 1..next];
            let is_idle = !round
                .iter()
                .any(|event| is_access(event) && event.kind.writes());
            let Some(first) = own[..at].iter().rfind(|event| takes(event)) else {
                continue;
            };
            // Who waits for a notice and looks again has used up nothing.
            let waits = round.iter().any(|event| {
                matches!(event.kind, EventKind::Block { object, verb }
                    if need(object.kind, verb) == Need::Notice)
            });
            if !is_loop || !is_idle || waits {
                continue;
            }
            let turn = trace.events.iter().find(|event| {
                event.thread != check.thread && event.step > check.step && conflict(check, event)
            });
            let Some(turn) = turn else {
                continue;
            };
            // A loop that only waits comes back to the state that it was in, and harms nobody.
            let leg = [Leg::until(first)];
            let played = self.oracle.play(first.step + 1, &leg);
            if played.returns {
                continue;
            }
            // With its next work in this run it is too late, or with the empty round already.
            let work = own.get(next + 1).filter(|_| turn.step < own[next].step);
            let until = match work {
                Some(work) if !self.oracle.can_pass(work.step + 1) => *work,
                _ if !self.oracle.can_pass(check.step + 1) => check,
                _ => continue,
            };
            if !self.oracle.can_pass(first.step) {
                continue;
            }
            let in_order = [Leg::until(turn), Leg::until(until)];
            if self.oracle.play(first.step, &in_order).avoids() {
                return Some(Cause::EmptyTurn {
                    check: check.clone(),
                    turn: turn.clone(),
                });
            }
        }
        None
    }

    /// The thread had waited for what the other one does, but at a time when there was nothing to wait
    /// for yet: an earlier look of its own at something that the other one changes on its way.
    fn waited_for_nothing(&mut self, early: &TraceEvent, late: &TraceEvent) -> Option<Cause> {
        let trace = self.trace;
        let looks: Vec<&TraceEvent> = (trace.of(early.thread))
            .filter(|event| {
                event.step < early.step
                    && event.pos.at() != early.pos.at()
                    && is_access(event)
                    && event.kind.reads()
            })
            .collect();
        let decisive = self.decisive?;
        for look in looks.into_iter().rev().take(6) {
            let own = trace.of(late.thread);
            let mut changes = own.filter(|event| event.step > look.step && conflict(look, event));
            let played;
            let change = match changes.next() {
                Some(change) => change.clone(),
                None => {
                    let leg = [Leg::until(late)];
                    played = self.oracle.play(decisive.min(look.step), &leg).events;
                    let mut changes = played.iter().filter(|event| conflict(look, event));
                    match changes.find(|event| event.thread == late.thread) {
                        Some(change) => change.clone(),
                        None => continue,
                    }
                }
            };
            if change.is_like(late) {
                continue;
            }
            // All threads that run the same code do it first; then nothing can go wrong any more.
            let threads = self.threads_at(change.pos);
            let legs: Vec<Leg> = (threads.into_iter())
                .map(|thread| {
                    Leg::until(&TraceEvent {
                        thread,
                        ..change.clone()
                    })
                })
                .collect();
            let from = self.section_start(look);
            if self.oracle.play(from, &legs).is_safe() {
                return Some(Cause::Order {
                    face: Early::WaitedForNothing,
                    early: look.clone(),
                    late: change,
                });
            }
        }
        None
    }

    /// The step by which the thread of an event began the critical section in which it is; its own step
    /// where it is in none.
    pub(super) fn section_start(&self, event: &TraceEvent) -> usize {
        let open = self.open_sections(event);
        open.first().map_or(event.step, |(_, step)| *step)
    }

    /// How some thread has ended the critical section in which an event is, further on in the text.
    pub(super) fn section_end(&self, event: &TraceEvent) -> Option<&TraceEvent> {
        let (held, _) = *self.open_sections(event).first()?;
        let ends = |other: &&TraceEvent| {
            matches!(other.kind, EventKind::Ask { object, verb, .. }
                if object.id == held && matches!(verb.on(object.kind).hold, Hold::Releases(_)))
        };
        let mut later = self.trace.events.iter().filter(ends);
        later.find(|other| other.pos > event.pos)
    }

    /// What the thread of an event holds there, with the steps by which it took that.
    pub(super) fn open_sections(&self, event: &TraceEvent) -> Vec<(ObjectId, usize)> {
        let mut open = Vec::new();
        for own in self
            .trace
            .of(event.thread)
            .filter(|own| own.step < event.step)
        {
            let EventKind::Ask {
                object,
                verb,
                answer,
            } = &own.kind
            else {
                continue;
            };
            match verb.on(object.kind).hold {
                Hold::Acquires(_) if answer != "false" => open.push((object.id, own.step)),
                Hold::Releases(_) => open.retain(|(id, _)| *id != object.id),
                Hold::Acquires(_) | Hold::None => {}
            }
        }
        open
    }

    /// The threads that come to a place of the text in this run.
    fn threads_at(&self, pos: crate::pos::Pos) -> Vec<TaskId> {
        let events = self.trace.events.iter();
        let mut threads: Vec<TaskId> = events
            .filter(|event| event.pos == pos)
            .map(|event| event.thread)
            .collect();
        threads.sort_unstable();
        threads.dedup();
        threads
    }

    fn face(&self, early: &TraceEvent, late: &TraceEvent) -> Early {
        let before = || {
            self.trace
                .of(early.thread)
                .filter(|event| event.step <= early.step)
        };
        let joins = |event: &TraceEvent| {
            matches!(event.kind, EventKind::Ask { object, verb, .. } | EventKind::Block { object, verb }
                if matches!(verb, Verb::Join | Verb::Result)
                    && matches!(object.kind, "Thread" | "Timer" | "Future" | "Task"))
        };
        let waits = |event: &TraceEvent| {
            matches!(
                event.kind,
                EventKind::Ask {
                    verb: Verb::Wait,
                    ..
                } | EventKind::Block {
                    verb: Verb::Wait,
                    ..
                }
            )
        };
        let has_waited = before().any(|event| joins(event) || waits(event));
        if has_waited && before().any(|event| event.kind == EventKind::TimeOver) {
            return Early::WaitExpired;
        }
        // One statement may read and write: only what is alike is another round.
        let rounds = |thread: TaskId, of: &TraceEvent| {
            let alike = TraceEvent {
                thread,
                ..of.clone()
            };
            let own = self.trace.of(thread);
            own.filter(|event| event.step <= early.step && event.is_like(&alike))
                .count()
        };
        let is_ahead = rounds(early.thread, early) > rounds(late.thread, early)
            && rounds(early.thread, late) > rounds(late.thread, late)
            && rounds(early.thread, early) > 1;
        if is_ahead {
            return Early::Lapped;
        }
        let joined_later = (self
            .trace
            .of(early.thread)
            .filter(|event| event.step > early.step))
        .any(joins);
        match joined_later {
            true => Early::JoinedLater,
            false => Early::NothingWaits,
        }
    }
}

/// Whether it takes what threads guard each other by.
fn takes(event: &TraceEvent) -> bool {
    matches!(event.kind, EventKind::Ask { object, verb, .. }
        if matches!(verb.on(object.kind).hold, Hold::Acquires(_)))
}
