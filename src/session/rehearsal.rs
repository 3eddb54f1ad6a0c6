//! Exploring from a moment of a session, and back: the variables at that moment, and what has to be set
//! back when exploring is over.

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use parking_lot::Mutex;

use super::ThreadInfo;
use crate::explore::Explorer;
use crate::program::Program;
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
    /// The learner's functions: the number of the name, how many parameters, the code.
    functions: Vec<(u32, usize, CodeId)>,
    observed: Observed,
}

impl Back {
    pub(super) fn to_now(world: &Arc<World>) -> Self {
        Self {
            world: world.clone(),
            heap: Heap::take(world),
            functions: learners_functions(&world.program),
            observed: world.observed(),
        }
    }
}

impl Drop for Back {
    fn drop(&mut self) {
        let world = &self.world;
        let program = &world.program;
        self.heap.set_back(world);
        let now = learners_functions(program);
        let changed = |(name, ..): &&(u32, usize, CodeId)| {
            let of_name = |functions: &[(u32, usize, CodeId)]| {
                let of_name = functions.iter().filter(|(other, ..)| other == name);
                of_name.copied().collect::<Vec<_>>()
            };
            of_name(&now) != of_name(&self.functions)
        };
        let changed: BTreeSet<u32> = (now.iter().chain(&self.functions).filter(changed))
            .map(|(name, ..)| *name)
            .collect();
        changed.iter().for_each(|name| program.forget(*name));
        for (name, params, id) in &self.functions {
            if changed.contains(name) {
                program.define(*name, *params, *id);
            }
        }
        world.set_observed(self.observed);
    }
}

/// The functions that have a name, but those of names that the prelude has.
fn learners_functions(program: &Program) -> Vec<(u32, usize, CodeId)> {
    let mut functions = Vec::new();
    for (number, name) in (0..).zip(program.names()) {
        let arities = name.arities().into_iter();
        let of_name = arities.filter_map(|params| Some((number, params, name.function(params)?)));
        let of_name: Vec<_> = of_name.collect();
        let is_learners = |(.., id): &(u32, usize, CodeId)| {
            program.unit(id.unit).is_some_and(|unit| !unit.is_prelude)
        };
        if of_name.iter().all(is_learners) {
            functions.extend(of_name);
        }
    }
    functions
}
