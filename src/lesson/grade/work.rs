//! Programs that learners write or mend: in every interleaving of every trial nothing fails, and the
//! exercise's conditions hold.

use super::names::redefined;
use super::program::{Explored, Wanted, explored, texts};
use super::{Answer, Bounds, Evidence, Fault, FaultKind, Undecided, Verdict, failed};
use crate::explore::{Cut, Demand, Finding, Interleavings, Outcome, Possible, Problem};
use crate::language::outline::Outline;
use crate::lesson::text::{Check, Exercise, Work};
use crate::pos::{GIVEN, TRIAL};

/// So many interleavings, or the verdict that is not *passed*.
pub(super) fn grade(
    exercise: &Exercise,
    work: &Work,
    answer: Answer<'_>,
    bounds: &Bounds,
) -> Result<Option<Interleavings>, Verdict> {
    if answer.text.trim().is_empty() {
        return Err(failed(FaultKind::Empty));
    }
    let given = exercise.given.as_ref().map_or("", |piece| &*piece.text);
    let trials: Vec<&str> = match work.trials.is_empty() {
        true => vec![""],
        false => work.trials.iter().map(|trial| &*trial.text).collect(),
    };
    let around: Vec<&str> = trials.iter().copied().chain([given]).collect();
    if let Some(name) = redefined(answer.text, answer.language, given, &around) {
        return Err(failed(FaultKind::Redefines(name)));
    }
    for (check, _) in &work.checks {
        if !names_rightly(check, answer) {
            return Err(failed(FaultKind::Check {
                check: check.clone(),
                evidence: Evidence::Text,
            }));
        }
    }
    let mut counts = Some(Vec::new());
    let mut undecided = None;
    for (index, trial) in trials.iter().enumerate() {
        let wanted = Wanted {
            is_ordered: false,
            demands: work
                .checks
                .iter()
                .flat_map(|(check, _)| demand(check))
                .collect(),
        };
        let printed_by_trial = [given, trial]
            .iter()
            .any(|text| Outline::of(text).names("print"));
        let graded = explored(
            &texts(exercise, answer, index),
            wanted,
            bounds,
            |explored| grade_trial(work, explored, printed_by_trial),
        );
        match graded.and_then(|graded| graded) {
            Ok(count) => match (&mut counts, count) {
                (Some(counts), Some(count)) => counts.push(count),
                _ => counts = None,
            },
            Err(Verdict::Undecided(why)) => {
                undecided = undecided.or(Some(why));
                // Another trial may show that it is wrong, but this answer has had its share.
                let is_over = matches!(
                    why,
                    Undecided::Limit(Cut::Work(_) | Cut::Memory(_) | Cut::Stopped, _)
                );
                if is_over {
                    break;
                }
            }
            Err(Verdict::Failed(fault)) => {
                return Err(Verdict::Failed(Box::new(Fault {
                    trial: index,
                    trials: trials.len(),
                    ..*fault
                })));
            }
            Err(passed) => return Err(passed),
        }
    }
    match undecided {
        Some(why) => Err(Verdict::Undecided(why)),
        None => Ok(counts.map(|counts| Interleavings::sum(&counts))),
    }
}

/// Whether the answer names in its code what it has to, and does not what it must not.
fn names_rightly(check: &Check, answer: Answer<'_>) -> bool {
    let is_named = |name: &str| match answer.language {
        crate::session::Language::Own => Outline::of(answer.text).names(name),
        crate::session::Language::Python => answer
            .text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'))
            .any(|word| word == name),
    };
    match check {
        Check::Uses(name) => is_named(name),
        Check::Without(name) => !is_named(name),
        _ => true,
    }
}

/// The states that have to be looked for.
fn demand(check: &Check) -> Option<Demand> {
    match check {
        Check::Together(function) => Some(Demand::Inside {
            function: function.clone(),
            threads: 2,
        }),
        Check::AtMostAtWork(most, function) => Some(Demand::Inside {
            function: function.clone(),
            threads: *most as usize + 1,
        }),
        Check::AtMostThreads(most) => Some(Demand::Started(u64::from(*most))),
        Check::NoBusyWaiting => Some(Demand::Loop),
        Check::AlwaysPrints(_)
        | Check::NeverPrints(_)
        | Check::CanPrint(_)
        | Check::AtMostSeconds(_)
        | Check::Uses(_)
        | Check::Without(_)
        | Check::MayRace => None,
    }
}

fn grade_trial(
    work: &Work,
    explored: &mut Explored,
    printed_by_trial: bool,
) -> Result<Option<Interleavings>, Verdict> {
    if let Some(Cut::Exhausted(limit, pos)) = explored.found.cut {
        return Err(failed(FaultKind::Exhausts { limit, pos }));
    }
    if let Some(problem) = problem(work, explored) {
        return Err(failed(FaultKind::Problem(Box::new(problem))));
    }
    // What is not allowed is known as soon as it was seen; what has to be possible, or must hold always, only
    // when all was.
    let mut demands = 0;
    let mut late = None;
    for (check, _) in &work.checks {
        let met = demand(check).and_then(|_| {
            demands += 1;
            explored.found.demanded.met[demands - 1].clone()
        });
        let evidence = match check {
            Check::Together(_) => match met {
                Some(_) => None,
                None => Some(Evidence::Never(explored.found.interleavings.clone())),
            },
            Check::AtMostAtWork(..) | Check::AtMostThreads(_) | Check::NoBusyWaiting => {
                met.map(|met| Evidence::State(Box::new(met)))
            }
            // Where not all was seen, nothing can pass, and the run may have no end.
            Check::AtMostSeconds(_) if explored.found.cut.is_some() => None,
            Check::AtMostSeconds(most) => match explored.usual_run() {
                Some(run) if run.seconds <= most + 1e-9 => None,
                Some(run) => {
                    let (trail, token) = explored.shown(&run);
                    Some(Evidence::Seconds(run.seconds, Box::new(trail), token))
                }
                None => return Err(Verdict::Undecided(Undecided::Endless)),
            },
            Check::AlwaysPrints(line) | Check::NeverPrints(line) | Check::CanPrint(line) => {
                if printed_by_trial && let Some(line_number) = printed_by_answer(explored, line) {
                    return Err(failed(FaultKind::PrintsItself {
                        text: line.clone(),
                        line: line_number,
                    }));
                }
                printed(check, line, explored)
            }
            Check::Uses(_) | Check::Without(_) | Check::MayRace => None,
        };
        let Some(evidence) = evidence else {
            continue;
        };
        let check = check.clone();
        match evidence {
            Evidence::Never(_) => late = late.or(Some((check, evidence))),
            _ => return Err(failed(FaultKind::Check { check, evidence })),
        }
    }
    match (explored.undecided(), late) {
        (Some(why), _) => Err(Verdict::Undecided(why)),
        (None, Some((check, never))) => {
            // Who keeps threads apart is asked only where somebody does.
            let kept_out = match &check {
                Check::Together(function) => explored.kept_out(function),
                _ => None,
            };
            let evidence = kept_out.map_or(never, |met| Evidence::KeptOut(Box::new(met)));
            Err(failed(FaultKind::Check { check, evidence }))
        }
        (None, None) => Ok(explored.found.interleavings.clone()),
    }
}

/// What goes wrong: first where the answer fails itself, then in the code around it, then what only looks
/// wrong.
fn problem(work: &Work, explored: &Explored) -> Option<Finding> {
    let may_race = work
        .checks
        .iter()
        .any(|(check, _)| *check == Check::MayRace);
    let is_in_answer = |finding: &&Finding| {
        let places = finding.problem.lines();
        places.iter().any(|pos| pos.input == 0 && !pos.is_none())
    };
    let failures = &explored.found.failures;
    let failure = failures.iter().find(is_in_answer).or(failures.first());
    let counts = |finding: &&Finding| match finding.problem {
        Problem::Race(_) => !may_race,
        Problem::FairLivelock { .. } | Problem::UnseenError { .. } => true,
        // Nothing fails by these: where it could, that is a failure of its own.
        Problem::LockOrder(_) | Problem::Starvation(_) => false,
        Problem::Error { .. } | Problem::Deadlock(_) | Problem::Livelock(_) => true,
    };
    failure
        .or_else(|| explored.found.findings.iter().find(counts))
        .cloned()
}

/// The line of the answer that prints this itself.
fn printed_by_answer(explored: &Explored, line: &str) -> Option<u32> {
    let mut said = explored.found.demanded.said.iter();
    let own = said.find(|said| {
        let is_own = said.pos.input != TRIAL && said.pos.input != GIVEN;
        is_own && !said.is_error && said.text.lines().any(|own| own.trim() == line)
    });
    own.map(|said| said.pos.line.into())
}

/// Whether a condition on what is printed is hurt, and by which run.
fn printed(check: &Check, line: &str, explored: &mut Explored) -> Option<Evidence> {
    let prints = |possible: &&Possible| prints(&possible.outcome, line);
    let mut outcomes = explored.found.outcomes.iter();
    let bad = match check {
        Check::AlwaysPrints(_) => outcomes.find(|possible| !prints(possible)),
        Check::NeverPrints(_) => outcomes.find(prints),
        _ => match outcomes.any(|possible| prints(&possible)) {
            true => return None,
            false => return Some(Evidence::Never(explored.found.interleavings.clone())),
        },
    };
    let token = bad?.token.clone();
    let trail = explored.replay(&token).unwrap_or_default();
    Some(Evidence::Run(Box::new(trail), token))
}

/// Whether any thread prints this line.
fn prints(outcome: &Outcome, line: &str) -> bool {
    let printed = outcome.threads.iter().flat_map(|thread| &thread.printed);
    let mut lines = printed.flat_map(|text| text.lines());
    lines.any(|printed| printed.trim() == line)
}
