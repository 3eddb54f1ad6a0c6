//! Which reads of a variable may come before it is set.
//!
//! A forward analysis of one function's statements that knows which names are certainly set. A read
//! of any other name is *unsure*: its translation looks, and fails as Python does. What a function
//! reads of its maker's variables is looked at where the function is made, as if it ran there.

use std::collections::{BTreeSet, HashSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, Expr, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::scope::{ScopeId, Scopes, is_main_test};

/// The names that are certainly set; nothing behind a `return`, where everything may be said.
type Known = Option<BTreeSet<String>>;

/// Where names are read that may not be set.
pub(super) fn unsure(scopes: &Scopes, body: &[Stmt]) -> HashSet<TextSize> {
    let mut unsure = HashSet::new();
    let mut functions = Functions {
        scopes,
        unsure: &mut unsure,
    };
    functions.function(0, BTreeSet::new(), body);
    unsure
}

/// Finds all functions and analyses each.
struct Functions<'s> {
    scopes: &'s Scopes,
    unsure: &'s mut HashSet<TextSize>,
}

impl Functions<'_> {
    fn function(&mut self, scope: ScopeId, known: BTreeSet<String>, body: &[Stmt]) {
        let mut flow = Flow {
            scopes: self.scopes,
            owner: scope,
            scope,
            known: Some(known),
            breaks: Vec::new(),
            unsure: self.unsure,
        };
        flow.body(body);
        self.visit_body(body);
    }
}

impl<'a> Visitor<'a> for Functions<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(def) => {
                let parameters = def.parameters.iter_source_order();
                let known = parameters.map(|one| one.name().to_string()).collect();
                self.function(self.scopes.of_statement(def.start()), known, &def.body);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

struct Flow<'s> {
    scopes: &'s Scopes,
    /// The scope whose names are looked at.
    owner: ScopeId,
    /// The scope in which the analysis is now: the same, or one within it.
    scope: ScopeId,
    known: Known,
    /// What is known at the `break`s of each loop that is open.
    breaks: Vec<Known>,
    unsure: &'s mut HashSet<TextSize>,
}

/// What is known where two ways meet.
fn meet(one: Known, other: Known) -> Known {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
        (one, None) => one,
        (None, other) => other,
    }
}

impl Flow<'_> {
    fn body(&mut self, body: &[Stmt]) {
        for statement in body {
            self.statement(statement);
        }
    }

    fn know(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => {
                if let Some(known) = &mut self.known {
                    known.insert(name.id.to_string());
                }
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.know(target)),
            Expr::List(list) => list.elts.iter().for_each(|target| self.know(target)),
            Expr::Starred(starred) => self.know(&starred.value),
            other => self.visit_expr(other),
        }
    }

    fn know_name(&mut self, name: &str) {
        if let Some(known) = &mut self.known {
            known.insert(name.to_string());
        }
    }

    /// Statements that may or may not run.
    fn perhaps(&mut self, body: &[Stmt]) {
        let before = self.known.clone();
        self.body(body);
        self.known = meet(before, self.known.take());
    }

    fn each(&mut self, target: Option<&Expr>, body: &[Stmt], orelse: &[Stmt], ends: bool) {
        let before = self.known.clone();
        self.breaks.push(None);
        if let Some(target) = target {
            self.know(target);
        }
        self.body(body);
        let after_round = self.known.take();
        self.known = match ends {
            true => meet(before, after_round),
            false => None,
        };
        self.body(orelse);
        let breaks = self.breaks.pop().flatten();
        self.known = meet(self.known.take(), breaks);
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(def) => {
                for parameter in def.parameters.iter_non_variadic_params() {
                    if let Some(default) = &parameter.default {
                        self.visit_expr(default);
                    }
                }
                for decorator in &def.decorator_list {
                    self.visit_expr(&decorator.expression);
                }
                self.know_name(&def.name);
                self.within(self.scopes.of_statement(def.start()), |flow| {
                    for statement in &def.body {
                        flow.visit_stmt(statement);
                    }
                });
            }
            Stmt::ClassDef(class) => {
                walk_stmt(self, statement);
                self.know_name(&class.name);
            }
            Stmt::Assign(assign) => {
                self.visit_expr(&assign.value);
                assign.targets.iter().for_each(|target| self.know(target));
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                    self.know(&assign.target);
                }
            }
            Stmt::AugAssign(assign) => {
                match &*assign.target {
                    Expr::Name(name) => self.read(&name.id, name.start()),
                    other => self.visit_expr(other),
                }
                self.visit_expr(&assign.value);
                self.know(&assign.target);
            }
            Stmt::For(each) => {
                self.visit_expr(&each.iter);
                self.each(Some(&each.target), &each.body, &each.orelse, true);
            }
            Stmt::While(each) => {
                self.visit_expr(&each.test);
                let is_endless = matches!(&*each.test, Expr::BooleanLiteral(value) if value.value);
                self.each(None, &each.body, &each.orelse, !is_endless);
            }
            Stmt::If(branch) if is_main_test(&branch.test) => self.body(&branch.body),
            Stmt::If(branch) => {
                self.visit_expr(&branch.test);
                let mut before = self.known.clone();
                self.body(&branch.body);
                let mut after = self.known.take();
                let mut has_else = false;
                for clause in &branch.elif_else_clauses {
                    self.known = before.clone();
                    if let Some(test) = &clause.test {
                        self.visit_expr(test);
                        before = self.known.clone();
                    } else {
                        has_else = true;
                    }
                    self.body(&clause.body);
                    after = meet(after, self.known.take());
                }
                self.known = if has_else { after } else { meet(after, before) };
            }
            Stmt::With(with) => {
                for item in &with.items {
                    self.visit_expr(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        self.know(target);
                    }
                }
                self.body(&with.body);
            }
            Stmt::Try(protected) => {
                let before = self.known.clone();
                self.body(&protected.body);
                self.body(&protected.orelse);
                let mut after = self.known.take();
                for ast::ExceptHandler::ExceptHandler(handler) in &protected.handlers {
                    self.known = before.clone();
                    if let Some(class) = &handler.type_ {
                        self.visit_expr(class);
                    }
                    if let Some(name) = &handler.name {
                        self.know_name(name);
                    }
                    self.body(&handler.body);
                    after = meet(after, self.known.take());
                }
                self.known = before.clone();
                self.body(&protected.finalbody);
                let set_at_last = self.known.take();
                self.known = match (after, set_at_last) {
                    (Some(after), Some(last)) => Some(after.union(&last).cloned().collect()),
                    _ => None,
                };
            }
            Stmt::Break(_) => {
                let known = self.known.take();
                if let Some(breaks) = self.breaks.last_mut() {
                    *breaks = meet(breaks.take(), known);
                }
            }
            Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) => {
                walk_stmt(self, statement);
                self.known = None;
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.know_name(name.split('.').next().unwrap_or_default());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.know_name(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(name) => {
                            self.read(&name.id, name.start());
                            if let Some(known) = &mut self.known {
                                known.remove(name.id.as_str());
                            }
                        }
                        other => self.visit_expr(other),
                    }
                }
            }
            Stmt::Match(choice) => {
                self.visit_expr(&choice.subject);
                for case in &choice.cases {
                    let mut names = Vec::new();
                    names_of(&case.pattern, &mut names);
                    names.iter().for_each(|name| self.know_name(name));
                    if let Some(guard) = &case.guard {
                        self.visit_expr(guard);
                    }
                    self.perhaps(&case.body);
                }
            }
            other => walk_stmt(self, other),
        }
    }

    fn read(&mut self, name: &str, at: TextSize) {
        let is_set = self.known.as_ref().is_none_or(|known| known.contains(name));
        if !is_set && self.scopes.owner(self.scope, name) == Some(self.owner) {
            self.unsure.insert(at);
        }
    }

    fn within(&mut self, scope: ScopeId, look: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.scope, scope);
        look(self);
        self.scope = before;
    }
}

impl<'a> Visitor<'a> for Flow<'_> {
    /// A statement of a function within: only what it reads matters.
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(def) => {
                self.within(self.scopes.of_statement(def.start()), |flow| {
                    walk_stmt(flow, statement);
                });
            }
            Stmt::ClassDef(class) => {
                self.within(self.scopes.of_statement(class.start()), |flow| {
                    walk_stmt(flow, statement);
                });
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load => self.read(&name.id, name.start()),
            Expr::Lambda(lambda) => {
                self.within(self.scopes.of_expression(lambda), |flow| {
                    walk_expr(flow, expr)
                });
            }
            Expr::ListComp(list) => {
                self.within(self.scopes.of_expression(list), |flow| {
                    walk_expr(flow, expr)
                });
            }
            Expr::SetComp(set) => {
                self.within(self.scopes.of_expression(set), |flow| walk_expr(flow, expr));
            }
            Expr::DictComp(dict) => {
                self.within(self.scopes.of_expression(dict), |flow| {
                    walk_expr(flow, expr)
                });
            }
            Expr::Generator(each) => {
                self.within(self.scopes.of_expression(each), |flow| {
                    walk_expr(flow, expr)
                });
            }
            Expr::BoolOp(all) => {
                let mut values = all.values.iter();
                if let Some(first) = values.next() {
                    self.visit_expr(first);
                }
                let before = self.known.clone();
                values.for_each(|value| self.visit_expr(value));
                self.known = before;
            }
            Expr::If(choice) => {
                self.visit_expr(&choice.test);
                let before = self.known.clone();
                self.visit_expr(&choice.body);
                self.known.clone_from(&before);
                self.visit_expr(&choice.orelse);
                self.known = before;
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                self.know(&named.target);
            }
            other => walk_expr(self, other),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}
}

/// The names that a pattern gives to parts of what it matches.
fn names_of<'a>(pattern: &'a ast::Pattern, names: &mut Vec<&'a str>) {
    struct Names<'n, 'a>(&'n mut Vec<&'a str>);
    impl<'a> Visitor<'a> for Names<'_, 'a> {
        fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
            let name = super::scope::captured(pattern);
            self.0.extend(name.map(ast::Identifier::as_str));
            ast::visitor::walk_pattern(self, pattern);
        }
    }
    Names(names).visit_pattern(pattern);
}
