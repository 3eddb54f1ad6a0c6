//! One core's part of a portfolio: runs schedules of a round and notes what is worth telling.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::limits::Brake;
use super::super::outcome::Outcome;
use super::super::race::{Race, Races};
use super::known::Known;
use super::reversal::{Change, Rest, Reversal};
use super::runner::{Order, Runner};
use super::strategy::{Kind, Strategy};
use super::trace::Trace;
use super::{Example, MOST_CYCLES, Unfinished};
use crate::schedule::{Kept, Walk, WalkEnd};

/// So many different outcomes are remembered at most.
pub(super) const MOST_OUTCOMES: usize = 1_000;

/// Of so many schedules all are learned from, and later one of so many.
pub(super) const ALL_LEARNED: u64 = 256;
pub(super) const ONE_LEARNED_OF: u64 = 16;

/// In a long round so many schedules are taken at a time.
const PORTION: u64 = 16;

/// A part of the schedules, by their numbers from 0.
pub(super) struct Round {
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) next: AtomicU64,
    pub(super) known: Known,
    /// What the reversals among them reverse.
    pub(super) changes: BTreeMap<u64, Change>,
    pub(super) seed: u64,
    /// The one strategy that chooses all schedules, if not all do.
    pub(super) only: Option<Kind>,
    pub(super) depth: usize,
    /// One schedule of so many is learned from.
    pub(super) learned_of: u64,
    /// When all is over.
    pub(super) brake: Arc<Brake>,
}

impl Round {
    /// How a schedule is to be chosen, if that is possible.
    pub(super) fn planned(&self, schedule: u64) -> Kind {
        self.only.unwrap_or_else(|| Kind::of_schedule(schedule))
    }

    /// How a schedule is chosen. Without anything to reverse, another strategy takes its turn.
    fn kind_of(&self, schedule: u64) -> Kind {
        match self.planned(schedule) {
            Kind::Reversal if !self.changes.contains_key(&schedule) => Kind::instead(schedule),
            kind => kind,
        }
    }

    /// The next schedules that nobody runs yet.
    fn take(&self) -> Option<std::ops::Range<u64>> {
        let length = self.end - self.first;
        let portion = if length > 16 * PORTION { PORTION } else { 1 };
        let begin = self.next.fetch_add(portion, Ordering::Relaxed);
        (begin < self.end).then(|| begin..self.end.min(begin + portion))
    }
}

/// What a worker has seen in a round.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) ran: BTreeMap<Kind, u64>,
    pub(super) steps: u64,
    pub(super) unfinished: Unfinished,
    /// The schedules to learn from.
    pub(super) traces: Vec<(u64, Trace)>,
    /// Each different outcome with the first schedule.
    pub(super) outcomes: BTreeMap<Outcome, Example>,
    pub(super) races: Vec<(Race, Example)>,
    /// By the state that a schedule came to again, after how many steps it was there first.
    pub(super) cycles: BTreeMap<u128, (usize, Example)>,
}

/// See the head of the file.
pub(super) struct Worker<'a> {
    runner: Runner<'a>,
    strategies: BTreeMap<Kind, Box<dyn Strategy>>,
    /// What was printed in runs that ended well and were noted.
    noted: HashSet<u128>,
}

impl<'a> Worker<'a> {
    /// For the runs of `walk` from `start`, each until it ends or `brake` says stop.
    pub(super) fn new(walk: &'a mut Walk, start: &'a Kept, brake: &Arc<Brake>) -> Self {
        let strategies = Kind::ALL.map(|kind| (kind, kind.strategy()));
        // How much memory a run holds is this worker's own.
        walk.set_interrupt(Some(brake.interrupt()));
        Self {
            runner: Runner::new(walk, start),
            strategies: strategies.into(),
            noted: HashSet::new(),
        }
    }

    /// Runs schedules of a round until none is left, the time is over or somebody says stop. Calls
    /// `tick` now and then with the number of schedules that were begun.
    pub(super) fn work(&mut self, round: &Round, tick: &mut dyn FnMut(u64)) -> Seen {
        let mut seen = Seen::default();
        let mut races = RaceWatch::default();
        self.noted.clear();
        while let Some(portion) = round.take() {
            tick(portion.start);
            for schedule in portion {
                if round.brake.reached(0).is_some() {
                    break;
                }
                self.run(schedule, round, &mut seen, &mut races);
            }
        }
        seen.races = races.into_found();
        seen
    }

    fn run(&mut self, schedule: u64, round: &Round, seen: &mut Seen, races: &mut RaceWatch) {
        let kind = round.kind_of(schedule);
        let is_observed = schedule.is_multiple_of(round.learned_of);
        let change = round.changes.get(&schedule);
        let base = change.map(|change| (Arc::clone(&change.base), change.from));
        let order = Order {
            known: &round.known,
            seed: mix(round.seed, schedule),
            depth: round.depth,
            is_observed,
            dictated: base.as_ref().map(|(base, from)| (&**base, *from)),
        };
        let mut reversal;
        let strategy: &mut dyn Strategy = match (change, self.strategies.get_mut(&kind)) {
            (None, Some(strategy)) => &mut **strategy,
            (change, _) => {
                reversal = Reversal::new(change);
                &mut reversal
            }
        };
        let end = self.runner.run(strategy, &order, &mut |walk, trace| {
            races.look(walk, trace, schedule, kind);
        });
        *seen.ran.entry(kind).or_default() += 1;
        if let Some((cycle, steps)) = self.runner.cycle
            && seen.cycles.len() < MOST_CYCLES
        {
            seen.cycles.entry(cycle.key).or_insert_with(|| {
                let example = Example {
                    schedule,
                    strategy: kind,
                    decisions: self.runner.trace.decisions(steps),
                };
                (cycle.since, example)
            });
        }
        match end {
            Some(end) => self.note_end(end, schedule, kind, seen),
            None => seen.unfinished.note(self.runner.interruption()),
        }
        seen.steps += self.runner.trace.events.len() as u64;
        if is_observed {
            let mut trace = std::mem::take(&mut self.runner.trace);
            trace.is_first = matches!(kind, Kind::Balanced | Kind::Usual);
            trace.rest = match (kind, change) {
                (Kind::Balanced, _) => Rest::Balanced,
                (_, Some(change)) => change.rest,
                _ => Rest::Usual,
            };
            seen.traces.push((schedule, trace));
        }
    }

    fn note_end(&mut self, end: WalkEnd, schedule: u64, kind: Kind, seen: &mut Seen) {
        let walk = self.runner.walk();
        let is_plain = matches!(&end, WalkEnd::Main(Ok(value)) if value.is_unit());
        if is_plain && !self.noted.insert(walk.told_so_far().key()) {
            return;
        }
        let outcome = Outcome::of(walk, end);
        let has_failed = outcome.is_failure();
        if seen.outcomes.contains_key(&outcome)
            || seen.outcomes.len() >= MOST_OUTCOMES && !has_failed
            || seen.outcomes.len() >= 2 * MOST_OUTCOMES
        {
            return;
        }
        let example = Example {
            schedule,
            strategy: kind,
            decisions: self.runner.trace.decisions(usize::MAX),
        };
        seen.outcomes.insert(outcome, example);
    }
}

/// Looks for data races while schedules run.
#[derive(Default)]
struct RaceWatch {
    races: Races,
    /// The state numbers that the races are noted with, as schedules.
    examples: Vec<Example>,
}

impl RaceWatch {
    fn look(&mut self, walk: &Walk, trace: &Trace, schedule: u64, strategy: Kind) {
        let known = self.races.count();
        self.races.look(walk, self.examples.len() as u32);
        if self.races.count() > known {
            self.examples.push(Example {
                schedule,
                strategy,
                decisions: trace.decisions(usize::MAX),
            });
        }
    }

    fn into_found(self) -> Vec<(Race, Example)> {
        let examples = self.examples;
        let found = self.races.into_found().into_iter();
        found
            .filter_map(|(race, at)| Some((race, examples.get(at as usize)?.clone())))
            .collect()
    }
}

/// Spreads the numbers of schedules over all seeds (splitmix64: Steele, Lea and Flood, 2014).
fn mix(seed: u64, schedule: u64) -> u64 {
    let mut mixed = seed.wrapping_add(schedule.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}
