//! A fiber: one thread of the script as plain data.

use std::sync::Arc;

use crate::pos::Pos;
use crate::program::Program;
use crate::value::object::{TaskId, Wake};
use crate::value::{CodeId, Fault, Function, Value};

/// One call that is under way.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The code.
    pub code: CodeId,
    /// The next instruction.
    pub pc: u32,
    /// The index of register 0 in the fiber's registers.
    pub base: u32,
    /// The caller's register (absolute) that gets the value.
    pub dst: u32,
    /// Where the closure stands (absolute), for its captures; [`NO_CALLEE`] for a plain function.
    pub callee: u32,
    /// Where the receiver goes back to (absolute) when a method returns; [`NO_CALLEE`] for none.
    pub receiver: u32,
}

/// No such register.
pub const NO_CALLEE: u32 = u32::MAX;

/// One thread of the script: registers and frames.
#[derive(Clone, Debug)]
pub struct Fiber {
    /// Its number.
    pub task: TaskId,
    pub(super) registers: Vec<Value>,
    pub(super) frames: Vec<Frame>,
    /// How a wait has ended; taken when the fiber goes on.
    pub(super) woken: Option<Wake>,
    /// Whether it may do the visible operation that it stands before.
    pub(super) allowed: bool,
    /// Whether it shall end as soon as it goes on.
    pub(super) stopping: Option<Box<Fault>>,
}

impl Fiber {
    /// A fiber that will call `function` with `args`.
    pub fn new(task: TaskId, function: Arc<Function>, args: Vec<Value>) -> Self {
        let mut registers = vec![Value::Function(function)];
        registers.extend(args);
        Self {
            task,
            registers,
            frames: Vec::new(),
            woken: None,
            allowed: false,
            stopping: None,
        }
    }

    /// Ends the wait of a fiber that stopped with [`super::Stop::Wait`].
    pub fn wake(&mut self, wake: Wake) {
        self.woken = Some(wake);
    }

    /// Lets a fiber that stopped with [`super::Stop::Visible`] do that one operation.
    pub fn allow(&mut self) {
        self.allowed = true;
    }

    /// Makes the fiber end with `fault` when it goes on: it leaves each `with` without waiting, and
    /// no `catch` stops it.
    pub fn stop(&mut self, fault: Fault) {
        self.stopping = Some(Box::new(fault));
    }

    /// Where in the learner's text it stands: the innermost position that is not in the prelude.
    pub fn pos(&self, program: &Program) -> Pos {
        self.frames
            .iter()
            .rev()
            .map(|frame| (frame, program.code(frame.code)))
            .map(|(frame, code)| (frame, code.pos(frame.pc as usize)))
            .find(|(_, pos)| !pos.is_none())
            .map_or(Pos::NONE, |(_, pos)| pos)
    }

    /// The unit of the program and the place in the learner's text.
    pub fn place(&self, _program: &Program) -> Option<(u32, Pos)> {
        None
    }

    /// Gives back memory that it does not need while it waits.
    pub fn shrink(&mut self) {}
}
