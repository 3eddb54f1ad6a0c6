//! The reference: what each name means, as text for a terminal and as Markdown.
//!
//! In reading order: `topic`, what there is to say about a name, as data; `wrap`, lines of a width;
//! `terminal`, a topic and the overview for reading at once; `markdown`, all of it as one page.
//! Everything comes from the catalogue, and for the long tail from Rhai's own descriptions.

mod markdown;
mod terminal;
mod topic;
mod wrap;

use std::io::{self, IsTerminal, Write};

use super::arguments::{Color, Doc};
use super::{Status, complain};
use crate::view::paint::Paint;

pub(super) use terminal::overview;

/// What `name` means, or the error that says which name was meant.
pub(super) fn page(name: &str, paint: Paint) -> Result<String, String> {
    let name = topic::plain(name);
    match topic::find(name) {
        topic if topic.is_empty() => Err(topic::unknown(name)),
        topic => Ok(terminal::page(&topic, paint)),
    }
}

/// Writes what was asked for on standard output.
pub(super) fn run(doc: &Doc, color: Color) -> Status {
    let paint = color.paint(io::stdout().is_terminal());
    let text = match doc {
        Doc::Overview => overview(paint),
        Doc::Markdown => markdown::reference(),
        Doc::Name(name) => match page(name, paint) {
            Ok(text) => text,
            Err(error) => {
                complain(&error);
                return Status::Usage;
            }
        },
    };
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => Status::Success,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Unread,
        Err(error) => {
            complain(&format!("standard output cannot be written: {error}"));
            Status::Failure
        }
    }
}
