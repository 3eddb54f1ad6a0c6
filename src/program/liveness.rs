//! Which registers still matter at each instruction.
//!
//! A state of a program that is explored shall not differ from another by what no instruction will
//! read any more: the temporaries of a call that is over, the variable of a loop that has ended.
//! The usual backward data-flow analysis (Aho, Lam, Sethi, Ullman, "Compilers", 9.2.5), with an
//! edge from each instruction to the handlers around it.
//!
//! Where in doubt a register is live: that costs a few states, the opposite would be wrong.

use super::Code;
use super::code::{HandlerKind, Key, Place, Root};
use super::op::{Op, Reg};

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
            written(op, |register| set.remove(register));
            read(op, code, |register| set.insert(register));
            self.add_handlers(code, at, &mut set);
            code.this.iter().for_each(|this| set.insert(*this));
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
        written(&code.ops[at], |register| set.remove(register));
        self.add_handlers(code, at, &mut set);
        code.this.iter().for_each(|this| set.insert(*this));
        if let Op::CallValue { callee, .. } = code.ops[at] {
            set.insert(callee);
        }
        if let Op::CallMethod { site, .. } = code.ops[at] {
            // It may come a second time, to store its receiver back.
            of_place(&code.sites[usize::from(site)].place, |r| set.insert(r));
        }
        set
    }

    fn after(&self, code: &Code, at: usize) -> Registers<Vec<u64>> {
        let mut set = Registers(vec![0; self.words]);
        successors(code, at, |next| {
            if next < code.ops.len() {
                set.add(&self.live[next * self.words..(next + 1) * self.words]);
            }
        });
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
                HandlerKind::Catch(error) | HandlerKind::CatchRaw(error) => entry.remove(error),
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

/// Where the code can go on after the instruction at `at`, errors aside.
fn successors(code: &Code, at: usize, mut visit: impl FnMut(usize)) {
    let next = at + 1;
    let mut skipped = |skip: i16| visit(next.wrapping_add_signed(isize::from(skip)));
    match code.ops[at] {
        Op::Jump { to } | Op::Loop { to } => return visit(to as usize),
        Op::Return { .. } | Op::ReturnUnit | Op::Throw { .. } | Op::Rethrow { .. } => return,
        Op::JumpIf { to, .. } | Op::JumpUnless { to, .. } | Op::JumpIfValue { to, .. } => {
            visit(to as usize);
        }
        Op::Switch { index, .. } => {
            let switch = &code.switches[usize::from(index)];
            switch.cases.iter().for_each(|(_, to)| visit(*to as usize));
            let ranges = switch.ranges.iter();
            ranges.for_each(|(.., to)| visit(*to as usize));
            return visit(switch.otherwise as usize);
        }
        Op::UnlessLess { skip, .. }
        | Op::UnlessLessEqual { skip, .. }
        | Op::UnlessGreater { skip, .. }
        | Op::UnlessGreaterEqual { skip, .. }
        | Op::UnlessEqual { skip, .. }
        | Op::UnlessNotEqual { skip, .. }
        | Op::UnlessLessInt { skip, .. }
        | Op::UnlessLessEqualInt { skip, .. }
        | Op::UnlessGreaterInt { skip, .. }
        | Op::UnlessGreaterEqualInt { skip, .. }
        | Op::UnlessEqualInt { skip, .. }
        | Op::UnlessNotEqualInt { skip, .. }
        | Op::ForNext { skip, .. } => skipped(skip),
        _ => {}
    }
    visit(next);
}

/// The registers that an instruction overwrites whatever happens.
fn written(op: &Op, mut visit: impl FnMut(Reg)) {
    match *op {
        Op::Unit { dst }
        | Op::Bool { dst, .. }
        | Op::Int { dst, .. }
        | Op::Constant { dst, .. }
        | Op::Move { dst, .. }
        | Op::Take { dst, .. }
        | Op::Array { dst, .. }
        | Op::Map { dst, .. }
        | Op::Join { dst, .. }
        | Op::Closure { dst, .. }
        | Op::FunctionName { dst, .. }
        | Op::LoadCell { dst, .. }
        | Op::LoadCapture { dst, .. }
        | Op::LoadGlobal { dst, .. }
        | Op::Binary { dst, .. }
        | Op::Unary { dst, .. }
        | Op::Add { dst, .. }
        | Op::Sub { dst, .. }
        | Op::Mul { dst, .. }
        | Op::Rem { dst, .. }
        | Op::AddInt { dst, .. }
        | Op::SubInt { dst, .. }
        | Op::Call { dst, .. }
        | Op::CallValue { dst, .. }
        | Op::CallMethod { dst, .. }
        | Op::Index { dst, .. }
        | Op::Get { dst, .. }
        | Op::Enter { dst, .. } => visit(dst),
        Op::ForPrepare { state, .. } => (state..state + 3).for_each(visit),
        // A `for` that ends writes nothing.
        _ => {}
    }
}

/// The registers that an instruction reads.
fn read(op: &Op, code: &Code, mut visit: impl FnMut(Reg)) {
    match *op {
        Op::Move { src, .. }
        | Op::Take { src, .. }
        | Op::StoreCapture { src, .. }
        | Op::StoreGlobal { src, .. }
        | Op::LetGlobal { src, .. }
        | Op::ConstGlobal { src, .. }
        | Op::Unary { src, .. }
        | Op::JumpIfValue { src, .. }
        | Op::Switch { src, .. }
        | Op::ForPrepare { src, .. }
        | Op::Return { src }
        | Op::Throw { src }
        | Op::Rethrow { src } => visit(src),
        Op::Array { base, count, .. } | Op::Join { base, count, .. } => {
            (base..base + count).for_each(visit);
        }
        Op::Append { array, src } => {
            visit(array);
            visit(src);
        }
        Op::Map { base, shape, .. } => {
            let count = code.shapes[usize::from(shape)].len() as Reg;
            (base..base + count).for_each(visit);
        }
        Op::Closure { index, .. } => {
            for capture in &code.closures[usize::from(index)].captures {
                if let super::code::CaptureFrom::Register(register) = capture {
                    visit(*register);
                }
            }
        }
        Op::NewCell { reg } => visit(reg),
        Op::LoadCell { cell, .. } => visit(cell),
        Op::StoreCell { cell, src } => {
            visit(cell);
            visit(src);
        }
        Op::Binary { a, b, .. }
        | Op::Add { a, b, .. }
        | Op::Sub { a, b, .. }
        | Op::Mul { a, b, .. }
        | Op::Rem { a, b, .. }
        | Op::UnlessLess { a, b, .. }
        | Op::UnlessLessEqual { a, b, .. }
        | Op::UnlessGreater { a, b, .. }
        | Op::UnlessGreaterEqual { a, b, .. }
        | Op::UnlessEqual { a, b, .. }
        | Op::UnlessNotEqual { a, b, .. } => {
            visit(a);
            visit(b);
        }
        Op::AddInt { a, .. }
        | Op::SubInt { a, .. }
        | Op::UnlessLessInt { a, .. }
        | Op::UnlessLessEqualInt { a, .. }
        | Op::UnlessGreaterInt { a, .. }
        | Op::UnlessGreaterEqualInt { a, .. }
        | Op::UnlessEqualInt { a, .. }
        | Op::UnlessNotEqualInt { a, .. } => visit(a),
        Op::JumpIf { cond, .. } | Op::JumpUnless { cond, .. } => visit(cond),
        Op::ForNext { state, dst, .. } => {
            (state..state + 3).for_each(&mut visit);
            // The last item stays when there is no next one.
            visit(dst);
        }
        Op::Call { argc, base, .. } => (base..base + Reg::from(argc)).for_each(visit),
        Op::CallValue {
            argc, base, callee, ..
        } => {
            visit(callee);
            (base..base + Reg::from(argc)).for_each(visit);
        }
        Op::CallMethod {
            argc, base, site, ..
        } => {
            (base..base + Reg::from(argc)).for_each(&mut visit);
            of_place(&code.sites[usize::from(site)].place, visit);
        }
        Op::Index { object, index, .. } => {
            visit(object);
            visit(index);
        }
        Op::SetIndex { object, index, src } => {
            visit(object);
            visit(index);
            visit(src);
        }
        Op::Get { place, .. } => of_place(&code.places[usize::from(place)], visit),
        Op::Set { place, src } | Op::Update { place, src, .. } => {
            visit(src);
            of_place(&code.places[usize::from(place)], visit);
        }
        Op::Enter { context, .. } | Op::Exit { context, .. } => visit(context),
        Op::Unit { .. }
        | Op::Bool { .. }
        | Op::Int { .. }
        | Op::Constant { .. }
        | Op::FunctionName { .. }
        | Op::LoadCapture { .. }
        | Op::LoadGlobal { .. }
        | Op::Jump { .. }
        | Op::Loop { .. }
        | Op::ReturnUnit
        | Op::Fault { .. } => {}
    }
}

fn of_place(place: &Place, mut visit: impl FnMut(Reg)) {
    if let Root::Register(register) | Root::Cell(register) = place.root {
        visit(register);
    }
    for key in &place.keys {
        if let Key::Index { index, .. } = key {
            visit(*index);
        }
    }
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
