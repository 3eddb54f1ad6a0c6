//! Atomicity violations: two accesses of one thread with another thread's between them, in an order that
//! no execution of the one after the other has (Lu, Tucek, Qin and Zhou, "AVIO", 2006).
//!
//! A pattern alone accuses nobody. It counts when it stands around the decisive step, and when the
//! failure can be avoided once the two accesses are kept together: the run is led again that way. One file,
//! as the patterns are tried one after the other on the same accesses.

use std::collections::BTreeMap;

use super::cause::{Cause, LetIn, Need, Torn};
use super::need::{need, provides};
use super::oracle::Leg;
use super::{Case, Failure};
use crate::trace::{Blocked, EventKind, ObjectRef, Target, Trace, TraceEvent};
use crate::value::object::{ObjectId, TaskId};
use crate::value::operation::{Hold, Share};

/// So many candidates are tried.
const MOST_TESTS: usize = 60;

/// So much of what a thread touches behind a wait is compared with what it looked at before.
const LOOKED_AT_BEHIND_A_WAIT: usize = 6;

/// Two accesses of one thread and one of another, which belong together.
struct Candidate<'a> {
    face: Torn,
    first: &'a TraceEvent,
    between: &'a TraceEvent,
    last: &'a TraceEvent,
}

impl Case<'_> {
    /// What was torn apart, if that decided the failure.
    pub(super) fn torn(&mut self) -> Option<Cause> {
        let Some(decisive) = self.decisive else {
            return self.torn_always();
        };
        let trace = self.trace;
        let end = self.end();
        let all: Vec<&TraceEvent> = (trace.events.iter())
            .filter(|event| event.step <= end && is_access(event))
            .collect();
        let waits = self.last_requests();
        let with_waits: Vec<&TraceEvent> = all.iter().copied().chain(&waits).collect();
        let mut candidates = self.candidates(&with_waits);
        candidates.sort_by_key(|one| (rank(one.face), one.last.step - one.first.step));
        if let Some(woken) = self.woken_in_vain(&all, decisive) {
            return Some(woken);
        }
        if let Some(root) = self.root(&candidates) {
            return Some(root);
        }
        if let Some(both) = self.both_looked(&all, decisive) {
            return Some(both);
        }
        candidates.retain(|one| one.first.step <= decisive && one.last.step >= decisive);
        let mut weaker = None;
        for one in candidates.into_iter().take(MOST_TESTS) {
            let apart = [Leg::until(one.last)];
            if self.oracle.play(one.first.step, &apart).avoids() {
                return Some(cause(&one));
            }
            // Or the other thread comes first, and does what it has begun.
            let from = one.first.step;
            let after = [Leg::until(one.between), Leg::until(one.last)];
            if weaker.is_none() && self.oracle.play(from, &after).avoids() {
                weaker = Some(cause(&one));
                if one.face == Torn::LostUpdate {
                    return weaker;
                }
            }
        }
        weaker.or_else(|| self.half_seen(&all, decisive))
    }

    /// What threads that wait for ever have asked last: it was to be done, and was not.
    fn last_requests(&self) -> Vec<TraceEvent> {
        let request = |blocked: &Blocked| {
            Some(TraceEvent {
                step: self.oracle.steps(),
                thread: blocked.thread,
                pos: blocked.pos,
                calls: 0,
                in_question: false,
                kind: EventKind::Ask {
                    object: blocked.object?,
                    verb: blocked.verb?,
                    answer: String::new(),
                },
            })
        };
        let requests = self.trace.blocked.iter().filter_map(request);
        requests.filter(is_access).collect()
    }

    /// Tasks of an event loop have one order, so no other run can be asked. What is torn where they give
    /// their turns away is torn in every run.
    fn torn_always(&self) -> Option<Cause> {
        let is_task = |event: &TraceEvent| self.trace.tasks.contains(&event.thread);
        let end = self.end();
        let all: Vec<&TraceEvent> = (self.trace.events.iter())
            .filter(|event| event.step <= end && is_access(event))
            .collect();
        let mut found = self.candidates(&all);
        found.retain(|one| {
            matches!(
                one.face,
                Torn::LostUpdate | Torn::CheckThenAct | Torn::HalfSeen
            ) && is_task(one.first)
                && is_task(one.between)
        });
        found.sort_by_key(|one| (rank(one.face), one.last.step - one.first.step));
        found.first().map(cause)
    }

    /// The root: what is torn may do harm long before the failure cannot be avoided any more. All threads
    /// that come to the first access go on to the last one, one after the other; if nothing can fail then,
    /// it was that.
    fn root(&mut self, candidates: &[Candidate<'_>]) -> Option<Cause> {
        let mut tried = Vec::new();
        for one in candidates {
            // One statement may read and write: only behind the write it is done.
            let region = (one.first.pos, one.last.pos, one.last.kind.writes());
            // Who only sees what is done by halves comes into no region.
            let is_shared = match one.face {
                Torn::LostUpdate | Torn::CheckThenAct | Torn::ReadTwice => true,
                Torn::HalfSeen | Torn::BothLooked | Torn::Overwritten | Torn::WokenInVain => false,
            };
            if !is_shared || tried.contains(&region) || tried.len() >= MOST_TESTS {
                continue;
            }
            tried.push(region);
            let comes = |event: &&TraceEvent| event.pos == one.first.pos;
            let earliest = self.trace.events.iter().find(comes)?;
            let from = self.section_start(earliest);
            let mut threads = Vec::new();
            for event in self.trace.events.iter().filter(comes) {
                if !threads.contains(&event.thread) {
                    threads.push(event.thread);
                }
            }
            let until = self.section_end(one.last).unwrap_or(one.last);
            // Who finds it done already ends without doing it.
            let leg = |thread| Leg {
                or_ends: true,
                ..Leg::until(&TraceEvent {
                    thread,
                    ..until.clone()
                })
            };
            let legs: Vec<Leg> = threads.into_iter().map(leg).collect();
            let played = self.oracle.play(from, &legs);
            let does = |event: &TraceEvent| legs.iter().any(|leg| leg.is_until(event));
            if played.is_safe() && played.events.iter().any(does) {
                return Some(cause(one));
            }
        }
        None
    }

    /// All unserialisable patterns of the run.
    fn candidates<'a>(&self, all: &[&'a TraceEvent]) -> Vec<Candidate<'a>> {
        let mut found = Vec::new();
        for (index, first) in all.iter().enumerate() {
            let Some(target) = first.kind.target() else {
                continue;
            };
            let touches = |event: &TraceEvent| {
                event
                    .kind
                    .target()
                    .is_some_and(|other| other.overlaps(&target))
            };
            let later = all[index + 1..].iter().filter(|event| touches(event));
            let mut others: Vec<&TraceEvent> = Vec::new();
            let mut own_seen = 0;
            for event in later {
                if event.thread != first.thread {
                    others.push(event);
                    continue;
                }
                // The same change in another round of a loop.
                if first.kind.writes() && first.pos == event.pos {
                    break;
                }
                own_seen += 1;
                let patterns = others.iter().rev().find_map(|between| {
                    let face = self.pattern(first, between, event, all)?;
                    Some(Candidate {
                        face,
                        first,
                        between,
                        last: event,
                    })
                });
                found.extend(patterns);
                // What the thread has done in between itself makes it a new beginning.
                if event.kind.writes() || own_seen > 3 {
                    break;
                }
            }
        }
        found
    }

    /// Which unserialisable pattern three accesses show, if they show one.
    fn pattern(
        &self,
        first: &TraceEvent,
        between: &TraceEvent,
        last: &TraceEvent,
        all: &[&TraceEvent],
    ) -> Option<Torn> {
        let (reads, writes) = (first.kind.reads(), first.kind.writes());
        let blind = |event: &TraceEvent| event.kind.writes() && !event.kind.reads();
        if !between.kind.writes() {
            let half = blind(first) && between.kind.reads() && blind(last);
            return half.then_some(Torn::HalfSeen);
        }
        if reads && blind(last) {
            // Who has looked again before writing has lost nothing.
            let looked_again = all.iter().any(|event| {
                event.thread == first.thread
                    && event.step > between.step
                    && event.step < last.step
                    && event.kind.reads()
                    && same_target(event, first)
            });
            // Behind a question, what was asked decides whether it is written, not what.
            return Some(match looked_again || first.in_question {
                true => Torn::CheckThenAct,
                false => Torn::LostUpdate,
            });
        }
        if reads && last.kind.writes() {
            return Some(Torn::CheckThenAct);
        }
        if writes && last.kind.reads() {
            return Some(Torn::Overwritten);
        }
        if reads && last.kind.reads() {
            if value(first).is_some() && value(first) == value(last) {
                return None;
            }
            let acts = all.iter().any(|event| {
                let same = event.kind.target().zip(first.kind.target());
                event.thread == first.thread
                    && event.step > first.step
                    && event.kind.writes()
                    && same.is_some_and(|(one, other)| one.overlaps(&other))
            });
            return match acts || self.leads_to_failure(first, last) {
                true => Some(Torn::CheckThenAct),
                // The same look in another round of a loop belongs to that round.
                false => (!first.is_like(last)).then_some(Torn::ReadTwice),
            };
        }
        None
    }

    /// Whether the failing statement, with the second look in it, comes behind the first look, which so
    /// was a check for it.
    fn leads_to_failure(&self, first: &TraceEvent, last: &TraceEvent) -> bool {
        match self.failure {
            Failure::Error { thread, pos } => {
                *thread == last.thread && first.pos < *pos && pos.at() == last.pos.at()
            }
            Failure::Deadlock | Failure::Livelock(_) => false,
        }
    }

    /// A change of two things that another thread saw half done, or two looks that belong together with
    /// a change of both between them.
    fn half_seen(&mut self, all: &[&TraceEvent], decisive: usize) -> Option<Cause> {
        let mut tests = 0;
        for (index, first) in all.iter().enumerate() {
            if first.step > decisive {
                break;
            }
            // The other half may come only after the failure.
            let own = self.trace.of(first.thread).filter(|event| is_access(event));
            let (before, own): (Vec<&TraceEvent>, Vec<&TraceEvent>) =
                own.partition(|event| event.step <= first.step);
            // The next time that it comes to each place of the text.
            let is_next = |index: usize| !own[..index].iter().any(|one| one.pos == own[index].pos);
            let pairs = (0..own.len())
                .filter(|index| is_next(*index))
                .map(|index| own[index]);
            // What was done before, too, belongs to another round.
            let pairs = pairs.filter(|last| {
                last.step >= decisive
                    && !same_target(first, last)
                    && !before.iter().any(|one| one.pos == last.pos)
            });
            let pairs: Vec<&TraceEvent> = pairs.take(8).collect();
            for last in pairs {
                let between = || {
                    let inside = all[index + 1..]
                        .iter()
                        .take_while(|event| event.step < last.step);
                    inside.filter(|event| event.thread != first.thread)
                };
                let Some(on_first) = between().find(|event| conflict(first, event)) else {
                    continue;
                };
                let mut on_last = between().filter(|event| event.thread == on_first.thread);
                if !on_last.any(|event| conflict(last, event)) {
                    continue;
                }
                tests += 1;
                if tests > MOST_TESTS {
                    return None;
                }
                if self.oracle.play(first.step, &[Leg::until(last)]).avoids() {
                    let is_look = !first.kind.writes();
                    let acts = last.kind.writes() || self.leads_to_failure(first, last);
                    let found = Candidate {
                        face: match (is_look, acts) {
                            (true, true) => Torn::CheckThenAct,
                            (true, false) => Torn::ReadTwice,
                            (false, _) => Torn::HalfSeen,
                        },
                        first,
                        between: on_first,
                        last,
                    };
                    return Some(cause(&found));
                }
            }
        }
        None
    }

    /// Two threads that each look at what the other one writes afterwards (write skew): had one done both
    /// first, the other one would have seen it.
    fn both_looked(&mut self, all: &[&TraceEvent], decisive: usize) -> Option<Cause> {
        let mut tests = 0;
        for (index, first) in all.iter().enumerate() {
            if first.step > decisive || first.kind.writes() {
                continue;
            }
            let own = all[index + 1..]
                .iter()
                .filter(|event| event.thread == first.thread);
            let writes = own.filter(|event| event.kind.writes() && !same_target(event, first));
            for last in writes.take(3) {
                let looks = all.iter().find(|event| {
                    let skewed = all.iter().any(|write| {
                        write.thread == event.thread
                            && write.step > event.step
                            && write.step > first.step
                            && write.kind.writes()
                            && same_target(write, first)
                    });
                    event.thread != first.thread
                        && event.step < last.step
                        && !event.kind.writes()
                        && same_target(event, last)
                        && skewed
                });
                let Some(look) = looks else {
                    continue;
                };
                tests += 1;
                if tests > MOST_TESTS {
                    return None;
                }
                let from = first.step.min(look.step);
                let in_turn = [Leg::until(last), Leg::until(look)];
                let played = self.oracle.play(from, &in_turn);
                if played.is_safe() || last.step >= decisive && played.avoids() {
                    return Some(cause(&Candidate {
                        face: Torn::BothLooked,
                        first,
                        between: look,
                        last,
                    }));
                }
            }
        }
        None
    }

    /// How a thread came to where another one, which runs the same code, was in the middle: the last thing
    /// that it looked at and that the other one had changed.
    pub(super) fn let_in(&self, cause: &Cause) -> Option<LetIn> {
        if let Some(released) = self.released_too_often(cause) {
            return Some(released);
        }
        let Cause::Atomicity {
            face: Torn::Overwritten,
            target,
            first,
            between,
            ..
        } = cause
        else {
            return None;
        };
        let mut own = self.trace.of(first.thread);
        if !own.any(|event| event.pos == between.pos) {
            return None;
        }
        let change_of = |look: &TraceEvent| {
            let is_it = |event: &&TraceEvent| {
                event.step < look.step && event.kind.writes() && same_target(event, look)
            };
            let change = self.trace.events.iter().rfind(is_it)?;
            (change.thread == first.thread).then(|| change.clone())
        };
        let looks = self.trace.of(between.thread).rev().filter(|event| {
            let of = event.kind.target();
            event.step < between.step
                && is_access(event)
                && !event.kind.writes()
                && of.is_some_and(|of| !of.overlaps(target))
        });
        looks.into_iter().find_map(|look| {
            Some(LetIn::Looked {
                look: look.clone(),
                change: change_of(look)?,
            })
        })
    }

    /// What let two threads in at once where both hold one semaphore as a lock: before that, a thread gave back
    /// a permit that it had not taken.
    fn released_too_often(&self, cause: &Cause) -> Option<LetIn> {
        let Cause::Atomicity { first, between, .. } = cause else {
            return None;
        };
        let others = self.open_sections(between);
        let mut own = self.open_sections(first).into_iter();
        let (id, _) = own.find(|(id, _)| others.iter().any(|(other, _)| other == id))?;
        // What is given first is a signal, and so is what nobody gives who has taken it.
        let asks = |event: &&TraceEvent| {
            matches!(&event.kind, EventKind::Ask { object, answer, .. }
                if object.id == id && answer != "false")
        };
        let taken_first = self.trace.events.iter().find(asks)?;
        let given = permits_given(self.trace, id);
        let is_lock = given.iter().any(|(_, has_taken)| *has_taken);
        let before = first.step.max(between.step);
        let mut extra = given
            .iter()
            .filter(|(event, has_taken)| !has_taken && event.step < before);
        let (release, _) = extra.next().filter(|_| is_lock)?;
        let EventKind::Ask {
            object: permits,
            verb,
            ..
        } = taken_first.kind
        else {
            return None;
        };
        if !matches!(verb.on(permits.kind).hold, Hold::Acquires(Share::Permit)) {
            return None;
        }
        Some(LetIn::Released {
            permits,
            release: (*release).clone(),
        })
    }

    /// A thread that was woken because something was so, and goes on although it is so no more.
    fn woken_in_vain(&mut self, all: &[&TraceEvent], decisive: usize) -> Option<Cause> {
        let trace = self.trace;
        for wait in trace.events.iter().rev() {
            let given = woken_by(trace, wait).into_iter();
            let found = given
                .filter(|given| given.step <= decisive)
                .find_map(|given| self.changed_since(all, wait, given));
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Whether a thread fails, and has changed nothing since but by these events.
    fn fails_by(&self, thread: TaskId, since: &[&TraceEvent]) -> bool {
        let end = self.end();
        let is_own =
            matches!(self.failure, Failure::Error { thread: failed, .. } if *failed == thread);
        is_own
            && !since
                .iter()
                .any(|event| event.step <= end && event.kind.writes())
    }

    /// What another thread has changed between a signal and what the thread that got it goes on with.
    fn changed_since(
        &mut self,
        all: &[&TraceEvent],
        wait: &TraceEvent,
        given: &TraceEvent,
    ) -> Option<Cause> {
        let trace = self.trace;
        let own = all.iter().filter(|event| event.thread == wait.thread);
        let (before, behind): (Vec<&TraceEvent>, Vec<&TraceEvent>) =
            own.partition(|event| event.step < wait.step);
        for (index, last) in behind.iter().enumerate().take(LOOKED_AT_BEHIND_A_WAIT) {
            let is_first = !behind[..index].iter().any(|one| same_target(one, last));
            let mut looks = before.iter().rev().filter(|one| one.kind.reads());
            let Some(first) = looks.find(|one| same_target(one, last)) else {
                continue;
            };
            // Who looks at it in the same place has looked again.
            if !is_first || first.pos == last.pos || first.step > given.step {
                continue;
            }
            let between = all.iter().rfind(|event| {
                event.thread != wait.thread
                    && event.step > given.step
                    && event.step < last.step
                    && event.kind.writes()
                    && same_target(event, last)
            });
            let Some(between) = between else {
                continue;
            };
            // Behind the wake-up the waker leaves, and the thread goes on at once.
            let leaves = trace.of(given.thread).find(|event| event.step > given.step);
            let legs: Vec<Leg> = leaves.into_iter().chain([*last]).map(Leg::until).collect();
            let at_once = self.oracle.play(given.step + 1, &legs).avoids();
            // Or it goes on only when the waker has made it so once more.
            let makes_so = |event: &&&TraceEvent| {
                event.thread == given.thread
                    && event.step < given.step
                    && event.kind.writes()
                    && same_target(event, last)
            };
            let mut again = || {
                let made = all.iter().rfind(makes_so)?;
                let legs = [Leg::until(made), Leg::until(last)];
                Some(self.oracle.play(wait.step, &legs).avoids())
            };
            if at_once || again() == Some(true) || self.fails_by(wait.thread, &behind[index + 1..])
            {
                return Some(cause(&Candidate {
                    face: Torn::WokenInVain,
                    first,
                    between,
                    last,
                }));
            }
        }
        None
    }
}

/// What may have given a thread the signal that it got by this event: one that is kept until somebody takes
/// it, or those that came while it waited, of which the first that was meant for it has woken it.
fn woken_by<'t>(trace: &'t Trace, wait: &TraceEvent) -> Vec<&'t TraceEvent> {
    let EventKind::Ask { object, verb, .. } = wait.kind else {
        return Vec::new();
    };
    let need = need(object.kind, verb);
    if !matches!(need, Need::Permit | Need::Set | Need::Notice) {
        return Vec::new();
    }
    let gives = |event: &&TraceEvent| {
        event.thread != wait.thread
            && event.step < wait.step
            && matches!(event.kind, EventKind::Ask { object: of, verb, .. }
                if of.id == object.id && provides(need, of.kind, verb))
    };
    let mut own = trace.of(wait.thread);
    let began = own.rfind(|event| {
        event.step < wait.step
            && matches!(event.kind, EventKind::Block { object: of, .. } if of.id == object.id)
    });
    let mut given = trace.events.iter().filter(gives);
    match (need, began) {
        (Need::Permit, _) if !is_signal(trace, object) => Vec::new(),
        (Need::Permit, _) => given.next_back().into_iter().collect(),
        (_, Some(began)) => given.filter(|event| event.step > began.step).collect(),
        (_, None) => Vec::new(),
    }
}

/// Whether permits are given by threads that have taken none: then they are no lock.
fn is_signal(trace: &Trace, object: ObjectRef) -> bool {
    let given = permits_given(trace, object.id);
    given.iter().any(|(_, has_taken)| !has_taken)
}

/// The releases of an object, and whether the thread that did it had taken it.
fn permits_given(trace: &Trace, id: ObjectId) -> Vec<(&TraceEvent, bool)> {
    let mut taken: BTreeMap<TaskId, usize> = BTreeMap::new();
    let mut given = Vec::new();
    for event in &trace.events {
        let EventKind::Ask {
            object,
            verb,
            answer,
        } = &event.kind
        else {
            continue;
        };
        let own = taken.entry(event.thread).or_default();
        match verb.on(object.kind).hold {
            _ if object.id != id => {}
            Hold::Acquires(_) if answer != "false" => *own += 1,
            Hold::Releases(_) => {
                given.push((event, *own > 0));
                *own = own.saturating_sub(1);
            }
            Hold::Acquires(_) | Hold::None => {}
        }
    }
    given
}

fn cause(found: &Candidate<'_>) -> Cause {
    let target = found
        .last
        .kind
        .target()
        .or_else(|| found.first.kind.target());
    match target {
        Some(target) => Cause::Atomicity {
            face: found.face,
            target,
            first: found.first.clone(),
            between: found.between.clone(),
            last: found.last.clone(),
        },
        None => Cause::Decided,
    }
}

/// The plainest explanation first.
fn rank(face: Torn) -> u8 {
    match face {
        Torn::LostUpdate => 0,
        Torn::CheckThenAct => 1,
        Torn::ReadTwice => 2,
        Torn::HalfSeen | Torn::BothLooked => 3,
        Torn::Overwritten => 4,
        Torn::WokenInVain => 5,
    }
}

/// What was read or written, where that is known.
fn value(event: &TraceEvent) -> Option<&str> {
    match &event.kind {
        EventKind::Read { value, .. } | EventKind::Write { value, .. } => Some(value),
        EventKind::Ask { answer, .. } => Some(answer),
        _ => None,
    }
}

fn same_target(one: &TraceEvent, other: &TraceEvent) -> bool {
    let targets = one.kind.target().zip(other.kind.target());
    targets.is_some_and(|(one, other)| one.overlaps(&other))
}

/// Whether the order of two accesses makes a difference.
pub(super) fn conflict(one: &TraceEvent, other: &TraceEvent) -> bool {
    same_target(one, other) && (one.kind.writes() || other.kind.writes())
}

/// Whether an event reads or changes data: a shared place, or an object that is no mere guard.
pub(super) fn is_access(event: &TraceEvent) -> bool {
    match (&event.kind, event.kind.target()) {
        (_, Some(Target::Place(path))) => !path.is_copy,
        (EventKind::Ask { object, verb, .. }, _) => {
            let guards = [
                "Lock",
                "RLock",
                "Condition",
                "RwLock",
                "Barrier",
                "Latch",
                "Once",
                "Thread",
                "Timer",
            ];
            verb.on(object.kind).hold == Hold::None && !guards.contains(&object.kind)
        }
        _ => false,
    }
}
