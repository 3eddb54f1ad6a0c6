//! Which threads can never go on: those in a cycle of waits, and those that wait for such.
//!
//! A cycle of waits is closed by the thread of it that begins to wait last: all the others wait
//! already, and a thread that waits takes nothing that others want. So a scheduler asks, whenever a
//! thread begins to wait, where its wait leads; almost always that is one look at a thread that
//! runs.
//!
//! Pure functions over what a scheduler answers. That *all* threads wait for ever needs no graph;
//! schedulers count that.

use std::collections::{BTreeMap, BTreeSet};

use super::threads::ThreadInfo;
use crate::pos::Pos;
use crate::value::object::TaskId;
use crate::value::{Fault, FaultKind};

/// What a thread does, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It runs, or goes on some time without the help of those who wait.
    GoesOn,
    /// It waits without a limit. Each of these threads alone could end its wait; with none, nobody
    /// knows who could.
    Waits(Vec<TaskId>),
    /// It has ended, and what it held it holds for ever.
    Ended,
}

/// Who waits for whom: for each waiting thread those of whom each alone could end its wait.
pub type WaitsFor = BTreeMap<TaskId, Vec<TaskId>>;

/// Where the wait of `task` leads, directly and through others, when it leads to nobody who can
/// go on. Nothing when it may end.
///
/// Asks `standing` once for each thread, and stops at the first that goes on: by that one all on
/// the way to it go on too.
pub fn stuck(task: TaskId, mut standing: impl FnMut(TaskId) -> Standing) -> Option<WaitsFor> {
    let mut waits = WaitsFor::new();
    let mut ended = BTreeSet::new();
    let mut next = vec![task];
    while let Some(task) = next.pop() {
        if waits.contains_key(&task) || ended.contains(&task) {
            continue;
        }
        match standing(task) {
            Standing::GoesOn => return None,
            Standing::Ended => {
                ended.insert(task);
            }
            // Of whom nobody knows who could wake it may be woken by anybody.
            Standing::Waits(blockers) if blockers.is_empty() => return None,
            Standing::Waits(blockers) => {
                next.extend(&blockers);
                waits.insert(task, blockers);
            }
        }
    }
    (!waits.is_empty()).then_some(waits)
}

/// Of threads that are [`stuck`], those that are the reason: they wait for each other in a cycle,
/// or for one that has ended. The others wait for these.
pub fn reasons(waits: &WaitsFor) -> BTreeSet<TaskId> {
    let mut cycle: BTreeSet<TaskId> = waits.keys().copied().collect();
    loop {
        // Who is in a cycle is waited for by another one in it.
        let wanted: BTreeSet<TaskId> = cycle.iter().flat_map(|task| waits[task].clone()).collect();
        let before = cycle.len();
        cycle.retain(|task| wanted.contains(task));
        if cycle.len() == before {
            break;
        }
    }
    let waits_for_the_dead =
        |blockers: &Vec<TaskId>| blockers.iter().any(|blocker| !waits.contains_key(blocker));
    let dead_ends = (waits.iter()).filter(|(_, blockers)| waits_for_the_dead(blockers));
    cycle.extend(dead_ends.map(|(task, _)| *task));
    cycle
}

/// Of these threads, each with whether it is a daemon, those that wait for ever, when what they run is
/// over because of them: `main` is one of them or, without that, all are that are no daemons, so that
/// what they wait for is no daemon's to give.
pub fn for_good(
    threads: impl IntoIterator<Item = (TaskId, bool)>,
    main: Option<TaskId>,
    is_stuck: impl Fn(TaskId) -> bool,
) -> Option<Vec<TaskId>> {
    if main.is_some_and(|main| !is_stuck(main)) {
        return None;
    }
    let mut stuck = Vec::new();
    for (task, is_daemon) in threads {
        match is_stuck(task) {
            true => stuck.push(task),
            false if main.is_none() && !is_daemon => return None,
            false => {}
        }
    }
    Some(stuck)
}

/// The error of a task whose process these threads keep for ever, each waiting: to those outside it
/// has failed.
pub fn in_process(threads: &[ThreadInfo]) -> Fault {
    let waits = |thread: &ThreadInfo| format!("{} waits for {}", thread.name, thread.waits_for);
    let waits: Vec<String> = (threads.iter())
        .filter(|thread| !thread.waits_for.is_empty())
        .map(waits)
        .collect();
    let kind = FaultKind::Reported {
        class: FaultKind::Deadlock.class(),
        family: FaultKind::Deadlock.family().into(),
        message: format!("deadlock in a process: {}", waits.join("; ")),
        python: None,
        advice: None,
    };
    let first = threads.iter().find(|thread| !thread.waits_for.is_empty());
    Fault::new(kind, first.map_or(Pos::NONE, |thread| thread.pos))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who waits for whom; who is not there goes on, and from 90 on has ended.
    type Graph = &'static [(u64, &'static [u64])];

    fn stuck_in(graph: Graph, task: u64) -> Option<WaitsFor> {
        stuck(TaskId(task), |task| {
            let row = graph.iter().find(|(waiter, _)| *waiter == task.0);
            match row {
                Some((_, blockers)) => {
                    Standing::Waits(blockers.iter().copied().map(TaskId).collect())
                }
                None if task.0 >= 90 => Standing::Ended,
                None => Standing::GoesOn,
            }
        })
    }

    #[test]
    fn finds_cycles_and_nothing_else() {
        /// The graph, whose wait is looked at, and the reasons why it never ends.
        type Case = (Graph, u64, Option<&'static [u64]>);
        let cases: &[Case] = &[
            (&[], 1, None),
            (&[(1, &[2])], 1, None),
            (&[(1, &[])], 1, None),
            (&[(1, &[1])], 1, Some(&[1])),
            (&[(1, &[2]), (2, &[1])], 1, Some(&[1, 2])),
            (&[(1, &[2]), (2, &[3]), (3, &[2])], 1, Some(&[2, 3])),
            (&[(1, &[2]), (2, &[])], 1, None),
            (&[(1, &[2, 4]), (2, &[1])], 1, None),
            (&[(1, &[2, 3]), (2, &[1]), (3, &[1])], 2, Some(&[1, 2, 3])),
            (&[(1, &[90])], 1, Some(&[1])),
            (&[(1, &[2]), (2, &[90])], 1, Some(&[2])),
            (
                &[(1, &[2]), (2, &[1]), (3, &[4]), (4, &[3])],
                4,
                Some(&[3, 4]),
            ),
        ];
        for (graph, task, expected) in cases {
            let found = stuck_in(graph, *task);
            let found = found.map(|waits| reasons(&waits).iter().map(|task| task.0).collect());
            let expected = expected.map(<[u64]>::to_vec);
            assert_eq!(found, expected, "{graph:?} {task}");
        }
    }

    #[test]
    fn looks_no_further_than_needed() {
        let mut asked = Vec::new();
        let found = stuck(TaskId(1), |task| {
            asked.push(task.0);
            match task.0 {
                1 => Standing::Waits(vec![TaskId(3), TaskId(2)]),
                _ => Standing::GoesOn,
            }
        });
        assert_eq!((found, asked), (None, vec![1, 2]));
    }
}
