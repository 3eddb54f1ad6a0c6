//! Assignments: to variables and to places, plain (`=`) and with an operator (`+=`).
//!
//! As in Rhai the right side is evaluated first, then the indices on the left. With an operator, a
//! variable in a register is changed at once; one that others may see is read in one step and written
//! in another.

use rhai::{BinaryExpr, Expr, OpAssignment};

use super::chains::{What, links};
use super::expressions::writes_once;
use super::operators::{binary_int, small_int};
use super::scope::Resolved;
use super::{Lowering, problems};
use crate::language::parse::pos;
use crate::pos::Pos;
use crate::program::code::{AccessPath, PathSegment, Root};
use crate::program::op::{BinaryOp, Op, Reg};

impl Lowering<'_> {
    pub(super) fn assignment(&mut self, assignment: &(OpAssignment, BinaryExpr)) {
        let (info, BinaryExpr { lhs, rhs }) = assignment;
        let at = pos(info.position());
        let op = match info.get_op_assignment_info() {
            None => None,
            Some((.., symbol)) => match BinaryOp::from_symbol(symbol) {
                Some(op) => Some(op),
                None => {
                    let what = format!("the operator `{symbol}=`");
                    self.diagnostics.push(problems::unsupported(&what, at));
                    return;
                }
            },
        };
        match lhs {
            Expr::Variable(name, _, name_pos) => {
                self.assign_variable(&name.1, pos(*name_pos), op, rhs, at);
            }
            Expr::ThisPtr(this_pos) if self.builder().has_this() => {
                let src = self.operand(rhs);
                let this = pos(*this_pos);
                match op {
                    None => self.write(Root::This, Vec::new(), src, this),
                    Some(op) => self.update(Root::This, Vec::new(), op, src, this, at),
                }
            }
            Expr::ThisPtr(this_pos) => self.no_this(pos(*this_pos)),
            Expr::Index(..) | Expr::Dot(..) => self.assign_place(lhs, op, rhs, at),
            _ => self
                .diagnostics
                .push(problems::bad_target(pos(lhs.start_position()))),
        }
    }

    fn assign_variable(
        &mut self,
        name: &str,
        name_pos: Pos,
        op: Option<BinaryOp>,
        rhs: &Expr,
        at: Pos,
    ) {
        if self.flags(name).is_some_and(|traits| traits.constant) {
            self.diagnostics.push(problems::constant(name, name_pos));
            return;
        }
        let found = self.find(name);
        if let Resolved::Register(register) = found {
            return self.assign_register(register, op, rhs, at);
        }
        if matches!(
            found,
            Resolved::Unknown | Resolved::Function | Resolved::Constant(_)
        ) {
            self.unknown_target(name, name_pos, op.is_none());
        }
        let src = match op {
            None => self.operand(rhs),
            Some(op) => {
                let old = self.builder().register();
                let small = self.small_change(op, old, rhs);
                let change = match small {
                    Some(change) => change,
                    None => op_assign(op, old, self.operand(rhs)),
                };
                // A read step, and below a write step.
                self.load_known(name, found, old, name_pos);
                self.builder().emit(change, at);
                old
            }
        };
        let store = match found {
            Resolved::Cell(cell) => Op::StoreCell { cell, src },
            Resolved::Capture(index) => Op::StoreCapture { index, src },
            _ => {
                let global = self.program.global_id(&self.own_name(name));
                let global = self.builder().global(global);
                Op::StoreGlobal { global, src }
            }
        };
        self.builder().emit(store, at);
    }

    /// `register op= rhs` for a small number, where no class may have a method for it.
    fn small_change(&self, op: BinaryOp, register: Reg, rhs: &Expr) -> Option<Op> {
        let value = small_int(rhs).filter(|_| !self.compares_instances)?;
        binary_int(op, register, register, value)
    }

    /// Loads a variable to change it: what is no variable is looked for at run time.
    fn load_known(&mut self, name: &str, found: Resolved, dst: Reg, at: Pos) {
        let op = match found {
            Resolved::Cell(cell) => Op::LoadCell { dst, cell },
            Resolved::Capture(index) => Op::LoadCapture { dst, index },
            _ => {
                let global = self.program.global_id(&self.own_name(name));
                let global = self.builder().global(global);
                Op::LoadGlobal { dst, global }
            }
        };
        self.builder().emit(op, at);
    }

    fn unknown_target(&mut self, name: &str, at: Pos, is_plain: bool) {
        let nearest = self.nearest(name);
        let certain = self.builder().kind == super::builder::Kind::TopLevel || self.is_prelude;
        let line = is_plain.then(|| self.line_with_let(at)).flatten();
        let problem = problems::unknown_target(name, nearest, certain, at, line);
        self.diagnostics.push(problem);
    }

    /// Assigns to a variable that lives in `register`.
    fn assign_register(&mut self, register: Reg, op: Option<BinaryOp>, rhs: &Expr, at: Pos) {
        match op {
            None if writes_once(rhs) => self.expression(rhs, register),
            None => {
                let src = self.temporary(rhs);
                let dst = register;
                self.builder().emit(Op::Take { dst, src }, at);
            }
            Some(op) => {
                let small = self.small_change(op, register, rhs);
                let op = match small {
                    Some(op) => op,
                    None => {
                        let value = self.operand(rhs);
                        op_assign(op, register, value)
                    }
                };
                self.builder().emit(op, at);
            }
        }
    }

    fn assign_place(&mut self, lhs: &Expr, op: Option<BinaryOp>, rhs: &Expr, at: Pos) {
        let (root, links) = links(lhs);
        let has_method = links
            .iter()
            .any(|link| matches!(link.what, What::Method(_)));
        let constant = match root {
            Expr::Variable(name, ..) if self.flags(&name.1).is_some_and(|t| t.constant) => {
                Some(&name.1)
            }
            _ => None,
        };
        let root_pos = pos(root.start_position());
        if let Some(name) = constant {
            self.diagnostics.push(problems::constant(name, root_pos));
            return;
        }
        if has_method {
            self.diagnostics.push(problems::bad_target(root_pos));
            return;
        }
        let root = match (self.variable_place(root), root) {
            (Some(place), _) => place.root,
            (None, Expr::Variable(name, ..)) => {
                // Looked up when it runs; at the top level this is an error.
                self.unknown_target(&name.1, root_pos, false);
                let global = self.program.global_id(&self.own_name(&name.1));
                Root::Global(self.builder().global(global))
            }
            (None, Expr::ThisPtr(_)) => return self.no_this(root_pos),
            (None, _) => {
                self.diagnostics.push(problems::bad_target(root_pos));
                return;
            }
        };
        let indices = links.iter().filter_map(|link| match link.what {
            What::Index(index) => Some(index),
            _ => None,
        });
        let src = self.operand_before(rhs, indices);
        let mut keys = Vec::new();
        for (at, link) in links.iter().enumerate() {
            let operand = match link.what {
                What::Index(index) => self.index_operand(index, &links[at + 1..]),
                What::Field(_) | What::Method(_) => 0,
            };
            keys.push(self.key(link, operand, link.optional));
        }
        let last_pos = links.last().map_or(at, |link| link.pos);
        match op {
            None => self.write(root, keys, src, last_pos),
            Some(op) => self.update(root, keys, op, src, last_pos, at),
        }
    }

    /// Writes a place.
    fn write(&mut self, root: Root, keys: Vec<PathSegment>, src: Reg, at: Pos) {
        let op = match (root, &keys[..]) {
            (
                Root::Register(object),
                &[
                    PathSegment::Index {
                        index,
                        optional: false,
                        ..
                    },
                ],
            ) => Op::SetIndex { object, index, src },
            _ => {
                let keys = keys.into();
                let place = self.builder().add_place(AccessPath { root, keys });
                Op::Set { place, src }
            }
        };
        self.builder().emit(op, at);
    }

    /// `place op= src`
    fn update(
        &mut self,
        root: Root,
        keys: Vec<PathSegment>,
        op: BinaryOp,
        src: Reg,
        key: Pos,
        at: Pos,
    ) {
        let is_optional = keys.iter().any(|key| match key {
            PathSegment::Index { optional, .. } | PathSegment::Field { optional, .. } => *optional,
        });
        let keys = keys.into();
        let place = self.builder().add_place(AccessPath { root, keys });
        let end = self.builder().label();
        if matches!(root, Root::Register(_)) {
            let skip = 0;
            let update = Op::Update {
                op,
                place,
                src,
                skip,
            };
            self.builder().jump(update, end, at);
        }
        let old = self.builder().register();
        self.builder().emit(Op::Get { dst: old, place }, key);
        if is_optional {
            // `()` in the chain, or at its end: there is nothing to change.
            let go_on = self.builder().label();
            let jump = Op::JumpIfValue { src: old, to: 0 };
            self.builder().jump(jump, go_on, at);
            self.builder().jump(Op::Jump { to: 0 }, end, at);
            self.builder().place(go_on);
        }
        self.builder().emit(op_assign(op, old, src), at);
        self.builder().emit(Op::Set { place, src: old }, key);
        self.builder().place(end);
    }
}

/// `target op= operand`
fn op_assign(op: BinaryOp, target: Reg, operand: Reg) -> Op {
    Op::OpAssign {
        op,
        target,
        operand,
    }
}
