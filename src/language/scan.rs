//! A text cut into tokens by Rhai's lexical rules, brackets and open ends included.
//!
//! Rhai's own tokenizer stops at the first error and forgets where a bracket was opened. Completing
//! the prompt's input and pointing at the *opening* brace need a scan that survives any text. It
//! never fails and knows no grammar. One file, as it is one scanner and what its callers ask of the tokens.

use crate::pos::Pos;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Word,
    /// A number.
    Number,
    /// A string or character, or the part of a backtick string up to an interpolation or the end.
    Text,
    /// `(`, `[`, `{`, `#{` or `${`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// An operator or other symbol.
    Symbol,
    /// A comment.
    Comment,
}

/// One token: its text, where that begins in bytes, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    pub(super) text: &'t str,
    pub(super) start: usize,
    pub(super) pos: Pos,
}

impl Token<'_> {
    /// The byte after the token.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether this token can end a value, so that what follows would have to be an operator.
    pub(super) fn ends_value(&self) -> bool {
        matches!(self.kind, Kind::Number | Kind::Text)
            || (self.kind == Kind::Word && !KEYWORDS.contains(&self.text))
            || (self.kind == Kind::Close && self.text != "}")
    }
}

/// Rhai's keywords that can end no value.
const KEYWORDS: [&str; 23] = [
    "let", "const", "if", "else", "switch", "do", "while", "until", "loop", "for", "in", "fn",
    "private", "return", "throw", "try", "catch", "finally", "import", "export", "as", "with",
    "continue",
];

/// What is still open where the text ends, and where it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing but perhaps brackets.
    Clean,
    /// A `"` or `'` that its line does not close.
    Quote(char, Pos),
    /// A backtick string or a raw string, which may go on over lines.
    LongText(Pos),
    /// A block comment.
    Comment(Pos),
}

/// The tokens of a text.
#[derive(Debug)]
pub(super) struct Scan<'t> {
    pub(super) tokens: Vec<Token<'t>>,
    pub(super) end: End,
}

impl<'t> Scan<'t> {
    /// The tokens without comments.
    pub(super) fn code(&self) -> Vec<Token<'t>> {
        self.tokens
            .iter()
            .filter(|token| token.kind != Kind::Comment)
            .copied()
            .collect()
    }

    /// The brackets that stay open, outermost first, or the first closing one that is wrong.
    pub(super) fn brackets(&self) -> Result<Vec<Token<'t>>, Wrong<'t>> {
        let mut open: Vec<Token<'t>> = Vec::new();
        for token in &self.tokens {
            match token.kind {
                Kind::Open => open.push(*token),
                Kind::Close => match open.pop() {
                    Some(opener) if closer(opener.text) == token.text => {}
                    opener => {
                        return Err(Wrong {
                            closer: *token,
                            opener,
                        });
                    }
                },
                _ => {}
            }
        }
        Ok(open)
    }
}

/// A closing bracket that does not fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrong<'t> {
    pub(super) closer: Token<'t>,
    /// The innermost bracket open there, if any.
    pub(super) opener: Option<Token<'t>>,
}

/// The bracket that closes an opening one.
pub(super) fn closer(opener: &str) -> &'static str {
    match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

/// Cuts a text into tokens.
pub(super) fn scan(text: &str) -> Scan<'_> {
    let mut scanner = Scanner {
        text,
        at: 0,
        line: 1,
        column: 1,
        tokens: Vec::new(),
    };
    let end = scanner.run();
    Scan {
        tokens: scanner.tokens,
        end,
    }
}

/// Symbols of more than one character, longest first.
const SYMBOLS: [&str; 44] = [
    "===", "!==", "<<=", ">>=", "**=", "..=", "...", "==", "!=", "<=", ">=", "&&", "||", "??",
    "?.", "::", "=>", "->", "<-", "<<", ">>", "**", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
    "..", "++", "--", ":=", "<|", "|>", "~=", "#!", "!.", "?[", "(*", "*)", ":;", "//=",
];

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
    tokens: Vec<Token<'t>>,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn pos(&self) -> Pos {
        let saturate = |number| u16::try_from(number).unwrap_or(u16::MAX);
        Pos::new(saturate(self.line), saturate(self.column))
    }

    fn advance(&mut self, bytes: usize) {
        for ch in self.text[self.at..self.at + bytes].chars() {
            if ch == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at += bytes;
    }

    fn token(&mut self, kind: Kind, bytes: usize) {
        let token = Token {
            kind,
            text: &self.rest()[..bytes],
            start: self.at,
            pos: self.pos(),
        };
        self.tokens.push(token);
        self.advance(bytes);
    }

    fn run(&mut self) -> End {
        // The braces open here, and whether each belongs to an interpolation: its `}` goes back into
        // the backtick string that began at the position.
        let mut braces: Vec<Option<Pos>> = Vec::new();
        while let Some(ch) = self.rest().chars().next() {
            let rest = self.rest();
            let pos = self.pos();
            if ch.is_whitespace() {
                self.advance(ch.len_utf8());
            } else if self.at == 0 && rest.starts_with("#!") || rest.starts_with("//") {
                self.token(Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
            } else if rest.starts_with("/*") {
                match comment_len(rest) {
                    Some(bytes) => self.token(Kind::Comment, bytes),
                    None => return End::Comment(pos),
                }
            } else if ch == '"' || ch == '\'' {
                match quoted_len(rest, ch) {
                    Some(bytes) => self.token(Kind::Text, bytes),
                    None => return End::Quote(ch, pos),
                }
            } else if ch == '`' {
                match self.backtick(1) {
                    Some(true) => braces.push(Some(pos)),
                    Some(false) => {}
                    None => return End::LongText(pos),
                }
            } else if let Some(hashes) = raw_hashes(rest) {
                let close = format!("\"{}", "#".repeat(hashes));
                match rest[hashes + 1..].find(&close) {
                    Some(found) => self.token(Kind::Text, hashes + 1 + found + close.len()),
                    None => return End::LongText(pos),
                }
            } else if rest.starts_with("#{") {
                braces.push(None);
                self.token(Kind::Open, 2);
            } else if matches!(ch, '{' | '(' | '[') {
                if ch == '{' {
                    braces.push(None);
                }
                self.token(Kind::Open, 1);
            } else if ch == '}' {
                self.token(Kind::Close, 1);
                if let Some(Some(begin)) = braces.pop() {
                    match self.backtick(0) {
                        Some(true) => braces.push(Some(begin)),
                        Some(false) => {}
                        None => return End::LongText(begin),
                    }
                }
            } else if matches!(ch, ')' | ']') {
                self.token(Kind::Close, 1);
            } else if ch.is_ascii_digit() {
                self.token(Kind::Number, number_len(rest));
            } else if ch.is_alphabetic() || ch == '_' || ch == '$' && rest.len() > 1 {
                let end = rest[ch.len_utf8()..].find(|ch: char| !ch.is_alphanumeric() && ch != '_');
                self.token(
                    Kind::Word,
                    end.map_or(rest.len(), |end| end + ch.len_utf8()),
                );
            } else {
                let known = SYMBOLS.iter().find(|symbol| {
                    rest.starts_with(**symbol) && !matches!(**symbol, "?[" | "(*" | "//=")
                });
                self.token(
                    Kind::Symbol,
                    known.map_or(ch.len_utf8(), |symbol| symbol.len()),
                );
            }
        }
        End::Clean
    }

    /// Takes the text of a backtick string from here (`skip` bytes of opening included) up to its end
    /// (false) or to an interpolation, whose `${` is taken too (true); `None` when it never ends.
    fn backtick(&mut self, skip: usize) -> Option<bool> {
        let rest = self.rest();
        let mut from = skip;
        loop {
            let found = from + rest[from..].find(['`', '$', '\\'])?;
            let tail = &rest[found..];
            if tail.starts_with("``") {
                from = found + 2;
            } else if tail.starts_with('`') {
                self.token(Kind::Text, found + 1);
                return Some(false);
            } else if tail.starts_with("${") {
                self.token(Kind::Text, found);
                self.token(Kind::Open, 2);
                return Some(true);
            } else {
                from = found + if tail.starts_with("\\${") { 3 } else { 1 };
            }
        }
    }
}

/// The length of a block comment, which may contain others; `None` when it never ends.
fn comment_len(text: &str) -> Option<usize> {
    let mut depth = 0;
    let mut at = 0;
    loop {
        at += text[at..].find(['/', '*'])?;
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
}

/// The length of a string or character literal; `None` when its line ends first. A doubled quote
/// stands for one, and a backslash at the end of a line continues a string on the next.
fn quoted_len(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, ch)) = chars.next() {
        if ch == '\\' {
            match chars.next() {
                Some((_, '\r' | '\n')) if quote == '\'' => return None,
                Some(_) => {}
                None => return None,
            }
        } else if ch == quote {
            match chars.peek() {
                Some((_, next)) if *next == quote && at > 1 => {
                    chars.next();
                }
                _ => return Some(at + ch.len_utf8()),
            }
        } else if ch == '\n' {
            return None;
        }
    }
    None
}

/// The number of `#` before the quote of a raw string, if one begins here.
fn raw_hashes(text: &str) -> Option<usize> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    (hashes > 0 && text[hashes..].starts_with('"')).then_some(hashes)
}

/// The length of a number. A point belongs to it unless a second one or a name follows (`1..2`,
/// `1.max(2)`).
fn number_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let taken = match bytes[at] {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => true,
            b'.' => next != b'.' && !next.is_ascii_alphabetic() && next != b'_' && next < 128,
            b'+' | b'-' => {
                at > 0 && matches!(bytes[at - 1], b'e' | b'E') && !text.starts_with("0x")
            }
            _ => false,
        };
        if !taken {
            break;
        }
        at += 1;
    }
    at
}

/// Where the bracket closes that begins the tokens.
pub(super) fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0;
    tokens.iter().position(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

/// Whether a column of a line, from 1, is where the text asks whether to do something: between `if` or
/// `while` and what it is about. The line may be Python's.
pub fn is_in_question(line: &str, column: u16) -> bool {
    let before = line.char_indices().nth(usize::from(column.max(1)) - 1);
    let before = &line[..before.map_or(line.len(), |(at, _)| at)];
    let mut closed = 0_usize;
    for token in scan(before).code().iter().rev() {
        match (token.kind, token.text) {
            (Kind::Close, _) => closed += 1,
            (Kind::Open, "{") if closed == 0 => return false,
            (Kind::Open, _) => closed = closed.saturating_sub(1),
            (Kind::Symbol, ";" | ":") if closed == 0 => return false,
            (Kind::Word, "if" | "elif" | "while") if closed == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let scan = scan(text);
        let found: Vec<_> = scan.tokens.iter().map(|token| token.text).collect();
        assert_eq!(found.join(" "), expected, "{text}: {:?}", scan.end);
        assert_eq!(scan.end, End::Clean, "{text}");
    }

    #[test]
    fn tokens_follow_the_lexical_rules_of_rhai() {
        check("let x=1..2;", "let x = 1 .. 2 ;");
        check("1.5e-3+x.len()", "1.5e-3 + x . len ( )");
        check("a/*x/*y*/z*/b//c", "a /*x/*y*/z*/ b //c");
        check(r#"f("a\"b""c", '\'')"#, r#"f ( "a\"b""c" , '\'' )"#);
        check("`a${b+`c${d}`}e`;", "`a ${ b + `c ${ d } ` } e` ;");
        check("##\"a\"#b\"##+1", "##\"a\"#b\"## + 1");
        check("#{a:[1]}", "#{ a : [ 1 ] }");
        check("\"\"", "\"\"");
        check("\"a\\\n b\"", "\"a\\\n b\"");
    }

    #[test]
    fn what_never_ends_is_told_with_its_beginning() {
        let end = |text| scan(text).end;
        assert_eq!(end("x\n \"abc\nd\""), End::Quote('"', Pos::new(2, 2)));
        assert_eq!(end("it's"), End::Quote('\'', Pos::new(1, 3)));
        assert_eq!(end("`a\nb"), End::LongText(Pos::new(1, 1)));
        assert_eq!(end("`a${b}c"), End::LongText(Pos::new(1, 1)));
        assert_eq!(end("x /* /* */"), End::Comment(Pos::new(1, 3)));
    }

    #[test]
    fn a_question_ends_where_its_block_begins() {
        let asks = |line: &str| is_in_question(line, line.find('x').map_or(0, |at| at as u16 + 1));
        assert!(asks("if x == 1 { y = 2; }"));
        assert!(asks("    } else if f(1, x) {"));
        assert!(asks("while len(x) > 0:"));
        assert!(asks("    elif d[0] < x:"));
        assert!(!asks("if y == 1 { x = 2; }"));
        assert!(!asks("if y: x = 2"));
        assert!(!asks("let y = x;"));
        assert!(!asks("f(y); x = 1"));
    }
}
