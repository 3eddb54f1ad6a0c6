//! threadlab: learn threads and concurrency by typing.
//!
//! The modules, in the order in which a program's text flows through them: `language` makes
//! bytecode of it, kept in `program`; `vm` runs it on `value`s with the functions of `library` and
//! the objects of `runtime`; `schedule` decides who runs when, and writes `event`s; `explore` finds what can happen, `trace` is
//! what one run did, and `explain` why it went wrong; `session` is the
//! facade over all of these, for the fronts, which show events through `view`.

pub mod pos;

pub mod language;
pub mod program;
pub mod value;
pub mod vm;

pub mod library;
pub mod runtime;
pub mod schedule;

pub mod trace;

pub mod explain;

pub mod explore;

pub mod event;
pub mod host;
pub mod session;

pub mod lesson;
pub mod view;

pub mod front;
