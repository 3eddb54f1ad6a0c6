//! Checks that bytecode is well formed: every register, jump and table index is in range.
//!
//! The machine trusts its code: it reads registers and instructions without a check. Every function
//! passes here before it becomes part of the program.

use super::Code;
use super::code::{AccessPath, CaptureFrom, HandlerKind, PathSegment, Root};
use super::op::{Op, Reg};
use super::operand::{Operand, Registers, Subject, Table, Target};

/// Checks one function.
///
/// # Errors
///
/// The first problem, in words for those who work on the lowering.
pub fn verify(code: &Code) -> Result<(), String> {
    let check = Check { code };
    if code.positions.len() != code.ops.len() {
        return Err("not every instruction has a position".into());
    }
    if code.ops.last().is_none_or(Op::falls_through) {
        return Err("the code runs off its end".into());
    }
    check.tables()?;
    for (at, op) in code.ops.iter().enumerate() {
        check
            .op(at, op)
            .map_err(|problem| format!("{at}: {op:?}: {problem}"))?;
    }
    Ok(())
}

struct Check<'a> {
    code: &'a Code,
}

impl Check<'_> {
    fn register(&self, register: Reg) -> Result<(), String> {
        within(
            "register",
            usize::from(register),
            usize::from(self.code.registers),
        )
    }

    fn registers(&self, base: Reg, count: usize) -> Result<(), String> {
        // None at all may begin right behind the last.
        let end = usize::from(base) + count;
        within("end", end, usize::from(self.code.registers) + 1)
    }

    fn target(&self, target: i64) -> Result<(), String> {
        let target = usize::try_from(target).map_err(|_| "a jump before the code")?;
        within("target", target, self.code.ops.len())
    }

    fn op(&self, at: usize, op: &Op) -> Result<(), String> {
        let mut checked = Ok(());
        op.operands(|operand| {
            if checked.is_ok() {
                checked = self.operand(operand);
            }
        });
        checked?;
        let mut checked = Ok(());
        // The tables hold its operands.
        op.registers(self.code, |register, _| {
            if checked.is_ok() {
                checked = self.register(register);
            }
        });
        op.jumps(at, self.code, |target| {
            if checked.is_ok() {
                checked = self.target(target);
            }
        });
        checked?;
        self.call(op)
    }

    /// Whether a table holds an operand, and a run of registers ends in time.
    fn operand(&self, operand: Operand) -> Result<(), String> {
        let code = self.code;
        let index = |what, index: u16, length| within(what, usize::from(index), length);
        match operand {
            Operand::Registers(registers) => match registers {
                Registers::Several(first, count, _) | Registers::Arguments(first, count) => {
                    self.registers(first, count.into())
                }
                Registers::MethodArguments(0, _) => {
                    Err("there is no register for the receiver".into())
                }
                Registers::MethodArguments(first, count) => {
                    self.registers(first - 1, usize::from(count) + 1)
                }
                Registers::Shape(first, shape) => {
                    index("shape", shape, code.shapes.len())?;
                    self.registers(first, code.shapes[usize::from(shape)].len())
                }
                Registers::For(state) => self.registers(state, 3),
                Registers::One(..) | Registers::Callee(_) => Ok(()),
            },
            Operand::Touch(_, subject) => match subject {
                Subject::Variable(root) => self.root(root),
                Subject::Place(place) => index("place", place, code.places.len()),
                Subject::Site(site) => index("site", site, code.sites.len()),
            },
            Operand::Entry(table, entry) => match table {
                Table::Constants => index("constant", entry, code.constants.len()),
                Table::Shapes => index("shape", entry, code.shapes.len()),
                Table::Closures => index("closure", entry, code.closures.len()),
                Table::Names => index("name", entry, code.names.len()),
                Table::NewGlobals => index("global", entry, code.globals.len()),
                Table::Faults => index("fault", entry, code.faults.len()),
            },
            Operand::Jump(Target::Switch(switch)) => index("switch", switch, code.switches.len()),
            Operand::Jump(Target::To(_) | Target::By(_))
            | Operand::Ask(..)
            | Operand::Part(..)
            | Operand::Immediate => Ok(()),
        }
    }

    /// Keys, roots and functions that a call needs must not be overwritten by it.
    fn call(&self, op: &Op) -> Result<(), String> {
        let mut checked = Ok(());
        if let Some(first) = op.overwritten_by_call() {
            op.kept_across_call(self.code, |register| {
                if register >= first {
                    checked = Err(format!("register {register} lies among the arguments"));
                }
            });
        }
        checked
    }

    fn root(&self, root: Root) -> Result<(), String> {
        let code = self.code;
        match root {
            Root::Register(register) | Root::Cell(register) => self.register(register),
            Root::Capture(index) => {
                within("capture", usize::from(index), usize::from(code.captures))
            }
            Root::Global(index) => within("global", usize::from(index), code.globals.len()),
            Root::This if code.this.is_none() => Err("nothing is bound to `this`".into()),
            Root::This => Ok(()),
        }
    }

    fn place(&self, place: &AccessPath) -> Result<(), String> {
        self.root(place.root)?;
        for key in &place.keys {
            if let PathSegment::Index { index, .. } = key {
                self.register(*index)?;
            }
        }
        Ok(())
    }

    fn tables(&self) -> Result<(), String> {
        let code = self.code;
        if code.params > code.registers {
            return Err("more parameters than registers".into());
        }
        if let Some((slot, _)) = code.generator {
            self.register(slot)?;
        }
        if let Some(this) = code.this {
            self.registers(this, 2)?;
        }
        code.places.iter().try_for_each(|place| self.place(place))?;
        code.sites
            .iter()
            .try_for_each(|site| self.place(&site.place))?;
        for switch in &code.switches {
            switch.targets().try_for_each(|to| self.target(to.into()))?;
        }
        for closure in &code.closures {
            for capture in &closure.captures {
                match *capture {
                    CaptureFrom::Register(register) => self.register(register)?,
                    CaptureFrom::Capture(index) => {
                        within("capture", usize::from(index), usize::from(code.captures))?;
                    }
                    CaptureFrom::Global(index) => {
                        within("global", usize::from(index), code.globals.len())?;
                    }
                }
            }
        }
        for handler in &code.handlers {
            self.target(handler.start.into())?;
            within("end", handler.end as usize, code.ops.len() + 1)?;
            self.target(handler.target.into())?;
            match handler.kind {
                HandlerKind::Catch(register) => {
                    self.register(register)?;
                }
                HandlerKind::With { context, error } => {
                    self.register(context)?;
                    self.register(error)?;
                }
            }
        }
        Ok(())
    }
}

fn within(what: &str, index: usize, length: usize) -> Result<(), String> {
    if index < length {
        Ok(())
    } else {
        Err(format!("{what} {index} is not below {length}"))
    }
}
