//! What has to be done once for each: `task_done` for each item, a wait for each signal; and what a thread
//! has to leave out, so that others go on: a join, or what it holds while it waits for something else.

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::script::{Holds, Script};
use crate::language::outline::{Call, Head};

/// `for ... { ... } x.release();` gives what the loop should give in each of its rounds.
pub(super) fn each_round(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (one, next) in script.neighbours() {
        let around = &script.outline.statements[one];
        let is_loop = matches!(around.head, Head::For | Head::While | Head::Loop);
        let Some(call) = script
            .only_call(next)
            .filter(|call| is_loop && matches!(call.method, "release" | "notify" | "count_down"))
        else {
            continue;
        };
        let block = around
            .blocks
            .last()
            .map(|block| &script.outline.blocks[*block]);
        let Some(last) = block.and_then(|block| block.statements.last()) else {
            continue;
        };
        let source = script.outline.source(next).trim_end_matches(';');
        let edits = script
            .append(*last, source)
            .remove(script.text, script.span(next, next));
        let fix = Fix::EachRound {
            call: script.text[call.span.clone()].into(),
            line: script.line(next),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// `if c { queue.task_done(); }` is done in the other case, too; before a `continue` that leaves it out; and
/// at the end of a loop that never does it.
pub(super) fn task_done(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut add = |call: &str, statement: usize, edits: Edits| {
        let fix = Fix::AddCall {
            call: call.into(),
            line: script.line(statement),
        };
        found.push(Candidate::new(fix, edits));
    };
    let is_queue =
        |call: &Call<'_>, function| script.holds(function, call.receiver) == Some(Holds::Queue);
    for get in script.calls.iter().filter(|call| call.method == "get") {
        let function = script.outline.function_of(get.statement);
        let path = script.outline.path(get.statement);
        let is_loop = |step: &usize| {
            matches!(
                script.outline.statements[*step].head,
                Head::Loop | Head::While | Head::For
            )
        };
        let Some(around) = path.iter().copied().find(is_loop) else {
            continue;
        };
        if !is_queue(get, function) {
            continue;
        }
        let done = format!("{}.task_done()", get.receiver);
        let dones: Vec<&Call<'_>> = (script.calls.iter())
            .filter(|call| {
                call.method == "task_done"
                    && call.receiver == get.receiver
                    && script.outline.function_of(call.statement) == function
            })
            .collect();
        let Some(block) = script.outline.statements[around].blocks.last() else {
            continue;
        };
        let block = &script.outline.blocks[*block];
        if dones.is_empty() {
            if let Some(last) = block.statements.last().copied() {
                add(&done, last, script.append(last, &done));
            }
            continue;
        }
        for call in dones {
            let path = script.outline.path(call.statement);
            let only = path.iter().copied().find(|step| {
                let statement = &script.outline.statements[*step];
                statement.head == Head::If && statement.blocks.len() == 1
            });
            if let Some(only) = only {
                let end = script.outline.statements[only].span.end;
                let text = format!(" else {{ {done}; }}");
                add(&done, only, Edits::new().insert(end, text));
            }
        }
        for (number, statement) in script.statements() {
            let is_left = script.outline.source(number).trim_end_matches(';') == "continue";
            if is_left && block.span.contains(&statement.span.start) {
                let at = statement.span.start;
                let text = format!("{done};{}", gap(script.text, at));
                add(&done, number, Edits::new().insert(at, text));
            }
        }
    }
    found
}

/// `full.acquire();` once, where several threads do `full.release();` once each, is done once for each.
pub(super) fn wait_for_each(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, _) in script.statements() {
        let Some(wait) = script.only_call(number) else {
            continue;
        };
        let gives = match wait.method {
            "acquire" => "release",
            "get" => "put",
            "receive" => "send",
            _ => continue,
        };
        let function = script.outline.function_of(number);
        let path = script.outline.path(number);
        let is_repeated = path.iter().any(|step| {
            matches!(
                script.outline.statements[*step].head,
                Head::Loop | Head::While | Head::For
            )
        });
        let is_statement = script.outline.source(number).starts_with(wait.receiver);
        if is_repeated || !is_statement || !wait.args.is_empty() {
            continue;
        }
        let meant = script.meanings(function, script.variable(wait.receiver));
        let of_giver = |giver: usize| {
            giver != function
                && script.calls.iter().any(|call| {
                    call.method == gives
                        && script.outline.function_of(call.statement) == giver
                        && (script
                            .meanings(giver, script.variable(call.receiver))
                            .iter())
                        .any(|name| meant.contains(name))
                })
        };
        let times = (script.entries.iter().copied())
            .filter(|entry| of_giver(*entry))
            .map(|entry| starts_of(script, entry))
            .sum::<usize>();
        if times < 2 {
            continue;
        }
        let one = script.unused("i");
        let call = &script.text[wait.span.clone()];
        let text = format!("for {one} in 0..{times} {{ {call}; }}");
        let fix = Fix::WaitForEach {
            call: call.into(),
            times,
            line: script.line(number),
        };
        let edits = Edits::new().replace(script.span(number, number), text);
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// How many threads of a function the top level starts, as far as it says so: in a loop with numbers, too.
fn starts_of(script: &Script<'_>, function: usize) -> usize {
    let name = script.name_of(function);
    let starts = script.starts().filter(|(_, call)| {
        name.is_some() && call.args.first().map(|arg| arg.trim()) == name
            || script.outline.functions[function].statement == Some(call.statement)
    });
    starts
        .map(|(statement, _)| {
            let path = script.outline.path(statement);
            let rounds = path.iter().filter_map(|step| {
                let header = script.text[script.outline.header(*step)].trim();
                let (_, range) = header.strip_prefix("for ")?.split_once(" in ")?;
                let (from, to) = range.trim().split_once("..")?;
                let from = from.trim().parse::<usize>().ok()?;
                let rounds = match to.strip_prefix('=') {
                    Some(to) => to.trim().parse::<usize>().ok()? + 1,
                    None => to.trim().parse::<usize>().ok()?,
                };
                rounds.checked_sub(from)
            });
            rounds.product::<usize>()
        })
        .sum()
}

/// Threads that wait for each other's end: one of them does not.
pub(super) fn without_join(script: &Script<'_>) -> Vec<Candidate> {
    let joins = script.statements().filter_map(|(number, _)| {
        let call = script.only_call(number)?;
        let is_inside = script.outline.function_of(number) > 0;
        let is_statement = script.outline.source(number).starts_with(call.receiver);
        (is_inside && is_statement && call.method == "join").then_some((number, call))
    });
    joins
        .map(|(number, call)| {
            let fix = Fix::LeaveOut {
                call: script.text[call.span.clone()].into(),
                line: script.line(number),
            };
            let edits = Edits::new().remove(script.text, script.span(number, number));
            Candidate::new(fix, edits)
        })
        .collect()
}

/// `if !b.acquire(false) { b.acquire(); }` with `a` in hand: who does not get the other one gives the first
/// one back, and goes without.
pub(super) fn give_up(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, _) in script.statements() {
        let Some(wait) = script.only_call(number).filter(|call| {
            call.method == "acquire" && (call.args.is_empty() || call.args[0].trim() == "true")
        }) else {
            continue;
        };
        let function = script.outline.function_of(number);
        let tried = format!("{}.acquire(false)", wait.receiver);
        let path = script.outline.path(number);
        let is_tried = path.iter().any(|step| {
            script.outline.statements[*step].head == Head::If
                && script.text[script.outline.header(*step)].contains(&tried)
        });
        let start = script.outline.statements[number].span.start;
        let mut held = script.calls.iter().rev().filter(|call| {
            script.outline.function_of(call.statement) == function
                && call.method == "acquire"
                && call.receiver != wait.receiver
                && call.span.end < start
        });
        let (true, Some(held)) = (is_tried, held.next()) else {
            continue;
        };
        let text = format!("{}.release(); return;", held.receiver);
        let fix = Fix::GiveUp {
            held: held.receiver.into(),
            wanted: wait.receiver.into(),
            line: script.line(number),
        };
        let edits = Edits::new().replace(script.span(number, number), text);
        found.push(Candidate::new(fix, edits));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::script::changed;
    use super::*;

    #[test]
    fn what_each_round_needs_is_given_in_each() {
        let text = "fn f() { for i in 0..3 { items.push(i); } there.release(); } spawn(f);";
        assert_eq!(
            changed(text, each_round),
            ["fn f() { for i in 0..3 { items.push(i); there.release(); } } spawn(f);"]
        );
    }

    #[test]
    fn an_item_is_worked_off_in_each_case() {
        let text = "let q = Queue(); fn f() { loop { let x = q.get(); if x > 1 { q.task_done(); } } } spawn(f);";
        assert_eq!(
            changed(text, task_done),
            [
                "let q = Queue(); fn f() { loop { let x = q.get(); if x > 1 { q.task_done(); } else { \
              q.task_done(); } } } spawn(f);"
            ]
        );
        let text = "let q = Queue(); fn f() { loop { let x = q.get(); work(x); } } spawn(f);";
        assert_eq!(
            changed(text, task_done),
            [
                "let q = Queue(); fn f() { loop { let x = q.get(); work(x); q.task_done(); } } spawn(f);"
            ]
        );
    }

    #[test]
    fn each_signal_is_waited_for() {
        let text = "let s = Semaphore(0); fn f() { s.release(); } fn g() { s.acquire(); } for i in 0..3 { \
                    spawn(f); } spawn(g);";
        assert_eq!(
            changed(text, wait_for_each),
            [
                "let s = Semaphore(0); fn f() { s.release(); } fn g() { for i_2 in 0..3 { s.acquire(); } } for \
              i in 0..3 { spawn(f); } spawn(g);"
            ]
        );
    }

    #[test]
    fn a_thread_of_a_circle_does_not_wait() {
        let text = "fn f() { go.wait(); t[1].join(); } spawn(f);";
        assert_eq!(
            changed(text, without_join),
            ["fn f() { go.wait(); } spawn(f);"]
        );
    }

    #[test]
    fn who_does_not_get_the_other_gives_the_first_back() {
        let text =
            "fn f() { a.acquire(); if !b.acquire(false) { b.acquire(); } work(); } spawn(f);";
        assert_eq!(
            changed(text, give_up),
            [
                "fn f() { a.acquire(); if !b.acquire(false) { a.release(); return; } work(); } spawn(f);"
            ]
        );
    }
}
