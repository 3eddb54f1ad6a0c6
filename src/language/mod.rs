//! From text to a checked syntax tree.
//!
//! In reading order: `parse` makes the tree (with `with` and `limits`), `diagnose` says in plain
//! words why a text has none, `diagnostic` is what it says it with, and `render` draws that.
//! `complete` tells the prompt whether to wait for more lines; it shares `scan` with `diagnose`.

pub mod complete;
mod diagnose;
pub mod diagnostic;
mod limits;
pub mod parse;
pub mod render;
mod scan;
pub mod with;

pub use diagnostic::Diagnostic;
