//! The `class` statement and the `def` expression: their grammar for Rhai's parser, and how to read their
//! nodes.
//!
//! `class Account(Base) { total = 0; init(n) { this.n = n; } deposit(k) { this.n += k; } }`. Rhai has no
//! classes, and refuses `fn` in a block; so a method is written without that word, and its body is read as
//! that of a closure, where `this` is allowed. A word before its name says of which kind it is:
//! `staticmethod`, `classmethod`, `property`. `let f = def f(a, b = 1, *rest, **named) { ... };` is a function
//! with Python's parameters (`def f(a, /, b)`, too), which methods have as well. Rhai takes the parameters for variables from outside,
//! as it does not know them: [`adopt`] sets that right. This file knows nothing about what a class is.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, CustomExpr, Dynamic, Engine, Expr, LexError, Position};

use super::parse::{FunctionDef, pos};
use super::resolve::{ClosureExpr, as_closure};
use super::scan::{self, Kind};
use crate::pos::Pos;
use crate::program::signature::{MethodKind, ParameterKind};

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

/// A method, or a function that is made by `def`.
#[derive(Debug)]
pub(super) struct Method<'a> {
    pub(super) name: &'a str,
    pub(super) kind: MethodKind,
    pub(super) params: Vec<Param<'a>>,
    /// Its body, as a closure without parameters.
    pub(super) body: ClosureExpr,
}

/// A parameter of a method.
#[derive(Debug)]
pub(super) struct Param<'a> {
    pub(super) name: &'a str,
    pub(super) kind: ParameterKind,
    pub(super) default: Option<&'a Expr>,
}

impl Method<'_> {
    /// Whether it is more than a function that takes one argument for each parameter.
    pub(super) fn has_signature(&self) -> bool {
        let is_special =
            |param: &Param<'_>| param.kind != ParameterKind::Plain || param.default.is_some();
        self.kind != MethodKind::Instance || self.params.iter().any(is_special)
    }
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
    for token in tokens.by_ref() {
        match token {
            "{" => break,
            "$expr$" => class.base = Some(inputs.next()?),
            _ => {}
        }
    }
    let mut member = Member::default();
    for token in tokens {
        match (token, member.is_in_parameters) {
            ("$expr$", false) => {
                class.attributes.push((member.name()?, inputs.next()?));
                member = Member::default();
            }
            ("$func$", _) => {
                class.methods.push(member.method(inputs.next()?)?);
                member = Member::default();
            }
            _ => member.read(token, &mut inputs)?,
        }
    }
    Some(class)
}

/// Takes a `def` apart; `None` if this is another custom node.
pub(super) fn as_def(custom: &CustomExpr) -> Option<Method<'_>> {
    let mut tokens = custom.tokens.iter().map(|token| token.as_str());
    if tokens.next()? != DEF {
        return None;
    }
    let mut inputs = custom.inputs.iter();
    let mut member = Member::default();
    for token in tokens {
        match token {
            "$func$" => return member.method(inputs.next()?),
            _ => member.read(token, &mut inputs)?,
        }
    }
    None
}

/// The head of a method that is being read.
#[derive(Default)]
struct Member<'a> {
    /// The words before the parameters: its name, behind what kind it is of.
    words: Vec<&'a str>,
    is_in_parameters: bool,
    /// How many `*` stand before the next parameter.
    stars: usize,
    /// Whether a lone `*` or one with a name came before.
    has_star: bool,
    params: Vec<Param<'a>>,
}

impl<'a> Member<'a> {
    fn read(&mut self, token: &str, inputs: &mut std::slice::Iter<'a, Expr>) -> Option<()> {
        match (token, self.is_in_parameters) {
            ("(", _) => self.is_in_parameters = true,
            ("*", true) => self.stars = 1,
            ("**", true) => self.stars = 2,
            ("/", true) => {
                for param in &mut self.params {
                    param.kind = ParameterKind::PlaceOnly;
                }
            }
            (",", true) => {
                self.has_star |= self.stars == 1;
                self.stars = 0;
            }
            ("$ident$", false) => self.words.push(identifier(inputs.next()?)?.0),
            ("$ident$", true) => {
                let kind = match (self.stars, self.has_star) {
                    (1, _) => ParameterKind::Rest,
                    (2, _) => ParameterKind::Named,
                    (_, true) => ParameterKind::NameOnly,
                    (_, false) => ParameterKind::Plain,
                };
                self.has_star |= self.stars == 1;
                self.params.push(Param {
                    name: identifier(inputs.next()?)?.0,
                    kind,
                    default: None,
                });
            }
            ("$expr$", true) => self.params.last_mut()?.default = Some(inputs.next()?),
            _ => {}
        }
        Some(())
    }

    fn name(&self) -> Option<&'a str> {
        self.words.last().copied()
    }

    fn method(&mut self, body: &'a Expr) -> Option<Method<'a>> {
        let kind = match self.words[..] {
            [kind, _] => MethodKind::of_word(kind)?,
            _ => MethodKind::Instance,
        };
        Some(Method {
            name: self.name()?,
            kind,
            params: std::mem::take(&mut self.params),
            body: ClosureExpr {
                captured: 0,
                ..as_closure(body)?
            },
        })
    }
}

fn identifier(expr: &Expr) -> Option<(&str, Pos)> {
    match expr {
        Expr::Variable(name, _, at) => Some((&name.1, pos(*at))),
        _ => None,
    }
}

/// Gives the methods of all classes in a tree, and what `def` makes, the parameters that they declare.
/// Returns the names of the methods.
pub(super) fn adopt(ast: &AST, functions: &mut [FunctionDef]) -> BTreeSet<String> {
    let mut declared = Vec::new();
    let mut names = BTreeSet::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::Custom(custom, _))) = path.last() {
            let methods = match as_class(custom) {
                Some(class) => class.methods,
                None => as_def(custom).into_iter().collect(),
            };
            names.extend(methods.iter().map(|method| method.name.to_string()));
            let params = |method: Method<'_>| {
                let names = method.params.iter().map(|param| param.name.to_string());
                (method.body.key, names.collect())
            };
            declared.extend(methods.into_iter().map(params));
        }
        true
    });
    for (key, params) in declared {
        let mut found = functions.iter_mut();
        if let Some(function) = found.find(|one| one.closure && one.name == key) {
            function.params = params;
        }
    }
    names
}

/// Where `class` begins a class and `def` a function, with the words that the parser is given there;
/// anywhere else they are names, as in `e.class`.
pub(super) fn places(text: &str) -> BTreeMap<Pos, &'static str> {
    if !text.contains("class") && !text.contains("def") {
        return BTreeMap::new();
    }
    let tokens = scan::scan(text).code();
    let next = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let is_word = |at: usize| tokens.get(at).is_some_and(|token| token.kind == Kind::Word);
    let word = |at: usize| {
        let before = at.checked_sub(1).map(|before| tokens[before].text);
        if matches!(before, Some("." | "?.")) || !is_word(at + 1) {
            return None;
        }
        match tokens[at].text {
            "class" if matches!(next(at + 2), "{" | "(") => Some(WORD),
            // Python's own has a colon behind the parameters.
            "def" if next(at + 2) == "(" => {
                let mut depth = 0_usize;
                let close = (at + 2..tokens.len()).find(|at| {
                    match next(*at) {
                        "(" => depth += 1,
                        ")" => depth -= 1,
                        _ => {}
                    }
                    depth == 0
                })?;
                (next(close + 1) == "{").then_some(DEF)
            }
            _ => None,
        }
    };
    (0..tokens.len())
        .filter_map(|at| Some((tokens[at].pos, word(at)?)))
        .collect()
}

/// What the parser is given for the word where it begins a class: nobody types that by accident, and Rhai
/// takes the first word of a syntax for that wherever it stands.
const WORD: &str = "__class";

/// The same for `def`.
const DEF: &str = "__def";

/// What the parser has just read; kept as a number in the state that Rhai hands round.
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
const BEFORE_DEFAULT: i64 = 12;
const AFTER_STAR: i64 = 13;
const AFTER_DEFAULT: i64 = 14;
const DONE: i64 = 15;

/// The phase after this one, and what the parser is to read for it. `after` is what comes behind a body.
fn member(phase: i64, next: &str, after: i64) -> Option<(i64, &str)> {
    Some(match (phase, next) {
        (AFTER_MEMBER, "=") if after == IN_BODY => (BEFORE_VALUE, "="),
        (AFTER_MEMBER, "()") => (BEFORE_METHOD, "()"),
        (AFTER_MEMBER, "(") => (IN_PARAMETERS, "("),
        // The word before says of which kind the method is.
        (AFTER_MEMBER, _) => (AFTER_MEMBER, "$ident$"),
        (IN_PARAMETERS, ")") | (AFTER_STAR, ")") => (BEFORE_METHOD, ")"),
        (IN_PARAMETERS, "*" | "**") => (AFTER_STAR, next),
        // What stands before it takes arguments by their places only.
        (IN_PARAMETERS, "/") => (AFTER_DEFAULT, "/"),
        (AFTER_STAR, ",") => (IN_PARAMETERS, ","),
        (IN_PARAMETERS | AFTER_STAR, _) => (AFTER_PARAMETER, "$ident$"),
        (AFTER_PARAMETER, "=") => (BEFORE_DEFAULT, "="),
        (BEFORE_DEFAULT, _) => (AFTER_DEFAULT, "$expr$"),
        (AFTER_PARAMETER | AFTER_DEFAULT, ",") => (IN_PARAMETERS, ","),
        (AFTER_PARAMETER | AFTER_DEFAULT, _) => (BEFORE_METHOD, ")"),
        (BEFORE_METHOD, _) => (after, "$func$"),
        (BEFORE_VALUE, _) => (AFTER_VALUE, "$expr$"),
        (AFTER_VALUE, _) => (IN_BODY, ";"),
        _ => return None,
    })
}

/// Teaches `class` and `def` to an engine that only parses.
pub(super) fn register(engine: &mut Engine) {
    let refuse = |word: &str| {
        let message = format!("`{word}` is run by the virtual machine only");
        Err(LexError::Runtime(message).into_err(Position::NONE).into())
    };
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
                (phase, next) => match member(phase, next, IN_BODY) {
                    Some(found) => found,
                    None => return Ok(None),
                },
            };
            *state = Dynamic::from_int(phase);
            Ok(Some(wanted.into()))
        },
        false,
        move |_, _, _| refuse("class"),
    );
    engine.register_custom_syntax_with_state_raw(
        DEF,
        |_, next, state| {
            let (phase, wanted) = match state.as_int().unwrap_or(0) {
                0 => (AFTER_MEMBER, "$ident$"),
                phase => match member(phase, next, DONE) {
                    Some(found) => found,
                    None => return Ok(None),
                },
            };
            *state = Dynamic::from_int(phase);
            Ok(Some(wanted.into()))
        },
        false,
        move |_, _, _| refuse("def"),
    );
}
