//! `class`: its methods as closures, then the class as a value in a variable of its name.
//!
//! Methods are lowered like closures, but see the variables of the top level as functions do: by name,
//! when they run. What the class derives from stands in a variable that they capture; `super.f(x)` calls
//! the function `f` of that with `this` in front of the arguments.

use rhai::FnCallExpr;

use super::Lowering;
use super::chains::{Link, What};
use super::scope::{Resolved, VariableFlags};
use crate::language::class::ClassParts;
use crate::language::resolve::Declaration;
use crate::pos::Pos;
use crate::program::MAX_ARGUMENTS;
use crate::program::code::Root;
use crate::program::op::{Op, Reg};
use crate::value::SUPER;

impl Lowering<'_> {
    pub(super) fn class(&mut self, class: &ClassParts<'_>, dst: Reg, at: Pos) {
        let (name, name_pos) = class.name;
        let flags = VariableFlags {
            constant: false,
            callable: true,
        };
        let value = self.builder().register();
        // Where methods capture the variable, it is there before them.
        let is_local = !self.becomes_global(name);
        if is_local {
            self.builder().emit(Op::Unit { dst: value }, at);
            self.declare(name, Declaration::Name(name_pos), value, flags, at);
        }
        let made = self.scoped(|this| {
            let parts = this.builder().registers(4);
            let literal = this.literal(name);
            this.builder().text(parts, literal, at);
            match class.base {
                Some(base) => {
                    let src = this.operand(base);
                    let dst = this.builder().register();
                    this.builder().emit(Op::BaseClass { dst, src }, at);
                    let copy = Op::Move {
                        dst: parts + 1,
                        src: dst,
                    };
                    this.builder().emit(copy, at);
                    this.declare(SUPER, Declaration::Name(name_pos), dst, flags, at);
                }
                None => this.builder().emit(Op::Unit { dst: parts + 1 }, at),
            }
            let count = class.methods.len();
            let methods = this.builder().registers(count);
            for (offset, method) in class.methods.iter().enumerate() {
                // What Python calls by itself may need a part of the prelude.
                if method.name.starts_with("__") {
                    this.mentioned.insert(method.name.to_string());
                }
                this.method(name, method, methods + offset as Reg);
            }
            let names = class.methods.iter().map(|method| method.name);
            this.map_of(names, methods, parts + 2, at);
            let own = this.builder().registers(class.attributes.len());
            for (offset, (_, attribute)) in class.attributes.iter().enumerate() {
                this.expression(attribute, own + offset as Reg);
            }
            let names = class.attributes.iter().map(|(name, _)| *name);
            this.map_of(names, own, parts + 3, at);
            let dst = parts;
            this.builder().emit(Op::Class { dst, base: parts }, at);
            parts
        });
        let src = made;
        match (is_local, self.find(name)) {
            (true, Resolved::Cell(cell)) => self.builder().emit(Op::StoreCell { cell, src }, at),
            (true, _) => self.builder().emit(Op::Take { dst: value, src }, at),
            (false, _) => self.declare(name, Declaration::Name(name_pos), src, flags, at),
        }
        self.builder().emit(Op::Unit { dst }, at);
    }

    /// `dst` = a map of these names to what is in the registers from `base` on.
    fn map_of<'n>(&mut self, names: impl Iterator<Item = &'n str>, base: Reg, dst: Reg, at: Pos) {
        let keys = names.map(|name| self.literal(name)).collect();
        let shape = self.builder().add_shape(keys);
        self.builder().emit(Op::Map { dst, base, shape }, at);
    }

    /// `super.f(...)`, and the rest of the chain.
    pub(super) fn super_call(&mut self, call: &FnCallExpr, rest: &[Link<'_>], dst: Reg, at: Pos) {
        let argc = call.args.len() + 1;
        if argc > MAX_ARGUMENTS || !self.builder().has_this() {
            return self.no_this(at);
        }
        let base = self.builder().registers(argc + 1) + 1;
        self.read(Root::This, Vec::new(), base, at);
        for (offset, arg) in call.args.iter().enumerate() {
            self.expression(arg, base + 1 + offset as Reg);
        }
        let base = self.above_variables(base - 1, argc + 1) + 1;
        let value = match rest.is_empty() {
            true => dst,
            false => self.builder().register(),
        };
        if let Some(place) = self.place_of(SUPER) {
            self.method_call(place, &call.name, (false, None), base, argc, value, at);
        }
        if !rest.is_empty() {
            self.follow((Root::Register(value), None), rest, dst);
        }
    }

    /// The call that a chain begins with whose root is `super`.
    pub(super) fn as_super_call<'e>(
        &self,
        root: &rhai::Expr,
        links: &[Link<'e>],
    ) -> Option<&'e FnCallExpr> {
        match (root, links.first()?.what) {
            (rhai::Expr::Variable(name, ..), What::Method(call)) if name.1 == SUPER => matches!(
                self.find(SUPER),
                Resolved::Cell(_) | Resolved::Capture(_) | Resolved::Register(_)
            )
            .then_some(call),
            _ => None,
        }
    }
}
