//! Which program an answer is that was typed in several inputs.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::front::repl::keep::{Past, script};
use crate::language::outline::{Head, Outline, Piece};

/// `4`, or `4-6`.
pub(super) fn range(text: &str) -> Option<RangeInclusive<usize>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(first.trim().parse().ok()?..=last.trim().parse().ok()?)
}

/// Of what was typed, what belongs to the answer. What was typed anew later is left out, and so is what could
/// not run, or failed and made nothing. Behind a check, which came after so many inputs (`checked`), an answer
/// begins anew: of what was typed before, functions stay, and variables that the rest, or the code `around` the
/// answer, mentions. Where trials follow the answer, what makes nothing has only tried it.
pub(super) fn latest<'p>(
    typed: &'p [Past],
    checked: usize,
    around: &str,
    is_tried: bool,
) -> Vec<&'p Past> {
    let is_answer = |past: &Past| !is_tried || !made(&past.text).names.is_empty();
    let programs = || {
        let all = typed.iter().enumerate();
        all.filter(move |(_, past)| past.has_run && is_answer(past))
    };
    if programs().next().is_none() {
        // What is wrong with it is for the check to say.
        return typed
            .last()
            .filter(|past| !past.has_run || is_answer(past))
            .into_iter()
            .collect();
    }
    let is_new = |index: usize| index >= checked;
    let has_begun_anew = programs().any(|(index, _)| is_new(index));
    let mut kept: Vec<&Past> = Vec::new();
    let mut made_later: BTreeSet<String> = BTreeSet::new();
    for (index, past) in programs().rev() {
        let Made {
            names,
            has_function,
        } = made(&past.text);
        let is_replaced = !names.is_empty() && names.is_subset(&made_later);
        let is_slip = !past.has_ended && names.is_empty() && !kept.is_empty();
        let is_needed = || {
            let texts = kept.iter().map(|past| &*past.text).chain([around]);
            let outlines: Vec<Outline<'_>> = texts.map(Outline::of).collect();
            let mut names = names.iter();
            names.any(|name| outlines.iter().any(|outline| outline.names(name)))
        };
        let is_over = has_begun_anew && !is_new(index) && !has_function && !is_needed();
        if !is_replaced && !is_slip && !is_over {
            made_later.extend(names);
            kept.push(past);
        }
    }
    kept.reverse();
    kept
}

/// What an exercise begins with, cut into its functions and variables; what only does something is left out.
fn beginning(starter: &str) -> Vec<Past> {
    let outline = Outline::of(starter);
    let top = outline
        .blocks
        .first()
        .map_or(&[][..], |top| &top.statements);
    let makers = top
        .iter()
        .filter(|number| matches!(outline.statements[**number].head, Head::Let | Head::Fn));
    let pieces = makers.map(|number| Past {
        name: String::new(),
        text: outline.source(*number).trim_end().to_string(),
        has_run: true,
        has_ended: true,
        is_undone: false,
    });
    pieces.collect()
}

/// What of the beginning of an exercise still belongs to an answer: what the answer does not make anew, where it,
/// or the code `around` it, mentions that. Who changes one function need not type the others.
pub(super) fn still_there(starter: &str, typed: &[&Past], around: &str) -> Vec<Past> {
    let made_anew: BTreeSet<String> = (typed.iter())
        .flat_map(|past| made(&past.text).names)
        .collect();
    let pieces = beginning(starter).into_iter().map(|past| {
        let names = made(&past.text).names;
        (past, names)
    });
    let mut left: Vec<(Past, BTreeSet<String>)> = pieces
        .filter(|(_, names)| !names.is_empty() && names.is_disjoint(&made_anew))
        .collect();
    let mut needed: Vec<bool> = vec![false; left.len()];
    let mut texts: Vec<String> = typed.iter().map(|past| past.text.clone()).collect();
    texts.push(around.to_string());
    while let Some(text) = texts.pop() {
        let outline = Outline::of(&text);
        for (is_needed, (past, names)) in needed.iter_mut().zip(&left) {
            if !*is_needed && names.iter().any(|name| outline.names(name)) {
                *is_needed = true;
                texts.push(past.text.clone());
            }
        }
    }
    let mut needed = needed.into_iter();
    left.retain(|_| needed.next() == Some(true));
    left.into_iter().map(|(past, _)| past).collect()
}

/// What of the beginning of an exercise can be tried at the prompt: its functions, and its variables where none of
/// them starts anything.
pub(super) fn to_try(starter: &str) -> String {
    let pieces = beginning(starter);
    let starts = |past: &Past| {
        let outline = Outline::of(&past.text);
        let starters = ["spawn", "Thread", "Timer", "start", "submit", "run", "pool"];
        !past.text.starts_with("fn ") && starters.iter().any(|name| outline.names(name))
    };
    let kept = pieces.iter().filter(|past| !starts(past));
    let texts: Vec<&str> = kept.map(|past| &*past.text).collect();
    texts.join("\n")
}

/// Inputs as one program, and how many they are.
pub(super) fn joined(typed: &[&Past]) -> (String, usize) {
    if let [only] = typed {
        return (only.text.clone(), 1);
    }
    let ended: Vec<Past> = typed
        .iter()
        .map(|past| Past {
            name: past.name.clone(),
            text: past.text.clone(),
            has_run: true,
            // How it ended is for the check to say.
            has_ended: true,
            is_undone: false,
        })
        .collect();
    (script(&ended), typed.len())
}

/// What a text makes at its top level.
struct Made {
    /// Of variables and functions.
    names: BTreeSet<String>,
    has_function: bool,
}

fn made(text: &str) -> Made {
    let outline = Outline::of(text);
    let top = outline
        .blocks
        .first()
        .map_or(&[][..], |top| &top.statements);
    let head = |number: &usize| outline.statements[*number].head;
    let makers = top
        .iter()
        .filter(|number| matches!(head(number), Head::Let | Head::Fn));
    let names = makers.filter_map(|number| {
        outline.pieces(*number).find_map(|piece| match piece {
            Piece::Name(name) => Some(name.to_string()),
            Piece::Keyword(_) | Piece::Literal | Piece::Symbol(_) => None,
        })
    });
    Made {
        names: names.collect(),
        has_function: top.iter().any(|number| head(number) == Head::Fn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(text: &str) -> Past {
        Past {
            name: "input".into(),
            text: text.into(),
            has_run: true,
            has_ended: true,
            is_undone: false,
        }
    }

    fn check(typed: &[&str], checked: usize, expected: &[&str]) {
        check_where(false, typed, checked, expected);
    }

    fn check_where(is_tried: bool, typed: &[&str], checked: usize, expected: &[&str]) {
        let typed: Vec<Past> = typed.iter().map(|text| past(text)).collect();
        let kept = latest(&typed, checked, "print(total);", is_tried);
        let kept: Vec<&str> = kept.iter().map(|past| &*past.text).collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn behind_a_check_an_answer_begins_anew() {
        let first = ["let tea = spawn(boil)", "let egg = spawn(boil)", "serve()"];
        check(&first, 0, &first);
        check(&first, 3, &first);
        let anew = [&first[..], &["let a = spawn(boil)", "a.join()", "serve()"]].concat();
        check(&anew, 3, &anew[3..]);
        // What goes on with something keeps it.
        let on = [&first[..], &["tea.join()", "serve()"]].concat();
        check(&on, 3, &[on[0], on[3], on[4]]);
    }

    #[test]
    fn what_is_tried_is_no_part_of_the_answer() {
        let typed = ["let lock = Lock()", "fn add() { }", "add()", "print(lock)"];
        check_where(true, &typed, 0, &typed[..2]);
        check_where(false, &typed, 0, &typed);
        check_where(true, &["add()"], 0, &[]);
    }

    #[test]
    fn who_changes_one_function_need_not_type_the_others() {
        let starter = "let shelf = [];\nlet spare = 1;\nfn bake(x) {\n    shelf.push(x);\n}\n\
            fn look() { shelf.len() }\nfn buy() { if look() == 0 { } shelf.remove(0) }\nbake(1);\n";
        let there = |typed: &str| {
            let typed = past(typed);
            let there = still_there(starter, &[&typed], "bake(3); buy();");
            let texts = there.into_iter().map(|past| past.text);
            texts.collect::<Vec<_>>()
        };
        let bake = "fn bake(x) {\n    shelf.push(x);\n}";
        let look = "fn look() { shelf.len() }";
        assert_eq!(
            there("fn buy() { while look() == 0 { } shelf.remove(0) }"),
            ["let shelf = [];", bake, look]
        );
        assert_eq!(
            there("let queue = Queue(); fn buy() { 1 } fn bake(x) { }"),
            [""; 0]
        );
        assert_eq!(there("fn bake(x) { }").len(), 3);
    }

    #[test]
    fn what_starts_nothing_can_be_tried() {
        let starter =
            "let lock = Lock();\nlet a = spawn(add);\nfn add() { spawn(more); }\na.join();\n";
        assert_eq!(
            to_try(starter),
            "let lock = Lock();\nfn add() { spawn(more); }"
        );
    }

    #[test]
    fn functions_stay_and_what_the_code_around_needs() {
        let typed = [
            "fn add() { with lock { n += 1; } }",
            "let total = 0",
            "add()",
            "let lock = Lock()",
        ];
        check(&typed, 3, &[typed[0], typed[1], typed[3]]);
        let twice = [&typed[..], &["fn add() { n += 1; }"]].concat();
        check(&twice, 4, &[twice[1], twice[4]]);
    }
}
