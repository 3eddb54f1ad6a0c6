//! Python's operators: what they give, what they refuse, and what is true.

use std::cmp::Ordering;

use super::instances::{check_plain, holds_compared_by_script};
use super::strings::list;
use super::text::percent;
use super::{as_int, as_number, as_text, raised, type_name};
use crate::library::operators::append;
use crate::library::{collections, limits};
use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::collection::{Kind, equal, order};
use crate::value::{Class, FaultKind, Value};

type Outcome = Result<Value, FaultKind>;

/// `a op b`.
///
/// # Errors
/// What Python raises for these operands, and an integer that needs more than 64 bits.
pub(in crate::library) fn binary(op: BinaryOp, a: &Value, b: &Value) -> Outcome {
    computed(op, a, b, op.symbol())
}

/// The same, for what is written with this sign.
fn computed(op: BinaryOp, a: &Value, b: &Value, sign: &str) -> Outcome {
    match op {
        BinaryOp::Equal | BinaryOp::NotEqual => {
            let are_equal = equal(a, b);
            if !are_equal && (holds_compared_by_script(a) && holds_compared_by_script(b)) {
                return Err(FaultKind::raised(
                    Class::TypeError,
                    "comparing collections does not call `__eq__` of what is in them here",
                    "compare the items in a loop",
                ));
            }
            return Ok(Value::Bool(are_equal == (op == BinaryOp::Equal)));
        }
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            return compare(op, a, b).map(Value::Bool);
        }
        BinaryOp::Contains => return contains(a, b).map(Value::Bool),
        _ => {}
    }
    if let (Some(a), Some(b)) = (as_int(a), as_int(b)) {
        return int(op, a, b);
    }
    if let (Some(a), Some(b)) = (as_number(a), as_number(b)) {
        return float(op, a, b);
    }
    if let (BinaryOp::Rem, Some(format)) = (op, as_text(a)) {
        check_plain(b, "`%`")?;
        return percent(&format, b, false).map(Value::from);
    }
    match (op, as_text(a), as_text(b)) {
        (BinaryOp::Add, Some(a), Some(b)) => {
            limits::check_bytes(a.len() + b.len())?;
            return Ok(Value::string(format!("{a}{b}")));
        }
        (BinaryOp::Mul, Some(text), None) if let Some(times) = as_int(b) => {
            return repeated(&text, times);
        }
        (BinaryOp::Mul, None, Some(text)) if let Some(times) = as_int(a) => {
            return repeated(&text, times);
        }
        _ => {}
    }
    if op == BinaryOp::Add
        && let Some(sum) = with_own_array(a, b)
    {
        return sum;
    }
    match collections::binary(op, a, b) {
        Some(result) => result,
        None => Err(unsupported(op, sign, a, b)),
    }
}

/// `a + b` where one is an array of this language's own, which is a list in Python's code: of the kind of `a`.
fn with_own_array(a: &Value, b: &Value) -> Option<Outcome> {
    let items = |value: &Value| match value {
        Value::Array(items) => Some(items.to_vec()),
        Value::Reference(one) if one.kind == Kind::List => Some(one.items()),
        _ => None,
    };
    if !matches!((a, b), (Value::Array(_), _) | (_, Value::Array(_))) {
        return None;
    }
    let (mut all, more) = (items(a)?, items(b)?);
    Some(limits::check_items(all.len() + more.len()).map(|()| {
        all.extend(more);
        match a {
            Value::Array(_) => Value::array(all),
            _ => list(all),
        }
    }))
}

/// `target op= operand`: a list changes in place.
///
/// # Errors
/// As for [`binary`].
pub(in crate::library) fn update(
    op: BinaryOp,
    target: &mut Value,
    operand: &Value,
) -> Result<(), FaultKind> {
    if let Value::Reference(reference) = target
        && let Some(done) = collections::update(op, reference, operand)
    {
        return done;
    }
    if let (BinaryOp::Add, Value::Str(text), Some(more)) = (op, &mut *target, as_text(operand)) {
        return append(text, &more);
    }
    let sign = format!("{}=", op.symbol());
    *target = computed(op, target, operand, &sign)?;
    Ok(())
}

/// `op a`.
///
/// # Errors
/// A sign before something that is no number.
pub(in crate::library) fn unary(op: UnaryOp, a: &Value) -> Outcome {
    match op {
        UnaryOp::Truth => Ok(Value::Bool(is_true(a))),
        UnaryOp::Not => Ok(Value::Bool(!is_true(a))),
        UnaryOp::Negate | UnaryOp::Plus => {
            let sign = if op == UnaryOp::Negate { "-" } else { "+" };
            match (a, as_int(a)) {
                (_, Some(number)) if op == UnaryOp::Plus => Ok(Value::Int(number)),
                (_, Some(number)) => number.checked_neg().map(Value::Int).ok_or_else(too_large),
                (Value::Float(number), _) if op == UnaryOp::Plus => Ok(Value::Float(*number)),
                (Value::Float(number), _) => Ok(Value::Float(-number)),
                _ => Err(raised(
                    "TypeError",
                    &format!("bad operand type for unary {sign}: '{}'", type_name(a)),
                )),
            }
        }
    }
}

/// Whether a value is true in Python's sense: not zero, not empty, not `None`.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Unit => false,
        Value::Bool(value) => *value,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::Array(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Range(range) => !range.is_empty(),
        Value::Blob(bytes) => !bytes.is_empty(),
        // What has `__bool__` or `__len__` was asked before.
        Value::Reference(one) if matches!(one.kind, Kind::Instance | Kind::Class) => true,
        Value::Reference(_) | Value::Collection(_) => value
            .collection()
            .is_none_or(|contents| !contents.is_empty()),
        other => other.as_str() != Some(""),
    }
}

pub(super) fn too_large() -> FaultKind {
    raised(
        "OverflowError",
        "integers are of 64 bits here, and this one needs more: Python goes on with larger ones",
    )
}

pub(super) fn zero_division(message: &str) -> FaultKind {
    raised("ZeroDivisionError", message)
}

fn unsupported(op: BinaryOp, sign: &str, a: &Value, b: &Value) -> FaultKind {
    let (left, right) = (type_name(a), type_name(b));
    let message = match (op, as_text(a), &*left) {
        (BinaryOp::Add, Some(_), _) => {
            format!("can only concatenate str (not \"{right}\") to str")
        }
        (BinaryOp::Add, _, "list" | "tuple") => {
            format!("can only concatenate {left} (not \"{right}\") to {left}")
        }
        (BinaryOp::Mul, ..) if is_sequence(&left) => {
            format!("can't multiply sequence by non-int of type '{right}'")
        }
        (BinaryOp::Mul, ..) if is_sequence(&right) => {
            format!("can't multiply sequence by non-int of type '{left}'")
        }
        (BinaryOp::Power, ..) if sign == "**" => {
            format!("unsupported operand type(s) for ** or pow(): '{left}' and '{right}'")
        }
        _ => format!("unsupported operand type(s) for {sign}: '{left}' and '{right}'"),
    };
    raised("TypeError", &message)
}

fn is_sequence(type_name: &str) -> bool {
    matches!(type_name, "str" | "list" | "tuple")
}

fn repeated(text: &str, times: i64) -> Outcome {
    let times = usize::try_from(times).unwrap_or(0);
    limits::check_bytes(text.len().saturating_mul(times))?;
    Ok(Value::string(text.repeat(times)))
}

fn compare(op: BinaryOp, a: &Value, b: &Value) -> Result<bool, FaultKind> {
    let is_nan = |value: &Value| matches!(value, Value::Float(number) if number.is_nan());
    if is_nan(a) || is_nan(b) {
        return Ok(false);
    }
    let is_set = |value: &Value| matches!(&*type_name(value), "set" | "frozenset");
    if is_set(a)
        && is_set(b)
        && let Some(Ok(Value::Bool(holds))) = collections::binary(op, a, b)
    {
        return Ok(holds);
    }
    let none = || {
        let (left, right) = (type_name(a), type_name(b));
        let sign = op.symbol();
        let message = format!("'{sign}' not supported between instances of '{left}' and '{right}'");
        raised("TypeError", &message)
    };
    let order = order(a, b).ok_or_else(none)?;
    Ok(match op {
        BinaryOp::Less => order == Ordering::Less,
        BinaryOp::LessEqual => order != Ordering::Greater,
        BinaryOp::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

/// `b in a`
pub(super) fn contains(a: &Value, b: &Value) -> Result<bool, FaultKind> {
    if let Some(text) = as_text(a) {
        return match as_text(b) {
            Some(part) => Ok(text.contains(&*part)),
            None => {
                let found = type_name(b);
                let message = format!("'in <string>' requires string as left operand, not {found}");
                Err(raised("TypeError", &message))
            }
        };
    }
    match (a, b) {
        (Value::Array(items), item) => Ok(items.iter().any(|other| equal(other, item))),
        (Value::Map(map), key) => Ok(key.as_str().is_some_and(|key| map.contains_key(key))),
        (Value::Reference(one), _) if matches!(one.kind, Kind::Instance | Kind::Class) => {
            let message = format!("argument of type '{}' is not iterable", type_name(a));
            Err(raised("TypeError", &message))
        }
        (Value::Range(range), item) => {
            Ok(as_int(item).is_some_and(|number| range.contains(number)))
        }
        _ => match collections::binary(BinaryOp::Contains, a, b) {
            Some(Ok(found)) => Ok(is_true(&found)),
            Some(Err(kind)) => Err(kind),
            None => {
                let message = format!("argument of type '{}' is not iterable", type_name(a));
                Err(raised("TypeError", &message))
            }
        },
    }
}

fn int(op: BinaryOp, a: i64, b: i64) -> Outcome {
    let number = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mul => a.checked_mul(b),
        BinaryOp::Div => return divided(a, b),
        BinaryOp::Rem => return remainder(a, b),
        BinaryOp::Power if b < 0 => return float(op, a as f64, b as f64),
        BinaryOp::Power => u32::try_from(b)
            .ok()
            .and_then(|b| a.checked_pow(b))
            .or(match a {
                0 | 1 => Some(a),
                -1 => Some(if b % 2 == 0 { 1 } else { -1 }),
                _ => None,
            }),
        BinaryOp::ShiftLeft | BinaryOp::ShiftRight if b < 0 => {
            return Err(raised("ValueError", "negative shift count"));
        }
        BinaryOp::ShiftLeft => u32::try_from(b)
            .ok()
            .and_then(|b| 2_i64.checked_pow(b))
            .and_then(|factor| a.checked_mul(factor))
            .or((a == 0).then_some(0)),
        BinaryOp::ShiftRight => Some(a >> b.min(63)),
        BinaryOp::And => Some(a & b),
        BinaryOp::Or => Some(a | b),
        BinaryOp::Xor => Some(a ^ b),
        _ => return Err(unsupported(op, op.symbol(), &Value::Int(a), &Value::Int(b))),
    };
    number.map(Value::Int).ok_or_else(too_large)
}

/// True division, rounded once: large integers are divided exactly first where that can be.
fn divided(a: i64, b: i64) -> Outcome {
    if b == 0 {
        return Err(zero_division("division by zero"));
    }
    match a.checked_rem(b) {
        // Large ones are exact only so.
        Some(0) if a != 0 => Ok(Value::Float((a / b) as f64)),
        _ => Ok(Value::Float(a as f64 / b as f64)),
    }
}

fn remainder(a: i64, b: i64) -> Outcome {
    if b == 0 {
        return Err(zero_division("integer modulo by zero"));
    }
    let rest = a.wrapping_rem(b);
    Ok(Value::Int(if rest != 0 && (rest < 0) != (b < 0) {
        rest + b
    } else {
        rest
    }))
}

/// `a // b`
pub(super) fn div_floor(a: &Value, b: &Value) -> Outcome {
    if let (Some(a), Some(b)) = (as_int(a), as_int(b)) {
        if b == 0 {
            return Err(zero_division("integer division or modulo by zero"));
        }
        let quotient = a.checked_div(b).ok_or_else(too_large)?;
        let is_below = a % b != 0 && (a < 0) != (b < 0);
        return Ok(Value::Int(quotient - i64::from(is_below)));
    }
    match (as_number(a), as_number(b)) {
        (Some(_), Some(0.0)) => Err(zero_division("float floor division by zero")),
        (Some(a), Some(b)) => Ok(Value::Float(((a - float_remainder(a, b)) / b).round())),
        _ => {
            let (left, right) = (type_name(a), type_name(b));
            let message = format!("unsupported operand type(s) for //: '{left}' and '{right}'");
            Err(raised("TypeError", &message))
        }
    }
}

/// The remainder with the sign of the divisor.
fn float_remainder(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) {
        rest + b
    } else if rest == 0.0 {
        0.0_f64.copysign(b)
    } else {
        rest
    }
}

fn float(op: BinaryOp, a: f64, b: f64) -> Outcome {
    Ok(Value::Float(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div if b == 0.0 => return Err(zero_division("float division by zero")),
        BinaryOp::Div => a / b,
        BinaryOp::Rem if b == 0.0 => return Err(zero_division("float modulo")),
        BinaryOp::Rem => float_remainder(a, b),
        BinaryOp::Power if a == 0.0 && b < 0.0 => {
            return Err(zero_division("0.0 cannot be raised to a negative power"));
        }
        BinaryOp::Power if a < 0.0 && b.fract() != 0.0 => {
            return Err(raised(
                "ValueError",
                "complex numbers have no counterpart here",
            ));
        }
        BinaryOp::Power => {
            let power = a.powf(b);
            if power.is_infinite() && a.is_finite() && b.is_finite() {
                return Err(raised(
                    "OverflowError",
                    "(34, 'Numerical result out of range')",
                ));
            }
            power
        }
        _ => {
            let (a, b) = (Value::Float(a), Value::Float(b));
            return Err(unsupported(op, op.symbol(), &a, &b));
        }
    }))
}
