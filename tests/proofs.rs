//! Programs of which the search once said less than what can happen, with what is right, and others
//! of their kinds.
//!
//! Each table is one kind: what was overlooked there stands above it. All outcomes of a program are
//! listed, so that neither a missing nor an invented one passes.

mod common;

use std::collections::BTreeSet;

use common::Mode;
use threadlab::explore::{End, Exploration, Interleavings, Limits, Outcome};
use threadlab::session::{Input, InputKind};

/// A program and what a complete search says about it.
struct Proof {
    name: &'static str,
    source: &'static str,
    /// A decimal number, `infinite`, or nothing where too many were to be counted by hand.
    interleavings: &'static str,
    /// Every outcome, in any order: what each thread printed, then how it ended if not well; see
    /// [`text_of`].
    outcomes: &'static [&'static str],
    /// The kinds of its failures and findings, in any order; several of one kind stand once.
    problems: &'static [&'static str],
}

/// What each thread printed, in the order of the threads' numbers, joined by ` / `; then `deadlock`,
/// `failed: MESSAGE` for main or `NAME failed: MESSAGE`.
fn text_of(outcome: &Outcome) -> String {
    let bare = |message: &str| message.replace("assertion failed: ", "");
    let mut parts: Vec<String> = Vec::new();
    for lines in &outcome.threads {
        parts.extend(lines.printed.iter().map(|line| line.to_string()));
        for failed in &lines.failed {
            parts.push(format!("{} failed: {}", lines.name, bare(&failed.message)));
        }
    }
    if let Some(failed) = &outcome.main_failed {
        parts.push(format!("failed: {}", bare(&failed.message)));
    }
    match &outcome.end {
        End::Value(_) => {}
        End::Error { message, .. } => parts.push(format!("failed: {}", bare(message))),
        End::Deadlock(_) => parts.push("deadlock".into()),
    }
    parts.join(" / ")
}

fn count_of(found: &Exploration) -> String {
    match &found.interleavings {
        Some(Interleavings::Exactly(count)) => count.to_string(),
        Some(Interleavings::Infinite) => "infinite".into(),
        None => "not proved".into(),
    }
}

fn explore(source: &str) -> Exploration {
    let mut session = common::session();
    let found = common::explore(
        &mut common::explorer(&mut session, source),
        &Limits::default(),
    );
    assert!(found.is_proved(), "{source}\n{:?}", found.cut);
    found
}

fn problems_of(found: &Exploration) -> BTreeSet<&'static str> {
    let all = found.failures.iter().chain(&found.findings);
    all.map(|finding| finding.problem.kind()).collect()
}

fn check(proofs: &[Proof]) {
    let mut wrong = Vec::new();
    for proof in proofs {
        let found = explore(proof.source);
        let outcomes: BTreeSet<String> = found
            .outcomes
            .iter()
            .map(|possible| text_of(&possible.outcome))
            .collect();
        let expected: BTreeSet<String> = proof
            .outcomes
            .iter()
            .map(|text| (*text).to_string())
            .collect();
        if outcomes != expected {
            wrong.push(format!("{}: {outcomes:?}, not {expected:?}", proof.name));
        }
        let problems = problems_of(&found);
        let expected: BTreeSet<&str> = proof.problems.iter().copied().collect();
        if problems != expected {
            wrong.push(format!("{}: {problems:?}, not {expected:?}", proof.name));
        }
        let count = count_of(&found);
        if !proof.interleavings.is_empty() && count != proof.interleavings {
            wrong.push(format!(
                "{}: {count} interleavings, not {}",
                proof.name, proof.interleavings
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A loop that has waited collects all timers that are due before it runs a task; which further
/// ones are due with the first is a choice, since a real clock moves between two calls.
#[test]
fn timers_of_a_loop_are_due_together_or_not() {
    check(&[
        Proof {
            name: "wait for the first of two that sleep equally long",
            source: FIRST_COMPLETED,
            interleavings: "",
            outcomes: &["", "failed: 2 are done"],
            problems: &["assertion"],
        },
        Proof {
            name: "who is second looks whether the first is done",
            source: "let first = ();
                asyncio.run(|| {
                    first = asyncio.create_task(|| { await asyncio.sleep(0.1); await asyncio.sleep(0); });
                    let second = asyncio.create_task(|| { await asyncio.sleep(0.1); print(first.done()); });
                    await second; await first; });",
            interleavings: "",
            // Due together: the first is at its second sleep. Due one after the other: it has ended.
            outcomes: &["false", "true"],
            problems: &[],
        },
        Proof {
            name: "a time limit as long as the sleep",
            source: "asyncio.run(|| {
                    let sets = await asyncio.wait([asyncio.create_task(|| { await asyncio.sleep(0.1); })],
                        #{timeout: 0.1});
                    print(sets.done.len()); });",
            interleavings: "",
            // The limit was set before the task began to sleep, so it is due first or with it.
                outcomes: &["0"],
            problems: &[],
        },
    ]);
}

const FIRST_COMPLETED: &str = "fn nap(seconds) { await asyncio.sleep(seconds); }
fn main() {
    let x = asyncio.create_task(nap(0.1));
    let y = asyncio.create_task(nap(0.1));
    let sets = await asyncio.wait([x, y], #{return_when: FIRST_COMPLETED});
    assert(sets.done.len() == 1, `${sets.done.len()} are done`);
}
asyncio.run(main());";

/// Under `seeded` both timers are due together, as they are most often.
#[test]
fn the_seeded_scheduler_shows_the_ordinary_one() {
    for seed in 0..20 {
        let ended = common::run(Mode::Seeded(seed), FIRST_COMPLETED);
        assert!(
            ended.outcomes[0].contains("2 are done"),
            "{seed}: {:?}",
            ended.outcomes
        );
    }
}

/// The message of main's error is made when main fails, and shows what it was thrown with as that is then.
#[test]
fn what_main_throws_is_shown_as_it_was_then() {
    let thrown = |source, outcomes| Proof {
        name: source,
        source,
        interleavings: "",
        outcomes,
        problems: &["error"],
    };
    check(&[
        thrown(
            "let t = spawn(|| { sleep(0.5); 1 }); throw t;",
            &[
                "failed: Thread(Thread-1, running)",
                "failed: Thread(Thread-1, ended)",
            ],
        ),
        thrown(
            "let e = ThreadPoolExecutor(1); let f = e.submit(|| { sleep(0.3); 1 }); throw [f];",
            &["failed: [Future(running)]", "failed: [Future(done: 1)]"],
        ),
        thrown(
            "let l = Lock(); let t = spawn(|| { l.acquire(); sleep(0.3); l.release(); }); throw l;",
            &["failed: Lock(free)", "failed: Lock(held since line 1)"],
        ),
        thrown(
            "let q = list(); let t = spawn(|| { q.append(1); }); throw q;",
            &["failed: []", "failed: [1]"],
        ),
        thrown(
            "let t = spawn(|| { sleep(0.3); 1 }); let e = ThreadPoolExecutor(1); \
             let f = e.submit(|| { throw t; }); f.result();",
            &[
                "failed: Thread(Thread-1, running)",
                "failed: Thread(Thread-1, ended)",
            ],
        ),
        // What nobody else can change is no step.
        Proof {
            name: "a list of its own",
            source: "let t = spawn(|| 1); let own = list([1]); throw own;",
            interleavings: "1",
            outcomes: &["failed: [1]"],
            problems: &["error"],
        },
    ]);
}

/// Main's failure is part of what became of a run in which others never end.
#[test]
fn main_fails_although_others_never_end() {
    check(&[
        Proof {
            name: "another waits",
            source: "let q = Queue(); let t = spawn(|| { q.get(); }); assert(1 == 2, \"main is wrong\"); q.put(1);",
            interleavings: "1",
            outcomes: &["failed: main is wrong / deadlock"],
            problems: &["assertion", "deadlock"],
        },
        Proof {
            name: "another loops",
            source:
                "let stop = Event(); let t = spawn(|| { while !stop.is_set() { sleep(0.02); } });
                let answer = parse_int(\"4o\"); stop.set(); t.join();",
            interleavings: "",
            outcomes: &[],
            problems: &["error", "livelock"],
        },
        Proof {
            name: "two others wait for main at a barrier",
            source: "let b = Barrier(3); spawn(|| b.wait()); spawn(|| b.wait()); throw \"late\";",
            interleavings: "",
            outcomes: &["failed: late / deadlock"],
            problems: &["error", "deadlock"],
        },
        Proof {
            name: "a pool's thread waits",
            source: "let e = Event(); let p = pool(1); p.submit(|| e.wait()); throw \"first\";",
            interleavings: "",
            outcomes: &["failed: first / deadlock"],
            problems: &["error", "deadlock"],
        },
        Proof {
            name: "who waits has a limit",
            source: "let q = Queue(); let t = spawn(|| { try { q.get(1); } catch { print(\"empty\"); } }); throw \"first\";",
            interleavings: "",
            outcomes: &["empty / failed: first"],
            problems: &["error"],
        },
    ]);
}

/// What the report of an explored program says, from the program's own binary.
fn report(source: &str) -> String {
    let file = tempfile::NamedTempFile::with_suffix(".rhai").expect("a file");
    std::fs::write(file.path(), source).expect("the file can be written");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_threadlab"))
        .arg("explore")
        .arg(file.path())
        .output()
        .expect("the program runs");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_loop_that_never_ends_is_shown_once() {
    let one_read = report("let ready = false;\nlet t = spawn(|| { while !ready { } });\nt.join();");
    assert_eq!(one_read.matches("reads ready").count(), 1, "{one_read}");
    let two_reads = report(
        "let a = 0;
let b = 0;
let t = spawn(|| {
    while a == b { }
});
t.join();",
    );
    for read in ["reads a", "reads b"] {
        assert_eq!(two_reads.matches(read).count(), 1, "{two_reads}");
    }
    let drawn_before = report(
        "let n = 1;
let t = spawn(|| { choice([n, 7]); });
shuffle([n, 7]);
while n == 1 { }
t.join();",
    );
    assert!(
        drawn_before.contains("proved: no run ever ends"),
        "{drawn_before}"
    );
    assert!(
        drawn_before.matches("reads n").count() <= 3,
        "{drawn_before}"
    );
}

#[test]
fn reports_name_who_did_what() {
    let two_of_one_name = report(
        "let n = 0;
let t = Thread(|| { n += 1; });
let u = Thread(|| { n += 1; });
t.set_name(\"worker-1\"); u.set_name(\"worker-2\");
t.start(); u.start();
t.join(); u.join();
assert(n == 2);",
    );
    assert!(two_of_one_name.contains("worker-1") && two_of_one_name.contains("worker-2"));
    assert!(two_of_one_name.contains("lost"), "{two_of_one_name}");
    let same_name = report(
        "let n = 0;
let t = Thread(|| { n += 1; }, [], #{name: \"worker\"});
let u = Thread(|| { n += 1; }, [], #{name: \"worker\"});
t.start(); u.start();
t.join(); u.join();
assert(n == 2);",
    );
    assert!(same_name.contains("lost"), "{same_name}");
    assert!(
        !same_name.contains("worker was paused and worker went on"),
        "{same_name}"
    );
    let place = report(
        "let box = #{n: 0, m: Semaphore(1)};
let other = Semaphore(1);
fn enter(s) {
    this.m.acquire();
    this.n += 1;
    throw \"here\";
}
let a = spawn(|| box.enter(other));
let b = spawn(|| box.enter(other));
a.join(); b.join();",
    );
    assert!(place.contains("box.m"), "{place}");
    assert!(
        !place.contains("other.acquire") && !place.contains("takes other"),
        "{place}"
    );
    let daemon = report(
        "let x = 0;
let s = Semaphore(0);
Thread(|| { s.acquire(); }, [], #{daemon: true}).start();
let a = spawn(|| { x = 1; });
a.join();
assert(x == 2, \"no\");",
    );
    let (fails, ends) = (daemon.find("fails: assertion"), daemon.find("\n     ends"));
    assert!(
        fails.is_some() && (ends.is_none() || ends > fails),
        "{daemon}"
    );
}

/// A negative index is the same place as the positive one.
#[test]
fn places_are_compared_by_what_they_are() {
    let race = |name, source, outcomes| Proof {
        name,
        source,
        interleavings: "6",
        outcomes,
        problems: &["race"],
    };
    let safe = |name, source, outcomes| Proof {
        name,
        source,
        interleavings: "6",
        outcomes,
        problems: &[],
    };
    check(&[
        race(
            "the last of three",
            "let a = [0, 0, 0]; let t = spawn(|| { a[-1] += 1; }); let u = spawn(|| { a[2] += 1; });
             t.join(); u.join();",
            &[""],
        ),
        race(
            "in an array in an array",
            "let a = [[0, 0]]; let t = spawn(|| { a[-1][0] += 1; }); let u = spawn(|| { a[0][-2] += 1; });
             t.join(); u.join(); print(a[0][0]);",
            &["1", "2"],
        ),
        race(
            "in an array in a map",
            "let m = #{a: [0, 0]}; let t = spawn(|| { m.a[-1] += 1; }); let u = spawn(|| { m[\"a\"][1] += 1; });
             t.join(); u.join(); print(m.a[1]);",
            &["1", "2"],
        ),
        safe(
            "two items",
            "let a = [0, 0, 0]; let t = spawn(|| { a[-1] += 1; }); let u = spawn(|| { a[1] += 1; });
             t.join(); u.join(); print(a[1], a[2]);",
            &["1 1"],
        ),
    ]);
}

/// A method works on the place that it was called on, step by step, not on a copy of it.
#[test]
fn this_is_the_thing_itself() {
    let counts = |name, source| Proof {
        name,
        source,
        interleavings: "",
        outcomes: &["2"],
        problems: &[],
    };
    check(&[
        counts(
            "under its lock",
            "fn counter() { #{ count: 0, lock: Lock(), add: || { with this.lock { this.count += 1; } } } }
             let c = counter(); let a = spawn(|| c.add()); let b = spawn(|| c.add());
             a.join(); b.join(); print(c.count);",
        ),
        counts(
            "under its semaphore, and another object is an argument",
            "let box = #{n: 0, m: Semaphore(1)}; let other = Semaphore(1);
             fn enter(s) { this.m.acquire(); this.n += 1; this.m.release(); }
             let a = spawn(|| box.enter(other)); let b = spawn(|| box.enter(other));
             a.join(); b.join(); print(box.n);",
        ),
        counts(
            "in an array",
            "let all = [#{n: 0, m: RLock()}]; fn enter() { with this.m { this.n += 1; } }
             let a = spawn(|| all[0].enter()); let b = spawn(|| all[-1].enter());
             a.join(); b.join(); print(all[0].n);",
        ),
        counts(
            "in a map in a map, by a method that calls a method",
            "let o = #{i: #{n: 0, m: Lock()}}; fn add() { this.n += 1; } fn enter() { with this.m { this.add(); } }
             let a = spawn(|| o.i.enter()); let b = spawn(|| o.i.enter());
             a.join(); b.join(); print(o.i.n);",
        ),
        // R n, W n | R n, W n: C(4, 2) = 6 interleavings, the 2 of one after the other give 2.
        Proof {
            name: "without a lock",
            source: "let c = #{n: 0}; fn add() { this.n += 1; }
                let a = spawn(|| c.add()); let b = spawn(|| c.add()); a.join(); b.join(); print(c.n);",
            interleavings: "6",
            outcomes: &["1", "2"],
            problems: &["race"],
        },
        Proof {
            name: "two fields",
            source: "let c = #{n: 0, m: 0}; fn add_n() { this.n += 1; } fn add_m() { this.m += 1; }
                let a = spawn(|| c.add_n()); let b = spawn(|| c.add_m()); a.join(); b.join();
                print(c.n + c.m);",
            interleavings: "6",
            outcomes: &["2"],
            problems: &[],
        },
        Proof {
            name: "a captured value",
            source: "let g = 9; let xs = [1, 2]; xs.for_each(|i| { this = g; }); print(xs);",
            interleavings: "1",
            outcomes: &["[9, 9]"],
            problems: &[],
        },
    ]);
}

/// Arguments are read from left to right, and a message only when the assertion has failed.
#[test]
fn what_is_written_first_is_read_first() {
    check(&[
        Proof {
            name: "arguments of print",
            source: "let x = 0; let y = 0; fn w() { x = 1; y = 1; } fn r() { print(y, x); }
                let a = spawn(w); let b = spawn(r); a.join(); b.join();",
            // W W | R R P: C(5, 2).
            interleavings: "10",
            outcomes: &["0 0", "0 1", "1 1"],
            problems: &["race"],
        },
        Proof {
            name: "the message of an assertion",
            source: "let x = 0; fn f() { x = 1; } let a = spawn(f); assert(x == 1, \"x is \" + x); a.join();",
            // W | R, and R again when the first has read 0: W R, R W R, R R W.
            interleavings: "3",
            outcomes: &["", "failed: x is 0", "failed: x is 1"],
            problems: &["assertion", "race"],
        },
        Proof {
            name: "a message that calls a function",
            source: "let x = 0; fn message() { x = 7; \"no\" } assert(x == 0, message()); print(x);",
            interleavings: "1",
            outcomes: &["0"],
            problems: &[],
        },
    ]);
}

/// Any thread may release a lock; an `RLock` is its holder's.
#[test]
fn a_lock_is_released_by_another_thread() {
    check(&[
        Proof {
            name: "acquired by main",
            source: "let may = Lock(); may.acquire(); let t = spawn(|| { print(\"first\"); may.release(); });
                may.acquire(); print(\"second\");",
            interleavings: "1",
            outcomes: &["second / first"],
            problems: &[],
        },
        Proof {
            name: "acquired by a thread",
            source: "let locks = [Lock()]; let t = spawn(|| { locks[0].acquire(); }); t.join();
                locks[0].release(); with locks[0] { print(1); }",
            interleavings: "1",
            outcomes: &["1"],
            problems: &[],
        },
        Proof {
            name: "an RLock",
            source: "let l = RLock(); l.acquire(); let t = spawn(|| {
                try { l.release(); } catch (e) { print(e.error); } }); t.join();",
            interleavings: "1",
            outcomes: &["RuntimeError"],
            problems: &[],
        },
    ]);
}

/// The routes by which a closure comes to another thread: how main puts it there, and how the other
/// thread looks whether it is there. `F` stands for the closure.
const ROUTES: &[(&str, &str)] = &[
    (
        "s = [F];",
        "s.len() > 0 && type_of(s[0]) == \"Fn\" { s[0] }",
    ),
    ("s[0] = F;", "type_of(s[0]) == \"Fn\" { s[0] }"),
    ("s[-3] = F;", "type_of(s[0]) == \"Fn\" { s[0] }"),
    ("s[0] = [[F]];", "type_of(s[0]) == \"array\" { s[0][0][0] }"),
    ("s[0] = #{f: F};", "type_of(s[0]) == \"map\" { s[0].f }"),
    ("s[1][0] = F;", "type_of(s[1][0]) == \"Fn\" { s[1][0] }"),
    ("s[2].f = F;", "type_of(s[2].f) == \"Fn\" { s[2].f }"),
    ("s[2][\"g\"] = F;", "type_of(s[2].g) == \"Fn\" { s[2].g }"),
    (
        "s[2].g = #{h: F};",
        "type_of(s[2].g) == \"map\" { s[2].g.h }",
    ),
    ("s.push(F);", "type_of(s[-1]) == \"Fn\" { s[-1] }"),
    ("s[1].push(F);", "type_of(s[1][-1]) == \"Fn\" { s[1][-1] }"),
    ("s.insert(0, F);", "type_of(s[0]) == \"Fn\" { s[0] }"),
    ("s.append([F]);", "type_of(s[-1]) == \"Fn\" { s[-1] }"),
    ("s += [F];", "type_of(s[-1]) == \"Fn\" { s[-1] }"),
    ("s.pad(4, F);", "type_of(s[-1]) == \"Fn\" { s[-1] }"),
    ("s.splice(0..1, [F]);", "type_of(s[0]) == \"Fn\" { s[0] }"),
    ("s.set(0, F);", "type_of(s[0]) == \"Fn\" { s[0] }"),
    (
        "s[2].set(\"f\", F);",
        "type_of(s[2].f) == \"Fn\" { s[2].f }",
    ),
    (
        "s[2].mixin(#{f: F});",
        "type_of(s[2].f) == \"Fn\" { s[2].f }",
    ),
    ("s[2] += #{g: F};", "type_of(s[2].g) == \"Fn\" { s[2].g }"),
    (
        "s[2].fill_with(#{h: F});",
        "type_of(s[2].h) == \"Fn\" { s[2].h }",
    ),
    ("s = s.map(|x| F);", "type_of(s[0]) == \"Fn\" { s[0] }"),
    (
        "fn put(f) { s[0] = f; } put(F);",
        "type_of(s[0]) == \"Fn\" { s[0] }",
    ),
    (
        "let f = F; let g = || f; s[0] = g;",
        "type_of(s[0]) == \"Fn\" { s[0].call() }",
    ),
    (
        "s[0] = curry(|x| F.call(), 1);",
        "type_of(s[0]) == \"Fn\" { s[0] }",
    ),
    ("q.put(F);", "!q.empty() { q.get() }"),
    ("q.put([#{f: F}]);", "!q.empty() { q.get()[0].f }"),
    ("n.store(F);", "type_of(n.load()) == \"Fn\" { n.load() }"),
];

/// What becomes reachable becomes shared, by whichever route: each of these can lose an update.
#[test]
fn what_becomes_reachable_becomes_shared() {
    let mut missed = Vec::new();
    for (put, look) in ROUTES {
        let (function, statement) = match put.split_once("} put") {
            Some((function, _)) => (format!("{function}}}"), "put(F);".to_string()),
            None => (String::new(), (*put).to_string()),
        };
        let statement = statement.replace('F', "|| { done += 1; }");
        // The other thread looks once, so that there is no waiting in a loop.
        let source = format!(
            "let s = [0, [0], #{{f: 0, g: 0}}]; let q = Queue(); let n = Atomic(0); let done = 0;
             {function}
             let t = spawn(|| {{ let job = if {look}; if job != () {{ job.call(); print(\"taken\"); }} }});
             {statement} done += 1; t.join(); print(done);"
        );
        let found = explore(&source);
        let outcomes: BTreeSet<String> = found
            .outcomes
            .iter()
            .map(|possible| text_of(&possible.outcome))
            .collect();
        if ["1", "1 / taken", "2 / taken"]
            .iter()
            .any(|text| !outcomes.contains(*text))
        {
            missed.push(format!("{put} {outcomes:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_methods_of_a_class_name_is_shared() {
    let threads = [
        "let a = C(); let t = Thread(a.run); let u = Thread(a.run);",
        "let a = C(); let t = Thread(|| a.run()); let u = Thread(|| a.run());",
        "fn f() { C().run(); } let t = Thread(f); let u = Thread(f);",
        "let t = Thread(|x| x.run(), [C()]); let u = Thread(|x| x.run(), [D()]);",
        "let t = Thread(C.same); let u = Thread(C.same);",
        "let t = Thread(|| D()); let u = Thread(|| D());",
        "class E(D) { run() { super.run() } } let t = Thread(E().run); let u = Thread(C().run);",
    ];
    for start in threads {
        for (made, change) in [("0", "n += 1"), ("list([0])", "n[0] += 1")] {
            let source = format!(
                "let n = {made};
                 class B {{ init(counts) {{ if counts {{ {change}; }} }} run() {{ {change}; }} }}
                 class C(B) {{ init() {{ }} staticmethod same() {{ {change}; }} }}
                 class D(B) {{ init() {{ super.init(true); }} }}
                 {start} t.start(); u.start(); t.join(); u.join(); print(n);"
            );
            let found = explore(&source);
            let printed: BTreeSet<String> = found
                .outcomes
                .iter()
                .map(|possible| text_of(&possible.outcome))
                .collect();
            assert!(printed.len() >= 2, "{start} {change}: {printed:?}");
        }
    }
}

#[test]
fn what_a_closure_captures_is_shared_once_others_can_call_it() {
    check(&[
        Proof {
            name: "published in an array",
            source: "let jobs = []; let lock = Lock(); let done = 0;
                let worker = spawn(|| { let job = ();
                    while job == () { with lock { job = jobs.pop(); } } job.call(); });
                with lock { jobs.push(|| { done += 1; }); }
                done += 1; worker.join(); print(done);",
            interleavings: "infinite",
            outcomes: &["1", "2"],
            problems: &["race", "starvation"],
        },
        Proof {
            name: "published in a map",
            source: "let c = 0; let n = 0; let s = #{f: ()};
                let t = spawn(|| { while s.f == () { } let g = s.f; g.call(); n += 1; });
                s.f = || { c += 1; }; c += 1; n += 1; t.join(); print(n, c);",
            interleavings: "infinite",
            outcomes: &["1 1", "1 2", "2 1", "2 2"],
            problems: &["race"],
        },
        Proof {
            name: "a home-made pool",
            source: "let jobs = []; let changed = Condition(); let total = 0;
                fn worker(changed) { let job = ();
                    with changed { while jobs.len() == 0 { changed.wait(); } job = jobs.pop(); }
                    job.call(); }
                let workers = [spawn(worker, changed), spawn(worker, changed)];
                for n in 1..=2 { with changed { jobs.push(|| { total += n; }); changed.notify(); } }
                for w in workers { w.join(); } print(total);",
            interleavings: "",
            outcomes: &["1", "2", "3"],
            problems: &["race"],
        },
    ]);
}

/// To format a handle is to look whether its thread has ended.
#[test]
fn a_handle_that_is_formatted_is_looked_at() {
    let both = |name, source| Proof {
        name,
        source,
        interleavings: "",
        outcomes: &["Thread(Thread-1, ended)", "Thread(Thread-1, running)"],
        problems: &[],
    };
    check(&[
        both("printed", "let t = spawn(|| 1); print(t);"),
        both("interpolated", "let t = spawn(|| 1); print(`${t}`);"),
        both("added to a string", "let t = spawn(|| 1); print(\"\" + t);"),
        both(
            "thrown",
            "let t = spawn(|| 1); try { throw t; } catch (e) { print(e); }",
        ),
        both(
            "made a string in a function",
            "fn text(x) { `${x}` } let t = spawn(|| 1); print(text(t));",
        ),
        both("taken from a map", "let m = #{t: spawn(|| 1)}; print(m.t);"),
        both(
            "taken from a queue",
            "let q = Queue(); q.put(spawn(|| 1)); print(q.get());",
        ),
        Proof {
            name: "in an array",
            source: "let t = spawn(|| 1); print([t]);",
            interleavings: "",
            outcomes: &["[Thread(Thread-1, ended)]", "[Thread(Thread-1, running)]"],
            problems: &[],
        },
        Proof {
            name: "in the message of an assertion",
            source: "let t = spawn(|| 1); assert(false, t);",
            interleavings: "",
            outcomes: &[
                "failed: Thread(Thread-1, ended)",
                "failed: Thread(Thread-1, running)",
            ],
            problems: &["assertion"],
        },
        Proof {
            name: "joined first",
            source: "let t = spawn(|| 1); t.join(); print(t);",
            interleavings: "1",
            outcomes: &["Thread(Thread-1, ended)"],
            problems: &[],
        },
        Proof {
            name: "a future",
            source: "let f = pool(1).submit(|| 1); print(f);",
            interleavings: "",
            outcomes: &["Future(done: 1)", "Future(running)"],
            problems: &[],
        },
    ]);
}

/// Who is asked for before it is started, or by its number, is looked at too.
#[test]
fn starts_that_are_not_certain_are_steps() {
    check(&[
        Proof {
            name: "joined before it is started",
            source: "let t = Thread(|| 1);
                let u = spawn(|| { try { t.join(); print(\"joined\"); } catch (e) { print(\"refused\"); } });
                t.start(); u.join();",
            interleavings: "",
            outcomes: &["joined", "refused"],
            problems: &[],
        },
        Proof {
            name: "started by two",
            source: "let t = Thread(|| 1);
                let start = || { try { t.start(); print(\"started\"); } catch (e) { print(\"late\"); } };
                let a = spawn(start); let b = spawn(start); a.join(); b.join();",
            interleavings: "",
            outcomes: &["late / started", "started / late"],
            problems: &[],
        },
        Proof {
            name: "names of threads in threads",
            source: "fn a() { sleep(0.1); let t = spawn(|| current_thread().name); t.join() }
                fn b() { let t = spawn(|| current_thread().name); t.join() }
                let x = spawn(a); let y = spawn(b); let first = x.join(); y.join(); print(first);",
            interleavings: "",
            // Main may be so slow that the first has made its thread before the second is there.
            outcomes: &["Thread-2", "Thread-3", "Thread-4"],
            problems: &[],
        },
        Proof {
            name: "numbers of threads in threads",
            source: "fn made() { let t = spawn(|| current_thread().ident); t.join() }
                let x = spawn(made); let y = spawn(made); let first = x.join(); y.join(); print(first);",
            interleavings: "",
            outcomes: &["3", "4", "5"],
            problems: &[],
        },
        Proof {
            name: "counted by another",
            source: "let t = spawn(|| { }); let u = spawn(|| active_count()); print(u.join()); t.join();",
            interleavings: "",
            outcomes: &["2", "3"],
            problems: &[],
        },
    ]);
}

/// Reading what nobody writes after it was shared is no step: globals cost what arguments cost.
/// The name of a thread is read in a step where a thread gives one another, and only there.
#[test]
fn a_name_that_is_given_is_looked_at() {
    check(&[
        Proof {
            name: "read while another thread gives it",
            source: "let t = Thread(|| 1, [], #{name: \"A\"});
                let u = spawn(|| t.set_name(\"B\")); print(t.name); u.join();",
            interleavings: "",
            outcomes: &["A", "B"],
            problems: &[],
        },
        Proof {
            name: "given before there are others",
            source: "let t = Thread(|| 1); t.set_name(\"B\");
                let u = spawn(|| t.name); let v = spawn(|| t.name); print(u.join(), v.join());",
            interleavings: "1",
            outcomes: &["B B"],
            problems: &[],
        },
        Proof {
            name: "in the error of one that was not started",
            source: "let t = Thread(|| 1, [], #{name: \"A\"});
                let u = spawn(|| t.set_name(\"B\")); try { t.join(); } catch (e) { print(e.message); }
                u.join();",
            interleavings: "",
            outcomes: &[
                "A has not been started: only a thread that was started can end",
                "B has not been started: only a thread that was started can end",
            ],
            problems: &[],
        },
    ]);
}

#[test]
fn what_nobody_writes_costs_nothing() {
    let by_name = explore(
        "let customers = 0;
let mutex = Semaphore(1); let customer = Semaphore(0); let barber = Semaphore(0);
let customer_done = Semaphore(0); let barber_done = Semaphore(0);
let cut = || {
    mutex.acquire();
    if customers == 2 { mutex.release(); return; }
    customers += 1;
    mutex.release();
    customer.release(); barber.acquire(); customer_done.release(); barber_done.acquire();
    mutex.acquire(); customers -= 1; mutex.release();
};
let work = || { loop { customer.acquire(); barber.release(); customer_done.acquire(); barber_done.release(); } };
Thread(work, [], #{daemon: true}).start();
let ts = [];
for i in 0..3 { ts.push(spawn(cut)); }
for t in ts { t.join(); }",
    );
    let as_arguments = explore(
        "let customers = 0;
let cut = |mutex, customer, barber, customer_done, barber_done| {
    mutex.acquire();
    if customers == 2 { mutex.release(); return; }
    customers += 1;
    mutex.release();
    customer.release(); barber.acquire(); customer_done.release(); barber_done.acquire();
    mutex.acquire(); customers -= 1; mutex.release();
};
let work = |customer, barber, customer_done, barber_done| {
    loop { customer.acquire(); barber.release(); customer_done.acquire(); barber_done.release(); } };
let m = Semaphore(1); let c = Semaphore(0); let b = Semaphore(0); let cd = Semaphore(0); let bd = Semaphore(0);
Thread(work, [c, b, cd, bd], #{daemon: true}).start();
let ts = [];
for i in 0..3 { ts.push(spawn(cut, m, c, b, cd, bd)); }
for t in ts { t.join(); }",
    );
    assert_eq!(count_of(&by_name), count_of(&as_arguments));
}

#[test]
fn constants_and_handles_are_read_without_a_step() {
    check(&[
        Proof {
            name: "two threads that only read a constant",
            source: "let limit = 3; let a = spawn(|| limit + 1); let b = spawn(|| limit + 2);
                print(a.join() + b.join());",
            interleavings: "1",
            outcomes: &["9"],
            problems: &[],
        },
        Proof {
            name: "an element that nobody writes",
            source: "let forks = [Lock(), Lock()];
                let a = spawn(|| { with forks[0] { } }); let b = spawn(|| { with forks[1] { } });
                a.join(); b.join();",
            // Two steps each, in and out: C(4, 2).
            interleavings: "6",
            outcomes: &[""],
            problems: &[],
        },
        Proof {
            name: "a field that nobody writes, beside one that is written",
            source: "let m = #{n: 0, limit: 2}; let a = spawn(|| { m.n += 1; }); let b = spawn(|| m.limit);
                a.join(); print(b.join());",
            interleavings: "1",
            outcomes: &["2"],
            problems: &[],
        },
        // A function that anybody can call could write it.
        Proof {
            name: "written by a function that is found by name",
            source: "let x = 0; fn set() { x = 1; } let f = Fn(\"set\");
                let a = spawn(|| x); let b = spawn(|| f.call()); b.join(); print(a.join());",
            interleavings: "2",
            outcomes: &["0", "1"],
            problems: &["race"],
        },
        Proof {
            name: "signalling",
            source: "let s = Semaphore(0); let a = spawn(|| { print(1); s.release(); });
                let b = spawn(|| { s.acquire(); print(2); }); a.join(); b.join();",
            interleavings: "1",
            outcomes: &["1 / 2"],
            problems: &[],
        },
        // The Little Book of Semaphores, 3.3: P R A P | P R A P over two semaphores.
        Proof {
            name: "rendezvous of two",
            source: "let a = Semaphore(0); let b = Semaphore(0);
                let s = spawn(|| { print(1); a.release(); b.acquire(); print(2); });
                let t = spawn(|| { print(1); b.release(); a.acquire(); print(2); });
                s.join(); t.join();",
            interleavings: "36",
            outcomes: &["1 / 2 / 1 / 2"],
            problems: &[],
        },
        // 3.4: two threads, each A, R, W, R, one after the other.
        Proof {
            name: "mutex",
            source: "let m = Semaphore(1); let count = 0; let add = || { m.acquire(); count += 1; m.release(); };
                let s = spawn(add); let t = spawn(add); s.join(); t.join(); print(count);",
            interleavings: "2",
            outcomes: &["2"],
            problems: &[],
        },
    ]);
}

/// Text of an object is noticed by whichever route it is made, and who is named how is told apart.
#[test]
fn texts_and_names_are_steps_wherever_they_are_made() {
    check(&[
        Proof {
            name: "the name of a thread that fails",
            source: "let t = spawn(|| { spawn(|| { throw \"no\"; }).join(); });
                let u = spawn(|| { }); t.join(); u.join();",
            interleavings: "",
            outcomes: &["Thread-2 failed: no", "Thread-3 failed: no"],
            problems: &["error"],
        },
        Proof {
            name: "an error made inside a queue",
            source: "let t = spawn(|| 1); let q = PriorityQueue(); q.put(1);
                try { q.put(t); } catch (e) { print(if \"running\" in `${e}` { \"runs\" } else { \"over\" }); }
                t.join();",
            interleavings: "",
            outcomes: &["runs", "over"],
            problems: &[],
        },
        Proof {
            name: "a condition shows its lock",
            source: "let r = RLock();
                let t = spawn(|| { let text = `${Condition(r)}`; print(\"free\" in text); });
                let u = spawn(|| { with r { } }); t.join(); u.join();",
            interleavings: "",
            outcomes: &["true", "false"],
            problems: &[],
        },
    ]);
}

/// What was named by an earlier input makes no difference to what an input can do.
#[test]
fn an_earlier_input_that_names_something_changes_no_count() {
    let explored = "let t = spawn(|| { e.wait(); }); e.set(); e.clear(); t.join();";
    for earlier in [
        "let e = Event();",
        "let e = Event(); fn other() { Event().clear(); threads(); }",
        "let e = Event(); let other = || { e.clear(); e.is_set(); };",
    ] {
        let mut session = common::session();
        let kind = InputKind::Prompt;
        session.run(Input {
            name: "input 1",
            text: earlier,
            kind,
        });
        let input = Input {
            name: "input 2",
            text: explored,
            kind,
        };
        let mut explorer = session.explorer(input, false).expect("a text that can run");
        let found = common::explore(&mut explorer, &Limits::default());
        assert_eq!(count_of(&found), "3", "{earlier}");
        assert_eq!(
            problems_of(&found),
            BTreeSet::from(["deadlock"]),
            "{earlier}"
        );
    }
}

/// The numbers and names that come next depend on what was made before, whatever has become of that.
#[test]
fn names_depend_on_what_was_made_before() {
    let program = |made: &str, shown: &str| {
        format!(
            "let x = 0;
            let t = spawn(|| {{ x = 1; }});
            if x == 1 {{ {made} }}
            t.join();
            x = 0;
            {shown}"
        )
    };
    for (made, shown, names) in [
        (
            "spawn(|| {}).join();",
            "print(spawn(|| {}).name());",
            ["Thread-2", "Thread-3"],
        ),
        (
            "Thread(|| {});",
            "print(Thread(|| {}).name());",
            ["Thread-2", "Thread-3"],
        ),
        (
            "spawn(|| {}).join();",
            "print(spawn(|| {}).ident());",
            ["3", "4"],
        ),
        (
            "ThreadPoolExecutor(1).shutdown();",
            "ThreadPoolExecutor(1).submit(|| { print(current_thread().name()) }).result();",
            ["ThreadPoolExecutor-0_0", "ThreadPoolExecutor-1_0"],
        ),
        // Its name alone shows who prints, or fails.
        (
            "spawn(|| {}).join();",
            "spawn(|| { print(1); }).join();",
            ["1", "1"],
        ),
        (
            "spawn(|| {}).join();",
            "spawn(|| { throw \"no\"; }).join();",
            ["Thread-2 failed: no", "Thread-3 failed: no"],
        ),
        // The text of an error names it.
        (
            "spawn(|| {}).join();",
            "let t = spawn(|| {}); try { t.start(); } catch (e) { print(e.message); }",
            [
                "Thread-2 was started a second time: a thread can be started once",
                "Thread-3 was started a second time: a thread can be started once",
            ],
        ),
    ] {
        let found = explore(&program(made, shown));
        let outcomes: Vec<String> = (found.outcomes.iter())
            .map(|possible| text_of(&possible.outcome))
            .collect();
        let mut sorted = outcomes.clone();
        sorted.sort();
        assert_eq!(sorted, names, "{made} {shown}");
    }
}

/// Nobody else need be there: a random number decides as well.
#[test]
fn names_depend_on_random_numbers() {
    check(&[Proof {
        name: "a thread is made or not",
        source: "if choice([true, false]) { Thread(|| {}); } print(Thread(|| {}).name());",
        interleavings: "",
        outcomes: &["Thread-1", "Thread-2"],
        problems: &[],
    }]);
}

/// An error text that names a thread depends on who was made first, where threads make threads.
#[test]
fn an_error_that_names_a_thread_is_looked_at() {
    check(&[Proof {
        name: "started twice, beside a thread that starts one",
        source: "let t = spawn(|| { spawn(|| {}).join(); });
            let fresh = Thread(|| {});
            fresh.start();
            try { fresh.start(); } catch (e) { print(e.message); }
            t.join();",
        interleavings: "",
        outcomes: &[
            "Thread-2 was started a second time: a thread can be started once",
            "Thread-3 was started a second time: a thread can be started once",
        ],
        problems: &[],
    }]);
}

/// What notes how a task ends does so whether or not anybody still has it: in CPython a task keeps its
/// callbacks, and the search keeps states in which others have it.
#[test]
fn a_group_that_nobody_awaits_any_more_notes_how_its_tasks_end() {
    check(&[
        Proof {
            name: "one task fails at once, the other later",
            source: "let t = spawn(|| { asyncio.run(|| { await asyncio.gather(
                    || { await asyncio.sleep(0.001); throw \"late\"; }, || { throw \"soon\"; }); }); });
                print(1);
                t.join();",
            interleavings: "",
            outcomes: &["1 / Thread-1 failed: soon"],
            problems: &["error"],
        },
        Proof {
            name: "a group in a group",
            source: "let t = spawn(|| { asyncio.run(|| { await asyncio.gather(|| { throw \"a\"; },
                    || { await asyncio.gather(|| { throw \"b\"; }); }); }); });
                print(1);
                t.join();",
            interleavings: "",
            outcomes: &["1 / Thread-1 failed: a"],
            problems: &["error"],
        },
    ]);
    // And so it is in a run.
    for mode in common::MODES {
        let run = common::run(
            mode,
            "asyncio.run(|| { try { await asyncio.gather(|| { await asyncio.sleep(0.001); throw \"late\"; },
                || { throw \"soon\"; }); } catch { } await asyncio.sleep(0.01); print(1); });",
        );
        assert_eq!(run.lines(), ["1"], "{mode:?}");
    }
}

/// A process sees itself as the same under every scheduler: its main thread is number 1 and has the name
/// of its place in the pool, and the names of its threads begin anew in each call.
#[test]
fn a_process_sees_itself_alike_everywhere() {
    for (body, printed) in [
        ("current_thread().ident()", "1"),
        ("main_thread().name()", "ProcessPoolExecutor-0_0"),
        ("threads()", "[Thread(ProcessPoolExecutor-0_0, running)]"),
        ("spawn(|| current_thread().name()).result()", "Thread-1"),
        ("spawn(|| current_thread().ident()).result()", "2"),
        ("Thread(|| 1).name()", "Thread-1"),
        (
            "ThreadPoolExecutor(1).submit(|| current_thread().name()).result()",
            "ThreadPoolExecutor-0_0",
        ),
        (
            "{ let said = (); try { current_thread().join(); } catch (e) { said = e.message; } said }",
            "ProcessPoolExecutor-0_0 waits for itself: a thread cannot wait for its own end",
        ),
        (
            "{ let said = (); try { current_thread().start(); } catch (e) { said = e.message; } said }",
            "ProcessPoolExecutor-0_0 was started a second time: a thread can be started once",
        ),
        (
            "{ current_thread().set_name(\"other\"); current_thread().name() }",
            "other",
        ),
    ] {
        let text = format!(
            "spawn(|| {{}}).join(); ThreadPoolExecutor(1).shutdown();
            let processes = ProcessPoolExecutor(1);
            for round in 0..2 {{ processes.submit(|| {{ print({body}); }}).result(); }}"
        );
        let found = explore(&text);
        let outcomes: Vec<_> = (found.outcomes.iter())
            .flat_map(|possible| &possible.outcome.threads)
            .flat_map(|lines| lines.printed.iter().map(|line| line.to_string()))
            .collect();
        assert_eq!(outcomes, [printed, printed], "{body}");
        for mode in common::MODES {
            assert_eq!(
                common::run(mode, &text).lines(),
                [printed, printed],
                "{body} {mode:?}"
            );
        }
    }
}

/// Functions look the variables of the top level up when they run, and a thread may run before there is
/// one of that name.
#[test]
fn a_process_refuses_a_generator_as_what_it_is() {
    let refused = report(
        "class A { init(n) { this.n = n; } } class B(A) { f() { super.f() } }
let v = 0;
fn count(n) { let i = 0; while i < n { yield(i); i += 1; v += 1; } }
let items = count(2);
let processes = ProcessPoolExecutor(1);
let t = processes.submit(|| { for item in items { print(item); } });
t.exception();",
    );
    assert!(
        refused.contains("cannot pickle 'generator' object"),
        "{refused}"
    );
}

#[test]
fn a_name_that_is_not_bound_yet_is_looked_at() {
    let before_or_after = |body: &'static str, source: &'static str, outcomes| Proof {
        name: body,
        source,
        // The variable is made before it is looked up, before what came of that is printed, or after.
        interleavings: "3",
        outcomes,
        problems: &[],
    };
    check(&[
        before_or_after(
            "read",
            "fn f() { later } let t = spawn(|| { try { print(f()); } catch { print(0); } });
            let later = 1; t.join();",
            &["0", "1"],
        ),
        before_or_after(
            "asked for",
            "fn f() { later } let t = spawn(|| { print(is_def_var(\"later\")); });
            let later = 1; t.join();",
            &["false", "true"],
        ),
        before_or_after(
            "called",
            "fn f() { later() } let t = spawn(|| { try { print(f()); } catch { print(0); } });
            let later = || 1; t.join();",
            &["0", "1"],
        ),
        before_or_after(
            "an element read",
            "fn f() { later[0] } let t = spawn(|| { try { print(f()); } catch { print(0); } });
            let later = [1]; t.join();",
            &["0", "1"],
        ),
        before_or_after(
            "a method",
            "fn f() { later.len() } let t = spawn(|| { try { print(f()); } catch { print(0); } });
            let later = [1]; t.join();",
            &["0", "1"],
        ),
        before_or_after(
            "a handle",
            "fn f() { with later { 1 } } let t = spawn(|| { try { print(f()); } catch { print(0); } });
            let later = Lock(); t.join();",
            &["0", "1"],
        ),
    ]);
    // What is written depends on it, too.
    check(&[Proof {
        name: "written",
        source: "fn f() { later = 2; } let t = spawn(|| { try { f(); } catch { print(0); } });
            let later = 1; t.join(); print(later);",
        interleavings: "",
        outcomes: &["1 / 0", "2"],
        problems: &[],
    }]);
}

/// Where the read of a place is no step but what its method tells is, both are one: each outcome happens
/// again by its token.
#[test]
fn a_method_that_tells_is_one_step_with_its_place() {
    for tells in [
        "a0.to_string()",
        "m0.to_json()",
        "a0.join(\"\")",
        "to_debug(a0)",
        "`${a0[0]}`",
    ] {
        let source = format!(
            "let lock = Lock(); let a0 = [lock]; let m0 = #{{a: lock}}; let v0 = 0;
            let t = spawn(|| {{ v0 += 1; let told = {tells}; v0 += 1; print(told); }});
            v0 += 1; lock.acquire(); v0 += 1; t.join(); print(v0);"
        );
        let mut session = common::session();
        let mut explorer = common::explorer(&mut session, &source);
        let found = common::explore(&mut explorer, &Limits::default());
        assert!(found.is_proved() && found.outcomes.len() > 2, "{tells}");
        for possible in &found.outcomes {
            let (_, outcome) = explorer
                .replay(&possible.token)
                .expect("a run of this text");
            assert_eq!(outcome.as_ref(), Some(&possible.outcome), "{tells}");
        }
    }
}

/// The tasks of an event loop are no threads to scripts: numbers do not depend on them.
#[test]
fn tasks_of_a_loop_take_no_numbers_of_threads() {
    check(&[Proof {
        name: "a thread beside a loop",
        source: "let t = spawn(|| { asyncio.run(|| { await asyncio.gather(|| {}, || {}); }); });
            let next = spawn(|| {}); print(next.ident()); next.join(); t.join();",
        interleavings: "",
        outcomes: &["3"],
        problems: &[],
    }]);
}

/// What stands in a list, a dict or an instance is a place of its own: accesses to different ones never
/// meet, two to one are steps of their own, and a method is one step.
#[test]
fn what_all_share_is_made_of_places() {
    check(&[
        Proof {
            // W | W, of two items.
            name: "each thread has an item of its own",
            source: "let r = list([0, 0]); fn work(i) { r[i] = i + 1; }
                let a = spawn(work, 0); let b = spawn(work, 1); a.join(); b.join(); print(r);",
            interleavings: "2",
            outcomes: &["[1, 2]"],
            problems: &[],
        },
        Proof {
            // R W | R W.
            name: "two threads count in a dict",
            source: "let d = dict([[\"n\", 0]]); fn work() { d[\"n\"] += 1; }
                let a = spawn(work); let b = spawn(work); a.join(); b.join(); print(d);",
            interleavings: "6",
            outcomes: &["{'n': 1}", "{'n': 2}"],
            problems: &["race"],
        },
        Proof {
            name: "two threads append",
            source: "let r = list(); fn work(i) { r.append(i); }
                let a = spawn(work, 0); let b = spawn(work, 1); a.join(); b.join(); print(r);",
            interleavings: "2",
            outcomes: &["[0, 1]", "[1, 0]"],
            problems: &[],
        },
        Proof {
            // R W | R W, of an attribute; that the instance has no attribute `add` is never written.
            name: "two threads count in an instance",
            source: "class Counter { init() { this.n = 0; } add() { this.n += 1; } }
                let c = Counter(); let a = spawn(|| c.add()); let b = spawn(|| c.add());
                a.join(); b.join(); print(c.n);",
            interleavings: "6",
            outcomes: &["1", "2"],
            problems: &["race"],
        },
        Proof {
            name: "a lock that finally releases keeps them apart",
            source: "class Counter { init() { this.n = 0; this.lock = Lock(); }
                    add() { this.lock.acquire(); try { this.n += 1; } finally { this.lock.release(); } } }
                let c = Counter(); let a = spawn(|| c.add()); let b = spawn(|| c.add());
                a.join(); b.join(); print(c.n);",
            interleavings: "",
            outcomes: &["2"],
            problems: &[],
        },
    ]);
}

/// Each outcome happens again by its token, also where an instruction looks at several things, and where
/// the end of a thread is a step only beside a daemon.
#[test]
fn words_lead_to_what_they_were_made_for() {
    for source in [
        "let v0 = 0; let l0 = list([0, list([1])]);
        let t0 = spawn(|| { l0.sort(|x| { v0 += 1; 1 }); });
        print(v0);",
        "let v0 = 0; let l0 = list([0, list([1])]); let d0 = dict(#{a: l0});
        let t0 = spawn(|| { v0 += 1; print(d0.items()); v0 += 1; });
        v0 += 1; print(l0, v0);",
        "let v0 = 0; let l0 = list([0, list([1])]);
        let t0 = spawn(|| { v0 += 1; try { l0.index(7); } catch { } v0 += 1; });
        v0 += 1; t0.join(); print(v0);",
        "let l0 = list([1, 2]); let d0 = dict(#{a: l0});
        let t0 = spawn(|| { });
        let t1 = Thread(|| { print(d0.items()); }, [], #{daemon: true});
        t1.start(); t0.join();",
        "let x0 = 1.5; let condition = Condition();
        let t0 = spawn(|| { x0.abs(); });
        let t1 = Thread(|| { spawn(|| { print(condition.locked()); }).join(); print(x0.sqrt()); }, [],
            #{daemon: true});
        t1.start();",
        "let v0 = 0; let a0 = [1, 2];
        let t0 = spawn(|| { print(ThreadPoolExecutor(1).submit(|| v0 + 1).result());
            a0.filter(|x| { v0 += 1; x == 1 }); });
        v0 += 1; t0.join(); print(v0);",
        // What has a line printed is one step, whether or not others can change what it is made of.
        "let v0 = 0; let s0 = \"ab\"; let d0 = dict([[1, 2]]);
        let t0 = spawn(|| { });
        let t1 = spawn(|| { if v0 == 0 { print(d0.keys());
            asyncio.run(|| { with asyncio.TaskGroup() as group { group.create_task(|| { v0 += 1; }); } }); }
            s0.append(t0); });
        t0.join(); t1.join(); print(v0, s0);",
        // To read a place and to compare what it holds with objects is one step, seen or passed over.
        "let v0 = 0; let a0 = [1, 2]; let d0 = dict(#{a: 1});
        let t0 = spawn(|| { v0 += 1; });
        let t1 = spawn(|| { a0.index_of(d0); });
        t1.join(); print(v0, a0);",
        "let v0 = 0; let a0 = [1, 2]; let l0 = list([1]);
        let t0 = spawn(|| { v0 += 1; });
        let t1 = spawn(|| { a0.contains(l0); a0.index_of(l0, 1); });
        t1.join(); print(v0, a0);",
        // Whether a thread's end is a step depends on when a daemon beside it ends.
        "fn helper() { v0 += 1; v0 }
        let v0 = 0;
        let t0 = Thread(|| { let fresh = Thread(|x| { v0 += x; }, [1]); fresh.start(); }, [],
            #{daemon: true});
        let t1 = spawn(|| { spawn(helper); });
        t0.start(); spawn(helper); t0.join(); t1.join(); print(v0);",
        // A daemon's tasks are stopped with it.
        "let v0 = 0; let v1 = 0;
        let t0 = Thread(|| { asyncio.run(|| { let task = asyncio.create_task(|| {
                if v0 == 0 { v0 += 1; } await asyncio.sleep(0.003); while v1 == 0 { } });
            await asyncio.sleep(0.001); print(task.done()); }); }, [], #{daemon: true});
        t0.start(); t0.join(0.001); print(v0, v1);",
    ] {
        let mut session = common::session();
        let mut explorer = common::explorer(&mut session, source);
        let found = common::explore(&mut explorer, &Limits::default());
        assert!(found.is_proved() && found.outcomes.len() > 1, "{source}");
        for possible in &found.outcomes {
            let (_, outcome) = explorer.replay(&possible.token).expect("a run of this text");
            assert_eq!(outcome.as_ref(), Some(&possible.outcome), "{source}");
        }
    }
}

/// The end of main stops them, as it stops the daemon that runs their loop.
#[test]
fn tasks_of_a_daemon_do_not_outlive_main() {
    let source = "let t0 = Thread(|| { asyncio.run(|| { print(\"begin\"); await asyncio.sleep(0.5); print(\"after\"); }); },
            [], #{daemon: true});
        t0.start(); t0.join(0.1); print(\"main\");";
    let found = explore(source);
    assert!(found.is_proved());
    let printed = |outcome: &Outcome, line: &str| {
        let mut lines = outcome.threads.iter().flat_map(|thread| &thread.printed);
        lines.any(|printed| &**printed == line)
    };
    let last = |outcome: &Outcome| outcome.threads[0].printed.last().cloned();
    for possible in &found.outcomes {
        let outcome = &possible.outcome;
        assert_eq!(last(outcome).as_deref(), Some("main"), "{outcome:?}");
    }
    let begun = found
        .outcomes
        .iter()
        .filter(|one| printed(&one.outcome, "begin"));
    assert!(begun.count() > 0);
    // Main is not slow where time is virtual.
    let ran = common::run(Mode::Seeded(1), source);
    assert!(
        !ran.lines().iter().any(|line| line.contains("after")),
        "{:?}",
        ran.lines()
    );
}

/// A task may have forgotten several things, and each is told.
#[test]
fn all_that_a_task_has_forgotten_is_in_the_outcome() {
    let found = explore(
        "asyncio.run(|| {
            let task = asyncio.create_task(|| { let all = asyncio.gather(|| { await asyncio.sleep(0.001); });
                await asyncio.sleep(0); all.cancel(); throw \"no\"; });
            await asyncio.sleep(0.001); });",
    );
    assert!(found.is_proved());
    let failed: Vec<Vec<&str>> = found
        .outcomes
        .iter()
        .map(|possible| {
            let failed = possible
                .outcome
                .threads
                .iter()
                .flat_map(|thread| &thread.failed);
            failed.map(|failed| &*failed.message).collect()
        })
        .collect();
    assert_eq!(
        failed,
        [[
            "asyncio.gather was never awaited: write `await asyncio.gather(...)`",
            "Task exception was never retrieved: no",
        ]]
    );
}

/// What a pool's thread gives to a future may lead back to the thread and to the pool, whose states are
/// changing then.
#[test]
fn a_task_may_return_its_own_thread_and_pool() {
    let source = "let pool = ThreadPoolExecutor(1);
        let future = pool.submit(|| [threading.current_thread(), [pool]]);
        let thread = spawn(|| print(future.result()[0].name));
        thread.join(); let kept = [future]; pool.submit(|| kept).result(); print(future.done());";
    let found = explore(source);
    let printed: Vec<String> = found
        .outcomes
        .iter()
        .map(|one| text_of(&one.outcome))
        .collect();
    assert_eq!((found.is_proved(), printed.len()), (true, 1), "{printed:?}");
    for mode in [Mode::Parallel(2), Mode::Gil(1), Mode::Seeded(1)] {
        let ran = common::run(mode, source);
        assert_eq!(ran.lines().len(), 2, "{mode:?}");
    }
}

/// Checks that this is the only outcome, and that runs on every scheduler print so many lines.
fn becomes_everywhere(source: &str, outcome: &str, lines: usize) {
    let found = explore(source);
    let outcomes: Vec<String> = found
        .outcomes
        .iter()
        .map(|one| text_of(&one.outcome))
        .collect();
    assert!(found.is_proved(), "{source}");
    assert_eq!(outcomes, [outcome], "{source}");
    for mode in [
        Mode::Parallel(2),
        Mode::Gil(1),
        Mode::Seeded(1),
        Mode::Seeded(2),
    ] {
        let ran = common::run(mode, source);
        assert_eq!(ran.lines().len(), lines, "{mode:?}: {:?}", ran.outcomes);
    }
}

/// A daemon that sleeps may still give a lock back: who waits for it does not wait for ever, on any
/// scheduler.
#[test]
fn a_sleeping_daemon_still_helps_when_main_has_failed() {
    becomes_everywhere(
        "let condition = Condition(); let held = Event();
        let daemon = Thread(|| { with condition { held.set(); sleep(0.01); } }, [], #{daemon: true});
        daemon.start(); held.wait();
        let t = spawn(|| { condition.acquire(); condition.release(); print(\"done\"); });
        throw \"no\";",
        "done / failed: no",
        1,
    );
}

/// What a daemon does when all others wait for ever is done before the run ends.
#[test]
fn a_deadlock_ends_a_run_when_its_daemons_rest() {
    becomes_everywhere(
        "let lock = Lock(); lock.acquire();
        let daemon = Thread(|| { sleep(0.12); print(\"rested\"); }, [], #{daemon: true});
        daemon.start(); lock.acquire();",
        "rested / deadlock",
        1,
    );
}

/// A pool of processes that shuts down while it works wakes nobody who waits for something else.
#[test]
fn shutting_processes_down_disturbs_no_wait() {
    let source = "let processes = ProcessPoolExecutor(1);
        let t = spawn(|| { try { processes.map(|x| x, [1, 2]); } catch { }
            asyncio.run(|| { await asyncio.sleep(0); print(\"ran\"); }); });
        processes.shutdown(false); t.join();";
    becomes_everywhere(source, "ran", 1);
    for seed in 0..40 {
        assert_eq!(
            common::run(Mode::Seeded(seed), source).lines().len(),
            1,
            "seed {seed}"
        );
    }
}

/// Who waits for an item has taken none before it goes on: who comes by may take it, and counts what is there.
#[test]
fn an_item_is_there_until_somebody_takes_it() {
    for made in ["Queue()", "LifoQueue()", "PriorityQueue()"] {
        let source = format!(
            "let q = {made};
            let t = spawn(|| {{
                sleep(0.01); q.put(1);
                try {{ q.get(false); q.put(2); }} catch {{ print(q.qsize()); }}
            }});
            q.get(); t.join();"
        );
        let found = explore(&source);
        let outcomes = found.outcomes.iter().map(|one| text_of(&one.outcome));
        assert_eq!(
            outcomes.collect::<BTreeSet<_>>(),
            ["", "0"].map(String::from).into()
        );
        for mode in [
            Mode::Parallel(1),
            Mode::Parallel(2),
            Mode::Gil(1),
            Mode::Gil(2),
        ] {
            let lines = common::run(mode, &source).lines();
            assert!(
                lines.is_empty() || lines == ["0"],
                "{made}, {mode:?}: {lines:?}"
            );
        }
    }
}
