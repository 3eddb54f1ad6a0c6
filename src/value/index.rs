//! Reading and writing one item: `array[i]`, `map["key"]`, `text[1..3]`, `number[3]`, `map.key`.
//!
//! The rules are Rhai's, to the letter: negative indices count from the end, a missing key reads
//! as `()`, an integer is a row of 64 bits and a string a row of characters. All functions here
//! are pure: who may see the place is the virtual machine's business.

use std::sync::Arc;

use super::{Class, Collection, FaultKind, Range, Value, print_text};

const BITS: usize = 64;

/// The position that `index` names among `length` items; negative indices count from the end.
#[inline]
pub fn position(length: usize, index: i64) -> Option<usize> {
    let position = if index < 0 {
        length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(index).ok()?
    };
    (position < length).then_some(position)
}

/// How many items an index can name in `value`; nothing when it has none.
pub fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => Some(items.len()),
        Value::Blob(bytes) => Some(bytes.len()),
        Value::Collection(contents) => match &***contents {
            Collection::Tuple(items) | Collection::Named(items, _) | Collection::List(items) => {
                Some(items.len())
            }
            Collection::Deque(items, _) => Some(items.len()),
            Collection::Dict(_) | Collection::Set(_) | Collection::Attributes(_) => None,
        },
        Value::Int(_) => Some(BITS),
        Value::Literal(text) => Some(text.as_str().chars().count()),
        Value::Str(text) => Some(text.chars().count()),
        _ => None,
    }
}

/// Where `count` items from `start` lie among `length`: first position and number of items, both
/// cut to what there is. A `start` at or after the end gives `(length, 0)`.
pub fn span(length: usize, start: i64, count: i64) -> (usize, usize) {
    let first = if start < 0 {
        usize::try_from(start.unsigned_abs()).map_or(0, |back| length.saturating_sub(back))
    } else {
        match usize::try_from(start) {
            Ok(start) if start < length => start,
            _ => return (length, 0),
        }
    };
    let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
    (first, count.min(length - first))
}

/// The value at `object[index]`.
///
/// # Errors
/// A bounds fault, [`FaultKind::Type`] for an index of the wrong type, or
/// [`FaultKind::Indexing`] when `object` has no items.
pub fn get_index(object: &Value, index: &Value) -> Result<Value, FaultKind> {
    match object {
        Value::Array(items) => Ok(items[array_position(items.len(), index)?].clone()),
        Value::Map(map) => Ok(map.get(map_key(index)?).cloned().unwrap_or_default()),
        Value::Blob(bytes) => Ok(Value::Int(i64::from(
            bytes[array_position(bytes.len(), index)?],
        ))),
        Value::Int(number) => match index {
            Value::Range(range) => {
                let (shift, mask) = bit_field(range)?;
                Ok(Value::Int((number & mask) >> shift))
            }
            _ => Ok(Value::Bool(number & (1 << bit_position(index)?) != 0)),
        },
        Value::Range(range) if let Value::Int(at) = index => {
            let length = usize::try_from(range.len()).unwrap_or(usize::MAX);
            let at = position(length, *at).ok_or_else(|| {
                FaultKind::raised(
                    Class::IndexError,
                    "range object index out of range",
                    &format!("it has {length} items: the first one is 0"),
                )
            })?;
            Ok(Value::Int(range.start + at as i64 * range.step))
        }
        Value::Collection(contents) => contents.get_index(index),
        Value::Reference(reference) => reference.load().get_index(index),
        Value::Literal(text) => string_item(text.as_str(), index),
        Value::Str(text) => string_item(text, index),
        _ => Err(no_items(object, index)),
    }
}

/// Sets `object[index]` to `new`. A shared array or map is copied first.
///
/// # Errors
/// As [`get_index`], and [`FaultKind::Type`] when `new` does not fit: a bit is a bool, a byte an
/// integer, an item of a string a character.
pub fn set_index(object: &mut Value, index: &Value, new: Value) -> Result<(), FaultKind> {
    match object {
        Value::Array(items) => {
            let position = array_position(items.len(), index)?;
            Arc::make_mut(items)[position] = new;
        }
        Value::Map(map) => {
            let key = map_key(index)?;
            let map = Arc::make_mut(map);
            match map.get_mut(key) {
                Some(place) => *place = new,
                None => {
                    map.insert(key.into(), new);
                }
            }
        }
        Value::Blob(bytes) => {
            let position = array_position(bytes.len(), index)?;
            let Value::Int(byte) = new else {
                return Err(FaultKind::mismatch("a byte (0 to 255)", &new));
            };
            Arc::make_mut(bytes)[position] = (byte & 0xff) as u8;
        }
        Value::Collection(contents) => Arc::make_mut(contents).set_index(index, new)?,
        Value::Int(number) => set_bits(number, index, &new)?,
        Value::Literal(text) => *object = with_string_item(text.as_str(), index, &new)?,
        Value::Str(text) => *object = with_string_item(text, index, &new)?,
        _ => return Err(no_items(object, index)),
    }
    Ok(())
}

/// The place of `object[index]`, to go on from it: `a[i].b = 1`. Nothing when the item is no place
/// of its own but a copy, such as a bit, a character or a missing key.
///
/// # Errors
/// As [`get_index`], for arrays and maps only.
pub fn item_mut<'v>(
    object: &'v mut Value,
    index: &Value,
) -> Result<Option<&'v mut Value>, FaultKind> {
    match object {
        Value::Array(items) => {
            let position = array_position(items.len(), index)?;
            Ok(Arc::make_mut(items).get_mut(position))
        }
        Value::Map(map) => Ok(Arc::make_mut(map).get_mut(map_key(index)?)),
        _ => Ok(None),
    }
}

/// The value at `map.name`; `()` where the map has no such key.
///
/// # Errors
/// [`FaultKind::UnknownProperty`] when `object` is no map.
pub fn field(object: &Value, name: &str) -> Result<Value, FaultKind> {
    match object {
        Value::Map(map) => Ok(map.get(name).cloned().unwrap_or_default()),
        _ => Err(no_property(object, name)),
    }
}

/// Sets `map.name` to `new`.
///
/// # Errors
/// [`FaultKind::UnknownProperty`] when `object` is no map.
pub fn set_field(object: &mut Value, name: &str, new: Value) -> Result<(), FaultKind> {
    match object {
        Value::Map(map) => {
            Arc::make_mut(map).insert(name.into(), new);
            Ok(())
        }
        _ => Err(no_property(object, name)),
    }
}

fn no_items(object: &Value, index: &Value) -> FaultKind {
    FaultKind::Indexing {
        signature: format!("{} [{}]", object.type_name(), index.type_name()),
    }
}

fn no_property(object: &Value, name: &str) -> FaultKind {
    FaultKind::UnknownProperty {
        name: name.into(),
        on: object.type_name(),
    }
}

fn integer(index: &Value) -> Result<i64, FaultKind> {
    index
        .as_int()
        .ok_or_else(|| FaultKind::mismatch("an integer as index", index))
}

fn array_position(length: usize, index: &Value) -> Result<usize, FaultKind> {
    let index = integer(index)?;
    position(length, index).ok_or(FaultKind::ArrayBounds { length, index })
}

fn map_key(index: &Value) -> Result<&str, FaultKind> {
    index
        .as_str()
        .ok_or_else(|| FaultKind::mismatch("a string as key", index))
}

fn bit_position(index: &Value) -> Result<usize, FaultKind> {
    let index = integer(index)?;
    position(BITS, index).ok_or(FaultKind::BitBounds { index })
}

/// How far to shift, and which bits, for `number[range]`.
fn bit_field(range: &Range) -> Result<(u32, i64), FaultKind> {
    // Rhai does not count from the end here.
    let bit = |index: i64, limit: usize| match usize::try_from(index) {
        Ok(bit) if bit < limit => Ok(bit),
        _ => Err(FaultKind::BitBounds { index }),
    };
    let first = bit(range.start, BITS)?;
    let end = match (range.end, range.inclusive) {
        (i64::MAX, _) => BITS,
        (end, false) => bit(end, BITS + 1)?,
        (end, true) => bit(end, BITS)? + 1,
    };
    Ok(match end.saturating_sub(first) {
        0 => (0, 0),
        BITS => (0, -1),
        count => (first as u32, (((1_u64 << count) - 1) << first) as i64),
    })
}

fn set_bits(number: &mut i64, index: &Value, new: &Value) -> Result<(), FaultKind> {
    let (mask, bits) = match index {
        Value::Range(range) => {
            let (shift, mask) = bit_field(range)?;
            let bits = new
                .as_int()
                .ok_or_else(|| FaultKind::mismatch("an integer", new))?;
            (mask, bits << shift)
        }
        _ => {
            let mask = 1 << bit_position(index)?;
            match new {
                Value::Bool(true) => (mask, mask),
                Value::Bool(false) => (mask, 0),
                _ => return Err(FaultKind::mismatch("bool", new)),
            }
        }
    };
    *number = *number & !mask | bits & mask;
    Ok(())
}

/// Which characters `text[range]` names.
struct Slice {
    /// How many stand before.
    before: usize,
    /// How many it has, at most.
    count: usize,
    /// How many are skipped, from the beginning of the text, to reach what stands after.
    until: usize,
}

fn slice(text: &str, range: &Range) -> Result<Slice, FaultKind> {
    let length = text.chars().count();
    if length == 0 {
        return Ok(Slice {
            before: 0,
            count: 0,
            until: 0,
        });
    }
    let from_end = |index: i64| match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => position(length, index),
    };
    let start = from_end(range.start).ok_or(FaultKind::StringBounds {
        length,
        index: range.start,
    })?;
    let end = from_end(range.end).unwrap_or(0);
    Ok(if range.inclusive {
        // In Rhai an inclusive range of one character is empty, unless it is the whole text.
        let whole = start == 0 && end >= length - 1;
        Slice {
            before: start,
            count: if whole {
                length
            } else if end > start {
                (end - start).saturating_add(1)
            } else {
                0
            },
            until: end.min(length - 1) + 1,
        }
    } else {
        Slice {
            before: start,
            count: end.saturating_sub(start),
            until: end.min(length),
        }
    })
}

fn string_item(text: &str, index: &Value) -> Result<Value, FaultKind> {
    if let Value::Range(range) = index {
        let slice = slice(text, range)?;
        let part: String = text.chars().skip(slice.before).take(slice.count).collect();
        return Ok(Value::string(part));
    }
    let index = integer(index)?;
    let item = match usize::try_from(index) {
        Ok(position) => text.chars().nth(position),
        Err(_) => usize::try_from(index.unsigned_abs() - 1)
            .ok()
            .and_then(|back| text.chars().rev().nth(back)),
    };
    item.map(Value::Char)
        .ok_or_else(|| FaultKind::StringBounds {
            length: text.chars().count(),
            index,
        })
}

/// `text` with `new` in the place of `text[index]`.
fn with_string_item(text: &str, index: &Value, new: &Value) -> Result<Value, FaultKind> {
    if let Value::Range(range) = index {
        let slice = slice(text, range)?;
        let mut changed: String = text.chars().take(slice.before).collect();
        changed.push_str(&print_text(new));
        changed.extend(text.chars().skip(slice.until));
        return Ok(Value::string(changed));
    }
    string_item(text, index)?;
    let Value::Char(character) = new else {
        return Err(FaultKind::mismatch("char", new));
    };
    // Rhai reads `text[-n]` from the end but writes it at position n from the beginning.
    let position = integer(index)?.unsigned_abs() as usize;
    let changed: String = text
        .chars()
        .enumerate()
        .map(|(at, old)| if at == position { *character } else { old })
        .collect();
    Ok(Value::string(changed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_both_ends() {
        assert_eq!(position(3, 0), Some(0));
        assert_eq!(position(3, -1), Some(2));
        assert_eq!(position(3, -3), Some(0));
        assert_eq!(position(3, 3), None);
        assert_eq!(position(3, -4), None);
        assert_eq!(position(3, i64::MIN), None);
        assert_eq!(position(0, 0), None);
    }

    #[test]
    fn spans_are_cut_to_what_there_is() {
        assert_eq!(span(5, 1, 2), (1, 2));
        assert_eq!(span(5, -2, 9), (3, 2));
        assert_eq!(span(5, -9, 2), (0, 2));
        assert_eq!(span(5, 5, 1), (5, 0));
        assert_eq!(span(5, 1, -1), (1, 0));
        assert_eq!(span(5, 2, i64::MAX), (2, 3));
    }

    #[test]
    fn writing_a_copy_leaves_the_original_alone() {
        let original = Value::array(vec![Value::Int(1), Value::Int(2)]);
        let mut copy = original.clone();
        set_index(&mut copy, &Value::Int(-1), Value::Int(7)).unwrap();
        assert_eq!(super::super::debug_text(&original), "[1, 2]");
        assert_eq!(super::super::debug_text(&copy), "[1, 7]");
    }

    #[test]
    fn only_arrays_and_maps_have_places() {
        let mut number = Value::Int(1);
        assert!(item_mut(&mut number, &Value::Int(0)).unwrap().is_none());
        let mut array = Value::array(vec![Value::Int(1)]);
        *item_mut(&mut array, &Value::Int(0)).unwrap().unwrap() = Value::Bool(true);
        assert!(matches!(
            get_index(&array, &Value::Int(0)),
            Ok(Value::Bool(true))
        ));
        assert!(item_mut(&mut array, &Value::Int(1)).is_err());
    }
}
