//! Runs one schedule after the other, each from the same beginning.

use super::super::trail::{last_of, rank};
use super::known::Known;
use super::strategy::{Situation, Strategy};
use super::trace::{Event, Trace};
use super::uniform::Uniform;
use crate::schedule::{Asked, Choice, Interruption, Kept, Random, Walk, WalkEnd};
use crate::value::object::TaskId;
use crate::vm::Touch;

/// So many steps at most are the same for all runs.
const LONGEST_OPENING: usize = 1_000;

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
        strategy.begin(Random::new(order.seed), order.known);
        // A strategy may leave a loop that waits going round for ever. A random walk starves nobody.
        let patience = order.known.patience();
        let mut fair = Uniform::default();
        fair.begin(Random::new(order.seed ^ 1), order.known);
        let mut last = self.last;
        for step in self.trace.events.len()..order.depth {
            self.choices.clear();
            self.choices.extend_from_slice(self.walk.choices());
            if self.choices.is_empty() {
                return self.walk.end();
            }
            let strategy: &mut dyn Strategy = if step < patience { strategy } else { &mut fair };
            if order.is_observed || strategy.wants_touches() {
                self.look_at_touches();
            }
            if order.is_observed {
                if self.has_conflict() {
                    look(self.walk, &self.trace);
                }
                self.note_possible(step);
            }
            let index = strategy.next(&mut Situation {
                choices: &self.choices,
                touches: &self.touches,
                last,
                step,
                known: order.known,
                walk: self.walk,
            });
            let choice = self.choices[index];
            let rank = rank(&self.choices, last, choice);
            self.take(choice, rank, index, step, order);
            if let Choice::Step(task) = choice {
                last = task;
            }
        }
        None
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
