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
    /// Whether the reader waits for the first event.
    is_idle: bool,
    /// Whether somebody wants to see what is there, and the reader has not come yet.
    is_wanted: bool,
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
        // The reader looks a few milliseconds after the first line; waking it for every line would
        // cost more than the line.
        if std::mem::take(&mut state.is_idle) || state.events.len() == CAPACITY / 2 {
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

    /// Waits for an event, and then for more to come with it: until the queue is half full, or
    /// `delay` is over. So a reader takes many events at once instead of fighting the writers for
    /// each, and sleeps while there are none. Ends at once when somebody calls [`Stream::wake`] or
    /// closes the queue.
    pub fn wait(&self, delay: Duration) {
        let mut state = self.state.lock();
        while state.events.is_empty() && !state.is_wanted && !state.closed {
            state.is_idle = true;
            self.written.wait(&mut state);
        }
        state.is_idle = false;
        if state.events.len() < CAPACITY / 2 && !state.is_wanted && !state.closed {
            self.written.wait_for(&mut state, delay);
        }
        state.is_wanted = false;
    }

    /// Ends the reader's wait, this one or the next: somebody wants to see what is there.
    pub fn wake(&self) {
        self.state.lock().is_wanted = true;
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
