//! Which threads can never go on: those in a cycle of waits, and those that wait for such.
//!
//! A pure function over plain data. That *all* threads wait for ever needs no graph; schedulers
//! count that.

use std::collections::{BTreeMap, BTreeSet};

use crate::value::object::TaskId;

/// Who waits for whom, without a time limit: for each waiting thread those of whom each alone
/// could end its wait. A thread that is not a key can go on.
pub type WaitsFor = BTreeMap<TaskId, Vec<TaskId>>;

/// The threads that wait for each other in a cycle, in the order of their numbers.
///
/// A thread of whom nobody knows who could wake it is in no cycle: anybody could.
pub fn cycle(waits: &WaitsFor) -> Vec<TaskId> {
    // Peel off, again and again, all who can go on or whom somebody can wake who can go on; what
    // is left waits only for what is left.
    let mut stuck: BTreeSet<TaskId> = waits
        .iter()
        .filter(|(_, holders)| !holders.is_empty())
        .map(|(task, _)| *task)
        .collect();
    loop {
        let before = stuck.len();
        let left = stuck.clone();
        stuck.retain(|task| waits[task].iter().all(|holder| left.contains(holder)));
        if stuck.len() == before {
            break;
        }
    }
    // Of those, the ones somebody stuck waits for in turn, down to the cycles themselves.
    loop {
        let wanted: BTreeSet<TaskId> = stuck.iter().flat_map(|task| waits[task].clone()).collect();
        let before = stuck.len();
        stuck.retain(|task| wanted.contains(task));
        if stuck.len() == before {
            return stuck.into_iter().collect();
        }
    }
}

/// Whether `task` waits, directly or through others, only for threads of `cycle`.
pub fn is_stuck(task: TaskId, cycle: &[TaskId], waits: &WaitsFor) -> bool {
    let mut seen = BTreeSet::new();
    let mut next = vec![task];
    while let Some(task) = next.pop() {
        if cycle.contains(&task) || !seen.insert(task) {
            continue;
        }
        match waits.get(&task) {
            Some(holders) if !holders.is_empty() => next.extend(holders),
            _ => return false,
        }
    }
    !cycle.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(u64, &[u64])]) -> WaitsFor {
        let tasks = |of: &[u64]| of.iter().copied().map(TaskId).collect();
        edges
            .iter()
            .map(|(task, holders)| (TaskId(*task), tasks(holders)))
            .collect()
    }

    #[test]
    fn finds_cycles_and_nothing_else() {
        /// Who waits for whom, and the threads of the cycles in it.
        type Case = (&'static [(u64, &'static [u64])], &'static [u64]);
        let cases: &[Case] = &[
            (&[], &[]),
            (&[(1, &[2])], &[]),
            (&[(1, &[1])], &[1]),
            (&[(1, &[2]), (2, &[1])], &[1, 2]),
            (&[(1, &[2]), (2, &[3]), (3, &[2])], &[2, 3]),
            (&[(1, &[2]), (2, &[])], &[]),
            (&[(1, &[2, 4]), (2, &[1])], &[]),
            (
                &[(1, &[2]), (2, &[1]), (3, &[4]), (4, &[3]), (5, &[6])],
                &[1, 2, 3, 4],
            ),
        ];
        for (edges, expected) in cases {
            let found: Vec<u64> = cycle(&graph(edges)).iter().map(|task| task.0).collect();
            assert_eq!(&found, expected, "{edges:?}");
        }
    }

    #[test]
    fn who_waits_for_a_cycle_is_stuck() {
        let waits = graph(&[(1, &[2]), (2, &[3]), (3, &[2]), (4, &[5])]);
        let cycle = cycle(&waits);
        assert!(is_stuck(TaskId(1), &cycle, &waits));
        assert!(is_stuck(TaskId(3), &cycle, &waits));
        assert!(!is_stuck(TaskId(4), &cycle, &waits));
        assert!(!is_stuck(TaskId(1), &[], &graph(&[])));
    }
}
