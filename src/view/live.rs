//! Each line as it is printed, marked with the thread that printed it.
//!
//! For the prompt. While only `main` is about, its lines stand alone, as from a script; as soon as
//! another thread is, every line says whose it is. This turns events into text and knows neither
//! the terminal nor the session.

use super::deadlock;
use super::paint::{Paint, Role};
use crate::event::{Event, Kind};

/// The thread number of `main`.
const MAIN: u64 = 1;

/// When a line says which thread printed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gutter {
    /// As soon as another thread than `main` is about.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// Turns events into lines for the learner.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    paint: Paint,
    /// Whether another thread than `main` is about.
    crowded: bool,
    /// What is printed is not shown.
    muted: bool,
    gutter: Gutter,
}

impl Live {
    /// A view in these colours.
    pub fn new(paint: Paint) -> Self {
        Self {
            paint,
            crowded: false,
            muted: false,
            gutter: Gutter::Auto,
        }
    }

    /// A new input begins; `crowded` when threads of earlier ones still run.
    pub fn begin_input(&mut self, crowded: bool) {
        self.crowded = crowded;
    }

    /// When lines say which thread printed them, from now on.
    pub fn set_gutter(&mut self, gutter: Gutter) {
        self.gutter = gutter;
    }

    /// The colours from now on.
    pub fn set_paint(&mut self, paint: Paint) {
        self.paint = paint;
    }

    /// The colours.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    /// Whether to leave out what the script prints from now on.
    pub fn set_muted(&mut self, muted: bool) {
        self.muted = muted;
    }

    /// Appends the lines for an event to `out`, each with its line end. Most kinds have none.
    pub fn write(&mut self, out: &mut String, event: &Event) {
        self.crowded |= event.thread.number != MAIN;
        match &event.kind {
            Kind::Print { .. } if self.muted => {}
            Kind::Print { text } => {
                let is_marked = match self.gutter {
                    Gutter::Auto => self.crowded,
                    Gutter::On => true,
                    Gutter::Off => false,
                };
                for line in text.split('\n') {
                    if is_marked {
                        let label = format!("[{}]", event.thread.name);
                        self.paint
                            .write(out, Role::Thread(event.thread.number), &label);
                        out.push(' ');
                    }
                    out.push_str(line);
                    out.push('\n');
                }
            }
            Kind::Failure { .. } | Kind::Warning { .. } => {
                if let Some(line) = failure_line(event) {
                    self.paint.write(out, Role::Error, &line);
                    out.push('\n');
                }
            }
            Kind::Deadlock { threads } => {
                deadlock::write(out, threads, None, self.paint);
                if threads.iter().all(|thread| thread.thread.number != MAIN) {
                    out.push_str("note: Ctrl-C on an empty line stops them\n");
                }
            }
            _ => {}
        }
    }
}

/// What is said in one line of a thread that failed, of a callback that failed in it, or of what it
/// has forgotten; `None` for other events. The failure of `main` is drawn with its line, by fronts.
pub fn failure_line(event: &Event) -> Option<String> {
    let name = &event.thread.name;
    let line = match &event.kind {
        Kind::Failure { message } => format!("Exception in thread {name}: {message}"),
        Kind::Warning { message } => format!("warning: in {name}: {message}"),
        _ => return None,
    };
    Some(if event.pos.is_none() {
        line
    } else {
        format!("{line} ({})", event.pos)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Thread;
    use crate::pos::Pos;

    fn event(number: u64, name: &str, kind: Kind) -> Event {
        let thread = Thread {
            number,
            name: name.into(),
        };
        Event {
            sequence: 1,
            seconds: 0.0,
            thread,
            pos: Pos::new(2, 5),
            kind,
        }
    }

    fn print(number: u64, name: &str, text: &str) -> Event {
        event(number, name, Kind::Print { text: text.into() })
    }

    fn check(crowded: bool, events: &[Event], expected: &str) {
        let mut live = Live::new(Paint::Plain);
        live.begin_input(crowded);
        let mut out = String::new();
        for event in events {
            live.write(&mut out, event);
        }
        assert_eq!(out, expected);
    }

    #[test]
    fn main_alone_is_not_marked() {
        check(false, &[print(1, "main", "a\nb")], "a\nb\n");
    }

    #[test]
    fn with_another_thread_about_every_line_is_marked() {
        let events = [
            print(1, "main", "a"),
            print(2, "T", "b\nc"),
            print(1, "main", "d"),
        ];
        check(false, &events, "a\n[T] b\n[T] c\n[main] d\n");
        check(true, &events[..1], "[main] a\n");
    }

    #[test]
    fn the_marks_can_be_turned_on_and_off() {
        for (gutter, expected) in [(Gutter::On, "[main] a\n"), (Gutter::Off, "a\n")] {
            let mut live = Live::new(Paint::Plain);
            live.set_gutter(gutter);
            live.begin_input(gutter == Gutter::Off);
            let mut out = String::new();
            live.write(&mut out, &print(1, "main", "a"));
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn a_failed_thread_says_where() {
        let failed = |number| {
            event(
                number,
                "T",
                Kind::Failure {
                    message: "oh".into(),
                },
            )
        };
        check(
            false,
            &[failed(2)],
            "Exception in thread T: oh (line 2, column 5)\n",
        );
        check(
            false,
            &[failed(1)],
            "Exception in thread T: oh (line 2, column 5)\n",
        );
        check(false, &[event(2, "T", Kind::Start)], "");
    }
}
