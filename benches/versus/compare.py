"""Runs each work on CPython and on threadlab in turn, and prints a table.

Whole processes are timed, start included, in pairs: one of CPython, one of threadlab, and again.
Each figure is the median of several rounds, and each ratio the median of the pairs' ratios, so that
it holds when the machine's speed drifts. It says how many times as long CPython takes. The processor
time stands beside the time by the clock, because other programs on the machine add to the latter.
What both print is compared too, so that nothing is fast because it is wrong.
"""

import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass
class Work:
    """`operations` and `python_operations`: how many each side does, for the time of one."""

    file: str
    title: str
    reach: str
    operations: int = 1
    python_operations: int = 1
    has_python: bool = True


WORKS = [
    Work("fib", "fib(30)", "2 times"),
    Work("loop", "while-loop of 5M", "2 times"),
    Work("primes", "primes below 100k", "2 times"),
    Work("one_after_other", "twice fib(32), one after the other", ""),
    Work("two_threads", "twice fib(32), in two threads", "1.8 times faster"),
    Work("spawn_join", "spawn + join", "2 us", 100_000, 10_000),
    Work("map", "map over 100k items", "0.5 us", 100_000, 100_000),
    Work("lock", "lock, add, release, 4 threads", "0.3 us", 400_000, 400_000),
    Work("process_primes", "primes below 150k, 2 processes", "ratio 0.5"),
    Work("process_map", "map over 10k items, 2 processes, chunks", "ratio 0.1", 10_000, 10_000),
    Work("process_start", "2 processes that do nothing", "50 ms"),
    Work("async_switch", "switch between two tasks of asyncio", "10 times", 2_000_000, 100_000),
    Work("start", "print(1), whole process", "10 ms, 20 MiB"),
    Work("sleepers", "100k threads that sleep 1 s", "200 MiB", has_python=False),
    Work("print", "print from 4 threads, to a pipe", "1 us", 200_000, 200_000),
    Work("round_trip", "round trip through two queues", "20 times", 400_000, 20_000),
    Work("channel", "round trip through two unbuffered channels", "3 times two queues", 400_000, has_python=False),
    Work("bounded", "item through a bounded queue, 4 to 4", "20 times", 800_000, 40_000),
    Work("semaphore", "semaphore of 2, 4 threads", "10 times", 1_600_000, 80_000),
    Work("semaphore_alone", "semaphore, one thread", "10 times", 4_000_000, 200_000),
    Work("event", "round trip through two events", "10 times", 400_000, 20_000),
    Work("event_alone", "set, wait, clear, one thread", "10 times", 2_000_000, 200_000),
    Work("condition", "turn of 2 threads at a condition", "10 times", 400_000, 20_000),
    Work("condition_alone", "with, notify, one thread", "10 times", 2_000_000, 200_000),
    Work("barrier", "meeting of 4 at a barrier", "10 times", 100_000, 5_000),
    Work("submit", "submit + result", "30 times", 300_000, 10_000),
]


@dataclass
class Run:
    seconds: float
    processor: float
    mebibytes: float
    output: bytes


def run(command):
    """Runs `command` with its output in a pipe, which is read as it comes."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} has ended with status {process.returncode}")
    processor = usage.ru_utime + usage.ru_stime
    return Run(seconds, processor, usage.ru_maxrss / 1024, output)


def middle(runs):
    """The median of each figure."""
    return Run(
        statistics.median(run.seconds for run in runs),
        statistics.median(run.processor for run in runs),
        statistics.median(run.mebibytes for run in runs),
        runs[0].output,
    )


def memory(run):
    """The peak, which Linux never counts lower than this process was when it started the run."""
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{run.mebibytes:.0f} MiB" if run.mebibytes > floor else f"< {floor:.0f} MiB"


def check(work, ours, theirs):
    """That both have printed the same, and threads that print have lost and torn nothing."""
    if work.file == "print":
        # CPython's own lines are torn at times: it writes the line end by itself.
        last = dict.fromkeys("ABCD", -1)
        for line in ours.output.decode().splitlines():
            name, number = line.split()
            if int(number) != last[name] + 1:
                sys.exit(f"print: '{line}' is out of order")
            last[name] = int(number)
        if sum(last.values()) + 4 != work.operations:
            sys.exit(f"print: the last lines are {last}")
    elif theirs and work.operations == work.python_operations:
        if ours.output != theirs.output:
            sys.exit(f"{work.file}: threadlab and CPython have printed different values")


def scaled(seconds, operations):
    """The time of one operation, or of the whole, in a unit that fits."""
    if operations == 1:
        return f"{seconds * 1e3:.0f} ms"
    return f"{seconds / operations * 1e6:.2f} us"


def compare(work, binary, rounds):
    """One line of the table, and both sides' medians."""
    ours, theirs = [], []
    for _ in range(rounds):
        if work.has_python:
            theirs.append(run([sys.executable, str(HERE / f"{work.file}.py")]))
        ours.append(run([binary, str(HERE / f"{work.file}.rhai")]))
    pairs = list(zip(theirs, ours))
    ours, theirs = middle(ours), middle(theirs) if theirs else None
    check(work, ours, theirs)
    clock = processor = python = "-"
    if theirs:
        scale = work.operations / work.python_operations

        def ratio(figure):
            ratios = (getattr(a, figure) / getattr(b, figure) * scale for a, b in pairs)
            return f"{statistics.median(ratios):.1f}"

        clock, processor = ratio("seconds"), ratio("processor")
        python = scaled(theirs.seconds, work.python_operations)
    cells = [
        work.title,
        python,
        scaled(ours.seconds, work.operations),
        clock,
        scaled(ours.processor, work.operations),
        processor,
        memory(ours),
        work.reach,
    ]
    return cells, ours, theirs


def main():
    binary, *rest = sys.argv[1:]
    rounds = int(rest.pop(0)) if rest and rest[0].isdigit() else 5
    works = [work for work in WORKS if not rest or work.file in rest]
    head = ["work", "CPython", "threadlab", "times", "processor", "times", "memory", "reach"]
    table = [head]
    found = {}
    for work in works:
        cells, *found[work.file] = compare(work, binary, rounds)
        table.append(cells)
    widths = [max(map(len, column)) for column in zip(*table)]
    table.insert(1, ["-" * width for width in widths])
    print(f"CPython {platform.python_version()}, {os.cpu_count()} cores, median of {rounds} pairs\n")
    for cells in table:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths))
        print("|", " | ".join(padded), "|")
    if {"one_after_other", "two_threads"} <= found.keys():
        for side, name in enumerate(["threadlab", "CPython"]):
            apart, together = found["one_after_other"][side], found["two_threads"][side]
            print(
                f"\n{name}: two threads are {apart.seconds / together.seconds:.2f} times as fast"
                f" by the clock, and cost {together.processor / apart.processor:.2f} times as much"
                " processor time"
            )


main()
