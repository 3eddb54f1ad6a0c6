//! The thread of the host that shows events as they happen.
//!
//! It looks at the session's stream 5 ms after the first event, or when that is half full, and hands
//! what it finds to a [`Sink`]: one for scripts, whose output is for programs too, and one for the prompt. It
//! knows nothing of the session but its stream.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::event::{Event, Stream};

/// How long an event may stay unseen.
const TICK: Duration = Duration::from_millis(5);

/// Where events go.
pub(super) trait Sink: Send + 'static {
    /// Takes some events, in order, and shows them. May block as its output does. An error means
    /// that nothing can be shown any more.
    fn show(&mut self, events: VecDeque<Event>) -> io::Result<()>;
}

/// The handle of the thread. Dropping it leaves the thread running; [`Printer::finish`] ends it.
pub(super) struct Printer {
    stream: Arc<Stream>,
    shared: Arc<Shared>,
    thread: JoinHandle<io::Result<()>>,
}

#[derive(Default)]
struct Shared {
    rounds: Mutex<Rounds>,
    shown: Condvar,
}

#[derive(Default)]
struct Rounds {
    /// How often [`Printer::catch_up`] was called.
    asked: u64,
    /// The last of these that was answered.
    answered: u64,
    /// Nobody looks any more.
    ended: bool,
}

impl Printer {
    /// Starts to show what `stream` brings. When the sink fails, the stream is closed, so that
    /// nobody waits for a reader, and `on_failure` is called once, on the printer's thread.
    pub(super) fn start(
        stream: Arc<Stream>,
        sink: impl Sink,
        on_failure: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = std::thread::Builder::new().name("printer".into()).spawn({
            let (stream, shared) = (stream.clone(), shared.clone());
            move || {
                let result = pump(&stream, &shared, sink);
                shared.rounds.lock().ended = true;
                shared.shown.notify_all();
                if result.is_err() {
                    stream.close();
                    on_failure();
                }
                result
            }
        })?;
        Ok(Self {
            stream,
            shared,
            thread,
        })
    }

    /// Waits until everything that is in the stream now has been shown.
    pub(super) fn catch_up(&self) {
        let mut rounds = self.shared.rounds.lock();
        rounds.asked += 1;
        let mine = rounds.asked;
        parking_lot::MutexGuard::unlocked(&mut rounds, || self.stream.wake());
        while rounds.answered < mine && !rounds.ended {
            self.shared.shown.wait(&mut rounds);
        }
    }

    /// Drops what a flood has printed, until [`Printer::end_dropping`].
    pub(super) fn drop_flood(&self) {
        self.stream.drop_flood();
    }

    /// Returns how many lines were dropped; none are from now on.
    pub(super) fn end_dropping(&self) -> u64 {
        self.stream.end_dropping()
    }

    /// Shows what is left, closes the stream and ends the thread. The error is the sink's.
    pub(super) fn finish(self) -> io::Result<()> {
        self.stream.close();
        self.thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the printer has failed")))
    }
}

fn pump(stream: &Stream, shared: &Shared, mut sink: impl Sink) -> io::Result<()> {
    loop {
        // Both are read before the stream is: a later question is answered in the next round.
        let closed = stream.is_closed();
        let asked = shared.rounds.lock().asked;
        let events = stream.take();
        let idle = events.is_empty();
        if !idle {
            sink.show(events)?;
        }
        let mut rounds = shared.rounds.lock();
        rounds.answered = asked;
        let waiting = rounds.asked != asked;
        drop(rounds);
        shared.shown.notify_all();
        if closed && idle {
            return Ok(());
        }
        if !waiting && !closed {
            stream.wait(TICK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Kind, Thread};
    use crate::pos::Pos;

    struct Lines(Arc<Mutex<Vec<String>>>);

    impl Sink for Lines {
        fn show(&mut self, events: VecDeque<Event>) -> io::Result<()> {
            for event in events {
                match event.kind {
                    Kind::Print { text, .. } if text == "break" => {
                        return Err(io::ErrorKind::BrokenPipe.into());
                    }
                    Kind::Print { text, .. } => self.0.lock().push(text),
                    _ => {}
                }
            }
            Ok(())
        }
    }

    fn push(stream: &Stream, text: &str) {
        let thread = Thread {
            number: 1,
            name: "main".into(),
        };
        let (text, is_open) = (text.into(), false);
        stream.push(0.0, thread, Pos::NONE, Kind::Print { text, is_open });
    }

    #[test]
    fn catching_up_shows_all_that_is_there_and_finishing_the_rest() {
        let stream = Arc::new(Stream::new());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let printer = Printer::start(stream.clone(), Lines(lines.clone()), || {}).unwrap();
        for round in 0..100 {
            push(&stream, &round.to_string());
            printer.catch_up();
            assert_eq!(lines.lock().len(), round + 1);
        }
        push(&stream, "last");
        printer.finish().unwrap();
        assert_eq!(lines.lock().last().map(String::as_str), Some("last"));
    }

    #[test]
    fn many_lines_arrive_complete_and_in_order() {
        let stream = Arc::new(Stream::new());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let printer = Printer::start(stream.clone(), Lines(lines.clone()), || {}).unwrap();
        for number in 0..200_000 {
            push(&stream, &number.to_string());
        }
        printer.finish().unwrap();
        let lines = lines.lock();
        assert_eq!(lines.len(), 200_000);
        assert!(
            lines
                .iter()
                .enumerate()
                .all(|(number, line)| *line == number.to_string())
        );
    }

    #[test]
    fn a_failing_sink_frees_the_writers_and_says_so() {
        let stream = Arc::new(Stream::new());
        let (sender, receiver) = std::sync::mpsc::channel();
        let told = move || sender.send(()).unwrap();
        let printer = Printer::start(stream.clone(), Lines(Arc::default()), told).unwrap();
        push(&stream, "break");
        receiver.recv().unwrap();
        assert!(stream.is_closed());
        printer.catch_up();
        assert!(printer.finish().is_err());
    }
}
