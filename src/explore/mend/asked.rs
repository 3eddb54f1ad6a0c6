//! Questions whose answer has to hold until it is used: they are asked with the lock in hand by which the
//! answer is used; and loops that ask a flag whether there is more to take, not what they take from.

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, gap};
use super::regions::with_name;
use super::script::Script;
use crate::language::outline::Head;

/// `if x { with l { ... } }` becomes `with l { if x { ... } }`; a loop asks in its `with l { }`; what comes
/// before `with l { }` and leaves the function by an answer comes into it.
pub(super) fn asked_inside(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let (asking, with) = match (statement.head, &statement.blocks[..]) {
            (Head::If | Head::While, [block]) => {
                let mut inside = script.outline.blocks[*block].statements.iter().copied();
                let is_let = |one: &usize| script.outline.statements[*one].head == Head::Let;
                match inside.find(|one| statement.head == Head::If || !is_let(one)) {
                    Some(with) => (number, with),
                    None => continue,
                }
            }
            (Head::With, [_]) => match before(script, number) {
                Some(asking) => (asking, number),
                None => continue,
            },
            _ => continue,
        };
        if with_name(script, with).is_none() {
            continue;
        }
        let header = script.text[script.outline.header(with)].trim();
        let edits = match statement.head {
            Head::With => taken_first(script, asking, with, with),
            Head::While => asked_each_round(script, asking, with),
            _ => taken_first(script, asking, asking, with),
        };
        let fix = Fix::AskInside {
            lock: header.trim_start_matches("with").trim().into(),
            asked: script.line(asking),
            taken: script.line(with),
        };
        found.extend(edits.map(|edits| Candidate::new(fix, edits)));
    }
    found
}

/// `if x { with l { ... } ... }` becomes `with l { if x { ... } }`, and `if x { return; } with l { ... }` becomes
/// `with l { if x { return; } ... }`: the lock is taken before the question, and held up to statement `last`.
fn taken_first(script: &Script<'_>, asking: usize, last: usize, with: usize) -> Option<Edits> {
    let head = script.text[script.outline.header(with)].trim();
    let opened = script.opened(&[with]);
    script.wrap_changed(Edits::new(), head, (asking, last), &opened)
}

/// `while x { with l { ... } }` becomes `loop { with l { if !x { break; } ... } }`.
fn asked_each_round(script: &Script<'_>, asking: usize, with: usize) -> Option<Edits> {
    let asks = script.outline.header(asking);
    let question = script.text[asks.clone()].strip_prefix("while")?.trim();
    let body = &script.outline.blocks[*script.outline.statements[with].blocks.first()?];
    let first = script.outline.statements[*body.statements.first()?]
        .span
        .start;
    let stop = format!(
        "if {} {{ break; }}{}",
        not(question),
        gap(script.text, first)
    );
    Some(Edits::new().replace(asks, "loop ").insert(first, stop))
}

/// The question directly before a statement by whose answer the function is left: `if x { return; }`.
fn before(script: &Script<'_>, with: usize) -> Option<usize> {
    let (one, _) = script.neighbours().find(|(_, next)| *next == with)?;
    let statement = &script.outline.statements[one];
    let [block] = statement.blocks[..] else {
        return None;
    };
    let [only] = script.outline.blocks[block].statements[..] else {
        return None;
    };
    let leaves = matches!(
        script.outline.statements[only].head,
        Head::Return | Head::Throw
    ) || matches!(
        script.outline.source(only).trim_end_matches(';'),
        "continue" | "break"
    );
    (statement.head == Head::If && leaves).then_some(one)
}

/// What is so where `question` is not.
fn not(question: &str) -> String {
    match question.strip_prefix('!') {
        Some(rest) if is_operand(rest) => rest.into(),
        _ if is_operand(question) => format!("!{question}"),
        _ => format!("!({question})"),
    }
}

/// Whether an operator in front of it takes all of it: a place or a call.
fn is_operand(code: &str) -> bool {
    let is_part =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '(' | ')');
    code.chars().all(is_part)
}

/// The flag of `while !flag { ... }`, with where it is asked.
fn asked_flag<'t>(script: &Script<'t>, number: usize) -> Option<&'t str> {
    let header = script.outline.header(number);
    let flag = script.text[header]
        .strip_prefix("while")?
        .trim()
        .strip_prefix('!')?;
    is_operand(flag).then_some(flag)
}

/// The queue from which the first statement of a loop takes: `let x = q.get();`.
fn taken_from<'t>(script: &Script<'t>, number: usize) -> Option<(usize, &'t str)> {
    let block = *script.outline.statements[number].blocks.first()?;
    let first = *script.outline.blocks[block].statements.first()?;
    let call = script.only_call(first)?;
    (call.method == "get").then_some((first, call.receiver))
}

/// `while !done { ... }` that takes what others put goes on until nothing is left, too.
pub(super) fn drained(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let Some(flag) = asked_flag(script, number) else {
            continue;
        };
        let is_inside = |at: usize| statement.span.contains(&at);
        let takes = script.calls.iter().find_map(|call| {
            let left = match call.method {
                "get" | "get_nowait" => format!("!{}.empty()", call.receiver),
                "pop" | "shift" | "popleft" => format!("{}.len() > 0", call.receiver),
                _ => return None,
            };
            is_inside(call.span.start).then_some(left)
        });
        let Some(left) = takes else {
            continue;
        };
        let edits = Edits::new().replace(
            script.outline.header(number),
            format!("while !{flag} || {left} "),
        );
        let fix = Fix::TakeTheRest {
            left,
            line: script.line(number),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// `while !q.empty() { let x = q.get(); ... }` asks and takes in two steps; `get_nowait` is one.
pub(super) fn taken_at_once(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, _) in script.statements() {
        let Some((first, queue)) = taken_from(script, number) else {
            continue;
        };
        let header = script.outline.header(number);
        let asks = script.text[header.clone()].trim();
        if asks != format!("while !{queue}.empty()") {
            continue;
        }
        let Some(item) = item_of(script, first) else {
            continue;
        };
        let call = format!("{queue}.get_nowait()");
        let between = gap(script.text, script.outline.statements[first].span.start);
        let take = format!("let {item};{between}try {{ {item} = {call}; }} catch {{ break; }}");
        let edits = Edits::new()
            .replace(header, "loop ")
            .replace(script.span(first, first), take);
        let fix = Fix::TakeAtOnce {
            call,
            line: script.line(first),
        };
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// The variable of `let x = q.get();`.
fn item_of<'t>(script: &Script<'t>, statement: usize) -> Option<&'t str> {
    let (item, _) = (script.outline.source(statement).strip_prefix("let ")?).split_once('=')?;
    Some(item.trim())
}

/// A flag that says that no more comes is no use to who waits for more: a mark in the queue itself is.
pub(super) fn marked_end(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, _) in script.statements() {
        let (Some(flag), Some((first, queue))) =
            (asked_flag(script, number), taken_from(script, number))
        else {
            continue;
        };
        let Some(item) = item_of(script, first) else {
            continue;
        };
        let sets = |one: usize| {
            let source = script.outline.source(one).trim_end_matches(';');
            let (place, value) = source.split_once('=')?;
            let is_flag = script.variable(place.trim()) == script.variable(flag);
            (is_flag && value.trim() == "true").then_some(one)
        };
        let Some(set) = script.statements().find_map(|(one, _)| sets(one)) else {
            continue;
        };
        let behind = script.outline.statements[first].span.clone();
        let stop = format!(
            "{}if {item} == () {{ break; }}",
            gap(script.text, behind.start)
        );
        let put = format!("{queue}.put(());");
        let edits = Edits::new()
            .replace(script.outline.header(number), "loop ")
            .insert(behind.end, stop)
            .replace(script.span(set, set), put);
        let fix = Fix::MarkTheEnd {
            queue: queue.into(),
            set: script.line(set),
            line: script.line(number),
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
    fn a_question_is_asked_with_the_lock_in_hand() {
        assert_eq!(
            changed(
                "let a = 1; fn f() { if a > 0 { with l { a -= 1; } } } spawn(f);",
                asked_inside
            ),
            ["let a = 1; fn f() { with l { if a > 0 { a -= 1; } } } spawn(f);"]
        );
        assert_eq!(
            changed(
                "fn f() {\n    if a > 0 {\n        with l {\n            a -= 1;\n        }\n        return 1;\n    }\n}\nspawn(f);",
                asked_inside
            ),
            [
                "fn f() {\n    with l {\n        if a > 0 {\n            a -= 1;\n            return 1;\n        }\n    }\n}\nspawn(f);"
            ]
        );
        assert_eq!(
            changed(
                "fn f() { while a.len() > 0 { let x; with l { x = a.pop(); } } } spawn(f);",
                asked_inside
            ),
            [
                "fn f() { loop { let x; with l { if !(a.len() > 0) { break; } x = a.pop(); } } } spawn(f);"
            ]
        );
        assert_eq!(
            changed(
                "fn f() {\n    if a < 1 { return; }\n    with l {\n        a -= 1;\n    }\n}\nspawn(f);",
                asked_inside
            ),
            [
                "fn f() {\n    with l {\n        if a < 1 { return; }\n        a -= 1;\n    }\n}\nspawn(f);"
            ]
        );
    }

    #[test]
    fn what_is_left_is_taken_too() {
        let text = "fn f() { while !stop { if !q.empty() { q.get(); } } } spawn(f);";
        assert_eq!(
            changed(text, drained),
            ["fn f() { while !stop || !q.empty() { if !q.empty() { q.get(); } } } spawn(f);"]
        );
    }

    #[test]
    fn what_was_asked_for_is_taken_in_one_step() {
        let text = "fn f() { while !q.empty() { let x = q.get(); print(x); } } spawn(f);";
        assert_eq!(
            changed(text, taken_at_once),
            [
                "fn f() { loop { let x; try { x = q.get_nowait(); } catch { break; } print(x); } } spawn(f);"
            ]
        );
    }

    #[test]
    fn the_end_is_marked_in_the_queue() {
        let text = "fn f() { while !done { let x = q.get(); print(x); } } spawn(f); q.put(1); done = true;";
        assert_eq!(
            changed(text, marked_end),
            [
                "fn f() { loop { let x = q.get(); if x == () { break; } print(x); } } spawn(f); q.put(1); q.put(());"
            ]
        );
    }
}
