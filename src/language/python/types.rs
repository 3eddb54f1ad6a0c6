//! What a value certainly is, as far as the text shows it.
//!
//! Only so much is inferred that plain programs (counters, texts, loops over ranges) are known to
//! mean the same in both languages, and their translation needs none of Python's own operators.

use ruff_python_ast::{self as ast, Expr};

use super::translate::Translator;

/// What is known of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Nothing.
    Unknown,
    /// There is no value yet.
    Never,
    Bool,
    Int,
    Float,
    Text,
    /// A range of integers.
    Range,
    /// A function.
    Function,
    /// A lock, a thread or another object that both languages have, by its class.
    Object(&'static str),
}

impl Type {
    fn meet(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, known) | (known, Self::Never) => known,
            (one, other) if one == other => one,
            _ => Self::Unknown,
        }
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Float)
    }

    /// Whether `print` shows it in both languages as it is here.
    pub(super) fn prints_alike(self) -> bool {
        matches!(self, Self::Int | Self::Text)
    }
}

impl Translator<'_> {
    /// What `expr` certainly is.
    pub(super) fn type_of(&self, expr: &Expr) -> Type {
        match expr {
            Expr::NumberLiteral(number) => match number.value {
                ast::Number::Int(_) => Type::Int,
                ast::Number::Float(_) => Type::Float,
                ast::Number::Complex { .. } => Type::Unknown,
            },
            Expr::BooleanLiteral(_) => Type::Bool,
            Expr::StringLiteral(_) | Expr::FString(_) => Type::Text,
            Expr::Compare(compare) => {
                let are_known = std::iter::once(&*compare.left)
                    .chain(&compare.comparators)
                    .all(|operand| self.type_of(operand) != Type::Unknown);
                // A class of one's own may say what its comparison gives.
                let is_certain = compare.ops.iter().all(|op| {
                    use ast::CmpOp::{Eq, In, Is, IsNot, NotEq, NotIn};
                    matches!(op, Eq | NotEq | Is | IsNot | In | NotIn)
                });
                if are_known || is_certain {
                    Type::Bool
                } else {
                    Type::Unknown
                }
            }
            Expr::UnaryOp(unary) => match (unary.op, self.type_of(&unary.operand)) {
                (ast::UnaryOp::Not, _) => Type::Bool,
                (_, Type::Int) => Type::Int,
                (ast::UnaryOp::USub | ast::UnaryOp::UAdd, Type::Float) => Type::Float,
                _ => Type::Unknown,
            },
            Expr::BoolOp(all) => (all.values.iter())
                .map(|value| self.type_of(value))
                .fold(Type::Never, Type::meet),
            Expr::BinOp(binary) => {
                let (left, right) = (self.type_of(&binary.left), self.type_of(&binary.right));
                type_of_binary(left, binary.op, right)
            }
            Expr::If(choice) => self
                .type_of(&choice.body)
                .meet(self.type_of(&choice.orelse)),
            Expr::Lambda(_) => Type::Function,
            Expr::Name(name) => self.type_of_name(&name.id),
            Expr::Call(call) => self.type_of_call(call),
            Expr::Attribute(attribute) => self.type_of_attribute(&attribute.attr),
            _ => Type::Unknown,
        }
    }

    fn type_of_call(&self, call: &ast::ExprCall) -> Type {
        match self.full_name(&call.func).as_deref() {
            Some("range") => Type::Range,
            Some("len" | "int" | "random.randint" | "seeded.randint" | "ord") => Type::Int,
            Some("str" | "repr" | "input" | "chr") => Type::Text,
            Some("bool" | "isinstance" | "any" | "all" | "callable") => Type::Bool,
            Some("float" | "random.uniform" | "random.random" | "time.perf_counter") => Type::Float,
            Some("threading.Thread" | "threading.Timer") => Type::Object("Thread"),
            Some(
                "threading.Lock"
                | "threading.RLock"
                | "threading.Condition"
                | "threading.Semaphore"
                | "threading.BoundedSemaphore"
                | "multiprocessing.Lock"
                | "multiprocessing.RLock"
                | "multiprocessing.Condition"
                | "multiprocessing.Semaphore"
                | "multiprocessing.BoundedSemaphore",
            ) => Type::Object("Lock"),
            Some("threading.Event" | "asyncio.Event" | "multiprocessing.Event") => {
                Type::Object("Event")
            }
            Some("multiprocessing.Pool") => Type::Object("Pool"),
            Some("asyncio.get_running_loop") => Type::Object("Loop"),
            Some("threading.Barrier" | "multiprocessing.Barrier") => Type::Object("Barrier"),
            Some(
                "queue.Queue"
                | "queue.LifoQueue"
                | "queue.PriorityQueue"
                | "queue.SimpleQueue"
                | "asyncio.Queue",
            ) => Type::Object("Queue"),
            Some(
                "concurrent.futures.ThreadPoolExecutor" | "concurrent.futures.ProcessPoolExecutor",
            ) => Type::Object("Executor"),
            Some("asyncio.Lock" | "asyncio.Semaphore" | "asyncio.Condition") => {
                Type::Object("Lock")
            }
            _ => Type::Unknown,
        }
    }

    /// An object, where every attribute of this name in the text is made as one.
    fn type_of_attribute(&self, name: &str) -> Type {
        let given = self.attributes.get(name).into_iter().flatten();
        let known = given.map(|given| match given {
            Expr::Call(call) => self.type_of_call(call),
            _ => Type::Unknown,
        });
        match known.fold(Type::Never, Type::meet) {
            known @ Type::Object(_) => known,
            _ => Type::Unknown,
        }
    }

    /// What every assignment to the variable says.
    fn type_of_name(&self, name: &str) -> Type {
        let Some(owner) = self.scopes.owner(self.scope, name) else {
            return Type::Unknown;
        };
        let key = (owner, name.to_string());
        if let Some(known) = self.types.borrow().get(&key) {
            return *known;
        }
        let Some(values) = self.values.get(&key) else {
            return Type::Unknown;
        };
        // A variable that is set to something of itself is not looked into.
        self.types.borrow_mut().insert(key.clone(), Type::Unknown);
        let given = |value: &Given<'_>| match value {
            Given::Value(expr) => self.type_of(expr),
            Given::Item(expr) => match self.type_of(expr) {
                Type::Range => Type::Int,
                Type::Text => Type::Text,
                _ => Type::Unknown,
            },
            Given::Changed(..) => Type::Never,
            Given::Anything => Type::Unknown,
        };
        let first = values.iter().map(given).fold(Type::Never, Type::meet);
        let changed = (values.iter()).filter_map(|value| match value {
            Given::Changed(op, by) => Some(type_of_binary(first, *op, self.type_of(by))),
            _ => None,
        });
        let known = match changed.fold(first, Type::meet) {
            Type::Never => Type::Unknown,
            known => known,
        };
        self.types.borrow_mut().insert(key, known);
        known
    }
}

fn type_of_binary(left: Type, op: ast::Operator, right: Type) -> Type {
    use ast::Operator::{Add, Div, FloorDiv, Mod, Mult, Sub};
    match (left, op, right) {
        (Type::Text, Add, Type::Text) | (Type::Text, Mod, _) => Type::Text,
        (Type::Int, Add | Sub | Mult | FloorDiv | Mod, Type::Int) => Type::Int,
        (one, Add | Sub | Mult | Div | FloorDiv | Mod, other)
            if one.is_number() && other.is_number() =>
        {
            Type::Float
        }
        _ => Type::Unknown,
    }
}

/// How a variable gets a value.
#[derive(Clone, Debug)]
pub(super) enum Given<'a> {
    /// This one.
    Value(&'a Expr),
    /// An item of this one.
    Item(&'a Expr),
    /// What an operator makes of it with this one.
    Changed(ast::Operator, &'a Expr),
    /// One that is not looked at.
    Anything,
}
