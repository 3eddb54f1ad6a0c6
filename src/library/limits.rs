//! How large a value may grow: a script that never stops growing one must end with an error, not
//! with the process. Who makes something large asks here first, with its length and how much of that is
//! new; small things pass.

use crate::value::budget::{Writing, exhausted, reserve, toil};
use crate::value::{FaultKind, Value};

/// The longest string, in bytes.
pub(super) const MAX_STRING_BYTES: usize = 1 << 28;

/// The longest array, in items.
pub(super) const MAX_ARRAY_ITEMS: usize = 1 << 26;

/// Asks for a string of so many bytes, all of them new.
///
/// # Errors
/// [`FaultKind::TooLarge`] for a string longer than [`MAX_STRING_BYTES`], and the limit of memory where
/// there is no room for it.
pub(super) fn check_bytes(bytes: usize) -> Result<(), FaultKind> {
    check_longer(0, bytes)
}

/// The same for one that has so many bytes and gets so many more.
pub(super) fn check_longer(bytes: usize, more: usize) -> Result<(), FaultKind> {
    let fits = bytes.saturating_add(more) <= MAX_STRING_BYTES;
    check(fits, "string")?;
    reserve(more)
}

/// Asks for an array of so many items, all of them new.
///
/// # Errors
/// [`FaultKind::TooLarge`] for an array longer than [`MAX_ARRAY_ITEMS`], and the limit of memory where
/// there is no room for it.
pub(super) fn check_items(items: usize) -> Result<(), FaultKind> {
    check_growth(0, items)
}

/// The same for one that has so many items and gets so many more.
pub(super) fn check_growth(items: usize, more: usize) -> Result<(), FaultKind> {
    let fits = items.saturating_add(more) <= MAX_ARRAY_ITEMS;
    check(fits, "array")?;
    reserve(more.saturating_mul(size_of::<Value>()))
}

/// About what a text takes besides its characters.
const TEXT_BYTES: usize = 4 * size_of::<Value>();

/// Collects texts as values.
///
/// # Errors
/// The limit of memory where there is no room for them.
pub(super) fn texts<'t>(pieces: impl Iterator<Item = &'t str>) -> Result<Vec<Value>, FaultKind> {
    let (mut all, mut bytes) = (Vec::new(), 0);
    let mut writing = Writing::default();
    for piece in pieces {
        bytes += piece.len() + TEXT_BYTES;
        if !writing.go_on(bytes) {
            return Err(exhausted());
        }
        all.push(Value::from(piece));
    }
    Ok(all)
}

/// Asks for a text in which each of these parts of another is replaced by so many bytes.
///
/// # Errors
/// As for [`check_bytes`].
pub(super) fn check_replaced(text: &str, part: &str, new: &str) -> Result<(), FaultKind> {
    if new.len() <= part.len() {
        return check_bytes(text.len());
    }
    let grown = text
        .matches(part)
        .count()
        .saturating_mul(new.len() - part.len());
    check_bytes(text.len().saturating_add(grown))
}

/// Takes note that one instruction goes through so many items, which takes time where they are many.
pub(super) fn walk(items: usize) {
    const MANY: usize = 1 << 8;
    if items >= MANY {
        toil(items / 4);
    }
}

/// The same for sorting so many.
pub(super) fn walk_sorting(items: usize) {
    let rounds = 1 + items.checked_ilog2().unwrap_or(0) as usize;
    walk(items.saturating_mul(rounds) / 4);
}

fn check(fits: bool, what: &str) -> Result<(), FaultKind> {
    if fits {
        Ok(())
    } else {
        Err(FaultKind::TooLarge { what: what.into() })
    }
}
