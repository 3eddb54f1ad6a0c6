//! From a text to Rhai's syntax tree, with the three liberties that this language takes.
//!
//! The parser is Rhai's own, so that whatever is valid Rhai means here what its book says. Three
//! things are set differently: words that Rhai reserves for nothing in particular (`thread`, `new`,
//! `shared` ...) are ordinary names, `with` is a statement (`super::with`), and a `#!` first line is
//! a comment. Nothing is registered in the engine and nothing is ever evaluated by it: names and
//! operators are resolved by the lowering, which alone knows what exists. One file, as all of it prepares
//! what Rhai's parser reads, or takes over what that gives.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use rhai::{
    AST, ASTNode, Engine, Module, OptimizationLevel, ParseError, ScriptFuncDef, Shared, Stmt, Token,
};

use super::diagnostic::Diagnostic;
use super::scan::{self, Kind};
use super::{class, diagnose, finally, limits, with};
use crate::pos::Pos;

/// Words that Rhai reserves for the future, or for its own two printing functions, and that are
/// ordinary names here.
///
/// `print` and `debug` are among them because a function's bare name is a value
/// (`pool.map(print, items)`), which Rhai allows for every function but those two.
const FREED_WORDS: [&str; 16] = [
    "async", "await", "class", "debug", "default", "go", "match", "new", "print", "shared",
    "spawn", "super", "sync", "thread", "use", "yield",
];

/// How deep expressions and blocks may nest, in levels as Rhai counts them (about two for each pair
/// of parentheses, three for each block).
///
/// Rhai's parser, and everything that walks the tree afterwards, is recursive. This bound keeps all
/// of them well within the 2 MiB stack of an ordinary thread, even without optimisation.
const MAX_DEPTH: usize = 200;

/// A text as Rhai understood it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// The statements outside functions, in the order of the text.
    pub statements: Vec<Stmt>,
    /// The functions and closures, sorted by position.
    pub functions: Vec<FunctionDef>,
    /// Where `await x` stands. Rhai has read the word there as the sign of a number, which binds as
    /// tightly as `await` does in Python: its call of `+` at such a place is an await.
    pub awaits: BTreeSet<Pos>,
    /// Where a `try` stands that has a `finally` and no `catch`: what Rhai has read as the latter is the
    /// former.
    pub only_finally: BTreeSet<Pos>,
    /// The names of the methods of its classes.
    pub methods: BTreeSet<String>,
}

impl Parsed {
    /// The function that a closure expression names (`anon$...`), if it is part of this text.
    pub fn closure(&self, name: &str) -> Option<&FunctionDef> {
        self.functions
            .iter()
            .find(|function| function.closure && function.name == name)
    }
}

/// One `fn` or one closure.
#[derive(Debug, Clone)]
pub struct FunctionDef {
    /// The name; for a closure the `anon$...` by which expressions refer to it. Those names differ
    /// from process to process: they are keys, never to be shown or sorted by.
    pub name: String,
    /// The type of `this` that a `fn Type.name()` asks for.
    pub this_type: Option<String>,
    /// The parameters. A closure's captured names come first, then the parameters it declares.
    ///
    /// Captured names are what *Rhai* takes to come from outside: a superset of the real captures,
    /// because names that `with` defines inside the closure are in it too, and a name may turn out
    /// to be that of a function.
    pub params: Vec<String>,
    /// The statements of the body.
    pub body: Vec<Stmt>,
    /// Where the function's body begins: the `{`, or the expression of a closure without braces.
    pub pos: Pos,
    /// Whether this is a closure.
    pub closure: bool,
    /// Whether it is hidden from the texts that import its own.
    pub is_private: bool,
}

/// Rhai's parser, set up for this language. Making one costs a few microseconds.
pub struct Parser {
    engine: Engine,
    /// What the engine's token callback remembers from one token to the next.
    freer: Arc<Mutex<WordFreer>>,
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// A parser, ready for any number of texts.
    pub fn new() -> Self {
        // `new_raw` registers no function library: the parser needs none.
        let mut engine = Engine::new_raw();
        let freer = Arc::new(Mutex::new(WordFreer::default()));
        engine.set_optimization_level(OptimizationLevel::None);
        engine.set_max_expr_depths(MAX_DEPTH, MAX_DEPTH);
        #[allow(
            deprecated,
            reason = "Rhai marks volatile interfaces so; the version is pinned"
        )]
        engine.on_parse_token({
            let freer = freer.clone();
            move |token, at, _| freer.lock().map(token, pos(at))
        });
        with::register(&mut engine);
        finally::register(&mut engine);
        class::register(&mut engine);
        Self { engine, freer }
    }

    /// Parses a whole text.
    ///
    /// # Errors
    ///
    /// What is wrong with the text; never an empty list.
    pub fn parse(&mut self, text: &str) -> Result<Parsed, Vec<Diagnostic>> {
        self.read(text).map_err(|refusal| match refusal {
            Refusal::Limit(diagnostic) => vec![*diagnostic],
            Refusal::Syntax(error) => diagnose::diagnose(&error, text),
        })
    }

    /// Parses a text that was translated, of which nobody is to hear what else it could have been.
    ///
    /// # Errors
    /// As [`Parser::parse`].
    pub fn parse_translation(&mut self, text: &str) -> Result<Parsed, Vec<Diagnostic>> {
        self.read(text).map_err(|refusal| match refusal {
            Refusal::Limit(diagnostic) => vec![*diagnostic],
            Refusal::Syntax(error) => vec![diagnose::plain(&error, text)],
        })
    }

    /// Parses a whole text without explaining why it may be refused.
    fn read(&mut self, text: &str) -> Result<Parsed, Refusal> {
        limits::check(text).map_err(|diagnostic| Refusal::Limit(Box::new(diagnostic)))?;
        let awaits = awaits(text);
        let bare = finally::bare(text);
        *self.freer.lock() = WordFreer {
            awaits: awaits.clone(),
            finally: bare.words,
            statements: bare.statements,
            classes: class::places(text),
            ..WordFreer::default()
        };
        let ast = self
            .engine
            .compile(plain_comments(text).as_ref())
            .map_err(Refusal::Syntax)?;
        let mut functions = functions(&ast);
        let methods = class::adopt(&ast, &mut functions);
        Ok(Parsed {
            statements: ast.statements().to_vec(),
            functions,
            awaits,
            only_finally: bare.tries,
            methods,
        })
    }
}

/// Why a text was refused.
enum Refusal {
    /// It is too large or nested too deeply.
    Limit(Box<Diagnostic>),
    /// Rhai's parser does not accept it.
    Syntax(ParseError),
}

/// Parses a whole text with a parser of its own.
///
/// # Errors
///
/// As [`Parser::parse`].
pub fn parse(text: &str) -> Result<Parsed, Vec<Diagnostic>> {
    Parser::new().parse(text)
}

/// The text as Rhai is to see it: a `#!` line and documentation comments (which Rhai allows before
/// functions only) become ordinary comments. Every other character stays where it was.
fn plain_comments(text: &str) -> Cow<'_, str> {
    if !["#!", "///", "//!", "/**"]
        .iter()
        .any(|sign| text.contains(sign))
    {
        return Cow::Borrowed(text);
    }
    let mut plain = text.to_string();
    for token in scan::scan(text)
        .tokens
        .iter()
        .filter(|token| token.kind == Kind::Comment)
    {
        let sign = token.start..token.start + token.text.len().min(3);
        match &token.text[..token.text.len().min(2)] {
            // (An empty block comment is one of Rhai's documentation comments.)
            _ if token.text.starts_with("#!") || token.text == "/**/" => {
                plain.replace_range(token.start..token.end(), &" ".repeat(token.text.len()));
            }
            "//" if token.text.starts_with("///") || token.text.starts_with("//!") => {
                plain.replace_range(sign, "// ");
            }
            "/*" if token.text.starts_with("/**") => {
                plain.replace_range(sign, "/* ");
            }
            _ => {}
        }
    }
    Cow::Owned(plain)
}

/// Our position for one of Rhai's.
pub fn pos(position: rhai::Position) -> Pos {
    match position.line() {
        Some(line) => Pos::new(saturate(line), saturate(position.position().unwrap_or(0))),
        None => Pos::NONE,
    }
}

/// The module that a statement imports, if it is an `import` of a dotted name
/// (`import threading;`, `import concurrent.futures;`) and so needs nothing: `"concurrent.futures"`.
pub fn imported_module(statement: &Stmt) -> Option<String> {
    fn dotted(expr: &rhai::Expr) -> Option<String> {
        match expr {
            rhai::Expr::Variable(name, ..) if name.2.is_empty() => Some(name.1.to_string()),
            rhai::Expr::Property(names, _) => Some(names.2.to_string()),
            rhai::Expr::Dot(pair, ..) => {
                Some(format!("{}.{}", dotted(&pair.lhs)?, dotted(&pair.rhs)?))
            }
            _ => None,
        }
    }
    match statement {
        Stmt::Import(import, _) => dotted(&import.0),
        _ => None,
    }
}

fn saturate(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Frees reserved words on their way from Rhai's tokenizer to its parser.
///
/// One place insists on words that are not reserved: the name after `fn`. There a freed word gets a
/// suffix, which `function` takes off again, so that `fn new() { }` works; calls need nothing.
#[derive(Debug, Default)]
struct WordFreer {
    /// Whether the last token was `fn`, or the point of a `fn Type.name`.
    name_follows: bool,
    /// Whether the last token was the word after `fn`.
    after_name: bool,
    /// Where `await` stands before what it awaits, rather than as a name.
    awaits: BTreeSet<Pos>,
    /// Where `finally` stands for `catch`.
    finally: BTreeSet<Pos>,
    /// Where it begins a statement of ours; anywhere else it is a name.
    statements: BTreeSet<Pos>,
    /// Where `class` begins a class and `def` a function, with the words for the parser; anywhere else
    /// they are names.
    classes: BTreeMap<Pos, &'static str>,
}

/// What a freed word carries while it is the name of a function.
const SUFFIX: &str = "__freed_word";

/// The name that was typed, for a name that may carry the suffix.
pub(super) fn typed_name(name: &str) -> &str {
    name.strip_suffix(SUFFIX).unwrap_or(name)
}

impl WordFreer {
    fn map(&mut self, token: Token, at: Pos) -> Token {
        let is_name = self.name_follows;
        self.name_follows =
            matches!(token, Token::Fn) || (self.after_name && matches!(token, Token::Period));
        self.after_name = is_name;
        match token {
            Token::Identifier(word) if word.as_str() == "finally" && self.finally.contains(&at) => {
                Token::Catch
            }
            Token::Identifier(word)
                if word.as_str() == "finally" && self.statements.contains(&at) =>
            {
                Token::Identifier(Box::new(finally::WORD.into()))
            }
            Token::Reserved(word) | Token::Identifier(word)
                if matches!(word.as_str(), "class" | "def") && self.classes.contains_key(&at) =>
            {
                Token::Identifier(Box::new(self.classes[&at].into()))
            }
            Token::Reserved(word) if word.as_str() == "await" && self.awaits.contains(&at) => {
                Token::UnaryPlus
            }
            Token::Reserved(mut word) if FREED_WORDS.contains(&word.as_str()) => {
                if is_name {
                    word.push_str(SUFFIX);
                }
                Token::Identifier(word)
            }
            other => other,
        }
    }
}

/// Where `await` is followed by the beginning of a value: `await t`. `await(t)` is a call, and
/// anywhere else the word is a name.
fn awaits(text: &str) -> BTreeSet<Pos> {
    if !text.contains("await") {
        return BTreeSet::new();
    }
    let tokens = scan::scan(text).code();
    let is_await = |at: usize| {
        let before = at.checked_sub(1).map(|before| tokens[before].text);
        let is_name = matches!(
            before,
            Some("." | "?." | "let" | "const" | "fn" | "for" | "as")
        );
        let value_follows = tokens.get(at + 1).is_some_and(|next| match next.kind {
            Kind::Word => !matches!(next.text, "in" | "as" | "is" | "and" | "or" | "else"),
            // An array, unless it is the index of a variable of that name.
            _ if next.text == "[" => next.pos.column > tokens[at].pos.column + 5,
            kind => matches!(kind, Kind::Number | Kind::Text),
        });
        tokens[at].text == "await" && !is_name && value_follows
    };
    let places = (0..tokens.len()).filter(|at| is_await(*at));
    places.map(|at| tokens[at].pos).collect()
}

fn functions(ast: &AST) -> Vec<FunctionDef> {
    let mut functions: Vec<FunctionDef> = ast
        .shared_lib()
        .iter_script_fn_info()
        .map(|(.., definition)| function(definition))
        .collect();
    functions.sort_by_key(|function| function.pos);
    functions
}

/// Copies a function out of Rhai's own structures.
fn function(definition: &Shared<ScriptFuncDef>) -> FunctionDef {
    // The type that holds a function's body has no public name. A syntax tree that consists of this
    // one function has a public walk, which reaches the statements of the body at depth one.
    let mut module = Module::new();
    module.set_script_fn(definition.clone());
    let mut body = Vec::new();
    AST::new_from_module(module).walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push((*statement).clone());
        }
        true
    });
    let closure = definition.name.starts_with("anon$");
    FunctionDef {
        name: typed_name(&definition.name).to_string(),
        this_type: definition.this_type.as_ref().map(ToString::to_string),
        params: definition.params.iter().map(ToString::to_string).collect(),
        pos: pos(definition.body.start_position()),
        body,
        closure,
        is_private: definition.access == rhai::FnAccess::Private,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rhai::Expr;

    use super::*;
    use crate::language::render::{Style, render};
    use crate::language::with::as_with;

    fn parsed(text: &str) -> Parsed {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[test]
    fn every_function_and_closure_is_found_with_its_body() {
        let parsed = parsed("fn f(a, b) { a + b }\nlet n = 1;\nlet g = |x| { n; x };\nfn h() {}\n");
        let found: Vec<_> = parsed
            .functions
            .iter()
            .map(|f| (f.closure, f.params.join(","), f.body.len(), f.pos.line))
            .collect();
        assert_eq!(
            found,
            [
                (false, "a,b".to_string(), 1, 1),
                (true, "n,x".to_string(), 2, 3),
                (false, String::new(), 0, 4)
            ]
        );
        assert_eq!(parsed.statements.len(), 2);
    }

    #[test]
    fn freed_words_are_names_everywhere() {
        for word in FREED_WORDS {
            parsed(&format!(
                "let {word} = 1; {word} += 2; x.{word} = {word}; x.{word}(); {word}(1);"
            ));
            parsed(&format!(
                "fn f({word}) {{ |a| {word} + a }} for {word} in 0..3 {{ }}"
            ));
            parsed(&format!("fn {word}(a) {{ a }} let m = #{{ {word}: 1 }};"));
        }
    }

    #[test]
    fn await_binds_like_a_sign() {
        let parsed = parsed(
            "let r = await a.b(1) + await c;\nf(|| await d); await(e); x.await(1); await [f];\nawait[0]",
        );
        let places: Vec<_> = parsed
            .awaits
            .iter()
            .map(|at| (at.line, at.column))
            .collect();
        assert_eq!(places, [(1, 9), (1, 24), (2, 6), (2, 38)]);
        let Stmt::Var(sum, ..) = &parsed.statements[0] else {
            panic!("{:?}", parsed.statements)
        };
        assert!(matches!(&sum.1, Expr::FnCall(call, _) if call.args.len() == 2));
    }

    #[test]
    fn a_function_may_have_a_freed_name() {
        let names: Vec<_> = parsed("fn new() { } fn int.go() { } private fn spawn(sync) { sync }")
            .functions
            .into_iter()
            .map(|f| f.name)
            .collect();
        assert_eq!(names, ["new", "go", "spawn"]);
    }

    #[test]
    fn nesting_too_deep_is_a_diagnostic() {
        let count = 10_000;
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("|| ", ""),
            ("|| {", "}"),
            ("#{a:", "}"),
            ("f(", ")"),
            ("a[", "]"),
            ("!", ""),
            ("- ", ""),
            ("if a {", "}"),
            ("if a {} else ", "{}"),
            ("with a {", "}"),
            ("with ", " {}"),
            ("1 + (", ")"),
            ("`${", "}`"),
            ("switch a { 1 => ", "}"),
            ("x = (", ")"),
            ("2 ** ", "2"),
            ("return ", "1"),
        ] {
            let text = format!("{} 1 {}", open.repeat(count), close.repeat(count));
            assert!(parse(&text).is_err(), "{open}");
            assert!(
                parse(&format!("fn f() {{ {text} }}")).is_err(),
                "{open} in a function"
            );
            assert!(parse(&open.repeat(count)).is_err(), "{open}, unclosed");
        }
    }

    #[test]
    fn long_chains_never_overflow_the_stack() {
        let count = 10_000;
        for part in [
            "1 + ", "a.", "a?.", "a && ", "a ?? ", "a == ", "a..", "a[0]", "a.b()", "f()", "x += ",
        ] {
            let _ = parse(&format!("{}a", part.repeat(count)));
            let _ = parse(&format!("a{}", part.repeat(count)));
            let _ = parse(&format!(
                "a{}",
                format!(".{}", part.trim_end_matches('.')).repeat(count)
            ));
        }
    }

    #[test]
    fn a_with_is_a_statement_anywhere() {
        for text in [
            "with lock { x += 1; } let y = 1;",
            "with ThreadPoolExecutor() as executor { let r = executor.map(f, xs); }\nfor r in r { print(r); }",
            "fn f() { with lock { return 1; } 2 }",
            "let f = || { with lock { n += 1; } n };",
            "let v = with lock { 42 };",
            "with a { with b as c { c } }",
            "with A() as a, b, C(1) as c { a }",
            "loop { with lock { break; } }",
            "with #{a: 1} as m { m }",
        ] {
            parsed(text);
        }
        for text in [
            "with { }",
            "with a",
            "with a as { }",
            "with a as b",
            "with a, { }",
            "with a b { }",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_with_is_taken_apart() {
        let parsed = parsed("with a, B() as b { 1; 2; }");
        let Stmt::Expr(expr) = &parsed.statements[0] else {
            panic!("{:?}", parsed.statements)
        };
        let Expr::Custom(custom, _) = &**expr else {
            panic!("{expr:?}")
        };
        let parts = as_with(custom).unwrap();
        let names: Vec<_> = parts.managers.iter().map(|manager| manager.name).collect();
        assert_eq!(names, [None, Some(("b", Pos::new(1, 16)))]);
        assert_eq!(parts.body.statements().len(), 2);
    }

    #[test]
    fn names_in_a_with_are_captured_by_the_closure_around_it() {
        let parsed = parsed(
            "let lock = 1; let n = 0; let f = || { with lock as l { n += l; let r = 1; } return || r; };",
        );
        let params: Vec<_> = parsed
            .functions
            .iter()
            .map(|f| f.params.join(","))
            .collect();
        assert_eq!(params, ["lock,n,l,r", "r"]);
    }

    #[test]
    fn imports_of_dotted_names_are_recognised() {
        let names: Vec<_> =
            parsed("import threading; import concurrent.futures; import a.b.c as d; import \"x\";")
                .statements
                .iter()
                .map(imported_module)
                .collect();
        let expected =
            ["threading", "concurrent.futures", "a.b.c"].map(|name| Some(name.to_string()));
        assert_eq!(names[..3], expected);
        assert_eq!(names[3], None);
    }

    #[test]
    fn documentation_comments_may_stand_anywhere() {
        let text = "//! é\nlet a = 1; /// one\n/** two */ let b = \"/// three\"; /**/ fn f() { /// four\n 1 }";
        assert_eq!(parsed(text).statements.len(), 2);
        assert_eq!(plain_comments("a /// b"), "a //  b");
    }

    #[test]
    fn a_hash_bang_line_is_a_comment() {
        let parsed = parsed("#!/usr/bin/env threadlab\nlet x = 1;");
        assert_eq!(pos(parsed.statements[0].position()), Pos::new(2, 1));
    }

    /// Parses and draws what is wrong; the assertion is that nothing panics.
    fn survives(text: &str) {
        if let Err(problems) = parse(text) {
            assert!(!problems.is_empty());
            assert!(!render(&problems, "input", text, Style::Plain).is_empty());
        }
        let _ = crate::language::python::translate(text, &crate::language::python::nothing_earlier);
        let _ = crate::language::python::hints(text, |_| true);
    }

    const PIECES: &str = "(let|fn|if|else|for|in|while|with|as|def|x|f|1|2.5|'a'|'ab|\"s\"|\"|`|\\$\\{|\\{|\\}|\\(|\\)|\\[|\\]|#\\{|;|:|,|\\.|=|==|\\+|-|\\||//|/\\*|\\*/|#|\\n|    |lambda|not|and|is|None|return|thread|switch|=>|_|print|try|catch|except|class|f\"\\{x\\}\"|%|\\\\|é| )";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            survives(&text);
        }

        #[test]
        fn no_mix_of_words_panics(text in proptest::collection::vec(PIECES, 0..30)) {
            survives(&text.concat());
            survives(&text.join(" "));
        }
    }
}
