//! From Rhai's parse errors to diagnostics in plain words.

use rhai::ParseError;

use super::diagnostic::{Code, Diagnostic, Span};
use super::parse::pos;

/// What is wrong with `text`, which Rhai's parser refused.
pub(super) fn diagnose(error: &ParseError, _text: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::error(
        Code::Unexpected,
        Span::at(pos(error.position())),
        error.err_type().to_string(),
    )]
}
