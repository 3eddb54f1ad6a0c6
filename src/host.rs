//! The one place that asks the host: clock, number of cores, entropy for a seed, signals,
//! this process.
//!
//! Everything else gets time and seeds as arguments, so that a run can be repeated.

use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};
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

/// How much memory this process takes, in bytes; `None` where the host does not say.
pub fn memory_in_use() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = text.split(' ').nth(1)?.parse().ok()?;
    Some(pages * page_size()?)
}

/// How many bytes a page of memory has: the kernel tells each process when it starts.
fn page_size() -> Option<u64> {
    /// The key of the size of a page (`AT_PAGESZ`).
    const KEY: usize = 6;
    let bytes = std::fs::read("/proc/self/auxv").ok()?;
    let mut words = bytes.chunks_exact(size_of::<usize>());
    let mut next = || Some(usize::from_ne_bytes(words.next()?.try_into().ok()?));
    loop {
        if let (KEY, size) = (next()?, next()?) {
            return u64::try_from(size).ok();
        }
    }
}

/// How much memory this process may take, in bytes: that of the machine, or of the group that it is
/// confined to; `None` where the host does not say.
pub fn memory() -> Option<u64> {
    let machine = || {
        let text = std::fs::read_to_string("/proc/meminfo").ok()?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:"))?;
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kilobytes << 10)
    };
    let group = |file: &str| std::fs::read_to_string(file).ok()?.trim().parse().ok();
    let all = [
        machine(),
        group("/sys/fs/cgroup/memory.max"),
        group("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
    ];
    all.into_iter().flatten().min()
}

/// Why a file is not read.
#[derive(Debug)]
pub enum Unreadable {
    /// It is in none of the folders.
    Forbidden,
    /// The host says why.
    Host(io::Error),
}

/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 1 << 28;

/// The text of a file that is in one of these folders, wherever links lead to.
///
/// # Errors
/// Why it is not read. Of a path outside the folders it is not said whether it exists.
pub fn read_file(path: &str, folders: &[PathBuf]) -> Result<String, Unreadable> {
    let folders = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok());
    let folders: Vec<PathBuf> = folders.collect();
    let is_allowed = |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
    let path = Path::new(path);
    let file = match path.canonicalize() {
        Ok(file) if is_allowed(&file) => file,
        Ok(_) => return Err(Unreadable::Forbidden),
        // What is missing has no path of its own; the folders that are there on the way to it have.
        Err(error) => {
            let folders = path.ancestors().skip(1).map(|folder| match folder {
                folder if folder.as_os_str().is_empty() => Path::new("."),
                folder => folder,
            });
            let nearest = folders
                .filter_map(|folder| folder.canonicalize().ok())
                .next();
            return Err(match nearest {
                Some(folder) if is_allowed(&folder) => Unreadable::Host(error),
                _ => Unreadable::Forbidden,
            });
        }
    };
    let known = std::fs::metadata(&file).map_err(Unreadable::Host)?;
    if !known.is_file() || known.len() > LARGEST_FILE {
        let why = "it is no file, or too large";
        return Err(Unreadable::Host(io::Error::other(why)));
    }
    std::fs::read_to_string(&file).map_err(Unreadable::Host)
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
