//! Exploring from a moment of a session, and back: the texts with the variables at that moment, and
//! what has to be restored when exploring is over.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::{Outcome, Stopper};
use crate::explore::Explorer;
use crate::schedule::{
    Heap, Observed, Prepared, Schedule, Seeded, Stepped, StopRequest, Until, World,
};

/// Texts that can be explored as one program, and what the variables are before them.
#[derive(Clone)]
pub struct Explorable {
    /// What they are called: `inputs 3 to 6`, a file's name.
    pub title: String,
    pub(super) world: Arc<World>,
    pub(super) texts: Vec<Arc<Prepared>>,
    /// Where they come from.
    pub(super) sources: Vec<Source>,
    pub(super) until: Until,
    pub(super) from: Arc<Heap>,
    /// Whether that is the beginning of the session.
    pub(super) is_from_beginning: bool,
    pub(super) observed: Observed,
}

/// A text that was read.
#[derive(Clone)]
pub(super) struct Source {
    /// The number of the input at the prompt; 0 for other texts.
    pub(super) number: u32,
    /// What it is called in messages.
    pub(super) name: String,
    pub(super) text: Arc<str>,
}

impl Explorable {
    /// Makes variables and functions what they are before the texts.
    pub(super) fn go_back(&self, named: &[(u32, u32)]) {
        let world = &self.world;
        let unit = self.texts.first().map_or(u32::MAX, |text| text.unit);
        self.from.restore(world);
        set_program(world, unit, named);
        world.set_observed(self.observed);
    }
}

/// A program that can be explored. When this is dropped, all variables and functions of the session
/// are what they were before.
pub struct Rehearsal {
    // Invariant: dropped before `_guard`, since it goes back to where the rehearsal began.
    pub(super) explorer: Explorer,
    pub(super) _guard: RestoreGuard,
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

/// Texts that run once more, one after the other, under the seeded scheduler. When this is dropped,
/// what still runs is stopped, and all variables and functions of the session are what they were
/// before.
pub struct Rerun {
    // Invariant: dropped before `_guard`, since that takes its threads to be gone.
    schedule: Stepped,
    texts: Explorable,
    next: usize,
    seed: u64,
    stopper: Stopper,
    /// What stops the session's own scheduler.
    request: StopRequest,
    _guard: RestoreGuard,
}

impl Rerun {
    pub(super) fn new(texts: Explorable, seed: u64, stopper: Stopper, guard: RestoreGuard) -> Self {
        let schedule = Stepped::new(Box::new(Seeded::new(seed)), texts.world.clone());
        let own = schedule.stop_request();
        let request = std::mem::replace(&mut *stopper.request.lock(), own);
        Self {
            schedule,
            texts,
            next: 0,
            seed,
            stopper,
            request,
            _guard: guard,
        }
    }

    /// Runs the next text to its end. Returns what it is called in messages, the text, and how it
    /// ended; nothing when all have run.
    pub fn run_next(&mut self) -> Option<(&str, &str, Outcome)> {
        let text = self.texts.texts.get(self.next)?;
        let source = self.texts.sources.get(self.next)?;
        self.next += 1;
        self.texts.world.begin_again(text);
        self.schedule.set_seed(self.seed);
        let end = (self.schedule).run_main(text.function.clone(), self.texts.until);
        Some((&source.name, &source.text, end.into()))
    }
}

impl Drop for Rerun {
    fn drop(&mut self) {
        self.schedule.stop_all();
        (*self.stopper.request.lock()).clone_from(&self.request);
    }
}

/// Makes variables and functions what they were when this was made.
pub(super) struct RestoreGuard {
    world: Arc<World>,
    heap: Arc<Heap>,
    named: Vec<(u32, u32)>,
    observed: Observed,
}

impl RestoreGuard {
    /// For a world whose variables are now as in `heap`. `named` says which top-level variables are
    /// named by functions, and since which unit.
    pub(super) fn new(world: &Arc<World>, heap: Arc<Heap>, named: &[(u32, u32)]) -> Self {
        Self {
            world: world.clone(),
            heap,
            named: named.to_vec(),
            observed: world.observed(),
        }
    }
}

impl Drop for RestoreGuard {
    fn drop(&mut self) {
        self.heap.restore(&self.world);
        set_program(&self.world, u32::MAX, &self.named);
        self.world.set_observed(self.observed);
    }
}

/// Makes names mean what they did before the unit of this number began.
pub(super) fn set_program(world: &World, unit: u32, named: &[(u32, u32)]) {
    let program = &world.program;
    program.set_functions(&program.functions_before(unit));
    for (number, global) in program.globals() {
        let is_named = |(named, since): &(u32, u32)| *named == number && *since < unit;
        global.set_named_by_function(named.iter().any(is_named));
    }
}
