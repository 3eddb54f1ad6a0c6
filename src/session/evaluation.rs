//! `eval`: texts that a script makes while it runs.
//!
//! Each text is lowered once and called as often as it is evaluated. It is a text of its own: it sees
//! functions and the variables of the top level, and what it declares is gone afterwards.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;

use super::Names;
use crate::language::Diagnostic;
use crate::language::lower::{Lowered, TopLevel, lower};
use crate::language::modules::Modules;
use crate::language::parse::Parser;
use crate::library::Library;
use crate::program::Program;
use crate::schedule::{Evaluator, Prepared};
use crate::value::Function;

/// What the texts are called in messages.
const NAME: &str = "eval";

#[derive(Default)]
struct Known {
    /// Made when the first text comes.
    parser: Option<Parser>,
    functions: HashMap<String, Arc<Function>>,
    /// The parts of the prelude that were added for them.
    prelude: HashSet<&'static str>,
}

/// What makes a function of a text.
pub(super) fn evaluator(program: Arc<Program>) -> Evaluator {
    let known = Mutex::new(Known::default());
    Box::new(move |text| {
        let mut known = known.lock();
        if let Some(function) = known.functions.get(text) {
            return Ok(function.clone());
        }
        let function = known
            .add(text, &program)
            .map_err(|problems| words(&problems))?;
        known.functions.insert(text.to_string(), function.clone());
        Ok(function)
    })
}

impl Known {
    fn add(&mut self, text: &str, program: &Program) -> Result<Arc<Function>, Vec<Diagnostic>> {
        // Nobody else adds a unit between the lowering of this one and its place in the program.
        let _adding = program.adding.lock();
        let parser = self.parser.get_or_insert_with(Parser::new);
        let parsed = parser.parse(text)?;
        let modules = Modules::default();
        let lowered = loop {
            let top = TopLevel::Script;
            let lowered = lower(&parsed, NAME, text, program, &Names, top, &modules)?;
            let mut has_added = false;
            for (name, source) in Library::prelude_units(&lowered.mentioned) {
                if self.prelude.insert(name) {
                    let parsed = parser.parse(source)?;
                    let top = TopLevel::Prelude;
                    let part = lower(&parsed, name, source, program, &Names, top, &modules)?;
                    add(part, program);
                    has_added = true;
                }
            }
            // A part that comes first takes the number that the text was lowered for.
            if !has_added {
                break lowered;
            }
        };
        Ok(add(lowered, program).function)
    }
}

/// Makes lowered code part of the program, and its functions those of their names.
fn add(lowered: Lowered, program: &Program) -> Prepared {
    let unit = program.add_unit(lowered.unit);
    for (name, params, id) in &lowered.defined {
        program.define(*name, *params, *id);
    }
    Prepared::new(unit, lowered.defined, lowered.named_globals)
}

/// What is wrong with a text, in a line.
fn words(problems: &[Diagnostic]) -> String {
    problems.first().map_or_else(String::new, |problem| {
        let at = problem.span.start;
        format!(
            "{} (line {}, column {} of the text)",
            problem.message, at.line, at.column
        )
    })
}
