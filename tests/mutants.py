"""Runs mutants of specs/mutants: `python -m tests.mutants [ID...]` says of each (of all) whether its test notices.

A nursery has imported everything and has no fault; each mutant is planted in a fork of it, which runs one test.  Where a process
cannot fork (Windows) each mutant has a process of its own.
`python -m tests.mutants --serve` reads one line with an id, or with the tests to run without any fault, and answers with JSON.
"""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from importlib import import_module
from select import select
from typing import Any

import pytest

from alertable.specs.mutants import mutants
from alertable.specs.mutants.plant import plant
from tests.child import PLUGIN, ROOT, python

OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-W", "ignore:Module already imported")
PATIENCE = 60.0  # seconds for one mutant's test, which takes 3 at most without it


@dataclass(eq=False)  # pytest keeps its plugins in a set
class Result:
    """What the tests said.  failed: node -> the last line of why; executions: runs of programs until the end."""

    failed: dict[str, str] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    broken: str = ""  # no answer: a test that could not be collected, a fork that hung or died
    executions: int = 0

    # hooks of pytest
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.when == "call":
            crash = getattr(report.longrepr, "reprcrash", None)
            self.failed[report.nodeid] = str(crash.message if crash is not None else report.longrepr)[:300]
        elif not report.passed:
            self.broken = f"{report.nodeid}: {report.when} {report.outcome}: {str(report.longrepr)[-300:]}"
        elif report.when == "call":
            self.passed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = f"{report.nodeid}: {str(report.longrepr)[-300:]}"


def import_all() -> None:
    """What a fork needs: the modules that mutants name, and the whole door with all that is behind it."""
    for name in dict.fromkeys(("alertable.cli", *(mutant.module for mutant in mutants().values()))):
        import_module(name)


def run(nodes: list[str], mutant: str | None = None) -> Result:
    """Run these tests in this process, with the mutant planted."""
    from hypothesis import settings

    from alertable.sim.runtime.machine import Machine

    result = Result()
    genuine = Machine.run

    def counted(machine: Machine) -> None:
        result.executions += 1
        genuine(machine)

    pytest.MonkeyPatch().setattr(Machine, "run", counted)  # each execution of a program passes here
    settings.register_profile("mutants", database=None, derandomize=True)  # nothing is kept of what a mutant did
    settings.load_profile("mutants")
    if mutant is not None:
        plant(mutants()[mutant])
    silence = io.StringIO()
    with redirect_stdout(silence), redirect_stderr(silence):
        code = pytest.main([*OPTIONS, *PLUGIN, *nodes], plugins=[result])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and not result.broken:
        result.broken = f"pytest ended with {code!r}: {silence.getvalue()[-700:]}"
    return result


def in_a_fork(nodes: list[str], mutant: str | None, patience: float) -> Result:
    """The same in a child, which cannot harm this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            answer = json.dumps(asdict(run(nodes, mutant)))
        except BaseException as e:  # whatever the mutant does: the parent is told
            answer = json.dumps(asdict(Result(broken=f"{type(e).__name__}: {e}")))
        with os.fdopen(writing, "w") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        if not select([pipe], [], [], patience)[0]:
            os.kill(child, 9)
            os.waitpid(child, 0)
            return Result(broken=f"no answer within {patience:g} s")
        answer = pipe.read()
    os.waitpid(child, 0)
    return Result(**json.loads(answer)) if answer else Result(broken="the process died")


def serve() -> None:
    """Answer line by line until standard input ends."""
    import_all()
    gc.collect()
    gc.freeze()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what tests print is not an answer
    for line in sys.stdin:
        print(json.dumps(asdict(in_a_fork(**json.loads(line)))), file=answers, flush=True)


class Nursery:
    """The process that forks, seen from outside."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None

    def ask(self, nodes: list[str], mutant: str | None = None, patience: float = PATIENCE) -> Result:
        """Run the tests with the mutant, or without any."""
        question = json.dumps({"nodes": nodes, "mutant": mutant, "patience": patience})
        if not hasattr(os, "fork"):
            done = python("-m", "tests.mutants", "--once", question, timeout=patience)
            return Result(**json.loads(done.stdout)) if not done.returncode else Result(broken=done.stderr[-300:])
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.mutants", "--serve"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(question, file=self._server.stdin, flush=True)
        answer = self._server.stdout.readline()
        return Result(**json.loads(answer)) if answer else Result(broken="the nursery died")

    def close(self) -> None:
        """End the process."""
        if self._server is not None:
            self._server.communicate()


def main(words: list[str]) -> int:
    """The command line; 1 if a mutant lives."""
    if words[:1] == ["--serve"]:
        serve()
        return 0
    if words[:1] == ["--once"]:
        question: dict[str, Any] = json.loads(words[1])
        print(json.dumps(asdict(run(question["nodes"], question["mutant"]))))
        return 0
    known = mutants()
    unknown = [word for word in words if word not in known]
    if unknown:
        print(f"there is no mutant {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    nursery, living = Nursery(), 0
    for mutant in [known[word] for word in words] or known.values():
        result = nursery.ask([mutant.test], mutant.id)
        living += not result.failed
        word = "killed" if result.failed else "BROKEN" if result.broken else "LIVES"
        why = next(iter(result.failed.values()), result.broken).partition("\n")[0]
        print(f"{word:<7} {mutant.id:<34} {result.executions:>5} executions  {why[:110]}", flush=True)
    nursery.close()
    return 1 if living else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
