//! Examples in the manner of Python's own documentation, pasted: what they are translated to runs,
//! and prints what it prints there.

use threadlab::language::python::{nothing_earlier, translate};

use super::common::{MODES, Mode, run};

/// A text of Python, and what it prints.
struct Example {
    name: &'static str,
    python: &'static str,
    lines: &'static [&'static str],
}

const EXAMPLES: &[Example] = &[
    Example {
        name: "a release too many is a ValueError",
        python: r#"
import threading

places = threading.Semaphore(1)
places.release()
print(places.acquire(blocking=False), places.acquire(blocking=False), places.acquire(blocking=False))
strict = threading.BoundedSemaphore(1)
try:
    strict.release()
except ValueError as e:
    print("refused:", e)
"#,
        lines: &[
            "True True False",
            "refused: Semaphore released too many times",
        ],
    },
    Example {
        name: "a cancellation is no Exception",
        python: r#"
import asyncio

async def poll():
    while True:
        try:
            await asyncio.sleep(0.04)
            raise ValueError("flaky")
        except Exception as e:
            print("retry after", e)

async def main():
    task = asyncio.create_task(poll())
    await asyncio.sleep(0.1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("poll stopped")

asyncio.run(main())
"#,
        lines: &["retry after flaky", "retry after flaky", "poll stopped"],
    },
    Example {
        name: "a queue of work",
        python: r#"
import asyncio
import random
import time

async def worker(name, queue):
    while True:
        # Get a "work item" out of the queue.
        sleep_for = await queue.get()
        await asyncio.sleep(sleep_for)
        # Notify the queue that the "work item" has been processed.
        queue.task_done()

async def main():
    queue = asyncio.Queue()
    total_sleep_time = 0
    for _ in range(6):
        sleep_for = random.uniform(0.005, 0.01)
        total_sleep_time += sleep_for
        queue.put_nowait(sleep_for)
    tasks = []
    for i in range(3):
        task = asyncio.create_task(worker(f'worker-{i}', queue))
        tasks.append(task)
    started_at = time.monotonic()
    await queue.join()
    total_slept_for = time.monotonic() - started_at
    for task in tasks:
        task.cancel()
    # Wait until all worker tasks are cancelled.
    await asyncio.gather(*tasks, return_exceptions=True)
    print('====')
    print(total_slept_for < total_sleep_time)

asyncio.run(main())
"#,
        lines: &["====", "True"],
    },
    Example {
        name: "tasks",
        python: r#"
import asyncio
import time

async def say_after(delay, what):
    await asyncio.sleep(delay)
    print(what)

async def main():
    task1 = asyncio.create_task(say_after(0.02, 'hello'))
    task2 = asyncio.create_task(
        say_after(0.01, 'world'))
    print("started")
    begun = time.perf_counter()
    await task1
    await task2
    print(f"finished, {time.perf_counter() - begun < 60}")

asyncio.run(main())
"#,
        lines: &["started", "world", "hello", "finished, True"],
    },
    Example {
        name: "gather",
        python: r#"
import asyncio

async def factorial(name, number):
    f = 1
    for i in range(2, number + 1):
        print(f"Task {name}: Compute factorial({number}), currently i={i}...")
        await asyncio.sleep(0.001)
        f *= i
    print(f"Task {name}: factorial({number}) = {f}")
    return f

async def main():
    # Schedule three calls *concurrently*:
    L = await asyncio.gather(
        factorial("A", 2),
        factorial("B", 2),
    )
    print(L)
    calls = [factorial("C", 1), factorial("D", 1)]
    print(await asyncio.gather(*calls))
    print(await asyncio.gather(*[factorial(name, 0) for name in ["x", "y"]]))
    print(await asyncio.gather(*(factorial(i, i) for i in range(2))))
    tasks = [asyncio.create_task(factorial("z", i), name="bob") for i in range(2)]
    print(await tasks[0], tasks[1].name)

asyncio.run(main())
"#,
        lines: &[
            "Task A: Compute factorial(2), currently i=2...",
            "Task B: Compute factorial(2), currently i=2...",
            "Task A: factorial(2) = 2",
            "Task B: factorial(2) = 2",
            "[2, 2]",
            "Task C: factorial(1) = 1",
            "Task D: factorial(1) = 1",
            "[1, 1]",
            "Task x: factorial(0) = 1",
            "Task y: factorial(0) = 1",
            "[1, 1]",
            "Task 0: factorial(0) = 1",
            "Task 1: factorial(1) = 1",
            "[1, 1]",
            "Task z: factorial(0) = 1",
            "Task z: factorial(1) = 1",
            "1 bob",
        ],
    },
    Example {
        name: "cancellation",
        python: r#"
async def cancel_me():
    print('cancel_me(): before sleep')
    try:
        # Wait for 1 hour
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print('cancel_me(): cancel sleep')
        raise

async def main():
    # Create a "cancel_me" Task
    task = asyncio.create_task(cancel_me())
    await asyncio.sleep(0.01)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("main(): cancel_me is cancelled now")

asyncio.run(main())
"#,
        lines: &[
            "cancel_me(): before sleep",
            "cancel_me(): cancel sleep",
            "main(): cancel_me is cancelled now",
        ],
    },
    Example {
        name: "a time limit",
        python: r#"
async def eternity():
    # Sleep for one hour
    await asyncio.sleep(3600)
    print('yay!')

async def main():
    # Wait for at most a moment
    try:
        await asyncio.wait_for(eternity(), timeout=0.01)
    except TimeoutError:
        print('timeout!')

asyncio.run(main())
"#,
        lines: &["timeout!"],
    },
    Example {
        name: "a group",
        python: r#"
async def main():
    async with asyncio.TaskGroup() as tg:
        task1 = tg.create_task(some_coro(1))
        task2 = tg.create_task(some_coro(2))
    print(f"Both tasks have completed now: {task1.result()}, {task2.result()}")

async def some_coro(n):
    await asyncio.sleep(0.001)
    return n

if __name__ == "__main__":
    asyncio.run(main())
"#,
        lines: &["Both tasks have completed now: 1, 2"],
    },
    Example {
        name: "threads beside tasks, and a lock",
        python: r#"
import asyncio, time
def blocking_io():
    print(f"start blocking_io")
    time.sleep(0.01)
    print(f"blocking_io complete")

async def main():
    await asyncio.gather(
        asyncio.to_thread(blocking_io),
        asyncio.sleep(0.001))
    lock = asyncio.Lock()
    async with lock:
        print("in lock")

asyncio.run(main())
"#,
        lines: &["start blocking_io", "blocking_io complete", "in lock"],
    },
    Example {
        name: "errors of several kinds",
        python: r#"
def risky(n):
    if n == 0:
        raise ValueError("no zeros")
    if n == 1:
        raise KeyError
    if n == 2:
        return 1 / 0
    return [1][n]

def attempt(n):
    try:
        risky(n)
    except ValueError as e:
        print(f"value: {e}")
    except (KeyError, ZeroDivisionError) as error:
        print("key or zero")
    except IndexError:
        print("index")
        raise
    print("on")

for n in range(4):
    try:
        attempt(n)
    except Exception as e:
        print("passed on:", e)

try:
    risky(0)
except TimeoutError:
    print("never")
"#,
        lines: &[
            "value: no zeros",
            "on",
            "key or zero",
            "on",
            "key or zero",
            "on",
            "index",
            "passed on: list index out of range",
        ],
    },
    Example {
        name: "a pool of processes",
        python: r#"
from multiprocessing import Pool

def f(x):
    return x*x

if __name__ == '__main__':
    with Pool(2) as p:
        print(p.map(f, [1, 2, 3]))
"#,
        lines: &["[1, 4, 9]"],
    },
];

#[test]
fn what_is_pasted_runs_as_it_is_translated() {
    let mut broken = Vec::new();
    for example in EXAMPLES {
        let translation = translate(example.python, &nothing_earlier).expect("it is Python");
        if let Some(problem) = translation.problems.first() {
            broken.push(format!("{}: {}", example.name, problem.message));
            continue;
        }
        let ours = translation.text;
        for mode in MODES {
            let is_in_processes = ours.contains("ProcessPool") && !matches!(mode, Mode::Seeded(_));
            let ended = run(mode, &ours);
            if !is_in_processes && ended.lines() != example.lines {
                let (lines, outcomes) = (ended.lines(), ended.outcomes.clone());
                broken.push(format!(
                    "{} {mode:?}: {lines:?} {outcomes:?}\n{ours}",
                    example.name
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
