//! What instructions do with their operands, as data: the roles of the table in `op.rs`, and what
//! follows from them for registers, jumps, variables and objects.

use super::code::{AccessPath, CaptureFrom, Code, OnReceiver, PathSegment, Root};
use super::op::{Op, Reg};
use crate::value::object::Verb;

/// A part of an instruction, and what the instruction does with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// A number, flag or operator in the instruction itself.
    Immediate,
    /// Registers.
    Registers(Registers),
    /// A variable that may be shared, or a place.
    Touch(Access, Subject),
    /// A register that is changed, or the place in the reference that it holds at the index that a
    /// second register holds; that register has a role of its own.
    Part(Access, Reg, Reg),
    /// A register that is read, and whose object, if it holds one, is asked this with these
    /// arguments.
    Ask(Reg, Verb, Asked),
    /// An entry of a table of the function.
    Entry(Table, u16),
    /// Where the code may go on instead of the next instruction.
    Jump(Target),
}

/// Some registers, and what is done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registers {
    /// This one.
    One(Reg, Use),
    /// As many from this one on.
    Several(Reg, u16, Use),
    /// One for each key of `shapes[...]`, from this one on; they are taken.
    Shape(Reg, u16),
    /// The arguments of a call, which are taken.
    Arguments(Reg, u16),
    /// The arguments of a method, which are taken; the register before them is the receiver's while
    /// the call runs.
    MethodArguments(Reg, u16),
    /// The function that is called: it is read, and must stay while the call runs.
    Callee(Reg),
    /// The three registers of a `for`, which are read and changed. The object in the first one, if it
    /// holds one, is asked for the item after as many as the second one says.
    For(Reg),
}

/// What an instruction does with a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Reads it.
    Reads,
    /// Overwrites it, whatever was in it.
    Writes,
    /// Reads it, and leaves `()`.
    Takes,
    /// Reads it, and may change it or something inside it.
    Changes,
}

impl Use {
    /// Whether what was in the register before makes a difference.
    pub fn needs_old_value(self) -> bool {
        match self {
            Self::Reads | Self::Takes | Self::Changes => true,
            Self::Writes => false,
        }
    }
}

/// How a variable or place is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is read.
    Read,
    /// It is written.
    Write,
    /// A method is called on it, which may change it.
    Method,
}

/// A variable or place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A whole variable.
    Variable(Root),
    /// `places[...]`
    Place(u16),
    /// The place of `sites[...]`.
    Site(u16),
}

/// The arguments with which an instruction asks an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// None.
    Nothing,
    /// What this register holds.
    With(Reg),
    /// Whether an error is passing.
    Flag(bool),
}

/// The tables of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `constants`
    Constants,
    /// `shapes`
    Shapes,
    /// `closures`: a closure is made, and captures registers.
    Closures,
    /// `names`
    Names,
    /// `globals`: a new top-level variable, which nobody else knows yet.
    NewGlobals,
    /// `faults`
    Faults,
}

/// Where a jump goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To this instruction.
    To(u32),
    /// By this distance from the next instruction.
    By(i16),
    /// To the targets of `switches[...]`.
    Switch(u16),
}

/// A variable or place that an instruction touches.
#[derive(Clone, Copy, Debug)]
pub struct Touched<'c> {
    /// How.
    pub access: Access,
    /// Where it begins.
    pub root: Root,
    /// The links from there.
    pub keys: &'c [PathSegment],
    /// Whether the instruction is a plain read or write of a variable: then it alone says what is
    /// touched.
    pub is_plain: bool,
    /// Whether it is known to leave what lies there as it is: a read, or such a method.
    pub is_kept: bool,
}

impl Registers {
    /// Shows each register. The tables of `code` must hold the operand.
    fn each(self, code: &Code, visit: &mut impl FnMut(Reg, Use)) {
        let (first, count, used) = match self {
            Self::One(register, used) => (register, 1, used),
            Self::Callee(register) => (register, 1, Use::Reads),
            Self::Several(first, count, used) => (first, count, used),
            Self::Arguments(first, count) | Self::MethodArguments(first, count) => {
                (first, count, Use::Takes)
            }
            Self::Shape(first, shape) => {
                let count = code.shapes[usize::from(shape)].len() as u16;
                (first, count, Use::Takes)
            }
            Self::For(state) => (state, 3, Use::Changes),
        };
        // The verifier asks too, before it knows that the last of them exists.
        (0..count).for_each(|offset| visit(first.saturating_add(offset), used));
    }
}

impl Subject {
    /// Where it begins, and the links from there.
    pub fn place(self, code: &Code) -> (Root, &[PathSegment]) {
        let place = match self {
            Self::Variable(root) => return (root, &[]),
            Self::Place(place) => &code.places[usize::from(place)],
            Self::Site(site) => &code.sites[usize::from(site)].place,
        };
        let AccessPath { root, keys } = place;
        (*root, keys)
    }

    /// Shows the registers that lead there.
    fn registers(self, access: Access, code: &Code, visit: &mut impl FnMut(Reg, Use)) {
        let (root, keys) = self.place(code);
        match (root, access) {
            (Root::Register(register), Access::Write | Access::Method) => {
                visit(register, Use::Changes);
            }
            (Root::Register(register), Access::Read) | (Root::Cell(register), _) => {
                visit(register, Use::Reads);
            }
            (Root::Capture(_) | Root::Global(_), _) => {}
            (Root::This, access) => {
                // Two registers say what it is bound to, and the first may hold the value itself.
                let used = match access {
                    Access::Write | Access::Method => Use::Changes,
                    Access::Read => Use::Reads,
                };
                if let Some(this) = code.this {
                    visit(this, used);
                    visit(this.saturating_add(1), Use::Reads);
                }
            }
        }
        for key in keys {
            match *key {
                PathSegment::Index { index, .. } => visit(index, Use::Reads),
                PathSegment::Field { .. } => {}
            }
        }
    }
}

impl Op {
    /// Shows each register that the instruction uses. The tables of `code` must hold its operands.
    pub fn registers(&self, code: &Code, mut visit: impl FnMut(Reg, Use)) {
        self.operands(|operand| match operand {
            Operand::Registers(registers) => registers.each(code, &mut visit),
            Operand::Touch(access, subject) => subject.registers(access, code, &mut visit),
            Operand::Ask(register, ..) => visit(register, Use::Reads),
            Operand::Part(_, register, _) => visit(register, Use::Changes),
            Operand::Entry(Table::Closures, index) => {
                for capture in &code.closures[usize::from(index)].captures {
                    match *capture {
                        CaptureFrom::Register(register) => visit(register, Use::Reads),
                        CaptureFrom::Capture(_) | CaptureFrom::Global(_) => {}
                    }
                }
            }
            Operand::Entry(
                Table::Constants | Table::Shapes | Table::Names | Table::NewGlobals | Table::Faults,
                _,
            )
            | Operand::Immediate
            | Operand::Jump(_) => {}
        });
    }

    /// The first register that a call which the instruction makes may overwrite.
    pub fn overwritten_by_call(&self) -> Option<Reg> {
        let mut first = None;
        self.operands(|operand| {
            if let Operand::Registers(registers) = operand {
                match registers {
                    Registers::Arguments(base, _) => first = Some(base),
                    Registers::MethodArguments(base, _) => first = base.checked_sub(1),
                    Registers::One(..)
                    | Registers::Several(..)
                    | Registers::Shape(..)
                    | Registers::Callee(_)
                    | Registers::For(_) => {}
                }
            }
        });
        first
    }

    /// Shows each register that must stay while a call that the instruction makes runs. `this` of a
    /// method is its receiver, where it is.
    pub fn kept_across_call(&self, code: &Code, mut visit: impl FnMut(Reg)) {
        self.operands(|operand| match operand {
            Operand::Registers(Registers::Callee(register)) => visit(register),
            Operand::Touch(access @ Access::Method, subject) => {
                subject.registers(access, code, &mut |register, _| visit(register));
            }
            Operand::Registers(_)
            | Operand::Touch(Access::Read | Access::Write, _)
            | Operand::Ask(..)
            | Operand::Part(..)
            | Operand::Entry(..)
            | Operand::Immediate
            | Operand::Jump(_) => {}
        });
    }

    /// Shows each instruction to which this one, number `at`, may jump.
    pub fn jumps(&self, at: usize, code: &Code, mut visit: impl FnMut(i64)) {
        self.operands(|operand| {
            if let Operand::Jump(target) = operand {
                match target {
                    Target::To(to) => visit(to.into()),
                    Target::By(distance) => visit(at as i64 + 1 + i64::from(distance)),
                    Target::Switch(index) => {
                        let switch = &code.switches[usize::from(index)];
                        switch.targets().for_each(|to| visit(to.into()));
                    }
                }
            }
        });
    }

    /// Whether it jumps by a distance, which has only 16 bits.
    pub fn is_short_jump(&self) -> bool {
        let mut is_short = false;
        self.operands(|operand| is_short |= matches!(operand, Operand::Jump(Target::By(_))));
        is_short
    }

    /// The variable or place that it reads or writes, whether or not others share it.
    #[inline]
    pub fn touched<'c>(&self, code: &'c Code) -> Option<Touched<'c>> {
        let mut touched = None;
        self.operands(|operand| {
            if let Operand::Touch(access, subject) = operand {
                let (root, keys) = subject.place(code);
                touched = Some(Touched {
                    access,
                    root,
                    keys,
                    is_plain: matches!(subject, Subject::Variable(_)),
                    is_kept: match subject {
                        Subject::Variable(_) | Subject::Place(_) => access == Access::Read,
                        Subject::Site(site) => {
                            let site = &code.sites[usize::from(site)];
                            site.on_receiver == Some(OnReceiver::Keeps)
                        }
                    },
                });
            }
        });
        touched
    }

    /// The method call that it is: its entry of `sites`, and its arguments.
    pub fn method_call(&self) -> Option<(u16, Reg, u16)> {
        let (mut called, mut arguments) = (None, None);
        self.operands(|operand| match operand {
            Operand::Touch(Access::Method, Subject::Site(site)) => called = Some(site),
            Operand::Registers(Registers::MethodArguments(base, count)) => {
                arguments = Some((base, count));
            }
            Operand::Registers(_)
            | Operand::Touch(..)
            | Operand::Ask(..)
            | Operand::Part(..)
            | Operand::Entry(..)
            | Operand::Immediate
            | Operand::Jump(_) => {}
        });
        let (base, count) = arguments?;
        Some((called?, base, count))
    }

    /// The registers of the reference and the index of the place that it writes, if the first one holds a
    /// reference.
    pub fn written_part(&self) -> Option<(Reg, Reg)> {
        let mut part = None;
        self.operands(|operand| {
            if let Operand::Part(Access::Write, reference, index) = operand {
                part = Some((reference, index));
            }
        });
        part
    }

    /// What it asks the object in a register, if that holds one.
    pub fn asks(&self) -> Option<(Reg, Verb, Asked)> {
        let mut asks = None;
        self.operands(|operand| match operand {
            Operand::Ask(object, verb, args) => asks = Some((object, verb, args)),
            Operand::Registers(Registers::For(state)) => {
                asks = Some((state, Verb::Next, Asked::With(state + 1)));
            }
            Operand::Registers(_)
            | Operand::Touch(..)
            | Operand::Part(..)
            | Operand::Entry(..)
            | Operand::Immediate
            | Operand::Jump(_) => {}
        });
        asks
    }
}
