//! Python's built-in functions: those that exist here, with their parameters, and those that do not.

/// The functions that a text with `import python;` finds under their Python names, with the names
/// of their parameters; `*` stands for any number.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("abs", &["x"]),
    ("all", &["iterable"]),
    ("any", &["iterable"]),
    ("ascii", &["object"]),
    ("bin", &["x"]),
    ("bool", &["x"]),
    ("callable", &["object"]),
    ("chr", &["i"]),
    ("dict", &["iterable"]),
    ("divmod", &["a", "b"]),
    ("enumerate", &["iterable", "start"]),
    ("float", &["x"]),
    ("format", &["value", "format_spec"]),
    ("frozenset", &["iterable"]),
    ("hash", &["object"]),
    ("hex", &["x"]),
    ("input", &["prompt"]),
    ("int", &["x", "base"]),
    ("iter", &["object"]),
    ("len", &["s"]),
    ("next", &["iterator", "default"]),
    ("list", &["iterable"]),
    ("oct", &["x"]),
    ("ord", &["c"]),
    ("pow", &["base", "exp", "mod"]),
    ("range", &["start", "stop", "step"]),
    ("repr", &["object"]),
    ("reversed", &["sequence"]),
    ("round", &["number", "ndigits"]),
    ("set", &["iterable"]),
    ("str", &["object"]),
    ("sum", &["iterable", "start"]),
    ("tuple", &["iterable"]),
    ("zip", &["*"]),
];

/// Functions of Python's that have no counterpart, with the reason.
const REFUSED: &[(&str, &str)] = &[
    (
        "eval",
        "`eval` has no counterpart here: a text runs as it stands",
    ),
    (
        "exec",
        "`exec` has no counterpart here: a text runs as it stands",
    ),
    (
        "compile",
        "`compile` has no counterpart here: a text runs as it stands",
    ),
    (
        "open",
        "a script opens no files: `io_work(n)` waits as a disk would",
    ),
    ("globals", "`globals` has no counterpart here"),
    ("locals", "`locals` has no counterpart here"),
    ("vars", "`vars` has no counterpart here"),
    ("dir", "`dir` has no counterpart here"),
    ("__import__", "`__import__` has no counterpart here"),
    ("bytes", "bytes have no counterpart here"),
    ("bytearray", "bytes have no counterpart here"),
    ("memoryview", "bytes have no counterpart here"),
    ("complex", "complex numbers have no counterpart here"),
    (
        "classmethod",
        "`classmethod` is a decorator of methods here",
    ),
    (
        "slice",
        "an object `slice` has no counterpart here: write `x[a:b]`",
    ),
    ("property", "`property` is a decorator of methods here"),
    ("exit", "a script ends with its last statement"),
    ("quit", "a script ends with its last statement"),
    ("breakpoint", "use `threadlab step`"),
    (
        "id",
        "`id` has no counterpart here, as it differs in each run: compare with `is`",
    ),
];

/// Whether it is one of Python's functions that exist here.
pub(super) fn is_function(name: &str) -> bool {
    parameters(name).is_some()
        || matches!(
            name,
            "print" | "sorted" | "min" | "max" | "isinstance" | "issubclass" | "object"
        )
}

/// The parameters of a built-in function.
pub(super) fn parameters(name: &str) -> Option<&'static [&'static str]> {
    let found = FUNCTIONS.iter().find(|(known, _)| *known == name);
    found.map(|(_, parameters)| *parameters)
}

/// Why a function of Python's does not exist here.
pub(super) fn is_refused(name: &str) -> Option<&'static str> {
    let found = REFUSED.iter().find(|(known, _)| *known == name);
    found.map(|(_, reason)| *reason)
}
