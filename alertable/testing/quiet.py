"""What a program prints and logs is wanted of one execution, and not of the thousands of a search."""

from __future__ import annotations

import logging
import os
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def silence(*, logs: bool = True, prints: bool = True) -> Iterator[None]:
    """Nothing that is printed, or logged to the test runner's handlers, is kept.

    Where the test itself asks what was printed or logged (capsys, caplog), it must go on to hear it.
    """
    root = logging.getLogger()
    ours = [each for each in root.handlers if type(each).__module__.startswith("_pytest.")] if logs else []
    for handler in ours:
        root.removeHandler(handler)
    try:
        with _each_warning_once(), open(os.devnull, "w", encoding="utf-8", errors="backslashreplace") as nowhere:
            if prints:
                with redirect_stdout(nowhere), redirect_stderr(nowhere):
                    yield
            else:
                yield
    finally:
        for handler in ours:
            root.addHandler(handler)


@contextmanager
def _each_warning_once() -> Iterator[None]:
    """However many executions warn of the same at the same place."""
    show = warnings.showwarning
    shown: set[tuple[object, ...]] = set()

    def once(
        message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: TextIO | None = None, line: str | None = None,
    ) -> None:  # fmt: skip
        key = category, str(message), filename, lineno
        if key not in shown:
            shown.add(key)
            show(message, category, filename, lineno, file, line)

    warnings.showwarning = once
    try:
        yield
    finally:
        warnings.showwarning = show


def printing_is_asked_for(fixtures: dict[str, object]) -> tuple[bool, bool]:
    """Does the test look at its own prints; at its own log?"""
    kinds = {type(fixture).__name__ for fixture in fixtures.values() if type(fixture).__module__.startswith("_pytest.")}
    return "CaptureFixture" in kinds, "LogCaptureFixture" in kinds

