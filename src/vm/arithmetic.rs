//! The operators on numbers, which the machine treats itself; everything else is the library's.

use std::cmp::Ordering;

use super::Natives;
use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::{FaultKind, Value};

/// Writes a register. A scalar that is overwritten costs no call.
#[inline(always)]
pub(super) fn put(register: &mut Value, value: Value) {
    let old = std::mem::replace(register, value);
    if old.is_scalar() {
        std::mem::forget(old);
    } else {
        drop_counted(old);
    }
}

#[cold]
#[inline(never)]
fn drop_counted(old: Value) {
    drop(old);
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

/// How two numbers compare; `None` inside for NaN, outside for other types.
#[inline(always)]
pub(super) fn compare(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(Some(a.cmp(b))),
        _ => floats(a, b).map(|(a, b)| a.partial_cmp(&b)),
    }
}

/// What a comparison operator says of an ordering; `None` is the ordering with a NaN.
#[inline(always)]
pub(super) fn holds(op: BinaryOp, ordering: Option<Ordering>) -> bool {
    match op {
        BinaryOp::Less => ordering == Some(Ordering::Less),
        BinaryOp::LessEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
        BinaryOp::Greater => ordering == Some(Ordering::Greater),
        BinaryOp::GreaterEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        BinaryOp::Equal => ordering == Some(Ordering::Equal),
        _ => ordering != Some(Ordering::Equal),
    }
}

/// `a op b`.
#[inline(never)]
pub(super) fn binary(
    natives: &mut dyn Natives,
    op: BinaryOp,
    a: &Value,
    b: &Value,
) -> Result<Value, FaultKind> {
    let quick = match (op, a, b) {
        (BinaryOp::Add, Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        (BinaryOp::Sub, Value::Int(a), Value::Int(b)) => a.checked_sub(*b).map(Value::Int),
        (BinaryOp::Mul, Value::Int(a), Value::Int(b)) => a.checked_mul(*b).map(Value::Int),
        (BinaryOp::Div, Value::Int(a), Value::Int(b)) => a.checked_div(*b).map(Value::Int),
        (BinaryOp::Rem, Value::Int(a), Value::Int(b)) => a.checked_rem(*b).map(Value::Int),
        (BinaryOp::Add, ..) => floats(a, b).map(|(a, b)| Value::Float(a + b)),
        (BinaryOp::Sub, ..) => floats(a, b).map(|(a, b)| Value::Float(a - b)),
        (BinaryOp::Mul, ..) => floats(a, b).map(|(a, b)| Value::Float(a * b)),
        (BinaryOp::Div, ..) => floats(a, b).map(|(a, b)| Value::Float(a / b)),
        (
            BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Equal
            | BinaryOp::NotEqual,
            ..,
        ) => compare(a, b).map(|ordering| Value::Bool(holds(op, ordering))),
        _ => None,
    };
    match quick {
        Some(value) => Ok(value),
        None => natives.binary(op, a, b),
    }
}

/// `target op= operand`, in place where that saves a copy.
pub(super) fn update(
    natives: &mut dyn Natives,
    op: BinaryOp,
    target: &mut Value,
    operand: &Value,
) -> Result<(), FaultKind> {
    if target.is_scalar() && !matches!(target, Value::Literal(_)) {
        put(target, binary(natives, op, target, operand)?);
        return Ok(());
    }
    if let (BinaryOp::Add, Value::Str(text)) = (op, &mut *target)
        && let Some(more) = operand.as_str()
    {
        std::sync::Arc::make_mut(text).push_str(more);
        return Ok(());
    }
    natives.update(op, target, operand)
}

/// `op a`.
pub(super) fn unary(natives: &mut dyn Natives, op: UnaryOp, a: &Value) -> Result<Value, FaultKind> {
    match (op, a) {
        (UnaryOp::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
        (UnaryOp::Negate, Value::Int(number)) if *number != i64::MIN => Ok(Value::Int(-number)),
        (UnaryOp::Negate, Value::Float(number)) => Ok(Value::Float(-number)),
        (UnaryOp::Plus, Value::Int(_) | Value::Float(_)) => Ok(a.clone()),
        _ => natives.unary(op, a),
    }
}
