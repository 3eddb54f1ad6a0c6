//! What happens to an error: it is caught, or leaves function after function.

use std::sync::Arc;

use super::Stop;
use super::arithmetic::put;
use super::step::{Flow, Machine, Step};
use crate::pos::Pos;
use crate::program::Language;
use crate::program::code::{Handler, HandlerKind};
use crate::value::object::{Call, Verb};
use crate::value::{Class, Fault, FaultKind, NO_UNIT, SHOWN, TraceEntry, Value};

/// The function of the prelude that has an error say what it is, given the fault and the error.
const DESCRIBE: &str = "__python__uncaught";

/// How many calls an error remembers: a recursion without end would fill pages.
const MAX_TRACE: usize = 16;

impl Machine<'_, '_> {
    /// Finds who catches an error of the current instruction; the fiber then stands there. Returns
    /// the fault when nobody does.
    pub(super) fn catch(&mut self, kind: FaultKind) -> Option<Fault> {
        if let FaultKind::Elsewhere(fault) = kind {
            return self.unwind(Fault::clone(&fault));
        }
        let kind = match self.dialect() {
            Language::Python => kind.in_python(),
            Language::Own => kind,
        };
        let place = self.fiber.place(self.env.program);
        let (unit, mut pos) = place.unwrap_or((NO_UNIT, self.fiber.started_at));
        if kind.is_of_a_link()
            && let Some(link) = self.broken_link()
        {
            pos = link;
        }
        let mut fault = Fault::new(kind, pos);
        fault.unit = unit;
        match fault.kind {
            FaultKind::Limit(_) => Some(*self.abandon(Box::new(fault))),
            _ => self.unwind(fault),
        }
    }

    /// Throws an error again that was caught before.
    pub(super) fn rethrow(&mut self, fault: Fault) -> Step {
        match self.unwind(fault) {
            None => Ok(Flow::Reload),
            Some(fault) => Ok(Flow::Stop(Self::end_by(fault))),
        }
    }

    fn unwind(&mut self, mut fault: Fault) -> Option<Fault> {
        self.fiber.reached = None;
        self.fiber.through = None;
        self.fiber.retrying = false;
        let is_exit = matches!(fault.kind, FaultKind::Exit(_));
        if self.listening && !is_exit {
            let ahead = self.fiber.prospects(self.env.program, self.env.globals);
            self.env.services.has_raised(self.fiber.task, &fault, ahead);
        }
        if self.is_described_by_script(&fault) {
            return None;
        }
        while !self.fiber.frames.is_empty() {
            if let Some(handler) = self.handler(is_exit) {
                let (HandlerKind::Catch(error) | HandlerKind::With { error, .. }) = handler.kind;
                put(self.register(error), Value::Error(Arc::new(fault)));
                self.frame().pc = handler.target;
                return None;
            }
            self.pop(&mut fault);
        }
        Some(fault)
    }

    /// Whether an error that nobody catches is shown as its class says: then that runs first, on top of
    /// everything, and throws the error again.
    fn is_described_by_script(&mut self, fault: &Fault) -> bool {
        let program = self.env.program;
        let FaultKind::Thrown(Value::Reference(error)) = &fault.kind else {
            return false;
        };
        if error.method("__str__").is_none() || error.attribute(SHOWN).is_some() {
            return false;
        }
        let is_caught = self.fiber.frames.iter().any(|frame| {
            let handlers = &program.code(frame.code).handlers;
            (handlers.iter()).any(|handler| (handler.start..handler.end).contains(&frame.pc))
        });
        let describe = program.find_name(DESCRIBE).filter(|id| {
            let is_there = program.name(*id).function(2).is_some();
            is_there && !is_caught && !self.fiber.frames.is_empty()
        });
        let Some(describe) = describe else {
            return false;
        };
        error.set_attribute(SHOWN, Value::from(""));
        let function = Arc::new(program.named_function(describe));
        let args = vec![
            Value::Error(Arc::new(fault.clone())),
            Value::Reference(error.clone()),
        ];
        matches!(self.call_into(0, function, args, None), Ok(Flow::Reload))
    }

    /// The innermost handler around the current instruction; of an exit, the innermost `with`.
    fn handler(&mut self, is_exit: bool) -> Option<Handler> {
        let pc = self.frame().pc;
        let (code, _) = self.code();
        code.handlers
            .iter()
            .filter(|handler| !is_exit || matches!(handler.kind, HandlerKind::With { .. }))
            .find(|handler| (handler.start..handler.end).contains(&pc))
            .copied()
    }

    /// How a fiber ends by an error that nothing has caught.
    pub(super) fn end_by(fault: Fault) -> Stop {
        match fault.kind {
            FaultKind::Exit(value) => Stop::Finished(value),
            _ => Stop::Failed(Box::new(fault)),
        }
    }

    /// The error that leaves a `with`, whose handler begins with the current instruction.
    pub(super) fn passing_error(&mut self) -> Value {
        let pc = self.frame().pc;
        let (code, _) = self.code();
        let error = code.handlers.iter().find_map(|handler| match handler.kind {
            HandlerKind::With { error, .. } if handler.target == pc => Some(error),
            _ => None,
        });
        error.map_or(Value::Unit, |error| self.register(error).clone())
    }

    /// Ends a fiber that is being stopped: every value that a `with` has entered is abandoned,
    /// innermost first, and no code of the script runs any more.
    pub(super) fn unwind_stopped(&mut self, fault: Box<Fault>) -> Stop {
        Stop::Failed(self.abandon(fault))
    }

    fn abandon(&mut self, mut fault: Box<Fault>) -> Box<Fault> {
        if let Some((unit, pos)) = self.fiber.place(self.env.program) {
            fault.unit = unit;
            fault.pos = pos;
        }
        while !self.fiber.frames.is_empty() {
            let pc = self.frame().pc;
            let program = self.env.program;
            let code = program.code(self.frame().code);
            for handler in &code.handlers {
                if let HandlerKind::With { context, .. } = handler.kind
                    && (handler.start..handler.end).contains(&pc)
                    && let Value::Object(object) = self.register(context).clone()
                {
                    let call = Call {
                        verb: Verb::Abandon,
                        args: &[],
                    };
                    let task = self.fiber.task;
                    let (effects, ids) = (&mut *self.env.effects, self.env.ids);
                    // Abandoning never waits, and whatever it answers, the thread ends.
                    let _ = object.attempt(call, task, Pos::NONE, effects, ids, self.env.services);
                    if !self.env.effects.is_empty() {
                        let _ = self.env.services.carry_out(self.env.effects);
                    }
                }
            }
            self.pop(&mut fault);
        }
        fault
    }

    /// Leaves the top frame by an error.
    fn pop(&mut self, fault: &mut Fault) {
        let Some(frame) = self.fiber.frames.pop() else {
            return;
        };
        self.leave_generator(&frame);
        let code = self.env.program.code(frame.code);
        // To who takes its items, the end of another generator is no end of this one.
        if code.generator.is_some()
            && code.dialect == Language::Python
            && frame.is_of_script(self.env.program)
            && fault.kind.class() == Class::StopIteration
        {
            let message = "generator raised StopIteration";
            let advice = "give `next` a default, or catch it in the generator";
            fault.kind = FaultKind::raised(Class::RuntimeError, message, advice);
        }
        let base = frame.base as usize;
        let end = (base + code.registers as usize).min(self.fiber.registers.len());
        for register in &mut self.fiber.registers[base.min(end)..end] {
            put(register, Value::Unit);
        }
        if fault.trace.len() < MAX_TRACE
            && let Some(caller) = self.fiber.frames.last()
            && let Some(unit) = self.env.program.unit(caller.code.unit)
            && !unit.is_prelude()
        {
            let pos = unit.functions[caller.code.ordinal as usize].pos(caller.pc as usize);
            fault.trace.push(TraceEntry {
                function: code.name.as_str().into(),
                called_at: pos,
            });
        }
    }
}
