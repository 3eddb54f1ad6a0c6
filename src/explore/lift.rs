//! From a path of the graph to a run of real threads.
//!
//! A state of the graph names the threads of the state that was met first of all that it stands for (see
//! `graph.rs`). Here the steps of a path are done, each by the thread that is really in the place of the one
//! that the graph names: threads that go on keep their places as the permutations of the steps say, and
//! those that a step has started are found by their positions in the order of the state's key.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::graph::{StateId, Way};
use super::search::Found;
use super::trail::{Decision, rank};
use crate::schedule::{Choice, MAIN, Walk};
use crate::value::object::TaskId;

/// A run along a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Lifted {
    /// What is decided in it.
    pub(super) decisions: Vec<Decision>,
    /// At its end, which thread is in the place of which of the graph's.
    places: BTreeMap<TaskId, TaskId>,
}

impl Lifted {
    /// The thread that is in the place of `task` of the last state.
    pub(super) fn real(&self, task: TaskId) -> TaskId {
        self.places.get(&task).copied().unwrap_or(task)
    }
}

/// Leads `walk`, which is where the search has begun, along a path; leaves it at the end.
pub(super) fn lift(walk: &mut Walk, found: &Found, way: &Way) -> Lifted {
    let mut lifted = Lifted::default();
    let mut state = 0;
    let mut last = MAIN;
    for edge in &way.steps {
        let choice = match edge.choice {
            Choice::Step(task) => Choice::Step(lifted.real(task)),
            Choice::Time(task) => Choice::Time(lifted.real(task)),
        };
        if !walk.choices().contains(&choice) {
            // Where one step has several threads start others, who is who is not known.
            break;
        }
        let draws = edge.draws.as_deref().unwrap_or_default();
        lifted.decisions.push(Decision {
            choice,
            rank: rank(walk.choices(), last, choice),
            draws: draws.to_vec(),
        });
        if let Choice::Step(task) = choice {
            last = task;
        }
        walk.take(choice, draws);
        if !found.graph.is_symmetric() {
            continue;
        }
        walk.key(found.asked);
        let mut places = BTreeMap::new();
        for place in found.order(state) {
            let behind = found.graph.image(edge, *place);
            if found.order(edge.to).contains(&behind) {
                places.insert(behind, lifted.real(*place));
            }
        }
        let is_new = |place: &&TaskId| !places.contains_key(place);
        let new = found.order(edge.to).iter().filter(is_new);
        let is_free = |real: &&TaskId| !places.values().any(|known| known == *real);
        let real = walk.order().iter().filter(is_free);
        let started: Vec<(TaskId, TaskId)> = new.copied().zip(real.copied()).collect();
        places.extend(started);
        lifted.places = places;
        state = edge.to;
    }
    lifted
}

/// Which threads are really in the places of the graph's threads, in all runs together: by state and place.
/// A thread that a step has just started is itself.
pub(super) fn real_threads(found: &Found) -> HashMap<(StateId, TaskId), BTreeSet<TaskId>> {
    let mut real: HashMap<(StateId, TaskId), BTreeSet<TaskId>> = HashMap::new();
    let mut open: Vec<StateId> = vec![0];
    let mut seen = vec![false; found.graph.states()];
    while let Some(state) = open.pop() {
        for edge in found.graph.edges(state) {
            let mut has_changed = !std::mem::replace(&mut seen[edge.to as usize], true);
            let mut born = found.order(edge.to).to_vec();
            for place in found.order(state) {
                let behind = found.graph.image(edge, *place);
                let Some(at) = born.iter().position(|one| *one == behind) else {
                    continue;
                };
                born.swap_remove(at);
                let threads = real.get(&(state, *place)).cloned().unwrap_or_default();
                let known = real.entry((edge.to, behind)).or_default();
                let before = known.len();
                known.extend(threads);
                has_changed |= known.len() != before;
            }
            for thread in born {
                has_changed |= real.entry((edge.to, thread)).or_default().insert(thread);
            }
            if has_changed {
                open.push(edge.to);
            }
        }
    }
    real
}
