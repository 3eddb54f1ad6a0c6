//! Problems as lines with a caret, for eyes.
//!
//! The only file that knows `annotate-snippets`. It draws any [`Report`]: those made of diagnostics,
//! and those that tell where a run failed. It decides nothing about their words.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Severity, Span};
use crate::pos::Pos;

/// How wide a report is drawn, in characters, but for what cannot be parted.
const WIDTH: usize = 80;

/// What is left of that for a note, beside a line number of three digits.
const NOTE_WIDTH: usize = WIDTH - "    = help: ".len();

/// Whether to use terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text only.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// A problem, ready to be drawn over the text that it is about.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    /// How bad it is.
    pub level: Severity,
    /// What happened, in one line.
    pub title: &'a str,
    /// The place, and a few words to stand under it.
    pub primary: Option<(Span, &'a str)>,
    /// Further places that explain it.
    pub secondary: Vec<(Span, &'a str)>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
    /// What to do next.
    pub help: Vec<String>,
    /// The lines to type instead; drawn last and indented only a little, to be copied.
    pub suggestion: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// A report without places or notes yet.
    pub fn new(level: Severity, title: &'a str) -> Self {
        Self {
            level,
            title,
            primary: None,
            secondary: vec![],
            notes: vec![],
            help: vec![],
            suggestion: None,
        }
    }

    /// A diagnostic as a report.
    pub fn of(diagnostic: &'a Diagnostic) -> Self {
        Self {
            primary: Some((diagnostic.span, &diagnostic.label)),
            help: diagnostic.help.iter().cloned().collect(),
            suggestion: diagnostic.suggestion.as_deref(),
            ..Self::new(diagnostic.severity, &diagnostic.message)
        }
    }
}

/// Draws diagnostics over `text`, which `name` names (a path, or `<input>`). Ends with a line break
/// unless there are none.
pub fn render(diagnostics: &[Diagnostic], name: &str, text: &str, style: Style) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| draw(&Report::of(diagnostic), name, text, style) + "\n")
        .collect()
}

/// Draws one report over `text`.
pub fn draw(report: &Report<'_>, name: &str, text: &str, style: Style) -> String {
    let level = match report.level {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::NOTE.with_name("hint"),
    };
    let title = wrapped(report.title, WIDTH - "warning: ".len());
    let mut group = Group::with_title(level.primary_title(title));
    let places = report
        .primary
        .iter()
        .map(|place| (AnnotationKind::Primary, place));
    let places = places.chain(
        report
            .secondary
            .iter()
            .map(|place| (AnnotationKind::Context, place)),
    );
    let annotations: Vec<_> = places
        .filter(|(_, (span, _))| !span.start.is_none())
        .map(|(kind, (span, label))| {
            let annotation = kind.span(byte_range(text, *span));
            if label.is_empty() {
                annotation
            } else {
                annotation.label(*label)
            }
        })
        .collect();
    if !annotations.is_empty() {
        group = group.element(Snippet::source(text).path(name).annotations(annotations));
    }
    for note in &report.notes {
        group = group.element(Level::NOTE.message(wrapped(note, NOTE_WIDTH)));
    }
    for help in &report.help {
        group = group.element(Level::HELP.message(wrapped(help, NOTE_WIDTH)));
    }
    let code: Vec<&str> = report.suggestion.unwrap_or_default().lines().collect();
    match code.len() {
        0 => {}
        1 => group = group.element(Level::HELP.message("type this:")),
        _ => group = group.element(Level::HELP.message("type these lines:")),
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let mut drawn = renderer
        .term_width(WIDTH)
        .decor_style(DecorStyle::Ascii)
        .render(&[group]);
    for line in code {
        drawn.push('\n');
        if !line.is_empty() {
            drawn += &format!("    {line}");
        }
    }
    drawn
}

/// The text in lines of at most `width` characters, parted between words; code between backticks
/// stays together, and so does a word that is longer.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        if line.chars().count() <= width {
            out.push_str(line);
            continue;
        }
        let mut column = 0;
        let mut is_code = false;
        let mut piece = String::new();
        for word in line.split(' ') {
            if !piece.is_empty() {
                piece.push(' ');
            }
            piece.push_str(word);
            is_code ^= word.matches('`').count() % 2 == 1;
            if !is_code {
                place_piece(&mut out, &mut column, &piece, width);
                piece.clear();
            }
        }
        if !piece.is_empty() {
            place_piece(&mut out, &mut column, &piece, width);
        }
    }
    out
}

/// Adds a word, on a new line when it does not fit into this one.
fn place_piece(out: &mut String, column: &mut usize, piece: &str, width: usize) {
    let length = piece.chars().count();
    if *column > 0 {
        let fits = *column + 1 + length <= width;
        out.push(if fits { ' ' } else { '\n' });
        *column = if fits { *column + 1 } else { 0 };
    }
    out.push_str(piece);
    *column += length;
}

/// The bytes of a text that a span covers; never empty but at the end of a line, and always within.
fn byte_range(text: &str, span: Span) -> std::ops::Range<usize> {
    let start = byte_offset(text, span.start);
    let end = byte_offset(text, span.end).max(start);
    // A caret at a line's end stands after its last character.
    start..end
}

/// The byte at which a character stands. A column past the end of its line is the line's end, and a
/// line past the end of the text is the text's end.
pub fn byte_offset(text: &str, pos: Pos) -> usize {
    let mut begin = 0;
    for _ in 1..pos.line {
        match text[begin..].find('\n') {
            Some(found) => begin += found + 1,
            None => return text.len(),
        }
    }
    let line = text[begin..].split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let column = usize::from(pos.column.max(1)) - 1;
    begin
        + line
            .char_indices()
            .nth(column)
            .map_or(line.len(), |(offset, _)| offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::diagnostic::Code;

    fn check(text: &str, span: Span, expected: &str) {
        let diagnostic = Diagnostic::error(Code::Unexpected, span, "wrong").label("here");
        assert_eq!(
            render(&[diagnostic], "a.rhai", text, Style::Plain),
            expected
        );
    }

    #[test]
    fn the_caret_stands_under_the_character() {
        check(
            "let x = 1;\nlet y = ;\n",
            Span::at(Pos::new(2, 9)),
            "error: wrong\n --> a.rhai:2:9\n  |\n2 | let y = ;\n  |         ^ here\n",
        );
    }

    #[test]
    fn tabs_and_wide_characters_keep_it_right() {
        check(
            "\tlet ä = \"日本\" ?;",
            Span::at(Pos::new(1, 15)),
            "error: wrong\n --> a.rhai:1:15\n  |\n1 |     let ä = \"日本\" ?;\n  |                    ^ here\n",
        );
    }

    #[test]
    fn the_end_of_a_line_can_be_pointed_at() {
        check(
            "print(1)\nprint(2)",
            Span::at(Pos::new(1, 9)),
            "error: wrong\n --> a.rhai:1:9\n  |\n1 | print(1)\n  |         ^ here\n",
        );
    }

    #[test]
    fn long_words_are_wrapped_between_words_but_not_in_code() {
        assert_eq!(wrapped("one two", 7), "one two");
        assert_eq!(wrapped("one two three", 8), "one two\nthree");
        assert_eq!(wrapped("do `a b c` now", 9), "do\n`a b c`\nnow");
        assert_eq!(
            wrapped("a\nlonger-than-this b", 5),
            "a\nlonger-than-this\nb"
        );
    }

    #[test]
    fn offsets_stay_within_the_text() {
        let text = "aé\r\nb";
        assert_eq!(byte_offset(text, Pos::new(1, 2)), 1);
        assert_eq!(byte_offset(text, Pos::new(1, 99)), 3);
        assert_eq!(byte_offset(text, Pos::new(2, 1)), 5);
        assert_eq!(byte_offset(text, Pos::new(9, 9)), text.len());
        assert_eq!(byte_offset("", Pos::NONE), 0);
    }

    #[test]
    fn a_report_shows_its_further_places_notes_and_help() {
        let text = "a\nb\nc\n";
        let mut report = Report::new(Severity::Warning, "odd");
        report.primary = Some((Span::at(Pos::new(3, 1)), "here"));
        report.secondary = vec![(Span::at(Pos::new(1, 1)), "first here")];
        report.notes = vec!["so it is".into()];
        report.help = vec!["do this".into()];
        let drawn = draw(&report, "a", text, Style::Plain);
        for part in [
            "warning: odd",
            "- first here",
            "^ here",
            "= note: so it is",
            "= help: do this",
        ] {
            assert!(drawn.contains(part), "{part} in\n{drawn}");
        }
        assert!(draw(&report, "a", text, Style::Coloured).contains('\u{1b}'));
    }
}
