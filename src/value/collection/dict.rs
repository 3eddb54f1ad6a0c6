//! Hashed keys in the order of insertion, as in Python since 3.7.
//!
//! The entries stand in a row, in the order in which their keys came; a table beside it finds an entry
//! by its hash. A removed entry leaves a gap, so that a `for` that counts places skips nothing; gaps are
//! closed when there are more of them than entries. Keys are equal as Python has it: `1`, `1.0` and
//! `true` are one key, and a character is the string of it.

use hashbrown::HashTable;

use super::layout::{Layout, fixed_hash};
use super::{equal, hash};
use crate::value::{FaultKind, Value};

/// One entry.
#[derive(Clone, Debug)]
pub struct Entry {
    hash: u64,
    /// The key.
    pub key: Value,
    /// The value; `()` in a set.
    pub value: Value,
}

/// See the head of the file.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    /// In the order of insertion, with gaps.
    row: Vec<Option<Entry>>,
    /// Places in the row.
    ///
    /// Invariant: there is one for each entry, under its hash, and none for gaps.
    table: HashTable<u32>,
    /// Of a set: where its items stand in the row, as long as that is given by their hashes.
    layout: Option<Box<Layout>>,
}

impl Dict {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty set.
    pub fn new_set() -> Self {
        Self {
            layout: Some(Box::default()),
            ..Self::default()
        }
    }

    /// Adds the items of another set, in its order.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn merge(&mut self, other: &Self) -> Result<(), FaultKind> {
        if let Some(layout) = &self.layout
            && other.layout.is_some()
            && let Some(larger) = layout.before_merge(self.len(), other.len())
        {
            self.lay_out(larger);
        }
        for key in other.keys() {
            self.insert(key.clone(), Value::Unit)?;
        }
        Ok(())
    }

    /// A set of the same items, as a copy of it stands in Python.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn copied_set(&self) -> Result<Self, FaultKind> {
        let mut copy = Self::new_set();
        copy.merge(self)?;
        Ok(copy)
    }

    /// Moves the items of a set to the places of another table.
    fn lay_out(&mut self, mut layout: Layout) {
        let mut row = Vec::new();
        row.resize_with(layout.places(), || None);
        self.table.clear();
        for entry in std::mem::take(&mut self.row).into_iter().flatten() {
            let place = layout.take(fixed_hash(&entry.key).unwrap_or_default());
            let hash = entry.hash;
            row[place] = Some(entry);
            let row = &row;
            (self.table).insert_unique(hash, place as u32, |place| hash_at(row, *place));
        }
        self.row = row;
        self.layout = Some(Box::new(layout));
    }

    /// Puts a new item of a set at the place that its hash names; whether it has one.
    fn insert_laid_out(&mut self, entry: Entry) -> Option<Entry> {
        let Some(layout) = &mut self.layout else {
            return Some(entry);
        };
        let Some(fixed) = fixed_hash(&entry.key) else {
            self.layout = None;
            self.close_gaps();
            return Some(entry);
        };
        if self.row.len() < layout.places() {
            self.row.resize_with(layout.places(), || None);
        }
        let before = layout.fill();
        let place = layout.take(fixed);
        // Where an item stood before, the table is as full as it was.
        let larger = match layout.fill() > before {
            true => layout.grown(self.table.len() + 1),
            false => None,
        };
        let hash = entry.hash;
        self.row[place] = Some(entry);
        let row = &self.row;
        (self.table).insert_unique(hash, place as u32, |place| hash_at(row, *place));
        if let Some(larger) = larger {
            self.lay_out(larger);
        }
        None
    }

    /// A set of these items.
    ///
    /// # Errors
    /// When one cannot be hashed.
    pub fn set_of(items: impl IntoIterator<Item = Value>) -> Result<Self, FaultKind> {
        let mut set = Self::new_set();
        for item in items {
            set.insert(item, Value::Unit)?;
        }
        Ok(set)
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// The entries, in order.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.row.iter().flatten()
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.entries().map(|entry| &entry.key)
    }

    /// The entries with the gaps between them: what decides how a `for` under way goes on.
    pub fn row(&self) -> &[Option<Entry>] {
        &self.row
    }

    /// Of a set: what decides where further items come, besides those that it has.
    pub fn layout_marks(&self) -> impl Iterator<Item = u64> {
        self.layout.iter().flat_map(|layout| layout.marks())
    }

    /// Removes each item of another set that is there, and adds it where it is not.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn toggle(&mut self, other: &Self) -> Result<(), FaultKind> {
        for key in other.keys() {
            if self.remove(key)?.is_none() {
                self.insert(key.clone(), Value::Unit)?;
            }
        }
        Ok(())
    }

    /// The first entry at or behind a place in the row, and the place behind it.
    pub fn from(&self, place: usize) -> Option<(&Entry, usize)> {
        let row = self.row.get(place..)?;
        let (offset, entry) =
            (row.iter().enumerate()).find_map(|(offset, entry)| Some((offset, entry.as_ref()?)))?;
        Some((entry, place + offset + 1))
    }

    fn find(&self, hash: u64, key: &Value) -> Option<usize> {
        let is_key = |place: &u32| {
            (self.row[*place as usize].as_ref())
                .is_some_and(|entry| entry.hash == hash && is_same_key(&entry.key, key))
        };
        self.table.find(hash, is_key).map(|place| *place as usize)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// When the key cannot be hashed.
    pub fn get(&self, key: &Value) -> Result<Option<&Value>, FaultKind> {
        let place = self.find(hash(key)?, key);
        Ok(place.and_then(|place| Some(&self.row[place].as_ref()?.value)))
    }

    /// The same, to change it.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn get_mut(&mut self, key: &Value) -> Result<Option<&mut Value>, FaultKind> {
        let place = self.find(hash(key)?, key);
        Ok(place.and_then(|place| Some(&mut self.row[place].as_mut()?.value)))
    }

    /// Whether there is such a key.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn contains(&self, key: &Value) -> Result<bool, FaultKind> {
        Ok(self.get(key)?.is_some())
    }

    /// Sets the value of a key, which keeps its place when it is there; returns the old value.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn insert(&mut self, key: Value, value: Value) -> Result<Option<Value>, FaultKind> {
        let hash = hash(&key)?;
        if let Some(place) = self.find(hash, &key)
            && let Some(entry) = &mut self.row[place]
        {
            return Ok(Some(std::mem::replace(&mut entry.value, value)));
        }
        let entry = match self.layout {
            None => Entry { hash, key, value },
            Some(_) => match self.insert_laid_out(Entry { hash, key, value }) {
                Some(entry) => entry,
                None => return Ok(None),
            },
        };
        if self.row.len() > 8 && self.row.len() > 2 * self.len() + 1 {
            self.close_gaps();
        }
        let place = self.row.len() as u32;
        self.row.push(Some(entry));
        let row = &self.row;
        (self.table).insert_unique(hash, place, |place| hash_at(row, *place));
        Ok(None)
    }

    /// Takes an entry out.
    ///
    /// # Errors
    /// As [`Dict::get`].
    pub fn remove(&mut self, key: &Value) -> Result<Option<Entry>, FaultKind> {
        let hash = hash(key)?;
        Ok(self
            .find(hash, key)
            .and_then(|place| self.take(place, hash)))
    }

    /// Takes the last entry out, or the first one.
    pub fn pop(&mut self, last: bool) -> Option<Entry> {
        let is_entry = |entry: &Option<Entry>| entry.is_some();
        let place = match (last, &mut self.layout) {
            (true, _) => self.row.iter().rposition(is_entry)?,
            (false, Some(layout)) => layout.popped()?,
            (false, None) => self.row.iter().position(is_entry)?,
        };
        let hash = self.row[place].as_ref()?.hash;
        self.take(place, hash)
    }

    fn take(&mut self, place: usize, hash: u64) -> Option<Entry> {
        let found = self.table.find_entry(hash, |at| *at as usize == place);
        found.ok()?.remove();
        let entry = self.row[place].take();
        if let Some(layout) = &mut self.layout {
            layout.leave(place);
        }
        while self.layout.is_none()
            && let Some(None) = self.row.last()
        {
            self.row.pop();
        }
        entry
    }

    fn close_gaps(&mut self) {
        self.row.retain(Option::is_some);
        self.table.clear();
        let row = &self.row;
        for place in 0..row.len() as u32 {
            let hash = hash_at(row, place);
            (self.table).insert_unique(hash, place, |place| hash_at(row, *place));
        }
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        *self = match self.layout {
            Some(_) => Self::new_set(),
            None => Self::default(),
        };
    }

    /// How many bytes it takes besides what its values lead to.
    pub fn bytes(&self) -> usize {
        self.row.capacity() * size_of::<Option<Entry>>()
            + self.table.capacity() * (size_of::<u32>() + 1)
    }
}

fn hash_at(row: &[Option<Entry>], place: u32) -> u64 {
    row[place as usize].as_ref().map_or(0, |entry| entry.hash)
}

/// Keys are compared by what they are, so no lock is taken.
#[inline]
fn is_same_key(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Reference(one), Value::Reference(two)) => {
            let by_value = || one.compared_fields().is_some() || one.compared_value().is_some();
            one.is(two) || by_value() && equal(a, b)
        }
        _ => match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) => a == b,
            _ => equal(a, b),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Class;
    use crate::value::Value::Int;

    fn keys(dict: &Dict) -> Vec<i64> {
        dict.keys().filter_map(Value::as_int).collect()
    }

    #[test]
    fn keys_keep_the_order_in_which_they_came() {
        let mut dict = Dict::new();
        for key in [3, 1, 2, 1] {
            dict.insert(Int(key), Int(key * 10)).unwrap();
        }
        assert_eq!(keys(&dict), [3, 1, 2]);
        assert!(dict.remove(&Int(1)).unwrap().is_some());
        assert!(dict.remove(&Int(1)).unwrap().is_none());
        dict.insert(Int(1), Int(0)).unwrap();
        assert_eq!((keys(&dict), dict.len()), (vec![3, 2, 1], 3));
        assert_eq!(dict.pop(true).and_then(|entry| entry.key.as_int()), Some(1));
        assert_eq!(
            dict.pop(false).and_then(|entry| entry.key.as_int()),
            Some(3)
        );
        assert_eq!(keys(&dict), [2]);
    }

    #[test]
    fn gaps_are_closed_and_everything_is_still_found() {
        let mut dict = Dict::new();
        for key in 0..1000 {
            dict.insert(Int(key), Int(key)).unwrap();
            if key >= 10 {
                dict.remove(&Int(key - 10)).unwrap().unwrap();
            }
        }
        assert_eq!(keys(&dict), (990..1000).collect::<Vec<i64>>());
        assert!(dict.row().len() < 30, "{}", dict.row().len());
        for key in 990..1000 {
            assert_eq!(dict.get(&Int(key)).unwrap().unwrap().as_int(), Some(key));
        }
    }

    #[test]
    fn equal_keys_are_one_and_what_can_change_is_none() {
        let mut dict = Dict::new();
        for key in [Int(1), Value::Float(1.0), Value::Bool(true)] {
            dict.insert(key, Value::Unit).unwrap();
        }
        assert_eq!(dict.len(), 1);
        for (a, b) in [
            (Value::Char('a'), Value::from("a")),
            (
                Value::tuple(vec![Int(1), Value::from("x")]),
                Value::tuple(vec![Value::Float(1.0), Value::Char('x')]),
            ),
        ] {
            assert_eq!(hash(&a).unwrap(), hash(&b).unwrap());
            assert!(equal(&a, &b));
        }
        let refused = hash(&Value::array(vec![])).unwrap_err();
        assert_eq!(refused.class(), Class::TypeError);
        let in_tuple = Value::tuple(vec![Value::array(vec![])]);
        assert!(hash(&in_tuple).is_err());
    }
}
