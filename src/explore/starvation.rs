//! Starvation: threads that go round for ever while one waits, although it could have had its turn.
//!
//! A cycle of steps is *weakly fair* when every thread that could go on all the time does so in it.
//! A thread starves in a weakly fair cycle in which it does no step, sometimes has to wait and
//! sometimes could go on: no scheduler that merely lets everybody run is to blame. Cycles that only
//! an unfair scheduler would go round in, such as `while !ready { }`, are not told.

use std::collections::BTreeSet;

use super::graph::{Graph, StateId};
use crate::schedule::{Choice, Walk};
use crate::value::object::TaskId;

/// For each state, the threads that are alive and have to wait, as bits; threads beyond the 64th are
/// left out.
#[derive(Default)]
pub(super) struct Waiting {
    states: Vec<u64>,
}

impl Waiting {
    /// Notes who waits in the state that `walk` is in, which is the next one.
    pub(super) fn look(&mut self, walk: &Walk) {
        let alive = walk.alive().fold(0, |bits, task| bits | bit(task));
        let enabled = walk.choices().iter().fold(0, |bits, choice| match choice {
            Choice::Step(task) => bits | bit(*task),
            Choice::Time(_) => bits,
        });
        self.states.push(alive & !enabled);
    }

    fn is_waiting(&self, state: StateId, task: TaskId) -> bool {
        self.states[state as usize] & bit(task) != 0
    }
}

fn bit(task: TaskId) -> u64 {
    if task.0 < 64 { 1 << task.0 } else { 0 }
}

/// The threads that can starve, each with the states of a cycle in which it does. `components` are
/// those of the whole graph: without a cycle there, nobody goes round without anybody.
pub(super) fn starved(
    graph: &Graph,
    components: &[Vec<StateId>],
    waiting: &Waiting,
) -> Vec<(TaskId, Vec<StateId>)> {
    if !components.iter().any(|component| graph.is_cycle(component)) {
        return Vec::new();
    }
    let tasks = graph.tasks();
    let starves = |task: &TaskId| {
        let components = graph.components(|edge| edge.choice.task() != *task);
        let cycle = components
            .into_iter()
            .find(|component| is_fair_without(graph, waiting, component, *task, &tasks))?;
        Some((*task, cycle))
    };
    tasks.iter().filter_map(starves).collect()
}

fn is_fair_without(
    graph: &Graph,
    waiting: &Waiting,
    component: &[StateId],
    task: TaskId,
    tasks: &[TaskId],
) -> bool {
    let members: BTreeSet<StateId> = component.iter().copied().collect();
    let edges = || {
        let all = component.iter().flat_map(|state| graph.edges(*state));
        all.filter(|edge| members.contains(&edge.to))
    };
    let goes_round = edges().any(|edge| edge.choice.task() != task);
    let could_go_on = |state: StateId, task: TaskId| {
        let mut edges = graph.edges(state).iter();
        edges.any(|edge| edge.choice == Choice::Step(task))
    };
    goes_round
        && component
            .iter()
            .any(|state| waiting.is_waiting(*state, task))
        && component.iter().any(|state| could_go_on(*state, task))
        && tasks.iter().filter(|other| **other != task).all(|other| {
            edges().any(|edge| edge.choice.task() == *other)
                || component.iter().any(|state| !could_go_on(*state, *other))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::graph::Edge;

    const GREEDY: TaskId = TaskId(2);
    const PATIENT: TaskId = TaskId(3);
    const OTHER: TaskId = TaskId(4);

    /// A graph of steps `(from, thread, to)`, and who waits in which state.
    fn find(
        states: u32,
        steps: &[(StateId, TaskId, StateId)],
        waits: &[(StateId, TaskId)],
    ) -> Vec<(TaskId, Vec<StateId>)> {
        let mut graph = Graph::default();
        let mut waiting = Waiting::default();
        for state in 0..states {
            graph.add();
            let of_state = waits.iter().filter(|(at, _)| *at == state);
            waiting
                .states
                .push(of_state.fold(0, |bits, (_, task)| bits | bit(*task)));
        }
        for state in 0..states {
            let own = steps.iter().filter(|(from, ..)| *from == state);
            graph.set_edges(
                state,
                own.map(|&(_, task, to)| Edge::plain(to, Choice::Step(task))),
            );
        }
        let mut found = starved(&graph, &graph.components(|_| true), &waiting);
        found
            .iter_mut()
            .for_each(|(_, cycle)| cycle.sort_unstable());
        found
    }

    /// In 0 a lock is free, in 1 the greedy thread has it; 2 is the end, once the patient one had it.
    const LOCK: [(StateId, TaskId, StateId); 3] = [(0, GREEDY, 1), (1, GREEDY, 0), (0, PATIENT, 2)];

    #[test]
    fn who_waits_now_and_then_while_another_loops_starves() {
        assert_eq!(find(3, &LOCK, &[(1, PATIENT)]), [(PATIENT, vec![0, 1])]);
    }

    #[test]
    fn who_could_always_go_on_is_not_starved() {
        // `while !ready { }`: only a scheduler that never lets the other run is to blame.
        let steps = [(0, GREEDY, 0), (0, PATIENT, 1)];
        assert!(find(2, &steps, &[]).is_empty());
    }

    #[test]
    fn who_never_could_go_on_waits_for_ever_and_does_not_starve() {
        let steps = [(0, GREEDY, 1), (1, GREEDY, 0)];
        assert!(find(2, &steps, &[(0, PATIENT), (1, PATIENT)]).is_empty());
    }

    #[test]
    fn a_cycle_that_needs_a_third_to_be_held_back_is_unfair() {
        // The third thread could end it all in both states.
        let mut steps = LOCK.to_vec();
        steps.extend([(0, OTHER, 2), (1, OTHER, 2)]);
        assert!(find(3, &steps, &[(1, PATIENT)]).is_empty());
        // It has to wait in one of them: then the cycle is fair.
        steps.retain(|step| *step != (1, OTHER, 2));
        let found = find(3, &steps, &[(1, PATIENT), (1, OTHER)]);
        assert_eq!(found, [(PATIENT, vec![0, 1]), (OTHER, vec![0, 1])]);
    }

    #[test]
    fn without_a_cycle_nobody_starves() {
        let steps = [(0, GREEDY, 1), (1, PATIENT, 2)];
        assert!(find(3, &steps, &[(0, PATIENT)]).is_empty());
    }
}
