//! Code in colours, as it is typed and in lessons.
//!
//! A few rules for words, strings, numbers and comments; enough for eyes, and never wrong about the
//! text itself: without the colours it is what was given.

use crate::view::paint::{Paint, Role};

/// The words of the language.
pub(super) const KEYWORDS: [&str; 31] = [
    "let",
    "const",
    "fn",
    "private",
    "if",
    "else",
    "switch",
    "while",
    "loop",
    "do",
    "until",
    "for",
    "in",
    "break",
    "continue",
    "return",
    "throw",
    "try",
    "catch",
    "with",
    "as",
    "await",
    "import",
    "export",
    "global",
    "this",
    "true",
    "false",
    "is_shared",
    "Fn",
    "eval",
];

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A word of the language.
    Keyword,
    /// A name.
    Name,
    /// A string or character; the rest of the text when it is open.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// One character of another kind.
    Other,
}

/// The pieces of a text, in order; together they are the text.
pub(super) fn parts(code: &str) -> impl Iterator<Item = (&str, Part)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = code.get(at..).filter(|rest| !rest.is_empty())?;
        let (length, part) = token(rest);
        at += length;
        Some((&rest[..length], part))
    })
}

/// `code` in colours. `lit` are the bytes of two brackets to be shown as a pair. Names that `is_known`
/// does not know are dim.
pub(super) fn highlight_names(
    code: &str,
    lit: Option<(usize, usize)>,
    paint: Paint,
    is_known: impl Fn(&str) -> bool,
) -> String {
    if paint == Paint::Plain {
        return code.into();
    }
    let mut out = String::with_capacity(code.len() * 2);
    let mut at = 0;
    // A name behind a point is a method or a field, and one before a colon is a key.
    let mut before = "";
    for (text, part) in parts(code) {
        let behind = code[at + text.len()..].trim_start();
        let is_member = before == "." || behind.starts_with(':') && !behind.starts_with("::");
        let role = match part {
            _ if lit.is_some_and(|(one, other)| at == one || at == other) => Some(Role::Bracket),
            Part::Keyword => Some(Role::Keyword),
            Part::Text => Some(Role::Text),
            Part::Number => Some(Role::Number),
            Part::Comment => Some(Role::Comment),
            Part::Name if !is_member && !is_known(text) => Some(Role::Faint),
            Part::Name | Part::Other => None,
        };
        match role {
            Some(role) => paint.write(&mut out, role, text),
            None => out.push_str(text),
        }
        at += text.len();
        if !text.trim().is_empty() {
            before = text;
        }
    }
    out
}

/// `code` in colours. `lit` are the bytes of two brackets to be shown as a pair.
pub(super) fn highlight(code: &str, lit: Option<(usize, usize)>, paint: Paint) -> String {
    highlight_names(code, lit, paint, |_| true)
}

/// The bracket at or before the cursor, and its partner, as bytes.
pub(super) fn pair(code: &str, cursor: usize) -> Option<(usize, usize)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut pairs = Vec::new();
    let mut at = 0;
    for (text, part) in parts(code) {
        let first = text.chars().next()?;
        match first {
            _ if part != Part::Other => {}
            '(' | '[' | '{' => open.push((at, first)),
            ')' | ']' | '}' => {
                let (start, opener) = open.pop()?;
                if !matches!((opener, first), ('(', ')') | ('[', ']') | ('{', '}')) {
                    return None;
                }
                pairs.push((start, at));
            }
            _ => {}
        }
        at += text.len();
    }
    let stands = |place: usize| {
        pairs
            .iter()
            .copied()
            .find(|&(one, other)| one == place || other == place)
    };
    stands(cursor).or_else(|| cursor.checked_sub(1).and_then(stands))
}

/// The length of the token that begins `rest`, and what it is. `rest` is not empty.
fn token(rest: &str) -> (usize, Part) {
    let bytes = rest.as_bytes();
    let first = rest.chars().next().unwrap_or(' ');
    let run = |part: fn(char) -> bool| rest.find(|c| !part(c)).unwrap_or(rest.len());
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Part::Comment);
    }
    if let Some(inside) = rest.strip_prefix("/*") {
        let end = inside.find("*/").map_or(rest.len(), |end| end + 4);
        return (end, Part::Comment);
    }
    match first {
        '"' | '`' | '\'' => (quoted(bytes), Part::Text),
        '0'..='9' => {
            let mut length = run(|c| c.is_ascii_alphanumeric() || c == '_');
            // A point belongs to the number only before a digit: `0..5` is a range.
            if bytes.get(length) == Some(&b'.')
                && bytes.get(length + 1).is_some_and(u8::is_ascii_digit)
            {
                length += 1;
                length += rest[length..]
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(rest.len() - length);
            }
            (length, Part::Number)
        }
        c if c.is_alphabetic() || c == '_' => {
            let length = run(|c| c.is_alphanumeric() || c == '_');
            let part = match KEYWORDS.contains(&&rest[..length]) {
                true => Part::Keyword,
                false => Part::Name,
            };
            (length, part)
        }
        other => (other.len_utf8(), Part::Other),
    }
}

/// The length of a string or character with its quotes; all of the rest when it is open.
fn quoted(bytes: &[u8]) -> usize {
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if bytes[0] != b'`' => at += 2,
            b'\n' if bytes[0] != b'`' => return at,
            quote if quote == bytes[0] => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with each colour as `<...>`.
    fn marked(code: &str) -> String {
        let text = highlight(code, None, Paint::Coloured);
        let mut out = String::new();
        for part in text.split("\x1b[").enumerate() {
            match part {
                (0, plain) => out.push_str(plain),
                (_, painted) => {
                    let (codes, text) = painted.split_once('m').unwrap();
                    out.push(if codes == "0" { '>' } else { '<' });
                    out.push_str(text);
                }
            }
        }
        out
    }

    #[test]
    fn words_strings_numbers_and_comments_are_seen() {
        assert_eq!(marked("let a = 1.5;"), "<let> a = <1.5>;");
        assert_eq!(marked("for i in 0..10 {}"), "<for> i <in> <0>..<10> {}");
        assert_eq!(marked("f(\"a \\\" b\") // c"), "f(<\"a \\\" b\">) <// c>");
        assert_eq!(marked("\"open"), "<\"open>");
        assert_eq!(marked("letter"), "letter");
        assert_eq!(marked("/* a"), "</* a>");
        assert_eq!(marked("\"é\\"), "<\"é\\>");
    }

    #[test]
    fn names_that_are_not_there_are_dim() {
        let known = |name: &str| ["a", "f"].contains(&name);
        let text = highlight_names("f(a, b.c, #{k: a})", None, Paint::Coloured, known);
        let dim = Paint::Coloured.text(Role::Faint, "b");
        assert_eq!(text, format!("f(a, {dim}.c, #{{k: a}})"));
    }

    #[test]
    fn a_bracket_finds_its_partner_but_not_in_strings() {
        assert_eq!(pair("f(a[1])", 1), Some((1, 6)));
        assert_eq!(pair("f(a[1])", 7), Some((1, 6)));
        assert_eq!(pair("f(\")\")", 1), Some((1, 5)));
        assert_eq!(pair("f(a", 1), None);
        assert_eq!(pair("f(a]", 1), None);
    }
}
