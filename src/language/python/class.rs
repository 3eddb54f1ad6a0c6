//! Classes: their bases, attributes and methods, what their names mean elsewhere, and `super()`.
//!
//! A class becomes a class of this language, with `init` for `__init__`. A method's first parameter is
//! `this`, by its name only where a function within takes it along. What needs a class as a value at its
//! making (metaclasses, decorators of one's own) is refused. Longer than most files because what a class is
//! made of (members, what a dataclass, a named tuple or an enumeration has by itself) is written in one place.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::expression::Piece;
use super::names::error_class;
use super::scope::{Declaration, ScopeId};
use super::text::{Layout, Text};
use super::translate::{Function, Outcome, Translator, refuse};
use crate::value::{attribute_name, variable_name};

/// A class of the text.
#[derive(Clone)]
pub(super) struct Class<'a> {
    /// What it derives from, as far as that is one name.
    pub(super) base: Option<&'a Expr>,
    /// All that it derives from.
    pub(super) bases: &'a [Expr],
    /// The names that its patterns take by their places.
    match_args: Vec<&'a str>,
    /// The attributes that its body and its methods set.
    assigned: BTreeSet<String>,
    /// The properties of it that can be set.
    setters: BTreeSet<&'a str>,
    /// Its methods by their names.
    pub(super) methods: BTreeMap<&'a str, Method<'a>>,
    /// Those of its methods that a class which derives from it has to define.
    abstract_methods: Vec<&'a str>,
    is_dataclass: bool,
    /// The fields of a dataclass, once it is translated.
    fields: Option<Vec<Field<'a>>>,
}

/// A method of a class of the text.
#[derive(Clone, Copy)]
pub(super) struct Method<'a> {
    pub(super) function: Function<'a>,
    pub(super) kind: MethodKind,
}

/// What the members of an enumeration are besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EnumKind {
    Plain,
    /// Numbers.
    Int,
    /// Texts, shown as these.
    Str,
    /// Texts, shown by their names.
    MixedStr,
}

/// How a method is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MethodKind {
    Instance,
    Static,
    Class,
    Property,
}

impl MethodKind {
    fn word(self) -> &'static str {
        match self {
            Self::Instance => "",
            Self::Static => "staticmethod ",
            Self::Class => "classmethod ",
            Self::Property => "property ",
        }
    }
}

/// A field of a dataclass.
#[derive(Clone)]
struct Field<'a> {
    name: &'a str,
    default: Default<'a>,
    /// Whether `repr` shows it, comparisons look at it, and `__init__` takes it.
    is_shown: bool,
    is_compared: bool,
    is_taken: bool,
}

#[derive(Clone)]
enum Default<'a> {
    None,
    Value(&'a Expr),
    /// What this gives when it is called.
    Factory(&'a Expr),
}

/// Methods that this language calls for a class of a script's, beside those that are called by their names.
const SPECIAL: &[&str] = &[
    "__init__",
    "__post_init__",
    "__aiter__",
    "__anext__",
    "__str__",
    "__repr__",
    "__len__",
    "__bool__",
    "__call__",
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
    "__contains__",
    "__new__",
    "__getattr__",
    "__format__",
    "__int__",
    "__float__",
    "__index__",
    "__round__",
    "__reversed__",
    "__matmul__",
    "__rfloordiv__",
    "__rmod__",
    "__rpow__",
    "__rand__",
    "__ror__",
    "__rxor__",
    "__lshift__",
    "__rshift__",
    "__pos__",
    "__getitem__",
    "__setitem__",
    "__delitem__",
    "__iter__",
    "__next__",
    "__eq__",
    "__ne__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__add__",
    "__radd__",
    "__iadd__",
    "__sub__",
    "__rsub__",
    "__isub__",
    "__mul__",
    "__rmul__",
    "__imul__",
    "__truediv__",
    "__rtruediv__",
    "__floordiv__",
    "__mod__",
    "__pow__",
    "__and__",
    "__or__",
    "__xor__",
    "__neg__",
    "__abs__",
];

/// The literal names in `__match_args__ = ("x", "y")`.
fn match_args(def: &ast::StmtClassDef) -> Vec<&str> {
    let value = def.body.iter().find_map(|statement| match statement {
        Stmt::Assign(assign) => match &assign.targets[..] {
            [Expr::Name(name)] if name.id == "__match_args__" => Some(&*assign.value),
            _ => None,
        },
        _ => None,
    });
    let items = match value {
        Some(Expr::Tuple(tuple)) => &tuple.elts[..],
        _ => &[],
    };
    let names = items.iter().filter_map(Expr::as_string_literal_expr);
    names.map(|text| text.value.to_str()).collect()
}

/// What the decorators of a method make of it.
fn kind_of(def: &ast::StmtFunctionDef) -> Outcome<(MethodKind, bool)> {
    let mut kind = MethodKind::Instance;
    let mut is_setter = false;
    if def.name.as_str() == "__new__" {
        kind = MethodKind::Class;
    }
    for decorator in &def.decorator_list {
        match &decorator.expression {
            Expr::Name(name) if name.id == "staticmethod" => kind = MethodKind::Static,
            Expr::Name(name) if name.id == "classmethod" => kind = MethodKind::Class,
            Expr::Name(name) if matches!(&*name.id, "property" | "cached_property") => {
                kind = MethodKind::Property;
            }
            Expr::Attribute(attribute) if attribute.attr.as_str() == "cached_property" => {
                kind = MethodKind::Property;
            }
            Expr::Name(name) if name.id == "override" => {}
            Expr::Name(name) if name.id == "abstractmethod" => {}
            Expr::Attribute(attribute) if attribute.attr.as_str() == "abstractmethod" => {}
            Expr::Attribute(attribute) if attribute.attr.as_str() == "setter" => is_setter = true,
            other => {
                return refuse(other, "this decorator of a method has no counterpart here");
            }
        }
    }
    Ok((kind, is_setter))
}

/// Whether this is the name of a class whose instances run a function: a thread or a process.
pub(super) fn is_runner(full: &str) -> bool {
    matches!(full, "threading.Thread" | "multiprocessing.Process")
}

/// The name of the method that sets a property.
pub(super) fn setter_name(property: &str) -> String {
    format!("set_{property}")
}

impl<'a> Class<'a> {
    /// What the statement of a class says.
    pub(super) fn of(def: &'a ast::StmtClassDef) -> Self {
        let mut methods = BTreeMap::new();
        let mut setters = BTreeSet::new();
        for statement in &def.body {
            if let Stmt::FunctionDef(def) = statement {
                // What a decorator of the text makes of it is an attribute.
                let Ok((kind, is_setter)) = kind_of(def) else {
                    continue;
                };
                let function = Function {
                    parameters: &def.parameters,
                    is_async: def.is_async && !super::function::yields(&def.body),
                    is_method: kind != MethodKind::Static,
                    has_overloads: false,
                };
                match is_setter {
                    true => _ = setters.insert(def.name.as_str()),
                    false => _ = methods.insert(def.name.as_str(), Method { function, kind }),
                }
            }
        }
        let base = match def.bases() {
            [base] => Some(base),
            _ => None,
        };
        let fields = None;
        let is_dataclass = def.decorator_list.iter().any(|decorator| {
            let of = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            matches!(of, Expr::Name(name) if name.id == "dataclass")
                || matches!(of, Expr::Attribute(attribute) if attribute.attr.as_str() == "dataclass")
        });
        let is_abstract = |def: &&ast::StmtFunctionDef| {
            def.decorator_list
                .iter()
                .any(|decorator| match &decorator.expression {
                    Expr::Name(name) => name.id == "abstractmethod",
                    Expr::Attribute(attribute) => attribute.attr.as_str() == "abstractmethod",
                    _ => false,
                })
        };
        let functions = def.body.iter().filter_map(Stmt::as_function_def_stmt);
        let abstract_methods = functions
            .filter(is_abstract)
            .map(|def| def.name.as_str())
            .collect();
        Self {
            base,
            bases: def.bases(),
            match_args: match_args(def),
            abstract_methods,
            assigned: assigned_in(def),
            setters,
            methods,
            is_dataclass,
            fields,
        }
    }
}

impl<'a> Class<'a> {
    /// The fields of a dataclass that is translated already, in order.
    pub(super) fn field_names(&self) -> Vec<&'a str> {
        if !self.match_args.is_empty() {
            return self.match_args.clone();
        }
        let fields = self.fields.iter().flatten();
        fields
            .filter(|field| field.is_taken)
            .map(|field| field.name)
            .collect()
    }

    pub(super) fn is_dataclass(&self) -> bool {
        self.is_dataclass
    }
}

impl<'a> Translator<'a> {
    /// The class of the text that `name` always means.
    pub(super) fn class_named(&self, name: &str) -> Option<&Class<'a>> {
        let owner = self.scopes.owner(self.scope, name)?;
        self.classes.get(&(owner, name.to_string()))
    }

    /// The class from which one of the text derives, if that is of the text, too.
    fn base_of(&self, class: &Class<'a>) -> Option<&Class<'a>> {
        match class.base? {
            Expr::Name(name) => self.class_named(&name.id),
            _ => None,
        }
    }

    /// Whether a class of the text derives from several ones.
    pub(super) fn has_several_bases(&self) -> bool {
        (self.classes.values()).any(|class| self.real_bases(class.bases).len() > 1)
    }

    /// The bases that are more than words for what every class is.
    fn real_bases(&self, bases: &'a [Expr]) -> Vec<&'a Expr> {
        let is_real = |base: &&Expr| {
            let of = match base {
                Expr::Subscript(subscript) => &*subscript.value,
                other => other,
            };
            !matches!(
                self.full_name(of).as_deref(),
                Some("object" | "abc.ABC" | "typing.Protocol" | "typing.Generic")
            )
        };
        bases.iter().filter(is_real).collect()
    }

    /// The method of this name that instances of a class have; none where another class than the text's
    /// may have it.
    pub(super) fn method_of(&self, class: &Class<'a>, name: &str) -> Option<Method<'a>> {
        let mut class = class;
        let mut left = 50;
        loop {
            if let Some(method) = class.methods.get(name) {
                return Some(*method);
            }
            if class.base.is_none() {
                let bases = self.real_bases(class.bases);
                let several = bases.iter().filter_map(|base| match base {
                    Expr::Name(name) => self.class_named(&name.id),
                    _ => None,
                });
                return several
                    .take(left)
                    .find_map(|base| self.method_of(base, name));
            }
            left -= 1;
            class = self.base_of(class).filter(|_| left > 0)?;
        }
    }

    /// The methods that keep a class from having instances, in the order of their names.
    pub(super) fn abstract_methods(&self, class: &Class<'a>) -> Vec<&'a str> {
        let mut missing: BTreeMap<&'a str, bool> = BTreeMap::new();
        let mut next = Some(class);
        let mut left = 50;
        let mut is_abc = false;
        while let Some(class) = next.filter(|_| left > 0) {
            left -= 1;
            for name in class.methods.keys() {
                let is_abstract = class.abstract_methods.contains(name);
                missing.entry(name).or_insert(is_abstract);
            }
            is_abc |=
                class.base.and_then(|base| self.full_name(base)).as_deref() == Some("abc.ABC");
            next = self.base_of(class);
        }
        let missing = missing
            .into_iter()
            .filter(|(_, is_missing)| *is_missing && is_abc);
        missing.map(|(name, _)| name).collect()
    }

    /// The class of the text whose instance an expression certainly is.
    fn class_of(&self, expr: &Expr) -> Option<&Class<'a>> {
        match expr {
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) => self.class_named(&name.id),
                _ => None,
            },
            Expr::Name(name) => {
                let owner = self.scopes.owner(self.scope, &name.id)?;
                if self.receivers.get(&owner) == Some(&name.id.to_string()) {
                    return self.class_named(self.class_name.as_deref()?);
                }
                match &self.values.get(&(owner, name.id.to_string()))?[..] {
                    [super::types::Given::Value(value @ Expr::Call(_))] => self.class_of(value),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The method of the text that a call names: that of the receiver's class, or else that of any class,
    /// with what it takes where all that have it are alike.
    pub(super) fn method_called(&self, of: &ast::ExprAttribute) -> Option<Option<Function<'a>>> {
        let name = of.attr.as_str();
        let own = self
            .class_of(&of.value)
            .and_then(|class| self.method_of(class, name));
        match own {
            Some(method) => Some(Some(method.function)),
            None => self.methods.get(name).copied(),
        }
    }

    /// Whether a class of the text has a method of one of these names.
    pub(super) fn has_special(&self, names: &[&str]) -> bool {
        const OF_MAPPINGS: [&str; 7] = [
            "__getitem__",
            "__setitem__",
            "__delitem__",
            "__iter__",
            "__contains__",
            "__len__",
            "__eq__",
        ];
        let is_of_mapping = |name: &&str| OF_MAPPINGS.contains(name);
        if (self.has_mappings || self.has_enums()) && names.iter().any(is_of_mapping) {
            return true;
        }
        names.iter().any(|name| self.methods.contains_key(*name))
    }

    /// Whether each class of the text that has this name has it as a property.
    pub(super) fn is_property(&self, name: &str) -> bool {
        self.properties.contains(name)
    }

    /// Whether a property of this name can be set in some class of the text.
    pub(super) fn has_setter(&self, name: &str) -> bool {
        (self.classes.values()).any(|class| class.setters.contains(name))
    }

    /// Finds the properties whose names other classes have as attributes: only the run knows which it is.
    pub(super) fn mix_properties(&mut self) {
        let is_of_enums = |name: &str| matches!(name, "name" | "value") && self.has_enums();
        let is_elsewhere = |name: &str| {
            (self.classes.values())
                .any(|class| class.assigned.contains(name) && self.method_of(class, name).is_none())
        };
        let mixed = self.properties.iter();
        let mixed = mixed.filter(|name| is_of_enums(name) || is_elsewhere(name));
        let mut mixed: Vec<String> = mixed.cloned().collect();
        // What processes share has it as a property that can be set.
        let is_shared = |full: &String| full.starts_with("multiprocessing");
        if self.imports.values().any(is_shared) && self.source.text.contains("Value(") {
            mixed.push("value".into());
        }
        for name in mixed {
            self.properties.remove(&name);
            self.mixed.insert(name);
        }
    }

    /// The name of an attribute in this class: two underlines make it private.
    pub(super) fn attribute_name(&self, name: &str) -> String {
        match &self.class_name {
            Some(class) if name.starts_with("__") && !name.ends_with("__") => {
                format!("_{}{name}", class.trim_start_matches('_'))
            }
            _ => attribute_name(name),
        }
    }

    pub(super) fn class(&mut self, def: &'a ast::StmtClassDef, layout: &mut Layout) -> Outcome<()> {
        let own = variable_name(&def.name);
        let is_dataclass = self.class_decorators(def)?;
        let declaration = (self.scopes.owner(self.scope, &def.name))
            .map(|owner| self.scopes.declaration(owner, &def.name));
        let variable = self.variable(&def.name);
        // A class that is called as something of the library stands in a variable of another name.
        let is_top = declaration == Some(Declaration::Top) || variable != own;
        let is_new = declaration != Some(Declaration::Top)
            && !(self.is_module() && self.has_variable(&variable));
        let word = if is_new { "let " } else { "" };
        let mut inner = Layout::default();
        let mut head = Text::at(def.start(), format!("class {own}"));
        if let Some(base) = self.bases_text(def)? {
            head.push("(");
            head.add(&base);
            head.push(")");
        }
        inner.open(&head);
        self.comment_of_head(&def.body, &mut inner);
        let scope = self.scopes.of_statement(def.start());
        let outer = self.class_name.replace(def.name.to_string());
        let members = self.within(scope, |translator| {
            translator.members(def, scope, is_dataclass, layout, &mut inner)
        });
        self.class_name = outer;
        members?;
        inner.close("");
        let is_enum = self.is_enum(&def.name);
        let decorators = self.own_decorators(def);
        if is_top || !decorators.is_empty() {
            // It is set at several places, or outlives its block.
            let mut line = Text::from(format!("{word}{variable} = {{\n"));
            let mut block = Layout::default();
            block.line(&inner.into_text());
            block.line(&own.clone().into());
            line.add(&block.into_text());
            line.push("\n};");
            layout.line(&line);
        } else {
            layout.line(&inner.into_text());
        }
        for decorator in decorators.into_iter().rev() {
            let wrapper = self.expr(decorator)?;
            let mut callee = wrapper.bound(super::expression::Binding::Tight);
            if !matches!(decorator, Expr::Name(_)) {
                callee.push(".call");
            }
            let made = super::call::called(callee, &[variable.as_str().into()]);
            let mut line = Text::at(decorator.start(), format!("{variable} = "));
            line.add(&made.text);
            line.push(";");
            layout.line(&line);
        }
        match is_enum {
            true => self.members_of_enum(def, layout),
            false => Ok(()),
        }
    }

    /// The decorators of a class that are functions of the text.
    fn own_decorators(&self, def: &'a ast::StmtClassDef) -> Vec<&'a Expr> {
        let expressions = def.decorator_list.iter().map(|one| &one.expression);
        let is_own = |decorator: &&Expr| {
            let of = match decorator {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            self.full_name(of).is_none()
        };
        expressions.filter(is_own).collect()
    }

    /// Whether a class is a dataclass. Any other decorator is refused.
    fn class_decorators(&mut self, def: &'a ast::StmtClassDef) -> Outcome<bool> {
        let mut is_dataclass = false;
        for decorator in &def.decorator_list {
            let (of, options) = match &decorator.expression {
                Expr::Call(call) => (&*call.func, Some(&call.arguments)),
                other => (other, None),
            };
            match self.full_name(of).as_deref() {
                Some("dataclasses.dataclass") => is_dataclass = true,
                Some("functools.total_ordering" | "enum.unique") => continue,
                None => continue,
                _ => return refuse(decorator, "a decorator of a class has no counterpart here"),
            }
            for option in options.iter().flat_map(|arguments| &arguments.keywords) {
                let name = option.arg.as_ref().map_or("**", |name| name.as_str());
                let is_default = matches!(
                    (name, &option.value),
                    ("init", Expr::BooleanLiteral(value)) if value.value
                ) || matches!(
                    (name, &option.value),
                    ("unsafe_hash", Expr::BooleanLiteral(value)) if !value.value
                ) || matches!(
                    (name, &option.value),
                    (
                        "eq" | "frozen" | "kw_only" | "order" | "repr" | "slots",
                        Expr::BooleanLiteral(_)
                    )
                );
                if !is_default {
                    return refuse(
                        option,
                        format!("`{name}=` of a dataclass has no counterpart here"),
                    );
                }
            }
        }
        Ok(is_dataclass)
    }

    /// What the class derives from, as it is written here.
    fn bases_text(&mut self, def: &'a ast::StmtClassDef) -> Outcome<Option<Text>> {
        if let Some(keyword) = def.keywords().first() {
            let is_abstract = keyword.arg.as_ref().is_some_and(|name| name == "metaclass")
                && self.full_name(&keyword.value).as_deref() == Some("abc.ABCMeta");
            if !is_abstract {
                return refuse(keyword, "metaclasses have no counterpart here");
            }
        }
        let bases = self.real_bases(def.bases());
        let mut texts = Vec::new();
        if self.is_enum(&def.name) {
            texts = self.enum_bases(&bases)?;
            if let [text] = &texts[..] {
                return Ok(Some(text.clone()));
            }
        } else {
            if let [base] = bases[..] {
                return self.base(base);
            }
            for base in bases {
                match self.base(base)? {
                    Some(text) => texts.push(text),
                    None => return refuse(base, "this has no counterpart beside another base"),
                }
            }
        }
        if texts.is_empty() {
            return Ok(None);
        }
        self.python();
        let name = self.helper("bases");
        Ok(Some(
            Text::joined(&texts, ", ").wrapped(&format!("{name}("), ")"),
        ))
    }

    /// What an enumeration derives from: its classes of the text, and what all enumerations have.
    fn enum_bases(&mut self, bases: &[&'a Expr]) -> Outcome<Vec<Text>> {
        self.python();
        let mut texts = Vec::new();
        let mut is_whole = false;
        for base in bases {
            match self.full_name(base).as_deref() {
                Some("enum.Enum" | "enum.IntEnum" | "enum.StrEnum" | "int" | "str") => {}
                Some(full) => {
                    return refuse(
                        *base,
                        format!("an enumeration cannot derive from `{full}` here"),
                    );
                }
                None => {
                    is_whole |= matches!(base, Expr::Name(name) if self.is_enum(&name.id));
                    texts.push(self.text(base)?);
                }
            }
        }
        if !is_whole {
            texts.push(format!("{}()", self.helper("enum_class")).into());
        }
        Ok(texts)
    }

    /// One class that another one derives from.
    fn base(&mut self, base: &'a Expr) -> Outcome<Option<Text>> {
        let full = self.full_name(base);
        if let Some(class) = full.as_deref().and_then(error_class) {
            self.python();
            return Ok(Some(Text::at(base.start(), class)));
        }
        match full.as_deref() {
            Some("typing.NamedTuple") => {
                self.python();
                Ok(None)
            }
            Some("threading.Thread") => {
                let made = self.helper("thread_class");
                Ok(Some(Text::at(base.start(), format!("{made}()"))))
            }
            Some("multiprocessing.Process") => {
                let made = self.helper("process_class");
                Ok(Some(Text::at(base.start(), format!("{made}()"))))
            }
            Some("contextlib.AbstractContextManager") => {
                let made = self.helper("context_class");
                Ok(Some(Text::at(base.start(), format!("{made}()"))))
            }
            Some("contextlib.ContextDecorator") => {
                let made = self.helper("context_decorator");
                Ok(Some(Text::at(base.start(), format!("{made}()"))))
            }
            // A class that such an object has.
            Some(
                "logging.Handler"
                | "logging.StreamHandler"
                | "logging.Formatter"
                | "logging.Filter"
                | "seeded.Random",
            ) => Ok(Some(self.text(base)?)),
            Some(full) => refuse(base, format!("a class cannot derive from `{full}` here")),
            None => Ok(Some(self.text(base)?)),
        }
    }

    /// The attributes and methods. What comes before the class goes into `before`.
    fn members(
        &mut self,
        def: &'a ast::StmtClassDef,
        scope: ScopeId,
        is_dataclass: bool,
        before: &mut Layout,
        layout: &mut Layout,
    ) -> Outcome<()> {
        let mut fields: Vec<Field<'a>> = Vec::new();
        if is_dataclass {
            fields = self.inherited_fields(def);
        }
        let is_named_tuple = (def.bases().first())
            .is_some_and(|base| self.full_name(base).as_deref() == Some("typing.NamedTuple"));
        let is_dataclass = is_dataclass || is_named_tuple;
        let is_enum = self.is_enum(&def.name);
        if is_enum {
            let has = |name: &str| {
                (def.body.iter()).any(
                    |one| matches!(one, Stmt::FunctionDef(method) if method.name.as_str() == name),
                )
            };
            layout.line(&"members_ = dict();".into());
            self.mixed_in(def, layout);
            let is_shown_by_value =
                matches!(self.enum_kind(&def.name), EnumKind::Int | EnumKind::Str);
            if is_shown_by_value && !has("__str__") {
                layout.line(&"__str__() { return str(this.value); }".into());
            }
        }
        let total_order = def.decorator_list.iter().any(|decorator| {
            self.full_name(&decorator.expression).as_deref() == Some("functools.total_ordering")
        });
        for statement in &def.body {
            self.comments_before(statement.start(), layout);
            match statement {
                Stmt::Pass(_) => {}
                Stmt::Expr(expr) => match &*expr.value {
                    Expr::StringLiteral(text) => {
                        for line in text.value.to_str().trim().lines() {
                            layout.line(&Text::at(expr.start(), format!("// {}", line.trim())));
                        }
                    }
                    Expr::EllipsisLiteral(_) => {}
                    other => return refuse(other, "this has no counterpart in a class"),
                },
                Stmt::AnnAssign(assign)
                    if is_dataclass && !is_class_variable(&assign.annotation) =>
                {
                    let field = self.field(assign)?;
                    fields.retain(|known| known.name != field.name);
                    if let Default::Value(value) = &field.default {
                        self.class_attribute(field.name, value, scope, before, layout)?;
                    }
                    fields.push(field);
                }
                Stmt::AnnAssign(_) if is_enum => {}
                Stmt::AnnAssign(assign) => {
                    if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                        self.class_attribute(&name.id, value, scope, before, layout)?;
                    }
                }
                Stmt::Assign(_) if is_enum => {}
                Stmt::Assign(assign) => match &assign.targets[..] {
                    [Expr::Name(name)] if name.id == "__match_args__" => {}
                    [Expr::Name(name)] if name.id == "__slots__" => {
                        let line = self.slots(&assign.value)?;
                        layout.line(&line);
                    }
                    [Expr::Name(name)]
                        if let Expr::Name(of) = &*assign.value
                            && let Some(method) = method_in(def, &of.id) =>
                    {
                        self.alias(name, method, layout)?;
                    }
                    [Expr::Name(name)] if name.id.starts_with("__") && name.id.ends_with("__") => {
                        return refuse(name, format!("`{}` has no counterpart here", name.id));
                    }
                    [Expr::Name(name)] => {
                        self.class_attribute(&name.id, &assign.value, scope, before, layout)?;
                    }
                    _ => return refuse(assign, "this assignment has no counterpart in a class"),
                },
                Stmt::ClassDef(nested) => {
                    let mut inner = Layout::default();
                    self.class(nested, &mut inner)?;
                    let own = attribute_name(&nested.name);
                    inner.line(&own.as_str().into());
                    let mut member = Layout::default();
                    member.open(&Text::at(nested.start(), format!("{own} =")));
                    member.line(&inner.into_text());
                    member.close(";");
                    layout.line(&member.into_text());
                }
                Stmt::FunctionDef(method) => {
                    layout.blank();
                    let done = match kind_of(method) {
                        Err(_) => self.decorated_member(method, layout),
                        Ok(_) => self.method_member(method, layout),
                    };
                    if let Err(refusal) = done {
                        self.problem(refusal);
                    }
                }
                other => return refuse(other, "this has no counterpart in a class"),
            }
        }
        if is_dataclass {
            self.generated(def, &fields, is_named_tuple, layout)?;
            let key = (
                self.scopes.scopes[scope].parent.unwrap_or(0),
                def.name.to_string(),
            );
            if let Some(class) = self.classes.get_mut(&key) {
                class.fields = Some(fields);
            }
        }
        if total_order {
            self.total_order(def, layout);
        }
        Ok(())
    }

    /// `name = value;`, or a variable before the class where another attribute reads it.
    fn class_attribute(
        &mut self,
        name: &'a str,
        value: &'a Expr,
        scope: ScopeId,
        before: &mut Layout,
        layout: &mut Layout,
    ) -> Outcome<()> {
        let text = self.text(value)?;
        let own = self.attribute_name(name);
        let is_read =
            (self.scopes.name(scope, name)).is_some_and(|name| name.reads().next().is_some());
        if !is_read {
            let mut line = Text::at(value.start(), format!("{own} = "));
            line.add(&text);
            line.push(";");
            layout.line(&line);
            return Ok(());
        }
        let kept = self.fresh(&format!("class_{own}"));
        before.line(&text.wrapped(&format!("let {kept} = "), ";"));
        layout.line(&format!("{own} = {kept};").into());
        self.class_variables.insert((scope, name.to_string()), kept);
        Ok(())
    }

    /// A method with decorators of the text's own: an attribute that counts as a method.
    fn decorated_member(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        layout: &mut Layout,
    ) -> Outcome<()> {
        let name = def.name.as_str();
        let is_special = name.starts_with("__") && name.ends_with("__");
        let is_odd = |decorator: &&ast::Decorator| {
            let words = [
                "staticmethod",
                "classmethod",
                "property",
                "abstractmethod",
                "override",
            ];
            let (of, full) = match &decorator.expression {
                Expr::Call(call) => (&*call.func, self.full_name(&call.func)),
                other => (other, self.full_name(other)),
            };
            let is_part = matches!(of, Expr::Attribute(part)
                if matches!(part.attr.as_str(), "setter" | "getter" | "deleter"));
            let is_known = matches!(
                full.as_deref(),
                None | Some(
                    "functools.lru_cache"
                        | "functools.cache"
                        | "functools.wraps"
                        | "contextlib.contextmanager"
                        | "contextlib.asynccontextmanager"
                )
            );
            !is_known || is_part || matches!(of, Expr::Name(name) if words.contains(&&*name.id))
        };
        if let Some(odd) = def.decorator_list.iter().rev().find(is_odd) {
            return refuse(odd, "this decorator of a method has no counterpart here");
        }
        if is_special || mentions(&def.body, "super") {
            let reason = "this decorator has no counterpart at a method of this kind";
            return refuse(&def.decorator_list[0], reason);
        }
        self.python();
        let parameters = self.parameters_text(&def.parameters, 0)?;
        let mut inner = Layout::default();
        let mut head = Text::from(format!("def {}", attribute_name(name)));
        head.add(&parameters.wrapped("(", ")"));
        inner.open(&head);
        self.function_body(def, &mut inner);
        inner.close("");
        let value = self.with_decorators(def, inner.into_text())?;
        let mut line = Text::at(def.start(), "");
        line.mark(def.name.start());
        line.push(&format!("{} = ", self.attribute_name(name)));
        line.add(&value);
        line.push(";");
        layout.line(&line);
        Ok(())
    }

    /// `__slots__ = ("x", "y")`
    fn slots(&mut self, value: &'a Expr) -> Outcome<Text> {
        self.python();
        let items = match value {
            Expr::StringLiteral(_) => std::slice::from_ref(value),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts
            }
            other => return refuse(other, "`__slots__` takes literals here"),
        };
        let mut names = Vec::new();
        for item in items {
            match item {
                Expr::StringLiteral(text) => {
                    let own = self.attribute_name(text.value.to_str());
                    names.push(super::string::quoted(&own));
                }
                other => return refuse(other, "`__slots__` takes literals here"),
            }
        }
        let names = names.join(", ");
        Ok(Text::at(
            value.start(),
            format!("__slots__ = tuple([{names}]);"),
        ))
    }

    fn method_member(&mut self, def: &'a ast::StmtFunctionDef, layout: &mut Layout) -> Outcome<()> {
        let (kind, is_setter) = kind_of(def)?;
        let name = def.name.as_str();
        let is_special = name.starts_with("__") && name.ends_with("__");
        if is_special && !SPECIAL.contains(&name) {
            return refuse(
                &def.name,
                format!("the method `{name}` has no counterpart here"),
            );
        }
        if name == "__init__" && def.is_async {
            return refuse(&def.name, "`__init__` is no `async def`");
        }
        let takes_receiver = kind != MethodKind::Static;
        let receiver = match (def.parameters.posonlyargs.first()).or(def.parameters.args.first()) {
            Some(first) if takes_receiver && first.default.is_none() => Some(first.name().as_str()),
            _ if takes_receiver => {
                let word = if kind == MethodKind::Class {
                    "cls"
                } else {
                    "self"
                };
                return refuse(&def.name, format!("the method takes no `{word}`"));
            }
            _ => None,
        };
        let parameters = self.parameters_text(&def.parameters, usize::from(takes_receiver))?;
        let is_enum = self
            .class_name
            .clone()
            .is_some_and(|class| self.is_enum(&class));
        let is_cached = def.decorator_list.iter().any(|decorator| {
            self.full_name(&decorator.expression).as_deref() == Some("functools.cached_property")
        });
        let own = match name {
            "__init__" if is_enum => "init_value".to_string(),
            "__init__" => "init".to_string(),
            _ if is_setter => setter_name(name),
            _ => self.attribute_name(name),
        };
        let mut kind = kind;
        let mut own = own;
        if is_cached {
            self.python();
            let cached = self.helper("cached_property");
            let line = format!(
                "property {own}() {{ return {cached}(this, \"_cached_{own}\", this._compute_{own}); }}"
            );
            layout.line(&line.into());
            own = format!("_compute_{own}");
            kind = MethodKind::Instance;
        }
        if name == "__new__" {
            self.python();
            let construct = self.helper("construct");
            layout.open(&"__make__( *args, **named)".into());
            layout.line(&format!("return {construct}(this, args, named);").into());
            layout.close("");
        }
        // What leaves the operator to the other operand is tried first.
        let may_decline = is_operator(name) && mentions(&def.body, "NotImplemented");
        if may_decline {
            self.python();
            let reflected = self.helper("reflected");
            let line = format!("{own}(other) {{ return {reflected}(this, other, \"{own}\"); }}");
            layout.line(&Text::at(def.start(), line));
            own = format!("tried{own}");
        }
        let mut head = Text::at(def.start(), kind.word());
        head.mark(def.name.start());
        head.push(&own);
        head.add(&parameters.wrapped("(", ")"));
        layout.open(&head);
        let scope = self.scopes.of_statement(def.start());
        if let Some(receiver) = receiver {
            let is_kept =
                kind == MethodKind::Class || self.scopes.is_more_than_read(scope, receiver);
            match is_kept {
                true => {
                    let kept = variable_name(receiver);
                    layout.line(&format!("let {kept} = this;").into());
                }
                false => _ = self.receivers.insert(scope, receiver.to_string()),
            }
        }
        let declined = std::mem::replace(&mut self.may_decline, may_decline);
        self.function_body(def, layout);
        self.may_decline = declined;
        layout.close("");
        Ok(())
    }

    /// `super().f(...)`
    pub(super) fn super_call(
        &mut self,
        call: &'a ast::ExprCall,
        attribute: &'a ast::ExprAttribute,
    ) -> Outcome<Piece> {
        let name = attribute.attr.as_str();
        let class = self.class_name.clone().unwrap_or_default();
        if name == "__new__" {
            // What every class derives from makes an empty instance.
            self.python();
            let made = self.helper("instance_of");
            let arguments = self.texts(&call.arguments.args)?;
            return Ok(super::call::called(
                Text::at(call.start(), made),
                &arguments[..1.min(arguments.len())],
            ));
        }
        if self.has_several_bases() && self.class_named(&class).is_some() {
            return self.cooperative_super_call(call, name, &class);
        }
        let Some(class) = self.class_named(&class).cloned() else {
            return refuse(call, "`super()` has no counterpart at this place");
        };
        let own = match name {
            "__init__" => "init".to_string(),
            name => self.attribute_name(name),
        };
        let callee = Text::at(call.start(), format!("super.{own}"));
        let is_object = match class.base {
            None => true,
            Some(base) => matches!(
                self.full_name(base).as_deref(),
                Some("object" | "abc.ABC" | "typing.Protocol" | "typing.Generic")
            ),
        };
        if is_object {
            return match name {
                // What every class derives from does nothing.
                "__init__" if call.arguments.is_empty() => Ok(Piece::tight("none()")),
                _ => refuse(&attribute.attr, format!("`super()` has no `{name}` here")),
            };
        }
        let method = (self.base_of(&class).cloned()).and_then(|base| self.method_of(&base, name));
        let base = class.base.and_then(|base| self.full_name(base));
        let is_thread = base.is_some_and(|full| is_runner(&full));
        let has_stars = super::call::has_star(call)
            || call
                .arguments
                .keywords
                .iter()
                .any(|keyword| keyword.arg.is_none());
        if is_thread && name == "__init__" && !call.arguments.keywords.is_empty() && !has_stars {
            return self.thread_init(call, &call.arguments.args, callee);
        }
        let arguments = self.arguments_of(call, method.map(|method| method.function), name)?;
        match arguments {
            Some(arguments) => Ok(super::call::called(callee, &arguments)),
            None => {
                self.python();
                let arguments = match call.arguments.args.is_empty() {
                    true => "[]".into(),
                    false => self.spread(&call.arguments.args)?,
                };
                let named = self.named_dict(&call.arguments.keywords)?;
                let name = super::string::quoted(&own).into();
                let callee = Text::at(call.start(), "super.__spread");
                Ok(super::call::called(callee, &[name, arguments, named]))
            }
        }
    }

    /// `super().f(...)` where what comes next is up to the class of the instance.
    fn cooperative_super_call(
        &mut self,
        call: &'a ast::ExprCall,
        name: &str,
        class: &str,
    ) -> Outcome<Piece> {
        self.python();
        let own = match name {
            "__init__" => "init".to_string(),
            name => self.attribute_name(name),
        };
        let at = call.start();
        let class = self.variable(class);
        let next = self.helper("super_call");
        let arguments = match super::call::has_star(call) {
            true => self.spread(&call.arguments.args)?,
            false => Text::joined(&self.texts(&call.arguments.args)?, ", ").wrapped("[", "]"),
        };
        let named = self.named_dict(&call.arguments.keywords)?;
        let name = super::string::quoted(&own);
        Ok(super::call::called(
            Text::at(at, next),
            &[class.into(), "this".into(), name.into(), arguments, named],
        ))
    }

    /// A method of the class under another name: `__rmul__ = __mul__`.
    fn alias(
        &mut self,
        name: &'a ast::ExprName,
        method: &'a ast::StmtFunctionDef,
        layout: &mut Layout,
    ) -> Outcome<()> {
        let (kind, _) = kind_of(method)?;
        let parameters = &method.parameters;
        let takes_rest = parameters.vararg.is_some() || parameters.kwarg.is_some();
        if kind != MethodKind::Instance || takes_rest || !parameters.kwonlyargs.is_empty() {
            return refuse(
                name,
                "another name of such a method has no counterpart here",
            );
        }
        let parameters = self.parameters_text(&method.parameters, 1)?;
        let names = (method.parameters.posonlyargs.iter()).chain(&method.parameters.args);
        let names = names.skip(1).map(|one| variable_name(one.name()));
        let names = names.collect::<Vec<_>>().join(", ");
        let mut head = Text::at(name.start(), self.attribute_name(&name.id));
        head.add(&parameters.wrapped("(", ")"));
        layout.open(&head);
        let of = self.attribute_name(&method.name);
        layout.line(&format!("return this.{of}({names});").into());
        layout.close("");
        Ok(())
    }

    /// `super.init` of a thread: its options are taken by their names.
    pub(super) fn thread_init(
        &mut self,
        call: &'a ast::ExprCall,
        args: &'a [Expr],
        callee: Text,
    ) -> Outcome<Piece> {
        const PARAMETERS: [&str; 5] = ["group", "target", "name", "args", "kwargs"];
        let mut given: BTreeMap<&str, Text> = BTreeMap::new();
        for (name, argument) in PARAMETERS.iter().zip(args) {
            given.insert(name, self.text(argument)?);
        }
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(name) if PARAMETERS.contains(&name.as_str()) || name.as_str() == "daemon" => {
                    given.insert(name, self.text(&keyword.value)?);
                }
                _ => return refuse(keyword, "`Thread` takes no such argument here"),
            }
        }
        let names = PARAMETERS.iter().chain(["daemon"].iter());
        let arguments: Vec<Text> = names
            .map(|name| given.remove(*name).unwrap_or_else(|| "()".into()))
            .collect();
        Ok(super::call::called(callee, &arguments))
    }

    /// The fields of the dataclass of the text that this one derives from.
    fn inherited_fields(&self, def: &'a ast::StmtClassDef) -> Vec<Field<'a>> {
        let base = match def.bases() {
            [Expr::Name(name)] => self.class_named(&name.id),
            _ => None,
        };
        base.and_then(|base| base.fields.clone())
            .unwrap_or_default()
    }

    fn field(&mut self, assign: &'a ast::StmtAnnAssign) -> Outcome<Field<'a>> {
        let Expr::Name(name) = &*assign.target else {
            return refuse(assign, "this has no counterpart in a dataclass");
        };
        let mut field = Field {
            name: &name.id,
            default: Default::None,
            is_shown: true,
            is_compared: true,
            is_taken: true,
        };
        let Some(value) = &assign.value else {
            return Ok(field);
        };
        let Expr::Call(call) = &**value else {
            field.default = Default::Value(value);
            return Ok(field);
        };
        if self.full_name(&call.func).as_deref() != Some("dataclasses.field") {
            field.default = Default::Value(value);
            return Ok(field);
        }
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map_or("**", |name| name.as_str());
            let flag = match &keyword.value {
                Expr::BooleanLiteral(value) => Some(value.value),
                _ => None,
            };
            match (name, flag) {
                ("default", _) => field.default = Default::Value(&keyword.value),
                ("default_factory", _) => field.default = Default::Factory(&keyword.value),
                ("repr", Some(flag)) => field.is_shown = flag,
                ("compare", Some(flag)) => field.is_compared = flag,
                ("init", Some(flag)) => field.is_taken = flag,
                // Who asks a field for it finds that it is not there.
                ("metadata", _) => {}
                _ => {
                    return refuse(
                        keyword,
                        format!("`{name}=` of a field has no counterpart here"),
                    );
                }
            }
        }
        Ok(field)
    }

    /// The class that `Point = namedtuple("Point", "x y")` makes.
    pub(super) fn named_tuple(
        &mut self,
        target: &'a ast::ExprName,
        call: &'a ast::ExprCall,
        layout: &mut Layout,
    ) -> Outcome<()> {
        self.python();
        let [Expr::StringLiteral(name), fields] = &*call.arguments.args else {
            return refuse(call, "`namedtuple` takes two literals here");
        };
        let fields: Vec<String> = match fields {
            Expr::StringLiteral(text) => {
                let text = text.value.to_str().replace(',', " ");
                text.split_whitespace().map(String::from).collect()
            }
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                let name = |item: &Expr| match item {
                    Expr::StringLiteral(text) => Some(text.value.to_str().to_string()),
                    _ => None,
                };
                match elts.iter().map(name).collect::<Option<Vec<_>>>() {
                    Some(names) => names,
                    None => return refuse(call, "`namedtuple` takes two literals here"),
                }
            }
            other => return refuse(other, "`namedtuple` takes two literals here"),
        };
        let mut defaults: Vec<Text> = Vec::new();
        for keyword in &call.arguments.keywords {
            match (
                keyword.arg.as_ref().map(|name| name.as_str()),
                &keyword.value,
            ) {
                (
                    Some("defaults"),
                    Expr::List(ast::ExprList { elts, .. })
                    | Expr::Tuple(ast::ExprTuple { elts, .. }),
                ) => defaults = self.texts(elts)?,
                _ => return refuse(keyword, "this has no counterpart in a call of `namedtuple`"),
            }
        }
        let required = fields.len().saturating_sub(defaults.len());
        let parameters: Vec<Text> = (fields.iter().enumerate())
            .map(
                |(at, field)| match at.checked_sub(required).and_then(|at| defaults.get(at)) {
                    Some(default) => default.wrapped(&format!("{} = ", attribute_name(field)), ""),
                    None => attribute_name(field).into(),
                },
            )
            .collect();
        let class = variable_name(name.value.to_str());
        let own = self.variable(&target.id);
        let mut inner = Layout::default();
        inner.open(&Text::at(call.start(), format!("class {class}")));
        self.tuple_members(&fields, &parameters, &mut inner);
        inner.close("");
        let word = if self.declares(&target.id, target.start()) {
            "let "
        } else {
            ""
        };
        let mut block = Layout::default();
        block.open(&Text::at(target.start(), format!("{word}{own} =")));
        block.line(&inner.into_text());
        block.line(&class.into());
        block.close(";");
        layout.line(&block.into_text());
        Ok(())
    }

    /// What makes the instances of a class named tuples, and what these have beyond a tuple.
    fn tuple_members(&mut self, fields: &[String], parameters: &[Text], layout: &mut Layout) {
        let names = fields.iter().map(|field| super::string::quoted(field));
        let names = names.collect::<Vec<_>>().join(", ");
        layout.line(&"__field_kind__ = \"tuple\";".into());
        layout.line(&format!("_fields = tuple([{names}]);").into());
        let mut head = Text::from("__make__");
        head.add(&Text::joined(parameters, ", ").wrapped("(", ")"));
        layout.open(&head);
        let items = fields.iter().map(|field| attribute_name(field));
        let items = items.collect::<Vec<_>>().join(", ");
        let made = self.helper("named_tuple");
        layout.line(&format!("return {made}(this, [{items}]);").into());
        layout.close("");
        let (replaced, dict) = (self.helper("named_replace"), self.helper("named_dict"));
        layout.line(&format!("_replace( **named) {{ return {replaced}(this, named); }}").into());
        layout.line(&format!("_asdict() {{ return {dict}(this); }}").into());
        let array = self.helper("array");
        let line = format!("classmethod _make(items) {{ return {made}(this, {array}(items)); }}");
        layout.line(&line.into());
    }

    /// Whether a class of the text is an enumeration.
    pub(super) fn is_enum(&self, name: &str) -> bool {
        let names = self.enum_base_names(name);
        let is_base =
            |full: &String| matches!(full.as_str(), "enum.Enum" | "enum.IntEnum" | "enum.StrEnum");
        names.iter().any(is_base)
    }

    /// The classes of Python's from which a class of the text derives, however far.
    fn enum_base_names(&self, name: &str) -> Vec<String> {
        let mut names = Vec::new();
        let mut left: Vec<&Class<'a>> = self.class_named(name).into_iter().collect();
        let mut most = 50;
        while let Some(class) = left.pop().filter(|_| most > 0) {
            most -= 1;
            for base in class.bases {
                match (self.full_name(base), base) {
                    (Some(full), _) => names.push(full),
                    (None, Expr::Name(name)) => left.extend(self.class_named(&name.id)),
                    _ => {}
                }
            }
        }
        names
    }

    /// Whether the text has enumerations.
    fn has_enums(&self) -> bool {
        self.classes.keys().any(|(_, name)| self.is_enum(name))
    }

    /// What the members of an enumeration are besides.
    fn enum_kind(&self, name: &str) -> EnumKind {
        let fulls = self.enum_base_names(name);
        let has = |wanted: &str| fulls.iter().any(|full| full == wanted);
        if has("enum.IntEnum") || has("int") {
            EnumKind::Int
        } else if has("enum.StrEnum") {
            EnumKind::Str
        } else if has("str") {
            EnumKind::MixedStr
        } else {
            EnumKind::Plain
        }
    }

    /// What the members of an enumeration of numbers or texts do as these.
    fn mixed_in(&mut self, def: &'a ast::StmtClassDef, layout: &mut Layout) {
        let kind = self.enum_kind(&def.name);
        if kind == EnumKind::Plain {
            return;
        }
        let plain = self.helper("enum_value");
        layout.line(&"__field_kind__ = \"value\";".into());
        layout.line(&"_fields = tuple([\"value\"]);".into());
        let mut operators = vec![("add", "+")];
        if kind == EnumKind::Int {
            operators.extend([
                ("sub", "-"),
                ("mul", "*"),
                ("mod", "%"),
                ("and", "&"),
                ("or", "|"),
            ]);
            layout.line(&"__int__() { return this.value; }".into());
            layout.line(&"__index__() { return this.value; }".into());
            layout.line(&"__bool__() { return bool(this.value); }".into());
        }
        for (name, sign) in &operators {
            let line = format!("__{name}__(other) {{ return this.value {sign} {plain}(other); }}");
            layout.line(&line.into());
        }
        for (name, sign) in &operators {
            let line = format!("__r{name}__(other) {{ return {plain}(other) {sign} this.value; }}");
            layout.line(&line.into());
        }
        if kind != EnumKind::Int {
            for name in ["upper", "lower", "title", "capitalize"] {
                let line = format!("{name}() {{ return this.value.{name}(); }}");
                layout.line(&line.into());
            }
            layout.line(&"__len__() { return len(this.value); }".into());
        }
    }

    /// The members of an enumeration, which are made behind its class.
    fn members_of_enum(&mut self, def: &'a ast::StmtClassDef, layout: &mut Layout) -> Outcome<()> {
        let own = self.variable(&def.name);
        let made = self.helper("enum_member");
        let mut next = 1;
        for statement in &def.body {
            let (target, value) = match statement {
                Stmt::Assign(assign) => match &assign.targets[..] {
                    [target] => (target, &*assign.value),
                    _ => return refuse(assign, "a member has one name here"),
                },
                Stmt::AnnAssign(assign) => match &assign.value {
                    Some(value) => (&*assign.target, &**value),
                    None => continue,
                },
                _ => continue,
            };
            let Expr::Name(name) = target else {
                return refuse(
                    target,
                    "this assignment has no counterpart in an enumeration",
                );
            };
            let value = match value {
                Expr::Call(call) if self.full_name(&call.func).as_deref() == Some("enum.auto") => {
                    let value = match self.enum_kind(&def.name) {
                        EnumKind::Str => super::string::quoted(&name.id.to_lowercase()),
                        _ => next.to_string(),
                    };
                    Text::at(call.start(), value)
                }
                value => self.text(value)?,
            };
            if let Ok(number) = value.as_str().parse::<i64>() {
                next = number + 1;
            }
            let member = attribute_name(&name.id);
            let mut line = Text::at(name.start(), format!("{own}.{member} = {made}({own}, "));
            line.push(&format!("{}, ", super::string::quoted(&name.id)));
            line.add(&value);
            line.push(");");
            layout.line(&line);
        }
        Ok(())
    }

    /// What a dataclass has by itself: `__init__`, `__repr__`, `__eq__`, and with `order` the comparisons.
    fn generated(
        &mut self,
        def: &'a ast::StmtClassDef,
        fields: &[Field<'a>],
        is_named_tuple: bool,
        layout: &mut Layout,
    ) -> Outcome<()> {
        let at = def.start();
        self.python();
        let has = |name: &str| {
            (def.body.iter())
                .any(|one| matches!(one, Stmt::FunctionDef(method) if method.name.as_str() == name))
        };
        layout.blank();
        if is_named_tuple {
            let mut parameters = Vec::new();
            for field in fields {
                let own = attribute_name(field.name);
                match &field.default {
                    Default::Value(value) => {
                        let value = self.text(value)?;
                        parameters.push(value.wrapped(&format!("{own} = "), ""));
                    }
                    _ => parameters.push(own.into()),
                }
            }
            let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
            self.tuple_members(&names, &parameters, layout);
            return Ok(());
        }
        let is_frozen = self.dataclass_option(def, "frozen", false);
        let compares = self.dataclass_option(def, "eq", true) && !has("__eq__");
        let only_names = self.dataclass_option(def, "kw_only", false);
        let kind = match (compares, is_frozen) {
            (true, false) => Some("compared"),
            (true, true) => Some("frozen"),
            (false, true) => Some("constant"),
            (false, false) => None,
        };
        let names = |wanted: &dyn Fn(&&Field<'a>) -> bool, translator: &Self| {
            let names = fields.iter().filter(wanted);
            let names =
                names.map(|field| super::string::quoted(&translator.attribute_name(field.name)));
            names.collect::<Vec<_>>().join(", ")
        };
        let all = names(&|_| true, self);
        let compared = names(&|field| field.is_compared, self);
        layout.line(&format!("__field_kind__ = \"{}\";", kind.unwrap_or("plain")).into());
        layout.line(&format!("_fields = tuple([{all}]);").into());
        if all != compared {
            layout.line(&format!("__compared__ = tuple([{compared}]);").into());
        }
        if self.dataclass_option(def, "order", false) {
            layout.line(&"__ordered__ = true;".into());
        }
        if self.dataclass_option(def, "slots", false) {
            let own = fields.iter().filter(|field| {
                (def.body.iter()).any(|one| {
                    matches!(one, Stmt::AnnAssign(own)
                    if matches!(&*own.target, Expr::Name(name) if name.id == field.name))
                })
            });
            let own = own.map(|field| super::string::quoted(&self.attribute_name(field.name)));
            let own = own.collect::<Vec<_>>().join(", ");
            layout.line(&format!("__slots__ = tuple([{own}]);").into());
        }
        if !has("__init__") {
            let mut parameters = Vec::new();
            let mut lines = Vec::new();
            let mut set: Vec<Text> = Vec::new();
            for field in fields {
                let own = attribute_name(field.name);
                let place = self.attribute_name(field.name);
                match &field.default {
                    Default::None if field.is_taken => parameters.push(Text::from(own.as_str())),
                    Default::Value(value) if field.is_taken => {
                        let value = self.text(value)?;
                        parameters.push(value.wrapped(&format!("{own} = "), ""));
                    }
                    Default::Factory(_) if field.is_taken => {
                        let missing = self.helper("missing");
                        parameters.push(format!("{own} = {missing}()").into());
                    }
                    Default::None => continue,
                    Default::Value(value) => {
                        let value = self.text(value)?;
                        set.push(value.wrapped(&format!("[\"{place}\", "), "]"));
                        lines.push(value.wrapped(&format!("this.{place} = "), ";"));
                        continue;
                    }
                    Default::Factory(_) => {}
                }
                let value = match &field.default {
                    Default::Factory(factory) => {
                        let made = self.factory(factory)?;
                        match field.is_taken {
                            true => {
                                let is_missing = self.helper("is_missing");
                                let mut value = Text::from(format!("if {is_missing}({own}) {{ "));
                                value.add(&made);
                                value.push(&format!(" }} else {{ {own} }}"));
                                value
                            }
                            false => made,
                        }
                    }
                    _ => own.into(),
                };
                set.push(value.wrapped(&format!("[\"{place}\", "), "]"));
                lines.push(value.wrapped(&format!("this.{place} = "), ";"));
            }
            let mut head = Text::at(at, "init");
            let mut parameters = Text::joined(&parameters, ", ");
            if only_names && !parameters.as_str().is_empty() {
                parameters = parameters.wrapped(" *, ", "");
            }
            head.add(&parameters.wrapped("(", ")"));
            layout.open(&head);
            match is_frozen {
                true => {
                    let name = self.helper("set_fields");
                    let all = Text::joined(&set, ", ");
                    layout.line(&all.wrapped(&format!("{name}(this, dict(["), "]));"));
                }
                false => lines.iter().for_each(|line| layout.line(line)),
            }
            let class = self.class_named(&def.name);
            let inherited = class.and_then(|class| self.method_of(class, "__post_init__"));
            if inherited.is_some() {
                layout.line(&Text::at(at, "this.__post_init__();"));
            }
            layout.close("");
        }
        if !has("__repr__") && self.dataclass_option(def, "repr", true) {
            let shown: Vec<String> = (fields.iter().filter(|field| field.is_shown))
                .map(|field| {
                    format!(
                        "{}=${{repr(this.{})}}",
                        field.name,
                        self.attribute_name(field.name)
                    )
                })
                .collect();
            layout.open(&Text::at(at, "__repr__()"));
            let name = self.helper("type_name");
            layout.line(&format!("return `${{{name}(this)}}({})`;", shown.join(", ")).into());
            layout.close("");
        }
        Ok(())
    }

    /// Whether an option of the decorator `dataclass` is set.
    fn dataclass_option(&self, def: &ast::StmtClassDef, name: &str, usual: bool) -> bool {
        let options = def.decorator_list.iter().filter_map(|decorator| {
            let call = decorator.expression.as_call_expr()?;
            let of = self.full_name(&call.func);
            (of.as_deref() == Some("dataclasses.dataclass"))
                .then(|| call.arguments.find_keyword(name))?
        });
        let mut flags = options.filter_map(|option| option.value.as_boolean_literal_expr());
        flags.next().map_or(usual, |flag| flag.value)
    }

    /// What a factory of a field makes.
    fn factory(&mut self, factory: &'a Expr) -> Outcome<Text> {
        let value = self.expr(factory)?;
        Ok(match factory {
            Expr::Name(_) => value.text.wrapped("", "()"),
            _ => value.text.wrapped("(", ").call()"),
        })
    }

    /// The comparisons that `functools.total_ordering` adds to one of them and `__eq__`.
    fn total_order(&mut self, def: &'a ast::StmtClassDef, layout: &mut Layout) {
        let has = |name: &str| {
            (def.body.iter())
                .any(|one| matches!(one, Stmt::FunctionDef(method) if method.name.as_str() == name))
        };
        let rows: &[(&str, &str)] = if has("__lt__") {
            &[
                ("__gt__", "!(this.__lt__(other) || this == other)"),
                ("__le__", "this.__lt__(other) || this == other"),
                ("__ge__", "!this.__lt__(other)"),
            ]
        } else if has("__gt__") {
            &[
                ("__lt__", "!(this.__gt__(other) || this == other)"),
                ("__ge__", "this.__gt__(other) || this == other"),
                ("__le__", "!this.__gt__(other)"),
            ]
        } else if has("__le__") {
            &[
                ("__ge__", "!this.__le__(other) || this == other"),
                ("__lt__", "this.__le__(other) && this != other"),
                ("__gt__", "!this.__le__(other)"),
            ]
        } else {
            &[
                ("__le__", "!this.__ge__(other) || this == other"),
                ("__gt__", "this.__ge__(other) && this != other"),
                ("__lt__", "!this.__ge__(other)"),
            ]
        };
        for (name, value) in rows.iter().filter(|(name, _)| !has(name)) {
            layout.open(&Text::at(def.start(), format!("{name}(other)")));
            layout.line(&format!("return {value};").into());
            layout.close("");
        }
    }

    /// The offset of a class's own variable that is read in the class's body, as it is kept here.
    pub(super) fn class_variable(&self, name: &str) -> Option<&String> {
        let owner = self.scopes.owner(self.scope, name)?;
        self.class_variables.get(&(owner, name.to_string()))
    }
}

/// Whether a method is that of an operator of two operands, which it may leave to the other one.
fn is_operator(name: &str) -> bool {
    let name = name.trim_start_matches("__").trim_end_matches("__");
    let arithmetic = [
        "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift",
        "rshift",
    ];
    matches!(name, "eq" | "ne" | "lt" | "le" | "gt" | "ge")
        || arithmetic.contains(&name)
        || name
            .strip_prefix('r')
            .is_some_and(|name| arithmetic.contains(&name))
}

/// The attributes that a class's body and its methods set: `x = 1` and `self.x = 1`.
fn assigned_in(def: &ast::StmtClassDef) -> BTreeSet<String> {
    use ruff_python_ast::visitor::{Visitor, walk_expr};
    struct Finder(BTreeSet<String>);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Attribute(attribute) = expr
                && attribute.ctx == ast::ExprContext::Store
                && matches!(&*attribute.value, Expr::Name(_))
            {
                self.0.insert(attribute.attr.to_string());
            }
            walk_expr(self, expr);
        }
    }
    let mut finder = Finder(BTreeSet::new());
    finder.visit_body(&def.body);
    for statement in &def.body {
        let target = match statement {
            Stmt::Assign(assign) => assign.targets.first(),
            Stmt::AnnAssign(assign) => Some(&*assign.target),
            _ => None,
        };
        if let Some(Expr::Name(name)) = target {
            finder.0.insert(name.id.to_string());
        }
    }
    finder.0
}

/// Whether statements mention a name.
fn mentions(body: &[Stmt], name: &str) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr};
    struct Finder<'n>(&'n str, bool);
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.1 |= matches!(expr, Expr::Name(name) if name.id == *self.0);
            walk_expr(self, expr);
        }
    }
    let mut finder = Finder(name, false);
    finder.visit_body(body);
    finder.1
}

/// The method of a class's body that has this name.
fn method_in<'a>(def: &'a ast::StmtClassDef, name: &str) -> Option<&'a ast::StmtFunctionDef> {
    let mut methods = def.body.iter().filter_map(Stmt::as_function_def_stmt);
    methods.find(|method| method.name.as_str() == name)
}

/// Whether an annotation says that a variable is the class's own.
fn is_class_variable(annotation: &Expr) -> bool {
    let of = match annotation {
        Expr::Subscript(subscript) => &*subscript.value,
        other => other,
    };
    match of {
        Expr::Name(name) => name.id == "ClassVar",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "ClassVar",
        _ => false,
    }
}

/// The classes of the text, by the scope and the name that always mean them.
pub(super) type Classes<'a> = std::collections::HashMap<(ScopeId, String), Class<'a>>;
