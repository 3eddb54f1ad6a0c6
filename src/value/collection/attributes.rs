//! The attributes of an instance or a class.
//!
//! Most instances have a few, whose names stand in the text of the program. So the names are not copied, and
//! one is most often found by where it is in memory, without a look at its letters.

use std::borrow::Cow;

use crate::value::Value;

/// A name: one of the program's text, or one that was made at run time.
type Name = Cow<'static, str>;

/// Up to so many are looked through one by one.
const FEW: usize = 12;

/// See the head of the file.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    /// Invariant: in the order of the names, each of which is there once.
    row: Vec<(Name, Value)>,
}

#[inline]
fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && (std::ptr::eq(a, b) || a == b)
}

impl Attributes {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// Where a name is, or where it would be.
    fn search(&self, name: &str) -> Result<usize, usize> {
        self.row.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    #[inline]
    fn find(&self, name: &str) -> Option<usize> {
        match self.row.len() <= FEW {
            true => self.row.iter().position(|(known, _)| is_same(known, name)),
            false => self.search(name).ok(),
        }
    }

    /// Whether there is one of this name.
    #[inline]
    pub fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of the one of this name.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|at| &self.row[at].1)
    }

    /// The same, to change it.
    #[inline]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.find(name).map(|at| &mut self.row[at].1)
    }

    /// Sets the one of this name; returns the old value.
    pub fn insert(&mut self, name: impl Into<Name>, value: Value) -> Option<Value> {
        let name = name.into();
        if let Some(slot) = self.get_mut(&name) {
            return Some(std::mem::replace(slot, value));
        }
        let at = self.search(&name).unwrap_or_else(|at| at);
        self.row.insert(at, (name, value));
        None
    }

    /// Takes the one of this name away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.find(name).map(|at| self.row.remove(at).1)
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Value)> {
        self.row.iter().map(|(name, value)| (&**name, value))
    }

    /// The names, in order.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The values, in the order of the names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    /// How many bytes they take besides what the values lead to.
    pub fn bytes(&self) -> usize {
        self.row.capacity() * size_of::<(Name, Value)>()
    }
}

impl<N: Into<Name>> FromIterator<(N, Value)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(attributes: I) -> Self {
        let mut all = Self::new();
        for (name, value) in attributes {
            all.insert(name, value);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Few and many, by names of the program and others.
    #[test]
    fn each_name_is_there_once_and_in_order() {
        for count in [3, 40] {
            let mut all = Attributes::new();
            for number in (0..count).rev() {
                assert!(all.insert(format!("n{number:02}"), Value::Unit).is_none());
            }
            for number in 0..count {
                let old = all.insert(format!("n{number:02}"), Value::Int(number));
                assert!(old.is_some_and(|old| old.is_unit()));
            }
            let names: Vec<&str> = all.names().collect();
            assert!(
                names.is_sorted() && names.len() == count as usize,
                "{names:?}"
            );
            let second = all.get("n01").and_then(Value::as_int);
            assert_eq!((second, all.contains("n")), (Some(1), false));
            assert!(all.remove("n01").is_some() && all.remove("n01").is_none());
            assert!(!all.contains("n01") && all.contains("n02"));
            assert_eq!(all.values().count(), count as usize - 1);
        }
    }
}
