"""What exploring costs beside another state of the sources: `python -m tests.bench.beside TREE ...`, each a checkout.

One process for each tree, this one last; they take turns, row by row and round by round, so that whatever else the machine does
concerns all of them alike.  Processor time, not the clock; of each row the median of the rounds.  `memory="locks"`, by dpor.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any, Final

ROUNDS: Final = 7
ROWS: Final = {
    "lastzero(5)": "[lastzero(5)], None, 3",
    "lastzero(7)": "[lastzero(7)], None, 1",
    "lockinc(5)": "[lockinc(5)], None, 2",
    "completion routines, 3 peers": "scripted(completion_routines, 3), 1_000, 1",
    "completion port, 3 peers": "scripted(completion_port, 3), 1_000, 1",
}
# Runs in any state: the packages were not always parts of alertable, nor sim.explore in rooms.
# The search alone, then the whole check; steps; executions.
SERVED: Final = """
import importlib, json, sys, time
for package, room in (("alertable.", ".coordinating"), ("alertable.", ""), ("", "")):
    try:
        search = importlib.import_module(f"{package}sim.explore{room}.search")
        check = importlib.import_module(f"{package}sim.explore.check").check
        completion_port = importlib.import_module(f"{package}specs.programs.servers.completion_port")
        completion_routines = importlib.import_module(f"{package}specs.programs.servers.completion_routines")
        break
    except ImportError:
        pass
from tests.bench.exploring import scripted
from tests.explore.rows import lastzero, lockinc

spent, run = [0.0], search.Search.run

def timed(self, why_stop):
    begun = time.process_time()
    try:
        return run(self, why_stop)
    finally:
        spent[0] += time.process_time() - begun

search.Search.run = timed
for line in sys.stdin:
    programs, limit, times = eval(line)
    executions, steps, spent[0], begun = 0, 0, 0.0, time.process_time()
    for _ in range(times):
        report = check(programs, memory="locks", strategy="dpor", max_executions=limit)
        executions += report.executions
        steps += report.statistics["steps"]
    print(json.dumps([executions / spent[0], executions / (time.process_time() - begun), steps / executions]), flush=True)
"""


def main(trees: list[str]) -> None:
    trees = [*trees, os.getcwd()]
    served = [_served(tree) for tree in trees]
    for name, row in ROWS.items():
        found: list[list[list[float]]] = [[] for _ in trees]
        for number in range(ROUNDS + 1):
            for process, figures in zip(served, found, strict=True):
                answer = _asked(process, row)
                if number:  # the first is to get warm
                    figures.append(answer)
        base = [statistics.median(figure[i] for figure in found[0]) for i in (0, 1)]
        for tree, figures in zip(trees, found, strict=True):
            search, check, steps = (statistics.median(figure[i] for figure in figures) for i in range(3))
            print(f"{name:30} {os.path.basename(tree):12} search {search:6,.0f} /s ({search / base[0]:4.0%})   "
                  f"check {check:6,.0f} /s ({check / base[1]:4.0%})   {steps:5.1f} steps each", flush=True)  # fmt: skip
    for process in served:
        process.communicate()


def _served(tree: str) -> subprocess.Popen[str]:
    there = {**os.environ, "PYTHONPATH": os.path.abspath(tree)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", SERVED], cwd=tree, env=there, stdin=pipe, stdout=pipe, text=True)


def _asked(process: subprocess.Popen[str], row: str) -> list[float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(row + "\n")
    process.stdin.flush()
    answer: Any = json.loads(process.stdout.readline())
    return [float(figure) for figure in answer]


if __name__ == "__main__":
    main(sys.argv[1:])
