//! When two fibers are alike: for those who keep states of a program and compare them.
//!
//! A fiber shows everything that decides how it goes on. What it will never read again is forgotten
//! first, so that it makes no difference.

use std::sync::Arc;

use super::fiber::{Fiber, Frame, NONE, Stage};
use super::{Draw, Intrinsic};
use crate::program::Program;
use crate::program::liveness::Liveness;
use crate::program::op::Op;
use crate::value::object::Visitor;
use crate::value::{CodeId, Footprint, Value};

/// The analyses of the functions met so far. Code never changes, so they stay true.
#[derive(Default)]
pub struct LivenessCache {
    /// By unit and place in the unit.
    functions: Vec<Vec<Option<Liveness>>>,
}

impl LivenessCache {
    fn of(&mut self, program: &Program, id: CodeId) -> &Liveness {
        let (unit, ordinal) = (id.unit as usize, id.ordinal as usize);
        if self.functions.len() <= unit {
            self.functions.resize_with(unit + 1, Vec::new);
        }
        let unit = &mut self.functions[unit];
        if unit.len() <= ordinal {
            unit.resize_with(ordinal + 1, || None);
        }
        unit[ordinal].get_or_insert_with(|| Liveness::new(program.code(id)))
    }
}

impl Fiber {
    /// Forgets what no instruction will read any more. Only for a fiber that is between two
    /// instructions: one that has stopped.
    pub fn forget_dead(&mut self, program: &Program, cache: &mut LivenessCache) {
        for index in 0..self.frames.len() {
            let frame = &self.frames[index];
            let above = self.frames.get(index + 1);
            let code = program.code(frame.code);
            let at = frame.pc as usize;
            let liveness = cache.of(program, frame.code);
            let live = match above {
                Some(_) => liveness.across_call(at),
                None => liveness.before(at),
            };
            let base = frame.base as usize;
            let end = base + code.registers as usize;
            // What lies higher belongs to the function that was called.
            let own_end = above.map_or(end, |above| end.min(above.base as usize));
            let callee = above.map_or(NONE, |above| above.callee) as usize;
            let receiver = match (frame.stage, code.ops.get(at)) {
                (Stage::StoreBack, Some(Op::CallMethod { base, .. })) => usize::from(*base) - 1,
                _ => usize::MAX,
            };
            if above.is_none() {
                self.registers.truncate(end);
            }
            let own_end = own_end.min(self.registers.len());
            for (register, value) in self.registers[base.min(own_end)..own_end]
                .iter_mut()
                .enumerate()
            {
                let is_needed =
                    live.contains(register) || base + register == callee || register == receiver;
                if !is_needed && !value.is_unit() {
                    *value = Value::Unit;
                }
            }
        }
    }

    /// Adds the memory that the fiber takes, itself excepted, and what its values lead to.
    pub fn add_to(&self, footprint: &mut Footprint) {
        footprint.block(self.frames.capacity() * size_of::<Frame>());
        footprint.values(&self.registers, self.registers.capacity());
        if let Some((object, _)) = &self.reached {
            footprint.value(&Value::Object(object.clone()));
        }
    }

    /// Shows everything that decides how the fiber goes on: two that show the same are alike.
    pub fn visit_parts(&self, visitor: &mut dyn Visitor) {
        visitor.number(self.frames.len() as u64);
        for frame in &self.frames {
            visitor.number(u64::from(frame.code.unit) << 32 | u64::from(frame.code.ordinal));
            visitor.number(u64::from(frame.pc) << 32 | u64::from(frame.base));
            visitor.number(u64::from(frame.dst) << 32 | u64::from(frame.callee));
            visitor.number(u64::from(frame.receiver) << 1 | u64::from(frame.stage as u8));
        }
        let used = self.registers.iter().rposition(|value| !value.is_unit());
        let used = used.map_or(0, |last| last + 1);
        visitor.number(used as u64);
        for value in &self.registers[..used] {
            visitor.value(value);
        }
        if let Some((object, keys)) = &self.reached {
            visitor.number(u64::from(*keys));
            visitor.value(&Value::Object(object.clone()));
        }
        if let Some(event_loop) = &self.event_loop {
            visitor.value(&Value::Object(event_loop.clone()));
        }
        if let Some(intrinsic) = &self.pending {
            intrinsic.visit_parts(visitor);
        }
        let flags = [
            self.allowed,
            self.retrying,
            self.sleeping,
            self.woken.is_some(),
            self.stopping.is_some(),
        ];
        let bits = flags
            .iter()
            .fold(0, |bits, flag| bits << 1 | u64::from(*flag));
        visitor.number(bits);
    }
}

impl Intrinsic {
    fn visit_parts(&self, visitor: &mut dyn Visitor) {
        match self {
            Self::Print(text) => visitor.text(text),
            Self::Sleep(time) => visitor.number(time.as_nanos() as u64),
            Self::Now => visitor.number(1),
            Self::CurrentThread => visitor.number(2),
            Self::Threads => visitor.number(3),
            Self::Random(draw) => match draw {
                Draw::Number(range) => visitor.value(&Value::Range(Arc::new(*range))),
                Draw::Float(low, high) => {
                    visitor.value(&Value::Float(*low));
                    visitor.value(&Value::Float(*high));
                }
                Draw::Item(items) => items.iter().for_each(|item| visitor.value(item)),
            },
            Self::Call(function, args) => {
                visitor.value(&Value::Function(function.clone()));
                args.iter().for_each(|arg| visitor.value(arg));
            }
            Self::IsDefined(name) => visitor.text(name),
            Self::Pid => visitor.number(4),
            Self::Ask(object, verb, args) => {
                visitor.number(*verb as u64);
                visitor.value(&Value::Object(object.clone()));
                args.iter().for_each(|arg| visitor.value(arg));
            }
        }
    }
}
