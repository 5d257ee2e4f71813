"""Planted faults: what somebody might write by mistake, and the test that notices.

A mutant is data: a piece of text in one function (or one table), what stands there instead, and the test that must fail then.
`specs.mutants.plant` puts it into a running process; `python -m tests.mutants` runs them; docs/mutants.md lists them.
A mutant that no test notices is a gap of the tests: the missing test is an ordinary one, and states a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Final

AREAS: Final = {
    "ke": "waits, APCs, events, mutexes, semaphores, timers, completion ports",
    "io": "I/O requests, cancellation, handles, threads, user-mode locks",
    "sockets": "AFD and TCP/IP: connect, accept, read, write, close, readiness, datagrams; window messages",
    "answers": "what a check answers: verdicts, samples before a search, limits, what is said about itself",
    "footprints": "what objects say that a step reads and writes",
    "search": "the reduction, its wakeup trees and paths, samples, loops, workers, kept searches",
    "explained": "smaller counterexamples, necessary choices, races that decide, stories, tables",
    "win32": "the user-mode side: arguments, time-outs, routines, error codes, memory of programs",
    "sanitizers": "laws, data races, properties of users",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One planted fault.

    where: "module:function" or "module:Class.method" (a name at module level is a dict).
    text: what stands there, exactly once in the function; planted: what the mutant has instead.
    test: the pytest node that fails; executions: at most so many runs of programs until then (0: it runs none).
    """

    id: str
    wrong: str
    why: str
    where: str
    text: str
    planted: str
    test: str
    executions: int = 0

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return self.where.partition(":")[0]

    @property
    def name(self) -> str:
        """The qualified name within the module."""
        return self.where.partition(":")[2]


def mutants() -> dict[str, Mutant]:
    """All of them by id, area by area."""
    found: dict[str, Mutant] = {}
    for area in AREAS:
        for mutant in import_module(f"alertable.specs.mutants.{area}").MUTANTS:
            if mutant.id in found:
                raise ValueError(f"specs/mutants/{area}.py: the id {mutant.id!r} is used twice")
            found[mutant.id] = mutant
    return found
