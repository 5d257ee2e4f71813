"""Smaller counterexamples break the same law, and say which choices they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import alertable
from alertable.sim.explore.explaining.budget import Budget
from alertable.sim.explore.explaining.minimise import attempt, necessary
from alertable.sim.runtime.schedule import parse
from alertable.sim.runtime.settings import Settings
from alertable.winapi import INFINITE
from tests.explore.rows import in_threads

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def two_ways_to_fail(w: WinApi) -> None:
    """Whoever comes first decides how it ends."""
    cell = w.Interlocked(0)

    def blocks() -> None:
        if cell.fetch_add(1) == 0:
            w.WaitForSingleObject(w.CreateEventW(None, True, False, None), INFINITE)

    def raises() -> None:
        assert cell.fetch_add(1) == 1

    in_threads(w, blocks, raises)


def test_what_is_made_smaller_stays_the_same_finding() -> None:
    violations = alertable.check(two_ways_to_fail, memory="locks", strategy="dpor", keep_going=True).violations
    assert sorted(violation.id for violation in violations) == ["ProgramError", "deadlock"]


def test_a_violation_stands_in_the_column_of_who_broke_the_law() -> None:
    violations = alertable.check(two_ways_to_fail, memory="locks", strategy="dpor", keep_going=True).violations
    assert {violation.id: violation.rows[-1].thread for violation in violations} == {
        "ProgramError": "two_ways_to_fail.2", "deadlock": ""
    }  # fmt: skip


def lost_update(w: WinApi) -> None:
    cell = w.Interlocked(0)
    in_threads(w, *[lambda: cell.store(cell.load() + 1)] * 2)
    assert cell.load() == 2


def test_a_choice_without_which_it_fails_too_is_not_necessary() -> None:
    """The second thread loads between the first one's two steps: that is needed.  Who of them stores first is not."""
    text = "v1: lost_update*3 lost_update.1*2 lost_update.2*2 lost_update.1*2 lost_update.2*2 lost_update*3"
    settings = Settings(memory="locks")
    best = attempt([lost_update], parse(text), settings)
    assert [deviation.step for deviation in best.deviations] == [6, 8]
    assert [deviation.step for deviation in necessary([lost_update], best, settings, Budget())] == [6]
