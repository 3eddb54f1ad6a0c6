//! Classes that a script makes, and their instances.
//!
//! Class and instance are references: their attributes stand in a variable each, so that `this.n += 1` is
//! a read and a write of a place. What a class is called, what it derives from and its methods never
//! change. A class that derives from one of Python's classes of errors makes errors. One file, as what an
//! instance has follows from its class.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::collection::{Kind, text_hash};
use super::{
    Attributes, Cell, Class, Collection, Dict, FaultKind, Function, Literal, Map, Origin,
    Reference, Target, Value,
};
use crate::pos::Pos;

/// A class of the script's, or one of Python's classes of errors.
#[derive(Debug)]
pub struct UserClass {
    /// Its name.
    pub name: Literal,
    /// Whether the machine makes its instances, and no text names it.
    pub is_native: bool,
    /// What it derives from.
    pub base: Option<Arc<UserClass>>,
    /// Of a class that stands for several bases of another one: those and what they derive from, in
    /// the order in which methods are looked for.
    pub merged: Vec<Arc<UserClass>>,
    /// The fields of a named tuple or a dataclass.
    pub fields: Option<Fields>,
    /// Whether it is one of a text of Python's, which shows it as `<class '__main__.A'>`.
    pub is_of_main: bool,
    /// The only attributes that its instances may have, where it says so.
    pub slots: Option<Vec<Box<str>>>,
    /// The class of Python's that its instances are errors of.
    pub error: Option<Class>,
    /// The functions that are its methods.
    pub methods: BTreeMap<Box<str>, Value>,
    /// Where the attributes of the class itself stand; it tells classes apart, too.
    pub attributes: Arc<Cell>,
    /// What follows from all that, and from what it derives from: filled in by [`UserClass::whole`].
    pub inherited: Inherited,
}

/// What is asked of a class again and again. Nothing of it ever changes, so it is found once.
#[derive(Debug, Default)]
pub struct Inherited {
    /// All methods, its own and inherited ones, with the hashes of their names. So few are looked through
    /// one by one.
    methods: Vec<(u64, Box<str>, Value)>,
    /// Whether its instances may have any attribute, which may be set at any time.
    takes_any_attribute: bool,
    /// Its `init`, if a call of the class does nothing but call that on a new instance.
    plain_init: Option<Arc<Function>>,
}

/// The fields that a class declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// Their names, in order.
    pub names: Vec<Box<str>>,
    /// Those by which instances are compared.
    pub compared: Vec<Box<str>>,
    /// Whether these say which of two instances comes first, too.
    pub is_ordered: bool,
    /// What they make of an instance.
    pub kind: FieldKind,
}

/// What fields make of the instances of their class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// They are tuples, whose items have names.
    Tuple,
    /// They are equal when their fields are.
    Compared,
    /// The same, and the fields never change: they can be keys.
    Frozen,
    /// The fields never change, and each instance is equal to itself only.
    Constant,
    /// They are compared, ordered and hashed as the value in their first field is: members of enumerations
    /// that are numbers or texts.
    Value,
    /// Nothing.
    Plain,
}

impl FieldKind {
    const WORDS: [(&'static str, Self); 6] = [
        ("plain", Self::Plain),
        ("value", Self::Value),
        ("tuple", Self::Tuple),
        ("compared", Self::Compared),
        ("frozen", Self::Frozen),
        ("constant", Self::Constant),
    ];

    /// The word for it in a class's text.
    pub fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, kind)| *kind == self);
        found.map_or("", |(word, _)| word)
    }

    /// The kind of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, kind)| *kind)
    }
}

/// The attribute of a class that says what its fields make of its instances, and the one that names them.
const FIELD_KIND: &str = "__field_kind__";
const FIELD_NAMES: &str = "_fields";

/// The attribute of a class that names those of its fields by which instances are compared, if not by all;
/// the one that says whether these say what comes first;
/// and the one that names the only attributes that its instances may have.
const COMPARED_NAMES: &str = "__compared__";
const IS_ORDERED: &str = "__ordered__";
const SLOTS: &str = "__slots__";

/// The attribute of a class of the library that says what people type for its attributes: nothing for one that
/// stands for the whole.
const SHOWN_PARTS: &str = "__shown_parts__";

/// The texts in an attribute of a class.
fn texts(own: &Map, attribute: &str) -> Option<Vec<Box<str>>> {
    let items = own.get(attribute)?.collection()?.items();
    let texts = items.iter().filter_map(Value::as_str).map(Into::into);
    Some(texts.collect())
}

/// The fields that the attributes of a class declare, as translations of Python write them.
fn declared_fields(own: &Map) -> Option<Fields> {
    let kind = FieldKind::of_word(own.get(FIELD_KIND)?.as_str()?)?;
    let names = texts(own, FIELD_NAMES)?;
    Some(Fields {
        compared: texts(own, COMPARED_NAMES).unwrap_or_else(|| names.clone()),
        is_ordered: matches!(own.get(IS_ORDERED), Some(Value::Bool(true))),
        names,
        kind,
    })
}

/// The attribute of an error that holds what its `__str__` has said of it.
pub const SHOWN: &str = "__shown__";

#[inline]
fn find_method<'m>(
    methods: &'m [(u64, Box<str>, Value)],
    name: &str,
    hash: u64,
) -> Option<&'m Value> {
    let is_it = |(known, text, _): &&(u64, Box<str>, Value)| *known == hash && **text == *name;
    methods.iter().find(is_it).map(|(_, _, method)| method)
}

/// The name of the method that sets an instance up.
pub const INIT: &str = "init";

/// The method by which a class makes what a call of it gives, with the class as `this`.
pub const MAKE: &str = "__make__";

/// The attribute of an enumeration that holds its members by name.
const MEMBERS: &str = "members_";

/// The variable in which the methods of a class find what it derives from.
pub const SUPER: &str = "super";

fn attributes(all: Attributes, pos: Pos) -> Arc<Cell> {
    let attributes = Value::Collection(Arc::new(Collection::Attributes(all).into()));
    Arc::new(Cell::declared(
        Origin::text(pos.line, pos.column),
        attributes,
    ))
}

impl UserClass {
    /// A class of a script's; `is_of_main` says whether that is a text of Python's.
    ///
    /// # Errors
    /// When `base` is no class.
    pub fn new(
        name: Literal,
        base: &Value,
        methods: Map,
        own: Map,
        pos: Pos,
        is_of_main: bool,
    ) -> Result<Arc<Self>, FaultKind> {
        let base = match base {
            Value::Unit => None,
            base => Some(Self::of_value(base)?),
        };
        Ok(Self {
            name,
            is_native: false,
            is_of_main,
            error: base.as_ref().and_then(|base| base.error),
            base,
            merged: Vec::new(),
            fields: declared_fields(&own),
            slots: texts(&own, SLOTS),
            methods,
            attributes: attributes(
                own.into_iter()
                    .map(|(name, value)| (String::from(name), value))
                    .collect(),
                pos,
            ),
            inherited: Inherited::default(),
        }
        .whole())
    }

    /// One of Python's classes of errors.
    pub fn of_error(class: Class) -> Arc<Self> {
        Self {
            name: Literal::new(class.name()),
            is_native: false,
            is_of_main: false,
            base: None,
            merged: Vec::new(),
            fields: None,
            slots: None,
            error: Some(class),
            methods: BTreeMap::new(),
            attributes: attributes(Attributes::new(), Pos::NONE),
            inherited: Inherited::default(),
        }
        .whole()
    }

    /// Which of Python's classes of errors this is; nothing for one that derives from it.
    pub fn own_error(&self) -> Option<Class> {
        self.error
            .filter(|error| error.name() == self.name.as_str() && !self.is_of_main)
    }

    /// A class without methods, of which the machine makes instances.
    pub fn native(name: Literal) -> Arc<Self> {
        Self {
            name,
            is_native: true,
            is_of_main: false,
            base: None,
            merged: Vec::new(),
            fields: None,
            slots: None,
            error: None,
            methods: BTreeMap::new(),
            attributes: attributes(Attributes::new(), Pos::NONE),
            inherited: Inherited::default(),
        }
        .whole()
    }

    /// The class that a value is.
    ///
    /// # Errors
    /// When it is none.
    pub fn of_value(value: &Value) -> Result<Arc<Self>, FaultKind> {
        let class = match value {
            Value::Reference(reference) if reference.kind == Kind::Class => reference.class.clone(),
            Value::Function(function) if matches!(function.target, Target::Named(_)) => {
                // In a text of Python's, they are Python's own functions.
                let name = function.name.as_str();
                Class::named(name.strip_prefix("python.").unwrap_or(name)).map(Self::of_error)
            }
            _ => None,
        };
        class.ok_or_else(|| FaultKind::mismatch("a class", value))
    }

    /// What is typed for an attribute of an instance called `name`: `name.attribute`, unless the class keeps there
    /// what its users know by another name.
    pub fn shown_part(&self, name: &str, attribute: &str) -> String {
        let own = self.attributes.load();
        let parts = match &own {
            Value::Collection(contents) => match &***contents {
                Collection::Attributes(own) => own.get(SHOWN_PARTS),
                _ => None,
            },
            _ => None,
        };
        let shown = match parts {
            Some(Value::Map(parts)) => parts.get(attribute).and_then(Value::as_str),
            _ => None,
        };
        match (shown, &self.base) {
            (Some(shown), _) => format!("{name}{shown}"),
            (None, Some(base)) => base.shown_part(name, attribute),
            (None, None) => format!("{name}.{attribute}"),
        }
    }

    /// The class as a value.
    pub fn to_value(self: &Arc<Self>) -> Value {
        Value::Reference(Arc::new(Reference {
            kind: Kind::Class,
            contents: self.attributes.clone(),
            class: Some(self.clone()),
        }))
    }

    /// A new instance, without attributes.
    pub fn instance(self: &Arc<Self>, pos: Pos) -> Arc<Reference> {
        Arc::new(Reference {
            kind: Kind::Instance,
            contents: attributes(Attributes::new(), pos),
            class: Some(self.clone()),
        })
    }

    /// The member of this enumeration that has the name of a member of a copy of it.
    pub fn member_like(self: &Arc<Self>, copy: &Reference) -> Option<Value> {
        let Value::Reference(own) = self.to_value() else {
            return None;
        };
        let Value::Reference(members) = own.attribute(MEMBERS)? else {
            return None;
        };
        let name = copy.attribute("name")?;
        match &**members.load() {
            Collection::Dict(members) => members.get(&name).ok()?.cloned(),
            _ => None,
        }
    }

    /// An error of one of Python's classes, with these arguments.
    pub fn error(class: Class, args: Vec<Value>, pos: Pos) -> Value {
        let instance = Self::of_error(class).instance(pos);
        instance.set_error_arguments(args);
        Value::Reference(instance)
    }

    /// What a class derives from that derives from several ones: their linearization by the algorithm C3
    /// (Barrett et al., 1996), as in Python.
    ///
    /// # Errors
    /// When their orders contradict each other.
    pub fn merged(bases: &[Arc<Self>]) -> Result<Arc<Self>, FaultKind> {
        let mut rows: Vec<Vec<Arc<Self>>> = (bases.iter())
            .map(|base| base.linearization().cloned().collect())
            .collect();
        rows.push(bases.to_vec());
        let mut merged: Vec<Arc<Self>> = Vec::new();
        loop {
            rows.retain(|row| !row.is_empty());
            if rows.is_empty() {
                break;
            }
            let is_in_tail = |class: &Arc<Self>| {
                rows.iter()
                    .any(|row| row[1..].iter().any(|one| one.is(class)))
            };
            let Some(next) = (rows.iter().map(|row| &row[0])).find(|class| !is_in_tail(class))
            else {
                return Err(FaultKind::raised(
                    Class::TypeError,
                    "Cannot create a consistent method resolution order (MRO) for bases",
                    "write the bases in the order in which the other classes have them",
                ));
            };
            let next = next.clone();
            for row in &mut rows {
                row.retain(|one| !one.is(&next));
            }
            merged.push(next);
        }
        let names: Vec<&str> = bases.iter().map(|base| base.name.as_str()).collect();
        Ok(Self {
            name: Literal::new(&names.join(", ")),
            is_native: false,
            is_of_main: false,
            base: None,
            fields: merged.iter().find_map(|class| class.fields.clone()),
            slots: Some(Vec::new()),
            error: merged.iter().find_map(|class| class.error),
            merged,
            methods: BTreeMap::new(),
            attributes: attributes(Attributes::new(), Pos::NONE),
            inherited: Inherited::default(),
        }
        .whole())
    }

    /// This class and those that it derives from, in the order in which methods are looked for.
    pub fn ancestors(self: &Arc<Self>) -> impl Iterator<Item = &Arc<Self>> {
        let chain = std::iter::successors(Some(self), |class| class.base.as_ref());
        chain.flat_map(|class| std::iter::once(class).chain(&class.merged))
    }

    /// The same without what only stands for several bases.
    pub fn linearization(self: &Arc<Self>) -> impl Iterator<Item = &Arc<Self>> {
        self.ancestors().filter(|class| class.merged.is_empty())
    }

    /// The fields that its instances have.
    pub fn fields(self: &Arc<Self>) -> Option<&Fields> {
        self.ancestors().find_map(|class| class.fields.as_ref())
    }

    /// Whether its instances may have an attribute of this name: each class that it derives from may say
    /// which are all, and one that says nothing allows any.
    pub fn allows(self: &Arc<Self>, name: &str) -> bool {
        self.slots.is_none()
            || self.error.is_some()
            || self.ancestors().any(|class| match &class.slots {
                Some(slots) => slots.iter().any(|slot| &**slot == name),
                None => true,
            })
    }

    /// The method of this name, its own or inherited.
    pub fn method(self: &Arc<Self>, name: &str) -> Option<&Value> {
        self.method_hashed(name, text_hash(name))
    }

    /// The same for who knows the [`text_hash`] of the name.
    #[inline]
    pub fn method_hashed(self: &Arc<Self>, name: &str, hash: u64) -> Option<&Value> {
        find_method(&self.inherited.methods, name, hash)
    }

    /// The class, with all that follows from its parts.
    pub fn whole(mut self) -> Arc<Self> {
        self.inherited = self.inherit();
        Arc::new(self)
    }

    fn inherit(&self) -> Inherited {
        let of_base = self.base.iter().flat_map(Self::ancestors);
        let others: Vec<&Arc<Self>> = self.merged.iter().chain(of_base).collect();
        let mut methods: Vec<(u64, Box<str>, Value)> = Vec::new();
        let others_methods = others.iter().flat_map(|class| &class.methods);
        for (name, method) in self.methods.iter().chain(others_methods) {
            let hash = text_hash(name);
            // What comes first hides what comes later.
            if find_method(&methods, name, hash).is_none() {
                methods.push((hash, name.clone(), method.clone()));
            }
        }
        let method = |name: &str| find_method(&methods, name, text_hash(name));
        let plain_init = match (self.error, method(MAKE), method(INIT)) {
            (None, None, Some(Value::Function(init))) => Some(init.clone()),
            _ => None,
        };
        let inherited_fields = || others.iter().find_map(|class| class.fields.as_ref());
        let fields = self.fields.as_ref().or_else(inherited_fields);
        let is_fixed =
            |fields: &Fields| matches!(fields.kind, FieldKind::Frozen | FieldKind::Constant);
        Inherited {
            takes_any_attribute: self.slots.is_none() && !fields.is_some_and(is_fixed),
            plain_init,
            methods,
        }
    }

    /// Whether its instances may have any attribute, which may be set at any time.
    #[inline]
    pub fn takes_any_attribute(self: &Arc<Self>) -> bool {
        self.inherited.takes_any_attribute
    }

    /// Its `init`, if a call of the class does nothing but call that on a new instance.
    #[inline]
    pub fn plain_init(self: &Arc<Self>) -> Option<&Arc<Function>> {
        self.inherited.plain_init.as_ref()
    }

    /// The class that has an attribute of this name now, itself or one that it derives from.
    pub fn with_attribute(self: &Arc<Self>, name: &str) -> Option<&Arc<Self>> {
        self.ancestors().find(|class| {
            class.attributes.with(|value| match value {
                Value::Collection(contents) => match &***contents {
                    Collection::Attributes(map) => map.contains(name),
                    _ => false,
                },
                _ => false,
            })
        })
    }

    /// Whether the two are one class.
    pub fn is(&self, other: &Self) -> bool {
        match (self.error, other.error) {
            // Python's own are made where they are named.
            (Some(one), Some(two)) if one.name() == self.name.as_str() => {
                one == two && two.name() == other.name.as_str()
            }
            _ if self.is_native => other.is_native && self.name == other.name,
            _ => Arc::ptr_eq(&self.attributes, &other.attributes),
        }
    }

    /// Whether its instances are instances of a class of this name.
    pub fn is_named(self: &Arc<Self>, name: &str) -> bool {
        let of_error = self.error.is_some_and(|class| class.is(name));
        of_error || self.ancestors().any(|class| class.name.as_str() == name)
    }

    /// Whether its instances are instances of `other`.
    pub fn derives_from(self: &Arc<Self>, other: &Arc<Self>) -> bool {
        match other.error {
            Some(class) if class.name() == other.name.as_str() => {
                self.error.is_some_and(|own| own.is(class.qualified()))
            }
            _ => self.ancestors().any(|class| class.is(other)),
        }
    }

    /// Calls `visit` on its methods and its attributes, and on those of the classes that it derives from.
    pub fn visit_parts(self: &Arc<Self>, visit: &mut dyn FnMut(&Value)) {
        for class in self.ancestors() {
            class.methods.values().for_each(&mut *visit);
            visit(&Value::Cell(class.attributes.clone()));
        }
    }
}

impl Reference {
    /// The fields by which an instance is equal to others of its class.
    pub fn compared_fields(&self) -> Option<&Fields> {
        let class = self
            .class
            .as_ref()
            .filter(|_| self.kind == Kind::Instance)?;
        class.fields().filter(|fields| {
            matches!(fields.kind, FieldKind::Compared | FieldKind::Frozen)
                && class.method("__eq__").is_none()
        })
    }

    /// The value as which an instance is compared, if its class says so.
    pub fn compared_value(&self) -> Option<Value> {
        let class = (self.class.as_ref()).filter(|_| self.kind == Kind::Instance)?;
        let fields = class
            .fields()
            .filter(|fields| fields.kind == FieldKind::Value)?;
        self.attribute(fields.names.first()?)
    }

    /// The values of these fields.
    pub fn values_of(&self, fields: &Fields) -> Vec<Value> {
        let values = fields.compared.iter().map(|name| self.attribute(name));
        values.map(Option::unwrap_or_default).collect()
    }

    /// The method of this name that an instance has by its class; of a class itself, what that says of
    /// itself as a value: its `class__len__` is what `len` of the class is, and so on.
    pub fn method(&self, name: &str) -> Option<Arc<Function>> {
        let class = self.class.as_ref()?;
        let method = match self.kind {
            Kind::Instance => class.method(name),
            Kind::Class if name.starts_with("__") => class.method(&format!("class{name}")),
            _ => None,
        };
        match method? {
            Value::Function(method) => Some(method.clone()),
            _ => None,
        }
    }

    /// The attribute of this name that an instance has itself now.
    pub fn attribute(&self, name: &str) -> Option<Value> {
        match &**self.load() {
            Collection::Attributes(map) => map.get(name).cloned(),
            _ => None,
        }
    }

    /// Sets an attribute, where no thread can be looking.
    pub fn set_attribute(&self, name: &str, value: Value) {
        self.contents.update(|contents| {
            if let Value::Collection(contents) = contents
                && let Collection::Attributes(map) = &mut **Arc::make_mut(contents)
            {
                map.insert(name.to_string(), value);
            }
        });
    }

    /// Takes an attribute away; whether it was there.
    pub fn remove_attribute(&self, name: &str) -> bool {
        let mut was_there = false;
        self.contents.update(|contents| {
            if let Value::Collection(contents) = contents
                && let Collection::Attributes(map) = &mut **Arc::make_mut(contents)
            {
                was_there = map.remove(name).is_some();
            }
        });
        was_there
    }

    /// The attributes that it has itself now, as a dict.
    pub fn attributes_as_dict(&self, pos: Pos) -> Value {
        let mut dict = Dict::new();
        if let Collection::Attributes(map) = &**self.load() {
            for (name, value) in map.iter() {
                // A string can be hashed.
                _ = dict.insert(Value::from(name), value.clone());
            }
        }
        Value::reference(Collection::Dict(dict), pos)
    }

    /// What Python's `Exception.__init__` does: an error keeps its arguments, and shows the first one.
    pub fn set_error_arguments(&self, args: Vec<Value>) {
        let message = match &args[..] {
            [] => Value::from(""),
            [one] => one.clone(),
            _ => Value::tuple(args.clone()),
        };
        self.set_attribute("message", message);
        self.set_attribute("args", Value::tuple(args));
    }

    /// What an instance is as text, if it is an error: its message.
    pub fn error_message(&self) -> Option<Value> {
        let class = self.class.as_ref()?;
        let error = class.error.filter(|_| self.kind == Kind::Instance)?;
        if let Some(shown) = self.attribute(SHOWN) {
            return Some(shown);
        }
        let message = self.attribute("message").unwrap_or_else(|| Value::from(""));
        // As in Python: a key that is not there is shown as it would be typed.
        Some(match error {
            Class::KeyError if !message.as_str().is_some_and(str::is_empty) => {
                Value::string(super::repr_text(&message))
            }
            _ => message,
        })
    }
}
