//! What exploring has to say of a program, as data.

use std::sync::Arc;
use std::time::Duration;

use super::alike::Alike;
use super::demand::Demanded;
use super::estimate::Expected;
use super::graph::Interleavings;
use super::limits::Cut;
use super::lock_order::Nesting;
use super::outcome::{End, Outcome, Stuck};
use super::race::Race;
use super::sample::Sampled;
use super::token::Token;
use super::trail::Trail;
use crate::explain::Explanation;
use crate::pos::Pos;
use crate::schedule::{Failed, Lines};

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// A thread ended by an error that nobody caught: a failed assertion too.
    Error {
        /// The thread's name.
        thread: String,
        /// What went wrong.
        message: String,
        /// Where.
        pos: Pos,
    },
    /// These threads wait for ever.
    Deadlock(Vec<Stuck>),
    /// These threads go round for ever and never end, whatever the schedule.
    Livelock(Vec<String>),
    /// These threads can go round for ever, although each goes on again and again, and although the
    /// program can end.
    FairLivelock {
        /// Their names.
        threads: Vec<String>,
        /// How many steps at the end of the run lead back to where they began.
        round: usize,
    },
    /// Different threads take the same locks in different orders.
    LockOrder(Vec<Nesting>),
    /// This thread waits while others go round for ever, although it could have had its turn.
    Starvation(String),
    /// Two threads touch one place, and nothing keeps them apart.
    Race(Race),
    /// A task of a pool has failed, and nobody asks for its result: nobody sees the error.
    UnseenError {
        /// The thread that ran the task.
        thread: String,
        /// What went wrong.
        message: String,
        /// Where.
        pos: Pos,
    },
}

impl Problem {
    /// One word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Error { message, .. } if message.starts_with("assertion failed") => "assertion",
            Self::Error { .. } => "error",
            Self::Deadlock(_) => "deadlock",
            Self::Livelock(_) => "livelock",
            Self::FairLivelock { .. } => "fair-livelock",
            Self::LockOrder(_) => "lock-order",
            Self::Starvation(_) => "starvation",
            Self::Race(_) => "race",
            Self::UnseenError { .. } => "unseen-error",
        }
    }

    /// Where in the text.
    pub fn lines(&self) -> Vec<Pos> {
        match self {
            Self::Error { pos, .. } | Self::UnseenError { pos, .. } => vec![*pos],
            Self::Deadlock(stuck) => stuck.iter().map(|stuck| stuck.pos).collect(),
            Self::Livelock(_) | Self::FairLivelock { .. } | Self::Starvation(_) => Vec::new(),
            Self::LockOrder(nestings) => nestings.iter().map(|nesting| nesting.pos).collect(),
            Self::Race(race) => race.accesses.iter().map(|access| access.pos).collect(),
        }
    }

    /// Whether it is the same mistake, as far as one can tell: the same kind at the same lines.
    /// Where threads wait for ever is told apart no further: who else waits is chance.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let is_deadlock = matches!(self, Self::Deadlock(_));
        self.kind() == other.kind() && (is_deadlock || self.lines() == other.lines())
    }

    /// What makes two problems of different runs the same mistake: what is said and where. Which
    /// thread it meets is chance, and so is who else waits when some wait for each other.
    pub(super) fn cause(&self) -> (String, Vec<Pos>) {
        match self {
            // What the message says of values, and whom it meets, is chance.
            Self::Error { pos, .. } if !pos.is_none() => ("error".into(), vec![*pos]),
            Self::Error { message, pos, .. } => (message.clone(), vec![*pos]),
            Self::Deadlock(stuck) => {
                let places = |held: bool| {
                    let stuck = stuck.iter().filter(|one| !held || !one.held_by.is_empty());
                    let mut places: Vec<Pos> = stuck.map(|one| one.pos).collect();
                    places.sort_unstable();
                    places.dedup();
                    places
                };
                let held = places(true);
                let places = if held.is_empty() { places(false) } else { held };
                (self.kind().into(), places)
            }
            _ => (self.kind().into(), self.lines()),
        }
    }

    /// The errors by which these threads have ended, and main.
    pub(super) fn errors<'a>(
        threads: impl IntoIterator<Item = &'a Lines>,
        main: Option<&Failed>,
    ) -> Vec<Self> {
        let failed = (threads.into_iter())
            .flat_map(|lines| lines.failed.iter().map(|failed| (&*lines.name, failed)))
            .chain(main.map(|failed| ("main", failed)));
        let error = |(name, failed): (&str, &Failed)| Self::Error {
            thread: name.into(),
            message: failed.message.to_string(),
            pos: failed.pos,
        };
        failed.map(error).collect()
    }

    /// Whether it only looks wrong: no run has failed by it.
    pub(super) fn is_finding(&self) -> bool {
        match self {
            Self::Race(_)
            | Self::LockOrder(_)
            | Self::Starvation(_)
            | Self::UnseenError { .. }
            | Self::FairLivelock { .. } => true,
            Self::Error { .. } | Self::Deadlock(_) | Self::Livelock(_) => false,
        }
    }

    /// Whether it is that threads never end: what follows from other problems of its run.
    pub(super) fn is_endless(&self) -> bool {
        match self {
            Self::Deadlock(_)
            | Self::Livelock(_)
            | Self::FairLivelock { .. }
            | Self::Starvation(_) => true,
            Self::Error { .. } | Self::UnseenError { .. } | Self::Race(_) | Self::LockOrder(_) => {
                false
            }
        }
    }

    /// What went wrong first in a run that became this.
    pub fn first_of(outcome: &Outcome) -> Option<Self> {
        Self::of(outcome).into_iter().next()
    }

    /// What went wrong in a run that became this.
    pub fn of(outcome: &Outcome) -> Vec<Self> {
        let mut problems = Self::errors(&outcome.threads, outcome.main_failed.as_ref());
        match &outcome.end {
            End::Value(_) => {}
            End::Error { message, pos } => problems.push(Self::Error {
                thread: "main".into(),
                message: message.clone(),
                pos: *pos,
            }),
            End::Deadlock(stuck) => problems.push(Self::Deadlock(stuck.clone())),
        }
        problems
    }
}

/// One thing that can go wrong, with a run in which it does.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What goes wrong.
    pub problem: Problem,
    /// The run with the fewest preemptions, and then the fewest steps, that leads there.
    pub trail: Trail,
    /// That run as a word.
    pub token: Token,
    /// Why it goes wrong; nothing for what was seen in runs that need not fail.
    pub explanation: Option<Arc<Explanation>>,
    /// The other failures that have the same cause, which are not shown by themselves.
    pub others: Vec<Problem>,
}

impl Finding {
    /// What goes wrong, and what else goes wrong by the same cause.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(&self.problem).chain(&self.others)
    }

    /// The kinds of the other failures with the same cause, each once.
    pub fn other_kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.others.iter().map(Problem::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    pub(super) fn into_problems(self) -> impl Iterator<Item = Problem> {
        std::iter::once(self.problem).chain(self.others)
    }
}

/// One thing that can become of the program.
#[derive(Clone, Debug)]
pub struct Possible {
    /// What becomes of it in one run.
    pub outcome: Outcome,
    /// The threads that are interchangeable in it: outcomes that differ only by which of them is which are
    /// this one, too.
    pub alike: Vec<Alike>,
    /// How many interleavings lead there; nothing when the search was not complete.
    pub interleavings: Option<Interleavings>,
    /// One of them.
    pub token: Token,
}

/// All that exploring has found.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// What can become of the program, the most frequent first.
    pub outcomes: Vec<Possible>,
    /// What goes wrong: errors, deadlocks, threads that never end.
    pub failures: Vec<Finding>,
    /// What looks wrong although no run has failed by it: data races, locks in different orders,
    /// starvation, fair livelocks.
    pub findings: Vec<Finding>,
    /// How many interleavings there are; nothing when the search was not complete.
    pub interleavings: Option<Interleavings>,
    /// How many different states.
    pub states: u64,
    /// How many steps between them.
    pub transitions: u64,
    /// How many of the states were not expanded: what becomes of runs that come there is not known.
    pub unexpanded: u64,
    /// How long it took.
    pub took: Duration,
    /// Why the search is not complete; nothing when it is: then what was found is proved to be
    /// all.
    pub cut: Option<Cut>,
    /// Where the threads were when the search was left, the one that ran first, if that is known; of each the calls
    /// that it was in, innermost first.
    pub cut_at: Vec<Pos>,
    /// How many runs stand for all others that differ from them only in the order of independent steps,
    /// where that was proved: then everything was seen, and nothing was counted.
    pub uncounted: Option<u64>,
    /// How many states there are, where not all were seen and it could be estimated.
    pub expected: Option<Expected>,
    /// What was sampled after the search had given up.
    pub sampled: Option<Sampled>,
    /// What was asked besides: see [`Explorer::demand`](super::Explorer::demand).
    pub demanded: Demanded,
}

impl Exploration {
    /// How probable it is, at most, that two different states were taken for one: for keys of 128
    /// bits, the square of the number of states over 2^129.
    pub fn collision_bound(&self) -> f64 {
        (self.states as f64).powi(2) / 2_f64.powi(129)
    }

    /// Whether everything that can happen was seen.
    pub fn is_proved(&self) -> bool {
        self.cut.is_none()
    }
}
