//! Calls by name and of function values; making closures.
//!
//! A call by name prefers the learner's function, then the library's, then a variable that holds a
//! function, then one of Rhai's own. One file, as calls by name and of values bind their arguments and
//! enter the function in the same way.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::arithmetic::put;
use super::fiber::{Frame, NONE};
use super::generator::{Resumption, is_generator};
use super::instance::CALL;
use super::place::Begin;
use super::reference::{inside, outermost};
use super::step::{Flow, MAX_DEPTH, Machine, Step};
use super::{Intrinsic, LooksInto, NativeCtx, NativeResult, Path, Stop};
use crate::program::code::{CaptureFrom, Code, Root};
use crate::program::signature::{MethodKind, NamedArguments, Parameter, ParameterKind, Signature};
use crate::program::{MAX_ARGUMENTS, Program};
use crate::value::collection::Kind;
use crate::value::{Class, CodeId, FaultKind, Function, Items, Target, Value};

/// What `this` of a method is bound to.
pub(super) enum Receiver<'a> {
    /// What is in this register (absolute).
    Register(usize),
    /// The place of the method call that is carried out, which begins here.
    Place(&'a Begin),
    /// A value of its own: an object, which changes in itself, or a copy.
    Value(Value),
}

/// What a variable holds that is called by its name.
enum Held {
    /// It is shared, and reading it is a step of its own, which is not to be done yet.
    Unseen,
    /// This function, to be called with these arguments and those of the call.
    Function(Arc<Function>, Vec<Value>),
    /// A class or an instance, to be called with the arguments of the call.
    Class(Value),
    /// No function: this name is at most one of Rhai's own, for these arguments and those of the call.
    Nothing(u32, Vec<Value>),
}

impl Machine<'_, '_> {
    // Functions as values.

    pub(super) fn make_closure(&mut self, dst: u16, index: u16) -> Step {
        let program = self.env.program;
        let code = program.code(self.frame().code);
        let shape = &code.closures[index as usize];
        let captures: Result<_, FaultKind> = shape
            .captures
            .iter()
            .map(|&from| {
                self.cell(match from {
                    CaptureFrom::Register(register) => Root::Cell(register),
                    CaptureFrom::Capture(index) => Root::Capture(index),
                    CaptureFrom::Global(global) => Root::Global(global),
                })
            })
            .collect();
        let function = Function {
            name: shape.name,
            target: Target::Code(shape.code),
            captures: captures?,
            curried: Items::default(),
            environment: None,
            this: Value::Unit,
            attributes: Value::Unit,
        };
        put(self.register(dst), Value::Function(Arc::new(function)));
        Ok(Flow::Next)
    }

    pub(super) fn function_name(&mut self, dst: u16, name: u16) -> Step {
        let program = self.env.program;
        let code = program.code(self.frame().code);
        let id = code.names[name as usize];
        match self.named_function(id) {
            Some(function) => {
                put(self.register(dst), Value::Function(function));
                Ok(Flow::Next)
            }
            None => Err(FaultKind::UnknownVariable {
                name: program.name(id).text.to_string(),
                nearest: None,
            }),
        }
    }

    /// The function of this name as a value, if there is one.
    pub(super) fn named_function(&self, id: u32) -> Option<Arc<Function>> {
        let name = self.env.program.name(id);
        if name.native.is_none() && !name.is_defined() {
            return None;
        }
        Some(Arc::new(self.env.program.named_function(id)))
    }

    // Calls.

    /// A call by name for which the learner has no function.
    pub(super) fn call_name(&mut self, id: u32, argc: u8, dst: u16, first: u16) -> Step {
        self.call_name_in(id, argc, dst, first, false)
    }

    /// The same. `is_granted` when what leads to the call is done already, so that reading the variable
    /// belongs to that step.
    fn call_name_in(&mut self, id: u32, argc: u8, dst: u16, first: u16, is_granted: bool) -> Step {
        let program = self.env.program;
        let name = program.name(id);
        let base = self.frame().base as usize;
        let start = base + first as usize;
        let range = start..start + argc as usize;
        if let Some(native) = name.native {
            if self.stepped && !self.may_call_native(&name.text, None, range.clone()) {
                return Ok(Flow::Stop(Stop::Visible));
            }
            if name.text.starts_with("python.resume")
                && let Some(Value::Reference(generator)) =
                    self.fiber.registers[range.clone()].first()
                && is_generator(&self.fiber.registers[start])
            {
                let generator = generator.clone();
                if !self.may_resume(&generator) {
                    return Ok(Flow::Stop(Stop::Visible));
                }
            }
            let dialect = self.dialect();
            let mut ctx = NativeCtx {
                program,
                ids: self.env.ids,
                task: self.fiber.thread,
                event_loop: self.fiber.event_loop.as_ref(),
                pos: self.fiber.pos(program),
                dialect,
            };
            let numbers = self.begin_native();
            let args = &mut self.fiber.registers[range];
            let result = self.env.natives.call(native, args, &mut ctx);
            self.note_told(&name.text, numbers);
            return self.native_result(result?, dst, first, argc);
        }
        let arities = name.arities();
        if let Some(first) = arities.first() {
            let first = name.function(*first);
            return Err(FaultKind::Arity {
                name: name.text.to_string(),
                params: first.map_or_else(Vec::new, |id| params(program.code(id))),
                expected: arities,
                found: argc as usize,
            });
        }
        let was_allowed = self.fiber.allowed;
        let passed_over = self.env.services.passed_over();
        let (id, mut args) = match self.held_function(id, is_granted) {
            Held::Unseen => return Ok(Flow::Stop(Stop::Visible)),
            Held::Function(function, mut args) => {
                args.extend(self.take_args(first, argc));
                return self.call_into(dst, function, args, None);
            }
            Held::Class(class) => {
                let args = self.take_args(first, argc);
                return self.call_any(class, args, dst);
            }
            Held::Nothing(id, args) => (id, args),
        };
        let name = &program.name(id).text;
        // Reading a variable of this name and calling the function are one step.
        let is_step = was_allowed && !self.fiber.allowed;
        if self.stepped && !is_step {
            let may_call = self.may_call_native(name, None, range);
            let is_step = !may_call || was_allowed && !self.fiber.allowed;
            self.count_as_one(passed_over, is_step);
            if !may_call {
                return Ok(Flow::Stop(Stop::Visible));
            }
        }
        args.extend(self.take_args(first, argc));
        let numbers = self.begin_native();
        let value = self.env.natives.call_named(name, &mut args);
        self.note_told(name, numbers);
        let value = value.map_err(|kind| near_function(kind, name, program))?;
        self.native_result(NativeResult::Value(value), dst, first, argc)
    }

    /// What a call of this name comes to by way of the variable of that name. A function value may
    /// name another variable in its turn, and so on; names that lead back to each other are those of
    /// no function in a variable. All is read in one step.
    fn held_function(&mut self, mut id: u32, mut is_granted: bool) -> Held {
        let program = self.env.program;
        let mut curried: Vec<Value> = Vec::new();
        let mut followed = BTreeSet::new();
        while followed.insert(id) {
            let global = program.find_global(&program.name(id).text);
            let Some(global) = global else {
                break;
            };
            let Some(binding) = self.env.globals.get(global) else {
                if !is_granted && !self.may_find_unbound(global) {
                    return Held::Unseen;
                }
                break;
            };
            if !is_granted {
                let was_allowed = self.fiber.allowed;
                if !self.may_access(&binding.cell, Path::default(), false) {
                    return Held::Unseen;
                }
                is_granted = was_allowed && !self.fiber.allowed;
            }
            let function = match binding.cell.load() {
                Value::Function(function) => function,
                Value::Reference(reference)
                    if reference.kind == Kind::Class || reference.method(CALL).is_some() =>
                {
                    return Held::Class(Value::Reference(reference));
                }
                _ => break,
            };
            match function.target {
                Target::Named(next) if program.name(next).is_free() => {
                    curried.splice(0..0, function.curried.iter().cloned());
                    id = next;
                }
                Target::Named(_) | Target::Code(_) => return Held::Function(function, curried),
            }
        }
        Held::Nothing(id, curried)
    }

    /// Whether the library's function or method of this name may be called now, with the arguments in
    /// these registers.
    pub(super) fn may_call_native(
        &mut self,
        name: &str,
        receiver: Option<&Value>,
        args: std::ops::Range<usize>,
    ) -> bool {
        let was_allowed = self.fiber.allowed;
        let passed_over = self.env.services.passed_over();
        let (tells, depth) = (self.may_tell(name), self.env.natives.looks_into(name));
        if tells || depth != LooksInto::Nothing {
            let args = self.fiber.registers[args].iter().chain(receiver);
            let inside = match depth {
                LooksInto::Outermost if !tells => outermost(args),
                _ => inside(args),
            };
            if !self.may_look_into(&inside, None, tells) {
                return false;
            }
        }
        // It is one step, on whatever account.
        let is_step = was_allowed && !self.fiber.allowed;
        // What has a line printed says in the same step what state the objects in it are in.
        let prints = self.env.natives.prints(name);
        let (task, was_still_allowed) = (self.fiber.task, self.fiber.allowed);
        let may = !self.env.services.sees_making(task, name) || is_step || self.may_proceed();
        if prints || !may || was_still_allowed && !self.fiber.allowed {
            self.env.services.belong_to_step(passed_over);
        }
        self.fiber.allowed |= was_allowed && prints;
        may
    }

    pub(super) fn take_args(&mut self, first: u16, argc: u8) -> Vec<Value> {
        let start = self.frame().base as usize + first as usize;
        let args = &mut self.fiber.registers[start..start + argc as usize];
        args.iter_mut().map(std::mem::take).collect()
    }

    pub(super) fn native_result(
        &mut self,
        result: NativeResult,
        dst: u16,
        first: u16,
        argc: u8,
    ) -> Step {
        let start = self.frame().base as usize + first as usize;
        for register in &mut self.fiber.registers[start..start + argc as usize] {
            put(register, Value::Unit);
        }
        match result {
            NativeResult::Value(value) => {
                put(self.register(dst), value);
                Ok(Flow::Next)
            }
            NativeResult::Call(function, args) => self.call_into(dst, function, args, None),
            NativeResult::CallAny(callee, args, named) => {
                self.call_any_named(callee, args, named, dst)
            }
            NativeResult::Resume(generator, sent) => {
                let how = match sent {
                    Ok(value) => Resumption::Sent(value),
                    Err(kind) => Resumption::Thrown(kind),
                };
                self.resume_generator(&generator, how, dst)
            }
            NativeResult::CallOn(this, function, args) => {
                self.call_into(dst, function, args, Some(Receiver::Value(this)))
            }
            NativeResult::Intrinsic(intrinsic) => self.intrinsic(intrinsic),
        }
    }

    /// A call of the function value in `callee`, which stays where it is.
    pub(super) fn call_value(&mut self, argc: u8, dst: u16, first: u16, callee: u16) -> Step {
        let base = self.frame().base as usize;
        let at = base + callee as usize;
        match &self.fiber.registers[at] {
            Value::Function(function) if function.curried.is_empty() && function.this.is_unit() => {
                match function.target {
                    Target::Code(id) => {
                        let code = self.env.program.code(id);
                        if code.signature.is_some() && !code.takes_exactly(argc as usize) {
                            let function = function.clone();
                            let args = self.take_args(first, argc);
                            return self.call_into(dst, function, args, None);
                        }
                        self.check_arity(id, argc as usize)?;
                        self.push(id, base + first as usize, base + dst as usize, at as u32)
                    }
                    Target::Named(id) => match self.env.program.name(id).function(argc as usize) {
                        Some(id) => self.push(id, base + first as usize, base + dst as usize, NONE),
                        None => self.call_name(id, argc, dst, first),
                    },
                }
            }
            Value::Function(function) => {
                let function = function.clone();
                let args = self.take_args(first, argc);
                self.call_into(dst, function, args, None)
            }
            other => {
                let other = other.clone();
                let args = self.take_args(first, argc);
                self.call_any(other, args, dst)
            }
        }
    }

    /// Calls `function` for the current call instruction.
    pub(super) fn call_function(&mut self, function: Arc<Function>, args: Vec<Value>) -> Step {
        use crate::program::op::Op;
        let pc = self.frame().pc as usize;
        let (code, _) = self.code();
        match code.ops[pc] {
            Op::Call { dst, .. } | Op::CallValue { dst, .. } | Op::CallMethod { dst, .. } => {
                self.call_into(dst, function, args, None)
            }
            _ => Err(FaultKind::Native(
                "a function can only be called by a call".into(),
            )),
        }
    }

    /// Calls `function` with arguments that do not stand in registers yet: beyond the registers of
    /// the running function, behind the function itself.
    pub(super) fn call_into(
        &mut self,
        dst: u16,
        function: Arc<Function>,
        args: Vec<Value>,
        this: Option<Receiver<'_>>,
    ) -> Step {
        self.call_named_into(dst, function, (args, NamedArguments::new()), this)
    }

    /// The same, with arguments some of which have names.
    pub(super) fn call_named_into(
        &mut self,
        dst: u16,
        function: Arc<Function>,
        (args, named): (Vec<Value>, NamedArguments),
        this: Option<Receiver<'_>>,
    ) -> Step {
        let program = self.env.program;
        let this = match (this, &function.this) {
            (None, Value::Unit) => None,
            (None, bound) => Some(Receiver::Value(bound.clone())),
            (given, _) => given,
        };
        let all: Vec<Value> = function.curried.iter().cloned().chain(args).collect();
        let all = bind(program, &function, all, named, usize::from(this.is_some()))?;
        let argc = all.len();
        if argc > MAX_ARGUMENTS {
            return Err(FaultKind::TooLarge {
                what: "the number of arguments is".into(),
            });
        }
        let (code, base) = self.code();
        let at = base + code.registers as usize;
        let dst = base + dst as usize;
        self.fiber.registers.truncate(at);
        self.fiber.registers.resize(at, Value::Unit);
        self.fiber.registers.push(Value::Function(function.clone()));
        self.fiber.registers.extend(all);
        let target = match function.target {
            Target::Code(id) => {
                self.check_arity(id, argc)?;
                Some((id, at as u32))
            }
            Target::Named(id) => program.name(id).function(argc).map(|id| (id, NONE)),
        };
        match target {
            Some((id, callee)) => match this {
                Some(receiver) => self.push_method(id, at + 1, dst, callee, receiver),
                None => self.push(id, at + 1, dst, callee),
            },
            None => {
                // A function of the library, called through a value.
                let Target::Named(id) = function.target else {
                    return Ok(Flow::Next);
                };
                let first = (at + 1 - base) as u16;
                let step = self.call_name_in(id, argc as u8, (dst - base) as u16, first, true);
                if let Ok(Flow::Stop(Stop::Visible)) = step
                    && self.fiber.pending.is_none()
                {
                    // The registers of the call instruction do not hold its arguments any more.
                    let args = self.fiber.registers.split_off(at + 1);
                    let args = args.into_iter().skip(function.curried.len()).collect();
                    self.fiber.pending = Some(Box::new(Intrinsic::Call(function, args)));
                }
                step
            }
        }
    }

    pub(super) fn check_arity(&self, id: CodeId, argc: usize) -> Result<(), FaultKind> {
        let code = self.env.program.code(id);
        if code.params as usize == argc {
            return Ok(());
        }
        let name = code.name.as_str().to_string();
        Err(FaultKind::Arity {
            name,
            expected: vec![code.params as usize],
            found: argc,
            params: params(code),
        })
    }

    pub(super) fn push(&mut self, id: CodeId, base: usize, dst: usize, callee: u32) -> Step {
        let depth = self.fiber.frames.len();
        if depth > MAX_DEPTH {
            return Err(FaultKind::StackOverflow { depth });
        }
        self.fiber.frames.push(Frame {
            code: id,
            pc: 0,
            base: base as u32,
            dst: dst as u32,
            callee,
        });
        if let Some(this) = self.env.program.code(id).this {
            // What was here before is no receiver.
            let this = base + usize::from(this);
            let registers = &mut self.fiber.registers;
            let range = this.min(registers.len())..(this + 2).min(registers.len());
            registers[range].fill(Value::Unit);
        }
        Ok(Flow::Reload)
    }

    pub(super) fn push_method(
        &mut self,
        id: CodeId,
        base: usize,
        dst: usize,
        callee: u32,
        receiver: Receiver<'_>,
    ) -> Step {
        let code = self.env.program.code(id);
        let end = base + code.registers as usize;
        // A method that does not mention `this` leaves the receiver where it is.
        let this = code
            .this
            .map(|this| (base + usize::from(this), self.bind(receiver)));
        if self.fiber.registers.len() < end {
            self.fiber.registers.resize(end, Value::Unit);
        }
        let step = self.push(id, base, dst, callee);
        if let Some((at, (root, keys))) = this {
            put(&mut self.fiber.registers[at], root);
            put(&mut self.fiber.registers[at + 1], keys);
        }
        step
    }
}

/// The values of a call for the parameters of the function: where it has a signature, and where some have
/// names.
fn bind(
    program: &Program,
    function: &Function,
    all: Vec<Value>,
    named: NamedArguments,
    receivers: usize,
) -> Result<Vec<Value>, FaultKind> {
    let default = |capture: u16| {
        let cell = function.captures.get(usize::from(capture));
        cell.map_or(Value::Unit, |cell| cell.load())
    };
    let code = match function.target {
        Target::Code(id) => program.code(id),
        Target::Named(_) if named.is_empty() => return Ok(all),
        Target::Named(id) => {
            let name = program.name(id);
            let largest = name.arities().into_iter().max();
            match largest.and_then(|count| name.function(count)) {
                Some(id) => program.code(id),
                None => {
                    let message = format!("{}() takes no keyword arguments here", name.text);
                    return Err(FaultKind::raised(Class::TypeError, &message, ""));
                }
            }
        }
    };
    match &code.signature {
        Some(signature) if named.is_empty() && signature.takes_exactly(all.len()) => Ok(all),
        Some(signature) => signature.bind(all, named, receivers, default),
        None if named.is_empty() => Ok(all),
        None => {
            let parameter = |name| Parameter {
                name,
                kind: ParameterKind::Plain,
                default: None,
            };
            // Of a function for each number of arguments, that for those which are given.
            let count = (code.variables.iter().take(code.params.into()).enumerate())
                .take_while(|(at, variable)| {
                    *at < all.len()
                        || named
                            .iter()
                            .any(|(name, _)| **name == *variable.name.as_str())
                })
                .count();
            let is_whole = count == all.len() + named.len()
                && matches!(function.target, Target::Named(id)
                    if program.name(id).function(count).is_some());
            let count = if is_whole { count } else { code.params.into() };
            let names = code.variables.iter().take(count);
            let signature = Signature {
                name: match code.name.as_str() {
                    "closure" => "lambda".into(),
                    name => name.into(),
                },
                kind: MethodKind::Instance,
                parameters: names.map(|variable| parameter(variable.name)).collect(),
            };
            signature.bind(all, named, receivers, default)
        }
    }
}

/// Adds the learner's own function of nearly this name to the fault of an unknown one.
fn near_function(mut kind: FaultKind, name: &str, program: &Program) -> FaultKind {
    if let FaultKind::UnknownFunction { advice, .. } = &mut kind {
        let near = program
            .names()
            .filter(|known| known.is_defined() && !known.text.contains("__"))
            .map(|known| (strsim::damerau_levenshtein(&known.text, name), &*known.text))
            .filter(|(distance, _)| *distance <= 2)
            .min();
        // The library may know better what this is: a name of another language.
        let is_guess = (advice.as_deref()).is_none_or(|advice| advice.starts_with("did you mean"));
        if let Some((_, near)) = near.filter(|_| is_guess) {
            *advice = Some(format!("did you mean `{near}`?"));
        }
    }
    kind
}

/// The names of a function's parameters.
fn params(code: &Code) -> Vec<String> {
    let params = code.variables.iter().take(code.params as usize);
    params.map(|param| param.name.as_str().into()).collect()
}
