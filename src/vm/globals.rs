//! The top-level variables of a session: names bound to cells.
//!
//! A second `let` of a name binds it to a new cell. Functions look the binding up each time;
//! closures that captured the old cell keep it.

use std::sync::Arc;

use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;

use crate::value::{Cell, Origin, Value};

/// What a name is bound to.
#[derive(Debug)]
pub struct Binding {
    /// The variable.
    pub cell: Arc<Cell>,
    /// Whether it may not be assigned to.
    pub is_constant: bool,
}

/// The bindings of all top-level names, by the number that the program gave the name.
#[derive(Debug, Default)]
pub struct Globals {
    slots: boxcar::Vec<ArcSwapOption<Binding>>,
    /// The version of the bindings, for snapshots: a new binding gives it a number that it never had, and
    /// restoring bindings restores their version.
    version: AtomicU64,
    last_version: AtomicU64,
}

impl Globals {
    /// No variables.
    pub fn new() -> Self {
        Self::default()
    }

    fn slot(&self, global: u32) -> &ArcSwapOption<Binding> {
        loop {
            if let Some(slot) = self.slots.get(global as usize) {
                return slot;
            }
            self.slots.push(ArcSwapOption::const_empty());
        }
    }

    /// Calls `use_it` with the binding, without touching its count.
    #[inline]
    pub fn with<R>(&self, global: u32, use_it: impl FnOnce(Option<&Binding>) -> R) -> R {
        use_it(self.slot(global).load().as_deref())
    }

    /// What the name is bound to now.
    pub fn get(&self, global: u32) -> Option<Arc<Binding>> {
        self.slot(global).load_full()
    }

    /// Binds the name to a new variable that holds `value`.
    pub fn bind(&self, global: u32, value: Value, is_constant: bool) -> Arc<Cell> {
        let cell = Arc::new(Cell::declared(Origin::global(global), value));
        let binding = Binding {
            cell: cell.clone(),
            is_constant,
        };
        self.slot(global).store(Some(Arc::new(binding)));
        let version = self.last_version.fetch_add(1, Ordering::Relaxed) + 1;
        self.version.store(version, Ordering::Relaxed);
        cell
    }

    /// Binds the name to a variable that there is already.
    pub fn bind_cell(&self, global: u32, cell: Arc<Cell>, is_constant: bool) {
        let binding = Binding { cell, is_constant };
        self.slot(global).store(Some(Arc::new(binding)));
    }

    /// Forgets all variables.
    pub fn clear(&self) {
        for (_, slot) in &self.slots {
            slot.store(None);
        }
    }

    /// The same number means the same bindings, as long as only one thread runs.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    /// Says that the bindings are again what they were under this number: for snapshots.
    pub fn set_version(&self, version: u64) {
        self.version.store(version, Ordering::Relaxed);
    }

    /// Sets the binding as it was: for snapshots.
    pub fn restore(&self, global: u32, binding: Option<&Arc<Binding>>) {
        let slot = self.slot(global);
        let is_so = match (&*slot.load(), binding) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            (now, then) => now.is_none() && then.is_none(),
        };
        if !is_so {
            slot.store(binding.cloned());
        }
    }
}
