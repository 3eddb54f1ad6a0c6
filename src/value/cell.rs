//! A variable that several threads may read and write: captured by a closure, or global.
//!
//! Reads and writes are sequentially consistent. A scalar is read without writing to memory, so
//! that two threads that read one variable do not slow each other down; a counted value is copied
//! under a lock, because its count must not fall to zero in between.
//!
//! # How
//!
//! A sequence lock (Boehm, "Can seqlocks get along with programming language memory models?",
//! 2012) whose data word is itself atomic, so that no unsafe code is needed:
//!
//! | reader                          | writer                                   |
//! |---------------------------------|------------------------------------------|
//! | load `word`; wait while locked  | take `word` by compare-and-swap (locked) |
//! | load `payload`                  | store `payload`                          |
//! | load `word` again: unchanged?   | store `word`: next version, new tag      |
//!
//! Taking `word` is sequentially consistent, and so are both loads of it: with two cells, a thread
//! that wrote one and then reads the other cannot miss a write that was taken before its own.
//!
//! `tests/model/` compiles this file for loom and runs it in every order of these operations.

#[cfg(not(loom))]
use {
    crossbeam::utils::Backoff,
    parking_lot::Mutex,
    std::sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

use super::Value;
#[cfg(loom)]
use super::model::{AtomicBool, AtomicU64, Backoff, Mutex, Ordering};

const LOCKED: u64 = 1;
const TAG_SHIFT: u32 = 1;
const TAG_MASK: u64 = 0b111 << TAG_SHIFT;
const VERSION: u64 = 1 << 4;

const UNIT: u64 = 0;
const BOOL: u64 = 1 << TAG_SHIFT;
const INT: u64 = 2 << TAG_SHIFT;
const FLOAT: u64 = 3 << TAG_SHIFT;
const CHAR: u64 = 4 << TAG_SHIFT;
/// The value stands in `heap`.
const HEAP: u64 = 5 << TAG_SHIFT;

/// A shared variable.
pub struct Cell {
    /// Version, tag and lock bit.
    ///
    /// Invariant: the tag changes from or to [`HEAP`] only while `heap` is locked.
    word: AtomicU64,
    payload: AtomicU64,
    heap: Mutex<Value>,
    /// Whether a second thread can reach this variable. Only the stepped schedulers ask.
    published: AtomicBool,
    origin: Origin,
}

/// Where the program declares a variable: the same in every run, for all variables that one
/// declaration makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(u64);

impl Origin {
    /// No declaration is known.
    pub const UNKNOWN: Self = Self(0);

    /// The top-level variable with this number.
    pub fn global(global: u32) -> Self {
        Self(1 << 63 | u64::from(global))
    }

    /// Stands for the name of a top-level variable as if it were an address, which it is none of; nothing
    /// for other variables.
    pub(super) fn name_address(self) -> Option<usize> {
        (self.0 >> 63 == 1).then_some(self.0 as usize)
    }

    /// The instruction that makes the variable: the number of a unit, of a function in it, and of an
    /// instruction in that.
    pub fn instruction(unit: u32, ordinal: u32, pc: u32) -> Self {
        Self(1 << 62 | u64::from(unit) << 44 | u64::from(ordinal) << 24 | u64::from(pc))
    }

    /// The place in the text that makes what a reference leads to.
    pub fn text(line: u16, column: u16) -> Self {
        Self(1 << 61 | u64::from(line) << 16 | u64::from(column))
    }
}

/// A scalar as tag and bits, or nothing for a counted value.
fn encode(value: &Value) -> Option<(u64, u64)> {
    match value {
        Value::Unit => Some((UNIT, 0)),
        Value::Bool(value) => Some((BOOL, u64::from(*value))),
        Value::Int(value) => Some((INT, *value as u64)),
        Value::Float(value) => Some((FLOAT, value.to_bits())),
        Value::Char(value) => Some((CHAR, u64::from(u32::from(*value)))),
        _ => None,
    }
}

fn decode(tag: u64, bits: u64) -> Value {
    match tag {
        BOOL => Value::Bool(bits != 0),
        INT => Value::Int(bits as i64),
        FLOAT => Value::Float(f64::from_bits(bits)),
        CHAR => char::from_u32(bits as u32).map_or(Value::Unit, Value::Char),
        _ => Value::Unit,
    }
}

impl Cell {
    /// A variable that holds `value`, that only its maker can reach and whose declaration is not
    /// known.
    pub fn new(value: Value) -> Self {
        Self::declared(Origin::UNKNOWN, value)
    }

    /// A variable that holds `value` and that only its maker can reach.
    pub fn declared(origin: Origin, value: Value) -> Self {
        let (tag, bits, heap) = match encode(&value) {
            Some((tag, bits)) => (tag, bits, Value::Unit),
            None => (HEAP, 0, value),
        };
        Self {
            word: AtomicU64::new(tag),
            payload: AtomicU64::new(bits),
            heap: Mutex::new(heap),
            published: AtomicBool::new(false),
            origin,
        }
    }

    /// Where it was declared.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The value now. Waits only while another thread changes a counted value in place.
    #[inline]
    pub fn load(&self) -> Value {
        let word = self.word.load(Ordering::SeqCst);
        if word & LOCKED == 0 && word & TAG_MASK != HEAP {
            let bits = self.payload.load(Ordering::Acquire);
            if self.word.load(Ordering::SeqCst) == word {
                return decode(word & TAG_MASK, bits);
            }
        }
        self.load_slow()
    }

    #[cold]
    fn load_slow(&self) -> Value {
        let backoff = Backoff::new();
        loop {
            let word = self.word.load(Ordering::SeqCst);
            if word & LOCKED != 0 {
                backoff.snooze();
            } else if word & TAG_MASK == HEAP {
                let heap = self.heap.lock();
                if self.word.load(Ordering::SeqCst) & TAG_MASK == HEAP {
                    return heap.clone();
                }
            } else {
                let bits = self.payload.load(Ordering::Acquire);
                if self.word.load(Ordering::SeqCst) == word {
                    return decode(word & TAG_MASK, bits);
                }
            }
        }
    }

    /// Replaces the value. Waits as [`Cell::load`] does.
    #[inline]
    pub fn store(&self, value: Value) {
        if let Some((tag, bits)) = encode(&value) {
            let word = self.word.load(Ordering::Relaxed);
            if word & LOCKED == 0 && word & TAG_MASK != HEAP && self.take(word) {
                self.payload.store(bits, Ordering::Release);
                self.release(word, tag);
                return;
            }
        }
        self.store_slow(value);
    }

    #[cold]
    fn store_slow(&self, value: Value) {
        let previous;
        {
            let mut heap = self.heap.lock();
            let word = self.take_spinning();
            previous = std::mem::take(&mut *heap);
            self.put(&mut heap, word, value);
        }
        // Dropped outside the lock: it may be a large array.
        drop(previous);
    }

    /// Changes the value in place, as one atomic step. `change` must not touch this cell.
    #[inline]
    pub fn update<R>(&self, change: impl FnOnce(&mut Value) -> R) -> R {
        let mut heap = self.heap.lock();
        let is_counted = self.word.load(Ordering::SeqCst) & TAG_MASK == HEAP;
        let taken = match is_counted {
            // The tag cannot leave HEAP while `heap` is locked, and all who want a counted value
            // wait at that lock: `change` may take its time.
            true => None,
            false => {
                let word = self.take_spinning();
                *heap = decode(word & TAG_MASK, self.payload.load(Ordering::Acquire));
                Some(word)
            }
        };
        let result = change(&mut heap);
        if taken.is_some() || encode(&heap).is_some() {
            let word = taken.unwrap_or_else(|| self.take_spinning());
            let value = std::mem::take(&mut *heap);
            self.put(&mut heap, word, value);
        }
        result
    }

    /// Looks at the value without copying it. `look` must not touch this cell.
    #[inline]
    pub fn with<R>(&self, look: impl FnOnce(&Value) -> R) -> R {
        let heap = self.heap.lock();
        let scalar;
        let value = match self.word.load(Ordering::SeqCst) & TAG_MASK == HEAP {
            true => &*heap,
            false => {
                scalar = self.load();
                &scalar
            }
        };
        look(value)
    }

    /// Writes `value` where it belongs; the caller holds both `heap` and the lock bit.
    fn put(&self, heap: &mut Value, word: u64, value: Value) {
        match encode(&value) {
            Some((tag, bits)) => {
                self.payload.store(bits, Ordering::Release);
                self.release(word, tag);
            }
            None => {
                *heap = value;
                self.release(word, HEAP);
            }
        }
    }

    fn take(&self, word: u64) -> bool {
        self.word
            .compare_exchange(word, word | LOCKED, Ordering::SeqCst, Ordering::Relaxed)
            .is_ok()
    }

    fn take_spinning(&self) -> u64 {
        let backoff = Backoff::new();
        loop {
            let word = self.word.load(Ordering::SeqCst);
            if word & LOCKED == 0 && self.take(word) {
                return word;
            }
            backoff.snooze();
        }
    }

    fn release(&self, word: u64, tag: u64) {
        let version = (word & !(TAG_MASK | LOCKED)).wrapping_add(VERSION);
        self.word.store(version | tag, Ordering::SeqCst);
    }

    /// Whether a second thread can reach this variable.
    pub fn is_published(&self) -> bool {
        self.published.load(Ordering::Relaxed)
    }

    /// Sets whether a second thread can reach this variable: for snapshots.
    pub fn set_published(&self, is_published: bool) {
        self.published.store(is_published, Ordering::Relaxed);
    }

    /// Marks the variable as reachable by a second thread; returns whether it was so already.
    pub fn publish(&self) -> bool {
        self.published.swap(true, Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cell({:?})", self.load())
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn holds_scalars_and_counted_values_in_turn() {
        let cell = Cell::new(Value::Int(1));
        for value in [
            Value::Float(0.5),
            Value::from("text"),
            Value::Bool(true),
            Value::from("b"),
        ] {
            let expected = format!("{value:?}");
            cell.store(value);
            assert_eq!(format!("{:?}", cell.load()), expected);
        }
        cell.update(|value| *value = Value::Char('x'));
        assert!(matches!(cell.load(), Value::Char('x')));
        cell.update(|value| *value = Value::from("again"));
        assert_eq!(cell.load().as_str(), Some("again"));
    }

    #[test]
    fn a_reader_never_sees_half_a_write() {
        let cell = Cell::new(Value::Int(0));
        std::thread::scope(|scope| {
            for writer in 0..2 {
                let cell = &cell;
                scope.spawn(move || {
                    for round in 0..20_000_i64 {
                        if writer == 0 {
                            cell.store(Value::Int(round));
                        } else {
                            cell.store(Value::from("text"));
                            cell.store(Value::Float(-1.0));
                        }
                    }
                });
            }
            for _ in 0..20_000 {
                match cell.load() {
                    Value::Int(number) => assert!((0..20_000).contains(&number)),
                    Value::Float(number) => assert!(number == -1.0),
                    other => assert_eq!(other.as_str(), Some("text")),
                }
            }
        });
    }

    /// Store buffering: `x = 1; r = y` against `y = 1; s = x`. Sequential consistency forbids that
    /// both read 0.
    #[test]
    fn store_buffering_is_forbidden() {
        const ROUNDS: usize = 3_000;
        let cells: Vec<(Cell, Cell)> = (0..ROUNDS)
            .map(|_| (Cell::new(Value::Int(0)), Cell::new(Value::Int(0))))
            .collect();
        let zeros: Vec<AtomicUsize> = (0..ROUNDS).map(|_| AtomicUsize::new(0)).collect();
        let barrier = Barrier::new(2);
        let run = |flip: bool| {
            for ((x, y), zero) in cells.iter().zip(&zeros) {
                let (mine, other) = if flip { (y, x) } else { (x, y) };
                barrier.wait();
                mine.store(Value::Int(1));
                if matches!(other.load(), Value::Int(0)) {
                    zero.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| run(false));
            scope.spawn(|| run(true));
        });
        assert!(zeros.iter().all(|zero| zero.load(Ordering::Relaxed) < 2));
    }

    #[test]
    fn update_in_place_loses_nothing() {
        let cell = Cell::new(Value::array(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        cell.update(|value| {
                            if let Value::Array(items) = value {
                                std::sync::Arc::make_mut(items).push(Value::Unit);
                            }
                        });
                    }
                });
            }
        });
        assert!(matches!(cell.load(), Value::Array(items) if items.len() == 4_000));
    }
}
