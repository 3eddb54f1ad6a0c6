//! What gives items one by one: generators, instances with `__iter__` and `__next__`, and `itertools`.
//!
//! All of it is written in the prelude, as generators; here stands only who is asked.

use super::functions::prelude;
use super::instances::{call_special, special};
use super::{ANY, Row, raised, type_name};
use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::{FaultKind, Value, is_instance};
use crate::vm::{NativeCtx, NativeResult, end_of_generator, is_end, is_generator};

type Outcome = Result<NativeResult, FaultKind>;

/// A row for a function of the prelude's.
macro_rules! in_prelude {
    ($($name:literal $least:literal $most:expr;)*) => {
        &[$(Row($name, $least, $most, |args, ctx| {
            prelude(concat!("__python__", $name), args, ctx)
        }),)*]
    };
}

pub(super) const FROM_PRELUDE: &[Row] = in_prelude! {
    "plain_dict" 0 1;
    "seeded" 0 0;
    "context_class" 0 0;
    "context_decorator" 0 0;
    "counted_cache" 2 2;
    "without_keys" 2 2;
    "take" 1 1;
    "enum_class" 0 0;
    "enum_member" 3 3;
    "enum_members" 1 1;
    "super_call" 5 5;
    "plain_object" 0 0;
    "dict_fromkeys" 1 2;
    "iter_until" 2 2;
    "delegate" 3 3;
    "current_thread" 0 0;
    "threads" 0 0;
    "named_replace" 2 2;
    "cmp_to_key" 1 1;
    "itemgetter" 1 1;
    "attrgetter" 1 1;
    "methodcaller" 2 2;
    "sorted_pairs" 2 2;
    "sort" 3 3;
    "as_completed" 1 2;
    "contextvars" 0 0;
    "reflected" 3 3;
    "heappush" 2 2;
    "heappop" 1 1;
    "heapify" 1 1;
    "heapreplace" 2 2;
    "heappushpop" 2 2;
    "nsmallest" 2 3;
    "nlargest" 2 3;
    "bisect_left" 2 4;
    "bisect_right" 2 4;
    "insort_left" 2 2;
    "insort_right" 2 2;
    "random_sample" 2 2;
    "random_choices" 3 3;
    "random_gauss" 2 2;
    "random_expovariate" 1 1;
    "nullcontext" 0 1;
    "cached_property" 3 3;
    "chain_map" 1 1;
    "deepcopy" 1 1;
    "asdict" 1 1;
    "astuple" 1 1;
    "dataclass_replace" 2 2;
    "fields" 1 1;
    "sys" 0 0;
    "logging" 0 0;
    "pool" 1 1;
    "itertools_groupby" 1 2;
    "itertools_tee" 1 2;
    "itertools_filterfalse" 2 2;
    "itertools_compress" 2 2;
    "itertools_combinations_with_replacement" 2 2;
    "itertools_batched" 2 2;
    "lazy_map" 2 2;
    "lazy_filter" 2 2;
    "contextmanager" 1 1;
    "suppress" 0 1;
    "defaultdict" 0 2;
    "ordered_dict" 0 1;
    "counter" 0 1;
    "process" 5 5;
    "process_class" 0 0;
    "current_process" 0 0;
    "process_queue" 1 1;
    "joinable_queue" 1 1;
    "simple_process_queue" 0 0;
    "pipe" 1 1;
    "shared_value" 3 3;
    "shared_array" 3 3;
    "item" 2 2;
    "set_item" 3 3;
    "del_item" 2 2;
    "enter" 1 1;
    "enter_async" 1 1;
    "exit_async" 1 2;
    "exit_stack" 0 0;
    "exit_with" 1 2;
    "closing" 1 1;
    "partial" 3 3;
    "itertools_count" 0 2;
    "itertools_cycle" 1 1;
    "itertools_repeat" 1 2;
    "itertools_chain" 1 1;
    "itertools_islice" 2 4;
    "itertools_takewhile" 2 2;
    "itertools_dropwhile" 2 2;
    "itertools_accumulate" 1 3;
    "itertools_starmap" 2 2;
    "itertools_pairwise" 1 1;
    "itertools_product" 1 2;
    "itertools_permutations" 1 2;
    "itertools_combinations" 2 2;
    "itertools_zip_longest" 2 2;
};

pub(super) const ROWS: &[Row] = &[
    Row("iterate", 1, 1, |args, ctx| {
        match is_iterated_by_script(&args[0]) {
            true => prelude("__python__iterate", args, ctx),
            false => Ok(NativeResult::Value(match &args[0] {
                Value::Map(map) => {
                    Value::array(map.keys().map(|key| Value::from(&**key)).collect())
                }
                other => other.clone(),
            })),
        }
    }),
    Row("iter", 1, 2, |args, ctx| {
        if args.len() == 2 {
            return prelude("__python__iter_until", args, ctx);
        }
        if !matches!(&args[0], Value::Object(_))
            && !is_generator(&args[0])
            && !is_iterated_by_script(&args[0])
            && crate::library::methods::collection::items_of(&args[0]).is_err()
        {
            let message = format!("'{}' object is not iterable", type_name(&args[0]));
            return Err(raised("TypeError", &message));
        }
        if is_generator(&args[0]) {
            return Ok(NativeResult::Value(args[0].clone()));
        }
        match call_special(&args[0], &["__iter__"]) {
            Some(call) => Ok(call),
            None => prelude("__python__iter", args, ctx),
        }
    }),
    Row("next_of_new", 1, 2, |args, ctx| {
        prelude("__python__next_of_new", args, ctx)
    }),
    Row("next", 1, 2, |args, ctx| {
        if !is_generator(&args[0]) && special(&args[0], "__next__").is_none() {
            let message = format!("'{}' object is not an iterator", type_name(&args[0]));
            return Err(raised("TypeError", &message));
        }
        prelude("__python__next", args, ctx)
    }),
    Row("resume", 1, 2, resume),
    Row("resume_throw", 2, 2, |args, _| {
        let kind = match &args[1] {
            Value::Error(fault) => fault.kind.clone(),
            other => FaultKind::Thrown(other.clone()),
        };
        match &args[0] {
            Value::Reference(generator) if is_generator(&args[0]) => {
                Ok(NativeResult::Resume(generator.clone(), Err(kind)))
            }
            _ => Err(kind),
        }
    }),
    Row("is_generator", 1, 1, |args, _| {
        Ok(NativeResult::Value(Value::Bool(is_generator(&args[0]))))
    }),
    Row("end", 0, 0, |_, _| {
        Ok(NativeResult::Value(end_of_generator(Value::Unit)))
    }),
    Row("plus", 2, 2, |args, _| {
        operator(BinaryOp::Add, args, "__add__", "__radd__")
    }),
    Row("minus", 2, 2, |args, _| {
        operator(BinaryOp::Sub, args, "__sub__", "__rsub__")
    }),
    Row("times", 2, 2, |args, _| {
        operator(BinaryOp::Mul, args, "__mul__", "__rmul__")
    }),
    Row("divided", 2, 2, |args, _| {
        operator(BinaryOp::Div, args, "__truediv__", "__rtruediv__")
    }),
    Row("modulo", 2, 2, |args, _| {
        operator(BinaryOp::Rem, args, "__mod__", "__rmod__")
    }),
    Row("power", 2, 2, |args, _| {
        operator(BinaryOp::Power, args, "__pow__", "__rpow__")
    }),
    Row("negative", 1, 1, |args, _| {
        match call_special(&args[0], &["__neg__"]) {
            Some(call) => Ok(call),
            None => super::operators::unary(UnaryOp::Negate, &args[0]).map(NativeResult::Value),
        }
    }),
    Row("not_true", 1, 1, |args, _| {
        Ok(NativeResult::Value(Value::Bool(
            !super::operators::is_true(&args[0]),
        )))
    }),
    // What the prelude catches, it gets as it is.
    Row("is_error", 2, 2, |args, _| {
        let name = args[1].as_str().unwrap_or_default();
        let is_error = match &args[0] {
            Value::Error(fault) => is_instance(&fault.to_value(), name),
            other => is_instance(other, name),
        };
        Ok(NativeResult::Value(Value::Bool(is_error)))
    }),
    Row("is_end", 1, 1, |args, _| {
        Ok(NativeResult::Value(Value::Bool(is_end(&args[0]))))
    }),
    Row("has_method", 2, ANY, |args, _| {
        let mut names = args[1..].iter().filter_map(Value::as_str);
        let has = names.any(|name| special(&args[0], name).is_some());
        Ok(NativeResult::Value(Value::Bool(has)))
    }),
];

/// An operator as a function.
fn operator(op: BinaryOp, args: &mut [Value], own: &str, reflected: &str) -> Outcome {
    super::instances::operator(args, own, reflected)
        .unwrap_or_else(|| super::binary(op, &args[0], &args[1]).map(NativeResult::Value))
}

fn resume(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let sent = args.get(1).cloned().unwrap_or_default();
    match &args[0] {
        Value::Reference(generator) if is_generator(&args[0]) => {
            Ok(NativeResult::Resume(generator.clone(), Ok(sent)))
        }
        other => {
            let message = format!("'{}' object is not an iterator", type_name(other));
            Err(raised("TypeError", &message))
        }
    }
}

/// Whether only code of the script's can say what a `for` over this gets.
pub(super) fn is_iterated_by_script(value: &Value) -> bool {
    ["__iter__", "__next__", "__getitem__", "__aiter__"]
        .iter()
        .any(|name| special(value, name).is_some())
}

/// Whether the items come one by one: they are taken by code of the script's or the prelude's.
pub(in crate::library) fn comes_one_by_one(value: &Value) -> bool {
    matches!(value, Value::Object(_)) || is_generator(value) || is_iterated_by_script(value)
}
