//! What threads and objects of a run are called: chosen once, in one place.

use std::collections::{BTreeMap, BTreeSet};

use super::ObjectRef;
use crate::value::object::{ObjectId, TaskId};

/// See the head of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    threads: BTreeMap<TaskId, String>,
    /// The threads that have a namesake.
    ambiguous: BTreeSet<TaskId>,
    objects: BTreeMap<ObjectId, String>,
    /// Of the objects that were made at one place, which one this is, from 1; only where there are
    /// several.
    ordinals: BTreeMap<ObjectId, usize>,
}

impl Names {
    /// Adds a thread. The first name that it had counts.
    pub fn add_thread(&mut self, thread: TaskId, name: &str) {
        if self.threads.contains_key(&thread) {
            return;
        }
        let namesakes = self.threads.iter().filter(|(_, known)| *known == name);
        let namesakes: Vec<TaskId> = namesakes.map(|(task, _)| *task).collect();
        if !namesakes.is_empty() {
            self.ambiguous.extend(namesakes);
            self.ambiguous.insert(thread);
        }
        self.threads.insert(thread, name.into());
    }

    /// Says by which variable an object is reached; the first one counts.
    pub fn add_object(&mut self, object: ObjectId, name: String) {
        self.objects.entry(object).or_insert(name);
    }

    /// Numbers the objects that were made at one place.
    pub fn number(&mut self, objects: impl IntoIterator<Item = ObjectRef>) {
        let mut by_place: BTreeMap<_, BTreeSet<ObjectId>> = BTreeMap::new();
        for object in objects {
            let place = (object.kind, object.made_at);
            by_place.entry(place).or_default().insert(object.id);
        }
        for ids in by_place.into_values().filter(|ids| ids.len() > 1) {
            (self.ordinals).extend(ids.into_iter().zip(1..));
        }
    }

    /// What a thread is called, with its number where another one has the same name.
    pub fn thread(&self, thread: TaskId) -> String {
        match self.threads.get(&thread) {
            Some(name) if self.ambiguous.contains(&thread) => {
                format!("{name} (thread {})", thread.0)
            }
            Some(name) => name.clone(),
            None if thread.0 == 1 => "main".into(),
            None => format!("thread {}", thread.0),
        }
    }

    /// The variable by which an object is reached, where one is known.
    pub fn variable(&self, object: ObjectId) -> Option<&str> {
        self.objects.get(&object).map(String::as_str)
    }

    /// What an object is called: by its variable, or by what tells it apart.
    pub fn object(&self, object: &ObjectRef) -> String {
        if let Some(name) = self.objects.get(&object.id) {
            return name.clone();
        }
        let ObjectRef { kind, made_at, .. } = object;
        let ordinal = match self.ordinals.get(&object.id) {
            Some(ordinal) => format!(" (no. {ordinal})"),
            None => String::new(),
        };
        match made_at.is_none() {
            true => format!("the {kind}{ordinal}"),
            false => format!("the {kind} made in {}{ordinal}", made_at.at()),
        }
    }
}
