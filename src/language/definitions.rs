//! Where a text defines functions: for taking one out of it.
//!
//! Works on tokens, so that what is left of the text keeps its layout and comments.

use std::ops::Range;

use super::scan::{Kind, Token, closing, scan};

/// A function that a text defines at its top level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// How many parameters it has. Functions of one name with other numbers are others.
    pub params: usize,
    /// The bytes of the definition, from `fn` or `private` to the closing brace.
    pub bytes: Range<usize>,
}

/// Returns the functions that a text defines, in order.
pub fn definitions(text: &str) -> Vec<Definition> {
    let scanned = scan(text);
    let tokens = scanned.code();
    let mut found = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            Kind::Word if token.text == "fn" && depth == 0 => {
                if let Some((definition, end)) = definition(&tokens, at) {
                    found.push(definition);
                    at = end + 1;
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The function whose `fn` is this token, and its last token.
fn definition(tokens: &[Token<'_>], at: usize) -> Option<(Definition, usize)> {
    let open = at + tokens[at..].iter().position(|token| token.text == "(")?;
    let close = open + closing(&tokens[open..])?;
    let block = close + 1;
    if tokens.get(block)?.text != "{" {
        return None;
    }
    let end = block + closing(&tokens[block..])?;
    let is_private = at > 0 && tokens[at - 1].text == "private";
    let first = if is_private { at - 1 } else { at };
    // `fn Type.name()` is another function than `fn name()`.
    let name = tokens[at + 1..open].iter().map(|token| token.text);
    let params = tokens[open + 1..close].iter();
    let definition = Definition {
        name: name.collect(),
        params: params.filter(|token| token.kind == Kind::Word).count(),
        bytes: tokens[first].start..tokens[end].end(),
    };
    Some((definition, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_with_their_bytes() {
        let text = "let a = 1; fn f(x, y) { if x { 1 } } private fn g() {} f(|x| { x });";
        let found = definitions(text);
        let shown: Vec<(&str, usize, &str)> = (found.iter())
            .map(|one| (one.name.as_str(), one.params, &text[one.bytes.clone()]))
            .collect();
        assert_eq!(
            shown,
            [
                ("f", 2, "fn f(x, y) { if x { 1 } }"),
                ("g", 0, "private fn g() {}")
            ]
        );
        assert!(definitions("fn f(").is_empty());
    }
}
