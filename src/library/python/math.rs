//! Python's `math`.

use super::operators::too_large;
use super::{ANY, Row, as_int, as_number, raised, type_name};
use crate::value::{FaultKind, Value};
use crate::vm::NativeResult;

type Outcome = Result<NativeResult, FaultKind>;

pub(super) const ROWS: &[Row] = &[
    Row("sqrt", 1, 1, |args, _| {
        let number = number(&args[0])?;
        match number < 0.0 {
            true => Err(domain()),
            false => float(number.sqrt()),
        }
    }),
    Row("floor", 1, 1, |args, _| whole(&args[0], f64::floor)),
    Row("ceil", 1, 1, |args, _| whole(&args[0], f64::ceil)),
    Row("trunc", 1, 1, |args, _| whole(&args[0], f64::trunc)),
    Row("fabs", 1, 1, |args, _| float(number(&args[0])?.abs())),
    Row("exp", 1, 1, |args, _| float(number(&args[0])?.exp())),
    Row("sin", 1, 1, |args, _| float(number(&args[0])?.sin())),
    Row("cos", 1, 1, |args, _| float(number(&args[0])?.cos())),
    Row("tan", 1, 1, |args, _| float(number(&args[0])?.tan())),
    Row("log", 1, 2, |args, _| {
        let value = number(&args[0])?;
        if value <= 0.0 {
            return Err(domain());
        }
        match args.get(1) {
            None => float(value.ln()),
            Some(base) => float(value.ln() / number(base)?.ln()),
        }
    }),
    Row("gcd", 0, ANY, |args, _| {
        let mut all = 0;
        for arg in args.iter() {
            let (mut a, mut b): (i64, i64) = (all, int(arg)?);
            while b != 0 {
                (a, b) = (b, a.wrapping_rem(b));
            }
            all = a.checked_abs().ok_or_else(too_large)?;
        }
        Ok(NativeResult::Value(Value::Int(all)))
    }),
    Row("factorial", 1, 1, |args, _| {
        let number = int(&args[0])?;
        if number < 0 {
            let message = "factorial() not defined for negative values";
            return Err(raised("ValueError", message));
        }
        let product = (1..=number).try_fold(1_i64, i64::checked_mul);
        product
            .map(|product| NativeResult::Value(Value::Int(product)))
            .ok_or_else(too_large)
    }),
    Row("isqrt", 1, 1, |args, _| {
        let number = int(&args[0])?;
        match u64::try_from(number) {
            Ok(number) => Ok(NativeResult::Value(Value::Int(number.isqrt() as i64))),
            Err(_) => Err(raised("ValueError", "isqrt() argument must be nonnegative")),
        }
    }),
];

fn domain() -> FaultKind {
    raised("ValueError", "math domain error")
}

fn float(number: f64) -> Outcome {
    Ok(NativeResult::Value(Value::Float(number)))
}

fn number(value: &Value) -> Result<f64, FaultKind> {
    as_number(value).ok_or_else(|| {
        let found = type_name(value);
        raised("TypeError", &format!("must be real number, not {found}"))
    })
}

fn int(value: &Value) -> Result<i64, FaultKind> {
    as_int(value).ok_or_else(|| {
        let found = type_name(value);
        raised(
            "TypeError",
            &format!("'{found}' object cannot be interpreted as an integer"),
        )
    })
}

fn whole(value: &Value, round: fn(f64) -> f64) -> Outcome {
    if let Some(number) = as_int(value) {
        return Ok(NativeResult::Value(Value::Int(number)));
    }
    super::functions::int_of_float(round(number(value)?)).map(NativeResult::Value)
}
