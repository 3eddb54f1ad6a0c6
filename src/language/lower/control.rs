//! `if` and the loops.

use rhai::{Expr, FlowControl, Ident};

use super::Lowering;
use super::builder::Label;
use super::exits::Loop;
use super::scope::VariableFlags;
use crate::language::parse::pos;
use crate::language::resolve::Declaration;
use crate::pos::Pos;
use crate::program::op::{Op, Reg};

impl Lowering<'_> {
    pub(super) fn if_statement(&mut self, flow: &FlowControl, dst: Option<Reg>, at: Pos) {
        let builder = self.builder();
        let (otherwise, end) = (builder.label(), builder.label());
        self.jump_unless(&flow.expr, otherwise);
        self.block(flow.body.statements(), dst, at);
        let has_else = dst.is_some() || !flow.branch.is_empty();
        if has_else {
            self.builder().jump(Op::Jump { to: 0 }, end, at);
        }
        self.builder().place(otherwise);
        if has_else {
            self.block(flow.branch.statements(), dst, at);
        }
        self.builder().place(end);
    }

    /// `while` and `loop`.
    pub(super) fn while_loop(&mut self, flow: &FlowControl, dst: Option<Reg>, at: Pos) {
        let start = self.builder().label_here();
        let (again, exit, end) = self.open_loop(dst);
        let endless = matches!(flow.expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
        if !endless {
            self.jump_unless(&flow.expr, exit);
        }
        self.block(flow.body.statements(), None, at);
        self.builder().place(again);
        self.builder().jump(Op::Loop { to: 0 }, start, at);
        self.close_loop(exit, end, dst, at);
    }

    /// `do ... while` and `do ... until`. As in Rhai, `continue` begins the next round without
    /// asking the condition.
    pub(super) fn do_loop(&mut self, flow: &FlowControl, until: bool, dst: Option<Reg>, at: Pos) {
        let start = self.builder().label_here();
        let (again, exit, end) = self.open_loop(dst);
        self.block(flow.body.statements(), None, at);
        if until {
            self.jump_if(&flow.expr, exit);
        } else {
            self.jump_unless(&flow.expr, exit);
        }
        self.builder().place(again);
        self.builder().jump(Op::Loop { to: 0 }, start, at);
        self.close_loop(exit, end, dst, at);
    }

    pub(super) fn for_loop(
        &mut self,
        parts: &(Ident, Option<Ident>, FlowControl),
        dst: Option<Reg>,
        at: Pos,
    ) {
        let (name, counter, flow) = parts;
        self.scoped(|this| {
            let state = this.builder().registers(3);
            let mark = this.builder().mark();
            let src = this.operand(&flow.expr);
            let source_pos = pos(flow.expr.start_position());
            this.builder().release(mark);
            this.builder()
                .emit(Op::ForPrepare { state, src }, source_pos);
            let count = counter.as_ref().map(|_| {
                let count = this.builder().register();
                this.builder().int(count, 0, at);
                count
            });
            let start = this.builder().label_here();
            let (again, exit, end) = this.open_loop(dst);
            this.scoped(|this| {
                let item = this.builder().register();
                let next = Op::ForNext {
                    state,
                    dst: item,
                    skip: 0,
                };
                this.builder().jump(next, exit, source_pos);
                if this.takes_generators() {
                    let (src, skip) = (item, 0);
                    this.builder()
                        .jump(Op::ForEnd { src, skip }, exit, source_pos);
                }
                if let (Some(counter), Some(src)) = (counter, count) {
                    let register = this.builder().register();
                    let copy = Op::Move { dst: register, src };
                    this.builder().emit(copy, pos(counter.pos));
                    this.declare_each(counter, register);
                }
                this.declare_each(name, item);
                this.block(flow.body.statements(), None, at);
            });
            this.builder().place(again);
            if let Some(count) = count {
                let next = Op::AddInt {
                    dst: count,
                    a: count,
                    value: 1,
                };
                this.builder().emit(next, at);
            }
            this.builder().jump(Op::Loop { to: 0 }, start, at);
            this.close_loop(exit, end, dst, at);
        });
    }

    /// Declares a variable of a `for`, anew in each round.
    fn declare_each(&mut self, name: &Ident, register: Reg) {
        let at = pos(name.pos);
        let flags = VariableFlags {
            constant: false,
            callable: true,
        };
        self.declare(&name.name, Declaration::Name(at), register, flags, at);
    }

    /// Begins a loop: where `continue` goes, where it ends by itself, where `break` goes.
    fn open_loop(&mut self, dst: Option<Reg>) -> (Label, Label, Label) {
        let builder = self.builder();
        let (again, exit, end) = (builder.label(), builder.label(), builder.label());
        let around = Loop {
            dst,
            again,
            end,
            regions: builder.regions.len(),
        };
        builder.loops.push(around);
        (again, exit, end)
    }

    fn close_loop(&mut self, exit: Label, end: Label, dst: Option<Reg>, at: Pos) {
        self.builder().loops.pop();
        self.builder().place(exit);
        self.unit(dst, at);
        self.builder().place(end);
    }
}
