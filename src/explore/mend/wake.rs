//! Wake-ups that are lost or go to the wrong thread.

use std::collections::BTreeSet;

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::regions::with_name;
use super::script::{Holds, Script};
use crate::language::outline::Head;

/// `notify()` becomes `notify_all()`: for one condition, and for all.
pub(super) fn notify_all(script: &Script<'_>) -> Vec<Candidate> {
    let calls: Vec<_> = (script.calls.iter())
        .filter(|call| call.method == "notify" && call.args.len() <= 1)
        .collect();
    let names: BTreeSet<&str> = calls.iter().map(|call| call.receiver).collect();
    let mut sets: Vec<Vec<&str>> = names.iter().map(|name| vec![*name]).collect();
    if names.len() > 1 {
        sets.push(names.into_iter().collect());
    }
    let with = |set: Vec<&str>| {
        let mut edits = Edits::new();
        let mut lines = Vec::new();
        for call in calls.iter().filter(|call| set.contains(&call.receiver)) {
            edits = edits.replace(call.method_span.start..call.span.end, "notify_all()");
            lines.push(script.outline.line_at(call.method_span.start));
        }
        let conditions = set.iter().map(ToString::to_string).collect();
        Candidate::new(Fix::NotifyAll { conditions, lines }, edits)
    };
    sets.into_iter().map(with).collect()
}

/// `with c { n += 1; }` changes what threads wait for at the condition `c`, and tells nobody.
pub(super) fn notified(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let (Some(condition), [block]) = (with_name(script, number), &statement.blocks[..]) else {
            continue;
        };
        let function = script.outline.function_of(number);
        let block = &script.outline.blocks[*block];
        let tells = script.calls.iter().any(|call| {
            block.span.contains(&call.span.start)
                && script.variable(call.receiver) == condition
                && call.method != "release"
        });
        let Some(last) = block.statements.last().copied() else {
            continue;
        };
        if script.holds(function, condition) != Some(Holds::Condition) || tells {
            continue;
        }
        let call = format!("{}.notify_all()", script.written(condition));
        let edits = script.append(last, &call);
        let fix = Fix::AddCall {
            call,
            line: script.last_line(last),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// `if` becomes `while` where threads wait inside: each alone, and all.
pub(super) fn look_again(script: &Script<'_>) -> Vec<Candidate> {
    let mut singles = Vec::new();
    for (number, statement) in script.statements() {
        let is_plain = statement.head == Head::If && statement.blocks.len() == 1;
        let waits = |block: &usize| {
            let inside = &script.outline.blocks[*block].span;
            (script.calls.iter()).any(|call| {
                inside.contains(&call.span.start)
                    && matches!(call.method, "wait" | "acquire" | "get" | "receive")
            })
        };
        if is_plain && statement.blocks.iter().any(waits) {
            let at = statement.span.start;
            singles.push((number, Edits::new().replace(at..at + 2, "while")));
        }
    }
    let mut found: Vec<Candidate> = singles
        .iter()
        .map(|(number, edits)| {
            let lines = vec![script.line(*number)];
            Candidate::new(Fix::LookAgain { lines }, edits.clone())
        })
        .collect();
    if singles.len() > 1 {
        let edits = singles
            .iter()
            .fold(Edits::new(), |all, (_, edits)| all.and(edits));
        let lines = singles
            .iter()
            .map(|(number, _)| script.line(*number))
            .collect();
        found.push(Candidate::new(Fix::LookAgain { lines }, edits));
    }
    found
}

/// Both together: waiters look again, and all of them are woken.
pub(super) fn look_again_and_notify_all(script: &Script<'_>) -> Vec<Candidate> {
    let (look, all) = (look_again(script), notify_all(script));
    match (look.last(), all.last()) {
        (Some(look), Some(all)) => {
            let Fix::NotifyAll { conditions, lines } = &all.fix else {
                return Vec::new();
            };
            let Fix::LookAgain { lines: again } = &look.fix else {
                return Vec::new();
            };
            let mut lines = [&lines[..], &again[..]].concat();
            lines.sort_unstable();
            let conditions = conditions.clone();
            let edits = look.edits.clone().and(&all.edits);
            vec![Candidate::new(Fix::NotifyAll { conditions, lines }, edits)]
        }
        _ => Vec::new(),
    }
}

/// `if c { with l { l.wait(); } }` asks without the lock: it becomes `with l { while c { l.wait(); } }`, and
/// what is set right before `with l { l.notify(); }` is set with the lock held.
pub(super) fn look_under_lock(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let set_inside = set_under_lock(script);
    for (number, statement) in script.statements() {
        if !matches!(statement.head, Head::If | Head::While) || statement.blocks.len() != 1 {
            continue;
        }
        let [inner] = script.outline.blocks[statement.blocks[0]].statements[..] else {
            continue;
        };
        let of_inner = &script.outline.statements[inner];
        if of_inner.head != Head::With || of_inner.blocks.len() != 1 {
            continue;
        }
        let with = script.text[script.outline.header(inner)].trim();
        let header = script.outline.header(number);
        let question = script.text[header]
            .trim_start_matches("if")
            .trim_start_matches("while")
            .trim();
        let body = script.outline.blocks[of_inner.blocks[0]].span.clone();
        let text = format!("{with} {{ while {question} {{{}}} }}", &script.text[body]);
        let edits = Edits::new().replace(statement.span.clone(), text);
        let fix = Fix::LookUnderLock {
            lock: with.trim_start_matches("with").trim().into(),
            line: script.line(number),
        };
        found.push(Candidate::new(fix.clone(), edits.clone()));
        if !set_inside.is_empty() {
            found.push(Candidate::new(fix, edits.and(&set_inside)));
        }
    }
    if !set_inside.is_empty() {
        for (one, next) in script.neighbours() {
            if let Some(edits) = set_one(script, one, next) {
                let with = script.text[script.outline.header(next)].trim();
                let fix = Fix::LookUnderLock {
                    lock: with.trim_start_matches("with").trim().into(),
                    line: script.line(one),
                };
                found.push(Candidate::new(fix, edits));
            }
        }
    }
    found
}

fn set_under_lock(script: &Script<'_>) -> Edits {
    let each = script
        .neighbours()
        .filter_map(|(one, next)| set_one(script, one, next));
    each.fold(Edits::new(), |all, edits| all.and(&edits))
}

/// `x = 1; with l { l.notify(); }` becomes `with l { x = 1; l.notify(); }`.
fn set_one(script: &Script<'_>, one: usize, next: usize) -> Option<Edits> {
    let source = script.outline.source(one);
    let with = &script.outline.statements[next];
    let is_set = script.outline.statements[one].head == Head::Expression && source.contains('=');
    if !is_set || with.head != Head::With {
        return None;
    }
    let first = script.outline.blocks[*with.blocks.first()?]
        .statements
        .first()?;
    let notifies = script.calls.iter().any(|call| {
        with.span.contains(&call.span.start) && matches!(call.method, "notify" | "notify_all")
    });
    let at = script.outline.statements[*first].span.start;
    notifies.then(|| Edits::new().move_before(script.text, script.span(one, one), at))
}

/// Calls of asyncio that are not awaited are.
pub(super) fn awaited(script: &Script<'_>) -> Vec<Candidate> {
    if !script.text.contains("asyncio") {
        return Vec::new();
    }
    let calls = script.calls.iter().filter(|call| {
        let statement = &script.outline.statements[call.statement];
        statement.span.start == call.span.start && script.outline.function_of(call.statement) > 0
    });
    calls
        .map(|call| {
            let fix = Fix::Await {
                call: script.text[call.span.clone()].into(),
                line: script.line(call.statement),
            };
            Candidate::new(fix, Edits::new().insert(call.span.start, "await "))
        })
        .collect()
}

/// A variable remembers what a condition forgets: who comes late does not wait.
pub(super) fn remember(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let conditions: Vec<&str> = (script.variables.iter())
        .filter(|(_, (holds, _))| *holds == Holds::Condition)
        .map(|(name, _)| *name)
        .collect();
    for condition in conditions {
        let flag = script.unused("happened");
        let mut edits = Edits::new();
        let mut lines = Vec::new();
        let (mut waits, mut notifies) = (0, 0);
        for call in &script.calls {
            let function = script.outline.function_of(call.statement);
            if !script
                .meanings(function, script.variable(call.receiver))
                .contains(condition)
            {
                continue;
            }
            let path = script.outline.path(call.statement);
            let is_conditional = path.iter().any(|step| {
                matches!(
                    script.outline.statements[*step].head,
                    Head::While | Head::If
                )
            });
            let source = &script.text[call.span.clone()];
            match call.method {
                "wait" if !is_conditional && call.args.is_empty() => {
                    waits += 1;
                    let end = script.outline.statements[call.statement].span.end;
                    let span = call.span.start..end;
                    edits = edits.replace(span, format!("while !{flag} {{ {source}; }}"));
                }
                "notify" | "notify_all" => {
                    notifies += 1;
                    let at = call.span.start;
                    edits = edits.insert(at, format!("{flag} = true;{}", gap(script.text, at)));
                }
                _ => continue,
            }
            lines.push(script.outline.line_at(call.span.start));
        }
        if waits > 0 && notifies > 0 {
            let edits = script.declare(edits, &flag, "false");
            let fix = Fix::Remember {
                condition: condition.into(),
                lines,
            };
            found.push(Candidate::new(fix, edits));
        }
    }
    found
}

/// `event.clear();` behind the start of a thread that may set it comes before it.
pub(super) fn cleared_first(script: &Script<'_>) -> Vec<Candidate> {
    let first = script.first_start();
    let Some(first) = first.and_then(|first| script.outline.path(first).last().copied()) else {
        return Vec::new();
    };
    let clears = script.outline.blocks[0].statements.iter().copied();
    let clears = clears
        .filter(|statement| *statement > first)
        .filter(|statement| {
            let call = script.only_call(*statement);
            let call = call.filter(|call| call.method == "clear");
            call.is_some_and(|call| {
                let is_used = script.calls.iter().any(|other| {
                    other.receiver == call.receiver
                        && matches!(other.method, "set" | "wait")
                        && script.outline.function_of(other.statement) == 0
                        && other.statement < *statement
                });
                script.holds(0, call.receiver) == Some(Holds::Event) && !is_used
            })
        });
    clears
        .map(|statement| {
            let span = script.span(statement, statement);
            let to = script.outline.statements[first].span.start;
            let fix = Fix::BeforeStart {
                what: script
                    .outline
                    .source(statement)
                    .trim_end_matches(';')
                    .into(),
                line: script.line(first),
            };
            Candidate::new(fix, Edits::new().move_before(script.text, span, to))
        })
        .collect()
}

/// An event is not cleared.
pub(super) fn stay_set(script: &Script<'_>) -> Vec<Candidate> {
    let clears = script.calls.iter().filter(|call| {
        let function = script.outline.function_of(call.statement);
        call.method == "clear" && script.holds(function, call.receiver) == Some(Holds::Event)
    });
    clears
        .map(|call| {
            let statement = call.statement;
            let edits = Edits::new().remove(script.text, script.span(statement, statement));
            let fix = Fix::StaySet {
                event: call.receiver.into(),
                line: script.line(statement),
            };
            Candidate::new(fix, edits)
        })
        .collect()
}

/// `if flag { items.pop() }`: asks whether there is an item.
pub(super) fn ask_the_thing(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for call in &script.calls {
        if !matches!(call.method, "pop" | "shift" | "remove") {
            continue;
        }
        let path = script.outline.path(call.statement);
        let Some(asking) =
            (path.iter().copied()).find(|step| script.outline.statements[*step].head == Head::If)
        else {
            continue;
        };
        let header = script.outline.header(asking);
        let question = script.text[header.start + 2..header.end].trim();
        let asked = format!("{}.len() > 0", call.receiver);
        if question.contains(&asked) {
            continue;
        }
        let edits = Edits::new().replace(header, format!("if {asked} "));
        let fix = Fix::AskTheThing {
            question: asked,
            line: script.line(asking),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}
