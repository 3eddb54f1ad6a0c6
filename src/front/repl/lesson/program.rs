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
/// answer, mentions.
pub(super) fn latest<'p>(typed: &'p [Past], checked: usize, around: &str) -> Vec<&'p Past> {
    let programs = || typed.iter().enumerate().filter(|(_, past)| past.has_run);
    if programs().next().is_none() {
        // What is wrong with it is for the check to say.
        return typed.last().into_iter().collect();
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
        let typed: Vec<Past> = typed.iter().map(|text| past(text)).collect();
        let kept = latest(&typed, checked, "print(total);");
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
