//! Changes of a text: which bytes are replaced by what.

use std::ops::Range;

/// Replacements in one text, which do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edits {
    /// By where they begin; of two insertions at one place the first comes first.
    changes: Vec<(usize, usize, String)>,
}

impl Edits {
    /// Nothing is changed.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Puts `text` in the place of `span`.
    #[must_use]
    pub(super) fn replace(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.changes.push((span.start, span.end, text.into()));
        self.changes.sort_by_key(|(start, end, _)| (*start, *end));
        self
    }

    /// Puts `text` in front of a byte.
    #[must_use]
    pub(super) fn insert(self, at: usize, text: impl Into<String>) -> Self {
        self.replace(at..at, text)
    }

    /// Takes a statement out, with its line where it is alone there.
    #[must_use]
    pub(super) fn remove(self, text: &str, span: Range<usize>) -> Self {
        self.replace(with_line(text, span), "")
    }

    /// Takes what is between two statements' beginnings and puts it before another one.
    #[must_use]
    pub(super) fn move_before(self, text: &str, span: Range<usize>, to: usize) -> Self {
        let moved = text[span.clone()].to_string();
        let gap = gap(text, to);
        self.remove(text, span).insert(to, format!("{moved}{gap}"))
    }

    /// Those of both.
    #[must_use]
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.changes.extend(other.changes.iter().cloned());
        self.changes.sort_by_key(|(start, end, _)| (*start, *end));
        self
    }

    /// Where a byte of the text is behind all of them, if none goes over it.
    pub(super) fn moved(&self, at: usize) -> usize {
        let before = self.changes.iter().filter(|(start, ..)| *start < at);
        before.fold(at, |at, (start, end, new)| {
            at + new.len() - (end - start).min(at)
        })
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The text with all of them; nothing where two overlap.
    pub(super) fn apply(&self, text: &str) -> Option<String> {
        self.apply_within(text, 0..text.len())
    }

    /// A part of the text with what they change of it.
    pub(super) fn apply_within(&self, text: &str, part: Range<usize>) -> Option<String> {
        let mut out = String::with_capacity(part.len() + 64);
        let mut at = part.start;
        for (start, end, new) in &self.changes {
            out.push_str(text.get(at..(*start).max(part.start))?);
            out.push_str(new);
            at = (*end).min(part.end);
        }
        out.push_str(text.get(at..part.end)?);
        Some(out)
    }
}

/// What separates a statement that is put before byte `at` from the one there: a line end and the
/// indentation where that one begins its line, or else a space.
pub(super) fn gap(text: &str, at: usize) -> String {
    let indent = indent(text, at);
    match is_first_in_line(text, at) {
        true => format!("\n{indent}"),
        false => " ".into(),
    }
}

/// The white space at the beginning of the line of a byte.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let line = &text[line_start(text, at)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Whether nothing but white space comes before a byte in its line.
pub(super) fn is_first_in_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].trim().is_empty()
}

/// A span and its line's end, where nothing else is in its lines; else with the space before it.
fn with_line(text: &str, span: Range<usize>) -> Range<usize> {
    let rest = &text[span.end..];
    let line = rest.find('\n').unwrap_or(rest.len());
    let is_last = rest[..line].trim().is_empty();
    if is_first_in_line(text, span.start) && is_last {
        return line_start(text, span.start)..(span.end + line + 1).min(text.len());
    }
    let before = text[..span.start].trim_end_matches(' ').len();
    match is_last {
        true => before..span.end,
        false => span.start..span.end + (rest.len() - rest.trim_start_matches(' ').len()),
    }
}

/// Lines of a block, set in by one level more, from the second one on.
pub(super) fn deeper(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
            if !line.trim().is_empty() {
                out.push_str("    ");
            }
        }
        out.push_str(line);
    }
    out
}

/// The lines of a block, set out by one level, from the second one on.
pub(super) fn shallower(text: &str) -> String {
    text.replace("\n    ", "\n")
}

/// `head { body }` around code that begins at this indentation, in one line where the code is in one.
pub(super) fn block_of(head: &str, body: &str, indent: &str) -> String {
    match body.contains('\n') {
        true => format!("{head} {{\n{indent}    {}\n{indent}}}", deeper(body)),
        false => format!("{head} {{ {body} }}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_takes_its_line_along() {
        let text = "a;\n    b; c;\n    d;\ne;";
        let remove = |what: &str| {
            let at = text.find(what).unwrap();
            let edits = Edits::new().remove(text, at..at + 2);
            edits.apply(text).unwrap()
        };
        assert_eq!(remove("b"), "a;\n    c;\n    d;\ne;");
        assert_eq!(remove("c"), "a;\n    b;\n    d;\ne;");
        assert_eq!(remove("d"), "a;\n    b; c;\ne;");
        assert_eq!(remove("e"), "a;\n    b; c;\n    d;\n");
    }

    #[test]
    fn blocks_keep_their_lines_and_overlaps_are_refused() {
        let text = "  x;\n  y;\n";
        assert_eq!(
            block_of("with a", &text[2..9], "  "),
            "with a {\n      x;\n      y;\n  }"
        );
        assert_eq!(block_of("with a", &text[2..4], "  "), "with a { x; }");
        let both = Edits::new().replace(0..3, "").replace(2..4, "");
        assert_eq!(both.apply(text), None);
        let moved = Edits::new().move_before(text, 7..9, 2);
        assert_eq!(moved.apply(text).unwrap(), "  y;\n  x;\n");
    }
}
