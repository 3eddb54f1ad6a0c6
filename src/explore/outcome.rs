//! What can become of a program: how main ended, who failed, and what each thread printed in its own
//! order.

use std::sync::Arc;

use crate::pos::Pos;
use crate::runtime::threads::ThreadInfo;
use crate::schedule::{Failed, Lines, ToldSoFar, Walk, WalkEnd};
use crate::value::object::TaskId;
use crate::value::{Value, debug_text};

/// How a run can end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// Main returned this value, as `debug` shows it.
    Value(String),
    /// Main failed.
    Error {
        /// What went wrong.
        message: String,
        /// Where.
        pos: Pos,
    },
    /// These threads wait for ever.
    Deadlock(Vec<Stuck>),
}

/// A thread that waits for ever.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stuck {
    /// Its number.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// Where it waits.
    pub pos: Pos,
    /// The line of the text in which that is.
    pub source: Arc<str>,
    /// For what, in words.
    pub waits_for: String,
    /// Who holds that, and since where.
    pub held_by: Vec<(String, Pos)>,
}

impl Stuck {
    /// A thread of `walk` that can never go on.
    pub(super) fn of(walk: &Walk, thread: ThreadInfo) -> Self {
        Self {
            source: walk.source_line(TaskId(thread.number)),
            number: thread.number,
            name: thread.name,
            pos: thread.pos,
            waits_for: thread.waits_for,
            held_by: thread.held_by,
        }
    }
}

/// One of the things that can become of a program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// The error by which main ended, where that was not the end: others wait for ever since.
    pub main_failed: Option<Failed>,
    /// What the threads told that told anything, in the order of their numbers.
    pub threads: Vec<Lines>,
    /// The printing threads in the order of their lines, by number, where that order counts.
    pub order: Option<Vec<u64>>,
}

impl Outcome {
    /// What has become of a run that is over.
    pub fn of(walk: &Walk, end: WalkEnd) -> Self {
        let told: &Arc<ToldSoFar> = walk.told_so_far();
        let end = match end {
            WalkEnd::Main(Ok(value)) => End::Value(debug_text(&value)),
            WalkEnd::Main(Err(fault))
                if fault
                    .kind
                    .exit_status()
                    .is_some_and(|(status, _)| status == 0) =>
            {
                End::Value(debug_text(&Value::Unit))
            }
            // Its words were made when main failed: what they show may have changed since.
            WalkEnd::Main(Err(fault)) => match told.main_failed.as_deref() {
                Some(error) => End::Error {
                    message: error.message.clone(),
                    pos: error.pos,
                },
                None => End::Error {
                    message: fault.kind.in_reports(),
                    pos: fault.pos,
                },
            },
            WalkEnd::Deadlock(threads) => {
                let stuck = threads.into_iter().map(|thread| Stuck::of(walk, thread));
                End::Deadlock(stuck.collect())
            }
        };
        let order = told.order.as_ref();
        let main_failed = match &end {
            End::Value(_) | End::Error { .. } => None,
            End::Deadlock(_) => told.main_failed.as_deref().map(Failed::of),
        };
        Self {
            end,
            main_failed,
            threads: told.threads.values().cloned().collect(),
            order: order.map(|order| order.iter().map(|task| task.0).collect()),
        }
    }

    /// Whether something has gone wrong: main or another thread failed, or threads wait for ever.
    pub fn is_failure(&self) -> bool {
        !matches!(self.end, End::Value(_)) || self.threads.iter().any(|t| !t.failed.is_empty())
    }
}
