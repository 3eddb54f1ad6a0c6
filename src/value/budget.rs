//! What a run may use of the machine, and what it costs to work on much data.
//!
//! Three things that belong together. Work that one instruction does on much data *costs fuel*
//! ([`charge`]), so that a thread gives way after about a millisecond whatever it does: others go on, a
//! stop is obeyed, and limits are looked at. What one instruction makes is bounded *before* it is made
//! ([`reserve`]): a scheduler says how much there is room for when a slice begins ([`allow`]). A [`Budget`]
//! knows the limits of a session and what its run has used of them. Threads and output are counted where
//! they are made; how much memory the process takes and how late it is, the schedulers look up between
//! slices. What goes over a limit is an error of the thread that runs then
//! ([`FaultKind::Limit`]), and ends the run.
//!
//! This asks neither clock nor host.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::collection::Collection;
use super::{Cell, FaultKind, Map, Value};

/// So many bytes are copied in the time of one unit of fuel, about.
const BYTES_PER_FUEL: usize = 64;

/// Less than this costs nothing: most values are small.
const MUCH: usize = 1 << 12;

/// After so much fuel, some milliseconds, a scheduler looks at memory and time.
pub const LOOK: u32 = 200_000;

/// One instruction may cost so much fuel, about two seconds. Arrays and texts have limits that keep all
/// far below that, but for values whose parts are shared: those may stand for more items than there are
/// atoms.
pub const MOST_FUEL: u32 = 1 << 27;

/// The same in a run that is led, which is done many times.
pub const MOST_FUEL_LED: u32 = 1 << 25;

/// So many items are visited, and so many bytes written, between two looks at what may still be.
const VISITS: u32 = 1 << 10;
/// What a visit costs.
const FUEL_PER_VISIT: u32 = 4;
const WRITTEN: usize = 1 << 16;

/// No text that is made of a value is longer.
const LONGEST_TEXT: usize = 1 << 28;

/// How much may be made.
#[derive(Clone, Copy)]
struct Allowance {
    /// So many bytes are left.
    left: u64,
    /// The limit that this comes from.
    limit: u64,
    /// So much fuel may one instruction cost.
    fuel: u32,
}

thread_local! {
    /// The fuel that the instruction under way has cost on this thread of the host.
    static COST: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    /// The part of what was paid that no slice had left.
    static OWED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    /// How many bytes were charged since the last [`allow`].
    static MADE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
    /// How many may be until the next one.
    static ALLOWED: std::cell::Cell<Allowance> = const {
        std::cell::Cell::new(Allowance { left: u64::MAX, limit: u64::MAX, fuel: MOST_FUEL })
    };
}

/// Lets what runs next on this thread of the host make so many bytes, which are left of a limit, and each of its
/// instructions cost so much.
#[inline]
pub fn allow(left: u64, limit: u64, fuel: u32) {
    MADE.set(0);
    ALLOWED.set(Allowance { left, limit, fuel });
}

/// Returns how many bytes were made on this thread of the host since the last [`allow`]: of large values
/// only. Some of them may be garbage by now.
#[inline]
pub fn made() -> u64 {
    MADE.get()
}

/// Notes that so many bytes were made or copied.
#[inline]
pub fn charge(bytes: usize) {
    if bytes >= MUCH {
        let fuel = u32::try_from(bytes / BYTES_PER_FUEL).unwrap_or(u32::MAX);
        COST.set(COST.get().saturating_add(fuel));
        MADE.set(MADE.get().saturating_add(bytes as u64));
    }
}

/// Notes work that makes nothing, in fuel: to go through all items, to sort them.
#[inline]
pub fn toil(fuel: usize) {
    let fuel = u32::try_from(fuel).unwrap_or(u32::MAX);
    COST.set(COST.get().saturating_add(fuel));
}

/// Notes that so many bytes are about to be made.
///
/// # Errors
/// That the memory that is left is less: they must not be made then.
#[inline]
pub fn reserve(bytes: usize) -> Result<(), FaultKind> {
    charge(bytes);
    match bytes >= MUCH && is_over_memory() {
        true => Err(exhausted()),
        false => Ok(()),
    }
}

/// Whether more was made on this thread of the host than was allowed.
fn is_over_memory() -> bool {
    MADE.get() > ALLOWED.get().left
}

/// Whether the instruction under way has made or done more than any may. Who works on the parts of values
/// leaves off then, with whatever there is: [`settle`] makes an error of it.
pub fn is_exhausted() -> bool {
    is_over_memory() || COST.get() >= ALLOWED.get().fuel
}

/// Counts the visits of one instruction to the parts of values, which may be shared and so without end.
#[derive(Default)]
pub struct Visits(u32);

impl Visits {
    /// Counts one. Returns whether to go on; see [`is_exhausted`].
    #[inline]
    pub fn go_on(&mut self) -> bool {
        self.0 += 1;
        if self.0 < VISITS {
            return true;
        }
        self.0 = 0;
        COST.set(COST.get().saturating_add(VISITS * FUEL_PER_VISIT));
        !is_exhausted()
    }
}

/// Watches something that is written of the parts of values: a text, an encoding.
#[derive(Default)]
pub struct Writing {
    /// How long it was when that was charged.
    charged: usize,
    visits: Visits,
}

impl Writing {
    /// Takes note of a further part, and how long it is by now. Returns whether to go on; see
    /// [`is_exhausted`].
    #[inline]
    pub fn go_on(&mut self, length: usize) -> bool {
        if !self.visits.go_on() {
            return false;
        }
        if length.saturating_sub(self.charged) < WRITTEN {
            return true;
        }
        charge(length - self.charged);
        self.charged = length;
        length <= LONGEST_TEXT && !is_exhausted()
    }
}

/// Pays what was charged on this thread of the host since the last call. What the fuel does not cover is
/// left to be asked for.
///
/// # Errors
/// That the instruction has made, or done, more than it may.
#[inline]
pub fn settle(fuel: &mut u32) -> Result<(), FaultKind> {
    match take_cost() {
        0 => Ok(()),
        cost => pay(cost, fuel),
    }
}

#[cold]
fn pay(cost: u32, fuel: &mut u32) -> Result<(), FaultKind> {
    OWED.set(OWED.get().saturating_add(cost.saturating_sub(*fuel)));
    *fuel = fuel.saturating_sub(cost);
    match is_over_memory() || cost >= ALLOWED.get().fuel {
        true => Err(exhausted()),
        false => Ok(()),
    }
}

/// The error of an instruction that has made or done more than any may.
pub fn exhausted() -> FaultKind {
    match is_over_memory() {
        true => FaultKind::Limit(Limit::Memory(ALLOWED.get().limit)),
        false => FaultKind::Limit(Limit::Work),
    }
}

/// Returns the fuel that was spent on this thread of the host, but not there, since the last call.
pub fn take_owed() -> u32 {
    OWED.take()
}

/// Returns what was charged on this thread of the host since the last call, in fuel.
#[inline]
pub fn take_cost() -> u32 {
    match COST.get() {
        0 => 0,
        cost => {
            COST.set(0);
            cost
        }
    }
}

/// How much a copy of what a value holds takes, without what that shares with the original.
pub trait Bulk {
    /// In bytes, about.
    fn bytes(&self) -> usize;
}

impl Bulk for Vec<Value> {
    fn bytes(&self) -> usize {
        self.len() * size_of::<Value>()
    }
}

impl Bulk for Map {
    fn bytes(&self) -> usize {
        self.len() * size_of::<(Box<str>, Value)>()
    }
}

impl Bulk for Box<[std::sync::Arc<Cell>]> {
    fn bytes(&self) -> usize {
        size_of_val(&**self)
    }
}

impl Bulk for Collection {
    fn bytes(&self) -> usize {
        self.len() * size_of::<Value>()
    }
}

/// A limit of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many bytes of memory.
    Memory(u64),
    /// So many threads that are alive.
    Threads(u64),
    /// So many bytes that are printed.
    Output(u64),
    /// So long.
    Time(Duration),
    /// So much work as one instruction may do: there is no option for it.
    Work,
}

impl Limit {
    /// The option and the key of `:set` that raise it; empty where there is none.
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory(_) => "max-memory",
            Self::Threads(_) => "max-threads",
            Self::Output(_) => "max-output",
            Self::Time(_) => "max-seconds",
            Self::Work => "",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Memory(bytes) => {
                write!(
                    f,
                    "the limit of memory is reached: {} ({name})",
                    size(*bytes)
                )
            }
            Self::Threads(count) => {
                write!(f, "the limit of threads is reached: {count} ({name})")
            }
            Self::Output(bytes) => {
                write!(
                    f,
                    "the limit of output is reached: {} ({name})",
                    size(*bytes)
                )
            }
            Self::Time(time) => {
                let seconds = time.as_secs_f64();
                write!(f, "the limit of time is reached: {seconds} s ({name})")
            }
            Self::Work => {
                f.write_str("this would take too long: it works on too many values at once")
            }
        }
    }
}

/// A number of bytes, as it is typed: `64M`.
pub fn size(bytes: u64) -> String {
    for (shift, unit) in [(30, "G"), (20, "M"), (10, "K")] {
        if bytes != 0 && bytes.is_multiple_of(1 << shift) {
            return format!("{}{unit}", bytes >> shift);
        }
    }
    bytes.to_string()
}

/// What a run may use; what has no limit has the greatest number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// The memory that the process takes, in bytes.
    pub memory: u64,
    /// The threads and tasks that are alive.
    pub threads: u64,
    /// What is printed, in bytes.
    pub output: u64,
    /// How long it runs, in the time of the host.
    pub time: Duration,
}

impl RunLimits {
    /// No limits.
    pub const NONE: Self = Self {
        memory: u64::MAX,
        threads: u64::MAX,
        output: u64::MAX,
        time: Duration::MAX,
    };
}

/// The limits of a session, and what its run has used.
#[derive(Debug)]
pub struct Budget {
    memory: AtomicU64,
    threads: AtomicU64,
    output: AtomicU64,
    /// In nanoseconds, as the next two.
    time: AtomicU64,
    begun: AtomicU64,
    printed: AtomicU64,
    /// The memory that was left when it was looked at last, in bytes.
    left: AtomicU64,
}

impl Default for Budget {
    fn default() -> Self {
        let budget = Self {
            memory: AtomicU64::new(0),
            threads: AtomicU64::new(0),
            output: AtomicU64::new(0),
            time: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            printed: AtomicU64::new(0),
            left: AtomicU64::new(0),
        };
        budget.set(RunLimits::NONE);
        budget
    }
}

impl Budget {
    /// Sets the limits, also of what runs.
    pub fn set(&self, limits: RunLimits) {
        self.memory.store(limits.memory, Ordering::Relaxed);
        self.left.store(limits.memory, Ordering::Relaxed);
        self.threads.store(limits.threads, Ordering::Relaxed);
        self.output.store(limits.output, Ordering::Relaxed);
        self.time.store(nanoseconds(limits.time), Ordering::Relaxed);
    }

    /// The limits.
    pub fn limits(&self) -> RunLimits {
        RunLimits {
            memory: self.memory.load(Ordering::Relaxed),
            threads: self.threads.load(Ordering::Relaxed),
            output: self.output.load(Ordering::Relaxed),
            time: match self.time.load(Ordering::Relaxed) {
                u64::MAX => Duration::MAX,
                time => Duration::from_nanos(time),
            },
        }
    }

    /// A run begins at this time of the session.
    pub fn begin(&self, now: Duration) {
        self.begun.store(nanoseconds(now), Ordering::Relaxed);
        self.printed.store(0, Ordering::Relaxed);
    }

    /// Takes note that so many bytes are to be printed.
    ///
    /// # Errors
    /// The limit, when they go over it.
    pub fn print(&self, bytes: usize) -> Result<(), Limit> {
        let most = self.output.load(Ordering::Relaxed);
        if most == u64::MAX {
            return Ok(());
        }
        let bytes = bytes as u64;
        match self.printed.fetch_add(bytes, Ordering::Relaxed) + bytes > most {
            true => Err(Limit::Output(most)),
            false => Ok(()),
        }
    }

    /// # Errors
    /// The limit, when so many threads that are alive are too many.
    pub fn check_threads(&self, alive: usize) -> Result<(), Limit> {
        let most = self.threads.load(Ordering::Relaxed);
        match alive as u64 > most {
            true => Err(Limit::Threads(most)),
            false => Ok(()),
        }
    }

    /// # Errors
    /// The limit, when the run lasts too long at this time of the session.
    pub fn check_time(&self, now: Duration) -> Result<(), Limit> {
        let most = self.time.load(Ordering::Relaxed);
        let begun = self.begun.load(Ordering::Relaxed);
        match nanoseconds(now).saturating_sub(begun) > most {
            true => Err(Limit::Time(Duration::from_nanos(most))),
            false => Ok(()),
        }
    }

    /// # Errors
    /// The limit, when the process takes so much memory; where the host does not say how much, there
    /// is none.
    pub fn check_memory(&self, in_use: impl FnOnce() -> Option<u64>) -> Result<(), Limit> {
        let most = self.memory.load(Ordering::Relaxed);
        if most == u64::MAX {
            return Ok(());
        }
        let Some(bytes) = in_use() else {
            return Ok(());
        };
        (self.left).store(most.saturating_sub(bytes), Ordering::Relaxed);
        match bytes > most {
            true => Err(Limit::Memory(most)),
            false => Ok(()),
        }
    }

    /// The bytes that were left when memory was looked at last, and its limit.
    pub fn memory_left(&self) -> (u64, u64) {
        let left = self.left.load(Ordering::Relaxed);
        (left, self.memory.load(Ordering::Relaxed))
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_large_costs_fuel_once() {
        take_cost();
        charge(100);
        assert_eq!(take_cost(), 0);
        charge(1 << 20);
        assert_eq!(take_cost(), 1 << 14);
        assert_eq!(take_cost(), 0);
        let mut fuel = 20_000;
        for left in [3616, 0] {
            charge(1 << 20);
            assert_eq!(settle(&mut fuel).ok(), Some(()));
            assert_eq!(fuel, left);
        }
        assert_eq!((take_owed(), take_owed()), ((1 << 14) - 3616, 0));
        charge(usize::MAX);
        charge(usize::MAX);
        assert_eq!(take_cost(), u32::MAX);
    }

    #[test]
    fn what_there_is_no_room_for_is_not_made() {
        take_cost();
        let over = || FaultKind::Limit(Limit::Memory(1 << 21)).to_string();
        allow(1 << 20, 1 << 21, MOST_FUEL);
        assert!(reserve(1 << 19).is_ok() && reserve(1 << 19).is_ok());
        assert_eq!((made(), is_exhausted()), (1 << 20, false));
        assert_eq!(
            reserve(MUCH).map_err(|fault| fault.to_string()),
            Err(over())
        );
        // Small things are for the next look.
        assert!(reserve(1).is_ok());
        assert!(is_exhausted());
        let settled = settle(&mut 0).map_err(|fault| fault.to_string());
        assert_eq!(settled, Err(over()));
        allow(u64::MAX, u64::MAX, MOST_FUEL);
        assert_eq!((made(), is_exhausted()), (0, false));
    }

    #[test]
    fn what_never_ends_is_left_off() {
        take_cost();
        let mut visits = Visits::default();
        let count = (0..u64::MAX).take_while(|_| visits.go_on()).count();
        assert_eq!(count as u64 + 1, u64::from(MOST_FUEL / FUEL_PER_VISIT));
        assert!(settle(&mut 0).is_err());
        assert!(settle(&mut 0).is_ok() && !is_exhausted());
        // A text of many parts that are next to nothing.
        let mut writing = Writing::default();
        let count = (0..u64::MAX).take_while(|_| writing.go_on(0)).count();
        assert_eq!(count as u64 + 1, u64::from(MOST_FUEL / FUEL_PER_VISIT));
        assert!(settle(&mut 0).is_err());
        allow(1 << 20, 1 << 21, MOST_FUEL);
        let mut writing = Writing::default();
        let lengths = (0..usize::MAX).step_by(1000);
        let most = lengths.take_while(|length| writing.go_on(*length)).last();
        assert!(most.is_some_and(|most| (1 << 20..2 << 20).contains(&most)));
        assert!(settle(&mut 0).is_err());
        allow(u64::MAX, u64::MAX, MOST_FUEL);
    }

    #[test]
    fn limits_are_what_may_be_used_to_the_last() {
        let budget = Budget::default();
        assert_eq!(budget.limits(), RunLimits::NONE);
        let limits = RunLimits {
            memory: 1 << 20,
            threads: 2,
            output: 5,
            time: Duration::from_secs(2),
        };
        budget.set(limits);
        assert_eq!(budget.limits(), limits);
        budget.begin(Duration::from_secs(10));
        assert_eq!(budget.print(3), Ok(()));
        assert_eq!(budget.print(2), Ok(()));
        assert_eq!(budget.print(1), Err(Limit::Output(5)));
        budget.begin(Duration::from_secs(10));
        assert_eq!(budget.print(5), Ok(()));
        assert_eq!(budget.check_threads(2), Ok(()));
        assert_eq!(budget.check_threads(3), Err(Limit::Threads(2)));
        assert_eq!(budget.check_time(Duration::from_secs(12)), Ok(()));
        let late = budget.check_time(Duration::from_secs(13));
        assert_eq!(late, Err(Limit::Time(Duration::from_secs(2))));
        assert_eq!(budget.check_memory(|| Some(1 << 20)), Ok(()));
        assert_eq!(budget.check_memory(|| None), Ok(()));
        let over = budget.check_memory(|| Some((1 << 20) + 1));
        assert_eq!(over, Err(Limit::Memory(1 << 20)));
    }

    #[test]
    fn sizes_are_shown_as_they_are_typed() {
        for (bytes, shown) in [(0, "0"), (1000, "1000"), (1 << 26, "64M"), (3 << 30, "3G")] {
            assert_eq!(size(bytes), shown);
        }
    }
}
