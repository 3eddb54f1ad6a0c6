//! Beyond the search that counts: a proof without counting finds the same as that search, and says that
//! it has none where it does not hold; estimates are near the number of states; threads that can be
//! polite to each other for ever are found.

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::{drawn, explorer, session};
use proptest::prelude::*;
use threadlab::explore::{Cut, Exploration, Finding, Limits, Outcome, Problem, Reduction};

fn explore(text: &str, reduction: Reduction) -> Exploration {
    let limits = Limits {
        reduction,
        schedules: 0,
        time: Duration::from_secs(300),
        ..Limits::default()
    };
    common::explore(&mut explorer(&mut session(), text), &limits)
}

/// What is compared: outcomes, whether something fails, and what looks wrong where.
struct Short<'a> {
    outcomes: BTreeSet<&'a Outcome>,
    fails: bool,
    findings: BTreeSet<(String, Vec<u16>)>,
}

fn in_short(found: &Exploration) -> Short<'_> {
    let outcomes = found.outcomes.iter().map(|possible| &possible.outcome);
    let in_short = |problem: &Problem| {
        let mut lines: Vec<u16> = problem.lines().iter().map(|pos| pos.line).collect();
        lines.sort_unstable();
        lines.dedup();
        // Who else waits, when some wait for each other, is chance, and so is which race of a variable is
        // shown.
        let mut what = problem.kind().to_string();
        match problem {
            Problem::Deadlock(_) => lines.clear(),
            Problem::Race(race) => {
                lines.clear();
                what += &race.variable;
            }
            _ => {}
        }
        (what, lines)
    };
    let all = |findings: &[Finding]| findings.iter().map(|one| in_short(&one.problem)).collect();
    Short {
        outcomes: outcomes.collect(),
        fails: !found.failures.is_empty(),
        findings: all(&found.findings),
    }
}

/// Compares both ways; says whether a proof without counting was possible.
fn compare(text: &str) -> bool {
    let reduced = explore(text, Reduction::Always);
    if reduced.uncounted.is_none() {
        return false;
    }
    assert!(reduced.is_proved() && reduced.interleavings.is_none());
    let exact = explore(text, Reduction::Never);
    assert_eq!(exact.cut, None, "{text}");
    let (short, whole) = (in_short(&reduced), in_short(&exact));
    assert_eq!(short.outcomes, whole.outcomes, "{text}");
    assert_eq!(short.findings, whole.findings, "{text}");
    // Those of one cause are one failure, and how much of that can be known differs.
    assert_eq!(short.fails, whole.fails, "{text}");
    let mut session = session();
    let mut explorer = explorer(&mut session, text);
    for possible in &reduced.outcomes {
        let (_, outcome) = explorer
            .replay(&possible.token)
            .expect("a run of this text");
        assert_eq!(outcome.as_ref(), Some(&possible.outcome), "{text}");
    }
    true
}

/// Programs in which something blocks, is disabled, is woken, or runs out of time.
const WRITTEN: [&str; 18] = [
    "let x = 0; let t = spawn(|| { x += 1; }); x += 1; t.join(); print(x);",
    "let a = Lock(); let b = Lock();
     fn both(first, second) { with first { with second { print(1); } } }
     let one = spawn(both, a, b); let other = spawn(both, b, a); one.join(); other.join();",
    "let lock = Lock(); let ready = Condition(lock); let x = 0;
     let t = spawn(|| { with ready { x = 1; ready.notify(); } });
     let u = spawn(|| { with lock { x += 2; } });
     with ready { while x % 2 == 0 { ready.wait(); } print(x); }
     t.join(); u.join();",
    "let ready = Condition(); let x = 0;
     let t = spawn(|| { with ready { ready.wait(); x += 1; } });
     with ready { ready.notify(); }
     t.join(); print(x);",
    "let done = Event(); let x = 0;
     let t = spawn(|| { done.wait(); x += 1; });
     let u = spawn(|| { x += 1; done.set(); });
     t.join(); u.join(); print(x);",
    "let s = Semaphore(0); let x = 0;
     let p = spawn(|| { s.release(); x += 1; });
     let q = spawn(|| { s.release(); x += 2; });
     let r = spawn(|| { s.acquire(); print(x); });
     p.join(); q.join(); r.join();",
    "let q = Queue(1);
     let p = spawn(|| { q.put(1); q.put(2); });
     let c = spawn(|| { print(q.get()); });
     let d = spawn(|| { print(q.get()); });
     p.join(); c.join(); d.join();",
    "let l = Lock(); let x = 0;
     let t = spawn(|| { with l { x += 1; } });
     if l.try_acquire() { x += 5; l.release(); } else { x += 10; }
     t.join(); print(x);",
    "let l = Lock();
     let t = spawn(|| { with l { } });
     let u = spawn(|| { print(l.acquire(true, 1.0)); });
     l.acquire(); t.join(); u.join();",
    "let x = 0;
     let t = spawn(|| { sleep(1.0); x += 1; });
     let u = spawn(|| { sleep(2.0); x *= 3; });
     t.join(); u.join(); print(x);",
    "let q = Queue();
     let t = spawn(|| { sleep(0.5); q.put(1); });
     try { print(q.get(true, 1.0)); } catch (e) { print(\"late\"); }
     t.join();",
    "let x = 0; let inner = ();
     let t = spawn(|| { inner = spawn(|| { x += 1; }); x += 1; });
     let u = spawn(|| { let v = spawn(|| { x += 10; }); v.join(); });
     t.join(); u.join(); inner.join(); print(x);",
    "let b = Barrier(2); let x = 0;
     let t = spawn(|| { x += 1; b.wait(); x += 1; });
     b.wait(); x += 1; t.join(); print(x);",
    "let t = spawn(|| { print(1); }); print(t.is_alive()); t.join(); print(t.is_alive());",
    "let a = Atomic(0); let seen = [];
     let f = || { let n = a.fetch_add(1); seen.push(n); };
     let t = spawn(f); let u = spawn(f); t.join(); u.join(); print(seen.len());",
    "let x = 0; let y = 0; let r = 0; let s = 0;
     let t = spawn(|| { x = 1; r = y; }); let u = spawn(|| { y = 1; s = x; });
     t.join(); u.join(); print(r, s);",
    "let c = channel(0);
     let t = spawn(|| { c.send(1); }); let u = spawn(|| { c.send(2); });
     print(c.recv()); print(c.recv()); t.join(); u.join();",
    "let x = 0;
     let t = spawn(|| { if x == 1 { throw \"one\"; } }); let u = spawn(|| { x = 1; x = 2; });
     t.join(); u.join(); assert(x == 2);",
];

#[test]
fn what_is_proved_without_counting_is_what_counting_finds() {
    let mut proved = 0;
    for text in WRITTEN {
        proved += usize::from(compare(text));
    }
    assert_eq!(proved, WRITTEN.len());
}

#[test]
fn it_is_not_offered_where_it_does_not_hold() {
    for text in [
        // Runs that need not end.
        "let ready = false; let t = spawn(|| { while !ready { } }); ready = true; t.join();",
        // A run that is cut off.
        "let x = 0; let t = Thread(|| { x = 1; x = 2; }, [], #{daemon: true}); t.start(); print(x);",
        // Random numbers.
        "let t = spawn(|| { print(rand_int(1, 3)); }); t.join();",
        // Who asks for the time.
        "let t = spawn(|| { sleep(1.0); }); print(monotonic() > 0.5); t.join();",
    ] {
        let found = explore(text, Reduction::Always);
        assert_eq!((found.uncounted, found.cut), (None, None), "{text}");
        assert!(found.interleavings.is_some(), "{text}");
    }
}

/// Eight threads, each with a counter and a lock of its own, and one variable that all change.
const INDEPENDENT: &str = "
    let last = 0;
    fn work(me) {
        let own = Atomic(0);
        for round in 0..5 { own.fetch_add(1); print(own.load()); }
        if me < 2 { last = me; }
    }
    let threads = [];
    for me in 0..8 { threads.push(spawn(work, me)); }
    for thread in threads { thread.join(); }
    print(last);
";

#[test]
fn a_program_of_independent_steps_is_proved_where_counting_gives_up() {
    let limits = Limits {
        states: 2_000,
        reduction: Reduction::Auto,
        ..Limits::default()
    };
    let found = common::explore(&mut explorer(&mut session(), INDEPENDENT), &limits);
    assert_eq!(found.cut, None);
    assert_eq!(found.uncounted, Some(2));
    assert_eq!(found.outcomes.len(), 2);
    let never = Limits {
        reduction: Reduction::Never,
        schedules: 50,
        ..limits
    };
    let found = common::explore(&mut explorer(&mut session(), INDEPENDENT), &never);
    assert_eq!(found.cut, Some(Cut::States(2_000)));
    assert!(found.sampled.is_some());
}

/// A program of some threads over variables, locks, events, queues and times.
fn program() -> impl Strategy<Value = String> {
    let operation = prop::sample::select(vec![
        "x += 1;",
        "y = x;",
        "x = y + 2;",
        "z[0] += 1;",
        "z[1] = x;",
        "with a { x *= 2; }",
        "with a { with b { y += 1; } }",
        "with b { with a { y += 3; } }",
        "with c { c.notify(); }",
        "with c { x += 1; c.wait(0.5); y += 1; }",
        "if a.try_acquire() { y += 2; a.release(); }",
        "print(a.acquire(true, 1.0)); try { a.release(); } catch { }",
        "s.release();",
        "s.acquire(); x += 1;",
        "e.set();",
        "e.wait();",
        "print(e.wait(1.0));",
        "q.put(x);",
        "print(q.get());",
        "try { print(q.get(true, 0.5)); } catch { print(\"empty\"); }",
        "sleep(0.5);",
        "n.fetch_add(1);",
        "print(n.load());",
        "print(x);",
        "if x == y { x = 5; }",
        "if x == 2 { throw \"two\"; }",
        "let inner = spawn(|| { x += 1; }); inner.join();",
    ]);
    let thread = prop::collection::vec(operation, 1..4);
    prop::collection::vec(thread, 2..4).prop_map(|threads| {
        let mut text = "let x = 0; let y = 1; let z = [0, 0]; let a = Lock(); let b = Lock();
let c = Condition(a); let s = Semaphore(1); let e = Event(); let q = Queue(1); let n = Atomic(0);
let threads = [];\n"
            .to_string();
        for operations in threads {
            let body = operations.join("\n    ");
            text += &format!("threads.push(spawn(|| {{\n    {body}\n}}));\n");
        }
        text + "for thread in threads { thread.join(); }\nprint(x, y, z);"
    })
}

/// So many programs; `REDUCED` sets another number, `REDUCED_SEED` other ones.
fn cases() -> u32 {
    drawn::setting("REDUCED", 60)
}

#[test]
fn generated_programs_are_proved_alike_with_and_without_counting() {
    let mut runner = drawn::runner(cases(), drawn::setting("REDUCED_SEED", 0));
    let proved = std::cell::Cell::new(0);
    let result = runner.run(&program(), |text| {
        proved.set(proved.get() + u32::from(compare(&text)));
        Ok(())
    });
    assert!(result.is_ok(), "{result:?}");
    // Hardly any of them goes on for ever.
    assert!(proved.get() * 10 >= cases() * 9, "{}", proved.get());
}

/// Programs of different families, each with some thousands of states.
fn of_known_size() -> Vec<String> {
    let threads = |count: u32, body: &str, before: &str| {
        format!(
            "{before} fn work(me) {{ {body} }}
             let threads = [];
             for me in 0..{count} {{ threads.push(spawn(work, me)); }}
             for thread in threads {{ thread.join(); }}"
        )
    };
    let mut programs = Vec::new();
    let x = "let x = 0;";
    for (count, rounds) in [(2, 8), (2, 10), (3, 3), (4, 2)] {
        programs.push(threads(
            count,
            &format!("for i in 0..{rounds} {{ x += 1; }}"),
            x,
        ));
    }
    for (count, rounds) in [(3, 3), (4, 2), (5, 1), (2, 8)] {
        let body = format!("for i in 0..{rounds} {{ x += me; }}");
        programs.push(threads(count, &body, x));
    }
    let lock = "let l = Lock(); let x = 0;";
    for (count, rounds) in [(3, 5), (4, 2), (5, 1), (4, 3)] {
        let body = format!("for i in 0..{rounds} {{ with l {{ x += 1; }} }} print(x);");
        programs.push(threads(count, &body, lock));
    }
    for (count, rounds) in [(4, 6), (5, 4), (6, 3), (3, 12)] {
        let body = format!("for i in 0..{rounds} {{ print(i); }}");
        programs.push(threads(count, &body, ""));
    }
    for count in [4, 5] {
        let forks = format!("let forks = []; for i in 0..{count} {{ forks.push(Lock()); }}");
        let body = format!(
            "let left = if me == 0 {{ {count} - 1 }} else {{ me - 1 }};
             for i in 0..2 {{ with forks[me] {{ with forks[left] {{ }} }} }}"
        );
        programs.push(threads(count, &body, &forks));
    }
    for (producers, items) in [(2, 5), (3, 3), (3, 2)] {
        let body = format!("for i in 0..{items} {{ q.put(me); print(q.get()); }}");
        programs.push(threads(producers, &body, "let q = Queue(2);"));
    }
    for (count, rounds) in [(3, 4), (4, 3), (3, 6)] {
        let body = format!("for i in 0..{rounds} {{ a.fetch_add(me); a.load(); }}");
        programs.push(threads(count, &body, "let a = Atomic(0);"));
    }
    for (count, rounds) in [(3, 2), (3, 3), (4, 1)] {
        let body = format!("for i in 0..{rounds} {{ x += 1; b.wait(); x += 1; }}");
        let before = format!("let x = 0; let b = Barrier({count});");
        programs.push(threads(count, &body, &before));
    }
    programs.push(threads(
        3,
        "s.acquire(); x += 1; print(x); x += 1; s.release(); print(1); print(2);",
        "let x = 0; let s = Semaphore(2);",
    ));
    programs.push(threads(
        4,
        "let m = x; y = m + me; print(y); x = m + 1;",
        "let x = 0; let y = 0;",
    ));
    programs
}

#[test]
fn estimates_are_near_the_number_of_states() {
    let programs = of_known_size();
    let mut wrong = Vec::new();
    for text in &programs {
        let known = explore(text, Reduction::Never);
        assert_eq!(known.cut, None, "{text}");
        let limits = Limits {
            states: (known.states / 8).max(20),
            schedules: 1,
            reduction: Reduction::Never,
            time: Duration::from_secs(300),
            ..Limits::default()
        };
        let found = common::explore(&mut explorer(&mut session(), text), &limits);
        let expected = found.expected.expect("there is time for an estimate");
        let quotient = expected.states() as f64 / known.states as f64;
        let line = format!(
            "{quotient:.2}: {} to {} for {}\n{text}\n",
            expected.least, expected.most, known.states
        );
        if std::env::var("ESTIMATES").is_ok() {
            eprintln!("{line}");
        }
        if !(0.5..=2.0).contains(&quotient) {
            wrong.push(line);
        }
    }
    // Barriers and forks are where the growth from the ends says least.
    assert!(wrong.len() * 5 <= programs.len(), "{}", wrong.join("\n"));
}

/// The known mistake of three threads, for which each has to be interrupted at several places.
#[test]
fn the_safe_stack_is_not_safe() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scripts/classics/safestack.rhai"
    );
    let text = std::fs::read_to_string(path).expect("the script can be read");
    let limits = Limits {
        states: 250_000,
        schedules: 0,
        time: Duration::from_secs(600),
        ..Limits::default()
    };
    let found = common::explore(&mut explorer(&mut session(), &text), &limits);
    let kinds: BTreeSet<&str> = found.failures.iter().map(|f| f.problem.kind()).collect();
    assert_eq!(kinds, ["assertion"].into());
}

/// Two threads that take one lock each and give it back when the other one is taken.
const POLITE: &str = "let a = Lock();
let b = Lock();
fn eat(first, second) {
    loop {
        first.acquire();
        if second.try_acquire() {
            second.release();
            first.release();
            return;
        }
        first.release();
    }
}
let x = spawn(eat, a, b);
let y = spawn(eat, b, a);
x.join();
y.join();";

fn fair_livelock(found: &[threadlab::explore::Finding]) -> Option<(Vec<String>, usize)> {
    found.iter().find_map(|finding| match &finding.problem {
        Problem::FairLivelock { threads, round } => Some((threads.clone(), *round)),
        _ => None,
    })
}

#[test]
fn threads_that_are_polite_for_ever_are_a_finding_with_its_cycle() {
    let found = explore(POLITE, Reduction::Auto);
    assert_eq!(found.cut, None);
    assert!(found.failures.is_empty(), "{:?}", found.failures);
    let both = vec!["Thread-1".to_string(), "Thread-2".into()];
    let (threads, round) = fair_livelock(&found.findings).expect("it is there");
    assert_eq!((&threads, round), (&both, 6));
    // Each takes its lock, looks for the other and gives its own back.
    let finding = (found.findings.iter())
        .find(|finding| finding.problem.kind() == "fair-livelock")
        .expect("it is there");
    let steps = &finding.trail.steps;
    let cycle = &steps[steps.len() - round..];
    let of = |task: u64| {
        cycle
            .iter()
            .filter(|step| step.decision.choice.task().0 == task)
            .count()
    };
    assert_eq!((of(2), of(3)), (3, 3));

    // One order for all, and nobody has to be polite.
    let mended = POLITE.replace("spawn(eat, b, a)", "spawn(eat, a, b)");
    let found = explore(&mended, Reduction::Auto);
    assert_eq!(fair_livelock(&found.findings), None);
}
