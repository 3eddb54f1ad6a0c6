//! From the syntax tree to bytecode.
//!
//! In reading order: `builder` collects the instructions, tables, labels and registers of one
//! function; `scope` says what a name means; `statements`, `control`, `switch` and `exits` (`try`,
//! `with`, and all ways out of them) lower statements; `expressions`, `operators`, `chains`,
//! `assign` and `calls` lower expressions; `functions` lowers bodies and closures; `problems` words
//! what is wrong.
//!
//! Operands and arguments are evaluated from left to right, each once, and a variable among them is read
//! where it stands; the value of an assignment comes before the place that it goes to. Nothing here runs anything, and
//! nothing becomes visible in the program but numbers for names: the caller adds the unit and defines
//! its functions.

mod assign;
mod builder;
mod calls;
mod chains;
mod class;
mod control;
mod exits;
mod expressions;
mod functions;
mod operators;
mod problems;
mod scope;
mod statements;
mod switch;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::diagnostic::{Code as Problem, Diagnostic, Severity};
use super::modules::{self, Import, Module, Modules};
use super::parse::{Parsed, imported_module};
use super::python::PlaceMap;
use super::resolve::{self, Resolution};
use crate::program::code::OnReceiver;
use crate::program::op::Op;
use crate::program::{Code, Language, Program, Unit, UnitKind};
use crate::value::{CodeId, Literal};
use builder::Builder;

/// What kind of text it is, which says what becomes of the variables at its top level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopLevel<'a> {
    /// A whole script: a variable stays in a register unless a function or closure mentions it.
    Script,
    /// One input at the prompt: every variable lives on after it.
    Prompt,
    /// A part of the prelude.
    Prelude,
    /// The module of this key: every variable lives on, and all its names begin with the key.
    Module(&'a str),
}

/// What the library offers, as far as the lowering wants to know.
pub trait Catalogue {
    /// The number of the library's function of this name.
    fn native(&self, name: &str) -> Option<u32>;

    /// The text that is the library's constant of this name.
    fn constant(&self, _name: &str) -> Option<&'static str> {
        None
    }

    /// The names of the library's functions, to suggest the nearest one.
    fn names(&self) -> Vec<&str>;

    /// Whether this is the name of one of Python's modules, such as `threading`: as a prefix it
    /// means nothing.
    fn is_module(&self, name: &str) -> bool;

    /// What a method of this name does to a plain value; nothing when the library does not know it.
    /// As a function, one that changes its receiver changes a variable that is its first argument.
    fn on_receiver(&self, name: &str) -> Option<OnReceiver>;

    /// The same of a method in Python's code.
    fn on_receiver_in_python(&self, _name: &str) -> OnReceiver {
        OnReceiver::Keeps
    }

    /// The keys of the map that may be written behind the arguments of the library's function of
    /// this name, as its options: then that is called which [`with_options`] names.
    fn options(&self, _name: &str) -> &'static [&'static str] {
        &[]
    }

    /// Whether the library has a method of this name that is written in Rhai, for some type.
    fn is_prelude_method(&self, _name: &str) -> bool {
        false
    }

    /// Whether the library has a function of this name, no method, that takes so many arguments.
    fn is_function_of(&self, _name: &str, _count: usize) -> bool {
        false
    }

    /// Whether the library's function or method of this name takes something that is awaited later
    /// as its argument number `at`.
    fn takes_awaitable(&self, _name: &str, _at: usize, _is_array: bool) -> bool {
        false
    }

    /// Whether the host has made a top-level variable of this name, such as `args`.
    fn is_variable(&self, _name: &str) -> bool {
        false
    }
}

/// What the library calls its function of this name where options are written behind the arguments.
pub fn with_options(name: &str) -> String {
    format!("{name} #{{}}")
}

/// A lowered text, ready to be added to the program.
#[derive(Debug)]
pub struct Lowered {
    /// The code. Function 0 is the top level; it returns the value of the last statement.
    pub unit: Unit,
    /// What to define once the unit is part of the program: the name's number, the number of
    /// parameters, the code.
    pub defined: Vec<(u32, usize, CodeId)>,
    /// What will probably go wrong.
    pub warnings: Vec<Diagnostic>,
    /// The top-level variables that a function (not a closure) of this unit names.
    pub named_globals: Vec<u32>,
    /// The names of all functions and methods that are called or mentioned, sorted.
    pub mentioned: Vec<String>,
    /// What other texts can name of it, as a module.
    pub module: Module,
}

impl Lowered {
    /// Gives the code the places of Python's text, of which the lowered text is the translation.
    pub fn show_python(&mut self, python: &str, places: &PlaceMap) {
        self.unit.text = python.into();
        self.unit.language = Language::Python;
        for code in &mut self.unit.functions {
            code.move_places(&|pos| places.python(pos));
        }
    }
}

/// Lowers a text for the number that the program gives its next unit.
///
/// # Errors
///
/// Everything that is wrong with the text; never an empty list.
pub fn lower(
    parsed: &Parsed,
    name: &str,
    text: &str,
    program: &Program,
    catalogue: &dyn Catalogue,
    top: TopLevel<'_>,
    modules: &Modules,
) -> Result<Lowered, Vec<Diagnostic>> {
    let mut aliases = match top {
        TopLevel::Prompt => modules.aliases.clone(),
        _ => BTreeMap::new(),
    };
    for Import { path, alias, .. } in modules::imports(parsed) {
        if let Some(key) = path.and_then(|path| modules::key(name, &path)) {
            aliases.insert(alias, key);
        }
    }
    aliases.remove("");
    let dialect = dialect(parsed);
    let mut lowering = Lowering {
        parsed,
        text,
        program,
        catalogue,
        top,
        is_prelude: top == TopLevel::Prelude,
        modules,
        module: Module {
            modules: aliases,
            ..Module::default()
        },
        dialect,
        compares_instances: dialect == Language::Python
            && (is_comparing(parsed.methods.iter().map(String::as_str))
                || program.units().any(makes_comparing_methods)),
        unit: program.next_unit(),
        resolution: resolve::resolve(parsed),
        session: session_variables(program),
        own_functions: parsed
            .functions
            .iter()
            .filter(|function| !function.closure && function.this_type.is_none())
            .map(|function| function.name.as_str())
            .collect(),
        builders: Vec::new(),
        codes: Vec::new(),
        literals: HashMap::new(),
        diagnostics: Vec::new(),
        mentioned: BTreeSet::new(),
    };
    let defined = lowering.whole_text();
    lowering.finish(name, defined)
}

/// `import python;` gives a text Python's operators, truth and built-in functions.
fn dialect(parsed: &Parsed) -> Language {
    let imports_python = |statement| imported_module(statement).as_deref() == Some("python");
    match parsed.statements.iter().any(imports_python) {
        true => Language::Python,
        false => Language::Own,
    }
}

/// Whether one of these methods is called by a comparison, or by `x += 1`.
fn is_comparing<'n>(mut names: impl Iterator<Item = &'n str>) -> bool {
    const METHODS: [&str; 10] = [
        "__iter__",
        "__eq__",
        "__ne__",
        "__lt__",
        "__le__",
        "__gt__",
        "__ge__",
        "__contains__",
        "__iadd__",
        "__isub__",
    ];
    names.any(|name| METHODS.contains(&name))
}

fn makes_comparing_methods(unit: &Unit) -> bool {
    let closures = unit.functions.iter().flat_map(|code| &code.closures);
    is_comparing(closures.map(|closure| closure.name.as_str()))
}

/// The work on one text.
struct Lowering<'a> {
    parsed: &'a Parsed,
    text: &'a str,
    program: &'a Program,
    catalogue: &'a dyn Catalogue,
    top: TopLevel<'a>,
    is_prelude: bool,
    modules: &'a Modules,
    /// What this text offers as a module, and the names that it has given to others.
    module: Module,
    /// Whose operators, truth and built-in functions the text means.
    dialect: Language,
    /// Whether comparisons and `x += 1` may call methods of the script's, and give what these give.
    compares_instances: bool,
    /// The number that the unit will have.
    unit: u32,
    resolution: Resolution,
    /// The top-level variables that earlier inputs have made.
    session: HashSet<u32>,
    /// The names of the functions that this text defines.
    own_functions: HashSet<&'a str>,
    /// The functions being lowered, outermost first; a closure stands inside its maker.
    builders: Vec<Builder>,
    /// The functions of the unit by ordinal, empty until they are finished.
    codes: Vec<Option<Code>>,
    /// The texts that are already kept for the rest of the process.
    literals: HashMap<String, Literal>,
    diagnostics: Vec<Diagnostic>,
    mentioned: BTreeSet<String>,
}

/// The variables that the top levels of earlier inputs make.
fn session_variables(program: &Program) -> HashSet<u32> {
    program
        .units()
        .filter(|unit| !unit.is_prelude())
        .filter_map(|unit| unit.functions.first())
        .flat_map(|code| code.ops.iter().map(move |op| (code, op)))
        .filter_map(|(code, op)| match op {
            Op::LetGlobal { global, .. } | Op::ConstGlobal { global, .. } => {
                code.globals.get(usize::from(*global)).copied()
            }
            _ => None,
        })
        .collect()
}

impl Lowering<'_> {
    /// The function that is being lowered.
    fn builder(&mut self) -> &mut Builder {
        self.builders
            .last_mut()
            .expect("something is lowered only inside a function")
    }

    /// The name that the program gives to what this text calls `name` at its top level.
    fn own_name<'n>(&self, name: &'n str) -> Cow<'n, str> {
        match self.top {
            TopLevel::Module(key) => modules::qualified(key, name).into(),
            _ => name.into(),
        }
    }

    /// Whether loops may get generators: a text without Python's dialect makes them by `yield`. Elsewhere
    /// loops are spared the look at what they get.
    fn takes_generators(&self) -> bool {
        let has_word = || {
            ["yield", "iterate", "resume"]
                .iter()
                .any(|word| self.text.contains(word))
        };
        self.dialect == Language::Python || has_word()
    }

    /// `text` as a value, kept once for each text.
    fn literal(&mut self, text: &str) -> Literal {
        match self.literals.get(text) {
            Some(literal) => *literal,
            None => {
                let literal = Literal::new(text);
                self.literals.insert(text.to_string(), literal);
                literal
            }
        }
    }

    fn finish(
        self,
        name: &str,
        defined: Vec<(u32, usize, CodeId)>,
    ) -> Result<Lowered, Vec<Diagnostic>> {
        // What a module exports can be named by the functions of any text.
        let exported = match self.top {
            TopLevel::Module(_) => Some(self.module.variables.values().cloned()),
            _ => None,
        };
        let named = self.resolution.named_by_functions.iter();
        let named = named.map(|name| self.own_name(name).into_owned());
        let named_globals = (named.chain(exported.into_iter().flatten()))
            .filter_map(|name| self.program.find_global(&name))
            .collect::<BTreeSet<u32>>();
        let (errors, warnings): (Vec<_>, Vec<_>) = self
            .diagnostics
            .into_iter()
            .partition(|diagnostic| diagnostic.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(in_order(errors));
        }
        let mut functions: Vec<Code> = self.codes.into_iter().flatten().collect();
        for code in &mut functions {
            code.dialect = self.dialect;
        }
        if cfg!(debug_assertions) {
            for code in &functions {
                if let Err(problem) = crate::program::verify::verify(code) {
                    panic!(
                        "{problem}\n{}",
                        crate::program::disassemble::disassemble(code)
                    );
                }
            }
        }
        Ok(Lowered {
            unit: Unit {
                name: name.to_string(),
                text: self.text.into(),
                functions,
                language: Language::Own,
                kind: match self.top {
                    TopLevel::Script => UnitKind::Script,
                    TopLevel::Prompt => UnitKind::Prompt,
                    TopLevel::Prelude => UnitKind::Prelude,
                    TopLevel::Module(key) => UnitKind::Module(key.into()),
                },
                input: 0,
            },
            defined,
            warnings,
            named_globals: named_globals.into_iter().collect(),
            mentioned: self.mentioned.into_iter().collect(),
            module: self.module,
        })
    }
}

/// Errors as a reader meets them. When the first is an assignment that only lacks its `let`, the
/// names of its line that are unknown too wait until that is mended.
fn in_order(mut errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
    errors.sort_by_key(|error| error.span.start);
    let is_unknown = |error: &Diagnostic| error.code == Problem::UnknownName;
    if let Some(first) = errors.first()
        && is_unknown(first)
        && first.suggestion.is_some()
    {
        let start = first.span.start;
        errors.retain(|error| {
            !is_unknown(error) || error.span.start.line != start.line || error.span.start == start
        });
    }
    errors
}
