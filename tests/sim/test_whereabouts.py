"""Every violation names the lines of the program where its threads stand."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from ctypes import byref, c_void_p, create_string_buffer
from typing import TYPE_CHECKING, Any

import alertable
from alertable.winapi import INFINITE, LPTHREAD_START_ROUTINE
from tests.explore.rows import in_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from alertable.winapi import WinApi

HERE = "tests/sim/test_whereabouts.py"
ME = "test_whereabouts"  # what a function called `program` is known by


def line_of(function: Callable[..., object], text: str) -> int:
    """The line of this file where a function says so."""
    lines, first = inspect.getsourcelines(function)
    return first + next(n for n, line in enumerate(lines) if text in line)


def place(who: str, function: Callable[..., object], text: str, name: str) -> str:
    return f"{who}: {HERE}:{line_of(function, text)} in {name}"


def found(program: Callable[..., object], **options: Any) -> tuple[str, ...]:
    violation = alertable.run(program, **options).violation
    assert violation is not None
    again = alertable.run(program, schedule=alertable.run(program, **options).schedule, **options).violation
    assert again is not None
    assert again.where == violation.where
    return violation.where


def test_a_deadlock_says_where_each_waits() -> None:
    def program(w: WinApi) -> None:
        event = w.CreateEventW(None, 1, 0, None)

        def waits() -> None:
            w.WaitForSingleObject(event, INFINITE)

        in_threads(w, waits)

    main, waiting = found(program)
    assert main.startswith(f"{ME}: tests/explore/rows.py:")
    assert waiting == place(ME + ".1", program, "WaitForSingleObject(event", "waits")


def test_an_error_of_the_program_is_where_its_own_code_raised() -> None:
    def program(_w: WinApi) -> None:
        inspect.signature(3)  # type: ignore[arg-type]  # raises, in the library

    assert found(program) == (place(ME, program, "inspect.signature", "program"),)


def test_a_step_bound_says_where_everybody_is() -> None:
    def program(w: WinApi) -> None:
        while True:
            w.Sleep(1)

    assert found(program, max_steps=50) == (place(ME, program, "w.Sleep", "program"),)


def test_a_sanitizer_says_where() -> None:
    def program(w: WinApi) -> None:
        event = w.CreateEventW(None, 1, 0, None)
        w.CloseHandle(event)
        w.SetEvent(event)  # a use after close

    assert found(program, specs=["S15"]) == (place(ME, program, "a use after close", "program"),)


def test_frames_of_libraries_are_passed_over() -> None:
    @contextmanager
    def held(w: WinApi, lock: Any) -> Iterator[None]:
        w.AcquireSRWLockExclusive(byref(lock))
        yield

    def program(w: WinApi) -> None:
        lock = c_void_p()
        with held(w, lock), held(w, lock):
            pass

    assert found(program) == (place(ME, held, "w.Acquire", "held"),)


def test_a_callback_is_where_its_thread_is() -> None:
    def program(w: WinApi) -> None:
        @w.CALLBACK(*LPTHREAD_START_ROUTINE)
        def routine(_parameter: int | None) -> int:
            raise ValueError(create_string_buffer(1).value)

        w.WaitForSingleObject(w.CreateThread(None, 0, routine, None, 0, None), INFINITE)

    assert found(program) == (place(ME + ".1", program, "raise ValueError", "routine"),)


def test_paths_are_relative_where_they_lie_below(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "stuck.py").write_text("def program(w):\n    w.WaitForSingleObject(w.CreateEventW(None, 1, 0, None), -1)\n")
    monkeypatch.chdir(tmp_path)
    assert found(alertable.load_program("stuck.py")) == ("stuck: stuck.py:2 in program",)
    assert found(alertable.load_program(str(tmp_path / "stuck.py"))) == ("stuck: stuck.py:2 in program",)
    monkeypatch.chdir("/")
    (place_,) = found(alertable.load_program(str(tmp_path / "stuck.py")))
    assert place_.endswith("stuck.py:2 in program")
