//! The one queue of a session's events, in causal order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::{Event, Kind, Thread};
use crate::pos::Pos;

/// How many events may wait to be read before a writer waits for the reader.
const CAPACITY: usize = 1 << 16;

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    sequence: u64,
    closed: bool,
    /// Whether writers go on although there is no room.
    hurrying: bool,
}

/// A queue of events: many writers, one reader.
///
/// Writers append under one lock, in the order in which things happen: a line that is printed
/// because of another line comes after it.
#[derive(Debug, Default)]
pub struct Stream {
    state: Mutex<State>,
    written: Condvar,
    read: Condvar,
    /// Whether all kinds of events are wanted, or only prints and failures.
    detailed: AtomicBool,
}

impl Stream {
    /// An empty queue that takes prints and failures only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether all kinds of events are wanted.
    pub fn is_detailed(&self) -> bool {
        self.detailed.load(Ordering::Relaxed)
    }

    /// Says whether all kinds of events are wanted.
    pub fn set_detailed(&self, detailed: bool) {
        self.detailed.store(detailed, Ordering::Relaxed);
    }

    /// Appends an event. Waits while the queue is full, unless nobody reads any more or the writers
    /// are to end.
    pub fn push(&self, seconds: f64, thread: Thread, pos: Pos, kind: Kind) {
        let mut state = self.state.lock();
        while state.events.len() >= CAPACITY && !state.closed && !state.hurrying {
            self.written.notify_one();
            self.read.wait(&mut state);
        }
        state.sequence += 1;
        let sequence = state.sequence;
        state.events.push_back(Event {
            sequence,
            seconds,
            thread,
            pos,
            kind,
        });
        // The reader looks every few milliseconds anyway; waking it for every line would cost more
        // than the line.
        if state.events.len() == CAPACITY / 2 {
            self.written.notify_one();
        }
    }

    /// Says whether writers go on although there is no room: those that are being stopped must not
    /// wait for a reader that has itself stopped.
    pub fn hurry(&self, hurrying: bool) {
        self.state.lock().hurrying = hurrying;
        self.read.notify_all();
    }

    /// Takes all events that are there. Never waits.
    pub fn take(&self) -> VecDeque<Event> {
        let mut state = self.state.lock();
        let events = std::mem::take(&mut state.events);
        self.read.notify_all();
        events
    }

    /// Takes all events, after waiting at most `limit` for the first.
    pub fn take_within(&self, limit: Duration) -> VecDeque<Event> {
        let mut state = self.state.lock();
        if state.events.is_empty() && !state.closed {
            self.written.wait_for(&mut state, limit);
        }
        let events = std::mem::take(&mut state.events);
        self.read.notify_all();
        events
    }

    /// Waits until the queue is half full, somebody calls [`Stream::wake`] or closes it, or `limit`
    /// is over. So a reader takes many events at once instead of fighting the writers for each.
    pub fn wait(&self, limit: Duration) {
        let mut state = self.state.lock();
        if state.events.len() < CAPACITY / 2 && !state.closed {
            self.written.wait_for(&mut state, limit);
        }
    }

    /// Ends the reader's wait: somebody wants to see what is there.
    pub fn wake(&self) {
        // With the lock, so that a reader that is about to wait cannot miss it.
        let _state = self.state.lock();
        self.written.notify_all();
    }

    /// Says that nobody reads any more: writers no longer wait for room.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.written.notify_all();
        self.read.notify_all();
    }

    /// Whether [`Stream::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.state.lock().closed
    }
}
