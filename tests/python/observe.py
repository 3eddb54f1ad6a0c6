"""Runs the programs of a file again and again, and writes what their threads have printed.

Usage: python3 observe.py PROGRAMS.txt RUNS > concurrent.txt

Each program is followed by one line for each thing that was seen: a list of pairs, the name of a
thread and the lines that it printed in their order. `print` writes once here, and between any two
instructions a thread may give way to the others, so that runs differ.
"""

import json
import os
import subprocess
import sys

HEAD = """
import builtins, random, sys, threading, time
sys.setswitchinterval(1e-6)
def _trace(frame, event, arg):
    if frame.f_code.co_filename != "<string>":
        return None
    frame.f_trace_opcodes = True
    if random.random() < 0.2:
        time.sleep(random.choice((0, 0.0001)))
    return _trace
def _print(*values, sep=" ", end="\\n", file=None, flush=False):
    text = sep.join(map(str, values)) + end
    sys.stdout.write(threading.current_thread().name + "\\t" + text)
builtins.print = _print
threading.settrace(_trace)
def _program():
    exec(compile(_text, "<string>", "exec"), {"__name__": "__main__"})
sys.settrace(_trace)
"""


def observed(text, runs):
    """What was seen in so many runs."""
    seen = set()
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    program = f"{HEAD}_text = {text!r}\n_program()\n"
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, env=environment
        )
        threads = {}
        for line in done.stdout.splitlines():
            name, _, printed = line.partition("\t")
            threads.setdefault(name, []).append(printed)
        seen.add(json.dumps(sorted(threads.items())))
    return sorted(seen)


def main():
    path, runs = sys.argv[1], int(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        blocks = file.read().split("=== ")[1:]
    for block in blocks:
        name, text = block.split("\n", 1)
        text = text.split("--- seen\n")[0]
        print(f"=== {name}\n{text}--- seen")
        for line in observed(text, runs):
            print(line)
        sys.stdout.flush()


main()
