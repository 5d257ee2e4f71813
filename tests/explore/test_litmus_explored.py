"""Every litmus test again, on every interleaving instead of a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import alertable
from alertable.specs.litmus import load

if TYPE_CHECKING:
    from alertable.specs.litmus import Litmus

EXECUTIONS = 150  # a few have more traces than anybody waits for


@pytest.mark.parametrize("litmus", load(), ids=lambda litmus: litmus.path.stem)
def test_no_interleaving_shows_what_windows_does_not_allow(litmus: Litmus) -> None:
    report = alertable.check(litmus, memory="locks", strategy="dpor", max_executions=EXECUTIONS, keep_going=True, specs=())  # type: ignore[call-overload]  # it has fresh()
    assert report.ok, report.violations
    assert set(report.outcomes) <= litmus.expected
    assert report.outcomes


def test_most_are_explored_completely_and_show_all_that_is_allowed() -> None:
    reports = [(x, alertable.check(x, memory="locks", strategy="dpor", max_executions=EXECUTIONS, specs=())) for x in load("k*")]  # type: ignore[call-overload]  # as above
    complete = sum(report.verdict == "COMPLETE" for _, report in reports)
    assert complete >= len(reports) - 8
    assert sum(set(report.outcomes) == litmus.expected for litmus, report in reports) >= len(reports) - 3
