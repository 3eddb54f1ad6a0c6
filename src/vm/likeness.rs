//! When two fibers are alike: for those who keep states of a program and compare them.
//!
//! What a fiber will never read again is forgotten before it is encoded, so that it makes no
//! difference.

use std::sync::Arc;

use super::fiber::{Fiber, Frame, NONE};
use super::{Draw, Intrinsic};
use crate::pos::Pos;
use crate::program::Program;
use crate::program::liveness::Liveness;
use crate::program::op::Op;
use crate::value::{CodeId, EncodeState, Footprint, StateEncoder, Value};

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
        if !self.started_at.is_none() && self.has_places(program) {
            self.started_at = Pos::NONE;
        }
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
            if above.is_none() {
                self.registers.truncate(end);
            }
            let own_end = own_end.min(self.registers.len());
            for (register, value) in self.registers[base.min(own_end)..own_end]
                .iter_mut()
                .enumerate()
            {
                let is_needed = live.contains(register) || base + register == callee;
                if !is_needed && !value.is_unit() {
                    *value = Value::Unit;
                }
            }
        }
    }

    /// Whether each error has a place in the script's text from now on: that of where the thread was
    /// started is for errors before its first line.
    fn has_places(&self, program: &Program) -> bool {
        let [_, first, ..] = &self.frames[..] else {
            return false;
        };
        let is_prelude = program
            .unit(first.code.unit)
            .is_none_or(|unit| unit.is_prelude());
        let code = program.code(first.code);
        let cannot_fail = |op: &Op| {
            use Op::{Jump, Move, Return, ReturnUnit, Take, Unit};
            matches!(
                op,
                Jump { .. } | Move { .. } | Return { .. } | ReturnUnit | Take { .. } | Unit { .. }
            )
        };
        let mut places = code.ops.iter().zip(&code.positions);
        !is_prelude && places.all(|(op, pos)| !pos.is_none() || cannot_fail(op))
    }

    /// Adds the memory that the fiber takes, itself excepted, and what its values lead to.
    pub fn add_to(&self, footprint: &mut Footprint) {
        footprint.block(self.frames.capacity() * size_of::<Frame>());
        footprint.values(&self.registers, self.registers.capacity());
        if let Some((object, _)) = &self.reached {
            footprint.value(&Value::Object(object.clone()));
        }
        if let Some((reference, _)) = &self.through {
            footprint.value(&Value::Reference(reference.clone()));
        }
    }
}

impl EncodeState for Fiber {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            // Whose fiber it is says the scheduler.
            task: _,
            registers,
            frames,
            woken,
            allowed,
            retrying,
            reached,
            through,
            pending,
            // What is reported when the wait is granted: a report changes nothing.
            wanted: _,
            sleeping,
            started_at,
            event_loop,
            // The event loop knows in which thread it runs.
            thread: _,
            stopping,
        } = self;
        frames.encode_state(encoder);
        // What lies higher was never set, or is forgotten: how much memory there is does not matter.
        let used = registers.iter().rposition(|value| !value.is_unit());
        registers[..used.map_or(0, |last| last + 1)].encode_state(encoder);
        let flags = u64::from(*allowed) << 2 | u64::from(*retrying) << 1 | u64::from(*sleeping);
        (flags, woken, reached, pending).encode_state(encoder);
        let through = (through.as_ref())
            .map(|(reference, used)| (Value::Reference(reference.clone()), u64::from(*used)));
        through.encode_state(encoder);
        (started_at, event_loop, stopping).encode_state(encoder);
    }
}

impl EncodeState for Frame {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        let Self {
            code,
            pc,
            base,
            dst,
            callee,
        } = *self;
        encoder.number(u64::from(code.unit) << 32 | u64::from(code.ordinal));
        encoder.number(u64::from(pc) << 32 | u64::from(base));
        encoder.number(u64::from(dst) << 32 | u64::from(callee));
    }
}

impl EncodeState for Intrinsic {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Print { text, is_open } => (0, text, u64::from(*is_open)).encode_state(encoder),
            Self::Note(text) => (13, text).encode_state(encoder),
            Self::Sleep(time) => (1, time).encode_state(encoder),
            Self::Now => encoder.number(2),
            Self::CurrentThread => encoder.number(3),
            Self::Threads => encoder.number(4),
            Self::Random(draw) => (5, draw).encode_state(encoder),
            Self::Call(function, args) => (6, function, args).encode_state(encoder),
            Self::IsDefined(name) => (7, name).encode_state(encoder),
            Self::Pid => encoder.number(8),
            Self::ReadLine => encoder.number(10),
            Self::Eval(text) => (12, text).encode_state(encoder),
            Self::ReadFile(path) => (11, path).encode_state(encoder),
            Self::Ask(object, verb, args) => {
                (9, *verb as u64, object, args).encode_state(encoder);
            }
        }
    }
}

impl EncodeState for Draw {
    fn encode_state(&self, encoder: &mut dyn StateEncoder) {
        match self {
            Self::Number(range) => (0, Value::Range(Arc::new(*range))).encode_state(encoder),
            Self::Float(low, high) => (1, low, high).encode_state(encoder),
            Self::Item(items) => (2, items).encode_state(encoder),
        }
    }
}

crate::value::state_key_test! { fiber_key, Fiber, Fiber::new(TaskId(1), function("f"), Vec::new());
    registers: vec![Value::Int(1)],
    frames: Vec::new(),
    woken: Some(Wake::Retry),
    allowed: true,
    retrying: true,
    reached: Some((object(), 1)),
    through: Some((reference(), 1)),
    pending: Some(Box::new(Intrinsic::Now)),
    sleeping: true,
    started_at: Pos::new(2, 3),
    event_loop: Some(object()),
    stopping: Some(Box::new(Fault::clone(&fault()))),
    ; left out task thread wanted
}

crate::value::state_key_test! { frame_key, Frame, Fiber::new(TaskId(1), function("f"), Vec::new()).frames[0];
    code: CodeId { unit: 7, ordinal: 7 },
    pc: 7,
    base: 7,
    dst: 7,
    callee: 7,
}
