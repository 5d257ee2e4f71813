"""Brute force against the reduction: the same outcomes, the same violations, an execution for each trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import alertable
from alertable.kernel_model.errors import NotModelled
from alertable.sim.explore.algorithms.dpor import Dpor
from alertable.sim.explore.algorithms.exhaustive import Exhaustive
from alertable.sim.explore.coordinating.search import Search
from tests.audit.generator import MAX_STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.audit.generator import RandomProgram

BRUTE_FORCE_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Comparison:
    """complaints: what one search has and the other has not; counted: the numbers of traces could be compared.

    waste: executions beyond one per trace, which cost time and nothing else.
    """

    complaints: tuple[str, ...] = ()
    compared: bool = True
    counted: bool = False
    executions: int = 0
    waste: int = 0


def compare(program: RandomProgram, *, workers: int = 1, limit: int = BRUTE_FORCE_MAX) -> Comparison:
    """Search twice; not compared where brute force takes more than so many executions, or the model refuses."""
    brute = Search(program.programs(), Exhaustive(shared_memory=False), program.mode.settings())
    try:
        if brute.run(lambda: "enough" if brute.tally.executions >= limit else ""):
            return Comparison(compared=False)
        reduced = _shared_out(program, workers) if workers > 1 else _alone(program)
    except NotModelled:
        return Comparison(compared=False)
    if reduced.bounded:
        return Comparison(compared=False)  # and says so
    assert isinstance(brute.strategy, Exhaustive)
    complaints = [
        *_compared("outcome", reduced.outcomes, brute.tally.outcomes),
        *_compared("violation", reduced.violations, [name for name, _ in brute.tally.violations]),
    ]
    waste = 0
    if reduced.exact and not complaints:
        traces = maximal(brute.strategy.traces)
        if reduced.executions < traces:
            complaints.append(f"traces: {reduced.executions} executions for {traces} of them")
        waste = max(0, reduced.executions - traces) + reduced.redundant
    return Comparison(
        tuple(complaints), counted=reduced.exact and not complaints, executions=brute.tally.executions, waste=waste
    )  # fmt: skip


def maximal(traces: Iterable[frozenset[Any]]) -> int:
    """How many are not a part of another one.

    An execution is over when the last thread that somebody waits for has ended, so what is independent of that end may happen
    before it or not at all.
    """
    known = list(traces)
    return sum(not any(trace < other for other in known) for trace in known)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the reduction found; exact: it counts executions as the other one does; bounded: it did not go through everything."""

    outcomes: Iterable[Any]
    violations: Iterable[str]
    executions: int
    redundant: int
    exact: bool
    bounded: bool


def _alone(program: RandomProgram) -> _Found:
    strategy = Dpor(shared_memory=False, thorough=True)
    search = Search(program.programs(), strategy, program.mode.settings())
    search.run(lambda: "")
    tally = search.tally
    bounded = strategy.cut or strategy.held_back or strategy.lost > 0 or tally.unnamed_locks > 0
    violations = [name for name, _ in tally.violations]
    return _Found(tally.outcomes, violations, tally.executions, strategy.redundant, True, bounded)


def _shared_out(program: RandomProgram, workers: int) -> _Found:
    mode = program.mode
    report: alertable.Report = alertable.check(
        *program.programs(), memory="locks", strategy="dpor", keep_going=True, specs=(), max_steps=MAX_STEPS, clock=mode.clock,
        workers=workers,
    )  # fmt: skip
    violations = [violation.id for violation in report.violations]
    return _Found(report.outcomes, violations, report.executions, 0, False, report.verdict not in ("COMPLETE", "FAILED"))


def _compared(what: str, have: Iterable[Any], want: Iterable[Any]) -> list[str]:
    found, there = set(map(repr, have)), set(map(repr, want))
    lost = [f"lost: {what} {missing}" for missing in sorted(there - found)]
    return lost + [f"invented: {what} {extra}" for extra in sorted(found - there)]
