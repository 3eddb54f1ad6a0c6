//! Classes that a script makes: making one and its instances, their attributes and methods.
//!
//! An attribute is a place of the instance; one that it does not have is looked for in its class, which
//! is a place of that, and in what the class derives from. Methods never change, so to look for one is
//! no step; but an attribute of that name would come first, and whether there is one is read. One file, as
//! calls and reads look names up in this one order.

use std::sync::Arc;

use super::arithmetic::put;
use super::call::Receiver;
use super::fiber::NONE;
use super::generator::is_generator;
use super::place::{check_may_assign, walk};
use super::step::{Flow, Machine, Step};
use super::{Path, Stop};
use crate::program::Language;
use crate::program::code::{AccessPath, CallSite, PathSegment};
use crate::program::signature::{MethodKind, NamedArguments};
use crate::value::collection::Kind;
use crate::value::{
    Class, CodeId, Collection, FaultKind, Function, INIT, Literal, MAKE, Map, Reference, Target,
    UserClass, Value, shown_name,
};

/// `super.__spread("f", args, named)`: the method `f` with arguments from collections.
const SPREAD: &str = "__spread";

/// The function of the prelude that calls what an instance finds by a name, with arguments.
const CALL_FOUND: &str = "__python__call_found";

/// The method by which an instance is called.
pub(super) const CALL: &str = "__call__";

impl Machine<'_, '_> {
    /// `dst` = the class whose parts stand in the four registers from `first` on.
    pub(super) fn make_class(&mut self, dst: u16, first: u16) -> Step {
        let parts = self.take_args(first, 4);
        let [Value::Literal(name), base, methods, attributes] = &parts[..] else {
            return Ok(Flow::Next);
        };
        let map = |value: &Value| match value {
            Value::Map(map) => Map::clone(map),
            _ => Map::new(),
        };
        let pos = self.fiber.pos(self.env.program);
        let (methods, attributes) = (map(methods), map(attributes));
        let is_of_main = self.dialect() == Language::Python && !self.is_in_prelude();
        let name = match is_of_main {
            true if shown_name(name.as_str()) != name.as_str() => {
                Literal::new(shown_name(name.as_str()))
            }
            _ => *name,
        };
        let class = UserClass::new(name, base, methods, attributes, pos, is_of_main)?;
        put(self.register(dst), class.to_value());
        Ok(Flow::Next)
    }

    /// Whether what runs is code of the library.
    fn is_in_prelude(&mut self) -> bool {
        let program = self.env.program;
        !self.frame().is_of_script(program)
    }

    /// Calls a class: `dst` = a new instance, as its `init` leaves it.
    fn construct(
        &mut self,
        class: &Arc<UserClass>,
        args: Vec<Value>,
        named: NamedArguments,
        dst: u16,
    ) -> Step {
        if let Some(Value::Function(make)) = class.method(MAKE) {
            let make = make.clone();
            let this = Some(Receiver::Value(class.to_value()));
            return self.call_named_into(dst, make, (args, named), this);
        }
        let pos = self.fiber.pos(self.env.program);
        let instance = class.instance(pos);
        let value = Value::Reference(instance.clone());
        if class.error.is_some() {
            instance.set_error_arguments(args.clone());
        }
        match class.method(INIT) {
            // It gives the instance.
            Some(Value::Function(init)) => {
                let init = init.clone();
                let this = Some(Receiver::Value(value));
                return self.call_named_into(dst, init, (args, named), this);
            }
            _ if class.error.is_some() && named.is_empty() => {}
            _ if args.is_empty() && named.is_empty() => {}
            _ => {
                return Err(FaultKind::raised(
                    Class::TypeError,
                    &format!("{}() takes no arguments", class.name.as_str()),
                    "give the class a method `init` that takes them",
                ));
            }
        }
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    /// A method of an instance or of a class, to which a chain has led. `Base.method(x, 1)` calls the
    /// method with `x` as `this`.
    pub(super) fn call_on_instance(
        &mut self,
        reference: &Arc<Reference>,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Step {
        let Some(class) = &reference.class else {
            return Ok(Flow::Next);
        };
        let program = self.env.program;
        let name = program.name(site.name);
        let is_instance = reference.kind == Kind::Instance;
        if &*name.text == SPREAD && !is_instance {
            let args = self.take_args(first, argc);
            self.fiber.through = None;
            return self.call_spread(&class.clone(), &args, dst);
        }
        if let Some(access) = Dynamic::of(&name.text) {
            return self.dynamic_attribute(reference, access, argc, dst, first);
        }
        if !is_instance && let Some(method) = reference.method(&name.text) {
            let this = Some(Receiver::Value(Value::Reference(reference.clone())));
            let args = self.take_args(first, argc);
            self.fiber.through = None;
            return self.call_into(dst, method, args, this);
        }
        let method = class.method(&name.text);
        let holder = match is_instance {
            true => Some(reference.clone()),
            false => None,
        };
        // An attribute comes first: one of the instance, and where there is no method one of a class.
        let path = Path {
            method: Some(name.literal),
            ..Path::default()
        };
        if let Some(holder) = &holder
            && !self.may_access(&holder.contents, path, false)
        {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let own = holder.and_then(|holder| holder.attribute(&name.text));
        let is_inherited = own.is_none();
        let callee = match (own, method) {
            (Some(own), _) => own,
            (None, Some(Value::Function(method))) => {
                let method = method.clone();
                let mut args = self.take_args(first, argc);
                let this = match self.this_of(&method, reference) {
                    This::None => None,
                    This::Is(this) | This::Property(this) => Some(this),
                    This::FirstArgument if args.is_empty() => {
                        return Err(no_receiver(class, &name.text));
                    }
                    This::FirstArgument => Some(args.remove(0)),
                };
                self.fiber.through = None;
                return self.call_into(dst, method, args, this.map(Receiver::Value));
            }
            (None, _) => match class.with_attribute(&name.text) {
                Some(of) => {
                    let of = of.clone();
                    if !self.may_access(&of.attributes, path, false) {
                        return Ok(Flow::Stop(Stop::Visible));
                    }
                    let holder = of.to_value();
                    match &holder {
                        Value::Reference(holder) => {
                            holder.attribute(&name.text).unwrap_or_default()
                        }
                        _ => Value::Unit,
                    }
                }
                None if &*name.text == INIT => {
                    // What everything derives from does nothing; errors keep their arguments.
                    let mut args = self.take_args(first, argc);
                    let this = match is_instance {
                        true => Value::Reference(reference.clone()),
                        false if args.is_empty() => return Err(no_receiver(class, INIT)),
                        false => args.remove(0),
                    };
                    if let (Some(_), Value::Reference(instance)) = (class.error, &this) {
                        if !self.may_access(&instance.contents, Path::default(), true) {
                            return Ok(Flow::Stop(Stop::Visible));
                        }
                        instance.set_error_arguments(args);
                    }
                    self.fiber.through = None;
                    put(self.register(dst), this);
                    return Ok(Flow::Next);
                }
                None if is_generator(&Value::Reference(reference.clone()))
                    && let Some(id) = self.generator_method(&name.text, argc) =>
                {
                    let base = self.frame().base as usize;
                    let (first, dst) = (base + usize::from(first), base + usize::from(dst));
                    let way = Receiver::Value(Value::Reference(reference.clone()));
                    self.fiber.through = None;
                    return self.push_method(id, first, dst, NONE, way);
                }
                None if &*name.text == "type_of" => {
                    self.fiber.through = None;
                    let name = Value::Reference(reference.clone()).type_name();
                    put(self.register(dst), Value::string(name));
                    return Ok(Flow::Next);
                }
                // What may be called is called as a function is: `f.call(1)`.
                None if &*name.text == "call"
                    && (!is_instance || reference.method(CALL).is_some()) =>
                {
                    Value::Reference(reference.clone())
                }
                None => match self.finder(reference) {
                    Some(find) => {
                        let name = Value::Literal(name.literal);
                        let args = Value::array(self.take_args(first, argc));
                        self.fiber.through = None;
                        let of = Value::Reference(reference.clone());
                        return self.call_into(dst, find, vec![of, name, args], None);
                    }
                    None => return Err(no_attribute(reference, &name.text)),
                },
            },
        };
        let mut args = self.take_args(first, argc);
        self.fiber.through = None;
        if is_instance && is_inherited && self.is_method_in_python(&callee) {
            args.insert(0, Value::Reference(reference.clone()));
        }
        self.call_any(callee, args, dst)
    }

    /// The function of the prelude that calls what the `__getattr__` of an instance's class finds.
    fn finder(&self, reference: &Reference) -> Option<Arc<Function>> {
        let program = self.env.program;
        if reference.kind != Kind::Instance || reference.method("__getattr__").is_none() {
            return None;
        }
        let find = program.find_name(CALL_FOUND)?;
        program.name(find).function(3)?;
        Some(Arc::new(program.named_function(find)))
    }

    /// Whether a function that is an attribute of a class is a method of its instances, as in Python.
    fn is_method_in_python(&mut self, value: &Value) -> bool {
        let Value::Function(function) = value else {
            return false;
        };
        let is_script = match function.target {
            Target::Code(_) => true,
            Target::Named(id) => self.env.program.name(id).native.is_none(),
        };
        is_script && function.this.is_unit() && self.dialect() == Language::Python
    }

    /// What an attribute of a class is by way of `reference`: of an instance a bound method, where
    /// it is a function of Python's.
    fn bound_to(&mut self, reference: &Arc<Reference>, value: Value) -> Value {
        match value {
            Value::Function(function)
                if reference.kind == Kind::Instance
                    && self.is_method_in_python(&Value::Function(function.clone())) =>
            {
                // The instance is its first argument.
                let mut method = Function::clone(&function);
                method
                    .curried
                    .insert(0, Value::Reference(reference.clone()));
                Value::Function(Arc::new(method))
            }
            other => other,
        }
    }

    /// Reads or changes an attribute whose name is a value. It counts as an access to the whole.
    fn dynamic_attribute(
        &mut self,
        reference: &Arc<Reference>,
        access: Dynamic,
        argc: u8,
        dst: u16,
        first: u16,
    ) -> Step {
        let start = self.frame().base as usize + usize::from(first);
        let args = self.fiber.registers[start..start + usize::from(argc)].to_vec();
        let Some(class) = reference.class.clone() else {
            return Ok(Flow::Next);
        };
        let name = match args.first() {
            Some(Value::Char(character)) => character.to_string(),
            name => name.and_then(Value::as_str).unwrap_or_default().to_string(),
        };
        let cell = reference.contents.clone();
        let writes = matches!(access, Dynamic::Set | Dynamic::Delete);
        if writes {
            check_may_assign(reference, &name)?;
        }
        if let (Dynamic::Set, Some(Value::Function(setter))) =
            (access, class.method(&format!("set_{name}")))
            && self.is_property(class.method(&name))
        {
            let (setter, value) = (setter.clone(), args[1..].to_vec());
            let this = Some(Receiver::Value(Value::Reference(reference.clone())));
            self.fiber.through = None;
            return self.call_into(dst, setter, value, this);
        }
        if access == Dynamic::Set && self.is_property(class.method(&name)) {
            return Err(FaultKind::raised(
                Class::AttributeError,
                &format!(
                    "property '{name}' of '{}' object has no setter",
                    class.name.as_str()
                ),
                "",
            ));
        }
        if !self.may_access(&cell, Path::default(), writes) {
            return Ok(Flow::Stop(Stop::Visible));
        }
        let before = self.seen();
        let value = match access {
            Dynamic::Set => {
                let value = args.get(1).cloned().unwrap_or_default();
                self.publish_into(&cell, std::slice::from_ref(&value));
                reference.set_attribute(&name, value);
                Value::Unit
            }
            Dynamic::Delete => match reference.remove_attribute(&name) {
                true => Value::Unit,
                false => return Err(no_attribute(reference, &name)),
            },
            Dynamic::All => reference.attributes_as_dict(self.fiber.pos(self.env.program)),
            Dynamic::Get => match (reference.attribute(&name), class.method(&name)) {
                (Some(own), _) => own,
                (None, Some(Value::Function(method))) => {
                    let method = method.clone();
                    match self.this_of(&method, reference) {
                        This::Is(this) => Value::Function(Arc::new(Function {
                            this,
                            ..Function::clone(&method)
                        })),
                        This::None | This::FirstArgument => Value::Function(method),
                        This::Property(this) => {
                            self.fiber.through = None;
                            let this = Some(Receiver::Value(this));
                            return self.call_into(dst, method, Vec::new(), this);
                        }
                    }
                }
                (None, _) => {
                    let inherited = class.with_attribute(&name).cloned();
                    if let Some(of) = &inherited
                        && !self.may_access(&of.attributes, Path::default(), false)
                    {
                        return Ok(Flow::Stop(Stop::Visible));
                    }
                    let inherited = inherited.and_then(|of| match of.to_value() {
                        Value::Reference(of) => of.attribute(&name),
                        _ => None,
                    });
                    let inherited = inherited.map(|value| self.bound_to(reference, value));
                    match inherited.or_else(|| described(reference, &name)) {
                        Some(value) => value,
                        None => match (args.get(1), class.method("__getattr__")) {
                            (Some(usual), _) => usual.clone(),
                            (None, Some(Value::Function(find)))
                                if reference.kind == Kind::Instance =>
                            {
                                let find = find.clone();
                                self.fiber.through = None;
                                let this =
                                    Some(Receiver::Value(Value::Reference(reference.clone())));
                                return self.call_into(dst, find, args, this);
                            }
                            (None, _) => return Err(no_attribute(reference, &name)),
                        },
                    }
                }
            },
        };
        self.tell(before, &value);
        self.fiber.through = None;
        put(self.register(dst), value);
        Ok(Flow::Next)
    }

    fn is_property(&self, method: Option<&Value>) -> bool {
        match method {
            Some(Value::Function(method)) => match method.target {
                Target::Code(id) => (self.env.program.code(id).signature.as_ref())
                    .is_some_and(|signature| signature.kind == MethodKind::Property),
                Target::Named(_) => false,
            },
            _ => false,
        }
    }

    /// The method of generators that has this name, which the prelude defines.
    fn generator_method(&self, name: &str, argc: u8) -> Option<CodeId> {
        let program = self.env.program;
        let id = program.find_name(&format!("generator__{name}"))?;
        program.name(id).function(argc.into())
    }

    /// Calls a method of a class with arguments that stand in a collection: this, the method's name, the
    /// arguments, and a dict of those that have names.
    fn call_spread(&mut self, class: &Arc<UserClass>, args: &[Value], dst: u16) -> Step {
        let [this, name, args, named] = args else {
            return Err(no_receiver(class, SPREAD));
        };
        let name = name.as_str().unwrap_or_default();
        let row = |value: &Value| match value {
            Value::Array(items) => items.to_vec(),
            other => other
                .collection()
                .map_or(Vec::new(), |contents| contents.items()),
        };
        let args = row(args);
        let named: NamedArguments = match named.collection().as_deref().map(|one| &**one) {
            Some(Collection::Dict(dict)) => (dict.entries())
                .filter_map(|entry| Some((entry.key.as_str()?.into(), entry.value.clone())))
                .collect(),
            _ => NamedArguments::new(),
        };
        match (class.method(name), this) {
            (Some(Value::Function(method)), _) => {
                let this = Some(Receiver::Value(this.clone()));
                self.call_named_into(dst, method.clone(), (args, named), this)
            }
            // What everything derives from keeps the arguments of errors.
            (_, Value::Reference(instance)) if name == INIT && named.is_empty() => {
                match class.error {
                    Some(_) => instance.set_error_arguments(args),
                    None if args.is_empty() => {}
                    None => {
                        let message = "object.__init__() takes exactly one argument (the instance \
                                       to initialize)";
                        return Err(FaultKind::raised(Class::TypeError, message, ""));
                    }
                }
                put(self.register(dst), this.clone());
                Ok(Flow::Next)
            }
            _ => Err(no_receiver(class, name)),
        }
    }

    /// Calls a value with these arguments: a function or a class.
    pub(super) fn call_any(&mut self, callee: Value, args: Vec<Value>, dst: u16) -> Step {
        self.call_any_named(callee, args, NamedArguments::new(), dst)
    }

    /// The same, with arguments some of which have names. An instance is called by its `__call__`.
    pub(super) fn call_any_named(
        &mut self,
        callee: Value,
        args: Vec<Value>,
        named: NamedArguments,
        dst: u16,
    ) -> Step {
        match &callee {
            Value::Function(function) => {
                self.call_named_into(dst, function.clone(), (args, named), None)
            }
            Value::Reference(reference) => match (&reference.class, reference.method(CALL)) {
                (Some(class), _) if reference.kind == Kind::Class => {
                    self.construct(&class.clone(), args, named, dst)
                }
                (_, Some(method)) => {
                    let this = Some(Receiver::Value(callee));
                    self.call_named_into(dst, method, (args, named), this)
                }
                _ => Err(FaultKind::mismatch("a function", &callee)),
            },
            other => Err(FaultKind::mismatch("a function", other)),
        }
    }

    /// What a method of this kind, found by way of `reference`, has as `this`; nothing where the first
    /// argument is that.
    fn this_of(&self, method: &Function, reference: &Arc<Reference>) -> This {
        let kind = match method.target {
            Target::Code(id) => (self.env.program.code(id).signature.as_ref())
                .map_or(MethodKind::Instance, |signature| signature.kind),
            Target::Named(_) => MethodKind::Instance,
        };
        let class = || {
            reference
                .class
                .as_ref()
                .map_or(Value::Unit, UserClass::to_value)
        };
        match (kind, reference.kind) {
            (MethodKind::Static, _) => This::None,
            (MethodKind::Class, _) => This::Is(class()),
            (MethodKind::Property, Kind::Instance) => {
                This::Property(Value::Reference(reference.clone()))
            }
            (_, Kind::Instance) => This::Is(Value::Reference(reference.clone())),
            _ => This::FirstArgument,
        }
    }

    /// The same on the way to a method: `x.items.append(1)` where `items` is an attribute of the class.
    pub(super) fn call_inherited(
        &mut self,
        used: u16,
        argc: u8,
        dst: u16,
        first: u16,
        site: &CallSite,
    ) -> Step {
        let Some((reference, _)) = self.fiber.through.clone() else {
            return Ok(Flow::Next);
        };
        let name = match site.place.keys.get(usize::from(used)) {
            Some(PathSegment::Field { name, .. }) => name.as_str(),
            _ => "",
        };
        // What is called there is a method, or a function that counts as one: `x.f.call(1)`.
        let is_call = usize::from(used) + 1 == site.place.keys.len()
            && &*self.env.program.name(site.name).text == "call";
        let method = (reference.class.as_ref()).and_then(|class| class.method(name));
        if let (true, Kind::Instance, Some(Value::Function(method))) =
            (is_call, reference.kind, method)
        {
            let method = method.clone();
            match self.this_of(&method, &reference) {
                This::Property(_) => return Err(inside_property(name)),
                This::Is(this) => {
                    let args = self.take_args(first, argc);
                    self.fiber.through = None;
                    return self.call_into(dst, method, args, Some(Receiver::Value(this)));
                }
                This::None | This::FirstArgument => {
                    let args = self.take_args(first, argc);
                    self.fiber.through = None;
                    return self.call_into(dst, method, args, None);
                }
            }
        }
        let of = (reference.class.as_ref()).and_then(|class| match reference.kind {
            Kind::Class => class.base.as_ref()?.with_attribute(name),
            _ => class.with_attribute(name),
        });
        match of.map(UserClass::to_value) {
            Some(Value::Reference(of))
                if is_call
                    && reference.kind == Kind::Instance
                    && (of.attribute(name))
                        .is_some_and(|value| self.is_method_in_python(&value)) =>
            {
                if !self.may_access(&of.contents, Path::default(), false) {
                    return Ok(Flow::Stop(Stop::Visible));
                }
                let callee = of.attribute(name).unwrap_or_default();
                let callee = self.bound_to(&reference, callee);
                let args = self.take_args(first, argc);
                self.fiber.through = None;
                self.call_any(callee, args, dst)
            }
            Some(Value::Reference(of)) => {
                self.fiber.through = Some((of, used));
                self.call_method(argc, dst, first, site)
            }
            _ => match self.finder(&reference) {
                Some(find) if is_call => {
                    let args = Value::array(self.take_args(first, argc));
                    let (of, name) = (Value::Reference(reference), Value::from(name));
                    self.fiber.through = None;
                    self.call_into(dst, find, vec![of, name, args], None)
                }
                _ => Err(no_attribute(&reference, name)),
            },
        }
    }

    /// Goes on where an instance or a class has no attribute of the name that is the key number `used` of
    /// a place: with a method, bound to the instance, or with an attribute of a class.
    pub(super) fn get_inherited(&mut self, dst: u16, place: &AccessPath, used: u16) -> Step {
        let (Some((reference, _)), Some(PathSegment::Field { name, .. })) = (
            self.fiber.through.clone(),
            place.keys.get(usize::from(used)),
        ) else {
            return Ok(Flow::Next);
        };
        let name = *name;
        let Some(class) = &reference.class else {
            return Err(no_attribute(&reference, name.as_str()));
        };
        if let Some(Value::Function(method)) = class.method(name.as_str()) {
            let method = method.clone();
            let value = match self.this_of(&method, &reference) {
                This::Is(this) => Value::Function(Arc::new(Function {
                    this,
                    ..Function::clone(&method)
                })),
                This::None | This::FirstArgument => Value::Function(method),
                This::Property(this) if usize::from(used) + 1 == place.keys.len() => {
                    self.fiber.through = None;
                    return self.call_into(dst, method, Vec::new(), Some(Receiver::Value(this)));
                }
                This::Property(_) => return Err(inside_property(name.as_str())),
            };
            let base = self.frame().base as usize;
            let begin = super::place::Begin::behind(used + 1);
            let chain = self.fiber.chain_from(base, &begin, &place.keys);
            let walked = walk(self.env, &value, chain, 0)?;
            return self.arrive(dst, place, walked);
        }
        let of = match reference.kind {
            Kind::Class => class
                .base
                .as_ref()
                .and_then(|base| base.with_attribute(name.as_str())),
            _ => class.with_attribute(name.as_str()),
        };
        match of.map(UserClass::to_value) {
            Some(Value::Reference(of))
                if reference.kind == Kind::Instance
                    && usize::from(used) + 1 == place.keys.len()
                    && (of.attribute(name.as_str()))
                        .is_some_and(|value| self.is_method_in_python(&value)) =>
            {
                let path = Path {
                    method: Some(name),
                    ..Path::default()
                };
                if !self.may_access(&of.contents, path, false) {
                    return Ok(Flow::Stop(Stop::Visible));
                }
                let before = self.seen();
                let value = of.attribute(name.as_str()).unwrap_or_default();
                let value = self.bound_to(&reference, value);
                self.tell(before, &value);
                self.fiber.through = None;
                put(self.register(dst), value);
                Ok(Flow::Next)
            }
            Some(Value::Reference(of)) => {
                self.fiber.through = Some((of, used));
                self.get(dst, place)
            }
            _ => match described(&reference, name.as_str()) {
                Some(value) => {
                    self.fiber.through = None;
                    put(self.register(dst), value);
                    Ok(Flow::Next)
                }
                None => match class.method("__getattr__") {
                    Some(Value::Function(method)) if reference.kind == Kind::Instance => {
                        let method = method.clone();
                        self.fiber.through = None;
                        let this = Some(Receiver::Value(Value::Reference(reference)));
                        self.call_into(dst, method, vec![Value::Literal(name)], this)
                    }
                    _ => Err(no_attribute(&reference, name.as_str())),
                },
            },
        }
    }
}

/// An access to attributes by a name that is a value: these are methods of every instance and class.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dynamic {
    Get,
    Set,
    Delete,
    All,
}

/// Whether a method of this name reads or changes attributes by names that are values.
#[inline]
pub(super) fn is_dynamic(method: &str) -> bool {
    method.starts_with('_') && Dynamic::of(method).is_some()
}

impl Dynamic {
    fn of(method: &str) -> Option<Self> {
        Some(match method {
            "__getattribute__" => Self::Get,
            "__setattr__" => Self::Set,
            "__delattr__" => Self::Delete,
            "__vars__" => Self::All,
            _ => return None,
        })
    }
}

/// What a method finds as `this`.
enum This {
    /// Nothing.
    None,
    /// This value.
    Is(Value),
    /// This value, and to read the method calls it.
    Property(Value),
    /// What the call gives first.
    FirstArgument,
}

/// A chain goes on behind a property, whose call has to come first.
fn inside_property(name: &str) -> FaultKind {
    FaultKind::raised(
        Class::AttributeError,
        &format!("a chain goes on behind the property '{name}'"),
        &format!("call it in the chain: `.{name}()`"),
    )
}

/// What an error says of itself beyond its attributes: `e.class`, as that of any other error.
fn described(reference: &Reference, name: &str) -> Option<Value> {
    let class = reference.class.as_ref()?;
    match (name, class.error) {
        ("class" | "error", Some(_)) => Some(Value::Literal(class.name)),
        _ => None,
    }
}

fn no_receiver(class: &UserClass, name: &str) -> FaultKind {
    FaultKind::raised(
        Class::TypeError,
        &format!(
            "{}.{name}() missing 1 required positional argument",
            class.name.as_str()
        ),
        "call it on an instance, or give that as the first argument",
    )
}

fn no_attribute(reference: &Reference, name: &str) -> FaultKind {
    let class = reference
        .class
        .as_ref()
        .map_or("", |class| class.name.as_str());
    let what = match reference.kind {
        Kind::Class => format!("type object '{class}'"),
        _ => format!("'{class}' object"),
    };
    FaultKind::raised(
        Class::AttributeError,
        &format!("{what} has no attribute '{name}'"),
        &format!("set it first, in `init`: `this.{name} = 0;`"),
    )
}
