//! Rows for chance. Every number comes from the scheduler's seed, so a seeded run draws the same
//! ones each time; the names are those of Python's `random` and, in short, of Rhai's package.

use crate::value::{Class, FaultKind, Range, Value};
use crate::vm::{Draw, Intrinsic, NativeCtx, NativeResult};

use super::{Entry, Example, Kind, Param, Run, Signature, param, sig};

type Outcome = Result<NativeResult, FaultKind>;

const SEEDED: &str = "The numbers come from the scheduler's seed: under `seeded` the same seed gives \
                      the same ones.";
const TWO_INTS: &[Param] = &[param("from", Kind::Int), param("to", Kind::Int)];
const TWO_NUMBERS: &[Param] = &[param("from", Kind::Number), param("to", Kind::Number)];
const ITEMS: &[Param] = &[param("items", Kind::Any)];
const IN_ORDER: &str = "The first number must not be greater than the second.";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        errors: IN_ORDER,
        ..row(
            "rand_int",
            &[sig(TWO_INTS, "i64")],
            "Gives a random integer; both ends are possible.",
            ("print(rand_int(3, 3));", "3"),
            Run::Native(rand_int),
        )
    },
    Entry {
        errors: IN_ORDER,
        ..row(
            "randint",
            &[sig(TWO_INTS, "i64")],
            "Python's name of `rand_int`.",
            (
                "let die = random.randint(1, 6);\nprint(die >= 1 && die <= 6);",
                "true",
            ),
            Run::Native(rand_int),
        )
    },
    Entry {
        errors: "A range without a number is refused.",
        ..row(
            "randrange",
            &[
                sig(&[param("to", Kind::Int)], "i64"),
                sig(TWO_INTS, "i64"),
                sig(
                    &[
                        param("from", Kind::Int),
                        param("to", Kind::Int),
                        param("step", Kind::Int),
                    ],
                    "i64",
                ),
            ],
            "Gives a random number of a range, without its end; it begins with 0 if not told.",
            ("print(random.randrange(10, 30, 20));", "10"),
            Run::Native(randrange),
        )
    },
    Entry {
        errors: IN_ORDER,
        ..row(
            "rand_float",
            &[sig(&[], "f64"), sig(TWO_NUMBERS, "f64")],
            "Gives a random float from 0 to before 1, or from one number to before another.",
            (
                "let x = rand_float(5, 7);\nprint(x >= 5.0 && x < 7.0);",
                "true",
            ),
            Run::Native(rand_float),
        )
    },
    row(
        "rand",
        &[sig(&[], "f64")],
        "Short for `rand_float`, without numbers.",
        ("let x = rand();\nprint(x >= 0.0 && x < 1.0);", "true"),
        Run::Native(rand_float),
    ),
    row(
        "random",
        &[sig(&[], "f64")],
        "Python's name of `rand_float`, without numbers.",
        (
            "let x = random.random();\nprint(x >= 0.0 && x < 1.0);",
            "true",
        ),
        Run::Native(rand_float),
    ),
    Entry {
        errors: IN_ORDER,
        ..row(
            "uniform",
            &[sig(TWO_NUMBERS, "f64")],
            "Python's name of `rand_float`, with numbers.",
            ("print(random.uniform(2, 2));", "2.0"),
            Run::Native(rand_float),
        )
    },
    row(
        "rand_bool",
        &[sig(&[], "bool")],
        "Gives true or false, each as likely as the other.",
        ("print(type_of(rand_bool()));", "bool"),
        Run::Native(|_, _| draw(Draw::Item(vec![Value::Bool(false), Value::Bool(true)]))),
    ),
    Entry {
        errors: "There must be something to choose from: an array, a string or a range.",
        ..row(
            "choice",
            &[sig(ITEMS, "any")],
            "Gives one item of an array, character of a string or number of a range.",
            ("print(random.choice([\"only\"]));", "only"),
            Run::Native(choice),
        )
    },
    row(
        "shuffle",
        &[sig(&[param("array", Kind::Array)], "()")],
        "Puts the items of the array in a variable into a random order.",
        (
            "let xs = [1, 2, 3];\nrandom.shuffle(xs);\nxs.sort();\nprint(xs);",
            "[1, 2, 3]",
        ),
        Run::Prelude,
    ),
    Entry {
        receiver: Some("array"),
        ..row(
            "shuffle",
            &[sig(&[], "()")],
            "Puts the items into a random order, in place.",
            (
                "let xs = [1, 2, 3];\nxs.shuffle();\nxs.sort();\nprint(xs);",
                "[1, 2, 3]",
            ),
            Run::Prelude,
        )
    },
    Entry {
        details: "The numbers come from the scheduler, so that one seed repeats threads and numbers \
                  together.",
        errors: "Always refused, with the line to type instead.",
        ..row(
            "seed",
            &[sig(&[], "()"), sig(&[param("n", Kind::Any)], "()")],
            "Is not for scripts: `threadlab --seed N FILE`, or `:seed N` at the prompt, sets the seed.",
            (
                "try { random.seed(1); } catch (e) { print(e.error); }",
                "RuntimeError",
            ),
            Run::Native(refuse_seed),
        )
    },
];

const fn row(
    name: &'static str,
    signatures: &'static [Signature],
    summary: &'static str,
    (code, output): (&'static str, &'static str),
    run: Run,
) -> Entry {
    Entry {
        name,
        signatures,
        summary,
        details: SEEDED,
        example: Example { code, output },
        run,
        ..Entry::NEW
    }
}

fn draw(draw: Draw) -> Outcome {
    Ok(NativeResult::Intrinsic(Intrinsic::Random(draw)))
}

fn rand_int(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let (from, to) = (args[0].as_int().unwrap_or(0), args[1].as_int().unwrap_or(0));
    if to < from {
        return Err(FaultKind::misuse(
            Class::ValueError,
            &format!("a random integer from {from} to {to}"),
            "the second number is not less than the first",
            &format!("write the smaller one first: `rand_int({to}, {from})`"),
        ));
    }
    draw(Draw::Number(Range::inclusive(from, to)))
}

fn randrange(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let (start, end, step) = match *args {
        [Value::Int(end)] => (0, end, 1),
        [Value::Int(start), Value::Int(end)] => (start, end, 1),
        [Value::Int(start), Value::Int(end), Value::Int(step)] => (start, end, step),
        _ => (0, 0, 1),
    };
    let range = Range {
        step,
        ..Range::exclusive(start, end)
    };
    if step == 0 || range.is_empty() {
        return Err(FaultKind::misuse(
            Class::ValueError,
            &format!("randrange({start}, {end}, {step})"),
            "there is no number in that range",
            "write the smaller number first, and a step other than 0: `randrange(0, 10)`",
        ));
    }
    draw(Draw::Number(range))
}

fn rand_float(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let (from, to) = match args {
        [from, to] => (
            from.as_number().unwrap_or(0.0),
            to.as_number().unwrap_or(0.0),
        ),
        _ => (0.0, 1.0),
    };
    if from <= to && (to - from).is_finite() {
        return draw(Draw::Float(from, to));
    }
    Err(FaultKind::misuse(
        Class::ValueError,
        &format!("a random float from {from} to {to}"),
        "two finite numbers, the second not less than the first",
        &format!("write the smaller one first: `rand_float({to}, {from})`"),
    ))
}

fn choice(args: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    let items = match &args[0] {
        Value::Range(range) if !range.is_empty() => return draw(Draw::Number(**range)),
        Value::Array(items) => items.to_vec(),
        Value::Range(_) => Vec::new(),
        other => match other.as_str() {
            Some(text) => text.chars().map(Value::Char).collect(),
            None => {
                return Err(FaultKind::misuse(
                    Class::TypeError,
                    &format!("choice was given {}", other.type_name()),
                    "it chooses from an array, a string or a range",
                    "for a map choose one of its keys: `choice(map.keys())`",
                ));
            }
        },
    };
    if items.is_empty() {
        return Err(FaultKind::misuse(
            Class::ValueError,
            "choice from nothing",
            "there must be at least one item",
            "look first: `if !items.is_empty() { choice(items) }`",
        ));
    }
    draw(Draw::Item(items))
}

fn refuse_seed(_: &mut [Value], _: &mut NativeCtx<'_>) -> Outcome {
    Err(FaultKind::misuse(
        Class::RuntimeError,
        "seed inside a script",
        "random numbers come from the scheduler's seed, so that one seed repeats all of a run",
        "leave this line out and run `threadlab --seed 1 FILE`, or type `:seed 1` at the prompt",
    ))
}
