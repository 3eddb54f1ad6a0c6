//! Each line as it is printed, marked with the thread that printed it.
//!
//! For the prompt. While only `main` is about, its lines stand alone, as from a script; as soon as
//! another thread is, every line says whose it is. A line that is printed in parts goes on where it
//! is, until another thread prints: then that begins a line of its own. This turns events into text
//! and knows neither the terminal nor the session.

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

/// What events have become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text. Its last line may be open.
    pub text: String,
    /// The text begins in the line that was left open; should that have been ended meanwhile, a new
    /// line begins with this mark. Without one, the text begins a line.
    pub goes_on: Option<String>,
}

impl Shown {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.goes_on.is_none()
    }
}

impl From<&str> for Shown {
    /// Whole lines.
    fn from(text: &str) -> Self {
        Self {
            text: text.into(),
            goes_on: None,
        }
    }
}

/// What of all that happens is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Nothing: all is shown.
    Nothing,
    /// What is printed.
    Prints,
    /// Everything, failures too.
    Everything,
}

/// Turns events into lines for the learner.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    paint: Paint,
    /// Whether another thread than `main` is about.
    crowded: bool,
    hidden: Hidden,
    gutter: Gutter,
    /// The thread whose line is open.
    open: Option<u64>,
}

impl Live {
    /// A view in these colours.
    pub fn new(paint: Paint) -> Self {
        Self {
            paint,
            crowded: false,
            hidden: Hidden::Nothing,
            gutter: Gutter::Auto,
            open: None,
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

    /// What is not shown from now on.
    pub fn set_hidden(&mut self, hidden: Hidden) {
        self.hidden = hidden;
    }

    /// What is not shown.
    pub fn hidden(&self) -> Hidden {
        self.hidden
    }

    /// Appends whole lines, which are no script's.
    pub fn write_lines(&mut self, out: &mut Shown, lines: &str) {
        if self.open.take().is_some() && !out.is_empty() {
            out.text.push('\n');
        }
        out.text.push_str(lines);
    }

    /// Appends what a thread prints.
    fn print(&mut self, out: &mut Shown, event: &Event, text: &str, is_open: bool) {
        let is_marked = match self.gutter {
            Gutter::Auto => self.crowded,
            Gutter::On => true,
            Gutter::Off => false,
        };
        let number = event.thread.number;
        let mut mark = String::new();
        if is_marked {
            let label = format!("[{}]", event.thread.name);
            self.paint.write(&mut mark, Role::Thread(number), &label);
            mark.push(' ');
        }
        if self.open == Some(number) {
            if out.is_empty() {
                out.goes_on = Some(mark.clone());
            }
        } else {
            self.write_lines(out, &mark);
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                out.text.push('\n');
                out.text.push_str(&mark);
            }
            // What goes back to the beginning of a line does not write over its mark.
            for (index, part) in line.split('\r').enumerate() {
                if index > 0 {
                    out.text.push('\r');
                    out.text.push_str(&mark);
                }
                out.text.push_str(part);
            }
        }
        self.open = is_open.then_some(number);
        if !is_open {
            out.text.push('\n');
        }
    }

    /// Appends what is shown of an event. Of most kinds that is nothing.
    pub fn write(&mut self, out: &mut Shown, event: &Event) {
        self.crowded |= event.thread.number != MAIN;
        match &event.kind {
            _ if self.hidden == Hidden::Everything => {}
            Kind::Print { .. } | Kind::Note { .. } if self.hidden == Hidden::Prints => {}
            Kind::Print { text, is_open } => self.print(out, event, text, *is_open),
            Kind::Note { text } => match text.strip_suffix('\n') {
                Some(line) => self.print(out, event, line, false),
                None => self.print(out, event, text, true),
            },
            Kind::Failure { .. } | Kind::Warning { .. } => {
                if let Some(line) = failure_line(event) {
                    let line = self.paint.text(Role::Error, &line) + "\n";
                    self.write_lines(out, &line);
                }
            }
            Kind::Deadlock { threads } => {
                let mut lines = String::new();
                deadlock::write(&mut lines, threads, None, self.paint);
                if threads.iter().all(|thread| thread.thread.number != MAIN) {
                    lines.push_str("note: Ctrl-C on an empty line stops them\n");
                }
                self.write_lines(out, &lines);
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
        let is_open = text.ends_with('~');
        let text = text.trim_end_matches('~').into();
        event(number, name, Kind::Print { text, is_open })
    }

    fn check(crowded: bool, events: &[Event], expected: &str) {
        let mut live = Live::new(Paint::Plain);
        live.begin_input(crowded);
        let mut out = Shown::default();
        for event in events {
            live.write(&mut out, event);
        }
        assert_eq!(out, Shown::from(expected));
    }

    #[test]
    fn a_line_in_parts_goes_on_until_another_thread_prints() {
        let events = [
            print(1, "main", "a~"),
            print(1, "main", "b\nc~"),
            print(2, "T", "1~"),
            print(2, "T", "2"),
            print(1, "main", "d~"),
            print(1, "main", "50%\r60%~"),
        ];
        check(false, &events, "ab\nc\n[T] 12\n[main] d50%\r[main] 60%");
        let failed = Kind::Failure {
            message: "oh".into(),
        };
        let events = [print(2, "T", "a~"), event(2, "T", failed)];
        let shown = "[T] a\nException in thread T: oh (line 2, column 5)\n";
        check(true, &events, shown);
    }

    #[test]
    fn what_goes_on_in_the_next_round_says_how_it_would_begin_a_line() {
        let mut live = Live::new(Paint::Plain);
        live.begin_input(true);
        live.write(&mut Shown::default(), &print(2, "T", "a~"));
        let mut out = Shown::default();
        live.write(&mut out, &print(2, "T", "b"));
        assert_eq!(out.text, "b\n");
        assert_eq!(out.goes_on.as_deref(), Some("[T] "));
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
            let mut out = Shown::default();
            live.write(&mut out, &print(1, "main", "a"));
            assert_eq!(out.text, expected);
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
