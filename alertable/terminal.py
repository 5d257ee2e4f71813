"""Streams and exit codes: what every command has in common."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK: Final = 0
VIOLATED: Final = 1
USAGE: Final = 2
WEAKER: Final = 3
DIVERGED: Final = 4
NOTHING: Final = 5
INTERNAL: Final = 70
INTERRUPTED: Final = 130
COUNTER_SECONDS: Final = 0.2


def prepare_streams() -> None:
    """A Korean console (cp949) or a redirected cp1252 must never crash a command: what does not fit is escaped."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def fail(message: str, code: int = USAGE) -> int:
    """One line on stderr; returns the exit code."""
    print(f"alertable: {message}", file=sys.stderr)
    return code


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A line on stderr that counts; only on a terminal, for a log file wants no carriage returns."""
    shown = sys.stderr.isatty()
    done = 0

    def advance(name: str) -> None:
        nonlocal done
        done += 1
        if shown:
            print(f"\r{what}: {done}/{total}  {name:<12}", end="", file=sys.stderr, flush=True)

    try:
        yield advance
    finally:
        if shown and done:
            print(f"\r{'':<60}\r", end="", file=sys.stderr, flush=True)


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, float], None]]:
    """The same where nobody knows the total: how many, and how many per second."""
    shown = sys.stderr.isatty()
    last = 0.0

    def advance(count: int, seconds: float) -> None:
        nonlocal last
        if shown and seconds - last >= COUNTER_SECONDS:
            last = seconds
            print(f"\r{what}: {count:,}  {count / seconds:,.0f}/s ", end="", file=sys.stderr, flush=True)

    try:
        yield advance
    finally:
        if last:
            print(f"\r{'':<60}\r", end="", file=sys.stderr, flush=True)
