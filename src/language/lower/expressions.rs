//! Expressions: a value into a register.
//!
//! A caller that wants a value says where ([`Lowering::expression`]), or takes it where it is
//! ([`Lowering::operand`]): a plain variable is read in place, unless something that is evaluated
//! before the value is used may change it.

use rhai::{Dynamic, Expr};

use super::{Lowering, problems};
use crate::language::class::{as_class, as_def};
use crate::language::finally::block_of;
use crate::language::parse::pos;
use crate::language::resolve::{as_closure, is_global};
use crate::language::with::as_with;
use crate::pos::Pos;
use crate::program::Language;
use crate::program::code::{OnReceiver, Root};
use crate::program::op::{Op, Reg};
use crate::value::{Range, Value};

use super::scope::Resolved;

/// How many items of an array, map or text are evaluated before they are put together.
const CHUNK: usize = 64;

impl Lowering<'_> {
    /// Evaluates `expr` and drops its value.
    pub(super) fn discard(&mut self, expr: &Expr) {
        let dst = self.builder().register();
        self.expression(expr, dst);
    }

    /// Evaluates `expr` into a fresh register.
    pub(super) fn temporary(&mut self, expr: &Expr) -> Reg {
        let dst = self.builder().register();
        self.expression(expr, dst);
        dst
    }

    /// Evaluates `expr`; gives the register that holds the value, which may be a variable's own.
    pub(super) fn operand(&mut self, expr: &Expr) -> Reg {
        match self.in_place(expr) {
            Some(register) => register,
            None => self.temporary(expr),
        }
    }

    /// Like [`Lowering::operand`], for a value that is used only after `later` are evaluated.
    pub(super) fn operand_before<'e>(
        &mut self,
        expr: &Expr,
        later: impl IntoIterator<Item = &'e Expr>,
    ) -> Reg {
        match self.in_place(expr) {
            Some(register) if later.into_iter().all(|later| self.is_quiet(later)) => register,
            _ => self.temporary(expr),
        }
    }

    /// The register of the plain variable that `expr` is, if it is one.
    pub(super) fn in_place(&mut self, expr: &Expr) -> Option<Reg> {
        match expr {
            Expr::Variable(name, ..) if name.2.is_empty() => match self.find(&name.1) {
                Resolved::Register(register) => Some(register),
                _ => None,
            },
            _ => None,
        }
    }

    /// Evaluates `expr` into `dst`. The register may be written to before the evaluation is over,
    /// unless [`writes_once`].
    pub(super) fn expression(&mut self, expr: &Expr, dst: Reg) {
        let mark = self.builder().mark();
        self.expression_inner(expr, dst);
        self.builder().release(mark);
    }

    fn expression_inner(&mut self, expr: &Expr, dst: Reg) {
        let at = pos(expr.position());
        if let Some(closure) = as_closure(expr) {
            return self.closure(&closure, None, dst);
        }
        match expr {
            Expr::Unit(_) => self.builder().emit(Op::Unit { dst }, at),
            Expr::BoolConstant(value, _) => {
                let value = *value;
                self.builder().emit(Op::Bool { dst, value }, at);
            }
            Expr::IntegerConstant(number, _) => self.builder().int(dst, *number, at),
            Expr::FloatConstant(number, _) => self.builder().float(dst, **number, at),
            Expr::CharConstant(char, _) => self.builder().char(dst, *char, at),
            Expr::StringConstant(text, _) => {
                let text = self.literal(text);
                self.builder().text(dst, text, at);
            }
            Expr::DynamicConstant(value, _) => match constant(self, value) {
                Some(value) => self.builder().value(dst, value, at),
                None => {
                    let what = "a constant of this type";
                    self.diagnostics.push(problems::unsupported(what, at));
                }
            },
            Expr::InterpolatedString(parts, _) => self.join(parts, dst, at),
            Expr::Array(items, _) => self.array(items, Self::expression, dst, at),
            Expr::Map(entries, _) => {
                let entries: Vec<(&str, &Expr)> = entries
                    .0
                    .iter()
                    .map(|(key, value)| (key.name.as_str(), value))
                    .collect();
                self.map(&entries, dst, at);
            }
            Expr::Variable(name, ..) if is_global(&name.2) => self.load_global(&name.1, dst, at),
            Expr::Variable(name, ..) if !name.2.is_empty() => {
                if let Some(global) = self.exported(&name.2.to_string(), &name.1, at) {
                    let global = self.program.global_id(&global);
                    let global = self.builder().global(global);
                    self.builder().emit(Op::LoadGlobal { dst, global }, at);
                }
            }
            Expr::Variable(name, ..) => self.load(&name.1, dst, at),
            Expr::ThisPtr(_) if self.builder().has_this() => {
                self.read(Root::This, Vec::new(), dst, at);
            }
            Expr::ThisPtr(_) => self.no_this(at),
            Expr::FnCall(call, _) => self.call(call, dst, at),
            Expr::Stmt(block) => self.block(block.statements(), Some(dst), at),
            Expr::Index(..) | Expr::Dot(..) => self.chain(expr, dst),
            Expr::And(parts, _) => self.all_of(parts, dst),
            Expr::Or(parts, _) => self.any_of(parts, dst),
            Expr::Coalesce(parts, _) => self.first_value(parts, dst, at),
            Expr::Custom(custom, _) => match as_with(custom) {
                Some(with) => self.with(&with, Some(dst), at),
                None if let Some(class) = as_class(custom) => self.class(&class, dst, at),
                None if let Some(def) = as_def(custom) => self.def(&def, dst),
                None if block_of(custom).is_some() => {
                    self.diagnostics.push(problems::stray_finally(at));
                }
                None => self
                    .diagnostics
                    .push(problems::unsupported("this syntax", at)),
            },
            _ => self
                .diagnostics
                .push(problems::unsupported("this expression", at)),
        }
    }

    /// `this` where nothing can be bound to it.
    pub(super) fn no_this(&mut self, at: Pos) {
        self.builder()
            .fault(crate::value::FaultKind::UnboundThis, at);
    }

    /// Evaluates each of `items` into its own register; the first of them.
    fn in_a_row<'e>(&mut self, items: impl ExactSizeIterator<Item = &'e Expr>) -> Reg {
        let base = self.builder().registers(items.len());
        for (offset, item) in items.enumerate() {
            self.expression(item, base + offset as Reg);
        }
        base
    }

    /// Evaluates each of `parts` of a text into its own register; the first of them. In Python a value
    /// becomes text as `str` has it.
    fn texts_in_a_row(&mut self, parts: &[Expr]) -> Reg {
        let base = self.builder().registers(parts.len());
        for (offset, part) in parts.iter().enumerate() {
            let dst = base + offset as Reg;
            match part {
                Expr::StringConstant(..) => self.expression(part, dst),
                part if self.dialect == Language::Own => self.expression(part, dst),
                part => {
                    let at = pos(part.position());
                    let mark = self.builder().mark();
                    self.named_call("str", std::slice::from_ref(part), dst, at);
                    self.builder().release(mark);
                }
            }
        }
        base
    }

    /// An array of what `item` makes of each of `items`.
    pub(super) fn array(
        &mut self,
        items: &[Expr],
        item: fn(&mut Self, &Expr, Reg),
        dst: Reg,
        at: Pos,
    ) {
        let (first, rest) = items.split_at(items.len().min(CHUNK));
        let array = if rest.is_empty() {
            dst
        } else {
            self.builder().register()
        };
        let mark = self.builder().mark();
        let base = self.builder().registers(first.len());
        for (offset, first) in first.iter().enumerate() {
            item(self, first, base + offset as Reg);
        }
        let count = first.len() as u16;
        let make = Op::Array {
            dst: array,
            base,
            count,
        };
        self.builder().emit(make, at);
        for next in rest {
            self.builder().release(mark);
            let src = self.builder().register();
            item(self, next, src);
            self.builder().emit(Op::Append { array, src }, at);
        }
        if array != dst {
            self.builder().emit(Op::Take { dst, src: array }, at);
        }
    }

    fn map(&mut self, entries: &[(&str, &Expr)], dst: Reg, at: Pos) {
        let (first, rest) = entries.split_at(entries.len().min(CHUNK));
        let map = if rest.is_empty() {
            dst
        } else {
            self.builder().register()
        };
        let mark = self.builder().mark();
        let base = self.in_a_row(first.iter().map(|(_, value)| *value));
        let keys = first.iter().map(|(key, _)| self.literal(key)).collect();
        let shape = self.builder().add_shape(keys);
        let make = Op::Map {
            dst: map,
            base,
            shape,
        };
        self.builder().emit(make, at);
        for (key, value) in rest {
            self.builder().release(mark);
            let src = self.temporary(value);
            let index = self.builder().register();
            let key = self.literal(key);
            self.builder().text(index, key, at);
            let set = Op::SetIndex {
                object: map,
                index,
                src,
            };
            self.builder().emit(set, at);
        }
        if map != dst {
            self.builder().emit(Op::Take { dst, src: map }, at);
        }
    }

    /// Whether evaluating `expr` leaves all variables in registers as they are.
    pub(super) fn is_quiet(&self, expr: &Expr) -> bool {
        let all = |parts: &[Expr]| parts.iter().all(|part| self.is_quiet(part));
        match expr {
            _ if as_closure(expr).is_some() => true,
            Expr::Stmt(_) | Expr::Custom(..) | Expr::MethodCall(..) => false,
            Expr::FnCall(call, _) => {
                self.on_receiver(&call.name) != Some(OnReceiver::Changes) && all(&call.args)
            }
            Expr::Index(pair, ..) | Expr::Dot(pair, ..) => {
                self.is_quiet(&pair.lhs) && self.is_quiet(&pair.rhs)
            }
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => all(parts),
            Expr::Array(parts, _) | Expr::InterpolatedString(parts, _) => all(parts),
            Expr::Map(entries, _) => entries.0.iter().all(|(_, value)| self.is_quiet(value)),
            _ => true,
        }
    }

    /// An interpolated string; a long one is joined piece by piece.
    fn join(&mut self, parts: &[Expr], dst: Reg, at: Pos) {
        let joined = self.builder().register();
        let mark = self.builder().mark();
        let mut chunks = parts.chunks(CHUNK).peekable();
        let mut is_first = true;
        loop {
            let chunk = chunks.next().unwrap_or_default();
            let (base, count) = if is_first {
                (self.texts_in_a_row(chunk), chunk.len())
            } else {
                // What is joined so far lies right before the next parts.
                self.texts_in_a_row(chunk);
                (joined, chunk.len() + 1)
            };
            let is_last = chunks.peek().is_none();
            let join = Op::Join {
                dst: if is_last { dst } else { joined },
                base,
                count: count as u16,
            };
            self.builder().emit(join, at);
            self.builder().release(mark);
            is_first = false;
            if is_last {
                break;
            }
        }
    }
}

/// Whether `expr` writes its destination once, with its value, as its last act: so that it can be
/// evaluated right into a variable that it may itself mention.
pub(super) fn writes_once(expr: &Expr) -> bool {
    match expr {
        Expr::Stmt(_) => as_closure(expr).is_some(),
        Expr::And(..) | Expr::Or(..) | Expr::Coalesce(..) | Expr::Custom(..) => false,
        _ => true,
    }
}

/// A constant of Rhai's as one of ours.
pub(super) fn constant(lowering: &mut Lowering<'_>, value: &Dynamic) -> Option<Value> {
    if value.is_unit() {
        return Some(Value::Unit);
    }
    if let Ok(value) = value.as_bool() {
        return Some(Value::Bool(value));
    }
    if let Ok(value) = value.as_int() {
        return Some(Value::Int(value));
    }
    if let Ok(value) = value.as_float() {
        return Some(Value::Float(value));
    }
    if let Ok(value) = value.as_char() {
        return Some(Value::Char(value));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Some(Value::Literal(lowering.literal(&text)));
    }
    if let Some(range) = value.read_lock::<std::ops::Range<i64>>() {
        let range = Range::exclusive(range.start, range.end);
        return Some(Value::Range(range.into()));
    }
    if let Some(range) = value.read_lock::<std::ops::RangeInclusive<i64>>() {
        let range = Range::inclusive(*range.start(), *range.end());
        return Some(Value::Range(range.into()));
    }
    if let Ok(items) = value.as_array_ref() {
        let items: Option<Vec<Value>> = items.iter().map(|item| constant(lowering, item)).collect();
        return items.map(Value::array);
    }
    if let Ok(entries) = value.as_map_ref() {
        let mut map = crate::value::Map::new();
        for (key, value) in entries.iter() {
            map.insert(key.as_str().into(), constant(lowering, value)?);
        }
        return Some(Value::map(map));
    }
    None
}
