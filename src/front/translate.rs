//! `threadlab translate`: what a text of Python's is in this language.

use std::io::{self, IsTerminal, Write};

use super::Status;
use super::arguments::Color;
use super::report::{self, Quoted};
use super::source::Source;
use crate::language::python;

/// Shows the translation on standard output, and what has no counterpart on standard error.
pub(super) fn run(source: &Source, color: Color) -> Status {
    let paint = color.paint(io::stderr().is_terminal());
    let quoted = Quoted {
        name: &source.name,
        text: &source.text,
    };
    let (text, problems) = match python::translate(&source.text, &python::nothing_earlier) {
        Ok(translation) => (translation.text, translation.problems),
        Err(problem) => (String::new(), vec![*problem]),
    };
    if io::stdout().write_all(text.as_bytes()).is_err() {
        return Status::Unread;
    }
    let told = report::diagnostics(&problems, quoted, paint);
    // A closed standard error is no reason to fail.
    let _ = io::stderr().write_all(told.as_bytes());
    if problems.is_empty() {
        Status::Success
    } else {
        Status::Usage
    }
}
