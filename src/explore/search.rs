//! The exact search: every state that can be reached, each entered once.
//!
//! Stateful depth-first search. The states that are still to be gone on from are kept whole on a
//! stack; of all others only the key and the steps remain. Nothing is left out: no step is pruned
//! but one that leads to a state seen before.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexSet;

use super::finding::Problem;
use super::graph::{Edge, Graph, StateId};
use super::limits::{Brake, Cut, Limits, Watch};
use super::lock_order::{LockOrder, Nesting};
use super::meter::Meter;
use super::outcome::Outcome;
use super::race::{Race, Races};
use super::starvation::Waiting;
use super::verdict::Seen;
use crate::schedule::{Asked, Choice, Draw, Failed, Kept, ToldSoFar, Walk};

/// What a search has found.
pub struct Found {
    /// The states and steps.
    pub graph: Graph,
    /// The different outcomes, in the order in which they were found.
    pub outcomes: IndexSet<Outcome>,
    /// For each outcome, a state in which it was met first.
    pub examples: Vec<StateId>,
    /// The data races, each with a state in which two threads stand before it.
    pub races: Vec<(Race, StateId)>,
    /// Locks that are taken in different orders, each with a state in which the last of these
    /// orders was seen.
    pub inversions: Vec<(Vec<Nesting>, StateId)>,
    /// The errors by which threads have ended in runs that were not over then, each with a state in
    /// which that was seen first.
    pub(super) errors: Vec<(Problem, StateId)>,
    /// Who waits in which state.
    pub(super) waiting: Waiting,
    /// The numbers of the states by their keys, and what is part of these.
    pub(super) seen: Seen,
    pub(super) asked: Asked,
    /// How many of the states were not expanded, or not wholly: what follows from them is unknown.
    pub unexpanded: u64,
    /// Why the search is not complete; nothing when it is.
    pub cut: Option<Cut>,
    /// How long it took.
    pub took: Duration,
}

/// How often, in expansions, the clock and the stop request are looked at.
const LOOK: u32 = 16;

/// A state that is still to be gone on from.
struct Open {
    state: StateId,
    depth: u32,
    kept: Kept,
}

struct Search<'a, 'w> {
    walk: &'a mut Walk,
    limits: &'a Limits,
    watch: &'a mut Watch<'w>,
    brake: Arc<Brake>,
    asked: Asked,
    /// How many states were gone on from since the clock was looked at.
    expansions: u32,
    open: Vec<Open>,
    meter: Meter,
    /// The steps of the state that is gone on from; empty in between, and kept for its memory.
    edges: Vec<Edge>,
    races: Races,
    lock_order: LockOrder,
    /// What was told in the last state that was new.
    told: Arc<ToldSoFar>,
    found: Found,
}

/// Searches everything that can happen from where `walk` stands, and leaves it anywhere. Ends at once
/// when the walk has learned that more is visible ([`Walk::has_learned`]): nothing is found then.
pub fn search(walk: &mut Walk, limits: &Limits, watch: &mut Watch<'_>) -> Found {
    walk.key(Asked::EVERYTHING);
    let start = walk.keep();
    let brake = Brake::new(watch.stop, limits.time, limits.memory);
    walk.set_interrupt(Some(brake.interrupt()));
    let mut found = loop {
        // What the script asks for is a part of the states: those that differ in it are different.
        let asked = walk.asked();
        let found = search_from(walk, limits, watch, &brake, asked);
        let is_over = matches!(
            found.cut,
            Some(Cut::States(_) | Cut::Time(_) | Cut::Memory(_) | Cut::Stopped)
        );
        if is_over || walk.has_learned() || walk.asked() == asked {
            break found;
        }
        walk.set_back(&start);
    };
    walk.set_interrupt(None);
    if walk.has_redefined() {
        found.cut.get_or_insert(Cut::Redefined);
    }
    found
}

fn search_from(
    walk: &mut Walk,
    limits: &Limits,
    watch: &mut Watch<'_>,
    brake: &Arc<Brake>,
    asked: Asked,
) -> Found {
    let mut search = Search {
        walk,
        limits,
        watch,
        brake: brake.clone(),
        asked,
        expansions: 0,
        open: Vec::new(),
        meter: Meter::new(),
        edges: Vec::new(),
        races: Races::default(),
        lock_order: LockOrder::default(),
        told: Arc::default(),
        found: Found {
            graph: Graph::default(),
            outcomes: IndexSet::new(),
            examples: Vec::new(),
            races: Vec::new(),
            inversions: Vec::new(),
            errors: Vec::new(),
            waiting: Waiting::default(),
            seen: Seen::default(),
            asked,
            unexpanded: 0,
            cut: None,
            took: Duration::ZERO,
        },
    };
    search.run();
    search.found.unexpanded += search.open.len() as u64;
    search.found.took = brake.elapsed();
    search.found.races = search.races.into_found();
    search.found.inversions = search.lock_order.into_found();
    search.found
}

impl Search<'_, '_> {
    fn run(&mut self) {
        let mut at = self.arrive(0);
        while let Some(open) = self.open.pop() {
            if self.must_give_up() {
                self.found.unexpanded += 1;
                break;
            }
            if at != open.state {
                self.walk.set_back(&open.kept);
            }
            match self.expand(&open) {
                Some(state) => at = state,
                None => {
                    self.found.unexpanded += 1;
                    break;
                }
            }
            if self.walk.asked() != self.asked || self.walk.has_learned() {
                break;
            }
        }
    }

    /// Does all steps that are possible in a state; returns the state that the walk is in then, or
    /// nothing when a limit was reached in the middle of a step.
    fn expand(&mut self, open: &Open) -> Option<StateId> {
        let choices: &[Choice] = open.kept.choices();
        let mut edges = std::mem::take(&mut self.edges);
        let mut at = open.state;
        for &choice in choices {
            let mut script = Vec::new();
            loop {
                if at != open.state {
                    self.walk.set_back(&open.kept);
                }
                let draws = self.walk.take(choice, &script);
                if let Some(why) = self.walk.interruption() {
                    self.found.cut = Some(self.brake.cut(why));
                    self.leave_in_the_middle(open.state, choice, &draws, edges);
                    return None;
                }
                if self.walk.has_learned() {
                    return None;
                }
                at = self.arrive(open.depth + 1);
                edges.push(edge(at, choice, &draws));
                match self.next_script(&draws) {
                    Some(next) => script = next,
                    None => break,
                }
            }
        }
        self.found.graph.set_edges(open.state, edges.drain(..));
        self.edges = edges;
        Some(at)
    }

    /// Finds the number of the state that the walk is in now; a new one is noted.
    fn arrive(&mut self, depth: u32) -> StateId {
        let key = self.walk.key(self.asked);
        if let Some(state) = self.found.seen.get(&key) {
            return *state;
        }
        let state = self.found.graph.add();
        self.found.seen.insert(key, state);
        self.races.look(self.walk, state);
        self.lock_order.look(self.walk, state);
        self.found.waiting.look(self.walk);
        let errors = self.new_errors().into_iter();
        (self.found.errors).extend(errors.map(|problem| (problem, state)));
        if let Some(end) = self.walk.end() {
            let outcome = Outcome::of(self.walk, end);
            let (number, is_new) = self.found.outcomes.insert_full(outcome);
            if is_new {
                self.found.examples.push(state);
            }
            self.found.graph.set_outcome(state, number);
        } else if depth >= self.limits.depth {
            self.found.cut = Some(Cut::Depth(self.limits.depth));
            self.found.unexpanded += 1;
        } else {
            let kept = self.walk.keep();
            self.meter.add(&kept);
            self.open.push(Open { state, depth, kept });
        }
        state
    }

    /// Keeps what was done in `state`. A thread may have failed in the step that was interrupted: only
    /// then is where it stands a state.
    fn leave_in_the_middle(
        &mut self,
        state: StateId,
        choice: Choice,
        draws: &[Draw],
        mut edges: Vec<Edge>,
    ) {
        let errors = self.new_errors();
        if !errors.is_empty() {
            let to = self.found.graph.add();
            edges.push(edge(to, choice, draws));
            (self.found.errors).extend(errors.into_iter().map(|problem| (problem, to)));
        }
        self.found.graph.set_edges(state, edges);
    }

    /// How threads, or main, have failed, as far as that is new. The run may never end.
    fn new_errors(&mut self) -> Vec<Problem> {
        let told = self.walk.told_so_far();
        if Arc::ptr_eq(told, &self.told) {
            return Vec::new();
        }
        self.told = told.clone();
        let main_failed = told.main_failed.as_deref().map(Failed::of);
        let mut errors = Problem::errors(told.threads.values(), main_failed.as_ref());
        let known = &self.found.errors;
        errors.retain(|error| !known.iter().any(|(known, _)| known.is_like(error)));
        errors
    }

    /// The numbers to dictate next, after a step that drew `draws`: the last one that has a further
    /// value gets it.
    fn next_script(&mut self, draws: &[Draw]) -> Option<Vec<u64>> {
        for (index, draw) in draws.iter().enumerate().rev() {
            // Of too many values some are tried, evenly from the first to the last.
            let mut stride = 1;
            if draw.bound > self.limits.numbers {
                self.found.cut.get_or_insert(Cut::Numbers(draw.bound));
                stride = (draw.bound - 1) / (self.limits.numbers - 1).max(1);
            }
            if let Some(next) = draw.number.checked_add(stride).filter(|n| *n < draw.bound) {
                let mut script: Vec<u64> = draws[..index].iter().map(|d| d.number).collect();
                script.push(next);
                return Some(script);
            }
        }
        None
    }

    fn must_give_up(&mut self) -> bool {
        let states = self.found.graph.states() as u64;
        let limits = self.limits;
        let others = self.others();
        self.expansions += 1;
        self.brake
            .set_kept(others.saturating_add(self.meter.bytes()));
        let kept = self.open.iter().map(|open| &open.kept);
        let cut = if states >= limits.states {
            Cut::States(limits.states)
        } else if self.meter.reaches(limits.memory, others, kept) {
            Cut::Memory(limits.memory)
        } else if self.expansions < LOOK {
            return false;
        } else if let Some(why) = self.brake.reached(0) {
            self.brake.cut(why)
        } else {
            self.expansions = 0;
            (self.watch.progress)(states, self.open.len() as u64);
            return false;
        };
        self.found.cut = Some(cut);
        true
    }
}

impl Search<'_, '_> {
    /// How many bytes are needed besides the snapshots.
    fn others(&self) -> u64 {
        // A byte of control for each entry.
        let seen = self.found.seen.capacity() * (size_of::<(u128, StateId)>() + 1);
        let open = self.open.capacity() * size_of::<Open>();
        (seen + open) as u64 + self.found.graph.bytes() + self.walk.buffers()
    }
}

fn edge(to: StateId, choice: Choice, draws: &[Draw]) -> Edge {
    let numbers = (!draws.is_empty()).then(|| draws.iter().map(|draw| draw.number).collect());
    Edge {
        to,
        choice,
        draws: numbers,
    }
}

/// Keys are hashes already.
#[derive(Default)]
pub(super) struct KeyHasher(u64);

impl std::hash::Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}
