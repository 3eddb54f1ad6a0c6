//! A run of the search with the accesses that the search has passed over, in places that make it easy to
//! follow: what stories show, what a token codes and what is replayed has all accesses as steps.
//!
//! The search does the hidden accesses of a thread directly behind its visible step, and those of a
//! thread that has just started at once. They commute with what other threads do, so each can as well
//! be done later. Here a thread does its hidden accesses behind its own visible step, as it would if
//! nobody interrupted it, and another thread does its own only when it comes to its next visible step,
//! or when the one that is due depends on them: it is started behind them, say. So there are no more
//! switches than in the run of the search. Before time passes, all hidden accesses are done: a thread
//! that comes to its sleep later sleeps for longer.
//!
//! The numbers of threads depend on which of them is started first, and that on the order: threads are
//! known again by who has started them, as the how manieth.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::outcome::Outcome;
use super::trail::{Decision, rank};
use crate::schedule::{Choice, Kept, MAIN, Walk};
use crate::value::object::TaskId;
use crate::vm::Observations;

/// So many accesses of a loop that never ends are shown at most.
const ENOUGH: usize = 64;

/// See the head of the file.
pub(super) struct Unfolding<'a> {
    pub(super) walk: &'a mut Walk,
    pub(super) start: &'a Kept,
    /// What is visible in the search, and in the run that is wanted.
    pub(super) reduced: &'a Observations,
    pub(super) full: &'a Observations,
}

/// What a run of the search has done.
#[derive(Clone, Copy)]
struct Event {
    choice: Choice,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A step of the search.
    Visible,
    /// The end of a thread, or of a call of a pool's thread. In another order it may be no step: a daemon
    /// that was alive beside it has ended before.
    End,
    /// An access that is passed over.
    Hidden,
    /// More of much private work: how it is divided into steps differs.
    Busy,
}

/// The wanted run is not possible in this order.
struct Impossible;

impl Unfolding<'_> {
    /// The run that `decisions` of the search lead through, with all accesses. Leaves the walk anywhere.
    pub(super) fn unfold(mut self, decisions: &[Decision]) -> Vec<Decision> {
        let recorded = self.record(decisions);
        let is_step = |event: &Event| matches!(event.kind, Kind::Visible | Kind::End);
        if recorded.events.iter().all(is_step) {
            return decisions.to_vec();
        }
        let wanted = self.reached();
        let mut run = self.run(recorded);
        let is_possible = run.in_few_switches().is_ok();
        let done = run.done;
        if is_possible && self.reached() == wanted {
            self.leave();
            return done;
        }
        // What ends, and when, may depend on the order: a thread whose end is a step beside a daemon.
        let recorded = self.record(decisions);
        let mut run = self.run(recorded);
        // In this order the search has done it.
        let _ = run.in_order(usize::MAX);
        let done = run.done;
        self.leave();
        done
    }

    /// What has become of the run: its outcome, or what was told where it is not over.
    fn reached(&self) -> (Option<Outcome>, u128) {
        let end = self.walk.end();
        let outcome = end.map(|end| Outcome::of(self.walk, end));
        (outcome, self.walk.told_so_far().key())
    }

    fn leave(&mut self) {
        self.walk.dictate_nothing();
        self.walk.note_births(false);
    }

    /// Does the run of the search again; notes what it does, whom each thread starts, and the numbers that
    /// it draws.
    fn record(&mut self, decisions: &[Decision]) -> Recorded {
        let walk = &mut *self.walk;
        walk.set_back(self.start);
        walk.observe(self.reduced.clone());
        walk.note_hidden(true);
        walk.note_births(true);
        let (mut events, mut numbers) = (Vec::new(), Numbers::new());
        for decision in decisions {
            let choice = decision.choice;
            let kind = match choice {
                Choice::Step(task) if walk.is_busy(task) => Kind::Busy,
                Choice::Step(task) if walk.is_ending(task) => Kind::End,
                Choice::Step(_) | Choice::Time(_) => Kind::Visible,
            };
            events.push(Event { choice, kind });
            for draw in walk.take(choice, &decision.draws) {
                numbers.entry(draw.by).or_default().push_back(draw.number);
            }
            let mut rounds: BTreeMap<TaskId, usize> = BTreeMap::new();
            for task in walk.take_hidden() {
                let round = rounds.entry(task).or_default();
                *round += 1;
                // One that goes round for ever has gone round often enough then.
                if *round <= ENOUGH || !walk.is_looping(task) {
                    events.push(Event {
                        choice: Choice::Step(task),
                        kind: Kind::Hidden,
                    });
                }
            }
        }
        walk.note_hidden(false);
        let mut children = Children::new();
        for (parent, child) in walk.take_births() {
            children.entry(parent).or_default().push_back(child);
        }
        walk.note_births(false);
        let known = children.values().flatten().copied().chain([MAIN]);
        let known: BTreeSet<TaskId> = known
            .chain(events.iter().map(|event| event.choice.task()))
            .collect();
        Recorded {
            events,
            numbers,
            children,
            unended: known
                .into_iter()
                .filter(|task| walk.is_ending(*task))
                .collect(),
        }
    }

    fn run(&mut self, recorded: Recorded) -> Run<'_> {
        let Recorded {
            events,
            numbers,
            children,
            unended,
        } = recorded;
        self.walk.set_back(self.start);
        self.walk.observe(self.full.clone());
        self.walk.note_births(true);
        self.walk.dictate_nothing();
        for (task, numbers) in &numbers {
            self.walk.dictate(*task, numbers.clone());
        }
        let mut left: BTreeMap<TaskId, VecDeque<usize>> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            left.entry(event.choice.task()).or_default().push_back(at);
        }
        Run {
            walk: self.walk,
            events,
            numbers,
            children,
            unended,
            real: BTreeMap::new(),
            firsts: left
                .values()
                .filter_map(|left| left.front().copied())
                .collect(),
            left,
            done: Vec::new(),
            last: MAIN,
        }
    }
}

/// The random numbers of each thread, in order.
type Numbers = BTreeMap<TaskId, VecDeque<u64>>;

/// Whom each thread starts, in order.
type Children = BTreeMap<TaskId, VecDeque<TaskId>>;

/// A run of the search, with the threads of the search.
struct Recorded {
    events: Vec<Event>,
    numbers: Numbers,
    children: Children,
    /// Those that were about to end when the run was over.
    unended: BTreeSet<TaskId>,
}

/// The wanted run as far as it was done.
struct Run<'a> {
    walk: &'a mut Walk,
    /// What is wanted, of the threads of the search.
    events: Vec<Event>,
    numbers: Numbers,
    /// Whom each thread has still to start.
    children: Children,
    unended: BTreeSet<TaskId>,
    /// Which thread of this run is which of the search, where the search has started it.
    real: BTreeMap<TaskId, TaskId>,
    /// By thread, the events that are not done yet, in order.
    left: BTreeMap<TaskId, VecDeque<usize>>,
    /// What each thread has to do next.
    firsts: BTreeSet<usize>,
    done: Vec<Decision>,
    /// The thread that did the last step.
    last: TaskId,
}

impl Run<'_> {
    fn in_few_switches(&mut self) -> Result<(), Impossible> {
        for at in 0..self.events.len() {
            let Event { choice, kind } = self.events[at];
            let task = choice.task();
            match (choice, kind) {
                (Choice::Step(_), Kind::Visible | Kind::Busy | Kind::End) => {
                    while let Some(next) = self.next_of(task).filter(|next| *next <= at) {
                        self.bring_about(next)?;
                    }
                    self.run_on(task);
                }
                (Choice::Time(_), _) => self.in_order(at)?,
                (Choice::Step(_), Kind::Hidden) => {}
            }
        }
        self.in_order(self.events.len())
    }

    /// Everything up to this that is left, in the order in which the search has done it.
    fn in_order(&mut self, last: usize) -> Result<(), Impossible> {
        while let Some(first) = self.firsts.first().copied().filter(|first| *first <= last) {
            self.bring_about(first)?;
        }
        Ok(())
    }

    fn next_of(&self, task: TaskId) -> Option<usize> {
        self.left.get(&task)?.front().copied()
    }

    /// The hidden accesses of a thread behind its visible step, as far as it can do them now.
    fn run_on(&mut self, task: TaskId) {
        while let Some(next) = self.next_of(task)
            && self.events[next].kind == Kind::Hidden
            && self.can(next)
        {
            self.take(next);
        }
    }

    /// Does what its thread has to do next, after those hidden accesses of others that it depends on.
    fn bring_about(&mut self, at: usize) -> Result<(), Impossible> {
        while !self.can(at) {
            let mut others = self.firsts.range(..at).copied();
            let helps =
                |other: &usize| self.events[*other].kind == Kind::Hidden && self.can(*other);
            let other = others.find(helps).ok_or(Impossible)?;
            self.take(other);
        }
        self.take(at);
        Ok(())
    }

    /// The choice in this run that is one of the search.
    fn real(&self, choice: Choice) -> Choice {
        let real = |task| self.real.get(&task).copied().unwrap_or(task);
        match choice {
            Choice::Step(task) => Choice::Step(real(task)),
            Choice::Time(task) => Choice::Time(real(task)),
        }
    }

    /// Finds out which threads of the search those are that were just started.
    fn know_again(&mut self) {
        for (parent, child) in self.walk.take_births() {
            let known = self.real.iter().find(|(_, real)| **real == parent);
            let parent = known.map_or(parent, |(task, _)| *task);
            let children = self.children.get_mut(&parent);
            if let Some(task) = children.and_then(VecDeque::pop_front) {
                self.real.insert(task, child);
                if task != child {
                    let numbers = self.numbers.get(&task).cloned();
                    self.walk.dictate(child, numbers.unwrap_or_default());
                }
            }
        }
    }

    fn can(&self, at: usize) -> bool {
        let Event { choice, kind } = self.events[at];
        let choice = self.real(choice);
        let is_over = match kind {
            Kind::Busy => !self.walk.is_busy(choice.task()),
            Kind::End => !self.walk.is_ending(choice.task()),
            Kind::Visible | Kind::Hidden => false,
        };
        is_over || self.walk.choices().contains(&choice)
    }

    fn take(&mut self, at: usize) {
        let Event { choice, kind } = self.events[at];
        let task = choice.task();
        if let Some(left) = self.left.get_mut(&task)
            && let Some(taken) = left.pop_front()
        {
            self.firsts.remove(&taken);
            self.firsts.extend(left.front());
        }
        let choice = self.real(choice);
        let real = choice.task();
        while self.walk.is_busy(real) {
            self.step(Choice::Step(real));
        }
        let is_step = match kind {
            Kind::Busy => false,
            Kind::End => self.walk.is_ending(real),
            Kind::Visible | Kind::Hidden => true,
        };
        if is_step {
            self.step(choice);
        }
        // In the search it has ended with that.
        let next = self.next_of(task).map(|next| self.events[next].kind);
        let has_ended = next != Some(Kind::End) && !self.unended.contains(&task);
        if has_ended && self.walk.is_ending(real) {
            self.step(Choice::Step(real));
        }
    }

    fn step(&mut self, choice: Choice) {
        let rank = rank(self.walk.choices(), self.last, choice);
        if let Choice::Step(task) = choice {
            self.last = task;
        }
        let drawn = self.walk.take(choice, &[]);
        self.know_again();
        self.done.push(Decision {
            choice,
            rank,
            draws: drawn.iter().map(|draw| draw.number).collect(),
        });
    }
}
