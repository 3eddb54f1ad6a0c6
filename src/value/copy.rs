//! Copies of values for another process, which shares nothing: plain data is copied, a function
//! with the variables that it captures, and what cannot be copied is refused by its name. One file, as it is
//! one traversal: a variable that is met twice is copied once.
//!
//! A process of the host and one that a stepped scheduler only plays get what is made here, so that
//! both refuse the same. How a copy is written into a pipe is no matter of this file.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::collection::Kind;
use super::{
    Cell, Class, Collection, Dict, Environment, EnvironmentVariable, Fault, FaultKind, Function,
    Inherited, Object, Reference, UserClass, Value, with_article,
};

/// How much a copy may weigh: about as many bytes as it takes.
const MAX_WEIGHT: usize = 64 << 20;
/// What a value weighs besides its text.
const VALUE_WEIGHT: usize = 8;
/// How deep values may stand in each other.
const MAX_DEPTH: usize = 128;

/// What becomes of a lock, a thread or any other object, of which there is only one.
#[derive(Clone, Copy)]
pub enum Objects<'a> {
    /// It is refused.
    Refuse,
    /// Another value takes its place; the function gets the name of the variable.
    Replace(&'a dyn Fn(&str, &Arc<Object>) -> Value),
    /// It stays: what is copied was copied before, and only stand-ins are left in it.
    Keep,
}

/// Gives the class of a name in the process that copies are for.
pub type Home<'a> = &'a dyn Fn(&str) -> Option<Arc<UserClass>>;

/// Copies values that belong together: a variable that several of them captured is one variable
/// afterwards, too.
pub struct Copier<'a> {
    /// What the captured variable of this number is called.
    name_of: &'a dyn Fn(&Function, usize) -> String,
    /// The class of this name in the process that the copies are for, when that has it already.
    home: Option<Home<'a>>,
    objects: Objects<'a>,
    cells: BTreeMap<usize, Arc<Cell>>,
    classes: BTreeMap<usize, Arc<UserClass>>,
    weight: usize,
    depth: usize,
    /// What is being copied.
    place: Place,
}

/// What is being copied.
enum Place {
    /// The variable of this name.
    Variable(String),
    /// Something else, in words.
    Other(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the variable `{name}`"),
            Self::Other(words) => f.write_str(words),
        }
    }
}

impl<'a> Copier<'a> {
    /// A copier that has not copied anything. `name_of` names captured variables.
    pub fn new(name_of: &'a dyn Fn(&Function, usize) -> String) -> Self {
        Self {
            name_of,
            home: None,
            objects: Objects::Refuse,
            cells: BTreeMap::new(),
            classes: BTreeMap::new(),
            weight: 0,
            depth: 0,
            place: Place::Other(String::new()),
        }
    }

    /// The same for a process that has classes of its own: a class is known by its name, as in Python, and
    /// so the instances that arrive there are of the one that it has.
    #[must_use]
    pub fn for_home(mut self, home: Home<'a>) -> Self {
        self.home = Some(home);
        self
    }

    /// A copy of `value`, which is called `place` where it is refused: `the task's result`.
    ///
    /// # Errors
    /// When something in it cannot leave this process, or it is too large or too deep.
    pub fn copy(
        &mut self,
        value: &Value,
        place: &str,
        objects: Objects<'a>,
    ) -> Result<Value, FaultKind> {
        self.objects = objects;
        self.place = Place::Other(place.into());
        self.value(value)
    }

    /// The same for a function, with what it takes along already.
    ///
    /// # Errors
    /// As for [`Copier::copy`].
    pub fn copy_function(
        &mut self,
        function: &Function,
        place: &str,
        objects: Objects<'a>,
    ) -> Result<Function, FaultKind> {
        self.objects = objects;
        self.place = Place::Other(place.into());
        self.function(function)
    }

    /// A copy of the top-level variable of this name.
    ///
    /// # Errors
    /// As for [`Copier::copy`].
    pub fn copy_variable(
        &mut self,
        variable: &EnvironmentVariable,
        name: &str,
        objects: Objects<'a>,
    ) -> Result<EnvironmentVariable, FaultKind> {
        self.objects = objects;
        Ok(EnvironmentVariable {
            global: variable.global,
            cell: self.cell(&variable.cell, Some(name))?,
            is_constant: variable.is_constant,
        })
    }

    fn value(&mut self, value: &Value) -> Result<Value, FaultKind> {
        let text = value.as_str().map_or(0, str::len);
        self.weigh(VALUE_WEIGHT + text)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(FaultKind::TooLarge {
                what: format!(
                    "{} holds values that are nested too deep: it is",
                    self.place
                ),
            });
        }
        let copy = match value {
            // Nothing in it can be told from a copy, as a change makes one.
            Value::Array(items) if self.depth < MAX_DEPTH && items.iter().all(is_scalar) => {
                self.weigh(VALUE_WEIGHT * items.len())?;
                value.clone()
            }
            Value::Array(items) => {
                let items: Result<Vec<Value>, _> =
                    items.iter().map(|item| self.value(item)).collect();
                Value::array(items?)
            }
            Value::Map(map) => {
                let mut copy = super::Map::new();
                for (key, value) in map.iter() {
                    self.weigh(key.len())?;
                    copy.insert(key.clone(), self.value(value)?);
                }
                Value::map(copy)
            }
            Value::Blob(bytes) => {
                self.weigh(bytes.len())?;
                value.clone()
            }
            Value::Function(function) => Value::Function(Arc::new(self.function(function)?)),
            // It is the same one there; but as in Python, it is inherited and never sent.
            Value::Object(object) if object.is_for_processes() => {
                if matches!(self.objects, Objects::Refuse) && matches!(self.place, Place::Other(_))
                {
                    return Err(self.only_inherited(object.kind()));
                }
                value.clone()
            }
            Value::Object(object) => match self.objects {
                Objects::Refuse => return Err(self.refusal(object.kind())),
                Objects::Replace(stand_in) => match &self.place {
                    Place::Variable(name) => stand_in(name, object),
                    Place::Other(words) => stand_in(words, object),
                },
                Objects::Keep => value.clone(),
            },
            Value::Error(fault) => Value::Error(Arc::new(self.fault(fault)?)),
            Value::Foreign(foreign) => return Err(self.refusal(&foreign.type_name())),
            Value::Cell(_) => return Err(self.refusal("variable")),
            // One list stays one, as a captured variable does.
            Value::Reference(reference) => {
                // It is refused as what it is, whatever it holds just then.
                reference.class.as_ref().map_or(Ok(()), refuse_native)?;
                let class = match &reference.class {
                    Some(class) => Some(self.class(class)?),
                    None => None,
                };
                match (reference.kind, &class) {
                    (Kind::Class, Some(class)) => class.to_value(),
                    (Kind::Instance, Some(class))
                        if self.home.is_some()
                            && let Some(own) = class.member_like(reference) =>
                    {
                        own
                    }
                    _ => Value::Reference(Arc::new(Reference {
                        kind: reference.kind,
                        contents: self.cell(&reference.contents, None)?,
                        class,
                    })),
                }
            }
            Value::Collection(contents) => {
                Value::Collection(Arc::new(self.collection(contents)?.into()))
            }
            plain => plain.clone(),
        };
        self.depth -= 1;
        Ok(copy)
    }

    fn collection(&mut self, contents: &Collection) -> Result<Collection, FaultKind> {
        let mut all = |items: &mut dyn Iterator<Item = &Value>| {
            items
                .map(|item| self.value(item))
                .collect::<Result<Vec<Value>, _>>()
        };
        Ok(match contents {
            Collection::Tuple(items) => Collection::Tuple(all(&mut items.iter())?),
            Collection::Named(items, class) => {
                let items = all(&mut items.iter())?;
                Collection::Named(items, self.class(class)?)
            }
            Collection::List(items) => Collection::List(all(&mut items.iter())?),
            Collection::Deque(items, limit) => {
                Collection::Deque(all(&mut items.iter())?.into(), *limit)
            }
            Collection::Set(items) => Collection::Set(Dict::set_of(all(&mut items.keys())?)?),
            Collection::Attributes(map) => {
                let values = all(&mut map.values())?;
                let names = map.names().map(str::to_string);
                Collection::Attributes(names.zip(values).collect())
            }
            Collection::Dict(dict) => {
                let mut copy = Dict::new();
                for entry in dict.entries() {
                    copy.insert(self.value(&entry.key)?, self.value(&entry.value)?)?;
                }
                Collection::Dict(copy)
            }
        })
    }

    /// The copy of a class, which is made once.
    fn class(&mut self, class: &Arc<UserClass>) -> Result<Arc<UserClass>, FaultKind> {
        let address = Arc::as_ptr(&class.attributes) as usize;
        if let Some(copy) = self.classes.get(&address) {
            return Ok(copy.clone());
        }
        refuse_native(class)?;
        if let Some(own) = self.home.and_then(|home| home(class.name.as_str())) {
            self.classes.insert(address, own.clone());
            return Ok(own);
        }
        let base = match &class.base {
            Some(base) => Some(self.class(base)?),
            None => None,
        };
        let attributes = self.cell(&class.attributes, None)?;
        let mut methods = BTreeMap::new();
        for (name, method) in &class.methods {
            methods.insert(name.clone(), self.value(method)?);
        }
        let copy = UserClass {
            name: class.name,
            is_native: false,
            is_of_main: class.is_of_main,
            base,
            merged: (class.merged.iter().map(|base| self.class(base))).collect::<Result<_, _>>()?,
            fields: class.fields.clone(),
            slots: class.slots.clone(),
            error: class.error,
            methods,
            attributes,
            inherited: Inherited::default(),
        }
        .whole();
        self.classes.insert(address, copy.clone());
        Ok(copy)
    }

    fn function(&mut self, function: &Function) -> Result<Function, FaultKind> {
        let mut captures = Vec::with_capacity(function.captures.len());
        for (index, cell) in function.captures.iter().enumerate() {
            let name = (self.name_of)(function, index);
            captures.push(self.cell(cell, Some(&name))?);
        }
        let curried: Result<_, _> = (function.curried.iter())
            .map(|value| self.value(value))
            .collect();
        let environment = match &function.environment {
            None => None,
            Some(taken) => {
                let mut variables = Vec::with_capacity(taken.variables.len());
                for variable in &taken.variables {
                    let cell = self.cell(&variable.cell, None)?;
                    variables.push(EnvironmentVariable {
                        cell,
                        ..variable.clone()
                    });
                }
                Some(Arc::new(Environment { variables }))
            }
        };
        Ok(Function {
            name: function.name,
            target: function.target,
            captures: captures.into_iter().collect(),
            curried: curried?,
            environment,
            this: self.value(&function.this)?,
            attributes: self.value(&function.attributes)?,
        })
    }

    /// The copy of a variable, which is made once; it is called what it stands in where it has no
    /// name of its own.
    fn cell(&mut self, cell: &Arc<Cell>, name: Option<&str>) -> Result<Arc<Cell>, FaultKind> {
        let address = Arc::as_ptr(cell) as usize;
        if let Some(copy) = self.cells.get(&address) {
            return Ok(copy.clone());
        }
        // It is there before its value, which may lead back to it.
        let copy = Arc::new(Cell::declared(cell.origin(), Value::Unit));
        self.cells.insert(address, copy.clone());
        let inner = name.map(|name| Place::Variable(name.into()));
        let outer = inner.map(|inner| std::mem::replace(&mut self.place, inner));
        copy.store(self.value(&cell.load())?);
        if let Some(outer) = outer {
            self.place = outer;
        }
        Ok(copy)
    }

    /// The copy of an error: what was thrown may be anything.
    fn fault(&mut self, fault: &Fault) -> Result<Fault, FaultKind> {
        let kind = match &fault.kind {
            FaultKind::Thrown(value) => FaultKind::Thrown(self.value(value)?),
            other => other.reported(),
        };
        Ok(Fault {
            kind,
            ..fault.clone()
        })
    }

    fn weigh(&mut self, weight: usize) -> Result<(), FaultKind> {
        self.weight += weight;
        if self.weight <= MAX_WEIGHT {
            return Ok(());
        }
        Err(FaultKind::TooLarge {
            what: format!(
                "what goes to another process at once is limited to {} MB: {} is",
                MAX_WEIGHT >> 20,
                self.place
            ),
        })
    }

    fn only_inherited(&self, kind: &str) -> FaultKind {
        FaultKind::misuse(
            Class::RuntimeError,
            &format!("{} is or holds {}", self.place, with_article(kind)),
            "what processes share reaches a process when that is started",
            "give it to the Process, or let its function name a variable that holds it",
        )
        .as_python_says(format!(
            "{kind} objects should only be shared between processes through inheritance"
        ))
    }

    fn refusal(&self, kind: &str) -> FaultKind {
        let kind = with_article(kind);
        FaultKind::misuse(
            Class::TypeError,
            &format!("{} is or holds {kind}", self.place),
            &format!("processes share nothing, and {kind} cannot be copied into another one"),
            &format!(
                "give the task plain values and take its result; what is to share {kind} are \
                 threads: ThreadPoolExecutor"
            ),
        )
    }
}

/// Whether a value has no parts and no text.
fn is_scalar(value: &Value) -> bool {
    matches!(
        value,
        Value::Unit | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Char(_)
    )
}

/// Refuses what only the machine makes: a generator.
fn refuse_native(class: &Arc<UserClass>) -> Result<(), FaultKind> {
    match class.is_native {
        true => Err(FaultKind::raised(
            Class::TypeError,
            &format!("cannot pickle '{}' object", class.name.as_str()),
            "give a list of its items",
        )),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{CodeId, Items, Literal, Target};

    fn closure(captures: &[&Arc<Cell>]) -> Value {
        Value::Function(Arc::new(Function {
            name: Literal::new("closure"),
            target: Target::Code(CodeId {
                unit: 1,
                ordinal: 1,
            }),
            captures: captures.iter().map(|cell| (*cell).clone()).collect(),
            curried: Items::default(),
            environment: None,
            this: Value::Unit,
            attributes: Value::Unit,
        }))
    }

    fn copy(value: &Value) -> Result<Value, FaultKind> {
        Copier::new(&|_, index| format!("v{index}")).copy(value, "it", Objects::Refuse)
    }

    fn captures(value: &Value) -> &[Arc<Cell>] {
        match value {
            Value::Function(function) => &function.captures,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_variable_stays_one_and_is_another() {
        let cell = Arc::new(Cell::new(Value::Int(1)));
        let pair = Value::array(vec![closure(&[&cell]), closure(&[&cell])]);
        let copies = copy(&pair).unwrap();
        let Value::Array(items) = &copies else {
            panic!("{copies:?}");
        };
        let (a, b) = (&captures(&items[0])[0], &captures(&items[1])[0]);
        assert!(Arc::ptr_eq(a, b) && !Arc::ptr_eq(a, &cell));
        a.store(Value::Int(2));
        assert!(matches!(cell.load(), Value::Int(1)));
    }

    #[test]
    fn a_variable_may_lead_to_itself() {
        let cell = Arc::new(Cell::new(Value::Unit));
        cell.store(closure(&[&cell]));
        let copy = copy(&cell.load()).unwrap();
        let own = &captures(&copy)[0];
        assert!(Arc::ptr_eq(own, &captures(&own.load())[0]));
        assert!(!Arc::ptr_eq(own, &cell));
        // Neither may outlive the test.
        cell.store(Value::Unit);
        own.store(Value::Unit);
    }

    #[test]
    fn what_is_too_deep_or_too_large_is_refused() {
        let mut deep = Value::Unit;
        for _ in 0..MAX_DEPTH {
            deep = Value::array(vec![deep]);
        }
        assert!(
            copy(&deep)
                .unwrap_err()
                .to_string()
                .contains("nested too deep")
        );
        let large = Value::string("x".repeat(MAX_WEIGHT / 2));
        assert!(copy(&large).is_ok());
        let text = copy(&Value::array(vec![large.clone(), large])).unwrap_err();
        assert!(text.to_string().contains("64 MB"), "{text}");
    }
}
