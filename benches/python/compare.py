"""Runs each program beside it on CPython and on threadlab, and prints what both take of the processor.

Usage: compare.py THREADLAB [ROUNDS]
"""

import pathlib
import resource
import subprocess
import sys


def run(command):
    """The processor time of a process in seconds, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, done.stdout


def main():
    threadlab = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print("| program | CPython | threadlab | times |")
    print("| --- | --- | --- | --- |")
    for program in sorted((pathlib.Path(__file__).parent / "programs").glob("*.py")):
        commands = [[sys.executable, program], [threadlab, program]]
        least = [float("inf")] * 2
        for _ in range(rounds):
            printed = []
            for at, command in enumerate(commands):
                seconds, output = run(command)
                least[at] = min(least[at], seconds)
                printed.append(output)
            assert printed[0] == printed[1], f"{program.name} prints something else"
        python, own = (f"{1000 * seconds:.0f} ms" for seconds in least)
        print(f"| {program.stem} | {python} | {own} | {least[0] / least[1]:.2f} |")


main()
