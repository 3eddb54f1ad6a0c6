//! The registers and instructions of the running function, without bounds checks.
//!
//! This is the one file with unsafe code. A check for each operand of each instruction was measured
//! at a third of the machine's time. What makes it sound: [`Program::add_unit`] refuses code in
//! which an instruction names a register beyond the function's, or a jump leads out of it, or the
//! last instruction does not leave (`program::verify`), and a window is only made over as many
//! registers as the function has.
//!
//! [`Program::add_unit`]: crate::program::Program::add_unit

#![allow(
    unsafe_code,
    reason = "bounds are verified once per function, and scalars need no drop"
)]

use crate::program::Code;
use crate::program::op::Op;
use crate::value::Value;

/// The registers of the running function.
///
/// It must be made anew after anything that may move or change the fiber's registers; the loop does
/// so after every instruction that is carried out elsewhere.
pub(super) struct Window {
    first: *mut Value,
    /// How many registers there are; only checked in debug builds.
    length: usize,
}

impl Window {
    /// A window over the registers of `code`, which begin at `base`; makes as many as it needs.
    #[inline(always)]
    pub(super) fn new(registers: &mut Vec<Value>, base: usize, code: &Code) -> Self {
        let length = code.registers as usize;
        if registers.len() < base + length {
            registers.resize(base + length, Value::Unit);
        }
        // SAFETY: there are at least `base + length` registers.
        Self {
            first: unsafe { registers.as_mut_ptr().add(base) },
            length,
        }
    }

    /// Register `register`.
    #[inline(always)]
    pub(super) fn get(&self, register: u16) -> &Value {
        debug_assert!((register as usize) < self.length);
        // SAFETY: verified code names only registers of its window, and the window was made after
        // the last change of the fiber's registers.
        unsafe { &*self.first.add(register as usize) }
    }

    /// Register `register`, to be written.
    #[inline(always)]
    pub(super) fn get_mut(&mut self, register: u16) -> &mut Value {
        debug_assert!((register as usize) < self.length);
        // SAFETY: as for `get`; the window is borrowed mutably, so this is the only reference.
        unsafe { &mut *self.first.add(register as usize) }
    }

    /// `count` registers from `first` on.
    #[inline(always)]
    pub(super) fn slice_mut(&mut self, first: u16, count: usize) -> &mut [Value] {
        debug_assert!(first as usize + count <= self.length);
        // SAFETY: as for `get_mut`; verified code names only ranges within its registers.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(first as usize), count) }
    }
}

/// Writes a register. A scalar that is overwritten costs no call.
///
/// The old value is not read as a whole: a read of 16 bytes right after the tag and the payload
/// were written one by one would wait for both to reach the cache.
#[inline(always)]
pub(super) fn put(register: &mut Value, value: Value) {
    if register.is_scalar() {
        // SAFETY: the reference is valid for writes, and a scalar owns nothing that would be lost.
        unsafe { std::ptr::write(register, value) }
    } else {
        drop_counted(std::mem::replace(register, value));
    }
}

#[cold]
#[inline(never)]
fn drop_counted(old: Value) {
    drop(old);
}

/// Instruction `pc` of `code`.
#[inline(always)]
pub(super) fn fetch(code: &Code, pc: usize) -> Op {
    debug_assert!(pc < code.ops.len());
    // SAFETY: verified code ends with an instruction that leaves, and jumps only within itself.
    unsafe { *code.ops.get_unchecked(pc) }
}
