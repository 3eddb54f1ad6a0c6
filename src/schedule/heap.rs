//! What a session's variables lead to, as it was at one moment, so that it can be restored: a prompt
//! explores its inputs from what the variables were before them, and nothing may be left of that.
//!
//! Variables, cells and objects keep their identity; only what is in them is kept. Threads are not:
//! a heap is restored only while none is alive. A heap is taken before each input, so it shares with
//! the one before whatever has not changed since: the cost of an input does not grow with the
//! values that it does not touch.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::World;
use crate::value::object::{IdsMark, Primitive, StartsMark, TaskId};
use crate::value::{Cell, Object, Value, leads_to};
use crate::vm::Binding;

/// A cell as it was.
struct KeptCell {
    cell: Arc<Cell>,
    value: Value,
    is_published: bool,
    /// The cells and objects to which the value leads, but not through other cells and objects.
    leads_to: Arc<[Value]>,
}

/// An object as it was. It is also the note beside the object's state: as long as that is there, the
/// state has not changed.
struct KeptObject {
    object: Arc<Object>,
    copy: Box<dyn Primitive>,
    leads_to: Arc<[Value]>,
}

/// What an object knows besides its state.
#[derive(Clone, Copy)]
struct Marks {
    is_published: bool,
    owed_to: u64,
}

impl Marks {
    fn of(object: &Object) -> Self {
        Self {
            is_published: object.is_published(),
            owed_to: object.owed_to(),
        }
    }
}

/// All that can be reached from the variables of a session, as it was at one moment.
pub struct Heap {
    /// By the numbers of the names.
    bindings: Vec<Option<Arc<Binding>>>,
    /// By address.
    cells: IndexMap<usize, Arc<KeptCell>>,
    objects: IndexMap<usize, (Arc<KeptObject>, Marks)>,
    ids: IdsMark,
    starts: StartsMark,
    /// How many values were looked at for it that the heap before did not share.
    new_values: usize,
    /// How many objects were copied for it.
    new_objects: usize,
}

/// What the copy of an object takes with all that belongs to it, in bytes, about.
const OBJECT_BYTES: usize = 320;

impl Heap {
    /// All that can be reached from the variables of `world` as it is now. What has not changed since
    /// `before` was taken is shared with it, and not looked into.
    pub fn take(world: &World, before: Option<&Self>) -> Self {
        let mut heap = Self {
            bindings: Vec::new(),
            cells: IndexMap::new(),
            objects: IndexMap::new(),
            ids: world.ids.mark(),
            starts: world.ids.starts.mark(),
            new_values: 0,
            new_objects: 0,
        };
        let mut next = Vec::new();
        for (id, _) in world.program.globals() {
            let binding = world.globals.get(id);
            next.extend(binding.iter().map(|bound| Value::Cell(bound.cell.clone())));
            heap.bindings.push(binding);
        }
        while let Some(value) = next.pop() {
            let led_to = match &value {
                Value::Cell(cell) => heap.keep_cell(cell, before),
                Value::Object(object) => heap.keep_object(object, before),
                _ => None,
            };
            next.extend(led_to.iter().flat_map(|values| values.iter().cloned()));
        }
        heap
    }

    /// Returns where it leads to; nothing when it was kept already.
    fn keep_cell(&mut self, cell: &Arc<Cell>, before: Option<&Self>) -> Option<Arc<[Value]>> {
        let address = Arc::as_ptr(cell) as usize;
        if self.cells.contains_key(&address) {
            return None;
        }
        let (value, is_published) = (cell.load(), cell.is_published());
        let known = before.and_then(|before| before.cells.get(&address));
        let known = known.filter(|known| is_same(&known.value, &value));
        let kept = match known {
            Some(known) if known.is_published == is_published => known.clone(),
            known => {
                let leads_to = match known {
                    Some(known) => known.leads_to.clone(),
                    None => self.look_into(std::slice::from_ref(&value)),
                };
                Arc::new(KeptCell {
                    cell: cell.clone(),
                    value,
                    is_published,
                    leads_to,
                })
            }
        };
        let led_to = kept.leads_to.clone();
        self.cells.insert(address, kept);
        Some(led_to)
    }

    /// The same for an object.
    fn keep_object(&mut self, object: &Arc<Object>, before: Option<&Self>) -> Option<Arc<[Value]>> {
        let address = Arc::as_ptr(object) as usize;
        if self.objects.contains_key(&address) {
            return None;
        }
        let known = before.and_then(|before| before.objects.get(&address));
        let kept = match known {
            Some((known, _)) if is_unchanged(object, known) => known.clone(),
            _ => self.copy(object),
        };
        let led_to = kept.leads_to.clone();
        self.objects.insert(address, (kept, Marks::of(object)));
        Some(led_to)
    }

    fn copy(&mut self, object: &Arc<Object>) -> Arc<KeptObject> {
        let mut state = object.state();
        let copy = state.clone_box();
        let mut parts = Vec::new();
        copy.encode_state(&mut |part: &Value| parts.push(part.clone()));
        let kept = Arc::new(KeptObject {
            object: object.clone(),
            copy,
            leads_to: self.look_into(&parts),
        });
        state.set_cached(kept.clone());
        self.new_objects += 1;
        kept
    }

    /// The cells and objects to which values lead, but not through other cells and objects.
    fn look_into(&mut self, values: &[Value]) -> Arc<[Value]> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut next = values.to_vec();
        while let Some(value) = next.pop() {
            self.new_values += 1;
            let address = match &value {
                Value::Cell(_) | Value::Object(_) => {
                    found.push(value);
                    continue;
                }
                Value::Array(items) => Arc::as_ptr(items) as usize,
                Value::Map(map) => Arc::as_ptr(map) as usize,
                Value::Function(function) => Arc::as_ptr(function) as usize,
                _ => {
                    leads_to(&value, &mut |part| next.push(part.clone()));
                    continue;
                }
            };
            if seen.insert(address) {
                leads_to(&value, &mut |part| match part.is_scalar() {
                    true => self.new_values += 1,
                    false => next.push(part.clone()),
                });
            }
        }
        found.into()
    }

    /// About how many values it holds that the heap before does not.
    #[cfg(test)]
    pub fn new_values(&self) -> usize {
        self.new_values
    }

    /// Returns about how many bytes it takes that the heap before does not.
    pub fn new_bytes(&self) -> usize {
        let cells = self.cells.len() * size_of::<(usize, usize, Arc<KeptCell>)>();
        let objects = self.objects.len() * size_of::<(usize, usize, (Arc<KeptObject>, Marks))>();
        let values = self.new_values * size_of::<Value>();
        cells + objects + values + self.new_objects * OBJECT_BYTES
    }

    /// What the name of this number was bound to.
    pub fn binding(&self, global: u32) -> Option<&Arc<Binding>> {
        self.bindings.get(global as usize)?.as_ref()
    }

    /// The objects that `task` held then.
    pub fn held_by(&self, task: TaskId) -> impl Iterator<Item = &Arc<Object>> {
        let kept = self.objects.values().map(|(kept, _)| kept);
        kept.filter(move |kept| kept.copy.is_held_by(task))
            .map(|kept| &kept.object)
    }

    /// Makes everything what it was. No thread may be alive.
    pub fn restore(&self, world: &World) {
        for (id, _) in world.program.globals() {
            // What was named later was not there yet.
            world.globals.restore(id, self.binding(id));
        }
        for kept in self.cells.values() {
            kept.cell.store(kept.value.clone());
            kept.cell.set_published(kept.is_published);
        }
        for (kept, marks) in self.objects.values() {
            let object = &kept.object;
            if !is_unchanged(object, kept) {
                object.set_state(kept.copy.clone_box(), Some(kept.clone()));
            }
            object.set_published(marks.is_published);
            object.set_owed_to(marks.owed_to);
        }
        world.ids.set_back(&self.ids);
        world.ids.starts.restore(&self.starts);
    }
}

/// Whether an object is still as it was when it was kept.
fn is_unchanged(object: &Object, kept: &Arc<KeptObject>) -> bool {
    let state = object.state();
    (state.cached()).is_some_and(|cached| std::ptr::addr_eq(Arc::as_ptr(cached), Arc::as_ptr(kept)))
}

/// Whether two values are one and the same: a kept one is never changed, since it is copied by who
/// writes to the other.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Int(one), Value::Int(other)) => one == other,
        (Value::Float(one), Value::Float(other)) => one.to_bits() == other.to_bits(),
        (Value::Char(one), Value::Char(other)) => one == other,
        (Value::Literal(one), Value::Literal(other)) => std::ptr::eq(one.as_str(), other.as_str()),
        (Value::Str(one), Value::Str(other)) => Arc::ptr_eq(one, other),
        (Value::Array(one), Value::Array(other)) => Arc::ptr_eq(one, other),
        (Value::Map(one), Value::Map(other)) => Arc::ptr_eq(one, other),
        (Value::Blob(one), Value::Blob(other)) => Arc::ptr_eq(one, other),
        (Value::Range(one), Value::Range(other)) => Arc::ptr_eq(one, other),
        (Value::Function(one), Value::Function(other)) => Arc::ptr_eq(one, other),
        (Value::Object(one), Value::Object(other)) => Arc::ptr_eq(one, other),
        (Value::Cell(one), Value::Cell(other)) => Arc::ptr_eq(one, other),
        (Value::Error(one), Value::Error(other)) => Arc::ptr_eq(one, other),
        (Value::Foreign(one), Value::Foreign(other)) => Arc::ptr_eq(one, other),
        (Value::Reference(one), Value::Reference(other)) => Arc::ptr_eq(one, other),
        (Value::Collection(one), Value::Collection(other)) => Arc::ptr_eq(one, other),
        // Of two kinds, they differ.
        (
            Value::Unit
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Char(_)
            | Value::Literal(_)
            | Value::Str(_)
            | Value::Array(_)
            | Value::Map(_)
            | Value::Blob(_)
            | Value::Range(_)
            | Value::Function(_)
            | Value::Object(_)
            | Value::Cell(_)
            | Value::Error(_)
            | Value::Foreign(_)
            | Value::Reference(_)
            | Value::Collection(_),
            _,
        ) => false,
    }
}
