//! What a change calls is called before it: only the change itself is under a lock.
//!
//! `total += read(x);` reads `total`, waits for `read`, and stores. One lock around all of it keeps others from
//! calling `read` meanwhile. This looks for the way out: `let value = read(x); with lock { total += value; }`. Where
//! reading and storing are statements of their own, as in what was Python, those between them that keep the value
//! of a call come first.

use std::collections::BTreeSet;
use std::ops::Range;

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, block_of, gap, indent};
use super::regions::{Reach, Where, parts, with_name};
use super::script::{Holds, Script};
use crate::language::outline::Head;

/// For each variable in `singles`, its changes with what they call before them: under a new lock, or under each
/// lock that the text has.
pub(super) fn called_first(script: &Script<'_>, singles: &[Vec<&str>]) -> Vec<Candidate> {
    let known = script.variables.iter();
    let known = known.filter(|(_, (holds, _))| matches!(holds, Holds::Lock | Holds::RLock));
    let mut locks: Vec<(String, bool)> = known.map(|(lock, _)| (lock.to_string(), true)).collect();
    locks.push((script.unused("lock"), false));
    let mut found = Vec::new();
    for set in singles {
        for (lock, is_known) in &locks {
            found.extend(candidate(script, set, lock, *is_known));
        }
    }
    found
}

fn candidate(
    script: &Script<'_>,
    variables: &[&str],
    lock: &str,
    is_known: bool,
) -> Option<Candidate> {
    let mut edits = Edits::new();
    let mut calls = Vec::new();
    let mut lines = Vec::new();
    let mut names = BTreeSet::new();
    let head = format!("with {}", script.written(lock));
    let touching = |statement: &usize| {
        variables
            .iter()
            .any(|name| script.touching(name).contains(statement))
    };
    for (first, last) in parts(script, variables, Reach::Mentions, Where::Threads) {
        let path = script.outline.path(first);
        if path
            .iter()
            .any(|step| with_name(script, *step) == Some(lock))
        {
            continue;
        }
        let called = match first == last {
            true => calls_in(script, first, variables)
                .into_iter()
                .map(|span| Called::Value(unused(script, &mut names), span))
                .collect(),
            false => lets_between(script, (first, last), variables, &touching),
        };
        if called.is_empty() {
            edits = script.wrap(edits, &head, first, last);
            continue;
        }
        let whole = script.span(first, last);
        let mut before = String::new();
        let mut change = String::new();
        let mut at = whole.start;
        for one in called {
            let gap = gap(script.text, whole.start);
            match one {
                Called::Value(name, span) => {
                    let call = &script.text[span.clone()];
                    before += &format!("let {name} = {call};{gap}");
                    change += &script.text[at..span.start];
                    change += name.as_str();
                    at = span.end;
                    calls.push(call.to_string());
                }
                Called::Let(call, span) => {
                    before += &format!("{}{gap}", &script.text[span.clone()]);
                    change += &script.text[at..span.start];
                    let rest = &script.text[span.end..whole.end];
                    at = span.end + rest.len() - rest.trim_start().len();
                    calls.push(call);
                }
            }
        }
        change += &script.text[at..whole.end];
        let with = block_of(&head, &change, indent(script.text, whole.start));
        before += with.as_str();
        edits = edits.replace(whole, before);
        lines.push(script.line(first));
    }
    if calls.is_empty() {
        return None;
    }
    if !is_known {
        edits = script.declare(edits, lock, "Lock()");
    }
    calls.dedup();
    let fix = Fix::CallFirst {
        calls,
        lock: script.written(lock),
        lines,
    };
    Some(Candidate::new(fix, edits))
}

/// Where a lock is held while something is called that has nothing to do with what it protects: the call comes
/// before it.
pub(super) fn out_of_locks(script: &Script<'_>) -> Edits {
    let mut edits = Edits::new();
    let mut names = BTreeSet::new();
    let data = script.shared_data();
    for (with, statement) in script.statements() {
        let first = statement.blocks.last();
        let first = first.and_then(|block| script.outline.blocks[*block].statements.first());
        let Some(first) = first.copied().filter(|_| statement.head == Head::With) else {
            continue;
        };
        let is_under = |touching: &usize| script.outline.path(*touching).contains(&with);
        let variables: Vec<&str> = data
            .iter()
            .copied()
            .filter(|name| script.touching(name).iter().any(is_under))
            .collect();
        let at = statement.span.start;
        let calls = calls_in(script, first, &variables);
        let touches = |name: &&str| script.touching(name).contains(&first);
        let is_let = script.outline.statements[first].head == Head::Let;
        if is_let && !calls.is_empty() && !variables.iter().any(touches) {
            edits = edits.move_before(script.text, script.span(first, first), at);
            continue;
        }
        for span in calls {
            let name = unused(script, &mut names);
            let call = &script.text[span.clone()];
            let before = format!("let {name} = {call};{}", gap(script.text, at));
            edits = edits.insert(at, before).replace(span, name);
        }
    }
    edits
}

/// What is called before a change.
enum Called {
    /// A call in the middle of a statement, and the name that its value gets.
    Value(String, Range<usize>),
    /// A statement that keeps the value of a call.
    Let(String, Range<usize>),
}

/// The statements of a part that keep the value of a call which has nothing to do with these variables.
fn lets_between(
    script: &Script<'_>,
    (first, last): (usize, usize),
    variables: &[&str],
    touching: &dyn Fn(&usize) -> bool,
) -> Vec<Called> {
    let block = script.outline.statements[first].block;
    let statements = script.outline.blocks[block].statements.iter().copied();
    let between = statements.filter(|statement| first < *statement && *statement < last);
    between
        .filter(|statement| {
            script.outline.statements[*statement].head == Head::Let && !touching(statement)
        })
        .filter_map(|statement| {
            let call = calls_in(script, statement, variables).into_iter().next()?;
            let call = script.text[call].to_string();
            Some(Called::Let(call, script.span(statement, statement)))
        })
        .collect()
}

/// A name for a value, which neither the text has nor an earlier value.
fn unused(script: &Script<'_>, names: &mut BTreeSet<String>) -> String {
    let mut wanted = "value".to_string();
    let mut number = 1;
    loop {
        let name = script.unused(&wanted);
        if names.insert(name.clone()) {
            return name;
        }
        number += 1;
        wanted = format!("value_{number}");
    }
}

/// The calls of functions in a change that have nothing to do with these variables, the outermost ones, in
/// their order; none in a statement that may leave a call out.
fn calls_in(script: &Script<'_>, statement: usize, variables: &[&str]) -> Vec<Range<usize>> {
    let whole = match &script.outline.statements[statement] {
        // The question comes first in any case.
        known if known.head == Head::If => script.outline.header(statement),
        known if known.blocks.is_empty() => script.span(statement, statement),
        _ => return Vec::new(),
    };
    let source = &script.text[whole.clone()];
    if ["&&", "||", "??"].iter().any(|sign| source.contains(sign)) {
        return Vec::new();
    }
    let is_apart = |name: &str| {
        let called = (1..script.outline.functions.len())
            .find(|number| script.name_of(*number) == Some(name));
        called.is_some_and(|called| {
            !variables
                .iter()
                .any(|variable| script.reaches(called, variable))
        })
    };
    let mut spans: Vec<Range<usize>> = Vec::new();
    for call in &script.function_calls {
        let is_inner = spans.iter().any(|outer| outer.end >= call.span.end);
        let mentions = || {
            let function = script.outline.function_of(statement);
            script.outline.mentions().any(|(name, span, _)| {
                let is_in = call.span.start <= span.start && span.end <= call.span.end;
                let meanings = script.meanings(function, name);
                is_in && variables.iter().any(|variable| meanings.contains(variable))
            })
        };
        let is_whole = call.span.start == whole.start;
        let is_in = whole.start <= call.span.start && call.span.end <= whole.end;
        if call.statement == statement
            && is_in
            && !is_inner
            && !is_whole
            && is_apart(call.name)
            && !mentions()
        {
            spans.push(call.span.clone());
        }
    }
    spans.sort_by_key(|span| span.start);
    spans
}
