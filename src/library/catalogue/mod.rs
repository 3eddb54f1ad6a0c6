//! The catalogue: one table of everything that a script can call by name.
//!
//! Help, completion, the reference, the checks of arguments and the tests of the examples all read
//! these rows; so does the virtual machine, which calls their functions. A file holds one group.

mod asyncio;
mod asyncio_shared;
mod atomics;
mod channels;
mod check;
mod collections;
mod core;
mod error_classes;
mod errors;
mod futures;
mod locks;
mod processes;
mod python_collections;
mod queues;
mod random;
mod receivers;
mod shared;
mod text;
mod threading;
mod time;

use crate::value::{FaultKind, Value};
use crate::vm::{NativeCtx, NativeResult};

pub use check::check;
pub use errors::{ERRORS, ErrorKind};
#[cfg(test)]
pub(super) use receivers::names_in_table;
pub use receivers::{keeps, on_receiver, on_receiver_in_python};

/// A native function. Its arguments fit a signature of its row, and may be taken.
pub type Native = fn(&mut [Value], &mut NativeCtx<'_>) -> Result<NativeResult, FaultKind>;

/// One row: a function, or a method of one type.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// For a method, the type that has it, as `type_of` shows it: `array`, `Lock`.
    pub receiver: Option<&'static str>,
    /// The name.
    pub name: &'static str,
    /// The ways to call it.
    pub signatures: &'static [Signature],
    /// What it does, in one line.
    pub summary: &'static str,
    /// More about it, in full sentences; may be empty.
    pub details: &'static str,
    /// What can go wrong; empty when nothing can.
    pub errors: &'static str,
    /// When it makes the thread wait; empty when never.
    pub blocks: &'static str,
    /// An example that is checked.
    pub example: Example,
    /// How it is carried out.
    pub run: Run,
    /// What `await NAME(...)` does, where that is less work than to make something and to await it.
    pub awaited: Option<Native>,
    /// The keys of the map that may be *written* behind its arguments as its options, and what
    /// carries it out then; any other map is an argument.
    pub with_options: Option<(&'static [&'static str], Native)>,
}

/// How a row is carried out.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// By this function.
    Native(Native),
    /// By the type of the receiver: a native method, or the runtime object's.
    Method,
    /// By a function of the prelude, in Rhai.
    Prelude,
    /// Not at all: the name is a constant, this text.
    Constant(&'static str),
}

/// One way to call something.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The arguments, without the receiver.
    pub params: &'static [Param],
    /// The type of what it gives; `()` for nothing.
    pub result: &'static str,
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, with the unit where it has one: `seconds`.
    pub name: &'static str,
    /// What it can be.
    pub kind: Kind,
}

/// What an argument can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Any,
    /// What these words say; what takes it checks that, and knows more to say when it does not fit.
    Checked(&'static str),
    /// Any number of arguments of any type; only as the last one.
    Rest,
    /// `true` or `false`
    Bool,
    /// An integer.
    Int,
    /// An integer or a float.
    Number,
    /// A time: an integer or a float, in seconds.
    Seconds,
    /// The same, or `()` for as long as it takes.
    Limit,
    /// A float.
    Float,
    /// A string.
    Text,
    /// A string or a character.
    Pattern,
    /// An array.
    Array,
    /// A map.
    Map,
    /// A range.
    Range,
    /// A function or closure.
    Function,
    /// What can be awaited: a function, a task or a coroutine. A call of the script's own function
    /// that stands here is a coroutine.
    Awaitable,
    /// Any number of these, or an array of them; only as the last one.
    Awaitables,
    /// An array of these.
    AwaitableArray,
}

/// Code and what it prints.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The code.
    pub code: &'static str,
    /// The lines that it prints.
    pub output: &'static str,
}

impl Entry {
    /// What rows leave out.
    const NEW: Self = Self {
        receiver: None,
        name: "",
        signatures: &[],
        summary: "",
        details: "",
        errors: "",
        blocks: "",
        example: Example {
            code: "",
            output: "",
        },
        run: Run::Method,
        awaited: None,
        with_options: None,
    };

    /// Whether its argument number `at` is an array: then a list or a tuple will do.
    pub fn wants_array(&self, at: usize) -> bool {
        self.signatures.iter().any(|signature| {
            let param = (signature.params.get(at)).or_else(|| signature.params.last());
            param.is_some_and(|param| match param.kind {
                Kind::Array | Kind::AwaitableArray | Kind::Awaitables => true,
                Kind::Checked(words) => words.contains("array"),
                _ => false,
            })
        })
    }

    /// The name with its type: `sleep`, `Queue.put`.
    pub fn full_name(&self) -> String {
        match self.receiver {
            Some(receiver) => format!("{receiver}.{}", self.name),
            None => self.name.to_string(),
        }
    }

    /// The ways to call it, as they are typed: `sleep(seconds)`, `array.push(item)`.
    pub fn usages(&self) -> Vec<String> {
        self.signatures
            .iter()
            .map(|signature| {
                let params: Vec<&str> = signature.params.iter().map(|p| p.name).collect();
                let receiver = self
                    .receiver
                    .map_or(String::new(), |name| format!("{name}."));
                match self.run {
                    Run::Constant(_) => self.name.into(),
                    _ => format!("{receiver}{}({})", self.name, params.join(", ")),
                }
            })
            .collect()
    }
}

const fn sig(params: &'static [Param], result: &'static str) -> Signature {
    Signature { params, result }
}

const fn param(name: &'static str, kind: Kind) -> Param {
    Param { name, kind }
}

/// An argument that what takes it checks.
const fn checked(name: &'static str, words: &'static str) -> Param {
    Param {
        name,
        kind: Kind::Checked(words),
    }
}

/// Rows that belong together, in the order of the reference.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// The modules in which Python has these names.
    pub modules: &'static [&'static str],
    /// The rows.
    pub entries: &'static [Entry],
}

const fn group(
    title: &'static str,
    modules: &'static [&'static str],
    entries: &'static [Entry],
) -> Group {
    Group {
        title,
        modules,
        entries,
    }
}

/// The whole table.
pub const GROUPS: &[Group] = &[
    group("Printing, checking, functions", &[], core::ENTRIES),
    group("Chance", &["random"], random::ENTRIES),
    group("Time", &["time"], time::ENTRIES),
    group("Threads", &["threading"], threading::ENTRIES),
    group(
        "Pools and futures",
        &["concurrent", "futures"],
        futures::ENTRIES,
    ),
    group(
        "Processes",
        &["multiprocessing", "os", "futures"],
        processes::ENTRIES,
    ),
    group("Locks and their kin", &["threading"], locks::ENTRIES),
    group("Queues", &["queue"], queues::ENTRIES),
    group("Channels", &[], channels::ENTRIES),
    group("Readers and writers, once, latches", &[], shared::ENTRIES),
    group(
        "Atomics, timers, thread locals",
        &["threading"],
        atomics::ENTRIES,
    ),
    group(
        "Tasks that take turns: asyncio",
        &["asyncio"],
        asyncio::ENTRIES,
    ),
    group(
        "What tasks share: asyncio",
        &["asyncio"],
        asyncio_shared::ENTRIES,
    ),
    group("Strings and numbers", &["math"], text::ENTRIES),
    group("Arrays, maps and ranges", &[], collections::ENTRIES),
    group("Classes of errors", &[], error_classes::ENTRIES),
    group(
        "Lists, dicts and sets as in Python",
        &["collections"],
        python_collections::ENTRIES,
    ),
];

/// Python's module names: a prefix such as `threading.` means nothing and may be typed.
const MODULES: &[&str] = &[
    "asyncio",
    "collections",
    "concurrent",
    "futures",
    "math",
    "multiprocessing",
    "os",
    "python",
    "queue",
    "random",
    "threading",
    "time",
];

/// All rows, in the order of the reference. A row's place is its number for the machine.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().flat_map(|group| group.entries)
}

/// The row of this number.
pub fn entry(mut number: usize) -> Option<&'static Entry> {
    for group in GROUPS {
        match group.entries.get(number) {
            Some(entry) => return Some(entry),
            None => number -= group.entries.len(),
        }
    }
    None
}

/// In the number of a function: that it is called and awaited at once.
const AWAITED: u32 = 1 << 31;

/// In the number of a function: that options are written behind its arguments.
const WITH_OPTIONS: u32 = 1 << 29;

/// The keys of the options that may be written behind the arguments of the function of this name.
pub fn options(name: &str) -> &'static [&'static str] {
    entries()
        .find(|entry| entry.receiver.is_none() && entry.name == name)
        .and_then(|entry| entry.with_options)
        .map_or(&[], |(keys, _)| keys)
}

/// The number of the native function of this name; `await NAME` is the name of one that is called and
/// awaited at once, `NAME #{}` of one behind whose arguments options are written.
pub fn native_index(name: &str) -> Option<u32> {
    if let Some(number) = crate::library::python::native_index(name) {
        return Some(number);
    }
    let (name, variant) = match (name.strip_prefix("await "), name.strip_suffix(" #{}")) {
        (Some(name), _) => (name, AWAITED),
        (None, Some(name)) => (name, WITH_OPTIONS),
        (None, None) => (name, 0),
    };
    let number = entries().position(|entry| entry.receiver.is_none() && entry.name == name)?;
    let number = number as u32 | variant;
    native(number).map(|_| number)
}

/// The native function of this number, and its row.
pub fn native(number: u32) -> Option<(&'static Entry, Native)> {
    let entry = entry((number & !(AWAITED | WITH_OPTIONS)) as usize)?;
    let run = match entry.run {
        _ if number & AWAITED != 0 => entry.awaited,
        _ if number & WITH_OPTIONS != 0 => entry.with_options.map(|(_, run)| run),
        Run::Native(run) => Some(run),
        _ => None,
    };
    run.map(|run| (entry, run))
}

/// Whether there is a function of this name, no method, that takes so many arguments.
pub fn is_function_of(name: &str, count: usize) -> bool {
    entries()
        .filter(|entry| entry.receiver.is_none() && entry.name == name)
        .any(|entry| (entry.signatures.iter()).any(|one| one.params.len() == count))
}

/// The text that is the constant of this name.
pub fn constant(name: &str) -> Option<&'static str> {
    entries().find_map(|entry| match entry.run {
        Run::Constant(text) if entry.name == name => Some(text),
        _ => None,
    })
}

/// The rows of this name: a function's, that of asyncio, and one for each type that has such a
/// method. `Lock.acquire` names one method, `asyncio.sleep` and `time.sleep` one function.
pub fn doc(name: &str) -> Vec<&'static Entry> {
    if name.starts_with("asyncio.") {
        return entries().filter(|entry| entry.name == name).collect();
    }
    let is_bare = !name.contains('.');
    let (receiver, name) = match name.rsplit_once('.') {
        Some((receiver, name)) if !is_module(receiver) => (Some(receiver), name),
        Some((_, name)) => (None, name),
        None => (None, name),
    };
    let is_named = |entry: &Entry| {
        entry.name == name || is_bare && entry.name.strip_prefix("asyncio.") == Some(name)
    };
    entries()
        .filter(|entry| is_named(entry) && (receiver.is_none() || entry.receiver == receiver))
        .collect()
}

/// Whether the function, or the method of some type, takes something that is awaited later as its
/// argument number `at`, or an array of such things.
pub fn takes_awaitable(name: &str, at: usize, is_array: bool) -> bool {
    let is_awaitable = |signature: &Signature| {
        let param = (signature.params.get(at)).or_else(|| signature.params.last());
        param.is_some_and(|param| match param.kind {
            Kind::Awaitable => !is_array && at < signature.params.len(),
            Kind::AwaitableArray => is_array && at < signature.params.len(),
            kind => kind == Kind::Awaitables,
        })
    };
    entries()
        .filter(|entry| entry.name == name)
        .any(|entry| entry.signatures.iter().any(is_awaitable))
}

/// Whether what the function of this name gives does nothing until it is awaited.
pub fn gives_awaitable(name: &str) -> bool {
    let is_awaitable = |signature: &Signature| matches!(signature.result, "Coroutine" | "Gather");
    (doc(name).iter())
        .any(|entry| entry.receiver.is_none() && entry.signatures.iter().any(is_awaitable))
}

/// The names of all functions, in the order of the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    entries()
        .filter(|entry| entry.receiver.is_none())
        .map(|entry| entry.name)
}

/// The methods of a type, in the order of the table.
pub fn methods_of(type_name: &str) -> impl Iterator<Item = &'static Entry> {
    entries().filter(move |entry| entry.receiver == Some(type_name))
}

/// Whether this is one of Python's module names that may stand before a name.
pub fn is_module(name: &str) -> bool {
    MODULES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete_and_stands_once() {
        let mut seen = std::collections::HashSet::new();
        for entry in entries() {
            let name = (entry.receiver, entry.name);
            assert!(seen.insert(name), "{name:?} stands twice");
            assert!(!entry.signatures.is_empty(), "{name:?} has no signature");
            assert!(!entry.summary.is_empty(), "{name:?} has no summary");
            assert!(!entry.example.code.is_empty(), "{name:?} has no example");
        }
    }

    #[test]
    fn numbers_find_their_rows() {
        for (number, row) in entries().enumerate() {
            assert!(std::ptr::eq(entry(number).unwrap(), row));
        }
        assert!(entry(entries().count()).is_none());
        let print = native_index("print").unwrap();
        assert_eq!(entry(print as usize).unwrap().name, "print");
        assert_eq!(native_index("push"), None);
    }

    #[test]
    fn a_name_is_found_with_and_without_its_type_or_module() {
        assert_eq!(doc("time.sleep").len(), 1);
        assert_eq!(doc("array.push")[0].receiver, Some("array"));
        assert!(doc("len").len() >= 3);
        assert!(doc("nothing").is_empty());
    }
}
