//! Generators: functions that give values one by one, and stand still in between.
//!
//! A call of one makes a *generator*, an instance of a class of no text, and ends: what the function had
//! reached, its registers and the place, are attributes of that instance. The thread that takes the next value
//! has the frame put on top of its own; `yield` takes it off again. So a suspended generator is a value as any
//! other, which is copied, compared and encoded by what it holds. Source: stackless coroutines, as Python's.

use std::sync::Arc;

use super::arithmetic::put;
use super::fiber::{Frame, NONE};
use super::step::{Flow, Machine, Step};
use super::{Path, Stop};
use crate::program::op::Op;
use crate::value::collection::Kind;
use crate::value::{
    Attributes, Class, CodeId, Collection, Fault, FaultKind, Items, Reference, UserClass, Value,
};

/// The attribute that holds the frame of a suspended generator; one that runs or has ended has none.
const FRAME: &str = "frame";
/// The rest of it: the code, the instruction, and the function value with what it captures.
const CODE: &str = "code";
const PLACE: &str = "place";
const FUNCTION: &str = "function";
/// The attribute that a generator has while it runs.
const RUNS: &str = "runs";

/// Whether a value is a generator.
pub fn is_generator(value: &Value) -> bool {
    matches!(value, Value::Reference(reference) if is_generator_reference(reference))
}

fn is_generator_reference(reference: &Reference) -> bool {
    reference.kind == Kind::Instance
        && reference
            .class
            .as_ref()
            .is_some_and(|class| class.is_native)
}

/// What is given instead of a next value when there is none: an error with the value that the generator
/// has returned.
pub fn end_of_generator(returned: Value) -> Value {
    let args = match &returned {
        Value::Unit => Vec::new(),
        value => vec![value.clone()],
    };
    let kind = FaultKind::Thrown(Value::map(
        [
            ("error".into(), Value::from(Class::StopIteration.name())),
            ("message".into(), Value::from("")),
            ("args".into(), Value::tuple(args)),
            ("value".into(), returned),
        ]
        .into(),
    ));
    Value::Error(Arc::new(Fault::new(kind, crate::pos::Pos::NONE)))
}

/// Whether this is what [`end_of_generator`] gives.
pub fn is_end(value: &Value) -> bool {
    matches!(value, Value::Error(fault) if fault.kind.class() == Class::StopIteration)
}

/// How a generator goes on.
pub(super) enum Resumption {
    /// `yield` gives this.
    Sent(Value),
    /// `yield` raises this.
    Thrown(FaultKind),
}

/// What a suspended generator goes on with.
struct Suspended {
    registers: Arc<Items>,
    code: Arc<Items>,
    place: i64,
    function: Value,
}

/// What a generator was when a thread wanted to go on with it.
enum Taken {
    /// It runs from now on, in this thread only.
    Suspended(Suspended),
    /// It runs already.
    Running,
    /// It has ended.
    Over,
}

fn contents_of(attributes: Attributes) -> Value {
    Value::Collection(Arc::new(Collection::Attributes(attributes).into()))
}

fn set(generator: &Reference, attributes: Attributes) {
    let contents = contents_of(attributes);
    generator.contents.update(|place| *place = contents);
}

/// Takes what a generator goes on with, in one step: of several threads one gets it.
fn take(generator: &Reference) -> Taken {
    let running = contents_of(Attributes::from_iter([(RUNS, Value::Bool(true))]));
    generator.contents.update(|place| {
        let Value::Collection(contents) = &*place else {
            return Taken::Over;
        };
        let Collection::Attributes(attributes) = &***contents else {
            return Taken::Over;
        };
        let of = |name| attributes.get(name).cloned();
        match (of(FRAME), of(CODE), of(PLACE)) {
            (Some(Value::Array(registers)), Some(Value::Array(code)), Some(Value::Int(at))) => {
                let suspended = Suspended {
                    registers,
                    code,
                    place: at,
                    function: of(FUNCTION).unwrap_or_default(),
                };
                *place = running;
                Taken::Suspended(suspended)
            }
            _ if of(RUNS).is_some() => Taken::Running,
            _ => Taken::Over,
        }
    })
}

impl Machine<'_, '_> {
    /// Ends the call of a generator function by giving the generator, which is kept in `slot`.
    pub(super) fn make_generator(&mut self, slot: u16) -> Step {
        let pos = self.fiber.pos(self.env.program);
        let id = self.frame().code;
        let Some((_, class)) = self.env.program.code(id).generator else {
            return Ok(Flow::Next);
        };
        let generator = Value::Reference(UserClass::native(class).instance(pos));
        put(self.register(slot), generator.clone());
        self.suspend(slot, generator)
    }

    /// `yield`: gives the value in `src`.
    pub(super) fn yield_value(&mut self, src: u16, slot: u16) -> Step {
        let value = std::mem::take(self.register(src));
        self.suspend(slot, value)
    }

    fn suspend(&mut self, slot: u16, value: Value) -> Step {
        let Some(frame) = self.fiber.frames.pop() else {
            return Ok(Flow::Next);
        };
        let base = frame.base as usize;
        let count = usize::from(self.env.program.code(frame.code).registers);
        let generator = std::mem::take(&mut self.fiber.registers[base + usize::from(slot)]);
        let end = (base + count).min(self.fiber.registers.len());
        let registers = &mut self.fiber.registers[base..end];
        let kept: Vec<Value> = registers.iter_mut().map(std::mem::take).collect();
        let function = match frame.callee {
            NONE => Value::Unit,
            callee => self.fiber.registers[callee as usize].clone(),
        };
        if let Value::Reference(generator) = &generator {
            let code = [frame.code.unit, frame.code.ordinal].map(|one| Value::Int(one.into()));
            let attributes = [
                (FRAME, Value::array(kept)),
                (CODE, Value::array(code.to_vec())),
                (PLACE, Value::Int(frame.pc.into())),
                (FUNCTION, function),
            ];
            let attributes = Attributes::from_iter(attributes);
            // What others can reach must not lead to what they cannot be shown.
            let all: Vec<Value> = attributes.values().cloned().collect();
            self.publish_into(&generator.contents, &all);
            set(generator, attributes);
        }
        self.give_to_caller(frame.dst, value)
    }

    /// Ends a generator, which returns the value in `src`: there is no next value.
    pub(super) fn end_generator(&mut self, slot: u16, src: u16) -> Step {
        let value = std::mem::take(self.register(src));
        if let Value::Reference(generator) = std::mem::take(self.register(slot)) {
            set(&generator, Attributes::new());
        }
        let Some(frame) = self.fiber.frames.pop() else {
            return Ok(Flow::Next);
        };
        let base = frame.base as usize;
        let count = usize::from(self.env.program.code(frame.code).registers);
        let end = (base + count).min(self.fiber.registers.len());
        self.fiber.registers[base..end].fill(Value::Unit);
        self.give_to_caller(frame.dst, end_of_generator(value))
    }

    fn give_to_caller(&mut self, dst: u32, value: Value) -> Step {
        let Some(caller) = self.fiber.frames.last_mut() else {
            return Ok(Flow::Stop(Stop::Finished(value)));
        };
        caller.pc += 1;
        put(&mut self.fiber.registers[dst as usize], value);
        Ok(Flow::Reload)
    }

    /// Whether a generator may go on now: where others can reach it, that is a step.
    pub(super) fn may_resume(&mut self, generator: &Reference) -> bool {
        self.may_access(&generator.contents, Path::default(), true)
    }

    /// `dst` = the next value of a generator, or the end.
    ///
    /// # Errors
    /// It is running already, or what is to be thrown in it that has not begun or is over.
    pub(super) fn resume_generator(
        &mut self,
        generator: &Arc<Reference>,
        how: Resumption,
        dst: u16,
    ) -> Step {
        let Suspended {
            registers: kept,
            code,
            place,
            function,
        } = match take(generator) {
            Taken::Suspended(suspended) => suspended,
            Taken::Running => {
                return Err(FaultKind::raised(
                    Class::ValueError,
                    "generator already executing",
                    "only one thread at a time may take its next value: use a lock",
                ));
            }
            Taken::Over => {
                return match how {
                    Resumption::Thrown(kind) => Err(kind),
                    Resumption::Sent(_) => {
                        put(self.register(dst), end_of_generator(Value::Unit));
                        Ok(Flow::Next)
                    }
                };
            }
        };
        let part = |at: usize| code.get(at).and_then(Value::as_int).unwrap_or(0) as u32;
        let id = CodeId {
            unit: part(0),
            ordinal: part(1),
        };
        let parts = code;
        let code = self.env.program.code(id);
        let is_new = !matches!(code.ops[place as usize], Op::Yield { .. });
        if let (true, Resumption::Sent(value)) = (is_new, &how)
            && !value.is_unit()
        {
            let attributes = [
                (FRAME, Value::Array(kept)),
                (CODE, Value::Array(parts)),
                (PLACE, Value::Int(place)),
                (FUNCTION, function),
            ];
            set(generator, Attributes::from_iter(attributes));
            let message = "can't send non-None value to a just-started generator";
            let advice = "let it come to its first `yield`: `next(g)`";
            return Err(FaultKind::raised(Class::TypeError, message, advice));
        }
        let (caller, base) = self.code();
        let at = base + caller.registers as usize;
        let dst = base + usize::from(dst);
        self.fiber.registers.truncate(at);
        self.fiber.registers.resize(at, Value::Unit);
        let callee = if function.is_unit() { NONE } else { at as u32 };
        self.fiber.registers.push(function);
        self.fiber.registers.extend(kept.iter().cloned());
        let slot = code.generator.map_or(0, |(slot, _)| slot);
        self.fiber.registers[at + 1 + usize::from(slot)] = Value::Reference(generator.clone());
        self.fiber.frames.push(Frame {
            code: id,
            pc: place as u32,
            base: at as u32 + 1,
            dst: dst as u32,
            callee,
        });
        if self.fiber.frames.len() > super::step::MAX_DEPTH {
            let depth = self.fiber.frames.len();
            return Err(FaultKind::StackOverflow { depth });
        }
        match how {
            Resumption::Thrown(kind) => Err(kind),
            Resumption::Sent(value) => {
                if let Op::Yield { dst, .. } = code.ops[place as usize] {
                    put(self.register(dst), value);
                }
                self.frame().pc += 1;
                Ok(Flow::Reload)
            }
        }
    }

    /// An error leaves the frame: if it is that of a generator, this one is over.
    pub(super) fn leave_generator(&mut self, frame: &Frame) {
        if let Some((slot, _)) = self.env.program.code(frame.code).generator {
            let at = frame.base as usize + usize::from(slot);
            if let Some(Value::Reference(generator)) = self.fiber.registers.get(at) {
                set(&generator.clone(), Attributes::new());
            }
        }
    }
}
