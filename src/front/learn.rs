//! `threadlab learn`: the lessons, at the prompt; and the progress as a file.

use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::Arguments;
use super::course::{Course, Origin};
use super::repl::{self, Begin};
use super::state;
use super::{Status, complain, write_out};
use crate::lesson::progress::Store;

/// What the command line asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learn {
    /// The name or number of the lesson to begin with; without one, the list is shown.
    pub lesson: Option<String>,
    /// Where the lessons come from.
    pub origin: Origin,
    /// The folder in which answers are files, checked when they are saved.
    pub files: Option<PathBuf>,
    /// Nothing is taught: the progress is written to this file, `-` for standard output.
    pub export: Option<PathBuf>,
    /// Text that reads well aloud and in a log.
    pub is_plain: bool,
}

/// Does what the command line asks for. Blocks until the learner leaves.
pub(super) fn run(arguments: Arguments, learn: Learn) -> Status {
    if let Some(file) = &learn.export {
        return export(file);
    }
    let (course, problems) = match Course::read(&learn.origin) {
        Ok(read) => read,
        Err(why) => {
            complain(&why);
            return Status::Usage;
        }
    };
    let lesson = match learn.lesson.as_deref().map(|called| course.find(called)) {
        Some(Ok(index)) => Some(index),
        Some(Err(why)) => {
            complain(&format!("{why}; `threadlab learn` lists them"));
            return Status::Usage;
        }
        // A file is one lesson, and it was named.
        None if matches!(learn.origin, Origin::File(_)) => Some(0),
        None => None,
    };
    let (mut settings, mut notes) = arguments.settings();
    notes.extend(problems);
    if learn.is_plain {
        settings.screen_reader = true;
    }
    let begin = Begin {
        course,
        lesson,
        files: learn.files,
    };
    repl::run(
        arguments.config,
        settings,
        notes,
        arguments.events,
        Some(begin),
    )
}

/// Writes the progress as JSON.
fn export(file: &Path) -> Status {
    let (store, note) = Store::open(state::folder());
    if let Some(note) = note {
        complain(&note.to_string());
    }
    let json = store.progress().to_json();
    if file == Path::new("-") {
        return write_out(json.as_bytes());
    }
    match fs::write(file, json) {
        Ok(()) => Status::Success,
        Err(error) => {
            complain(&format!("'{}' cannot be written: {error}", file.display()));
            Status::Failure
        }
    }
}
