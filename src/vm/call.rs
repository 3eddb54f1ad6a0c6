//! Calls: by name, of a function value, of a method; and making closures.
//!
//! A call by name prefers the learner's function, then the library's, then a variable that holds a
//! function, then one of Rhai's own.

use std::sync::Arc;

use super::arithmetic::{self, copy, put};
use super::fiber::{Frame, NONE, Stage};
use super::place::{Walked, Window, change, walk};
use super::step::{Flow, MAX_DEPTH, Machine, Step};
use super::{NativeCtx, NativeResult, Stop};
use crate::program::code::{CaptureFrom, Code, Root, Site};
use crate::program::op::BinaryOp;
use crate::program::{MAX_ARGUMENTS, Program};
use crate::value::{Cell, CodeId, FaultKind, Function, Literal, Object, Target, Value};

/// How the receiver of a method is passed to code of the learner's.
enum Receiver {
    /// It stands in this register (absolute) and goes back there.
    Register(u32),
    /// It is this value; what changes goes back by way of a register (absolute) of the caller.
    Place(Value, u32),
    /// It is this object, which changes in itself: nothing goes back.
    Object(Arc<Object>),
}

impl Machine<'_, '_> {
    // Operators on operands that the loop does not treat itself.

    pub(super) fn binary(&mut self, op: BinaryOp, dst: u16, a: u16, b: u16) -> Step {
        if dst == a && b != a {
            // `x op= y`: in place, so that a string or array that grows is not copied each time.
            let mut target = std::mem::take(self.register(a));
            let base = self.frame().base as usize;
            let operand = &self.fiber.registers[base + b as usize];
            let done = arithmetic::update(self.env.natives, op, &mut target, operand);
            put(self.register(a), target);
            done?;
            return Ok(Flow::Next);
        }
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let (a, b) = (&registers[a as usize], &registers[b as usize]);
        let value = arithmetic::binary(self.env.natives, op, a, b)?;
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    pub(super) fn binary_int(&mut self, op: BinaryOp, dst: u16, a: u16, value: i16) -> Step {
        let operand = Value::Int(i64::from(value));
        let mut target = if dst == a {
            std::mem::take(self.register(a))
        } else {
            copy(self.register(a))
        };
        let done = if dst == a {
            arithmetic::update(self.env.natives, op, &mut target, &operand)
        } else {
            arithmetic::binary(self.env.natives, op, &target, &operand)
                .map(|value| put(&mut target, value))
        };
        if dst == a || done.is_ok() {
            put(self.register(dst), target);
        }
        done?;
        Ok(Flow::Next)
    }

    pub(super) fn compare(&mut self, op: BinaryOp, a: u16, b: u16) -> Result<bool, FaultKind> {
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let (a, b) = (&registers[a as usize], &registers[b as usize]);
        truth(arithmetic::binary(self.env.natives, op, a, b)?)
    }

    pub(super) fn compare_int(
        &mut self,
        op: BinaryOp,
        a: u16,
        value: i16,
    ) -> Result<bool, FaultKind> {
        let base = self.frame().base as usize;
        let a = &self.fiber.registers[base + a as usize];
        let value = Value::Int(i64::from(value));
        truth(arithmetic::binary(self.env.natives, op, a, &value)?)
    }

    /// Where a `switch` goes.
    pub(super) fn switch(&mut self, src: u16, index: u16) -> Result<u32, FaultKind> {
        let program = self.env.program;
        let code = program.code(self.frame().code);
        let table = &code.switches[index as usize];
        let value = copy(self.register(src));
        for (case, to) in &table.cases {
            // Literals of another type never fit, not even 1.0 for 1.
            let fits = std::mem::discriminant(case) == std::mem::discriminant(&value)
                || case.as_str().is_some() && value.as_str().is_some();
            let fits = fits
                && matches!(
                    self.env.natives.binary(BinaryOp::Equal, case, &value),
                    Ok(Value::Bool(true))
                );
            if fits {
                return Ok(*to);
            }
        }
        if let Value::Int(number) = value {
            for &(start, end, inclusive, to) in &table.ranges {
                if number >= start && (number < end || inclusive && number == end) {
                    return Ok(to);
                }
            }
        }
        Ok(table.otherwise)
    }

    // Functions as values.

    pub(super) fn make_closure(&mut self, dst: u16, index: u16) -> Step {
        let program = self.env.program;
        let code = program.code(self.frame().code);
        let shape = &code.closures[index as usize];
        let captures: Result<Box<[Arc<Cell>]>, FaultKind> = shape
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
            curried: Vec::new(),
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
        if name.native.is_none() && name.arities().is_empty() {
            return None;
        }
        Some(Arc::new(Function {
            name: Literal::new(&name.text),
            target: Target::Named(id),
            captures: Box::default(),
            curried: Vec::new(),
        }))
    }

    // Calls.

    /// A call by name for which the learner has no function.
    pub(super) fn call_name(&mut self, id: u32, argc: u8, dst: u16, first: u16) -> Step {
        let program = self.env.program;
        let name = program.name(id);
        let base = self.frame().base as usize;
        let start = base + first as usize;
        let range = start..start + argc as usize;
        if let Some(native) = name.native {
            let mut ctx = NativeCtx {
                program,
                ids: self.env.ids,
                task: self.fiber.task,
                pos: self.fiber.pos(program),
            };
            let args = &mut self.fiber.registers[range];
            let result = self.env.natives.call(native, args, &mut ctx)?;
            return self.native_result(result, dst, first, argc);
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
        if let Some(global) = program.find_global(&name.text)
            && let Some(binding) = self.env.globals.get(global)
        {
            if !self.may_touch(&binding.cell) {
                return Ok(Flow::Stop(Stop::Visible));
            }
            if let Value::Function(function) = binding.cell.load() {
                let args = self.take_args(first, argc);
                return self.call_into(dst, function, args, None);
            }
        }
        let args = &mut self.fiber.registers[range];
        let value = self
            .env
            .natives
            .call_named(&name.text, args)
            .map_err(|kind| near_function(kind, &name.text, program))?;
        self.native_result(NativeResult::Value(value), dst, first, argc)
    }

    fn take_args(&mut self, first: u16, argc: u8) -> Vec<Value> {
        let start = self.frame().base as usize + first as usize;
        let args = &mut self.fiber.registers[start..start + argc as usize];
        args.iter_mut().map(std::mem::take).collect()
    }

    fn native_result(&mut self, result: NativeResult, dst: u16, first: u16, argc: u8) -> Step {
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
            NativeResult::Intrinsic(intrinsic) => self.intrinsic(intrinsic),
        }
    }

    /// A call of the function value in `callee`, which stays where it is.
    pub(super) fn call_value(&mut self, argc: u8, dst: u16, first: u16, callee: u16) -> Step {
        let base = self.frame().base as usize;
        let at = base + callee as usize;
        match &self.fiber.registers[at] {
            Value::Function(function) if function.curried.is_empty() => match function.target {
                Target::Code(id) => {
                    self.check_arity(id, argc as usize)?;
                    self.push(
                        id,
                        base + first as usize,
                        base + dst as usize,
                        at as u32,
                        NONE,
                    )
                }
                Target::Named(id) => match self.env.program.name(id).function(argc as usize) {
                    Some(id) => {
                        self.push(id, base + first as usize, base + dst as usize, NONE, NONE)
                    }
                    None => self.call_name(id, argc, dst, first),
                },
            },
            Value::Function(function) => {
                let function = function.clone();
                let args = self.take_args(first, argc);
                self.call_into(dst, function, args, None)
            }
            other => Err(FaultKind::mismatch("a function", other)),
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
    fn call_into(
        &mut self,
        dst: u16,
        function: Arc<Function>,
        args: Vec<Value>,
        this: Option<Receiver>,
    ) -> Step {
        let program = self.env.program;
        let argc = function.curried.len() + args.len();
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
        self.fiber
            .registers
            .extend(function.curried.iter().cloned());
        self.fiber.registers.extend(args);
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
                None => self.push(id, at + 1, dst, callee, NONE),
            },
            None => {
                // A function of the library, called through a value.
                let Target::Named(id) = function.target else {
                    return Ok(Flow::Next);
                };
                let first = (at + 1 - base) as u16;
                self.call_name(id, argc as u8, (dst - base) as u16, first)
            }
        }
    }

    fn check_arity(&self, id: CodeId, argc: usize) -> Result<(), FaultKind> {
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

    fn push(&mut self, id: CodeId, base: usize, dst: usize, callee: u32, receiver: u32) -> Step {
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
            receiver,
            stage: Stage::Fresh,
        });
        Ok(Flow::Reload)
    }

    fn push_method(
        &mut self,
        id: CodeId,
        base: usize,
        dst: usize,
        callee: u32,
        receiver: Receiver,
    ) -> Step {
        let code = self.env.program.code(id);
        let end = base + code.registers as usize;
        if self.fiber.registers.len() < end {
            self.fiber.registers.resize(end, Value::Unit);
        }
        let (this, back) = match receiver {
            // A method that does not mention `this` leaves the receiver where it is.
            Receiver::Register(_) if code.this.is_none() => (Value::Unit, NONE),
            Receiver::Register(at) => (std::mem::take(&mut self.fiber.registers[at as usize]), at),
            Receiver::Place(value, back) if code.this.is_some_and(|this| code.writes(this)) => {
                // From there the receiver goes to its place, when this instruction runs a second
                // time.
                let top = self.frame();
                top.stage = Stage::StoreBack;
                (value, back)
            }
            Receiver::Place(value, _) => (value, NONE),
            Receiver::Object(object) => (Value::Object(object), NONE),
        };
        if let Some(register) = code.this {
            put(&mut self.fiber.registers[base + register as usize], this);
        }
        self.push(id, base, dst, callee, back)
    }

    // Methods.

    pub(super) fn call_method(&mut self, argc: u8, dst: u16, first: u16, site: &Site) -> Step {
        if self.frame().stage == Stage::StoreBack {
            return self.store_back(first, site);
        }
        if let Some((object, _)) = self.fiber.reached.clone() {
            return self.ask_method(&object, argc, first, site);
        }
        match (site.place.root, site.place.keys.is_empty()) {
            (Root::Register(register), true) => {
                let base = self.frame().base as usize;
                let at = base + register as usize;
                match &self.fiber.registers[at] {
                    Value::Object(object) => {
                        let object = object.clone();
                        self.ask_method(&object, argc, first, site)
                    }
                    Value::Unit if site.optional => {
                        put(self.register(dst), Value::Unit);
                        Ok(Flow::Next)
                    }
                    _ => self.call_on_register(at, argc, dst, first, site),
                }
            }
            (Root::Register(register), false) => {
                let base = self.frame().base as usize;
                let window = Window(&self.fiber.registers[base..]);
                let root = &self.fiber.registers[base + register as usize];
                let walked = walk(self.env.natives, root, &site.place.keys, 0, &window)?;
                self.call_on_place(walked, argc, dst, first, site)
            }
            (root, _) => {
                let cell = self.cell(root)?;
                // A chain to an object or a function reads it, and then goes on; a method of a
                // plain value is one atomic step.
                let base = self.frame().base as usize;
                let window = Window(&self.fiber.registers[base..]);
                let value = cell.load();
                let walked = walk(self.env.natives, &value, &site.place.keys, 0, &window);
                drop(value);
                if !self.may_touch(&cell) {
                    return Ok(Flow::Stop(Stop::Visible));
                }
                let walked = walked?;
                let before = self.seen();
                match &walked {
                    Walked::Value(value) => self.tell(before, value),
                    Walked::Object(object, _) => self.tell(before, &Value::Object(object.clone())),
                    Walked::Cut => self.tell(before, &Value::Unit),
                }
                self.call_on_place(walked, argc, dst, first, site)
            }
        }
    }

    /// A method of a plain value in a register.
    fn call_on_register(&mut self, at: usize, argc: u8, dst: u16, first: u16, site: &Site) -> Step {
        let receiver = self.fiber.registers[at].clone();
        if let Some(step) = self.call_script_method(
            &receiver,
            Receiver::Register(at as u32),
            argc,
            dst,
            first,
            site,
        ) {
            return step;
        }
        drop(receiver);
        self.check_may_change(site)?;
        let mut receiver = std::mem::take(&mut self.fiber.registers[at]);
        let result = self.native_method(&mut receiver, argc, first, site);
        put(&mut self.fiber.registers[at], receiver);
        match result? {
            Some(result) => self.native_result(result, dst, first, argc),
            None => {
                let receiver = self.fiber.registers[at].clone();
                let way = Receiver::Register(at as u32);
                self.call_prelude_method(&receiver, way, argc, dst, first, site)
            }
        }
    }

    /// Refuses a method that changes a constant.
    fn check_may_change(&mut self, site: &Site) -> Result<(), FaultKind> {
        let name = &self.env.program.name(site.name).text;
        if self.env.natives.is_pure_method(name) {
            return Ok(());
        }
        match site.constant {
            Some(name) => Err(FaultKind::Constant {
                name: name.as_str().into(),
            }),
            None => self.check_not_constant(site.place.root),
        }
    }

    /// A method of what a chain has led to.
    fn call_on_place(
        &mut self,
        walked: Walked,
        argc: u8,
        dst: u16,
        first: u16,
        site: &Site,
    ) -> Step {
        let receiver = match walked {
            Walked::Cut => {
                put(self.register(dst), Value::Unit);
                return Ok(Flow::Next);
            }
            Walked::Object(object, used) if (used as usize) < site.place.keys.len() => {
                // `pool.results[0].done()`: the lowering splits such chains before the call.
                let _ = object;
                return Err(FaultKind::Indexing {
                    signature: object.kind().into(),
                });
            }
            Walked::Object(object, used) => {
                self.fiber.reached = Some((object.clone(), used));
                return self.ask_method(&object, argc, first, site);
            }
            Walked::Value(Value::Object(object)) => {
                self.fiber.reached = Some((object.clone(), site.place.keys.len() as u16));
                return self.ask_method(&object, argc, first, site);
            }
            Walked::Value(Value::Unit) if site.optional => {
                put(self.register(dst), Value::Unit);
                return Ok(Flow::Next);
            }
            Walked::Value(value) => value,
        };
        // A method that changes its receiver leaves it in the register before the arguments.
        let back = self.frame().base + u32::from(first) - 1;
        let way = Receiver::Place(receiver.clone(), back);
        if let Some(step) = self.call_script_method(&receiver, way, argc, dst, first, site) {
            return step;
        }
        drop(receiver);
        self.check_may_change(site)?;
        // Allowed already: the whole method is the one step.
        let mut outcome = None;
        let stepped = std::mem::replace(&mut self.stepped, false);
        let step = self.change_in_place(argc, first, site, &mut outcome);
        self.stepped = stepped;
        match (step, outcome) {
            (Err(kind), _) => Err(kind),
            (Ok(()), Some(Some(result))) => self.native_result(result, dst, first, argc),
            (Ok(()), Some(None)) => {
                let receiver = self.read_place(site)?;
                let way = Receiver::Place(receiver.clone(), back);
                self.call_prelude_method(&receiver, way, argc, dst, first, site)
            }
            (Ok(()), None) => {
                put(self.register(dst), Value::Unit);
                Ok(Flow::Next)
            }
        }
    }

    /// Runs a native method on a place, in place. `outcome` stays empty when an optional link has
    /// cut the chain.
    fn change_in_place(
        &mut self,
        argc: u8,
        first: u16,
        site: &Site,
        outcome: &mut Option<Option<NativeResult>>,
    ) -> Result<(), FaultKind> {
        let program = self.env.program;
        let name = program.name(site.name);
        let mut args = self.take_args(first, argc);
        let mut ctx = NativeCtx {
            program,
            ids: self.env.ids,
            task: self.fiber.task,
            pos: self.fiber.pos(program),
        };
        let base = self.frame().base as usize;
        let mut root = match site.place.root {
            Root::Register(register) => Err(std::mem::take(self.register(register))),
            root => Ok(self.cell(root)?),
        };
        let window = Window(&self.fiber.registers[base..]);
        let keys = &site.place.keys;
        let mut call = |natives: &mut dyn super::Natives, slot: &mut Value| {
            match natives.method(&name.text, slot, &mut args, &mut ctx) {
                Ok(result) => *outcome = Some(Some(result)),
                Err(FaultKind::UnknownFunction { .. }) => *outcome = Some(None),
                Err(kind) => return Err(kind),
            }
            Ok(())
        };
        let done = match &mut root {
            Err(value) => {
                change(self.env.natives, value, keys, &window, false, &mut call).map(drop)
            }
            Ok(cell) => {
                let natives = &mut *self.env.natives;
                cell.update(|value| {
                    change(natives, value, keys, &window, false, &mut call).map(drop)
                })
            }
        };
        let start = base + first as usize;
        for (register, arg) in self.fiber.registers[start..].iter_mut().zip(args) {
            put(register, arg);
        }
        if let (Err(value), Root::Register(register)) = (root, site.place.root) {
            put(self.register(register), value);
        }
        done
    }

    fn read_place(&mut self, site: &Site) -> Result<Value, FaultKind> {
        let base = self.frame().base as usize;
        let root = match site.place.root {
            Root::Register(register) => copy(self.register(register)),
            root => self.cell(root)?.load(),
        };
        let window = Window(&self.fiber.registers[base..]);
        match walk(self.env.natives, &root, &site.place.keys, 0, &window)? {
            Walked::Value(value) => Ok(value),
            Walked::Object(object, _) => Ok(Value::Object(object)),
            Walked::Cut => Ok(Value::Unit),
        }
    }

    /// The second run of a method call whose receiver came from a shared place: stores it back.
    fn store_back(&mut self, first: u16, site: &Site) -> Step {
        let step = self.set(&site.place, first - 1);
        if matches!(step, Ok(Flow::Next)) {
            self.frame().stage = Stage::Fresh;
            put(self.register(first - 1), Value::Unit);
        }
        step
    }

    fn ask_method(&mut self, object: &Arc<Object>, argc: u8, first: u16, site: &Site) -> Step {
        let Some(verb) = site.verb else {
            self.fiber.reached = None;
            let name = self.env.program.name(site.name);
            if let Some(step) = self.call_object_prelude(object, &name.text) {
                return step;
            }
            return Err(FaultKind::UnknownFunction {
                signature: format!("{}.{}", object.kind(), name.text),
                advice: Some(
                    match self.env.natives.nearest_method(object.kind(), &name.text) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("see what a {0} can do: `:help {0}`", object.kind()),
                    },
                ),
            });
        };
        // The arguments stay where they are: the object may ask to be asked again.
        let start = self.frame().base as usize + first as usize;
        let args: Vec<Value> = self.fiber.registers[start..start + argc as usize].to_vec();
        self.ask(object, verb, &args)
    }

    /// A method of an object that is written in Rhai, if there is one: it calls a function of the
    /// learner's, or is made of what the object itself can do.
    pub(super) fn call_object_prelude(&mut self, object: &Arc<Object>, name: &str) -> Option<Step> {
        use crate::program::op::Op;
        let pc = self.frame().pc as usize;
        let (code, base) = self.code();
        let Op::CallMethod {
            argc,
            dst,
            base: first,
            ..
        } = code.ops[pc]
        else {
            return None;
        };
        let program = self.env.program;
        let id = program.find_name(&format!("{}__{name}", object.kind()))?;
        let id = program.name(id).function(argc as usize)?;
        let way = Receiver::Object(object.clone());
        let (first, dst) = (base + first as usize, base + dst as usize);
        Some(self.push_method(id, first, dst, NONE, way))
    }

    /// A method that is code of the learner's: a function in a map, a function by name, or
    /// `f.call(...)`.
    fn call_script_method(
        &mut self,
        receiver: &Value,
        way: Receiver,
        argc: u8,
        dst: u16,
        first: u16,
        site: &Site,
    ) -> Option<Step> {
        let program = self.env.program;
        let name = program.name(site.name);
        if let Value::Map(map) = receiver
            && let Some(Value::Function(function)) = map.get(&name.text)
        {
            let function = function.clone();
            let args = self.take_args(first, argc);
            return Some(self.call_into(dst, function, args, Some(way)));
        }
        if let Some(id) = name.function(argc as usize) {
            let base = self.frame().base as usize;
            return Some(self.push_method(
                id,
                base + first as usize,
                base + dst as usize,
                NONE,
                way,
            ));
        }
        if let (Value::Function(function), "call") = (receiver, &*name.text) {
            let args = self.take_args(first, argc);
            return Some(self.call_into(dst, function.clone(), args, None));
        }
        // `value.call(f, ...)` calls `f` with the value as `this`.
        let start = self.frame().base as usize + first as usize;
        if let "call" = &*name.text
            && argc > 0
            && let Value::Function(function) = &self.fiber.registers[start]
        {
            let function = function.clone();
            let args = self.take_args(first, argc).split_off(1);
            return Some(self.call_into(dst, function, args, Some(way)));
        }
        // Callbacks: the prelude's functions come first where one is passed.
        let start = self.frame().base as usize + first as usize;
        let args = &self.fiber.registers[start..start + argc as usize];
        if args.iter().any(|arg| matches!(arg, Value::Function(_)))
            && self.prelude_method(receiver, &name.text, argc).is_some()
        {
            return Some(self.call_prelude_method(receiver, way, argc, dst, first, site));
        }
        None
    }

    /// A native method; nothing when there is none for these types.
    fn native_method(
        &mut self,
        receiver: &mut Value,
        argc: u8,
        first: u16,
        site: &Site,
    ) -> Result<Option<NativeResult>, FaultKind> {
        let program = self.env.program;
        let name = program.name(site.name);
        let mut ctx = NativeCtx {
            program,
            ids: self.env.ids,
            task: self.fiber.task,
            pos: self.fiber.pos(program),
        };
        let start = self.frame().base as usize + first as usize;
        let args = &mut self.fiber.registers[start..start + argc as usize];
        match self
            .env
            .natives
            .method(&name.text, receiver, args, &mut ctx)
        {
            Ok(result) => Ok(Some(result)),
            Err(kind @ FaultKind::UnknownFunction { .. }) => {
                match self.prelude_method(receiver, &name.text, argc) {
                    Some(_) => Ok(None),
                    None => Err(kind),
                }
            }
            Err(kind) => Err(kind),
        }
    }

    /// The prelude's method `type__name`.
    fn prelude_method(&self, receiver: &Value, name: &str, argc: u8) -> Option<CodeId> {
        let type_name = match receiver {
            Value::Array(_) => "array",
            Value::Map(_) => "map",
            Value::Literal(_) | Value::Str(_) => "string",
            Value::Range(_) => "range",
            Value::Blob(_) => "blob",
            Value::Function(_) => "function",
            _ => return None,
        };
        let id = self
            .env
            .program
            .find_name(&format!("{type_name}__{name}"))?;
        self.env.program.name(id).function(argc as usize)
    }

    fn call_prelude_method(
        &mut self,
        receiver: &Value,
        way: Receiver,
        argc: u8,
        dst: u16,
        first: u16,
        site: &Site,
    ) -> Step {
        let name = self.env.program.name(site.name);
        match self.prelude_method(receiver, &name.text, argc) {
            Some(id) => {
                let base = self.frame().base as usize;
                self.push_method(id, base + first as usize, base + dst as usize, NONE, way)
            }
            None => Err(FaultKind::UnknownFunction {
                signature: format!("{}.{}", receiver.type_name(), name.text),
                advice: None,
            }),
        }
    }

    // Top-level variables, when they are not a plain load or store.

    pub(super) fn load_global(&mut self, dst: u16, id: u32) -> Step {
        let Some(binding) = self.env.globals.get(id) else {
            let program = self.env.program;
            let function = program
                .find_name(&program.global(id).name)
                .and_then(|name| self.named_function(name));
            return match function {
                Some(function) => {
                    put(self.register(dst), Value::Function(function));
                    Ok(Flow::Next)
                }
                None => Err(self.unknown_global(id)),
            };
        };
        if !self.may_touch(&binding.cell) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let value = binding.cell.load();
        self.loaded(dst, value)
    }

    pub(super) fn store_global(&mut self, id: u32, value: Value) -> Step {
        match self.env.globals.get(id) {
            None => Err(self.unknown_global(id)),
            Some(binding) if binding.is_constant => {
                let name = self.env.program.global(id).name.to_string();
                Err(FaultKind::Constant { name })
            }
            Some(binding) => {
                if !self.may_touch(&binding.cell) {
                    return Ok(Flow::Stop(Stop::Visible));
                }
                self.store(&binding.cell, value)
            }
        }
    }

    pub(super) fn bind_global(&mut self, id: u32, value: Value, is_constant: bool) -> Step {
        let cell = self.env.globals.bind(id, value, is_constant);
        // A function that names the variable may run in any thread.
        if self.stepped && self.env.program.global(id).is_named_by_function() {
            super::publish(&Value::Cell(cell));
        }
        Ok(Flow::Next)
    }

    /// Finishes a read of a variable.
    pub(super) fn loaded(&mut self, dst: u16, value: Value) -> Step {
        let before = self.seen();
        self.tell(before, &value);
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    /// Finishes a write to a variable.
    pub(super) fn store(&mut self, cell: &Cell, value: Value) -> Step {
        let before = self.seen();
        if self.stepped && cell.is_published() {
            super::publish(&value);
        }
        cell.store(value.clone());
        self.tell(before, &value);
        Ok(Flow::Next)
    }

    pub(super) fn unknown_global(&self, id: u32) -> FaultKind {
        let program = self.env.program;
        let name = program.global(id).name.to_string();
        let known = program
            .globals()
            .filter(|&(other, _)| self.env.globals.with(other, |binding| binding.is_some()))
            .map(|(_, global)| &*global.name)
            .min_by_key(|other| strsim::damerau_levenshtein(other, &name))
            .filter(|other| strsim::damerau_levenshtein(other, &name) <= 2);
        FaultKind::UnknownVariable {
            nearest: known.map(str::to_string),
            name,
        }
    }
}

/// Adds the learner's own function of nearly this name to the fault of an unknown one.
fn near_function(mut kind: FaultKind, name: &str, program: &Program) -> FaultKind {
    if let FaultKind::UnknownFunction { advice, .. } = &mut kind {
        let near = program
            .names()
            .filter(|known| !known.arities().is_empty() && !known.text.contains("__"))
            .map(|known| (strsim::damerau_levenshtein(&known.text, name), &*known.text))
            .filter(|(distance, _)| *distance <= 2)
            .min();
        if let Some((_, near)) = near {
            *advice = Some(format!("did you mean `{near}`?"));
        }
    }
    kind
}

fn truth(value: Value) -> Result<bool, FaultKind> {
    match value {
        Value::Bool(value) => Ok(value),
        other => Err(FaultKind::mismatch("bool", &other)),
    }
}

/// The names of a function's parameters.
fn params(code: &Code) -> Vec<String> {
    let params = code.variables.iter().take(code.params as usize);
    params.map(|param| param.name.as_str().into()).collect()
}
