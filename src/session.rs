//! The facade: text in, reports and events out.
//!
//! Variables and functions live on between inputs. Fronts talk to this module only.

use std::sync::Arc;

use crate::event::Stream;
use crate::language::Diagnostic;
use crate::pos::Pos;
use crate::value::{Fault, Value};

/// Who decides when a thread runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduler {
    /// Truly in parallel, on all cores.
    Parallel,
    /// One thread at a time, for random slices: as under a global interpreter lock.
    Gil,
    /// One thread at a time, each visible step chosen from a seed; time is virtual.
    Seeded,
}

/// How a session runs its inputs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who decides when a thread runs.
    pub scheduler: Scheduler,
    /// The seed; without one, each run draws its own.
    pub seed: Option<u64>,
    /// Worker threads of the host for [`Scheduler::Parallel`]; without it, one per core.
    pub workers: Option<usize>,
    /// What the script sees as `args`.
    pub args: Vec<String>,
}

/// What kind of input it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A whole script: it ends when all its threads that are not daemons have ended.
    Script,
    /// A line at the prompt: it ends with its last statement; its threads run on.
    Prompt,
}

/// A text to run.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// What the text is called in messages: a file's name, `-e`, or `input 3`.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
    /// What kind of input it is.
    pub kind: InputKind,
}

/// What became of an input.
#[derive(Debug)]
pub enum Report {
    /// The text is wrong; nothing has run.
    Rejected(Vec<Diagnostic>),
    /// It ran.
    Ran {
        /// How it ended.
        outcome: Outcome,
        /// What may be wrong with the text all the same; known before it ran.
        warnings: Vec<Diagnostic>,
        /// What the learner should know besides, a sentence each: locks that were released for
        /// the prompt, virtual time that was skipped.
        notices: Vec<String>,
    },
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// With the value of the last statement.
    Value(Value),
    /// By an error in the main thread that nobody caught.
    Failed(Fault),
    /// By the learner. Where each thread was then.
    Interrupted(Vec<ThreadInfo>),
    /// Every thread waits for ever, or some wait for each other in a cycle.
    Deadlock(Vec<ThreadInfo>),
}

/// A thread of the script, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadInfo {
    /// Its number, from 1 for `main`.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What it does: `running`, `waiting`, `sleeping`.
    pub state: &'static str,
    /// Where it is.
    pub pos: Pos,
    /// The name of the input in which that place is, to be shown when it is not the current one.
    pub input: String,
    /// What it waits for, in words; empty when it does not.
    pub waits_for: String,
    /// Who holds what it waits for, and since where: thread names and positions.
    pub held_by: Vec<(String, Pos)>,
    /// Whether it ends with the main thread.
    pub daemon: bool,
}

/// A top-level variable, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub type_name: String,
    /// The value as `debug` shows it.
    pub text: String,
    /// Whether it is a constant.
    pub is_constant: bool,
}

/// Stops what a session runs; can be sent to another thread of the host.
#[derive(Clone)]
pub struct Stopper {
    request: Arc<dyn Fn() + Send + Sync>,
}

impl Stopper {
    /// Asks the running input to end: every thread of the script leaves its `with` blocks without
    /// waiting. Returns at once; harmless when nothing runs.
    pub fn stop(&self) {
        (self.request)();
    }
}

/// One learner's session.
pub struct Session {
    config: Config,
    stream: Arc<Stream>,
}

impl Session {
    /// A session that writes its events to `stream`. Somebody has to read them.
    pub fn new(config: Config, stream: Arc<Stream>) -> Self {
        Self { config, stream }
    }

    /// Runs one input to its end and says what became of it. Blocks for as long as that takes.
    pub fn run(&mut self, _input: Input<'_>) -> Report {
        let _ = &self.stream;
        Report::Rejected(Vec::new())
    }

    /// What can stop a running input from elsewhere.
    pub fn stopper(&self) -> Stopper {
        Stopper {
            request: Arc::new(|| {}),
        }
    }

    /// The threads that are alive, main included.
    pub fn threads(&self) -> Vec<ThreadInfo> {
        Vec::new()
    }

    /// The top-level variables, by name.
    pub fn variables(&self) -> Vec<Variable> {
        Vec::new()
    }

    /// The learner's functions as `name(parameters)`, by name.
    pub fn functions(&self) -> Vec<String> {
        Vec::new()
    }

    /// Stops the threads that run in the background and says which.
    pub fn stop_background(&mut self) -> Vec<ThreadInfo> {
        Vec::new()
    }

    /// Stops all threads and forgets all variables and functions.
    pub fn reset(&mut self) {}

    /// Who decides when a thread runs.
    pub fn scheduler(&self) -> Scheduler {
        self.config.scheduler
    }

    /// Stops the background threads and goes on with another scheduler; variables stay.
    pub fn set_scheduler(&mut self, scheduler: Scheduler) {
        self.config.scheduler = scheduler;
    }

    /// The seed of the last run that used one.
    pub fn seed(&self) -> Option<u64> {
        self.config.seed
    }

    /// Sets the seed of all further runs, or lets each draw its own.
    pub fn set_seed(&mut self, seed: Option<u64>) {
        self.config.seed = seed;
    }

    /// The texts of all accepted inputs in order, for `:save`.
    pub fn accepted(&self) -> Vec<String> {
        Vec::new()
    }

    /// The text of an input by its name, for messages that point into it.
    pub fn text_of(&self, _name: &str) -> Option<Arc<str>> {
        None
    }
}
