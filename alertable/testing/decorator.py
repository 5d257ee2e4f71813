"""The decorators: a function of w becomes a test, a function without it."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.refuse import runs_nothing
from alertable.testing.program import TestProgram
from alertable.testing.trial import CheckFailed, try_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

INSTANCES: Final = ("self", "cls")


def example(schedule: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A schedule that a check tries first; written above or below `@alertable.check`."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        examples = [schedule, *getattr(function, "alertable_examples", ())]
        function.alertable_examples = examples  # type: ignore[attr-defined]  # functions take attributes; mypy knows none
        return function

    return mark


def checked(function: Any, others: Sequence[Any], given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a function, or a static method
    """The test behind `@alertable.check`; given: the options that were said."""
    if isinstance(function, staticmethod | classmethod):
        return type(function)(checked(function.__func__, others, given))
    if isinstance(function, type):
        raise TypeError(f"@alertable.check decorates functions; {function.__name__} is a class: decorate its test methods")
    parameters = list(inspect.signature(function).parameters.values())
    bound = int(_is_method(function, [parameter.name for parameter in parameters]))
    if len(parameters) <= bound:
        raise TypeError(f"{function.__name__}() takes no parameter; the first one of a check is the Win32 API")
    nothing = runs_nothing(function)

    @wraps(function)
    def test(*arguments: Any, **fixtures: Any) -> None:  # noqa: ANN401 - the test runner's
        __tracebackhide__ = True
        if nothing:
            raise CheckFailed(nothing)
        program = TestProgram(function, arguments[:bound], arguments[bound:], fixtures)
        try_out(program, others, given, getattr(test, "alertable_examples", ()))

    del parameters[bound]
    test.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what pytest reads
    test.is_alertable_check = True  # type: ignore[attr-defined]  # what the plugin reads
    test.alertable_options = dict(given)  # type: ignore[attr-defined]  # as above
    test.alertable_function = function  # type: ignore[attr-defined]  # for other processes: see TestProgram
    del test.__wrapped__
    return test


def _is_method(function: Any, parameters: list[str]) -> bool:  # noqa: ANN401 - a function
    """Does an instance (or a class) come before the API?  A static method of a class has none."""
    if parameters[:1] and parameters[0] in INSTANCES:
        return True
    within = function.__qualname__.rpartition(".")[0] if hasattr(function, "__qualname__") else ""
    return bool(within) and not within.endswith("<locals>") and parameters[1:2] == ["w"]
