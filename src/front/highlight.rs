//! Code in colours, as it is typed and in lessons.
//!
//! A few rules for words, strings, numbers and comments; enough for eyes, and never wrong about the
//! text itself: without the colours it is what was given.

use crate::view::paint::{Paint, Role};

const KEYWORDS: [&str; 30] = [
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

/// `code` in colours. `lit` are the bytes of two brackets to be shown as a pair.
pub(super) fn highlight(code: &str, lit: Option<(usize, usize)>, paint: Paint) -> String {
    if paint == Paint::Plain {
        return code.into();
    }
    let mut out = String::with_capacity(code.len() * 2);
    let mut at = 0;
    while at < code.len() {
        let (length, role) = token(&code[at..]);
        let text = &code[at..at + length];
        match role {
            _ if lit.is_some_and(|(one, other)| at == one || at == other) => {
                paint.write(&mut out, Role::Bracket, text);
            }
            Some(role) => paint.write(&mut out, role, text),
            None => out.push_str(text),
        }
        at += length;
    }
    out
}

/// The bracket at or before the cursor, and its partner, as bytes.
pub(super) fn pair(code: &str, cursor: usize) -> Option<(usize, usize)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut pairs = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let (length, role) = token(&code[at..]);
        let first = code[at..].chars().next()?;
        match first {
            _ if role.is_some() => {}
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
        at += length;
    }
    let stands = |place: usize| {
        pairs
            .iter()
            .copied()
            .find(|&(one, other)| one == place || other == place)
    };
    stands(cursor).or_else(|| cursor.checked_sub(1).and_then(stands))
}

/// The length of the token that begins `rest`, and how it looks. `rest` is not empty.
fn token(rest: &str) -> (usize, Option<Role>) {
    let bytes = rest.as_bytes();
    let first = rest.chars().next().unwrap_or(' ');
    let run = |part: fn(char) -> bool| rest.find(|c| !part(c)).unwrap_or(rest.len());
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Some(Role::Comment));
    }
    if let Some(inside) = rest.strip_prefix("/*") {
        let end = inside.find("*/").map_or(rest.len(), |end| end + 4);
        return (end, Some(Role::Comment));
    }
    match first {
        '"' | '`' | '\'' => (quoted(bytes), Some(Role::Text)),
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
            (length, Some(Role::Number))
        }
        c if c.is_alphabetic() || c == '_' => {
            let length = run(|c| c.is_alphanumeric() || c == '_');
            (
                length,
                KEYWORDS.contains(&&rest[..length]).then_some(Role::Keyword),
            )
        }
        other => (other.len_utf8(), None),
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
    fn a_bracket_finds_its_partner_but_not_in_strings() {
        assert_eq!(pair("f(a[1])", 1), Some((1, 6)));
        assert_eq!(pair("f(a[1])", 7), Some((1, 6)));
        assert_eq!(pair("f(\")\")", 1), Some((1, 5)));
        assert_eq!(pair("f(a", 1), None);
        assert_eq!(pair("f(a]", 1), None);
    }
}
