//! Python: programs print what CPython 3.11 prints for them.
//!
//! The files in `tests/python/` hold programs with what CPython printed, and the error in which it
//! ended, if any: `programs.txt` what documentation and tutorials show, `classes.txt` classes, functions with
//! all kinds of parameters, and decorators, `multiprocessing.txt` programs with processes that share something, `tutorials.txt` many features one by one, `documentation.txt` what
//! pages on each module and each kind of thing show, with their errors, `habits.txt` what people write day by day, `lines.txt` single lines,
//! `generated.txt` programs that were drawn at random. `concurrent.txt` holds programs with threads, and all
//! that 60 runs of each printed (`observe.py` made it). No Python is needed to run these tests.

mod common;

use std::sync::Arc;

use common::{Mode, session};
use threadlab::event::{Event, Kind, Stream};
use threadlab::explore::{Limits, Watch};
use threadlab::language::python::{nothing_earlier, translate};
use threadlab::session::{Input, InputKind, Language, Outcome, Report, Session};

/// One program of a file.
#[derive(Clone, Copy)]
struct Program<'t> {
    name: &'t str,
    text: &'t str,
    output: &'t str,
    /// The last line of CPython's traceback; empty when there was none.
    error: &'t str,
}

fn programs(file: &str) -> Vec<Program<'_>> {
    file.split("=== ")
        .skip(1)
        .map(|block| {
            let (name, rest) = block.split_once('\n').expect("a name");
            let (text, rest) = rest.split_once("--- output\n").expect("an output");
            let (output, error) = rest.split_once("--- error\n").unwrap_or((rest, ""));
            let error = error.trim_end();
            Program {
                name,
                text,
                output,
                error,
            }
        })
        .collect()
}

/// What a text of Python's prints under a scheduler, and the error in which it ends, if any.
fn run(mode: Mode, text: &str) -> (String, String) {
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(mode.config(), stream.clone());
    session.set_language(Language::Python);
    let input = Input {
        name: "test.py",
        text,
        kind: InputKind::Script,
    };
    let error = match session.run(input) {
        Report::Rejected(problems) => format!("rejected: {problems:?}"),
        Report::Ran { outcome, .. } => match outcome {
            Outcome::Value(_) => String::new(),
            Outcome::Failed(fault) => fault.kind.title(),
            other => format!("{other:?}"),
        },
    };
    let line = |event: &Event| match &event.kind {
        Kind::Print { text, is_open } => Some(match is_open {
            true => text.clone(),
            false => format!("{text}\n"),
        }),
        _ => None,
    };
    (stream.take().iter().filter_map(line).collect(), error)
}

/// Whether a program may start threads, whose order is the scheduler's.
fn may_start_threads(text: &str) -> bool {
    const MODULES: [&str; 5] = [
        "threading",
        "concurrent",
        "asyncio",
        "multiprocessing",
        "queue",
    ];
    MODULES.iter().any(|module| text.contains(module))
}

/// All programs of a file print what they print in CPython, step by step. So do those without threads where
/// they run freely, and the machine takes shorter ways.
fn check(file: &str, least: usize) {
    let programs = programs(file);
    assert!(programs.len() >= least, "{} programs", programs.len());
    let alone: Vec<Program<'_>> = (programs.iter().copied())
        .filter(|program| !may_start_threads(program.text))
        .collect();
    check_in(Mode::Seeded(1), &programs);
    check_in(Mode::Parallel(1), &alone);
}

fn check_in(mode: Mode, programs: &[Program<'_>]) {
    let mut failed = Vec::new();
    for Program {
        name,
        text,
        output,
        error,
    } in programs
    {
        let (printed, ended) = run(mode, text);
        if printed != *output || ended.is_empty() != error.is_empty() {
            failed.push(format!(
                "=== {name}\n{text}--- printed\n{printed}--- ended\n{ended}\n"
            ));
        } else if ended != *error {
            failed.push(format!(
                "=== {name}\n--- ended\n{ended}\n--- not\n{error}\n"
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "{mode:?}: {} of {}:\n{}",
        failed.len(),
        programs.len(),
        failed.join("\n")
    );
}

#[test]
fn programs_print_what_they_print_in_python() {
    check(include_str!("python/programs.txt"), 69);
}

#[test]
fn classes_do_what_they_do_in_python() {
    check(include_str!("python/classes.txt"), 10);
}

#[test]
fn features_do_what_they_do_in_python() {
    check(include_str!("python/tutorials.txt"), 80);
}

#[test]
fn programs_of_documentation_print_what_they_print_in_python() {
    check(include_str!("python/documentation.txt"), 101);
}

#[test]
fn programs_of_every_day_print_what_they_print_in_python() {
    check(include_str!("python/habits.txt"), 20);
}

#[test]
fn processes_do_what_they_do_in_python() {
    let programs = programs(include_str!("python/multiprocessing.txt"));
    assert!(programs.len() >= 5, "{} programs", programs.len());
    // Played, and as processes of the host, which ask the session's objects.
    for mode in [Mode::Seeded(1), Mode::Parallel(2), Mode::Gil(1)] {
        check_in(mode, &programs);
    }
}

/// What the threads of one run have printed: their names, and their lines in order. Threads without a name
/// of their own are interchangeable, and tasks run in the main thread.
type Printed = Vec<(String, Vec<String>)>;

fn normal(threads: impl Iterator<Item = (String, Vec<String>)>) -> Printed {
    let mut all: Printed = Vec::new();
    for (name, lines) in threads.filter(|(_, lines)| !lines.is_empty()) {
        let name = match &*name {
            "main" | "MainThread" => "main".to_string(),
            task if task.starts_with("Task-") => "main".into(),
            other if other.starts_with("Thread-") && other.contains('(') => "thread".into(),
            other => other.into(),
        };
        match all
            .iter_mut()
            .find(|(known, _)| *known == name && name == "main")
        {
            Some((_, known)) => known.extend(lines),
            None => all.push((name, lines)),
        }
    }
    all.sort();
    all
}

#[test]
fn what_real_runs_of_python_print_is_among_the_outcomes_that_are_proved() {
    let file = include_str!("python/concurrent.txt");
    let mut count = 0;
    for block in file.split("=== ").skip(1) {
        let (name, rest) = block.split_once('\n').expect("a name");
        let (text, seen) = rest.split_once("--- seen\n").expect("what was seen");
        let mut session = session();
        session.set_language(Language::Python);
        let input = Input {
            name: "test.py",
            text,
            kind: InputKind::Script,
        };
        let mut explorer = session.explorer(input, false).expect("it can be explored");
        let mut watch = Watch {
            stop: &Arc::default(),
            progress: &mut |_, _| {},
        };
        let found = explorer.explore(&Limits::default(), &mut watch);
        assert!(found.is_proved(), "{name}: all interleavings were seen");
        let outcomes: Vec<Printed> = (found.outcomes.iter())
            .map(|possible| {
                let threads = possible.outcome.threads.iter();
                normal(threads.map(|lines| {
                    let printed = lines.printed.iter().map(ToString::to_string);
                    (lines.name.to_string(), printed.collect())
                }))
            })
            .collect();
        for line in seen.lines() {
            let threads: Printed = serde_json::from_str(line).expect("pairs of a name and lines");
            let threads = normal(threads.into_iter());
            assert!(
                outcomes.contains(&threads),
                "{name}: {threads:?} is none of {outcomes:#?}"
            );
            count += 1;
        }
    }
    assert!(count >= 22, "{count} different runs");
}

#[test]
fn what_the_readme_says_stays_out_is_refused_by_name_with_its_line() {
    let readme = include_str!("../README.md");
    let (_, list) = readme.split_once("```python\n").expect("a block of Python");
    let (list, _) = list.split_once("```").expect("its end");
    let mut count = 0;
    for program in list.split("\n\n") {
        let found = (program.lines().enumerate()).find_map(|(at, line)| {
            let (_, comment) = line.split_once("# out: ")?;
            Some((at as u16 + 1, comment))
        });
        let (line, name) = found.expect("each program says what stays out");
        let translation = translate(program, &nothing_earlier).expect("it is Python");
        let first = translation.problems.first();
        let first = first.unwrap_or_else(|| panic!("not refused: {program}"));
        assert_eq!(first.span.start.line, line, "{program}: {}", first.message);
        let said = first.message.to_string();
        assert!(said.contains(name), "{program}: {said}");
        count += 1;
    }
    assert!(count >= 25, "{count} rows");
}

#[test]
fn single_lines_print_what_they_print_in_python() {
    check(include_str!("python/lines.txt"), 170);
}

#[test]
fn generated_programs_print_what_they_print_in_python() {
    check(include_str!("python/generated.txt"), 300);
}

/// The first problem of a text: its line and what is said of it.
#[track_caller]
fn refused(text: &str, line: u16, reason: &str) {
    let translation = translate(text, &nothing_earlier).expect("it is Python");
    let first = translation.problems.first().expect("it is refused");
    assert_eq!(first.span.start.line, line, "{}", first.message);
    assert!(first.message.contains(reason), "{}", first.message);
}

#[test]
fn what_has_no_counterpart_is_refused_by_its_name_with_its_line() {
    refused("import urllib.request\n", 1, "network");
    refused("from os import fork\n", 1, "`os.fork`");
    refused("x = 10 ** 2\ny = 99999999999999999999\n", 2, "64 bits");
    refused("print(eval('1'))\n", 1, "`eval`");
    refused("f = open('x')\n", 1, "files");
    refused("class A:\n    def __hash__(self): pass\n", 2, "`__hash__`");
    refused("x = 1j\n", 1, "complex");
    refused(
        "import threading\nthreading.Barrier(2, timeout=5)\n",
        2,
        "`timeout=`",
    );
}

#[test]
fn messages_show_the_lines_of_python() {
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(Mode::Seeded(1).config(), stream);
    session.set_language(Language::Python);
    let text = "import threading\n\ndef f(n):\n    # divides\n    return 1 // n\n\nf(0)\n";
    let report = session.run(Input {
        name: "test.py",
        text,
        kind: InputKind::Script,
    });
    let Report::Ran {
        outcome: Outcome::Failed(fault),
        ..
    } = report
    else {
        panic!("{report:?}");
    };
    assert_eq!((fault.pos.line, fault.pos.column), (5, 14));
    assert_eq!(session.text_of("test.py").as_deref(), Some(text));
}

#[test]
fn a_lost_update_in_python_is_found() {
    let text = "import threading
counter = 0
def add():
    global counter
    counter += 1
threads = [threading.Thread(target=add) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert counter == 2, counter
";
    let mut session = session();
    session.set_language(Language::Python);
    let input = Input {
        name: "race.py",
        text,
        kind: InputKind::Script,
    };
    let mut explorer = session.explorer(input, false).expect("it can be explored");
    let mut watch = Watch {
        stop: &Arc::default(),
        progress: &mut |_, _| {},
    };
    let found = explorer.explore(&Limits::default(), &mut watch);
    assert_eq!(found.failures.len(), 1);
    assert!(found.is_proved(), "all interleavings were seen");
}

#[test]
fn the_tutorial_is_translated_as_a_person_would_write_it() {
    let python = "import threading

def print_numbers():
    for i in range(1, 6):
        print(\"Number:\", i)

# Create a thread
thread1 = threading.Thread(target=print_numbers)
thread1.start()
thread1.join()  # wait

print(\"The thread has finished.\")
";
    let translation = translate(python, &nothing_earlier).expect("it is Python");
    assert!(
        translation.problems.is_empty(),
        "{:?}",
        translation.problems
    );
    assert_eq!(
        translation.text,
        "import threading;

fn print_numbers() {
    for i in range(1, 6) {
        print(\"Number:\", i);
    }
}

// Create a thread
let thread1 = threading.Thread(print_numbers);
thread1.start();
thread1.join(); // wait

print(\"The thread has finished.\");
"
    );
}

#[test]
fn mutated_programs_never_end_the_process() {
    const PIECES: [&str; 24] = [
        "(",
        ")",
        "[",
        "{",
        "}",
        ":",
        ",",
        "\n",
        "    ",
        "lambda ",
        "not ",
        "*",
        "**",
        "f'{",
        "'",
        "\"\"\"",
        "async ",
        "await ",
        "yield ",
        "def f(x):\n",
        "import ",
        "= ",
        "global x\n",
        "_",
    ];
    let texts = [
        include_str!("python/programs.txt"),
        include_str!("python/lines.txt"),
    ];
    let programs: Vec<Program<'_>> = texts.iter().flat_map(|file| programs(file)).collect();
    // A plain generator of numbers, so that each run tries the same.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    };
    let mut accepted = 0;
    for _ in 0..2_000 {
        let mut text = programs[draw(programs.len())].text.to_string();
        for _ in 0..=draw(3) {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let at = starts[draw(starts.len())];
            match draw(3) {
                0 => _ = text.remove(at),
                1 => text.insert_str(at, PIECES[draw(PIECES.len())]),
                _ => {
                    let end = starts[draw(starts.len())].max(at);
                    let part = text[at..end].to_string();
                    text.insert_str(at, &part);
                }
            }
            if text.is_empty() {
                text.push('x');
            }
        }
        accepted += u32::from(translate(&text, &nothing_earlier).is_ok());
    }
    assert!(accepted > 100, "{accepted} were Python all the same");
}
