//! What a run did, as data: threads, objects and access paths by identity, and operations of the one
//! table. Not one sentence is made here: `explain` reads a trace, and `view` finds the words.
//!
//! An object or a variable is known by its identity and has a name only for people, which [`Names`]
//! chooses once for a whole run.

mod names;

use std::collections::BTreeSet;

use crate::pos::Pos;
use crate::value::object::{ObjectId, TaskId, Verb};

pub use names::Names;

/// One run, or the part of one that is known.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// What happened, in order.
    pub events: Vec<TraceEvent>,
    /// The threads that wait without a limit behind the last event, in the order of their numbers.
    pub blocked: Vec<Blocked>,
    /// The errors that began to leave functions, in order; some were caught.
    pub raised: Vec<RaisedError>,
    /// What threads might have done where an error was raised, had it not been, read off their code.
    pub prevented: Vec<(TaskId, Ahead)>,
    /// The tasks of pools that have no result behind the last event, in the order in which they were
    /// submitted, each with the threads of the pool of which one runs it or would have to.
    pub unfinished: Vec<(ObjectRef, Vec<TaskId>)>,
    /// The threads that are alive behind the last event.
    pub alive: Vec<TaskId>,
    /// Those that are tasks of an event loop.
    pub tasks: BTreeSet<TaskId>,
    /// What threads and objects are called.
    pub names: Names,
}

/// Something that a thread did, or that became of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceEvent {
    /// The step of the run that it belongs to, from 0.
    pub step: usize,
    /// The thread.
    pub thread: TaskId,
    /// Where in the text.
    pub pos: Pos,
    /// A number for the calls that have led there, by their places in the text: the same place called from
    /// elsewhere is another one.
    pub calls: u64,
    /// Whether it stands where the text asks whether to do something: behind `if` or `while`.
    pub in_question: bool,
    /// What.
    pub kind: EventKind,
}

/// An error that began to leave the functions of a thread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RaisedError {
    /// The step of the run.
    pub step: usize,
    /// The thread.
    pub thread: TaskId,
    /// Where in the text.
    pub pos: Pos,
    /// The error in one line.
    pub message: String,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A shared place was read.
    Read {
        /// The place.
        path: AccessPath,
        /// What was read, as `debug` shows it.
        value: String,
    },
    /// A shared place was written.
    Write {
        /// The place.
        path: AccessPath,
        /// What was written, as `debug` shows it.
        value: String,
    },
    /// An atomic method of a shared place was called, which both reads and writes it: `push`.
    Call {
        /// The place.
        path: AccessPath,
        /// The method.
        method: String,
        /// Whether it may change the place.
        writes: bool,
    },
    /// An object has answered.
    Ask {
        /// The object.
        object: ObjectRef,
        /// What was asked.
        verb: Verb,
        /// The answer, as `debug` shows it.
        answer: String,
    },
    /// The thread began to wait.
    Block {
        /// What it has asked.
        object: ObjectRef,
        /// What it has asked of it.
        verb: Verb,
    },
    /// An object has refused a request: an error was raised instead of an answer.
    Refuse {
        /// The object.
        object: ObjectRef,
        /// What was asked.
        verb: Verb,
    },
    /// The time that the thread sleeps, or waits at most, was over.
    TimeOver,
    /// The thread ended, or main did.
    End,
    /// The task was cancelled where it waited, and ended by that.
    Cancel,
    /// A task of a pool failed in the thread; its future keeps the error.
    TaskFail {
        /// The error in one line.
        message: String,
    },
    /// The thread failed by an error that nobody caught.
    Fail {
        /// The error in one line.
        message: String,
    },
    /// Anything else that others can notice: a print, a sleep.
    Other,
}

/// A variable, or a place in one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessPath {
    /// The variable's name in the text.
    pub variable: String,
    /// The identity of the variable within one run.
    pub cell: usize,
    /// The resolved keys from there, outermost first.
    pub keys: Vec<PathSegment>,
    /// Whether it is a copy of the variable, in another process.
    pub is_copy: bool,
}

/// One key of an access path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathSegment {
    /// `[3]`
    Index(i64),
    /// `.name`, or a key that is text.
    Field(String),
    /// Anything else, as `debug` shows it.
    Other(String),
}

impl AccessPath {
    /// Whether one of the two lies in the other, or is it.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.cell == other.cell && self.keys.iter().zip(&other.keys).all(|(a, b)| a == b)
    }
}

/// The place as it is typed: `a[0].name`.
impl std::fmt::Display for AccessPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.variable)?;
        for key in &self.keys {
            match key {
                PathSegment::Index(index) => write!(f, "[{index}]")?,
                PathSegment::Field(name) => write!(f, ".{name}")?,
                PathSegment::Other(value) => write!(f, "[{value}]")?,
            }
        }
        Ok(())
    }
}

/// An object, by identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectRef {
    /// Which.
    pub id: ObjectId,
    /// Its type: `Lock`.
    pub kind: &'static str,
    /// Where it was made.
    pub made_at: Pos,
}

/// What an access or a request is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A shared place.
    Place(AccessPath),
    /// A runtime object.
    Object(ObjectRef),
}

impl Target {
    /// Whether what is done to the one can make a difference to the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Place(one), Self::Place(other)) => one.overlaps(other),
            (Self::Object(one), Self::Object(other)) => one.id == other.id,
            (Self::Place(_), Self::Object(_)) | (Self::Object(_), Self::Place(_)) => false,
        }
    }
}

/// A thread that waits and can never go on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocked {
    /// Which.
    pub thread: TaskId,
    /// Where it waits.
    pub pos: Pos,
    /// What for; nothing for a time alone.
    pub object: Option<ObjectRef>,
    /// What it has asked of that, where that is known.
    pub verb: Option<Verb>,
    /// Who holds it, and since where.
    pub holders: Vec<(TaskId, Pos)>,
    /// Whose end or work it waits for.
    pub awaited: Vec<TaskId>,
    /// The operations on objects that the thread may still do behind its wait, read off its code.
    pub ahead: Vec<Ahead>,
    /// What it waits for, in the words of the object.
    pub what: String,
    /// What nobody has awaited that would have to be, in the words of its object.
    pub forgotten: Option<String>,
}

/// An operation on an object that a thread may still do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ahead {
    /// The object.
    pub object: ObjectId,
    /// What it may ask.
    pub verb: Verb,
    /// Where.
    pub pos: Pos,
}

impl Trace {
    /// The events of a thread, in order.
    pub fn of(&self, thread: TaskId) -> impl DoubleEndedIterator<Item = &TraceEvent> {
        self.events
            .iter()
            .filter(move |event| event.thread == thread)
    }

    /// The error by which a thread ended, and where, if it did.
    pub fn error_of(&self, thread: TaskId) -> Option<(String, Pos)> {
        self.of(thread).rev().find_map(|event| match &event.kind {
            EventKind::Fail { message } => Some((message.clone(), event.pos)),
            _ => None,
        })
    }

    /// The errors of tasks of pools that never came to anybody who asked for the result. An event loop
    /// looks after those of its own tasks.
    pub fn unseen_errors(&self) -> Vec<&RaisedError> {
        let failed = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::TaskFail { message } if !self.tasks.contains(&event.thread) => {
                Some((event, message))
            }
            _ => None,
        });
        let mut unseen = Vec::new();
        for (event, message) in failed {
            let own = |error: &&RaisedError| {
                error.thread == event.thread
                    && error.message == *message
                    && error.step <= event.step
            };
            let Some(error) = self.raised.iter().rfind(own) else {
                continue;
            };
            // Who asks for the result has it raised where it was thrown first; an error that stands for
            // several, as of a group of tasks, says what each of them is.
            let is_raised = self.raised.iter().any(|other| {
                let is_same = other.pos == error.pos && other.message == error.message;
                let is_one_of_it = other.step >= error.step
                    && other.message.len() > error.message.len()
                    && other.message.contains(&*error.message);
                other.thread != error.thread && (is_same || is_one_of_it)
            });
            let is_shown = self.events.iter().any(|other| {
                matches!(&other.kind, EventKind::Ask { verb: Verb::Exception, answer, .. }
                    if answer != "()")
            });
            if !is_raised && !is_shown {
                unseen.push(error);
            }
        }
        unseen
    }

    /// Whether a thread has ended.
    pub fn has_ended(&self, thread: TaskId) -> bool {
        !self.alive.contains(&thread)
    }

    /// How a thread that waits for ever does so.
    pub fn blocked(&self, thread: TaskId) -> Option<&Blocked> {
        self.blocked.iter().find(|blocked| blocked.thread == thread)
    }
}

impl TraceEvent {
    /// Whether it is the same operation of the text as another one by the same thread, in any run.
    pub fn is_like(&self, other: &Self) -> bool {
        let same = std::mem::discriminant(&self.kind) == std::mem::discriminant(&other.kind);
        self.thread == other.thread && self.pos == other.pos && same
    }
}

impl EventKind {
    /// What it is about.
    pub fn target(&self) -> Option<Target> {
        match self {
            Self::Read { path, .. } | Self::Write { path, .. } | Self::Call { path, .. } => {
                Some(Target::Place(path.clone()))
            }
            Self::Ask { object, .. } | Self::Block { object, .. } | Self::Refuse { object, .. } => {
                Some(Target::Object(*object))
            }
            Self::TimeOver
            | Self::End
            | Self::Cancel
            | Self::TaskFail { .. }
            | Self::Fail { .. }
            | Self::Other => None,
        }
    }

    /// Whether it reads what it is about, as far as the value goes.
    pub fn reads(&self) -> bool {
        match self {
            Self::Read { .. } | Self::Call { .. } => true,
            Self::Write { .. } => false,
            Self::Ask { object, verb, .. } => !is_blind_write(object.kind, *verb),
            Self::Block { .. }
            | Self::Refuse { .. }
            | Self::TimeOver
            | Self::End
            | Self::Cancel
            | Self::TaskFail { .. }
            | Self::Fail { .. }
            | Self::Other => false,
        }
    }

    /// Whether it may change what it is about.
    pub fn writes(&self) -> bool {
        match self {
            Self::Write { .. } => true,
            Self::Call { writes, .. } => *writes,
            Self::Ask { object, verb, .. } => !verb.on(object.kind).effect.only_reads(),
            Self::Read { .. }
            | Self::Block { .. }
            | Self::Refuse { .. }
            | Self::TimeOver
            | Self::End
            | Self::Cancel
            | Self::TaskFail { .. }
            | Self::Fail { .. }
            | Self::Other => false,
        }
    }
}

/// Whether what is asked changes the object and tells nothing of what it was before.
fn is_blind_write(kind: &str, verb: Verb) -> bool {
    kind == "Atomic" && verb == Verb::Store
}
