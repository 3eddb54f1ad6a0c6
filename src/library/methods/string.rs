//! Methods of strings. Positions count characters; negative ones count from the end.

use std::mem::take;

use crate::value::index::{position, span};
use crate::value::{FaultKind, Value, print_text};

use super::super::{limits, operators};
use super::{Answer, done, int, span_or_tail};

/// Calls the method `name` of a string.
pub(super) fn call(name: &str, receiver: &mut Value, args: &mut [Value]) -> Answer {
    let text = receiver.as_str()?;
    match name {
        "is_empty" | "bytes" => {}
        "len" | "contains" | "starts_with" | "ends_with" | "index_of" | "get" => {
            limits::walk(text.len() / 16);
        }
        // These make a new text.
        _ => {
            if let Err(fault) = limits::check_bytes(text.len()) {
                return Some(Err(fault));
            }
        }
    }
    if let Some(answer) = read(name, text, args) {
        return Some(answer);
    }
    let (answer, changed) = change(name, text, args)?;
    Some(changed.map(|changed| {
        if let Some(changed) = changed {
            *receiver = Value::string(changed);
        }
        answer
    }))
}

fn read(name: &str, text: &str, args: &[Value]) -> Answer {
    if let Some(answer) = split(name, text, args) {
        return Some(answer);
    }
    done(match (name, args) {
        ("len", []) => int(text.chars().count()),
        ("is_empty", []) => Value::Bool(text.is_empty()),
        ("bytes", []) => int(text.len()),
        ("to_upper", []) => Value::string(text.to_uppercase()),
        ("to_lower", []) => Value::string(text.to_lowercase()),
        ("contains", [part]) => Value::Bool(text.contains(&pattern(part)?)),
        ("starts_with", [part]) => Value::Bool(text.starts_with(&pattern(part)?)),
        ("ends_with", [part]) => Value::Bool(text.ends_with(&pattern(part)?)),
        ("index_of", [part]) => index_of(text, &pattern(part)?, 0),
        ("index_of", [part, Value::Int(start)]) => index_of(text, &pattern(part)?, *start),
        ("get", [Value::Int(index)]) => position(text.chars().count(), *index)
            .and_then(|at| text.chars().nth(at))
            .map_or(Value::Unit, Value::Char),
        ("sub_string", args) => Value::string(part(text, args)?),
        ("chars", []) | ("to_chars", []) => return Some(characters(text)),
        ("chars", args) => return Some(characters(&part(text, args)?)),
        ("to_blob", []) => Value::Blob(text.as_bytes().to_vec().into()),
        ("parse_int", []) => return Some(parse_int(text, 10)),
        ("parse_int", [Value::Int(radix)]) => return Some(parse_int(text, *radix)),
        ("parse_float", []) => return Some(parse_float(text)),
        ("min", [other]) => Value::from(text.min(other.as_str()?)),
        ("max", [other]) => Value::from(text.max(other.as_str()?)),
        _ => return None,
    })
}

/// What a changing method gives, and the new text when it is another one.
type Change = (Value, Result<Option<String>, FaultKind>);

fn change(name: &str, text: &str, args: &mut [Value]) -> Option<Change> {
    let changed = match (name, &mut *args) {
        ("append", [more]) => {
            let more = take(more);
            let mut joined = Value::from(text);
            let added = operators::update(crate::program::op::BinaryOp::Add, &mut joined, &more);
            return Some((Value::Unit, added.map(|()| Some(print_text(&joined)))));
        }
        ("make_upper", []) => text.to_uppercase(),
        ("make_lower", []) => text.to_lowercase(),
        ("trim", []) => text.trim().into(),
        ("clear", []) => String::new(),
        ("crop", args) => part(text, args)?,
        ("remove", [part]) => text.replace(&pattern(part)?, ""),
        ("replace", [part, new]) => match (pattern(part)?, pattern(new)?) {
            _ if text.is_empty() => String::new(),
            (part, new) => match limits::check_replaced(text, &part, &new) {
                Ok(()) => text.replace(&part, &new),
                Err(fault) => return Some((Value::Unit, Err(fault))),
            },
        },
        ("truncate", [Value::Int(kept)]) => {
            let kept = usize::try_from((*kept).max(0)).unwrap_or(usize::MAX);
            text.chars().take(kept).collect()
        }
        ("set", [Value::Int(index), Value::Char(new)]) => {
            let at = position(text.chars().count(), *index);
            let replaced = |(index, old)| if Some(index) == at { *new } else { old };
            text.chars().enumerate().map(replaced).collect()
        }
        ("pop", []) => {
            let mut rest = text.to_string();
            let last = rest.pop().map_or(Value::Unit, Value::Char);
            return Some((last, Ok(Some(rest))));
        }
        ("pop", [Value::Int(count)]) => {
            let count = usize::try_from((*count).max(0)).unwrap_or(usize::MAX);
            let kept = text.chars().count().saturating_sub(count);
            let rest: String = text.chars().take(kept).collect();
            return Some((Value::from(&text[rest.len()..]), Ok(Some(rest))));
        }
        ("pad", [Value::Int(wanted), padding]) => {
            return Some((Value::Unit, padded(text, *wanted, &pattern(padding)?)));
        }
        _ => return None,
    };
    Some((Value::Unit, Ok(Some(changed))))
}

/// A string or a character, as what to look for.
fn pattern(value: &Value) -> Option<String> {
    match value {
        Value::Char(character) => Some(character.to_string()),
        _ => value.as_str().map(String::from),
    }
}

fn characters(text: &str) -> Result<Value, FaultKind> {
    limits::check_items(text.len())?;
    Ok(Value::array(text.chars().map(Value::Char).collect()))
}

fn part(text: &str, args: &[Value]) -> Option<String> {
    let (start, count) = span_or_tail(args, text.chars().count())?;
    Some(text.chars().skip(start).take(count).collect())
}

fn index_of(text: &str, part: &str, start: i64) -> Value {
    let length = text.chars().count();
    let (start, _) = span(length, start, 0);
    if length == 0 || start > 0 && start >= length {
        return Value::Int(-1);
    }
    let skipped = text.chars().take(start).map(char::len_utf8).sum();
    let tail: &str = &text[skipped..];
    tail.find(part)
        .map_or(Value::Int(-1), |at| int(start + tail[..at].chars().count()))
}

fn split(name: &str, text: &str, args: &[Value]) -> Answer {
    fn pieces<'t>(pieces: impl Iterator<Item = &'t str>) -> Answer {
        Some(limits::texts(pieces).map(Value::array))
    }
    let forwards = match name {
        "split" => true,
        "split_rev" => false,
        _ => return None,
    };
    let (delimiter, most) = match args {
        [] if forwards && text.is_empty() => return pieces([""].into_iter()),
        [] if forwards => return pieces(text.split_whitespace()),
        [Value::Int(index)] if forwards => {
            let length = text.chars().count();
            let at = match usize::try_from(*index) {
                Ok(0) => length,
                Ok(at) => at.min(length),
                Err(_) => span(length, *index, 0).0,
            };
            let before = text.chars().take(at).map(char::len_utf8).sum();
            let (before, after) = text.split_at(before);
            return pieces([before, after].into_iter());
        }
        [delimiter] => (pattern(delimiter)?, usize::MAX),
        [delimiter, Value::Int(most)] => {
            let most = usize::try_from((*most).max(1)).unwrap_or(usize::MAX);
            (pattern(delimiter)?, most)
        }
        _ => return None,
    };
    if text.is_empty() || most == 1 {
        pieces([text].into_iter())
    } else if forwards {
        pieces(text.splitn(most, &delimiter))
    } else {
        pieces(text.rsplitn(most, &delimiter))
    }
}

fn padded(text: &str, wanted: i64, padding: &str) -> Result<Option<String>, FaultKind> {
    let wanted = usize::try_from(wanted).unwrap_or(0);
    let missing = wanted.saturating_sub(text.chars().count());
    if missing == 0 || padding.is_empty() {
        return Ok(None);
    }
    limits::check_bytes(missing.saturating_mul(4))?;
    let mut padded = String::from(text);
    padded.extend(padding.chars().cycle().take(missing));
    Ok(Some(padded))
}

fn parse_int(text: &str, radix: i64) -> Result<Value, FaultKind> {
    let Some(valid) = u32::try_from(radix).ok().filter(|r| (2..=36).contains(r)) else {
        return Err(FaultKind::Arithmetic(format!("Invalid radix: '{radix}'")));
    };
    i64::from_str_radix(text.trim(), valid)
        .map(Value::Int)
        .map_err(|error| {
            FaultKind::Arithmetic(format!("Error parsing integer number '{text}': {error}"))
        })
}

fn parse_float(text: &str) -> Result<Value, FaultKind> {
    text.trim().parse().map(Value::Float).map_err(|error| {
        FaultKind::Arithmetic(format!(
            "Error parsing floating-point number '{text}': {error}"
        ))
    })
}
