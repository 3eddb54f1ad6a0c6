//! Python's own operators and functions, for texts that begin with `import python;`.
//!
//! In reading order: `operators`, also what is true; `text`, values as `str`, `repr` and `format` show
//! them; `strings`, the methods of strings; `functions` and `math`, the built-in functions; `instances`, what is up
//! to the classes of the script; `iterators`, what comes one by one; `modules`, `processes` and
//! `twister`, what modules need. The names
//! are those of Python; in the table of names each stands behind `python.`, as `python.print`, so that
//! they are never taken for this language's own. A callback is called by the prelude.

mod functions;
mod instances;
mod iterators;
mod math;
mod modules;
mod operators;
mod processes;
mod strings;
mod text;
mod twister;

pub(super) use iterators::comes_one_by_one;
pub(super) use operators::{binary, unary, update};
pub(super) use strings::method;
pub(super) use twister::{draw, seeded};

use crate::value::{Class, FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

/// A native function of Python's.
type Native = fn(&mut [Value], &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind>;

/// One function: its name, the least and the greatest number of arguments, how it is carried out.
struct Row(&'static str, usize, usize, Native);

/// In the number of a function: that it is one of these.
const PYTHON: u32 = 1 << 30;

/// Any number of arguments.
const ANY: usize = usize::MAX;

fn rows() -> impl Iterator<Item = &'static Row> {
    (functions::ROWS.iter())
        .chain(instances::ROWS)
        .chain(iterators::ROWS)
        .chain(iterators::FROM_PRELUDE)
        .chain(math::ROWS)
        .chain(modules::ROWS)
        .chain(processes::ROWS)
}

/// The number of the function of this name; an error's class makes an error.
pub(super) fn native_index(name: &str) -> Option<u32> {
    let name = name.strip_prefix("python.")?;
    let place = rows().position(|row| row.0 == name);
    let error = || {
        let place = Class::ALL.iter().position(|class| class.name() == name)?;
        Some(rows().count() + place)
    };
    place.or_else(error).map(|place| place as u32 | PYTHON)
}

/// Calls the function of this number; nothing when it is none of these.
pub(super) fn call(
    native: u32,
    args: &mut [Value],
    ctx: &mut NativeCtx<'_>,
) -> Option<Result<NativeResult, FaultKind>> {
    // The highest bit marks functions that are awaited, none of which is Python's.
    if native & PYTHON == 0 || native >> 31 == 1 {
        return None;
    }
    let place = (native & !PYTHON) as usize;
    let count = rows().count();
    if let Some(class) = place.checked_sub(count) {
        let class = Class::ALL.get(class)?;
        return Some(Ok(NativeResult::Value(error_value(class.name(), args))));
    }
    let Row(name, least, most, run) = rows().nth(place)?;
    if !(*least..=*most).contains(&args.len()) {
        let given = args.len();
        let expected = match (least, most) {
            (least, most) if least == most => format!("exactly {least} argument{}", plural(*least)),
            (least, _) if given < *least => format!("at least {least} argument{}", plural(*least)),
            (_, most) => format!("at most {most} argument{}", plural(*most)),
        };
        let message = format!("{name}() takes {expected} ({given} given)");
        return Some(Err(raised("TypeError", &message)));
    }
    Some(run(args, ctx))
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// An error of the class of this name, as a script throws it, made with these arguments.
fn error_value(class: &str, args: &[Value]) -> Value {
    let message = match args {
        [] => String::new(),
        // The message of a KeyError is its key.
        [one] if class == "KeyError" => text::repr(one),
        [one] => text::str(one),
        several => text::repr(&Value::tuple(several.to_vec())),
    };
    let message = match (class, args) {
        ("OSError", [number, words]) => {
            format!("[Errno {}] {}", text::str(number), text::str(words))
        }
        _ => message,
    };
    let mut map = crate::value::Map::from([
        ("error".into(), Value::from(class)),
        ("message".into(), Value::from(message)),
        ("args".into(), Value::tuple(args.to_vec())),
    ]);
    // What some classes call their arguments.
    let names: &[&str] = match class {
        "StopIteration" => &["value"],
        "SystemExit" => &["code"],
        "OSError" => &["errno", "strerror"],
        _ => &[],
    };
    for (place, name) in names.iter().enumerate() {
        map.insert((*name).into(), args.get(place).cloned().unwrap_or_default());
    }
    Value::map(map)
}

/// The fault with Python's class and words.
fn raised(class: &str, message: &str) -> FaultKind {
    match Class::named(class) {
        Some(class) => FaultKind::raised(class, message, ""),
        None => FaultKind::Thrown(error_value(class, &[Value::from(message)])),
    }
}

/// What Python calls the type of a value.
fn type_name(value: &Value) -> String {
    match value {
        Value::Unit => "NoneType".into(),
        Value::Bool(_) => "bool".into(),
        Value::Int(_) => "int".into(),
        Value::Float(_) => "float".into(),
        Value::Char(_) | Value::Literal(_) | Value::Str(_) => "str".into(),
        Value::Array(_) => "tuple".into(),
        Value::Range(_) => "range".into(),
        Value::Function(_) => "function".into(),
        Value::Map(map) => match map.get("class").or_else(|| map.get("error")) {
            Some(class) => class_name(class),
            None => "dict".into(),
        },
        Value::Reference(one) if one.kind == crate::value::collection::Kind::Class => "type".into(),
        other => other.type_name(),
    }
}

/// The name of an error's class without its module, as `type(e).__name__` gives it.
fn class_name(class: &Value) -> String {
    let class = text::str(class);
    class.rsplit('.').next().unwrap_or_default().to_string()
}

/// The text of a string; a character is the string of it.
fn as_text(value: &Value) -> Option<std::borrow::Cow<'_, str>> {
    match value {
        Value::Char(character) => Some(character.to_string().into()),
        other => other.as_str().map(Into::into),
    }
}

/// The integer of an integer or a bool.
fn as_int(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(value) => Some(i64::from(*value)),
        other => other.as_int(),
    }
}

/// The number of an integer, a bool or a float.
fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        other => other.as_number(),
    }
}
