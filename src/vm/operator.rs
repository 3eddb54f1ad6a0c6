//! Operators on operands that the dispatch loop does not treat itself, and `switch`.

use super::arithmetic::{self, copy, put};
use super::step::{Flow, Machine, Step};
use crate::program::op::BinaryOp;
use crate::value::{FaultKind, Value};

impl Machine<'_, '_> {
    pub(super) fn binary(&mut self, op: BinaryOp, dst: u16, a: u16, b: u16) -> Step {
        if self.stepped && op == BinaryOp::Add {
            // What is added to a string becomes text.
            for (text, other) in [(a, b), (b, a)] {
                let at = self.frame().base as usize + usize::from(other);
                if self.register(text).as_str().is_some() && !self.may_make_text(at..at + 1) {
                    return Ok(Flow::Stop(super::Stop::Visible));
                }
            }
        }
        if dst == a && b != a {
            // `x op= y`: in place, so that a string or array that grows is not copied each time.
            let mut target = std::mem::take(self.register(a));
            let base = self.frame().base as usize;
            let operand = &self.fiber.registers[base + b as usize];
            let done = arithmetic::update(self.env.natives, op, &mut target, operand);
            put(self.register(a), target);
            done?;
            return Ok(Flow::Next);
        }
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let (a, b) = (&registers[a as usize], &registers[b as usize]);
        let value = arithmetic::binary(self.env.natives, op, a, b)?;
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    pub(super) fn binary_int(&mut self, op: BinaryOp, dst: u16, a: u16, value: i16) -> Step {
        let operand = Value::Int(i64::from(value));
        let mut target = if dst == a {
            std::mem::take(self.register(a))
        } else {
            copy(self.register(a))
        };
        let done = if dst == a {
            arithmetic::update(self.env.natives, op, &mut target, &operand)
        } else {
            arithmetic::binary(self.env.natives, op, &target, &operand)
                .map(|value| put(&mut target, value))
        };
        if dst == a || done.is_ok() {
            put(self.register(dst), target);
        }
        done?;
        Ok(Flow::Next)
    }

    pub(super) fn compare(&mut self, op: BinaryOp, a: u16, b: u16) -> Result<bool, FaultKind> {
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let (a, b) = (&registers[a as usize], &registers[b as usize]);
        truth(arithmetic::binary(self.env.natives, op, a, b)?)
    }

    pub(super) fn compare_int(
        &mut self,
        op: BinaryOp,
        a: u16,
        value: i16,
    ) -> Result<bool, FaultKind> {
        let base = self.frame().base as usize;
        let a = &self.fiber.registers[base + a as usize];
        let value = Value::Int(i64::from(value));
        truth(arithmetic::binary(self.env.natives, op, a, &value)?)
    }

    /// Where a `switch` goes.
    pub(super) fn switch(&mut self, src: u16, index: u16) -> Result<u32, FaultKind> {
        let program = self.env.program;
        let code = program.code(self.frame().code);
        let table = &code.switches[index as usize];
        let value = copy(self.register(src));
        for (case, to) in &table.cases {
            // Literals of another type never fit, not even 1.0 for 1.
            let fits = std::mem::discriminant(case) == std::mem::discriminant(&value)
                || case.as_str().is_some() && value.as_str().is_some();
            let fits = fits
                && matches!(
                    self.env.natives.binary(BinaryOp::Equal, case, &value),
                    Ok(Value::Bool(true))
                );
            if fits {
                return Ok(*to);
            }
        }
        for &(start, end, inclusive, to) in &table.ranges {
            let fits = match &value {
                Value::Int(number) => {
                    *number >= start && (*number < end || inclusive && *number == end)
                }
                Value::Float(number) => {
                    let (start, end) = (start as f64, end as f64);
                    *number >= start && (*number < end || inclusive && *number == end)
                }
                Value::Range(range) => {
                    range.step == 1
                        && (range.start, range.end, range.inclusive) == (start, end, inclusive)
                }
                _ => false,
            };
            if fits {
                return Ok(to);
            }
        }
        Ok(table.otherwise)
    }
}

fn truth(value: Value) -> Result<bool, FaultKind> {
    match value {
        Value::Bool(value) => Ok(value),
        other => Err(FaultKind::mismatch("bool", &other)),
    }
}
