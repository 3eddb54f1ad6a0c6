//! The hashes of keys: those of Python where they decide the order of a set.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Collection, Kind, python_type};
use crate::value::budget::{Visits, exhausted};
use crate::value::{Class, FaultKind, FieldKind, Value};

/// How deep tuples may stand in each other that are hashed.
const MAX_DEPTH: usize = 200;

/// The hash of a key. Equal keys have the same.
///
/// # Errors
/// When the value can change, so that it is no key: Python's `unhashable type`.
pub fn hash(value: &Value) -> Result<u64, FaultKind> {
    let mut hasher = Mixer(0);
    write(value, &mut hasher, 0, &mut Visits::default())?;
    Ok(hasher.finish())
}

/// The hash of a text.
#[inline]
pub fn text_hash(text: &str) -> u64 {
    let mut hasher = Mixer(0);
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn write(
    value: &Value,
    hasher: &mut Mixer,
    depth: usize,
    visits: &mut Visits,
) -> Result<(), FaultKind> {
    if !visits.go_on() {
        return Err(exhausted());
    }
    match value {
        Value::Int(number) => hasher.write_u64(*number as u64),
        Value::Bool(flag) => hasher.write_u64(u64::from(*flag)),
        Value::Float(number) => {
            let whole = *number as i64;
            match whole as f64 == *number && whole != i64::MAX {
                true => hasher.write_u64(whole as u64),
                false => hasher.write_u64(number.to_bits()),
            }
        }
        Value::Literal(text) => hasher.write(text.as_str().as_bytes()),
        Value::Str(text) => hasher.write(text.as_bytes()),
        Value::Char(character) => {
            hasher.write(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Value::Unit => hasher.write_u64(u64::MAX),
        Value::Collection(contents) => match &***contents {
            Collection::Tuple(items) | Collection::Named(items, _) if depth < MAX_DEPTH => {
                hasher.write_u64(items.len() as u64);
                for item in items {
                    write(item, hasher, depth + 1, visits)?;
                }
            }
            // A frozenset: in whatever order its items stand.
            Collection::Set(items) if depth < MAX_DEPTH => {
                let mut all = items.len() as u64;
                for item in items.keys() {
                    let mut one = Mixer(0);
                    write(item, &mut one, depth + 1, visits)?;
                    all = all.wrapping_add(one.finish());
                }
                hasher.write_u64(all);
            }
            _ => return Err(unhashable(value)),
        },
        // By what they are: those are equal only to themselves.
        Value::Object(object) => hasher.write_u64(Arc::as_ptr(object) as usize as u64),
        Value::Function(function) => {
            // Another function value may be equal that has the same target.
            function.target.hash(hasher);
        }
        Value::Range(range) => hasher.write_u64(range.start as u64 ^ range.end as u64),
        // Its fields never change.
        Value::Reference(reference)
            if let Some(fields) = reference.compared_fields()
                && depth < MAX_DEPTH =>
        {
            if fields.kind != FieldKind::Frozen {
                return Err(unhashable(value));
            }
            for item in &reference.values_of(fields) {
                write(item, hasher, depth + 1, visits)?;
            }
        }
        Value::Reference(reference)
            if let Some(value) = reference.compared_value()
                && depth < MAX_DEPTH =>
        {
            write(&value, hasher, depth + 1, visits)?;
        }
        // By what they are, too.
        Value::Reference(reference) if reference.method("__eq__").is_some() => {
            return Err(unhashable(value));
        }
        Value::Reference(reference) if matches!(reference.kind, Kind::Instance | Kind::Class) => {
            hasher.write_u64(Arc::as_ptr(&reference.contents) as usize as u64);
        }
        Value::Reference(_)
        | Value::Array(_)
        | Value::Map(_)
        | Value::Blob(_)
        | Value::Cell(_)
        | Value::Error(_)
        | Value::Foreign(_) => return Err(unhashable(value)),
    }
    Ok(())
}

fn unhashable(value: &Value) -> FaultKind {
    let kind = python_type(value);
    FaultKind::raised(
        Class::TypeError,
        &format!("unhashable type: '{kind}'"),
        "a key must stay as it is: use a tuple, `tuple(xs)`",
    )
}

/// A hash of one multiplication a word, with the upper half folded into the lower one. Nobody but the
/// author of the script chooses the keys.
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.write_u64(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.write_u64(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9E37_79B9_7F4A_7C15) * 0xD6E8_FEB8_6659_FD93;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
