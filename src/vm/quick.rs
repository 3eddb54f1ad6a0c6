//! What most chains and method calls of Python's texts are, carried out at once.
//!
//! In general a chain asks at each link what other threads could notice, and a method call looks in many
//! places for who answers. Where a thread runs freely and nobody listens, the common ones are carried out here
//! instead: attributes of instances and classes, items of lists and dicts, methods with one argument for each
//! parameter, methods of collections, new instances. Whatever else there is gets no answer here, and is left
//! to the general way, which begins anew, since nothing has changed. Nothing here decides what something
//! means: the general way (`place`, `method`, `instance`, `reference`) gives the same, only later. One file,
//! as each shortcut holds under the one condition that nothing observes the thread.

use std::mem::replace;
use std::sync::Arc;

use super::Env;
use super::arithmetic::{copy, put};
use super::fiber::{Frame, NONE, place_of};
use super::instance::is_dynamic;
use super::step::{MAX_DEPTH, Machine, Step};
use crate::pos::Pos;
use crate::program::code::{AccessPath, CallSite, PathSegment, Root};
use crate::program::signature::MethodKind;
use crate::program::{Code, Name};
use crate::value::collection::Kind;
use crate::value::index::position;
use crate::value::{
    Attributes, Collection, FaultKind, Function, Literal, Reference, Target, Value,
};

/// The running function.
#[derive(Clone, Copy)]
pub(super) struct Running<'p> {
    pub(super) code: &'p Code,
    pub(super) base: usize,
    pub(super) callee: u32,
}

/// How it goes on after a call that may have been carried out here.
pub(super) enum Quick {
    /// It was not: the general way has to.
    Left,
    /// With the next instruction.
    Next,
    /// In the function that was called.
    Entered,
    /// As the general way says.
    Step(Box<Step>),
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
    #[inline(always)]
    fn is_unobserved(&self) -> bool {
        !self.stepped
            && !self.listening
            && self.fiber.through.is_none()
            && self.fiber.reached.is_none()
    }

    /// The value in which a chain begins, if it stands in a register.
    #[inline(always)]
    fn register_of(&self, running: Running<'_>, root: Root) -> Option<&Value> {
        let registers = &self.fiber.registers[running.base..];
        match root {
            Root::Register(register) => registers.get(usize::from(register)),
            Root::This => {
                let at = usize::from(running.code.this?);
                // The value itself is there.
                let is_value = matches!(registers.get(at + 1)?, Value::Bool(false));
                is_value.then(|| &registers[at])
            }
            Root::Cell(_) | Root::Capture(_) | Root::Global(_) => None,
        }
    }

    /// Calls `look` on the value in which a chain begins.
    #[inline(always)]
    fn look<R>(
        &self,
        running: Running<'_>,
        root: Root,
        look: impl FnOnce(&Value) -> Option<R>,
    ) -> Option<R> {
        match self.register_of(running, root) {
            Some(value) => look(value),
            None => self.look_into_variable(running, root, look),
        }
    }

    #[inline(never)]
    fn look_into_variable<R>(
        &self,
        running: Running<'_>,
        root: Root,
        look: impl FnOnce(&Value) -> Option<R>,
    ) -> Option<R> {
        let registers = &self.fiber.registers;
        match root {
            Root::Register(_) | Root::This => None,
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
    #[inline(always)]
    fn follow(&self, running: Running<'_>, root: Root, keys: &[PathSegment]) -> Option<Value> {
        let registers = &self.fiber.registers[running.base..];
        let Some((first, rest)) = keys.split_first() else {
            return self.look(running, root, |value| Some(copy(value)));
        };
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
        let new = &registers[usize::from(src)];
        // What was there is dropped when no variable is held any more.
        let old = match leading {
            [] => self.look(running, place.root, |holder| {
                assign(holder, last, new, registers)
            }),
            _ => match self.follow(running, place.root, leading) {
                Some(holder) => assign(&holder, last, new, registers),
                None => None,
            },
        };
        old.is_some()
    }

    /// Whether a chain of more than its root begins in a reference: what it leads to lies beyond that.
    #[inline(always)]
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

    /// Sets the item at an index of a reference; whether it was done.
    pub(super) fn quick_set_item(&self, reference: &Reference, index: &Value, new: &Value) -> bool {
        self.is_unobserved() && assign_item(reference, index, new).is_some()
    }

    /// Whether a dict has a key, or a set an item.
    pub(super) fn quick_contains(&self, items: &Value, item: &Value) -> Option<bool> {
        let Value::Reference(reference) = items else {
            return None;
        };
        let has_keys = matches!(reference.kind, Kind::Dict | Kind::Set);
        if !has_keys || !is_plain(item) || !self.is_unobserved() {
            return None;
        }
        (reference.contents).with(|contents| match contents {
            Value::Collection(contents) => match &***contents {
                Collection::Dict(dict) | Collection::Set(dict) => dict.contains(item).ok(),
                _ => None,
            },
            _ => None,
        })
    }

    /// A method call.
    pub(super) fn quick_method(
        &mut self,
        running: Running<'_>,
        call: Call,
        site: &CallSite,
    ) -> Quick {
        if !self.is_unobserved() {
            return Quick::Left;
        }
        let program = self.env.program;
        let name = program.name(site.name);
        let start = running.base + usize::from(call.2);
        // A receiver in a register lies below the arguments, and stays there. So its count is not touched.
        if let (Root::Register(register), []) = (site.place.root, &site.place.keys[..]) {
            let at = running.base + usize::from(register);
            let (below, args) = self.fiber.registers.split_at_mut(start);
            if let Some(Value::Reference(reference)) = below.get(at)
                && is_collection(reference)
            {
                let args = &mut args[..usize::from(call.0)];
                let result = self.env.call_on(reference, name, args, &self.fiber.frames);
                return self.finish(result, call);
            }
        }
        let receiver = match (
            self.register_of(running, site.place.root),
            &site.place.keys[..],
        ) {
            (Some(Value::Reference(reference)), []) => Value::Reference(reference.clone()),
            (_, keys) => match self.follow(running, site.place.root, keys) {
                Some(receiver) => receiver,
                None => return Quick::Left,
            },
        };
        match receiver {
            Value::Reference(reference) if reference.kind == Kind::Instance => {
                self.quick_method_of_instance(running, reference, name, call)
            }
            Value::Reference(reference) if is_collection(&reference) => {
                let args = &mut self.fiber.registers[start..start + usize::from(call.0)];
                let result = (self.env).call_on(&reference, name, args, &self.fiber.frames);
                self.finish(result, call)
            }
            Value::Function(ref function) if &*name.text == "call" => {
                // A method of that name, which the script has, comes first.
                match program.method(name, &receiver, call.0.into()) {
                    Some(_) => Quick::Left,
                    None => match self.callee(function, call.0) {
                        Some(callee) => self.quick_call(running, callee, None, call),
                        None => Quick::Left,
                    },
                }
            }
            _ => Quick::Left,
        }
    }

    #[inline(always)]
    fn quick_method_of_instance(
        &mut self,
        running: Running<'_>,
        reference: Arc<Reference>,
        name: &Name,
        call: Call,
    ) -> Quick {
        let class = reference.class.as_ref();
        let Some(Value::Function(method)) =
            class.and_then(|class| class.method_hashed(&name.text, name.hash))
        else {
            return Quick::Left;
        };
        // An attribute of that name comes first.
        let is_hidden = |contents: &Value| match attributes(contents) {
            Some(attributes) => attributes.contains(&name.text),
            None => true,
        };
        if is_dynamic(&name.text) || reference.contents.with(is_hidden) {
            return Quick::Left;
        }
        let Some(callee) = self.callee(method, call.0) else {
            return Quick::Left;
        };
        match callee
            .code
            .signature
            .as_ref()
            .map(|signature| signature.kind)
        {
            None | Some(MethodKind::Instance) => {
                self.quick_call(running, callee, Some(Value::Reference(reference)), call)
            }
            Some(_) => Quick::Left,
        }
    }

    /// What a call of a function with so many arguments runs, where these are what it takes, as they are.
    #[inline(always)]
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
    #[inline(always)]
    fn quick_call(
        &mut self,
        running: Running<'_>,
        Callee { code, captures }: Callee<'_>,
        this: Option<Value>,
        (_, dst, first): Call,
    ) -> Quick {
        if self.fiber.frames.len() > MAX_DEPTH {
            return Quick::Left;
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
            let (root, keys) = match this {
                Some(this) => (this, Value::Bool(false)),
                None => (Value::Unit, Value::Unit),
            };
            put(&mut registers[at], root);
            put(&mut registers[at + 1], keys);
        }
        self.fiber.frames.push(Frame {
            code: code.id,
            pc: 0,
            base: start as u32,
            dst: (running.base + usize::from(dst)) as u32,
            callee,
        });
        Quick::Entered
    }

    /// Ends a call of a method of a collection, whose arguments are taken.
    #[inline(always)]
    fn finish(
        &mut self,
        result: Option<Result<Value, FaultKind>>,
        (argc, dst, first): Call,
    ) -> Quick {
        match result {
            None => Quick::Left,
            Some(Ok(value)) => {
                let base = self.frame().base as usize;
                let start = base + usize::from(first);
                for arg in &mut self.fiber.registers[start..start + usize::from(argc)] {
                    put(arg, Value::Unit);
                }
                put(&mut self.fiber.registers[base + usize::from(dst)], value);
                Quick::Next
            }
            Some(Err(kind)) => Quick::Step(Box::new(Err(kind))),
        }
    }

    /// A call of a class: the new instance is `this` of its `init`, which gives it.
    pub(super) fn quick_construct(
        &mut self,
        running: Running<'_>,
        call: Call,
        callee: u16,
    ) -> Quick {
        let class = match &self.fiber.registers[running.base + usize::from(callee)] {
            Value::Reference(reference) if reference.kind == Kind::Class => &reference.class,
            _ => return Quick::Left,
        };
        let Some(class) = class.as_ref().filter(|_| self.is_unobserved()) else {
            return Quick::Left;
        };
        let callee = class
            .plain_init()
            .and_then(|init| self.callee(init, call.0));
        let Some(callee) = callee else {
            return Quick::Left;
        };
        let instance = class.instance(self.fiber.pos(self.env.program));
        let this = Some(Value::Reference(instance));
        self.quick_call(running, callee, this, call)
    }
}

impl Env<'_> {
    /// A method of the library that neither looks into items nor takes those of others: with its arguments
    /// where they stand, and its collection where that is. Nothing for any other method.
    fn call_on(
        &mut self,
        reference: &Reference,
        name: &Name,
        args: &mut [Value],
        frames: &[Frame],
    ) -> Option<Result<Value, FaultKind>> {
        let manner = self.natives.on_collection(reference.kind, &name.text);
        // A key is hashed and compared while the collection is held.
        let has_key = matches!(reference.kind, Kind::Dict | Kind::Set);
        if manner.takes_items
            || manner.looks_into
            || has_key && !args.first().is_none_or(is_plain)
            || args.iter().any(|arg| matches!(arg, Value::Function(_)))
        {
            return None;
        }
        // What it gives may be a new collection, which is made here.
        let place = place_of(frames, self.program).map_or(Pos::NONE, |(_, pos)| pos);
        let natives = &mut *self.natives;
        (reference.contents)
            .update(|contents| natives.method_of_collection(&name.text, contents, args, place))
    }
}

/// Whether a reference leads to a collection that has methods of its own.
#[inline(always)]
fn is_collection(reference: &Reference) -> bool {
    matches!(
        reference.kind,
        Kind::List | Kind::Deque | Kind::Dict | Kind::Set
    )
}

/// Whether a value has no contents that could be looked into.
#[inline(always)]
fn is_plain(value: &Value) -> bool {
    value.is_scalar() || matches!(value, Value::Str(_))
}

/// The attributes in what a reference leads to.
#[inline(always)]
fn attributes(contents: &Value) -> Option<&Attributes> {
    match contents {
        Value::Collection(contents) => match &***contents {
            Collection::Attributes(attributes) => Some(attributes),
            _ => None,
        },
        _ => None,
    }
}

/// The value that one link leads to.
#[inline(always)]
fn link(value: &Value, key: &PathSegment, registers: &[Value]) -> Option<Value> {
    match (value, key) {
        (Value::Reference(reference), PathSegment::Field { name, .. }) => {
            (reference.contents).with(|contents| attributes(contents)?.get(name.as_str()).map(copy))
        }
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
                let at = position(items.len(), index.as_int()?)?;
                Some(copy(&items[at]))
            }
            Collection::Dict(dict) => dict.get(index).ok()?.map(copy),
            _ => None,
        },
        _ => None,
    })
}

/// Sets what a key leads to in a reference; gives what was there before.
#[inline(always)]
fn assign(holder: &Value, key: &PathSegment, new: &Value, registers: &[Value]) -> Option<Value> {
    match (holder, key) {
        (Value::Reference(reference), PathSegment::Field { name, .. }) => {
            assign_attribute(reference, *name, new)
        }
        (Value::Reference(reference), PathSegment::Index { index, .. }) => {
            assign_item(reference, &registers[usize::from(*index)], new)
        }
        _ => None,
    }
}

#[inline(always)]
fn assign_attribute(reference: &Reference, name: Literal, new: &Value) -> Option<Value> {
    let takes_any = match (reference.kind, &reference.class) {
        (Kind::Instance, Some(class)) => class.takes_any_attribute(),
        (kind, _) => kind == Kind::Class,
    };
    if !takes_any {
        return None;
    }
    reference.contents.update(|contents| {
        let Value::Collection(contents) = contents else {
            return None;
        };
        let Collection::Attributes(attributes) = &mut **Arc::make_mut(contents) else {
            return None;
        };
        match attributes.get_mut(name.as_str()) {
            Some(slot) => Some(replace(slot, copy(new))),
            None => {
                attributes.insert(name.as_str(), copy(new));
                Some(Value::Unit)
            }
        }
    })
}

/// The same for an item of a collection at an index or a key that is no collection itself.
fn assign_item(reference: &Reference, index: &Value, new: &Value) -> Option<Value> {
    if !matches!(reference.kind, Kind::List | Kind::Dict) || !is_plain(index) {
        return None;
    }
    reference.contents.update(|contents| {
        let Value::Collection(contents) = contents else {
            return None;
        };
        match &mut **Arc::make_mut(contents) {
            Collection::List(items) => {
                let at = position(items.len(), index.as_int()?)?;
                Some(replace(&mut items[at], copy(new)))
            }
            Collection::Dict(dict) => {
                let old = dict.insert(index.clone(), copy(new)).ok()?;
                Some(old.unwrap_or_default())
            }
            _ => None,
        }
    })
}
