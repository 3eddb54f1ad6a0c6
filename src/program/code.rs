//! A lowered function: its instructions and the tables they point into.

use std::sync::Arc;

use super::op::{Op, Reg};
use super::signature::Signature;
use super::{Language, Name, Program};
use crate::pos::Pos;
use crate::value::object::Verb;
use crate::value::{CodeId, FaultKind, Literal, Value};

/// A function of the script's, a closure, or the top level of one input.
#[derive(Debug)]
pub struct Code {
    /// Which one.
    pub id: CodeId,
    /// Its name for people: `square`, `closure`, or `main` for a top level.
    pub name: Literal,
    /// Where its definition begins.
    pub pos: Pos,
    /// Whose operators, truth and built-in functions its instructions mean.
    pub dialect: Language,
    /// How many parameters it takes; they are its first registers.
    pub params: u16,
    /// Which arguments these are, where that is not one for each; no closure and no `fn` has that.
    pub signature: Option<Box<Signature>>,
    /// The first of the two registers that say what `this` is bound to, when the function mentions it.
    pub this: Option<Reg>,
    /// The register that holds the generator, when the function is that of one, and the name of its class.
    pub generator: Option<(Reg, Literal)>,
    /// Whether it awaits by itself: to Python, what a call of it gives is a coroutine.
    pub awaits: bool,
    /// How many registers it needs.
    pub registers: u16,
    /// How many variables it captures.
    pub captures: u16,
    /// The instructions.
    pub ops: Vec<Op>,
    /// For each instruction, where in the text it comes from.
    pub positions: Vec<Pos>,
    /// The constants.
    pub constants: Vec<Value>,
    /// The keys of map literals.
    pub shapes: Vec<Box<[Literal]>>,
    /// The closures that it makes.
    pub closures: Vec<ClosureShape>,
    /// The names that it calls or mentions as functions: indices of the program's name table.
    pub names: Vec<u32>,
    /// The entries of these names in the table, filled in when the unit is added to the program.
    pub linked: Vec<Arc<Name>>,
    /// The top-level variables that it mentions: indices of the program's global table.
    pub globals: Vec<u32>,
    /// The places of chains such as `a.b[i]`.
    pub places: Vec<AccessPath>,
    /// The method calls.
    pub sites: Vec<CallSite>,
    /// The tables of `switch`.
    pub switches: Vec<Switch>,
    /// Faults known since lowering.
    pub faults: Vec<FaultKind>,
    /// Where errors are caught, innermost first.
    pub handlers: Vec<Handler>,
    /// The names of registers that hold variables, for people: event log and step mode.
    pub variables: Vec<Variable>,
    /// The names of captured variables, in order.
    pub capture_names: Vec<Literal>,
}

/// How a closure is made.
#[derive(Debug)]
pub struct ClosureShape {
    /// Its code.
    pub code: CodeId,
    /// For people: `closure`, or the name of the variable that it is first bound to.
    pub name: Literal,
    /// Where each captured cell comes from.
    pub captures: Box<[CaptureFrom]>,
}

/// Where the maker of a closure finds a cell to capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureFrom {
    /// In this register.
    Register(Reg),
    /// Among its own captures.
    Capture(u16),
    /// In the top-level variable (index into [`Code::globals`]) as it is bound now.
    Global(u16),
}

/// Where a chain such as `a.b[i]` begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A register that holds a value.
    Register(Reg),
    /// A register that holds a cell.
    Cell(Reg),
    /// A captured cell.
    Capture(u16),
    /// A top-level variable (index into [`Code::globals`]).
    Global(u16),
    /// The place that `this` is bound to.
    This,
}

/// One link of a chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PathSegment {
    /// `[i]`, with the index in this register.
    Index {
        /// The register.
        index: Reg,
        /// Whether `()` before it makes the whole chain `()`: `?[`.
        optional: bool,
        /// Whether an integer before it has bits: not in a text of Python's.
        has_bits: bool,
        /// Where the link stands.
        pos: Pos,
    },
    /// `.name`
    Field {
        /// The name.
        name: Literal,
        /// The verb of that name, for objects.
        verb: Option<Verb>,
        /// Whether `()` before it makes the whole chain `()`: `?.`.
        optional: bool,
        /// Where the link stands.
        pos: Pos,
    },
}

/// A chain of links from a root.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessPath {
    /// Where it begins.
    pub root: Root,
    /// The links; empty for the root itself.
    pub keys: Box<[PathSegment]>,
}

/// A method call.
#[derive(Clone, Debug)]
pub struct CallSite {
    /// What it is called on.
    pub place: AccessPath,
    /// The method's name: an index of the program's name table.
    pub name: u32,
    /// The verb of that name, for objects.
    pub verb: Option<Verb>,
    /// What the library's method of that name does to a plain value at the place; nothing when the
    /// library has none that it knows: then it may do everything.
    pub on_receiver: Option<OnReceiver>,
    /// Whether `()` before it makes the whole chain `()`: `?.`.
    pub optional: bool,
    /// The constant that the place stands for a copy of: methods that change it fail.
    pub constant: Option<Literal>,
}

/// What a method of a plain value does to what it is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnReceiver {
    /// Leaves it as it is.
    Keeps,
    /// May change it.
    Changes,
}

/// The table of a `switch`: cases in order, ranges in order, then the default.
#[derive(Clone, Debug, Default)]
pub struct Switch {
    /// Literal values and where they go.
    pub cases: Vec<(Value, u32)>,
    /// Ranges (start, end, inclusive) and where they go; asked when no case fits.
    pub ranges: Vec<(i64, i64, bool, u32)>,
    /// Where everything else goes.
    pub otherwise: u32,
}

impl Switch {
    /// All the instructions to which it may jump.
    pub fn targets(&self) -> impl Iterator<Item = u32> {
        let cases = self.cases.iter().map(|(_, to)| *to);
        let ranges = self.ranges.iter().map(|(.., to)| *to);
        cases.chain(ranges).chain([self.otherwise])
    }
}

/// A part of a function in which errors are caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first instruction covered.
    pub start: u32,
    /// The first instruction no longer covered.
    pub end: u32,
    /// Where an error goes.
    pub target: u32,
    /// What kind of handler it is.
    pub kind: HandlerKind,
}

/// The kinds of handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandlerKind {
    /// `catch` and `finally`: this register gets the error itself, for [`Op::Rethrow`] and
    /// [`Op::CaughtValue`].
    Catch(Reg),
    /// `with`: `error` gets the error itself, for [`Op::Rethrow`]. When the thread is being stopped
    /// the code is not run; the value in `context` is abandoned instead.
    With {
        /// The register of the value that was entered.
        context: Reg,
        /// The register for the error.
        error: Reg,
    },
}

/// A register that holds a variable during a part of the code.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: Literal,
    /// Its register.
    pub register: Reg,
    /// From this instruction ...
    pub start: u32,
    /// ... until before this one.
    pub end: u32,
}

/// A variable by which people know what is made at a place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// Whether it is a list, of which what is made is an item.
    pub is_item: bool,
}

/// So many instructions behind the one that makes something its variable begins at most.
const FAR: usize = 24;

impl Code {
    /// Code without an instruction.
    pub fn empty(id: CodeId, name: Literal) -> Self {
        Self {
            id,
            name,
            pos: Pos::NONE,
            dialect: Language::Own,
            params: 0,
            signature: None,
            this: None,
            generator: None,
            awaits: false,
            registers: 0,
            captures: 0,
            ops: Vec::new(),
            positions: Vec::new(),
            constants: Vec::new(),
            shapes: Vec::new(),
            closures: Vec::new(),
            names: Vec::new(),
            linked: Vec::new(),
            globals: Vec::new(),
            places: Vec::new(),
            sites: Vec::new(),
            switches: Vec::new(),
            faults: Vec::new(),
            handlers: Vec::new(),
            variables: Vec::new(),
            capture_names: Vec::new(),
        }
    }

    /// Whether a call with so many arguments has one for each parameter, as they are.
    #[inline]
    pub fn takes_exactly(&self, count: usize) -> bool {
        usize::from(self.params) == count
            && (self.signature.as_ref()).is_none_or(|signature| signature.takes_exactly(count))
    }

    /// Whether a call may have so many arguments by their places.
    pub fn accepts(&self, count: usize) -> bool {
        match &self.signature {
            Some(signature) => signature.accepts(count),
            None => usize::from(self.params) == count,
        }
    }

    /// Moves all places of the code, as `moved` says.
    pub fn move_places(&mut self, moved: &dyn Fn(Pos) -> Pos) {
        self.pos = moved(self.pos);
        for pos in &mut self.positions {
            *pos = moved(*pos);
        }
        let sites = self.sites.iter_mut().map(|site| &mut site.place);
        for key in self
            .places
            .iter_mut()
            .chain(sites)
            .flat_map(|place| &mut *place.keys)
        {
            let (PathSegment::Index { pos, .. } | PathSegment::Field { pos, .. }) = key;
            *pos = moved(*pos);
        }
    }

    /// The name of the variable that `register` holds at instruction `pc`; empty for none.
    pub fn variable_name(&self, register: Reg, pc: u32) -> String {
        self.variables
            .iter()
            .filter(|variable| variable.register == register)
            .find(|variable| (variable.start..variable.end).contains(&pc))
            .map_or_else(String::new, |variable| variable.name.as_str().into())
    }

    /// The variable that is declared with what the instruction at a place of the text makes, or that is
    /// a list of such.
    pub fn declared_at(&self, program: &Program, pos: Pos) -> Option<Declared> {
        let at = self.positions.iter().position(|made| *made == pos)?;
        let begins = |variable: &&Variable| {
            let start = variable.start as usize;
            let line = self.positions.get(start.saturating_sub(1));
            start > at && start <= at + FAR && line.is_some_and(|line| line.at() == pos.at())
        };
        let declared = self.variables.iter().filter(begins);
        let declared = declared.min_by_key(|variable| variable.start);
        if let Some(variable) = declared {
            return Some(Declared {
                name: variable.name.as_str().into(),
                is_item: variable.start as usize > at + 2,
            });
        }
        let calls = self.ops.iter().enumerate().skip(at + 1).take(FAR);
        let pushes = calls.filter_map(|(index, op)| {
            let (site, ..) = op.method_call()?;
            let site = &self.sites[usize::from(site)];
            let is_push = &*program.name(site.name).text == "push";
            let name = match site.place.root {
                Root::Register(register) | Root::Cell(register) => {
                    self.variable_name(register, index as u32)
                }
                Root::Global(global) => {
                    let global = self.globals.get(usize::from(global))?;
                    program.global(*global).name.to_string()
                }
                Root::Capture(_) | Root::This => return None,
            };
            let is_whole = site.place.keys.is_empty() && !name.is_empty();
            (is_push && is_whole && self.pos(index).at() == pos.at()).then_some(name)
        });
        pushes.take(1).next().map(|name| Declared {
            name,
            is_item: true,
        })
    }

    /// Where the instruction `index` comes from.
    pub fn pos(&self, index: usize) -> Pos {
        self.positions.get(index).copied().unwrap_or_default()
    }
}
