//! Sequential Rhai gives the same here as in Rhai's own evaluator.
//!
//! Every program runs in both, here under every scheduler and as a script as well as at the prompt.
//! What must agree: the lines printed, and the final value, or the error with its family, line and column.
//! Programs come from three places: [`corpus`](../differential/corpus), written by hand, one file
//! for each area; [`generate`], drawn at random and shrunk when they fail; and [`deliberate`],
//! which holds what is different on purpose, with both behaviours side by side:
//!
//! - a function's bare name is a value, and a variable that holds a function can be called;
//! - a function sees the top-level variables;
//! - operands, arguments and the links of a chain are evaluated from left to right;
//! - `for` makes a fresh variable in each round, which a closure keeps for itself;
//! - `print` takes any number of arguments;
//! - `for_each` gives the item to a function that does not look for it in `this`;
//! - ranges of the two kinds are unequal, where Rhai finds no function to compare them, and have items;
//! - a captured variable can be changed while one of its methods runs, which Rhai calls a data race;
//! - a constant may be read by every method, where Rhai refuses some (`extract`);
//! - a callback that mentions `this` finds the item there, whatever else it takes;
//! - an error in a comparison ends the sort, where Rhai goes on in some order;
//! - functions can be compared, bytes of a blob are integers in a loop, too, and steps take ranges of both
//!   kinds, up to the last number that fits;
//! - what the library refuses for its type or value is a `TypeError` or `ValueError`, `call` of what is no
//!   function is unknown, and messages are words of our own;
//! - a value that does not fit into a bit or a character is an error at the index, an unbound `this` with a
//!   link behind it one at that link, an error in the text of `eval` one at the call;
//! - a method cannot change a part of a constant, and values carry no tags;
//! - an error that is caught names its cause, where Rhai names the call around it;
//! - endless recursion can be caught;
//! - what `timestamp` gives is a number of seconds, and what Rhai gives as an iterator is an array;
//! - `eval` has a scope of its own;
//! - unknown variables and changes of constants are refused before anything runs.
//!
//! `DIFFERENTIAL_CASES` sets how many programs are drawn, and `DIFFERENTIAL_SEED` other ones: the same
//! number draws the same programs. `DIFFERENTIAL_CORPUS` names another folder of programs, such as those of
//! Rhai's own tests.

mod deliberate;
#[path = "../common/drawn.rs"]
mod drawn;
mod generate;
mod run;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use run::{Ended, check, in_rhai};

/// The programs of a corpus file: each begins after a line `//- name`.
fn programs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("//- ").skip(1).map(|part| {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        (name.trim(), text)
    })
}

#[test]
fn the_corpus_gives_the_same() {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/corpus");
    let folder = std::env::var("DIFFERENTIAL_CORPUS").unwrap_or_else(|_| own.into());
    let mut files: Vec<_> = (std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut count = 0;
    let mut differences = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (name, program) in programs(&text) {
            count += 1;
            if let Err(difference) = check(program) {
                let area = file.file_stem().unwrap().to_string_lossy().into_owned();
                differences.push(format!("== {area}: {name}\n{difference}"));
            }
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
    assert!(count >= 600, "only {count} programs were found");
}

#[test]
fn generated_programs_give_the_same() {
    let cases = drawn::setting("DIFFERENTIAL_CASES", 1_500);
    let mut runner = drawn::runner(cases, drawn::setting("DIFFERENTIAL_SEED", 0));
    let tape = prop::collection::vec(any::<u16>(), 0..250);
    let result = runner.run(&tape, |tape| {
        let program = generate::program(&tape);
        check(&program).map_err(|difference| TestCaseError::fail(format!("\n{difference}")))
    });
    if let Err(error) = result {
        // The tape itself says nothing to a reader.
        let text = error.to_string();
        let text = text.split("minimal failing input").next().unwrap_or(&text);
        panic!("{text}");
    }
}

/// A generator whose programs all fail at once would test nothing.
#[test]
fn most_generated_programs_run_to_their_end() {
    let mut runner = TestRunner::deterministic();
    let tape = prop::collection::vec(any::<u16>(), 100..250);
    let (mut ended, mut lines) = (0, 0);
    for _ in 0..100 {
        let tape = tape.new_tree(&mut runner).unwrap();
        let ran = in_rhai(&generate::program(&tape.current()));
        ended += usize::from(matches!(ran.ended, Ended::Value(_)));
        lines += ran.lines.len();
    }
    assert!(ended >= 60, "{ended} of 100");
    assert!(lines >= 300, "{lines} lines");
}
