//! Applies the table to one logical line.

use std::collections::BTreeSet;

use super::table::{Clause, ROWS, Reply, Row, Rule};
use super::tree::{self, Node, trim};
use crate::language::scan;

/// A line's answer.
pub(super) struct Answer {
    /// The line to type, indented as the original.
    pub(super) reply: Reply,
    /// The first row that fitted; `None` if nothing in the line is Python for certain (it may only
    /// lack a `let` or a `;`).
    pub(super) row: Option<&'static Row>,
}

/// What is known of the names of a text.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The variables that need no `let` any more, by block: the outermost first.
    blocks: Vec<BTreeSet<String>>,
    /// What is known of the whole text.
    text: Text,
    /// Which clause of its `try` an `except` is.
    pub(super) clause: Clause,
}

/// What a line alone does not show.
#[derive(Debug, Default, Clone)]
struct Text {
    /// The functions that are coroutines: a call of one runs when it is awaited.
    coroutines: BTreeSet<String>,
    /// Whether errors are caught by their names, so that they must have some.
    catches: bool,
    /// The variables that hold caught errors.
    errors: BTreeSet<String>,
}

impl Text {
    fn of(text: &str) -> Self {
        let mut known = Self::default();
        for line in text.lines() {
            let words: Vec<&str> = line
                .split(|ch: char| !ch.is_alphanumeric() && ch != '_')
                .filter(|word| !word.is_empty())
                .collect();
            match words[..] {
                ["async", "def", name, ..] => {
                    known.coroutines.insert(name.to_string());
                }
                ["except", _, ..] => known.catches = true,
                _ => {}
            }
        }
        known
    }
}

impl Names {
    /// The names of a text that is Python: no variable is declared yet.
    pub(super) fn of_python(text: &str) -> Self {
        Self {
            blocks: vec![BTreeSet::new()],
            text: Text::of(text),
            clause: Clause::Only,
        }
    }

    /// The names that a text declares as Rhai does.
    pub(super) fn declared_in(text: &str) -> Self {
        let code = scan::scan(text).code();
        let declared = code
            .windows(2)
            .filter(|pair| {
                matches!(
                    pair[0].text,
                    "let" | "const" | "for" | "as" | "(" | "," | "|"
                )
            })
            .map(|pair| pair[1].text.to_string())
            .collect();
        Self {
            blocks: vec![declared],
            text: Text::of(text),
            clause: Clause::Only,
        }
    }

    /// Whether the text has coroutines, whose tasks can be cancelled.
    pub(super) fn has_coroutines(&self) -> bool {
        !self.text.coroutines.is_empty()
    }

    /// Begins a block, whose names are gone after it.
    pub(super) fn open(&mut self) {
        self.blocks.push(BTreeSet::new());
    }

    /// Ends a block.
    pub(super) fn close(&mut self) {
        self.blocks.pop();
    }

    /// Whether a name is declared.
    pub(super) fn has(&self, name: &str) -> bool {
        self.blocks.iter().any(|names| names.contains(name))
    }

    /// Declares a name in the innermost block.
    pub(super) fn declare(&mut self, name: &str) {
        if self.blocks.is_empty() {
            self.open();
        }
        if let Some(names) = self.blocks.last_mut() {
            names.insert(name.to_string());
        }
    }

    /// Which clause of its `try` the `except` is that comes next.
    pub(super) fn clause(&self) -> Clause {
        self.clause.clone()
    }

    /// Declares the variable of a caught error.
    pub(super) fn declare_error(&mut self, name: &str) {
        self.declare(name);
        self.text.errors.insert(name.to_string());
    }
}

/// Rewrites expressions, and remembers the first row that fitted.
#[derive(Debug, Default)]
pub(super) struct Rewriter {
    row: Option<&'static Row>,
    text: Text,
    /// Whether these are the arguments of `gather` and its kin.
    pub(super) is_gathered: bool,
}

impl Rewriter {
    /// Whether the text has a coroutine of this name.
    pub(super) fn is_coroutine(&self, name: &str) -> bool {
        self.text.coroutines.contains(name)
    }

    /// Whether the variable holds an error that was caught where errors have names.
    pub(super) fn is_error(&self, name: &str) -> bool {
        self.text.catches && self.text.errors.contains(name)
    }

    /// Whether errors are caught by their names.
    pub(super) fn catches(&self) -> bool {
        self.text.catches
    }

    /// Rewrites nodes that may hold commas.
    pub(super) fn list(&mut self, nodes: &[Node]) -> String {
        let parts = tree::split(nodes, ",");
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts
            .iter()
            .map(|part| self.item(part))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Rewrites one expression.
    pub(super) fn item(&mut self, nodes: &[Node]) -> String {
        let nodes = trim(nodes);
        for row in &ROWS {
            if let Rule::Item(rule) = row.rule
                && let Some(text) = self.attempt(row, |rewriter| rule(nodes, rewriter))
            {
                return text;
            }
        }
        let mut text = String::new();
        let mut at = 0;
        while at < nodes.len() {
            let before = nodes[..at]
                .iter()
                .rev()
                .find(|node| !matches!(node, Node::Space(_)));
            let part = ROWS.iter().find_map(|row| match row.rule {
                Rule::Part(rule) => {
                    self.attempt(row, |rewriter| rule(before, &nodes[at..], rewriter))
                }
                _ => None,
            });
            let (part, count) = part.unwrap_or_else(|| (self.node(&nodes[at]), 1));
            text += &part;
            at += count;
        }
        text
    }

    /// Tries a row. If it fits, it takes precedence over the rows that fitted what it holds.
    fn attempt<T>(
        &mut self,
        row: &'static Row,
        rule: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let before = self.row.take();
        let answer = rule(self);
        let inner = self.row.take();
        self.row = match answer {
            Some(_) => before.or(row.certain.then_some(row)).or(inner),
            None => before,
        };
        answer
    }

    /// Writes one node, with no row but those for what it holds.
    pub(super) fn node(&mut self, node: &Node) -> String {
        match node {
            Node::Word(text) | Node::Number(text) | Node::Space(text) => text.clone(),
            Node::Symbol(symbol) => (*symbol).to_string(),
            Node::Other(ch) => ch.to_string(),
            Node::Text { body, quote, .. } if quote.len() == 3 => format!("`{body}`"),
            Node::Text { body, quote, .. } => {
                let body = if quote == "'" {
                    body.replace("\\'", "'").replace('"', "\\\"")
                } else {
                    body.clone()
                };
                format!("\"{body}\"")
            }
            Node::Group('(', inner) => format!("({})", self.list(inner)),
            Node::Group('#', inner) => format!("#{{{}}}", self.list(inner)),
            Node::Group('[', inner) => format!("[{}]", self.list(inner)),
            Node::Group(_, inner) => format!("{{{}}}", self.list(inner)),
        }
    }
}

/// Rewrites one logical line; `None` if it is too strange to say.
pub(super) fn line(text: &str, names: &mut Names) -> Option<Answer> {
    let indent: String = text.chars().take_while(|ch| ch.is_whitespace()).collect();
    let line = tree::line(text.trim())?;
    let nodes = trim(&line.nodes);
    let mut rewriter = Rewriter {
        text: names.text.clone(),
        ..Rewriter::default()
    };
    let (reply, mut row) = if nodes.is_empty() {
        (Reply::Type(String::new()), None)
    } else {
        statement(nodes, names, &mut rewriter)?
    };
    if line.comment.is_some() && row.is_none() {
        row = ROWS.iter().find(|row| matches!(row.rule, Rule::Comment));
    }
    let reply = match reply {
        Reply::Type(code) => {
            let code: Vec<_> = code.lines().map(|line| format!("{indent}{line}")).collect();
            let code = code.join("\n");
            Reply::Type(match line.comment {
                None => code,
                Some(comment) if code.is_empty() => format!("{indent}//{comment}"),
                Some(comment) => format!("{code} //{comment}"),
            })
        }
        other => other,
    };
    Some(Answer { reply, row })
}

/// Rewrites a statement without its comment; with the row that shows it to be Python.
pub(super) fn statement(
    nodes: &[Node],
    names: &mut Names,
    rewriter: &mut Rewriter,
) -> Option<(Reply, Option<&'static Row>)> {
    let nodes = match nodes {
        [rest @ .., Node::Symbol(";")] => trim(rest),
        _ => nodes,
    };
    for row in &ROWS {
        if let Rule::Statement(rule) | Rule::Import(rule) = row.rule
            && let Some(reply) = rule(nodes, names, rewriter)
        {
            let certain = row.certain.then_some(row);
            return Some((reply, certain.or(rewriter.row)));
        }
    }
    let text = rewriter.list(nodes);
    Some((Reply::Type(format!("{text};")), rewriter.row))
}
