//! Encoding a state: everything that decides how something continues, in one order. One file, as it is one
//! trait with its implementations for what all states are made of.
//!
//! Two states of one type that are encoded alike continue alike, so exploring enters only one of
//! them. A field that is forgotten would make two states one that are not, and what is *proved* would
//! be wrong. So [`EncodeState::encode_state`] begins by taking its `Self` apart, without `..`: the
//! compiler names a field that is added, and one that is left out is bound to `_` with the reason.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::object::{Notice, TaskId, ThreadCode, Wake};
use super::{Cell, Fault, FaultKind, Function, Holder, Items, Object, Value};
use crate::pos::Pos;

/// Takes down a state, part by part. A closure takes the values in it only.
pub trait StateEncoder {
    /// A value, with all that it leads to.
    fn value(&mut self, value: &Value);

    /// A thread.
    fn task(&mut self, _task: TaskId) {}

    /// The name of a thread that runs this code. It counts only where the identities of such threads are
    /// noticed; that of a thread without code always counts.
    fn name(&mut self, _code: Option<ThreadCode>, name: &str) {
        self.text(name);
    }

    /// The number by which a script knows a thread that runs this code; see [`StateEncoder::name`].
    fn identity(&mut self, _code: Option<ThreadCode>, number: u64) {
        self.number(number);
    }

    /// A thread that waits for the end of this one by an untimed join. It does not count for one whose
    /// state says already for the ends of which threads it waits.
    fn joiner(&mut self, task: TaskId) {
        self.task(task);
    }

    /// The handle of a thread for whose end this one waits, as one of a set.
    fn awaits(&mut self, handle: &Arc<Object>) {
        self.value(&Value::Object(handle.clone()));
    }

    /// A count, a flag, the number of a variant.
    fn number(&mut self, _number: u64) {}

    /// A text: a name, a reason.
    fn text(&mut self, _text: &str) {}

    /// A reference that does not keep `object` alive, and what it is for. It counts only where the
    /// object can be reached by other references as well: nobody notices what happens to garbage.
    fn weak(&mut self, _object: &Weak<Object>, _purpose: u64) {}

    /// A time since the session began at which something will happen. Only how long that is from now
    /// decides what happens next, and how late it is does not.
    fn deadline(&mut self, _at: Duration) {}
}

impl<F: FnMut(&Value)> StateEncoder for F {
    fn value(&mut self, value: &Value) {
        self(value);
    }
}

/// What can be encoded; see the head of the file.
pub trait EncodeState {
    /// Encodes everything that decides what happens next.
    fn encode_state(&self, encoder: &mut dyn StateEncoder);
}

impl EncodeState for Value {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.value(self);
    }
}

impl EncodeState for TaskId {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.task(*self);
    }
}

impl EncodeState for ThreadCode {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.number(self.number());
    }
}

impl EncodeState for str {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.text(self);
    }
}

impl EncodeState for Arc<str> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.text(self);
    }
}

impl EncodeState for String {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.text(self);
    }
}

impl EncodeState for Pos {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            input,
            line,
            column,
        } = *self;
        encoder.number(u64::from(input) << 48 | u64::from(line) << 32 | u64::from(column));
    }
}

impl EncodeState for Duration {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.number(self.as_secs());
        encoder.number(u64::from(self.subsec_nanos()));
    }
}

impl EncodeState for f64 {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.number(self.to_bits());
    }
}

impl EncodeState for () {
    fn encode_state(&self, _encoder: &mut dyn StateEncoder) {}
}

impl EncodeState for Holder {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { task, since } = self;
        (task, since).encode_state(encoder);
    }
}

impl EncodeState for FaultKind {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let fault = Fault::new(self.clone(), Pos::NONE);
        encoder.value(&Value::Error(Arc::new(fault)));
    }
}

impl EncodeState for Fault {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.value(&Value::Error(Arc::new(self.clone())));
    }
}

impl EncodeState for Wake {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Grant(value) => (0, value).encode_state(encoder),
            Self::Fail(kind) => (1, kind).encode_state(encoder),
            Self::Retry => encoder.number(2),
        }
    }
}

impl EncodeState for Notice {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self { to, args } = self;
        (to, args).encode_state(encoder);
    }
}

/// Those that are values, but for the wrapping.
macro_rules! as_values {
    ($($type:ty => $variant:ident,)*) => {$(
        impl EncodeState for Arc<$type> {
            fn encode_state(&self, encoder: &mut dyn StateEncoder) {
                encoder.value(&Value::$variant(self.clone()));
            }
        }
    )*};
}

as_values! {
    Object => Object,
    Cell => Cell,
    Function => Function,
    Fault => Error,
    Items => Array,
}

macro_rules! as_numbers {
    ($($type:ty)*) => {$(
        impl EncodeState for $type {
            fn encode_state(&self, encoder: &mut dyn StateEncoder) {
                encoder.number(*self as u64);
            }
        }
    )*};
}

/// Implements [`EncodeState`] for enums without fields: the number of the variant.
macro_rules! encode_as_number {
    ($($type:ty),+) => {$(
        impl $crate::value::EncodeState for $type {
            fn encode_state(&self, encoder: &mut dyn $crate::value::StateEncoder) {
                encoder.number(*self as u64);
            }
        }
    )+};
}
pub(crate) use encode_as_number;

as_numbers! { bool u8 u16 u32 u64 usize i32 i64 }

impl<T: EncodeState + ?Sized> EncodeState for &T {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        T::encode_state(self, encoder);
    }
}

impl<T: EncodeState + ?Sized> EncodeState for Box<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        T::encode_state(self, encoder);
    }
}

impl<T: EncodeState> EncodeState for Option<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encoder.number(u64::from(self.is_some()));
        if let Some(part) = self {
            part.encode_state(encoder);
        }
    }
}

impl<T: EncodeState, E: EncodeState> EncodeState for Result<T, E> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Ok(value) => (0, value).encode_state(encoder),
            Err(error) => (1, error).encode_state(encoder),
        }
    }
}

/// Encodes how many there are, and each.
fn encode_all<T: EncodeState>(
    parts: impl ExactSizeIterator<Item = T>,
    encoder: &mut dyn StateEncoder,
) {
    encoder.number(parts.len() as u64);
    parts.for_each(|part| part.encode_state(encoder));
}

impl<T: EncodeState> EncodeState for [T] {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encode_all(self.iter(), encoder);
    }
}

impl<T: EncodeState, const N: usize> EncodeState for [T; N] {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encode_all(self.iter(), encoder);
    }
}

impl<T: EncodeState> EncodeState for Vec<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encode_all(self.iter(), encoder);
    }
}

impl<T: EncodeState> EncodeState for VecDeque<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encode_all(self.iter(), encoder);
    }
}

impl<T: EncodeState> EncodeState for BTreeSet<T> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encode_all(self.iter(), encoder);
    }
}

impl<K: EncodeState, V: EncodeState> EncodeState for BTreeMap<K, V> {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        encode_all(self.iter(), encoder);
    }
}

macro_rules! tuples {
    ($(($($part:ident)+))*) => {$(
        impl<$($part: EncodeState),+> EncodeState for ($($part,)+) {
            fn encode_state(&self, encoder: &mut dyn StateEncoder) {
                #[allow(non_snake_case, reason = "one name for a type and its value")]
                let ($($part,)+) = self;
                $($part.encode_state(encoder);)+
            }
        }
    )*};
}

tuples! {
    (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H)
    (A B C D E F G H I) (A B C D E F G H I J) (A B C D E F G H I J K) (A B C D E F G H I J K L)
}

/// Makes a test that each field of a type decides the key of its state, but for those that are left
/// out: `name, Type, base; field: another value, ... ; left out field ...`. Like
/// [`EncodeState::encode_state`] it takes the type apart, so a field that is added has to be listed.
#[cfg(test)]
macro_rules! state_key_test {
    ($name:ident, $type:ident, $base:expr; $($field:ident: $value:expr,)* $(; left out $($left:ident)+)?) => {
        #[cfg(test)]
        mod $name {
            use super::*;
            #[allow(unused_imports, reason = "not every type needs each sample")]
            use crate::value::encode::samples::*;

            #[test]
            fn each_field_decides_the_state_key() {
                let base = $base;
                let $type { $($field: _,)* $($($left: _,)+)? } = &base;
                let key = encoded(&base);
                assert_eq!(key, encoded(&base.clone()));
                $({
                    let mut other = base.clone();
                    other.$field = $value;
                    let name = concat!(stringify!($type), ".", stringify!($field));
                    assert_ne!(key, encoded(&other), "{name}");
                })*
            }
        }
    };
}
/// Without tests there is nothing to make.
#[cfg(not(test))]
macro_rules! state_key_test {
    ($($any:tt)*) => {};
}
pub(crate) use state_key_test;

/// What states are made of, for tests of their keys.
#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    pub(crate) use crate::pos::Pos;
    use crate::value::object::{Ids, Tombstone};
    pub(crate) use crate::value::object::{TaskId, Wake};
    pub(crate) use crate::value::{CodeId, Fault};
    use crate::value::{Collection, Literal, Reference, Target};

    /// An object unlike any other.
    pub(crate) fn object() -> Arc<Object> {
        // Addresses tell objects apart, so none may be used again.
        let object = Object::new(&Ids::default(), Pos::NONE, Tombstone);
        std::mem::forget(object.clone());
        object
    }

    /// A reference to an empty list.
    pub(crate) fn reference() -> Arc<Reference> {
        match Value::reference(Collection::List(Vec::new()), Pos::NONE) {
            Value::Reference(reference) => reference,
            other => unreachable!("{other:?}"),
        }
    }

    /// A function, which is never called.
    pub(crate) fn function(name: &str) -> Arc<Function> {
        let (unit, ordinal) = (0, 0);
        Arc::new(Function {
            name: Literal::new(name),
            target: Target::Code(CodeId { unit, ordinal }),
            captures: Default::default(),
            curried: Default::default(),
            environment: None,
            this: Value::Unit,
            attributes: Value::Unit,
        })
    }

    /// An error.
    pub(crate) fn fault() -> Arc<Fault> {
        Arc::new(Fault::new(FaultKind::Interrupted, Pos::NONE))
    }

    /// A thread that holds something.
    pub(crate) fn holder(task: u64) -> Holder {
        Holder {
            task: TaskId(task),
            since: Pos::NONE,
        }
    }

    /// Everything that is encoded of a state, in words.
    pub(crate) fn encoded(state: &(impl EncodeState + ?Sized)) -> Vec<String> {
        let mut parts = Parts(Vec::new());
        state.encode_state(&mut parts);
        parts.0
    }

    struct Parts(Vec<String>);

    impl StateEncoder for Parts {
        fn value(&mut self, value: &Value) {
            self.0.push(match value {
                Value::Object(object) => format!("object {:p}", Arc::as_ptr(object)),
                Value::Cell(cell) => format!("cell {:p}", Arc::as_ptr(cell)),
                Value::Function(function) => format!("function {}", function.name.as_str()),
                other => format!("{other:?}"),
            });
        }

        fn task(&mut self, task: TaskId) {
            self.0.push(format!("{task:?}"));
        }

        fn number(&mut self, number: u64) {
            self.0.push(number.to_string());
        }

        fn text(&mut self, text: &str) {
            self.0.push(format!("{text:?}"));
        }

        fn weak(&mut self, object: &Weak<Object>, purpose: u64) {
            self.0.push(format!("weak {:p} {purpose}", object.as_ptr()));
        }

        fn deadline(&mut self, at: Duration) {
            self.0.push(format!("at {at:?}"));
        }
    }
}
