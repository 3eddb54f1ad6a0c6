//! What exploring and replaying have to say, as text: a verdict, the outcomes, failures with their
//! counterexamples, findings.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::mend::Advices;
use crate::event::{Event, Kind};
use crate::explain::{Explanation, Mark};
use crate::explore::{
    Act, Cut, Deed, End, Expected, Exploration, Finding, Interleavings, Interruption, Leftover,
    Outcome, Possible, Problem, Sampled, Stuck, Token, Trail, Unfinished, tell_explained,
};
use crate::front::state;
use crate::language::FewerRounds;
use crate::pos::Pos;
use crate::view::leftovers;
use crate::view::live::{Gutter, Live, Shown};
use crate::view::outcomes::{self, Row};
use crate::view::paint::{Paint, Role};
use crate::view::steps;
use crate::view::story::{Story, ranges};
use crate::view::wrap::{cut_at_word, hang, visible};

/// For so many failures a mend is looked for.
pub(super) const FAILURES: usize = 3;
/// How many lines a report has for the usual case: a screen without the line of the prompt.
const SCREEN: usize = 23;
/// How many lines of the run of a finding are shown at least, with its head.
const LEAST_OF_RUN: usize = 4;
/// Of so many schedules, one that was left before its end is worth no line.
const FEW: u64 = 10;
/// How many outcomes are shown at least where lines are scarce.
const LEAST_OUTCOMES: usize = 2;

/// How much a report says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::front) enum Extent {
    /// What fits on a screen: the first failure, and how many more there are.
    Screen,
    /// Everything.
    All,
}

/// What was explored, as far as the report needs it.
#[derive(Clone, Copy)]
pub(in crate::front) struct Subject<'a> {
    /// What to type to replay a run, with `TOKEN` where its token stands.
    pub(in crate::front) replay: &'a str,
    /// What to type to see the whole report.
    pub(in crate::front) all: &'a str,
    /// Whether it was explored at the prompt, where no options are.
    pub(in crate::front) is_prompt: bool,
    pub(in crate::front) paint: Paint,
    /// How wide it is, in characters.
    pub(in crate::front) width: usize,
}

/// The report, with what is known to mend what goes wrong. With `deny_race`, races count as failures.
pub(in crate::front) fn report(
    found: &Exploration,
    advices: &Advices,
    left: &[(Leftover, Token)],
    extent: Extent,
    subject: Subject<'_>,
    deny_race: bool,
) -> String {
    let (failures, findings) = parts(found, deny_race);
    let mistakes = left
        .iter()
        .filter(|(leftover, _)| !leftover.is_note())
        .count();
    let counts = (failures.len(), findings.len() + mistakes);
    match extent {
        Extent::All => {
            let verdict = verdict(found, counts, Telling::Whole, subject);
            let (most, lines) = (outcomes::MOST_OF_ALL, outcomes::LINES);
            let table = outcomes_text(found, most, lines, Telling::Whole, subject);
            let mut out = match table.is_empty() {
                true => verdict,
                false => format!("{verdict}\n{table}"),
            };
            for (index, failure) in failures.iter().enumerate() {
                let run = steps::table(&acts_of(failure), subject.width, subject.paint);
                let advice = advices.words(index);
                let told = (advice.as_deref(), Telling::Whole);
                out += &frame(failure, index + 1, told, subject, &run);
            }
            let advice = failures.is_empty().then(|| advices.words(0)).flatten();
            out += &findings_text(&findings, findings.len(), advice.as_deref(), subject);
            out += &left_text(left, subject);
            out
        }
        Extent::Screen => {
            let told = (&failures[..], &findings[..], counts);
            let telling = |telling| screen(found, told, advices, telling, subject);
            let lines = |out: &String| out.lines().count();
            let mut out = telling(Telling::Usual);
            if lines(&out) > SCREEN && !failures.is_empty() {
                out = telling(Telling::Brief);
                if lines(&out) > SCREEN {
                    let tight = telling(Telling::Tight);
                    // In a narrow terminal it is too long in any way.
                    out = Some(tight)
                        .filter(|out| lines(out) <= SCREEN + 1)
                        .unwrap_or(out);
                }
            }
            if failures.is_empty() {
                out += &left_text(left, subject);
            }
            out
        }
    }
}

/// What runs leave behind that end well.
fn left_text(left: &[(Leftover, Token)], subject: Subject<'_>) -> String {
    let mut out = String::new();
    for (leftover, token) in left {
        let kind = match leftover.is_note() {
            true => "note",
            false => "finding",
        };
        let title = leftovers::title(leftover);
        let title = hang(&format!("{kind}: "), &title, subject.width);
        let head = subject.paint.text(Role::Heading, kind);
        let _ = write!(out, "\n{head}{}", &title[kind.len()..]);
        out += &hang("  ", leftovers::words(leftover), subject.width);
        if !leftover.is_note() {
            out += &replay_line(token, subject);
        }
    }
    out
}

/// One line for each failure, and for each finding.
pub(super) fn summary(
    found: &Exploration,
    advices: &Advices,
    subject: Subject<'_>,
    deny_race: bool,
) -> String {
    let (failures, findings) = parts(found, deny_race);
    let mut out = String::new();
    let problems = (failures.iter().map(|one| ("failure", one)))
        .chain(findings.iter().map(|one| ("finding", one)));
    for (index, (what, problem)) in problems.enumerate() {
        let title = Story::of(problem).title;
        let mend = advices.fix(index).filter(|_| index < failures.len().max(1));
        let head = format!("{what}: {title}");
        // What mends it is worth some room in the line.
        let line = match mend.map(|mend| format!("; mend: {mend}")) {
            None => head,
            Some(mend) => {
                let rest = subject.width.saturating_sub(mend.chars().count());
                cut_at_word(&head, rest.max(subject.width * 3 / 5)) + mend.as_str()
            }
        };
        let _ = writeln!(out, "{}", cut_at_word(&line, subject.width));
    }
    match out.is_empty() {
        true => verdict(found, (0, 0), Telling::Usual, subject),
        false => out,
    }
}

/// In how many words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// All that is known.
    Whole,
    /// What most people ask for.
    Usual,
    /// What a screen has no room for is left out: it is not what decides.
    Brief,
    /// The same, and no empty line between the verdict and the outcomes.
    Tight,
}

impl Telling {
    fn is_brief(self) -> bool {
        match self {
            Self::Brief | Self::Tight => true,
            Self::Whole | Self::Usual => false,
        }
    }
}

/// What fits on a screen. The run gives way first, down to the steps that matter, then the outcomes.
fn screen(
    found: &Exploration,
    (failures, findings, counts): (&[&Finding], &[&Finding], (usize, usize)),
    advices: &Advices,
    telling: Telling,
    subject: Subject<'_>,
) -> String {
    let verdict = &verdict(found, counts, telling, subject);
    let advice = advices.words(0);
    // What the first failure stands for is said at the end where lines are scarce.
    let same = match (telling, failures.first()) {
        (Telling::Brief | Telling::Tight, Some(failure)) => Story::of(failure).others,
        _ => 0,
    };
    let more = more_text(failures.len(), findings.len(), same, subject);
    let count = |text: &str| text.lines().count();
    let least = failures.first().map_or(0, |failure| {
        steps::least(&acts_of(failure), subject.width, subject.paint)
    });
    let (mut rows, mut lines) = (outcomes::MOST, outcomes::LINES);
    loop {
        let table = outcomes_text(found, rows, lines, telling, subject);
        let table = match (telling, table.is_empty()) {
            (_, true) | (Telling::Tight, _) => table,
            (Telling::Whole | Telling::Usual | Telling::Brief, false) => format!("\n{table}"),
        };
        let used = count(verdict) + count(&table) + count(&more);
        let room = SCREEN.saturating_sub(used);
        let problem = match (failures.first(), findings.first()) {
            (Some(failure), _) => {
                let told = (advice.as_deref(), telling);
                let without_run = count(&frame(failure, 1, told, subject, ""));
                let height = room.saturating_sub(without_run);
                if height < least && lines > 1 {
                    lines -= 1;
                    continue;
                }
                if height < least && rows > LEAST_OUTCOMES {
                    rows -= 1;
                    continue;
                }
                let height = height.max(least);
                let acts = acts_of(failure);
                let run = steps::folded(&acts, subject.width, height, subject.paint);
                frame(failure, 1, told, subject, &run)
            }
            (None, Some(_)) => findings_text(findings, 1, advice.as_deref(), subject),
            (None, None) => String::new(),
        };
        let shown = format!("{verdict}{table}{problem}");
        let room = SCREEN.saturating_sub(count(&shown));
        let rest = rest_text(failures, findings.len(), same, advices, room, subject);
        return shown + rest.as_str();
    }
}

/// The other failures, each in few words where there is room for all of it, and how many more there are.
fn rest_text(
    failures: &[&Finding],
    findings: usize,
    same: usize,
    advices: &Advices,
    room: usize,
    subject: Subject<'_>,
) -> String {
    let mut out = String::new();
    let mut told = failures.len().min(1);
    for (index, failure) in failures.iter().enumerate().skip(1) {
        let mut title = titled(&Story::of(failure));
        if let Some(fix) = advices.fix(index) {
            let _ = write!(title, "; mend: {fix}");
        }
        let text = hang(&format!("failure {}: ", index + 1), &title, subject.width);
        let more = more_text(failures.len() - index, findings, same, subject);
        // An empty line sets it off.
        if out.lines().count() + text.lines().count() + more.lines().count() + 1 > room {
            break;
        }
        if out.is_empty() {
            out.push('\n');
        }
        out += &subject.paint.text(Role::Error, "failure");
        out += &text["failure".len()..];
        told += 1;
    }
    // One of those that count is the first, which is shown; without any, a finding is.
    let left = match failures.is_empty() {
        true => 0,
        false => failures.len() - told + 1,
    };
    out + more_text(left, findings, same, subject).as_str()
}

/// How many failures and findings are not shown, and what shows them: all but one of either; `same` more
/// failures have the cause of the one that is shown.
fn more_text(failures: usize, findings: usize, same: usize, subject: Subject<'_>) -> String {
    let shown_findings = usize::from(failures == 0);
    let counts = [
        (failures.saturating_sub(1), "more failure"),
        (
            findings.saturating_sub(shown_findings),
            match failures {
                0 => "more finding",
                _ => "finding",
            },
        ),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let mut counts: Vec<String> = counts.map(|(count, what)| plural(*count, what)).collect();
    if same > 0 {
        counts.insert(0, format!("{} of this cause", plural(same, "more failure")));
    }
    match counts.is_empty() {
        true => String::new(),
        false => hang(
            "",
            &format!("and {}: {}", counts.join(" and "), subject.all),
            subject.width,
        ),
    }
}

/// The table of outcomes, with those that are alike in one row.
fn outcomes_text(
    found: &Exploration,
    most: usize,
    lines: usize,
    telling: Telling,
    subject: Subject<'_>,
) -> String {
    if found.outcomes.is_empty() {
        return String::new();
    }
    let merged = merged(found);
    let shown = &merged[..most.min(merged.len())];
    let all = match telling {
        // The verdict has said how many there are.
        Telling::Brief | Telling::Tight => shown.len(),
        Telling::Whole | Telling::Usual => merged.len(),
    };
    outcomes::table(shown, all, lines, subject.width, subject.paint)
}

/// The outcomes as rows. Those that fail in the same way, but for the values in a message and the
/// threads that it meets, are one.
pub(super) fn merged(found: &Exploration) -> Vec<Row> {
    let mut rows: Vec<(String, Row, Option<Interleavings>, usize)> = Vec::new();
    for possible in &found.outcomes {
        let row = row(possible);
        let key = match row.is_bad {
            true => alike(&format!("{} {}", row.end, failed(&possible.outcome))),
            false => format!("{} {}", row.end, row.told.join("|")),
        };
        match rows.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, known, sum, count)) => {
                *count += 1;
                *sum = match (sum.take(), &possible.interleavings) {
                    (Some(sum), Some(more)) => Some(Interleavings::sum(&[sum, more.clone()])),
                    _ => None,
                };
                known.count = sum.as_ref().map(ToString::to_string);
            }
            None => rows.push((key, row, possible.interleavings.clone(), 1)),
        }
    }
    let rows = rows.into_iter().map(|(_, mut row, _, count)| {
        if count > 1 && row.is_bad {
            let alike = format!(" ({} like it)", plural(count - 1, "more outcome"));
            match row.told.first_mut().filter(|_| row.end.is_empty()) {
                Some(first) => *first += &alike,
                None => row.end += &alike,
            }
        }
        row
    });
    rows.collect()
}

/// The errors of an outcome's threads, without their names.
fn failed(outcome: &Outcome) -> String {
    let mut failed: Vec<String> = (outcome.threads.iter())
        .flat_map(|lines| lines.failed.iter())
        .map(|failed| format!("{} {:?}", failed.message, failed.pos))
        .collect();
    failed.sort();
    failed.dedup();
    failed.join("|")
}

/// A text without its numbers, quoted parts and names of threads.
fn alike(text: &str) -> String {
    let mut out = String::new();
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            _ if is_quoted || c.is_ascii_digit() => {}
            _ => out.push(c),
        }
    }
    // Which threads wait beside others is chance.
    match out.find("deadlock: ") {
        Some(at) => out[..at + "deadlock".len()].to_string(),
        None => out,
    }
}

/// What fails and what is only found, in the order in which it is told.
pub(super) fn parts(found: &Exploration, deny_race: bool) -> (Vec<&Finding>, Vec<&Finding>) {
    let mut failures: Vec<&Finding> = found.failures.iter().collect();
    let mut findings: Vec<&Finding> = Vec::new();
    match deny_race {
        true => failures.extend(&found.findings),
        false => findings.extend(&found.findings),
    }
    (failures, findings)
}

/// What was found in the same program with fewer rounds of its loops, which is another program.
pub(super) fn with_fewer_rounds(
    fewer: &FewerRounds,
    found: &Exploration,
    advices: &Advices,
    extent: Extent,
    subject: Subject<'_>,
    deny_race: bool,
) -> String {
    let replaced = fewer.replaced.iter();
    let replaced: Vec<String> = replaced
        .map(|(pos, rounds)| format!("{} in {}", number(*rounds), pos.at()))
        .collect();
    let head = format!(
        "With {} rounds instead of {}, which is another program and proves nothing of this one:",
        fewer.rounds,
        replaced.join(" and ")
    );
    // No token of that program is one of this text.
    let subject = Subject {
        replay: "",
        ..subject
    };
    let head = hang("", &head, subject.width);
    let told = match (extent, found.failures.first()) {
        (Extent::Screen, Some(failure)) => {
            let title = hang("  failure: ", &Story::of(failure).title, subject.width);
            let advice = mend_text(advices.words(0).as_deref(), subject.width);
            format!("{title}{advice}")
        }
        _ => report(found, advices, &[], extent, subject, deny_race),
    };
    format!("\n{head}{told}")
}

fn verdict(
    found: &Exploration,
    (failures, findings): (usize, usize),
    telling: Telling,
    subject: Subject<'_>,
) -> String {
    let paint = subject.paint;
    let took = duration(found.took);
    let states = number(found.states);
    let mut words = String::new();
    let head = match (&found.interleavings, found.uncounted) {
        (_, Some(runs)) => {
            let stand = match runs {
                1 => "1 run stands".to_string(),
                runs => format!("{} runs stand", number(runs)),
            };
            let _ = write!(
                words,
                "{stand} for all that differ only in the order of independent steps, in {took}"
            );
            "seen without counting, not proved"
        }
        (Some(Interleavings::Infinite), None) => {
            let _ = write!(
                words,
                "all of infinitely many interleavings ({states} states; loops may go round as \
                 often as they like) in {took}"
            );
            "proved"
        }
        (Some(count), None) => {
            let count = count.to_string();
            let _ = match count.as_str() {
                "0" => write!(words, "no run ever ends ({states} states) in {took}"),
                "1" => write!(words, "the only interleaving ({states} states) in {took}"),
                _ => write!(
                    words,
                    "all {count} interleavings ({states} states) in {took}"
                ),
            };
            "proved"
        }
        (None, None) => {
            let steps = match telling {
                Telling::Brief | Telling::Tight => String::new(),
                Telling::Whole | Telling::Usual => {
                    format!(" and {} steps", number(found.transitions))
                }
            };
            let _ = write!(words, "{states} states{steps} in {took}");
            "searched, not proved"
        }
    };
    let bad = found.outcomes.iter().filter(|p| p.outcome.is_failure());
    let _ = write!(words, "; {}", plural(found.outcomes.len(), "outcome"));
    let bad = bad.count();
    if bad > 0 {
        let fail = if bad == 1 { "fails" } else { "fail" };
        let _ = write!(words, ", {bad} {fail}");
    }
    let role = match (failures, found.is_proved()) {
        (0, true) => Role::Prompt,
        (0, false) => Role::Heading,
        _ => Role::Error,
    };
    let mut out = hang(&format!("{head}: "), &words, subject.width);
    out.replace_range(..head.len(), &paint.text(role, head));
    if let Some(cut) = found.cut {
        let mut words = why_not(cut, subject.is_prompt);
        let is_estimated = found.expected.is_some() && telling.is_brief();
        let _ = match found.unexpanded {
            _ if is_estimated => Ok(()),
            0 => Ok(()),
            1 => write!(words, "; what follows from 1 of the states was not seen"),
            count => write!(
                words,
                "; what follows from {} of the states was not seen",
                number(count)
            ),
        };
        if let Some(expected) = &found.expected {
            let _ = write!(words, "; {}", estimated(found.states, expected));
        }
        out += &hang("  ", &words, subject.width);
    }
    if let Some(sampled) = &found.sampled {
        out += &sampling(sampled, telling, subject.width);
    }
    if failures == 0 {
        let seen = match (found.is_proved(), findings) {
            (true, 0) => "nothing goes wrong in any of them",
            (true, _) => "no run fails, but see below",
            (false, _) if found.outcomes.is_empty() => {
                "no run was followed to its end: nothing is known of what becomes of it"
            }
            (false, 0) => {
                "nothing went wrong in the runs that ended; of the others nothing is known"
            }
            (false, _) => "of the runs that ended none has failed, but see below",
        };
        out += &hang("  ", seen, subject.width);
    }
    out
}

/// How many states there are besides those that were seen, and which line makes them.
fn estimated(states: u64, expected: &Expected) -> String {
    let how_many = match expected.least >= MOST_ROUNDED {
        true => format!("more than {}", number(MOST_ROUNDED)),
        false => format!(
            "about {} to {}",
            rounded(expected.least),
            rounded(expected.most)
        ),
    };
    let seen = percent(expected.seen(states));
    let mut words = format!("there are {how_many} states, so {seen} were seen");
    if let Some((line, share)) = expected.busiest {
        let _ = write!(words, "; most of them come from {line} ({share} %)");
    }
    words
}

/// The state of a search, for whoever waits for it.
pub(super) fn progress(states: u64, expected: &Expected, since: Duration) -> String {
    let seconds = since.as_secs_f64();
    let all = expected.states().max(states) as f64;
    let left = seconds * (all - states as f64) / states.max(1) as f64;
    format!(
        "exploring: {} states, about {} seen, some {:.0} s left",
        number(states),
        percent(expected.seen(states)),
        left.ceil()
    )
}

/// `30 to 45 %`.
fn percent((least, most): (u32, u32)) -> String {
    match (least, most) {
        (_, 0) => "less than 1 %".into(),
        (least, most) if least == most => format!("{least} %"),
        (least, most) => format!("{least} to {most} %"),
    }
}

/// Beyond that, the number of states means nothing to a reader.
const MOST_ROUNDED: u64 = 1_000_000_000_000_000;

/// A number with its first two digits, as the others are not known.
fn rounded(states: u64) -> String {
    let states = states.min(MOST_ROUNDED);
    let unit = 10_u64.pow(
        states
            .checked_ilog10()
            .unwrap_or_default()
            .saturating_sub(1),
    );
    number((states + unit / 2) / unit * unit)
}

/// What sampling has done; where all is asked for, by which strategies, and which of its schedules found
/// what first.
fn sampling(sampled: &Sampled, telling: Telling, width: usize) -> String {
    if sampled.schedules == 0 {
        let none = "then no schedule was sampled: there was not enough time for one";
        return hang("  ", none, width);
    }
    let strategies = sampled.strategies.iter().filter(|(_, count)| *count > 0);
    let strategies: Vec<String> = strategies
        .map(|(kind, count)| format!("{} {}", number(*count), kind.name()))
        .collect();
    let cores = plural(sampled.workers, "core");
    let how = match telling {
        Telling::Usual | Telling::Brief | Telling::Tight => plural(strategies.len(), "strategy"),
        Telling::Whole => strategies.join(", "),
    };
    let mut words = format!(
        "then sampled: {} in {} on {cores} ({how})",
        plural(
            usize::try_from(sampled.schedules).unwrap_or(usize::MAX),
            "schedule"
        ),
        duration(sampled.took),
    );
    let is_few = sampled.unfinished.total().saturating_mul(FEW) < sampled.schedules;
    if let Some(unfinished) = unfinished(&sampled.unfinished)
        && !(telling.is_brief() && is_few)
    {
        let _ = write!(words, "; {unfinished}");
    }
    let mut out = hang("  ", &words, width);
    if telling != Telling::Whole {
        return out;
    }
    for found in &sampled.found {
        let what = format!(
            "schedule {} ({}) was the first with this {}",
            number(found.schedule),
            found.strategy.name(),
            found.problem.kind()
        );
        out += &hang("  ", &what, width);
    }
    out
}

/// How many schedules were left before their end, and why; nothing when none was.
fn unfinished(unfinished: &Unfinished) -> Option<String> {
    let reasons = [
        (unfinished.depth, "longer than the limit of steps"),
        (unfinished.time, "when the time was over"),
        (unfinished.memory, "at the limit of memory"),
    ];
    let reasons = reasons.iter().filter(|(count, _)| *count > 0);
    let reasons: Vec<String> = reasons
        .map(|(count, why)| format!("{} {why}", number(*count)))
        .collect();
    if reasons.is_empty() {
        return None;
    }
    let verb = match unfinished.total() {
        1 => "was",
        _ => "were",
    };
    let total = number(unfinished.total());
    Some(format!(
        "{total} of them {verb} left before the end: {}",
        reasons.join(", ")
    ))
}

/// Why a search is not complete, and what would let it go on.
fn why_not(cut: Cut, is_prompt: bool) -> String {
    let (reached, option) = match cut {
        Cut::States(states) => (
            format!("the limit of {} states was reached", number(states)),
            "--states N",
        ),
        Cut::Time(time) => (
            format!("the limit of {} s was reached", time.as_secs_f64()),
            "--seconds S",
        ),
        Cut::Depth(depth) => (
            format!(
                "a run is longer than the limit of {} steps",
                number(depth.into())
            ),
            "--depth N",
        ),
        Cut::Memory(bytes) => (
            format!(
                "the limit of {} MB of memory was reached",
                number(bytes >> 20)
            ),
            "--memory MB",
        ),
        Cut::Exhausted(limit, pos) => return format!("{limit} in a run, at line {}", pos.line),
        Cut::Work(_) => return "a thread computes for longer than the limit of work".into(),
        Cut::Numbers(bound) => {
            return format!(
                "a random number could have been any of {}, and not all were tried",
                number(bound)
            );
        }
        Cut::OutOfReach(states) => (
            format!(
                "there are some {} states or more, too many for the limits",
                rounded(states)
            ),
            "--seconds S --states N",
        ),
        Cut::Stopped => return "it was stopped".into(),
        Cut::Redefined => {
            return "a function is defined anew while threads run that may call it, and not all orders \
                    of that were tried"
                .into();
        }
    };
    match is_prompt {
        true => format!("{reached}; `threadlab explore {option}` on a file raises it"),
        false => format!("{reached}; {option} raises it"),
    }
}

pub(super) fn row(possible: &Possible) -> Row {
    let outcome = &possible.outcome.described(&possible.alike);
    let told = told(outcome);
    let end = match &outcome.end {
        End::Value(value) if value == "()" && told.is_empty() => "ends".into(),
        End::Value(value) if value == "()" => String::new(),
        _ => end(outcome),
    };
    Row {
        count: possible.interleavings.as_ref().map(ToString::to_string),
        end,
        told,
        is_bad: outcome.is_failure(),
        token: state::shown(&possible.token),
    }
}

/// How a run ended, in words.
pub(super) fn end(outcome: &Outcome) -> String {
    match &outcome.end {
        End::Value(value) if value == "()" => "ends".into(),
        End::Value(value) => format!("ends with {value}"),
        End::Error { message, pos } => main_fails(message, *pos),
        End::Deadlock(stuck) => match &outcome.main_failed {
            Some(failed) => {
                let failed = main_fails(&failed.message, failed.pos);
                format!("{failed}; {}", wait(stuck))
            }
            None => wait(stuck),
        },
    }
}

/// Who waits for ever, in words.
pub(super) fn wait(stuck: &[Stuck]) -> String {
    let names: Vec<&str> = stuck.iter().map(|stuck| &*stuck.name).collect();
    let verb = if names.len() == 1 { "waits" } else { "wait" };
    format!("deadlock: {} {verb} for ever", ranges(&names).join(", "))
}

fn main_fails(message: &str, pos: Pos) -> String {
    format!("main fails: {message} ({})", pos.at())
}

/// What the threads printed and failed by, a part for each, and in what order where that counts.
fn told(outcome: &Outcome) -> Vec<String> {
    let mut told = Vec::new();
    for lines in &outcome.threads {
        if !lines.printed.is_empty() {
            let printed: Vec<String> = lines
                .printed
                .iter()
                .map(|line| {
                    let seen: Vec<String> = line.split('\n').map(visible).collect();
                    seen.join(" | ")
                })
                .collect();
            told.push(format!("{} prints {}", lines.name, printed.join(" | ")));
        }
        for failed in &lines.failed {
            told.push(format!(
                "{} fails: {} ({})",
                lines.name,
                failed.message,
                failed.pos.at()
            ));
        }
    }
    if let Some(order) = &outcome.order {
        let mut numbers = order.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let printing = outcome
            .threads
            .iter()
            .filter(|lines| !lines.printed.is_empty());
        let names: BTreeMap<u64, &str> = numbers
            .into_iter()
            .zip(printing.map(|lines| &*lines.name))
            .collect();
        let order: Vec<&str> = order
            .iter()
            .filter_map(|number| names.get(number).copied())
            .collect();
        if names.len() > 1 {
            told.push(format!("in the order {}", order.join(", ")));
        }
    }
    told
}

/// What threads do in the run of a failure, with marks at what matters.
fn acts_of(failure: &Finding) -> Vec<Act> {
    let mut acts = tell_explained(
        &failure.trail,
        Some(&failure.problem),
        failure.explanation.as_deref(),
    );
    mark(&mut acts, failure);
    acts
}

/// Marks the steps that the cause of a failure is about.
fn mark(acts: &mut [Act], failure: &Finding) {
    let Some(explanation) = &failure.explanation else {
        return;
    };
    for Mark { event, round } in &explanation.marks {
        let deed = Deed::of_event(&event.kind);
        let mut its = acts
            .iter_mut()
            .filter(|act| act.thread == event.thread.0 && act.pos == event.pos && act.deed == deed);
        if let Some(act) = its.nth(*round) {
            act.matters = true;
        }
    }
}

/// What went wrong, and the name of the mistake.
fn titled(story: &Story) -> String {
    match story.pattern {
        Some(pattern) => format!("{} ({pattern})", story.title),
        None => story.title.clone(),
    }
}

/// What stands around the run of a failure: its title, its cause, what mends it, how to replay it.
fn frame(
    failure: &Finding,
    number: usize,
    (advice, telling): (Option<&str>, Telling),
    subject: Subject<'_>,
    run: &str,
) -> String {
    let mut story = Story::of(failure);
    if telling.is_brief() && story.others > 0 {
        story.sentences.pop();
    }
    let title = titled(&story);
    let head = format!("failure {number}: ");
    let mut out = String::from("\n");
    let drawn = hang(&head, &title, subject.width);
    out += &subject.paint.text(Role::Error, "failure");
    out += &drawn["failure".len()..];
    out += run;
    out += &story_text(&story, subject.width);
    out += &mend_text(advice, subject.width);
    if failure.trail.interruption.is_some() {
        out += &hang(
            "  ",
            "The time was over before all of this run could be shown.",
            subject.width,
        );
    }
    out += &replay_line(&failure.token, subject);
    out
}

/// How it came to it, as a paragraph.
pub(super) fn story_text(story: &Story, width: usize) -> String {
    hang("  ", &story.sentences.join(" "), width)
}

/// What mends it, as a paragraph.
fn mend_text(advice: Option<&str>, width: usize) -> String {
    advice.map_or_else(String::new, |advice| {
        hang("  ", &format!("What mends it: {advice}"), width)
    })
}

fn replay_line(token: &Token, subject: Subject<'_>) -> String {
    if subject.replay.is_empty() {
        return String::new();
    }
    let command = subject.replay.replacen("TOKEN", &state::shown(token), 1);
    format!(
        "  replay it: {}\n",
        subject.paint.text(Role::Heading, &command)
    )
}

/// The findings, so many at most, each with its lines; what mends the first one, behind it.
fn findings_text(
    findings: &[&Finding],
    most: usize,
    advice: Option<&str>,
    subject: Subject<'_>,
) -> String {
    let mut out = String::new();
    let mut advice = advice;
    for finding in findings.iter().take(most) {
        let story = Story::of(finding);
        let title = hang("finding: ", &story.title, subject.width);
        let head = subject.paint.text(Role::Heading, "finding");
        let _ = write!(out, "\n{head}{}", &title["finding".len()..]);
        let acts = tell_explained(
            &finding.trail,
            Some(&finding.problem),
            finding.explanation.as_deref(),
        );
        // Its run is not told elsewhere.
        if matches!(finding.problem, Problem::FairLivelock { .. }) {
            out += &match most {
                1 => steps::folded(&acts, subject.width, LEAST_OF_RUN * 2, subject.paint),
                _ => steps::table(&acts, subject.width, subject.paint),
            };
        }
        out += &story_text(&story, subject.width);
        let mut before = None;
        for act in acts {
            if act.is_bad && before.replace(act.pos.at()) != Some(act.pos.at()) {
                let quoted = cut_at_word(
                    &format!("{:>6} | {}", act.pos.at().short(), act.source),
                    subject.width,
                );
                let _ = writeln!(out, "{}", subject.paint.text(Role::Faint, &quoted));
            }
        }
        // To ask for an error makes it seen; there is nothing to check about that.
        let is_unseen = matches!(finding.problem, Problem::UnseenError { .. });
        let usual = story.mend.as_deref().filter(|_| is_unseen);
        out += &mend_text(advice.take().or(usual), subject.width);
        out += &replay_line(&finding.token, subject);
    }
    out
}

/// A run that was replayed: its table, what was printed, how it ended and why.
pub(in crate::front) fn replayed(
    trail: &Trail,
    outcome: Option<&Outcome>,
    explanation: Option<&Explanation>,
    subject: Subject<'_>,
) -> String {
    let problem = outcome.and_then(Problem::first_of);
    let acts = tell_explained(trail, problem.as_ref(), explanation);
    let mut out = steps::table(&acts, subject.width, subject.paint);
    let printed = printed(trail, subject.paint);
    if !printed.is_empty() {
        let _ = write!(out, "\noutput:\n{printed}");
    }
    let pauses = trail.preemptions() as usize;
    let ended = match outcome {
        Some(outcome) => end(outcome),
        None => match trail.interruption {
            None => "goes round for ever".into(),
            Some(why) => left(why).into(),
        },
    };
    let is_bad = outcome.is_none_or(Outcome::is_failure);
    let role = if is_bad { Role::Error } else { Role::Prompt };
    let steps = plural(trail.steps.len(), "step");
    let pauses = plural(pauses, "pause");
    let words = format!("{ended}, after {steps} with {pauses}");
    let words = hang("outcome: ", &words, subject.width);
    let head = subject.paint.text(role, "outcome");
    let _ = write!(out, "\n{head}{}", &words["outcome".len()..]);
    if let Some(problem) = &problem {
        out += &story_text(&Story::explained(problem, explanation), subject.width);
    }
    out
}

/// What is said of a run that was left in the middle of a step.
pub(super) fn left(why: Interruption) -> &'static str {
    match why {
        Interruption::Time => "not known: a thread computes for longer than the limit of time",
        Interruption::Memory => "not known: the run needs more than the limit of memory",
        Interruption::Exhausted(..) => "not known: the run needs more than its limits allow",
        Interruption::Work => "not known: a thread computes for longer than the limit of work",
        Interruption::Stopped => "not known: it was stopped while a thread computed",
    }
}

/// What a run printed, in its order, each line with its thread.
fn printed(trail: &Trail, paint: Paint) -> String {
    let mut live = Live::new(paint);
    live.set_gutter(Gutter::On);
    let mut shown = Shown::default();
    for told in trail.steps.iter().flat_map(|step| &step.told) {
        if let Kind::Print { .. } | Kind::Note { .. } = &told.kind {
            let event = Event {
                sequence: 0,
                seconds: 0.0,
                thread: told.thread.clone(),
                pos: told.pos,
                kind: told.kind.clone(),
            };
            live.write(&mut shown, &event);
        }
    }
    let lines = shown.text.lines().map(visible);
    lines.map(|line| format!("  {line}\n")).collect()
}

/// `1 step`, `2 steps`, `3 strategies`, with commas in large numbers.
pub(super) fn plural(count: usize, what: &str) -> String {
    let what = match (count, what.strip_suffix('y')) {
        (1, _) => what.to_string(),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{what}s"),
    };
    format!("{} {what}", number(count as u64))
}

/// A number with a comma before each three digits.
pub(in crate::front) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn duration(took: Duration) -> String {
    match took.as_secs_f64() {
        seconds if seconds < 1e-3 => format!("{:.1} ms", seconds * 1e3),
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1e3),
        seconds => format!("{seconds:.1} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_can_be_read() {
        assert_eq!(number(7), "7");
        assert_eq!(number(17_153_136), "17,153,136");
        assert_eq!(plural(1, "step"), "1 step");
        assert_eq!(plural(1000, "step"), "1,000 steps");
        assert_eq!(duration(Duration::from_micros(120)), "0.1 ms");
        assert_eq!(duration(Duration::from_millis(15)), "15 ms");
        assert_eq!(duration(Duration::from_millis(1500)), "1.5 s");
    }

    #[test]
    fn a_limit_names_the_option_that_raises_it() {
        assert_eq!(
            why_not(Cut::States(1_000_000), false),
            "the limit of 1,000,000 states was reached; --states N raises it"
        );
        assert_eq!(
            why_not(Cut::Depth(10), true),
            "a run is longer than the limit of 10 steps; `threadlab explore --depth N` on a file \
             raises it"
        );
        assert_eq!(why_not(Cut::Stopped, false), "it was stopped");
        assert_eq!(
            why_not(Cut::OutOfReach(5_123_456), false),
            "there are some 5,100,000 states or more, too many for the limits; --seconds S --states N \
             raises it"
        );
    }
}
