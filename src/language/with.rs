//! The `with` statement: its grammar for Rhai's parser, and how to read its node.
//!
//! `with lock { .. }`, `with pool(4) as p { .. }`, `with a, b as c { .. }`. Rhai has no such
//! statement but lets a host add one. The parser keeps the expressions and blocks that it has read in
//! one list (`inputs`) and what they were in another (`tokens`); this file is the only one that knows
//! how the two are laid out. It knows nothing about what `with` does.

use rhai::{CustomExpr, Dynamic, Engine, Expr, LexError, Position, StmtBlock};

use super::parse::pos;
use crate::pos::Pos;

/// A `with`, taken apart.
#[derive(Debug, Clone)]
pub struct WithParts<'a> {
    /// What is entered, in this order (and left in the opposite one); at least one.
    pub managers: Vec<Manager<'a>>,
    /// The statements between the braces. They are no scope of their own: what `let` names inside is
    /// there afterwards.
    pub body: &'a StmtBlock,
}

/// One `EXPR` or `EXPR as NAME` of a `with`.
#[derive(Debug, Clone, Copy)]
pub struct Manager<'a> {
    /// The expression that gives what is entered: a lock, an executor.
    pub context: &'a Expr,
    /// The name after `as`, and where it stands.
    pub name: Option<(&'a str, Pos)>,
}

/// Takes a `with` apart; `None` if this is another custom node.
pub fn as_with(expr: &CustomExpr) -> Option<WithParts<'_>> {
    let mut tokens = expr.tokens.iter();
    if tokens.next()?.as_str() != "with" {
        return None;
    }
    let mut inputs = expr.inputs.iter();
    let mut managers = Vec::new();
    for token in tokens {
        match token.as_str() {
            "$expr$" => managers.push(Manager {
                context: inputs.next()?,
                name: None,
            }),
            "$ident$" => match inputs.next()? {
                Expr::Variable(name, _, at) => {
                    managers.last_mut()?.name = Some((&name.1, pos(*at)))
                }
                _ => return None,
            },
            "$block$" => match inputs.next()? {
                Expr::Stmt(body) => return Some(WithParts { managers, body }),
                _ => return None,
            },
            _ => {}
        }
    }
    None
}

/// What the parser has just read of a `with`; kept as a number in the state that Rhai hands round.
const AFTER_EXPRESSION: i64 = 1;
const AFTER_AS: i64 = 2;
const AFTER_NAME: i64 = 3;
const AFTER_BLOCK: i64 = 4;

/// Teaches `with` to an engine that only parses.
pub(super) fn register(engine: &mut Engine) {
    engine.register_custom_syntax_with_state_raw(
        "with",
        |_, next, state| {
            let (phase, wanted) = match (state.as_int().unwrap_or(0), next) {
                (0, _) => (AFTER_EXPRESSION, "$expr$"),
                (AFTER_EXPRESSION, "as") => (AFTER_AS, "as"),
                (AFTER_AS, _) => (AFTER_NAME, "$ident$"),
                (AFTER_EXPRESSION | AFTER_NAME, ",") => (0, ","),
                (AFTER_EXPRESSION | AFTER_NAME, _) => (AFTER_BLOCK, "$block$"),
                _ => return Ok(None),
            };
            *state = Dynamic::from_int(phase);
            Ok(Some(wanted.into()))
        },
        // Rhai would count variables; this parser's output is resolved by name.
        false,
        |_, _, _| {
            let message = "`with` is run by the virtual machine only".to_string();
            Err(LexError::Runtime(message).into_err(Position::NONE).into())
        },
    );
}
