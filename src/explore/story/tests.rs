//! Programs with a mistake, and what is told of them.

use std::sync::Arc;

use super::*;
use crate::event::Stream;
use crate::explore::{Exploration, Limits, Watch};
use crate::session::{Config, Input, InputKind, Scheduler, Session};

/// What is found in a text, in a session that has run others before.
fn explored(before: &[&str], text: &str, kind: InputKind) -> Exploration {
    let config = Config {
        scheduler: Scheduler::Seeded,
        seed: Some(1),
        workers: None,
        worker_executable: None,
        args: Vec::new(),
    };
    let mut session = Session::new(config, Arc::new(Stream::new()));
    let input = |text| Input {
        name: "test",
        text,
        kind,
    };
    for text in before {
        session.run(input(text));
    }
    let mut explorer = session.explorer(input(text), false).unwrap();
    let mut watch = Watch {
        stop: &Arc::default(),
        progress: &mut |_, _| {},
    };
    explorer.explore(&Limits::default(), &mut watch)
}

/// The stories of all failures and findings of a program.
fn stories(text: &str) -> Vec<Story> {
    let found = explored(&[], text, InputKind::Script);
    let problems = found.failures.iter().chain(&found.findings);
    problems
        .map(|problem| Story::of(&problem.problem, &problem.trail))
        .collect()
}

/// The first failure's title, pattern and sentences.
#[track_caller]
fn check(text: &str, title: &str, pattern: Option<&str>, sentences: &[&str]) {
    let story = stories(text).swap_remove(0);
    assert_eq!(
        (&*story.title, story.pattern, &*story.sentences.join("\n")),
        (title, pattern, &*sentences.join("\n"))
    );
}

const TWO: &str = "let a = spawn(f); let b = spawn(g); a.join(); b.join();";

#[test]
fn threads_of_one_name_are_told_apart() {
    check(
        "let n = 0;\nlet t = Thread(|| { n += 1; }, [], #{name: \"w\"});\n\
         let u = Thread(|| { n += 1; }, [], #{name: \"w\"});\nt.start(); u.start(); t.join(); u.join();\n\
         assert(n == 2);",
        "assertion failed, in main, line 5",
        Some("lost update"),
        &[
            "w (thread 2) read n as 0, then was paused before it could store 1.",
            "Meanwhile w (thread 3) stored 1 in n.",
            "w (thread 2) then stored 1 over it: what w (thread 3) had stored was lost.",
        ],
    );
}

#[test]
fn a_lost_update() {
    check(
        "let n = 0;\nfn f() { n += 1; }\nlet a = spawn(f); let b = spawn(f);\na.join(); b.join();\n\
         assert(n == 2);",
        "assertion failed, in main, line 5",
        Some("lost update"),
        &[
            "Thread-1 read n as 0, then was paused before it could store 1.",
            "Meanwhile Thread-2 stored 1 in n.",
            "Thread-1 then stored 1 over it: one update of n was lost.",
        ],
    );
}

#[test]
fn a_check_that_was_no_longer_true() {
    check(
        "let balance = 100;\nfn pay(sum) {\n  if balance >= sum {\n    balance -= sum;\n  }\n}\n\
         let a = spawn(pay, 80); let b = spawn(pay, 80);\na.join(); b.join();\n\
         assert(balance >= 0, \"overdrawn\");",
        "assertion failed: overdrawn, in main, line 9",
        Some("atomicity violation (check-then-act)"),
        &[
            "Thread-1 read balance as 100 in line 3 and relied on it, but was paused before it \
             acted.",
            "Meanwhile Thread-2 stored 20 in balance.",
            "When Thread-1 went on, what it had seen was no longer true: balance was 20 by then.",
        ],
    );
}

#[test]
fn a_change_that_was_seen_half_done() {
    check(
        &format!(
            "let x = 0; let y = 0;\nfn f() {{ x = 1; y = 1; }}\nfn g() {{ let a = x; let b = y;\n  \
             assert(a == b); }}\n{TWO}"
        ),
        "assertion failed, in Thread-2, line 4",
        Some("atomicity violation (a change seen half done)"),
        &[
            "Thread-1 stored 1 in x, then was paused before it stored 1 in y.",
            "Meanwhile Thread-2 read x as 1 and read y as 0.",
            "It saw the change half done: x was new, y still old.",
        ],
    );
}

#[test]
fn a_variable_that_was_used_before_it_was_set() {
    check(
        "let config = ();\nlet t = spawn(|| print(config.name));\nconfig = #{name: 1};\nt.join();",
        "unknown property: name of (), in Thread-1, line 2",
        Some("order violation"),
        &[
            "Thread-1 used config in line 2, before main stored #{\"name\": 1} in config in line 3.",
            "Nothing makes Thread-1 wait for that: it was only likely that main came first.",
        ],
    );
}

#[test]
fn locks_in_a_circle_and_a_lock_that_is_held_already() {
    check(
        &format!(
            "let p = Lock(); let q = Lock();\nfn f() {{ with p {{ with q {{ }} }} }}\n\
             fn g() {{ with q {{ with p {{ }} }} }}\n{TWO}"
        ),
        "deadlock: main, Thread-1 and Thread-2 wait for ever",
        Some("circular wait"),
        &[
            "Thread-1 waits in line 2 for q, which Thread-2 holds since line 3.",
            "Thread-2 waits in line 3 for p, which Thread-1 holds since line 2.",
            "Each waits for the other, so neither ever goes on.",
        ],
    );
    check(
        "let p = Lock();\nlet t = spawn(|| { with p {\n  with p { } } });\nt.join();",
        "deadlock: main and Thread-1 wait for ever",
        Some("self-deadlock"),
        &[
            "Thread-1 already holds p since line 2 and waits for it again in line 3: nobody else \
             can release it.",
        ],
    );
}

#[test]
fn a_notify_that_came_too_early() {
    check(
        "let c = Condition();\nlet t = spawn(|| { with c {\n  c.wait(); } });\n\
         with c { c.notify(); }\nt.join();",
        "deadlock: main and Thread-1 wait for ever",
        Some("lost wake-up"),
        &[
            "main called c.notify() in line 4 before Thread-1 began to wait in line 3.",
            "A notify wakes only who waits already; it is not kept.",
            "So Thread-1 waits for a notify that will never come.",
        ],
    );
}

#[test]
fn an_await_that_was_forgotten() {
    check(
        "fn cook(q) { await q.get() }\nfn main() {\n  let q = asyncio.Queue();\n  q.put(1);\n  \
         await cook(q);\n}\nasyncio.run(main);",
        "deadlock: main and Task-1 wait for ever",
        Some("forgotten await"),
        &[
            "Task-1 waits in line 1 for an item in the asyncio.Queue made in line 3.",
            "No thread is left that could end that wait.",
            "Nobody has awaited queue.put in line 4: what is not awaited does not happen.",
        ],
    );
}

#[test]
fn what_shows_no_pattern_is_accused_of_none() {
    check(
        "let queue = Queue();\nlet t = spawn(|| queue.get());\nt.join();",
        "deadlock: main and Thread-1 wait for ever",
        None,
        &[
            "Thread-1 waits in line 2 for an item in the Queue made in line 1.",
            "No thread is left that could end that wait.",
        ],
    );
    check(
        "let n = 0;\nfn f() { n = 1; }\nfn g() { assert(n == 0); }\nlet a = spawn(f); a.join();\n\
         let b = spawn(g); b.join();",
        "assertion failed, in Thread-2, line 3",
        None,
        &[
            "No thread has to be interrupted for this: it happens even when each runs until it \
             waits or ends.",
            "In the end Thread-2 failed: assertion failed, where it read n as 1.",
        ],
    );
}

#[test]
fn a_race_alone_is_no_mistake_with_a_name() {
    let found = stories("let n = 0;\nlet t = spawn(|| n = 1);\nprint(n);\nt.join();");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&*found[0].title, found[0].pattern),
        ("data race on n", None)
    );
    assert_eq!(
        found[0].sentences,
        [
            "Thread-1 writes n in line 2 and main reads it in line 3, and nothing keeps the two \
             apart: either may come first."
        ]
    );
}

const COPIES: &str = "A task of a `ProcessPoolExecutor` works on copies of the variables, made when it \
                      is submitted; processes share nothing, so";

#[test]
fn a_process_counts_in_its_own_copy() {
    for (text, line, did, variable) in [
        (
            "let counter = 0;\nfn add() { counter += 1; }\nlet p = ProcessPoolExecutor(2);\n\
             p.submit(add).result(); p.submit(add).result();\nassert(counter == 2);",
            5,
            "stored 1 in its own copy of counter (line 2).",
            "counter",
        ),
        (
            "let counter = 0;\nlet add = || { counter += 1; };\nlet p = ProcessPoolExecutor(1);\n\
             p.submit(add).result();\nassert(counter == 1);",
            5,
            "stored 1 in its own copy of counter (line 2).",
            "counter",
        ),
        (
            "let log = [];\nlet p = ProcessPoolExecutor(1);\np.submit(|| log.push(1)).result();\n\
             assert(log.len() == 1);",
            4,
            "called push() on its own copy of log (line 3).",
            "log",
        ),
    ] {
        check(
            text,
            &format!("assertion failed, in main, line {line}"),
            Some("processes share nothing"),
            &[
                &format!("ProcessPoolExecutor-0_0 {did}"),
                &format!("{COPIES} {variable} stayed as it was for main."),
            ],
        );
    }
}

#[test]
fn a_process_looks_at_its_own_copy_of_a_flag() {
    let text = "let stop = false;\nfn work() { while !stop { } }\nlet p = ProcessPoolExecutor(1);\n\
                let f = p.submit(work);\nstop = true;\nf.result();";
    let story = stories(text).swap_remove(0);
    assert_eq!(story.pattern, Some("processes share nothing"));
    let told = story.sentences.join(" ");
    let begin = "ProcessPoolExecutor-0_0 goes round and looks at its own copy of stop again and again (line 2).";
    assert!(told.starts_with(begin), "{told}");
}

#[test]
fn tasks_lose_an_update_across_an_await() {
    let text = "let n = 0;\nfn add() { let c = n; await asyncio.sleep(0); n = c + 1; }\n\
                fn m() { await asyncio.gather(add, add); assert(n == 2); }\nasyncio.run(m);";
    let story = stories(text).swap_remove(0);
    assert_eq!(story.pattern, Some("lost update"));
    let first =
        "Task-3 read n as 0, then gave its turn away at an `await` before it could store 1.";
    assert_eq!(story.sentences[0], first);
    let mend = story.mend.unwrap();
    assert!(
        mend.contains("asyncio.Lock()") && mend.contains("no `await` in between"),
        "{mend}"
    );
    assert!(
        !mend.contains("thread") && !mend.contains("Atomic"),
        "{mend}"
    );
}

#[test]
fn what_cannot_be_taken_again_is_advised_by_its_kind() {
    for (text, wanted) in [
        ("let l = Lock(); with l { with l { } }", "RLock"),
        (
            "let rw = RwLock(); with rw.read() { with rw.write() { } }",
            "`write()` from the start",
        ),
        (
            "let once = Once(); once.call(|| once.call(|| 1));",
            "may not call it again",
        ),
    ] {
        let story = stories(text).swap_remove(0);
        let told = format!("{:?} {}", story.sentences, story.mend.unwrap_or_default());
        assert!(told.contains(wanted), "{text}: {told}");
        assert_eq!(told.contains("RLock"), wanted == "RLock", "{text}: {told}");
    }
}

/// What each thread did, in words.
fn acts(text: &str) -> Vec<String> {
    let found = explored(&[], text, InputKind::Script);
    let failure = &found.failures[0];
    let acts = crate::explore::tell(&failure.trail, Some(&failure.problem));
    let line = |act: crate::explore::Act| format!("{}: {}", act.name, act.words);
    acts.into_iter().map(line).collect()
}

#[test]
fn steps_are_told_as_they_are_typed() {
    let pool = acts(
        "let p = ThreadPoolExecutor(1); let a = p.submit(|| { throw \"no\"; });
         try { a.result(); } catch { } assert(a.running());",
    );
    for wanted in [
        "main: a.result(): an error",
        "main: a.running(): false",
        "ThreadPoolExecutor-0_0: fails: no",
    ] {
        assert!(pool.iter().any(|act| act == wanted), "{wanted}: {pool:?}");
    }
    assert!(
        pool.iter()
            .any(|act| act.starts_with("main: p.submit(): Future(")),
        "{pool:?}"
    );
    let tasks = acts(
        "fn child() { await asyncio.sleep(0.01); throw \"burnt\"; }
         fn other() { await asyncio.sleep(0.02); }
         asyncio.run(|| { with asyncio.TaskGroup() as tg { tg.create_task(child); tg.create_task(other); } });",
    );
    for wanted in ["Task-2: fails: burnt", "Task-3: is cancelled"] {
        assert!(tasks.iter().any(|act| act == wanted), "{wanted}: {tasks:?}");
    }
    let names = ["<", "__", "EventLoop", "Coroutine", "enter()"];
    for act in pool.iter().chain(&tasks) {
        assert!(!names.iter().any(|name| act.contains(name)), "{act}");
    }
}

#[test]
fn at_the_prompt_an_earlier_input_holds_the_line_that_failed() {
    let before = [
        "let n = 0;",
        "fn add() { let c = n; await asyncio.sleep(0); n = c + 1; }",
        "fn m() { await asyncio.gather(add, add); assert(n == 2); }",
    ];
    let text = "asyncio.run(m)";
    let found = explored(&before, text, InputKind::Prompt);
    let failure = &found.failures[0];
    let story = Story::of(&failure.problem, &failure.trail);
    assert_eq!(story.pattern, Some("lost update"));
}
