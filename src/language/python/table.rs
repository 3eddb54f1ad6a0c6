//! The table: what Python writes differently, and the line to type instead.
//!
//! A row is complete with its own example; the tests check each one, and that the answer parses.
//! Rows are tried in order, so special cases stand before general ones. This file is long because it
//! is one list: a new row is one entry (and one function, if none here will do).

use super::rewrite::{self, Names, Rewriter};
use super::tree::{Node, find, split, trim};

/// One thing that Python writes differently.
#[derive(Debug)]
pub(super) struct Row {
    /// What is wrong, for the learner: one sentence without a full stop.
    pub(super) what: &'static str,
    /// More to know, or nothing.
    pub(super) help: &'static str,
    /// A line as Python has it.
    #[cfg_attr(not(test), expect(dead_code, reason = "examples are for the tests"))]
    pub(super) example: &'static str,
    /// The line to type instead; empty if there is none.
    #[cfg_attr(not(test), expect(dead_code, reason = "examples are for the tests"))]
    pub(super) answer: &'static str,
    /// Whether this is never Rhai. The other rows only help to rewrite a line.
    pub(super) certain: bool,
    /// The language that writes so.
    pub(super) language: &'static str,
    /// Recognises and rewrites.
    pub(super) rule: Rule,
}

/// What a statement becomes.
pub(super) enum Reply {
    /// This line.
    Type(String),
    /// Nothing: the line can be left out.
    LeaveOut,
    /// There is no counterpart.
    Nothing,
}

type StatementRule = fn(&[Node], &mut Names, &mut Rewriter) -> Option<Reply>;
type ItemRule = fn(&[Node], &mut Rewriter) -> Option<String>;
type PartRule = fn(Option<&Node>, &[Node], &mut Rewriter) -> Option<(String, usize)>;

/// How a row recognises and rewrites.
#[derive(Debug)]
pub(super) enum Rule {
    /// A whole statement.
    Statement(StatementRule),
    /// A whole statement that imports something.
    Import(StatementRule),
    /// A whole expression, such as an argument.
    Item(ItemRule),
    /// Some nodes of an expression, of which the first is given together with the one before; how
    /// many were taken is part of the answer.
    Part(PartRule),
    /// A `#` comment, which the reader of lines has already taken off.
    Comment,
}

const fn row(
    what: &'static str,
    help: &'static str,
    (example, answer): (&'static str, &'static str),
    rule: Rule,
) -> Row {
    Row {
        what,
        help,
        example,
        answer,
        certain: true,
        language: "Python",
        rule,
    }
}

/// What Go writes differently, for those who come from its channels.
const fn go(
    what: &'static str,
    help: &'static str,
    example: (&'static str, &'static str),
    rule: Rule,
) -> Row {
    Row {
        language: "Go",
        ..row(what, help, example, rule)
    }
}

const fn uncertain(example: (&'static str, &'static str), rule: Rule) -> Row {
    Row {
        certain: false,
        ..row("", "", example, rule)
    }
}

use Rule::{Comment, Import, Item, Part, Statement};

const BLOCKS: &str = "a block stands in braces, not in indentation: close it with `}`";

/// Every row, special cases first.
pub(super) const ROWS: [Row; 61] = [
    // Statements.
    row(
        "an import ends with `;`, and nothing needs to be imported",
        "",
        ("import threading", "import threading;"),
        Import(import),
    ),
    row(
        "`from ... import` is Python; all names are there already",
        "the import may be left out",
        (
            "from concurrent.futures import ThreadPoolExecutor",
            "import concurrent.futures;",
        ),
        Import(from_import),
    ),
    row(
        "`def` is Python; a function begins with `fn`",
        BLOCKS,
        ("def f(a: int, b=2) -> int:", "fn f(a, b) {"),
        Statement(def),
    ),
    row(
        "a script needs no `__main__` test",
        "write the statements as they are",
        ("if __name__ == '__main__':", "{"),
        Statement(main_test),
    ),
    row(
        "`if` takes no colon here",
        BLOCKS,
        ("if x > 1:", "if x > 1 {"),
        Statement(|n, s, r| head("if", "if", n, s, r)),
    ),
    row(
        "`elif` is Python; here it is `else if`",
        BLOCKS,
        ("elif x:", "} else if x {"),
        Statement(|n, s, r| head("elif", "} else if", n, s, r)),
    ),
    row(
        "`else` takes no colon here",
        BLOCKS,
        ("else:", "} else {"),
        Statement(|n, s, r| bare("else", "} else", n, s, r)),
    ),
    row(
        "`while` takes no colon here",
        BLOCKS,
        ("while True:", "while true {"),
        Statement(|n, s, r| head("while", "while", n, s, r)),
    ),
    row(
        "there is no `async for`",
        "await in the loop itself: `loop { let x = await queue.get(); ... }`, or \
         `for x in items { await f(x); }`",
        ("async for x in ticker(10):", ""),
        Statement(async_for),
    ),
    row(
        "`for` takes no colon here",
        BLOCKS,
        ("for letter in 'abcde':", "for letter in \"abcde\" {"),
        Statement(for_in),
    ),
    row(
        "`with` takes no colon here",
        BLOCKS,
        (
            "with ThreadPoolExecutor() as executor:",
            "with ThreadPoolExecutor() as executor {",
        ),
        Statement(with),
    ),
    row(
        "`try` takes no colon here",
        BLOCKS,
        ("try:", "try {"),
        Statement(|n, s, r| bare("try", "try", n, s, r)),
    ),
    row(
        "`except` is Python; here it is `catch`, which catches every error",
        "errors have classes: `if !isinstance(e, \"TimeoutError\") { throw; }` lets the others pass",
        (
            "except asyncio.TimeoutError as e:",
            "} catch (e) {\n    if !isinstance(e, \"TimeoutError\") { throw; }",
        ),
        Statement(except),
    ),
    row(
        "`finally` has its block in braces",
        "to release something use `with lock { ... }`; otherwise `try { f(); } finally { clean_up(); }`",
        ("finally:", ""),
        Statement(finally),
    ),
    row(
        "a class has its methods in braces",
        "write `class Counter { init() { this.count = 0; } add() { this.count += 1; } }`; \
         then `let c = Counter(); c.add();`",
        ("class Counter:", ""),
        Statement(class),
    ),
    row(
        "a map is made in a `for` loop",
        "`let d = #{}; for i in range(3) { d[i.to_string()] = i * i; }`: keys are strings",
        ("d = {i: i * i for i in range(3)}", ""),
        Statement(map_comprehension),
    ),
    row(
        "there is no `Process`; a pool of processes calls functions",
        "`with ProcessPoolExecutor(2) as p { let future = p.submit(f, 1); print(future.result()); }`",
        ("p = Process(target=f, args=(1,))", ""),
        Statement(process),
    ),
    row(
        "`pass` is Python; an empty block is `{ }`",
        "",
        ("pass", "{ }"),
        Statement(pass),
    ),
    row(
        "`global` is Python; a function sees the variables outside it",
        "leave this line out",
        ("global counter", ""),
        Statement(|n, s, _| global("global", n, s)),
    ),
    row(
        "`nonlocal` is Python; a closure sees the variables outside it",
        "leave this line out",
        ("nonlocal counter", ""),
        Statement(|n, s, _| global("nonlocal", n, s)),
    ),
    row(
        "`raise` is Python; here it is `throw`",
        "",
        ("raise ValueError('too small')", "throw \"too small\";"),
        Statement(raise),
    ),
    row(
        "`assert` is a function here",
        "",
        ("assert x == 1, 'wrong'", "assert(x == 1, \"wrong\");"),
        Statement(assert),
    ),
    row(
        "`print` is a function: its arguments stand in parentheses",
        "",
        ("print \"x\", y", "print(\"x\", y);"),
        Statement(print),
    ),
    row(
        "there is no `++` here",
        "",
        ("x++", "x += 1;"),
        Statement(|n, _, _| step("++", "+=", n)),
    ),
    row(
        "there is no `--` here",
        "",
        ("x--", "x -= 1;"),
        Statement(|n, _, _| step("--", "-=", n)),
    ),
    go(
        "there is no `:=` here; a new variable begins with `let`",
        "",
        ("x := f(1)", "let x = f(1);"),
        Statement(walrus),
    ),
    go(
        "a value is sent by `send` here",
        "",
        ("c <- x + 1", "c.send(x + 1);"),
        Statement(send),
    ),
    go(
        "a function is called in a thread of its own by `spawn` here",
        "",
        ("go work(1, c)", "spawn(|| work(1, c));"),
        Statement(goroutine),
    ),
    row(
        "a variable has no declared type here",
        "",
        ("x: int = 5", "let x = 5;"),
        Statement(annotated),
    ),
    row(
        "a text on its own is no comment here",
        "a comment begins with `//`",
        ("\"\"\"Counts.\"\"\"", "// Counts."),
        Statement(docstring),
    ),
    row(
        "only one variable is assigned at a time",
        "",
        ("a, b = 1, 2", "let a = 1; let b = 2;"),
        Statement(unpack),
    ),
    uncertain(
        ("return number * number", "return number * number;"),
        Statement(give_back),
    ),
    uncertain(
        (
            "numbers = [1, 2, 3, 4, 5]",
            "let numbers = [1, 2, 3, 4, 5];",
        ),
        Statement(assignment),
    ),
    row(
        "a comment begins with `//` here",
        "",
        ("# Create two threads", "// Create two threads"),
        Comment,
    ),
    // Whole expressions.
    go(
        "a value is received by `receive` here",
        "",
        ("x := <-c", "let x = c.receive();"),
        Item(receive),
    ),
    go(
        "a channel is made by `channel` here",
        "with a number it has room for so many items",
        ("c := make(chan int, 2)", "let c = channel(2);"),
        Item(make_channel),
    ),
    row(
        "`lambda` is Python; a closure is written `|x| ...`",
        "",
        ("f = lambda x, y: x + y", "let f = |x, y| x + y;"),
        Item(lambda),
    ),
    row(
        "`... if ... else ...` is Python; here `if` comes first",
        "",
        (
            "x = 'a' if c else 'b'",
            "let x = if c { \"a\" } else { \"b\" };",
        ),
        Item(ternary),
    ),
    row(
        "`or` is written `||` here",
        "",
        ("x = a or b", "let x = a || b;"),
        Item(|n, r| logic("or", "||", n, r)),
    ),
    row(
        "`and` is written `&&` here",
        "",
        ("x = a and not b", "let x = a && !b;"),
        Item(|n, r| logic("and", "&&", n, r)),
    ),
    row(
        "`not` is written `!` here",
        "",
        ("x = not a == b", "let x = !(a == b);"),
        Item(not),
    ),
    row(
        "arguments are not unpacked with `*` here",
        "pass an array or a map as it is",
        ("f(*items)", "f(items);"),
        Item(star),
    ),
    // Parts of expressions.
    row(
        "the time of day is not for scripts: a seeded run must give the same each time",
        "`time.time()` gives seconds",
        ("x = time.strftime('%X')", "let x = time.time();"),
        Part(strftime),
    ),
    row(
        "a pool of processes is called `ProcessPoolExecutor` here",
        "",
        (
            "pool = multiprocessing.Pool(processes=4)",
            "let pool = multiprocessing.ProcessPoolExecutor(4);",
        ),
        Part(pool),
    ),
    row(
        "text is put into a string between backticks, with `${...}`",
        "",
        ("print(f'Number: {i:>3}')", "print(`Number: ${i}`);"),
        Part(f_string),
    ),
    row(
        "text is put into a string between backticks, with `${...}`",
        "",
        ("print('%s is %d' % (a, b))", "print(`${a} is ${b}`);"),
        Part(percent),
    ),
    row(
        "a text stands in double quotes here; single quotes are for one character",
        "",
        ("x = 'abcde'", "let x = \"abcde\";"),
        Part(single_quotes),
    ),
    row(
        "`True` is written `true` here",
        "",
        ("x = True", "let x = true;"),
        Part(|_, n, _| word("True", "true", n)),
    ),
    row(
        "`False` is written `false` here",
        "",
        ("x = False", "let x = false;"),
        Part(|_, n, _| word("False", "false", n)),
    ),
    row(
        "`is` is Python; here it is `==`, and nothing is `()`",
        "",
        ("x = y is not None", "let x = y != ();"),
        Part(is),
    ),
    row(
        "`None` is written `()` here",
        "",
        ("x = None", "let x = ();"),
        Part(|_, n, _| word("None", "()", n)),
    ),
    row(
        "`not in` is written `!in` here",
        "",
        ("x = a not in b", "let x = a !in b;"),
        Part(not_in),
    ),
    row(
        "`Thread` takes the function itself, then an array of its arguments",
        "the function's name stands without parentheses",
        (
            "t = Thread(target=f, args=(1, 2), name='A')",
            "let t = Thread(f, [1, 2], #{name: \"A\"});",
        ),
        Part(thread),
    ),
    row(
        "what shall run later stands in a function here",
        "",
        (
            "x = await asyncio.gather(*[f(i) for i in range(3)])",
            "let x = await asyncio.gather(range(3).map(|i| || f(i)));",
        ),
        Part(gathered),
    ),
    row(
        "options stand in a map here: `#{name: value}`",
        "",
        (
            "executor = ThreadPoolExecutor(max_workers=2, initializer=setup, initargs=(1, 2))",
            "let executor = ThreadPoolExecutor(#{max_workers: 2, initializer: setup, initargs: [1, 2]});",
        ),
        Part(options),
    ),
    row(
        "arguments have no names here; their order counts",
        "",
        (
            "executor = ThreadPoolExecutor(max_workers=4)",
            "let executor = ThreadPoolExecutor(4);",
        ),
        Part(named_arguments),
    ),
    row(
        "a list is made from another with `map` and `filter`",
        "",
        (
            "x = [n * n for n in numbers if n > 1]",
            "let x = numbers.filter(|n| n > 1).map(|n| n * n);",
        ),
        Part(comprehension),
    ),
    row(
        "a part of a list is taken with a range, `[1..3]`",
        "",
        ("x = a[1:3]", "let x = a[1..3];"),
        Part(slice),
    ),
    row(
        "a map begins with `#{`",
        "",
        ("x = {'a': 1}", "let x = #{\"a\": 1};"),
        Part(dict),
    ),
    uncertain(("x = [f(1), g]", "let x = [f(1), g];"), Part(coroutines)),
    uncertain(
        ("items.append(5 // 2)", "items.push(5 / 2);"),
        Part(small_words),
    ),
];

fn name_of(node: Option<&Node>) -> Option<&str> {
    match node {
        Some(Node::Word(name)) => Some(name),
        _ => None,
    }
}

fn plain(nodes: &[Node]) -> String {
    Rewriter::default().item(nodes)
}

/// What follows a first word.
fn after<'n>(word: &str, nodes: &'n [Node]) -> Option<&'n [Node]> {
    match nodes {
        [first, rest @ ..] if first.is_word(word) => Some(trim(rest)),
        _ => None,
    }
}

/// A Python word, replaced; never a property.
fn word(python: &str, ours: &str, nodes: &[Node]) -> Option<(String, usize)> {
    nodes[0].is_word(python).then(|| (ours.to_string(), 1))
}

/// `HEAD {`, with the rest of the line as the block's only statement if there is one.
fn open(head: String, body: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let body = trim(body);
    if body.is_empty() {
        return Some(Reply::Type(format!("{head} {{")));
    }
    match rewrite::statement(body, names, rewriter)?.0 {
        Reply::Type(inner) if inner == "{ }" => Some(Reply::Type(format!("{head} {{ }}"))),
        Reply::Type(inner) => Some(Reply::Type(format!("{head} {{ {inner} }}"))),
        Reply::LeaveOut => Some(Reply::Type(format!("{head} {{ }}"))),
        Reply::Nothing => Some(Reply::Nothing),
    }
}

/// The nodes before the first colon and those after it.
fn colon(nodes: &[Node]) -> Option<(&[Node], &[Node])> {
    let at = find(nodes, |node| node.is(":"))?;
    Some((trim(&nodes[..at]), &nodes[at + 1..]))
}

fn head(
    python: &str,
    ours: &str,
    nodes: &[Node],
    names: &mut Names,
    rewriter: &mut Rewriter,
) -> Option<Reply> {
    let (condition, body) = colon(after(python, nodes)?)?;
    let condition = match condition {
        // Parentheses around the whole are a habit of other languages, and harmless.
        [Node::Group('(', inner)] => rewriter.item(inner),
        _ => rewriter.item(condition),
    };
    open(format!("{ours} {condition}"), body, names, rewriter)
}

fn bare(
    python: &str,
    ours: &str,
    nodes: &[Node],
    names: &mut Names,
    rewriter: &mut Rewriter,
) -> Option<Reply> {
    let (between, body) = colon(after(python, nodes)?)?;
    if between.is_empty() {
        open(ours.to_string(), body, names, rewriter)
    } else {
        None
    }
}

/// Whether a row is about an import. Nothing needs to be imported, so there is more to say of what is
/// wrong behind one.
pub(super) fn is_import(row: &Row) -> bool {
    matches!(row.rule, Rule::Import(_))
}

fn import(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    let modules = split(after("import", nodes)?, ",");
    if !modules.iter().all(|module| is_dotted(module)) {
        return None;
    }
    let modules: Vec<_> = modules
        .iter()
        .map(|module| format!("import {};", plain(module)))
        .collect();
    Some(Reply::Type(modules.join(" ")))
}

/// Whether this is the name of a module: `concurrent.futures`, or `numpy as np`.
fn is_dotted(module: &[Node]) -> bool {
    let words: Vec<&Node> = (module.iter())
        .filter(|node| !matches!(node, Node::Space(_)))
        .collect();
    let (path, alias) = match &words[..] {
        [path @ .., word, alias] if word.is_word("as") => (path, Some(*alias)),
        path => (path, None),
    };
    let mut path = path.chunks(2);
    let names = path.all(|link| match link {
        [name] => name_of(Some(name)).is_some(),
        [name, point] => name_of(Some(name)).is_some() && point.is("."),
        _ => false,
    });
    names && words.len() % 2 == 1 && alias.is_none_or(|alias| name_of(Some(alias)).is_some())
}

fn from_import(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    let rest = after("from", nodes)?;
    let end = find(rest, |node| node.is_word("import"))?;
    Some(Reply::Type(format!("import {};", plain(&rest[..end]))))
}

fn def(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let nodes = after("async", nodes).unwrap_or(nodes);
    let rest = after("def", nodes)?;
    let name = name_of(rest.first())?;
    let at = find(rest, |node| matches!(node, Node::Group('(', _)))?;
    let Node::Group(_, params) = &rest[at] else {
        return None;
    };
    let params: Vec<&str> = split(params, ",")
        .into_iter()
        .filter_map(|param| param.iter().find_map(|node| name_of(Some(node))))
        .collect();
    params.iter().for_each(|param| names.declare(param));
    let body = colon(&rest[at..]).map_or(&[][..], |(_, body)| body);
    open(
        format!("fn {name}({})", params.join(", ")),
        body,
        names,
        rewriter,
    )
}

fn main_test(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    let rest = after("if", nodes)?;
    rest.first()?
        .is_word("__name__")
        .then(|| Reply::Type("{".to_string()))
}

fn async_for(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    after("for", after("async", nodes)?).map(|_| Reply::Nothing)
}

fn for_in(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let (rest, body) = colon(after("for", nodes)?)?;
    let at = find(rest, |node| node.is_word("in"))?;
    let (targets, items) = (split(trim(&rest[..at]), ","), trim(&rest[at + 1..]));
    let head = match (&targets[..], items) {
        ([[Node::Word(name)]], _) => {
            names.declare(name);
            // `_` alone is no name here.
            let name = if name == "_" { "_i" } else { name };
            format!("for {name} in {}", rewriter.item(items))
        }
        ([[Node::Word(index)], [Node::Word(name)]], [enumerate, Node::Group('(', inner)])
            if enumerate.is_word("enumerate") =>
        {
            names.declare(index);
            names.declare(name);
            format!("for ({name}, {index}) in {}", rewriter.item(inner))
        }
        _ => return None,
    };
    open(head, body, names, rewriter)
}

fn with(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let nodes = after("async", nodes).unwrap_or(nodes);
    let (managers, body) = colon(after("with", nodes)?)?;
    for manager in split(managers, ",") {
        if let [.., before, Node::Space(_), Node::Word(name)] = manager
            && before.is_word("as")
        {
            names.declare(name);
        }
    }
    let head = format!("with {}", rewriter.list(managers));
    open(head, body, names, rewriter)
}

/// Which of the `except`s of a `try` a line is.
#[derive(Debug, Default, Clone)]
pub(super) enum Clause {
    /// The only one, as far as is known.
    #[default]
    Only,
    /// The first of several.
    First,
    /// One after the first, whose variable this is.
    Later(String),
}

fn except(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let (what, body) = colon(after("except", nodes)?)?;
    let named = find(what, |node| node.is_word("as"));
    let name = named.and_then(|at| name_of(trim(&what[at + 1..]).first()));
    let errors = caught(
        trim(&what[..named.unwrap_or(what.len())]),
        names.has_coroutines(),
    )?;
    let clause = names.clause();
    let variable = match (&clause, name) {
        (Clause::Later(variable), _) => variable.clone(),
        (_, Some(name)) => name.to_string(),
        _ if names.has("e") => "error".to_string(),
        _ => "e".to_string(),
    };
    if let Some(name) = name {
        names.declare_error(name);
    }
    // A name of its own for what the first clause has caught.
    let renamed = match name {
        Some(name) if name != variable => format!("\n    let {name} = {variable};"),
        _ => String::new(),
    };
    let is_last = errors.is_empty();
    match clause {
        Clause::First if !is_last => {
            let is = among(&variable, &errors);
            Some(Reply::Type(format!("}} catch ({variable}) {{ if {is} {{")))
        }
        Clause::Later(_) if is_last => Some(Reply::Type(format!("}} else {{{renamed}"))),
        Clause::Later(_) => {
            let is = among(&variable, &errors);
            Some(Reply::Type(format!("}} else if {is} {{{renamed}")))
        }
        _ if is_last && name.is_none() => open("} catch".to_string(), body, names, rewriter),
        _ => {
            let mut head = format!("}} catch ({variable})");
            let is_not = format!("!{}", among(&variable, &errors));
            match (is_last, trim(body).is_empty()) {
                (true, _) => open(head, body, names, rewriter),
                (_, true) => Some(Reply::Type(format!(
                    "{head} {{\n    if {is_not} {{ throw; }}"
                ))),
                (_, false) => {
                    head += &format!(" {{ if {is_not} {{ throw; }}");
                    match open(String::new(), body, names, rewriter)? {
                        Reply::Type(body) => Some(Reply::Type(format!(
                            "{head}{}",
                            body.strip_prefix(" {").unwrap_or(&body)
                        ))),
                        other => Some(other),
                    }
                }
            }
        }
    }
}

/// The errors that an `except` names, as they are called here; empty when it names all of them. Where
/// tasks can be cancelled, `Exception` does not.
fn caught(what: &[Node], may_be_cancelled: bool) -> Option<Vec<&str>> {
    let errors = match what {
        [] => return Some(Vec::new()),
        [Node::Group('(', inner)] => split(inner, ","),
        what => vec![what],
    };
    let names = (errors.into_iter().filter(|error| !error.is_empty()))
        .map(|error| name_of(error.last()).map(error_name))
        .collect::<Option<Vec<&str>>>()?;
    let is_all = |name: &&str| match *name {
        "Exception" => !may_be_cancelled,
        name => name == "BaseException",
    };
    Some(match names.iter().any(is_all) {
        true => Vec::new(),
        false => names,
    })
}

/// Whether a caught error is one of these: `isinstance(e, "Empty")`.
fn among(variable: &str, errors: &[&str]) -> String {
    let quoted: Vec<String> = errors.iter().map(|error| format!("\"{error}\"")).collect();
    match &quoted[..] {
        [error] => format!("isinstance({variable}, {error})"),
        errors => format!("isinstance({variable}, [{}])", errors.join(", ")),
    }
}

/// What an error of Python is called here: all queues that were shut down raise the same one.
fn error_name(python: &str) -> &str {
    match python {
        "QueueShutDown" => "ShutDown",
        other => other,
    }
}

/// `finally:`, or after a block in braces.
fn finally(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    let at = find(nodes, |node| node.is_word("finally"))?;
    let opens = |node: &&Node| node.is(":") || matches!(node, Node::Group('{', _));
    trim(&nodes[at + 1..]).first().filter(opens)?;
    Some(Reply::Nothing)
}

fn class(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    name_of(after("class", nodes)?.first()).map(|_| Reply::Nothing)
}

fn map_comprehension(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    fn is_in(nodes: &[Node]) -> bool {
        nodes.iter().any(|node| match node {
            Node::Group('{', inner) => inner.iter().any(|node| node.is_word("for")) || is_in(inner),
            Node::Group(_, inner) => is_in(inner),
            _ => false,
        })
    }
    is_in(nodes).then_some(Reply::Nothing)
}

fn pass(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    after("pass", nodes)?
        .is_empty()
        .then(|| Reply::Type("{ }".to_string()))
}

fn global(word: &str, nodes: &[Node], names: &mut Names) -> Option<Reply> {
    let rest = after(word, nodes)?;
    split(rest, ",")
        .into_iter()
        .filter_map(|part| name_of(part.first()))
        .for_each(|name| names.declare(name));
    (!rest.is_empty()).then_some(Reply::LeaveOut)
}

fn raise(nodes: &[Node], _: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let rest = after("raise", nodes)?;
    let (name, message) = match rest {
        [] => return Some(Reply::Type("throw;".to_string())),
        [Node::Word(name), Node::Group('(', inner)] if !trim(inner).is_empty() => {
            (name, rewriter.item(inner))
        }
        [Node::Word(name)] if rewriter.is_error(name) => {
            return Some(Reply::Type(format!("throw {name};")));
        }
        [Node::Word(name), Node::Group('(', _)] => (name, format!("\"{name}\"")),
        [Node::Word(name)] if name.starts_with(char::is_uppercase) => (name, format!("\"{name}\"")),
        _ => return Some(Reply::Type(format!("throw {};", rewriter.item(rest)))),
    };
    Some(Reply::Type(match rewriter.catches() {
        true => format!(
            "throw #{{error: \"{}\", message: {message}}};",
            error_name(name)
        ),
        false => format!("throw {message};"),
    }))
}

/// `Process(target=f)`, made anywhere in a statement.
fn process(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    let is_made =
        |pair: &[Node]| pair[0].is_word("Process") && matches!(pair[1], Node::Group('(', _));
    let is_python = |pair: &[Node]| match &pair[1] {
        Node::Group(_, inner) => inner.iter().any(|node| node.is("=")),
        _ => false,
    };
    let mut pairs = nodes.windows(2);
    pairs
        .any(|pair| is_made(pair) && is_python(pair))
        .then_some(Reply::Nothing)
}

fn strftime(_: Option<&Node>, nodes: &[Node], _: &mut Rewriter) -> Option<(String, usize)> {
    match nodes {
        [name, Node::Group('(', _), ..] if name.is_word("strftime") => Some(("time()".into(), 2)),
        _ => None,
    }
}

fn pool(_: Option<&Node>, nodes: &[Node], rewriter: &mut Rewriter) -> Option<(String, usize)> {
    let [name, Node::Group('(', inner), ..] = nodes else {
        return None;
    };
    if !name.is_word("Pool") {
        return None;
    }
    let values = split(inner, ",").into_iter();
    let values = values.map(|argument| named(argument).map_or(argument, |(_, value)| value));
    let arguments: Vec<String> = values.map(|value| rewriter.item(value)).collect();
    Some((format!("ProcessPoolExecutor({})", arguments.join(", ")), 2))
}

fn assert(nodes: &[Node], _: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let rest = after("assert", nodes)?;
    if rest.is_empty() || matches!(nodes.get(1), Some(Node::Group(..))) {
        return None;
    }
    let message = if split(rest, ",").len() == 1 {
        ", \"assertion failed\""
    } else {
        ""
    };
    Some(Reply::Type(format!(
        "assert({}{message});",
        rewriter.list(rest)
    )))
}

fn print(nodes: &[Node], _: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let rest = after("print", nodes)?;
    match (nodes.get(1), rest.first()?) {
        (Some(Node::Space(_)), Node::Text { .. } | Node::Word(_) | Node::Number(_)) => {
            Some(Reply::Type(format!("print({});", rewriter.list(rest))))
        }
        _ => None,
    }
}

fn step(symbol: &str, ours: &str, nodes: &[Node]) -> Option<Reply> {
    let target = match nodes {
        [target @ .., last] if last.is(symbol) => target,
        [first, target @ ..] if first.is(symbol) => target,
        _ => return None,
    };
    Some(Reply::Type(format!("{} {ours} 1;", plain(target))))
}

fn walrus(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let at = find(nodes, |node| node.is(":="))?;
    let [Node::Word(name)] = trim(&nodes[..at]) else {
        return None;
    };
    names.declare(name);
    Some(Reply::Type(format!(
        "let {name} = {};",
        rewriter.list(&nodes[at + 1..])
    )))
}

/// The nodes before `<-` and those after it.
fn arrow(nodes: &[Node]) -> Option<(&[Node], &[Node])> {
    let at = nodes
        .windows(2)
        .position(|pair| pair[0].is("<") && pair[1].is("-"))?;
    Some((trim(&nodes[..at]), trim(&nodes[at + 2..])))
}

fn send(nodes: &[Node], _: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let (channel, item) = arrow(nodes)?;
    let is_place =
        |node: &Node| matches!(node, Node::Word(_) | Node::Group('[', _)) || node.is(".");
    let fits = !channel.is_empty() && !item.is_empty() && channel.iter().all(is_place);
    fits.then(|| {
        let item = rewriter.item(item);
        Reply::Type(format!("{}.send({item});", plain(channel)))
    })
}

fn receive(nodes: &[Node], rewriter: &mut Rewriter) -> Option<String> {
    match arrow(nodes)? {
        ([], channel) if !channel.is_empty() => {
            Some(format!("{}.receive()", rewriter.item(channel)))
        }
        _ => None,
    }
}

fn goroutine(nodes: &[Node], _: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let call = after("go", nodes)?;
    let is_call =
        name_of(call.first()).is_some() && matches!(call.last(), Some(Node::Group('(', _)));
    // `go(f)` calls a function of that name.
    (is_call && matches!(nodes.get(1), Some(Node::Space(_))))
        .then(|| Reply::Type(format!("spawn(|| {});", rewriter.item(call))))
}

fn make_channel(nodes: &[Node], rewriter: &mut Rewriter) -> Option<String> {
    let [make, Node::Group('(', inner)] = nodes else {
        return None;
    };
    let parts = split(inner, ",");
    if !make.is_word("make") || !parts.first()?.first()?.is_word("chan") {
        return None;
    }
    let room: Vec<String> = parts[1..].iter().map(|part| rewriter.item(part)).collect();
    Some(format!("channel({})", room.join(", ")))
}

fn annotated(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let at = find(nodes, |node| node.is("="))?;
    let ([Node::Word(name)], kind) = colon(&nodes[..at])? else {
        return None;
    };
    if trim(kind).is_empty() {
        return None;
    }
    names.declare(name);
    Some(Reply::Type(format!(
        "let {name} = {};",
        rewriter.item(&nodes[at + 1..])
    )))
}

fn docstring(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    match nodes {
        [Node::Text { quote, body, .. }] if quote.len() == 3 => {
            let lines: Vec<_> = body
                .trim()
                .lines()
                .map(|line| format!("// {}", line.trim()))
                .collect();
            Some(Reply::Type(lines.join("\n")))
        }
        _ => None,
    }
}

fn unpack(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let at = find(nodes, |node| node.is("="))?;
    let (targets, values) = (split(&nodes[..at], ","), split(&nodes[at + 1..], ","));
    if targets.len() < 2 {
        return None;
    }
    let mut lines = Vec::new();
    let values: Vec<String> = match &values[..] {
        [several] => {
            let whole = if names.has("got") { "all" } else { "got" };
            let is_wait =
                |pair: &[Node]| pair[0].is_word("wait") && matches!(pair[1], Node::Group(..));
            let parts = match several.windows(2).any(is_wait) {
                true => {
                    let is_asyncio = several.iter().any(|node| node.is_word("asyncio"));
                    let rest = if is_asyncio { "pending" } else { "not_done" };
                    vec![format!("{whole}.done"), format!("{whole}.{rest}")]
                }
                false => (0..targets.len())
                    .map(|at| format!("{whole}[{at}]"))
                    .collect(),
            };
            lines.push(format!("let {whole} = {};", rewriter.item(several)));
            parts
        }
        values => values.iter().map(|value| rewriter.item(value)).collect(),
    };
    if targets.len() != values.len() {
        return None;
    }
    for (target, value) in targets.iter().zip(values) {
        let [Node::Word(name)] = target else {
            return None;
        };
        // To swap two variables takes a third.
        if names.has(name) {
            return None;
        }
        lines.push(format!("let {name} = {value};"));
    }
    targets
        .iter()
        .filter_map(|target| name_of(target.first()))
        .for_each(|name| names.declare(name));
    Some(Reply::Type(lines.join(" ")))
}

fn give_back(nodes: &[Node], _: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let rest = after("return", nodes)?;
    if rest.is_empty() {
        return Some(Reply::Type("return;".to_string()));
    }
    let value = rewriter.list(rest);
    let value = if split(rest, ",").len() > 1 {
        format!("[{value}]")
    } else {
        value
    };
    Some(Reply::Type(format!("return {value};")))
}

fn assignment(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let at = find(nodes, |node| node.is("="))?;
    let (target, value) = (trim(&nodes[..at]), trim(&nodes[at + 1..]));
    let keyword = match target {
        [Node::Word(name)] if !names.has(name) => {
            names.declare(name);
            "let "
        }
        [] => return None,
        _ => "",
    };
    let parts = split(value, ",").len();
    let value = rewriter.list(value);
    let value = if parts > 1 {
        format!("[{value}]")
    } else {
        value
    };
    Some(Reply::Type(format!(
        "{keyword}{} = {value};",
        plain(target)
    )))
}

fn lambda(nodes: &[Node], rewriter: &mut Rewriter) -> Option<String> {
    let (params, body) = colon(after("lambda", nodes)?)?;
    Some(format!("|{}| {}", plain_list(params), rewriter.item(body)))
}

fn plain_list(nodes: &[Node]) -> String {
    Rewriter::default().list(nodes)
}

fn ternary(nodes: &[Node], rewriter: &mut Rewriter) -> Option<String> {
    let at = find(nodes, |node| node.is_word("if"))?;
    let other = find(nodes, |node| node.is_word("else"))?;
    let braces = nodes[at..]
        .iter()
        .any(|node| matches!(node, Node::Group('{', _)));
    if at == 0 || other < at || braces {
        return None;
    }
    let yes = rewriter.item(&nodes[..at]);
    let condition = rewriter.item(&nodes[at + 1..other]);
    let no = rewriter.item(&nodes[other + 1..]);
    Some(format!("if {condition} {{ {yes} }} else {{ {no} }}"))
}

fn logic(python: &str, ours: &str, nodes: &[Node], rewriter: &mut Rewriter) -> Option<String> {
    let at = find(nodes, |node| node.is_word(python))?;
    let (left, right) = (trim(&nodes[..at]), trim(&nodes[at + 1..]));
    if left.is_empty() || right.is_empty() {
        return None;
    }
    Some(format!(
        "{} {ours} {}",
        rewriter.item(left),
        rewriter.item(right)
    ))
}

fn not(nodes: &[Node], rewriter: &mut Rewriter) -> Option<String> {
    let rest = after("not", nodes)?;
    if rest.is_empty() {
        return None;
    }
    let simple = !rest.iter().any(|node| matches!(node, Node::Space(_)));
    let inner = rewriter.item(rest);
    Some(if simple {
        format!("!{inner}")
    } else {
        format!("!({inner})")
    })
}

fn star(nodes: &[Node], rewriter: &mut Rewriter) -> Option<String> {
    match nodes {
        [first, rest @ ..] if (first.is("*") || first.is("**")) && !rest.is_empty() => {
            Some(rewriter.item(rest))
        }
        _ => None,
    }
}

fn f_string(_: Option<&Node>, nodes: &[Node], rewriter: &mut Rewriter) -> Option<(String, usize)> {
    let Node::Text { prefix, body, .. } = &nodes[0] else {
        return None;
    };
    if !prefix.contains('f') {
        return None;
    }
    let mut text = String::new();
    let mut rest = body.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        text += &rest[..at];
        let doubled = rest[at..].starts_with("{{") || rest[at..].starts_with("}}");
        if doubled || rest[at..].starts_with('}') {
            text += &rest[at..=at];
            rest = &rest[at + if doubled { 2 } else { 1 }..];
            continue;
        }
        let end = at + rest[at..].find('}')?;
        // A format after a colon, or `!r`, has no counterpart.
        let inner = rest[at + 1..end]
            .split([':', '!'])
            .next()
            .unwrap_or_default();
        let inner = super::tree::line(inner.trim_end_matches('='))?;
        text += &format!("${{{}}}", rewriter.item(&inner.nodes));
        rest = &rest[end + 1..];
    }
    text += rest;
    Some((format!("`{text}`"), 1))
}

fn percent(_: Option<&Node>, nodes: &[Node], rewriter: &mut Rewriter) -> Option<(String, usize)> {
    let Node::Text { body, .. } = &nodes[0] else {
        return None;
    };
    let at = 1 + nodes[1..]
        .iter()
        .position(|node| !matches!(node, Node::Space(_)))?;
    if !nodes[at].is("%") || !body.contains('%') {
        return None;
    }
    let value = trim(&nodes[at + 1..]);
    let values: Vec<String> = match value {
        [Node::Group('(', inner)] => split(inner, ",")
            .into_iter()
            .map(|part| rewriter.item(part))
            .collect(),
        _ => vec![rewriter.item(value)],
    };
    let mut values = values.into_iter();
    let mut text = String::new();
    let mut rest = body.as_str();
    while let Some(at) = rest.find('%') {
        text += &rest[..at];
        let end = at + 1 + rest[at + 1..].find(|ch: char| ch.is_ascii_alphabetic() || ch == '%')?;
        match rest[end..].chars().next()? {
            '%' => text.push('%'),
            _ => text += &format!("${{{}}}", values.next()?),
        }
        rest = &rest[end + 1..];
    }
    Some((format!("`{text}{rest}`"), nodes.len()))
}

fn single_quotes(
    _: Option<&Node>,
    nodes: &[Node],
    rewriter: &mut Rewriter,
) -> Option<(String, usize)> {
    let Node::Text {
        prefix,
        quote,
        body,
    } = &nodes[0]
    else {
        return None;
    };
    // One character in single quotes is valid Rhai.
    let one = body.chars().count() == 1 || body.starts_with('\\') && body.chars().count() == 2;
    if quote != "'" || one {
        return None;
    }
    let double = Node::Text {
        prefix: prefix.clone(),
        quote: "'".to_string(),
        body: body.clone(),
    };
    Some((rewriter.node(&double), 1))
}

fn is(_: Option<&Node>, nodes: &[Node], _: &mut Rewriter) -> Option<(String, usize)> {
    match nodes {
        [is, Node::Space(_), not, ..] if is.is_word("is") && not.is_word("not") => {
            Some(("!=".into(), 3))
        }
        [is, Node::Space(_), ..] if is.is_word("is") => Some(("==".into(), 1)),
        _ => None,
    }
}

fn not_in(_: Option<&Node>, nodes: &[Node], _: &mut Rewriter) -> Option<(String, usize)> {
    match nodes {
        [not, Node::Space(_), inside, ..] if not.is_word("not") && inside.is_word("in") => {
            Some(("!in".to_string(), 3))
        }
        _ => None,
    }
}

/// The name and the value of `name=value`.
fn named(argument: &[Node]) -> Option<(&str, &[Node])> {
    let at = find(argument, |node| node.is("="))?;
    match trim(&argument[..at]) {
        [Node::Word(name)] => Some((name, trim(&argument[at + 1..]))),
        _ => None,
    }
}

/// The arguments of a call, if any is named.
fn call(nodes: &[Node]) -> Option<(&str, Vec<&[Node]>)> {
    let [Node::Word(name), Node::Group('(', inner), ..] = nodes else {
        return None;
    };
    let arguments = split(inner, ",");
    arguments
        .iter()
        .any(|argument| named(argument).is_some())
        .then_some((name, arguments))
}

fn thread(_: Option<&Node>, nodes: &[Node], rewriter: &mut Rewriter) -> Option<(String, usize)> {
    let (name @ ("Thread" | "Process" | "Timer"), arguments) = call(nodes)? else {
        return None;
    };
    let mut plain = Vec::new();
    let mut list = None;
    let mut options = Vec::new();
    for argument in arguments {
        match named(argument) {
            None if argument.is_empty() => {}
            None => plain.push(rewriter.item(argument)),
            Some(("target" | "function" | "interval", value)) => plain.push(rewriter.item(value)),
            Some(("args", [Node::Group('(' | '[', inner)])) => {
                list = Some(format!("[{}]", rewriter.list(inner)))
            }
            Some(("args", value)) => list = Some(rewriter.item(value)),
            Some((key, value)) => options.push(format!("{key}: {}", rewriter.item(value))),
        }
    }
    if list.is_none() && !options.is_empty() {
        list = Some("[]".to_string());
    }
    plain.extend(list);
    if !options.is_empty() {
        plain.push(format!("#{{{}}}", options.join(", ")));
    }
    Some((format!("{name}({})", plain.join(", ")), 2))
}

/// Calls whose named arguments are a map of options here. A number of workers alone is none.
fn options(_: Option<&Node>, nodes: &[Node], rewriter: &mut Rewriter) -> Option<(String, usize)> {
    let (
        name @ ("ThreadPoolExecutor"
        | "ProcessPoolExecutor"
        | "map"
        | "shutdown"
        | "wait"
        | "gather"
        | "create_task"),
        arguments,
    ) = call(nodes)?
    else {
        return None;
    };
    let mut plain = Vec::new();
    let mut options = Vec::new();
    for argument in arguments {
        let (key, value) = match named(argument) {
            None if argument.is_empty() => continue,
            None => {
                plain.push(rewriter.item(argument));
                continue;
            }
            Some(("initargs", [Node::Group('(' | '[', inner)])) => {
                ("initargs", format!("[{}]", rewriter.list(inner)))
            }
            Some((key, value)) => (key, rewriter.item(value)),
        };
        options.push((key, value));
    }
    let is_other_wait = name == "wait" && plain.is_empty();
    if is_other_wait || matches!(&options[..], [] | [("max_workers", _)]) {
        return None;
    }
    let options: Vec<String> = (options.iter())
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    plain.push(format!("#{{{}}}", options.join(", ")));
    Some((format!("{name}({})", plain.join(", ")), 2))
}

fn named_arguments(
    _: Option<&Node>,
    nodes: &[Node],
    rewriter: &mut Rewriter,
) -> Option<(String, usize)> {
    let (name, arguments) = call(nodes)?;
    let mut values = Vec::new();
    for argument in arguments {
        match named(argument) {
            // `print` always ends its line and separates by a space.
            Some(("end" | "sep" | "flush" | "file", _)) if name == "print" => {}
            Some((_, value)) => values.push(rewriter.item(value)),
            None => values.push(rewriter.item(argument)),
        }
    }
    Some((format!("{name}({})", values.join(", ")), 2))
}

fn comprehension(
    before: Option<&Node>,
    nodes: &[Node],
    rewriter: &mut Rewriter,
) -> Option<(String, usize)> {
    let inner = match (&nodes[0], before) {
        (Node::Group('[', inner), _) => inner,
        // In parentheses on its own it is a generator.
        (Node::Group('(', inner), None) => inner,
        _ => return None,
    };
    let at = find(inner, |node| node.is_word("for")).filter(|at| *at > 0)?;
    let (item, rest) = (trim(&inner[..at]), trim(&inner[at + 1..]));
    let inside = find(rest, |node| node.is_word("in"))?;
    let [Node::Word(name)] = trim(&rest[..inside]) else {
        return None;
    };
    let source = trim(&rest[inside + 1..]);
    let (source, condition) = match find(source, |node| node.is_word("if")) {
        Some(at) => (trim(&source[..at]), Some(trim(&source[at + 1..]))),
        None => (source, None),
    };
    let mut text = rewriter.item(source);
    if let Some(condition) = condition {
        text += &format!(".filter(|{name}| {})", rewriter.item(condition));
    }
    if !matches!(item, [Node::Word(same)] if same == name) {
        let later = if is_later(item, rewriter) { "|| " } else { "" };
        text += &format!(".map(|{name}| {later}{})", rewriter.item(item));
    }
    Some((text, 1))
}

/// Whether this is a call that makes a coroutine, which runs when it is awaited.
fn is_later(item: &[Node], rewriter: &Rewriter) -> bool {
    match item {
        [Node::Word(name), Node::Group('(', _)] => {
            rewriter.is_coroutine(name) || rewriter.is_gathered
        }
        _ => false,
    }
}

/// `gather(*[f(i) for i in items])` and its kin: the list is one of coroutines.
fn gathered(_: Option<&Node>, nodes: &[Node], rewriter: &mut Rewriter) -> Option<(String, usize)> {
    let [Node::Word(name), Node::Group('(', inner), ..] = nodes else {
        return None;
    };
    let takes_many = matches!(name.as_str(), "gather" | "as_completed" | "wait");
    let is_list = |argument: &&[Node]| match argument {
        [Node::Symbol("*"), Node::Group(_, inner)] | [Node::Group('[', inner)] => {
            inner.iter().any(|node| node.is_word("for"))
        }
        _ => false,
    };
    if !takes_many || rewriter.is_gathered || !split(inner, ",").iter().any(is_list) {
        return None;
    }
    rewriter.is_gathered = true;
    let call = [nodes[0].clone(), nodes[1].clone()];
    let text = match options(None, &call, rewriter) {
        Some((text, _)) => text,
        None => format!("{name}({})", rewriter.list(inner)),
    };
    rewriter.is_gathered = false;
    Some((text, 2))
}

/// A list of calls that make coroutines.
fn coroutines(
    before: Option<&Node>,
    nodes: &[Node],
    rewriter: &mut Rewriter,
) -> Option<(String, usize)> {
    let Node::Group('[', inner) = &nodes[0] else {
        return None;
    };
    let items = split(inner, ",");
    let is_index = matches!(before, Some(Node::Word(_) | Node::Group(..)));
    if is_index || !items.iter().any(|item| is_later(item, rewriter)) {
        return None;
    }
    let items: Vec<String> = (items.into_iter().filter(|item| !item.is_empty()))
        .map(|item| {
            let later = if is_later(item, rewriter) { "|| " } else { "" };
            format!("{later}{}", rewriter.item(item))
        })
        .collect();
    Some((format!("[{}]", items.join(", ")), 1))
}

fn slice(
    before: Option<&Node>,
    nodes: &[Node],
    rewriter: &mut Rewriter,
) -> Option<(String, usize)> {
    let Node::Group('[', inner) = &nodes[0] else {
        return None;
    };
    let [from, to] = split(inner, ":")[..] else {
        return None;
    };
    if !matches!(before?, Node::Word(_) | Node::Group(..) | Node::Text { .. }) {
        return None;
    }
    let from = if from.is_empty() {
        "0".to_string()
    } else {
        rewriter.item(from)
    };
    Some((format!("[{from}..{}]", rewriter.item(to)), 1))
}

fn dict(before: Option<&Node>, nodes: &[Node], rewriter: &mut Rewriter) -> Option<(String, usize)> {
    let Node::Group('{', inner) = &nodes[0] else {
        return None;
    };
    if before.is_some_and(|node| !matches!(node, Node::Symbol(_))) {
        return None;
    }
    let mut entries = Vec::new();
    for entry in split(inner, ",") {
        if entry.is_empty() {
            continue;
        }
        let (key, value) = colon(entry)?;
        entries.push(format!(
            "{}: {}",
            rewriter.node(key.first()?),
            rewriter.item(value)
        ));
    }
    (!entries.is_empty()).then(|| (format!("#{{{}}}", entries.join(", ")), 1))
}

/// Words and symbols that only differ.
fn small_words(
    before: Option<&Node>,
    nodes: &[Node],
    rewriter: &mut Rewriter,
) -> Option<(String, usize)> {
    let method = before.is_some_and(|node| node.is("."));
    let text = match &nodes[0] {
        // As a text, an error of Python is its message.
        Node::Word(word)
            if !method
                && rewriter.is_error(word)
                && !nodes
                    .get(1)
                    .is_some_and(|node| node.is(".") || node.is("=")) =>
        {
            return Some((format!("{word}.message"), 1));
        }
        Node::Word(word) if method && word == "append" => "push",
        Node::Symbol("//") => "/",
        Node::Symbol("//=") => "/=",
        Node::Group('{', inner) if inner.is_empty() && before.is_some_and(|node| node.is("=")) => {
            "#{}"
        }
        _ => return None,
    };
    Some((text.to_string(), 1))
}
