//! `threadlab check`: what is wrong with a text, without running it; as text, or for editors as JSON.
//!
//! The object has these fields:
//!
//! | field | meaning |
//! |---|---|
//! | `version` | of this form: 1 |
//! | `file` | the name of the text, as it was given |
//! | `runs` | whether the text can run: there is no error |
//! | `diagnostics` | an array, in the order of the text |
//!
//! and each diagnostic:
//!
//! | field | meaning |
//! |---|---|
//! | `severity` | `error`, `warning` or `hint` |
//! | `code` | the kind of problem, a word: `unknown-name` |
//! | `message` | what is wrong |
//! | `label` | a few words for the place itself; null without |
//! | `help` | what to do next; null without |
//! | `suggestion` | the line or lines to type instead; null without |
//! | `line`, `column` | where it begins, from 1; columns count characters |
//! | `end_line`, `end_column` | the character behind its end |

use std::io::{self, IsTerminal};
use std::sync::Arc;

use serde::Serialize;

use super::arguments::Color;
use super::report::{self, Quoted};
use super::source::Source;
use super::{Status, write_out};
use crate::event::Stream;
use crate::language::diagnostic::{Code, Severity};
use crate::language::{Diagnostic, python};
use crate::session::{Config, Input, InputKind, Language, Session};

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Checked<'a> {
    version: u32,
    file: &'a str,
    runs: bool,
    diagnostics: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    severity: Severity,
    code: Code,
    message: &'a str,
    label: Option<&'a str>,
    help: Option<&'a str>,
    suggestion: Option<&'a str>,
    line: u16,
    column: u16,
    end_line: u16,
    end_column: u16,
}

impl<'a> From<&'a Diagnostic> for Shown<'a> {
    fn from(problem: &'a Diagnostic) -> Self {
        let (start, end) = (problem.span.start, problem.span.end);
        Self {
            severity: problem.severity,
            code: problem.code,
            message: &problem.message,
            label: Some(problem.label.as_str()).filter(|label| !label.is_empty()),
            help: problem.help.as_deref(),
            suggestion: problem.suggestion.as_deref(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

/// Checks a text and writes to standard output what is wrong with it.
pub(super) fn run(config: Config, source: &Source, color: Color, as_json: bool) -> Status {
    let mut problems = problems(config, source);
    problems.sort_by_key(|problem| problem.span.start);
    let is_error = |problem: &&Diagnostic| problem.severity == Severity::Error;
    let errors = problems.iter().filter(is_error).count();
    let text = match as_json {
        true => {
            let checked = Checked {
                version: VERSION,
                file: &source.name,
                runs: errors == 0,
                diagnostics: problems.iter().map(Shown::from).collect(),
            };
            serde_json::to_string_pretty(&checked).unwrap_or_default() + "\n"
        }
        false => {
            let quoted = Quoted {
                name: &source.name,
                text: &source.text,
            };
            let paint = color.paint(io::stdout().is_terminal());
            let others = problems.len() - errors;
            report::diagnostics(&problems, quoted, paint)
                + summary(&source.name, errors, others).as_str()
        }
    };
    match write_out(text.as_bytes()) {
        Status::Success if errors > 0 => Status::Usage,
        status => status,
    }
}

/// How many problems there are, in a line.
fn summary(name: &str, errors: usize, others: usize) -> String {
    let count = |number: usize, what: &str| match number {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{number} {what}s")),
    };
    let parts: Vec<String> = [count(errors, "error"), count(others, "warning")]
        .into_iter()
        .flatten()
        .collect();
    match parts.is_empty() {
        true => format!("{name}: nothing wrong was found\n"),
        false => format!("{name}: {}\n", parts.join(", ")),
    }
}

/// What is wrong with a text, in the language that it would run in.
fn problems(config: Config, source: &Source) -> Vec<Diagnostic> {
    let mut session = Session::new(config, Arc::new(Stream::new()));
    session.set_language(source.language());
    let input = Input {
        name: &source.name,
        text: &source.text,
        kind: InputKind::Script,
    };
    let problems = session.problems(input);
    let is_python = problems.iter().any(|one| one.severity == Severity::Error)
        && source.may_be_python()
        && python::translate(&source.text, &python::nothing_earlier)
            .is_ok_and(|text| text.problems.is_empty());
    match is_python {
        true => {
            session.set_language(Language::Python);
            session.problems(input)
        }
        false => problems,
    }
}
