"""The search over states: what it counts, where it ends, and what it does beside the other searches."""

from __future__ import annotations

from ctypes import byref, c_int64
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.explore.coordinating.anytime import SHARE
from alertable.specs.programs.servers import completion_routines, select_loop
from alertable.winapi import INFINITE
from tests.bench.exploring import scripted
from tests.explore.rows import in_threads, lastzero

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.winapi import WinApi


def states_of(*programs: Any, **options: Any) -> alertable.Report:
    report: alertable.Report = alertable.check(*programs, strategy="states", memory="locks", **options)
    return report


@pytest.mark.parametrize("server", [select_loop, completion_routines])
def test_states_grow_with_messages_and_not_faster(server: Any) -> None:
    sizes = []
    for messages in (1, 2, 3, 4):
        report = states_of(*scripted(server, 1, messages))
        assert report.verdict == "COMPLETE"
        sizes.append(report.statistics["states"])
    steps = [later - sooner for sooner, later in pairwise(sizes)]
    assert steps[0] == steps[1] == steps[2] > 0


def test_with_and_without_a_reduction_the_answer_is_the_same() -> None:
    reduced, everything = states_of(lastzero(3)), states_of(lastzero(3), reduction="none", exact=True)
    assert reduced.verdict == everything.verdict == "COMPLETE"
    assert set(reduced.outcomes) == set(everything.outcomes)
    assert reduced.statistics["states"] < everything.statistics["states"]
    assert everything.statistics["collisions"] == 0


def sleeping(w: WinApi) -> None:
    while True:
        w.SleepEx(10, True)


def polling(w: WinApi) -> None:
    event = w.CreateEventW(None, True, False, None)
    while w.WaitForSingleObject(event, 0):
        pass


def ticking(w: WinApi) -> None:
    timer, due = w.CreateWaitableTimerW(None, False, None), c_int64(-10_000)
    w.SetWaitableTimer(timer, byref(due), 5, None, None, False)
    while True:
        w.WaitForSingleObject(timer, INFINITE)


@pytest.mark.parametrize("clock", ["eager", "free"])
@pytest.mark.parametrize("program", [sleeping, polling, ticking])
def test_a_program_that_never_ends_is_gone_through(program: Callable[[WinApi], None], clock: str) -> None:
    report = alertable.check(program, clock=clock)
    assert (report.verdict, report.outcomes) == ("COMPLETE", {})
    assert report.statistics["states"] < 30


def test_who_counts_rounds_comes_back_to_no_state() -> None:
    def counting(w: WinApi) -> None:
        rounds = 0
        while True:
            rounds += 1
            w.Sleep(1)

    (violation,) = alertable.check(counting, max_steps=200).violations
    assert violation.id == "step-bound"


def test_who_is_given_a_clock_does_not_come_back_either() -> None:
    def watching(w: WinApi) -> int:
        while w.GetTickCount() < 50:
            w.Sleep(10)
        return int(w.GetTickCount())

    report = states_of(watching)
    assert (report.verdict, set(report.outcomes)) == ("COMPLETE", {50})


def test_two_ways_to_different_times_are_two_states_once_somebody_reads_a_clock() -> None:
    def program(w: WinApi) -> int:
        cell = w.Interlocked(0)

        def slow() -> None:
            if not cell.exchange(1):
                w.Sleep(20)

        def fast() -> None:
            cell.exchange(1)

        in_threads(w, slow, fast)
        return int(w.GetTickCount())

    assert set(states_of(program).outcomes) == set(alertable.check(program, strategy="dfs", memory="locks").outcomes) == {0, 20}


def test_where_executions_are_many_and_states_are_few_the_answer_is_that_of_the_states() -> None:
    report = alertable.check(*scripted(completion_routines, 1, 4), memory="locks")
    assert report.verdict == "COMPLETE"
    assert "states" in report.statistics
    assert report.statistics["executions by states"] < 100


def test_at_any_time_the_answer_is_the_strongest_that_is_true() -> None:
    assert 0 < SHARE < 1
    assert alertable.check(lastzero(2), memory="locks", time=30).verdict == "COMPLETE"
    hurried = alertable.check(lastzero(9), memory="locks", time=0.01)
    assert hurried.verdict in ("INCONCLUSIVE", "SAMPLED")


def test_all_interleavings_with_few_preemptions_are_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertable.sim.explore.coordinating.anytime.SHARE", 0.0)
    report = alertable.check(lastzero(2), memory="locks", strategy="states", time=60)
    assert report.verdict == "COMPLETE", "the rounds end where every step of every state was executed"
    assert set(report.outcomes) == set(states_of(lastzero(2), reduction="none").outcomes)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"reduction": "none"}, "reduction is for the strategy 'states'"),
        ({"strategy": "dpor", "exact": True}, "exact is for the strategy 'states'"),
        ({"strategy": "states", "reduction": "some"}, "reduction='some' does not exist; there are 'source', 'none'"),
        ({"strategy": "states", "workers": 2}, "'states' runs in one process"),
        ({"strategy": "states", "resume": "x"}, "only a search by 'dpor' or 'dfs'"),
        ({"time": 1, "time_limit": 1}, "time and time_limit are two limits of one kind"),
        ({"time": float("nan")}, "time=nan"),
    ],
)
def test_bad_input_is_one_line(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("'", ".")):
        alertable.check(lastzero(1), **options)


def test_a_wait_for_an_event_that_nobody_resets_is_a_livelock() -> None:
    def program(w: WinApi) -> None:
        event = w.CreateEventW(None, True, True, None)
        while True:
            w.WaitForSingleObject(event, INFINITE)

    (violation,) = alertable.check(program).violations
    assert violation.id == "S12"
    assert "WaitForSingleObject" in violation.message


def test_where_states_are_too_many_or_bounded_the_other_search_has_to_get_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alertable.sim.explore.states.strategy.MOST_STATES", 5)
    report = alertable.check(lastzero(7), memory="locks")
    assert (report.verdict, report.statistics["executions by search"]) == ("COMPLETE", 320)
    assert states_of(lastzero(3)).verdict == "INCONCLUSIVE"
    limited = alertable.check(*scripted(completion_routines, 1, 4), memory="locks", max_executions=900)
    assert limited.verdict == "INCONCLUSIVE"
