//! What has to be done on the way out by an error, too: to give what others wait for, and to take back
//! what was begun.

use super::candidate::{Candidate, Fix};
use super::edit::{Edits, block_of, gap, indent};
use super::script::Script;
use crate::language::outline::{Call, Head};

/// `work(); ready.set();` becomes `try { work(); } finally { ready.set(); }`: who waits for it goes on,
/// whatever becomes of the work.
pub(super) fn give_always(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let Some(call) = script.only_call(number).filter(|call| is_gift(call)) else {
            continue;
        };
        let statements = &script.outline.blocks[statement.block].statements;
        let before = statements.iter().copied().filter(|one| *one < number);
        // What is made there is used behind it, and what gives before needs no other way out.
        let is_work = |one: &usize| {
            script.outline.statements[*one].head != Head::Let
                && script.only_call(*one).is_none_or(|call| !is_gift(call))
        };
        let before: Vec<usize> = before.collect();
        let work = before.iter().rev().take_while(|one| is_work(one));
        let Some(first) = work.last().copied() else {
            continue;
        };
        let last = before.last().copied().unwrap_or(first);
        let give = &script.text[call.span.clone()];
        let span = script.span(first, last);
        let set_in = indent(script.text, span.start);
        let tried = block_of("try", &script.text[span], set_in);
        let between = gap(script.text, script.outline.statements[first].span.start);
        let finally = match tried.contains('\n') {
            true => format!(" finally {{{between}    {give};{between}}}"),
            false => format!(" finally {{ {give}; }}"),
        };
        let fix = Fix::GiveAlways {
            call: give.into(),
            first: script.line(first),
            last: script.line(number),
        };
        let edits = Edits::new().replace(script.span(first, number), tried + finally.as_str());
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// Whether others may wait for what a call does.
fn is_gift(call: &Call<'_>) -> bool {
    matches!(
        call.method,
        "set" | "close" | "put" | "send" | "release" | "count_down" | "notify_all" | "task_done"
    )
}

/// `x -= 5; await ...; y += 5;`: who is cancelled between the two takes the first one back.
pub(super) fn take_back(script: &Script<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (number, statement) in script.statements() {
        let source = script.outline.source(number);
        if !source.starts_with("await ") {
            continue;
        }
        let statements = &script.outline.blocks[statement.block].statements;
        let begun = statements.iter().copied().filter(|one| *one < number);
        let Some((begun, undo)) = begun
            .rev()
            .find_map(|one| Some((one, inverse(script.outline.source(one))?)))
        else {
            continue;
        };
        let start = statement.span.start;
        let gap = gap(script.text, start);
        let inner = match gap.starts_with('\n') {
            true => format!("{gap}    "),
            false => gap.clone(),
        };
        let end = if source.ends_with(';') { "" } else { ";" };
        let text =
            format!("try {{{inner}{source}{end}{gap}}} catch {{{inner}{undo};{inner}throw;{gap}}}");
        let fix = Fix::TakeBack {
            undo,
            begun: script.line(begun),
            wait: script.line(number),
        };
        let edits = Edits::new().replace(statement.span.clone(), text);
        found.push(Candidate::new(fix, edits));
    }
    found
}

/// What takes a change back: `x += 5` for `x -= 5`.
fn inverse(source: &str) -> Option<String> {
    let source = source.trim_end_matches(';').trim_end();
    [("+=", "-="), ("-=", "+=")]
        .iter()
        .find_map(|(done, undone)| {
            let (place, amount) = source.split_once(done)?;
            let is_place = place
                .trim()
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'));
            is_place.then(|| format!("{} {undone} {}", place.trim(), amount.trim()))
        })
}

#[cfg(test)]
mod tests {
    use super::super::script::changed;
    use super::*;

    #[test]
    fn what_others_wait_for_is_given_on_every_way_out() {
        let text = "fn f() { let x = 1; work(x); e.set(); } spawn(f);";
        assert_eq!(
            changed(text, give_always),
            ["fn f() { let x = 1; try { work(x); } finally { e.set(); } } spawn(f);"]
        );
        assert!(changed("fn f() { let x = 1; e.set(); } spawn(f);", give_always).is_empty());
    }

    #[test]
    fn what_was_begun_is_taken_back() {
        let text = "fn f() {\n    a[0] -= 5;\n    await g();\n    b += 5;\n}\nspawn(f);";
        assert_eq!(
            changed(text, take_back),
            [
                "fn f() {\n    a[0] -= 5;\n    try {\n        await g();\n    } catch {\n        \
              a[0] += 5;\n        throw;\n    }\n    b += 5;\n}\nspawn(f);"
            ]
        );
    }
}
