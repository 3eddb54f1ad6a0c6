//! The sizes that a text must not exceed, checked before Rhai's parser sees it.
//!
//! Rhai counts lines and columns in 16 bits and goes on counting in silence, so that every position
//! after the limit would be wrong. A clear refusal is better. It bounds how deep expressions nest, but
//! not how long `a.b.c...` goes on, which its tree nests just as deep: everything recursive that
//! walks the tree would overflow its stack.

use super::diagnostic::{Code, Diagnostic, Span};
use super::scan::{Kind, scan};
use crate::pos::Pos;

/// The most lines a text may have, and the most characters a line may have.
const MAX_LINES: usize = 65_000;

/// The most properties, indices and calls that may follow one another (`a.b[0].c()` has four).
const MAX_CHAIN: usize = 400;

/// Refuses a text that is too long for positions to be right, or for a tree to be walked.
pub(super) fn check(text: &str) -> Result<(), Diagnostic> {
    lines(text)?;
    chains(text)
}

/// Refuses `a.b.c...` that goes on too long.
fn chains(text: &str) -> Result<(), Diagnostic> {
    // Each link takes two characters.
    if text.len() < 2 * MAX_CHAIN {
        return Ok(());
    }
    let tokens = scan(text).code();
    // The links so far, for each bracket that is open.
    let mut links = vec![0];
    let mut after_value = false;
    let mut after_point = false;
    for token in &tokens {
        let point = matches!(token.text, "." | "?.");
        let last = links.len() - 1;
        match token.kind {
            Kind::Open => {
                links[last] = if after_value { links[last] + 1 } else { 0 };
                links.push(0);
            }
            Kind::Close if last > 0 => {
                links.pop();
            }
            _ if point => links[last] += 1,
            Kind::Word if after_point => {}
            _ if token.text == "?" => {}
            _ => links[last] = 0,
        }
        if links.iter().rev().take(2).any(|links| *links > MAX_CHAIN) {
            let message = "more than 400 properties, indices and calls follow one another";
            return Err(
                Diagnostic::error(Code::TooLarge, Span::at(token.pos), message)
                    .label("too many up to here")
                    .help("keep parts of it in variables"),
            );
        }
        after_point = point;
        after_value = token.ends_value() || token.text == "?";
    }
    Ok(())
}

/// Refuses too many lines, and lines that are too long.
fn lines(text: &str) -> Result<(), Diagnostic> {
    // A short text cannot break either limit.
    if text.len() <= MAX_LINES {
        return Ok(());
    }
    for (index, line) in text.split('\n').enumerate() {
        if index >= MAX_LINES {
            return Err(Diagnostic::error(
                Code::TooLarge,
                Span::at(Pos::new(MAX_LINES as u16, 1)),
                format!("this text has more than {MAX_LINES} lines"),
            )
            .label("the last line that can be read")
            .help("split the script into several smaller ones"));
        }
        if line.len() > MAX_LINES && line.chars().count() > MAX_LINES {
            let pos = Pos::new(index as u16 + 1, 1);
            return Err(Diagnostic::error(
                Code::TooLarge,
                Span::at(pos),
                format!("line {} has more than {MAX_LINES} characters", index + 1),
            )
            .label("this line is too long")
            .help("break the line into several"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_lines_and_too_long_lines_are_refused() {
        assert!(check(&"\n".repeat(MAX_LINES - 1)).is_ok());
        assert!(check(&format!("{}x", "\n".repeat(MAX_LINES))).is_err());
        assert!(check(&format!("\n//{}", "é".repeat(MAX_LINES - 2))).is_ok());
        let error = check(&format!("\n//{}", "x".repeat(MAX_LINES))).unwrap_err();
        assert_eq!(
            (error.code, error.span.start),
            (Code::TooLarge, Pos::new(2, 1))
        );
    }

    #[test]
    fn endless_chains_are_refused() {
        for link in [".b", "?.b", "[0]", ".b()", "()", ".b[0]", "?[0]"] {
            assert!(
                check(&format!("a{}", link.repeat(1_000))).is_err(),
                "{link}"
            );
            assert!(
                check(&format!("f(|| {{ a{} }})", link.repeat(1_000))).is_err(),
                "{link}"
            );
        }
        assert!(check(&"a.b(); ".repeat(1_000)).is_ok());
        assert!(check(&"if a.b { c.d(); }\n".repeat(1_000)).is_ok());
        assert!(check(&"a.b + ".repeat(1_000)).is_ok());
        assert!(check(&format!("[{}]", "a.b(1), ".repeat(1_000))).is_ok());
    }
}
