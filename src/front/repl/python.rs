//! Inputs of Python's at the prompt: shown as they are here, and run when the user agrees.
//!
//! An input is ours if it parses and its names resolve. Otherwise, when Python's parser takes it, its
//! translation is shown: Enter runs it, `e` makes it the next line, any other key puts the original back.
//! With `:set python on` every input is Python, and runs at once.

use std::io;

use super::answer::{Flow, Learner};
use super::mode;
use crate::front::report::{self, Quoted};
use crate::language::outline::is_same_code;
use crate::language::python::{Translation, translate_input};
use crate::session::Ahead;
use crate::view::paint::Role;

impl Learner {
    /// The translation of an input that is Python, and none of ours.
    pub(super) fn in_python(&mut self, text: &str) -> Option<Translation> {
        if !self.settings.python && self.session.check(text) {
            return None;
        }
        let session = &self.session;
        let translation =
            translate_input(text, &|name| session.earlier(name, Ahead::HasRun)).ok()?;
        // `q:next` is a declaration there, of which nothing is left.
        let is_empty = translation.problems.is_empty() && translation.text.trim().is_empty();
        let is_new = self.settings.python || !is_empty && !is_same_code(text, &translation.text);
        is_new.then_some(translation)
    }

    /// Shows a translation and runs it when a key says so. Blocks until a key is pressed, and while it
    /// runs.
    pub(super) fn run_python(&mut self, text: &str, translation: &Translation) -> io::Result<Flow> {
        let own = translation.text.trim_end();
        let name = format!("input {}", self.session.inputs() + 1);
        let quoted = Quoted { name: &name, text };
        let problems = report::diagnostics(&translation.problems, quoted, self.paint);
        let shown: String = (own.lines())
            .map(|line| self.paint.text(Role::Faint, line) + "\n")
            .collect();
        if self.settings.python {
            self.say(&format!("{problems}{shown}"))?;
            return match translation.problems.is_empty() {
                true => self.run_translated(own),
                false => Ok(Flow::Stay),
            };
        }
        self.say(&format!(
            "{problems}This is Python; here it is:\n{shown}\
             Enter runs it, e edits it, any other key puts yours back.\n"
        ))?;
        match mode::fresh_key(|| !self.is_stopped()) {
            Some(b'\r' | b'\n') => self.run_translated(own),
            Some(b'e') => Ok(Flow::Edit(own.to_string())),
            _ => Ok(Flow::Edit(text.to_string())),
        }
    }

    fn run_translated(&mut self, own: &str) -> io::Result<Flow> {
        self.run(own, None)?;
        Ok(Flow::Recall(own.to_string()))
    }
}
