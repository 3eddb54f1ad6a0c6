//! When two states of a run are alike, as a key of 128 bits.
//!
//! Everything that decides how the run can go on is written down in one order and hashed: variables,
//! threads, objects, deadlines from now, how main has ended, and what has been printed. Variables
//! and objects are numbered in the order in which they are first met from the roots, and only what
//! can be reached is written: neither addresses, nor the order of creation, nor garbage matter.
//! Two different states have the same key with a probability of about n^2 / 2^129 for n states.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::state::{Being, State};
use crate::value::object::{TaskId, Visitor};
use crate::value::{Cell, Fault, Object, Value};

/// Something that can be changed and that others may refer to.
pub(super) enum Node {
    Cell(Arc<Cell>),
    Object(Arc<Object>),
}

/// Writes a state down.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    numbers: HashMap<usize, u32, BuildHasherDefault<AddressHasher>>,
    /// Whatever can be reached, in the order in which it was met.
    pub(super) nodes: Vec<Node>,
}

impl Writer {
    /// The key of `state`. Leaves in `nodes` what can be reached.
    pub(super) fn key(
        &mut self,
        state: &State,
        main_end: Option<&Result<Value, Fault>>,
        with_time: bool,
    ) -> u128 {
        self.bytes.clear();
        self.numbers.clear();
        self.nodes.clear();
        self.roots(state, main_end, with_time);
        let mut next = 0;
        while next < self.nodes.len() {
            match &self.nodes[next] {
                Node::Cell(cell) => {
                    let (value, is_published) = (cell.load(), cell.is_published());
                    self.number(u64::from(is_published));
                    self.value(&value);
                }
                Node::Object(object) => {
                    let object = object.clone();
                    self.text(object.kind());
                    self.pos(object.made_at);
                    self.number(u64::from(object.is_published()));
                    object.state().visit_parts(self);
                }
            }
            next += 1;
        }
        xxhash_rust::xxh3::xxh3_128(&self.bytes)
    }

    fn roots(&mut self, state: &State, main_end: Option<&Result<Value, Fault>>, with_time: bool) {
        for binding in state.bindings() {
            match binding {
                Some(binding) => {
                    self.number(2 + u64::from(binding.is_constant));
                    self.cell(&binding.cell);
                }
                None => self.number(0),
            }
        }
        for (task, member) in &state.members {
            self.task(*task);
            self.object(&member.handle);
            self.number(u64::from(member.daemon));
            match &member.being {
                Being::Ready => self.number(0),
                Being::Standing => self.number(1),
                Being::Busy => self.number(2),
                Being::Waiting { object, .. } => {
                    self.number(3);
                    object.iter().for_each(|object| self.object(object));
                }
            }
            if let Some(fiber) = &member.fiber {
                fiber.visit_parts(self);
            }
        }
        for (deadline, task) in state.deadlines() {
            self.number(deadline.saturating_sub(state.now));
            self.task(task);
        }
        match main_end {
            None => self.number(0),
            Some(Ok(value)) => {
                self.number(1);
                self.value(value);
            }
            Some(Err(fault)) => {
                self.number(2);
                self.fault(fault);
            }
        }
        state.so_far.visit_parts(self);
        if with_time {
            self.number(state.now);
        }
    }

    fn tagged(&mut self, tag: u8, number: u64) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn node(&mut self, tag: u8, address: usize, node: impl FnOnce() -> Node) {
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(address).or_insert(next);
        if number == next {
            self.nodes.push(node());
        }
        self.tagged(tag, u64::from(number));
    }

    fn cell(&mut self, cell: &Arc<Cell>) {
        let address = Arc::as_ptr(cell) as usize;
        self.node(b'v', address, || Node::Cell(cell.clone()));
    }

    fn object(&mut self, object: &Arc<Object>) {
        let address = Arc::as_ptr(object) as usize;
        self.node(b'o', address, || Node::Object(object.clone()));
    }

    fn fault(&mut self, fault: &Fault) {
        self.text(&fault.kind.to_string());
        self.pos(fault.pos);
    }
}

impl Visitor for Writer {
    fn value(&mut self, value: &Value) {
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
                items.iter().for_each(|item| self.value(item));
            }
            Value::Map(map) => {
                self.tagged(b'm', map.len() as u64);
                for (key, value) in map.iter() {
                    self.text(key);
                    self.value(value);
                }
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
                function.curried.iter().for_each(|value| self.value(value));
                function.captures.iter().for_each(|cell| self.cell(cell));
            }
            Value::Object(object) => self.object(object),
            Value::Cell(cell) => self.cell(cell),
            Value::Error(fault) => {
                self.bytes.push(b'e');
                self.fault(fault);
                value.visit_parts(&mut |part: &Value| self.value(part));
            }
            Value::Foreign(foreign) => {
                self.text(&foreign.type_name());
                self.text(&foreign.text());
            }
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

/// Spreads addresses, which are multiples of eight: one multiplication (Fibonacci hashing, Knuth,
/// "The Art of Computer Programming", 6.4).
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 32;
    }
}
