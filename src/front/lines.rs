//! The lines of standard input that a script asks for with `input`.
//!
//! Who asks never waits for long: whether something is there is looked up before it is read, so that
//! other threads of the script go on, Ctrl-C is obeyed, and a line that is typed after that belongs to
//! the prompt. What was read beyond a line is kept for the next question; a terminal hands out one line
//! at a time.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::session::{Line, LineSource};

/// How much is read at once, in bytes.
const BLOCK: usize = 1 << 12;

/// Standard input, line by line.
#[derive(Default)]
pub(super) struct StandardInput {
    /// What was read and not given out.
    rest: Vec<u8>,
    has_ended: bool,
    /// Of a terminal in which another one reads, too.
    shared: Option<SharedTerminal>,
}

struct SharedTerminal {
    /// Whether the next line is the script's.
    is_ours: Arc<AtomicBool>,
    /// Called when a line was typed, which has ended the line on the screen.
    has_read: Box<dyn Fn() + Send>,
}

impl StandardInput {
    /// A terminal, whose lines are the script's while this is set.
    pub(super) fn while_set(
        is_ours: Arc<AtomicBool>,
        has_read: impl Fn() + Send + 'static,
    ) -> Self {
        Self {
            shared: Some(SharedTerminal {
                is_ours,
                has_read: Box::new(has_read),
            }),
            ..Self::default()
        }
    }

    /// The next line of what was read; at the end of the input also one that has no end.
    fn take_line(&mut self) -> Option<Line> {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let mut line: Vec<u8> = match end {
            Some(end) => self.rest.drain(..=end).collect(),
            None if self.has_ended && !self.rest.is_empty() => std::mem::take(&mut self.rest),
            None => return self.has_ended.then_some(Line::End),
        };
        while matches!(line.last(), Some(b'\n' | b'\r')) {
            line.pop();
        }
        Some(Line::Here(String::from_utf8_lossy(&line).into_owned()))
    }
}

impl LineSource for StandardInput {
    fn next(&mut self, patience: Duration) -> Line {
        let is_ours = |shared: &SharedTerminal| shared.is_ours.load(Ordering::SeqCst);
        if !self.shared.as_ref().is_none_or(is_ours) {
            return Line::Busy;
        }
        if let Some(line) = self.take_line() {
            return line;
        }
        // Elsewhere reading has to wait.
        if cfg!(unix) && !has_input(patience) {
            return Line::NotYet;
        }
        let mut block = [0; BLOCK];
        let count = read(&mut block);
        if let Some(shared) = &self.shared {
            (shared.has_read)();
        }
        match count {
            // At the prompt, Ctrl-D ends one question.
            Some(0) if self.shared.is_some() => return Line::End,
            Some(0) | None => self.has_ended = true,
            Some(count) => self.rest.extend_from_slice(&block[..count]),
        }
        self.take_line().unwrap_or(Line::NotYet)
    }
}

/// Whether something to read arrives on standard input, or its end, within this time. Never where that
/// cannot be asked.
pub(super) fn has_input(within: Duration) -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;

        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

        let stdin = std::io::stdin();
        let mut waited = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        let within = PollTimeout::try_from(within).unwrap_or(PollTimeout::ZERO);
        poll(&mut waited, within).is_ok_and(|ready| ready > 0)
    }
    #[cfg(not(unix))]
    {
        let _ = within;
        false
    }
}

/// Reads past the buffer of the standard library, which would take what belongs to the prompt.
#[cfg(unix)]
fn read(block: &mut [u8]) -> Option<usize> {
    use std::os::fd::AsFd;
    let stdin = std::io::stdin().as_fd().try_clone_to_owned().ok()?;
    std::fs::File::from(stdin).read(block).ok()
}

#[cfg(not(unix))]
fn read(block: &mut [u8]) -> Option<usize> {
    std::io::stdin().read(block).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_given_out_one_by_one_and_the_last_needs_no_end() {
        let mut input = StandardInput {
            rest: b"a\r\n\nb\xff".to_vec(),
            ..StandardInput::default()
        };
        assert_eq!(input.take_line(), Some(Line::Here("a".into())));
        assert_eq!(input.take_line(), Some(Line::Here(String::new())));
        assert_eq!(input.take_line(), None);
        input.has_ended = true;
        assert_eq!(input.take_line(), Some(Line::Here("b\u{fffd}".into())));
        assert_eq!(input.take_line(), Some(Line::End));
    }

    #[test]
    fn nobody_is_asked_while_another_reads() {
        let mut input = StandardInput::while_set(Arc::default(), || {});
        assert_eq!(input.next(Duration::ZERO), Line::Busy);
    }
}
