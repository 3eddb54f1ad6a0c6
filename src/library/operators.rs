//! The operators on all types, with Rhai's results and Rhai's words for overflow.
//!
//! The virtual machine treats the commonest pairs itself and comes here for the rest. Nothing here
//! can wait or call a function of the script. One file, as the operators must agree on which types go
//! together: numbers, strings, characters.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::budget::Visits;
use crate::value::{FaultKind, Map, Range, Value, collection, print_text};

use super::{collections, limits};

/// `a op b`.
///
/// # Errors
/// [`FaultKind::Arithmetic`] for overflow and the like, [`FaultKind::TooLarge`], or
/// [`FaultKind::UnknownFunction`] when there is no such operator for these types.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, FaultKind> {
    let is_collection = |value: &Value| matches!(value, Value::Reference(_) | Value::Collection(_));
    if (is_collection(a) || is_collection(b))
        && let Some(result) = collections::binary(op, a, b)
    {
        return result;
    }
    let result = match op {
        BinaryOp::Equal => Some(Ok(Value::Bool(equal(a, b)))),
        BinaryOp::NotEqual => Some(Ok(Value::Bool(not_equal(a, b)))),
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            compare(op, a, b).map(|holds| Ok(Value::Bool(holds)))
        }
        BinaryOp::Contains => contains(a, b).map(|holds| Ok(Value::Bool(holds))),
        BinaryOp::Range | BinaryOp::RangeInclusive => range(op, a, b).map(Ok),
        _ => compute(op, a, b),
    };
    result.unwrap_or_else(|| Err(unknown(op.symbol(), &[a, b], advice(op, a, b))))
}

/// `a op= b`, in place: an array or a string that nobody shares is not copied.
///
/// # Errors
/// As [`binary`]; `a` is then as it was.
pub fn update(op: BinaryOp, a: &mut Value, b: &Value) -> Result<(), FaultKind> {
    if let Value::Literal(text) = a {
        *a = Value::string(text.as_str());
    }
    if let Value::Reference(reference) = a
        && let Some(done) = collections::update(op, reference, b)
    {
        return done;
    }
    match (op, &mut *a, b) {
        (BinaryOp::Add, Value::Array(items), Value::Array(more)) => {
            limits::check_growth(items.len(), more.len())?;
            Arc::make_mut(items).extend(more.iter().cloned());
        }
        (BinaryOp::Add, Value::Array(items), item) => {
            limits::check_growth(items.len(), 1)?;
            Arc::make_mut(items).push(item.clone());
        }
        (BinaryOp::Add, Value::Map(map), Value::Map(more)) => {
            limits::check_growth(map.len(), 3 * more.len())?;
            Arc::make_mut(map).extend(more.iter().map(|(key, item)| (key.clone(), item.clone())));
        }
        (BinaryOp::Add, Value::Blob(bytes), Value::Int(byte)) => {
            Arc::make_mut(bytes).push((byte & 0xff) as u8);
        }
        (BinaryOp::Add, Value::Blob(bytes), Value::Literal(_) | Value::Str(_)) => {
            let more = print_text(b);
            limits::check_longer(bytes.len(), more.len())?;
            Arc::make_mut(bytes).extend(more.bytes());
        }
        (BinaryOp::Add, Value::Char(_), _) if b.as_str() == Some("") => {}
        (BinaryOp::Add, Value::Str(text), other) => {
            let more = text_of(other);
            append(text, &more)?;
        }
        _ => *a = binary(op, a, b)?,
    }
    Ok(())
}

/// `op a`.
///
/// # Errors
/// As [`binary`].
pub fn unary(op: UnaryOp, a: &Value) -> Result<Value, FaultKind> {
    match (op, a) {
        (UnaryOp::Negate, Value::Int(number)) => number
            .checked_neg()
            .map(Value::Int)
            .ok_or_else(|| FaultKind::Arithmetic(format!("Negation overflow: -{number}"))),
        (UnaryOp::Negate, Value::Float(number)) => Ok(Value::Float(-number)),
        (UnaryOp::Plus, Value::Int(_) | Value::Float(_)) => Ok(a.clone()),
        (UnaryOp::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
        (UnaryOp::Not, _) => {
            let advice = "`!` turns true into false; write the comparison in full: `x == 0`";
            Err(unknown("!", &[a], Some(advice.into())))
        }
        (UnaryOp::Truth, other) => Err(FaultKind::mismatch("bool", other)),
        (UnaryOp::Negate, _) => Err(unknown("-", &[a], None)),
        (UnaryOp::Plus, _) => Err(unknown("+", &[a], None)),
    }
}

/// `a == b`: deep for arrays and maps; functions and objects are equal when they are the same.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Char(a), Value::Char(b)) => a == b,
        (Value::Array(_), Value::Array(_))
        | (Value::Map(_), Value::Map(_))
        | (Value::Function(_), Value::Function(_)) => equal_parts(a, b),
        (Value::Blob(a), Value::Blob(b)) => a == b,
        (Value::Range(a), Value::Range(b)) => a == b,
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        (Value::Error(a), Value::Error(b)) => Arc::ptr_eq(a, b),
        (Value::Foreign(a), Value::Foreign(b)) => Arc::ptr_eq(a, b),
        (Value::Reference(_) | Value::Collection(_), _)
        | (_, Value::Reference(_) | Value::Collection(_)) => collection::equal(a, b),
        _ => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => a == b,
            (Some(text), None) => matches!(b, Value::Char(character) if is_just(text, *character)),
            (None, Some(text)) => matches!(a, Value::Char(character) if is_just(text, *character)),
            (None, None) => match (a.as_number(), b.as_number()) {
                (Some(a), Some(b)) => difference(a, b).abs() <= f64::EPSILON,
                _ => false,
            },
        },
    }
}

/// The same for what holds values, without recursion: they may stand deep in each other.
fn equal_parts(a: &Value, b: &Value) -> bool {
    // Those whose parts are to be compared yet.
    let mut later = Vec::new();
    let mut next = Some((a, b));
    let mut visits = Visits::default();
    while let Some((a, b)) = next
        && visits.go_on()
    {
        let mut is_equal = |(a, b)| equal_or_later(a, b, &mut later);
        let are_equal = match (a, b) {
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(is_equal)
            }
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len()
                    && (a.iter().zip(b.iter()))
                        .all(|((key_a, a), (key_b, b))| key_a == key_b && is_equal((a, b)))
            }
            (Value::Function(a), Value::Function(b)) => {
                Arc::ptr_eq(a, b)
                    || a.target == b.target
                        && a.captures.len() == b.captures.len()
                        && (a.captures.iter().zip(b.captures.iter()))
                            .all(|(a, b)| Arc::ptr_eq(a, b))
                        && a.curried.len() == b.curried.len()
                        && a.curried.iter().zip(b.curried.iter()).all(is_equal)
            }
            _ => false,
        };
        if !are_equal {
            return false;
        }
        next = later.pop();
    }
    true
}

fn equal_or_later<'v>(a: &'v Value, b: &'v Value, later: &mut Vec<(&'v Value, &'v Value)>) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (_, Value::Reference(_) | Value::Collection(_)) => collection::equal(a, b),
        (Value::Array(_) | Value::Map(_) | Value::Function(_), _) => {
            later.push((a, b));
            true
        }
        _ => equal(a, b),
    }
}

/// How `a` and `b` compare, arrays element by element; nothing where the operators have no order
/// for them, as for values of different types.
pub fn order(a: &Value, b: &Value) -> Option<Ordering> {
    let is_collection = |value: &Value| matches!(value, Value::Reference(_) | Value::Collection(_));
    if is_collection(a) && is_collection(b) {
        return collection::order(a, b);
    }
    // The arrays that are being compared, each an item of the one before.
    let mut open = Vec::new();
    let mut pair = (a, b);
    let mut visits = Visits::default();
    while visits.go_on() {
        match pair {
            (Value::Array(a), Value::Array(b)) => open.push((a.iter(), b.iter())),
            (a, b) => match order_of_plain(a, b)? {
                Ordering::Equal => {}
                decided => return Some(decided),
            },
        }
        pair = loop {
            let Some((a, b)) = open.last_mut() else {
                return Some(Ordering::Equal);
            };
            match (a.next(), b.next()) {
                (Some(a), Some(b)) => break (a, b),
                (None, Some(_)) => return Some(Ordering::Less),
                (Some(_), None) => return Some(Ordering::Greater),
                (None, None) => _ = open.pop(),
            }
        };
    }
    None
}

fn order_of_plain(a: &Value, b: &Value) -> Option<Ordering> {
    if equal(a, b) {
        return Some(Ordering::Equal);
    }
    let holds = |op| compare(op, a, b);
    if holds(BinaryOp::Less)? {
        Some(Ordering::Less)
    } else if holds(BinaryOp::Greater)? {
        Some(Ordering::Greater)
    } else {
        None
    }
}

fn is_just(text: &str, character: char) -> bool {
    let mut characters = text.chars();
    characters.next() == Some(character) && characters.next().is_none()
}

/// How far two floats are apart, relative to the larger one. Rhai takes floats for equal that
/// differ by no more than rounding, in every comparison.
fn difference(a: f64, b: f64) -> f64 {
    let scale = if a * b == 0.0 {
        1.0
    } else {
        a.abs().max(b.abs())
    };
    if scale == 0.0 { 0.0 } else { (a - b) / scale }
}

/// `a != b`. In Rhai a number that is not one (`0.0 / 0.0`) is neither equal nor unequal.
fn not_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a != b,
        _ => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => difference(a, b).abs() > f64::EPSILON,
            _ => !equal(a, b),
        },
    }
}

fn in_order<T: PartialOrd>(op: BinaryOp, a: T, b: T) -> bool {
    match op {
        BinaryOp::Less => a < b,
        BinaryOp::LessEqual => a <= b,
        BinaryOp::Greater => a > b,
        _ => a >= b,
    }
}

/// Nothing when values of this type have no order. Values of different types compare as false.
fn compare(op: BinaryOp, a: &Value, b: &Value) -> Option<bool> {
    let first_two = |text: &str| {
        let mut characters = text.chars();
        [characters.next(), characters.next()]
    };
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => in_order(op, a, b),
        (Value::Bool(a), Value::Bool(b)) => in_order(op, a, b),
        (Value::Char(a), Value::Char(b)) => in_order(op, a, b),
        (Value::Unit, Value::Unit) => false,
        _ => match (a.as_str(), b.as_str(), a.as_number(), b.as_number()) {
            (Some(a), Some(b), ..) => in_order(op, a, b),
            (.., Some(a), Some(b)) => {
                let apart = difference(a, b);
                match op {
                    BinaryOp::Less => -apart > f64::EPSILON,
                    BinaryOp::LessEqual => -apart > -f64::EPSILON,
                    BinaryOp::Greater => apart > f64::EPSILON,
                    _ => apart > -f64::EPSILON,
                }
            }
            (Some(text), ..) if let Value::Char(character) = b => {
                in_order(op, first_two(text), [Some(*character), None])
            }
            (_, Some(text), ..) if let Value::Char(character) = a => {
                in_order(op, [Some(*character), None], first_two(text))
            }
            _ if a.type_name() == b.type_name() => return None,
            _ => false,
        },
    })
}

/// `contains(a, b)`, which is also `b in a`. Nothing when `a` cannot hold anything of that type.
fn contains(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Array(items), item) => Some(items.iter().any(|other| equal(other, item))),
        (Value::Map(map), key) => Some(map.contains_key(key.as_str()?)),
        (Value::Range(range), Value::Int(number)) => Some(range.contains(*number)),
        (Value::Blob(bytes), Value::Int(byte)) => Some(bytes.contains(&((byte & 0xff) as u8))),
        (_, Value::Char(character)) => Some(a.as_str()?.contains(*character)),
        _ => Some(a.as_str()?.contains(b.as_str()?)),
    }
}

/// `a..b` and `a..=b`. A missing end arrives here as `()`.
fn range(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    let (start, end) = match (a, b) {
        (Value::Int(start), Value::Int(end)) => (*start, *end),
        (Value::Int(start), Value::Unit) => (*start, i64::MAX),
        (Value::Unit, Value::Int(end)) => (0, *end),
        _ => return None,
    };
    let range = if op == BinaryOp::RangeInclusive {
        Range::inclusive(start, end)
    } else {
        Range::exclusive(start, end)
    };
    Some(Value::Range(Arc::new(range)))
}

/// The operators that make a new value of their operands.
fn compute(op: BinaryOp, a: &Value, b: &Value) -> Option<Result<Value, FaultKind>> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => return int(op, *a, *b),
        (Value::Bool(a), Value::Bool(b)) => {
            return Some(Ok(Value::Bool(match op {
                BinaryOp::And => a & b,
                BinaryOp::Or => a | b,
                BinaryOp::Xor => a ^ b,
                _ => return None,
            })));
        }
        _ => {}
    }
    if let (Some(a), Some(b)) = (a.as_number(), b.as_number()) {
        return float(op, a, b).map(|number| Ok(Value::Float(number)));
    }
    match op {
        BinaryOp::Add => add(a, b),
        BinaryOp::Sub => subtract_text(a, b).map(|text| Ok(Value::string(text))),
        _ => None,
    }
}

fn int(op: BinaryOp, a: i64, b: i64) -> Option<Result<Value, FaultKind>> {
    let (result, failure) = match op {
        BinaryOp::Add => (a.checked_add(b), "Addition overflow"),
        BinaryOp::Sub => (a.checked_sub(b), "Subtraction overflow"),
        BinaryOp::Mul => (a.checked_mul(b), "Multiplication overflow"),
        BinaryOp::Div if b == 0 => (None, "Division by zero"),
        BinaryOp::Div => (a.checked_div(b), "Division overflow"),
        BinaryOp::Rem => (a.checked_rem(b), "Modulo division by zero or overflow"),
        BinaryOp::Power if b < 0 => (None, "Integer raised to a negative power"),
        BinaryOp::Power => (
            u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            "Exponential overflow",
        ),
        BinaryOp::ShiftLeft => (Some(shift_left(a, b)), ""),
        BinaryOp::ShiftRight => (Some(shift_right(a, b)), ""),
        BinaryOp::And => (Some(a & b), ""),
        BinaryOp::Or => (Some(a | b), ""),
        BinaryOp::Xor => (Some(a ^ b), ""),
        _ => return None,
    };
    Some(match result {
        Some(number) => Ok(Value::Int(number)),
        None => Err(FaultKind::Arithmetic(format!(
            "{failure}: {a} {} {b}",
            op.symbol()
        ))),
    })
}

/// Shifts by any number of bits; a negative number shifts the other way.
fn shift_left(a: i64, b: i64) -> i64 {
    match b {
        i64::MIN..0 => shift_right(a, b.checked_neg().unwrap_or(i64::MAX)),
        0..64 => a << b,
        64.. => 0,
    }
}

fn shift_right(a: i64, b: i64) -> i64 {
    match b {
        i64::MIN..0 => shift_left(a, b.checked_neg().unwrap_or(i64::MAX)),
        0..64 => a >> b,
        64.. => a >> 63,
    }
}

fn float(op: BinaryOp, a: f64, b: f64) -> Option<f64> {
    Some(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::Power => a.powf(b),
        _ => return None,
    })
}

/// What a string gets when `value` is added to it.
fn text_of(value: &Value) -> String {
    match value {
        Value::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        other => print_text(other),
    }
}

fn add(a: &Value, b: &Value) -> Option<Result<Value, FaultKind>> {
    let is_text = |value: &Value| value.as_str().is_some();
    Some(match (a, b) {
        _ if is_text(a) || is_text(b) => joined(a, b),
        (Value::Char(_), Value::Char(_)) => joined(a, b),
        (Value::Array(first), Value::Array(second)) => {
            limits::check_items(first.len() + second.len())
                .map(|()| Value::array(first.iter().chain(second.iter()).cloned().collect()))
        }
        (Value::Map(first), Value::Map(second)) => {
            limits::check_growth(0, 3 * (first.len() + second.len())).map(|()| {
                let mut map = Map::clone(first);
                map.extend(second.iter().map(|(key, item)| (key.clone(), item.clone())));
                Value::map(map)
            })
        }
        (Value::Blob(first), Value::Blob(second)) => {
            limits::check_bytes(first.len() + second.len()).map(|()| {
                let bytes = first.iter().chain(second.iter()).copied();
                Value::Blob(Arc::new(bytes.collect()))
            })
        }
        (Value::Blob(bytes), Value::Char(character)) => {
            let mut bytes = (**bytes).clone();
            bytes.extend(character.encode_utf8(&mut [0; 4]).bytes());
            Ok(Value::Blob(Arc::new(bytes)))
        }
        _ => return None,
    })
}

fn joined(a: &Value, b: &Value) -> Result<Value, FaultKind> {
    let length = |value: &Value| value.as_str().map_or(0, str::len);
    limits::check_bytes(length(a) + length(b))?;
    let mut text = text_of(a);
    match b.as_str() {
        Some(more) => text.push_str(more),
        None => text.push_str(&text_of(b)),
    }
    Ok(Value::string(text))
}

/// Appends to a text, which is copied where others hold it, too.
///
/// # Errors
/// As for [`limits::check_longer`].
pub(super) fn append(text: &mut Arc<String>, more: &str) -> Result<(), FaultKind> {
    let is_shared = Arc::get_mut(text).is_none();
    let copied = if is_shared { text.len() } else { 0 };
    limits::check_longer(text.len() - copied, copied + more.len())?;
    Arc::make_mut(text).push_str(more);
    Ok(())
}

/// `a` without any `b` in it. What an empty text gives is a quirk of Rhai's.
fn subtract_text(a: &Value, b: &Value) -> Option<String> {
    let text = a.as_str()?;
    match (b, b.as_str()) {
        (Value::Char(character), _) => Some(text.replace(*character, "")),
        (_, Some("")) => Some(text.into()),
        (_, Some(part)) if text.is_empty() => Some(part.into()),
        (_, Some(part)) => Some(text.replace(part, "")),
        _ => None,
    }
}

/// There is no function of this name for these types.
pub fn unknown(name: &str, args: &[&Value], advice: Option<String>) -> FaultKind {
    let types: Vec<String> = args.iter().map(|arg| arg.type_name()).collect();
    FaultKind::UnknownFunction {
        signature: format!("{name} ({})", types.join(", ")),
        advice,
        is_known: false,
    }
}

fn advice(op: BinaryOp, a: &Value, b: &Value) -> Option<String> {
    let symbol = op.symbol();
    let text = match (op, a, b) {
        (BinaryOp::Contains, ..) => "an array, a map, a string or a range can contain something",
        (_, Value::Unit, _) => {
            "the left side is (), no value: a map gives () for a key that it does not have (begin \
             with `map.key = 0`), a function when its last line ends with `;`"
        }
        (_, _, Value::Unit) => {
            "the right side is (), no value: a function gives () when its last line ends with `;`"
        }
        (BinaryOp::Add, Value::Array(_), _) => "to append one item, use `array.push(item)`",
        (_, Value::Function(_), _) | (_, _, Value::Function(_)) => {
            "one side is a function: to use its value, call it: `f()`"
        }
        (BinaryOp::Add, ..) => "to join texts, one side must be a string: `\"\" + x`",
        (BinaryOp::Range | BinaryOp::RangeInclusive, ..) => "a range goes from integer to integer",
        (_, Value::Float(_), _) | (_, _, Value::Float(_))
            if a.as_number().is_some() && b.as_number().is_some() =>
        {
            return Some(format!("`{symbol}` works on integers: use `x.to_int()`"));
        }
        _ if a.as_str().is_some() || b.as_str().is_some() => {
            "to compute with a text, make it a number first: `parse_int(text)`"
        }
        _ => return None,
    };
    Some(text.into())
}
