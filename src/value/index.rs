//! Stand-in until the library's own is merged.
use super::{FaultKind, Value};
/// The item at an index.
pub fn get_index(value: &Value, _index: &Value) -> Result<Value, FaultKind> {
    Err(FaultKind::mismatch("index", value))
}
/// Sets the item at an index.
pub fn set_index(value: &mut Value, _index: &Value, _new: Value) -> Result<(), FaultKind> {
    Err(FaultKind::mismatch("index", value))
}
