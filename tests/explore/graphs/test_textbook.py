"""State graphs of textbooks have the size that textbooks say, and so has what a search without reduction finds."""

from __future__ import annotations

import pytest

import alertable
from alertable.sim.explore.graphs.lassos import livelock, starvation, undecided
from tests.explore.textbook import ROWS, Row, counted, measured

MANY = "Die Hard"  # six threads, which begin in any order


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_the_abstract_system_has_the_size_that_is_known(row: Row) -> None:
    assert counted(row.system) == row.size


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.name, marks=[pytest.mark.long] if row.name == MANY else []) for row in ROWS]
)
def test_the_program_has_the_same_graph(row: Row) -> None:
    report = alertable.check(row.program, strategy="states", reduction="none", memory="locks", specs=())
    assert (report.verdict, report.violations) == ("COMPLETE", ())
    assert measured(report.graph) == row.size


def test_nobody_is_starved_by_peterson() -> None:
    program = next(row.program for row in ROWS if row.name == "Peterson")
    graph = alertable.check(program, strategy="states", reduction="none", memory="locks").graph
    assert undecided(graph) == ""
    assert [starvation(graph, f"peterson.{n}") for n in (1, 2)] == [None, None]
    assert livelock(graph) is None
