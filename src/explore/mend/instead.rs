//! Another means for the same end: a barrier for one made by hand, permits for an event, an attempt that
//! is repeated, a token for each thread, a result for a copied variable.

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::script::{Holds, Script, root};
use crate::language::outline::{Head, Statement};

/// `n += 1; if n == N { ... gate.release() ... } gate.acquire();`, with a lock around parts of it or not,
/// is a barrier made by hand: a `Barrier` keeps the rounds apart.
pub(super) fn barrier(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, _) in script.statements() {
        let Some(wait) = script.only_call(number) else {
            continue;
        };
        if !matches!(wait.method, "acquire" | "wait") || !wait.args.is_empty() {
            continue;
        }
        let function = script.outline.function_of(number);
        let block = &script.outline.blocks[script.outline.statements[number].block];
        let before = |one: &usize| *one < number;
        let inside = |span: &std::ops::Range<usize>| {
            let of_block = block.statements.iter().copied().filter(before);
            of_block.rev().find(|one| {
                let statement = &script.outline.statements[*one].span;
                statement.start <= span.start && span.end <= statement.end
            })
        };
        // The look whether all have come, with what lets them go in it.
        let opens = script.statements().find_map(|(asking, statement)| {
            let question = script.text[script.outline.header(asking)].strip_prefix("if")?;
            let (count, all) = question.split_once("==")?;
            let gives = script.calls.iter().any(|call| {
                statement.span.contains(&call.span.start)
                    && call.receiver == wait.receiver
                    && matches!(call.method, "release" | "set" | "notify_all")
            });
            let is_if = statement.head == Head::If && statement.blocks.len() == 1;
            let is_here = script.outline.function_of(asking) == function;
            inside(&statement.span)?;
            (is_if && gives && is_here).then(|| (count.trim(), all.trim()))
        });
        let Some((count, all)) = opens else {
            continue;
        };
        let counts = |(at, statement): (usize, &Statement)| {
            let source = script.outline.source(at).trim_end_matches(';');
            let is_count = source
                .strip_prefix(count)
                .is_some_and(|rest| rest.split_whitespace().eq(["+=", "1"]));
            let is_here = script.outline.function_of(at) == function;
            (is_count && is_here).then(|| inside(&statement.span))?
        };
        let Some(first) = script.statements().find_map(counts) else {
            continue;
        };
        // With a lock that is taken before and released behind the look, that goes, too.
        let begin = taken_before(script, &block.statements, first).unwrap_or(first);
        let name = script.unused("barrier");
        let span = script.span(begin, number);
        let edits = script.declare(Edits::new(), &name, &format!("Barrier({all})"));
        let fix = Fix::UseBarrier {
            size: all.into(),
            first: script.line(begin),
            last: script.last_line(number),
        };
        let mut edits = edits.replace(span, format!("{name}.wait();"));
        // The size may be made by a `const` of the text, which has to come first.
        if let Some((_, made)) = script.variables.get(all) {
            let behind = script.outline.statements[*made].span.end;
            edits = Edits::new()
                .insert(behind, format!("\nlet {name} = Barrier({all});"))
                .replace(script.span(begin, number), format!("{name}.wait();"));
        }
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// The statement directly before one of a block, where it takes something.
fn taken_before(script: &Script<'_>, block: &[usize], statement: usize) -> Option<usize> {
    let at = block.iter().position(|one| *one == statement)?;
    let before = *block.get(at.checked_sub(1)?)?;
    let call = script.only_call(before)?;
    (call.method == "acquire").then_some(before)
}

/// An event that is set again before it was cleared is set once: permits are counted.
pub(super) fn permits(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (event, (holds, made)) in &script.variables {
        if *holds != Holds::Event {
            continue;
        }
        let source = script.outline.source(*made);
        let start = script.outline.statements[*made].span.start;
        let Some(at) = source.find("Event(") else {
            continue;
        };
        let value = start + at..start + at + "Event()".len();
        let mut edits = Edits::new().replace(value, "Semaphore(0)");
        let mut lines = Vec::new();
        let mut clears = 0;
        for call in &script.calls {
            let function = script.outline.function_of(call.statement);
            let meanings = script.meanings(function, script.variable(call.receiver));
            if !meanings.contains(event) || call.receiver != root(call.receiver) {
                continue;
            }
            edits = match call.method {
                "set" => edits.replace(call.method_span.clone(), "release"),
                "wait" if call.args.is_empty() => {
                    edits.replace(call.method_span.clone(), "acquire")
                }
                "clear" if script.only_call(call.statement).is_some() => {
                    clears += 1;
                    let span = script.span(call.statement, call.statement);
                    edits.remove(script.text, span)
                }
                _ => continue,
            };
            lines.push(script.outline.line_at(call.method_span.start));
        }
        if clears > 0 {
            let fix = Fix::CountSignals {
                event: (*event).into(),
                lines,
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// `let old = x.load(); ... x.compare_exchange(old, new);` whose answer nobody looks at is tried again until
/// it has succeeded.
pub(super) fn try_again(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let Some(call) = script.only_call(number) else {
            continue;
        };
        if call.method != "compare_exchange" || statement.head == Head::Let {
            continue;
        }
        let statements = &script.outline.blocks[statement.block].statements;
        let looks = |one: &usize| {
            script
                .only_call(*one)
                .is_some_and(|look| look.method == "load" && look.receiver == call.receiver)
        };
        let Some(first) = statements
            .iter()
            .copied()
            .rfind(|one| *one < number && looks(one))
        else {
            continue;
        };
        let (span, start) = (script.span(first, number), statement.span.start);
        let before = &script.text[span.start..start];
        let attempt = &script.text[call.span.clone()];
        let text = format!("loop {{ {before}if {attempt} {{ break; }} }}");
        let fix = Fix::TryAgain {
            call: attempt.into(),
            first: script.line(first),
            last: script.line(number),
        };
        found.push(Candidate::new(fix, Edits::new().replace(span, text)));
    }
    found
}

/// Threads that take turns with one token: each has one of its own and gives the next one's.
pub(super) fn own_tokens(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for function in 1..script.outline.functions.len() {
        let params = &script.outline.functions[function].params;
        let asks = |param: &str, method: &str| {
            script.calls.iter().any(|call| {
                script.outline.function_of(call.statement) == function
                    && call.receiver == param
                    && call.method == method
            })
        };
        let (Some(taken), Some(given)) = (
            params.iter().position(|param| asks(param, "acquire")),
            params
                .iter()
                .position(|param| asks(param, "release") && !asks(param, "acquire")),
        ) else {
            continue;
        };
        let name = script.name_of(function);
        let starts = script.function_calls.iter().filter(|call| {
            matches!(call.name, "spawn" | "Thread")
                && call.args.first().map(|arg| arg.trim()) == name
                && call.args.get(taken + 1).is_some()
                && call.args.get(taken + 1) == call.args.get(given + 1)
        });
        let starts: Vec<_> = starts.collect();
        let Some(token) = starts.first().and_then(|call| call.args.get(taken + 1)) else {
            continue;
        };
        let is_same = starts.iter().all(|call| call.args[taken + 1] == *token);
        let is_semaphore = script.holds(0, token) == Some(Holds::Semaphore);
        if starts.len() < 2 || !is_same || !is_semaphore {
            continue;
        }
        let own = |index: usize| format!("{token}_{}", index % starts.len() + 1);
        let mut edits = Edits::new();
        let mut lines = Vec::new();
        for (index, start) in starts.iter().enumerate() {
            edits = edits
                .replace(start.arg_spans[taken + 1].clone(), own(index))
                .replace(start.arg_spans[given + 1].clone(), own(index + 1));
            lines.push(script.outline.line_at(start.span.start));
        }
        let made: Vec<String> = (0..starts.len())
            .map(|index| {
                let permits = i32::from(index == 0);
                format!("let {} = Semaphore({permits});\n", own(index))
            })
            .collect();
        let at = script.beginning();
        let fix = Fix::OwnTokens {
            token: (*token).into(),
            lines,
        };
        found.push(Candidate::new(fix, edits.insert(at, made.concat())));
    }
    found
}

/// What a task of a pool adds to a variable it gives back as its result, and who has submitted it adds it
/// up: processes share no variable.
pub(super) fn results_back(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for function in 1..script.outline.functions.len() {
        let body = &script.outline.blocks[script.outline.functions[function].body];
        let [only] = body.statements[..] else {
            continue;
        };
        let source = script.outline.source(only).trim_end_matches(';');
        let (Some(name), Some((variable, amount))) =
            (script.name_of(function), source.split_once("+="))
        else {
            continue;
        };
        let (variable, amount) = (variable.trim(), amount.trim());
        if !script.shared_data().contains(&variable) {
            continue;
        }
        let submits = script.calls.iter().filter(|call| {
            call.method == "submit"
                && call.args.first().map(|arg| arg.trim()) == Some(name)
                && script.only_call(call.statement).is_some()
                && script
                    .outline
                    .source(call.statement)
                    .starts_with(call.receiver)
        });
        let submits: Vec<_> = submits.collect();
        let statements: Vec<usize> = submits.iter().map(|call| call.statement).collect();
        let Some((_, first, last)) = script.cover(&statements) else {
            continue;
        };
        let (parts, part) = (script.unused("parts"), script.unused("part"));
        let at = script.outline.statements[first].span.start;
        let behind = script.outline.statements[last].span.end;
        let between = gap(script.text, at);
        let mut edits = Edits::new()
            .replace(script.span(only, only), amount)
            .insert(at, format!("let {parts} = [];{between}"));
        for call in &submits {
            edits = edits
                .insert(call.span.start, format!("{parts}.push("))
                .insert(call.span.end, ")");
        }
        let add = format!("for {part} in {parts} {{ {variable} += {part}.result(); }}");
        let edits = edits.insert(behind, format!("{between}{add}"));
        let fix = Fix::ResultsBack {
            function: name.into(),
            variable: variable.into(),
            lines: submits
                .iter()
                .map(|call| script.line(call.statement))
                .collect(),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::script::changed;
    use super::*;

    #[test]
    fn a_barrier_by_hand_becomes_one() {
        let text = "let n = 0; fn f() { with m { n += 1; if n == 2 { n = 0; g.release(2); } } g.acquire(); } \
                    spawn(f);";
        assert_eq!(
            changed(text, barrier),
            ["let barrier = Barrier(2);\nlet n = 0; fn f() { barrier.wait(); } spawn(f);"]
        );
    }

    #[test]
    fn signals_are_counted() {
        let text = "let e = Event(); fn f() { e.wait(); e.clear(); } spawn(f); e.set();";
        assert_eq!(
            changed(text, permits),
            ["let e = Semaphore(0); fn f() { e.acquire(); } spawn(f); e.release();"]
        );
    }

    #[test]
    fn an_attempt_is_repeated() {
        let text = "fn f() { let o = x.load(); x.compare_exchange(o, o + 1); } spawn(f);";
        assert_eq!(
            changed(text, try_again),
            [
                "fn f() { loop { let o = x.load(); if x.compare_exchange(o, o + 1) { break; } } } spawn(f);"
            ]
        );
    }

    #[test]
    fn each_thread_has_a_token() {
        let text = "let t = Semaphore(1); fn f(a, b) { a.acquire(); b.release(); } spawn(f, t, t); \
                    spawn(f, t, t);";
        assert_eq!(
            changed(text, own_tokens),
            [
                "let t_1 = Semaphore(1);\nlet t_2 = Semaphore(0);\nlet t = Semaphore(1); fn f(a, b) { \
              a.acquire(); b.release(); } spawn(f, t_1, t_2); spawn(f, t_2, t_1);"
            ]
        );
    }

    #[test]
    fn what_a_task_adds_comes_back() {
        let text = "let n = 0; fn f() { n += 1; } p.submit(f); p.submit(f);";
        assert_eq!(
            changed(text, results_back),
            [
                "let n = 0; fn f() { 1 } let parts = []; parts.push(p.submit(f)); parts.push(p.submit(f)); \
              for part in parts { n += part.result(); }"
            ]
        );
    }
}
