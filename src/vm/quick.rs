//! What most chains and method calls of Python's texts are, carried out at once.
//!
//! In general a chain asks at each link what other threads could notice, and a method call looks in many
//! places for who answers. Where a thread runs freely and nobody listens, the common ones are carried out here
//! instead: attributes of instances and classes, items of lists and dicts, methods with one argument for each
//! parameter, methods of collections, new instances. Whatever else there is gets no answer here, and is left
//! to the general way, which begins anew, since nothing has changed. Nothing here decides what something
//! means: the general way (`place`, `method`, `instance`, `reference`) gives the same, only later.

use std::mem::replace;
use std::sync::Arc;

use super::arithmetic::{copy, put};
use super::fiber::{Frame, NONE};
use super::instance::is_dynamic;
use super::step::{Flow, MAX_DEPTH, Machine, Step};
use super::{NativeCtx, NativeResult};
use crate::program::code::{AccessPath, CallSite, PathSegment, Root};
use crate::program::signature::MethodKind;
use crate::program::{Code, Language};
use crate::value::collection::Kind;
use crate::value::{Collection, Function, Reference, Target, Value};

/// The running function.
#[derive(Clone, Copy)]
pub(super) struct Running<'p> {
    pub(super) code: &'p Code,
    pub(super) base: usize,
    pub(super) callee: u32,
}

/// The operands of a call: how many arguments there are, the register that gets the value, and the first
/// one of the arguments.
pub(super) type Call = (u8, u16, u16);

/// A function that is about to be called.
struct Callee<'p> {
    code: &'p Code,
    /// The function value, if its code needs what that has captured.
    captures: Option<Arc<Function>>,
}

impl<'p> Machine<'_, 'p> {
    /// Whether nobody can notice how an instruction is carried out that is at its beginning.
    pub(super) fn is_unobserved(&self) -> bool {
        !self.stepped
            && !self.listening
            && self.fiber.through.is_none()
            && self.fiber.reached.is_none()
    }

    /// Calls `look` on the value in which a chain begins.
    fn look<R>(
        &self,
        running: Running<'_>,
        root: Root,
        look: impl FnOnce(&Value) -> Option<R>,
    ) -> Option<R> {
        let registers = &self.fiber.registers;
        match root {
            Root::Register(register) => look(&registers[running.base + usize::from(register)]),
            Root::This => {
                let at = running.base + usize::from(running.code.this?);
                match &registers[at + 1] {
                    // The value itself is there.
                    Value::Bool(false) => look(&registers[at]),
                    _ => None,
                }
            }
            Root::Cell(register) => match &registers[running.base + usize::from(register)] {
                Value::Cell(cell) => cell.with(look),
                _ => None,
            },
            Root::Capture(index) => match registers.get(running.callee as usize)? {
                Value::Function(function) => function.captures[usize::from(index)].with(look),
                _ => None,
            },
            Root::Global(global) => {
                let id = running.code.globals[usize::from(global)];
                (self.env.globals).with(id, |binding| binding?.cell.with(look))
            }
        }
    }

    /// What the keys lead to from where a chain begins.
    fn follow(&self, running: Running<'_>, root: Root, keys: &[PathSegment]) -> Option<Value> {
        let registers = &self.fiber.registers[running.base..];
        let (first, rest) = keys.split_first()?;
        let mut value = self.look(running, root, |value| link(value, first, registers))?;
        for key in rest {
            value = link(&value, key, registers)?;
        }
        Some(value)
    }

    /// The value at `place`.
    pub(super) fn quick_get(&self, running: Running<'_>, place: &AccessPath) -> Option<Value> {
        match self.is_unobserved() {
            true => self.follow(running, place.root, &place.keys),
            false => None,
        }
    }

    /// `place = src`; whether it was done.
    pub(super) fn quick_set(&self, running: Running<'_>, place: &AccessPath, src: u16) -> bool {
        let Some((last, leading)) = place.keys.split_last() else {
            return false;
        };
        if !self.is_unobserved() {
            return false;
        }
        let registers = &self.fiber.registers[running.base..];
        let new = copy(&registers[usize::from(src)]);
        let assign = |holder: &Value| assign(holder, last, new, registers);
        // What was there is dropped when no variable is held any more.
        let old = match leading {
            [] => self.look(running, place.root, assign),
            _ => (self.follow(running, place.root, leading)).and_then(|holder| assign(&holder)),
        };
        old.is_some()
    }

    /// Whether a chain of more than its root begins in a reference: what it leads to lies beyond that.
    pub(super) fn begins_in_reference(&self, running: Running<'_>, place: &AccessPath) -> bool {
        let is_reference = |value: &Value| matches!(value, Value::Reference(_)).then_some(());
        !place.keys.is_empty()
            && self.is_unobserved()
            && self.look(running, place.root, is_reference).is_some()
    }

    /// The item at an index of a reference.
    pub(super) fn quick_item(&self, reference: &Reference, index: &Value) -> Option<Value> {
        match self.is_unobserved() {
            true => item(reference, index),
            false => None,
        }
    }

    /// A method call.
    pub(super) fn quick_method(
        &mut self,
        running: Running<'_>,
        call: Call,
        site: &CallSite,
    ) -> Option<Step> {
        if !self.is_unobserved() {
            return None;
        }
        let answers = |value: &Value| match value {
            Value::Reference(_) | Value::Function(_) => Some(value.clone()),
            _ => None,
        };
        let receiver = match &site.place.keys[..] {
            [] => self.look(running, site.place.root, answers)?,
            keys => self.follow(running, site.place.root, keys)?,
        };
        match receiver {
            Value::Reference(reference) => match reference.kind {
                Kind::Instance => self.quick_method_of_instance(running, reference, call, site),
                Kind::List | Kind::Deque | Kind::Dict | Kind::Set => {
                    self.quick_method_of_collection(running, &reference, call, site)
                }
                Kind::Class | Kind::Keys | Kind::Values | Kind::Items => None,
            },
            Value::Function(_) => {
                let program = self.env.program;
                let name = program.name(site.name);
                // A method of that name, which the script has, comes first.
                if &*name.text != "call" || program.method(name, &receiver, call.0.into()).is_some()
                {
                    return None;
                }
                match &receiver {
                    Value::Function(function) => {
                        let callee = self.callee(function, call.0)?;
                        self.quick_call(running, callee, None, call)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn quick_method_of_instance(
        &mut self,
        running: Running<'_>,
        reference: Arc<Reference>,
        call: Call,
        site: &CallSite,
    ) -> Option<Step> {
        let name = &self.env.program.name(site.name).text;
        let Some(Value::Function(method)) = reference.class.as_ref()?.method(name) else {
            return None;
        };
        // An attribute of that name comes first.
        let is_hidden = |contents: &Value| match contents {
            Value::Collection(contents) => match &***contents {
                Collection::Attributes(map) => map.contains_key(&**name),
                _ => true,
            },
            _ => true,
        };
        if is_dynamic(name) || reference.contents.with(is_hidden) {
            return None;
        }
        let callee = self.callee(method, call.0)?;
        let has_instance = (callee.code.signature.as_ref())
            .is_none_or(|signature| signature.kind == MethodKind::Instance);
        match has_instance {
            true => self.quick_call(running, callee, Some(Value::Reference(reference)), call),
            false => None,
        }
    }

    /// What a call of a function with so many arguments runs, where these are what it takes, as they are.
    fn callee(&self, function: &Arc<Function>, argc: u8) -> Option<Callee<'p>> {
        let Target::Code(id) = function.target else {
            return None;
        };
        let code = self.env.program.code(id);
        let is_plain = code.takes_exactly(argc.into())
            && function.curried.is_empty()
            && function.this.is_unit();
        is_plain.then(|| Callee {
            code,
            captures: (code.captures > 0).then(|| function.clone()),
        })
    }

    /// Calls it with the arguments that stand in registers from `first` on.
    fn quick_call(
        &mut self,
        running: Running<'_>,
        Callee { code, captures }: Callee<'_>,
        this: Option<Value>,
        (_, dst, first): Call,
    ) -> Option<Step> {
        if self.fiber.frames.len() > MAX_DEPTH {
            return None;
        }
        let start = running.base + usize::from(first);
        let registers = &mut self.fiber.registers;
        let end = start + usize::from(code.registers);
        if registers.len() < end {
            registers.resize(end, Value::Unit);
        }
        let mut callee = NONE;
        if let Some(function) = captures {
            // The register below the arguments is free while the call runs.
            put(&mut registers[start - 1], Value::Function(function));
            callee = (start - 1) as u32;
        }
        if let Some(at) = code.this {
            let at = start + usize::from(at);
            let is_bound = this.as_ref().map(|_| Value::Bool(false));
            put(&mut registers[at], this.unwrap_or_default());
            put(&mut registers[at + 1], is_bound.unwrap_or_default());
        }
        self.fiber.frames.push(Frame {
            code: code.id,
            pc: 0,
            base: start as u32,
            dst: (running.base + usize::from(dst)) as u32,
            callee,
        });
        Some(Ok(Flow::Reload))
    }

    /// A method that neither looks into items nor takes those of others: with its arguments where they
    /// stand, and its collection where that is.
    fn quick_method_of_collection(
        &mut self,
        running: Running<'_>,
        reference: &Reference,
        (argc, dst, first): Call,
        site: &CallSite,
    ) -> Option<Step> {
        let program = self.env.program;
        let name = &program.name(site.name).text;
        let manner = self.env.natives.on_collection(reference.kind, name);
        let start = running.base + usize::from(first);
        let pos = self.fiber.pos(program);
        let args = &mut self.fiber.registers[start..start + usize::from(argc)];
        // A key is hashed and compared while the collection is held.
        let has_key = matches!(reference.kind, Kind::Dict | Kind::Set);
        if manner.takes_items
            || manner.looks_into
            || has_key && !args.first().is_none_or(is_plain)
            || args.iter().any(|arg| matches!(arg, Value::Function(_)))
        {
            return None;
        }
        let mut ctx = NativeCtx {
            program,
            ids: self.env.ids,
            task: self.fiber.task,
            event_loop: None,
            pos,
            dialect: running.code.dialect,
        };
        let natives = &mut *self.env.natives;
        let result = (reference.contents)
            .update(|contents| natives.method(Language::Own, name, contents, args, &mut ctx));
        Some(match result {
            Ok(NativeResult::Value(value)) => {
                for arg in args {
                    put(arg, Value::Unit);
                }
                put(
                    &mut self.fiber.registers[running.base + usize::from(dst)],
                    value,
                );
                Ok(Flow::Next)
            }
            Ok(result) => self.native_result(result, dst, first, argc),
            Err(kind) => Err(kind),
        })
    }

    /// A call of a class: the new instance is `this` of its `init`, which gives it.
    pub(super) fn quick_construct(
        &mut self,
        running: Running<'_>,
        call: Call,
        callee: u16,
    ) -> Option<Step> {
        let Value::Reference(reference) = &self.fiber.registers[running.base + usize::from(callee)]
        else {
            return None;
        };
        if reference.kind != Kind::Class || !self.is_unobserved() {
            return None;
        }
        let class = reference.class.clone()?;
        let init = class.plain_init()?;
        let callee = self.callee(init, call.0)?;
        let instance = class.instance(self.fiber.pos(self.env.program));
        let this = Some(Value::Reference(instance));
        self.quick_call(running, callee, this, call)
    }
}

/// Whether a value has no contents that could be looked into.
fn is_plain(value: &Value) -> bool {
    value.is_scalar() || matches!(value, Value::Str(_))
}

/// The value that one link leads to.
fn link(value: &Value, key: &PathSegment, registers: &[Value]) -> Option<Value> {
    match (value, key) {
        (Value::Reference(reference), PathSegment::Field { name, .. }) => (reference.contents)
            .with(|contents| match contents {
                Value::Collection(contents) => match &***contents {
                    Collection::Attributes(map) => map.get(name.as_str()).map(copy),
                    _ => None,
                },
                _ => None,
            }),
        (Value::Reference(reference), PathSegment::Index { index, .. }) => {
            item(reference, &registers[usize::from(*index)])
        }
        (Value::Array(items), PathSegment::Index { index, .. }) => {
            let at = registers[usize::from(*index)].as_int()?;
            items.get(usize::try_from(at).ok()?).map(copy)
        }
        (Value::Map(map), PathSegment::Field { name, .. }) => map.get(name.as_str()).map(copy),
        _ => None,
    }
}

/// The item of a collection at an index or a key that is no collection itself.
fn item(reference: &Reference, index: &Value) -> Option<Value> {
    if !matches!(reference.kind, Kind::List | Kind::Dict) || !is_plain(index) {
        return None;
    }
    (reference.contents).with(|contents| match contents {
        Value::Collection(contents) => match &***contents {
            Collection::List(items) => {
                let at = crate::value::index::position(items.len(), index.as_int()?)?;
                Some(copy(&items[at]))
            }
            Collection::Dict(dict) => dict.get(index).ok()?.map(copy),
            _ => None,
        },
        _ => None,
    })
}

/// Sets what a key leads to in a reference; gives what was there before.
fn assign(holder: &Value, key: &PathSegment, new: Value, registers: &[Value]) -> Option<Value> {
    let Value::Reference(reference) = holder else {
        return None;
    };
    let takes_all = match (reference.kind, &reference.class) {
        (Kind::Instance, Some(class)) => class.takes_any_attribute(),
        (Kind::Class | Kind::List | Kind::Dict, _) => true,
        _ => false,
    };
    if !takes_all {
        return None;
    }
    reference.contents.update(|contents| {
        let Value::Collection(contents) = contents else {
            return None;
        };
        match (&mut **Arc::make_mut(contents), key) {
            (Collection::Attributes(map), PathSegment::Field { name, .. }) => {
                match map.get_mut(name.as_str()) {
                    Some(slot) => Some(replace(slot, new)),
                    None => {
                        map.insert(name.as_str().into(), new);
                        Some(Value::Unit)
                    }
                }
            }
            (Collection::List(items), PathSegment::Index { index, .. }) => {
                let at = registers[usize::from(*index)].as_int()?;
                let at = crate::value::index::position(items.len(), at)?;
                Some(replace(&mut items[at], new))
            }
            (Collection::Dict(dict), PathSegment::Index { index, .. }) => {
                let key = &registers[usize::from(*index)];
                match is_plain(key) {
                    true => dict
                        .insert(key.clone(), new)
                        .ok()
                        .map(Option::unwrap_or_default),
                    false => None,
                }
            }
            _ => None,
        }
    })
}
