//! Starts of threads: what has to be done before one, when one has to come, and which threads end with main.

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::order::is_join;
use super::script::Script;
use crate::language::outline::Head;

/// The first thing that a thread does is done before it is started.
pub(super) fn before_start(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for function in 1..script.outline.functions.len() {
        let known = &script.outline.functions[function];
        let body = &script.outline.blocks[known.body];
        let Some(first) = body.statements.first().copied() else {
            continue;
        };
        let is_call = script.only_call(first).is_some()
            || (script.function_calls.iter()).any(|call| {
                call.statement == first
                    && script.outline.source(first).trim_end_matches(';')
                        == &script.text[call.span.clone()]
            });
        if !is_call || body.statements.len() < 2 || !script.entries.contains(&function) {
            continue;
        }
        let source = script.outline.source(first);
        if known.params.iter().any(|param| mentions(source, param)) {
            continue;
        }
        let mut edits = Edits::new().remove(script.text, script.span(first, first));
        let name = script.name_of(function);
        let mut line = None;
        for (statement, call) in script.starts() {
            let runs = call
                .args
                .first()
                .is_some_and(|arg| Some(arg.trim()) == name)
                || Some(statement) == known.statement && name.is_none() && {
                    let body = body.span.start;
                    call.span.start < body && body < call.span.end
                };
            if runs {
                let at = script.outline.statements[statement].span.start;
                edits = edits.insert(at, format!("{source}{}", gap(script.text, at)));
                line = line.or(Some(script.line(statement)));
            }
        }
        if let Some(line) = line {
            let fix = Fix::BeforeStart {
                what: source.trim_end_matches(';').into(),
                line,
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// A thread that is started behind a wait for the end of another one is started in front of it.
pub(super) fn started_first(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let statements = &script.outline.blocks[0].statements;
    for (at, start) in statements.iter().copied().enumerate() {
        let call = script.only_call(start);
        let started = call.filter(|call| call.method == "start");
        let is_spawn = script
            .starts()
            .any(|(statement, call)| statement == start && matches!(call.name, "spawn"));
        let joined = statements[..at].iter().copied();
        let Some(join) = joined.clone().find(|one| is_join(script, *one)) else {
            continue;
        };
        if started.is_none() && !is_spawn {
            continue;
        }
        // With what makes the thread, where that stands between them.
        let makes = |one: &usize| {
            started.is_some_and(|call| {
                *one > join
                    && script.outline.statements[*one].head == Head::Let
                    && mentions(script.outline.source(*one), call.receiver)
            })
        };
        let to = script.outline.statements[join].span.start;
        let made = joined.clone().find(makes);
        let edits = match made.filter(|made| joined.last() == Some(*made)) {
            Some(made) => Edits::new().move_before(script.text, script.span(made, start), to),
            None => made
                .into_iter()
                .chain([start])
                .fold(Edits::new(), |edits, one| {
                    edits.move_before(script.text, script.span(one, one), to)
                }),
        };
        let fix = Fix::StartFirst {
            start: script.outline.source(start).trim_end_matches(';').into(),
            line: script.line(join),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// What main does behind the start of a thread is done before it.
pub(super) fn prepared_first(script: &Script<'_>) -> Vec<Candidate> {
    let Some(first) = script.first_start() else {
        return Vec::new();
    };
    let Some(first) = script.outline.path(first).last().copied() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for statement in script.outline.blocks[0].statements.iter().copied() {
        if statement <= first {
            continue;
        }
        let source = script.outline.source(statement);
        let is_write = script.shared_data().iter().any(|name| {
            source.strip_prefix(name).is_some_and(|rest| {
                let rest = rest.trim_start();
                rest.starts_with(['=', '[', '.'])
                    || rest.starts_with("+=")
                    || rest.starts_with("-=")
            })
        });
        if !is_write || script.outline.statements[statement].head != Head::Expression {
            continue;
        }
        let to = script.outline.statements[first].span.start;
        let span = script.outline.statements[statement].span.clone();
        let edits = Edits::new().move_before(script.text, span, to);
        let fix = Fix::BeforeStart {
            what: source.trim_end_matches(';').into(),
            line: script.line(first),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// A thread that takes from a queue for ever, and that nobody waits for, ends with main as a daemon.
pub(super) fn daemon(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in &script.function_calls {
        let [target] = call.args[..] else {
            continue;
        };
        let qualified = &script.text[..call.span.start];
        let loops = (1..script.outline.functions.len()).find(|function| {
            script.name_of(*function) == Some(target.trim()) && goes_round(script, *function)
        });
        if call.name != "Thread" || loops.is_none() {
            continue;
        }
        let edits = Edits::new().insert(call.arg_spans[0].end, ", [], #{daemon: true}");
        let name = match qualified.ends_with("threading.") {
            true => "daemon=True",
            false => "#{daemon: true}",
        };
        let fix = Fix::Daemon {
            option: name.into(),
            line: script.outline.line_at(call.span.start),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// Whether a function's body is a loop that nothing leaves.
fn goes_round(script: &Script<'_>, function: usize) -> bool {
    let body = &script.outline.blocks[script.outline.functions[function].body];
    let Some(last) = body.statements.last().copied() else {
        return false;
    };
    let header = script.text[script.outline.header(last)].trim();
    let source = script.outline.source(last);
    matches!(header, "loop" | "while true")
        && !["break", "return"]
            .iter()
            .any(|word| mentions(source, word))
}

fn mentions(source: &str, name: &str) -> bool {
    let mut words = source.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::super::script::changed;
    use super::*;

    #[test]
    fn a_thread_is_started_before_the_end_of_another_is_waited_for() {
        assert_eq!(
            changed(
                "let a = Thread(f); a.start(); a.join(); let b = Thread(g); b.start();",
                started_first
            ),
            ["let a = Thread(f); a.start(); let b = Thread(g); b.start(); a.join();"]
        );
        assert_eq!(
            changed(
                "let a = spawn(f); a.join(); let b = spawn(g); b.join();",
                started_first
            ),
            ["let a = spawn(f); let b = spawn(g); a.join(); b.join();"]
        );
    }

    #[test]
    fn who_goes_round_for_ever_is_a_daemon() {
        assert_eq!(
            changed(
                "fn f() { loop { q.get(); } } let t = Thread(f); t.start();",
                daemon
            ),
            ["fn f() { loop { q.get(); } } let t = Thread(f, [], #{daemon: true}); t.start();"]
        );
        let leaves =
            "fn f() { loop { if q.get() == () { break; } } } let t = Thread(f); t.start();";
        assert!(changed(leaves, daemon).is_empty());
    }
}
