//! The reference: what each name means, as text for a terminal and as Markdown.
//!
//! In reading order: `topic`, what there is to say about a name, as data; `pages`, the
//! words of the language; `wrap`, lines of a width;
//! `terminal`, a topic and the overview for reading at once; `markdown`, all of it as one page.
//! Everything comes from the catalogue, and for the long tail from Rhai's own descriptions.

mod markdown;
pub(super) mod pages;
mod terminal;
mod topic;
mod wrap;

use std::io::{self, IsTerminal};

use super::arguments::{Color, Doc};
use super::{Status, complain, write_out};
use crate::view::paint::Paint;
use crate::view::wrap::WIDTH;

pub(super) use terminal::overview;

/// What `name` means, in lines of at most `width` columns, or the error that says which name was
/// meant.
pub(super) fn page(name: &str, paint: Paint, width: usize) -> Result<String, String> {
    let name = topic::plain(name);
    let topic = topic::find(name);
    // `Thread` is a type, `thread` an idea.
    let page = pages::find(name)
        .filter(|page| topic.is_empty() || page.names.contains(&name))
        .map(|page| pages::shown(page, width, paint));
    match (page, topic.is_empty()) {
        (None, true) => Err(topic::unknown(name)),
        (Some(page), true) => Ok(page),
        (None, false) => Ok(terminal::page(&topic, paint, width)),
        (Some(page), false) => Ok(page + "\n" + terminal::page(&topic, paint, width).as_str()),
    }
}

/// The names whose pages mention a word, with what they do.
pub(super) fn apropos(word: &str, paint: Paint, width: usize) -> String {
    terminal::list(&topic::mentions(word), paint, width)
}

/// Writes what was asked for on standard output.
pub(super) fn run(doc: &Doc, color: Color) -> Status {
    let paint = color.paint(io::stdout().is_terminal());
    let text = match doc {
        Doc::Overview => overview(paint, WIDTH),
        Doc::Markdown => markdown::reference(),
        Doc::Name(name) => match page(name, paint, WIDTH) {
            Ok(text) => text,
            Err(error) => {
                complain(&error);
                return Status::Usage;
            }
        },
    };
    write_out(text.as_bytes())
}
