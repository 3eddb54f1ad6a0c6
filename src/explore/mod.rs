//! Everything that can happen: explores a program through all its interleavings.

mod graph;
mod outcome;
mod search;

pub use graph::{Edge, Graph, Interleavings, StateId, Way};
pub use outcome::{End, Outcome, Stuck};
pub use search::{Cut, Found, Limits, Watch, search};
