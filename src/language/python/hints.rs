//! Texts that are valid Rhai but may have been meant as Python.

use super::rewrite::{self, Names};
use super::table::Reply;
use crate::language::diagnostic::{Code, Diagnostic, Span};
use crate::language::scan::{Kind, Token, scan};

/// Hints for a text that parses. It keeps its meaning, so these never stop it.
pub fn hints(text: &str) -> Vec<Diagnostic> {
    let tokens = scan(text).tokens;
    let mut hints = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &tokens[before]);
        let hint = division(text, before, token).or_else(|| call_result(text, &tokens[index..]));
        hints.extend(hint);
    }
    hints
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
    if !makes || open.text != "(" || function.kind != Kind::Word || inner.text != "(" {
        return None;
    }
    let mut depth = 1;
    let close = rest.iter().position(|token| {
        depth += match token.kind {
            Kind::Open => 1,
            Kind::Close => -1,
            _ => 0,
        };
        depth == 0
    })?;
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
            Code::Suspicious,
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
    if let Some(answer) = rewrite::line(line, &mut Names::default())
        && let Reply::Type(text) = answer.reply
        && text.starts_with(&format!("let {name} ="))
    {
        return text;
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
