//! What a run leaves behind although nothing in it fails: a lock that is still held, threads for which
//! nobody has waited.
//!
//! Read from the runs that end well, one for each outcome.

use std::collections::BTreeMap;

use super::explorer::Explorer;
use super::finding::Exploration;
use super::token::Token;
use super::trail::Trail;
use crate::event::{Kind, Request};
use crate::pos::Pos;

/// The runs of so many outcomes are looked at.
const MOST_OUTCOMES: usize = 32;

/// Something that is left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// A lock is held at the end.
    Held {
        /// The lock, as it was reached.
        lock: String,
        /// The thread that took it.
        thread: String,
        /// Where.
        pos: Pos,
    },
    /// Threads go on when main has ended, and nobody has waited for them: no mistake, but to be known.
    Outliving {
        /// Their names.
        threads: Vec<String>,
    },
}

impl Leftover {
    /// Whether it only has to be known.
    pub fn is_note(&self) -> bool {
        match self {
            Self::Held { .. } => false,
            Self::Outliving { .. } => true,
        }
    }
}

/// What is left behind in the runs of a program that end well, each with the run that shows it.
pub fn leftovers(explorer: &mut Explorer, found: &Exploration) -> Vec<(Leftover, Token)> {
    let mut all: Vec<(Leftover, Token)> = Vec::new();
    let good = found
        .outcomes
        .iter()
        .filter(|possible| !possible.outcome.is_failure());
    for possible in good.take(MOST_OUTCOMES) {
        let Ok((trail, _)) = explorer.replay(&possible.token) else {
            continue;
        };
        let threads: Vec<String> = trail.outliving.iter().map(ToString::to_string).collect();
        let outliving = (!threads.is_empty()).then_some(Leftover::Outliving { threads });
        for leftover in held(&trail).into_iter().chain(outliving) {
            // Which of them are still there is chance.
            let is_known = leftover.is_note() && all.iter().any(|(known, _)| known.is_note());
            if !is_known && !all.iter().any(|(known, _)| *known == leftover) {
                all.push((leftover, possible.token.clone()));
            }
        }
    }
    all
}

/// The locks that are held at the end of a run.
fn held(trail: &Trail) -> Vec<Leftover> {
    let mut held: BTreeMap<&str, Vec<Leftover>> = BTreeMap::new();
    for told in trail.steps.iter().flat_map(|step| &step.told) {
        let Kind::Object {
            object,
            answer,
            request,
            written,
            ..
        } = &told.kind
        else {
            continue;
        };
        let kind = object.split(' ').next().unwrap_or_default();
        if !matches!(kind, "Lock" | "RLock") {
            continue;
        }
        let of_object = held.entry(object).or_default();
        match request {
            Request::Take | Request::Enter if answer != "false" => {
                of_object.push(Leftover::Held {
                    lock: written.receiver.as_deref().unwrap_or(object).into(),
                    thread: told.thread.name.to_string(),
                    pos: told.pos,
                });
            }
            Request::Release | Request::Leave => {
                of_object.pop();
            }
            _ => {}
        }
    }
    held.into_values().filter_map(|mut all| all.pop()).collect()
}
