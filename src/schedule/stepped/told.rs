//! What the threads of a run have printed and how they have failed, where it is kept instead of
//! shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::{self, Kind};
use crate::pos::Pos;
use crate::value::object::TaskId;

/// Something that happened, without a time.
#[derive(Clone, Debug)]
pub struct Told {
    /// Who did it.
    pub thread: event::Thread,
    /// Where in the text.
    pub pos: Pos,
    /// What.
    pub kind: Kind,
}

/// What one thread has told, in its own order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lines {
    /// The thread's name.
    pub name: Arc<str>,
    /// What it printed.
    pub printed: Vec<Arc<str>>,
    /// The error that ended it.
    pub failed: Option<Failed>,
}

/// The error that ended a thread, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failed {
    /// What went wrong.
    pub message: Arc<str>,
    /// Where.
    pub pos: Pos,
}

/// What all threads have told since the run began.
#[derive(Clone, Debug, Default)]
pub struct ToldSoFar {
    /// By thread.
    pub threads: BTreeMap<TaskId, Lines>,
    /// The printing threads in the order of their lines, where that order counts.
    pub order: Option<Vec<TaskId>>,
    key: u128,
}

impl ToldSoFar {
    /// Nothing yet. With `ordered`, the order in which different threads print counts.
    pub(super) fn new(ordered: bool) -> Self {
        Self {
            order: ordered.then(Vec::new),
            ..Self::default()
        }
    }

    /// Notes a print or a failure; the rest is for others.
    pub(super) fn note(&mut self, told: &Told) {
        let is_kept = matches!(
            told.kind,
            Kind::Print { .. } | Kind::Failure { .. } | Kind::Warning { .. }
        );
        if !is_kept {
            return;
        }
        let task = TaskId(told.thread.number);
        let lines = self.threads.entry(task).or_insert_with(|| Lines {
            name: told.thread.name.clone(),
            printed: Vec::new(),
            failed: None,
        });
        match &told.kind {
            Kind::Print { text } => {
                lines.printed.push(text.as_str().into());
                self.order.iter_mut().for_each(|order| order.push(task));
            }
            // What was forgotten is a mistake of the program as well.
            Kind::Failure { message } | Kind::Warning { message } => {
                lines.failed = Some(Failed {
                    message: message.as_str().into(),
                    pos: told.pos,
                });
            }
            _ => {}
        }
        self.key = self.hash();
    }

    /// Two that are alike have the same key.
    pub fn key(&self) -> u128 {
        self.key
    }

    fn hash(&self) -> u128 {
        let mut bytes = Vec::new();
        let mut text = |text: &str| {
            bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        for (task, lines) in &self.threads {
            text(&task.0.to_string());
            lines.printed.iter().for_each(|line| text(line));
            if let Some(failed) = &lines.failed {
                text("failed");
                text(&failed.message);
                text(&failed.pos.to_string());
            }
            text("end");
        }
        for task in self.order.iter().flatten() {
            text(&task.0.to_string());
        }
        xxhash_rust::xxh3::xxh3_128(&bytes)
    }
}
