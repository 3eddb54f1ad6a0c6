//! Runs one schedule after the other, each from the same beginning.

use super::super::trail::{last_of, rank};
use super::cycles::{Cycle, Cycles};
use super::known::Known;
use super::strategy::{Situation, Strategy};
use super::trace::{Event, Trace};
use super::uniform::Uniform;
use crate::schedule::{Asked, Choice, Interruption, Kept, Random, Walk, WalkEnd};
use crate::value::object::TaskId;
use crate::vm::Touch;

/// So many steps at most are the same for all runs.
const LONGEST_OPENING: usize = 1_000;

/// So many steps at most others have to themselves when a thread has come round in a loop that waits.
const MOST_YIELDED: u64 = 8;

/// See the head of the file.
pub(super) struct Runner<'a> {
    walk: &'a mut Walk,
    start: &'a Kept,
    /// What every run begins with, because there is no choice yet, and the state behind it: most
    /// scripts first make their objects and threads.
    opening: Vec<Event>,
    opened: Kept,
    last: TaskId,
    /// What the last schedule did.
    pub(super) trace: Trace,
    choices: Vec<Choice>,
    touches: Vec<Option<Touch>>,
    /// What the choices of the step before touch.
    touched: Vec<(Choice, Option<Touch>)>,
    /// Which choices are possible, and since when.
    since: Vec<(Choice, u32)>,
    cycles: Cycles,
    /// The choices that are not made while there are others, and for how many steps.
    yielding: Vec<Choice>,
    yielded: u64,
    /// The first cycle of the last schedule that could go on for ever and is fair, and after how many
    /// steps it was closed.
    pub(super) cycle: Option<(Cycle, usize)>,
}

/// Which schedule is run, and how.
pub(super) struct Order<'a> {
    pub(super) known: &'a Known,
    /// What is drawn: choices and the script's own numbers.
    pub(super) seed: u64,
    /// A run is followed for so many steps.
    pub(super) depth: usize,
    /// Whether it is noted what was touched.
    pub(super) is_observed: bool,
    /// Numbers that the script gets instead of drawn ones: those of this schedule in its first so
    /// many steps.
    pub(super) dictated: Option<(&'a Trace, usize)>,
}

impl<'a> Runner<'a> {
    /// For the runs of `walk` from `start`.
    pub(super) fn new(walk: &'a mut Walk, start: &'a Kept) -> Self {
        walk.ignore();
        let (opening, opened) = open(walk, start);
        walk.set_comparable(false);
        let steps = opening.iter().map(|event| event.choice);
        Self {
            walk,
            start,
            last: last_of(steps),
            opening,
            opened,
            trace: Trace::default(),
            choices: Vec::new(),
            touches: Vec::new(),
            touched: Vec::new(),
            since: Vec::new(),
            cycles: Cycles::default(),
            yielding: Vec::new(),
            yielded: 0,
            cycle: None,
        }
    }

    /// Runs one schedule; nothing when it was too long. `look` is shown the states of an observed
    /// run in which threads stand before a conflict.
    pub(super) fn run(
        &mut self,
        strategy: &mut dyn Strategy,
        order: &Order<'_>,
        look: &mut dyn FnMut(&Walk, &Trace),
    ) -> Option<WalkEnd> {
        self.walk.set_back(&self.opened);
        self.walk.take_recent();
        self.walk.draw_from(Some(!order.seed));
        self.trace.begin(&self.opening);
        self.since.clear();
        self.touches.clear();
        self.touched.clear();
        self.cycles.begin();
        self.yielded = 0;
        self.cycle = None;
        // States of a schedule that is learned from are compared from the beginning, others when they
        // may have come to a loop that waits.
        let first = self.trace.events.len();
        let watched = match order.is_observed {
            true => first,
            false => first.max(order.known.suspicious()),
        };
        self.walk.set_comparable(order.is_observed);
        strategy.begin(Random::new(order.seed), order.known);
        // A strategy may leave such a loop going round for ever. A random walk starves nobody.
        let patience = order.known.patience();
        let mut random = Random::new(order.seed ^ 1);
        let mut fair = Uniform::default();
        fair.begin(Random::new(order.seed ^ 1), order.known);
        let mut last = self.last;
        for step in first..order.depth {
            self.choices.clear();
            self.choices.extend_from_slice(self.walk.choices());
            if self.choices.is_empty() {
                return self.walk.end();
            }
            if step == watched {
                self.walk.set_comparable(true);
                self.cycles.turn_on(step);
            }
            self.look_for_cycle(step, &mut random);
            let is_usual = step < patience && self.cycle.is_none();
            let strategy: &mut dyn Strategy = if is_usual { strategy } else { &mut fair };
            if order.is_observed || strategy.wants_touches() {
                self.look_at_touches();
            }
            if order.is_observed {
                if self.has_conflict() {
                    look(self.walk, &self.trace);
                }
                self.note_possible(step);
            }
            let index = match self.instead(&mut random) {
                Some(index) => index,
                None => strategy.next(&mut Situation {
                    choices: &self.choices,
                    touches: &self.touches,
                    last,
                    step,
                    known: order.known,
                    walk: self.walk,
                }),
            };
            let choice = self.choices[index];
            self.cycles.note(&self.choices, choice);
            let rank = rank(&self.choices, last, choice);
            self.take(choice, rank, index, step, order);
            if let Choice::Step(task) = choice {
                last = task;
            }
        }
        None
    }

    /// Looks whether the schedule has come to a state again. One that is fair goes on at random, to
    /// leave the cycle if that is possible; else those that go round let others go first for a while.
    fn look_for_cycle(&mut self, step: usize, random: &mut Random) {
        let Some(cycle) = self.cycles.look(self.walk, step) else {
            return;
        };
        if cycle.is_fair {
            self.cycle.get_or_insert((cycle, step));
            return;
        }
        self.yielding.clear();
        for choice in &self.choices {
            if self.cycles.is_in(&cycle, *choice) {
                self.yielding.push(*choice);
            }
        }
        self.yielded = 1 + random.below(MOST_YIELDED);
    }

    /// One of those that others let go first, if there are any, as an index.
    fn instead(&mut self, random: &mut Random) -> Option<usize> {
        self.yielded = self.yielded.checked_sub(1)?;
        let choices = self.choices.iter().enumerate();
        let others = choices.filter(|(_, choice)| !self.yielding.contains(choice));
        let others: Vec<usize> = others.map(|(index, _)| index).collect();
        let index = others.get(random.below(others.len() as u64) as usize);
        index.copied()
    }

    /// What a thread is about to touch changes only when it does a step.
    fn look_at_touches(&mut self) {
        let done = self.trace.events.last().map(|event| event.choice.task());
        self.touches.clear();
        for choice in &self.choices {
            let known = self.touched.iter().find(|(other, _)| other == choice);
            let touch = match (*choice, known) {
                (_, Some((_, touch))) if Some(choice.task()) != done => *touch,
                (Choice::Step(task), _) => self.walk.touch(task),
                (Choice::Time(_), _) => None,
            };
            self.touches.push(touch);
        }
        self.touched.clear();
        let touches = self.touches.iter().copied();
        self.touched
            .extend(self.choices.iter().copied().zip(touches));
    }

    fn take(&mut self, choice: Choice, rank: u32, index: usize, step: usize, order: &Order<'_>) {
        let dictated = match order.dictated {
            Some((trace, steps)) if step < steps && !trace.draws.is_empty() => trace.draws_of(step),
            _ => Vec::new(),
        };
        let since = self.since.iter().position(|(other, _)| *other == choice);
        let since = since.map(|index| self.since.swap_remove(index).1);
        self.trace.events.push(Event {
            choice,
            rank,
            touch: self.touches.get(index).copied().flatten(),
            possible_since: since.unwrap_or(step as u32),
        });
        let drawn = self.walk.take(choice, &dictated);
        let draws = drawn.iter().map(|draw| (step as u32, draw.number));
        self.trace.draws.extend(draws);
    }

    /// Whether two threads stand before what they should not do at the same time, perhaps.
    fn has_conflict(&self) -> bool {
        let touches = || self.touches.iter().flatten();
        touches().enumerate().any(|(index, one)| {
            let mut behind = touches().skip(index + 1);
            behind.any(|other| one.conflicts(other))
        })
    }

    fn note_possible(&mut self, step: usize) {
        for choice in &self.choices {
            if !self.since.iter().any(|(other, _)| other == choice) {
                self.since.push((*choice, step as u32));
            }
        }
    }

    /// Why the last schedule was left in the middle of a step, if it was.
    pub(super) fn interruption(&self) -> Option<Interruption> {
        self.walk.interruption()
    }

    /// The run as it stands.
    pub(super) fn walk(&self) -> &Walk {
        self.walk
    }
}

/// Does the steps from `start` to which there is no alternative; keeps what they were and the state
/// behind them.
fn open(walk: &mut Walk, start: &Kept) -> (Vec<Event>, Kept) {
    walk.set_back(start);
    walk.draw_from(None);
    walk.key(Asked::EVERYTHING);
    let mut kept = walk.keep();
    let mut opening: Vec<Event> = Vec::new();
    while opening.len() < LONGEST_OPENING
        && let [choice @ Choice::Step(task)] = *walk.choices()
    {
        let touch = walk.touch(task);
        // A random number is a choice.
        if !walk.take(choice, &[]).is_empty() || walk.interruption().is_some() {
            walk.set_back(&kept);
            break;
        }
        opening.push(Event {
            choice,
            rank: 0,
            touch,
            possible_since: opening.len() as u32,
        });
        walk.key(Asked::EVERYTHING);
        kept = walk.keep();
    }
    (opening, kept)
}

impl Drop for Runner<'_> {
    fn drop(&mut self) {
        self.walk.set_interrupt(None);
        self.walk.set_back(self.start);
        self.walk.set_comparable(true);
        self.walk.draw_from(None);
    }
}
