//! Whether a half-typed input at the prompt is one to run, to continue or to refuse.
//!
//! Decided by looking at the text only. What the prompt must never do is to wait for more when a
//! user thinks to be done, so all but open brackets, backtick strings and comments give in to an
//! empty line. How the next line is indented is here, too, as it follows from what is open; tables and tests make
//! this long.

use std::fmt;

use super::scan::{End, Kind, Token, closer, scan};

/// What the prompt should do with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    /// Parse it; what is wrong with it will be said.
    Complete,
    /// It may be run, but `else` could follow. Who types it wants to see it run; who has the next line
    /// at hand looks whether that begins with `else`.
    MaybeContinues,
    /// Wait for more lines.
    Incomplete,
    /// Nothing that follows can mend it: parse it now and say what is wrong.
    Broken,
}

/// What an input that is not complete waits for. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// What closes this bracket, string or comment, which a line has opened.
    Closer {
        /// As it is typed: `(`, a backtick, `/*`.
        opener: String,
        /// What closes it.
        closer: String,
        /// The line that opened it.
        line: u16,
    },
    /// The block of this word.
    Block {
        /// The word: `while`.
        word: String,
        /// Its line.
        line: u16,
    },
    /// What must follow a finished block: `catch` after that of `try`.
    Follower {
        /// The word of the block that ended: `try`.
        word: &'static str,
        /// What has to follow.
        follower: &'static str,
    },
    /// Something after the last symbol or word.
    After(String),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closer { opener, line, .. } => write!(f, "{opener} of line {line} is open"),
            Self::Block { word, line } => {
                write!(f, "`{word}` of line {line} has no {{ block }} yet")
            }
            Self::Follower { word, follower } => write!(f, "`{follower}` must follow `{word}`"),
            Self::After(last) => write!(f, "something must follow `{last}`"),
        }
    }
}

/// Returns what an incomplete text waits for, the innermost first; `None` when it waits for nothing.
pub fn missing(text: &str) -> Option<Missing> {
    let scan = scan(text);
    let closer_of = |opener: &str, closer: &str, line| {
        let (opener, closer) = (opener.into(), closer.into());
        Some(Missing::Closer {
            opener,
            closer,
            line,
        })
    };
    match scan.end {
        End::Quote(..) => return None,
        End::LongText(pos) => {
            let raw = text.lines().nth(usize::from(pos.line).saturating_sub(1));
            let rest = raw.and_then(|line| line.get(usize::from(pos.column).saturating_sub(1)..));
            let hashes = rest.map_or(0, |rest| rest.len() - rest.trim_start_matches('#').len());
            let hashes = "#".repeat(hashes);
            return match hashes.is_empty() {
                true => closer_of("`", "`", pos.line),
                false => closer_of(&format!("{hashes}\""), &format!("\"{hashes}"), pos.line),
            };
        }
        End::Comment(pos) => return closer_of("/*", "*/", pos.line),
        End::Clean => {}
    }
    if let Some(open) = scan.brackets().ok()?.last() {
        return closer_of(open.text, closer(open.text), open.pos.line);
    }
    let code = scan.code();
    if tail(&code) != Completeness::Incomplete || is_open_python(text) {
        return None;
    }
    let last = code.last()?;
    match block_word(&code) {
        Some("try") => {
            return Some(Missing::Follower {
                word: "try",
                follower: "catch",
            });
        }
        Some("do") => {
            return Some(Missing::Follower {
                word: "do",
                follower: "while",
            });
        }
        _ => {}
    }
    match awaited_head(&code, last.pos.line) {
        Some(head) if head.start != last.start => Some(Missing::Block {
            word: head.text.into(),
            line: head.pos.line,
        }),
        _ => Some(Missing::After(last.text.into())),
    }
}

/// How many spaces a level of indentation has.
const LEVEL: usize = 4;

/// How far the next line of an open text should be indented, in spaces. In our own language that is a level for
/// each line with a bracket that is still open; a block of Python's goes on where its last line stands, deeper
/// behind a head, and less deep behind what leaves the block. 0 within a string, whose spaces count.
pub fn indentation(text: &str) -> usize {
    const LEAVE: [&str; 5] = ["return", "break", "continue", "pass", "raise"];
    let Some(open) = open_lines(text) else {
        return 0;
    };
    if !is_in_python(text) {
        return open.len() * LEVEL;
    }
    if let Some(line) = open.last() {
        return leading(text, *line) + LEVEL;
    }
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let last = lines.next_back().unwrap_or_default();
    let first = last
        .trim_start()
        .split(|c: char| !c.is_alphanumeric())
        .next();
    let indent = columns(last);
    match first {
        _ if is_head(last) => indent + LEVEL,
        Some(word) if LEAVE.contains(&word) => indent.saturating_sub(LEVEL),
        _ => indent,
    }
}

/// How far the line with a closing bracket that comes after `text` should be indented, in spaces.
pub fn closing_indentation(text: &str) -> usize {
    let open = open_lines(text).unwrap_or_default();
    match (is_in_python(text), open.last()) {
        (true, Some(line)) => leading(text, *line),
        _ => open.len().saturating_sub(1) * LEVEL,
    }
}

/// The lines, from 1, with brackets that are still open; nothing where a bracket is wrong or a string is open.
fn open_lines(text: &str) -> Option<Vec<u16>> {
    let scan = scan(text);
    if matches!(scan.end, End::LongText(_) | End::Quote(..)) {
        return None;
    }
    let open = scan.brackets().ok()?;
    let mut lines: Vec<u16> = open.iter().map(|token| token.pos.line).collect();
    lines.dedup();
    Some(lines)
}

fn is_in_python(text: &str) -> bool {
    is_open_python(&format!("{}\n", text.trim_end()))
}

/// By how many columns the line of that number, from 1, is indented.
fn leading(text: &str, line: u16) -> usize {
    let line = text.lines().nth(usize::from(line).saturating_sub(1));
    line.map_or(0, columns)
}

/// By how many columns a line is indented.
fn columns(line: &str) -> usize {
    let indent = line.chars().take_while(|c| matches!(c, ' ' | '\t'));
    indent.map(|c| if c == '\t' { LEVEL } else { 1 }).sum()
}

/// Whether a text has no code: nothing, or only comments, be they ours or Python's.
pub fn is_only_comments(text: &str) -> bool {
    // A map begins with `#{`, a raw string with `#"`.
    let is_python = |line: &str| {
        let behind = line.trim_start_matches('#');
        behind.len() < line.len() && !behind.starts_with(['{', '"'])
    };
    let ours: String = (text.lines())
        .filter(|line| !is_python(line.trim_start()))
        .collect::<Vec<_>>()
        .join("\n");
    let scan = scan(&ours);
    scan.end == End::Clean && scan.code().is_empty()
}

/// Whether a text begins with a word that only goes on what another text has begun: `else`, `catch`.
pub fn continues(text: &str) -> Option<&'static str> {
    let scan = scan(text);
    let first = scan
        .tokens
        .iter()
        .find(|token| token.kind != Kind::Comment)?;
    ["else", "catch"]
        .into_iter()
        .find(|word| first.text == *word)
}

/// Looks at a text as typed so far.
pub fn completeness(text: &str) -> Completeness {
    if is_only_comments(text) && !text.trim_start().starts_with("/*") {
        return Completeness::Complete;
    }
    if is_open_python(text) {
        return Completeness::Incomplete;
    }
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

/// Whether the text is a block of Python's that an empty line has not ended: a head that ends with a
/// colon, or that has its statement behind it, or indented lines behind one.
pub fn is_open_python(text: &str) -> bool {
    let enough = text.trim_end_matches([' ', '\t', '\r']).ends_with("\n\n");
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).rev();
    let Some(last) = lines.next() else {
        return false;
    };
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    let mut in_block =
        || is_indented(last) && lines.find(|line| !is_indented(line)).is_some_and(is_head);
    !enough && (is_head(last) || has_statement_behind_head(last) || in_block())
}

/// Whether a line is a head of Python's with a statement behind its colon: `for x in xs: print(x)`.
fn has_statement_behind_head(line: &str) -> bool {
    let scan = scan(line);
    let code = scan.code();
    let mut depth = 0;
    let colon = code.iter().position(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        depth == 0 && token.text == ":"
    });
    // The head alone is one, if the rest is cut off.
    let head = colon
        .and_then(|at| code.get(at))
        .map(|colon| &line[..=colon.start]);
    let has_more = colon.is_some_and(|at| at + 1 < code.len());
    has_more && head.is_some_and(is_head)
}

/// Whether a line begins a block of Python's.
pub fn is_head(line: &str) -> bool {
    const HEADS: [&str; 14] = [
        "def", "class", "for", "while", "if", "elif", "else", "with", "try", "except", "finally",
        "async", "match", "case",
    ];
    let line = line.split(" #").next().unwrap_or_default().trim_end();
    let first = line
        .trim_start()
        .split(|c: char| !c.is_alphanumeric())
        .next();
    line.ends_with(':') && first.is_some_and(|first| HEADS.contains(&first))
}

/// Symbols after which a value must follow.
const WANTS_MORE: [&str; 40] = [
    "+", "-", "*", "/", "%", "**", "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", "&=",
    "|=", "^=", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "&", "|", "^", "<<", ">>", "??", ".",
    "?.", ",", "=>", "::", "!", "..", "..=",
];

/// Words after which something must follow.
const WORDS_WANT_MORE: [&str; 20] = [
    "else", "in", "let", "const", "fn", "if", "while", "for", "switch", "catch", "finally", "try",
    "do", "loop", "with", "as", "import", "private", "until", "throw",
];

/// Words that begin a statement which needs a block.
const HEADERS: [&str; 9] = [
    "fn", "if", "while", "for", "with", "switch", "catch", "finally", "loop",
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
            Some("if") => Completeness::MaybeContinues,
            Some("do" | "try") => Completeness::Incomplete,
            _ => Completeness::Complete,
        },
        // `while x` on the last line: its `{` may stand on the next one.
        _ if awaited_head(code, last.pos.line).is_some() => Completeness::Incomplete,
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
                "if" | "try" | "do" | "else" | "catch" | "finally" | "while" | "for" | "loop"
                | "fn" | "with" | "switch" => return Some(token.text),
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// Returns the word of the statement whose block has not begun where the text ends, if there is one.
fn awaited_head<'t>(code: &[Token<'t>], last_line: u16) -> Option<Token<'t>> {
    if code
        .last()
        .is_some_and(|token| matches!(token.text, ";" | ":"))
    {
        return None;
    }
    let mut depth = 0;
    for (index, token) in code.iter().enumerate().rev() {
        match token.kind {
            Kind::Close if depth == 0 && token.text == "}" => return None,
            // The `while` of `do { .. } while x` heads no block.
            Kind::Word if depth == 0 && block_word(&code[..index]) == Some("do") => return None,
            Kind::Close => depth += 1,
            Kind::Open => depth -= 1,
            Kind::Symbol if depth == 0 && token.text == ";" => return None,
            Kind::Word if depth == 0 && HEADERS.contains(&token.text) => {
                return (token.pos.line == last_line).then_some(*token);
            }
            _ => {}
        }
    }
    None
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
            "for i in range(1, 6):\n    f(i)\n\n",
            "def f(x):\n    return x\nf(1)",
            "return",
            "# Wait for it",
            "// if x {",
            "# if x {\n\n",
            "if a { } 1",
            "if x: f()\n\n",
            "for x in y { f(#{a: 1}) }",
        ] {
            check(text, Complete);
        }
    }

    #[test]
    fn what_is_open_continues() {
        for text in [
            "for i in range(1, 6):",
            "def f(x):\n    return x",
            "for i in range(3): print(i)",
            "if x: f({1: 2})",
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
            "try { x }",
        ] {
            check(text, Incomplete);
        }
    }

    #[test]
    fn else_gets_its_chance() {
        for text in [
            "if a { b }",
            "if a {}\nelse if b {}",
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
    fn what_is_missing_has_its_line() {
        let check = |text: &str, expected: &str| {
            let found = missing(text).map(|missing| missing.to_string());
            assert_eq!(found.unwrap_or_default(), expected, "{text:?}");
        };
        check("print(", "( of line 1 is open");
        check("fn f() {\n    g(1,", "( of line 2 is open");
        check("#{", "#{ of line 1 is open");
        check("\nlet a = `x", "` of line 2 is open");
        check("`a ${ b", "${ of line 1 is open");
        check("#\"x", "#\" of line 1 is open");
        check("/* x", "/* of line 1 is open");
        check("while x", "`while` of line 1 has no { block } yet");
        check("try { x }", "`catch` must follow `try`");
        check("do { x }", "`while` must follow `do`");
        check("1 +", "something must follow `+`");
        check("let", "something must follow `let`");
        for text in ["1", "if a { 1 }", "\"a", "f() }", ""] {
            check(text, "");
        }
    }

    #[test]
    fn the_next_line_is_indented_once_for_each_line_that_opens_something() {
        for (text, spaces) in [
            ("f(", 4),
            ("f(|| {", 4),
            ("fn f() {\n if a {", 8),
            ("a(1)", 0),
            ("`a {", 0),
            // A block of Python's goes on where it stands.
            ("def f():", 4),
            ("class A:\n  def f(self):", 6),
            ("def f():\n    x = 1\n", 4),
            ("def f():\n    x = g([", 8),
            ("def f():\n    while True:\n        break", 4),
            ("match x:\n    case 1:  # one", 8),
        ] {
            assert_eq!(indentation(text), spaces, "{text}");
        }
    }

    #[test]
    fn comments_are_no_code() {
        for text in ["", " ", "// a", "# a", "/* a */", "# a\n// b\n"] {
            assert!(is_only_comments(text), "{text}");
        }
        for text in ["#{a: 1}", "1 // a", "#\n1", "/* a"] {
            assert!(!is_only_comments(text), "{text}");
        }
        assert_eq!(continues(" else { 1 }"), Some("else"));
        assert_eq!(continues("catch (e) { }"), Some("catch"));
        assert_eq!(continues("elsewhere"), None);
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
