//! Whole bodies: the top level, functions, and closures with what they capture. One file, as all of them are
//! opened, lowered and closed in the same way.

use rhai::Stmt;

use super::builder::{Builder, Kind};
use super::scope::{Capture, Resolved, VariableFlags};
use super::statements::first_of;
use super::{Lowering, TopLevel, problems};
use crate::language::class::Method;
use crate::language::modules;
use crate::language::parse::FunctionDef;
use crate::language::resolve::{ClosureExpr, Declaration};
use crate::pos::Pos;
use crate::program::code::{CaptureFrom, ClosureShape, Root};
use crate::program::op::{Op, Reg};
use crate::program::signature::{Parameter, Signature};
use crate::program::{Language, MAX_ARGUMENTS};
use crate::value::{CodeId, INIT, Literal, shown_name};

/// What a captured default is called, which no variable can be.
const DEFAULT: &str = "<default>";

/// What a closure is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// A closure of the script's.
    Closure,
    /// A method of a class.
    Method,
    /// The one that sets an instance up.
    Init,
}

impl Lowering<'_> {
    /// Lowers the top level and all functions; gives what to define.
    pub(super) fn whole_text(&mut self) -> Vec<(u32, usize, CodeId)> {
        let parsed = self.parsed;
        let main = self.reserve();
        self.open(Kind::TopLevel, main, "main", Pos::new(1, 1));
        self.evaluate_modules();
        self.body(&parsed.statements, Pos::NONE);
        self.close(main, Vec::new());
        let mut defined = Vec::new();
        if let TopLevel::Module(key) = self.top {
            // The top level is what evaluates the module.
            let name = self.program.name_id(&modules::qualified(key, ""), |_| None);
            defined.push((name, 0, main));
        }
        for (index, function) in parsed.functions.iter().enumerate() {
            if function.closure {
                continue;
            }
            let id = self.reserve();
            let name = match &function.this_type {
                // The name of the method is looked up when it is called.
                Some(of_type) => {
                    self.name_id(&function.name);
                    self.program.typed_name_id(of_type, &function.name)
                }
                None => self.name_id(&function.name),
            };
            self.open(Kind::Function, id, &function.name, function.pos);
            self.parameters(index, function, 0);
            self.body(&function.body, function.pos);
            self.close(id, Vec::new());
            if !function.is_private && function.this_type.is_none() {
                self.module.functions.insert(function.name.clone());
            }
            if function.params.len() <= MAX_ARGUMENTS {
                defined.push((name, function.params.len(), id));
            }
        }
        defined
    }

    /// Evaluates the modules that nobody has evaluated yet.
    fn evaluate_modules(&mut self) {
        if matches!(self.top, TopLevel::Module(_) | TopLevel::Prelude) {
            return;
        }
        for key in &self.modules.to_evaluate {
            let id = self.program.name_id(&modules::qualified(key, ""), |_| None);
            let base = self.builder().registers(1);
            let call = Op::Call {
                argc: 0,
                dst: base,
                base,
                name: self.builder().name(id),
            };
            self.builder().emit(call, Pos::new(1, 1));
        }
    }

    /// Lowers a closure, and makes it a value in `dst`. `name` is the variable it is bound to.
    pub(super) fn closure(&mut self, closure: &ClosureExpr, name: Option<&str>, dst: Reg) {
        self.closure_of(Role::Closure, closure, name, dst, None);
    }

    /// Lowers a method of a class, and makes it a value in `dst`.
    pub(super) fn method(&mut self, class: &str, method: &Method<'_>, dst: Reg) {
        let role = match method.name == INIT {
            true => Role::Init,
            false => Role::Method,
        };
        // Python's name for it.
        let name = match role {
            Role::Init if self.dialect == Language::Python => {
                format!("{}.__init__", self.shown(class))
            }
            _ => format!("{}.{}", self.shown(class), self.shown(method.name)),
        };
        self.with_signature(role, method, name, dst);
    }

    /// Lowers a `def`, and makes it a value in `dst`.
    pub(super) fn def(&mut self, def: &Method<'_>, dst: Reg) {
        let name = self.shown(def.name).to_string();
        self.with_signature(Role::Closure, def, name, dst);
    }

    /// What messages call something: a name of Python's is shown as it was written.
    fn shown<'n>(&self, name: &'n str) -> &'n str {
        match self.dialect {
            Language::Python => shown_name(name),
            _ => name,
        }
    }

    /// Evaluates the defaults, which the function captures, and makes it.
    fn with_signature(&mut self, role: Role, method: &Method<'_>, name: String, dst: Reg) {
        if !method.has_signature() {
            return self.closure_of(role, &method.body, Some(method.name), dst, None);
        }
        let mut parameters = Vec::new();
        let mut defaults = Vec::new();
        for param in &method.params {
            let default = param.default.map(|default| {
                let register = self.builder().register();
                self.expression(default, register);
                let reg = register;
                self.builder().emit(Op::NewCell { reg }, method.body.pos);
                defaults.push(register);
                defaults.len() as u16 - 1
            });
            parameters.push(Parameter {
                name: self.literal(self.shown(param.name)),
                kind: param.kind,
                default,
            });
        }
        let signature = Signature {
            name,
            kind: method.kind,
            parameters,
        };
        let signature = Some((signature, defaults));
        self.closure_of(role, &method.body, Some(method.name), dst, signature);
    }

    /// `signature`: what the parameters take, and the registers of the defaults.
    fn closure_of(
        &mut self,
        role: Role,
        closure: &ClosureExpr,
        name: Option<&str>,
        dst: Reg,
        signature: Option<(Signature, Vec<Reg>)>,
    ) {
        let parsed = self.parsed;
        let definition = parsed
            .functions
            .iter()
            .enumerate()
            .find(|(_, function)| function.closure && function.name == closure.key);
        let Some((index, definition)) = definition else {
            self.diagnostics
                .push(problems::unsupported("this function pointer", closure.pos));
            return;
        };
        let name = name.unwrap_or("closure");
        let (mut captures, mut sources) = self.captures_of(closure, role);
        let signature = signature.map(|(mut signature, defaults)| {
            // What is captured for them comes behind all else.
            let first = sources.len() as u16;
            for parameter in &mut signature.parameters {
                parameter.default = parameter.default.map(|default| first + default);
            }
            for register in defaults {
                sources.push(CaptureFrom::Register(register));
                captures.push(Capture {
                    name: DEFAULT.into(),
                    flags: VariableFlags {
                        constant: true,
                        callable: false,
                    },
                });
            }
            Box::new(signature)
        });
        let id = self.reserve();
        self.open(Kind::Closure, id, name, closure.pos);
        let mut capture_names = Vec::new();
        for capture in &captures {
            capture_names.push(self.literal(&capture.name));
        }
        self.builder().captures = captures;
        self.builder().gives_this = role == Role::Init;
        self.builder().set_signature(signature);
        self.parameters(index, definition, closure.captured);
        self.body(&definition.body, closure.pos);
        self.close(id, capture_names);
        let shape = ClosureShape {
            code: id,
            name: self.literal(name),
            captures: sources.into(),
        };
        let index = self.builder().add_closure(shape);
        self.builder().emit(Op::Closure { dst, index }, closure.pos);
    }

    /// What a closure that is made here captures, and where from.
    fn captures_of(
        &mut self,
        closure: &ClosureExpr,
        role: Role,
    ) -> (Vec<Capture>, Vec<CaptureFrom>) {
        let free = self.resolution.free.get(&closure.key).cloned();
        let mut captures = Vec::new();
        let mut sources = Vec::new();
        for name in free.unwrap_or_default() {
            let source = match self.find(&name) {
                Resolved::Cell(register) => CaptureFrom::Register(register),
                Resolved::Capture(index) => CaptureFrom::Capture(index),
                // It is found by its name, and so is shared as if a function named it.
                Resolved::Global(_) if role != Role::Closure => {
                    self.resolution.named_by_functions.push(name);
                    continue;
                }
                Resolved::Global(global) => CaptureFrom::Global(self.builder().global(global)),
                // Every captured variable is a cell: the analysis and the lowering agree on scopes.
                Resolved::Register(_) => {
                    debug_assert!(false, "{name} is captured but no cell");
                    continue;
                }
                Resolved::Function | Resolved::Constant(_) | Resolved::Unknown => continue,
            };
            let flags = self.flags(&name).unwrap_or(VariableFlags {
                constant: false,
                callable: true,
            });
            captures.push(Capture { name, flags });
            sources.push(source);
        }
        (captures, sources)
    }

    /// An ordinal for a function that will be lowered now.
    fn reserve(&mut self) -> CodeId {
        self.codes.push(None);
        CodeId {
            unit: self.unit,
            ordinal: self.codes.len() as u32 - 1,
        }
    }

    fn open(&mut self, kind: Kind, id: CodeId, name: &str, pos: Pos) {
        let name = self.literal(name);
        let builder = Builder::new(kind, id, name, pos, self.is_prelude);
        self.builders.push(builder);
    }

    fn close(&mut self, id: CodeId, capture_names: Vec<Literal>) {
        self.close_body();
        let Some(builder) = self.builders.pop() else {
            return;
        };
        if let Some((what, pos)) = builder.overflow {
            self.diagnostics.push(problems::too_large(what, pos));
        }
        self.codes[id.ordinal as usize] = Some(builder.finish(capture_names));
    }

    /// Declares the parameters of a function, after the first `captured` of them.
    fn parameters(&mut self, index: usize, function: &FunctionDef, captured: usize) {
        let params = &function.params[captured..];
        if params.len() > MAX_ARGUMENTS {
            let name = if function.closure {
                "a closure"
            } else {
                &function.name
            };
            self.diagnostics
                .push(problems::too_many_parameters(name, function.pos));
            return;
        }
        let first = self.builder().registers(params.len());
        self.builder().set_params(params.len());
        if self.resolution.uses_this.contains(&index) {
            let this = self.builder().registers(2);
            self.builder().keep(this + 1);
            self.builder().set_this(this);
        }
        if self.resolution.yields.contains(&index) {
            let slot = self.builder().register();
            self.builder().keep(slot);
            let class = self.literal("generator");
            self.builder().set_generator(slot, class);
            self.builder().emit(Op::Generator { slot }, function.pos);
        }
        let flags = VariableFlags {
            constant: false,
            callable: true,
        };
        for (offset, name) in params.iter().enumerate() {
            let declaration = Declaration::Parameter(index, captured + offset);
            let register = first + offset as Reg;
            self.declare(name, declaration, register, flags, function.pos);
        }
    }

    /// Lowers the statements of a body and returns the value of the last one.
    fn body(&mut self, statements: &[Stmt], pos: Pos) {
        if self.builder().gives_this || self.builder().generator().is_some() {
            self.sequence(statements, None, pos);
        } else {
            self.tail(statements);
        }
        // Falling off the end, where the last statement has no value.
        self.fall_off(pos);
    }

    /// Returns `()`, unless everything has returned before.
    fn fall_off(&mut self, pos: Pos) {
        if !self.builder().is_dead() {
            let op = self.return_of(None, pos);
            self.builder().emit(op, pos);
        }
    }

    /// What ends the function with the value in `src`, or with `()`: the `init` of a class gives the
    /// instance, whatever it returns.
    pub(super) fn return_of(&mut self, src: Option<Reg>, pos: Pos) -> Op {
        if let Some(slot) = self.builder().generator() {
            let src = src.unwrap_or_else(|| {
                let src = self.builder().register();
                self.builder().emit(Op::Unit { dst: src }, pos);
                src
            });
            return Op::EndGenerator { slot, src };
        }
        if self.builder().gives_this {
            let src = self.builder().register();
            self.read(Root::This, Vec::new(), src, pos);
            return Op::Return { src };
        }
        match src {
            Some(src) => Op::Return { src },
            None => Op::ReturnUnit,
        }
    }

    /// Lowers statements in the current scope and returns the value of the last one, unless it has
    /// none.
    fn tail(&mut self, statements: &[Stmt]) {
        let mut rest = statements;
        let (last, finally) = loop {
            let Some((stmt, finally, after)) = first_of(rest) else {
                return;
            };
            if after.is_empty() {
                break (stmt, finally);
            }
            self.statement_and_finally(stmt, finally, None);
            rest = after;
        };
        let pos = super::statements::position(last);
        match last {
            Stmt::If(flow, _) => {
                let otherwise = self.builder().label();
                self.jump_unless(&flow.expr, otherwise);
                self.scoped(|this| this.tail(flow.body.statements()));
                self.fall_off(pos);
                self.builder().place(otherwise);
                self.scoped(|this| this.tail(flow.branch.statements()));
            }
            Stmt::Block(block) => self.scoped(|this| this.tail(block.statements())),
            Stmt::Var(..) | Stmt::Assignment(..) | Stmt::Return(..) | Stmt::BreakLoop(..) => {
                self.statement(last, None);
            }
            Stmt::Expr(expr) => {
                let src = self.operand(expr);
                self.builder().emit(Op::Return { src }, pos);
            }
            _ => {
                let src = self.builder().register();
                self.statement_and_finally(last, finally, Some(src));
                self.builder().emit(Op::Return { src }, pos);
            }
        }
    }
}
