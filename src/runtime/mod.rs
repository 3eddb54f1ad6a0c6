//! What threads of a script wait on and talk through, and what is known of the threads themselves.
//!
//! In reading order: [`object`], the primitives as pure state machines; [`threads`], a thread as
//! people see it; [`deadlock`], which of them can never go on.

pub mod deadlock;
pub mod object;
pub mod threads;
