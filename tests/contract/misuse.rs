//! Wrong use: the answer says where, what was found, what was expected, and what to do.

use super::common::{MODES, Mode, run, type_in};

/// Wrong use: the text, and place, message and advice of the answer.
const BAD_INPUT: &[(&str, &str)] = &[
    (
        "pool(0)",
        "1:1 ThreadPoolExecutor(0): the number of workers is a whole number from 1 to \
     100000 / write ThreadPoolExecutor(4), or ThreadPoolExecutor() for the usual number",
    ),
    (
        "ThreadPoolExecutor(-1)",
        "1:1 ThreadPoolExecutor(-1): the number of workers is a whole \
     number from 1 to 100000 / write ThreadPoolExecutor(4), or ThreadPoolExecutor() for the usual \
     number",
    ),
    (
        "let o = Once(); o.call(5)",
        "1:19 call(...) was given 5 (i64) as its function: the first argument is the function to \
         run / give the function's name without brackets: call(f)",
    ),
    (
        "let rw = RwLock(); rw.acquire_read(false, 1)",
        "1:23 acquire_read(false, ...) was given a time: an acquire that does not wait has no time limit \
         / write acquire_read(false) to look, or acquire_read(seconds) to wait",
    ),
    (
        "let rw = RwLock(); rw.acquire_write(); rw.release_read()",
        "1:43 release_read of an RwLock that this thread holds to write: a thread that took it to \
         read gives it back, once / write release_write()",
    ),
    (
        "let c = channel(); c.close(); c.close()",
        "1:33 the Channel made in line 1 is closed twice: first in line 1 / let only the sender \
         close a channel, once, when it has sent everything",
    ),
    (
        "let p = ThreadPoolExecutor(1); p.shutdown(true, \"yes\")",
        "1:34 expected true or false for cancel_futures, found string",
    ),
    (
        "let p = ThreadPoolExecutor(1); p.shutdown(); with p { }",
        "1:51 `with` on a pool after shutdown: a pool that was shut down takes no new tasks \
         / submit before shutdown, or inside its `with` block; or make a new pool",
    ),
    (
        "multiprocessing.Pool(2)",
        "1:17 unknown function: Pool (i64) / a pool of processes is `ProcessPoolExecutor(2)`, one \
         of threads `ThreadPoolExecutor(2)`",
    ),
    (
        "fn pool3() { } Pool(2)",
        "1:16 unknown function: Pool (i64) / a pool of processes is `ProcessPoolExecutor(2)`, one \
         of threads `ThreadPoolExecutor(2)`",
    ),
    (
        "sleep(-1)",
        "1:1 sleep for -1 seconds: a time to wait is 0 or more seconds, and not for ever \
     / write the time without the minus: `sleep(1)`",
    ),
    (
        "Lock().acquire(-1)",
        "1:8 acquire(-1): a time is a number of seconds, 0 or more / give 0 to \
     look without waiting, or nothing to wait without a limit",
    ),
    (
        "Thread(\"f\")",
        "1:1 Thread(...) was given \"f\" (string) as its function: the first \
     argument is the function that the thread will run / give the function's name without quotes: \
     Thread(f), or a closure: Thread(|| f(1))",
    ),
    (
        "spawn(\"f\")",
        "1:1 Thread(...) was given \"f\" (string) as its function: the first \
     argument is the function that the thread will run / give the function's name without quotes: \
     Thread(f), or a closure: Thread(|| f(1))",
    ),
    (
        "pool(1).submit(5)",
        "1:9 submit(...) was given 5 (i64) as its function: the first argument \
     is the function to run / give the function's name without brackets: submit(f)",
    ),
    (
        "pool(1).map(\"f\", [1])",
        "1:9 map(...) was given \"f\" (string) as its function: the first \
     argument is the function to run / give the function's name without quotes: map(f)",
    ),
    (
        "fn add(a, b) { a + b } add(1)",
        "1:24 add takes 2 arguments, but 1 was given / call it as \
     `add(a, b)`",
    ),
    (
        "sleep()",
        "1:1 sleep takes 1 argument, but 0 were given / call it as `sleep(seconds)`",
    ),
    (
        "Lock(1)",
        "1:1 Lock takes 0 arguments, but 1 was given / call it as `Lock()`",
    ),
    (
        "Lock().acquire(1, 2, 3)",
        "1:8 acquire takes 0 to 2 arguments, but 3 were given / call it \
     as `acquire()`",
    ),
    (
        "spawn()",
        "1:1 spawn takes 1 to 7 arguments, but 0 were given / call it as \
     `spawn(f)`",
    ),
    (
        "let counter = 1; print(countr);",
        "rejected 1:24 nothing is called `countr` / did you mean \
     `counter`?",
    ),
    (
        "fn square(x) { x } sqare(1)",
        "1:20 unknown function: sqare (i64) / did you mean `square`?",
    ),
    (
        "pritn(1)",
        "1:1 unknown function: pritn (i64) / did you mean `print`?",
    ),
    (
        "spawn(|| 1).jion()",
        "1:13 unknown function: Thread.jion / did you mean `join`?",
    ),
    (
        "[1].pusch(2)",
        "1:5 unknown function: pusch (array, i64) / did you mean `push`?",
    ),
    (
        "Lock().frobnicate()",
        "1:8 unknown function: Lock.frobnicate / see what a Lock can do: \
     `:help Lock`",
    ),
    (
        "if true { print(1)",
        "rejected 1:9 this `{` is never closed / add the `}` that belongs to \
     it",
    ),
    (
        "fn f(n) { f(n + 1) } f(0)",
        "1:11 too many nested calls (50000): does a recursion never end? \
     / give the recursion a case in which it does not call itself",
    ),
    (
        "9223372036854775807 + 1",
        "1:21 Addition overflow: 9223372036854775807 + 1",
    ),
    (
        "const A = [1]; A.len(); A.push(2)",
        "1:27 cannot change the constant A / make it a variable: `let A = ...;` instead of `const`",
    ),
    (
        "const A = #{b: [1]}; A.b.push(2)",
        "1:26 cannot change the constant A / make it a variable: `let A = ...;` instead of `const`",
    ),
    (
        "[1].jumble()",
        "1:5 unknown function: jumble (array) / see what it can do: `:help array`",
    ),
    (
        "pool(1).map(twice, [1]);",
        "rejected 1:13 nothing is called `twice` / define it first: `fn twice(...) { ... }`",
    ),
    (
        "zz = pool(1).map(twice, numbers);",
        "rejected 1:1 there is no variable `zz` to assign to / a new variable begins with `let`",
    ),
    (
        "1 / 0",
        "1:3 Division by zero: 1 / 0 / look at the divisor first: `if b != 0 { a / b }`",
    ),
    (
        "[1][1]",
        "1:5 array index 1 is out of bounds: the array has 1 item / the first item \
     has the index 0, the last one 0",
    ),
];

#[test]
fn names_that_lead_to_each_other_are_followed_once() {
    for (lines, expected) in [
        // Rhai's own function, as if there were no variable of its name.
        (&["let len = Fn(\"len\");", "len.call(\"hello\")"][..], "5"),
        (&["let len = Fn(\"len\");", "len(\"hello\")"], "5"),
        (
            &["let a = Fn(\"b\"); let b = Fn(\"a\");", "a.call(1)"],
            "1:3 unknown function: b (i64)",
        ),
        (
            &[
                "let a = Fn(\"b\"); let b = Fn(\"c\"); let c = Fn(\"a\");",
                "a(1)",
            ],
            "1:1 unknown function: b (i64)",
        ),
        (
            &[
                "let a = Fn(\"b\").curry(1); let b = Fn(\"c\").curry(2); let c = |x, y, z| [x, y, z];",
                "a(3)",
            ],
            "[2, 1, 3]",
        ),
        (
            &[
                "let a = Fn(\"b\"); let b = Fn(\"a\");",
                "spawn(|| a.call()).result()",
            ],
            "1:16 unknown function: b ()",
        ),
    ] {
        for mode in MODES {
            let ended = type_in(mode, lines);
            let outcome = ended.outcomes.last().map_or("", String::as_str);
            assert!(
                outcome.starts_with(expected),
                "{mode:?} {lines:?}: {outcome}"
            );
        }
    }
}

#[test]
fn wrong_use_is_answered_with_a_place_and_what_to_do() {
    let mut broken = Vec::new();
    for (text, answer) in BAD_INPUT {
        for mode in [Mode::Parallel(1), Mode::Seeded(1)] {
            let ended = run(mode, text);
            if ended.outcomes != [*answer] {
                broken.push(format!(
                    "{mode:?} {text}\n  {}\n  {answer}",
                    ended.outcomes[0]
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_thread_that_fails_says_where_and_who_holds_what() {
    for (text, line) in [
        (
            "let t = (); t = spawn(|| { sleep(0.01); t.join(); }); t.join();",
            "Exception in thread Thread-1: Thread-1 waits for itself: a thread cannot wait for its \
          own end (line 1, column 43)",
        ),
        (
            "let l = RLock();\nl.acquire(); let t = Thread(|| l.release(), [], #{name: \"B\"});\n\
          t.start(); t.join();",
            "Exception in thread B: release of an RLock that main has held since line 2: only the \
          thread that acquired it releases it (line 2, column 34)",
        ),
        (
            "let l = RLock();\nlet a = Thread(|| { with l { sleep(0.5); } }, [], #{name: \"A\"});\n\
          a.start(); while !l.locked() { sleep(0.001); }\nspawn(|| l.release()).join();",
            "Exception in thread Thread-1: release of an RLock that A has held since line 2: only the \
          thread that acquired it releases it (line 4, column 12)",
        ),
        (
            "fn add(a, b) { a + b }\nspawn(add, 1).join();",
            "Exception in thread Thread-1: add takes 2 arguments, but 1 was given (line 2, column 1)",
        ),
        (
            "let t = Thread(|x| x);\nt.start();",
            "Exception in thread Thread-1: closure takes 1 argument, but 0 were given (line 2, column 3)",
        ),
    ] {
        for mode in MODES {
            let ended = run(mode, text);
            assert_eq!(ended.lines(), [line], "{mode:?} {text}");
            assert_eq!(ended.outcomes, ["()"], "{mode:?} {text}");
        }
    }
}
