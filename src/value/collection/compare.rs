//! What Python takes to be equal, and what comes first.
//!
//! Unlike the operators on this language's own types: integers and floats are compared exactly, `true`
//! is 1, a character is the string of it. A reference that is compared is read once; nothing is held
//! while another one is. Values may stand deep in each other, and a list in itself, so nothing here
//! recurs.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use super::{Collection, Kind, Reference};
use crate::value::budget::Visits;
use crate::value::{Fields, Function, Value};

/// Whether `a == b`.
pub fn equal(a: &Value, b: &Value) -> bool {
    if let Some(is_equal) = equal_plain(a, b) {
        return is_equal;
    }
    let mut compared = HashSet::new();
    // An address is one as long as what has it is there.
    let mut held = Vec::new();
    let mut later = vec![(a.clone(), b.clone())];
    let mut visits = Visits::default();
    while let Some((a, b)) = later.pop()
        && visits.go_on()
    {
        let is_equal = match equal_plain(&a, &b) {
            Some(is_equal) => is_equal,
            // A list that leads to itself is compared with the other one once.
            None => {
                let is_known = match (address(&a), address(&b)) {
                    (Some(one), Some(other)) if is_reference(&a) || is_reference(&b) => {
                        !compared.insert((one, other))
                    }
                    _ => false,
                };
                let is_equal = is_known || equal_lengths(&a, &b, &mut later);
                held.push((a, b));
                is_equal
            }
        };
        if !is_equal {
            return false;
        }
    }
    true
}

fn is_reference(value: &Value) -> bool {
    matches!(value, Value::Reference(_))
}

/// Where the contents of a container are.
fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Reference(reference) => Some(Arc::as_ptr(&reference.contents) as usize),
        Value::Array(items) => Some(Arc::as_ptr(items) as usize),
        Value::Map(entries) => Some(Arc::as_ptr(entries) as usize),
        _ => None,
    }
}

/// The answer where neither is looked into.
fn equal_plain(a: &Value, b: &Value) -> Option<bool> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Reference(a), Value::Reference(b)) if a.is(b) => true,
        (Value::Reference(one), other) | (other, Value::Reference(one))
            if let Some(value) = one.compared_value() =>
        {
            equal(&value, other)
        }
        (Value::Reference(a), Value::Reference(b)) => {
            if are_compared_by_fields(a, b) {
                return None;
            } else if a.kind != b.kind || matches!(a.kind, Kind::Instance | Kind::Class) {
                false
            } else {
                return None;
            }
        }
        (Value::Collection(a), Value::Collection(b)) if Arc::ptr_eq(a, b) => true,
        (
            Value::Collection(_) | Value::Reference(_),
            Value::Collection(_) | Value::Reference(_) | Value::Array(_) | Value::Map(_),
        )
        | (Value::Array(_) | Value::Map(_), Value::Collection(_) | Value::Reference(_))
        | (Value::Array(_), Value::Array(_))
        | (Value::Map(_), Value::Map(_)) => return None,
        (Value::Unit, Value::Unit) => true,
        (Value::Blob(a), Value::Blob(b)) => a == b,
        (Value::Range(a), Value::Range(b)) => a == b,
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        (Value::Function(a), Value::Function(b)) => is_same_function(a, b),
        (Value::Error(a), Value::Error(b)) => Arc::ptr_eq(a, b),
        (Value::Foreign(a), Value::Foreign(b)) => Arc::ptr_eq(a, b),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.compare(b) == Some(Ordering::Equal),
            _ => with_texts(a, b, |a, b| a == b).unwrap_or(false),
        },
    })
}

/// Whether two containers may be equal, by their kinds and lengths; the pairs of their parts follow.
fn equal_lengths(a: &Value, b: &Value, later: &mut Vec<(Value, Value)>) -> bool {
    let pairs = |a: &[Value], b: &[Value], later: &mut Vec<(Value, Value)>| {
        later.extend(a.iter().cloned().zip(b.iter().cloned()).rev());
        a.len() == b.len()
    };
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => pairs(a, b, later),
        (Value::Map(a), Value::Map(b)) => {
            later.extend(a.values().cloned().zip(b.values().cloned()));
            a.len() == b.len() && a.keys().eq(b.keys())
        }
        (Value::Reference(a), Value::Reference(b)) if let Some(fields) = a.compared_fields() => {
            pairs(&a.values_of(fields), &b.values_of(fields), later)
        }
        _ => match (a.collection(), b.collection()) {
            (Some(a), None) => equal_to_own(&a, b, later),
            (None, Some(b)) => equal_to_own(&b, a, later),
            (Some(a), Some(b)) => match (&**a, &**b) {
                (Collection::List(a), Collection::List(b)) => pairs(a, b, later),
                (Collection::Deque(a, _), Collection::Deque(b, _)) => {
                    later.extend(a.iter().cloned().zip(b.iter().cloned()).rev());
                    a.len() == b.len()
                }
                (Collection::Dict(a), Collection::Dict(b))
                | (Collection::Set(a), Collection::Set(b)) => {
                    a.len() == b.len()
                        && a.entries().all(|entry| match b.get(&entry.key) {
                            Ok(Some(value)) => {
                                later.push((entry.value.clone(), value.clone()));
                                true
                            }
                            _ => false,
                        })
                }
                (a, b) => match (a.tuple_items(), b.tuple_items()) {
                    (Some(a), Some(b)) => pairs(a, b, later),
                    _ => false,
                },
            },
            _ => false,
        },
    }
}

/// Whether a collection may be equal to an array or a map of this language's own: a list to an array, a dict to a
/// map; the pairs of their parts follow.
fn equal_to_own(collection: &Collection, own: &Value, later: &mut Vec<(Value, Value)>) -> bool {
    match (collection, own) {
        (Collection::List(items), Value::Array(others)) => {
            later.extend(items.iter().cloned().zip(others.iter().cloned()).rev());
            items.len() == others.len()
        }
        (Collection::Dict(dict), Value::Map(map)) => {
            dict.len() == map.len()
                && map
                    .iter()
                    .all(|(key, value)| match dict.get(&Value::from(&**key)) {
                        Ok(Some(other)) => {
                            later.push((other.clone(), value.clone()));
                            true
                        }
                        _ => false,
                    })
        }
        _ => false,
    }
}

/// Whether two instances are of one class that compares them by their fields.
fn are_compared_by_fields(a: &Reference, b: &Reference) -> bool {
    match (&a.class, &b.class) {
        (Some(one), Some(other)) if a.kind == Kind::Instance && b.kind == Kind::Instance => {
            one.is(other) && a.compared_fields().is_some()
        }
        _ => false,
    }
}

/// Functions are equal when they call the same code with the same variables and arguments.
fn is_same_function(a: &Arc<Function>, b: &Arc<Function>) -> bool {
    Arc::ptr_eq(a, b)
        || a.target == b.target
            && equal_plain(&a.this, &b.this) == Some(true)
            && match (a.holder(), b.holder()) {
                (Some(a), Some(b)) => a.is(b),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            }
            && a.curried.is_empty()
            && b.curried.is_empty()
            && a.captures.len() == b.captures.len()
            && (a.captures.iter().zip(b.captures.iter())).all(|(a, b)| Arc::ptr_eq(a, b))
}

/// The first place among `items` at or behind which `wanted` is.
pub fn position_of<'v>(
    mut items: impl Iterator<Item = &'v Value>,
    wanted: &Value,
) -> Option<usize> {
    items.position(|item| equal(item, wanted))
}

/// A number, of which Python has one order for all types.
#[derive(Clone, Copy)]
enum Number {
    Int(i64),
    Float(f64),
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Int(number) => Some(Number::Int(*number)),
        Value::Bool(flag) => Some(Number::Int(i64::from(*flag))),
        Value::Float(number) => Some(Number::Float(*number)),
        _ => None,
    }
}

impl Number {
    /// Exactly: an integer is not rounded to a float.
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b),
            (Self::Int(a), Self::Float(b)) => int_with_float(a, b),
            (Self::Float(a), Self::Int(b)) => int_with_float(b, a).map(Ordering::reverse),
        }
    }
}

fn int_with_float(int: i64, float: f64) -> Option<Ordering> {
    /// 2^63, the first float above all integers.
    const ABOVE: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        None
    } else if float >= ABOVE {
        Some(Ordering::Less)
    } else if float < -ABOVE {
        Some(Ordering::Greater)
    } else {
        let whole = float.trunc();
        let by_whole = int.cmp(&(whole as i64));
        Some(by_whole.then(0.0_f64.partial_cmp(&(float - whole))?))
    }
}

/// Calls `use_it` with the texts of two strings or characters.
fn with_texts<R>(a: &Value, b: &Value, use_it: impl FnOnce(&str, &str) -> R) -> Option<R> {
    fn text<'v>(value: &'v Value, room: &'v mut [u8; 4]) -> Option<&'v str> {
        match value {
            Value::Char(character) => Some(character.encode_utf8(room)),
            other => other.as_str(),
        }
    }
    let (mut room_a, mut room_b) = ([0; 4], [0; 4]);
    Some(use_it(text(a, &mut room_a)?, text(b, &mut room_b)?))
}

/// How `a` and `b` compare: numbers, strings, and lists or tuples of them item by item. Nothing where
/// Python has no order for them.
pub fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if let Some(decided) = order_of_plain(a, b) {
        return decided;
    }
    let (mut a, mut b) = (a.clone(), b.clone());
    // The first pair that differs decides; a list in itself is left to the recursion that Python refuses.
    for _ in 0..10_000 {
        if let (Value::Reference(one), Value::Reference(other)) = (&a, &b)
            && let Some(fields) = ordered_fields(one, other)
        {
            let tuple = |of: &Reference| Value::tuple(of.values_of(fields));
            (a, b) = (tuple(one), tuple(other));
        }
        let (one, other) = (a.collection()?, b.collection()?);
        let (a_items, b_items) = match (&**one, &**other) {
            (Collection::List(a), Collection::List(b)) => (&a[..], &b[..]),
            (a, b) => (a.tuple_items()?, b.tuple_items()?),
        };
        let mut pairs = a_items.iter().zip(b_items);
        let (first, second) = match pairs.find(|(a, b)| !equal(a, b)) {
            Some((a, b)) => (a.clone(), b.clone()),
            None => return Some(a_items.len().cmp(&b_items.len())),
        };
        if let Some(decided) = order_of_plain(&first, &second) {
            return decided;
        }
        (a, b) = (first, second);
    }
    None
}

/// The fields that say which of two instances of one class comes first.
fn ordered_fields<'r>(a: &'r Reference, b: &Reference) -> Option<&'r Fields> {
    let fields = a
        .class
        .as_ref()?
        .fields()
        .filter(|fields| fields.is_ordered);
    fields.filter(|_| are_compared_by_fields(a, b))
}

/// The answer where neither is looked into.
fn order_of_plain(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(Some(a.cmp(b))),
        (Value::Str(a), Value::Str(b)) => Some(Some(a.cmp(b))),
        (Value::Reference(one), _) if let Some(value) = one.compared_value() => {
            Some(order(&value, b))
        }
        (_, Value::Reference(other)) if let Some(value) = other.compared_value() => {
            Some(order(a, &value))
        }
        (
            Value::Collection(_) | Value::Reference(_),
            Value::Collection(_) | Value::Reference(_),
        ) => None,
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => Some(a.compare(b)),
            _ => Some(with_texts(a, b, str::cmp)),
        },
    }
}
