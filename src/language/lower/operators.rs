//! Operators, and conditions, which jump instead of making a value.

use rhai::{Expr, FnCallExpr};

use super::builder::Label;
use super::{Lowering, problems};
use crate::language::parse::pos;
use crate::pos::Pos;
use crate::program::Language;
use crate::program::op::{BinaryOp, Op, Reg, UnaryOp};

/// The integer that `expr` is, if it is a small one.
pub(super) fn small_int(expr: &Expr) -> Option<i16> {
    match expr {
        Expr::IntegerConstant(number, _) => i16::try_from(*number).ok(),
        _ => None,
    }
}

/// `a op b`, in the fastest form that there is.
pub(super) fn binary(op: BinaryOp, dst: Reg, a: Reg, b: Reg) -> Op {
    match op {
        BinaryOp::Add => Op::Add { dst, a, b },
        BinaryOp::Sub => Op::Sub { dst, a, b },
        BinaryOp::Mul => Op::Mul { dst, a, b },
        op => Op::Binary { op, dst, a, b },
    }
}

/// `a op value`, where there is a form for it.
pub(super) fn binary_int(op: BinaryOp, dst: Reg, a: Reg, value: i16) -> Option<Op> {
    match op {
        BinaryOp::Add => Some(Op::AddInt { dst, a, value }),
        BinaryOp::Sub => Some(Op::SubInt { dst, a, value }),
        _ => None,
    }
}

/// Goes on unless `a op b`, where `op` compares.
fn unless(op: BinaryOp, a: Reg, b: Reg) -> Option<Op> {
    let skip = 0;
    Some(match op {
        BinaryOp::Less => Op::UnlessLess { a, b, skip },
        BinaryOp::LessEqual => Op::UnlessLessEqual { a, b, skip },
        BinaryOp::Greater => Op::UnlessGreater { a, b, skip },
        BinaryOp::GreaterEqual => Op::UnlessGreaterEqual { a, b, skip },
        BinaryOp::Equal => Op::UnlessEqual { a, b, skip },
        BinaryOp::NotEqual => Op::UnlessNotEqual { a, b, skip },
        _ => return None,
    })
}

/// Goes on unless `a op value`, where `op` compares.
fn unless_int(op: BinaryOp, a: Reg, value: i16) -> Option<Op> {
    let skip = 0;
    Some(match op {
        BinaryOp::Less => Op::UnlessLessInt { a, value, skip },
        BinaryOp::LessEqual => Op::UnlessLessEqualInt { a, value, skip },
        BinaryOp::Greater => Op::UnlessGreaterInt { a, value, skip },
        BinaryOp::GreaterEqual => Op::UnlessGreaterEqualInt { a, value, skip },
        BinaryOp::Equal => Op::UnlessEqualInt { a, value, skip },
        BinaryOp::NotEqual => Op::UnlessNotEqualInt { a, value, skip },
        _ => return None,
    })
}

fn is_comparison(op: BinaryOp) -> bool {
    unless(op, 0, 0).is_some()
}

/// An operator with its operands.
enum Operation<'e> {
    Unary(UnaryOp, &'e Expr),
    Binary(BinaryOp, &'e Expr, &'e Expr),
}

/// The operator that `call` is, if it is one of the language's own.
fn operation(call: &FnCallExpr) -> Option<Operation<'_>> {
    if let ("contains", [container, item]) = (call.name.as_str(), &*call.args) {
        // `item in container` comes as a plain call.
        return Some(Operation::Binary(BinaryOp::Contains, container, item));
    }
    call.op_token.as_ref()?;
    match &*call.args {
        [operand] => {
            let op = match call.name.as_str() {
                "-" => UnaryOp::Negate,
                "+" => UnaryOp::Plus,
                "!" => UnaryOp::Not,
                _ => return None,
            };
            Some(Operation::Unary(op, operand))
        }
        [a, b] => Some(Operation::Binary(BinaryOp::from_symbol(&call.name)?, a, b)),
        _ => None,
    }
}

/// Whether the value of `expr` is certainly a bool.
pub(super) fn is_bool(expr: &Expr) -> bool {
    match expr {
        Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) => true,
        Expr::FnCall(call, _) => match operation(call) {
            Some(Operation::Binary(op, ..)) => is_comparison(op) || op == BinaryOp::Contains,
            _ => false,
        },
        _ => false,
    }
}

/// Whether the value of `expr` is a bool in Python, too.
fn is_comparison_or_constant(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts, _) | Expr::Or(parts, _) => parts.iter().all(is_comparison_or_constant),
        other => is_bool(other),
    }
}

impl Lowering<'_> {
    /// An operator call, whose value goes to `dst`.
    pub(super) fn operator(&mut self, call: &FnCallExpr, dst: Reg, at: Pos) {
        match operation(call) {
            Some(Operation::Unary(op, operand)) => {
                let src = self.operand(operand);
                self.builder().emit(Op::Unary { op, dst, src }, at);
            }
            Some(Operation::Binary(BinaryOp::Contains, ..)) if self.compares_instances => {
                self.named_call("python.contains", &call.args, dst, at);
            }
            // The parser makes `a in b` a call, with the operands in the other order.
            Some(Operation::Binary(op @ BinaryOp::Contains, left, right))
                if right.start_position() < left.start_position() =>
            {
                let b = self.operand_before(right, [left]);
                let a = self.operand(left);
                self.builder().emit(binary(op, dst, a, b), at);
            }
            Some(Operation::Binary(op, left, right)) => {
                let a = self.operand_before(left, [right]);
                let small = small_int(right).and_then(|value| binary_int(op, dst, a, value));
                let op = match small {
                    Some(op) => op,
                    None => {
                        let b = self.operand(right);
                        match (op, self.dialect) {
                            // Python's remainder has the sign of the divisor.
                            (BinaryOp::Rem, Language::Own) => Op::Rem { dst, a, b },
                            _ => binary(op, dst, a, b),
                        }
                    }
                };
                self.builder().emit(op, at);
            }
            None => {
                let what = format!("the operator `{}`", call.name);
                self.diagnostics.push(problems::unsupported(&what, at));
            }
        }
    }

    /// `a && b && ...`
    pub(super) fn all_of(&mut self, parts: &[Expr], dst: Reg) {
        self.connect(parts, dst, |cond| Op::JumpUnless { cond, to: 0 });
    }

    /// `a || b || ...`
    pub(super) fn any_of(&mut self, parts: &[Expr], dst: Reg) {
        self.connect(parts, dst, |cond| Op::JumpIf { cond, to: 0 });
    }

    fn connect(&mut self, parts: &[Expr], dst: Reg, leave: impl Fn(Reg) -> Op) {
        let end = self.builder().label();
        for (index, part) in parts.iter().enumerate() {
            self.expression(part, dst);
            if self.dialect == Language::Python {
                // The value is that of the part that decides.
                if index + 1 < parts.len() {
                    let at = pos(part.position());
                    let mark = self.builder().mark();
                    let cond = self.truth(part, dst, at);
                    self.builder().jump(leave(cond), end, at);
                    self.builder().release(mark);
                }
                continue;
            }
            // The last jump only makes sure that the value is a bool.
            if index + 1 < parts.len() || !is_bool(part) {
                self.builder().jump(leave(dst), end, pos(part.position()));
            }
        }
        self.builder().place(end);
    }

    /// `a ?? b ?? ...`
    pub(super) fn first_value(&mut self, parts: &[Expr], dst: Reg, at: Pos) {
        let end = self.builder().label();
        for (index, part) in parts.iter().enumerate() {
            self.expression(part, dst);
            if index + 1 < parts.len() {
                let leave = Op::JumpIfValue { src: dst, to: 0 };
                self.builder().jump(leave, end, at);
            }
        }
        self.builder().place(end);
    }

    /// Goes to `label` when `cond` is false.
    pub(super) fn jump_unless(&mut self, cond: &Expr, label: Label) {
        let mark = self.builder().mark();
        self.jump_unless_inner(cond, label);
        self.builder().release(mark);
    }

    fn jump_unless_inner(&mut self, cond: &Expr, label: Label) {
        let at = pos(cond.position());
        match cond {
            Expr::BoolConstant(true, _) => return,
            Expr::BoolConstant(false, _) => {
                return self.builder().jump(Op::Jump { to: 0 }, label, at);
            }
            Expr::And(parts, _) => {
                return parts.iter().for_each(|part| self.jump_unless(part, label));
            }
            Expr::Or(parts, _) => {
                if let Some((last, others)) = parts.split_last() {
                    let go_on = self.builder().label();
                    others.iter().for_each(|part| self.jump_if(part, go_on));
                    self.jump_unless(last, label);
                    self.builder().place(go_on);
                }
                return;
            }
            Expr::FnCall(call, _) => match operation(call) {
                Some(Operation::Unary(UnaryOp::Not, operand)) => {
                    return self.jump_if(operand, label);
                }
                Some(Operation::Binary(op, left, right))
                    if is_comparison(op) && !self.compares_instances =>
                {
                    let jump = self.compare(op, left, right);
                    return self.builder().jump(jump, label, at);
                }
                _ => {}
            },
            _ => {}
        }
        let value = self.operand(cond);
        let cond = self.truth(cond, value, at);
        self.builder()
            .jump(Op::JumpUnless { cond, to: 0 }, label, at);
    }

    /// Goes to `label` when `cond` is true.
    pub(super) fn jump_if(&mut self, cond: &Expr, label: Label) {
        let mark = self.builder().mark();
        self.jump_if_inner(cond, label);
        self.builder().release(mark);
    }

    fn jump_if_inner(&mut self, cond: &Expr, label: Label) {
        let at = pos(cond.position());
        match cond {
            Expr::BoolConstant(false, _) => return,
            Expr::BoolConstant(true, _) => {
                return self.builder().jump(Op::Jump { to: 0 }, label, at);
            }
            Expr::Or(parts, _) => {
                return parts.iter().for_each(|part| self.jump_if(part, label));
            }
            Expr::And(parts, _) => {
                if let Some((last, others)) = parts.split_last() {
                    let go_on = self.builder().label();
                    others.iter().for_each(|part| self.jump_unless(part, go_on));
                    self.jump_if(last, label);
                    self.builder().place(go_on);
                }
                return;
            }
            Expr::FnCall(call, _) => match operation(call) {
                Some(Operation::Unary(UnaryOp::Not, operand)) => {
                    return self.jump_unless(operand, label);
                }
                // `a < b` is not the opposite of `a >= b`: with NaN, both are false.
                Some(Operation::Binary(op, left, right))
                    if is_comparison(op) && !self.compares_instances =>
                {
                    let go_on = self.builder().label();
                    let over = self.compare(op, left, right);
                    self.builder().jump(over, go_on, at);
                    self.builder().jump(Op::Jump { to: 0 }, label, at);
                    return self.builder().place(go_on);
                }
                _ => {}
            },
            _ => {}
        }
        let value = self.operand(cond);
        let cond = self.truth(cond, value, at);
        self.builder().jump(Op::JumpIf { cond, to: 0 }, label, at);
    }

    /// The register that says whether the value of `expr`, which is in `src`, is true. Only in Python
    /// can that be something else than a bool.
    fn truth(&mut self, expr: &Expr, src: Reg, at: Pos) -> Reg {
        let is_certain = is_comparison_or_constant(expr) && !self.compares_instances;
        if self.dialect == Language::Own || is_certain {
            return src;
        }
        let dst = self.builder().register();
        let op = UnaryOp::Truth;
        self.builder().emit(Op::Unary { op, dst, src }, at);
        dst
    }

    /// Evaluates both sides of a comparison; gives the jump that is taken when it does not hold.
    fn compare(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> Op {
        let a = self.operand_before(left, [right]);
        if let Some(jump) = small_int(right).and_then(|value| unless_int(op, a, value)) {
            return jump;
        }
        let b = self.operand(right);
        unless(op, a, b).unwrap_or(Op::JumpUnless { cond: a, to: 0 })
    }
}
