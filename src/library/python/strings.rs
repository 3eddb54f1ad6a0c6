//! The methods of Python's strings, and of other values that never change. One file, as it is one table of
//! methods, each with what it does.

use super::instances::check_plain;
use super::text::{format_fields, str};
use super::{as_int, as_text, raised, type_name};
use crate::library::limits;
use crate::library::methods::collection::items_of;
use crate::pos::Pos;
use crate::value::collection::equal;
use crate::value::{Collection, FaultKind, Value};

type Outcome = Result<Value, FaultKind>;

/// Calls the method `name` of a value that is no reference; nothing when Python's values of its type
/// have none of that name.
pub(in crate::library) fn method(name: &str, receiver: &Value, args: &[Value]) -> Option<Outcome> {
    if let Some(text) = as_text(receiver) {
        return string(name, &text, args);
    }
    match (receiver, name, args) {
        (Value::Float(number), "is_integer", []) => Some(Ok((number.fract() == 0.0).into())),
        (Value::Int(number), "bit_length", []) => Some(Ok(Value::Int(i64::from(
            64 - number.unsigned_abs().leading_zeros(),
        )))),
        (Value::Array(items), "count", [item]) => {
            let count = items.iter().filter(|other| equal(other, item)).count();
            Some(Ok(Value::Int(count as i64)))
        }
        (Value::Array(items), "index", [item]) => {
            let found = items.iter().position(|other| equal(other, item));
            let missing = || raised("ValueError", "tuple.index(x): x not in tuple");
            Some(found.map(|at| Value::Int(at as i64)).ok_or_else(missing))
        }
        _ => None,
    }
}

/// A new list of these items.
pub(super) fn list(items: Vec<Value>) -> Value {
    Value::reference(Collection::List(items), Pos::NONE)
}

fn text_of(value: &Value, method: &str) -> Result<String, FaultKind> {
    as_text(value)
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| {
            let found = type_name(value);
            raised(
                "TypeError",
                &format!("{method}: a string is required, not '{found}'"),
            )
        })
}

fn string(name: &str, text: &str, args: &[Value]) -> Option<Outcome> {
    let given = |text: String| Ok(Value::from(text));
    let flag = |holds: bool| Ok(Value::Bool(holds));
    let all = |holds: fn(char) -> bool| flag(!text.is_empty() && text.chars().all(holds));
    Some(match (name, args) {
        ("upper", []) => given(text.to_uppercase()),
        ("lower", []) => given(text.to_lowercase()),
        ("casefold", []) => given(text.to_lowercase().replace('ß', "ss")),
        ("title", []) => given(title(text)),
        ("capitalize", []) => {
            let mut characters = text.chars();
            let first: String = characters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .collect();
            given(format!("{first}{}", characters.as_str().to_lowercase()))
        }
        ("swapcase", []) => given(
            text.chars()
                .flat_map(|one| -> Vec<char> {
                    match one.is_uppercase() {
                        true => one.to_lowercase().collect(),
                        false => one.to_uppercase().collect(),
                    }
                })
                .collect(),
        ),
        ("strip" | "lstrip" | "rstrip", [] | [_]) => stripped(name, text, args.first()),
        ("split" | "rsplit", [] | [_] | [_, _]) => split(name, text, args),
        ("splitlines", []) => Ok(list(lines(text, false))),
        ("splitlines", [keep]) => Ok(list(lines(text, super::operators::is_true(keep)))),
        ("expandtabs", [] | [_]) => {
            let size = args.first().and_then(as_int).unwrap_or(8);
            given(expanded(text, usize::try_from(size).unwrap_or(0).min(1000)))
        }
        ("translate", [table]) => translated(text, table),
        ("isidentifier", []) => {
            let mut signs = text.chars();
            let begins = signs
                .next()
                .is_some_and(|one| one.is_alphabetic() || one == '_');
            flag(begins && signs.all(|one| one.is_alphanumeric() || one == '_'))
        }
        ("isprintable", []) => flag(!text.chars().any(char::is_control)),
        ("isascii", []) => flag(text.is_ascii()),
        ("istitle", []) => flag(text.chars().any(char::is_alphabetic) && title(text) == text),
        ("format_map", [named]) => (|| {
            check_plain(named, "`format_map`")?;
            let mut all = crate::value::Map::new();
            for (key, value) in crate::library::methods::collection::entries_of(named)? {
                all.insert(str(&key).into(), value);
            }
            format_fields(text, &[], Some(&all)).map(Value::from)
        })(),
        ("encode", _) => Err(raised("TypeError", "bytes have no counterpart here")),
        ("join", [items]) => join(text, items),
        ("replace", [old, new]) => (|| {
            let (old, new) = (text_of(old, "replace()")?, text_of(new, "replace()")?);
            limits::check_replaced(text, &old, &new)?;
            given(text.replace(&old, &new))
        })(),
        ("replace", [old, new, count]) => (|| {
            let (old, new) = (text_of(old, "replace()")?, text_of(new, "replace()")?);
            let count = as_int(count).unwrap_or(-1);
            match usize::try_from(count) {
                Ok(count) => given(text.replacen(&old, &new, count)),
                Err(_) => given(text.replace(&old, &new)),
            }
        })(),
        (
            "startswith" | "endswith" | "find" | "rfind" | "index" | "rindex" | "count",
            [part, bounds @ ..],
        ) if matches!(bounds.len(), 1 | 2) => within(name, text, part, bounds),
        ("startswith" | "endswith", [part]) => (|| {
            let parts = match as_text(part) {
                Some(part) => vec![Value::from(&*part)],
                None => items_of(part)?,
            };
            for part in &parts {
                let part = text_of(part, "startswith()")?;
                let holds = match name {
                    "startswith" => text.starts_with(&part),
                    _ => text.ends_with(&part),
                };
                if holds {
                    return flag(true);
                }
            }
            flag(false)
        })(),
        ("find" | "rfind" | "index" | "rindex", [part]) => (|| {
            let part = text_of(part, "find()")?;
            let found = match name.starts_with('r') {
                true => text.rfind(&part),
                false => text.find(&part),
            };
            match found {
                Some(at) => Ok(Value::Int(text[..at].chars().count() as i64)),
                None if name.ends_with("find") => Ok(Value::Int(-1)),
                None => Err(raised("ValueError", "substring not found")),
            }
        })(),
        ("count", [part]) => (|| {
            let part = text_of(part, "count()")?;
            let count = match part.is_empty() {
                true => text.chars().count() + 1,
                false => text.matches(&*part).count(),
            };
            Ok(Value::Int(count as i64))
        })(),
        ("format", _) => {
            let (named, values) = match args {
                [values @ .., Value::Map(named)] if !named.contains_key("error") => {
                    (Some(&***named), values)
                }
                values => (None, values),
            };
            let mut all = values
                .iter()
                .chain(named.into_iter().flat_map(|named| named.values()));
            all.try_for_each(|value| check_plain(value, "`format`"))
                .and_then(|()| format_fields(text, values, named).map(Value::from))
        }
        ("isdigit" | "isdecimal" | "isnumeric", []) => all(char::is_numeric),
        ("isalpha", []) => all(char::is_alphabetic),
        ("isalnum", []) => all(char::is_alphanumeric),
        ("isspace", []) => all(char::is_whitespace),
        ("isupper", []) => {
            flag(text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase))
        }
        ("islower", []) => {
            flag(text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase))
        }
        ("zfill", [width]) => {
            let width = usize::try_from(as_int(width).unwrap_or(0))
                .unwrap_or(0)
                .min(100_000);
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => (&text[..1], digits),
                None => ("", text),
            };
            let missing = width.saturating_sub(text.chars().count());
            given(format!("{sign}{}{digits}", "0".repeat(missing)))
        }
        ("ljust" | "rjust" | "center", [width] | [width, _]) => {
            let fill = match args.get(1).map(str) {
                Some(fill) => fill,
                None => " ".into(),
            };
            let width = usize::try_from(as_int(width).unwrap_or(0))
                .unwrap_or(0)
                .min(100_000);
            let missing = width.saturating_sub(text.chars().count());
            let (left, right) = match name {
                "ljust" => (0, missing),
                "rjust" => (missing, 0),
                // As CPython does it.
                _ => {
                    let left = missing / 2 + (missing & width & 1);
                    (left, missing - left)
                }
            };
            given(format!("{}{text}{}", fill.repeat(left), fill.repeat(right)))
        }
        ("partition" | "rpartition", [sep]) => (|| {
            let sep = text_of(sep, "partition()")?;
            let found = match name {
                "partition" => text.split_once(&*sep),
                _ => text.rsplit_once(&*sep),
            };
            let parts = match (found, name) {
                (Some((before, after)), _) => [before, &sep, after],
                (None, "partition") => [text, "", ""],
                (None, _) => ["", "", text],
            };
            Ok(Value::tuple(parts.into_iter().map(Value::from).collect()))
        })(),
        ("removeprefix", [part]) => (|| {
            let part = text_of(part, "removeprefix()")?;
            given(text.strip_prefix(&*part).unwrap_or(text).into())
        })(),
        ("removesuffix", [part]) => (|| {
            let part = text_of(part, "removesuffix()")?;
            given(text.strip_suffix(&*part).unwrap_or(text).into())
        })(),
        _ => {
            return Some(Err(raised(
                "AttributeError",
                &format!("'str' object has no attribute '{name}'"),
            )));
        }
    })
}

/// The same of a part of the text, whose bounds are given.
fn within(name: &str, text: &str, part: &Value, bounds: &[Value]) -> Outcome {
    let count = text.chars().count() as i64;
    let place = |bound: Option<&Value>, usual: i64| {
        let at = bound.and_then(as_int).unwrap_or(usual);
        (if at < 0 { at + count } else { at }).max(0)
    };
    let (start, end) = (
        place(bounds.first(), 0),
        place(bounds.get(1), count).min(count),
    );
    if start > end {
        return match name {
            "startswith" | "endswith" => Ok(Value::Bool(false)),
            "count" => Ok(Value::Int(0)),
            "index" | "rindex" => Err(raised("ValueError", "substring not found")),
            _ => Ok(Value::Int(-1)),
        };
    }
    let signs = text
        .chars()
        .skip(start as usize)
        .take((end - start) as usize);
    let inner: String = signs.collect();
    let found = string(name, &inner, std::slice::from_ref(part)).unwrap_or(Ok(Value::Unit))?;
    Ok(match (name, found) {
        ("find" | "rfind" | "index" | "rindex", Value::Int(at)) if at >= 0 => {
            Value::Int(at + start)
        }
        (_, found) => found,
    })
}

/// The lines of a text, with what ends them or without.
fn lines(text: &str, keeps_ends: bool) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .find(['\n', '\r', '\x0b', '\x0c'])
            .unwrap_or(rest.len());
        let length = match rest[end..].starts_with("\r\n") {
            true => 2,
            false => usize::from(end < rest.len()),
        };
        let shown = if keeps_ends { end + length } else { end };
        lines.push(Value::from(&rest[..shown]));
        rest = &rest[end + length..];
    }
    lines
}

fn expanded(text: &str, size: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for sign in text.chars() {
        match sign {
            '\t' if size > 0 => {
                let count = size - column % size;
                out.push_str(&" ".repeat(count));
                column += count;
            }
            '\t' => {}
            sign => {
                out.push(sign);
                column = if matches!(sign, '\n' | '\r') {
                    0
                } else {
                    column + 1
                };
            }
        }
    }
    out
}

/// The text with each character replaced that the table has, by its number.
fn translated(text: &str, table: &Value) -> Outcome {
    let contents = table.collection();
    let Some(Collection::Dict(table)) = contents.as_deref().map(|held| &**held) else {
        return Err(raised("TypeError", "translate() takes a dict here"));
    };
    let mut out = String::new();
    for sign in text.chars() {
        match table.get(&Value::Int(i64::from(u32::from(sign))))? {
            None => out.push(sign),
            Some(Value::Unit) => {}
            Some(Value::Int(code)) => {
                out.extend(u32::try_from(*code).ok().and_then(char::from_u32));
            }
            Some(other) => out.push_str(&text_of(other, "translate()")?),
        }
    }
    Ok(Value::from(out))
}

/// `str.maketrans`: from two texts of one length, and one of what goes; or from a dict.
pub(super) fn maketrans(args: &[Value]) -> Outcome {
    let mut table = crate::value::Dict::new();
    let code = |sign: char| Value::Int(i64::from(u32::from(sign)));
    match args {
        [one] => {
            for (key, value) in crate::library::methods::collection::entries_of(one)? {
                let key = match as_text(&key).and_then(|text| text.chars().next()) {
                    Some(sign) => code(sign),
                    None => key,
                };
                table.insert(key, value)?;
            }
        }
        [from, to, rest @ ..] => {
            let (from, to) = (text_of(from, "maketrans()")?, text_of(to, "maketrans()")?);
            if from.chars().count() != to.chars().count() {
                let message = "the first two maketrans arguments must have equal length";
                return Err(raised("ValueError", message));
            }
            for (from, to) in from.chars().zip(to.chars()) {
                table.insert(code(from), code(to))?;
            }
            if let Some(gone) = rest.first() {
                for sign in text_of(gone, "maketrans()")?.chars() {
                    table.insert(code(sign), Value::Unit)?;
                }
            }
        }
        [] => {}
    }
    Ok(Value::reference(Collection::Dict(table), Pos::NONE))
}

fn title(text: &str) -> String {
    let mut out = String::new();
    let mut after_letter = false;
    for character in text.chars() {
        match after_letter {
            true => out.extend(character.to_lowercase()),
            false => out.extend(character.to_uppercase()),
        }
        after_letter = character.is_alphabetic();
    }
    out
}

fn stripped(name: &str, text: &str, signs: Option<&Value>) -> Outcome {
    let signs = match signs {
        None | Some(Value::Unit) => None,
        Some(signs) => Some(text_of(signs, "strip()")?),
    };
    let goes = |one: char| match &signs {
        None => one.is_whitespace(),
        Some(signs) => signs.contains(one),
    };
    Ok(Value::from(match name {
        "lstrip" => text.trim_start_matches(goes),
        "rstrip" => text.trim_end_matches(goes),
        _ => text.trim_matches(goes),
    }))
}

fn split(name: &str, text: &str, args: &[Value]) -> Outcome {
    let most = match args.get(1) {
        None => usize::MAX,
        Some(most) => usize::try_from(as_int(most).unwrap_or(-1)).unwrap_or(usize::MAX),
    };
    let pieces = most.saturating_add(1);
    let items: Vec<Value> = match args.first() {
        None | Some(Value::Unit) if most == usize::MAX => limits::texts(text.split_whitespace())?,
        None | Some(Value::Unit) => {
            let mut items = Vec::new();
            let mut rest = text.trim_start();
            while items.len() < most && !rest.is_empty() {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                items.push(Value::from(&rest[..end]));
                rest = rest[end..].trim_start();
            }
            if !rest.is_empty() {
                items.push(Value::from(rest));
            }
            items
        }
        Some(sep) => {
            let sep = text_of(sep, "split()")?;
            if sep.is_empty() {
                return Err(raised("ValueError", "empty separator"));
            }
            match name {
                "split" => limits::texts(text.splitn(pieces, &*sep))?,
                _ => {
                    let mut items = limits::texts(text.rsplitn(pieces, &*sep))?;
                    items.reverse();
                    items
                }
            }
        }
    };
    Ok(list(items))
}

fn join(sep: &str, items: &Value) -> Outcome {
    let items = items_of(items)?;
    let mut texts = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Some(text) = as_text(item) else {
            let found = type_name(item);
            let message = format!("sequence item {place}: expected str instance, {found} found");
            return Err(raised("TypeError", &message));
        };
        texts.push(text);
    }
    let length: usize = texts.iter().map(|text| text.len() + sep.len()).sum();
    limits::check_bytes(length)?;
    Ok(Value::from(texts.join(sep)))
}
