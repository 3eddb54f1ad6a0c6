//! The translator: what it knows of the whole text, and how it begins and ends.
//!
//! Statements are translated one by one into a [`Layout`]; a statement that has no counterpart
//! becomes a problem with its line and a reason, and a comment in its place, and the rest goes on.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::class::{Class, Classes, MethodKind};
use super::names::Imports;
use super::scope::{Declaration, Kind, Name, ScopeId, Scopes};
use super::syntax::Source;
use super::text::{Layout, PlaceMap, Text};
use super::types::{Given, Type};
use super::{EarlierKind, EarlierNames};
use super::{flow, names};
use crate::language::diagnostic::{Code, Diagnostic};
use crate::value::variable_name;

/// Why something has no counterpart.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) range: TextRange,
    pub(super) reason: String,
}

/// A translated piece, or why there is none.
pub(super) type Outcome<T> = Result<T, Refusal>;

/// Refuses `what` for a reason: `` `match` has no counterpart here ``.
pub(super) fn refuse<T>(what: impl Ranged, reason: impl Into<String>) -> Outcome<T> {
    Err(Refusal {
        range: what.range(),
        reason: reason.into(),
    })
}

/// What the translation of a text is.
#[derive(Clone, Debug)]
pub struct Translation {
    /// The text in this language. A statement without a counterpart is a comment in it.
    pub text: String,
    /// Where its pieces come from.
    pub places: PlaceMap,
    /// What has no counterpart, in the order of the text.
    pub problems: Vec<Diagnostic>,
}

/// A function of the text's top level, or the method of one of its classes.
#[derive(Clone, Copy)]
pub(super) struct Function<'a> {
    pub(super) parameters: &'a ast::Parameters,
    pub(super) is_async: bool,
    /// Whether its first parameter is the receiver.
    pub(super) is_method: bool,
    /// Whether there is one function for each number of arguments that may be left out.
    pub(super) has_overloads: bool,
}

pub(super) struct Translator<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) scopes: Scopes,
    /// Where a variable is read that may not be set.
    pub(super) unsure: HashSet<TextSize>,
    /// What each variable is given, by its scope and name.
    pub(super) values: HashMap<(ScopeId, String), Vec<Given<'a>>>,
    /// What variables certainly are, as far as that was asked.
    pub(super) types: RefCell<HashMap<(ScopeId, String), Type>>,
    pub(super) imports: Imports,
    /// The names that are one function and never anything else, by their scope.
    pub(super) functions: HashMap<(ScopeId, String), Function<'a>>,
    /// The classes of the text.
    pub(super) classes: Classes<'a>,
    /// The methods of the text's classes by name; nothing where two differ.
    pub(super) methods: BTreeMap<String, Option<Function<'a>>>,
    /// The names that are properties of all classes of the text that have them.
    pub(super) properties: BTreeSet<String>,
    /// The names that are properties of some classes, and something else elsewhere.
    pub(super) mixed: BTreeSet<String>,
    /// Whether a name that nothing has is an error that a handler may catch.
    pub(super) catches_names: bool,
    /// What the attributes of this name are given, wherever that is.
    pub(super) attributes: HashMap<String, Vec<&'a Expr>>,
    /// The class whose body is translated now.
    pub(super) class_name: Option<String>,
    /// The parameters that are `this` in the methods of these scopes.
    pub(super) receivers: HashMap<ScopeId, String>,
    /// The variables in which attributes of classes are kept that are read in the body of the class.
    pub(super) class_variables: HashMap<(ScopeId, String), String>,
    /// What the texts before this one have made.
    pub(super) earlier: EarlierNames<'a>,
    /// The scope of what is translated now.
    pub(super) scope: ScopeId,
    /// Whether what is translated is awaited at once, or given to what awaits it.
    pub(super) is_awaited: bool,
    /// The `daemon` and `name` of threads that are set right after they are made, by where they are made.
    pub(super) set_later: HashMap<TextSize, Vec<(&'static str, &'a Expr)>>,
    /// The names of variables that were caught, innermost last: for `raise` alone.
    pub(super) caught: Vec<String>,
    /// Whether the function that is translated now is a generator.
    pub(super) is_generator: bool,
    /// Whether the text uses mappings of `collections`, which are classes around a dict here.
    pub(super) has_mappings: bool,
    /// Whether `with` may get what only the script's own methods enter and leave.
    pub(super) has_managers: bool,
    /// The functions that give generators which must be closed where a loop is left early.
    pub(super) with_an_end: BTreeSet<String>,
    /// Whether the text gives `random` a seed.
    pub(super) seeds_random: bool,
    /// The functions that take attributes.
    pub(super) attributed: super::attributed::Attributed,
    /// The loops that are open, with the variable of each that says whether it came to its end.
    pub(super) loops: Vec<Option<String>>,
    /// Whether what is translated is a place that is assigned to.
    pub(super) is_target: bool,
    /// The functions of the top level that stand within a `with`, which is a block here.
    in_with: BTreeSet<String>,
    /// Whether the text asks errors what they were raised from.
    pub(super) keeps_causes: bool,
    /// Whether the text uses a module whose objects are of the library's classes.
    pub(super) has_library_objects: bool,
    /// Whether the method of an operator is being translated that may leave it to the other operand.
    pub(super) may_decline: bool,
    /// The modules of which the translation makes an object.
    pub(super) object_modules: BTreeSet<String>,
    /// The modules whose import is written already.
    pub(super) imported: BTreeSet<String>,
    /// Whether the last statement is an expression whose value is shown.
    pub(super) gives_value: bool,
    /// Whether operators, truth and built-in functions must be Python's own.
    pub(super) needs_python: bool,
    /// All names of the text, and those made up since.
    names: BTreeSet<String>,
    comments: Vec<TextRange>,
    /// How many of the comments are in the translation.
    commented: usize,
    pub(super) problems: Vec<Diagnostic>,
}

/// Translates a text of Python's.
///
/// # Errors
/// It is no Python.
pub(super) fn translate(
    text: &str,
    is_prompt: bool,
    earlier: EarlierNames<'_>,
) -> Result<Translation, Box<Diagnostic>> {
    let source = Source::new(text);
    let parsed = super::syntax::parse(&source)?;
    let body = &parsed.syntax().body;
    let scopes = Scopes::of(body);
    let mut translator = Translator {
        source: &source,
        unsure: flow::unsure(&scopes, body),
        scopes,
        values: HashMap::new(),
        types: RefCell::default(),
        imports: Imports::new(),
        functions: HashMap::new(),
        classes: Classes::new(),
        methods: BTreeMap::new(),
        properties: BTreeSet::new(),
        mixed: BTreeSet::new(),
        catches_names: false,
        attributes: HashMap::new(),
        class_name: None,
        receivers: HashMap::new(),
        class_variables: HashMap::new(),
        earlier,
        scope: 0,
        is_awaited: false,
        set_later: HashMap::new(),
        caught: Vec::new(),
        loops: Vec::new(),
        is_generator: false,
        has_mappings: has_mappings(body) || is_prompt && mentions_earlier(body, earlier),
        has_managers: super::scope::has_managers(body),
        with_an_end: super::function::generators_with_an_end(body),
        attributed: super::attributed::Attributed::of(body),
        seeds_random: super::modules::seeds_random(body)
            || earlier(super::modules::SEEDED).is_some(),
        keeps_causes: ["__cause__", "__suppress_context__"]
            .iter()
            .any(|word| text.contains(word)),
        is_target: false,
        in_with: BTreeSet::new(),
        has_library_objects: false,
        may_decline: false,
        object_modules: BTreeSet::new(),
        imported: BTreeSet::new(),
        gives_value: false,
        needs_python: false,
        names: BTreeSet::new(),
        comments: (parsed.tokens().iter())
            .filter(|token| token.kind() == ast::token::TokenKind::Comment)
            .map(Ranged::range)
            .collect(),
        commented: 0,
        problems: Vec::new(),
    };
    Ok(translator.whole(body, is_prompt))
}

impl<'a> Translator<'a> {
    fn whole(&mut self, body: &'a [Stmt], is_prompt: bool) -> Translation {
        self.learn(body);
        let mut layout = Layout::default();
        let is_head = |statement: &Stmt| match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => true,
            Stmt::Expr(expr) => matches!(&*expr.value, Expr::StringLiteral(_)),
            _ => false,
        };
        let imports = body
            .iter()
            .take_while(|statement| is_head(statement))
            .count();
        let (imports, body) = body.split_at(if is_prompt { 0 } else { imports });
        self.suite(imports, &mut layout, false);
        self.declare_at_top(&mut layout, body.first().map(Ranged::start));
        self.suite(body, &mut layout, is_prompt);
        self.comments_before(TextSize::of(self.source.text), &mut layout);
        let mut head = Layout::default();
        if self.needs_python {
            head.line(&"import python;".into());
            if layout.count() > 1 {
                head.blank();
            }
        }
        for module in std::mem::take(&mut self.object_modules) {
            if !self.has_variable(&module) {
                head.line(&format!("let {module} = python.{module}();").into());
            }
        }
        let body = layout.into_text();
        if !body.as_str().is_empty() {
            head.line(&body);
        }
        let (text, places) = head.finish(self.source);
        Translation {
            text,
            places,
            problems: std::mem::take(&mut self.problems),
        }
    }

    /// Learns the names, functions and values of the whole text.
    fn learn(&mut self, body: &'a [Stmt]) {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for scope in &self.scopes.scopes {
            names.extend(scope.names.keys().cloned());
        }
        self.names = names;
        self.in_with = functions_in_with(body);
        let mut learner = Learner {
            translator: self,
            scope: 0,
        };
        learner.visit_body(body);
        self.mix_properties();
        let mut modules = self.imports.values();
        let has_objects = |full: &String| {
            full.split('.').next().is_some_and(|module| {
                super::modules::is_object(module) || module == "multiprocessing"
            })
        };
        self.has_library_objects =
            modules.any(has_objects) || self.has_variable("logging") || self.seeds_random;
    }

    /// The variable in which the object stands that a module is.
    pub(super) fn module_object(&mut self, module: &str) -> String {
        self.python();
        self.object_modules.insert(module.to_string());
        module.to_string()
    }

    /// Whether the module's name is one `def` at its top level and nothing else.
    pub(super) fn is_plain_function(&self, name: &str) -> bool {
        self.scopes
            .name(0, name)
            .is_some_and(Name::is_only_function)
            && self.scopes.declaration(0, name) == Declaration::Given
            && !self.in_with.contains(name)
            && !self.attributed.has_name(name)
    }

    /// A name that nothing in the text has, made of this one.
    pub(super) fn fresh(&mut self, wish: &str) -> String {
        let mut name = wish.to_string();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{wish}{number}");
            number += 1;
        }
        name
    }

    /// Frees a made-up name whose block is over.
    pub(super) fn release(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// A function that only translations need, under a name that no function of the text has.
    pub(super) fn helper(&mut self, name: &str) -> String {
        self.python();
        match self.names.contains(name) {
            true => format!("python.{name}"),
            false => name.to_string(),
        }
    }

    /// What makes the value of a variable that is not set.
    pub(super) fn unset(&mut self) -> String {
        let is_module = self.is_module();
        self.helper(if is_module { "undefined" } else { "unbound" })
    }

    /// What earlier texts have made of a name that this one does not set.
    pub(super) fn earlier_kind(&self, own: &str) -> Option<EarlierKind> {
        Some((self.earlier)(own)?.kind)
    }

    /// Whether a place lies in a variable of this language's own, which an earlier text has made.
    pub(super) fn is_in_own_variable(&self, place: &Expr) -> bool {
        let root = match place {
            Expr::Name(name) => name,
            Expr::Subscript(subscript) => return self.is_in_own_variable(&subscript.value),
            _ => return false,
        };
        let is_earlier = match self.scopes.owner(self.scope, &root.id) {
            None => true,
            // `global votes`
            Some(owner) => owner == 0,
        };
        is_earlier
            && (self.earlier)(&variable_name(&root.id))
                .is_some_and(|made| made.kind == EarlierKind::Variable && !made.in_python)
    }

    /// Whether an earlier text has made a variable of this name.
    pub(super) fn has_variable(&self, own: &str) -> bool {
        self.earlier_kind(own) == Some(EarlierKind::Variable)
    }

    /// Says that Python's operators are needed here.
    pub(super) fn python(&mut self) {
        self.needs_python = true;
    }

    /// The full name of what an expression names, when it is a module's or a built-in one:
    /// `threading.Thread`, `print`.
    pub(super) fn full_name(&self, expr: &Expr) -> Option<String> {
        let full = self.plain_full_name(expr)?;
        match full.strip_prefix("random.") {
            Some(name) if self.seeds_random => Some(format!("{}.{name}", super::modules::SEEDED)),
            _ => Some(full),
        }
    }

    fn plain_full_name(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Name(name) => match self.imports.get(name.id.as_str()) {
                Some(full) => Some(full.clone()),
                None if self.scopes.owner(self.scope, &name.id).is_some()
                    || (self.earlier)(&variable_name(&name.id)).is_some() =>
                {
                    None
                }
                None => Some(names::full_name(&name.id)),
            },
            Expr::Attribute(attribute) => {
                let module = self.full_name(&attribute.value)?;
                names::is_module(&module).then(|| format!("{module}.{}", attribute.attr))
            }
            _ => None,
        }
    }

    /// Translates statements into lines; one without a counterpart becomes a problem.
    pub(super) fn suite(&mut self, body: &'a [Stmt], layout: &mut Layout, is_prompt: bool) {
        let mut rest = body;
        let mut index = 0;
        while let Some((statement, behind)) = rest.split_first() {
            let skipped = self.set_behind(statement, behind);
            rest = &behind[skipped..];
            index += 1 + skipped;
            self.comments_before(statement.start(), layout);
            self.blank_before(statement, layout);
            let is_last = is_prompt && index == body.len();
            let marker = layout.count();
            if let Err(refusal) = self.statement(statement, layout, is_last) {
                let shown = self.source.slice(statement.range());
                for line in shown.lines() {
                    layout.line(&format!("// {line}").into());
                }
                let note = format!("// ^ not translated: {}", refusal.reason);
                layout.line(&note.into());
                self.problem(refusal);
            }
            if layout.count() == marker + 1 {
                self.comment_behind(statement.end(), layout);
            }
        }
    }

    /// How many of the statements behind `t = Thread(...)` only set its `daemon` or `name`: these are
    /// options where it is made.
    fn set_behind(&mut self, statement: &'a Stmt, behind: &'a [Stmt]) -> usize {
        let Stmt::Assign(made) = statement else {
            return 0;
        };
        let ([Expr::Name(thread)], Expr::Call(call)) = (&made.targets[..], &*made.value) else {
            return 0;
        };
        if self.full_name(&call.func).as_deref() != Some("threading.Thread") {
            return 0;
        }
        let option = |statement: &'a Stmt| -> Option<(&'static str, &'a Expr)> {
            let Stmt::Assign(set) = statement else {
                return None;
            };
            let [Expr::Attribute(attribute)] = &set.targets[..] else {
                return None;
            };
            let is_thread = matches!(&*attribute.value, Expr::Name(name) if name.id == thread.id);
            let name = ["daemon", "name"]
                .into_iter()
                .find(|name| attribute.attr == **name)?;
            let is_given = call.arguments.find_keyword(name).is_some();
            let is_plain = super::expression::is_plain(&set.value);
            (is_thread && is_plain && !is_given).then_some((name, &*set.value))
        };
        let options: Vec<_> = behind.iter().map_while(option).collect();
        let count = options.len();
        self.set_later.insert(call.start(), options);
        count
    }

    pub(super) fn problem(&mut self, refusal: Refusal) {
        let span = self.source.span(refusal.range);
        let diagnostic = Diagnostic::error(Code::Python, span, refusal.reason)
            .label("this has no counterpart here");
        self.problems.push(diagnostic);
    }

    /// Puts the comments that stand before an offset on lines of their own.
    pub(super) fn comments_before(&mut self, at: TextSize, layout: &mut Layout) {
        while let Some(range) = self.comments.get(self.commented)
            && range.start() < at
        {
            let range = *range;
            self.commented += 1;
            if self.has_blank_line_before(range.start()) {
                layout.blank();
            }
            let comment = self.comment(range);
            layout.line(&comment.into());
        }
    }

    /// Puts a comment behind the line of a statement that ends at `at`.
    fn comment_behind(&mut self, at: TextSize, layout: &mut Layout) {
        if let Some(range) = self.comments.get(self.commented)
            && range.start() >= at
            && self.source.line(range.start()) == self.source.line(at)
        {
            let comment = self.comment(*range);
            self.commented += 1;
            layout.append(&format!(" {comment}"));
        }
    }

    /// The comment behind the head of a block, if there is one, for the line that opens it.
    pub(super) fn comment_of_head(&mut self, body: &[Stmt], layout: &mut Layout) {
        let Some(first) = body.first() else { return };
        if let Some(range) = self.comments.get(self.commented)
            && range.start() < first.start()
            && !self.is_alone(range.start())
        {
            let comment = self.comment(*range);
            self.commented += 1;
            layout.append(&format!(" {comment}"));
        }
    }

    fn comment(&self, range: TextRange) -> String {
        let text = self.source.slice(range).trim_start_matches('#');
        match text.is_empty() || text.starts_with(' ') {
            true => format!("//{text}"),
            false => format!("// {text}"),
        }
    }

    /// Whether nothing but space stands before an offset in its line.
    fn is_alone(&self, at: TextSize) -> bool {
        let before = self.source.text[..at.to_usize()].rsplit('\n').next();
        before.unwrap_or_default().trim().is_empty()
    }

    fn has_blank_line_before(&self, at: TextSize) -> bool {
        let mut lines = self.source.text[..at.to_usize()].rsplit('\n');
        lines.next();
        lines.next().is_some_and(|line| line.trim().is_empty())
    }

    fn blank_before(&self, statement: &Stmt, layout: &mut Layout) {
        if self.has_blank_line_before(statement.start()) {
            layout.blank();
        }
    }

    /// The variables of the scope that no single statement can declare.
    pub(super) fn declare_at_top(&mut self, layout: &mut Layout, at: Option<TextSize>) {
        let scope = self.scope;
        let names: Vec<String> = self.scopes.scopes[scope].names.keys().cloned().collect();
        for name in names {
            if self.scopes.declaration(scope, &name) != Declaration::Top {
                continue;
            }
            let own = self.variable(&name);
            if scope == 0 && self.has_variable(&own) {
                continue;
            }
            let unset = self.unset();
            let value = match self.is_read_unset(scope, &name) {
                true => format!("let {own} = {unset}(\"{name}\");"),
                false => format!("let {own};"),
            };
            let mut line = Text::default();
            at.inspect(|at| line.mark(*at));
            line.push(&value);
            layout.line(&line);
        }
    }

    /// Whether the variable may be read before it is set.
    pub(super) fn is_read_unset(&mut self, scope: ScopeId, name: &str) -> bool {
        let is_unset = self
            .scopes
            .name(scope, name)
            .is_some_and(|name| name.reads().any(|at| self.unsure.contains(&at)));
        if is_unset {
            self.python();
        }
        is_unset
    }

    /// Does `work` in another scope.
    pub(super) fn within<T>(&mut self, scope: ScopeId, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.scope, scope);
        let done = work(self);
        self.scope = before;
        done
    }

    /// Whether objects of the text's own classes may have an attribute of this name.
    pub(super) fn has_attribute(&self, _name: &str) -> bool {
        !self.classes.is_empty()
    }

    /// Whether the scope is the module's.
    pub(super) fn is_module(&self) -> bool {
        self.scopes.scopes[self.scopes.function(self.scope)].kind == Kind::Module
    }
}

/// Collects what each variable is given.
struct Learner<'t, 'a> {
    translator: &'t mut Translator<'a>,
    scope: ScopeId,
}

impl<'a> Learner<'_, 'a> {
    fn give(&mut self, target: &'a Expr, given: Given<'a>) {
        match target {
            Expr::Name(name) => self.give_name(&name.id, given),
            Expr::Tuple(tuple) => {
                for target in &tuple.elts {
                    self.give(target, Given::Anything);
                }
            }
            Expr::List(list) => {
                for target in &list.elts {
                    self.give(target, Given::Anything);
                }
            }
            Expr::Starred(starred) => self.give(&starred.value, Given::Anything),
            Expr::Attribute(attribute) => {
                let given = match given {
                    Given::Value(value) => value,
                    // What is not known is whatever the target itself is.
                    _ => target,
                };
                let name = attribute.attr.to_string();
                (self.translator.attributes.entry(name).or_default()).push(given);
            }
            _ => {}
        }
    }

    fn give_name(&mut self, name: &str, given: Given<'a>) {
        if let Some(owner) = self.translator.scopes.owner(self.scope, name) {
            let key = (owner, name.to_string());
            self.translator.values.entry(key).or_default().push(given);
        }
    }

    fn function(&mut self, def: &'a ast::StmtFunctionDef) {
        let scopes = &self.translator.scopes;
        let is_only = (scopes.name(self.scope, &def.name)).is_some_and(Name::is_only_function);
        if is_only && def.decorator_list.is_empty() && scopes.scopes[self.scope].kind != Kind::Class
        {
            let function = Function {
                parameters: &def.parameters,
                is_async: def.is_async && !super::function::yields(&def.body),
                is_method: false,
                has_overloads: self.scope == 0
                    && self.translator.is_plain_function(&def.name)
                    && super::function::is_simple(&def.parameters),
            };
            let key = (self.scope, def.name.to_string());
            self.translator.functions.insert(key, function);
        }
    }

    fn class(&mut self, def: &'a ast::StmtClassDef) {
        let class = Class::of(def);
        for (name, method) in &class.methods {
            let known = self.translator.methods.entry((*name).to_string());
            let is_property = method.kind == MethodKind::Property;
            match known {
                std::collections::btree_map::Entry::Vacant(vacant) => {
                    vacant.insert(Some(method.function));
                    if is_property {
                        self.translator.properties.insert((*name).to_string());
                    }
                }
                std::collections::btree_map::Entry::Occupied(mut known) => {
                    known.insert(None);
                    if !is_property && self.translator.properties.remove(*name) {
                        self.translator.mixed.insert((*name).to_string());
                    }
                }
            }
        }
        let scopes = &self.translator.scopes;
        if (scopes.name(self.scope, &def.name)).is_some_and(Name::is_only_class) {
            let key = (self.scope, def.name.to_string());
            self.translator.classes.insert(key, class);
        }
    }

    /// `from module import *`: all names of it that the text does not set itself.
    fn star_import(&mut self, module: &str) {
        for name in names::names_of(module) {
            if self.translator.scopes.name(0, name).is_none() {
                let full = format!("{module}.{name}");
                self.translator.imports.insert(name.to_string(), full);
            }
        }
    }

    fn parameters(&mut self, parameters: &'a ast::Parameters) {
        for parameter in parameters.iter_source_order() {
            self.give_name(parameter.name(), Given::Anything);
        }
    }

    fn within(&mut self, scope: ScopeId, work: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.scope, scope);
        work(self);
        self.scope = before;
    }

    fn comprehension(
        &mut self,
        whole: &impl Ranged,
        generators: &'a [ast::Comprehension],
        expr: &'a Expr,
    ) {
        let scope = self.translator.scopes.of_expression(whole);
        self.within(scope, |learner| {
            for generator in generators {
                learner.give(&generator.target, Given::Item(&generator.iter));
            }
            walk_expr(learner, expr);
        });
    }
}

impl<'a> Visitor<'a> for Learner<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(def) => {
                self.give_name(&def.name, Given::Anything);
                self.function(def);
                let scope = self.translator.scopes.of_statement(def.start());
                self.within(scope, |learner| {
                    learner.parameters(&def.parameters);
                    walk_stmt(learner, statement);
                });
                return;
            }
            Stmt::ClassDef(class) => {
                self.give_name(&class.name, Given::Anything);
                self.class(class);
                let scope = self.translator.scopes.of_statement(class.start());
                self.within(scope, |learner| walk_stmt(learner, statement));
                return;
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.give(target, Given::Value(&assign.value));
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.give(&assign.target, Given::Value(value));
                }
            }
            Stmt::AugAssign(assign) => {
                self.give(&assign.target, Given::Changed(assign.op, &assign.value));
            }
            Stmt::For(each) => self.give(&each.target, Given::Item(&each.iter)),
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        self.give(target, Given::Value(&item.context_expr));
                    }
                }
            }
            Stmt::Try(protected) => {
                for ast::ExceptHandler::ExceptHandler(handler) in &protected.handlers {
                    if let Some(name) = &handler.name {
                        self.give_name(name, Given::Anything);
                    }
                }
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    self.give(target, Given::Anything);
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let full = alias.name.to_string();
                    let (local, stands_for) = match &alias.asname {
                        Some(local) => (local.to_string(), full),
                        None => {
                            let first = full.split('.').next().unwrap_or_default();
                            (first.to_string(), first.to_string())
                        }
                    };
                    self.translator.imports.insert(local, stands_for);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.star_import(module);
                        continue;
                    }
                    let local = alias.asname.as_ref().unwrap_or(&alias.name);
                    let full = format!("{module}.{}", alias.name);
                    self.translator.imports.insert(local.to_string(), full);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(lambda) => {
                let scope = self.translator.scopes.of_expression(lambda);
                self.within(scope, |learner| {
                    if let Some(parameters) = &lambda.parameters {
                        learner.parameters(parameters);
                    }
                    walk_expr(learner, expr);
                });
            }
            Expr::ListComp(list) => self.comprehension(list, &list.generators, expr),
            Expr::SetComp(set) => self.comprehension(set, &set.generators, expr),
            Expr::Generator(each) => self.comprehension(each, &each.generators, expr),
            Expr::DictComp(dict) => self.comprehension(dict, &dict.generators, expr),
            Expr::Named(named) => {
                self.give(&named.target, Given::Anything);
                walk_expr(self, expr);
            }
            other => walk_expr(self, other),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        if let Some(name) = super::scope::captured(pattern) {
            self.give_name(name, Given::Anything);
        }
        ast::visitor::walk_pattern(self, pattern);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

/// The functions that are defined within a `with` of the top level.
fn functions_in_with(body: &[Stmt]) -> BTreeSet<String> {
    struct Finder(usize, BTreeSet<String>);
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::FunctionDef(def) if self.0 > 0 => _ = self.1.insert(def.name.to_string()),
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                Stmt::With(_) => {
                    self.0 += 1;
                    walk_stmt(self, statement);
                    self.0 -= 1;
                }
                other => walk_stmt(self, other),
            }
        }
    }
    let mut finder = Finder(0, BTreeSet::new());
    finder.visit_body(body);
    finder.1
}

/// Whether a text mentions what an earlier one has made, which may be of a class that is not seen here.
fn mentions_earlier(body: &[Stmt], earlier: EarlierNames<'_>) -> bool {
    struct Finder<'f>(EarlierNames<'f>, bool);
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.1 |= matches!(expr, Expr::Name(name)
                if name.ctx == ast::ExprContext::Load
                    && (self.0)(&variable_name(&name.id)).is_some_and(|made| made.in_python));
            walk_expr(self, expr);
        }
    }
    let mut finder = Finder(earlier, false);
    finder.visit_body(body);
    finder.1
}

/// Whether a text mentions a mapping of `collections`, a context or what else has items by methods, or makes
/// a class of named tuples.
fn has_mappings(body: &[Stmt]) -> bool {
    const NAMES: [&str; 8] = [
        "Array",
        "ContextVar",
        "copy_context",
        "defaultdict",
        "Counter",
        "OrderedDict",
        "namedtuple",
        "NamedTuple",
    ];
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if let Stmt::ImportFrom(import) = statement {
                let mut names = import.names.iter();
                self.0 |= names.any(|alias| NAMES.contains(&alias.name.as_str()));
            }
            walk_stmt(self, statement);
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Attribute(attribute) = expr
                && matches!(&*attribute.value, Expr::Name(_))
            {
                self.0 |= NAMES.contains(&attribute.attr.as_str());
            }
            walk_expr(self, expr);
        }
    }
    let mut finder = Finder(false);
    finder.visit_body(body);
    finder.0
}
