"""What a program prints and logs is wanted of one execution, and not of the thousands of a search."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

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
        with open(os.devnull, "w", encoding="utf-8", errors="backslashreplace") as nowhere:
            if prints:
                with redirect_stdout(nowhere), redirect_stderr(nowhere):
                    yield
            else:
                yield
    finally:
        for handler in ours:
            root.addHandler(handler)


def printing_is_asked_for(fixtures: dict[str, object]) -> tuple[bool, bool]:
    """Does the test look at its own prints; at its own log?"""
    kinds = {type(fixture).__name__ for fixture in fixtures.values() if type(fixture).__module__.startswith("_pytest.")}
    return "CaptureFixture" in kinds, "LogCaptureFixture" in kinds


def flush() -> None:
    """What was printed stands before what comes."""
    sys.stdout.flush()
    sys.stderr.flush()
