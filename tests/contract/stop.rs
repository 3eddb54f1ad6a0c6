//! The way out by Ctrl-C: it reaches every thread, never waits, and leaves everything as if nobody had
//! asked.

use std::sync::Arc;

use threadlab::event::Stream;
use threadlab::session::{Input, InputKind, Outcome, Report, Session};

use super::common::{MODES, run, type_in};

fn ends(session: &mut Session, text: &str) -> Outcome {
    let (name, kind) = ("test", InputKind::Prompt);
    match session.run(Input { name, text, kind }) {
        Report::Ran { outcome, .. } => outcome,
        Report::Rejected(problems) => panic!("{problems:?}"),
    }
}

/// Ctrl-C may be pressed when an input has been given and has not begun.
#[test]
fn a_stop_before_an_input_begins_stops_that_input_and_no_other() {
    for mode in MODES {
        let mut session = Session::new(mode.config(), Arc::new(Stream::new()));
        let stopper = session.stopper();
        stopper.stop();
        let ended = ends(&mut session, "loop { }");
        assert!(matches!(ended, Outcome::Interrupted(_)), "{mode:?}");
        let ended = ends(&mut session, "1 + 1");
        assert!(matches!(ended, Outcome::Value(_)), "{mode:?}: {ended:?}");
        // Nothing ran when this one came.
        stopper.stop();
        session.forget_stop();
        let ended = ends(&mut session, "2 + 2");
        assert!(matches!(ended, Outcome::Value(_)), "{mode:?}: {ended:?}");
        // The scheduler that was asked to stop is gone before the input begins.
        stopper.stop();
        session.reset();
        let ended = ends(&mut session, "loop { }");
        assert!(matches!(ended, Outcome::Interrupted(_)), "{mode:?}");
    }
}

/// `exit` ends the thread that calls it: what it holds is released, and nothing of it goes on.
#[test]
fn exit_releases_what_the_thread_holds() {
    let text = "let l = Lock();
        fn work() { try { with l { exit(5); } } catch { print(\"caught\"); } print(\"goes on\"); }
        let t = spawn(work);
        print(t.join(), l.locked());
        with l { [1].map(|x| exit(x)); }
        print(\"never\");";
    for mode in MODES {
        let ended = run(mode, text);
        assert_eq!(ended.lines(), ["5 false"], "{mode:?}");
        assert_eq!(ended.outcomes, ["1"], "{mode:?}");
    }
}

#[test]
fn what_a_stopped_input_has_taken_is_free_again() {
    for mode in MODES {
        let ended = type_in(
            mode,
            &[
                "let l = Lock(); let n = 5;",
                "spawn(|| { with l { loop { sleep(0.001); } } });
                 while !l.locked() { sleep(0.001); } print(\"stop me\"); l.acquire();",
                "print(l.acquire(1), n, threads().len);",
            ],
        );
        assert_eq!(ended.lines(), ["stop me", "true 5 1"], "{mode:?}");
        assert_eq!(ended.outcomes[1], "interrupted", "{mode:?}");
    }
}

/// What can never be stopped by waiting: endless loops and sleeps.
#[test]
fn a_stop_reaches_threads_that_never_ask() {
    for text in [
        "print(\"stop me\"); loop { }",
        "spawn(|| { loop { } }); print(\"stop me\"); loop { }",
        "spawn(|| { loop { sleep(1); } }); print(\"stop me\"); loop { sleep(1); }",
        "fn f() { try { print(\"stop me\"); loop { } } catch { print(\"caught\"); } } f();",
    ] {
        for mode in MODES {
            let ended = run(mode, text);
            assert_eq!(ended.outcomes, ["interrupted"], "{mode:?} {text}");
            assert_eq!(ended.lines(), ["stop me"], "{mode:?} {text}");
        }
    }
}

/// Who holds something that it once had to wait for does not give it back twice: it no longer waits,
/// and its `with` releases.
#[test]
fn a_stop_takes_nothing_from_those_who_hold_it() {
    for (made, waits, holds, after, lines) in [
        (
            "Semaphore(1)",
            "o.acquire();",
            "with o",
            "print(o.acquire(0), o.acquire(0));",
            "true false",
        ),
        (
            "BoundedSemaphore(1)",
            "o.acquire();",
            "with o",
            "print(o.acquire(0), o.acquire(0));",
            "true false",
        ),
        (
            "RwLock()",
            "o.acquire_write();",
            "with o.read()",
            "print(o);",
            "RwLock(free)",
        ),
        (
            "Condition()",
            "o.acquire();",
            "with o",
            "print(o);",
            "Condition(RLock(free), 0 waiting)",
        ),
        (
            "Lock()",
            "o.acquire();",
            "with o",
            "print(o);",
            "Lock(free)",
        ),
        (
            "Queue(1)",
            "o.put(1);",
            "with Lock()",
            "print(o.get(), o.empty());",
            "1 true",
        ),
    ] {
        let release = match waits {
            "o.put(1);" => "o.get();",
            "o.acquire_write();" => "o.release_write();",
            _ => "o.release();",
        };
        // It waits until main has let go, lets go itself, comes back without waiting, and never
        // asks again.
        let before = format!(
            "let o = {made}; {waits}",
            waits = waits.replace("(1)", "(0)")
        );
        let text = format!(
            "let t = spawn(|| {{
                 {waits} {back} {holds} {{ print(\"stop me\"); loop {{ }} }}
             }});
             sleep(0.02); {release} loop {{ }}",
            back = if waits == "o.put(1);" { "" } else { release },
        );
        for mode in MODES {
            let ended = type_in(mode, &[&before, &text, after]);
            assert_eq!(ended.lines(), ["stop me", lines], "{mode:?} {made}");
            assert_eq!(ended.outcomes[1], "interrupted", "{mode:?} {made}");
        }
    }
}

/// What was on its way to one that is stopped goes on to the next.
#[test]
fn a_stop_loses_nothing_on_its_way() {
    for mode in MODES {
        let ended = type_in(
            mode,
            &[
                "let s = Semaphore(1);",
                "let held = Event();
                 spawn(|| { with s { held.set(); loop { sleep(0.001); } } }); held.wait();
                 for i in 0..3 { spawn(|| { s.acquire(1000); loop { sleep(1); } }); }
                 sleep(0.02); print(\"stop me\"); s.acquire(1000);",
                "print(s);",
            ],
        );
        assert_eq!(ended.lines(), ["stop me", "Semaphore(1 free)"], "{mode:?}");
    }
}

/// What is stopped in the middle of an operation has done it whole or not at all.
#[test]
fn a_stop_leaves_no_operation_half_done() {
    for (before, text, after, lines) in [
        // Two that wait to put, and one that was told to take.
        (
            "let q = Queue(1); q.put(0);",
            "spawn(|| q.put(1)); spawn(|| q.put(2)); sleep(0.02); print(\"stop me\"); q.put(3);",
            "print(q.get(), q.empty()); q.task_done(); q.join(); q.put(4); print(q.get());",
            &["stop me", "0 true", "4"][..],
        ),
        (
            "let q = Queue();",
            "spawn(|| q.get()); spawn(|| q.get()); sleep(0.02); print(\"stop me\"); q.get();",
            "q.put(1); q.put(2); print(q.qsize(), q.get(), q.get());",
            &["stop me", "2 1 2"][..],
        ),
        (
            "let s = Semaphore(1);",
            "spawn(|| { with s { loop { sleep(0.001); } } }); sleep(0.02); print(\"stop me\");
             s.acquire();",
            "print(s.acquire(0), s.acquire(0));",
            &["stop me", "true false"][..],
        ),
        (
            "let c = Condition();",
            "for i in 0..2 { spawn(|| { with c { c.wait(); } }); } sleep(0.02);
             with c { print(\"stop me\"); c.wait(); }",
            "print(c); print(c.acquire(0));",
            &["stop me", "Condition(RLock(free), 0 waiting)", "true"][..],
        ),
        (
            "let l = RLock();",
            "with l { with l { l.acquire(); print(\"stop me\"); loop { sleep(0.001); } } }",
            "print(l.locked());",
            &["stop me", "false"][..],
        ),
        (
            "let b = Barrier(3);",
            "spawn(|| b.wait()); sleep(0.02); print(\"stop me\"); b.wait();",
            "print(b.broken, b.n_waiting); b.reset(); print(b.broken);",
            &["stop me", "true 0", "false"][..],
        ),
        (
            "let p = pool(1); let f = ();",
            "with p { f = p.submit(|| 1); p.submit(|| { loop { sleep(0.001); } }); f = p.submit(|| 2);
             print(\"stop me\"); }",
            "print(f.cancelled());",
            &["stop me", "true"][..],
        ),
    ] {
        for mode in MODES {
            // One that runs on, so that the others are not taken for a deadlock.
            let text = format!("spawn(|| {{ loop {{ sleep(0.001); }} }}); {text}");
            let ended = type_in(mode, &[before, &text, after]);
            assert_eq!(ended.lines(), lines, "{mode:?} {text}");
            assert_eq!(ended.outcomes[1], "interrupted", "{mode:?} {text}");
        }
    }
}

/// A process with threads of its own is stopped as a whole, and its place in the pool is free again.
#[test]
fn a_stop_ends_processes_with_all_their_threads() {
    for task in [
        "|| { spawn(|| { loop { sleep(0.01); } }); print(\"stop me\"); loop { sleep(0.01); } }",
        "|| { spawn(|| { print(\"stop me\"); loop { sleep(0.01); } }); 1 }",
        "|| { let q = ProcessPoolExecutor(1);
              q.submit(|| { print(\"stop me\"); loop { sleep(0.01); } }); 1 }",
    ] {
        for mode in MODES {
            let ended = type_in(
                mode,
                &[
                    "let p = ProcessPoolExecutor(1);",
                    &format!("let f = p.submit({task}); f.result();"),
                    "print(p.submit(|| 5).result()); p.shutdown();",
                ],
            );
            assert_eq!(ended.lines(), ["stop me", "5"], "{mode:?} {task}");
            assert_eq!(
                ended.outcomes[1..],
                ["interrupted", "()"],
                "{mode:?} {task}"
            );
        }
    }
}
