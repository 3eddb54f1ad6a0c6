//! The search for all interleavings against a plain one, on generated small programs.
//!
//! The plain search does every run from its beginning to its end, one step after the other, and
//! knows nothing of states that are alike. What the real search makes of its states must be the
//! same: the outcomes, how many interleavings lead to each, the failures, the races.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use common::{drawn, explorer, session};
use proptest::prelude::*;
use threadlab::explore::{
    Cut, Exploration, Explorer, Finding, Interleavings, Limits, Outcome, Problem,
};
use threadlab::schedule::{Asked, Choice, Walk};
use threadlab::session::{Input, InputKind, Session};

fn explore(explorer: &mut Explorer) -> Exploration {
    common::explore(explorer, &Limits::default())
}

/// What a plain search has seen.
#[derive(Default)]
struct Plain {
    outcomes: BTreeMap<Outcome, u64>,
    /// The pairs of addresses and threads that stood before conflicting accesses.
    has_race: bool,
    runs: u64,
}

/// So many runs are enough; a program with more is not compared.
const MOST_RUNS: u64 = 4_000;

impl Plain {
    fn search(&mut self, walk: &mut Walk) {
        self.look_for_race(walk);
        if self.runs > MOST_RUNS {
            return;
        }
        if let Some(end) = walk.end() {
            self.runs += 1;
            *self.outcomes.entry(Outcome::of(walk, end)).or_default() += 1;
            return;
        }
        let choices: Vec<Choice> = walk.choices().to_vec();
        walk.key(Asked::EVERYTHING);
        let kept = walk.keep();
        for choice in choices {
            walk.set_back(&kept);
            walk.take(choice, &[]);
            self.search(walk);
        }
    }

    fn look_for_race(&mut self, walk: &Walk) {
        let touching: Vec<_> = walk.touching().chain(walk.copying()).collect();
        for (at, (_, access)) in touching.iter().enumerate() {
            self.has_race |= (touching[at + 1..].iter())
                .any(|(_, other)| access.cell == other.cell && (access.writes || other.writes));
        }
    }
}

/// One statement of a thread.
#[derive(Clone, Debug)]
enum Statement {
    Store(u8, u8),
    Add(u8),
    Copy(u8, u8),
    Locked(u8, Vec<Statement>),
    Put(u8),
    TakeIfAny,
    Sleep(u8),
    Print(u8),
    Check(u8, u8),
    Await,
    Announce,
}

fn statement() -> impl Strategy<Value = Statement> {
    let variable = 0..2_u8;
    let small = 0..3_u8;
    let leaf = prop_oneof![
        3 => (variable.clone(), small.clone()).prop_map(|(v, n)| Statement::Store(v, n)),
        3 => variable.clone().prop_map(Statement::Add),
        2 => (variable.clone(), variable.clone()).prop_map(|(a, b)| Statement::Copy(a, b)),
        1 => small.clone().prop_map(Statement::Put),
        1 => Just(Statement::TakeIfAny),
        1 => small.clone().prop_map(Statement::Sleep),
        1 => variable.clone().prop_map(Statement::Print),
        1 => (variable, small).prop_map(|(v, n)| Statement::Check(v, n)),
        1 => Just(Statement::Await),
        1 => Just(Statement::Announce),
    ];
    leaf.prop_recursive(1, 3, 2, |inner| {
        (0..2_u8, prop::collection::vec(inner, 0..2))
            .prop_map(|(lock, body)| Statement::Locked(lock, body))
    })
}

fn write(out: &mut String, statement: &Statement) {
    // Writing to a String cannot fail.
    let _ = match statement {
        Statement::Store(v, n) => write!(out, "v{v} = {n}; "),
        Statement::Add(v) => write!(out, "v{v} += 1; "),
        Statement::Copy(a, b) => write!(out, "v{a} = v{b}; "),
        Statement::Locked(lock, body) => {
            let _ = write!(out, "with l{lock} {{ ");
            body.iter().for_each(|statement| write(out, statement));
            write!(out, "}} ")
        }
        Statement::Put(n) => write!(out, "q.put({n}); "),
        Statement::TakeIfAny => write!(out, "if !q.empty() {{ v0 = q.get(); }} "),
        Statement::Sleep(n) => write!(out, "sleep({n}); "),
        Statement::Print(v) => write!(out, "print(v{v}); "),
        Statement::Check(v, n) => write!(out, "assert(v{v} != {n}, \"v{v}\"); "),
        Statement::Await => write!(out, "e.wait(); "),
        Statement::Announce => write!(out, "e.set(); "),
    };
}

/// Ways for main to notice that a thread or a task of a pool has ended; the first is none.
const NOTICES: [&str; 6] = [
    "",
    "print(t0.is_alive()); ",
    "t0.join(1); print(active_count()); ",
    "let p = ThreadPoolExecutor(1); let f = p.submit(|| 1); let g = p.submit(|| v1);
     print(f.done(), g.cancel()); ",
    "let p = ThreadPoolExecutor(2); let f = p.submit(|| 1); let g = p.submit(|| v0);
     for done in as_completed([f, g]) { print(done.result()); } ",
    "let p = ProcessPoolExecutor(1); let f = p.submit(|| v0); p.kill_workers();
     print(f.exception() == ()); ",
];

/// Two threads and main; the objects are arguments, so that naming one is no step.
fn program(threads: &[Vec<Statement>], main: &[Statement], notices: &str) -> String {
    let mut out = String::from(
        "let v0 = 0; let v1 = 0; let q = Queue(); let e = Event(); let l0 = Lock(); let l1 = Lock();\n",
    );
    for (number, body) in threads.iter().enumerate() {
        let _ = write!(out, "let t{number} = Thread(|q, e, l0, l1| {{ ");
        body.iter().for_each(|statement| write(&mut out, statement));
        out.push_str("}, [q, e, l0, l1]);\n");
    }
    for number in 0..threads.len() {
        let _ = write!(out, "t{number}.start(); ");
    }
    main.iter().for_each(|statement| write(&mut out, statement));
    out.push_str(notices);
    for number in 0..threads.len() {
        let _ = write!(out, "t{number}.join(); ");
    }
    out.push_str("print(v0, v1);\n");
    out
}

fn outcomes(found: &Exploration) -> BTreeSet<Outcome> {
    let outcomes = found.outcomes.iter();
    outcomes.map(|possible| possible.outcome.clone()).collect()
}

/// What goes wrong, and where.
fn problems(found: &[Finding]) -> BTreeSet<String> {
    let problems = found.iter().flat_map(Finding::problems);
    let problems = problems.map(|problem| match problem {
        // Which of the equal threads come to it first is chance, and which of the accesses of two lines.
        Problem::Race(race) => {
            let at = race.accesses.iter().map(|access| access.pos.at());
            format!("race {} {:?}", race.place, at.collect::<Vec<_>>())
        }
        problem => format!("{problem:?}"),
    });
    problems.collect()
}

/// How many programs are drawn; `EXPLORING_CASES` sets another number, `EXPLORING_SEED` other ones.
fn cases() -> u32 {
    drawn::setting("EXPLORING_CASES", 150)
}

#[test]
fn the_search_sees_what_a_plain_search_sees() {
    let mut runner = drawn::runner(cases(), drawn::setting("EXPLORING_SEED", 0));
    let body = |most| prop::collection::vec(statement(), 0..most);
    let notices = prop_oneof![
        1 => Just(NOTICES[0]),
        1 => prop::sample::select(&NOTICES[1..]),
    ];
    let programs = (prop::collection::vec(body(4), 1..3), body(3), notices);
    let compared = std::cell::Cell::new(0_u32);
    let result = runner.run(&programs, |(threads, main, notices)| {
        let text = program(&threads, &main, notices);
        let (mut session, mut other) = (session(), session());
        let mut explorer = explorer(&mut session, &text);
        let found = explore(&mut explorer);
        prop_assert!(found.is_proved(), "{text}");
        let mut plain = Plain::default();
        plain.search(explorer.reduced_walk());
        if plain.runs > MOST_RUNS {
            return Ok(());
        }
        compared.set(compared.get() + 1);
        let counted: BTreeMap<Outcome, Option<Interleavings>> = found
            .outcomes
            .iter()
            .map(|possible| (possible.outcome.clone(), possible.interleavings.clone()))
            .collect();
        let expected: BTreeMap<Outcome, Option<Interleavings>> = plain
            .outcomes
            .iter()
            .map(|(outcome, count)| {
                (
                    outcome.clone(),
                    Some(Interleavings::Exactly((*count).into())),
                )
            })
            .collect();
        prop_assert_eq!(&counted, &expected, "{}", text);
        let fails = plain.outcomes.keys().any(Outcome::is_failure);
        prop_assert_eq!(fails, !found.failures.is_empty(), "{}", &text);
        let races = found.findings.iter().any(|f| f.problem.kind() == "race");
        prop_assert_eq!(plain.has_race, races, "{}", &text);
        // Nothing is lost by passing over what no thread can observe.
        let mut complete = self::explorer(&mut other, &text);
        complete.observe_everything();
        let all = explore(&mut complete);
        prop_assert!(all.is_proved(), "{text}");
        prop_assert_eq!(outcomes(&all), outcomes(&found), "{}", &text);
        prop_assert_eq!(
            problems(&all.failures),
            problems(&found.failures),
            "{}",
            &text
        );
        prop_assert_eq!(
            problems(&all.findings),
            problems(&found.findings),
            "{}",
            &text
        );
        // Every word leads back to what it stands for.
        for possible in &found.outcomes {
            let (_, outcome) = explorer
                .replay(&possible.token)
                .expect("a word of this program");
            prop_assert_eq!(outcome.as_ref(), Some(&possible.outcome), "{}", &text);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(compared.get() >= cases() / 2, "{} compared", compared.get());
}

#[test]
fn the_same_program_is_explored_to_the_same_report() {
    let text = "let x = 0; let t = spawn(|| { x += 1; x += 1; }); x += 1; t.join(); print(x);";
    let report = || {
        let mut session = session();
        let found = explore(&mut explorer(&mut session, text));
        let outcomes: Vec<String> = (found.outcomes.iter())
            .map(|possible| {
                format!(
                    "{:?} {} {:?}",
                    possible.outcome, possible.token, possible.interleavings
                )
            })
            .collect();
        (outcomes, found.states, found.transitions)
    };
    assert_eq!(report(), report());
}

#[test]
fn variables_come_back_as_they_were() {
    let mut session = session();
    let run = |session: &mut Session, text: &str| {
        let input = Input {
            name: "input",
            text,
            kind: InputKind::Prompt,
        };
        session.run(input);
    };
    run(
        &mut session,
        "let x = 1; let a = [1]; let q = Queue(); q.put(7); fn f() { x += 1; a.push(2); q.get() }",
    );
    let before = session.variables();
    {
        let input = Input {
            name: "explored",
            text: "let t = spawn(f); x = 10; t.join();",
            kind: InputKind::Prompt,
        };
        let mut explorer = session.explorer(input, false).expect("a text that can run");
        let found = explore(&mut explorer);
        assert!(found.is_proved());
        assert!(found.outcomes.len() == 1, "{:?}", found.outcomes);
    }
    let after: BTreeSet<String> = session
        .variables()
        .iter()
        .map(|v| format!("{v:?}"))
        .collect();
    let before: BTreeSet<String> = before.iter().map(|v| format!("{v:?}")).collect();
    assert!(before.is_subset(&after), "{before:?}\n{after:?}");
}

/// The kinds of the failures and of the findings.
fn kinds(text: &str, kind: InputKind) -> (Vec<&'static str>, Vec<&'static str>) {
    let mut session = session();
    let input = Input {
        name: "test",
        text,
        kind,
    };
    let mut explorer = session.explorer(input, false).expect("a text that can run");
    let found = explore(&mut explorer);
    assert!(found.is_proved(), "{text}");
    let kinds = |findings: &[Finding]| findings.iter().map(|f| f.problem.kind()).collect();
    (kinds(&found.failures), kinds(&found.findings))
}

const CROSSED: &str = "let a = Lock(); let b = Lock();
    fn nested(x, y) { with x { with y { } } }
    let t = Thread(nested, [a, b]); let u = Thread(nested, [b, a]); t.start(); u.start(); ";

#[test]
fn a_deadlock_is_seen_beside_threads_that_go_on_for_ever() {
    let text = format!("{CROSSED} loop {{ sleep(1); }}");
    let (failures, findings) = kinds(&text, InputKind::Script);
    // Where it does not happen, main loops alone.
    assert_eq!(failures, ["livelock", "deadlock"]);
    assert_eq!(findings, ["lock-order"]);
}

#[test]
fn at_the_prompt_only_a_cycle_of_waits_is_a_deadlock() {
    let (failures, _) = kinds(CROSSED, InputKind::Prompt);
    assert_eq!(failures, ["deadlock"]);
    let waits = "let q = Queue(); let t = Thread(|q| { q.get() }, [q]); t.start();";
    assert_eq!(kinds(waits, InputKind::Prompt), (vec![], vec![]));
    assert_eq!(kinds(waits, InputKind::Script).0, ["deadlock"]);
}

#[test]
fn threads_that_go_round_for_ever_are_named() {
    let waits_for_each_other = "let a = false; let b = false;
        let t = spawn(|| { while !a { } b = true; }); while !b { } a = true; t.join();";
    assert_eq!(
        kinds(waits_for_each_other, InputKind::Script).0,
        ["livelock"]
    );
    let greedy =
        "let l = Lock(); let t = Thread(|l| { loop { with l { } } }, [l], #{daemon: true});
        t.start(); with l { }";
    assert_eq!(
        kinds(greedy, InputKind::Script),
        (vec![], vec!["starvation"])
    );
}

#[test]
fn locks_in_different_orders_are_found_although_no_run_deadlocks() {
    let text = "let a = Lock(); let b = Lock(); fn nested(x, y) { with x { with y { } } }
        spawn(nested, a, b).join(); spawn(nested, b, a).join();";
    assert_eq!(kinds(text, InputKind::Script), (vec![], vec!["lock-order"]));
    let gated = "let a = Lock(); let b = Lock(); let gate = Lock();
        fn nested(gate, x, y) { with gate { with x { with y { } } } }
        spawn(nested, gate, a, b).join(); spawn(nested, gate, b, a).join();";
    assert_eq!(kinds(gated, InputKind::Script), (vec![], vec![]));
}

#[test]
fn no_sleep_proves_racy_code_right() {
    let text = "let x = 0; let t = spawn(|| { sleep(0.1); x = 1; }); sleep(10);
        assert(x == 1, \"x is set\"); t.join();";
    assert_eq!(
        kinds(text, InputKind::Script),
        (vec!["assertion"], vec!["race"])
    );
}

#[test]
fn random_numbers_are_choices() {
    let text = "if rand_int(1, 6) == 3 { throw \"three\"; }";
    assert_eq!(kinds(text, InputKind::Script).0, ["error"]);
}

/// The texts of all outcomes, in order.
fn printed(text: &str) -> Vec<String> {
    let mut session = session();
    let found = explore(&mut explorer(&mut session, text));
    assert!(found.is_proved(), "{text}");
    let lines = |outcome: &Outcome| {
        let printed = outcome.threads.iter().flat_map(|lines| &lines.printed);
        let printed: Vec<&str> = printed.map(|line| &**line).collect();
        printed.join(" ")
    };
    let mut printed: Vec<String> = (found.outcomes.iter())
        .map(|possible| lines(&possible.outcome))
        .collect();
    printed.sort();
    printed
}

#[test]
fn how_a_call_in_a_process_will_end_is_part_of_the_state() {
    // The thread of the task keeps its call open, so that its end is held.
    let text = "let choice = Atomic(0); let p = ProcessPoolExecutor(1); let q = Queue();
        let f = p.submit(|| { let seen = rand_int(0, 1);
            spawn(|| { print(\"goes on\"); });
            if seen == 0 { throw 1; } else { throw \"1\"; } });
        try { f.result(); } catch (e) { print(type_of(e)); }";
    assert_eq!(printed(text), ["i64 goes on", "string goes on"]);
}

#[test]
fn who_has_ended_is_told_by_its_name_in_each_run() {
    // Which of the two children has the first number depends on the run.
    let text = "let l = RLock();
        fn child(l, name) { if l.try_acquire() { print(name); } }
        fn start(l, name) {
            l.locked();
            let t = Thread(child, [l, name], #{name: name}); t.start(); t.join();
        }
        let a = spawn(start, l, \"X\"); let b = spawn(start, l, \"Y\"); a.join(); b.join();
        try { l.release(); } catch (e) { print(if e.message.contains(\"X (ended)\") { \"X\" } else { \"Y\" }); }";
    let mut printed = printed(text);
    printed.dedup();
    assert_eq!(printed, ["X X", "Y Y"]);
}

#[test]
fn to_submit_to_a_process_reads_the_variables_that_are_copied() {
    let text = "let n = 0; fn look() { n }
        let p = ProcessPoolExecutor(1);
        let t = spawn(|| { n = 1; });
        let f = p.submit(look); t.join(); print(f.result());";
    let (failures, findings) = kinds(text, InputKind::Script);
    assert_eq!((failures, findings), (vec![], vec!["race"]));
}

#[test]
fn the_clock_is_looked_at_after_slow_steps() {
    let text = "let t = spawn(|| { let i = 0; loop { i += 1; } }); t.join();";
    let mut session = session();
    let limits = Limits {
        time: std::time::Duration::from_millis(1),
        schedules: 0,
        ..Limits::default()
    };
    let found = common::explore(&mut explorer(&mut session, text), &limits);
    assert_eq!(found.cut, Some(Cut::Time(limits.time)));
    assert!(found.states < 10, "{}", found.states);
}
