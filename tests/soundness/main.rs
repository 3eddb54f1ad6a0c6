//! Whatever a real run does must be among the outcomes that a completed search proved, and every
//! listed outcome must happen again by its token.
//!
//! The search is tested against *real runs*, because a plainer search on the same machine would
//! share its blindness: what counts as a step, what is private, who can notice an end. Programs are
//! generated; they use every row of the catalogue that can be used. Each is explored, then run under
//! `parallel` on one to three workers, which are disturbed at visible operations, under `gil`, and
//! under `seeded` from several seeds.
//!
//! `SOUNDNESS_CASES` sets another number of programs, `SOUNDNESS_FIRST` the number of the first one,
//! and `SOUNDNESS_SEED` other programs: each depends on the seed and its number alone. A long run is
//! not disturbed by builds when `SOUNDNESS_WORKER` is a copy of the binary, for its processes.
//! `SOUNDNESS_SHOW=1` shows each program before it runs.
//!
//! In reading order: [`rows`], how a row is used; [`program`], programs as data and as text;
//! [`runs`], what becomes of them.

#[path = "../common/mod.rs"]
mod common;
mod program;
mod rows;
mod runs;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use common::{Mode, drawn::setting};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use threadlab::explore::Limits;

use program::{Statement, Text, programs};
use rows::{Form, Row, rows};
use runs::{Became, Explored, Runner};

/// How long a run may take that should end.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a run is watched that need not end.
const GLANCE: Duration = Duration::from_millis(100);

fn limits() -> Limits {
    Limits {
        states: 3_000,
        time: Duration::from_secs(60),
        depth: 2_000,
        memory: 256 << 20,
        schedules: 0,
        ..Limits::default()
    }
}

/// Draws the program with this number, and smaller ones when it fails.
fn runner_of(seed: usize, case: usize) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(seed as u64).to_le_bytes());
    bytes[8..16].copy_from_slice(&(case as u64).to_le_bytes());
    TestRunner::new_with_rng(
        Config {
            failure_persistence: None,
            max_shrink_iters: 1_000,
            // What needs processes takes long to run.
            max_shrink_time: 60_000,
            ..Config::default()
        },
        TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
    )
}

/// Every scheduler, ready to run.
struct Net {
    explorer: Runner,
    runners: Vec<Runner>,
}

impl Net {
    fn new() -> Self {
        let modes = [
            Mode::Parallel(1),
            Mode::Parallel(2),
            Mode::Parallel(3),
            Mode::Gil(1),
            Mode::Seeded(1),
        ];
        Self {
            explorer: Runner::new(Mode::Seeded(1)),
            runners: modes.into_iter().map(Runner::new).collect(),
        }
    }

    /// Explores a program and runs it everywhere; says whether the search was complete.
    ///
    /// # Errors
    /// What a run did that the search has not listed.
    fn check(&mut self, text: &Text, seed: u64) -> Result<bool, String> {
        let explored = self.explorer.explore(text, &limits());
        if !explored.found.is_proved() {
            return Ok(false);
        }
        if let Some(wrong) = explored.wrong_tokens.first() {
            return Err(format!("a token leads elsewhere: {wrong}"));
        }
        let endless = explored.may_go_on_for_ever();
        for runner in &mut self.runners {
            let times = match runner.mode {
                _ if endless => 1,
                Mode::Seeded(_) => 8,
                _ => 3,
            };
            for round in 0..times {
                let (perturbed, detailed) = (round > 0 || endless, round % 2 == 1);
                let patience = if endless { GLANCE } else { PATIENCE };
                let seed = seed * 100 + round;
                let became = runner.run(text, seed, perturbed, detailed, patience);
                let how = format!(
                    "{:?}, seed {seed}, {}{}",
                    runner.mode,
                    if perturbed { "disturbed" } else { "left alone" },
                    if detailed { ", with events" } else { "" }
                );
                match became {
                    None if endless => {}
                    None => return Err(format!("{how}: never ends")),
                    Some(became) if is_listed(&became, &explored, text) => {}
                    Some(became) => return Err(unlisted(&how, &became, &explored)),
                }
            }
        }
        Ok(true)
    }
}

fn is_listed(became: &Became, explored: &Explored, text: &Text) -> bool {
    let listed = || explored.outcomes.iter();
    explored.outcomes.contains(became)
        || text.names_are_chance && {
            let nameless = became.nameless();
            listed().any(|listed| listed.nameless() == nameless)
        }
        || text.text.contains("ProcessPoolExecutor") && {
            let by_name = became.by_name();
            let mut ambiguous = listed().filter(|listed| listed.is_ambiguous());
            ambiguous.any(|listed| listed.by_name() == by_name)
        }
}

fn unlisted(how: &str, became: &Became, explored: &Explored) -> String {
    let listed: Vec<String> = explored
        .outcomes
        .iter()
        .take(12)
        .map(|listed| format!("  {listed:?}"))
        .collect();
    let count = explored.outcomes.len();
    format!(
        "{how}:\n  {became:?}\nis none of the {count} listed:\n{}",
        listed.join("\n")
    )
}

/// The rows that a program uses.
fn used(program: &program::Program) -> BTreeSet<usize> {
    fn add(found: &mut BTreeSet<usize>, body: &[Statement]) {
        for statement in body {
            match statement {
                Statement::Row(row, ..) => {
                    found.insert(*row);
                }
                Statement::With(_, body)
                | Statement::If(_, body)
                | Statement::Nested(body)
                | Statement::Inner(body)
                | Statement::Finally(_, body)
                | Statement::Task(_, body) => add(found, body),
                Statement::Loop(tasks) => tasks.iter().for_each(|task| add(found, task)),
                Statement::Add(_)
                | Statement::Store(..)
                | Statement::Show(_)
                | Statement::AddElement(_)
                | Statement::Sleep(_)
                | Statement::Until(_)
                | Statement::Throw(_)
                | Statement::Named(_)
                | Statement::Publish(_)
                | Statement::Instance(_)
                | Statement::Generate(_)
                | Statement::Take(_) => {}
            }
        }
    }
    let mut found = BTreeSet::new();
    add(&mut found, &program.main);
    program
        .threads
        .iter()
        .for_each(|thread| add(&mut found, &thread.body));
    found
}

#[test]
fn what_a_run_does_is_among_the_outcomes_that_were_proved() {
    let rows = rows();
    let (first, cases) = (
        setting("SOUNDNESS_FIRST", 0),
        setting("SOUNDNESS_CASES", 300),
    );
    let seed = setting("SOUNDNESS_SEED", 0);
    let net = RefCell::new(Net::new());
    let drawn = RefCell::new(BTreeSet::new());
    let completed = Cell::new(0);
    let mut failures = Vec::new();
    for case in first..first + cases {
        let mut runner = runner_of(seed, case);
        if case % 500 == 0 {
            println!("case {case}");
        }
        // Each row has its turn, so that none is missed by chance.
        let required = [(2 * case) % rows.len(), (2 * case + 1) % rows.len()];
        let tree = programs(&rows, required)
            .new_tree(&mut runner)
            .expect("programs can be drawn");
        let is_first = Cell::new(true);
        let result = runner.run_one(tree, |program| {
            if is_first.replace(false) {
                drawn.borrow_mut().extend(used(&program));
            }
            let text = program.text(&rows);
            if setting("SOUNDNESS_SHOW", 0) > 0 {
                println!("{text}");
            }
            match net.borrow_mut().check(&text, case as u64 + 1) {
                Ok(complete) => {
                    completed.set(completed.get() + u32::from(complete));
                    Ok(())
                }
                Err(why) => Err(TestCaseError::fail(format!("{text}\n{why}"))),
            }
        });
        if let Err(error) = result {
            let why = match error {
                TestError::Fail(why, _) => why.to_string(),
                TestError::Abort(why) => why.to_string(),
            };
            println!("== case {case}\n{why}");
            failures.push(format!("case {case}\n{why}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    let completed = completed.get() as usize;
    println!("{completed} of {cases} searches were complete");
    assert!(
        completed * 10 >= cases * 7,
        "only {completed} of {cases} were complete"
    );
    if cases * 2 >= rows.len() {
        let missing = (0..rows.len()).filter(|row| !drawn.borrow().contains(row));
        let missing: Vec<String> = missing.map(|row| rows[row].0.full_name()).collect();
        assert!(missing.is_empty(), "never drawn: {missing:?}");
    }
}

/// Each row, called in a program that can run: not every way to use it is an error.
#[test]
fn every_row_can_be_used() {
    let rows = rows();
    let mut runner = Runner::new(Mode::Seeded(1));
    let mut unusable = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let mut why = BTreeSet::new();
        let works = (0..60).any(|pick| {
            let text = alone(&rows, at, pick);
            match runner.run(&text, 1, false, false, PATIENCE) {
                Some(became) if became.end == "value" => true,
                other => {
                    why.insert(format!("{text} {other:?}"));
                    false
                }
            }
        });
        if !works {
            unusable.push(format!("{}: {:?}", row.0.full_name(), why.first()));
        }
    }
    assert!(unusable.is_empty(), "{}", unusable.join("\n"));
}

/// A program that uses a row once, beside a thread that changes the same variable.
fn alone(rows: &[Row], row: usize, pick: u32) -> Text {
    let program = program::Program {
        earlier: false,
        makers: if pick.is_multiple_of(2) { 0 } else { u32::MAX },
        threads: vec![program::Thread {
            start: program::Start::Thread,
            route: program::Route::Capture,
            body: vec![Statement::Add(0)],
            join: program::Join::Never,
        }],
        main: vec![Statement::Row(row, pick, Form::Print)],
    };
    program.text(rows)
}
