//! A whole block of Python, translated line by line.
//!
//! Indentation becomes braces: a header opens one, and the first line that stands further left closes
//! it, except where `else`, `elif` or `except` goes on with `} else {`.

use super::rewrite::{self, Names};
use super::table::Reply;
use super::tree;
use crate::language::parse;

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
    let mut names = Names::default();
    names.open();
    let mut blocks: Vec<Block> = Vec::new();
    // Whether the last line was a header: at least one line of its block must follow.
    let mut fresh = false;
    for line in logical_lines(text) {
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
        while let Some(block) = blocks.pop_if(|block| left_of(block)) {
            if block.scope {
                names.close();
            }
            // `} else {` closes the block itself.
            if !(goes_on && block.indent == indent) {
                out.close(&block.indent);
            }
        }
        let opens = code_of(code).ends_with(':');
        let scope = opens && !starts_with_word(code, "with");
        if scope {
            names.open();
        }
        match rewrite::line(line.text, &mut names)?.reply {
            Reply::Type(text) => out.code(text),
            Reply::LeaveOut => {}
            Reply::Nothing => return None,
        }
        if opens {
            blocks.push(Block { indent, scope });
            fresh = true;
        }
    }
    for block in blocks.iter().rev() {
        out.close(&block.indent);
    }
    let translated = out.lines.join("\n").trim_end().to_string() + "\n";
    parse::parse(&translated).is_ok().then_some(translated)
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

    fn close(&mut self, indent: &str) {
        self.lines.insert(self.code_end, format!("{indent}}}"));
        self.code_end += 1;
    }
}

fn starts_with_word(code: &str, word: &str) -> bool {
    code.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|ch: char| ch.is_alphanumeric() || ch == '_'))
}

/// A line without its comment, as far as a look at its end is concerned.
fn code_of(code: &str) -> &str {
    code.split(" #").next().unwrap_or(code).trim_end()
}
