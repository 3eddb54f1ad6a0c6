//! Classes: their bases, attributes and methods, what their names mean elsewhere, and `super()`.
//!
//! A class becomes a class of this language, with `init` for `__init__`. A method's first parameter is
//! `this`, by its name only where a function within takes it along. What needs a class as a value at its
//! making (metaclasses, decorators of one's own) is refused. Longer than most files because what a class is
//! made of (members, what a dataclass, a named tuple or an enumeration has by itself) is written in one place.

use std::collections::BTreeMap;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::expression::Piece;
use super::names::{error_class, renamed};
use super::scope::{Declaration, ScopeId};
use super::text::{Layout, Text};
use super::translate::{Function, Outcome, Translator, refuse};

/// A class of the text.
#[derive(Clone)]
pub(super) struct Class<'a> {
    /// What it derives from, as far as that is one name.
    pub(super) base: Option<&'a Expr>,
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

/// What the decorators of a method make of it.
fn kind_of(def: &ast::StmtFunctionDef) -> Outcome<(MethodKind, bool)> {
    let mut kind = MethodKind::Instance;
    let mut is_setter = false;
    for decorator in &def.decorator_list {
        match &decorator.expression {
            Expr::Name(name) if name.id == "staticmethod" => kind = MethodKind::Static,
            Expr::Name(name) if name.id == "classmethod" => kind = MethodKind::Class,
            Expr::Name(name) if name.id == "property" => kind = MethodKind::Property,
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

/// The name of the method that sets a property.
pub(super) fn setter_name(property: &str) -> String {
    format!("set_{property}")
}

impl<'a> Class<'a> {
    /// What the statement of a class says.
    pub(super) fn of(def: &'a ast::StmtClassDef) -> Self {
        let mut methods = BTreeMap::new();
        for statement in &def.body {
            if let Stmt::FunctionDef(def) = statement {
                let (kind, is_setter) = kind_of(def).unwrap_or((MethodKind::Instance, false));
                let function = Function {
                    parameters: &def.parameters,
                    is_async: def.is_async && !super::function::yields(&def.body),
                    is_method: kind != MethodKind::Static,
                    has_overloads: false,
                };
                if !is_setter {
                    methods.insert(def.name.as_str(), Method { function, kind });
                }
            }
        }
        let base = match def.bases() {
            [base] => Some(base),
            _ => None,
        };
        let fields = None;
        let is_dataclass = !def.decorator_list.is_empty();
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
            abstract_methods,
            methods,
            is_dataclass,
            fields,
        }
    }
}

impl<'a> Class<'a> {
    /// The fields of a dataclass that is translated already, in order.
    pub(super) fn field_names(&self) -> Vec<&'a str> {
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

    /// The method of this name that instances of a class have; none where another class than the text's
    /// may have it.
    pub(super) fn method_of(&self, class: &Class<'a>, name: &str) -> Option<Method<'a>> {
        let mut class = class;
        let mut left = 50;
        loop {
            if let Some(method) = class.methods.get(name) {
                return Some(*method);
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
        if self.has_mappings && names.iter().any(is_of_mapping) {
            return true;
        }
        names.iter().any(|name| self.methods.contains_key(*name))
    }

    /// Whether each class of the text that has this name has it as a property.
    pub(super) fn is_property(&self, name: &str) -> bool {
        self.properties.contains(name)
    }

    /// The name of an attribute in this class: two underlines make it private.
    pub(super) fn attribute_name(&self, name: &str) -> String {
        match &self.class_name {
            Some(class) if name.starts_with("__") && !name.ends_with("__") => {
                format!("_{}{name}", class.trim_start_matches('_'))
            }
            _ => renamed(name),
        }
    }

    pub(super) fn class(&mut self, def: &'a ast::StmtClassDef, layout: &mut Layout) -> Outcome<()> {
        let own = renamed(&def.name);
        let is_dataclass = self.class_decorators(def)?;
        let declaration = (self.scopes.owner(self.scope, &def.name))
            .map(|owner| self.scopes.declaration(owner, &def.name));
        let variable = self.variable(&def.name);
        // A class that is called as something of the library stands in a variable of another name.
        let is_top = declaration == Some(Declaration::Top) || variable != own;
        let is_new = declaration != Some(Declaration::Top)
            && !(self.is_module() && (self.is_known)(&variable));
        let word = if is_new { "let " } else { "" };
        let mut inner = Layout::default();
        let mut head = Text::at(def.start(), format!("class {own}"));
        if let Some(base) = self.base(def)? {
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
        if is_top {
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
        match is_enum {
            true => self.members_of_enum(def, layout),
            false => Ok(()),
        }
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
                Some("functools.total_ordering") => continue,
                _ => return refuse(decorator, "a decorator of a class has no counterpart here"),
            }
            for option in options.iter().flat_map(|arguments| &arguments.keywords) {
                let name = option.arg.as_ref().map_or("**", |name| name.as_str());
                let is_default = matches!(
                    (name, &option.value),
                    ("init" | "repr" | "eq", Expr::BooleanLiteral(value)) if value.value
                ) || matches!(
                    (name, &option.value),
                    ("frozen" | "unsafe_hash" | "kw_only" | "slots", Expr::BooleanLiteral(value))
                        if !value.value
                );
                if !is_default && name != "order" {
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
    fn base(&mut self, def: &'a ast::StmtClassDef) -> Outcome<Option<Text>> {
        if let Some(keyword) = def.keywords().first() {
            return refuse(keyword, "metaclasses have no counterpart here");
        }
        let bases: Vec<&'a Expr> = (def.bases().iter())
            .filter(|base| {
                !matches!(
                    self.full_name(base).as_deref(),
                    Some("object" | "abc.ABC" | "typing.Protocol")
                )
            })
            .collect();
        let base = match bases[..] {
            [] => return Ok(None),
            [base] => base,
            [_, other, ..] => {
                return refuse(other, "a class derives from one class only here");
            }
        };
        let full = self.full_name(base);
        if let Some(class) = full.as_deref().and_then(error_class) {
            self.python();
            return Ok(Some(Text::at(base.start(), class)));
        }
        match full.as_deref() {
            Some("enum.Enum" | "typing.NamedTuple") => {
                self.python();
                Ok(None)
            }
            Some("threading.Thread") => {
                let made = self.helper("thread_class");
                Ok(Some(Text::at(base.start(), format!("{made}()"))))
            }
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
            if has("__init__") {
                return refuse(
                    &def.name,
                    "an enumeration with `__init__` has no counterpart here",
                );
            }
            let name = &def.name;
            layout.line(&"init(name, value) { this.name = name; this.value = value; }".into());
            if !has("__repr__") {
                let line = format!(
                    "__repr__() {{ return `<{name}.${{this.name}}: ${{repr(this.value)}}>`; }}"
                );
                layout.line(&line.into());
            }
            if !has("__str__") {
                layout.line(&format!("__str__() {{ return `{name}.${{this.name}}`; }}").into());
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
                Stmt::AnnAssign(assign) => {
                    if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                        self.class_attribute(&name.id, value, scope, before, layout)?;
                    }
                }
                Stmt::Assign(_) if is_enum => {}
                Stmt::Assign(assign) => match &assign.targets[..] {
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
                    let own = renamed(&nested.name);
                    inner.line(&own.as_str().into());
                    let mut member = Layout::default();
                    member.open(&Text::at(nested.start(), format!("{own} =")));
                    member.line(&inner.into_text());
                    member.close(";");
                    layout.line(&member.into_text());
                }
                Stmt::FunctionDef(method) => {
                    layout.blank();
                    if let Err(refusal) = self.method_member(method, layout) {
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
        if let Expr::Lambda(lambda) = value {
            return refuse(
                lambda,
                "a lambda in a class has no counterpart here: write a method",
            );
        }
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
        let own = match name {
            "__init__" => "init".to_string(),
            _ if is_setter => setter_name(name),
            _ => self.attribute_name(name),
        };
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
                    let kept = renamed(receiver);
                    layout.line(&format!("let {kept} = this;").into());
                }
                false => _ = self.receivers.insert(scope, receiver.to_string()),
            }
        }
        self.function_body(def, layout);
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
                Some("object" | "abc.ABC" | "typing.Protocol")
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
        let is_thread =
            class.base.and_then(|base| self.full_name(base)).as_deref() == Some("threading.Thread");
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
                    Some(default) => default.wrapped(&format!("{} = ", renamed(field)), ""),
                    None => renamed(field).into(),
                },
            )
            .collect();
        let class = renamed(name.value.to_str());
        let own = self.variable(&target.id);
        let mut inner = Layout::default();
        inner.open(&Text::at(call.start(), format!("class {class}")));
        let mut head = Text::from("init");
        head.add(&Text::joined(&parameters, ", ").wrapped("(", ")"));
        inner.open(&head);
        for field in &fields {
            let field = renamed(field);
            inner.line(&format!("this.{field} = {field};").into());
        }
        inner.close("");
        self.tuple_methods(&fields, &class, &mut inner);
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

    /// What a named tuple has of a tuple.
    fn tuple_methods(&mut self, fields: &[String], class: &str, layout: &mut Layout) {
        let row = |of: &str| {
            let places = fields
                .iter()
                .map(|field| format!("{of}.{}", renamed(field)));
            format!("tuple([{}])", places.collect::<Vec<_>>().join(", "))
        };
        let entries = fields
            .iter()
            .map(|field| format!("[\"{field}\", this.{}]", renamed(field)));
        let shown = fields
            .iter()
            .map(|field| format!("{field}=${{repr(this.{})}}", renamed(field)));
        let (entries, shown): (Vec<_>, Vec<_>) = (entries.collect(), shown.collect());
        let (call_with, updated) = (self.helper("call_with"), self.helper("updated"));
        let this = row("this");
        let has_method = self.helper("has_method");
        let other =
            format!("if {has_method}(other, \"__row\") {{ other.__row() }} else {{ other }}");
        let mut methods = vec![
            ("__row()".to_string(), this),
            ("__iter__()".into(), "this.__row()".into()),
            ("__getitem__(at)".into(), "this.__row()[at]".into()),
            ("__len__()".into(), fields.len().to_string()),
            (
                "__repr__()".into(),
                format!("`{class}({})`", shown.join(", ")),
            ),
            (
                "_asdict()".into(),
                format!("dict([{}])", entries.join(", ")),
            ),
            (
                "_replace(**named)".into(),
                format!("{call_with}({class}, [], {updated}(this._asdict(), named))"),
            ),
        ];
        methods[6].0 = "_replace( **named)".into();
        for (name, sign) in [
            ("eq", "=="),
            ("lt", "<"),
            ("le", "<="),
            ("gt", ">"),
            ("ge", ">="),
        ] {
            methods.push((
                format!("__{name}__(other)"),
                format!("this.__row() {sign} ({other})"),
            ));
        }
        for (head, value) in methods {
            layout.open(&head.into());
            layout.line(&format!("return {value};").into());
            layout.close("");
        }
    }

    /// Whether a class of the text is an enumeration.
    pub(super) fn is_enum(&self, name: &str) -> bool {
        let base = self.class_named(name).and_then(|class| class.base);
        base.and_then(|base| self.full_name(base))
            .is_some_and(|full| full == "enum.Enum")
    }

    /// The members of an enumeration, which are made behind its class.
    fn members_of_enum(&mut self, def: &'a ast::StmtClassDef, layout: &mut Layout) -> Outcome<()> {
        let own = self.variable(&def.name);
        let mut names = Vec::new();
        let mut next = 1;
        for statement in &def.body {
            let Stmt::Assign(assign) = statement else {
                continue;
            };
            let [Expr::Name(name)] = &assign.targets[..] else {
                continue;
            };
            let value = match &*assign.value {
                Expr::Call(call) if self.full_name(&call.func).as_deref() == Some("enum.auto") => {
                    Text::at(call.start(), next.to_string())
                }
                value => self.text(value)?,
            };
            if let Ok(number) = value.as_str().parse::<i64>() {
                next = number + 1;
            }
            let member = renamed(&name.id);
            let mut line = Text::at(assign.start(), format!("{own}.{member} = {own}("));
            line.push(&format!("{}, ", super::string::quoted(&name.id)));
            line.add(&value);
            line.push(");");
            layout.line(&line);
            names.push(format!("{own}.{member}"));
        }
        layout.line(&format!("{own}.members_ = list([{}]);", names.join(", ")).into());
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
        if !has("__init__") {
            let mut parameters = Vec::new();
            let mut lines = Vec::new();
            for field in fields {
                let own = renamed(field.name);
                let place = self.attribute_name(field.name);
                match &field.default {
                    Default::None if field.is_taken => parameters.push(Text::from(own.as_str())),
                    Default::Value(value) if field.is_taken => {
                        let value = self.text(value)?;
                        parameters.push(value.wrapped(&format!("{own} = "), ""));
                    }
                    Default::Factory(_) if field.is_taken => {
                        parameters.push(format!("{own} = ()").into());
                    }
                    Default::None => continue,
                    Default::Value(value) => {
                        let value = self.text(value)?;
                        lines.push(value.wrapped(&format!("this.{place} = "), ";"));
                        continue;
                    }
                    Default::Factory(_) => {}
                }
                let Default::Factory(factory) = &field.default else {
                    lines.push(format!("this.{place} = {own};").into());
                    continue;
                };
                let made = self.factory(factory)?;
                let mut line = Text::from(format!("this.{place} = "));
                match field.is_taken {
                    true => {
                        line.push(&format!("if {own} == () {{ "));
                        line.add(&made);
                        line.push(&format!(" }} else {{ {own} }}"));
                    }
                    false => line.add(&made),
                }
                line.push(";");
                lines.push(line);
            }
            let mut head = Text::at(at, "init");
            head.add(&Text::joined(&parameters, ", ").wrapped("(", ")"));
            layout.open(&head);
            lines.iter().for_each(|line| layout.line(line));
            if has("__post_init__") {
                layout.line(&Text::at(at, "this.__post_init__();"));
            }
            layout.close("");
        }
        if is_named_tuple {
            let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
            self.tuple_methods(&names, &renamed(&def.name), layout);
            return Ok(());
        }
        if !has("__repr__") {
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
        let compared = |of: &str, translator: &Self| {
            let places = fields.iter().filter(|field| field.is_compared);
            let places =
                places.map(|field| format!("{of}.{}", translator.attribute_name(field.name)));
            format!("tuple([{}])", places.collect::<Vec<_>>().join(", "))
        };
        let (this, other) = (compared("this", self), compared("other", self));
        if !has("__eq__") {
            let is_same = self.helper("is_same_class");
            layout.open(&Text::at(at, "__eq__(other)"));
            layout.line(&format!("if !{is_same}(this, other) {{ return false; }}").into());
            layout.line(&format!("return {this} == {other};").into());
            layout.close("");
        }
        let is_ordered = def
            .decorator_list
            .iter()
            .any(|decorator| match &decorator.expression {
                Expr::Call(call) => call.arguments.find_keyword("order").is_some_and(
                    |order| matches!(&order.value, Expr::BooleanLiteral(value) if value.value),
                ),
                _ => false,
            });
        if is_ordered {
            for (name, sign) in [("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")] {
                layout.open(&Text::at(at, format!("__{name}__(other)")));
                layout.line(&format!("return {this} {sign} {other};").into());
                layout.close("");
            }
        }
        Ok(())
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
