//! A fiber: one thread of the script as plain data.

use std::sync::Arc;

use super::{Intrinsic, Visible};
use crate::pos::Pos;
use crate::program::{Program, boot};
use crate::value::object::{Daemon, TaskId, Wake};
use crate::value::{CodeId, Fault, Function, Object, Reference, Value};

/// No such register.
pub(super) const NONE: u32 = u32::MAX;

/// One call that is under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The code.
    pub(super) code: CodeId,
    /// The instruction that it executes now or, for a caller, the call.
    pub(super) pc: u32,
    /// The index of register 0 in the fiber's registers.
    pub(super) base: u32,
    /// The caller's register (absolute) that gets the value.
    pub(super) dst: u32,
    /// Where the closure stands (absolute), for its captures; [`NONE`] for a plain function.
    pub(super) callee: u32,
}

impl Frame {
    /// Whether a function of a text of the script runs in it, none of the library's.
    pub(super) fn is_of_script(&self, program: &Program) -> bool {
        let unit = program.unit(self.code.unit);
        unit.is_some_and(|unit| !unit.is_prelude())
    }
}

/// One thread of the script: registers and frames.
///
/// A copy of it is a snapshot of the thread, except for the contents of cells and objects.
#[derive(Clone, Debug)]
pub struct Fiber {
    /// Its number.
    pub task: TaskId,
    pub(super) registers: Vec<Value>,
    pub(super) frames: Vec<Frame>,
    /// How a wait has ended; taken when the fiber goes on.
    pub(super) woken: Option<Wake>,
    /// Whether it may do the visible operation that it is about to execute.
    pub(super) allowed: bool,
    /// Whether it was woken to ask again.
    pub(super) retrying: bool,
    /// The object that a chain has reached, while the fiber is about to ask it: the object,
    /// and how many keys of the chain lead to it.
    pub(super) reached: Option<(Arc<Object>, u16)>,
    /// The reference that a chain has been followed to, and how many keys of the chain lead to it: until
    /// the instruction is done, the chain begins there.
    pub(super) through: Option<(Arc<Reference>, u16)>,
    /// What a native function wants the machine to do, while the fiber is about to do it.
    pub(super) pending: Option<Box<Intrinsic>>,
    /// The operation that it waits in, kept for the event that follows when the wait is granted.
    pub(super) wanted: Option<Box<Visible>>,
    /// Whether it sleeps.
    pub(super) sleeping: bool,
    /// Where in the text it was started: the place of an error before its first line.
    pub(super) started_at: Pos,
    /// The event loop whose task it is, if it is one.
    pub(super) event_loop: Option<Arc<Object>>,
    /// The thread that it belongs to: of a task that in which its event loop runs.
    pub(super) thread: TaskId,
    /// Whether it shall end as soon as it goes on.
    pub(super) stopping: Option<Box<Fault>>,
}

impl Fiber {
    /// A fiber that will call `function` with `args`, of which there are at most
    /// [`MAX_ARGUMENTS`](crate::program::MAX_ARGUMENTS).
    pub fn new(task: TaskId, function: Arc<Function>, args: Vec<Value>) -> Self {
        let registers = Vec::with_capacity(args.len() + 8);
        // One for the entry and one for the function.
        let frames = Vec::with_capacity(2);
        Self::in_memory(registers, frames, task, function, args)
    }

    /// A fiber that calls another function in the memory of this one, which has ended.
    #[must_use]
    pub fn renewed(mut self, function: Arc<Function>, args: Vec<Value>) -> Self {
        self.registers.clear();
        self.frames.clear();
        Self::in_memory(self.registers, self.frames, self.task, function, args)
    }

    fn in_memory(
        mut registers: Vec<Value>,
        mut frames: Vec<Frame>,
        task: TaskId,
        function: Arc<Function>,
        args: Vec<Value>,
    ) -> Self {
        frames.push(Frame {
            code: boot::entry(args.len()),
            pc: 0,
            base: 0,
            dst: NONE,
            callee: NONE,
        });
        registers.push(Value::Function(function));
        registers.extend(args);
        Self {
            task,
            registers,
            frames,
            woken: None,
            allowed: false,
            retrying: false,
            reached: None,
            through: None,
            pending: None,
            wanted: None,
            sleeping: false,
            started_at: Pos::NONE,
            event_loop: None,
            thread: task,
            stopping: None,
        }
    }

    /// Makes it a copy of `other`, in the memory that it has.
    pub fn set_to(&mut self, other: &Self) {
        self.registers.clone_from(&other.registers);
        self.frames.clone_from(&other.frames);
        let registers = std::mem::take(&mut self.registers);
        let frames = std::mem::take(&mut self.frames);
        *self = Self {
            task: other.task,
            registers,
            frames,
            woken: other.woken.clone(),
            allowed: other.allowed,
            retrying: other.retrying,
            reached: other.reached.clone(),
            through: other.through.clone(),
            pending: other.pending.clone(),
            wanted: other.wanted.clone(),
            sleeping: other.sleeping,
            started_at: other.started_at,
            event_loop: other.event_loop.clone(),
            thread: other.thread,
            stopping: other.stopping.clone(),
        };
    }

    /// Says where in the text the fiber was started.
    pub fn started_at(mut self, pos: Pos) -> Self {
        self.started_at = pos;
        self
    }

    /// Says that the fiber is a task of this event loop, if there is one, in the thread that
    /// `daemon` is like.
    pub fn in_event_loop(mut self, event_loop: Option<Arc<Object>>, daemon: Daemon) -> Self {
        self.event_loop = event_loop;
        if let Daemon::Like(thread) = daemon {
            self.thread = thread;
        }
        self
    }

    /// Ends the wait of a fiber that stopped with [`super::Stop::Wait`]. A sleep ends with any
    /// wake.
    pub fn wake(&mut self, wake: Wake) {
        self.woken = Some(wake);
    }

    /// Whether it comes back from a wait: it was woken, and has not yet done what it waited for.
    pub fn is_coming_back(&self) -> bool {
        self.woken.is_some() || self.retrying
    }

    /// Lets a fiber that stopped with [`super::Stop::Visible`] do that one operation.
    pub fn allow(&mut self) {
        self.allowed = true;
    }

    /// Whether the visible operation that it is about to execute is a sleep.
    pub fn is_before_sleep(&self) -> bool {
        matches!(self.pending.as_deref(), Some(Intrinsic::Sleep(_)))
    }

    /// Makes the fiber end with `fault` when it goes on: it leaves each `with` without waiting, and
    /// no `catch` stops it.
    pub fn stop(&mut self, fault: Fault) {
        self.stopping = Some(Box::new(fault));
    }

    /// A number for the calls that have led to where it is, by their places in the text.
    pub fn calls(&self, program: &Program) -> u64 {
        let callers = self.frames.iter().rev().skip(1);
        let places = callers.map(|frame| program.code(frame.code).pos(frame.pc as usize));
        places.fold(0, |number, pos| {
            let place =
                u64::from(pos.line) << 32 | u64::from(pos.column) << 16 | u64::from(pos.input);
            (number ^ place)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(17)
        })
    }

    /// Where it is in each of the calls that it is in, innermost first.
    pub fn places(&self, program: &Program) -> impl Iterator<Item = Pos> {
        let frames = self.frames.iter().rev();
        frames.map(|frame| program.code(frame.code).pos(frame.pc as usize))
    }

    /// Whether it is in a call of the function of this name.
    pub fn is_inside(&self, program: &Program, function: &str) -> bool {
        let is_its = |frame: &Frame| {
            frame.is_of_script(program) && program.code(frame.code).name.as_str() == function
        };
        self.frames.iter().any(is_its)
    }

    /// Where in the script's text it stands: the innermost place that is not in the library, and
    /// the unit of the program that it is in.
    pub fn place(&self, program: &Program) -> Option<(u32, Pos)> {
        place_of(&self.frames, program)
    }

    /// Where in the script's text it stands.
    pub fn pos(&self, program: &Program) -> Pos {
        self.place(program).map_or(Pos::NONE, |(_, pos)| pos)
    }

    /// Gives back memory that it does not need while it waits: what a deep call has left behind. A
    /// thread that waits again and again would give back and ask for the same few registers each
    /// time, so those stay.
    pub fn shrink(&mut self) {
        const FEW: usize = 32;
        if self.frames.capacity() > FEW {
            self.frames.shrink_to(2 * self.frames.len());
        }
        if self.registers.capacity() <= FEW {
            return;
        }
        let top = self.frames.last().map_or(0, |frame| frame.base as usize);
        let used = self.registers[top..]
            .iter()
            .rposition(|value| !value.is_unit())
            .map_or(top, |last| top + last + 1);
        self.registers.truncate(used);
        if self.registers.capacity() > 4 * used + FEW {
            self.registers.shrink_to(2 * used + 8);
        }
    }
}

/// The innermost place in the script's own text.
pub(super) fn place_of(frames: &[Frame], program: &Program) -> Option<(u32, Pos)> {
    frames.iter().rev().find_map(|frame| {
        let unit = program
            .unit(frame.code.unit)
            .filter(|unit| !unit.is_prelude())?;
        let pos = unit.functions[frame.code.ordinal as usize].pos(frame.pc as usize);
        (!pos.is_none()).then_some((frame.code.unit, pos))
    })
}
