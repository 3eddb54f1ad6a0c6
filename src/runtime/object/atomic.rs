//! A variable whose every change is one step that no other thread can come between.
//!
//! The contrast to `counter += 1` on a shared variable, which reads, adds and writes in three steps
//! and so loses updates. It never makes a thread wait.

use super::args;
use crate::value::object::{Attempt, Call, CancelReason, Ctx, Primitive, TaskId, Verb, Waiting};
use crate::value::{Class, EncodeState, FaultKind, StateEncoder, Value, debug_text};

/// Whether two values are equal, as `==` has it. The library knows that.
pub type Equal = fn(&Value, &Value) -> bool;

/// A value that is read and changed in single steps.
#[derive(Clone, Debug)]
pub struct Atomic {
    value: Value,
    equal: Equal,
}

impl Atomic {
    /// One with this value.
    pub fn new(value: Value, equal: Equal) -> Self {
        Self { value, equal }
    }

    /// Puts a new value there and gives the old one.
    fn swap(&mut self, value: &Value) -> Value {
        std::mem::replace(&mut self.value, value.clone())
    }

    /// `fetch_add` and its like: changes an integer and gives the old one. Overflow changes nothing.
    fn fetch(&mut self, verb: Verb, operand: &Value) -> Result<Value, FaultKind> {
        let Value::Int(old) = self.value else {
            return Err(FaultKind::misuse(
                Class::TypeError,
                &format!("{} of {}", verb.name(), self.kind_and_value()),
                "it computes with integers, in one step",
                "use load, store, swap and compare_exchange for other values",
            ));
        };
        let Value::Int(operand) = *operand else {
            return Err(FaultKind::mismatch("an integer", operand));
        };
        let overflow = |what, symbol| {
            FaultKind::Arithmetic(format!("{what} overflow: {old} {symbol} {operand}"))
        };
        let new = match verb {
            Verb::FetchAdd => old
                .checked_add(operand)
                .ok_or_else(|| overflow("Addition", '+'))?,
            Verb::FetchSub => old
                .checked_sub(operand)
                .ok_or_else(|| overflow("Subtraction", '-'))?,
            Verb::FetchMax => old.max(operand),
            _ => old.min(operand),
        };
        Ok(self.swap(&Value::Int(new)))
    }

    fn kind_and_value(&self) -> String {
        format!("an Atomic with a value of type {}", self.value.type_name())
    }

    fn try_attempt(&mut self, call: Call<'_>) -> Result<Attempt, FaultKind> {
        let Call { verb, args } = call;
        let expected = match verb {
            Verb::Load | Verb::Value => 0,
            Verb::CompareExchange => 2,
            Verb::Store
            | Verb::Swap
            | Verb::FetchAdd
            | Verb::FetchSub
            | Verb::FetchMax
            | Verb::FetchMin => 1,
            _ => return Ok(Attempt::Unknown),
        };
        if args.len() != expected {
            return Err(args::arity(verb, &[expected], args.len()));
        }
        Ok(Attempt::Done(match (verb, args) {
            (Verb::Store, [value]) => {
                self.value = value.clone();
                Value::Unit
            }
            (Verb::Swap, [value]) => self.swap(value),
            (Verb::CompareExchange, [expected, new]) => {
                let as_expected = (self.equal)(&self.value, expected);
                if as_expected {
                    self.value = new.clone();
                }
                as_expected.into()
            }
            (verb, [operand]) => self.fetch(verb, operand)?,
            _ => self.value.clone(),
        }))
    }
}

impl EncodeState for Atomic {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            value,
            // The same function for all.
            equal: _,
        } = self;
        value.encode_state(encoder);
    }
}

impl Primitive for Atomic {
    fn kind(&self) -> &'static str {
        "Atomic"
    }

    fn attempt(&mut self, call: Call<'_>, _ctx: &mut Ctx<'_>) -> Attempt {
        self.try_attempt(call).unwrap_or_else(Attempt::fail)
    }

    fn cancel_wait(&mut self, _task: TaskId, _why: CancelReason, _ctx: &mut Ctx<'_>) -> Attempt {
        Attempt::Done(Value::Unit)
    }

    fn waiting(&self, _task: TaskId) -> Waiting {
        Waiting::default()
    }

    /// The value, or only its type where an object could be in it: that might be the atomic itself.
    fn state_text(&self) -> String {
        match &self.value {
            Value::Array(_)
            | Value::Map(_)
            | Value::Object(_)
            | Value::Reference(_)
            | Value::Collection(_) => self.value.type_name(),
            plain => debug_text(plain),
        }
    }
}

crate::value::state_key_test! { atomic_key, Atomic, Atomic::new(Value::Int(1), |_, _| true);
    value: Value::Int(2),
    ; left out equal
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::*;
    use crate::value::Value::Int;

    fn same_number(a: &Value, b: &Value) -> bool {
        a.as_int() == b.as_int()
    }

    #[test]
    fn each_operation_gives_what_was_there_before() {
        let mut table = Table::default();
        let atomic = table.add(Atomic::new(Int(5), same_number));
        for (verb, args, answer, after) in [
            (Verb::Load, &[][..], "5", "5"),
            (Verb::Store, &[Int(1)], "()", "1"),
            (Verb::Swap, &[Int(2)], "1", "2"),
            (Verb::FetchAdd, &[Int(3)], "2", "5"),
            (Verb::FetchSub, &[Int(1)], "5", "4"),
            (Verb::FetchMax, &[Int(9)], "4", "9"),
            (Verb::FetchMin, &[Int(7)], "9", "7"),
            (Verb::CompareExchange, &[Int(6), Int(0)], "false", "7"),
            (Verb::CompareExchange, &[Int(7), Int(0)], "true", "0"),
        ] {
            table.done(&atomic, 1, verb, args, answer);
            table.done(&atomic, 2, Verb::Value, &[], after);
        }
        assert_eq!(atomic.text(), "Atomic(0)");
    }

    #[test]
    fn overflow_and_other_types_are_refused_and_change_nothing() {
        let mut table = Table::default();
        let atomic = table.add(Atomic::new(Int(i64::MAX), same_number));
        table.misuse(&atomic, 1, Verb::FetchAdd, &[Int(1)], "Addition overflow");
        table.misuse(
            &atomic,
            1,
            Verb::FetchAdd,
            &[Value::Float(1.0)],
            "an integer",
        );
        table.misuse(&atomic, 1, Verb::Store, &[], "store takes 1 argument");
        table.done(&atomic, 1, Verb::Load, &[], "9223372036854775807");
        table.done(&atomic, 1, Verb::Store, &[Value::from("a")], "()");
        table.misuse(
            &atomic,
            1,
            Verb::FetchSub,
            &[Int(1)],
            "computes with integers",
        );
        let unknown = table.ask(&atomic, 1, Verb::Acquire, &[]);
        assert!(matches!(unknown, Attempt::Unknown));
    }
}
