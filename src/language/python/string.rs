//! Strings: literals, f-strings and numbers as they are written here.

use ruff_python_ast::{self as ast, ConversionFlag, FStringPart, InterpolatedStringElement};
use ruff_text_size::Ranged;

use super::expression::{Binding, Piece};
use super::text::Text;
use super::translate::{Outcome, Translator};
use super::types::Type;

/// A string in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A float, always with a point.
pub(super) fn float(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

/// A part of an f-string.
enum Part {
    Literal(String),
    Value(Text),
}

impl<'a> Translator<'a> {
    pub(super) fn f_string(&mut self, whole: &'a ast::ExprFString) -> Outcome<Piece> {
        let mut parts = Vec::new();
        for part in whole.value.iter() {
            match part {
                FStringPart::Literal(literal) => {
                    parts.push(Part::Literal(literal.value.to_string()))
                }
                FStringPart::FString(text) => {
                    for element in &text.elements {
                        self.element(element, &mut parts)?;
                    }
                }
            }
        }
        let is_simple = |part: &Part| match part {
            Part::Literal(text) => {
                !text.contains(['`', '\\'])
                    && !text.contains("${")
                    && !text.ends_with('$')
                    && !text.chars().any(char::is_control)
            }
            Part::Value(value) => !value.as_str().contains(['`', '\n']),
        };
        let mut text = Text::default();
        text.mark(whole.start());
        if parts.iter().all(is_simple) {
            text.push("`");
            for part in &parts {
                match part {
                    Part::Literal(literal) => text.push(literal),
                    Part::Value(value) => text.add(&value.wrapped("${", "}")),
                }
            }
            text.push("`");
            return Ok(Piece::tight(text));
        }
        self.python();
        let pieces = parts.iter().map(|part| match part {
            Part::Literal(literal) => quoted(literal).into(),
            Part::Value(value) => value.wrapped("str(", ")"),
        });
        let pieces: Vec<Text> = pieces.collect();
        text.add(&Text::joined(&pieces, " + "));
        let binding = if pieces.len() > 1 {
            Binding::Sum
        } else {
            Binding::Tight
        };
        Ok(Piece { text, binding })
    }

    fn element(
        &mut self,
        element: &'a InterpolatedStringElement,
        parts: &mut Vec<Part>,
    ) -> Outcome<()> {
        let value = match element {
            InterpolatedStringElement::Literal(literal) => {
                parts.push(Part::Literal(literal.value.to_string()));
                return Ok(());
            }
            InterpolatedStringElement::Interpolation(value) => value,
        };
        if let Some(debug) = &value.debug_text {
            // `{x=}` shows the text of the expression, too.
            let shown = debug_text(self.source.text, value, debug);
            parts.push(Part::Literal(shown));
        }
        if !self.type_of(&value.expression).prints_alike() {
            self.python();
        }
        let mut text = self.text(&value.expression)?;
        let is_debug = value.debug_text.is_some() && value.format_spec.is_none();
        match value.conversion {
            ConversionFlag::Repr => text = self.called("repr", &text),
            ConversionFlag::Str => text = self.called("str", &text),
            ConversionFlag::Ascii => text = self.called("ascii", &text),
            ConversionFlag::None if is_debug => text = self.called("repr", &text),
            // A class of the text says how its instances are shown without a specification, too.
            ConversionFlag::None
                if value.format_spec.is_none()
                    && self.has_special(&["__format__"])
                    && self.type_of(&value.expression) == Type::Unknown =>
            {
                self.python();
                text = text.wrapped("format(", ", \"\")");
            }
            ConversionFlag::None => {}
        }
        if let Some(spec) = &value.format_spec {
            self.python();
            let mut spec_parts = Vec::new();
            for element in &spec.elements {
                self.element(element, &mut spec_parts)?;
            }
            let pieces: Vec<Text> = (spec_parts.into_iter())
                .map(|part| match part {
                    Part::Literal(literal) => quoted(&literal).into(),
                    Part::Value(value) => value.wrapped("str(", ")"),
                })
                .collect();
            let mut formatted = Text::from("format(");
            formatted.add(&text);
            formatted.push(", ");
            formatted.add(&Text::joined(&pieces, " + "));
            formatted.push(")");
            text = formatted;
        }
        parts.push(Part::Value(text));
        Ok(())
    }

    /// `function(text)`, by one of Python's own functions.
    fn called(&mut self, function: &str, text: &Text) -> Text {
        self.python();
        text.wrapped(&format!("{function}("), ")")
    }
}

/// What `{x = }` shows before the value: its text up to and with the sign.
fn debug_text(source: &str, value: &ast::InterpolatedElement, _: &ast::DebugText) -> String {
    let inner = &source[value.range().start().to_usize() + 1..value.range().end().to_usize()];
    let expression_end = value.expression.end().to_usize() - value.range().start().to_usize() - 1;
    let behind = &inner[expression_end.min(inner.len())..];
    let sign = behind.find('=').map_or(0, |at| at + 1);
    let spaces = behind[sign..].len() - behind[sign..].trim_start().len();
    inner[..expression_end + sign + spaces].to_string()
}
