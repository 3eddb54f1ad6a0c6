//! What is wrong with the file of a lesson, before anything of it runs: data, and the words for it.

use std::fmt;

/// Something that is wrong in a line of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The line, from 1.
    pub line: u32,
    /// What it is.
    pub kind: FlawKind,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlawKind {
    /// The head lacks this.
    Head(&'static str),
    /// The head has a line of this kind that nobody knows.
    UnknownKey(String),
    /// `minutes` is no number.
    Minutes(String),
    /// Nothing follows the head.
    Empty,
    /// A fenced block has no end.
    OpenBlock,
    /// A block has this name, which none has.
    UnknownBlock(String),
    /// A block of this name stands outside an exercise.
    BlockOutside(String),
    /// A block of this name does not belong to an exercise of this kind.
    BlockOfOther(&'static str, &'static str),
    /// There are two blocks of this name, and one is allowed.
    SecondBlock(&'static str),
    /// The exercise needs a block of this name.
    MissingBlock(&'static str),
    /// An exercise of this kind has no options.
    OptionsOfOther(&'static str),
    /// There are fewer than two options, or none can happen, or all can.
    FewOptions,
    /// This is no condition.
    UnknownCheck(String),
    /// A condition that does not belong to an exercise of this kind.
    CheckOfOther(String, &'static str),
    /// A wrong answer does not say what the feedback must be.
    NoBecause,
    /// Code follows an exercise, or stands before any prose.
    CodeWithoutProse,
}

impl fmt::Display for FlawKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(what) => write!(f, "the head needs a line `//! {what}`"),
            Self::UnknownKey(key) => write!(
                f,
                "the head knows `minutes` and `introduces`, and no `{key}`"
            ),
            Self::Minutes(text) => write!(f, "`{text}` is no number of minutes"),
            Self::Empty => f.write_str("there is no prose, and so no step"),
            Self::OpenBlock => f.write_str("this block has no end: a line of three backquotes"),
            Self::UnknownBlock(name) => write!(f, "there is no block `{name}`"),
            Self::BlockOutside(name) => write!(
                f,
                "a block `{name}` belongs to an exercise, which begins with a heading such as \
                 `## Mend: TITLE`"
            ),
            Self::BlockOfOther(name, kind) => {
                write!(f, "an exercise of the kind `{kind}` has no block `{name}`")
            }
            Self::SecondBlock(name) => write!(f, "there is a block `{name}` already"),
            Self::MissingBlock(name) => write!(f, "this exercise needs a block `{name}`"),
            Self::OptionsOfOther(kind) => write!(
                f,
                "an exercise of the kind `{kind}` has no options; `Predict` has"
            ),
            Self::FewOptions => f.write_str(
                "this exercise needs options that can happen (`- [x] 2`) and others that cannot \
                 (`- [ ] 3`)",
            ),
            Self::UnknownCheck(text) => write!(f, "`{text}` is no condition"),
            Self::CheckOfOther(text, kind) => {
                write!(f, "an exercise of the kind `{kind}` has no check `{text}`")
            }
            Self::NoBecause => f.write_str(
                "a wrong answer begins with `// because: TEXT`, which the feedback must contain",
            ),
            Self::CodeWithoutProse => {
                f.write_str("code needs prose before it (lines that begin with `///`)")
            }
        }
    }
}
