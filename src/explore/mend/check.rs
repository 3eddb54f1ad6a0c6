//! Whether a change mends: the changed text is explored, all of it.
//!
//! A mend is *checked* when that search was complete, the failure is gone, nothing new goes wrong,
//! something that went well before can still happen, and nothing takes its place: no outcome that was
//! not there before, and no race more on a variable. A change that takes protection away has those. Of the changes of one tier that pass, the
//! one is taken that leaves the most interleavings. What looking may cost is counted in states, so
//! that the same text has the same mend on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::candidate::{Candidate, Fix};
use super::{Hint, candidates};
use crate::explore::{Cut, End, Exploration, Finding, Interleavings, Limits, Problem};

/// Looking for mends may always cost so many states, and so long, where everything was seen.
const LEAST_STATES: u64 = 50_000;
const LEAST_TIME: Duration = Duration::from_secs(5);

/// One change may have so many times as many states as the text itself, and so many always.
const TIMES_AS_MANY: u64 = 4;
const LEAST_OF_ONE: u64 = 4_000;

/// What looking for mends may cost, all together.
#[derive(Clone, Debug)]
pub struct Budget {
    states: u64,
    time: Duration,
    /// What holds for each text besides.
    limits: Limits,
}

impl Budget {
    /// As much as the search has cost within these limits, so that a report takes at most twice as
    /// long; less where it was not complete, as few changed texts can be seen completely then.
    pub fn of(found: &Exploration, limits: &Limits) -> Self {
        let (states, time) = match found.is_proved() {
            true => (found.states.max(LEAST_STATES), found.took.max(LEAST_TIME)),
            false => (found.states, found.took / 2),
        };
        let limits = Limits {
            schedules: 0,
            ..limits.clone()
        };
        Self {
            states,
            time,
            limits,
        }
    }

    fn spend(&mut self, used: &Exploration) {
        self.states = self.states.saturating_sub(used.states);
        self.time = self.time.saturating_sub(used.took);
    }

    fn is_spent(&self) -> bool {
        self.states == 0 || self.time.is_zero()
    }
}

/// What came of looking for a mend.
#[derive(Clone, Debug)]
pub enum Advice {
    /// A change that mends, checked.
    Checked(Box<Mend>),
    /// So many changes were tried, and none of them mends.
    NoneHelps(usize),
    /// The budget was spent before all changes were tried; none of so many mends.
    NotChecked(usize),
}

/// A change of the text that mends a failure, as a complete search of the changed text has shown.
#[derive(Clone, Debug)]
pub struct Mend {
    /// What it amounts to.
    pub fix: Fix,
    /// The changed text.
    pub text: String,
    /// Where what was explored begins in it.
    pub begins: usize,
    /// All that can become of the changed text.
    pub found: Exploration,
}

impl Mend {
    /// What still goes wrong, and did before.
    pub fn remains(&self) -> impl Iterator<Item = &Problem> {
        self.found.failures.iter().map(|finding| &finding.problem)
    }

    /// Whether a problem of the text before is none of the changed text.
    pub fn avoids(&self, problem: &Problem) -> bool {
        !has(&self.found, problem)
    }

    /// How many interleavings the changed text has.
    pub fn interleavings(&self) -> Option<&Interleavings> {
        self.found.interleavings.as_ref()
    }
}

/// Explores a text, within limits; nothing when it is wrong.
pub type ExploreText<'a> = dyn FnMut(&str, &Limits) -> Option<Exploration> + 'a;

/// Looks for a change of `text` that mends `failure`, one of what was `found` in it. What stands before
/// byte `begins` has run before; it is changed only where it makes what runs later.
pub fn mend(
    (text, begins): (&str, usize),
    found: &Exploration,
    failure: &Finding,
    budget: &mut Budget,
    explore: &mut ExploreText<'_>,
) -> Advice {
    let mut tried = 0;
    let mut is_cut = false;
    // The first that mends this failure and leaves another.
    let mut partial: Option<Mend> = None;
    let most = (found.states * TIMES_AS_MANY).max(LEAST_OF_ONE);
    for tier in candidates(text, begins, &Hint::of(failure)) {
        let mut best: Option<Mend> = None;
        for candidate in tier {
            if budget.is_spent() {
                is_cut = true;
                break;
            }
            let limits = Limits {
                states: budget.states.min(most),
                time: budget.time,
                ..budget.limits.clone()
            };
            let Some(changed) = candidate
                .edits
                .apply(text)
                .filter(|changed| changed != text)
            else {
                continue;
            };
            let Some(after) = explore(&changed, &limits) else {
                continue;
            };
            tried += 1;
            budget.spend(&after);
            if after.cut == Some(Cut::Stopped) {
                return partial.map_or(Advice::NotChecked(tried), |partial| {
                    Advice::Checked(Box::new(partial))
                });
            }
            // A failure that was met says enough, whatever was not seen.
            if !after.is_proved() && !has(&after, &failure.problem) {
                is_cut = true;
            }
            // Who only changes an order takes no lock away: what raced may do so at other places. Threads that
            // could never run at once have not raced.
            let may_race = match candidate.fix {
                Fix::Swap { .. } => Races::AsMany,
                Fix::StartFirst { .. } => Races::Any,
                _ => Races::NoMore,
            };
            if mends(found, &failure.problem, &after, may_race)
                && best
                    .as_ref()
                    .is_none_or(|best| rank(&after) > rank(&best.found))
            {
                let Candidate { fix, edits } = candidate;
                best = Some(Mend {
                    fix,
                    text: changed,
                    begins: edits.moved(begins),
                    found: after,
                });
            }
        }
        match best {
            Some(best) if best.found.failures.is_empty() => {
                return Advice::Checked(Box::new(best));
            }
            Some(best) => {
                partial.get_or_insert(best);
            }
            None => {}
        }
    }
    if let Some(partial) = partial {
        return Advice::Checked(Box::new(partial));
    }
    match is_cut {
        true => Advice::NotChecked(tried),
        false => Advice::NoneHelps(tried),
    }
}

/// A change that leaves nothing to mend is better than one that does, and one that forbids less is
/// better than one that forbids more.
fn rank(after: &Exploration) -> (bool, Option<&Interleavings>) {
    (after.failures.is_empty(), after.interleavings.as_ref())
}

/// What makes problems of different texts the same: lines differ, and so may threads.
fn kind_of(problem: &Problem) -> (&'static str, String) {
    let what = match problem {
        Problem::Error { message, .. } | Problem::UnseenError { message, .. } => message.clone(),
        Problem::Race(race) => race.place.to_string(),
        Problem::Deadlock(_)
        | Problem::Livelock(_)
        | Problem::FairLivelock { .. }
        | Problem::LockOrder(_)
        | Problem::Starvation(_) => String::new(),
    };
    (problem.kind(), what)
}

fn kinds(findings: &[Finding]) -> BTreeSet<(&'static str, String)> {
    findings
        .iter()
        .map(|finding| kind_of(&finding.problem))
        .collect()
}

fn has(found: &Exploration, problem: &Problem) -> bool {
    let kind = kind_of(problem);
    kinds(&found.failures).contains(&kind) || kinds(&found.findings).contains(&kind)
}

/// Which races a changed text may have.
#[derive(Clone, Copy)]
enum Races {
    /// On no variable more.
    NoMore,
    /// In all no more, on the same variables.
    AsMany,
    /// Whichever.
    Any,
}

/// Whether a change mends a problem of what was found before.
fn mends(before: &Exploration, problem: &Problem, after: &Exploration, may_race: Races) -> bool {
    if !after.is_proved() || has(after, problem) {
        return false;
    }
    // An assertion says more than its text: with the values in it, one of the same line is the same.
    let is_error = matches!(problem, Problem::Error { .. });
    if is_error
        && kinds(&after.failures)
            .iter()
            .any(|(kind, _)| *kind == problem.kind())
    {
        return false;
    }
    let (known, left) = (kinds(&before.failures), kinds(&after.failures));
    if !left.is_subset(&known) {
        return false;
    }
    // A loop that asks again and again may be starved by design.
    let known = kinds(&before.findings);
    let mut new = kinds(&after.findings).into_iter();
    let may_be_new =
        |kind: &str| kind == "starvation" || matches!(may_race, Races::Any) && kind == "race";
    if new.any(|kind| !may_be_new(kind.0) && !known.contains(&kind)) {
        return false;
    }
    let (raced, races) = (races(before), races(after));
    let is_worse = match may_race {
        Races::Any => false,
        Races::AsMany => {
            races.values().sum::<usize>() > raced.values().sum()
                || races.keys().any(|place| !raced.contains_key(place))
        }
        Races::NoMore => (races.iter()).any(|(place, count)| raced.get(place) < Some(count)),
    };
    if before.is_proved() && is_worse {
        return false;
    }
    let (good, still_good) = (went_well(before), went_well(after));
    match good.is_empty() {
        // Who waits for ever instead has not been helped.
        true => {
            let mut left = after.failures.iter();
            !still_good.is_empty()
                || !left.clone().any(|one| is_error && one.problem.is_endless())
                    && left.next().is_some()
        }
        // What was not seen before may still have been there.
        false if !before.is_proved() => !good.is_disjoint(&still_good),
        false => !still_good.is_empty() && still_good.is_subset(&good),
    }
}

/// How many pairs of accesses race on each variable.
fn races(found: &Exploration) -> BTreeMap<String, usize> {
    let mut races = BTreeMap::new();
    for finding in found.failures.iter().chain(&found.findings) {
        if let Problem::Race(race) = &finding.problem {
            *races.entry(race.place.to_string()).or_default() += 1 + finding.others.len();
        }
    }
    races
}

/// What becomes of the program where nothing goes wrong: main's value, and what was printed.
fn went_well(found: &Exploration) -> BTreeSet<(&str, Vec<Vec<&str>>)> {
    let good = found.outcomes.iter().map(|possible| &possible.outcome);
    good.filter(|outcome| !outcome.is_failure())
        .filter_map(|outcome| {
            let End::Value(value) = &outcome.end else {
                return None;
            };
            let lines = outcome
                .threads
                .iter()
                .filter(|lines| !lines.printed.is_empty());
            let printed = lines.map(|lines| lines.printed.iter().map(|line| &**line).collect());
            Some((value.as_str(), printed.collect()))
        })
        .collect()
}
