//! Texts that are valid Rhai but may have been meant as Python.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::syntax::{Source, parse};
use crate::language::diagnostic::{Code, Diagnostic, Span};
use crate::language::scan::{Kind, Token, scan};

/// Hints for a text that parses. It keeps its meaning, so these never stop it. `is_awaited` says
/// whether the library's function of this name, such as `asyncio.sleep`, does nothing until what it
/// gives is awaited.
pub fn hints(text: &str, is_awaited: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let tokens = scan(text).tokens;
    let mut hints = Vec::new();
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        depth += step(token);
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        let rest = &tokens[index..];
        let hint = division(text, before, token)
            .or_else(|| call_result(text, rest))
            .or_else(|| idle_await(text, rest))
            .or_else(|| never_awaited(text, before, rest, depth > 0, &is_awaited));
        hints.extend(hint);
    }
    hints.extend(difference(text));
    hints
}

/// What both languages accept and would answer differently; the first such thing.
fn difference(text: &str) -> Option<Diagnostic> {
    if !text.contains(['/', '<', '>']) && !text.contains("**") {
        return None;
    }
    let source = Source::new(text);
    let parsed = parse(&source).ok()?;
    let mut finder = Differences {
        source: &source,
        found: None,
    };
    finder.visit_body(&parsed.syntax().body);
    finder.found
}

struct Differences<'s> {
    source: &'s Source<'s>,
    found: Option<Diagnostic>,
}

impl Differences<'_> {
    fn find(&mut self, expr: &Expr, message: &str, help: &str) {
        let shown = self.source.slice(expr.range());
        let span = self.source.span(expr.range());
        let hint = Diagnostic::hint(Code::Suspicious, span, format!("`{shown}` {message}"))
            .label("different in Python")
            .help(help);
        self.found.get_or_insert(hint);
    }
}

impl<'a> Visitor<'a> for Differences<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let int = |expr: &Expr| match expr {
            Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(value) => value.as_i64(),
                _ => None,
            },
            _ => None,
        };
        match expr {
            Expr::BinOp(division) if division.op == ast::Operator::Div => {
                if let (Some(a), Some(b @ 1..)) = (int(&division.left), int(&division.right))
                    && a % b != 0
                {
                    let message =
                        format!("is {} here and {} in Python", a / b, a as f64 / b as f64);
                    self.find(expr, &message, &format!("for that, write `{a}.0 / {b}`"));
                }
            }
            Expr::UnaryOp(sign) if sign.op == ast::UnaryOp::USub => {
                if let Expr::BinOp(power) = &*sign.operand
                    && power.op == ast::Operator::Pow
                {
                    let shown = self.source.slice(power.range());
                    let help = format!("for what it is in Python, write `-({shown})`");
                    self.find(expr, "is the power of a negative number here", &help);
                }
            }
            Expr::Compare(compare) if compare.ops.len() > 1 => {
                let help = "join two comparisons: `a < b && b < c`";
                self.find(
                    expr,
                    "compares the result of its first comparison here",
                    help,
                );
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

/// How much deeper in brackets what follows a token is.
fn step(token: &Token<'_>) -> i32 {
    match token.kind {
        Kind::Open => 1,
        Kind::Close => -1,
        _ => 0,
    }
}

/// Where the bracket closes within which the tokens begin.
fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 1;
    tokens.iter().position(|token| {
        depth += step(token);
        depth == 0
    })
}

/// The line of a token with `new` in place of what stands from `from` to `to`, which is on it.
fn with_instead(text: &str, from: &Token<'_>, to: usize, new: &str) -> String {
    let line = line_of(text, from);
    let start = text[..from.start].rfind('\n').map_or(0, |at| at + 1);
    let rest = to.checked_sub(start).and_then(|to| line.get(to..));
    let line = format!(
        "{}{new}{}",
        &line[..from.start - start],
        rest.unwrap_or(";")
    );
    line.trim().to_string()
}

/// `await sleep(1)`, which stops all tasks, and `await 5`, where there is nothing to wait for.
fn idle_await(text: &str, tokens: &[Token<'_>]) -> Option<Diagnostic> {
    let [word, first, rest @ ..] = tokens else {
        return None;
    };
    if word.text != "await" {
        return None;
    }
    let texts: Vec<&str> = tokens
        .iter()
        .skip(1)
        .take(4)
        .map(|token| token.text)
        .collect();
    let (sleeps, paren) = match texts[..] {
        ["sleep", "(", ..] => (true, 1),
        ["time", ".", "sleep", "("] => (true, 3),
        _ => (false, 0),
    };
    if sleeps && !text.contains("fn sleep(") {
        let end = tokens[paren].end();
        let width = text[first.start..end].chars().count();
        return Some(
            Diagnostic::hint(
                Code::Suspicious,
                Span::of(first.pos, width),
                "`sleep` waits without awaiting: no other task runs meanwhile",
            )
            .label("stops all tasks")
            .suggest(with_instead(text, first, end, "asyncio.sleep")),
        );
    }
    let is_literal =
        matches!(first.kind, Kind::Number | Kind::Text) || matches!(first.text, "true" | "false");
    // What follows may make something else of it.
    let is_whole = (rest.first()).is_none_or(|next| matches!(next.text, ";" | ")" | "," | "}"));
    (is_literal && is_whole).then(|| {
        Diagnostic::hint(
            Code::Suspicious,
            Span::of(first.pos, first.text.chars().count()),
            "there is nothing to wait for here",
        )
        .label("a value that is there already")
        .help("`await` waits for a task, or for what a function of asyncio gives")
    })
}

/// `asyncio.sleep(1);` as a statement: nothing happens.
fn never_awaited(
    text: &str,
    before: Option<&Token<'_>>,
    tokens: &[Token<'_>],
    is_inside: bool,
    is_awaited: impl Fn(&str) -> bool,
) -> Option<Diagnostic> {
    let [module, dot, function, open, rest @ ..] = tokens else {
        return None;
    };
    let begins = before.is_none_or(|before| matches!(before.text, ";" | "{" | "}"));
    if !begins || module.text != "asyncio" || dot.text != "." || open.text != "(" {
        return None;
    }
    let name = format!("asyncio.{}", function.text);
    let close = closing(rest)?;
    if !is_awaited(&name) || rest.get(close + 1)?.text != ";" {
        return None;
    }
    // The loop that runs it tells of it itself.
    if is_inside && text.contains("asyncio.run(") {
        return None;
    }
    let hint = Diagnostic::hint(
        Code::Suspicious,
        Span::of(module.pos, name.chars().count()),
        format!("what `{name}` gives is never awaited: nothing happens here"),
    )
    .label("never awaited");
    Some(match is_inside {
        true => hint.suggest(with_instead(text, module, module.start, "await ")),
        false => hint
            .help("only a task can await: do it in a function, and run that: `asyncio.run(main);`"),
    })
}

/// `5 // 2`: a comment, where Python divides.
fn division(text: &str, before: Option<&Token<'_>>, token: &Token<'_>) -> Option<Diagnostic> {
    let divisor = token.text.strip_prefix("//")?.trim().trim_end_matches(';');
    let before =
        before.filter(|before| before.ends_value() && before.pos.line == token.pos.line)?;
    let number = divisor.starts_with(|ch: char| ch.is_ascii_digit());
    if token.kind != Kind::Comment || !number || divisor.contains(char::is_whitespace) {
        return None;
    }
    let line = line_of(text, token);
    let head = &line[..line.len() - (text_line_end(text, token) - before.end())];
    Some(
        Diagnostic::hint(
            Code::Suspicious,
            Span::of(token.pos, token.text.chars().count()),
            "`//` begins a comment",
        )
        .label("this is not read")
        .help("integers divide with `/`, which drops the remainder as Python's `//` does")
        .suggest(format!("{} / {divisor};", head.trim())),
    )
}

/// `Thread(f())`: what `f` returned, where the function itself was meant.
fn call_result(text: &str, tokens: &[Token<'_>]) -> Option<Diagnostic> {
    let [maker, open, function, inner, rest @ ..] = tokens else {
        return None;
    };
    let makes = matches!(maker.text, "Thread" | "spawn" | "submit");
    // `Fn("f")` and what is curried are functions.
    let gives_function = matches!(function.text, "Fn" | "curry");
    if !makes
        || gives_function
        || open.text != "("
        || function.kind != Kind::Word
        || inner.text != "("
    {
        return None;
    }
    let close = closing(rest)?;
    let after = rest.get(close + 1)?;
    if !matches!(after.text, ")" | ",") {
        return None;
    }
    let arguments = text[inner.end()..rest[close].start].trim();
    let instead = match (arguments, maker.text) {
        ("", _) => function.text.to_string(),
        (_, "spawn") => format!("|| {}({arguments})", function.text),
        (_, "submit") => format!("{}, {arguments}", function.text),
        _ => format!("{}, [{arguments}]", function.text),
    };
    let line = line_of(text, function);
    let begin = text.len() - text[function.start..].len();
    let line_start = text[..begin].rfind('\n').map_or(0, |at| at + 1);
    let suggestion = if rest[close].pos.line == function.pos.line {
        let from = rest[close].end() - line_start;
        format!("{}{instead}{}", &line[..begin - line_start], &line[from..])
    } else {
        format!("{}({instead})", maker.text)
    };
    let width = rest[close].end() - function.start;
    Some(
        Diagnostic::hint(
            Code::CalledFirst,
            Span::of(function.pos, width),
            format!(
                "`{}` is called here, before the thread exists",
                function.text
            ),
        )
        .label(format!("the thread gets what `{}` returned", function.text))
        .help("to run a function in the thread, pass its name without parentheses")
        .suggest(suggestion.trim()),
    )
}

fn text_line_end(text: &str, token: &Token<'_>) -> usize {
    text[token.start..]
        .find('\n')
        .map_or(text.len(), |at| token.start + at)
}

/// The line on which a token stands.
fn line_of<'t>(text: &'t str, token: &Token<'_>) -> &'t str {
    let start = text[..token.start].rfind('\n').map_or(0, |at| at + 1);
    &text[start..text_line_end(text, token)]
}

/// The line to type for an assignment to a name that nothing has: `x = 5` becomes `let x = 5;`.
///
/// ```
/// use threadlab::language::python::undefined_assignment;
/// assert_eq!(undefined_assignment("x", "  x = True"), "let x = true;");
/// ```
pub fn undefined_assignment(name: &str, line: &str) -> String {
    let line = line.trim();
    if let Ok(translation) = super::translate(line, &super::nothing_earlier)
        && translation.problems.is_empty()
        && translation.text.starts_with(&format!("let {name} ="))
    {
        return translation.text.trim_end().to_string();
    }
    let end = if line.ends_with([';', '{', '}']) {
        ""
    } else {
        ";"
    };
    format!("let {line}{end}")
}

/// What Python's word for a value is here: `True` is `true`. For a name that nothing has.
pub fn meant_value(name: &str) -> Option<&'static str> {
    match name {
        "True" => Some("true"),
        "False" => Some("false"),
        "None" | "null" | "nil" | "undefined" => Some("()"),
        "self" => Some("this"),
        _ => None,
    }
}
