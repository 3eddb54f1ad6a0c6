//! Proves without counting: of all runs that differ only in the order of steps that have nothing to do
//! with each other, one is enough.
//!
//! Dynamic partial-order reduction (Flanagan and Godefroid, "Dynamic Partial-Order Reduction for Model
//! Checking Software", 2005) with sleep sets (Godefroid, "Partial-Order Methods for the Verification of
//! Concurrent Systems", 1996), races being only those between neighbours in the happens-before order
//! (Abdulla, Aronis, Jonsson and Sagonas, "Source Sets", 2017). Runs are done one after the other, depth
//! first; each run tells which of its steps could have come in another order, and these orders are tried
//! where the run was before. No state is compared, so that a run is done again where the order of what
//! depends matters: that pays where most steps are independent, and is hopeless where all are not.
//!
//! What the argument for its soundness needs, and how that is ensured here:
//!
//! - *Every run is finite.* A run that comes to a state again on its own way, or is longer than the limit,
//!   ends the search: nothing is proved.
//! - *What depends on each other* is what each step was seen to access ([`StepEffect`]), with a superset
//!   where that is unknown. Steps that random numbers are drawn in end the search.
//! - *Blocking.* A choice that is not possible is a race with what made it so: with the step by which it
//!   became impossible, and with each earlier step that concerns what it waits for. A step that makes it
//!   possible comes before it in every order, and is no race.
//! - *A thread that goes on in a step of another* (it was woken, or started) does what it does next
//!   behind that step.
//! - *Time*: the end of a wait is a choice like a step. All such ends, and all steps that begin or end a
//!   limited wait or ask for the time, depend on each other.
//! - *Ends*: where a run ends while others are still going (daemons, processes), it is not offered.
//!
//! Two accesses that race are next to each other in some order; the run is led there once for each pair
//! of instructions, so that data races are found completely. Each thread takes its locks in the same
//! order in all runs that count as one, so the order of locks is complete, too.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::limits::{Brake, Watch};
use super::lock_order::{LockOrder, Nesting};
use super::meter::Meter;
use super::outcome::Outcome;
use super::race::{Race, Races};
use super::trail::{Decision, last_of, rank, ranked};
use crate::schedule::{Choice, Interruption, Kept, StepEffect, Walk};
use crate::vm::Instruction;

/// How far it goes.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) time: Duration,
    pub(super) memory: u64,
    /// A run is followed for so many steps.
    pub(super) depth: u32,
    /// After so many steps of all runs together it is given up: unlike a time, that is the same in each
    /// run.
    pub(super) steps: Option<u64>,
}

/// What was found.
pub(super) struct Reduced {
    /// How many runs were done to their ends.
    pub(super) runs: u64,
    /// How many steps were done for all of them.
    pub(super) steps: u64,
    /// Each different outcome, with the first run that leads there.
    pub(super) outcomes: BTreeMap<Outcome, Vec<Decision>>,
    /// The data races, each with the beginning of a run in which two threads stand before it.
    pub(super) races: Vec<(Race, Vec<Decision>)>,
    pub(super) inversions: Vec<(Vec<Nesting>, Vec<Decision>)>,
    /// Why it is no proof; nothing when it is one.
    pub(super) unfinished: Option<Unfinished>,
}

/// Why nothing is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// A limit was reached.
    Limit,
    /// The user stopped it.
    Stopped,
    /// Some run goes on for ever, or is cut off in the middle, or draws random numbers, or asks for the
    /// time: the method does not hold.
    Unsuitable,
    /// More has turned out to be visible: what was done passed over some of it.
    Learned,
}

/// For each choice that was ever possible, how many steps of the run happen before: the number of its
/// last one among them, from 1.
type Clock = Vec<u32>;

fn join(clock: &mut Clock, other: &Clock) {
    if clock.len() < other.len() {
        clock.resize(other.len(), 0);
    }
    for (own, other) in clock.iter_mut().zip(other) {
        *own = (*own).max(*other);
    }
}

fn has(clock: &Clock, process: usize, number: u32) -> bool {
    clock.get(process).is_some_and(|known| *known >= number)
}

/// A choice that can be made again and again: the steps of a thread, or the ends of its waits.
#[derive(Clone, Default)]
struct Process {
    /// What happens before it stands where it stands.
    stand: Rc<Clock>,
    /// What besides that has made it possible since.
    enabled_by: Rc<Clock>,
}

/// A state of the run, and what was tried from there.
struct Frame {
    kept: Kept,
    key: u128,
    processes: Vec<Process>,
    /// What need not be tried: it has been, before a step that has nothing to do with it.
    asleep: Vec<(Choice, Rc<StepEffect>)>,
    /// What has to be tried.
    wanted: BTreeSet<Choice>,
    tried: Vec<(Choice, Rc<StepEffect>)>,
}

/// A step of the run; it leads from the frame with the same index to the next one.
struct Event {
    process: usize,
    effect: Rc<StepEffect>,
    clock: Rc<Clock>,
    by: Option<Instruction>,
    decision: Decision,
}

struct Search<'a> {
    walk: &'a mut Walk,
    brake: Arc<Brake>,
    memory: u64,
    meter: Meter,
    numbers: BTreeMap<Choice, usize>,
    frames: Vec<Frame>,
    events: Vec<Event>,
    on_path: HashSet<u128>,
    races: Races,
    /// The instructions whose races were looked at, and the runs that the races are noted with.
    compared: HashSet<(Instruction, Instruction)>,
    lock_order: LockOrder,
    examples: Vec<Vec<Decision>>,
    found: Reduced,
}

/// Does one run of each kind from where `walk` stands, and leaves it anywhere.
pub(super) fn reduced(walk: &mut Walk, bounds: &Bounds, watch: &mut Watch<'_>) -> Reduced {
    let brake = Brake::new(watch.stop, bounds.time, bounds.memory);
    walk.set_interrupt(Some(brake.interrupt()));
    let mut search = Search {
        walk,
        brake,
        memory: bounds.memory,
        meter: Meter::new(),
        numbers: BTreeMap::new(),
        frames: Vec::new(),
        events: Vec::new(),
        on_path: HashSet::new(),
        races: Races::default(),
        compared: HashSet::new(),
        lock_order: LockOrder::default(),
        examples: Vec::new(),
        found: Reduced {
            runs: 0,
            steps: 0,
            outcomes: BTreeMap::new(),
            races: Vec::new(),
            inversions: Vec::new(),
            unfinished: None,
        },
    };
    if let Err(why) = search.run(bounds, watch) {
        search.found.unfinished = Some(why);
    }
    search.walk.set_interrupt(None);
    let mut found = search.found;
    let examples = search.examples;
    let example = |index: u32| examples.get(index as usize).cloned();
    let races = search.races.into_found().into_iter();
    found.races = races
        .filter_map(|(race, at)| Some((race, example(at)?)))
        .collect();
    let inversions = search.lock_order.into_found().into_iter();
    found.inversions = inversions
        .filter_map(|(order, at)| Some((order, example(at)?)))
        .collect();
    found
}

impl Search<'_> {
    fn run(&mut self, bounds: &Bounds, watch: &mut Watch<'_>) -> Result<(), Unfinished> {
        self.arrive(Vec::new(), Vec::new())?;
        let mut is_there = true;
        while let Some(frame) = self.frames.last() {
            let depth = self.events.len();
            let is_asleep = |choice: &Choice| frame.asleep.iter().any(|(one, _)| one == choice);
            let is_tried = |choice: &Choice| frame.tried.iter().any(|(one, _)| one == choice);
            let next = frame
                .wanted
                .iter()
                .find(|one| !is_asleep(one) && !is_tried(one));
            let Some(choice) = next.copied() else {
                self.leave();
                is_there = false;
                continue;
            };
            self.found.steps += 1;
            let is_over = depth >= bounds.depth as usize
                || bounds.steps.is_some_and(|steps| self.found.steps > steps);
            if is_over {
                return Err(Unfinished::Limit);
            }
            self.check()?;
            if let (false, Some(frame)) = (is_there, self.frames.last()) {
                self.walk.set_back(&frame.kept);
            }
            self.take(choice)?;
            is_there = true;
            if self.walk.choices().is_empty() {
                (watch.progress)(self.found.runs, 0);
            }
        }
        Ok(())
    }

    /// Whether time, memory or the user's patience is over.
    fn check(&mut self) -> Result<(), Unfinished> {
        let kept = self.frames.iter().map(|frame| &frame.kept);
        if self.meter.reaches(self.memory, self.walk.buffers(), kept) {
            return Err(Unfinished::Limit);
        }
        self.brake.set_kept(self.meter.bytes());
        match self.walk.interruption().or_else(|| self.brake.reached(0)) {
            None => Ok(()),
            Some(Interruption::Stopped) => Err(Unfinished::Stopped),
            Some(
                Interruption::Time
                | Interruption::Memory
                | Interruption::Exhausted(..)
                | Interruption::Work,
            ) => Err(Unfinished::Limit),
        }
    }

    /// Goes back by a step.
    fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.on_path.remove(&frame.key);
        }
        if let (Some(event), Some(frame)) = (self.events.pop(), self.frames.last_mut()) {
            frame.tried.push((event.decision.choice, event.effect));
        }
    }

    fn number(&mut self, choice: Choice) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(choice).or_insert(next)
    }

    fn take(&mut self, choice: Choice) -> Result<(), Unfinished> {
        let process = self.number(choice);
        let last = last_of(self.events.iter().map(|event| event.decision.choice));
        let by = match choice {
            Choice::Step(task) => self.walk.touch(task).map(|touch| touch.by),
            Choice::Time(_) => None,
        };
        let rank = rank(self.walk.choices(), last, choice);
        let (drawn, effect) = self.walk.take_noting(choice, &[]);
        self.check()?;
        if self.walk.has_learned() {
            return Err(Unfinished::Learned);
        }
        let is_suitable = drawn.is_empty()
            && !self.walk.asked().time
            && !self.walk.has_redefined()
            && !self.walk.may_be_cut_off();
        if !is_suitable {
            return Err(Unfinished::Unsuitable);
        }
        let effect = Rc::new(effect);
        let number = self.events.len() as u32 + 1;
        let mut processes = self
            .frames
            .last()
            .map_or_else(Vec::new, |f| f.processes.clone());
        if processes.len() < self.numbers.len() {
            processes.resize_with(self.numbers.len(), Process::default);
        }
        let mut clock = self.races_of(choice, &processes[process].clone(), &effect, by);
        if clock.len() <= process {
            clock.resize(process + 1, 0);
        }
        clock[process] = number;
        let clock = Rc::new(clock);
        self.events.push(Event {
            process,
            effect: effect.clone(),
            clock: clock.clone(),
            by,
            decision: Decision {
                choice,
                rank,
                draws: Vec::new(),
            },
        });
        let Some(frame) = self.frames.last() else {
            return Ok(());
        };
        // What was tried before from here, and has nothing to do with this step, need not be tried
        // behind it either.
        let known = frame.asleep.iter().chain(&frame.tried);
        let others = known.filter(|(one, other)| *one != choice && !other.depends_on(&effect));
        let asleep: Vec<(Choice, Rc<StepEffect>)> = others.cloned().collect();
        self.pass(&mut processes, choice, &effect, &clock);
        self.arrive(processes, asleep)
    }

    /// Finds the races of the step that a process has just done with earlier ones; returns what happens
    /// before it.
    fn races_of(
        &mut self,
        choice: Choice,
        process: &Process,
        effect: &StepEffect,
        by: Option<Instruction>,
    ) -> Clock {
        let mut before: Clock = (*process.stand).clone();
        join(&mut before, &process.enabled_by);
        for index in self.neighbours(&mut before, effect) {
            self.race(index, choice, &before, &process.stand, by);
        }
        before
    }

    /// The steps that `effect` depends on and that do not happen before it already, neither by `before`
    /// nor by another such step: the last one first. They are added to `before`.
    fn neighbours(&self, before: &mut Clock, effect: &StepEffect) -> Vec<usize> {
        let mut neighbours = Vec::new();
        for (index, event) in self.events.iter().enumerate().rev() {
            let is_before = has(before, event.process, index as u32 + 1);
            if !is_before && event.effect.depends_on(effect) {
                neighbours.push(index);
                join(before, &event.clock);
            }
        }
        neighbours
    }

    /// What a step changes for all processes: who stands anew, who has become possible or impossible.
    fn pass(
        &mut self,
        processes: &mut Vec<Process>,
        choice: Choice,
        effect: &Rc<StepEffect>,
        clock: &Rc<Clock>,
    ) {
        let mut moved: BTreeSet<_> = effect.affected.iter().copied().collect();
        moved.insert(choice.task());
        let possible: Vec<Choice> = self.walk.choices().to_vec();
        let blocked = self.walk.blocked();
        for one in possible.iter().chain(&blocked) {
            self.number(*one);
        }
        processes.resize_with(self.numbers.len(), Process::default);
        // Whoever goes on behind a wait for the end of a thread comes after that end.
        let mut before = (**clock).clone();
        for event in &self.events {
            if effect
                .lives
                .iter()
                .any(|handle| event.effect.ended.contains(handle))
            {
                join(&mut before, &event.clock);
            }
        }
        let last = self.events.len() - 1;
        let was_possible: Vec<Choice> = self
            .frames
            .last()
            .map_or_else(Vec::new, |frame| frame.kept.choices().to_vec());
        for (one, is_possible) in
            (possible.iter().map(|one| (one, true))).chain(blocked.iter().map(|one| (one, false)))
        {
            let index = self.numbers[one];
            let has_moved = moved.contains(&one.task());
            if has_moved {
                let mut stand = (*processes[index].stand).clone();
                join(&mut stand, &before);
                processes[index] = Process {
                    stand: Rc::new(stand),
                    ..Process::default()
                };
            }
            if is_possible {
                if !has_moved && !was_possible.contains(one) {
                    let mut enabled_by = (*processes[index].enabled_by).clone();
                    join(&mut enabled_by, clock);
                    processes[index].enabled_by = Rc::new(enabled_by);
                }
                continue;
            }
            let waits = self.walk.waiting_for(*one);
            let stand = processes[index].stand.clone();
            if has_moved {
                // It stands here since this step: what have earlier ones to do with it?
                let mut before: Clock = (*stand).clone();
                for at in self.neighbours(&mut before, &waits) {
                    self.race(at, *one, &before, &stand, None);
                }
            } else if !was_possible.contains(one)
                && effect.depends_on(&waits)
                && waits.breadth() != Some(2)
            {
                // Where it waits for one thing only, whatever lets it go on before this step has to do
                // with this step, too, and is a race of its own.
                self.race(last, *one, &stand, &stand, None);
            }
        }
        for one in was_possible {
            if one != choice && !possible.contains(&one) {
                // This step has made it impossible.
                let stand = self.frames.last().and_then(|frame| {
                    let process = frame.processes.get(*self.numbers.get(&one)?)?;
                    Some(process.stand.clone())
                });
                let stand = stand.unwrap_or_default();
                self.race(last, one, &stand, &stand, None);
            }
        }
    }

    /// The step at `index` could have come behind the next one of `choice`, which stands where it does
    /// since `stand`, and comes after all that is in `before`: sees to it that it does in
    /// some run.
    fn race(
        &mut self,
        index: usize,
        choice: Choice,
        before: &Clock,
        stand: &Rc<Clock>,
        by: Option<Instruction>,
    ) {
        if let (Some(one), Some(other)) = (self.events[index].by, by)
            && self.compared.insert((one, other))
        {
            self.look_at_race(index, stand);
        }
        let initials = self.initials(index, choice, before);
        let frame = &mut self.frames[index];
        let is_there = |one: &Choice| {
            let mut known = frame.asleep.iter().chain(&frame.tried);
            frame.wanted.contains(one) || known.any(|(known, _)| known == one)
        };
        if initials.iter().any(is_there) {
            return;
        }
        match initials.first() {
            Some(first) => frame.wanted.extend([*first]),
            None => frame.wanted.extend(frame.kept.choices()),
        }
    }

    /// What can come first, instead of the step at `index`, in runs in which that comes behind the next
    /// step of `choice`: of what does not happen after it, that step last, whatever has nothing of the
    /// rest before it. To begin with one of these is enough, and to begin with any other thread is not:
    /// what is asleep would be passed over before it is due. These are the initials of Abdulla and others.
    fn initials(&self, index: usize, choice: Choice, before: &Clock) -> Vec<Choice> {
        let possible = self.frames[index].kept.choices();
        let reversed = &self.events[index];
        let mut rest: Vec<(usize, u32)> = Vec::new();
        let mut initials = Vec::new();
        let is_first = |rest: &[(usize, u32)], process: usize, clock: &Clock| {
            !(rest.iter()).any(|(other, number)| *other == process || has(clock, *other, *number))
        };
        for (at, event) in self.events.iter().enumerate().skip(index + 1) {
            if has(&event.clock, reversed.process, index as u32 + 1) {
                continue;
            }
            if is_first(&rest, event.process, &event.clock) {
                initials.push(event.decision.choice);
            }
            rest.push((event.process, at as u32 + 1));
        }
        let process = self.numbers.get(&choice).copied().unwrap_or(usize::MAX);
        if is_first(&rest, process, before) {
            initials.push(choice);
        }
        initials.retain(|initial| possible.contains(initial));
        initials
    }

    /// Leads the run to where both steps of a race are next: the one at `index`, and one that stands
    /// since `stand`.
    fn look_at_race(&mut self, index: usize, stand: &Rc<Clock>) {
        self.walk.key(self.walk.asked());
        let here = self.walk.keep();
        self.walk.set_back(&self.frames[index].kept);
        let mut decisions: Vec<Decision> = self.events[..index]
            .iter()
            .map(|event| event.decision.clone())
            .collect();
        for (at, event) in self.events.iter().enumerate().skip(index + 1) {
            let choice = event.decision.choice;
            if has(stand, event.process, at as u32 + 1) && self.walk.choices().contains(&choice) {
                let last = last_of(decisions.iter().map(|decision| decision.choice));
                let rank = rank(self.walk.choices(), last, choice);
                self.walk.take(choice, &[]);
                decisions.push(Decision {
                    choice,
                    rank,
                    draws: Vec::new(),
                });
            }
        }
        let known = self.races.count();
        self.races.look(self.walk, self.examples.len() as u32);
        if self.races.count() > known {
            self.examples.push(decisions);
        }
        self.walk.set_back(&here);
    }

    /// Notes the state that the run has come to.
    fn arrive(
        &mut self,
        mut processes: Vec<Process>,
        asleep: Vec<(Choice, Rc<StepEffect>)>,
    ) -> Result<(), Unfinished> {
        let key = self.walk.key(self.walk.asked());
        if !self.on_path.insert(key) {
            return Err(Unfinished::Unsuitable);
        }
        let choices = self.walk.choices().to_vec();
        for choice in &choices {
            self.number(*choice);
        }
        processes.resize_with(self.numbers.len(), Process::default);
        let known = (self.races.count(), self.lock_order.count());
        self.races.look(self.walk, self.examples.len() as u32);
        self.lock_order.look(self.walk, self.examples.len() as u32);
        if (self.races.count(), self.lock_order.count()) != known {
            self.examples.push(self.decisions());
        }
        if let Some(end) = self.walk.end() {
            self.found.runs += 1;
            let outcome = Outcome::of(self.walk, end);
            if !self.found.outcomes.contains_key(&outcome) {
                let decisions = self.decisions();
                self.found.outcomes.insert(outcome, decisions);
            }
        }
        // The first one that is not asleep, in the order of a run that nobody interrupts.
        let last = last_of(self.events.iter().map(|event| event.decision.choice));
        let is_asleep = |choice: &Choice| asleep.iter().any(|(one, _)| one == choice);
        let first = ranked(&choices, last)
            .into_iter()
            .find(|one| !is_asleep(one));
        let kept = self.walk.keep();
        self.meter.add(&kept);
        self.frames.push(Frame {
            kept,
            key,
            processes,
            asleep,
            wanted: first.into_iter().collect(),
            tried: Vec::new(),
        });
        Ok(())
    }

    fn decisions(&self) -> Vec<Decision> {
        self.events
            .iter()
            .map(|event| event.decision.clone())
            .collect()
    }
}
