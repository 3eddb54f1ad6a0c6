//! A text of several lines in the line editor, and pasted text.
//!
//! The line editor draws the further lines of an input at the left edge, without a prompt. So each
//! of them begins with a *gutter* of four spaces, over which `... ` is drawn. The spaces are part of
//! what is edited, which keeps every movement of the cursor right, and are taken off when the text
//! leaves the editor. Here is also how pasted text is cleaned and cut into inputs. It knows neither
//! keys nor the editor.

use crate::language::complete::{
    Completeness, closing_indentation, completeness, continues, indentation, is_head,
    is_open_python,
};
use crate::language::parse;

/// What each further line begins with.
pub(super) const GUTTER: &str = "    ";
/// What is drawn over it, as wide.
pub(super) const MARK: &str = "... ";
/// How many spaces Backspace takes off at once.
const LEVEL: usize = 4;

/// Commands whose operand is code, which may go on over lines.
const WITH_CODE: [&str; 6] = [
    ":time ",
    ":bench ",
    ":compare ",
    ":explore ",
    ":step ",
    ":mend ",
];

/// The text of what is in the editor.
pub(super) fn text(edited: &str) -> String {
    let mut lines = edited.split('\n');
    let mut text = lines.next().unwrap_or_default().to_string();
    for line in lines {
        let spaces = line.len() - line.trim_start_matches(' ').len();
        text.push('\n');
        text.push_str(&line[spaces.min(GUTTER.len())..]);
    }
    text
}

/// What is in the editor for a text.
pub(super) fn edited(text: &str) -> String {
    text.replace('\n', &format!("\n{GUTTER}"))
}

/// What Enter inserts after `text`, which is still open: a line end, the gutter and the indentation.
pub(super) fn line_end(text: &str) -> String {
    format!("\n{GUTTER}{}", " ".repeat(indentation(text)))
}

/// The indentation of the line with a closing bracket that comes after `text`, gutter included.
pub(super) fn closing_indent(text: &str) -> String {
    format!("{GUTTER}{}", " ".repeat(closing_indentation(text)))
}

/// The spaces that are left of `count` when one level is taken off.
pub(super) fn outdented(count: usize) -> String {
    " ".repeat(count.saturating_sub(1) / LEVEL * LEVEL)
}

/// Whether Enter after a text ends it. A text that is still open continues on the next line.
pub(super) fn state(text: &str) -> Completeness {
    let Some(code) = code(text) else {
        return Completeness::Complete;
    };
    if continues(code).is_some() {
        return Completeness::Complete;
    }
    // Whether an empty line was typed to end the text is for who sees the keys.
    completeness(&format!("{}\n", code.trim_end()))
}

/// Whether an empty line behind a text ends it, which is a block of Python's.
pub(super) fn is_ended_by_empty_line(text: &str) -> bool {
    code(text).is_some_and(|code| is_open_python(&format!("{}\n", code.trim_end())))
}

/// The code of a text: all of it, or what follows a command that takes code.
pub(super) fn code(text: &str) -> Option<&str> {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(':') {
        return Some(text);
    }
    let with_code = WITH_CODE
        .iter()
        .find_map(|command| trimmed.strip_prefix(command))?;
    let is_name = |c: char| c.is_alphanumeric() || "-_./ ".contains(c);
    (!with_code.chars().all(is_name)).then_some(with_code)
}

/// Pasted text as it is taken: lines end with `\n`, the prompts of other programs are taken off
/// with what those have printed, and nothing in it moves the cursor.
pub(super) fn cleaned(pasted: &str) -> String {
    let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
    let kept = |c: &char| matches!(c, '\n' | '\t') || !c.is_control();
    let text: String = pasted.chars().filter(kept).collect();
    let text = text.trim_end().trim_start_matches('\n');
    without_prompts(text)
}

/// The text without the prompts of Python, IPython or this program. Of a conversation, only what was
/// typed is kept.
fn without_prompts(text: &str) -> String {
    let typed: Vec<(bool, &str)> = text
        .lines()
        .filter_map(|line| behind_prompt(line.trim_start()))
        .collect();
    let first = text.lines().next().unwrap_or_default().trim_start();
    match behind_prompt(first) {
        Some((true, _)) => {
            let lines: Vec<&str> = typed.into_iter().map(|(_, line)| line).collect();
            lines.join("\n")
        }
        _ => text.into(),
    }
}

/// What follows the prompt on a line of a conversation, and whether that begins an input.
fn behind_prompt(line: &str) -> Option<(bool, &str)> {
    let after = |prompt: &str| match line.strip_prefix(prompt) {
        // The space may be gone with the end of the line.
        Some(rest) => Some(rest.strip_prefix(' ').unwrap_or(rest)),
        None => None,
    };
    if let Some(rest) = after(">>>").or_else(|| line.strip_prefix("> ")) {
        return Some((true, rest));
    }
    if let Some(rest) = after("...:").or_else(|| after("...")) {
        return Some((false, rest));
    }
    let numbered = line.strip_prefix("In [")?;
    let (number, rest) = numbered.split_once("]:")?;
    let is_number = number.chars().all(|c| c.is_ascii_digit());
    is_number.then_some((true, rest.strip_prefix(' ').unwrap_or(rest)))
}

/// How a text of several lines came into the editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// Line by line, as if typed: each complete statement is an input.
    AsKeys,
    /// As a block, which is one input if it can be.
    AsBlock,
}

/// The inputs of a text of several lines, in order; commands are inputs of their own.
pub(super) fn inputs(text: &str, came: Came) -> Vec<String> {
    if !text.contains('\n') {
        return vec![text.to_string()];
    }
    let mut inputs: Vec<String> = Vec::new();
    for part in around_commands(text) {
        let is_command = part.trim_start().starts_with(':');
        let parses = |text: &str| parse::parse(text).is_ok();
        let is_python = || !parses(&part) && has_python_block(&part);
        if is_command || (came == Came::AsBlock && parses(&part)) || is_python() {
            inputs.push(part);
            continue;
        }
        let pieces = statements(&part);
        let all_parse = || pieces.iter().all(|piece| parses(piece));
        match came == Came::AsKeys || all_parse() {
            true => inputs.extend(pieces),
            // Its errors have the lines that one sees.
            false => inputs.push(part),
        }
    }
    inputs
}

/// Whether a text has a block as Python writes it: a colon at the end of the head, and a line that is
/// indented. Such a text is translated as a whole.
fn has_python_block(text: &str) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines.windows(2).any(|pair| {
        let indent = |line: &str| line.len() - line.trim_start().len();
        is_head(pair[0]) && indent(pair[1]) > indent(pair[0])
    })
}

/// The parts of a text between its commands, and these.
fn around_commands(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut part = String::new();
    let mut flush = |part: &mut String| {
        if !part.trim().is_empty() {
            parts.push(std::mem::take(part).trim_end().into());
        }
        part.clear();
    };
    for line in text.lines() {
        let is_inside = state(&part) == Completeness::Incomplete;
        if line.trim_start().starts_with(':') && (!is_inside || part.trim().is_empty()) {
            flush(&mut part);
            part = line.trim_start().into();
            if state(&part) != Completeness::Incomplete {
                flush(&mut part);
            } else {
                part.push('\n');
            }
            continue;
        }
        part.push_str(line);
        part.push('\n');
        if part.starts_with(':') && state(&part) != Completeness::Incomplete {
            flush(&mut part);
        }
    }
    flush(&mut part);
    parts
}

/// A text cut behind each line that completes a statement, unless the next line goes on with it.
fn statements(text: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut one = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if one.is_empty() && line.trim().is_empty() {
            continue;
        }
        one.push_str(line);
        one.push('\n');
        // Of a text that is open, an empty line is part: nobody has typed it to end the text.
        if completeness(&format!("{}\n", one.trim_end())) == Completeness::Incomplete {
            continue;
        }
        while lines.peek().is_some_and(|next| next.trim().is_empty()) {
            lines.next();
        }
        let goes_on = lines.peek().is_some_and(|next| {
            let next = next.trim_start();
            continues(next).is_some() || next.starts_with('.') && !next.starts_with("..")
        });
        if !goes_on {
            statements.push(std::mem::take(&mut one).trim_end().to_string());
        }
    }
    if !one.trim().is_empty() {
        statements.push(one.trim_end().to_string());
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gutter_comes_off_as_it_went_on() {
        for text in ["a", "f(\n    1\n)", "`a\n b\n\n      c`", "a\n\n\tb"] {
            assert_eq!(super::text(&edited(text)), text, "{text:?}");
        }
        // Who has deleted a part of it has not deleted code.
        assert_eq!(super::text("f(\n  1)"), "f(\n1)");
    }

    #[test]
    fn enter_indents_what_is_open() {
        assert_eq!(line_end("if a {"), "\n        ");
        assert_eq!(line_end("1 +"), "\n    ");
        assert_eq!(closing_indent("if a {\n  b {"), "        ");
        // Python's blocks go on where their last line stands.
        assert_eq!(line_end("def f(x):"), "\n        ");
        assert_eq!(line_end("def f(x):\n    if x:  # why"), "\n            ");
        assert_eq!(line_end("def f(x):\n    x += 1"), "\n        ");
        assert_eq!(
            line_end("for x in y:\n    if x:\n        break"),
            "\n        "
        );
        assert_eq!(line_end("async def f():\n    await g(\n"), "\n            ");
        assert_eq!(closing_indent("def f():\n    g(\n        1,"), "        ");
        assert_eq!(outdented(8), "    ");
        assert_eq!(outdented(6), "    ");
    }

    #[test]
    fn enter_ends_what_is_complete() {
        for text in [
            "",
            "1 + 2",
            ":threads",
            ":load {",
            "let x = \"a",
            "f() }",
            "# Wait for it",
            "else {",
            "catch (e) {",
        ] {
            assert_ne!(state(text), Completeness::Incomplete, "{text:?}");
        }
        for text in [
            "fn f() {",
            "[1,",
            "`a",
            ":time fn f() {",
            "1 +",
            "try { }",
            "try { }\n",
        ] {
            assert_eq!(state(text), Completeness::Incomplete, "{text:?}");
        }
        assert_eq!(state("if x { 1 }"), Completeness::MaybeContinues);
    }

    #[test]
    fn prompts_are_taken_off_with_what_was_printed() {
        let check = |pasted: &str, expected: &str| assert_eq!(cleaned(pasted), expected);
        check(">>> x = 1\r\n>>> x\r\n1\r\n", "x = 1\nx");
        check(
            ">>> for i in x:\n...     f(i)\n...\n0\n1\n",
            "for i in x:\n    f(i)\n",
        );
        check(
            "In [1]: f(\n   ...: 1)\nOut[1]: 2\nIn [12]: g()",
            "f(\n1)\ng()",
        );
        check("> let a = 1;\n> a\n1", "let a = 1;\na");
        check("x\n> y", "x\n> y");
        check("a\x1b[31mb\x07", "a[31mb");
    }

    #[test]
    fn what_comes_as_keys_is_cut_behind_each_statement() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(inputs(text, Came::AsKeys), expected, "{text}");
        };
        check("1 + 1\n\n2 + 2\n", &["1 + 1", "2 + 2"]);
        check(
            "fn f() {\n\n    1\n}\nf()",
            &["fn f() {\n\n    1\n}", "f()"],
        );
        check(
            "if a { 1 }\nelse { 2 }\n3",
            &["if a { 1 }\nelse { 2 }", "3"],
        );
        check("if a { 1 }\n\n3", &["if a { 1 }", "3"]);
        check(
            "try { f() }\ncatch { }\n3",
            &["try { f() }\ncatch { }", "3"],
        );
        check("x\n  .len()\n1", &["x\n  .len()", "1"]);
        check(
            ":scheduler gil\nlet a = 1;\n:vars\n",
            &[":scheduler gil", "let a = 1;", ":vars"],
        );
        check(":time fn f() {\n1 }\n2", &[":time fn f() {\n1 }", "2"]);
        check("f(\n:a", &["f(\n:a"]);
    }

    #[test]
    fn a_block_is_one_input_if_it_can_be() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(inputs(text, Came::AsBlock), expected, "{text}");
        };
        check("let a = 1;\nlet b = 2;", &["let a = 1;\nlet b = 2;"]);
        check("let a = 1\nlet b = 2", &["let a = 1", "let b = 2"]);
        check("let a = ;\nlet b = 2;", &["let a = ;\nlet b = 2;"]);
        check(
            "let a = 1;\nlet b = 1;\n:vars",
            &["let a = 1;\nlet b = 1;", ":vars"],
        );
        let python = "def f(x):\n    print(x)\n\nf(1)";
        check(python, &[python]);
    }
}
