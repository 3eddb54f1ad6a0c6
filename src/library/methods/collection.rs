//! The methods of Python's collections: `list`, `dict`, `set`, `deque`, and of tuples.
//!
//! They see what is in a collection. Those that make a new one give a reference to it; those that take
//! items take what is in other collections, as the machine has read it. [`on_collection`] says of each
//! what it does to its collection and whether it looks into the items; what is not listed there may do
//! everything.

use std::mem::take;
use std::sync::Arc;

use crate::library::{limits, python};
use crate::pos::Pos;
use crate::value::collection::{
    Entry, Kind, equal, key_error, order, position_of, python_type, repr_text,
};
use crate::value::{Class, Collection, Dict, FaultKind, Held, Value};
use crate::vm::OnCollection;

use super::{Answer, done, int};

type Outcome = Result<Value, FaultKind>;

/// What the method of this name does to a collection of this kind.
pub(in crate::library) fn on_collection(kind: Kind, name: &str) -> OnCollection {
    let manner = |keeps, takes_items, looks_into| OnCollection {
        keeps,
        takes_items,
        looks_into,
    };
    let (reads, changes) = (manner(true, false, false), manner(false, false, false));
    let (reads_all, changes_all) = (manner(true, true, false), manner(false, true, false));
    let (compares, changes_compared) = (manner(true, false, true), manner(false, false, true));
    match (kind, name) {
        (_, "len" | "copy" | "type_of") => reads,
        (Kind::List | Kind::Deque, "append" | "insert" | "pop" | "clear" | "reverse") => changes,
        (Kind::List | Kind::Deque, "extend") => changes_all,
        (Kind::List | Kind::Deque, "index" | "count") => compares,
        (Kind::List | Kind::Deque, "remove") => changes_compared,
        (Kind::List, "slice") => reads,
        (Kind::List, "set_slice") => changes_all,
        (Kind::List, "__sort_keyed") => changes_compared,
        (Kind::List, "__seed" | "__draw") => changes,
        (Kind::List, "delete_slice") => changes,
        (Kind::List, "sort") => changes_compared,
        (Kind::Deque, "appendleft" | "popleft" | "rotate") => changes,
        (Kind::Deque, "extendleft") => changes_all,
        (Kind::Deque, "maxlen") => reads,
        (Kind::Dict, "get") => reads,
        (Kind::Dict, "pop" | "popitem" | "setdefault" | "clear") => changes,
        (Kind::Dict, "update") => changes_all,
        (Kind::Set, "add" | "discard" | "remove" | "pop" | "clear") => changes,
        (
            Kind::Set,
            "update" | "intersection_update" | "difference_update" | "symmetric_difference_update",
        ) => changes_all,
        (
            Kind::Set,
            "union"
            | "intersection"
            | "difference"
            | "symmetric_difference"
            | "issubset"
            | "issuperset"
            | "isdisjoint",
        ) => reads_all,
        _ => OnCollection::UNKNOWN,
    }
}

/// Calls the method `name`. A collection that another thread holds a copy of is copied before it changes.
pub(in crate::library) fn call(
    name: &str,
    contents: &mut Arc<Held<Collection>>,
    args: &mut [Value],
    pos: Pos,
) -> Answer {
    match (name, &*args) {
        ("len", []) => return done(int(contents.len())),
        ("copy", []) if let Collection::Set(set) = &***contents => {
            let copy = set.copied_set();
            return Some(copy.map(|set| Value::reference(Collection::Set(set), pos)));
        }
        ("copy", []) => return done(Value::reference((***contents).clone(), pos)),
        ("index" | "remove" | "count", [Value::Reference(item), ..])
            if item.method("__eq__").is_some() =>
        {
            return Some(Err(FaultKind::raised(
                Class::TypeError,
                &format!("`{name}` does not call `__eq__` here"),
                "compare the items in a loop",
            )));
        }
        _ => {}
    }
    match &***contents {
        Collection::Tuple(items) | Collection::Named(items, _) => {
            row_method(name, items, args, Value::tuple)
        }
        Collection::List(items) => match row_method(name, items, args, |items| {
            Value::reference(Collection::List(items), pos)
        }) {
            Some(answer) => Some(answer),
            None => match &mut **Arc::make_mut(contents) {
                Collection::List(items) => list_method(name, items, args),
                _ => None,
            },
        },
        Collection::Deque(..) => match &mut **Arc::make_mut(contents) {
            Collection::Deque(items, limit) => deque_method(name, items, *limit, args),
            _ => None,
        },
        Collection::Dict(dict) => match (name, &mut *args) {
            ("get", [key]) => Some(
                dict.get(key)
                    .map(|value| value.cloned().unwrap_or_default()),
            ),
            ("get", [key, default]) => {
                Some(dict.get(key).map(|value| value.unwrap_or(default).clone()))
            }
            _ => match &mut **Arc::make_mut(contents) {
                Collection::Dict(dict) => dict_method(name, dict, args),
                _ => None,
            },
        },
        Collection::Attributes(_) => None,
        Collection::Set(set) => match set_value(name, set, args, pos) {
            Some(answer) => Some(answer),
            None => match &mut **Arc::make_mut(contents) {
                Collection::Set(set) => set_method(name, set, args),
                _ => None,
            },
        },
    }
}

/// A method that Python's lists have, of an array of this language's own that came into Python's code; nothing
/// for others.
pub(in crate::library) fn array_as_list(
    name: &str,
    receiver: &mut Value,
    args: &mut [Value],
) -> Answer {
    let Value::Array(items) = receiver else {
        return None;
    };
    match (name, &*args) {
        ("copy", []) => return done(receiver.clone()),
        // What orders by a key calls the script back: arrays have that themselves.
        ("sort", [Value::Function(_), ..]) => return None,
        _ => {}
    }
    match row_method(name, items, args, Value::array) {
        Some(answer) => Some(answer),
        None => list_method(name, &mut *Arc::make_mut(items), args),
    }
}

/// A method that Python's dicts have, of a map of this language's own that came into Python's code; nothing for
/// others, and for errors, which are maps, too.
pub(in crate::library) fn map_as_dict(
    name: &str,
    receiver: &mut Value,
    args: &mut [Value],
    pos: Pos,
) -> Answer {
    const METHODS: [&str; 9] = [
        "copy",
        "get",
        "items",
        "keys",
        "pop",
        "popitem",
        "setdefault",
        "update",
        "values",
    ];
    let Value::Map(map) = &*receiver else {
        return None;
    };
    if !METHODS.contains(&name) || map.contains_key("error") {
        return None;
    }
    let mut dict = Dict::default();
    if let Err(fault) = update(&mut dict, receiver) {
        return Some(Err(fault));
    }
    if let Value::Reference(reference) = Value::reference(Collection::Dict(dict.clone()), pos)
        && let Some(view) = reference.view(name).filter(|_| args.is_empty())
    {
        return done(view);
    }
    let before = dict.len();
    let mut contents = Arc::new(Collection::Dict(dict).into());
    let answer = call(name, &mut contents, args, pos)?;
    if let Collection::Dict(dict) = &**contents
        && (dict.len() != before || name == "update")
    {
        // What has keys of other types is a dict from now on.
        let texts = dict
            .entries()
            .map(|entry| entry.key.as_str().map(Box::from));
        let keys: Option<Vec<Box<str>>> = texts.collect();
        *receiver = match keys {
            Some(keys) => {
                let values = dict.entries().map(|entry| entry.value.clone());
                Value::map(keys.into_iter().zip(values).collect())
            }
            None => Value::reference(Collection::Dict(dict.clone()), pos),
        };
    }
    Some(answer)
}

/// Whether an item is in a collection, or a key in a dict.
///
/// # Errors
/// When a key cannot be hashed.
pub(in crate::library) fn contains(contents: &Collection, item: &Value) -> Result<bool, FaultKind> {
    Ok(match contents {
        Collection::Tuple(items) | Collection::Named(items, _) | Collection::List(items) => {
            position_of(items.iter(), item).is_some()
        }
        Collection::Deque(items, _) => position_of(items.iter(), item).is_some(),
        Collection::Dict(dict) | Collection::Set(dict) => dict.contains(item)?,
        Collection::Attributes(_) => false,
    })
}

/// What a `for` over this value gives.
///
/// # Errors
/// When it has no items.
pub(in crate::library) fn items_of(value: &Value) -> Result<Vec<Value>, FaultKind> {
    let count = match value {
        Value::Array(items) => items.len(),
        Value::Collection(contents) => contents.len(),
        Value::Reference(reference) => reference.load().len(),
        Value::Map(map) => map.len(),
        Value::Blob(bytes) => bytes.len(),
        other => 4 * other.as_str().map_or(0, str::len),
    };
    limits::check_items(count)?;
    Ok(match value {
        Value::Array(items) => items.to_vec(),
        Value::Collection(contents) => contents.items(),
        Value::Reference(reference) if !matches!(reference.kind, Kind::Instance | Kind::Class) => {
            reference.items()
        }
        Value::Range(range) => {
            limits::check_items(range.len().try_into().unwrap_or(usize::MAX))?;
            let first = range.contains(range.start).then_some(range.start);
            std::iter::successors(first, |number| range.after(*number))
                .map(Value::Int)
                .collect()
        }
        Value::Map(map) => map.keys().map(|key| Value::from(&**key)).collect(),
        Value::Blob(bytes) => (bytes.iter())
            .map(|byte| Value::Int(i64::from(*byte)))
            .collect(),
        other => match other.as_str() {
            Some(text) => text
                .chars()
                .map(|one| Value::string(one.to_string()))
                .collect(),
            None => return Err(not_iterable(other)),
        },
    })
}

fn not_iterable(value: &Value) -> FaultKind {
    let kind = python_type(value);
    FaultKind::raised(
        Class::TypeError,
        &format!("'{kind}' object is not iterable"),
        "what has items is a list, a tuple, a set, a dict, a deque, an array, a range or a string",
    )
}

/// The entries for a dict that this value names: those of a dict or a map, or pairs.
///
/// # Errors
/// When it is neither, or a key cannot be hashed.
pub(in crate::library) fn entries_of(value: &Value) -> Result<Vec<(Value, Value)>, FaultKind> {
    if let Value::Map(map) = value {
        let entries = map.iter();
        return Ok(entries
            .map(|(key, value)| (Value::from(&**key), value.clone()))
            .collect());
    }
    if let Some(contents) = value.collection()
        && let Collection::Dict(dict) = &**contents
        && !matches!(value, Value::Reference(reference) if reference.kind != Kind::Dict)
    {
        let entries = dict.entries();
        return Ok(entries
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect());
    }
    let pair = |(number, item): (usize, &Value)| match &items_of(item)?[..] {
        [key, value] => Ok((key.clone(), value.clone())),
        parts => Err(FaultKind::raised(
            Class::ValueError,
            &format!(
                "dictionary update sequence element #{number} has length {}; 2 is required",
                parts.len()
            ),
            "give pairs of a key and a value: `dict([[\"a\", 1], [\"b\", 2]])`",
        )),
    };
    items_of(value)?.iter().enumerate().map(pair).collect()
}

/// Where `start`, `end` and `step` of a slice lead among `length` items: the places, in order.
fn slice_places(length: usize, args: &[Value]) -> Result<Vec<usize>, FaultKind> {
    let number = |at: usize| match args.get(at) {
        None | Some(Value::Unit) => Ok(None),
        Some(Value::Int(number)) => Ok(Some(*number)),
        Some(_) => Err(FaultKind::raised(
            Class::TypeError,
            "slice indices must be integers or None or have an __index__ method",
            "write integers, or `()` for what is left out",
        )),
    };
    let (start, end, step) = (number(0)?, number(1)?, number(2)?.unwrap_or(1));
    if step == 0 {
        return Err(FaultKind::raised(
            Class::ValueError,
            "slice step cannot be zero",
            "a step of 1 takes each item, -1 takes them backwards",
        ));
    }
    let length = length as i64;
    // Python's clamping: a place before the first one is -1 where the slice goes backwards.
    let (low, high) = match step > 0 {
        true => (0, length),
        false => (-1, length - 1),
    };
    let clamp = |place: i64| match place < 0 {
        true => place.saturating_add(length).clamp(low, high),
        false => place.min(high),
    };
    let start = start.map_or(if step > 0 { low } else { high }, clamp);
    let end = end.map_or(if step > 0 { high } else { low }, clamp);
    let mut places = Vec::new();
    let mut place = start;
    while if step > 0 { place < end } else { place > end } {
        places.push(place as usize);
        place = place.saturating_add(step);
    }
    Ok(places)
}

/// What leaves the items of a list or a tuple as they are.
fn row_method(
    name: &str,
    items: &[Value],
    args: &[Value],
    make: impl FnOnce(Vec<Value>) -> Value,
) -> Answer {
    Some(match (name, args) {
        ("index", [item, rest @ ..]) if rest.len() <= 2 => slice_places(items.len(), rest)
            .and_then(|places| {
                let found = places.into_iter().find(|place| equal(&items[*place], item));
                found
                    .map(int)
                    .ok_or_else(|| not_in(&format!("{} is not in list", repr_text(item))))
            }),
        ("count", [item]) => Ok(int(items.iter().filter(|one| equal(one, item)).count())),
        ("slice", [_, ..]) if args.len() <= 3 => slice_places(items.len(), args).map(|places| {
            let part = places.into_iter().map(|place| items[place].clone());
            make(part.collect())
        }),
        _ => return None,
    })
}

/// That a list or a deque does not hold an item.
fn not_in(message: &str) -> FaultKind {
    FaultKind::raised(
        Class::ValueError,
        message,
        "ask before: `if x in xs { ... }`",
    )
}

fn from_empty(kind: &str) -> FaultKind {
    FaultKind::raised(
        Class::IndexError,
        &format!("pop from {kind}"),
        "ask before: `if len(xs) > 0 { ... }`",
    )
}

/// The place of an index that may count from the end.
fn pop_place(length: usize, index: &Value, message: &str) -> Result<usize, FaultKind> {
    let index = index
        .as_int()
        .ok_or_else(|| FaultKind::mismatch("an integer as index", index))?;
    crate::value::index::position(length, index).ok_or_else(|| {
        FaultKind::raised(
            Class::IndexError,
            message,
            &format!("the index is {index}, and it has {length} items: the first one is 0"),
        )
    })
}

/// Where `insert` puts an item: an index beyond an end means that end.
fn insert_place(length: usize, index: i64) -> usize {
    let length = length as i64;
    let place = match index < 0 {
        true => index.saturating_add(length).max(0),
        false => index.min(length),
    };
    place as usize
}

fn list_method(name: &str, items: &mut Vec<Value>, args: &mut [Value]) -> Answer {
    Some(match (name, args) {
        ("append", [item]) => limits::check_growth(items.len(), 1).map(|()| {
            items.push(take(item));
            Value::Unit
        }),
        ("pop", []) => items.pop().ok_or_else(|| from_empty("empty list")),
        ("pop", [_]) if items.is_empty() => Err(from_empty("empty list")),
        ("pop", [index]) => {
            pop_place(items.len(), index, "pop index out of range").map(|place| items.remove(place))
        }
        ("extend", [more]) => items_of(more).and_then(|more| {
            limits::check_growth(items.len(), more.len())?;
            items.extend(more);
            Ok(Value::Unit)
        }),
        ("insert", [Value::Int(index), item]) => limits::check_growth(items.len(), 1).map(|()| {
            items.insert(insert_place(items.len(), *index), take(item));
            Value::Unit
        }),
        ("remove", [item]) => match position_of(items.iter(), item) {
            Some(place) => {
                items.remove(place);
                Ok(Value::Unit)
            }
            None => Err(not_in("list.remove(x): x not in list")),
        },
        ("clear", []) => {
            items.clear();
            Ok(Value::Unit)
        }
        ("reverse", []) => {
            items.reverse();
            Ok(Value::Unit)
        }
        ("sort", []) => sort(items, false).map(|()| Value::Unit),
        ("sort", [Value::Unit, Value::Bool(reverse)]) => {
            sort(items, *reverse).map(|()| Value::Unit)
        }
        // Items in the order of their keys.
        ("__sort_keyed", [keys, keyed, Value::Bool(reverse)]) => {
            let places = items_of(keys).and_then(|keys| in_order(&keys, *reverse));
            places.and_then(|places| {
                *items = moved(items_of(keyed)?, places);
                Ok(Value::Unit)
            })
        }
        // The generator of numbers that a list holds.
        ("__seed", [Value::Int(seed)]) => {
            *items = python::seeded(*seed);
            Ok(Value::Unit)
        }
        ("__draw", [Value::Int(count)]) => {
            let count = usize::try_from(*count).unwrap_or(0);
            let drawn = python::draw(items, count);
            drawn.map(Value::array).ok_or_else(|| {
                FaultKind::raised(Class::ValueError, "this list holds no generator", "")
            })
        }
        ("set_slice", [start, end, step, more]) if step.as_int().is_some_and(|step| step != 1) => {
            let bounds = [start.clone(), end.clone(), step.clone()];
            slice_places(items.len(), &bounds).and_then(|places| {
                let more = items_of(more)?;
                if more.len() != places.len() {
                    return Err(FaultKind::raised(
                        Class::ValueError,
                        &format!(
                            "attempt to assign sequence of size {} to extended slice of size {}",
                            more.len(),
                            places.len()
                        ),
                        "give as many items as the slice has",
                    ));
                }
                for (place, item) in places.into_iter().zip(more) {
                    items[place] = item;
                }
                Ok(Value::Unit)
            })
        }
        ("set_slice", [start, end, _, more] | [start, end, more]) => {
            let places = slice_places(items.len(), &[start.clone(), end.clone()]);
            places.and_then(|places| {
                let start = slice_start(items.len(), start);
                let more = items_of(more)?;
                items.splice(start..start + places.len(), more);
                Ok(Value::Unit)
            })
        }
        ("delete_slice", args @ [_, ..]) => slice_places(items.len(), args).map(|mut places| {
            places.sort_unstable();
            for place in places.into_iter().rev() {
                items.remove(place);
            }
            Value::Unit
        }),
        _ => return None,
    })
}

/// Where a slice begins that replaces items.
fn slice_start(length: usize, start: &Value) -> usize {
    start
        .as_int()
        .map_or(0, |start| insert_place(length, start))
}

/// Sorts as Python does: what is equal keeps its order, also backwards.
///
/// # Errors
/// When two of the items have no order.
pub(in crate::library) fn sort(items: &mut Vec<Value>, reverse: bool) -> Result<(), FaultKind> {
    let places = in_order(items, reverse)?;
    *items = moved(take(items), places);
    Ok(())
}

/// The items at these places.
fn moved(mut items: Vec<Value>, places: Vec<usize>) -> Vec<Value> {
    let item = |place: usize| items.get_mut(place).map(take);
    places.into_iter().filter_map(item).collect()
}

/// The places of keys in their order. Equal ones keep theirs, also where the order is reversed.
///
/// # Errors
/// As [`sort`].
fn in_order(keys: &[Value], reverse: bool) -> Result<Vec<usize>, FaultKind> {
    limits::walk_sorting(keys.len());
    limits::check_items(keys.len())?;
    let last = keys.len().wrapping_sub(1);
    // A sort that turns the row around before and after leaves equal keys where they are.
    let place = |at: usize| if reverse { last - at } else { at };
    let keys_in_turn = || (0..keys.len()).map(|at| (&keys[place(at)], at));
    // Most keys are integers or texts, which can be compared with no look at what else they could be. The
    // numbers keep equal ones in turn.
    let integers: Option<Vec<(i64, usize)>> = keys_in_turn()
        .map(|(key, at)| Some((key.as_int()?, at)))
        .collect();
    let texts = || -> Option<Vec<(u64, &str, usize)>> {
        keys_in_turn()
            .map(|(key, at)| {
                let text = key.as_str()?;
                Some((first_letters(text), text, at))
            })
            .collect()
    };
    let mut places: Vec<usize> = match integers {
        Some(mut row) => {
            row.sort_unstable();
            row.into_iter().map(|(_, at)| place(at)).collect()
        }
        None => match texts() {
            Some(mut row) => {
                row.sort_unstable();
                row.into_iter().map(|(.., at)| place(at)).collect()
            }
            None => {
                let mut unordered = None;
                let mut row: Vec<usize> = (0..keys.len()).map(place).collect();
                row.sort_by(|a, b| {
                    let (a, b) = (&keys[*a], &keys[*b]);
                    order(a, b).unwrap_or_else(|| {
                        unordered.get_or_insert_with(|| no_order("<", a, b));
                        std::cmp::Ordering::Equal
                    })
                });
                if let Some(kind) = unordered {
                    return Err(kind);
                }
                row
            }
        },
    };
    if reverse {
        places.reverse();
    }
    Ok(places)
}

/// The first letters of a text as a number, which compares as they do. Most texts differ in them, and are
/// somewhere else in memory.
fn first_letters(text: &str) -> u64 {
    let mut first = [0; 8];
    let count = text.len().min(first.len());
    first[..count].copy_from_slice(&text.as_bytes()[..count]);
    u64::from_be_bytes(first)
}

/// That Python has no order for two values.
pub(in crate::library) fn no_order(symbol: &str, a: &Value, b: &Value) -> FaultKind {
    FaultKind::raised(
        Class::TypeError,
        &format!(
            "'{symbol}' not supported between instances of '{}' and '{}'",
            python_type(a),
            python_type(b)
        ),
        "compare numbers with numbers, strings with strings, lists and tuples of these",
    )
}

fn deque_method(
    name: &str,
    items: &mut std::collections::VecDeque<Value>,
    limit: Option<usize>,
    args: &mut [Value],
) -> Answer {
    let make_room = |items: &mut std::collections::VecDeque<Value>, at_front: bool| {
        while limit.is_some_and(|limit| items.len() > limit) {
            match at_front {
                true => items.pop_front(),
                false => items.pop_back(),
            };
        }
    };
    Some(match (name, args) {
        ("append", [item]) => limits::check_growth(items.len(), 1).map(|()| {
            items.push_back(take(item));
            make_room(items, true);
            Value::Unit
        }),
        ("appendleft", [item]) => limits::check_growth(items.len(), 1).map(|()| {
            items.push_front(take(item));
            make_room(items, false);
            Value::Unit
        }),
        ("pop", []) => items.pop_back().ok_or_else(|| from_empty("an empty deque")),
        ("popleft", []) => items
            .pop_front()
            .ok_or_else(|| from_empty("an empty deque")),
        ("extend", [more]) => items_of(more).map(|more| {
            items.extend(more);
            make_room(items, true);
            Value::Unit
        }),
        ("extendleft", [more]) => items_of(more).map(|more| {
            more.into_iter().for_each(|item| items.push_front(item));
            make_room(items, false);
            Value::Unit
        }),
        ("insert", [Value::Int(_), _]) if limit.is_some_and(|limit| items.len() >= limit) => {
            Err(FaultKind::raised(
                Class::IndexError,
                "deque already at its maximum size",
                "take an item out first, or use append, which drops the first one",
            ))
        }
        ("insert", [Value::Int(index), item]) => {
            items.insert(insert_place(items.len(), *index), take(item));
            Ok(Value::Unit)
        }
        ("remove", [item]) => match position_of(items.iter(), item) {
            Some(place) => {
                items.remove(place);
                Ok(Value::Unit)
            }
            None => Err(not_in("deque.remove(x): x not in deque")),
        },
        ("index", [item]) => position_of(items.iter(), item)
            .map(int)
            .ok_or_else(|| not_in("the item is not in deque")),
        ("count", [item]) => Ok(int(items.iter().filter(|one| equal(one, item)).count())),
        ("clear", []) => {
            items.clear();
            Ok(Value::Unit)
        }
        ("reverse", []) => {
            items.make_contiguous().reverse();
            Ok(Value::Unit)
        }
        ("rotate", []) => {
            rotate(items, 1);
            Ok(Value::Unit)
        }
        ("rotate", [Value::Int(count)]) => {
            rotate(items, *count);
            Ok(Value::Unit)
        }
        ("maxlen", []) => Ok(limit.map_or(Value::Unit, int)),
        _ => return None,
    })
}

/// Moves `count` items from the end to the front.
fn rotate(items: &mut std::collections::VecDeque<Value>, count: i64) {
    if !items.is_empty() {
        items.rotate_right(count.rem_euclid(items.len() as i64) as usize);
    }
}

fn pair(entry: Entry) -> Value {
    Value::tuple(vec![entry.key, entry.value])
}

fn dict_method(name: &str, dict: &mut Dict, args: &mut [Value]) -> Answer {
    Some(match (name, args) {
        ("setdefault", [key]) => set_default(dict, key, Value::Unit),
        ("setdefault", [key, default]) => set_default(dict, key, default.clone()),
        ("pop", [key]) => match dict.remove(key) {
            Ok(Some(entry)) => Ok(entry.value),
            Ok(None) => Err(key_error(key)),
            Err(kind) => Err(kind),
        },
        ("pop", [key, default]) => (dict.remove(key))
            .map(|entry| entry.map_or_else(|| default.clone(), |entry| entry.value)),
        ("popitem", []) => dict.pop(true).map(pair).ok_or_else(|| {
            FaultKind::no_key(
                &Value::from("popitem(): dictionary is empty"),
                "'popitem(): dictionary is empty'",
                "ask before: `if len(d) > 0 { ... }`",
            )
        }),
        ("update", [more]) => update(dict, more).map(|()| Value::Unit),
        ("clear", []) => {
            dict.clear();
            Ok(Value::Unit)
        }
        _ => return None,
    })
}

fn set_default(dict: &mut Dict, key: &Value, default: Value) -> Outcome {
    if let Some(value) = dict.get(key)? {
        return Ok(value.clone());
    }
    dict.insert(key.clone(), default.clone())?;
    Ok(default)
}

/// Takes over the entries that `more` names.
///
/// # Errors
/// As [`entries_of`].
pub(in crate::library) fn update(dict: &mut Dict, more: &Value) -> Result<(), FaultKind> {
    for (key, value) in entries_of(more)? {
        dict.insert(key, value)?;
    }
    limits::check_growth(dict.len(), 0)
}

/// How two sets are made one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::library) enum Combine {
    Union,
    Intersection,
    Difference,
    SymmetricDifference,
}

/// The set that comes of two.
///
/// # Errors
/// When an item cannot be hashed.
pub(in crate::library) fn combine(a: &Dict, how: Combine, b: &Dict) -> Result<Dict, FaultKind> {
    let of = |from: &Dict, other: &Dict, wanted: bool| {
        let kept = from.keys().filter(|key| {
            let is_in = other.contains(key).unwrap_or(false);
            is_in == wanted
        });
        kept.cloned().collect::<Vec<Value>>()
    };
    let items = match how {
        Combine::Union => {
            let mut union = a.copied_set()?;
            union.merge(b)?;
            return Ok(union);
        }
        Combine::Intersection if b.len() > a.len() => of(a, b, true),
        Combine::Intersection => of(b, a, true),
        Combine::Difference => of(a, b, false),
        // As Python's: what is not in both comes into a copy of the other one.
        Combine::SymmetricDifference => {
            let mut toggled = b.copied_set()?;
            toggled.toggle(a)?;
            return Ok(toggled);
        }
    };
    Dict::set_of(items)
}

/// Makes a set what comes of it and another one: its table stays what it is where Python changes it in place.
///
/// # Errors
/// When an item cannot be hashed.
pub(in crate::library) fn update_set(
    set: &mut Dict,
    how: Combine,
    other: &Dict,
) -> Result<(), FaultKind> {
    match how {
        Combine::Union => set.merge(other),
        Combine::Intersection => combine(set, how, other).map(|new| *set = new),
        Combine::Difference => other.keys().try_for_each(|key| set.remove(key).map(drop)),
        Combine::SymmetricDifference => set.toggle(other),
    }
}

/// The set of the items of a value.
fn set_from(value: &Value) -> Result<Dict, FaultKind> {
    match value.collection().as_deref().map(|held| &**held) {
        Some(Collection::Set(set)) => Ok(set.clone()),
        _ => Dict::set_of(items_of(value)?),
    }
}

fn combined(set: &Dict, how: Combine, others: &[Value]) -> Result<Dict, FaultKind> {
    let mut result = set.clone();
    for other in others {
        result = combine(&result, how, &set_from(other)?)?;
    }
    Ok(result)
}

/// Whether each item of `a` is in `b`.
pub(in crate::library) fn is_subset(a: &Dict, b: &Dict) -> bool {
    a.len() <= b.len() && a.keys().all(|key| b.contains(key).unwrap_or(false))
}

/// What leaves a set as it is.
fn set_value(name: &str, set: &Dict, args: &[Value], pos: Pos) -> Answer {
    let made = |how, others: &[Value]| {
        combined(set, how, others).map(|set| Value::reference(Collection::Set(set), pos))
    };
    Some(match (name, args) {
        ("union", others) => made(Combine::Union, others),
        ("intersection", others) => made(Combine::Intersection, others),
        ("difference", others) => made(Combine::Difference, others),
        ("symmetric_difference", [_]) => made(Combine::SymmetricDifference, args),
        ("issubset", [other]) => set_from(other).map(|other| is_subset(set, &other).into()),
        ("issuperset", [other]) => set_from(other).map(|other| is_subset(&other, set).into()),
        ("isdisjoint", [other]) => set_from(other).map(|other| {
            let common = other.keys().any(|key| set.contains(key).unwrap_or(false));
            Value::Bool(!common)
        }),
        _ => return None,
    })
}

fn set_method(name: &str, set: &mut Dict, args: &mut [Value]) -> Answer {
    Some(match (name, args) {
        ("add", [item]) => set.insert(take(item), Value::Unit).map(|_| Value::Unit),
        ("discard", [item]) => set.remove(item).map(|_| Value::Unit),
        ("remove", [item]) => match set.remove(item) {
            Ok(Some(_)) => Ok(Value::Unit),
            Ok(None) => Err(key_error(item)),
            Err(kind) => Err(kind),
        },
        ("pop", []) => match set.pop(false) {
            Some(entry) => Ok(entry.key),
            None => Err(FaultKind::no_key(
                &Value::from("pop from an empty set"),
                "'pop from an empty set'",
                "ask before: `if len(s) > 0 { ... }`",
            )),
        },
        ("clear", []) => {
            set.clear();
            Ok(Value::Unit)
        }
        ("update", others) => {
            let mut add = |other: &Value| match other.collection().as_deref().map(|held| &**held) {
                Some(Collection::Set(other)) => set.merge(other),
                _ => (items_of(other)?.into_iter())
                    .try_for_each(|item| set.insert(item, Value::Unit).map(drop)),
            };
            (others.iter().try_for_each(&mut add)).map(|()| Value::Unit)
        }
        ("intersection_update", others) => {
            combined(set, Combine::Intersection, others).map(|new| {
                *set = new;
                Value::Unit
            })
        }
        ("difference_update", others) => (others.iter())
            .try_for_each(|other| update_set(set, Combine::Difference, &set_from(other)?))
            .map(|()| Value::Unit),
        ("symmetric_difference_update", [other]) => set_from(other)
            .and_then(|other| update_set(set, Combine::SymmetricDifference, &other))
            .map(|()| Value::Unit),
        _ => return None,
    })
}
