//! Texts become code of the session: translated, parsed, lowered and added, with the modules that they import
//! and the parts of the prelude that they mention. Nothing runs here.

use std::sync::Arc;

use super::world::{ARGS, INPUT};
use super::{Input, InputKind, Session};
use crate::language::Diagnostic;
use crate::language::diagnostic::Span;
use crate::language::lower::{Catalogue, Lowered, TopLevel, lower};
use crate::language::parse::Parsed;
use crate::language::python::{self, Earlier, EarlierKind, Translation, hints};
use crate::language::unseen::unseen_changes;
use crate::library::{Library, catalogue};
use crate::program::code::OnReceiver;
use crate::program::{Language, Unit};
use crate::schedule::{Prepared, World};

impl Session {
    /// Whether a text for the prompt parses and its names resolve. Nothing runs, and nothing is kept.
    pub fn check(&mut self, text: &str) -> bool {
        let program = &self.world.program;
        let parsed = self.parser.parse(text);
        parsed.is_ok_and(|parsed| {
            lower(
                &parsed,
                "",
                text,
                program,
                &Names,
                TopLevel::Prompt,
                &self.modules,
            )
            .is_ok()
        })
    }

    /// What is wrong, or may be, with a text and the modules that it imports. Nothing runs.
    pub fn problems(&mut self, input: Input<'_>) -> Vec<Diagnostic> {
        match self.accept(input, 0, Ahead::HasRun) {
            Ok((_, warnings)) => warnings,
            Err(problems) => problems,
        }
    }

    /// What the texts so far have made of a name, for a translation of Python's.
    pub fn earlier(&self, name: &str, ahead: Ahead) -> Option<Earlier> {
        earlier(&self.world, name, ahead)
    }

    /// Parses, lowers and adds a text, which has not begun then. At the prompt it has a number.
    pub(super) fn accept(
        &mut self,
        input: Input<'_>,
        number: u32,
        ahead: Ahead,
    ) -> Result<(Arc<Prepared>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let program = self.world.program.clone();
        let _adding = program.adding.lock();
        let translation = translated(self.language, input.text, input.kind, &self.world, ahead)?;
        let text = translation
            .as_ref()
            .map_or(input.text, |translation| &translation.text);
        let in_python = |problems| in_python(problems, translation.as_ref());
        let parsed = match &translation {
            Some(_) => self.parser.parse_translation(text),
            None => self.parser.parse(text),
        };
        let parsed = parsed.map_err(in_python)?;
        let top = match input.kind {
            InputKind::Script => TopLevel::Script,
            InputKind::Prompt => TopLevel::Prompt,
        };
        self.load_modules(input.name, &parsed, &mut vec![input.name.into()])?;
        let mut lowered = self
            .lower(&parsed, input.name, text, top)
            .map_err(in_python)?;
        self.modules.to_evaluate.clear();
        if input.kind == InputKind::Prompt {
            self.modules.aliases = std::mem::take(&mut lowered.module.modules);
        }
        // Beyond that, positions have no number of an input.
        lowered.unit.input = u16::try_from(number).unwrap_or(0);
        let mut warnings = in_python(std::mem::take(&mut lowered.warnings));
        match &translation {
            Some(translation) => lowered.show_python(input.text, &translation.places),
            None => {
                warnings.extend(hints(input.text, catalogue::gives_awaitable));
                warnings.extend(unseen_changes(input.text));
            }
        }
        Ok((Arc::new(self.add(lowered)), warnings))
    }

    /// Lowers a text, for which the parts of the prelude that it needs are added.
    pub(super) fn lower(
        &mut self,
        parsed: &Parsed,
        name: &str,
        text: &str,
        top: TopLevel<'_>,
    ) -> Result<Lowered, Vec<Diagnostic>> {
        loop {
            let (program, modules) = (&self.world.program, &self.modules);
            let lowered = lower(parsed, name, text, program, &Names, top, modules)?;
            // A part of the prelude that comes first takes the number that the unit was lowered for.
            if !self.load_prelude(&lowered.mentioned) {
                return Ok(lowered);
            }
        }
    }

    /// Adds what the prelude has for these names; says whether that was anything.
    pub(super) fn load_prelude(&mut self, mentioned: &[String]) -> bool {
        let mut loaded = false;
        for (name, source) in Library::prelude_units(mentioned) {
            if !self.prelude.insert(name) {
                continue;
            }
            let lowered = self.parser.parse(source).and_then(|parsed| {
                let (program, modules) = (&self.world.program, &self.modules);
                let top = TopLevel::Prelude;
                lower(&parsed, name, source, program, &Names, top, modules)
            });
            match lowered {
                Ok(lowered) => {
                    let prepared = self.add(lowered);
                    self.begin(&prepared);
                    loaded = true;
                }
                // A test lowers every part of the prelude.
                Err(problems) => debug_assert!(false, "prelude {name}: {problems:?}"),
            }
        }
        loaded
    }

    /// Makes lowered code part of the program.
    pub(super) fn add(&self, lowered: Lowered) -> Prepared {
        let program = &self.world.program;
        let unit = program.add_unit(lowered.unit);
        Prepared::new(unit, lowered.defined, lowered.named_globals)
    }
}

/// The translation of a text that is Python.
///
/// # Errors
/// It is no Python, or has parts that have no counterpart.
pub(super) fn translated(
    language: Language,
    text: &str,
    kind: InputKind,
    world: &World,
    ahead: Ahead,
) -> Result<Option<Translation>, Vec<Diagnostic>> {
    let earlier = |name: &str| earlier(world, name, ahead);
    let translation = match (language, kind) {
        (Language::Own, _) => return Ok(None),
        (Language::Python, InputKind::Script) => python::translate(text, &earlier),
        (Language::Python, InputKind::Prompt) => python::translate_input(text, &earlier),
    };
    let translation = translation.map_err(|problem| vec![*problem])?;
    match translation.problems.is_empty() {
        true => Ok(Some(translation)),
        false => Err(translation.problems),
    }
}

/// Whether the texts ahead of one have run when it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// As at the prompt: the variables that they have made are there.
    HasRun,
    /// As where several texts are explored as one program: their variables are only declared.
    IsAccepted,
}

/// What the texts ahead have made of a name.
fn earlier(world: &World, name: &str, ahead: Ahead) -> Option<Earlier> {
    let global = world.program.find_global(name);
    let is_there = |global| ahead == Ahead::IsAccepted || world.globals.get(global).is_some();
    let kind = match global.is_some_and(is_there) {
        true => EarlierKind::Variable,
        false => {
            let functions = world.program.functions_of_texts(name);
            let awaits = functions.map(|function| function.awaits);
            match awaits.reduce(|one, other| one || other)? {
                true => EarlierKind::Coroutine,
                false => EarlierKind::Function,
            }
        }
    };
    let mut texts = world.program.units().filter(|unit| !unit.is_prelude());
    let is_python = |unit: &Unit| {
        let main = unit.functions.first();
        main.is_some_and(|main| main.dialect == Language::Python)
    };
    Some(Earlier {
        kind,
        in_python: texts.any(is_python),
    })
}

/// Problems of a translation, with their places in Python's text.
pub(super) fn in_python(
    mut problems: Vec<Diagnostic>,
    translation: Option<&Translation>,
) -> Vec<Diagnostic> {
    if let Some(translation) = translation {
        for problem in &mut problems {
            let columns = problem
                .span
                .end
                .column
                .saturating_sub(problem.span.start.column);
            let start = translation.places.python(problem.span.start);
            problem.span = Span::of(start, usize::from(columns));
            // What to type is a line of the translation, which is not shown.
            problem.suggestion = None;
        }
    }
    problems
}

/// The library's names, for the lowering.
pub(super) struct Names;

impl Catalogue for Names {
    fn native(&self, name: &str) -> Option<u32> {
        catalogue::native_index(name)
    }

    fn constant(&self, name: &str) -> Option<&'static str> {
        catalogue::constant(name)
    }

    fn names(&self) -> Vec<&str> {
        catalogue::names().collect()
    }

    fn is_module(&self, name: &str) -> bool {
        catalogue::is_module(name)
    }

    fn on_receiver(&self, name: &str) -> Option<OnReceiver> {
        catalogue::on_receiver(name)
    }

    fn on_receiver_in_python(&self, name: &str) -> OnReceiver {
        catalogue::on_receiver_in_python(name)
    }

    fn is_prelude_method(&self, name: &str) -> bool {
        Library::has_prelude_method(name)
    }

    fn is_function_of(&self, name: &str, count: usize) -> bool {
        catalogue::is_function_of(name, count)
    }

    fn options(&self, name: &str) -> &'static [&'static str] {
        catalogue::options(name)
    }

    fn takes_awaitable(&self, name: &str, at: usize, is_array: bool) -> bool {
        catalogue::takes_awaitable(name, at, is_array)
    }

    fn is_variable(&self, name: &str) -> bool {
        name == ARGS || name == INPUT
    }
}
