//! Small programs whose interleavings can be counted by hand, against the search that counts them.
//!
//! Each case says in its comment how its numbers come about, so that it can be counted
//! again. What counts: a step is one visible operation of one thread, which is reading or
//! writing a shared variable, an operation on an object, or a print; `x += 1` is a read and a
//! write, `with lock` is a step on the way in and one on the way out. Start, untimed join and end
//! of a thread are no steps where nobody else can notice them, and a thread that would only wait is not enabled. An interleaving is
//! the sequence of the threads that do the steps of a complete run; one that ends in a deadlock is
//! complete too.
//!
//! Main takes part. What it does alone, before the first thread starts and after the last one has
//! been joined, has no alternatives and multiplies by 1. Locks and other objects are handed to the
//! threads as arguments, because reading a captured variable would be one step more.
//!
//! The classics in `scripts/` are too long for that. Their numbers come from running every schedule
//! of them one by one, or from a model of them written apart from this program.
//!
//! `C(n, k)` is the binomial coefficient. A *block* is a run of steps of one thread during which no
//! other thread is enabled, as between the two ends of a lock that all threads want first.
//!
//! Longer than most files because it is a table.

mod common;

use std::time::Duration;

use threadlab::explore::{End, Interleavings, Limits, Outcome};

/// One program and what a complete search says about it.
struct Case {
    name: &'static str,
    source: &'static str,
    /// A decimal number, or `infinite`.
    interleavings: &'static str,
    /// Each possible outcome with its number of interleavings, in any order; see [`Explored`].
    outcomes: &'static [(&'static str, &'static str)],
}

/// What a complete search found.
struct Explored {
    /// A decimal number, or `infinite`.
    interleavings: String,
    /// The text of each outcome with its number of interleavings. The text is what each thread
    /// printed, in the order of the threads' numbers, joined by ` / `; then, if it did not end
    /// well, ` / ` and `deadlock`, `failed: MESSAGE` for main or `NAME failed: MESSAGE`.
    outcomes: Vec<(String, String)>,
}

/// Searches all interleavings of a script. The only place that knows how one asks for that.
fn explore(source: &str) -> Explored {
    let limits = Limits {
        time: Duration::from_secs(300),
        ..Limits::default()
    };
    let mut session = common::session();
    let found = common::explore(&mut common::explorer(&mut session, source), &limits);
    assert_eq!(found.cut, None, "{source}");
    let text = |interleavings: &Interleavings| match interleavings {
        Interleavings::Exactly(count) => count.to_string(),
        Interleavings::Infinite => "infinite".into(),
    };
    let outcomes = found.outcomes.iter().map(|possible| {
        let count = possible.interleavings.as_ref().map(text);
        (outcome_text(&possible.outcome), count.unwrap_or_default())
    });
    Explored {
        interleavings: found.interleavings.as_ref().map(text).unwrap_or_default(),
        outcomes: outcomes.collect(),
    }
}

fn outcome_text(outcome: &Outcome) -> String {
    let mut parts: Vec<String> = Vec::new();
    for lines in &outcome.threads {
        parts.extend(lines.printed.iter().map(|line| line.to_string()));
        for failed in &lines.failed {
            parts.push(format!("{} failed: {}", lines.name, bare(&failed.message)));
        }
    }
    match &outcome.end {
        End::Value(_) => {}
        End::Error { message, .. } => parts.push(format!("failed: {}", bare(message))),
        End::Deadlock(_) => parts.push("deadlock".into()),
    }
    parts.join(" / ")
}

/// The message of an assertion, as it stands in the program.
fn bare(message: &str) -> &str {
    message
        .strip_prefix("assertion failed: ")
        .unwrap_or(message)
}

/// Tasks of a loop take turns in one order, so nothing is left to choose but when threads and
/// deadlines come in between.
#[test]
fn tasks_of_a_loop_have_one_order() {
    for (source, outcomes) in [
        (
            "asyncio.run(|| { let say = |name| { print(name); await asyncio.sleep(0); print(name); };
                 await asyncio.gather(|| say.call(1), || say.call(2)); });",
            [("1 / 1 / 2 / 2", "1")],
        ),
        // A call that is handed over is a closure around it.
        (
            "fn say(name) { print(name); await asyncio.sleep(0); print(name); }
             fn main() { await asyncio.gather(say(1), say(2)); } asyncio.run(main());",
            [("1 / 1 / 2 / 2", "1")],
        ),
        // A forgotten await: main ends, and the task is cancelled where it awaits.
        (
            "let n = 0; fn work() { await asyncio.sleep(0); n += 1; } fn main() { asyncio.create_task(work); }
             asyncio.run(main); assert(n == 1, \"work was done\");",
            [("failed: work was done", "1")],
        ),
        (
            "asyncio.run(|| { with asyncio.TaskGroup() as tg {
                 tg.create_task(|| { throw \"no\"; });
                 tg.create_task(|| { await asyncio.Queue().get(); }); } });",
            [("failed: 1 error in a TaskGroup: Task-2: no", "1")],
        ),
    ] {
        let found = explore(source);
        let outcomes = outcomes.map(|(text, count)| (text.to_string(), count.to_string()));
        assert_eq!(found.outcomes, outcomes, "{source}");
    }
}

/// Two tasks sleep equally long, and main waits until the first is done.
const TWO_NAPS: &str = "fn nap(seconds) { await asyncio.sleep(seconds); }
    fn main() {
        let x = asyncio.create_task(nap(0.1)); let y = asyncio.create_task(nap(0.1));
        let sets = await asyncio.wait([x, y], #{return_when: FIRST_COMPLETED});
        print(`${sets.done.len()} done`);
    }
    asyncio.run(main());";

/// The ordinary case: a loop looks up to a millisecond late, and the two calls were closer together.
#[test]
fn sleeps_of_one_length_end_together_under_a_seed() {
    for seed in 0..20 {
        let ran = common::run(common::Mode::Seeded(seed), TWO_NAPS);
        assert_eq!(ran.lines(), ["2 done"], "seed {seed}");
    }
}

/// Too much for a count by hand, but both must happen.
#[test]
fn what_comes_first_of_two_ends_is_left_open() {
    for (source, outcomes) in [
        // A loop serves in the order in which its threads end.
        (
            "let order = [];
             asyncio.run(|| { await asyncio.gather(
                 || { await asyncio.to_thread(|| 1); order.push(1); },
                 || { await asyncio.to_thread(|| 2); order.push(2); }); });
             print(order);",
            ["[1, 2]", "[2, 1]"],
        ),
        // A pool whose initializer has failed takes nothing any more.
        (
            "let pool = ThreadPoolExecutor(#{max_workers: 1, initializer: || { throw \"no\"; }});
             pool.submit(|| 1);
             try { pool.submit(|| 2); print(\"taken\"); } catch { print(\"refused\"); }",
            ["refused", "taken"],
        ),
        (
            "let pool = ThreadPoolExecutor(1);
             try { for x in pool.map(|x| x, [1], #{timeout: 1}) { print(x); } }
             catch { print(\"late\"); }",
            ["1", "late"],
        ),
        (
            "let pool = ThreadPoolExecutor(1);
             let future = pool.submit(|| 1);
             try { print(future.result(1)); } catch { print(\"late\"); }",
            ["1", "late"],
        ),
        (
            "let pool = ProcessPoolExecutor(2);
             let a = pool.submit(getpid); let b = pool.submit(getpid);
             print(a.result() == b.result());",
            ["false", "true"],
        ),
        // A loop that has waited collects all timers that are due; how many are, nobody knows: the
        // clock moves between two calls, and the process may have been delayed.
        (TWO_NAPS, ["1 done", "2 done"]),
        (
            "fn nap(seconds) { await asyncio.sleep(seconds); }
             fn main() {
                 let x = asyncio.create_task(nap(0.1)); let y = asyncio.create_task(nap(0.3));
                 let sets = await asyncio.wait([x, y], #{return_when: FIRST_COMPLETED});
                 print(`${sets.done.len()} done`);
             }
             asyncio.run(main());",
            ["1 done", "2 done"],
        ),
        (
            "asyncio.run(|| {
                 try { with asyncio.timeout(2) { await asyncio.sleep(1); } print(\"slept\"); }
                 catch { print(\"late\"); } });",
            ["late", "slept"],
        ),
    ] {
        let found = explore(source);
        let mut printed: Vec<&str> = found
            .outcomes
            .iter()
            .filter_map(|(text, _)| outcomes.into_iter().find(|one| text.starts_with(one)))
            .collect();
        printed.sort_unstable();
        printed.dedup();
        assert_eq!(printed, outcomes, "{source}\n{:?}", found.outcomes);
    }
}

#[test]
fn every_count_is_as_derived() {
    let mut wrong = Vec::new();
    for case in CASES {
        let found = explore(case.source);
        if found.interleavings != case.interleavings {
            let (found, wanted) = (&found.interleavings, case.interleavings);
            wrong.push(format!("{}: {found}, but {wanted} derived", case.name));
        }
        let mut outcomes = found.outcomes;
        outcomes.sort();
        let mut wanted: Vec<(String, String)> = case
            .outcomes
            .iter()
            .map(|(text, count)| ((*text).into(), (*count).into()))
            .collect();
        wanted.sort();
        if outcomes != wanted {
            wrong.push(format!("{}: {outcomes:?}, but {wanted:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A classic in `scripts/classics`: its file, all its interleavings, and those that fail.
type Classic = (&'static str, u64, u64);

#[test]
fn classics_fail_in_as_many_interleavings_as_counted() {
    for &(name, interleavings, failing) in CLASSICS {
        let path = format!(
            "{}/scripts/classics/{name}.rhai",
            env!("CARGO_MANIFEST_DIR")
        );
        let source = std::fs::read_to_string(&path).expect("the file can be read");
        let found = explore(&source);
        assert_eq!(found.interleavings, interleavings.to_string(), "{name}");
        let has_failed = |text: &str| text.contains("failed: ") || text.ends_with("deadlock");
        let failures = found.outcomes.iter().filter(|(text, _)| has_failed(text));
        let count = failures.map(|(_, count)| count.parse::<u64>());
        let sum: u64 = count.map(|count| count.expect("a number")).sum();
        assert_eq!(sum, failing, "{name}");
    }
}

/// The table holds itself to what it claims: finite counts are the sums of their outcomes.
#[test]
fn the_counts_of_the_outcomes_add_up() {
    for case in CASES {
        let Ok(total) = case.interleavings.parse::<u128>() else {
            continue;
        };
        let counts = case.outcomes.iter().map(|(_, count)| count.parse::<u128>());
        let sum: u128 = counts.map(|count| count.expect("a number")).sum();
        assert_eq!(sum, total, "{}", case.name);
    }
}

const CLASSICS: &[Classic] = &[
    ("aba", 9_355, 21),
    ("aba_mended", 9_355, 0),
    ("account", 12, 6),
    ("account_mended", 6, 0),
    ("barrier", 6, 4),
    ("barrier_mended", 3, 0),
    ("bounded_buffer", 26, 4),
    ("bounded_buffer_mended", 26, 0),
    ("carter01", 192, 88),
    ("deadlock01", 6, 2),
    ("deadlock01_mended", 2, 0),
    ("double_checked", 60, 2),
    ("double_checked_mended", 2, 0),
    ("lazy01", 6, 2),
    ("lazy01_mended", 12, 0),
    ("lost_update", 6, 4),
    ("lost_update_mended", 2, 0),
    ("lost_wakeup", 2, 1),
    ("lost_wakeup_mended", 2, 0),
    ("philosophers_3", 168, 6),
    ("philosophers_3_mended", 142, 0),
    ("philosophers_5", 66_468_720, 120),
    ("philosophers_5_mended", 49_719_072, 0),
    ("pool_waits_for_itself", 10, 2),
    ("pool_waits_for_itself_mended", 19, 0),
    ("readers_writers", 2_470, 176),
    ("readers_writers_mended", 6_472, 0),
    ("reorder_3", 172, 18),
    ("reorder_3_mended", 6, 0),
    ("reorder_5", 423_936, 23_400),
    ("reorder_5_mended", 120, 0),
    ("stack", 18, 4),
    ("stack_mended", 20, 0),
    ("stop_flag", 5, 1),
    ("stop_flag_mended", 2, 0),
    ("token_passing", 6, 5),
    ("token_passing_mended", 1, 0),
    ("twostage_2", 22, 1),
    ("twostage_2_mended", 2, 0),
    ("wronglock_3", 10_920, 7_440),
    ("wronglock_3_mended", 24, 0),
];

const CASES: &[Case] = &[
    // Two threads of 6 steps each (three reads, three writes): C(12, 6) = 924. Nothing is lost only
    // when each read is followed by its write at once: the 6 pairs in C(6, 3) = 20 orders give 6.
    // The other finals follow step by step: the number of ways to a state (steps done, x, values
    // read) is the sum over the states before it.
    Case {
        name: "two threads add three times",
        source: "
            let x = 0;
            let add = || { for i in 0..3 { x += 1; } };
            let a = spawn(add); let b = spawn(add);
            a.join(); b.join();
            print(x);",
        interleavings: "924",
        outcomes: &[
            ("2", "8"),
            ("3", "300"),
            ("4", "416"),
            ("5", "180"),
            ("6", "20"),
        ],
    },
    // Three threads of 6 steps: 18! / (6!)^3. Nine undivided pairs come in 9! / (3!)^3 = 1680
    // orders; these give 9. The other finals as above.
    Case {
        name: "three threads add three times",
        source: "
            let x = 0;
            let add = || { for i in 0..3 { x += 1; } };
            let threads = [spawn(add), spawn(add), spawn(add)];
            for thread in threads { thread.join(); }
            print(x);",
        interleavings: "17153136",
        outcomes: &[
            ("2", "155040"),
            ("3", "3188244"),
            ("4", "6150036"),
            ("5", "5058180"),
            ("6", "2105244"),
            ("7", "449352"),
            ("8", "45360"),
            ("9", "1680"),
        ],
    },
    // A function that names a variable of the top level shares it, as a closure that captures it
    // does: C(4, 2) = 6, and only the 2 undivided pairs add up.
    Case {
        name: "two threads call a function that adds",
        source: "
            let x = 0;
            fn add() { x += 1; }
            let a = spawn(add); let b = spawn(add);
            a.join(); b.join();
            print(x);",
        interleavings: "6",
        outcomes: &[("1", "4"), ("2", "2")],
    },
    // One write each, of the thread and of main.
    Case {
        name: "a write of a thread and one of main",
        source: "
            let x = 0;
            let t = spawn(|| x = 1);
            x = 2;
            t.join();
            print(x);",
        interleavings: "2",
        outcomes: &[("1", "1"), ("2", "1")],
    },
    // Main writes twice, the thread three times: C(5, 2) = 10. The last write is main's in
    // C(4, 1) = 4 of them, the thread's in C(4, 2) = 6.
    Case {
        name: "main takes part",
        source: "
            let x = 0;
            let t = spawn(|| { x = 1; x = 2; x = 3; });
            x = 4; x = 5;
            t.join();
            print(x);",
        interleavings: "10",
        outcomes: &[("3", "6"), ("5", "4")],
    },
    // Threads of 1, 2 and 3 steps: 6! / (1! 2! 3!) = 60. The last step belongs to a thread in
    // proportion to its length: 10, 20, 30.
    Case {
        name: "three threads of different lengths",
        source: "
            let x = 0;
            let a = spawn(|| x = 1);
            let b = spawn(|| { x = 0; x = 2; });
            let c = spawn(|| { x = 0; x = 0; x = 3; });
            a.join(); b.join(); c.join();
            print(x);",
        interleavings: "60",
        outcomes: &[("1", "10"), ("2", "20"), ("3", "30")],
    },
    // Six threads of 5 steps: 30! / (5!)^6, which is more than 64 bits hold.
    Case {
        name: "more interleavings than 64 bits hold",
        source: "
            let x = 0;
            let write = || { for i in 0..5 { x = 1; } };
            let threads = [];
            for i in 0..6 { threads.push(spawn(write)); }
            for thread in threads { thread.join(); }
            print(x);",
        interleavings: "88832646059788350720",
        outcomes: &[("1", "88832646059788350720")],
    },
    // The first thread's 2 writes come before the second one's 2, because main joins in between:
    // a chain of 4, beside the third thread's 3: C(7, 3) = 35. The chain's last write is the last
    // of all in C(6, 3) = 20 of them.
    Case {
        name: "a join in between",
        source: "
            let x = 0;
            let c = spawn(|| { x = 1; x = 2; x = 3; });
            let a = spawn(|| { x = 4; x = 5; });
            a.join();
            let b = spawn(|| { x = 6; x = 7; });
            b.join(); c.join();
            print(x);",
        interleavings: "35",
        outcomes: &[("3", "15"), ("7", "20")],
    },
    // Main's first write precedes its second and thread B's two. By the hook formula for trees that
    // is 4! / (4 * 1 * 2 * 1) = 3 orders; thread A's two writes go anywhere: C(6, 2) * 3 = 45.
    // Main's second write is the 2nd, 3rd or 4th of the 4. It is the last to x when both of A's
    // stand in one of the 2, 3 or 4 places before it: C(3, 2) + C(4, 2) + C(5, 2) = 19.
    Case {
        name: "main writes between two starts",
        source: "
            let x = 0; let y = 0;
            let a = spawn(|| { x = 1; x = 2; });
            x = 3;
            let b = spawn(|| { y = 1; y = 2; });
            x = 4;
            a.join(); b.join();
            print(x);",
        interleavings: "45",
        outcomes: &[("2", "26"), ("4", "19")],
    },
    // A tree of threads: each node writes once and then starts its two children. Seven nodes with
    // subtrees of 7, 3, 3, 1, 1, 1 and 1: by the hook formula 7! / (7 * 3 * 3) = 80.
    Case {
        name: "threads that start threads",
        source: "
            let x = 0;
            let leaf = || x = 1;
            let node = |leaf| {
                x = 1;
                let a = spawn(leaf); let b = spawn(leaf);
                a.join(); b.join();
            };
            let root = |node, leaf| {
                x = 1;
                let a = spawn(node, leaf); let b = spawn(node, leaf);
                a.join(); b.join();
            };
            spawn(root, node, leaf).join();
            print(x);",
        interleavings: "80",
        outcomes: &[("1", "80")],
    },
    // Three critical sections, each a block of 4 steps (in, read, write, out): 3! orders.
    Case {
        name: "three critical sections",
        source: "
            let x = 0;
            let lock = Lock();
            let add = |lock| { with lock { x += 1; } };
            let threads = [];
            for i in 0..3 { threads.push(spawn(add, lock)); }
            for thread in threads { thread.join(); }
            print(x);",
        interleavings: "6",
        outcomes: &[("3", "6")],
    },
    // A captured lock is a shared variable, but no thread writes it: to read it is no step. Two blocks.
    Case {
        name: "a captured lock that no thread replaces",
        source: "
            let x = 0;
            let lock = Lock();
            let add = || { with lock { x += 1; } };
            let a = spawn(add); let b = spawn(add);
            a.join(); b.join();
            print(x);",
        interleavings: "2",
        outcomes: &[("2", "2")],
    },
    // Three threads with two blocks each: 6! / (2!)^3 = 90.
    Case {
        name: "two critical sections in each of three threads",
        source: "
            let x = 0;
            let lock = Lock();
            let add = |lock| { for i in 0..2 { with lock { x += 1; } } };
            let threads = [];
            for i in 0..3 { threads.push(spawn(add, lock)); }
            for thread in threads { thread.join(); }
            print(x);",
        interleavings: "90",
        outcomes: &[("6", "90")],
    },
    // A block of 4 steps and then 2 free ones (read and write of y). Whose block is the first: 2.
    // After it, its 2 free steps go anywhere among the 6 of the other: C(8, 2) = 28; together 56.
    // Both additions to y count when one pair is over before the other begins: the first thread's
    // two steps stand in the 5 places up to the other's read, C(6, 2) = 15 ways, or behind its
    // write, 1 way. So 16 of 28, and 32 of 56.
    Case {
        name: "a critical section and free steps behind it",
        source: "
            let x = 0; let y = 0;
            let lock = Lock();
            let work = |lock| { with lock { x += 1; } y += 1; };
            let a = spawn(work, lock); let b = spawn(work, lock);
            a.join(); b.join();
            print(x, y);",
        interleavings: "56",
        outcomes: &[("2 1", "24"), ("2 2", "32")],
    },
    // Two locks hinder nobody: two threads of 4 steps, C(8, 4) = 70. No addition is lost when the
    // write of one precedes the read of the other. Before the third step of the one, the other has
    // done 0 or 1 steps: 1 * C(5, 4) + C(3, 1) * C(4, 3) = 5 + 12 = 17 ways, and 34 for both.
    Case {
        name: "one variable under two locks",
        source: "
            let x = 0;
            let add = |lock| { with lock { x += 1; } };
            let a = spawn(add, Lock()); let b = spawn(add, Lock());
            a.join(); b.join();
            print(x);",
        interleavings: "70",
        outcomes: &[("1", "36"), ("2", "34")],
    },
    // One takes A and then B, the other B and then A; 4 steps each. When both have done their first
    // step (2 orders), they wait for each other. Otherwise the first has both locks before the
    // other begins, which can do so once B (or A) is free again, beside the last step of the first:
    // 2 ways for each of the 2.
    Case {
        name: "two locks in two orders",
        source: "
            let a = Lock(); let b = Lock();
            let both = |first, second| { with first { with second { } } };
            let one = spawn(both, a, b); let other = spawn(both, b, a);
            one.join(); other.join();
            print(\"done\");",
        interleavings: "6",
        outcomes: &[("deadlock", "2"), ("done", "4")],
    },
    // Three threads in a ring. All have their first lock: 3! = 6 deadlocks. In every other run each
    // lock goes first to the one or to the other of its two users: 8 cases, of which the two that
    // go round in a circle are impossible. The remaining 6 count 27 each, by turning the ring and
    // by reversing time, under which a run is a run. One of them: T0 before T1 at lock 1, T1 before
    // T2 at lock 2, T0 before T2 at lock 0. Then T0's first 3 steps, T1's first 3 and T2's 4 are a
    // chain, because the third step frees the lock that the next one begins with. T1's last step
    // goes behind its third, in 5 places; T0's last behind its third, but before T2's second: that
    // is 6 places when T1's last is before T2's second too (2 of 5), and 5 otherwise (3 of 5). 2 *
    // 6 + 3 * 5 = 27, and 6 * 27 + 6 = 168.
    Case {
        name: "three locks in a ring",
        source: "
            let forks = [Lock(), Lock(), Lock()];
            let dine = |left, right| { with left { with right { } } };
            let threads = [];
            for i in 0..3 { threads.push(spawn(dine, forks[i], forks[(i + 1) % 3])); }
            for thread in threads { thread.join(); }
            print(\"done\");",
        interleavings: "168",
        outcomes: &[("deadlock", "6"), ("done", "162")],
    },
    // An inner entry and exit of the same lock: the block has 6 steps. Behind it one free write.
    // Whose block is first: 2; its free write goes anywhere among the 7 steps of the other: 8.
    // y is 2 when a is first and its write not the last (7), or b is first and its write is (1).
    Case {
        name: "a re-entrant lock",
        source: "
            let x = 0; let y = 0;
            let lock = RLock();
            let work = |lock, name| { with lock { with lock { x += 1; } } y = name; };
            let a = spawn(work, lock, 1); let b = spawn(work, lock, 2);
            a.join(); b.join();
            print(x, y);",
        interleavings: "16",
        outcomes: &[("2 1", "8"), ("2 2", "8")],
    },
    // Who asks first gets the lock; 2 of them. The other's question stands before one of the
    // remaining 3 steps (read, write, release) and is refused, which ends it; or it comes after
    // them, is granted, and 3 steps follow. So 2 * (3 + 1).
    Case {
        name: "try_acquire, granted and refused",
        source: "
            let x = 0;
            let lock = Lock();
            let work = |lock| { if lock.try_acquire() { x += 1; lock.release(); } };
            let a = spawn(work, lock); let b = spawn(work, lock);
            a.join(); b.join();
            print(x);",
        interleavings: "8",
        outcomes: &[("1", "6"), ("2", "2")],
    },
    // Three threads enter and leave, at most two at a time: 6! / (2!)^3 = 90 orders, but for those
    // in which all three enter before one leaves: 3! * 3! = 36. So 54.
    Case {
        name: "a semaphore with two permits",
        source: "
            let places = Semaphore(2);
            let visit = |places| { with places { } };
            let threads = [];
            for i in 0..3 { threads.push(spawn(visit, places)); }
            for thread in threads { thread.join(); }
            print(\"done\");",
        interleavings: "54",
        outcomes: &[("done", "54")],
    },
    // Each waits for the other: nothing can be chosen.
    Case {
        name: "ping and pong by two semaphores",
        source: "
            let log = [];
            let ping = Semaphore(1); let pong = Semaphore(0);
            let play = |mine, other, name| {
                for i in 0..2 { mine.acquire(); log.push(name); other.release(); }
            };
            let a = spawn(play, ping, pong, \"ping\");
            let b = spawn(play, pong, ping, \"pong\");
            a.join(); b.join();
            print(log);",
        interleavings: "1",
        outcomes: &[("[\"ping\", \"pong\", \"ping\", \"pong\"]", "1")],
    },
    // Nobody passes before the event is set. Then there are two threads of 3 steps (wait, read,
    // write) and one of 1 step: 7! / (3! 3! 1!) = 140. Of the C(6, 3) = 20 orders of the two, no
    // addition is lost in 2 * (1 + 3) = 8 (the other has done 0 or 1 steps before the write of the
    // one); the third thread's step goes anywhere: 7 * 8.
    Case {
        name: "two threads wait for an event",
        source: "
            let x = 0; let y = 0;
            let ready = Event();
            let add = |ready| { ready.wait(); x += 1; };
            let a = spawn(add, ready); let b = spawn(add, ready);
            let c = spawn(|ready| { y = 1; ready.set(); y = 2; }, ready);
            a.join(); b.join(); c.join();
            print(x);",
        interleavings: "140",
        outcomes: &[("1", "84"), ("2", "56")],
    },
    // Two lines of each of three threads: 6! / (2!)^3 = 90 orders. Lines are compared for each
    // thread on its own, so there is one outcome.
    Case {
        name: "three threads print two lines each",
        source: "
            let say = |name| { print(name, 1); print(name, 2); };
            let threads = [spawn(say, \"a\"), spawn(say, \"b\"), spawn(say, \"c\")];
            for thread in threads { thread.join(); }",
        interleavings: "90",
        outcomes: &[("a 1 / a 2 / b 1 / b 2 / c 1 / c 2", "90")],
    },
    // To print a shared variable is to read it and to print: 2 steps beside one write. The read
    // comes before the write in 2 of the C(3, 1) orders.
    Case {
        name: "a print of what another thread writes",
        source: "
            let x = 0;
            let a = spawn(|| x = 1); let b = spawn(|| print(x));
            a.join(); b.join();",
        interleavings: "3",
        outcomes: &[("0", "2"), ("1", "1")],
    },
    // Puts and gets in which no get precedes its put: the ballot sequences of 4 and 4, Catalan's
    // number 14.
    Case {
        name: "producer and consumer over an unbounded queue",
        source: "
            let queue = Queue();
            let produce = |queue| { for i in 1..=4 { queue.put(i); } };
            let consume = |queue| {
                let digits = 0;
                for i in 1..=4 { digits = digits * 10 + queue.get(); }
                digits
            };
            let a = spawn(produce, queue); let b = spawn(consume, queue);
            a.join();
            print(b.join());",
        interleavings: "14",
        outcomes: &[("1234", "14")],
    },
    // The same with room for two: paths of 8 steps that begin and end at 0 and stay between 0 and
    // 2. At 1, which is every second place, it may go up or down, except at the end: 2^3 = 8.
    Case {
        name: "producer and consumer over a queue with room for two",
        source: "
            let queue = Queue(2);
            let produce = |queue| { for i in 1..=4 { queue.put(i); } };
            let consume = |queue| {
                let digits = 0;
                for i in 1..=4 { digits = digits * 10 + queue.get(); }
                digits
            };
            let a = spawn(produce, queue); let b = spawn(consume, queue);
            a.join();
            print(b.join());",
        interleavings: "8",
        outcomes: &[("1234", "8")],
    },
    // A queue that gives the smallest first. Of the 5 ballot sequences of 3 and 3, put put put get
    // get get and put put get put get get give 1, 2, 3; put put get get put get gives 1, 3, 2; the
    // two that begin with put get give 3 and then 1, 2.
    Case {
        name: "producer and consumer over a priority queue",
        source: "
            let queue = PriorityQueue();
            let produce = |queue| { queue.put(3); queue.put(1); queue.put(2); };
            let consume = |queue| [queue.get(), queue.get(), queue.get()];
            let a = spawn(produce, queue); let b = spawn(consume, queue);
            a.join();
            print(b.join());",
        interleavings: "5",
        outcomes: &[("[1, 2, 3]", "2"), ("[1, 3, 2]", "1"), ("[3, 1, 2]", "2")],
    },
    // put put get get and put get put get, and either consumer may get the first item.
    Case {
        name: "one producer, two consumers",
        source: "
            let queue = Queue();
            let a = spawn(|queue| { queue.put(1); queue.put(2); }, queue);
            let b = spawn(|queue| queue.get(), queue);
            let c = spawn(|queue| queue.get(), queue);
            a.join();
            print(b.join(), c.join());",
        interleavings: "4",
        outcomes: &[("1 2", "2"), ("2 1", "2")],
    },
    // A write and an arrival of each of three threads: 6! / (2!)^3 = 90. The last arrival opens the
    // barrier; then three single writes: 3! = 6. Each is the last in a third of all.
    Case {
        name: "three threads meet at a barrier",
        source: "
            let x = 0;
            let barrier = Barrier(3);
            let work = |barrier, name| { x = 0; barrier.wait(); x = name; };
            let threads = [];
            for i in 1..=3 { threads.push(spawn(work, barrier, i)); }
            for thread in threads { thread.join(); }
            print(x);",
        interleavings: "540",
        outcomes: &[("1", "180"), ("2", "180"), ("3", "180")],
    },
    // Two rounds, each of a write and an arrival of both threads: C(4, 2) = 6 each.
    Case {
        name: "a barrier used twice",
        source: "
            let x = 0;
            let barrier = Barrier(2);
            let work = |barrier| { for round in 0..2 { x = round; barrier.wait(); } };
            let a = spawn(work, barrier); let b = spawn(work, barrier);
            a.join(); b.join();
            print(x);",
        interleavings: "36",
        outcomes: &[("1", "36")],
    },
    // The blocks are undivided. The waiter comes before both notifiers: it waits, and its way back
    // (take the lock again, read, out) follows the first notifier's block, before or after the
    // second one's: 2 * 2. It comes later and needs no wait: after the first or after the second
    // notifier: 2 * 2.
    Case {
        name: "a condition, one waiter, two notifiers",
        source: "
            let ready = false;
            let condition = Condition();
            let wait = |condition| { with condition { while !ready { condition.wait(); } } };
            let say = |condition| { with condition { ready = true; condition.notify(); } };
            let threads = [spawn(wait, condition), spawn(say, condition), spawn(say, condition)];
            for thread in threads { thread.join(); }
            print(ready);",
        interleavings: "8",
        outcomes: &[("true", "8")],
    },
    // The waiter does not ask whether it must wait. When the notify comes first, it is lost.
    Case {
        name: "a lost wake-up",
        source: "
            let condition = Condition();
            let a = spawn(|condition| { with condition { condition.wait(); } }, condition);
            let b = spawn(|condition| { with condition { condition.notify(); } }, condition);
            a.join(); b.join();
            print(\"done\");",
        interleavings: "2",
        outcomes: &[("deadlock", "1"), ("done", "1")],
    },
    // Two undivided additions of each of three threads: 6! / (2!)^3 = 90.
    Case {
        name: "atomic additions",
        source: "
            let x = Atomic(0);
            let add = |x| { x.fetch_add(1); x.fetch_add(1); };
            let threads = [];
            for i in 0..3 { threads.push(spawn(add, x)); }
            for thread in threads { thread.join(); }
            print(x.load());",
        interleavings: "90",
        outcomes: &[("6", "90")],
    },
    // Undivided operations, but two of them: C(4, 2) = 6, and only the 2 undivided pairs add up.
    Case {
        name: "an atomic variable used in two steps",
        source: "
            let x = Atomic(0);
            let add = |x| { x.store(x.load() + 1); };
            let a = spawn(add, x); let b = spawn(add, x);
            a.join(); b.join();
            print(x.load());",
        interleavings: "6",
        outcomes: &[("1", "4"), ("2", "2")],
    },
    // One after the other: 2. Or both load (2 orders), one exchanges (2), and the other is refused,
    // loads and exchanges, alone by then: 4.
    Case {
        name: "compare and exchange until it succeeds",
        source: "
            let x = Atomic(0);
            let add = |x| {
                loop {
                    let seen = x.load();
                    if x.compare_exchange(seen, seen + 1) { break; }
                }
            };
            let a = spawn(add, x); let b = spawn(add, x);
            a.join(); b.join();
            print(x.load());",
        interleavings: "6",
        outcomes: &[("2", "6")],
    },
    // A push is one step: 3! orders, each with its own list.
    Case {
        name: "three threads push to one list",
        source: "
            let list = [];
            let push = |i| { list.push(i); };
            let threads = [];
            for i in 1..=3 { threads.push(spawn(push, i)); }
            for thread in threads { thread.join(); }
            print(list);",
        interleavings: "6",
        outcomes: &[
            ("[1, 2, 3]", "1"),
            ("[1, 3, 2]", "1"),
            ("[2, 1, 3]", "1"),
            ("[2, 3, 1]", "1"),
            ("[3, 1, 2]", "1"),
            ("[3, 2, 1]", "1"),
        ],
    },
    // A read and a write each: C(4, 2) = 6. Only the 2 undivided pairs add up.
    Case {
        name: "two threads add to one item of a list",
        source: "
            let list = [0, 0];
            let add = || list[0] += 1;
            let a = spawn(add); let b = spawn(add);
            a.join(); b.join();
            print(list);",
        interleavings: "6",
        outcomes: &[("[1, 0]", "4"), ("[2, 0]", "2")],
    },
    // The same steps, but each thread has an item of its own.
    Case {
        name: "two threads add to two items of a list",
        source: "
            let list = [0, 0];
            let add = |i| list[i] += 1;
            let a = spawn(add, 0); let b = spawn(add, 1);
            a.join(); b.join();
            print(list);",
        interleavings: "6",
        outcomes: &[("[1, 1]", "6")],
    },
    // Main submits twice and then leaves the block, which shuts the pool down: S1, S2, E. S1 comes
    // first. After it S2, which precedes E and the second task: 2 orders; the first task goes
    // anywhere among these 3 steps: 2 * 4 = 8. It comes after the second one in 1 + 2 of them.
    Case {
        name: "a pool with two workers and two tasks",
        source: "
            let x = 0;
            let set = |i| x = i;
            with ThreadPoolExecutor(2) as executor {
                executor.submit(set, 1);
                executor.submit(set, 2);
            }
            print(x);",
        interleavings: "8",
        outcomes: &[("1", "3"), ("2", "5")],
    },
    // Main's steps S2, S3, E after the first submit, and three tasks T1, T2, T3. With a worker for
    // each: S2 precedes S3 and T2, S3 precedes E and T3, by the hook formula 5! / (5 * 3) = 8; T1
    // anywhere: 8 * 6 = 48. But there are two workers, so T3 follows T1 or T2. In 8 of the 48 it
    // precedes both: S2, S3, then T3 before T1 and T2 in 2 orders, and E in 4 places. So 40.
    Case {
        name: "a pool with two workers and three tasks",
        source: "
            let x = 0;
            let set = |i| x = i;
            with ThreadPoolExecutor(2) as executor {
                executor.submit(set, 1);
                executor.submit(set, 2);
                executor.submit(set, 3);
            }
            print(x);",
        interleavings: "40",
        outcomes: &[("1", "7"), ("2", "10"), ("3", "23")],
    },
    // `map` starts two tasks at once, and the third when one of them has ended: it follows the
    // first of the two, at once or after the second: 2 * 2 orders. Main leaves the block before,
    // between or after them: 4 places each.
    Case {
        name: "a pool with two workers maps three items",
        source: "
            let list = [];
            let note = |i| { list.push(i); };
            with ThreadPoolExecutor(2) as executor { executor.map(note, [1, 2, 3]); }
            print(list);",
        interleavings: "16",
        outcomes: &[
            ("[1, 2, 3]", "4"),
            ("[1, 3, 2]", "4"),
            ("[2, 1, 3]", "4"),
            ("[2, 3, 1]", "4"),
        ],
    },
    // The first thread writes x, reads it, and writes y if that was its own. The other's single
    // write comes first (1), in between, which fails and ends the first thread there (1), or later,
    // before or after the write of y (2). The others run on when a thread fails.
    Case {
        name: "an assertion fails in a thread",
        source: "
            let x = 0; let y = 0;
            let a = spawn(|| { x = 1; assert(x == 1, \"changed\"); y = 1; });
            let b = spawn(|| x = 2);
            a.join(); b.join();
            print(y);",
        interleavings: "4",
        outcomes: &[("0 / Thread-1 failed: changed", "1"), ("1", "3")],
    },
    // Main reads once, beside the thread's two writes: 3 places, and only the first one finds 0.
    // When main has failed, the thread still runs to its end.
    Case {
        name: "an assertion fails in main",
        source: "
            let x = 0;
            let t = spawn(|| { x = 1; x = 2; });
            assert(x == 0, \"changed\");",
        interleavings: "3",
        outcomes: &[("", "1"), ("failed: changed", "2")],
    },
    // Two blocks in 2 orders: the failed assertion leaves `with` and gives the lock back.
    Case {
        name: "a failure gives the lock back",
        source: "
            let x = 0;
            let lock = Lock();
            let a = spawn(|lock| { with lock { assert(false, \"no\"); } }, lock);
            let b = spawn(|lock| { with lock { x = 1; } }, lock);
            a.join(); b.join();
            print(x);",
        interleavings: "2",
        outcomes: &[("1 / Thread-1 failed: no", "2")],
    },
    // The thread asks as often as it likes before main writes.
    Case {
        name: "a loop that waits for a flag",
        source: "
            let ready = false;
            let t = spawn(|| { while !ready { } });
            ready = true;
            t.join();
            print(\"done\");",
        interleavings: "infinite",
        outcomes: &[("done", "infinite")],
    },
    // Each thread arrives in one step: who comes second completes the handing over. 2 orders.
    Case {
        name: "a rendezvous",
        source: "
            let ch = channel();
            let a = spawn(|ch| ch.send(1), ch);
            let b = spawn(|ch| ch.receive(), ch);
            a.join();
            print(b.join());",
        interleavings: "2",
        outcomes: &[("1", "2")],
    },
    // Two tokens, taken in opposite orders, as two locks are. The first one either takes both and
    // puts one back before the other can begin, which leaves 2 places for its last step, before or
    // after the other's first; or the other one takes its first token in between, and both wait for
    // ever. So 2 + 1 for each thread.
    Case {
        name: "a deadlock of two channels",
        source: "
            let a = channel(1); let b = channel(1);
            a.send(()); b.send(());
            fn take(x, y) { x.receive(); y.receive(); y.send(()); x.send(()); }
            let t = spawn(take, a, b); let u = spawn(take, b, a);
            t.join(); u.join();",
        interleavings: "6",
        outcomes: &[("", "4"), ("deadlock", "2")],
    },
    // The threads A and B send; main M chooses twice, in one step each, and prints when it is alone.
    // M first: it waits at both, A or B serves it, and then M and the other one come in 2 orders:
    // 2 x 2, of which half give 1 2. A first: M is served by it, and again 2 orders, both 1 2; or B
    // comes, too, and chance decides: one 1 2, one 2 1. So 3 and 1, and B first the other way round.
    Case {
        name: "a select over two senders",
        source: "
            let a = channel(); let b = channel();
            let t = spawn(|ch| ch.send(1), a); let u = spawn(|ch| ch.send(2), b);
            let first = select([a, b]); let second = select([a, b]);
            t.join(); u.join();
            print(first.value, second.value);",
        interleavings: "12",
        outcomes: &[("1 2", "6"), ("2 1", "6")],
    },
    // Three threads: each sender's step, main's choice and its print. Main chooses first and finds
    // nothing: its print and the two sends in any order, 3! = 6. One send first, 2 ways: main takes
    // it, then its print and the other send in 2 orders: 4. Both sends first, in 2 orders: chance
    // decides, 2 ways: 4.
    Case {
        name: "a select with a default",
        source: "
            let a = channel(1); let b = channel(1);
            let t = spawn(|ch| ch.send(1), a); let u = spawn(|ch| ch.send(2), b);
            print(select([a, b], #{default: 0}).value);",
        interleavings: "14",
        outcomes: &[("0", "6"), ("1", "4"), ("2", "4")],
    },
    // Readers do not keep each other out: two steps each, in C(4, 2) = 6 orders.
    Case {
        name: "two readers overlap",
        source: "
            let rw = RwLock();
            let read = |rw| { with rw.read() { } };
            let a = spawn(read, rw); let b = spawn(read, rw);
            a.join(); b.join();",
        interleavings: "6",
        outcomes: &[("", "6")],
    },
    // Either is first, and the other comes after its end, or in between and waits: 2 x 2. Arriving is a
    // step, since a writer that waits keeps readers out.
    Case {
        name: "a reader and a writer",
        source: "
            let rw = RwLock();
            let a = spawn(|rw| { with rw.read() { } }, rw);
            let b = spawn(|rw| { with rw.write() { } }, rw);
            a.join(); b.join();",
        interleavings: "4",
        outcomes: &[("", "4")],
    },
    // The first thread begins and ends the call, a block; the other asks behind it.
    Case {
        name: "a function that runs once",
        source: "
            let once = Once();
            let a = spawn(|once| once.call(|| 1), once);
            let b = spawn(|once| once.call(|| 2), once);
            print(a.join() == b.join());",
        interleavings: "2",
        outcomes: &[("true", "2")],
    },
    // Two counts in 2 orders; main waits for both.
    Case {
        name: "a latch",
        source: "
            let latch = Latch(2);
            let a = spawn(|latch| latch.count_down(), latch);
            let b = spawn(|latch| latch.count_down(), latch);
            print(latch.wait());",
        interleavings: "2",
        outcomes: &[("true", "2")],
    },
    // From here on, programs that can notice when a thread or a task of a pool has ended: then its end
    // is a step, although nothing was left to do before it.
    //
    // Main submits, asks and prints: S, D, P. The task's end E comes anywhere behind S, and before D
    // in 1 of 3.
    Case {
        name: "whether a task in a process is done",
        source: "
            let pool = ProcessPoolExecutor(1);
            let future = pool.submit(|| 5);
            print(future.done());",
        interleavings: "3",
        outcomes: &[("false", "2"), ("true", "1")],
    },
    // The same with a thread.
    Case {
        name: "whether a task in a thread is done",
        source: "
            let pool = ThreadPoolExecutor(1);
            let future = pool.submit(|| 5);
            print(future.done);",
        interleavings: "3",
        outcomes: &[("false", "2"), ("true", "1")],
    },
    // Start S, question A, print P, and the end E behind S: before A in 1 of 3.
    Case {
        name: "whether a thread is alive",
        source: "
            let t = spawn(|| 1);
            print(t.is_alive());",
        interleavings: "3",
        outcomes: &[("false", "1"), ("true", "2")],
    },
    // The same by counting.
    Case {
        name: "how many threads there are",
        source: "
            spawn(|| { for i in 0..3 { } });
            print(active_count());",
        interleavings: "3",
        outcomes: &[("1", "1"), ("2", "2")],
    },
    // S, the join J, A, P, and E. E first, or E after J: main goes on by it; 1 each, and the thread has
    // ended. Otherwise the time of J is over, and E comes before A (ended), or before or behind P.
    Case {
        name: "a join with a limit",
        source: "
            let t = spawn(|| 1);
            t.join(0.5);
            print(t.is_alive());",
        interleavings: "5",
        outcomes: &[("false", "3"), ("true", "2")],
    },
    // Main submits S1 and S2, asks for the first future N1, its result, for the second N2, its result,
    // learns that there is no third, and prints. N1 needs one end, N2 both. E1 before S2: E2 comes in 3
    // places before N2. E1 after S2: both before N1 in 2 orders; E1 before N1 and E2 in 2 places before
    // N2; or the other way round, which alone gives b first. 3 + 2 + 2 + 2.
    Case {
        name: "futures as they are completed",
        source: "
            let pool = ThreadPoolExecutor(2);
            let a = pool.submit(|| 1); let b = pool.submit(|| 2);
            let order = \"\";
            for future in as_completed([a, b]) { order += future.result(); }
            print(order);",
        interleavings: "9",
        outcomes: &[("12", "7"), ("21", "2")],
    },
    // S1, S2, the wait W, which needs one end, and P. E1 before S2: E2 before W (both are done), or
    // before or behind P. E1 after S2: both before W in 2 orders; or one of the 2 before W, and the
    // other before or behind P.
    Case {
        name: "a wait for the first of two futures",
        source: "
            let pool = ThreadPoolExecutor(2);
            let a = pool.submit(|| 1); let b = pool.submit(|| 2);
            print(wait([a, b], #{return_when: FIRST_COMPLETED}).done.len());",
        interleavings: "9",
        outcomes: &[("1", "6"), ("2", "3")],
    },
    // S1, S2, the question C, and P. E1 before S2: the second task begins at once, and its end is in 3
    // places. E1 between S2 and C: the same. E1 behind C, before or behind P: it was cancelled.
    Case {
        name: "a task that may have begun is cancelled",
        source: "
            let pool = ThreadPoolExecutor(1);
            pool.submit(|| 1); let second = pool.submit(|| 2);
            print(second.cancel());",
        interleavings: "8",
        outcomes: &[("false", "6"), ("true", "2")],
    },
    // The task has ended before its process is killed, or never does.
    Case {
        name: "a process is killed",
        source: "
            let pool = ProcessPoolExecutor(1);
            let future = pool.submit(|| 5);
            pool.kill_workers();
            print(future.exception() == ());",
        interleavings: "2",
        outcomes: &[("false", "1"), ("true", "1")],
    },
    // A thread that the task has started belongs to it: the task ends when the second of the two E has
    // come, in 2 orders. Both before D: 2; one before D, and the other before or behind P: 4; none
    // before D: 2 orders in C(3, 1) places of P = 6.
    Case {
        name: "a task in a process has ended when its threads have",
        source: "
            let pool = ProcessPoolExecutor(1);
            let future = pool.submit(|| { spawn(|| 1); 2 });
            print(future.done());",
        interleavings: "12",
        outcomes: &[("false", "10"), ("true", "2")],
    },
    // Daemons end with main, so that its end is a step: before the daemon's print or behind it.
    Case {
        name: "a daemon ends with main",
        source: "
            let t = Thread(|| print(1), [], #{daemon: true});
            t.start();",
        interleavings: "2",
        outcomes: &[("", "1"), ("1", "1")],
    },
    // No thread writes what they read.
    Case {
        name: "two threads that only read a constant",
        source: "
            const LIMIT = 3; let table = [1, 2, 3];
            let look = || table[0] + LIMIT;
            let a = spawn(look); let b = spawn(look);
            print(a.join() + b.join());",
        interleavings: "1",
        outcomes: &[("8", "1")],
    },
    // Little Book of Semaphores 3.1: the second thread waits for the first.
    Case {
        name: "signalling",
        source: "
            let done = Semaphore(0);
            let a = spawn(|| { done.release(); }); let b = spawn(|| { done.acquire(); });
            a.join(); b.join();",
        interleavings: "1",
        outcomes: &[("", "1")],
    },
    // Wait and set, and the clear behind it: the thread waits before the set, between the two, or finds
    // it cleared and waits for ever.
    Case {
        name: "an event is cleared",
        source: "
            let e = Event();
            let t = spawn(|| { e.wait(); }); e.set(); e.clear(); t.join();",
        interleavings: "3",
        outcomes: &[("", "2"), ("deadlock", "1")],
    },
    // To make text of a handle tells whether the thread has ended: behind the start, the line and the
    // end in 2 orders.
    Case {
        name: "a handle is printed",
        source: "
            let t = spawn(|| 1);
            print(t);",
        interleavings: "2",
        outcomes: &[
            ("Thread(Thread-1, ended)", "1"),
            ("Thread(Thread-1, running)", "1"),
        ],
    },
    // A name is no daemon: nothing is left to choose.
    Case {
        name: "a thread with a name",
        source: "
            let t = Thread(|| 1, [], #{name: \"A\"});
            t.start(); t.join();
            print(2);",
        interleavings: "1",
        outcomes: &[("2", "1")],
    },
];
