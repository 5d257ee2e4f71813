"""The public functions: run, replay, real."""

from __future__ import annotations

import sys
from ctypes import c_uint32, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from alertable.winapi import INFINITE

if TYPE_CHECKING:
    from pathlib import Path

    from alertable.winapi import WinApi


def two_threads(w: WinApi) -> str:
    log: list[str] = []

    def body(_parameter: int | None) -> int:
        log.append("other")
        w.Sleep(0)
        return 0

    routine = w.CALLBACK(c_uint32, c_void_p)(body)
    thread = w.CreateThread(None, 0, routine, None, 0, None)
    w.Sleep(0)
    log.append("main")
    w.WaitForSingleObject(thread, INFINITE)
    return " ".join(log)


def test_an_execution_has_what_the_contract_names() -> None:
    execution = alertable.run(two_threads)
    assert execution.outcome in ("main other", "other main")
    assert execution.violation is None
    assert execution.ok
    assert execution.schedule.startswith("v1: two_threads*")
    assert [event.subject for event in execution.trace if event.kind.value == "call"].count("CreateThread") == 1


def test_a_schedule_replays_the_run_byte_for_byte() -> None:
    outcomes = set()
    for seed in range(30):
        execution = alertable.run(two_threads, seed=seed)
        again = alertable.replay(two_threads, schedule=execution.schedule)
        assert again == execution
        outcomes.add(execution.outcome)
    assert outcomes == {"main other", "other main"}


def test_several_programs_give_a_tuple() -> None:
    execution = alertable.run(lambda w: w.GetCurrentProcessId(), lambda w: w.GetCurrentProcessId())
    assert execution.outcome[0] == execution.outcome[1]


def test_a_schedule_may_be_a_file(tmp_path: Path) -> None:
    execution = alertable.run(two_threads, seed=5)
    file = tmp_path / "schedule.txt"
    file.write_text(execution.schedule, encoding="utf-8")
    assert alertable.replay(two_threads, schedule=file) == execution


@pytest.mark.parametrize("text", ["", "v1", "nonsense", "v2: a", "v1: a*0", "v1: a*b"])
def test_a_text_that_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(alertable.ScheduleError):
        alertable.replay(two_threads, schedule=text)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seed": "x"}, "seed='x': a whole number is wanted"),
        ({"seed": 1.5}, "seed=1.5: a whole number is wanted"),
        ({"schedule": 5}, "schedule=5: a text"),
        ({"max_steps": "5"}, "max_steps='5': a whole number is wanted"),
    ],
)
def test_a_wrong_type_is_one_line(options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        alertable.run(two_threads, **options)


@pytest.mark.parametrize("text", ["v1: nobody", "v1: two_threads*3 c1>", "v1: two_threads*1000"])
def test_a_schedule_that_does_not_fit_names_the_step(text: str) -> None:
    with pytest.raises(alertable.ReplayDivergence, match=r"step \d+"):
        alertable.replay(two_threads, schedule=text)


def test_specs_switch_the_sanitizers_off() -> None:
    def program(w: WinApi) -> str:
        from alertable.specs.litmus.sockets import OVERLAPPED, pair, post

        client, server = pair(w)
        post(w, server, create_string_buffer(8), OVERLAPPED())  # both die at once
        w.send(client, b"hello", 5, 0)
        w.Sleep(10)
        return "alive"

    violation = alertable.run(program).violation
    assert violation is not None
    assert violation.id == "S1"
    assert alertable.run(program, specs=()).outcome == "alive"


def test_deadlocks_count_whatever_the_specs() -> None:
    violation = alertable.run(lambda w: w.Sleep(INFINITE), specs=()).violation
    assert violation is not None
    assert violation.id == "deadlock"


@pytest.mark.skipif(sys.platform == "win32", reason="there is a real API here")
def test_off_windows_real_says_what_to_do() -> None:
    with pytest.raises(OSError, match="make test-wine"):
        alertable.real()
