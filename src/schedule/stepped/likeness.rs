//! When two states of a run are alike, as a key of 128 bits.
//!
//! Everything that decides how the run can go on is written down in one order and hashed: variables,
//! threads, objects, deadlines from now, how main has ended, and what has been printed. Variables
//! and objects are numbered in the order in which they are first met from the roots, and only what
//! can be reached is written: neither addresses, nor the order of creation, nor garbage matter.
//! Two different states have the same key with a probability of about n^2 / 2^129 for n states.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use super::state::{Being, State};
use crate::schedule::World;
use crate::value::object::{Note, Primitive, TaskId, Visitor};
use crate::value::{AddressHasher, Cell, Fault, FaultKind, Footprint, Object, Value};
use crate::vm::{Binding, Fiber, Globals, Isolated};

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

/// One thread or object, written down: the hash of all but what it refers to, and that. Most steps
/// change one thread and at most one object; what is written of the others is used again.
#[derive(Default)]
pub(super) struct Portrait {
    hash: u128,
    refers_to: Box<[Node]>,
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
            object.set_state(self.copy.duplicate(), Some(self.clone()));
        }
    }
}

/// Writes a whole state down.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    page: Page,
    numbers: HashMap<usize, u32, BuildHasherDefault<AddressHasher>>,
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

    /// The key of `state`. Leaves in `nodes` what can be reached.
    pub(super) fn key(
        &mut self,
        state: &mut State,
        main_end: Option<&Result<Value, Fault>>,
        with_time: bool,
    ) -> u128 {
        self.bytes.clear();
        self.numbers.clear();
        self.met = 0;
        self.roots(state, main_end, with_time);
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
        xxh3_128(&self.bytes)
    }

    fn roots(
        &mut self,
        state: &mut State,
        main_end: Option<&Result<Value, Fault>>,
        with_time: bool,
    ) {
        self.look_at_bindings(&state.world);
        let bindings = self.bindings.clone();
        self.portrait(&bindings.portrait);
        for (task, member) in &mut state.members {
            let portrait = member.portrait.get_or_insert_with(|| {
                self.page
                    .member(*task, member.handle.clone(), member.daemon);
                if let Some(isolated) = &member.isolated {
                    self.page.isolated(isolated);
                }
                match &member.held_end {
                    None => {}
                    Some(Ok(value)) => self.page.value(value),
                    // With what was thrown, and what that refers to.
                    Some(Err(fault)) => self.page.value(&Value::Error(Arc::new(fault.clone()))),
                }
                self.page.life(&member.being, member.fiber.as_ref());
                Arc::new(self.page.take_portrait())
            });
            let portrait = portrait.clone();
            self.portrait(&portrait);
        }
        for (deadline, task) in state.deadlines() {
            self.page.number(deadline.saturating_sub(state.now));
            self.page.task(task);
        }
        match main_end {
            None => self.page.number(0),
            Some(Ok(value)) => {
                self.page.number(1);
                self.page.value(value);
            }
            Some(Err(fault)) => {
                self.page.number(2);
                self.page.value(&Value::Error(Arc::new(fault.clone())));
            }
        }
        if with_time {
            self.page.number(state.now);
        }
        self.turn_page();
        self.bytes
            .extend_from_slice(&state.so_far.key().to_le_bytes());
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
        for binding in &bindings {
            match binding {
                Some(binding) => {
                    self.page.number(2 + u64::from(binding.is_constant));
                    self.page.cell(&binding.cell);
                }
                None => self.page.number(0),
            }
        }
        self.bindings = Arc::new(KeptBindings {
            version,
            bindings,
            portrait: self.page.take_portrait(),
        });
    }

    fn portrait(&mut self, portrait: &Portrait) {
        self.bytes.extend_from_slice(&portrait.hash.to_le_bytes());
        for node in &portrait.refers_to {
            self.node(node);
        }
    }

    /// Takes over what stands on the page.
    fn turn_page(&mut self) {
        self.bytes.extend_from_slice(&self.page.bytes);
        self.page.bytes.clear();
        let mut nodes = std::mem::take(&mut self.page.refers_to);
        for node in &nodes {
            self.node(node);
        }
        nodes.clear();
        self.page.refers_to = nodes;
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
    refers_to: Vec<Node>,
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
        self.pos(object.made_at);
        state.visit_parts(self);
        let kept = Arc::new(KeptObject {
            copy: state.duplicate(),
            portrait: self.take_portrait(),
        });
        state.set_note(kept.clone() as Note);
        kept
    }

    fn member(&mut self, task: TaskId, handle: Arc<Object>, daemon: bool) {
        self.task(task);
        self.object(&handle);
        self.number(u64::from(daemon));
    }

    /// What a process finds; which variables it has never changes.
    fn isolated(&mut self, isolated: &Isolated) {
        self.task(isolated.process);
        for global in &isolated.bound {
            if let Some(binding) = isolated.globals.get(*global) {
                self.number(u64::from(*global) << 1 | u64::from(binding.is_constant));
                self.cell(&binding.cell);
            }
        }
    }

    fn life(&mut self, being: &Being, fiber: Option<&Fiber>) {
        match being {
            Being::Ready => self.number(0),
            Being::Standing => self.number(1),
            Being::Busy => self.number(2),
            Being::Ending => self.number(4),
            Being::Waiting { object, .. } => {
                self.number(3);
                object.iter().for_each(|object| self.object(object));
            }
        }
        if let Some(fiber) = fiber {
            fiber.visit_parts(self);
        }
    }

    fn tagged(&mut self, tag: u8, number: u64) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn cell(&mut self, cell: &Arc<Cell>) {
        self.bytes.push(b'v');
        self.refers_to.push(Node::Cell(cell.clone()));
    }

    fn object(&mut self, object: &Arc<Object>) {
        self.bytes.push(b'o');
        self.refers_to.push(Node::Object(object.clone()));
    }

    fn fault(&mut self, fault: &Fault) {
        self.text(&fault.kind.to_string());
        self.pos(fault.pos);
    }
}

impl Visitor for Page {
    fn value(&mut self, value: &Value) {
        // Without recursion: values may stand deep in each other.
        let mut later = Vec::new();
        self.outside(value, &mut later);
        while let Some(value) = later.pop() {
            self.outside(value, &mut later);
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
}

impl Page {
    /// Writes a value down but for the values in it, which are to follow.
    fn outside<'v>(&mut self, value: &'v Value, later: &mut Vec<&'v Value>) {
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
                self.tagged(b'r', range.start as u64);
                self.tagged(b'r', range.end as u64);
                self.tagged(b'r', range.step as u64);
                self.tagged(b'r', u64::from(range.inclusive));
            }
            Value::Function(function) => {
                let target = match function.target {
                    crate::value::Target::Named(name) => u64::from(name) << 1,
                    crate::value::Target::Code(id) => {
                        (u64::from(id.unit) << 32 | u64::from(id.ordinal)) << 1 | 1
                    }
                };
                self.tagged(b'F', target);
                self.tagged(b'F', function.curried.len() as u64);
                later.extend(function.curried.iter().rev());
                function.captures.iter().for_each(|cell| self.cell(cell));
                if let Some(taken) = &function.environment {
                    self.tagged(b'E', taken.variables.len() as u64);
                    for variable in &taken.variables {
                        let global = u64::from(variable.global) << 1;
                        self.tagged(b'E', global | u64::from(variable.is_constant));
                        self.cell(&variable.cell);
                    }
                }
            }
            Value::Object(object) => self.object(object),
            Value::Cell(cell) => self.cell(cell),
            Value::Error(fault) => {
                self.bytes.push(b'e');
                self.fault(fault);
                if let FaultKind::Thrown(value) = &fault.kind {
                    later.push(value);
                }
            }
            Value::Foreign(foreign) => {
                self.text(&foreign.type_name());
                self.text(&foreign.text());
            }
        }
    }
}
