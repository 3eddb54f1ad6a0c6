//! Texts that are ready to run, and what each changes in the program when it begins.

use std::sync::Arc;

use super::World;
use crate::program::{Code, Program};
use crate::value::{CodeId, Function, Held, Items, Literal, Target, Value};

/// A text whose code is part of the program. It has not begun: its functions are not yet those of
/// their names.
#[derive(Debug)]
pub struct Prepared {
    /// The number of its unit.
    pub unit: u32,
    /// Runs its top level.
    pub function: Arc<Function>,
    /// The functions that it defines: the number of the name, how many parameters, the code.
    pub defined: Vec<(u32, usize, CodeId)>,
    /// The top-level variables that functions of it name.
    pub named_globals: Vec<u32>,
}

impl Prepared {
    /// The text of this unit.
    pub fn new(unit: u32, defined: Vec<(u32, usize, CodeId)>, named_globals: Vec<u32>) -> Self {
        let function = Function {
            name: Literal::new("main"),
            target: Target::Code(CodeId { unit, ordinal: 0 }),
            captures: Held::default(),
            curried: Items::default(),
            environment: None,
            this: Value::Unit,
            attributes: Value::Unit,
        };
        Self {
            unit,
            function: Arc::new(function),
            defined,
            named_globals,
        }
    }

    /// Whether code that is older than this text could notice that it begins, since it mentions one
    /// of the names that are defined, or may make names of strings.
    pub(super) fn is_noticed(&self, program: &Program) -> bool {
        let of_strings = program.find_name("Fn");
        let notices = |code: &Code| {
            let is_defined = |name: &u32| self.defined.iter().any(|(defined, ..)| defined == name);
            let methods = code.sites.iter().map(|site| &site.name);
            let mut names = code.names.iter().chain(methods);
            names.any(|name| is_defined(name) || Some(*name) == of_strings)
        };
        let older = program.units().take(self.unit as usize);
        !self.defined.is_empty() && older.flat_map(|unit| &unit.functions).any(notices)
    }
}

impl World {
    /// Makes the functions of a text those of their names, and shares the variables that they name.
    pub fn begin(&self, text: &Prepared) {
        for (name, params, id) in &text.defined {
            self.program.define(*name, *params, *id);
        }
        self.share_named(&text.named_globals);
    }

    /// Shares top-level variables that functions name.
    pub(super) fn share_named(&self, globals: &[u32]) {
        for global in globals {
            self.program.global(*global).set_named_by_function(true);
            if let Some(binding) = self.globals.get(*global) {
                crate::value::publish(&Value::Cell(binding.cell.clone()));
            }
        }
    }
}
