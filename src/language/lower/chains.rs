//! Chains: `a.b[i].c`, with method calls anywhere in them.
//!
//! Rhai evaluates all indices and arguments of a chain first, from left to right, then its root, and
//! then follows the links. A chain without method calls is one *place*, read or written in one step. A
//! method call ends a place; its value, in a temporary, is the root of the next.

use rhai::{ASTFlags, Expr, FnCallExpr};

use super::builder::Label;
use super::scope::Found;
use super::{Lowering, problems};
use crate::language::parse::pos;
use crate::pos::Pos;
use crate::program::MAX_ARGUMENTS;
use crate::program::code::{Key, Place, Root};
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
pub(super) enum What<'e> {
    Index(&'e Expr),
    Field(&'e str),
    Method(&'e FnCallExpr),
}

/// Where the value of a link's index, or where its arguments begin.
type Operand = Reg;

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
        match self.module_prefix(root, &links) {
            Some(skip) => self.module_member(root, &links[skip..], dst),
            None => {
                let place = self.root_place(root, methods(&links) > 0);
                let value = self.builder().register();
                let spare = self.spare(&links);
                let operands = self.operands(&links, Some(root));
                let start = match place {
                    Some(place) => place.root,
                    None => {
                        self.expression(root, value);
                        Root::Register(value)
                    }
                };
                let constant = self.constant_name(root);
                self.follow((start, constant), &links, &operands, spare, dst);
            }
        }
    }

    /// The name of the constant that an expression is, if it is one.
    fn constant_name(&mut self, expr: &Expr) -> Option<Literal> {
        match expr {
            Expr::Variable(name, ..) if self.traits(&name.1)?.constant => {
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
            Found::Function | Found::Constant(_) | Found::Unknown
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
        // The names of asyncio are its own: its Queue is not that of threads.
        let is_asyncio = matches!(module, Expr::Variable(name, ..) if name.1 == "asyncio");
        let full_name = |name: &str| match is_asyncio {
            true => format!("asyncio.{name}"),
            false => name.to_string(),
        };
        let value = self.builder().register();
        let spare = self.spare(rest);
        let operands = self.operands(rest, None);
        let member = if rest.is_empty() { dst } else { value };
        match first.what {
            What::Method(call) => {
                let name = full_name(&call.name);
                if is_asyncio && !self.is_function(&name) {
                    return self.unknown_member(&name, first.pos);
                }
                self.named_call(&name, &call.args, member, first.pos);
            }
            What::Field(name) if is_asyncio && self.catalogue.constant(name).is_none() => {
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
            self.follow((Root::Register(member), None), rest, &operands, spare, dst);
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

    /// Registers for the values in the middle of a chain: of each method call but a last one, and one
    /// to look at.
    fn spare(&mut self, links: &[Link<'_>]) -> Reg {
        let count = methods(links);
        self.builder()
            .registers(if count > 1 || !is_method(links.last()) {
                count + 1
            } else {
                0
            })
    }

    /// Evaluates the indices and arguments of all links. The arguments of method calls lie above all
    /// indices, those of the first call highest, so that nothing that is still needed lies above the
    /// arguments of a call.
    pub(super) fn operands(&mut self, links: &[Link<'_>], root: Option<&Expr>) -> Vec<Operand> {
        let mut operands = vec![0; links.len()];
        for (operand, link) in operands.iter_mut().zip(links) {
            if matches!(link.what, What::Index(_)) {
                *operand = self.builder().register();
            }
        }
        for (operand, link) in operands.iter_mut().zip(links).rev() {
            if let What::Method(call) = link.what {
                *operand = self.builder().registers(call.args.len() + 1) + 1;
            }
        }
        let is_method = |link: &Link<'_>| matches!(link.what, What::Method(_));
        let only_reads =
            !links.iter().any(is_method) && root.is_none_or(|root| self.is_quiet(root));
        for (at, link) in links.iter().enumerate() {
            match link.what {
                What::Method(call) => {
                    let args = call.args.iter().enumerate();
                    self.arguments_into(Some(&call.name), args, operands[at]);
                }
                What::Index(index) => {
                    let later_are_quiet = links[at + 1..].iter().all(|link| match link.what {
                        What::Index(index) => self.is_quiet(index),
                        _ => true,
                    });
                    match self.in_place(index) {
                        Some(register) if only_reads && later_are_quiet => operands[at] = register,
                        _ => self.expression(index, operands[at]),
                    }
                }
                What::Field(_) => {}
            }
        }
        operands
    }

    /// The variable that a chain begins with, if it does. With `changes`, its value may be changed in
    /// place, so a constant is no place: it is copied.
    pub(super) fn root_place(&mut self, root: &Expr, changes: bool) -> Option<Place> {
        if changes && self.constant_name(root).is_some() {
            return None;
        }
        self.variable_place(root)
    }

    /// The place that a plain variable or `this` is.
    pub(super) fn variable_place(&mut self, expr: &Expr) -> Option<Place> {
        let root = match expr {
            Expr::Variable(name, ..) if name.2.is_empty() => match self.find(&name.1) {
                Found::Register(register) => Root::Register(register),
                Found::Cell(register) => Root::Cell(register),
                Found::Capture(index) => Root::Capture(index),
                Found::Global(global) => Root::Global(self.builder().global(global)),
                Found::Function | Found::Constant(_) | Found::Unknown => return None,
            },
            Expr::ThisPtr(_) => Root::Register(self.builder().this()?),
            _ => return None,
        };
        let keys = Box::default();
        Some(Place { root, keys })
    }

    /// Follows all links from `root`, which may be a copy of a constant; the value goes to `dst`.
    fn follow(
        &mut self,
        (mut root, mut constant): (Root, Option<Literal>),
        links: &[Link<'_>],
        operands: &[Operand],
        mut spare: Reg,
        dst: Reg,
    ) {
        let end = self.builder().label();
        let mut keys = Vec::new();
        let mut calls_left = methods(links);
        for (at, (link, &operand)) in links.iter().zip(operands).enumerate() {
            // The place that this link belongs to ends with the next method call. If that is not the
            // end of the chain, a `()` here must be looked at now.
            let is_last_place = match link.what {
                What::Method(_) => at + 1 == links.len(),
                _ => calls_left == 0 || calls_left == 1 && is_method(links.last()),
            };
            let mut optional = link.optional;
            if optional && !is_last_place {
                self.leave_at_unit(root, &keys, spare, (dst, end), link.pos);
                optional = false;
            }
            match link.what {
                What::Method(call) => {
                    calls_left -= 1;
                    let value = if at + 1 == links.len() {
                        dst
                    } else {
                        spare += 1;
                        spare - 1
                    };
                    let place = Place {
                        root,
                        keys: std::mem::take(&mut keys).into(),
                    };
                    let argc = call.args.len();
                    if argc > MAX_ARGUMENTS {
                        let problem = problems::too_many_arguments(&call.name, link.pos);
                        self.diagnostics.push(problem);
                        return;
                    }
                    let base = self.above_variables(operand - 1, argc + 1) + 1;
                    // What a method gives is no constant any more.
                    let traits = (optional, constant.take());
                    self.method_call(place, &call.name, traits, base, argc, value, link.pos);
                    root = Root::Register(value);
                }
                What::Index(_) | What::Field(_) => {
                    let key = self.key(link, operand, optional);
                    keys.push(key);
                }
            }
        }
        let last_pos = links.last().map_or(Pos::NONE, |link| link.pos);
        if !keys.is_empty() {
            self.read(root, keys, dst, last_pos);
        }
        self.builder().place(end);
    }

    /// The key that a link is.
    pub(super) fn key(&mut self, link: &Link<'_>, operand: Operand, optional: bool) -> Key {
        let pos = if self.is_prelude { Pos::NONE } else { link.pos };
        match link.what {
            What::Field(name) => Key::Field {
                name: self.literal(name),
                verb: Verb::named(name),
                optional,
                pos,
            },
            _ => Key::Index {
                index: operand,
                optional,
                pos,
            },
        }
    }

    /// Reads a place.
    pub(super) fn read(&mut self, root: Root, keys: Vec<Key>, dst: Reg, at: Pos) {
        let op = match (root, &keys[..]) {
            (
                Root::Register(object),
                &[
                    Key::Index {
                        index,
                        optional: false,
                        ..
                    },
                ],
            ) => Op::Index { dst, object, index },
            _ => {
                let keys = keys.into();
                let place = self.builder().add_place(Place { root, keys });
                Op::Get { dst, place }
            }
        };
        self.builder().emit(op, at);
    }

    /// Ends the chain with `()` when that is the value of the place so far.
    fn leave_at_unit(
        &mut self,
        root: Root,
        keys: &[Key],
        spare: Reg,
        (dst, end): (Reg, Label),
        at: Pos,
    ) {
        let src = match root {
            Root::Register(register) if keys.is_empty() => register,
            _ => {
                let place = Place {
                    root,
                    keys: keys.into(),
                };
                let place = self.builder().add_place(place);
                self.builder().emit(Op::Get { dst: spare, place }, at);
                spare
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

fn is_method(link: Option<&Link<'_>>) -> bool {
    link.is_some_and(|link| matches!(link.what, What::Method(_)))
}

fn methods(links: &[Link<'_>]) -> usize {
    links.iter().filter(|link| is_method(Some(link))).count()
}
