//! How large a value may grow: a script that never stops growing one must end with an error, not
//! with the process.

use crate::value::FaultKind;
use crate::value::budget::charge;

/// The longest string, in bytes.
pub(super) const MAX_STRING_BYTES: usize = 1 << 28;

/// The longest array, in items.
pub(super) const MAX_ARRAY_ITEMS: usize = 1 << 26;

/// # Errors
/// [`FaultKind::TooLarge`] for a string longer than [`MAX_STRING_BYTES`].
pub(super) fn check_bytes(bytes: usize) -> Result<(), FaultKind> {
    charge(bytes);
    check(bytes <= MAX_STRING_BYTES, "string")
}

/// # Errors
/// [`FaultKind::TooLarge`] for an array longer than [`MAX_ARRAY_ITEMS`].
pub(super) fn check_items(items: usize) -> Result<(), FaultKind> {
    check(items <= MAX_ARRAY_ITEMS, "array")
}

fn check(fits: bool, what: &str) -> Result<(), FaultKind> {
    if fits {
        Ok(())
    } else {
        Err(FaultKind::TooLarge { what: what.into() })
    }
}
