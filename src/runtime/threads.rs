//! A thread of the script as people see it: in `:threads`, and in the reports of a deadlock or an
//! interrupt.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::pos::Pos;
use crate::value::Object;
use crate::value::object::{TaskId, Waiting};

/// A thread of the script, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadInfo {
    /// Its number, from 1 for `main`.
    pub number: u64,
    /// Its name.
    pub name: String,
    /// What it does: `running`, `waiting`, `sleeping`.
    pub state: &'static str,
    /// Where it is. For a running thread, where it was at most a slice ago.
    pub pos: Pos,
    /// The name of the input in which that place is.
    pub input: String,
    /// What it waits for, in words; empty when it does not.
    pub waits_for: String,
    /// Who holds what it waits for, and since where: thread names and positions.
    pub held_by: Vec<(String, Pos)>,
    /// Whether it ends with the main thread.
    pub daemon: bool,
}

impl ThreadInfo {
    /// The main thread between two inputs.
    pub fn at_prompt() -> Self {
        Self {
            number: 1,
            name: "main".into(),
            state: "at the prompt",
            pos: Pos::NONE,
            input: String::new(),
            waits_for: String::new(),
            held_by: Vec::new(),
            daemon: false,
        }
    }
}

/// What a thread does at the moment, as its scheduler knows it.
#[derive(Clone, Debug)]
pub enum Doing {
    /// It runs or is about to.
    Running,
    /// It waits for a time only.
    Sleeping,
    /// It waits on this object, for at most a time when `limited`.
    Waiting {
        /// The object.
        object: Arc<Object>,
        /// Whether it goes on by itself some time.
        limited: bool,
    },
}

/// A thread at a moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its number.
    pub task: TaskId,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it ends with the main thread.
    pub daemon: bool,
    /// Where it is.
    pub pos: Pos,
    /// The name of the input in which that place is.
    pub input: String,
    /// What it does.
    pub doing: Doing,
}

impl Snapshot {
    /// What it waits for; nothing when it runs or sleeps.
    pub fn waiting(&self) -> Option<Waiting> {
        match &self.doing {
            Doing::Waiting { object, .. } => Some(object.waiting(self.task)),
            _ => None,
        }
    }
}

/// The threads for people, in the order given.
pub fn describe(threads: &[Snapshot]) -> Vec<ThreadInfo> {
    let names: BTreeMap<TaskId, &str> = threads
        .iter()
        .map(|thread| (thread.task, &*thread.name))
        .collect();
    let name = |task: TaskId| match names.get(&task) {
        Some(name) => (*name).to_string(),
        None if task == TaskId(1) => "main".to_string(),
        None => format!("thread {}, which has ended", task.0),
    };
    threads
        .iter()
        .map(|thread| {
            let waiting = thread.waiting().unwrap_or_default();
            let held = waiting.holders.iter();
            ThreadInfo {
                number: thread.task.0,
                name: thread.name.to_string(),
                state: match thread.doing {
                    Doing::Running => "running",
                    Doing::Sleeping => "sleeping",
                    Doing::Waiting { .. } => "waiting",
                },
                pos: thread.pos,
                input: thread.input.clone(),
                waits_for: waiting.what,
                held_by: held
                    .map(|holder| (name(holder.task), holder.since))
                    .collect(),
                daemon: thread.daemon,
            }
        })
        .collect()
}
