//! The one place that asks the host: clock, number of cores, entropy for a seed, signals,
//! this process.
//!
//! Everything else gets time and seeds as arguments, so that a run can be repeated.

use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How wide the terminal is, in characters; nothing where there is none.
pub fn terminal_width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size()?;
    Some(usize::from(width.0))
}

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

/// How many threads want to run on this machine, on the average of the last minute; `None` where the
/// host does not say.
pub fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
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

/// What the host asks of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C (SIGINT): stop what runs.
    Interrupt,
    /// SIGTERM: end.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
}

impl Signal {
    /// The exit status of a process that ends by this signal: 128 and the signal's number.
    pub fn status(self) -> u8 {
        128 + match self {
            Self::HangUp => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }
}

/// Calls `handler` on a thread of its own at each signal. Can be set once in a process.
///
/// # Errors
/// When the host refuses.
#[cfg(unix)]
pub fn on_signal(mut handler: impl FnMut(Signal) + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let deliver = move || {
        for number in &mut signals {
            handler(match number {
                SIGTERM => Signal::Terminate,
                SIGHUP => Signal::HangUp,
                _ => Signal::Interrupt,
            });
        }
    };
    let thread = std::thread::Builder::new().name("signals".into());
    thread.spawn(deliver).map(drop)
}

/// Calls `handler` on a thread of its own at each Ctrl-C. Can be set once in a process.
///
/// # Errors
/// When a handler was set before, or the host refuses.
#[cfg(not(unix))]
pub fn on_signal(mut handler: impl FnMut(Signal) + Send + 'static) -> io::Result<()> {
    ctrlc::set_handler(move || handler(Signal::Interrupt)).map_err(io::Error::other)
}

/// Sends Ctrl-C's signal to the calling thread. Returns whether it was sent.
pub fn interrupt_self() -> bool {
    #[cfg(unix)]
    {
        signal_hook::low_level::raise(signal_hook::consts::SIGINT).is_ok()
    }
    #[cfg(not(unix))]
    false
}

/// Ends this process, whatever its threads do, as one that ends by `signal`.
#[expect(clippy::exit, reason = "the process was asked to end")]
pub fn exit_by(signal: Signal) -> ! {
    std::process::exit(i32::from(signal.status()))
}
