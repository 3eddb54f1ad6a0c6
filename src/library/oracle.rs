//! Rhai's evaluator as the oracle: the same expression must give the same text, or fail, in both.
//!
//! Longer than most files because it lists what is compared: values, operators, methods.

use rhai::{Dynamic, Engine, OptimizationLevel};

use super::bridge::from_dynamic;
use super::{catalogue, operators};
use crate::program::code::OnReceiver;
use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::index::{get_index, set_index};
use crate::value::{FaultKind, Value, debug_text, print_text};

/// Values of every type, as they are typed; the awkward ones above all.
const VALUES: &[&str] = &[
    "()",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "3",
    "64",
    "9223372036854775807",
    "(-9223372036854775807 - 1)",
    "0.0",
    "-0.0",
    "1.0",
    "1.0000000000000002",
    "2.5",
    "1e14",
    "1e-14",
    "(1.0 / 0.0)",
    "(0.0 / 0.0)",
    "'a'",
    "'\\n'",
    "'é'",
    "\"\"",
    "\"a\"",
    "\"ab\"",
    "\"héllo wörld\"",
    "[]",
    "[1]",
    "[1, \"a\", 'b', (), 2.0, 1e14, [true]]",
    "#{}",
    "#{a: 1}",
    "#{b: 'x', a: [1, \"q\\\"\"]}",
    "blob(3, 65)",
    "blob(10, 200)",
    "(0..3)",
    "(0..=3)",
    "(1..)",
    "(-3..-1)",
    "(1..=1)",
    "(2..1)",
];

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_optimization_level(OptimizationLevel::None);
    // Rhai's limits are tighter in debug builds.
    engine.set_max_expr_depths(0, 0);
    engine
}

/// The value of `code` in Rhai, as one of ours.
pub(super) fn value(engine: &Engine, code: &str) -> Option<Value> {
    let dynamic = engine.eval::<Dynamic>(code).ok()?;
    Some(from_dynamic(dynamic, engine))
}

/// Collects what differs, so that one run shows all of it.
#[derive(Default)]
pub(super) struct Differences(Vec<String>);

impl Differences {
    pub(super) fn compare(
        &mut self,
        what: &str,
        expected: Option<&Value>,
        found: Result<&Value, &FaultKind>,
    ) {
        let expected = expected.map(debug_text);
        if expected != found.ok().map(debug_text) {
            let found = found.map_or_else(|kind| format!("error: {kind}"), debug_text);
            self.0
                .push(format!("{what}: Rhai {expected:?}, here {found}"));
        }
    }
}

impl Drop for Differences {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
        }
    }
}

#[test]
fn texts_are_those_of_rhai() {
    let engine = engine();
    for code in VALUES {
        let ours = value(&engine, code).unwrap();
        let print: String = engine.eval(&format!("({code}).to_string()")).unwrap();
        let debug: String = engine.eval(&format!("({code}).to_debug()")).unwrap();
        let interpolated: String = engine.eval(&format!("`${{{code}}}`")).unwrap();
        assert_eq!(print_text(&ours), print, "{code}");
        assert_eq!(debug_text(&ours), debug, "{code}");
        assert_eq!(print_text(&ours), interpolated, "{code}");
    }
}

/// Rhai compares all values of different types but these, which it has forgotten: here they are
/// unequal like the others.
fn are_incomparable(a: &Value, b: &Value, symbol: &str) -> bool {
    ["==", "!=", "<", "<=", ">", ">="].contains(&symbol)
        && match (a, b) {
            (Value::Range(a), Value::Range(b)) => a.inclusive != b.inclusive,
            (Value::Blob(_), Value::Char(_)) => true,
            _ => false,
        }
}

#[test]
fn binary_operators_are_those_of_rhai() {
    let engine = engine();
    let mut differences = Differences::default();
    for a in VALUES {
        for b in VALUES {
            let (left, right) = (value(&engine, a).unwrap(), value(&engine, b).unwrap());
            for symbol in [
                "+", "-", "*", "/", "%", "**", "<<", ">>", "&", "|", "^", "==", "!=", "<", "<=",
                ">", ">=", "..", "..=",
            ] {
                let op = BinaryOp::from_symbol(symbol).unwrap();
                let expected = value(&engine, &format!("let a = {a}; let b = {b}; a {symbol} b"));
                if expected.is_none() && are_incomparable(&left, &right, symbol) {
                    continue;
                }
                let found = operators::binary(op, &left, &right);
                differences.compare(
                    &format!("{a} {symbol} {b}"),
                    expected.as_ref(),
                    found.as_ref(),
                );
            }
            let expected = value(&engine, &format!("let a = {a}; let b = {b}; b in a"));
            let found = operators::binary(BinaryOp::Contains, &left, &right);
            differences.compare(&format!("{b} in {a}"), expected.as_ref(), found.as_ref());
        }
    }
}

#[test]
fn assigning_operators_are_those_of_rhai() {
    let engine = engine();
    let mut differences = Differences::default();
    for a in VALUES {
        for b in VALUES {
            for symbol in ["+", "-", "*", "%", "<<", "|"] {
                let op = BinaryOp::from_symbol(symbol).unwrap();
                let mut target = value(&engine, a).unwrap();
                let operand = value(&engine, b).unwrap();
                let code = format!("let a = {a}; let b = {b}; a {symbol}= b; a");
                let expected = value(&engine, &code);
                let found = operators::update(op, &mut target, &operand).map(|()| target);
                differences.compare(
                    &format!("{a} {symbol}= {b}"),
                    expected.as_ref(),
                    found.as_ref(),
                );
            }
        }
    }
}

#[test]
fn unary_operators_are_those_of_rhai() {
    let engine = engine();
    let mut differences = Differences::default();
    for code in VALUES {
        let ours = value(&engine, code).unwrap();
        for (symbol, op) in [
            ("-", UnaryOp::Negate),
            ("+", UnaryOp::Plus),
            ("!", UnaryOp::Not),
        ] {
            let expected = value(&engine, &format!("let a = {code}; {symbol}a"));
            let found = operators::unary(op, &ours);
            differences.compare(
                &format!("{symbol}{code}"),
                expected.as_ref(),
                found.as_ref(),
            );
        }
    }
}

#[test]
fn reading_an_item_is_that_of_rhai() {
    let engine = engine();
    let mut differences = Differences::default();
    for object in VALUES {
        for index in VALUES {
            // Ranges have items here.
            if object.contains("..") {
                continue;
            }
            let expected = value(&engine, &format!("let a = {object}; let i = {index}; a[i]"));
            let found = get_index(
                &value(&engine, object).unwrap(),
                &value(&engine, index).unwrap(),
            );
            differences.compare(
                &format!("{object}[{index}]"),
                expected.as_ref(),
                found.as_ref(),
            );
        }
    }
}

#[test]
fn writing_an_item_is_that_of_rhai() {
    let engine = engine();
    let mut differences = Differences::default();
    for object in VALUES {
        for index in VALUES {
            for new in ["true", "7", "'z'", "\"new\""] {
                let code = format!("let a = {object}; let i = {index}; a[i] = {new}; a");
                let expected = value(&engine, &code);
                let mut target = value(&engine, object).unwrap();
                let found = set_index(
                    &mut target,
                    &value(&engine, index).unwrap(),
                    value(&engine, new).unwrap(),
                )
                .map(|()| target);
                differences.compare(
                    &format!("{object}[{index}] = {new}"),
                    expected.as_ref(),
                    found.as_ref(),
                );
            }
        }
    }
}

#[test]
fn the_words_for_overflow_are_those_of_rhai() {
    let engine = engine();
    let limit = "9223372036854775807";
    for (a, symbol, b) in [
        (limit, "+", "1"),
        ("(-9223372036854775807)", "-", "2"),
        (limit, "*", "2"),
        ("1", "/", "0"),
        ("(-9223372036854775807 - 1)", "/", "(-1)"),
        ("1", "%", "0"),
        ("2", "**", "64"),
        ("2", "**", "(-1)"),
    ] {
        let error = engine
            .eval::<Dynamic>(&format!("let a = {a}; let b = {b}; a {symbol} b"))
            .unwrap_err();
        let op = BinaryOp::from_symbol(symbol).unwrap();
        let ours = operators::binary(op, &value(&engine, a).unwrap(), &value(&engine, b).unwrap())
            .unwrap_err();
        assert!(error.to_string().starts_with(&ours.to_string()), "{ours}");
    }
}

/// Receivers and calls, as typed. Each pair must give the same value, and leave the same receiver.
#[test]
fn methods_are_those_of_rhai() {
    let engine = engine();
    let mut differences = Differences::default();
    let names = [
        "len",
        "is_empty",
        "bytes",
        "push",
        "pop",
        "shift",
        "remove",
        "insert",
        "get",
        "set",
        "append",
        "clear",
        "truncate",
        "chop",
        "reverse",
        "extract",
        "splice",
        "split",
        "split_rev",
        "drain",
        "retain",
        "contains",
        "index_of",
        "sort",
        "sort_desc",
        "order",
        "order_desc",
        "dedup",
        "pad",
        "to_upper",
        "to_lower",
        "make_upper",
        "make_lower",
        "trim",
        "crop",
        "replace",
        "sub_string",
        "starts_with",
        "ends_with",
        "to_chars",
        "to_blob",
        "parse_int",
        "parse_float",
        "min",
        "max",
        "keys",
        "values",
        "mixin",
        "fill_with",
        "abs",
        "sign",
        "sqrt",
        "floor",
        "ceiling",
        "round",
        "int",
        "fraction",
        "to_int",
        "to_float",
        "is_odd",
        "is_even",
        "is_zero",
        "is_nan",
        "start",
        "end",
        "is_inclusive",
        "to_string",
        "to_debug",
        "type_of",
    ];
    let receivers = [
        VALUES,
        &[
            "[3, 1, 2, 2, 1]",
            "[\"b\", \"a\"]",
            "\"  a, b,, c \"",
            "\" -12 \"",
            "[2.5, -1.0]",
        ],
    ]
    .concat();
    let operands = [
        "0",
        "1",
        "-1",
        "2",
        "-9",
        "99",
        "()",
        "2.5",
        "'a'",
        "\"a\"",
        "\", \"",
        "\"\"",
        "0..2",
        "1..=1",
        "[7, 8]",
        "#{a: 2, c: 3}",
    ];
    let mut calls: Vec<Vec<&str>> = vec![vec![]];
    calls.extend(operands.iter().map(|a| vec![*a]));
    for a in operands {
        calls.extend(operands.iter().map(|b| vec![a, *b]));
    }
    for three in [["0", "1", "[7]"], ["-1", "5", "[]"], ["9", "1", "[7, 8]"]] {
        calls.push(three.to_vec());
    }
    for receiver in &receivers {
        for name in names {
            for call in &calls {
                if name == "pad" && call.get(1) == Some(&"\"\"") {
                    // Padding with nothing never ends in Rhai.
                    continue;
                }
                let mut target = value(&engine, receiver).unwrap();
                let mut args: Vec<Value> = call
                    .iter()
                    .map(|arg| value(&engine, arg).unwrap())
                    .collect();
                let Some(found) = super::methods::call(name, &mut target, &mut args) else {
                    continue;
                };
                let arguments = call.join(", ");
                let code = format!("let x = {receiver}; let r = x.{name}({arguments}); [x, r]");
                let expected = value(&engine, &code);
                if expected.is_none() && name == "len" {
                    // Ranges have a length only here.
                    continue;
                }
                let found = found.map(|result| Value::array(vec![target, result]));
                differences.compare(
                    &format!("{receiver}.{name}({arguments})"),
                    expected.as_ref(),
                    found.as_ref(),
                );
            }
        }
    }
}

/// Runs each example of the catalogue that is plain Rhai.
#[test]
fn examples_print_what_they_say() {
    let mut engine = engine();
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    // `print` with several arguments exists only here: the examples call `show` instead.
    let show = || {
        let (lines, engine) = (lines.clone(), self::engine());
        move |values: &[Dynamic]| {
            let texts: Vec<String> = (values.iter())
                .map(|value| print_text(&from_dynamic(value.clone(), &engine)))
                .collect();
            lines.lock().unwrap().push(texts.join(" "));
        }
    };
    let (one, two) = (show(), show());
    engine.register_fn("show", move |a: Dynamic| one(&[a]));
    engine.register_fn("show", move |a: Dynamic, b: Dynamic| two(&[a, b]));
    for entry in super::catalogue::entries() {
        let is_ours = matches!(entry.name, "any" | "for_each" | "shuffle")
            || (entry.receiver)
                .is_some_and(|kind| ["list", "dict", "set", "deque", "tuple"].contains(&kind))
            || entry.receiver == Some("range") && matches!(entry.name, "map" | "filter");
        let rhai_has =
            |receiver: &str| receiver == "Fn" || receiver.starts_with(char::is_lowercase);
        if !entry.receiver.is_some_and(rhai_has) || is_ours {
            continue;
        }
        lines.lock().unwrap().clear();
        let code = entry.example.code.replace("print(", "show(");
        let name = (entry.receiver, entry.name);
        if let Err(error) = engine.run(&code) {
            panic!("{name:?}: {error}");
        }
        assert_eq!(
            lines.lock().unwrap().join("\n"),
            entry.example.output,
            "{name:?}"
        );
    }
}

/// The prelude's methods of one type as functions of Rhai's, under names that begin with `our_`.
fn engine_with_prelude(type_name: &str) -> (Engine, String) {
    let prefix = format!("{type_name}__");
    let words: Vec<String> = PRELUDE_METHODS
        .iter()
        .map(|word| word.to_string())
        .collect();
    let mut code = String::new();
    for (name, source) in super::Library::prelude_units(&words) {
        if name.starts_with(&prefix) {
            code.push_str(source);
        }
    }
    for word in PRELUDE_METHODS {
        code = code
            .replace(&format!("fn {prefix}{word}("), &format!("fn our_{word}("))
            .replace(&format!("items.{word}(f"), &format!("items.our_{word}(f"))
            .replace(
                &format!("items.{word}(compare"),
                &format!("items.our_{word}(compare"),
            );
    }
    let mut engine = engine();
    fn fitting(
        ctx: &rhai::NativeCallContext<'_>,
        f: &rhai::FnPtr,
        least: i64,
        args: &[Dynamic],
    ) -> Result<Dynamic, Box<rhai::EvalAltResult>> {
        let mut result = f.call_raw(ctx, None, args[..least as usize].to_vec());
        for count in (least as usize + 1..=args.len()).chain([0]) {
            match result {
                Err(error) if matches!(*error, rhai::EvalAltResult::ErrorFunctionNotFound(..)) => {
                    result = f.call_raw(ctx, None, args[..count].to_vec());
                }
                other => return other,
            }
        }
        result
    }
    if let Err(error) = engine.compile(&code) {
        panic!("the prelude is not valid Rhai: {error}");
    }
    type Context<'a> = rhai::NativeCallContext<'a>;
    engine.register_fn(
        "call_fitting",
        |ctx: Context<'_>, f: rhai::FnPtr, least: i64, a: Dynamic, b: Dynamic| {
            fitting(&ctx, &f, least, &[a, b])
        },
    );
    engine.register_fn(
        "call_fitting",
        |ctx: Context<'_>, f: rhai::FnPtr, least: i64, a: Dynamic, b: Dynamic, c: Dynamic| {
            fitting(&ctx, &f, least, &[a, b, c])
        },
    );
    engine.register_fn(
        "call_entry",
        |ctx: Context<'_>, f: rhai::FnPtr, key: Dynamic, value: Dynamic| {
            fitting(&ctx, &f, 1, &[key, value])
        },
    );
    (engine, code)
}

const PRELUDE_METHODS: &[&str] = &[
    "map",
    "filter",
    "reduce",
    "reduce_rev",
    "some",
    "all",
    "index_of",
    "find",
    "find_map",
    "zip",
    "drain",
    "retain",
    "dedup",
    "sort",
    "sort_by",
    "order",
    "order_by",
];

#[test]
fn the_preludes_array_methods_are_those_of_rhai() {
    let (engine, prelude) = engine_with_prelude("array");
    let mut differences = Differences::default();
    let arrays = [
        "[]",
        "[1]",
        "[3, 1, 2, 2, 5, 4, 1, 9, 7]",
        "[2, 1]",
        "[\"b\", \"a\", \"c\"]",
        "[1.5, -2.0, 1.5]",
    ];
    let calls = [
        "map(|x| [x])",
        "map(|x, i| [x, i])",
        "filter(|x| x > 2)",
        "filter(|x, i| i % 2 == 0)",
        "filter(|x| x)",
        "reduce(|sum, x| sum + x, \"\")",
        "reduce(|sum, x, i| `${sum}${x}${i}`)",
        "reduce_rev(|sum, x| `${sum}${x}`)",
        "reduce_rev(|sum, x, i| `${sum}${x}${i}`, 0)",
        "some(|x| x == 2)",
        "some(|x, i| i == 3)",
        "all(|x| x != 7)",
        "all(|x, i| i < 2)",
        "index_of(|x| x == 2)",
        "index_of(|x, i| i > 1)",
        "index_of(|x| x == 1, 1)",
        "index_of(|x| x == 1, -2)",
        "index_of(|x| true, 99)",
        "find(|x| x == 5)",
        "find(|x| x != 3, 1)",
        "find_map(|x| if x == 2 { x.to_string() })",
        "find_map(|x, i| if i == 1 { x }, -2)",
        "zip([7, 8, 9], |x, y| [x, y])",
        "zip([], |x, y| x)",
        "zip([7, 8], |x, y, i| [x, y, i])",
        "drain(|x| x == 1)",
        "drain(|x, i| i > 3)",
        "retain(|x| x == 1)",
        "retain(|x, i| i > 3)",
        "dedup(|x, y| x == y)",
        "dedup(|x, y| x >= y)",
        "sort(|x, y| if x < y { -1 } else if x > y { 1 } else { 0 })",
        "sort(|x, y| x < y)",
        "sort_by(|x, y| x > y)",
        "order(|x, y| x < y)",
        "order_by(|x, y| if x < y { 1 } else if x > y { -1 } else { 0 })",
        "map(|| 1)",
        "map(|a, b, c| 1)",
    ];
    for array in arrays {
        for call in calls {
            let expected = value(
                &engine,
                &format!("let a = {array}; let r = a.{call}; [a, r]"),
            );
            let ours = format!("{prelude}\nlet a = {array}; let r = a.our_{call}; [a, r]");
            let failed = FaultKind::Native("failed".into());
            let found = value(&engine, &ours);
            differences.compare(
                &format!("{array}.{call}"),
                expected.as_ref(),
                found.as_ref().ok_or(&failed),
            );
        }
    }
}

#[test]
fn the_preludes_map_methods_are_those_of_rhai() {
    let (engine, prelude) = engine_with_prelude("map");
    let mut differences = Differences::default();
    for map in ["#{}", "#{b: 1, a: 2, c: 3}"] {
        for call in [
            "map(|k, v| v + 1)",
            "map(|k| k)",
            "filter(|k, v| v > 1)",
            "filter(|k| k == \"a\")",
            "drain(|k, v| v > 1)",
            "retain(|k, v| v > 1)",
        ] {
            let expected = value(&engine, &format!("let a = {map}; let r = a.{call}; [a, r]"));
            let ours = format!("{prelude}\nlet a = {map}; let r = a.our_{call}; [a, r]");
            let failed = FaultKind::Native("failed".into());
            let found = value(&engine, &ours);
            differences.compare(
                &format!("{map}.{call}"),
                expected.as_ref(),
                found.as_ref().ok_or(&failed),
            );
        }
    }
}

/// Values to call a function of Rhai's with, by the type of the parameter.
fn samples(param: &str) -> &'static [&'static str] {
    let of = param.rsplit(": ").next().unwrap_or_default();
    match of.trim_start_matches("&mut ").trim() {
        "INT" | "i64" => &["1", "2", "5"],
        "FLOAT" | "f64" => &["1.5"],
        "bool" => &["true", "false"],
        "char" => &["'a'", "'Z'"],
        "&str" | "ImmutableString" => &["\" aab \"", "\"a\"", "\"xyz\""],
        "Array" => &["[3, 1, 1, 2]", "[9]"],
        "Map" => &["#{a: 1, b: 2}", "#{b: 3}"],
        "Blob" => &["blob(4, 7)", "blob(2, 1)"],
        "ExclusiveRange" => &["1..3"],
        "InclusiveRange" => &["1..=2"],
        "FnPtr" => &["|| 8", "|x| x == 1", "|x, y| x == y", "|x, y| x - y"],
        "Dynamic" => &["7", "\"a\""],
        _ => &[],
    }
}

#[test]
fn the_methods_that_change_their_receiver_are_those_of_rhai() {
    let engine = engine();
    let mut changing = std::collections::BTreeSet::new();
    let functions = engine.collect_fn_metadata(
        None,
        |info| {
            let params = info.metadata.params_info.iter();
            let params: Vec<String> = params.map(|param| param.to_string()).collect();
            Some((info.metadata.name.to_string(), params))
        },
        true,
    );
    for (name, params) in functions {
        let is_name = name.starts_with(char::is_alphabetic) && !name.contains('$');
        if !is_name || super::bridge::REFUSED.contains(&name.as_str()) {
            continue;
        }
        // Closures have names of their own in each program: their texts cannot be compared.
        if params.first().is_none_or(|first| first.ends_with("FnPtr")) {
            continue;
        }
        let mut calls = vec![Vec::new()];
        for param in &params {
            let more = calls.iter().flat_map(|call: &Vec<&str>| {
                samples(param)
                    .iter()
                    .map(|sample| [&call[..], &[*sample]].concat())
            });
            calls = more.collect();
        }
        for call in calls {
            let Some((receiver, rest)) = call.split_first() else {
                continue;
            };
            let rest: Vec<String> = rest.iter().map(|arg| format!(", {arg}")).collect();
            let before = value(&engine, receiver).unwrap();
            let code = format!("let x = {receiver}; {name}(x{}); x", rest.concat());
            if value(&engine, &code).is_some_and(|x| debug_text(&x) != debug_text(&before)) {
                changing.insert(name);
                break;
            }
        }
    }
    let ours = catalogue::names_in_table(OnReceiver::Changes).iter();
    let ours: std::collections::BTreeSet<String> = ours
        .filter(|name| **name != "shuffle") // Rhai has none.
        .map(|name| name.to_string())
        .collect();
    assert_eq!(changing, ours);
    let keeping = catalogue::names_in_table(OnReceiver::Keeps);
    let both: Vec<_> = (keeping.iter())
        .filter(|name| ours.contains(**name))
        .collect();
    assert!(both.is_empty(), "{both:?}");
    let types = [
        "any", "array", "blob", "char", "float", "Fn", "i64", "map", "range", "string",
    ];
    for kind in types {
        for entry in catalogue::methods_of(kind) {
            assert!(
                catalogue::on_receiver(entry.name).is_some(),
                "{}",
                entry.full_name()
            );
        }
    }
}
