//! Pools, queues, channels and barriers that are too small, and channels that nobody closes.

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::order::collect;
use super::script::{Holds, Script, root};
use crate::language::outline::FunctionCall;

/// How much larger a pool may become.
const MOST_ADDED: i64 = 3;

/// Sizes of what is made, one more or one less.
pub(super) fn resized(script: &Script<'_>, kinds: &[&str]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in &script.function_calls {
        let kind = call.name.rsplit("::").next().unwrap_or(call.name);
        if !kinds.contains(&kind) || call.args.len() > 1 {
            continue;
        }
        let line = script.outline.line_at(call.span.start);
        let written = call
            .args
            .first()
            .and_then(|arg| arg.trim().parse::<i64>().ok());
        let from = match (written, call.args.is_empty(), kind) {
            (Some(from), ..) => from,
            (None, true, "channel") => 0,
            _ => continue,
        };
        let sizes: Vec<i64> = match kind {
            "Barrier" | "Latch" => vec![from - 1, from + 1],
            // A permit more than one would make no lock any more.
            "Semaphore" if from == 0 => vec![1],
            "Semaphore" => Vec::new(),
            "channel" | "Queue" => vec![from + 1, from + 2],
            _ => (1..=MOST_ADDED).map(|more| from + more).collect(),
        };
        for to in sizes.into_iter().filter(|to| *to > 0) {
            let edits = match call.arg_spans.first() {
                Some(span) => Edits::new().replace(span.clone(), to.to_string()),
                None => Edits::new().insert(call.span.end - 1, to.to_string()),
            };
            let fix = Fix::Resize {
                what: kind.into(),
                from,
                to,
                line,
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// Queues in which there is always room.
pub(super) fn unlimited(script: &Script<'_>) -> Vec<Candidate> {
    let queues =
        (script.function_calls.iter()).filter(|call| call.name == "Queue" && call.args.len() == 1);
    let without = |call: &FunctionCall<'_>| {
        let fix = Fix::Unlimited {
            what: call.name.into(),
            line: script.outline.line_at(call.span.start),
        };
        Candidate::new(fix, Edits::new().replace(call.arg_spans[0].clone(), ""))
    };
    queues.map(without).collect()
}

/// Tasks that are handed in by tasks get a pool of their own.
pub(super) fn own_pool(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let makers = script.function_calls.iter().filter(|call| {
        matches!(
            call.name,
            "ThreadPoolExecutor" | "ProcessPoolExecutor" | "pool"
        )
    });
    for maker in makers {
        let source = script.outline.source(maker.statement);
        // `let pool = ThreadPoolExecutor(2)`, `with ThreadPoolExecutor(2) as pool { }`.
        let header = &script.text[script.outline.header(maker.statement)];
        let name = match header.split_once(" as ") {
            Some((_, name)) => name.trim(),
            None => match source.split_whitespace().nth(1) {
                Some(name) => name,
                None => continue,
            },
        };
        let own = script.unused(&format!("inner_{name}"));
        let mut edits = Edits::new();
        let mut lines = Vec::new();
        for call in &script.calls {
            let function = script.outline.function_of(call.statement);
            let is_inner = function > 0
                && matches!(call.method, "submit" | "map")
                && (script
                    .meanings(function, script.variable(call.receiver))
                    .contains(name)
                    || call.receiver == name
                    || script.outline.functions[function]
                        .params
                        .contains(&root(call.receiver)));
            if is_inner {
                let receiver = call.span.start..call.span.start + call.receiver.len();
                edits = edits.replace(receiver, own.as_str());
                lines.push(script.outline.line_at(call.span.start));
            }
        }
        if edits.is_empty() {
            continue;
        }
        let made = &script.text[maker.span.clone()];
        let edits = script.declare(edits, &own, made);
        let fix = Fix::OwnPool {
            pool: name.into(),
            lines,
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// A thread closes a channel when all its senders are done, none of them.
pub(super) fn closed(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (name, (holds, _)) in &script.variables {
        if *holds != Holds::Channel && *holds != Holds::Queue {
            continue;
        }
        let close = match holds {
            Holds::Channel => "close",
            _ => "shutdown",
        };
        // Who closes it while others may still send closes it too early.
        let closes = script.calls.iter().filter(|call| {
            let function = script.outline.function_of(call.statement);
            call.method == close
                && script
                    .meanings(function, script.variable(call.receiver))
                    .contains(name)
        });
        let closes: Vec<_> = closes.collect();
        let is_closed = closes.iter().any(|call| {
            script.outline.function_of(call.statement) == 0
                || script.only_call(call.statement).is_none()
        });
        // What the top level does with it, behind the last start.
        let last = script.starts().map(|(statement, _)| statement).max();
        let last = last.and_then(|last| script.outline.path(last).last().copied());
        let Some(last) = last.filter(|_| !is_closed) else {
            continue;
        };
        let next = script.outline.blocks[0]
            .statements
            .iter()
            .copied()
            .find(|one| *one > last);
        let Some(next) = next else { continue };
        let Some((edits, handles)) = collect(script, Edits::new(), Some(next)) else {
            continue;
        };
        // A receiver among them ends only behind the close.
        let handles: Vec<_> = handles
            .into_iter()
            .filter(|handle| match handle {
                super::order::Handle::One(variable) => sends(script, variable, name),
                super::order::Handle::Many(..) => true,
            })
            .collect();
        if handles.is_empty() {
            continue;
        }
        let edits = closes.iter().fold(edits, |edits, call| {
            edits.remove(script.text, script.span(call.statement, call.statement))
        });
        let at = script.outline.statements[next].span.start;
        let joins: Vec<String> = handles.iter().map(super::order::Handle::join).collect();
        let gap = gap(script.text, at);
        let edits = edits.insert(
            at,
            format!(
                "spawn(|| {{ {} {name}.{close}(); }});{gap}",
                joins.join(" ")
            ),
        );
        let fix = Fix::CloseChannel {
            channel: (*name).into(),
            line: script.line(next),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// Whether the thread that a variable holds sends to a channel; yes where that is not known.
fn sends(script: &Script<'_>, variable: &str, channel: &str) -> bool {
    let Some((_, made)) = script.variables.get(variable) else {
        return true;
    };
    let span = &script.outline.statements[*made].span;
    let start = script
        .function_calls
        .iter()
        .find(|call| span.contains(&call.span.start));
    let function = start.and_then(|call| {
        (1..script.outline.functions.len()).find(|number| {
            let name = script.name_of(*number);
            name.is_some() && name == call.args.first().map(|arg| arg.trim())
                || script.outline.functions[*number].statement == Some(*made)
        })
    });
    function.is_none_or(|function| {
        script.calls.iter().any(|call| {
            script.outline.function_of(call.statement) == function
                && matches!(call.method, "send" | "put" | "try_send")
                && script
                    .meanings(function, script.variable(call.receiver))
                    .contains(channel)
        })
    })
}

/// As many end marks as there are consumers: `queue.put(END)` once more.
pub(super) fn marks(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in &script.calls {
        let is_mark = call.method == "put"
            && call
                .args
                .first()
                .is_some_and(|arg| matches!(arg.trim(), "()" | "None" | "-1" | "\"stop\""))
            && script.only_call(call.statement).is_some();
        if is_mark {
            let span = script.span(call.statement, call.statement);
            let source = script.outline.source(call.statement).trim_end_matches(';');
            let edits = Edits::new().insert(
                span.end,
                format!("{}{source};", gap(script.text, span.start)),
            );
            let fix = Fix::AddCall {
                call: source.into(),
                line: script.line(call.statement),
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}
