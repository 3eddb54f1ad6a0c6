//! From text to a checked syntax tree, and from there to bytecode.
//!
//! In reading order: `parse` makes the tree (with `with` and `limits`), `diagnose` says in plain
//! words why a text has none, `python` knows what to type instead of Python, `diagnostic` is what
//! they say it with, and `render` draws that. `complete` tells the prompt whether to wait for more
//! lines; it shares `scan` with `diagnose` and with `unseen`, which warns of changes to copies, and
//! with `definitions`, which finds functions to be taken out of a text. `modules` says which texts a
//! text imports. `resolve` finds what closures capture, and `lower`
//! makes the bytecode. `rounds` makes a text that is explored instead of one with long loops.
//! `words` lists the names and comments of a text. `outline` says where statements begin and end, for
//! changes of a text.

mod class;
pub mod complete;
pub mod definitions;
mod diagnose;
pub mod diagnostic;
mod finally;
mod limits;
pub mod lower;
pub mod modules;
pub mod outline;
pub mod parse;
pub mod python;
pub mod render;
mod resolve;
mod rounds;
mod scan;
pub mod unseen;
pub mod with;
pub mod words;

pub use diagnostic::Diagnostic;
pub use rounds::{FewerRounds, with_fewer_rounds};
pub use scan::is_in_question;
