//! What happens in a run, as one ordered stream of values.
//!
//! Schedulers write events, fronts and views read them. Nothing here knows how either works.
//! [`Stream`] is the queue between them, [`json`] the form in which a log of it is kept.

pub mod json;
mod stream;

use std::sync::Arc;

use crate::pos::Pos;

pub use stream::Stream;

/// A thread of the script, as events name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Thread {
    /// Its number, from 1 for `main`.
    pub number: u64,
    /// Its name.
    pub name: Arc<str>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the order of all events of the session, from 1.
    pub sequence: u64,
    /// Seconds since the session began, in the scheduler's time.
    pub seconds: f64,
    /// Who did it.
    pub thread: Thread,
    /// Where in the text; [`Pos::NONE`] where there is no such place.
    pub pos: Pos,
    /// What happened.
    pub kind: Kind,
}

/// A thread that can never go on, in the report of a deadlock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// Which.
    pub thread: Thread,
    /// Where it waits.
    pub pos: Pos,
    /// The name of the input in which that place is.
    pub input: String,
    /// The line of the text there, without the space around it; empty where there is none.
    pub source: String,
    /// What it waits for, in words.
    pub waits_for: String,
    /// Who holds that, and since where: thread names and positions.
    pub held_by: Vec<(String, Pos)>,
}

/// How the user has written what was asked of an object, as far as that can be said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Whether the text is Python.
    pub is_python: bool,
    /// The variable that holds the object: `pool`.
    pub receiver: Option<Box<str>>,
    /// The function that was called: `select`, `await`.
    pub function: Option<Box<str>>,
    /// The method that was called, where it is not the verb.
    pub method: Option<Box<str>>,
    /// Another thread, which has taken what this one gives back.
    pub taken_by: Option<Box<str>>,
}

/// An error that nobody caught, with all that is said of it: its lines are quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReport {
    /// What went wrong, in one line, as reports of what can happen say it.
    pub message: String,
    /// The same as a headline, with the name that the script gave the error.
    pub title: String,
    /// What to do next.
    pub advice: Option<String>,
    /// Where.
    pub pos: Pos,
    /// The name of the input in which that is.
    pub input: String,
    /// The text of that input.
    pub text: Arc<str>,
    /// The functions that were called on the way there, innermost first, and from where.
    pub calls: Vec<(String, Pos)>,
    /// The errors of which this one consists.
    pub parts: Vec<ErrorReport>,
}

/// What a request to an object is about, as people say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// To take what the object guards or counts.
    Take,
    /// To give that back.
    Release,
    /// To enter a block.
    Enter,
    /// To leave it.
    Leave,
    /// To wait for it, by `await`.
    Await,
    /// To wake others that wait there.
    Notify,
    /// Anything else: it is shown as the call that it is.
    Call,
}

/// The kinds of events. The first six are always recorded, the others only while the
/// stream is detailed.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The thread printed a line, or a part of one.
    Print {
        /// What it printed, without the end of the line; it may itself contain line ends.
        text: String,
        /// Whether no line end follows: what the thread prints next stands behind it.
        is_open: bool,
    },
    /// The thread wrote to standard error.
    Note {
        /// The text, with its line ends.
        text: String,
    },
    /// The thread ended by an error that nobody caught, or a callback failed in it.
    Failure {
        /// The error in one line.
        message: String,
    },
    /// Main ended by an error that nobody caught. Other threads may run on.
    MainFailure {
        /// The error.
        error: Arc<ErrorReport>,
    },
    /// The thread has forgotten something: to await what it made, or its error, which nobody has
    /// seen. It may have ended long ago.
    Warning {
        /// What, and what to do, in one line.
        message: String,
    },
    /// It began to wait, and so closed a cycle of threads that wait for each other; or it waits for
    /// a thread that has ended. Other threads may run on.
    Deadlock {
        /// The threads of the cycle, by number.
        threads: Vec<Stuck>,
    },
    /// The thread began to run.
    Start,
    /// The thread ended.
    Finish {
        /// The error that it ended by and that is raised in the threads that wait for it: that of a task.
        /// `cancelled` for a task that was.
        error: Option<String>,
    },
    /// It read a shared place.
    Read {
        /// The place: `counter`, `a[0]`.
        place: String,
        /// What it read.
        value: String,
    },
    /// It wrote a shared place.
    Write {
        /// The place.
        place: String,
        /// What it wrote.
        value: String,
    },
    /// It called an atomic method of a shared place: `push`.
    Method {
        /// The place.
        place: String,
        /// The method.
        method: String,
    },
    /// An object answered it.
    Object {
        /// The object: its kind and number.
        object: String,
        /// What was asked.
        verb: String,
        /// The answer.
        answer: String,
        /// What kind of request it is, for people; no part of the log.
        request: Request,
        /// How it is written, for people; no part of the log.
        written: Written,
    },
    /// It began to wait.
    Wait {
        /// For what, in words.
        what: String,
    },
    /// It sleeps.
    Sleep {
        /// For how long.
        seconds: f64,
    },
}
