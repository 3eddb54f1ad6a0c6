//! Lines that belong together: one lock around them. One file, as all of it chooses parts and the lock for them.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::asked_inside;
use super::calls::called_first;
use super::candidate::{Candidate, Fix, LockOrigin, Part};
use super::edit::Edits;
use super::script::{Holds, Script};
use crate::language::outline::Head;

/// How far a part reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Each run of statements that mention it, alone.
    Runs,
    /// From the first mention to the last.
    Mentions,
    /// From the first mention to the end of its block.
    Block,
    /// The whole function.
    Body,
    /// In the functions that threads run, whatever they call included.
    Callers,
}

/// In which functions parts are kept together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In all that threads run.
    Threads,
    /// In those of them that do more than one thing with it.
    Compound,
    /// In the top level, too.
    Everywhere,
}

/// Candidates in tiers: each tier is tried only if none of those before it mends. `order` are names
/// of variables, those first that matter most.
pub(super) fn tiers(script: &Script<'_>, order: &[String]) -> Vec<Vec<Candidate>> {
    let mut data = script.shared_data();
    let place = |name: &str| {
        order
            .iter()
            .position(|known| script.variable(known) == name)
    };
    // What belongs to an object comes before whoever has the object.
    data.sort_by_key(|name| (!name.starts_with('.'), place(name).unwrap_or(usize::MAX)));
    let mut singles: Vec<Vec<&str>> = data.iter().map(|name| vec![*name]).collect();
    let mut groups: Vec<Vec<&str>> = Vec::new();
    for (index, one) in data.iter().enumerate() {
        groups.extend(data[index + 1..].iter().map(|other| vec![*one, *other]));
    }
    groups.truncate(6);
    if data.len() > 2 {
        groups.push(data.clone());
    }
    // To ask a queue and to take from it are two steps, too.
    singles.extend(script.shared_queues().into_iter().map(|name| vec![name]));
    let mut tiers = vec![
        asked_inside(script),
        [own_locks(script, &singles), known_locks(script, &singles)].concat(),
        widened(script, &singles),
        held_on(script),
    ];
    for reach in [Reach::Runs, Reach::Mentions, Reach::Block, Reach::Callers] {
        for sets in [&singles, &groups] {
            for place in [Where::Threads, Where::Compound, Where::Everywhere] {
                tiers.push(all(script, sets, reach, place));
            }
        }
        // Where a lock around a change with all that it calls is too much.
        if reach == Reach::Runs {
            tiers.push(called_first(script, &singles));
        }
    }
    tiers.push(all(script, &groups, Reach::Body, Where::Threads));
    tiers.push(all(script, &singles, Reach::Body, Where::Threads));
    let mut seen: Vec<Edits> = Vec::new();
    for tier in &mut tiers {
        tier.retain(|candidate| {
            let is_new = !seen.contains(&candidate.edits);
            if is_new {
                seen.push(candidate.edits.clone());
            }
            is_new
        });
    }
    tiers
}

fn all(script: &Script<'_>, sets: &[Vec<&str>], reach: Reach, place: Where) -> Vec<Candidate> {
    let mut found = Vec::new();
    for set in sets {
        let parts = parts(script, set, reach, place);
        let (name, is_async) = match script.text.contains("asyncio") {
            true => ("asyncio.Lock()", true),
            false => ("Lock()", false),
        };
        let lock = script.unused("lock");
        found.extend(together(script, set, &parts, &lock, Some(name)));
        if is_async {
            found.extend(together(script, set, &parts, &lock, Some("Lock()")));
        }
    }
    found
}

/// The parts of each function that mention one of these variables: first and last statement.
pub(super) fn parts(
    script: &Script<'_>,
    variables: &[&str],
    reach: Reach,
    place: Where,
) -> Vec<(usize, usize)> {
    let with_main = place == Where::Everywhere;
    let mut by_function: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for variable in variables {
        for statement in script.touching(variable) {
            let function = script.outline.function_of(statement);
            if !script.is_main(function) || with_main {
                by_function.entry(function).or_default().push(statement);
            }
        }
    }
    if reach == Reach::Callers {
        by_function.retain(|function, _| *function == 0 || script.entries.contains(function));
        for (statement, called) in script.called().iter().copied() {
            let function = script.outline.function_of(statement);
            let is_inside = function == 0 && with_main && Some(statement) > script.first_start();
            let touches = !script.is_init(called)
                && (variables.iter()).any(|variable| script.reaches(called, variable));
            if touches && (script.entries.contains(&function) || is_inside) {
                by_function.entry(function).or_default().push(statement);
            }
        }
    }
    let mut parts = Vec::new();
    for (function, mut statements) in by_function {
        statements.retain(|statement| script.outline.statements[*statement].head != Head::Fn);
        statements.sort_unstable();
        statements.dedup();
        if place == Where::Compound && statements.len() < 2 {
            continue;
        }
        let Some((block, first, last)) = script.cover(&statements) else {
            continue;
        };
        if reach == Reach::Runs {
            parts.extend(runs(script, block, &statements));
            continue;
        }
        let (first, last) = match reach {
            Reach::Runs | Reach::Mentions | Reach::Callers => (first, last),
            Reach::Block => {
                let of_block = &script.outline.blocks[block].statements;
                (first, *of_block.last().unwrap_or(&last))
            }
            Reach::Body => {
                let body = script.outline.functions[function].body;
                let of_body = &script.outline.blocks[body].statements;
                match (of_body.first(), of_body.last()) {
                    (Some(first), Some(last)) => (*first, *last),
                    _ => (first, last),
                }
            }
        };
        parts.push((first, last));
    }
    parts
}

/// The runs of statements of a block that have some of these in them.
fn runs(script: &Script<'_>, block: usize, mentions: &[usize]) -> Vec<(usize, usize)> {
    let is_in = |statement: &usize| {
        let mut mentions = mentions.iter();
        mentions.any(|mention| script.outline.path(*mention).contains(statement))
    };
    let mut runs = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    for statement in script.outline.blocks[block].statements.iter().copied() {
        match (open, is_in(&statement)) {
            (None, true) => open = Some((statement, statement)),
            (Some((first, _)), true) => open = Some((first, statement)),
            (Some(run), false) => {
                runs.push(run);
                open = None;
            }
            (None, false) => {}
        }
    }
    runs.extend(open);
    runs
}

/// Who takes one lock while it holds another comes in alone: a lock around both, wherever that is done.
pub(super) fn gate(script: &Script<'_>) -> Vec<Candidate> {
    let takes = |statement: usize| script.outline.statements[statement].head == Head::With;
    let mut outer: Vec<usize> = Vec::new();
    for (statement, _) in script.statements().filter(|(number, _)| takes(*number)) {
        let mut around = script.outline.path(statement).into_iter();
        outer.extend(around.find(|one| *one != statement && takes(*one)));
    }
    outer.sort_unstable();
    outer.dedup();
    let is_inside = |one: usize| {
        let path = script.outline.path(one);
        outer
            .iter()
            .any(|other| *other != one && path.contains(other))
    };
    let parts: Vec<_> = (outer.iter().filter(|one| !is_inside(**one)))
        .map(|one| (*one, *one))
        .collect();
    let lock = script.unused("lock");
    let together = together(script, &[], &parts, &lock, Some("Lock()"));
    together.into_iter().collect()
}

fn together(
    script: &Script<'_>,
    variables: &[&str],
    parts: &[(usize, usize)],
    lock: &str,
    made: Option<&str>,
) -> Option<Candidate> {
    if parts.is_empty() {
        return None;
    }
    // Where one class keeps it all, each of its objects has a lock.
    let classes = parts.iter().map(|(first, _)| {
        let function = script.outline.function_of(*first);
        script.outline.functions[function].class
    });
    let classes: BTreeSet<Option<usize>> = classes.collect();
    let class = match Vec::from_iter(classes)[..] {
        [class] if !variables.is_empty() && variables.iter().all(|name| name.starts_with('.')) => {
            class
        }
        _ => None,
    };
    let (declared, written) = match made {
        None => (Edits::new(), script.written(lock)),
        Some(made) => {
            let in_class = class.and_then(|class| {
                let edits = script.declare_in(Edits::new(), class, lock, made)?;
                Some((edits, format!("this.{lock}")))
            });
            in_class.unwrap_or_else(|| (script.declare(Edits::new(), lock, made), lock.into()))
        }
    };
    let mut edits = declared;
    for (first, last) in parts {
        edits = script.wrap(edits, &format!("with {written}"), *first, *last);
    }
    let fix = Fix::KeepTogether {
        parts: lines_of(script, parts),
        variables: variables.iter().map(|name| script.written(name)).collect(),
        lock: written,
        origin: match made {
            Some(_) => LockOrigin::Made,
            None => LockOrigin::Taken,
        },
        is_async: match made {
            Some(made) => made.starts_with("asyncio."),
            None => script.text.contains("asyncio.Lock()"),
        },
    };
    Some(Candidate::new(fix, edits))
}

/// Where parts stand, for people.
fn lines_of(script: &Script<'_>, parts: &[(usize, usize)]) -> Vec<Part> {
    let each = parts.iter().map(|(first, last)| script.part(*first, *last));
    let mut lines: Vec<Part> = each.collect();
    lines.sort_by_key(|part| (part.first, part.last));
    lines
}

/// What processes share has a lock of its own, which each function takes by its own name for it:
/// `with total.get_lock() { }`.
fn own_locks(script: &Script<'_>, singles: &[Vec<&str>]) -> Vec<Candidate> {
    let has_lock = |name: &str| {
        let made = script.variables.get(name);
        made.is_some_and(|(holds, _)| *holds == Holds::Shared)
    };
    let mut found = Vec::new();
    for set in singles
        .iter()
        .filter(|set| set.iter().all(|name| has_lock(name)))
    {
        for reach in [Reach::Runs, Reach::Mentions, Reach::Block] {
            for place in [Where::Threads, Where::Everywhere] {
                found.extend(under_own_lock(
                    script,
                    set,
                    &parts(script, set, reach, place),
                ));
            }
        }
    }
    found
}

/// Each of these parts takes the lock of the one thing that they touch.
fn under_own_lock(
    script: &Script<'_>,
    touched: &[&str],
    parts: &[(usize, usize)],
) -> Option<Candidate> {
    let [of] = touched else {
        return None;
    };
    let lock_in = |(first, _): &(usize, usize)| {
        let name = script.name_in(script.outline.function_of(*first), of)?;
        Some(format!("{}.get_lock()", script.written(name)))
    };
    let locks: Vec<String> = parts.iter().map(lock_in).collect::<Option<_>>()?;
    let lock = locks.first()?.clone();
    let wrapped = parts.iter().zip(&locks);
    let edits = wrapped.fold(Edits::new(), |edits, ((first, last), lock)| {
        script.wrap(edits, &format!("with {lock}"), *first, *last)
    });
    let fix = Fix::KeepTogether {
        parts: lines_of(script, parts),
        variables: vec![script.written(of)],
        lock,
        origin: LockOrigin::OfTheData,
        is_async: false,
    };
    Some(Candidate::new(fix, edits))
}

/// Where some lines are under a lock of the text already, the others come under it, too; where
/// different locks are used for one variable, one of them is.
fn known_locks(script: &Script<'_>, singles: &[Vec<&str>]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (lock, (holds, _)) in &script.variables {
        if !matches!(holds, Holds::Lock | Holds::RLock) {
            continue;
        }
        for set in singles {
            for place in [Where::Threads, Where::Everywhere] {
                let is_under = |statement: usize| {
                    let path = script.outline.path(statement);
                    path.iter()
                        .any(|step| with_name(script, *step) == Some(*lock))
                };
                let all = parts(script, set, Reach::Mentions, place);
                let bare: Vec<_> = (all.iter().copied())
                    .filter(|(first, _)| !is_under(*first))
                    .collect();
                let is_used = bare.len() < all.len()
                    || all.iter().any(|(first, last)| {
                        (*first..=*last).any(|step| with_name(script, step) == Some(*lock))
                    });
                let in_methods = |(first, _): &(usize, usize)| {
                    let function = script.outline.function_of(*first);
                    script.outline.functions[function].class.is_some()
                };
                let is_at_hand = !lock.starts_with('.') || bare.iter().all(in_methods);
                if is_used && is_at_hand && !bare.is_empty() {
                    // A lock inside the part would be taken twice.
                    let inner = |(first, last): &(usize, usize)| {
                        (*first..=*last).any(|step| with_name(script, step) == Some(*lock))
                    };
                    if !bare.iter().any(inner) {
                        found.extend(together(script, set, &bare, lock, None));
                    }
                }
            }
        }
    }
    found.extend(one_lock(script));
    found
}

/// Where a lock of the text is held for a part of what belongs together only, it is held for all of it.
fn widened(script: &Script<'_>, singles: &[Vec<&str>]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (lock, (holds, _)) in &script.variables {
        if !matches!(holds, Holds::Lock | Holds::RLock) {
            continue;
        }
        let takes = |statement: usize| with_name(script, statement) == Some(*lock);
        for set in singles {
            for place in [Where::Threads, Where::Everywhere] {
                found.extend(held_for_all(
                    script,
                    lock,
                    takes,
                    &parts(script, set, Reach::Mentions, place),
                ));
            }
        }
    }
    found
}

fn held_for_all(
    script: &Script<'_>,
    lock: &str,
    takes: impl Fn(usize) -> bool,
    parts: &[(usize, usize)],
) -> Option<Candidate> {
    let head = format!("with {}", script.written(lock));
    let mut edits = Edits::new();
    let mut held = Vec::new();
    let mut is_wider = false;
    for (first, last) in parts.iter().copied() {
        let around = script.outline.path(first);
        if around.iter().any(|step| *step != first && takes(*step)) {
            continue;
        }
        let end = script.outline.statements[last].span.end;
        let numbers = script.statements().map(|(number, _)| number);
        let within: Vec<usize> = numbers
            .filter(|one| *one >= first && script.outline.statements[*one].span.end <= end)
            .collect();
        let withs: Vec<usize> = within.iter().copied().filter(|one| takes(*one)).collect();
        if withs == [first] && first == last {
            continue;
        }
        // Where it is taken and given back by hand.
        let by_hand = |method: &str| {
            let is_it = |one: &&usize| {
                script.only_call(**one).is_some_and(|call| {
                    call.method == method && script.variable(call.receiver) == lock
                })
            };
            within.iter().filter(is_it).copied().collect::<Vec<usize>>()
        };
        let (taken, given) = (by_hand("acquire"), by_hand("release"));
        let block = |one: &usize| script.outline.statements[*one].block;
        let is_paired = taken.iter().map(block).eq(given.iter().map(block));
        let function = script.outline.function_of(first);
        let is_out_of_reach =
            lock.starts_with('.') && script.outline.functions[function].class.is_none();
        if !is_paired || is_out_of_reach {
            return None;
        }
        let inside = taken
            .iter()
            .chain(&given)
            .fold(script.opened(&withs), |edits, one| {
                edits.remove(script.text, script.span(*one, *one))
            });
        is_wider |= !inside.is_empty();
        edits = script.wrap_changed(edits, &head, (first, last), &inside)?;
        held.push((first, last));
    }
    let fix = Fix::Widen {
        lock: script.written(lock),
        parts: lines_of(script, &held),
    };
    is_wider.then(|| Candidate::new(fix, edits))
}

/// The lock of `with lock { }`, by the name that it has there; that of an object by its attribute.
pub(super) fn with_name<'t>(script: &Script<'t>, statement: usize) -> Option<&'t str> {
    if script.outline.statements[statement].head != Head::With {
        return None;
    }
    let header = &script.text[script.outline.header(statement)];
    let place = header.strip_prefix("with")?.trim();
    let name = script.variable(place);
    (place.ends_with(name)).then_some(name)
}

/// One lock for another, as an argument or in `with`.
fn one_lock(script: &Script<'_>) -> Vec<Candidate> {
    let locks: Vec<&str> = (script.variables.iter())
        .filter(|(_, (holds, _))| matches!(holds, Holds::Lock | Holds::RLock))
        .map(|(name, _)| *name)
        .collect();
    // That of an object is its alone.
    let mut found = Vec::new();
    for wanted in locks.iter().filter(|wanted| !wanted.starts_with('.')) {
        for other in locks.iter().filter(|other| *other != wanted) {
            let mut edits = Edits::new();
            let mut lines = Vec::new();
            for call in &script.function_calls {
                if !matches!(call.name, "spawn" | "Thread") {
                    continue;
                }
                for (arg, span) in call.args.iter().zip(&call.arg_spans).skip(1) {
                    if arg == other {
                        edits = edits.replace(span.clone(), *wanted);
                        lines.push(script.outline.line_at(span.start));
                    }
                }
            }
            for (statement, _) in script.statements() {
                if with_name(script, statement) == Some(*other) {
                    let header = script.outline.header(statement);
                    edits = edits.replace(header.clone(), format!("with {wanted} "));
                    lines.push(script.outline.line_at(header.start));
                }
            }
            if !edits.is_empty() {
                lines.dedup();
                let fix = Fix::OneLock {
                    lock: (*wanted).into(),
                    instead_of: script.written(other),
                    lines,
                };
                found.push(Candidate::new(fix, edits));
            }
        }
    }
    found
}

/// `x.release(); x.acquire();` one after the other: the lock is kept instead.
fn held_on(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (one, next) in script.neighbours() {
        let (Some(release), Some(acquire)) = (script.only_call(one), script.only_call(next)) else {
            continue;
        };
        if release.method == "release"
            && acquire.method == "acquire"
            && release.receiver == acquire.receiver
            && release.args.is_empty()
        {
            let edits = Edits::new().remove(script.text, script.span(one, next));
            let fix = Fix::HoldOn {
                lock: release.receiver.into(),
                line: script.line(one),
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}
