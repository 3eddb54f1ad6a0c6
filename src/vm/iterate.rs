//! `for`: walking through ranges, arrays, strings, collections and the items of objects.
//!
//! Three registers hold where it is: what is walked through, the next position, and for a plain
//! range of integers its end, for a dict how many entries it has. A `for` over a variable walks through
//! a copy, as it was when the loop began; one over a list takes each item when it comes to it.

use super::Stop;
use super::arithmetic::put;
use super::generator::{Resumption, is_generator};
use super::step::{Flow, Machine, Step};
use crate::program::Language;
use crate::program::op::Op;
use crate::value::collection::Kind;
use crate::value::object::Verb;
use crate::value::{FaultKind, FloatRange, Range, Value};

impl Machine<'_, '_> {
    /// Readies the registers `state ...` for a `for` over `src`.
    pub(super) fn for_prepare(&mut self, state: u16, src: u16) -> Step {
        let source = self.register(src).clone();
        let (source, next, end) = match source {
            Value::Range(range) => match *range {
                Range {
                    start,
                    end,
                    step: 1,
                    inclusive: false,
                } => (Value::Unit, Value::Int(start), Value::Int(end)),
                Range {
                    start,
                    end,
                    step: 1,
                    inclusive: true,
                } if end < i64::MAX => (Value::Unit, Value::Int(start), Value::Int(end + 1)),
                _ => {
                    let first = range
                        .contains(range.start)
                        .then_some(Value::Int(range.start));
                    (Value::Range(range), first.unwrap_or_default(), Value::Unit)
                }
            },
            Value::Array(_) | Value::Literal(_) | Value::Str(_) | Value::Blob(_) => {
                (source, Value::Int(0), Value::Unit)
            }
            Value::Object(_) => (source, Value::Int(0), Value::Unit),
            Value::Collection(_) => (source, Value::Int(0), Value::Unit),
            Value::Reference(reference) if reference.kind == Kind::List => {
                (Value::Reference(reference), Value::Int(0), Value::Unit)
            }
            Value::Reference(_) if is_generator(&source) => {
                // What comes behind the loop's head looks whether there was a next value.
                let pc = self.frame().pc as usize;
                let (code, _) = self.code();
                if !(code.ops[pc..].iter().take(5)).any(|op| matches!(op, Op::ForEnd { .. })) {
                    return Err(FaultKind::NotIterable {
                        found: "generator, in a text without `yield`".into(),
                    });
                }
                (source, Value::Int(0), Value::Unit)
            }
            Value::Foreign(foreign) if foreign.as_any().is::<FloatRange>() => {
                let range = foreign.as_any().downcast_ref::<FloatRange>();
                let first = range.map_or(0.0, |range| range.start);
                (Value::Foreign(foreign), Value::Float(first), Value::Unit)
            }
            // How many items there are is read in the first round.
            Value::Reference(reference)
                if !matches!(reference.kind, Kind::Instance | Kind::Class) =>
            {
                (
                    Value::Reference(reference),
                    Value::Int(0),
                    Value::Bool(true),
                )
            }
            // A map of this language's own that came into Python's code is a dict there.
            Value::Map(map) if self.code().0.dialect == Language::Python => {
                let keys = map.keys().map(|key| Value::from(&**key)).collect();
                (Value::array(keys), Value::Int(0), Value::Unit)
            }
            other => {
                return Err(FaultKind::NotIterable {
                    found: other.type_name(),
                });
            }
        };
        put(self.register(state), source);
        put(self.register(state + 1), next);
        put(self.register(state + 2), end);
        Ok(Flow::Next)
    }

    /// The next item of anything but a plain range.
    pub(super) fn for_next(&mut self, state: u16, dst: u16, skip: i16) -> Step {
        let base = self.frame().base as usize;
        let at = base + state as usize;
        let position = self.fiber.registers[at + 1].as_int();
        if let (Value::Foreign(foreign), Value::Float(number)) =
            (&self.fiber.registers[at], &self.fiber.registers[at + 1])
        {
            let (item, range) = (*number, foreign.as_any().downcast_ref::<FloatRange>());
            let next = range.and_then(|range| range.after(item));
            put(
                &mut self.fiber.registers[at + 1],
                next.map_or(Value::Unit, Value::Float),
            );
            put(self.register(dst), Value::Float(item));
            return Ok(Flow::Next);
        }
        let found = match (&self.fiber.registers[at], position) {
            (Value::Object(object), Some(position)) => {
                let object = object.clone();
                return self.ask(&object, Verb::Next, &[Value::Int(position)]);
            }
            (Value::Reference(reference), Some(_)) => {
                let reference = reference.clone();
                if is_generator(&self.fiber.registers[at]) {
                    return match self.may_resume(&reference) {
                        true => {
                            self.resume_generator(&reference, Resumption::Sent(Value::Unit), dst)
                        }
                        false => Ok(Flow::Stop(Stop::Visible)),
                    };
                }
                return self.next_part(state, dst, skip, &reference);
            }
            (Value::Collection(items), Some(position)) => items
                .item_at(position as usize)
                .map(|(item, next)| (item, Some(next as i64))),
            (Value::Array(items), Some(position)) => items
                .get(position as usize)
                .map(|item| (item.clone(), Some(position + 1))),
            (Value::Blob(bytes), Some(position)) => bytes
                .get(position as usize)
                .map(|byte| (Value::Int(i64::from(*byte)), Some(position + 1))),
            (Value::Range(range), Some(number)) => Some((Value::Int(number), range.after(number))),
            (text, Some(position)) => text.as_str().and_then(|text| {
                let character = text[position as usize..].chars().next()?;
                Some((
                    Value::Char(character),
                    Some(position + character.len_utf8() as i64),
                ))
            }),
            (_, None) => None,
        };
        match found {
            Some((item, next)) => {
                put(
                    &mut self.fiber.registers[at + 1],
                    next.map_or(Value::Unit, Value::Int),
                );
                put(self.register(dst), item);
            }
            None => return self.end_loop(skip),
        }
        Ok(Flow::Next)
    }

    /// Leaves the loop: there is no next item.
    pub(super) fn end_loop(&mut self, skip: i16) -> Step {
        let frame = self.frame();
        frame.pc = frame.pc.wrapping_add_signed(i32::from(skip) + 1);
        Ok(Flow::Reload)
    }
}
