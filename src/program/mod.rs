//! The program of a session: bytecode, the table of names, and where everything comes from.
//!
//! It only grows: units never move or go away, so that running threads, closures and other
//! processes can point into it. A function that is defined anew takes the place of the old one in
//! the table of names; threads that run the old one finish with it, and see the new one at their
//! next call by name. One file, as names lead into units, and what changes in either is noted in one order.

pub mod ahead;
pub mod boot;
pub mod code;
pub mod disassemble;
pub mod liveness;
pub mod op;
pub mod operand;
pub mod signature;
pub mod verify;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use crate::value::collection::text_hash;
use crate::value::{CodeId, Function, Held, Items, Literal, Target, Value};
pub use code::Code;

/// The most arguments that a call can have.
pub const MAX_ARGUMENTS: usize = 32;

/// A language that texts are in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Language {
    /// This program's own.
    #[default]
    Own,
    /// Python, which is translated into it.
    Python,
}

/// What kind of text a unit is made from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum UnitKind {
    /// A whole script.
    Script,
    /// An input at the prompt, whose variables all live on.
    Prompt,
    /// A part of the library: its lines mean nothing to the user.
    Prelude,
    /// The module of this key.
    Module(String),
}

/// One input: its text and the functions lowered from it. Function 0 is its top level.
#[derive(Debug)]
pub struct Unit {
    /// What the text is called in messages: a file's name, or `input 3`.
    pub name: String,
    /// The text.
    pub text: Arc<str>,
    /// The functions.
    pub functions: Vec<Code>,
    /// What the text is written in. The places of its code are places in this text.
    pub language: Language,
    /// What kind of text it is.
    pub kind: UnitKind,
    /// The number of that input; 0 for other texts.
    pub input: u16,
}

impl Unit {
    /// Whether it belongs to the library.
    pub fn is_prelude(&self) -> bool {
        self.kind == UnitKind::Prelude
    }

    /// Whether it was an input at the prompt.
    pub fn is_prompt(&self) -> bool {
        self.kind == UnitKind::Prompt
    }

    /// Whether it is a module that other texts import.
    pub fn is_module(&self) -> bool {
        matches!(self.kind, UnitKind::Module(_))
    }
}

/// A name that is called or mentioned as a function.
#[derive(Debug)]
pub struct Name {
    /// The name.
    pub text: Box<str>,
    /// By which classes find their method of that name.
    pub hash: u64,
    /// The verb of that name.
    pub verb: Option<crate::value::object::Verb>,
    /// The library's function of that name: an index of the catalogue.
    pub native: Option<u32>,
    /// The name as the name of function values; made once, because it lives as long as the process.
    pub literal: Literal,
    /// The script's functions by number of parameters, packed as [`pack`] does; 0 is none.
    functions: [AtomicU64; MAX_ARGUMENTS + 1],
    /// The methods of this name for values of one type: the type, and the number of their name.
    typed: boxcar::Vec<(Box<str>, u32)>,
}

fn pack(id: CodeId) -> u64 {
    (u64::from(id.unit) << 32 | u64::from(id.ordinal)) + 1
}

#[inline]
fn unpack(word: u64) -> Option<CodeId> {
    let word = word.checked_sub(1)?;
    Some(CodeId {
        unit: (word >> 32) as u32,
        ordinal: word as u32,
    })
}

impl Name {
    /// The script's function of this name with `argc` parameters.
    #[inline]
    pub fn function(&self, argc: usize) -> Option<CodeId> {
        unpack(self.functions.get(argc)?.load(Ordering::Acquire))
    }

    /// Whether there is a function of this name.
    pub fn is_defined(&self) -> bool {
        let mut functions = self.functions.iter();
        functions.any(|function| function.load(Ordering::Acquire) != 0)
    }

    /// Whether neither the library nor the program has a function of this name: a variable may hold
    /// one.
    pub fn is_free(&self) -> bool {
        self.native.is_none() && !self.is_defined()
    }

    /// The numbers of the names under which the methods of this name for values of one type are
    /// kept (`fn int.double()`).
    pub fn typed(&self) -> impl Iterator<Item = u32> {
        self.typed.iter().map(|(_, (_, id))| *id)
    }

    /// The numbers of parameters for which there is a function.
    pub fn arities(&self) -> Vec<usize> {
        (0..=MAX_ARGUMENTS)
            .filter(|&argc| self.function(argc).is_some())
            .collect()
    }

    fn set(&self, params: usize, id: Option<CodeId>) {
        self.functions[params].store(id.map_or(0, pack), Ordering::Release);
    }
}

/// A top-level variable that functions or closures mention.
#[derive(Debug)]
pub struct Global {
    /// Its name.
    pub name: Box<str>,
    /// Whether a function mentions it: then any thread may come to it.
    named_by_function: AtomicBool,
}

impl Global {
    /// Whether a function mentions it.
    pub fn is_named_by_function(&self) -> bool {
        self.named_by_function.load(Ordering::Relaxed)
    }

    /// Says whether a function mentions it.
    pub fn set_named_by_function(&self, is_named: bool) {
        self.named_by_function.store(is_named, Ordering::Relaxed);
    }
}

/// What has become of a program, one thing after the other: who makes a program of the same texts
/// and does the same has the same.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// The unit of this number was added.
    Unit(u32),
    /// A name, by its number, was given a function for so many parameters.
    Defined(u32, usize, CodeId),
    /// The name of this number has no function of so many parameters any more.
    Undefined(u32, usize),
}

/// The functions of names, by the numbers of the name and of parameters.
pub type Functions = BTreeMap<(u32, usize), CodeId>;

/// All code of a session. Unit 0 is the [`boot`] unit.
#[derive(Debug)]
pub struct Program {
    units: boxcar::Vec<Unit>,
    names: boxcar::Vec<Arc<Name>>,
    globals: boxcar::Vec<Global>,
    changes: boxcar::Vec<Change>,
    name_ids: RwLock<HashMap<Box<str>, u32>>,
    global_ids: RwLock<HashMap<Box<str>, u32>>,
    /// Held from when a unit is lowered for its number until it is added.
    pub adding: Mutex<()>,
}

impl Default for Program {
    fn default() -> Self {
        Self::new()
    }
}

impl Program {
    /// A program without a line of the script's.
    pub fn new() -> Self {
        let program = Self {
            units: boxcar::Vec::new(),
            names: boxcar::Vec::new(),
            globals: boxcar::Vec::new(),
            changes: boxcar::Vec::new(),
            name_ids: RwLock::default(),
            global_ids: RwLock::default(),
            adding: Mutex::default(),
        };
        // Nobody need be told: every program begins so.
        program.units.push(boot::unit());
        program
    }

    /// The number that the next unit will have.
    pub fn next_unit(&self) -> u32 {
        self.units.count() as u32
    }

    /// Adds a unit, whose functions were lowered for the number [`Program::next_unit`]. Its names
    /// are not yet defined.
    ///
    /// # Panics
    /// When the code is malformed: the machine trusts it blindly, and the lowering must not err.
    pub fn add_unit(&self, mut unit: Unit) -> u32 {
        for code in &unit.functions {
            if let Err(problem) = verify::verify(code) {
                panic!("malformed code in {}: {problem}", code.name.as_str());
            }
        }
        for code in &mut unit.functions {
            code.linked = code
                .names
                .iter()
                .map(|&id| self.names[id as usize].clone())
                .collect();
            for pos in &mut code.positions {
                pos.input = unit.input;
            }
        }
        let unit = self.units.push(unit) as u32;
        self.changes.push(Change::Unit(unit));
        unit
    }

    /// Makes `id` the function of the name of this number with `params` parameters.
    pub fn define(&self, name: u32, params: usize, id: CodeId) {
        self.name(name).set(params, Some(id));
        self.changes.push(Change::Defined(name, params, id));
    }

    /// Leaves the name of this number without a function of `params` parameters.
    pub fn undefine(&self, name: u32, params: usize) {
        self.name(name).set(params, None);
        self.changes.push(Change::Undefined(name, params));
    }

    /// Makes the functions of all names what they were before the unit of this number was added, for
    /// good.
    pub fn undo_functions(&self, unit: u32) {
        let before = self.functions_before(unit);
        for (name, params) in self.functions_before(u32::MAX).into_keys() {
            if !before.contains_key(&(name, params)) {
                self.undefine(name, params);
            }
        }
        for ((name, params), id) in before {
            if self.name(name).function(params) != Some(id) {
                self.define(name, params, id);
            }
        }
    }

    /// Which functions the names had before the unit of this number, if there is such a one, was
    /// added, by the numbers of names and of parameters. The functions of the library and of modules
    /// count from the beginning.
    pub fn functions_before(&self, unit: u32) -> Functions {
        let mut functions = Functions::new();
        let mut is_before = true;
        for change in self.changes_from(0) {
            match change {
                Change::Unit(number) => is_before &= number != unit,
                Change::Defined(name, params, id) => {
                    let is_library = || {
                        (self.unit(id.unit))
                            .is_some_and(|unit| unit.is_prelude() || unit.is_module())
                    };
                    if is_before || is_library() {
                        functions.insert((name, params), id);
                    }
                }
                Change::Undefined(name, params) if is_before => {
                    functions.remove(&(name, params));
                }
                Change::Undefined(..) => {}
            }
        }
        functions
    }

    /// Makes these the functions of all names, for a run that is led: what has become of the
    /// program, for others, is not changed by that.
    pub fn set_functions(&self, functions: &Functions) {
        for (number, name) in (0..).zip(self.names()) {
            for params in 0..=MAX_ARGUMENTS {
                let id = functions.get(&(number, params)).copied();
                if name.function(params) != id {
                    name.set(params, id);
                }
            }
        }
    }

    /// Makes `id` the function of one name, for the same purpose.
    pub fn set_function(&self, name: u32, params: usize, id: Option<CodeId>) {
        self.name(name).set(params, id);
    }

    /// What has become of it, from the change of this number on.
    pub fn changes_from(&self, number: usize) -> impl Iterator<Item = Change> {
        (number..).map_while(|number| self.changes.get(number).copied())
    }

    /// The unit of this number.
    pub fn unit(&self, unit: u32) -> Option<&Unit> {
        self.units.get(unit as usize)
    }

    /// All units in order.
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter().map(|(_, unit)| unit)
    }

    /// The code of `id`.
    #[inline]
    pub fn code(&self, id: CodeId) -> &Code {
        &self.units[id.unit as usize].functions[id.ordinal as usize]
    }

    /// The functions of a unit.
    pub fn functions(&self, unit: u32) -> &[Code] {
        &self.units[unit as usize].functions
    }

    /// The number of a name, made when there is none yet; `native` finds the library's function.
    pub fn name_id(&self, text: &str, native: impl FnOnce(&str) -> Option<u32>) -> u32 {
        if let Some(&id) = self.name_ids.read().get(text) {
            return id;
        }
        let mut ids = self.name_ids.write();
        *ids.entry(text.into()).or_insert_with(|| {
            let functions = std::array::from_fn(|_| AtomicU64::new(0));
            let verb = crate::value::object::Verb::named(text);
            self.names.push(Arc::new(Name {
                text: text.into(),
                hash: text_hash(text),
                verb,
                native: native(text),
                literal: Literal::new(text),
                functions,
                typed: boxcar::Vec::new(),
            })) as u32
        })
    }

    /// The number of the name of a method for values of one type only: `fn int.double()` is kept as
    /// `i64.double`, where a call of `double` finds it.
    pub fn typed_name_id(&self, of_type: &str, method: &str) -> u32 {
        let id = self.name_id(&format!("{of_type}.{method}"), |_| None);
        let native = |_: &str| None;
        let word = self.find_name(method);
        let word = self.name(word.unwrap_or_else(|| self.name_id(method, native)));
        if word.typed().all(|known| known != id) {
            word.typed.push((of_type.into(), id));
        }
        id
    }

    /// The function of the script that is the method of a name, called on this value.
    pub fn method(&self, name: &Name, receiver: &Value, argc: usize) -> Option<CodeId> {
        if name.typed.count() > 0 {
            let of_type = receiver.type_name();
            let mut typed = name.typed.iter().map(|(_, typed)| typed);
            let typed = typed.find(|(wanted, _)| **wanted == *of_type);
            let method = typed.and_then(|(_, id)| self.name(*id).function(argc));
            if method.is_some() {
                return method;
            }
        }
        name.function(argc)
    }

    /// The functions of this name that texts have, apart from the library's and those of modules.
    pub fn functions_of_texts(&self, name: &str) -> impl Iterator<Item = &Code> {
        let name = self.find_name(name).map(|id| self.name(id));
        let codes = name.into_iter().flat_map(|name| {
            let arities = name.arities().into_iter();
            arities.filter_map(|count| name.function(count))
        });
        let is_of_text = |id: &CodeId| {
            let unit = self.unit(id.unit);
            unit.is_some_and(|unit| !unit.is_prelude() && !unit.is_module())
        };
        codes.filter(is_of_text).map(|id| self.code(id))
    }

    /// The number of a name that was mentioned before.
    pub fn find_name(&self, text: &str) -> Option<u32> {
        self.name_ids.read().get(text).copied()
    }

    /// The function of this name, whatever it is when it is called, as a value.
    pub fn named_function(&self, id: u32) -> Function {
        let name = self.name(id);
        Function {
            name: name.literal,
            target: Target::Named(id),
            captures: Held::default(),
            curried: Items::default(),
            environment: None,
            this: Value::Unit,
            attributes: Value::Unit,
        }
    }

    /// The code of the script that `function` runs when it is given `count` more arguments.
    pub fn code_for(&self, function: &Function, count: usize) -> Option<CodeId> {
        let count = count + function.curried.len();
        match function.target {
            Target::Code(code) => self.code(code).accepts(count).then_some(code),
            Target::Named(name) => self.name(name).function(count),
        }
    }

    /// Whether code that a call of `function` may run mentions `this`.
    pub fn mentions_this(&self, function: &Function) -> bool {
        let mentions = |code: CodeId| self.code(code).this.is_some();
        match function.target {
            Target::Code(code) => mentions(code),
            Target::Named(name) => {
                let name = self.name(name);
                let mut codes =
                    (name.arities().into_iter()).filter_map(|count| name.function(count));
                codes.any(mentions)
            }
        }
    }

    /// The name of this number.
    #[inline]
    pub fn name(&self, id: u32) -> &Name {
        &self.names[id as usize]
    }

    /// All names, in the order in which they were first mentioned.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.names.iter().map(|(_, name)| &**name)
    }

    /// The number of a top-level variable, made when there is none yet.
    pub fn global_id(&self, text: &str) -> u32 {
        let mut ids = self.global_ids.write();
        *ids.entry(text.into()).or_insert_with(|| {
            self.globals.push(Global {
                name: text.into(),
                named_by_function: AtomicBool::new(false),
            }) as u32
        })
    }

    /// The number of a top-level variable that was mentioned before.
    pub fn find_global(&self, text: &str) -> Option<u32> {
        self.global_ids.read().get(text).copied()
    }

    /// The top-level variable of this number.
    pub fn global(&self, id: u32) -> &Global {
        &self.globals[id as usize]
    }

    /// All top-level variables that were ever mentioned, by number.
    pub fn globals(&self) -> impl Iterator<Item = (u32, &Global)> {
        self.globals.iter().map(|(id, global)| (id as u32, global))
    }
}
