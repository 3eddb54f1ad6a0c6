//! One logical line of Python as a tree of brackets.
//!
//! Just enough of Python's lexical rules to rewrite what beginners type: strings with prefixes,
//! comments, words, numbers, symbols, and brackets that hold what is between them.

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A name or keyword.
    Word(String),
    /// A number.
    Number(String),
    /// A string: its prefix (`f`, `r`, `b` or nothing), its quote, and what is between the quotes.
    Text {
        prefix: String,
        quote: String,
        body: String,
    },
    /// An operator, comma, colon ...
    Symbol(&'static str),
    /// A character that Python does not know either.
    Other(char),
    /// White space.
    Space(String),
    /// Brackets and what they hold.
    Group(char, Vec<Node>),
}

impl Node {
    /// Whether this is the given word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text == word)
    }

    /// Whether this is the given symbol.
    pub(super) fn is(&self, symbol: &str) -> bool {
        matches!(self, Self::Symbol(text) if *text == symbol)
    }
}

/// A logical line, taken apart.
#[derive(Debug)]
pub(super) struct Line {
    /// The code.
    pub(super) nodes: Vec<Node>,
    /// The text after `#`, if there is a comment.
    pub(super) comment: Option<String>,
}

const SYMBOLS: [&str; 47] = [
    "::", "**=", "//=", ">>=", "<<=", "...", "++", "--", "==", "!=", "<=", ">=", "->", ":=", "**",
    "//", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "&&", "||", "=>", "=", "<",
    ">", "+", "-", "*", "/", "%", "&", "|", "^", "~", ":", ",", ".", ";", "@", "!",
];

/// The longest line, in bytes, and the deepest nesting that is looked at. What learners type is far
/// smaller, and rewriting is recursive.
const MAX_LENGTH: usize = 1_500;
const MAX_DEPTH: usize = 40;

/// Takes a logical line apart; `None` if a string or bracket stays open or closes wrongly.
pub(super) fn line(text: &str) -> Option<Line> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let mut reader = Reader {
        rest: text,
        comment: None,
        depth: 0,
    };
    let nodes = reader.nodes(None)?;
    Some(Line {
        nodes,
        comment: reader.comment,
    })
}

struct Reader<'t> {
    rest: &'t str,
    comment: Option<String>,
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, bytes: usize) -> String {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken.to_string()
    }

    fn while_char(&mut self, belongs: impl Fn(char) -> bool) -> String {
        self.take(self.rest.find(|ch| !belongs(ch)).unwrap_or(self.rest.len()))
    }

    fn nodes(&mut self, closer: Option<char>) -> Option<Vec<Node>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut nodes = Vec::new();
        while let Some(ch) = self.rest.chars().next() {
            if Some(ch) == closer {
                self.take(1);
                self.depth -= 1;
                return Some(nodes);
            }
            nodes.push(match ch {
                _ if ch.is_whitespace() => Node::Space(self.while_char(char::is_whitespace)),
                // Rhai's maps, raw strings, comments and backtick strings are not for us.
                '#' if self.rest.starts_with("#{") => {
                    self.take(2);
                    Node::Group('#', self.nodes(Some('}'))?)
                }
                '`' => return None,
                '#' if self.rest.starts_with("#\"") => return None,
                '/' if self.rest.starts_with("/*") => return None,
                '/' if self.rest.starts_with("//") && !ends_value(&nodes) => {
                    self.while_char(|ch| ch != '\n');
                    continue;
                }
                '#' => {
                    let comment = self.while_char(|ch| ch != '\n');
                    self.comment = Some(comment.trim_start_matches('#').to_string());
                    continue;
                }
                '"' | '\'' => self.text(String::new())?,
                _ if ch.is_alphabetic() || ch == '_' => {
                    let word = self.while_char(|ch| ch.is_alphanumeric() || ch == '_');
                    let prefix =
                        ["f", "r", "b", "u", "rb", "fr", "rf"].contains(&&*word.to_lowercase());
                    if prefix && self.rest.starts_with(['"', '\'']) {
                        self.text(word.to_lowercase())?
                    } else {
                        Node::Word(word)
                    }
                }
                '0'..='9' => Node::Number(
                    self.while_char(|ch| ch.is_alphanumeric() || ch == '_' || ch == '.'),
                ),
                '(' | '[' | '{' => {
                    self.take(1);
                    let closer = match ch {
                        '(' => ')',
                        '[' => ']',
                        _ => '}',
                    };
                    Node::Group(ch, self.nodes(Some(closer))?)
                }
                ')' | ']' | '}' => return None,
                _ => match SYMBOLS
                    .iter()
                    .find(|symbol| self.rest.starts_with(**symbol))
                {
                    Some(symbol) => {
                        self.take(symbol.len());
                        Node::Symbol(symbol)
                    }
                    None => {
                        self.take(ch.len_utf8());
                        Node::Other(ch)
                    }
                },
            });
        }
        closer.is_none().then_some(nodes)
    }

    fn text(&mut self, prefix: String) -> Option<Node> {
        let quote = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|q| self.rest.starts_with(*q))?;
        self.take(quote.len());
        let mut end = 0;
        loop {
            end += self.rest[end..].find(['\\', '\n', '"', '\''])?;
            let tail = &self.rest[end..];
            if tail.starts_with(quote) {
                break;
            }
            match tail.chars().next() {
                Some('\\') => end += 1 + tail.chars().nth(1)?.len_utf8(),
                Some('\n') if quote.len() == 1 => return None,
                _ => end += 1,
            }
        }
        let body = self.take(end);
        self.take(quote.len());
        Some(Node::Text {
            prefix,
            quote: quote.to_string(),
            body,
        })
    }
}

/// Whether the last node may be the left side of an operator.
fn ends_value(nodes: &[Node]) -> bool {
    matches!(
        trim(nodes).last(),
        Some(Node::Word(_) | Node::Number(_) | Node::Text { .. } | Node::Group('(' | '[', _))
    )
}

/// The nodes between top-level occurrences of a symbol; an empty list has one empty part. The commas
/// between a `lambda` and its colon separate nothing.
pub(super) fn split<'n>(nodes: &'n [Node], symbol: &str) -> Vec<&'n [Node]> {
    let mut lambda = false;
    let separates = |node: &Node| {
        lambda = (lambda || node.is_word("lambda")) && !node.is(":");
        node.is(symbol) && !lambda
    };
    nodes.split(separates).map(trim).collect()
}

/// Without white space at both ends.
pub(super) fn trim(mut nodes: &[Node]) -> &[Node] {
    while let [Node::Space(_), rest @ ..] | [rest @ .., Node::Space(_)] = nodes {
        nodes = rest;
    }
    nodes
}

/// Where the first node is that fits.
pub(super) fn find(nodes: &[Node], fits: impl Fn(&Node) -> bool) -> Option<usize> {
    nodes.iter().position(fits)
}
