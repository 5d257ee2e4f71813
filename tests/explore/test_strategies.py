"""Strategies that do not explore everything: preemption bounds, PCT, interleavings drawn by hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import find, given, settings

import alertable
from alertable.sim.explore.sampling.pct import PctChooser, floor
from tests.explore.rows import ainc, in_threads, rw

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def lost_update(w: WinApi) -> int:
    x = w.Interlocked(0)
    in_threads(w, *[lambda: x.store(x.load() + 1)] * 2)
    return x.load()


def test_without_preemptions_no_update_is_lost() -> None:
    report = alertable.check(lost_update, strategy="dfs", preemptions=0)
    assert report.verdict == "BOUNDED"
    assert report.reasons == ("at most 0 preemptions",)
    assert set(report.outcomes) == {2}


def test_one_preemption_is_enough() -> None:
    bounded = [alertable.check(lost_update, strategy="dfs", preemptions=bound) for bound in (0, 1, 2)]
    assert set(bounded[1].outcomes) == {1, 2}
    assert bounded[0].executions < bounded[1].executions < bounded[2].executions
    assert bounded[2].executions <= alertable.check(lost_update, strategy="dfs").executions


def test_a_bound_does_not_go_with_the_reduction() -> None:
    with pytest.raises(ValueError, match="preemptions bound the strategy 'dfs' only"):
        alertable.check(lost_update, preemptions=1)


def test_pct_finds_it_and_says_how_likely_that_was() -> None:
    report = alertable.check(lost_update, strategy="pct", max_executions=200)
    assert report.verdict == "SAMPLED"
    assert set(report.outcomes) == {1, 2}
    assert "each finds a bug of depth 3 with a chance of " in report.reasons[0]
    assert floor(2, 10, 1) == 0.5
    assert floor(2, 10, 3) == 1 / 200


def test_the_same_seed_makes_the_same_choices() -> None:
    def schedule(seed: int) -> str:
        return alertable.run(rw(3), schedule=PctChooser(seed, 40)).schedule

    assert schedule(5) == schedule(5)
    assert len({schedule(seed) for seed in range(10)}) > 3


@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(schedule=alertable.schedules())
def test_every_drawn_interleaving_adds_up(schedule: Any) -> None:
    execution = alertable.run(ainc(3), schedule=schedule)
    assert execution.ok
    assert repr(schedule) == repr(execution.schedule)


def test_shrinking_removes_switches() -> None:
    def loses(schedule: Any) -> bool:
        return bool(alertable.run(lost_update, schedule=schedule).outcome == 1)

    found = find(alertable.schedules(), loses, settings=settings(max_examples=500, derandomize=True, database=None))
    words = repr(found).split()
    longest = alertable.run(lost_update, seed=3).schedule.split()
    assert len(words) <= len(longest)
