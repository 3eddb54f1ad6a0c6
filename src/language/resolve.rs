//! Which variables closures capture: a scope analysis before any code is made.
//!
//! A variable that a closure captures must be a cell from its `let` on, so the lowering has to know
//! about closures that come later in the text. This pass walks the tree once, with the scopes of the
//! language (a block opens one, `with` does not), and finds for each closure the names that it takes
//! from outside, and for each declaration whether anybody captures it. It knows nothing of registers
//! or instructions, and it does not judge: a name that nothing has is simply free. One file, as it is this
//! one walk.

use std::collections::{HashMap, HashSet};

use rhai::{Expr, FnCallExpr, Stmt};

use super::class::{Method, as_class, as_def};
use super::finally::block_of;
use super::parse::{Parsed, pos};
use super::with::as_with;
use crate::pos::Pos;
use crate::value::{INIT, SUPER};

/// The function that gives a value of a generator.
pub(super) const YIELD: &str = "yield";

/// What makes a variable: a place in the text, or a parameter (which has no position of its own).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Declaration {
    /// A `let`, `const`, `for`, `catch` or `as`, by the position of the name.
    Name(Pos),
    /// A parameter: the function's index in [`Parsed::functions`], and which of its parameters.
    Parameter(usize, usize),
}

/// What the analysis has found.
#[derive(Debug, Default)]
pub(super) struct Resolution {
    /// The variables that a closure captures, other than those of the top level.
    pub(super) cells: HashSet<Declaration>,
    /// For each closure, by its key (several may stand at one place): the names that it takes from outside, in order of mention.
    pub(super) free: HashMap<String, Vec<String>>,
    /// The names that functions and closures take from the top level.
    pub(super) mentioned: HashSet<String>,
    /// The names that functions take from the top level, in order.
    pub(super) named_by_functions: Vec<String>,
    /// The variables of the top level, outside inner blocks.
    pub(super) top_level: HashSet<String>,
    /// The functions and closures (indices) that mention `this`.
    pub(super) uses_this: HashSet<usize>,
    /// The functions that call `yield`.
    pub(super) yields: HashSet<usize>,
}

/// A closure expression, taken apart.
#[derive(Clone, Debug)]
pub(super) struct ClosureExpr {
    /// The name that Rhai has given it, by which [`Parsed::closure`] finds it.
    pub(super) key: String,
    /// How many leading parameters of the definition are captured names.
    pub(super) captured: usize,
    /// Where it stands.
    pub(super) pos: Pos,
}

/// The closure that an expression makes, when it is one: a bare function pointer, or a block that
/// shares the captured variables and curries them.
pub(super) fn as_closure(expr: &Expr) -> Option<ClosureExpr> {
    match expr {
        Expr::DynamicConstant(value, at) => {
            let function = value.read_lock::<rhai::FnPtr>()?;
            function.is_anonymous().then(|| ClosureExpr {
                key: function.fn_name().to_string(),
                captured: 0,
                pos: pos(*at),
            })
        }
        Expr::Stmt(block) => {
            let [Stmt::Share(_), last] = block.statements() else {
                return None;
            };
            let call: &FnCallExpr = match last {
                Stmt::FnCall(call, _) => call,
                Stmt::Expr(expr) => match &**expr {
                    Expr::FnCall(call, _) => call,
                    _ => return None,
                },
                _ => return None,
            };
            let closure = as_closure(call.args.first()?)?;
            Some(ClosureExpr {
                captured: call.args.len() - 1,
                ..closure
            })
        }
        _ => None,
    }
}

/// Whether a name's prefix is `global::`, which means the variables of the top level.
pub(super) fn is_global(prefix: &rhai::Namespace) -> bool {
    prefix.to_string() == "global"
}

/// Analyses a whole text.
pub(super) fn resolve(parsed: &Parsed) -> Resolution {
    let mut resolver = Resolver {
        parsed,
        bodies: Vec::new(),
        evaluates: false,
        found: Resolution::default(),
    };
    resolver.bodies.push(Body::new(None));
    resolver.statements(&parsed.statements);
    resolver.bodies.clear();
    for (index, function) in parsed.functions.iter().enumerate() {
        if !function.closure {
            let free = resolver.function(index, 0);
            resolver.found.mentioned.extend(free.iter().cloned());
            resolver.found.named_by_functions.extend(free);
        }
    }
    let Resolver {
        evaluates,
        mut found,
        ..
    } = resolver;
    if evaluates {
        let mut names: Vec<String> = found.top_level.iter().cloned().collect();
        names.sort_unstable();
        found.mentioned.extend(names.iter().cloned());
        found.named_by_functions.extend(names);
    }
    found
}

/// The function, closure or top level that is being walked.
struct Body {
    /// Its index; nothing for the top level.
    function: Option<usize>,
    /// The variables in scope, a list for each open block.
    scopes: Vec<Vec<(String, Declaration)>>,
    /// The names taken from outside, in order of mention.
    free: Vec<String>,
    seen: HashSet<String>,
}

impl Body {
    fn new(function: Option<usize>) -> Self {
        Self {
            function,
            scopes: vec![Vec::new()],
            free: Vec::new(),
            seen: HashSet::new(),
        }
    }
}

struct Resolver<'a> {
    parsed: &'a Parsed,
    /// From the outermost to the innermost; never empty while something is walked.
    bodies: Vec<Body>,
    /// Whether a text is evaluated, which may name any variable of the top level.
    evaluates: bool,
    found: Resolution,
}

impl Resolver<'_> {
    /// Walks a function or closure, and gives the names that it takes from outside.
    fn function(&mut self, index: usize, captured: usize) -> Vec<String> {
        let parsed = self.parsed;
        let function = &parsed.functions[index];
        self.bodies.push(Body::new(Some(index)));
        for (parameter, name) in function.params.iter().enumerate().skip(captured) {
            self.declare(name, Declaration::Parameter(index, parameter));
        }
        self.statements(&function.body);
        self.bodies.pop().map(|body| body.free).unwrap_or_default()
    }

    fn closure(&mut self, closure: &ClosureExpr) {
        let Some(index) = self.index_of(closure) else {
            return;
        };
        let free = self.function(index, closure.captured);
        for name in &free {
            self.capture(name);
        }
        self.found.free.insert(closure.key.clone(), free);
    }

    /// The defaults are evaluated where the function is made.
    fn method(&mut self, method: &Method<'_>) {
        for default in method.params.iter().filter_map(|param| param.default) {
            self.expression(default);
        }
        self.closure(&method.body);
    }

    /// The number of a closure among the functions of the text.
    fn index_of(&self, closure: &ClosureExpr) -> Option<usize> {
        let mut functions = self.parsed.functions.iter();
        functions.position(|function| function.closure && function.name == closure.key)
    }

    /// A closure in the current body takes `name` from outside.
    fn capture(&mut self, name: &str) {
        let Some(body) = self.bodies.last() else {
            return;
        };
        match (self.lookup(name), body.function) {
            (Some((_, true)), _) | (None, None) => {
                self.found.mentioned.insert(name.to_string());
            }
            (Some((declaration, false)), _) => {
                self.found.cells.insert(declaration);
            }
            (None, Some(_)) => self.mention(name),
        }
    }

    /// The variable of this name in the current body, and whether it belongs to the top level.
    fn lookup(&self, name: &str) -> Option<(Declaration, bool)> {
        let body = self.bodies.last()?;
        let scopes = body.scopes.iter().enumerate().rev();
        scopes
            .flat_map(|(depth, scope)| scope.iter().rev().map(move |entry| (depth, entry)))
            .find(|(_, (declared, _))| declared == name)
            .map(|(depth, (_, declaration))| (*declaration, depth == 0 && body.function.is_none()))
    }

    fn mention(&mut self, name: &str) {
        if self.lookup(name).is_some() {
            return;
        }
        if let Some(body) = self.bodies.last_mut()
            && body.seen.insert(name.to_string())
        {
            body.free.push(name.to_string());
        }
    }

    /// `global::name`: the variable of the top level, whatever else has that name here.
    fn mention_global(&mut self, name: &str) {
        if self
            .bodies
            .last()
            .is_some_and(|body| body.function.is_some())
        {
            self.found.mentioned.insert(name.to_string());
            self.found.named_by_functions.push(name.to_string());
        }
    }

    fn declare(&mut self, name: &str, declaration: Declaration) {
        let Some(body) = self.bodies.last_mut() else {
            return;
        };
        if body.function.is_none() && body.scopes.len() == 1 {
            self.found.top_level.insert(name.to_string());
        }
        if let Some(scope) = body.scopes.last_mut() {
            scope.push((name.to_string(), declaration));
        }
    }

    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        if let Some(body) = self.bodies.last_mut() {
            body.scopes.push(Vec::new());
        }
        walk(self);
        if let Some(body) = self.bodies.last_mut() {
            body.scopes.pop();
        }
    }

    fn statements(&mut self, statements: &[Stmt]) {
        statements.iter().for_each(|stmt| self.statement(stmt));
    }

    fn block(&mut self, statements: &[Stmt]) {
        self.scoped(|this| this.statements(statements));
    }

    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Expr(expr) => self.expression(expr),
            Stmt::FnCall(call, _) => self.call(call),
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::Var(variable, ..) => {
                self.expression(&variable.1);
                self.declare(&variable.0.name, Declaration::Name(pos(variable.0.pos)));
            }
            Stmt::Assignment(assignment) => {
                self.expression(&assignment.1.rhs);
                self.expression(&assignment.1.lhs);
            }
            Stmt::If(flow, _) => {
                self.expression(&flow.expr);
                self.block(flow.body.statements());
                self.block(flow.branch.statements());
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.expression(&flow.expr);
                self.block(flow.body.statements());
            }
            Stmt::For(parts, _) => {
                let (name, counter, flow) = &**parts;
                self.expression(&flow.expr);
                self.scoped(|this| {
                    for ident in counter.iter().chain([name]) {
                        this.declare(&ident.name, Declaration::Name(pos(ident.pos)));
                    }
                    this.block(flow.body.statements());
                });
            }
            Stmt::Switch(parts, _) => {
                self.expression(&parts.0);
                for case in &parts.1.expressions {
                    self.expression(&case.lhs);
                    self.expression(&case.rhs);
                }
            }
            Stmt::TryCatch(flow, _) => {
                self.block(flow.body.statements());
                self.scoped(|this| {
                    if let Expr::Variable(name, _, at) = &flow.expr {
                        this.declare(&name.1, Declaration::Name(pos(*at)));
                    }
                    this.block(flow.branch.statements());
                });
            }
            Stmt::Return(Some(expr), ..) | Stmt::BreakLoop(Some(expr), ..) => self.expression(expr),
            _ => {}
        }
    }

    fn call(&mut self, call: &FnCallExpr) {
        if call.op_token.is_none() {
            if call.name == YIELD {
                let function = self.bodies.last().and_then(|body| body.function);
                self.found.yields.extend(function);
            }
            self.mention(&call.name);
            self.evaluates |= call.name == "eval";
        }
        call.args.iter().for_each(|arg| self.expression(arg));
    }

    fn expression(&mut self, expr: &Expr) {
        if let Some(closure) = as_closure(expr) {
            return self.closure(&closure);
        }
        match expr {
            Expr::Variable(name, ..) if is_global(&name.2) => self.mention_global(&name.1),
            Expr::Variable(name, ..) if name.2.is_empty() => {
                if name.1 == SUPER {
                    // Its methods are called on what `this` is.
                    let function = self.bodies.last().and_then(|body| body.function);
                    self.found.uses_this.extend(function);
                }
                self.mention(&name.1);
            }
            Expr::ThisPtr(_) => {
                let function = self.bodies.last().and_then(|body| body.function);
                self.found.uses_this.extend(function);
            }
            Expr::FnCall(call, _) => self.call(call),
            Expr::MethodCall(call, _) => call.args.iter().for_each(|arg| self.expression(arg)),
            Expr::Stmt(block) => self.block(block.statements()),
            Expr::Index(pair, ..) | Expr::Dot(pair, ..) => {
                self.expression(&pair.lhs);
                self.expression(&pair.rhs);
            }
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                parts.iter().for_each(|part| self.expression(part));
            }
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                parts.iter().for_each(|part| self.expression(part));
            }
            Expr::Map(entries, _) => entries
                .0
                .iter()
                .for_each(|(_, value)| self.expression(value)),
            Expr::Custom(custom, _) => {
                if let Some(block) = block_of(custom) {
                    self.block(block.statements());
                } else if let Some(class) = as_class(custom) {
                    class
                        .base
                        .into_iter()
                        .for_each(|base| self.expression(base));
                    self.declare(class.name.0, Declaration::Name(class.name.1));
                    self.scoped(|this| {
                        this.declare(SUPER, Declaration::Name(class.name.1));
                        for (_, value) in &class.attributes {
                            this.expression(value);
                        }
                        for method in &class.methods {
                            this.method(method);
                            if method.name == INIT {
                                // It gives the instance.
                                let index = this.index_of(&method.body);
                                this.found.uses_this.extend(index);
                            }
                        }
                    });
                } else if let Some(def) = as_def(custom) {
                    self.method(&def);
                } else if let Some(with) = as_with(custom) {
                    for manager in &with.managers {
                        self.expression(manager.context);
                        if let Some((name, at)) = manager.name {
                            self.declare(name, Declaration::Name(at));
                        }
                    }
                    self.statements(with.body.statements());
                }
            }
            _ => {}
        }
    }
}
