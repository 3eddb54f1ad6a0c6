//! Whether a half-typed input at the prompt is one to run, to continue or to refuse.
//!
//! Decided by looking at the text only. What the prompt must never do is to wait for more when a
//! learner thinks to be done, so all but open brackets, backtick strings and comments give in to an
//! empty line.

use super::scan::{End, Kind, Token, scan};

/// What the prompt should do with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Parse it; what is wrong with it will be said.
    Complete,
    /// It may be run, but `else` or `catch` could follow: wait one line. Unless the next line begins
    /// with one of them, run this text first.
    MaybeContinues,
    /// Wait for more lines.
    Incomplete,
    /// Nothing that follows can mend it: parse it now and say what is wrong.
    Broken,
}

/// Looks at a text as typed so far.
pub fn completeness(text: &str) -> Completeness {
    let scan = scan(text);
    match scan.end {
        End::Quote(..) => return Completeness::Broken,
        End::LongText(_) | End::Comment(_) => return Completeness::Incomplete,
        End::Clean => {}
    }
    match scan.brackets() {
        Err(_) => return Completeness::Broken,
        Ok(open) if !open.is_empty() => return Completeness::Incomplete,
        Ok(_) => {}
    }
    // An empty line ends whatever is merely likely to go on.
    let enough = text.trim_end_matches([' ', '\t', '\r']).ends_with("\n\n");
    if enough {
        Completeness::Complete
    } else {
        tail(&scan.code())
    }
}

/// Symbols after which a value must follow.
const WANTS_MORE: [&str; 40] = [
    "+", "-", "*", "/", "%", "**", "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=",
    "|=", "^=", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "&", "|", "^", "<<", ">>", "??", ".",
    "?.", ",", "=>", "::", "!", "..", "..=",
];

/// Words after which something must follow.
const WORDS_WANT_MORE: [&str; 19] = [
    "else", "in", "let", "const", "fn", "if", "while", "for", "switch", "catch", "try", "do",
    "loop", "with", "as", "import", "private", "until", "throw",
];

/// Words that begin a statement which needs a block.
const HEADERS: [&str; 8] = [
    "fn", "if", "while", "for", "with", "switch", "catch", "loop",
];

/// Looks at how a text without open brackets ends.
fn tail(code: &[Token<'_>]) -> Completeness {
    let Some(last) = code.last() else {
        return Completeness::Complete;
    };
    match last.kind {
        Kind::Symbol if WANTS_MORE.contains(&last.text) => Completeness::Incomplete,
        Kind::Word if WORDS_WANT_MORE.contains(&last.text) => Completeness::Incomplete,
        Kind::Close if last.text == "}" => match block_word(code) {
            Some("if" | "try") => Completeness::MaybeContinues,
            Some("do") => Completeness::Incomplete,
            _ => Completeness::Complete,
        },
        // `while x` on the last line: its `{` may stand on the next one.
        _ if awaits_block(code, last.pos.line) => Completeness::Incomplete,
        _ => Completeness::Complete,
    }
}

/// The word that introduces the block which ends the text: `if`, `try`, `else`, `while` ...
fn block_word<'t>(code: &[Token<'t>]) -> Option<&'t str> {
    let mut depth = 0;
    if code.last().is_none_or(|last| last.text != "}") {
        return None;
    }
    for (index, token) in code.iter().enumerate().rev() {
        match token.kind {
            Kind::Close => {
                // At depth zero another block that ends here is a statement before.
                if depth == 0 && index + 1 < code.len() && token.text == "}" {
                    return None;
                }
                depth += 1;
            }
            Kind::Open => {
                depth -= 1;
                if depth == 0 && token.text == "#{" {
                    return None;
                }
            }
            Kind::Symbol if depth == 0 && token.text == ";" => return None,
            Kind::Word if depth == 0 => match token.text {
                "if" | "try" | "do" | "else" | "catch" | "while" | "for" | "loop" | "fn"
                | "with" | "switch" => return Some(token.text),
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// Whether the text ends in the head of a statement whose block has not begun.
fn awaits_block(code: &[Token<'_>], last_line: u16) -> bool {
    if code
        .last()
        .is_some_and(|token| matches!(token.text, ";" | ":"))
    {
        return false;
    }
    let mut depth = 0;
    for (index, token) in code.iter().enumerate().rev() {
        match token.kind {
            Kind::Close if depth == 0 && token.text == "}" => return false,
            // The `while` of `do { .. } while x` heads no block.
            Kind::Word if depth == 0 && block_word(&code[..index]) == Some("do") => return false,
            Kind::Close => depth += 1,
            Kind::Open => depth -= 1,
            Kind::Symbol if depth == 0 && token.text == ";" => return false,
            Kind::Word if depth == 0 && HEADERS.contains(&token.text) => {
                return token.pos.line == last_line;
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Completeness::{Broken, Complete, Incomplete, MaybeContinues};
    use super::*;

    fn check(text: &str, expected: Completeness) {
        assert_eq!(completeness(text), expected, "{text:?}");
    }

    #[test]
    fn a_finished_text_is_complete() {
        for text in [
            "",
            "1",
            "let x = 1;",
            "f(1,\n 2)",
            "fn f() { 1 }",
            "let m = #{a: 1}",
            "while x { }",
            "if a { } else { }",
            "try { } catch (e) { }",
            "do { } while x",
            "with l { }",
            "x // {",
            "`a ${ #{b: \"}\"}.b } c`",
            "for i in range(1, 6):",
            "def f(x):",
            "return",
            "if a { } 1",
        ] {
            check(text, Complete);
        }
    }

    #[test]
    fn what_is_open_continues() {
        for text in [
            "{",
            "f(",
            "[1,",
            "#{",
            "`a",
            "`a ${",
            "`a ${b} ",
            "/* x",
            "/* /* */",
            "fn f() {\n if a {}\n",
            "#\"raw",
            "x +",
            "x =",
            "x.",
            "f(1),",
            "let",
            "if a {} else",
            "fn f()",
            "while x > 1",
            "for i in 0..3",
            "do { }",
            "|x|",
            "||",
            "let f = |x|",
            "with lock",
        ] {
            check(text, Incomplete);
        }
    }

    #[test]
    fn else_and_catch_get_their_chance() {
        for text in [
            "if a { b }",
            "if a {}\nelse if b {}",
            "try { x }",
            "let v = if a { 1 }",
            "if f(1) {}\n",
        ] {
            check(text, MaybeContinues);
        }
    }

    #[test]
    fn an_empty_line_ends_all_but_brackets() {
        check("if a { b }\n\n", Complete);
        check("x +\n\n", Complete);
        check("while x\n\n", Complete);
        check("while x {\n\n", Incomplete);
        check("/*\n\n", Incomplete);
    }

    #[test]
    fn what_nothing_can_mend_is_broken() {
        for text in [
            "\"abc",
            "let x = \"abc\nd\"",
            "}",
            "(]",
            "f(1))",
            "'abc",
            "{ \"a",
        ] {
            check(text, Broken);
        }
    }

    const PROGRAM: &str = "fn f(a, b) {\n  if a > b { // {\n    return `x ${ [a, #{k: 1}] } y`;\n  } else { b }\n}\n\
        let g = |x| { with lock as l { x += l; } x };\n/* { /* ( */ */\nlet r = #\"a { \"#;\nswitch 1 { 1 => 2, _ => { 3 } }\n\
        try { f('{', 2) } catch (e) { print(e); }\n";

    #[test]
    fn no_prefix_of_a_valid_program_is_broken_outside_a_string() {
        assert!(crate::language::parse::parse(PROGRAM).is_ok());
        for (index, _) in PROGRAM.char_indices() {
            let prefix = &PROGRAM[..index];
            if matches!(scan(prefix).end, End::Quote(..)) {
                continue;
            }
            assert_ne!(completeness(prefix), Broken, "{prefix:?}");
            if scan(prefix).brackets().is_ok_and(|open| !open.is_empty()) {
                assert_eq!(completeness(prefix), Incomplete, "{prefix:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            completeness(&text);
        }

        #[test]
        fn no_mix_of_special_characters_panics(text in "[`${}()\\[\\]\"'#/*\\\\\n a1.!|;é-]{0,60}") {
            completeness(&text);
        }
    }
}
