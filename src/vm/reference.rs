//! Places beyond references: the items of a list, the values of a dict, the attributes of an instance.
//!
//! A chain such as `xs[i].n` is followed up to a reference, and begins anew in what that leads to: the
//! fiber notes the reference, and from then on the variable of its contents is where the place lies. To
//! read the variable in which the reference stands is a step of its own where that is shared, and so is
//! each place beyond one. What looks into whole collections (an operator, a function of the library, the
//! making of text) reads all that its operands lead to in one step. One file, as each of these first asks
//! whether what the reference leads to may be accessed now.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::arithmetic::{copy, put};
use super::call::Receiver;
use super::fiber::{Fiber, NONE};
use super::place::{Base, Begin};
use super::step::{Flow, Machine, Step};
use super::{Action, NativeCtx, NativeResult, OnCollection, Path, SharedAccess, Stop, Visible};
use crate::program::Language;
use crate::program::code::{CallSite, PathSegment};
use crate::value::budget::Visits;
use crate::value::collection::Kind;
use crate::value::{Cell, FaultKind, Object, Reference, Value, note_variable};

/// What text of values shows, and what they lead to: objects, and the contents of references.
#[derive(Default)]
pub(super) struct Inside {
    pub(super) objects: Vec<Arc<Object>>,
    pub(super) references: Vec<Arc<Reference>>,
}

/// The contents of the references among these values, and nothing beyond.
pub(super) fn outermost<'v>(values: impl Iterator<Item = &'v Value>) -> Inside {
    let references = values.filter_map(|value| match value {
        Value::Reference(reference) => Some(reference.clone()),
        _ => None,
    });
    Inside {
        objects: Vec::new(),
        references: references.collect(),
    }
}

/// Everything that these values are made of.
pub(super) fn inside<'v>(values: impl Iterator<Item = &'v Value>) -> Inside {
    let mut found = Inside::default();
    let mut seen = HashSet::new();
    let mut next: Vec<Value> = values.filter(|value| !value.is_scalar()).cloned().collect();
    let mut visits = Visits::default();
    while let Some(value) = next.pop() {
        let cell = match &value {
            Value::Object(object) => {
                found.objects.push(object.clone());
                continue;
            }
            Value::Reference(reference) => {
                if seen.insert(Arc::as_ptr(&reference.contents) as usize) {
                    found.references.push(reference.clone());
                    next.push(reference.contents.load());
                }
                continue;
            }
            Value::Cell(cell) => Some(cell.load()),
            _ => None,
        };
        let mut may_go_on = true;
        let mut later = |part: &Value| {
            may_go_on &= visits.go_on();
            if !part.is_scalar() && may_go_on {
                next.push(part.clone());
            }
        };
        match (&value, cell) {
            (_, Some(inside)) => later(&inside),
            // A function shows its name only.
            (Value::Function(_), None) => {}
            (other, None) => other.visit_parts(&mut later),
        }
        if !may_go_on {
            break;
        }
    }
    found
}

impl Fiber {
    /// The first reference that a chain passes through from where it begins, before its last key, and how
    /// many of its keys lead there.
    pub(super) fn first_reference(
        &self,
        begin: &Begin,
        keys: &[PathSegment],
    ) -> Option<(Arc<Reference>, u16)> {
        let base = self.frames.last()?.base as usize;
        let chain = self.chain_from(base, begin, keys);
        match &begin.base {
            Base::Register(at) => chain.first_reference(&self.registers[*at]),
            Base::Cell(cell) => cell.with(|value| chain.first_reference(value)),
        }
    }
}

impl Machine<'_, '_> {
    /// Whether the variable in which a chain begins may be read now, to go on from the reference to which
    /// `used` keys lead from there.
    pub(super) fn may_pass(
        &mut self,
        begin: &Begin,
        keys: &[PathSegment],
        reference: &Arc<Reference>,
        used: u16,
    ) -> bool {
        let Base::Cell(cell) = &begin.base else {
            return true;
        };
        let leading = &keys[usize::from(begin.from)..usize::from(used)];
        if !self.may_access(cell, Path::new(begin.bound(), leading), false) {
            return false;
        }
        let before = self.seen();
        self.tell(before, &Value::Reference(reference.clone()));
        true
    }

    /// Whether everything that the values in these registers lead to may be read now, and with `shows` be
    /// shown. `changes` is what is changed of it. The listener is told.
    pub(super) fn may_look_into(
        &mut self,
        inside: &Inside,
        changes: Option<&Reference>,
        shows: bool,
    ) -> bool {
        let proceeds = self.may_look_untold(inside, changes, shows);
        if proceeds {
            self.tell_look(inside, changes);
        }
        proceeds
    }

    /// The same for a caller that tells the listener itself.
    fn may_look_untold(
        &mut self,
        inside: &Inside,
        changes: Option<&Reference>,
        shows: bool,
    ) -> bool {
        let task = self.fiber.task;
        let passed_over = self.env.services.passed_over();
        let mut is_step = shows
            && !inside.objects.is_empty()
            && self.env.services.sees_text(task, &inside.objects);
        let is_changed = |cell| changes.is_some_and(|changed| Arc::ptr_eq(&changed.contents, cell));
        for Reference { contents: cell, .. } in inside.references.iter().map(|one| &**one) {
            let access = SharedAccess {
                origin: cell.origin(),
                path: Path::default(),
                writes: is_changed(cell),
            };
            // Each is asked about: what is written is noted.
            is_step |= cell.is_published() && self.env.services.sees(task, &access);
        }
        self.count_as_one(passed_over, is_step);
        let proceeds = !is_step || self.may_proceed();
        if is_step && proceeds {
            for reference in &inside.references {
                note_variable(&reference.contents, is_changed(&reference.contents));
            }
        }
        proceeds
    }

    /// The key of a part of a reference as a path.
    fn may_access_part(&mut self, cell: &Cell, key: &Value, writes: bool) -> bool {
        self.may_access(cell, Path::new(std::slice::from_ref(key), &[]), writes)
    }

    /// `dst = reference[key]`
    pub(super) fn get_part(&mut self, dst: u16, reference: &Reference, key: &Value) -> Step {
        let cell = &reference.contents;
        if !self.may_access_part(cell, key, false) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let before = self.seen();
        let found = reference.load().get_index(key);
        self.tell(before, found.as_ref().unwrap_or(&Value::Unit));
        let value = found?;
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    /// `reference[key] = src`
    pub(super) fn set_part(&mut self, reference: &Reference, key: &Value, src: u16) -> Step {
        let cell = &reference.contents;
        if !self.may_access_part(cell, key, true) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let before = self.seen();
        let value = copy(self.register(src));
        self.publish_into(cell, std::slice::from_ref(&value));
        if let Value::Reference(_) = key {
            self.publish_into(cell, std::slice::from_ref(key));
        }
        let new = value.clone();
        let changed = cell.update(|contents| match contents {
            Value::Collection(contents) => Arc::make_mut(contents).set_index(key, new),
            _ => Ok(()),
        });
        changed?;
        self.tell(before, &value);
        Ok(Flow::Next)
    }

    /// The next item of a `for` over a reference.
    pub(super) fn next_part(
        &mut self,
        state: u16,
        dst: u16,
        skip: i16,
        reference: &Reference,
    ) -> Step {
        let position = self.register(state + 1).as_int().unwrap_or_default();
        let is_list = reference.kind == Kind::List;
        if is_list && let Some(item) = self.quick_item(reference, &Value::Int(position)) {
            put(self.register(state + 1), Value::Int(position + 1));
            put(self.register(dst), item);
            return Ok(Flow::Next);
        }
        let key = is_list.then_some(Value::Int(position));
        let path = Path::new(key.as_slice(), &[]);
        if !self.may_access(&reference.contents, path, false) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let before = self.seen();
        let contents = reference.load();
        if !is_list {
            let length = Value::Int(contents.len() as i64);
            match self.register(state + 2).as_int() {
                None => put(self.register(state + 2), length),
                known if known == length.as_int() => {}
                _ => return Err(reference.kind.changed_while_iterated()),
            }
        }
        match reference.item_at(&contents, position as usize) {
            Some((item, next)) => {
                self.tell(before, &item);
                put(self.register(state + 1), Value::Int(next as i64));
                put(self.register(dst), item);
                Ok(Flow::Next)
            }
            None => {
                self.tell(before, &Value::Unit);
                self.end_loop(skip)
            }
        }
    }

    /// A method of the reference that a chain has led to. The fiber keeps it while it is about to execute the
    /// steps of the call.
    pub(super) fn reach_for_call(
        &mut self,
        reference: Arc<Reference>,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Step {
        if self.stepped || self.listening {
            let used = site.place.keys.len() as u16;
            self.fiber.through = Some((reference.clone(), used));
        }
        self.call_on_reference(&reference, argc, dst, first, site)
    }

    /// A method of a reference: the library's alone, on its contents, in one step.
    pub(super) fn call_on_reference(
        &mut self,
        reference: &Arc<Reference>,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Step {
        let program = self.env.program;
        let name = &program.name(site.name).text;
        if matches!(reference.kind, Kind::Instance | Kind::Class) {
            return self.call_on_instance(reference, argc, dst, first, site);
        }
        if argc == 0
            && let Some(view) = reference.view(name)
        {
            self.fiber.through = None;
            put(self.register(dst), view);
            return Ok(Flow::Next);
        }
        let start = self.frame().base as usize + usize::from(first);
        let args = start..start + usize::from(argc);
        let passes_function = |arg: &Value| matches!(arg, Value::Function(_));
        if self.fiber.registers[args.clone()]
            .iter()
            .any(passes_function)
        {
            let receiver = Value::Reference(reference.clone());
            if let Some(id) = self.prelude_method(&receiver, name, first, argc) {
                self.fiber.through = None;
                let dst = self.frame().base as usize + usize::from(dst);
                return self.push_method(id, start, dst, NONE, Receiver::Value(receiver));
            }
        }
        let manner = self.env.natives.on_collection(reference.kind, name);
        if manner.takes_items && !self.take_items(args.clone())? {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let cell = &reference.contents;
        let may = match self.stepped && manner.looks_into {
            true => {
                let receiver = Value::Reference(reference.clone());
                let args = self.fiber.registers[args.clone()].iter();
                let inside = inside(args.chain([&receiver]));
                let changes = (!manner.keeps).then_some(&**reference);
                self.may_look_untold(&inside, changes, true)
            }
            false => self.may_access(cell, Path::default(), !manner.keeps),
        };
        if !may {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let mut before = self.seen();
        if let Some(Visible {
            action: Action::Method { writes, .. },
            ..
        }) = &mut before
        {
            *writes = !manner.keeps;
        }
        let mut given = self.take_args(first, argc);
        if !manner.keeps {
            self.publish_into(cell, &given);
        }
        let dialect = self.dialect();
        let mut ctx = NativeCtx {
            program,
            ids: self.env.ids,
            task: self.fiber.task,
            event_loop: None,
            pos: self.fiber.pos(program),
            dialect,
        };
        let names = self.begin_native();
        let natives = &mut *self.env.natives;
        let result = match manner {
            OnCollection { keeps: true, .. } => {
                let mut contents = cell.load();
                natives.method(Language::Own, name, &mut contents, &mut given, &mut ctx)
            }
            OnCollection {
                looks_into: false, ..
            } => cell.update(|contents| {
                natives.method(Language::Own, name, contents, &mut given, &mut ctx)
            }),
            // While one is held, no other reference is looked into: the change is made to a copy, and made
            // again where another thread was faster.
            _ => loop {
                let old = cell.load();
                let mut new = old.clone();
                let mut args = given.clone();
                let result = natives.method(Language::Own, name, &mut new, &mut args, &mut ctx);
                let is_stored = cell.update(|contents| {
                    let is_same = is_same_contents(contents, &old);
                    if is_same {
                        *contents = new;
                    }
                    is_same
                });
                if is_stored {
                    break result;
                }
            },
        };
        self.note_told(name, names);
        self.fiber.through = None;
        let result = result?;
        if let NativeResult::Value(value) = &result {
            self.tell(before, value);
        }
        self.native_result(result, dst, first, argc)
    }

    /// Puts what is in the collections among these arguments in their place, each in a step; whether all
    /// could be read.
    fn take_items(&mut self, args: Range<usize>) -> Result<bool, FaultKind> {
        for at in args {
            let Value::Reference(reference) = &self.fiber.registers[at] else {
                continue;
            };
            let reference = reference.clone();
            if !self.may_access(&reference.contents, Path::default(), false) {
                return Ok(false);
            }
            let before = self.seen();
            self.tell(before, &Value::Reference(reference.clone()));
            put(&mut self.fiber.registers[at], reference.snapshot());
        }
        Ok(true)
    }
}

/// Whether a variable still holds the contents that it held: a copy that is kept is never changed.
fn is_same_contents(now: &Value, old: &Value) -> bool {
    match (now, old) {
        (Value::Collection(now), Value::Collection(old)) => Arc::ptr_eq(now, old),
        _ => false,
    }
}
