//! What the threads of a run have printed and how they have failed, where it is kept instead of
//! shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::event::{self, ErrorReport, Kind};
use crate::pos::Pos;
use crate::value::Footprint;
use crate::value::object::TaskId;
use crate::vm::{Action, Prospect, Visible};

/// Something that happened, without a time.
#[derive(Clone, Debug)]
pub struct Told {
    /// Who did it.
    pub thread: event::Thread,
    /// Where in the text.
    pub pos: Pos,
    /// What.
    pub kind: Kind,
    /// The operation on a shared place or an object that it was, as data.
    pub operation: Option<Box<Visible>>,
}

impl Told {
    /// The operation that it was, where it was one on a shared place or an object.
    pub fn action(&self) -> Option<&Action> {
        self.operation.as_ref().map(|visible| &visible.action)
    }
}

/// An error that has begun to leave the functions of a thread; it may have been caught.
#[derive(Clone, Debug)]
pub struct Raised {
    /// The thread.
    pub task: TaskId,
    /// Where in the text.
    pub pos: Pos,
    /// The error in one line.
    pub message: String,
    /// What the thread might have done otherwise, read off its code.
    pub ahead: Vec<Prospect>,
}

/// What one thread has told, in its own order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lines {
    /// The thread's name.
    pub name: Arc<str>,
    /// The lines that it printed.
    pub printed: Vec<Arc<str>>,
    /// Whether the last of them has no end yet.
    pub is_open: bool,
    /// The errors that nobody caught: the one that ended it, or those of main's inputs at the prompt.
    pub failed: Vec<Failed>,
}

/// The error that ended a thread, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failed {
    /// What went wrong.
    pub message: Arc<str>,
    /// Where.
    pub pos: Pos,
}

impl Failed {
    /// An error in words.
    pub fn of(error: &ErrorReport) -> Self {
        Self {
            message: error.message.as_str().into(),
            pos: error.pos,
        }
    }
}

/// What all threads have told since the run began.
#[derive(Clone, Debug, Default)]
pub struct ToldSoFar {
    /// By thread.
    pub threads: BTreeMap<TaskId, Lines>,
    /// The error that ended main.
    pub main_failed: Option<Arc<ErrorReport>>,
    /// The printing threads in the order of their lines, where that order counts.
    pub order: Option<Vec<TaskId>>,
    /// For each thread the hash of what it has told, but for its name; those that are alike have the same.
    keys: BTreeMap<TaskId, u128>,
    /// How many bytes were printed.
    pub(super) printed: u64,
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
            Kind::Print { .. } | Kind::Note { .. } | Kind::Failure { .. } | Kind::Warning { .. }
        );
        if let Kind::MainFailure { error } = &told.kind {
            self.main_failed = Some(error.clone());
        }
        if !is_kept {
            return;
        }
        let task = TaskId(told.thread.number);
        let lines = self.threads.entry(task).or_insert_with(|| Lines {
            name: told.thread.name.clone(),
            printed: Vec::new(),
            is_open: false,
            failed: Vec::new(),
        });
        if let Kind::Print { text, .. } | Kind::Note { text } = &told.kind {
            self.printed += 1 + text.len() as u64;
        }
        match &told.kind {
            Kind::Print { text, is_open } => {
                match lines.printed.last_mut().filter(|_| lines.is_open) {
                    Some(last) => *last = format!("{last}{text}").into(),
                    None => lines.printed.push(text.as_str().into()),
                }
                lines.is_open = *is_open;
                self.order.iter_mut().for_each(|order| order.push(task));
            }
            Kind::Note { text } => {
                (lines.printed).push(text.trim_end_matches('\n').into());
                self.order.iter_mut().for_each(|order| order.push(task));
            }
            Kind::Failure { message } | Kind::Warning { message } => {
                lines.failed.push(Failed {
                    message: message.as_str().into(),
                    pos: told.pos,
                });
            }
            _ => {}
        }
        let key = lines.hash();
        self.keys.insert(task, key);
    }

    /// How many lines were printed.
    pub fn lines(&self) -> usize {
        let threads = self.threads.values();
        threads.map(|lines| lines.printed.len()).sum()
    }

    /// Adds the memory that it takes, itself excepted. Its texts are shared with what was told before.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        for lines in self.threads.values() {
            footprint.block(size_of::<(TaskId, Lines)>());
            footprint.block(lines.printed.capacity() * size_of::<Arc<str>>());
            lines.printed.iter().for_each(|line| {
                footprint.shared(line);
            });
        }
        if let Some(order) = &self.order {
            footprint.block(order.capacity() * size_of::<TaskId>());
        }
    }

    /// The hash of all that was told; two that are alike have the same.
    pub fn key(&self) -> u128 {
        let mut bytes = Vec::new();
        for (task, lines) in &self.threads {
            number(&mut bytes, task.0);
            text(&mut bytes, &lines.name);
            let key = self.key_of(*task).unwrap_or_default();
            bytes.extend_from_slice(&key.to_le_bytes());
        }
        for task in self.order.iter().flatten() {
            number(&mut bytes, task.0);
        }
        bytes.extend_from_slice(&self.key_of_failure().to_le_bytes());
        xxhash_rust::xxh3::xxh3_128(&bytes)
    }

    /// The hash of what the thread has told, but for its name; nothing when it has told nothing.
    pub(super) fn key_of(&self, task: TaskId) -> Option<u128> {
        self.keys.get(&task).copied()
    }

    /// The hash of how main has failed.
    pub(super) fn key_of_failure(&self) -> u128 {
        let main_failed = self.main_failed.as_deref().map(Failed::of);
        let mut bytes = Vec::new();
        failures(&mut bytes, main_failed.as_slice());
        xxhash_rust::xxh3::xxh3_128(&bytes)
    }
}

impl Lines {
    /// The same of a thread without a name.
    pub fn without_name(&self) -> Self {
        Self {
            name: "".into(),
            ..self.clone()
        }
    }

    /// Each text with its length, each list with its count: otherwise one line could pass for two.
    fn hash(&self) -> u128 {
        let Self {
            // Whether that counts says whether the thread is interchangeable with others.
            name: _,
            printed,
            is_open,
            failed,
        } = self;
        let mut bytes = Vec::new();
        number(&mut bytes, printed.len() as u64);
        printed.iter().for_each(|line| text(&mut bytes, line));
        bytes.push(u8::from(*is_open));
        failures(&mut bytes, failed);
        xxhash_rust::xxh3::xxh3_128(&bytes)
    }
}

fn number(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn failures(bytes: &mut Vec<u8>, failed: &[Failed]) {
    number(bytes, failed.len() as u64);
    for Failed { message, pos } in failed {
        text(bytes, message);
        text(bytes, &format!("{pos:?} {}", pos.input));
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(lines: &[(u64, &str)]) -> BTreeMap<TaskId, u128> {
        let mut so_far = ToldSoFar::new(false);
        for (number, text) in lines {
            so_far.note(&Told {
                thread: event::Thread {
                    number: *number,
                    name: "T".into(),
                },
                pos: Pos::NONE,
                kind: Kind::Print {
                    text: text.trim_end_matches('~').into(),
                    is_open: text.ends_with('~'),
                },
                operation: None,
            });
        }
        so_far.keys
    }

    #[test]
    fn lines_of_one_thread_do_not_pass_for_others() {
        assert_ne!(keys(&[(2, "a"), (2, "b")]), keys(&[(2, "ab")]));
        assert_ne!(keys(&[(2, "a"), (2, "b")]), keys(&[(2, "a"), (3, "b")]));
        assert_ne!(keys(&[(2, "a"), (2, "b")]), keys(&[(2, "a~"), (2, "b")]));
        assert_ne!(keys(&[(2, "a")]), keys(&[(2, "a~")]), "it may go on");
        assert_eq!(keys(&[(2, "ab")]), keys(&[(2, "a~"), (2, "b")]));
        assert_eq!(keys(&[(3, "b"), (2, "a")]), keys(&[(2, "a"), (3, "b")]));
        let both = keys(&[(2, "a"), (3, "a")]);
        assert_eq!(
            both[&TaskId(2)],
            both[&TaskId(3)],
            "the name does not count"
        );
    }
}
