//! Methods of arrays.

use std::cmp::Ordering;
use std::mem::take;
use std::sync::Arc;

use crate::value::index::{position, span};
use crate::value::{Class, FaultKind, Value};

use super::super::{limits, operators};
use super::{Answer, done, int, span_of, span_or_tail};

type Items = Arc<crate::value::Items>;

/// The methods that go through all items, or move them.
const WALKS: [&str; 14] = [
    "chop", "contains", "dedup", "drain", "extract", "index_of", "insert", "remove", "retain",
    "reverse", "shift", "splice", "split", "truncate",
];

/// Calls the method `name`. An array with another holder is copied before it changes.
pub(super) fn call(name: &str, items: &mut Items, args: &mut [Value]) -> Answer {
    match name {
        "sort" | "sort_desc" | "order" | "order_desc" => limits::walk_sorting(items.len()),
        name if WALKS.contains(&name) => limits::walk(items.len()),
        _ => {}
    }
    read(name, items, args).or_else(|| change(name, items, args))
}

fn read(name: &str, items: &Items, args: &mut [Value]) -> Answer {
    done(match (name, &*args) {
        ("len", []) => int(items.len()),
        ("is_empty", []) => Value::Bool(items.is_empty()),
        ("get", [Value::Int(index)]) => {
            let (at, _) = span(items.len(), *index, 0);
            items.get(at).cloned().unwrap_or_default()
        }
        ("contains", [item]) => {
            Value::Bool(items.iter().any(|other| operators::equal(other, item)))
        }
        ("index_of", [Value::Function(_), ..]) => return None,
        ("index_of", [item]) => index_of(items, item, 0),
        ("index_of", [item, Value::Int(start)]) => index_of(items, item, *start),
        ("extract", args) => {
            let (start, count) = span_or_tail(args, items.len())?;
            if let Err(fault) = limits::check_items(count) {
                return Some(Err(fault));
            }
            Value::array(items[start..start + count].to_vec())
        }
        ("order", []) => return Some(sorted(items, Ordering::is_lt)),
        ("order_desc", []) => return Some(sorted(items, Ordering::is_gt)),
        _ => return None,
    })
}

fn change(name: &str, shared: &mut Items, args: &mut [Value]) -> Answer {
    let length = shared.len();
    // Cut to what there is before anything is copied.
    let place = |args: &[Value]| span_of(args, length);
    done(match (name, &mut *args) {
        ("push", [item]) => {
            let item = take(item);
            if let Err(fault) = limits::check_growth(length, 1) {
                return Some(Err(fault));
            }
            Arc::make_mut(shared).push(item);
            Value::Unit
        }
        ("pop", []) if length > 0 => Arc::make_mut(shared).pop().unwrap_or_default(),
        ("shift", []) if length > 0 => Arc::make_mut(shared).remove(0),
        ("pop" | "shift", []) => Value::Unit,
        ("remove", [Value::Int(index)]) => match position(length, *index) {
            Some(at) => Arc::make_mut(shared).remove(at),
            None => Value::Unit,
        },
        ("insert", [Value::Int(index), item]) => {
            let (at, _) = span(length, *index, 0);
            Arc::make_mut(shared).insert(at, take(item));
            Value::Unit
        }
        ("set", [Value::Int(index), item]) => {
            let (at, _) = span(length, *index, 0);
            if at < length {
                Arc::make_mut(shared)[at] = take(item);
            }
            Value::Unit
        }
        ("append", [Value::Array(more)]) => {
            if let Err(fault) = limits::check_growth(length, more.len()) {
                return Some(Err(fault));
            }
            Arc::make_mut(shared).extend(more.iter().cloned());
            Value::Unit
        }
        ("pad", [Value::Int(wanted), item]) => {
            let wanted = usize::try_from(*wanted).unwrap_or(0);
            if let Err(fault) = limits::check_growth(length, wanted.saturating_sub(length)) {
                return Some(Err(fault));
            }
            if wanted > length {
                Arc::make_mut(shared).resize(wanted, take(item));
            }
            Value::Unit
        }
        ("clear", []) => {
            *shared = Items::default();
            Value::Unit
        }
        ("truncate", [Value::Int(kept)]) => {
            let kept = usize::try_from((*kept).max(0)).unwrap_or(usize::MAX);
            if kept < length {
                Arc::make_mut(shared).truncate(kept);
            }
            Value::Unit
        }
        ("chop", [Value::Int(kept)]) => {
            let kept = usize::try_from((*kept).max(0)).unwrap_or(usize::MAX);
            if kept < length {
                Arc::make_mut(shared).drain(..length - kept);
            }
            Value::Unit
        }
        ("reverse", []) => {
            Arc::make_mut(shared).reverse();
            Value::Unit
        }
        ("split", [Value::Int(index)]) => {
            let (at, _) = span(length, *index, 0);
            Value::array(Arc::make_mut(shared).split_off(at))
        }
        ("splice", [where_to @ .., Value::Array(new)]) => {
            let (start, count) = place(where_to)?;
            if let Err(fault) = limits::check_growth(length - count, new.len()) {
                return Some(Err(fault));
            }
            Arc::make_mut(shared).splice(start..start + count, new.iter().cloned());
            Value::Unit
        }
        ("drain", args) => {
            let (start, count) = place(args)?;
            Value::array(Arc::make_mut(shared).drain(start..start + count).collect())
        }
        ("retain", args) => {
            let (start, count) = place(args)?;
            if count == 0 {
                // As in Rhai: nothing is kept by a range of nothing, and nothing taken either.
                return done(Value::array(Vec::new()));
            }
            let items = Arc::make_mut(shared);
            let after = items.split_off(start + count);
            let mut removed: Vec<Value> = items.drain(..start).collect();
            removed.extend(after);
            Value::array(removed)
        }
        ("sort", []) => return Some(sort(shared, Ordering::is_lt)),
        ("sort_desc", []) => return Some(sort(shared, Ordering::is_gt)),
        ("dedup", []) => {
            Arc::make_mut(shared).dedup_by(|item, previous| operators::equal(previous, item));
            Value::Unit
        }
        _ => return None,
    })
}

fn index_of(items: &[Value], item: &Value, start: i64) -> Value {
    let (start, _) = span(items.len(), start, 0);
    (items[start..].iter())
        .position(|other| operators::equal(other, item))
        .map_or(Value::Int(-1), |at| int(start + at))
}

fn sorted(items: &Items, first: fn(Ordering) -> bool) -> Result<Value, FaultKind> {
    let mut items = items.clone();
    sort(&mut items, first)?;
    Ok(Value::Array(items))
}

/// Sorts so that of two unequal items the one for which `first` holds comes first.
fn sort(items: &mut Items, first: fn(Ordering) -> bool) -> Result<Value, FaultKind> {
    if items.len() > 1 {
        let of_one_type = |item: &&Value| natural_order(&items[0], item).is_none();
        if let Some(other) = items.iter().find(of_one_type) {
            return Err(unsortable(&items[0], other));
        }
        Arc::make_mut(items).sort_by(|a, b| match natural_order(a, b) {
            None | Some(Ordering::Equal) => Ordering::Equal,
            Some(order) if first(order) => Ordering::Less,
            Some(_) => Ordering::Greater,
        });
    }
    Ok(Value::Unit)
}

/// The order of two values of one type; nothing for values that have none.
fn natural_order(a: &Value, b: &Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Value::Char(a), Value::Char(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Unit, Value::Unit) => Ordering::Equal,
        _ => a.as_str()?.cmp(b.as_str()?),
    })
}

fn unsortable(a: &Value, b: &Value) -> FaultKind {
    let (a, b) = (a.type_name(), b.type_name());
    let found = if a == b {
        format!("sort of an array of {a}")
    } else {
        format!("sort of an array with {a} and {b}")
    };
    FaultKind::misuse(
        Class::TypeError,
        &found,
        "without a comparer, the items must be all integers, all floats, all strings ...",
        "say what comes first: `array.sort(|a, b| a.age - b.age)`",
    )
}
