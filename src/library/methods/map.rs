//! Methods of maps.

use std::mem::take;
use std::sync::Arc;

use crate::value::{Held, Map, Value};

use super::super::limits;
use super::{Answer, done, int};

/// Calls the method `name`. A map with another holder is copied before it changes.
pub(super) fn call(name: &str, map: &mut Arc<Held<Map>>, args: &mut [Value]) -> Answer {
    let more = match (name, &*args) {
        ("keys" | "values", []) => map.len(),
        ("mixin" | "fill_with", [Value::Map(more)]) => more.len(),
        _ => 0,
    };
    // An entry is a text and a value.
    if let Err(fault) = limits::check_growth(0, 4 * more) {
        return Some(Err(fault));
    }
    done(match (name, args) {
        ("len", []) => int(map.len()),
        ("is_empty", []) => Value::Bool(map.is_empty()),
        ("contains", [key]) => Value::Bool(map.contains_key(key.as_str()?)),
        ("get", [key]) => map.get(key.as_str()?).cloned().unwrap_or_default(),
        ("keys", []) => Value::array(map.keys().map(|key| Value::from(&**key)).collect()),
        ("values", []) => Value::array(map.values().cloned().collect()),
        ("set", [key, item]) => {
            Arc::make_mut(map).insert(key.as_str()?.into(), take(item));
            Value::Unit
        }
        ("remove", [key]) => match key.as_str()? {
            key if map.contains_key(key) => Arc::make_mut(map).remove(key).unwrap_or_default(),
            _ => Value::Unit,
        },
        ("clear", []) => {
            *map = Arc::default();
            Value::Unit
        }
        ("mixin", [Value::Map(more)]) => {
            let more = more.iter().map(|(key, item)| (key.clone(), item.clone()));
            Arc::make_mut(map).extend(more);
            Value::Unit
        }
        ("fill_with", [Value::Map(more)]) => {
            let map = Arc::make_mut(map);
            for (key, item) in more.iter() {
                map.entry(key.clone()).or_insert_with(|| item.clone());
            }
            Value::Unit
        }
        _ => return None,
    })
}
