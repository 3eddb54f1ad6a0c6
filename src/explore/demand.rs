//! What else is asked of a search than what goes wrong: whether some states can be reached, and what each
//! line of the text prints and fails with.
//!
//! It is asked of states, not of texts with something added to them, so it changes nothing about what is
//! explored. A step without anything that others could notice is one step: a thread is seen inside a
//! function only where that function sleeps, waits, prints or touches what is shared.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::outcome::Stuck;
use super::token::Token;
use super::trail::Trail;
use crate::event::Kind;
use crate::pos::Pos;
use crate::runtime::threads::ThreadInfo;
use crate::schedule::{Told, Walk};

/// A question for a search: is there a run that comes there?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// At least so many threads are inside the function of this name.
    Inside {
        /// The function's name.
        function: String,
        /// How many threads, at least.
        threads: usize,
    },
    /// One thread is inside the function of this name, and another one waits for what that one holds.
    KeptOut {
        /// The function's name.
        function: String,
    },
    /// More threads than this were started.
    Started(u64),
    /// A thread is back where it was, with nothing changed: it loops while it waits. Known only when the
    /// search was complete.
    Loop,
}

impl Demand {
    /// Whether it is met where the walk stands; a loop is no matter of one state.
    pub(super) fn is_met(&self, walk: &Walk) -> bool {
        match self {
            Self::Inside { function, threads } => walk.threads_inside(function).len() >= *threads,
            Self::KeptOut { function } => match walk.threads_inside(function).as_slice() {
                [inside] => {
                    let name = walk.name(*inside);
                    let waits = |thread: &ThreadInfo| {
                        let mut holders = thread.held_by.iter();
                        thread.number != inside.0
                            && holders.any(|(holder, _)| name.as_deref() == Some(&**holder))
                    };
                    walk.threads().iter().any(waits)
                }
                _ => false,
            },
            Self::Started(most) => walk.threads_started() > *most,
            Self::Loop => false,
        }
    }
}

/// A run that comes to where a [`Demand`] is met.
#[derive(Clone, Debug)]
pub struct Met {
    /// The run with the fewest preemptions that leads there.
    pub trail: Trail,
    /// That run as a word.
    pub token: Token,
    /// The threads that loop.
    pub threads: Vec<String>,
    /// The threads that wait at its end for what others hold.
    pub waiting: Vec<Stuck>,
}

/// Something that a line of the text has said in some run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// Where.
    pub pos: Pos,
    /// Whether it is an error that ended a thread, or an input.
    pub is_error: bool,
    /// The line printed, or the message.
    pub text: Arc<str>,
}

impl Said {
    pub(super) fn of(told: &Told) -> Option<Self> {
        let (is_error, text) = match &told.kind {
            Kind::Print { text, .. } => (false, text.as_str().into()),
            Kind::Note { text } => (false, text.trim_end_matches('\n').into()),
            Kind::Failure { message } => (true, message.as_str().into()),
            Kind::MainFailure { error } => {
                return Some(Self {
                    pos: error.pos,
                    is_error: true,
                    text: error.message.as_str().into(),
                });
            }
            _ => return None,
        };
        Some(Self {
            pos: told.pos,
            is_error,
            text,
        })
    }
}

/// What a search has found out of what was asked besides.
#[derive(Clone, Debug, Default)]
pub struct Demanded {
    /// For each demand, in their order, a run that meets it.
    pub met: Vec<Option<Met>>,
    /// What was said in any run.
    pub said: BTreeSet<Said>,
}
