//! Everything that a value leads to.

use std::collections::HashSet;
use std::sync::Arc;

use super::Value;

/// Calls `visit` on every value that can be reached from `value`, itself included; on a variable or
/// an object once, however many refer to it. `seen` holds those that were visited, by address, so
/// that several values can be followed as one. No lock is held while `visit` runs.
pub fn reach(value: &Value, seen: &mut HashSet<usize>, visit: &mut dyn FnMut(&Value)) {
    let is_new = match value {
        Value::Cell(cell) => seen.insert(Arc::as_ptr(cell) as usize),
        Value::Object(object) => seen.insert(Arc::as_ptr(object) as usize),
        _ => true,
    };
    if !is_new {
        return;
    }
    visit(value);
    match value {
        Value::Cell(cell) => reach(&cell.load(), seen, visit),
        Value::Object(object) => {
            let mut parts = Vec::new();
            object
                .state()
                .visit_parts(&mut |part: &Value| parts.push(part.clone()));
            parts.iter().for_each(|part| reach(part, seen, visit));
        }
        other => other.visit_parts(&mut |part| reach(part, seen, visit)),
    }
}
