//! Functions and lambdas, with their parameters and defaults. One file, as methods and lambdas are made of
//! the same parts as functions.

use std::collections::BTreeSet;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::expression::{Piece, is_plain};
use super::scope::Declaration;
use super::text::{Layout, Text};
use super::translate::{Outcome, Translator, refuse};
use crate::value::variable_name;

/// The variable that keeps the default of a parameter.
pub(super) fn default_name(function: &str, parameter: &str) -> String {
    format!("{function}_{parameter}_default")
}

impl<'a> Translator<'a> {
    pub(super) fn function(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        layout: &mut Layout,
    ) -> Outcome<()> {
        let at = def.start();
        let own = self.variable(&def.name);
        let is_plain = self.scope == 0
            && self.is_plain_function(&def.name)
            && is_simple(&def.parameters)
            && def.decorator_list.is_empty();
        if is_plain {
            let parameters = self.parameters(&def.parameters);
            self.defaults(def, layout)?;
            let mut head = Text::at(at, "fn ");
            head.mark(def.name.start());
            head.push(&format!("{own}({})", parameters.join(", ")));
            layout.open(&head);
            self.function_body(def, layout);
            layout.close("");
            return self.overloads(def, &own, &parameters, layout);
        }
        // A function that is a variable: within another one, or given a new value.
        let is_recursive = (self.scopes.owner(self.scope, &def.name))
            .and_then(|owner| self.scopes.name(owner, &def.name))
            .is_some_and(|name| name.is_captured);
        let declaration = (self.scopes.owner(self.scope, &def.name))
            .map(|owner| self.scopes.declaration(owner, &def.name));
        let is_known = self.is_module() && self.has_variable(&own);
        let is_declared_here =
            self.declares(&def.name, at) || declaration == Some(Declaration::Given) && !is_known;
        let word = if is_declared_here { "let " } else { "" };
        if is_declared_here && is_recursive {
            layout.line(&Text::at(at, format!("let {own};")));
        }
        let word = if is_recursive { "" } else { word };
        let mut inner = Layout::default();
        let has_defaults = (def.parameters.iter_non_variadic_params())
            .any(|parameter| parameter.default.is_some());
        let is_def = has_defaults || !is_simple(&def.parameters) || !def.decorator_list.is_empty();
        let mut head = Text::default();
        match is_def {
            true => {
                let parameters = self.parameters_text(&def.parameters, 0)?;
                head.push(&format!("def {}", variable_name(&def.name)));
                head.add(&parameters.wrapped("(", ")"));
            }
            false => {
                let parameters = self.parameters(&def.parameters);
                head.push(&format!("|{}|", parameters.join(", ")));
            }
        }
        inner.open(&head);
        self.function_body(def, &mut inner);
        inner.close("");
        let value = self.with_decorators(def, inner.into_text())?;
        let mut line = Text::at(at, word);
        line.mark(def.name.start());
        line.push(&own);
        line.push(" = ");
        line.add(&value);
        line.push(";");
        layout.line(&line);
        Ok(())
    }

    /// What a function is when its decorators have made of it what they make; it takes attributes where the text
    /// gives it some.
    pub(super) fn with_decorators(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        function: Text,
    ) -> Outcome<Text> {
        let mut value = match self.attributed.has(def) {
            true => {
                let name = self.helper("attributed");
                self.python();
                function.wrapped(&format!("{name}("), ")")
            }
            false => function,
        };
        for decorator in def.decorator_list.iter().rev() {
            value = self.decorated(&decorator.expression, value)?;
        }
        Ok(value)
    }

    /// What a decorator makes of a function.
    pub(super) fn decorated(&mut self, decorator: &'a Expr, function: Text) -> Outcome<Text> {
        let of = match decorator {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        let full = self.full_name(of);
        match (full.as_deref(), decorator) {
            (Some("functools.wraps"), Expr::Call(call)) => match &*call.arguments.args {
                [wrapped] => {
                    let name = self.helper("wraps");
                    let mut text = self.text(wrapped)?.wrapped(&format!("{name}("), ", ");
                    text.add(&function);
                    text.push(")");
                    Ok(text)
                }
                _ => refuse(call, "`wraps` takes the function that is wrapped"),
            },
            (Some("functools.lru_cache" | "functools.cache"), _) => {
                let is_counted = self.source.text.contains("cache_info");
                let name = self.helper(if is_counted {
                    "counted_cache"
                } else {
                    "cached"
                });
                let is_last = if is_counted { ", ()" } else { "" };
                let mut text = function.wrapped(&format!("{name}("), "");
                if let Expr::Call(call) = decorator {
                    let mut bound = super::call::bind(call, "lru_cache", &["maxsize"])?;
                    if let Some(size) = bound.take("maxsize") {
                        text.push(", ");
                        text.add(&self.text(size)?);
                    } else {
                        text.push(", 128");
                    }
                } else if full.as_deref() == Some("functools.lru_cache") {
                    text.push(", 128");
                } else {
                    text.push(is_last);
                }
                text.push(")");
                Ok(text)
            }
            (
                Some("contextlib.contextmanager" | "contextlib.asynccontextmanager"),
                Expr::Name(_) | Expr::Attribute(_),
            ) => {
                let name = self.helper("contextmanager");
                Ok(function.wrapped(&format!("{name}("), ")"))
            }
            (Some(full), _) => refuse(
                decorator,
                format!("the decorator `{full}` has no counterpart here"),
            ),
            (None, _) => {
                let wrapper = self.expr(decorator)?;
                let callee = match decorator {
                    Expr::Name(_) | Expr::Attribute(_) => wrapper.text,
                    _ => {
                        let mut callee = wrapper.bound(super::expression::Binding::Tight);
                        callee.push(".call");
                        callee
                    }
                };
                Ok(super::call::called(callee, &[function]).text)
            }
        }
    }

    pub(super) fn function_body(&mut self, def: &'a ast::StmtFunctionDef, layout: &mut Layout) {
        let scope = self.scopes.of_statement(def.start());
        let caught = std::mem::take(&mut self.caught);
        let catches_names = std::mem::take(&mut self.catches_names);
        let loops = std::mem::take(&mut self.loops);
        let was_generator = std::mem::replace(&mut self.is_generator, yields(&def.body));
        self.within(scope, |translator| {
            translator.comment_of_head(&def.body, layout);
            for line in translator.called_parameters(&def.parameters) {
                layout.line(&line);
            }
            translator.declare_at_top(layout, def.body.first().map(Ranged::start));
            translator.suite(&def.body, layout, false);
        });
        self.caught = caught;
        self.catches_names = catches_names;
        self.loops = loops;
        self.is_generator = was_generator;
    }

    /// What gives parameters that are called another name, where the library has a function of theirs.
    fn called_parameters(&mut self, parameters: &'a ast::Parameters) -> Vec<Text> {
        let names = parameters.iter().map(|parameter| parameter.name());
        let names: Vec<(TextSize, &str)> =
            names.map(|name| (name.start(), name.as_str())).collect();
        let mut lines = Vec::new();
        for (at, name) in names {
            let (written, own) = (variable_name(name), self.variable(name));
            if own == format!("{written}_") {
                lines.push(Text::at(at, format!("let {own} = {written};")));
            }
        }
        lines
    }

    /// The names of parameters as they are written here.
    fn parameters(&self, parameters: &'a ast::Parameters) -> Vec<String> {
        let all = parameters.posonlyargs.iter().chain(&parameters.args);
        all.map(|parameter| variable_name(parameter.name()))
            .collect()
    }

    /// The parameters behind the first `skipped`, with their defaults and stars.
    pub(super) fn parameters_text(
        &mut self,
        parameters: &'a ast::Parameters,
        skipped: usize,
    ) -> Outcome<Text> {
        let mut texts = Vec::new();
        let by_place = parameters.posonlyargs.len();
        let plain = parameters.posonlyargs.iter().chain(&parameters.args);
        for (index, parameter) in plain.enumerate().skip(skipped) {
            texts.push(self.parameter_text(parameter)?);
            if index + 1 == by_place {
                texts.push("/".into());
            }
        }
        match &parameters.vararg {
            Some(rest) => {
                texts.push(Text::at(
                    rest.start(),
                    format!("*{}", variable_name(&rest.name)),
                ));
            }
            None if !parameters.kwonlyargs.is_empty() => texts.push("*".into()),
            None => {}
        }
        for parameter in &parameters.kwonlyargs {
            texts.push(self.parameter_text(parameter)?);
        }
        if let Some(named) = &parameters.kwarg {
            texts.push(Text::at(
                named.start(),
                format!("**{}", variable_name(&named.name)),
            ));
        }
        let all = Text::joined(&texts, ", ");
        // Rhai's tokenizer refuses `(*`, which begins a comment of another language.
        match all.as_str().starts_with('*') {
            true => Ok(all.wrapped(" ", "")),
            false => Ok(all),
        }
    }

    fn parameter_text(&mut self, parameter: &'a ast::ParameterWithDefault) -> Outcome<Text> {
        let mut text = Text::at(parameter.start(), variable_name(parameter.name()));
        if let Some(default) = &parameter.default {
            text.push(" = ");
            text.add(&self.text(default)?);
        }
        Ok(text)
    }

    /// Keeps the defaults that are no literals: they are evaluated once.
    fn defaults(&mut self, def: &'a ast::StmtFunctionDef, layout: &mut Layout) -> Outcome<()> {
        for parameter in def.parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default
                && (!is_plain(default) || matches!(**default, Expr::Name(_)))
            {
                let value = self.text(default)?;
                let name = default_name(&def.name, parameter.name());
                layout.line(&value.wrapped(&format!("let {name} = "), ";"));
            }
        }
        Ok(())
    }

    /// A function for each number of arguments that may be left out.
    fn overloads(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        own: &str,
        parameters: &[String],
        layout: &mut Layout,
    ) -> Outcome<()> {
        let known: Vec<&'a ast::ParameterWithDefault> =
            def.parameters.iter_non_variadic_params().collect();
        if def.parameters.vararg.is_some() {
            return Ok(());
        }
        let needed = known.iter().take_while(|one| one.default.is_none()).count();
        for count in (needed..known.len()).rev() {
            let mut arguments: Vec<Text> = parameters[..count]
                .iter()
                .map(|name| Text::from(name.as_str()))
                .collect();
            for parameter in &known[count..] {
                let Some(default) = &parameter.default else {
                    // Only by its name can such a parameter be given.
                    return Ok(());
                };
                let text = self.default_value(Some(&def.name), parameter.name(), default)?;
                arguments.push(text);
            }
            let mut line = Text::at(def.start(), format!("fn {own}("));
            line.push(&parameters[..count].join(", "));
            line.push(&format!(") {{ return {own}("));
            line.add(&Text::joined(&arguments, ", "));
            line.push("); }");
            layout.line(&line);
        }
        Ok(())
    }

    pub(super) fn lambda(&mut self, lambda: &'a ast::ExprLambda) -> Outcome<Piece> {
        let at = lambda.start();
        let mut head = Text::at(at, "|| ");
        let mut is_def = false;
        if let Some(parameters) = &lambda.parameters {
            let has_defaults = (parameters.iter_non_variadic_params())
                .any(|parameter| parameter.default.is_some());
            if has_defaults || !is_simple(parameters) {
                let text = self.parameters_text(parameters, 0)?;
                head = Text::at(at, "def lambda");
                head.add(&text.wrapped("(", ") "));
                is_def = true;
            } else {
                let names = self.parameters(parameters);
                head = Text::at(at, format!("|{}| ", names.join(", ")));
            }
        }
        let scope = self.scopes.of_expression(lambda);
        let parameters = lambda.parameters.as_deref();
        let (body, called) = self.within(scope, |translator| {
            let called = parameters.map(|parameters| translator.called_parameters(parameters));
            (translator.expr(&lambda.body), called.unwrap_or_default())
        });
        let mut body = body?;
        for line in called.iter().rev() {
            let mut text = line.wrapped("", " ");
            text.add(&body.text);
            body.text = text;
        }
        let mut text = head;
        match is_def || !called.is_empty() || body.text.as_str().starts_with('{') {
            true => text.add(&body.text.wrapped("{ ", " }")),
            false => text.add(&body.text),
        }
        Ok(Piece::loose(text))
    }
}

/// Whether all parameters take one argument, by its place or its name.
pub(super) fn is_simple(parameters: &ast::Parameters) -> bool {
    let takes_rest = parameters.vararg.is_some() || parameters.kwarg.is_some();
    !takes_rest && parameters.kwonlyargs.is_empty() && parameters.posonlyargs.is_empty()
}

/// Whether a function's own statements yield.
pub(super) fn yields(body: &[Stmt]) -> bool {
    finds(
        body,
        |_| false,
        |expr| matches!(expr, Expr::Yield(_) | Expr::YieldFrom(_)),
    )
}

/// The names of which every function is a generator, and some has something to do when it is left early.
pub(super) fn generators_with_an_end(body: &[Stmt]) -> BTreeSet<String> {
    use ruff_python_ast::visitor::{Visitor, walk_stmt};
    #[derive(Default)]
    struct Finder {
        with_end: BTreeSet<String>,
        others: BTreeSet<String>,
    }
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if let Stmt::FunctionDef(def) = statement {
                let has_end = |statement: &Stmt| match statement {
                    Stmt::With(_) => true,
                    // `GeneratorExit` can be caught, too.
                    Stmt::Try(_) => true,
                    _ => false,
                };
                let is_plain = def.decorator_list.is_empty() && !def.is_async;
                if !is_plain || !yields(&def.body) {
                    self.others.insert(def.name.to_string());
                } else if finds(&def.body, has_end, |_| false) {
                    self.with_end.insert(def.name.to_string());
                }
            }
            walk_stmt(self, statement);
        }
    }
    let mut finder = Finder::default();
    finder.visit_body(body);
    let Finder { with_end, others } = finder;
    with_end.difference(&others).cloned().collect()
}

/// Whether a function's own body has such a statement or expression.
fn finds(
    body: &[Stmt],
    is_statement: impl Fn(&Stmt) -> bool,
    is_expression: impl Fn(&Expr) -> bool,
) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
    struct Finder<S, E>(S, E, bool);
    impl<'a, S: Fn(&Stmt) -> bool, E: Fn(&Expr) -> bool> Visitor<'a> for Finder<S, E> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                self.2 |= (self.0)(statement);
                walk_stmt(self, statement);
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            if !matches!(expr, Expr::Lambda(_)) {
                self.2 |= (self.1)(expr);
                walk_expr(self, expr);
            }
        }
    }
    let mut finder = Finder(is_statement, is_expression, false);
    finder.visit_body(body);
    finder.2
}
