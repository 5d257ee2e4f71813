"""The decorators: a function of w becomes a test, a function without it."""

from __future__ import annotations

import inspect
import pickle
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.runtime.refuse import runs_nothing
from alertable.testing.trial import CheckFailed, try_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LABEL: Final = "test"  # what the thread of every test is called in schedules
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


class TestProgram:
    """A test as a program of w: with its instance, and with what the test runner gave it."""

    __test__ = False  # pytest would collect it

    def __init__(self, function: Any, before: tuple[Any, ...], after: tuple[Any, ...], fixtures: Mapping[str, Any]) -> None:  # noqa: ANN401
        self.program = function
        self.before = before
        self.after = after
        self.fixtures = fixtures
        self.held = (*map(type, before), *after, *fixtures.values())  # where further code of the program may be
        self.__name__ = LABEL
        self.__wrapped__ = function
        self.__module__ = function.__module__

    def __call__(self, w: object) -> object:
        for fixture in self.fixtures.values():
            _begin_anew(fixture)
        return self.program(*self.before, w, *self.after, **self.fixtures)

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process, which imports the module: there the name stands for the decorated test."""
        name = self.program.__qualname__
        if "<locals>" in name:
            raise pickle.PicklingError(f"{name} is defined in a function")
        return _imported, (self.program.__module__, name, self.before, self.after, dict(self.fixtures))


def _imported(module: str, name: str, before: tuple[Any, ...], after: tuple[Any, ...], fixtures: dict[str, Any]) -> TestProgram:
    found: Any = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return TestProgram(found.alertable_function, before, after, fixtures)


def _begin_anew(fixture: Any) -> None:  # noqa: ANN401 - anything
    """capsys and its kin, and caplog, hold what was printed and logged: by this execution, and not by those before."""
    if (type(fixture).__module__ or "").startswith("_pytest."):
        for name in ("readouterr", "clear"):
            forget = getattr(fixture, name, None)
            if callable(forget) and type(fixture).__name__ in ("CaptureFixture", "LogCaptureFixture"):
                forget()
