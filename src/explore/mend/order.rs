//! What has to come before what: joins, starts, events, turns.

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::script::{Script, root};
use crate::language::outline::Head;

/// Waits with a time limit lose it.
pub(super) fn without_limit(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in &script.calls {
        if matches!(call.method, "join" | "result" | "wait" | "get") && call.args.len() == 1 {
            let is_number = call.args[0].starts_with(|c: char| c.is_ascii_digit());
            if is_number {
                let edits = Edits::new().replace(call.args_span.clone(), "");
                let fix = Fix::WaitWithoutLimit {
                    call: format!("{}.{}()", call.receiver, call.method),
                    line: script.outline.line_at(call.method_span.start),
                };
                found.push(Candidate::new(fix, edits));
            }
        }
    }
    found
}

/// The statement of the top level that a failure in main is about: the one at its place, or the call
/// that leads there.
fn of_main(script: &Script<'_>, failing: usize) -> Vec<usize> {
    let top = |statement: usize| script.outline.path(statement).last().copied();
    let function = script.outline.function_of(failing);
    if function == 0 {
        return top(failing).into_iter().collect();
    }
    let name = script.name_of(function);
    let calls = script.function_calls.iter();
    calls
        .filter(|call| Some(call.name) == name && script.outline.function_of(call.statement) == 0)
        .filter_map(|call| top(call.statement))
        .collect()
}

/// Joins that come too late are moved in front of what fails, or of what that relies on: a statement
/// between the last start and the failure.
pub(super) fn join_first(script: &Script<'_>, failing: usize) -> Vec<Candidate> {
    let mut found = Vec::new();
    for failing in of_main(script, failing) {
        let block = script.outline.statements[failing].block;
        let statements = &script.outline.blocks[block].statements;
        let Some(last) = last_start(script, failing).filter(|_| block == 0) else {
            continue;
        };
        let places =
            (statements.iter().copied().rev()).filter(|place| *place <= failing && *place > last);
        for place in places {
            let joins: Vec<usize> = (statements.iter().copied())
                .filter(|statement| *statement > place && is_join(script, *statement))
                .collect();
            let mut sets: Vec<Vec<usize>> = joins.iter().map(|join| vec![*join]).collect();
            if joins.len() > 1 {
                sets.push(joins);
            }
            for set in &sets {
                let to = script.outline.statements[place].span.start;
                let mut edits = Edits::new();
                for join in set {
                    let span = script.outline.statements[*join].span.clone();
                    edits = edits.move_before(script.text, span, to);
                }
                let fix = Fix::JoinFirst {
                    joins: (set.iter())
                        .map(|join| script.outline.source(*join).into())
                        .collect(),
                    before: script.line(place),
                };
                found.push(Candidate::new(fix, edits));
            }
        }
    }
    found
}

/// Joins that come behind what closes a pool or a channel come before it.
pub(super) fn joined_before_close(script: &Script<'_>) -> Vec<Candidate> {
    let closes = script.outline.blocks[0].statements.iter().copied();
    let closes = closes.filter(|statement| {
        let call = script.only_call(*statement);
        call.is_some_and(|call| matches!(call.method, "shutdown" | "close"))
    });
    closes
        .flat_map(|statement| join_first(script, statement))
        .collect()
}

/// Tasks that nobody awaits before what fails are awaited in front of it.
pub(super) fn awaited_first(script: &Script<'_>, failing: usize) -> Vec<Candidate> {
    let mut found = Vec::new();
    let statement = &script.outline.statements[failing];
    for made in &script.outline.blocks[statement.block].statements {
        let source = script.outline.source(*made);
        let is_task = source.contains("create_task(") || source.contains("ensure_future(");
        if *made >= failing || !is_task || source.starts_with("await ") {
            continue;
        }
        let at = statement.span.start;
        let (name, edits) = match source.strip_prefix("let ") {
            Some(rest) => match rest.split_once('=') {
                Some((name, _)) => (name.trim().to_string(), Edits::new()),
                None => continue,
            },
            None => {
                let name = script.unused("task");
                let start = script.outline.statements[*made].span.start;
                (
                    name.clone(),
                    Edits::new().insert(start, format!("let {name} = ")),
                )
            }
        };
        let text = format!("await {name};{}", gap(script.text, at));
        let fix = Fix::JoinFirst {
            joins: vec![format!("await {name}")],
            before: script.line(failing),
        };
        found.push(Candidate::new(fix, edits.insert(at, text)));
    }
    found
}

/// The statement of the top level that makes or starts the last thread before another one.
fn last_start(script: &Script<'_>, before: usize) -> Option<usize> {
    let made = script.starts().map(|(statement, _)| statement);
    let started = script.calls.iter().filter(|call| {
        call.method == "start"
            && call.args.is_empty()
            && script.outline.function_of(call.statement) == 0
    });
    let starts = made.chain(started.map(|call| call.statement));
    let last = starts.filter(|statement| *statement < before).max()?;
    script.outline.path(last).last().copied()
}

pub(super) fn is_join(script: &Script<'_>, statement: usize) -> bool {
    if let Some(call) = script.only_call(statement) {
        return matches!(call.method, "join" | "result") && call.args.is_empty();
    }
    let inside = script.calls.iter().filter(|call| {
        call.method == "join" && script.outline.path(call.statement).last() == Some(&statement)
    });
    script.outline.statements[statement].head == Head::For && inside.count() > 0
}

/// Threads that nobody joins are joined in front of what fails.
pub(super) fn join_added(script: &Script<'_>, failing: usize) -> Vec<Candidate> {
    let mut found = Vec::new();
    for failing in of_main(script, failing) {
        let Some((edits, handles)) = collect(script, Edits::new(), Some(failing)) else {
            continue;
        };
        let joins: Vec<String> = handles.iter().map(Handle::join).collect();
        let at = script.outline.statements[failing].span.start;
        let text: String = joins
            .iter()
            .map(|join| format!("{join}{}", gap(script.text, at)))
            .collect();
        let edits = edits.insert(at, text);
        let fix = Fix::JoinFirst {
            joins,
            before: script.line(failing),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// How threads that were started can be waited for.
pub(super) enum Handle {
    /// A variable that holds one.
    One(String),
    /// An array of them, and a name for one of them.
    Many(String, String),
}

impl Handle {
    pub(super) fn join(&self) -> String {
        match self {
            Self::One(name) => format!("{name}.join();"),
            Self::Many(names, one) => format!("for {one} in {names} {{ {one}.join(); }}"),
        }
    }
}

/// Makes handles for all threads that the top level starts before a statement, where they have none.
/// Threads that are joined before the statement already are left out.
pub(super) fn collect(
    script: &Script<'_>,
    mut edits: Edits,
    before: Option<usize>,
) -> Option<(Edits, Vec<Handle>)> {
    let mut handles = Vec::new();
    let mut arrays: Vec<(usize, String)> = Vec::new();
    for (statement, call) in script.starts() {
        if before.is_some_and(|before| statement >= before) {
            continue;
        }
        let of_statement = &script.outline.statements[statement];
        let span = of_statement.span.clone();
        let source = script.outline.source(statement);
        if of_statement.head == Head::Let {
            let name = source.split_whitespace().nth(1)?.trim_end_matches('=');
            let handle = match source.contains('[') && source.find('[') < source.find("spawn") {
                true => Handle::Many(name.into(), script.unused("t")),
                false => match kept_in(script, statement, name) {
                    Some(all) => Handle::Many(all.into(), script.unused("t")),
                    None => Handle::One(name.into()),
                },
            };
            let is_known = handles.iter().any(|known| match (known, &handle) {
                (Handle::Many(a, _), Handle::Many(b, _)) | (Handle::One(a), Handle::One(b)) => {
                    a == b
                }
                _ => false,
            });
            if !is_known {
                handles.push(handle);
            }
            continue;
        }
        if let Some(push) =
            (script.calls.iter()).find(|push| push.method == "push" && push.statement == statement)
        {
            let name = root(push.receiver).to_string();
            let is_known =
                |known: &Handle| matches!(known, Handle::Many(known, _) if *known == name);
            if !handles.iter().any(is_known) {
                handles.push(Handle::Many(name, script.unused("t")));
            }
            continue;
        }
        if call.span.start != span.start {
            return None;
        }
        let top = script.outline.path(statement).last().copied()?;
        match top == statement {
            true => {
                let name = script.unused(&format!("t{}", handles.len() + 1));
                edits = edits.insert(span.start, format!("let {name} = "));
                handles.push(Handle::One(name));
            }
            false => {
                let known = arrays.iter().find(|(known, _)| *known == top);
                let name = match known {
                    Some((_, name)) => name.clone(),
                    None => {
                        let name = script.unused(match arrays.len() {
                            0 => "threads",
                            _ => "more_threads",
                        });
                        let at = script.outline.statements[top].span.start;
                        let gap = gap(script.text, at);
                        edits = edits.insert(at, format!("let {name} = [];{gap}"));
                        arrays.push((top, name.clone()));
                        handles.push(Handle::Many(name.clone(), script.unused("t")));
                        name
                    }
                };
                edits = edits
                    .replace(span.start..span.start, format!("{name}.push("))
                    .replace(call.span.end..call.span.end, ")");
            }
        }
    }
    (!handles.is_empty()).then_some((edits, handles))
}

/// What a thread is kept in that was made in a round of a loop, in a variable of this name.
fn kept_in<'t>(script: &Script<'t>, made: usize, name: &str) -> Option<&'t str> {
    let block = script.outline.statements[made].block;
    let mut calls = script.calls.iter();
    let kept = calls.find(|call| {
        matches!(call.method, "push" | "append")
            && call.args == [name]
            && script.outline.statements[call.statement].block == block
    })?;
    (block != 0).then(|| root(kept.receiver))
}

/// `with outer { with inner { ... inner.wait(); } }`: what waits does so without the outer lock.
pub(super) fn outside_outer(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in script.calls.iter().filter(|call| call.method == "wait") {
        let path = script.outline.path(call.statement);
        let mut withs =
            (path.into_iter()).filter(|one| script.outline.statements[*one].head == Head::With);
        let (Some(inner), Some(outer)) = (withs.next(), withs.next()) else {
            continue;
        };
        let block = &script.outline.blocks[script.outline.statements[inner].block];
        if block.statements[..] != [inner] {
            continue;
        }
        let header = &script.text[script.outline.header(outer)];
        let fix = Fix::OutsideLock {
            call: script.text[script.outline.header(inner)].trim().into(),
            lock: header.trim_start_matches("with").trim().into(),
            line: script.line(inner),
        };
        found.push(Candidate::new(fix, script.opened(&[outer])));
    }
    found
}

/// A thread waits for an event that another one sets when it has written what is needed.
pub(super) fn wait_for_event(script: &Script<'_>, failing: usize) -> Vec<Candidate> {
    let reader = script.outline.function_of(failing);
    let mut found = Vec::new();
    for variable in script.shared_data() {
        let touching = script.touching(variable);
        let first = touching
            .iter()
            .copied()
            .find(|one| script.outline.function_of(*one) == reader);
        let Some((_, first, _)) = first.and_then(|first| {
            let body = script.outline.functions[reader].body;
            let path = script.outline.path(first);
            let top = path
                .iter()
                .copied()
                .find(|step| script.outline.statements[*step].block == body)?;
            Some((body, top, top))
        }) else {
            continue;
        };
        for writer in script.entries.iter().copied().chain([0]) {
            let of_writer: Vec<usize> = (touching.iter().copied())
                .filter(|one| script.outline.function_of(*one) == writer)
                .collect();
            let Some((_, _, last)) = script.cover(&of_writer) else {
                continue;
            };
            if writer == reader {
                continue;
            }
            let event = script.unused(&format!("{variable}_is_ready"));
            let at = script.outline.statements[first].span.start;
            let behind = script.outline.statements[last].span.clone();
            let gap_before = gap(script.text, at);
            let closed = script.outline.source(last).ends_with([';', '}']);
            let end = if closed { "" } else { ";" };
            let edits = script.declare(Edits::new(), &event, "Event()");
            let edits = edits
                .insert(at, format!("{event}.wait();{gap_before}"))
                .insert(
                    behind.end,
                    format!("{end}{}{event}.set();", gap(script.text, behind.start)),
                );
            let fix = Fix::WaitForEvent {
                set: script.last_line(last),
                wait: script.line(first),
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// One function begins only when another one is through: an event says so.
pub(super) fn functions_in_order(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for first in script.entries.iter().copied() {
        for second in script
            .entries
            .iter()
            .copied()
            .filter(|second| *second != first)
        {
            let bodies = [first, second].map(|function| {
                let body = script.outline.functions[function].body;
                &script.outline.blocks[body]
            });
            let [Some(last), Some(begin)] = [
                bodies[0].statements.last().copied(),
                bodies[1].statements.first().copied(),
            ] else {
                continue;
            };
            if bodies.iter().any(|body| !body.is_braced) {
                continue;
            }
            let name = script.name_of(first).unwrap_or("first");
            let event = script.unused(&format!("{name}_is_done"));
            let behind = script.outline.statements[last].span.clone();
            let closed = script.outline.source(last).ends_with([';', '}']);
            let end = if closed { "" } else { ";" };
            let at = script.outline.statements[begin].span.start;
            let edits = script
                .declare(Edits::new(), &event, "Event()")
                .insert(at, format!("{event}.wait();{}", gap(script.text, at)))
                .insert(
                    behind.end,
                    format!("{end}{}{event}.set();", gap(script.text, behind.start)),
                );
            let fix = Fix::WaitForEvent {
                set: script.last_line(last),
                wait: script.line(begin),
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// `for i in 0..N { if c { work } }` becomes a loop that counts the work.
pub(super) fn until_done(script: &Script<'_>) -> Vec<Candidate> {
    let mut singles: Vec<(usize, Edits)> = Vec::new();
    for (number, statement) in script.statements() {
        if statement.head != Head::For || script.outline.function_of(number) == 0 {
            continue;
        }
        let header = script.text[script.outline.header(number)].trim();
        let Some((name, range)) = header
            .strip_prefix("for ")
            .and_then(|rest| rest.split_once(" in "))
        else {
            continue;
        };
        let Some((from, to)) = range.trim().split_once("..") else {
            continue;
        };
        let (compare, to) = match to.strip_prefix('=') {
            Some(to) => ("<=", to),
            None => ("<", to),
        };
        let inner = (number + 1..script.outline.statements.len()).find(|inner| {
            script.outline.statements[*inner].head == Head::If
                && script.outline.statements[*inner].blocks.len() == 1
                && script.outline.path(*inner).contains(&number)
        });
        let Some(inner) = inner else { continue };
        let work = &script.outline.blocks[script.outline.statements[inner].blocks[0]];
        let Some(last) = work.statements.last().copied() else {
            continue;
        };
        let start = statement.span.start;
        let name = name.trim();
        let own = if name == "_" {
            script.unused("done")
        } else {
            name.to_string()
        };
        let source = script.outline.source(last);
        let end = if source.ends_with([';', '}']) {
            ""
        } else {
            ";"
        };
        let behind = script.outline.statements[last].span.clone();
        let edits = Edits::new()
            .replace(
                script.outline.header(number),
                format!(
                    "let {own} = {};{}while {own} {compare} {} ",
                    from.trim(),
                    gap(script.text, start),
                    to.trim()
                ),
            )
            .insert(
                behind.end,
                format!("{end}{}{own} += 1;", gap(script.text, behind.start)),
            );
        singles.push((number, edits));
    }
    let mut found: Vec<Candidate> = Vec::new();
    if singles.len() > 1 {
        let edits = singles
            .iter()
            .fold(Edits::new(), |all, (_, edits)| all.and(edits));
        let lines = singles
            .iter()
            .map(|(number, _)| script.line(*number))
            .collect();
        found.push(Candidate::new(Fix::UntilDone { lines }, edits));
    }
    found.extend(singles.into_iter().map(|(number, edits)| {
        let lines = vec![script.line(number)];
        Candidate::new(Fix::UntilDone { lines }, edits)
    }));
    found
}

/// `x.acquire(); x.release();` is a turnstile; with `if a { x.release(); }` before and
/// `if b { x.acquire(); }` behind it, it opens and closes. A second one opens while it closes.
pub(super) fn second_turnstile(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (one, next) in script.neighbours() {
        let (Some(take), Some(give)) = (script.only_call(one), script.only_call(next)) else {
            continue;
        };
        if take.method != "acquire" || give.method != "release" || take.receiver != give.receiver {
            continue;
        }
        let function = script.outline.function_of(one);
        let within_if = |method: &str| {
            (script.calls.iter()).find(|call| {
                call.receiver == take.receiver
                    && call.method == method
                    && script.outline.function_of(call.statement) == function
                    && (script.outline.path(call.statement).iter())
                        .any(|step| script.outline.statements[*step].head == Head::If)
            })
        };
        let (Some(open), Some(close)) = (within_if("release"), within_if("acquire")) else {
            continue;
        };
        let second = script.unused(&format!("{}_2", root(take.receiver)));
        let block = script.outline.statements[one].block;
        let Some(last) = script.outline.blocks[block].statements.last().copied() else {
            continue;
        };
        let at = script.outline.statements[last].span.clone();
        let end = if script.outline.source(last).ends_with([';', '}']) {
            ""
        } else {
            ";"
        };
        let gap_at_end = gap(script.text, at.start);
        let edits = script
            .declare(Edits::new(), &second, "Semaphore(1)")
            .insert(open.span.start, format!("{second}.acquire(); "))
            .insert(close.span.end, format!("; {second}.release()"))
            .insert(
                at.end,
                format!("{end}{gap_at_end}{second}.acquire();{gap_at_end}{second}.release();"),
            );
        let fix = Fix::SecondTurnstile {
            turnstile: take.receiver.into(),
            line: script.line(one),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// `if complete { ... } lock.release(); ...; if last { ... }`: the one that completes a group does not
/// give the lock back, and the last one does.
pub(super) fn pass_on(script: &Script<'_>) -> Vec<Candidate> {
    let mut edits = Edits::new();
    let mut lines = Vec::new();
    let mut lock = "";
    for (one, next) in script.neighbours() {
        let statement = &script.outline.statements[one];
        let Some(call) = script.only_call(next) else {
            continue;
        };
        if statement.head != Head::If || statement.blocks.len() != 1 || call.method != "release" {
            continue;
        }
        let block = statement.block;
        let Some(last) = script.outline.blocks[block].statements.last().copied() else {
            continue;
        };
        let final_if = &script.outline.statements[last];
        if final_if.head != Head::If || final_if.blocks.len() != 1 || last == one {
            continue;
        }
        let inside = &script.outline.blocks[final_if.blocks[0]];
        let Some(end) = inside.statements.last().copied() else {
            continue;
        };
        let source = script.outline.source(next).trim_end_matches(';');
        let gap_inside = gap(script.text, script.outline.statements[end].span.start);
        let close = if script.outline.source(end).ends_with([';', '}']) {
            ""
        } else {
            ";"
        };
        edits = edits
            .insert(statement.span.end, format!(" else {{ {source}; }}"))
            .remove(script.text, script.span(next, next))
            .insert(
                script.outline.statements[end].span.end,
                format!("{close}{gap_inside}{source};"),
            );
        lines.push(script.line(next));
        lock = call.receiver;
    }
    if lines.is_empty() {
        return Vec::new();
    }
    let fix = Fix::PassOn {
        lock: lock.into(),
        lines,
    };
    vec![Candidate::new(fix, edits)]
}

/// `with lock { ...; t.join(); }`: the wait comes behind the block.
pub(super) fn outside_lock(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in &script.calls {
        if !matches!(
            call.method,
            "join" | "result" | "wait" | "get" | "put" | "acquire" | "receive"
        ) {
            continue;
        }
        let statement = call.statement;
        if script.only_call(statement).map(|only| &only.span) != Some(&call.span) {
            continue;
        }
        let path = script.outline.path(statement);
        let Some(with) = path.get(1).copied() else {
            continue;
        };
        if script.outline.statements[with].head != Head::With {
            continue;
        }
        let block = &script.outline.blocks[script.outline.statements[statement].block];
        let is_last = block.statements.last() == Some(&statement);
        let is_first = block.statements.first() == Some(&statement);
        let span = script.span(statement, statement);
        let source = script.outline.source(statement).trim_end_matches(';');
        let header = &script.text[script.outline.header(with)];
        let lock = header.trim_start_matches("with").trim().to_string();
        let at = script.outline.statements[with].span.clone();
        let mut add = |edits: Edits| {
            let fix = Fix::OutsideLock {
                call: source.into(),
                lock: lock.clone(),
                line: script.line(statement),
            };
            found.push(Candidate::new(fix, edits));
        };
        if is_first {
            add(Edits::new().move_before(script.text, span.clone(), at.start));
        }
        if is_last {
            let edits = Edits::new().remove(script.text, span);
            add(edits.insert(at.end, format!("{}{source};", gap(script.text, at.start))));
        }
    }
    found
}
