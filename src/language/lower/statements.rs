//! Statements one after the other. Each may be asked to leave its value in a register: the last one
//! of a block whose value is used.

use rhai::{ASTFlags, Stmt, StmtBlock};

use super::scope::VariableFlags;
use super::{Lowering, problems};
use crate::language::finally::as_finally;
use crate::language::parse::pos;
use crate::language::resolve::{Declaration, as_closure};
use crate::pos::Pos;
use crate::program::op::{Op, Reg};

/// Where a statement stands.
pub(super) fn position(stmt: &Stmt) -> Pos {
    pos(stmt.position())
}

/// The first of some statements, the block of the `finally` that belongs to it, and what comes after.
pub(super) fn first_of(statements: &[Stmt]) -> Option<(&Stmt, Option<&StmtBlock>, &[Stmt])> {
    let (first, rest) = statements.split_first()?;
    match (first, rest) {
        (Stmt::TryCatch(..), [second, after @ ..]) => match as_finally(second) {
            Some(finally) => Some((first, Some(finally), after)),
            None => Some((first, None, rest)),
        },
        _ => Some((first, None, rest)),
    }
}

impl Lowering<'_> {
    /// Lowers the statements of a block in a scope of its own; its value goes to `dst`.
    pub(super) fn block(&mut self, statements: &[Stmt], dst: Option<Reg>, pos: Pos) {
        self.scoped(|this| this.sequence(statements, dst, pos));
    }

    /// Lowers statements in the current scope; the value of the last one goes to `dst`.
    pub(super) fn sequence(&mut self, statements: &[Stmt], dst: Option<Reg>, pos: Pos) {
        match statements.split_last() {
            None => self.unit(dst, pos),
            Some(_) => {
                let mut rest = statements;
                while let Some((stmt, finally, after)) = first_of(rest) {
                    let dst = dst.filter(|_| after.is_empty());
                    self.statement_and_finally(stmt, finally, dst);
                    rest = after;
                }
            }
        }
    }

    /// Lowers one statement with the `finally` that follows it, if one does.
    pub(super) fn statement_and_finally(
        &mut self,
        stmt: &Stmt,
        finally: Option<&StmtBlock>,
        dst: Option<Reg>,
    ) {
        match (stmt, finally) {
            (Stmt::TryCatch(flow, _), Some(finally)) => {
                let mark = self.builder().mark();
                self.try_statement(flow, Some(finally), dst, position(stmt));
                self.builder().release(mark);
            }
            _ => self.statement(stmt, dst),
        }
    }

    /// Puts `()` where a value is wanted.
    pub(super) fn unit(&mut self, dst: Option<Reg>, pos: Pos) {
        if let Some(dst) = dst {
            self.builder().emit(Op::Unit { dst }, pos);
        }
    }

    /// Lowers one statement; its value, `()` where it has none, goes to `dst`.
    pub(super) fn statement(&mut self, stmt: &Stmt, dst: Option<Reg>) {
        let mark = self.builder().mark();
        self.statement_inner(stmt, dst);
        self.builder().release(mark);
    }

    fn statement_inner(&mut self, stmt: &Stmt, dst: Option<Reg>) {
        let at = position(stmt);
        match stmt {
            Stmt::Noop(_) | Stmt::Share(_) => self.unit(dst, at),
            Stmt::Expr(expr) => match dst {
                Some(dst) => self.expression(expr, dst),
                None => self.discard(expr),
            },
            Stmt::FnCall(call, at) => {
                let dst = dst.unwrap_or_else(|| self.builder().register());
                self.call(call, dst, pos(*at));
            }
            Stmt::Block(block) => self.block(block.statements(), dst, at),
            Stmt::Var(variable, flags, _) => {
                let (name, value, _) = &**variable;
                if flags.contains(ASTFlags::EXPORTED) {
                    self.export(&name.name, &name.name);
                }
                self.variable(&name.name, pos(name.pos), value, *flags);
                self.unit(dst, at);
            }
            Stmt::Assignment(assignment) => {
                self.assignment(assignment);
                self.unit(dst, at);
            }
            Stmt::If(flow, _) => self.if_statement(flow, dst, at),
            Stmt::While(flow, _) => self.while_loop(flow, dst, at),
            Stmt::Do(flow, flags, _) => {
                self.do_loop(flow, flags.contains(ASTFlags::NEGATED), dst, at);
            }
            Stmt::For(parts, _) => self.for_loop(parts, dst, at),
            Stmt::Switch(parts, _) => self.switch(&parts.0, &parts.1, dst, at),
            Stmt::TryCatch(flow, _) => self.try_statement(flow, None, dst, at),
            Stmt::BreakLoop(value, flags, _) => {
                self.leave_loop(value.as_deref(), flags.contains(ASTFlags::BREAK), at);
            }
            Stmt::Return(value, flags, _) if flags.contains(ASTFlags::BREAK) => {
                self.throw(value.as_deref(), at);
            }
            Stmt::Return(value, ..) => self.return_statement(value.as_deref(), at),
            // What is imported was evaluated when the text began.
            Stmt::Import(..) => self.unit(dst, at),
            Stmt::Export(names, _) => {
                let (name, alias) = &**names;
                let alias = match alias.name.is_empty() {
                    true => &name.name,
                    false => &alias.name,
                };
                self.export(&name.name, alias);
                self.unit(dst, at);
            }
            _ => self
                .diagnostics
                .push(problems::unsupported("this statement", at)),
        }
    }

    /// Notes that other texts may name the variable `name`, as `alias`. A script that is run exports
    /// to nobody.
    fn export(&mut self, name: &str, alias: &str) {
        let name = self.own_name(name).into_owned();
        self.module.variables.insert(alias.to_string(), name);
    }

    /// `let` and `const`.
    fn variable(&mut self, name: &str, at: Pos, value: &rhai::Expr, flags: ASTFlags) {
        let closure = as_closure(value);
        let register = self.builder().register();
        match &closure {
            Some(closure) => self.closure(closure, Some(name), register),
            None => self.expression(value, register),
        }
        let flags = VariableFlags {
            constant: flags.contains(ASTFlags::CONSTANT),
            callable: closure.is_some(),
        };
        self.declare(name, Declaration::Name(at), register, flags, at);
    }
}
