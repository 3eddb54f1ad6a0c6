//! Deadlines, soonest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::value::object::TaskId;

/// No deadline.
const NEVER: u64 = u64::MAX;

/// A deadline: when, in nanoseconds of the session's clock; the ticket of the wait; whose wait.
type Deadline = (u64, u64, TaskId);

/// The deadlines of all waits with a limit.
///
/// A wait that has ended before its deadline leaves it here; whoever takes it out later finds that
/// the ticket is no longer the thread's.
#[derive(Default)]
pub(super) struct Timers {
    heap: Mutex<BinaryHeap<Reverse<Deadline>>>,
    /// The soonest deadline plus one, or 0 for none: readable without the lock.
    soonest: AtomicU64,
    tickets: AtomicU64,
}

impl Timers {
    /// The ticket of a new wait: never given twice.
    pub(super) fn ticket(&self) -> u64 {
        self.tickets.fetch_add(1, Ordering::Relaxed)
    }

    /// Notes the deadline of a wait that has begun.
    pub(super) fn add(&self, deadline: u64, ticket: u64, task: TaskId) {
        let mut heap = self.heap.lock();
        heap.push(Reverse((deadline, ticket, task)));
        self.publish(&heap);
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
            timers.add(deadline, timers.ticket(), TaskId(task));
        }
        assert_eq!(timers.soonest(), Some(10));
        let tasks =
            |due: Vec<(u64, TaskId)>| due.iter().map(|(_, task)| task.0).collect::<Vec<_>>();
        assert!(timers.due(9).is_empty());
        assert_eq!(tasks(timers.due(20)), [2, 3, 4]);
        assert_eq!(timers.soonest(), Some(30));
    }
}
