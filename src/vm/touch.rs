//! What a fiber is about to touch, told in three numbers: for those who compare the next steps of
//! threads many times a second and need no names.

use std::sync::Arc;

use super::Globals;
use super::fiber::Fiber;
use crate::program::Program;
use crate::program::ahead::Ahead;
use crate::value::{Object, Value};

/// An instruction of the program: the same in every run, and in every session that was given the
/// same texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instruction(pub u64);

/// A visible operation on something that threads may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The instruction that does it.
    pub by: Instruction,
    /// The variable or object, by its address: it means something only within one run.
    pub what: usize,
    /// Whether it may change it.
    pub writes: bool,
    /// What it reads besides: the variables that a pool of processes is given copies of, a bit for
    /// each address. Two may share a bit: then too many steps are taken to concern each other.
    pub copies: u64,
}

/// The bit for an address: one multiplication spreads them (Knuth, "The Art of Computer
/// Programming", 6.4).
fn bit(address: usize) -> u64 {
    1 << ((address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58)
}

impl Touch {
    /// Whether the order of the two makes a difference.
    pub fn conflicts(&self, other: &Self) -> bool {
        let reads = |one: &Self, other: &Self| other.writes && one.copies & bit(other.what) != 0;
        self.what == other.what && (self.writes || other.writes)
            || reads(self, other)
            || reads(other, self)
    }
}

impl Fiber {
    /// What the visible operation touches that the fiber is about to execute; nothing for a print and
    /// the like. A part of a variable counts as the whole.
    pub fn touch(&self, program: &Program, globals: &Globals) -> Option<Touch> {
        let frame = self.frames.last()?;
        let asked = |object: &Arc<Object>, verb, _: &[Value]| {
            let writes = !object.operation(verb).effect.only_reads();
            (Arc::as_ptr(object) as usize, writes)
        };
        let (what, writes) = match self.with_asking(program, asked) {
            Some(asked) => asked,
            None => {
                let access = self.touches(program, globals)?;
                (access.cell, access.writes)
            }
        };
        let code = u64::from(frame.code.unit) << 48 | u64::from(frame.code.ordinal) << 24;
        let by = Instruction(code ^ u64::from(frame.pc));
        let copies = match self.gives_copies(program) {
            true => (self.copies_variables(program, globals).iter())
                .fold(0, |bits, (_, cell)| bits | bit(Arc::as_ptr(cell) as usize)),
            false => 0,
        };
        Some(Touch {
            by,
            what,
            writes,
            copies,
        })
    }

    /// How many visible operations may still lie ahead of the fiber: an estimate.
    pub fn ahead(&self, program: &Program, ahead: &mut Ahead) -> u32 {
        let top = self.frames.len().saturating_sub(1);
        let counts = self.frames.iter().enumerate().map(|(index, frame)| {
            // A caller goes on behind its call.
            let pc = frame.pc as usize + usize::from(index < top);
            ahead.from(program, frame.code, pc)
        });
        counts.fold(0, u32::saturating_add)
    }
}
