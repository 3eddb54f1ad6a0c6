//! What is wrong with a text, as data.
//!
//! A [`Diagnostic`] says what is wrong, where, and what to type instead. It is accumulated and
//! handed on; `super::render` alone turns it into lines with a caret. Texts are made in
//! `super::diagnose`, `super::python` and the lowering, never where they are shown.

use serde::Serialize;

use crate::pos::Pos;

/// What kind of problem a diagnostic reports: stable, for tests and for `:help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// A brace, bracket or parenthesis is never closed.
    Unclosed,
    /// A closing brace, bracket or parenthesis that closes nothing, or the wrong thing.
    Unopened,
    /// A string, character or comment that never ends.
    OpenString,
    /// Two statements without `;` between them.
    MissingSemicolon,
    /// Something else that should stand here is missing.
    Missing,
    /// Something stands here that cannot.
    Unexpected,
    /// An operator that does not exist.
    UnknownOperator,
    /// A word with a meaning of its own was used as a name.
    ReservedWord,
    /// A number, string or character that is written wrongly.
    BadLiteral,
    /// A function defined wrongly or twice.
    BadFunction,
    /// A `switch` whose cases are in no valid order or form.
    BadSwitch,
    /// An assignment to something that is no variable.
    BadAssignment,
    /// An assignment to a constant.
    Constant,
    /// A value of a kind that can never work here.
    WrongType,
    /// A module that cannot be imported.
    BadImport,
    /// `break`, `continue`, `export` or `fn` where it has no meaning.
    Misplaced,
    /// A name given twice.
    Duplicate,
    /// A name that nothing has.
    UnknownName,
    /// Too large or nested too deeply.
    TooLarge,
    /// A call whose value is given where a function is wanted; right when it gives one.
    CalledFirst,
    /// Python where this language writes it differently.
    Python,
    /// A part of Rhai that is not there yet.
    Unsupported,
    /// Valid, but probably not what was meant.
    Suspicious,
    /// A copy is changed, and nobody can see it.
    UnseenChange,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The text cannot run.
    Error,
    /// The text runs, and will probably fail.
    Warning,
    /// The text runs, and may mean something else than its writer thinks.
    Hint,
}

/// A stretch of a text: from `start` up to, not including, `end`. An empty one is one caret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first character.
    pub start: Pos,
    /// The character after the last one.
    pub end: Pos,
}

impl Span {
    /// The single character at a position.
    pub fn at(pos: Pos) -> Self {
        Self::of(pos, 1)
    }

    /// `columns` characters from a position on.
    pub fn of(start: Pos, columns: usize) -> Self {
        let columns = u16::try_from(columns).unwrap_or(u16::MAX);
        Self {
            start,
            end: Pos::new(start.line, start.column.saturating_add(columns)),
        }
    }
}

/// One problem of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of problem.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// A few words to stand under the caret.
    pub label: String,
    /// What to do next.
    pub help: Option<String>,
    /// The complete line, or lines, to type instead.
    pub suggestion: Option<String>,
}

impl Diagnostic {
    /// An error at a span, without help yet.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            span,
            message: message.into(),
            label: String::new(),
            help: None,
            suggestion: None,
        }
    }

    /// A hint at a span, without help yet.
    pub fn hint(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Hint,
            ..Self::error(code, span, message)
        }
    }

    /// The same problem as a warning.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message)
        }
    }

    /// With words under the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With what to do next.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the line to type instead.
    pub fn suggest(mut self, line: impl Into<String>) -> Self {
        self.suggestion = Some(line.into());
        self
    }
}
