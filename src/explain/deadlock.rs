//! Who waits for whom: circles, holders that have ended, and waits that nobody is left to end.
//!
//! The wait graph of the final state: from each thread that waits to those that would have to go on. A
//! lock knows who holds it. A permit belongs to nobody, so who has one is read off the run: the thread
//! that took it and has not given it back, unless it is a signal, which others give. What a thread would
//! do if it came so far is read off its code.

use std::collections::BTreeMap;

use super::Case;
use super::cause::{Cause, EndedHolder, Need, Provider, Wait, WaitCycle, Why};
use super::need::{need, provides};
use crate::pos::Pos;
use crate::trace::{Ahead, Blocked, EventKind, ObjectRef, TraceEvent};
use crate::value::object::{ObjectId, TaskId, Verb};
use crate::value::operation::{Hold, Share};

/// Somebody who would have to go on, and why.
type Hope = (TaskId, Why);

impl Case<'_> {
    /// What is waited for was taken by a thread that has ended.
    pub(super) fn ended_holder(&self) -> Option<Cause> {
        let waiters = self.trace.blocked.iter();
        let mut found = waiters.filter_map(|waiter| {
            let object = waiter.object?;
            let holders = self.holders(waiter);
            let (holder, took) = holders
                .iter()
                .find(|(holder, _)| self.trace.has_ended(*holder))?;
            let error = self.left_by(*holder, *took);
            Some(EndedHolder {
                waiter: waiter.clone(),
                object,
                holder: *holder,
                took: *took,
                is_uncaught: self.trace.error_of(*holder).is_some(),
                error,
            })
        });
        found.next().map(Cause::HolderEnded)
    }

    /// Why a thread ended without giving back what it had taken, where it gives it back in another order of
    /// the threads: what made it leave that out was torn apart.
    pub(super) fn torn_before(&mut self, ended: &Cause) -> Option<Cause> {
        match ended {
            Cause::HolderEnded(holder) if holder.error.is_none() => {
                let torn = self.torn()?;
                let passing = self.oracle.passing_run(self.decisive?)?;
                let gives = |event: &TraceEvent| {
                    event.thread == holder.holder
                        && matches!(event.kind, EventKind::Ask { object, verb, .. }
                            if object.id == holder.object.id
                                && matches!(verb.on(object.kind).hold, Hold::Releases(_)))
                };
                passing.events.iter().any(gives).then_some(torn)
            }
            _ => None,
        }
    }

    /// The error by which a thread left the place where it had taken something.
    fn left_by(&self, thread: TaskId, took: Pos) -> Option<(String, Pos)> {
        let taken = self.trace.of(thread).rfind(|event| event.pos == took)?.step;
        let mut raised = self.trace.raised.iter();
        let error = raised.find(|error| error.thread == thread && error.step >= taken)?;
        Some((error.message.clone(), error.pos))
    }

    /// Threads that hold what others wait for, or whose end they wait for, in a circle.
    pub(super) fn circle_of_holders(&self) -> Option<Cause> {
        if let Some(pool) = self.full_pool() {
            return Some(pool);
        }
        self.shortest(|waiter| {
            let mut hopes = self.hopes(waiter);
            hopes.retain(|(_, why)| !matches!(why, Why::WouldProvide(_)));
            hopes
        })
    }

    /// Threads of which each would do what the other one waits for, if it came so far.
    pub(super) fn circle(&self) -> Option<Cause> {
        self.shortest(|waiter| self.hopes(waiter))
    }

    /// The same where one waits for a notice with another lock in hand, for which that one waits who would
    /// notify (the nested monitor problem, Lister 1977).
    pub(super) fn nested_monitor(&self) -> Option<Cause> {
        let cause = self.circle()?;
        let Cause::Circle(cycle) = &cause else {
            return None;
        };
        let holds = |wait: &Wait| matches!(wait.why, Why::Holds(_));
        let waits = |wait: &Wait| {
            matches!(wait.why, Why::WouldProvide(_)) && self.need(&wait.blocked) == Need::Notice
        };
        let is_nested = cycle.waits.iter().any(holds) && cycle.waits.iter().any(waits);
        is_nested.then_some(cause)
    }

    /// All threads of a pool wait for tasks that only they could run.
    fn full_pool(&self) -> Option<Cause> {
        let waits_for_task = |blocked: &&Blocked| {
            let object = blocked.object;
            object.is_some_and(|object| {
                matches!(object.kind, "Future" | "Results" | "Watch" | "AsCompleted")
            })
        };
        for waiter in self.trace.blocked.iter().filter(waits_for_task) {
            let workers: Option<Vec<&Blocked>> = (waiter.awaited.iter())
                .map(|worker| self.trace.blocked(*worker).filter(waits_for_task))
                .collect();
            let workers = workers.unwrap_or_default();
            if workers.iter().any(|worker| worker.thread == waiter.thread) {
                let wait = |blocked: &&Blocked| Wait {
                    blocked: (*blocked).clone(),
                    why: Why::RunsTasks,
                };
                let waits = workers.iter().map(wait).collect();
                return Some(Cause::Circle(WaitCycle { waits }));
            }
        }
        None
    }

    /// The shortest circle of such hopes.
    fn shortest(&self, hopes: impl Fn(&Blocked) -> Vec<Hope>) -> Option<Cause> {
        let mut best: Option<Vec<Wait>> = None;
        for start in &self.trace.blocked {
            // Breadth first, from this one back to it.
            let mut paths: Vec<Vec<Wait>> = vec![Vec::new()];
            let mut ends = vec![start.thread];
            let mut seen = vec![start.thread];
            let limit = best
                .as_ref()
                .map_or(self.trace.blocked.len(), |best| best.len() - 1);
            'search: for _ in 0..limit {
                let (mut next_paths, mut next_ends) = (Vec::new(), Vec::new());
                for (path, end) in paths.iter().zip(&ends) {
                    let Some(blocked) = self.trace.blocked(*end) else {
                        continue;
                    };
                    for (other, why) in hopes(blocked) {
                        let wait = Wait {
                            blocked: blocked.clone(),
                            why,
                        };
                        let longer: Vec<Wait> = path.iter().cloned().chain([wait]).collect();
                        if other == start.thread {
                            best = Some(longer);
                            break 'search;
                        }
                        if !seen.contains(&other) {
                            seen.push(other);
                            next_paths.push(longer);
                            next_ends.push(other);
                        }
                    }
                }
                (paths, ends) = (next_paths, next_ends);
            }
        }
        best.map(|waits| Cause::Circle(WaitCycle { waits }))
    }

    /// Who would have to go on for a wait to end, among those that wait themselves.
    fn hopes(&self, waiter: &Blocked) -> Vec<Hope> {
        let is_blocked = |thread: &TaskId| self.trace.blocked(*thread).is_some();
        let holders = self.holders(waiter);
        let held = holders
            .iter()
            .map(|(thread, since)| (*thread, Why::Holds(*since)));
        let mut hopes: Vec<Hope> = held.filter(|(thread, _)| is_blocked(thread)).collect();
        let Some(object) = waiter.object else {
            return hopes;
        };
        let why = match object.kind {
            "RwLock" | "ReadLock" | "WriteLock" => Why::QueuesBefore,
            "Thread" | "Timer" | "Task" => Why::Ends,
            _ => Why::RunsTasks,
        };
        let held_by = |thread: &TaskId| holders.iter().any(|(holder, _)| holder == thread);
        let awaited = waiter.awaited.iter().copied();
        let awaited = awaited.filter(|thread| is_blocked(thread) && !held_by(thread));
        hopes.extend(awaited.map(|thread| (thread, why)));
        if hopes.is_empty() {
            let need = self.need(waiter);
            // Whether work is done for each item is no matter of who comes first.
            let others = self.trace.blocked.iter().filter(|_| need != Need::TaskDone);
            for other in others {
                let mut ahead = other.ahead.iter();
                let helps = ahead.find(|ahead| {
                    ahead.object == object.id && provides(need, object.kind, ahead.verb)
                });
                hopes.extend(helps.map(|ahead| (other.thread, Why::WouldProvide(ahead.pos))));
            }
        }
        hopes
    }

    fn need(&self, waiter: &Blocked) -> Need {
        match (waiter.object, waiter.verb) {
            (Some(object), Some(verb)) => need(object.kind, verb),
            _ => Need::Other,
        }
    }

    /// Who has what a thread waits for, and since where.
    fn holders(&self, waiter: &Blocked) -> Vec<(TaskId, Pos)> {
        if !waiter.holders.is_empty() {
            return waiter.holders.clone();
        }
        match waiter.object {
            Some(object) if self.need(waiter) == Need::Permit => self.permits(object),
            _ => Vec::new(),
        }
    }

    /// The threads that have taken permits and not given them back, with where they took them. Nobody
    /// has those of a signal: what one thread takes, another one gives.
    fn permits(&self, object: ObjectRef) -> Vec<(TaskId, Pos)> {
        let mut taken: BTreeMap<TaskId, Vec<Pos>> = BTreeMap::new();
        for event in &self.trace.events {
            let EventKind::Ask {
                object: of,
                verb,
                answer,
            } = &event.kind
            else {
                continue;
            };
            if of.id != object.id {
                continue;
            }
            match verb.on(of.kind).hold {
                Hold::Acquires(Share::Permit) if answer != "false" => {
                    taken.entry(event.thread).or_default().push(event.pos);
                }
                Hold::Releases(Share::Permit) => {
                    let own = taken.get_mut(&event.thread).and_then(Vec::pop);
                    if own.is_none() {
                        return Vec::new();
                    }
                }
                Hold::Acquires(_) | Hold::Releases(_) | Hold::None => {}
            }
        }
        let gives_back = |thread: TaskId| match self.trace.blocked(thread) {
            Some(blocked) => {
                blocked.ahead.iter().any(|ahead| {
                    ahead.object == object.id && provides(Need::Permit, object.kind, ahead.verb)
                }) || blocked.object.is_some_and(|own| own.id == object.id)
            }
            None => self.trace.has_ended(thread),
        };
        (taken.into_iter())
            .filter_map(|(thread, places)| Some((thread, places.first().copied()?)))
            .filter(|(thread, _)| gives_back(*thread))
            .collect()
    }

    /// Nobody is left who could end the waits.
    pub(super) fn nobody_left(&mut self) -> Option<Cause> {
        let waits_for_other =
            |blocked: &&Blocked| self.need(blocked) != Need::End || blocked.awaited.is_empty();
        let all = self.trace.blocked.iter();
        let mut waiters: Vec<Blocked> = all.filter(waits_for_other).cloned().collect();
        if waiters.is_empty() {
            waiters.clone_from(&self.trace.blocked);
        }
        let waiter = waiters.first()?;
        let need = self.need(waiter);
        let object = waiter.object?;
        let id = object.id;
        waiters.retain(|other| other.object.is_some_and(|of| of.id == id));
        let mut helping = (self.trace.prevented.iter())
            .filter(|(_, ahead)| ahead.object == id && provides(need, object.kind, ahead.verb));
        // To send once more ends a loop over a channel no more than before.
        let ends = |ahead: &Ahead| need != Need::Close || ahead.verb == Verb::Close;
        let prevented = (helping.clone().find(|(_, ahead)| ends(ahead))).or_else(|| helping.next());
        let prevented = prevented.map(|(thread, ahead)| Provider {
            thread: *thread,
            pos: ahead.pos,
            has_provided: false,
            error: (self.trace.raised.iter())
                .find(|error| error.thread == *thread)
                .map(|error| (error.message.clone(), error.pos)),
        });
        let last = prevented
            .or_else(|| self.would_have_provided(object, need))
            .or_else(|| {
                let event = last_provider(&self.trace.events, id, need)?;
                Some(self.provider(event, true))
            });
        let taken = match need {
            Need::Permit => self.taken_by_a_waiter(object, &waiters),
            _ => None,
        };
        Some(Cause::NobodyLeft {
            waiters,
            need,
            last,
            taken,
        })
    }

    /// The same where nobody notifies a condition, here or in a run that goes well: who waits there waits for
    /// ever, and an order only decides whether anybody does.
    pub(super) fn never_told(&mut self) -> Option<Cause> {
        let tells = |events: &[TraceEvent], object: ObjectRef| {
            last_provider(events, object.id, Need::Notice).is_some()
        };
        let mut untold = (self.trace.blocked.iter())
            .filter(|waiter| self.need(waiter) == Need::Notice)
            .filter_map(|waiter| waiter.object);
        let object = untold.find(|object| !tells(&self.trace.events, *object))?;
        let passing = match self.decisive {
            Some(decisive) => self.oracle.passing_run(decisive)?.events,
            None => Vec::new(),
        };
        match tells(&passing, object) {
            true => None,
            false => self.nobody_left(),
        }
    }

    /// The same where a thread that would have ended the wait has failed before: its error is the root,
    /// whatever was lost otherwise.
    pub(super) fn died_before(&mut self) -> Option<Cause> {
        let found = self.nobody_left()?;
        let Cause::NobodyLeft {
            last: Some(last), ..
        } = &found
        else {
            return None;
        };
        let has_failed = self.trace.of(last.thread).any(|event| {
            matches!(
                event.kind,
                EventKind::Fail { .. } | EventKind::TaskFail { .. }
            )
        });
        (last.error.is_some() && !last.has_provided && has_failed).then_some(found)
    }

    /// How the last permit was taken by a thread that can do nothing with it, as it waits for ever for
    /// something else.
    fn taken_by_a_waiter(&self, object: ObjectRef, waiters: &[Blocked]) -> Option<TraceEvent> {
        let takes = |event: &&TraceEvent| {
            matches!(&event.kind, EventKind::Ask { object: of, verb, answer }
                if of.id == object.id
                    && answer != "false"
                    && matches!(verb.on(of.kind).hold, Hold::Acquires(Share::Permit)))
        };
        let taken = self.trace.events.iter().rfind(takes)?;
        let is_stuck = self.trace.blocked(taken.thread).is_some()
            && !waiters.iter().any(|one| one.thread == taken.thread);
        is_stuck.then(|| taken.clone())
    }

    /// All threads of a pool wait, and tasks of the pool wait for one of them.
    pub(super) fn kept_out(&self) -> Option<Cause> {
        for waiter in &self.trace.blocked {
            let of_pool =
                |(_, threads): &&(ObjectRef, Vec<TaskId>)| threads.contains(&waiter.thread);
            let unfinished: Vec<_> = self.trace.unfinished.iter().filter(of_pool).collect();
            let pool = unfinished.iter().map(|(_, threads)| threads);
            let Some(pool) = pool.max_by_key(|threads| threads.len()) else {
                continue;
            };
            // Each thread runs one of them, and those that were submitted first.
            let all = self.trace.unfinished.iter();
            let of_same = all.filter(|(_, threads)| threads.iter().all(|one| pool.contains(one)));
            let Some((task, _)) = of_same.into_iter().nth(pool.len()) else {
                continue;
            };
            let stuck: Option<Vec<&Blocked>> =
                pool.iter().map(|one| self.trace.blocked(*one)).collect();
            let Some(stuck) = stuck else { continue };
            let waits = stuck.into_iter().map(|blocked| Wait {
                blocked: blocked.clone(),
                why: Why::KeepsOut(task.made_at),
            });
            let waits = waits.collect();
            return Some(Cause::Circle(WaitCycle { waits }));
        }
        None
    }

    /// The thread that ends the wait in a good run, and has ended in this one without doing so.
    fn would_have_provided(&mut self, object: ObjectRef, need: Need) -> Option<Provider> {
        let at = self.decisive?;
        let good = self.oracle.passing_run(at)?;
        let here = |event: &TraceEvent| {
            let done = |own: &&TraceEvent| own.is_like(event);
            self.trace.of(event.thread).filter(done).count()
        };
        let provided = good.events.iter().filter(|event| {
            is_provision(event, object.id, need)
                && self.trace.has_ended(event.thread)
                && here(event) == 0
        });
        let provided: Vec<&TraceEvent> = provided.collect();
        let failed = provided
            .iter()
            .find(|event| self.trace.error_of(event.thread).is_some());
        let event = failed.or(provided.first())?;
        Some(self.provider(event, false))
    }

    fn provider(&self, event: &TraceEvent, has_provided: bool) -> Provider {
        Provider {
            thread: event.thread,
            pos: event.pos,
            has_provided,
            error: self.trace.error_of(event.thread),
        }
    }
}

fn last_provider(events: &[TraceEvent], object: ObjectId, need: Need) -> Option<&TraceEvent> {
    events
        .iter()
        .rfind(|event| is_provision(event, object, need))
}

fn is_provision(event: &TraceEvent, object: ObjectId, need: Need) -> bool {
    match &event.kind {
        EventKind::Ask {
            object: of, verb, ..
        } => of.id == object && *verb != Verb::Abandon && provides(need, of.kind, *verb),
        _ => false,
    }
}
