//! What a session holds, for people: threads, variables, functions and texts. Nothing here changes anything.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Session;
use super::episode::Before;
use super::world::INPUT;
use crate::runtime::threads::ThreadInfo;
use crate::schedule::MAIN;
use crate::value::{Value, debug_text, reach};

/// A top-level variable, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub type_name: String,
    /// The value as `debug` shows it.
    pub text: String,
    /// Whether it is a constant.
    pub is_constant: bool,
    /// The names of the threads that can read or change it, as their functions have captured it.
    pub shared_with: Vec<String>,
}

/// A top-level variable as far as completing a name needs it: nothing here grows with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InScope {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub type_name: String,
    /// The first keys of a map; empty for other values.
    pub fields: Vec<String>,
}

/// How many keys of a map [`InScope`] lists.
const FIELDS: usize = 200;

impl Session {
    /// The threads that are alive, main included.
    pub fn threads(&self) -> Vec<ThreadInfo> {
        let mut threads = self.schedule.threads();
        if threads.first().is_none_or(|first| first.number != MAIN.0) {
            // Main is alive between inputs: it waits for the user.
            threads.insert(0, ThreadInfo::at_prompt());
        }
        threads
    }

    /// The top-level variables, by name.
    pub fn variables(&self) -> Vec<Variable> {
        let mut holders: HashMap<usize, Vec<String>> = HashMap::new();
        for (info, handle) in self.schedule.handles() {
            reach(&Value::Object(handle), &mut HashSet::new(), &mut |value| {
                if let Value::Cell(cell) = value {
                    let names = holders.entry(Arc::as_ptr(cell).addr()).or_default();
                    if info.number != MAIN.0 && !names.contains(&info.name) {
                        names.push(info.name.clone());
                    }
                }
            });
        }
        let mut variables: Vec<Variable> = self
            .world
            .program
            .globals()
            .filter(|(_, global)| &*global.name != INPUT)
            .filter_map(|(id, global)| {
                let binding = self.world.globals.get(id)?;
                let value = binding.cell.load();
                Some(Variable {
                    name: global.name.to_string(),
                    type_name: value.type_name(),
                    text: debug_text(&value),
                    is_constant: binding.is_constant,
                    shared_with: holders
                        .remove(&Arc::as_ptr(&binding.cell).addr())
                        .unwrap_or_default(),
                })
            })
            .collect();
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        variables
    }

    /// The top-level variables without their values, by name.
    pub fn scope(&self) -> Vec<InScope> {
        let globals = self.world.program.globals();
        let mut scope: Vec<InScope> = globals
            .filter(|(_, global)| &*global.name != INPUT)
            .filter_map(|(id, global)| {
                let value = self.world.globals.get(id)?.cell.load();
                let fields = match &value {
                    Value::Map(map) => map.keys().take(FIELDS).map(ToString::to_string).collect(),
                    _ => Vec::new(),
                };
                Some(InScope {
                    name: global.name.to_string(),
                    type_name: value.type_name(),
                    fields,
                })
            })
            .collect();
        scope.sort_by(|a, b| a.name.cmp(&b.name));
        scope
    }

    /// The script's functions as `name(parameters)`, by name.
    pub fn functions(&self) -> Vec<String> {
        let program = &self.world.program;
        let mut functions: Vec<String> = program
            .names()
            .flat_map(|name| {
                name.arities()
                    .into_iter()
                    .filter_map(move |argc| name.function(argc))
            })
            .filter(|id| program.unit(id.unit).is_some_and(|unit| !unit.is_prelude()))
            .map(|id| program.code(id))
            .map(|code| {
                let params = code.variables.iter().take(code.params as usize);
                let params: Vec<&str> = params.map(|variable| variable.name.as_str()).collect();
                format!("{}({})", code.name.as_str(), params.join(", "))
            })
            .collect();
        functions.sort();
        functions
    }

    /// The text of an input by its name, for messages that point into it.
    pub fn text_of(&self, name: &str) -> Option<Arc<str>> {
        let program = &self.world.program;
        let units: Vec<_> = program.units().filter(|unit| !unit.is_prelude()).collect();
        units
            .iter()
            .rev()
            .find(|unit| unit.name == name)
            .map(|unit| unit.text.clone())
    }

    /// The name of the input in which a fault lies.
    pub fn name_of_unit(&self, unit: u32) -> Option<String> {
        self.world.program.unit(unit).map(|unit| unit.name.clone())
    }

    /// Which live threads hold a variable whose name now means another one.
    pub(super) fn old_variables(&self, before: &Before) -> Vec<String> {
        let mut notices = Vec::new();
        for (id, global) in self.world.program.globals() {
            let (Some(old), Some(now)) = (before.heap.binding(id), self.world.globals.get(id))
            else {
                continue;
            };
            if Arc::ptr_eq(&now.cell, &old.cell) {
                continue;
            }
            let mut holders = Vec::new();
            for (info, handle) in self.schedule.handles() {
                let mut holds = false;
                reach(&Value::Object(handle), &mut HashSet::new(), &mut |value| {
                    holds |= matches!(value, Value::Cell(cell) if Arc::ptr_eq(cell, &old.cell));
                });
                if holds {
                    holders.push(info.name);
                }
            }
            if !holders.is_empty() {
                let name = &global.name;
                let holders = holders.join(", ");
                notices.push(format!(
                    "{holders} still uses the old `{name}`, not the new one"
                ));
            }
        }
        notices
    }
}
