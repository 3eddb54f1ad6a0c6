//! Text of the translation that knows where it comes from, and its layout in lines.
//!
//! A [`Text`] carries marks: from here on, this is the translation of what stands there in Python.
//! The [`Layout`] puts statements into lines with indentation and collects the marks of all of them
//! in a [`PlaceMap`].

use ruff_text_size::TextSize;

use super::syntax::Source;
use crate::pos::Pos;

/// A piece of the translation.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    /// The text; lines after the first one are indented relative to it.
    text: String,
    /// Offsets in `text`, ascending, each with the offset in Python's text.
    marks: Vec<(usize, TextSize)>,
}

impl Text {
    /// A piece that comes from `at`.
    pub(super) fn at(at: TextSize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            marks: vec![(0, at)],
        }
    }

    /// What is added next comes from `at`.
    pub(super) fn mark(&mut self, at: TextSize) {
        self.marks.push((self.text.len(), at));
    }

    /// Adds text that comes from nowhere in particular.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a piece with its marks.
    pub(super) fn add(&mut self, piece: &Text) {
        let start = self.text.len();
        self.text.push_str(&piece.text);
        let marks = piece.marks.iter().map(|(offset, at)| (start + offset, *at));
        self.marks.extend(marks);
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The piece between `before` and `after`.
    pub(super) fn wrapped(&self, before: &str, after: &str) -> Self {
        let mut wrapped = Self::default();
        wrapped.push(before);
        wrapped.add(self);
        wrapped.push(after);
        wrapped
    }

    /// `pieces` with `between` them.
    pub(super) fn joined<'p>(pieces: impl IntoIterator<Item = &'p Text>, between: &str) -> Self {
        let mut all = Self::default();
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                all.push(between);
            }
            all.add(piece);
        }
        all
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self {
            text: text.into(),
            marks: Vec::new(),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        let marks = Vec::new();
        Self { text, marks }
    }
}

/// Lines of the translation.
#[derive(Debug, Default)]
pub(super) struct Layout {
    text: Text,
    indent: usize,
    lines: usize,
}

const INDENT: &str = "    ";

impl Layout {
    /// Adds one statement, which may have several lines.
    pub(super) fn line(&mut self, text: &Text) {
        let indent = INDENT.repeat(self.indent);
        let mut marks = text.marks.iter().peekable();
        let mut start = 0;
        for line in text.text.split('\n') {
            let end = start + line.len();
            let shift = if line.is_empty() { 0 } else { indent.len() };
            if !line.is_empty() {
                self.text.push(&indent);
            }
            let begin = self.text.text.len() - shift;
            while let Some((offset, at)) = marks.next_if(|(offset, _)| *offset <= end) {
                self.text.marks.push((begin + shift + offset - start, *at));
            }
            self.text.push(line);
            self.text.push("\n");
            start = end + 1;
            self.lines += 1;
        }
    }

    /// Opens a block: `head {`.
    pub(super) fn open(&mut self, head: &Text) {
        let mut line = head.clone();
        line.push(if head.text.is_empty() { "{" } else { " {" });
        self.line(&line);
        self.indent += 1;
    }

    /// Closes a block, with `tail` behind the brace: `;`, or ` else {`, which [`Layout::reopen`]s.
    pub(super) fn close(&mut self, tail: &str) {
        self.indent = self.indent.saturating_sub(1);
        self.line(&format!("}}{tail}").into());
    }

    /// Closes a block and opens the next one: `} else {`.
    pub(super) fn reopen(&mut self, head: &Text) {
        self.indent = self.indent.saturating_sub(1);
        self.line(&head.wrapped("} ", " {"));
        self.indent += 1;
    }

    /// An empty line, unless there is one already.
    pub(super) fn blank(&mut self) {
        let text = &self.text.text;
        if !text.is_empty() && !text.ends_with("\n\n") && !text.ends_with("{\n") {
            self.text.push("\n");
            self.lines += 1;
        }
    }

    /// Adds to the end of the last line.
    pub(super) fn append(&mut self, more: &str) {
        if self.text.text.ends_with('\n') {
            self.text.text.pop();
            self.text.push(more);
            self.text.push("\n");
        }
    }

    /// How many lines there are.
    pub(super) fn count(&self) -> usize {
        self.lines
    }

    /// The whole, without the last line's end, as a piece of something larger.
    pub(super) fn into_text(self) -> Text {
        let mut text = self.text;
        while text.text.ends_with('\n') {
            text.text.pop();
        }
        text
    }

    /// The whole text, and the map of its places.
    pub(super) fn finish(self, source: &Source<'_>) -> (String, PlaceMap) {
        let Text { text, marks } = self.text;
        let mut map = PlaceMap::default();
        let own = Source::new(&text);
        for (offset, at) in marks {
            let offset = TextSize::try_from(offset).unwrap_or_default();
            map.places.push((own.pos(offset), source.pos(at)));
        }
        map.places.sort_by_key(|(own, _)| *own);
        (text, map)
    }
}

/// Which place of Python's text each place of the translation comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceMap {
    /// Places of the translation, ascending, each with its place in Python's text.
    places: Vec<(Pos, Pos)>,
}

impl PlaceMap {
    /// The place in Python's text for one of the translation: that of the last piece that begins
    /// there or before.
    pub fn python(&self, pos: Pos) -> Pos {
        if pos.is_none() {
            return pos;
        }
        let at = Pos::new(pos.line, pos.column.max(1));
        let after = self.places.partition_point(|(own, _)| *own <= at);
        let nearest = after
            .checked_sub(1)
            .or((!self.places.is_empty()).then_some(0));
        match nearest.map(|index| self.places[index].1) {
            Some(python) => Pos {
                input: pos.input,
                ..python
            },
            None => pos,
        }
    }
}
