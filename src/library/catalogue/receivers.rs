//! Which methods of plain values change what they are called on: one table by name, whatever the type.
//!
//! A method that changes its receiver writes the variable or place where that lies, one that does not
//! only reads it: that decides what is a step when programs are explored, what a constant refuses, what
//! is stored back, and whether `push(a, 1)` does what `a.push(1)` does. A name that is missing here may
//! change its receiver. `oracle.rs` holds the table against what Rhai does.

use crate::program::code::OnReceiver;
use crate::value::Value;

/// What a method of this name does to a plain value that it is called on; nothing when the table does
/// not know the name.
pub fn on_receiver(name: &str) -> Option<OnReceiver> {
    match name {
        _ if CHANGING.contains(&name) => Some(OnReceiver::Changes),
        _ if KEEPING.contains(&name) => Some(OnReceiver::Keeps),
        _ => None,
    }
}

/// The same in Python's code. Python's own plain values never change; arrays and maps of this language that
/// came there are changed by what changes a list or a dict.
pub fn on_receiver_in_python(name: &str) -> OnReceiver {
    match CHANGING_IN_PYTHON.contains(&name) {
        true => OnReceiver::Changes,
        false => OnReceiver::Keeps,
    }
}

/// Whether the method of this name, which changes values of some types, leaves this one as it is.
pub fn keeps(name: &str, receiver: &Value) -> bool {
    name == "split" && receiver.as_str().is_some()
}

/// The names that the table says this of.
#[cfg(test)]
pub(in crate::library) fn names_in_table(what: OnReceiver) -> &'static [&'static str] {
    match what {
        OnReceiver::Changes => CHANGING,
        OnReceiver::Keeps => KEEPING,
    }
}

/// The methods of Python's lists and dicts that change them.
const CHANGING_IN_PYTHON: &[&str] = &[
    "append",
    "clear",
    "delete_slice",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "set_slice",
    "setdefault",
    "sort",
    "update",
];

/// Those that change it, for some type: `split` cuts an array in two, though it leaves a string alone.
const CHANGING: &[&str] = &[
    "append",
    "chop",
    "clear",
    "crop",
    "dedup",
    "drain",
    "fill_with",
    "insert",
    "make_lower",
    "make_upper",
    "mixin",
    "pad",
    "pop",
    "push",
    "remove",
    "replace",
    "retain",
    "reverse",
    "set",
    "set_bit",
    "set_bits",
    "shift",
    "shuffle",
    "sort",
    "sort_by",
    "sort_desc",
    "splice",
    "split",
    "take",
    "trim",
    "truncate",
    "write_ascii",
    "write_be",
    "write_le",
    "write_utf8",
];

/// Those that leave it as it is, for every type that has them. What a function that they call does to
/// `this` it does in steps of its own.
const KEEPING: &[&str] = &[
    "__await",
    "__bind",
    "__call_with",
    "abs",
    "acos",
    "acosh",
    "all",
    "any",
    "as_string",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "bits",
    "bytes",
    "call",
    "call_entry",
    "call_fitting",
    "ceiling",
    "chars",
    "contains",
    "cos",
    "cosh",
    "curry",
    "end",
    "ends_with",
    "exp",
    "extract",
    "filter",
    "find",
    "find_map",
    "floor",
    "for_each",
    "fraction",
    "get",
    "get_bit",
    "get_bits",
    "hypot",
    "index_of",
    "int",
    "is_anonymous",
    "is_empty",
    "is_even",
    "is_exclusive",
    "is_finite",
    "is_inclusive",
    "is_infinite",
    "is_nan",
    "is_odd",
    "is_shared",
    "is_zero",
    "keys",
    "len",
    "ln",
    "log",
    "map",
    "max",
    "min",
    "name",
    "order",
    "order_by",
    "order_desc",
    "parse_be_float",
    "parse_be_int",
    "parse_decimal",
    "parse_float",
    "parse_int",
    "parse_json",
    "parse_le_float",
    "parse_le_int",
    "reduce",
    "reduce_rev",
    "round",
    "round_down",
    "round_half_down",
    "round_half_up",
    "round_up",
    "sign",
    "sin",
    "sinh",
    "some",
    "split_rev",
    "sqrt",
    "start",
    "starts_with",
    "sub_string",
    "tag",
    "takes",
    "tan",
    "tanh",
    "to_array",
    "to_binary",
    "to_blob",
    "to_chars",
    "to_debug",
    "to_decimal",
    "to_degrees",
    "to_float",
    "to_hex",
    "to_int",
    "to_json",
    "to_lower",
    "to_octal",
    "to_radians",
    "to_string",
    "to_upper",
    "type_of",
    "values",
    "zip",
];
