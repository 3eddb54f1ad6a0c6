//! Values as Python shows them inside of a list: `[1, 'a', None, (2,)]`.
//!
//! A reference that is shown is read once, and one that leads to itself is shown as `[...]`. Nothing
//! recurs: values may stand deep in each other.

use std::fmt::Write;
use std::sync::Arc;

use super::{Collection, Kind};
use crate::value::budget::Writing;
use crate::value::{Class, Map, Value, debug_text};

/// What is still to be written.
enum Part {
    Value(Value),
    Text(&'static str),
    Owned(String),
    /// The text of a reference ends here.
    End,
}

/// As Python's `repr` shows it.
pub fn repr_text(value: &Value) -> String {
    let mut out = String::new();
    let mut parts = vec![Part::Value(value.clone())];
    // The addresses of the references that are being written.
    let mut open = Vec::new();
    let mut writing = Writing::default();
    while let Some(part) = parts.pop()
        && writing.go_on(out.len())
    {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Owned(text) => out.push_str(&text),
            Part::End => _ = open.pop(),
            Part::Value(Value::Reference(reference))
                if matches!(reference.kind, Kind::Instance | Kind::Class) =>
            {
                let name = reference
                    .class
                    .as_ref()
                    .map_or("", |class| class.name.as_str());
                match (reference.kind, reference.error_message()) {
                    // What holds its members is an enumeration.
                    (Kind::Class, _) if reference.attribute("members_").is_some() => {
                        _ = write!(out, "<enum '{name}'>");
                    }
                    (Kind::Class, _) => {
                        let module = match &reference.class {
                            Some(class) if class.is_of_main => "__main__.",
                            Some(class) => class.error.map_or("", Class::shown_module),
                            None => "",
                        };
                        _ = write!(out, "<class '{module}{name}'>");
                    }
                    // As it is raised: `ValueError('no')`.
                    (_, Some(_)) => {
                        let args = reference.attribute("args").unwrap_or_default();
                        parts.push(Part::Text(")"));
                        let args = args.row().unwrap_or_default();
                        list(&mut parts, "", args.iter(), args.len(), "");
                        _ = write!(out, "{name}(");
                    }
                    (_, None) => _ = write!(out, "<{name} object>"),
                }
            }
            Part::Value(Value::Reference(reference)) => {
                let address = Arc::as_ptr(&reference.contents) as usize;
                if open.contains(&address) {
                    out.push_str(match reference.kind {
                        Kind::List | Kind::Deque => "[...]",
                        Kind::Dict | Kind::Set => "{...}",
                        Kind::Keys | Kind::Values | Kind::Items => "...",
                        // They are shown above.
                        Kind::Instance | Kind::Class => "",
                    });
                    continue;
                }
                open.push(address);
                parts.push(Part::End);
                let begin = match reference.kind {
                    Kind::Keys => "dict_keys([",
                    Kind::Values => "dict_values([",
                    Kind::Items => "dict_items([",
                    Kind::List
                    | Kind::Deque
                    | Kind::Dict
                    | Kind::Set
                    | Kind::Instance
                    | Kind::Class => {
                        lay_out(&reference.load(), &mut parts);
                        continue;
                    }
                };
                let items = reference.items();
                list(&mut parts, begin, items.iter(), items.len(), "])");
            }
            Part::Value(Value::Collection(contents)) => match &**contents {
                Collection::Set(items) if items.is_empty() => out.push_str("frozenset()"),
                Collection::Set(items) => {
                    list(&mut parts, "frozenset({", items.keys(), items.len(), "})");
                }
                contents => lay_out(contents, &mut parts),
            },
            Part::Value(Value::Array(items)) => {
                list(&mut parts, "[", items.iter(), items.len(), "]");
            }
            // An error of Python's, as it is raised.
            Part::Value(Value::Map(map))
                if map.contains_key("error") && map.contains_key("message") =>
            {
                let class = map.get("class").or_else(|| map.get("error"));
                let class = class.and_then(Value::as_str).unwrap_or_default();
                let name = class.rsplit('.').next().unwrap_or(class);
                let args = error_arguments(&map);
                parts.push(Part::Text(")"));
                list(&mut parts, "", args.iter(), args.len(), "");
                _ = write!(out, "{name}(");
            }
            Part::Value(Value::Map(map)) => {
                parts.push(Part::Text("}"));
                for (number, (key, value)) in map.iter().enumerate().rev() {
                    parts.push(Part::Value(value.clone()));
                    let comma = if number == 0 { "" } else { ", " };
                    parts.push(Part::Owned(format!("{comma}{key:?}: ")));
                }
                parts.push(Part::Text("#{"));
            }
            // Those that only Python has are shown as there.
            Part::Value(Value::Function(function))
                if function.name.as_str().starts_with("python.") =>
            {
                out.push_str(&function_text(function.name.as_str()));
            }
            Part::Value(plain) => write_plain(&mut out, &plain),
        }
    }
    out
}

/// The arguments of an error that is a map, as Python has them: those that it was made with, or its message.
pub fn error_arguments(map: &Map) -> Vec<Value> {
    if let Some(args) = map.get("args") {
        return args.row().unwrap_or_default().to_vec();
    }
    let class = map.get("class").or_else(|| map.get("error"));
    match class.and_then(Value::as_str).and_then(Class::named) {
        // Only `gather` gives one away that nobody has raised.
        Some(Class::TaskCancelled) => vec![Value::from("")],
        Some(
            Class::TimeoutError
            | Class::Empty
            | Class::Full
            | Class::QueueEmpty
            | Class::QueueFull
            | Class::BrokenBarrierError
            | Class::FutureCancelled,
        ) => Vec::new(),
        _ => map.get("message").cloned().into_iter().collect(),
    }
}

/// A function as Python shows it: types are functions here.
pub fn function_text(name: &str) -> String {
    let own = name.strip_prefix("python.").unwrap_or(name);
    let is_type = matches!(
        own,
        "int" | "float" | "str" | "bool" | "list" | "dict" | "set" | "tuple" | "frozenset"
    );
    match own {
        own if is_type => format!("<class '{own}'>"),
        own if let Some(class) = Class::named(own) => {
            format!("<class '{}{}'>", class.shown_module(), class.name())
        }
        "deque" => "<class 'collections.deque'>".into(),
        own if name != own => format!("<built-in function {own}>"),
        "print" | "len" => format!("<built-in function {own}>"),
        "closure" | "lambda" => "<function <lambda>>".into(),
        own => format!("<function {own}>"),
    }
}

/// Puts the parts of a collection before all others.
fn lay_out(contents: &Collection, parts: &mut Vec<Part>) {
    match contents {
        Collection::Tuple(items) => {
            let end = if items.len() == 1 { ",)" } else { ")" };
            list(parts, "(", items.iter(), items.len(), end);
        }
        Collection::Named(items, class) => {
            let names = class.fields().map_or(&[][..], |fields| &fields.names);
            parts.push(Part::Text(")"));
            for (number, (name, item)) in names.iter().zip(items).enumerate().rev() {
                parts.push(Part::Value(item.clone()));
                let comma = if number == 0 { "" } else { ", " };
                parts.push(Part::Owned(format!("{comma}{name}=")));
            }
            parts.push(Part::Owned(format!("{}(", class.name.as_str())));
        }
        Collection::List(items) => list(parts, "[", items.iter(), items.len(), "]"),
        Collection::Deque(items, limit) => {
            match limit {
                Some(limit) => parts.push(Part::Owned(format!("], maxlen={limit})"))),
                None => parts.push(Part::Text("])")),
            }
            list(parts, "deque([", items.iter(), items.len(), "");
        }
        Collection::Set(items) if items.is_empty() => parts.push(Part::Text("set()")),
        Collection::Set(items) => list(parts, "{", items.keys(), items.len(), "}"),
        Collection::Attributes(_) => {}
        Collection::Dict(dict) => {
            parts.push(Part::Text("}"));
            for (number, entry) in dict.entries().rev().enumerate() {
                parts.push(Part::Value(entry.value.clone()));
                parts.push(Part::Text(": "));
                parts.push(Part::Value(entry.key.clone()));
                if number + 1 < dict.len() {
                    parts.push(Part::Text(", "));
                }
            }
            parts.push(Part::Text("{"));
        }
    }
}

fn list<'v>(
    parts: &mut Vec<Part>,
    begin: &'static str,
    items: impl DoubleEndedIterator<Item = &'v Value>,
    count: usize,
    end: &'static str,
) {
    parts.push(Part::Text(end));
    for (number, item) in items.rev().enumerate() {
        parts.push(Part::Value(item.clone()));
        if number + 1 < count {
            parts.push(Part::Text(", "));
        }
    }
    parts.push(Part::Text(begin));
}

fn write_plain(out: &mut String, value: &Value) {
    match value {
        Value::Unit => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Float(number) => out.push_str(&float_text(*number)),
        Value::Char(character) => write_string(out, character.encode_utf8(&mut [0; 4])),
        other => match other.as_str() {
            Some(text) => write_string(out, text),
            None => out.push_str(&debug_text(other)),
        },
    }
}

/// A string in single quotes, unless double ones need less.
fn write_string(out: &mut String, text: &str) {
    let quote = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    out.push(quote);
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if character == quote => _ = write!(out, "\\{quote}"),
            _ if (character as u32) < 0x20 || character as u32 == 0x7f => {
                _ = write!(out, "\\x{:02x}", character as u32);
            }
            _ => out.push(character),
        }
    }
    out.push(quote);
}

/// A float with the fewest digits that read back as it, as Python has it: `1.0`, `1e-05`, `1e+16`.
fn float_text(number: f64) -> String {
    if !number.is_finite() {
        return match number.is_nan() {
            true => "nan".into(),
            false if number > 0.0 => "inf".into(),
            false => "-inf".into(),
        };
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if number != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    match number.fract() == 0.0 {
        true => format!("{number:.1}"),
        false => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pos::Pos;
    use crate::value::collection::Dict;

    #[test]
    fn values_are_shown_as_python_shows_them() {
        let list = |items| Value::reference(Collection::List(items), Pos::NONE);
        let mut dict = Dict::new();
        dict.insert(Value::from("k"), list(vec![])).unwrap();
        dict.insert(Value::Int(1), Value::Unit).unwrap();
        for (value, text) in [
            (Value::tuple(vec![]), "()"),
            (Value::tuple(vec![Value::Int(1)]), "(1,)"),
            (
                list(vec![
                    Value::from("it's"),
                    Value::from("a\"b'\n"),
                    Value::Bool(true),
                    Value::Unit,
                    Value::Char('c'),
                ]),
                "[\"it's\", 'a\"b\\'\\n', True, None, 'c']",
            ),
            (
                Value::reference(Collection::Dict(dict), Pos::NONE),
                "{'k': [], 1: None}",
            ),
            (
                Value::reference(Collection::Set(Dict::new_set()), Pos::NONE),
                "set()",
            ),
            (
                Value::reference(
                    Collection::Deque([Value::Int(1)].into(), Some(3)),
                    Pos::NONE,
                ),
                "deque([1], maxlen=3)",
            ),
        ] {
            assert_eq!(repr_text(&value), text);
        }
    }

    #[test]
    fn a_list_in_itself_is_shown_once() {
        let list = Value::reference(Collection::List(vec![]), Pos::NONE);
        let Value::Reference(reference) = &list else {
            panic!("{list:?}");
        };
        let lead_back = Collection::List(vec![Value::Int(1), list.clone()]);
        (reference.contents).store(Value::Collection(Arc::new(lead_back.into())));
        assert_eq!(repr_text(&list), "[1, [...]]");
        reference.contents.store(Value::Unit);
    }

    #[test]
    fn floats_have_the_digits_that_python_gives_them() {
        for (number, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (1e300, "1e+300"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(float_text(number), text);
        }
    }
}
