//! What other threads can notice: which variables are shared, and what a stepped fiber stands
//! before. One file, as where the machine stops and what a stopped fiber is found to be about to execute must
//! agree.

use std::sync::Arc;

use super::fiber::{Fiber, Frame};
use super::place::{Base, Begin, Origin, as_key};
use super::reference::inside;
use super::step::Machine;
use super::{Action, Globals, Intrinsic, Observed, Path, SharedAccess, SharedPlace, Visible};
use crate::pos::Pos;
use crate::program::code::{AccessPath, PathSegment, Root};
use crate::program::op::{Op, Reg};
use crate::program::operand::{Access, Asked, Touched};
use crate::program::{Code, Program};
use crate::value::collection::Kind;
use crate::value::object::{Call, Verb, take_looked, take_told};
use crate::value::operation::Notices;
use crate::value::{
    Cell, CodeId, Literal, Object, Reference, SUPER, Value, debug_text, note_name, note_variable,
    publish,
};

/// The place as it is typed: `a[0].name`.
impl std::fmt::Display for SharedPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        for key in &self.keys {
            match key {
                Value::Literal(name) => write!(f, ".{}", name.as_str())?,
                other => write!(f, "[{}]", debug_text(other))?,
            }
        }
        Ok(())
    }
}

impl Machine<'_, '_> {
    /// Whether the place that `path` leads to from a variable may be accessed now: at once when only
    /// this thread can notice.
    pub(super) fn may_access(&mut self, cell: &Cell, path: Path<'_>, writes: bool) -> bool {
        if !self.stepped || !cell.is_published() {
            return true;
        }
        let access = SharedAccess {
            origin: cell.origin(),
            path,
            writes,
        };
        if !self.env.services.sees(self.fiber.task, &access) {
            return true;
        }
        let proceeds = self.may_proceed();
        if proceeds {
            note_variable(cell, writes);
            note_name(cell.origin(), false);
        }
        proceeds
    }

    /// All that was passed over behind the first `passed_over` accesses is one access: it belongs to the
    /// step that is executed here, or is passed over as one.
    pub(super) fn count_as_one(&mut self, passed_over: usize, is_step: bool) {
        let count = passed_over + usize::from(!is_step);
        self.env.services.belong_to_step(count);
    }

    /// Makes what becomes part of a variable as shared as the variable is. Who runs freely and unwatched
    /// need not know what is shared.
    pub(super) fn publish_into(&self, cell: &Cell, incoming: &[Value]) {
        if (self.stepped || self.listening) && cell.is_published() {
            incoming.iter().for_each(publish);
        }
    }

    /// Whether text may be made of the values in these registers now: of an object it says what state
    /// that is in.
    pub(super) fn may_make_text(&mut self, values: std::ops::Range<usize>) -> bool {
        if !self.stepped {
            return true;
        }
        let inside = inside(self.fiber.registers[values].iter());
        self.may_look_into(&inside, None, true)
    }

    /// Whether the library's function or method of this name may tell what state an object is in that
    /// it is given.
    pub(super) fn may_tell(&mut self, name: &str) -> bool {
        self.env.natives.makes_text(name) || self.env.services.expects_text()
    }

    /// A function or method of the library is called now: forgets what was revealed and looked at before.
    /// Returns how many names were given before.
    pub(super) fn begin_native(&self) -> u64 {
        if self.stepped {
            take_told();
            take_looked();
        }
        self.env.ids.names_given()
    }

    /// Notes what the function of this name has told of objects, and whether it has given names, of
    /// which there were `names` before.
    pub(super) fn note_told(&mut self, name: &str, names: u64) {
        if !self.stepped {
            return;
        }
        let is_expected = self.may_tell(name);
        // A function may look at an object without making text of it.
        let looked = take_looked().then_some(Notices::NOTHING);
        if let Some(told) = take_told().or(looked) {
            self.env.services.has_told(told, is_expected);
        }
        if self.env.ids.names_given() != names {
            self.env.services.has_made(self.fiber.task, name);
        }
    }

    /// What the fiber is about to execute, if it is listened to; reported by [`Machine::tell`] when it is
    /// done.
    pub(super) fn seen(&mut self) -> Option<Visible> {
        if !self.listening {
            return None;
        }
        let of = match self.env.services.tells_copies() {
            true => Cells::Copied,
            false => Cells::Published,
        };
        (self.fiber).before(self.env.program, self.env.globals, of)
    }

    /// Tells the listener that it was done.
    pub(super) fn tell(&mut self, visible: Option<Visible>, value: &Value) {
        if let Some(visible) = visible {
            self.env.services.note(self.fiber.task, &visible, value);
        }
    }
}

/// What stands before the name of a variable that a process has a copy of.
pub const COPY_OF: &str = "its copy of ";

/// The variables whose accesses are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cells {
    /// Those that a second thread can reach.
    Published,
    /// Those that a process has copies of, too, by a name that says so.
    Copied,
}

/// An access to a shared variable.
#[derive(Clone, Copy, Debug)]
pub struct VariableAccess {
    /// The address of the variable.
    pub cell: usize,
    /// Whether it may change it.
    pub writes: bool,
    /// The instruction and the place in the script's text, when they alone say what the access is:
    /// it is a plain read or write of the whole variable.
    pub site: Option<(CodeId, u32, Pos)>,
    /// Whether a pool of processes is given a copy of it.
    pub copies: bool,
}

impl Fiber {
    /// The visible operation that the current instruction is, or nothing when only this thread
    /// can notice it.
    pub fn standing_before(&self, program: &Program, globals: &Globals) -> Option<Visible> {
        self.before(program, globals, Cells::Published)
    }

    fn before(&self, program: &Program, globals: &Globals, of: Cells) -> Option<Visible> {
        let frame = self.frames.last()?;
        let code = program.code(frame.code);
        let pos = self.pos(program);
        let action = match &self.pending {
            Some(intrinsic) => match &**intrinsic {
                Intrinsic::Print { .. } | Intrinsic::Note(_) => Action::Print,
                Intrinsic::Sleep(_) => Action::Sleep,
                Intrinsic::Ask(object, verb, _) => Action::Object(object.clone(), *verb),
                Intrinsic::ReadLine => Action::Other("input"),
                _ => Action::Other("threads"),
            },
            None => self.action(program, code, globals, of)?,
        };
        let written = match action {
            Action::Object(..) => self.written(program),
            _ => self.written_in(program),
        };
        Some(Visible {
            pos,
            action,
            written,
        })
    }

    /// The object operation that the fiber is about to execute, if it is one.
    pub fn asking(&self, program: &Program) -> Option<(Arc<Object>, Verb, Vec<Value>)> {
        self.with_asking(program, |object, verb, args| {
            (object.clone(), verb, args.to_vec())
        })
    }

    /// Calls `use_it` with the object operation that the fiber is about to execute, if it is one.
    pub fn with_asking<R>(
        &self,
        program: &Program,
        use_it: impl FnOnce(&Arc<Object>, Verb, &[Value]) -> R,
    ) -> Option<R> {
        if let Some(Intrinsic::Ask(object, verb, args)) = self.pending.as_deref() {
            return Some(use_it(object, *verb, args));
        }
        let frame = self.frames.last()?;
        let code = program.code(frame.code);
        let op = code.ops.get(frame.pc as usize)?;
        let window = self.registers.get(frame.base as usize..)?;
        let register = |register: Reg| window.get(usize::from(register));
        let object = |number: Reg| match register(number) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        if let Some((site, first, count)) = op.method_call() {
            let site = &code.sites[usize::from(site)];
            let receiver = match (&self.reached, site.place.root) {
                (Some((object, _)), _) => object,
                (None, Root::Register(root)) if site.place.keys.is_empty() => object(root)?,
                (None, _) => return None,
            };
            let first = usize::from(first);
            let args = window.get(first..first + usize::from(count))?;
            return Some(use_it(receiver, site.verb?, args));
        }
        if let Some((of, verb, args)) = op.asks() {
            let flag;
            let args = match args {
                Asked::Nothing => &[],
                Asked::With(argument) => std::slice::from_ref(register(argument)?),
                Asked::Flag(is_set) => {
                    flag = Value::Bool(is_set);
                    std::slice::from_ref(&flag)
                }
            };
            return Some(use_it(object(of)?, verb, args));
        }
        let (receiver, used) = self.reached.as_ref()?;
        match op.touched(code)?.keys.get(usize::from(*used))? {
            PathSegment::Index { index, .. } => {
                let index = std::slice::from_ref(register(*index)?);
                Some(use_it(receiver, Verb::Item, index))
            }
            PathSegment::Field { verb, .. } => Some(use_it(receiver, (*verb)?, &[])),
        }
    }

    /// Whether the fiber is about to take a lock, or something else that is acquired, for which it
    /// may have to wait.
    pub fn is_acquiring(&self, program: &Program) -> bool {
        let acquires = self.with_asking(program, |object, verb, _| {
            object.operation(verb).takes_lock()
        });
        acquires.unwrap_or(false)
    }

    /// The variables that the fiber's functions have captured, by name.
    pub fn captured_variables(&self, program: &Program) -> Vec<(String, Arc<Cell>)> {
        let mut found = Vec::new();
        for frame in &self.frames {
            if !frame.is_of_script(program) {
                continue;
            }
            if let Some(Value::Function(function)) = self.registers.get(frame.callee as usize) {
                let names = program.code(frame.code).capture_names.iter();
                let names = names.map(|name| name.as_str().into());
                found.extend(names.zip(function.captures.iter().cloned()));
            }
        }
        found
    }

    /// The shared variables that the fiber's functions know, by name: those that they captured, and
    /// their own.
    pub fn shared_variables(&self, program: &Program) -> Vec<(String, Arc<Cell>)> {
        let mut found = Vec::new();
        for frame in &self.frames {
            if !frame.is_of_script(program) {
                continue;
            }
            let code = program.code(frame.code);
            if let Some(Value::Function(function)) = self.registers.get(frame.callee as usize) {
                let names = code.capture_names.iter().map(|name| name.as_str().into());
                found.extend(names.zip(function.captures.iter().cloned()));
            }
            for variable in &code.variables {
                let is_alive = (variable.start..variable.end).contains(&frame.pc);
                let register = frame.base as usize + usize::from(variable.register);
                if let (true, Some(Value::Cell(cell))) = (is_alive, self.registers.get(register)) {
                    found.push((variable.name.as_str().into(), cell.clone()));
                }
            }
        }
        found.retain(|(_, cell)| cell.is_published());
        found
    }

    /// Whether the operation that the fiber is about to execute would do something now, rather than only
    /// wait.
    pub fn is_enabled(&self, program: &Program, observed: Observed) -> bool {
        let is_ready = self.with_asking(program, |object, verb, args| {
            let (state, call) = (object.state(), Call { verb, args });
            state.is_ready(call, self.task) || observed.arrivals && state.arrival_counts(call)
        });
        is_ready.unwrap_or(true)
    }

    /// The access to a shared variable that the current instruction is, if it is one: a quick look
    /// before [`Fiber::standing_before`].
    pub fn touches(&self, program: &Program, globals: &Globals) -> Option<VariableAccess> {
        if self.pending.is_some() || self.reached.is_some() {
            return None;
        }
        let frame = self.frames.last()?;
        let code = program.code(frame.code);
        let op = code.ops.get(frame.pc as usize)?;
        let of_contents = |reference: &Reference, writes| {
            let cell = &reference.contents;
            cell.is_published().then_some(VariableAccess {
                cell: Arc::as_ptr(cell) as usize,
                writes,
                site: None,
                copies: false,
            })
        };
        if let Some((access, reference, _)) = self.part(op) {
            return of_contents(reference, access == Access::Write);
        }
        let touched = op.touched(code)?;
        if let Some((reference, used)) = &self.through {
            let is_end = self
                .first_reference(&Begin::beyond(reference, *used), touched.keys)
                .is_none();
            return of_contents(reference, !touched.is_kept && is_end);
        }
        self.with_root_cell(program, globals, touched.root, |cell| {
            cell.is_published().then_some(VariableAccess {
                cell: Arc::as_ptr(cell) as usize,
                writes: !touched.is_kept,
                site: (touched.is_plain).then(|| (frame.code, frame.pc, self.pos(program))),
                copies: false,
            })
        })?
    }

    fn action(
        &self,
        program: &Program,
        code: &Code,
        globals: &Globals,
        of: Cells,
    ) -> Option<Action> {
        let asked = |object: &Arc<Object>, verb, _: &[Value]| Action::Object(object.clone(), verb);
        if let Some(action) = self.with_asking(program, asked) {
            return Some(action);
        }
        let frame = self.frames.last()?;
        let op = code.ops.get(frame.pc as usize)?;
        if let Some((access, reference, key)) = self.part(op) {
            let place = self.part_place(program, op, reference, key)?;
            return Some(match access {
                Access::Write => Action::Write(place),
                Access::Read | Access::Method => Action::Read(place),
            });
        }
        let Touched {
            access,
            root,
            keys,
            is_kept,
            ..
        } = op.touched(code)?;
        let place = |keys: &[PathSegment]| self.shared(program, globals, (root, keys), None, of);
        // What comes before a reference is read first.
        let leading = (self.begin_of(program, globals, root))
            .and_then(|begin| self.first_reference(&begin, keys))
            .map(|(_, used)| &keys[..usize::from(used)]);
        match (access, leading) {
            (Access::Read, _) if self.reached.is_some() => None,
            (_, Some(leading)) => place(leading).map(Action::Read),
            (Access::Read, None) => place(keys).map(Action::Read),
            (Access::Write, None) => {
                // `local.x = 1` reads the variable and changes what only this thread sees.
                let holder = (keys.split_last())
                    .and_then(|(_, before)| self.peek(program, globals, root, before));
                match holder {
                    Some(Value::Object(_)) => place(&[]).map(Action::Read),
                    _ => place(keys).map(Action::Write),
                }
            }
            (Access::Method, None) => {
                let (site, _, argc) = op.method_call()?;
                let site = &code.sites[usize::from(site)];
                let name = program.name(site.name);
                let method = |place| Action::Method {
                    place,
                    name: name.text.to_string(),
                    writes: !is_kept,
                };
                if let Some((_, used)) = &self.through
                    && usize::from(*used) == keys.len()
                {
                    return Some(method(place(keys)?));
                }
                match self.peek(program, globals, root, keys) {
                    Some(Value::Object(_) | Value::Function(_) | Value::Reference(_)) => {
                        place(keys).map(Action::Read)
                    }
                    Some(value) if self.is_script_method(program, &value, argc, site) => self
                        .shared(program, globals, (root, keys), Some(name.literal), of)
                        .map(Action::Read),
                    _ => Some(method(place(keys)?)),
                }
            }
        }
    }

    /// The cell in which a chain begins, without changing anything.
    pub(super) fn root_cell(
        &self,
        program: &Program,
        globals: &Globals,
        root: Root,
    ) -> Option<Arc<Cell>> {
        self.with_root_cell(program, globals, root, Arc::clone)
    }

    /// Calls `use_it` with that cell, without touching its count.
    fn with_root_cell<R>(
        &self,
        program: &Program,
        globals: &Globals,
        root: Root,
        use_it: impl FnOnce(&Arc<Cell>) -> R,
    ) -> Option<R> {
        let frame = self.frames.last()?;
        match root {
            Root::Register(_) => None,
            Root::This => match self.bound(frame, program.code(frame.code))?.base {
                Base::Cell(cell) => Some(use_it(&cell)),
                Base::Register(_) => None,
            },
            Root::Cell(register) => match self
                .registers
                .get((frame.base + u32::from(register)) as usize)
            {
                Some(Value::Cell(cell)) => Some(use_it(cell)),
                _ => None,
            },
            Root::Capture(index) => match self.registers.get(frame.callee as usize) {
                Some(Value::Function(function)) => {
                    function.captures.get(index as usize).map(use_it)
                }
                _ => None,
            },
            Root::Global(global) => {
                let id = *program.code(frame.code).globals.get(global as usize)?;
                globals.with(id, |binding| binding.map(|binding| use_it(&binding.cell)))
            }
        }
    }

    /// The name of that cell's variable, for a root of the function of a frame.
    pub(super) fn root_name(&self, program: &Program, frame: usize, root: Root) -> Option<String> {
        let Frame { code, pc, .. } = *self.frames.get(frame)?;
        let code = program.code(code);
        Some(match root {
            Root::Register(register) | Root::Cell(register) => code.variable_name(register, pc),
            Root::Capture(index) => {
                let name = code.capture_names.get(index as usize);
                name.map_or_else(String::new, |name| name.as_str().into())
            }
            Root::Global(global) => program
                .global(*code.globals.get(global as usize)?)
                .name
                .to_string(),
            Root::This => {
                let Origin { frame, root, .. } = self.origin(program, frame)?;
                let name = self.root_name(program, frame, root)?;
                return match &*name {
                    // The base class has called its method on the `this` of the caller.
                    SUPER => self.root_name(program, frame, Root::This),
                    _ => Some(name),
                };
            }
        })
    }

    fn shared(
        &self,
        program: &Program,
        globals: &Globals,
        (root, keys): (Root, &[PathSegment]),
        method: Option<Literal>,
        of: Cells,
    ) -> Option<SharedPlace> {
        if let Some((reference, used)) = &self.through {
            return self.beyond(program, reference, *used, (root, keys), method);
        }
        let cell = self.root_cell(program, globals, root)?;
        let is_copy = of == Cells::Copied && self.is_copy(program, root, &cell);
        if !cell.is_published() && !is_copy {
            return None;
        }
        let mut name = self.root_name(program, self.frames.len() - 1, root)?;
        if is_copy {
            name.insert_str(0, COPY_OF);
        }
        let base = self.frames.last()?.base as usize;
        let bound = self.bound_keys(program, root);
        let chain = self.chain(base, bound.as_ref().map_or(&[], Begin::bound), keys);
        let mut keys = chain.resolve(&cell.load());
        keys.extend(method.map(Value::Literal));
        Some(SharedPlace {
            name,
            cell: Arc::as_ptr(&cell) as usize,
            keys,
        })
    }

    /// A place beyond the reference that a chain has been followed to.
    fn beyond(
        &self,
        program: &Program,
        reference: &Reference,
        used: u16,
        (root, keys): (Root, &[PathSegment]),
        method: Option<Literal>,
    ) -> Option<SharedPlace> {
        let cell = &reference.contents;
        if !cell.is_published() {
            return None;
        }
        let frame = self.frames.last()?;
        let window = self.registers.get(frame.base as usize..)?;
        let mut name = self.name_of_root(program, root, reference);
        for key in keys.iter().take(used.into()) {
            match key {
                PathSegment::Field { name: field, .. } => {
                    name.push('.');
                    name.push_str(field.as_str());
                }
                PathSegment::Index { index, .. } => {
                    let index = window.get(usize::from(*index))?;
                    name.push_str(&format!("[{}]", debug_text(index)));
                }
            }
        }
        let begin = Begin::beyond(reference, used);
        let chain = self.chain_from(frame.base as usize, &begin, keys);
        let mut keys = chain.resolve(&cell.load());
        keys.extend(method.map(Value::Literal));
        Some(SharedPlace {
            name,
            cell: Arc::as_ptr(cell) as usize,
            keys,
        })
    }

    /// The name of the variable in which a chain begins, or the kind of the reference where it has none.
    fn name_of_root(&self, program: &Program, root: Root, reference: &Reference) -> String {
        let name = self.root_name(program, self.frames.len().saturating_sub(1), root);
        match name {
            Some(name) if !name.is_empty() => name,
            _ => match root {
                Root::This => self.this_word(program).into(),
                _ => reference.kind.name().into(),
            },
        }
    }

    /// The part of a reference in a register that an instruction reads or writes: how, the reference, and
    /// the key; nothing for the key where that is all of it.
    fn part(&self, op: &Op) -> Option<(Access, &Arc<Reference>, Option<Value>)> {
        let window = self.registers.get(self.frames.last()?.base as usize..)?;
        let register = |register: Reg| window.get(usize::from(register));
        let reference = |number: Reg| match register(number) {
            Some(Value::Reference(reference)) => Some(reference),
            _ => None,
        };
        if let Some((of, index)) = op.written_part() {
            return Some((Access::Write, reference(of)?, register(index).cloned()));
        }
        let (of, verb, asked) = op.asks()?;
        let reference = reference(of)?;
        let key = match (verb, asked) {
            (Verb::Next, _) if reference.kind != Kind::List => None,
            (_, Asked::With(key)) => register(key).cloned(),
            (_, Asked::Nothing | Asked::Flag(_)) => None,
        };
        Some((Access::Read, reference, key))
    }

    fn part_place(
        &self,
        program: &Program,
        op: &Op,
        reference: &Reference,
        key: Option<Value>,
    ) -> Option<SharedPlace> {
        let cell = &reference.contents;
        if !cell.is_published() {
            return None;
        }
        let register = op.written_part().map(|(of, _)| of);
        let register = register.or_else(|| op.asks().map(|(of, ..)| of))?;
        let contents = reference.load();
        let key = match key {
            Some(Value::Int(index)) if index < 0 => Some(Value::Int(index + contents.len() as i64)),
            key => key.as_ref().map(as_key),
        };
        Some(SharedPlace {
            name: self.name_of_root(program, Root::Register(register), reference),
            cell: Arc::as_ptr(cell) as usize,
            keys: key.into_iter().collect(),
        })
    }

    /// Whether a variable of a process came along with the function that it calls.
    fn is_copy(&self, program: &Program, root: Root, cell: &Arc<Cell>) -> bool {
        match root {
            Root::Global(_) => true,
            Root::Capture(_) => {
                let mut frames = self.frames.iter();
                let task = frames.find(|frame| frame.is_of_script(program));
                task.is_some_and(|task| match self.registers.get(task.callee as usize) {
                    Some(Value::Function(function)) => {
                        let mut captures = function.captures.iter();
                        captures.any(|captured| Arc::ptr_eq(captured, cell))
                    }
                    _ => false,
                })
            }
            Root::This => (self.origin(program, self.frames.len() - 1))
                .is_some_and(|origin| self.is_copy(program, origin.root, cell)),
            Root::Register(_) | Root::Cell(_) => false,
        }
    }

    /// Whether what a place names is a property of an object.
    pub(super) fn leads_into_object(
        &self,
        program: &Program,
        globals: &Globals,
        place: &AccessPath,
    ) -> bool {
        let holder = (place.keys.split_last())
            .and_then(|(_, before)| self.peek(program, globals, place.root, before));
        matches!(holder, Some(Value::Object(_)))
    }
}
