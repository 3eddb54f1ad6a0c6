//! From text to a checked syntax tree, and from there to bytecode.
//!
//! In reading order: `parse` makes the tree (with `with` and `limits`), `diagnose` says in plain
//! words why a text has none, and `diagnostic` is what it says it with; `resolve` finds what closures
//! capture, and `lower` makes the bytecode.

mod diagnose;
pub mod diagnostic;
mod limits;
pub mod lower;
pub mod parse;
mod resolve;
pub mod with;
