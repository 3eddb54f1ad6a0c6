//! What Python's names are called here: words that have another meaning, modules, imported names. One file,
//! as it is lists of names and the questions about them.

use std::collections::BTreeMap;

use super::modules;

/// A module of Python's that has a counterpart here, with the names of it that have.
struct Module {
    name: &'static str,
    names: &'static [&'static str],
}

const MODULES: &[Module] = &[
    Module {
        name: "threading",
        names: &[
            "Thread",
            "Lock",
            "RLock",
            "Semaphore",
            "BoundedSemaphore",
            "Event",
            "Condition",
            "Barrier",
            "BrokenBarrierError",
            "Timer",
            "local",
            "current_thread",
            "main_thread",
            "active_count",
            "enumerate",
            "get_ident",
            "get_native_id",
            "TIMEOUT_MAX",
        ],
    },
    Module {
        name: "queue",
        names: &[
            "Queue",
            "LifoQueue",
            "PriorityQueue",
            "SimpleQueue",
            "Empty",
            "Full",
        ],
    },
    Module {
        name: "concurrent.futures",
        names: &[
            "ThreadPoolExecutor",
            "ProcessPoolExecutor",
            "as_completed",
            "wait",
            "ALL_COMPLETED",
            "FIRST_COMPLETED",
            "FIRST_EXCEPTION",
            "TimeoutError",
            "CancelledError",
            "Future",
        ],
    },
    Module {
        name: "asyncio",
        names: &[
            "run",
            "sleep",
            "create_task",
            "gather",
            "wait_for",
            "to_thread",
            "current_task",
            "TaskGroup",
            "timeout",
            "as_completed",
            "wait",
            "shield",
            "Lock",
            "Queue",
            "LifoQueue",
            "PriorityQueue",
            "Event",
            "Semaphore",
            "BoundedSemaphore",
            "Condition",
            "CancelledError",
            "TimeoutError",
            "QueueEmpty",
            "QueueFull",
            "ALL_COMPLETED",
            "FIRST_COMPLETED",
            "FIRST_EXCEPTION",
            "ensure_future",
            "get_running_loop",
        ],
    },
    Module {
        name: "time",
        names: &[
            "sleep",
            "time",
            "perf_counter",
            "monotonic",
            "strftime",
            "perf_counter_ns",
            "time_ns",
            "monotonic_ns",
            "process_time",
        ],
    },
    Module {
        name: "random",
        names: &[
            "random",
            "randint",
            "randrange",
            "uniform",
            "choice",
            "shuffle",
            "choices",
            "seed",
            "Random",
        ],
    },
    Module {
        name: "math",
        names: &[
            "sqrt",
            "floor",
            "ceil",
            "pi",
            "e",
            "gcd",
            "factorial",
            "isqrt",
            "log",
            "exp",
            "sin",
            "cos",
            "tan",
            "fabs",
            "inf",
            "trunc",
            "nan",
            "tau",
            "isclose",
        ],
    },
    Module {
        name: "collections",
        names: &[
            "deque",
            "defaultdict",
            "Counter",
            "OrderedDict",
            "namedtuple",
        ],
    },
    Module {
        name: "functools",
        names: &[
            "partial",
            "reduce",
            "wraps",
            "lru_cache",
            "cache",
            "total_ordering",
            "cached_property",
        ],
    },
    Module {
        name: "itertools",
        names: &[
            "count",
            "cycle",
            "repeat",
            "chain",
            "islice",
            "takewhile",
            "dropwhile",
            "accumulate",
            "starmap",
            "pairwise",
            "product",
            "permutations",
            "combinations",
            "zip_longest",
        ],
    },
    Module {
        name: "contextlib",
        names: &[
            "contextmanager",
            "suppress",
            "closing",
            "ExitStack",
            "asynccontextmanager",
            "AbstractContextManager",
            "ContextDecorator",
        ],
    },
    Module {
        name: "enum",
        names: &["Enum", "IntEnum", "StrEnum", "auto", "unique"],
    },
    Module {
        name: "dataclasses",
        names: &[
            "dataclass",
            "field",
            "replace",
            "FrozenInstanceError",
            "is_dataclass",
        ],
    },
    Module {
        name: "abc",
        names: &["ABC", "ABCMeta", "abstractmethod"],
    },
    Module {
        name: "multiprocessing",
        names: &[
            "Pool",
            "Process",
            "Queue",
            "JoinableQueue",
            "SimpleQueue",
            "Pipe",
            "Value",
            "Array",
            "Lock",
            "RLock",
            "Semaphore",
            "BoundedSemaphore",
            "Event",
            "Condition",
            "Barrier",
            "current_process",
            "cpu_count",
        ],
    },
    Module {
        name: "os",
        names: &["getpid", "cpu_count"],
    },
    Module {
        name: "typing",
        names: &[
            "Any",
            "Callable",
            "ClassVar",
            "Dict",
            "Generator",
            "Generic",
            "Iterable",
            "Iterator",
            "List",
            "NamedTuple",
            "Optional",
            "Protocol",
            "Sequence",
            "Set",
            "Tuple",
            "TypeVar",
            "Union",
            "Awaitable",
            "Coroutine",
            "AsyncIterator",
            "AsyncGenerator",
            "Deque",
            "Literal",
            "Final",
            "NoReturn",
            "Hashable",
            "Mapping",
            "Type",
            "Self",
        ],
    },
    Module {
        name: "operator",
        names: &[],
    },
    Module {
        name: "heapq",
        names: &[],
    },
    Module {
        name: "bisect",
        names: &[],
    },
    Module {
        name: "copy",
        names: &[],
    },
    Module {
        name: "string",
        names: &[],
    },
    Module {
        name: "traceback",
        names: &["print_exc"],
    },
    Module {
        name: "collections.abc",
        names: &[
            "Callable",
            "Iterable",
            "Iterator",
            "Generator",
            "Sequence",
            "Mapping",
            "Awaitable",
            "Coroutine",
        ],
    },
    Module {
        name: "__future__",
        names: &["annotations"],
    },
];

/// Modules that Python has and this language has nothing for, with what to say of them.
const ABSENT: &[(&str, &str)] = &[
    (
        "urllib",
        "a script reaches no network: `io_work(n)` waits as a request would",
    ),
    (
        "requests",
        "a script reaches no network: `io_work(n)` waits as a request would",
    ),
    (
        "http",
        "a script reaches no network: `io_work(n)` waits as a request would",
    ),
    (
        "socket",
        "a script reaches no network: `io_work(n)` waits as a request would",
    ),
    ("subprocess", "a script starts no other programs"),
];

/// Whether Python's module has a counterpart here.
///
/// # Errors
/// Why not.
pub(super) fn module(name: &str) -> Result<(), String> {
    let is_known = MODULES.iter().any(|module| module.name == name);
    if is_known || name == "concurrent" || modules::is_object(name) {
        return Ok(());
    }
    let first = name.split('.').next().unwrap_or_default();
    let known = ABSENT.iter().find(|(absent, _)| *absent == first);
    Err(known.map_or_else(
        || format!("the module `{name}` has no counterpart here"),
        |(_, reason)| (*reason).into(),
    ))
}

/// Whether a name of a module has a counterpart.
///
/// # Errors
/// Why not.
pub(super) fn member(module_name: &str, name: &str) -> Result<(), String> {
    module(module_name)?;
    let found = MODULES.iter().find(|module| module.name == module_name);
    let full = format!("{module_name}.{name}");
    let is_there = found.is_some_and(|module| module.names.contains(&name))
        || modules::has(module_name, name)
        || modules::constant(&full).is_some()
        || modules::object_has(module_name, name);
    match (is_there, &*full) {
        (true, _) => Ok(()),
        (_, "sys.argv") => Err("`sys.argv` has no counterpart here".into()),
        (false, _) => Err(format!("`{module_name}.{name}` has no counterpart here")),
    }
}

/// The names of a module that have counterparts.
pub(super) fn names_of(module: &str) -> Vec<&'static str> {
    let found = MODULES.iter().find(|known| known.name == module);
    let mut names = found.map_or_else(Vec::new, |found| found.names.to_vec());
    names.extend(modules::functions_of(module));
    names
}

/// Whether it is a module of Python's that has a counterpart here, or the beginning of its name.
pub(super) fn is_module(name: &str) -> bool {
    let is_known = MODULES.iter().any(|module| module.name == name);
    is_known || name == "concurrent" || modules::is_object(name)
}

/// The full name of one that nothing in the text has: an earlier input may have imported it.
pub(super) fn full_name(name: &str) -> String {
    if super::builtins::is_function(name) || is_module(name) {
        return name.into();
    }
    let modules = MODULES.iter().filter(|module| {
        !matches!(
            module.name,
            "asyncio" | "math" | "itertools" | "typing" | "collections.abc"
        )
    });
    if let Some(module) = modules::module_of(name) {
        return format!("{module}.{name}");
    }
    let mut found = modules.filter(|module| module.names.contains(&name));
    found
        .next()
        .map_or_else(|| name.into(), |module| format!("{}.{name}", module.name))
}

/// The imported names of a text: each with what it stands for, `threading` or `threading.Thread`.
pub(super) type Imports = BTreeMap<String, String>;

/// What a full name of Python's is called here.
pub(super) fn own_name(full: &str) -> String {
    match full {
        "threading.local" => "ThreadLocal".into(),
        "threading.enumerate" => "threads".into(),
        "asyncio.ALL_COMPLETED" => "ALL_COMPLETED".into(),
        "asyncio.FIRST_COMPLETED" => "FIRST_COMPLETED".into(),
        "asyncio.FIRST_EXCEPTION" => "FIRST_EXCEPTION".into(),
        "asyncio.ensure_future" => "asyncio.create_task".into(),
        other => other.into(),
    }
}

/// Python's classes of errors that `except` and `raise` may name.
pub(super) fn error_class(full: &str) -> Option<&'static str> {
    const OTHERS: &[(&str, &str)] = &[
        ("asyncio.TimeoutError", "TimeoutError"),
        ("concurrent.futures.TimeoutError", "TimeoutError"),
        (
            "concurrent.futures.CancelledError",
            "concurrent.futures.CancelledError",
        ),
        ("IOError", "OSError"),
        ("EnvironmentError", "OSError"),
    ];
    const NAMES: &[&str] = &[
        "BaseException",
        "Exception",
        "ArithmeticError",
        "ZeroDivisionError",
        "OverflowError",
        "AssertionError",
        "AttributeError",
        "LookupError",
        "IndexError",
        "KeyError",
        "NameError",
        "UnboundLocalError",
        "OSError",
        "TimeoutError",
        "MemoryError",
        "RuntimeError",
        "RecursionError",
        "NotImplementedError",
        "SystemError",
        "TypeError",
        "ValueError",
        "StopIteration",
        "StopAsyncIteration",
        "ExceptionGroup",
        "KeyboardInterrupt",
        "SystemExit",
        "GeneratorExit",
        "dataclasses.FrozenInstanceError",
        "FileExistsError",
        "ConnectionRefusedError",
        "ConnectionResetError",
        "ConnectionAbortedError",
        "BrokenPipeError",
        "ModuleNotFoundError",
        "BlockingIOError",
        "InterruptedError",
        "FloatingPointError",
        "BufferError",
        "NotADirectoryError",
        "IsADirectoryError",
        "FileNotFoundError",
        "PermissionError",
        "ConnectionError",
        "EOFError",
        "ImportError",
        "UnicodeError",
        "threading.BrokenBarrierError",
        "queue.Empty",
        "queue.Full",
        "queue.ShutDown",
        "asyncio.QueueEmpty",
        "asyncio.QueueFull",
        "asyncio.InvalidStateError",
        "asyncio.CancelledError",
    ];
    let other = OTHERS.iter().find(|(python, _)| *python == full);
    other
        .map(|(_, own)| *own)
        .or_else(|| NAMES.iter().find(|name| **name == full).copied())
}
