//! A transcript in Markdown: each input as a block of code, and what was shown then.

use std::io::Write;

use crate::view::wrap::visible;

/// Where a transcript goes.
pub(super) struct Recorder {
    out: Box<dyn Write + Send>,
    /// Whether the block of what is shown has begun.
    is_open: bool,
    /// The line that has no end yet.
    tail: String,
    /// It could not be written; nothing more is tried.
    has_failed: bool,
}

impl Recorder {
    /// A transcript that begins.
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        let mut recorder = Self {
            out,
            is_open: false,
            tail: String::new(),
            has_failed: false,
        };
        recorder.write("# A session with threadlab\n\n");
        recorder
    }

    /// Takes in an input or command.
    pub(super) fn input(&mut self, text: &str) {
        self.close();
        let text = text.trim_end();
        match text.starts_with(':') && !text.contains('\n') {
            true => self.write(&format!("`{text}`\n\n")),
            false => self.write(&format!("```rhai\n{text}\n```\n\n")),
        }
    }

    /// Takes in a text that is shown; its last line may go on.
    pub(super) fn shown(&mut self, text: &str) {
        if !self.is_open {
            self.write("```text\n");
            self.is_open = true;
        }
        self.tail.push_str(&without_colours(text));
        while let Some(end) = self.tail.find('\n') {
            let line: String = self.tail.drain(..=end).collect();
            self.write(&(visible(line.trim_end_matches('\n')) + "\n"));
        }
    }

    /// Ends the block of what is shown.
    pub(super) fn close(&mut self) {
        if std::mem::take(&mut self.is_open) {
            let tail = std::mem::take(&mut self.tail);
            if !tail.is_empty() {
                self.write(&(visible(&tail) + "\n"));
            }
            self.write("```\n\n");
        }
        let _ = self.out.flush();
    }

    fn write(&mut self, text: &str) {
        if !self.has_failed {
            self.has_failed = self.out.write_all(text.as_bytes()).is_err();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.close();
    }
}

/// A text without the codes of colours.
pub(super) fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        plain += part.split_once('m').map_or(part, |(_, text)| text);
    }
    plain
}
