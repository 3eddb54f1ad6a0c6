//! One run through a program, told step by step: what a counterexample, a replay and stepping by hand
//! show.

use std::sync::Arc;

use super::telling::intent;
use crate::event::{ErrorReport, Kind};
use crate::pos::{Line, Pos};
use crate::schedule::{Choice, Draw, Interruption, MAIN, Told, Walk};
use crate::value::object::{ObjectId, TaskId};
use crate::vm::Action;

/// What was decided in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who went on.
    pub choice: Choice,
    /// Its place among the choices that there were, as [`rank`] counts.
    pub rank: u32,
    /// The random numbers that the script drew.
    pub draws: Vec<u64>,
}

/// The run in which each thread goes on for as long as it can.
#[derive(Clone, Debug)]
pub struct UsualRun {
    /// How long it takes, in virtual seconds.
    pub seconds: f64,
    /// What was decided in it.
    pub(super) decisions: Vec<Decision>,
}

/// One step of a run.
#[derive(Clone, Debug)]
pub struct Step {
    /// What was decided.
    pub decision: Decision,
    /// The name of the thread.
    pub name: Arc<str>,
    /// Where the thread stood.
    pub pos: Pos,
    /// The text in which that is; empty before the thread has begun.
    pub text: Arc<str>,
    /// What happened: the visible operation with its values first; a line printed and the failure
    /// of a thread too.
    pub told: Vec<Told>,
    /// Whether another thread, which could have gone on, was interrupted for this step.
    pub is_preemption: bool,
    /// Whether another thread did the step before.
    pub is_switch: bool,
    /// Whether the thread is a task of an event loop.
    pub is_task: bool,
    /// Whether the thread waits behind it.
    pub waits: bool,
    /// The object that the thread was about to ask.
    pub asks: Option<ObjectId>,
    /// What the thread was about to do, in words; empty for private work alone.
    pub intent: String,
    /// Whether an error was raised in the step.
    pub raises: bool,
}

/// A run, step by step.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The threads that are alive behind the last step.
    pub alive: Vec<(TaskId, Arc<str>)>,
    /// The threads that were alive when main ended: nobody had waited for their end.
    pub outliving: Vec<Arc<str>>,
    /// The error by which main ended before the first step.
    pub main_failed: Option<Arc<ErrorReport>>,
    /// Why the last step was left in the middle, if it was: the run is not known any further.
    pub interruption: Option<Interruption>,
    /// The texts that main runs, each with the number of its input.
    pub texts: Vec<(u16, Arc<str>)>,
}

impl Trail {
    /// No steps yet. `walk` stands where the run begins.
    pub fn beginning(walk: &Walk) -> Self {
        Self {
            main_failed: walk.told_so_far().main_failed.clone(),
            ..Self::default()
        }
    }

    /// Whether it is told in the steps, or in front of them, that main fails.
    pub(super) fn tells_main_failure(&self) -> bool {
        let mut told = self.steps.iter().flat_map(|step| &step.told);
        let fails = |told: &Told| matches!(told.kind, Kind::MainFailure { .. });
        self.main_failed.is_some() || told.any(fails)
    }

    /// How often a thread was interrupted that could have gone on.
    pub fn preemptions(&self) -> u32 {
        self.steps.iter().filter(|step| step.is_preemption).count() as u32
    }

    /// The decisions, in order.
    pub fn decisions(&self) -> Vec<Decision> {
        let steps = self.steps.iter();
        steps.map(|step| step.decision.clone()).collect()
    }

    /// The number of the thread that did the last step; main before the first.
    pub fn last(&self) -> TaskId {
        last_of(self.steps.iter().map(|step| step.decision.choice))
    }

    /// What stands in a line of a text that main runs, or in which a thread was.
    pub fn source_line(&self, line: Line) -> Option<&str> {
        let of_main = self.texts.iter().find(|(input, _)| *input == line.input());
        let step = || self.steps.iter().rev().find(|step| step.pos.at() == line);
        let text = of_main.map(|(_, text)| text);
        line.of(text.or_else(|| Some(&step()?.text))?)
    }

    /// Does one more step with `walk`, which stands where the trail has ended and listens, and
    /// tells it. Returns the numbers that were drawn.
    pub fn advance(&mut self, walk: &mut Walk, choice: Choice, draws: &[u64]) -> Vec<Draw> {
        if self.steps.is_empty() {
            self.texts = walk.texts();
        }
        let last = self.last();
        let task = choice.task();
        let is_switch = task != last;
        let could_go_on = walk.choices().contains(&Choice::Step(last));
        let rank = rank(walk.choices(), last, choice);
        let name = walk.name(task).unwrap_or_else(|| "main".into());
        let pos = walk.pos(task);
        let text = walk.text(task).unwrap_or_default();
        let before = walk.standing_before(task);
        let intent = before.map_or_else(String::new, |visible| intent(&visible, None));
        let asks = match walk.standing_before(task).map(|visible| visible.action) {
            Some(Action::Object(object, _)) => Some(object.id),
            _ => None,
        };
        let is_task = walk.is_task(task);
        walk.take_recent();
        walk.take_raised();
        let drawn = walk.take(choice, draws);
        let told = walk.take_recent();
        let raises = !walk.take_raised().is_empty();
        self.interruption = walk.interruption();
        let had_ended = self.alive.iter().all(|(task, _)| *task != MAIN);
        if self.steps.is_empty() || !had_ended {
            self.outliving = walk
                .outliving_main()
                .filter_map(|task| walk.name(task))
                .collect();
        }
        let named = |task| Some((task, walk.name(task)?));
        self.alive = walk.alive().filter_map(named).collect();
        self.steps.push(Step {
            decision: Decision {
                choice,
                rank,
                draws: drawn.iter().map(|draw| draw.number).collect(),
            },
            name,
            pos,
            text,
            told,
            is_preemption: could_go_on && choice != Choice::Step(last),
            is_switch,
            is_task,
            waits: walk.waits(task),
            asks,
            intent,
            raises,
        });
        drawn
    }

    /// The run that these decisions lead through, as far as each is possible.
    pub fn follow(walk: &mut Walk, decisions: &[Decision]) -> Self {
        walk.listen();
        let mut trail = Self::beginning(walk);
        for decision in decisions {
            if !walk.choices().contains(&decision.choice) {
                break;
            }
            trail.advance(walk, decision.choice, &decision.draws);
        }
        trail
    }
}

impl Step {
    /// The visible operation that the thread did.
    pub fn operation(&self) -> Option<&Told> {
        self.told.iter().find(|told| {
            told.thread.number == self.decision.choice.task().0
                && !matches!(told.kind, Kind::Start | Kind::Finish { .. })
        })
    }
}

/// The thread of the last step among `choices`. The clock is no thread: whoever ran before it runs
/// on.
pub(super) fn last_of(choices: impl DoubleEndedIterator<Item = Choice>) -> TaskId {
    let mut steps = choices.rev().filter_map(|choice| match choice {
        Choice::Step(task) => Some(task),
        Choice::Time(_) => None,
    });
    steps.next().unwrap_or(crate::schedule::MAIN)
}

/// What a run does that nobody interrupts: the thread goes on for as long as it can, then the first
/// one that can, then the clock. The choices, this one first and the others in their order.
pub(super) fn ranked(choices: &[Choice], last: TaskId) -> Vec<Choice> {
    let usual = choices
        .iter()
        .copied()
        .find(|choice| *choice == Choice::Step(last))
        .or_else(|| choices.first().copied());
    let others = choices
        .iter()
        .copied()
        .filter(|choice| Some(*choice) != usual);
    usual.into_iter().chain(others).collect()
}

/// The place of `choice` among all that there are, in the order of [`ranked`].
pub(super) fn rank(choices: &[Choice], last: TaskId, choice: Choice) -> u32 {
    let place = |wanted| choices.iter().position(|one| *one == wanted);
    let usual = place(Choice::Step(last)).unwrap_or_default();
    let own = place(choice).unwrap_or_default();
    let rank = match own.cmp(&usual) {
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Less => own + 1,
        std::cmp::Ordering::Greater => own,
    };
    rank as u32
}
