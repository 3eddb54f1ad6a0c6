//! Exploring from a moment of a session, and back: the variables at that moment, and what has to be set
//! back when exploring is over.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use parking_lot::Mutex;

use super::ThreadInfo;
use crate::explore::Explorer;
use crate::program::{Name, Program};
use crate::schedule::{Heap, Observed, World};
use crate::value::CodeId;

/// What the variables of a session are at a moment, for going back there.
pub struct Moment {
    pub(super) world: Arc<World>,
    /// Locked so that a session can be sent to another thread of the host.
    pub(super) heap: Mutex<Heap>,
    /// The threads that ran besides main.
    pub(super) alive: Vec<ThreadInfo>,
}

/// An input of the prompt, with what the variables were before it.
#[derive(Clone)]
pub struct Earlier {
    /// What its text is called in messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The moment at which it began.
    pub before: Arc<Moment>,
}

/// A program that can be explored. When this is dropped, all variables and functions of the session
/// are what they were before.
pub struct Rehearsal {
    // Invariant: dropped before `_back`, since it goes back to where the rehearsal began.
    pub(super) explorer: Explorer,
    pub(super) _back: Back,
}

impl Deref for Rehearsal {
    type Target = Explorer;

    fn deref(&self) -> &Explorer {
        &self.explorer
    }
}

impl DerefMut for Rehearsal {
    fn deref_mut(&mut self) -> &mut Explorer {
        &mut self.explorer
    }
}

/// Makes variables and functions what they were when this was made.
pub(super) struct Back {
    world: Arc<World>,
    heap: Heap,
    /// The learner's functions: name, number of parameters, code.
    functions: Vec<(Box<str>, usize, CodeId)>,
    observed: Observed,
}

impl Back {
    pub(super) fn to_now(world: &Arc<World>) -> Self {
        let program = &world.program;
        let mut functions = Vec::new();
        for name in program.names().filter(|name| is_learners(name, program)) {
            for params in name.arities() {
                let id = name.function(params);
                functions.extend(id.map(|id| (name.text.clone(), params, id)));
            }
        }
        Self {
            world: world.clone(),
            heap: Heap::take(world),
            functions,
            observed: world.observed(),
        }
    }
}

impl Drop for Back {
    fn drop(&mut self) {
        let world = &self.world;
        let program = &world.program;
        self.heap.set_back(world);
        for name in program.names().filter(|name| is_learners(name, program)) {
            name.forget();
        }
        for (name, params, id) in &self.functions {
            if let Some(name) = program.find_name(name) {
                program.name(name).define(*params, *id);
            }
        }
        world.set_observed(self.observed);
    }
}

/// Whether no function of this name is the prelude's.
fn is_learners(name: &Name, program: &Program) -> bool {
    let mut functions = name
        .arities()
        .into_iter()
        .filter_map(|argc| name.function(argc));
    functions.all(|id| program.unit(id.unit).is_some_and(|unit| !unit.is_prelude))
}
