//! `--memory` against the truth: an allocator that counts says what a search really takes, and what a verdict
//! does.
//!
//! One test in a binary of its own, as all threads of a process share the allocator.

#![expect(unsafe_code, reason = "an allocator is unsafe by its interface")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::time::Duration;

use common::{explorer, session};
use threadlab::explore::{Cut, Limits, Watch, search};
use threadlab::lesson::grade::{Answer, Bounds, grade};
use threadlab::lesson::text::parse;

/// The system's allocator, with the number of bytes that are in use and their maximum.
struct Counting;

static IN_USE: AtomicIsize = AtomicIsize::new(0);
static MOST: AtomicIsize = AtomicIsize::new(0);

fn count(bytes: isize) {
    let now = IN_USE.fetch_add(bytes, Ordering::Relaxed) + bytes;
    MOST.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MEGABYTE: u64 = 1 << 20;

/// What this gives, and how many bytes more than before it takes at most.
fn measured<T>(run: impl FnOnce(&mut Watch<'_>) -> T) -> (T, u64) {
    let before = IN_USE.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let stop = Arc::<AtomicBool>::default();
    let given = run(&mut Watch {
        stop: &stop,
        progress: &mut |_, _| {},
    });
    (given, (MOST.load(Ordering::Relaxed) - before) as u64)
}

/// How much more than before the search with this limit takes at most.
fn most(text: &str, limit: u64) -> u64 {
    let mut session = session();
    let mut explorer = explorer(&mut session, text);
    let limits = Limits {
        states: u64::MAX,
        time: Duration::from_secs(600),
        memory: limit,
        schedules: 0,
        ..Limits::default()
    };
    // The runs that are looked at before a search leave nothing large behind.
    let walk = explorer.walk();
    // The search alone: what is said of it is not kept.
    let (found, most) = measured(|watch| search(walk, &limits, watch));
    assert_eq!(found.cut, Some(Cut::Memory(limit)), "{text}");
    assert!(found.unexpanded > 0, "{text}");
    most
}

/// The same of all that is done with this limit: what is tried when the search has given up, too.
fn most_of_all(text: &str, limit: u64) -> u64 {
    let mut session = session();
    let mut explorer = explorer(&mut session, text);
    let limits = Limits {
        memory: limit,
        schedules: 20,
        ..Limits::default()
    };
    let (found, most) = measured(|watch| explorer.explore(&limits, watch));
    assert_eq!(found.cut, Some(Cut::Memory(limit)), "{text}");
    assert!(found.sampled.is_some(), "{text}");
    most
}

/// Programs that hold more and more in private work, without a buffer that doubles.
const GROWING: [&str; 2] = [
    "let m = #{}; let i = 0; loop { m[\"k\" + i] = [i, i]; i += 1; }",
    "let a = []; loop { if a.is_empty() || a[a.len() - 1].len() > 1000 { a.push([]); } a[a.len() - 1].push(\"text \" + a.len()); }",
];

/// Programs whose searches need memory for different things.
const PROGRAMS: [(&str, &str); 8] = [
    (
        "many small states",
        "let n = 0; for t in 0..5 { spawn(|| { for i in 0..40 { n += 1; } }); }",
    ),
    (
        "an array in a shared variable, another one in each state",
        "let a = []; a.pad(2000, 0); \
         for t in 0..4 { spawn(|| { for i in 0..1000 { a[t * 100 + i % 100] += 1; } }); }",
    ),
    (
        "a large value that all states share",
        "let big = []; big.pad(2000, 7); let n = 0; \
         for t in 0..5 { spawn(|| { for i in 0..40 { n += big[i]; } }); }",
    ),
    (
        "growing strings",
        "let s = \"\"; for t in 0..3 { spawn(|| { for i in 0..1000 { s += \"forty characters of text, or thereabouts\"; } }); }",
    ),
    (
        "maps",
        "let m = #{}; for t in 0..3 { spawn(|| { for i in 0..1000 { m[\"key number \" + i] = \"value \" + i; } }); }",
    ),
    (
        "what is in a queue",
        "let q = Queue(); for t in 0..3 { spawn(|| { for i in 0..1000 { q.put(\"item \" + i); } }); }",
    ),
    (
        "what a thread holds in its own variables",
        "let n = 0; for t in 0..3 { spawn(|| { let own = []; for i in 0..1000 { own.push([i, n]); n += 1; } }); }",
    ),
    (
        "private work",
        "let b = []; loop { b.push(\"text \" + b.len()); }",
    ),
];

/// An exercise whose answer defines `work`.
const LESSON: &str = "//! # Work\n//! minutes: 5\n\n/// ## Write: work\n/// ```starter\n/// fn work() { }\n/// ```\n\
    /// ```after\n/// let t = spawn(work);\n/// work();\n/// t.join();\n/// ```\n\
    /// ```solution\n/// fn work() { sleep(1); }\n/// ```\n";

/// Answers that would take all memory there is.
const EXHAUSTING: [&str; 8] = [
    "let all = [];\nfn work() { for i in 0..100 { let a = []; a.pad(1000000, i); all.push(a); } }",
    "fn work() { let a = []; a.pad(60000000, 1); let b = a + a; }",
    "fn work() { let s = \"x\"; while true { s += s; } }",
    "fn work() { let s = \"a,\"; while true { s += s; let t = s.split(\",\"); } }",
    "fn work() { let m = #{}; let i = 0; while true { m[\"k\" + i] = i; i += 1; } }",
    "fn work() { let all = []; while true { all.push(blob(10000000)); } }",
    "fn work() { let a = []; while true { a = [a]; } }",
    "fn work() { for i in 0..100000 { spawn(|| 1); } }",
];

/// How much more than before the verdict on each takes at most, in bytes.
fn verdicts() -> Vec<(&'static str, u64)> {
    let lesson = parse("work.rhai", LESSON).expect("a lesson");
    let exercise = lesson.exercise(1).expect("an exercise");
    let of_one = |text: &'static str| {
        let before = IN_USE.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        let verdict = grade(exercise, Answer::new(text), &Bounds::default());
        assert!(!verdict.is_passed(), "{text}: {verdict:?}");
        let most = MOST.load(Ordering::Relaxed) - before;
        (text, most.unsigned_abs() as u64)
    };
    EXHAUSTING.map(of_one).into()
}

#[test]
fn searches_and_verdicts_take_as_much_memory_as_they_may() {
    // A run, and what it is about to make.
    let Bounds { run, .. } = Bounds::default();
    let too_much: Vec<String> = (verdicts().iter())
        .filter(|(_, most)| *most > 2 * run.memory)
        .map(|(text, most)| format!("{text}: {} MB", most / MEGABYTE))
        .collect();
    assert!(too_much.is_empty(), "{}", too_much.join("\n"));
    // Within a third.
    let limit = 16 * MEGABYTE;
    let mut wrong = Vec::new();
    for (what, text) in PROGRAMS {
        let most = most(text, limit);
        let percent = most * 100 / limit;
        if !(67..=133).contains(&percent) {
            wrong.push(format!("{what}: {percent} % of the limit"));
        }
    }
    for text in GROWING {
        let percent = most_of_all(text, limit) * 100 / limit;
        if percent > 133 {
            wrong.push(format!("{text}: {percent} % of the limit"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
