//! The functions, methods and operators that a script can use.
//!
//! In reading order: `catalogue`, the one table of all names; `operators`, `collections` on Python's; `methods`, those of
//! Rhai's types that are native; `bridge`, Rhai's own functions for the long tail; `prelude`, what
//! is written in Rhai because it calls the script back. [`Library`] is all of it as the virtual
//! machine sees it.
//!
//! Nothing here waits: a function that must ask the machine says so by its result.

mod bridge;
pub mod catalogue;
mod collections;
mod elsewhere;
mod limits;
mod methods;
pub mod operators;
#[cfg(test)]
mod oracle;
mod prelude;
mod printing;
mod python;

use crate::pos::Pos;
use crate::program::Language;
use crate::program::code::OnReceiver;
use crate::program::op::{BinaryOp, UnaryOp};
use crate::value::collection::Kind;
use crate::value::{FaultKind, Value, with_article};
use crate::vm::{LooksInto, NativeCtx, NativeResult, Natives, OnCollection};

use bridge::Bridge;
pub use bridge::{Bridged, bridged};
pub use prelude::{Piece, Prelude};

/// The library of one worker.
#[derive(Default)]
pub struct Library {
    /// Made when it is first needed: it takes milliseconds.
    bridge: Option<Bridge>,
    /// What Rhai has, for advice; made when a name is not found.
    bridged: Option<Vec<Bridged>>,
}

impl Library {
    /// A library. Costs nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The pieces of the prelude, as name and text, that a text needs which mentions these names:
    /// what they need in turn is among them. A piece is to be lowered once in a session.
    pub fn prelude_units(mentioned: &[String]) -> Vec<(&'static str, &'static str)> {
        (Prelude::new()
            .needed(mentioned.iter().map(String::as_str))
            .into_iter())
        .map(|piece| (piece.name, piece.source))
        .collect()
    }

    /// The text of the prelude's function of this name: `elapsed`, `array__map`.
    pub fn prelude_for(name: &str) -> Option<&'static str> {
        Prelude::new().find(name).map(|piece| piece.source)
    }

    /// Whether the prelude has a method of this name for some type.
    pub fn has_prelude_method(name: &str) -> bool {
        prelude::has_method(name)
    }

    fn bridge(&mut self) -> &mut Bridge {
        self.bridge.get_or_insert_default()
    }

    /// A function of the catalogue with a value as its first argument: `x.type_of()`. Nothing when
    /// there is none that takes these arguments.
    fn function_as_method(
        &mut self,
        name: &str,
        receiver: &Value,
        args: &[Value],
        ctx: &mut NativeCtx<'_>,
    ) -> Option<Result<NativeResult, FaultKind>> {
        let native = catalogue::native_index(name)?;
        let mut all = vec![receiver.clone()];
        all.extend_from_slice(args);
        catalogue::check(catalogue::entry(native as usize)?, &all).ok()?;
        Some(self.call(native, &mut all, ctx))
    }
}

/// Whether a function or method of this name may change its first argument: what is not known may.
fn may_change(name: &str) -> bool {
    catalogue::on_receiver(name) != Some(OnReceiver::Keeps)
}

impl Natives for Library {
    fn call(
        &mut self,
        native: u32,
        args: &mut [Value],
        ctx: &mut NativeCtx<'_>,
    ) -> Result<NativeResult, FaultKind> {
        if let Some(result) = python::call(native, args, ctx) {
            return result;
        }
        let Some((entry, run)) = catalogue::native(native) else {
            return Err(FaultKind::Native(format!("no native function {native}")));
        };
        for (at, arg) in args.iter_mut().enumerate() {
            if let Value::Reference(_) | Value::Collection(_) = arg
                && entry.wants_array(at)
                && let Some(items) = arg.row()
            {
                *arg = Value::Array(items);
            }
        }
        catalogue::check(entry, args)?;
        run(args, ctx)
    }

    fn call_named(&mut self, name: &str, args: &mut [Value]) -> Result<Value, FaultKind> {
        if let [receiver, rest @ ..] = &mut *args
            && let Some(answer) = methods::call(name, receiver, rest)
        {
            return answer;
        }
        let mut references: Vec<&mut Value> = args.iter_mut().collect();
        self.bridge()
            .call(name, &mut references, may_change(name))
            .map_err(|kind| advised(kind, name, catalogue::names()))
    }

    fn method(
        &mut self,
        dialect: Language,
        name: &str,
        receiver: &mut Value,
        args: &mut [Value],
        ctx: &mut NativeCtx<'_>,
    ) -> Result<NativeResult, FaultKind> {
        // What is no coroutine is what it is when it is awaited.
        if dialect == Language::Python
            && name != "__await"
            && let Some(answer) = python::method(name, receiver, args)
        {
            return answer.map(NativeResult::Value);
        }
        if dialect == Language::Python
            && let Some(answer) = methods::collection::array_as_list(name, receiver, args)
                .or_else(|| methods::collection::map_as_dict(name, receiver, args, ctx.pos))
        {
            return answer.map(NativeResult::Value);
        }
        if let Some(result) = methods::call_function(name, receiver, args, ctx) {
            return Ok(result);
        }
        if let Value::Collection(contents) = receiver
            && let Some(answer) = methods::collection::call(name, contents, args, ctx.pos)
        {
            return answer.map(NativeResult::Value);
        }
        if let Some(answer) = methods::call(name, receiver, args) {
            return answer.map(NativeResult::Value);
        }
        if let Some(result) = self.function_as_method(name, receiver, args, ctx) {
            return result;
        }
        let type_name = receiver.type_name();
        let takes_callback = args.iter().any(|arg| match arg {
            Value::Function(_) => true,
            Value::Reference(one) => one.kind == Kind::Class || one.method("__call__").is_some(),
            _ => false,
        });
        let result = if takes_callback && prelude::has_method(name) {
            // The machine will find the prelude's function; the bridge has none.
            let all: Vec<&Value> = std::iter::once(&*receiver).chain(&*args).collect();
            Err(operators::unknown(name, &all, None))
        } else {
            let mut references = vec![receiver];
            references.extend(args.iter_mut());
            self.bridge().call(name, &mut references, may_change(name))
        };
        let given = args.len();
        result.map(NativeResult::Value).map_err(|kind| match kind {
            FaultKind::UnknownFunction {
                signature,
                advice: None,
                ..
            } => self.not_found(&type_name, name, given, signature),
            other => other,
        })
    }

    fn keeps(&self, name: &str, receiver: &Value) -> bool {
        catalogue::keeps(name, receiver)
    }

    fn unknown_method(&mut self, kind: &str, name: &str) -> FaultKind {
        self.not_found(kind, name, 0, format!("{kind}.{name}"))
    }

    fn makes_text(&self, name: &str) -> bool {
        const MAKE_TEXT: [&str; 8] = [
            "print",
            "print #{}",
            "debug",
            "assert",
            "to_string",
            "to_debug",
            "to_json",
            "join",
        ];
        let python = name.strip_prefix("python.");
        MAKE_TEXT.contains(&python.unwrap_or(name))
            || python.is_some_and(|name| matches!(name, "str" | "repr" | "format" | "ascii"))
    }

    fn method_of_collection(
        &mut self,
        name: &str,
        contents: &mut Value,
        args: &mut [Value],
        pos: Pos,
    ) -> Option<Result<Value, FaultKind>> {
        match contents {
            Value::Collection(contents) => methods::collection::call(name, contents, args, pos),
            _ => None,
        }
    }

    fn on_collection(&self, kind: Kind, name: &str) -> OnCollection {
        methods::collection::on_collection(kind, name)
    }

    fn looks_into(&self, name: &str) -> LooksInto {
        const PASS_ON: [&str; 20] = [
            "python.construct",
            "python.instance_of",
            "python.is_end",
            "python.is_generator",
            "python.is_same",
            "python.isinstance",
            "python.iterate",
            "append",
            "clear",
            "curry",
            "get",
            "insert",
            "pop",
            "push",
            "set",
            "shift",
            "spawn",
            "type_of",
            "is_empty",
            "isinstance",
        ];
        // They take the items of the collections that they are given.
        const TAKE_ITEMS: [&str; 10] = [
            "python.call_with",
            "Thread",
            "Timer",
            "len",
            "list",
            "tuple",
            "deque",
            "wait",
            "as_completed",
            "reversed",
        ];
        if PASS_ON.contains(&name) {
            LooksInto::Nothing
        } else if TAKE_ITEMS.contains(&name) {
            LooksInto::Outermost
        } else {
            LooksInto::Everything
        }
    }

    fn prints(&self, name: &str) -> bool {
        matches!(name, "print" | "print #{}" | "debug" | "python.print")
    }

    fn binary(
        &mut self,
        dialect: Language,
        op: BinaryOp,
        a: &Value,
        b: &Value,
    ) -> Result<Value, FaultKind> {
        if dialect == Language::Python {
            return python::binary(op, a, b);
        }
        if matches!((a, b), (Value::Foreign(_), _) | (_, Value::Foreign(_))) {
            let (mut a, mut b) = (a.clone(), b.clone());
            return self
                .bridge()
                .call(op.symbol(), &mut [&mut a, &mut b], false);
        }
        operators::binary(op, a, b)
    }

    fn update(
        &mut self,
        dialect: Language,
        op: BinaryOp,
        target: &mut Value,
        operand: &Value,
    ) -> Result<(), FaultKind> {
        if dialect == Language::Python {
            return python::update(op, target, operand);
        }
        if matches!(
            (&*target, operand),
            (Value::Foreign(_), _) | (_, Value::Foreign(_))
        ) {
            *target = self.binary(dialect, op, target, operand)?;
            return Ok(());
        }
        operators::update(op, target, operand)
    }

    fn unary(&mut self, dialect: Language, op: UnaryOp, a: &Value) -> Result<Value, FaultKind> {
        match dialect {
            Language::Python => python::unary(op, a),
            Language::Own => operators::unary(op, a),
        }
    }

    fn property(&mut self, value: &Value, name: &str) -> Result<Value, FaultKind> {
        let mut value = value.clone();
        if methods::is_property(name, &value)
            && let Some(answer) = methods::call(name, &mut value, &mut [])
        {
            return answer;
        }
        let getter = format!("get${name}");
        self.bridge()
            .call(&getter, &mut [&mut value], false)
            .map_err(|kind| no_property(kind, &value, name))
    }

    fn set_property(
        &mut self,
        value: &mut Value,
        name: &str,
        mut new: Value,
    ) -> Result<(), FaultKind> {
        let setter = format!("set${name}");
        let result = self
            .bridge()
            .call(&setter, &mut [&mut *value, &mut new], true);
        result
            .map(drop)
            .map_err(|kind| no_property(kind, value, name))
    }
}

impl Library {
    /// Why values of a type have no such method: what to write instead, or how it is called.
    fn not_found(
        &mut self,
        type_name: &str,
        name: &str,
        given: usize,
        signature: String,
    ) -> FaultKind {
        let rows = catalogue::methods_of(type_name);
        let mut usages: Vec<String> = rows
            .filter(|entry| entry.name == name)
            .flat_map(catalogue::Entry::usages)
            .collect();
        let foreign = match usages.is_empty() {
            true => elsewhere::method(type_name, name),
            false => elsewhere::call(type_name, name, given),
        };
        if usages.is_empty() && foreign.is_none() {
            let bridged = self.bridged.get_or_insert_with(bridged);
            let is_it = |one: &&Bridged| one.receiver == Some(type_name) && one.name == name;
            usages.extend(
                bridged
                    .iter()
                    .filter(is_it)
                    .flat_map(|one| one.usages.clone()),
            );
        }
        let names = catalogue::methods_of(type_name).map(|entry| entry.name);
        let advice = match foreign {
            Some(advice) => Some(advice.to_string()),
            None if !usages.is_empty() => Some(format!("call it as `{}`", usages.join("` or `"))),
            None => match nearest(name, names) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => catalogue::methods_of(type_name).next().map(|_| {
                    format!(
                        "see what {} can do: `:help {type_name}`",
                        with_article(type_name)
                    )
                }),
            },
        };
        FaultKind::UnknownFunction {
            signature,
            advice,
            is_known: !usages.is_empty(),
        }
    }
}

/// The known name that is most like `name`, if one is like it at all.
pub fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .filter(|known| *known != name)
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 4)
        .min()
        .map(|(_, known)| known)
}

/// Adds the nearest known name to the fault of an unknown one.
fn advised<'n>(kind: FaultKind, name: &str, known: impl Iterator<Item = &'n str>) -> FaultKind {
    match kind {
        FaultKind::UnknownFunction {
            signature,
            advice: None,
            ..
        } => FaultKind::UnknownFunction {
            signature,
            advice: (elsewhere::function(name).map(String::from))
                .or_else(|| nearest(name, known).map(|known| format!("did you mean `{known}`?"))),
            is_known: false,
        },
        other => other,
    }
}

/// A getter or setter that Rhai does not have.
fn no_property(kind: FaultKind, value: &Value, name: &str) -> FaultKind {
    match kind {
        FaultKind::Native(_) | FaultKind::UnknownFunction { .. } => FaultKind::UnknownProperty {
            name: name.into(),
            on: value.type_name(),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests;
