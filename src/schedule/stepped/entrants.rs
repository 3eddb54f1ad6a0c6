//! The threads of a run that may be interchangeable: those that the script has made itself, with what
//! they were born with.
//!
//! Two of them are of one *birth* when they run the same code with the same captured variables, or
//! variables that held the same then, and with the same arguments. Whether they are interchangeable in a
//! state is decided by the state alone; of which birth a thread is says who may be named in place of whom
//! when an outcome is described.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::object::{ObjectId, Spawn, TaskId, ThreadCode};
use crate::value::{Cell, Function, Value};

/// A thread that has started, whether or not it has ended.
#[derive(Clone, Debug)]
pub(super) struct Entrant {
    pub(super) code: ThreadCode,
    /// Which birth among those of its code, from 0.
    pub(super) birth: u32,
    pub(super) name: Arc<str>,
    with: Arc<Box<[Part]>>,
}

/// By number.
pub(super) type Entrants = BTreeMap<TaskId, Entrant>;

/// What a thread was born with, one part.
#[derive(Clone, Debug)]
enum Part {
    /// A value that is all there is to it.
    Scalar(Value),
    Object(ObjectId),
    Function(ThreadCode),
    /// A captured variable with what it held, when that was a scalar.
    Captured(Arc<Cell>, Option<Value>),
    /// Something with so many parts behind it.
    Compound(usize),
    /// Like nothing else.
    Other,
}

impl Part {
    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(a), Self::Scalar(b)) => same_scalar(a, b),
            (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Function(a), Self::Function(b)) => a == b,
            (Self::Captured(a, held), Self::Captured(b, other)) => {
                let alike = |a: &Value| other.as_ref().is_some_and(|b| same_scalar(a, b));
                Arc::ptr_eq(a, b) || held.as_ref().is_some_and(alike)
            }
            (Self::Compound(a), Self::Compound(b)) => a == b,
            _ => false,
        }
    }
}

fn same_scalar(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Char(a), Value::Char(b)) => a == b,
        _ => a.as_str().is_some() && a.as_str() == b.as_str(),
    }
}

/// What a call is born with: its function and arguments, part by part.
fn parts(function: &Function, args: &[Value]) -> Box<[Part]> {
    let mut parts = Vec::new();
    of_function(function, &mut parts);
    let mut left: Vec<&Value> = args.iter().rev().collect();
    while let Some(value) = left.pop() {
        match value {
            Value::Array(items) => {
                parts.push(Part::Compound(items.len()));
                left.extend(items.iter().rev());
            }
            Value::Object(object) => parts.push(Part::Object(object.id)),
            Value::Function(function) => of_function(function, &mut parts),
            value if value.is_scalar() || value.as_str().is_some() => {
                parts.push(Part::Scalar(value.clone()));
            }
            _ => parts.push(Part::Other),
        }
    }
    parts.into()
}

fn of_function(function: &Function, parts: &mut Vec<Part>) {
    parts.push(Part::Function(ThreadCode::of(function)));
    parts.push(Part::Compound(function.captures.len()));
    for cell in function.captures.iter() {
        let held = cell.load();
        parts.push(Part::Captured(
            cell.clone(),
            held.is_scalar().then_some(held),
        ));
    }
    match function.curried.is_empty() {
        true => {}
        false => parts.push(Part::Other),
    }
}

/// Notes a thread that starts, if it can be interchangeable with others at all: one that the script has
/// made itself, and that is no task of an event loop and no thread of a pool. Returns what it runs.
pub(super) fn note(entrants: &mut Arc<Entrants>, spawn: &Spawn) -> Option<ThreadCode> {
    let is_own = spawn.handle.kind() == "Thread"
        && !spawn.worker
        && spawn.isolated.is_none()
        && spawn.event_loop.is_none();
    if !is_own {
        return None;
    }
    let code = ThreadCode::of(&spawn.function);
    let with = parts(&spawn.function, &spawn.args);
    let of_code = || entrants.values().filter(|one| one.code == code);
    let is_alike = |one: &&Entrant| {
        let mut both = one.with.iter().zip(&with);
        one.with.len() == with.len() && both.all(|(a, b)| a.equals(b))
    };
    let known = of_code()
        .find(is_alike)
        .map(|one| (one.birth, one.with.clone()));
    let (birth, with) = known.unwrap_or_else(|| {
        let next = of_code().map(|one| one.birth + 1).max();
        (next.unwrap_or_default(), Arc::new(with))
    });
    let entrant = Entrant {
        code,
        birth,
        name: spawn.name.clone(),
        with,
    };
    Arc::make_mut(entrants).insert(spawn.task, entrant);
    Some(code)
}
