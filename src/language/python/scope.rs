//! Whose variable a name is, and where it has to be declared.
//!
//! In Python a variable belongs to its function, wherever it is set first; here `let` makes one that
//! lives to the end of its block. So each name of each function is looked at as a whole: when its
//! first assignment stands in a block that holds everything else that mentions it, `let` stands
//! there; otherwise it is declared at the function's top. What may be read before it is set is told
//! by a flow analysis (`flow`), which knows only what is certain.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextSize};

/// A scope: the module, a function, a lambda, a comprehension or a class.
pub(super) type ScopeId = usize;

/// What makes a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Function,
    /// A lambda or a comprehension: what it assigns by `:=` belongs to the function around it.
    Expression,
    Class,
}

/// A block of statements that is a scope of its own in the translation.
#[derive(Clone, Copy, Debug)]
struct Block {
    parent: Option<usize>,
    is_loop: bool,
}

/// Where a name is mentioned, in the scope that has it or in one within that.
#[derive(Clone, Copy, Debug)]
struct Mention {
    at: TextSize,
    /// Its place among all mentions in the order of evaluation.
    order: usize,
    block: usize,
    /// Where the statement begins that sets it here, if one does.
    set_by: Option<TextSize>,
    /// Whether another function or lambda mentions it.
    is_inner: bool,
}

/// How a statement sets a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setter {
    Assignment,
    /// The target of a `for`, which is set in each round.
    For,
    Function,
    Class,
    Parameter,
    Except,
    Import,
    /// `:=`, which no statement can declare.
    Expression,
    Delete,
}

/// One name of one scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Name {
    mentions: Vec<Mention>,
    /// How it is set, in the order of the text, and where the statement that does so begins.
    pub(super) setters: Vec<(TextSize, Setter)>,
    /// Whether a function or lambda within the scope mentions it.
    pub(super) is_captured: bool,
    /// Whether it is called somewhere.
    pub(super) is_called: bool,
    /// Whether a `nonlocal` or `global` of an inner function sets it.
    pub(super) is_set_inside: bool,
}

impl Name {
    /// Whether a parameter brings it.
    pub(super) fn is_parameter(&self) -> bool {
        (self.setters.iter()).any(|(_, how)| *how == Setter::Parameter)
    }

    /// Whether one `def` and nothing else sets it.
    pub(super) fn is_only_function(&self) -> bool {
        !self.is_set_inside && matches!(self.setters[..], [(_, Setter::Function)])
    }

    /// Whether a statement of this block sets it.
    fn is_set_in(&self, block: usize) -> bool {
        let mut sets = self
            .mentions
            .iter()
            .filter(|mention| mention.set_by.is_some());
        sets.any(|mention| mention.block == block)
    }

    /// Where it is read.
    pub(super) fn reads(&self) -> impl Iterator<Item = TextSize> {
        let reads = self
            .mentions
            .iter()
            .filter(|mention| mention.set_by.is_none());
        reads.map(|mention| mention.at)
    }

    pub(super) fn is_only_class(&self) -> bool {
        !self.is_set_inside && matches!(self.setters[..], [(_, Setter::Class)])
    }
}

/// Where a variable is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Declaration {
    /// By the statements that begin here: each sets it for all that follows in its block, and no
    /// mention of it is elsewhere.
    At(Vec<TextSize>),
    /// At the top of its function.
    Top,
    /// By each `except` that names it.
    Handler,
    /// By being a parameter, a function or an import.
    Given,
}

/// The name that a pattern itself gives to what it matches, or to the rest of it.
pub(super) fn captured(pattern: &ast::Pattern) -> Option<&ast::Identifier> {
    match pattern {
        ast::Pattern::MatchAs(named) => named.name.as_ref(),
        ast::Pattern::MatchStar(star) => star.name.as_ref(),
        ast::Pattern::MatchMapping(map) => map.rest.as_ref(),
        _ => None,
    }
}

/// A scope with its names.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: Kind,
    pub(super) parent: Option<ScopeId>,
    pub(super) names: BTreeMap<String, Name>,
    globals: BTreeSet<String>,
    nonlocals: BTreeSet<String>,
    /// The block of the scope's own statements.
    block: usize,
    /// Whether it is a generator that runs later, as a function does.
    is_deferred: bool,
}

/// All scopes of a text.
#[derive(Debug)]
pub(super) struct Scopes {
    pub(super) scopes: Vec<Scope>,
    /// The scope that begins at an offset: a `def`, a `lambda`, a comprehension.
    by_start: HashMap<(TextSize, Kind2), ScopeId>,
    blocks: Vec<Block>,
}

/// A `def` and a comprehension may begin at one place with what is in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind2 {
    Statement,
    /// By the end of the expression, as `[x for x in y]` and `lambda` nest from the left.
    Expression(TextSize),
}

impl Scopes {
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut builder = Builder {
            scopes: Scopes {
                scopes: Vec::new(),
                by_start: HashMap::new(),
                blocks: vec![Block {
                    parent: None,
                    is_loop: false,
                }],
            },
            scope: 0,
            block: 0,
            uses: Vec::new(),
            augmented: BTreeSet::new(),
            calls: Vec::new(),
            has_managers: has_managers(body),
            arguments: BTreeSet::new(),
        };
        builder
            .scopes
            .scopes
            .push(Scope::new(Kind::Module, None, 0));
        for statement in body {
            builder.visit_stmt(statement);
        }
        builder.finish()
    }

    pub(super) fn of_statement(&self, start: TextSize) -> ScopeId {
        self.by_start[&(start, Kind2::Statement)]
    }

    pub(super) fn of_expression(&self, expr: &impl Ranged) -> ScopeId {
        self.by_start[&(expr.start(), Kind2::Expression(expr.end()))]
    }

    /// The scope whose variable `name` is when `scope` mentions it; nothing when no scope has it.
    pub(super) fn owner(&self, scope: ScopeId, name: &str) -> Option<ScopeId> {
        let here = &self.scopes[scope];
        if here.globals.contains(name) {
            return self.scopes[0].names.contains_key(name).then_some(0);
        }
        if here.names.contains_key(name) && !here.nonlocals.contains(name) {
            return Some(scope);
        }
        let mut parent = here.parent;
        while let Some(id) = parent {
            let scope = &self.scopes[id];
            if scope.globals.contains(name) {
                return self.scopes[0].names.contains_key(name).then_some(0);
            }
            let is_own = scope.names.contains_key(name) && !scope.nonlocals.contains(name);
            if is_own && scope.kind != Kind::Class {
                return Some(id);
            }
            parent = scope.parent;
        }
        None
    }

    /// The function, class or module in which a scope stands.
    pub(super) fn function(&self, mut scope: ScopeId) -> ScopeId {
        while self.scopes[scope].kind == Kind::Expression {
            scope = self.scopes[scope].parent.unwrap_or_default();
        }
        scope
    }

    /// Whether more is done with a method's receiver than to read it in the method itself.
    pub(super) fn is_more_than_read(&self, scope: ScopeId, name: &str) -> bool {
        self.name(scope, name).is_some_and(|name| {
            name.is_captured || name.is_called || name.is_set_inside || name.setters.len() > 1
        })
    }

    pub(super) fn name(&self, scope: ScopeId, name: &str) -> Option<&Name> {
        self.scopes[scope].names.get(name)
    }

    fn is_within(&self, mut block: usize, outer: usize) -> bool {
        while block != outer {
            match self.blocks[block].parent {
                Some(parent) => block = parent,
                None => return false,
            }
        }
        true
    }

    /// Whether a loop of the scope holds the block.
    fn is_in_loop(&self, mut block: usize, scope: &Scope) -> bool {
        while block != scope.block {
            if self.blocks[block].is_loop {
                return true;
            }
            match self.blocks[block].parent {
                Some(parent) => block = parent,
                None => return false,
            }
        }
        false
    }

    /// Where the variable `name` of `scope` is declared.
    pub(super) fn declaration(&self, scope: ScopeId, name: &str) -> Declaration {
        let here = &self.scopes[scope];
        let Some(found) = here.names.get(name) else {
            return Declaration::Given;
        };
        if found.is_set_inside && found.setters.is_empty() {
            return Declaration::Top;
        }
        let only = |wanted: &[Setter]| found.setters.iter().all(|(_, how)| wanted.contains(how));
        if found
            .setters
            .iter()
            .any(|(_, how)| *how == Setter::Parameter)
            || only(&[Setter::Import])
            || here.kind == Kind::Module
                && (found.is_only_function() || found.is_only_class())
                && found.is_set_in(here.block)
        {
            return Declaration::Given;
        }
        if only(&[Setter::Except]) {
            return Declaration::Handler;
        }
        if !only(&[
            Setter::Assignment,
            Setter::For,
            Setter::Function,
            Setter::Class,
        ]) {
            return Declaration::Top;
        }
        match found.is_captured || found.is_set_inside {
            true => self.declaration_of_captured(found, here),
            false => self.declaration_of_own(found),
        }
    }

    /// The declaration of a variable that only its own scope mentions: the first assignments of blocks
    /// that together hold all mentions.
    fn declaration_of_own(&self, found: &Name) -> Declaration {
        let holds = |write: &Mention, other: &Mention| {
            write.order <= other.order && self.is_within(other.block, write.block)
        };
        let mut declarations: Vec<&Mention> = Vec::new();
        for mention in &found.mentions {
            if declarations.iter().any(|write| holds(write, mention)) {
                continue;
            }
            match mention.set_by {
                Some(_) => declarations.push(mention),
                // It is read where none of the blocks before has set it.
                None => return Declaration::Top,
            }
        }
        // One that comes later may stand in a block around an earlier one.
        let is_nested = declarations.iter().enumerate().any(|(index, write)| {
            (declarations[..index].iter()).any(|before| self.is_within(before.block, write.block))
        });
        let starts: Vec<TextSize> = declarations
            .iter()
            .filter_map(|write| write.set_by)
            .collect();
        match is_nested || starts.is_empty() {
            true => Declaration::Top,
            false => Declaration::At(starts),
        }
    }

    /// The declaration of a variable that functions keep: it is one variable, so one statement may
    /// declare it only where no loop repeats that.
    fn declaration_of_captured(&self, found: &Name, here: &Scope) -> Declaration {
        let Some((first, start)) = (found.mentions.iter())
            .find_map(|mention| mention.set_by.map(|start| (mention, start)))
        else {
            return Declaration::Top;
        };
        let is_set_first = found
            .setters
            .first()
            .is_some_and(|(_, how)| *how != Setter::For);
        let is_held = |mention: &Mention| {
            mention.order >= first.order && self.is_within(mention.block, first.block)
        };
        let is_own_held = (found.mentions.iter())
            .filter(|mention| !mention.is_inner)
            .all(is_held);
        // A function of the module looks for the variable when it runs.
        let is_global = here.kind == Kind::Module && first.block == here.block;
        let is_all_held = found.mentions.iter().all(is_held);
        match is_set_first
            && !self.is_in_loop(first.block, here)
            && (is_all_held || is_global && is_own_held)
        {
            true => Declaration::At(vec![start]),
            false => Declaration::Top,
        }
    }
}

impl Scope {
    fn new(kind: Kind, parent: Option<ScopeId>, block: usize) -> Self {
        Self {
            kind,
            parent,
            names: BTreeMap::new(),
            globals: BTreeSet::new(),
            nonlocals: BTreeSet::new(),
            block,
            is_deferred: false,
        }
    }
}

/// A mention that finds its scope when all are known.
struct Use {
    scope: ScopeId,
    name: String,
    mention: Mention,
}

struct Builder {
    scopes: Scopes,
    scope: ScopeId,
    block: usize,
    uses: Vec<Use>,
    /// Where the statements begin that change what there has to be already: `x += 1`.
    augmented: BTreeSet<TextSize>,
    /// The names that are called, with the scope that does so.
    calls: Vec<(ScopeId, String)>,
    has_managers: bool,
    /// The generators that are arguments: what is called takes their items at once.
    arguments: BTreeSet<TextSize>,
}

impl Builder {
    fn here(&mut self) -> &mut Scope {
        &mut self.scopes.scopes[self.scope]
    }

    fn set(&mut self, name: &str, at: TextSize, start: TextSize, how: Setter) {
        let scope = self.scope;
        self.set_in(scope, name, at, start, how);
    }

    fn set_in(&mut self, scope: ScopeId, name: &str, at: TextSize, start: TextSize, how: Setter) {
        let found = &mut self.scopes.scopes[scope];
        let is_foreign = found.globals.contains(name) || found.nonlocals.contains(name);
        if !is_foreign {
            let entry = found.names.entry(name.to_string()).or_default();
            entry.setters.push((start, how));
        }
        self.uses.push(Use {
            scope,
            name: name.to_string(),
            mention: Mention {
                at,
                order: self.uses.len(),
                block: self.block,
                set_by: Some(start),
                is_inner: false,
            },
        });
    }

    fn read(&mut self, name: &str, at: TextSize) {
        let mention = Mention {
            at,
            order: self.uses.len(),
            block: self.block,
            set_by: None,
            is_inner: false,
        };
        let name = name.to_string();
        self.uses.push(Use {
            scope: self.scope,
            name,
            mention,
        });
    }

    /// Sets the names of an assignment's target, which is done at `at`.
    fn target(&mut self, target: &Expr, at: TextSize, start: TextSize, how: Setter) {
        match target {
            Expr::Name(name) => self.set(&name.id, at, start, how),
            Expr::Tuple(tuple) => self.targets(&tuple.elts, at, start, how),
            Expr::List(list) => self.targets(&list.elts, at, start, how),
            Expr::Starred(starred) => self.target(&starred.value, at, start, how),
            other => self.visit_expr(other),
        }
    }

    fn targets(&mut self, targets: &[Expr], at: TextSize, start: TextSize, how: Setter) {
        for target in targets {
            self.target(target, at, start, how);
        }
    }

    fn in_block(&mut self, is_loop: bool, work: impl FnOnce(&mut Self)) {
        let parent = Some(self.block);
        self.scopes.blocks.push(Block { parent, is_loop });
        let before = std::mem::replace(&mut self.block, self.scopes.blocks.len() - 1);
        work(self);
        self.block = before;
    }

    fn body(&mut self, body: &[Stmt], is_loop: bool) {
        self.in_block(is_loop, |builder| builder.visit_body(body));
    }

    fn in_scope(&mut self, kind: Kind, key: (TextSize, Kind2), work: impl FnOnce(&mut Self)) {
        let parent = Some(self.scope);
        self.in_block(false, |builder| {
            let scope = Scope::new(kind, parent, builder.block);
            builder.scopes.scopes.push(scope);
            let id = builder.scopes.scopes.len() - 1;
            builder.scopes.by_start.insert(key, id);
            let before = std::mem::replace(&mut builder.scope, id);
            work(builder);
            builder.scope = before;
        });
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters.iter_source_order() {
            let parameter = parameter.as_parameter();
            let start = parameter.start();
            self.set(&parameter.name, start, start, Setter::Parameter);
        }
    }

    fn defaults(&mut self, parameters: &ast::Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    fn comprehension<'a>(
        &mut self,
        whole: &impl Ranged,
        generators: &'a [ast::Comprehension],
        parts: impl IntoIterator<Item = &'a Expr>,
    ) {
        // The first iterable belongs to the scope around the comprehension.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let key = (whole.start(), Kind2::Expression(whole.end()));
        self.in_scope(Kind::Expression, key, |builder| {
            builder.in_block(true, |builder| {
                for (index, generator) in generators.iter().enumerate() {
                    if index > 0 {
                        builder.visit_expr(&generator.iter);
                    }
                    let at = generator.iter.end();
                    builder.target(&generator.target, at, generator.start(), Setter::For);
                    generator
                        .ifs
                        .iter()
                        .for_each(|test| builder.visit_expr(test));
                }
                parts.into_iter().for_each(|part| builder.visit_expr(part));
            });
        });
    }

    fn finish(mut self) -> Scopes {
        // Declared `global` somewhere: a name of the module, even if the module never sets it.
        let globals: BTreeSet<String> = (self.scopes.scopes.iter())
            .flat_map(|scope| scope.globals.iter().cloned())
            .collect();
        let is_set_by_function = |uses: &[Use], name: &str| {
            (uses.iter())
                .filter(|one| one.scope != 0 && one.name == name)
                .any(|one| {
                    one.mention
                        .set_by
                        .is_some_and(|by| !self.augmented.contains(&by))
                })
        };
        for name in globals {
            if is_set_by_function(&self.uses, &name) {
                self.scopes.scopes[0].names.entry(name).or_default();
            }
        }
        for one in std::mem::take(&mut self.uses) {
            let Some(owner) = self.scopes.owner(one.scope, &one.name) else {
                continue;
            };
            let is_inner = self.crosses_function(one.scope, owner);
            let found = self.scopes.scopes[owner].names.entry(one.name).or_default();
            found.is_captured |= is_inner;
            found.is_set_inside |= is_inner && one.mention.set_by.is_some() && one.scope != owner;
            let is_inner = is_inner && one.scope != owner;
            let mention = Mention {
                is_inner,
                ..one.mention
            };
            found.mentions.push(mention);
        }
        for (scope, name) in std::mem::take(&mut self.calls) {
            if let Some(owner) = self.scopes.owner(scope, &name) {
                self.scopes.scopes[owner]
                    .names
                    .entry(name)
                    .or_default()
                    .is_called = true;
            }
        }
        for scope in &mut self.scopes.scopes {
            for name in scope.names.values_mut() {
                name.mentions.sort_by_key(|mention| mention.order);
                name.setters.sort_by_key(|(start, _)| *start);
            }
        }
        self.scopes
    }

    /// Whether a function, a lambda or a class lies between a scope and the one that has the name.
    fn crosses_function(&self, from: ScopeId, owner: ScopeId) -> bool {
        let mut scope = from;
        while scope != owner {
            let here = &self.scopes.scopes[scope];
            if here.kind != Kind::Expression || here.is_lambda() || here.is_deferred {
                return true;
            }
            match here.parent {
                Some(parent) => scope = parent,
                None => return false,
            }
        }
        false
    }
}

impl Scope {
    /// Whether it is a lambda: a comprehension sets something by `for`.
    fn is_lambda(&self) -> bool {
        self.kind == Kind::Expression
            && !(self.names.values())
                .any(|name| name.setters.iter().any(|(_, how)| *how == Setter::For))
    }
}

impl<'a> Visitor<'a> for Builder {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let start = statement.start();
        match statement {
            Stmt::FunctionDef(def) => {
                for decorator in &def.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                self.defaults(&def.parameters);
                self.set(&def.name, start, start, Setter::Function);
                self.in_scope(Kind::Function, (start, Kind2::Statement), |builder| {
                    declare(builder.here(), &def.body);
                    builder.parameters(&def.parameters);
                    builder.visit_body(&def.body);
                });
            }
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.set(&class.name, start, start, Setter::Class);
                self.in_scope(Kind::Class, (start, Kind2::Statement), |builder| {
                    builder.visit_body(&class.body);
                });
            }
            Stmt::Assign(assign) => {
                self.visit_expr(&assign.value);
                for target in &assign.targets {
                    self.target(target, assign.end(), start, Setter::Assignment);
                }
            }
            Stmt::AnnAssign(assign) => {
                let Some(value) = &assign.value else {
                    return;
                };
                self.visit_expr(value);
                self.target(&assign.target, assign.end(), start, Setter::Assignment);
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.read(&name.id, name.start());
                }
                self.augmented.insert(start);
                self.visit_expr(&assign.value);
                self.target(&assign.target, assign.end(), start, Setter::Assignment);
            }
            Stmt::For(each) => {
                self.visit_expr(&each.iter);
                self.in_block(true, |builder| {
                    builder.target(&each.target, each.iter.end(), start, Setter::For);
                    builder.visit_body(&each.body);
                });
                self.body(&each.orelse, false);
            }
            Stmt::While(each) => {
                self.visit_expr(&each.test);
                self.body(&each.body, true);
                self.body(&each.orelse, false);
            }
            Stmt::If(branch) if is_main_test(&branch.test) => {
                self.visit_body(&branch.body);
            }
            Stmt::If(branch) => {
                self.visit_expr(&branch.test);
                self.body(&branch.body, false);
                for clause in &branch.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.visit_expr(test);
                    }
                    self.body(&clause.body, false);
                }
            }
            Stmt::With(with) => {
                for item in &with.items {
                    self.visit_expr(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        let at = item.context_expr.end();
                        self.target(target, at, start, Setter::Assignment);
                    }
                }
                // `with` opens no scope here either, unless it is spelled out as a `try`.
                match self.has_managers {
                    true => self.body(&with.body, false),
                    false => self.visit_body(&with.body),
                }
            }
            Stmt::Try(protected) => {
                self.body(&protected.body, false);
                for ast::ExceptHandler::ExceptHandler(handler) in &protected.handlers {
                    if let Some(class) = &handler.type_ {
                        self.visit_expr(class);
                    }
                    self.in_block(false, |builder| {
                        if let Some(name) = &handler.name {
                            let at = name.start();
                            builder.set(name, at, handler.start(), Setter::Except);
                        }
                        builder.visit_body(&handler.body);
                    });
                }
                self.body(&protected.orelse, false);
                self.body(&protected.finalbody, false);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let first = name.split('.').next().unwrap_or_default();
                    self.set(first, start, start, Setter::Import);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.set(name, start, start, Setter::Import);
                }
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(name) => {
                            self.set(&name.id, name.start(), start, Setter::Delete);
                        }
                        other => self.visit_expr(other),
                    }
                }
            }
            Stmt::Match(choice) => {
                self.visit_expr(&choice.subject);
                for case in &choice.cases {
                    self.visit_pattern(&case.pattern);
                    if let Some(guard) = &case.guard {
                        self.visit_expr(guard);
                    }
                    self.body(&case.body, false);
                }
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        if let Some(name) = captured(pattern) {
            self.set(name, name.end(), name.start(), Setter::Expression);
        }
        ast::visitor::walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load => self.read(&name.id, name.start()),
            Expr::Call(call) => {
                if let Expr::Name(name) = &*call.func {
                    self.calls.push((self.scope, name.id.to_string()));
                }
                let args = call.arguments.args.iter();
                let generators = args.filter(|arg| matches!(arg, Expr::Generator(_)));
                self.arguments.extend(generators.map(Ranged::start));
                walk_expr(self, expr);
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                let key = (lambda.start(), Kind2::Expression(lambda.end()));
                self.in_scope(Kind::Expression, key, |builder| {
                    if let Some(parameters) = &lambda.parameters {
                        builder.parameters(parameters);
                    }
                    builder.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(list) => self.comprehension(list, &list.generators, [&*list.elt]),
            Expr::SetComp(set) => self.comprehension(set, &set.generators, [&*set.elt]),
            Expr::Generator(each) => {
                self.comprehension(each, &each.generators, [&*each.elt]);
                let id = self.scopes.of_expression(each);
                self.scopes.scopes[id].is_deferred = !self.arguments.contains(&each.start());
            }
            Expr::DictComp(dict) => {
                let parts = dict.key.as_deref().into_iter().chain([&*dict.value]);
                self.comprehension(dict, &dict.generators, parts);
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    let scope = self.scopes.function(self.scope);
                    let start = named.start();
                    self.set_in(scope, &name.id, named.end(), start, Setter::Expression);
                }
            }
            other => walk_expr(self, other),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

/// Whether the text makes things that `with` enters by methods of the script's.
pub(super) fn has_managers(body: &[Stmt]) -> bool {
    fn has_them(module: &str) -> bool {
        matches!(module, "contextlib" | "multiprocessing")
    }
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            self.0 |= match statement {
                Stmt::FunctionDef(def) => {
                    matches!(def.name.as_str(), "__enter__" | "__aenter__")
                }
                Stmt::Import(import) => import.names.iter().any(|alias| has_them(&alias.name)),
                Stmt::ImportFrom(import) => import
                    .module
                    .as_ref()
                    .is_some_and(|module| has_them(module)),
                _ => false,
            };
            walk_stmt(self, statement);
        }
    }
    let mut finder = Finder(false);
    finder.visit_body(body);
    finder.0
}

/// Reads the `global` and `nonlocal` of a function's own statements.
fn declare(scope: &mut Scope, body: &[Stmt]) {
    struct Declarations<'s>(&'s mut Scope);
    impl<'a> Visitor<'a> for Declarations<'_> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::Global(global) => {
                    self.0
                        .globals
                        .extend(global.names.iter().map(ToString::to_string));
                }
                Stmt::Nonlocal(names) => {
                    self.0
                        .nonlocals
                        .extend(names.names.iter().map(ToString::to_string));
                }
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                other => walk_stmt(self, other),
            }
        }
    }
    let mut declarations = Declarations(scope);
    declarations.visit_body(body);
}

/// Whether this is `__name__ == "__main__"`, which is true in a script.
pub(super) fn is_main_test(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else {
        return false;
    };
    let is_name = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id == "__name__");
    let is_main =
        |expr: &Expr| matches!(expr, Expr::StringLiteral(text) if text.value == *"__main__");
    matches!(*compare.ops, [ast::CmpOp::Eq])
        && matches!(&*compare.comparators, [right]
            if is_name(&compare.left) && is_main(right) || is_main(&compare.left) && is_name(right))
}
