"""Threads on cores: what runs when, to the microsecond; and the same in any process."""

from __future__ import annotations

from ctypes import c_void_p
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.sim.timed.clock import Timed
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE
from tests.child import python
from tests.timed.free import FREE, costing

if TYPE_CHECKING:
    from alertable.winapi import WinApi


def run(program: Any, clock: Timed, *others: Any) -> Any:
    execution = alertable.run(program, *others, clock=clock)
    assert execution.violation is None, execution.violation
    assert execution.schedule == ""
    return execution.outcome


def calls(count: int) -> Any:
    """A program that makes so many calls besides two."""

    def program(w: WinApi) -> None:
        event = c_void_p(w.CreateEventW(None, 1, 0, None))
        for _ in range(count):
            w.SetEvent(event)
        w.CloseHandle(event)

    return program


def test_a_call_takes_its_time() -> None:
    clock = Timed(costing(call=1_000.0))
    run(calls(10), clock)
    assert clock.account().busy == clock.account().microseconds == 12_000
    assert clock.account().counts == {"system calls": 12, "context switches": 1}


def test_a_call_is_paid_for_before_it_happens() -> None:
    def program(w: WinApi) -> tuple[int, int]:
        return w.GetTickCount64(), (w.SetEvent(None), w.GetTickCount64())[1]

    assert run(program, Timed(costing(call=1_000.0))) == (0, 1)  # reading the clock is no system call


@pytest.mark.parametrize(("cores", "milliseconds"), [(1, 48), (2, 24), (4, 12), (8, 12)])
def test_threads_share_the_cores(cores: int, milliseconds: int) -> None:
    clock = Timed(costing(call=1_000.0), cores)
    run(calls(10), clock, *[calls(10)] * 3)
    assert clock.account().microseconds == milliseconds * 1e3
    assert clock.account().busy == 48_000


def test_a_thread_that_used_up_its_quantum_goes_to_the_end_of_the_line() -> None:
    def turns(quantum: float) -> int:
        clock = Timed(costing(call=1_000.0, quantum=quantum, context_switch=1.0))
        run(calls(8), clock, calls(8))
        return clock.account().counts["context switches"]

    assert turns(1e9) == 2
    assert turns(5_000.0) == 2 * (2 + 1)  # what comes after the last call wants the core too
    assert turns(2_000.0) == 2 * (5 + 1)


def test_a_core_that_kept_its_thread_needs_no_switch() -> None:
    def sleeper(w: WinApi) -> None:
        for _ in range(5):
            w.Sleep(1)

    clock = Timed(costing(context_switch=10.0), cores=2)
    run(sleeper, clock)
    assert clock.account().counts["context switches"] == 1
    run(sleeper, clock, sleeper)
    assert clock.account().counts["context switches"] == 2


def test_waking_costs_the_thread_that_is_woken() -> None:
    def program(w: WinApi) -> int:
        event = c_void_p(w.CreateEventW(None, 0, 0, None))

        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def body(_parameter: int | None) -> int:
            w.Sleep(5)
            w.SetEvent(event)
            return 0

        thread = c_void_p(w.CreateThread(None, 0, body, None, 0, None))
        began = w.GetTickCount64()
        w.WaitForSingleObject(event, INFINITE)
        took = w.GetTickCount64() - began
        w.WaitForSingleObject(thread, INFINITE)
        return int(took)

    assert run(program, Timed(FREE)) == 5
    clock = Timed(costing(wake_up=3_000.0))
    run(program, clock)
    assert clock.account().busy == 3_000 * clock.account().counts["wake-ups"]


def test_timeouts_expire_on_time_even_while_others_compute() -> None:
    def program(w: WinApi) -> int:
        began = w.GetTickCount64()
        w.Sleep(7)
        return int(w.GetTickCount64() - began)

    (slept, _) = run(program, Timed(costing(call=100.0), cores=2), calls(300))
    assert slept == 7
    (delayed, _) = run(program, Timed(costing(call=100.0, quantum=20_000.0)), calls(300))
    assert delayed == 20  # the one core was somebody else's until the end of the quantum


def test_a_deadlock_and_a_broken_law_are_found_under_this_clock_too() -> None:
    def waits(w: WinApi) -> None:
        w.WaitForSingleObject(c_void_p(w.CreateEventW(None, 0, 0, None)), INFINITE)

    execution = alertable.run(waits, clock=alertable.timed())
    assert execution.violation is not None
    assert execution.violation.id == "deadlock"
    execution = alertable.run(calls(100), clock=alertable.timed(), max_steps=50)
    assert execution.violation is not None
    assert execution.violation.id == "step-bound"


@pytest.mark.parametrize("cores", [0, -1, 1.5, True, 5_000])
def test_impossible_numbers_of_cores(cores: Any) -> None:
    with pytest.raises(ValueError, match="cores="):
        alertable.timed(cores=cores)


def test_this_clock_takes_no_schedule_and_explores_nothing() -> None:
    with pytest.raises(ValueError, match="no schedule and no seed"):
        alertable.run(calls(1), clock=alertable.timed(), seed=3)
    with pytest.raises(ValueError, match="one schedule"):
        alertable.check(calls(1), clock=alertable.timed())
    with pytest.raises(ValueError, match="clock"):
        alertable.run(calls(1), clock="slow")
    with pytest.raises(ValueError, match="nothing has run"):
        alertable.timed().account()


SAME = """
from alertable.sim.timed.compare import compare
from alertable.sim.timed.profile import load
from alertable.sim.timed.sweep import Sweep
options = {"think": 500.0, "work": 30.0, "random": "pauses and work", "messages": 5}
sweep = Sweep(clients=(3, 20), cores=(1, 2), load=options, seed=7)
for row in compare(sweep, load()):
    print(row)
"""


def test_the_same_seed_gives_the_same_figures_in_any_process() -> None:
    said = {python("-c", SAME, PYTHONHASHSEED=seed).stdout for seed in ("0", "1", "4242")}
    assert len(said) == 1
    assert said.pop().count("Row(") == 7 * 4
    other = python("-c", SAME.replace("seed=7", "seed=8")).stdout
    assert other not in said
