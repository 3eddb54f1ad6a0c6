//! Python: understood as it stands, and translated tree to tree into this language.
//!
//! In reading order: `syntax` makes the tree (`ruff_python_parser`) and bounds how deep it is;
//! `scope` says whose variable each name is and where it is declared, `flow` which reads may come
//! too early, `types` what a value certainly is; `translate` is the translator with what it knows of
//! the whole text, and `attributed`, `statement`, `function`, `class`, `each`, `matching`, `expression`, `call`, `string` are its parts;
//! `names`, `modules` and `builtins` list what Python's names are here; `text` lays the translation out and keeps
//! where each piece of it comes from. `hints` looks at texts of this language that may have been
//! meant as Python.
//!
//! Nothing is changed in silence: what has no counterpart is refused by its name, with its line. Where
//! operators, truth or built-in functions could differ, the translation begins with `import python;`,
//! which gives a text those of Python (`crate::library::python`).

mod attributed;
mod builtins;
mod call;
mod class;
mod each;
mod explain;
mod expression;
mod flow;
mod function;
mod hints;
mod matching;
mod modules;
mod names;
mod scope;
mod statement;
mod string;
mod syntax;
mod text;
mod translate;
mod types;

pub(super) use explain::explain;
pub use hints::{hints, meant_value, undefined_assignment};
pub use text::PlaceMap;
pub use translate::Translation;

use super::diagnostic::Diagnostic;
use crate::library::catalogue;

/// What the texts before this one have made of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// What it is.
    pub kind: EarlierKind,
    /// Whether any of these texts is Python's: only such make objects of Python's classes.
    pub in_python: bool,
}

/// What an earlier text can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlierKind {
    /// A variable, which a class is, too.
    Variable,
    /// A function.
    Function,
    /// A function that awaits: what a call of it gives is a coroutine.
    Coroutine,
}

/// What the texts before this one have made of which names, as they are called there.
pub type EarlierNames<'e> = &'e dyn Fn(&str) -> Option<Earlier>;

/// For a text that is the first one.
pub fn nothing_earlier(_name: &str) -> Option<Earlier> {
    None
}

/// Translates a whole script of Python's.
///
/// # Errors
/// It is no Python: what is wrong with it. What has no counterpart here is among the
/// [`Translation::problems`] instead.
pub fn translate(text: &str, earlier: EarlierNames<'_>) -> Result<Translation, Box<Diagnostic>> {
    translate::translate(text, false, earlier)
}

/// Translates an input of the prompt: the value of an expression at its end is its value.
///
/// # Errors
/// As [`translate()`].
pub fn translate_input(
    text: &str,
    earlier: EarlierNames<'_>,
) -> Result<Translation, Box<Diagnostic>> {
    translate::translate(text, true, earlier)
}

/// Whether the library has a function of this name, which a variable that is called must not have.
fn is_library_name(name: &str) -> bool {
    builtins::is_function(name)
        || catalogue::native_index(name).is_some()
        || catalogue::native_index(&format!("python.{name}")).is_some()
}

fn is_module(name: &str) -> bool {
    catalogue::is_module(name)
}
