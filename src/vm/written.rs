//! How the user has written the operation on an object that a fiber is about to execute: by which
//! variable and by which name, although a part of the library may be what asks.

use super::fiber::{Fiber, Frame};
use crate::event::Written;
use crate::program::code::Root;
use crate::program::op::{Op, Reg};
use crate::program::{Code, Language, Program};

impl Fiber {
    /// The innermost frame of a function in a text of the learner's.
    fn learners_frame(&self, program: &Program) -> Option<&Frame> {
        let mut frames = self.frames.iter();
        frames.rfind(|frame| frame.is_of_script(program))
    }

    /// The same where no more is to be said than in which language.
    pub(super) fn written_in(&self, program: &Program) -> Written {
        let is_python = |frame: &Frame| {
            let unit = program.unit(frame.code.unit);
            unit.is_some_and(|unit| unit.language == Language::Python)
                || program.code(frame.code).dialect == Language::Python
        };
        Written {
            is_python: self.learners_frame(program).is_some_and(is_python),
            ..Written::default()
        }
    }

    /// What the thing is called there whose method runs.
    pub(super) fn this_word(&self, program: &Program) -> &'static str {
        match self.written_in(program).is_python {
            true => "self",
            false => "this",
        }
    }

    /// What the text says where the fiber is: in the script's own code, or where that has called
    /// the library.
    pub(super) fn written(&self, program: &Program) -> Written {
        let mut written = self.written_in(program);
        let Some(frame) = self.learners_frame(program) else {
            return written;
        };
        let code = program.code(frame.code);
        let in_library = (self.frames.last()).is_some_and(|last| !std::ptr::eq(last, frame));
        let name = |name: u32| Some(program.name(name).text.clone());
        match code.ops.get(frame.pc as usize) {
            Some(Op::CallMethod { site, .. }) => {
                let site = &code.sites[*site as usize];
                if let (Root::Register(root), true) = (site.place.root, site.place.keys.is_empty())
                {
                    written.receiver = variable(code, root, frame.pc);
                }
                if in_library {
                    written.method = name(site.name);
                }
            }
            Some(Op::Call { name: called, .. }) => {
                written.function = name(code.names[*called as usize]);
            }
            Some(Op::Enter { context, .. } | Op::Exit { context, .. }) => {
                written.receiver = variable(code, *context, frame.pc);
            }
            _ => {}
        }
        written
    }
}

fn variable(code: &Code, register: Reg, pc: u32) -> Option<Box<str>> {
    let name = code.variable_name(register, pc);
    (!name.is_empty()).then(|| name.into())
}
