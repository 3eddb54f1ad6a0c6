//! Threads that wait for ever: told once, with the cycle, while the others run on.

use super::common::{Ended, MODES, Mode, explore, explorer, run, session, type_in};
use threadlab::event::Kind;
use threadlab::explore::{Limits, Problem, tell};

/// The deadlocks that events have told of, `THREAD, THREAD`, and what was printed, in order.
fn told(ended: &Ended) -> Vec<String> {
    let told = ended.events.iter().filter_map(|event| match &event.kind {
        Kind::Print { text, .. } => Some(text.clone()),
        Kind::Deadlock { threads } => {
            let names: Vec<&str> = threads.iter().map(|thread| &*thread.thread.name).collect();
            Some(format!("deadlock of {}", names.join(", ")))
        }
        _ => None,
    });
    told.collect()
}

/// Two threads that take two locks in opposite order.
const CROSSED: &str = "let a = Lock(); let b = Lock(); let in_both = Barrier(2);
    fn both(x, y) { with x { in_both.wait(); with y { } } }
    let t1 = spawn(both, a, b); let t2 = spawn(both, b, a); ";

/// How a thread comes to wait for one that waits for it: what two threads run, after what.
const CYCLES: &[(&str, &str)] = &[
    ("Lock", CROSSED),
    (
        "RLock",
        "let a = RLock(); let b = RLock(); let in_both = Barrier(2);
         fn both(x, y) { with x { with x { in_both.wait(); with y { } } } }
         spawn(both, a, b); spawn(both, b, a);",
    ),
    (
        "Condition, coming back to its lock",
        "let c = Condition(); let l = Lock(); let go = Event();
         spawn(|| { with l { with c { go.set(); c.wait(); } } });
         spawn(|| { go.wait(); with c { c.notify(); with l { } } });",
    ),
    (
        "the end of a thread",
        "let l = Lock(); let t = (); let go = Event();
         t = Thread(|| { go.wait(); with l { } }); t.start();
         spawn(|| { with l { go.set(); t.join(); } });",
    ),
    (
        "the result of a thread",
        "let go = Event(); let t = Thread(|| { go.wait(); u.result() });
         let u = Thread(|| t.result()); t.start(); u.start(); go.set();",
    ),
    (
        "the action of a barrier",
        "let l = Lock(); let go = Event(); let b = Barrier(1, || { go.set(); with l { } });
         spawn(|| { with l { go.wait(); b.wait(); } }); spawn(|| { b.wait(); });",
    ),
    (
        "a task's own full pool",
        "let p = pool(1); p.submit(|| p.submit(|| 1).result());",
    ),
    (
        "a map of a task's own full pool",
        "let p = pool(1); p.submit(|| { for x in p.map(|x| x, [1]) { } });",
    ),
    (
        "the tasks of each other's pools",
        "let p = pool(1); let q = pool(1); let in_both = Barrier(2);
         p.submit(|| { in_both.wait(); q.submit(|| 1).result() });
         q.submit(|| { in_both.wait(); p.submit(|| 1).result() });",
    ),
    (
        "the shutdown of one's own pool",
        "let p = pool(1); p.submit(|| p.shutdown());",
    ),
    (
        "a lock whose holder has ended",
        "let l = Lock(); spawn(|| l.acquire()).join(); spawn(|| { with l { } });",
    ),
    (
        "one's own lock",
        "let l = Lock(); spawn(|| { with l { with l { } } });",
    ),
    (
        "a reader who wants to write",
        "let rw = RwLock(); spawn(|| { with rw.read() { with rw.write() { } } });",
    ),
    (
        "a reader who reads again, and a writer in between",
        "let rw = RwLock(); let go = Event();
         spawn(|| { with rw.read() { go.set();
             while rw.try_acquire_read() { rw.release_read(); sleep(0.001); }
             with rw.read() { } } });
         spawn(|| { go.wait(); with rw.write() { } });",
    ),
    (
        "readers and a lock",
        "let rw = RwLock(); let l = Lock(); let both = Barrier(2);
         spawn(|| { with rw.read() { both.wait(); with l { } } });
         spawn(|| { with l { both.wait(); with rw.write() { } } });",
    ),
    (
        "a function that runs once and calls itself",
        "let once = Once(); spawn(|| once.call(|| once.call(|| 1)));",
    ),
];

#[test]
fn a_cycle_is_told_once_while_the_others_run_on() {
    for (of, cycle) in CYCLES {
        for mode in MODES {
            // Main runs on meanwhile: nothing but the event can tell of it before main has ended.
            let text =
                format!("{cycle} for i in 0..60 {{ sleep(0.01); }} print(\"main has ended\");");
            let ended = run(mode, &text);
            let told = told(&ended);
            assert_eq!(told.len(), 2, "{of} on {mode:?}: {told:?}");
            assert!(
                told[0].starts_with("deadlock of "),
                "{of} on {mode:?}: {told:?}"
            );
            assert_eq!(told[1], "main has ended", "{of} on {mode:?}");
            assert!(
                ended.outcomes[0].starts_with("deadlock of "),
                "{of} on {mode:?}: {:?}",
                ended.outcomes
            );
        }
    }
}

#[test]
fn the_report_has_the_line_what_is_waited_for_who_holds_it_and_since_when() {
    for mode in MODES {
        let ended = run(mode, &format!("{CROSSED}\nt1.join();"));
        let threads = ended.events.iter().find_map(|event| match &event.kind {
            Kind::Deadlock { threads } => Some(threads.clone()),
            _ => None,
        });
        let threads = threads.expect("a report");
        assert_eq!(threads.len(), 2, "{mode:?}");
        for (thread, lock, holder) in [(&threads[0], 1, "Thread-2"), (&threads[1], 0, "Thread-1")] {
            assert_eq!((thread.pos.line, &*thread.input), (2, "test"), "{mode:?}");
            assert!(thread.source.starts_with("fn both(x, y)"), "{mode:?}");
            let column = [9, 25][lock];
            let what = format!("the Lock made in line 1, column {column}");
            assert_eq!(thread.waits_for, what, "{mode:?}");
            assert_eq!(thread.held_by.len(), 1, "{mode:?}");
            let (name, since) = &thread.held_by[0];
            assert_eq!((name.as_str(), since.line), (holder, 2), "{mode:?}");
        }
        assert!(
            ended.outcomes[0].starts_with("deadlock of main, Thread-1, Thread-2"),
            "{mode:?} {:?}",
            ended.outcomes
        );
    }
}

#[test]
fn each_cycle_is_told_once_however_many_wait_for_it() {
    for mode in MODES {
        let ended = run(
            mode,
            &format!(
                "{CROSSED} for i in 0..3 {{ spawn(|| {{ with a {{ }} }}); }} sleep(0.05);
                 let l = Lock(); spawn(|| {{ with l {{ with l {{ }} }} }});
                 sleep(0.05); print(\"end\");"
            ),
        );
        let expected = [
            "deadlock of Thread-1, Thread-2",
            "deadlock of Thread-6",
            "end",
        ];
        assert_eq!(told(&ended), expected, "{mode:?}");
    }
}

#[test]
fn it_is_the_same_in_each_run_of_a_seed() {
    let text = format!("{CROSSED} for i in 0..20 {{ sleep(0.01); }}");
    for seed in 0..5 {
        let mode = Mode::Seeded(seed);
        assert_eq!(run(mode, &text).log(), run(mode, &text).log(), "{seed}");
    }
}

#[test]
fn at_the_prompt_it_is_told_while_the_learner_types_and_main_ends_by_its_own_only() {
    for mode in MODES {
        let ended = type_in(
            mode,
            &[
                CROSSED,
                "sleep(0.1); print(\"still here\");",
                "spawn(|| { for i in 0..50 { sleep(0.01); } }); t1.join();",
                "print(\"and here\");",
            ],
        );
        let expected = ["deadlock of Thread-1, Thread-2", "still here", "and here"];
        assert_eq!(told(&ended), expected, "{mode:?}");
        assert!(
            ended.outcomes[2].starts_with("deadlock of main"),
            "{mode:?} {ended:?}"
        );
    }
}

#[test]
fn what_may_still_be_released_is_no_deadlock() {
    for (text, line) in [
        // The learner holds it, and can release it.
        (
            "l.acquire(); spawn(|| { with l { print(\"got\"); } });",
            "l.release(); sleep(0.1);",
        ),
        // A time will be over.
        (
            "l.acquire(); spawn(|| { l.acquire(0.05); print(\"got\"); });",
            "sleep(0.2); l.release();",
        ),
        // Anybody may put.
        (
            "let q = Queue(); spawn(|| { q.get(); print(\"got\"); });",
            "q.put(1); sleep(0.1);",
        ),
    ] {
        for mode in MODES {
            let ended = type_in(mode, &["let l = Lock();", text, line]);
            assert_eq!(told(&ended), ["got"], "{mode:?} {text}");
            assert_eq!(ended.outcomes[2], "()", "{mode:?} {text}");
        }
    }
}

#[test]
fn a_script_ends_when_only_daemons_run_on() {
    for mode in MODES {
        let ended = run(
            mode,
            &format!(
                "Thread(|| {{ loop {{ sleep(0.001); }} }}, [], #{{daemon: true}}).start();
                 {CROSSED} t1.join();"
            ),
        );
        assert_eq!(told(&ended), ["deadlock of Thread-2, Thread-3"], "{mode:?}");
        assert_eq!(
            ended.outcomes,
            ["deadlock of main, Thread-2, Thread-3"],
            "{mode:?}"
        );
    }
}

/// Nobody holds what is waited for here: only that all wait is sure.
#[test]
fn a_wait_for_anybody_is_told_at_the_end() {
    for text in [
        "Event().wait();",
        "Semaphore(0).acquire();",
        "Queue().get();",
        "let q = Queue(1); q.put(1); q.put(2);",
        "let q = Queue(); q.put(1); q.join();",
        "Barrier(2).wait();",
        "let c = Condition(); with c { c.wait(); }",
        "channel().receive();",
        "channel().send(1);",
        "let c = channel(1); c.send(1); c.send(2);",
        "for x in channel(1) { }",
        "select([]);",
        "select([channel(), #{send: 1, to: channel()}]);",
        "Latch(1).wait();",
    ] {
        for mode in MODES {
            let ended = run(mode, &format!("spawn(|| sleep(0.02)); {text}"));
            assert_eq!(ended.outcomes, ["deadlock of main"], "{mode:?} {text}");
            assert!(told(&ended).is_empty(), "{mode:?} {text}");
        }
    }
}

#[test]
fn two_threads_that_both_send_first_wait_for_ever() {
    for mode in MODES {
        let ended = run(
            mode,
            "let a = channel(); let b = channel();
             fn meet(mine, yours) { mine.send(1); yours.receive(); }
             spawn(meet, a, b); spawn(meet, b, a);",
        );
        assert_eq!(
            ended.outcomes,
            ["deadlock of Thread-1, Thread-2"],
            "{mode:?}"
        );
    }
}

#[test]
fn who_waits_for_a_lock_that_another_thread_releases_is_in_no_deadlock() {
    let text = "let may = Lock(); let done = Event(); may.acquire();
        let t = spawn(|| { done.wait(); may.release(); });
        let u = spawn(|| { sleep(0.01); done.set(); });
        may.acquire(); print(\"got it\");";
    for mode in MODES {
        let ended = run(mode, text);
        assert_eq!(told(&ended), ["got it"], "{mode:?}");
        assert_eq!(ended.outcomes, ["()"], "{mode:?}");
    }
    // Nobody is left who could.
    let text = "let may = Lock(); may.acquire(); if false { may.release(); } may.acquire();";
    for mode in MODES {
        assert_eq!(run(mode, text).outcomes, ["deadlock of main"], "{mode:?}");
    }
}

#[test]
fn exploring_says_who_had_taken_a_lock_that_another_thread_releases() {
    let text = "let may = Lock();
        may.acquire();
        let t = spawn(|| { print(\"first\"); may.release(); });
        may.acquire();
        print(\"second\");";
    let mut first = session();
    let found = explore(&mut explorer(&mut first, text), &Limits::default());
    assert!(found.is_proved() && found.failures.is_empty() && found.findings.is_empty());
    assert_eq!(found.outcomes.len(), 1);

    let mut second = session();
    let text = format!("{text} assert(false);");
    let found = explore(&mut explorer(&mut second, &text), &Limits::default());
    let finding = &found.failures[0];
    assert!(matches!(finding.problem, Problem::Error { .. }));
    let acts = tell(&finding.trail, Some(&finding.problem));
    let words = "releases may, which main has taken";
    assert!(
        acts.iter().any(|act| act.thread == 2 && act.words == words),
        "{acts:#?}"
    );
}

#[test]
fn the_order_of_a_lock_that_serves_as_a_signal_is_no_mistake() {
    // Two orders, and a second lock that another thread gives back.
    let text = "let a = Lock(); let b = Lock();
        fn both(x, y) { with x { with y { } } }
        let t = spawn(both, a, b); t.join(); let u = spawn(both, b, a); u.join();";
    let inversions = |text: &str| {
        let mut session = session();
        let found = explore(&mut explorer(&mut session, text), &Limits::default());
        let found = found
            .findings
            .iter()
            .filter(|one| one.problem.kind() == "lock-order");
        found.count()
    };
    assert_eq!(inversions(text), 1);
    let signal = format!("{text} b.acquire(); spawn(|| b.release()).join(); with b {{ }}");
    assert_eq!(inversions(&signal), 0);
}
