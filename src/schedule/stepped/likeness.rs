//! When two states of a run are alike, as a key of 128 bits.
//!
//! Everything that decides how the run can go on is written down in one order and hashed: variables,
//! threads, objects, deadlines from now, how main has ended, and what has been printed. Variables
//! and objects are numbered in the order in which they are first met from the roots, and only what
//! can be reached is written: neither addresses, nor the order of creation, nor garbage matter.
//! Two different states have the same key with a probability of about n^2 / 2^129 for n states.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Weak};
use std::time::Duration;

use xxhash_rust::xxh3::xxh3_128;

use super::state::{Asked, Being, Member, State};
use crate::schedule::World;
use crate::value::object::{Note, Primitive, TaskId};
use crate::value::{
    AddressHasher, Cell, Collection, EncodeState, Environment, EnvironmentVariable, Fault,
    Footprint, Function, Object, Range, Reference as Shared, StateEncoder, Target, Value,
};
use crate::vm::{Binding, Globals, Isolated};

/// Something that can be changed and that others may refer to.
#[derive(Clone)]
pub(super) enum Node {
    Cell(Arc<Cell>),
    Object(Arc<Object>),
}

impl Node {
    fn address(&self) -> usize {
        match self {
            Self::Cell(cell) => Arc::as_ptr(cell) as usize,
            Self::Object(object) => Arc::as_ptr(object) as usize,
        }
    }
}

/// What cannot be hashed once for all states.
enum Reference {
    /// It has another number in each state.
    To(Node),
    /// See [`StateEncoder::weak`].
    Weak(Weak<Object>, u64),
    /// See [`StateEncoder::deadline`].
    Deadline(Duration),
}

/// One thread or object, written down: the hash of all but what it refers to, and that. Most steps
/// change one thread and at most one object; what is written of the others is used again.
#[derive(Default)]
pub(super) struct Portrait {
    hash: u128,
    refers_to: Box<[Reference]>,
}

impl Portrait {
    /// Adds the memory that it takes, itself excepted.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.block(size_of_val(&*self.refers_to));
    }
}

/// What the top-level names were bound to, written down.
#[derive(Default)]
pub(super) struct KeptBindings {
    version: u64,
    bindings: Vec<Option<Arc<Binding>>>,
    portrait: Portrait,
}

impl KeptBindings {
    /// Adds the memory that it takes, itself excepted.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.block(self.bindings.capacity() * size_of::<Option<Arc<Binding>>>());
        self.portrait.add_to(footprint);
    }

    /// Sets them back to this, unless they are so already.
    pub(super) fn set_back(&self, globals: &Globals) {
        if globals.version() != self.version {
            for (global, binding) in self.bindings.iter().enumerate() {
                globals.restore(global as u32, binding.as_ref());
            }
            globals.set_version(self.version);
        }
    }
}

/// An object as it was, with its portrait.
pub(super) struct KeptObject {
    pub(super) copy: Box<dyn Primitive>,
    portrait: Portrait,
}

impl KeptObject {
    /// Adds the memory that it takes, itself excepted.
    pub(super) fn add_to(&self, footprint: &mut Footprint) {
        footprint.primitive(&*self.copy);
        self.portrait.add_to(footprint);
    }

    /// Sets the object back to this, unless it is so already.
    pub(super) fn set_back(self: &Arc<Self>, object: &Object) {
        let is_so = object
            .state()
            .note()
            .is_some_and(|note| std::ptr::addr_eq(Arc::as_ptr(note), Arc::as_ptr(self)));
        if !is_so {
            object.set_state(self.copy.clone_box(), Some(self.clone()));
        }
    }
}

/// A deadline that is in the past; by how much makes no difference.
const LATE: u64 = u64::MAX;

/// The same, for one that is equal to the one before it.
const SAME: u64 = LATE - 1;

/// How long it is until a deadline. One that is reached just now may still count as due or not.
fn time_left(deadline: u64, now: u64) -> u64 {
    deadline.checked_sub(now).unwrap_or(LATE)
}

/// Writes a whole state down.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    page: Page,
    numbers: HashMap<usize, u32, BuildHasherDefault<AddressHasher>>,
    /// The virtual time of the state.
    now: u64,
    /// The references that count if what they refer to is met: where in the bytes, and what for.
    weak: Vec<(usize, Weak<Object>, u64)>,
    /// How many of `nodes` were met; those behind are left over from the state before.
    met: usize,
    /// Whatever can be reached, in the order in which it was met.
    pub(super) nodes: Vec<Node>,
    /// What was written down of each object among them.
    pub(super) objects: Vec<Option<Arc<KeptObject>>>,
    /// What the top-level names are bound to.
    pub(super) bindings: Arc<KeptBindings>,
}

impl Writer {
    /// How many bytes its buffers take.
    pub(super) fn size(&self) -> u64 {
        let nodes = self.nodes.capacity() + self.page.refers_to.capacity();
        let objects = self.objects.capacity() * size_of::<Option<Arc<KeptObject>>>();
        let bytes = self.bytes.capacity() + self.page.bytes.capacity();
        (bytes + nodes * size_of::<Node>() + objects) as u64
    }

    /// The key of `state`, with how many texts main has begun and how it has ended. Leaves in `nodes`
    /// what can be reached.
    pub(super) fn key(
        &mut self,
        state: &mut State,
        main: (usize, Option<&Result<Value, Fault>>),
        asked: Asked,
    ) -> u128 {
        self.bytes.clear();
        self.numbers.clear();
        self.met = 0;
        self.now = state.now;
        self.roots(state, main, asked);
        let mut next = 0;
        while next < self.met {
            let kept = match &self.nodes[next] {
                Node::Cell(cell) => {
                    self.page.number(u64::from(cell.is_published()));
                    self.page.value(&cell.load());
                    self.turn_page();
                    None
                }
                Node::Object(object) => {
                    self.bytes.push(u8::from(object.is_published()));
                    let kept = self.page.note_of(object);
                    self.portrait(&kept.portrait);
                    Some(kept)
                }
            };
            match self.objects.get_mut(next) {
                Some(object) => *object = kept,
                None => self.objects.push(kept),
            }
            next += 1;
        }
        self.nodes.truncate(self.met);
        self.objects.truncate(self.met);
        for (place, object, purpose) in std::mem::take(&mut self.weak) {
            if let Some(number) = self.numbers.get(&(object.as_ptr() as usize)) {
                for part in [place as u64, u64::from(*number), purpose] {
                    self.bytes.extend_from_slice(&part.to_le_bytes());
                }
            }
        }
        xxh3_128(&self.bytes)
    }

    fn roots(
        &mut self,
        state: &mut State,
        main: (usize, Option<&Result<Value, Fault>>),
        asked: Asked,
    ) {
        let State {
            world,
            // Prints and failures are in `so_far`.
            outlet: _,
            so_far,
            // It answers as it is dictated.
            policy: _,
            members,
            // Between two steps nothing runs.
            running: _,
            early: _,
            is_end_chosen: _,
            // It is in those whom main starts.
            run: _,
            main_stays: _,
            chooses_time: _,
            now,
            // For the notices of a run that nobody leads.
            skipped: _,
            jumps: _,
            deadlines,
            // What was reported already: a report changes nothing.
            told: _,
            copies_told: _,
            // The names of threads that have ended: for reports.
            ended: _,
            // It numbers the deadlines, which are encoded in their order.
            waits: _,
            // What a search has learned stays so in all its states.
            asked: _,
            plays_processes: _,
            observations: _,
            has_learned: _,
            marks,
            // They are of one step.
            has_asked: _,
            has_told_time: _,
            hidden: _,
        } = state;
        self.look_at_bindings(world);
        let bindings = self.bindings.clone();
        self.portrait(&bindings.portrait);
        for (task, member) in members {
            if member.portrait.is_none() {
                (task, &*member).encode_state(&mut self.page);
                member.portrait = Some(Arc::new(self.page.take_portrait()));
            }
            let portrait = member.portrait.clone().unwrap_or_default();
            self.portrait(&portrait);
        }
        let mut before = None;
        for ((deadline, _), task) in deadlines.iter() {
            // Those that are late come in their order, but for equal ones.
            let left = match time_left(*deadline, *now) {
                LATE if before == Some(deadline) => SAME,
                left => left,
            };
            before = Some(deadline);
            (left, task).encode_state(&mut self.page);
        }
        (main, marks.bits()).encode_state(&mut self.page);
        if asked.time {
            self.page.number(*now);
        }
        if asked.names {
            world.ids.next_names().encode_state(&mut self.page);
        }
        self.turn_page();
        self.bytes.extend_from_slice(&so_far.key().to_le_bytes());
    }

    /// Writes down what the top-level names are bound to, unless they are bound as before.
    fn look_at_bindings(&mut self, world: &World) {
        let version = world.globals.version();
        let names = world.program.globals();
        if self.bindings.version == version && self.bindings.bindings.len() == names.count() {
            return;
        }
        let names = world.program.globals();
        let bindings: Vec<_> = names.map(|(id, _)| world.globals.get(id)).collect();
        bindings.encode_state(&mut self.page);
        self.bindings = Arc::new(KeptBindings {
            version,
            bindings,
            portrait: self.page.take_portrait(),
        });
    }

    fn portrait(&mut self, portrait: &Portrait) {
        self.bytes.extend_from_slice(&portrait.hash.to_le_bytes());
        (portrait.refers_to.iter()).for_each(|reference| self.reference(reference));
    }

    /// Takes over what stands on the page.
    fn turn_page(&mut self) {
        self.bytes.extend_from_slice(&self.page.bytes);
        self.page.bytes.clear();
        let mut references = std::mem::take(&mut self.page.refers_to);
        (references.iter()).for_each(|reference| self.reference(reference));
        references.clear();
        self.page.refers_to = references;
    }

    fn reference(&mut self, reference: &Reference) {
        match reference {
            Reference::To(node) => self.node(node),
            Reference::Weak(object, purpose) => {
                self.weak.push((self.bytes.len(), object.clone(), *purpose));
            }
            Reference::Deadline(at) => {
                let left = time_left(at.as_nanos() as u64, self.now);
                self.bytes.extend_from_slice(&left.to_le_bytes());
            }
        }
    }

    fn node(&mut self, node: &Node) {
        let next = self.met as u32;
        let number = *self.numbers.entry(node.address()).or_insert(next);
        if number == next {
            self.met += 1;
            match self.nodes.get_mut(next as usize) {
                // Most often it is what stood there in the state before.
                Some(known) if known.address() == node.address() => {}
                Some(known) => *known = node.clone(),
                None => self.nodes.push(node.clone()),
            }
        }
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }
}

/// What is written down, and apart from it, in order, what that refers to.
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    refers_to: Vec<Reference>,
}

impl Page {
    fn take_portrait(&mut self) -> Portrait {
        let hash = xxh3_128(&self.bytes);
        self.bytes.clear();
        Portrait {
            hash,
            refers_to: self.refers_to.drain(..).collect(),
        }
    }

    /// What is written down of the object as it is now.
    fn note_of(&mut self, object: &Arc<Object>) -> Arc<KeptObject> {
        let mut state = object.state();
        let known = state.note().cloned();
        if let Some(known) = known.and_then(|note| note.downcast::<KeptObject>().ok()) {
            return known;
        }
        self.text(object.kind());
        object.made_at.encode_state(self);
        state.encode_state(self);
        let kept = Arc::new(KeptObject {
            copy: state.clone_box(),
            portrait: self.take_portrait(),
        });
        state.set_note(kept.clone() as Note);
        kept
    }

    fn tagged(&mut self, tag: u8, number: u64) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn cell(&mut self, cell: &Arc<Cell>) {
        self.bytes.push(b'v');
        self.refers_to.push(Reference::To(Node::Cell(cell.clone())));
    }

    fn object(&mut self, object: &Arc<Object>) {
        self.bytes.push(b'o');
        self.refers_to
            .push(Reference::To(Node::Object(object.clone())));
    }

    /// An error, but for the values in it.
    fn fault(&mut self, fault: &Fault) {
        let Fault {
            kind,
            pos,
            unit,
            trace,
        } = fault;
        self.text(&format!("{kind:?}{trace:?}"));
        (pos, unit).encode_state(self);
    }

    /// A function, but for the values in it.
    fn function(&mut self, function: &Function) {
        let Function {
            name,
            target,
            captures,
            curried,
            environment,
            // It follows, as what is curried does.
            this: _,
        } = function;
        let target = match target {
            Target::Named(name) => u64::from(*name) << 1,
            Target::Code(id) => (u64::from(id.unit) << 32 | u64::from(id.ordinal)) << 1 | 1,
        };
        self.tagged(b'F', target);
        self.text(name.as_str());
        self.tagged(b'F', curried.len() as u64);
        captures.iter().for_each(|cell| self.cell(cell));
        if let Some(environment) = environment {
            let Environment { variables } = &**environment;
            self.tagged(b'E', variables.len() as u64);
            for variable in variables {
                let EnvironmentVariable {
                    global,
                    cell,
                    is_constant,
                } = variable;
                self.tagged(b'E', u64::from(*global) << 1 | u64::from(*is_constant));
                self.cell(cell);
            }
        }
    }
}

impl StateEncoder for Page {
    fn value(&mut self, value: &Value) {
        // Without recursion: values may be nested deeply, and so may errors that pass on others.
        let mut in_errors = Vec::new();
        self.nested(value, &mut in_errors);
        while let Some(value) = in_errors.pop() {
            self.nested(&value, &mut in_errors);
        }
    }

    fn task(&mut self, task: TaskId) {
        self.tagged(b't', task.0);
    }

    fn number(&mut self, number: u64) {
        self.tagged(b'n', number);
    }

    fn text(&mut self, text: &str) {
        self.tagged(b's', text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn weak(&mut self, object: &Weak<Object>, purpose: u64) {
        (self.refers_to).push(Reference::Weak(object.clone(), purpose));
    }

    fn deadline(&mut self, at: Duration) {
        self.bytes.push(b'd');
        self.refers_to.push(Reference::Deadline(at));
    }
}

impl Page {
    /// Encodes a value with those in it, but for the ones in errors.
    fn nested(&mut self, value: &Value, in_errors: &mut Vec<Value>) {
        let mut later = Vec::new();
        self.outside(value, &mut later, in_errors);
        while let Some(value) = later.pop() {
            self.outside(value, &mut later, in_errors);
        }
    }

    /// Encodes a value but for the values in it, which are to follow.
    fn outside<'v>(
        &mut self,
        value: &'v Value,
        later: &mut Vec<&'v Value>,
        in_errors: &mut Vec<Value>,
    ) {
        match value {
            Value::Unit => self.bytes.push(b'u'),
            Value::Bool(value) => self.tagged(b'b', u64::from(*value)),
            Value::Int(value) => self.tagged(b'i', *value as u64),
            Value::Float(value) => self.tagged(b'f', value.to_bits()),
            Value::Char(value) => self.tagged(b'c', u64::from(u32::from(*value))),
            Value::Literal(text) => self.text(text.as_str()),
            Value::Str(text) => self.text(text),
            Value::Array(items) => {
                self.tagged(b'a', items.len() as u64);
                later.extend(items.iter().rev());
            }
            Value::Map(map) => {
                self.tagged(b'm', map.len() as u64);
                map.keys().for_each(|key| self.text(key));
                later.extend(map.values().rev());
            }
            Value::Blob(bytes) => {
                self.tagged(b'B', bytes.len() as u64);
                self.bytes.extend_from_slice(bytes);
            }
            Value::Range(range) => {
                let Range {
                    start,
                    end,
                    step,
                    inclusive,
                } = **range;
                for number in [start, end, step, i64::from(inclusive)] {
                    self.tagged(b'r', number as u64);
                }
            }
            Value::Function(function) => {
                self.function(function);
                later.extend(function.curried.iter().rev());
                later.push(&function.this);
            }
            Value::Object(object) => self.object(object),
            Value::Cell(cell) => self.cell(cell),
            Value::Error(fault) => {
                self.bytes.push(b'e');
                self.fault(fault);
                (fault.kind).visit_parts(&mut |part| in_errors.push(part.clone()));
            }
            Value::Reference(reference) => {
                let Shared {
                    kind,
                    contents,
                    class,
                } = &**reference;
                self.tagged(b'R', *kind as u64);
                self.cell(contents);
                // What a class is called and its methods follow from where its attributes stand.
                for class in class.iter().flat_map(|class| class.ancestors()) {
                    self.text(class.name.as_str());
                    self.cell(&class.attributes);
                    later.extend(class.methods.values().rev());
                }
            }
            Value::Collection(contents) => self.collection(contents, later),
            Value::Foreign(foreign) => {
                self.text(&foreign.type_name());
                self.text(&foreign.text());
            }
        }
    }
}

impl Page {
    /// A collection, but for the values in it.
    fn collection<'v>(&mut self, contents: &'v Collection, later: &mut Vec<&'v Value>) {
        let kind = contents.kind().map_or(0, |kind| kind as u64 + 1);
        self.tagged(b'C', kind);
        self.tagged(b'C', contents.len() as u64);
        match contents {
            Collection::Tuple(items) | Collection::List(items) => later.extend(items.iter().rev()),
            Collection::Deque(items, limit) => {
                limit.encode_state(self);
                later.extend(items.iter().rev());
            }
            Collection::Attributes(map) => {
                map.keys().for_each(|key| self.text(key));
                later.extend(map.values().rev());
            }
            // The gaps decide how a loop over it that is under way goes on.
            Collection::Dict(dict) | Collection::Set(dict) => {
                for entry in dict.row().iter().rev() {
                    self.bytes.push(b'.');
                    if let Some(entry) = entry {
                        self.bytes.push(b':');
                        later.extend([&entry.value, &entry.key]);
                    }
                }
            }
        }
    }
}

impl EncodeState for Member {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            name,
            handle,
            daemon,
            worker,
            is_process,
            held_end,
            isolated,
            run,
            fiber,
            being,
            woken_by,
            // Whether there may be something to forget: before states are compared it is forgotten.
            has_run: _,
            // What the log said last; a run that is compared keeps no log of waits.
            told_wait: _,
            // What was made of the rest.
            portrait: _,
            copy: _,
        } = self;
        (name, handle, daemon, worker, is_process, run).encode_state(encoder);
        (held_end, isolated, fiber, being, woken_by).encode_state(encoder);
    }
}

impl EncodeState for Being {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Ready => encoder.number(0),
            Self::Standing => encoder.number(1),
            Self::Busy => encoder.number(2),
            Self::Ending => encoder.number(3),
            Self::Looping => encoder.number(5),
            Self::Waiting {
                object,
                // All deadlines are encoded in their order.
                deadline: _,
            } => (4, object).encode_state(encoder),
        }
    }
}

impl EncodeState for Arc<Isolated> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Isolated {
            process,
            main,
            outer,
            asked_at,
            ids,
            globals,
            // Which variables it has never changes.
            bound,
        } = &**self;
        (process, main, outer, asked_at, ids).encode_state(encoder);
        for global in bound {
            if let Some(binding) = globals.get(*global) {
                (global, binding).encode_state(encoder);
            }
        }
    }
}

impl EncodeState for Arc<Binding> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Binding { cell, is_constant } = &**self;
        (cell, is_constant).encode_state(encoder);
    }
}

crate::value::state_key_test! { member_key, Member, member();
    name: "other".into(),
    handle: object(),
    daemon: true,
    worker: true,
    is_process: true,
    held_end: Some(Ok(Value::Unit)),
    isolated: Some(Arc::new(isolated())),
    run: 2,
    fiber: None,
    being: Being::Standing,
    woken_by: Some(object()),
    ; left out has_run told_wait portrait copy
}

/// A thread that is about to begin.
#[cfg(test)]
fn member() -> Member {
    use crate::value::encode::samples::{function, object};
    let fiber = crate::vm::Fiber::new(TaskId(2), function("f"), Vec::new());
    Member::new("t".into(), object(), false, false, 1, fiber)
}

/// A process without variables.
#[cfg(test)]
fn isolated() -> Isolated {
    Isolated {
        process: TaskId(3),
        main: crate::value::encode::samples::object(),
        outer: None,
        asked_at: crate::pos::Pos::NONE,
        ids: Default::default(),
        globals: Globals::default(),
        bound: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_late_a_deadline_is_makes_no_difference_but_that_it_is() {
        assert_eq!(time_left(3, 5), time_left(4, 5));
        assert_ne!(time_left(4, 5), time_left(5, 5));
        assert_eq!(time_left(7, 5), time_left(17, 15));
    }
}
