//! Rows for threads, locks, pools and futures: their constructors and the methods of their objects.
//!
//! Rows are added here as the objects come: a constructor as [`Run::Native`](super::Run::Native)
//! that makes its object by [`NativeCtx::make`](crate::vm::NativeCtx::make), a method as
//! [`Run::Method`](super::Run::Method), which the object itself carries out.

use super::Entry;

pub(super) const ENTRIES: &[Entry] = &[];
