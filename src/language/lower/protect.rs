//! `try`, `with`, and every way out of them: break, continue, return, throw.
//!
//! The body of a `try` or `with` is a *region*: errors in its instructions go to its handler. What
//! leaves a region by a jump must first exit the `with` values on its way, innermost first, and those
//! exits must no longer be covered by what they leave: a region is therefore a list of stretches.

use rhai::{Expr, FlowControl};

use super::builder::Label;
use super::scope::Traits;
use super::{Lowering, problems};
use crate::language::parse::pos;
use crate::language::resolve::Declaration;
use crate::language::with::{Manager, WithParts};
use crate::pos::Pos;
use crate::program::code::HandlerKind;
use crate::program::op::{Op, Reg};

/// A loop around the current statement.
#[derive(Debug)]
pub(super) struct Loop {
    /// Where its value goes.
    pub(super) dst: Option<Reg>,
    /// Where `continue` goes.
    pub(super) again: Label,
    /// Where `break` goes.
    pub(super) end: Label,
    /// How many regions are around it.
    pub(super) regions: usize,
}

/// The body of a `try` or `with` around the current statement.
#[derive(Debug)]
pub(super) struct Region {
    /// The value to exit, for `with`.
    context: Option<Reg>,
    /// The instructions that it covers, so far.
    covered: Vec<(u32, u32)>,
    /// Where the stretch began that is not over.
    start: u32,
}

impl Lowering<'_> {
    fn open_region(&mut self, context: Option<Reg>) {
        let builder = self.builder();
        let start = builder.here();
        builder.regions.push(Region {
            context,
            covered: Vec::new(),
            start,
        });
    }

    /// Ends the innermost region; gives the stretches that it covers.
    fn close_region(&mut self) -> Vec<(u32, u32)> {
        let builder = self.builder();
        let end = builder.here();
        match builder.regions.pop() {
            Some(mut region) => {
                region.covered.push((region.start, end));
                region.covered
            }
            None => Vec::new(),
        }
    }

    /// Leaves all regions but the outermost `depth` and jumps away with `jump`.
    fn leave_regions(&mut self, depth: usize, at: Pos, jump: impl FnOnce(&mut Self)) {
        for index in (depth..self.builder().regions.len()).rev() {
            let builder = self.builder();
            let here = builder.here();
            let region = &mut builder.regions[index];
            region.covered.push((region.start, here));
            if let Some(context) = region.context {
                let exit = Op::Exit {
                    failed: false,
                    context,
                };
                builder.emit(exit, at);
            }
        }
        jump(self);
        let builder = self.builder();
        let here = builder.here();
        for region in &mut builder.regions[depth..] {
            region.start = here;
        }
    }

    /// `break` and `continue`.
    pub(super) fn leave_loop(&mut self, value: Option<&Expr>, is_break: bool, at: Pos) {
        let Some(around) = self.builder().loops.last() else {
            self.diagnostics.push(problems::misplaced_break(at));
            return;
        };
        let (dst, again, end, regions) = (around.dst, around.again, around.end, around.regions);
        let dst = dst.filter(|_| is_break);
        match (value, dst) {
            (Some(value), Some(dst)) => self.expression(value, dst),
            (Some(value), None) => self.discard(value),
            (None, dst) => self.unit(dst, at),
        }
        let target = if is_break { end } else { again };
        self.leave_regions(regions, at, |this| {
            this.builder().jump(Op::Jump { to: 0 }, target, at);
        });
    }

    pub(super) fn return_statement(&mut self, value: Option<&Expr>, at: Pos) {
        let op = match value {
            Some(value) => Op::Return {
                src: self.operand(value),
            },
            None => Op::ReturnUnit,
        };
        self.leave_regions(0, at, |this| this.builder().emit(op, at));
    }

    /// `throw`; without a value, inside `catch`, it throws on what was caught.
    pub(super) fn throw(&mut self, value: Option<&Expr>, at: Pos) {
        let op = match (value, self.builder().caught.last().copied()) {
            (Some(value), _) => Op::Throw {
                src: self.operand(value),
            },
            (None, Some(src)) if self.is_prelude => Op::Rethrow { src },
            (None, Some(src)) => Op::Throw { src },
            (None, None) => {
                let src = self.builder().register();
                self.builder().emit(Op::Unit { dst: src }, at);
                Op::Throw { src }
            }
        };
        self.builder().emit(op, at);
    }

    pub(super) fn try_catch(&mut self, flow: &FlowControl, dst: Option<Reg>, at: Pos) {
        let caught = self.builder().register();
        let end = self.builder().label();
        self.open_region(None);
        self.block(flow.body.statements(), dst, at);
        let covered = self.close_region();
        self.builder().jump(Op::Jump { to: 0 }, end, at);
        let kind = if self.is_prelude {
            HandlerKind::CatchRaw(caught)
        } else {
            HandlerKind::Catch(caught)
        };
        self.builder().handle_here(&covered, kind);
        self.scoped(|this| {
            if let Expr::Variable(name, _, at) = &flow.expr {
                let at = pos(*at);
                let register = this.builder().register();
                let copy = Op::Move {
                    dst: register,
                    src: caught,
                };
                this.builder().emit(copy, at);
                let traits = Traits {
                    constant: false,
                    callable: true,
                };
                this.builder().keep(register);
                this.declare(&name.1, Declaration::Name(at), register, traits, at);
            }
            this.builder().caught.push(caught);
            this.block(flow.branch.statements(), None, at);
            this.builder().caught.pop();
        });
        self.unit(dst, at);
        self.builder().place(end);
    }

    /// `with`: the managers one inside the other, then the body, all in the scope around it.
    pub(super) fn with(&mut self, with: &WithParts<'_>, dst: Option<Reg>, at: Pos) {
        self.with_managers(&with.managers, with, dst, at);
    }

    fn with_managers(
        &mut self,
        managers: &[Manager<'_>],
        with: &WithParts<'_>,
        dst: Option<Reg>,
        at: Pos,
    ) {
        let Some((manager, inner)) = managers.split_first() else {
            return self.sequence(with.body.statements(), dst, at);
        };
        let context_pos = pos(manager.context.start_position());
        let context = self.builder().register();
        let error = self.builder().register();
        self.expression(manager.context, context);
        let bound = self.builder().register();
        let enter = Op::Enter {
            dst: bound,
            context,
        };
        self.builder().emit(enter, context_pos);
        self.open_region(Some(context));
        if let Some((name, at)) = manager.name {
            let traits = Traits {
                constant: false,
                callable: true,
            };
            self.declare(name, Declaration::Name(at), bound, traits, at);
        }
        self.with_managers(inner, with, dst, at);
        let covered = self.close_region();
        let end = self.builder().label();
        let exit = |failed| Op::Exit { failed, context };
        self.builder().emit(exit(false), at);
        self.builder().jump(Op::Jump { to: 0 }, end, at);
        let kind = HandlerKind::With { context, error };
        self.builder().handle_here(&covered, kind);
        self.builder().emit(exit(true), at);
        self.builder().emit(Op::Rethrow { src: error }, at);
        self.builder().place(end);
    }
}
