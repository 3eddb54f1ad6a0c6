//! Answers what explaining asks ([`Oracle`]): from the graph of states where all of them are known, and
//! by running on from a state where they are not.

use std::collections::HashMap;

use super::graph::{Graph, StateId};
use super::record::Recorder;
use super::search::KeyHasher;
use super::trail::{Decision, ranked};
use crate::explain::{Leg, Oracle, Played};
use crate::schedule::{Asked, Choice, Kept, MAIN, Random, Walk};
use crate::trace::{Trace, TraceEvent};
use crate::value::object::TaskId;
use crate::vm::Observations;

/// A leg takes at most so many steps.
const LONGEST_LEG: usize = 400;
/// So long is a passing run that is shown at most, in steps.
const LONGEST_PASSING: usize = 5_000;
/// So many runs are tried from a state whose future is not known, each of so many steps.
const TRIES: u64 = 6;
const LONGEST_TRY: usize = 20_000;

/// The numbers of the states that a search has entered, by their keys.
pub(super) type Seen = HashMap<u128, StateId, std::hash::BuildHasherDefault<KeyHasher>>;

/// In so many states objects are looked for that nobody asks anything.
const LOOKED_AT: usize = 20;

/// No way leads there.
const NEVER: u32 = u32::MAX;

/// What the graph says of each state.
pub(super) struct Futures {
    /// How many steps away the end of a run without the failure is.
    distance: Vec<u32>,
    /// Whether a failing run can be reached.
    can_fail: Vec<bool>,
}

impl Futures {
    /// For the failing runs that end in one of these outcomes or in one of these states, from which no
    /// end can be reached. `passes` says which outcomes are runs without the failure.
    pub(super) fn of(graph: &Graph, passes: &[bool], traps: &[Vec<StateId>]) -> Self {
        let states = graph.states() as StateId;
        let is_good = |state: &StateId| graph.outcome(*state).is_some_and(|end| passes[end]);
        let is_bad = |state: &StateId| graph.outcome(*state).is_some_and(|end| !passes[end]);
        let back = graph.predecessors();
        let bad = (0..states)
            .filter(is_bad)
            .chain(traps.iter().flatten().copied());
        let far = back.distances(bad);
        Self {
            distance: back.distances((0..states).filter(is_good)),
            can_fail: far.iter().map(|distance| *distance != NEVER).collect(),
        }
    }

    /// Whether a run without the failure can be reached from the first state.
    pub(super) fn can_pass(&self) -> bool {
        self.distance.first().is_some_and(|first| *first != NEVER)
    }
}

/// How it is known what can become of a state.
pub(super) enum Knowledge<'a> {
    /// All states were entered.
    Graph {
        seen: &'a Seen,
        asked: Asked,
        futures: &'a Futures,
    },
    /// Some runs are tried; a run passes when this says so.
    Tries { passes: &'a dyn Fn(&Walk) -> bool },
}

/// See the head of the file.
pub(super) struct Verdict<'a> {
    walk: &'a mut Walk,
    knowledge: Knowledge<'a>,
    decisions: &'a [Decision],
    /// The states of the failing run, from the first one on.
    states: Vec<Kept>,
    futures: Vec<Option<Future>>,
    trace: Trace,
}

/// What can become of a state.
#[derive(Clone, Copy)]
struct Future {
    distance: u32,
    can_fail: bool,
}

impl<'a> Verdict<'a> {
    /// Does the failing run that `decisions` lead through from `start`. All of it is kept.
    pub(super) fn new(
        walk: &'a mut Walk,
        start: &Kept,
        observations: Observations,
        decisions: &'a [Decision],
        knowledge: Knowledge<'a>,
    ) -> Self {
        walk.set_back(start);
        walk.observe(observations);
        walk.listen();
        let mut recorder = Recorder::default();
        let mut states = Vec::with_capacity(decisions.len() + 1);
        let keep = |walk: &mut Walk| {
            walk.key(Asked::EVERYTHING);
            walk.keep()
        };
        states.push(keep(walk));
        for decision in decisions {
            if !walk.choices().contains(&decision.choice) {
                break;
            }
            recorder.step(walk, decision.choice, &decision.draws);
            states.push(keep(walk));
            if states.len() <= LOOKED_AT {
                recorder.look(walk);
            }
        }
        let trace = recorder.finish(walk);
        Self {
            walk,
            knowledge,
            decisions,
            futures: vec![None; states.len()],
            states,
            trace,
        }
    }

    /// What the failing run does.
    pub(super) fn trace(&self) -> Trace {
        self.trace.clone()
    }

    /// Ends with the walk at the end of the failing run.
    pub(super) fn finish(self) {
        if let Some(last) = self.states.last() {
            self.walk.set_back(last);
        }
    }

    /// What can become of the state that the walk is in.
    fn future(&mut self) -> Future {
        match &self.knowledge {
            Knowledge::Graph {
                seen,
                asked,
                futures,
            } => {
                let key = self.walk.key(*asked);
                match seen.get(&key) {
                    Some(state) => Future {
                        distance: futures.distance[*state as usize],
                        can_fail: futures.can_fail[*state as usize],
                    },
                    None => Future {
                        distance: NEVER,
                        can_fail: true,
                    },
                }
            }
            Knowledge::Tries { passes } => {
                self.walk.key(Asked::EVERYTHING);
                let here = self.walk.keep();
                let mut distance = NEVER;
                for seed in 0..TRIES {
                    self.walk.set_back(&here);
                    let steps = run_on(self.walk, seed);
                    if self.walk.choices().is_empty() && passes(self.walk) {
                        distance = steps as u32;
                        break;
                    }
                }
                self.walk.set_back(&here);
                Future {
                    distance,
                    can_fail: true,
                }
            }
        }
    }

    fn seek(&mut self, at: usize) {
        self.walk.set_back(&self.states[at]);
        self.walk.take_recent();
        self.walk.take_raised();
    }

    fn future_at(&mut self, at: usize) -> Future {
        if let Some(future) = self.futures[at] {
            return future;
        }
        self.seek(at);
        let future = self.future();
        self.futures[at] = Some(future);
        future
    }
}

/// Runs on until nothing can happen or for long enough: the first time without interruptions, then at
/// random. Returns the number of steps.
fn run_on(walk: &mut Walk, seed: u64) -> usize {
    let mut random = (seed > 0).then(|| Random::new(seed));
    let mut last = MAIN;
    for step in 0..LONGEST_TRY {
        let choices = walk.choices();
        let choice = match (&mut random, choices) {
            (_, []) => return step,
            (Some(random), choices) => choices[random.below(choices.len() as u64) as usize],
            (None, choices) => ranked(choices, last)[0],
        };
        if let Choice::Step(task) = choice {
            last = task;
        }
        walk.take(choice, &[]);
    }
    LONGEST_TRY
}

/// The choice by which a thread goes on: its own step, or the end of its sleep.
fn choice_of(walk: &Walk, thread: TaskId) -> Option<Choice> {
    let mut choices = walk.choices().iter();
    choices.find(|choice| choice.task() == thread).copied()
}

impl Oracle for Verdict<'_> {
    fn steps(&self) -> usize {
        self.states.len() - 1
    }

    fn is_exact(&self) -> bool {
        matches!(self.knowledge, Knowledge::Graph { .. })
    }

    fn can_pass(&mut self, at: usize) -> bool {
        self.future_at(at).distance != NEVER
    }

    fn avoiding(&mut self, at: usize) -> Vec<TraceEvent> {
        let mut found = Vec::new();
        let taken = self.decisions[at].choice;
        for choice in self.states[at].choices().to_vec() {
            if choice == taken {
                continue;
            }
            self.seek(at);
            let mut recorder = Recorder::default();
            recorder.step(self.walk, choice, &[]);
            if self.future().distance != NEVER {
                let trace = recorder.finish(self.walk);
                let own = trace.of(choice.task()).next().cloned();
                found.extend(own.map(|event| TraceEvent { step: at, ..event }));
            }
        }
        found
    }

    fn play(&mut self, from: usize, legs: &[Leg]) -> Played {
        self.seek(from);
        let begin = self.walk.key(Asked::EVERYTHING);
        let mut recorder = Recorder::default();
        let mut is_complete = true;
        for (index, leg) in legs.iter().enumerate() {
            let mut is_done = leg.until.is_none();
            for _ in 0..LONGEST_LEG {
                let helper = || {
                    let mut before = legs[..index].iter().rev();
                    before.find_map(|leg| choice_of(self.walk, leg.thread))
                };
                let Some(choice) = choice_of(self.walk, leg.thread).or_else(helper) else {
                    break;
                };
                let known = recorder.events().len();
                recorder.step(self.walk, choice, &[]);
                let done = &recorder.events()[known..];
                if done.iter().any(|event| leg.is_until(event)) {
                    is_done = true;
                    break;
                }
            }
            let has_ended = || self.walk.alive().all(|task| task != leg.thread);
            is_complete &= is_done || leg.or_ends && has_ended();
            if !is_complete {
                break;
            }
        }
        let future = self.future();
        let returns = self.walk.key(Asked::EVERYTHING) == begin;
        let events = recorder.finish(self.walk).events.into_iter();
        Played {
            is_complete,
            can_pass: future.distance != NEVER,
            can_fail: future.can_fail,
            returns,
            events: events
                .map(|event| TraceEvent {
                    step: event.step + from,
                    ..event
                })
                .collect(),
        }
    }

    fn passing_run(&mut self, at: usize) -> Option<Trace> {
        self.seek(at);
        let mut here = self.future().distance;
        if here == NEVER {
            return None;
        }
        let mut recorder = Recorder::default();
        if let Knowledge::Tries { passes } = &self.knowledge {
            for seed in 0..TRIES {
                self.walk.set_back(&self.states[at]);
                let mut recorder = Recorder::default();
                let mut random = (seed > 0).then(|| Random::new(seed));
                let mut last = MAIN;
                for _ in 0..LONGEST_TRY {
                    let choices = self.walk.choices();
                    let choice = match (&mut random, choices) {
                        (_, []) => break,
                        (Some(random), all) => all[random.below(all.len() as u64) as usize],
                        (None, choices) => ranked(choices, last)[0],
                    };
                    if let Choice::Step(task) = choice {
                        last = task;
                    }
                    recorder.step(self.walk, choice, &[]);
                }
                if self.walk.choices().is_empty() && passes(self.walk) {
                    return Some(recorder.finish(self.walk));
                }
            }
            return None;
        }
        // Each step leads nearer to the end of such a run.
        for _ in 0..LONGEST_PASSING {
            if here == 0 {
                return Some(recorder.finish(self.walk));
            }
            self.walk.key(Asked::EVERYTHING);
            let kept = self.walk.keep();
            let mut next = None;
            for &choice in kept.choices() {
                self.walk.set_back(&kept);
                self.walk.take(choice, &[]);
                let distance = self.future().distance;
                if distance < here {
                    (next, here) = (Some(choice), distance);
                    break;
                }
            }
            self.walk.set_back(&kept);
            self.walk.take_recent();
            recorder.step(self.walk, next?, &[]);
        }
        None
    }
}
