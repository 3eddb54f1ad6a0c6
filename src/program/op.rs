//! The instructions of the virtual machine: 8 bytes each, on registers; one table of what each reads,
//! writes, touches and jumps to.
//!
//! A function's registers are numbered from 0: its parameters first, then variables and
//! temporaries. Each operand of an instruction has a role, written behind it; [`Op::operands`] gives
//! them as data. The verifier, liveness, the estimate of what lies ahead, the lowering's layout of
//! jumps and the visible steps read these roles, and none of them matches on instructions for it. An
//! operand without a role does not compile. The dispatch loop does what is said here, and
//! `tests/verified.rs` runs random code against it.
//!
//! Jumps name the index of an instruction, or for fused compare-and-jump the distance from the *next*
//! instruction.

use super::code::Root;
use super::operand::{Access, Asked, Operand, Registers, Subject, Table, Target, Use};
use crate::value::object::Verb;

/// A register of the running function.
pub type Reg = u16;

macro_rules! binary_operators {
    ($($(#[$doc:meta])* $op:ident = $text:literal,)*) => {
        /// The operators with two operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum BinaryOp { $($(#[$doc])* $op,)* }

        impl BinaryOp {
            /// The operator as it is typed.
            pub fn symbol(self) -> &'static str {
                match self { $(Self::$op => $text,)* }
            }

            /// The operator that is typed so.
            pub fn from_symbol(symbol: &str) -> Option<Self> {
                match symbol { $($text => Some(Self::$op),)* _ => None }
            }
        }
    };
}

binary_operators! {
    /// `+`
    Add = "+",
    /// `-`
    Sub = "-",
    /// `*`
    Mul = "*",
    /// `/`
    Div = "/",
    /// `%`
    Rem = "%",
    /// `**`
    Power = "**",
    /// `<<`
    ShiftLeft = "<<",
    /// `>>`
    ShiftRight = ">>",
    /// `&`
    And = "&",
    /// `|`
    Or = "|",
    /// `^`
    Xor = "^",
    /// `==`
    Equal = "==",
    /// `!=`
    NotEqual = "!=",
    /// `<`
    Less = "<",
    /// `<=`
    LessEqual = "<=",
    /// `>`
    Greater = ">",
    /// `>=`
    GreaterEqual = ">=",
    /// `..`
    Range = "..",
    /// `..=`
    RangeInclusive = "..=",
    /// `a in b` is `contains(b, a)`: the operands stand as in the call.
    Contains = "contains",
}

/// The operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum UnaryOp {
    /// `-x`
    Negate,
    /// `+x`
    Plus,
    /// `!x`
    Not,
    /// Whether `x` is true in Python's sense.
    Truth,
}

/// The operand that a role makes of a field.
macro_rules! operand {
    (immediate, $field:ident) => {
        Operand::Immediate
    };
    (read, $field:ident) => {
        Operand::Registers(Registers::One($field, Use::Reads))
    };
    (write, $field:ident) => {
        Operand::Registers(Registers::One($field, Use::Writes))
    };
    (write_many($count:expr), $field:ident) => {
        Operand::Registers(Registers::Several($field, $count, Use::Writes))
    };
    (take, $field:ident) => {
        Operand::Registers(Registers::One($field, Use::Takes))
    };
    (take_many($count:ident), $field:ident) => {
        Operand::Registers(Registers::Several($field, $count as u16, Use::Takes))
    };
    (take_several($count:expr), $field:ident) => {
        Operand::Registers(Registers::Several($field, $count, Use::Takes))
    };
    (take_shape($shape:ident), $field:ident) => {
        Operand::Registers(Registers::Shape($field, $shape))
    };
    (arguments($count:ident), $field:ident) => {
        Operand::Registers(Registers::Arguments($field, $count as u16))
    };
    (method_arguments($count:ident), $field:ident) => {
        Operand::Registers(Registers::MethodArguments($field, $count as u16))
    };
    (change, $field:ident) => {
        Operand::Registers(Registers::One($field, Use::Changes))
    };
    (callee, $field:ident) => {
        Operand::Registers(Registers::Callee($field))
    };
    (iterate, $field:ident) => {
        Operand::Registers(Registers::For($field))
    };
    (variable($access:ident, $root:ident), $field:ident) => {
        Operand::Touch(Access::$access, Subject::Variable(Root::$root($field)))
    };
    (place($access:ident), $field:ident) => {
        Operand::Touch(Access::$access, Subject::Place($field))
    };
    (site, $field:ident) => {
        Operand::Touch(Access::Method, Subject::Site($field))
    };
    (part($access:ident, $index:ident), $field:ident) => {
        Operand::Part(Access::$access, $field, $index)
    };
    (ask($verb:ident, $args:expr), $field:ident) => {
        Operand::Ask($field, Verb::$verb, $args)
    };
    (entry($table:ident), $field:ident) => {
        Operand::Entry(Table::$table, $field)
    };
    (jump, $field:ident) => {
        Operand::Jump(Target::To($field))
    };
    (skip, $field:ident) => {
        Operand::Jump(Target::By($field))
    };
    (switch, $field:ident) => {
        Operand::Jump(Target::Switch($field))
    };
}

/// Sets a field to jump from one instruction to another, if its role is a jump.
macro_rules! retarget {
    (jump, $field:ident, $at:ident, $target:ident) => {
        *$field = $target
    };
    (skip, $field:ident, $at:ident, $target:ident) => {
        *$field = (i64::from($target) - i64::from($at) - 1) as i16
    };
    ($role:ident $(($($args:tt)*))?, $field:ident, $at:ident, $target:ident) => {};
}

macro_rules! falls_through {
    () => {
        true
    };
    (ends) => {
        false
    };
}

macro_rules! instructions {
    ($(
        $(#[$doc:meta])*
        $op:ident $({ $($field:ident: $type:ty = $role:ident $(($($args:tt)*))?),* $(,)? })? $(-> $ends:ident)?
    )*) => {
        /// One instruction.
        #[allow(
            missing_docs,
            reason = "the operands are explained by their roles and at each instruction"
        )]
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Op {
            $($(#[$doc])* $op $({ $($field: $type),* })?,)*
        }

        impl Op {
            /// Shows each operand of the instruction, in no order that means anything.
            #[allow(
                unused_variables,
                reason = "an immediate operand is no register and no number of a table"
            )]
            #[inline]
            pub fn operands(&self, mut visit: impl FnMut(Operand)) {
                match *self {
                    $(Self::$op $({ $($field),* })? => {
                        $($(visit(operand!($role $(($($args)*))?, $field));)*)?
                    })*
                }
            }

            /// Whether the next instruction can follow, errors and jumps aside.
            pub fn falls_through(&self) -> bool {
                match self {
                    $(Self::$op { .. } => falls_through!($($ends)?),)*
                }
            }

            /// Makes a jump, which is instruction `at`, go to `target`.
            #[allow(
                unused_variables,
                reason = "most operands are no jumps"
            )]
            pub fn set_target(&mut self, at: u32, target: u32) {
                match self {
                    $(Self::$op $({ $($field),* })? => {
                        $($(retarget!($role $(($($args)*))?, $field, at, target);)*)?
                    })*
                }
            }
        }
    };
}

instructions! {
    /// `dst = ()`
    Unit { dst: Reg = write }
    /// `dst = value`
    Bool { dst: Reg = write, value: bool = immediate }
    /// `dst = value`
    Int { dst: Reg = write, value: i32 = immediate }
    /// `dst = constants[index]`
    Constant { dst: Reg = write, index: u16 = entry(Constants) }
    /// `dst = src`, copied.
    Move { dst: Reg = write, src: Reg = read }
    /// `dst = src`, and `src` becomes `()`: for temporaries.
    Take { dst: Reg = write, src: Reg = take }
    /// `dst = [base, base + 1, ... base + count - 1]`; the registers are taken.
    Array { dst: Reg = write, base: Reg = take_many(count), count: u16 = immediate }
    /// Appends `src` (taken) to the array in `array`: for long literals.
    Append { array: Reg = change, src: Reg = take }
    /// `dst = #{keys...: base...}` with the keys of `shapes[shape]`; the registers are taken.
    Map { dst: Reg = write, base: Reg = take_shape(shape), shape: u16 = entry(Shapes) }
    /// `dst` = the printed texts of `base, base + 1, ...` joined: an interpolated string. The
    /// registers are taken.
    Join { dst: Reg = write, base: Reg = take_many(count), count: u16 = immediate }
    /// `dst` = the closure `closures[index]` with its captures.
    Closure { dst: Reg = write, index: u16 = entry(Closures) }
    /// `dst` = the function named `names[name]` as a value; a fault when there is none.
    FunctionName { dst: Reg = write, name: u16 = entry(Names) }
    /// `reg` becomes a new cell that holds what `reg` held.
    NewCell { reg: Reg = change }
    /// `dst` = what the cell in register `cell` holds. Visible when shared.
    LoadCell { dst: Reg = write, cell: Reg = variable(Read, Cell) }
    /// The cell in register `cell` now holds `src`. Visible when shared.
    StoreCell { cell: Reg = variable(Write, Cell), src: Reg = read }
    /// `dst` = what the captured cell `index` holds. Visible when shared.
    LoadCapture { dst: Reg = write, index: u16 = variable(Read, Capture) }
    /// The captured cell `index` now holds `src`. Visible when shared.
    StoreCapture { index: u16 = variable(Write, Capture), src: Reg = read }
    /// `dst` = the top-level variable `global`; a fault before its `let` has run. Visible.
    LoadGlobal { dst: Reg = write, global: u16 = variable(Read, Global) }
    /// The top-level variable `global` now holds `src`. Visible.
    StoreGlobal { global: u16 = variable(Write, Global), src: Reg = read }
    /// Makes a new top-level variable `global` that holds `src`: what `let` does. From now on
    /// functions see this one; closures keep theirs. Not visible: nobody else knows it yet.
    LetGlobal { global: u16 = entry(NewGlobals), src: Reg = read }
    /// Like `LetGlobal`, for `const`.
    ConstGlobal { global: u16 = entry(NewGlobals), src: Reg = read }
    /// `dst = a op b`
    Binary { op: BinaryOp = immediate, dst: Reg = write, a: Reg = read, b: Reg = read }
    /// `target op= operand`: in place, where a value has one, as a list has.
    OpAssign { op: BinaryOp = immediate, target: Reg = change, operand: Reg = read }
    /// `dst = op src`
    Unary { op: UnaryOp = immediate, dst: Reg = write, src: Reg = read }
    /// `dst = a + b`
    Add { dst: Reg = write, a: Reg = read, b: Reg = read }
    /// `dst = a - b`
    Sub { dst: Reg = write, a: Reg = read, b: Reg = read }
    /// `dst = a * b`
    Mul { dst: Reg = write, a: Reg = read, b: Reg = read }
    /// `dst = a % b`
    Rem { dst: Reg = write, a: Reg = read, b: Reg = read }
    /// `dst = a + value`
    AddInt { dst: Reg = write, a: Reg = read, value: i16 = immediate }
    /// `dst = a - value`
    SubInt { dst: Reg = write, a: Reg = read, value: i16 = immediate }
    /// Goes to instruction `to`.
    Jump { to: u32 = jump } -> ends
    /// Goes back to instruction `to`: the end of a loop's round. Costs fuel.
    Loop { to: u32 = jump } -> ends
    /// Goes to `to` when `cond` is true; a fault when it is no bool.
    JumpIf { cond: Reg = read, to: u32 = jump }
    /// Goes to `to` when `cond` is false; a fault when it is no bool.
    JumpUnless { cond: Reg = read, to: u32 = jump }
    /// Goes to `to` when `src` is not `()`.
    JumpIfValue { src: Reg = read, to: u32 = jump }
    /// Skips unless `a < b`.
    UnlessLess { a: Reg = read, b: Reg = read, skip: i16 = skip }
    /// Skips unless `a <= b`.
    UnlessLessEqual { a: Reg = read, b: Reg = read, skip: i16 = skip }
    /// Skips unless `a > b`.
    UnlessGreater { a: Reg = read, b: Reg = read, skip: i16 = skip }
    /// Skips unless `a >= b`.
    UnlessGreaterEqual { a: Reg = read, b: Reg = read, skip: i16 = skip }
    /// Skips unless `a == b`.
    UnlessEqual { a: Reg = read, b: Reg = read, skip: i16 = skip }
    /// Skips unless `a != b`.
    UnlessNotEqual { a: Reg = read, b: Reg = read, skip: i16 = skip }
    /// Skips unless `a < value`.
    UnlessLessInt { a: Reg = read, value: i16 = immediate, skip: i16 = skip }
    /// Skips unless `a <= value`.
    UnlessLessEqualInt { a: Reg = read, value: i16 = immediate, skip: i16 = skip }
    /// Skips unless `a > value`.
    UnlessGreaterInt { a: Reg = read, value: i16 = immediate, skip: i16 = skip }
    /// Skips unless `a >= value`.
    UnlessGreaterEqualInt { a: Reg = read, value: i16 = immediate, skip: i16 = skip }
    /// Skips unless `a == value`.
    UnlessEqualInt { a: Reg = read, value: i16 = immediate, skip: i16 = skip }
    /// Skips unless `a != value`.
    UnlessNotEqualInt { a: Reg = read, value: i16 = immediate, skip: i16 = skip }
    /// Goes through `switches[index]` with the value in `src` and jumps.
    Switch { src: Reg = read, index: u16 = switch } -> ends
    /// Readies `state, state + 1, state + 2` for a `for` over `src` (copied).
    ForPrepare { state: Reg = write_many(3), src: Reg = read }
    /// `dst` = the next item, or goes on by `skip` when there is none.
    ForNext { state: Reg = iterate, dst: Reg = change, skip: i16 = skip }
    /// `dst` = what the function named `names[name]` gives for the arguments `base ...`, which are
    /// taken. The script's functions come before the library's.
    Call { argc: u8 = immediate, dst: Reg = write, base: Reg = arguments(argc), name: u16 = entry(Names) }
    /// Like `Call`, with the function value in `callee`. The value stays where it is and must not
    /// be changed while the call runs; it must not lie in `base ...`.
    CallValue { argc: u8 = immediate, dst: Reg = write, base: Reg = arguments(argc), callee: Reg = callee }
    /// Calls a method on the place of `sites[site]` with the arguments `base ...` (taken). The
    /// register `base - 1` is free for the receiver's use while the call runs.
    CallMethod { argc: u8 = immediate, dst: Reg = write, base: Reg = method_arguments(argc), site: u16 = site }
    /// `dst = object[index]`, of a register.
    Index { dst: Reg = write, object: Reg = ask(Item, Asked::With(index)), index: Reg = read }
    /// `object[index] = src`, in a register. One visible step when a shared reference is in it.
    SetIndex { object: Reg = part(Write, index), index: Reg = read, src: Reg = read }
    /// `dst` = the value at `places[place]`. One visible step when the place is shared.
    Get { dst: Reg = write, place: u16 = place(Read) }
    /// The value at `places[place]` is now `src`. One visible step when the place is shared.
    Set { place: u16 = place(Write), src: Reg = read }
    /// `place op= src`, in place, for a place in a register; then goes on by `skip`. Where the place leads
    /// through a reference it does nothing, and the next instructions read and write it in steps.
    Update { op: BinaryOp = immediate, place: u16 = place(Write), src: Reg = read, skip: i16 = skip }
    /// `dst` = a new class: its name, what it derives from or `()`, its methods and its attributes, two
    /// maps, stand in `base ...`, and are taken.
    Class { dst: Reg = write, base: Reg = take_several(4) }
    /// `dst` = the class that the value in `src` is, to derive from it; a fault when it is none.
    BaseClass { dst: Reg = write, src: Reg = read }
    /// Enters `with` on the value in `context`: `dst` = what `as` names.
    Enter { dst: Reg = write, context: Reg = ask(Enter, Asked::Nothing) }
    /// Leaves `with` on the value in `context`; `failed` says whether an error is passing.
    Exit { failed: bool = immediate, context: Reg = ask(Exit, Asked::Flag(failed)) }
    /// The first instruction of a generator function: gives a generator, which is kept in `slot`, and goes
    /// on when that is asked for its first value.
    Generator { slot: Reg = write }
    /// Gives the value in `src` (taken) as the next one of the generator in `slot`. When that goes on,
    /// `dst` is what was sent.
    Yield { dst: Reg = write, src: Reg = take, slot: Reg = read }
    /// Ends the generator in `slot`.
    EndGenerator { slot: Reg = read, src: Reg = read } -> ends
    /// Goes on by `skip` when `src` is what a generator gives at its end.
    ForEnd { src: Reg = read, skip: i16 = skip }
    /// Returns the value in `src` (taken).
    Return { src: Reg = take } -> ends
    /// Returns `()`.
    ReturnUnit -> ends
    /// Throws the value in `src`.
    Throw { src: Reg = read } -> ends
    /// What `catch (e)` gives of the error that a handler has caught in `src`.
    CaughtValue { dst: Reg = write, src: Reg = read }
    /// Throws again the error that a handler has caught in `src`.
    Rethrow { src: Reg = read } -> ends
    /// A fault that is known since lowering: `faults[index]`, such as an unknown name.
    Fault { index: u16 = entry(Faults) }
}

const _: () = assert!(size_of::<Op>() == 8);
