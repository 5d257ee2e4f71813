"""What would run nothing is refused in one line; what runs is not."""

from __future__ import annotations

import asyncio
from ctypes import c_ulong, c_void_p
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import pytest

import alertable
from tests.child import python

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path


async def coroutine(_w: Any) -> None:
    await asyncio.sleep(0)


def generator(_w: Any) -> Iterator[int]:
    yield 1


async def both(_w: Any) -> AsyncIterator[int]:
    yield 1


class CallableLate:
    async def __call__(self, _w: Any) -> None:
        await asyncio.sleep(0)


def two(_w: Any, x: int) -> int:
    return x


def none() -> None:
    """Takes nothing."""


def returns_a_coroutine(w: Any) -> Any:
    return coroutine(w)


NOTHING = "calling it runs nothing; make it a plain function that calls the Win32 API"
REFUSED: dict[str, tuple[Any, str]] = {
    "async def": (coroutine, f"coroutine is `async def`: {NOTHING}"),
    "yield": (generator, "generator has `yield` in it: calling it makes a generator and runs nothing"),
    "async yield": (both, "both has `yield` in it"),
    "callable": (CallableLate(), f"CallableLate is `async def`: {NOTHING}"),
    "partial": (partial(generator), "has `yield` in it"),
    "too few": (two, "two(_w: 'Any', x: 'int') -> 'int' cannot be called with w: missing a required argument: 'x'"),
    "too many": (none, "none() -> 'None' cannot be called with w: too many positional arguments"),
    "a number": (5, "a program is a function of w; got int 5"),
    "text": ("server.py", "a program is a function of w; got str 'server.py'"),
    "a coroutine comes back": (returns_a_coroutine, "returns_a_coroutine returned a coroutine that nobody runs"),
    "a generator comes back": (lambda _w: (i for i in (1, 2)), "<lambda> returned a generator that nobody runs"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_would_run_nothing_is_refused(kind: str) -> None:
    program, said = REFUSED[kind]
    for ask in (alertable.run, alertable.check):
        with pytest.raises(TypeError) as caught:
            ask(program)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def wrapper(*arguments: Any) -> Any:
        return function(*arguments, 3)

    return wrapper


class Method:
    def program(self, _w: Any) -> int:
        return 3


def test_whatever_runs_is_run() -> None:
    for program in (partial(two, x=3), decorated(two), Method().program, lambda _w, x=3: x, lambda *_arguments: 3):
        assert alertable.run(program).outcome == 3
    assert alertable.run(lambda _w: 0, alertable.process(two, 3, daemon=True)).ok


def test_processes_and_peers_are_looked_at_too() -> None:
    for make in (lambda: alertable.process(two), lambda: alertable.process(coroutine), lambda: alertable.peer(generator)):
        with pytest.raises(TypeError, match=r"cannot be called with w: missing|is `async def`|has `yield` in it"):
            make()
    with pytest.raises(TypeError, match=r"cannot be called with w and 2 more: too many"):
        alertable.process(two, 1, 2)


def test_a_test_that_would_run_nothing_fails() -> None:
    test: Any = alertable.check()(coroutine)
    with pytest.raises(AssertionError, match="coroutine is `async def`"):
        test()


@pytest.mark.parametrize("routine", [lambda _w: coroutine, lambda _w: generator, lambda _w: lambda _: coroutine(None)])
def test_routines_that_would_run_nothing_are_errors_of_the_program(routine: Callable[[Any], Any]) -> None:
    def program(w: Any) -> None:
        body = w.CALLBACK(c_ulong, c_void_p)(routine(w))
        w.WaitForSingleObject(w.CreateThread(None, 0, body, None, 0, None), 0xFFFFFFFF)

    violation = alertable.run(program).violation
    assert violation is not None
    assert violation.id == "ProgramError"
    assert "make it a plain function that calls the Win32 API" in violation.message


def test_the_command_line_says_so_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(
        "async def program(w):\n    pass\ndef two(w, x):\n    pass\ndef back(w):\n    return program(w)\n", encoding="utf-8"
    )
    for words, said in (
        ("late.py", "late.py: program is `async def`"),
        ("late.py:two", "two(w, x) cannot be called with w"),
        ("late.py:back", "back returned a coroutine that nobody runs"),
    ):
        for command in ("run", "check"):
            done = python("-m", "alertable", command, words, cwd=tmp_path)
            assert done.returncode == 2, done.stderr
            assert said in done.stderr
            assert done.stderr.count("\n") == 1
