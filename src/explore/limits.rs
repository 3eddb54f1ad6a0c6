//! When exploring gives up: the limits, and what watches over them while threads of the script do
//! private work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::host::Clock;
use crate::pos::Pos;
use crate::schedule::{FUEL_PER_SLICE, Interrupt, Interruption};
use crate::value::{Limit, RunLimits};

/// Parts of a slice of work, and how many bytes of a state are written down in the time of a part.
const PARTS: u64 = 16;
const BYTES_OF_PART: u64 = 1 << 8;

/// When a search gives up.
#[derive(Clone, Debug)]
pub struct Limits {
    /// After so many states.
    pub states: u64,
    /// After so much time.
    pub time: Duration,
    /// Runs are followed for so many steps.
    pub depth: u32,
    /// When so many bytes are held: by the snapshots, the graph, and the run itself.
    pub memory: u64,
    /// After so much work, in slices of some hundred instructions: what threads compute, and what it takes to
    /// go from state to state. Other than time it is the same on every machine.
    pub work: u64,
    /// What a single run may hold and start. Who goes over it is known to: the search ends with that.
    pub run: RunLimits,
    /// A random number of the script is tried with so many values at most.
    pub numbers: u64,
    /// So many schedules are sampled at most where the search has to give up. With 0 here the search
    /// gets all of the time, whether or not its end is in reach.
    pub schedules: u64,
    /// What sampling draws its choices from.
    pub seed: u64,
    /// Whether it is tried to prove without counting.
    pub reduction: Reduction,
}

/// Whether only one of all runs is done that differ in nothing but the order of independent steps. What
/// is found is the same, without counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Where there are too many states to see them all.
    #[default]
    Auto,
    /// From the beginning, instead of the search that counts.
    Always,
    /// Not at all.
    Never,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            states: 1_000_000,
            time: Duration::from_secs(10),
            depth: 10_000,
            memory: 1 << 30,
            work: u64::MAX,
            run: RunLimits::NONE,
            numbers: 16,
            schedules: 1_000_000,
            seed: 1,
            reduction: Reduction::default(),
        }
    }
}

/// Why a search is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// There are more states than the limit.
    States(u64),
    /// The time was over.
    Time(Duration),
    /// A run is longer than the limit.
    Depth(u32),
    /// The memory was used up.
    Memory(u64),
    /// A run has gone over one of its own limits, at this place.
    Exhausted(Limit, Pos),
    /// More work was done than the limit.
    Work(u64),
    /// A random number could have had more values than were tried.
    Numbers(u64),
    /// There are at least so many states, as far as one can estimate: too many for the limits, so the
    /// search was left early.
    OutOfReach(u64),
    /// The user stopped it.
    Stopped,
    /// A function is defined anew while threads run that may call it, and calls are no steps.
    Redefined,
}

/// What can watch a search: a progress line, Ctrl-C.
pub struct Watch<'a> {
    /// Set when the search shall end with what it has.
    pub stop: &'a Arc<AtomicBool>,
    /// Told now and then how many states there are, and how many of them are still to be gone on
    /// from; while sampling, how many schedules were begun, and 0.
    pub progress: &'a mut dyn FnMut(u64, u64),
}

/// Says when a limit is reached, also in the middle of private work, by way of [`Brake::interrupt`].
pub(super) struct Brake {
    stop: Arc<AtomicBool>,
    clock: Clock,
    time: Duration,
    /// How many bytes may be used, and how many are besides what the run itself holds.
    memory: u64,
    kept: AtomicU64,
    /// How many slices of work may be done, and how many parts of slices were: [`PARTS`] make one.
    work: u64,
    done: AtomicU64,
}

impl Brake {
    /// With so much time and memory, until `stop` is set.
    pub(super) fn new(stop: &Arc<AtomicBool>, time: Duration, memory: u64) -> Arc<Self> {
        Self::with_work(stop, time, memory, u64::MAX)
    }

    /// The same, with so many slices of private work.
    pub(super) fn with_work(
        stop: &Arc<AtomicBool>,
        time: Duration,
        memory: u64,
        work: u64,
    ) -> Arc<Self> {
        Arc::new(Self {
            stop: stop.clone(),
            clock: Clock::start(),
            time,
            memory,
            kept: AtomicU64::new(0),
            work,
            done: AtomicU64::new(0),
        })
    }

    /// The limit that is reached when the run holds so many bytes.
    pub(super) fn reached(&self, held: u64) -> Option<Interruption> {
        if self.stop.load(Ordering::Relaxed) {
            Some(Interruption::Stopped)
        } else if self.kept.load(Ordering::Relaxed).saturating_add(held) >= self.memory {
            Some(Interruption::Memory)
        } else if self.is_worked_off() {
            Some(Interruption::Work)
        } else if self.clock.elapsed() >= self.time {
            Some(Interruption::Time)
        } else {
            None
        }
    }

    /// Says how many bytes are used besides what the run itself holds.
    pub(super) fn set_kept(&self, bytes: u64) {
        self.kept.store(bytes, Ordering::Relaxed);
    }

    /// Counts a step that has led to a state of so many bytes. Says when that is enough work.
    pub(super) fn step(&self, bytes: u64) -> Option<Interruption> {
        let parts = 4 + bytes / BYTES_OF_PART;
        self.done.fetch_add(parts, Ordering::Relaxed);
        self.is_worked_off().then_some(Interruption::Work)
    }

    fn is_worked_off(&self) -> bool {
        self.done.load(Ordering::Relaxed) / PARTS >= self.work
    }

    /// How long it has watched.
    pub(super) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// For a walk, which asks it between two slices of private work: ends that when a limit is reached.
    pub(super) fn interrupt(self: &Arc<Self>) -> Interrupt {
        let brake = self.clone();
        Arc::new(move |held, spent| {
            let parts = spent / (FUEL_PER_SLICE / PARTS);
            brake.done.fetch_add(parts.max(1), Ordering::Relaxed);
            brake.reached(held)
        })
    }

    /// The limit that is behind an interruption.
    pub(super) fn cut(&self, why: Interruption) -> Cut {
        match why {
            Interruption::Time => Cut::Time(self.time),
            Interruption::Memory => Cut::Memory(self.memory),
            Interruption::Exhausted(limit, pos) => Cut::Exhausted(limit, pos),
            Interruption::Work => Cut::Work(self.work),
            Interruption::Stopped => Cut::Stopped,
        }
    }
}
