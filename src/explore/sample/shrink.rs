//! Makes the schedule that fails one that can be understood: as few switches as possible, by delta
//! debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
//!
//! A schedule is taken as a list of stretches, each a thread and how many of its own steps it shall
//! have done at the end. Without one of them the thread does those steps in its next stretch, or when
//! nothing is planned any more, and then nobody is interrupted. So every part of the list is a
//! schedule too.

use std::collections::BTreeMap;

use super::super::finding::Problem;
use super::super::limits::Brake;
use super::super::outcome::Outcome;
use super::super::trail::{Decision, rank, ranked};
use crate::schedule::{Choice, Kept, MAIN, Walk};
use crate::value::object::TaskId;

/// So many steps are done at most to make a schedule simpler.
const EFFORT: usize = 200_000;

/// A stretch of steps.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    choice: Choice,
    /// How many steps the thread shall have done; for the clock, nothing.
    until: u32,
}

/// A schedule that has a problem.
pub(in super::super) struct Shrunk {
    pub(in super::super) decisions: Vec<Decision>,
    pub(in super::super) preemptions: u32,
    pub(in super::super) problem: Problem,
}

impl Shrunk {
    /// What makes one schedule better than another.
    pub(in super::super) fn cost(&self) -> (u32, usize) {
        (self.preemptions, self.decisions.len())
    }
}

/// Looks for a schedule with the same kind of problem at the same lines, but with fewer preemptions
/// or steps than `decisions` has from `start`. Tries until nothing can be left out, until [`EFFORT`] steps
/// were done, or until `brake`, which interrupts the walk, says stop. Nothing when `decisions` do not have the problem. Leaves `walk` anywhere.
pub(in super::super) fn shrink(
    walk: &mut Walk,
    start: &Kept,
    decisions: &[Decision],
    problem: &Problem,
    brake: &Brake,
) -> Option<Shrunk> {
    let mut plan = stretches(decisions);
    let mut trial = Trial {
        walk,
        start,
        problem,
        draws: draws(decisions),
        longest: 2 * decisions.len() + 1_000,
        effort: EFFORT,
    };
    let mut best = match trial.run(&plan, true) {
        Some(shrunk) => shrunk,
        // It has the problem, and nothing is known of simpler ones.
        None if trial.walk.interruption().is_some() => {
            return Some(Shrunk {
                decisions: decisions.to_vec(),
                preemptions: plan.len() as u32,
                problem: problem.clone(),
            });
        }
        None => return None,
    };
    // Zeros are easier to understand than other numbers.
    if !trial.draws.is_empty() {
        let drawn = std::mem::take(&mut trial.draws);
        match trial.run(&plan, false) {
            Some(shrunk) => best = shrunk,
            None => trial.draws = drawn,
        }
    }
    let mut size = plan.len().div_ceil(2);
    while size > 0 && !plan.is_empty() {
        let mut has_shrunk = false;
        // From the end: what came last has least influence.
        let mut end = plan.len();
        while end > 0 && trial.effort > 0 && brake.reached(0).is_none() {
            let begin = end.saturating_sub(size);
            let mut shorter = plan.clone();
            shorter.drain(begin..end);
            if let Some(shrunk) = trial.run(&shorter, false)
                && shrunk.cost() <= best.cost()
            {
                best = shrunk;
                plan = shorter;
                has_shrunk = true;
            }
            end = begin.min(plan.len());
        }
        if !(has_shrunk && size == 1) {
            size /= 2;
        }
    }
    Some(best)
}

fn stretches(decisions: &[Decision]) -> Vec<Stretch> {
    let mut done: BTreeMap<TaskId, u32> = BTreeMap::new();
    let mut plan: Vec<Stretch> = Vec::new();
    for decision in decisions {
        let choice = decision.choice;
        let until = match choice {
            Choice::Step(task) => {
                let done = done.entry(task).or_default();
                *done += 1;
                *done
            }
            Choice::Time(_) => 0,
        };
        match plan.last_mut() {
            Some(last) if last.choice == choice && until > 0 => last.until = until,
            _ => plan.push(Stretch { choice, until }),
        }
    }
    plan
}

/// What the script drew, by the thread and the number of its own step.
type Draws = BTreeMap<(TaskId, u32), Vec<u64>>;

fn draws(decisions: &[Decision]) -> Draws {
    let mut done: BTreeMap<TaskId, u32> = BTreeMap::new();
    let mut draws = Draws::new();
    for decision in decisions {
        if let Choice::Step(task) = decision.choice {
            let done = done.entry(task).or_default();
            if !decision.draws.is_empty() {
                draws.insert((task, *done), decision.draws.clone());
            }
            *done += 1;
        }
    }
    draws
}

/// What is needed to try a plan.
struct Trial<'a> {
    walk: &'a mut Walk,
    start: &'a Kept,
    problem: &'a Problem,
    draws: Draws,
    longest: usize,
    effort: usize,
}

impl Trial<'_> {
    /// Runs a plan; gives what became of it if it has the problem. At all costs, or while there is
    /// effort left.
    fn run(&mut self, plan: &[Stretch], at_all_costs: bool) -> Option<Shrunk> {
        if self.effort == 0 && !at_all_costs {
            return None;
        }
        self.walk.set_back(self.start);
        self.walk.take_recent();
        let mut run = Run::default();
        for stretch in plan {
            match stretch.choice {
                Choice::Step(task) => {
                    while run.done(task) < stretch.until && self.can(stretch.choice) {
                        self.step(&mut run, stretch.choice);
                    }
                }
                Choice::Time(_) if self.can(stretch.choice) => self.step(&mut run, stretch.choice),
                Choice::Time(_) => {}
            }
        }
        while let Some(choice) = ranked(self.walk.choices(), run.last).first() {
            if run.decisions.len() > self.longest {
                break;
            }
            self.step(&mut run, *choice);
        }
        self.effort = self.effort.saturating_sub(run.decisions.len() + 1);
        let outcome = Outcome::of(self.walk, self.walk.end()?);
        let mut problems = Problem::of(&outcome).into_iter();
        let problem = problems.find(|problem| problem.is_like(self.problem))?;
        Some(Shrunk {
            decisions: run.decisions,
            preemptions: run.preemptions,
            problem,
        })
    }

    fn can(&self, choice: Choice) -> bool {
        self.walk.choices().contains(&choice)
    }

    fn step(&mut self, run: &mut Run, choice: Choice) {
        let could_go_on = self.can(Choice::Step(run.last));
        let rank = rank(self.walk.choices(), run.last, choice);
        run.preemptions += u32::from(could_go_on && choice != Choice::Step(run.last));
        let mut dictated = &[][..];
        if let Choice::Step(task) = choice {
            let done = run.done(task);
            dictated = self
                .draws
                .get(&(task, done))
                .map_or(dictated, |draws| draws);
            run.done.insert(task, done + 1);
            run.last = task;
        }
        let drawn = self.walk.take(choice, dictated);
        run.decisions.push(Decision {
            choice,
            rank,
            draws: drawn.iter().map(|draw| draw.number).collect(),
        });
    }
}

/// A run under way.
struct Run {
    decisions: Vec<Decision>,
    done: BTreeMap<TaskId, u32>,
    last: TaskId,
    preemptions: u32,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            decisions: Vec::new(),
            done: BTreeMap::new(),
            last: MAIN,
            preemptions: 0,
        }
    }
}

impl Run {
    fn done(&self, task: TaskId) -> u32 {
        self.done.get(&task).copied().unwrap_or_default()
    }
}
