//! Which registers still matter at each instruction.
//!
//! A state of a program that is explored shall not differ from another by what no instruction will
//! read any more: the temporaries of a call that is over, the variable of a loop that has ended.
//! The usual backward data-flow analysis (Aho, Lam, Sethi, Ullman, "Compilers", 9.2.5), with an
//! edge from each instruction to the handlers around it.
//!
//! Where in doubt a register is live: that costs a few states, the opposite would be wrong.

use super::Code;
use super::code::HandlerKind;
use super::op::{Op, Reg};
use super::operand::Use;

/// The registers that are live before each instruction of a function.
pub struct Liveness {
    /// So many words for each instruction, a bit for each register.
    words: usize,
    live: Vec<u64>,
    /// The same for what is live across a call that stands there.
    across: Vec<u64>,
}

impl Liveness {
    /// Analyses `code`, which the verifier has accepted. Takes time in proportion to its length,
    /// its registers and the depth of its loops.
    pub fn new(code: &Code) -> Self {
        let words = usize::from(code.registers).div_ceil(64).max(1);
        let mut liveness = Self {
            words,
            live: vec![0; words * code.ops.len()],
            across: Vec::new(),
        };
        while liveness.refine(code) {}
        let across = (0..code.ops.len()).flat_map(|at| liveness.find_across(code, at).0);
        liveness.across = across.collect();
        liveness
    }

    /// One pass from the last instruction to the first; says whether anything has changed.
    fn refine(&mut self, code: &Code) -> bool {
        let mut has_changed = false;
        for at in (0..code.ops.len()).rev() {
            let mut set = self.after(code, at);
            let op = &code.ops[at];
            kill(op, code, &mut set);
            op.registers(code, |register, used| {
                if used.needs_old_value() {
                    set.insert(register);
                }
            });
            self.add_handlers(code, at, &mut set);
            let slot = &mut self.live[at * self.words..(at + 1) * self.words];
            has_changed |= slot != &set.0[..];
            slot.copy_from_slice(&set.0);
        }
        has_changed
    }

    /// What is live when instruction `at` begins.
    pub fn before(&self, at: usize) -> Registers<&[u64]> {
        Registers(&self.live[at * self.words..(at + 1) * self.words])
    }

    /// What is live when the call at `at` has returned or failed: its own result is not counted.
    pub fn across_call(&self, at: usize) -> Registers<&[u64]> {
        Registers(&self.across[at * self.words..(at + 1) * self.words])
    }

    fn find_across(&self, code: &Code, at: usize) -> Registers<Vec<u64>> {
        let mut set = self.after(code, at);
        kill(&code.ops[at], code, &mut set);
        self.add_handlers(code, at, &mut set);
        code.ops[at].kept_across_call(code, |register| set.insert(register));
        set
    }

    fn after(&self, code: &Code, at: usize) -> Registers<Vec<u64>> {
        let mut set = Registers(vec![0; self.words]);
        let mut add = |next: usize| {
            if next < code.ops.len() {
                set.add(&self.live[next * self.words..(next + 1) * self.words]);
            }
        };
        let op = &code.ops[at];
        op.jumps(at, code, |to| add(to as usize));
        if op.falls_through() {
            add(at + 1);
        }
        set
    }

    /// An error may lead to each handler around the instruction.
    fn add_handlers(&self, code: &Code, at: usize, set: &mut Registers<Vec<u64>>) {
        for handler in &code.handlers {
            if !(handler.start..handler.end).contains(&(at as u32)) {
                continue;
            }
            let mut entry = Registers(self.before(handler.target as usize).0.to_vec());
            match handler.kind {
                HandlerKind::Catch(error) => entry.remove(error),
                HandlerKind::With { context, error } => {
                    entry.remove(error);
                    // A stop abandons it.
                    entry.insert(context);
                }
            }
            set.add(&entry.0);
        }
    }
}

/// A set of registers.
pub struct Registers<Words>(Words);

impl Registers<&[u64]> {
    /// Whether it holds `register`.
    pub fn contains(&self, register: usize) -> bool {
        self.0
            .get(register / 64)
            .is_some_and(|word| word >> (register % 64) & 1 == 1)
    }
}

impl Registers<Vec<u64>> {
    fn insert(&mut self, register: Reg) {
        self.0[usize::from(register) / 64] |= 1 << (register % 64);
    }

    fn remove(&mut self, register: Reg) {
        self.0[usize::from(register) / 64] &= !(1 << (register % 64));
    }

    fn add(&mut self, others: &[u64]) {
        for (word, other) in self.0.iter_mut().zip(others) {
            *word |= other;
        }
    }
}

/// Removes the registers that an instruction overwrites whatever happens.
fn kill(op: &Op, code: &Code, set: &mut Registers<Vec<u64>>) {
    op.registers(code, |register, used| {
        if used == Use::Writes {
            set.remove(register);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pos::Pos;
    use crate::value::{CodeId, Literal};

    fn code(registers: u16, ops: Vec<Op>) -> Code {
        let id = CodeId {
            unit: 0,
            ordinal: 0,
        };
        let mut code = Code::empty(id, Literal::new("f"));
        code.registers = registers;
        code.positions = vec![Pos::NONE; ops.len()];
        code.ops = ops;
        super::super::verify::verify(&code).unwrap();
        code
    }

    fn live(code: &Code, at: usize) -> Vec<usize> {
        let liveness = Liveness::new(code);
        let set = liveness.before(at);
        (0..usize::from(code.registers))
            .filter(|register| set.contains(*register))
            .collect()
    }

    #[test]
    fn what_is_written_before_it_is_read_is_dead() {
        let code = code(
            3,
            vec![
                Op::Int { dst: 1, value: 1 },
                Op::Add { dst: 2, a: 0, b: 1 },
                Op::Return { src: 2 },
            ],
        );
        assert_eq!(live(&code, 0), [0]);
        assert_eq!(live(&code, 1), [0, 1]);
        assert_eq!(live(&code, 2), [2]);
    }

    #[test]
    fn a_loop_keeps_alive_what_its_next_round_reads() {
        let code = code(
            2,
            vec![
                Op::AddInt {
                    dst: 0,
                    a: 0,
                    value: 1,
                },
                Op::Int { dst: 1, value: 7 },
                Op::UnlessLessInt {
                    a: 0,
                    value: 9,
                    skip: 1,
                },
                Op::Loop { to: 0 },
                Op::ReturnUnit,
            ],
        );
        assert_eq!(live(&code, 3), [0]);
        assert!(live(&code, 4).is_empty());
    }
}
