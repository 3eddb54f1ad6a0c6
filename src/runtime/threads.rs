//! A thread of the script as people see it: in `:threads`, and in the reports of a deadlock or an
//! interrupt.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::event::{self, Kind, Stuck};
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
    /// Whether an event has reported that it waits for ever: the end need not report it again.
    pub is_reported: bool,
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
            is_reported: false,
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

/// The names of the threads that ended last: what a thread held when it ended it holds for ever,
/// and messages to the threads that want it name the holder. So many at most, because a session may start
/// threads without end.
#[derive(Clone, Debug)]
pub struct Ended {
    capacity: usize,
    names: VecDeque<(TaskId, Arc<str>)>,
}

impl Ended {
    /// For the names of as many threads.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            names: VecDeque::new(),
        }
    }

    /// Remembers a thread that ends, and forgets the one that ended first of those remembered.
    pub fn remember(&mut self, task: TaskId, name: Arc<str>) {
        if self.names.len() == self.capacity {
            self.names.pop_front();
        }
        self.names.push_back((task, name));
    }

    /// The name of a thread that has ended, if it is remembered.
    pub fn name(&self, task: TaskId) -> Option<Arc<str>> {
        let mut names = self.names.iter().rev();
        names.find_map(|(ended, name)| (*ended == task).then(|| name.clone()))
    }
}

/// What a thread that has ended is called where it still holds something.
pub fn ended_name(task: TaskId, name: Option<Arc<str>>) -> String {
    match name {
        Some(name) => format!("{name} (ended)"),
        None => format!("thread {} (ended)", task.0),
    }
}

/// The report of a deadlock as an event. `source` gives the line of an input at a position.
pub fn deadlock(threads: &[ThreadInfo], source: impl Fn(&ThreadInfo) -> String) -> Kind {
    let stuck = |thread: &ThreadInfo| Stuck {
        thread: event::Thread {
            number: thread.number,
            name: thread.name.as_str().into(),
        },
        pos: thread.pos,
        input: thread.input.clone(),
        source: source(thread),
        waits_for: thread.waits_for.clone(),
        held_by: thread.held_by.clone(),
    };
    Kind::Deadlock {
        threads: threads.iter().map(stuck).collect(),
    }
}

/// The threads for people, in the order given. `ended` gives the name of one that has ended, `named`
/// the variable that holds an object, where its place alone would not tell which one it is.
pub fn describe(
    threads: &[Snapshot],
    ended: impl Fn(TaskId) -> Option<Arc<str>>,
    named: impl Fn(&Object) -> Option<Arc<str>>,
) -> Vec<ThreadInfo> {
    let names: BTreeMap<TaskId, &str> = threads
        .iter()
        .map(|thread| (thread.task, &*thread.name))
        .collect();
    let name = |task: TaskId| match names.get(&task) {
        Some(name) => (*name).to_string(),
        None if task == TaskId(1) => "main".to_string(),
        None => ended_name(task, ended(task)),
    };
    threads
        .iter()
        .map(|thread| {
            let mut waiting = thread.waiting().unwrap_or_default();
            if let Doing::Waiting { object, .. } = &thread.doing
                && let Some(name) = named(object)
            {
                waiting.what = waiting
                    .what
                    .replacen(" made in", &format!(" `{name}` made in"), 1);
            }
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
                is_reported: false,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_threads_that_ended_are_remembered() {
        let mut ended = Ended::new(64);
        for number in 0..100 {
            ended.remember(TaskId(number), format!("T{number}").into());
        }
        assert_eq!(ended.name(TaskId(99)).as_deref(), Some("T99"));
        assert_eq!(ended.name(TaskId(36)).as_deref(), Some("T36"));
        assert_eq!(ended.name(TaskId(35)), None);
        assert_eq!(ended_name(TaskId(35), None), "thread 35 (ended)");
    }
}
