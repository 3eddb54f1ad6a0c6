//! Values as they cross a pipe: a tree of plain data, beside it the captured variables that it refers
//! to by number, so that one variable stays one and may lead to itself.
//!
//! Names go as text and units of code by number: both sides have lowered the same texts in the same
//! order. What comes in here was copied before, so nothing is left in it that cannot cross. One file, as
//! packing and unpacking are the two sides of one format.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::pos::Pos;
use crate::program::Program;
use crate::runtime::object::{Absent, Remote};
use crate::value::collection::Kind;
use crate::value::object::{Ids, Reach, Verb};
use crate::value::{
    Cell, Class, CodeId, Collection, Dict, Environment, EnvironmentVariable, Fault, FaultKind,
    FieldKind, Fields, Function, Inherited, Literal, Object, Range, Reference, Target, TraceEntry,
    UserClass, Value,
};
use crate::vm::{Globals, class_named};

/// A value without its variables.
#[derive(Debug, Serialize, Deserialize)]
enum Plain {
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    Char(char),
    Text(String),
    Array(Vec<Plain>),
    Map(Vec<(String, Plain)>),
    Blob(Vec<u8>),
    Range(i64, i64, i64, bool),
    Function(Box<PlainFunction>),
    Absent(String, String),
    /// What both sides share: its number in the session that started the other, and its kind.
    Shared(u64, String),
    Error(Box<PlainFault>),
    Tuple(Vec<Plain>),
    List(Vec<Plain>),
    /// With how many items it holds at most.
    Deque(Vec<Plain>, Option<usize>),
    /// The items of a named tuple, and its class.
    Named(Vec<Plain>, Box<PlainClass>),
    Dict(Vec<(Plain, Plain)>),
    Set(Vec<Plain>),
    /// A collection that is shared: the number of its variable.
    Reference(PlainReference, u32, Option<Box<PlainClass>>),
    /// The attributes of an instance or a class.
    Attributes(Vec<(String, Plain)>),
}

/// A class of the script's. It is known by the variable of its attributes.
#[derive(Debug, Serialize, Deserialize)]
struct PlainClass {
    name: String,
    base: Option<Box<PlainClass>>,
    /// The bases that it stands for, and what they derive from.
    merged: Vec<PlainClass>,
    /// The names of its fields, those by which instances are compared, whether these order them, and what
    /// they make of these.
    fields: Option<(Vec<String>, Vec<String>, bool, String)>,
    is_of_main: bool,
    /// The only attributes that its instances may have.
    slots: Option<Vec<String>>,
    /// The class of Python's that its instances are errors of, by name.
    error: Option<String>,
    methods: Vec<(String, Plain)>,
    attributes: u32,
}

fn owned(names: &[Box<str>]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

/// What kind of thing a reference leads to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum PlainReference {
    List,
    Deque,
    Dict,
    Set,
    Instance,
    Class,
    Items,
    Values,
    Keys,
}

#[derive(Debug, Serialize, Deserialize)]
enum PlainTarget {
    /// With its number in the library, which is the same program.
    Named(String, Option<u32>),
    Code(u32, u32),
}

#[derive(Debug, Serialize, Deserialize)]
struct PlainFunction {
    target: PlainTarget,
    /// Numbers of variables.
    captures: Vec<u32>,
    curried: Vec<Plain>,
    /// What a bound method was taken from.
    this: Plain,
    /// What holds its attributes.
    attributes: Plain,
    /// Name, number of the variable, whether it is constant.
    environment: Option<Vec<(String, u32, bool)>>,
}

#[derive(Debug, Serialize, Deserialize)]
enum PlainKind {
    Thrown(Plain),
    /// Class, family, message, Python's words and advice.
    Reported(String, String, String, Option<String>, Option<String>),
}

#[derive(Debug, Serialize, Deserialize)]
struct PlainFault {
    kind: PlainKind,
    pos: (u16, u16),
    unit: u32,
    trace: Vec<(String, (u16, u16))>,
}

/// At which end of the pipe a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It has started the other one, and has the state of what both share.
    Starter,
    /// It was started.
    Started,
}

/// The objects that a session and one of its workers share, by their numbers in the session.
#[derive(Debug)]
pub(in crate::schedule) struct SharedObjects {
    end: End,
    by_number: Mutex<BTreeMap<u64, Arc<Object>>>,
}

impl SharedObjects {
    /// None so far.
    pub(super) fn new(end: End) -> Self {
        Self {
            end,
            by_number: Mutex::default(),
        }
    }

    /// The object of this number.
    pub(in crate::schedule) fn get(&self, number: u64) -> Option<Arc<Object>> {
        self.by_number.lock().get(&number).cloned()
    }

    /// The number by which the other side knows an object; it knows none that only this one has made.
    fn number_of(&self, object: &Arc<Object>) -> Option<u64> {
        match self.end {
            End::Starter => {
                let number = object.id.0;
                self.by_number.lock().insert(number, object.clone());
                Some(number)
            }
            End::Started => object.elsewhere(),
        }
    }

    /// The object that came by this number; a stand-in where its state is at the other end.
    fn arrived(&self, number: u64, kind: &str, ids: &Ids) -> Option<Arc<Object>> {
        let mut by_number = self.by_number.lock();
        if let Some(known) = by_number.get(&number) {
            return Some(known.clone());
        }
        if self.end == End::Starter {
            return None;
        }
        let mut kinds = Verb::ALL.iter().flat_map(|verb| verb.kinds());
        let remote = Remote::new(kinds.find(|known| *known == kind)?, number);
        let object = Object::reaching(Reach::Elsewhere(number), ids, Pos::NONE, remote);
        by_number.insert(number, object.clone());
        Some(object)
    }
}

/// Values that cross together.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::schedule) struct Parcel {
    values: Vec<Plain>,
    variables: Vec<Plain>,
}

/// A place as it crosses.
pub(super) fn place(pos: Pos) -> (u16, u16) {
    (pos.line, pos.column)
}

/// A place that has crossed.
pub(super) fn pos((line, column): (u16, u16)) -> Pos {
    Pos::new(line, column)
}

impl Parcel {
    /// Packs copies.
    pub(super) fn pack(values: &[Value], program: &Program, shared: &SharedObjects) -> Self {
        let mut packer = Packer {
            program,
            shared,
            numbers: BTreeMap::new(),
            cells: Vec::new(),
        };
        let values = values.iter().map(|value| packer.value(value)).collect();
        // Each variable may lead to more of them.
        let mut variables = Vec::new();
        while let Some(cell) = packer.cells.get(variables.len()).cloned() {
            variables.push(packer.value(&cell.load()));
        }
        Self { values, variables }
    }

    /// Unpacks what another process has packed. Its classes are those that the variables of `home` hold, where
    /// there are any.
    pub(in crate::schedule) fn unpack(
        self,
        program: &Program,
        ids: &Ids,
        home: Option<&Globals>,
        shared: &SharedObjects,
    ) -> Vec<Value> {
        let empty = || Arc::new(Cell::new(Value::Unit));
        let mut unpacker = Unpacker {
            program,
            ids,
            home,
            shared,
            cells: self.variables.iter().map(|_| empty()).collect(),
            classes: BTreeMap::new(),
        };
        for (number, variable) in self.variables.into_iter().enumerate() {
            let value = unpacker.value(variable);
            unpacker.cells[number].store(value);
        }
        let values = self.values.into_iter();
        values.map(|value| unpacker.value(value)).collect()
    }
}

struct Packer<'a> {
    program: &'a Program,
    shared: &'a SharedObjects,
    numbers: BTreeMap<usize, u32>,
    cells: Vec<Arc<Cell>>,
}

impl Packer<'_> {
    fn value(&mut self, value: &Value) -> Plain {
        match value {
            Value::Unit => Plain::Unit,
            Value::Bool(value) => Plain::Bool(*value),
            Value::Int(value) => Plain::Int(*value),
            Value::Float(value) => Plain::Float(*value),
            Value::Char(value) => Plain::Char(*value),
            Value::Literal(text) => Plain::Text(text.as_str().into()),
            Value::Str(text) => Plain::Text(text.as_str().into()),
            Value::Array(items) => {
                Plain::Array(items.iter().map(|item| self.value(item)).collect())
            }
            Value::Map(map) => {
                let entries = map.iter();
                let entries = entries.map(|(key, value)| (key.to_string(), self.value(value)));
                Plain::Map(entries.collect())
            }
            Value::Blob(bytes) => Plain::Blob(bytes.to_vec()),
            Value::Range(range) => {
                Plain::Range(range.start, range.end, range.step, range.inclusive)
            }
            Value::Function(function) => Plain::Function(Box::new(self.function(function))),
            Value::Error(fault) => Plain::Error(Box::new(self.fault(fault))),
            Value::Object(object) if object.is_for_processes() => {
                let kind = object.kind().to_string();
                match self.shared.number_of(object) {
                    Some(number) => Plain::Shared(number, kind),
                    None => Plain::Absent("what was given".into(), kind),
                }
            }
            Value::Object(object) => {
                // Only stand-ins are left.
                let names = object.change(|absent: &mut Absent| absent.names());
                let (variable, kind) = names.unwrap_or_default();
                Plain::Absent(variable, kind)
            }
            Value::Reference(reference) => {
                let kind = match reference.kind {
                    Kind::List => PlainReference::List,
                    Kind::Deque => PlainReference::Deque,
                    Kind::Dict => PlainReference::Dict,
                    Kind::Set => PlainReference::Set,
                    Kind::Instance => PlainReference::Instance,
                    Kind::Class => PlainReference::Class,
                    Kind::Items => PlainReference::Items,
                    Kind::Values => PlainReference::Values,
                    Kind::Keys => PlainReference::Keys,
                };
                let class = (reference.class.as_ref()).map(|class| Box::new(self.class(class)));
                Plain::Reference(kind, self.cell(&reference.contents), class)
            }
            Value::Collection(contents) => self.collection(contents),
            // A copy has none of these.
            Value::Cell(_) | Value::Foreign(_) => Plain::Unit,
        }
    }

    fn class(&mut self, class: &UserClass) -> PlainClass {
        let methods = class.methods.iter();
        PlainClass {
            name: class.name.as_str().into(),
            base: (class.base.as_ref()).map(|base| Box::new(self.class(base))),
            merged: class.merged.iter().map(|base| self.class(base)).collect(),
            fields: class.fields.as_ref().map(|fields| {
                let (names, compared) = (owned(&fields.names), owned(&fields.compared));
                (
                    names,
                    compared,
                    fields.is_ordered,
                    fields.kind.word().into(),
                )
            }),
            is_of_main: class.is_of_main,
            slots: class.slots.as_deref().map(owned),
            error: class.error.map(|class| class.qualified().into()),
            methods: methods
                .map(|(name, method)| (name.to_string(), self.value(method)))
                .collect(),
            attributes: self.cell(&class.attributes),
        }
    }

    fn collection(&mut self, contents: &Collection) -> Plain {
        let mut items = |items: &mut dyn Iterator<Item = &Value>| {
            items.map(|item| self.value(item)).collect::<Vec<Plain>>()
        };
        match contents {
            Collection::Tuple(row) => Plain::Tuple(items(&mut row.iter())),
            Collection::Named(row, class) => {
                let items = items(&mut row.iter());
                Plain::Named(items, Box::new(self.class(class)))
            }
            Collection::List(row) => Plain::List(items(&mut row.iter())),
            Collection::Deque(row, limit) => Plain::Deque(items(&mut row.iter()), *limit),
            Collection::Set(set) => Plain::Set(items(&mut set.keys())),
            Collection::Attributes(map) => {
                let values = items(&mut map.values()).into_iter();
                Plain::Attributes(map.names().map(str::to_string).zip(values).collect())
            }
            Collection::Dict(dict) => {
                let entries = dict.entries();
                let entries =
                    entries.map(|entry| (self.value(&entry.key), self.value(&entry.value)));
                Plain::Dict(entries.collect())
            }
        }
    }

    fn cell(&mut self, cell: &Arc<Cell>) -> u32 {
        let next = self.cells.len() as u32;
        let number = *self
            .numbers
            .entry(Arc::as_ptr(cell) as usize)
            .or_insert(next);
        if number == next {
            self.cells.push(cell.clone());
        }
        number
    }

    fn function(&mut self, function: &Function) -> PlainFunction {
        let target = match function.target {
            Target::Named(name) => {
                let name = self.program.name(name);
                PlainTarget::Named(name.text.to_string(), name.native)
            }
            Target::Code(id) => PlainTarget::Code(id.unit, id.ordinal),
        };
        let environment = function.environment.as_ref().map(|taken| {
            let variables = taken.variables.iter().map(|variable| {
                let name = self.program.global(variable.global).name.to_string();
                (name, self.cell(&variable.cell), variable.is_constant)
            });
            variables.collect()
        });
        PlainFunction {
            target,
            captures: function
                .captures
                .iter()
                .map(|cell| self.cell(cell))
                .collect(),
            curried: function
                .curried
                .iter()
                .map(|value| self.value(value))
                .collect(),
            environment,
            this: self.value(&function.this),
            attributes: self.value(&function.attributes),
        }
    }

    fn fault(&mut self, fault: &Fault) -> PlainFault {
        let kind = match &fault.kind {
            FaultKind::Thrown(value) => PlainKind::Thrown(self.value(value)),
            other => PlainKind::Reported(
                other.class().qualified().into(),
                other.family().into(),
                other.to_string(),
                other.message_in_python(),
                other.advice(),
            ),
        };
        let trace = fault.trace.iter();
        PlainFault {
            kind,
            pos: place(fault.pos),
            unit: fault.unit,
            trace: trace
                .map(|entry| (entry.function.clone(), place(entry.called_at)))
                .collect(),
        }
    }
}

struct Unpacker<'a> {
    program: &'a Program,
    ids: &'a Ids,
    home: Option<&'a Globals>,
    shared: &'a SharedObjects,
    cells: Vec<Arc<Cell>>,
    /// By the numbers of the variables of their attributes.
    classes: BTreeMap<u32, Arc<UserClass>>,
}

fn contents(contents: Collection) -> Value {
    Value::Collection(Arc::new(contents.into()))
}

/// The entries that have crossed: what cannot be hashed was none.
fn dict(entries: impl IntoIterator<Item = (Value, Value)>) -> Dict {
    let mut dict = Dict::new();
    for (key, value) in entries {
        _ = dict.insert(key, value);
    }
    dict
}

impl Unpacker<'_> {
    fn value(&mut self, plain: Plain) -> Value {
        match plain {
            Plain::Unit => Value::Unit,
            Plain::Bool(value) => Value::Bool(value),
            Plain::Int(value) => Value::Int(value),
            Plain::Float(value) => Value::Float(value),
            Plain::Char(value) => Value::Char(value),
            Plain::Text(text) => Value::string(text),
            Plain::Array(items) => {
                Value::array(items.into_iter().map(|item| self.value(item)).collect())
            }
            Plain::Map(entries) => {
                let entries = entries.into_iter();
                let entries = entries.map(|(key, value)| (key.into(), self.value(value)));
                Value::map(entries.collect())
            }
            Plain::Blob(bytes) => Value::Blob(Arc::new(bytes)),
            Plain::Range(start, end, step, inclusive) => Value::Range(Arc::new(Range {
                start,
                end,
                step,
                inclusive,
            })),
            Plain::Function(function) => match self.function(*function) {
                Some(function) => Value::Function(Arc::new(function)),
                None => Value::Unit,
            },
            Plain::Absent(variable, kind) => {
                let absent = Absent::new(&variable, &kind);
                Value::Object(Object::new(self.ids, Pos::NONE, absent))
            }
            Plain::Shared(number, kind) => match self.shared.arrived(number, &kind, self.ids) {
                Some(object) => Value::Object(object),
                None => Value::Unit,
            },
            Plain::Error(fault) => Value::Error(Arc::new(self.fault(*fault))),
            Plain::Tuple(items) => Value::tuple(self.values(items)),
            Plain::Named(items, class) => {
                let class = self.class(*class);
                contents(Collection::Named(self.values(items), class))
            }
            Plain::List(items) => contents(Collection::List(self.values(items))),
            Plain::Deque(items, limit) => {
                contents(Collection::Deque(self.values(items).into(), limit))
            }
            // Keys are read first: a reference among them is known by its variable.
            Plain::Set(items) => {
                let items = Dict::set_of(self.values(items)).unwrap_or_default();
                contents(Collection::Set(items))
            }
            Plain::Dict(entries) => {
                let entries: Vec<(Value, Value)> = (entries.into_iter())
                    .map(|(key, value)| (self.value(key), self.value(value)))
                    .collect();
                contents(Collection::Dict(dict(entries)))
            }
            Plain::Attributes(map) => {
                let map = map.into_iter();
                let map = map.map(|(name, value)| (name, self.value(value)));
                contents(Collection::Attributes(map.collect()))
            }
            Plain::Reference(kind, number, class) => self.reference(kind, number, class),
        }
    }

    fn reference(
        &mut self,
        kind: PlainReference,
        number: u32,
        class: Option<Box<PlainClass>>,
    ) -> Value {
        let class = class.map(|class| self.class(*class));
        match (kind, &class) {
            (PlainReference::Class, Some(class)) => class.to_value(),
            _ => Value::Reference(Arc::new(Reference {
                class,
                kind: match kind {
                    PlainReference::List => Kind::List,
                    PlainReference::Deque => Kind::Deque,
                    PlainReference::Dict => Kind::Dict,
                    PlainReference::Set => Kind::Set,
                    PlainReference::Instance => Kind::Instance,
                    PlainReference::Class => Kind::Class,
                    PlainReference::Items => Kind::Items,
                    PlainReference::Values => Kind::Values,
                    PlainReference::Keys => Kind::Keys,
                },
                contents: self.cell(number),
            })),
        }
    }

    /// A class, which is unpacked once.
    fn class(&mut self, class: PlainClass) -> Arc<UserClass> {
        if let Some(known) = self.classes.get(&class.attributes) {
            return known.clone();
        }
        let own = (self.home).and_then(|home| class_named(&class.name, self.program, home));
        if let Some(own) = own {
            self.classes.insert(class.attributes, own.clone());
            return own;
        }
        let base = class.base.map(|base| self.class(*base));
        let methods = class.methods.into_iter();
        let unpacked = UserClass {
            name: Literal::new(&class.name),
            is_native: false,
            is_of_main: class.is_of_main,
            base,
            merged: (class.merged.into_iter().map(|base| self.class(base))).collect(),
            fields: class
                .fields
                .and_then(|(names, compared, is_ordered, kind)| {
                    Some(Fields {
                        names: names.into_iter().map(Into::into).collect(),
                        compared: compared.into_iter().map(Into::into).collect(),
                        is_ordered,
                        kind: FieldKind::of_word(&kind)?,
                    })
                }),
            slots: (class.slots).map(|names| names.into_iter().map(Into::into).collect()),
            error: class.error.and_then(|name| Class::named(&name)),
            methods: methods
                .map(|(name, method)| (name.into(), self.value(method)))
                .collect(),
            attributes: self.cell(class.attributes),
            inherited: Inherited::default(),
        }
        .whole();
        self.classes.insert(class.attributes, unpacked.clone());
        unpacked
    }

    fn values(&mut self, items: Vec<Plain>) -> Vec<Value> {
        items.into_iter().map(|item| self.value(item)).collect()
    }

    fn cell(&self, number: u32) -> Arc<Cell> {
        let cell = self.cells.get(number as usize).cloned();
        cell.unwrap_or_else(|| Arc::new(Cell::new(Value::Unit)))
    }

    /// Nothing for code that is not there, which the same texts cannot lead to.
    fn function(&mut self, function: PlainFunction) -> Option<Function> {
        let (target, name) = match function.target {
            PlainTarget::Named(name, native) => {
                let id = self.program.name_id(&name, |_| native);
                (Target::Named(id), self.program.named_function(id).name)
            }
            PlainTarget::Code(unit, ordinal) => {
                let code = self.program.unit(unit)?.functions.get(ordinal as usize)?;
                (Target::Code(CodeId { unit, ordinal }), code.name)
            }
        };
        let environment = function.environment.map(|variables| {
            let variables = variables.into_iter();
            let variables = variables.map(|(name, cell, is_constant)| EnvironmentVariable {
                global: self.program.global_id(&name),
                cell: self.cell(cell),
                is_constant,
            });
            Arc::new(Environment {
                variables: variables.collect(),
            })
        });
        Some(Function {
            name,
            target,
            captures: (function.captures.iter())
                .map(|number| self.cell(*number))
                .collect(),
            curried: (function.curried.into_iter())
                .map(|value| self.value(value))
                .collect(),
            environment,
            this: self.value(function.this),
            attributes: self.value(function.attributes),
        })
    }

    fn fault(&mut self, fault: PlainFault) -> Fault {
        let kind = match fault.kind {
            PlainKind::Thrown(value) => FaultKind::Thrown(self.value(value)),
            PlainKind::Reported(class, family, message, python, advice) => FaultKind::Reported {
                // Both processes are the same program and know the same classes.
                class: Class::named(&class).unwrap_or(Class::Exception),
                family,
                message,
                python,
                advice,
            },
        };
        let trace = fault.trace.into_iter();
        Fault {
            kind,
            pos: pos(fault.pos),
            unit: fault.unit,
            trace: trace
                .map(|(function, called_at)| TraceEntry {
                    function,
                    called_at: pos(called_at),
                })
                .collect(),
        }
    }
}
