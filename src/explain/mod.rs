//! Why a run went wrong, as data: the cause, computed from the graph of states.
//!
//! In reading order: [`Cause`], what can be the reason of a failure, with threads, objects and places
//! by identity. The words for all of it are made in `view`.

mod cause;

pub use cause::{
    Cause, Early, EndedHolder, Explanation, Lost, Need, Provider, Torn, Wait, WaitCycle, Why,
};
