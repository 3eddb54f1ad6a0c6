//! Chains: `a.b[i].c`, with method calls anywhere in them.
//!
//! A chain is evaluated from left to right: what it begins with, then the indices and arguments of each
//! link as they stand in the text. A chain without method calls is one *place*, read or written in one
//! step when its indices are known. A method call ends a place; its value, in a temporary, is the root
//! of the next. One file, as a chain is lowered in one walk over its links.

use rhai::{ASTFlags, Expr, FnCallExpr};

use super::builder::Label;
use super::scope::Resolved;
use super::{Lowering, problems};
use crate::language::parse::pos;
use crate::pos::Pos;
use crate::program::Language;
use crate::program::MAX_ARGUMENTS;
use crate::program::code::{AccessPath, OnReceiver, PathSegment, Root};
use crate::program::op::{Op, Reg};
use crate::value::Literal;
use crate::value::object::Verb;

/// One link of a chain as it stands in the text.
pub(super) struct Link<'e> {
    pub(super) what: What<'e>,
    /// Whether `()` before it makes the whole chain `()`.
    pub(super) optional: bool,
    pub(super) pos: Pos,
}

/// The kinds of links.
#[derive(Clone, Copy)]
pub(super) enum What<'e> {
    Index(&'e Expr),
    Field(&'e str),
    Method(&'e FnCallExpr),
}

/// Takes a chain apart into its root and links. Rhai nests a chain to the right; for an index, a flag
/// says whether what is there is the index itself or the rest of the chain.
pub(super) fn links(chain: &Expr) -> (&Expr, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut root = chain;
    let mut rest = chain;
    let mut is_first = true;
    while let Expr::Index(pair, flags, _) | Expr::Dot(pair, flags, _) = rest {
        let is_index = matches!(rest, Expr::Index(..));
        let optional = flags.contains(ASTFlags::NEGATED);
        if is_first {
            root = &pair.lhs;
            is_first = false;
        }
        let goes_on = matches!(&pair.rhs, Expr::Index(..) | Expr::Dot(..))
            && !(is_index && flags.contains(ASTFlags::BREAK));
        let link = match &pair.rhs {
            Expr::Index(next, ..) | Expr::Dot(next, ..) if goes_on => &next.lhs,
            last => last,
        };
        let (what, pos) = match link {
            index if is_index => (What::Index(index), pos(index.start_position())),
            Expr::Property(names, at) => (What::Field(&names.2), pos(*at)),
            Expr::MethodCall(call, at) => (What::Method(call), pos(*at)),
            // The parser puts nothing else after a dot.
            other => (What::Index(other), pos(other.start_position())),
        };
        links.push(Link {
            what,
            optional,
            pos,
        });
        if !goes_on {
            break;
        }
        rest = &pair.rhs;
    }
    (root, links)
}

impl Lowering<'_> {
    /// A chain whose value goes to `dst`.
    pub(super) fn chain(&mut self, chain: &Expr, dst: Reg) {
        let (root, links) = links(chain);
        if let Some(call) = self.as_super_call(root, &links) {
            return self.super_call(call, &links[1..], dst, links[0].pos);
        }
        if let [
            Link {
                what: What::Method(call),
                pos,
                ..
            },
        ] = &links[..]
            && call.name == "is_shared"
            && call.args.is_empty()
            && self.is_shared(root)
        {
            let value = true;
            return self.builder().emit(Op::Bool { dst, value }, *pos);
        }
        match self.module_prefix(root, &links) {
            Some(skip) => self.module_member(root, &links[skip..], dst),
            None => {
                let has_method = links.iter().any(is_method);
                let start = match self.root_place(root, has_method) {
                    Some(place) => place.root,
                    None => Root::Register(self.temporary(root)),
                };
                let constant = self.constant_name(root);
                self.follow((start, constant), &links, dst);
            }
        }
    }

    /// The name of the constant that an expression is, if it is one.
    fn constant_name(&mut self, expr: &Expr) -> Option<Literal> {
        match expr {
            Expr::Variable(name, ..) if self.flags(&name.1)?.constant => {
                Some(self.literal(&name.1))
            }
            _ => None,
        }
    }

    /// How many links are only Python's module names: `threading.` or `concurrent.futures.`.
    fn module_prefix(&self, root: &Expr, links: &[Link<'_>]) -> Option<usize> {
        let Expr::Variable(name, ..) = root else {
            return None;
        };
        let is_variable = !matches!(
            self.find(&name.1),
            Resolved::Function | Resolved::Constant(_) | Resolved::Unknown
        );
        if is_variable || !self.catalogue.is_module(&name.1) {
            return None;
        }
        let modules = links[..links.len() - 1].iter().take_while(
            |link| matches!(link.what, What::Field(name) if self.catalogue.is_module(name)),
        );
        let skip = modules.count();
        (!matches!(links[skip].what, What::Index(_))).then_some(skip)
    }

    /// The function of asyncio that an expression calls, and its arguments.
    pub(super) fn asyncio_call<'e>(&self, expr: &'e Expr) -> Option<(String, &'e [Expr])> {
        let (module, links) = links(expr);
        match (&links[..], module) {
            ([link], Expr::Variable(name, ..)) if name.1 == "asyncio" => {
                self.module_prefix(module, &links)?;
                match link.what {
                    What::Method(call) => Some((format!("asyncio.{}", call.name), &call.args)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What comes after a module's name: a function, called or not, and the rest of the chain.
    fn module_member(&mut self, module: &Expr, links: &[Link<'_>], dst: Reg) {
        let (first, rest) = (&links[0], &links[1..]);
        // The names of asyncio are its own: its Queue is not that of threads. So are Python's.
        let own = match module {
            Expr::Variable(name, ..) if matches!(&*name.1, "asyncio" | "python") => Some(&name.1),
            _ => None,
        };
        let full_name = |name: &str| match own {
            Some(module) => format!("{module}.{name}"),
            None => name.to_string(),
        };
        let value = self.builder().register();
        let member = if rest.is_empty() { dst } else { value };
        match first.what {
            What::Method(call) => {
                let name = full_name(&call.name);
                if own.is_some() && !self.is_function(&name) {
                    return self.unknown_member(&name, first.pos);
                }
                self.named_call(&name, &call.args, member, first.pos);
            }
            What::Field(name) if own.is_some() && self.catalogue.constant(name).is_none() => {
                let name = full_name(name);
                if !self.is_function(&name) {
                    return self.unknown_member(&name, first.pos);
                }
                let op = self.function_name(&name, member);
                self.builder().emit(op, first.pos);
            }
            What::Field(name) => match self.catalogue.constant(name) {
                Some(text) => {
                    let text = self.literal(text);
                    self.builder().text(member, text, first.pos);
                }
                None => {
                    if !self.is_function(name) {
                        self.unknown_name(name, first.pos);
                    }
                    let op = self.function_name(name, member);
                    self.builder().emit(op, first.pos);
                }
            },
            What::Index(_) => {}
        }
        if !rest.is_empty() {
            self.follow((Root::Register(member), None), rest, dst);
        }
    }

    /// A name that asyncio does not have.
    fn unknown_member(&mut self, name: &str, at: Pos) {
        let names = self.catalogue.names();
        let members: Vec<&str> = (names.iter())
            .filter_map(|known| known.strip_prefix("asyncio."))
            .collect();
        self.diagnostics
            .push(problems::unknown_member("asyncio", name, &members, at));
    }

    /// Evaluates the index of a link; `later` are the links whose operands are evaluated before the
    /// index is used.
    pub(super) fn index_operand(&mut self, index: &Expr, later: &[Link<'_>]) -> Reg {
        let later = later.iter().flat_map(|link| match link.what {
            What::Index(index) => std::slice::from_ref(index),
            What::Method(call) => &call.args,
            What::Field(_) => &[],
        });
        self.operand_before(index, later)
    }

    /// The variable that a chain begins with, if it does. With `changes`, its value may be changed in
    /// place, so a constant is no place: it is copied.
    pub(super) fn root_place(&mut self, root: &Expr, changes: bool) -> Option<AccessPath> {
        if changes && self.constant_name(root).is_some() {
            return None;
        }
        self.variable_place(root)
    }

    /// The place that the variable of this name is.
    pub(super) fn place_of(&mut self, name: &str) -> Option<AccessPath> {
        let root = match self.find(name) {
            Resolved::Register(register) => Root::Register(register),
            Resolved::Cell(register) => Root::Cell(register),
            Resolved::Capture(index) => Root::Capture(index),
            Resolved::Global(global) => Root::Global(self.builder().global(global)),
            Resolved::Function | Resolved::Constant(_) | Resolved::Unknown => return None,
        };
        let keys = Box::default();
        Some(AccessPath { root, keys })
    }

    /// The place that a plain variable or `this` is.
    pub(super) fn variable_place(&mut self, expr: &Expr) -> Option<AccessPath> {
        let root = match expr {
            Expr::Variable(name, ..) if name.2.is_empty() => return self.place_of(&name.1),
            Expr::ThisPtr(_) if self.builder().has_this() => Root::This,
            _ => return None,
        };
        let keys = Box::default();
        Some(AccessPath { root, keys })
    }

    /// Follows all links from `root`, which may be a copy of a constant; the value goes to `dst`.
    pub(super) fn follow(
        &mut self,
        (mut root, mut constant): (Root, Option<Literal>),
        links: &[Link<'_>],
        dst: Reg,
    ) {
        let end = self.builder().label();
        let mut rest = links;
        while !rest.is_empty() {
            let method = rest.iter().position(is_method);
            let (segment, after) = rest.split_at(method.map_or(rest.len(), |at| at + 1));
            let (value, cut) = match after.is_empty() {
                true => (dst, None),
                false => (self.builder().register(), Some((dst, end))),
            };
            let mark = self.builder().mark();
            // What a method gives is no constant any more.
            self.segment((root, constant.take()), segment, cut, value);
            self.builder().release(mark);
            root = Root::Register(value);
            rest = after;
        }
        self.builder().place(end);
    }

    /// Reads one place of a chain, or calls the method that ends it. Where more of the chain follows,
    /// `cut` says what to do about `()` before an optional link: the whole chain is `()`.
    fn segment(
        &mut self,
        (root, constant): (Root, Option<Literal>),
        links: &[Link<'_>],
        cut: Option<(Reg, Label)>,
        dst: Reg,
    ) {
        let mut keys = Vec::new();
        let mut last = Pos::NONE;
        for (at, link) in links.iter().enumerate() {
            last = link.pos;
            let mut optional = link.optional;
            if let (true, Some(cut)) = (optional, cut) {
                self.leave_at_unit(root, &keys, cut, link.pos);
                optional = false;
            }
            let operand = match link.what {
                What::Field(_) => 0,
                What::Index(index) => self.index_operand(index, &links[at + 1..]),
                What::Method(call) => {
                    let argc = call.args.len();
                    if argc > MAX_ARGUMENTS {
                        let problem = problems::too_many_arguments(&call.name, link.pos);
                        return self.diagnostics.push(problem);
                    }
                    let (root, keys) = self.past_objects((root, keys), &call.name, link.pos);
                    let base = self.arguments_with_receiver(Some(&call.name), &call.args);
                    let keys = keys.into();
                    let place = AccessPath { root, keys };
                    let traits = (optional, constant);
                    return self.method_call(place, &call.name, traits, base, argc, dst, link.pos);
                }
            };
            keys.push(self.key(link, operand, optional));
        }
        self.read(root, keys, dst, last);
    }

    /// Where to call the method `name` of a place that may lead to what an object answers
    /// (`thread.name.to_upper()`): for a method that only looks, reading the place is the one step, and
    /// the method is that of a copy.
    fn past_objects(
        &mut self,
        (root, keys): (Root, Vec<PathSegment>),
        name: &str,
        at: Pos,
    ) -> (Root, Vec<PathSegment>) {
        let may_be_answer =
            |key: &PathSegment| matches!(key, PathSegment::Field { verb: Some(_), .. });
        let only_looks = self.catalogue.on_receiver(name) == Some(OnReceiver::Keeps);
        if !keys.iter().any(may_be_answer) || !only_looks || self.is_own_function(name) {
            return (root, keys);
        }
        let value = self.builder().register();
        self.read(root, keys, value, at);
        (Root::Register(value), Vec::new())
    }

    /// The key that a link is.
    pub(super) fn key(&mut self, link: &Link<'_>, operand: Reg, optional: bool) -> PathSegment {
        let pos = if self.is_prelude { Pos::NONE } else { link.pos };
        match link.what {
            What::Field(name) => PathSegment::Field {
                name: self.literal(name),
                verb: Verb::named(name),
                optional,
                pos,
            },
            _ => PathSegment::Index {
                index: operand,
                optional,
                has_bits: self.dialect != Language::Python,
                pos,
            },
        }
    }

    /// Reads a place.
    pub(super) fn read(&mut self, root: Root, keys: Vec<PathSegment>, dst: Reg, at: Pos) {
        let op = match (root, &keys[..]) {
            (
                Root::Register(object),
                &[
                    PathSegment::Index {
                        index,
                        optional: false,
                        ..
                    },
                ],
            ) => Op::Index { dst, object, index },
            _ => {
                let keys = keys.into();
                let place = self.builder().add_place(AccessPath { root, keys });
                Op::Get { dst, place }
            }
        };
        self.builder().emit(op, at);
    }

    /// Ends the chain with `()` when that is the value of the place so far.
    fn leave_at_unit(
        &mut self,
        root: Root,
        keys: &[PathSegment],
        (dst, end): (Reg, Label),
        at: Pos,
    ) {
        let src = match root {
            Root::Register(register) if keys.is_empty() => register,
            _ => {
                let place = AccessPath {
                    root,
                    keys: keys.into(),
                };
                let dst = self.builder().register();
                let place = self.builder().add_place(place);
                self.builder().emit(Op::Get { dst, place }, at);
                dst
            }
        };
        let go_on = self.builder().label();
        let jump = Op::JumpIfValue { src, to: 0 };
        self.builder().jump(jump, go_on, at);
        self.builder().emit(Op::Unit { dst }, at);
        self.builder().jump(Op::Jump { to: 0 }, end, at);
        self.builder().place(go_on);
    }
}

fn is_method(link: &Link<'_>) -> bool {
    matches!(link.what, What::Method(_))
}
