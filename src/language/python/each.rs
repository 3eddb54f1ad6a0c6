//! `for`: over anything, with any targets, with variables that belong to the function.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::{Ranged, TextSize};

use super::call::bind;
use super::text::{Layout, Text};
use super::translate::{Outcome, Translator};
use super::types::Type;

/// The beginning of a `for`: its line, and the lines that set the targets.
pub(super) struct Head {
    head: Text,
    lines: Vec<Text>,
}

impl Head {
    pub(super) fn open(&self, layout: &mut Layout) {
        layout.open(&self.head);
        for line in &self.lines {
            layout.line(line);
        }
    }
}

impl<'a> Translator<'a> {
    pub(super) fn for_loop(&mut self, each: &'a ast::StmtFor, layout: &mut Layout) -> Outcome<()> {
        // An asynchronous generator's frame runs in the task that takes, which waits for what it awaits.
        let mut made = Vec::new();
        // `map` and `filter` call their function in each round.
        let (mut iterable, first) = self.lazy(&each.iter)?;
        // Nobody else holds it: it is closed as soon as the loop is left, however.
        let left = self
            .gives_generator_to_close(each)
            .then(|| self.fresh("source"));
        if let Some(left) = &left {
            layout.line(&iterable.wrapped(&format!("let {left} = "), ";"));
            iterable = Text::at(each.iter.start(), left.clone());
        }
        let mut head = self.head(&each.target, &iterable, each.start(), first, &mut made)?;
        // Items that come one by one are counted one by one.
        if let Some((counter, start)) = head.1.take() {
            layout.line(&start);
            let _ = counter;
        }
        let flag = self.begin_loop(&each.orelse, layout);
        if left.is_some() {
            layout.open(&"try".into());
        }
        head.0.open(layout);
        self.body(&each.body, layout);
        layout.close("");
        if let Some(left) = left {
            layout.reopen(&"finally".into());
            layout.line(&format!("{left}.close();").into());
            layout.close("");
            self.release(&left);
        }
        self.end_loop(flag, &each.orelse, layout);
        made.iter().for_each(|name| self.release(name));
        Ok(())
    }

    /// Whether a loop goes through a generator that its own line makes, and that has something to do when it
    /// is left.
    fn gives_generator_to_close(&self, each: &ast::StmtFor) -> bool {
        let made = match &*each.iter {
            Expr::Call(call) if self.full_name(&call.func).as_deref() == Some("enumerate") => {
                match call.arguments.args.first() {
                    Some(made) => made,
                    None => return false,
                }
            }
            made => made,
        };
        !each.is_async && self.makes_generator_to_close(made)
    }

    /// Whether an expression makes a generator that has something to do when it is left.
    pub(super) fn makes_generator_to_close(&self, expr: &Expr) -> bool {
        let Expr::Call(call) = expr else {
            return false;
        };
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return false,
        };
        self.with_an_end.contains(name)
    }

    /// The beginning of the `for` of a comprehension.
    pub(super) fn for_head(
        &mut self,
        target: &'a Expr,
        iterable: &Text,
        generator: &'a ast::Comprehension,
        made: &mut Vec<String>,
    ) -> Outcome<Head> {
        let way = if self.gives_pairs(&generator.iter) {
            Way::Pair
        } else {
            Way::Item
        };
        Ok(self.head(target, iterable, generator.start(), way, made)?.0)
    }

    /// What a comprehension goes through.
    pub(super) fn iterable(&mut self, iter: &'a Expr) -> Outcome<Text> {
        if !matches!(self.type_of(iter), Type::Range) {
            self.python();
        }
        let text = self.collected_text(iter)?;
        Ok(self.iterated(iter, text))
    }

    /// What a `for` goes through, and what it does with each item first.
    fn lazy(&mut self, iter: &'a Expr) -> Outcome<(Text, Way)> {
        if let Expr::Call(call) = iter {
            let full = self.full_name(&call.func);
            match full.as_deref() {
                Some("map" | "filter") if call.arguments.args.len() == 2 => {
                    self.python();
                    let function = self.expr(&call.arguments.args[0])?;
                    let is_name = matches!(&call.arguments.args[0], Expr::Name(_));
                    let of = &call.arguments.args[1];
                    let iterable = self.text(of)?;
                    let iterable = self.iterated(of, iterable);
                    let mut callee = function.bound(super::expression::Binding::Tight);
                    if !is_name {
                        callee.push(".call");
                    }
                    let way = match full.as_deref() {
                        Some("map") => Way::Map(callee),
                        _ => return Ok((self.text(iter)?, Way::Item)),
                    };
                    return Ok((iterable, way));
                }
                Some("enumerate") => {
                    let mut bound = bind(call, "enumerate", &["iterable", "start"])?;
                    if let Some(iterable) = bound.take("iterable")
                        && comes_one_by_one(iterable)
                    {
                        let start = match bound.take("start") {
                            Some(start) => self.text(start)?,
                            None => "0".into(),
                        };
                        let text = self.text(iterable)?;
                        return Ok((self.iterated(iterable, text), Way::Counted(start)));
                    }
                }
                _ => {}
            }
        }
        let iter_type = self.type_of(iter);
        if !matches!(iter_type, Type::Range | Type::Text) {
            self.python();
        }
        let way = if self.gives_pairs(iter) {
            Way::Pair
        } else {
            Way::Item
        };
        let text = self.taken_text(iter)?;
        Ok((self.iterated(iter, text), way))
    }

    /// What a `for` goes through: a class of the text may say what that is.
    pub(super) fn iterated(&mut self, iter: &Expr, text: Text) -> Text {
        let may_be_own = self.type_of(iter) == Type::Unknown
            && !matches!(
                iter,
                Expr::List(_) | Expr::Tuple(_) | Expr::Dict(_) | Expr::Set(_) | Expr::ListComp(_)
            );
        if may_be_own && self.has_special(&["__iter__", "__getitem__", "__aiter__"]) {
            self.python();
            let iterate = self.helper("iterate");
            return text.wrapped(&format!("{iterate}("), ")");
        }
        text
    }

    /// An iterable whose items are taken later: `map` and `filter` are as lazy as in Python.
    pub(super) fn collected_or_lazy(&mut self, iter: &'a Expr) -> Outcome<Text> {
        self.taken_text(iter)
    }

    /// Whether all items are pairs: `d.items()`, `enumerate(xs)`, `zip(xs, ys)`.
    fn gives_pairs(&self, iter: &Expr) -> bool {
        let Expr::Call(call) = iter else { return false };
        match (&*call.func, self.full_name(&call.func).as_deref()) {
            (_, Some("enumerate")) => true,
            (_, Some("zip")) => call.arguments.args.len() == 2,
            (Expr::Attribute(method), None) => {
                method.attr.as_str() == "items"
                    && call.arguments.is_empty()
                    && !self.methods.contains_key("items")
            }
            _ => false,
        }
    }

    fn head(
        &mut self,
        target: &'a Expr,
        iterable: &Text,
        start: TextSize,
        way: Way,
        made: &mut Vec<String>,
    ) -> Outcome<(Head, Option<(String, Text)>)> {
        // A block would be taken for the loop's own.
        let in_parentheses = iterable.wrapped("(", ")");
        let iterable = match iterable.as_str().starts_with('{') {
            true => &in_parentheses,
            false => iterable,
        };
        let mut lines = Vec::new();
        let mut before = None;
        let item = match (target, &way) {
            (Expr::Name(name), Way::Item | Way::Pair) if self.declares(&name.id, start) => {
                let own = self.variable(&name.id);
                let mut head = Text::at(start, "for ");
                head.mark(name.start());
                head.push(&own);
                head.push(" in ");
                head.add(iterable);
                return Ok((Head { head, lines }, None));
            }
            _ => {
                let wish = match target {
                    Expr::Name(name) => format!("next_{}", name.id),
                    _ => "item".to_string(),
                };
                let name = self.fresh(&wish);
                made.push(name.clone());
                name
            }
        };
        let is_of_pairs = matches!(way, Way::Pair);
        let value: Text = match way {
            Way::Item | Way::Pair => item.as_str().into(),
            Way::Map(callee) => {
                let mut call = callee;
                call.push(&format!("({item})"));
                call
            }
            Way::Counted(first) => {
                let counter = self.fresh("count");
                made.push(counter.clone());
                let mut line = Text::at(start, format!("let {counter} = "));
                line.add(&first);
                line.push(" - 1;");
                before = Some((counter.clone(), line));
                lines.push(format!("{counter} += 1;").into());
                format!("[{counter}, {item}]").into()
            }
        };
        let mut inner = Layout::default();
        match target {
            // Items that are pairs need no look at how many parts they have.
            Expr::Tuple(targets) if is_of_pairs && targets.elts.len() == 2 => {
                for (index, target) in targets.elts.iter().enumerate() {
                    let part = format!("{item}[{index}]").into();
                    self.set_each(target, &part, start, &mut inner)?;
                }
            }
            target => self.set_each(target, &value, start, &mut inner)?,
        }
        lines.push(inner.into_text());
        let mut head = Text::at(start, format!("for {item} in "));
        head.add(iterable);
        Ok((Head { head, lines }, before))
    }

    /// Sets the targets of one round.
    fn set_each(
        &mut self,
        target: &'a Expr,
        value: &Text,
        start: TextSize,
        layout: &mut Layout,
    ) -> Outcome<()> {
        match target {
            Expr::Name(name) => {
                let own = self.variable(&name.id);
                let word = if self.declares(&name.id, start) {
                    "let "
                } else {
                    ""
                };
                let mut line = Text::at(name.start(), format!("{word}{own} = "));
                line.add(value);
                line.push(";");
                layout.line(&line);
                Ok(())
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. })
                if !elts.iter().any(|target| matches!(target, Expr::Starred(_))) =>
            {
                self.python();
                let name = self.fresh("parts");
                let unpack = self.helper("unpack");
                let mut line = Text::at(start, format!("let {name} = {unpack}("));
                line.add(value);
                line.push(&format!(", {});", elts.len()));
                layout.line(&line);
                for (index, target) in elts.iter().enumerate() {
                    let part = format!("{name}[{index}]").into();
                    self.set_each(target, &part, start, layout)?;
                }
                self.release(&name);
                Ok(())
            }
            other => self.assign_to(other, value, start, layout),
        }
    }
}

/// How a round's value comes from an item.
enum Way {
    /// It is the item.
    Item,
    /// It is the item, which is a pair.
    Pair,
    /// By this function.
    Map(Text),
    /// With a number before it, which begins with this one.
    Counted(Text),
}

/// Whether the items are made, or waited for, one after the other: all at once would be different.
fn comes_one_by_one(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(attribute) => !matches!(
                attribute.attr.as_str(),
                "items" | "keys" | "values" | "split"
            ),
            Expr::Name(name) => !matches!(
                name.id.as_str(),
                "range" | "sorted" | "list" | "zip" | "reversed"
            ),
            _ => true,
        },
        Expr::Name(_) => true,
        _ => false,
    }
}
