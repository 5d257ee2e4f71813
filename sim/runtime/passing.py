"""Exceptions that are no doing of the program's: they speak to whoever runs the test, and pass through an execution.

pytest's skip, xfail and exit, unittest's skipTest, what hypothesis ends a test case with.  None of these is imported here: what
has not been imported has raised nothing.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEAKERS: Final = {"pytest": ("skip.Exception", "xfail.Exception", "exit.Exception"), "unittest": ("SkipTest",)}
MODULES: Final = frozenset({"hypothesis.errors"})  # all of whose exceptions are such
RUNNERS: Final = ("/_pytest", "/unittest")  # folders


def speaks_to_the_runner(error: BaseException) -> bool:
    """Is it for whoever runs the test?  Then it is none of the program's errors."""
    return any(isinstance(error, kind) for kind, _ in _kinds()) or any(kind.__module__ in MODULES for kind in type(error).__mro__)


def is_of_a_runner(file: str) -> bool:
    """Is this code of a test runner, through which `fail` and `assertEqual` raise?"""
    return file.replace(os.sep, "/").rpartition("/")[0].endswith(RUNNERS)


class Word:
    """Such an exception on its way from another process; pytest's cannot be pickled."""

    def __init__(self, error: BaseException) -> None:
        self.name = next((name for kind, name in _kinds() if isinstance(error, kind)), type(error).__name__)
        self.text = str(error)

    def again(self) -> BaseException:
        """The exception, in this process."""
        kind = next((kind for kind, name in _kinds() if name == self.name), None)
        return kind(self.text) if kind is not None else RuntimeError(f"in a worker: {self.name}: {self.text}")


def _kinds() -> Iterator[tuple[type[BaseException], str]]:
    for module, names in SPEAKERS.items():
        for name in names if module in sys.modules else ():
            found = sys.modules[module]
            for part in name.split("."):
                found = getattr(found, part, None)  # type: ignore[assignment]  # an attribute, and no module any more
            if isinstance(found, type):
                yield found, f"{module}.{name}"
