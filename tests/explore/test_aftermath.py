"""What an execution leaves undone that breaks a law or comes to the step bound: a search that goes on misses nothing for it."""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest

import alertable
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alertable.winapi import WinApi

    Script = tuple[str, ...]

OPERATIONS: Final = ("load", "store", "add", "fails on 1", "fails on 0", "until 1", "set", "wait", "enter", "leave", "poll")
MAX_STEPS: Final = 22
LIMIT: Final = 6_000


def program_of(scripts: Sequence[Script]) -> Callable[[WinApi], object]:
    """A thread for each script; "fails" raises, "until" loops, and may do so for ever."""

    def program(w: Any) -> object:
        cell, event, mutex = w.Interlocked(0), w.CreateEventW(None, 0, 0, None), w.CreateMutexW(None, 0, None)
        seen: list[list[object]] = [[] for _ in scripts]

        def until(value: int) -> None:
            while cell.fetch_add(0) != value:
                pass

        def fails(value: int) -> None:
            assert cell.load() != value

        does: dict[str, Callable[[], object]] = {
            "load": cell.load, "store": lambda: cell.store(1), "add": lambda: cell.fetch_add(1),
            "fails on 1": lambda: fails(1), "fails on 0": lambda: fails(0), "until 1": lambda: until(1),
            "set": lambda: w.SetEvent(event), "wait": lambda: w.WaitForSingleObject(event, INFINITE),
            "enter": lambda: w.WaitForSingleObject(mutex, INFINITE), "leave": lambda: w.ReleaseMutex(mutex),
            "poll": lambda: w.WaitForSingleObject(event, 0),
        }  # fmt: skip

        def body(number: int | None) -> int:
            for name in scripts[number or 0]:
                seen[number or 0].append(does[name]())
            return 0

        routine = w.CALLBACK(*LPTHREAD_START_ROUTINE)(body)
        threads = [w.CreateThread(None, 0, routine, number, 0, None) for number in range(1, len(scripts))]
        body(0)
        for thread in threads:
            w.WaitForSingleObject(thread, INFINITE)
        return tuple(map(tuple, seen))

    return program


def found(scripts: Sequence[Script], strategy: str, **options: Any) -> tuple[set[object], set[str], bool] | None:
    """Outcomes, violations, and was an execution cut?  None where it takes too long."""
    report = alertable.check(
        program_of(scripts), memory="locks", strategy=strategy, keep_going=True, specs=(), max_steps=MAX_STEPS,
        max_executions=LIMIT, **options,
    )  # fmt: skip
    if report.reasons and report.reasons[0].startswith("it was limited"):
        return None
    return set(report.outcomes), {violation.id for violation in report.violations}, "BOUNDED" in str(report.reasons)


def random_scripts(seed: int) -> list[Script]:
    """Two threads or three, a few operations each."""
    random = Random(seed)
    operations = random.sample(OPERATIONS, 4)
    lengths = random.choice([(1, 1), (2, 1), (1, 2), (2, 2), (1, 1, 1)])
    return [tuple(random.choice(operations) for _ in range(length)) for length in lengths]


def agree(scripts: Sequence[Script], **options: Any) -> bool:
    """Do both searches find the same?  False where brute force takes too long."""
    brute = found(scripts, "dfs")
    if brute is None:
        return False
    reduced = found(scripts, "dpor", **options)
    assert reduced is not None
    assert reduced == brute, scripts
    return True


NAMED: Final[dict[str, list[Script]]] = {
    "a store after the failure": [("load",), ("fails on 0",), ("store",)],
    "two failures": [("fails on 0",), ("fails on 1",), ("store",)],
    "a loop and what ends it": [("until 1",), ("store",)],
    "a failure with the mutex": [("enter", "fails on 0"), ("store", "enter")],
    "a loop with the mutex": [("enter", "until 1"), ("enter", "store")],
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_left_undone_is_found_elsewhere(name: str) -> None:
    assert agree(NAMED[name])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="these programs are closures, which only fork can share out")
@pytest.mark.parametrize("name", ["two failures", "a loop and what ends it"])
def test_workers_find_it_too(name: str) -> None:
    assert agree(NAMED[name], workers=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30))
def test_so_it_is_in_random_programs(seed: int) -> None:
    agree(random_scripts(seed))


def test_without_keep_going_the_first_violation_ends_the_search() -> None:
    report = alertable.check(program_of(NAMED["two failures"]), memory="locks", strategy="dpor", specs=())
    assert (report.verdict, report.executions) == ("FAILED", 1)


def test_an_execution_that_was_cut_bounds_the_search_and_ends_at_the_bound() -> None:
    program = program_of(NAMED["a loop and what ends it"])
    report = alertable.check(program, memory="locks", strategy="dpor", specs=(), max_steps=MAX_STEPS, keep_going=True)
    assert report.reasons == ("the search went on to its end: BOUNDED", f"executions of more than {MAX_STEPS} steps were cut")
    assert set(report.outcomes) == {((None,), (None,))}
    for violation in report.violations:
        assert (violation.id, violation.step) == ("step-bound", MAX_STEPS)
        again = alertable.replay(program, schedule=violation.schedule, max_steps=MAX_STEPS, specs=())
        assert again.violation is not None
        assert again.violation.id == "step-bound"


def after_a_failure(second: Callable[[Any], object]) -> Callable[[WinApi], object]:
    """A thread raises, and another, which has nothing to do with it, does something."""

    def program(w: Any) -> None:
        def fails(_: int | None) -> int:
            raise ValueError("the first")

        def goes_on(_: int | None) -> int:
            w.GetCurrentThreadId()
            second(w)
            return 0

        routines = [w.CALLBACK(*LPTHREAD_START_ROUTINE)(body) for body in (fails, goes_on)]
        threads = [w.CreateThread(None, 0, routine, None, 0, None) for routine in routines]
        w.WaitForSingleObject(threads[0], INFINITE)

    return program


def test_a_second_violation_afterwards_does_not_count() -> None:
    def raises(_w: Any) -> None:
        raise ValueError("the second")

    program = after_a_failure(raises)
    report = alertable.check(program, memory="locks", strategy="dpor", specs=(), keep_going=True, max_executions=1)
    assert [violation.message.splitlines()[-1] for violation in report.violations] == ["ValueError: the first"]


def test_what_is_not_modelled_afterwards_bounds_the_search() -> None:
    report = alertable.check(
        after_a_failure(lambda w: w.CreateFileW()), memory="locks", strategy="dpor", specs=(), keep_going=True
    )
    assert report.verdict == "FAILED"
    assert report.reasons[0] == "the search went on to its end: BOUNDED"
