//! Expressions.

use ruff_python_ast::{self as ast, CmpOp, Expr, Operator, UnaryOp};
use ruff_text_size::{Ranged, TextSize};

use super::class::Class;
use super::names::own_name;
use super::scope::Declaration;
use super::text::{Layout, Text};
use super::translate::{Outcome, Translator, refuse};
use super::types::Type;
use crate::value::{attribute_name, variable_name};

/// How tightly the outermost operator of a piece binds; more binds tighter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// A closure or an `if`.
    Loose,
    Or,
    And,
    Compare,
    /// `|`, `&`, `^`, `<<`, `>>`, which bind differently in both languages.
    Bits,
    Sum,
    Product,
    /// A sign.
    Sign,
    /// A name, a call, something in brackets.
    Tight,
}

/// An expression of the translation.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) text: Text,
    pub(super) binding: Binding,
}

impl Piece {
    pub(super) fn tight(text: impl Into<Text>) -> Self {
        Self {
            text: text.into(),
            binding: Binding::Tight,
        }
    }

    pub(super) fn loose(text: Text) -> Self {
        Self {
            text,
            binding: Binding::Loose,
        }
    }

    /// The text, in parentheses unless it binds at least so tightly.
    pub(super) fn bound(&self, least: Binding) -> Text {
        match self.binding >= least {
            true => self.text.clone(),
            false => self.text.wrapped("(", ")"),
        }
    }
}

impl<'a> Translator<'a> {
    /// Translates an expression.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Outcome<Piece> {
        let was_awaited = std::mem::take(&mut self.is_awaited);
        let piece = self.expr_in(expr, was_awaited);
        self.is_awaited = was_awaited;
        piece
    }

    /// The text of an expression where anything may stand: an argument, a right side.
    pub(super) fn text(&mut self, expr: &'a Expr) -> Outcome<Text> {
        Ok(self.expr(expr)?.text)
    }

    pub(super) fn texts(&mut self, exprs: &'a [Expr]) -> Outcome<Vec<Text>> {
        exprs.iter().map(|expr| self.text(expr)).collect()
    }

    fn expr_in(&mut self, expr: &'a Expr, is_awaited: bool) -> Outcome<Piece> {
        let at = expr.start();
        match expr {
            Expr::Name(name) => self.name(name),
            Expr::NumberLiteral(number) => self.number(number),
            Expr::BooleanLiteral(value) => Ok(Piece::tight(Text::at(at, value.value.to_string()))),
            Expr::NoneLiteral(_) => Ok(Piece::tight(Text::at(at, "()"))),
            Expr::StringLiteral(text) => Ok(Piece::tight(Text::at(
                at,
                super::string::quoted(text.value.to_str()),
            ))),
            Expr::FString(text) => self.f_string(text),
            Expr::BinOp(binary) => self.binary(binary),
            Expr::UnaryOp(unary) => self.unary(unary),
            Expr::BoolOp(all) => self.bool_op(all),
            Expr::Compare(compare) => self.compare(compare),
            Expr::If(choice) => self.choice(choice),
            Expr::Call(call) => self.call(call, is_awaited),
            Expr::Attribute(attribute) => self.attribute(attribute),
            Expr::Subscript(subscript) => self.subscript(subscript),
            Expr::List(list) => self.display("list", &list.elts, at),
            Expr::Tuple(tuple) => self.display("tuple", &tuple.elts, at),
            Expr::Set(set) => self.display("set", &set.elts, at),
            Expr::Dict(dict) => self.dict(dict),
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::ListComp(list) => {
                self.comprehension(list, &list.generators, Collect::List(&list.elt))
            }
            Expr::SetComp(set) => self.comprehension(set, &set.generators, Collect::Set(&set.elt)),
            Expr::DictComp(dict) => match &dict.key {
                Some(key) => {
                    self.comprehension(dict, &dict.generators, Collect::Dict(key, &dict.value))
                }
                None => refuse(dict, "this comprehension has no counterpart here"),
            },
            Expr::Generator(each) => self.generator(each),
            Expr::Await(awaited) => {
                self.is_awaited = true;
                let value = self.expr(&awaited.value);
                self.is_awaited = false;
                let mut text = Text::at(at, "await ");
                match &*awaited.value {
                    Expr::Call(_) => text.add(&value?.bound(Binding::Tight)),
                    // A coroutine that was made before is a function here, which runs now.
                    _ => {
                        self.python();
                        let name = self.helper("awaited");
                        text.add(&value?.text.wrapped(&format!("{name}("), ")"));
                    }
                }
                if let Expr::Call(call) = &*awaited.value
                    && self.full_name(&call.func).as_deref() == Some("asyncio.gather")
                {
                    // What this language gives is an array.
                    return Ok(Piece::tight(text.wrapped("list(", ")")));
                }
                let binding = Binding::Sign;
                Ok(Piece { text, binding })
            }
            Expr::Named(named) => self.named(named),
            Expr::Starred(_) => refuse(expr, "`*` has no counterpart at this place"),
            Expr::Yield(given) => {
                let value = match &given.value {
                    Some(value) => self.text(value)?,
                    None => "()".into(),
                };
                let text = value.wrapped("yield(", ")");
                Ok(Piece::tight(marked(at, &text)))
            }
            Expr::YieldFrom(_) => refuse(
                expr,
                "the value of `yield from` has no counterpart here: write it as a statement",
            ),
            Expr::BytesLiteral(_) => refuse(expr, "bytes have no counterpart here"),
            Expr::EllipsisLiteral(_) => refuse(expr, "`...` has no counterpart here"),
            Expr::TString(_) => refuse(expr, "a template string has no counterpart here"),
            Expr::Slice(_) => refuse(expr, "a slice has no counterpart at this place"),
            Expr::IpyEscapeCommand(_) => refuse(expr, "this is a command of IPython's"),
        }
    }

    fn name(&mut self, name: &'a ast::ExprName) -> Outcome<Piece> {
        let at = name.start();
        if let Some(full) = self.full_name(&Expr::Name(name.clone()))
            && self
                .scopes
                .owner(self.scope, &name.id)
                .is_none_or(|_| self.imports.contains_key(name.id.as_str()))
        {
            return self.global_value(&full, name);
        }
        let own = self.variable(&name.id);
        if self.is_unsure(name) && !self.is_target {
            let mut text = Text::from(format!("{}(", self.helper("bound")));
            text.add(&Text::at(at, own));
            text.push(")");
            return Ok(Piece::tight(text));
        }
        Ok(Piece::tight(Text::at(at, own)))
    }

    /// Whether the variable may not be set where it is read.
    pub(super) fn is_unsure(&self, name: &ast::ExprName) -> bool {
        self.unsure.contains(&name.start()) && self.is_hoisted(&name.id)
    }

    /// Whether the variable is declared without a value, to be set later.
    fn is_hoisted(&self, name: &str) -> bool {
        (self.scopes.owner(self.scope, name))
            .is_some_and(|owner| self.scopes.declaration(owner, name) == Declaration::Top)
    }

    /// What a variable or function of the text is called.
    pub(super) fn variable(&mut self, name: &str) -> String {
        let owner = self.scopes.owner(self.scope, name);
        if let Some(owner) = owner
            && self
                .receivers
                .get(&owner)
                .is_some_and(|receiver| receiver == name)
        {
            return "this".into();
        }
        if let Some(kept) = self.class_variable(name) {
            return kept.clone();
        }
        if owner == Some(0) && name == "args" {
            // The script's arguments have that name here.
            return "args_".into();
        }
        let own = variable_name(name);
        // A variable that is called must not be taken for the library's function of its name.
        let is_called_variable = (self.scopes.owner(self.scope, name)).is_some_and(|owner| {
            let is_function = (self.functions.get(&(owner, name.to_string())))
                .is_some_and(|function| function.has_overloads);
            (self.scopes.name(owner, name))
                .is_some_and(|found| (found.is_called || found.is_only_class()) && !is_function)
        });
        // Nor for one of the text's functions.
        let is_parameter = owner
            .and_then(|owner| self.scopes.name(owner, name))
            .is_some_and(super::scope::Name::is_parameter);
        let is_hidden = owner != Some(0) && !is_parameter && self.is_plain_function(name);
        match is_called_variable && (is_hidden || super::is_library_name(&own)) {
            true => format!("{own}_"),
            false => own,
        }
    }

    /// A built-in or imported name as a value.
    fn global_value(&mut self, full: &str, whole: impl Ranged) -> Outcome<Piece> {
        let at = whole.start();
        if let Some((module, name)) = full.rsplit_once('.') {
            super::names::member(module, name).or_else(|reason| refuse(&whole, reason))?;
            if let Some(constant) = super::modules::constant(full) {
                if constant.starts_with("float") {
                    self.python();
                }
                return Ok(Piece::tight(Text::at(at, constant)));
            }
            if super::modules::is_object(module) {
                let object = self.module_object(module);
                return Ok(Piece::tight(Text::at(at, format!("{object}.{name}"))));
            }
            if let Some(function) = super::modules::function(full) {
                self.python();
                return Ok(Piece::tight(Text::at(at, self.helper(function.own))));
            }
            return Ok(Piece::tight(Text::at(at, own_name(full))));
        }
        if super::modules::is_object(full) {
            let object = self.module_object(full);
            return Ok(Piece::tight(Text::at(at, object)));
        }
        if super::names::module(full).is_ok() {
            return refuse(whole, format!("the module `{full}` is no value here"));
        }
        if let Some(class) = super::names::error_class(full) {
            self.python();
            let name = self.helper("class_of_errors");
            let text = format!("{name}({})", super::string::quoted(class));
            return Ok(Piece::tight(Text::at(at, text)));
        }
        match full {
            "__name__" => Ok(Piece::tight(Text::at(at, "\"__main__\""))),
            "NotImplemented" if self.may_decline => {
                let missing = self.helper("missing");
                Ok(Piece::tight(Text::at(at, format!("{missing}()"))))
            }
            "NotImplemented" | "__file__" | "__doc__" => {
                refuse(whole, format!("`{full}` has no counterpart here"))
            }
            _ if super::builtins::is_refused(full).is_some() => {
                refuse(whole, super::builtins::is_refused(full).unwrap_or_default())
            }
            _ => {
                // A function as a value: `pool.map(print, items)`.
                if super::builtins::is_function(full) {
                    self.python();
                }
                if let Some(error) = self.unknown_name(full) {
                    return Ok(Piece::tight(Text::at(at, error)));
                }
                Ok(Piece::tight(Text::at(at, attribute_name(full))))
            }
        }
    }

    /// The error of a name that nothing has, where a handler may catch it.
    pub(super) fn unknown_name(&mut self, name: &str) -> Option<String> {
        let is_known = super::builtins::is_function(name)
            || (self.earlier)(&variable_name(name)).is_some()
            || super::is_library_name(&attribute_name(name));
        if is_known || !self.catches_names {
            return None;
        }
        self.python();
        let raise = self.helper("raise");
        let message = super::string::quoted(&format!("name '{name}' is not defined"));
        Some(format!("{raise}(\"NameError\", {message})"))
    }

    fn number(&mut self, number: &ast::ExprNumberLiteral) -> Outcome<Piece> {
        let text = match &number.value {
            ast::Number::Int(value) => match value.as_i64() {
                Some(value) => value.to_string(),
                None => {
                    return refuse(
                        number,
                        "integers are of 64 bits here: this one is too large",
                    );
                }
            },
            ast::Number::Float(value) if value.is_infinite() => "float(\"inf\")".into(),
            ast::Number::Float(value) => super::string::float(*value),
            ast::Number::Complex { .. } => {
                return refuse(number, "complex numbers have no counterpart here");
            }
        };
        Ok(Piece::tight(Text::at(number.start(), text)))
    }

    /// Where the operator between two operands stands.
    fn operator_between(&self, left: &Expr, right: &Expr) -> TextSize {
        let between = self
            .source
            .text
            .get(left.end().to_usize()..right.start().to_usize());
        let skipped = (between.unwrap_or_default())
            .find(|ch: char| !ch.is_whitespace() && !matches!(ch, ')' | '\\'))
            .unwrap_or_default();
        left.end() + TextSize::try_from(skipped).unwrap_or_default()
    }

    fn binary(&mut self, binary: &'a ast::ExprBinOp) -> Outcome<Piece> {
        let types = (self.type_of(&binary.left), self.type_of(&binary.right));
        let left = self.expr(&binary.left)?;
        let right = self.expr(&binary.right)?;
        let at = self.operator_between(&binary.left, &binary.right);
        self.operation(binary.op, types, (&left, &right), at, binary)
    }

    /// `left op right`.
    pub(super) fn operation(
        &mut self,
        op: Operator,
        (left_type, right_type): (Type, Type),
        (left, right): (&Piece, &Piece),
        at: TextSize,
        whole: impl Ranged,
    ) -> Outcome<Piece> {
        use Binding::{Bits, Product, Sign, Sum, Tight};
        let are_numbers = left_type.is_number() && right_type.is_number();
        let are_texts = left_type == Type::Text && right_type == Type::Text;
        let (sign, binding, left_least, right_least) = match op {
            Operator::Add => {
                if !are_numbers && !are_texts {
                    self.python();
                }
                ("+", Sum, Sum, Product)
            }
            Operator::Sub | Operator::Mult if !are_numbers => {
                self.python();
                match op {
                    Operator::Sub => ("-", Sum, Sum, Product),
                    _ => ("*", Product, Product, Sign),
                }
            }
            Operator::Sub => ("-", Sum, Sum, Product),
            Operator::Mult => ("*", Product, Product, Sign),
            Operator::Div => {
                if !are_numbers || left_type == Type::Int && right_type == Type::Int {
                    self.python();
                }
                ("/", Product, Product, Sign)
            }
            // What is shown may be up to the script.
            Operator::Mod
                if left_type == Type::Text
                    && right_type == Type::Unknown
                    && !self.classes.is_empty() =>
            {
                self.python();
                let mut text = Text::at(at, format!("{}(", self.helper("percent")));
                text.add(&Text::joined([&left.text, &right.text], ", "));
                text.push(")");
                return Ok(Piece::tight(text));
            }
            Operator::Mod => {
                self.python();
                ("%", Product, Product, Sign)
            }
            Operator::Pow => {
                self.python();
                ("**", Bits, Tight, Tight)
            }
            Operator::FloorDiv => {
                self.python();
                let mut text = Text::default();
                text.mark(at);
                text.push(&self.helper("div_floor"));
                text.push("(");
                text.add(&left.text);
                text.push(", ");
                text.add(&right.text);
                text.push(")");
                return Ok(Piece::tight(text));
            }
            Operator::BitOr
            | Operator::BitAnd
            | Operator::BitXor
            | Operator::LShift
            | Operator::RShift => {
                self.python();
                let sign = match op {
                    Operator::BitOr => "|",
                    Operator::BitAnd => "&",
                    Operator::BitXor => "^",
                    Operator::LShift => "<<",
                    _ => ">>",
                };
                (sign, Bits, Tight, Tight)
            }
            Operator::MatMult => {
                if !self.methods.contains_key("__matmul__") {
                    return refuse(whole, "`@` has no counterpart here");
                }
                self.python();
                let mut text = left.bound(Tight);
                text.mark(at);
                text.push(".__matmul__(");
                text.add(&right.text);
                text.push(")");
                return Ok(Piece::tight(text));
            }
        };
        let mut text = left.bound(left_least);
        text.push(" ");
        text.mark(at);
        text.push(sign);
        text.push(" ");
        text.add(&right.bound(right_least));
        Ok(Piece { text, binding })
    }

    fn unary(&mut self, unary: &'a ast::ExprUnaryOp) -> Outcome<Piece> {
        let operand_type = self.type_of(&unary.operand);
        if unary.op == UnaryOp::USub
            && let Expr::NumberLiteral(number) = &*unary.operand
            && let ast::Number::Int(value) = &number.value
            && value.as_i64().is_none()
            && value.as_u64() == Some(1 << 63)
        {
            let text = Text::at(unary.start(), "(-9223372036854775807 - 1)");
            return Ok(Piece::tight(text));
        }
        let operand = match unary.op {
            UnaryOp::Not => self.truth_of_instance(&unary.operand)?,
            _ => self.expr(&unary.operand)?,
        };
        let sign = match unary.op {
            UnaryOp::Not => {
                if operand_type != Type::Bool {
                    self.python();
                }
                "!"
            }
            UnaryOp::USub | UnaryOp::UAdd => {
                if !operand_type.is_number() {
                    self.python();
                }
                if unary.op == UnaryOp::USub { "-" } else { "+" }
            }
            UnaryOp::Invert => {
                self.python();
                let mut text = Text::at(unary.start(), "-");
                text.add(&operand.bound(Binding::Tight));
                text.push(" - 1");
                let binding = Binding::Sum;
                return Ok(Piece { text, binding });
            }
        };
        let mut text = Text::at(unary.start(), sign);
        text.add(&operand.bound(Binding::Tight));
        let binding = Binding::Sign;
        Ok(Piece { text, binding })
    }

    fn bool_op(&mut self, all: &'a ast::ExprBoolOp) -> Outcome<Piece> {
        let (sign, binding, least) = match all.op {
            ast::BoolOp::And => (" && ", Binding::And, Binding::Compare),
            ast::BoolOp::Or => (" || ", Binding::Or, Binding::And),
        };
        let mut parts = Vec::new();
        for value in &all.values {
            if self.type_of(value) != Type::Bool {
                self.python();
            }
            let piece = self.operand_of_truth(value)?;
            // Bits bind more loosely than `&&` here.
            let part = match piece.binding {
                Binding::Bits => piece.text.wrapped("(", ")"),
                _ => piece.bound(least),
            };
            parts.push(part);
        }
        let text = Text::joined(&parts, sign);
        Ok(Piece { text, binding })
    }

    /// An operand of `not`: a class of the text may say what is true of its instances.
    fn truth_of_instance(&mut self, operand: &'a Expr) -> Outcome<Piece> {
        let piece = self.expr(operand)?;
        let is_plain_bool = self.type_of(operand) != Type::Unknown
            || matches!(operand, Expr::Compare(_) | Expr::BoolOp(_));
        if is_plain_bool || !self.has_special(&["__bool__", "__len__"]) {
            return Ok(piece);
        }
        self.python();
        Ok(Piece::tight(piece.text.wrapped("bool(", ")")))
    }

    /// A value whose truth is asked. This language's parser takes no literal there that is no bool, so
    /// one is written as a call.
    fn operand_of_truth(&mut self, value: &'a Expr) -> Outcome<Piece> {
        let function = match value {
            Expr::NumberLiteral(number) if matches!(number.value, ast::Number::Int(_)) => "int",
            Expr::NumberLiteral(_) => "float",
            Expr::UnaryOp(unary) if unary.op != UnaryOp::Not && is_plain(&unary.operand) => {
                match self.type_of(&unary.operand) {
                    Type::Int => "int",
                    Type::Float => "float",
                    _ => return self.expr(value),
                }
            }
            Expr::StringLiteral(_) | Expr::FString(_) => "str",
            Expr::NoneLiteral(_) => "none",
            _ => return self.expr(value),
        };
        self.python();
        let text = match function {
            "none" => Text::at(value.start(), "none()"),
            function => self.text(value)?.wrapped(&format!("{function}("), ")"),
        };
        Ok(Piece::tight(text))
    }

    /// The operand of `type(...)`, if the expression is that.
    fn operand_of_type(&self, expr: &'a Expr) -> Option<&'a Expr> {
        match expr {
            Expr::Call(call) if self.full_name(&call.func).as_deref() == Some("type") => {
                match &*call.arguments.args {
                    [operand] if call.arguments.keywords.is_empty() => Some(operand),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The name of a type, as a text: of `type(x)`, or of a class that is named.
    fn name_of_type(&mut self, expr: &'a Expr) -> Outcome<Option<Text>> {
        if let Some(operand) = self.operand_of_type(expr) {
            let operand = self.text(operand)?;
            let name = self.helper("type_name");
            return Ok(Some(operand.wrapped(&format!("{name}("), ")")));
        }
        let full = self.full_name(expr);
        let name = full.filter(|full| super::call::is_type(full));
        Ok(name.map(|name| Text::at(expr.start(), super::string::quoted(&name))))
    }

    fn compare(&mut self, compare: &'a ast::ExprCompare) -> Outcome<Piece> {
        if let ([op], [right]) = (&*compare.ops, &*compare.comparators)
            && (self.operand_of_type(&compare.left).is_some()
                || self.operand_of_type(right).is_some())
            && let (Some(left), Some(other)) =
                (self.name_of_type(&compare.left)?, self.name_of_type(right)?)
        {
            let sign = match op {
                CmpOp::Eq | CmpOp::Is => " == ",
                CmpOp::NotEq | CmpOp::IsNot => " != ",
                _ => return refuse(compare, "types can be compared by `==` and `is` only"),
            };
            self.python();
            let text = Text::joined([&left, &other], sign);
            let binding = Binding::Compare;
            return Ok(Piece { text, binding });
        }
        let operands: Vec<&'a Expr> = std::iter::once(&*compare.left)
            .chain(&compare.comparators)
            .collect();
        if let [op] = &*compare.ops {
            let left = self.expr(operands[0])?;
            let right = self.expr(operands[1])?;
            return self.comparison(*op, (operands[0], operands[1]), (left, right));
        }
        // Each operand is evaluated once: those in the middle must be plain, or are kept.
        let mut parts = Vec::new();
        let mut kept = Layout::default();
        let mut pieces = vec![self.expr(operands[0])?];
        for (index, operand) in operands.iter().enumerate().skip(1) {
            let piece = self.expr(operand)?;
            let is_last = index + 1 == operands.len();
            if is_last || is_plain(operand) {
                pieces.push(piece);
            } else if index == 1 {
                // `a < f() < b`: nothing has to be left out before the first comparison.
                if !is_plain(operands[0]) {
                    let name = self.fresh("left");
                    let line = pieces[0].text.wrapped(&format!("let {name} = "), ";");
                    kept.line(&line);
                    pieces[0] = Piece::tight(name);
                }
                let name = self.fresh("middle");
                kept.line(&piece.text.wrapped(&format!("let {name} = "), ";"));
                pieces.push(Piece::tight(name));
            } else {
                return refuse(
                    *operand,
                    "keep this operand in a variable before the comparison",
                );
            }
        }
        for (index, op) in compare.ops.iter().enumerate() {
            let pair = (pieces[index].clone(), pieces[index + 1].clone());
            let part = self.comparison(*op, (operands[index], operands[index + 1]), pair)?;
            parts.push(part.bound(Binding::Compare));
        }
        let text = Text::joined(&parts, " && ");
        if kept.count() == 0 {
            let binding = Binding::And;
            return Ok(Piece { text, binding });
        }
        kept.line(&text);
        Ok(block(kept))
    }

    /// `left op right`, for one comparison.
    fn comparison(
        &mut self,
        op: CmpOp,
        (left_expr, right_expr): (&'a Expr, &'a Expr),
        (left, right): (Piece, Piece),
    ) -> Outcome<Piece> {
        let types = (self.type_of(left_expr), self.type_of(right_expr));
        let is_none = |expr: &Expr| matches!(expr, Expr::NoneLiteral(_));
        let at = self.operator_between(left_expr, right_expr);
        let mut is_negated = false;
        let sign = match op {
            CmpOp::NotEq
                if self.has_special(&["__eq__"])
                    || self.classes.values().any(Class::is_dataclass) =>
            {
                self.python();
                is_negated = true;
                "=="
            }
            CmpOp::Eq | CmpOp::NotEq => {
                let are_alike = matches!(
                    types,
                    (Type::Int, Type::Int) | (Type::Text, Type::Text) | (Type::Bool, Type::Bool)
                );
                if !are_alike && !is_none(right_expr) {
                    self.python();
                }
                if op == CmpOp::Eq { "==" } else { "!=" }
            }
            CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
                if !matches!(types, (Type::Int, Type::Int) | (Type::Text, Type::Text)) {
                    self.python();
                }
                match op {
                    CmpOp::Lt => "<",
                    CmpOp::LtE => "<=",
                    CmpOp::Gt => ">",
                    _ => ">=",
                }
            }
            CmpOp::Is | CmpOp::IsNot if is_none(right_expr) || is_none(left_expr) => {
                if op == CmpOp::Is { "==" } else { "!=" }
            }
            CmpOp::Is | CmpOp::IsNot => {
                self.python();
                let mut text = Text::from(if op == CmpOp::IsNot { "!" } else { "" });
                text.mark(at);
                text.push(&self.helper("is_same"));
                text.push("(");
                text.add(&left.text);
                text.push(", ");
                text.add(&right.text);
                text.push(")");
                let binding = if op == CmpOp::IsNot {
                    Binding::Sign
                } else {
                    Binding::Tight
                };
                return Ok(Piece { text, binding });
            }
            CmpOp::In | CmpOp::NotIn => {
                if !matches!(types, (Type::Int, Type::Range) | (Type::Text, Type::Text)) {
                    self.python();
                }
                is_negated = op == CmpOp::NotIn;
                "in"
            }
        };
        let mut text = left.bound(Binding::Sum);
        text.push(" ");
        text.mark(at);
        text.push(sign);
        text.push(" ");
        text.add(&right.bound(Binding::Sum));
        match is_negated {
            true => Ok(Piece {
                text: text.wrapped("!(", ")"),
                binding: Binding::Sign,
            }),
            false => Ok(Piece {
                text,
                binding: Binding::Compare,
            }),
        }
    }

    /// The text of a condition.
    pub(super) fn condition(&mut self, test: &'a Expr) -> Outcome<Text> {
        if let Expr::NumberLiteral(number) = test
            && let ast::Number::Int(value) = &number.value
        {
            let holds = value.as_i64() != Some(0);
            return Ok(Text::at(test.start(), holds.to_string()));
        }
        if self.type_of(test) != Type::Bool {
            self.python();
        }
        let piece = self.operand_of_truth(test)?;
        // A block would be taken for that of the statement.
        match piece.text.as_str().starts_with(['{', '|']) {
            true => Ok(piece.text.wrapped("(", ")")),
            false => Ok(piece.text),
        }
    }

    fn choice(&mut self, choice: &'a ast::ExprIf) -> Outcome<Piece> {
        let test = self.condition(&choice.test)?;
        let body = self.text(&choice.body)?;
        let orelse = self.text(&choice.orelse)?;
        let mut text = Text::from("if ");
        text.add(&test);
        text.push(" { ");
        text.add(&body);
        text.push(" } else { ");
        text.add(&orelse);
        text.push(" }");
        Ok(Piece::loose(text))
    }

    fn attribute(&mut self, attribute: &'a ast::ExprAttribute) -> Outcome<Piece> {
        if let Some(full) = self.full_name(&Expr::Attribute(attribute.clone())) {
            return self.global_value(&full, attribute);
        }
        let name = attribute.attr.as_str();
        if name == "__name__"
            && let Some(operand) = self.operand_of_type(&attribute.value)
        {
            self.python();
            let operand = self.text(operand)?;
            let name = self.helper("type_name");
            let text = operand.wrapped(&format!("{name}("), ")");
            return Ok(Piece::tight(marked(attribute.start(), &text)));
        }
        if name == "__name__" {
            self.python();
            let of = self.text(&attribute.value)?;
            let function = self.helper("name_of");
            let text = of.wrapped(&format!("{function}("), ")");
            return Ok(Piece::tight(marked(attribute.start(), &text)));
        }
        if name == "__class__" {
            self.python();
            let of = self.text(&attribute.value)?;
            let function = self.helper("class_of");
            let text = of.wrapped(&format!("{function}("), ")");
            return Ok(Piece::tight(marked(attribute.start(), &text)));
        }
        if let Expr::Name(class) = &*attribute.value
            && let Some(class) = self.class_named(&class.id).cloned()
            && let Some(method) = self.method_of(&class, name)
            && method.kind == super::class::MethodKind::Instance
        {
            // A method of the class takes its instance first.
            let parameters = method.function.parameters;
            if !super::function::is_simple(parameters) {
                let reason =
                    "a method of this kind has no counterpart as a value of its class here";
                return refuse(attribute, reason);
            }
            let all = parameters.posonlyargs.iter().chain(&parameters.args);
            let names: Vec<String> = all
                .map(|parameter| variable_name(parameter.name()))
                .collect();
            let (own, rest) = (
                names.first().cloned().unwrap_or_default(),
                &names[1.min(names.len())..],
            );
            let called = format!("{own}.{}({})", self.attribute_name(name), rest.join(", "));
            let text = Text::at(
                attribute.start(),
                format!("|{}| {called}", names.join(", ")),
            );
            return Ok(Piece::loose(text));
        }
        if let Some("str" | "list" | "dict" | "set") = self.full_name(&attribute.value).as_deref() {
            // A method of a built-in type as a value: `key=str.lower`.
            self.python();
            let text = Text::at(attribute.start(), format!("|value| value.{name}()"));
            return Ok(Piece::loose(text));
        }
        if name == "args"
            && let Expr::Name(of) = &*attribute.value
            && let own = self.variable(&of.id)
            && self.caught.contains(&own)
        {
            self.python();
            let function = self.helper("args_of");
            let of = self.text(&attribute.value)?;
            return Ok(Piece::tight(of.wrapped(&format!("{function}("), ")")));
        }
        if matches!(name, "__cause__" | "__suppress_context__") {
            self.python();
            let function = self.helper("error_part");
            let of = self.text(&attribute.value)?;
            let end = format!(", {})", super::string::quoted(name));
            return Ok(Piece::tight(of.wrapped(&format!("{function}("), &end)));
        }
        if name == "__members__" {
            self.python();
            let function = self.helper("enum_members");
            let of = self.text(&attribute.value)?;
            return Ok(Piece::tight(of.wrapped(&format!("{function}("), ")")));
        }
        if name == "__mro__" {
            self.python();
            let function = self.helper("mro");
            let of = self.text(&attribute.value)?;
            return Ok(Piece::tight(of.wrapped(&format!("{function}("), ")")));
        }
        let is_private = self.class_name.is_some() && !name.ends_with("__");
        let is_there = name == "__slots__" || self.methods.contains_key(name);
        if name.starts_with("__") && !is_private && !is_there {
            return refuse(&attribute.attr, format!("`{name}` has no counterpart here"));
        }
        if name == "__init__" {
            return refuse(&attribute.attr, "`__init__` is no value here");
        }
        let value = self.expr(&attribute.value)?;
        let mut text = value.bound(Binding::Tight);
        text.push(".");
        text.mark(attribute.attr.start());
        let is_own = self.attributes.contains_key(name) || self.methods.contains_key(name);
        if !is_own && matches!(name, "maxlen" | "native_id") {
            text.push(if name == "maxlen" {
                "maxlen()"
            } else {
                "ident"
            });
            return Ok(Piece::tight(text));
        }
        text.push(&self.attribute_name(name));
        if self.mixed.contains(name) && attribute.ctx == ast::ExprContext::Load {
            // Whatever it is, a chain may go on behind it.
            self.python();
            let bound = self.helper("bound");
            return Ok(Piece::tight(text.wrapped(&format!("{bound}("), ")")));
        }
        if self.is_property(name) && attribute.ctx == ast::ExprContext::Load {
            // A chain may go on behind it.
            text.push("()");
            return Ok(Piece::tight(text));
        }
        let is_object = matches!(self.type_of(&attribute.value), Type::Object(_));
        // That of a dict, or of a queue; and what an object of the library waits with.
        let may_take_more = matches!(
            name,
            "get" | "wait" | "acquire" | "put" | "join" | "release" | "notify"
        );
        if !is_own && (may_take_more && is_object || name == "get" || name == "put") {
            self.python();
            let (args, len) = (self.fresh("args"), self.helper("len"));
            let mut closure = Text::at(attribute.start(), format!("def {name}( *{args}) {{ "));
            for (count, given) in ["", "[0]", "[0], [1]", "[0], [1], [2]"].iter().enumerate() {
                if count < 3 {
                    closure.push(&format!("if {len}({args}) == {count} "));
                }
                let given = given.replace('[', &format!("{args}["));
                closure.push("{ ");
                closure.add(&text);
                closure.push(&format!("({given}) }}"));
                closure.push(if count < 3 { " else " } else { " }" });
            }
            self.release(&args);
            return Ok(Piece::loose(closure));
        }
        if let Some(parameters) = self.bound_method(attribute) {
            // A method as a value.
            let parameters = parameters.join(", ");
            let mut closure = Text::at(attribute.start(), format!("|{parameters}| "));
            closure.add(&text);
            closure.push(&format!("({parameters})"));
            return Ok(Piece::loose(closure));
        }
        Ok(Piece::tight(text))
    }

    /// The parameters of a method that is not called here: `Thread(target=results.append)`. Nothing for
    /// what may be an attribute.
    fn bound_method(&self, attribute: &ast::ExprAttribute) -> Option<&'static [&'static str]> {
        let name = attribute.attr.as_str();
        if self.methods.contains_key(name) {
            return None;
        }
        let is_object = matches!(self.type_of(&attribute.value), Type::Object(_));
        match name {
            "append" | "put_nowait" | "extend" | "submit" => Some(&["item"]),
            "set" | "clear" | "get_nowait" | "start" | "cancel" | "task_done" | "notify_all"
            | "is_set" | "locked" | "is_alive" | "empty" | "qsize"
                if is_object =>
            {
                Some(&[])
            }
            _ => None,
        }
    }

    fn subscript(&mut self, subscript: &'a ast::ExprSubscript) -> Outcome<Piece> {
        self.python();
        let value = self.expr(&subscript.value)?;
        if let Expr::Slice(slice) = &*subscript.slice {
            let mut text = Text::at(subscript.start(), format!("{}(", self.helper("slice")));
            text.add(&value.text);
            let parts = [&slice.lower, &slice.upper, &slice.step];
            let count = if slice.step.is_some() { 3 } else { 2 };
            for part in &parts[..count] {
                text.push(", ");
                match part {
                    Some(part) => text.add(&self.text(part)?),
                    None => text.push("()"),
                }
            }
            text.push(")");
            return Ok(Piece::tight(text));
        }
        let found = match self.type_of(&subscript.value) {
            Type::Int => Some("int"),
            Type::Float => Some("float"),
            Type::Bool => Some("bool"),
            _ => None,
        };
        if let Some(found) = found
            && subscript.ctx == ast::ExprContext::Load
        {
            // Here a number has bits.
            let raise = self.helper("raise");
            let message = super::string::quoted(&format!("'{found}' object is not subscriptable"));
            let text = format!("{raise}(\"TypeError\", {message})");
            return Ok(Piece::tight(Text::at(subscript.start(), text)));
        }
        let index = self.text(&subscript.slice)?;
        if self.has_special(&["__getitem__"])
            && subscript.ctx == ast::ExprContext::Load
            && !self.is_in_own_variable(&subscript.value)
        {
            let item = self.helper("item");
            let mut text = Text::at(subscript.start(), format!("{item}("));
            text.add(&value.text);
            text.push(", ");
            text.add(&index);
            text.push(")");
            return Ok(Piece::tight(text));
        }
        let mut text = value.bound(Binding::Tight);
        text.mark(subscript.slice.start());
        text.push("[");
        text.add(&index);
        text.push("]");
        Ok(Piece::tight(text))
    }

    /// `[a, b]`, `(a, b)` or `{a, b}`.
    fn display(&mut self, kind: &str, items: &'a [Expr], at: TextSize) -> Outcome<Piece> {
        self.python();
        if items.iter().any(|item| matches!(item, Expr::Starred(_))) {
            let items = self.spread(items)?;
            let text = items.wrapped(&format!("{kind}("), ")");
            return Ok(Piece::tight(marked(at, &text)));
        }
        let kind = match kind == "set" && is_rearranged(items) {
            true => self.helper("constant_set"),
            false => kind.to_string(),
        };
        let items = self.texts(items)?;
        let mut text = Text::at(at, format!("{kind}("));
        if !items.is_empty() {
            text.add(&Text::joined(&items, ", ").wrapped("[", "]"));
        }
        text.push(")");
        Ok(Piece::tight(text))
    }

    /// An array of items, some of which stand for all items of something: `[a, *b]`.
    pub(super) fn spread(&mut self, items: &'a [Expr]) -> Outcome<Text> {
        self.python();
        let mut parts: Vec<Text> = Vec::new();
        let mut row: Vec<Text> = Vec::new();
        for item in items {
            match item {
                Expr::Starred(starred) => {
                    if !row.is_empty() {
                        parts.push(Text::joined(&row, ", ").wrapped("tuple([", "])"));
                        row.clear();
                    }
                    parts.push(self.collected_text(&starred.value)?.wrapped("tuple(", ")"));
                }
                other => row.push(self.text(other)?),
            }
        }
        if !row.is_empty() {
            parts.push(Text::joined(&row, ", ").wrapped("tuple([", "])"));
        }
        Ok(Text::joined(&parts, " + "))
    }

    fn dict(&mut self, dict: &'a ast::ExprDict) -> Outcome<Piece> {
        self.python();
        let at = dict.start();
        if dict.items.iter().any(|item| item.key.is_none()) {
            return self.dict_of_parts(dict);
        }
        let mut entries = Vec::new();
        for item in &dict.items {
            let Some(key) = &item.key else { continue };
            let mut entry = Text::from("[");
            entry.add(&self.text(key)?);
            entry.push(", ");
            entry.add(&self.text(&item.value)?);
            entry.push("]");
            entries.push(entry);
        }
        let mut text = Text::at(at, "dict(");
        if !entries.is_empty() {
            text.add(&Text::joined(&entries, ", ").wrapped("[", "]"));
        }
        text.push(")");
        Ok(Piece::tight(text))
    }

    /// `{**a, "b": 1}`: what comes later wins.
    fn dict_of_parts(&mut self, dict: &'a ast::ExprDict) -> Outcome<Piece> {
        let updated = self.helper("updated");
        let mut all = Text::at(dict.start(), "dict()");
        for item in &dict.items {
            let value = self.text(&item.value)?;
            let part = match &item.key {
                Some(key) => {
                    let entry = Text::joined([&self.text(key)?, &value], ", ");
                    entry.wrapped("dict([[", "]])")
                }
                None => value.wrapped("dict(", ")"),
            };
            all = Text::joined([&all, &part], ", ").wrapped(&format!("{updated}("), ")");
        }
        Ok(Piece::tight(all))
    }

    fn named(&mut self, named: &'a ast::ExprNamed) -> Outcome<Piece> {
        let Expr::Name(target) = &*named.target else {
            return refuse(named, "`:=` sets a variable only");
        };
        let value = self.text(&named.value)?;
        let own = self.variable(&target.id);
        let mut text = Text::at(named.start(), format!("{{ {own} = "));
        text.add(&value);
        text.push(&format!("; {own} }}"));
        Ok(Piece::tight(text.wrapped("(", ")")))
    }

    /// A comprehension, as a block that collects its items.
    pub(super) fn comprehension(
        &mut self,
        whole: &'a impl Ranged,
        generators: &'a [ast::Comprehension],
        collect: Collect<'a>,
    ) -> Outcome<Piece> {
        self.python();
        // The first iterable is evaluated outside.
        let first = match generators.first() {
            Some(first) => self.iterable(&first.iter)?,
            None => return refuse(whole, "this comprehension has no counterpart here"),
        };
        let scope = self.scopes.of_expression(whole);
        let outer = self.scope;
        self.scope = scope;
        let piece = self.collected(generators, first, collect);
        self.scope = outer;
        piece
    }

    /// A generator as a value: a function that gives the items one by one, and is called at once.
    fn generator(&mut self, each: &'a ast::ExprGenerator) -> Outcome<Piece> {
        self.python();
        let first = match each.generators.first() {
            Some(first) if !first.is_async => {
                let text = self.collected_or_lazy(&first.iter)?;
                self.iterated(&first.iter, text)
            }
            _ => return refuse(each, "this generator has no counterpart here"),
        };
        // The closure has no `this` of its own.
        let receivers = std::mem::take(&mut self.receivers);
        let scope = self.scopes.of_expression(each);
        let outer = std::mem::replace(&mut self.scope, scope);
        let source = self.fresh("source");
        let inner = self.collected(
            &each.generators,
            source.clone().into(),
            Collect::Yield(&each.elt),
        );
        self.scope = outer;
        self.receivers = receivers;
        let inner = inner?;
        let mut layout = Layout::default();
        layout.line(&first.wrapped(&format!("let {source} = "), ";"));
        let method = self.scopes.function(self.scope);
        if let Some(receiver) = self.receivers.get(&method)
            && inner.text.as_str().contains(receiver.as_str())
        {
            layout.line(&format!("let {} = this;", variable_name(receiver)).into());
        }
        layout.line(&inner.text.wrapped("(|| ", ").call()"));
        self.release(&source);
        Ok(block(layout))
    }

    fn collected(
        &mut self,
        generators: &'a [ast::Comprehension],
        first: Text,
        collect: Collect<'a>,
    ) -> Outcome<Piece> {
        let (wish, start) = match collect {
            Collect::List(_) => ("items", "list()"),
            Collect::Set(_) => ("items", "set()"),
            Collect::Dict(..) => ("entries", "dict()"),
            Collect::Any(..) => ("found", "false"),
            Collect::All(..) => ("holds", "true"),
            Collect::Yield(_) => ("items", ""),
        };
        let name = self.fresh(wish);
        let mut layout = Layout::default();
        if !start.is_empty() {
            layout.line(&format!("let {name} = {start};").into());
        }
        self.declare_at_top(&mut layout, None);
        let mut depth = 0;
        let mut made = Vec::new();
        for (index, generator) in generators.iter().enumerate() {
            let iterable = match index {
                0 => first.clone(),
                _ => self.iterable(&generator.iter)?,
            };
            let head = self.for_head(&generator.target, &iterable, generator, &mut made)?;
            head.open(&mut layout);
            depth += 1;
            for test in &generator.ifs {
                let test = self.condition(test)?;
                layout.open(&test.wrapped("if ", ""));
                depth += 1;
            }
        }
        let mut line = Text::default();
        match collect {
            Collect::List(item) => {
                line.mark(item.start());
                line.push(&format!("{name}.append("));
                line.add(&self.text(item)?);
                line.push(");");
            }
            Collect::Yield(item) => {
                line.mark(item.start());
                line.push("yield(");
                line.add(&self.text(item)?);
                line.push(");");
            }
            Collect::Set(item) => {
                line.mark(item.start());
                line.push(&format!("{name}.add("));
                line.add(&self.text(item)?);
                line.push(");");
            }
            Collect::Dict(key, value) => {
                // As in Python, the key comes first; here an assignment begins with the value.
                let key_text = self.text(key)?;
                if is_plain(key) || is_plain(value) {
                    line.mark(key.start());
                    line.push(&format!("{name}["));
                    line.add(&key_text);
                    line.push("] = ");
                } else {
                    let made_key = self.fresh("key");
                    layout.line(&key_text.wrapped(&format!("let {made_key} = "), ";"));
                    line.push(&format!("{name}[{made_key}] = "));
                    made.push(made_key);
                }
                line.add(&self.text(value)?);
                line.push(";");
            }
            Collect::Any(item) | Collect::All(item) => {
                let is_any = matches!(collect, Collect::Any(_));
                let test = self.condition(item)?;
                let head = match is_any {
                    true => test.wrapped("if ", ""),
                    false => test.wrapped("if !(", ")"),
                };
                layout.open(&head);
                layout.line(&format!("{name} = {is_any};").into());
                layout.line(&"break;".into());
                layout.close("");
            }
        }
        if !line.as_str().is_empty() {
            layout.line(&line);
        }
        for _ in 0..depth {
            layout.close("");
        }
        if !start.is_empty() {
            layout.line(&name.clone().into());
        }
        self.release(&name);
        made.iter().for_each(|name| self.release(name));
        Ok(block(layout))
    }
}

/// What a comprehension collects.
#[derive(Clone, Copy)]
pub(super) enum Collect<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
    /// It gives each when it is asked for.
    Yield(&'a Expr),
    /// Whether it holds for one item.
    Any(&'a Expr),
    /// Whether it holds for all items.
    All(&'a Expr),
}

/// Whether CPython makes a set of these constants twice, which may change their order: small numbers that
/// are few stand where they belong.
fn is_rearranged(items: &[Expr]) -> bool {
    let is_constant = |item: &Expr| match item {
        Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => true,
        Expr::UnaryOp(unary) => matches!(*unary.operand, Expr::NumberLiteral(_)),
        _ => false,
    };
    let is_small = |item: &Expr| match item {
        Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(value) => value.as_u8().is_some_and(|value| value < 8),
            _ => false,
        },
        _ => false,
    };
    items.len() > 2
        && items.iter().all(is_constant)
        && !(items.len() < 5 && items.iter().all(is_small))
}

/// Statements and a last value, as an expression.
pub(super) fn block(lines: Layout) -> Piece {
    let mut whole = Layout::default();
    whole.open(&Text::default());
    whole.line(&lines.into_text());
    whole.close("");
    Piece::loose(whole.into_text())
}

/// A piece that comes from `at`.
pub(super) fn marked(at: TextSize, text: &Text) -> Text {
    let mut marked = Text::default();
    marked.mark(at);
    marked.add(text);
    marked
}

/// Whether evaluating it twice, or later, makes no difference.
pub(super) fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::StringLiteral(_) => true,
        Expr::UnaryOp(unary) => {
            unary.op == UnaryOp::USub && matches!(*unary.operand, Expr::NumberLiteral(_))
        }
        _ => false,
    }
}
