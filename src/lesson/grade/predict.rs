//! What can be printed: the options are held against all outcomes, so an answer is never an opinion.

use super::program::{Explored, Wanted, explored, texts};
use super::{Answer, Bounds, FaultKind, Verdict, WrongOption, failed};
use crate::explore::{End, Interleavings, Outcome};
use crate::lesson::text::{Choice, Ending, Exercise};

/// Passes when the answer is the numbers of the options that can happen, and of no others.
pub(super) fn grade(
    exercise: &Exercise,
    options: &[Choice],
    answer: &str,
    bounds: &Bounds,
) -> Result<Option<Interleavings>, Verdict> {
    let chosen = chosen(answer, options.len()).map_err(failed_by)?;
    with_options(exercise, options, bounds, |explored, possible| {
        let mut wrong = Vec::new();
        for (index, token) in possible.iter().enumerate() {
            if token.is_some() == chosen.contains(&index) {
                continue;
            }
            let run = token.as_ref().and_then(|token| {
                let trail = explored.replay(token)?;
                Some((trail, token.clone()))
            });
            wrong.push(WrongOption { index, run });
        }
        match wrong.is_empty() {
            true => Ok(explored.found.interleavings.clone()),
            false => Err(failed(FaultKind::Options(wrong))),
        }
    })?
}

/// Explores the program and says of each option which run does it, if one does.
fn with_options<R>(
    exercise: &Exercise,
    options: &[Choice],
    bounds: &Bounds,
    then: impl FnOnce(&mut Explored, Vec<Option<crate::explore::Token>>) -> R,
) -> Result<R, Verdict> {
    let wanted = Wanted {
        is_ordered: true,
        ..Wanted::default()
    };
    let texts = texts(exercise, Answer::new(""), 0);
    explored(&texts, wanted, bounds, |explored| {
        if let Some(why) = explored.undecided() {
            return Err(Verdict::Undecided(why));
        }
        let outcomes = &explored.found.outcomes;
        let possible = options.iter().map(|option| {
            let mut its = outcomes.iter().filter(|one| does(&one.outcome, option));
            its.next().map(|one| one.token.clone())
        });
        let possible = possible.collect();
        Ok(then(explored, possible))
    })?
}

/// The options that the numbers in an answer stand for, from 0.
fn chosen(answer: &str, count: usize) -> Result<Vec<usize>, String> {
    let words = answer.split(|c: char| c.is_whitespace() || c == ',');
    let words = words.filter(|word| !word.is_empty() && *word != "and");
    words
        .map(|word| match word.parse::<usize>() {
            Ok(number) if (1..=count).contains(&number) => Ok(number - 1),
            _ => Err(word.to_string()),
        })
        .collect()
}

fn failed_by(word: String) -> Verdict {
    failed(FaultKind::NoOptions(word))
}

/// Whether a run that became this is what the option says.
fn does(outcome: &Outcome, option: &Choice) -> bool {
    let (lines, ending) = option.meaning();
    let is_ending = match ending {
        Ending::Deadlock => matches!(outcome.end, End::Deadlock(_)),
        Ending::Fails => outcome.is_failure() && !matches!(outcome.end, End::Deadlock(_)),
        Ending::Ends => !outcome.is_failure(),
    };
    is_ending && printed(outcome) == lines
}

/// What was printed, in order.
fn printed(outcome: &Outcome) -> Vec<&str> {
    let printing = || outcome.threads.iter().filter(|one| !one.printed.is_empty());
    let order = outcome.order.as_deref().unwrap_or_default();
    let mut numbers: Vec<u64> = order.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    // Threads come in the order of their numbers, as far as they have printed.
    let mut left: Vec<_> = printing().map(|lines| lines.printed.iter()).collect();
    let mut all = Vec::new();
    for number in order {
        let index = numbers.binary_search(number).unwrap_or_default();
        if let Some(line) = left.get_mut(index).and_then(Iterator::next) {
            all.extend(line.lines().map(str::trim));
        }
    }
    all
}
