//! What the prelude's modules of Python's cannot do by themselves: `sys`, `logging`, `copy`, `dataclasses`,
//! named tuples and threads, in the order of the table. One file, as it is one list of rows.

use crate::value::FieldKind;
use std::sync::Arc;

use super::functions::{named, prelude};
use super::{ANY, Row, as_int, as_number, as_text, instances, raised, text, type_name};
use crate::library::methods::collection::{entries_of, items_of};
use crate::runtime::object::{Thread, ThreadLocal};
use crate::value::collection::{Kind, fixed_hash, hash};
use crate::value::{
    Collection, Dict, Fault, FaultKind, Function, Literal, Reference, UserClass, Value,
};
use crate::vm::{Intrinsic, NativeResult};

type Outcome = Result<NativeResult, FaultKind>;

pub(super) const ROWS: &[Row] = &[
    Row("write_error", 1, 1, |args, _| {
        let text = as_text(&args[0]).map(std::borrow::Cow::into_owned);
        let text = text.ok_or_else(|| {
            let found = type_name(&args[0]);
            raised(
                "TypeError",
                &format!("write() argument must be str, not {found}"),
            )
        })?;
        Ok(NativeResult::Intrinsic(Intrinsic::Note(text)))
    }),
    Row("print_error", 0, ANY, |args, ctx| {
        let (options, values) = match args {
            [values @ .., Value::Map(options)] if !options.contains_key("error") => {
                (options.clone(), &*values)
            }
            values => (Default::default(), &*values),
        };
        if (values.iter()).any(|value| instances::str(value, ctx).is_some()) {
            let args = vec![Value::array(values.to_vec()), Value::Map(options)];
            return Ok(NativeResult::Call(
                named("__python__print_error", ctx),
                args,
            ));
        }
        let option = |key: &str, usual: &str| match options.get(key) {
            None | Some(Value::Unit) => usual.to_string(),
            Some(value) => text::str(value),
        };
        let texts: Vec<String> = values.iter().map(text::str).collect();
        let line = [texts.join(&option("sep", " ")), option("end", "\n")].concat();
        Ok(NativeResult::Intrinsic(Intrinsic::Note(line)))
    }),
    Row("strftime", 1, 2, |args, _| {
        let format = text::str(&args[0]);
        let seconds = args.get(1).and_then(as_number).unwrap_or(0.0);
        value(Value::from(strftime(&format, seconds as i64)))
    }),
    Row("percent", 2, 3, |args, ctx| {
        let are_shown = args.len() == 3;
        if !are_shown && (instances::is_shown_by_script(&args[1]) || has_str(&args[1])) {
            return prelude("__python__percent", args, ctx);
        }
        let format = text::str(&args[0]);
        value(Value::from(text::percent(&format, &args[1], are_shown)?))
    }),
    Row("percent_kinds", 1, 1, |args, ctx| {
        let mut kinds = Dict::new();
        for (key, kind) in text::percent_kinds(&text::str(&args[0])) {
            kinds.insert(key, Value::from(kind.to_string()))?;
        }
        value(Value::reference(Collection::Dict(kinds), ctx.pos))
    }),
    Row("format_named", 2, 2, |args, _| {
        let mut named = crate::value::Map::new();
        for (key, value) in entries_of(&args[1])? {
            named.insert(text::str(&key).into(), value);
        }
        let format = text::str(&args[0]);
        value(Value::from(text::format_fields(
            &format,
            &[],
            Some(&named),
        )?))
    }),
    Row("error_text", 1, 1, |args, _| {
        let title = match &args[0] {
            Value::Error(fault) => fault.kind.title(),
            other => FaultKind::Thrown(other.clone()).title(),
        };
        value(Value::from(format!(
            "Traceback (most recent call last):\n{title}"
        )))
    }),
    Row("log_level", 1, 1, |args, _| {
        const LEVELS: [(&str, i64); 8] = [
            ("NOTSET", 0),
            ("DEBUG", 10),
            ("INFO", 20),
            ("WARNING", 30),
            ("WARN", 30),
            ("ERROR", 40),
            ("CRITICAL", 50),
            ("FATAL", 50),
        ];
        if let Some(level) = as_int(&args[0]) {
            return value(Value::Int(level));
        }
        let name = text::str(&args[0]);
        match LEVELS.iter().find(|(known, _)| *known == name) {
            Some((_, level)) => value(Value::Int(*level)),
            None => Err(raised(
                "ValueError",
                &format!("Unknown level: {}", text::repr(&args[0])),
            )),
        }
    }),
    Row("log_parent", 1, 1, |args, _| {
        let name = text::str(&args[0]);
        value(
            name.rsplit_once('.')
                .map_or(Value::Unit, |(parent, _)| Value::from(parent)),
        )
    }),
    Row("frozenset", 0, 1, |args, ctx| {
        let frozen = |items: Vec<Value>| -> Outcome {
            let items = Collection::Set(Dict::set_of(items)?);
            value(Value::Collection(Arc::new(items.into())))
        };
        match args.first() {
            None => frozen(Vec::new()),
            Some(Value::Collection(contents)) if matches!(***contents, Collection::Set(_)) => {
                value(args[0].clone())
            }
            Some(_) => super::functions::each("frozenset", args, ctx, |items, _| frozen(items)),
        }
    }),
    Row("maketrans", 1, 3, |args, _| {
        super::strings::maketrans(args).map(NativeResult::Value)
    }),
    Row("str_method", 2, ANY, |args, ctx| {
        // `str.upper` as a function.
        let name = text::str(&args[0]);
        let (receiver, rest) = (args[1].clone(), args[2..].to_vec());
        let _ = ctx;
        match super::method(&name, &receiver, &rest) {
            Some(done) => done.map(NativeResult::Value),
            None => Err(raised(
                "TypeError",
                &format!(
                    "descriptor '{name}' for 'str' objects doesn't apply to a '{}' object",
                    type_name(&receiver)
                ),
            )),
        }
    }),
    // As CPython makes a set of constants: as a constant, again as one, and then a copy.
    Row("constant_set", 1, 1, |args, ctx| {
        let first = Dict::set_of(items_of(&args[0])?)?;
        let second = Dict::set_of(first.keys().cloned().collect::<Vec<Value>>())?;
        value(Value::reference(
            Collection::Set(second.copied_set()?),
            ctx.pos,
        ))
    }),
    Row("hash", 1, 1, |args, _| {
        // A member of an enumeration of numbers has the hash of its number.
        let compared = match &args[0] {
            Value::Reference(one) => one.compared_value(),
            _ => None,
        };
        let of = compared.as_ref().unwrap_or(&args[0]);
        let kept = match fixed_hash(of) {
            Some(hash) => hash,
            None => hash(of)? as i64,
        };
        value(Value::Int(kept))
    }),
    // What a copy is made of.
    Row("is_reference", 1, 1, |args, _| {
        value(Value::Bool(
            matches!(&args[0], Value::Reference(one) if one.kind != Kind::Class),
        ))
    }),
    Row("is_instance", 1, 1, |args, _| {
        value(Value::Bool(instance(&args[0]).is_some()))
    }),
    Row("empty_copy", 1, 1, |args, ctx| {
        let copy = match &args[0] {
            Value::Reference(one) => match (one.kind, &one.class) {
                (Kind::Instance, Some(class)) => Value::Reference(class.instance(ctx.pos)),
                (Kind::List, _) => Value::reference(Collection::List(Vec::new()), ctx.pos),
                (Kind::Dict, _) => Value::reference(Collection::Dict(Dict::new()), ctx.pos),
                (Kind::Set, _) => Value::reference(Collection::Set(Dict::new_set()), ctx.pos),
                (Kind::Deque, _) => {
                    let limit = match &**one.load() {
                        Collection::Deque(_, limit) => *limit,
                        _ => None,
                    };
                    Value::reference(Collection::Deque(Default::default(), limit), ctx.pos)
                }
                _ => args[0].clone(),
            },
            other => other.clone(),
        };
        value(copy)
    }),
    Row("copy", 1, 1, |args, ctx| match &args[0] {
        Value::Reference(one) => match (one.kind, &one.class) {
            (Kind::Instance, Some(class)) => {
                let copy = class.instance(ctx.pos);
                if let Collection::Attributes(map) = &**one.load() {
                    for (name, value) in map.iter() {
                        copy.set_attribute(name, value.clone());
                    }
                }
                value(Value::Reference(copy))
            }
            (Kind::List | Kind::Dict | Kind::Deque, _) => {
                value(Value::reference((**one.load()).clone(), ctx.pos))
            }
            (Kind::Set, _) => match &**one.load() {
                Collection::Set(items) => value(Value::reference(
                    Collection::Set(items.copied_set()?),
                    ctx.pos,
                )),
                _ => value(args[0].clone()),
            },
            _ => value(args[0].clone()),
        },
        other => value(other.clone()),
    }),
    Row("tuple_like", 2, 2, |args, _| {
        let items = items_of(&args[1])?;
        value(match class_of_tuple(&args[0]) {
            Some(class) => named_tuple(&class, items),
            None => Value::tuple(items),
        })
    }),
    // Classes with fields.
    Row("named_tuple", 2, 2, |args, _| {
        let class = UserClass::of_value(&args[0])?;
        let items = items_of(&args[1])?;
        let wanted = class.fields().map_or(0, |fields| fields.names.len());
        if items.len() != wanted {
            let message = format!("Expected {wanted} arguments, got {}", items.len());
            return Err(raised("TypeError", &message));
        }
        value(named_tuple(&class, items))
    }),
    Row("field_of", 2, 2, |args, _| {
        let name = text::str(&args[1]);
        let field = match &args[0] {
            Value::Collection(contents) => contents.field(&name).cloned(),
            _ => None,
        };
        value(field.unwrap_or_default())
    }),
    Row("named_dict", 1, 1, |args, ctx| {
        let mut dict = Dict::new();
        if let Value::Collection(contents) = &args[0]
            && let Some(fields) = contents.class().and_then(|class| class.fields())
        {
            for (name, item) in fields.names.iter().zip(contents.items()) {
                dict.insert(Value::from(&**name), item)?;
            }
        }
        value(Value::reference(Collection::Dict(dict), ctx.pos))
    }),
    Row("set_fields", 2, 2, |args, _| {
        if let Value::Reference(instance) = &args[0] {
            for (name, item) in entries_of(&args[1])? {
                instance.set_attribute(&text::str(&name), item);
            }
        }
        value(Value::Unit)
    }),
    Row("is_dataclass", 1, 1, |args, _| {
        let is_one = match &args[0] {
            Value::Reference(one) => {
                let fields = one.class.as_ref().and_then(|class| class.fields());
                fields.is_some_and(|fields| fields.kind != FieldKind::Tuple)
            }
            _ => false,
        };
        value(Value::Bool(is_one))
    }),
    Row("has_fields", 1, 1, |args, _| {
        let has = instance(&args[0])
            .and_then(|one| one.class.as_ref())
            .is_some_and(|class| class.fields().is_some());
        value(Value::Bool(has))
    }),
    Row("field_names", 1, 1, |args, _| {
        let class = match &args[0] {
            Value::Reference(one) => one.class.clone(),
            _ => None,
        };
        let Some(fields) = class.as_ref().and_then(|class| class.fields()) else {
            let message = "must be called with a dataclass type or instance";
            return Err(raised("TypeError", message));
        };
        let names = fields.names.iter().map(|name| Value::from(&**name));
        value(Value::tuple(names.collect()))
    }),
    // A function as a class attribute that gets no instance: it counts as bound already.
    Row("static_method", 1, 1, |args, _| match &args[0] {
        Value::Function(function) => value(Value::Function(Arc::new(Function {
            this: Value::Bool(true),
            ..Function::clone(function)
        }))),
        other => value(other.clone()),
    }),
    Row("task_local", 0, 0, |_, ctx| {
        value(ctx.make(ThreadLocal::of_tasks()))
    }),
    // The default of a parameter for which a factory makes a value.
    Row("missing", 0, 0, |_, ctx| {
        let fault = Fault::new(raised("TypeError", "missing"), ctx.pos);
        value(Value::Error(Arc::new(fault)))
    }),
    Row("is_missing", 1, 1, |args, _| {
        value(Value::Bool(matches!(&args[0], Value::Error(_))))
    }),
    Row("instance_of", 1, ANY, |args, ctx| {
        let class = UserClass::of_value(&args[0])?;
        let made = class.instance(ctx.pos);
        if class.error.is_some() {
            made.set_error_arguments(args[1..].to_vec());
        }
        value(Value::Reference(made))
    }),
    Row("construct", 3, 3, |args, ctx| {
        prelude("__python__construct", args, ctx)
    }),
    Row("bases", 1, ANY, |args, _| {
        let bases: Result<Vec<_>, _> = args.iter().map(UserClass::of_value).collect();
        value(UserClass::merged(&bases?)?.to_value())
    }),
    Row("mro", 1, 1, |args, _| {
        let class = UserClass::of_value(&args[0])?;
        let object = UserClass::native(Literal::new("object"));
        let all = class.linearization().chain([&object]);
        value(Value::tuple(all.map(UserClass::to_value).collect()))
    }),
    // `super().name`: what the classes behind this one have, bound to the receiver.
    Row("super_of", 3, 3, |args, _| {
        let class = UserClass::of_value(&args[0])?;
        let name = text::str(&args[2]);
        let own = match &args[1] {
            Value::Reference(receiver) => receiver.class.clone(),
            _ => None,
        };
        let found = own.as_ref().and_then(|own| {
            let behind = own
                .linearization()
                .skip_while(|one| !one.is(&class))
                .skip(1);
            behind.filter_map(|one| one.methods.get(&*name)).next()
        });
        match found {
            Some(Value::Function(method)) => {
                let bound = crate::value::Function {
                    this: args[1].clone(),
                    ..crate::value::Function::clone(method)
                };
                value(Value::Function(Arc::new(bound)))
            }
            _ => value(Value::Unit),
        }
    }),
    Row("enum_value", 1, 1, |args, _| {
        let own = instance(&args[0]).and_then(|one| one.attribute("value"));
        value(own.unwrap_or_else(|| args[0].clone()))
    }),
    // What every class derives from does nothing; an error keeps its arguments.
    Row("set_error_args", 2, 2, |args, _| {
        if let Some(one) = instance(&args[0])
            && one
                .class
                .as_ref()
                .is_some_and(|class| class.error.is_some())
        {
            one.set_error_arguments(items_of(&args[1])?);
        }
        value(Value::Unit)
    }),
    Row("set_shown", 2, 2, |args, _| {
        if let Value::Reference(error) = &args[0] {
            error.set_attribute(crate::value::SHOWN, args[1].clone());
        }
        value(Value::Unit)
    }),
    // An error from a class of errors, or the error itself.
    Row("as_error", 1, 1, |args, ctx| match &args[0] {
        Value::Reference(one) if one.kind == Kind::Class => Ok(NativeResult::CallAny(
            args[0].clone(),
            Vec::new(),
            Vec::new(),
        )),
        other => {
            let _ = ctx;
            value(other.clone())
        }
    }),
    Row("returned", 1, 1, |args, _| {
        let kind = match &args[0] {
            Value::Error(fault) => &fault.kind,
            _ => return value(Value::Unit),
        };
        let args = match kind {
            FaultKind::Thrown(Value::Map(map)) => map.get("args").cloned(),
            FaultKind::Thrown(Value::Reference(error)) => error.attribute("args"),
            _ => None,
        };
        let first = args.and_then(|args| args.row()?.first().cloned());
        value(first.unwrap_or_default())
    }),
    // An error with what it was raised from, and while which one was handled.
    Row("raised_from", 4, 4, |args, _| value(with_cause(args))),
    Row("error_part", 2, 2, |args, _| {
        let name = text::str(&args[1]);
        // What the prelude has caught is the fault itself.
        let error = match &args[0] {
            Value::Error(fault) => fault.to_python_value(),
            other => other.clone(),
        };
        let found = match &error {
            Value::Map(map) => map.get(&*name).cloned(),
            Value::Reference(error) => error.attribute(&name),
            _ => None,
        };
        value(found.unwrap_or(match &*name {
            "__suppress_context__" => Value::Bool(false),
            _ => Value::Unit,
        }))
    }),
    Row("thread_instance", 1, 1, |args, _| {
        let receiver = match &args[0] {
            Value::Object(object) => object.change(|thread: &mut Thread| thread.receiver()),
            _ => None,
        };
        let is_thread = |value: &Value| {
            instance(value)
                .and_then(|one| one.class.as_ref())
                .is_some_and(|class| class.is_named("Thread"))
        };
        value(match receiver.flatten() {
            Some(receiver) if is_thread(&receiver) => receiver,
            _ => args[0].clone(),
        })
    }),
];

fn value(value: Value) -> Outcome {
    Ok(NativeResult::Value(value))
}

fn instance(value: &Value) -> Option<&Arc<Reference>> {
    match value {
        Value::Reference(one) if one.kind == Kind::Instance => Some(one),
        _ => None,
    }
}

fn has_str(value: &Value) -> bool {
    let items = items_of(value).unwrap_or_default();
    items
        .iter()
        .chain([value])
        .any(|one| instances::special(one, "__str__").is_some())
}

fn named_tuple(class: &Arc<UserClass>, items: Vec<Value>) -> Value {
    Value::Collection(Arc::new(Collection::Named(items, class.clone()).into()))
}

fn class_of_tuple(value: &Value) -> Option<Arc<UserClass>> {
    match value {
        Value::Collection(contents) => contents.class().cloned(),
        _ => None,
    }
}

/// The error with its cause and its context; `()` for a cause says that there was none to name.
fn with_cause(args: &[Value]) -> Value {
    let [error, cause, context, suppresses] = args else {
        return Value::Unit;
    };
    let error = match error {
        Value::Error(fault) => Fault::to_python_value(fault),
        other => other.clone(),
    };
    let parts = [
        ("__cause__", cause.clone()),
        ("__context__", context.clone()),
        ("__suppress_context__", suppresses.clone()),
    ];
    match error {
        Value::Map(mut map) => {
            let own = Arc::make_mut(&mut map);
            for (name, part) in parts {
                own.insert(name.into(), part);
            }
            Value::Map(map)
        }
        Value::Reference(error) => {
            for (name, part) in parts {
                error.set_attribute(name, part);
            }
            Value::Reference(error)
        }
        other => other,
    }
}

/// A moment, in seconds since 1970, as text. The calendar is Gregorian, the zone UTC. Source: Hinnant,
/// "chrono-compatible low-level date algorithms" (2013).
fn strftime(format: &str, seconds: i64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    const DAYS: [&str; 7] = [
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
    ];
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    let month_name = MONTHS[(month - 1).rem_euclid(12) as usize];
    let day_name = DAYS[day.rem_euclid(7) as usize];
    let mut out = String::new();
    let mut signs = format.chars();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            out.push(sign);
            continue;
        }
        match signs.next() {
            Some('Y') => out.push_str(&format!("{year:04}")),
            Some('y') => out.push_str(&format!("{:02}", year.rem_euclid(100))),
            Some('m') => out.push_str(&format!("{month:02}")),
            Some('d') => out.push_str(&format!("{day_of_month:02}")),
            Some('H') => out.push_str(&format!("{hour:02}")),
            Some('I') => out.push_str(&format!("{:02}", (hour + 11) % 12 + 1)),
            Some('M') => out.push_str(&format!("{minute:02}")),
            Some('S') => out.push_str(&format!("{second:02}")),
            Some('p') => out.push_str(if hour < 12 { "AM" } else { "PM" }),
            Some('B') => out.push_str(month_name),
            Some('b') => out.push_str(&month_name[..3]),
            Some('A') => out.push_str(day_name),
            Some('a') => out.push_str(&day_name[..3]),
            Some('X' | 'T') => out.push_str(&format!("{hour:02}:{minute:02}:{second:02}")),
            Some('x' | 'D') => {
                let year = year.rem_euclid(100);
                out.push_str(&format!("{month:02}/{day_of_month:02}/{year:02}"));
            }
            Some('F') => out.push_str(&format!("{year:04}-{month:02}-{day_of_month:02}")),
            Some('c') => out.push_str(&format!(
                "{} {} {day_of_month:>2} {hour:02}:{minute:02}:{second:02} {year:04}",
                &day_name[..3],
                &month_name[..3]
            )),
            Some('%') => out.push('%'),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
            None => out.push('%'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_shown_as_python_shows_them() {
        assert_eq!(strftime("%Y-%m-%d %H:%M:%S", 0), "1970-01-01 00:00:00");
        assert_eq!(
            strftime("%a %b %d %X %Y|%I %p|%y|%%", 1_709_210_096),
            "Thu Feb 29 12:34:56 2024|12 PM|24|%"
        );
        assert_eq!(strftime("%F", -1), "1969-12-31");
    }
}
