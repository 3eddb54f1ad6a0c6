//! The one place that asks the host: clock, number of cores, entropy for a seed, Ctrl-C,
//! this process.
//!
//! Everything else gets time and seeds as arguments, so that a run can be repeated.

use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The time since a session began.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// A clock that has run for this long.
    pub fn started(age: Duration) -> Self {
        let now = Instant::now();
        Self {
            start: now.checked_sub(age).unwrap_or(now),
        }
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// How long it has run, in nanoseconds; enough for 584 years.
    pub fn nanoseconds(&self) -> u64 {
        self.elapsed().as_nanos() as u64
    }
}

/// How many cores this process may use; 1 when the host does not say.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The executable that runs.
///
/// # Errors
/// When the host does not say.
pub fn executable() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// The number that the host has given this process.
pub fn pid() -> u64 {
    u64::from(std::process::id())
}

/// A seed for a run that was given none. Small enough to be typed again.
pub fn draw_seed() -> u64 {
    // The standard library draws the keys of its hash maps from the host's entropy.
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u8(0);
    hasher.finish() % 1_000_000
}

/// Calls `handler` on another thread at each Ctrl-C. Can be set once in a process. What else asks the
/// process to end, such as SIGTERM and SIGHUP, ends it at once.
///
/// # Errors
/// When a handler was set before, or the host refuses.
pub fn on_interrupt(handler: impl FnMut() + Send + 'static) -> Result<(), String> {
    ctrlc::set_handler(handler).map_err(|error| error.to_string())
}
