//! Main's failure: told when it happens, whatever other threads do then, and found by exploring.

use std::sync::Arc;

use super::common::{MODES, Mode, explore, explorer, run, session, type_in};
use threadlab::event::{Kind, Stream};
use threadlab::explore::{End, Limits, Problem, tell};
use threadlab::session::{Input, InputKind, Outcome, Report, Session};

/// Main fails before it sets the event for which a thread asks again and again.
const FLAG_NEVER_SET: &str = "let stop = Event();
    let t = spawn(|| { while !stop.is_set() { sleep(0.02); } print(\"worker ends\"); });
    let answer = parse_int(\"4o\");
    stop.set();
    t.join();";

/// Main fails before it puts the item for which a thread waits.
const OTHERS_WAIT: &str = "let q = Queue();
    let t = spawn(|| { q.get(); });
    assert(1 == 2, \"main is wrong\");
    q.put(1);";

/// Main fails while a daemon waits.
const DAEMON: &str = "let x = 0;
    let s = Semaphore(0);
    Thread(|| { s.acquire(); }, [], #{daemon: true}).start();
    let a = spawn(|| { x = 1; });
    a.join();
    assert(x == 2, \"no\");";

/// Where in its text an event tells of main's failure, and what of.
fn main_failure(kind: &Kind) -> Option<String> {
    match kind {
        Kind::MainFailure { error } => Some(format!("{} {}", error.pos, error.message)),
        _ => None,
    }
}

/// Runs a script whose threads never end until main has failed; gives what main failed by.
fn fails_while_others_run(mode: Mode, text: &str, kind: InputKind) -> String {
    let stream = Arc::new(Stream::new());
    let mut session = Session::new(mode.config(), stream.clone());
    let stopper = session.stopper();
    let text = text.to_string();
    let runs = std::thread::spawn(move || {
        let name = "test";
        let report = session.run(Input {
            name,
            text: &text,
            kind,
        });
        session.stop_background();
        report
    });
    let failure = loop {
        let events = stream.take_within(std::time::Duration::from_millis(20));
        if let Some(failure) = events.iter().find_map(|event| main_failure(&event.kind)) {
            break failure;
        }
        assert!(!runs.is_finished(), "the run ends without a word");
    };
    stopper.stop();
    let Report::Ran { outcome, .. } = runs.join().expect("it ends") else {
        panic!("the text is wrong");
    };
    assert!(
        matches!(outcome, Outcome::Interrupted(_) | Outcome::Failed(_)),
        "{outcome:?}"
    );
    failure
}

#[test]
fn it_is_told_at_once_while_others_run_on() {
    for mode in MODES {
        for kind in [InputKind::Script, InputKind::Prompt] {
            let failure = fails_while_others_run(mode, FLAG_NEVER_SET, kind);
            assert!(
                failure.starts_with("line 3, column 18 "),
                "{mode:?} {kind:?}: {failure}"
            );
        }
    }
}

#[test]
fn it_is_told_before_the_deadlock_that_follows() {
    for mode in MODES {
        let ended = run(mode, OTHERS_WAIT);
        let failures = ended
            .events
            .iter()
            .filter_map(|event| main_failure(&event.kind));
        assert_eq!(
            failures.collect::<Vec<_>>(),
            ["line 3, column 5 assertion failed: main is wrong"],
            "{mode:?}"
        );
        assert_eq!(ended.outcomes, ["deadlock of Thread-1"], "{mode:?}");
    }
}

#[test]
fn it_is_told_once_and_only_when_nobody_catches_it() {
    for mode in MODES {
        let told = |texts: &[&str]| {
            let ended = type_in(mode, texts);
            let failures = ended.events.iter();
            failures
                .filter_map(|event| main_failure(&event.kind))
                .count()
        };
        assert_eq!(
            told(&["throw 1;", "fn f() { [][0] }", "f()", "2"]),
            2,
            "{mode:?}"
        );
        assert_eq!(told(&["try { throw 1; } catch { }"]), 0, "{mode:?}");
        assert_eq!(
            told(&["let t = spawn(|| { throw 1; }); t.join();"]),
            0,
            "{mode:?}"
        );
    }
}

#[test]
fn exploring_finds_it_and_the_wait_as_what_follows() {
    for (text, message, follows) in [
        (OTHERS_WAIT, "assertion failed: main is wrong", "deadlock"),
        (FLAG_NEVER_SET, "'4o'", "livelock"),
    ] {
        let mut session = session();
        let mut rehearsal = explorer(&mut session, text);
        let found = explore(&mut rehearsal, &Limits::default());
        assert!(found.is_proved(), "{text}");
        let kinds: Vec<&str> = found
            .failures
            .iter()
            .map(|one| one.problem.kind())
            .collect();
        assert_eq!(kinds.len(), 2, "{text}: {kinds:?}");
        assert_eq!(kinds[1], follows, "{text}: {kinds:?}");
        let Problem::Error {
            thread,
            message: said,
            ..
        } = &found.failures[0].problem
        else {
            panic!("{kinds:?}");
        };
        assert_eq!(thread, "main");
        assert!(said.contains(message), "{said}");
        // In both runs main fails, and nowhere does it end otherwise.
        for finding in &found.failures {
            let acts = tell(&finding.trail, Some(&finding.problem));
            let own = acts.iter().filter(|act| act.thread == 1);
            let fails = own.filter(|act| act.words.starts_with("fails: "));
            assert_eq!(fails.count(), 1, "{acts:#?}");
            assert!(acts.iter().all(|act| act.words != "ends"), "{acts:#?}");
        }
    }
}

#[test]
fn the_outcome_of_a_deadlock_lists_it() {
    let mut session = session();
    let mut rehearsal = explorer(&mut session, OTHERS_WAIT);
    let found = explore(&mut rehearsal, &Limits::default());
    assert_eq!(found.outcomes.len(), 1);
    let outcome = &found.outcomes[0].outcome;
    assert!(matches!(outcome.end, End::Deadlock(_)), "{outcome:?}");
    let failed = outcome.main_failed.as_ref().expect("main has failed");
    assert_eq!(&*failed.message, "assertion failed: main is wrong");
    assert_eq!(failed.pos.line, 3);
}

#[test]
fn main_does_not_end_in_the_story_before_it_fails() {
    let mut session = session();
    let mut rehearsal = explorer(&mut session, DAEMON);
    let found = explore(&mut rehearsal, &Limits::default());
    assert_eq!(found.failures.len(), 1);
    let finding = &found.failures[0];
    let acts = tell(&finding.trail, Some(&finding.problem));
    let main: Vec<&str> = (acts.iter().filter(|act| act.thread == 1))
        .map(|act| &*act.words)
        .collect();
    assert_eq!(
        main.last(),
        Some(&"fails: assertion failed: no"),
        "{main:?}"
    );
    assert!(!main.contains(&"ends"), "{main:?}");
}
