//! A transcript in Markdown: each input as a block of code, and what was shown then.

use std::io::Write;

/// Where a transcript goes.
pub(super) struct Recorder {
    out: Box<dyn Write + Send>,
    /// Whether the block of what is shown has begun.
    is_open: bool,
    /// It could not be written; nothing more is tried.
    has_failed: bool,
}

impl Recorder {
    /// A transcript that begins.
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        let mut recorder = Self {
            out,
            is_open: false,
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

    /// Takes in whole lines that are shown.
    pub(super) fn shown(&mut self, lines: &str) {
        if !self.is_open {
            self.write("```text\n");
            self.is_open = true;
        }
        self.write(&without_colours(lines));
    }

    /// Ends the block of what is shown.
    pub(super) fn close(&mut self) {
        if std::mem::take(&mut self.is_open) {
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
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        plain += part.split_once('m').map_or(part, |(_, text)| text);
    }
    plain
}
