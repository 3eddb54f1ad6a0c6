//! The dispatch loop.
//!
//! It is one long `match` on purpose: the instruction, the registers of the running function and
//! the counters stay in locals, and what is rare is a call into a neighbouring file. Those calls
//! see a fiber whose frame says which instruction it executes, and answer with a [`Flow`].

use super::arithmetic::{copy, floats, integers, put, take};
use super::fiber::{Fiber, Frame, NONE};
use super::generator::is_end;
use super::place::no_items;
use super::quick::{Quick, Running};
use super::window::{Window, fetch};
use super::{Env, Stop};
use crate::program::Code;
use crate::program::Language;
use crate::program::op::{BinaryOp, Op, UnaryOp};
use crate::value::budget::{charge, settle, take_cost};
use crate::value::object::Verb;
use crate::value::{Cell, Fault, FaultKind, Origin, UserClass, Value};

/// The most calls that may be open in one thread.
pub(super) const MAX_DEPTH: usize = 50_000;

/// How it goes on after an instruction that was carried out elsewhere.
pub(super) enum Flow {
    /// With the next instruction.
    Next,
    /// With whatever the top frame says: a call was made, or the fiber has jumped.
    Reload,
    /// Not now.
    Stop(Stop),
}

/// What an instruction that was carried out elsewhere answers.
pub(super) type Step = Result<Flow, FaultKind>;

/// One fiber in what it runs in.
pub(super) struct Machine<'m, 'e> {
    pub(super) fiber: &'m mut Fiber,
    pub(super) env: &'m mut Env<'e>,
    /// Whether it stops before visible operations.
    pub(super) stepped: bool,
    /// Whether anybody wants to know of visible operations.
    pub(super) listening: bool,
}

/// Runs `fiber` until it stops. `fuel` counts loop rounds, calls, operations on shared variables, and
/// bytes where there are many, and is used up as the fiber runs.
///
/// With `STEPPED`, the fiber stops before each visible operation, unless [`Fiber::allow`] was
/// called, which lets it do one.
pub fn step<const STEPPED: bool>(fiber: &mut Fiber, env: &mut Env<'_>, fuel: &mut u32) -> Stop {
    let listening = env.services.is_listening();
    // What was done here for others is no work of this fiber.
    take_cost();
    let mut machine = Machine {
        fiber,
        env,
        stepped: STEPPED,
        listening,
    };
    if let Some(fault) = machine.fiber.stopping.take() {
        return machine.unwind_stopped(fault);
    }
    machine.make_room();
    let mut flow = machine.resume();
    loop {
        flow = match flow {
            Ok(Flow::Next) => {
                machine.frame().pc += 1;
                machine.run::<STEPPED>(fuel)
            }
            Ok(Flow::Reload) => machine.run::<STEPPED>(fuel),
            Ok(Flow::Stop(stop)) => return stop,
            Err(kind) if STEPPED && !machine.may_fail(&kind) => return Stop::Visible,
            Err(kind) => match machine.catch(kind) {
                None => machine.run::<STEPPED>(fuel),
                Some(fault) => return Machine::end_by(fault),
            },
        }
    }
}

impl Machine<'_, '_> {
    /// Gives the top frame all its registers: those of a fiber that waited may have been given back
    /// ([`Fiber::shrink`]), and the answer to its wait is about to be written.
    fn make_room(&mut self) {
        let (code, base) = self.code();
        let end = base + code.registers as usize;
        if self.fiber.registers.len() < end {
            self.fiber.registers.resize(end, Value::Unit);
        }
    }

    /// The top frame.
    #[inline(always)]
    pub(super) fn frame(&mut self) -> &mut Frame {
        let top = self.fiber.frames.len() - 1;
        &mut self.fiber.frames[top]
    }

    /// The code of the top frame, and its base.
    pub(super) fn code(&mut self) -> (&Code, usize) {
        let frame = &self.fiber.frames[self.fiber.frames.len() - 1];
        (self.env.program.code(frame.code), frame.base as usize)
    }

    /// A register of the top frame.
    pub(super) fn register(&mut self, register: u16) -> &mut Value {
        let base = self.frame().base as usize;
        &mut self.fiber.registers[base + register as usize]
    }

    /// Runs until something happens that is not this loop's.
    fn run<const STEPPED: bool>(&mut self, fuel: &mut u32) -> Step {
        let program = self.env.program;
        // Most calls stay within one unit: its functions are looked up once.
        let mut unit = u32::MAX;
        let mut functions: &[Code] = &[];
        // One turn of the outer loop for each frame that is come back to; a call by name only sets
        // the locals.
        'frame: loop {
            let mut top = self.fiber.frames.len() - 1;
            let frame = &self.fiber.frames[top];
            if frame.code.unit != unit {
                unit = frame.code.unit;
                functions = program.functions(unit);
            }
            let mut code = &functions[frame.code.ordinal as usize];
            let mut base = frame.base as usize;
            let mut callee = frame.callee;
            let mut pc = frame.pc as usize;
            let mut window = Window::new(&mut self.fiber.registers, base, code);

            // Reads a register; writes a register.
            macro_rules! r {
                ($register:expr) => {
                    *window.get($register)
                };
            }
            macro_rules! set {
                ($register:expr, $value:expr) => {{
                    let value = $value;
                    put(window.get_mut($register), value);
                }};
            }
            macro_rules! refresh {
                () => {
                    window = Window::new(&mut self.fiber.registers, base, code)
                };
            }
            // Notes where the fiber is, for everything that is carried out elsewhere.
            macro_rules! save {
                () => {
                    self.fiber.frames[top].pc = pc as u32
                };
            }
            // Carries an instruction out elsewhere.
            macro_rules! elsewhere {
                ($step:expr) => {{
                    save!();
                    match $step {
                        Ok(Flow::Next) => {
                            refresh!();
                            if let Err(kind) = settle(fuel) {
                                fault!(kind);
                            }
                        }
                        Ok(Flow::Reload) => continue 'frame,
                        other => return other,
                    }
                }};
            }
            macro_rules! fault {
                ($kind:expr) => {{
                    save!();
                    return Err($kind);
                }};
            }
            macro_rules! running {
                () => {
                    Running { code, base, callee }
                };
            }
            // Carries an instruction out at once where that can be, or elsewhere.
            macro_rules! quick {
                ($quick:expr, $step:expr) => {{
                    save!();
                    match if STEPPED { Quick::Left } else { $quick } {
                        Quick::Left => elsewhere!($step),
                        Quick::Next => {
                            refresh!();
                            if let Err(kind) = settle(fuel) {
                                fault!(kind);
                            }
                        }
                        Quick::Entered => continue 'frame,
                        Quick::Step(step) => elsewhere!(*step),
                    }
                }};
            }
            macro_rules! burn {
                () => {{
                    if *fuel == 0 {
                        save!();
                        return Ok(Flow::Stop(Stop::Fuel));
                    }
                    *fuel -= 1;
                }};
            }
            macro_rules! arithmetic {
                ($op:expr, $checked:ident, $symbol:tt, $dst:expr, $a:expr, $b:expr) => {{
                    let quick = match (&r!($a), &r!($b)) {
                        (Value::Int(a), Value::Int(b)) => a.$checked(*b).map(Value::Int),
                        (a, b) => floats(a, b).map(|(a, b)| Value::Float(a $symbol b)),
                    };
                    match quick {
                        Some(value) => set!($dst, value),
                        None => elsewhere!(self.binary($op, $dst, $a, $b)),
                    }
                }};
            }
            macro_rules! arithmetic_int {
                ($op:expr, $checked:ident, $symbol:tt, $dst:expr, $a:expr, $value:expr) => {{
                    let quick = match &r!($a) {
                        Value::Int(a) => a.$checked(i64::from($value)).map(Value::Int),
                        Value::Float(a) => Some(Value::Float(a $symbol f64::from($value))),
                        _ => None,
                    };
                    match quick {
                        Some(value) => set!($dst, value),
                        None => elsewhere!(self.binary_int($op, $dst, $a, $value)),
                    }
                }};
            }
            // Fused compare and jump.
            macro_rules! unless {
                ($op:expr, $symbol:tt, $a:expr, $b:expr, $skip:expr) => {{
                    let holds = match (&r!($a), &r!($b)) {
                        (Value::Int(a), Value::Int(b)) => a $symbol b,
                        _ => {
                            save!();
                            let Some(holds) = self.compare($op, $a, $b)? else {
                                return Ok(Flow::Stop(Stop::Visible));
                            };
                            refresh!();
                            if let Err(kind) = settle(fuel) {
                                fault!(kind);
                            }
                            holds
                        }
                    };
                    if !holds {
                        pc = pc.wrapping_add_signed($skip as isize);
                    }
                }};
            }
            macro_rules! unless_int {
                ($op:expr, $symbol:tt, $a:expr, $value:expr, $skip:expr) => {{
                    let holds = match &r!($a) {
                        Value::Int(a) => *a $symbol i64::from($value),
                        _ => {
                            save!();
                            let holds = self.compare_int($op, $a, $value)?;
                            refresh!();
                            holds
                        }
                    };
                    if !holds {
                        pc = pc.wrapping_add_signed($skip as isize);
                    }
                }};
            }

            loop {
                match fetch(code, pc) {
                    Op::Unit { dst } => set!(dst, Value::Unit),
                    Op::Bool { dst, value } => set!(dst, Value::Bool(value)),
                    Op::Int { dst, value } => set!(dst, Value::Int(i64::from(value))),
                    Op::Constant { dst, index } => set!(dst, copy(&code.constants[index as usize])),
                    Op::Move { dst, src } => set!(dst, copy(&r!(src))),
                    Op::Take { dst, src } => set!(dst, take(window.get_mut(src))),
                    Op::Array {
                        dst,
                        base: first,
                        count,
                    } => {
                        let items = window.slice_mut(first, count as usize);
                        let items = items.iter_mut().map(std::mem::take).collect();
                        set!(dst, Value::array(items));
                    }
                    Op::Append { array, src } => {
                        let item = std::mem::take(window.get_mut(src));
                        if let Value::Array(items) = window.get_mut(array) {
                            std::sync::Arc::make_mut(items).push(item);
                        }
                    }
                    Op::Map {
                        dst,
                        base: first,
                        shape,
                    } => {
                        let keys = code.shapes[shape as usize].iter();
                        let values = window
                            .slice_mut(first, keys.len())
                            .iter_mut()
                            .map(std::mem::take);
                        // Python has no characters: a map there is options of ours, which are strings.
                        let is_python = code.dialect == Language::Python;
                        let values = values.map(|value| match value {
                            Value::Char(character) if is_python => {
                                Value::string(character.to_string())
                            }
                            other => other,
                        });
                        let map = keys
                            .zip(values)
                            .map(|(key, value)| (key.as_str().into(), value));
                        let map = map.collect();
                        set!(dst, Value::map(map));
                    }
                    Op::Join {
                        dst,
                        base: first,
                        count,
                    } => {
                        if STEPPED {
                            save!();
                            let at = base + usize::from(first);
                            if !self.may_make_text(at..at + count as usize) {
                                return Ok(Flow::Stop(Stop::Visible));
                            }
                            refresh!();
                        }
                        let parts = window.slice_mut(first, count as usize);
                        let mut text = String::new();
                        for part in parts {
                            match part.as_str() {
                                Some(part) => text.push_str(part),
                                None => text.push_str(&crate::value::print_text(part)),
                            }
                            put(part, Value::Unit);
                        }
                        charge(text.len());
                        if let Err(kind) = settle(fuel) {
                            fault!(kind);
                        }
                        set!(dst, Value::string(text));
                    }
                    Op::Closure { dst, index } => elsewhere!(self.make_closure(dst, index)),
                    Op::FunctionName { dst, name } => elsewhere!(self.function_name(dst, name)),
                    Op::NewCell { reg } => {
                        let value = std::mem::take(window.get_mut(reg));
                        let origin = Origin::instruction(code.id.unit, code.id.ordinal, pc as u32);
                        let cell = std::sync::Arc::new(Cell::declared(origin, value));
                        set!(reg, Value::Cell(cell));
                    }
                    Op::LoadCell { dst, cell } => {
                        burn!();
                        if let Value::Cell(cell) = &r!(cell) {
                            if STEPPED || self.listening {
                                let cell = cell.clone();
                                elsewhere!(self.load_shared(dst, &cell));
                            } else {
                                set!(dst, cell.load());
                            }
                        }
                    }
                    Op::StoreCell { cell, src } => {
                        burn!();
                        if let Value::Cell(cell) = &r!(cell) {
                            let value = copy(&r!(src));
                            if STEPPED || self.listening {
                                let cell = cell.clone();
                                elsewhere!(self.store(&cell, value));
                            } else {
                                cell.store(value);
                            }
                        }
                    }
                    Op::LoadCapture { dst, index } => {
                        burn!();
                        if let Value::Function(function) = &self.fiber.registers[callee as usize] {
                            let cell = &function.captures[index as usize];
                            if STEPPED || self.listening {
                                let cell = cell.clone();
                                elsewhere!(self.load_shared(dst, &cell));
                            } else {
                                let value = cell.load();
                                refresh!();
                                set!(dst, value);
                            }
                        } else {
                            refresh!();
                        }
                    }
                    Op::StoreCapture { index, src } => {
                        burn!();
                        let value = copy(&r!(src));
                        if let Value::Function(function) = &self.fiber.registers[callee as usize] {
                            let cell = &function.captures[index as usize];
                            if STEPPED || self.listening {
                                let cell = cell.clone();
                                elsewhere!(self.store(&cell, value));
                            } else {
                                cell.store(value);
                                refresh!();
                            }
                        } else {
                            refresh!();
                        }
                    }
                    Op::LoadGlobal { dst, global } => {
                        burn!();
                        let id = code.globals[global as usize];
                        if STEPPED || self.listening {
                            elsewhere!(self.load_global(dst, id));
                        } else {
                            let value = self
                                .env
                                .globals
                                .with(id, |binding| binding.map(|binding| binding.cell.load()));
                            match value {
                                Some(value) => set!(dst, value),
                                None => elsewhere!(self.load_global(dst, id)),
                            }
                        }
                    }
                    Op::StoreGlobal { global, src } => {
                        burn!();
                        let id = code.globals[global as usize];
                        let value = copy(&r!(src));
                        if STEPPED || self.listening {
                            elsewhere!(self.store_global(id, value));
                        } else {
                            let mut value = Some(value);
                            self.env.globals.with(id, |binding| match binding {
                                Some(binding) if !binding.is_constant => {
                                    binding.cell.store(value.take().unwrap_or_default());
                                }
                                _ => {}
                            });
                            if let Some(value) = value {
                                elsewhere!(self.store_global(id, value));
                            }
                        }
                    }
                    Op::LetGlobal { global, src } => {
                        let value = copy(&r!(src));
                        elsewhere!(self.bind_global(code.globals[global as usize], value, false));
                    }
                    Op::ConstGlobal { global, src } => {
                        let value = copy(&r!(src));
                        elsewhere!(self.bind_global(code.globals[global as usize], value, true));
                    }
                    Op::Add { dst, a, b } => {
                        arithmetic!(BinaryOp::Add, checked_add, +, dst, a, b);
                    }
                    Op::Sub { dst, a, b } => {
                        arithmetic!(BinaryOp::Sub, checked_sub, -, dst, a, b);
                    }
                    Op::Mul { dst, a, b } => {
                        arithmetic!(BinaryOp::Mul, checked_mul, *, dst, a, b);
                    }
                    Op::Rem { dst, a, b } => {
                        arithmetic!(BinaryOp::Rem, checked_rem, %, dst, a, b);
                    }
                    Op::AddInt { dst, a, value } => {
                        arithmetic_int!(BinaryOp::Add, checked_add, +, dst, a, value);
                    }
                    Op::SubInt { dst, a, value } => {
                        arithmetic_int!(BinaryOp::Sub, checked_sub, -, dst, a, value);
                    }
                    Op::Binary { op, dst, a, b } => {
                        let quick = match (&r!(a), &r!(b)) {
                            (Value::Int(a), Value::Int(b)) => integers(code.dialect, op, *a, *b),
                            _ => None,
                        };
                        match quick {
                            Some(value) => set!(dst, value),
                            None => elsewhere!(self.binary(op, dst, a, b)),
                        }
                    }
                    Op::OpAssign {
                        op,
                        target,
                        operand,
                    } => {
                        let quick = match (op, &r!(target), &r!(operand)) {
                            (BinaryOp::Add, Value::Int(a), Value::Int(b)) => {
                                a.checked_add(*b).map(Value::Int)
                            }
                            (BinaryOp::Sub, Value::Int(a), Value::Int(b)) => {
                                a.checked_sub(*b).map(Value::Int)
                            }
                            (BinaryOp::Mul, Value::Int(a), Value::Int(b)) => {
                                a.checked_mul(*b).map(Value::Int)
                            }
                            (BinaryOp::Add, Value::Float(a), Value::Float(b)) => {
                                Some(Value::Float(a + b))
                            }
                            _ => None,
                        };
                        match quick {
                            Some(value) => set!(target, value),
                            None => elsewhere!(self.op_assign(op, target, operand)),
                        }
                    }
                    Op::Unary { op, dst, src } => match (op, &r!(src)) {
                        (UnaryOp::Truth, Value::Bool(holds)) => {
                            let holds = *holds;
                            set!(dst, Value::Bool(holds));
                        }
                        (UnaryOp::Truth, Value::Int(number)) => {
                            let holds = *number != 0;
                            set!(dst, Value::Bool(holds));
                        }
                        _ => elsewhere!(self.unary(op, dst, src)),
                    },
                    Op::Jump { to } => {
                        pc = to as usize;
                        continue;
                    }
                    Op::Loop { to } => {
                        pc = to as usize;
                        burn!();
                        continue;
                    }
                    Op::JumpIf { cond, to } => match &r!(cond) {
                        Value::Bool(true) => {
                            pc = to as usize;
                            continue;
                        }
                        Value::Bool(false) => {}
                        // What a method of Python's has given: `__len__`.
                        Value::Int(number) if code.dialect == Language::Python => {
                            if *number != 0 {
                                pc = to as usize;
                                continue;
                            }
                        }
                        other => fault!(FaultKind::mismatch("bool", other)),
                    },
                    Op::JumpUnless { cond, to } => match &r!(cond) {
                        Value::Bool(false) => {
                            pc = to as usize;
                            continue;
                        }
                        Value::Bool(true) => {}
                        Value::Int(number) if code.dialect == Language::Python => {
                            if *number == 0 {
                                pc = to as usize;
                                continue;
                            }
                        }
                        other => fault!(FaultKind::mismatch("bool", other)),
                    },
                    Op::JumpIfValue { src, to } => {
                        if !r!(src).is_unit() {
                            pc = to as usize;
                            continue;
                        }
                    }
                    Op::UnlessLess { a, b, skip } => unless!(BinaryOp::Less, <, a, b, skip),
                    Op::UnlessLessEqual { a, b, skip } => {
                        unless!(BinaryOp::LessEqual, <=, a, b, skip);
                    }
                    Op::UnlessGreater { a, b, skip } => unless!(BinaryOp::Greater, >, a, b, skip),
                    Op::UnlessGreaterEqual { a, b, skip } => {
                        unless!(BinaryOp::GreaterEqual, >=, a, b, skip);
                    }
                    Op::UnlessEqual { a, b, skip } => unless!(BinaryOp::Equal, ==, a, b, skip),
                    Op::UnlessNotEqual { a, b, skip } => {
                        unless!(BinaryOp::NotEqual, !=, a, b, skip);
                    }
                    Op::UnlessLessInt { a, value, skip } => {
                        unless_int!(BinaryOp::Less, <, a, value, skip);
                    }
                    Op::UnlessLessEqualInt { a, value, skip } => {
                        unless_int!(BinaryOp::LessEqual, <=, a, value, skip);
                    }
                    Op::UnlessGreaterInt { a, value, skip } => {
                        unless_int!(BinaryOp::Greater, >, a, value, skip);
                    }
                    Op::UnlessGreaterEqualInt { a, value, skip } => {
                        unless_int!(BinaryOp::GreaterEqual, >=, a, value, skip);
                    }
                    Op::UnlessEqualInt { a, value, skip } => {
                        unless_int!(BinaryOp::Equal, ==, a, value, skip);
                    }
                    Op::UnlessNotEqualInt { a, value, skip } => {
                        unless_int!(BinaryOp::NotEqual, !=, a, value, skip);
                    }
                    Op::Switch { src, index } => {
                        save!();
                        pc = self.switch(src, index)? as usize;
                        refresh!();
                        continue;
                    }
                    Op::ForPrepare { state, src } => elsewhere!(self.for_prepare(state, src)),
                    Op::ForNext { state, dst, skip } => {
                        // A range of integers: the next one and the end.
                        match (
                            window.get(state),
                            window.get(state + 1),
                            window.get(state + 2),
                        ) {
                            (Value::Unit, Value::Int(next), Value::Int(last)) => {
                                let (next, last) = (*next, *last);
                                if next < last {
                                    set!(state + 1, Value::Int(next + 1));
                                    set!(dst, Value::Int(next));
                                } else {
                                    pc = pc.wrapping_add_signed(skip as isize);
                                }
                            }
                            _ => elsewhere!(self.for_next(state, dst, skip)),
                        }
                    }
                    Op::Call {
                        argc,
                        dst,
                        base: first,
                        name,
                    } => {
                        burn!();
                        match code.linked[name as usize].function(argc as usize) {
                            Some(id) if top < MAX_DEPTH => {
                                save!();
                                let dst = (base + dst as usize) as u32;
                                base += first as usize;
                                callee = NONE;
                                self.fiber.frames.push(Frame {
                                    code: id,
                                    pc: 0,
                                    base: base as u32,
                                    dst,
                                    callee,
                                });
                                top += 1;
                                if id.unit != unit {
                                    unit = id.unit;
                                    functions = program.functions(unit);
                                }
                                code = &functions[id.ordinal as usize];
                                refresh!();
                                if let Some(this) = code.this {
                                    set!(this, Value::Unit);
                                    set!(this + 1, Value::Unit);
                                }
                                pc = 0;
                                continue;
                            }
                            Some(_) => fault!(FaultKind::StackOverflow { depth: top }),
                            None => {
                                let id = code.names[name as usize];
                                elsewhere!(self.call_name(id, argc, dst, first));
                            }
                        }
                    }
                    Op::CallValue {
                        argc,
                        dst,
                        base: first,
                        callee: called,
                    } => {
                        burn!();
                        quick!(
                            self.quick_construct(running!(), (argc, dst, first), called),
                            self.call_value(argc, dst, first, called)
                        );
                    }
                    Op::CallMethod {
                        argc,
                        dst,
                        base: first,
                        site,
                    } => {
                        burn!();
                        let site = &code.sites[site as usize];
                        quick!(
                            self.quick_method(running!(), (argc, dst, first), site),
                            self.call_method(argc, dst, first, site)
                        );
                    }
                    Op::Index { dst, object, index } => match (&r!(object), &r!(index)) {
                        (Value::Array(items), Value::Int(index))
                            if (*index as usize) < items.len() && *index >= 0 =>
                        {
                            let value = copy(&items[*index as usize]);
                            set!(dst, value);
                        }
                        (Value::Collection(contents), Value::Int(index))
                            if let Some(items) = contents.tuple_items()
                                && (*index as usize) < items.len()
                                && *index >= 0 =>
                        {
                            let value = copy(&items[*index as usize]);
                            set!(dst, value);
                        }
                        (Value::Reference(reference), key)
                            if !STEPPED && let Some(value) = self.quick_item(reference, key) =>
                        {
                            set!(dst, value);
                        }
                        _ => elsewhere!(self.index(dst, object, index)),
                    },
                    Op::SetIndex { object, index, src }
                        if let Value::Reference(reference) = &r!(object) =>
                    {
                        if STEPPED || !self.quick_set_item(reference, &r!(index), &r!(src)) {
                            elsewhere!(self.set_index(object, index, src));
                        } else if let Err(kind) = settle(fuel) {
                            fault!(kind);
                        }
                    }
                    Op::SetIndex { object, index, src } => {
                        save!();
                        let value = copy(&r!(src));
                        let index = copy(&r!(index));
                        let object = window.get_mut(object);
                        match (object, index) {
                            (Value::Array(items), Value::Int(index))
                                if (index as usize) < items.len() && index >= 0 =>
                            {
                                put(&mut std::sync::Arc::make_mut(items)[index as usize], value);
                            }
                            (Value::Int(_), _) if code.dialect == Language::Python => {
                                return Err(no_items("does not support item assignment"));
                            }
                            (object, index) => {
                                crate::value::index::set_index(object, &index, value)?;
                            }
                        }
                    }
                    Op::Get { dst, place } => {
                        burn!();
                        let place = &code.places[place as usize];
                        let quick = match STEPPED {
                            true => None,
                            false => self.quick_get(running!(), place),
                        };
                        match quick {
                            Some(value) => {
                                refresh!();
                                set!(dst, value);
                            }
                            None => elsewhere!(self.get(dst, place)),
                        }
                    }
                    Op::Set { place, src } => {
                        burn!();
                        let place = &code.places[place as usize];
                        if STEPPED || !self.quick_set(running!(), place, src) {
                            elsewhere!(self.set(place, src));
                        } else {
                            refresh!();
                            if let Err(kind) = settle(fuel) {
                                fault!(kind);
                            }
                        }
                    }
                    Op::Update {
                        op,
                        place,
                        src,
                        skip,
                    } => {
                        save!();
                        let place = &code.places[place as usize];
                        let is_beyond = !STEPPED && self.begins_in_reference(running!(), place);
                        if !is_beyond && self.update(op, place, src)? {
                            pc = pc.wrapping_add_signed(skip as isize);
                        }
                        refresh!();
                    }
                    Op::Class { dst, base: first } => elsewhere!(self.make_class(dst, first)),
                    Op::BaseClass { dst, src } => {
                        save!();
                        let class = UserClass::of_value(&r!(src))?;
                        set!(dst, class.to_value());
                    }
                    Op::Enter { context, .. } => {
                        elsewhere!(self.ask_register(context, Verb::Enter, &[]));
                    }
                    Op::Exit { failed, context } => {
                        save!();
                        let error = match failed {
                            true => self.passing_error(),
                            false => Value::Unit,
                        };
                        let args = [Value::Bool(failed), error];
                        elsewhere!(self.ask_register(context, Verb::Exit, &args));
                    }
                    Op::Generator { slot } => elsewhere!(self.make_generator(slot)),
                    Op::Yield { src, slot, .. } => elsewhere!(self.yield_value(src, slot)),
                    Op::EndGenerator { slot, src } => elsewhere!(self.end_generator(slot, src)),
                    Op::ForEnd { src, skip } => {
                        if let Value::Error(_) = &r!(src)
                            && is_end(&r!(src))
                        {
                            pc = pc.wrapping_add_signed(skip as isize);
                        }
                    }
                    Op::Return { src } => {
                        let value = take(window.get_mut(src));
                        if let Some(stop) = self.leave(code, value) {
                            return Ok(Flow::Stop(stop));
                        }
                        continue 'frame;
                    }
                    Op::ReturnUnit => {
                        if let Some(stop) = self.leave(code, Value::Unit) {
                            return Ok(Flow::Stop(stop));
                        }
                        continue 'frame;
                    }
                    Op::Throw { src } => {
                        save!();
                        if STEPPED {
                            let at = base + usize::from(src);
                            if !self.may_make_text(at..at + 1) {
                                return Ok(Flow::Stop(Stop::Visible));
                            }
                            refresh!();
                        }
                        // The prelude throws again what it has caught, with nothing lost.
                        if let Value::Error(fault) = &r!(src) {
                            let fault = Fault::clone(fault);
                            return self.rethrow(fault);
                        }
                        fault!(FaultKind::Thrown(copy(&r!(src))));
                    }
                    Op::CaughtValue { dst, src } => {
                        let value = match &r!(src) {
                            Value::Error(fault) => match self.dialect() {
                                Language::Python => fault.to_python_value(),
                                Language::Own => fault.to_value(),
                            },
                            other => copy(other),
                        };
                        set!(dst, value);
                    }
                    Op::Rethrow { src } => {
                        save!();
                        if let Value::Error(fault) = &r!(src) {
                            let fault = Fault::clone(fault);
                            return self.rethrow(fault);
                        }
                    }
                    Op::Fault { index } => fault!(code.faults[index as usize].clone()),
                }
                pc += 1;
            }
        }
    }

    /// Ends the top frame with `value`; says so when it was the last one.
    #[inline(always)]
    fn leave(&mut self, code: &Code, value: Value) -> Option<Stop> {
        let fiber = &mut *self.fiber;
        let Some(Frame { base, dst, .. }) = fiber.frames.pop() else {
            return Some(Stop::Finished(value));
        };
        let base = base as usize;
        // What the call leaves behind must not keep arrays alive: a second owner makes the next
        // change copy.
        for register in &mut fiber.registers[base..base + code.registers as usize] {
            if !register.is_scalar() {
                put(register, Value::Unit);
            }
        }
        match fiber.frames.last_mut() {
            None => Some(Stop::Finished(value)),
            Some(caller) => {
                caller.pc += 1;
                put(&mut fiber.registers[dst as usize], value);
                None
            }
        }
    }
}
