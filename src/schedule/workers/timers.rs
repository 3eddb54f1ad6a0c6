//! Deadlines, soonest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::value::object::TaskId;

/// No deadline.
const NEVER: u64 = u64::MAX;

/// A deadline: when, in nanoseconds of the session's clock; the ticket of the wait; whose wait.
type Deadline = (u64, u64, TaskId);

/// The deadlines of all waits with a limit.
///
/// A wait that has ended before its deadline leaves it here; when it comes up, its ticket is no longer
/// the thread's. When more than half of them are such, they are taken out.
#[derive(Default)]
pub(super) struct Timers {
    heap: Mutex<BinaryHeap<Reverse<Deadline>>>,
    /// The soonest deadline plus one, or 0 for none: readable without the lock.
    soonest: AtomicU64,
    tickets: AtomicU64,
    /// How many of the deadlines belong to waits that have ended.
    stale: AtomicUsize,
}

/// So few deadlines are never looked through.
const FEW: usize = 64;

impl Timers {
    /// The ticket of a new wait: never given twice.
    pub(super) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes the deadline of a wait that has begun. `is_current` says whether a thread still waits
    /// with a ticket.
    pub(super) fn add(
        &self,
        deadline: u64,
        ticket: u64,
        task: TaskId,
        is_current: impl Fn(TaskId, u64) -> bool,
    ) {
        let mut heap = self.heap.lock();
        heap.push(Reverse((deadline, ticket, task)));
        let before = heap.len();
        if before > FEW && self.stale.load(Ordering::SeqCst) > before / 2 {
            heap.retain(|Reverse((_, ticket, task))| is_current(*task, *ticket));
            self.stale.fetch_sub(before - heap.len(), Ordering::SeqCst);
        }
        self.publish(&heap);
    }

    /// Notes that a wait with a limit has ended before its deadline. Call it when the
    /// ticket is no longer the thread's.
    pub(super) fn ended_early(&self) {
        self.stale.fetch_add(1, Ordering::SeqCst);
    }

    /// Notes that a deadline that was taken out belonged to a wait that had ended.
    pub(super) fn was_stale(&self) {
        self.stale.fetch_sub(1, Ordering::SeqCst);
    }

    /// The soonest deadline.
    pub(super) fn soonest(&self) -> Option<u64> {
        self.soonest.load(Ordering::SeqCst).checked_sub(1)
    }

    /// Takes out the deadlines that have passed, soonest first.
    pub(super) fn due(&self, now: u64) -> Vec<(u64, TaskId)> {
        let mut heap = self.heap.lock();
        let mut due = Vec::new();
        while let Some(Reverse((deadline, ticket, task))) = heap.peek().copied() {
            if deadline > now {
                break;
            }
            heap.pop();
            due.push((ticket, task));
        }
        self.publish(&heap);
        due
    }

    fn publish(&self, heap: &BinaryHeap<Reverse<Deadline>>) {
        let soonest = heap
            .peek()
            .map_or(0, |Reverse((deadline, ..))| (*deadline).min(NEVER - 1) + 1);
        self.soonest.store(soonest, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_come_in_the_order_of_time_and_then_of_arrival() {
        let timers = Timers::default();
        assert_eq!(timers.soonest(), None);
        for (deadline, task) in [(30, 1), (10, 2), (10, 3), (20, 4)] {
            timers.add(deadline, timers.ticket(), TaskId(task), |_, _| true);
        }
        assert_eq!(timers.soonest(), Some(10));
        let tasks =
            |due: Vec<(u64, TaskId)>| due.iter().map(|(_, task)| task.0).collect::<Vec<_>>();
        assert!(timers.due(9).is_empty());
        assert_eq!(tasks(timers.due(20)), [2, 3, 4]);
        assert_eq!(timers.soonest(), Some(30));
    }

    #[test]
    fn deadlines_of_waits_that_ended_early_do_not_pile_up() {
        let timers = Timers::default();
        let lasting = timers.ticket();
        timers.add(5_000, lasting, TaskId(1), |_, _| true);
        for _ in 0..100_000 {
            let ticket = timers.ticket();
            timers.add(9_000, ticket, TaskId(2), |_, other| {
                other == lasting || other == ticket
            });
            timers.ended_early();
            assert!(timers.heap.lock().len() <= 2 * FEW);
        }
        let due = timers.due(9_000);
        assert_eq!(due[0], (lasting, TaskId(1)));
        due[1..].iter().for_each(|_| timers.was_stale());
        assert_eq!(timers.stale.load(Ordering::SeqCst), 0);
    }
}
