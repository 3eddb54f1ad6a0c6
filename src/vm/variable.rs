//! Top-level variables, when they are not a plain load or store: unbound, constant, shared or
//! listened to.

use super::arithmetic::put;
use super::step::{Flow, Machine, Step};
use super::{Path, SharedAccess, Stop};
use crate::value::{Cell, FaultKind, Origin, Value, note_name};

impl Machine<'_, '_> {
    pub(super) fn load_global(&mut self, dst: u16, id: u32) -> Step {
        let Some(binding) = self.env.globals.get(id) else {
            let program = self.env.program;
            let function = program
                .find_name(&program.global(id).name)
                .and_then(|name| self.named_function(name));
            return match function {
                Some(_) if !self.may_find_unbound(id) => Ok(Flow::Stop(Stop::Visible)),
                Some(function) => {
                    put(self.register(dst), Value::Function(function));
                    Ok(Flow::Next)
                }
                None => Err(self.unknown_global(id)),
            };
        };
        self.load_shared(dst, &binding.cell)
    }

    /// `dst = cell`, where several threads can reach the variable.
    pub(super) fn load_shared(&mut self, dst: u16, cell: &Cell) -> Step {
        if !self.may_access(cell, Path::default(), false) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let value = cell.load();
        self.loaded(dst, value)
    }

    pub(super) fn store_global(&mut self, id: u32, value: Value) -> Step {
        match self.env.globals.get(id) {
            None => Err(self.unknown_global(id)),
            Some(binding) if binding.is_constant => {
                let name = self.env.program.global(id).name.to_string();
                Err(FaultKind::Constant { name })
            }
            Some(binding) => self.store(&binding.cell, value),
        }
    }

    /// Whether a top-level name may be found unbound now: another thread may be about to bind it, so that
    /// is a read of the variable that it will stand for.
    pub(super) fn may_find_unbound(&mut self, id: u32) -> bool {
        let access = SharedAccess {
            origin: Origin::global(id),
            path: Path::default(),
            writes: false,
        };
        if !self.stepped || !self.env.services.sees(self.fiber.task, &access) {
            return true;
        }
        let proceeds = self.may_proceed();
        if proceeds {
            note_name(access.origin, false);
        }
        proceeds
    }

    /// Whether the current instruction may fail with this now.
    pub(super) fn may_fail(&mut self, kind: &FaultKind) -> bool {
        match kind {
            FaultKind::UnknownVariable { name, .. } => {
                let global = self.env.program.find_global(name);
                global.is_none_or(|id| self.may_find_unbound(id))
            }
            _ => true,
        }
    }

    pub(super) fn bind_global(&mut self, id: u32, value: Value, is_constant: bool) -> Step {
        let is_named = self.env.program.global(id).is_named_by_function();
        if self.stepped
            && is_named
            && (self.env.services).sees_binding(self.fiber.task, Origin::global(id))
            && !self.may_proceed()
        {
            return Ok(Flow::Stop(Stop::Visible));
        }
        if is_named {
            note_name(Origin::global(id), true);
        }
        let cell = self.env.globals.bind(id, value, is_constant);
        // A function that names the variable may run in any thread.
        if (self.stepped || self.listening) && is_named {
            crate::value::publish(&Value::Cell(cell));
        }
        Ok(Flow::Next)
    }

    /// Finishes a read of a variable.
    pub(super) fn loaded(&mut self, dst: u16, value: Value) -> Step {
        let before = self.seen();
        self.tell(before, &value);
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    /// `cell = value`
    pub(super) fn store(&mut self, cell: &Cell, value: Value) -> Step {
        if !self.may_access(cell, Path::default(), true) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let before = self.seen();
        self.publish_into(cell, std::slice::from_ref(&value));
        cell.store(value.clone());
        self.tell(before, &value);
        Ok(Flow::Next)
    }

    pub(super) fn unknown_global(&self, id: u32) -> FaultKind {
        let program = self.env.program;
        let name = program.global(id).name.to_string();
        let known = program
            .globals()
            .filter(|&(other, _)| self.env.globals.with(other, |binding| binding.is_some()))
            .map(|(_, global)| &*global.name)
            .min_by_key(|other| strsim::damerau_levenshtein(other, &name))
            .filter(|other| strsim::damerau_levenshtein(other, &name) <= 2);
        FaultKind::UnknownVariable {
            nearest: known.map(str::to_string),
            name,
        }
    }
}
