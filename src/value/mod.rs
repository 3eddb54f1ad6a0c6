//! What a script computes with: values, shared cells, functions, handles of runtime objects, and
//! the faults that an operation on them can raise.
//!
//! In reading order: [`Value`] itself; [`Literal`], text of the program; [`Cell`], a variable that
//! several threads may touch; [`Function`], a function as a value; [`Held`], what containers hold,
//! however deep; [`Collection`], Python's lists, dicts and sets; [`EncodeState`], what decides how something continues; [`Copier`], what goes to
//! another process; [`Object`], the handle of a lock, a thread or any other thing that can make a
//! thread wait; [`Fault`], what went wrong, and its [`Class`]; [`Footprint`], how much memory all that takes.
//!
//! This module knows nothing of bytecode, fibers or schedulers.

mod accesses;
pub mod budget;
mod cell;
mod class;
pub mod collection;
mod copy;
pub(crate) mod encode;
mod fault;
mod footprint;
mod format;
mod function;
mod held;
mod ids;
pub mod index;
mod literal;
pub mod object;
pub mod operation;
mod parts;
mod publish;
mod python_names;
mod python_words;
mod range;
mod reach;
mod starts;
mod user_class;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use accesses::{ObjectAccess, note_name, note_variable, noting_accesses};
pub use budget::{Budget, Limit, RunLimits};
pub use cell::{Cell, Origin};
pub use class::{Class, is_instance};
use collection::Kind;
pub use collection::{
    Attributes, Collection, Dict, Reference, error_arguments, function_text, repr_text,
};
pub use copy::{Copier, Home, Objects};
pub use encode::{EncodeState, StateEncoder};
pub(crate) use encode::{encode_as_number, state_key_test};
pub use fault::{
    ChannelRefusal, Fault, FaultKind, Holder, Misuse, NO_UNIT, Refusal, SharedFault, TraceEntry,
};
pub use footprint::{AddressHasher, Follow, Footprint};
pub use format::{debug_text, print_text, with_article};
pub use function::{CodeId, Environment, EnvironmentVariable, Function, Target};
pub use held::{Held, shown_while_held};
pub use literal::Literal;
pub use object::Object;
pub use publish::publish;
pub use python_names::{attribute_name, shown_name, variable_name};
pub use range::{FloatRange, Range};
pub use reach::{leads_to, reach};
pub use user_class::{FieldKind, Fields, INIT, Inherited, MAKE, SHOWN, SUPER, UserClass};

/// An object map: keys in order, as Rhai prints them.
pub type Map = BTreeMap<Box<str>, Value>;

/// What an array holds.
pub type Items = Held<Vec<Value>>;

/// A value that we do not look into, such as one that only a native function of Rhai knows.
pub trait Foreign: Send + Sync {
    /// The name of its type, as `type_of` shows it.
    fn type_name(&self) -> String;
    /// As `print` shows it.
    fn text(&self) -> String;
    /// For the one module that made it and may look inside.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// One value of a script: 16 bytes, cheap to copy when scalar.
///
/// Composite values are copy-on-write behind a count: assignment copies, as Rhai has it, but the
/// copy is made only when one of the two is written to.
#[derive(Clone, Default)]
pub enum Value {
    /// `()`
    #[default]
    Unit,
    /// `true` or `false`
    Bool(bool),
    /// A 64-bit integer; arithmetic on it is checked.
    Int(i64),
    /// A 64-bit float.
    Float(f64),
    /// One character.
    Char(char),
    /// A string that stands in the program's text. It has no count: two cores that read one
    /// counted constant would fight for its cache line.
    Literal(Literal),
    /// A string made at run time.
    Str(Arc<String>),
    /// An array.
    Array(Arc<Items>),
    /// An object map.
    Map(Arc<Held<Map>>),
    /// A byte array.
    Blob(Arc<Vec<u8>>),
    /// A range of integers.
    Range(Arc<Range>),
    /// A function, a closure or a function with curried arguments.
    Function(Arc<Function>),
    /// A lock, a thread, a pool ...
    Object(Arc<Object>),
    /// A captured or global variable. It stands only in registers and captures; a script never
    /// sees it.
    Cell(Arc<Cell>),
    /// A caught error as the prelude sees it: it can be thrown again with nothing lost.
    Error(Arc<Fault>),
    /// A list, a dict or another collection of Python's: all who hold it share what is in it.
    Reference(Arc<Reference>),
    /// A tuple; of other collections what stands in the variable of a reference, which a script never
    /// sees by itself.
    Collection(Arc<Held<Collection>>),
    /// Something that only a native function of Rhai understands.
    Foreign(Arc<Box<dyn Foreign>>),
}

const _: () = assert!(size_of::<Value>() == 16);

impl Value {
    /// A string made at run time.
    pub fn string(text: impl Into<String>) -> Self {
        Self::Str(Arc::new(text.into()))
    }

    /// An array of `items`.
    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(items.into()))
    }

    /// An object map.
    pub fn map(map: Map) -> Self {
        Self::Map(Arc::new(map.into()))
    }

    /// The handle of a runtime object.
    pub fn object(object: Arc<Object>) -> Self {
        Self::Object(object)
    }

    /// Where that is which several values may share that are made of parts.
    pub(in crate::value) fn shared_address(&self) -> Option<usize> {
        Some(match self {
            Self::Array(items) => Arc::as_ptr(items) as usize,
            Self::Map(map) => Arc::as_ptr(map) as usize,
            Self::Function(function) => Arc::as_ptr(function) as usize,
            Self::Error(fault) => Arc::as_ptr(fault) as usize,
            Self::Collection(contents) => Arc::as_ptr(contents) as usize,
            _ => return None,
        })
    }

    /// Whether copying and dropping this value touches no memory but its own.
    #[inline(always)]
    pub fn is_scalar(&self) -> bool {
        matches!(
            self,
            Self::Unit
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Float(_)
                | Self::Char(_)
                | Self::Literal(_)
        )
    }

    /// Whether this is `()`.
    pub fn is_unit(&self) -> bool {
        matches!(self, Self::Unit)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text.as_str()),
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an integer.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The number of an integer or a float.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The name of the value's type as `type_of` shows it (Rhai's names; our objects have their
    /// own, such as `Lock`).
    pub fn type_name(&self) -> String {
        match self {
            Self::Unit => "()".into(),
            Self::Bool(_) => "bool".into(),
            Self::Int(_) => "i64".into(),
            Self::Float(_) => "f64".into(),
            Self::Char(_) => "char".into(),
            Self::Literal(_) | Self::Str(_) => "string".into(),
            Self::Array(_) => "array".into(),
            Self::Map(_) => "map".into(),
            Self::Blob(_) => "blob".into(),
            Self::Range(range) => range.type_name().into(),
            Self::Function(_) => "Fn".into(),
            Self::Object(object) => object.kind().into(),
            Self::Cell(_) => "variable".into(),
            Self::Error(_) => "error".into(),
            Self::Reference(reference) => match (&reference.class, reference.kind) {
                (Some(class), Kind::Instance) => class.name.as_str().into(),
                _ => reference.kind.name().into(),
            },
            Self::Collection(contents) => match contents.class() {
                Some(class) => class.name.as_str().into(),
                None if matches!(***contents, Collection::Set(_)) => "frozenset".into(),
                None => contents.type_name().into(),
            },
            Self::Foreign(foreign) => foreign.type_name(),
        }
    }

    /// Calls `visit` on every value directly inside this one: array items, map values, curried
    /// arguments, captured cells and the cell that a reference leads to. Not inside cells or objects.
    pub fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        match self {
            Self::Array(items) => items.iter().for_each(visit),
            Self::Map(map) => map.values().for_each(visit),
            Self::Function(function) => function.visit_parts(visit),
            Self::Error(fault) => fault.kind.visit_parts(visit),
            Self::Reference(reference) => {
                visit(&Self::Cell(reference.contents.clone()));
                if let Some(class) = &reference.class {
                    class.visit_parts(visit);
                }
            }
            Self::Collection(contents) => contents.visit_parts(visit),
            Self::Unit
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Char(_)
            | Self::Literal(_)
            | Self::Str(_)
            | Self::Blob(_)
            | Self::Range(_)
            | Self::Object(_)
            | Self::Cell(_)
            | Self::Foreign(_) => {}
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&debug_text(self))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::string(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::string(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::array(value)
    }
}
