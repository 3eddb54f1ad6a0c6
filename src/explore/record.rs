//! Records what a run does as a [`Trace`], step by step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::ways::{Access, ways};
use crate::event::Kind;
use crate::language::is_in_question;
use crate::pos::Pos;
use crate::runtime::object::asyncio::NOBODY_HAS_AWAITED;
use crate::schedule::{Choice, Draw, MAIN, Told, Walk};
use crate::trace::{
    AccessPath, Ahead, Blocked, EventKind, ObjectRef, PathSegment, RaisedError, Target, Trace,
    TraceEvent,
};
use crate::value::object::{ObjectId, TaskId};
use crate::value::{Object, Value, debug_text};
use crate::vm::{Action, COPY_OF, SharedPlace, Visible};

/// See the head of the file.
#[derive(Default)]
pub(super) struct Recorder {
    trace: Trace,
    objects: BTreeSet<ObjectRef>,
    steps: usize,
    /// The calls that have led to where the thread of this step stands, and the text there.
    calls: u64,
    text: Arc<str>,
    /// For places of texts, whether they are in a question.
    questions: BTreeMap<Pos, bool>,
}

impl Recorder {
    /// Does one step of `walk`, which must listen, and records it.
    pub(super) fn step(&mut self, walk: &mut Walk, choice: Choice, draws: &[u64]) -> Vec<Draw> {
        let task = choice.task();
        let (pos, before) = (walk.pos(task), walk.standing_before(task));
        if let Some(name) = walk.name(task) {
            self.trace.names.add_thread(task, &name);
        }
        // A task may live and end within the step of another one.
        let tasks = walk.alive().filter(|task| walk.is_task(*task));
        self.trace.tasks.extend(tasks);
        walk.take_recent();
        walk.take_raised();
        self.calls = walk.calls(task);
        self.text = walk.text(task).unwrap_or_default();
        let drawn = walk.take(choice, draws);
        if let Choice::Time(_) = choice {
            self.add(task, pos, EventKind::TimeOver);
        }
        let told = walk.take_recent();
        let known = self.objects.len();
        let has_done = told.iter().any(|told| told.thread.number == task.0);
        let raised = walk.take_raised();
        if let Some(Visible {
            action:
                Action::Method {
                    place,
                    name,
                    writes,
                },
            pos,
            ..
        }) = &before
        {
            let is_done = |told: &Told| {
                told.thread.number == task.0 && matches!(told.kind, Kind::Method { .. })
            };
            let has_failed = !told.iter().any(is_done)
                && raised.iter().any(|one| one.task == task && one.pos == *pos);
            if has_failed {
                let kind = EventKind::Call {
                    path: path(place),
                    method: name.clone(),
                    writes: *writes,
                };
                self.add(task, *pos, kind);
            }
        }
        let asked = before.and_then(|before| match before.action {
            Action::Object(object, verb) => Some((object, verb, before.pos)),
            _ => None,
        });
        if let Some((object, verb, pos)) = &asked {
            let is_answer = |told: &Told| {
                told.thread.number == task.0 && matches!(told.kind, Kind::Object { .. })
            };
            let is_refused = !told.iter().any(is_answer)
                && raised.iter().any(|one| one.task == task && one.pos == *pos);
            if is_refused {
                let (object, verb) = (self.object(object), *verb);
                self.add(task, *pos, EventKind::Refuse { object, verb });
            }
        }
        for told in told {
            self.note(&told);
        }
        if let Some((object, verb, pos)) = asked
            && !has_done
            && walk.waits(task)
        {
            let object = self.object(&object);
            self.add(task, pos, EventKind::Block { object, verb });
        }
        for raised in raised {
            for (object, verb, pos) in raised.ahead {
                let object = self.object(&object).id;
                let ahead = Ahead { object, verb, pos };
                self.trace.prevented.push((raised.task, ahead));
            }
            self.trace.raised.push(RaisedError {
                step: self.steps,
                thread: raised.task,
                pos: raised.pos,
                message: raised.message,
            });
        }
        if self.objects.len() > known {
            self.name_objects(walk);
        }
        self.steps += 1;
        drawn
    }

    /// What was done so far.
    pub(super) fn events(&self) -> &[TraceEvent] {
        &self.trace.events
    }

    /// The trace of what was done, and of how threads wait where `walk` stands now.
    pub(super) fn finish(mut self, walk: &Walk) -> Trace {
        let attributes = self.attribute_names();
        let accesses: Vec<_> = self.trace.events.iter().map(access).collect();
        let mut is_way = ways(&accesses).into_iter();
        let events = &mut self.trace.events;
        events.retain(|_| !is_way.next().unwrap_or_default());
        self.trace.alive = walk.alive().collect();
        for task in self.trace.alive.clone() {
            if let Some(name) = walk.name(task) {
                self.trace.names.add_thread(task, &name);
            }
        }
        for (task, object, verb, waiting) in walk.waiting() {
            let of = self.object(&object);
            let ahead = walk.prospects(task).into_iter();
            let mut ahead: Vec<Ahead> = ahead
                .map(|(object, verb, pos)| Ahead {
                    object: self.object(&object).id,
                    verb,
                    pos,
                })
                .collect();
            ahead.sort();
            ahead.dedup();
            let holders = waiting.holders.iter();
            let forgotten = waiting.what.split_once(NOBODY_HAS_AWAITED);
            self.trace.blocked.push(Blocked {
                thread: task,
                pos: walk.pos(task),
                object: Some(of),
                verb,
                holders: holders.map(|holder| (holder.task, holder.since)).collect(),
                awaited: waiting.awaited,
                ahead,
                forgotten: forgotten.map(|(_, what)| what.into()),
                what: waiting.what,
            });
        }
        let futures: Vec<Arc<Object>> = walk.objects().cloned().collect();
        for future in futures.iter().filter(|object| object.kind() == "Future") {
            let threads = future.blockers(MAIN);
            if !threads.is_empty() {
                let future = self.object(future);
                self.trace.unfinished.push((future, threads));
            }
        }
        self.trace.unfinished.sort();
        self.name_objects(walk);
        for (object, name) in attributes {
            self.trace.names.add_object(object, name);
        }
        let mut items: BTreeMap<String, usize> = BTreeMap::new();
        for object in &self.objects {
            let Some(declared) = walk.declared_at(object.made_at) else {
                continue;
            };
            let place = (object.kind, object.made_at);
            let alike = |other: &&ObjectRef| (other.kind, other.made_at) == place;
            let name = match declared.is_item {
                true => {
                    // In the order in which they were made, which is that of their numbers.
                    let index = items.entry(declared.name.clone()).or_default();
                    *index += 1;
                    format!("{}[{}]", declared.name, *index - 1)
                }
                false if self.objects.iter().filter(alike).count() == 1 => declared.name,
                false => continue,
            };
            self.trace.names.add_object(object.id, name);
        }
        self.trace.names.number(self.objects.iter().copied());
        self.trace
    }

    /// Notes the objects that can be reached where `walk`, whose state was just compared, stands.
    pub(super) fn look(&mut self, walk: &Walk) {
        let objects: Vec<Arc<Object>> = walk.objects().cloned().collect();
        for object in objects.iter().filter(|object| object.kind() != "Thread") {
            self.object(object);
        }
        self.name_objects(walk);
    }

    fn name_objects(&mut self, walk: &Walk) {
        for (object, name) in walk.object_names() {
            // A side of a lock for readers and writers is that lock to people.
            let is_side = |side: &&ObjectRef| {
                matches!(side.kind, "ReadLock" | "WriteLock") && side.made_at == object.made_at
            };
            if object.kind() == "RwLock" {
                for side in self.objects.iter().filter(is_side) {
                    self.trace.names.add_object(side.id, name.clone());
                }
            }
            self.trace.names.add_object(object.id, name);
        }
    }

    /// What methods call the objects that they reach as their own attributes, `this.lock`, where all that use
    /// the name mean one object, which has no other such name.
    fn attribute_names(&self) -> Vec<(ObjectId, String)> {
        let mut last: BTreeMap<TaskId, &TraceEvent> = BTreeMap::new();
        let mut names: BTreeMap<ObjectId, BTreeSet<String>> = BTreeMap::new();
        let mut meant: BTreeMap<String, BTreeSet<ObjectId>> = BTreeMap::new();
        for event in &self.trace.events {
            let object = match &event.kind {
                EventKind::Ask { object, .. } | EventKind::Block { object, .. } => object.id,
                EventKind::Read { .. } => {
                    last.insert(event.thread, event);
                    continue;
                }
                _ => continue,
            };
            let read = last.get(&event.thread);
            let read = read.filter(|read| read.pos.at() == event.pos.at());
            let Some(EventKind::Read { path, .. }) = read.map(|read| &read.kind) else {
                continue;
            };
            let name = path.to_string();
            let is_own = ["this.", "self."].iter().any(|own| name.starts_with(own));
            if is_own {
                names.entry(object).or_default().insert(name.clone());
                meant.entry(name).or_default().insert(object);
            }
        }
        let only = |names: BTreeSet<String>| {
            let mut of_one = names.into_iter();
            of_one.next().filter(|_| of_one.next().is_none())
        };
        let named = names
            .into_iter()
            .filter_map(|(object, names)| Some((object, only(names)?)));
        let is_certain = |(_, name): &(ObjectId, String)| meant[name].len() == 1;
        named.filter(is_certain).collect()
    }

    fn add(&mut self, thread: TaskId, pos: Pos, kind: EventKind) {
        let text = &self.text;
        let asks = || {
            let line = pos.at().of(text);
            line.is_some_and(|line| is_in_question(line, pos.column))
        };
        let in_question = *self.questions.entry(pos).or_insert_with(asks);
        self.trace.events.push(TraceEvent {
            step: self.steps,
            thread,
            pos,
            calls: self.calls,
            in_question,
            kind,
        });
    }

    fn object(&mut self, object: &Arc<Object>) -> ObjectRef {
        let object = ObjectRef {
            id: object.id,
            kind: object.kind(),
            made_at: object.made_at,
        };
        self.objects.insert(object);
        object
    }

    fn note(&mut self, told: &Told) {
        let task = TaskId(told.thread.number);
        self.trace.names.add_thread(task, &told.thread.name);
        let kind = match (&told.kind, told.operation.as_deref()) {
            (Kind::Failure { message } | Kind::Warning { message }, _) => EventKind::Fail {
                message: message.clone(),
            },
            (Kind::MainFailure { error }, _) => EventKind::Fail {
                message: error.message.clone(),
            },
            (Kind::Finish { error: Some(error) }, _) => match error.as_str() {
                "cancelled" => EventKind::Cancel,
                error => EventKind::TaskFail {
                    message: error.into(),
                },
            },
            (Kind::Finish { error: None }, _) => EventKind::End,
            (Kind::Start | Kind::Deadlock { .. } | Kind::Wait { .. }, _) => return,
            (kind, Some(visible)) => match (&visible.action, kind) {
                (Action::Read(place), Kind::Read { value, .. }) => EventKind::Read {
                    path: path(place),
                    value: value.clone(),
                },
                (Action::Write(place), Kind::Write { value, .. }) => EventKind::Write {
                    path: path(place),
                    value: value.clone(),
                },
                (
                    Action::Method {
                        place,
                        name,
                        writes,
                    },
                    _,
                ) => EventKind::Call {
                    path: path(place),
                    method: name.clone(),
                    writes: *writes,
                },
                (Action::Object(object, verb), Kind::Object { answer, .. }) => EventKind::Ask {
                    object: self.object(object),
                    verb: *verb,
                    answer: answer.clone(),
                },
                _ => EventKind::Other,
            },
            (_, None) => EventKind::Other,
        };
        self.add(task, told.pos, kind);
    }
}

fn access(event: &TraceEvent) -> Option<Access> {
    let Some(Target::Place(path)) = event.kind.target() else {
        return None;
    };
    Some(Access {
        thread: event.thread.0,
        line: event.pos.at(),
        cell: path.cell,
        place: path.to_string(),
        variable: path.variable,
        writes: event.kind.writes(),
    })
}

fn path(place: &SharedPlace) -> AccessPath {
    let key = |key: &Value| match key {
        Value::Int(index) => PathSegment::Index(*index),
        other => match other.as_str() {
            Some(name) => PathSegment::Field(name.into()),
            None => PathSegment::Other(debug_text(other)),
        },
    };
    let copied = place.name.strip_prefix(COPY_OF);
    AccessPath {
        variable: copied.unwrap_or(&place.name).into(),
        cell: place.cell,
        keys: place.keys.iter().map(key).collect(),
        is_copy: copied.is_some(),
    }
}
