//! From a text of Python's to its syntax tree: parsed by `ruff_python_parser`, bounded in depth.
//!
//! Everything that walks the tree afterwards is recursive, and so is the code that frees it. Hence
//! two bounds: a count of operators and brackets before the tree is made, which keeps it shallow
//! enough to be freed, and the true depth of the tree, which keeps the translator's stack small.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::{Parsed, parse_unchecked_source};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::language::diagnostic::{Code, Diagnostic, Span};
use crate::pos::Pos;

/// How many operators and open brackets may nest in one line before the tree is made.
const MAX_SIGNS: usize = 1_000;

/// How deep statements and expressions may nest.
const MAX_DEPTH: usize = 90;

/// A text and where its lines begin.
pub(super) struct Source<'t> {
    /// The text.
    pub(super) text: &'t str,
    /// The offset of each line's first byte.
    lines: Vec<u32>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(starts.map(|(at, _)| at as u32 + 1));
        let lines = lines.collect();
        Self { text, lines }
    }

    /// The line (from 0) in which an offset lies.
    pub(super) fn line(&self, at: TextSize) -> usize {
        self.lines.partition_point(|start| *start <= at.to_u32()) - 1
    }

    /// The place of an offset.
    pub(super) fn pos(&self, at: TextSize) -> Pos {
        let line = self.line(at);
        let start = self.lines[line] as usize;
        let before = self.text.get(start..at.to_usize()).unwrap_or_default();
        let saturate = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        Pos::new(saturate(line + 1), saturate(before.chars().count() + 1))
    }

    /// The stretch of a range, which ends with its first line.
    pub(super) fn span(&self, range: TextRange) -> Span {
        let first = self.slice(range).lines().next().unwrap_or_default();
        Span::of(self.pos(range.start()), first.chars().count().max(1))
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: TextRange) -> &'t str {
        self.text.get(range.to_std_range()).unwrap_or_default()
    }
}

/// The syntax tree of a text.
///
/// # Errors
/// Python's parser does not accept it, or it nests too deeply.
pub(super) fn parse(
    source: &Source<'_>,
) -> Result<Parsed<ruff_python_ast::ModModule>, Box<Diagnostic>> {
    if let Some(at) = nests_too_deeply(source.text) {
        let at = TextSize::try_from(at).unwrap_or_default();
        return Err(too_deep(source, TextRange::empty(at)));
    }
    let parsed = parse_unchecked_source(source.text, ruff_python_ast::PySourceType::Python);
    if let Some(error) = parsed.errors().first() {
        let message = format!(
            "this is no Python: {}",
            lower_first(&error.error.to_string())
        );
        let diagnostic = Diagnostic::error(Code::Python, source.span(error.location), message)
            .label("Python's grammar ends here");
        return Err(Box::new(diagnostic));
    }
    let mut depth = Depth::default();
    for statement in &parsed.syntax().body {
        depth.visit_stmt(statement);
    }
    match depth.exceeded {
        Some(range) => Err(too_deep(source, range)),
        None => Ok(parsed),
    }
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(characters).collect()
}

fn too_deep(source: &Source<'_>, range: TextRange) -> Box<Diagnostic> {
    let message = "expressions or blocks are nested too deeply here";
    Box::new(
        Diagnostic::error(Code::TooLarge, source.span(range), message)
            .label("too deep from here on")
            .help("keep parts of it in variables or functions"),
    )
}

/// How deep the tree is; stops where that is too deep.
#[derive(Default)]
struct Depth {
    now: usize,
    exceeded: Option<TextRange>,
}

impl Depth {
    fn enter(&mut self, range: TextRange, walk: impl FnOnce(&mut Self)) {
        if self.now == MAX_DEPTH {
            self.exceeded.get_or_insert(range);
        } else if self.exceeded.is_none() {
            self.now += 1;
            walk(self);
            self.now -= 1;
        }
    }
}

impl<'a> Visitor<'a> for Depth {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.enter(statement.range(), |depth| walk_stmt(depth, statement));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.enter(expr.range(), |depth| walk_expr(depth, expr));
    }
}

/// Where more signs nest than a tree may be deep, counted without a tree: all operators since the
/// last comma, in all open brackets. Texts are skipped, but not those with expressions in them.
fn nests_too_deeply(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = vec![0_usize];
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let is_outside = open.len() == 1;
        let depth = open.last_mut()?;
        match byte {
            b'#' => {
                let rest = &bytes[at..];
                at += rest
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .unwrap_or(rest.len());
                continue;
            }
            b'"' | b'\'' if !has_expressions(&bytes[..at]) => {
                at = end_of_text(bytes, at);
                continue;
            }
            b'(' | b'[' | b'{' => {
                *depth += 1;
                open.push(0);
            }
            // The outermost stretch stays open.
            b')' | b']' | b'}' => open.truncate((open.len() - 1).max(1)),
            b',' => *depth = 0,
            b'\n' if is_outside => *depth = 0,
            byte if byte.is_ascii_punctuation() && *byte != b'_' => *depth += 1,
            byte if byte.is_ascii_whitespace() && !bytes[..at].ends_with(b" ") => *depth += 1,
            _ => {}
        }
        if open.len() + open.iter().sum::<usize>() > MAX_SIGNS {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Whether the quote behind `before` opens a text with expressions in it: `f"..."`.
fn has_expressions(before: &[u8]) -> bool {
    let letters = before
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic());
    let letters: Vec<u8> = letters.take(3).map(u8::to_ascii_lowercase).collect();
    letters.len() < 3 && (letters.contains(&b'f') || letters.contains(&b't'))
}

/// Where the text ends whose quote is at `start`.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let is_long = bytes[start..].starts_with(&[quote; 3]);
    let width = if is_long { 3 } else { 1 };
    let mut at = start + width;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' if !is_long => return at,
            _ if bytes[at..].starts_with(&[quote; 3][..width]) => return at + width,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_deep_enough_to_overflow_the_stack() {
        let count = 20_000;
        let texts = [
            "(".repeat(count),
            format!("x = {}1", "-".repeat(count)),
            format!("x = {}", vec!["1"; count].join("+")),
            format!("x = {}", vec!["1"; count].join(" if a else ")),
            format!("{}x", "not ".repeat(count)),
            format!("{}x", "lambda: ".repeat(count)),
            format!("x{}", ".a".repeat(count)),
            format!("x{}", "()".repeat(count)),
            format!("f\"{}x{}\"", "{".repeat(count), "}".repeat(count)),
            format!("f'{{{}1}}'", "-".repeat(count)),
            (0..count)
                .map(|depth| format!("{}if a:\n", " ".repeat(depth.min(500))))
                .collect(),
        ];
        for text in &texts {
            let source = Source::new(text);
            assert!(parse(&source).is_err(), "{}", &text[..20]);
        }
    }

    #[test]
    fn long_lists_and_texts_are_no_depth() {
        let list = format!("x = [{}]", vec!["-1"; 5_000].join(", "));
        let line = format!("x = '{}'", "-".repeat(5_000));
        for text in [list, line] {
            assert!(parse(&Source::new(&text)).is_ok());
        }
    }
}
