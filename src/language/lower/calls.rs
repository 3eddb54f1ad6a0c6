//! Calls by name: of a function, or of a variable that holds one. One file, as what a name is decides which
//! of these a call becomes.
//!
//! The registers of a call's arguments lie above everything that is still needed, since the machine
//! puts the called function's registers there.

use std::borrow::Cow;

use rhai::{Expr, FnCallExpr};

use super::builder::Kind;
use super::operators::is_bool;
use super::scope::Resolved;
use super::{Lowering, TopLevel, problems, with_options};
use crate::language::modules;
use crate::language::parse::pos;
use crate::language::resolve::YIELD;
use crate::pos::Pos;
use crate::program::code::{AccessPath, CallSite, OnReceiver, Root, Switch};
use crate::program::op::{Op, Reg};
use crate::program::{Language, MAX_ARGUMENTS};
use crate::value::object::Verb;
use crate::value::{Literal, Value};

/// The method of a function that gives it all its arguments without calling it.
const BIND: &str = "__bind";

impl Lowering<'_> {
    /// A call; its value goes to `dst`.
    pub(super) fn call(&mut self, call: &FnCallExpr, dst: Reg, at: Pos) {
        if let ([awaited], "+") = (&call.args[..], call.name.as_str())
            && self.parsed.awaits.contains(&at)
        {
            return self.await_value(awaited, dst, at);
        }
        let is_contains = call.name == "contains"
            && call.args.len() == 2
            && call.namespace.is_empty()
            && !self.is_own_function("contains");
        let refused = if call.op_token.is_some() || is_contains {
            return self.operator(call, dst, at);
        } else if !call.namespace.is_empty() {
            return self.module_call(&call.namespace.to_string(), call, dst, at);
        } else if call.capture_parent_scope && self.builder().kind != Kind::TopLevel {
            format!("`{}!(...)` in a function", call.name)
        } else {
            return self.named_call(&call.name, &call.args, dst, at);
        };
        self.diagnostics.push(problems::unsupported(&refused, at));
    }

    /// The key of the module that a prefix means; without one, says so.
    fn module_key(&mut self, prefix: &str, at: Pos) -> Option<String> {
        let found = self.modules.find(&self.module.modules, prefix).cloned();
        if found.is_none() {
            self.diagnostics.push(problems::unknown_module(prefix, at));
        }
        found
    }

    /// The name that the program gives to what a module exports as `name`; when it does not, says so.
    pub(super) fn exported(&mut self, prefix: &str, name: &str, at: Pos) -> Option<String> {
        let key = self.module_key(prefix, at)?;
        let module = self.modules.loaded.get(&key)?;
        let found = module.variables.get(name).cloned();
        if found.is_none() {
            let known: Vec<&str> = module.variables.keys().map(String::as_str).collect();
            let full = format!("{prefix}::{name}");
            let problem = problems::unknown_export(&full, "variable", &known, at);
            self.diagnostics.push(problem);
        }
        found
    }

    /// `module::f(...)`
    fn module_call(&mut self, prefix: &str, call: &FnCallExpr, dst: Reg, at: Pos) {
        let (name, args) = (call.name.as_str(), &call.args[..]);
        if prefix == "global" {
            return self.named_call(name, args, dst, at);
        }
        let Some(key) = self.module_key(prefix, at) else {
            return;
        };
        let functions = self
            .modules
            .loaded
            .get(&key)
            .map(|module| &module.functions);
        if functions.is_none_or(|functions| !functions.contains(name)) {
            let known: Vec<&str> = functions
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            let full = format!("{prefix}::{name}");
            let problem = problems::unknown_export(&full, "function", &known, at);
            return self.diagnostics.push(problem);
        }
        if args.len() > MAX_ARGUMENTS {
            let problem = problems::too_many_arguments(name, at);
            return self.diagnostics.push(problem);
        }
        let base = self.arguments(None, args);
        let id = (self.program).name_id(&modules::qualified(&key, name), |_| None);
        let call = Op::Call {
            argc: args.len() as u8,
            dst,
            base,
            name: self.builder().name(id),
        };
        self.builder().emit(call, at);
    }

    /// A call of `name`.
    pub(super) fn named_call(&mut self, name: &str, args: &[Expr], dst: Reg, at: Pos) {
        if args.len() > MAX_ARGUMENTS {
            self.diagnostics
                .push(problems::too_many_arguments(name, at));
            return;
        }
        if let ("is_def_var", [Expr::StringConstant(variable, _)]) = (name, args)
            && self.flags(variable).is_some()
        {
            self.builder().emit(Op::Bool { dst, value: true }, at);
            return;
        }
        if let ("Fn", [Expr::StringConstant(function, _)], TopLevel::Module(_)) =
            (name, args, self.top)
            && self.is_own_function(function)
        {
            let op = self.function_name(function, dst);
            return self.builder().emit(op, at);
        }
        if let ("is_shared", [variable]) = (name, args)
            && self.is_shared(variable)
        {
            self.builder().emit(Op::Bool { dst, value: true }, at);
            return;
        }
        if self.calls_variable(name) {
            return self.value_call(name, args, dst, at);
        }
        if !self.is_own_function(name) {
            match (name, args) {
                (YIELD, [value]) => {
                    if let Some(slot) = self.builder().generator() {
                        let src = self.builder().register();
                        self.expression(value, src);
                        self.builder().emit(Op::Yield { dst, src, slot }, at);
                        return;
                    }
                }
                ("await", [awaited]) => return self.await_value(awaited, dst, at),
                ("assert", [condition, message]) => {
                    return self.assertion(condition, message, dst, at);
                }
                _ => {}
            }
        }
        if self.on_receiver(name) == Some(OnReceiver::Changes)
            && !self.is_own_function(name)
            && !self.catalogue.is_function_of(name, args.len())
            && let Some((receiver, args)) = args.split_first()
            && let Some(place) = self.root_place(receiver, true)
        {
            let base = self.arguments_with_receiver(None, args);
            return self.method_call(place, name, (false, None), base, args.len(), dst, at);
        }
        if !self.is_function(name)
            && self.catalogue.is_prelude_method(name)
            && let Some((receiver, args)) = args.split_first()
        {
            // `map(a, f)` is `a.map(f)`.
            let root = Root::Register(self.temporary(receiver));
            let keys = Box::default();
            let base = self.arguments_with_receiver(None, args);
            let place = AccessPath { root, keys };
            return self.method_call(place, name, (false, None), base, args.len(), dst, at);
        }
        let base = self.arguments(Some(name), args);
        let called = match self.has_options(name, args) {
            true => Cow::Owned(with_options(name)),
            false => Cow::Borrowed(name),
        };
        let call = Op::Call {
            argc: args.len() as u8,
            dst,
            base,
            name: self.name(&called),
        };
        self.builder().emit(call, at);
    }

    /// Whether a map is written behind the arguments that is none of them, but options of the library's
    /// function of this name.
    fn has_options(&self, name: &str, args: &[Expr]) -> bool {
        let keys = self.catalogue.options(name);
        let [_, .., Expr::Map(map, _)] = args else {
            return false;
        };
        self.dialect == Language::Own
            && !self.is_own_function(name)
            && !map.0.is_empty()
            && map.0.iter().all(|(key, _)| keys.contains(&key.as_str()))
    }

    /// Whether an expression is a variable that a closure shares.
    pub(super) fn is_shared(&self, expr: &Expr) -> bool {
        let Expr::Variable(name, ..) = expr else {
            return false;
        };
        match self.find(&name.1) {
            Resolved::Cell(_) | Resolved::Capture(_) => true,
            Resolved::Global(_) => self.resolution.mentioned.contains(name.1.as_str()),
            _ => false,
        }
    }

    /// `assert(condition, message)`: the message is evaluated only when it is needed.
    fn assertion(&mut self, condition: &Expr, message: &Expr, dst: Reg, at: Pos) {
        let holds = self.builder().label();
        let base = self.builder().registers(2);
        if is_bool(condition) {
            self.jump_if(condition, holds);
            let failed = Op::Bool {
                dst: base,
                value: false,
            };
            self.builder().emit(failed, at);
        } else {
            // What is no bool is refused by the library, which says what to do.
            self.expression(condition, base);
            let fails = self.builder().label();
            let cases = vec![(Value::Bool(true), 0)];
            let table = Switch {
                cases,
                ..Switch::default()
            };
            let index = self.builder().add_switch(table, vec![holds, fails]);
            self.builder().emit(Op::Switch { src: base, index }, at);
            self.builder().place(fails);
        }
        self.expression(message, base + 1);
        let base = self.above_variables(base, 2);
        let call = Op::Call {
            argc: 2,
            dst,
            base,
            name: self.name("assert"),
        };
        self.builder().emit(call, at);
        self.builder().place(holds);
        self.builder().emit(Op::Unit { dst }, at);
    }

    /// `await x` and `await(x)`: asks what is awaited; any other value is its own answer.
    fn await_value(&mut self, awaited: &Expr, dst: Reg, at: Pos) {
        self.builder().set_awaits();
        if let Some((name, args)) = self.asyncio_call(awaited) {
            let name = format!("await {name}");
            if self.catalogue.native(&name).is_some() {
                return self.named_call(&name, args, dst, at);
            }
        }
        let value = self.builder().register();
        self.expression(awaited, value);
        let base = self.arguments_with_receiver(None, &[]);
        let place = AccessPath {
            root: Root::Register(value),
            keys: Box::default(),
        };
        self.method_call(place, Verb::Await.name(), (false, None), base, 0, dst, at);
    }

    /// Whether `name(...)` calls what the variable `name` holds. The script's functions come first;
    /// a variable hides the library's only when it looks as if it held a function.
    fn calls_variable(&self, name: &str) -> bool {
        let may_be_function = match self.flags(name) {
            Some(traits) => traits.callable || !self.is_function(name),
            // A variable of the top level, seen from a function.
            None => self.is_top_level_variable(name) && !self.is_function(name),
        };
        may_be_function && !self.is_own_function(name)
    }

    fn value_call(&mut self, name: &str, args: &[Expr], dst: Reg, at: Pos) {
        let callee = match self.find(name) {
            Resolved::Register(register) if args.iter().all(|arg| self.is_quiet(arg)) => register,
            _ => {
                let callee = self.builder().register();
                self.load(name, callee, at);
                callee
            }
        };
        let base = self.arguments(None, args);
        let call = Op::CallValue {
            argc: args.len() as u8,
            dst,
            base,
            callee,
        };
        self.builder().emit(call, at);
    }

    /// What the library's function of this name does to a plain value that is its first argument. In Python
    /// no function changes one.
    pub(super) fn on_receiver(&self, name: &str) -> Option<OnReceiver> {
        match self.dialect {
            Language::Own => self.catalogue.on_receiver(name),
            Language::Python => Some(OnReceiver::Keeps),
        }
    }

    /// What the library's method of this name does to a plain value.
    fn method_on_receiver(&self, name: &str) -> Option<OnReceiver> {
        match self.dialect {
            Language::Own => self.catalogue.on_receiver(name),
            Language::Python => Some(self.catalogue.on_receiver_in_python(name)),
        }
    }

    /// Calls the method `name` of what is at `place`, with `argc` arguments from `base` on. Then
    /// come whether `()` there is skipped, and the constant that the place is a copy of.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is a separate operand of one instruction"
    )]
    pub(super) fn method_call(
        &mut self,
        place: AccessPath,
        name: &str,
        (optional, constant): (bool, Option<Literal>),
        base: Reg,
        argc: usize,
        dst: Reg,
        at: Pos,
    ) {
        let site = CallSite {
            place,
            name: self.name_id(name),
            verb: Verb::named(name),
            on_receiver: self.method_on_receiver(name),
            optional,
            constant,
        };
        let call = Op::CallMethod {
            argc: argc as u8,
            dst,
            base,
            site: self.builder().add_site(site),
        };
        self.builder().emit(call, at);
    }

    /// Evaluates arguments for a call of `callee`, or of a variable, that comes right after; where
    /// they begin.
    fn arguments(&mut self, callee: Option<&str>, args: &[Expr]) -> Reg {
        let base = self.builder().registers(args.len());
        self.arguments_into(callee, args, base);
        self.above_variables(base, args.len())
    }

    /// Evaluates the arguments of a method call that comes right after, above a register that is
    /// left free; where they begin.
    pub(super) fn arguments_with_receiver(&mut self, callee: Option<&str>, args: &[Expr]) -> Reg {
        let base = self.builder().registers(args.len() + 1) + 1;
        self.arguments_into(callee, args, base);
        self.above_variables(base - 1, args.len() + 1) + 1
    }

    /// Evaluates arguments for a call of `callee`, if that is a name, into the registers that were set
    /// aside for them.
    fn arguments_into(&mut self, callee: Option<&str>, args: &[Expr], base: Reg) {
        for (at, arg) in args.iter().enumerate() {
            let dst = base + at as Reg;
            let is_array = matches!(arg, Expr::Array(..));
            let is_awaited = (is_array || matches!(arg, Expr::FnCall(..)))
                && callee.is_some_and(|callee| {
                    self.catalogue.takes_awaitable(callee, at, is_array)
                        && !self.is_own_function(callee)
                });
            match is_awaited {
                true => self.awaitable(arg, dst),
                false => self.expression(arg, dst),
            }
        }
    }

    /// What shall be awaited later. A call of the script's own function is a coroutine there, as in
    /// Python: its arguments are evaluated now, and its body runs as the task that awaits it.
    fn awaitable(&mut self, expr: &Expr, dst: Reg) {
        let mark = self.builder().mark();
        match expr {
            Expr::Array(items, _) => {
                self.array(items, Self::awaitable, dst, pos(expr.position()));
            }
            Expr::FnCall(call, _) if self.makes_coroutine(call) => {
                self.coroutine(call, dst, pos(expr.position()));
            }
            _ => self.expression(expr, dst),
        }
        self.builder().release(mark);
    }

    /// Whether a call is one of a function that the script has, or will have when this runs.
    fn makes_coroutine(&self, call: &FnCallExpr) -> bool {
        let name = call.name.as_str();
        let is_plain =
            call.op_token.is_none() && call.namespace.is_empty() && !call.capture_parent_scope;
        let may_come = || {
            let is_later = self
                .builders
                .last()
                .is_some_and(|builder| builder.kind != Kind::TopLevel);
            is_later && !self.is_function(name) && !self.catalogue.names().contains(&name)
        };
        is_plain && (self.is_own_function(name) || self.calls_variable(name) || may_come())
    }

    fn coroutine(&mut self, call: &FnCallExpr, dst: Reg, at: Pos) {
        if call.args.len() > MAX_ARGUMENTS {
            let problem = problems::too_many_arguments(&call.name, at);
            return self.diagnostics.push(problem);
        }
        let function = self.builder().register();
        if self.is_own_function(&call.name) {
            let op = self.function_name(&call.name, function);
            self.builder().emit(op, at);
        } else {
            self.load(&call.name, function, at);
        }
        let base = self.arguments_with_receiver(None, &call.args);
        let place = AccessPath {
            root: Root::Register(function),
            keys: Box::default(),
        };
        let argc = call.args.len();
        self.method_call(place, BIND, (false, None), base, argc, dst, at);
    }

    /// Moves the `count` registers from `base` on above all variables, where an argument has made one (as
    /// `with` can). Returns the register at which they begin then.
    pub(super) fn above_variables(&mut self, base: Reg, count: usize) -> Reg {
        if self.builder().floor() <= u32::from(base) {
            return base;
        }
        let above = self.builder().registers(count);
        for offset in 0..count as Reg {
            let take = Op::Take {
                dst: above + offset,
                src: base + offset,
            };
            self.builder().emit(take, Pos::NONE);
        }
        above
    }
}
