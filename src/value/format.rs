//! The text of values, as `print` and `debug` show them. The forms are Rhai's.

use std::fmt::Write;

use super::{Target, Value};

/// As `print` shows it: a string without quotes.
pub fn print_text(value: &Value) -> String {
    match value {
        Value::Literal(text) => text.as_str().into(),
        Value::Str(text) => text.as_str().into(),
        Value::Char(character) => character.to_string(),
        Value::Unit => String::new(),
        other => debug_text(other),
    }
}

/// As `debug` shows it, and as a value stands inside an array: a string with quotes.
pub fn debug_text(value: &Value) -> String {
    let mut text = String::new();
    write_debug(&mut text, value);
    text
}

fn write_debug(out: &mut String, value: &Value) {
    // Writing to a String cannot fail.
    let _ = match value {
        Value::Unit => write!(out, "()"),
        Value::Bool(value) => write!(out, "{value}"),
        Value::Int(value) => write!(out, "{value}"),
        Value::Float(value) => write!(out, "{}", float_text(*value)),
        Value::Char(value) => write!(out, "{value:?}"),
        Value::Literal(text) => write!(out, "{:?}", text.as_str()),
        Value::Str(text) => write!(out, "{:?}", text.as_str()),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_debug(out, item);
            }
            out.push(']');
            Ok(())
        }
        Value::Map(map) => {
            out.push_str("#{");
            for (index, (key, item)) in map.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                let _ = write!(out, "{key:?}: ");
                write_debug(out, item);
            }
            out.push('}');
            Ok(())
        }
        Value::Blob(bytes) => {
            out.push('[');
            for (index, byte) in bytes.iter().enumerate() {
                if index > 0 && index % 8 == 0 {
                    out.push(' ');
                }
                let _ = write!(out, "{byte:02x}");
            }
            out.push(']');
            Ok(())
        }
        Value::Range(range) => {
            let dots = if range.inclusive { "..=" } else { ".." };
            if range.step == 1 {
                write!(out, "{}{dots}{}", range.start, range.end)
            } else {
                write!(out, "range({}, {}, {})", range.start, range.end, range.step)
            }
        }
        Value::Function(function) => match function.target {
            Target::Named(_) => write!(out, "Fn({})", function.name.as_str()),
            Target::Code(_) => write!(out, "Fn({})", function.name.as_str()),
        },
        Value::Object(object) => write!(out, "{}", object.text()),
        Value::Cell(cell) => cell.with(|value| {
            write_debug(out, value);
            Ok(())
        }),
        Value::Error(fault) => write!(out, "{}", fault.kind),
        Value::Foreign(foreign) => write!(out, "{}", foreign.text()),
    };
}

/// A float as Rhai prints it: always with a point, very large and very small ones with an
/// exponent.
pub fn float_text(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude > 1e13 || magnitude != 0.0 && magnitude < 1e-13 {
        format!("{value:e}")
    } else if value.fract() == 0.0 {
        format!("{value:.1}")
    } else {
        value.to_string()
    }
}
