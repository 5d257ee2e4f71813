"""What cannot be a program is refused: calling it would run nothing, and whatever was then found would be about nothing."""

from __future__ import annotations

import inspect
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.outcome import NotAProgram

if TYPE_CHECKING:
    from collections.abc import Sequence

NEVER_RAN: Final = (CoroutineType, GeneratorType, AsyncGeneratorType)
NOT_PLAIN: Final = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
PLAIN: Final = "make it a plain function that calls the Win32 API"


def runs_nothing(function: Any) -> str:  # noqa: ANN401 - anything callable
    """Why calling it would run nothing; nothing if it runs."""
    name = str(getattr(function, "__name__", type(function).__name__))
    for each in (function, getattr(type(function), "__call__", None)):  # noqa: B004 - what a call of an instance runs
        if inspect.iscoroutinefunction(each):
            return f"{name} is `async def`: calling it runs nothing; {PLAIN}"
        if inspect.isgeneratorfunction(each) or inspect.isasyncgenfunction(each):
            return f"{name} has `yield` in it: calling it makes a generator and runs nothing; {PLAIN}"
    return ""


def runs(function: Any) -> None:  # noqa: ANN401 - a function with code
    """TypeError if calling it would run nothing; cheap, for callbacks are made in every execution."""
    if function.__code__.co_flags & NOT_PLAIN:
        raise TypeError(runs_nothing(function))


def why_not(program: Any, arguments: int) -> str:  # noqa: ANN401 - anything that a user gives
    """Why it would not run when it is called with so many arguments; nothing if it would."""
    if not callable(program):
        return f"a program is a function of w; got {type(program).__name__} {_short(program)}"
    nothing = runs_nothing(program)
    if nothing:
        return nothing
    name = str(getattr(program, "__name__", type(program).__name__))
    try:
        signature = inspect.signature(program, follow_wrapped=False)  # what is called, not what it stands for
    except (TypeError, ValueError):
        return ""  # a built-in: what it takes is not written down
    try:
        signature.bind(*[None] * arguments)
    except TypeError as error:
        given = "w" if arguments == 1 else f"w and {arguments - 1} more"
        return f"{name}{signature} cannot be called with {given}: {error}"
    return ""


def refuse(programs: Sequence[Any]) -> None:
    """NotAProgram for the first that would not run."""
    for program in programs:
        if not callable(program) and hasattr(program, "fresh"):
            continue  # it makes the function anew for every execution (a litmus program, for one)
        arguments = getattr(program, "arguments", None)
        inner = program.program if arguments is not None else program
        why = why_not(inner, 1 + len(arguments or ()))
        if why:
            raise NotAProgram(why)


def ran(results: Sequence[Any], programs: Sequence[Any]) -> None:
    """NotAProgram if what came back shows that nothing ran."""
    for result, program in zip(results, programs, strict=True):
        if isinstance(result, NEVER_RAN):
            raise NotAProgram(never_ran(str(getattr(program, "__name__", type(program).__name__)), result))


def never_ran(name: str, result: Any) -> str:  # noqa: ANN401 - one of NEVER_RAN
    """What there is to say about what a function returned instead of running."""
    if not isinstance(result, AsyncGeneratorType):
        result.close()  # nobody else will, and Python would complain
    return f"{name} returned a {type(result).__name__} that nobody runs; {PLAIN}"


def _short(value: object) -> str:
    try:
        return repr(value)[:60]
    except Exception:
        return "that raises when it is shown"
