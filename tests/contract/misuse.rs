//! Wrong use: the answer says where, what was found, what was expected, and what to do.

use super::common::{MODES, Mode, run, type_in};
use threadlab::event::Kind;

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
        "1:5 unknown function: jumble (array) / see what an array can do: `:help array`",
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
            "1:12 unknown function: b ()",
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
            "Exception in thread Thread-1: RuntimeError: Thread-1 waits for itself: a thread cannot wait for its \
          own end (line 1, column 43)",
        ),
        (
            "let l = RLock();\nl.acquire(); let t = Thread(|| l.release(), [], #{name: \"B\"});\n\
          t.start(); t.join();",
            "Exception in thread B: RuntimeError: release of an RLock that main has held since line 2: only the \
          thread that acquired it releases it (line 2, column 34)",
        ),
        (
            "let l = RLock();\nlet a = Thread(|| { with l { sleep(0.5); } }, [], #{name: \"A\"});\n\
          a.start(); while !l.locked() { sleep(0.001); }\nspawn(|| l.release()).join();",
            "Exception in thread Thread-1: RuntimeError: release of an RLock that A has held since line 2: only the \
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

/// Wrong uses, each with the class that Python gives its error, as `e.class` shows it. What is defined
/// before stands in a line of its own.
const CLASSES: &[(&str, &str)] = &[
    ("pool(0)", "ValueError"),
    ("ProcessPoolExecutor(0)", "ValueError"),
    ("Semaphore(-1)", "ValueError"),
    ("BoundedSemaphore(1).release()", "ValueError"),
    ("Semaphore(1).release(0)", "ValueError"),
    ("Barrier(0)", "ValueError"),
    ("Latch(-1)", "ValueError"),
    ("Latch(0).count_down()", "ValueError"),
    ("channel(-1)", "ValueError"),
    ("let q = Queue(); q.task_done()", "ValueError"),
    ("Lock().acquire(-1)", "ValueError"),
    ("Lock().acquire(false, 1)", "ValueError"),
    ("sleep(-1)", "ValueError"),
    ("random.choice([])", "ValueError"),
    ("parse_int(\"4o\")", "ValueError"),
    ("Lock().release()", "RuntimeError"),
    ("RLock().release()", "RuntimeError"),
    (
        "let l = RLock(); spawn(|| l.acquire()).join(); l.release()",
        "RuntimeError",
    ),
    ("Condition().notify()", "RuntimeError"),
    ("let c = Condition(); c.wait()", "RuntimeError"),
    ("RwLock().release_read()", "RuntimeError"),
    ("let t = spawn(|| 1); t.start()", "RuntimeError"),
    ("Thread(|| 1).join()", "RuntimeError"),
    ("current_thread().join()", "RuntimeError"),
    (
        "let p = pool(1); p.shutdown(); p.submit(|| 1)",
        "RuntimeError",
    ),
    (
        "let o = Once(); try { o.call(|| throw 1); } catch { } o.call(|| 1)",
        "RuntimeError",
    ),
    (
        "let b = Barrier(2); b.abort(); b.wait()",
        "threading.BrokenBarrierError",
    ),
    ("Thread(5)", "TypeError"),
    ("Thread(|| 1, [], #{colour: 1})", "TypeError"),
    ("spawn()", "TypeError"),
    ("pool(1).submit(5)", "TypeError"),
    ("let a = Atomic(\"x\"); a.fetch_add(1)", "TypeError"),
    ("Condition(5)", "TypeError"),
    (
        "let q = PriorityQueue(); q.put(1); q.put(\"a\")",
        "TypeError",
    ),
    ("fn f(x) { x }\nf(1, 2)", "TypeError"),
    ("ThreadLocal().get(\"x\")", "AttributeError"),
    ("Queue().get_nowait()", "queue.Empty"),
    ("let q = Queue(1); q.put(1); q.put_nowait(2)", "queue.Full"),
    ("let q = Queue(); q.shutdown(); q.get()", "queue.ShutDown"),
    ("channel().try_receive()", "queue.Empty"),
    ("let c = channel(); c.close(); c.send(1)", "Closed"),
    (
        "let p = pool(1); p.submit(|| sleep(0.2)).result(0.01)",
        "TimeoutError",
    ),
    (
        "let p = pool(1); p.submit(|| sleep(0.05)); let f = p.submit(|| 1); f.cancel(); f.result()",
        "concurrent.futures.CancelledError",
    ),
    (
        "let p = ThreadPoolExecutor(1, \"\", || throw 1); p.submit(|| 1).result()",
        "concurrent.futures.BrokenThreadPool",
    ),
    ("asyncio.BoundedSemaphore(1).release()", "ValueError"),
    ("asyncio.Lock().release()", "RuntimeError"),
    ("let q = asyncio.Queue(); q.task_done()", "ValueError"),
    ("asyncio.create_task(|| 1)", "RuntimeError"),
    (
        "asyncio.run(|| { asyncio.create_task(|| 1).result() })",
        "asyncio.InvalidStateError",
    ),
    (
        "asyncio.run(|| { let t = asyncio.create_task(|| 1); t.cancel(); await t })",
        "asyncio.CancelledError",
    ),
    (
        "asyncio.run(|| await asyncio.wait_for(asyncio.sleep(60), 0.01))",
        "TimeoutError",
    ),
    (
        "asyncio.run(|| { with asyncio.TaskGroup() as g { g.create_task(|| throw 1); } })",
        "ExceptionGroup",
    ),
    ("1 / 0", "ZeroDivisionError"),
    ("blob(9000000000000)", "MemoryError"),
    ("9223372036854775807 + 1", "OverflowError"),
    ("[][0]", "IndexError"),
    ("\"\"[0]", "IndexError"),
    ("fn f() { y }\nf()", "NameError"),
    ("fn f() { g() }\nf()", "NameError"),
    ("fn f() { f() }\nf()", "RecursionError"),
    ("let x = 1; if x { }", "TypeError"),
    ("assert(false)", "AssertionError"),
];

#[test]
fn every_wrong_use_has_the_class_that_python_gives_it() {
    let mut broken = Vec::new();
    for mode in MODES {
        for (code, class) in CLASSES {
            // At the prompt each text stands for itself.
            let (before, code) = code.rsplit_once('\n').unwrap_or(("", code));
            let caught = format!("try {{ {code}; }} catch (e) {{ print(e.class); }}");
            let ended = type_in(mode, &[before, &caught]);
            let own = ended.events.iter().filter(|event| event.thread.number == 1);
            let printed: Vec<&str> = own
                .filter_map(|event| match &event.kind {
                    Kind::Print { text, .. } => Some(&**text),
                    _ => None,
                })
                .collect();
            if printed != [*class] {
                broken.push(format!("{mode:?} {code}: {printed:?}, not {class}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_class_is_recognised_by_its_own_name_and_those_it_derives_from() {
    for mode in MODES {
        let ended = run(
            mode,
            "fn among(f, names) { try { f.call(); } catch (e) { return names.map(|n| isinstance(e, n)); } }
             print(among(|| 1 / 0, [\"ZeroDivisionError\", \"ArithmeticError\", \"Exception\", \"ValueError\"]));
             print(among(|| Queue().get_nowait(), [\"Empty\", \"queue.Empty\", \"Full\", [\"Full\", \"Empty\"]]));
             print(among(|| { throw \"no\"; }, [\"Exception\", \"ValueError\"]));
             print(among(|| { throw #{error: \"TooSmall\"}; }, [\"TooSmall\", \"Exception\", \"Other\"]));
             print(among(|| { throw #{error: \"IndexError\"}; }, [\"LookupError\", \"KeyError\"]));
             asyncio.run(|| {
                 let t = asyncio.create_task(|| await asyncio.sleep(60));
                 t.cancel();
                 try { await t; } catch (e) {
                     print(isinstance(e, \"Exception\"), isinstance(e, \"BaseException\"),
                           isinstance(e, \"CancelledError\"));
                 }
             });",
        );
        assert_eq!(
            ended.lines(),
            [
                "[true, true, true, false]",
                "[true, true, false, true]",
                "[true, false]",
                "[true, true, false]",
                "[true, false]",
                "false true true"
            ],
            "{mode:?}"
        );
    }
}

#[test]
fn the_class_crosses_to_another_process_and_back() {
    for mode in MODES {
        let ended = run(
            mode,
            "let p = ProcessPoolExecutor(1);
             fn work() { BoundedSemaphore(1).release(); }
             try { p.submit(work).result(); } catch (e) { print(e.class, isinstance(e, \"Exception\")); }
             try { p.submit(|| 1 / 0).result(); } catch (e) { print(e.class); }",
        );
        assert_eq!(
            ended.lines(),
            ["ValueError true", "ZeroDivisionError"],
            "{mode:?}"
        );
    }
}
