//! Locks taken in different orders by different threads: a deadlock that waits to happen, whether or
//! not a run of this program deadlocks.
//!
//! The lock-order graph (Havelund, "Using runtime analysis to guide model checking of Java
//! programs", 2000): an edge from each lock that a thread holds to the one that it asks for. A cycle
//! is told when its edges belong to different threads and no further lock was held at two of them,
//! which would have kept the threads apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::graph::StateId;
use crate::pos::Pos;
use crate::schedule::Walk;
use crate::value::Object;
use crate::value::object::{ObjectId, TaskId};
use crate::vm::Action;

/// How many locks a cycle has at most.
const LONGEST: usize = 5;

/// A thread that holds one lock and asks for another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nesting {
    /// The thread's name.
    pub thread: String,
    /// Where the lock was made that it holds.
    pub held: Pos,
    /// Where it took that.
    pub since: Pos,
    /// Where the lock was made that it asks for.
    pub wanted: Pos,
    /// Where it asks.
    pub pos: Pos,
}

struct Edge {
    nesting: Nesting,
    gates: BTreeSet<ObjectId>,
    state: StateId,
}

/// All nestings seen: by the lock held, the lock wanted, and the thread.
#[derive(Default)]
pub(super) struct LockOrder {
    /// The names of threads that are interchangeable with others.
    names: BTreeMap<TaskId, Arc<str>>,
    /// The locks that another thread than the holder releases: signals, whose order is no mistake.
    signals: BTreeSet<ObjectId>,
    edges: BTreeMap<(ObjectId, ObjectId, TaskId), Edge>,
}

impl LockOrder {
    /// How many nestings were seen.
    pub(super) fn count(&self) -> usize {
        self.edges.len()
    }

    /// Looks who asks for a lock while holding others, in the state that `walk` is in.
    pub(super) fn look(&mut self, walk: &Walk, state: StateId) {
        self.signals.extend(walk.released_by_others());
        for task in walk.acquiring() {
            let held = walk.held_by(task).filter(|held| is_lock(held));
            let mut held: Vec<Arc<Object>> = held.collect();
            if held.is_empty() {
                continue;
            }
            let Some(visible) = walk.standing_before(task) else {
                continue;
            };
            let Action::Object(wanted, verb) = &visible.action else {
                continue;
            };
            if !wanted.operation(*verb).takes_lock() || !is_lock(wanted) {
                continue;
            }
            held.retain(|held| !Arc::ptr_eq(held, wanted));
            for lock in &held {
                let edge = || {
                    let others = held.iter().filter(|other| other.id != lock.id);
                    let waiting = lock.state().waiting(task);
                    let since = waiting.holders.first().map(|holder| holder.since);
                    Edge {
                        nesting: Nesting {
                            thread: walk
                                .name(task)
                                .map_or_else(String::new, |name| name.to_string()),
                            held: lock.made_at,
                            since: since.unwrap_or(Pos::NONE),
                            wanted: wanted.made_at,
                            pos: visible.pos,
                        },
                        gates: others.map(|other| other.id).collect(),
                        state,
                    }
                };
                let is_new = !self.edges.contains_key(&(lock.id, wanted.id, task));
                if is_new {
                    self.edges.insert((lock.id, wanted.id, task), edge());
                    let alike = walk.interchangeable().into_iter().flatten();
                    (self.names).extend(alike.map(|(number, name)| (TaskId(number), name)));
                }
            }
        }
    }

    /// Whether no lock was asked for by a thread that holds another.
    pub(super) fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Adds what other threads do where the search has met the same with threads exchanged: `real` says
    /// which threads are really in the place of one in a state.
    pub(super) fn add_exchanged(
        &mut self,
        real: impl Fn(StateId, TaskId) -> Option<BTreeSet<TaskId>>,
    ) {
        let mut added = Vec::new();
        for ((held, wanted, task), edge) in &self.edges {
            for other in real(edge.state, *task).into_iter().flatten() {
                let Some(name) = self.names.get(&other).filter(|_| other != *task) else {
                    continue;
                };
                let nesting = Nesting {
                    thread: name.to_string(),
                    ..edge.nesting.clone()
                };
                let exchanged = Edge {
                    nesting,
                    gates: edge.gates.clone(),
                    state: edge.state,
                };
                added.push(((*held, *wanted, other), exchanged));
            }
        }
        for (key, edge) in added {
            self.edges.entry(key).or_insert(edge);
        }
    }

    /// The cycles, each once, with a state in which the last of its nestings was seen.
    pub(super) fn into_found(mut self) -> Vec<(Vec<Nesting>, StateId)> {
        let signals = &self.signals;
        (self.edges)
            .retain(|(held, wanted, _), _| !signals.contains(held) && !signals.contains(wanted));
        let mut found: BTreeMap<Vec<Nesting>, StateId> = BTreeMap::new();
        for key in self.edges.keys().filter(|key| key.1 > key.0) {
            self.extend(&mut vec![*key], &mut found);
        }
        found.into_iter().collect()
    }

    /// Follows the edges from the last one of `path` until they come back to the first lock, which
    /// is the smallest of the cycle, so that each is met once.
    fn extend(
        &self,
        path: &mut Vec<(ObjectId, ObjectId, TaskId)>,
        found: &mut BTreeMap<Vec<Nesting>, StateId>,
    ) {
        let first = path[0].0;
        let (_, last, _) = path[path.len() - 1];
        if last == first {
            let edges: Vec<&Edge> = path.iter().map(|key| &self.edges[key]).collect();
            let nestings = edges.iter().map(|edge| edge.nesting.clone()).collect();
            let state = edges
                .iter()
                .map(|edge| edge.state)
                .max()
                .unwrap_or_default();
            found.entry(nestings).or_insert(state);
            return;
        }
        if path.len() >= LONGEST {
            return;
        }
        let from = (last, ObjectId(0), TaskId(0));
        for (key, edge) in self.edges.range(from..) {
            if key.0 != last {
                break;
            }
            let fits = key.1 >= first
                && path.iter().all(|known| {
                    known.2 != key.2
                        && known.0 != key.0
                        && self.edges[known].gates.is_disjoint(&edge.gates)
                });
            if fits {
                path.push(*key);
                self.extend(path, found);
                path.pop();
            }
        }
    }
}

fn is_lock(object: &Object) -> bool {
    matches!(object.kind(), "Lock" | "RLock")
}
