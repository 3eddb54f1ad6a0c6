//! Where something stands in a text: the one coordinate that every layer shares.

use std::fmt;

/// A place in a script's text: line and column, both counted from 1; at the prompt, in which input.
///
/// [`Pos::NONE`] (line 0) stands for "nowhere in the learner's text", such as the prelude.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pos {
    /// The number of the prompt's input whose text it is; 0 in a script.
    pub input: u16,
    /// Line, from 1; 0 when unknown.
    pub line: u16,
    /// Column in characters, from 1; 0 when only the line is known.
    pub column: u16,
}

/// The text that an exercise gives, in [`Pos::input`]: the prompt's inputs have lower numbers.
pub const GIVEN: u16 = u16::MAX;
/// The text that an exercise runs after the answer.
pub const TRIAL: u16 = u16::MAX - 1;

impl Pos {
    /// Nowhere in the learner's text.
    pub const NONE: Self = Self::new(0, 0);

    /// A position from a line and a column, both counted from 1.
    pub const fn new(line: u16, column: u16) -> Self {
        Self {
            input: 0,
            line,
            column,
        }
    }

    /// The line with its input, for people.
    pub const fn at(self) -> Line {
        Line {
            input: self.input,
            number: self.line,
        }
    }

    /// Whether this is [`Pos::NONE`].
    pub const fn is_none(self) -> bool {
        self.line == 0
    }

    /// The line of `text` in which it is, without its indentation; nothing for a blank one.
    pub fn line_of(self, text: &str) -> Option<&str> {
        let line = self.at().of(text)?.trim();
        (!line.is_empty()).then_some(line)
    }

    /// This position, or `other` where this one is unknown.
    pub const fn or(self, other: Self) -> Self {
        if self.is_none() { other } else { self }
    }
}

/// A line of a text: `line 3`, or `input 4, line 1` at the prompt. In an exercise that is a line of the
/// answer; the texts around it have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    input: u16,
    number: u16,
}

impl Line {
    /// The number of the prompt's input; 0 in a script.
    pub const fn input(self) -> u16 {
        self.input
    }

    /// The line in its text.
    pub fn of(self, text: &str) -> Option<&str> {
        let index = usize::from(self.number).checked_sub(1)?;
        text.lines().nth(index)
    }

    /// As it stands before the line itself: `3`, or `4:1`.
    pub fn short(self) -> String {
        match self.input {
            0 => self.number.to_string(),
            GIVEN => format!("given:{}", self.number),
            TRIAL => format!("trial:{}", self.number),
            input => format!("{input}:{}", self.number),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.input {
            0 => write!(f, "line {}", self.number),
            GIVEN => write!(f, "line {} of the given code", self.number),
            TRIAL => write!(f, "line {} of the trial", self.number),
            input => write!(f, "input {input}, line {}", self.number),
        }
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
            return f.write_str("line unknown");
        }
        write!(f, "line {}, column {}", self.line, self.column)?;
        match self.input {
            GIVEN => f.write_str(" of the given code"),
            TRIAL => f.write_str(" of the trial"),
            _ => Ok(()),
        }
    }
}
