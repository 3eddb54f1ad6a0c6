//! What a session's variables lead to, kept so that it can be set back: a prompt explores an input
//! from what the variables were before it, and nothing may be left of that.
//!
//! Variables, cells and objects keep their identity; only what is in them is kept. Threads are not:
//! a heap is set back only while none is alive.

use std::collections::HashSet;
use std::sync::Arc;

use super::World;
use crate::value::object::{IdsMark, Primitive};
use crate::value::{Cell, Object, Value, reach};
use crate::vm::Binding;

/// See the head of the file.
pub struct Heap {
    bindings: Vec<(u32, Option<Arc<Binding>>)>,
    cells: Vec<(Arc<Cell>, Value, bool)>,
    objects: Vec<(Arc<Object>, Box<dyn Primitive>, bool)>,
    ids: IdsMark,
}

impl Heap {
    /// All that can be reached from the variables of `world` as it is now.
    pub fn take(world: &World) -> Self {
        let mut heap = Self {
            bindings: Vec::new(),
            cells: Vec::new(),
            objects: Vec::new(),
            ids: world.ids.mark(),
        };
        let mut seen = HashSet::new();
        for (id, _) in world.program.globals() {
            let binding = world.globals.get(id);
            if let Some(binding) = &binding {
                heap.keep(&Value::Cell(binding.cell.clone()), &mut seen);
            }
            heap.bindings.push((id, binding));
        }
        heap
    }

    fn keep(&mut self, value: &Value, seen: &mut HashSet<usize>) {
        reach(value, seen, &mut |value| match value {
            Value::Cell(cell) => {
                self.cells
                    .push((cell.clone(), cell.load(), cell.is_published()));
            }
            Value::Object(object) => {
                let copy = object.state().clone_box();
                self.objects
                    .push((object.clone(), copy, object.is_published()));
            }
            _ => {}
        });
    }

    /// Makes everything what it was. No thread may be alive.
    pub fn set_back(&self, world: &World) {
        for (id, _) in world.program.globals() {
            let kept = self.bindings.iter().find(|(kept, _)| *kept == id);
            // What was named later was not there yet.
            let binding = kept.and_then(|(_, binding)| binding.clone());
            world.globals.restore(id, binding.as_ref());
        }
        for (cell, value, is_published) in &self.cells {
            cell.store(value.clone());
            cell.set_published(*is_published);
        }
        for (object, copy, is_published) in &self.objects {
            object.set_state(copy.clone_box(), None);
            object.set_published(*is_published);
        }
        world.ids.set_back(&self.ids);
    }
}
