//! Sampling schedules: whatever it finds can happen, happens again by its token, depends on the seed
//! alone, and is found soon; and where nothing is wrong, nothing is found.

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use common::{explorer, session};
use proptest::prelude::*;
use threadlab::explore::{
    Cut, Exploration, Explorer, Finding, Limits, Outcome, Problem, Samples, Sampling, StrategyKind,
    Watch,
};

fn sampling(seed: u64, schedules: u64) -> Sampling {
    Sampling {
        seed,
        schedules,
        time: Duration::from_secs(300),
        steps: None,
        memory: u64::MAX,
        depth: 10_000,
        workers: 1,
        until_failure: false,
        only: None,
    }
}

fn sample_with(explorer: &mut Explorer, sampling: &Sampling) -> Samples {
    let stop = Arc::<AtomicBool>::default();
    let mut watch = Watch {
        stop: &stop,
        progress: &mut |_, _| {},
    };
    explorer.sample(sampling, &mut watch)
}

fn sample(text: &str, sampling: &Sampling) -> Samples {
    sample_with(&mut explorer(&mut session(), text), sampling)
}

fn explore(text: &str, limits: &Limits) -> Exploration {
    common::explore(&mut explorer(&mut session(), text), limits)
}

/// The scripts in `scripts/classics` with a mistake, or their mended twins.
fn classics(are_mended: bool) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/classics");
    let files = std::fs::read_dir(folder).expect("the scripts are there");
    let mut classics: Vec<(String, String)> = files
        .filter_map(|file| {
            let path = file.ok()?.path();
            let name = path.file_stem()?.to_str()?.to_string();
            let text = std::fs::read_to_string(&path).ok()?;
            (name.ends_with("_mended") == are_mended).then_some((name, text))
        })
        .collect();
    classics.sort();
    classics
}

/// What was found, in short, to be compared.
fn in_short(samples: &Samples) -> String {
    let tokens = samples.failures.iter().chain(&samples.findings);
    let tokens: Vec<String> = tokens.map(|found| found.token.to_string()).collect();
    let outcomes = samples.outcomes.iter().map(|o| o.token.to_string());
    let outcomes: Vec<String> = outcomes.collect();
    let sampled = &samples.sampled;
    format!(
        "{} {:?} {:?} {tokens:?} {outcomes:?}",
        sampled.schedules, sampled.strategies, sampled.found
    )
}

const RACY: &str = "
    let counter = 0;
    let add = |count| { counter += count; print(counter); counter += count; };
    let threads = [spawn(add, 1), spawn(add, 2), spawn(add, 3)];
    for thread in threads { thread.join(); }
    assert(counter != 7, \"seven\");
";

#[test]
fn the_same_seed_gives_the_same_schedules() {
    let first = in_short(&sample(RACY, &sampling(7, 600)));
    assert!(in_short(&sample(RACY, &sampling(7, 600))) == first);
    assert!(in_short(&sample(RACY, &sampling(8, 600))) != first);
}

#[test]
fn the_number_of_workers_makes_no_difference() {
    let alone = sample(RACY, &sampling(3, 3_000));
    let shared = Sampling {
        workers: 3,
        ..sampling(3, 3_000)
    };
    let shared = sample(RACY, &shared);
    assert_eq!(shared.sampled.workers, 3);
    // Too long to be shown.
    assert!(in_short(&shared) == in_short(&alone));
}

#[test]
fn every_strategy_takes_part() {
    let samples = sample(RACY, &sampling(1, 300));
    let ran = samples.sampled.strategies.iter();
    let ran: BTreeSet<StrategyKind> = ran.map(|(kind, _)| *kind).collect();
    assert_eq!(ran, StrategyKind::ALL.into());
    let counts = samples.sampled.strategies.iter().map(|(_, count)| count);
    assert_eq!(counts.sum::<u64>(), 300);
    assert_eq!(samples.sampled.schedules, 300);
}

/// A mistake that hardly any schedule shows; `tests/reduction.rs` finds it.
const HARD: &str = "safestack";

#[test]
fn every_classic_is_found_soon_whatever_the_seed() {
    for (name, text) in classics(false).into_iter().filter(|(name, _)| name != HARD) {
        for seed in [1, 2, 3] {
            let samples = sample(&text, &sampling(seed, 40));
            assert!(!samples.failures.is_empty(), "{name} with seed {seed}");
        }
    }
}

#[test]
fn nothing_is_found_in_what_was_mended() {
    for (name, text) in classics(true) {
        let samples = sample(&text, &sampling(1, 300));
        assert!(
            samples.failures.is_empty(),
            "{name}: {:?}",
            samples.failures
        );
        assert_eq!(samples.sampled.first_failure(), None, "{name}");
    }
}

#[test]
fn a_failure_happens_again_by_its_token() {
    for (name, text) in classics(false) {
        let mut session = session();
        let mut explorer = explorer(&mut session, &text);
        let samples = sample_with(&mut explorer, &sampling(5, 100));
        for failure in &samples.failures {
            let (trail, outcome) = explorer.replay(&failure.token).expect("a run of this text");
            let outcome = outcome.expect("a run that ends");
            assert!(outcome.is_failure(), "{name}: {outcome:?}");
            assert_eq!(trail.decisions(), failure.trail.decisions(), "{name}");
        }
    }
}

/// The fewest preemptions with which something of this kind happens at these lines.
fn fewest(found: &[Finding], kind: &str) -> Option<u32> {
    let same = found.iter().filter(|f| f.problem.kind() == kind);
    same.map(|finding| finding.trail.preemptions()).min()
}

#[test]
fn a_livelock_is_found_by_a_schedule_that_comes_round() {
    let text = "
        let ready = false;
        let waiter = spawn(|| { while !ready { } });
        let other = spawn(|| { let seen = ready; });
        waiter.join();
        ready = true;
    ";
    let samples = sample(text, &sampling(1, 20));
    let kinds: Vec<&str> = samples.failures.iter().map(|f| f.problem.kind()).collect();
    assert_eq!(kinds, ["livelock"]);
    assert_eq!(
        samples.failures[0].problem,
        Problem::Livelock(vec!["Thread-1".into()])
    );
    assert_eq!(samples.sampled.first_failure(), Some(1));
    // The same with a way out that nobody need take.
    let text = text.replace("let seen = ready;", "ready = true;");
    let samples = sample(&text, &sampling(1, 20));
    assert!(samples.failures.is_empty(), "{:?}", samples.failures);
    assert_eq!(samples.sampled.unfinished.total(), 0);
}

#[test]
fn threads_that_are_polite_for_ever_are_found_too() {
    let text = "
        let a = Lock();
        let b = Lock();
        fn eat(first, second) {
            loop {
                first.acquire();
                if second.try_acquire() { second.release(); first.release(); return; }
                first.release();
            }
        }
        let x = spawn(eat, a, b);
        let y = spawn(eat, b, a);
        x.join();
        y.join();
    ";
    let samples = sample(text, &sampling(1, 20));
    assert!(samples.failures.is_empty(), "{:?}", samples.failures);
    let cycle = (samples.findings.iter()).find(|f| f.problem.kind() == "fair-livelock");
    let cycle = cycle.expect("the first schedule loops");
    let both = vec!["Thread-1".to_string(), "Thread-2".into()];
    assert_eq!(
        cycle.problem,
        Problem::FairLivelock {
            threads: both,
            round: 6
        }
    );
}

#[test]
fn what_is_shown_has_hardly_more_preemptions_than_it_needs() {
    for name in [
        "lost_update",
        "reorder_5",
        "twostage_2",
        "philosophers_3",
        "aba",
    ] {
        let path = format!(
            "{}/scripts/classics/{name}.rhai",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).expect("the script can be read");
        let exact = explore(&text, &Limits::default());
        assert_eq!(exact.cut, None, "{name}");
        let samples = sample(&text, &sampling(1, 300));
        let kind = exact.failures[0].problem.kind();
        let least = fewest(&exact.failures, kind).expect("it fails");
        let shown = fewest(&samples.failures, kind).expect("it fails here too");
        assert!(
            (least..=least + 1).contains(&shown),
            "{name}: {shown} for {least}"
        );
    }
}

#[test]
fn sampling_follows_a_search_that_gives_up() {
    let limits = Limits {
        states: 50,
        schedules: 500,
        ..Limits::default()
    };
    let found = explore(RACY, &limits);
    assert_eq!(found.cut, Some(Cut::States(50)));
    let sampled = found.sampled.expect("there is budget left");
    assert_eq!(sampled.schedules, 500);
    assert!(
        found
            .failures
            .iter()
            .any(|f| f.problem.kind() == "assertion")
    );
    assert!(
        found
            .findings
            .iter()
            .any(|f| matches!(f.problem, Problem::Race(_)))
    );

    let none = Limits {
        schedules: 0,
        ..limits
    };
    assert!(explore(RACY, &none).sampled.is_none());
    assert!(explore(RACY, &Limits::default()).sampled.is_none());
}

#[test]
fn who_waits_in_a_loop_stops_nobody() {
    let text = "
        let ready = false;
        let waiter = spawn(|| { while !ready { } });
        ready = true;
        waiter.join();
    ";
    let samples = sample(text, &sampling(1, 100));
    assert_eq!(samples.sampled.unfinished.total(), 0);
    assert_eq!(samples.outcomes.len(), 1);
}

#[test]
fn sleeps_and_random_numbers_are_choices() {
    let text = "
        let late = false;
        let sleeper = spawn(|| { sleep(1.0); late = true; });
        sleep(2.0);
        print(late, rand_int(1, 3));
        sleeper.join();
    ";
    let samples = sample(text, &sampling(1, 400));
    let printed = samples
        .outcomes
        .iter()
        .map(|o| &o.outcome.threads[0].printed);
    let printed: BTreeSet<String> = printed.map(|lines| lines[0].to_string()).collect();
    let wanted = ["true 1", "true 2", "true 3"];
    let wanted: BTreeSet<String> = wanted.map(String::from).into();
    assert!(printed.is_superset(&wanted), "{printed:?}");
}

/// A small program of some threads that share two variables and a lock.
fn program() -> impl Strategy<Value = String> {
    let operation = prop::sample::select(vec![
        "x += 1;",
        "y = x;",
        "x = y + 2;",
        "with lock { x *= 2; }",
        "with lock { with other { y += 1; } }",
        "with other { with lock { y += 3; } }",
        "print(x);",
        "if x == y { x = 5; }",
    ]);
    let thread = prop::collection::vec(operation, 1..4);
    prop::collection::vec(thread, 2..4).prop_map(|threads| {
        let mut text = "let x = 0; let y = 1; let lock = Lock(); let other = Lock();\n".to_string();
        text += "let threads = [];\n";
        for operations in threads {
            let body = operations.join(" ");
            text += &format!("threads.push(spawn(|lock, other| {{ {body} }}, lock, other));\n");
        }
        text + "for thread in threads { thread.join(); }\nprint(x, y);"
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// A strategy that chose what is not possible, or a schedule that was noted wrongly, would end
    /// elsewhere when it is replayed, or where the exact search has never been.
    #[test]
    fn what_is_sampled_can_happen(text in program()) {
        let mut session = session();
        let mut explorer = explorer(&mut session, &text);
        let samples = sample_with(&mut explorer, &sampling(1, 200));
        prop_assert_eq!(samples.sampled.unfinished.total(), 0);
        for possible in &samples.outcomes {
            let (_, outcome) = explorer.replay(&possible.token).expect("a run of this text");
            prop_assert_eq!(outcome.as_ref(), Some(&possible.outcome));
        }
        let exact = explore(&text, &Limits::default());
        prop_assert_eq!(exact.cut, None);
        let all: BTreeSet<&Outcome> = exact.outcomes.iter().map(|p| &p.outcome).collect();
        prop_assert!(samples.outcomes.iter().all(|p| all.contains(&p.outcome)));
        let races: Vec<&Problem> = exact.findings.iter().map(|f| &f.problem).collect();
        for finding in &samples.findings {
            // All races of a variable are one finding: which of them is seen first is chance.
            let variable = |problem: &Problem| match problem {
                Problem::Race(race) => Some(race.variable.clone()),
                _ => None,
            };
            let mut known = races.iter().map(|known| variable(known));
            prop_assert!(known.any(|known| known == variable(&finding.problem)), "{:?}", finding.problem);
        }
    }
}
