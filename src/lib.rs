//! threadlab: learn threads and concurrency by typing.
//!
//! The modules, in the order in which a program's text flows through them.

pub mod library;
pub mod pos;

pub mod language;
pub mod program;
pub mod value;
pub mod vm;

pub mod host;
pub mod runtime;
pub mod schedule;

pub mod event;
pub mod session;
pub mod view;

pub mod lesson;

pub mod front;
pub mod host;
