//! A whole block of Python, translated line by line.
//!
//! Indentation becomes braces: a header opens one, and the first line that stands further left closes
//! it, except where `else`, `elif` or `except` goes on with `} else {`.

use super::rewrite::{self, Names};
use super::table::{Clause, Reply};
use super::tree;
use crate::language::parse::refusal;

/// One statement of Python, which may go on over several lines within brackets.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogicalLine<'t> {
    /// The first line's number.
    pub(super) number: u16,
    /// The text without the last line break.
    pub(super) text: &'t str,
}

/// How many lines a bracket may hold before it is taken to be a mistake.
const MOST_LINES: usize = 60;

/// Cuts a text into logical lines; blank ones are among them.
pub(super) fn logical_lines(text: &str) -> Vec<LogicalLine<'_>> {
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut lines = Vec::new();
    let mut at = 0;
    while at < starts.len() {
        let upto = |last: usize| {
            let end = starts.get(last + 1).map_or(text.len(), |next| next - 1);
            text[starts[at]..end].trim_end_matches('\r')
        };
        let last = (at..starts.len().min(at + MOST_LINES))
            .take_while(|last| *last == at || !opens_block(upto(at)))
            .find(|last| tree::line(upto(*last).trim()).is_some())
            .unwrap_or(at);
        let number = u16::try_from(at + 1).unwrap_or(u16::MAX);
        lines.push(LogicalLine {
            number,
            text: upto(last),
        });
        at = last + 1;
    }
    lines
}

/// Whether a line opens a block in braces: Rhai, not to be joined with what follows.
fn opens_block(line: &str) -> bool {
    let Some(before) = line.trim_end().strip_suffix('{') else {
        return false;
    };
    !before.trim_end().ends_with(['=', '(', '[', ',', ':', '#'])
}

/// A block that is open.
struct Block {
    /// The indentation of its header.
    indent: String,
    /// Whether names declared in it are gone after it.
    scope: bool,
    /// The variable of the caught error, when it is one `except` of several.
    caught: Option<String>,
    /// What closes it.
    end: &'static str,
}

/// The whole of a Python text in our language; `None` if some line has no counterpart or the result
/// would not parse.
///
/// ```
/// let python = "def f(n):\n    return n + 1\n\nprint(f(1))";
/// let ours = threadlab::language::python::translate(python);
/// assert_eq!(ours.as_deref(), Some("fn f(n) {\n    return n + 1;\n}\n\nprint(f(1));\n"));
/// ```
pub fn translate(text: &str) -> Option<String> {
    let mut out = Output::default();
    let mut names = Names::of_python(text);
    let mut blocks: Vec<Block> = Vec::new();
    // Whether the last line was a header: at least one line of its block must follow.
    let mut fresh = false;
    let lines = logical_lines(text);
    for (at, line) in lines.iter().enumerate() {
        let code = line.text.trim();
        let indent: String = line
            .text
            .chars()
            .take_while(|ch| ch.is_whitespace())
            .collect();
        let left_of = |block: &Block| indent.len() <= block.indent.len();
        if code.is_empty() {
            out.lines.push(String::new());
            continue;
        }
        if code.starts_with('#') {
            out.lines
                .push(format!("{indent}//{}", code.trim_start_matches('#')));
            // A comment that stands further left belongs after the braces yet to come.
            if !blocks.last().is_some_and(left_of) {
                out.code_end = out.lines.len();
            }
            continue;
        }
        if std::mem::take(&mut fresh) && blocks.last().is_some_and(left_of) {
            return None;
        }
        let goes_on = ["else", "elif", "except"]
            .iter()
            .any(|word| starts_with_word(code, word));
        let mut caught = None;
        while let Some(block) = blocks.pop_if(|block| left_of(block)) {
            if block.scope {
                names.close();
            }
            // `} else {` closes the block itself.
            if goes_on && block.indent == indent {
                caught = block.caught;
            } else {
                out.close(&block.indent, block.end);
            }
        }
        let opens = code_of(code).ends_with(':');
        let scope = opens && !starts_with_word(code, "with");
        if scope {
            names.open();
        }
        let is_except = starts_with_word(code, "except");
        names.clause = match caught {
            Some(variable) if is_except => Clause::Later(variable),
            _ if is_except && another_except(&indent, &lines[at + 1..]) => Clause::First,
            _ => Clause::Only,
        };
        let reply = rewrite::line(line.text, &mut names)?.reply;
        let mut end = "}";
        let mut caught = None;
        if !matches!(names.clause, Clause::Only) {
            let Reply::Type(text) = &reply else {
                return None;
            };
            let first = text.trim_start().strip_prefix("} catch (");
            let first = first.and_then(|rest| Some(rest.split_once(')')?.0.to_string()));
            let is_last = text.trim_start().starts_with("} else {");
            end = if is_last {
                "} }"
            } else {
                "} else { throw; } }"
            };
            caught = match &names.clause {
                Clause::Later(variable) => Some(variable.clone()),
                _ => first,
            };
        }
        match reply {
            Reply::Type(text) => out.code(text),
            Reply::LeaveOut => {}
            Reply::Nothing => return None,
        }
        if opens {
            blocks.push(Block {
                indent,
                scope,
                caught,
                end,
            });
            fresh = true;
        }
    }
    for block in blocks.iter().rev() {
        out.close(&block.indent, block.end);
    }
    let translated = out.lines.join("\n").trim_end().to_string() + "\n";
    refusal(&translated).is_none().then_some(translated)
}

/// The lines so far.
#[derive(Default)]
struct Output {
    lines: Vec<String>,
    /// The number of lines up to the last one of code: closing braces go there, before blank lines
    /// and comments that belong to what follows.
    code_end: usize,
}

impl Output {
    fn code(&mut self, line: String) {
        self.lines.push(line);
        self.code_end = self.lines.len();
    }

    fn close(&mut self, indent: &str, end: &str) {
        self.lines.insert(self.code_end, format!("{indent}{end}"));
        self.code_end += 1;
    }
}

/// Whether the block that these lines go on with is followed by another `except`.
fn another_except(indent: &str, lines: &[LogicalLine<'_>]) -> bool {
    let code = lines.iter().map(|line| line.text).filter(|text| {
        let code = text.trim();
        !code.is_empty() && !code.starts_with('#')
    });
    let depth = |text: &str| text.len() - text.trim_start().len();
    let mut code = code;
    let after = code.find(|text| depth(text) <= indent.len());
    after.is_some_and(|text| {
        depth(text) == indent.len() && starts_with_word(text.trim_start(), "except")
    })
}

fn starts_with_word(code: &str, word: &str) -> bool {
    code.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|ch: char| ch.is_alphanumeric() || ch == '_'))
}

/// A line without its comment, as far as a look at its end is concerned.
fn code_of(code: &str) -> &str {
    code.split(" #").next().unwrap_or(code).trim_end()
}
