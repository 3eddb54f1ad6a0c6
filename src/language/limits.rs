//! The sizes that a text must not exceed, checked before Rhai's parser sees it.
//!
//! Rhai counts lines and columns in 16 bits and goes on counting in silence, so that every position
//! after the limit would be wrong. A clear refusal is better.

use super::diagnostic::{Code, Diagnostic, Span};
use crate::pos::Pos;

/// The most lines a text may have, and the most characters a line may have.
const MAX_LINES: usize = 65_000;

/// Refuses a text that is too long for positions to be right.
pub(super) fn check(text: &str) -> Result<(), Diagnostic> {
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
