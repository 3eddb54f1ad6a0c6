//! Chains such as `a.b[i].c`: reading, writing and changing what they lead to.
//!
//! A chain that begins in a shared variable is read or written in one atomic step. Where it meets a
//! runtime object (`future.done`, `results[0]`), the machine asks the object: the fiber notes what
//! it has reached, because the answer may have to be waited for. An object that has names of the
//! script's own choice (`local.x`) answers at once, and the chain goes on through it.
//!
//! Longer than most files because reading and changing follow the same links, and must agree.

use std::sync::Arc;

use super::Natives;
use super::arithmetic::{copy, put, update};
use super::step::{Flow, Machine, Step};
use super::{Action, Visible};
use crate::program::code::{Key, Place, Root};
use crate::program::op::BinaryOp;
use crate::value::object::{TaskId, Verb};
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

/// Who follows a chain, and the registers of the running function, for its indices.
pub(super) struct Window<'a> {
    pub(super) task: TaskId,
    pub(super) registers: &'a [Value],
}

impl Window<'_> {
    fn index(&self, register: u16) -> &Value {
        &self.registers[register as usize]
    }

    /// What an object answers to a name of the script's own choice; nothing when it has none.
    fn property(&self, object: &Object, key: &Key) -> Option<Result<Value, FaultKind>> {
        match key {
            Key::Field { name, .. } => object.state().property(name.as_str(), self.task),
            Key::Index { .. } => None,
        }
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
        (Value::Object(object), key) => match window.property(object, key) {
            Some(value) => walk(natives, &value?, keys, from + 1, window),
            None => Ok(Walked::Object(object.clone(), from)),
        },
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
/// unless a method is called on it. Returns nothing when the chain was cut by an optional link.
pub(super) fn change<R>(
    natives: &mut dyn Natives,
    target: &mut Value,
    keys: &[Key],
    window: &Window<'_>,
    aim: Aim,
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
                return change(natives, slot, rest, window, aim, change_it);
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
            if aim != Aim::Call && rest.is_empty() && !map.contains_key(name) {
                Arc::make_mut(map).insert(name.into(), Value::Unit);
            }
            if map.contains_key(name)
                && let Some(slot) = Arc::make_mut(map).get_mut(name)
            {
                return change(natives, slot, rest, window, aim, change_it);
            }
            change(natives, &mut Value::Unit, rest, window, aim, change_it)
        }
        (Value::Object(object), Key::Field { name, .. }) => {
            let mut part = if aim == Aim::Replace && rest.is_empty() {
                Value::Unit
            } else {
                match window.property(object, key) {
                    Some(part) => part?,
                    None => return Err(no_property(object, name.as_str())),
                }
            };
            let result = change(natives, &mut part, rest, window, aim, change_it)?;
            if result.is_some() && !object.set_property(name.as_str(), part, window.task) {
                return Err(no_property(object, name.as_str()));
            }
            Ok(result)
        }
        _ => {
            let mut part = link(natives, target, key, window)?;
            let result = change(natives, &mut part, rest, window, aim, change_it)?;
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

fn no_property(object: &Object, name: &str) -> FaultKind {
    FaultKind::UnknownProperty {
        name: name.into(),
        on: object.kind().into(),
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
                let window = self.fiber.window(base);
                let root = window.index(register);
                walk(self.env.natives, root, &place.keys, 0, &window)?
            }
            root => {
                let cell = self.cell(root)?;
                if !self.may_access(&cell, &place.keys, false) {
                    return Ok(Flow::Stop(super::Stop::Visible));
                }
                let before = self.seen();
                let root = cell.load();
                let base = self.frame().base as usize;
                let window = self.fiber.window(base);
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
        let window = self.fiber.window(base);
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
                Err(no_property(object, name.as_str()))
            }
        }
    }

    /// `place = src`
    pub(super) fn set(&mut self, place: &Place, src: u16) -> Step {
        let value = copy(self.register(src));
        self.change_place(place, Aim::Replace, &mut |_, slot| {
            put(slot, value.clone());
            Ok(())
        })
    }

    /// `place op= src`, for a place in a register.
    pub(super) fn update(&mut self, op: BinaryOp, place: &Place, src: u16) -> Step {
        let operand = copy(self.register(src));
        self.change_place(place, Aim::Update, &mut |natives, slot| {
            update(natives, op, slot, &operand)
        })
    }

    /// Changes what a place leads to, as one atomic step.
    pub(super) fn change_place(
        &mut self,
        place: &Place,
        aim: Aim,
        change_it: &mut dyn FnMut(&mut dyn Natives, &mut Value) -> Result<(), FaultKind>,
    ) -> Step {
        match place.root {
            Root::Register(register) => {
                // Taken out while it changes: its indices stand in registers too.
                let mut root = std::mem::take(self.register(register));
                let base = self.frame().base as usize;
                let window = self.fiber.window(base);
                let keys = &place.keys;
                let done = change(self.env.natives, &mut root, keys, &window, aim, change_it);
                put(self.register(register), root);
                done?;
            }
            root => {
                self.check_not_constant(root)?;
                let cell = self.cell(root)?;
                // `local.x = 1` reads the variable and changes what only this thread sees.
                let (keys, writes) = match self.stepped
                    && (self.fiber).leads_into_object(self.env.program, self.env.globals, place)
                {
                    true => (&[][..], false),
                    false => (&place.keys[..], true),
                };
                if !self.may_access(&cell, keys, writes) {
                    return Ok(Flow::Stop(super::Stop::Visible));
                }
                let before = self.seen();
                let base = self.frame().base as usize;
                let window = self.fiber.window(base);
                let natives = &mut *self.env.natives;
                let mut told = Value::Unit;
                cell.update(|value| {
                    change(
                        natives,
                        value,
                        &place.keys,
                        &window,
                        aim,
                        &mut |natives, slot| {
                            change_it(natives, slot)?;
                            if before.is_some() {
                                told = slot.clone();
                            }
                            Ok(())
                        },
                    )
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
