"""A test as a program of w."""

from __future__ import annotations

import pickle
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LABEL: Final = "test"  # what the thread of every test is called in schedules


class TestProgram:
    """A test as a program of w: with its instance, and with what the test runner gave it."""

    __test__ = False  # pytest would collect it

    def __init__(
        self, function: Callable[..., object], before: tuple[Any, ...], after: tuple[Any, ...], fixtures: Mapping[str, Any]
    ) -> None:  # fmt: skip
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
