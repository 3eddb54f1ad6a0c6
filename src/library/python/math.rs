//! Python's `math`.

use super::operators::too_large;
use super::{ANY, Row, as_int, as_number, raised, type_name};
use crate::library::methods::collection::items_of;
use crate::program::op::BinaryOp;
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
    Row("hypot", 2, 2, |args, _| {
        float(number(&args[0])?.hypot(number(&args[1])?))
    }),
    Row("log2", 1, 1, |args, _| logarithm(&args[0], f64::log2)),
    Row("log10", 1, 1, |args, _| logarithm(&args[0], f64::log10)),
    Row("log1p", 1, 1, |args, _| float(number(&args[0])?.ln_1p())),
    Row("isnan", 1, 1, |args, _| flag(number(&args[0])?.is_nan())),
    Row("isinf", 1, 1, |args, _| {
        flag(number(&args[0])?.is_infinite())
    }),
    Row("isfinite", 1, 1, |args, _| {
        flag(number(&args[0])?.is_finite())
    }),
    Row("isclose", 2, 4, |args, _| {
        let (a, b) = (number(&args[0])?, number(&args[1])?);
        let given = |at: usize, usual: f64| args.get(at).and_then(as_number).unwrap_or(usual);
        let bound = (given(2, 1e-9) * a.abs().max(b.abs())).max(given(3, 0.0));
        flag(a == b || a.is_finite() && b.is_finite() && (a - b).abs() <= bound)
    }),
    Row("copysign", 2, 2, |args, _| {
        float(number(&args[0])?.copysign(number(&args[1])?))
    }),
    Row("math_pow", 2, 2, |args, _| {
        let (base, exponent) = (number(&args[0])?, number(&args[1])?);
        let power = base.powf(exponent);
        let is_given = !base.is_nan() && !exponent.is_nan();
        match () {
            () if power.is_nan() && is_given => Err(domain()),
            () if power.is_infinite() && base == 0.0 => Err(domain()),
            () if power.is_infinite() && base.is_finite() && exponent.is_finite() => {
                Err(raised("OverflowError", "math range error"))
            }
            () => float(power),
        }
    }),
    Row("fmod", 2, 2, |args, _| match number(&args[1])? {
        0.0 => Err(domain()),
        by => float(number(&args[0])? % by),
    }),
    Row("degrees", 1, 1, |args, _| {
        float(number(&args[0])?.to_degrees())
    }),
    Row("radians", 1, 1, |args, _| {
        float(number(&args[0])?.to_radians())
    }),
    Row("asin", 1, 1, |args, _| within_one(&args[0], f64::asin)),
    Row("acos", 1, 1, |args, _| within_one(&args[0], f64::acos)),
    Row("atan", 1, 1, |args, _| float(number(&args[0])?.atan())),
    Row("atan2", 2, 2, |args, _| {
        float(number(&args[0])?.atan2(number(&args[1])?))
    }),
    Row("sinh", 1, 1, |args, _| float(number(&args[0])?.sinh())),
    Row("cosh", 1, 1, |args, _| float(number(&args[0])?.cosh())),
    Row("tanh", 1, 1, |args, _| float(number(&args[0])?.tanh())),
    Row("cbrt", 1, 1, |args, _| float(number(&args[0])?.cbrt())),
    Row("comb", 2, 2, |args, _| {
        chosen(int(&args[0])?, int(&args[1])?, true)
    }),
    Row("perm", 1, 2, |args, _| {
        let all = int(&args[0])?;
        let count = args.get(1).map_or(Ok(all), int)?;
        chosen(all, count, false)
    }),
    Row("lcm", 2, 2, |args, _| {
        let (a, b) = (int(&args[0])?, int(&args[1])?);
        let (mut x, mut y) = (a, b);
        while y != 0 {
            (x, y) = (y, x.wrapping_rem(y));
        }
        let product = if x == 0 {
            Some(0)
        } else {
            (a / x).checked_mul(b)
        };
        let product = product.and_then(i64::checked_abs).ok_or_else(too_large)?;
        Ok(NativeResult::Value(Value::Int(product)))
    }),
    Row("prod", 1, 2, |args, ctx| {
        super::functions::each("prod", args, ctx, |items, rest| {
            let mut product = rest.first().cloned().unwrap_or(Value::Int(1));
            for item in &items {
                product = super::binary(BinaryOp::Mul, &product, item)?;
            }
            Ok(NativeResult::Value(product))
        })
    }),
    Row("dist", 2, 2, |args, _| {
        let (p, q) = (items_of(&args[0])?, items_of(&args[1])?);
        let mut sum = 0.0;
        for (a, b) in p.iter().zip(&q) {
            sum += (number(a)? - number(b)?).powi(2);
        }
        float(sum.sqrt())
    }),
    Row("fsum", 1, 1, |args, ctx| {
        super::functions::each("fsum", args, ctx, |items, _| exact_sum(&items))
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

/// The sum, rounded once. Source: Shewchuk, "Adaptive Precision Floating-Point Arithmetic" (1997).
fn exact_sum(items: &[Value]) -> Outcome {
    let mut parts: Vec<f64> = Vec::new();
    for item in items {
        let mut x = number(item)?;
        let mut kept = Vec::new();
        for &part in &parts {
            let (large, small) = if x.abs() < part.abs() {
                (part, x)
            } else {
                (x, part)
            };
            let sum = large + small;
            let rest = small - (sum - large);
            if rest != 0.0 {
                kept.push(rest);
            }
            x = sum;
        }
        kept.push(x);
        parts = kept;
    }
    float(parts.iter().sum())
}

/// The ways to choose some of all, with their orders or without.
fn chosen(all: i64, count: i64, without_order: bool) -> Outcome {
    if all < 0 || count < 0 {
        let what = if all < 0 { "n" } else { "k" };
        let message = format!("{what} must be a non-negative integer");
        return Err(raised("ValueError", &message));
    }
    let mut ways: i128 = i128::from(count <= all);
    for step in 0..count.min(all) {
        ways = ways
            .checked_mul(i128::from(all - step))
            .ok_or_else(too_large)?;
        if without_order {
            ways /= i128::from(step + 1);
        }
        if ways > i128::from(i64::MAX) * i128::from(i64::MAX) {
            return Err(too_large());
        }
    }
    let ways = i64::try_from(ways).map_err(|_| too_large())?;
    Ok(NativeResult::Value(Value::Int(ways)))
}

fn flag(holds: bool) -> Outcome {
    Ok(NativeResult::Value(Value::Bool(holds)))
}

fn logarithm(value: &Value, of: fn(f64) -> f64) -> Outcome {
    match number(value)? {
        value if value <= 0.0 => Err(domain()),
        value => float(of(value)),
    }
}

fn within_one(value: &Value, of: fn(f64) -> f64) -> Outcome {
    match number(value)? {
        value if value.abs() > 1.0 => Err(domain()),
        value => float(of(value)),
    }
}

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
