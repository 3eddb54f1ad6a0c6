//! Everything that a value leads to.

use std::collections::HashSet;
use std::sync::Arc;

use super::Value;

/// Calls `visit` on everything that can be reached from `value`, itself included, and leads on:
/// variables, objects, functions, arrays, maps and collections; on each once, however many refer to it. `seen`
/// holds those that were visited, by address, so that several values can be followed as one. No lock
/// is held while `visit` runs.
pub fn reach(value: &Value, seen: &mut HashSet<usize>, visit: &mut dyn FnMut(&Value)) {
    let mut next = vec![value.clone()];
    while let Some(value) = next.pop() {
        let is_new = match &value {
            Value::Cell(cell) => seen.insert(Arc::as_ptr(cell) as usize),
            Value::Object(object) => seen.insert(Arc::as_ptr(object) as usize),
            Value::Function(function) => seen.insert(Arc::as_ptr(function) as usize),
            Value::Array(items) => seen.insert(Arc::as_ptr(items) as usize),
            Value::Map(map) => seen.insert(Arc::as_ptr(map) as usize),
            Value::Collection(contents) => seen.insert(Arc::as_ptr(contents) as usize),
            Value::Error(_) | Value::Reference(_) => true,
            _ => false,
        };
        if !is_new {
            continue;
        }
        visit(&value);
        leads_to(&value, &mut |part| {
            if !part.is_scalar() {
                next.push(part.clone());
            }
        });
    }
}

/// Calls `visit` on every value that `value` leads to directly: its parts, or what is in a variable
/// or an object, which is locked meanwhile. Who follows them keeps a list of them: for values that
/// stand deep in each other the stack would be too small.
pub fn leads_to(value: &Value, visit: &mut dyn FnMut(&Value)) {
    match value {
        Value::Cell(cell) => visit(&cell.load()),
        Value::Object(object) => object.visit_parts(visit),
        other => other.visit_parts(visit),
    }
}
