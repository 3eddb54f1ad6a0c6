//! Python's built-in functions, and the few that only translations need.

use std::sync::Arc;

use super::operators::{div_floor, is_true, too_large};
use super::strings::list;
use super::text::{format, repr, str};
use super::{
    ANY, Row, as_int, as_number, as_text, binary, instances, iterators, raised, type_name,
};
use crate::library::methods::collection::{items_of, sort};
use crate::library::printing::PrintOptions;
use crate::pos::Pos;
use crate::program::op::BinaryOp;
use crate::value::collection::Kind;
use crate::value::{Collection, Dict, Fault, FaultKind, Function, UserClass, Value, is_instance};
use crate::vm::{Draw, Intrinsic, NativeCtx, NativeResult};

type Outcome = Result<NativeResult, FaultKind>;

pub(super) const ROWS: &[Row] = &[
    Row("print", 0, ANY, print),
    Row("__read_line", 0, 0, |_, _| {
        Ok(NativeResult::Intrinsic(Intrinsic::ReadLine))
    }),
    Row("str", 0, 1, |args, ctx| {
        let by_script = args.first().and_then(|arg| instances::str(arg, ctx));
        by_script.unwrap_or_else(|| value(args.first().map(str).unwrap_or_default()))
    }),
    Row("repr", 1, 1, |args, ctx| {
        instances::repr(&args[0], ctx).unwrap_or_else(|| value(repr(&args[0])))
    }),
    Row("ascii", 1, 1, ascii),
    Row("format", 1, 2, |args, ctx| {
        if let Some(method) = instances::special(&args[0], "__format__") {
            let spec = args.get(1).cloned().unwrap_or_else(|| Value::from(""));
            return Ok(NativeResult::CallOn(args[0].clone(), method, vec![spec]));
        }
        if let (None, Some(by_script)) = (
            args.get(1).filter(|spec| !str(spec).is_empty()),
            instances::str(&args[0], ctx),
        ) {
            return by_script;
        }
        let spec = args.get(1).map(str).unwrap_or_default();
        value(format(&args[0], &spec)?)
    }),
    Row("bool", 0, 1, |args, ctx| {
        if let Some(first) = args.first() {
            if let Some(call) = instances::call_special(first, &["__bool__"]) {
                return Ok(call);
            }
            if instances::special(first, "__len__").is_some() {
                return prelude("__python__is_filled", args, ctx);
            }
        }
        value(args.first().is_some_and(is_true))
    }),
    Row("int", 0, 2, |args, ctx| {
        let special = args.first();
        match special.and_then(|one| instances::call_special(one, &["__int__", "__index__"])) {
            Some(call) => Ok(call),
            None => int(args, ctx),
        }
    }),
    Row("float", 0, 1, |args, ctx| {
        let special = args.first();
        match special.and_then(|one| instances::call_special(one, &["__float__"])) {
            Some(call) => Ok(call),
            None => float(args, ctx),
        }
    }),
    Row("len", 1, 1, |args, _| {
        if let Some(call) = instances::call_special(&args[0], &["__len__"]) {
            return Ok(call);
        }
        len(&args[0]).map(|count| done(Value::Int(count)))
    }),
    Row("abs", 1, 1, abs),
    Row("round", 1, 2, |args, ctx| {
        match instances::special(&args[0], "__round__") {
            Some(method) => {
                let (this, rest) = (args[0].clone(), args[1..].to_vec());
                Ok(NativeResult::CallOn(this, method, rest))
            }
            None => round(args, ctx),
        }
    }),
    Row("pow", 2, 3, pow),
    Row("divmod", 2, 2, |args, _| {
        let quotient = div_floor(&args[0], &args[1])?;
        let rest = binary(BinaryOp::Rem, &args[0], &args[1])?;
        value(Value::tuple(vec![quotient, rest]))
    }),
    Row("div_floor", 2, 2, |args, _| {
        if let Some(method) = instances::special(&args[0], "__floordiv__") {
            let (this, other) = (args[0].clone(), args[1].clone());
            return Ok(NativeResult::CallOn(this, method, vec![other]));
        }
        div_floor(&args[0], &args[1]).map(done)
    }),
    Row("more", 2, 2, |args, _| {
        instances::operator(args, "__gt__", "__lt__")
            .unwrap_or_else(|| binary(BinaryOp::Greater, &args[0], &args[1]).map(done))
    }),
    Row("less", 2, 2, |args, _| {
        instances::operator(args, "__lt__", "__gt__")
            .unwrap_or_else(|| binary(BinaryOp::Less, &args[0], &args[1]).map(done))
    }),
    Row("equal", 2, 2, |args, _| {
        instances::operator(args, "__eq__", "__eq__")
            .unwrap_or_else(|| binary(BinaryOp::Equal, &args[0], &args[1]).map(done))
    }),
    Row("contains", 2, 2, |args, ctx| {
        if let Some(method) = instances::special(&args[0], "__contains__") {
            let (this, item) = (args[0].clone(), args[1].clone());
            return Ok(NativeResult::CallOn(this, method, vec![item]));
        }
        let is_by_script = instances::special(&args[1], "__eq__").is_some()
            || iterators::is_iterated_by_script(&args[0])
            || crate::vm::is_generator(&args[0]);
        match is_by_script {
            true => prelude("__python__contains", args, ctx),
            false => binary(BinaryOp::Contains, &args[0], &args[1]).map(done),
        }
    }),
    Row("is_same", 2, 2, |args, _| {
        value(is_same(&args[0], &args[1]))
    }),
    Row("sum", 1, 2, sum),
    Row("min", 1, ANY, |args, ctx| extreme("min", args, ctx)),
    Row("max", 1, ANY, |args, ctx| extreme("max", args, ctx)),
    Row("sorted", 1, 3, sorted),
    // Whether what comes first among these is up to the script.
    Row("are_ordered", 1, 1, |args, _| {
        value(instances::are_ordered_by_script(&args[0]))
    }),
    Row("reversed", 1, 1, |args, ctx| {
        if let Some(call) = instances::call_special(&args[0], &["__reversed__"]) {
            return Ok(call);
        }
        each("reversed", args, ctx, |mut items, _| {
            items.reverse();
            value(list(items))
        })
    }),
    Row("enumerate", 1, 2, |args, ctx| {
        if iterators::comes_one_by_one(&args[0]) {
            let start = args.get(1).cloned().unwrap_or(Value::Int(0));
            return prelude("__python__enumerate", &mut [args[0].clone(), start], ctx);
        }
        let start = match args.get(1) {
            Some(start) => as_int(start).unwrap_or(0),
            None => 0,
        };
        each("enumerate", args, ctx, move |items, _| {
            let pairs = items.into_iter().enumerate();
            let pairs = pairs.map(|(at, item)| {
                Value::tuple(vec![Value::Int(start.wrapping_add(at as i64)), item])
            });
            value(list(pairs.collect()))
        })
    }),
    Row("zip", 0, ANY, zip),
    Row("any", 1, 1, |args, ctx| {
        if iterators::comes_one_by_one(&args[0]) {
            return prelude("__python__any", args, ctx);
        }
        each("any", args, ctx, |items, _| {
            value(items.iter().any(is_true))
        })
    }),
    Row("all", 1, 1, |args, ctx| {
        if iterators::comes_one_by_one(&args[0]) {
            return prelude("__python__all", args, ctx);
        }
        each("all", args, ctx, |items, _| {
            value(items.iter().all(is_true))
        })
    }),
    Row("map", 2, 2, |args, ctx| prelude("__python__map", args, ctx)),
    Row("filter", 2, 2, |args, ctx| {
        prelude("__python__filter", args, ctx)
    }),
    Row("reduce", 2, 3, |args, ctx| {
        prelude("__python__reduce", args, ctx)
    }),
    Row("chr", 1, 1, |args, _| {
        let number = as_int(&args[0]).and_then(|number| u32::try_from(number).ok());
        match number.and_then(char::from_u32) {
            Some(character) => value(character.to_string()),
            None => Err(raised("ValueError", "chr() arg not in range(0x110000)")),
        }
    }),
    Row("ord", 1, 1, |args, _| {
        let text = as_text(&args[0]).unwrap_or_default();
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => value(Value::Int(i64::from(u32::from(one)))),
            _ => {
                let length = text.chars().count();
                let message =
                    format!("ord() expected a character, but string of length {length} found");
                Err(raised("TypeError", &message))
            }
        }
    }),
    Row("bin", 1, 1, |args, _| in_base(&args[0], "#b")),
    Row("oct", 1, 1, |args, _| in_base(&args[0], "#o")),
    Row("hex", 1, 1, |args, _| in_base(&args[0], "#x")),
    Row("callable", 1, 1, |args, _| {
        let is_callable = match &args[0] {
            Value::Function(_) => true,
            Value::Reference(reference) => {
                reference.kind == Kind::Class || reference.method("__call__").is_some()
            }
            _ => false,
        };
        value(is_callable)
    }),
    Row("isinstance", 2, 2, |args, _| {
        value(is_of(&args[0], &args[1])?)
    }),
    Row("type_name", 1, 1, |args, _| value(type_name(&args[0]))),
    Row("none", 0, 0, |_, _| value(())),
    Row("assert", 1, 2, |args, _| match is_true(&args[0]) {
        true => value(()),
        false => Err(raised(
            "AssertionError",
            &args.get(1).map(str).unwrap_or_default(),
        )),
    }),
    Row("choice", 1, 1, |args, ctx| {
        each("choice", args, ctx, |items, _| match items.is_empty() {
            true => Err(raised("IndexError", "Cannot choose from an empty sequence")),
            false => Ok(NativeResult::Intrinsic(Intrinsic::Random(Draw::Item(
                items,
            )))),
        })
    }),
    Row("shuffle", 1, 1, |args, ctx| {
        prelude("__python__shuffle", args, ctx)
    }),
    Row("slice", 3, 4, slice),
    Row("array", 1, 1, |args, ctx| {
        each("array", args, ctx, |items, _| value(Value::array(items)))
    }),
    Row("unpack", 2, 3, unpack),
    Row("apply", 2, 2, |args, ctx| {
        let callee = args[0].clone();
        if !matches!(callee, Value::Function(_) | Value::Reference(_)) {
            let found = type_name(&callee);
            return Err(raised(
                "TypeError",
                &format!("'{found}' object is not callable"),
            ));
        }
        let mut items = [args[1].clone()];
        each("apply", &mut items, ctx, move |items, _| {
            Ok(NativeResult::CallAny(callee.clone(), items, Vec::new()))
        })
    }),
    Row("awaited", 1, 1, |args, _| match &args[0] {
        Value::Function(function) => Ok(NativeResult::Call(function.clone(), Vec::new())),
        other => Ok(done(other.clone())),
    }),
    Row("unbound", 1, 1, |args, ctx| {
        let name = str(&args[0]);
        let message = format!(
            "cannot access local variable '{name}' where it is not associated with a value"
        );
        Ok(unset("UnboundLocalError", &message, ctx))
    }),
    Row("undefined", 1, 1, |args, ctx| {
        let message = format!("name '{}' is not defined", str(&args[0]));
        Ok(unset("NameError", &message, ctx))
    }),
    Row("bound", 1, 1, |args, _| match &args[0] {
        Value::Error(fault) => Err(fault.kind.clone()),
        value => Ok(done(value.clone())),
    }),
];

fn done(value: Value) -> NativeResult {
    NativeResult::Value(value)
}

fn value(value: impl Into<Given>) -> Outcome {
    Ok(done(value.into().0))
}

/// What [`value`] takes.
struct Given(Value);

impl From<Value> for Given {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<String> for Given {
    fn from(text: String) -> Self {
        Self(Value::from(text))
    }
}

impl From<bool> for Given {
    fn from(value: bool) -> Self {
        Self(Value::Bool(value))
    }
}

impl From<()> for Given {
    fn from((): ()) -> Self {
        Self(Value::Unit)
    }
}

/// The value of a variable that is not set: an error, which [`bound`](ROWS) raises.
fn unset(class: &str, message: &str, ctx: &NativeCtx<'_>) -> NativeResult {
    let fault = Fault::new(raised(class, message), ctx.pos);
    done(Value::Error(Arc::new(fault)))
}

/// The function of this name, of the table or of the prelude.
pub(super) fn named(name: &str, ctx: &NativeCtx<'_>) -> Arc<Function> {
    let id = ctx.program.name_id(name, super::native_index);
    Arc::new(ctx.program.named_function(id))
}

/// Has the prelude's function do it.
pub(super) fn prelude(name: &str, args: &mut [Value], ctx: &NativeCtx<'_>) -> Outcome {
    let args = args.iter_mut().map(std::mem::take).collect();
    Ok(NativeResult::Call(named(name, ctx), args))
}

/// Does something with all items of the first argument. What gives its items one by one, and may wait
/// for each, is gone through by the prelude, which then calls the function again with an array.
pub(super) fn each(
    name: &str,
    args: &mut [Value],
    ctx: &NativeCtx<'_>,
    work: impl Fn(Vec<Value>, &[Value]) -> Outcome,
) -> Outcome {
    let (first, rest) = args
        .split_first()
        .expect("the table says how many there are");
    if iterators::comes_one_by_one(first) {
        let again = Value::Function(named(&format!("python.{name}"), ctx));
        let args = vec![again, first.clone(), Value::array(rest.to_vec())];
        return Ok(NativeResult::Call(named("__python__through", ctx), args));
    }
    let items = match items_of(first) {
        Ok(items) => items,
        Err(_) => {
            let message = format!("'{}' object is not iterable", type_name(first));
            return Err(raised("TypeError", &message));
        }
    };
    work(items, rest)
}

fn print(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    let (options, values) = match args {
        [values @ .., Value::Map(options)] if !options.contains_key("error") => {
            (options.clone(), values)
        }
        values => (Default::default(), values),
    };
    if (values.iter()).any(|value| instances::str(value, ctx).is_some()) {
        let args = vec![Value::array(values.to_vec()), Value::Map(options)];
        return Ok(NativeResult::Call(named("__python__print", ctx), args));
    }
    Ok(PrintOptions::new(&options)?.line(values, str))
}

fn ascii(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let text = repr(&args[0]);
    let escaped = text.chars().map(|one| match u32::from(one) {
        code @ 0..0x80 => char::from_u32(code).map(String::from).unwrap_or_default(),
        code @ 0x80..0x100 => format!("\\x{code:02x}"),
        code @ 0x100..0x1_0000 => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    });
    value(escaped.collect::<String>())
}

fn int(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let Some(first) = args.first() else {
        return value(Value::Int(0));
    };
    if let Some(number) = as_int(first) {
        return value(Value::Int(number));
    }
    if let Value::Float(number) = first {
        return int_of_float(number.trunc()).map(done);
    }
    let base = args.get(1).map_or(Some(10), as_int).unwrap_or(10);
    let Some(text) = as_text(first) else {
        let found = type_name(first);
        return Err(raised(
            "TypeError",
            &format!(
                "int() argument must be a string, a bytes-like object or a real number, not \
                 '{found}'"
            ),
        ));
    };
    let plain = text.trim().replace('_', "");
    let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)];
    let lower = plain.to_lowercase();
    let (sign, bare) = match lower.strip_prefix('-') {
        Some(bare) => ("-", bare),
        None => ("", lower.strip_prefix('+').unwrap_or(&lower)),
    };
    // A prefix names the base where none is given, and may stand where it is the one that is.
    let prefixed = prefixes.iter().find_map(|(prefix, of)| {
        let digits = bare.strip_prefix(prefix)?;
        (*of == base || base == 0).then(|| (std::format!("{sign}{digits}"), *of))
    });
    let (digits, base) = prefixed.unwrap_or((std::format!("{sign}{bare}"), base));
    let radix = u32::try_from(base)
        .ok()
        .filter(|base| (2..=36).contains(base))
        .unwrap_or(10);
    match i64::from_str_radix(&digits, radix) {
        Ok(number) => value(Value::Int(number)),
        Err(error)
            if matches!(
                error.kind(),
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow
            ) =>
        {
            Err(too_large())
        }
        Err(_) => {
            let shown = repr(&Value::from(&*text));
            let message = format!("invalid literal for int() with base {base}: {shown}");
            Err(raised("ValueError", &message))
        }
    }
}

/// The integer that a float without a fraction is.
pub(super) fn int_of_float(number: f64) -> Result<Value, FaultKind> {
    if number.is_nan() {
        return Err(raised("ValueError", "cannot convert float NaN to integer"));
    }
    if number.is_infinite() {
        return Err(raised(
            "OverflowError",
            "cannot convert float infinity to integer",
        ));
    }
    match (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number) {
        true => Ok(Value::Int(number as i64)),
        false => Err(too_large()),
    }
}

fn float(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let Some(first) = args.first() else {
        return value(Value::Float(0.0));
    };
    if let Some(number) = as_number(first) {
        return value(Value::Float(number));
    }
    let Some(text) = as_text(first) else {
        let found = type_name(first);
        let message = format!("float() argument must be a string or a real number, not '{found}'");
        return Err(raised("TypeError", &message));
    };
    match text.trim().replace('_', "").parse::<f64>() {
        Ok(number) => value(Value::Float(number)),
        Err(_) => {
            let shown = repr(&Value::from(&*text));
            Err(raised(
                "ValueError",
                &format!("could not convert string to float: {shown}"),
            ))
        }
    }
}

fn len(value: &Value) -> Result<i64, FaultKind> {
    let count = match value {
        Value::Array(items) => items.len(),
        Value::Map(map) => map.len(),
        Value::Range(range) => return Ok(i64::try_from(range.len()).unwrap_or(i64::MAX)),
        // An instance has no length of its own, and no class has one.
        Value::Reference(reference) if matches!(reference.kind, Kind::Instance | Kind::Class) => {
            return Err(no_length(value));
        }
        Value::Reference(_) | Value::Collection(_) => {
            value.collection().map_or(0, |contents| contents.len())
        }
        other => match as_text(other) {
            Some(text) => text.chars().count(),
            None => return Err(no_length(other)),
        },
    };
    Ok(count as i64)
}

fn no_length(value: &Value) -> FaultKind {
    let message = format!("object of type '{}' has no len()", type_name(value));
    raised("TypeError", &message)
}

fn abs(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    if let Some(call) = instances::call_special(&args[0], &["__abs__"]) {
        return Ok(call);
    }
    match (&args[0], as_int(&args[0])) {
        (_, Some(number)) => number
            .checked_abs()
            .map(Value::Int)
            .map(done)
            .ok_or_else(too_large),
        (Value::Float(number), _) => value(Value::Float(number.abs())),
        (other, _) => {
            let message = format!("bad operand type for abs(): '{}'", type_name(other));
            Err(raised("TypeError", &message))
        }
    }
}

/// Halves go to the even neighbour.
fn round(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let digits = match args.get(1) {
        None | Some(Value::Unit) => None,
        Some(digits) => Some(as_int(digits).unwrap_or(0)),
    };
    match (&args[0], as_int(&args[0]), digits) {
        (_, Some(number), None | Some(0..)) => value(Value::Int(number)),
        (_, Some(number), Some(digits)) => {
            let Some(unit) = u32::try_from(-digits)
                .ok()
                .and_then(|at| 10_i64.checked_pow(at))
            else {
                return value(Value::Int(0));
            };
            let below = number.div_euclid(unit) * unit;
            let rest = number - below;
            let goes_up = rest * 2 > unit || rest * 2 == unit && (below / unit) % 2 != 0;
            value(Value::Int(below + if goes_up { unit } else { 0 }))
        }
        (Value::Float(number), _, None) => int_of_float(number.round_ties_even()).map(done),
        (Value::Float(number), _, Some(digits @ 0..)) => {
            let places = usize::try_from(digits).unwrap_or(0).min(400);
            let rounded = std::format!("{number:.places$}").parse().unwrap_or(*number);
            value(Value::Float(rounded))
        }
        (Value::Float(number), _, Some(digits)) => {
            let unit = 10_f64.powi(i32::try_from(-digits).unwrap_or(i32::MAX));
            value(Value::Float((number / unit).round_ties_even() * unit))
        }
        (other, ..) => {
            let found = type_name(other);
            let message = std::format!("type {found} doesn't define __round__ method");
            Err(raised("TypeError", &message))
        }
    }
}

fn pow(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let Some(modulus) = args.get(2) else {
        return binary(BinaryOp::Power, &args[0], &args[1]).map(done);
    };
    let numbers = (as_int(&args[0]), as_int(&args[1]), as_int(modulus));
    let (Some(base), Some(exponent), Some(modulus)) = numbers else {
        let message = "pow() 3rd argument not allowed unless all arguments are integers";
        return Err(raised("TypeError", message));
    };
    if modulus == 0 {
        return Err(raised("ValueError", "pow() 3rd argument cannot be 0"));
    }
    if exponent < 0 {
        return Err(raised(
            "ValueError",
            "a negative exponent has no counterpart here",
        ));
    }
    let wide = i128::from(modulus);
    let (mut result, mut factor, mut left) = (
        1_i128.rem_euclid(wide.abs()),
        i128::from(base).rem_euclid(wide.abs()),
        exponent,
    );
    while left > 0 {
        if left & 1 == 1 {
            result = result * factor % wide.abs();
        }
        factor = factor * factor % wide.abs();
        left >>= 1;
    }
    if wide < 0 && result > 0 {
        result += wide;
    }
    value(Value::Int(result as i64))
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Reference(one), Value::Reference(other))
            if one.kind == Kind::Class && other.kind == Kind::Class =>
        {
            match (&one.class, &other.class) {
                (Some(one), Some(other)) => one.is(other),
                _ => false,
            }
        }
        // A class of Python's own errors may be written as the function that makes them.
        (Value::Reference(one), Value::Function(_))
        | (Value::Function(_), Value::Reference(one))
            if one.kind == Kind::Class =>
        {
            match (UserClass::of_value(a), UserClass::of_value(b)) {
                (Ok(a), Ok(b)) => a.own_error().is_some() && a.own_error() == b.own_error(),
                _ => false,
            }
        }
        (Value::Reference(a), Value::Reference(b)) => a.is(b),
        (Value::Collection(a), Value::Collection(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Unit, Value::Unit) => true,
        _ => match (as_text(a), as_text(b)) {
            (Some(a), Some(b)) => a == b,
            _ => type_name(a) == type_name(b) && crate::value::collection::equal(a, b),
        },
    }
}

fn sum(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    let is_added_by_script = |value: &Value| {
        ["__add__", "__radd__"]
            .iter()
            .any(|name| instances::special(value, name).is_some())
    };
    let items = items_of(&args[0]).unwrap_or_default();
    if items.iter().chain(&args[1..]).any(is_added_by_script) {
        return prelude("__python__sum", args, ctx);
    }
    each("sum", args, ctx, |items, rest| {
        let mut total = rest.first().cloned().unwrap_or(Value::Int(0));
        if as_text(&total).is_some() {
            let message = "sum() can't sum strings [use ''.join(seq) instead]";
            return Err(raised("TypeError", message));
        }
        for item in &items {
            total = binary(BinaryOp::Add, &total, item)?;
        }
        value(total)
    })
}

fn extreme(name: &str, args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    let options = match args.last() {
        Some(Value::Map(options)) if !options.contains_key("error") => Some(options.clone()),
        _ => None,
    };
    if let Some(options) = options {
        let key = options.get("key").cloned().unwrap_or_default();
        let default = match options.get("default") {
            Some(default) => Value::array(vec![default.clone()]),
            None => Value::array(Vec::new()),
        };
        let is_max = Value::Bool(name == "max");
        let args = vec![args[0].clone(), key, default, is_max, Value::from(name)];
        return Ok(NativeResult::Call(named("__python__extreme", ctx), args));
    }
    let by_script = match &*args {
        [one] => instances::are_ordered_by_script(one),
        several => instances::are_ordered_by_script(&Value::array(several.to_vec())),
    };
    if by_script {
        let items = match &*args {
            [one] => one.clone(),
            several => Value::array(several.to_vec()),
        };
        let none = Value::array(Vec::new());
        let args = vec![
            items,
            Value::Unit,
            none,
            Value::Bool(name == "max"),
            Value::from(name),
        ];
        return Ok(NativeResult::Call(named("__python__extreme", ctx), args));
    }
    let op = if name == "max" {
        BinaryOp::Greater
    } else {
        BinaryOp::Less
    };
    let best = move |items: Vec<Value>| {
        let mut items = items.into_iter();
        let Some(mut best) = items.next() else {
            let message = std::format!("{name}() arg is an empty sequence");
            return Err(raised("ValueError", &message));
        };
        for item in items {
            if is_true(&binary(op, &item, &best)?) {
                best = item;
            }
        }
        value(best)
    };
    match args {
        [_] => each(name, args, ctx, |items, _| best(items)),
        several => best(several.to_vec()),
    }
}

fn sorted(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    match args.get(1) {
        None | Some(Value::Unit) if instances::are_ordered_by_script(&args[0]) => {
            let reverse = Value::Bool(args.get(2).is_some_and(is_true));
            let args = vec![args[0].clone(), reverse];
            Ok(NativeResult::Call(
                named("__python__sorted_by_script", ctx),
                args,
            ))
        }
        None | Some(Value::Unit) => each("sorted", args, ctx, |mut items, rest| {
            sort(&mut items, rest.get(1).is_some_and(is_true))?;
            value(list(items))
        }),
        Some(_) => {
            let reverse = Value::Bool(args.get(2).is_some_and(is_true));
            let args = vec![args[0].clone(), args[1].clone(), reverse];
            Ok(NativeResult::Call(named("__python__sorted", ctx), args))
        }
    }
}

fn zip(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    if args.iter().any(iterators::comes_one_by_one) {
        return prelude("__python__zip", &mut [Value::array(args.to_vec())], ctx);
    }
    let mut rows = Vec::new();
    for arg in args.iter() {
        let message = || std::format!("'{}' object is not iterable", type_name(arg));
        rows.push(
            items_of(arg)
                .map_err(|_| raised("TypeError", &message()))?
                .into_iter(),
        );
    }
    let mut zipped = Vec::new();
    if !rows.is_empty() {
        while let Some(row) = rows
            .iter_mut()
            .map(Iterator::next)
            .collect::<Option<Vec<_>>>()
        {
            zipped.push(Value::tuple(row));
        }
    }
    value(list(zipped))
}

fn in_base(number: &Value, spec: &str) -> Outcome {
    match as_int(number) {
        Some(number) => value(format(&Value::Int(number), spec)?),
        None => {
            let found = type_name(number);
            let message = std::format!("'{found}' object cannot be interpreted as an integer");
            Err(raised("TypeError", &message))
        }
    }
}

/// Whether a value is of a class, or of one of several, each given by its name.
fn is_of(object: &Value, class: &Value) -> Result<bool, FaultKind> {
    if matches!(class, Value::Array(_) | Value::Collection(_)) {
        for class in items_of(class)? {
            if is_of(object, &class)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Value::Reference(class) = class
        && class.kind == Kind::Class
    {
        return Ok(match (object, &class.class) {
            (Value::Collection(contents), Some(class)) => {
                contents.class().is_some_and(|own| own.derives_from(class))
            }
            (Value::Reference(object), Some(class)) if object.kind == Kind::Instance => {
                (object.class.as_ref()).is_some_and(|own| own.derives_from(class))
            }
            (object, Some(class)) => {
                class
                    .error
                    .is_some_and(|error| error.name() == class.name.as_str())
                    && is_instance(object, class.name.as_str())
            }
            _ => false,
        });
    }
    let Some(name) = class.as_str() else {
        let message = "isinstance() arg 2 must be a type, a tuple of types, or a union";
        return Err(raised("TypeError", message));
    };
    let own = type_name(object);
    Ok(match object {
        _ if name == "object" => true,
        Value::Collection(contents) if contents.class().is_some() => name == "tuple",
        Value::Map(_) => is_instance(object, name),
        Value::Reference(reference) if reference.kind == Kind::Instance => {
            is_instance(object, name)
        }
        Value::Bool(_) => matches!(name, "bool" | "int"),
        _ => own == name,
    })
}

/// Where a slice of `count` items with this step begins, and before which item it ends.
fn slice_bounds(count: i64, (from, to): (Option<i64>, Option<i64>), step: i64) -> (i64, i64) {
    let (least, most) = match step > 0 {
        true => (0, count),
        false => (-1, count - 1),
    };
    let place = |at: i64| {
        let at = if at < 0 { at.saturating_add(count) } else { at };
        at.clamp(least, most)
    };
    let first = from.map_or(if step > 0 { 0 } else { count - 1 }, place);
    let end = to.map_or(if step > 0 { count } else { -1 }, place);
    (first, end)
}

fn slice(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    if instances::special(&args[0], "__sliced__").is_some() {
        return prelude("__python__slice", args, ctx);
    }
    let bound = |value: Option<&Value>| match value {
        None | Some(Value::Unit) => Ok(None),
        Some(value) => as_int(value).map(Some).ok_or_else(|| {
            raised(
                "TypeError",
                "slice indices must be integers or None or have an __index__ method",
            )
        }),
    };
    let (from, to, step) = (
        bound(args.get(1))?,
        bound(args.get(2))?,
        bound(args.get(3))?,
    );
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(raised("ValueError", "slice step cannot be zero"));
    }
    if let Value::Range(range) = &args[0] {
        let count = i64::try_from(range.len()).unwrap_or(i64::MAX);
        let (first, end) = slice_bounds(count, (from, to), step);
        let part = crate::value::Range {
            start: range.start + first * range.step,
            end: range.start + end * range.step,
            step: range.step.saturating_mul(step),
            inclusive: false,
        };
        return value(Value::Range(Arc::new(part)));
    }
    let text = as_text(&args[0]).map(std::borrow::Cow::into_owned);
    let items = match (&text, &args[0]) {
        (Some(text), _) => text.chars().map(Value::Char).collect(),
        (_, Value::Array(_) | Value::Reference(_) | Value::Collection(_) | Value::Range(_)) => {
            items_of(&args[0])?
        }
        (_, other) => {
            let message = std::format!("'{}' object is not subscriptable", type_name(other));
            return Err(raised("TypeError", &message));
        }
    };
    let count = items.len() as i64;
    let (first, end) = slice_bounds(count, (from, to), step);
    let mut chosen = Vec::new();
    let mut at = first;
    while if step > 0 { at < end } else { at > end } {
        chosen.push(items[at as usize].clone());
        at = at.saturating_add(step);
    }
    if text.is_some() {
        let text: String = chosen.iter().map(str).collect();
        return value(text);
    }
    match type_name(&args[0]).as_str() {
        "tuple" => value(Value::tuple(chosen)),
        "dict" | "set" => Err(raised("TypeError", "unhashable type: 'slice'")),
        "deque" => Err(raised(
            "TypeError",
            "sequence index must be integer, not 'slice'",
        )),
        _ => value(Value::reference(Collection::List(chosen), Pos::NONE)),
    }
}

/// The items of something, of which there must be so many; with two numbers, so many before and
/// behind a list of all others.
fn unpack(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    // What `wait` gives: two parts with names.
    if let Value::Map(parts) = &args[0]
        && let (Some(done), Some(rest)) = (
            parts.get("done"),
            parts.get("not_done").or_else(|| parts.get("pending")),
        )
    {
        let set = |part: &Value| -> Result<Value, FaultKind> {
            let items = Dict::set_of(items_of(part)?)?;
            Ok(Value::reference(Collection::Set(items), ctx.pos))
        };
        return value(Value::array(vec![set(done)?, set(rest)?]));
    }
    let is_iterable = iterators::comes_one_by_one(&args[0]) || items_of(&args[0]).is_ok();
    if !is_iterable {
        let found = type_name(&args[0]);
        let message = std::format!("cannot unpack non-iterable {found} object");
        return Err(raised("TypeError", &message));
    }
    each("unpack", args, ctx, |items, counts| {
        let wanted = counts.first().and_then(as_int).unwrap_or(0) as usize;
        let found = items.len();
        let Some(behind) = counts.get(1).and_then(as_int) else {
            if found > wanted {
                let message = std::format!("too many values to unpack (expected {wanted})");
                return Err(raised("ValueError", &message));
            }
            if found < wanted {
                let message =
                    std::format!("not enough values to unpack (expected {wanted}, got {found})");
                return Err(raised("ValueError", &message));
            }
            return value(Value::array(items));
        };
        let behind = behind as usize;
        if found < wanted + behind {
            let message = std::format!(
                "not enough values to unpack (expected at least {}, got {found})",
                wanted + behind
            );
            return Err(raised("ValueError", &message));
        }
        let mut parts = items[..wanted].to_vec();
        parts.push(list(items[wanted..found - behind].to_vec()));
        parts.extend_from_slice(&items[found - behind..]);
        value(Value::array(parts))
    })
}
