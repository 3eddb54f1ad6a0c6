//! In which order threads take what they need, and whether they give it back. One file, as all of its
//! candidates are about who has what in hand.

use std::collections::BTreeSet;

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::regions::with_name;
use super::script::{Holds, Script, root};
use crate::language::outline::{Call, Head};

/// Two objects are taken in one order everywhere: where they are handed to threads, and where they
/// are taken.
pub(super) fn one_order(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = swapped_arguments(script);
    found.extend(swapped_with(script));
    found.extend(swapped_calls(script, true));
    found.extend(by_number(script));
    found
}

/// `spawn(f, b, a)` becomes `spawn(f, a, b)`.
fn swapped_arguments(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in &script.function_calls {
        let skip = usize::from(matches!(call.name, "spawn" | "Thread"));
        let own = script.outline.function_of(call.statement);
        for first in skip..call.args.len() {
            for second in first + 1..call.args.len() {
                let (one, other) = (call.args[first], call.args[second]);
                let holds = |arg| script.holds(own, arg);
                let is_taken = |holds: Option<Holds>| {
                    matches!(
                        holds,
                        Some(Holds::Lock | Holds::RLock | Holds::Semaphore | Holds::RwLock)
                    )
                };
                if root(one) == root(other) && one != other && one.contains('[') {
                    found.extend(numbered_arguments(
                        script,
                        call.arg_spans[first].clone(),
                        call.arg_spans[second].clone(),
                    ));
                    continue;
                }
                if one == other || !is_taken(holds(one)) || !is_taken(holds(other)) {
                    continue;
                }
                // The order in which they are made serves for all.
                let made = |name| {
                    script
                        .variables
                        .get(script.variable(name))
                        .map(|(_, made)| *made)
                };
                if made(one) < made(other) {
                    continue;
                }
                let edits = Edits::new()
                    .replace(call.arg_spans[first].clone(), other)
                    .replace(call.arg_spans[second].clone(), one);
                found.push(Candidate::new(
                    Fix::OneOrder {
                        first: other.into(),
                        second: one.into(),
                        lines: vec![script.outline.line_at(call.span.start)],
                    },
                    edits,
                ));
            }
        }
    }
    found
}

/// The part between the brackets of `forks[i]` or `accounts[i].lock`.
fn index(place: &str) -> Option<&str> {
    let open = place.find('[')?;
    let close = open + place[open..].rfind(']')?;
    let member = &place[close + 1..];
    (member.is_empty() || member.starts_with('.')).then(|| &place[open + 1..close])
}

/// What comes behind them: `.lock`.
fn member(place: &str) -> &str {
    place.rfind(']').map_or("", |close| &place[close + 1..])
}

/// `f(forks[x], forks[y])` becomes `f(forks[min(x, y)], forks[max(x, y)])`.
fn numbered_arguments(
    script: &Script<'_>,
    one: std::ops::Range<usize>,
    other: std::ops::Range<usize>,
) -> Option<Candidate> {
    let array = root(&script.text[one.clone()]);
    let (x, y) = (
        index(&script.text[one.clone()])?,
        index(&script.text[other.clone()])?,
    );
    let line = script.outline.line_at(one.start);
    let of = member(&script.text[one.clone()]).to_string();
    if of != member(&script.text[other.clone()]) {
        return None;
    }
    let edits = Edits::new()
        .replace(one, format!("{array}[min({x}, {y})]{of}"))
        .replace(other, format!("{array}[max({x}, {y})]{of}"));
    let fix = Fix::ByNumber {
        array: array.into(),
        member: of,
        line,
    };
    Some(Candidate::new(fix, edits))
}

/// `with a { with b { } }` and `with a, b { }` become `with b, a { }`.
fn swapped_with(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        if statement.head != Head::With {
            continue;
        }
        let header = script.outline.header(number);
        let names = script.text[header.clone()]
            .trim_start_matches("with")
            .trim();
        if let Some((first, second)) = names.split_once(',') {
            let (first, second) = (first.trim(), second.trim());
            let edits = Edits::new().replace(header, format!("with {second}, {first} "));
            let lines = vec![script.line(number)];
            let fix = Fix::OneOrder {
                first: second.into(),
                second: first.into(),
                lines,
            };
            found.push(Candidate::new(fix, edits));
            continue;
        }
        let Some(inner) = (number + 1..script.outline.statements.len()).find(|inner| {
            script.outline.statements[*inner].head == Head::With
                && script.outline.path(*inner).contains(&number)
        }) else {
            continue;
        };
        let of_inner = script.outline.header(inner);
        let other = script.text[of_inner.clone()]
            .trim_start_matches("with")
            .trim();
        if names.contains(" as ") || other.contains(" as ") || names == other {
            continue;
        }
        let lines = vec![script.line(number), script.line(inner)];
        let is_one = root(names) == root(other) && member(names) == member(other);
        let (edits, fix) = match (is_one, index(names), index(other)) {
            (true, Some(x), Some(y)) => {
                let (array, of) = (root(names), member(names));
                (
                    Edits::new()
                        .replace(header, format!("with {array}[min({x}, {y})]{of} "))
                        .replace(of_inner, format!("with {array}[max({x}, {y})]{of} ")),
                    Fix::ByNumber {
                        array: array.into(),
                        member: of.into(),
                        line: lines[0],
                    },
                )
            }
            _ => (
                Edits::new()
                    .replace(header, format!("with {other} "))
                    .replace(of_inner, format!("with {names} ")),
                Fix::OneOrder {
                    first: other.into(),
                    second: names.into(),
                    lines,
                },
            ),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

fn is_taking(call: &Call<'_>) -> bool {
    matches!(
        call.method,
        "acquire" | "wait" | "get" | "receive" | "put" | "send"
    )
}

fn is_giving(call: &Call<'_>) -> bool {
    matches!(
        call.method,
        "release" | "set" | "notify" | "notify_all" | "send" | "put" | "count_down" | "store"
    )
}

/// Two calls, one directly after the other, change places. With `both_take`, both take something;
/// otherwise what is given comes before what is waited for, or an assignment does.
fn swapped_calls(script: &Script<'_>, both_take: bool) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (one, next) in script.neighbours() {
        let Some(first) = script.only_call(one) else {
            continue;
        };
        let second = script.only_call(next);
        let is_assignment = second.is_none()
            && script.outline.statements[next].head == Head::Expression
            && script.outline.source(next).contains('=');
        let fits = match (second, both_take) {
            (Some(second), true) => {
                first.method == "acquire"
                    && second.method == "acquire"
                    && first.receiver != second.receiver
                    && index(first.receiver).is_none()
            }
            (Some(second), false) => {
                is_taking(first)
                    && (is_giving(second) || second.method == "receive" || second.method == "get")
                    && first.receiver != second.receiver
            }
            (None, true) => false,
            (None, false) => is_taking(first) && is_assignment && !gives_back(script, first),
        };
        if !fits {
            continue;
        }
        let (a, b) = (
            script.outline.source(one).trim_end_matches(';'),
            script.outline.source(next).trim_end_matches(';'),
        );
        // The value of a block is that of its last statement, which is another one then.
        let is_value = !script.outline.source(next).ends_with(';');
        let (spans, lines) = (
            (script.span(one, one), script.span(next, next)),
            vec![script.line(one), script.line(next)],
        );
        let edits = match is_value && second.is_some_and(|call| !is_giving(call)) {
            true => {
                let value = script.unused("value");
                Edits::new()
                    .replace(spans.0, format!("let {value} = {b};"))
                    .replace(spans.1, format!("{a}; {value}"))
            }
            false => Edits::new()
                .replace(spans.0, format!("{b};"))
                .replace(spans.1, format!("{a};")),
        };
        found.push(Candidate::new(
            Fix::Swap {
                first: b.into(),
                second: a.into(),
                lines,
            },
            edits,
        ));
    }
    found
}

/// What others wait for is given before a wait of one's own: at each place alone, and at all.
pub(super) fn give_first(script: &Script<'_>) -> Vec<Candidate> {
    swapped_calls(script, false)
}

/// Whether the function that takes something gives it back itself: what comes in between is done with it
/// in hand.
fn gives_back(script: &Script<'_>, take: &Call<'_>) -> bool {
    let function = script.outline.function_of(take.statement);
    script.calls.iter().any(|call| {
        call.method == "release"
            && call.receiver == take.receiver
            && script.outline.function_of(call.statement) == function
    })
}

/// Whether a statement does no more than to tell others something: `items.release();`, or
/// `with c { c.notify(); }`.
fn only_gives(script: &Script<'_>, statement: usize) -> bool {
    if let Some(call) = script.only_call(statement) {
        return is_giving(call);
    }
    let known = &script.outline.statements[statement];
    let [inner] = known.blocks[..] else {
        return false;
    };
    let inside = &script.outline.blocks[inner].statements;
    known.head == Head::With
        && !inside.is_empty()
        && inside
            .iter()
            .all(|one| script.only_call(*one).is_some_and(is_giving))
}

/// What others are told of is done before they are told: `items.release(); buffer.push(1);` the other
/// way round.
pub(super) fn done_first(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (one, next) in script.neighbours() {
        let source = script.outline.source(next);
        let is_done = matches!(
            script.outline.statements[next].head,
            Head::Expression | Head::With
        ) && !only_gives(script, next)
            && script.only_call(next).is_none_or(|call| !is_taking(call));
        // What is done to the same thing has its order.
        let receiver = |statement| script.only_call(statement).map(|call| call.receiver);
        let is_same = receiver(one).is_some() && receiver(one) == receiver(next);
        if only_gives(script, one) && is_done && !is_same && source.ends_with([';', '}']) {
            found.push(swapped(script, one, next));
            found.extend(done_inside(script, one, next));
        }
    }
    found
}

/// `with c { c.notify(); } n -= 1;` becomes `with c { n -= 1; c.notify(); }`.
fn done_inside(script: &Script<'_>, with: usize, done: usize) -> Option<Candidate> {
    let [inner] = script.outline.statements[with].blocks[..] else {
        return None;
    };
    let first = *script.outline.blocks[inner].statements.first()?;
    let start = script.outline.statements[first].span.start;
    let source = script.outline.source(done);
    let edits = Edits::new()
        .insert(start, format!("{source}{}", gap(script.text, start)))
        .remove(script.text, script.span(done, done));
    let fix = Fix::DoInside {
        what: source.into(),
        with: script.text[script.outline.header(with)].trim().into(),
        before: script.outline.source(first).into(),
        line: script.line(done),
    };
    (script.outline.statements[done].head == Head::Expression).then(|| Candidate::new(fix, edits))
}

/// A flag is set behind what it tells of: `ready = true; value = 5;` the other way round.
pub(super) fn told_last(script: &Script<'_>) -> Vec<Candidate> {
    let data = script.shared_data();
    let assigned = |statement: usize| {
        let source = script.outline.source(statement);
        let name = root(source);
        let rest = behind_keys(&source[name.len()..]);
        let is_plain = rest.starts_with('=') && !rest.starts_with("==") && source.ends_with(';');
        (is_plain && data.contains(&name)).then_some(name)
    };
    let is_other = |(one, next): &(usize, usize)| match (assigned(*one), assigned(*next)) {
        // What is written by the one and read by the other keeps its place.
        (Some(first), Some(second)) => {
            first != second && !script.outline.source(*next).contains(first)
        }
        _ => false,
    };
    let pairs = script.neighbours().filter(is_other);
    pairs
        .map(|(one, next)| swapped(script, one, next))
        .collect()
}

/// What comes behind the keys of a place: ` = true` of `[me].wants = true`.
fn behind_keys(rest: &str) -> &str {
    let mut rest = rest.trim_start();
    loop {
        let behind = match rest.as_bytes().first() {
            Some(b'[') => rest.find(']').map(|end| end + 1),
            Some(b'.') => {
                let is_part = |c: char| !(c.is_alphanumeric() || c == '_');
                Some(rest[1..].find(is_part).map_or(rest.len(), |end| end + 1))
            }
            _ => None,
        };
        match behind {
            Some(behind) => rest = rest[behind..].trim_start(),
            None => return rest,
        }
    }
}

/// What tells others that they may go on comes behind all that is done before: `turn.store(1); work();`.
pub(super) fn told_at_end(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let Some(call) = script.only_call(number) else {
            continue;
        };
        let is_statement = script.outline.source(number).starts_with(call.receiver);
        let tells = is_giving(call) || matches!(call.method, "fetch_add" | "fetch_sub");
        let block = &script.outline.blocks[statement.block];
        let last = block
            .statements
            .last()
            .copied()
            .filter(|last| *last > number);
        let (true, true, Some(last)) = (is_statement, tells, last) else {
            continue;
        };
        let source = script.outline.source(number);
        let behind = script.outline.statements[last].span.clone();
        let end = match script.outline.source(last).ends_with([';', '}']) {
            true => "",
            false => ";",
        };
        let text = format!("{end}{}{source}", gap(script.text, behind.start));
        let fix = Fix::Swap {
            first: script.outline.source(last).into(),
            second: source.into(),
            lines: vec![script.line(last), script.line(number)],
        };
        let edits = Edits::new()
            .remove(script.text, script.span(number, number))
            .insert(behind.end, text);
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// Two statements in the other order.
fn swapped(script: &Script<'_>, one: usize, next: usize) -> Candidate {
    let (first, second) = (script.outline.source(next), script.outline.source(one));
    let edits = Edits::new()
        .replace(script.span(one, one), first)
        .replace(script.span(next, next), second);
    let fix = Fix::Swap {
        first: first.into(),
        second: second.into(),
        lines: vec![script.line(one), script.line(next)],
    };
    Candidate::new(fix, edits)
}

/// `forks[x].acquire(); forks[y].acquire();` in the order of the numbers.
fn by_number(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (one, next) in script.neighbours() {
        let (Some(first), Some(second)) = (script.only_call(one), script.only_call(next)) else {
            continue;
        };
        let array = root(first.receiver);
        if first.method != "acquire" || second.method != "acquire" || array != root(second.receiver)
        {
            continue;
        }
        let (Some(x), Some(y)) = (index(first.receiver), index(second.receiver)) else {
            continue;
        };
        let of = member(first.receiver);
        if of != member(second.receiver) {
            continue;
        }
        let receiver = |call: &Call<'_>| call.span.start..call.span.start + call.receiver.len();
        let edits = Edits::new()
            .replace(receiver(first), format!("{array}[min({x}, {y})]{of}"))
            .replace(receiver(second), format!("{array}[max({x}, {y})]{of}"));
        let fix = Fix::ByNumber {
            array: array.into(),
            member: of.into(),
            line: script.line(one),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// What a thread holds already is not taken again.
pub(super) fn once(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (one, next) in script.neighbours() {
        let (Some(first), Some(second)) = (script.only_call(one), script.only_call(next)) else {
            continue;
        };
        if first.method == "acquire"
            && second.method == "acquire"
            && first.receiver == second.receiver
        {
            let edits = Edits::new().remove(script.text, script.span(next, next));
            let fix = Fix::TakeOnce {
                what: second.receiver.into(),
                line: script.line(next),
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    // `with x { f() }`, where f takes x again.
    for (number, statement) in script.statements() {
        if statement.head != Head::With {
            continue;
        }
        let header = script.text[script.outline.header(number)]
            .trim_start_matches("with")
            .trim();
        let is_again = script.statements().any(|(outer, _)| {
            outer != number
                && script.outline.statements[outer].head == Head::With
                && root(
                    script.text[script.outline.header(outer)]
                        .trim_start_matches("with")
                        .trim(),
                ) == root(header)
                && (script.outline.path(number).contains(&outer)
                    || (script.called_in(outer))
                        .any(|called| called == script.outline.function_of(number)))
        });
        if !is_again {
            continue;
        }
        let body = script.outline.blocks[statement.blocks[0]].span.clone();
        let inside = script.text[body].trim().to_string();
        let edits = Edits::new().replace(statement.span.clone(), inside);
        let fix = Fix::TakeOnce {
            what: header.into(),
            line: script.line(number),
        };
        found.push(Candidate::new(fix, edits));
    }
    found.extend(write_at_once(script));
    found
}

/// Where the method of an object takes a lock that another method of it holds already, the holder may take
/// it again: who else calls that method needs the lock.
pub(super) fn again_in_methods(script: &Script<'_>) -> Vec<Candidate> {
    let attributes = reentrant(script).into_iter();
    attributes
        .filter(|one| matches!(&one.fix, Fix::Reentrant { lock, .. } if lock.starts_with("this.")))
        .collect()
}

/// A lock that its holder may take again, for each lock of the text.
pub(super) fn reentrant(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (name, (holds, statement)) in &script.variables {
        if *holds == Holds::Lock {
            let span = script.outline.statements[*statement].span.clone();
            let source = &script.text[span.clone()];
            if let Some(at) = source.find("Lock(") {
                let at = span.start + at;
                let fix = Fix::Reentrant {
                    lock: script.written(name),
                    line: script.line(*statement),
                };
                found.push(Candidate::new(fix, Edits::new().insert(at, "R")));
            }
        }
    }
    found
}

/// `with l.read() { ... with l.write() { ... } }` takes the lock for writing at once.
fn write_at_once(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let lock_of = |statement: usize, method: &str| {
        let is_with = script.outline.statements[statement].head == Head::With;
        let header = script.text[script.outline.header(statement)].trim();
        let lock = header.strip_prefix("with")?.trim().strip_suffix(method)?;
        is_with.then_some(lock)
    };
    for (inner, _) in script.statements() {
        let Some(lock) = lock_of(inner, ".write()") else {
            continue;
        };
        for outer in script.outline.path(inner) {
            if lock_of(outer, ".read()") != Some(lock) {
                continue;
            }
            let statement = &script.outline.statements[inner];
            let body = script.outline.blocks[statement.blocks[0]].span.clone();
            let inside = script.text[body].trim().to_string();
            let edits = Edits::new()
                .replace(
                    script.outline.header(outer),
                    format!("with {lock}.write() "),
                )
                .replace(statement.span.clone(), inside);
            let fix = Fix::WriteAtOnce {
                lock: lock.into(),
                line: script.line(outer),
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// `with l.read() { look } ... with l.write() { change }` takes the lock for writing from the look on.
pub(super) fn write_region(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let lock_of = |statement: usize, method: &str| {
        let header = script.text[script.outline.header(statement)].trim();
        header.strip_prefix("with")?.trim().strip_suffix(method)
    };
    for (look, statement) in script.statements() {
        let Some(lock) = lock_of(look, ".read()").filter(|_| statement.head == Head::With) else {
            continue;
        };
        let function = script.outline.function_of(look);
        let change = script
            .statements()
            .map(|(number, _)| number)
            .find(|number| {
                *number > look
                    && script.outline.function_of(*number) == function
                    && lock_of(*number, ".write()") == Some(lock)
                    && !script.outline.path(*number).contains(&look)
            });
        let Some((inner, change)) = change.map(|change| ([look, change], change)) else {
            continue;
        };
        let Some((_, first, last)) = script.cover(&[look, change]) else {
            continue;
        };
        let head = format!("with {lock}.write()");
        let opened = script.opened(&inner);
        let edits = script.wrap_changed(Edits::new(), &head, (first, last), &opened);
        let Some(edits) = edits else {
            continue;
        };
        let fix = Fix::WriteAtOnce {
            lock: lock.into(),
            line: script.line(look),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// `x.release(); x.release();`, one of which is too many.
pub(super) fn release_once(script: &Script<'_>) -> Vec<Candidate> {
    let twice = |(one, next): &(usize, usize)| {
        let release = |statement| {
            script
                .only_call(statement)
                .filter(|call| call.method == "release")
        };
        match (release(*one), release(*next)) {
            (Some(first), Some(second)) => {
                first.receiver == second.receiver && first.args == second.args
            }
            _ => false,
        }
    };
    let without = |(_, next): (usize, usize)| {
        let fix = Fix::ReleaseOnce {
            call: script.outline.source(next).trim_end_matches(';').into(),
            line: script.line(next),
        };
        let edits = Edits::new().remove(script.text, script.span(next, next));
        Candidate::new(fix, edits)
    };
    script.neighbours().filter(twice).map(without).collect()
}

/// `x.acquire(); ... x.release();` becomes `with x { ... }`; without a release, it reaches to the end of
/// the block.
pub(super) fn release_always(script: &Script<'_>) -> Vec<Candidate> {
    let mut singles: Vec<(String, usize, Edits)> = Vec::new();
    for block_number in 0..script.outline.blocks.len() {
        let statements = &script.outline.blocks[block_number].statements;
        for (place, take) in statements.iter().copied().enumerate() {
            let Some(call) = script.only_call(take) else {
                continue;
            };
            if call.method != "acquire" || !call.args.is_empty() {
                continue;
            }
            let release = statements[place + 1..].iter().copied().find(|statement| {
                script
                    .only_call(*statement)
                    .is_some_and(|give| give.method == "release" && give.receiver == call.receiver)
            });
            if release.is_none() && is_signal(script, call) {
                continue;
            }
            let before_release = match release {
                Some(release) => statements.iter().copied().rfind(|one| *one < release),
                None => statements.last().copied(),
            };
            let Some(first) = statements.get(place + 1).copied() else {
                continue;
            };
            let Some(last) = before_release.filter(|last| *last >= first) else {
                continue;
            };
            // Other releases of it inside would be too many.
            let span = script.span(first, last);
            let inner = (script.calls.iter()).filter(|give| {
                give.method == "release"
                    && give.receiver == call.receiver
                    && span.contains(&give.span.start)
            });
            if inner.count() > 0 {
                continue;
            }
            let head = format!("with {}", call.receiver);
            let mut edits = script.wrap(Edits::new(), &head, first, last);
            edits = edits.remove(script.text, script.span(take, take));
            if let Some(release) = release {
                edits = edits.remove(script.text, script.span(release, release));
            }
            singles.push((call.receiver.into(), script.line(take), edits));
        }
    }
    let with = |all: &[(String, usize, Edits)]| {
        let mut what: Vec<String> = all.iter().map(|(name, ..)| name.clone()).collect();
        what.dedup();
        let lines = all.iter().map(|(_, line, _)| *line).collect();
        let edits = all
            .iter()
            .fold(Edits::new(), |sum, (.., edits)| sum.and(edits));
        Candidate::new(Fix::ReleaseAlways { what, lines }, edits)
    };
    let mut found: Vec<Candidate> = singles
        .iter()
        .map(|one| with(std::slice::from_ref(one)))
        .collect();
    if singles.len() > 1 {
        found.push(with(&singles));
    }
    found
}

/// Whether other functions give what is taken there, and take none: who takes it has nothing to give back.
fn is_signal(script: &Script<'_>, take: &Call<'_>) -> bool {
    let function = script.outline.function_of(take.statement);
    let is_same = |call: &Call<'_>, method: &str, function: usize| {
        let place = script.outline.function_of(call.statement);
        call.method == method
            && place == function
            && script.variable(call.receiver) == script.variable(take.receiver)
    };
    let asks = |method: &str, function: usize| {
        script
            .calls
            .iter()
            .any(|call| is_same(call, method, function))
    };
    !asks("release", function)
        && (0..script.outline.functions.len())
            .any(|other| asks("release", other) && !asks("acquire", other))
}

/// A call that gives something back is missing at the end of a function: it is added there, and
/// before each `return` of it.
pub(super) fn added(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let pairs = [
        ("acquire", "release()"),
        ("get", "task_done()"),
        ("lock", "unlock()"),
    ];
    for call in &script.calls {
        let Some((_, give)) = pairs.iter().find(|(take, _)| *take == call.method) else {
            continue;
        };
        let method = give.trim_end_matches("()");
        if method == "task_done"
            && !script.calls.iter().any(|other| {
                other.method == "join"
                    && script.variable(other.receiver) == script.variable(call.receiver)
            })
        {
            continue;
        }
        let function = script.outline.function_of(call.statement);
        let gives = (script.calls.iter()).filter(|other| {
            other.method == method
                && other.receiver == call.receiver
                && script.outline.function_of(other.statement) == function
        });
        // A permit more than was taken is no release.
        let is_lock = method == "task_done"
            || matches!(
                script.holds(function, call.receiver),
                Some(Holds::Lock | Holds::RLock)
            )
            || is_used_as_lock(script, call.receiver);
        if gives.count() > 0 || !is_lock {
            continue;
        }
        let block_number = script.outline.statements[call.statement].block;
        let Some(last) = script.outline.blocks[block_number]
            .statements
            .last()
            .copied()
        else {
            continue;
        };
        let span = script.span(last, last);
        let source = script.outline.source(last);
        let end = if source.ends_with([';', '}']) {
            ""
        } else {
            ";"
        };
        let text = format!("{}.{give}", call.receiver);
        let edits = Edits::new().insert(
            span.end,
            format!("{end}{}{text};", super::edit::gap(script.text, span.start)),
        );
        let fix = Fix::AddCall {
            call: text,
            line: script.last_line(last),
        };
        found.push(Candidate::new(fix, edits));
    }
    found.extend(before_leaving(script));
    found
}

/// Whether a variable holds a semaphore of one permit.
fn is_used_as_lock(script: &Script<'_>, receiver: &str) -> bool {
    let made = script.variables.get(script.variable(receiver));
    made.is_some_and(|(holds, statement)| {
        *holds == Holds::Semaphore && script.outline.source(*statement).contains("(1)")
    })
}

/// `if x { return; } ... lock.release();`: the release comes before that `return`, too.
fn before_leaving(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let source = script.outline.source(number);
        let leaves = matches!(statement.head, Head::Return | Head::Throw)
            || matches!(source.trim_end_matches(';'), "break" | "continue");
        if !leaves {
            continue;
        }
        let function = script.outline.function_of(number);
        for give in script.calls.iter().filter(|call| {
            matches!(
                call.method,
                "release" | "set" | "notify_all" | "task_done" | "close" | "count_down"
            ) && script.outline.function_of(call.statement) == function
                && call.span.start > statement.span.end
        }) {
            let text = script.text[give.span.clone()].to_string();
            let at = statement.span.start;
            let edits =
                Edits::new().insert(at, format!("{text};{}", super::edit::gap(script.text, at)));
            let fix = Fix::AddCall {
                call: text,
                line: script.line(number),
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// What a function touches with a lock in hand: variables by name, and the output.
fn guarded<'t>(script: &Script<'t>, lock: &str, function: usize) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    let data = script.shared_data();
    for (number, statement) in script.statements() {
        let name =
            with_name(script, number).filter(|_| script.outline.function_of(number) == function);
        if !name.is_some_and(|name| script.meanings(function, name).contains(lock)) {
            continue;
        }
        for called in script.called_in(number) {
            let reached = data.iter().filter(|name| script.reaches(called, name));
            found.extend(reached.copied());
        }
        let mut calls = script.function_calls.iter();
        let prints =
            calls.find(|call| call.name == "print" && statement.span.contains(&call.span.start));
        found.extend(prints.map(|call| call.name));
        for (name, place, _) in &script.mentions {
            if script.outline.path(*place).contains(&number) {
                let meant = script.meanings(function, name);
                found.extend(data.iter().copied().filter(|name| meant.contains(name)));
            }
        }
    }
    found
}

/// Functions that share a lock for different things get a lock each; not those that touch one thing.
pub(super) fn own_lock(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (lock, (holds, made)) in &script.variables {
        if !matches!(holds, Holds::Lock | Holds::RLock) || lock.starts_with('.') {
            continue;
        }
        for function in 1..script.outline.functions.len() {
            let Some(name) = script.name_of(function) else {
                continue;
            };
            let mine = guarded(script, lock, function);
            let is_shared = (0..script.outline.functions.len())
                .filter(|other| *other != function)
                .any(|other| !guarded(script, lock, other).is_disjoint(&mine));
            if is_shared {
                continue;
            }
            let own = script.unused(&format!("{lock}_of_{name}"));
            let mut edits = Edits::new();
            let mut lines = Vec::new();
            for call in &script.function_calls {
                let runs = matches!(call.name, "spawn" | "Thread")
                    && call.args.first().is_some_and(|arg| arg.trim() == name);
                if !runs {
                    continue;
                }
                for (arg, span) in call.args.iter().zip(&call.arg_spans).skip(1) {
                    if arg == lock {
                        edits = edits.replace(span.clone(), own.as_str());
                        lines.push(script.outline.line_at(span.start));
                    }
                }
            }
            for (statement, _) in script.statements() {
                if with_name(script, statement) == Some(*lock)
                    && script.outline.function_of(statement) == function
                    && !script.outline.functions[function].params.contains(lock)
                {
                    let header = script.outline.header(statement);
                    edits = edits.replace(header.clone(), format!("with {own} "));
                    lines.push(script.outline.line_at(header.start));
                }
            }
            if edits.is_empty() {
                continue;
            }
            let source = script.outline.source(*made);
            let value = source.split_once('=').map_or("Lock()", |(_, value)| value);
            let value = value.trim().trim_end_matches(';');
            let edits = script.declare(edits, &own, value);
            lines.dedup();
            let fix = Fix::OwnLock {
                lock: (*lock).into(),
                function: name.into(),
                lines,
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_locks(text: &str) -> usize {
        own_lock(&Script::of(text, 0)).len()
    }

    #[test]
    fn what_one_lock_protects_is_not_divided() {
        let text = |one: &str, other: &str| {
            format!(
                "let a = 0; let b = 0; let l = Lock(); fn f(k) {{ with k {{ {one} }} }} \
                 fn g(k) {{ with k {{ {other} }} }} fn h() {{ a += 1; }} spawn(f, l); spawn(g, l);"
            )
        };
        assert_eq!(own_locks(&text("a += 1;", "a += 2;")), 0);
        assert_eq!(own_locks(&text("a += 1;", "h();")), 0);
        assert_eq!(own_locks(&text("print(1);", "print(2);")), 0);
        assert_eq!(own_locks(&text("a += 1;", "b += 1;")), 2);
    }

    #[test]
    fn nothing_leaves_a_critical_section_to_come_first() {
        let text =
            "let x = 0; let l = Lock(); fn f() { l.acquire(); x = 1; l.release(); } spawn(f);";
        assert!(give_first(&Script::of(text, 0)).is_empty());
        let text = "let x = 0; let e = Event(); fn f() { e.wait(); x = 1; } spawn(f);";
        assert_eq!(give_first(&Script::of(text, 0)).len(), 1);
    }

    #[test]
    fn what_is_told_comes_behind_what_it_tells_of() {
        let changed = |text: &str, found: fn(&Script<'_>) -> Vec<Candidate>| {
            let found = found(&Script::of(text, 0));
            let texts = found.iter().map(|one| one.edits.apply(text).unwrap());
            texts.collect::<Vec<String>>()
        };
        let text = "let a = 0; let b = 0; fn f() { a = 1; b = 2; } spawn(f);";
        assert_eq!(
            changed(text, told_last),
            ["let a = 0; let b = 0; fn f() { b = 2; a = 1; } spawn(f);"]
        );
        let text = "fn f() { with c { c.notify(); } with c { x.push(1); } } spawn(f);";
        assert_eq!(
            changed(text, done_first),
            ["fn f() { with c { x.push(1); } with c { c.notify(); } } spawn(f);"]
        );
        let text = "let n = 0; fn f() { let s = 0; with r.read() { s = n; } if s > 0 { with r.write() { n -= 1; } } } \
                    spawn(f);";
        assert_eq!(
            changed(text, write_region),
            [
                "let n = 0; fn f() { let s = 0; with r.write() { s = n; if s > 0 { n -= 1; } } } spawn(f);"
            ]
        );
    }
}
