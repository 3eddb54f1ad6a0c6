//! Python typed by habit, answered with the line to type.
//!
//! `table` holds one row for each thing that Python writes differently: how to recognise it, what to
//! type instead, and an example that a test checks. `tree` takes a line apart, `rewrite` applies the
//! rows to it, `block` does so for a whole pasted block, closing braces by indentation, and `hints`
//! looks at texts that are valid Rhai but may have been meant as Python. Valid Rhai keeps its
//! meaning: rows are tried only on texts that the parser has refused.

mod block;
mod hints;
mod rewrite;
mod table;
mod tree;

pub use block::translate;
pub use hints::{hints, meant_value, undefined_assignment};

use table::{Reply, Row};

use super::diagnostic::{Code, Diagnostic, Span};
use super::parse::refusal;
use super::scan::scan;
use crate::pos::Pos;

/// What the Python in a text is answered.
pub(super) struct Explanation {
    /// What to type instead.
    pub(super) diagnostic: Diagnostic,
    /// The text with its imports written as ours, when an unfinished import is all that is wrong up
    /// to where the parser gave up. What else is wrong, this text shows.
    pub(super) repaired: Option<String>,
}

/// What to type instead of the Python that made a text unreadable; `error` is where the parser gave
/// up. `None` if nothing up to there looks like Python.
pub(super) fn explain(text: &str, error: Pos) -> Option<Explanation> {
    let lines = block::logical_lines(text);
    let mut names = rewrite::Names::declared_in(text);
    let mut import = None;
    for line in &lines {
        if error.line != 0 && line.number > error.line {
            break;
        }
        let Some((row, reply)) = python(line, &mut names) else {
            continue;
        };
        let whole = (lines.len() > 1).then(|| translate(text)).flatten();
        // What has no counterpart is the thing to say of a block that cannot be translated.
        let obstacle = match whole {
            None => obstacle(&lines),
            Some(_) => None,
        };
        if let Some((line, row)) = obstacle {
            return Some(diagnostic(line, row).into());
        }
        let is_final = whole.is_some() || !table::is_import(row);
        let diagnostic = diagnostic(line, row);
        let diagnostic = match whole.or(reply) {
            Some(lines) => diagnostic.suggest(lines),
            None => diagnostic,
        };
        if is_final {
            return Some(import.unwrap_or(diagnostic).into());
        }
        import.get_or_insert(diagnostic);
    }
    Some(Explanation {
        diagnostic: import?,
        repaired: Some(with_imports_finished(&lines)),
    })
}

impl From<Diagnostic> for Explanation {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            repaired: None,
        }
    }
}

/// What shows a line to be Python, and what to type instead, if there is something.
fn python(
    line: &block::LogicalLine<'_>,
    names: &mut rewrite::Names,
) -> Option<(&'static Row, Option<String>)> {
    let answer = rewrite::line(statement(line.text), names)?;
    let row = answer.row?;
    match answer.reply {
        Reply::LeaveOut | Reply::Nothing => Some((row, None)),
        // `import threading;` is written as it should be.
        Reply::Type(reply) if is_same_code(line.text, &reply) => None,
        Reply::Type(reply) => Some((row, parses(&reply).then_some(reply))),
    }
}

/// The text with each import that is written as in Python written as ours. Every line keeps its
/// number.
fn with_imports_finished(lines: &[block::LogicalLine<'_>]) -> String {
    let mut names = rewrite::Names::default();
    let finished = lines.iter().map(|line| match python(line, &mut names) {
        Some((row, Some(reply))) if table::is_import(row) => {
            let more_lines = "\n".repeat(line.text.matches('\n').count());
            format!("{reply}{more_lines}")
        }
        _ => line.text.to_string(),
    });
    finished.collect::<Vec<_>>().join("\n")
}

/// Whether two lines differ in white space and comments only.
fn is_same_code(one: &str, other: &str) -> bool {
    let code = |text| scan(text).code().into_iter().map(|token| token.text);
    code(one).eq(code(other))
}

/// Whether a line parses, its block closed or its `else` and `catch` opened.
fn parses(line: &str) -> bool {
    let mut text = match line.trim_start() {
        line if line.starts_with("} catch") && line.ends_with('}') => {
            format!("try {{ {line} }}")
        }
        line if line.starts_with("} catch") => format!("try {{ {line}"),
        line if line.starts_with("} else") => format!("if a {{ {line}"),
        line => line.to_string(),
    };
    text += match line.ends_with('{') {
        true if line.starts_with("try") => " } catch { }",
        true => " }",
        false => "",
    };
    refusal(&text).is_none()
}

/// A line without the braces of the blocks around its word: `} finally {` is taken as `finally:`,
/// which no other row would read.
fn statement(line: &str) -> &str {
    let inner = line
        .trim()
        .strip_prefix('}')
        .and_then(|line| line.strip_suffix('{'));
    match inner.map(str::trim) {
        Some("finally") => "finally:",
        _ => line,
    }
}

/// The first line for which there is nothing to type.
fn obstacle<'l, 't>(
    lines: &'l [block::LogicalLine<'t>],
) -> Option<(&'l block::LogicalLine<'t>, &'static Row)> {
    lines.iter().find_map(|line| {
        let answer = rewrite::line(statement(line.text), &mut rewrite::Names::default())?;
        let row = answer.row?;
        matches!(answer.reply, Reply::Nothing).then_some((line, row))
    })
}

fn diagnostic(line: &block::LogicalLine<'_>, row: &Row) -> Diagnostic {
    let first = line.text.lines().next().unwrap_or_default();
    let indent = first.chars().take_while(|ch| ch.is_whitespace()).count();
    let width = first.trim().chars().count();
    let start = Pos::new(line.number, u16::try_from(indent + 1).unwrap_or(1));
    let diagnostic = Diagnostic::error(Code::Python, Span::of(start, width), row.what)
        .label(format!("this is {}", row.language));
    match row.help {
        "" => diagnostic,
        help => diagnostic.help(help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::parse::parse;

    fn answer(python: &str) -> Option<String> {
        match rewrite::line(python, &mut rewrite::Names::default())?.reply {
            Reply::Type(text) => Some(text),
            Reply::LeaveOut | Reply::Nothing => None,
        }
    }

    #[test]
    fn every_row_answers_its_example_with_a_line_that_parses() {
        for row in &table::ROWS {
            let found = answer(row.example).unwrap_or_default();
            assert_eq!(found, row.answer, "{}", row.example);
            assert!(parses(&found), "{found}");
            let known = rewrite::line(row.example, &mut rewrite::Names::default())
                .unwrap()
                .row;
            if row.certain {
                let (known, expected) = (known.unwrap().what, row.what);
                assert!(
                    known == expected || row.example.contains('='),
                    "{}: {known}",
                    row.example
                );
            } else {
                assert!(known.is_none(), "{}", row.example);
            }
        }
    }

    const FIRST: &str = "import threading

def print_numbers():
    for i in range(1, 6):
        print(\"Number:\", i)

def print_letters():
    for letter in 'abcde':
        print(\"Letter:\", letter)

# Create two threads
thread1 = threading.Thread(target=print_numbers)
thread2 = threading.Thread(target=print_letters)

# Start the threads
thread1.start()
thread2.start()

# Wait for both threads to finish
thread1.join()
thread2.join()

print(\"Both threads have finished.\")
";

    const THIRD: &str = "from concurrent.futures import ThreadPoolExecutor

def square(number):
    return number * number

numbers = [1, 2, 3, 4, 5]
with ThreadPoolExecutor() as executor:
    results = executor.map(square, numbers)

for result in results:
    print(result)
";

    #[test]
    fn the_tutorial_is_translated_whole() {
        assert_eq!(
            translate(FIRST).unwrap(),
            "import threading;

fn print_numbers() {
    for i in range(1, 6) {
        print(\"Number:\", i);
    }
}

fn print_letters() {
    for letter in \"abcde\" {
        print(\"Letter:\", letter);
    }
}

// Create two threads
let thread1 = threading.Thread(print_numbers);
let thread2 = threading.Thread(print_letters);

// Start the threads
thread1.start();
thread2.start();

// Wait for both threads to finish
thread1.join();
thread2.join();

print(\"Both threads have finished.\");
"
        );
        assert_eq!(
            translate(THIRD).unwrap(),
            "import concurrent.futures;

fn square(number) {
    return number * number;
}

let numbers = [1, 2, 3, 4, 5];
with ThreadPoolExecutor() as executor {
    let results = executor.map(square, numbers);
}

for result in results {
    print(result);
}
"
        );
    }

    #[test]
    fn blocks_close_and_go_on_where_indentation_says() {
        let python = "def f(x):
    global total
    if x > 1:  # big
        y = 'a'
    elif not x:
        y = None
    else:
        try:
            y = g(x)
        except ValueError as e:
            print(f\"{e}\")
    total = total + 1
    while True: break
with lock: total += 1
m = {
    'a': 1,
}
if __name__ == '__main__':
    f(1)
";
        assert_eq!(
            translate(python).unwrap(),
            "fn f(x) {
    if x > 1 { // big
        let y = \"a\";
    } else if !x {
        let y = ();
    } else {
        try {
            let y = g(x);
        } catch (e) {
            if !isinstance(e, \"ValueError\") { throw; }
            print(`${e.message}`);
        }
    }
    total = total + 1;
    while true { break; }
}
with lock { total += 1; }
let m = #{\"a\": 1};
{
    f(1);
}
"
        );
    }

    #[test]
    fn the_calls_of_asyncio_keep_their_options_and_run_later() {
        for (python, ours) in [
            (
                "await asyncio.gather(*tasks, return_exceptions=True)",
                "await asyncio.gather(tasks, #{return_exceptions: true});",
            ),
            (
                "t = asyncio.create_task(f(1), name=\"bob\")",
                "let t = asyncio.create_task(f(1), #{name: \"bob\"});",
            ),
            (
                "done, pending = await asyncio.wait(ts, timeout=1, return_when=asyncio.FIRST_COMPLETED)",
                "let got = await asyncio.wait(ts, #{timeout: 1, return_when: asyncio.FIRST_COMPLETED}); \
                 let done = got.done; let pending = got.pending;",
            ),
            (
                "a, b = await asyncio.gather(f(1), g(2))",
                "let got = await asyncio.gather(f(1), g(2)); let a = got[0]; let b = got[1];",
            ),
            (
                "await asyncio.wait_for(f(), timeout=1.0)",
                "await asyncio.wait_for(f(), 1.0);",
            ),
            ("q = asyncio.Queue(maxsize=2)", "let q = asyncio.Queue(2);"),
            ("async with lock:", "with lock {"),
            (
                "async with asyncio.timeout(1) as cm:",
                "with asyncio.timeout(1) as cm {",
            ),
            ("async def f(x: int) -> int:", "fn f(x) {"),
            (
                "ts = [asyncio.create_task(f(i)) for i in range(3)]",
                "let ts = range(3).map(|i| asyncio.create_task(f(i)));",
            ),
            (
                "except (TimeoutError, asyncio.CancelledError):",
                "} catch (e) {\n    if !isinstance(e, [\"TimeoutError\", \"CancelledError\"]) { throw; }",
            ),
            ("except Exception:", "} catch {"),
            (
                "raise ValueError(f'{n} is too small')",
                "throw `${n} is too small`;",
            ),
        ] {
            assert_eq!(answer(python).as_deref(), Some(ours), "{python}");
        }
        // Where errors are caught by their names, they have some.
        let python =
            "try:\n    raise ValueError('no')\nexcept ValueError as e:\n    print(e)\n    raise e";
        let ours = "try {\n    throw #{error: \"ValueError\", message: \"no\"};\n\
                    } catch (e) {\n    if !isinstance(e, \"ValueError\") { throw; }\n    \
                    print(e.message);\n    throw e;\n}\n";
        assert_eq!(translate(python).as_deref(), Some(ours));
        let python = "try:\n    f()\nexcept A as a:\n    g(a)\nexcept:\n    pass\nh()";
        let ours = "try {\n    f();\n} catch (a) { if isinstance(a, \"A\") {\n    g(a.message);\n\
                    } else {\n    { }\n} }\nh();\n";
        assert_eq!(translate(python).as_deref(), Some(ours));
    }

    #[test]
    fn what_has_no_counterpart_is_not_translated() {
        for text in [
            "class A:\n    pass",
            "try:\n    x()\nfinally:\n    y()",
            "def f():\nprint(1)",
            "x = (1",
            "async def f():\n    async for x in g():\n        print(x)",
            "p = Process(target=f)\np.start()",
        ] {
            assert_eq!(translate(text), None, "{text}");
        }
    }

    /// The answer to a text that does not parse.
    fn check(text: &str, suggestion: &str) {
        let problems = parse(text).expect_err(text);
        assert_eq!(
            problems[0].suggestion.as_deref(),
            Some(suggestion),
            "{problems:?}"
        );
    }

    #[test]
    fn python_that_does_not_parse_is_answered() {
        check("def print_numbers():", "fn print_numbers() {");
        check("    for i in range(1, 6):", "    for i in range(1, 6) {");
        check("for letter in 'abcde':", "for letter in \"abcde\" {");
        check(
            "thread1 = threading.Thread(target=print_numbers)",
            "let thread1 = threading.Thread(print_numbers);",
        );
        check(
            "with ThreadPoolExecutor() as executor:",
            "with ThreadPoolExecutor() as executor {",
        );
        check("for result in results:", "for result in results {");
        check(
            "from concurrent.futures import ThreadPoolExecutor",
            "import concurrent.futures;",
        );
        check(
            "import threading\nlet x = 1;",
            "import threading;\nlet x = 1;\n",
        );
        check("let x = 1;\nx++;", "let x = 1;\nx += 1;\n");
        check("fn f() {\n    while True:\n}", "    while true {");
        check("# a comment", "// a comment");
        check("async def f(): await g()", "fn f() { await g(); }");
        check("def f(): return 1", "fn f() { return 1; }");
        check("c <- 5;", "c.send(5);");
        check("let x = <-c;", "let x = c.receive();");
        check("ch := make(chan int);", "let ch = channel();");
        check("go f(x)", "spawn(|| f(x));");
        let label = |text: &str| parse(text).expect_err(text)[0].label.clone();
        assert_eq!(label("c <- 5;"), "this is Go");
        assert_eq!(label("def f():"), "this is Python");
    }

    /// Positions and messages of all that is wrong with a text.
    fn problems(text: &str) -> Vec<(u16, u16, String)> {
        let problems = parse(text).expect_err(text);
        let problem = |problem: Diagnostic| {
            let at = problem.span.start;
            (at.line, at.column, problem.message)
        };
        problems.into_iter().map(problem).collect()
    }

    #[test]
    fn a_correct_import_hides_no_error() {
        for (text, line, column) in [
            ("import threading;\nlet x = ;", 2, 9),
            ("import threading; // all of it\n\nlet x = ;", 3, 9),
            ("import threading;\nlet q = Queue();\nfn f( { }", 3, 5),
            ("import a; import b.c; let x = ;", 1, 31),
        ] {
            let problems = problems(text);
            assert_eq!(problems.len(), 1, "{problems:?}");
            let (at_line, at_column, message) = &problems[0];
            assert_eq!((*at_line, *at_column), (line, column), "{problems:?}");
            assert!(!message.contains("import"), "{message}");
        }
    }

    #[test]
    fn an_unfinished_import_is_named_together_with_the_error_behind_it() {
        let both = |text: &str| {
            let problems = problems(text);
            let lines: Vec<u16> = problems.iter().map(|problem| problem.0).collect();
            assert!(problems[0].2.contains("import"), "{problems:?}");
            (lines, problems[1].2.clone())
        };
        let (lines, second) = both("import threading\nlet x = ;");
        assert_eq!(lines, [1, 2]);
        assert_eq!(second, "`;` cannot stand here");
        let (lines, second) = both("from queue import (\n    Queue,\n    Empty,\n)\nlet x = ;");
        assert_eq!(lines, [1, 5]);
        assert_eq!(second, "`;` cannot stand here");
        // What has no counterpart is the one thing to say.
        let told = problems("import math\nd = {i: i for i in range(3)}");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].0, told[0].1), (2, 1), "{told:?}");
        assert_eq!(told[0].2, "a map is made in a `for` loop");
        // Nothing else is wrong here.
        assert_eq!(problems("import threading\n\nlet x = 1;").len(), 1);
    }

    #[test]
    fn no_text_behind_an_import_overflows_the_stack() {
        for line in [
            "let x = ;",
            "q.put((1, \"a\"))",
            "d = {i: i*i for i in range(3)}",
            "del d[\"k\"]",
            "f = lambda _: 5",
            "results = [0 for _ in range(2)]",
            "x = 1",
            "import foo bar",
        ] {
            for import in [
                "import queue",
                "import queue;",
                "import foo bar",
                "from a import b",
            ] {
                let _ = parse(&format!("{import}\n{line}"));
                let _ = parse(&format!("{line}\n{import}\n{line}\n"));
            }
        }
    }

    #[test]
    fn what_has_no_counterpart_is_named_with_what_to_do() {
        let told = |text: &str| {
            let problems = parse(text).expect_err(text);
            let help = problems[0].help.clone().unwrap_or_default();
            (problems[0].message.clone(), help)
        };
        for text in ["finally:", "try:\n    x()\nfinally:\n    y()"] {
            let (message, help) = told(text);
            assert_eq!(message, "`finally` has its block in braces", "{text}");
            assert!(help.contains("finally {"), "{help}");
        }
        for text in ["class A:", "x = 1\nclass A(B):\n    pass"] {
            let (message, help) = told(text);
            assert_eq!(message, "a class has its methods in braces", "{text}");
            assert!(help.contains("c.add();"), "{help}");
        }
    }

    #[test]
    fn valid_rhai_gets_at_most_a_hint() {
        let only = |text: &str| {
            assert!(parse(text).is_ok(), "{text}");
            let hints = hints(text, |name| name == "asyncio.sleep");
            assert!(hints.len() < 2, "{hints:?}");
            hints.into_iter().next().and_then(|hint| hint.suggestion)
        };
        assert_eq!(only("5 // 2").as_deref(), Some("5 / 2;"));
        assert_eq!(only("let x = 5 // 2").as_deref(), Some("let x = 5 / 2;"));
        assert_eq!(
            only("let t = Thread(f());").as_deref(),
            Some("let t = Thread(f);")
        );
        assert_eq!(
            only("let t = Thread(f(1, 2));").as_deref(),
            Some("let t = Thread(f, [1, 2]);")
        );
        assert_eq!(only("spawn(f(1));").as_deref(), Some("spawn(|| f(1));"));
        assert_eq!(
            only("fn f() { await sleep(0.1); g(); }").as_deref(),
            Some("fn f() { await asyncio.sleep(0.1); g(); }")
        );
        assert_eq!(
            only("let x = await time.sleep(1);").as_deref(),
            Some("let x = await asyncio.sleep(1);")
        );
        assert_eq!(
            only("fn f() {\n    asyncio.sleep(g(1));\n}").as_deref(),
            Some("await asyncio.sleep(g(1));")
        );
        for idle in ["asyncio.sleep(1);", "let x = await 5;", "f(await \"x\");"] {
            let hints = hints(idle, |name| name == "asyncio.sleep");
            assert_eq!(hints.len(), 1, "{idle}: {hints:?}");
        }
        for fine in [
            "fn f() { asyncio.sleep(1) }",
            "let c = asyncio.sleep(1);",
            "fn f() { asyncio.sleep(1); } asyncio.run(f);",
            "await asyncio.sleep(1);",
            "asyncio.other(1);",
            "await [t][0];",
            "fn sleep(x) { x } await sleep(1);",
            "Thread(f);",
            "Thread(|| f());",
            "x; // 2",
            "let x = 5; // five",
            "let x = 5 // two things",
        ] {
            assert_eq!(only(fine), None, "{fine}");
        }
    }

    #[test]
    fn an_unknown_name_that_is_assigned_gets_let() {
        assert_eq!(undefined_assignment("x", "x = 5"), "let x = 5;");
        assert_eq!(undefined_assignment("x", "  x = 5; // five"), "let x = 5;");
        assert_eq!(undefined_assignment("x", "x += 5;"), "let x += 5;");
        assert_eq!(
            undefined_assignment("numbers", "numbers = [1, 2]"),
            "let numbers = [1, 2];"
        );
    }
}
