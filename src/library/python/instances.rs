//! What Python calls of a class of the script's by itself: `__str__` for `str(x)`, `__len__` for `len(x)`.
//!
//! A native function cannot call the script back, so it has the machine do so in its place; what has to be
//! looked into first, a list of such instances, is gone through by the prelude.

use std::collections::HashSet;
use std::sync::Arc;

use super::functions::{named, prelude};
use super::{ANY, Row, raised, text, type_name};
use crate::library::methods::collection::items_of;
use crate::value::collection::Kind;
use crate::value::object::Verb;
use crate::value::{
    Class, Collection, Dict, FaultKind, Function, Literal, Map, UserClass, Value, shown_name,
};
use crate::vm::{NativeCtx, NativeResult};

type Outcome = Result<NativeResult, FaultKind>;

pub(super) const ROWS: &[Row] = &[
    Row("call_with", 3, 3, call_with),
    Row("merged", 0, ANY, merged),
    Row("updated", 2, 2, |args, ctx| {
        let mut all = Dict::new();
        for arg in args.iter() {
            for (key, value) in entries(arg)? {
                all.insert(key, value)?;
            }
        }
        let all = Value::reference(Collection::Dict(all), ctx.pos);
        Ok(NativeResult::Value(all))
    }),
    // The arguments of a caught error.
    Row("args_of", 1, 1, |args, _| {
        let own = match &args[0] {
            Value::Map(map) => map.get("args").cloned(),
            Value::Reference(error) => error.attribute("args"),
            _ => None,
        };
        if let Some(own) = own {
            return Ok(NativeResult::Value(own));
        }
        let message = text::str(&args[0]);
        if type_name(&args[0]) == "KeyError" {
            return Err(raised(
                "AttributeError",
                "the key of this error is not kept here",
            ));
        }
        let args = if message.is_empty() {
            Vec::new()
        } else {
            vec![Value::from(message)]
        };
        Ok(NativeResult::Value(Value::tuple(args)))
    }),
    Row("raise", 2, 2, |args, _| {
        Err(raised(&text::str(&args[0]), &text::str(&args[1])))
    }),
    Row("hasattr_data", 1, 1, |args, _| {
        let has = matches!(&args[0], Value::Reference(one) if one.attribute("data").is_some());
        Ok(NativeResult::Value(Value::Bool(has)))
    }),
    // A pattern of so many items: a list or a tuple, and no text.
    Row("is_row", 3, 3, |args, _| {
        let count = match &args[0] {
            Value::Array(items) => Some(items.len()),
            other => (other.collection()).and_then(|contents| match &**contents {
                Collection::List(items)
                | Collection::Tuple(items)
                | Collection::Named(items, _) => Some(items.len()),
                Collection::Deque(items, _) => Some(items.len()),
                _ => None,
            }),
        };
        let wanted = args[1].as_int().unwrap_or(0) as usize;
        let takes_more = matches!(args[2], Value::Bool(true));
        let fits = count.is_some_and(|count| count == wanted || takes_more && count > wanted);
        Ok(NativeResult::Value(Value::Bool(fits)))
    }),
    Row("class_of_errors", 1, 1, |args, _| {
        let class = class_given(&args[0])?;
        Ok(NativeResult::Value(class.to_value()))
    }),
    // An error that the prelude has caught, as code of Python's gets it.
    Row("caught", 1, 1, |args, _| {
        Ok(NativeResult::Value(match &args[0] {
            Value::Error(fault) => fault.to_python_value(),
            other => other.clone(),
        }))
    }),
    Row("error_class", 1, 1, |args, _| {
        let class = match &args[0] {
            Value::Reference(reference) => reference.class.clone(),
            other => Class::named(&type_name(other)).map(UserClass::of_error),
        };
        Ok(NativeResult::Value(
            class.map_or(Value::Unit, |class| class.to_value()),
        ))
    }),
    Row("name_of", 1, 1, |args, _| match &args[0] {
        Value::Function(function) => {
            let name = function.name.as_str();
            let name = name.strip_prefix("python.").unwrap_or(name);
            let name = match name {
                "closure" => "<lambda>",
                name => shown_name(name),
            };
            Ok(NativeResult::Value(Value::from(name)))
        }
        Value::Reference(reference) if reference.kind == Kind::Class => {
            let name = reference.class.as_ref().map(|class| class.name);
            Ok(NativeResult::Value(
                name.map_or(Value::Unit, Value::Literal),
            ))
        }
        other => Err(no_attribute(other, "__name__")),
    }),
    Row("class_of", 1, 1, |args, ctx| match &args[0] {
        Value::Reference(reference) if reference.kind == Kind::Instance => {
            let class = reference.class.as_ref().map(UserClass::to_value);
            Ok(NativeResult::Value(class.unwrap_or_default()))
        }
        Value::Collection(contents) if contents.class().is_some() => {
            let class = contents.class().map(UserClass::to_value);
            Ok(NativeResult::Value(class.unwrap_or_default()))
        }
        other => {
            let name = type_name(other);
            if let Some(class) = Class::named(&name) {
                return Ok(NativeResult::Value(UserClass::of_error(class).to_value()));
            }
            let own = match &*name {
                "list" | "dict" | "set" | "tuple" | "deque" => name,
                "int" | "float" | "str" | "bool" | "frozenset" => format!("python.{name}"),
                _ => {
                    let message = format!("the class of '{name}' is no value here");
                    return Err(raised("TypeError", &message));
                }
            };
            Ok(NativeResult::Value(Value::Function(named(&own, ctx))))
        }
    }),
    Row("is_same_class", 2, 2, |args, _| {
        let class = |value: &Value| match value {
            Value::Reference(reference) if reference.kind == Kind::Instance => {
                reference.class.clone()
            }
            _ => None,
        };
        let is_same = match (class(&args[0]), class(&args[1])) {
            (Some(one), Some(other)) => one.is(&other),
            _ => false,
        };
        Ok(NativeResult::Value(Value::Bool(is_same)))
    }),
    Row("issubclass", 2, 2, |args, _| {
        let classes = match &args[1] {
            Value::Array(classes) => classes.to_vec(),
            one => vec![one.clone()],
        };
        let own = class_given(&args[0])?;
        for class in classes {
            if own.derives_from(&class_given(&class)?) {
                return Ok(NativeResult::Value(Value::Bool(true)));
            }
        }
        Ok(NativeResult::Value(Value::Bool(false)))
    }),
    Row("wraps", 2, 2, |args, _| {
        let name = match &args[0] {
            Value::Function(function) => function.name,
            other => Literal::new(&type_name(other)),
        };
        match &args[1] {
            Value::Function(function) => {
                let function = Function {
                    name,
                    ..Function::clone(function)
                };
                Ok(NativeResult::Value(Value::Function(Arc::new(function))))
            }
            other => Ok(NativeResult::Value(other.clone())),
        }
    }),
    // A function that takes attributes.
    Row("attributed", 1, 1, |args, ctx| {
        let Value::Function(function) = &args[0] else {
            return Ok(NativeResult::Value(args[0].clone()));
        };
        let name = Literal::new("function");
        let (methods, own) = (Map::new(), Map::new());
        let class = UserClass::new(name, &Value::Unit, methods, own, ctx.pos, false)?;
        let function = function.with_attributes(class.instance(ctx.pos));
        Ok(NativeResult::Value(Value::Function(Arc::new(function))))
    }),
    Row("cached", 1, 2, |args, ctx| {
        let size = args.get(1).cloned().unwrap_or_default();
        prelude("__python__cached", &mut [args[0].clone(), size], ctx)
    }),
    Row("thread_class", 0, 0, |args, ctx| {
        prelude("__python__thread_class", args, ctx)
    }),
    Row("hasattr", 2, 2, |args, ctx| {
        let name = text::str(&args[1]);
        if special(&args[0], "__getattr__").is_some() {
            return prelude("__python__hasattr", args, ctx);
        }
        let has = match &args[0] {
            Value::Function(function) => {
                (function.holder()).is_some_and(|holder| holder.attribute(&name).is_some())
            }
            Value::Reference(reference) => {
                reference.attribute(&name).is_some()
                    || reference.class.as_ref().is_some_and(|class| {
                        class.method(&name).is_some() || class.with_attribute(&name).is_some()
                    })
            }
            Value::Map(map) => map.contains_key(&*name),
            Value::Collection(contents) => {
                contents.field(&name).is_some()
                    || (contents.class()).is_some_and(|class| class.method(&name).is_some())
            }
            Value::Object(object) => match object.state().property(&name, ctx.task) {
                Some(found) => found.is_ok(),
                None => Verb::named(&name)
                    .is_some_and(|verb| verb.kinds().any(|kind| kind == object.kind())),
            },
            other => return Err(no_attribute(other, &name)),
        };
        Ok(NativeResult::Value(Value::Bool(has)))
    }),
];

/// A class as a value, or one of Python's classes of errors by its name.
fn class_given(value: &Value) -> Result<Arc<UserClass>, FaultKind> {
    match value.as_str().and_then(Class::named) {
        Some(class) => Ok(UserClass::of_error(class)),
        None => UserClass::of_value(value),
    }
}

fn no_attribute(value: &Value, name: &str) -> FaultKind {
    let message = format!("'{}' object has no attribute '{name}'", type_name(value));
    raised("AttributeError", &message)
}

/// `call_with(f, args, named)`
fn call_with(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    let mut items = items_of(&args[1])?;
    let mut named: Vec<(Box<str>, Value)> = Vec::new();
    for (name, value) in entries(&args[2])? {
        match name.as_str() {
            Some(name) => named.push((name.into(), value)),
            None => return Err(raised("TypeError", "keywords must be strings")),
        }
    }
    if matches!(&args[0], Value::Function(function) if function.name.as_str() == "python.print") {
        // Its options are a map here.
        let mut options = Map::new();
        for (name, value) in named.drain(..) {
            match &*name {
                "sep" | "end" => _ = options.insert((&*name).into(), value),
                "flush" => {}
                _ => {
                    return Err(raised(
                        "TypeError",
                        &format!("print() takes no `{name}=` here"),
                    ));
                }
            }
        }
        items.push(Value::map(options));
    }
    if let Value::Function(function) = &args[0]
        && let Some(name) = function.name.as_str().strip_prefix("python.")
        && !named.is_empty()
    {
        place_by_names(name, &mut items, &mut named)?;
    }
    if matches!(&args[0], Value::Function(function) if function.name.as_str() == "dict") {
        // Its names are its keys.
        let mut dict = Dict::new();
        for item in &items {
            for (key, value) in crate::library::methods::collection::entries_of(item)? {
                dict.insert(key, value)?;
            }
        }
        for (name, value) in named {
            dict.insert(Value::from(&*name), value)?;
        }
        return Ok(NativeResult::Value(Value::reference(
            Collection::Dict(dict),
            ctx.pos,
        )));
    }
    Ok(NativeResult::CallAny(args[0].clone(), items, named))
}

/// Finds the places of arguments with names in a call of a built-in function.
fn place_by_names(
    function: &str,
    items: &mut Vec<Value>,
    named: &mut Vec<(Box<str>, Value)>,
) -> Result<(), FaultKind> {
    let parameters: &[&str] = match function {
        "sorted" => &["iterable", "key", "reverse"],
        "int" => &["x", "base"],
        "sum" => &["iterable", "start"],
        "enumerate" => &["iterable", "start"],
        "round" => &["number", "ndigits"],
        "pow" => &["base", "exp", "mod"],
        "min" | "max" => {
            let mut options = Map::new();
            for (name, value) in named.drain(..) {
                options.insert(name, value);
            }
            if items.len() > 1 {
                let all = Value::array(std::mem::take(items));
                items.push(all);
            }
            items.push(Value::map(options));
            return Ok(());
        }
        _ => return Ok(()),
    };
    for (name, value) in named.drain(..) {
        let Some(place) = parameters.iter().position(|one| **one == *name) else {
            let message = format!("'{name}' is an invalid keyword argument for {function}()");
            return Err(raised("TypeError", &message));
        };
        if items.len() <= place {
            items.resize(place + 1, Value::Unit);
        }
        items[place] = value;
    }
    Ok(())
}

/// The dict of the entries of all.
fn merged(args: &mut [Value], ctx: &mut NativeCtx<'_>) -> Outcome {
    let mut all = Dict::new();
    for arg in args.iter() {
        for (key, value) in entries(arg)? {
            if all.insert(key.clone(), value)?.is_some() {
                let message = format!(
                    "got multiple values for keyword argument {}",
                    text::repr(&key)
                );
                return Err(raised("TypeError", &message));
            }
        }
    }
    Ok(NativeResult::Value(Value::reference(
        Collection::Dict(all),
        ctx.pos,
    )))
}

fn entries(dict: &Value) -> Result<Vec<(Value, Value)>, FaultKind> {
    match dict.collection().as_deref().map(|contents| &**contents) {
        Some(Collection::Dict(dict)) => {
            let entries = dict.entries();
            Ok(entries
                .map(|entry| (entry.key.clone(), entry.value.clone()))
                .collect())
        }
        _ => Err(raised("TypeError", "argument after ** must be a mapping")),
    }
}

/// The method of this name that an instance of a class of the script's has.
pub(super) fn special(value: &Value, name: &str) -> Option<Arc<Function>> {
    match value {
        Value::Reference(reference) => reference.method(name),
        _ => None,
    }
}

/// The operator that the left or else the right operand has by its class.
pub(super) fn operator(args: &[Value], own: &str, reflected: &str) -> Option<Outcome> {
    let (left, right) = (args[0].clone(), args[1].clone());
    let (method, this, other) = match special(&left, own) {
        Some(method) => (method, left, right),
        None => (special(&right, reflected)?, right, left),
    };
    Some(Ok(NativeResult::CallOn(this, method, vec![other])))
}

/// Whether one of the items is an instance whose class says what comes first.
pub(super) fn are_ordered_by_script(items: &Value) -> bool {
    let is_ordered =
        |item: &Value| special(item, "__lt__").is_some() || special(item, "__gt__").is_some();
    matches!(
        items,
        Value::Reference(_) | Value::Collection(_) | Value::Array(_)
    ) && items_of(items).is_ok_and(|items| items.iter().any(is_ordered))
}

/// Whether something in a collection is an instance whose class says what is equal to it.
pub(super) fn holds_compared_by_script(items: &Value) -> bool {
    matches!(
        items,
        Value::Reference(_) | Value::Collection(_) | Value::Array(_)
    ) && items_of(items)
        .is_ok_and(|items| items.iter().any(|item| special(item, "__eq__").is_some()))
}

/// Calls the first of these methods that an instance has.
pub(super) fn call_special(value: &Value, names: &[&str]) -> Option<NativeResult> {
    let method = names.iter().find_map(|name| special(value, name))?;
    Some(NativeResult::CallOn(value.clone(), method, Vec::new()))
}

/// Whether `repr` of this, or of something in it, is up to the script.
pub(super) fn is_shown_by_script(value: &Value) -> bool {
    let is_open = |value: &Value| {
        matches!(
            value,
            Value::Reference(_) | Value::Collection(_) | Value::Array(_)
        )
    };
    if !is_open(value) {
        return false;
    }
    let mut seen = HashSet::new();
    let mut left = vec![value.clone()];
    while let Some(value) = left.pop() {
        if special(&value, "__repr__").is_some() {
            return true;
        }
        let items = match &value {
            Value::Reference(reference) => {
                let is_object = matches!(reference.kind, Kind::Instance | Kind::Class);
                if is_object || !seen.insert(Arc::as_ptr(&reference.contents) as usize) {
                    continue;
                }
                match &**reference.load() {
                    Collection::Dict(dict) if reference.kind != Kind::Keys => {
                        let parts = dict.entries();
                        parts
                            .flat_map(|entry| [entry.key.clone(), entry.value.clone()])
                            .collect()
                    }
                    _ => reference.items(),
                }
            }
            other => items_of(other).unwrap_or_default(),
        };
        left.extend(items.into_iter().filter(is_open));
    }
    false
}

/// `str(value)` where that is up to the script.
pub(super) fn str(value: &Value, ctx: &NativeCtx<'_>) -> Option<Outcome> {
    let is_error = matches!(value, Value::Reference(one) if one.error_message().is_some());
    match call_special(value, &["__str__"]) {
        Some(call) => Some(Ok(call)),
        // An error shows its message, whatever its `__repr__`.
        None if is_error => None,
        None => repr(value, ctx),
    }
}

/// The same for `repr`.
pub(super) fn repr(value: &Value, ctx: &NativeCtx<'_>) -> Option<Outcome> {
    if let Some(call) = call_special(value, &["__repr__"]) {
        return Some(Ok(call));
    }
    is_shown_by_script(value).then(|| {
        let function = named("__python__repr", ctx);
        Ok(NativeResult::Call(function, vec![value.clone()]))
    })
}

/// Refuses what would have to call `__str__` or `__repr__` in the middle of something else.
///
/// # Errors
/// The value, or something in it, is shown by the script.
pub(super) fn check_plain(value: &Value, what: &str) -> Result<(), FaultKind> {
    let items = match value {
        Value::Collection(_) => items_of(value)?,
        _ => Vec::new(),
    };
    let mut all = items.iter().chain([value]);
    match all.any(|one| special(one, "__str__").is_some()) || is_shown_by_script(value) {
        false => Ok(()),
        true => Err(FaultKind::raised(
            Class::TypeError,
            &format!("{what} does not call `__str__` or `__repr__` here"),
            "use an f-string, or `str(x)`",
        )),
    }
}
