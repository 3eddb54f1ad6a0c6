//! Programs that learners make fail by hand, and the step at which that became inevitable.

use super::program::{Explored, Wanted, explored, texts};
use super::{Answer, Bounds, FaultKind, Side, Undecided, Verdict, failed};
use crate::explore::{Choice, Finding, Interleavings, Outcome, Trail, Walk};
use crate::lesson::text::Exercise;

/// A run that was led is followed to its end for so many steps at most.
const LONGEST: usize = 5_000;

/// Passes when the run that the answer leads fails. Behind the answer each thread goes on for as long as
/// it can.
pub(super) fn grade(
    exercise: &Exercise,
    answer: &str,
    bounds: &Bounds,
) -> Result<Option<Interleavings>, Verdict> {
    with_program(exercise, bounds, |explored| {
        let walk = explored.rehearsal().walk();
        walk.listen();
        let mut trail = Trail::beginning(walk);
        // What main does before it comes to anything that others notice is nobody's choice.
        if let [only] = *walk.choices() {
            trail.advance(walk, only, &[]);
        }
        for (at, name) in names(answer).iter().enumerate() {
            let choice = loop {
                match choice_of(walk, name) {
                    Some(choice) => break choice,
                    None => match *walk.choices() {
                        // There was nothing to choose.
                        [only] if trail.steps.len() < LONGEST => trail.advance(walk, only, &[]),
                        _ => return Err(failed(cannot(walk, name, at + 1))),
                    },
                };
            };
            trail.advance(walk, choice, &[]);
        }
        while let Some(choice) = usual(walk, &trail)
            && trail.steps.len() < LONGEST
        {
            trail.advance(walk, choice, &[]);
        }
        match walk.end().map(|end| Outcome::of(walk, end)) {
            Some(outcome) if outcome.is_failure() => Ok(None),
            Some(_) => Err(failed(FaultKind::Survived(Box::new(trail)))),
            None => Err(Verdict::Undecided(Undecided::Endless)),
        }
    })?
}

/// The names in an answer, in order: `Thread-1, main`, one behind the other.
pub(in crate::lesson) fn names(answer: &str) -> Vec<&str> {
    let words = answer.split(|c: char| c.is_whitespace() || c == ',');
    words.filter(|word| !word.is_empty()).collect()
}

/// The choice by which the thread of this name goes on.
fn choice_of(walk: &Walk, name: &str) -> Option<Choice> {
    let mut choices = walk.choices().iter().copied();
    choices.find(|choice| walk.name(choice.task()).is_some_and(|own| *own == *name))
}

fn cannot(walk: &Walk, name: &str, at: usize) -> FaultKind {
    let choices = walk.choices().iter();
    let names = choices.filter_map(|choice| walk.name(choice.task()));
    let mut able: Vec<String> = names.map(|name| name.to_string()).collect();
    able.dedup();
    FaultKind::CannotStep {
        name: name.into(),
        at,
        able,
    }
}

/// What happens next when nobody is interrupted.
fn usual(walk: &Walk, trail: &Trail) -> Option<Choice> {
    let last = trail.last();
    let mut choices = walk.choices().iter().copied();
    let same = choices.find(|choice| *choice == Choice::Step(last));
    same.or_else(|| walk.choices().first().copied())
}

/// Passes when the failure became inevitable in the line that the answer names.
pub(super) fn grade_line(
    exercise: &Exercise,
    answer: &str,
    bounds: &Bounds,
) -> Result<Option<Interleavings>, Verdict> {
    let word = answer.trim().trim_start_matches("line ");
    let Ok(line) = word.parse::<u32>() else {
        return Err(failed(FaultKind::NoLine(word.into())));
    };
    with_program(exercise, bounds, |explored| {
        let finding = asked_about(explored)?;
        let decisive = decisive_line(&finding);
        match decisive {
            None => Err(Verdict::Undecided(Undecided::NoQuestion)),
            Some(decisive) if decisive == line => Ok(None),
            Some(_) => Err(failed(FaultKind::OtherLine {
                line,
                side: side(&finding, line),
                finding: Box::new(finding),
            })),
        }
    })?
}

/// The line of the decisive step of a failure.
fn decisive_line(finding: &Finding) -> Option<u32> {
    let explanation = finding.explanation.as_ref()?;
    Some(explanation.decisive.as_ref()?.pos.line.into())
}

/// Where the run of a failure comes to a line for the last time.
fn side(finding: &Finding, line: u32) -> Side {
    let explanation = finding.explanation.as_ref();
    let decisive = explanation.and_then(|explanation| explanation.decisive.as_ref());
    let at_line =
        |step: &crate::explore::Step| u32::from(step.pos.line) == line && step.pos.input == 0;
    let Some(last) = finding.trail.steps.iter().rposition(at_line) else {
        return Side::Nowhere;
    };
    let is_decisive = |step: &crate::explore::Step| {
        decisive.is_some_and(|event| {
            step.pos == event.pos && step.decision.choice.task() == event.thread
        })
    };
    match finding.trail.steps.iter().rposition(is_decisive) {
        Some(decided) if last > decided => Side::After,
        _ => Side::Before,
    }
}

/// The failure that a question is about: the first one that is shown.
pub(super) fn asked_about(explored: &Explored) -> Result<Finding, Verdict> {
    let failures = explored.found.failures.iter();
    let mut all = failures.chain(&explored.found.findings);
    let no_question = Verdict::Undecided(Undecided::NoQuestion);
    all.next().cloned().ok_or(no_question)
}

/// Explores the program that an exercise asks about.
pub(super) fn with_program<R>(
    exercise: &Exercise,
    bounds: &Bounds,
    then: impl FnOnce(&mut Explored) -> R,
) -> Result<R, Verdict> {
    let texts = texts(exercise, Answer::new(""), 0);
    explored(&texts, Wanted::default(), bounds, then)
}

/// The failure that a question about a program is about: what [`crate::lesson::text::Task::FindStep`] and
/// [`crate::lesson::text::Task::Explain`] show.
///
/// # Errors
/// Why there is none.
pub fn question(exercise: &Exercise, bounds: &Bounds) -> Result<Finding, Verdict> {
    if exercise.task.program().is_none() {
        return Err(Verdict::Undecided(Undecided::NoQuestion));
    }
    with_program(exercise, bounds, |explored| asked_about(explored))?
}
