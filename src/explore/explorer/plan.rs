//! In which order the ways to explore a program are tried, and how much each may spend.
//!
//! First every state is entered once, which counts and proves. After the first ones it is estimated how
//! many there are. If that is in reach, the search has all the time; if not, it is left at once, and one
//! run of each kind is done ([`dpor`](super::super::dpor)), which proves without counting where steps are
//! independent. What time is left is for sampling.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::super::demand::Demanded;
use super::super::dpor::{Bounds, Reduced, Unfinished, reduced};
use super::super::estimate::{Effort, Expected, estimate};
use super::super::finding::{Exploration, Finding, Possible, Problem};
use super::super::limits::{Brake, Cut, Limits, Reduction, Watch};
use super::super::outcome::Outcome;
use super::super::sample::{Samples, Sampling};
use super::super::trail::Decision;
use super::{Explorer, MOST_LOOKED_THROUGH, MOST_OUTCOMES, one_for_each_variable};
use crate::host::Clock;

/// After so many states it is asked how many there are, or after so much of the time, in percent.
const PROBED_STATES: u64 = 20_000;
const PROBE_PERCENT: u32 = 10;

/// So many states are looked at for the estimate, fewer where the limit is lower, for so much of the time,
/// in percent.
const ESTIMATED_STATES: usize = 40_000;
const LEAST_ESTIMATED: usize = 2_000;
const ESTIMATE_PERCENT: u32 = 5;

/// With fewer states than this nothing is known of how fast it gets on: threads compute.
const LEAST_STATES: u64 = 1_000;

/// The search is left when there are at least so many times as many states as it could enter: an
/// estimate may be wrong.
const OUT_OF_REACH: f64 = 3.0;

/// How much of the time the search gets when its end is in reach, in percent: the estimate may be wrong.
const IN_REACH_PERCENT: u32 = 90;

/// The same where it is not known how fast the search gets on.
const COMPUTING_PERCENT: u32 = 80;

/// How much of the time that is left is for the runs that prove without counting, in percent.
const REDUCED_PERCENT: u32 = 50;

/// Where the search ended at a limit that is the same in each run, so do they and so does sampling: after
/// as many steps as it has done, and at least so many.
const LEAST_STEPS: u64 = 200_000;

/// With less time than this nothing is begun.
const LEAST_TIME: Duration = Duration::from_millis(20);

/// Whether the watch has said stop; then that is why not everything was seen.
fn was_stopped(watch: &Watch<'_>, exploration: &mut Exploration) -> bool {
    let is_stopped = watch.stop.load(Ordering::Relaxed);
    if is_stopped {
        exploration.cut = Some(Cut::Stopped);
    }
    is_stopped
}

impl Explorer {
    /// Finds all that can happen; where that is too much, as much as the limits allow. Blocks until
    /// everything was seen, a limit is reached or the watch says stop.
    pub fn explore(&mut self, limits: &Limits, watch: &mut Watch<'_>) -> Exploration {
        let clock = Clock::start();
        self.set_limits(limits);
        *self.expected.lock() = None;
        if limits.reduction == Reduction::Always {
            let bounds = bounds(limits, limits.time, None);
            if let Some(exploration) = self.reduce(&bounds, watch) {
                return exploration;
            }
        }
        let mut exploration = self.search_in_reach(limits, watch);
        let steps = match exploration.cut {
            None | Some(Cut::Stopped | Cut::Redefined) => return exploration,
            Some(Cut::Exhausted(..)) => return exploration,
            Some(Cut::Time(_) | Cut::Memory(_) | Cut::OutOfReach(_)) => None,
            Some(Cut::States(_) | Cut::Depth(_) | Cut::Numbers(_) | Cut::Work(_)) => {
                Some(exploration.transitions.max(LEAST_STEPS))
            }
        };
        if limits.schedules == 0 {
            return exploration;
        }
        if let Some(Cut::Time(time)) = &mut exploration.cut {
            *time = limits.time;
        }
        let is_large = match exploration.cut {
            Some(Cut::Depth(_) | Cut::Numbers(_)) => false,
            Some(Cut::Time(_)) => exploration.states >= LEAST_STATES,
            _ => true,
        };
        if is_large && exploration.expected.is_none() {
            exploration.expected = self.expect(limits, watch);
        }
        let left = limits.time.saturating_sub(clock.elapsed());
        if is_large && limits.reduction == Reduction::Auto && left > LEAST_TIME {
            let bounds = bounds(limits, left * REDUCED_PERCENT / 100, steps);
            if let Some(mut proof) = self.reduce(&bounds, watch) {
                proof.took = clock.elapsed();
                add(&mut proof.failures, exploration.failures);
                add(&mut proof.findings, exploration.findings);
                return proof;
            }
        }
        if was_stopped(watch, &mut exploration) {
            return exploration;
        }
        let sampling = Sampling {
            seed: limits.seed,
            schedules: limits.schedules,
            time: limits.time.saturating_sub(clock.elapsed()),
            steps,
            memory: limits.memory,
            depth: limits.depth,
            workers: crate::host::cores(),
            until_failure: true,
            only: None,
        };
        let samples = self.sample(&sampling, watch);
        add_samples(&mut exploration, samples);
        was_stopped(watch, &mut exploration);
        exploration
    }

    /// Enters every state once, unless there are far too many.
    fn search_in_reach(&mut self, limits: &Limits, watch: &mut Watch<'_>) -> Exploration {
        if limits.schedules == 0 || limits.states <= PROBED_STATES {
            return self.search(limits, watch);
        }
        let probe = Limits {
            states: PROBED_STATES,
            time: limits.time * PROBE_PERCENT / 100,
            ..limits.clone()
        };
        let clock = Clock::start();
        let mut found = self.search(&probe, watch);
        let is_probe = matches!(found.cut, Some(Cut::States(_) | Cut::Time(_)));
        if !is_probe {
            return found;
        }
        let computes = found.states < LEAST_STATES;
        let expected = match computes {
            true => None,
            false => self.expect(limits, watch),
        };
        let left = limits.time.saturating_sub(clock.elapsed());
        let in_reach =
            found.states as f64 * left.as_secs_f64() / found.took.as_secs_f64().max(1e-6);
        let in_reach = in_reach.min(limits.states as f64);
        if let Some(expected) = &expected
            && expected.least as f64 > OUT_OF_REACH * in_reach
        {
            found.cut = Some(Cut::OutOfReach(expected.least));
            found.expected = Some(expected.clone());
            return found;
        }
        let all = Limits {
            time: match computes {
                true => left * COMPUTING_PERCENT / 100,
                false => left * IN_REACH_PERCENT / 100,
            },
            ..limits.clone()
        };
        let mut found = self.search(&all, watch);
        found.took = clock.elapsed();
        found.expected = expected.filter(|_| found.cut.is_some());
        found
    }

    /// Estimates how many states there are.
    fn expect(&mut self, limits: &Limits, watch: &mut Watch<'_>) -> Option<Expected> {
        let effort = Effort {
            states: ESTIMATED_STATES
                .min((2 * limits.states.min(ESTIMATED_STATES as u64)) as usize + LEAST_ESTIMATED),
            time: limits.time * ESTIMATE_PERCENT / 100,
            memory: limits.memory,
            numbers: limits.numbers,
        };
        self.walk_with(self.observations.clone().fixed());
        let expected = estimate(&mut self.walk, &self.start, effort, watch.stop);
        self.expected.lock().clone_from(&expected);
        expected
    }

    /// Does one run of each kind. Nothing when that proves nothing.
    fn reduce(&mut self, bounds: &Bounds, watch: &mut Watch<'_>) -> Option<Exploration> {
        let clock = Clock::start();
        let limits = Limits {
            time: bounds.time,
            memory: bounds.memory,
            ..Limits::default()
        };
        self.look_at_runs(watch.stop, &limits);
        let found = loop {
            let left = Bounds {
                time: bounds.time.saturating_sub(clock.elapsed()),
                ..bounds.clone()
            };
            let observations = self.observations.clone();
            let found = reduced(self.walk_with(observations), &left, watch);
            match found.unfinished {
                None => break found,
                Some(Unfinished::Learned) => {
                    self.observations = self.walk.observations().clone();
                }
                Some(Unfinished::Limit | Unfinished::Stopped | Unfinished::Unsuitable) => {
                    return None;
                }
            }
        };
        Some(self.proof(found, &clock, bounds, watch))
    }

    /// What runs have proved that stand for all others.
    fn proof(
        &mut self,
        found: Reduced,
        clock: &Clock,
        bounds: &Bounds,
        watch: &mut Watch<'_>,
    ) -> Exploration {
        let took = clock.elapsed();
        let mut examples: Vec<(Outcome, Vec<Decision>)> = Vec::new();
        let mut findings = Vec::new();
        let passing = found.outcomes.iter().take(MOST_LOOKED_THROUGH);
        for (_, decisions) in passing.filter(|(outcome, _)| !outcome.is_failure()) {
            self.unseen_errors(decisions, &mut findings);
        }
        for (outcome, decisions) in found.outcomes {
            let decisions = self.with_hidden(&decisions);
            examples.push((outcome, decisions));
        }
        let left = bounds.time.saturating_sub(took).max(bounds.time / 10);
        let brake = Brake::new(watch.stop, left, bounds.memory);
        self.in_full();
        self.walk.set_interrupt(Some(brake.interrupt()));
        let shrunk = self.shrink(&examples, &brake);
        self.allow_grace(left);
        let failures = self.explain_all(shrunk);
        self.allow_grace(left);
        for (nestings, decisions) in found.inversions {
            let decisions = self.with_hidden(&decisions);
            findings.push(self.finding_after(Problem::LockOrder(nestings), &decisions));
        }
        for (race, decisions) in found.races {
            let decisions = self.with_hidden(&decisions);
            findings.push(self.finding_after(Problem::Race(race), &decisions));
        }
        let possible = examples.into_iter().take(MOST_OUTCOMES);
        let possible = possible.map(|(outcome, decisions)| Possible {
            outcome,
            alike: Vec::new(),
            interleavings: None,
            token: self.token_of_all(&decisions),
        });
        Exploration {
            outcomes: possible.collect(),
            failures,
            findings: one_for_each_variable(findings),
            interleavings: None,
            states: 0,
            transitions: found.steps,
            unexpanded: 0,
            took,
            cut: None,
            cut_at: Vec::new(),
            uncounted: Some(found.runs),
            expected: None,
            sampled: None,
            demanded: Demanded::default(),
        }
    }
}

fn bounds(limits: &Limits, time: Duration, steps: Option<u64>) -> Bounds {
    Bounds {
        time,
        memory: limits.memory,
        depth: limits.depth,
        steps,
    }
}

/// What only sampling has found stands behind what the search has.
fn add_samples(exploration: &mut Exploration, samples: Samples) {
    for possible in samples.outcomes {
        let mut known = exploration.outcomes.iter();
        let is_same = |known: &Possible| {
            known.outcome.class(&known.alike) == possible.outcome.class(&known.alike)
        };
        if exploration.outcomes.len() < MOST_OUTCOMES && !known.any(is_same) {
            exploration.outcomes.push(possible);
        }
    }
    add(&mut exploration.failures, samples.failures);
    add(&mut exploration.findings, samples.findings);
    exploration.sampled = Some(samples.sampled);
}

fn add(known: &mut Vec<Finding>, found: Vec<Finding>) {
    for finding in found {
        if !known.iter().any(|k| k.problem.is_like(&finding.problem)) {
            known.push(finding);
        }
    }
}
