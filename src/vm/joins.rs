//! Consecutive joins as one wait for a set of threads.
//!
//! A fiber that waits for the end of one thread, and that will then do nothing but wait for the ends
//! of others (`for t in threads { t.join(); }`), goes on when all of them have ended, whichever ends
//! first. How far it has come meanwhile is decided by which of them have ended, so a state is described
//! wholly by the threads that are awaited and by where the fiber stands behind the last of these joins.
//! That is found by doing the instructions between the joins on a copy of the fiber. Only instructions
//! that touch nothing but the fiber's own registers are done, and a join counts only if nothing reads
//! its value: each stands for an unknown one, of which no trace may be left in a live register.

use std::sync::Arc;

use super::fiber::{Fiber, Frame, NONE};
use super::likeness::LivenessCache;
use crate::program::Program;
use crate::program::code::{AccessPath, PathSegment, Root};
use crate::program::op::{Op, Reg};
use crate::value::object::Verb;
use crate::value::{Cell, Object, Value};

/// So many instructions are done on the copy at most, and so many calls may be open.
const MOST_INSTRUCTIONS: usize = 20_000;
const MOST_CALLS: usize = 64;

/// What a fiber waits for that does consecutive joins; see the head of the file.
#[derive(Clone)]
pub struct Joins {
    /// The handles of the threads, in the order of the joins.
    pub awaited: Vec<Arc<Object>>,
    /// The fiber behind the last of the joins, with nothing in it that no instruction will read.
    pub after: Fiber,
}

impl Fiber {
    /// The consecutive joins that the fiber is in, which waits at the first of them; nothing when it
    /// waits for something else, or when the value of that join may be read.
    pub fn joins(&self, program: &Program, cache: &mut LivenessCache) -> Option<Joins> {
        let is_between = self.woken.is_some() || self.pending.is_some() || self.stopping.is_some();
        if is_between || self.sleeping || self.allowed {
            return None;
        }
        // Nothing else refers to it, so it is distinguished from any value of the script's.
        let unknown = Arc::new(Cell::new(Value::Unit));
        let mut ahead = Ahead {
            fiber: self.clone(),
            program,
            left: MOST_INSTRUCTIONS,
        };
        let mut found: Option<Joins> = None;
        let mut awaited = Vec::new();
        while let Some(thread) = ahead.joined() {
            awaited.push(thread);
            ahead.finish_join(Value::Cell(unknown.clone()));
            while ahead.advance() {}
            let mut after = ahead.fiber.clone();
            after.forget_dead(program, cache);
            let is_unknown =
                |value: &Value| matches!(value, Value::Cell(cell) if Arc::ptr_eq(cell, &unknown));
            if after.registers.iter().any(is_unknown) {
                break;
            }
            found = Some(Joins {
                awaited: awaited.clone(),
                after,
            });
        }
        found
    }
}

/// A copy of a fiber on which instructions are done ahead of time.
struct Ahead<'p> {
    fiber: Fiber,
    program: &'p Program,
    left: usize,
}

impl Ahead<'_> {
    fn frame(&mut self) -> Option<&mut Frame> {
        self.fiber.frames.last_mut()
    }

    fn op(&self) -> Option<Op> {
        let frame = self.fiber.frames.last()?;
        let code = self.program.code(frame.code);
        code.ops.get(frame.pc as usize).copied()
    }

    fn base(&self) -> usize {
        self.fiber.frames.last().map_or(0, |f| f.base as usize)
    }

    fn get(&self, register: Reg) -> &Value {
        const UNIT: &Value = &Value::Unit;
        let at = self.base() + usize::from(register);
        self.fiber.registers.get(at).unwrap_or(UNIT)
    }

    fn int(&self, register: Reg) -> Option<i64> {
        self.get(register).as_int()
    }

    fn set(&mut self, register: Reg, value: Value) {
        let at = self.base() + usize::from(register);
        self.set_at(at, value);
    }

    fn set_at(&mut self, at: usize, value: Value) {
        if self.fiber.registers.len() <= at {
            self.fiber.registers.resize(at + 1, Value::Unit);
        }
        self.fiber.registers[at] = value;
    }

    /// The thread that the current instruction joins without a limit.
    fn joined(&self) -> Option<Arc<Object>> {
        let Some(Op::CallMethod { argc: 0, site, .. }) = self.op() else {
            return None;
        };
        let frame = self.fiber.frames.last()?;
        let site = &self.program.code(frame.code).sites[usize::from(site)];
        if site.verb != Some(Verb::Join) {
            return None;
        }
        let object = match &self.fiber.reached {
            Some((object, _)) => object.clone(),
            None => match self.at(&site.place)? {
                Value::Object(object) => object,
                _ => return None,
            },
        };
        // Of one that was not started, or of oneself, it is an error.
        let is_certain = object.kind() == "Thread" && {
            let task = object.state().handle_of().and_then(|of| of.task);
            task.is_some_and(|task| task != self.fiber.task)
        };
        is_certain.then_some(object)
    }

    /// The value at a place in a register, when it is an item of arrays there.
    fn at(&self, place: &AccessPath) -> Option<Value> {
        let Root::Register(root) = place.root else {
            return None;
        };
        let mut value = self.get(root).clone();
        for key in &place.keys {
            let (PathSegment::Index { index, .. }, Value::Array(items)) = (key, &value) else {
                return None;
            };
            let index = usize::try_from(self.int(*index)?).ok()?;
            value = items.get(index)?.clone();
        }
        Some(value)
    }

    /// Goes on behind a join, which gives `value`.
    fn finish_join(&mut self, value: Value) {
        self.fiber.reached = None;
        self.fiber.retrying = false;
        if let Some(Op::CallMethod { dst, .. }) = self.op() {
            self.set(dst, value);
        }
        if let Some(frame) = self.frame() {
            frame.pc += 1;
        }
    }

    /// Does the current instruction if it touches the fiber's own registers only; whether it did.
    fn advance(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        self.instruction().is_some()
    }

    fn instruction(&mut self) -> Option<()> {
        let op = self.op()?;
        let pc = self.frame()?.pc;
        let mut next = pc + 1;
        let skipped = |skip: i16| (pc + 1).wrapping_add_signed(i32::from(skip));
        let unless = |holds: bool, skip: i16| if holds { pc + 1 } else { skipped(skip) };
        match op {
            Op::Unit { dst } => self.set(dst, Value::Unit),
            Op::Bool { dst, value } => self.set(dst, Value::Bool(value)),
            Op::Int { dst, value } => self.set(dst, Value::Int(i64::from(value))),
            Op::Move { dst, src } => self.set(dst, self.get(src).clone()),
            Op::Take { dst, src } => {
                let value = self.get(src).clone();
                self.set(src, Value::Unit);
                self.set(dst, value);
            }
            Op::Jump { to } | Op::Loop { to } => next = to,
            Op::JumpIf { cond, to } => match self.get(cond) {
                Value::Bool(true) => next = to,
                Value::Bool(false) => {}
                _ => return None,
            },
            Op::JumpUnless { cond, to } => match self.get(cond) {
                Value::Bool(true) => {}
                Value::Bool(false) => next = to,
                _ => return None,
            },
            Op::Add { dst, a, b } => {
                let sum = self.int(a)?.checked_add(self.int(b)?)?;
                self.set(dst, Value::Int(sum));
            }
            Op::AddInt { dst, a, value } => {
                let sum = self.int(a)?.checked_add(i64::from(value))?;
                self.set(dst, Value::Int(sum));
            }
            Op::SubInt { dst, a, value } => {
                let difference = self.int(a)?.checked_sub(i64::from(value))?;
                self.set(dst, Value::Int(difference));
            }
            Op::UnlessLess { a, b, skip } => next = unless(self.int(a)? < self.int(b)?, skip),
            Op::UnlessLessEqual { a, b, skip } => next = unless(self.int(a)? <= self.int(b)?, skip),
            Op::UnlessGreater { a, b, skip } => next = unless(self.int(a)? > self.int(b)?, skip),
            Op::UnlessGreaterEqual { a, b, skip } => {
                next = unless(self.int(a)? >= self.int(b)?, skip);
            }
            Op::UnlessLessInt { a, value, skip } => {
                next = unless(self.int(a)? < i64::from(value), skip);
            }
            Op::UnlessLessEqualInt { a, value, skip } => {
                next = unless(self.int(a)? <= i64::from(value), skip);
            }
            Op::UnlessGreaterInt { a, value, skip } => {
                next = unless(self.int(a)? > i64::from(value), skip);
            }
            Op::UnlessGreaterEqualInt { a, value, skip } => {
                next = unless(self.int(a)? >= i64::from(value), skip);
            }
            Op::ForPrepare { state, src } => {
                let Value::Array(items) = self.get(src).clone() else {
                    return self.prepare_range(state, src);
                };
                self.set(state, Value::Array(items));
                self.set(state + 1, Value::Int(0));
                self.set(state + 2, Value::Unit);
            }
            Op::ForNext { state, dst, skip } => match (self.get(state), self.int(state + 1)?) {
                (Value::Array(items), at) => match items.get(usize::try_from(at).ok()?).cloned() {
                    Some(item) => {
                        self.set(state + 1, Value::Int(at + 1));
                        self.set(dst, item);
                    }
                    None => next = skipped(skip),
                },
                (Value::Unit, at) => match at < self.int(state + 2)? {
                    true => {
                        self.set(state + 1, Value::Int(at + 1));
                        self.set(dst, Value::Int(at));
                    }
                    false => next = skipped(skip),
                },
                _ => return None,
            },
            Op::Index { dst, object, index } => {
                let Value::Array(items) = self.get(object) else {
                    return None;
                };
                let item = items.get(usize::try_from(self.int(index)?).ok()?)?.clone();
                self.set(dst, item);
            }
            Op::Get { dst, place } => {
                let code = self.program.code(self.frame()?.code);
                let value = self.at(&code.places[usize::from(place)])?;
                // A handle in a chain may be asked something.
                if matches!(value, Value::Cell(_)) {
                    return None;
                }
                self.set(dst, value);
            }
            Op::Call {
                argc,
                dst,
                base: first,
                name,
            } => {
                let base = self.base();
                let code = self.program.code(self.frame()?.code);
                let callee = code.linked[usize::from(name)].function(usize::from(argc))?;
                if self.fiber.frames.len() >= MOST_CALLS {
                    return None;
                }
                self.fiber.frames.push(Frame {
                    code: callee,
                    pc: 0,
                    base: (base + usize::from(first)) as u32,
                    dst: (base + usize::from(dst)) as u32,
                    callee: NONE,
                });
                return Some(());
            }
            Op::Return { src } => {
                let value = self.get(src).clone();
                return self.leave(value);
            }
            Op::ReturnUnit => return self.leave(Value::Unit),
            _ => return None,
        }
        self.frame()?.pc = next;
        Some(())
    }

    /// A `for` over a plain range of integers.
    fn prepare_range(&mut self, state: Reg, src: Reg) -> Option<()> {
        let Value::Range(range) = self.get(src) else {
            return None;
        };
        let (start, end) = (range.start, range.end);
        if range.step != 1 || range.inclusive {
            return None;
        }
        self.set(state, Value::Unit);
        self.set(state + 1, Value::Int(start));
        self.set(state + 2, Value::Int(end));
        self.frame()?.pc += 1;
        Some(())
    }

    /// Returns from a call, unless it is the outermost.
    fn leave(&mut self, value: Value) -> Option<()> {
        if self.fiber.frames.len() < 2 {
            return None;
        }
        let Frame {
            base, dst, code, ..
        } = self.fiber.frames.pop()?;
        let registers = usize::from(self.program.code(code).registers);
        let end = (base as usize + registers).min(self.fiber.registers.len());
        self.fiber.registers[(base as usize).min(end)..end].fill(Value::Unit);
        self.frame()?.pc += 1;
        self.set_at(dst as usize, value);
        Some(())
    }
}
