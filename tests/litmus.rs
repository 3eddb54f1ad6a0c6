//! Litmus tests of the memory that scripts see, and of the order of evaluation.
//!
//! The programs are those by which memories of processors are told apart (Alglave, Maranget and
//! Tautschnig, *Herding cats*, 2014): store buffering, message passing, load buffering, independent
//! reads of independent writes, coherence, two plus two writes, write to read causality. Scripts see
//! sequentially consistent memory, so that the weak outcome of each is missing. All outcomes that
//! remain are listed, with the number of interleavings that lead there. The same programs run for
//! real many times, disturbed, and show nothing else.
//!
//! Main starts all threads and waits for all of them, so its own steps multiply nothing, but for the
//! reads of what it prints at the end, when it is alone.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use common::Mode;
use threadlab::event::{Kind, Stream};
use threadlab::explore::{Interleavings, Limits};
use threadlab::session::{Input, InputKind, Report, Session};

/// A program, and all that its threads can print: the lines of one after those of the other, joined
/// by a space, each with its number of interleavings.
struct Litmus {
    name: &'static str,
    source: &'static str,
    outcomes: &'static [(&'static str, u64)],
}

const LITMUS: &[Litmus] = &[
    // Each thread writes one variable and reads the other: W R | W R, C(4, 2) = 6 interleavings. A
    // thread that does both first sees 0, 2 times in all; in the 4 others both writes come first.
    // `0 0` would be a store that waits in a buffer.
    Litmus {
        name: "store buffering",
        source: "let x = 0; let y = 0; let r = 0; let s = 0;
            let a = spawn(|| { x = 1; y }); let b = spawn(|| { y = 1; x });
            print(a.join(), b.join());",
        outcomes: &[("0 1", 1), ("1 0", 1), ("1 1", 4)],
    },
    // W x, W y | R y, R x: 6 interleavings. `1 0` would be writes or reads out of order.
    Litmus {
        name: "message passing",
        source: "let x = 0; let y = 0;
            let a = spawn(|| { x = 1; y = 1; }); let b = spawn(|| [y, x]);
            a.join(); print(b.join());",
        outcomes: &[("[0, 0]", 1), ("[0, 1]", 4), ("[1, 1]", 1)],
    },
    // R x, W y | R y, W x: `1 1` would be two reads that see the future.
    Litmus {
        name: "load buffering",
        source: "let x = 0; let y = 0;
            let a = spawn(|| { let r = x; y = 1; r }); let b = spawn(|| { let r = y; x = 1; r });
            print(a.join(), b.join());",
        outcomes: &[("0 0", 4), ("0 1", 1), ("1 0", 1)],
    },
    // W x | W y | R x, R y | R y, R x: 6! / (2! 2!) = 180 interleavings. `[1, 0] [1, 0]` would be two
    // readers who see the writes in different orders. The other counts come from enumerating the 180.
    Litmus {
        name: "independent reads of independent writes",
        source: "let x = 0; let y = 0;
            let a = spawn(|| { x = 1; }); let b = spawn(|| { y = 1; });
            let c = spawn(|| [x, y]); let d = spawn(|| [y, x]);
            a.join(); b.join(); print(c.join(), d.join());",
        outcomes: IRIW,
    },
    // W x | R x, R x: 3 interleavings. `1 0` would be a variable that goes back.
    Litmus {
        name: "coherence of reads",
        source: "let x = 0; let a = spawn(|| { x = 1; }); let b = spawn(|| [x, x]);
            a.join(); print(b.join());",
        outcomes: &[("[0, 0]", 1), ("[0, 1]", 1), ("[1, 1]", 1)],
    },
    // W x 1, W x 2 | R x, R x: 6 interleavings, one for each pair that does not go back.
    Litmus {
        name: "coherence of writes",
        source: "let x = 0; let a = spawn(|| { x = 1; x = 2; }); let b = spawn(|| [x, x]);
            a.join(); print(b.join());",
        outcomes: &[
            ("[0, 0]", 1),
            ("[0, 1]", 1),
            ("[0, 2]", 1),
            ("[1, 1]", 1),
            ("[1, 2]", 1),
            ("[2, 2]", 1),
        ],
    },
    // W x 1, W y 2 | W y 1, W x 2: what is there in the end. `1 1` would be both first writes last.
    Litmus {
        name: "two plus two writes",
        source: "let x = 0; let y = 0;
            let a = spawn(|| { x = 1; y = 2; }); let b = spawn(|| { y = 1; x = 2; });
            a.join(); b.join(); print(x, y);",
        outcomes: &[("1 2", 1), ("2 1", 1), ("2 2", 4)],
    },
    // W x | R x, W y | R y, R x: 5! / (2! 2!) = 30 interleavings. `1 [1, 0]` would be a reader who
    // sees an effect before its cause. Enumerated.
    Litmus {
        name: "write to read causality",
        source: "let x = 0; let y = 0;
            let a = spawn(|| { x = 1; }); let b = spawn(|| { let r = x; y = 1; r });
            let c = spawn(|| [y, x]);
            a.join(); print(b.join(), c.join());",
        outcomes: WRC,
    },
];

const IRIW: &[(&str, u64)] = &[
    ("[0, 0] [0, 0]", 18),
    ("[0, 0] [0, 1]", 22),
    ("[0, 0] [1, 0]", 1),
    ("[0, 0] [1, 1]", 4),
    ("[0, 1] [0, 0]", 22),
    ("[0, 1] [0, 1]", 18),
    ("[0, 1] [1, 0]", 13),
    ("[0, 1] [1, 1]", 22),
    ("[1, 0] [0, 0]", 1),
    ("[1, 0] [0, 1]", 13),
    ("[1, 0] [1, 1]", 1),
    ("[1, 1] [0, 0]", 4),
    ("[1, 1] [0, 1]", 22),
    ("[1, 1] [1, 0]", 1),
    ("[1, 1] [1, 1]", 18),
];

const WRC: &[(&str, u64)] = &[
    ("0 [0, 0]", 8),
    ("0 [0, 1]", 8),
    ("0 [1, 0]", 1),
    ("0 [1, 1]", 3),
    ("1 [0, 0]", 1),
    ("1 [0, 1]", 8),
    ("1 [1, 1]", 1),
];

/// W x, W y | R y, R x: who reads from left to right never sees `1 0`. Each of these reads `y` first.
const Y_THEN_X: &[(&str, u64)] = &[("0 0", 1), ("0 1", 4), ("1 1", 1)];

/// The same writer against R x, R y: 6 interleavings, 2 of them with both reads after the first
/// write and before the second, or after and before.
const X_THEN_Y: &[(&str, u64)] = &[("0 0", 2), ("0 1", 1), ("1 0", 1), ("1 1", 2)];

/// What a thread reads, as text that gives `FIRST SECOND`, with all that it can see while another
/// one writes `x` and then `y`.
const ORDER: &[(&str, &[(&str, u64)])] = &[
    // An array and a map, from left to right as they are written.
    ("let r = [y, x]; `${r[0]} ${r[1]}`", Y_THEN_X),
    ("let r = [x, y]; `${r[0]} ${r[1]}`", X_THEN_Y),
    ("let r = #{b: y, a: x}; `${r.b} ${r.a}`", Y_THEN_X),
    ("let r = [[y], #{k: x}]; `${r[0][0]} ${r[1].k}`", Y_THEN_X),
    // Interpolation.
    ("`${y} ${x}`", Y_THEN_X),
    ("`${x} ${y}`", X_THEN_Y),
    // Arguments of a function, a closure, a method, a native function.
    ("show(y, x)", Y_THEN_X),
    ("show(x, y)", X_THEN_Y),
    ("let f = |a, b| show(a, b); f.call(y, x)", Y_THEN_X),
    ("let f = |a, b| show(a, b); f.call(x, y)", X_THEN_Y),
    (
        "let r = []; r.splice(0, 0, [y, x]); show(r[0], r[1])",
        Y_THEN_X,
    ),
    // Operators.
    ("let r = y * 10 + x; show(r / 10, r % 10)", Y_THEN_X),
    ("let r = x * 10 + y; show(r / 10, r % 10)", X_THEN_Y),
    ("y + \" \" + x", Y_THEN_X),
    // Nested calls: a variable before a call is read before the call.
    ("show(y, read_x())", Y_THEN_X),
    ("show(read_x(), y)", X_THEN_Y),
];

fn explored(source: &str) -> BTreeMap<String, u64> {
    let mut session = common::session();
    let found = common::explore(
        &mut common::explorer(&mut session, source),
        &Limits::default(),
    );
    assert!(found.is_proved(), "{source}");
    let mut outcomes = BTreeMap::new();
    for possible in &found.outcomes {
        let lines = possible
            .outcome
            .threads
            .iter()
            .flat_map(|of| of.printed.iter());
        let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
        let Some(Interleavings::Exactly(count)) = &possible.interleavings else {
            panic!("{source}: {:?}", possible.interleavings);
        };
        let count: u64 = count.try_into().expect("small programs");
        *outcomes.entry(lines.join(" ")).or_default() += count;
    }
    outcomes
}

fn expected(outcomes: &[(&str, u64)]) -> BTreeMap<String, u64> {
    outcomes
        .iter()
        .map(|(text, count)| ((*text).to_string(), *count))
        .collect()
}

/// A thread that writes `x` and then `y`, and one that reads as `expression` does.
fn order_program(expression: &str) -> String {
    format!(
        "let x = 0; let y = 0;
         fn show(a, b) {{ `${{a}} ${{b}}` }}
         fn read_x() {{ x }}
         let a = spawn(|| {{ x = 1; y = 1; }}); let b = spawn(|| {{ {expression} }});
         a.join(); print(b.join());"
    )
}

#[test]
fn all_outcomes_of_a_litmus_test_are_listed() {
    for litmus in LITMUS {
        assert_eq!(
            explored(litmus.source),
            expected(litmus.outcomes),
            "{}",
            litmus.name
        );
    }
}

#[test]
fn operands_and_arguments_are_read_from_left_to_right() {
    for (expression, outcomes) in ORDER {
        let source = order_program(expression);
        assert_eq!(explored(&source), expected(outcomes), "{expression}");
    }
}

/// Without threads: what a call changes is seen by what stands behind it, not before it.
#[test]
fn a_variable_is_read_where_it_stands() {
    let set = "let x = 1; fn set(n) { x = n; n } fn pair(a, b) { `${a} ${b}` } ";
    for (expression, value) in [
        ("print(x, set(5));", "1 5"),
        ("print(set(5), x);", "5 5"),
        ("print(x + set(5));", "6"),
        ("print(set(5) + x);", "10"),
        ("print([x, set(5), x]);", "[1, 5, 5]"),
        ("print(`${x} ${set(5)} ${x}`);", "1 5 5"),
        ("print(pair(x, set(5)));", "1 5"),
        ("print([7].index_of(set(7)) + x);", "7"),
        (
            "let a = [1, 2, 3]; fn cut() { a = [9]; 0 } print(a.len() + cut() + a.len());",
            "4",
        ),
        ("print(x == set(5), x);", "false 5"),
        ("print(x == 1 && set(5) == x);", "true"),
        ("assert(x == 1, \"x is \" + set(5)); print(x);", "1"),
    ] {
        let ended = common::run(Mode::Seeded(1), &format!("{set}{expression}"));
        assert_eq!(ended.lines(), [value], "{expression} {:?}", ended.outcomes);
    }
}

/// What a program prints in many disturbed runs.
fn observed(session: &mut Session, stream: &Stream, source: &str, runs: u64) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for seed in 0..runs {
        session.reset();
        session.perturb(Some(seed));
        let kind = InputKind::Script;
        let report = session.run(Input {
            name: "litmus",
            text: source,
            kind,
        });
        assert!(matches!(report, Report::Ran { .. }), "{source} {report:?}");
        let lines = stream
            .take()
            .into_iter()
            .filter_map(|event| match event.kind {
                Kind::Print { text, .. } => Some(text),
                _ => None,
            });
        seen.insert(lines.collect::<Vec<_>>().join(" "));
    }
    seen
}

#[test]
fn real_runs_show_nothing_else() {
    const RUNS: u64 = 40;
    let order = ORDER
        .iter()
        .map(|(expression, outcomes)| (order_program(expression), *outcomes));
    let litmus = LITMUS
        .iter()
        .map(|litmus| (litmus.source.to_string(), litmus.outcomes));
    let programs: Vec<(String, &[(&str, u64)])> = litmus.chain(order).collect();
    let mut variety = 0;
    for mode in [Mode::Parallel(2), Mode::Parallel(3), Mode::Gil(1)] {
        let stream = Arc::new(Stream::new());
        let mut session = Session::new(mode.config(), stream.clone());
        for (source, outcomes) in &programs {
            let seen = observed(&mut session, &stream, source, RUNS);
            for text in &seen {
                let is_listed = outcomes.iter().any(|(listed, _)| listed == text);
                assert!(is_listed, "{mode:?}: {text}\n{source}");
            }
            variety += usize::from(seen.len() > 1);
        }
    }
    // Runs that are all alike would show nothing.
    assert!(
        variety * 2 > programs.len() * 3,
        "only {variety} programs varied"
    );
}
