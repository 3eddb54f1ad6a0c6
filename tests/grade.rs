//! Answers to exercises: what is accepted, what is not and why, and the answers of a whole class.
//!
//! Each kind of exercise is tried with cheats. The exercises are in `CLASS`, a lesson.

#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use program::threadlab;
use threadlab::explore::Cut;
use threadlab::lesson::grade::{Answer, Bounds, FaultKind, Reason, Undecided, Verdict, grade};
use threadlab::lesson::text::{Exercise, Lesson, parse};

const CLASS: &str = r#"//! # A class
//! minutes: 5

/// ## Predict: one
/// Which of these can be printed?
/// ```program
/// let n = 1;
/// let t = spawn(|| { n += 1; });
/// print(n);
/// t.join();
/// ```
/// - [x] 1
/// - [x] 2
/// - [ ] 3
/// - [ ] deadlock

/// ## Break: two
/// Make it fail.
/// ```program
/// let n = 0;
/// fn add() { n += 1; }
/// let a = spawn(add);
/// let b = spawn(add);
/// a.join();
/// b.join();
/// assert(n == 2);
/// ```
/// ```solution
/// Thread-1 Thread-2 Thread-1 Thread-2
/// ```

/// ## Break: three
/// In which line does it become inevitable?
/// ```program
/// let n = 0;
/// fn add() {
///     let seen = n;
///     n = seen + 1;
/// }
/// let a = spawn(add);
/// let b = spawn(add);
/// a.join();
/// b.join();
/// assert(n == 2);
/// ```
/// ```checks
/// decisive step
/// ```
/// ```solution
/// 3
/// ```

/// ## Explain: four
/// Why does it fail?
/// ```program
/// let n = 0;
/// fn add() { n += 1; }
/// let a = spawn(add);
/// let b = spawn(add);
/// a.join();
/// b.join();
/// assert(n == 2);
/// ```
/// ```solution
/// lost update
/// ```

/// ## Mend: five
/// Mend `visit`.
/// ```given
/// let visits = 0;
/// fn look_around() { sleep(0.1); }
/// ```
/// ```starter
/// fn visit() {
///     look_around();
///     visits += 1;
/// }
/// ```
/// ```after
/// let threads = [spawn(visit), spawn(visit)];
/// for thread in threads { thread.join(); }
/// print(visits);
/// ```
/// ```after
/// let other = spawn(visit);
/// visit();
/// other.join();
/// visit();
/// assert(visits == 3);
/// ```
/// ```checks
/// together look_around
/// no busy waiting
/// at most 2 threads
/// at most 0.5 s
/// ```
/// ```solution
/// let lock = Lock();
/// fn visit() {
///     look_around();
///     with lock { visits += 1; }
/// }
/// ```

/// ## Write: six
/// `both()` gives the sum of `work(1)` and `work(2)`, which run at the same time; it prints the sum.
/// ```given
/// fn work(n) { sleep(1); n * 10 }
/// ```
/// ```starter
/// fn both() { }
/// ```
/// ```after
/// assert(both() == 30);
/// ```
/// ```checks
/// always prints 30
/// never prints 0
/// together work
/// at most 2 at work in work
/// without Atomic
/// ```
/// ```solution
/// fn both() {
///     let a = spawn(work, 1);
///     let b = spawn(work, 2);
///     let sum = a.join() + b.join();
///     print(sum);
///     sum
/// }
/// ```
"#;

fn class() -> Lesson {
    parse("class.rhai", CLASS).expect("the lesson can be read")
}

fn exercise(number: usize) -> Exercise {
    class().exercise(number).expect("there is one").clone()
}

fn verdict(number: usize, answer: &str) -> Verdict {
    grade(&exercise(number), Answer::new(answer), &Bounds::default())
}

/// `passed`, or the word for what is wrong.
fn word(number: usize, answer: &str) -> &'static str {
    match verdict(number, answer) {
        Verdict::Passed(_) => "passed",
        Verdict::Failed(fault) => fault.kind.name(),
        Verdict::Undecided(_) => "undecided",
    }
}

#[test]
fn options_are_what_can_happen_and_nothing_else() {
    assert_eq!(word(1, "1 2"), "passed");
    assert_eq!(word(1, "2, 1"), "passed");
    for wrong in ["", "1", "2", "3", "1 2 3", "1 2 3 4", "4"] {
        assert_eq!(word(1, wrong), "wrong-options", "{wrong:?}");
    }
    for nothing in ["all", "1 2 5", "0 1 2", "[x] 1"] {
        assert_eq!(word(1, nothing), "wrong-options", "{nothing:?}");
    }
    let Verdict::Failed(fault) = verdict(1, "1 3") else {
        panic!("it is wrong");
    };
    let FaultKind::Options(options) = &fault.kind else {
        panic!("options are wrong: {fault:?}");
    };
    let told: Vec<(usize, bool)> = options
        .iter()
        .map(|option| (option.index, option.run.is_some()))
        .collect();
    assert_eq!(
        told,
        [(1, true), (2, false)],
        "2 can be printed, and 3 cannot"
    );
}

#[test]
fn a_program_is_broken_by_a_run_that_fails() {
    assert_eq!(word(2, "Thread-1 Thread-2 Thread-1 Thread-2"), "passed");
    assert_eq!(word(2, "Thread-2\nThread-1"), "passed");
    for fails_not in [
        "",
        "Thread-1 Thread-1",
        "Thread-1, Thread-1, Thread-2, Thread-2",
    ] {
        assert_eq!(word(2, fails_not), "does-not-fail", "{fails_not:?}");
    }
    for nobody in [
        "Thread-3",
        "thread-1",
        "Thread-1 Thread-1 Thread-1 Thread-1",
    ] {
        assert_eq!(word(2, nobody), "cannot-step", "{nobody:?}");
    }
}

#[test]
fn one_line_decides() {
    let right: Vec<u32> = (0..12)
        .filter(|line| word(3, &line.to_string()) == "passed")
        .collect();
    assert_eq!(right, [3]);
    for wrong in ["", "3 4", "all", "-3"] {
        assert_eq!(word(3, wrong), "wrong-line", "{wrong:?}");
    }
}

#[test]
fn one_cause_is_the_true_one() {
    let right: Vec<Reason> = Reason::ALL
        .into_iter()
        .filter(|reason| word(4, reason.names()[0]) == "passed")
        .collect();
    assert_eq!(right, [Reason::LostUpdate]);
    for wrong in ["", "lost", "lost update, data race"] {
        assert_eq!(word(4, wrong), "wrong-cause", "{wrong:?}");
    }
    let options = threadlab::lesson::grade::explain::options(&exercise(4), &Bounds::default());
    let options = options.expect("it asks a question");
    assert_eq!(options.len(), 4);
    assert!(options.contains(&Reason::LostUpdate));
}

/// Answers to the fifth exercise, with what is said of each.
const ANSWERS: [(&str, &str); 20] = [
    (
        "passed",
        "let lock = Lock();\nfn visit() {\n    look_around();\n    with lock { visits += 1; }\n}\n",
    ),
    (
        "passed",
        "let one = Semaphore(1);\nfn visit() {\n    look_around();\n    one.acquire();\n    visits += 1;\n    one.release();\n}\n",
    ),
    (
        "passed",
        "let lock = RLock();\nfn note() { with lock { visits += 1; } }\nfn visit() { look_around(); note(); }\n",
    ),
    (
        "passed",
        "let lock = Lock();\nlet visit = || { look_around(); with lock { visits += 1; } };\n",
    ),
    // The starter.
    (
        "assertion race",
        "fn visit() {\n    look_around();\n    visits += 1;\n}\n",
    ),
    // Everything one after the other.
    (
        "not-together",
        "let lock = Lock();\nfn visit() {\n    with lock { look_around(); visits += 1; }\n}\n",
    ),
    // Without any work.
    ("not-together", "fn visit() { }\n"),
    (
        "assertion",
        "let lock = Lock();\nfn visit() {\n    look_around();\n    with lock { visits = 2; }\n}\n",
    ),
    ("redefinition", "let visits = 3;\nfn visit() { }\n"),
    (
        "redefinition",
        "fn look_around() { }\nlet lock = Lock();\nfn visit() { with lock { visits += 1; } }\n",
    ),
    (
        "redefinition",
        "fn spawn(f) { f.call(); #{join: || ()} }\nfn visit() { look_around(); visits += 1; }\n",
    ),
    ("redefinition", "fn assert(x) { }\nfn visit() { }\n"),
    ("not-parseable", "fn visit() {\n    look_around(;\n}\n"),
    ("not-parseable", "def visit():\n    visits += 1\n"),
    ("missing-name", "fn vist() { visits += 1; }\n"),
    ("empty", "  \n"),
    (
        "busy-waiting",
        "let free = Atomic(1);\nfn visit() {\n    look_around();\n    while !free.compare_exchange(1, 0) { }\n    visits += 1;\n    free.store(1);\n}\n",
    ),
    (
        "deadlock",
        "let lock = Lock();\nfn visit() {\n    look_around();\n    lock.acquire();\n    visits += 1;\n}\n",
    ),
    (
        "undecided",
        "fn visit() {\n    let n = 0;\n    while true { n += 1; }\n}\n",
    ),
    (
        "exhausts-memory",
        "fn visit() {\n    let all = [];\n    while true { let row = []; row.pad(1000, 0); all.push(row); }\n}\n",
    ),
];

/// Answers to the fifth exercise that use more than there is, with what is said of each: a kind of fault, or why
/// nothing is known. All have to be known in the end.
const EXHAUSTING: [(&str, &str, &str); 42] = [
    // Large at once, and what grows by itself.
    (
        "exhausts-memory",
        "rhai",
        "let all = [];\nfn visit() { for i in 0..100 { let a = []; a.pad(1000000, i); all.push(a); } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "let all = [];\nfn visit() { for i in 0..100 { let a = []; a.pad(60000000, i); all.push(a); } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let s = \"x\"; while true { s += s; } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "let lock = Lock();\nlet s = \"x\";\nfn visit() { with lock { while true { s += s; } } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let s = \"a\"; while true { s.replace(\"a\", \"aaaaaaaaaaaaaaaa\"); } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let s = \"a,\"; while true { s += s; let t = s.split(\",\"); } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let all = []; while true { all.push(blob(10000000)); } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let m = #{}; let i = 0; while true { m[\"k\" + i] = i; i += 1; } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let a = []; while true { a = [a]; } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "class Node { next = (); init(n) { this.next = n; } }\nfn visit() { let n = (); while true { n = Node(n); } }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let f = || 1; while true { let g = f; f = || g.call() + 1; } }",
    ),
    (
        "endless exhausts-memory",
        "rhai",
        "fn deep(n, a) { let b = a + [n]; deep(n + 1, b) + 1 }\nfn visit() { deep(0, []); }",
    ),
    (
        "exhausts-memory",
        "rhai",
        "fn visit() { let a = []; a.pad(3000000, \"x\"); a.sort(|x, y| 1); }",
    ),
    (
        "exhausts-memory",
        "py",
        "def visit():\n    a = []\n    while True:\n        a.append([0] * 1000)\n",
    ),
    (
        "exhausts-memory",
        "py",
        "def visit():\n    a = [1]\n    while True:\n        a = a + a\n",
    ),
    (
        "exhausts-memory",
        "py",
        "def visit():\n    a = [1]\n    while True:\n        a.extend(a)\n",
    ),
    (
        "exhausts-memory",
        "py",
        "def visit():\n    d = {}\n    i = 0\n    while True:\n        d[i] = str(i) * 100\n        i += 1\n",
    ),
    (
        "exhausts-memory",
        "py",
        "def numbers():\n    n = 0\n    while True:\n        yield n\n        n += 1\n\ndef visit():\n    all = list(numbers())\n",
    ),
    (
        "exhausts-memory",
        "py",
        "def visit():\n    s = 'abc'\n    while True:\n        s = s.join([s, s, s])\n",
    ),
    (
        "exhausts-memory",
        "py",
        "def visit():\n    s = 'x'\n    while True:\n        s = repr(s) + repr(s)\n",
    ),
    (
        "exhausts-memory",
        "py",
        "class Node:\n    def __init__(self, next):\n        self.next = next\n\ndef visit():\n    n = None\n    while True:\n        n = Node(n)\n",
    ),
    (
        "exhausts-memory",
        "py",
        "def visit():\n    x = [[j for j in range(10000)] for i in range(10000)]\n",
    ),
    // Parts that are shared stand for more than can be counted.
    (
        "exhausts-output endless exhausts-memory",
        "rhai",
        "fn visit() { let a = [1]; for i in 0..40 { a = [a, a]; } print(a); }",
    ),
    (
        "race endless exhausts-memory",
        "rhai",
        "let a = [1];\nfn visit() { for i in 0..40 { a = [a, a]; } }",
    ),
    (
        "endless exhausts-memory",
        "rhai",
        "fn visit() { let a = [1]; let b = [1]; for i in 0..40 { a = [a, a]; b = [b, b]; } print(a == b); }",
    ),
    // Threads.
    (
        "exhausts-threads",
        "rhai",
        "fn visit() { for i in 0..100000 { spawn(|| 1); } }",
    ),
    (
        "exhausts-threads",
        "rhai",
        "fn more() { spawn(more); spawn(more); }\nfn visit() { more(); }",
    ),
    (
        "exhausts-threads",
        "rhai",
        "fn visit() { for i in 0..100000 { let e = Event(); spawn(|| e.wait()); } }",
    ),
    // Threads that end, and start others before.
    (
        "exhausts-threads",
        "rhai",
        "fn more() { spawn(more); }\nfn visit() { more(); }",
    ),
    (
        "exhausts-threads",
        "rhai",
        "fn more(n) { spawn(more, n + 1); }\nfn visit() { more(0); }",
    ),
    (
        "exhausts-threads",
        "py",
        "from threading import Thread\ndef more():\n    Thread(target=more, daemon=True).start()\ndef visit():\n    more()\n",
    ),
    // What is printed.
    (
        "exhausts-output",
        "rhai",
        "fn visit() { while true { print(\"and again, and again\"); } }",
    ),
    (
        "exhausts-output",
        "rhai",
        "fn visit() { let s = \"x\"; s.pad(1000000, \"y\"); for i in 0..1000 { print(s); } }",
    ),
    // What takes long, without much memory.
    (
        "endless",
        "rhai",
        "fn visit() { for i in 0..1000000 { let a = []; a.pad(1000000, i); } }",
    ),
    (
        "endless",
        "rhai",
        "fn visit() { let a = []; for i in 0..100000 { a.push((i * 7919) % 100003); } while true { a.sort(); a.reverse(); } }",
    ),
    (
        "endless",
        "rhai",
        "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }\nfn visit() { fib(60); }",
    ),
    (
        "endless exhausts-memory",
        "rhai",
        "let q = Queue();\nfn visit() { while true { q.put([1, 2, 3, q.qsize()]); } }",
    ),
    (
        "endless exhausts-memory",
        "rhai",
        "fn visit() { let s = \"\"; while true { s += \"abcdefgh\" + s.len(); } }",
    ),
    (
        "endless exhausts-memory",
        "py",
        "def visit():\n    s = set()\n    while True:\n        s.add(len(s))\n",
    ),
    // What other limits say.
    (
        "error",
        "rhai",
        "fn deep(n) { deep(n + 1) + 1 }\nfn visit() { deep(0); }",
    ),
    ("error", "py", "def visit():\n    x = list(range(10**9))\n"),
    (
        "livelock",
        "rhai",
        "fn visit() { while true { sleep(1000000); } }",
    ),
];

#[test]
fn who_cheats_is_found_out() {
    // Those that reach limits take long, and are graded with the class.
    let is_quick = |(word, _): &(&str, &str)| !["undecided", "exhausts-memory"].contains(word);
    for (expected, answer) in ANSWERS.into_iter().filter(is_quick) {
        let said = word(5, answer);
        assert!(
            expected.split(' ').any(|one| one == said),
            "{answer}\n{said}"
        );
    }
    let slow = "let lock = Lock();\nfn visit() {\n    sleep(0.4);\n    look_around();\n    with lock { visits += 1; }\n}\n";
    assert_eq!(word(5, slow), "too-slow");
    let many = "let lock = Lock();\nfn visit() {\n    look_around();\n    let t = spawn(|| { with lock { visits += 1; } });\n    t.join();\n}\n";
    assert_eq!(word(5, many), "too-many-threads");
}

#[test]
fn what_is_written_is_checked_in_all_interleavings() {
    let right = "fn both() {\n    let a = spawn(work, 1);\n    let sum = work(2) + a.join();\n    print(sum);\n    sum\n}\n";
    assert_eq!(word(6, right), "passed");
    assert_eq!(word(6, "fn both() { print(30); 30 }"), "not-together");
    assert_eq!(
        word(6, "fn both() { let s = work(1) + work(2); print(s); s }"),
        "not-together"
    );
    assert_eq!(word(6, "fn both() { }"), "assertion");
    assert_eq!(word(6, &right.replace("print(sum);", "")), "wrong-output");
    assert_eq!(
        word(6, &right.replace("print(sum);", "print(0); print(sum);")),
        "wrong-output"
    );
    assert_eq!(
        word(6, &format!("let a = Atomic(0);\n{right}")),
        "wrong-means"
    );
    assert_eq!(word(6, &format!("// no Atomic\n{right}")), "passed");
    let three = right.replace("let sum", "let c = spawn(work, 3);\n    let sum");
    assert_eq!(word(6, &three), "too-many-at-work");
}

#[test]
fn lines_are_those_of_the_answer() {
    let answer = "// one line more\nlet lock = Lock();\nfn visit() {\n    look_around();\n    throw \"no\";\n}\n";
    let Verdict::Failed(fault) = verdict(5, answer) else {
        panic!("it fails");
    };
    assert_eq!((fault.kind.name(), fault.kind.lines()), ("error", vec![5]));
    assert_eq!((fault.trial, fault.trials), (0, 2));
    let Verdict::Failed(fault) = verdict(5, "fn visit() {\n    look_around();\n    (\n}\n") else {
        panic!("it cannot be parsed");
    };
    assert_eq!(fault.kind.name(), "not-parseable");
    assert!(
        fault.kind.lines().iter().all(|line| (1..=4).contains(line)),
        "{fault:?}"
    );
}

#[test]
fn a_limit_is_a_verdict() {
    let endless = ANSWERS[18].1;
    assert!(matches!(
        verdict(5, endless),
        Verdict::Undecided(Undecided::Limit(..))
    ));
    // Threads without end, and numbers of which there are too many to try.
    for body in [
        "let all = [];\n    while true { all.push(spawn(|| sleep(1))); }",
        "random.shuffle([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);",
    ] {
        let answer = format!("let lock = Lock();\nfn visit() {{\n    {body}\n}}\n");
        let little = Bounds {
            work: 2_000,
            ..Bounds::default()
        };
        let graded = grade(&exercise(5), Answer::new(&answer), &little);
        assert!(!graded.is_passed(), "{answer}: {graded:?}");
    }
    // What a run may hold is a matter of right and wrong; what the search may, is not.
    let small = Bounds {
        memory: 4 << 20,
        ..Bounds::default()
    };
    let graded = grade(&exercise(5), Answer::new(ANSWERS[19].1), &small);
    let is_memory = matches!(
        graded,
        Verdict::Undecided(Undecided::Limit(Cut::Memory(_), _))
    );
    assert!(is_memory, "{graded:?}");
    let graded = grade(&exercise(5), Answer::new(ANSWERS[19].1), &Bounds::default());
    let Verdict::Failed(fault) = graded else {
        panic!("{graded:?}");
    };
    assert_eq!(
        (fault.kind.name(), fault.kind.lines()),
        ("exhausts-memory", vec![3])
    );
    let few = Bounds {
        states: 10,
        ..Bounds::default()
    };
    let graded = grade(&exercise(5), Answer::new(ANSWERS[0].1), &few);
    assert!(
        matches!(graded, Verdict::Undecided(Undecided::Limit(..))),
        "{graded:?}"
    );
}

#[test]
fn a_class_of_forty_gets_a_row_each() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("class.rhai"), CLASS).expect("written");
    let mut names = Vec::new();
    let mut expected = BTreeMap::new();
    for (index, (word, answer)) in ANSWERS.iter().enumerate() {
        // Some write a comment first.
        for (head, begin) in [("a", ""), ("b", "// mine\n")] {
            let name = format!("{head}{index:02}.rhai");
            let is_empty = *word == "empty" && begin.is_empty();
            let word = match *word {
                "empty" if !is_empty => "missing-name",
                word => word,
            };
            std::fs::write(folder.path().join(&name), format!("{begin}{answer}")).expect("written");
            expected.insert(name.clone(), word);
            names.push(name);
        }
    }
    assert_eq!(names.len(), 40);
    let mut words = vec!["grade", "--json", "class.rhai#5"];
    words.extend(names.iter().map(String::as_str));
    let (text, status) = threadlab(folder.path(), &words);
    assert_eq!(status, Some(0), "{text}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    assert_eq!(rows.len(), 40);
    for (row, name) in rows.iter().zip(&names) {
        assert_eq!(row["file"], name.as_str());
        let said = match row["verdict"].as_str() {
            Some("failed") => row["fault"].as_str().unwrap_or_default(),
            Some(verdict) => verdict,
            None => "",
        };
        let word = expected[name];
        assert!(word.split(' ').any(|one| one == said), "{name}: {row}");
    }
    let undecided = |row: &&serde_json::Value| row["verdict"] == "undecided";
    let limits: Vec<&str> = rows
        .iter()
        .filter(undecided)
        .filter_map(|row| row["fault"].as_str())
        .collect();
    assert_eq!(limits, ["endless", "endless"]);
    // A line further down, where there is a comment first.
    let lines = |name: usize| &rows[name]["lines"];
    assert_eq!(lines(24), &serde_json::json!([2]));
    assert_eq!(lines(25), &serde_json::json!([3]));

    let (csv, status) = threadlab(
        folder.path(),
        &[
            "grade",
            "--csv",
            "class.rhai#5",
            "a00.rhai",
            "a12.rhai",
            "none.rhai",
        ],
    );
    assert_eq!(status, Some(0));
    let starts: Vec<&str> = csv
        .lines()
        .map(|line| &line[..line.len().min(24)])
        .collect();
    assert_eq!(starts.len(), 4, "{csv}");
    assert!(starts[1].starts_with("a00.rhai,passed,"), "{csv}");
    assert!(starts[2].starts_with("a12.rhai,failed,"), "{csv}");
    assert!(starts[3].starts_with("none.rhai,unreadable,"), "{csv}");
}

#[test]
fn what_exhausts_memory_threads_output_or_patience_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("class.rhai"), CLASS).expect("written");
    let names: Vec<String> = (EXHAUSTING.iter().enumerate())
        .map(|(number, (_, ending, text))| {
            let name = format!("{number:02}.{ending}");
            std::fs::write(folder.path().join(&name), text).expect("written");
            name
        })
        .collect();
    let mut words = vec!["grade", "--json", "class.rhai#5"];
    words.extend(names.iter().map(String::as_str));
    let (text, status) = threadlab(folder.path(), &words);
    assert_eq!(status, Some(0), "{text}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    let mut wrong = Vec::new();
    for (row, (expected, _, answer)) in rows.iter().zip(EXHAUSTING) {
        let fault = row["fault"].as_str().unwrap_or_default();
        if !expected.split(' ').any(|one| one == fault) {
            wrong.push(format!("{answer}\n    {} {}", row["fault"], row["message"]));
        }
        // Whatever is not known, it is said which line was running.
        let is_undecided = row["verdict"] == "undecided";
        let lines = row["lines"].as_array().map_or(0, Vec::len);
        assert!(!is_undecided || lines == 1, "{answer}: {row}");
        if fault == "exhausts-memory" {
            let message = row["message"].as_str().unwrap_or_default();
            assert!(message.contains("the memory grows beyond 64M"), "{message}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_answer_reads_no_files() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("class.rhai"), CLASS).expect("written");
    let solution = format!("{}export const done = true;\n", ANSWERS[0].1);
    std::fs::write(folder.path().join("solution.rhai"), solution).expect("written");
    let thief = "import \"solution\" as s;\nlet visit = || s::visit();\n";
    std::fs::write(folder.path().join("thief.rhai"), thief).expect("written");
    let words = ["grade", "--csv", "class.rhai#5", "thief.rhai"];
    let (text, _) = threadlab(folder.path(), &words);
    assert!(
        text.contains("thief.rhai,failed,not-parseable,1,"),
        "{text}"
    );
    assert!(text.contains("may not read files"), "{text}");
}

#[test]
fn answers_in_python_are_graded_too() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("class.rhai"), CLASS).expect("written");
    let right = "import threading\nlock = threading.Lock()\ndef visit():\n    global visits\n    look_around()\n    with lock:\n        visits += 1\n";
    let wrong = "def visit():\n    global visits\n    look_around()\n    visits += 1\n";
    let cheat = "visits = 3\ndef visit():\n    pass\n";
    for (name, text) in [
        ("right.py", right),
        ("wrong.py", wrong),
        ("cheat.py", cheat),
    ] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let (text, _) = threadlab(
        folder.path(),
        &[
            "grade",
            "--json",
            "class.rhai#5",
            "right.py",
            "wrong.py",
            "cheat.py",
        ],
    );
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    let verdicts: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["verdict"].as_str())
        .collect();
    assert_eq!(verdicts, ["passed", "failed", "failed"], "{text}");
    assert_eq!(rows[2]["fault"], "redefinition");
}

#[test]
fn names_of_trials_and_values_of_given_code_are_no_traps() {
    // The trials call their threads so.
    let lock = "let threads = Lock();\nlet other = threads;\nfn visit() {\n    look_around();\n    with other { visits += 1; }\n}\n";
    assert_eq!(word(5, lock), "passed");
    // What given code throws and gives is an exception and a dict to Python's code.
    let shops = "//! # Shops\n//! minutes: 5\n\n/// ## Write: ask\n/// ```given\n/// fn ask(shop) {\n\
        ///     if shop < 0 { throw \"closed\"; }\n///     #{price: shop}\n/// }\n/// ```\n\
        /// ```starter\n/// fn total(shops) { 0 }\n/// ```\n\
        /// ```after\n/// assert(total([1, -1, 2]) == 3);\n/// ```\n\
        /// ```solution\n/// fn total(shops) { 3 }\n/// ```\n";
    let lesson = parse("shops.rhai", shops).expect("a lesson");
    let python = "from concurrent.futures import ThreadPoolExecutor\n\ndef total(shops):\n    sum = 0\n    \
        with ThreadPoolExecutor(1) as ex:\n        futures = [ex.submit(ask, shop) for shop in shops]\n    \
        for future in futures:\n        try:\n            for key, value in future.result().items():\n                \
        sum += value\n            assert future.result().get('none', 5) == 5\n        \
        except Exception as error:\n            assert str(error) == 'closed'\n    return sum\n";
    let answer = Answer {
        text: python,
        language: threadlab::session::Language::Python,
    };
    let exercise = lesson.exercise(1).expect("an exercise");
    let graded = grade(exercise, answer, &Bounds::default());
    assert!(graded.is_passed(), "{graded:?}");
}

/// An exercise whose given code has one of each kind of thing that code can give.
const GIVES: &str = r#"//! # Gifts
//! minutes: 5

/// ## Write: use them
/// ```given
/// class Account {
///     init(n) { this.n = n; this.lock = Lock(); }
///     deposit(k) { with this.lock { this.n += k; } }
///     total() { this.n }
/// }
/// class Refused { init(why) { this.why = why; } }
/// fn risky(n) { if n < 0 { throw "negative"; } n * 2 }
/// fn refuse(n) { throw Refused("no"); }
/// fn choice(n) { n + 1 }
/// fn items(n) { let xs = []; for i in 0..n { xs.push(i); } xs }
/// fn table() { #{a: 1, b: 2} }
/// fn numbers(n) { for i in 0..n { yield(i); } }
/// fn ask(n) { await asyncio.sleep(0.1); n * 3 }
/// let account = Account(5);
/// let counts = #{a: 0};
/// let log = [];
/// const LIMIT = 3;
/// ```
/// ```starter
/// fn answer() { 1 }
/// ```
/// ```after
/// assert(answer() == 42, `${answer()}`);
/// ```
/// ```solution
/// fn answer() { 42 }
/// ```
"#;

/// For each kind of thing an answer of Python's that uses it as Python does.
const TAKES: &[&str] = &[
    // Functions, also where a name that is not there could be caught.
    "def answer():
    try:
        risky(-1)
    except Exception as e:
        return 42 if str(e) == 'negative' else 0
",
    "def answer():
    f = risky
    try:
        return f(n=LIMIT * 7)
    except:
        return 0
",
    "def answer():
    try:
        refuse(1)
    except Refused as refused:
        return 42 if refused.why == 'no' else 0
",
    // One with the name of something in a module of Python's.
    "def answer():
    try:
        return choice(41)
    except NameError:
        return 0
",
    // Classes and their objects.
    "class Savings(Account):
    def __init__(self, n):
        super().__init__(n)
        self.bonus = 2
    def deposit(self, k):
        super().deposit(k + self.bonus)
def answer():
    savings = Savings(30)
    savings.deposit(10)
    return savings.total() if isinstance(account, Account) else 0
",
    "def answer():
    try:
        with account.lock:
            account.n += 37
        return account.n
    finally:
        account.n = 5
",
    // Arrays and maps, which are lists and dicts there; also beside Python's own.
    "def answer():
    xs = items(3)
    xs.append(4)
    xs.extend([5, 6])
    xs.remove(2)
    more = [7] + xs.copy()
    xs += [16]
    return sum(xs + [2]) + more.pop(0) + xs.index(1) - xs.count(9)
",
    "from collections import Counter
def answer():
    global log
    counts['a'] += 40
    counts['b'] = 2
    log.append('x')
    log += ['y']
    words = Counter(log) + Counter(counts)
    words.update(table())
    n = sum(words[k] for k in counts if k in counts)
    assert len(counts) == 2 and log == ['x', 'y'] and n == 45
    counts['a'] = 0
    log.clear()
    return n - 3
",
    // Generators.
    "def answer():
    numbers_again = numbers(3)
    next(numbers_again)
    return sum(numbers(9)) + len(list(numbers(5))) + next(numbers_again)
",
    // What is called is the parameter, also where the library has a function of its name.
    "def twice(take):
    def once():
        return take()
    return once() + (lambda take: take())(take)
def answer():
    return twice(lambda: 21)
",
    // Coroutines: in the call that awaits, and kept for later.
    "import asyncio
async def main():
    first = ask(4)
    second = asyncio.create_task(ask(2))
    coroutines = [ask(n) for n in (3, 5)]
    total = sum(await asyncio.gather(*coroutines))
    for done in asyncio.as_completed([ask(n) for n in range(1)]):
        total += await done
    return total + await first + await second
def answer():
    return asyncio.run(main())
",
    "import asyncio
async def main():
    async def one(n):
        try:
            return await ask(n)
        except Exception:
            return 0
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(n)) for n in (4, 10)]
    return sum(task.result() for task in tasks)
def answer():
    return asyncio.run(main())
",
];

#[test]
fn what_given_code_gives_is_used_in_python_as_there() {
    let lesson = parse("gifts.rhai", GIVES).expect("a lesson");
    let exercise = lesson.exercise(1).expect("an exercise");
    for text in TAKES {
        let language = threadlab::session::Language::Python;
        let graded = grade(exercise, Answer { text, language }, &Bounds::default());
        assert!(graded.is_passed(), "{text}\n{graded:?}");
    }
    // A coroutine that nobody awaits is none of its result.
    let text = "import asyncio\nasync def main():\n    return ask(14)\ndef answer():\n    return asyncio.run(main()) + 0\n";
    let language = threadlab::session::Language::Python;
    let graded = grade(exercise, Answer { text, language }, &Bounds::default());
    assert!(matches!(graded, Verdict::Failed(_)), "{graded:?}");
}

#[test]
fn what_an_author_would_be_told_is_written_with_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("class.rhai"), CLASS).expect("written");
    std::fs::write(folder.path().join("right.rhai"), ANSWERS[0].1).expect("written");
    let wrong = "fn visit() {\n    look_around();\n    visits += 1;\n}\n";
    std::fs::write(folder.path().join("wrong.rhai"), wrong).expect("written");
    let words = ["right.rhai", "wrong.rhai", "none.rhai"];
    let words = ["grade", "--feedback", "class.rhai#5"]
        .into_iter()
        .chain(words);
    let (text, status) = threadlab(folder.path(), &words.collect::<Vec<_>>());
    assert_eq!(status, Some(0), "{text}");
    let parts: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(parts.len(), 3, "{text}");
    assert!(parts[0].starts_with("right.rhai:\nRight."), "{text}");
    assert!(
        parts[1].starts_with("wrong.rhai:\nNot yet:")
            && parts[1].contains("3| visits += 1;")
            && parts[1].contains("data race on visits"),
        "{text}"
    );
    assert!(parts[2].starts_with("none.rhai:\n"), "{text}");
}

#[test]
fn what_is_not_at_the_same_time_is_told_with_who_keeps_whom_out() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("class.rhai"), CLASS).expect("written");
    let told = |number: usize, answer: &str| {
        std::fs::write(folder.path().join("answer.rhai"), answer).expect("written");
        let exercise = format!("class.rhai#{number}");
        let words = ["grade", "--feedback", &exercise, "answer.rhai"];
        let (text, status) = threadlab(folder.path(), &words);
        assert_eq!(status, Some(0), "{text}");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let check = |number: usize, answer: &str, expected: &str| {
        let text = told(number, answer);
        assert!(text.contains(expected), "{expected} is not in {text}");
    };
    let held = "let lock = Lock();\nfn visit() {\n    with lock {\n        look_around();\n        \
                visits += 1;\n    }\n}\n";
    check(5, held, "(line 3) waits for the Lock `lock` made in line 1");
    check(5, held, "So nobody else can be inside `look_around` then.");
    let never = "let lock = Lock();\nfn visit() { with lock { visits += 1; } }\n";
    check(5, never, "nothing in your code calls `look_around`");
    // What takes too long is shown, with the lines that take the time.
    let slow = "let lock = Lock();\nfn visit() {\n    look_around();\n    with lock { visits += 1; }\n    \
                sleep(0.7);\n}\n";
    check(5, slow, "at most 0.5 s are allowed.");
    check(5, slow, "5| sleep(0.7); its time is over");
    // Nobody holds anything there.
    let in_a_row = "fn both() {\n    let sum = work(1) + work(2);\n    print(sum);\n    sum\n}\n";
    check(6, in_a_row, "This was looked for in the only interleaving.");
    // What speaks against a wrong cause is no hint at the true one.
    check(4, "circular wait", "is an error, not a wait without an end");
    check(
        4,
        "order violation",
        "For that, a thread would have to need something",
    );
}

#[test]
fn a_verdict_that_nobody_waits_for_is_none() {
    let bounds = Bounds::default();
    bounds.stop.store(true, Ordering::Relaxed);
    for number in [1, 4, 5] {
        let graded = grade(&exercise(number), Answer::new(ANSWERS[0].1), &bounds);
        let is_stopped = matches!(
            graded,
            Verdict::Undecided(Undecided::Limit(Cut::Stopped, _)) | Verdict::Failed(_)
        );
        assert!(is_stopped && !graded.is_passed(), "{number}: {graded:?}");
    }
    let graded = grade(&exercise(5), Answer::new(ANSWERS[0].1), &bounds);
    assert!(
        matches!(
            graded,
            Verdict::Undecided(Undecided::Limit(Cut::Stopped, _))
        ),
        "{graded:?}"
    );
}

#[test]
fn what_names_no_exercise_is_wrong_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("class.rhai"), CLASS).expect("written");
    for name in [
        "class",
        "nowhere/1",
        "class.rhai#9",
        "class.rhai#x",
        "none.rhai#1",
    ] {
        let (_, status) = threadlab(folder.path(), &["grade", name, "class.rhai"]);
        assert_eq!(status, Some(2), "{name}");
    }
}
