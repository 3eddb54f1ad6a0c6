//! Python's classes of errors: what they are called and which derives from which. One file, as it is one
//! list.
//!
//! An error has one class, [`FaultKind::class`](super::FaultKind::class). What a script throws names
//! its own, as a map with `error`; a name that is not here is a class of the script, derived from
//! `Exception`.

use super::Value;

/// A class of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Everything that can be raised.
    BaseException,
    /// All errors, but not what ends a task or the program.
    Exception,
    /// A calculation.
    ArithmeticError,
    /// A division by zero.
    ZeroDivisionError,
    /// A number that grew too large.
    OverflowError,
    /// An assertion that did not hold.
    AssertionError,
    /// A property or method that a value does not have.
    AttributeError,
    /// A place that does not exist.
    LookupError,
    /// An index outside of what is indexed.
    IndexError,
    /// A key that a dict does not have.
    KeyError,
    /// A name that nothing has.
    NameError,
    /// The host.
    OsError,
    /// A time that is over.
    TimeoutError,
    /// Something too large.
    MemoryError,
    /// What is not the right thing to do now.
    RuntimeError,
    /// Calls nested too deeply.
    RecursionError,
    /// A barrier that is broken.
    BrokenBarrierError,
    /// A pool that is broken.
    BrokenExecutor,
    /// A pool of threads that is broken.
    BrokenThreadPool,
    /// A pool of processes that is broken.
    BrokenProcessPool,
    /// A mistake in this program.
    SystemError,
    /// A value of the wrong type.
    TypeError,
    /// A value of the right type that is not acceptable.
    ValueError,
    /// A queue without an item.
    Empty,
    /// A queue without room.
    Full,
    /// A queue that was shut down.
    ShutDown,
    /// A queue of asyncio without an item: as in Python, it is no [`Class::Empty`].
    QueueEmpty,
    /// A queue of asyncio without room.
    QueueFull,
    /// A channel that was closed; Python has none.
    Closed,
    /// An object of asyncio that cannot do that yet.
    InvalidStateError,
    /// Errors of several tasks.
    ExceptionGroup,
    /// A future that was cancelled.
    FutureCancelled,
    /// A task that was cancelled. It is no `Exception`: who catches those lets it pass.
    TaskCancelled,
    /// There is no next value.
    StopIteration,
    /// The same of what is awaited.
    StopAsyncIteration,
    /// What a class that derives from this one has to define.
    NotImplementedError,
    /// A local variable that is not set.
    UnboundLocalError,
    /// A file that is not there.
    FileNotFoundError,
    /// What the host does not allow.
    PermissionError,
    /// A connection.
    ConnectionError,
    /// The end of the input.
    EofError,
    /// A module that cannot be imported.
    ImportError,
    /// Text that cannot be encoded.
    UnicodeError,
    /// Ctrl-C.
    KeyboardInterrupt,
    /// The end of the program, as `sys.exit` asks for it.
    SystemExit,
    /// The end of a generator that is closed.
    GeneratorExit,
    /// A field that never changes.
    FrozenInstanceError,
    /// A file that is there already.
    FileExistsError,
    /// A connection that nobody takes.
    ConnectionRefusedError,
    /// A connection that the other side has ended.
    ConnectionResetError,
    /// A connection that was given up.
    ConnectionAbortedError,
    /// A pipe that nobody reads.
    BrokenPipeError,
    /// A module that is not there.
    ModuleNotFoundError,
    /// What would have to wait.
    BlockingIoError,
    /// What a signal has interrupted.
    InterruptedError,
    /// A calculation with floats.
    FloatingPointError,
    /// A buffer.
    BufferError,
    /// A path that is no folder.
    NotADirectoryError,
    /// A path that is a folder.
    IsADirectoryError,
}

use Class::*;

impl Class {
    /// All of them.
    pub const ALL: [Self; 59] = [
        BaseException,
        Exception,
        ArithmeticError,
        ZeroDivisionError,
        OverflowError,
        AssertionError,
        AttributeError,
        LookupError,
        IndexError,
        KeyError,
        NameError,
        OsError,
        TimeoutError,
        MemoryError,
        RuntimeError,
        RecursionError,
        BrokenBarrierError,
        BrokenExecutor,
        BrokenThreadPool,
        BrokenProcessPool,
        SystemError,
        TypeError,
        ValueError,
        Empty,
        Full,
        ShutDown,
        QueueEmpty,
        QueueFull,
        Closed,
        InvalidStateError,
        ExceptionGroup,
        FutureCancelled,
        TaskCancelled,
        StopIteration,
        StopAsyncIteration,
        NotImplementedError,
        UnboundLocalError,
        FileNotFoundError,
        PermissionError,
        ConnectionError,
        EofError,
        ImportError,
        UnicodeError,
        KeyboardInterrupt,
        SystemExit,
        GeneratorExit,
        FrozenInstanceError,
        FileExistsError,
        ConnectionRefusedError,
        ConnectionResetError,
        ConnectionAbortedError,
        BrokenPipeError,
        ModuleNotFoundError,
        BlockingIoError,
        InterruptedError,
        FloatingPointError,
        BufferError,
        NotADirectoryError,
        IsADirectoryError,
    ];

    /// The name with Python's module, where it has one: `queue.Empty`.
    pub fn qualified(self) -> &'static str {
        self.name_with_module()
    }

    /// The module in which Python has it, with a point behind it: what it is shown with. Nothing for those that
    /// are known everywhere.
    pub fn shown_module(self) -> &'static str {
        match self {
            Empty => "_queue.",
            QueueEmpty | QueueFull => "asyncio.queues.",
            InvalidStateError | TaskCancelled => "asyncio.exceptions.",
            FutureCancelled | BrokenExecutor => "concurrent.futures._base.",
            other => {
                let name = other.name_with_module();
                name.rfind('.').map_or("", |point| &name[..=point])
            }
        }
    }

    fn name_with_module(self) -> &'static str {
        match self {
            BaseException => "BaseException",
            Exception => "Exception",
            ArithmeticError => "ArithmeticError",
            ZeroDivisionError => "ZeroDivisionError",
            OverflowError => "OverflowError",
            AssertionError => "AssertionError",
            AttributeError => "AttributeError",
            LookupError => "LookupError",
            IndexError => "IndexError",
            KeyError => "KeyError",
            NameError => "NameError",
            OsError => "OSError",
            TimeoutError => "TimeoutError",
            MemoryError => "MemoryError",
            RuntimeError => "RuntimeError",
            RecursionError => "RecursionError",
            BrokenBarrierError => "threading.BrokenBarrierError",
            BrokenExecutor => "concurrent.futures.BrokenExecutor",
            BrokenThreadPool => "concurrent.futures.BrokenThreadPool",
            BrokenProcessPool => "concurrent.futures.BrokenProcessPool",
            SystemError => "SystemError",
            TypeError => "TypeError",
            ValueError => "ValueError",
            Empty => "queue.Empty",
            Full => "queue.Full",
            ShutDown => "queue.ShutDown",
            QueueEmpty => "asyncio.QueueEmpty",
            QueueFull => "asyncio.QueueFull",
            Closed => "Closed",
            InvalidStateError => "asyncio.InvalidStateError",
            ExceptionGroup => "ExceptionGroup",
            FutureCancelled => "concurrent.futures.CancelledError",
            TaskCancelled => "asyncio.CancelledError",
            StopIteration => "StopIteration",
            StopAsyncIteration => "StopAsyncIteration",
            NotImplementedError => "NotImplementedError",
            UnboundLocalError => "UnboundLocalError",
            FileNotFoundError => "FileNotFoundError",
            PermissionError => "PermissionError",
            ConnectionError => "ConnectionError",
            EofError => "EOFError",
            ImportError => "ImportError",
            UnicodeError => "UnicodeError",
            KeyboardInterrupt => "KeyboardInterrupt",
            SystemExit => "SystemExit",
            GeneratorExit => "GeneratorExit",
            FrozenInstanceError => "dataclasses.FrozenInstanceError",
            FileExistsError => "FileExistsError",
            ConnectionRefusedError => "ConnectionRefusedError",
            ConnectionResetError => "ConnectionResetError",
            ConnectionAbortedError => "ConnectionAbortedError",
            BrokenPipeError => "BrokenPipeError",
            ModuleNotFoundError => "ModuleNotFoundError",
            BlockingIoError => "BlockingIOError",
            InterruptedError => "InterruptedError",
            FloatingPointError => "FloatingPointError",
            BufferError => "BufferError",
            NotADirectoryError => "NotADirectoryError",
            IsADirectoryError => "IsADirectoryError",
        }
    }

    /// The name alone: `Empty`.
    pub fn name(self) -> &'static str {
        let name = self.qualified();
        name.rsplit('.').next().unwrap_or(name)
    }

    /// What it derives from.
    pub fn parent(self) -> Option<Self> {
        Some(match self {
            BaseException => return None,
            Exception | TaskCancelled | KeyboardInterrupt | SystemExit | GeneratorExit => {
                BaseException
            }
            ZeroDivisionError | OverflowError | FloatingPointError => ArithmeticError,
            FrozenInstanceError => AttributeError,
            ModuleNotFoundError => ImportError,
            ConnectionRefusedError
            | ConnectionResetError
            | ConnectionAbortedError
            | BrokenPipeError => ConnectionError,
            IndexError | KeyError => LookupError,
            TimeoutError | FileNotFoundError | PermissionError | ConnectionError
            | FileExistsError | BlockingIoError | InterruptedError | NotADirectoryError
            | IsADirectoryError => OsError,
            UnboundLocalError => NameError,
            UnicodeError => ValueError,
            RecursionError | NotImplementedError | BrokenBarrierError | BrokenExecutor => {
                RuntimeError
            }
            BrokenThreadPool | BrokenProcessPool => BrokenExecutor,
            ArithmeticError | AssertionError | AttributeError | LookupError | NameError
            | OsError | MemoryError | RuntimeError | SystemError | TypeError | ValueError
            | Empty | Full | ShutDown | QueueEmpty | QueueFull | Closed | InvalidStateError
            | ExceptionGroup | FutureCancelled | StopIteration | StopAsyncIteration | EofError
            | ImportError | BufferError => Exception,
        })
    }

    /// The class of this name, with or without its module.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|class| name == class.qualified() || name == class.name())
    }

    /// Whether it has this name, with or without its module, or derives from one that has.
    pub fn is(self, name: &str) -> bool {
        std::iter::successors(Some(self), |class| class.parent())
            .any(|class| name == class.qualified() || name == class.name())
    }
}

/// The class of an error that was caught or is to be thrown; without one of Python's, the name that
/// the script gave it.
fn class_of(error: &Value) -> Result<Class, Option<&str>> {
    if let Value::Reference(reference) = error
        && let Some(class) = &reference.class
    {
        return class.error.ok_or(Some(class.name.as_str()));
    }
    let Value::Map(map) = error else {
        return Err(None);
    };
    let mut names = ["class", "error"].into_iter();
    let name = names.find_map(|key| map.get(key)?.as_str());
    name.and_then(Class::named).ok_or(name)
}

/// The class of what a script throws.
pub(super) fn thrown(error: &Value) -> Class {
    class_of(error).unwrap_or(Exception)
}

/// Whether a caught error is of the class of this name, or of one that derives from it.
pub fn is_instance(error: &Value, name: &str) -> bool {
    if let Value::Reference(reference) = error
        && let Some(class) = &reference.class
    {
        return class.is_named(name);
    }
    match class_of(error) {
        Ok(class) => class.is(name),
        Err(own) => own == Some(name) || Exception.is(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_derives_from_base_exception_and_is_found_by_its_name() {
        for class in Class::ALL {
            assert!(class.is("BaseException"), "{class:?}");
            assert!(
                class.is(class.name()) && class.is(class.qualified()),
                "{class:?}"
            );
            assert_eq!(Class::named(class.qualified()), Some(class));
        }
    }

    #[test]
    fn a_cancelled_task_is_no_exception_but_a_cancelled_future_is() {
        assert!(!TaskCancelled.is("Exception"));
        assert!(!KeyboardInterrupt.is("Exception"));
        assert!(FutureCancelled.is("Exception"));
        assert!(TaskCancelled.is("CancelledError") && FutureCancelled.is("CancelledError"));
        assert!(!FutureCancelled.is("asyncio.CancelledError"));
        assert!(TimeoutError.is("OSError") && !TimeoutError.is("RuntimeError"));
    }

    #[test]
    fn what_a_script_throws_has_the_class_that_it_names() {
        let named = |name: &str| Value::map([("error".into(), Value::from(name))].into());
        assert!(is_instance(&named("ZeroDivisionError"), "ArithmeticError"));
        assert!(is_instance(&named("TooSmall"), "TooSmall"));
        assert!(is_instance(&named("TooSmall"), "Exception"));
        assert!(!is_instance(&named("TooSmall"), "ValueError"));
        assert!(is_instance(&Value::from("no"), "Exception"));
        assert!(!is_instance(&Value::from("no"), "RuntimeError"));
    }
}
