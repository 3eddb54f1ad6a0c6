//! The instructions of the virtual machine: 8 bytes each, on registers.
//!
//! A function's registers are numbered from 0: its parameters first, then variables and
//! temporaries. `dst` is written, all others are read. Jumps name the index of an instruction, or
//! for fused compare-and-jump the distance from the *next* instruction.

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
}

/// One instruction.
#[allow(
    missing_docs,
    reason = "the operands are explained at the head of the file and of each instruction"
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// `dst = ()`
    Unit { dst: Reg },
    /// `dst = value`
    Bool { dst: Reg, value: bool },
    /// `dst = value`
    Int { dst: Reg, value: i32 },
    /// `dst = constants[index]`
    Constant { dst: Reg, index: u16 },
    /// `dst = src`, copied.
    Move { dst: Reg, src: Reg },
    /// `dst = src`, and `src` becomes `()`: for temporaries.
    Take { dst: Reg, src: Reg },
    /// `dst = [base, base + 1, ... base + count - 1]`; the registers are taken.
    Array { dst: Reg, base: Reg, count: u16 },
    /// Appends `src` (taken) to the array in `array`: for long literals.
    Append { array: Reg, src: Reg },
    /// `dst = #{keys...: base...}` with the keys of `shapes[shape]`; the registers are taken.
    Map { dst: Reg, base: Reg, shape: u16 },
    /// `dst` = the printed texts of `base, base + 1, ...` joined: an interpolated string. The
    /// registers are taken.
    Join { dst: Reg, base: Reg, count: u16 },
    /// `dst` = the closure `closures[index]` with its captures.
    Closure { dst: Reg, index: u16 },
    /// `dst` = the function named `names[name]` as a value; a fault when there is none.
    FunctionName { dst: Reg, name: u16 },
    /// `reg` becomes a new cell that holds what `reg` held.
    NewCell { reg: Reg },
    /// `dst` = what the cell in register `cell` holds. Visible when shared.
    LoadCell { dst: Reg, cell: Reg },
    /// The cell in register `cell` now holds `src`. Visible when shared.
    StoreCell { cell: Reg, src: Reg },
    /// `dst` = what the captured cell `index` holds. Visible when shared.
    LoadCapture { dst: Reg, index: u16 },
    /// The captured cell `index` now holds `src`. Visible when shared.
    StoreCapture { index: u16, src: Reg },
    /// `dst` = the top-level variable `global`; a fault before its `let` has run. Visible.
    LoadGlobal { dst: Reg, global: u16 },
    /// The top-level variable `global` now holds `src`. Visible.
    StoreGlobal { global: u16, src: Reg },
    /// Makes a new top-level variable `global` that holds `src`: what `let` does. From now on
    /// functions see this one; closures keep theirs. Not visible: nobody else knows it yet.
    LetGlobal { global: u16, src: Reg },
    /// Like `LetGlobal`, for `const`.
    ConstGlobal { global: u16, src: Reg },
    /// `dst = a op b`
    Binary {
        op: BinaryOp,
        dst: Reg,
        a: Reg,
        b: Reg,
    },
    /// `dst = op src`
    Unary { op: UnaryOp, dst: Reg, src: Reg },
    /// `dst = a + b`
    Add { dst: Reg, a: Reg, b: Reg },
    /// `dst = a - b`
    Sub { dst: Reg, a: Reg, b: Reg },
    /// `dst = a * b`
    Mul { dst: Reg, a: Reg, b: Reg },
    /// `dst = a % b`
    Rem { dst: Reg, a: Reg, b: Reg },
    /// `dst = a + value`
    AddInt { dst: Reg, a: Reg, value: i16 },
    /// `dst = a - value`
    SubInt { dst: Reg, a: Reg, value: i16 },
    /// Goes to instruction `to`.
    Jump { to: u32 },
    /// Goes back to instruction `to`: the end of a loop's round. Costs fuel.
    Loop { to: u32 },
    /// Goes to `to` when `cond` is true; a fault when it is no bool.
    JumpIf { cond: Reg, to: u32 },
    /// Goes to `to` when `cond` is false; a fault when it is no bool.
    JumpUnless { cond: Reg, to: u32 },
    /// Goes to `to` when `src` is not `()`.
    JumpIfValue { src: Reg, to: u32 },
    /// Goes on unless `a < b`.
    UnlessLess { a: Reg, b: Reg, skip: i16 },
    /// Goes on unless `a <= b`.
    UnlessLessEqual { a: Reg, b: Reg, skip: i16 },
    /// Goes on unless `a > b`.
    UnlessGreater { a: Reg, b: Reg, skip: i16 },
    /// Goes on unless `a >= b`.
    UnlessGreaterEqual { a: Reg, b: Reg, skip: i16 },
    /// Goes on unless `a == b`.
    UnlessEqual { a: Reg, b: Reg, skip: i16 },
    /// Goes on unless `a != b`.
    UnlessNotEqual { a: Reg, b: Reg, skip: i16 },
    /// Goes on unless `a < value`.
    UnlessLessInt { a: Reg, value: i16, skip: i16 },
    /// Goes on unless `a <= value`.
    UnlessLessEqualInt { a: Reg, value: i16, skip: i16 },
    /// Goes on unless `a > value`.
    UnlessGreaterInt { a: Reg, value: i16, skip: i16 },
    /// Goes on unless `a >= value`.
    UnlessGreaterEqualInt { a: Reg, value: i16, skip: i16 },
    /// Goes on unless `a == value`.
    UnlessEqualInt { a: Reg, value: i16, skip: i16 },
    /// Goes on unless `a != value`.
    UnlessNotEqualInt { a: Reg, value: i16, skip: i16 },
    /// Goes through `switches[index]` with the value in `src` and jumps.
    Switch { src: Reg, index: u16 },
    /// Readies `state, state + 1, state + 2` for a `for` over `src` (copied).
    ForPrepare { state: Reg, src: Reg },
    /// `dst` = the next item, or goes on by `skip` when there is none.
    ForNext { state: Reg, dst: Reg, skip: i16 },
    /// `dst` = what the function named `names[name]` gives for the arguments `base ...`, which are
    /// taken. The learner's functions come before the library's.
    Call {
        argc: u8,
        dst: Reg,
        base: Reg,
        name: u16,
    },
    /// Like `Call`, with the function value in `callee`. The value stays where it is and must not
    /// be changed while the call runs; it must not lie in `base ...`.
    CallValue {
        argc: u8,
        dst: Reg,
        base: Reg,
        callee: Reg,
    },
    /// Calls a method on the place of `sites[site]` with the arguments `base ...` (taken). The
    /// register `base - 1` is free for the receiver's use while the call runs.
    CallMethod {
        argc: u8,
        dst: Reg,
        base: Reg,
        site: u16,
    },
    /// `dst = object[index]`, of a register.
    Index { dst: Reg, object: Reg, index: Reg },
    /// `object[index] = src`, in a register.
    SetIndex { object: Reg, index: Reg, src: Reg },
    /// `dst` = the value at `places[place]`. One visible step when the place is shared.
    Get { dst: Reg, place: u16 },
    /// The value at `places[place]` is now `src`. One visible step when the place is shared.
    Set { place: u16, src: Reg },
    /// `place op= src`, in place, for a place in a register.
    Update { op: BinaryOp, place: u16, src: Reg },
    /// Enters `with` on the value in `context`: `dst` = what `as` names.
    Enter { dst: Reg, context: Reg },
    /// Leaves `with` on the value in `context`; `failed` says whether an error is passing.
    Exit { failed: bool, context: Reg },
    /// Returns the value in `src` (taken).
    Return { src: Reg },
    /// Returns `()`.
    ReturnUnit,
    /// Throws the value in `src`.
    Throw { src: Reg },
    /// Throws again the error that a `with` handler has caught in `src`.
    Rethrow { src: Reg },
    /// A fault that is known since lowering: `faults[index]`, such as an unknown name.
    Fault { index: u16 },
}

const _: () = assert!(size_of::<Op>() == 8);
