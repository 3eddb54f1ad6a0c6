//! Workers without work: how they sleep, and when one is woken.
//!
//! A wake-up costs microseconds, so it is throttled: nobody is woken while another worker is
//! already looking for work, and a worker that has found some and was the last to look wakes the
//! next if there is more. No work is overlooked, because a worker that goes to sleep first puts
//! itself on the list and then looks into all queues once more, and who queues work looks at the
//! list afterwards:
//!
//! | who queues work            | who goes to sleep           |
//! |----------------------------|-----------------------------|
//! | put it into a queue        | stop being one that looks   |
//! | anybody looking? asleep?   | be on the list              |
//! |                            | look into all queues        |

use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::time::Duration;

use crossbeam::sync::{Parker, Unparker};
use parking_lot::Mutex;

/// See the head of the file.
pub(super) struct Idle {
    looking: AtomicUsize,
    asleep: AtomicUsize,
    list: Mutex<Vec<usize>>,
    unparkers: Vec<Unparker>,
}

impl Idle {
    /// For as many workers as `count`; each gets one of the parkers.
    pub(super) fn new(count: usize) -> (Self, Vec<Parker>) {
        let parkers: Vec<Parker> = (0..count).map(|_| Parker::new()).collect();
        let unparkers = parkers
            .iter()
            .map(|parker| parker.unparker().clone())
            .collect();
        let idle = Self {
            looking: AtomicUsize::new(0),
            asleep: AtomicUsize::new(0),
            list: Mutex::default(),
            unparkers,
        };
        (idle, parkers)
    }

    /// Begins to look for work elsewhere.
    pub(super) fn look(&self) {
        self.looking.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends it; whether nobody looks any more.
    pub(super) fn stop_looking(&self) -> bool {
        let last = self.looking.fetch_sub(1, Ordering::SeqCst) == 1;
        // Who looks into the queues after this sees what was queued by one who still saw us look.
        fence(Ordering::SeqCst);
        last
    }

    /// Wakes a worker for work that was just queued, unless a worker looks for work already.
    /// Returns whether there is neither a worker looking nor one asleep.
    pub(super) fn wake_one(&self) -> bool {
        fence(Ordering::SeqCst);
        if self.looking.load(Ordering::SeqCst) > 0 {
            return false;
        }
        if self.asleep.load(Ordering::SeqCst) == 0 {
            return true;
        }
        let index = self.list.lock().pop();
        let Some(index) = index else { return true };
        self.asleep.fetch_sub(1, Ordering::SeqCst);
        self.unparkers[index].unpark();
        false
    }

    /// Wakes all, when the workers shall end.
    pub(super) fn wake_all(&self) {
        self.unparkers.iter().for_each(Unparker::unpark);
    }

    /// Puts worker `index` to sleep for at most `limit`, unless there `is_work`.
    pub(super) fn sleep(
        &self,
        index: usize,
        parker: &Parker,
        limit: impl FnOnce() -> Option<Duration>,
        is_work: impl FnOnce() -> bool,
    ) {
        self.list.lock().push(index);
        self.asleep.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        if !is_work() {
            match limit() {
                Some(limit) => parker.park_timeout(limit),
                None => parker.park(),
            }
        }
        // A worker that woke this one has taken it off the list; a timeout has not.
        let mut list = self.list.lock();
        if let Some(place) = list.iter().position(|sleeper| *sleeper == index) {
            list.remove(place);
            self.asleep.fetch_sub(1, Ordering::SeqCst);
        }
    }
}
