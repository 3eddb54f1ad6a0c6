//! The one queue of a session's events, in causal order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::{Event, Kind, Thread};
use crate::pos::Pos;

/// How many events may wait to be read before a writer waits for the reader.
const CAPACITY: usize = 1 << 16;

/// How many bytes of printed text may wait to be read before a writer waits for the reader.
const MOST_BYTES: usize = 1 << 25;

/// From so many printed lines on that wait to be shown, they are a flood.
const FLOOD: usize = 500;

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    /// How long what was printed in them is, in bytes.
    bytes: usize,
    sequence: u64,
    /// How many of the events that the reader has taken it has still to show.
    unshown: usize,
    /// How many printed lines were dropped, while they are.
    dropped: Option<u64>,
    closed: bool,
    /// Whether writers go on although there is no room.
    hurrying: bool,
    /// Whether the reader waits for the first event.
    is_idle: bool,
    /// Whether the reader was woken by [`Stream::wake`] and has not come yet.
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

impl State {
    fn is_full(&self) -> bool {
        self.events.len() >= CAPACITY || self.bytes >= MOST_BYTES
    }

    fn take(&mut self) -> VecDeque<Event> {
        self.bytes = 0;
        std::mem::take(&mut self.events)
    }
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
        if let (Some(dropped), Kind::Print { .. } | Kind::Note { .. }) = (&mut state.dropped, &kind)
        {
            *dropped += 1;
            return;
        }
        while state.is_full() && !state.closed && !state.hurrying {
            self.written.notify_one();
            self.read.wait(&mut state);
        }
        if let Kind::Print { text, .. } | Kind::Note { text } = &kind {
            state.bytes += text.len();
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

    /// Drops what is printed, now and until [`Stream::end_dropping`], if very much waits to be shown:
    /// a user who stops a flood does not want to see the rest of it.
    pub fn drop_flood(&self) {
        let mut state = self.state.lock();
        if state.dropped.is_some() || state.events.len() + state.unshown < FLOOD {
            return;
        }
        let before = state.events.len();
        (state.events)
            .retain(|event| !matches!(event.kind, Kind::Print { .. } | Kind::Note { .. }));
        state.dropped = Some((before - state.events.len()) as u64);
        state.bytes = 0;
        self.read.notify_all();
    }

    /// For the reader, before it shows each of the events that it has taken: so many are left. Says
    /// whether printed lines among them are to be dropped.
    pub fn is_dropping(&self, unshown: usize) -> bool {
        let mut state = self.state.lock();
        state.unshown = unshown;
        state.dropped.is_some()
    }

    /// For the reader: it has dropped so many lines.
    pub fn has_dropped(&self, lines: u64) {
        if let Some(dropped) = &mut self.state.lock().dropped {
            *dropped += lines;
        }
    }

    /// Drops nothing from now on. Returns how many lines were dropped.
    pub fn end_dropping(&self) -> u64 {
        self.state.lock().dropped.take().unwrap_or(0)
    }

    /// Takes all events that are there. Never waits.
    pub fn take(&self) -> VecDeque<Event> {
        let mut state = self.state.lock();
        let events = state.take();
        self.read.notify_all();
        events
    }

    /// Takes all events, after waiting at most `limit` for the first.
    pub fn take_within(&self, limit: Duration) -> VecDeque<Event> {
        let mut state = self.state.lock();
        if state.events.is_empty() && !state.closed {
            self.written.wait_for(&mut state, limit);
        }
        let events = state.take();
        self.read.notify_all();
        events
    }

    /// Waits for an event, and then for more to come with it: until the queue is half full, or
    /// `delay` is over. So a reader takes many events at once instead of fighting the writers for
    /// each, and sleeps while there are none. Ends at once on [`Stream::wake`] and when the queue is
    /// closed.
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

    /// Ends the reader's wait, this one or the next, so that it takes what is there.
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
