//! What can go wrong while a script runs, as data; its text is made in one place.
//!
//! Longer than most files because all texts of faults are here, and nowhere else.

use std::fmt;
use std::sync::Arc;

use super::Value;
use super::budget::Limit;
use super::class::{self, Class};
use super::object::TaskId;
use crate::pos::Pos;

/// No unit of the program.
pub const NO_UNIT: u32 = u32::MAX;

/// An error of the running script: what, where, and through which calls.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// Where: the position of the operation that failed.
    pub pos: Pos,
    /// In which unit of the program that position is; [`NO_UNIT`] where there is none.
    pub unit: u32,
    /// The calls that led there, innermost first; empty when it failed in the outermost code.
    pub trace: Vec<TraceEntry>,
}

/// One call on the way to a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceEntry {
    /// The function that was called.
    pub function: String,
    /// Where it was called from.
    pub called_at: Pos,
}

/// A primitive was used wrongly: what was found, what was expected, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse {
    /// The class that Python gives such an error.
    pub class: Class,
    /// What happened: `release of a Lock that this thread does not hold`.
    pub found: String,
    /// What the operation expects: `the thread that acquired a lock releases it`.
    pub expected: String,
    /// What the user can do next.
    pub advice: String,
    /// What Python says, where that is something else.
    pub python: Option<Box<str>>,
}

/// Why a queue could not take or give an item: the errors of Python's `queue`, and of its `asyncio`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has no item.
    Empty,
    /// It has no room.
    Full,
    /// It was shut down: nothing is put any more, and nothing is left.
    ShutDown,
    /// It is asyncio's, and has no item.
    AsyncEmpty,
    /// It is asyncio's, and has no room.
    AsyncFull,
}

/// Why a channel could not take or give an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelRefusal {
    /// Nobody sends, and no item is kept.
    Empty,
    /// Nobody receives, and there is no room.
    Full,
    /// It was closed, here: nothing is sent any more.
    Closed(Pos),
    /// It was closed, here, and is closed again.
    ClosedTwice(Pos),
}

/// The kinds of faults. `try` catches each but [`FaultKind::Interrupted`].
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// `throw value`
    Thrown(Value),
    /// Overflow, division by zero, a shift by too much: the text is Rhai's.
    Arithmetic(String),
    /// An array index outside the array.
    ArrayBounds {
        /// How many items there are.
        length: usize,
        /// The index used.
        index: i64,
    },
    /// A string index outside the string.
    StringBounds {
        /// How many characters there are.
        length: usize,
        /// The index used.
        index: i64,
    },
    /// A bit index outside an integer.
    BitBounds {
        /// The index used.
        index: i64,
    },
    /// A value of one type where another is needed.
    Type {
        /// What is needed: `bool`, `a function`.
        expected: String,
        /// The type of what was given.
        found: String,
    },
    /// No such function for these arguments.
    UnknownFunction {
        /// Name and types: `foo (i64, string)`.
        signature: String,
        /// What to do instead, where there is something close.
        advice: Option<String>,
        /// The name is there, but takes other arguments.
        is_known: bool,
    },
    /// A function exists, but takes another number of arguments.
    Arity {
        /// The function's name.
        name: String,
        /// The numbers of arguments that it takes.
        expected: Vec<usize>,
        /// How many were given.
        found: usize,
        /// The parameters of the first of these, where they are known.
        params: Vec<String>,
    },
    /// A variable that does not exist (yet) when the code runs.
    UnknownVariable {
        /// Its name.
        name: String,
        /// The nearest known name.
        nearest: Option<String>,
    },
    /// `this` in a function that was not called as a method.
    UnboundThis,
    /// A property that the value does not have.
    UnknownProperty {
        /// The property.
        name: String,
        /// The type of the value.
        on: String,
    },
    /// A value that cannot be indexed, or not by such an index.
    Indexing {
        /// Both types: `i64 [string]`.
        signature: String,
    },
    /// A constant was written to.
    Constant {
        /// Its name.
        name: String,
    },
    /// A method that changes what it is called on was called on a constant.
    ConstantMethod {
        /// The constant's name.
        name: String,
    },
    /// `exit` was called: the thread leaves its `with` blocks and ends with this value.
    Exit(Value),
    /// A value that a `for` cannot walk through.
    NotIterable {
        /// Its type.
        found: String,
    },
    /// Calls nested too deeply: most likely a recursion without an end.
    StackOverflow {
        /// How many calls were open.
        depth: usize,
    },
    /// Something grew beyond what a lesson needs.
    TooLarge {
        /// What: `string`, `array`.
        what: String,
    },
    /// A primitive was used wrongly.
    Misuse(Misuse),
    /// What a thread may do only with a lock that it holds itself was done while another one holds
    /// it.
    HeldByAnother {
        /// The wrong use, as the words before the holder's name: `release of a Lock that`.
        misuse: Misuse,
        /// Who holds it, and since where.
        holder: Box<Holder>,
        /// The holder's name. An object knows numbers only; the machine adds the name.
        name: Option<Box<str>>,
    },
    /// A wait ended because its time was over, where that is an error.
    Timeout {
        /// What was waited for.
        what: String,
        /// How long, in seconds.
        seconds: f64,
    },
    /// Futures that were not done in time, of those that were watched.
    Unfinished {
        /// How many.
        unfinished: usize,
        /// Of how many.
        of: usize,
    },
    /// What was cancelled has no result.
    Cancelled(Misuse),
    /// Tasks of a group that have failed, and its block, which comes last: their names and errors.
    TaskGroup(Vec<(String, SharedFault)>),
    /// A pool of this name whose initializer has failed: it runs nothing any more.
    BrokenPool(String),
    /// A pool of processes one of which has ended before its time: which, and how.
    BrokenProcessPool {
        /// The pool.
        pool: String,
        /// Why: `its process ProcessPoolExecutor-0_1 ended by signal 9`.
        why: String,
    },
    /// An error of a task in another process, as that process reported it.
    Reported {
        /// Its class.
        class: Class,
        /// The family.
        family: String,
        /// The message.
        message: String,
        /// What Python says, where it has other words.
        python: Option<String>,
        /// What the user can do next.
        advice: Option<String>,
    },
    /// An operation of Python's on a collection or an instance, refused in Python's words.
    Raised {
        /// Its class.
        class: Class,
        /// What Python says.
        message: String,
        /// What the user can do next.
        advice: String,
        /// The argument of the error, where that is not its message.
        argument: Option<Value>,
    },
    /// A barrier was or became broken, and why.
    BrokenBarrier(String),
    /// A queue could not do it, at once or in time.
    Queue {
        /// Why.
        refusal: Refusal,
        /// Which: `the Queue made in line 3`.
        queue: String,
        /// How long was waited, in seconds; 0 when not at all.
        seconds: f64,
    },
    /// A channel could not do it, at once or in time, or is closed.
    Channel {
        /// Why.
        refusal: ChannelRefusal,
        /// Which: `the Channel made in line 3`.
        channel: String,
        /// How long was waited, in seconds; 0 when not at all.
        seconds: f64,
    },
    /// An error that happened elsewhere, in another thread or a pool's task, and is raised here. The
    /// machine unpacks it: nobody catches it as such.
    Elsewhere(SharedFault),
    /// An `assert` did not hold.
    Assertion(String),
    /// Another error of a native function, in its words.
    Native(String),
    /// A mistake in this program, not in the script: what it said as it broke off.
    Internal(String),
    /// There is no line for `input`: why, and what to do.
    NoInput {
        /// Why.
        why: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The run has used more than it may. Nothing catches it, and it ends the run.
    Limit(Limit),
    /// The user pressed Ctrl-C, or the session stops its threads. Nothing catches it.
    Interrupted,
    /// This wait can never end.
    Deadlock,
}

impl Fault {
    /// A fault at `pos`.
    pub fn new(kind: FaultKind, pos: Pos) -> Self {
        Self {
            kind,
            pos,
            unit: NO_UNIT,
            trace: Vec::new(),
        }
    }

    /// What `catch (e)` gives: the value thrown, or a map as in Rhai with `message`, `line`,
    /// `position`, `error`, the family, and `class`, Python's class.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            FaultKind::Thrown(value) => value.clone(),
            _ => Value::map(self.to_map()),
        }
    }

    /// The same for code in Python's dialect, with Python's words and arguments.
    pub fn to_python_value(&self) -> Value {
        let message = match &self.kind {
            // What no code of Python's can have thrown is an exception there all the same.
            FaultKind::Thrown(value) if !matches!(value, Value::Map(_) | Value::Reference(_)) => {
                let mut map = self.to_map();
                map.insert("error".into(), Value::from("Exception"));
                map.insert("class".into(), Value::from("Exception"));
                map.insert("message".into(), Value::from(super::print_text(value)));
                map.insert("args".into(), Value::tuple(vec![value.clone()]));
                return Value::map(map);
            }
            FaultKind::Thrown(_) => return self.to_value(),
            kind => match kind.message_in_python() {
                Some(message) => message,
                None if let FaultKind::Raised {
                    argument: Some(argument),
                    ..
                } = kind =>
                {
                    let mut map = self.to_map();
                    map.insert("args".into(), Value::tuple(vec![argument.clone()]));
                    return Value::map(map);
                }
                // The message of a KeyError is no argument of it.
                None if kind.class() == Class::KeyError => return self.to_value(),
                None => kind.to_string(),
            },
        };
        let args = match message.is_empty() {
            true => Vec::new(),
            false => vec![Value::from(message.as_str())],
        };
        let mut map = self.to_map();
        map.insert("message".into(), Value::from(message));
        map.insert("args".into(), Value::tuple(args));
        Value::map(map)
    }

    /// The error as a map, also one that was thrown as another value, with its place.
    fn to_map(&self) -> super::Map {
        let mut map = match &self.kind {
            FaultKind::Thrown(Value::Map(thrown)) => super::Map::clone(thrown),
            kind => kind.to_map(),
        };
        if !self.pos.is_none() {
            let mut place = |key: &str, number: u16| {
                let number = Value::Int(i64::from(number));
                map.entry(key.into()).or_insert(number);
            };
            place("line", self.pos.line);
            place("position", self.pos.column);
        }
        map
    }
}

impl FaultKind {
    /// Calls `visit` on the values in it: what was thrown, and the errors that it passes on.
    pub fn visit_parts(&self, visit: &mut dyn FnMut(&Value)) {
        match self {
            Self::Thrown(value) | Self::Exit(value) => visit(value),
            Self::Raised {
                argument: Some(argument),
                ..
            } => visit(argument),
            Self::Elsewhere(fault) => visit(&Value::Error(fault.clone())),
            Self::TaskGroup(failures) => {
                (failures.iter()).for_each(|(_, fault)| visit(&Value::Error(fault.clone())))
            }
            _ => {}
        }
    }

    /// A value of the wrong type.
    pub fn mismatch(expected: &str, found: &Value) -> Self {
        Self::Type {
            expected: expected.into(),
            found: found.type_name(),
        }
    }

    /// A wrong use of a primitive.
    pub fn misuse(class: Class, found: &str, expected: &str, advice: &str) -> Self {
        Self::Misuse(Misuse {
            class,
            found: found.into(),
            expected: expected.into(),
            advice: advice.into(),
            python: None,
        })
    }

    /// The same wrong use with what Python says of it.
    #[must_use]
    pub fn as_python_says(mut self, words: impl Into<Box<str>>) -> Self {
        if let Self::Misuse(misuse) | Self::HeldByAnother { misuse, .. } = &mut self {
            misuse.python = Some(words.into());
        }
        self
    }

    /// An error with the words that Python has for it.
    pub fn raised(class: Class, message: &str, advice: &str) -> Self {
        Self::Raised {
            class,
            message: message.into(),
            advice: advice.into(),
            argument: None,
        }
    }

    /// That a collection does not have this key.
    pub fn no_key(key: &Value, message: &str, advice: &str) -> Self {
        let mut kind = FaultKind::raised(Class::KeyError, message, advice);
        if let Self::Raised { argument, .. } = &mut kind {
            *argument = Some(key.clone());
        }
        kind
    }

    /// Something without a result, because it was cancelled.
    pub fn cancelled(class: Class, found: &str, expected: &str, advice: &str) -> Self {
        Self::Cancelled(Misuse {
            class,
            found: found.into(),
            expected: expected.into(),
            advice: advice.into(),
            python: None,
        })
    }

    /// A wrong use of what `holder` holds; `found` ends where the holder's name shall follow.
    pub fn held_by_another(holder: Holder, found: &str, expected: &str, advice: &str) -> Self {
        Self::HeldByAnother {
            misuse: Misuse {
                class: Class::RuntimeError,
                found: found.into(),
                expected: expected.into(),
                advice: advice.into(),
                python: None,
            },
            holder: Box::new(holder),
            name: None,
        }
    }

    fn to_map(&self) -> super::Map {
        let mut map = super::Map::new();
        map.insert("error".into(), Value::from(self.family()));
        map.insert("class".into(), Value::from(self.class().qualified()));
        let message = match self {
            Self::Raised { message, .. } => message.clone(),
            kind => kind.to_string(),
        };
        map.insert("message".into(), Value::from(message));
        for (field, value) in self.fields() {
            map.insert(field.into(), value);
        }
        if let Self::TaskGroup(failures) = self {
            let exceptions = failures.iter().map(|(_, fault)| fault.to_map());
            let exceptions = exceptions.map(Value::map).collect();
            map.insert("exceptions".into(), Value::array(exceptions));
        }
        map
    }

    /// What a caught error says besides, under Rhai's names.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &str| Value::from(text);
        let bounds = |length: usize, index: i64| {
            let length = i64::try_from(length).unwrap_or(i64::MAX);
            vec![("length", Value::Int(length)), ("index", Value::Int(index))]
        };
        match self {
            Self::ArrayBounds { length, index } | Self::StringBounds { length, index } => {
                bounds(*length, *index)
            }
            Self::BitBounds { index } => bounds(64, *index),
            Self::Type { expected, found } => {
                vec![("requested", text(expected)), ("actual", text(found))]
            }
            Self::UnknownFunction { signature, .. } => vec![("function", text(signature))],
            Self::Arity { name, .. } => vec![("function", text(name))],
            Self::UnknownVariable { name, .. }
            | Self::Constant { name }
            | Self::ConstantMethod { name } => vec![("variable", text(name))],
            Self::UnknownProperty { name, .. } => vec![("property", text(name))],
            Self::Indexing { signature } => vec![("type", text(signature))],
            Self::TooLarge { what } => vec![("type", text(what))],
            _ => Vec::new(),
        }
    }

    /// The error in one line for people, with its class where it is a wrong use, and also one that the
    /// script has made as a map.
    pub fn title(&self) -> String {
        let thrown = match self {
            Self::Thrown(Value::Map(map)) => map,
            Self::Thrown(Value::Reference(reference)) => {
                let name = Value::Reference(reference.clone()).type_name();
                return match reference.error_message() {
                    Some(message) if super::print_text(&message).is_empty() => name,
                    Some(message) => format!("{name}: {}", super::print_text(&message)),
                    None => self.to_string(),
                };
            }
            Self::Elsewhere(fault) => return fault.kind.title(),
            Self::Raised { message, .. } if message.is_empty() => return self.to_string(),
            Self::Misuse(_) | Self::HeldByAnother { .. } | Self::Raised { .. } => {
                return format!("{}: {self}", self.class().qualified());
            }
            kind => return kind.to_string(),
        };
        match (thrown.get("error"), thrown.get("message")) {
            (Some(error), Some(message)) => {
                let (error, message) = (super::print_text(error), super::print_text(message));
                format!("{error}: {message}")
            }
            (Some(only), None) | (None, Some(only)) => super::print_text(only),
            (None, None) => self.to_string(),
        }
    }

    /// The same where a report says what can happen: an assertion is one, whichever language's.
    pub fn in_reports(&self) -> String {
        let is_raised = matches!(self, Self::Raised { .. } | Self::Thrown(_));
        if !is_raised || self.class() != Class::AssertionError {
            return self.title();
        }
        let message = self.to_string();
        let has_none = message.is_empty() || message == Class::AssertionError.name();
        Self::Assertion(if has_none { String::new() } else { message }).to_string()
    }

    /// What `catch (e)` gives for an error whose place does not matter.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Elsewhere(fault) => fault.to_value(),
            Self::Thrown(value) => value.clone(),
            kind => Value::map(kind.to_map()),
        }
    }

    /// The error as another process reports it: in words. What was thrown crosses as a copy.
    #[must_use]
    pub fn reported(&self) -> Self {
        Self::Reported {
            class: self.class(),
            family: self.family().into(),
            message: self.to_string(),
            python: self.message_in_python(),
            advice: self.advice(),
        }
    }

    /// Whether a link of a chain may have failed with it.
    pub fn is_of_a_link(&self) -> bool {
        matches!(
            self,
            Self::ArrayBounds { .. }
                | Self::StringBounds { .. }
                | Self::BitBounds { .. }
                | Self::Indexing { .. }
                | Self::UnknownProperty { .. }
        )
    }

    /// Whether `try` may catch it.
    pub fn is_catchable(&self) -> bool {
        self.is_reported() && !matches!(self, Self::Limit(_))
    }

    /// The status with which `sys.exit` ends the program, and what it says then; nothing for any other
    /// error.
    pub fn exit_status(&self) -> Option<(u8, Option<String>)> {
        if self.class() != Class::SystemExit {
            return None;
        }
        let args = match self {
            Self::Thrown(Value::Map(map)) => map.get("args").cloned(),
            Self::Thrown(Value::Reference(error)) => error.attribute("args"),
            _ => None,
        };
        let first = args.and_then(|args| args.row()?.first().cloned());
        Some(match first.unwrap_or_default() {
            Value::Unit => (0, None),
            Value::Bool(flag) => (u8::from(flag), None),
            // As the host has it: the lowest eight bits.
            Value::Int(code) => (code as u8, None),
            other => (1, Some(super::print_text(&other))),
        })
    }

    /// Whether it is shown as an error of the thread that it ends.
    pub fn is_reported(&self) -> bool {
        let is_exit = matches!(self, Self::Interrupted | Self::Deadlock | Self::Exit(_));
        !is_exit && self.class() != Class::SystemExit
    }

    /// Whether it is that of a cancelled task, or was thrown on by one that caught it.
    pub fn is_cancel(&self) -> bool {
        match self {
            Self::Cancelled(_) => true,
            Self::Thrown(Value::Map(map)) => map
                .get("error")
                .is_some_and(|error| error.as_str() == Some("CancelledError")),
            _ => false,
        }
    }

    /// Python's class of the error.
    pub fn class(&self) -> Class {
        match self {
            Self::Thrown(value) => class::thrown(value),
            Self::Arithmetic(text) if is_division_by_zero(text) => Class::ZeroDivisionError,
            // A text that is no number is one of Rhai's arithmetic errors, too.
            Self::Arithmetic(text) if text.contains(" parsing ") => Class::ValueError,
            Self::Arithmetic(_) => Class::OverflowError,
            Self::ArrayBounds { .. } | Self::StringBounds { .. } | Self::BitBounds { .. } => {
                Class::IndexError
            }
            Self::Type { .. }
            | Self::Arity { .. }
            | Self::Indexing { .. }
            | Self::Constant { .. }
            | Self::ConstantMethod { .. }
            | Self::NotIterable { .. } => Class::TypeError,
            Self::UnknownFunction { .. } | Self::UnknownVariable { .. } | Self::UnboundThis => {
                Class::NameError
            }
            Self::UnknownProperty { .. } => Class::AttributeError,
            Self::StackOverflow { .. } => Class::RecursionError,
            Self::TooLarge { .. } | Self::Limit(Limit::Memory(_)) => Class::MemoryError,
            Self::Limit(_) => Class::SystemError,
            Self::NoInput { .. } => Class::EofError,
            Self::Misuse(misuse) | Self::HeldByAnother { misuse, .. } | Self::Cancelled(misuse) => {
                misuse.class
            }
            Self::Timeout { .. } | Self::Unfinished { .. } => Class::TimeoutError,
            Self::TaskGroup(_) => Class::ExceptionGroup,
            Self::BrokenPool(_) => Class::BrokenThreadPool,
            Self::BrokenProcessPool { .. } => Class::BrokenProcessPool,
            Self::Reported { class, .. } | Self::Raised { class, .. } => *class,
            Self::BrokenBarrier(_) => Class::BrokenBarrierError,
            Self::Queue { refusal, .. } => match refusal {
                Refusal::Empty => Class::Empty,
                Refusal::Full => Class::Full,
                Refusal::ShutDown => Class::ShutDown,
                Refusal::AsyncEmpty => Class::QueueEmpty,
                Refusal::AsyncFull => Class::QueueFull,
            },
            Self::Channel { refusal, .. } => match refusal {
                ChannelRefusal::Empty => Class::Empty,
                ChannelRefusal::Full => Class::Full,
                ChannelRefusal::Closed(_) | ChannelRefusal::ClosedTwice(_) => Class::Closed,
            },
            Self::Assertion(_) => Class::AssertionError,
            // Rhai's functions refuse values: a text that is no number, for example.
            Self::Native(_) => Class::ValueError,
            Self::Elsewhere(fault) => fault.kind.class(),
            Self::Internal(_) | Self::Deadlock => Class::SystemError,
            Self::Interrupted => Class::KeyboardInterrupt,
            Self::Exit(_) => Class::BaseException,
        }
    }

    /// The name of the family, as Rhai names it in a caught error.
    pub fn family(&self) -> &str {
        match self {
            Self::Thrown(_) | Self::Native(_) => "ErrorRuntime",
            Self::Arithmetic(_) => "ErrorArithmetic",
            Self::ArrayBounds { .. } => "ErrorArrayBounds",
            Self::StringBounds { .. } => "ErrorStringBounds",
            Self::BitBounds { .. } => "ErrorBitFieldBounds",
            Self::Type { .. } => "ErrorMismatchDataType",
            Self::UnknownFunction { .. } | Self::Arity { .. } => "ErrorFunctionNotFound",
            Self::UnknownVariable { .. } => "ErrorVariableNotFound",
            Self::UnboundThis => "ErrorUnboundThis",
            Self::UnknownProperty { .. } => "ErrorDotExpr",
            Self::Indexing { .. } => "ErrorIndexingType",
            Self::Constant { .. } => "ErrorAssignmentToConstant",
            Self::ConstantMethod { .. } => "ErrorNonPureMethodCallOnConstant",
            Self::NotIterable { .. } => "ErrorFor",
            Self::StackOverflow { .. } => "ErrorStackOverflow",
            Self::TooLarge { .. } => "ErrorDataTooLarge",
            Self::Limit(_) => "ErrorTerminated",
            Self::NoInput { .. } => "EOFError",
            Self::Misuse(misuse) | Self::HeldByAnother { misuse, .. } => misuse.class.name(),
            Self::Timeout { .. } | Self::Unfinished { .. } => "TimeoutError",
            Self::Cancelled(_) => "CancelledError",
            Self::TaskGroup(_) => "ExceptionGroup",
            Self::BrokenPool(_) => "BrokenThreadPool",
            Self::BrokenProcessPool { .. } => "BrokenProcessPool",
            Self::Reported { family, .. } => family,
            Self::Raised { class, .. } => class.name(),
            Self::BrokenBarrier(_) => "BrokenBarrierError",
            Self::Queue { refusal, .. } => match refusal {
                Refusal::Empty => "Empty",
                Refusal::Full => "Full",
                Refusal::ShutDown => "ShutDown",
                Refusal::AsyncEmpty => "QueueEmpty",
                Refusal::AsyncFull => "QueueFull",
            },
            Self::Channel { refusal, .. } => match refusal {
                ChannelRefusal::Empty => "Empty",
                ChannelRefusal::Full => "Full",
                ChannelRefusal::Closed(_) | ChannelRefusal::ClosedTwice(_) => "Closed",
            },
            Self::Assertion(_) => "AssertionError",
            Self::Elsewhere(fault) => fault.kind.family(),
            Self::Internal(_) => "InternalError",
            Self::Interrupted => "ErrorTerminated",
            Self::Deadlock => "Deadlock",
            Self::Exit(_) => "ErrorExit",
        }
    }

    /// What the user can do next, where the message alone does not say it.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Misuse(misuse) | Self::Cancelled(misuse) => Some(misuse.advice.clone()),
            Self::NoInput { advice, .. } => Some((*advice).into()),
            Self::Limit(limit) => Some(match limit {
                Limit::Memory(_) => {
                    "look for what grows without an end in this line or in what it calls; at the \
                     prompt `:undo` and `:reset` give back what variables hold; `--max-memory 2G` or \
                     `:set max-memory 2G` allows more"
                    .into()
                }
                Limit::Work => "values that hold the same one many times over stand for all of these: \
                                compare, sort or show less at once"
                    .into(),
                _ => format!("`--{0} N` or `:set {0} N` allows more", limit.name()),
            }),
            Self::BrokenPool(_) => {
                Some("repair the initializer, whose error was shown, and make a new pool".into())
            }
            Self::BrokenProcessPool { .. } => {
                Some("make a new pool and submit again what has no result".into())
            }
            Self::Reported { advice, .. } => advice.clone(),
            Self::Raised { advice, .. } => (!advice.is_empty()).then(|| advice.clone()),
            Self::HeldByAnother { misuse, .. } => Some(misuse.advice.clone()),
            Self::Arity {
                name,
                expected,
                params,
                ..
            } => expected.first().map(|count| usage(name, *count, params)),
            Self::Arithmetic(text) if is_division_by_zero(text) => {
                Some("look at the divisor first: `if b != 0 { a / b }`".into())
            }
            Self::ArrayBounds { length: 0, .. } => {
                Some("look first whether there is an item: `if !a.is_empty() { ... }`".into())
            }
            Self::ArrayBounds { length, .. } => Some(format!(
                "the first item has the index 0, the last one {}",
                length - 1
            )),
            Self::Queue { refusal, .. } => Some(match refusal {
                Refusal::Empty => "get() waits for an item, get(seconds) for so long".into(),
                Refusal::Full => "put(x) waits for room, put(x, seconds) for so long".into(),
                Refusal::AsyncEmpty => "`await queue.get()` waits for an item".into(),
                Refusal::AsyncFull => "`await queue.put(x)` waits for room".into(),
                Refusal::ShutDown => {
                    "catch it to leave the loop, or make a new queue for more items".into()
                }
            }),
            Self::Channel { refusal, .. } => Some(match refusal {
                ChannelRefusal::Empty => {
                    "receive() waits for an item, receive(seconds) for so long".into()
                }
                ChannelRefusal::Full => {
                    "send(x) waits for a receiver or for room, send(x, seconds) for so long".into()
                }
                ChannelRefusal::Closed(_) | ChannelRefusal::ClosedTwice(_) => {
                    "let only the sender close a channel, once, when it has sent everything".into()
                }
            }),
            Self::BrokenBarrier(_) => {
                Some("call reset() on the barrier before threads wait at it again".into())
            }
            Self::UnknownVariable {
                nearest: Some(name),
                ..
            } => Some(format!("did you mean `{name}`?")),
            Self::UnknownVariable {
                name,
                nearest: None,
            } => Some(format!("make the variable first: `let {name} = ...;`")),
            Self::UnboundThis => {
                Some("call the function as a method of what `this` shall be: `x.f()`".into())
            }
            Self::UnknownFunction { advice, .. } => advice.clone(),
            Self::StackOverflow { .. } => {
                Some("give the recursion a case in which it does not call itself".into())
            }
            Self::Constant { name } | Self::ConstantMethod { name } => Some(format!(
                "make it a variable: `let {name} = ...;` instead of `const`"
            )),
            _ => None,
        }
    }
}

/// Whether this is what Rhai says of a division by zero. It has no other sign of one.
fn is_division_by_zero(text: &str) -> bool {
    text.contains("ivision by zero")
}

/// How to call something with this many arguments: ``call it as `add(a, b)` ``.
fn usage(name: &str, count: usize, params: &[String]) -> String {
    let params = if params.len() == count {
        params.to_vec()
    } else {
        ('a'..='z').take(count).map(String::from).collect()
    };
    format!("call it as `{name}({})`", params.join(", "))
}

/// Numbers in words: `1`, `1 or 2`, `1 to 7`.
fn choice(counts: &[usize]) -> String {
    match counts {
        [first, .., last] if counts.len() > 2 && last - first + 1 == counts.len() => {
            format!("{first} to {last}")
        }
        _ => {
            let counts: Vec<String> = counts.iter().map(usize::to_string).collect();
            counts.join(" or ")
        }
    }
}

fn plural(count: usize, thing: &str) -> String {
    if count == 1 {
        format!("{count} {thing}")
    } else {
        format!("{count} {thing}s")
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thrown(Value::Map(map)) if map.contains_key("error") => {
                f.write_str(&self.title())
            }
            Self::Thrown(value) => f.write_str(&super::print_text(value)),
            Self::Arithmetic(text) | Self::Native(text) => f.write_str(text),
            Self::ArrayBounds { length, index } => {
                write!(f, "array index {index} is out of bounds: the array has ")?;
                f.write_str(&plural(*length, "item"))
            }
            Self::StringBounds { length, index } => {
                write!(f, "string index {index} is out of bounds: the string has ")?;
                f.write_str(&plural(*length, "character"))
            }
            Self::BitBounds { index } => {
                write!(
                    f,
                    "bit index {index} is out of bounds: an integer has 64 bits"
                )
            }
            Self::Type { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::UnknownFunction {
                signature,
                is_known: true,
                ..
            } => write!(f, "wrong arguments: {signature}"),
            Self::UnknownFunction { signature, .. } => write!(f, "unknown function: {signature}"),
            Self::Arity {
                name,
                expected,
                found,
                ..
            } => {
                let noun = if expected == &[1] {
                    "argument"
                } else {
                    "arguments"
                };
                let counts = choice(expected);
                let were = if *found == 1 { "was" } else { "were" };
                write!(f, "{name} takes {counts} {noun}, but {found} {were} given")
            }
            Self::UnknownVariable { name, .. } => write!(f, "unknown variable: {name}"),
            Self::UnboundThis => f.write_str("`this` is bound to nothing here"),
            Self::UnknownProperty { name, on } => write!(f, "unknown property: {name} of {on}"),
            Self::Indexing { signature } => write!(f, "cannot index: {signature}"),
            Self::Constant { name } | Self::ConstantMethod { name } => {
                write!(f, "cannot change the constant {name}")
            }
            Self::NotIterable { found } => write!(f, "cannot go through {found} with `for`"),
            Self::StackOverflow { depth } => {
                write!(
                    f,
                    "too many nested calls ({depth}): does a recursion never end?"
                )
            }
            Self::TooLarge { what } => write!(f, "{what} too large"),
            Self::NoInput { why, .. } => write!(f, "{why}"),
            Self::Limit(limit) => limit.fmt(f),
            Self::Misuse(misuse) | Self::Cancelled(misuse) => {
                write!(f, "{}: {}", misuse.found, misuse.expected)
            }
            Self::Unfinished { unfinished, of } => {
                write!(f, "{unfinished} (of {of}) futures unfinished")
            }
            Self::TaskGroup(failures) => {
                let errors = plural(failures.len(), "error");
                write!(f, "{errors} in a TaskGroup")?;
                failures
                    .iter()
                    .enumerate()
                    .try_for_each(|(at, (name, fault))| {
                        let sign = if at == 0 { ':' } else { ';' };
                        write!(f, "{sign} {name}: {}", fault.kind.title())
                    })
            }
            Self::BrokenPool(pool) => write!(
                f,
                "the initializer of {pool} failed: the pool is not usable any more"
            ),
            Self::BrokenProcessPool { pool, why } => {
                write!(f, "{pool} is broken: {why}")
            }
            Self::Raised { class, message, .. } if message.is_empty() => f.write_str(class.name()),
            Self::Reported { message, .. } | Self::Raised { message, .. } => f.write_str(message),
            Self::HeldByAnother {
                misuse,
                holder,
                name,
            } => {
                write!(f, "{} ", misuse.found)?;
                match name {
                    Some(name) => f.write_str(name)?,
                    None => write!(f, "thread {}", holder.task.0)?,
                }
                let since = holder.since.at();
                write!(f, " has held since {since}: {}", misuse.expected)
            }
            Self::Timeout { what, seconds } => write!(f, "{what} took longer than {seconds} s"),
            Self::BrokenBarrier(why) => write!(f, "the barrier is broken: {why}"),
            Self::Queue {
                refusal,
                queue,
                seconds,
            } => {
                let state = match refusal {
                    Refusal::Empty | Refusal::AsyncEmpty => "empty",
                    Refusal::Full | Refusal::AsyncFull => "full",
                    Refusal::ShutDown => return write!(f, "{queue} was shut down"),
                };
                if *seconds > 0.0 {
                    write!(f, "{queue} stayed {state} for {seconds} s")
                } else {
                    write!(f, "{queue} is {state}")
                }
            }
            Self::Channel {
                refusal,
                channel,
                seconds,
            } => {
                let nobody = match refusal {
                    ChannelRefusal::Empty => "sends on",
                    ChannelRefusal::Full => "receives from",
                    ChannelRefusal::Closed(at) => {
                        return write!(
                            f,
                            "send on {channel}, which was closed in line {}",
                            at.line
                        );
                    }
                    ChannelRefusal::ClosedTwice(at) => {
                        let line = at.line;
                        return write!(f, "{channel} is closed twice: first in line {line}");
                    }
                };
                if *seconds > 0.0 {
                    write!(f, "nobody {nobody} {channel} within {seconds} s")
                } else {
                    write!(f, "nobody {nobody} {channel} now")
                }
            }
            Self::Assertion(text) if text.is_empty() => f.write_str("assertion failed"),
            Self::Assertion(text) => write!(f, "assertion failed: {text}"),
            Self::Elsewhere(fault) => fault.kind.fmt(f),
            Self::Internal(text) => write!(f, "internal error, please report: {text}"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Deadlock => f.write_str("deadlock"),
            Self::Exit(_) => f.write_str("exit"),
        }
    }
}

/// A fault that a handle has kept, shared by all who ask for it.
pub type SharedFault = Arc<Fault>;

/// Who holds what a thread waits for, for deadlock reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The thread that holds it.
    pub task: TaskId,
    /// Since which line.
    pub since: Pos,
}
