//! Statements.

use ruff_python_ast::{self as ast, Expr, Operator, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::expression::{Binding, Piece, is_plain, marked};
use super::names::{error_class, module};
use super::scope::{Declaration, is_main_test};
use super::string::quoted;
use super::text::{Layout, Text};
use super::translate::{Outcome, Translator, refuse};
use super::types::Type;
use crate::value::variable_name;

impl<'a> Translator<'a> {
    pub(super) fn statement(
        &mut self,
        statement: &'a Stmt,
        layout: &mut Layout,
        is_last: bool,
    ) -> Outcome<()> {
        let at = statement.start();
        match statement {
            Stmt::Expr(expr) => self.expression_statement(expr, layout, is_last),
            Stmt::Assign(assign) => self.assign(assign, layout),
            Stmt::AnnAssign(assign) => match &assign.value {
                Some(value) => {
                    let value = self.value_of(value, layout)?;
                    self.assign_to(&assign.target, &value, at, layout)
                }
                None => Ok(()),
            },
            Stmt::AugAssign(assign) => self.aug_assign(assign, layout),
            Stmt::Return(given) => {
                let value = match &given.value {
                    Some(value) => Some(self.value_of(value, layout)?),
                    None => None,
                };
                let mut line = Text::at(at, "return");
                if let Some(value) = &value {
                    line.push(" ");
                    line.add(value);
                }
                line.push(";");
                layout.line(&line);
                Ok(())
            }
            Stmt::If(branch) => self.branch(branch, layout),
            Stmt::For(each) => self.for_loop(each, layout),
            Stmt::While(each) => self.while_loop(each, layout),
            Stmt::With(with) => self.with(with, layout),
            Stmt::Try(protected) => self.try_statement(protected, layout),
            Stmt::Raise(raise) => self.raise(raise, layout),
            Stmt::Assert(assertion) => self.assertion(assertion, layout),
            Stmt::FunctionDef(def) => self.function(def, layout),
            Stmt::ClassDef(class) => self.class(class, layout),
            Stmt::Import(import) => self.import(import, layout),
            Stmt::ImportFrom(import) => self.import_from(import, layout),
            Stmt::Delete(delete) => self.delete(delete, layout),
            Stmt::Global(global) => self.check_global(global),
            Stmt::Pass(_) | Stmt::Nonlocal(_) => Ok(()),
            Stmt::Break(_) => {
                if let Some(Some(flag)) = self.loops.last() {
                    layout.line(&format!("{flag} = false;").into());
                }
                layout.line(&Text::at(at, "break;"));
                Ok(())
            }
            Stmt::Continue(_) => {
                layout.line(&Text::at(at, "continue;"));
                Ok(())
            }
            Stmt::Match(choice) => self.match_statement(choice, layout),
            Stmt::TypeAlias(alias) => refuse(alias, "a type alias has no counterpart here"),
            Stmt::IpyEscapeCommand(command) => refuse(command, "this is a command of IPython's"),
        }
    }

    /// Refuses `global` for a name that an enclosing function has for itself.
    fn check_global(&self, global: &'a ast::StmtGlobal) -> Outcome<()> {
        let mut parent = self.scopes.scopes[self.scope].parent;
        while let Some(scope) = parent.filter(|scope| *scope != 0) {
            for name in &global.names {
                if self.scopes.owner(scope, name) == Some(scope) {
                    let reason = format!(
                        "`global {name}` has no counterpart within a function that has a `{name}`"
                    );
                    return refuse(global, reason);
                }
            }
            parent = self.scopes.scopes[scope].parent;
        }
        Ok(())
    }

    fn expression_statement(
        &mut self,
        statement: &'a ast::StmtExpr,
        layout: &mut Layout,
        is_last: bool,
    ) -> Outcome<()> {
        if let Expr::StringLiteral(text) = &*statement.value
            && !is_last
        {
            // Documentation.
            for line in text.value.to_str().trim().lines() {
                layout.line(&Text::at(statement.start(), format!("// {}", line.trim())));
            }
            return Ok(());
        }
        if matches!(&*statement.value, Expr::EllipsisLiteral(_)) {
            return Ok(());
        }
        if let Expr::YieldFrom(from) = &*statement.value
            && [".send(", ".throw(", ".close("]
                .iter()
                .any(|word| self.source.text.contains(word))
        {
            self.yield_from(from, layout)?;
            return Ok(());
        }
        if let Expr::YieldFrom(from) = &*statement.value {
            self.python();
            let items = self.collected_or_lazy(&from.value)?;
            let iterate = self.helper("iterate");
            let item = self.fresh("item");
            layout.open(&Text::at(
                statement.start(),
                format!("for {item} in {iterate}({})", items.as_str()),
            ));
            layout.line(&Text::at(statement.start(), format!("yield({item});")));
            layout.close("");
            self.release(&item);
            return Ok(());
        }
        let piece = self.expr(&statement.value)?;
        // A block at the beginning of a line would be a statement.
        let mut line = match piece.text.as_str().starts_with('{') {
            true => piece.text.wrapped("(", ")"),
            false => piece.text,
        };
        if is_last && !is_call_of(&statement.value, "print") {
            self.gives_value = true;
        } else {
            line.push(";");
        }
        layout.line(&line);
        Ok(())
    }

    /// The text of a value, which may be that of a `yield from`.
    fn value_of(&mut self, value: &'a Expr, layout: &mut Layout) -> Outcome<Text> {
        match value {
            Expr::YieldFrom(from) => self.yield_from(from, layout),
            other => self.text(other),
        }
    }

    /// `yield from`, spelled out as in PEP 380: what is sent or thrown goes on to the inner generator.
    /// Returns the text of its value.
    fn yield_from(&mut self, from: &'a ast::ExprYieldFrom, layout: &mut Layout) -> Outcome<Text> {
        self.python();
        let at = from.start();
        let items = self.collected_or_lazy(&from.value)?;
        let inner = self.fresh("inner");
        let item = self.fresh("item");
        let sent = self.fresh("sent");
        let error = self.fresh("error");
        let (iter, take, is_end) = (
            self.helper("iter"),
            self.helper("take"),
            self.helper("is_end"),
        );
        let (delegate, returned) = (self.helper("delegate"), self.helper("returned"));
        layout.line(&marked(
            at,
            &items.wrapped(&format!("let {inner} = {iter}("), ");"),
        ));
        layout.line(&Text::at(at, format!("let {item} = {take}({inner});")));
        layout.open(&Text::at(at, format!("while !{is_end}({item})")));
        layout.line(&format!("let {sent};").into());
        layout.line(&format!("let {error} = none();").into());
        layout.line(&Text::at(
            at,
            format!("try {{ {sent} = yield({item}); }} catch (thrown) {{ {error} = thrown; }}"),
        ));
        layout.line(&Text::at(
            at,
            format!("{item} = {delegate}({inner}, {sent}, {error});"),
        ));
        layout.close("");
        Ok(format!("{returned}({item})").into())
    }

    /// `let`, where the statement that begins at `at` declares the variable.
    fn let_word(&self, name: &str, at: TextSize) -> &'static str {
        if self.declares(name, at) { "let " } else { "" }
    }

    /// Whether the statement that begins at `at` declares the variable.
    pub(super) fn declares(&self, name: &str, at: TextSize) -> bool {
        let Some(owner) = self.scopes.owner(self.scope, name) else {
            return false;
        };
        let own = match (owner, name) {
            (0, "args") => "args_".into(),
            _ => variable_name(name),
        };
        let is_known = owner == 0 && self.has_variable(&own);
        match self.scopes.declaration(owner, name) {
            Declaration::At(starts) => starts.contains(&at) && !is_known,
            _ => false,
        }
    }

    fn assign(&mut self, assign: &'a ast::StmtAssign, layout: &mut Layout) -> Outcome<()> {
        let at = assign.start();
        if let [target] = &assign.targets[..] {
            if let (Some(targets), Some(values)) = (plain_items(target), plain_items(&assign.value))
                && targets.len() == values.len()
            {
                return self.assign_in_parallel(targets, values, at, layout);
            }
            if let (Expr::Name(name), Expr::Call(call)) = (target, &*assign.value)
                && self.full_name(&call.func).as_deref() == Some("collections.namedtuple")
            {
                return self.named_tuple(name, call, layout);
            }
            let value = self.value_of(&assign.value, layout)?;
            return self.assign_to(target, &value, at, layout);
        }
        let value = self.text(&assign.value)?;
        if is_plain(&assign.value) {
            for target in &assign.targets {
                self.assign_to(target, &value, at, layout)?;
            }
            return Ok(());
        }
        let first_name = assign.targets.iter().find_map(|target| match target {
            Expr::Name(name) => Some(name),
            _ => None,
        });
        match first_name {
            Some(name) if matches!(&assign.targets[0], Expr::Name(_)) => {
                self.assign_to(&assign.targets[0], &value, at, layout)?;
                let own: Text = self.variable(&name.id).into();
                for target in &assign.targets[1..] {
                    self.assign_to(target, &own, at, layout)?;
                }
            }
            _ => {
                let name = self.fresh("value");
                layout.line(&value.wrapped(&format!("let {name} = "), ";"));
                for target in &assign.targets {
                    self.assign_to(target, &name.clone().into(), at, layout)?;
                }
            }
        }
        Ok(())
    }

    /// `a, b = x, y`: all values are there before the first is assigned.
    fn assign_in_parallel(
        &mut self,
        targets: &'a [Expr],
        values: &'a [Expr],
        at: TextSize,
        layout: &mut Layout,
    ) -> Outcome<()> {
        let texts = self.texts(values)?;
        let is_constant = |value: &Expr| is_plain(value) && !matches!(value, Expr::Name(_));
        let are_names = targets.iter().all(|target| matches!(target, Expr::Name(_)));
        if are_names && values.iter().all(is_constant) {
            for (target, text) in targets.iter().zip(&texts) {
                self.assign_to(target, text, at, layout)?;
            }
            return Ok(());
        }
        let name = self.fresh("values");
        let all = Text::joined(&texts, ", ").wrapped(&format!("let {name} = ["), "];");
        layout.line(&marked(at, &all));
        for (index, target) in targets.iter().enumerate() {
            self.assign_to(target, &format!("{name}[{index}]").into(), at, layout)?;
        }
        Ok(())
    }

    /// Assigns `value` to a target in a statement that begins at `at`.
    pub(super) fn assign_to(
        &mut self,
        target: &'a Expr,
        value: &Text,
        at: TextSize,
        layout: &mut Layout,
    ) -> Outcome<()> {
        match target {
            Expr::Name(name) => {
                let own = self.variable(&name.id);
                let mut line = Text::at(name.start(), self.let_word(&name.id, at));
                line.mark(name.start());
                line.push(&own);
                line.push(" = ");
                line.add(value);
                line.push(";");
                layout.line(&line);
                Ok(())
            }
            Expr::Attribute(_) | Expr::Subscript(_) => {
                if let Expr::Subscript(subscript) = target
                    && let Expr::Slice(slice) = &*subscript.slice
                {
                    return self.assign_to_slice(subscript, slice, value, at, layout);
                }
                if let Expr::Attribute(attribute) = target
                    && let Expr::Name(class) = &*attribute.value
                    && self.is_enum(&class.id)
                {
                    self.python();
                    let raise = self.helper("raise");
                    let message = format!("cannot reassign member '{}'", attribute.attr);
                    let line = format!("{raise}(\"AttributeError\", {});", quoted(&message));
                    layout.line(&Text::at(at, line));
                    return Ok(());
                }
                if let Expr::Attribute(attribute) = target
                    && attribute.attr.as_str() == "name"
                    && self.type_of(&attribute.value) == Type::Object("Thread")
                {
                    let of = self.expr(&attribute.value)?;
                    let mut line = marked(at, &of.bound(Binding::Tight));
                    line.add(&value.wrapped(".set_name(", ");"));
                    layout.line(&line);
                    return Ok(());
                }
                if let Expr::Attribute(attribute) = target
                    && attribute.attr.as_str() == "daemon"
                    && !self.has_attribute("daemon")
                {
                    let reason = "give `daemon=True` where the thread is made";
                    return refuse(target, reason);
                }
                if let Expr::Subscript(subscript) = target
                    && self.has_special(&["__setitem__"])
                    && !self.is_in_own_variable(target)
                {
                    self.python();
                    let name = self.helper("set_item");
                    let parts = [
                        self.text(&subscript.value)?,
                        self.text(&subscript.slice)?,
                        value.clone(),
                    ];
                    let mut line = Text::at(at, format!("{name}("));
                    line.add(&Text::joined(&parts, ", "));
                    line.push(");");
                    layout.line(&line);
                    return Ok(());
                }
                if let Expr::Attribute(attribute) = target
                    && (self.mixed.contains(attribute.attr.as_str())
                        || matches!(&*attribute.value, Expr::Call(_))
                        || self.is_property(&attribute.attr) && !self.has_setter(&attribute.attr))
                {
                    // The run knows whether it is a property, and one that can be set.
                    self.python();
                    let of = self.expr(&attribute.value)?;
                    let mut line = of.bound(Binding::Tight);
                    line.mark(attribute.attr.start());
                    let name = quoted(&self.attribute_name(&attribute.attr));
                    line.push(&format!(".__setattr__({name}, "));
                    line.add(value);
                    line.push(");");
                    layout.line(&line);
                    return Ok(());
                }
                if let Expr::Attribute(attribute) = target
                    && self.is_property(&attribute.attr)
                {
                    let name = super::class::setter_name(&attribute.attr);
                    let of = self.expr(&attribute.value)?;
                    let mut line = of.bound(Binding::Tight);
                    line.mark(attribute.attr.start());
                    line.push(&format!(".{name}("));
                    line.add(value);
                    line.push(");");
                    layout.line(&line);
                    return Ok(());
                }
                self.check_bound(target, at, layout);
                let mut line = self.place(target)?;
                line.push(" = ");
                line.add(value);
                line.push(";");
                layout.line(&line);
                Ok(())
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                self.python();
                let name = self.fresh("values");
                let stars: Vec<usize> = (elts.iter().enumerate())
                    .filter(|(_, target)| matches!(target, Expr::Starred(_)))
                    .map(|(index, _)| index)
                    .collect();
                let counts = match stars[..] {
                    [] => elts.len().to_string(),
                    [star] => format!("{star}, {}", elts.len() - star - 1),
                    _ => return refuse(target, "only one target may have a `*`"),
                };
                let unpack = self.helper("unpack");
                let mut line = Text::at(at, format!("let {name} = {unpack}("));
                line.add(value);
                line.push(&format!(", {counts});"));
                layout.line(&line);
                for (index, target) in elts.iter().enumerate() {
                    let target = match target {
                        Expr::Starred(starred) => &starred.value,
                        target => target,
                    };
                    self.assign_to(target, &format!("{name}[{index}]").into(), at, layout)?;
                }
                Ok(())
            }
            other => refuse(other, "an assignment to this has no counterpart here"),
        }
    }

    /// `xs[1:3] = ys`: all items are there before the list changes.
    fn assign_to_slice(
        &mut self,
        subscript: &'a ast::ExprSubscript,
        slice: &'a ast::ExprSlice,
        value: &Text,
        at: TextSize,
        layout: &mut Layout,
    ) -> Outcome<()> {
        if self.methods.contains_key("__setitem__") {
            return refuse(subscript, "a slice has no counterpart beside `__setitem__`");
        }
        self.python();
        let mut line = marked(at, &self.expr(&subscript.value)?.bound(Binding::Tight));
        line.push(".set_slice(");
        line.add(&self.bounds_of(slice)?);
        line.add(&value.wrapped(", list(", "));"));
        layout.line(&line);
        Ok(())
    }

    /// The bounds of a slice: `1, ()`, with the step where there is one.
    fn bounds_of(&mut self, slice: &'a ast::ExprSlice) -> Outcome<Text> {
        let parts = [&slice.lower, &slice.upper, &slice.step];
        let count = if slice.step.is_some() { 3 } else { 2 };
        let texts: Outcome<Vec<Text>> = (parts[..count].iter())
            .map(|part| {
                part.as_ref()
                    .map_or(Ok("()".into()), |part| self.text(part))
            })
            .collect();
        Ok(Text::joined(&texts?, ", "))
    }

    /// Asks for the value of the variable that a place begins with, where it may not be set.
    fn check_bound(&mut self, target: &'a Expr, at: TextSize, layout: &mut Layout) {
        if let Some(name) = root_of(target)
            && self.is_unsure(name)
        {
            self.python();
            let bound = self.helper("bound");
            let own = self.variable(&name.id);
            layout.line(&Text::at(at, format!("{bound}({own});")));
        }
    }

    /// A place that is assigned to: `xs[i]`, `account.balance`.
    fn place(&mut self, target: &'a Expr) -> Outcome<Text> {
        match target {
            Expr::Attribute(attribute) => {
                if let Expr::Name(name) = &*attribute.value
                    && self.full_name(&attribute.value).is_some()
                {
                    let reason = format!("`{}` has no attributes that can be set here", name.id);
                    return refuse(attribute, reason);
                }
                self.target_text(target)
            }
            _ => self.target_text(target),
        }
    }

    fn target_text(&mut self, target: &'a Expr) -> Outcome<Text> {
        let was_target = std::mem::replace(&mut self.is_target, true);
        let text = self.text(target);
        self.is_target = was_target;
        text
    }

    fn aug_assign(&mut self, assign: &'a ast::StmtAugAssign, layout: &mut Layout) -> Outcome<()> {
        let at = assign.start();
        let sign = match assign.op {
            Operator::Add => "+=",
            Operator::Sub => "-=",
            Operator::Mult => "*=",
            Operator::Div => "/=",
            Operator::Mod => "%=",
            Operator::Pow => "**=",
            Operator::BitOr => "|=",
            Operator::BitAnd => "&=",
            Operator::BitXor => "^=",
            Operator::LShift => "<<=",
            Operator::RShift => ">>=",
            Operator::FloorDiv => "",
            Operator::MatMult => return refuse(assign, "`@` has no counterpart here"),
        };
        self.check_bound(&assign.target, at, layout);
        let is_mixed = |name: &str| self.mixed.contains(name);
        if let Expr::Attribute(attribute) = &*assign.target
            && let is_mixed = is_mixed(&attribute.attr)
            && (is_mixed || self.is_property(&attribute.attr))
        {
            if !is_plain(&attribute.value) {
                return refuse(attribute, "keep what is changed here in a variable first");
            }
            let place = self.expr(&attribute.value)?.bound(Binding::Tight);
            let name = self.attribute_name(&attribute.attr);
            let left = match is_mixed {
                true => {
                    let bound = format!("{}(", self.helper("bound"));
                    Piece::tight(place.wrapped(&bound, &format!(".{name})")))
                }
                false => Piece::tight(place.wrapped("", &format!(".{name}()"))),
            };
            let value = self.expr(&assign.value)?;
            let types = (Type::Unknown, self.type_of(&assign.value));
            let changed = self.operation(assign.op, types, (&left, &value), at, assign)?;
            return self.assign_to(&assign.target, &changed.text, at, layout);
        }
        if let Expr::Subscript(subscript) = &*assign.target
            && matches!(&*subscript.slice, Expr::Slice(_))
        {
            return refuse(subscript, "`op=` of a slice has no counterpart here");
        }
        if let Expr::Subscript(subscript) = &*assign.target
            && self.has_special(&["__setitem__", "__getitem__"])
            && !self.is_in_own_variable(&assign.target)
        {
            self.python();
            let mut parts = [self.text(&subscript.value)?, self.text(&subscript.slice)?];
            for (part, expr) in parts.iter_mut().zip([&subscript.value, &subscript.slice]) {
                // Each is evaluated once.
                if !is_plain(expr) {
                    let name = self.fresh("kept");
                    layout.line(&marked(at, &part.wrapped(&format!("let {name} = "), ";")));
                    *part = name.into();
                }
            }
            let item = self.helper("item");
            let item = Text::joined(&parts, ", ").wrapped(&format!("{item}("), ")");
            let value = self.expr(&assign.value)?;
            let types = (Type::Unknown, self.type_of(&assign.value));
            let changed =
                self.operation(assign.op, types, (&Piece::tight(item), &value), at, assign)?;
            let name = self.helper("set_item");
            let mut line = Text::at(at, format!("{name}("));
            line.add(&Text::joined(parts.iter().chain([&changed.text]), ", "));
            line.push(");");
            layout.line(&line);
            return Ok(());
        }
        let types = (self.type_of(&assign.target), self.type_of(&assign.value));
        let is_quiet = !contains_call(&assign.value);
        let whole = assign;
        // Python reads the target before the right side; here `+=` does so afterwards.
        if is_quiet && !sign.is_empty() {
            let value = self.text(&assign.value)?;
            let place = self.place(&assign.target)?;
            let is_alike = match assign.op {
                Operator::Add => {
                    types.0.is_number() && types.1.is_number() || types == (Type::Text, Type::Text)
                }
                Operator::Sub | Operator::Mult => types.0.is_number() && types.1.is_number(),
                _ => false,
            };
            if !is_alike {
                self.python();
            }
            let mut line = marked(at, &place);
            line.push(" ");
            line.mark(assign.target.end() + TextSize::from(1));
            line.push(sign);
            line.push(" ");
            line.add(&value);
            line.push(";");
            layout.line(&line);
            return Ok(());
        }
        self.python();
        if types.0 == Type::Unknown && sign == "+=" && !is_quiet {
            // A list is extended in place, which `x = x + y` does not do.
            let name = self.fresh("more");
            if !matches!(&*assign.target, Expr::Name(_)) {
                return refuse(whole, "keep the value in a variable before this assignment");
            }
            let value = self.text(&assign.value)?;
            let own = self.place(&assign.target)?;
            let before = self.fresh("before");
            layout.line(&own.wrapped(&format!("let {before} = "), ";"));
            layout.line(&value.wrapped(&format!("let {name} = "), ";"));
            layout.line(&marked(at, &format!("{before} += {name};").into()));
            let mut line = own;
            line.push(&format!(" = {before};"));
            layout.line(&line);
            self.release(&name);
            self.release(&before);
            return Ok(());
        }
        let target = match &*assign.target {
            Expr::Name(_) => self.place(&assign.target)?,
            Expr::Subscript(subscript)
                if is_plain(&subscript.value) && is_plain(&subscript.slice) =>
            {
                self.place(&assign.target)?
            }
            Expr::Attribute(attribute) if is_plain(&attribute.value) => {
                self.place(&assign.target)?
            }
            other => {
                return refuse(other, "keep what is changed here in a variable first");
            }
        };
        let value = self.expr(&assign.value)?;
        let left = Piece::tight(target.clone());
        let sign_at = assign.target.end() + TextSize::from(1);
        let changed = self.operation(assign.op, types, (&left, &value), sign_at, whole)?;
        let mut line = marked(at, &target);
        line.push(" = ");
        line.add(&changed.text);
        line.push(";");
        layout.line(&line);
        Ok(())
    }

    /// The statements of a block that is open.
    pub(super) fn body(&mut self, body: &'a [Stmt], layout: &mut Layout) {
        self.comment_of_head(body, layout);
        self.suite(body, layout, false);
    }

    fn branch(&mut self, branch: &'a ast::StmtIf, layout: &mut Layout) -> Outcome<()> {
        if is_main_test(&branch.test) && branch.elif_else_clauses.is_empty() {
            // A script is always the main one.
            self.suite(&branch.body, layout, false);
            return Ok(());
        }
        let mut head = Text::at(branch.start(), "if ");
        head.add(&self.condition(&branch.test)?);
        layout.open(&head);
        self.body(&branch.body, layout);
        for clause in &branch.elif_else_clauses {
            self.comments_before(clause.start(), layout);
            let mut head = Text::at(clause.start(), "else");
            if let Some(test) = &clause.test {
                head.push(" if ");
                match self.condition(test) {
                    Ok(test) => head.add(&test),
                    Err(refusal) => {
                        layout.close("");
                        return Err(refusal);
                    }
                }
            }
            layout.reopen(&head);
            self.body(&clause.body, layout);
        }
        layout.close("");
        Ok(())
    }

    fn while_loop(&mut self, each: &'a ast::StmtWhile, layout: &mut Layout) -> Outcome<()> {
        let mut head = Text::at(each.start(), "while ");
        head.add(&self.condition(&each.test)?);
        let flag = self.begin_loop(&each.orelse, layout);
        layout.open(&head);
        self.body(&each.body, layout);
        layout.close("");
        self.end_loop(flag, &each.orelse, layout);
        Ok(())
    }

    /// Begins a loop, with a variable that says whether it came to its end if that matters.
    pub(super) fn begin_loop(&mut self, orelse: &[Stmt], layout: &mut Layout) -> Option<String> {
        let flag = (!orelse.is_empty()).then(|| self.fresh("completed"));
        if let Some(flag) = &flag {
            layout.line(&format!("let {flag} = true;").into());
        }
        self.loops.push(flag.clone());
        flag
    }

    pub(super) fn end_loop(
        &mut self,
        flag: Option<String>,
        orelse: &'a [Stmt],
        layout: &mut Layout,
    ) {
        self.loops.pop();
        if let Some(flag) = flag {
            layout.open(&format!("if {flag}").into());
            self.body(orelse, layout);
            layout.close("");
        }
    }

    fn with(&mut self, with: &'a ast::StmtWith, layout: &mut Layout) -> Outcome<()> {
        let is_object = |item: &ast::WithItem| {
            matches!(self.type_of(&item.context_expr), Type::Object(kind) if kind != "Pool")
                || matches!(&item.context_expr, Expr::Call(call)
                if self.full_name(&call.func).is_some_and(|full| {
                    !full.starts_with("contextlib.") && full != "multiprocessing.Pool"
                }))
        };
        let by_script = |item: &ast::WithItem| self.has_managers && !is_object(item);
        if with.items.iter().any(by_script) {
            return self.with_methods(with, &with.items, layout);
        }
        let mut head = Text::at(with.start(), "with ");
        let mut assigned = Vec::new();
        for (index, item) in with.items.iter().enumerate() {
            if index > 0 {
                head.push(", ");
            }
            head.add(&self.text(&item.context_expr)?);
            let Some(target) = &item.optional_vars else {
                continue;
            };
            let Expr::Name(name) = &**target else {
                return refuse(&**target, "`as` takes one name here");
            };
            let own = self.variable(&name.id);
            if self.declares(&name.id, with.start()) {
                head.push(" as ");
                head.mark(name.start());
                head.push(&own);
            } else {
                let made = self.fresh("entered");
                head.push(&format!(" as {made}"));
                assigned.push(format!("{own} = {made};"));
            }
        }
        layout.open(&head);
        for line in assigned {
            layout.line(&line.into());
        }
        self.body(&with.body, layout);
        layout.close("");
        Ok(())
    }

    /// `with` on what may have `__enter__` and `__exit__`: as Python's reference spells it out.
    fn with_methods(
        &mut self,
        with: &'a ast::StmtWith,
        items: &'a [ast::WithItem],
        layout: &mut Layout,
    ) -> Outcome<()> {
        self.python();
        let Some((item, rest)) = items.split_first() else {
            self.body(&with.body, layout);
            return Ok(());
        };
        let at = item.context_expr.start();
        let context = self.text(&item.context_expr)?;
        let manager = self.fresh("manager");
        let leaves = self.fresh("leaves");
        let error = self.fresh("error");
        let (enter, exit) = match with.is_async {
            true => (self.helper("enter_async"), self.helper("exit_async")),
            false => (self.helper("enter"), self.helper("exit_with")),
        };
        let mut line = Text::at(at, format!("let {manager} = "));
        line.add(&context);
        line.push(";");
        layout.line(&line);
        let entered = Text::at(at, format!("{enter}({manager})"));
        match &item.optional_vars {
            Some(target) => self.assign_to(target, &entered, with.start(), layout)?,
            None => layout.line(&entered.wrapped("", ";")),
        }
        layout.line(&format!("let {leaves} = true;").into());
        layout.open(&Text::at(at, "try"));
        self.with_methods(with, rest, layout)?;
        layout.reopen(&format!("catch ({error})").into());
        layout.line(&format!("{leaves} = false;").into());
        layout.line(&Text::at(
            at,
            format!("if !{exit}({manager}, {error}) {{ throw; }}"),
        ));
        layout.reopen(&"finally".into());
        layout.line(&Text::at(
            at,
            format!("if {leaves} {{ {exit}({manager}); }}"),
        ));
        layout.close("");
        for name in [manager, leaves, error] {
            self.release(&name);
        }
        Ok(())
    }

    /// Whether a handler catches a `NameError`.
    fn catches_name(&self, handler: &ast::ExceptHandler) -> bool {
        let ast::ExceptHandler::ExceptHandler(handler) = handler;
        let of = |class: &Expr| {
            let full = self.full_name(class);
            matches!(
                full.as_deref(),
                Some("NameError" | "Exception" | "BaseException")
            )
        };
        match handler.type_.as_deref() {
            None => true,
            Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(of),
            Some(class) => of(class),
        }
    }

    fn try_statement(&mut self, protected: &'a ast::StmtTry, layout: &mut Layout) -> Outcome<()> {
        if protected.is_star {
            let reason = "`except*` has no counterpart here";
            return match protected.handlers.first() {
                Some(handler) => refuse(handler, reason),
                None => refuse(protected, reason),
            };
        }
        let flag = (!protected.orelse.is_empty()).then(|| self.fresh("succeeded"));
        if let Some(flag) = &flag {
            layout.line(&format!("let {flag} = false;").into());
        }
        layout.open(&Text::at(protected.start(), "try"));
        // What belongs to an `else` runs within the `finally`, too.
        let is_nested = !protected.finalbody.is_empty() && flag.is_some();
        if is_nested {
            layout.open(&"try".into());
        }
        let catches_names = self.catches_names;
        self.catches_names |= protected
            .handlers
            .iter()
            .any(|handler| self.catches_name(handler));
        self.body(&protected.body, layout);
        self.catches_names = catches_names;
        if let Some(flag) = &flag {
            layout.line(&format!("{flag} = true;").into());
        }
        if !protected.handlers.is_empty() {
            self.handlers(&protected.handlers, layout)?;
        }
        if is_nested {
            layout.close("");
        }
        let orelse = |translator: &mut Self, layout: &mut Layout| {
            if let Some(flag) = &flag {
                layout.open(&format!("if {flag}").into());
                translator.body(&protected.orelse, layout);
                layout.close("");
            }
        };
        if is_nested {
            orelse(self, layout);
        }
        if !protected.finalbody.is_empty() {
            layout.reopen(&"finally".into());
            self.body(&protected.finalbody, layout);
        }
        layout.close("");
        if !is_nested {
            orelse(self, layout);
        }
        Ok(())
    }

    /// `} catch (e) { if isinstance(e, ...) { ... } else { throw; }`
    /// A pipe has no end here that could be read.
    fn refuse_end_of_pipe(&self, handlers: &'a [ast::ExceptHandler]) -> Outcome<()> {
        let is_pipe = |full: &String| full == "multiprocessing.Pipe" || full == "multiprocessing";
        if !(self.imports.values().any(is_pipe) && self.source.text.contains("Pipe(")) {
            return Ok(());
        }
        let ends = handlers.iter().find_map(|handler| {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            let class = handler.type_.as_deref()?;
            (self.full_name(class).as_deref() == Some("EOFError")).then_some(class)
        });
        match ends {
            Some(class) => refuse(
                class,
                "`EOFError` of a pipe has no counterpart here: send what says that nothing more comes",
            ),
            None => Ok(()),
        }
    }

    fn handlers(&mut self, handlers: &'a [ast::ExceptHandler], layout: &mut Layout) -> Outcome<()> {
        self.refuse_end_of_pipe(handlers)?;
        let handlers: Vec<&'a ast::ExceptHandlerExceptHandler> = (handlers.iter())
            .map(|ast::ExceptHandler::ExceptHandler(handler)| handler)
            .collect();
        let named = handlers.iter().find_map(|handler| handler.name.as_ref());
        let error = match named {
            Some(name) if self.is_only_caught(name) => self.variable(name),
            Some(_) => self.fresh("caught"),
            None => self.fresh("error"),
        };
        let mut head = Text::default();
        if let Some(first) = handlers.first() {
            head.mark(first.start());
        }
        head.push(&format!("catch ({error})"));
        layout.reopen(&head);
        self.python();
        let mut is_open = false;
        let mut catches_all = false;
        for handler in &handlers {
            self.comments_before(handler.start(), layout);
            let test = match &handler.type_ {
                Some(class) => {
                    let class = self.classes(class)?;
                    Some(class.wrapped(&format!("isinstance({error}, "), ")"))
                }
                None => None,
            };
            match (&test, is_open) {
                (Some(test), false) => layout.open(&test.wrapped("if ", "")),
                (Some(test), true) => layout.reopen(&test.wrapped("else if ", "")),
                (None, true) => layout.reopen(&"else".into()),
                (None, false) => {}
            }
            is_open |= test.is_some();
            catches_all |= test.is_none();
            if let Some(name) = &handler.name {
                let own = self.variable(name);
                if !self.is_only_caught(name) {
                    layout.line(&format!("{own} = {error};").into());
                } else if own != error {
                    layout.line(&format!("let {own} = {error};").into());
                }
            }
            self.caught.push(error.clone());
            self.body(&handler.body, layout);
            self.caught.pop();
        }
        if is_open {
            if !catches_all {
                layout.reopen(&"else".into());
                layout.line(&"throw;".into());
            }
            layout.close("");
        }
        Ok(())
    }

    fn is_only_caught(&self, name: &str) -> bool {
        (self.scopes.owner(self.scope, name))
            .is_some_and(|owner| self.scopes.declaration(owner, name) == Declaration::Handler)
    }

    fn raise(&mut self, raise: &'a ast::StmtRaise, layout: &mut Layout) -> Outcome<()> {
        let at = raise.start();
        let Some(error) = &raise.exc else {
            if self.caught.is_empty() {
                return refuse(raise, "`raise` alone stands in an `except` here");
            }
            layout.line(&Text::at(at, "throw;"));
            return Ok(());
        };
        if self.keeps_causes && (raise.cause.is_some() || !self.caught.is_empty()) {
            self.python();
            let value = match self.full_name(error).and_then(|full| error_class(&full)) {
                Some(class) => format!("{}()", class.rsplit('.').next().unwrap_or(class)).into(),
                None => match &**error {
                    Expr::Name(name) if self.class_named(&name.id).is_some() => {
                        Text::from(format!("{}()", self.variable(&name.id)))
                    }
                    other => self.text(other)?,
                },
            };
            let cause = match &raise.cause {
                Some(cause) => self.text(cause)?,
                None => "()".into(),
            };
            let context = self.caught.last().cloned().unwrap_or_else(|| "()".into());
            let suppresses = if raise.cause.is_some() {
                "true"
            } else {
                "false"
            };
            let name = self.helper("raised_from");
            let parts = [value, cause, context.into(), suppresses.into()];
            let line = Text::joined(&parts, ", ").wrapped(&format!("throw {name}("), ");");
            layout.line(&marked(at, &line));
            return Ok(());
        }
        if matches!(
            &**error,
            Expr::StringLiteral(_) | Expr::FString(_) | Expr::NumberLiteral(_)
        ) {
            self.python();
            let raise = self.helper("raise");
            let message = "exceptions must derive from BaseException";
            let line = format!("{raise}(\"TypeError\", {});", quoted(message));
            layout.line(&Text::at(at, line));
            return Ok(());
        }
        let mut line = Text::at(at, "throw ");
        match self.full_name(error).and_then(|full| error_class(&full)) {
            // A class alone is called without arguments.
            Some(class) => {
                self.python();
                let own = class.rsplit('.').next().unwrap_or(class);
                line.push(&format!("{own}()"));
            }
            None => match &**error {
                Expr::Name(name) if self.class_named(&name.id).is_some() => {
                    let own = self.variable(&name.id);
                    line.push(&format!("{own}()"));
                }
                other => line.add(&self.text(other)?),
            },
        }
        line.push(";");
        layout.line(&line);
        Ok(())
    }

    fn assertion(&mut self, assertion: &'a ast::StmtAssert, layout: &mut Layout) -> Outcome<()> {
        let test_type = self.type_of(&assertion.test);
        let mut test = self.text(&assertion.test)?;
        if test_type != Type::Bool {
            self.python();
            test = test.wrapped("bool(", ")");
        }
        let mut line = Text::at(assertion.start(), "assert(");
        line.add(&test);
        if let Some(message) = &assertion.msg {
            self.python();
            line.push(", ");
            line.add(&self.text(message)?);
        }
        line.push(");");
        layout.line(&line);
        Ok(())
    }

    fn import(&mut self, import: &'a ast::StmtImport, layout: &mut Layout) -> Outcome<()> {
        for alias in &import.names {
            module(&alias.name).or_else(|reason| refuse(alias, reason))?;
            self.imported(&alias.name, alias.start(), layout);
        }
        Ok(())
    }

    fn import_from(&mut self, import: &'a ast::StmtImportFrom, layout: &mut Layout) -> Outcome<()> {
        let name = import.module.as_ref().map_or("", |module| module.as_str());
        if import.level > 0 {
            return refuse(import, "a script imports no other files");
        }
        for alias in &import.names {
            if alias.name.as_str() == "*" {
                module(name).or_else(|reason| refuse(import, reason))?;
            } else if super::names::module(&format!("{name}.{}", alias.name)).is_err() {
                super::names::member(name, &alias.name).or_else(|reason| refuse(alias, reason))?;
            }
        }
        self.imported(name, import.start(), layout);
        Ok(())
    }

    /// `import threading;`, once, for the modules that this language knows, too.
    fn imported(&mut self, name: &str, at: TextSize, layout: &mut Layout) {
        let is_known = super::is_module(name.split('.').next().unwrap_or_default());
        if is_known && self.imported.insert(name.to_string()) {
            layout.line(&Text::at(at, format!("import {name};")));
        }
    }

    fn delete(&mut self, delete: &'a ast::StmtDelete, layout: &mut Layout) -> Outcome<()> {
        for target in &delete.targets {
            match target {
                Expr::Name(name) => {
                    self.python();
                    let own = self.variable(&name.id);
                    let unset = self.unset();
                    let line = format!("{own} = {unset}({});", quoted(&name.id));
                    layout.line(&Text::at(target.start(), line));
                }
                Expr::Subscript(subscript)
                    if let Expr::Slice(slice) = &*subscript.slice
                        && !self.methods.contains_key("__delitem__") =>
                {
                    self.python();
                    let value = self.expr(&subscript.value)?;
                    let mut line = marked(target.start(), &value.bound(Binding::Tight));
                    line.push(".delete_slice(");
                    line.add(&self.bounds_of(slice)?);
                    line.push(");");
                    layout.line(&line);
                }
                Expr::Attribute(attribute) => {
                    self.python();
                    let value = self.expr(&attribute.value)?;
                    let mut line = marked(target.start(), &value.bound(Binding::Tight));
                    let name = self.attribute_name(&attribute.attr);
                    line.push(&format!(".__delattr__({});", quoted(&name)));
                    layout.line(&line);
                }
                Expr::Subscript(subscript) if self.has_special(&["__delitem__"]) => {
                    self.python();
                    let name = self.helper("del_item");
                    let parts = [self.text(&subscript.value)?, self.text(&subscript.slice)?];
                    let mut line = Text::at(target.start(), format!("{name}("));
                    line.add(&Text::joined(&parts, ", "));
                    line.push(");");
                    layout.line(&line);
                }
                Expr::Subscript(subscript) if !matches!(&*subscript.slice, Expr::Slice(_)) => {
                    self.python();
                    let value = self.expr(&subscript.value)?;
                    let index = self.text(&subscript.slice)?;
                    let mut line = Text::at(target.start(), "");
                    line.add(&value.bound(Binding::Tight));
                    line.push(".pop(");
                    line.add(&index);
                    line.push(");");
                    layout.line(&line);
                }
                other => return refuse(other, "`del` of this has no counterpart here"),
            }
        }
        Ok(())
    }
}

/// The variable that a place begins with.
fn root_of(target: &Expr) -> Option<&ast::ExprName> {
    match target {
        Expr::Name(name) => Some(name),
        Expr::Subscript(subscript) => root_of(&subscript.value),
        Expr::Attribute(attribute) => root_of(&attribute.value),
        _ => None,
    }
}

/// The items of a tuple or list without `*`.
fn plain_items(expr: &Expr) -> Option<&[Expr]> {
    let items = match expr {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        _ => return None,
    };
    let has_star = items.iter().any(|item| matches!(item, Expr::Starred(_)));
    (!has_star).then_some(items)
}

fn is_call_of(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Call(call) if matches!(&*call.func, Expr::Name(called) if called.id == name))
}

/// Whether evaluating it may run other code of the script.
fn contains_call(expr: &Expr) -> bool {
    ruff_python_ast::helpers::any_over_expr(expr, &|expr: &Expr| {
        matches!(
            expr,
            Expr::Call(_)
                | Expr::Await(_)
                | Expr::ListComp(_)
                | Expr::SetComp(_)
                | Expr::DictComp(_)
                | Expr::Generator(_)
                | Expr::Named(_)
        )
    })
}
