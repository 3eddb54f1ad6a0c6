//! The terminal that the prompt, the script's threads and the learner share.
//!
//! While nobody types, text goes to the terminal at once. While the learner types, it must appear
//! above the prompt and leave the half-typed line intact, and only the line editor knows where on
//! the screen that line stands. So text waits in the screen, a [`Bell`] makes the editor draw its
//! line anew, and whenever it does, for this or any other reason, it puts what waits before its
//! prompt: [`Screen::before_prompt`]. A line that is still open then stands in the row above the
//! prompt, and is drawn there anew when it goes on.
//!
//! Rustyline's external printer could carry the text itself. But a text that it takes in the moment
//! in which the learner presses Enter stays in its channel until the *next* prompt, behind all that
//! the input prints, and a second one blocks its writer as long. As a bell it has nothing to lose.
//!
//! This file knows neither rustyline nor events.

use std::borrow::Cow;
use std::io::{self, Write};

use parking_lot::{Condvar, Mutex};
use unicode_width::UnicodeWidthStr;

use super::recorder::{Recorder, without_colours};
use crate::view::live::Shown;
use crate::view::wrap::{cut, visible};

/// How much text may wait for the editor before its writers wait too, in bytes.
const ENOUGH: usize = 1 << 16;

/// How long an open line may be before what was written over is forgotten, in bytes.
const LONG: usize = 1 << 12;

/// Asks the line editor to draw its line anew. Must not block.
pub(super) type Bell = Box<dyn Fn() + Send + Sync>;

/// The shared terminal.
pub(super) struct Screen {
    state: Mutex<State>,
    drawn: Condvar,
    bell: Option<Bell>,
}

struct State {
    out: Box<dyn Write + Send>,
    /// Whether the learner is typing.
    typing: bool,
    /// What waits for the editor; whole lines. Invariant: empty unless the learner is typing.
    waiting: String,
    /// The line that is open, in which the cursor stands unless the learner is typing.
    tail: String,
    /// What stands of it in the row above the prompt. Invariant: nothing unless the learner is typing.
    above: Option<String>,
    /// Whole lines that stay below all others, until they are taken away.
    foot: String,
    /// Nothing is drawn while a line is being typed, so that nothing is drawn twice.
    is_patient: bool,
    /// A transcript that is written.
    recorder: Option<Recorder>,
}

impl State {
    /// What is to be written behind the open line.
    fn behind_tail<'s>(&self, shown: &'s Shown) -> Cow<'s, str> {
        match (&shown.goes_on, self.tail.is_empty()) {
            (None, false) => Cow::Owned(format!("\n{}", shown.text)),
            (Some(mark), true) => Cow::Owned(format!("{mark}{}", shown.text)),
            (None, true) | (Some(_), false) => Cow::Borrowed(&shown.text),
        }
    }

    /// Takes a text in behind the open line; gives the whole lines that there are then.
    fn advance(&mut self, text: &str) -> String {
        self.tail.push_str(text);
        let lines = match self.tail.rfind('\n') {
            Some(end) => self.tail.drain(..=end).collect(),
            None => String::new(),
        };
        // A line that is written over and over has no end.
        if self.tail.len() > LONG
            && let Some(end) = self.tail.rfind('\r')
        {
            self.tail.drain(..=end);
        }
        lines
    }

    /// Shows a text, above the foot.
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.erase_foot()?;
        self.out.write_all(text.as_bytes())?;
        self.advance(text);
        self.draw_foot()
    }

    /// Goes from below the foot to the end of what is above it.
    fn erase_foot(&mut self) -> io::Result<()> {
        let rows = self.foot.lines().count();
        if rows > 0 {
            let rows = rows + usize::from(!self.tail.is_empty());
            write!(self.out, "\x1b[{rows}A\r\x1b[J{}", self.tail)?;
        }
        Ok(())
    }

    fn draw_foot(&mut self) -> io::Result<()> {
        if !self.foot.is_empty() && !self.tail.is_empty() {
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(self.foot.as_bytes())?;
        self.out.flush()
    }
}

impl Screen {
    /// A screen that shows its text on `out`. Without a bell, text appears in the middle of what is
    /// being typed; a simple terminal can do no better.
    pub(super) fn new(out: Box<dyn Write + Send>, bell: Option<Bell>) -> Self {
        let state = State {
            out,
            typing: false,
            waiting: String::new(),
            tail: String::new(),
            above: None,
            foot: String::new(),
            is_patient: false,
            recorder: None,
        };
        Self {
            state: Mutex::new(state),
            drawn: Condvar::new(),
            bell,
        }
    }

    /// Shows whole lines. Blocks as [`Screen::print`].
    pub(super) fn show(&self, lines: &str) -> io::Result<()> {
        match lines.is_empty() {
            true => Ok(()),
            false => self.print(&lines.into()),
        }
    }

    /// Shows what the script prints. Blocks while much waits for an editor that does not draw, and as
    /// the terminal does.
    pub(super) fn print(&self, shown: &Shown) -> io::Result<()> {
        let mut state = self.state.lock();
        if shown.text.is_empty() {
            return Ok(());
        }
        let text = state.behind_tail(shown);
        if let Some(recorder) = &mut state.recorder {
            recorder.shown(&text);
        }
        if let (true, Some(bell)) = (state.typing, &self.bell) {
            let lines = state.advance(&text);
            state.waiting.push_str(&lines);
            if !state.is_patient {
                bell();
            }
            while state.typing && state.waiting.len() > ENOUGH {
                self.drawn.wait(&mut state);
            }
            return Ok(());
        }
        state.write(&text)
    }

    /// Shows whole lines as soon as it can be, even where output waits for the line that is being typed:
    /// for what the user has asked for elsewhere. Blocks as [`Screen::print`].
    pub(super) fn show_at_once(&self, lines: &str) -> io::Result<()> {
        self.show(lines)?;
        let state = self.state.lock();
        if let (true, true, Some(bell)) = (state.typing, state.is_patient, &self.bell) {
            bell();
        }
        Ok(())
    }

    /// Sets whether output waits until the line that is being typed is complete.
    pub(super) fn set_patient(&self, is_patient: bool) {
        self.state.lock().is_patient = is_patient;
    }

    /// Shows whole lines below all others, in place of those of the last call. None takes them away.
    /// Not while a line is being typed.
    pub(super) fn set_foot(&self, lines: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        state.erase_foot()?;
        state.foot = lines.to_string();
        state.draw_foot()
    }

    /// Writes a transcript of what is shown, or ends it. Returns whether one was written before.
    pub(super) fn record(&self, recorder: Option<Recorder>) -> bool {
        let mut state = self.state.lock();
        std::mem::replace(&mut state.recorder, recorder).is_some()
    }

    /// Takes an input into the transcript.
    pub(super) fn record_input(&self, text: &str) {
        if let Some(recorder) = &mut self.state.lock().recorder {
            recorder.input(text);
        }
    }

    /// Shows whole lines while a line is being typed, from the editor's own thread. Never blocks.
    pub(super) fn note(&self, lines: &str) {
        let mut state = self.state.lock();
        if let (true, Some(bell)) = (state.typing, &self.bell) {
            state.waiting.push_str(lines);
            bell();
        }
    }

    /// The open line was ended by what was typed into it for the script.
    pub(super) fn line_has_ended(&self) {
        self.state.lock().tail.clear();
    }

    /// The learner begins to type, on a line of its own.
    pub(super) fn begin_typing(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.typing = true;
        if !state.tail.is_empty() {
            state.above = Some(visible(&state.tail));
            state.out.write_all(b"\n")?;
            state.out.flush()?;
        }
        Ok(())
    }

    /// The learner has ended to type, and the cursor stands on a line of its own.
    pub(super) fn end_typing(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.typing = false;
        let mut waiting = std::mem::take(&mut state.waiting);
        self.drawn.notify_all();
        let tail = std::mem::take(&mut state.tail);
        if state.above.take() != Some(visible(&tail)) {
            waiting += &tail;
        }
        match waiting.is_empty() {
            true => Ok(()),
            false => state.write(&waiting),
        }
    }

    /// What the editor has to draw before its prompt, on a terminal of so many columns: whole lines,
    /// each handed out once, and the row above the prompt when it has changed.
    pub(super) fn before_prompt(&self, columns: usize) -> String {
        let mut state = self.state.lock();
        let waiting = std::mem::take(&mut state.waiting);
        let above = (!state.tail.is_empty()).then(|| visible(&state.tail));
        let mut text = String::new();
        if !waiting.is_empty() || above != state.above {
            if state.above.is_some() {
                text += "\x1b[A\x1b[2K";
            }
            text += &waiting;
            if let Some(above) = &above {
                let plain = without_colours(above);
                let is_narrow = plain.width() < columns;
                text += &(if is_narrow {
                    above.clone()
                } else {
                    cut(&plain, columns - 1)
                });
                text.push('\n');
            }
            state.above = above;
        }
        drop(state);
        self.drawn.notify_all();
        text
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Something to write to and look at.
    #[derive(Clone, Default)]
    pub(in crate::front::repl) struct Page(Arc<Mutex<Vec<u8>>>);

    impl Page {
        /// What was written since the last look.
        pub(in crate::front::repl) fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut self.0.lock())).unwrap()
        }
    }

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nothing_that_is_printed_while_typing_is_lost_or_late() {
        let page = Page::default();
        let rings = Arc::new(AtomicUsize::new(0));
        let rung = rings.clone();
        let bell: Bell = Box::new(move || {
            rung.fetch_add(1, Ordering::Relaxed);
        });
        let screen = Screen::new(Box::new(page.clone()), Some(bell));
        screen.show("a\n").unwrap();
        assert_eq!(page.take(), "a\n");

        screen.begin_typing().unwrap();
        screen.show("b\n").unwrap();
        screen.show("c\n").unwrap();
        assert_eq!(page.take(), "");
        assert_eq!(rings.load(Ordering::Relaxed), 2);
        assert_eq!(screen.before_prompt(80), "b\nc\n");
        assert_eq!(screen.before_prompt(80), "");

        // The editor did not draw again before Enter.
        screen.show("d\n").unwrap();
        screen.end_typing().unwrap();
        screen.show("e\n").unwrap();
        assert_eq!(page.take(), "d\ne\n");
    }

    #[test]
    fn without_a_bell_text_appears_at_once() {
        let page = Page::default();
        let screen = Screen::new(Box::new(page.clone()), None);
        screen.begin_typing().unwrap();
        screen.show("a\n").unwrap();
        assert_eq!(page.take(), "a\n");
    }

    #[test]
    fn output_waits_for_the_line_unless_it_was_asked_for() {
        let rings = Arc::new(AtomicUsize::new(0));
        let rung = rings.clone();
        let bell: Bell = Box::new(move || {
            rung.fetch_add(1, Ordering::Relaxed);
        });
        let page = Page::default();
        let screen = Screen::new(Box::new(page.clone()), Some(bell));
        screen.set_patient(true);
        screen.begin_typing().unwrap();
        screen.show("a\n").unwrap();
        assert_eq!(rings.load(Ordering::Relaxed), 0);
        screen.show_at_once("b\n").unwrap();
        assert_eq!(rings.load(Ordering::Relaxed), 1);
        assert_eq!(screen.before_prompt(80), "a\nb\n");
        screen.end_typing().unwrap();
        screen.show_at_once("c\n").unwrap();
        assert_eq!(page.take(), "c\n");
        assert_eq!(rings.load(Ordering::Relaxed), 1, "nobody types");
    }

    #[test]
    fn an_open_line_stands_above_the_prompt_and_ends_with_it() {
        let part = |text: &str| Shown {
            text: text.into(),
            goes_on: Some("[T] ".into()),
        };
        let page = Page::default();
        let screen = Screen::new(Box::new(page.clone()), Some(Box::new(|| {})));
        screen.print(&"[T] 1%".into()).unwrap();
        screen.print(&part("\r[T] 2%")).unwrap();
        screen.begin_typing().unwrap();
        assert_eq!(page.take(), "[T] 1%\r[T] 2%\n");
        assert_eq!(screen.before_prompt(80), "", "it is there already");
        screen.print(&part("\r[T] 30%")).unwrap();
        assert_eq!(screen.before_prompt(80), "\x1b[A\x1b[2K[T] 30%\n");
        assert_eq!(screen.before_prompt(6), "");
        screen.print(&part("\r[T] 45%")).unwrap();
        assert_eq!(screen.before_prompt(7).lines().count(), 1);
        screen.print(&part("!\n[T] 5")).unwrap();
        assert_eq!(
            screen.before_prompt(80),
            "\x1b[A\x1b[2K[T] 1%\r[T] 2%\r[T] 30%\r[T] 45%!\n[T] 5\n"
        );
        screen.end_typing().unwrap();
        screen.print(&part("6\n")).unwrap();
        screen.show("> \n").unwrap();
        assert_eq!(page.take(), "[T] 6\n> \n");
    }

    #[test]
    fn whole_lines_end_an_open_line_and_stand_above_the_foot() {
        let page = Page::default();
        let screen = Screen::new(Box::new(page.clone()), None);
        screen.print(&"a".into()).unwrap();
        screen.show("b\n").unwrap();
        assert_eq!(page.take(), "a\nb\n");
        screen.set_foot("foot\n").unwrap();
        screen.print(&"c".into()).unwrap();
        screen.set_foot("").unwrap();
        assert_eq!(
            page.take(),
            "foot\n\x1b[1A\r\x1b[Jc\nfoot\n\x1b[2A\r\x1b[Jc"
        );
    }
}
