//! Which objects and shared variables are looked at or changed, for one who has to know whether two steps
//! concern each other.
//!
//! A variable is noted where it may be accessed now, which is a visible operation. An operation may ask other objects in turn: a condition its lock, a select its channels. No table
//! says whom, so it is noted where the state of an object is opened, which nothing can go around. Like
//! the texts of objects ([`take_told`](super::object::take_told)), it is noted for the thread of the host
//! that does it.

use std::cell::{Cell, RefCell};

thread_local! {
    static IS_WANTED: Cell<bool> = const { Cell::new(false) };
    static NOTED: RefCell<Vec<ObjectAccess>> = const { RefCell::new(Vec::new()) };
}

/// The state of an object, or a variable, was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectAccess {
    /// Its address.
    pub at: usize,
    /// The name of the object's type, or `variable`.
    pub kind: &'static str,
    /// Whether it may have changed.
    pub changes: bool,
}

/// Notes that the state of the object at this address is looked at, or perhaps changed.
#[inline]
pub(super) fn note_access(at: usize, kind: &'static str, changes: impl FnOnce() -> bool) {
    if IS_WANTED.get() {
        add(ObjectAccess {
            at,
            kind,
            changes: changes(),
        });
    }
}

/// Notes that a variable that several threads can reach is accessed in a visible operation.
#[inline]
pub fn note_variable(cell: &super::Cell, changes: bool) {
    note_access(std::ptr::from_ref(cell) as usize, "variable", || changes);
}

/// Notes that the name of a top-level variable is looked up, or with `changes` bound anew: whatever finds
/// the variable by it depends on that.
#[inline]
pub fn note_name(origin: super::Origin, changes: bool) {
    if let Some(at) = origin.name_address() {
        note_access(at, "variable", || changes);
    }
}

#[cold]
fn add(access: ObjectAccess) {
    // A thread of the host that ends has no list any more.
    let _ = NOTED.try_with(|noted| noted.borrow_mut().push(access));
}

/// Runs `work`; returns also which variables and objects' states it has looked at, each time.
pub fn noting_accesses<R>(work: impl FnOnce() -> R) -> (R, Vec<ObjectAccess>) {
    let before = IS_WANTED.replace(true);
    let outer = NOTED.with(|noted| std::mem::take(&mut *noted.borrow_mut()));
    let result = work();
    IS_WANTED.set(before);
    let noted = NOTED.with(|noted| std::mem::replace(&mut *noted.borrow_mut(), outer));
    (result, noted)
}
