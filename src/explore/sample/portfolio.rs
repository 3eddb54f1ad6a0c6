//! Alternates the strategies, schedule by schedule, on all cores.
//!
//! Schedules are run in rounds, each longer than the one before: first one at a time, so that each
//! can learn from the last, then thousands. All schedules of a round see what was known when it
//! began; what they have taught is learned at its end, in the order of their numbers. So it makes no
//! difference how many workers there are and who of them is faster.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;
use std::time::Duration;

use super::super::finding::Problem;
use super::super::limits::{Brake, Watch};
use super::super::outcome::Outcome;
use super::super::race::Race;
use super::ideas::Ideas;
use super::known::Known;
use super::strategy::Kind;
use super::trace::Event;
use super::worker::{ALL_LEARNED, MOST_OUTCOMES, ONE_LEARNED_OF, Round, Seen, Worker};
use super::{Example, FirstFound, Harvest, MOST_CYCLES, Sampled, Sampling, Twin, Unfinished};
use crate::host::Clock;
use crate::pos::Pos;
use crate::schedule::{Asked, Kept, Random, Until, Walk};

/// How much of the time schedules are run, in percent; the rest is for making those that fail simple.
const SAMPLE_PERCENT: u32 = 75;

/// Which part of the memory the schedules to learn from may take.
const LEARNED_PART: u64 = 8;

/// The first schedules are rounds of their own.
const ALONE: u64 = 8;

/// The longest round; and the shortest that is worth being done on several cores.
const LONGEST_ROUND: u64 = 4_096;
const SHARED_ROUND: u64 = 64;

/// After a failure was found, so many times as many schedules follow, and so many more: who finds
/// one mistake soon finds the others soon.
const FURTHER_TIMES: u64 = 20;
const FURTHER: u64 = 1_000;

/// How often progress is told.
const TICK: Duration = Duration::from_millis(20);

/// What is sampled, and how.
pub(in super::super) struct Portfolio<'a> {
    pub(in super::super) walk: &'a mut Walk,
    pub(in super::super) start: &'a Kept,
    pub(in super::super) twin: Option<&'a Twin>,
    pub(in super::super) until: Until,
    pub(in super::super) ordered: bool,
    pub(in super::super) sampling: &'a Sampling,
}

impl Portfolio<'_> {
    /// Runs schedules until there were enough, the time is over, or the watch says stop.
    pub(in super::super) fn run(self, watch: &mut Watch<'_>) -> Harvest {
        let workers = match self.twin {
            Some(_) => self.sampling.workers.max(1),
            None => 1,
        };
        // What each core may use: none knows how much the others do.
        let memory = self.sampling.memory / workers as u64;
        let brake = Brake::new(
            watch.stop,
            self.sampling.time * SAMPLE_PERCENT / 100,
            memory,
        );
        let observations = self.walk.observations().clone();
        std::thread::scope(|scope| {
            let mut own = Worker::new(self.walk, self.start, &brake);
            let mut others: Vec<Other> = Vec::new();
            let mut total = Total::new(self.sampling, brake.clone());
            while let Some(round) = total.next_round() {
                let is_shared = round.end - round.first >= SHARED_ROUND;
                let round = Arc::new(round);
                if is_shared && let Some(twin) = self.twin {
                    while others.len() + 1 < workers {
                        let (twin, observations) = (twin.clone(), observations.clone());
                        let (until, ordered) = (self.until, self.ordered);
                        let make = move || {
                            let (world, texts) = twin()?;
                            let mut walk = Walk::new(world, texts, until, ordered);
                            walk.observe(observations);
                            Some(walk)
                        };
                        others.push(Other::start(scope, make, &brake));
                    }
                }
                let busy: &[Other] = if is_shared { &others } else { &[] };
                busy.iter().for_each(|other| other.give(&round));
                let clock = Clock::start();
                let mut told = Duration::ZERO;
                let seen = own.work(&round, &mut |schedule| {
                    let now = clock.elapsed();
                    if now.saturating_sub(told) >= TICK {
                        told = now;
                        (watch.progress)(schedule, 0);
                    }
                });
                let mut all = vec![seen];
                all.extend(busy.iter().filter_map(Other::take));
                total.add(&round, all);
                (watch.progress)(total.schedules, 0);
            }
            total.into_harvest(1 + others.len())
        })
    }
}

/// A worker on another core.
struct Other {
    rounds: Sender<Arc<Round>>,
    seen: Receiver<Seen>,
}

impl Other {
    /// For the walk that `make` makes: the same one as that of all others, so that their schedules
    /// have the same steps.
    fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        make: impl FnOnce() -> Option<Walk> + Send + 'scope,
        brake: &Arc<Brake>,
    ) -> Self {
        let brake = brake.clone();
        let (rounds, to_do) = channel::<Arc<Round>>();
        let (done, seen) = channel();
        scope.spawn(move || {
            let Some(mut walk) = make() else {
                return;
            };
            walk.key(Asked::EVERYTHING);
            let start = walk.keep();
            let mut worker = Worker::new(&mut walk, &start, &brake);
            while let Ok(round) = to_do.recv() {
                if done.send(worker.work(&round, &mut |_| {})).is_err() {
                    return;
                }
            }
        });
        Self { rounds, seen }
    }

    /// A worker that could not begin does nothing, and the others do its part.
    fn give(&self, round: &Arc<Round>) {
        let _ = self.rounds.send(round.clone());
    }

    fn take(&self) -> Option<Seen> {
        self.seen.recv().ok()
    }
}

/// What all rounds have brought.
struct Total<'a> {
    sampling: &'a Sampling,
    brake: Arc<Brake>,
    known: Known,
    ideas: Ideas,
    /// The number of the next schedule; how many there were, and of how many steps; how many were
    /// not followed to the end.
    next: u64,
    schedules: u64,
    steps: u64,
    unfinished: Unfinished,
    /// How many steps the longest schedule has that was learned from.
    longest: usize,
    ran: BTreeMap<Kind, u64>,
    outcomes: BTreeMap<Outcome, Example>,
    /// By the two places in the text: which threads come to them is chance.
    races: BTreeMap<Vec<Pos>, (Race, Example)>,
    /// By the state that a schedule came to again.
    cycles: BTreeMap<u128, (usize, Example)>,
    found: Vec<FirstFound>,
}

impl<'a> Total<'a> {
    fn new(sampling: &'a Sampling, brake: Arc<Brake>) -> Self {
        Self {
            sampling,
            brake,
            known: Known::default(),
            ideas: Ideas::default(),
            next: 0,
            schedules: 0,
            steps: 0,
            unfinished: Unfinished::default(),
            longest: 0,
            ran: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            races: BTreeMap::new(),
            cycles: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    fn next_round(&mut self) -> Option<Round> {
        let length = match self.next {
            first if first < ALONE => 1,
            first => first.min(LONGEST_ROUND),
        };
        let (first, sampling) = (self.next, self.sampling);
        let end = (first + length).min(sampling.schedules);
        let mut round = Round {
            first,
            end,
            next: AtomicU64::new(first),
            known: Known::default(),
            changes: BTreeMap::new(),
            seed: sampling.seed,
            only: sampling.only,
            depth: sampling.depth as usize,
            learned_of: self.learned_of(end - first),
            brake: self.brake.clone(),
        };
        let is_enough = sampling.until_failure && self.has_found_enough()
            || sampling.steps.is_some_and(|steps| self.steps >= steps);
        if first >= end || is_enough || self.brake.reached(0).is_some() {
            return None;
        }
        let mut random = Random::new(sampling.seed ^ first);
        for schedule in first..end {
            if round.planned(schedule) == Kind::Reversal {
                let change = self.ideas.take(&mut random);
                round
                    .changes
                    .extend(change.into_iter().map(|change| (schedule, change)));
            }
        }
        round.known = self.known.clone();
        self.next = end;
        Some(round)
    }

    /// One of how many schedules of a round of this length is learned from: what they did is kept until
    /// the round is over.
    fn learned_of(&self, length: u64) -> u64 {
        let wanted = match self.next < ALL_LEARNED {
            true => 1,
            false => ONE_LEARNED_OF,
        };
        let longest = (self.longest.max(1) * size_of::<Event>()) as u64;
        let room = (self.sampling.memory / LEARNED_PART / longest).max(1);
        wanted.max(length.div_ceil(room))
    }

    fn has_found_enough(&self) -> bool {
        let failures = self.outcomes.iter().filter(|(o, _)| o.is_failure());
        let first = failures.map(|(_, example)| example.schedule).min();
        first.is_some_and(|first| self.next >= FURTHER + FURTHER_TIMES * first)
    }

    fn add(&mut self, round: &Round, all: Vec<Seen>) {
        let mut traces = Vec::new();
        for seen in all {
            for (kind, count) in seen.ran {
                *self.ran.entry(kind).or_default() += count;
                self.schedules += count;
            }
            self.steps += seen.steps;
            self.unfinished.add(&seen.unfinished);
            traces.extend(seen.traces);
            for (outcome, example) in seen.outcomes {
                match self.outcomes.get_mut(&outcome) {
                    Some(known) if known.schedule <= example.schedule => {}
                    Some(known) => *known = example,
                    None => {
                        self.outcomes.insert(outcome, example);
                    }
                }
            }
            for (key, cycle) in seen.cycles {
                match self.cycles.get_mut(&key) {
                    Some(known) if known.1.schedule <= cycle.1.schedule => {}
                    Some(known) => *known = cycle,
                    None => {
                        self.cycles.insert(key, cycle);
                    }
                }
            }
            for (race, example) in seen.races {
                let lines = race.accesses.iter().map(|access| access.pos).collect();
                match self.races.get(&lines) {
                    Some((_, known)) if known.schedule <= example.schedule => {}
                    _ => {
                        self.races.insert(lines, (race, example));
                    }
                }
            }
        }
        // The first ones: who ran them makes no difference then.
        while self.cycles.len() > MOST_CYCLES
            && let Some((key, _)) = self.cycles.iter().max_by_key(|(_, (_, e))| e.schedule)
        {
            let key = *key;
            self.cycles.remove(&key);
        }
        traces.sort_by_key(|(schedule, _)| *schedule);
        for (_, trace) in &traces {
            self.longest = self.longest.max(trace.events.len());
            let orders = self.ideas.learn(trace);
            self.known.learn(trace, &orders);
        }
        self.forget_surplus();
        self.note_problems(round);
    }

    /// Keeps the outcomes that came first.
    fn forget_surplus(&mut self) {
        if self.outcomes.len() <= MOST_OUTCOMES {
            return;
        }
        let mut first: Vec<u64> = self.outcomes.values().map(|e| e.schedule).collect();
        first.sort_unstable();
        let last = first[MOST_OUTCOMES - 1];
        self.outcomes
            .retain(|outcome, example| outcome.is_failure() || example.schedule <= last);
    }

    /// Notes who has found something first in this round.
    fn note_problems(&mut self, round: &Round) {
        let is_new = |example: &&Example| example.schedule >= round.first;
        let mut fresh: Vec<(u64, Kind, Problem)> = Vec::new();
        for (outcome, example) in &self.outcomes {
            if is_new(&example) {
                let problems = Problem::of(outcome).into_iter();
                fresh.extend(problems.map(|p| (example.schedule, example.strategy, p)));
            }
        }
        for (race, example) in self.races.values() {
            if is_new(&example) {
                let problem = Problem::Race(race.clone());
                fresh.push((example.schedule, example.strategy, problem));
            }
        }
        fresh.sort_by(|a, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
        for (schedule, strategy, problem) in fresh {
            let mut known = self.found.iter();
            if !known.any(|found| found.problem.is_like(&problem)) {
                self.found.push(FirstFound {
                    problem,
                    strategy,
                    schedule: schedule + 1,
                });
            }
        }
    }

    fn into_harvest(self, workers: usize) -> Harvest {
        Harvest {
            sampled: Sampled {
                schedules: self.schedules,
                unfinished: self.unfinished,
                took: self.brake.elapsed(),
                workers,
                strategies: self.ran.into_iter().collect(),
                found: self.found,
            },
            outcomes: by_schedule(self.outcomes),
            races: by_schedule(self.races.into_values()),
            cycles: by_schedule(self.cycles.into_values()),
        }
    }
}

fn by_schedule<T>(all: impl IntoIterator<Item = (T, Example)>) -> Vec<(T, Example)> {
    let mut all: Vec<(T, Example)> = all.into_iter().collect();
    all.sort_by_key(|(_, example)| example.schedule);
    all
}
