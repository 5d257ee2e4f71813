"""Schedules that end in a loop for ever."""

from __future__ import annotations

import pytest

from alertable.sim.runtime.outcome import ScheduleError
from alertable.sim.runtime.schedule import is_lasso, lasso, parse, render, steps_of_lasso


def test_a_lasso_is_text_and_back() -> None:
    text = lasso([("a", 2), ("b", 1)], [("c", 1), ("!x", 0), ("d", 3)])
    assert text == "v1: a*2 b [ c !x d*3 ]*inf"
    assert is_lasso(text)
    assert steps_of_lasso(text) == (3, 4)
    assert parse(text) == [("a", 2), ("b", 1), ("c", 1), ("!x", 0), ("d", 3)]
    assert not is_lasso(render(parse(text)))


def test_a_loop_from_the_beginning() -> None:
    assert lasso([], [("a", 1)]) == "v1: [ a ]*inf"
    assert steps_of_lasso("v1: [ a ]*inf") == (0, 1)


def test_long_loops_are_folded_and_counted() -> None:
    loop = [("a", 1), ("b", 1)] * 60
    text = lasso([("c", 1), ("d", 1)] * 80, loop)
    assert text == "v1: [ c d ]*80 [ [ a b ]*60 ]*inf"
    assert steps_of_lasso(text) == (160, 120)


@pytest.mark.parametrize("text", ["v1: [ a ]*inf b", "v1: [ [ a ]*inf ]*2", "v1: [ [ a ]*inf b ]*inf"])
def test_a_loop_for_ever_is_the_end(text: str) -> None:
    with pytest.raises(ScheduleError, match=r"'\]\*inf': a loop that goes on for ever is the end of a schedule"):
        parse(text)
