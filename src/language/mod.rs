//! From text to a checked syntax tree.
//!
//! In reading order: `parse` makes the tree (with `with` and `limits`), `diagnose` says in plain
//! words why a text has none, and `diagnostic` is what it says it with.

mod diagnose;
pub mod diagnostic;
mod limits;
pub mod parse;
pub mod with;
