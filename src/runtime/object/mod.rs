//! The primitives, one small state machine a file. None knows a thread of the host, a clock,
//! randomness or the screen.
//!
//! In reading order: [`Thread`], the end of a thread; [`Lock`], mutual exclusion.

mod args;
mod lock;
#[cfg(test)]
mod table;
mod thread;
mod waiters;

pub use lock::Lock;
pub use thread::{Thread, call};
