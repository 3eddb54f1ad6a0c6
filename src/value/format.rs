//! The text of values, as `print` and `debug` show them. The forms are Rhai's.

use std::fmt::Write;

use super::budget::Writing;
use super::{Range, Value};

/// A noun behind its article: `an Event`, `a Lock`.
pub fn with_article(noun: &str) -> String {
    let is_vowel = noun.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']);
    format!("{} {noun}", if is_vowel { "an" } else { "a" })
}

/// As `print` shows it: a string without quotes, and nothing at all for `()`.
pub fn print_text(value: &Value) -> String {
    match value {
        Value::Literal(text) => text.as_str().into(),
        Value::Str(text) => text.as_str().into(),
        Value::Unit => String::new(),
        Value::Float(value) => float_text(*value),
        Value::Reference(reference) if let Some(message) = reference.error_message() => {
            print_text_of_message(&message)
        }
        other => debug_text(other),
    }
}

/// The text of what an error was made with.
fn print_text_of_message(message: &Value) -> String {
    match message.as_str() {
        Some(text) => text.into(),
        None => debug_text(message),
    }
}

/// As `debug` shows it, and as a value stands inside an array: a string with quotes. A character
/// has none, as in Rhai.
pub fn debug_text(value: &Value) -> String {
    let mut text = String::new();
    write_debug(&mut text, value);
    text
}

/// An array or a map that is being written.
enum Open<'a> {
    Array(std::slice::Iter<'a, Value>),
    Map(std::collections::btree_map::Iter<'a, Box<str>, Value>),
}

/// Without recursion: values may stand deep in each other.
fn write_debug(out: &mut String, value: &Value) {
    let mut open = Vec::new();
    let mut next = Some(value);
    let mut writing = Writing::default();
    while writing.go_on(out.len()) {
        let is_first = match next.take() {
            Some(Value::Array(items)) => {
                out.push('[');
                open.push(Open::Array(items.iter()));
                true
            }
            Some(Value::Map(map)) => {
                out.push_str("#{");
                open.push(Open::Map(map.iter()));
                true
            }
            Some(plain) => {
                write_plain(out, plain);
                false
            }
            None => false,
        };
        let Some(innermost) = open.last_mut() else {
            return;
        };
        let comma = if is_first { "" } else { ", " };
        let end = match innermost {
            Open::Array(items) => {
                next = items.next();
                if next.is_some() {
                    out.push_str(comma);
                }
                ']'
            }
            Open::Map(entries) => {
                if let Some((key, value)) = entries.next() {
                    // Writing to a String cannot fail, so the results are not looked at.
                    _ = write!(out, "{comma}{key:?}: ");
                    next = Some(value);
                }
                '}'
            }
        };
        if next.is_none() {
            out.push(end);
            open.pop();
        }
    }
}

fn write_plain(out: &mut String, value: &Value) {
    match value {
        Value::Unit => out.push_str("()"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => _ = write!(out, "{value}"),
        Value::Float(value) => _ = write!(out, "{value:?}"),
        Value::Char(value) => out.push(*value),
        Value::Literal(text) => _ = write!(out, "{:?}", text.as_str()),
        Value::Str(text) => _ = write!(out, "{:?}", text.as_str()),
        Value::Blob(bytes) => {
            out.push('[');
            for (index, byte) in bytes.iter().enumerate() {
                if index > 0 && index % 8 == 0 {
                    out.push(' ');
                }
                _ = write!(out, "{byte:02x}");
            }
            out.push(']');
        }
        Value::Range(range) => write_range(out, range),
        Value::Function(function) => _ = write!(out, "Fn({})", function.name.as_str()),
        Value::Object(object) => out.push_str(&object.text()),
        Value::Cell(cell) => cell.with(|value| write_debug(out, value)),
        Value::Error(fault) => _ = write!(out, "{}", fault.kind),
        Value::Reference(_) | Value::Collection(_) => out.push_str(&super::repr_text(value)),
        Value::Foreign(foreign) => out.push_str(&foreign.text()),
        // These are written by parts.
        Value::Array(_) | Value::Map(_) => {}
    }
}

/// A range without an end ends at the greatest integer, and is shown as it was typed.
fn write_range(out: &mut String, range: &Range) {
    let Range {
        start,
        end,
        step,
        inclusive,
    } = range;
    let dots = if *inclusive { "..=" } else { ".." };
    _ = match (step, *end) {
        (1, i64::MAX) => write!(out, "{start}{dots}"),
        (1, end) => write!(out, "{start}{dots}{end}"),
        (step, end) => write!(out, "range({start}, {end}, {step})"),
    };
}

/// A float as `print` shows it: always with a point, very large and very small ones with an
/// exponent.
fn float_text(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        "0.0".into()
    } else if !(1e-13..=1e13).contains(&magnitude) && !magnitude.is_nan() {
        format!("{value:e}")
    } else if magnitude.fract() == 0.0 {
        format!("{value:.1}")
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_only_inside() {
        let text = Value::from("a\"b\n");
        assert_eq!(print_text(&text), "a\"b\n");
        assert_eq!(debug_text(&text), r#""a\"b\n""#);
        assert_eq!(print_text(&Value::array(vec![text])), r#"["a\"b\n"]"#);
    }

    #[test]
    fn unit_is_shown_only_inside() {
        assert_eq!(print_text(&Value::Unit), "");
        assert_eq!(print_text(&Value::array(vec![Value::Unit])), "[()]");
    }

    #[test]
    fn open_ranges_are_shown_as_typed() {
        let show = |range| print_text(&Value::Range(std::sync::Arc::new(range)));
        assert_eq!(show(Range::exclusive(1, 4)), "1..4");
        assert_eq!(show(Range::inclusive(1, 4)), "1..=4");
        assert_eq!(show(Range::exclusive(1, i64::MAX)), "1..");
    }
}
