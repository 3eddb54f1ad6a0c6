//! The operators on numbers, which the machine treats itself; everything else is the library's.

use super::Natives;
pub(super) use super::window::put;
use crate::program::Language;
use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::{FaultKind, Value};

/// Takes a register's value and leaves it empty; see [`put`] for why integers come first.
#[inline(always)]
pub(super) fn take(register: &mut Value) -> Value {
    match *register {
        Value::Int(number) => Value::Int(number),
        Value::Unit => Value::Unit,
        Value::Bool(value) => Value::Bool(value),
        _ => std::mem::take(register),
    }
}

/// Copies a register. A scalar costs no call.
#[inline(always)]
pub(super) fn copy(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Int(*number),
        Value::Unit => Value::Unit,
        Value::Bool(value) => Value::Bool(*value),
        Value::Float(number) => Value::Float(*number),
        other => other.clone(),
    }
}

/// Both operands as floats, where at least one is a float and the other a number.
#[inline(always)]
pub(super) fn floats(a: &Value, b: &Value) -> Option<(f64, f64)> {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => Some((*a, *b)),
        (Value::Float(a), Value::Int(b)) => Some((*a, *b as f64)),
        (Value::Int(a), Value::Float(b)) => Some((*a as f64, *b)),
        _ => None,
    }
}

/// `a op b` of two integers; nothing where that is not treated here, or has no result.
pub(super) fn integers(dialect: Language, op: BinaryOp, a: i64, b: i64) -> Option<Value> {
    let number = match (op, dialect) {
        (BinaryOp::Add, _) => a.checked_add(b),
        (BinaryOp::Sub, _) => a.checked_sub(b),
        (BinaryOp::Mul, _) => a.checked_mul(b),
        (BinaryOp::Div, Language::Own) => a.checked_div(b),
        (BinaryOp::Rem, Language::Own) => a.checked_rem(b),
        // In Python a remainder has the sign of the divisor.
        (BinaryOp::Rem, Language::Python) if b > 0 => Some(a.rem_euclid(b)),
        (BinaryOp::Less, _) => return Some(Value::Bool(a < b)),
        (BinaryOp::LessEqual, _) => return Some(Value::Bool(a <= b)),
        (BinaryOp::Greater, _) => return Some(Value::Bool(a > b)),
        (BinaryOp::GreaterEqual, _) => return Some(Value::Bool(a >= b)),
        (BinaryOp::Equal, _) => return Some(Value::Bool(a == b)),
        (BinaryOp::NotEqual, _) => return Some(Value::Bool(a != b)),
        _ => None,
    };
    number.map(Value::Int)
}

/// `a op b`.
#[inline(never)]
pub(super) fn binary(
    natives: &mut dyn Natives,
    dialect: Language,
    op: BinaryOp,
    a: &Value,
    b: &Value,
) -> Result<Value, FaultKind> {
    let quick = match (op, a, b) {
        (_, Value::Int(a), Value::Int(b)) => integers(dialect, op, *a, *b),
        // Python divides otherwise. Floats are not compared here: Rhai holds two that are very close for
        // equal.
        (BinaryOp::Div, ..) if dialect == Language::Python => None,
        (BinaryOp::Add, ..) => floats(a, b).map(|(a, b)| Value::Float(a + b)),
        (BinaryOp::Sub, ..) => floats(a, b).map(|(a, b)| Value::Float(a - b)),
        (BinaryOp::Mul, ..) => floats(a, b).map(|(a, b)| Value::Float(a * b)),
        (BinaryOp::Div, ..) => floats(a, b).map(|(a, b)| Value::Float(a / b)),
        _ => None,
    };
    match quick {
        Some(value) => Ok(value),
        None => natives.binary(dialect, op, a, b),
    }
}

/// Longer texts are the library's, which knows how long one may be.
const QUICK_TEXT: usize = 1 << 20;

/// `target op= operand`, in place where that saves a copy.
pub(super) fn update(
    natives: &mut dyn Natives,
    dialect: Language,
    op: BinaryOp,
    target: &mut Value,
    operand: &Value,
) -> Result<(), FaultKind> {
    let is_number = |value: &Value| matches!(value, Value::Int(_) | Value::Float(_));
    if dialect == Language::Python && !(is_number(target) && is_number(operand)) {
        return natives.update(dialect, op, target, operand);
    }
    if target.is_scalar() && !matches!(target, Value::Literal(_)) {
        put(target, binary(natives, dialect, op, target, operand)?);
        return Ok(());
    }
    if let (BinaryOp::Add, Value::Str(text)) = (op, &mut *target)
        && let Some(more) = operand.as_str()
        && text.len() + more.len() < QUICK_TEXT
    {
        std::sync::Arc::make_mut(text).push_str(more);
        return Ok(());
    }
    natives.update(dialect, op, target, operand)
}

/// `op a`.
pub(super) fn unary(
    natives: &mut dyn Natives,
    dialect: Language,
    op: UnaryOp,
    a: &Value,
) -> Result<Value, FaultKind> {
    match (op, a) {
        (UnaryOp::Truth, Value::Bool(value)) => Ok(Value::Bool(*value)),
        (UnaryOp::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
        (UnaryOp::Negate, Value::Int(number)) if *number != i64::MIN => Ok(Value::Int(-number)),
        (UnaryOp::Negate, Value::Float(number)) => Ok(Value::Float(-number)),
        (UnaryOp::Plus, Value::Int(_) | Value::Float(_)) => Ok(a.clone()),
        _ => natives.unary(dialect, op, a),
    }
}
