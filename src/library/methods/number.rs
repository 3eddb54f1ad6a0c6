//! Methods of integers, floats and characters.

use crate::value::{FaultKind, Value};

use super::{Answer, done};

/// Calls the method `name`.
pub(super) fn call(name: &str, receiver: &mut Value, args: &[Value]) -> Answer {
    match (&mut *receiver, args) {
        (Value::Int(number), []) => int(name, *number),
        (Value::Float(number), []) => float(name, *number),
        (Value::Char(character), []) => char(name, character),
        (_, [other]) if matches!(name, "min" | "max") => least_or_greatest(name, receiver, other),
        _ => None,
    }
}

fn int(name: &str, number: i64) -> Answer {
    done(match name {
        "abs" => {
            return Some(
                (number.checked_abs().map(Value::Int))
                    .ok_or_else(|| FaultKind::Arithmetic(format!("Negation overflow: -{number}"))),
            );
        }
        "sign" => Value::Int(number.signum()),
        "to_int" => Value::Int(number),
        "to_float" => Value::Float(number as f64),
        "is_zero" => Value::Bool(number == 0),
        "is_odd" => Value::Bool(number % 2 != 0),
        "is_even" => Value::Bool(number % 2 == 0),
        "bits" => Value::array(
            (0..64)
                .map(|bit| Value::Bool(number >> bit & 1 == 1))
                .collect(),
        ),
        _ => return None,
    })
}

fn float(name: &str, number: f64) -> Answer {
    done(match name {
        "abs" => Value::Float(number.abs()),
        "sqrt" => Value::Float(number.sqrt()),
        "exp" => Value::Float(number.exp()),
        "ln" => Value::Float(number.ln()),
        "sin" => Value::Float(number.sin()),
        "cos" => Value::Float(number.cos()),
        "tan" => Value::Float(number.tan()),
        "floor" => Value::Float(number.floor()),
        "ceiling" => Value::Float(number.ceil()),
        "round" => Value::Float(number.round()),
        "int" => Value::Float(number.trunc()),
        "fraction" => Value::Float(number.fract()),
        "is_nan" => Value::Bool(number.is_nan()),
        "is_finite" => Value::Bool(number.is_finite()),
        "is_infinite" => Value::Bool(number.is_infinite()),
        "to_float" => Value::Float(number),
        "to_int" if number > i64::MAX as f64 || number < i64::MIN as f64 => {
            let text = format!("Integer overflow: to_int({number})");
            return Some(Err(FaultKind::Arithmetic(text)));
        }
        "to_int" => Value::Int(number.trunc() as i64),
        _ => return None,
    })
}

fn char(name: &str, character: &mut char) -> Answer {
    /// The other case of a character, unless that is more than one character.
    fn single(mut cases: impl Iterator<Item = char>, original: char) -> char {
        match (cases.next(), cases.next()) {
            (Some(only), None) => only,
            _ => original,
        }
    }
    done(match name {
        "to_int" => Value::Int(i64::from(u32::from(*character))),
        "to_upper" => Value::Char(single(character.to_uppercase(), *character)),
        "to_lower" => Value::Char(single(character.to_lowercase(), *character)),
        "make_upper" => {
            *character = single(character.to_uppercase(), *character);
            Value::Unit
        }
        "make_lower" => {
            *character = single(character.to_lowercase(), *character);
            Value::Unit
        }
        _ => return None,
    })
}

/// `min` and `max`. Of an integer and a float the result is a float.
fn least_or_greatest(name: &str, a: &Value, b: &Value) -> Answer {
    fn pick<T: PartialOrd>(name: &str, a: T, b: T) -> T {
        let first = if name == "max" { a >= b } else { a <= b };
        if first { a } else { b }
    }
    done(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Value::Int(pick(name, *a, *b)),
        (Value::Char(a), Value::Char(b)) => Value::Char(pick(name, *a, *b)),
        _ => Value::Float(pick(name, a.as_number()?, b.as_number()?)),
    })
}
