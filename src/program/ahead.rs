//! How many visible operations may still lie ahead of an instruction: an estimate, read off the code
//! alone, before anything has run.
//!
//! Choosing a schedule wants to know how long threads are. A round of a loop counts once and both
//! branches of an `if` count, because nobody knows; what is estimated wrongly makes a schedule a
//! little less useful, never wrong.

use std::collections::HashMap;
use std::sync::Arc;

use super::code::Root;
use super::op::Op;
use super::operand::{Asked, Operand, Subject};
use super::{Code, Program};
use crate::value::CodeId;
use crate::value::object::Verb;

/// The estimates of a program's functions, each made once.
#[derive(Default)]
pub struct Ahead {
    functions: HashMap<CodeId, Arc<[u32]>>,
}

impl Ahead {
    /// How many visible operations there may be from instruction `pc` of `code` to its end.
    pub fn from(&mut self, program: &Program, code: CodeId, pc: usize) -> u32 {
        if let Some(counts) = self.functions.get(&code) {
            return counts.get(pc).copied().unwrap_or(0);
        }
        // Who calls itself is counted once.
        self.functions.insert(code, [].into());
        let counts = self.count(program, program.code(code));
        self.functions.insert(code, counts.clone());
        counts.get(pc).copied().unwrap_or(0)
    }

    fn count(&mut self, program: &Program, code: &Code) -> Arc<[u32]> {
        let mut counts = vec![0; code.ops.len()];
        let mut sum = 0_u32;
        for (at, op) in code.ops.iter().enumerate().rev() {
            let own = match *op {
                Op::Call { argc, name, .. } => {
                    let name = program.name(code.names[usize::from(name)]);
                    let callee = name.function(usize::from(argc));
                    callee.map_or(0, |callee| self.from(program, callee, 0))
                }
                _ => u32::from(may_be_visible(code, op)),
            };
            sum = sum.saturating_add(own);
            counts[at] = sum;
        }
        counts.into()
    }
}

/// Whether another thread could notice the instruction, if what it touches is shared.
fn may_be_visible(code: &Code, op: &Op) -> bool {
    let mut may_be = false;
    op.operands(|operand| match operand {
        Operand::Touch(_, subject) => {
            let (root, _) = subject.place(code);
            may_be |= !matches!(root, Root::Register(_));
            if let Subject::Site(site) = subject {
                may_be |= code.sites[usize::from(site)].verb.is_some();
            }
        }
        // On an error nobody knows who comes here; and most of what is indexed is an array.
        Operand::Ask(_, verb, args) => {
            may_be |= verb != Verb::Item && args != Asked::Flag(true);
        }
        Operand::Registers(_)
        | Operand::Part(..)
        | Operand::Entry(..)
        | Operand::Immediate
        | Operand::Jump(_) => {}
    });
    may_be
}
