//! Interchangeable threads: the search that takes them as interchangeable against the one that tells them
//! apart, on generated programs, and how few states well-known programs have.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use common::{drawn, explorer, session};
use proptest::prelude::*;
use threadlab::explore::{
    Alike, End, Exploration, Finding, Interleavings, Limits, Outcome, Problem,
};
use threadlab::session::{Input, InputKind};

fn limits() -> Limits {
    Limits {
        time: Duration::from_secs(120),
        ..Limits::default()
    }
}

fn explore(text: &str) -> Exploration {
    common::explore(&mut explorer(&mut session(), text), &limits())
}

fn explore_apart(text: &str) -> Exploration {
    let mut session = session();
    let mut explorer = explorer(&mut session, text);
    explorer.tell_threads_apart();
    common::explore(&mut explorer, &limits())
}

/// What each of the threads does, one statement after the other.
const STATEMENTS: [&str; 30] = [
    "x += 1;",
    "x = 1;",
    "y = x;",
    "if x == 1 { y += 1; }",
    "with lock { x += 1; }",
    "with lock { y = x; x += 1; }",
    "if lock.try_acquire() { y += 1; lock.release(); }",
    "with outer { with lock { x += 1; } }",
    "with lock { with outer { y += 1; } }",
    "atomic.fetch_add(1);",
    "let seen = atomic.load(); atomic.compare_exchange(seen, seen + 1);",
    "queue.put(x);",
    "if !queue.empty() { x = queue.get(); }",
    "queue.get();",
    "ready.set();",
    "ready.wait();",
    "semaphore.acquire(); semaphore.release();",
    "semaphore.acquire();",
    "sleep(1);",
    "print(x);",
    "print(\"same\");",
    "assert(x != 2, \"two\");",
    "assert(atomic.load() != 1, \"one\");",
    "log.push(x);",
    "log.push(0);",
    "if ready.wait(1) { x += 1; }",
    "let mine = [x]; mine.push(y); y = mine[0];",
    "for i in 0..2 { x = i; }",
    "let inner = spawn(|| { y += 1; }); inner.join();",
    "with condition { condition.notify(); }",
];

/// The same, of what notices which thread it is.
const NOTICING: [&str; 12] = [
    "print(current_thread().name);",
    "x = current_thread().ident;",
    "print(`${current_thread()}`);",
    "if current_thread().name == \"Thread-1\" { x += 1; }",
    "try { lock.release(); } catch (e) { log.push(`${e}`); }",
    "log.push(enumerate().len());",
    "current_thread().set_name(\"me\");",
    "local.x = x; y = local.x;",
    "try { current_thread().start(); } catch (e) { print(`${e}`); }",
    "try { current_thread().join(); } catch (e) { log.push(`${e}`); }",
    "log.push(active_count());",
    "print(owner);",
];

/// What main does between the starts and the joins, and how it joins.
const MAIN: [&str; 6] = [
    "",
    "x += 1;",
    "with lock { y = x; }",
    "print(x);",
    "ready.set();",
    "queue.put(5);",
];
const JOINS: [&str; 12] = [
    "for t in threads { t.join(); }",
    "for t in threads { join(t); }",
    "let i = 0; while i < threads.len() { threads[i].join(); i += 1; }",
    "let i = 0; while i < COUNT { threads[i].join(); i += 1; }",
    "let a = threads[0]; let b = threads[1]; a.join(); b.join();",
    "threads[1].join(); threads[0].join();",
    "for t in threads { t.join(); x += 1; }",
    "let values = []; for t in threads { values.push(t.join()); } print(values);",
    "threads[0].join(); print(x); for t in threads { t.join(); }",
    "",
    "for t in threads { t.join(); } print(threads[0].is_alive());",
    "fn wait_for(all) { for t in all { t.join(); } } wait_for(threads);",
];

/// How the threads are made.
const STARTS: [&str; 6] = [
    "for i in 0..COUNT { threads.push(spawn(work)); }",
    "for i in 0..COUNT { threads.push(spawn(|| { BODY })); }",
    "for i in 0..COUNT { let t = Thread(work); threads.push(t); t.start(); }",
    "for i in 0..COUNT { threads.push(Thread(work)); } for t in threads { t.start(); }",
    "threads.push(spawn(work)); x += 1; for i in 1..COUNT { threads.push(spawn(work)); }",
    "for i in 0..COUNT { let own = i / 2; threads.push(spawn(|| { x = own; BODY })); }",
];

#[derive(Clone, Debug)]
struct Program {
    count: usize,
    body: Vec<usize>,
    noticing: Option<usize>,
    starts: usize,
    main: usize,
    joins: usize,
}

impl Program {
    fn text(&self) -> String {
        let mut body: Vec<&str> = self.body.iter().map(|index| STATEMENTS[*index]).collect();
        body.extend(self.noticing.map(|index| NOTICING[index]));
        let body = body.join(" ");
        let text = format!(
            "let x = 0; let y = 0; let log = []; let lock = Lock(); let outer = Lock();
             let atomic = Atomic(0); let queue = Queue(); let ready = Event();
             let semaphore = Semaphore(1); let condition = Condition(); let local = ThreadLocal();
             let threads = []; let owner = ();
             let work = || {{ {body} }};
             {}
             {}
             {}
             print(x, y, log);",
            STARTS[self.starts], MAIN[self.main], JOINS[self.joins]
        );
        text.replace("BODY", &body)
            .replace("COUNT", &self.count.to_string())
    }
}

fn program() -> impl Strategy<Value = Program> {
    let body = prop::collection::vec(0..STATEMENTS.len(), 1..4);
    let noticing = prop_oneof![3 => Just(None), 1 => (0..NOTICING.len()).prop_map(Some)];
    let of_main = (0..STARTS.len(), 0..MAIN.len(), 0..JOINS.len());
    (2..4_usize, body, noticing, of_main).prop_map(|(count, body, noticing, of_main)| {
        let (starts, main, joins) = of_main;
        // Three threads with much to do have too many states when they are told apart.
        let body = if count == 3 {
            body[..body.len().min(2)].to_vec()
        } else {
            body
        };
        Program {
            count,
            body,
            noticing,
            starts,
            main,
            joins,
        }
    })
}

/// The outcomes as classes, each with its count.
fn classes(found: &Exploration, alike: &[Alike]) -> BTreeMap<Outcome, Option<Interleavings>> {
    let mut classes: BTreeMap<Outcome, Option<Interleavings>> = BTreeMap::new();
    for possible in &found.outcomes {
        let count = possible.interleavings.clone();
        let class = classes.entry(possible.outcome.class(alike)).or_default();
        *class = match (class.take(), count) {
            (None, count) => count,
            (Some(known), Some(more)) => Some(Interleavings::sum(&[known, more])),
            (Some(known), None) => Some(known),
        };
    }
    classes
}

/// What goes wrong, and where; not for whom.
fn problems(found: &[Finding]) -> BTreeSet<String> {
    let problems = found.iter().map(|finding| {
        let mut lines = finding.problem.lines();
        if let Problem::Deadlock(_) = finding.problem {
            lines.clear();
        }
        lines.sort_unstable();
        format!("{} {lines:?}", finding.problem.kind())
    });
    problems.collect()
}

fn cases() -> u32 {
    drawn::setting("SYMMETRY_CASES", 120)
}

#[test]
fn interchangeable_threads_change_nothing_of_what_is_found() {
    let mut runner = drawn::runner(cases(), drawn::setting("SYMMETRY_SEED", 7));
    let fewer = std::cell::Cell::new(0_u32);
    let result = runner.run(&program(), |program| {
        let text = program.text();
        let (found, apart) = (explore(&text), explore_apart(&text));
        if !apart.is_proved() {
            return Ok(());
        }
        prop_assert!(found.is_proved(), "{text}\n{:?}", found.cut);
        prop_assert!(
            found.states <= apart.states,
            "{text}\n{} {}",
            found.states,
            apart.states
        );
        if found.states < apart.states {
            fewer.set(fewer.get() + 1);
        }
        prop_assert_eq!(&found.interleavings, &apart.interleavings, "{}", &text);
        let groups = found.outcomes.iter().map(|possible| &possible.alike);
        let alike = groups
            .max_by_key(|groups| groups.len())
            .cloned()
            .unwrap_or_default();
        prop_assert_eq!(
            classes(&found, &alike),
            classes(&apart, &alike),
            "{}",
            &text
        );
        prop_assert_eq!(
            problems(&found.failures),
            problems(&apart.failures),
            "{}",
            &text
        );
        prop_assert_eq!(
            problems(&found.findings),
            problems(&apart.findings),
            "{}",
            &text
        );
        // What is shown is a run of real threads that has that end.
        let mut session = session();
        let mut explorer = explorer(&mut session, &text);
        for possible in found.outcomes.iter().take(40) {
            let replayed = explorer.replay(&possible.token);
            let (_, outcome) = replayed.expect("a word of this program");
            prop_assert_eq!(outcome.as_ref(), Some(&possible.outcome), "{}", &text);
            let exists = apart
                .outcomes
                .iter()
                .any(|one| one.outcome == possible.outcome);
            prop_assert!(
                exists || apart.outcomes.len() >= 1_000,
                "{text}\n{:?}",
                possible.outcome
            );
        }
        for failure in &found.failures {
            if let Problem::Error { thread, .. } = &failure.problem {
                let has_failed = failure.trail.steps.iter().any(|step| &*step.name == thread);
                prop_assert!(
                    has_failed || thread == "main",
                    "{text}\n{:?}",
                    failure.problem
                );
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(
        fewer.get() >= cases() / 4,
        "fewer states in {} only",
        fewer.get()
    );
}

/// Unlocked additions of as many threads, each so often.
fn increments(threads: usize, times: usize) -> String {
    format!(
        "let x = 0; let ts = [];
         for i in 0..{threads} {{ ts.push(spawn(|| {{ for j in 0..{times} {{ x += 1; }} }})); }}
         for t in ts {{ t.join(); }}
         print(x);"
    )
}

/// Each program with how many states it may have at most.
#[test]
fn alike_threads_have_few_states() {
    let lock = "let x = 0; let lock = Lock(); let ts = [];
        for i in 0..6 { ts.push(spawn(|| { for j in 0..3 { with lock { x += 1; } } })); }
        for t in ts { t.join(); } print(x);";
    let atomic = "let c = Atomic(0); let ts = [];
        for i in 0..8 { ts.push(spawn(|| { c.fetch_add(1); })); }
        for t in ts { t.join(); } print(c.load());";
    for (text, most) in [
        (increments(3, 3), 1_600),
        (increments(4, 3), 21_000),
        (lock.to_string(), 700),
        (atomic.to_string(), 300),
        (atomic.replace("c.fetch_add(1);", "c.fetch_add(1)"), 300),
    ] {
        let found = explore(&text);
        assert!(found.is_proved(), "{text}");
        assert!(found.states <= most, "{} states\n{text}", found.states);
    }
}

#[test]
fn one_of_several_is_described_as_one_of_them() {
    let found = explore(
        "let x = 0;
         let work = || { x += 1; assert(x != 3, \"three\"); };
         let ts = []; for i in 0..4 { ts.push(spawn(work)); }
         for t in ts { t.join(); }",
    );
    assert!(found.is_proved());
    let failing = found
        .outcomes
        .iter()
        .filter(|possible| possible.outcome.is_failure());
    let names = failing.flat_map(|possible| {
        let described = possible.outcome.described(&possible.alike);
        described
            .threads
            .into_iter()
            .map(|lines| lines.name.to_string())
    });
    let names: BTreeSet<String> = names.collect();
    assert!(names.contains("one of Thread-1 to Thread-4"), "{names:?}");
}

/// What notices an identity takes the threads apart that it concerns, and only those.
#[test]
fn who_is_noticed_is_told_apart() {
    let states = |noticing: &str| {
        let text = format!(
            "let x = 0; let y = 0;
             let one = || {{ x += 1; {noticing} }};
             let other = || {{ y += 1; y += 1; }};
             let ts = [];
             for i in 0..2 {{ ts.push(spawn(one)); ts.push(spawn(other)); }}
             for t in ts {{ t.join(); }}
             print(x, y);"
        );
        let found = explore(&text);
        assert!(found.is_proved());
        (found.states, explore_apart(&text).states)
    };
    let (unnoticed, apart) = states("x = x;");
    assert!(unnoticed * 2 < apart, "both kinds: {unnoticed} of {apart}");
    let (noticed, apart) = states("x = current_thread().name;");
    assert!(
        unnoticed < noticed && noticed * 4 < apart * 3,
        "{noticed} of {apart}"
    );
}

#[test]
fn deadlocks_of_alike_threads_are_found_with_real_names() {
    let found = explore(
        "let a = Semaphore(1); let b = Semaphore(1);
         let work = || { a.acquire(); b.acquire(); a.acquire(); };
         let ts = []; for i in 0..3 { ts.push(spawn(work)); }
         for t in ts { t.join(); }",
    );
    assert!(found.is_proved() && !found.failures.is_empty());
    for failure in &found.failures {
        let Problem::Deadlock(stuck) = &failure.problem else {
            panic!("{:?}", failure.problem);
        };
        let alive: Vec<&str> = failure
            .trail
            .alive
            .iter()
            .map(|(_, name)| &**name)
            .collect();
        let names: Vec<&str> = stuck.iter().map(|one| &*one.name).collect();
        assert_eq!(names, alive, "the run that is shown ends with these");
    }
    let is_deadlock = |end: &End| matches!(end, End::Deadlock(_));
    assert!(
        found
            .outcomes
            .iter()
            .all(|possible| is_deadlock(&possible.outcome.end))
    );
}

/// Where the order of prints counts, a line stays with its place in it, whichever thread printed it: two threads that
/// nothing tells apart can print two items in both orders.
#[test]
fn alike_threads_print_in_each_order() {
    let orders = |text: &str| {
        let input = Input {
            name: "test",
            text,
            kind: InputKind::Script,
        };
        let mut session = session();
        let mut explorer = session.explorer(input, true).expect("it can be explored");
        let found = common::explore(&mut explorer, &limits());
        assert!(found.is_proved());
        let printed = found.outcomes.iter().map(|possible| {
            let outcome = &possible.outcome;
            let order = outcome.order.as_deref().expect("the order counts");
            let mut numbers = order.to_vec();
            numbers.sort_unstable();
            numbers.dedup();
            // Threads come in the order of their numbers, and each of them has printed.
            let mut left: Vec<_> = outcome
                .threads
                .iter()
                .map(|one| one.printed.iter())
                .collect();
            let lines = order.iter().filter_map(|number| {
                let index = numbers.binary_search(number).expect("a number of the list");
                left[index].next()
            });
            lines
                .map(|line| line.trim())
                .collect::<Vec<&str>>()
                .join(" ")
        });
        let mut printed: Vec<String> = printed.collect();
        printed.sort();
        printed
    };
    let taken = orders(
        "let next = Atomic(0);
         let take = || print(next.fetch_add(1));
         let ts = [spawn(take), spawn(take)];
         for t in ts { t.join(); }",
    );
    assert_eq!(taken, ["0 1", "1 0"]);
    let same = orders(
        "let twice = || { print(\"a\"); print(\"b\"); };
         let ts = [spawn(twice), spawn(twice)];
         for t in ts { t.join(); }",
    );
    // The one who printed the first `a` prints the first `b` or the second one.
    assert_eq!(same, ["a a b b", "a a b b", "a b a b"]);
}
