//! Schedules tried one by one, and what is made of those that have found something.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::finding::{Finding, Possible, Problem};
use super::super::limits::{Brake, Limits, Watch};
use super::super::outcome::Outcome;
use super::super::sample::{Example, FirstFound, Portfolio, Samples, Sampling, Shrunk, shrink};
use super::super::search::search;
use super::super::trail::Decision;
use super::{Explorer, GRACE, MOST_EXPLAINED, merged, one_for_each_variable};
use crate::host::Clock;
use crate::schedule::Choice;

/// Of so many problems that sampling has found schedules are made simpler.
const MOST_SHRUNK: usize = 16;

/// What follows from a state that a schedule came to again is searched for so long, and up to so many
/// states: whether there is a way out.
const LOOK_FOR_EXIT: Duration = Duration::from_millis(200);
const STATES_LOOKED_AT: u64 = 5_000;

impl Explorer {
    /// Tries schedules one by one. Blocks until there were enough or the watch says stop.
    pub fn sample(&mut self, sampling: &Sampling, watch: &mut Watch<'_>) -> Samples {
        let clock = Clock::start();
        let limits = Limits {
            time: sampling.time,
            memory: sampling.memory,
            ..Limits::default()
        };
        self.look_at_runs(watch.stop, &limits);
        let sampling = &Sampling {
            time: sampling.time.saturating_sub(clock.elapsed()),
            ..sampling.clone()
        };
        self.in_full();
        let mut harvest = Portfolio {
            walk: &mut self.walk,
            start: &self.start,
            twin: self.twin.as_ref(),
            until: self.until,
            ordered: self.ordered,
            sampling,
        }
        .run(watch);
        let left = sampling.time.saturating_sub(harvest.sampled.took);
        let brake = Brake::new(watch.stop, left.max(GRACE), sampling.memory);
        self.walk.set_interrupt(Some(brake.interrupt()));
        let examples: Vec<(Outcome, Vec<Decision>)> = (harvest.outcomes.iter())
            .map(|(outcome, example)| (outcome.clone(), example.decisions.clone()))
            .collect();
        let shrunk = self.shrink(&examples, &brake);
        self.allow_grace(Duration::ZERO);
        let mut failures = self.explain_all(shrunk);
        let findings = harvest.races.iter().map(|(race, example)| {
            let problem = Problem::Race(race.clone());
            self.finding_after(problem, &example.decisions)
        });
        let mut findings = one_for_each_variable(findings.collect());
        for (since, example) in std::mem::take(&mut harvest.cycles) {
            let Some(finding) = self.endless(since, &example, sampling.memory, watch) else {
                continue;
            };
            let known = match finding.problem.is_finding() {
                true => &mut findings,
                false => &mut failures,
            };
            if !known
                .iter()
                .any(|known| known.problem.is_like(&finding.problem))
            {
                harvest.sampled.found.push(FirstFound {
                    problem: finding.problem.clone(),
                    strategy: example.strategy,
                    schedule: example.schedule + 1,
                });
                known.push(finding);
            }
        }
        let outcomes = harvest.outcomes.into_iter().map(|(outcome, example)| {
            let token = self.token_of_all(&example.decisions);
            Possible {
                outcome,
                alike: Vec::new(),
                interleavings: None,
                token,
            }
        });
        Samples {
            outcomes: outcomes.collect(),
            failures,
            findings,
            sampled: harvest.sampled,
        }
    }

    /// The failures whose schedules these are, the first ones with their causes.
    pub(super) fn explain_all(&mut self, shrunk: Vec<Shrunk>) -> Vec<Finding> {
        let finding = |(index, shrunk): (usize, Shrunk)| {
            let mut finding = self.finding_after(shrunk.problem, &shrunk.decisions);
            if index < MOST_EXPLAINED {
                finding.explanation = self.explain_run(&finding.problem, &shrunk.decisions);
            }
            finding
        };
        merged(shrunk.into_iter().enumerate().map(finding).collect())
    }

    /// What is wrong with a schedule that came to a state again, which it was in after `since` steps:
    /// nothing leads out of there, or each thread goes on in the cycle. Nothing when neither is so.
    fn endless(
        &mut self,
        since: usize,
        example: &Example,
        memory: u64,
        watch: &mut Watch<'_>,
    ) -> Option<Finding> {
        let (mut possible, mut done) = (BTreeSet::new(), BTreeSet::new());
        let walk = self.in_full();
        for (step, decision) in example.decisions.iter().enumerate() {
            if step >= since {
                possible.extend(walk.choices().iter().copied());
                done.insert(decision.choice);
            }
            let drawn = walk.take(decision.choice, &decision.draws);
            if step >= since && !drawn.is_empty() || walk.interruption().is_some() {
                return None;
            }
        }
        if possible != done {
            return None;
        }
        let limits = Limits {
            time: LOOK_FOR_EXIT,
            states: STATES_LOOKED_AT,
            memory,
            ..Limits::default()
        };
        let found = search(&mut self.walk, &limits, watch);
        self.allow_grace(Duration::ZERO);
        let tasks = |choices: BTreeSet<Choice>| choices.iter().map(|c| c.task()).collect();
        let round = example.decisions.len() - since;
        if found.cut.is_some() || !found.outcomes.is_empty() {
            let problem = Problem::FairLivelock {
                threads: Vec::new(),
                round,
            };
            let mut finding = self.finding_after(problem, &example.decisions);
            let threads = self.names(tasks(done));
            finding.problem = Problem::FairLivelock { threads, round };
            return Some(finding);
        }
        let problem = Problem::Livelock(Vec::new());
        let mut finding = self.finding_after(problem, &example.decisions[..since]);
        finding.problem = self.trapped(tasks(done));
        Some(finding)
    }

    /// Each different problem once, its schedule made as simple as possible.
    pub(super) fn shrink(
        &mut self,
        examples: &[(Outcome, Vec<Decision>)],
        brake: &Brake,
    ) -> Vec<Shrunk> {
        let mut shrunk: Vec<Shrunk> = Vec::new();
        for (outcome, decisions) in examples {
            for problem in Problem::of(outcome) {
                let is_known = shrunk.iter().any(|known| known.problem.is_like(&problem));
                if is_known || shrunk.len() >= MOST_SHRUNK {
                    continue;
                }
                let (walk, start) = (&mut self.walk, &self.start);
                shrunk.extend(shrink(walk, start, decisions, &problem, brake));
            }
        }
        shrunk.sort_by_key(Shrunk::cost);
        shrunk
    }
}
