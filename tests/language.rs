//! What the language means where threads meet: each program with every outcome that it can have.
//!
//! What it means where there is one thread is held by `tests/differential/`.

mod common;

use threadlab::explore::{End, Exploration, Interleavings, Limits, Outcome};

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

/// One thread writes `x` and then `y`. Whoever reads `y` first and finds the new value finds the new
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
