//! What a name means at a place in the text.
//!
//! A name is a variable of the function being lowered, one that its closure has captured, or one of
//! the top level; failing that the name of a function. Functions look top-level variables up when
//! they run, so for them an unknown name is only suspicious.

use super::builder::Kind;
use super::{Lowering, TopLevel};
use crate::language::resolve::Declaration;
use crate::pos::Pos;
use crate::program::Language;
use crate::program::op::{Op, Reg};

/// Where a variable of the function lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// In a register.
    Register(Reg),
    /// In a cell, which is in a register.
    Cell(Reg),
    /// In the program's table: a variable of the top level.
    Global(u32),
}

/// What is known of a variable besides its place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct VariableFlags {
    /// Whether it was made by `const`.
    pub(super) constant: bool,
    /// Whether it may hold a function for all we know, so that calling its name calls it even if the
    /// library has a function of that name. `let max = 0` does not hide `max(a, b)`.
    pub(super) callable: bool,
}

/// A variable in scope.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) name: String,
    pub(super) slot: Slot,
    pub(super) flags: VariableFlags,
    /// The instruction from which on it is there.
    start: u32,
}

/// A captured variable, as the closure sees it.
#[derive(Debug)]
pub(super) struct Capture {
    pub(super) name: String,
    pub(super) flags: VariableFlags,
}

/// An open block.
#[derive(Debug, Default)]
pub(super) struct Scope {
    locals: Vec<Local>,
    /// The registers in use before it.
    mark: u32,
    floor: u32,
}

impl Scope {
    /// The names of its variables.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.locals.iter().map(|local| local.name.as_str())
    }
}

/// What a name was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    /// A variable in a register.
    Register(Reg),
    /// A variable in a cell, which is in a register.
    Cell(Reg),
    /// A captured variable.
    Capture(u16),
    /// A variable of the top level.
    Global(u32),
    /// No variable, but a function has this name.
    Function,
    /// No variable, but a constant of the library.
    Constant(&'static str),
    /// Nothing has this name.
    Unknown,
}

impl Lowering<'_> {
    /// Runs `inside` in a block of its own.
    pub(super) fn scoped<R>(&mut self, inside: impl FnOnce(&mut Self) -> R) -> R {
        let builder = self.builder();
        let scope = Scope {
            locals: Vec::new(),
            mark: builder.mark(),
            floor: builder.floor(),
        };
        builder.scopes.push(scope);
        let result = inside(self);
        if let Some(scope) = self.builder().scopes.pop() {
            self.note_variables(&scope.locals);
            self.builder().set_floor(scope.floor);
            self.builder().release(scope.mark);
        }
        result
    }

    /// Ends the outermost block of a function.
    pub(super) fn close_body(&mut self) {
        if let Some(scope) = self.builder().scopes.pop() {
            self.note_variables(&scope.locals);
        }
    }

    fn note_variables(&mut self, locals: &[Local]) {
        for local in locals {
            if let Slot::Register(register) | Slot::Cell(register) = local.slot {
                let name = self.literal(&local.name);
                self.builder().note_variable(name, register, local.start);
            }
        }
    }

    /// Whether a variable declared now belongs to the top level and lives in the program's table.
    pub(super) fn becomes_global(&mut self, name: &str) -> bool {
        let builder = self.builder();
        let outermost = builder.kind == Kind::TopLevel && builder.scopes.len() == 1;
        outermost
            && (matches!(self.top, TopLevel::Prompt | TopLevel::Module(_))
                || self.resolution.mentioned.contains(name))
    }

    /// Declares a variable whose value is already in `register`, which becomes its own. A captured
    /// one becomes a cell.
    pub(super) fn declare(
        &mut self,
        name: &str,
        declaration: Declaration,
        register: Reg,
        flags: VariableFlags,
        pos: Pos,
    ) {
        if matches!(declaration, Declaration::Name(_)) && self.becomes_global(name) {
            let global = self.program.global_id(&self.own_name(name));
            let index = self.builder().global(global);
            let op = if flags.constant {
                Op::ConstGlobal {
                    global: index,
                    src: register,
                }
            } else {
                Op::LetGlobal {
                    global: index,
                    src: register,
                }
            };
            self.builder().emit(op, pos);
            return self.add_local(name, Slot::Global(global), flags);
        }
        self.builder().keep(register);
        if self.resolution.cells.contains(&declaration) {
            self.builder().emit(Op::NewCell { reg: register }, pos);
            self.add_local(name, Slot::Cell(register), flags);
        } else {
            self.add_local(name, Slot::Register(register), flags);
        }
    }

    fn add_local(&mut self, name: &str, slot: Slot, flags: VariableFlags) {
        let builder = self.builder();
        let start = builder.here();
        let local = Local {
            name: name.to_string(),
            slot,
            flags,
            start,
        };
        if let Some(scope) = builder.scopes.last_mut() {
            scope.locals.push(local);
        }
    }

    /// The variable of this name in the function being lowered.
    pub(super) fn local(&self, name: &str) -> Option<&Local> {
        let scopes = self.builders.last()?.scopes.iter().rev();
        scopes
            .flat_map(|scope| scope.locals.iter().rev())
            .find(|local| local.name == name)
    }

    /// The captured variable of this name, when a closure is being lowered.
    pub(super) fn captured(&self, name: &str) -> Option<(u16, &Capture)> {
        let captures = self.builders.last()?.captures.iter();
        captures
            .enumerate()
            .find(|(_, capture)| capture.name == name)
            .map(|(index, capture)| (index as u16, capture))
    }

    /// What `name` means here.
    pub(super) fn find(&self, name: &str) -> Resolved {
        if let Some(local) = self.local(name) {
            return match local.slot {
                Slot::Register(register) => Resolved::Register(register),
                Slot::Cell(register) => Resolved::Cell(register),
                Slot::Global(global) => Resolved::Global(global),
            };
        }
        if let Some((index, _)) = self.captured(name) {
            return Resolved::Capture(index);
        }
        if self.is_top_level_variable(name) {
            return Resolved::Global(self.program.global_id(&self.own_name(name)));
        }
        if self.is_function(name) {
            return Resolved::Function;
        }
        (self.catalogue.constant(name)).map_or(Resolved::Unknown, Resolved::Constant)
    }

    /// Whether `name` is a variable of the top level that the function being lowered may see: one of
    /// an earlier input or the host, or, from within functions, one that this text makes anywhere.
    pub(super) fn is_top_level_variable(&self, name: &str) -> bool {
        if self.is_prelude {
            return self.catalogue.is_variable(name);
        }
        let in_function = self
            .builders
            .last()
            .is_some_and(|builder| builder.kind != Kind::TopLevel);
        in_function && self.resolution.top_level.contains(name)
            || self.catalogue.is_variable(name)
            || self
                .program
                .find_global(&self.own_name(name))
                .is_some_and(|global| self.session.contains(&global))
    }

    /// Whether the user, the prelude or the library has a function of this name.
    pub(super) fn is_function(&self, name: &str) -> bool {
        self.own_functions.contains(name)
            || self.catalogue.native(name).is_some()
            || self.python_name(name).is_some()
            || self.has_program_function(name, |_| true)
    }

    /// Whether the user has a function of this name.
    pub(super) fn is_own_function(&self, name: &str) -> bool {
        self.own_functions.contains(name)
            || self.has_program_function(name, |is_prelude| is_prelude == self.is_prelude)
    }

    fn has_program_function(&self, name: &str, wanted: impl Fn(bool) -> bool) -> bool {
        let Some(id) = self.program.find_name(name) else {
            return false;
        };
        // A module sees its own functions and the library's.
        let wanted = |is_prelude| {
            wanted(is_prelude) && (is_prelude || !matches!(self.top, TopLevel::Module(_)))
        };
        let name = self.program.name(id);
        name.arities().into_iter().any(|argc| {
            name.function(argc)
                .and_then(|code| self.program.unit(code.unit))
                .is_some_and(|unit| wanted(unit.is_prelude()))
        })
    }

    /// What is known of the variable `name` of this function or of its captures.
    pub(super) fn flags(&self, name: &str) -> Option<VariableFlags> {
        self.local(name)
            .map(|local| local.flags)
            .or_else(|| self.captured(name).map(|(_, capture)| capture.flags))
    }

    /// Loads what the name `name` stands for into `dst`.
    pub(super) fn load(&mut self, name: &str, dst: Reg, pos: Pos) {
        let op = match self.find(name) {
            Resolved::Register(src) => Op::Move { dst, src },
            Resolved::Cell(cell) => Op::LoadCell { dst, cell },
            Resolved::Capture(index) => Op::LoadCapture { dst, index },
            Resolved::Global(global) => {
                let global = self.builder().global(global);
                Op::LoadGlobal { dst, global }
            }
            // A function looks for a variable first each time it runs: one may come later.
            Resolved::Function if self.builder().kind == Kind::TopLevel || self.is_prelude => {
                self.function_name(name, dst)
            }
            // Python's own functions are no names of variables that come later.
            Resolved::Function
                if self.python_name(name).is_some() && !self.is_top_level_variable(name) =>
            {
                self.function_name(name, dst)
            }
            Resolved::Function => self.late(name, dst),
            Resolved::Constant(text) => {
                let text = self.literal(text);
                return self.builder().text(dst, text, pos);
            }
            Resolved::Unknown => {
                self.unknown_name(name, pos);
                self.late(name, dst)
            }
        };
        self.builder().emit(op, pos);
    }

    /// Loads the variable of the top level of this name into `dst`: `global::name`.
    pub(super) fn load_global(&mut self, name: &str, dst: Reg, pos: Pos) {
        if self.builder().kind != Kind::TopLevel {
            if !self.is_top_level_variable(name) {
                self.unknown_name(name, pos);
            }
            let op = self.late(name, dst);
            return self.builder().emit(op, pos);
        }
        // Outside functions the outermost block has it.
        let scopes = self.builder().scopes.first();
        let outermost = scopes.and_then(|scope| {
            let mut locals = scope.locals.iter().rev();
            locals
                .find(|local| local.name == name)
                .map(|local| local.slot)
        });
        let op = match outermost {
            Some(Slot::Register(src)) => Op::Move { dst, src },
            Some(Slot::Cell(cell)) => Op::LoadCell { dst, cell },
            Some(Slot::Global(_)) | None => {
                if outermost.is_none() && !self.is_top_level_variable(name) {
                    self.unknown_name(name, pos);
                }
                self.late(name, dst)
            }
        };
        self.builder().emit(op, pos);
    }

    fn late(&mut self, name: &str, dst: Reg) -> Op {
        self.mentioned.insert(name.to_string());
        let global = self.program.global_id(&self.own_name(name));
        let global = self.builder().global(global);
        Op::LoadGlobal { dst, global }
    }

    /// The instruction that makes the function named `name` a value.
    pub(super) fn function_name(&mut self, name: &str, dst: Reg) -> Op {
        let name = self.name(name);
        Op::FunctionName { dst, name }
    }

    /// The index of a function's name in the tables of the function being lowered.
    pub(super) fn name(&mut self, name: &str) -> u16 {
        let pythons = self.python_name(name);
        let id = self.name_id(pythons.as_deref().unwrap_or(name));
        self.builder().name(id)
    }

    /// The number of a function's name in the program.
    pub(super) fn name_id(&mut self, name: &str) -> u32 {
        self.mentioned.insert(name.to_string());
        let catalogue = self.catalogue;
        let name = match self.own_functions.contains(name) {
            true => self.own_name(name),
            false => name.into(),
        };
        self.program.name_id(&name, |name| catalogue.native(name))
    }

    /// What `name` is called in the library where it means Python's own function: `python.print`.
    fn python_name(&self, name: &str) -> Option<String> {
        if self.dialect == Language::Own || self.is_own_function(name) {
            return None;
        }
        let full = format!("python.{name}");
        self.catalogue.native(&full).is_some().then_some(full)
    }

    /// Reports a name that nothing has: an error where it is certain, else a warning.
    pub(super) fn unknown_name(&mut self, name: &str, pos: Pos) {
        let nearest = self.nearest(name);
        let certain = self.builder().kind == Kind::TopLevel || self.is_prelude;
        let is_function = self.is_function_wanted(pos);
        let diagnostic = super::problems::unknown_name(name, nearest, certain, is_function, pos);
        self.diagnostics.push(diagnostic);
    }
}
