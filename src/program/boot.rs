//! Unit 0: the code in which every thread begins.
//!
//! A thread calls a function value with some arguments. Code that does just that saves the machine
//! every special case for the outermost call: curried arguments, closures and functions of the
//! library work as the body of a thread as they do anywhere.

use super::op::Op;
use super::{Code, MAX_ARGUMENTS, Unit, UnitKind};
use crate::pos::Pos;
use crate::value::{CodeId, Literal};

/// The unit's number.
pub const UNIT: u32 = 0;

/// The code that calls the function in register 0 with `argc` arguments from register 1 on.
pub fn entry(argc: usize) -> CodeId {
    CodeId {
        unit: UNIT,
        ordinal: argc as u32,
    }
}

/// The unit.
pub fn unit() -> Unit {
    let name = Literal::new("thread");
    Unit {
        name: "thread".into(),
        text: "".into(),
        functions: (0..=MAX_ARGUMENTS).map(|argc| code(argc, name)).collect(),
        language: super::Language::Own,
        kind: UnitKind::Prelude,
        input: 0,
    }
}

fn code(argc: usize, name: Literal) -> Code {
    Code {
        ops: vec![
            Op::CallValue {
                argc: argc as u8,
                dst: 0,
                base: 1,
                callee: 0,
            },
            Op::Return { src: 0 },
        ],
        positions: vec![Pos::NONE; 2],
        registers: argc as u16 + 1,
        ..Code::empty(entry(argc), name)
    }
}
