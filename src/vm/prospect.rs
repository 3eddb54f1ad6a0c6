//! Which operations on objects a thread may still do, read off its code from where it stands: who waits
//! in vain can be told what another thread would have done if it had come so far.
//!
//! An estimate that errs on the side of too much: both branches of an `if` and one round of each loop
//! count, an index that is not known yet stands for all items. It decides no schedule and no outcome.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Globals;
use super::fiber::Fiber;
use crate::pos::Pos;
use crate::program::Program;
use crate::program::code::{AccessPath, Code, PathSegment, Root};
use crate::program::op::Op;
use crate::program::operand::{Operand, Registers};
use crate::value::object::Verb;
use crate::value::{Cell, CodeId, Function, Object, Target, Value};

/// So many calls deep the code is read.
const DEEPEST: usize = 8;

/// What is known of the variables of a function.
#[derive(Clone, Copy, Default)]
struct Scope<'a> {
    /// Its registers; of one that is not called yet nothing.
    registers: &'a [Value],
    captures: &'a [Arc<Cell>],
}

/// An operation that a thread may still do, and where.
pub type Prospect = (Arc<Object>, Verb, Pos);

impl Fiber {
    /// See the head of the file. What the fiber is about to execute, or waits at, is not among them.
    pub fn prospects(&self, program: &Program, globals: &Globals) -> Vec<Prospect> {
        let mut reader = Reader {
            program,
            globals,
            found: Vec::new(),
            read: BTreeSet::new(),
        };
        for frame in self.frames.iter().rev() {
            let code = program.code(frame.code);
            let captures: &[Arc<Cell>] = match self.registers.get(frame.callee as usize) {
                Some(Value::Function(function)) => &function.captures,
                _ => &[],
            };
            let scope = Scope {
                registers: self.registers.get(frame.base as usize..).unwrap_or(&[]),
                captures,
            };
            let pc = frame.pc as usize;
            reader.ops(code, pc + 1..code.ops.len(), scope, 0);
            // A loop around it may come back.
            for at in pc..code.ops.len() {
                let mut back = None;
                code.ops[at].jumps(at, code, |to| {
                    if let Ok(to) = usize::try_from(to)
                        && to <= pc
                    {
                        back = Some(to);
                    }
                });
                if let Some(to) = back {
                    reader.ops(code, to..pc, scope, 0);
                }
            }
        }
        reader.found
    }
}

struct Reader<'a> {
    program: &'a Program,
    globals: &'a Globals,
    found: Vec<Prospect>,
    /// The functions that were read from their beginning.
    read: BTreeSet<(u32, u32)>,
}

impl Reader<'_> {
    fn ops(&mut self, code: &Code, ops: std::ops::Range<usize>, scope: Scope<'_>, depth: usize) {
        for at in ops {
            let op = &code.ops[at];
            let pos = code.pos(at);
            if let Some((site, ..)) = op.method_call() {
                let site = &code.sites[usize::from(site)];
                if let Some(verb) = site.verb {
                    for object in self.objects(code, &site.place, scope) {
                        self.found.push((object, verb, pos));
                    }
                }
            } else if let Some((register, verb, _)) = op.asks()
                && let Some(Value::Object(object)) = scope.registers.get(usize::from(register))
            {
                self.found.push((object.clone(), verb, pos));
            }
            if depth < DEEPEST {
                self.callees(code, op, scope, depth);
            }
        }
    }

    /// Reads the functions that an instruction may call.
    fn callees(&mut self, code: &Code, op: &Op, scope: Scope<'_>, depth: usize) {
        if let Op::Call { argc, name, .. } = *op {
            let name = self.program.name(code.names[usize::from(name)]);
            if let Some(callee) = name.function(usize::from(argc)) {
                self.function(callee, &[], depth);
            }
        }
        let mut callee = None;
        op.operands(|operand| {
            if let Operand::Registers(Registers::Callee(register)) = operand {
                callee = Some(register);
            }
        });
        let value = callee.and_then(|register| scope.registers.get(usize::from(register)));
        if let Some(Value::Function(function)) = value {
            let Function {
                target, captures, ..
            } = &**function;
            if let Target::Code(code) = target {
                self.function(*code, captures, depth);
            }
        }
    }

    fn function(&mut self, id: CodeId, captures: &[Arc<Cell>], depth: usize) {
        if self.read.insert((id.unit, id.ordinal)) {
            let code = self.program.code(id);
            let scope = Scope {
                registers: &[],
                captures,
            };
            self.ops(code, 0..code.ops.len(), scope, depth + 1);
        }
    }

    /// The objects that a place may lead to.
    fn objects(&self, code: &Code, place: &AccessPath, scope: Scope<'_>) -> Vec<Arc<Object>> {
        let register = |register: u16| scope.registers.get(usize::from(register)).cloned();
        let root = match place.root {
            Root::Register(number) => register(number),
            Root::Cell(number) => match register(number) {
                Some(Value::Cell(cell)) => Some(cell.load()),
                _ => None,
            },
            Root::Capture(index) => {
                (scope.captures.get(usize::from(index))).map(|cell| cell.load())
            }
            Root::Global(index) => (code.globals.get(usize::from(index))).and_then(|id| {
                self.globals
                    .with(*id, |binding| binding.map(|binding| binding.cell.load()))
            }),
            Root::This => None,
        };
        let mut values: Vec<Value> = root.into_iter().collect();
        for key in &place.keys {
            let next = |value: &Value| match (key, value) {
                (PathSegment::Field { name, .. }, Value::Map(map)) => {
                    map.get(name.as_str()).cloned().into_iter().collect()
                }
                (PathSegment::Index { .. }, Value::Array(items)) => items.iter().cloned().collect(),
                (PathSegment::Index { .. }, Value::Map(map)) => map.values().cloned().collect(),
                _ => Vec::new(),
            };
            values = values.iter().flat_map(next).collect();
        }
        let object = |value| match value {
            Value::Object(object) => Some(object),
            _ => None,
        };
        values.into_iter().filter_map(object).collect()
    }
}
