//! Processes of the host: the one place that starts them and reads and writes their pipes.
//!
//! A worker is this very program, started with one word ([`WORKER_ARGUMENT`]). It reads from its
//! standard input what it shall lower and run, and writes to its standard output what its tasks
//! print and give. It ends when its standard input is closed, whatever it does: so it never outlives
//! the process that started it, however that ended.
//!
//! In reading order: [`wire`], values as bytes; [`message`], what is said; [`child`], a worker as its
//! parent sees it; [`mod@serve`], the parent as a worker sees it. Which tasks there are, and what their
//! ends mean, is not known here.

mod child;
mod message;
mod serve;
mod wire;

use std::path::PathBuf;

pub(super) use child::{Child, Killer, Replies, Task};
pub use message::WorkerScheduler;
pub(super) use message::{Asked, Hello, Said};
pub use serve::{Runner, Setup, Upstream, serve};

/// The one word on the command line of a worker.
pub const WORKER_ARGUMENT: &str = "--serve-as-worker-process";

/// What a session says about the processes that it starts.
#[derive(Clone, Debug, Default)]
pub struct ProcessSettings {
    /// The executable of workers; without it, the one that runs.
    pub executable: Option<PathBuf>,
    /// 0 for a session that no other one has started, 1 for its workers, and so on.
    pub generation: u32,
}
