"""The estimate of a search's size: exact for a uniform tree, right in the end for others, and part of what is reported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import alertable
from alertable.cli import main
from alertable.sim.explore.answering.estimate import Whole
from alertable.terminal import about
from tests.explore.rows import lastzero, lockinc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def watched(program: Any, **options: Any) -> tuple[int, list[tuple[int, Whole | None]]]:
    said: list[tuple[int, Whole | None]] = []

    def progress(executions: int, _seconds: float, whole: Callable[[], Whole | None]) -> None:
        said.append((executions, whole()))

    report = alertable.check(program, memory="locks", progress=progress, **{"strategy": "dpor", **options})
    return report.executions, said


def test_brute_force_is_estimated_from_its_branches() -> None:
    """All branches of a node are known from the start, so the estimate does not wander off."""
    total, said = watched(lockinc(2), strategy="dfs")
    late = [whole for executions, whole in said if whole is not None and total // 4 <= executions < total]
    assert late
    assert all(total / 3 <= whole.executions <= 3 * total for whole in late)


def test_the_reduction_ends_where_it_says() -> None:
    total, said = watched(lastzero(7))
    known = [(executions, whole) for executions, whole in said if whole is not None]
    assert all(whole.executions >= executions for executions, whole in known)
    before_the_end = known[-2][1]
    assert before_the_end.executions == pytest.approx(total, rel=0.05)
    assert 0 <= before_the_end.error < 1


def test_a_search_that_ended_early_says_how_much_is_left(tmp_path: Path) -> None:
    report = alertable.check(lastzero(7), memory="locks", strategy="dpor", max_executions=200)
    assert report.verdict == "INCONCLUSIVE"
    assert report.whole is not None
    assert report.whole.executions > 200
    assert alertable.check(lastzero(3), memory="locks", strategy="dpor").whole is None
    path = tmp_path / "many.py"
    path.write_text("from tests.explore.rows import lastzero\nprogram = lastzero(6)\n", encoding="utf-8")
    words = ["check", str(path), "--memory", "locks", "--strategy", "dpor", "--max-executions", "100"]
    words += ["--store", str(tmp_path / "store")]
    result = CliRunner().invoke(main, words)
    whole = alertable.check(lastzero(6), memory="locks", strategy="dpor", max_executions=100).whole
    assert f"so far 100 executions {about(whole)}" in result.output
    said = json.loads(CliRunner().invoke(main, [*words, "--json"]).output)
    assert set(said["whole"]) == {"executions", "error"}


def test_progress_may_take_two_or_three() -> None:
    said = []
    program, note = lastzero(3), lambda executions, seconds: said.append((executions, seconds))
    alertable.check(program, memory="locks", strategy="dpor", progress=note)
    assert [executions for executions, _ in said] == list(range(1, 13))


def test_an_estimate_in_words() -> None:
    assert about(Whole(12_345, 0.256)) == "of about 12,345 or more (+-26%)"
    assert about(None) == ""
