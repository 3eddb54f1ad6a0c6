//! Fair livelock: threads that keep giving way to each other for ever, although each of them goes on
//! again and again.
//!
//! A set of states is *fair* when a run can stay in it for ever and still be strongly fair: it is
//! strongly connected, and each choice (a step of a thread, or the end of a time) that is possible in
//! one of its states is made in one of its states without leaving the set (compassion: Lehmann, Pnueli
//! and Stavi, "Impartiality, Justice and Fairness", 1981). No scheduler is to blame for such a run, not
//! even a strongly fair one, and no exit need be closed: another order of the same steps may end it. A
//! fair set without any exit is a livelock in every schedule and is reported as that elsewhere.
//!
//! They are found as the non-empty sets of a Streett automaton are (Emerson and Lei, "Modalities for
//! Model Checking", 1985): of each strongly connected component, take the choices that are possible in
//! it but never stay in it; no fair run visits a state with such a choice infinitely often, so remove
//! these states and divide what is left into components again. A step that draws a random number stays
//! in a set only if it does so whatever it draws, as in an end component (de Alfaro, "Formal
//! Verification of Probabilistic Systems", 1997): nobody draws the unlucky number for ever.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::graph::{Edge, Graph, StateId};
use crate::schedule::Choice;

/// A run that stays in a fair set for ever.
#[derive(Debug)]
pub(super) struct FairCycle {
    /// The states of the fair set.
    pub(super) states: Vec<StateId>,
    /// The choices that are possible there; each is made again and again.
    pub(super) choices: BTreeSet<Choice>,
}

/// The fair sets from which a run can still come to an end, one for each set of choices. `components`
/// are those of the whole graph, each before those that lead to it.
pub(super) fn fair_cycles(graph: &Graph, components: &[Vec<StateId>]) -> Vec<FairCycle> {
    let mut found: Vec<FairCycle> = Vec::new();
    if !components.iter().any(|component| graph.is_cycle(component)) {
        return found;
    }
    let mut ends: BTreeSet<StateId> = BTreeSet::new();
    for component in components {
        let can_end = component.iter().any(|state| {
            let edges = graph.edges(*state);
            edges.is_empty() || edges.iter().any(|edge| ends.contains(&edge.to))
        });
        if !can_end {
            continue;
        }
        ends.extend(component);
        if graph.is_cycle(component) {
            for cycle in fair_within(graph, component) {
                if !found.iter().any(|known| known.choices == cycle.choices) {
                    found.push(cycle);
                }
            }
        }
    }
    found
}

/// The fair sets within these states.
fn fair_within(graph: &Graph, states: &[StateId]) -> Vec<FairCycle> {
    let mut fair = Vec::new();
    let mut open: Vec<BTreeSet<StateId>> = vec![states.iter().copied().collect()];
    while let Some(set) = open.pop() {
        for component in components(graph, &set) {
            let mut possible = BTreeSet::new();
            let mut made = BTreeSet::new();
            for state in &component {
                possible.extend(graph.edges(*state).iter().map(|edge| edge.choice));
                made.extend(staying(graph, *state, &component).map(|edge| edge.choice));
            }
            if made.is_empty() {
                continue;
            }
            if possible == made {
                fair.push(FairCycle {
                    states: component.into_iter().collect(),
                    choices: made,
                });
                continue;
            }
            let leaves = |state: &StateId| {
                let mut edges = graph.edges(*state).iter();
                edges.any(|edge| !made.contains(&edge.choice))
            };
            let rest: BTreeSet<StateId> = component.into_iter().filter(|s| !leaves(s)).collect();
            if !rest.is_empty() {
                open.push(rest);
            }
        }
    }
    fair
}

/// The steps that lead from a state of the set into it, whatever they draw.
fn staying<'a>(
    graph: &'a Graph,
    state: StateId,
    set: &'a BTreeSet<StateId>,
) -> impl Iterator<Item = &'a Edge> {
    let edges = graph.edges(state);
    edges.iter().filter(move |edge| {
        let mut same = edges.iter().filter(|other| other.choice == edge.choice);
        same.all(|other| set.contains(&other.to))
    })
}

/// The strongly connected components of a set of states and the steps that stay in it: of each state in
/// turn, what it leads to and is led to from (Kosaraju, in Sharir, "A strong-connectivity algorithm",
/// 1981).
fn components(graph: &Graph, set: &BTreeSet<StateId>) -> Vec<BTreeSet<StateId>> {
    let mut back: BTreeMap<StateId, Vec<StateId>> = BTreeMap::new();
    for state in set {
        for edge in staying(graph, *state, set) {
            back.entry(edge.to).or_default().push(*state);
        }
    }
    let mut finished: Vec<StateId> = Vec::with_capacity(set.len());
    let mut seen: BTreeSet<StateId> = BTreeSet::new();
    for root in set {
        if !seen.insert(*root) {
            continue;
        }
        let mut calls = vec![(*root, successors(graph, *root, set))];
        while let Some((state, next)) = calls.last_mut() {
            match next.pop() {
                Some(to) if seen.insert(to) => calls.push((to, successors(graph, to, set))),
                Some(_) => {}
                None => {
                    finished.push(*state);
                    calls.pop();
                }
            }
        }
    }
    let mut components = Vec::new();
    while let Some(root) = finished.pop() {
        if !seen.remove(&root) {
            continue;
        }
        let mut component = BTreeSet::from([root]);
        let mut open = vec![root];
        while let Some(state) = open.pop() {
            for from in back.get(&state).into_iter().flatten() {
                if seen.remove(from) {
                    component.insert(*from);
                    open.push(*from);
                }
            }
        }
        components.push(component);
    }
    components
}

fn successors(graph: &Graph, state: StateId, set: &BTreeSet<StateId>) -> Vec<StateId> {
    staying(graph, state, set).map(|edge| edge.to).collect()
}

impl FairCycle {
    /// Steps once round from `start`, one of the states: each choice is made, then the way back is
    /// taken.
    pub(super) fn round(&self, graph: &Graph, start: StateId) -> Vec<Edge> {
        let set: BTreeSet<StateId> = self.states.iter().copied().collect();
        let mut round = Vec::new();
        let mut missing = self.choices.clone();
        let mut at = start;
        while !missing.is_empty() {
            let way = nearest(graph, &set, at, |_, edge| missing.contains(&edge.choice));
            let Some(last) = way.last() else {
                return Vec::new();
            };
            at = last.to;
            way.iter().for_each(|edge| {
                missing.remove(&edge.choice);
            });
            round.extend(way);
        }
        if at != start {
            round.extend(nearest(graph, &set, at, |_, edge| edge.to == start));
        }
        round
    }
}

/// The fewest steps from a state up to one that is wanted, within the set; nothing when there is none.
fn nearest(
    graph: &Graph,
    set: &BTreeSet<StateId>,
    from: StateId,
    is_wanted: impl Fn(StateId, &Edge) -> bool,
) -> Vec<Edge> {
    let mut came: BTreeMap<StateId, (StateId, Edge)> = BTreeMap::new();
    let mut open = VecDeque::from([from]);
    while let Some(state) = open.pop_front() {
        let wanted = staying(graph, state, set).find(|edge| is_wanted(state, edge));
        if let Some(edge) = wanted {
            let mut way = vec![edge.clone()];
            let mut at = state;
            while at != from
                && let Some((before, edge)) = came.get(&at)
            {
                way.push(edge.clone());
                at = *before;
            }
            way.reverse();
            return way;
        }
        for edge in staying(graph, state, set) {
            if edge.to != from && !came.contains_key(&edge.to) {
                came.insert(edge.to, (state, edge.clone()));
                open.push_back(edge.to);
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::object::TaskId;

    const A: TaskId = TaskId(2);
    const B: TaskId = TaskId(3);

    /// The fair sets of a graph of steps `(from, thread, drawn number, to)`.
    fn find(states: u32, steps: &[(StateId, TaskId, u64, StateId)]) -> Vec<Vec<StateId>> {
        let graph = graph(states, steps);
        let components = graph.components(|_| true);
        let cycles = fair_cycles(&graph, &components).into_iter();
        cycles.map(|cycle| cycle.states).collect()
    }

    fn graph(states: u32, steps: &[(StateId, TaskId, u64, StateId)]) -> Graph {
        let mut graph = Graph::default();
        for state in 0..states {
            graph.add();
            let own = steps.iter().filter(|(from, ..)| *from == state);
            let edge = |&(_, task, drawn, to): &(_, TaskId, u64, _)| Edge {
                to,
                choice: Choice::Step(task),
                draws: Some(Box::new([drawn])),
                permutation: 0,
            };
            graph.set_edges(state, own.map(edge));
        }
        graph
    }

    /// In 0 both have their first lock and try the other's; whoever is held back ends it in 3.
    const POLITE: [(StateId, TaskId, u64, StateId); 6] = [
        (0, A, 0, 1),
        (1, B, 0, 2),
        (2, A, 0, 0),
        (0, B, 0, 3),
        (2, B, 0, 2),
        (1, A, 0, 3),
    ];

    #[test]
    fn threads_that_all_go_on_and_come_back_are_a_fair_livelock() {
        assert_eq!(find(4, &POLITE), [vec![0, 1, 2]]);
        let graph = graph(4, &POLITE);
        let cycles = fair_cycles(&graph, &graph.components(|_| true));
        let round = cycles[0].round(&graph, 0);
        let tasks: BTreeSet<TaskId> = round.iter().map(|edge| edge.choice.task()).collect();
        assert_eq!(tasks, [A, B].into());
        assert_eq!(round.last().map(|edge| edge.to), Some(0));
    }

    #[test]
    fn who_waits_in_a_loop_for_one_that_could_go_on_is_none() {
        // `while !ready { }`, and the one that sets it.
        assert!(find(2, &[(0, A, 0, 0), (0, B, 0, 1)]).is_empty());
        // It is possible in one state only, and that is one too many.
        let steps = [(0, A, 0, 1), (1, A, 0, 0), (1, B, 0, 2)];
        assert!(find(3, &steps).is_empty());
    }

    #[test]
    fn a_set_without_an_exit_is_reported_elsewhere() {
        assert!(find(2, &[(0, A, 0, 1), (1, B, 0, 0)]).is_empty());
    }

    #[test]
    fn what_ends_when_a_number_is_drawn_is_none() {
        let steps = [(0, A, 0, 1), (0, A, 1, 2), (1, B, 0, 0)];
        assert!(find(3, &steps).is_empty());
        // Another thread that leaves when it is faster is no such number.
        let steps = [(0, A, 0, 1), (0, B, 0, 2), (1, B, 0, 0), (1, A, 0, 1)];
        assert_eq!(find(3, &steps), [vec![0, 1]]);
    }

    #[test]
    fn a_fair_set_is_found_within_a_larger_component() {
        // State 2 and the choice of B in it leave; without it, 0 and 1 are left, in which C and D go on.
        let (c, d) = (TaskId(4), TaskId(5));
        let steps = [
            (0, c, 0, 1),
            (1, d, 0, 0),
            (0, d, 0, 0),
            (1, c, 0, 2),
            (2, c, 0, 0),
            (2, B, 0, 3),
        ];
        assert_eq!(find(4, &steps), [vec![0, 1]]);
    }
}
