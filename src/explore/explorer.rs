//! A program to be explored: it can be searched, replayed and stepped through as often as one likes,
//! always from the same beginning.

mod plan;
mod sampled;

use std::cell::Cell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::demand::{Demand, Demanded, Met};
use super::estimate::Expected;
use super::fair_livelock::{FairCycle, fair_cycles};
use super::finding::{Exploration, Finding, Possible, Problem};
use super::graph::{Interleavings, StateId, Way};
use super::lift::{Lifted, lift};
use super::limits::{Brake, Cut, Limits, Watch};
use super::outcome::{Outcome, Stuck};
use super::record::Recorder;
use super::sample::Twin;
use super::search::{Found, search_for};
use super::starvation::starved;
use super::token::{Token, TokenProblem};
use super::trail::{Decision, Trail, UsualRun, rank, ranked};
use super::unfold::Unfolding;
use super::verdict::{Futures, Knowledge, Verdict};
use crate::explain::{Explanation, Failure, explain};
use crate::host::Clock;
use crate::pos::Pos;
use crate::schedule::{
    Asked, Choice, FUEL_PER_SLICE, Failed, Interruption, Kept, MAIN, Prepared, Random, Until, Walk,
    World,
};
use crate::trace::{EventKind, TraceEvent};
use crate::value::object::TaskId;
use crate::vm::{Observations, Observed};

/// How many outcomes are told at most, so that a program with thousands of them stays readable.
const MOST_OUTCOMES: usize = 1_000;

/// So long may it take after the time is over, or after a stop, to run again what is to be shown.
const GRACE: Duration = Duration::from_millis(250);

/// So many runs are looked at before the first search, each for so many steps and so many slices of
/// private work, and all together for so much of the time, in percent. Only where slices take very
/// long does the time end it first.
const RUNS_LOOKED_AT: u64 = 17;
/// A run of more steps is not explained where not all states are known.
const LONGEST_EXPLAINED: usize = 3_000;
/// So many outcomes are looked through for errors that nobody sees.
const MOST_LOOKED_THROUGH: usize = 12;
/// So long may explaining one such run take.
const TIME_TO_EXPLAIN: Duration = Duration::from_secs(1);
/// So many failures that sampling has found are explained; only so many are shown whole.
const MOST_EXPLAINED: usize = 3;
/// So many failures of a search are explained. Those beyond are most often others of the same causes.
const MOST_EXPLAINED_EXACTLY: usize = 24;
const STEPS_LOOKED_AT: u32 = 1_000;
const SLICES_LOOKED_AT: u64 = 2_000;
const LOOK_PERCENT: u32 = 10;
/// The part of the work of a search that each thing may take that is done afterwards, in percent, where work is
/// what bounds it.
const AFTERWARDS_PERCENT: u64 = 10;

/// See the head of the file.
pub struct Explorer {
    walk: Walk,
    start: Kept,
    source: u32,
    until: Until,
    ordered: bool,
    /// Which operations are visible, as far as runs have shown.
    observations: Observations,
    has_looked: bool,
    /// Makes the program again for another core, where that is possible.
    twin: Option<Twin>,
    /// Set when a run that is led shall end.
    stop: Arc<AtomicBool>,
    /// How many states there are, as far as that is known while they are searched.
    expected: Arc<Mutex<Option<Expected>>>,
    /// Whether failures are explained.
    explains: bool,
    /// What is asked of a search besides.
    demands: Vec<Demand>,
    /// How many bytes a run that is led again may take: those of the last search.
    memory: u64,
    /// The work that the last search might do; without end where it was bounded by time.
    work: u64,
    /// Where a run that was looked at before the search has gone over its own limits.
    exhausted: Option<Cut>,
}

impl Explorer {
    /// For texts that the main thread runs one after the other in `world`, whose variables and objects are changed while
    /// it is used, and come back as they were when it is dropped. `source` is the hash of the texts;
    /// with `ordered`, the order in which different threads print makes a difference.
    pub fn new(
        world: Arc<World>,
        texts: Vec<Arc<Prepared>>,
        until: Until,
        ordered: bool,
        source: u32,
    ) -> Self {
        let mut walk = Walk::new(world, texts, until, ordered);
        walk.key(Asked::EVERYTHING);
        let start = walk.keep();
        Self {
            walk,
            start,
            source,
            until,
            ordered,
            observations: Observations::none(),
            has_looked: false,
            twin: None,
            stop: Arc::default(),
            expected: Arc::default(),
            explains: true,
            demands: Vec::new(),
            memory: u64::MAX,
            work: u64::MAX,
            exhausted: None,
        }
    }

    /// Finds what goes wrong, and not why: for who only asks whether it does.
    pub fn without_explanations(&mut self) {
        self.explains = false;
    }

    /// Asks of the next search whether there are runs that meet these demands:
    /// [`Exploration::demanded`].
    pub fn demand(&mut self, demands: Vec<Demand>) {
        self.demands = demands;
    }

    /// The run in which each thread goes on for as long as it can; nothing when it does not end within the
    /// limits.
    pub fn usual_run(&mut self, limits: &Limits) -> Option<UsualRun> {
        self.set_limits(limits);
        self.look_at_runs(&self.stop.clone(), limits);
        let brake = Brake::with_work(&self.stop, limits.time, limits.memory, limits.work);
        self.walk.set_interrupt(Some(brake.interrupt()));
        let walk = self.in_full();
        let (begin, mut last) = (walk.seconds(), MAIN);
        let mut decisions = Vec::new();
        for _ in 0..limits.depth {
            let Some(choice) = ranked(walk.choices(), last).first().copied() else {
                break;
            };
            let rank = rank(walk.choices(), last, choice);
            if let Choice::Step(task) = choice {
                last = task;
            }
            let drawn = walk.take(choice, &[]);
            decisions.push(Decision {
                choice,
                rank,
                draws: drawn.iter().map(|draw| draw.number).collect(),
            });
        }
        walk.end()?;
        Some(UsualRun {
            seconds: walk.seconds() - begin,
            decisions,
        })
    }

    /// That run, to be shown, and as a word.
    pub fn shown(&mut self, run: &UsualRun) -> (Trail, Token) {
        let token = self.token_of_all(&run.decisions);
        (Trail::follow(self.in_full(), &run.decisions), token)
    }

    /// How many states there are, as soon as there is an estimate: for whoever watches the search.
    pub fn expected(&self) -> Arc<Mutex<Option<Expected>>> {
        self.expected.clone()
    }

    /// Lets schedules be sampled on several cores: each makes the same program with `twin`.
    #[must_use]
    pub fn with_twin(mut self, twin: Option<Twin>) -> Self {
        self.twin = twin;
        self
    }

    /// Lets a run that is led end when `stop` is set, even while a thread computes.
    pub fn stop_by(&mut self, stop: Arc<AtomicBool>) {
        self.stop = stop;
    }

    /// The run, at its beginning. All accesses to shared places are steps, and of the rest what was
    /// seen to be observable. It is interrupted when it takes longer, or more memory, than a search
    /// does by default.
    pub fn walk(&mut self) -> &mut Walk {
        self.limit_walk();
        self.in_full()
    }

    /// The run, at its beginning, as [`Explorer::explore`] has searched it last: what no thread can
    /// observe is no step.
    pub fn reduced_walk(&mut self) -> &mut Walk {
        self.limit_walk();
        self.walk_with(self.observations.clone().fixed())
    }

    fn limit_walk(&mut self) {
        let limits = Limits::default();
        let brake = match self.work {
            u64::MAX => Brake::new(&self.stop, limits.time, limits.memory),
            work => Brake::with_work(&self.stop, Duration::MAX, self.memory, work),
        };
        self.look_at_runs(&self.stop.clone(), &limits);
        self.walk.set_interrupt(Some(brake.interrupt()));
    }

    /// What is bounded besides the search is so by the same limits.
    fn set_limits(&mut self, limits: &Limits) {
        (self.memory, self.work) = (limits.memory, limits.work);
        self.walk.set_limits(limits.run);
    }

    fn in_full(&mut self) -> &mut Walk {
        let observed = self.observations.observed();
        self.walk_with(Observations::of_all_places(observed))
    }

    fn walk_with(&mut self, observations: Observations) -> &mut Walk {
        self.walk.set_back(&self.start);
        self.walk.observe(observations);
        &mut self.walk
    }

    /// Makes every operation visible that a thread could observe, whether or not one does: what is
    /// found is the same, with more steps.
    #[doc(hidden)]
    pub fn observe_everything(&mut self) {
        self.has_looked = true;
        self.observations = Observations::of_all_places(Observed::EVERYTHING);
    }

    /// Tells all threads apart, also where nothing can notice which is which: what is found is the same,
    /// with more states.
    #[doc(hidden)]
    pub fn tell_threads_apart(&mut self) {
        self.observations = self.observations.clone().with_identities();
    }

    /// Learns what is observable from some runs before the first search, each of which would otherwise
    /// be given up when it learns more. It takes little of what the limits allow.
    fn look_at_runs(&mut self, stop: &Arc<AtomicBool>, limits: &Limits) {
        if std::mem::replace(&mut self.has_looked, true) {
            return;
        }
        let time = limits.time * LOOK_PERCENT / 100;
        let work = limits.work / 100 * u64::from(LOOK_PERCENT);
        let brake = Brake::with_work(stop, time, limits.memory, work);
        self.walk_with(self.observations.clone());
        self.walk.ignore();
        self.walk.set_comparable(false);
        for run in 0..RUNS_LOOKED_AT {
            let (of_all, of_run) = (brake.interrupt(), AtomicU64::new(0));
            self.walk.set_interrupt(Some(Arc::new(move |held, spent| {
                let before = of_run.fetch_add(spent, Ordering::Relaxed);
                let is_enough = before >= SLICES_LOOKED_AT * FUEL_PER_SLICE;
                let of_all = of_all(held, spent);
                is_enough.then_some(Interruption::Work).or(of_all)
            })));
            self.walk.set_back(&self.start);
            self.walk.draw_from(Some(run));
            let mut random = (run > 0).then(|| Random::new(run));
            let mut last = MAIN;
            for _ in 0..STEPS_LOOKED_AT {
                let choices = self.walk.choices();
                if choices.is_empty() || brake.reached(0).is_some() {
                    break;
                }
                let choice = match &mut random {
                    Some(random) => choices[random.below(choices.len() as u64) as usize],
                    None => ranked(choices, last)[0],
                };
                if let Choice::Step(task) = choice {
                    last = task;
                }
                self.walk.take(choice, &[]);
            }
            if let Some(why @ Interruption::Exhausted(..)) = self.walk.interruption() {
                self.exhausted = Some(brake.cut(why));
                break;
            }
        }
        self.walk.set_interrupt(None);
        self.walk.draw_from(None);
        self.walk.take_recent();
        self.walk.set_back(&self.start);
        self.walk.set_comparable(true);
        self.observations = self.walk.observations().clone();
    }

    /// Enters every state once.
    fn search(&mut self, limits: &Limits, watch: &mut Watch<'_>) -> Exploration {
        let clock = Clock::start();
        self.look_at_runs(watch.stop, limits);
        let limits = &match self.exhausted {
            // More is not needed than the state that it begins in.
            Some(_) => Limits {
                states: 1,
                ..limits.clone()
            },
            None => limits.clone(),
        };
        let found = loop {
            let left = Limits {
                time: limits.time.saturating_sub(clock.elapsed()),
                ..limits.clone()
            };
            let observations = self.observations.clone();
            let demands = self.demands.clone();
            let found = search_for(self.walk_with(observations), &left, watch, &demands);
            self.observations = self.walk.observations().clone();
            if self.walk.has_learned() {
                continue;
            }
            // Only when every state was expanded is a cycle without a way out one, and only then is it
            // known who goes on in it, and how many interleavings there are.
            let components = match found.cut {
                None => found.graph.components(|_| true),
                Some(_) => Vec::new(),
            };
            // Fairness and cycles are questions of single threads: who is who in a cycle counts there.
            let is_cycle = |component: &Vec<StateId>| found.graph.is_cycle(component);
            if found.graph.is_symmetric() && components.iter().any(is_cycle) {
                self.observations = self.observations.clone().with_identities();
                continue;
            }
            break (found, components);
        };
        let (mut found, components) = found;
        found.took = clock.elapsed();
        if let Some(Cut::Time(time)) = &mut found.cut {
            *time = limits.time;
        }
        if self.exhausted.is_some() {
            found.cut = self.exhausted;
        }
        let left = limits.time.saturating_sub(found.took);
        self.allow_grace(match found.cut {
            // Other ways follow.
            Some(Cut::Time(_) | Cut::Memory(_)) if limits.schedules > 0 => limits.time / 20,
            Some(Cut::Time(_) | Cut::Memory(_) | Cut::Stopped) => Duration::ZERO,
            Some(
                Cut::States(_)
                | Cut::Work(_)
                | Cut::Exhausted(..)
                | Cut::Depth(_)
                | Cut::Numbers(_)
                | Cut::Redefined
                | Cut::OutOfReach(_),
            )
            | None => left,
        });
        // Only when every state was expanded is a cycle without a way out one, and only then is it
        // known who goes on in it, and how many interleavings there are.
        let (counts, traps, starved, fair) = match found.cut {
            None => (
                found.graph.count(found.outcomes.len(), &components),
                found.graph.traps(&components),
                starved(&found.graph, &components, &found.waiting),
                fair_cycles(&found.graph, &components),
            ),
            Some(_) => {
                let unknown = vec![Interleavings::sum(&[]); found.outcomes.len()];
                (unknown, Vec::new(), Vec::new(), Vec::new())
            }
        };
        let mut groups: Vec<Vec<StateId>> = traps.clone();
        groups.extend(starved.iter().map(|(_, cycle)| cycle.clone()));
        groups.extend(fair.iter().map(|cycle| cycle.states.clone()));
        groups.extend(found.inversions.iter().map(|(_, state)| vec![*state]));
        groups.extend(found.races.iter().map(|(_, state)| vec![*state]));
        // Where every state was expanded, they are part of an outcome or of a livelock.
        let errors = match found.cut {
            None => &[],
            Some(_) => found.errors.as_slice(),
        };
        groups.extend(errors.iter().map(|(_, state)| vec![*state]));
        let mut loops: Vec<StateId> = Vec::new();
        if self.demands.contains(&Demand::Loop) {
            let cycles = components
                .iter()
                .filter(|states| found.graph.is_cycle(states));
            loops.extend(cycles.flatten());
        }
        groups.extend(
            self.demands
                .iter()
                .zip(&found.met)
                .map(|(demand, states)| match demand {
                    Demand::Loop => loops.clone(),
                    _ => states.clone(),
                }),
        );
        let ways = found.graph.ways(found.outcomes.len(), &groups);
        let (to_outcomes, others) = ways.split_at(found.outcomes.len());
        let (to_traps, others) = others.split_at(traps.len());
        let (to_starved, others) = others.split_at(starved.len());
        let (to_fair, others) = others.split_at(fair.len());
        let (to_inversions, others) = others.split_at(found.inversions.len());
        let (to_races, others) = others.split_at(found.races.len());
        let (to_errors, to_demands) = others.split_at(errors.len());
        let mut met = Vec::with_capacity(to_demands.len());
        for way in to_demands {
            met.push(way.as_ref().map(|way| self.met(&found, way, &components)));
        }

        let futures = Explaining::new(&found, &traps);
        let mut failures = self.failures(&found, to_outcomes, &futures);
        for (trap, way) in traps.iter().zip(to_traps) {
            if let Some(way) = way {
                let mut livelock = self.livelock(&found, trap, way);
                // What failed before has no other end to be told with.
                let told = self.walk.told_so_far();
                let main_failed = told.main_failed.as_deref().map(Failed::of);
                let errors = Problem::errors(told.threads.values(), main_failed.as_ref());
                for problem in errors {
                    if !failures
                        .iter()
                        .any(|known: &Finding| known.problem.is_like(&problem))
                    {
                        let mut error = Finding {
                            problem,
                            ..livelock.clone()
                        };
                        self.explain(&mut error, &found, way, &futures);
                        failures.push(error);
                    }
                }
                self.explain(&mut livelock, &found, way, &futures);
                failures.push(livelock);
            }
        }
        let mut findings = Vec::new();
        for ((task, _), way) in starved.iter().zip(to_starved) {
            if let Some(way) = way {
                findings.push(self.starvation(&found, *task, way));
            }
        }
        for (cycle, way) in fair.iter().zip(to_fair) {
            if let Some(way) = way {
                findings.push(self.fair_livelock(&found, cycle, way));
            }
        }
        for ((nestings, _), way) in found.inversions.iter().zip(to_inversions) {
            if let Some(way) = way {
                let problem = Problem::LockOrder(nestings.clone());
                findings.push(self.finding(problem, &found, way));
            }
        }
        for ((race, _), way) in found.races.iter().zip(to_races) {
            if let Some(way) = way {
                findings.push(self.finding(Problem::Race(race.clone()), &found, way));
            }
        }
        let is_complete = found.cut.is_none();
        let outcomes = self.outcomes(&found, counts.as_slice(), to_outcomes);
        // Their runs may not end: they come when all others were done again.
        for ((problem, _), way) in errors.iter().zip(to_errors) {
            let mut known = failures.iter();
            if let Some(way) = way
                && !known.any(|known| known.problem.is_like(problem))
            {
                let mut finding = self.finding(problem.clone(), &found, way);
                self.explain(&mut finding, &found, way, &futures);
                failures.push(finding);
            }
        }
        let failures = merged(failures);
        let mut findings = one_for_each_variable(findings);
        if is_complete {
            for ((outcome, _), way) in found
                .outcomes
                .values()
                .zip(to_outcomes)
                .take(MOST_LOOKED_THROUGH)
            {
                if let (false, Some(way)) = (outcome.is_failure(), way) {
                    let decisions = self.lift(&found, way).decisions;
                    self.unseen_errors(&decisions, &mut findings);
                }
            }
        }
        Exploration {
            outcomes,
            failures,
            findings,
            interleavings: is_complete.then(|| Interleavings::sum(&counts)),
            states: found.graph.states() as u64,
            transitions: found.graph.transitions() as u64,
            unexpanded: found.unexpanded,
            took: found.took,
            cut: found.cut,
            cut_at: found.cut_at,
            uncounted: None,
            expected: None,
            sampled: None,
            demanded: Demanded {
                met,
                said: found.said,
            },
        }
    }

    /// What is run again from now on to be shown is interrupted after so long, at least [`GRACE`], and where
    /// the run itself takes all memory that the search might have.
    fn allow_grace(&mut self, left: Duration) {
        let brake = self.brake_afterwards(&Arc::default(), left.max(GRACE));
        self.walk.set_interrupt(Some(brake.interrupt()));
    }

    /// For what is run again after a search: so much time, or where that was bounded by work, a part of it, so
    /// that the same is found out on every machine.
    fn brake_afterwards(&self, stop: &Arc<AtomicBool>, time: Duration) -> Arc<Brake> {
        match self.work {
            u64::MAX => Brake::new(stop, time, self.memory),
            work => {
                let work = work / 100 * AFTERWARDS_PERCENT;
                Brake::with_work(stop, Duration::MAX, self.memory, work)
            }
        }
    }

    fn outcomes(
        &mut self,
        found: &Found,
        counts: &[Interleavings],
        ways: &[Option<Way>],
    ) -> Vec<Possible> {
        let is_complete = found.cut.is_none();
        let outcomes = found.outcomes.iter().zip(counts).zip(ways);
        let mut all: Vec<_> = outcomes
            .filter_map(|(((class, met), count), way)| Some((class, met, count, way.as_ref()?)))
            .collect();
        all.sort_by(|a, b| b.2.cmp(a.2).then_with(|| a.0.cmp(b.0)));
        all.truncate(MOST_OUTCOMES);
        let mut possible = Vec::with_capacity(all.len());
        for (_, (met, alike), count, way) in all {
            let lifted = self.lift(found, way);
            // That of the run that is shown may have other threads in it than that which was met first.
            let end = self.walk.end();
            possible.push(Possible {
                outcome: end.map_or_else(|| met.clone(), |end| Outcome::of(&self.walk, end)),
                alike: alike.clone(),
                interleavings: is_complete.then(|| count.clone()),
                token: self.token(&lifted.decisions),
            });
        }
        possible
    }

    /// Each different problem once, with the best run of all outcomes that have it.
    fn failures(
        &mut self,
        found: &Found,
        ways: &[Option<Way>],
        futures: &Explaining<'_>,
    ) -> Vec<Finding> {
        let mut best: BTreeMap<(String, Vec<Pos>), (Problem, &Way)> = BTreeMap::new();
        for ((outcome, _), way) in found.outcomes.values().zip(ways) {
            let Some(way) = way else {
                continue;
            };
            for problem in Problem::of(outcome) {
                match best.entry(problem.cause()) {
                    Entry::Occupied(mut known) if way.cost() < known.get().1.cost() => {
                        known.insert((problem, way));
                    }
                    Entry::Occupied(_) => {}
                    Entry::Vacant(place) => {
                        place.insert((problem, way));
                    }
                }
            }
        }
        let mut best: Vec<(Problem, &Way)> = best.into_values().collect();
        // What others wait for in vain comes before their wait.
        best.sort_by_key(|(problem, way)| (way.cost(), problem.is_endless()));
        let finding = |(problem, way): (Problem, &Way)| {
            let mut finding = self.finding(problem, found, way);
            self.explain(&mut finding, found, way, futures);
            finding
        };
        best.into_iter().map(finding).collect()
    }

    /// Finds the cause of a failure of a search, to which `way` leads.
    fn explain(
        &mut self,
        finding: &mut Finding,
        found: &Found,
        way: &Way,
        futures: &Explaining<'_>,
    ) {
        if !self.explains {
            return;
        }
        let Some(left) = futures.left.get().checked_sub(1) else {
            return;
        };
        futures.left.set(left);
        if found.cut.is_some() {
            finding.explanation = self.explain_run(&finding.problem, &finding.trail.decisions());
            return;
        }
        let own;
        let futures = match futures.all.can_pass() {
            true => &futures.all,
            // Every run fails somehow: which ones fail differently?
            false => {
                own = futures.without(&finding.problem);
                &own
            }
        };
        let knowledge = Knowledge::Graph {
            seen: &found.seen,
            asked: found.asked,
            futures,
        };
        let decisions = self.lift(found, way).decisions;
        let observations = self.observations.clone().fixed();
        let verdict = Verdict::new(
            &mut self.walk,
            &self.start,
            observations,
            &decisions,
            knowledge,
        );
        finding.explanation = Some(Arc::new(explained(&finding.problem, verdict)));
    }

    /// Finds the cause of a failure of which only this run is known, in which all accesses are steps.
    pub fn explain_run(
        &mut self,
        problem: &Problem,
        decisions: &[Decision],
    ) -> Option<Arc<Explanation>> {
        let observed = self.observations.observed();
        self.explain_run_with(problem, decisions, Observations::of_all_places(observed))
    }

    /// The same of a run that was replayed.
    pub fn explain_replayed(
        &mut self,
        token: &Token,
        problem: &Problem,
        trail: &Trail,
    ) -> Option<Arc<Explanation>> {
        self.explain_run_with(problem, &trail.decisions(), token.observations())
    }

    fn explain_run_with(
        &mut self,
        problem: &Problem,
        decisions: &[Decision],
        observations: Observations,
    ) -> Option<Arc<Explanation>> {
        if decisions.len() > LONGEST_EXPLAINED {
            return None;
        }
        let brake = self.brake_afterwards(&self.stop, TIME_TO_EXPLAIN);
        self.walk.set_interrupt(Some(brake.interrupt()));
        let passes = |walk: &Walk| {
            let outcome = walk.end().map(|end| Outcome::of(walk, end));
            outcome.is_some_and(|outcome| !outcome.is_failure())
        };
        let verdict = Verdict::new(
            &mut self.walk,
            &self.start,
            observations,
            decisions,
            Knowledge::Tries { passes: &passes },
        );
        let explanation = explained(problem, verdict);
        self.allow_grace(Duration::ZERO);
        Some(Arc::new(explanation))
    }

    fn livelock(&mut self, found: &Found, trap: &[StateId], way: &Way) -> Finding {
        let mut finding = self.finding(Problem::Livelock(Vec::new()), found, way);
        let edges = trap.iter().flat_map(|state| found.graph.edges(*state));
        // The walk stands in the trap.
        finding.problem = self.trapped(edges.map(|edge| edge.choice.task()).collect());
        finding
    }

    /// What is wrong where the walk stands, which no schedule leaves and in which these threads go on:
    /// others may wait in a deadlock beside them.
    fn trapped(&self, tasks: BTreeSet<TaskId>) -> Problem {
        let stuck = self.walk.stuck();
        if !stuck.is_empty() {
            let stuck = stuck.into_iter();
            let stuck = stuck.map(|thread| Stuck::of(&self.walk, thread));
            return Problem::Deadlock(stuck.collect());
        }
        Problem::Livelock(self.names(tasks))
    }

    /// The names of those of these threads that are alive.
    fn names(&self, tasks: BTreeSet<TaskId>) -> Vec<String> {
        let name = |task| self.walk.name(task).map(|name| name.to_string());
        tasks.into_iter().filter_map(name).collect()
    }

    fn starvation(&mut self, found: &Found, task: TaskId, way: &Way) -> Finding {
        let mut finding = self.finding(Problem::Starvation(String::new()), found, way);
        // The walk stands in the cycle.
        let name = self.walk.name(task);
        finding.problem =
            Problem::Starvation(name.map_or_else(String::new, |name| name.to_string()));
        finding
    }

    /// Adds the errors of a run without failures that stay where nobody sees them: in the future of a
    /// task whose result nobody asks for.
    fn unseen_errors(&mut self, decisions: &[Decision], findings: &mut Vec<Finding>) {
        let walk = self.walk_with(self.observations.clone().fixed());
        walk.listen();
        let mut recorder = Recorder::default();
        for decision in decisions {
            recorder.step(walk, decision.choice, &decision.draws);
        }
        let trace = recorder.finish(walk);
        for error in trace.unseen_errors() {
            let problem = Problem::UnseenError {
                thread: trace.names.thread(error.thread),
                message: error.message.clone(),
                pos: error.pos,
            };
            if !findings.iter().any(|known| known.problem.is_like(&problem)) {
                let decisions = self.with_hidden(decisions);
                findings.push(self.finding_after(problem, &decisions));
            }
        }
    }

    /// With the run that leads into the cycle and once round.
    fn fair_livelock(&mut self, found: &Found, cycle: &FairCycle, way: &Way) -> Finding {
        let start = way.steps.last().map_or(0, |edge| edge.to);
        let decisions = self.lift(found, way).decisions;
        let before = self.with_hidden(&decisions).len();
        let mut round = way.clone();
        round.steps.extend(cycle.round(&found.graph, start));
        let mut finding = self.finding(
            Problem::FairLivelock {
                threads: Vec::new(),
                round: 0,
            },
            found,
            &round,
        );
        let tasks = cycle.choices.iter().map(|choice| choice.task());
        finding.problem = Problem::FairLivelock {
            threads: self.names(tasks.collect()),
            round: finding.trail.steps.len().saturating_sub(before),
        };
        finding
    }

    /// A problem with the run that leads to it. The walk is left there.
    fn finding(&mut self, problem: Problem, found: &Found, way: &Way) -> Finding {
        let lifted = self.lift(found, way);
        let problem = match found.graph.is_symmetric() {
            true => self.really(problem, found, way, &lifted),
            false => problem,
        };
        self.finding_after_path(problem, &lifted)
    }

    fn finding_after_path(&mut self, problem: Problem, lifted: &Lifted) -> Finding {
        let decisions = self.with_hidden(&lifted.decisions);
        self.finding_after(problem, &decisions)
    }

    /// Leads the run of the search along a path.
    fn lift(&mut self, found: &Found, way: &Way) -> Lifted {
        let observations = self.observations.clone().fixed();
        lift(self.walk_with(observations), found, way)
    }

    /// The problem with the threads that it really concerns in the run that has just been led along a path.
    fn really(&self, problem: Problem, found: &Found, way: &Way, lifted: &Lifted) -> Problem {
        let told = self.walk.told_so_far();
        let main_failed = told.main_failed.as_deref().map(Failed::of);
        let mut here = Problem::errors(told.threads.values(), main_failed.as_ref());
        if let Some(end) = self.walk.end() {
            here.extend(Problem::of(&Outcome::of(&self.walk, end)));
        }
        if let Some(same) = here.into_iter().find(|one| one.cause() == problem.cause()) {
            return same;
        }
        let at = way.steps.last().map_or(0, |edge| edge.to);
        let named = |thread: &mut String| {
            let mut places = found.order(at).iter();
            let place =
                places.find(|place| found.names.get(place).is_some_and(|n| **n == **thread));
            if let Some(name) = place.and_then(|place| self.walk.name(lifted.real(*place))) {
                *thread = name.to_string();
            }
        };
        match problem {
            Problem::Race(mut race) => {
                (race.accesses.iter_mut()).for_each(|access| named(&mut access.thread));
                Problem::Race(race)
            }
            Problem::LockOrder(mut nestings) => {
                (nestings.iter_mut()).for_each(|nesting| named(&mut nesting.thread));
                Problem::LockOrder(nestings)
            }
            other => other,
        }
    }

    /// A run of the search, with the accesses that it has passed over.
    fn with_hidden(&mut self, decisions: &[Decision]) -> Vec<Decision> {
        let observed = self.observations.observed();
        let unfolding = Unfolding {
            walk: &mut self.walk,
            start: &self.start,
            reduced: &self.observations.clone().fixed(),
            full: &Observations::of_all_places(observed),
        };
        unfolding.unfold(decisions)
    }

    fn finding_after(&mut self, problem: Problem, decisions: &[Decision]) -> Finding {
        let token = self.token_of_all(decisions);
        let trail = Trail::follow(self.in_full(), decisions);
        Finding {
            problem,
            trail,
            token,
            explanation: None,
            others: Vec::new(),
        }
    }

    /// The run that leads to where a demand is met, and who loops there.
    fn met(&mut self, found: &Found, way: &Way, components: &[Vec<StateId>]) -> Met {
        let at = way.steps.last().map_or(0, |edge| edge.to);
        let lifted = self.lift(found, way);
        let cycle = components
            .iter()
            .find(|states| states.contains(&at) && found.graph.is_cycle(states));
        let edges = cycle.into_iter().flatten().flat_map(|state| {
            let edges = found.graph.edges(*state).iter();
            edges.filter(|edge| cycle.is_some_and(|states| states.contains(&edge.to)))
        });
        let threads = self.names(edges.map(|edge| edge.choice.task()).collect());
        let decisions = self.with_hidden(&lifted.decisions);
        let token = self.token_of_all(&decisions);
        let walk = self.in_full();
        let trail = Trail::follow(walk, &decisions);
        let waiting = walk.threads().into_iter();
        let waiting = waiting.filter(|thread| !thread.held_by.is_empty());
        Met {
            trail,
            token,
            threads,
            waiting: waiting.map(|thread| Stuck::of(walk, thread)).collect(),
        }
    }

    /// The word for a run of the search.
    fn token(&mut self, decisions: &[Decision]) -> Token {
        let decisions = self.with_hidden(decisions);
        self.token_of_all(&decisions)
    }

    /// The word for a run in which all accesses to shared places are steps.
    fn token_of_all(&self, decisions: &[Decision]) -> Token {
        Token::encode(self.source, self.observations.observed(), decisions)
    }

    /// Whether a word stands for a run of this text.
    pub fn has(&self, token: &Token) -> bool {
        token.source() == self.source
    }

    /// Runs again what a word stands for, to its end.
    ///
    /// # Errors
    /// When it stands for a run of another text, or for none.
    pub fn replay(&mut self, token: &Token) -> Result<(Trail, Option<Outcome>), TokenProblem> {
        let source = self.source;
        self.limit_walk();
        let walk = self.walk_with(token.observations());
        walk.listen();
        let trail = token.replay(source, walk)?;
        let outcome = walk.end().map(|end| Outcome::of(walk, end));
        Ok((trail, outcome))
    }

    /// The word for a run that was led by hand, from the beginning to wherever it stands.
    pub fn token_of(&self, trail: &Trail) -> Token {
        self.token_of_all(&trail.decisions())
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        self.walk.set_back(&self.start);
    }
}

/// What the graph says of states, for all failures of a search.
struct Explaining<'f> {
    found: &'f Found,
    traps: &'f [Vec<StateId>],
    /// Relative to runs without any failure.
    all: Futures,
    /// How many failures may still be explained.
    left: Cell<usize>,
}

impl<'f> Explaining<'f> {
    fn new(found: &'f Found, traps: &'f [Vec<StateId>]) -> Self {
        let passes: Vec<bool> = match found.cut {
            None => (found.outcomes.values())
                .map(|(outcome, _)| !outcome.is_failure())
                .collect(),
            Some(_) => vec![false; found.outcomes.len()],
        };
        Self {
            found,
            traps,
            all: Futures::of(&found.graph, &passes, traps),
            left: Cell::new(MOST_EXPLAINED_EXACTLY),
        }
    }

    /// The same relative to runs without this failure.
    fn without(&self, problem: &Problem) -> Futures {
        let has = |outcome: &Outcome| {
            let mut problems = Problem::of(outcome).into_iter();
            problems.any(|other| other.cause() == problem.cause())
        };
        let outcomes = self.found.outcomes.values();
        let passes: Vec<bool> = outcomes.map(|(outcome, _)| !has(outcome)).collect();
        Futures::of(&self.found.graph, &passes, self.traps)
    }
}

/// The cause of a problem, and the walk at the end of its run again.
fn explained(problem: &Problem, mut verdict: Verdict<'_>) -> Explanation {
    let trace = verdict.trace();
    let failure = match problem {
        Problem::Error { pos, .. } => {
            let fails = |event: &&TraceEvent| {
                matches!(event.kind, EventKind::Fail { .. }) && event.pos == *pos
            };
            let thread = trace
                .events
                .iter()
                .rfind(fails)
                .map_or(MAIN, |event| event.thread);
            Failure::Error { thread, pos: *pos }
        }
        Problem::Livelock(threads) => {
            let named = |task: &&TaskId| threads.contains(&trace.names.thread(**task));
            Failure::Livelock(trace.alive.iter().filter(named).copied().collect())
        }
        Problem::Deadlock(_)
        | Problem::LockOrder(_)
        | Problem::FairLivelock { .. }
        | Problem::Starvation(_)
        | Problem::UnseenError { .. }
        | Problem::Race(_) => Failure::Deadlock,
    };
    let explanation = explain(&trace, &failure, &mut verdict);
    verdict.finish();
    explanation
}

/// Failures with one cause are one, with a count; the first one is shown.
fn merged(failures: Vec<Finding>) -> Vec<Finding> {
    let cause = |finding: &Finding| finding.explanation.as_ref()?.cause.key();
    let mut kept: Vec<Finding> = Vec::new();
    for finding in failures {
        let own = cause(&finding);
        // One that was not explained belongs to the first that stands for such.
        let known = kept.iter_mut().find(|known| match own {
            Some(_) => cause(known) == own,
            None if finding.explanation.is_some() => known.problem == finding.problem,
            None => known.problems().any(|one| one.is_like(&finding.problem)),
        });
        match known {
            Some(known) => known.others.extend(finding.into_problems()),
            None => kept.push(finding),
        }
    }
    kept
}

/// Races of one variable are one finding, with a count; the first one is shown.
fn one_for_each_variable(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let variable = |finding: &Finding| match &finding.problem {
            Problem::Race(race) => Some(race.variable.clone()),
            _ => None,
        };
        let own = variable(&finding);
        match kept
            .iter_mut()
            .find(|known| own.is_some() && variable(known) == own)
        {
            Some(known) => known.others.extend(finding.into_problems()),
            None => kept.push(finding),
        }
    }
    kept
}
