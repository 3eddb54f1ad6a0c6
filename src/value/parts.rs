//! The parts of a value, each with what is typed to come to it.

use super::collection::Collection;
use super::{Value, debug_text};

impl Value {
    /// What stands in this value, which is called `name`: `name[0]`, `name.field`. Empty where that is no
    /// collection, or its items have no place.
    pub fn named_parts(&self, name: &str) -> Vec<(String, Self)> {
        let items = |items: &[Self]| {
            let numbered = items.iter().enumerate();
            numbered
                .map(|(index, item)| (format!("{name}[{index}]"), item.clone()))
                .collect()
        };
        let fields = |map: &super::Map| {
            let entries = map.iter();
            entries
                .map(|(key, item)| (format!("{name}.{key}"), item.clone()))
                .collect()
        };
        match self {
            Self::Array(array) => items(array),
            Self::Map(map) => fields(map),
            Self::Reference(reference) => match &**reference.load() {
                Collection::Tuple(row) | Collection::Named(row, _) | Collection::List(row) => {
                    items(row)
                }
                Collection::Deque(row, _) => items(&row.iter().cloned().collect::<Vec<_>>()),
                Collection::Attributes(map) => {
                    let shown = |key: &str| match &reference.class {
                        Some(class) => class.shown_part(name, key),
                        None => format!("{name}.{key}"),
                    };
                    let parts = map.iter();
                    parts
                        .map(|(key, item)| (shown(key), item.clone()))
                        .collect()
                }
                Collection::Dict(dict) => (dict.entries())
                    .map(|entry| {
                        let key = debug_text(&entry.key);
                        (format!("{name}[{key}]"), entry.value.clone())
                    })
                    .collect(),
                Collection::Set(_) => Vec::new(),
            },
            Self::Collection(contents) => match contents.tuple_items() {
                Some(row) => items(row),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}
