//! Functions of Python's modules that are one function of the library here, and modules that are objects.
//!
//! A row gives the full name of Python's, what it is called behind `python.`, and the names of its
//! parameters; `*` stands for any number, which are given as an array.

use ruff_python_ast::{Expr, Stmt};

/// One function of a module.
pub(super) struct Function {
    /// Its full name: `itertools.groupby`.
    full: &'static str,
    /// The library's name for it.
    pub(super) own: &'static str,
    /// Its parameters.
    pub(super) parameters: &'static [&'static str],
}

const fn row(
    full: &'static str,
    own: &'static str,
    parameters: &'static [&'static str],
) -> Function {
    Function {
        full,
        own,
        parameters,
    }
}

const FUNCTIONS: &[Function] = &[
    row(
        "itertools.groupby",
        "itertools_groupby",
        &["iterable", "key"],
    ),
    row("itertools.tee", "itertools_tee", &["iterable", "n"]),
    row(
        "itertools.filterfalse",
        "itertools_filterfalse",
        &["function", "iterable"],
    ),
    row(
        "itertools.compress",
        "itertools_compress",
        &["data", "selectors"],
    ),
    row(
        "itertools.combinations_with_replacement",
        "itertools_combinations_with_replacement",
        &["iterable", "r"],
    ),
    row("functools.cmp_to_key", "cmp_to_key", &["mycmp"]),
    row("operator.itemgetter", "itemgetter", &["*"]),
    row("operator.attrgetter", "attrgetter", &["*"]),
    row("operator.add", "plus", &["a", "b"]),
    row("operator.lt", "less", &["a", "b"]),
    row("operator.gt", "more", &["a", "b"]),
    row("operator.eq", "equal", &["a", "b"]),
    row("operator.contains", "contains", &["a", "b"]),
    row("operator.sub", "minus", &["a", "b"]),
    row("operator.mul", "times", &["a", "b"]),
    row("operator.truediv", "divided", &["a", "b"]),
    row("operator.floordiv", "div_floor", &["a", "b"]),
    row("operator.mod", "modulo", &["a", "b"]),
    row("operator.pow", "power", &["a", "b"]),
    row("operator.neg", "negative", &["a"]),
    row("operator.not_", "not_true", &["a"]),
    row("heapq.heappush", "heappush", &["heap", "item"]),
    row("heapq.heappop", "heappop", &["heap"]),
    row("heapq.heapify", "heapify", &["x"]),
    row("heapq.heapreplace", "heapreplace", &["heap", "item"]),
    row("heapq.heappushpop", "heappushpop", &["heap", "item"]),
    row("heapq.nsmallest", "nsmallest", &["n", "iterable", "key"]),
    row("heapq.nlargest", "nlargest", &["n", "iterable", "key"]),
    row("bisect.bisect_left", "bisect_left", &["a", "x", "lo", "hi"]),
    row(
        "bisect.bisect_right",
        "bisect_right",
        &["a", "x", "lo", "hi"],
    ),
    row("bisect.bisect", "bisect_right", &["a", "x", "lo", "hi"]),
    row("bisect.insort_left", "insort_left", &["a", "x"]),
    row("bisect.insort_right", "insort_right", &["a", "x"]),
    row("bisect.insort", "insort_right", &["a", "x"]),
    row("copy.copy", "copy", &["x"]),
    row("copy.deepcopy", "deepcopy", &["x"]),
    row("dataclasses.asdict", "asdict", &["obj"]),
    row("dataclasses.astuple", "astuple", &["obj"]),
    row("dataclasses.fields", "fields", &["class_or_instance"]),
    row("contextlib.nullcontext", "nullcontext", &["enter_result"]),
    row("random.sample", "random_sample", &["population", "k"]),
    row("random.gauss", "random_gauss", &["mu", "sigma"]),
    row("random.normalvariate", "random_gauss", &["mu", "sigma"]),
    row("random.expovariate", "random_expovariate", &["lambd"]),
    row("collections.ChainMap", "chain_map", &["*"]),
    row("math.hypot", "hypot", &["x", "y"]),
    row("math.pow", "math_pow", &["x", "y"]),
    row("math.log2", "log2", &["x"]),
    row("math.log10", "log10", &["x"]),
    row("math.log1p", "log1p", &["x"]),
    row("math.isnan", "isnan", &["x"]),
    row("math.isinf", "isinf", &["x"]),
    row("math.isfinite", "isfinite", &["x"]),
    row("math.copysign", "copysign", &["x", "y"]),
    row("math.fmod", "fmod", &["x", "y"]),
    row("math.comb", "comb", &["n", "k"]),
    row("math.perm", "perm", &["n", "k"]),
    row("math.lcm", "lcm", &["a", "b"]),
    row("math.degrees", "degrees", &["x"]),
    row("math.radians", "radians", &["x"]),
    row("math.asin", "asin", &["x"]),
    row("math.acos", "acos", &["x"]),
    row("math.atan", "atan", &["x"]),
    row("math.atan2", "atan2", &["y", "x"]),
    row("math.sinh", "sinh", &["x"]),
    row("math.cosh", "cosh", &["x"]),
    row("math.tanh", "tanh", &["x"]),
    row("math.cbrt", "cbrt", &["x"]),
    row("math.prod", "prod", &["iterable", "start"]),
    row("math.dist", "dist", &["p", "q"]),
    row("math.fsum", "fsum", &["seq"]),
];

/// The function of the library that a function of a module is.
pub(super) fn function(full: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.full == full)
}

/// The names of the functions of a module.
pub(super) fn functions_of(module: &str) -> impl Iterator<Item = &'static str> {
    let names = FUNCTIONS
        .iter()
        .filter_map(|function| function.full.rsplit_once('.'));
    names.filter_map(move |(of, name)| (of == module).then_some(name))
}

/// Whether a module has one of these functions.
pub(super) fn has(module: &str, name: &str) -> bool {
    functions_of(module).any(|own| own == name)
}

/// A module of which the translation makes an object, in a variable of its name.
pub(super) fn is_object(module: &str) -> bool {
    matches!(module, "contextvars" | "logging" | "sys" | SEEDED)
}

/// What `random` is in a text that seeds it: an object, whose numbers are those of CPython.
pub(super) const SEEDED: &str = "seeded";

/// Whether a text gives `random` a seed, or makes generators of its own.
pub(super) fn seeds_random(body: &[Stmt]) -> bool {
    use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
    const SEEDS: [&str; 2] = ["seed", "Random"];
    #[derive(Default)]
    struct Finder {
        modules: Vec<String>,
        found: bool,
    }
    impl<'a> Visitor<'a> for Finder {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::Import(import) => {
                    let random = import
                        .names
                        .iter()
                        .filter(|one| one.name.as_str() == "random");
                    let names =
                        random.map(|one| one.asname.as_ref().unwrap_or(&one.name).to_string());
                    self.modules.extend(names);
                }
                Stmt::ImportFrom(import) => {
                    let is_random = import
                        .module
                        .as_ref()
                        .is_some_and(|of| of.as_str() == "random");
                    let mut names = import.names.iter();
                    self.found |= is_random && names.any(|one| SEEDS.contains(&one.name.as_str()));
                }
                _ => {}
            }
            walk_stmt(self, statement);
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Attribute(attribute) = expr
                && let Expr::Name(of) = &*attribute.value
                && self
                    .modules
                    .iter()
                    .any(|module| module.as_str() == of.id.as_str())
            {
                self.found |= SEEDS.contains(&attribute.attr.as_str());
            }
            walk_expr(self, expr);
        }
    }
    let mut finder = Finder::default();
    finder.visit_body(body);
    finder.found
}

/// The module object that alone has something of this name.
pub(super) fn module_of(name: &str) -> Option<&'static str> {
    match name {
        "ContextVar" | "copy_context" => Some("contextvars"),
        "getLogger" | "basicConfig" => Some("logging"),
        _ => None,
    }
}

/// What such an object has by these names, and what it lacks has no counterpart.
pub(super) fn object_has(module: &str, name: &str) -> bool {
    match module {
        "contextvars" => matches!(name, "ContextVar" | "Context" | "Token" | "copy_context"),
        SEEDED => matches!(
            name,
            "seed"
                | "Random"
                | "random"
                | "getrandbits"
                | "randrange"
                | "randint"
                | "choice"
                | "choices"
                | "shuffle"
                | "sample"
                | "uniform"
                | "triangular"
                | "gauss"
                | "normalvariate"
                | "expovariate"
        ),
        "sys" => matches!(
            name,
            "stdout"
                | "stderr"
                | "exit"
                | "maxsize"
                | "version_info"
                | "version"
                | "platform"
                | "byteorder"
                | "getrecursionlimit"
                | "setrecursionlimit"
                | "getswitchinterval"
                | "setswitchinterval"
                | "getdefaultencoding"
        ),
        "logging" => matches!(
            name,
            "NOTSET"
                | "DEBUG"
                | "INFO"
                | "WARNING"
                | "WARN"
                | "ERROR"
                | "CRITICAL"
                | "FATAL"
                | "Formatter"
                | "Filter"
                | "Handler"
                | "StreamHandler"
                | "LogRecord"
                | "Logger"
                | "getLogger"
                | "basicConfig"
                | "getLevelName"
                | "addLevelName"
                | "disable"
                | "log"
                | "debug"
                | "info"
                | "warning"
                | "warn"
                | "error"
                | "exception"
                | "critical"
                | "root"
        ),
        _ => false,
    }
}

/// Constants of modules, as they are written here.
pub(super) fn constant(full: &str) -> Option<String> {
    let text = |text: &str| super::string::quoted(text);
    const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
    const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const DIGITS: &str = "0123456789";
    const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    const WHITESPACE: &str = " \t\n\r\x0b\x0c";
    Some(match full {
        "math.inf" => "float(\"inf\")".into(),
        "math.nan" => "float(\"nan\")".into(),
        "math.pi" => "3.141592653589793".into(),
        "math.e" => "2.718281828459045".into(),
        "math.tau" => "6.283185307179586".into(),
        "string.ascii_lowercase" => text(LOWER),
        "string.ascii_uppercase" => text(UPPER),
        "string.ascii_letters" => text(&format!("{LOWER}{UPPER}")),
        "string.digits" => text(DIGITS),
        "string.hexdigits" => text("0123456789abcdefABCDEF"),
        "string.octdigits" => text("01234567"),
        "string.punctuation" => text(PUNCTUATION),
        "string.whitespace" => text(WHITESPACE),
        "string.printable" => text(&format!("{DIGITS}{LOWER}{UPPER}{PUNCTUATION}{WHITESPACE}")),
        "threading.TIMEOUT_MAX" => "9223372036.0".into(),
        _ => return None,
    })
}
