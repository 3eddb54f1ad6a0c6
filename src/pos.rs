//! Where something stands in a text: the one coordinate that every layer shares.

use std::fmt;

/// A place in a script's text: line and column, both counted from 1.
///
/// [`Pos::NONE`] (line 0) stands for "nowhere in the learner's text", such as the prelude.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pos {
    /// Line, from 1; 0 when unknown.
    pub line: u16,
    /// Column in characters, from 1; 0 when only the line is known.
    pub column: u16,
}

impl Pos {
    /// Nowhere in the learner's text.
    pub const NONE: Self = Self { line: 0, column: 0 };

    /// A position from a line and a column, both counted from 1.
    pub const fn new(line: u16, column: u16) -> Self {
        Self { line, column }
    }

    /// Whether this is [`Pos::NONE`].
    pub const fn is_none(self) -> bool {
        self.line == 0
    }

    /// The line of `text` in which it is, without its indentation; nothing for a blank one.
    pub fn line_of(self, text: &str) -> Option<&str> {
        let index = usize::from(self.line).checked_sub(1)?;
        let line = text.lines().nth(index)?.trim();
        (!line.is_empty()).then_some(line)
    }

    /// This position, or `other` where this one is unknown.
    pub const fn or(self, other: Self) -> Self {
        if self.is_none() { other } else { self }
    }
}

impl fmt::Debug for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Display for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            f.write_str("line unknown")
        } else {
            write!(f, "line {}, column {}", self.line, self.column)
        }
    }
}
