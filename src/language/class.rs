//! The `class` statement: its grammar for Rhai's parser, and how to read its node.
//!
//! `class Account(Base) { total = 0; init(n) { this.n = n; } deposit(k) { this.n += k; } }`. Rhai has no
//! classes, and refuses `fn` in a block; so a method is written without that word, and its body is read as
//! that of a closure, where `this` is allowed. Rhai takes the parameters for variables from outside, as
//! it does not know them: [`adopt`] sets that right. This file knows nothing about what a class is.

use std::collections::BTreeSet;

use rhai::{AST, ASTNode, CustomExpr, Dynamic, Engine, Expr, LexError, Position};

use super::parse::{FunctionDef, pos};
use super::resolve::{ClosureExpr, as_closure};
use super::scan::{self, Kind};
use crate::pos::Pos;

/// A `class`, taken apart.
#[derive(Debug)]
pub(super) struct ClassParts<'a> {
    /// Its name, and where it stands.
    pub(super) name: (&'a str, Pos),
    /// What it derives from.
    pub(super) base: Option<&'a Expr>,
    /// The attributes of the class itself, in order.
    pub(super) attributes: Vec<(&'a str, &'a Expr)>,
    /// Its methods, in order.
    pub(super) methods: Vec<Method<'a>>,
}

/// A method.
#[derive(Debug)]
pub(super) struct Method<'a> {
    pub(super) name: &'a str,
    params: Vec<String>,
    /// Its body, as a closure without parameters.
    pub(super) body: ClosureExpr,
}

/// Takes a `class` apart; `None` if this is another custom node.
pub(super) fn as_class(custom: &CustomExpr) -> Option<ClassParts<'_>> {
    let mut tokens = custom.tokens.iter().map(|token| token.as_str());
    if tokens.next()? != WORD {
        return None;
    }
    let mut inputs = custom.inputs.iter();
    let mut class = ClassParts {
        name: identifier(inputs.next()?)?,
        base: None,
        attributes: Vec::new(),
        methods: Vec::new(),
    };
    tokens.next()?;
    // The name of the member that is being read, and its parameters.
    let mut member = None;
    let mut params = Vec::new();
    let mut is_in_body = false;
    for token in tokens {
        match (token, is_in_body, member) {
            ("{", false, _) => is_in_body = true,
            ("$expr$", false, _) => class.base = Some(inputs.next()?),
            ("$ident$", true, None) => member = Some(identifier(inputs.next()?)?.0),
            ("$ident$", true, Some(_)) => params.push(identifier(inputs.next()?)?.0.to_string()),
            ("$expr$", true, Some(name)) => {
                class.attributes.push((name, inputs.next()?));
                member = None;
            }
            ("$func$", true, Some(name)) => {
                class.methods.push(Method {
                    name,
                    params: std::mem::take(&mut params),
                    body: ClosureExpr {
                        captured: 0,
                        ..as_closure(inputs.next()?)?
                    },
                });
                member = None;
            }
            _ => {}
        }
    }
    Some(class)
}

fn identifier(expr: &Expr) -> Option<(&str, Pos)> {
    match expr {
        Expr::Variable(name, _, at) => Some((&name.1, pos(*at))),
        _ => None,
    }
}

/// Gives the methods of all classes in a tree the parameters that they declare.
pub(super) fn adopt(ast: &AST, functions: &mut [FunctionDef]) {
    let mut declared = Vec::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::Custom(custom, _))) = path.last()
            && let Some(class) = as_class(custom)
        {
            let methods = class.methods.into_iter();
            declared.extend(methods.map(|method| (method.body.key, method.params)));
        }
        true
    });
    for (key, params) in declared {
        let mut found = functions.iter_mut();
        if let Some(function) = found.find(|one| one.closure && one.name == key) {
            function.params = params;
        }
    }
}

/// Where the word `class` begins a class; anywhere else it is a name, as in `e.class`.
pub(super) fn places(text: &str) -> BTreeSet<Pos> {
    if !text.contains("class") {
        return BTreeSet::new();
    }
    let tokens = scan::scan(text).code();
    let begins = |at: usize| {
        let before = at.checked_sub(1).map(|before| tokens[before].text);
        let next = |offset: usize| tokens.get(at + offset);
        tokens[at].text == "class"
            && !matches!(before, Some("." | "?."))
            && next(1).is_some_and(|next| next.kind == Kind::Word)
            && next(2).is_some_and(|next| matches!(next.text, "{" | "("))
    };
    let places = (0..tokens.len()).filter(|at| begins(*at));
    places.map(|at| tokens[at].pos).collect()
}

/// What the parser is given for the word where it begins a class: nobody types that by accident, and Rhai
/// takes the first word of a syntax for that wherever it stands.
pub(super) const WORD: &str = "__class";

/// What the parser has just read of a `class`; kept as a number in the state that Rhai hands round.
const AFTER_NAME: i64 = 1;
const BEFORE_BASE: i64 = 2;
const AFTER_BASE: i64 = 3;
const BEFORE_BODY: i64 = 4;
const IN_BODY: i64 = 5;
const AFTER_MEMBER: i64 = 6;
const IN_PARAMETERS: i64 = 7;
const AFTER_PARAMETER: i64 = 8;
const BEFORE_METHOD: i64 = 9;
const BEFORE_VALUE: i64 = 10;
const AFTER_VALUE: i64 = 11;
const DONE: i64 = 12;

/// Teaches `class` to an engine that only parses.
pub(super) fn register(engine: &mut Engine) {
    engine.register_custom_syntax_with_state_raw(
        WORD,
        |_, next, state| {
            let (phase, wanted) = match (state.as_int().unwrap_or(0), next) {
                (0, _) => (AFTER_NAME, "$ident$"),
                (AFTER_NAME, "(") => (BEFORE_BASE, "("),
                (BEFORE_BASE, _) => (AFTER_BASE, "$expr$"),
                (AFTER_BASE, _) => (BEFORE_BODY, ")"),
                (AFTER_NAME | BEFORE_BODY, _) => (IN_BODY, "{"),
                (IN_BODY, "}") => (DONE, "}"),
                (IN_BODY, _) => (AFTER_MEMBER, "$ident$"),
                (AFTER_MEMBER, "=") => (BEFORE_VALUE, "="),
                (AFTER_MEMBER, "()") => (BEFORE_METHOD, "()"),
                (AFTER_MEMBER, _) => (IN_PARAMETERS, "("),
                (IN_PARAMETERS, ")") => (BEFORE_METHOD, ")"),
                (IN_PARAMETERS, _) => (AFTER_PARAMETER, "$ident$"),
                (AFTER_PARAMETER, ",") => (IN_PARAMETERS, ","),
                (AFTER_PARAMETER, _) => (BEFORE_METHOD, ")"),
                (BEFORE_METHOD, _) => (IN_BODY, "$func$"),
                (BEFORE_VALUE, _) => (AFTER_VALUE, "$expr$"),
                (AFTER_VALUE, _) => (IN_BODY, ";"),
                _ => return Ok(None),
            };
            *state = Dynamic::from_int(phase);
            Ok(Some(wanted.into()))
        },
        false,
        |_, _, _| {
            let message = "`class` is run by the virtual machine only".to_string();
            Err(LexError::Runtime(message).into_err(Position::NONE).into())
        },
    );
}
