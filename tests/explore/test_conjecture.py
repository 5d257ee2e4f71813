"""A canary: what is used of hypothesis beyond its public interface is still there, and does what it did."""

from __future__ import annotations

from typing import Any

import hypothesis
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.control import current_build_context
from hypothesis.internal.observability import TestCaseObservation, with_observability_callback

import alertable
from alertable.sim.explore.drawing import conjecture

QUIET = settings(max_examples=50, deadline=None, derandomize=True, database=None)


def test_numbers_are_drawn_with_weights() -> None:
    seen: list[int] = []
    numbers = conjecture.Strategy(lambda them: [them.weighted(1000, {7: 0.5, 0: 0.45}) for _ in range(20)], "numbers")
    assert repr(numbers) == "numbers"

    @settings(QUIET, phases=[Phase.generate])
    @given(numbers, st.integers())
    def draws(drawn: list[int], _other: int) -> None:
        seen.extend(drawn)

    draws()
    assert len(seen) >= 500
    assert 0.4 < seen.count(7) / len(seen) < 0.6, hypothesis.__version__


def test_a_test_case_has_choices_and_its_report_begins_with_them() -> None:
    failed: list[Any] = []
    reported: list[Any] = []

    @QUIET
    @given(st.integers(), st.text())
    def fails(n: int, text: str) -> None:
        data = current_build_context().data
        (reported if conjecture.final() else failed).append(tuple((data.prefix or ()) if conjecture.final() else data.choices))
        assert conjecture.running()
        assert not conjecture.observed()
        assert not conjecture.explicit()
        raise RuntimeError

    try:
        fails()
    except RuntimeError:
        assert reported
    assert set(reported) <= set(failed), hypothesis.__version__


def test_an_example_is_known_as_one() -> None:
    seen = []

    @QUIET
    @example(7)
    @given(st.integers())
    def looks(n: int) -> None:
        seen.append((n, conjecture.explicit()))

    looks()
    assert seen[0] == (7, True), hypothesis.__version__
    assert not any(explicit for _, explicit in seen[1:])
    assert not conjecture.explicit()


def test_a_row_of_observability_is_filled_in() -> None:
    rows: list[Any] = []

    @settings(QUIET, max_examples=5)
    @given(sched=alertable.schedules())
    def passes(sched: Any) -> None:
        alertable.run(lambda w: w.Sleep(0), schedule=sched)

    with with_observability_callback(rows.append):
        passes()
    rows = [row for row in rows if isinstance(row, TestCaseObservation)]
    assert len(rows) >= 1
    for row in rows:
        assert row.arguments["sched"] == row.arguments["Draw schedule 1"] == row.metadata.notes[0].partition("'")[2].rstrip("'")
        assert row.arguments["sched"].startswith("v1: lambda"), hypothesis.__version__
        assert row.arguments["sched"] in row.representation
        assert row.features["steps"] == 3
        assert row.features["preemptions"] == 0
