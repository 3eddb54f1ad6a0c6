//! What the language means where threads meet: each program with every outcome that it can have.
//!
//! What it means where there is one thread is held by `tests/differential/`.

mod common;

use std::sync::Arc;

use common::Mode;
use threadlab::event::Stream;
use threadlab::explore::{End, Exploration, Interleavings, Limits, Outcome, Problem};
use threadlab::session::{Input, InputKind, Report, Session};

/// All that a complete search finds.
#[track_caller]
fn explore(source: &str) -> Exploration {
    let mut session = common::session();
    let mut explorer = common::explorer(&mut session, source);
    let found = common::explore(&mut explorer, &Limits::default());
    assert_eq!(found.cut, None, "{source}");
    found
}

/// What the threads print, in the order of their numbers, and the errors that end them.
fn text(outcome: &Outcome) -> String {
    let mut parts: Vec<String> = Vec::new();
    for lines in &outcome.threads {
        parts.extend(lines.printed.iter().map(|line| line.to_string()));
        parts.extend(lines.failed.iter().map(|failed| failed.message.to_string()));
    }
    match &outcome.end {
        End::Value(_) => {}
        End::Error { message, .. } => parts.push(message.to_string()),
        End::Deadlock(_) => parts.push("deadlock".into()),
    }
    parts.join(" / ")
}

/// Checks that these are all the outcomes.
#[track_caller]
fn outcomes(source: &str, expected: &[&str]) -> Exploration {
    let found = explore(source);
    let mut texts: Vec<String> = (found.outcomes.iter())
        .map(|possible| text(&possible.outcome))
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, expected, "{source}");
    found
}

/// One thread writes `x` and then `y`. A thread that reads `y` first and finds the new value finds the new
/// one in `x` too.
#[test]
fn variables_are_read_from_left_to_right() {
    for show in [
        "print(y, x);",
        "let f = |a, b| print(a, b); f.call(y, x);",
        "let f = |a, b| print(a, b); f(y, x);",
        "show(y, x);",
        "print([y, x].reduce(|a, b| `${a} ${b}`));",
        "let m = #{a: y, b: x}; print(m.a, m.b);",
        "print(`${y} ${x}`);",
        "print(y + \" \" + x);",
        "print([y].len() * y + \" \" + x);",
        "let q = SimpleQueue(); q.put([y, x]); let got = q.get(); print(got[0], got[1]);",
        "print(if y < 1 { \"0 \" } else { \"1 \" } + x);",
        "let a = [[0, 1], [10, 11]]; print((a[y][x] / 10) + \" \" + (a[0][a[0][1]] * 0 + x));",
        "let both = y in [x]; print(if both { \"1 1\" } else { \"0 1\" });",
        "print(y.min(9) + \" \" + x.min(9));",
    ] {
        let source = format!(
            "let x = 0; let y = 0;
             fn show(a, b) {{ print(a, b); }}
             let a = spawn(|| {{ x = 1; y = 1; }});
             let b = spawn(|| {{ {show} }});
             a.join(); b.join();"
        );
        let found = explore(&source);
        for possible in &found.outcomes {
            assert_ne!(text(&possible.outcome), "1 0", "{source}");
        }
        assert!(found.outcomes.len() > 1, "{source}");
    }
    let program = "let x = 0; let y = 0;
         fn w() { x = 1; y = 1; }
         fn r() { print(y, x); }
         let a = spawn(w); let b = spawn(r); a.join(); b.join();";
    let found = outcomes(program, &["0 0", "0 1", "1 1"]);
    // Two steps of one thread among the three of the other.
    assert_eq!(
        found.interleavings,
        Some(Interleavings::Exactly(10_u32.into()))
    );
}

/// Main reads `x` once when it finds 1 there, and once more for the message when it does not.
#[test]
fn a_message_is_evaluated_only_when_it_is_needed() {
    let program = "let x = 0; fn f() { x = 1; }
         let a = spawn(f); assert(x == 1, \"x is \" + x); a.join();";
    let found = outcomes(
        program,
        &["", "assertion failed: x is 0", "assertion failed: x is 1"],
    );
    assert_eq!(
        found.interleavings,
        Some(Interleavings::Exactly(3_u32.into()))
    );
    assert_eq!(found.findings.len(), 1, "{:?}", found.findings);
    // What is no comparison is treated alike.
    let program = "let n = 0; fn message() { n += 1; \"no\" } let yes = true;
         assert(yes, message()); assert(n == 0, \"evaluated\");
         try { assert(!yes, message()); } catch (e) { print(e.message); }
         try { assert(1, message()); } catch (e) { print(e.message); }
         print(n);";
    outcomes(
        program,
        &[
            "assertion failed: no / assert takes true or false, but was given i64: it is called as assert(condition) or assert(condition, message) / 2",
        ],
    );
}

/// The lock belongs to the counter, and so does what it protects.
#[test]
fn a_method_works_on_the_variable_that_it_is_called_on() {
    outcomes(
        "fn counter() {
             #{ count: 0, lock: Lock(), add: || { with this.lock { this.count += 1; } } }
         }
         let c = counter();
         let a = spawn(|| c.add()); let b = spawn(|| c.add());
         a.join(); b.join();
         print(c.count);",
        &["2"],
    );
    outcomes(
        "let box = #{n: 0, m: Semaphore(1)};
         let other = Semaphore(1);
         fn enter(s) { this.m.acquire(); this.n += 1; this.m.release(); }
         let a = spawn(|| box.enter(other)); let b = spawn(|| box.enter(other));
         a.join(); b.join();
         print(box.n);",
        &["2"],
    );
    // A method that another method calls, of an item, of a variable that a closure has captured.
    outcomes(
        "fn work() {
             let all = [#{n: 0, l: Lock()}, #{n: 0, l: Lock()}];
             let at = 0;
             let threads = [];
             for i in 0..2 { threads.push(spawn(|| all[at + 1].twice())); }
             for t in threads { t.join(); }
             print(all[0].n, all[1].n);
         }
         fn twice() { with this.l { this.inc(); this.inc(); } }
         fn inc() { this.n += 1; }
         work();",
        &["0 4"],
    );
    for scheduler in common::MODES {
        let ran = common::run(
            scheduler,
            "let c = #{count: 0, lock: Lock(), add: || { with this.lock { this.count += 1; } }};
             let threads = [];
             for i in 0..4 { threads.push(spawn(|| { for j in 0..250 { c.add(); } })); }
             for t in threads { t.join(); }
             print(c.count);",
        );
        assert_eq!(ran.lines(), ["1000"], "{scheduler:?}");
    }
}

/// Without a lock the two steps of `+=` come apart, and the report says where.
#[test]
fn what_a_method_reads_and_writes_is_named_by_its_place() {
    let found = outcomes(
        "let all = [#{n: 0}]; fn add() { this.n += 1; }
         let a = spawn(|| all[-1].add()); let b = spawn(|| all[0].add());
         a.join(); b.join(); print(all[0].n);",
        &["1", "2"],
    );
    let races: Vec<String> = (found.findings.iter())
        .filter_map(|finding| match &finding.problem {
            Problem::Race(race) => Some(race.place.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(races, ["all[0].n"]);
}

/// An index is evaluated once, at the call; what is not there any more is an error.
#[test]
fn the_place_of_a_method_is_found_when_it_is_called() {
    for mode in common::MODES {
        for (source, expected) in [
            (
                "let a = [1, 2]; let i = 0; let go = || { a; };
                 fn set(f) { f.call(); this = 9; }
                 a[i].set(|| { i = 1; }); print(a, i);",
                "[9, 2] 1",
            ),
            (
                "let a = [1, 2]; let f = || a.pop();
                 fn set(f) { f.call(); try { this = 9; } catch (e) { print(e.error); } }
                 a[-1].set(f); print(a);",
                "ErrorArrayBounds|[1]",
            ),
            (
                "let g = 9; let xs = [1, 2]; xs.for_each(|i| { this = g; }); print(xs);",
                "[9, 9]",
            ),
            (
                "let xs = [1, 2]; let ys = || xs; xs.for_each(|| { this += 1; }); print(ys.call());",
                "[2, 3]",
            ),
            ("let a = [1, 2]; print(a.map(|| this * 10));", "[10, 20]"),
            (
                "let m = #{v: [3, 1, 2]}; let keep = || m;
                 m.v.sort(|a, b| a - b); m.v.retain(|x| x > 1); print(keep.call().v);",
                "[2, 3]",
            ),
            (
                "let m = #{n: 1, up: |by| { let f = |x| x + by; this.n = f.call(this.n); this.n }};
                 print(m.up(5), m.n); let h = || m; print(m.up(1), h.call().n);",
                "6 6|7 7",
            ),
            (
                "fn set() { this = 5; } let x = 1; x.set(); print(x); let y = 1; let f = || y; y.set(); print(f.call());",
                "5|5",
            ),
            (
                "fn bad() { this.n = 2; throw \"no\"; } let m = #{n: 1}; try { m.bad(); } catch { } print(m.n);",
                "2",
            ),
            (
                "fn deep(k) { if k > 0 { this.deep(k - 1); this.n += 1; } }
                 let a = [#{m: #{n: 0}}]; a[0].m.deep(3); print(a); let f = || a; a[0].m.deep(2); print(a[0].m.n);",
                "[#{\"m\": #{\"n\": 3}}]|5",
            ),
            (
                "let local = ThreadLocal(); local.x = 1; fn up() { this += 1; } local.x.up(); print(local.x);",
                "2",
            ),
            (
                "let s = \"hello\"; s[-1].to_upper(); let f = || s; print(s); s[-1].to_upper(); print(s);",
                "hello|hello",
            ),
        ] {
            let ran = common::run(mode, source);
            assert_eq!(ran.lines().join("|"), expected, "{source} {:?}", ran.outcomes);
        }
    }
}

/// How a closure gets to a thread that runs already: what they share, how the closure is put there and
/// how the thread takes it.
const ROUTES: &[(&str, &str, &str)] = &[
    ("()", "s = f;", "s"),
    ("()", "s = [f];", "s[0]"),
    ("()", "s = #{f: [f]};", "s.f[0]"),
    ("#{f: ()}", "s.f = f;", "s.f"),
    ("#{}", "s[\"f\"] = f;", "s.f"),
    ("#{m: #{}}", "s.m.f = f;", "s.m.f"),
    ("[()]", "s[0] = f;", "s[0]"),
    ("[1, ()]", "s[-1] = f;", "s[1]"),
    ("[[()]]", "s[0][0] = f;", "s[0][0]"),
    ("[#{}]", "s[0].f = f;", "s[0].f"),
    ("[#{}]", "s[0] = #{f: f};", "s[0].f"),
    ("[]", "s.push(f);", "s[0]"),
    ("[]", "push(s, f);", "s[0]"),
    ("[]", "s.push(#{f: f});", "s[0].f"),
    ("[[]]", "s[0].push(f);", "s[0][0]"),
    ("#{l: []}", "s.l.push(f);", "s.l[0]"),
    ("[]", "s.insert(0, f);", "s[0]"),
    ("[]", "s.append([f]);", "s[0]"),
    ("[]", "s += [f];", "s[0]"),
    ("#{l: []}", "s.l += [f];", "s.l[0]"),
    ("[]", "s.pad(1, f);", "s[0]"),
    ("[]", "s.splice(0..0, [f]);", "s[0]"),
    ("[()]", "s.set(0, f);", "s[0]"),
    ("#{}", "s.set(\"f\", f);", "s.f"),
    ("#{}", "s.mixin(#{f: f});", "s.f"),
    ("#{}", "s += #{f: f};", "s.f"),
    ("#{}", "s.fill_with(#{f: f});", "s.f"),
    ("#{}", "s.take_over(f);", "s.f"),
    ("[#{}]", "s[0].take_over(f);", "s[0].f"),
    ("[()]", "s.for_each(|| { this = f; });", "s[0]"),
    ("[1, 2]", "s.retain(|x| x > 1); s.push(f);", "s[1]"),
    ("()", "let g = f; s = || g.call();", "s"),
    (
        "()",
        "let g = [f]; s = #{call_it: || g[0].call()}; ",
        "s.call_it",
    ),
    ("()", "s = (|g| g.call()).curry(f);", "s"),
    ("()", "let w = spawn(|| f); s = w.join();", "s"),
    ("SimpleQueue()", "s.put(f);", "s.get()"),
    ("Queue()", "s.put([f]);", "s.get()[0]"),
    ("channel(1)", "s.send(f);", "s.receive()"),
    ("()", "try { throw f; } catch (e) { s = e; }", "s"),
    ("()", "if true { s = switch 1 { 1 => f, _ => 0 }; }", "s"),
];

/// Whatever a closure captures is shared as soon as another thread can get it: main and the thread both
/// count, and an update can be lost.
#[test]
fn what_becomes_reachable_becomes_shared() {
    for (shared, put, take) in ROUTES {
        let source = format!(
            "fn take_over(f) {{ this.f = f; }}
             let s = {shared};
             let ready = Event();
             let n = 0;
             let t = spawn(|| {{ ready.wait(); let got = {take}; got.call(); }});
             let f = || {{ n += 1; }};
             {put}
             ready.set();
             n += 1;
             t.join();
             assert(n == 2, \"lost\");"
        );
        let found = explore(&source);
        let texts: Vec<String> = (found.outcomes.iter())
            .map(|possible| text(&possible.outcome))
            .collect();
        assert_eq!(texts.len(), 2, "{source}\n{texts:?}");
        assert!(
            texts.iter().any(|text| text.ends_with("lost")),
            "{source}\n{texts:?}"
        );
    }
}

/// A home-made pool of threads: its jobs come through a list, and what they count is shared.
#[test]
fn a_pool_of_ones_own_loses_updates() {
    outcomes(
        OWN_POOL,
        &[
            "",
            "assertion failed: total is 1",
            "assertion failed: total is 2",
        ],
    );
}

const OWN_POOL: &str = "let jobs = [];
     let changed = Condition();
     let total = 0;
     fn worker(changed) {
         let job = ();
         with changed {
             while jobs.len() == 0 { changed.wait(); }
             job = jobs.pop();
         }
         job.call();
     }
     let workers = [spawn(worker, changed), spawn(worker, changed)];
     for n in 1..=2 {
         with changed { jobs.push(|| { total += n; }); changed.notify(); }
     }
     for w in workers { w.join(); }
     assert(total == 3, \"total is \" + total);";

/// A seed stands for a run, whether or not it is watched.
#[test]
fn watching_a_run_does_not_change_it() {
    let run = |seed: u64, is_watched: bool| {
        let stream = Arc::new(Stream::new());
        stream.set_detailed(is_watched);
        let mut session = Session::new(Mode::Seeded(seed).config(), stream.clone());
        let report = session.run(Input {
            name: "test",
            text: OWN_POOL,
            kind: InputKind::Script,
        });
        match report {
            Report::Ran { outcome, .. } => format!("{outcome:?}"),
            Report::Rejected(why) => panic!("{why:?}"),
        }
    };
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let watched = run(seed, true);
        assert_eq!(run(seed, false), watched, "seed {seed}");
        seen.insert(watched);
    }
    assert!(seen.len() > 1, "the seeds differ: {seen:?}");
}

/// Places are compared by what they are, not by how they are written.
#[test]
fn an_index_from_the_end_is_the_one_from_the_beginning() {
    for (value, one, other, place) in [
        ("[0, 0, 0]", "s[-1] += 1", "s[2] += 1", Some("s[2]")),
        ("[0, 0, 0]", "s[-1] += 1", "s[1] += 1", None),
        ("#{a: 0}", "s.a += 1", "s[\"a\"] += 1", Some("s.a")),
        (
            "[[0], [0]]",
            "s[-1][-1] += 1",
            "s[1][0] += 1",
            Some("s[1][0]"),
        ),
        ("[[0], [0]]", "s[1] = 1", "s[-1][0] = 1", Some("s[1]")),
    ] {
        let source = format!(
            "let s = {value}; let t = spawn(|| {{ {one}; }}); let u = spawn(|| {{ {other}; }});
             t.join(); u.join();"
        );
        let found = explore(&source);
        let races: Vec<&str> = (found.findings.iter())
            .filter_map(|finding| match &finding.problem {
                Problem::Race(race) => Some(&*race.place),
                _ => None,
            })
            .collect();
        assert_eq!(races, Vec::from_iter(place), "{source}");
    }
}

/// `throw;` throws on what was caught, with its place, its kind and its calls.
#[test]
fn what_is_thrown_on_is_the_error_that_was_caught() {
    let outcome = |text: &str| {
        let ended = common::run(Mode::Seeded(1), text);
        ended.outcomes[0].clone()
    };
    let text = "fn f() { let a = []; a[1] }\ntry {\n f();\n} catch (e) {\n throw;\n}";
    assert!(outcome(text).starts_with("1:"), "{}", outcome(text));
    assert_eq!(
        outcome("try { throw 5; } catch (e) { e = 6; throw; }"),
        outcome("throw 5;").replace("1:1", "1:7")
    );
    let twice =
        "try { try { throw 1; } catch { try { throw; } catch (e) { } throw; } } catch (e) { e }";
    assert_eq!(
        outcome(&format!(
            "let r = 0; {} r",
            twice.replace("{ e }", "{ r = e; }")
        )),
        "1"
    );
}

/// What main ends with, on each scheduler alike.
#[track_caller]
fn gives(text: &str, expected: &str) {
    for mode in [Mode::Seeded(1), Mode::Parallel(2)] {
        let ended = common::run(mode, text);
        assert_eq!(ended.outcomes[0], expected, "{mode:?}: {text}");
    }
}

#[test]
fn a_text_is_evaluated_with_the_variables_of_the_top_level() {
    gives("eval(\"40 + 2\")", "42");
    gives("let x = 40; eval(\"x + 2\")", "42");
    gives("let x = 1; eval(\"x += 5; let y = x * 2; y\") + x", "18");
    gives("fn f(n) { n * 2 } eval(\"f(21)\")", "42");
    gives(
        "let total = 0; for i in 1..4 { total += eval(`${i} * 10`); } total",
        "60",
    );
    gives("let f = eval(\"|a| a + 1\"); f.call(4)", "5");
    gives("eval(\"[3, 1, 2].map(|x| x * 2)\")", "[6, 2, 4]");
    gives("eval(\"eval(\\\"1 + 1\\\") + 1\")", "3");
    gives("let r = 0; try { eval(\"1 +\"); } catch { r = 1; } r", "1");
    gives(
        "let r = 0; try { eval(\"let z = 1;\"); eval(\"z\"); } catch { r = 1; } r",
        "1",
    );
    gives("let t = spawn(|| eval(\"6 * 7\")); t.result()", "42");
    let lines = ["let a = 1;", "eval(\"a += 1\");", "a"];
    assert_eq!(common::type_in(Mode::Parallel(2), &lines).outcomes[2], "2");
    let error = common::run(Mode::Seeded(1), "let x = 1;\neval(\"1 / 0\")");
    assert!(
        error.outcomes[0].contains("Division by zero"),
        "{:?}",
        error.outcomes
    );
}

#[test]
fn long_ranges_of_floats_are_gone_through_item_by_item() {
    gives(
        "let n = 0; for x in range(0.0, 1e9, 1.0) { n += x; if x >= 10.0 { break; } } n",
        "55.0",
    );
    gives(
        "let n = 0; for x in range(0.0, -3e5, -0.5) { n += 1; } n",
        "600000",
    );
    gives("range(0.0, 1.0, 0.25).len()", "4");
}

#[test]
fn what_is_shared_says_so_as_a_method_too() {
    gives(
        "let x = 1; let f = || x += 1; [x.is_shared(), is_shared(x)]",
        "[true, true]",
    );
    gives("let x = 1; x.is_shared()", "false");
}
