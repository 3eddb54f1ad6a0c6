//! What stands around the cell in the program, as far as the cell asks for it.

/// loom's atomics and locks, under the names and with the methods that the cell uses.
pub(crate) mod model {
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    /// Lets others run: loom would take a loop that merely looks again for one without an end.
    pub(crate) struct Backoff;

    impl Backoff {
        pub(crate) fn new() -> Self {
            Self
        }

        pub(crate) fn snooze(&self) {
            loom::thread::yield_now();
        }
    }

    /// A lock without poison.
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
            self.0.lock().unwrap()
        }
    }
}

#[path = "../../../src/value/cell.rs"]
mod cell;

pub(crate) use cell::Cell;

/// A value: every kind of scalar that the cell tells apart, and one with a count.
#[derive(Clone, Debug, Default)]
pub(crate) enum Value {
    #[default]
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    Char(char),
    Counted(std::sync::Arc<i64>),
}
