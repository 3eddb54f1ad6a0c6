//! What exploring has found, as Markdown: the whole report, for a handout.

use std::fmt::Write;

use super::mend::Advices;
use super::report::{merged, parts};
use crate::explore::{Exploration, Finding, Interleavings, tell_explained};
use crate::front::source::Source;
use crate::front::state;
use crate::view::diff::diff;
use crate::view::paint::Paint;
use crate::view::steps;
use crate::view::story::Story;
use crate::view::wrap::WIDTH;

/// The report. `replay` is what to type to see a run again, with `TOKEN` for its token.
pub(super) fn write(
    source: &Source,
    found: &Exploration,
    advices: &Advices,
    replay: &str,
    deny_race: bool,
) -> String {
    let (failures, findings) = parts(found, deny_race);
    let mut out = format!("# {}\n\n", source.name);
    let _ = writeln!(out, "{}\n", verdict(found));
    let _ = writeln!(out, "```rust\n{}\n```\n", source.text.trim_end());
    if !found.outcomes.is_empty() {
        out += "| interleavings | outcome |\n|--:|:--|\n";
        for row in merged(found) {
            let count = row.count.unwrap_or_default();
            let parts = [row.end].into_iter().chain(row.told);
            let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
            let words = parts.join("; ").replace('|', "\\|");
            let _ = writeln!(out, "| {count} | {words} |");
        }
        out.push('\n');
    }
    for (index, failure) in failures.iter().enumerate() {
        let story = Story::of(failure);
        let _ = writeln!(out, "## Failure {}: {}\n", index + 1, story.title);
        if let Some(pattern) = story.pattern {
            let _ = writeln!(out, "*{pattern}*\n");
        }
        out += &run(failure, &story, replay);
        if let Some(words) = advices.words(index) {
            let _ = writeln!(out, "**What mends it:** {words}\n");
        }
        if let Some(mend) = advices.mend(index).filter(|_| index == 0) {
            let new_name = format!("{}, mended", source.name);
            let changes = diff(
                &source.name,
                &new_name,
                &source.text,
                &mend.text,
                Paint::Plain,
            );
            let _ = writeln!(out, "```diff\n{changes}```\n");
        }
    }
    for (index, finding) in findings.iter().enumerate() {
        let story = Story::of(finding);
        let _ = writeln!(out, "## Finding: {}\n", story.title);
        out += &run(finding, &story, replay);
        let words = (failures.is_empty() && index == 0)
            .then(|| advices.words(0))
            .flatten();
        if let Some(words) = words {
            let _ = writeln!(out, "**What mends it:** {words}\n");
        }
    }
    out
}

fn verdict(found: &Exploration) -> String {
    let states = found.states;
    match &found.interleavings {
        None => format!("**Searched, not proved**: {states} states were seen, but not everything."),
        Some(Interleavings::Infinite) => {
            format!("**Proved**: all of infinitely many interleavings ({states} states).")
        }
        Some(count) => format!("**Proved**: all {count} interleavings ({states} states)."),
    }
}

fn run(finding: &Finding, story: &Story, replay: &str) -> String {
    let acts = tell_explained(
        &finding.trail,
        Some(&finding.problem),
        finding.explanation.as_deref(),
    );
    let table = steps::table(&acts, WIDTH, Paint::Plain);
    let command = replay.replacen("TOKEN", &state::shown(&finding.token), 1);
    let words = story.sentences.join(" ");
    format!("```text\n{table}```\n\n{words}\n\nSee it again: `{command}`\n\n")
}
