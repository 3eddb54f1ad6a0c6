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
