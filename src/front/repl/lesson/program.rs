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

/// Of what was typed, what belongs to the answer: what was typed anew later is left out, and so is what
/// could not run, or failed and made nothing.
pub(super) fn latest(typed: &[Past]) -> Vec<&Past> {
    let programs: Vec<&Past> = typed.iter().filter(|past| past.has_run).collect();
    if programs.is_empty() {
        // What is wrong with it is for the check to say.
        return typed.last().into_iter().collect();
    }
    let mut kept: Vec<&Past> = Vec::new();
    let mut made_later: BTreeSet<String> = BTreeSet::new();
    for past in programs.into_iter().rev() {
        let made = made(&past.text);
        let is_replaced = !made.is_empty() && made.is_subset(&made_later);
        let is_slip = !past.has_ended && made.is_empty() && !kept.is_empty();
        if !is_replaced && !is_slip {
            made_later.extend(made);
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

/// The variables and functions that a text makes at its top level.
fn made(text: &str) -> BTreeSet<String> {
    let outline = Outline::of(text);
    let top = outline
        .blocks
        .first()
        .map_or(&[][..], |top| &top.statements);
    let makers = top
        .iter()
        .filter(|number| matches!(outline.statements[**number].head, Head::Let | Head::Fn));
    let names = makers.filter_map(|number| {
        outline.pieces(*number).find_map(|piece| match piece {
            Piece::Name(name) => Some(name.to_string()),
            Piece::Keyword(_) | Piece::Literal | Piece::Symbol(_) => None,
        })
    });
    names.collect()
}
