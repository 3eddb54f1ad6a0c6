//! Checks that bytecode is well formed: every register, jump and table index is in range.
//!
//! The machine trusts its code: it reads registers and instructions without a check. Every function
//! passes here before it becomes part of the program.

use super::Code;
use super::code::{CaptureFrom, HandlerKind, Key, Place, Root};
use super::op::{Op, Reg};

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
    let ends = matches!(
        code.ops.last(),
        Some(
            Op::Return { .. }
                | Op::ReturnUnit
                | Op::Jump { .. }
                | Op::Loop { .. }
                | Op::Throw { .. }
                | Op::Rethrow { .. }
        )
    );
    if !ends {
        return Err("the code runs off its end".into());
    }
    for (at, op) in code.ops.iter().enumerate() {
        check
            .op(at, op)
            .map_err(|problem| format!("{at}: {op:?}: {problem}"))?;
    }
    check.tables()
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

    fn target(&self, target: u32) -> Result<(), String> {
        within("target", target as usize, self.code.ops.len())
    }

    fn op(&self, at: usize, op: &Op) -> Result<(), String> {
        let code = self.code;
        let index = |what, index: u16, length| within(what, usize::from(index), length);
        match *op {
            Op::ReturnUnit => Ok(()),
            Op::Unit { dst } | Op::Bool { dst, .. } | Op::Int { dst, .. } => self.register(dst),
            Op::Constant { dst, index: i } => {
                self.register(dst)?;
                index("constant", i, code.constants.len())
            }
            Op::Move { dst, src } | Op::Take { dst, src } | Op::Unary { dst, src, .. } => {
                self.register(dst)?;
                self.register(src)
            }
            Op::Array { dst, base, count } | Op::Join { dst, base, count } => {
                self.register(dst)?;
                self.registers(base, usize::from(count))
            }
            Op::Append { array, src } => {
                self.register(array)?;
                self.register(src)
            }
            Op::Map { dst, base, shape } => {
                self.register(dst)?;
                index("shape", shape, code.shapes.len())?;
                self.registers(base, code.shapes[usize::from(shape)].len())
            }
            Op::Closure { dst, index: i } => {
                self.register(dst)?;
                index("closure", i, code.closures.len())
            }
            Op::FunctionName { dst, name } => {
                self.register(dst)?;
                index("name", name, code.names.len())
            }
            Op::NewCell { reg } => self.register(reg),
            Op::LoadCell { dst, cell } => {
                self.register(dst)?;
                self.register(cell)
            }
            Op::StoreCell { cell, src } => {
                self.register(cell)?;
                self.register(src)
            }
            Op::LoadCapture {
                dst: register,
                index: i,
            }
            | Op::StoreCapture {
                src: register,
                index: i,
            } => {
                self.register(register)?;
                index("capture", i, usize::from(code.captures))
            }
            Op::LoadGlobal {
                dst: register,
                global,
            }
            | Op::StoreGlobal {
                src: register,
                global,
            }
            | Op::LetGlobal {
                src: register,
                global,
            }
            | Op::ConstGlobal {
                src: register,
                global,
            } => {
                self.register(register)?;
                index("global", global, code.globals.len())
            }
            Op::Binary { dst, a, b, .. }
            | Op::Add { dst, a, b }
            | Op::Sub { dst, a, b }
            | Op::Mul { dst, a, b }
            | Op::Rem { dst, a, b } => {
                self.register(dst)?;
                self.register(a)?;
                self.register(b)
            }
            Op::AddInt { dst, a, .. } | Op::SubInt { dst, a, .. } => {
                self.register(dst)?;
                self.register(a)
            }
            Op::Jump { to } | Op::Loop { to } => self.target(to),
            Op::JumpIf { cond: register, to }
            | Op::JumpUnless { cond: register, to }
            | Op::JumpIfValue { src: register, to } => {
                self.register(register)?;
                self.target(to)
            }
            Op::UnlessLess { a, b, skip }
            | Op::UnlessLessEqual { a, b, skip }
            | Op::UnlessGreater { a, b, skip }
            | Op::UnlessGreaterEqual { a, b, skip }
            | Op::UnlessEqual { a, b, skip }
            | Op::UnlessNotEqual { a, b, skip } => {
                self.register(a)?;
                self.register(b)?;
                self.skip(at, skip)
            }
            Op::UnlessLessInt { a, skip, .. }
            | Op::UnlessLessEqualInt { a, skip, .. }
            | Op::UnlessGreaterInt { a, skip, .. }
            | Op::UnlessGreaterEqualInt { a, skip, .. }
            | Op::UnlessEqualInt { a, skip, .. }
            | Op::UnlessNotEqualInt { a, skip, .. } => {
                self.register(a)?;
                self.skip(at, skip)
            }
            Op::Switch { src, index: i } => {
                self.register(src)?;
                index("switch", i, code.switches.len())
            }
            Op::ForPrepare { state, src } => {
                self.registers(state, 3)?;
                self.register(src)
            }
            Op::ForNext { state, dst, skip } => {
                self.registers(state, 3)?;
                self.register(dst)?;
                self.skip(at, skip)
            }
            Op::Call {
                argc,
                dst,
                base,
                name,
            } => {
                self.register(dst)?;
                self.registers(base, usize::from(argc))?;
                index("name", name, code.names.len())
            }
            Op::CallValue {
                argc,
                dst,
                base,
                callee,
            } => {
                self.register(dst)?;
                self.register(callee)?;
                if callee >= base {
                    return Err("the function lies among or above its arguments".into());
                }
                self.registers(base, usize::from(argc))
            }
            Op::CallMethod {
                argc,
                dst,
                base,
                site,
            } => {
                self.register(dst)?;
                if base == 0 {
                    return Err("there is no register for the receiver".into());
                }
                self.registers(base - 1, usize::from(argc) + 1)?;
                index("site", site, code.sites.len())?;
                self.keys_below(&code.sites[usize::from(site)].place, base - 1)
            }
            Op::Index {
                dst: a,
                object: b,
                index: c,
            }
            | Op::SetIndex {
                object: a,
                index: b,
                src: c,
            } => {
                self.register(a)?;
                self.register(b)?;
                self.register(c)
            }
            Op::Get {
                dst: register,
                place,
            }
            | Op::Set {
                place,
                src: register,
            } => {
                self.register(register)?;
                index("place", place, code.places.len())
            }
            Op::Update { place, src, .. } => {
                self.register(src)?;
                index("place", place, code.places.len())
            }
            Op::Enter { dst, context } => {
                self.register(dst)?;
                self.register(context)
            }
            Op::Exit {
                context: register, ..
            }
            | Op::Return { src: register }
            | Op::Throw { src: register }
            | Op::Rethrow { src: register } => self.register(register),
            Op::Fault { index: i } => index("fault", i, code.faults.len()),
        }
    }

    fn skip(&self, at: usize, skip: i16) -> Result<(), String> {
        let target = at as i64 + 1 + i64::from(skip);
        let target = u32::try_from(target).map_err(|_| "a jump before the code")?;
        self.target(target)
    }

    /// The registers that a method call's place needs must not be overwritten by the call.
    fn keys_below(&self, place: &Place, base: Reg) -> Result<(), String> {
        for key in &place.keys {
            if let Key::Index { index, .. } = key
                && *index >= base
            {
                return Err(format!("index register {index} lies above the arguments"));
            }
        }
        match place.root {
            Root::Register(register) | Root::Cell(register) if register >= base => {
                Err(format!("root register {register} lies above the arguments"))
            }
            _ => Ok(()),
        }
    }

    fn place(&self, place: &Place) -> Result<(), String> {
        let code = self.code;
        match place.root {
            Root::Register(register) | Root::Cell(register) => self.register(register)?,
            Root::Capture(index) => {
                within("capture", usize::from(index), usize::from(code.captures))?;
            }
            Root::Global(index) => within("global", usize::from(index), code.globals.len())?,
        }
        for key in &place.keys {
            if let Key::Index { index, .. } = key {
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
        if let Some(this) = code.this {
            self.register(this)?;
        }
        code.places.iter().try_for_each(|place| self.place(place))?;
        code.sites
            .iter()
            .try_for_each(|site| self.place(&site.place))?;
        for switch in &code.switches {
            for (_, target) in &switch.cases {
                self.target(*target)?;
            }
            for (.., target) in &switch.ranges {
                self.target(*target)?;
            }
            self.target(switch.otherwise)?;
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
            self.target(handler.start)?;
            within("end", handler.end as usize, code.ops.len() + 1)?;
            self.target(handler.target)?;
            match handler.kind {
                HandlerKind::Catch(register) | HandlerKind::CatchRaw(register) => {
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
