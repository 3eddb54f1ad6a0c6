//! The exact search: every state that can be reached, each entered once.
//!
//! Stateful depth-first search. The states that are still to be gone on from are kept whole on a
//! stack; of all others only the key and the steps remain. Nothing is left out: no step is pruned
//! but one that leads to a state seen before, or to the same as that of a thread that can be exchanged
//! with the one that does it; see `graph.rs`. One file, as it is one loop: expand a state, and note what is
//! new where each step arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use indexmap::{IndexMap, IndexSet};

use super::alike::Alike;
use super::demand::{Demand, Said};
use super::finding::Problem;
use super::graph::{Edge, Graph, NOBODY, StateId, image};
use super::lift::real_threads;
use super::limits::{Brake, Cut, Limits, Watch};
use super::lock_order::{LockOrder, Nesting};
use super::meter::Meter;
use super::outcome::Outcome;
use super::race::{Race, Races};
use super::starvation::Waiting;
use super::verdict::Seen;
use crate::pos::Pos;
use crate::schedule::{Asked, Choice, Draw, Failed, Kept, ToldSoFar, Walk};
use crate::value::object::TaskId;

/// What a search has found.
pub struct Found {
    /// The states and steps.
    pub graph: Graph,
    /// The different outcomes, in the order in which they were found: what those have in common that differ
    /// by which of interchangeable threads is which, and the one that was met first with those threads.
    pub outcomes: IndexMap<Outcome, (Outcome, Vec<Alike>)>,
    /// The data races, each with a state in which two threads stand before it.
    pub races: Vec<(Race, StateId)>,
    /// Locks that are taken in different orders, each with a state in which the last of these
    /// orders was seen.
    pub inversions: Vec<(Vec<Nesting>, StateId)>,
    /// The errors by which threads have ended in runs that were not over then, each with a state in
    /// which that was seen first.
    pub(super) errors: Vec<(Problem, StateId)>,
    /// For each demand the states that meet it.
    pub(super) met: Vec<Vec<StateId>>,
    /// What was printed, and how threads have failed.
    pub(super) said: BTreeSet<Said>,
    /// Who waits in which state.
    pub(super) waiting: Waiting,
    /// The numbers of the states by their keys, and what is part of these.
    pub(super) seen: Seen,
    pub(super) asked: Asked,
    /// How many of the states were not expanded, or not wholly: what follows from them is unknown.
    pub unexpanded: u64,
    /// Why the search is not complete; nothing when it is.
    pub cut: Option<Cut>,
    /// Where the threads were then, as [`Walk::places`] tells it.
    pub cut_at: Vec<Pos>,
    /// How long it took.
    pub took: Duration,
    /// For each state the order of its interchangeable threads, of those in `orders`.
    pub(super) order_of: Vec<u32>,
    pub(super) orders: IndexSet<Box<[TaskId]>>,
    /// The names of the graph's interchangeable threads.
    pub(super) names: BTreeMap<TaskId, Arc<str>>,
}

impl Found {
    /// The interchangeable threads that are alive in a state.
    pub(super) fn order(&self, state: StateId) -> &[TaskId] {
        let order = self.order_of.get(state as usize);
        let order = order.and_then(|order| self.orders.get_index(*order as usize));
        order.map_or(&[], |order| &**order)
    }
}

/// A state that the walk is in that is none of those that are kept.
const NOWHERE: StateId = StateId::MAX;

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
    demands: &'a [Demand],
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
    search_for(walk, limits, watch, &[])
}

/// The same, and looks for states that meet demands.
pub(super) fn search_for(
    walk: &mut Walk,
    limits: &Limits,
    watch: &mut Watch<'_>,
    demands: &[Demand],
) -> Found {
    walk.key(Asked::EVERYTHING);
    let start = walk.keep();
    let brake = Brake::with_work(watch.stop, limits.time, limits.memory, limits.work);
    walk.set_interrupt(Some(brake.interrupt()));
    let mut found = loop {
        // What the script asks for is a part of the states: those that differ in it are different.
        let asked = walk.asked();
        let found = search_from(walk, limits, watch, (&brake, demands), asked);
        let is_over = matches!(
            found.cut,
            Some(
                Cut::States(_)
                    | Cut::Time(_)
                    | Cut::Memory(_)
                    | Cut::Exhausted(..)
                    | Cut::Work(_)
                    | Cut::Stopped
            )
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

fn search_from<'a>(
    walk: &'a mut Walk,
    limits: &'a Limits,
    watch: &'a mut Watch<'_>,
    (brake, demands): (&Arc<Brake>, &'a [Demand]),
    asked: Asked,
) -> Found {
    let mut search = Search {
        walk,
        limits,
        watch,
        brake: brake.clone(),
        demands,
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
            outcomes: IndexMap::new(),
            races: Vec::new(),
            inversions: Vec::new(),
            errors: Vec::new(),
            met: vec![Vec::new(); demands.len()],
            said: BTreeSet::new(),
            waiting: Waiting::default(),
            seen: Seen::default(),
            asked,
            unexpanded: 0,
            cut: None,
            cut_at: Vec::new(),
            took: Duration::ZERO,
            order_of: Vec::new(),
            orders: IndexSet::new(),
            names: BTreeMap::new(),
        },
    };
    search.run();
    search.found.unexpanded += search.open.len() as u64;
    search.found.took = brake.elapsed();
    search.found.races = search.races.into_found();
    let mut lock_order = search.lock_order;
    if !lock_order.is_empty() && search.found.graph.is_symmetric() {
        let real = real_threads(&search.found);
        lock_order.add_exchanged(|state, task| real.get(&(state, task)).cloned());
    }
    search.found.inversions = lock_order.into_found();
    search.found
}

impl Search<'_, '_> {
    fn run(&mut self) {
        let (mut at, _) = self.arrive(0);
        if self.is_interrupted() {
            return;
        }
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
        let twins = open.kept.twins();
        let mut edges = std::mem::take(&mut self.edges);
        let mut at = open.state;
        for &choice in choices {
            let twin = twins.iter().find(|(task, _)| choice == Choice::Step(*task));
            if let Some(&(task, first)) = twin {
                self.add_twins(&mut edges, task, first);
                continue;
            }
            let mut script = Vec::new();
            loop {
                if at != open.state {
                    self.walk.set_back(&open.kept);
                }
                let draws = self.walk.take(choice, &script);
                let interruption = self.walk.interruption();
                if let Some(why) =
                    interruption.or_else(|| self.brake.step(self.walk.bytes_of_step()))
                {
                    self.leave_by(self.brake.cut(why));
                    self.leave_in_the_middle(open.state, choice, &draws, edges);
                    return None;
                }
                if self.walk.has_learned() {
                    return None;
                }
                let permutation;
                (at, permutation) = self.arrive(open.depth + 1);
                if self.is_interrupted() {
                    return None;
                }
                edges.push(edge((at, permutation), choice, &draws));
                if permutation != 0 {
                    // It is the same, with the threads exchanged.
                    at = NOWHERE;
                }
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

    /// Whether the walk stands in a state that has no key, which ends the search.
    fn is_interrupted(&mut self) -> bool {
        let why = self.walk.interruption();
        if let Some(why) = why {
            self.leave_by(self.brake.cut(why));
        }
        why.is_some()
    }

    /// Notes why the search is not complete, and where it is.
    fn leave_by(&mut self, cut: Cut) {
        self.found.cut = Some(cut);
        self.found.cut_at = self.walk.places();
    }

    /// Adds the steps of a thread that is like `first`, whose steps are there: each leads to the same
    /// state with the two exchanged.
    fn add_twins(&mut self, edges: &mut Vec<Edge>, task: TaskId, first: TaskId) {
        for index in 0..edges.len() {
            if edges[index].choice != Choice::Step(first) {
                continue;
            }
            let known = &edges[index];
            let pairs = self.found.graph.pairs(known.permutation);
            let mut threads: Vec<TaskId> = pairs.iter().map(|(task, _)| *task).collect();
            threads.extend([task, first]);
            threads.sort_unstable();
            threads.dedup();
            let exchanged = |one: TaskId| match one {
                one if one == task => first,
                one if one == first => task,
                one => one,
            };
            let places = threads
                .iter()
                .map(|one| (*one, image(pairs, exchanged(*one))));
            let places: Vec<_> = places.filter(|(one, place)| one != place).collect();
            let edge = Edge {
                choice: Choice::Step(task),
                permutation: self.found.graph.permutation(&places),
                ..edges[index].clone()
            };
            edges.push(edge);
        }
    }

    /// Who is who in a state that was met before with its threads in another order: the number of the
    /// permutation.
    fn permutation(&mut self, state: StateId) -> u32 {
        let order = self.walk.order();
        if order.is_empty() {
            return 0;
        }
        let then = self.found.order_of[state as usize] as usize;
        let Some(then) = self.found.orders.get_index(then) else {
            return 0;
        };
        if **then == *order {
            return 0;
        }
        let pairs = order.iter().copied().zip(then.iter().copied());
        let mut pairs: Vec<_> = pairs.filter(|(one, place)| one != place).collect();
        let ended = then.iter().filter(|place| !order.contains(place));
        pairs.extend(ended.map(|place| (*place, NOBODY)));
        pairs.sort_unstable();
        self.found.graph.permutation(&pairs)
    }

    /// Finds the number of the state that the walk is in now, and who is who there; a new one is noted.
    fn arrive(&mut self, depth: u32) -> (StateId, u32) {
        let recent = self.walk.take_recent();
        self.found.said.extend(recent.iter().filter_map(Said::of));
        let key = self.walk.key(self.asked);
        if let Some(state) = self.found.seen.get(&key) {
            let state = *state;
            return (state, self.permutation(state));
        }
        let state = self.found.graph.add();
        self.found.seen.insert(key, state);
        let orders = &mut self.found.orders;
        let order = match orders.get_index_of(self.walk.order()) {
            Some(known) => known,
            None => {
                let named = |task: &TaskId| Some((*task, self.walk.name(*task)?));
                let names = self.walk.order().iter().filter_map(named);
                self.found.names.extend(names);
                orders.insert_full(self.walk.order().into()).0
            }
        };
        self.found.order_of.push(order as u32);
        self.races.look(self.walk, state);
        self.lock_order.look(self.walk, state);
        self.found.waiting.look(self.walk);
        for (demand, states) in self.demands.iter().zip(&mut self.found.met) {
            if demand.is_met(self.walk) {
                states.push(state);
            }
        }
        let errors = self.new_errors().into_iter();
        (self.found.errors).extend(errors.map(|problem| (problem, state)));
        if let Some(end) = self.walk.end() {
            let outcome = Outcome::of(self.walk, end);
            let alike = self.walk.interchangeable();
            let entry = self.found.outcomes.entry(outcome.class(&alike));
            let number = entry.index();
            entry.or_insert((outcome, alike));
            self.found.graph.set_outcome(state, number);
        } else if depth >= self.limits.depth {
            self.leave_by(Cut::Depth(self.limits.depth));
            self.found.unexpanded += 1;
        } else {
            let kept = self.walk.keep();
            self.meter.add(&kept);
            self.open.push(Open { state, depth, kept });
        }
        (state, 0)
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
            self.found.order_of.push(0);
            edges.push(edge((to, 0), choice, draws));
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
        self.leave_by(cut);
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

fn edge((to, permutation): (StateId, u32), choice: Choice, draws: &[Draw]) -> Edge {
    let numbers = (!draws.is_empty()).then(|| draws.iter().map(|draw| draw.number).collect());
    Edge {
        to,
        choice,
        draws: numbers,
        permutation,
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
