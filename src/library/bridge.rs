//! Rhai's own native functions, for everything that is not written natively here.
//!
//! It calls them and it describes them, from what Rhai says of each. Longer than most files because
//! it is the only one of the library that names `rhai`. A value crosses by conversion, which costs about
//! 20 ns for a scalar and more for what it contains; so what is hot is written natively. Functions
//! and objects of ours cross as closed boxes: Rhai can store them in an array but not call them.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::packages::{Package, StandardPackage};
use rhai::{
    AST, Caches, Dynamic, Engine, EvalAltResult, EvalContext, FnPtr, GlobalRuntimeState, Scope,
};

use crate::value::budget::{Writing, charge, exhausted, reserve};
use crate::value::{FaultKind, Foreign, Map, Range, Value};

use super::limits;
use super::operators::unknown;

/// Functions of Rhai's that would go past the virtual machine, because they block, end the script or
/// print, and those of tags, which values do not carry here.
pub(super) const REFUSED: &[&str] = &[
    "exit", "sleep", "print", "debug", "eval", "call", "curry", "tag", "set_tag", "get$tag",
    "set$tag",
];

/// Functions of Rhai's that make as many bytes as one of their arguments says.
const MAKES_LARGE: [&str; 2] = ["blob", "pad"];

const GATHER: &str = "let items = []; for item in source { items.push(item); } items";

/// A set of Rhai's functions. Making one takes a few milliseconds, so it is made when the first
/// function is needed; each worker has its own.
pub(super) struct Bridge {
    engine: Engine,
    /// Gathers what an iterator gives.
    gather: AST,
    global: GlobalRuntimeState,
    caches: Caches,
}

impl Bridge {
    /// The standard functions.
    pub(super) fn new() -> Self {
        let mut engine = Engine::new_raw();
        engine.register_global_module(StandardPackage::new().as_shared_module());
        // Rhai's functions look at these before they make something: a blob, a padded text.
        engine.set_max_array_size(limits::MAX_ARRAY_ITEMS);
        engine.set_max_string_size(limits::MAX_STRING_BYTES);
        let global = engine.new_global_runtime_state();
        // It does compile: a test gathers.
        let gather = engine.compile(GATHER).unwrap_or_default();
        Self {
            engine,
            gather,
            global,
            caches: Caches::new(),
        }
    }

    /// Calls the function `name`. When `changes_first`, the first argument gets what the function
    /// made of it.
    ///
    /// # Errors
    /// [`FaultKind::UnknownFunction`] when there is none for these types, or the function's.
    pub(super) fn call(
        &mut self,
        name: &str,
        args: &mut [&mut Value],
        changes_first: bool,
    ) -> Result<Value, FaultKind> {
        let refuse = |args: &[&mut Value]| {
            let args: Vec<&Value> = args.iter().map(|arg| &**arg).collect();
            unknown(name, &args, None)
        };
        if REFUSED.contains(&name) {
            return Err(refuse(args));
        }
        let mut crossing = Crossing {
            function: name,
            items: 0,
            writing: Writing::default(),
        };
        let dynamics: Result<Vec<Dynamic>, _> =
            args.iter().map(|arg| crossing.dynamic(arg, 0)).collect();
        let mut dynamics = dynamics?;
        if MAKES_LARGE.contains(&name) {
            let sizes = args
                .iter()
                .filter_map(|arg| usize::try_from(arg.as_int()?).ok());
            // Rhai itself refuses what is larger than anything may be.
            let sizes = sizes.filter(|size| *size <= limits::MAX_STRING_BYTES);
            // It is made once, and copied once.
            reserve(sizes.max().unwrap_or(0).saturating_mul(2))?;
        }
        let mut references: Vec<&mut Dynamic> = dynamics.iter_mut().collect();
        let mut scope = Scope::new();
        let result = EvalContext::new(
            &self.engine,
            &mut self.global,
            &mut self.caches,
            &mut scope,
            None,
        )
        .call_native_fn_raw(name, changes_first, &mut references);
        let value = match result {
            Ok(value) => self.gathered(value),
            Err(error) => {
                return Err(match *error {
                    EvalAltResult::ErrorFunctionNotFound(..) => refuse(args),
                    error => fault(error),
                });
            }
        };
        if changes_first
            && let (Some(first), Some(changed)) = (args.first_mut(), dynamics.into_iter().next())
        {
            **first = from_dynamic(changed, &self.engine);
        }
        Ok(value)
    }
}

impl Bridge {
    /// A result as one of our values: an array of the items where it is one of Rhai's iterators, as
    /// of `n.bits(0..8)`, which only Rhai could go through.
    fn gathered(&self, value: Dynamic) -> Value {
        match from_dynamic(value.clone(), &self.engine) {
            Value::Foreign(foreign) => {
                let mut scope = Scope::new();
                scope.push_dynamic("source", value);
                let items = (self.engine)
                    .eval_ast_with_scope::<Dynamic>(&mut scope, &self.gather)
                    .map(|items| from_dynamic(items, &self.engine));
                items.unwrap_or(Value::Foreign(foreign))
            }
            value => value,
        }
    }
}

impl Default for Bridge {
    fn default() -> Self {
        Self::new()
    }
}

/// One of Rhai's own functions, all its forms together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridged {
    /// For a method, the type of its receiver as the catalogue has it: `blob`, `i64`.
    pub receiver: Option<&'static str>,
    /// The name.
    pub name: String,
    /// The ways to call it, as they are typed: `blob.truncate(len)`.
    pub usages: Vec<String>,
    /// What it does, in Rhai's own words; empty where Rhai has none.
    pub summary: String,
}

/// All of Rhai's functions that a script reaches, by receiver and name. Operators are left out, and
/// forms for number types that a script has no literals of. Takes some milliseconds.
pub fn bridged() -> Vec<Bridged> {
    let mut found: BTreeMap<(Option<&'static str>, String), Bridged> = BTreeMap::new();
    let mut functions = Bridge::new().engine.collect_fn_metadata(
        None,
        |info| {
            let function = info.metadata;
            let name = function.name.to_string();
            let params = function.params_info.iter().map(ToString::to_string);
            let comment: String = function
                .comments
                .iter()
                .map(|part| format!("{part}\n"))
                .collect();
            Some((name, params.collect::<Vec<_>>(), comment))
        },
        true,
    );
    functions.sort();
    for (name, params, comment) in functions {
        let is_name = name.starts_with(char::is_alphabetic) && !name.contains('$');
        let params: Option<Vec<(&str, &'static str)>> =
            params.iter().map(|text| param(text)).collect();
        let Some(params) = params.filter(|_| is_name && !REFUSED.contains(&name.as_str())) else {
            continue;
        };
        let receiver = params.first().map(|(_, of)| *of).filter(|of| *of != "any");
        let (before, rest) = match receiver {
            Some(receiver) => (format!("{receiver}."), &params[1..]),
            None => (String::new(), &params[..]),
        };
        let names: Vec<&str> = rest.iter().map(|(name, _)| *name).collect();
        let usage = format!("{before}{name}({})", names.join(", "));
        let one = found
            .entry((receiver, name.clone()))
            .or_insert_with(|| Bridged {
                receiver,
                name,
                usages: Vec::new(),
                summary: String::new(),
            });
        if !one.usages.contains(&usage) {
            one.usages.push(usage);
        }
        if one.summary.is_empty() {
            one.summary = first_paragraph(&comment);
        }
    }
    found.into_values().collect()
}

/// A parameter's name and type as Rhai writes them, `blob: &mut Blob`, with the type as the
/// catalogue has it; nothing for a type that scripts have no values of.
fn param(text: &str) -> Option<(&str, &'static str)> {
    let (name, of) = text.split_once(": ")?;
    let of = match of.trim_start_matches("&mut ").trim() {
        "INT" | "i64" => "i64",
        "FLOAT" | "f64" => "f64",
        "bool" => "bool",
        "char" => "char",
        "&str" | "ImmutableString" => "string",
        "Array" => "array",
        "Map" => "map",
        "Blob" => "blob",
        "ExclusiveRange" | "InclusiveRange" => "range",
        "FnPtr" => "Fn",
        "Dynamic" => "any",
        _ => return None,
    };
    Some((name.trim_start_matches("mut ").trim_start_matches('_'), of))
}

/// The first paragraph of a documentation comment, in one line.
fn first_paragraph(comment: &str) -> String {
    let lines = comment
        .lines()
        .map(|line| line.trim_start_matches('/').trim());
    let lines: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// A value of ours inside one of Rhai's arrays.
#[derive(Clone)]
struct Closed(Value);

/// A value of Rhai's that we know nothing of: a timestamp.
struct Unknown {
    value: Dynamic,
    type_name: String,
}

impl Foreign for Unknown {
    fn type_name(&self) -> String {
        self.type_name.clone()
    }

    fn text(&self) -> String {
        self.value.to_string()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// How deep values may stand in each other for Rhai's functions, which recurse through them.
const MAX_NESTING: usize = 200;

/// About what a value of Rhai's takes.
const DYNAMIC_BYTES: usize = 4 * size_of::<Dynamic>();

/// Values on their way to one of Rhai's functions.
struct Crossing<'n> {
    function: &'n str,
    /// How many have crossed so far.
    items: usize,
    writing: Writing,
}

impl Crossing<'_> {
    fn dynamic(&mut self, value: &Value, depth: usize) -> Result<Dynamic, FaultKind> {
        let function = self.function;
        if depth > MAX_NESTING {
            return Err(FaultKind::TooLarge {
                what: format!("what is given to {function} is nested too deep: it is"),
            });
        }
        self.items += 1;
        if !self.writing.go_on(self.items * DYNAMIC_BYTES) {
            return Err(exhausted());
        }
        let length = match value {
            Value::Blob(bytes) => bytes.len(),
            other => other.as_str().map_or(0, str::len),
        };
        reserve(length)?;
        let mut inner = |item: &Value| self.dynamic(item, depth + 1);
        Ok(match value {
            Value::Unit => Dynamic::UNIT,
            Value::Bool(value) => Dynamic::from_bool(*value),
            Value::Int(value) => Dynamic::from_int(*value),
            Value::Float(value) => Dynamic::from_float(*value),
            Value::Char(value) => Dynamic::from_char(*value),
            Value::Literal(text) => text.as_str().into(),
            Value::Str(text) => text.as_str().into(),
            Value::Array(items) => {
                let items: Result<_, _> = items.iter().map(inner).collect();
                Dynamic::from_array(items?)
            }
            Value::Map(map) => {
                let entries = map.iter();
                let entries = entries.map(|(key, item)| Ok((key.as_ref().into(), inner(item)?)));
                let entries: Result<_, FaultKind> = entries.collect();
                Dynamic::from_map(entries?)
            }
            Value::Blob(bytes) => Dynamic::from_blob(bytes.to_vec()),
            Value::Range(range) if range.step == 1 && range.inclusive => {
                Dynamic::from(range.start..=range.end)
            }
            Value::Range(range) if range.step == 1 => Dynamic::from(range.start..range.end),
            Value::Foreign(foreign) => match foreign.as_any().downcast_ref::<Unknown>() {
                Some(unknown) => unknown.value.clone(),
                None => Dynamic::from(Closed(value.clone())),
            },
            Value::Function(called) if function == "to_json" => {
                let mut pointer =
                    FnPtr::new(called.name.as_str()).map_err(|error| fault(*error))?;
                for value in called.curried.iter() {
                    pointer.add_curry(inner(value)?);
                }
                Dynamic::from(pointer)
            }
            other if function == "to_json" => {
                return Err(FaultKind::Native(format!(
                    "to_json: a {} cannot be written as JSON",
                    other.type_name()
                )));
            }
            Value::Range(_)
            | Value::Function(_)
            | Value::Object(_)
            | Value::Cell(_)
            | Value::Error(_)
            | Value::Reference(_)
            | Value::Collection(_) => Dynamic::from(Closed(value.clone())),
        })
    }
}

pub(super) fn from_dynamic(dynamic: Dynamic, engine: &Engine) -> Value {
    if dynamic.is_unit() {
        Value::Unit
    } else if let Ok(value) = dynamic.as_int() {
        Value::Int(value)
    } else if let Ok(value) = dynamic.as_float() {
        Value::Float(value)
    } else if let Ok(value) = dynamic.as_bool() {
        Value::Bool(value)
    } else if let Ok(value) = dynamic.as_char() {
        Value::Char(value)
    } else if let Ok(text) = dynamic.as_immutable_string_ref() {
        charge(text.len());
        Value::from(text.as_str())
    } else if let Ok(items) = dynamic.as_array_ref() {
        charge(items.len() * size_of::<Value>());
        Value::array(
            (items.iter())
                .map(|item| from_dynamic(item.clone(), engine))
                .collect(),
        )
    } else if let Ok(map) = dynamic.as_map_ref() {
        let map: Map = (map.iter())
            .map(|(key, item)| (key.as_str().into(), from_dynamic(item.clone(), engine)))
            .collect();
        Value::map(map)
    } else if let Ok(bytes) = dynamic.as_blob_ref() {
        charge(bytes.len());
        Value::Blob(Arc::new(bytes.to_vec()))
    } else if let Some(range) = dynamic.read_lock::<std::ops::Range<i64>>() {
        Value::Range(Arc::new(Range::exclusive(range.start, range.end)))
    } else if let Some(range) = dynamic.read_lock::<std::ops::RangeInclusive<i64>>() {
        Value::Range(Arc::new(Range::inclusive(*range.start(), *range.end())))
    } else if let Some(closed) = dynamic.read_lock::<Closed>() {
        closed.0.clone()
    } else {
        let type_name = engine.map_type_name(dynamic.type_name()).to_string();
        Value::Foreign(Arc::new(Box::new(Unknown {
            value: dynamic.clone(),
            type_name,
        })))
    }
}

fn fault(error: EvalAltResult) -> FaultKind {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => fault(*inner),
        EvalAltResult::ErrorArithmetic(text, _) => FaultKind::Arithmetic(text),
        EvalAltResult::ErrorArrayBounds(length, index, _) => {
            FaultKind::ArrayBounds { length, index }
        }
        EvalAltResult::ErrorStringBounds(length, index, _) => {
            FaultKind::StringBounds { length, index }
        }
        EvalAltResult::ErrorBitFieldBounds(_, index, _) => FaultKind::BitBounds { index },
        EvalAltResult::ErrorMismatchDataType(expected, found, _) => {
            FaultKind::Type { expected, found }
        }
        EvalAltResult::ErrorIndexingType(signature, _) => FaultKind::Indexing { signature },
        EvalAltResult::ErrorDataTooLarge(what, _) => FaultKind::TooLarge { what },
        EvalAltResult::ErrorRuntime(value, _) => FaultKind::Native(value.to_string()),
        other => FaultKind::Native(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::debug_text;

    #[test]
    fn calls_by_name_and_changes_the_first_argument() {
        let mut bridge = Bridge::new();
        let mut array = Value::array(vec![Value::Int(1), Value::Bool(true)]);
        let mut index = Value::Int(0);
        let removed = bridge.call("remove", &mut [&mut array, &mut index], true);
        assert!(matches!(removed, Ok(Value::Int(1))));
        assert_eq!(debug_text(&array), "[true]");
    }

    #[test]
    fn what_rhai_does_not_know_survives_the_way_there_and_back() {
        let mut bridge = Bridge::new();
        let steps = Range {
            step: 2,
            ..Range::exclusive(0, 9)
        };
        let mut array = Value::array(vec![Value::Range(Arc::new(steps)), Value::Int(1)]);
        assert!(bridge.call("reverse", &mut [&mut array], true).is_ok());
        assert_eq!(debug_text(&array), "[1, range(0, 9, 2)]");
    }

    #[test]
    fn unknown_functions_say_the_types() {
        let error = Bridge::new().call("nothing", &mut [&mut Value::Int(1)], false);
        assert_eq!(
            error.unwrap_err().to_string(),
            "unknown function: nothing (i64)"
        );
    }

    #[test]
    fn every_function_of_rhais_is_described() {
        let described = bridged();
        let names = Bridge::new().engine.collect_fn_metadata(
            None,
            |info| Some(info.metadata.name.to_string()),
            true,
        );
        for name in names {
            let is_name = name.starts_with(char::is_alphabetic) && !name.contains('$');
            let known = !is_name
                || REFUSED.contains(&name.as_str())
                || described.iter().any(|one| one.name == name)
                || !super::super::catalogue::doc(&name).is_empty();
            assert!(known, "{name}");
        }
        assert!(described.len() > 100);
    }

    #[test]
    fn iterators_become_arrays() {
        let mut bridge = Bridge::new();
        let mut args = [
            Value::Int(5),
            Value::Range(Arc::new(Range::exclusive(0, 3))),
        ];
        let [number, range] = &mut args;
        let bits = bridge.call("bits", &mut [number, range], false);
        assert_eq!(debug_text(&bits.unwrap()), "[true, false, true]");
    }

    #[test]
    fn properties_are_functions_too() {
        let mut bridge = Bridge::new();
        let odd = bridge.call("get$is_odd", &mut [&mut Value::Int(3)], false);
        assert!(matches!(odd, Ok(Value::Bool(true))));
        let mut moment = bridge.call("timestamp", &mut [], false).unwrap();
        assert_eq!(moment.type_name(), "timestamp");
        let passed = bridge.call("get$elapsed", &mut [&mut moment], false);
        assert!(matches!(passed, Ok(Value::Float(_))));
    }
}
