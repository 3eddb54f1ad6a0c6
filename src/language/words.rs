//! The names and the comments of a text, with their lines: for what a text uses, not what it
//! means. Works on tokens and never fails.

use std::ops::Range;

use super::scan::{Kind, scan};

/// A name or a word of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// The name.
    pub text: &'t str,
    /// Its line, from 1.
    pub line: u32,
    /// Whether it stands behind a dot, or is the key of a map.
    pub is_member: bool,
    /// Whether a parenthesis follows.
    pub is_called: bool,
    /// Whether the text names something new by it: behind `let`, `fn`, `for` and the like, or as a parameter.
    pub is_new: bool,
}

/// The names in a text, in order.
pub fn words(text: &str) -> Vec<Word<'_>> {
    let scanned = scan(text);
    let tokens = scanned.code();
    let text_at = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |t| t.text);
    let mut found = Vec::new();
    let mut is_parameter = false;
    for (at, token) in tokens.iter().enumerate() {
        let before = text_at(at.checked_sub(1));
        let after = text_at(Some(at + 1));
        if token.text == "|" {
            // The bars of a closure stand where no value ends; between them are its parameters.
            let ends_value = at > 0 && tokens[at - 1].ends_value();
            is_parameter = !is_parameter && !ends_value;
        }
        if token.kind != Kind::Word {
            continue;
        }
        let is_key = after == ":" && matches!(before, "#{" | ",");
        found.push(Word {
            text: token.text,
            line: token.pos.line.into(),
            is_member: matches!(before, "." | "?.") || is_key,
            is_called: after == "(",
            is_new: is_parameter
                || matches!(
                    before,
                    "let" | "const" | "fn" | "for" | "as" | "class" | "catch"
                ),
        });
    }
    found
}

/// A comment that follows code in its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment<'t> {
    /// Its line, from 1.
    pub line: u32,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// What it says, without the marks.
    pub text: &'t str,
}

/// The comments of a text that follow code in their lines.
pub fn comments_behind_code(text: &str) -> Vec<Comment<'_>> {
    let scanned = scan(text);
    let mut found = Vec::new();
    let mut last_code = 0;
    for token in &scanned.tokens {
        let line = u32::from(token.pos.line);
        match token.kind {
            Kind::Comment if line == last_code => found.push(Comment {
                line,
                span: token.start..token.end(),
                text: token.text.trim_start_matches('/').trim(),
            }),
            Kind::Comment => {}
            _ => last_code = line,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_what_stands_around_them() {
        let text = "let a = #{b: 1};\na.c(|x| x + y); // why\n// alone\nd";
        let found = words(text);
        let of = |name: &str| found.iter().find(|word| word.text == name).copied();
        assert!(of("a").is_some_and(|word| word.is_new && word.line == 1));
        assert!(of("b").is_some_and(|word| word.is_member));
        assert!(of("c").is_some_and(|word| word.is_member && word.is_called && word.line == 2));
        assert!(of("x").is_some_and(|word| word.is_new));
        assert!(of("y").is_some_and(|word| !word.is_new));
        assert!(of("d").is_some_and(|word| !word.is_called && word.line == 4));
        let comments = comments_behind_code(text);
        let [comment] = comments.as_slice() else {
            panic!("{comments:?}");
        };
        assert_eq!((comment.line, comment.text), (2, "why"));
        assert_eq!(&text[comment.span.clone()], "// why");
    }
}
