//! What a value or an object holds, and how it is let go of: values may stand in each other a
//! million deep, and the stack of a thread of the host may not.
//!
//! To drop an array drops its items, and among them arrays. Up to some depth that is left to the
//! language; what lies deeper is put aside, and dropped by the outermost. Every way from a value to
//! values leads through a [`Held`] or the state of an object, so no chain is without end.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ops::{Deref, DerefMut};

use super::budget::{Bulk, charge};
use super::operation::Notices;

/// How deep drops stand in each other at most.
const DEEPEST: u32 = 64;

thread_local! {
    /// How deep the drop stands that is under way.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Whether anything was put aside: to be asked at every drop, which the list is not.
    static IS_ASIDE: Cell<bool> = const { Cell::new(false) };
    /// The objects that are being shown, by their addresses, each in the text of the one before.
    static SHOWN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// Whether text is made while an object is held.
    static IS_HELD: Cell<bool> = const { Cell::new(false) };
    /// What the texts of objects have revealed; taken by the caller that had them made.
    static TOLD: Cell<Option<Notices>> = const { Cell::new(None) };
    /// Whether the state of an object was looked at; taken in the same way.
    static LOOKED: Cell<bool> = const { Cell::new(false) };
    static ASIDE: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Drops what was held.
#[inline]
pub(super) fn drop_iteratively<T: Any>(held: T) {
    let depth = DEPTH.get();
    if depth == DEEPEST {
        return put_aside(Box::new(held));
    }
    DEPTH.set(depth + 1);
    drop(held);
    if depth == 0 && IS_ASIDE.get() {
        drop_what_is_aside();
    }
    DEPTH.set(depth);
}

#[cold]
fn put_aside(held: Box<dyn Any>) {
    IS_ASIDE.set(true);
    // Where the thread ends and has no list any more, it is dropped at once.
    let _ = ASIDE.try_with(|aside| aside.borrow_mut().push(held));
}

/// One thing after the other: each puts aside what lies too deep in it.
#[cold]
fn drop_what_is_aside() {
    let next = || ASIDE.try_with(|aside| aside.borrow_mut().pop());
    while let Ok(Some(held)) = next() {
        drop(held);
    }
    IS_ASIDE.set(false);
}

/// Notes what the text of an object tells that is being made.
pub(super) fn note_told(notices: Notices) {
    let told = TOLD.get().unwrap_or(Notices::NOTHING);
    TOLD.set(Some(told.and(notices)));
}

/// Returns what the texts of objects have told that this thread of the host has made since it was asked
/// last; nothing when it has made none.
pub fn take_told() -> Option<Notices> {
    TOLD.take()
}

/// Notes that the state of an object is looked at.
#[inline]
pub(super) fn note_look() {
    LOOKED.set(true);
}

/// Returns whether this thread of the host has looked at the state of an object since it was asked last.
pub fn take_looked() -> bool {
    LOOKED.take()
}

/// How deep objects are shown in the texts of each other.
const MAX_SHOWN: usize = 8;

/// Has the object at this address shown as text; nothing where it is being shown already, or in the texts
/// of too many others.
pub(super) fn show<R>(address: usize, text: impl FnOnce() -> R) -> Option<R> {
    let may_show = SHOWN.with_borrow_mut(|shown| {
        let may_show = shown.len() < MAX_SHOWN && !shown.contains(&address);
        may_show.then(|| shown.push(address))
    });
    may_show.map(|()| {
        let text = text();
        SHOWN.with_borrow_mut(Vec::pop);
        text
    })
}

/// Runs this, which makes text of values while an object is held in which they lie: of those that are held
/// themselves, by whichever thread of the host, the state is not shown.
pub fn shown_while_held<R>(run: impl FnOnce() -> R) -> R {
    let was_held = IS_HELD.replace(true);
    let result = run();
    IS_HELD.set(was_held);
    result
}

/// Whether text is made while an object is held.
pub(super) fn is_held() -> bool {
    IS_HELD.get()
}

/// Several values that something holds: a vector, a map.
#[derive(Debug, Default)]
pub struct Held<T: Default + Any>(T);

impl<T: Default + Any + Clone + Bulk> Clone for Held<T> {
    fn clone(&self) -> Self {
        charge(self.0.bytes());
        Self(self.0.clone())
    }
}

impl<T: Default + Any> From<T> for Held<T> {
    fn from(held: T) -> Self {
        Self(held)
    }
}

impl<I, T: Default + Any + FromIterator<I>> FromIterator<I> for Held<T> {
    fn from_iter<S: IntoIterator<Item = I>>(items: S) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T: Default + Any> Deref for Held<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Default + Any> DerefMut for Held<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Default + Any> Drop for Held<T> {
    #[inline]
    fn drop(&mut self) {
        drop_iteratively(std::mem::take(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::value::{Cell, CodeId, Function, Literal, Map, Target, Value};

    fn function(curried: Vec<Value>, captures: Vec<Arc<Cell>>) -> Value {
        Value::Function(Arc::new(Function {
            name: Literal::new("f"),
            target: Target::Code(CodeId {
                unit: 1,
                ordinal: 1,
            }),
            captures: captures.into_iter().collect(),
            curried: curried.into(),
            environment: None,
            this: Value::Unit,
            attributes: Value::Unit,
        }))
    }

    /// On a stack as small as that of any thread that drops values.
    #[test]
    fn what_lies_a_million_deep_is_let_go_of() {
        type Wrap = fn(Value) -> Value;
        let wraps: [Wrap; 4] = [
            |value| Value::array(vec![Value::Int(1), value]),
            |value| Value::map(Map::from([("next".into(), value)])),
            |value| function(vec![value], Vec::new()),
            |value| function(Vec::new(), vec![Arc::new(Cell::new(value))]),
        ];
        for wrap in wraps {
            let last = Arc::new(String::from("the last"));
            let mut value = Value::Str(last.clone());
            for _ in 0..1_000_000 {
                value = wrap(value);
            }
            let dropped = std::thread::Builder::new().stack_size(256 << 10);
            let dropped = dropped.spawn(move || drop(value)).unwrap();
            dropped.join().unwrap();
            assert_eq!(Arc::strong_count(&last), 1, "nothing is left");
        }
    }
}
