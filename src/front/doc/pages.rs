//! The language itself, a page for each of its words and ideas.
//!
//! The catalogue has what can be called; here is what cannot: `let`, `for`, closures, the copying of
//! values. Each page fits a screen, and its example is a test. One file, as it is one list.

use std::fmt::Write;

use super::wrap::wrap;
use crate::front::highlight::highlight;
use crate::view::paint::{Paint, Role};

/// One page.
pub(in crate::front) struct Page {
    /// What it is found by; the first is its title.
    pub(in crate::front) names: &'static [&'static str],
    /// What it is, in a line.
    pub(in crate::front) summary: &'static str,
    /// How it is written, in lines.
    pub(in crate::front) forms: &'static [&'static str],
    /// More about it, a paragraph each.
    pub(in crate::front) details: &'static [&'static str],
    /// An example, and what it prints.
    pub(in crate::front) code: &'static str,
    pub(in crate::front) output: &'static str,
}

/// All pages, in the order in which they are best read.
pub(in crate::front) const PAGES: &[Page] = &[
    Page {
        names: &["let", "variable", "variables", "const", "assignment"],
        summary: "Makes a variable; `const` makes one that nobody can change.",
        forms: &[
            "let NAME = VALUE;",
            "const NAME = VALUE;",
            "NAME = VALUE;",
            "NAME += VALUE;",
        ],
        details: &[
            "A variable must be made before it is used, and can then hold values of any type. A \
             second `let` of the same name makes a new variable. At the prompt the variables live \
             until `:reset`; in a file or block until its end.",
            "Unlike in Python, `x = 1` alone makes no variable: write `let x = 1;`.",
        ],
        code: "let total = 1;\ntotal += 2;\nprint(total);",
        output: "3",
    },
    Page {
        names: &["fn", "function", "functions", "def", "return", "arguments"],
        summary: "Makes a function. Its value is that of its last statement, or of `return`.",
        forms: &["fn NAME(PARAMETERS) { STATEMENTS }", "return VALUE;"],
        details: &[
            "A function gets copies of its arguments: what it does to a parameter, nobody else sees. \
             It sees the variables of the session or script by name, as a Python function sees its \
             globals, and can change them.",
            "The bare name is a value: `Thread(work)` gets the function, `work()` calls it.",
        ],
        code: "fn double(x) {\n    x * 2\n}\nprint(double(21));",
        output: "42",
    },
    Page {
        names: &["closure", "closures", "lambda", "capture", "anonymous"],
        summary: "A function without a name, which keeps the variables around it.",
        forms: &[
            "|PARAMETERS| VALUE",
            "|PARAMETERS| { STATEMENTS }",
            "|| STATEMENT",
        ],
        details: &[
            "A closure shares the variables that it mentions with everybody else who does: what it \
             changes, they see. That is how threads share data, and why they need locks. Its \
             parameters are copies, as those of any function.",
        ],
        code: "let count = 0;\nlet add = |n| { count += n; };\nadd(2);\nadd(3);\nprint(count);",
        output: "5",
    },
    Page {
        names: &["if", "else", "elif", "condition"],
        summary: "Runs a block when a condition is true, and another one when it is not.",
        forms: &[
            "if CONDITION { STATEMENTS }",
            "if CONDITION { ... } else if OTHER { ... } else { ... }",
        ],
        details: &[
            "The condition must be `true` or `false`: there are no truthy values, so write \
             `if list.len() > 0`. The braces are needed, parentheses are not. It is also an \
             expression: `let x = if a { 1 } else { 2 };`.",
            "At the prompt an `if` runs at Enter. To add an `else`, write it behind the closing brace.",
        ],
        code: "let n = 7;\nif n % 2 == 0 {\n    print(\"even\");\n} else {\n    print(\"odd\");\n}",
        output: "odd",
    },
    Page {
        names: &["for", "in", "iteration"],
        summary: "Runs a block once for each item of an array, range, string, map or result.",
        forms: &[
            "for NAME in ITEMS { STATEMENTS }",
            "for (NAME, INDEX) in ITEMS { STATEMENTS }",
        ],
        details: &[
            "Each round has a variable of its own, so a closure that is made in a round keeps that \
             round's value. The variable holds a copy of the item: to change the items, write \
             `for i in 0..list.len() { list[i] += 1; }`.",
            "`range(1, 6)` and `1..6` count from 1 to 5, `1..=5` includes the end.",
        ],
        code: "for (name, i) in [\"ada\", \"bob\"] {\n    print(i, name);\n}",
        output: "0 ada\n1 bob",
    },
    Page {
        names: &["while", "loop", "do", "until", "break", "continue"],
        summary: "Runs a block again and again: while a condition holds, or until `break`.",
        forms: &[
            "while CONDITION { STATEMENTS }",
            "loop { STATEMENTS }",
            "do { STATEMENTS } while CONDITION",
            "break;    break VALUE;    continue;",
        ],
        details: &[
            "`break` leaves the innermost loop, and may give it a value; `continue` begins the next \
             round. Ctrl-C stops a loop that does not end.",
        ],
        code: "let n = 3;\nwhile n > 0 {\n    print(n);\n    n -= 1;\n}",
        output: "3\n2\n1",
    },
    Page {
        names: &["switch", "match", "case"],
        summary: "Chooses by a value.",
        forms: &["switch VALUE { 1 => A, 2 | 3 => B, 4..10 => C, _ => D }"],
        details: &[
            "A case may have a condition: `n if n > 3 => ...` is written `_ if n > 3 => ...`. `_` stands \
                    for everything else.",
        ],
        code: "let n = 5;\nlet size = switch n { 0 => \"none\", 1..10 => \"some\", _ => \"many\" };\nprint(size);",
        output: "some",
    },
    Page {
        names: &[
            "try", "catch", "throw", "except", "raise", "error", "errors",
        ],
        summary: "Catches an error; `throw` makes one.",
        forms: &[
            "try { STATEMENTS } catch (NAME) { STATEMENTS }",
            "throw VALUE;",
        ],
        details: &[
            "Without `(NAME)` the error is not looked at. An error that nobody catches ends its \
             thread; `join` then gives nothing, and `result()` throws it again. Ctrl-C cannot be \
             caught. `:doc NAME` has the errors that the library makes, as `:doc TimeoutError`.",
        ],
        code: "try {\n    throw \"no luck\";\n} catch (error) {\n    print(error);\n}",
        output: "no luck",
    },
    Page {
        names: &["with", "as", "context manager"],
        summary: "Takes a lock, pool or other resource for the time of a block.",
        forms: &[
            "with RESOURCE { STATEMENTS }",
            "with RESOURCE as NAME { STATEMENTS }",
            "with A, B { STATEMENTS }",
        ],
        details: &[
            "Whichever way the block is left (its end, `return`, `break`, an error, Ctrl-C), the lock is \
             released or the pool waits for its tasks and ends. The block is no scope: what `let` \
             makes inside is there afterwards, as in Python.",
        ],
        code: "let lock = Lock();\nlet n = 0;\nwith lock {\n    n += 1;\n}\nprint(n, lock.locked());",
        output: "1 false",
    },
    Page {
        names: &[
            "copy",
            "copies",
            "value",
            "values",
            "reference",
            "references",
            "sharing",
        ],
        summary: "Arrays, maps and strings are copied; locks, queues and threads are shared.",
        forms: &["let b = a;    // a copy"],
        details: &[
            "Assigning a value, giving it to a function and taking it out of an array or a loop make a \
             copy: a change to the copy does not change the original. That is unlike Python. To \
             change something that others see, let a closure capture the variable, let a function \
             return the new value, or change it in its place: `list[i].push(1)`.",
            "What has an identity (`Thread`, `Lock`, `Queue`, `Event`, pools, futures ...) is never \
             copied: each variable leads to the same one.",
        ],
        code: "let a = [1];\nlet b = a;\nb.push(2);\nprint(a, b);",
        output: "[1] [1, 2]",
    },
    Page {
        names: &["array", "arrays", "list", "lists", "index"],
        summary: "Values in a row, counted from 0.",
        forms: &[
            "[A, B, C]",
            "list[0]    list[-1]    list.extract(1..3)",
            "list[0] = VALUE;",
        ],
        details: &[
            "`:doc array.push` and `:doc array` have what arrays can do. An array is copied when it is assigned: \
                    see `:doc copy`.",
        ],
        code: "let list = [3, 1];\nlist.push(2);\nlist.sort();\nprint(list, list.len(), list[-1]);",
        output: "[1, 2, 3] 3 3",
    },
    Page {
        names: &["map", "maps", "dict", "dictionary", "object"],
        summary: "Values by name.",
        forms: &[
            "#{ KEY: VALUE, OTHER: VALUE }",
            "map.KEY    map[\"KEY\"]",
            "map.KEY = VALUE;",
        ],
        details: &[
            "A key that is not there gives `()`. So `map.n += 1` fails on a missing key: begin with \
             `map.n = (map.n ?? 0) + 1`. `KEY in map` asks for a key, `for key in map.keys()` goes \
             through all. A map is copied when it is assigned: see `:doc copy`.",
        ],
        code: "let ages = #{ ada: 36 };\nages.bob = 41;\nages.bob += 1;\nfor name in ages.keys() {\n    print(name, ages[name]);\n}",
        output: "ada 36\nbob 42",
    },
    Page {
        names: &["range", "ranges", ".."],
        summary: "Integers in a row.",
        forms: &[
            "A..B     from A to the one before B",
            "A..=B    from A to B",
            "range(A, B, STEP)",
        ],
        details: &[
            "Ranges are what `for` counts with, and what a part of an array or string is taken by.",
        ],
        code: "for i in 0..3 {\n    print(i);\n}\nprint([10, 20, 30, 40].extract(1..=2));",
        output: "0\n1\n2\n[20, 30]",
    },
    Page {
        names: &["string", "strings", "interpolation", "f-string", "char"],
        summary: "Text in double quotes, or in backticks with values in it.",
        forms: &["\"text\"    'c'", "`total: ${a + b}`", "a + \" and \" + b"],
        details: &[
            "What stands in `${...}` of a backtick string is code; such a string may go over lines. In \
             double quotes `\\n` is a new line. Single quotes hold one character. `+` joins any value \
             to a string. `:doc string` has what strings can do.",
        ],
        code: "let n = 3;\nprint(`${n} times ${n} is ${n * n}`);\nprint(\"abc\".to_upper(), \"abc\".len());",
        output: "3 times 3 is 9\nABC 3",
    },
    Page {
        names: &[
            "number",
            "numbers",
            "integer",
            "float",
            "operators",
            "operator",
        ],
        summary: "Integers of 64 bits and floats; they do not mix by themselves.",
        forms: &["+  -  *  /  %  **    ==  !=  <  <=  >  >=    &&  ||  !    ??"],
        details: &[
            "`7 / 2` is 3: the quotient of two integers is an integer. A float is written with a point, \
             and `x.to_float()` makes one. An integer that gets too large is an error. `a ?? b` is \
             `b` when `a` is `()`. Words such as `and`, `or`, `not` are `&&`, `||`, `!`.",
        ],
        code: "print(7 / 2, 7.0 / 2, 2 ** 10);\nprint(() ?? 5);",
        output: "3 3.5 1024\n5",
    },
    Page {
        names: &["bool", "true", "false", "unit", "()", "none", "nothing"],
        summary: "`true`, `false`, and `()` for no value.",
        forms: &["true    false    ()"],
        details: &[
            "A function without a result gives `()`. The prompt does not show it. Python's `None` is `()` here.",
        ],
        code: "let found = ();\nif found == () {\n    print(\"nothing\");\n}",
        output: "nothing",
    },
    Page {
        names: &[
            "block",
            "blocks",
            "scope",
            "semicolon",
            "statement",
            "comment",
            "comments",
        ],
        summary: "Statements in braces; what is made inside ends with them.",
        forms: &[
            "{ STATEMENT; STATEMENT; VALUE }",
            "// to the end of the line    /* to here */",
        ],
        details: &[
            "A semicolon ends a statement; behind a block it may be left out. The value of a block is \
             that of its last expression without a semicolon. Indentation means nothing.",
        ],
        code: "let x = {\n    let a = 2;\n    a * 3\n};\nprint(x);",
        output: "6",
    },
    Page {
        names: &["thread", "threads", "spawn", "concurrency"],
        summary: "Code that runs beside the rest.",
        forms: &[
            "let t = spawn(|| { STATEMENTS });",
            "let t = Thread(FUNCTION); t.start();",
            "t.join();",
        ],
        details: &[
            "`spawn` makes and starts, `join` waits and gives the function's value. Each line that a \
             thread prints is marked with its name. `:threads` lists those that run, Ctrl-C on an \
             empty line stops them, and `:explore` shows everything that can happen. \
             `:learn threads` is a lesson about them; `:doc Thread` has all there is.",
        ],
        code: "let t = spawn(|| 6 * 7);\nprint(t.join());",
        output: "42",
    },
    Page {
        names: &["import", "from", "modules", "module"],
        summary: "Python's modules are there already; `import` may be written and does nothing.",
        forms: &["import threading;", "threading.Thread(f)    time.sleep(1)"],
        details: &[
            "The names of `threading`, `queue`, `time`, `random`, `math` and `concurrent.futures` may be written with their \
                    module or without; those of `asyncio` need it. `:doc threading` lists a module.",
        ],
        code: "import time;\nlet before = time.perf_counter();\nprint(time.perf_counter() >= before);",
        output: "true",
    },
];

/// The page of this name, in whatever case.
pub(super) fn find(name: &str) -> Option<&'static Page> {
    let name = name.trim().to_lowercase();
    let is_named = |page: &&Page| page.names.contains(&name.as_str());
    PAGES.iter().find(is_named)
}

/// A page in lines of at most `width` columns.
pub(super) fn shown(page: &Page, width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let title = page.names.first().copied().unwrap_or_default();
    let _ = writeln!(out, "{}", paint.text(Role::Heading, title));
    out += &wrap("  ", 2, page.summary, width);
    for form in page.forms {
        let _ = writeln!(out, "    {}", paint.text(Role::Prompt, form));
    }
    for paragraph in page.details {
        out += &wrap("  ", 2, paragraph, width);
    }
    let _ = writeln!(out, "  {}", paint.text(Role::Faint, "example"));
    for line in page.code.lines() {
        let _ = writeln!(out, "    {}", highlight(line, None, paint));
    }
    let _ = writeln!(out, "  {}", paint.text(Role::Faint, "prints"));
    for line in page.output.lines() {
        let _ = writeln!(out, "    {line}");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::event::{Kind, Stream};
    use crate::session::{Config, Input, InputKind, Report, Scheduler, Session};

    #[test]
    fn every_example_prints_what_its_page_says() {
        for page in PAGES {
            let stream = Arc::new(Stream::new());
            let config = Config {
                scheduler: Scheduler::Seeded,
                seed: Some(1),
                workers: None,
                args: Vec::new(),
                input: None,
                readable: Vec::new(),
                worker_executable: None,
            };
            let mut session = Session::new(config, stream.clone());
            let report = session.run(Input {
                name: page.names[0],
                text: page.code,
                kind: InputKind::Script,
            });
            assert!(
                matches!(report, Report::Ran { .. }),
                "{}: {report:?}",
                page.names[0]
            );
            let printed: Vec<String> = (stream.take().into_iter())
                .filter_map(|event| match event.kind {
                    Kind::Print { text, .. } => Some(text.to_string()),
                    _ => None,
                })
                .collect();
            assert_eq!(printed.join("\n"), page.output, "{}", page.names[0]);
        }
    }

    #[test]
    fn a_page_fits_a_screen_and_names_are_there_once() {
        let mut names: Vec<&str> = PAGES.iter().flat_map(|page| page.names).copied().collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
        for page in PAGES {
            let text = shown(page, 80, Paint::Plain);
            assert!(text.lines().count() <= 24, "{text}");
            assert!(
                text.lines().all(|line| line.chars().count() <= 80),
                "{text}"
            );
        }
    }
}
