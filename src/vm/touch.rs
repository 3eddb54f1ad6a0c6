//! What a fiber is about to touch, told in three numbers: for those who compare the next steps of
//! threads many times a second and need no names.

use std::sync::Arc;

use super::Globals;
use super::fiber::Fiber;
use crate::program::Program;
use crate::program::ahead::Ahead;
use crate::program::code::Root;
use crate::program::op::Op;
use crate::value::object::Verb;
use crate::value::{Object, Value};

/// An instruction of the program: the same in every run, and in every session that was given the
/// same texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instruction(pub u64);

/// A visible operation on something that threads may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The instruction that does it.
    pub by: Instruction,
    /// The variable or object, by its address: it means something only within one run.
    pub what: usize,
    /// Whether it may change it.
    pub writes: bool,
}

impl Touch {
    /// Whether the order of the two makes a difference.
    pub fn conflicts(&self, other: &Self) -> bool {
        self.what == other.what && (self.writes || other.writes)
    }
}

impl Fiber {
    /// What the visible operation touches that the fiber stands before; nothing for a print and
    /// the like. A part of a variable counts as the whole.
    pub fn touch(&self, program: &Program, globals: &Globals) -> Option<Touch> {
        let frame = self.frames.last()?;
        let (what, writes) = match self.asked(program) {
            Some((object, verb)) => (Arc::as_ptr(object) as usize, changes(verb)),
            None => {
                let access = self.touches(program, globals)?;
                (access.cell, access.writes)
            }
        };
        let code = u64::from(frame.code.unit) << 48 | u64::from(frame.code.ordinal) << 24;
        let by = Instruction(code ^ u64::from(frame.pc));
        Some(Touch { by, what, writes })
    }

    /// Which object the fiber stands before asking what, as [`Fiber::asking`] says it.
    fn asked(&self, program: &Program) -> Option<(&Arc<Object>, Verb)> {
        let frame = self.frames.last()?;
        let code = program.code(frame.code);
        let object = |register: u16| {
            let index = frame.base as usize + usize::from(register);
            match self.registers.get(index) {
                Some(Value::Object(object)) => Some(object),
                _ => None,
            }
        };
        let reached = self.reached.as_ref().map(|(object, _)| object);
        match *code.ops.get(frame.pc as usize)? {
            Op::CallMethod { site, .. } => {
                let site = &code.sites[usize::from(site)];
                let receiver = reached.or_else(|| match site.place.root {
                    Root::Register(root) if site.place.keys.is_empty() => object(root),
                    _ => None,
                })?;
                Some((receiver, site.verb?))
            }
            Op::Get { .. } => Some((reached?, Verb::Item)),
            Op::Index { object: of, .. } => Some((object(of)?, Verb::Item)),
            Op::ForNext { state, .. } => Some((object(state)?, Verb::Item)),
            Op::Enter { context, .. } => Some((object(context)?, Verb::Enter)),
            Op::Exit { context, .. } => Some((object(context)?, Verb::Exit)),
            _ => None,
        }
    }

    /// How many visible operations may still lie ahead of the fiber: an estimate.
    pub fn ahead(&self, program: &Program, ahead: &mut Ahead) -> u32 {
        let top = self.frames.len().saturating_sub(1);
        let counts = self.frames.iter().enumerate().map(|(index, frame)| {
            // A caller goes on behind its call.
            let pc = frame.pc as usize + usize::from(index < top);
            ahead.from(program, frame.code, pc)
        });
        counts.fold(0, u32::saturating_add)
    }
}

/// Whether what is asked may change the object.
fn changes(verb: Verb) -> bool {
    !matches!(
        verb,
        Verb::Locked
            | Verb::IsAlive
            | Verb::Name
            | Verb::Ident
            | Verb::Daemon
            | Verb::Done
            | Verb::Running
            | Verb::Cancelled
            | Verb::Load
            | Verb::IsSet
    )
}
