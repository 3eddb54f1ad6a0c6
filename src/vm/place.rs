//! Chains such as `a.b[i].c`: reading, writing and changing what they lead to.
//!
//! A chain that begins in a shared variable is read or written in one atomic step. Where it meets a
//! runtime object (`future.done`, `results[0]`), the machine asks the object: the fiber notes what
//! it has reached, because the answer may have to be waited for.

use std::sync::Arc;

use super::Natives;
use super::arithmetic::{copy, put, update};
use super::step::{Flow, Machine, Step};
use crate::program::code::{Key, Place, Root};
use crate::program::op::BinaryOp;
use crate::value::object::Verb;
use crate::value::{Cell, FaultKind, Object, Value, index};

/// Where walking along a chain has led.
pub(super) enum Walked {
    /// To its end.
    Value(Value),
    /// To an object that must be asked for the rest: the object, and how many keys lead to it.
    Object(Arc<Object>, u16),
    /// To `()` before an optional link: the whole chain is `()`.
    Cut,
}

/// The registers of the running function, for the indices of a chain.
pub(super) struct Window<'a>(pub(super) &'a [Value]);

impl Window<'_> {
    fn index(&self, register: u16) -> &Value {
        &self.0[register as usize]
    }
}

fn is_optional(key: &Key) -> bool {
    match key {
        Key::Index { optional, .. } | Key::Field { optional, .. } => *optional,
    }
}

fn field(natives: &mut dyn Natives, value: &Value, name: &str) -> Result<Value, FaultKind> {
    match value {
        Value::Map(map) => Ok(map.get(name).cloned().unwrap_or_default()),
        _ => natives.property(value, name),
    }
}

/// One link: the value that `key` leads to.
fn link(
    natives: &mut dyn Natives,
    value: &Value,
    key: &Key,
    window: &Window<'_>,
) -> Result<Value, FaultKind> {
    match key {
        Key::Index { index, .. } => index::get_index(value, window.index(*index)),
        Key::Field { name, .. } => field(natives, value, name.as_str()),
    }
}

/// Follows `keys[from..]` from `value`.
pub(super) fn walk(
    natives: &mut dyn Natives,
    value: &Value,
    keys: &[Key],
    from: u16,
    window: &Window<'_>,
) -> Result<Walked, FaultKind> {
    let Some(key) = keys.get(from as usize) else {
        return Ok(Walked::Value(copy(value)));
    };
    if value.is_unit() && is_optional(key) {
        return Ok(Walked::Cut);
    }
    // Arrays and maps are looked into without a copy of what is inside.
    match (value, key) {
        (Value::Object(object), _) => Ok(Walked::Object(object.clone(), from)),
        (Value::Array(items), Key::Index { index, .. }) => {
            if let Value::Int(at) = window.index(*index)
                && let Some(item) = usize::try_from(*at).ok().and_then(|at| items.get(at))
            {
                return walk(natives, item, keys, from + 1, window);
            }
            let item = link(natives, value, key, window)?;
            walk(natives, &item, keys, from + 1, window)
        }
        (Value::Map(map), Key::Field { name, .. }) => match map.get(name.as_str()) {
            Some(item) => walk(natives, item, keys, from + 1, window),
            None => walk(natives, &Value::Unit, keys, from + 1, window),
        },
        _ => {
            let item = link(natives, value, key, window)?;
            walk(natives, &item, keys, from + 1, window)
        }
    }
}

/// Calls `change` on what `keys` lead to from `target`, in place where it can be, otherwise by
/// reading, changing and writing each link. A missing key of a map is made at the end of the chain
/// if `create`. Returns nothing when the chain was cut by an optional link.
pub(super) fn change<R>(
    natives: &mut dyn Natives,
    target: &mut Value,
    keys: &[Key],
    window: &Window<'_>,
    create: bool,
    change_it: &mut dyn FnMut(&mut dyn Natives, &mut Value) -> Result<R, FaultKind>,
) -> Result<Option<R>, FaultKind> {
    let Some((key, rest)) = keys.split_first() else {
        return change_it(natives, target).map(Some);
    };
    if target.is_unit() && is_optional(key) {
        return Ok(None);
    }
    match (&mut *target, key) {
        (Value::Array(items), Key::Index { index, .. }) => {
            let wanted = window.index(*index);
            let length = items.len();
            let at = wanted.as_int().and_then(|at| position(at, length));
            if let Some(at) = at {
                let slot = &mut Arc::make_mut(items)[at];
                return change(natives, slot, rest, window, create, change_it);
            }
            // The index is wrong; reading with it says how.
            link(natives, target, key, window).map(|_| None)
        }
        (Value::Map(map), key) => {
            let name = match key {
                Key::Field { name, .. } => name.as_str(),
                Key::Index { index, .. } => match window.index(*index).as_str() {
                    Some(name) => name,
                    None => return link(natives, target, key, window).map(|_| None),
                },
            };
            if create && rest.is_empty() && !map.contains_key(name) {
                Arc::make_mut(map).insert(name.into(), Value::Unit);
            }
            if map.contains_key(name)
                && let Some(slot) = Arc::make_mut(map).get_mut(name)
            {
                return change(natives, slot, rest, window, create, change_it);
            }
            change(natives, &mut Value::Unit, rest, window, create, change_it)
        }
        _ => {
            let mut part = link(natives, target, key, window)?;
            let result = change(natives, &mut part, rest, window, create, change_it)?;
            if result.is_some() {
                match key {
                    Key::Index { index, .. } => {
                        index::set_index(target, window.index(*index), part)?;
                    }
                    Key::Field { name, .. } => natives.set_property(target, name.as_str(), part)?,
                }
            }
            Ok(result)
        }
    }
}

/// The position of an index, counted from the end when negative.
fn position(index: i64, length: usize) -> Option<usize> {
    let at = if index < 0 {
        length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
    } else {
        usize::try_from(index).ok()?
    };
    (at < length).then_some(at)
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
            value => {
                let item = index::get_index(value, wanted)?;
                put(self.register(dst), item);
                Ok(Flow::Next)
            }
        }
    }

    /// `dst = place`
    pub(super) fn get(&mut self, dst: u16, place: &Place) -> Step {
        if let Some((object, used)) = self.fiber.reached.clone() {
            return self.ask_for_key(&object, &place.keys[used as usize]);
        }
        let walked = match place.root {
            Root::Register(register) => {
                let base = self.frame().base as usize;
                let window = Window(&self.fiber.registers[base..]);
                let root = window.index(register);
                walk(self.env.natives, root, &place.keys, 0, &window)?
            }
            root => {
                let cell = self.cell(root)?;
                if !self.may_touch(&cell) {
                    return Ok(Flow::Stop(super::Stop::Visible));
                }
                let before = self.seen();
                let root = cell.load();
                let base = self.frame().base as usize;
                let window = Window(&self.fiber.registers[base..]);
                let walked = walk(self.env.natives, &root, &place.keys, 0, &window)?;
                if let Walked::Value(value) = &walked {
                    self.tell(before, value);
                }
                walked
            }
        };
        self.arrive(dst, place, walked)
    }

    /// Goes on along `place` from `value`, which an object has answered to the key before `from`.
    pub(super) fn get_rest(&mut self, dst: u16, place: &Place, value: &Value, from: u16) -> Step {
        let base = self.frame().base as usize;
        let window = Window(&self.fiber.registers[base..]);
        let walked = walk(self.env.natives, value, &place.keys, from, &window)?;
        self.arrive(dst, place, walked)
    }

    fn arrive(&mut self, dst: u16, place: &Place, walked: Walked) -> Step {
        match walked {
            Walked::Value(value) => {
                put(self.register(dst), value);
                Ok(Flow::Next)
            }
            Walked::Cut => {
                put(self.register(dst), Value::Unit);
                Ok(Flow::Next)
            }
            Walked::Object(object, used) => {
                self.fiber.reached = Some((object.clone(), used));
                self.ask_for_key(&object, &place.keys[used as usize])
            }
        }
    }

    fn ask_for_key(&mut self, object: &Arc<Object>, key: &Key) -> Step {
        match key {
            Key::Index { index, .. } => {
                let index = self.register(*index).clone();
                self.ask(object, Verb::Item, &[index])
            }
            Key::Field {
                verb: Some(verb), ..
            } => self.ask(object, *verb, &[]),
            Key::Field { name, .. } => {
                self.fiber.reached = None;
                Err(FaultKind::UnknownProperty {
                    name: name.as_str().into(),
                    on: object.kind().into(),
                })
            }
        }
    }

    /// `place = src`
    pub(super) fn set(&mut self, place: &Place, src: u16) -> Step {
        let value = copy(self.register(src));
        self.change_place(place, true, &mut |_, slot| {
            put(slot, value.clone());
            Ok(())
        })
    }

    /// `place op= src`, for a place in a register.
    pub(super) fn update(&mut self, op: BinaryOp, place: &Place, src: u16) -> Step {
        let operand = copy(self.register(src));
        self.change_place(place, true, &mut |natives, slot| {
            update(natives, op, slot, &operand)
        })
    }

    /// Changes what a place leads to, as one atomic step.
    pub(super) fn change_place(
        &mut self,
        place: &Place,
        create: bool,
        change_it: &mut dyn FnMut(&mut dyn Natives, &mut Value) -> Result<(), FaultKind>,
    ) -> Step {
        match place.root {
            Root::Register(register) => {
                // Taken out while it changes: its indices stand in registers too.
                let mut root = std::mem::take(self.register(register));
                let base = self.frame().base as usize;
                let window = Window(&self.fiber.registers[base..]);
                let keys = &place.keys;
                let done = change(
                    self.env.natives,
                    &mut root,
                    keys,
                    &window,
                    create,
                    change_it,
                );
                put(self.register(register), root);
                done?;
            }
            root => {
                self.check_not_constant(root)?;
                let cell = self.cell(root)?;
                if !self.may_touch(&cell) {
                    return Ok(Flow::Stop(super::Stop::Visible));
                }
                let before = self.seen();
                let base = self.frame().base as usize;
                let window = Window(&self.fiber.registers[base..]);
                let natives = &mut *self.env.natives;
                let mut told = Value::Unit;
                cell.update(|value| {
                    change(
                        natives,
                        value,
                        &place.keys,
                        &window,
                        create,
                        &mut |natives, slot| {
                            change_it(natives, slot)?;
                            if before.is_some() {
                                told = slot.clone();
                            }
                            Ok(())
                        },
                    )
                })?;
                if self.stepped && cell.is_published() {
                    super::publish(&told);
                }
                self.tell(before, &told);
            }
        }
        Ok(Flow::Next)
    }

    /// The cell in which a shared chain begins.
    pub(super) fn cell(&mut self, root: Root) -> Result<Arc<Cell>, FaultKind> {
        match root {
            Root::Register(register) | Root::Cell(register) => match self.register(register) {
                Value::Cell(cell) => Ok(cell.clone()),
                other => Err(FaultKind::mismatch("variable", other)),
            },
            Root::Capture(index) => {
                let callee = self.frame().callee as usize;
                match &self.fiber.registers[callee] {
                    Value::Function(function) => Ok(function.captures[index as usize].clone()),
                    other => Err(FaultKind::mismatch("closure", other)),
                }
            }
            Root::Global(global) => {
                let (code, _) = self.code();
                let id = code.globals[global as usize];
                match self.env.globals.get(id) {
                    Some(binding) => Ok(binding.cell.clone()),
                    None => Err(self.unknown_global(id)),
                }
            }
        }
    }

    pub(super) fn check_not_constant(&mut self, root: Root) -> Result<(), FaultKind> {
        if let Root::Global(global) = root {
            let (code, _) = self.code();
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
