//! Why a run went wrong, as data: the cause, computed from the graph of states.
//!
//! Words such as *lost update* accuse a program. They are given to a failure that was found, where a
//! test on other runs of the program shows that what they stand for decided it, and to nothing else.
//!
//! In reading order: [`Cause`], what can be the reason of a failure, with threads, objects and places
//! by identity; [`Oracle`], what is asked of whoever knows the states; [`explain`], which finds the
//! decisive step and asks, root first: `deadlock` who waits for whom, `wakeup` which notice was lost,
//! `atomicity` and `order` what came between or too early, `cancelled` what was left half done. `need` is the table of what ends a wait. The
//! words for all of it are made in `view`.

mod atomicity;
mod cancelled;
mod cause;
mod deadlock;
mod need;
mod oracle;
mod order;
mod wakeup;

pub use cause::{
    Cause, Early, EndedHolder, Explanation, LetIn, Lost, Mark, Need, Provider, Torn, Wait,
    WaitCycle, Why,
};
pub use need::{need, provides};
pub use oracle::{Leg, Oracle, Played, decisive_step};

use crate::pos::Pos;
use crate::trace::{EventKind, Trace, TraceEvent};
use crate::value::object::TaskId;

/// What went wrong, as far as explaining needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A thread failed there.
    Error {
        /// The thread.
        thread: TaskId,
        /// Where in the text.
        pos: Pos,
    },
    /// Threads wait for ever.
    Deadlock,
    /// These threads loop for ever.
    Livelock(Vec<TaskId>),
}

/// A failing run, and who answers questions about others.
pub(crate) struct Case<'a> {
    trace: &'a Trace,
    oracle: &'a mut dyn Oracle,
    failure: &'a Failure,
    /// The decisive step, where there is one.
    decisive: Option<usize>,
}

/// Finds the cause of a failure, of which `trace` is the run that `oracle` answers for.
pub fn explain(trace: &Trace, failure: &Failure, oracle: &mut dyn Oracle) -> Explanation {
    let decisive = decisive_step(oracle);
    let mut case = Case {
        trace,
        oracle,
        failure,
        decisive,
    };
    let cause = case.cause();
    let instead = match decisive {
        Some(at) => case.oracle.avoiding(at).into_iter().next(),
        None => None,
    };
    let step = decisive.and_then(|at| case.event_at(at)).cloned();
    let let_in = case.let_in(&cause);
    let marks = match cause.events() {
        events if events.is_empty() => marks(trace, step.iter()),
        mut events => {
            events.extend(let_in.iter().map(LetIn::event));
            marks(trace, events.into_iter())
        }
    };
    Explanation {
        cause,
        let_in,
        marks,
        decisive: step,
        instead,
        is_inevitable: decisive.is_none() && oracle.is_exact(),
        blocked: trace.blocked.clone(),
        names: trace.names.clone(),
    }
}

/// Those of these events that the run has, each with its round.
fn marks<'e>(trace: &Trace, events: impl Iterator<Item = &'e TraceEvent>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for event in events.filter(|event| trace.events.contains(event)) {
        let mut before = trace.of(event.thread).take_while(|own| *own != event);
        let round = before.by_ref().filter(|own| own.is_like(event)).count();
        let event = event.clone();
        marks.push(Mark { event, round });
    }
    marks
}

impl Case<'_> {
    fn cause(&mut self) -> Cause {
        let found = (self.copied_variable())
            .or_else(|| self.forgotten_await())
            .or_else(|| self.closed_before())
            .or_else(|| match self.failure {
                Failure::Deadlock => (self.ended_holder())
                    .map(|holder| self.torn_before(&holder).unwrap_or(holder))
                    .or_else(|| self.circle_of_holders())
                    .or_else(|| self.nested_monitor())
                    .or_else(|| {
                        let lost = self.lost_wakeup()?;
                        Some(self.died_before().unwrap_or(lost))
                    })
                    .or_else(|| self.never_told())
                    .or_else(|| self.torn())
                    .or_else(|| self.too_early_for_waiters())
                    .or_else(|| self.circle())
                    .or_else(|| self.kept_out())
                    .or_else(|| self.nobody_left()),
                // Threads that loop for each other do so in a circle: neither is too early.
                Failure::Livelock(threads) if threads.len() > 1 => self.torn(),
                Failure::Error { .. } | Failure::Livelock(_) => (self.empty_turn())
                    .or_else(|| self.torn())
                    .or_else(|| self.too_early()),
            });
        match (found, self.failure) {
            (Some(cause), _) => cause,
            (None, Failure::Livelock(threads)) => Cause::Livelock {
                threads: threads.clone(),
                reads: self.looks_of(threads),
            },
            (None, Failure::Error { .. } | Failure::Deadlock) => {
                let unnamed = match (self.failure, self.decisive) {
                    (Failure::Error { .. }, None) if self.is_inevitable() => Cause::Always,
                    (_, Some(_)) => Cause::Decided,
                    (_, None) => Cause::Unknown,
                };
                self.cut_off().unwrap_or(unnamed)
            }
        }
    }

    /// Whether every run fails.
    fn is_inevitable(&self) -> bool {
        self.decisive.is_none() && self.oracle.is_exact()
    }

    /// What happened first in a step of the run, by the thread whose step it is.
    fn event_at(&self, step: usize) -> Option<&TraceEvent> {
        self.trace.events.iter().find(|event| event.step == step)
    }

    /// The step behind which the failure reads nothing more: what comes later is no cause.
    fn end(&self) -> usize {
        match self.failure {
            Failure::Error { thread, pos } => {
                let mut own = self.trace.of(*thread);
                let failed = own.find(|event| {
                    matches!(event.kind, EventKind::Fail { .. }) && event.pos == *pos
                });
                failed.map_or(usize::MAX, |event| event.step)
            }
            Failure::Deadlock | Failure::Livelock(_) => usize::MAX,
        }
    }

    /// The last different places that loops look at.
    fn looks_of(&mut self, threads: &[TaskId]) -> Vec<TraceEvent> {
        let mut found: Vec<TraceEvent> = Vec::new();
        for thread in threads {
            let played = (self.oracle).play(self.oracle.steps(), &[Leg::of(*thread)]);
            let looks = played.events.iter().filter(|event| {
                event.thread == *thread && event.kind.reads() && !event.kind.writes()
            });
            for read in looks {
                if !found.iter().any(|known| known.is_like(read)) {
                    found.push(read.clone());
                }
            }
        }
        found.sort();
        found
    }

    /// A task in another process works on copies: what it changes, nobody else sees, and what it looks
    /// at, nobody else changes.
    fn copied_variable(&self) -> Option<Cause> {
        let is_copy = |event: &&TraceEvent| match &event.kind {
            EventKind::Read { path, .. }
            | EventKind::Write { path, .. }
            | EventKind::Call { path, .. } => path.is_copy,
            _ => false,
        };
        let mut copies = self.trace.events.iter().filter(is_copy);
        let access = match self.failure {
            Failure::Livelock(threads) => copies.rfind(|event| {
                threads.contains(&event.thread) && matches!(event.kind, EventKind::Read { .. })
            }),
            Failure::Error { thread, .. } => {
                let seen = |event: &&TraceEvent| {
                    let (EventKind::Write { path, .. } | EventKind::Call { path, .. }) =
                        &event.kind
                    else {
                        return false;
                    };
                    let name = &path.variable;
                    self.trace.of(*thread).any(|own| match &own.kind {
                        EventKind::Read { path, .. } | EventKind::Call { path, .. } => {
                            !path.is_copy && path.variable == *name
                        }
                        _ => false,
                    })
                };
                copies.rfind(seen).or_else(|| {
                    let mut all = self.trace.events.iter().filter(is_copy);
                    all.rfind(|event| event.kind.writes())
                })
            }
            Failure::Deadlock => None,
        }?;
        Some(Cause::CopiedVariable {
            access: access.clone(),
        })
    }

    fn forgotten_await(&self) -> Option<Cause> {
        if *self.failure != Failure::Deadlock {
            return None;
        }
        self.trace.blocked.iter().find_map(|waiter| {
            Some(Cause::ForgottenAwait {
                waiter: waiter.clone(),
                what: waiter.forgotten.clone()?,
            })
        })
    }
}
