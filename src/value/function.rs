//! Functions as values: what `Thread(f)`, `|x| x + 1` and `Fn("f")` make.

use std::sync::Arc;

use super::{Cell, Held, Items, Literal, Reference, Value};

/// The top-level variables that a call in another process finds there: copies, which no other call
/// sees.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The variables.
    pub variables: Vec<EnvironmentVariable>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct EnvironmentVariable {
    /// The number that the program gave its name.
    pub global: u32,
    /// The variable.
    pub cell: Arc<Cell>,
    /// Whether it may not be assigned to.
    pub is_constant: bool,
}

/// Which piece of code: a unit of the program and an ordinal within it.
///
/// Units are append-only and never move, so this stays valid for as long as the program does; it
/// is also what can cross to another process together with the units' text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId {
    /// The unit: one input of the session, or one part of the prelude.
    pub unit: u32,
    /// The function within the unit.
    pub ordinal: u32,
}

/// What a function value calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Whatever has this name, in the program's table of names, when the call is made.
    Named(u32),
    /// This very code: a closure.
    Code(CodeId),
}

impl Target {
    /// It as a number, which no other target has.
    pub fn mark(self) -> u64 {
        match self {
            Self::Named(name) => u64::from(name) << 1,
            Self::Code(id) => (u64::from(id.unit) << 32 | u64::from(id.ordinal)) << 1 | 1,
        }
    }
}

/// A function as a value.
#[derive(Clone, Debug)]
pub struct Function {
    /// The name for people: the function's, or `closure` for one without.
    pub name: Literal,
    /// What is called.
    pub target: Target,
    /// The variables that a closure captured, in the order its code expects.
    pub captures: Held<Box<[Arc<Cell>]>>,
    /// Arguments fixed by `curry`; they come before those of the call.
    pub curried: Items,
    /// What it takes along into another process; nothing for one that is called here.
    pub environment: Option<Arc<Environment>>,
    /// What a bound method was taken from, and finds as `this`; `()` for any other function.
    pub this: Value,
    /// What holds the attributes that a script gives it, an instance; `()` for one that takes none.
    pub attributes: Value,
}

impl Function {
    /// What holds the attributes that a script gives it.
    pub fn holder(&self) -> Option<&Arc<Reference>> {
        match &self.attributes {
            Value::Reference(holder) => Some(holder),
            _ => None,
        }
    }

    /// The same function, which takes attributes from now on: in `holder`.
    #[must_use]
    pub fn with_attributes(&self, holder: Arc<Reference>) -> Self {
        Self {
            attributes: Value::Reference(holder),
            ..self.clone()
        }
    }

    /// Calls `visit` on each curried argument, on each captured cell, and on those that it takes
    /// along.
    pub fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        self.curried.iter().for_each(&mut *visit);
        visit(&self.this);
        visit(&self.attributes);
        for cell in self.captures.iter() {
            visit(&Value::Cell(cell.clone()));
        }
        for variable in self.environment.iter().flat_map(|taken| &taken.variables) {
            visit(&Value::Cell(variable.cell.clone()));
        }
    }
}
