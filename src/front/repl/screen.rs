//! The terminal that the prompt, the script's threads and the learner share.
//!
//! While nobody types, text goes to the terminal at once. While the learner types, it must appear
//! above the prompt and leave the half-typed line intact, and only the line editor knows where on
//! the screen that line stands. So text waits in the screen, a [`Bell`] makes the editor draw its
//! line anew, and whenever it does, for this or any other reason, it puts what waits before its
//! prompt: [`Screen::before_prompt`].
//!
//! Rustyline's external printer could carry the text itself. But a text that it takes in the moment
//! in which the learner presses Enter stays in its channel until the *next* prompt, behind all that
//! the input prints, and a second one blocks its writer as long. As a bell it has nothing to lose.
//!
//! This file knows neither rustyline nor events.

use std::io::{self, Write};

use parking_lot::{Condvar, Mutex};

use super::recorder::Recorder;

/// How much text may wait for the editor before its writers wait too, in bytes.
const ENOUGH: usize = 1 << 16;

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
    /// Whole lines that stay below all others, until they are taken away.
    foot: String,
    /// Nothing is drawn while somebody types, so that nothing is drawn twice.
    is_patient: bool,
    /// A transcript that is written.
    recorder: Option<Recorder>,
}

impl State {
    /// Shows whole lines, above the foot.
    fn write(&mut self, lines: &str) -> io::Result<()> {
        if let Some(recorder) = &mut self.recorder {
            recorder.shown(lines);
        }
        let foot = self.foot.lines().count();
        if foot > 0 {
            // To the first line of the foot; what is below goes.
            write!(self.out, "\x1b[{foot}A\r\x1b[J")?;
        }
        self.out.write_all(lines.as_bytes())?;
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

    /// Shows whole lines. Blocks while much waits for an editor that does not draw, and as the
    /// terminal does.
    pub(super) fn show(&self, lines: &str) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut state = self.state.lock();
        if let (true, Some(bell)) = (state.typing, &self.bell) {
            state.waiting.push_str(lines);
            if state.is_patient {
                return Ok(());
            }
            bell();
            while state.typing && state.waiting.len() > ENOUGH {
                self.drawn.wait(&mut state);
            }
            return Ok(());
        }
        state.write(lines)
    }

    /// Whether what is shown while somebody types waits until the line is complete.
    pub(super) fn set_patient(&self, is_patient: bool) {
        self.state.lock().is_patient = is_patient;
    }

    /// Shows whole lines below all others, in place of those of the last call. None takes them away.
    /// Nobody may be typing.
    pub(super) fn set_foot(&self, lines: &str) -> io::Result<()> {
        let mut state = self.state.lock();
        let before = state.foot.lines().count();
        if before > 0 {
            write!(state.out, "\x1b[{before}A\r\x1b[J")?;
        }
        state.foot = lines.to_string();
        state.out.write_all(lines.as_bytes())?;
        state.out.flush()
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

    /// Shows whole lines while somebody types, from the editor's own thread. Never blocks.
    pub(super) fn note(&self, lines: &str) {
        let mut state = self.state.lock();
        if let (true, Some(bell)) = (state.typing, &self.bell) {
            state.waiting.push_str(lines);
            bell();
        }
    }

    /// The learner begins to type.
    pub(super) fn begin_typing(&self) {
        self.state.lock().typing = true;
    }

    /// The learner has ended to type, and the cursor stands on a line of its own.
    pub(super) fn end_typing(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.typing = false;
        let waiting = std::mem::take(&mut state.waiting);
        self.drawn.notify_all();
        match waiting.is_empty() {
            true => Ok(()),
            false => state.write(&waiting),
        }
    }

    /// What the editor has to draw before its prompt: whole lines, each handed out once.
    pub(super) fn before_prompt(&self) -> String {
        let mut state = self.state.lock();
        let waiting = std::mem::take(&mut state.waiting);
        if let (Some(recorder), false) = (&mut state.recorder, waiting.is_empty()) {
            recorder.shown(&waiting);
        }
        drop(state);
        self.drawn.notify_all();
        waiting
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

        screen.begin_typing();
        screen.show("b\n").unwrap();
        screen.show("c\n").unwrap();
        assert_eq!(page.take(), "");
        assert_eq!(rings.load(Ordering::Relaxed), 2);
        assert_eq!(screen.before_prompt(), "b\nc\n");
        assert_eq!(screen.before_prompt(), "");

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
        screen.begin_typing();
        screen.show("a\n").unwrap();
        assert_eq!(page.take(), "a\n");
    }
}
