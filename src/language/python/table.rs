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
        rule,
    }
}

const fn uncertain(example: (&'static str, &'static str), rule: Rule) -> Row {
    Row {
        certain: false,
        ..row("", "", example, rule)
    }
}

use Rule::{Comment, Item, Part, Statement};

const BLOCKS: &str = "a block stands in braces, not in indentation: close it with `}`";

/// Every row, special cases first.
pub(super) const ROWS: [Row; 50] = [
    // Statements.
    row(
        "an import ends with `;`, and nothing needs to be imported",
        "",
        ("import threading", "import threading;"),
        Statement(import),
    ),
    row(
        "`from ... import` is Python; all names are there already",
        "the import may be left out",
        (
            "from concurrent.futures import ThreadPoolExecutor",
            "import concurrent.futures;",
        ),
        Statement(from_import),
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
        "`except` is Python; here it is `catch`",
        BLOCKS,
        ("except ValueError as e:", "} catch (e) {"),
        Statement(except),
    ),
    row(
        "there is no `finally`",
        "to release something use `with lock { ... }`; otherwise clean up on both ways out: \
         `try { f(); } catch (e) { clean_up(); throw e; } clean_up();`",
        ("finally:", ""),
        Statement(finally),
    ),
    row(
        "there are no classes",
        "a function makes a map with the data and what can be done with it: \
         `fn counter() { #{count: 0, add: || this.count += 1} }`; \
         then `let c = counter(); c.add();`",
        ("class Counter:", ""),
        Statement(class),
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
    row(
        "there is no `:=` here; a new variable begins with `let`",
        "",
        ("x := f(1)", "let x = f(1);"),
        Statement(walrus),
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

fn import(nodes: &[Node], _: &mut Names, _: &mut Rewriter) -> Option<Reply> {
    let modules = split(after("import", nodes)?, ",");
    if modules
        .iter()
        .any(|module| name_of(module.first()).is_none())
    {
        return None;
    }
    let modules: Vec<_> = modules
        .iter()
        .map(|module| format!("import {};", plain(module)))
        .collect();
    Some(Reply::Type(modules.join(" ")))
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

fn for_in(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let nodes = after("async", nodes).unwrap_or(nodes);
    let (rest, body) = colon(after("for", nodes)?)?;
    let at = find(rest, |node| node.is_word("in"))?;
    let (targets, items) = (split(trim(&rest[..at]), ","), trim(&rest[at + 1..]));
    let head = match (&targets[..], items) {
        ([[Node::Word(name)]], _) => {
            names.declare(name);
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

fn except(nodes: &[Node], names: &mut Names, rewriter: &mut Rewriter) -> Option<Reply> {
    let (what, body) = colon(after("except", nodes)?)?;
    let name =
        find(what, |node| node.is_word("as")).and_then(|at| name_of(trim(&what[at + 1..]).first()));
    let head = match name {
        Some(name) => {
            names.declare(name);
            format!("}} catch ({name})")
        }
        None => "} catch".to_string(),
    };
    open(head, body, names, rewriter)
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
    let thrown = match rest {
        [] => return Some(Reply::Type("throw;".to_string())),
        [Node::Word(_), Node::Group('(', inner)] if !trim(inner).is_empty() => rewriter.item(inner),
        [Node::Word(name), Node::Group('(', _)] => format!("\"{name}\""),
        [Node::Word(name)] if name.starts_with(char::is_uppercase) => format!("\"{name}\""),
        _ => rewriter.item(rest),
    };
    Some(Reply::Type(format!("throw {thrown};")))
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
    if targets.len() < 2 || targets.len() != values.len() {
        return None;
    }
    let mut lines = Vec::new();
    for (target, value) in targets.iter().zip(values) {
        let [Node::Word(name)] = target else {
            return None;
        };
        // To swap two variables takes a third.
        if names.has(name) {
            return None;
        }
        lines.push(format!("let {name} = {};", rewriter.item(value)));
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
    let (name @ ("ThreadPoolExecutor" | "map" | "shutdown" | "wait"), arguments) = call(nodes)?
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
    _: Option<&Node>,
    nodes: &[Node],
    rewriter: &mut Rewriter,
) -> Option<(String, usize)> {
    let Node::Group('[', inner) = &nodes[0] else {
        return None;
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
        text += &format!(".map(|{name}| {})", rewriter.item(item));
    }
    Some((text, 1))
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
fn small_words(before: Option<&Node>, nodes: &[Node], _: &mut Rewriter) -> Option<(String, usize)> {
    let method = before.is_some_and(|node| node.is("."));
    let text = match &nodes[0] {
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
