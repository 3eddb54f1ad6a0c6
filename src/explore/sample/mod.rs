//! Trying schedules one by one, where there are too many to see them all.
//!
//! Nothing is proved that way, but what goes wrong in many schedules, or in one that looks like a
//! mistake, is soon found. In reading order: [`strategy`], what a way to choose schedules is asked;
//! the strategies, a file each; [`known`] and [`ideas`], what earlier schedules have taught and what
//! they suggest; [`trace`], what one schedule did, [`runner`], which runs one, and
//! [`cycles`], which finds out that it goes round; [`portfolio`], which alternates the strategies on
//! all cores; [`mod@shrink`], which makes the schedule that fails one that can be understood.
//!
//! A schedule depends on the seed, on its number and on what the rounds of schedules before have
//! taught, and on nothing else: not on the number of cores, and not on which of them was faster.

mod balanced;
mod cycles;
mod delays;
mod ideas;
mod known;
mod partial_order;
mod places;
mod portfolio;
mod priorities;
mod reversal;
mod runner;
mod selective;
mod shrink;
mod strategy;
mod trace;
mod uniform;
mod usual;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use super::finding::{Finding, Possible, Problem};
use super::outcome::Outcome;
use super::race::Race;
use super::trail::Decision;
use crate::schedule::{Interruption, Prepared, World};

pub(super) use portfolio::Portfolio;
pub(super) use shrink::{Shrunk, shrink};
pub use strategy::Kind as StrategyKind;

/// Makes the same program again, in a world of its own, for one more core.
pub type Twin = Arc<dyn Fn() -> Option<(Arc<World>, Vec<Arc<Prepared>>)> + Send + Sync>;

/// How much is sampled.
#[derive(Clone, Debug)]
pub struct Sampling {
    /// What all choices are drawn from.
    pub seed: u64,
    /// So many schedules at most.
    pub schedules: u64,
    /// For so long at most.
    pub time: Duration,
    /// After so many steps no further round of schedules begins: unlike a time, that is the same in
    /// each run.
    pub steps: Option<u64>,
    /// The runs of all cores hold so many bytes at most.
    pub memory: u64,
    /// A schedule is followed for so many steps.
    pub depth: u32,
    /// On so many cores at most.
    pub workers: usize,
    /// Whether to end some time after the first failure was found.
    pub until_failure: bool,
    /// The one strategy that chooses all schedules, to measure it; all of them without it.
    pub only: Option<StrategyKind>,
}

/// What sampling has done.
#[derive(Clone, Debug)]
pub struct Sampled {
    /// How many schedules were run.
    pub schedules: u64,
    /// How many of them were left before their end.
    pub unfinished: Unfinished,
    /// How long it took.
    pub took: Duration,
    /// On how many cores.
    pub workers: usize,
    /// How many schedules each strategy ran.
    pub strategies: Vec<(StrategyKind, u64)>,
    /// What was found, in the order of the schedules that found it first.
    pub found: Vec<FirstFound>,
}

/// How many runs were left before their end, by the limit that they came to: what becomes of them is
/// not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// They had more steps than the limit.
    pub depth: u64,
    /// The time was over, or the search was stopped.
    pub time: u64,
    /// They held more memory than the limit.
    pub memory: u64,
}

impl Unfinished {
    /// How many there are.
    pub fn total(&self) -> u64 {
        self.depth + self.time + self.memory
    }

    /// One more, left in the middle of a step because of this limit, or else because of its length.
    pub(super) fn note(&mut self, why: Option<Interruption>) {
        match why {
            None => self.depth += 1,
            Some(Interruption::Time | Interruption::Work | Interruption::Stopped) => {
                self.time += 1;
            }
            Some(Interruption::Memory | Interruption::Exhausted(..)) => self.memory += 1,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.depth += other.depth;
        self.time += other.time;
        self.memory += other.memory;
    }
}

/// Which schedule found something first.
#[derive(Clone, Debug)]
pub struct FirstFound {
    /// What went wrong in it.
    pub problem: Problem,
    /// How the schedule was chosen.
    pub strategy: StrategyKind,
    /// Its number, from 1.
    pub schedule: u64,
}

impl Sampled {
    /// The number of the first schedule that failed, from 1.
    pub fn first_failure(&self) -> Option<u64> {
        let failures = self.found.iter();
        let failures = failures.filter(|found| !found.problem.is_finding());
        failures.map(|found| found.schedule).min()
    }
}

/// What sampling has done and found.
#[derive(Clone, Debug)]
pub struct Samples {
    /// The figures.
    pub sampled: Sampled,
    /// What can become of the program, as far as it was seen, in the order in which it was.
    pub outcomes: Vec<Possible>,
    /// What goes wrong, each with a schedule of few preemptions.
    pub failures: Vec<Finding>,
    /// Data races, and fair livelocks.
    pub findings: Vec<Finding>,
}

/// A schedule worth telling, by its number.
#[derive(Clone, Debug)]
pub(super) struct Example {
    pub(super) schedule: u64,
    pub(super) strategy: StrategyKind,
    pub(super) decisions: Vec<Decision>,
}

/// Everything that a portfolio has seen.
pub(super) struct Harvest {
    pub(super) sampled: Sampled,
    /// Each different outcome with the first schedule that led there.
    pub(super) outcomes: Vec<(Outcome, Example)>,
    /// Each data race with the beginning of the first schedule that led before it.
    pub(super) races: Vec<(Race, Example)>,
    /// The first schedules that came to a state again, and all that was possible on the way round was
    /// done there: each up to that state, and after how many steps it was there first.
    pub(super) cycles: Vec<(usize, Example)>,
}

/// So many of them are kept at most.
const MOST_CYCLES: usize = 8;
