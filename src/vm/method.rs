//! Method calls: on a register, on the place that a chain leads to, on a runtime object.
//!
//! Who answers, in this order: a function in a map, the script's function of that name, the
//! object, the library's method, the prelude's. A method of a plain value in a shared place is one
//! atomic step, carried out in place; one that changes nothing is given a copy. Where code of the script
//! is the method, the call only looks for it, and `this` is bound to the place. A method of the prelude
//! that changes nothing works on a copy, too. Longer than most files because the ways to a receiver and
//! the ways to an answer meet here.

use std::sync::Arc;

use super::arithmetic::{copy, put};
use super::call::Receiver;
use super::fiber::{Fiber, NONE};
use super::place::{Aim, Base, Begin, Walked, change, walk};
use super::step::{Flow, Machine, Step};
use super::{NativeCtx, NativeResult, Path, Stop};
use crate::program::code::{CallSite, OnReceiver, Root};
use crate::program::{Language, Program};
use crate::value::{CodeId, FaultKind, Object, Value};

impl Machine<'_, '_> {
    pub(super) fn call_method(&mut self, argc: u8, dst: u16, first: u16, site: &CallSite) -> Step {
        if let Some((object, _)) = self.fiber.reached.clone() {
            return self.ask_method(&object, argc, first, site);
        }
        let is_plain = site.place.keys.is_empty();
        if let Some((reference, used)) = &self.fiber.through {
            if usize::from(*used) == site.place.keys.len() {
                let reference = reference.clone();
                return self.call_on_reference(&reference, argc, dst, first, site);
            }
        } else if is_plain
            && !self.stepped
            && !self.listening
            && !matches!(site.place.root, Root::Register(_) | Root::This)
        {
            return match self.with_cell(site.place.root, |cell| cell.load())? {
                Value::Object(object) => self.ask_reached(object, 0, argc, first, site),
                Value::Reference(reference) => {
                    self.call_on_reference(&reference, argc, dst, first, site)
                }
                value => {
                    let begin = self.begin(site.place.root)?;
                    self.call_on_place(&begin, Walked::Value(value), argc, dst, first, site)
                }
            };
        }
        let begin = self.begin(site.place.root)?;
        let base = self.frame().base as usize;
        match &begin.base {
            Base::Register(at) if is_plain && begin.bound().is_empty() => {
                match &self.fiber.registers[*at] {
                    Value::Object(object) => {
                        let object = object.clone();
                        self.ask_method(&object, argc, first, site)
                    }
                    Value::Reference(reference) => {
                        let reference = reference.clone();
                        self.reach_for_call(reference, argc, dst, first, site)
                    }
                    Value::Unit if site.optional => {
                        put(self.register(dst), Value::Unit);
                        Ok(Flow::Next)
                    }
                    _ => self.call_on_register(*at, argc, dst, first, site),
                }
            }
            Base::Register(at) => {
                let chain = self.fiber.chain_from(base, &begin, &site.place.keys);
                let walked = walk(self.env, &self.fiber.registers[*at], chain, 0)?;
                if let Walked::Value(value) = &walked
                    && !self.may_call_on(value, argc, first, site)
                {
                    return Ok(Flow::Stop(Stop::Visible));
                }
                self.call_on_place(&begin, walked, argc, dst, first, site)
            }
            Base::Cell(cell) => {
                // A chain to an object or a function reads it, and then goes on; a method of a
                // plain value is one atomic step.
                let value = cell.load();
                let chain = self.fiber.chain_from(base, &begin, &site.place.keys);
                let walked = walk(self.env, &value, chain, 0);
                drop(value);
                let used = match &walked {
                    Ok(Walked::Reference(_, used)) => usize::from(*used),
                    _ => site.place.keys.len(),
                };
                let mut path = Path::new(begin.bound(), begin.rest(&site.place.keys[..used]));
                let is_read = match &walked {
                    Ok(Walked::Value(
                        Value::Object(_) | Value::Function(_) | Value::Reference(_),
                    )) => true,
                    Ok(Walked::Value(value))
                        if self.fiber.is_script_method(
                            self.env.program,
                            value,
                            argc.into(),
                            site,
                        ) =>
                    {
                        path.method = Some(self.env.program.name(site.name).literal);
                        true
                    }
                    Ok(Walked::Value(_)) => site.on_receiver == Some(OnReceiver::Keeps),
                    Ok(
                        Walked::Object(..)
                        | Walked::Reference(..)
                        | Walked::Absent(_)
                        | Walked::Cut,
                    )
                    | Err(_) => true,
                };
                let was_allowed = self.fiber.allowed;
                let passed_over = self.env.services.passed_over();
                if !self.may_access(cell, path, !is_read) {
                    return Ok(Flow::Stop(Stop::Visible));
                }
                // Where reading the place is a step, text is made in it.
                let is_step = was_allowed && !self.fiber.allowed;
                if !is_step && let Ok(Walked::Value(value)) = &walked {
                    let may_call = self.may_call_on(value, argc, first, site);
                    let is_step = !may_call || was_allowed && !self.fiber.allowed;
                    self.count_as_one(passed_over, is_step);
                    if !may_call {
                        return Ok(Flow::Stop(Stop::Visible));
                    }
                }
                let walked = walked?;
                let before = self.seen();
                match &walked {
                    Walked::Value(value) => self.tell(before, value),
                    Walked::Object(object, _) => self.tell(before, &Value::Object(object.clone())),
                    Walked::Reference(reference, _) => {
                        self.tell(before, &Value::Reference(reference.clone()));
                    }
                    Walked::Absent(_) | Walked::Cut => self.tell(before, &Value::Unit),
                }
                self.call_on_place(&begin, walked, argc, dst, first, site)
            }
        }
    }

    /// Whether a native method of this value may be called now. What objects and functions of the script
    /// do is a step or not by itself.
    fn may_call_on(&mut self, receiver: &Value, argc: u8, first: u16, site: &CallSite) -> bool {
        let (program, count) = (self.env.program, argc.into());
        if !self.stepped
            || matches!(
                receiver,
                Value::Object(_) | Value::Function(_) | Value::Reference(_)
            )
            || (self.fiber).is_script_method(program, receiver, count, site)
        {
            return true;
        }
        let name = &program.name(site.name).text;
        let args = self.frame().base as usize + usize::from(first);
        self.may_call_native(name, Some(receiver), args..args + usize::from(argc))
    }

    /// A method of a plain value in a register.
    fn call_on_register(
        &mut self,
        at: usize,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Step {
        let receiver = self.fiber.registers[at].clone();
        let way = Receiver::Register(at);
        if let Some(step) = self.call_script_method(&receiver, way, argc, dst, first, site) {
            return step;
        }
        self.check_may_change(site, &receiver)?;
        if !self.may_call_on(&receiver, argc, first, site) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        drop(receiver);
        let mut receiver = std::mem::take(&mut self.fiber.registers[at]);
        let result = self.native_method(&mut receiver, argc, first, site);
        put(&mut self.fiber.registers[at], receiver);
        match result? {
            Some(result) => self.native_result(result, dst, first, argc),
            None => {
                let receiver = self.fiber.registers[at].clone();
                let way = Receiver::Register(at);
                self.call_prelude_method(&receiver, way, argc, dst, first, site)
            }
        }
    }

    /// Refuses a method that changes a constant.
    fn check_may_change(&mut self, site: &CallSite, receiver: &Value) -> Result<(), FaultKind> {
        let name = &self.env.program.name(site.name).text;
        if self.env.natives.keeps(name, receiver) {
            return Ok(());
        }
        match (site.on_receiver, site.constant) {
            // A name that the library does not know is none of its methods, which it says next.
            (Some(OnReceiver::Keeps) | None, _) => Ok(()),
            (Some(OnReceiver::Changes), Some(name)) => Err(FaultKind::ConstantMethod {
                name: name.as_str().into(),
            }),
            (Some(OnReceiver::Changes), None) => {
                let checked = self.check_not_constant(site.place.root);
                checked.map_err(|kind| match kind {
                    FaultKind::Constant { name } => FaultKind::ConstantMethod { name },
                    other => other,
                })
            }
        }
    }

    /// A method of what a chain has led to.
    fn call_on_place(
        &mut self,
        begin: &Begin,
        walked: Walked,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Step {
        let receiver = match walked {
            Walked::Cut => {
                self.fiber.through = None;
                put(self.register(dst), Value::Unit);
                return Ok(Flow::Next);
            }
            Walked::Reference(reference, used) => {
                self.fiber.through = Some((reference, used));
                return self.call_method(argc, dst, first, site);
            }
            // A class may have it.
            Walked::Absent(used) => return self.call_inherited(used, argc, dst, first, site),
            Walked::Value(Value::Reference(reference)) => {
                return self.reach_for_call(reference, argc, dst, first, site);
            }
            Walked::Object(object, used) if (used as usize) < site.place.keys.len() => {
                // `pool.results[0].done()`: the lowering splits such chains before the call.
                let _ = object;
                return Err(FaultKind::Indexing {
                    signature: object.kind().into(),
                });
            }
            Walked::Object(object, used) => {
                self.fiber.through = None;
                return self.ask_reached(object, used, argc, first, site);
            }
            Walked::Value(Value::Object(object)) => {
                self.fiber.through = None;
                let used = site.place.keys.len() as u16;
                return self.ask_reached(object, used, argc, first, site);
            }
            Walked::Value(Value::Unit) if site.optional => {
                put(self.register(dst), Value::Unit);
                return Ok(Flow::Next);
            }
            Walked::Value(value) => value,
        };
        // What follows is the end of this instruction, or another function.
        self.fiber.through = None;
        let way = Receiver::Place(begin);
        if let Some(step) = self.call_script_method(&receiver, way, argc, dst, first, site) {
            return step;
        }
        let mut receiver = receiver;
        if site.on_receiver == Some(OnReceiver::Keeps) {
            return match self.native_method(&mut receiver, argc, first, site)? {
                Some(result) => self.native_result(result, dst, first, argc),
                None => {
                    let way = Receiver::Place(begin);
                    self.call_prelude_method(&receiver, way, argc, dst, first, site)
                }
            };
        }
        self.check_may_change(site, &receiver)?;
        // A second owner would make the change copy what is there.
        drop(receiver);
        match self.change_in_place(begin, argc, first, site) {
            Ok(Some(result)) => self.native_result(result, dst, first, argc),
            Ok(None) => {
                put(self.register(dst), Value::Unit);
                Ok(Flow::Next)
            }
            Err(kind @ FaultKind::UnknownFunction { .. }) => {
                let receiver = self.read_place(begin, site)?;
                let name = &self.env.program.name(site.name).text;
                match self.prelude_method(&receiver, name, first, argc) {
                    Some(_) => {
                        let way = Receiver::Place(begin);
                        self.call_prelude_method(&receiver, way, argc, dst, first, site)
                    }
                    None => Err(kind),
                }
            }
            Err(kind) => Err(kind),
        }
    }

    /// What is at the place of a method call.
    fn read_place(&mut self, begin: &Begin, site: &CallSite) -> Result<Value, FaultKind> {
        let base = self.frame().base as usize;
        let root = match &begin.base {
            Base::Register(at) => copy(&self.fiber.registers[*at]),
            Base::Cell(cell) => cell.load(),
        };
        let chain = self.fiber.chain_from(base, begin, &site.place.keys);
        Ok(match walk(self.env, &root, chain, 0)? {
            Walked::Value(value) => value,
            Walked::Object(object, _) => Value::Object(object),
            Walked::Reference(reference, _) => Value::Reference(reference),
            Walked::Absent(_) => Value::Unit,
            Walked::Cut => Value::Unit,
        })
    }

    /// Runs a native method on a place, in place: allowed already, the whole method is the one step.
    /// Returns nothing when an optional link has cut the chain.
    fn change_in_place(
        &mut self,
        begin: &Begin,
        argc: u8,
        first: u16,
        site: &CallSite,
    ) -> Result<Option<NativeResult>, FaultKind> {
        let program = self.env.program;
        let name = program.name(site.name);
        let mut args = self.take_args(first, argc);
        if let Base::Cell(cell) = &begin.base {
            self.publish_into(cell, &args);
        }
        let event_loop = self.fiber.event_loop.clone();
        let dialect = self.dialect();
        let mut ctx = NativeCtx {
            program,
            ids: self.env.ids,
            task: self.fiber.task,
            event_loop: event_loop.as_ref(),
            pos: self.fiber.pos(program),
            dialect,
        };
        let base = self.frame().base as usize;
        let names = self.begin_native();
        let mut call = |natives: &mut dyn super::Natives, slot: &mut Value| {
            natives.method(dialect, &name.text, slot, &mut args, &mut ctx)
        };
        let keys = &site.place.keys;
        let done = match &begin.base {
            Base::Register(at) => {
                let mut root = std::mem::take(&mut self.fiber.registers[*at]);
                let chain = self.fiber.chain_from(base, begin, keys);
                let natives = &mut *self.env.natives;
                let done = change(natives, &mut root, chain, 0, Aim::Call, &mut call);
                put(&mut self.fiber.registers[*at], root);
                done
            }
            Base::Cell(cell) => {
                let chain = self.fiber.chain_from(base, begin, keys);
                let natives = &mut *self.env.natives;
                cell.update(|value| change(natives, value, chain, 0, Aim::Call, &mut call))
            }
        };
        let start = base + first as usize;
        for (register, arg) in self.fiber.registers[start..].iter_mut().zip(args) {
            put(register, arg);
        }
        self.note_told(&name.text, names);
        done
    }

    /// Asks the object to which `used` keys of a chain have led. The fiber keeps it while it stands
    /// before asking, and when it shall ask again.
    fn ask_reached(
        &mut self,
        object: Arc<Object>,
        used: u16,
        argc: u8,
        first: u16,
        site: &CallSite,
    ) -> Step {
        if self.stepped || self.listening {
            self.fiber.reached = Some((object.clone(), used));
            return self.ask_method(&object, argc, first, site);
        }
        // Nobody looks at the fiber now, and most often the answer comes at once.
        let step = self.ask_method(&object, argc, first, site);
        if let Ok(Flow::Stop(_)) = step {
            self.fiber.reached = Some((object, used));
        }
        step
    }

    fn ask_method(&mut self, object: &Arc<Object>, argc: u8, first: u16, site: &CallSite) -> Step {
        let Some(verb) = site.verb else {
            self.fiber.reached = None;
            let name = self.env.program.name(site.name);
            if let Some(step) = self.call_object_prelude(object, &name.text) {
                return step;
            }
            return Err(self.env.natives.unknown_method(object.kind(), &name.text));
        };
        // The arguments stay where they are: the object may ask to be asked again.
        let start = self.frame().base as usize + first as usize;
        match &self.fiber.registers[start..start + argc as usize] {
            [] => self.ask(object, verb, &[]),
            [one] => {
                let one = [copy(one)];
                self.ask(object, verb, &one)
            }
            many => {
                let many = many.to_vec();
                self.ask(object, verb, &many)
            }
        }
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
        let way = Receiver::Value(Value::Object(object.clone()));
        // The script's own methods for such objects come first.
        let own = [
            format!("{}.{name}", object.kind()),
            format!("{}__{name}", object.kind()),
        ];
        let id = own.iter().find_map(|name| {
            let id = program.find_name(name)?;
            program.name(id).function(argc.into())
        })?;
        let (first, dst) = (base + first as usize, base + dst as usize);
        Some(self.push_method(id, first, dst, NONE, way))
    }

    /// A method that is code of the script's: a function in a map, a function by name, or
    /// `f.call(...)`.
    fn call_script_method(
        &mut self,
        receiver: &Value,
        way: Receiver<'_>,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Option<Step> {
        let program = self.env.program;
        let name = program.name(site.name);
        // What is called is an attribute of the function, or one is changed.
        if let Value::Function(function) = receiver
            && let Some(holder) = function.holder()
            && (holder.attribute(&name.text).is_some() || super::instance::is_dynamic(&name.text))
        {
            let holder = holder.clone();
            return Some(self.call_on_reference(&holder, argc, dst, first, site));
        }
        if let Value::Map(map) = receiver
            && let Some(Value::Function(function)) = map.get(&name.text)
        {
            let function = function.clone();
            let args = self.take_args(first, argc);
            return Some(self.call_into(dst, function, args, Some(way)));
        }
        if let Value::Collection(contents) = receiver
            && let Some(Value::Function(method)) =
                contents.class().and_then(|class| class.method(&name.text))
        {
            let method = method.clone();
            let args = self.take_args(first, argc);
            let this = Some(Receiver::Value(receiver.clone()));
            return Some(self.call_into(dst, method, args, this));
        }
        // Python's values have no methods that the script could give them.
        let is_own = self.dialect() == Language::Own;
        if let Some(id) = program.method(name, receiver, argc.into())
            && is_own
        {
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
        // Callbacks: the prelude's functions come first where one is passed, as a value or by its name.
        let start = self.frame().base as usize + first as usize;
        if argc > 0
            && matches!(receiver, Value::Array(_) | Value::Map(_) | Value::Range(_))
            && let Some(text) = self.fiber.registers[start].as_str()
            && let Some(id) = program.find_name(text)
            && program.name(id).is_defined()
            && self
                .prelude_method(receiver, &name.text, first, argc)
                .is_some()
        {
            let function = program.named_function(id);
            put(
                &mut self.fiber.registers[start],
                Value::Function(Arc::new(function)),
            );
        }
        let args = &self.fiber.registers[start..start + argc as usize];
        if args.iter().any(|arg| matches!(arg, Value::Function(_)))
            && self
                .prelude_method(receiver, &name.text, first, argc)
                .is_some()
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
        site: &CallSite,
    ) -> Result<Option<NativeResult>, FaultKind> {
        let program = self.env.program;
        let name = program.name(site.name);
        let event_loop = self.fiber.event_loop.clone();
        let dialect = self.dialect();
        let mut ctx = NativeCtx {
            program,
            ids: self.env.ids,
            task: self.fiber.task,
            event_loop: event_loop.as_ref(),
            pos: self.fiber.pos(program),
            dialect,
        };
        let start = self.frame().base as usize + first as usize;
        let names = self.begin_native();
        let args = &mut self.fiber.registers[start..start + argc as usize];
        let natives = &mut *self.env.natives;
        let done = natives.method(dialect, &name.text, receiver, args, &mut ctx);
        self.note_told(&name.text, names);
        match done {
            Ok(result) => Ok(Some(result)),
            Err(kind @ FaultKind::UnknownFunction { .. }) => {
                match self.prelude_method(receiver, &name.text, first, argc) {
                    Some(_) => Ok(None),
                    None => Err(kind),
                }
            }
            Err(kind) => Err(kind),
        }
    }

    /// The prelude's method `type__name`, or `__type__name` where that exists for functions that
    /// change what they find as `this` and the first argument is one.
    pub(super) fn prelude_method(
        &self,
        receiver: &Value,
        name: &str,
        first: u16,
        argc: u8,
    ) -> Option<CodeId> {
        let type_name = match receiver {
            Value::Array(_) => "array",
            Value::Map(_) => "map",
            Value::Literal(_) | Value::Str(_) => "string",
            Value::Range(_) => "range",
            Value::Blob(_) => "blob",
            Value::Function(_) => "function",
            Value::Reference(reference) => reference.kind.name(),
            Value::Collection(contents) => contents.type_name(),
            _ => return None,
        };
        let program = self.env.program;
        let find = |name: &str| {
            program
                .name(program.find_name(name)?)
                .function(argc as usize)
        };
        let base = self.fiber.frames.last()?.base as usize;
        let changing = match self.fiber.registers.get(base + first as usize) {
            Some(Value::Function(function)) if argc > 0 && program.mentions_this(function) => {
                find(&format!("__{type_name}__{name}"))
            }
            _ => None,
        };
        changing.or_else(|| find(&format!("{type_name}__{name}")))
    }

    fn call_prelude_method(
        &mut self,
        receiver: &Value,
        way: Receiver<'_>,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Step {
        let program = self.env.program;
        let name = program.name(site.name);
        match self.prelude_method(receiver, &name.text, first, argc) {
            Some(id) => {
                let works_on_copy = site.on_receiver == Some(OnReceiver::Keeps)
                    && !program.code(id).name.as_str().starts_with("__");
                let way = match way {
                    Receiver::Place(_) if works_on_copy => Receiver::Value(receiver.clone()),
                    way => way,
                };
                let base = self.frame().base as usize;
                self.push_method(id, base + first as usize, base + dst as usize, NONE, way)
            }
            None => Err(FaultKind::UnknownFunction {
                signature: format!("{}.{}", receiver.type_name(), name.text),
                advice: None,
                is_known: false,
            }),
        }
    }
}

impl Fiber {
    /// Whether code of the script is the method. Then the call only looks for it: in a map, where it
    /// reads one key.
    pub(super) fn is_script_method(
        &self,
        program: &Program,
        receiver: &Value,
        argc: u16,
        site: &CallSite,
    ) -> bool {
        let name = program.name(site.name);
        let is_in_map = match receiver {
            Value::Map(map) => matches!(map.get(&name.text), Some(Value::Function(_))),
            _ => false,
        };
        let is_python = (self.frames.last())
            .is_some_and(|frame| program.code(frame.code).dialect == Language::Python);
        is_in_map
            || !is_python && program.method(name, receiver, argc.into()).is_some()
            || &*name.text == "call"
    }
}
