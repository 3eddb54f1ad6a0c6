//! What exploring has found, as one JSON object for programs.
//!
//! The fields of the object are the documentation of [`Object`] and of what is in it; `version` grows when
//! one is taken away or means something else. A text that cannot run gives an object with `version` and
//! `errors` only. The same program and limits give the same object, but for `seconds`. Tokens are written
//! whole, however long.

use std::collections::BTreeMap;

use serde::Serialize;

use super::mend::Advices;
use super::report;
use crate::explain::Explanation;
use crate::explore::{
    self, Cut, End, Exploration, Finding, Interleavings, Leftover, Possible, Token, tell_explained,
};
use crate::language::Diagnostic;
use crate::value::Limit;
use crate::view::leftovers;
use crate::view::story::Story;

/// The version of the schema.
const VERSION: u32 = 1;

/// A text that cannot run.
#[derive(Serialize)]
struct Rejected {
    version: u32,
    /// What is wrong with the text.
    errors: Vec<Error>,
}

#[derive(Serialize)]
struct Error {
    message: String,
    /// What to do next.
    help: Option<String>,
    line: u16,
    column: u16,
}

#[derive(Serialize)]
struct Object {
    /// Of the schema: 1.
    version: u32,
    /// Whether everything that can happen was seen.
    proved: bool,
    /// Decimal digits, or `infinite`; null when not counted.
    interleavings: Option<String>,
    states: u64,
    transitions: u64,
    /// How many of the states were not expanded: what follows from them is not known.
    unexpanded: u64,
    /// How many runs stand for all that differ from them only in the order of independent steps, where
    /// that proves it; else null.
    uncounted: Option<u64>,
    /// How many states there are, from and to, where not all were seen and it could be estimated.
    expected: Option<(u64, u64)>,
    /// The limit that ended the search: `states`, `seconds`, `depth`, `memory`, `work`, `numbers`,
    /// `out-of-reach`, `stopped` or `redefined`; null when everything was seen.
    limit: Option<&'static str>,
    /// How long the search took.
    seconds: f64,
    /// What sampling has done; null when everything was seen.
    sampled: Option<Sampled>,
    outcomes: Vec<Outcome>,
    failures: Vec<Problem>,
    findings: Vec<Problem>,
    /// What runs leave behind that end well.
    leftovers: Vec<Left>,
}

#[derive(Serialize)]
struct Left {
    /// `held-lock`, or `outliving` for threads that go on when main has ended, which is no mistake.
    kind: &'static str,
    message: String,
    /// Null where it is about no line.
    line: Option<u16>,
    token: String,
}

#[derive(Serialize)]
struct Sampled {
    /// How many schedules were run.
    schedules: u64,
    /// How many of them were left before their end.
    unfinished: Unfinished,
    /// How many of them each strategy chose.
    strategies: BTreeMap<&'static str, u64>,
    /// The first schedule that found a problem, from 1.
    found: Vec<First>,
}

/// By the limit that they came to.
#[derive(Serialize)]
struct Unfinished {
    depth: u64,
    seconds: u64,
    memory: u64,
}

#[derive(Serialize)]
struct First {
    kind: &'static str,
    strategy: &'static str,
    schedule: u64,
}

#[derive(Serialize)]
struct Outcome {
    /// `value`, `error` or `deadlock`: what became of main.
    end: &'static str,
    /// Main's value, as `debug` shows it.
    value: Option<String>,
    /// The errors that nobody caught, and the deadlock, a line each.
    errors: Vec<String>,
    /// What each thread printed.
    output: Vec<Output>,
    /// Threads that are interchangeable: outcomes with some of a group exchanged are this one.
    interchangeable: Vec<Vec<String>>,
    interleavings: Option<String>,
    token: String,
}

#[derive(Serialize)]
struct Output {
    thread: String,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct Problem {
    /// `assertion`, `error`, `deadlock` or `livelock` of a failure; `race`, `lock-order`, `starvation`,
    /// `fair-livelock` or `unseen-error` of a finding.
    kind: &'static str,
    message: String,
    /// The word of the field for what the run shows.
    pattern: Option<&'static str>,
    /// How it came to it, a sentence each.
    story: Vec<String>,
    /// What mends it; null where nothing was looked for.
    mend: Option<Mend>,
    /// The lines of the text that it concerns.
    lines: Vec<u16>,
    /// Why it goes wrong; null for what was seen in runs that need not fail.
    cause: Option<Cause>,
    /// How many other failures have the same cause.
    others: usize,
    /// The kinds of those, each once.
    other_kinds: Vec<&'static str>,
    preemptions: u32,
    /// The run that leads there.
    steps: Vec<Step>,
    token: String,
}

#[derive(Serialize)]
struct Cause {
    /// The kind of the cause, in the word of the field: `atomicity violation`, `order violation`, `lost
    /// wake-up`, `turn used without work`, `resource deadlock`, `communication deadlock`, `livelock`,
    /// `processes share nothing`, `forgotten await`, `cancelled half way`, `every run fails`, `decisive step`
    /// where it has no name, or `unknown`.
    kind: &'static str,
    /// The lines that it is about.
    lines: Vec<u16>,
    /// The threads that it is about.
    threads: Vec<String>,
    /// The line of the decisive step, behind which the failure could not be avoided any more; null when
    /// every run fails.
    decisive: Option<u16>,
}

#[derive(Serialize)]
struct Mend {
    /// What to change, or that nothing helps.
    words: String,
    /// Whether a complete search of the changed text has shown that it mends.
    checked: bool,
    /// How many interleavings the changed text has.
    interleavings: Option<String>,
    /// How many other failures remain.
    remains: usize,
    /// The changed text.
    text: Option<String>,
}

#[derive(Serialize)]
struct Step {
    thread: String,
    line: u16,
    did: String,
    /// The thread that was interrupted for it.
    paused: Option<String>,
}

/// The object, with a line end.
pub(super) fn write(
    found: &Exploration,
    advices: &Advices,
    left: &[(Leftover, Token)],
    deny_race: bool,
) -> String {
    let (failures, findings) = report::parts(found, deny_race);
    let is_advised = failures.is_empty();
    let object = Object {
        version: VERSION,
        proved: found.is_proved(),
        interleavings: found.interleavings.as_ref().map(count),
        states: found.states,
        transitions: found.transitions,
        unexpanded: found.unexpanded,
        uncounted: found.uncounted,
        expected: found
            .expected
            .as_ref()
            .map(|expected| (expected.least, expected.most)),
        limit: found.cut.map(limit),
        seconds: found.took.as_secs_f64()
            + (found.sampled.as_ref()).map_or(0.0, |sampled| sampled.took.as_secs_f64()),
        sampled: found.sampled.as_ref().map(sampled),
        outcomes: found.outcomes.iter().map(outcome).collect(),
        failures: (failures.iter().enumerate())
            .map(|(index, failure)| problem(failure, mend(index, advices)))
            .collect(),
        findings: (findings.iter().enumerate())
            .map(|(index, finding)| {
                let is_advised = is_advised && index == 0;
                problem(finding, is_advised.then(|| mend(0, advices)).flatten())
            })
            .collect(),
        leftovers: left.iter().map(leftover).collect(),
    };
    // Strings and numbers only: it can always be written.
    serde_json::to_string_pretty(&object).unwrap_or_default() + "\n"
}

fn leftover((leftover, token): &(Leftover, Token)) -> Left {
    let (kind, line) = match leftover {
        Leftover::Held { pos, .. } => ("held-lock", Some(pos.line)),
        Leftover::Outliving { .. } => ("outliving", None),
    };
    Left {
        kind,
        message: leftovers::title(leftover),
        line,
        token: token.to_string(),
    }
}

/// The object for a text that cannot run.
pub(super) fn rejected(problems: &[Diagnostic]) -> String {
    let errors = problems.iter().map(|problem| Error {
        message: problem.message.clone(),
        help: problem.help.clone(),
        line: problem.span.start.line,
        column: problem.span.start.column,
    });
    let object = Rejected {
        version: VERSION,
        errors: errors.collect(),
    };
    serde_json::to_string_pretty(&object).unwrap_or_default() + "\n"
}

fn sampled(sampled: &explore::Sampled) -> Sampled {
    let strategies = sampled.strategies.iter();
    let found = sampled.found.iter();
    Sampled {
        schedules: sampled.schedules,
        unfinished: Unfinished {
            depth: sampled.unfinished.depth,
            seconds: sampled.unfinished.time,
            memory: sampled.unfinished.memory,
        },
        strategies: strategies
            .map(|(kind, count)| (kind.name(), *count))
            .collect(),
        found: found
            .map(|found| First {
                kind: found.problem.kind(),
                strategy: found.strategy.name(),
                schedule: found.schedule,
            })
            .collect(),
    }
}

fn limit(cut: Cut) -> &'static str {
    match cut {
        Cut::States(_) => "states",
        Cut::Time(_) => "seconds",
        Cut::Depth(_) => "depth",
        Cut::Memory(_) | Cut::Exhausted(Limit::Memory(_), _) => "memory",
        Cut::Exhausted(Limit::Threads(_), _) => "threads",
        Cut::Exhausted(Limit::Output(_), _) => "output",
        Cut::Exhausted(Limit::Time(_), _) => "seconds",
        Cut::Exhausted(Limit::Work, _) => "work",
        Cut::Work(_) => "work",
        Cut::Numbers(_) => "numbers",
        Cut::OutOfReach(_) => "out-of-reach",
        Cut::Stopped => "stopped",
        Cut::Redefined => "redefined",
    }
}

fn count(interleavings: &Interleavings) -> String {
    match interleavings {
        Interleavings::Exactly(count) => count.to_string(),
        Interleavings::Infinite => "infinite".into(),
    }
}

fn outcome(possible: &Possible) -> Outcome {
    let outcome = &possible.outcome;
    let failed = (outcome.threads.iter())
        .flat_map(|lines| lines.failed.iter().map(|failed| (&*lines.name, failed)))
        .chain(outcome.main_failed.as_ref().map(|failed| ("main", failed)));
    let mut errors: Vec<String> = failed
        .map(|(name, failed)| format!("{name}: {} (line {})", failed.message, failed.pos.line))
        .collect();
    let (end, value) = match &outcome.end {
        End::Value(value) => ("value", Some(value.clone())),
        End::Error { message, pos } => {
            errors.push(format!("main: {message} (line {})", pos.line));
            ("error", None)
        }
        End::Deadlock(stuck) => {
            errors.push(report::wait(stuck));
            ("deadlock", None)
        }
    };
    let printing = outcome
        .threads
        .iter()
        .filter(|lines| !lines.printed.is_empty());
    Outcome {
        end,
        value,
        errors,
        output: printing
            .map(|lines| Output {
                thread: lines.name.to_string(),
                lines: lines.printed.iter().map(ToString::to_string).collect(),
            })
            .collect(),
        interchangeable: possible
            .alike
            .iter()
            .map(|group| group.iter().map(|(_, name)| name.to_string()).collect())
            .collect(),
        interleavings: possible.interleavings.as_ref().map(count),
        token: possible.token.to_string(),
    }
}

fn cause(explanation: &Explanation) -> Cause {
    let (cause, names) = (&explanation.cause, &explanation.names);
    let mut lines: Vec<u16> = cause.places().iter().map(|pos| pos.line).collect();
    lines.dedup();
    let threads = cause.threads().into_iter();
    Cause {
        kind: cause.kind(),
        lines,
        threads: threads.map(|thread| names.thread(thread)).collect(),
        decisive: explanation.decisive.as_ref().map(|step| step.pos.line),
    }
}

/// The advice for a problem, by its number.
fn mend(index: usize, advices: &Advices) -> Option<Mend> {
    let words = advices.words(index)?;
    let checked = advices.mend(index);
    Some(Mend {
        words,
        checked: checked.is_some(),
        interleavings: checked.and_then(|mend| mend.interleavings()).map(count),
        remains: checked.map_or(0, |mend| mend.remains().count()),
        text: checked.map(|mend| mend.text.clone()),
    })
}

fn problem(finding: &Finding, mend: Option<Mend>) -> Problem {
    let story = Story::of(finding);
    let mut lines: Vec<u16> = finding.problem.lines().iter().map(|pos| pos.line).collect();
    lines.sort_unstable();
    lines.dedup();
    let steps = tell_explained(
        &finding.trail,
        Some(&finding.problem),
        finding.explanation.as_deref(),
    );
    Problem {
        kind: finding.problem.kind(),
        message: story.title,
        pattern: story.pattern,
        story: story.sentences,
        mend,
        lines,
        cause: finding.explanation.as_deref().map(cause),
        others: finding.others.len(),
        other_kinds: finding.other_kinds(),
        preemptions: finding.trail.preemptions(),
        steps: steps
            .into_iter()
            .map(|act| Step {
                thread: act.name.to_string(),
                line: act.pos.line,
                did: act.words,
                paused: act.paused.map(|name| name.to_string()),
            })
            .collect(),
        token: finding.token.to_string(),
    }
}
