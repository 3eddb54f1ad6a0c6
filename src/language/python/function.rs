//! Functions and lambdas, with their parameters and defaults.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::expression::{Piece, is_plain};
use super::names::renamed;
use super::scope::Declaration;
use super::text::{Layout, Text};
use super::translate::{Outcome, Translator, refuse};

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
        if yields(&def.body) {
            return refuse(
                &def.name,
                format!(
                    "`{}` is a generator, which has no counterpart here yet",
                    def.name
                ),
            );
        }
        let parameters = self.parameters(&def.parameters)?;
        let own = self.variable(&def.name);
        let is_plain = self.scope == 0 && self.is_plain_function(&def.name);
        if is_plain && def.decorator_list.is_empty() {
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
        let is_known = self.is_module() && (self.is_known)(&own);
        let is_declared_here =
            self.declares(&def.name, at) || declaration == Some(Declaration::Given) && !is_known;
        let word = if is_declared_here { "let " } else { "" };
        if is_declared_here && is_recursive {
            layout.line(&Text::at(at, format!("let {own};")));
        }
        let word = if is_recursive { "" } else { word };
        let mut inner = Layout::default();
        inner.open(&format!("|{}|", parameters.join(", ")).into());
        self.function_body(def, &mut inner);
        inner.close("");
        let mut value = inner.into_text();
        for decorator in def.decorator_list.iter().rev() {
            let wrapper = self.expr(&decorator.expression)?;
            value = value.wrapped(&format!("{}(", wrapper.text.as_str()), ")");
        }
        let mut line = Text::at(at, word);
        line.mark(def.name.start());
        line.push(&own);
        line.push(" = ");
        line.add(&value);
        line.push(";");
        layout.line(&line);
        Ok(())
    }

    fn function_body(&mut self, def: &'a ast::StmtFunctionDef, layout: &mut Layout) {
        let scope = self.scopes.of_statement(def.start());
        let caught = std::mem::take(&mut self.caught);
        let loops = std::mem::take(&mut self.loops);
        self.within(scope, |translator| {
            translator.comment_of_head(&def.body, layout);
            translator.declare_at_top(layout, def.body.first().map(Ranged::start));
            translator.suite(&def.body, layout, false);
        });
        self.caught = caught;
        self.loops = loops;
    }

    /// The names of parameters as they are written here.
    fn parameters(&mut self, parameters: &'a ast::Parameters) -> Outcome<Vec<String>> {
        if let Some(named) = &parameters.kwarg {
            return refuse(
                &**named,
                format!("`**{}` has no counterpart here", named.name),
            );
        }
        let mut names: Vec<String> = (parameters.posonlyargs.iter())
            .chain(&parameters.args)
            .chain(&parameters.kwonlyargs)
            .map(|parameter| renamed(parameter.name()))
            .collect();
        if let Some(rest) = &parameters.vararg {
            names.push(renamed(&rest.name));
        }
        Ok(names)
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
        let mut names = Vec::new();
        let mut kept = Layout::default();
        if let Some(parameters) = &lambda.parameters {
            if parameters.vararg.is_some() || parameters.kwarg.is_some() {
                return refuse(lambda, "`*` has no counterpart in a lambda");
            }
            for parameter in parameters.iter_non_variadic_params() {
                let own = renamed(parameter.name());
                match &parameter.default {
                    // Evaluated where the lambda is made: a variable of its own.
                    Some(default) => {
                        let value = self.text(default)?;
                        kept.line(&value.wrapped(&format!("let {own} = "), ";"));
                    }
                    None => names.push(own),
                }
            }
        }
        let scope = self.scopes.of_expression(lambda);
        let body = self.within(scope, |translator| translator.expr(&lambda.body))?;
        let mut text = Text::at(at, format!("|{}| ", names.join(", ")));
        match body.text.as_str().starts_with('{') {
            true => text.add(&body.text.wrapped("{ ", " }")),
            false => text.add(&body.text),
        }
        if kept.count() == 0 {
            return Ok(Piece::loose(text));
        }
        kept.line(&text);
        Ok(super::expression::block(kept))
    }

    pub(super) fn class(&mut self, class: &'a ast::StmtClassDef, _: &mut Layout) -> Outcome<()> {
        refuse(
            &class.name,
            format!("the class `{}` has no counterpart here yet", class.name),
        )
    }
}

/// Whether a function's own statements yield.
fn yields(body: &[Stmt]) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                walk_stmt(self, statement);
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                other => walk_expr(self, other),
            }
        }
    }
    let mut finder = Finder(false);
    finder.visit_body(body);
    finder.0
}
