//! `try`, `finally`, `with`, and every way out of them: break, continue, return, throw.
//!
//! The body of a `try` or `with` is a *region*: errors in its instructions go to its handler. What
//! leaves a region by a jump must first exit the `with` values on its way, innermost first, and those
//! exits must no longer be covered by what they leave: a region is therefore a list of stretches. The block
//! of a `finally` is lowered anew for each way out, as an exit is.

use std::sync::Arc;

use rhai::{Expr, FlowControl, StmtBlock};

use super::builder::Label;
use super::scope::VariableFlags;
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
    /// What happens when it is left.
    exit: Exit,
    /// The instructions that it covers, so far.
    covered: Vec<(u32, u32)>,
    /// Where the stretch began that is not over.
    start: u32,
    /// How many blocks, loops and caught errors are around it: those that `finally` sees.
    around: (usize, usize, usize),
}

/// What happens when a region is left, whichever way.
#[derive(Clone, Debug)]
enum Exit {
    /// Nothing.
    Nothing,
    /// The value in this register is exited: `with`.
    Context(Reg),
    /// This block runs.
    Finally(Arc<StmtBlock>),
}

impl Lowering<'_> {
    fn open_region(&mut self, exit: Exit) {
        let builder = self.builder();
        let region = Region {
            exit,
            covered: Vec::new(),
            start: builder.here(),
            around: (
                builder.scopes.len(),
                builder.loops.len(),
                builder.caught.len(),
            ),
        };
        builder.regions.push(region);
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
        let mut left = Vec::new();
        while self.builder().regions.len() > depth {
            let builder = self.builder();
            let here = builder.here();
            let Some(mut region) = builder.regions.pop() else {
                break;
            };
            region.covered.push((region.start, here));
            match &region.exit {
                Exit::Nothing => {}
                Exit::Context(context) => {
                    let (failed, context) = (false, *context);
                    builder.emit(Op::Exit { failed, context }, at);
                }
                Exit::Finally(block) => {
                    let block = block.clone();
                    self.finally_of(&region, &block, at);
                }
            }
            left.push(region);
        }
        jump(self);
        let builder = self.builder();
        let start = builder.here();
        let left = left.into_iter().rev();
        builder
            .regions
            .extend(left.map(|region| Region { start, ..region }));
    }

    /// The block of a `finally` on a way out: it sees what is around its `try`, not what is inside.
    fn finally_of(&mut self, region: &Region, block: &StmtBlock, at: Pos) {
        let (scopes, loops, caught) = region.around;
        let builder = self.builder();
        let inner = (
            builder.scopes.split_off(scopes),
            builder.loops.split_off(loops),
            builder.caught.split_off(caught),
        );
        let floor = builder.floor();
        // Above all that the way out still needs.
        let mark = builder.mark();
        builder.set_floor(mark);
        self.block(block.statements(), None, at);
        let builder = self.builder();
        builder.release(mark);
        builder.set_floor(floor);
        builder.scopes.extend(inner.0);
        builder.loops.extend(inner.1);
        builder.caught.extend(inner.2);
    }

    /// Whether a block of a `finally` runs on the way out of all regions but the outermost `depth`.
    fn runs_finally(&mut self, depth: usize) -> bool {
        let mut left = self.builder().regions[depth..].iter();
        left.any(|region| matches!(region.exit, Exit::Finally(_)))
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
        let src = match value {
            // What is returned stays as it is, whatever a `finally` does to its variable.
            Some(value) if self.runs_finally(0) => Some(self.temporary(value)),
            Some(value) => Some(self.operand(value)),
            None => None,
        };
        self.leave_regions(0, at, |this| {
            let op = this.return_of(src, at);
            this.builder().emit(op, at);
        });
    }

    /// `throw`; without a value, inside `catch`, it throws on what was caught.
    pub(super) fn throw(&mut self, value: Option<&Expr>, at: Pos) {
        let op = match (value, self.builder().caught.last().copied()) {
            (Some(value), _) => Op::Throw {
                src: self.operand(value),
            },
            (None, Some(src)) => Op::Rethrow { src },
            (None, None) => {
                let src = self.builder().register();
                self.builder().emit(Op::Unit { dst: src }, at);
                Op::Throw { src }
            }
        };
        self.builder().emit(op, at);
    }

    /// `try` with `catch`, with `finally`, or with both.
    pub(super) fn try_statement(
        &mut self,
        flow: &FlowControl,
        finally: Option<&StmtBlock>,
        dst: Option<Reg>,
        at: Pos,
    ) {
        match (self.parsed.only_finally.contains(&at), finally) {
            (false, None) => self.try_catch(flow, dst, at),
            (true, None) => self.finally(&flow.branch, at, |this| {
                this.block(flow.body.statements(), dst, at);
            }),
            (false, Some(finally)) => self.finally(finally, at, |this| {
                this.try_catch(flow, dst, at);
            }),
            (true, Some(_)) => {
                let problem = problems::unsupported("a second `finally`", at);
                self.diagnostics.push(problem);
            }
        }
    }

    /// What `protected` lowers, and behind it, whichever way it is left, the block of a `finally`. A thread
    /// that is being stopped runs no code any more, that of a `finally` included.
    fn finally(&mut self, block: &StmtBlock, at: Pos, protected: impl FnOnce(&mut Self)) {
        let error = self.builder().register();
        self.builder().keep(error);
        let end = self.builder().label();
        self.open_region(Exit::Finally(Arc::new(block.clone())));
        protected(self);
        let covered = self.close_region();
        self.block(block.statements(), None, at);
        self.builder().jump(Op::Jump { to: 0 }, end, at);
        let kind = HandlerKind::Catch(error);
        self.builder().handle_here(&covered, kind);
        self.block(block.statements(), None, at);
        self.builder().emit(Op::Rethrow { src: error }, at);
        self.builder().place(end);
    }

    fn try_catch(&mut self, flow: &FlowControl, dst: Option<Reg>, at: Pos) {
        let caught = self.builder().register();
        let end = self.builder().label();
        self.open_region(Exit::Nothing);
        self.block(flow.body.statements(), dst, at);
        let covered = self.close_region();
        self.builder().jump(Op::Jump { to: 0 }, end, at);
        let kind = HandlerKind::Catch(caught);
        self.builder().handle_here(&covered, kind);
        self.scoped(|this| {
            if let Expr::Variable(name, _, at) = &flow.expr {
                let at = pos(*at);
                let register = this.builder().register();
                let (dst, src) = (register, caught);
                let copy = match this.is_prelude {
                    // It throws on, in any way, what it has caught, with nothing lost.
                    true => Op::Move { dst, src },
                    false => Op::CaughtValue { dst, src },
                };
                this.builder().emit(copy, at);
                let flags = VariableFlags {
                    constant: false,
                    callable: true,
                };
                this.builder().keep(register);
                this.declare(&name.1, Declaration::Name(at), register, flags, at);
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
        self.open_region(Exit::Context(context));
        if let Some((name, at)) = manager.name {
            let flags = VariableFlags {
                constant: false,
                callable: true,
            };
            self.declare(name, Declaration::Name(at), bound, flags, at);
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
