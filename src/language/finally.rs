//! `finally`, which Rhai does not have: its grammar for Rhai's parser, and how to read its node.
//!
//! `try { .. } catch (e) { .. } finally { .. }` is Rhai's statement followed by one of ours, and the
//! lowering takes the two together. In `try { .. } finally { .. }` the word stands where Rhai insists on
//! `catch`, so the parser is given that, and told apart by the place of the `try`. This file knows
//! nothing about what `finally` does.

use std::collections::BTreeSet;

use rhai::{CustomExpr, Engine, Expr, LexError, Position, Stmt, StmtBlock};

use super::scan;
use crate::pos::Pos;

/// The places of a text in which `finally` stands for `catch`.
#[derive(Clone, Debug, Default)]
pub(super) struct Bare {
    /// Where such a `finally` stands.
    pub(super) words: BTreeSet<Pos>,
    /// Where one begins a statement, behind the block of a `catch`.
    pub(super) statements: BTreeSet<Pos>,
    /// Where the `try` of each stands.
    pub(super) tries: BTreeSet<Pos>,
}

/// Finds each `finally` that comes right behind the block of a `try`.
pub(super) fn bare(text: &str) -> Bare {
    let mut found = Bare::default();
    if !text.contains("finally") {
        return found;
    }
    let tokens = scan::scan(text).code();
    let is_word = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    // For each open brace the `try` whose block it begins.
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        match token.text {
            "{" | "#{" | "${" => open.push(before.filter(|before| before.text == "try")),
            "}" => {
                let of = open.pop().flatten();
                if is_word(at + 1, "finally") && is_word(at + 2, "{") {
                    let word = tokens[at + 1].pos;
                    match of {
                        Some(of) => {
                            found.words.insert(word);
                            found.tries.insert(of.pos);
                        }
                        None => _ = found.statements.insert(word),
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// What the parser is given for the word where it begins a statement: nobody types that by accident.
pub(super) const WORD: &str = "__finally";

/// The block of a `finally` statement, if it is one.
pub(super) fn as_finally(stmt: &Stmt) -> Option<&StmtBlock> {
    let Stmt::Expr(expr) = stmt else {
        return None;
    };
    match &**expr {
        Expr::Custom(custom, _) => block_of(custom),
        _ => None,
    }
}

/// The block of such a node; nothing if it is another custom one.
pub(super) fn block_of(custom: &CustomExpr) -> Option<&StmtBlock> {
    match (custom.tokens.first()?.as_str(), custom.inputs.first()?) {
        (WORD, Expr::Stmt(block)) => Some(block),
        _ => None,
    }
}

/// Teaches `finally` to an engine that only parses.
pub(super) fn register(engine: &mut Engine) {
    engine.register_custom_syntax_with_state_raw(
        WORD,
        |symbols, _, _| Ok((symbols.len() == 1).then(|| "$block$".into())),
        false,
        |_, _, _| {
            let message = "`finally` is run by the virtual machine only".to_string();
            Err(LexError::Runtime(message).into_err(Position::NONE).into())
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_try_directly_stands_for_catch() {
        let places = |text: &str| {
            let found = bare(text);
            (found.words.len(), found.tries.len())
        };
        assert_eq!(places("try { f(#{}); } finally { g(); }"), (1, 1));
        assert_eq!(places("try { } catch (e) { } finally { }"), (0, 0));
        assert_eq!(places("try { try { } finally { } } finally { }"), (2, 2));
        assert_eq!(places("try { } catch { try { } finally { } }"), (1, 1));
        assert_eq!(places("\"try { } finally { }\""), (0, 0));
        assert_eq!(places("try { f(`${x} {`); } finally { }"), (1, 1));
        assert_eq!(
            places("`${if a { b } else { c }}`; try { } finally { }"),
            (1, 1)
        );
    }
}
