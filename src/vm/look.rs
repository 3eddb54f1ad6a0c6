//! Looks into whole collections, told to who listens: an operator, a function of the library or the making
//! of text reads what its operands lead to, and names no place in the text. So it is said by the variable
//! that holds the collection where the thread stands.

use std::sync::Arc;

use super::fiber::{Fiber, Frame};
use super::globals::Globals;
use super::place::Base;
use super::reference::Inside;
use super::step::Machine;
use super::{Action, SharedPlace, Visible};
use crate::program::Program;
use crate::program::code::Root;
use crate::value::collection::Kind;
use crate::value::{Reference, Value};

impl Machine<'_, '_> {
    /// Tells the listener that what these references lead to is looked at, where another thread could
    /// change it; one of them may be changed.
    pub(super) fn tell_look(&mut self, inside: &Inside, changes: Option<&Reference>) {
        if !self.listening {
            return;
        }
        let shared = |reference: &&Arc<Reference>| reference.contents.is_published();
        for reference in inside.references.iter().filter(shared) {
            let (program, globals) = (self.env.program, self.env.globals);
            let place = SharedPlace {
                name: self.fiber.name_of(program, globals, reference),
                cell: Arc::as_ptr(&reference.contents) as usize,
                keys: Vec::new(),
            };
            let visible = Visible {
                pos: self.fiber.pos(program),
                action: match changes.is_some_and(|changed| changed.is(reference)) {
                    // `xs += ys` is what this method does.
                    true => Action::Method {
                        place,
                        name: match reference.kind {
                            Kind::List => "extend".into(),
                            _ => "update".into(),
                        },
                        writes: true,
                    },
                    false => Action::Read(place),
                },
                written: self.fiber.written_in(program),
            };
            self.tell(Some(visible), &Value::Reference(reference.clone()));
        }
    }
}

impl Fiber {
    /// What the running function calls a collection: its variable, or the attribute of one, that holds it;
    /// the kind of collection where it has no name for it.
    fn name_of(&self, program: &Program, globals: &Globals, reference: &Reference) -> String {
        let mut variables = self.variables(program, globals).into_iter();
        let name = variables.find_map(|(name, value)| way_to(&name, &value, reference));
        name.unwrap_or_else(|| reference.kind.name().into())
    }

    /// The variables of the text that it runs, where it is main.
    pub fn outermost_variables(&self, program: &Program) -> Vec<(String, Value)> {
        let mut frames = self.frames.iter();
        let frame = frames.find(|frame| frame.is_of_script(program));
        frame.map_or_else(Vec::new, |frame| {
            self.variables_of(program, frame).collect()
        })
    }

    /// The variables of a function that runs, without those of the functions around it.
    fn variables_of<'f>(
        &'f self,
        program: &'f Program,
        frame: &'f Frame,
    ) -> impl Iterator<Item = (String, Value)> + 'f {
        let variables = program.code(frame.code).variables.iter();
        let in_scope =
            variables.filter(|variable| (variable.start..variable.end).contains(&frame.pc));
        in_scope.filter_map(|variable| {
            let at = frame.base as usize + usize::from(variable.register);
            let value = match self.registers.get(at)? {
                Value::Cell(cell) => cell.load(),
                value => value.clone(),
            };
            Some((variable.name.as_str().into(), value))
        })
    }

    /// The variables that the running function names, the top-level ones first, and what they hold.
    fn variables(&self, program: &Program, globals: &Globals) -> Vec<(String, Value)> {
        let Some(frame) = self.frames.last() else {
            return Vec::new();
        };
        let code = program.code(frame.code);
        let top_level = code.globals.iter().filter_map(|id| {
            let value = globals.with(*id, |binding| binding.map(|binding| binding.cell.load()))?;
            Some((program.global(*id).name.to_string(), value))
        });
        let captures = match self.registers.get(frame.callee as usize) {
            Some(Value::Function(function)) => &function.captures[..],
            _ => &[],
        };
        let captured = (code.capture_names.iter().zip(captures))
            .map(|(name, cell)| (name.as_str().into(), cell.load()));
        let own = self.variables_of(program, frame);
        let this = self.bound(frame, code).and_then(|bound| {
            let value = match bound.base {
                Base::Cell(cell) => cell.load(),
                Base::Register(at) => self.registers.get(at)?.clone(),
            };
            let name = self.root_name(program, self.frames.len() - 1, Root::This);
            let name = name.filter(|name| !name.is_empty());
            Some((
                name.unwrap_or_else(|| self.this_word(program).into()),
                value,
            ))
        });
        top_level.chain(captured).chain(own).chain(this).collect()
    }
}

/// How a reference is written that a value called `name` is or, as an attribute, has; nothing where it is
/// neither.
fn way_to(name: &str, value: &Value, wanted: &Reference) -> Option<String> {
    let is_it = |value: &Value| match value {
        // A view of a dict has the dict's contents.
        Value::Reference(one) => Arc::ptr_eq(&one.contents, &wanted.contents),
        _ => false,
    };
    match value {
        value if is_it(value) => Some(name.into()),
        Value::Reference(owner) if matches!(owner.kind, Kind::Instance | Kind::Class) => {
            let mut attributes = value.named_parts(name).into_iter();
            attributes.find_map(|(name, part)| is_it(&part).then_some(name))
        }
        _ => None,
    }
}
