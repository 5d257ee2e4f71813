"""The reduction runs exactly as many executions as there are traces: none twice, none in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import alertable
from tests.explore.rows import LONG_ROWS, ROWS, lastzero, lockinc, rw

if TYPE_CHECKING:
    from tests.explore.rows import Program


def exactly(program: Program, traces: int) -> None:
    report = alertable.check(program, memory="locks", strategy="dpor", max_executions=traces + 1)  # one too many is enough
    assert report.ok, report.violations
    assert (report.verdict, report.executions) == ("COMPLETE", traces)
    assert (report.statistics["redundant"], report.statistics["lost"]) == (0, 0)


@pytest.mark.parametrize(("name", "program", "traces"), ROWS, ids=[row[0] for row in ROWS])
def test_one_execution_per_trace(name: str, program: Program, traces: int) -> None:
    exactly(program, traces)


@pytest.mark.long
@pytest.mark.parametrize(("name", "program", "traces"), LONG_ROWS, ids=[row[0] for row in LONG_ROWS])
def test_one_execution_per_trace_of_larger_programs(name: str, program: Program, traces: int) -> None:
    exactly(program, traces)


# Brute force sees the ends of threads too: it takes a minute for the four of lastzero(2).
@pytest.mark.parametrize("program", [lastzero(1), lockinc(2), rw(2)], ids=["lastzero", "lockinc", "rw"])
def test_brute_force_sees_as_many_traces(program: Program) -> None:
    brute = alertable.check(program, memory="locks", strategy="dfs")
    reduced = alertable.check(program, memory="locks", strategy="dpor")
    assert brute.verdict == reduced.verdict == "COMPLETE"
    assert brute.executions > reduced.executions
    assert brute.statistics["traces"] == reduced.executions
    assert brute.outcomes.keys() == reduced.outcomes.keys()


def test_with_shared_memory_every_two_steps_of_a_process_are_dependent() -> None:
    assert alertable.check(rw(2), memory="shared").executions > alertable.check(rw(2), memory="locks", strategy="dpor").executions
