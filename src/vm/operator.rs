//! Operators on operands that the dispatch loop does not treat itself, and `switch`.

use std::sync::Arc;

use super::Stop;
use super::arithmetic::{self, copy, put};
use super::call::Receiver;
use super::generator::is_generator;
use super::reference::inside;
use super::step::{Flow, Machine, Step};
use crate::program::Language;
use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::collection::Kind;
use crate::value::{Class, FaultKind, Reference, Value};

/// The function of the prelude that takes the items of a generator until one is there.
const SEARCH: &str = "__python__contains";

impl Machine<'_, '_> {
    /// Whose operators the running code means.
    pub(super) fn dialect(&mut self) -> Language {
        let id = self.frame().code;
        self.env.program.code(id).dialect
    }

    pub(super) fn binary(&mut self, op: BinaryOp, dst: u16, a: u16, b: u16) -> Step {
        if self.stepped && !self.may_compute(op, a, b, false) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        if op == BinaryOp::Contains {
            let base = self.frame().base as usize;
            let registers = &self.fiber.registers[base..];
            let (items, item) = (&registers[usize::from(a)], &registers[usize::from(b)]);
            if let Some(holds) = self.quick_contains(items, item) {
                put(self.register(dst), Value::Bool(holds));
                return Ok(Flow::Next);
            }
        }
        if let Some(step) = self.special_operator(op, dst, a, b) {
            return step;
        }
        if dst == a && b != a && !matches!(self.register(a), Value::Reference(_)) {
            // `x = x op y`: in place, so that a string or array that grows is not copied each time.
            return self.update_register(op, a, b);
        }
        let dialect = self.dialect();
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let (a, b) = (&registers[a as usize], &registers[b as usize]);
        let value = arithmetic::binary(self.env.natives, dialect, op, a, b)?;
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    /// The operator that a class of the script's has for an operand, in Python: `__add__`, or `__radd__` of
    /// the right one.
    fn special_operator(&mut self, op: BinaryOp, dst: u16, a: u16, b: u16) -> Option<Step> {
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let (left, right) = (&registers[usize::from(a)], &registers[usize::from(b)]);
        if !is_instance(left) && !is_instance(right) {
            return None;
        }
        let operands = (left.clone(), right.clone());
        if op == BinaryOp::Contains
            && is_generator(&operands.0)
            && self.dialect() == Language::Python
            && let Some(search) = self.env.program.find_name(SEARCH)
        {
            let search = Arc::new(self.env.program.named_function(search));
            let (items, item) = operands;
            return Some(self.call_into(dst, search, vec![items, item], None));
        }
        self.special_call(op, dst, operands, false)
    }

    fn special_call(
        &mut self,
        op: BinaryOp,
        dst: u16,
        (left, right): (Value, Value),
        is_assign: bool,
    ) -> Option<Step> {
        if !is_instance(&left) && !is_instance(&right) || self.dialect() != Language::Python {
            return None;
        }
        let (own, reflected) = special_names(op);
        let method = |value: &Value, name: &str| match value {
            Value::Reference(reference) => reference.method(name),
            _ => None,
        };
        let in_place = || method(&left, &format!("__i{}", own.trim_start_matches('_')));
        let found = match is_assign
            .then(in_place)
            .flatten()
            .or_else(|| method(&left, own))
        {
            Some(found) => (found, left, right),
            None if !reflected.is_empty() => (method(&right, reflected)?, right, left),
            None => return None,
        };
        let (function, this, other) = found;
        Some(self.call_into(dst, function, vec![other], Some(Receiver::Value(this))))
    }

    /// `op src`, where that is not known at once.
    pub(super) fn unary(&mut self, op: UnaryOp, dst: u16, src: u16) -> Step {
        let at = self.frame().base as usize + usize::from(src);
        if self.stepped && matches!(self.fiber.registers[at], Value::Reference(_)) {
            // Whether there is something in a collection is read.
            let inside = inside(std::iter::once(&self.fiber.registers[at]));
            if !self.may_look_into(&inside, None, false) {
                return Ok(Flow::Stop(Stop::Visible));
            }
        }
        let dialect = self.dialect();
        if let (Value::Reference(reference), Language::Python) =
            (&self.fiber.registers[at], dialect)
        {
            let names: &[&str] = match op {
                UnaryOp::Truth | UnaryOp::Not => &["__bool__", "__len__"],
                UnaryOp::Negate => &["__neg__"],
                UnaryOp::Plus => &["__pos__"],
            };
            if let Some(method) = names.iter().find_map(|name| reference.method(name)) {
                if op == UnaryOp::Not {
                    return Err(not_called(reference, "not", "write `not bool(x)`"));
                }
                let this = Value::Reference(reference.clone());
                return self.call_into(dst, method, Vec::new(), Some(Receiver::Value(this)));
            }
        }
        let value = arithmetic::unary(self.env.natives, dialect, op, &self.fiber.registers[at])?;
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    /// `a op= b`
    pub(super) fn op_assign(&mut self, op: BinaryOp, a: u16, b: u16) -> Step {
        if self.stepped && !self.may_compute(op, a, b, true) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        if let Value::Reference(reference) = self.register(a) {
            let reference = reference.clone();
            let operands = (
                Value::Reference(reference.clone()),
                self.register(b).clone(),
            );
            if let Some(step) = self.special_call(op, a, operands, true) {
                return step;
            }
            let operand = self.register(b).clone();
            self.publish_into(&reference.contents, std::slice::from_ref(&operand));
        }
        self.update_register(op, a, b)
    }

    fn update_register(&mut self, op: BinaryOp, a: u16, b: u16) -> Step {
        // A list that is added to itself is only referred to twice.
        let mut target = match a == b {
            true => copy(self.register(a)),
            false => std::mem::take(self.register(a)),
        };
        let dialect = self.dialect();
        let base = self.frame().base as usize;
        let operand = &self.fiber.registers[base + b as usize];
        let done = arithmetic::update(self.env.natives, dialect, op, &mut target, operand);
        put(self.register(a), target);
        done?;
        Ok(Flow::Next)
    }

    /// Whether an operator may be applied now to what is in these registers: what is added to a string
    /// becomes text, and the items of collections are compared or copied.
    fn may_compute(&mut self, op: BinaryOp, a: u16, b: u16, is_assign: bool) -> bool {
        let base = self.frame().base as usize;
        let (at, bt) = (base + usize::from(a), base + usize::from(b));
        let registers = &self.fiber.registers;
        let is_text = |at: usize| registers[at].as_str().is_some();
        let shows = op == BinaryOp::Add && (is_text(at) || is_text(bt));
        let holds = |at: usize| match &registers[at] {
            Value::Reference(_) | Value::Collection(_) | Value::Array(_) | Value::Map(_) => true,
            Value::Object(_) | Value::Error(_) => shows,
            _ => false,
        };
        if !holds(at) && !holds(bt) {
            return true;
        }
        let inside = inside([&registers[at], &registers[bt]].into_iter());
        let changed = match &registers[at] {
            Value::Reference(reference) if is_assign => Some(reference.clone()),
            _ => None,
        };
        self.may_look_into(&inside, changed.as_deref(), shows)
    }

    pub(super) fn binary_int(&mut self, op: BinaryOp, dst: u16, a: u16, value: i16) -> Step {
        if let Value::Reference(_) = self.register(a) {
            let operands = (self.register(a).clone(), Value::Int(value.into()));
            if let Some(step) = self.special_call(op, dst, operands, false) {
                return step;
            }
        }
        let dialect = self.dialect();
        let operand = Value::Int(i64::from(value));
        let mut target = if dst == a {
            std::mem::take(self.register(a))
        } else {
            copy(self.register(a))
        };
        let done = if dst == a {
            arithmetic::update(self.env.natives, dialect, op, &mut target, &operand)
        } else {
            arithmetic::binary(self.env.natives, dialect, op, &target, &operand)
                .map(|value| put(&mut target, value))
        };
        if dst == a || done.is_ok() {
            put(self.register(dst), target);
        }
        done?;
        Ok(Flow::Next)
    }

    /// Whether `a op b` holds; nothing where the fiber stops before it looks.
    pub(super) fn compare(
        &mut self,
        op: BinaryOp,
        a: u16,
        b: u16,
    ) -> Result<Option<bool>, FaultKind> {
        if self.stepped && !self.may_compute(op, a, b, false) {
            return Ok(None);
        }
        let dialect = self.dialect();
        let base = self.frame().base as usize;
        let registers = &self.fiber.registers[base..];
        let (a, b) = (&registers[a as usize], &registers[b as usize]);
        if dialect == Language::Python {
            let (own, reflected) = special_names(op);
            for (value, name) in [(a, own), (b, reflected)] {
                if let Value::Reference(reference) = value
                    && reference.method(name).is_some()
                {
                    let advice = "keep what the comparison gives in a variable first";
                    return Err(not_called(reference, op.symbol(), advice));
                }
            }
        }
        truth(arithmetic::binary(self.env.natives, dialect, op, a, b)?).map(Some)
    }

    pub(super) fn compare_int(
        &mut self,
        op: BinaryOp,
        a: u16,
        value: i16,
    ) -> Result<bool, FaultKind> {
        let dialect = self.dialect();
        let base = self.frame().base as usize;
        let a = &self.fiber.registers[base + a as usize];
        let value = Value::Int(i64::from(value));
        truth(arithmetic::binary(
            self.env.natives,
            dialect,
            op,
            a,
            &value,
        )?)
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
                    self.env
                        .natives
                        .binary(Language::Own, BinaryOp::Equal, case, &value),
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

fn is_instance(value: &Value) -> bool {
    matches!(value, Value::Reference(one) if one.kind == Kind::Instance)
}

/// The methods by which Python carries an operator out: of the left operand, and of the right one.
fn special_names(op: BinaryOp) -> (&'static str, &'static str) {
    match op {
        BinaryOp::Add => ("__add__", "__radd__"),
        BinaryOp::Sub => ("__sub__", "__rsub__"),
        BinaryOp::Mul => ("__mul__", "__rmul__"),
        BinaryOp::Div => ("__truediv__", "__rtruediv__"),
        BinaryOp::Rem => ("__mod__", "__rmod__"),
        BinaryOp::Power => ("__pow__", "__rpow__"),
        BinaryOp::And => ("__and__", "__rand__"),
        BinaryOp::Or => ("__or__", "__ror__"),
        BinaryOp::Xor => ("__xor__", "__rxor__"),
        BinaryOp::ShiftLeft => ("__lshift__", "__rlshift__"),
        BinaryOp::ShiftRight => ("__rshift__", "__rrshift__"),
        BinaryOp::Equal => ("__eq__", "__eq__"),
        BinaryOp::NotEqual => ("__ne__", "__ne__"),
        BinaryOp::Less => ("__lt__", "__gt__"),
        BinaryOp::LessEqual => ("__le__", "__ge__"),
        BinaryOp::Greater => ("__gt__", "__lt__"),
        BinaryOp::GreaterEqual => ("__ge__", "__le__"),
        BinaryOp::Contains => ("__contains__", ""),
        BinaryOp::Range | BinaryOp::RangeInclusive => ("", ""),
    }
}

/// An operator that would have to call a method of a class, at a place where that cannot be.
fn not_called(reference: &Reference, what: &str, advice: &str) -> FaultKind {
    let class = reference
        .class
        .as_ref()
        .map_or("", |class| class.name.as_str());
    let message = format!("`{what}` does not call a method of '{class}' at this place");
    FaultKind::raised(Class::TypeError, &message, advice)
}

fn truth(value: Value) -> Result<bool, FaultKind> {
    match value {
        Value::Bool(value) => Ok(value),
        other => Err(FaultKind::mismatch("bool", &other)),
    }
}
