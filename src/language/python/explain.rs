//! What a text that this language's parser has refused is in Python, or in Go.

use super::translate;
use crate::language::diagnostic::{Code, Diagnostic, Span};
use crate::language::scan::{Kind, Token, scan};
use crate::pos::Pos;

/// What is to be said of a text in which this language's parser came as far as `error`: its
/// translation, or what Python's parser finds if that gets further. `None` when it is no Python.
pub(in crate::language) fn explain(text: &str, error: Pos) -> Option<Diagnostic> {
    let python = match translate(text, &super::nothing_earlier) {
        // What Python writes as it is written here is not what is wrong.
        Ok(translation) if is_same_code(text, &translation.text) => return None,
        Ok(translation) => {
            let diagnostic = match translation.problems.into_iter().next() {
                Some(problem) => problem,
                None => {
                    let line = error.line_of(text).unwrap_or_default();
                    let span = Span::of(first_column(text, error), line.chars().count());
                    Diagnostic::error(Code::Python, span, "this is Python")
                        .label("written differently here")
                }
            };
            return Some(diagnostic.suggest(translation.text.trim_end()));
        }
        Err(python) => python,
    };
    go(text, error)
        .or_else(|| (python.span.start.line > error.line && error.line > 0).then_some(*python))
}

/// Whether two texts differ in white space, `let` and the ends of statements only.
fn is_same_code(one: &str, other: &str) -> bool {
    let code = |text: &str| {
        let words = text.split_whitespace().filter(|word| *word != "let");
        words.collect::<String>().replace(';', "")
    };
    code(one) == code(other)
}

/// Where the line of a position begins behind its indentation.
fn first_column(text: &str, pos: Pos) -> Pos {
    let line = text.lines().nth(usize::from(pos.line.saturating_sub(1)));
    let indent = line
        .unwrap_or_default()
        .chars()
        .take_while(|ch| ch.is_whitespace());
    let column = u16::try_from(indent.count() + 1).unwrap_or(1);
    Pos::new(pos.line.max(1), column)
}

/// What Go writes differently, for those who come from its channels.
fn go(text: &str, error: Pos) -> Option<Diagnostic> {
    let tokens = scan(text).code();
    let found = (0..tokens.len()).find_map(|at| {
        let (before, rest) = tokens.split_at(at);
        if rest[0].pos.line != error.line {
            return None;
        }
        let begins = before
            .last()
            .is_none_or(|before| before.pos.line != rest[0].pos.line);
        match rest {
            [name, sign, more, ..]
                if begins && sign.text == ":="
                    || begins && sign.text == ":" && more.text == "=" =>
            {
                let line = line_behind(text, sign)
                    .trim_start_matches([':', '='])
                    .trim();
                Some((
                    sign,
                    "there is no `:=` here; a new variable begins with `let`",
                    format!("let {} = {};", name.text, value(line)),
                ))
            }
            [word, function, open, ..]
                if begins
                    && word.text == "go"
                    && open.text == "("
                    && function.kind == Kind::Word =>
            {
                let line = line_behind(text, function).trim().trim_end_matches(';');
                Some((
                    word,
                    "a function is called in a thread of its own by `spawn` here",
                    format!("spawn(|| {line});"),
                ))
            }
            [arrow, dash, channel, ..]
                if arrow.text == "<" && dash.text == "-" || arrow.text == "<-" =>
            {
                let channel = if arrow.text == "<-" { dash } else { channel };
                let line = format!("{}.receive();", channel.text);
                Some((arrow, "a value is received by `receive` here", line))
            }
            _ => None,
        }
    });
    let (token, message, line) = found?;
    let span = Span::of(token.pos, token.text.chars().count());
    Some(
        Diagnostic::error(Code::Python, span, message)
            .label("this is Go")
            .suggest(line),
    )
}

/// The rest of a line from a token on.
fn line_behind<'t>(text: &'t str, token: &Token<'_>) -> &'t str {
    text[token.start..].lines().next().unwrap_or_default()
}

/// What stands behind `:=`, in this language.
fn value(text: &str) -> String {
    let text = text.trim_end_matches(';').trim();
    match text.strip_prefix("<-") {
        Some(channel) => format!("{}.receive()", channel.trim()),
        None => match text.strip_prefix("make(chan") {
            Some(rest) => {
                let size = rest.trim_end_matches(')').split(',').nth(1);
                format!("channel({})", size.unwrap_or_default().trim())
            }
            None => text.to_string(),
        },
    }
}
