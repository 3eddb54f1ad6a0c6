//! How many bytes of memory values take, with all that they lead to; what several of them share
//! counts once.
//!
//! The figures follow the layout of the types and a common allocator's blocks. They are an estimate
//! for the limits of exploring, which `tests/memory.rs` compares with what was allocated.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::{size_of, size_of_val};
use std::sync::Arc;

use super::object::{Object, Primitive, TaskId};
use super::{Cell, Collection, Fault, Function, Items, Map, StateEncoder, Value};

/// The two counts before what an [`Arc`] holds.
const COUNTS: usize = 2 * size_of::<usize>();

/// How many entries a node of a map has on average, of 11.
const ENTRIES: usize = 7;

/// Values that stand so deep in each other are added by recursion, those below them one after the other.
const DEEPEST: u32 = 32;

/// Whether cells and objects are followed to what is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// They are: everything that can be reached counts.
    Contents,
    /// They are not: for snapshots, which keep the contents themselves.
    Nothing,
}

/// The sum so far.
pub struct Footprint {
    follow: Follow,
    /// The addresses of the blocks that count already, of those that several may hold.
    seen: HashSet<usize, BuildHasherDefault<AddressHasher>>,
    next: Vec<Value>,
    depth: u32,
    bytes: u64,
    visited: u64,
}

impl Footprint {
    /// Nothing yet.
    pub fn new(follow: Follow) -> Self {
        Self {
            follow,
            seen: HashSet::default(),
            next: Vec::new(),
            depth: 0,
            bytes: 0,
            visited: 0,
        }
    }

    /// The bytes of everything that was added.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many values and blocks were looked at: what the sum has cost.
    pub fn visited(&self) -> u64 {
        self.visited
    }

    /// Adds a block of memory of this size.
    pub fn block(&mut self, size: usize) {
        if size > 0 {
            // A header of a word, multiples of two words, four words at least.
            self.bytes += (size + 8).next_multiple_of(16).max(32) as u64;
        }
    }

    /// Adds a block behind a count, unless it was added before; says whether it was not. What only one
    /// holds, which is added once itself, need not be remembered.
    pub fn shared<T: ?Sized>(&mut self, block: &Arc<T>) -> bool {
        self.visited += 1;
        let is_new = Arc::strong_count(block) == 1
            || self.seen.insert(Arc::as_ptr(block).cast::<()>() as usize);
        if is_new {
            self.block(COUNTS + size_of_val(&**block));
        }
        is_new
    }

    /// Adds the buffer of a vector of values, and what they lead to.
    pub fn values(&mut self, values: &[Value], capacity: usize) {
        self.block(capacity * size_of::<Value>());
        self.visited += values.len() as u64;
        values.iter().for_each(|value| self.value(value));
    }

    /// Adds what a value leads to. The value itself stands in what holds it.
    pub fn value(&mut self, value: &Value) {
        self.one(value);
        while let Some(value) = self.next.pop() {
            self.one(&value);
        }
    }

    /// Adds a copy of an object's state that is kept in a box of its own.
    pub fn primitive(&mut self, primitive: &dyn Primitive) {
        self.block(size_of_val(primitive));
        let mut parts = Parts {
            words: 0,
            texts: 0,
            footprint: self,
        };
        primitive.encode_state(&mut parts);
        let (words, texts) = (parts.words, parts.texts);
        // Most of the words stand in the object itself.
        let inside = size_of_val(primitive) / size_of::<u64>();
        self.block(words.saturating_sub(inside) * size_of::<u64>());
        self.block(texts);
    }

    fn one(&mut self, value: &Value) {
        match value {
            Value::Unit
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Char(_)
            | Value::Literal(_) => {}
            Value::Str(text) => {
                if self.shared(text) {
                    self.block(text.capacity());
                }
            }
            Value::Array(items) => {
                if self.shared(items) {
                    self.items(items);
                }
            }
            Value::Map(map) => {
                if self.shared(map) {
                    self.map(map);
                }
            }
            Value::Blob(bytes) => {
                if self.shared(bytes) {
                    self.block(bytes.capacity());
                }
            }
            Value::Range(range) => {
                self.shared(range);
            }
            Value::Function(function) => {
                if self.shared(function) {
                    self.function(function);
                }
            }
            Value::Object(object) => {
                if self.shared(object) && self.follow == Follow::Contents {
                    self.contents(object);
                }
            }
            Value::Cell(cell) => self.cell(cell),
            Value::Error(fault) => {
                if self.shared(fault) {
                    self.fault(fault);
                }
            }
            Value::Reference(reference) => {
                if self.shared(reference) {
                    self.cell(&reference.contents);
                    if let Some(class) = &reference.class {
                        class.visit_parts(&mut |part| self.part(part));
                    }
                }
            }
            Value::Collection(contents) => {
                if self.shared(contents) {
                    self.collection(contents);
                }
            }
            Value::Foreign(foreign) => {
                if self.shared(foreign) {
                    self.block(size_of_val(&***foreign));
                }
            }
        }
    }

    /// Adds a part of what is being added: at once, or when it stands too deep, later. Scalars take nothing.
    fn part(&mut self, value: &Value) {
        if value.is_scalar() {
            return;
        }
        if self.depth == DEEPEST {
            self.next.push(value.clone());
            return;
        }
        self.depth += 1;
        self.one(value);
        self.depth -= 1;
    }

    fn items(&mut self, items: &Items) {
        self.block(items.capacity() * size_of::<Value>());
        self.visited += items.len() as u64;
        items.iter().for_each(|item| self.part(item));
    }

    fn map(&mut self, map: &Map) {
        self.visited += map.len() as u64;
        let node = 11 * (size_of::<Value>() + size_of::<Box<str>>()) + 16;
        (0..map.len().div_ceil(ENTRIES)).for_each(|_| self.block(node));
        for (key, value) in map {
            self.block(key.len());
            self.part(value);
        }
    }

    fn collection(&mut self, contents: &Collection) {
        self.block(match contents {
            Collection::Tuple(items) | Collection::Named(items, _) | Collection::List(items) => {
                items.capacity() * size_of::<Value>()
            }
            Collection::Deque(items, _) => items.capacity() * size_of::<Value>(),
            Collection::Dict(dict) | Collection::Set(dict) => dict.bytes(),
            Collection::Attributes(map) => map.bytes(),
        });
        self.visited += contents.len() as u64;
        contents.visit_parts(&mut |part| self.part(part));
    }

    fn function(&mut self, function: &Function) {
        self.block(size_of_val(&**function.captures));
        self.block(function.curried.capacity() * size_of::<Value>());
        function.visit_parts(&mut |part| self.part(part));
    }

    fn cell(&mut self, cell: &Arc<Cell>) {
        if self.shared(cell) && self.follow == Follow::Contents {
            self.part(&cell.load());
        }
    }

    fn contents(&mut self, object: &Object) {
        let mut count = 0;
        let state = object.state();
        self.block(size_of_val(&*state));
        state.encode_state(&mut |part: &Value| {
            count += 1;
            self.part(part);
        });
        self.visited += count;
        self.block(count as usize * size_of::<Value>());
    }

    /// Adds what an error holds.
    pub fn fault(&mut self, fault: &Fault) {
        fault.kind.visit_parts(&mut |part| self.part(part));
    }
}

/// Sums up what an object shows of itself.
struct Parts<'f> {
    /// Values, threads and numbers, in words.
    words: usize,
    /// The bytes of texts.
    texts: usize,
    footprint: &'f mut Footprint,
}

impl StateEncoder for Parts<'_> {
    fn value(&mut self, value: &Value) {
        self.words += size_of::<Value>() / size_of::<u64>();
        self.footprint.visited += 1;
        self.footprint.value(value);
    }

    fn task(&mut self, _task: TaskId) {
        self.words += 1;
    }

    fn number(&mut self, _number: u64) {
        self.words += 1;
    }

    fn text(&mut self, text: &str) {
        self.texts += text.len();
    }
}

/// Spreads addresses, which are multiples of eight: one multiplication (Fibonacci hashing, Knuth,
/// "The Art of Computer Programming", 6.4).
#[derive(Default)]
pub struct AddressHasher(u64);

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
