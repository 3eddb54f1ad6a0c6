//! Chains such as `a.b[i].c`: reading, writing and changing what they lead to.
//!
//! A chain that begins in a shared variable is read or written in one atomic step. Where it meets a
//! runtime object (`future.done`, `results[0]`), the machine asks the object: the fiber notes what
//! it has reached, because the answer may have to be waited for. An object that has names of the
//! script's own choice (`local.x`) answers at once, and the chain goes on through it.
//!
//! In a method, `this` is the place that the method was called on: a chain that begins with it goes on
//! from there. Two registers say what it is bound to: the variable, or the number of the register, in
//! which the place begins, and the keys that lead to it, as they were when the method was called. Where
//! there are no such keys, `true` stands for them; `false` says that the first register holds the value,
//! and `()` that nothing is bound: the function was not called as a method.
//!
//! Longer than most files because reading and changing follow the same links, and must agree.

use std::sync::Arc;

use super::arithmetic::{copy, put, update};
use super::fiber::{Fiber, Frame};
use super::step::{Flow, Machine, Step};
use super::{Action, Env, Globals, Natives, Path, Visible};
use crate::pos::Pos;
use crate::program::code::{AccessPath, PathSegment, Root};
use crate::program::op::{BinaryOp, Op};
use crate::program::{Code, Language, Program};
use crate::value::collection::Kind;
use crate::value::object::{TaskId, Verb};
use crate::value::{
    Cell, Class, Collection, FaultKind, FieldKind, Function, Literal, Object, Reference, Value,
    index,
};

use super::call::Receiver;

/// Where walking along a chain has led.
pub(super) enum Walked {
    /// To its end.
    Value(Value),
    /// To an object that must be asked for the rest: the object, and how many keys lead to it.
    Object(Arc<Object>, u16),
    /// To a reference, beyond which the rest lies: the reference, and how many keys lead to it.
    Reference(Arc<Reference>, u16),
    /// To an instance or a class that has no attribute of the name that the key of this number is.
    Absent(u16),
    /// To `()` before an optional link: the whole chain is `()`.
    Cut,
}

/// What a chain is followed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// To replace what stands at its end, or to put it there.
    Replace,
    /// To change it by an operator; what a map has not is `()`.
    Update,
    /// To call a method on it.
    Call,
}

/// Where a chain begins.
#[derive(Clone)]
pub(super) enum Base {
    /// In a register (absolute).
    Register(usize),
    /// In a variable.
    Cell(Arc<Cell>),
}

/// Where a chain begins, and the keys of the place that `this` is bound to, when it begins there.
#[derive(Clone)]
pub(super) struct Begin {
    pub(super) base: Base,
    /// An array of keys; anything else for none.
    keys: Value,
    /// How many keys of the chain lead to where it begins: those before a reference.
    pub(super) from: u16,
}

impl Begin {
    fn at(base: Base) -> Self {
        let keys = Value::Unit;
        let from = 0;
        Self { base, keys, from }
    }

    /// Beyond a reference, to which so many keys lead.
    pub(super) fn beyond(reference: &Reference, from: u16) -> Self {
        Self {
            from,
            ..Self::at(Base::Cell(reference.contents.clone()))
        }
    }

    /// Nowhere: the first keys have been followed already.
    pub(super) fn behind(from: u16) -> Self {
        Self {
            from,
            ..Self::at(Base::Register(0))
        }
    }

    /// The keys of a chain that come behind where it begins.
    pub(super) fn rest<'k>(&self, keys: &'k [PathSegment]) -> &'k [PathSegment] {
        keys.get(usize::from(self.from)..).unwrap_or_default()
    }

    /// The keys that come before those of the chain.
    pub(super) fn bound(&self) -> &[Value] {
        match &self.keys {
            Value::Array(keys) => keys,
            _ => &[],
        }
    }
}

/// Where a method call has found what `this` is bound to.
pub(super) struct Origin {
    /// The number of the frame that has called the method.
    pub(super) frame: usize,
    /// In what the place begins there.
    pub(super) root: Root,
    /// The constant that was copied there.
    constant: Option<Literal>,
}

/// One key of a chain.
enum Link<'a> {
    /// `[index]`
    Item(&'a Value),
    /// `.name`
    Field(Literal),
}

/// The keys of a chain, who follows it, and the registers of the running function, for its indices.
#[derive(Clone, Copy)]
pub(super) struct Chain<'a> {
    task: TaskId,
    /// How many keys come before these.
    from: u16,
    bound: &'a [Value],
    keys: &'a [PathSegment],
    registers: &'a [Value],
}

impl<'a> Chain<'a> {
    fn key(&self, at: usize) -> Option<&'a PathSegment> {
        self.keys.get(at.checked_sub(self.bound.len())?)
    }

    /// The key at a position; nothing at the end.
    fn link(&self, at: usize) -> Option<Link<'a>> {
        match (self.bound.get(at), self.key(at)) {
            (Some(Value::Literal(name)), _) => Some(Link::Field(*name)),
            (Some(index), _) => Some(Link::Item(index)),
            (None, Some(PathSegment::Index { index, .. })) => {
                Some(Link::Item(&self.registers[*index as usize]))
            }
            (None, Some(PathSegment::Field { name, .. })) => Some(Link::Field(*name)),
            (None, None) => None,
        }
    }

    /// Whether integers have bits in this text: not in one of Python's.
    fn has_bits(&self) -> bool {
        let is_without = |key: &PathSegment| {
            let PathSegment::Index { has_bits, .. } = key else {
                return false;
            };
            !has_bits
        };
        !self.keys.iter().any(is_without)
    }

    /// Whether `()` before the key makes the whole chain `()`.
    fn is_optional(&self, at: usize) -> bool {
        match self.key(at) {
            Some(PathSegment::Index { optional, .. } | PathSegment::Field { optional, .. }) => {
                *optional
            }
            None => false,
        }
    }

    /// The keys as they are when the chain begins with `root`: an index that counts from the end is
    /// the one that counts from the beginning.
    pub(super) fn resolve(&self, root: &Value) -> Vec<Value> {
        let mut value = Some(root.clone());
        let keys = (0..).map_while(|at| self.link(at)).map(|link| {
            let key = match (link, &value) {
                (Link::Field(name), _) => Value::Literal(name),
                (Link::Item(Value::Int(index)), Some(value)) => {
                    let position = index::length(value)
                        .and_then(|length| index::position(length, *index))
                        .and_then(|position| i64::try_from(position).ok());
                    Value::Int(position.unwrap_or(*index))
                }
                // A name that is written after a point is another thing than a key of a dict.
                (Link::Item(index), Some(Value::Collection(_))) => as_key(index),
                (Link::Item(index), _) => index.clone(),
            };
            value = (value.as_ref()).and_then(|value| index::get_index(value, &key).ok());
            key
        });
        keys.collect()
    }

    /// The first reference that the chain passes through before its last key, and how many of all keys
    /// lead there.
    pub(super) fn first_reference(&self, root: &Value) -> Option<(Arc<Reference>, u16)> {
        let mut holder;
        let mut value = root;
        for at in 0.. {
            let link = self.link(at)?;
            value = match (value, link) {
                (Value::Reference(reference), _) => {
                    let used = at.checked_sub(self.bound.len())? as u16;
                    return Some((reference.clone(), self.from + used));
                }
                (Value::Function(function), Link::Field(_)) => {
                    let used = at.checked_sub(self.bound.len())? as u16;
                    return Some((function.holder()?.clone(), self.from + used));
                }
                (Value::Array(items), Link::Item(Value::Int(index))) => {
                    &items[index::position(items.len(), *index)?]
                }
                (Value::Map(map), Link::Field(name)) => map.get(name.as_str())?,
                (Value::Map(map), Link::Item(name)) => map.get(name.as_str()?)?,
                (Value::Collection(contents), Link::Field(name)) => match &***contents {
                    Collection::Attributes(map) => map.get(name.as_str())?,
                    other => other.field(name.as_str())?,
                },
                (Value::Collection(_), Link::Item(index)) => {
                    holder = index::get_index(value, index).ok()?;
                    &holder
                }
                (Value::Object(object), link) => {
                    holder = property(object, &link, self.task)?.ok()?;
                    &holder
                }
                _ => return None,
            };
        }
        None
    }

    /// What the chain leads to from `root`, or the object that the way there leads through, if that
    /// can be said without the library.
    pub(super) fn peek(&self, root: Value) -> Option<Value> {
        let mut value = root;
        for at in 0.. {
            value = match (&value, self.link(at)) {
                (_, None) | (Value::Object(_) | Value::Reference(_), _) => return Some(value),
                (Value::Function(function), Some(Link::Field(_))) => {
                    return function.holder().cloned().map(Value::Reference);
                }
                (Value::Map(map), Some(Link::Field(name))) => map.get(name.as_str())?.clone(),
                (Value::Collection(contents), Some(Link::Field(name))) => match &***contents {
                    Collection::Attributes(map) => map.get(name.as_str())?.clone(),
                    _ => return None,
                },
                (_, Some(Link::Item(index))) => index::get_index(&value, index).ok()?,
                (_, Some(Link::Field(_))) => return None,
            };
        }
        None
    }
}

/// Refuses an assignment to an attribute of an instance whose fields never change, or whose class does not
/// allow it.
pub(super) fn check_may_assign(reference: &Reference, name: &str) -> Result<(), FaultKind> {
    let class = (reference.class.as_ref())
        .filter(|class| reference.kind == Kind::Instance && !class.takes_any_attribute());
    match class.and_then(|class| class.fields()) {
        Some(fields) if matches!(fields.kind, FieldKind::Frozen | FieldKind::Constant) => {
            Err(FaultKind::raised(
                Class::FrozenInstanceError,
                &format!("cannot assign to field '{name}'"),
                "make another instance with the new value",
            ))
        }
        _ => match class.filter(|class| !class.allows(name)) {
            None => Ok(()),
            Some(class) => Err(FaultKind::raised(
                Class::AttributeError,
                &format!("'{}' object has no attribute '{name}'", class.name.as_str()),
                "the class names in `__slots__` which attributes there are",
            )),
        },
    }
}

/// A key of a collection as it stands in the path of a place: a string is no name of a field.
pub(super) fn as_key(key: &Value) -> Value {
    match key {
        Value::Literal(text) => Value::string(text.as_str()),
        other => other.clone(),
    }
}

/// What an object answers to a name of the script's own choice; nothing when it has none.
fn property(object: &Object, link: &Link<'_>, task: TaskId) -> Option<Result<Value, FaultKind>> {
    match link {
        Link::Field(name) => object.state().property(name.as_str(), task),
        Link::Item(_) => None,
    }
}

/// What Python says of an integer that is used like a list.
pub(super) fn no_items(what: &str) -> FaultKind {
    FaultKind::raised(Class::TypeError, &format!("'int' object {what}"), "")
}

/// The value that one link of a chain leads to.
fn follow(
    natives: &mut dyn Natives,
    value: &Value,
    link: &Link<'_>,
    chain: Chain<'_>,
) -> Result<Value, FaultKind> {
    match (link, value) {
        (Link::Item(_), Value::Int(_)) if !chain.has_bits() => {
            Err(no_items("is not subscriptable"))
        }
        (Link::Item(index), _) => index::get_index(value, index),
        (Link::Field(name), Value::Map(map)) => {
            Ok(map.get(name.as_str()).cloned().unwrap_or_default())
        }
        (Link::Field(name), _) => natives.property(value, name.as_str()),
    }
}

/// Follows a chain from `value`, beginning with the key at `from`.
pub(super) fn walk(
    env: &mut Env<'_>,
    value: &Value,
    chain: Chain<'_>,
    from: usize,
) -> Result<Walked, FaultKind> {
    let Some(link) = chain.link(from) else {
        return Ok(Walked::Value(copy(value)));
    };
    if value.is_unit() && chain.is_optional(from) {
        return Ok(Walked::Cut);
    }
    // Arrays and maps are looked into without a copy of what is inside.
    match (value, &link) {
        (Value::Object(object), link) => match property(object, link, chain.task) {
            Some(value) => walk(env, &value?, chain, from + 1),
            None => match from.checked_sub(chain.bound.len()) {
                Some(used) => Ok(Walked::Object(object.clone(), chain.from + used as u16)),
                None => Err(FaultKind::Indexing {
                    signature: object.kind().into(),
                }),
            },
        },
        (Value::Reference(reference), _) => match from.checked_sub(chain.bound.len()) {
            Some(used) => Ok(Walked::Reference(
                reference.clone(),
                chain.from + used as u16,
            )),
            None => Err(FaultKind::Indexing {
                signature: reference.kind.name().into(),
            }),
        },
        // A function's attributes are those of what holds them.
        (Value::Function(function), Link::Field(_))
            if let (Some(holder), Some(used)) =
                (function.holder(), from.checked_sub(chain.bound.len())) =>
        {
            Ok(Walked::Reference(holder.clone(), chain.from + used as u16))
        }
        (Value::Collection(contents), Link::Field(name))
            if let Some(item) = contents.field(name.as_str()) =>
        {
            walk(env, item, chain, from + 1)
        }
        // A method of a named tuple's class, bound to it.
        (Value::Collection(contents), Link::Field(name))
            if let Some(Value::Function(method)) = contents
                .class()
                .and_then(|class| class.method(name.as_str())) =>
        {
            let bound = Function {
                this: value.clone(),
                ..Function::clone(method)
            };
            walk(env, &Value::Function(Arc::new(bound)), chain, from + 1)
        }
        (Value::Collection(contents), Link::Field(name)) => {
            let Collection::Attributes(map) = &***contents else {
                return Err(FaultKind::UnknownProperty {
                    name: name.as_str().into(),
                    on: value.type_name(),
                });
            };
            match map.get(name.as_str()) {
                Some(value) => walk(env, value, chain, from + 1),
                None => Ok(Walked::Absent(
                    chain.from + from.saturating_sub(chain.bound.len()) as u16,
                )),
            }
        }
        (Value::Array(items), Link::Item(Value::Int(index)))
            if usize::try_from(*index).is_ok_and(|at| at < items.len()) =>
        {
            walk(env, &items[*index as usize], chain, from + 1)
        }
        (Value::Map(map), Link::Field(name)) => {
            // An error of Python's has the attributes that it has.
            if map.contains_key("args")
                && map.contains_key("error")
                && !map.contains_key(name.as_str())
            {
                let class = map.get("class").or_else(|| map.get("error"));
                let class = class.and_then(Value::as_str).unwrap_or_default();
                return Err(FaultKind::raised(
                    Class::AttributeError,
                    &format!("'{class}' object has no attribute '{}'", name.as_str()),
                    "",
                ));
            }
            let item = map.get(name.as_str()).unwrap_or(&Value::Unit);
            walk(env, item, chain, from + 1)
        }
        // When that was, counted from the session's begin: `timestamp()`.
        (Value::Float(start), Link::Field(name)) if name.as_str() == "elapsed" => {
            // The clock counts nanoseconds.
            let passed = ((env.services.now() - start) * 1e9).round() / 1e9;
            let passed = Value::Float(passed);
            walk(env, &passed, chain, from + 1)
        }
        _ => {
            let item = follow(env.natives, value, &link, chain)?;
            walk(env, &item, chain, from + 1)
        }
    }
}

/// Calls `change_it` on what a chain leads to from `target`, beginning with the key at `from`: in place
/// where it can be, otherwise by reading, changing and writing each link. A missing key of a map is made
/// at the end of the chain unless a method is called on it. Returns nothing when the chain was cut by an
/// optional link.
pub(super) fn change<R>(
    natives: &mut dyn Natives,
    target: &mut Value,
    chain: Chain<'_>,
    from: usize,
    aim: Aim,
    change_it: &mut dyn FnMut(&mut dyn Natives, &mut Value) -> Result<R, FaultKind>,
) -> Result<Option<R>, FaultKind> {
    let Some(link) = chain.link(from) else {
        return change_it(natives, target).map(Some);
    };
    if target.is_unit() && chain.is_optional(from) {
        return Ok(None);
    }
    let next = from + 1;
    let is_last = chain.link(next).is_none();
    match (&mut *target, &link) {
        (Value::Array(items), Link::Item(wanted)) => {
            let at = (wanted.as_int()).and_then(|at| index::position(items.len(), at));
            if let Some(at) = at {
                let slot = &mut Arc::make_mut(items)[at];
                return change(natives, slot, chain, next, aim, change_it);
            }
            // The index is wrong; reading with it says how.
            follow(natives, target, &link, chain).map(|_| None)
        }
        (Value::Map(map), link) => {
            let name = match link {
                Link::Field(name) => name.as_str(),
                Link::Item(index) => match index.as_str() {
                    Some(name) => name,
                    None => return follow(natives, target, link, chain).map(|_| None),
                },
            };
            if aim != Aim::Call && is_last && !map.contains_key(name) {
                Arc::make_mut(map).insert(name.into(), Value::Unit);
            }
            if map.contains_key(name)
                && let Some(slot) = Arc::make_mut(map).get_mut(name)
            {
                return change(natives, slot, chain, next, aim, change_it);
            }
            change(natives, &mut Value::Unit, chain, next, aim, change_it)
        }
        (Value::Collection(contents), Link::Field(name))
            if contents.field(name.as_str()).is_some() =>
        {
            Err(FaultKind::raised(
                Class::AttributeError,
                "can't set attribute",
                &format!("make another one: `x._replace({} = ...)`", name.as_str()),
            ))
        }
        (Value::Collection(contents), Link::Field(name)) => {
            let on = contents.type_name();
            let Collection::Attributes(map) = &mut **Arc::make_mut(contents) else {
                let name = name.as_str().into();
                return Err(FaultKind::UnknownProperty {
                    name,
                    on: on.into(),
                });
            };
            if aim == Aim::Replace && is_last && !map.contains(name.as_str()) {
                map.insert(name.as_str(), Value::Unit);
            }
            match map.get_mut(name.as_str()) {
                Some(slot) => change(natives, slot, chain, next, aim, change_it),
                None => Err(FaultKind::raised(
                    Class::AttributeError,
                    &format!("there is no attribute '{}'", name.as_str()),
                    &format!("set it first: `x.{} = 0;`", name.as_str()),
                )),
            }
        }
        (Value::Collection(contents), Link::Item(index)) => {
            let contents = &mut **Arc::make_mut(contents);
            if let Collection::Dict(dict) = contents
                && aim == Aim::Replace
                && is_last
                && !dict.contains(index)?
            {
                let mut value = Value::Unit;
                let result = change(natives, &mut value, chain, next, aim, change_it)?;
                dict.insert((*index).clone(), value)?;
                return Ok(result);
            }
            change(
                natives,
                contents.item_mut(index)?,
                chain,
                next,
                aim,
                change_it,
            )
        }
        (Value::Object(object), Link::Field(name)) => {
            let mut part = if aim == Aim::Replace && is_last {
                Value::Unit
            } else {
                match property(object, &link, chain.task) {
                    Some(part) => part?,
                    None => return Err(no_property(object, name.as_str())),
                }
            };
            let result = change(natives, &mut part, chain, next, aim, change_it)?;
            if let Value::Char(character) = part {
                part = Value::string(character.to_string());
            }
            if result.is_some() && !object.set_property(name.as_str(), part, chain.task) {
                return Err(no_property(object, name.as_str()));
            }
            Ok(result)
        }
        _ => {
            if let (Value::Int(_), Link::Item(_)) = (&*target, &link)
                && aim == Aim::Replace
                && is_last
                && !chain.has_bits()
            {
                return Err(no_items("does not support item assignment"));
            }
            let mut part = follow(natives, target, &link, chain)?;
            let result = change(natives, &mut part, chain, next, aim, change_it)?;
            if result.is_some() {
                match link {
                    Link::Item(index) => index::set_index(target, index, part)?,
                    Link::Field(name) => natives.set_property(target, name.as_str(), part)?,
                }
            }
            Ok(result)
        }
    }
}

fn no_property(object: &Object, name: &str) -> FaultKind {
    FaultKind::UnknownProperty {
        name: name.into(),
        on: object.kind().into(),
    }
}

impl Fiber {
    /// A chain of the function whose registers begin at `base`.
    pub(super) fn chain<'a>(
        &'a self,
        base: usize,
        bound: &'a [Value],
        keys: &'a [PathSegment],
    ) -> Chain<'a> {
        Chain {
            task: self.thread,
            from: 0,
            bound,
            keys,
            registers: &self.registers[base..],
        }
    }

    /// The part of a chain that is behind where it begins.
    pub(super) fn chain_from<'a>(
        &'a self,
        base: usize,
        begin: &'a Begin,
        keys: &'a [PathSegment],
    ) -> Chain<'a> {
        Chain {
            from: begin.from,
            ..self.chain(base, begin.bound(), begin.rest(keys))
        }
    }

    /// What `this` is bound to in a function that mentions it.
    pub(super) fn bound(&self, frame: &Frame, code: &Code) -> Option<Begin> {
        let at = frame.base as usize + usize::from(code.this?);
        let (root, keys) = (self.registers.get(at)?, self.registers.get(at + 1)?);
        let base = match (root, keys) {
            (_, Value::Unit) => return None,
            (_, Value::Bool(false)) => return Some(Begin::at(Base::Register(at))),
            (Value::Cell(cell), _) => Base::Cell(cell.clone()),
            (Value::Int(at), _) => {
                let at = usize::try_from(*at).ok();
                Base::Register(at.filter(|at| *at < self.registers.len())?)
            }
            _ => return None,
        };
        let (keys, from) = (keys.clone(), 0);
        Some(Begin { base, keys, from })
    }

    /// Returns the origin of the place that `this` is bound to in a frame's function: its root, the frame in
    /// which that is one (the one of the method call), and the constant that it is a copy of.
    pub(super) fn origin(&self, program: &Program, frame: usize) -> Option<Origin> {
        let caller = frame.checked_sub(1)?;
        let Frame { code, pc, .. } = self.frames.get(caller)?;
        let code = program.code(*code);
        let Some(Op::CallMethod { site, .. }) = code.ops.get(*pc as usize) else {
            return None;
        };
        let site = &code.sites[usize::from(*site)];
        match site.place.root {
            Root::This => self.origin(program, caller),
            root => Some(Origin {
                frame: caller,
                root,
                constant: site.constant,
            }),
        }
    }

    /// What a chain that begins in a shared variable leads to now, or the object that the way there
    /// leads through, if that can be said without the library.
    pub(super) fn peek(
        &self,
        program: &Program,
        globals: &Globals,
        root: Root,
        keys: &[PathSegment],
    ) -> Option<Value> {
        let frame = self.frames.last()?;
        let begin = self.begin_of(program, globals, root)?;
        let value = match &begin.base {
            Base::Cell(cell) => cell.load(),
            Base::Register(_) => return None,
        };
        (self.chain_from(frame.base as usize, &begin, keys)).peek(value)
    }

    /// Where a chain begins, if that is in a variable or beyond a reference.
    pub(super) fn begin_of(
        &self,
        program: &Program,
        globals: &Globals,
        root: Root,
    ) -> Option<Begin> {
        if let Some((reference, used)) = &self.through {
            return Some(Begin::beyond(reference, *used));
        }
        match self.bound_keys(program, root) {
            Some(begin) => Some(begin),
            None => Some(Begin::at(Base::Cell(
                self.root_cell(program, globals, root)?,
            ))),
        }
    }

    /// What `this` is bound to, for a chain that begins there.
    pub(super) fn bound_keys(&self, program: &Program, root: Root) -> Option<Begin> {
        let frame = self.frames.last()?;
        match root {
            Root::This => self.bound(frame, program.code(frame.code)),
            _ => None,
        }
    }
}

impl Machine<'_, '_> {
    /// `dst = object[index]`, of a register, for anything but an item of an array.
    pub(super) fn index(&mut self, dst: u16, object: u16, index: u16) -> Step {
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let wanted = &registers[index as usize];
        match &registers[object as usize] {
            Value::Object(object) => {
                let (object, wanted) = (object.clone(), wanted.clone());
                self.ask(&object, Verb::Item, &[wanted])
            }
            Value::Reference(reference) => {
                let (reference, wanted) = (reference.clone(), wanted.clone());
                self.get_part(dst, &reference, &wanted)
            }
            value => {
                let item = index::get_index(value, wanted)?;
                if matches!(value, Value::Int(_)) && self.dialect() == Language::Python {
                    return Err(no_items("is not subscriptable"));
                }
                put(self.register(dst), item);
                Ok(Flow::Next)
            }
        }
    }

    /// `object[index] = src`, where a reference is in the register.
    pub(super) fn set_index(&mut self, object: u16, index: u16, src: u16) -> Step {
        let key = copy(self.register(index));
        match self.register(object).clone() {
            Value::Reference(reference) => self.set_part(&reference, &key, src),
            _ => Ok(Flow::Next),
        }
    }

    /// `dst = place`
    pub(super) fn get(&mut self, dst: u16, place: &AccessPath) -> Step {
        if let Some((object, used)) = self.fiber.reached.clone() {
            return self.ask_for_key(&object, &place.keys[used as usize]);
        }
        let begin = self.begin(place.root)?;
        let base = self.frame().base as usize;
        let walked = match &begin.base {
            Base::Register(at) => {
                let chain = self.fiber.chain_from(base, &begin, &place.keys);
                walk(self.env, &self.fiber.registers[*at], chain, 0)?
            }
            Base::Cell(cell) => {
                let beyond = self
                    .stepped
                    .then(|| self.fiber.first_reference(&begin, &place.keys));
                let used = beyond
                    .flatten()
                    .map_or(place.keys.len(), |(_, used)| used.into());
                let path = Path::new(begin.bound(), begin.rest(&place.keys[..used]));
                if !self.may_access(cell, path, false) {
                    return Ok(Flow::Stop(super::Stop::Visible));
                }
                let before = self.seen();
                let root = cell.load();
                let chain = self.fiber.chain_from(base, &begin, &place.keys);
                let walked = match walk(self.env, &root, chain, 0) {
                    Ok(walked) => walked,
                    Err(fault) => {
                        // It was looked at, and what is there was not found.
                        self.tell(before, &Value::Unit);
                        return Err(fault);
                    }
                };
                match &walked {
                    Walked::Value(value) => self.tell(before, value),
                    Walked::Reference(reference, _) => {
                        self.tell(before, &Value::Reference(reference.clone()));
                    }
                    Walked::Absent(used) => {
                        let method = self.method_at(place, *used);
                        self.tell(before, &method);
                    }
                    Walked::Object(..) | Walked::Cut => {}
                }
                walked
            }
        };
        self.arrive(dst, place, walked)
    }

    /// Goes on along `place` from `value`, which an object has answered to the key before `from`.
    pub(super) fn get_rest(
        &mut self,
        dst: u16,
        place: &AccessPath,
        value: &Value,
        from: u16,
    ) -> Step {
        let base = self.frame().base as usize;
        // What is bound has been passed.
        let chain = self.fiber.chain(base, &[], &place.keys);
        let walked = walk(self.env, value, chain, usize::from(from))?;
        self.arrive(dst, place, walked)
    }

    pub(super) fn arrive(&mut self, dst: u16, place: &AccessPath, walked: Walked) -> Step {
        if let Walked::Absent(used) = walked {
            return self.get_inherited(dst, place, used);
        }
        self.fiber.through = None;
        match walked {
            Walked::Value(value) => {
                put(self.register(dst), value);
                Ok(Flow::Next)
            }
            Walked::Cut => {
                put(self.register(dst), Value::Unit);
                Ok(Flow::Next)
            }
            // It has been followed above.
            Walked::Absent(_) => Ok(Flow::Next),
            Walked::Reference(reference, used) => {
                self.fiber.through = Some((reference, used));
                self.get(dst, place)
            }
            Walked::Object(object, used) => {
                self.fiber.reached = Some((object.clone(), used));
                self.ask_for_key(&object, &place.keys[used as usize])
            }
        }
    }

    fn ask_for_key(&mut self, object: &Arc<Object>, key: &PathSegment) -> Step {
        match key {
            PathSegment::Index { index, .. } => {
                let index = self.register(*index).clone();
                self.ask(object, Verb::Item, &[index])
            }
            PathSegment::Field {
                verb: Some(verb), ..
            } => self.ask(object, *verb, &[]),
            PathSegment::Field { name, .. } => {
                self.fiber.reached = None;
                Err(no_property(object, name.as_str()))
            }
        }
    }

    /// `place = src`
    pub(super) fn set(&mut self, place: &AccessPath, src: u16) -> Step {
        let value = copy(self.register(src));
        self.change_place(place, Aim::Replace, &value, &mut |_, slot| {
            put(slot, value.clone());
            Ok(())
        })
    }

    /// `place op= src`, for a place in a register; whether it was done, which it is not where the place
    /// leads through a reference.
    pub(super) fn update(
        &mut self,
        op: BinaryOp,
        place: &AccessPath,
        src: u16,
    ) -> Result<bool, FaultKind> {
        let begin = self.begin(place.root)?;
        if self.fiber.first_reference(&begin, &place.keys).is_some() {
            return Ok(false);
        }
        let operand = copy(self.register(src));
        let dialect = self.dialect();
        let step = self.change_place(place, Aim::Update, &operand, &mut |natives, slot| {
            update(natives, dialect, op, slot, &operand)
        });
        step.map(|_| true)
    }

    /// Changes what a place leads to, as one atomic step; `incoming` is what may become part of it.
    fn change_place(
        &mut self,
        place: &AccessPath,
        aim: Aim,
        incoming: &Value,
        change_it: &mut dyn FnMut(&mut dyn Natives, &mut Value) -> Result<(), FaultKind>,
    ) -> Step {
        let begin = self.begin(place.root)?;
        if let Some((reference, used)) = self.fiber.first_reference(&begin, &place.keys) {
            if !self.may_pass(&begin, &place.keys, &reference, used) {
                return Ok(Flow::Stop(super::Stop::Visible));
            }
            self.fiber.through = Some((reference, used));
            return self.change_place(place, aim, incoming, change_it);
        }
        match &self.fiber.through {
            None => self.check_not_constant(place.root)?,
            Some((reference, used)) => {
                if let [PathSegment::Field { name, .. }] = place.keys[usize::from(*used)..] {
                    check_may_assign(reference, name.as_str())?;
                }
            }
        }
        let base = self.frame().base as usize;
        match &begin.base {
            Base::Register(at) => {
                // Taken out while it changes: its indices stand in registers too.
                let mut root = std::mem::take(&mut self.fiber.registers[*at]);
                let chain = self.fiber.chain_from(base, &begin, &place.keys);
                let done = change(self.env.natives, &mut root, chain, 0, aim, change_it);
                put(&mut self.fiber.registers[*at], root);
                done?;
            }
            Base::Cell(cell) => {
                // `local.x = 1` reads the variable and changes what only this thread sees.
                let (path, writes) = match self.stepped
                    && (self.fiber).leads_into_object(self.env.program, self.env.globals, place)
                {
                    true => (Path::default(), false),
                    false => (Path::new(begin.bound(), begin.rest(&place.keys)), true),
                };
                if !self.may_access(cell, path, writes) {
                    return Ok(Flow::Stop(super::Stop::Visible));
                }
                let before = self.seen();
                self.publish_into(cell, std::slice::from_ref(incoming));
                let chain = self.fiber.chain_from(base, &begin, &place.keys);
                let natives = &mut *self.env.natives;
                let mut told = Value::Unit;
                cell.update(|value| {
                    change(natives, value, chain, 0, aim, &mut |natives, slot| {
                        change_it(natives, slot)?;
                        if before.is_some() {
                            told = slot.clone();
                        }
                        Ok(())
                    })
                })?;
                if matches!(
                    &before,
                    Some(Visible {
                        action: Action::Read(_),
                        ..
                    })
                ) {
                    // The variable itself stayed as it was: it leads to an object.
                    told = cell.load();
                }
                self.tell(before, &told);
            }
        }
        self.fiber.through = None;
        Ok(Flow::Next)
    }

    /// The method that stands for the attribute which an instance has not; `()` where its class has none
    /// of that name either.
    fn method_at(&self, place: &AccessPath, used: u16) -> Value {
        let through = self.fiber.through.as_ref();
        let class = through.and_then(|(reference, _)| reference.class.as_ref());
        match (class, place.keys.get(usize::from(used))) {
            (Some(class), Some(PathSegment::Field { name, .. })) => {
                class.method(name.as_str()).cloned().unwrap_or_default()
            }
            _ => Value::Unit,
        }
    }

    /// Where a chain begins: beyond the reference to which it has been followed, if it has.
    pub(super) fn begin(&mut self, root: Root) -> Result<Begin, FaultKind> {
        if let Some((reference, used)) = &self.fiber.through {
            return Ok(Begin::beyond(reference, *used));
        }
        match root {
            Root::Register(register) => {
                let base = self.frame().base as usize;
                Ok(Begin::at(Base::Register(base + usize::from(register))))
            }
            Root::This => {
                let frame = *self.frame();
                let code = self.env.program.code(frame.code);
                let bound = self.fiber.bound(&frame, code);
                bound.ok_or(FaultKind::UnboundThis)
            }
            root => Ok(Begin::at(Base::Cell(self.cell(root)?))),
        }
    }

    /// What goes into the registers that bind `this` of a method.
    pub(super) fn bind(&mut self, receiver: Receiver<'_>) -> (Value, Value) {
        let begin = match receiver {
            Receiver::Value(value) => return (value, Value::Bool(false)),
            Receiver::Register(at) => return (Value::Int(at as i64), Value::Bool(true)),
            Receiver::Place(begin) => begin,
        };
        let program = self.env.program;
        let frame = *self.frame();
        let code = program.code(frame.code);
        let keys = match code.ops[frame.pc as usize] {
            Op::CallMethod { site, .. } => &code.sites[usize::from(site)].place.keys[..],
            _ => &[],
        };
        let value = match &begin.base {
            Base::Register(at) => copy(&self.fiber.registers[*at]),
            Base::Cell(cell) => cell.load(),
        };
        let chain = self.fiber.chain_from(frame.base as usize, begin, keys);
        let keys = match chain.resolve(&value) {
            keys if keys.is_empty() => Value::Bool(true),
            keys => Value::array(keys),
        };
        let root = match &begin.base {
            Base::Register(at) => Value::Int(*at as i64),
            Base::Cell(cell) => Value::Cell(cell.clone()),
        };
        (root, keys)
    }

    /// The cell in which a shared chain begins.
    pub(super) fn cell(&mut self, root: Root) -> Result<Arc<Cell>, FaultKind> {
        self.with_cell(root, Arc::clone)
    }

    /// Calls `use_it` with that cell. Its count stays untouched: two threads on two cores that ask
    /// one shared object again and again would pass the count to and fro.
    pub(super) fn with_cell<R>(
        &mut self,
        root: Root,
        use_it: impl FnOnce(&Arc<Cell>) -> R,
    ) -> Result<R, FaultKind> {
        match root {
            Root::This => match self.begin(root)?.base {
                Base::Cell(cell) => Ok(use_it(&cell)),
                Base::Register(at) => {
                    Err(FaultKind::mismatch("variable", &self.fiber.registers[at]))
                }
            },
            Root::Register(register) | Root::Cell(register) => match self.register(register) {
                Value::Cell(cell) => Ok(use_it(cell)),
                other => Err(FaultKind::mismatch("variable", other)),
            },
            Root::Capture(index) => {
                let callee = self.frame().callee as usize;
                match &self.fiber.registers[callee] {
                    Value::Function(function) => Ok(use_it(&function.captures[index as usize])),
                    other => Err(FaultKind::mismatch("closure", other)),
                }
            }
            Root::Global(global) => {
                let (code, _) = self.code();
                let id = code.globals[global as usize];
                let globals = self.env.globals;
                let used = globals.with(id, |binding| binding.map(|binding| use_it(&binding.cell)));
                used.ok_or_else(|| self.unknown_global(id))
            }
        }
    }

    /// Where the link stands at which the chain of the current instruction breaks. Nothing when it can be
    /// followed to its end, or comes to something that is no plain value.
    pub(super) fn broken_link(&mut self) -> Option<Pos> {
        let frame = *self.fiber.frames.last()?;
        let code = self.env.program.code(frame.code);
        let place = match *code.ops.get(frame.pc as usize)? {
            Op::Get { place, .. } | Op::Set { place, .. } | Op::Update { place, .. } => {
                &code.places[usize::from(place)]
            }
            Op::CallMethod { site, .. } => &code.sites[usize::from(site)].place,
            _ => return None,
        };
        let begin = self.begin(place.root).ok()?;
        let mut value = match &begin.base {
            Base::Register(at) => copy(&self.fiber.registers[*at]),
            Base::Cell(cell) => cell.load(),
        };
        let chain = (self.fiber).chain_from(frame.base as usize, &begin, &place.keys);
        for at in 0.. {
            let link = chain.link(at)?;
            if let Value::Object(_) | Value::Reference(_) | Value::Collection(_) = value {
                return None;
            }
            match follow(self.env.natives, &value, &link, chain) {
                Ok(part) => value = part,
                Err(_) => {
                    let (PathSegment::Index { pos, .. } | PathSegment::Field { pos, .. }) =
                        chain.key(at)?;
                    return (!pos.is_none()).then_some(*pos);
                }
            }
        }
        None
    }

    pub(super) fn check_not_constant(&mut self, root: Root) -> Result<(), FaultKind> {
        let frame = self.fiber.frames.len() - 1;
        let origin = match root {
            Root::This => self.fiber.origin(self.env.program, frame),
            root => Some(Origin {
                frame,
                root,
                constant: None,
            }),
        };
        if let Some(name) = origin.as_ref().and_then(|origin| origin.constant) {
            return Err(FaultKind::Constant {
                name: name.as_str().into(),
            });
        }
        if let Some(Origin {
            frame,
            root: Root::Global(global),
            ..
        }) = origin
        {
            let code = self.env.program.code(self.fiber.frames[frame].code);
            let id = code.globals[global as usize];
            if self
                .env
                .globals
                .with(id, |binding| binding.is_some_and(|one| one.is_constant))
            {
                let name = self.env.program.global(id).name.to_string();
                return Err(FaultKind::Constant { name });
            }
        }
        Ok(())
    }
}
