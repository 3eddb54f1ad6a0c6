//! Python's collections: `list`, `dict`, `set` and `deque`, which all who hold one share, and `tuple`.
//!
//! A [`Reference`] is what a script holds of a list: its copies lead to one variable, in which the
//! [`Collection`] stands. So an item of it is a place as any other, with the same steps and races, and
//! whatever follows values follows it through [`Cell`]. A tuple never changes, and is a value. An
//! instance of a class is a reference, too; its attributes are its places.
//!
//! In reading order: this file; [`Attributes`]; [`Dict`], hashed keys in the order of insertion;
//! `layout`, the order of sets of numbers; `compare`, what is equal and what comes first; `text`, as
//! Python shows it. Nothing here holds a lock while it looks into another reference. The module knows
//! no methods. One file for these types, as what a reference gives depends on its kind and its contents
//! together.

mod attributes;
mod compare;
mod dict;
mod hash;
mod layout;
mod text;

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Cell, Class, FaultKind, Held, Origin, UserClass, Value};
use crate::pos::Pos;

pub use attributes::Attributes;
pub use compare::{equal, order, position_of};
pub use dict::{Dict, Entry};
pub use hash::{hash, text_hash};
pub use layout::fixed_hash;
pub use text::{error_arguments, function_text, repr_text};

/// What kind of thing a reference leads to. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A `list`.
    List,
    /// A `deque`.
    Deque,
    /// A `dict`.
    Dict,
    /// A `set`.
    Set,
    /// `d.keys()`: a view of a dict, which has the dict's contents.
    Keys,
    /// `d.values()`
    Values,
    /// `d.items()`
    Items,
    /// An instance of a class: its attributes.
    Instance,
    /// A class of the script's: its own attributes.
    Class,
}

impl Kind {
    /// The name of the type, as `type_of` shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Deque => "deque",
            Self::Dict => "dict",
            Self::Set => "set",
            Self::Keys => "dict_keys",
            Self::Values => "dict_values",
            Self::Items => "dict_items",
            Self::Instance => "instance",
            Self::Class => "class",
        }
    }

    /// That it has gained or lost items while a `for` went over it.
    pub fn changed_while_iterated(self) -> FaultKind {
        let message = match self {
            Self::Dict | Self::Keys | Self::Values | Self::Items => {
                "dictionary changed size during iteration"
            }
            Self::Set => "Set changed size during iteration",
            Self::List | Self::Deque | Self::Instance | Self::Class => {
                "deque mutated during iteration"
            }
        };
        let advice = "go over a copy: `for item in list(xs) { ... }`";
        FaultKind::raised(Class::RuntimeError, message, advice)
    }
}

/// What a script holds of a collection: copies of it lead to the same contents.
#[derive(Debug)]
pub struct Reference {
    /// What it leads to.
    pub kind: Kind,
    /// Where the contents stand.
    pub contents: Arc<Cell>,
    /// The class of an instance, or the one that this is.
    pub class: Option<Arc<UserClass>>,
}

impl Reference {
    /// What is in it now. Waits only while another thread changes it in place.
    pub fn load(&self) -> Arc<Held<Collection>> {
        match self.contents.load() {
            Value::Collection(contents) => contents,
            // Nothing else is ever stored there.
            _ => Arc::default(),
        }
    }

    /// Changes what is in it, as one atomic step. `change` must not look into references.
    ///
    /// # Errors
    /// What `change` finds wrong.
    pub fn change(
        &self,
        change: impl FnOnce(&mut Collection) -> Result<(), FaultKind>,
    ) -> Result<(), FaultKind> {
        self.contents.update(|contents| match contents {
            Value::Collection(contents) => {
                let contents: &mut Held<Collection> = Arc::make_mut(contents);
                change(contents)
            }
            // Nothing else is ever stored there.
            _ => Ok(()),
        })
    }

    /// Whether the two are one.
    pub fn is(&self, other: &Self) -> bool {
        self.kind == other.kind && Arc::ptr_eq(&self.contents, &other.contents)
    }

    /// The view of a dict that the method of this name gives.
    pub fn view(&self, name: &str) -> Option<Value> {
        let kind = match (self.kind, name) {
            (Kind::Dict, "keys") => Kind::Keys,
            (Kind::Dict, "values") => Kind::Values,
            (Kind::Dict, "items") => Kind::Items,
            _ => return None,
        };
        let contents = self.contents.clone();
        let class = None;
        Some(Value::Reference(Arc::new(Self {
            kind,
            contents,
            class,
        })))
    }

    /// What a `for` over it gives now.
    pub fn items(&self) -> Vec<Value> {
        let contents = self.load();
        match &**contents {
            Collection::Dict(dict) => dict.entries().map(|entry| self.of_entry(entry)).collect(),
            other => other.items(),
        }
    }

    /// What is given of an entry of the dict.
    fn of_entry(&self, entry: &Entry) -> Value {
        match self.kind {
            Kind::Values => entry.value.clone(),
            Kind::Items => Value::tuple(vec![entry.key.clone(), entry.value.clone()]),
            Kind::List
            | Kind::Deque
            | Kind::Dict
            | Kind::Set
            | Kind::Keys
            | Kind::Instance
            | Kind::Class => entry.key.clone(),
        }
    }

    /// What a `for` that has come to `position` gives next of these contents, and where it goes on.
    pub fn item_at(&self, contents: &Collection, position: usize) -> Option<(Value, usize)> {
        match contents {
            Collection::Dict(dict) => {
                let (entry, next) = dict.from(position)?;
                Some((self.of_entry(entry), next))
            }
            other => other.item_at(position),
        }
    }

    /// What is in it now as a value of its own, which nobody changes.
    pub fn snapshot(&self) -> Value {
        match self.kind {
            Kind::Keys | Kind::Values | Kind::Items => Value::tuple(self.items()),
            Kind::List | Kind::Deque | Kind::Dict | Kind::Set | Kind::Instance | Kind::Class => {
                self.contents.load()
            }
        }
    }
}

/// What stands in a collection.
#[derive(Clone, Debug)]
pub enum Collection {
    /// The items of a tuple.
    Tuple(Vec<Value>),
    /// The items of a named tuple, and its class, which has the names.
    Named(Vec<Value>, Arc<UserClass>),
    /// The items of a list.
    List(Vec<Value>),
    /// The items of a deque, and how many it holds at most.
    Deque(VecDeque<Value>, Option<usize>),
    /// The entries of a dict.
    Dict(Dict),
    /// The items of a set: the keys of entries without values.
    Set(Dict),
    /// The attributes of an instance or a class.
    Attributes(Attributes),
}

impl Default for Collection {
    fn default() -> Self {
        Self::Tuple(Vec::new())
    }
}

impl Collection {
    /// The kind of references that lead to it; nothing for a tuple, to which none does.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Tuple(_) | Self::Named(..) => None,
            Self::List(_) => Some(Kind::List),
            Self::Deque(..) => Some(Kind::Deque),
            Self::Dict(_) => Some(Kind::Dict),
            Self::Set(_) => Some(Kind::Set),
            Self::Attributes(_) => Some(Kind::Instance),
        }
    }

    /// The name of its type.
    pub fn type_name(&self) -> &'static str {
        self.kind().map_or("tuple", Kind::name)
    }

    /// The items of a tuple, with names or without.
    pub fn tuple_items(&self) -> Option<&[Value]> {
        match self {
            Self::Tuple(items) | Self::Named(items, _) => Some(items),
            _ => None,
        }
    }

    /// The item of a named tuple that has this name.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let Self::Named(items, class) = self else {
            return None;
        };
        let names = &class.fields()?.names;
        items.get(names.iter().position(|one| &**one == name)?)
    }

    /// The class of a named tuple.
    pub fn class(&self) -> Option<&Arc<UserClass>> {
        match self {
            Self::Named(_, class) => Some(class),
            _ => None,
        }
    }

    /// How many items it has.
    pub fn len(&self) -> usize {
        match self {
            Self::Tuple(items) | Self::Named(items, _) | Self::List(items) => items.len(),
            Self::Deque(items, _) => items.len(),
            Self::Dict(dict) | Self::Set(dict) => dict.len(),
            Self::Attributes(map) => map.len(),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a `for` over it gives, in order: of a dict the keys.
    pub fn items(&self) -> Vec<Value> {
        match self {
            Self::Tuple(items) | Self::Named(items, _) | Self::List(items) => items.clone(),
            Self::Deque(items, _) => items.iter().cloned().collect(),
            Self::Dict(dict) | Self::Set(dict) => dict.keys().cloned().collect(),
            Self::Attributes(_) => Vec::new(),
        }
    }

    /// What a `for` that has come to `position` gives next, and where it goes on.
    pub fn item_at(&self, position: usize) -> Option<(Value, usize)> {
        match self {
            Self::Tuple(items) | Self::Named(items, _) | Self::List(items) => {
                Some((items.get(position)?.clone(), position + 1))
            }
            Self::Deque(items, _) => Some((items.get(position)?.clone(), position + 1)),
            Self::Dict(dict) | Self::Set(dict) => {
                let (entry, next) = dict.from(position)?;
                Some((entry.key.clone(), next))
            }
            Self::Attributes(_) => None,
        }
    }

    /// Calls `visit` on each value in it.
    pub fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        match self {
            Self::Tuple(items) | Self::List(items) => items.iter().for_each(visit),
            Self::Named(items, class) => {
                items.iter().for_each(&mut *visit);
                class.visit_parts(visit);
            }
            Self::Deque(items, _) => items.iter().for_each(visit),
            Self::Dict(dict) => dict.entries().for_each(|entry| {
                visit(&entry.key);
                visit(&entry.value);
            }),
            Self::Set(dict) => dict.keys().for_each(visit),
            Self::Attributes(map) => map.values().for_each(visit),
        }
    }

    /// The value at `[index]`.
    ///
    /// # Errors
    /// A bounds fault, a key that is not there, or an index of the wrong type.
    pub fn get_index(&self, index: &Value) -> Result<Value, FaultKind> {
        match self {
            Self::Tuple(items) | Self::Named(items, _) | Self::List(items) => {
                let at = self.position(items.len(), index)?;
                Ok(items[at].clone())
            }
            Self::Deque(items, _) => {
                let at = self.position(items.len(), index)?;
                Ok(items[at].clone())
            }
            Self::Dict(dict) => match dict.get(index)? {
                Some(value) => Ok(value.clone()),
                None => Err(key_error(index)),
            },
            Self::Set(_) | Self::Attributes(_) => Err(FaultKind::raised(
                Class::TypeError,
                &format!("'{}' object is not subscriptable", self.type_name()),
                "what has an index is a list, a tuple, a deque or a dict",
            )),
        }
    }

    /// The place of `[index]` to go on from, as in `xs[i].n = 1`.
    ///
    /// # Errors
    /// As [`Collection::get_index`], and for a tuple, which has no places.
    pub fn item_mut(&mut self, index: &Value) -> Result<&mut Value, FaultKind> {
        let name = self.type_name();
        match self {
            Self::List(items) => {
                let at = position("list assignment", items.len(), index)?;
                Ok(&mut items[at])
            }
            Self::Deque(items, _) => {
                let at = position(name, items.len(), index)?;
                Ok(&mut items[at])
            }
            Self::Dict(dict) => dict.get_mut(index)?.ok_or_else(|| key_error(index)),
            Self::Tuple(_) | Self::Named(..) | Self::Set(_) | Self::Attributes(_) => {
                Err(FaultKind::raised(
                    Class::TypeError,
                    &format!("'{name}' object does not support item assignment"),
                    "make a list of it: `list(xs)`",
                ))
            }
        }
    }

    /// Sets `[index]` to `new`.
    ///
    /// # Errors
    /// As [`Collection::item_mut`]; a dict takes a new key.
    pub fn set_index(&mut self, index: &Value, new: Value) -> Result<(), FaultKind> {
        match self {
            Self::Dict(dict) => dict.insert(index.clone(), new).map(drop),
            other => {
                *other.item_mut(index)? = new;
                Ok(())
            }
        }
    }

    fn position(&self, length: usize, index: &Value) -> Result<usize, FaultKind> {
        position(self.type_name(), length, index)
    }
}

/// The position that an index names.
fn position(type_name: &str, length: usize, index: &Value) -> Result<usize, FaultKind> {
    let number = match index {
        Value::Int(number) => *number,
        Value::Bool(flag) => i64::from(*flag),
        other => {
            return Err(FaultKind::raised(
                Class::TypeError,
                &format!(
                    "{type_name} indices must be integers or slices, not {}",
                    python_type(other)
                ),
                "for a part of it write `xs.slice(1, 3)`",
            ));
        }
    };
    super::index::position(length, number).ok_or_else(|| {
        FaultKind::raised(
            Class::IndexError,
            &format!("{type_name} index out of range"),
            &format!("the index is {number}, and it has {length} items: the first one is 0"),
        )
    })
}

/// What Python calls the type of a value, for errors in its words.
pub fn python_type(value: &Value) -> String {
    match value {
        Value::Unit => "NoneType".into(),
        Value::Int(_) => "int".into(),
        Value::Float(_) => "float".into(),
        Value::Char(_) | Value::Literal(_) | Value::Str(_) => "str".into(),
        Value::Function(_) => "function".into(),
        Value::Range(_) => "range".into(),
        Value::Reference(reference) if reference.kind == Kind::Class => "type".into(),
        other => other.type_name(),
    }
}

/// That a dict or set does not have this key.
pub fn key_error(key: &Value) -> FaultKind {
    FaultKind::no_key(
        key,
        &repr_text(key),
        "ask before, `key in d`, or take a default: `d.get(key, 0)`",
    )
}

impl Value {
    /// A new reference to `contents`, made at this place of the text.
    pub fn reference(contents: Collection, pos: Pos) -> Self {
        let Some(kind) = contents.kind() else {
            return Self::Collection(Arc::new(contents.into()));
        };
        let contents = Self::Collection(Arc::new(contents.into()));
        let contents = Arc::new(Cell::declared(Origin::text(pos.line, pos.column), contents));
        let class = None;
        Self::Reference(Arc::new(Reference {
            kind,
            contents,
            class,
        }))
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>) -> Self {
        Self::Collection(Arc::new(Collection::Tuple(items).into()))
    }

    /// The items of an array, a tuple or a collection, now; nothing for any other value.
    pub fn row(&self) -> Option<Arc<super::Items>> {
        match self {
            Self::Array(items) => Some(items.clone()),
            Self::Reference(reference)
                if !matches!(reference.kind, Kind::Instance | Kind::Class) =>
            {
                Some(Arc::new(reference.items().into()))
            }
            Self::Collection(contents) => Some(Arc::new(contents.items().into())),
            _ => None,
        }
    }

    /// What is in a collection, or in the one that a reference leads to, now.
    pub fn collection(&self) -> Option<Arc<Held<Collection>>> {
        match self {
            Self::Reference(reference) => Some(reference.load()),
            Self::Collection(contents) => Some(contents.clone()),
            _ => None,
        }
    }
}
