//! How many states there are, before all of them were seen: an estimate.
//!
//! Nothing that a search has seen so far says how much is still to come: it may be in the middle of the
//! first half or at the end of the last. So the states are looked at from their ends. A run is drawn at
//! random, and then, from its last state backwards, everything is searched that can follow from each of
//! its states, for as long as that is few states. These numbers grow towards the beginning in a way that
//! can be continued: if the threads had nothing to do with each other, what can follow from a state where
//! thread `t` has `r(t)` steps left would be the product of all `r(t) + 1`. What they share makes more
//! states of it, and what they wait for makes less, which shows in the slope of the logarithm of the one
//! number over that of the other. It is taken from the largest numbers that are known, and assumed to
//! stay the same up to the beginning.
//!
//! The same idea for trees, by what lies below the nodes of a random path, is Knuth's ("Estimating the
//! Efficiency of Backtrack Programs", 1975); here ways meet again, so that his unbiased sum over paths
//! would count states many times.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use super::limits::Brake;
use crate::pos::{Line, Pos};
use crate::schedule::{Choice, Draw, Kept, Random, Walk};

/// So many runs are drawn, each with an estimate of its own: an odd number, as the middle one counts.
const RUNS: u64 = 5;

/// A run is followed for so many steps.
const LONGEST: usize = 2_000;

/// The slope is that over the last states that follow from a state where so many times fewer do. It
/// falls in some programs and rises in others: the larger one of two is nearer.
const SPANS: [f64; 2] = [3.0, 12.0];

/// Where little is known, a slope may come out as anything.
const STEEPEST: f64 = 2.5;

/// By so much estimates are too low on average, in programs whose number of states is known.
const BIAS: f64 = 1.15;

/// How far the true number may be from the middle estimate: so many times at least, and more the further
/// it lies from what was seen, by this power of the quotient.
const LEAST_MARGIN: f64 = 1.2;
const MARGIN_POWER: f64 = 0.1;

/// How many states there are, from and to, as far as one can tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Hardly fewer than these.
    pub least: u64,
    /// Hardly more than these.
    pub most: u64,
    /// The line whose steps lead to most of the states that were not there before, and to how many of
    /// them, in percent.
    pub busiest: Option<(Line, u32)>,
}

impl Expected {
    /// A number in the middle, as far from the one as from the other.
    pub fn states(&self) -> u64 {
        (self.least as f64 * self.most as f64).sqrt() as u64
    }

    /// How much of it `states` are, in percent, from and to.
    pub fn seen(&self, states: u64) -> (u32, u32) {
        let percent = |of: u64| {
            let share = states as f64 * 100.0 / of.max(1) as f64;
            share.clamp(0.0, 99.0) as u32
        };
        (percent(self.most), percent(self.least))
    }
}

/// What may be spent on an estimate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// So many states are looked at, for all runs together.
    pub(super) states: usize,
    pub(super) time: Duration,
    /// The memory that the run and what is remembered may take.
    pub(super) memory: u64,
    /// A random number of the script is tried with so many values at most.
    pub(super) numbers: u64,
}

/// Estimates how many states can be reached from `start`. Leaves `walk` anywhere, and without an
/// interrupt. Nothing when a run is too long or the time too short.
pub(super) fn estimate(
    walk: &mut Walk,
    start: &Kept,
    effort: Effort,
    stop: &std::sync::Arc<std::sync::atomic::AtomicBool>,
) -> Option<Expected> {
    let brake = Brake::new(stop, effort.time, effort.memory);
    walk.set_interrupt(Some(brake.interrupt()));
    let mut estimation = Estimation {
        walk,
        start,
        numbers: effort.numbers,
        left: 0,
        seen: HashSet::new(),
        lines: BTreeMap::new(),
    };
    let mut logarithms = Vec::new();
    let mut largest = 0_usize;
    for run in 0..RUNS {
        if brake.reached(0).is_some() {
            break;
        }
        estimation.left = effort.states / RUNS as usize;
        estimation.seen.clear();
        match estimation.of_run(run) {
            Some(One::Exactly(states)) => {
                let states = states as u64;
                return Some(estimation.expected(states, states));
            }
            Some(One::About(logarithm)) => logarithms.push(logarithm),
            None => {}
        }
        largest = largest.max(estimation.seen.len());
    }
    estimation.walk.set_interrupt(None);
    logarithms.sort_by(f64::total_cmp);
    let middle = *logarithms.get(logarithms.len() / 2)?;
    // How much the runs differ, without the ones farthest out.
    let (first, last) = match logarithms.as_slice() {
        [_, first, .., last, _] => (*first, *last),
        [first, .., last] => (*first, *last),
        _ => (middle, middle),
    };
    let beyond = (middle - (largest.max(1) as f64).ln()).max(0.0);
    let margin = LEAST_MARGIN.ln() + MARGIN_POWER * beyond;
    let least = (middle - margin).min(first).exp();
    let most = (middle + margin).max(last).exp();
    Some(estimation.expected(least as u64, most as u64))
}

/// What one run says.
enum One {
    Exactly(usize),
    /// The logarithm of the number.
    About(f64),
}

struct Estimation<'a> {
    walk: &'a mut Walk,
    start: &'a Kept,
    numbers: u64,
    /// So many states may still be looked at.
    left: usize,
    seen: HashSet<u128>,
    /// How many new states steps of each line have led to.
    lines: BTreeMap<Line, u64>,
}

impl Estimation<'_> {
    fn key(&mut self) -> u128 {
        self.walk.key(self.walk.asked())
    }

    fn of_run(&mut self, run: u64) -> Option<One> {
        let mut random = Random::new(run);
        self.walk.set_back(self.start);
        let mut states = Vec::new();
        let mut choices: Vec<Choice> = Vec::new();
        while self.walk.interruption().is_none() {
            self.key();
            states.push(self.walk.keep());
            let possible = self.walk.choices();
            if possible.is_empty() {
                break;
            }
            let choice = possible[random.below(possible.len() as u64) as usize];
            choices.push(choice);
            self.walk.take(choice, &[]);
            if choices.len() > LONGEST {
                return None;
            }
        }
        // From the end: how many states follow from each, over what it would be without anything
        // shared.
        let mut ahead: BTreeMap<Choice, u32> = BTreeMap::new();
        let mut product = 0.0;
        let mut points: Vec<(f64, f64)> = Vec::new();
        let mut is_complete = true;
        // What comes before the first choice adds nothing but itself.
        let first = states
            .iter()
            .position(|state| state.choices().len() > 1)
            .unwrap_or(0);
        let mut whole = 0.0;
        for index in (0..states.len()).rev() {
            if let Some(choice) = choices.get(index) {
                let count = ahead.entry(*choice).or_default();
                product -= f64::from(*count + 1).ln();
                *count += 1;
                product += f64::from(*count + 1).ln();
            }
            if index >= first {
                whole = product;
            }
            is_complete = is_complete && self.search_from(&states[index]);
            if is_complete {
                points.push((product, (self.seen.len() as f64).ln()));
            }
        }
        if is_complete {
            return Some(One::Exactly(self.seen.len()));
        }
        let (x, y) = *points.last()?;
        let slope = |span: f64| {
            let before = points
                .iter()
                .rev()
                .find(|(_, earlier)| y - earlier >= span.ln());
            let (x0, y0) = before.or(points.first())?;
            (x > *x0).then(|| (y - y0) / (x - x0))
        };
        let slopes = SPANS.iter().filter_map(|span| slope(*span));
        let slope = slopes
            .max_by(f64::total_cmp)
            .unwrap_or(1.0)
            .clamp(0.5, STEEPEST);
        Some(One::About(y + slope * (whole - x) + BIAS.ln()))
    }

    /// Looks at everything that can follow from a state; whether that was not too much.
    fn search_from(&mut self, kept: &Kept) -> bool {
        self.walk.set_back(kept);
        let mut open = Vec::new();
        self.arrive(&mut open);
        while let Some(kept) = open.pop() {
            if self.left == 0 {
                return false;
            }
            self.left -= 1;
            for &choice in kept.choices() {
                let mut numbers = Vec::new();
                loop {
                    self.walk.set_back(&kept);
                    let line = self.walk.pos(choice.task());
                    let draws = self.walk.take(choice, &numbers);
                    if self.walk.interruption().is_some() {
                        return false;
                    }
                    if self.arrive(&mut open) && line != Pos::NONE {
                        *self.lines.entry(line.at()).or_default() += 1;
                    }
                    match next_numbers(&draws, self.numbers) {
                        Some(next) => numbers = next,
                        None => break,
                    }
                }
            }
        }
        true
    }

    /// Notes the state that the walk is in; whether it is new.
    fn arrive(&mut self, open: &mut Vec<Kept>) -> bool {
        let key = self.key();
        let is_new = self.seen.insert(key);
        if is_new {
            open.push(self.walk.keep());
        }
        is_new
    }

    fn expected(&self, least: u64, most: u64) -> Expected {
        let all: u64 = self.lines.values().sum();
        let busiest = self.lines.iter().max_by_key(|(_, count)| **count);
        let busiest = busiest.map(|(line, count)| (*line, (count * 100 / all.max(1)) as u32));
        Expected {
            least,
            most,
            busiest,
        }
    }
}

/// The numbers to dictate next, after a step that drew `draws`: the last one that has a further value
/// gets it. Of more than `most` values some are tried, evenly from the first to the last.
fn next_numbers(draws: &[Draw], most: u64) -> Option<Vec<u64>> {
    for (index, draw) in draws.iter().enumerate().rev() {
        let stride = match draw.bound > most {
            true => (draw.bound - 1) / (most - 1).max(1),
            false => 1,
        };
        if let Some(next) = draw.number.checked_add(stride).filter(|n| *n < draw.bound) {
            let mut numbers: Vec<u64> = draws[..index].iter().map(|d| d.number).collect();
            numbers.push(next);
            return Some(numbers);
        }
    }
    None
}
