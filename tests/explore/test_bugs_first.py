"""Bugs first: what a plain run or a few samples show is found at once, however large the tree; small programs pay nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.explore.coordinating import bugs_first
from tests.explore.rows import in_threads, lastzero, rw

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def early_order(w: WinApi) -> None:
    """The first steps of two threads in one order break it; many races come after them, which a search reverses first."""
    flag, seen = w.Interlocked(0), w.Interlocked(0)
    cells = [w.Interlocked(0) for _ in range(6)]

    def first() -> None:
        seen.store(flag.load())
        for cell in cells:
            cell.fetch_add(1)

    def second() -> None:
        flag.store(1)
        for cell in cells:
            cell.fetch_add(2)

    in_threads(w, first, second)
    assert seen.load() == 0, "the second thread was first"


def test_a_large_tree_does_not_hide_what_a_sample_shows() -> None:
    begun = time.perf_counter()
    report = alertable.check(early_order)
    assert time.perf_counter() - begun < 5
    assert report.verdict == "FAILED"
    assert report.executions < 400
    assert "the second thread was first" in report.violations[0].message
    in_order = alertable.check(early_order, strategy="dpor", memory="shared", max_executions=400)
    assert in_order.verdict == "INCONCLUSIVE", "the search alone finds it too: this program shows nothing any more"


def test_the_default_schedule_comes_before_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bugs_first, "SHORT", 1)
    report = alertable.check(rw(2), memory="locks", max_executions=2)
    assert report.statistics["executions by default"] == 1
    assert report.statistics["executions by search"] == 1


def test_what_a_plain_run_breaks_is_broken_by_the_first_execution() -> None:
    def program(w: WinApi) -> None:
        in_threads(w, *[lambda: w.Sleep(1)] * 2)
        raise RuntimeError("on every schedule")

    report = alertable.check(program)
    assert (report.verdict, report.executions) == ("FAILED", 1)
    assert report.statistics["executions by default"] == 1
    assert alertable.check(program, strategy="dpor").statistics["executions by search"] == 1


def test_the_same_check_twice_is_the_same() -> None:
    first, second = (alertable.check(lastzero(8), memory="locks", max_executions=600) for _ in range(2))
    assert list(first.outcomes.items()) == list(second.outcomes.items())
    assert (first.executions, first.statistics, first.reasons) == (second.executions, second.statistics, second.reasons)


def test_statistics_say_what_each_phase_ran() -> None:
    report = alertable.check(lastzero(7), memory="locks")
    phases = {name: count for name, count in report.statistics.items() if name.startswith("executions by ")}
    assert phases == {
        "executions by default": 1, "executions by random": 150, "executions by pct": 150, "executions by search": 320,
        "executions by states": 250,
    }  # fmt: skip
    assert report.executions == sum(phases.values())
    assert report.verdict == "COMPLETE"


@pytest.mark.parametrize("options", [{}, {"strategy": "dpor"}])
def test_a_small_program_pays_for_no_samples(options: dict[str, Any]) -> None:
    report = alertable.check(rw(2), memory="locks", **options)
    assert (report.verdict, report.executions) == ("COMPLETE", 4)
    assert report.statistics["executions by search"] == 4


def test_a_named_strategy_is_not_preceded_by_samples() -> None:
    assert alertable.check(lastzero(7), memory="locks", strategy="dpor").executions == 320
    assert alertable.check(lastzero(7), memory="locks", strategy="random", max_executions=50).executions == 50


def test_the_limit_counts_samples_too() -> None:
    report = alertable.check(lastzero(7), memory="locks", max_executions=150)
    assert (report.verdict, report.executions) == ("INCONCLUSIVE", 150)
    assert report.statistics["executions by random"] == 49


def test_a_search_that_ends_within_a_bound_is_sampled_beyond_it() -> None:
    def program(w: WinApi) -> int:
        event, looks = w.CreateEventW(None, 1, 0, None), [0]

        def poll() -> None:
            while w.WaitForSingleObject(event, 0):
                looks[0] += 1

        in_threads(w, poll, lambda: w.SetEvent(event))
        return looks[0]

    searched, sampled = alertable.check(program, strategy="dpor"), alertable.check(program)
    assert searched.verdict == sampled.verdict == "BOUNDED"
    assert set(searched.outcomes) < set(sampled.outcomes)


def test_an_unfair_sample_that_does_not_end_is_no_violation() -> None:
    """PCT may let a thread that polls go on for ever; a fair scheduler would not."""

    def program(w: WinApi) -> None:
        event = w.CreateEventW(None, 1, 0, None)

        def poll() -> None:
            while w.WaitForSingleObject(event, 0):
                w.SwitchToThread()

        in_threads(w, poll, poll, lambda: w.SetEvent(event))

    assert alertable.check(program, max_executions=600).ok


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="this program is a closure, which only fork can share out")
def test_samples_come_before_workers_too() -> None:
    report = alertable.check(early_order, workers=2)
    assert report.verdict == "FAILED"
    assert report.statistics["executions by search"] == 0
