"""Explores the same programs with threadlab, Harmony and SPIN, and prints a table.

Each program stands here three times, written for each of the three by itself. The numbers of threads and
of rounds are replaced in the text. Times are those of the searches, as each tool reports them, and the
processor time of the whole process beside it: translating, compiling SPIN's verifier, and what a report
takes are in neither but the last. Each figure is the least of several rounds.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WORKS = [
    ("increments", 3, 3),
    ("increments", 4, 3),
    ("increments", 4, 4),
    ("increments", 5, 3),
    ("lock", 6, 3),
    ("philosophers", 8, 1),
]
# So long may each search take, in seconds.
PATIENCE = 120


@dataclass
class Search:
    states: int
    steps: int
    seconds: float
    processor: float
    note: str = ""


def run(command, folder):
    """What a command prints, and the processor time that it takes; nothing when it takes too long."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=2 * PATIENCE
        )
    except subprocess.TimeoutExpired:
        return None, 0.0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout + done.stderr, processor


def number(pattern, text):
    """The number that a tool has printed there."""
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"nothing like {pattern!r} in:\n{text[-2000:]}")
    return float(found.group(1).replace(",", ""))


def written(name, ending, threads, rounds, folder):
    """The program with these numbers, in a file."""
    text = (HERE / f"{name}.{ending}").read_text()
    for word, value in [("THREADS", threads), ("ROUNDS", rounds)]:
        text = re.sub(rf"({word}[ =]+)\d+", rf"\g<1>{value}", text, count=1)
    path = Path(folder) / f"program.{ending}"
    path.write_text(text)
    return str(path)


def threadlab(binary, work, folder):
    path = written(work[0], "rhai", *work[1:], folder)
    command = [binary, "explore", "--json", "--seconds", str(PATIENCE), path]
    text, processor = run(command, folder)
    if text is None:
        return None
    report = json.loads(text)
    note = "" if report["proved"] else "not proved"
    return Search(
        report["states"], report["transitions"], report["seconds"], processor, note
    )


def harmony(work, folder):
    path = written(work[0], "hny", *work[1:], folder)
    # Data races are what the first program is about.
    text, processor = run(["harmony", "--noweb", "-R", path], folder)
    if text is None:
        return None
    return Search(
        int(number(r"([\d,]+) states \(time", text)),
        int(number(r"/([\d,]+) computations/edges", text)),
        number(r"states \(time ([\d.]+)", text),
        processor,
    )


def spin(work, folder):
    path = written(work[0], "pml", *work[1:], folder)
    for command in [
        ["spin", "-a", path],
        # Of interleavings that differ only in the order of independent steps it does not do all.
        ["cc", "-O2", "-DMEMLIM=4096", "-w", "-o", "pan", "pan.c"],
    ]:
        run(command, folder)
    text, processor = run(["./pan", "-m1000000", "-w24", "-E"], folder)
    if text is None:
        return None
    return Search(
        int(float(re.search(r"([\d.e+]+) states, stored", text).group(1))),
        int(float(re.search(r"([\d.e+]+) transitions", text).group(1))),
        number(r"elapsed time ([\d.e-]+)", text),
        processor,
    )


def shown(search):
    if search is None:
        return "-"
    states = f"{search.states:,} states, {search.seconds * 1e3:,.0f} ms"
    return f"{states}, {search.note}" if search.note else states


def rate(search):
    if search is None or search.processor == 0:
        return "-"
    return f"{search.steps / max(search.processor, 1e-3) / 1e3:,.0f}k"


def main():
    binary, *rest = sys.argv[1:]
    binary = os.path.abspath(binary)
    rounds = int(rest[0]) if rest else 5
    tools = {"threadlab": lambda work, folder: threadlab(binary, work, folder)}
    if shutil.which("harmony"):
        tools["Harmony"] = harmony
    if shutil.which("spin") and shutil.which("cc"):
        tools["SPIN"] = spin
    names = list(tools)
    table = [["program", *names, "steps/s", *[f"{name} / threadlab" for name in names[1:]]]]
    for work in WORKS:
        found = {}
        for name, tool in tools.items():
            searches = []
            for _ in range(rounds):
                with tempfile.TemporaryDirectory() as folder:
                    search = tool(work, folder)
                searches.append(search)
                if search is None or search.seconds > 10:
                    break
            done = [search for search in searches if search]
            found[name] = min(done, key=lambda one: one.processor) if done else None
        ours = found["threadlab"]
        ratios = []
        for name in names[1:]:
            theirs = found[name]
            ratios.append(f"{theirs.processor / ours.processor:.1f}" if theirs and ours else "-")
        name, threads, times = work
        table.append(
            [
                f"{name}, {threads} x {times}",
                *[shown(found[one]) for one in names],
                rate(ours),
                *ratios,
            ]
        )
        print(f"{name}, {threads} x {times} is done", file=sys.stderr)
    widths = [max(map(len, column)) for column in zip(*table)]
    table.insert(1, ["-" * width for width in widths])
    print(f"{os.cpu_count()} cores, least of {rounds} runs; ratios are of processor time\n")
    for cells in table:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths))
        print("|", " | ".join(padded), "|")


main()
