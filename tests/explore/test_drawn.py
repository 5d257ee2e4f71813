"""Interleavings drawn by hypothesis: what it reports, how it shrinks, what works inside programs."""

from __future__ import annotations

import re
import time
from ctypes import c_uint32, c_void_p
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, assume, event, example, given, note, reproduce_failure, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import DeadlineExceeded, Flaky

import alertable
from alertable.winapi import INFINITE

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = settings(max_examples=100, deadline=None, derandomize=True, database=None)
UNEXPLAINED = settings(PLAIN, phases=set(Phase) - {Phase.explain}, print_blob=True)


def counting(n: int, *, mended: bool = False) -> Callable[[Any], int]:
    """Two threads add n each, and lose some where they change places inside an addition."""

    def counting(w: Any) -> int:
        total = [0]
        log = w.CreateEventW(None, 1, 0, None)

        @w.CALLBACK(c_uint32, c_void_p)  # type: ignore[untyped-decorator]  # of the API, which is Any here
        def add(_parameter: Any) -> int:
            for _ in range(n):
                if mended:
                    total[0] += 1
                    continue
                value = total[0]
                w.SetEvent(log)  # another may go first
                total[0] = value + 1
            return 0

        threads = (c_void_p * 2)(*[w.CreateThread(None, 0, add, None, 0, None) for _ in range(2)])
        w.WaitForMultipleObjects(2, threads, 1, INFINITE)
        return total[0]

    return counting


def report(test: Callable[[], None], kind: type[BaseException] | tuple[type[BaseException], ...] = AssertionError) -> str:
    """What hypothesis says about the test, which fails."""
    with pytest.raises(kind) as caught:
        test()
    return "\n".join(caught.value.__notes__)


def shown(text: str, name: str) -> str:
    """The schedule that a report shows for an argument."""
    match = re.search(rf"{name}='(v1:[^']*)'", text)
    assert match is not None, text
    return match[1]


@UNEXPLAINED
@given(n=st.integers(1, 5), irrelevant=st.lists(st.integers()), sched=alertable.schedules())
def loses(n: int, irrelevant: list[int], sched: Any) -> None:
    assert alertable.run(counting(n), schedule=sched).outcome == 2 * n


def test_the_failing_schedule_is_shown_and_is_minimal() -> None:
    text = report(loses)
    assert "n=1" in text
    assert "irrelevant=[]" in text
    assert shown(text, "sched") == "v1: counting*4 counting.1 counting.2*3 counting.1*2 counting*2"


def test_what_is_shown_fails_again_as_an_example() -> None:
    schedule = shown(report(loses), "sched")

    @example(n=1, irrelevant=[], sched=schedule)
    @settings(PLAIN, phases=[Phase.explicit])
    @given(n=st.integers(1, 5), irrelevant=st.lists(st.integers()), sched=alertable.schedules())
    def pasted(n: int, irrelevant: list[int], sched: Any) -> None:
        assert alertable.run(counting(n), schedule=sched).outcome == 2 * n

    assert f"sched={schedule!r}" in report(pasted)


def test_an_example_is_followed_as_far_as_it_fits() -> None:
    schedule = shown(report(loses), "sched")
    runs = []

    @example(sched=schedule)
    @settings(PLAIN, phases=[Phase.explicit])
    @given(sched=alertable.schedules())
    def mended(sched: Any) -> None:
        execution = alertable.run(counting(1, mended=True), schedule=sched)
        runs.append(execution.schedule)
        assert execution.outcome == 2
        with pytest.raises(alertable.ReplayDivergence):
            alertable.replay(counting(1, mended=True), schedule=sched)

    with pytest.warns(UserWarning, match="does not fit any more: step 8: the schedule says 'counting.2'.* then the default"):
        mended()
    assert runs == ["v1: counting*4 counting.1 counting.2*2 counting.1 counting*2"]


def test_a_blob_reproduces_it_and_tells_the_schedule() -> None:
    text = report(loses)
    match = re.search(r"@reproduce_failure\('([^']*)', b'([^']*)'\)", text)
    assert match is not None

    @reproduce_failure(match[1], match[2].encode())
    @UNEXPLAINED
    @given(n=st.integers(1, 5), irrelevant=st.lists(st.integers()), sched=alertable.schedules())
    def again(n: int, irrelevant: list[int], sched: Any) -> None:
        assert alertable.run(counting(n), schedule=sched).outcome == 2 * n

    with pytest.raises(AssertionError):
        again()


def test_a_schedule_that_does_not_matter_is_said_not_to() -> None:
    @PLAIN
    @given(n=st.integers(0, 9), sched=alertable.schedules())
    def waits(n: int, sched: Any) -> None:
        def program(w: Any) -> None:
            event_ = w.CreateEventW(None, 0, 0, None)
            if n > 3:
                w.WaitForSingleObject(event_, INFINITE)

        execution = alertable.run(program, schedule=sched)
        assert execution.violation is None, execution.violation.id

    text = report(waits)
    assert "n=4,\n" in text
    assert "# or any other generated value" in text.partition("sched=")[2]


def test_two_schedules_in_one_test_and_one_inside_it() -> None:
    @UNEXPLAINED
    @given(a=alertable.schedules(), b=alertable.schedules(), data=st.data())
    def differ(a: Any, b: Any, data: Any) -> None:
        c = data.draw(alertable.schedules(), label="third")
        outcomes = [alertable.run(counting(1), schedule=each).outcome for each in (a, b, c)]
        assert outcomes != [2, 1, 2]

    text = report(differ)
    for name, outcome in (("a", 2), ("b", 1)):
        assert alertable.run(counting(1), schedule=shown(text, name)).outcome == outcome
    assert "Draw 1 (third): 'v1: counting*4 counting.1*3 counting.2*3 counting*2'" in text


@PLAIN
@given(sched=alertable.schedules())
def test_run_again_it_is_the_same(sched: Any) -> None:
    first = alertable.run(counting(2), schedule=sched)
    again = alertable.run(counting(2), schedule=sched)
    assert (first.outcome, first.trace, first.schedule) == (again.outcome, again.trace, again.schedule)
    assert repr(sched) == repr(first.schedule)


def test_it_serves_one_program_and_says_so() -> None:
    @UNEXPLAINED
    @given(sched=alertable.schedules())
    def two(sched: Any) -> None:
        alertable.run(counting(1), schedule=sched)
        alertable.run(counting(2), schedule=sched)

    with pytest.raises(alertable.ReplayDivergence, match="took this drawn schedule: for another program draw another") as caught:
        two()
    assert "sched='v1: counting" in "\n".join(caught.value.__notes__)


def test_what_was_never_run_is_the_default_schedule() -> None:
    @UNEXPLAINED
    @given(sched=alertable.schedules())
    def nothing(sched: Any) -> None:
        raise AssertionError

    assert "sched='v1:'," in report(nothing)


def test_too_slow_with_its_schedule() -> None:
    @settings(UNEXPLAINED, deadline=20)
    @given(sched=alertable.schedules())
    def slow(sched: Any) -> None:
        if alertable.run(counting(1), schedule=sched).outcome == 1:
            time.sleep(0.05)

    text = report(slow, (DeadlineExceeded, Flaky))
    assert alertable.run(counting(1), schedule=shown(text, "sched")).outcome in (1, 2)


@pytest.mark.parametrize("start", range(4))
def test_from_wherever_it_starts_the_switches_go_and_then_the_inputs(start: int) -> None:
    first: list[tuple[int, list[int]]] = []

    @seed(start)
    @settings(UNEXPLAINED, derandomize=False, phases=[Phase.generate, Phase.shrink])
    @given(junk=st.lists(st.integers()), n=st.integers(1, 5), sched=alertable.schedules(), more=st.text())
    def loses_too(junk: list[int], n: int, sched: Any, more: str) -> None:
        execution = alertable.run(counting(n), schedule=sched)
        if execution.outcome < 2 * n:
            first.append((len(execution.schedule.split()), junk))
        assert execution.outcome == 2 * n

    text = report(loses_too)
    assert len(shown(text, "sched").split()) == 6 <= first[0][0]
    assert "junk=[],\n    n=1," in text
    assert "more=''" in text


def test_hypothesis_works_inside_a_program() -> None:
    seen = set()

    @UNEXPLAINED
    @given(n=st.integers(0, 5), data=st.data(), sched=alertable.schedules())
    def inside(n: int, data: Any, sched: Any) -> None:
        def program(w: Any) -> int:
            assume(n != 1)
            w.Sleep(0)
            event("inside", n)
            drawn: int = data.draw(st.integers(0, 5), label="in the program")
            note(f"drew {drawn}")
            assume(drawn != 4)
            w.Sleep(0)
            return drawn

        outcome = alertable.run(program, schedule=sched).outcome
        seen.add((n, outcome))
        assert outcome != 3

    text = report(inside)
    assert "Draw 1 (in the program): 3" in text
    assert "drew 3" in text
    assert all(n != 1 and outcome != 4 for n, outcome in seen)


def test_what_is_not_modelled_is_reported_as_that_with_its_schedule() -> None:
    @UNEXPLAINED
    @given(n=st.integers(0, 9), sched=alertable.schedules())
    def unknown(n: int, sched: Any) -> None:
        def reaches(w: Any) -> None:
            w.Sleep(0)
            if n > 2:
                raise alertable.NotModelled("this")

        alertable.run(reaches, schedule=sched)

    text = report(unknown, alertable.NotModelled)
    assert "n=3" in text
    assert shown(text, "sched").startswith("v1: reaches")


def test_a_program_that_is_not_deterministic_is_named() -> None:
    left: list[int] = []

    @UNEXPLAINED
    @given(sched=alertable.schedules())
    def survives(sched: Any) -> None:
        def differs(w: Any) -> int:
            left.append(1)
            for _ in range(len(left) % 7):
                w.GetTickCount64()
            return counting(1)(w)

        assert alertable.run(differs, schedule=sched).outcome == 2

    with pytest.raises((AssertionError, Flaky)) as caught:
        survives()
    assert "The program is not deterministic: the same choices gave 'v1: differs" in "\n".join(caught.value.__notes__)
