"""Lines for people and exit codes: what every command has in common."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from alertable.language import translated
from alertable.sim.view.grid import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.sim.explore.answering.estimate import Whole

OK: Final = 0
VIOLATED: Final = 1
USAGE: Final = 2
WEAKER: Final = 3
DIVERGED: Final = 4
NOTHING: Final = 5
INTERNAL: Final = 70
INTERRUPTED: Final = 130
MEANINGS: Final = {  # docs/exit-codes.md says more
    OK: "What was asked holds; of a search, as strongly as --require asks.",
    VIOLATED: "A law is broken, two things differ, or something does not work.",
    USAGE: "The call, a file or a setting is wrong, or a result could not be written.",
    WEAKER: "The verdict is weaker than --require asks.",
    DIVERGED: "A schedule no longer fits, or a program is not deterministic.",
    NOTHING: "There was nothing to check.",
    INTERNAL: "An internal error; please report it.",
    INTERRUPTED: "Interrupted; what was found so far is shown and kept.",
}
COUNTER_SECONDS: Final = 0.2
LOG_SECONDS: Final = 30.0


def width() -> int:
    """Of the terminal, or as COLUMNS says; 100 where the output goes into a pipe or a file."""
    return shutil.get_terminal_size((100, 24)).columns


def shown(text: str) -> str:
    """A text as standard output will have it, so that columns stay aligned: what its encoding lacks is escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return visible(text).encode(encoding, "backslashreplace").decode(encoding)


def echo(text: str, end: str = "\n") -> None:
    """Print a result.  (click.echo would write UTF-8 where the stream says ASCII.)"""
    print(translated(text), file=sys.stdout, end=end)


class _Nothing:
    """Takes what is printed."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


@contextmanager
def quiet() -> Iterator[None]:
    """Programs print once per execution, which nobody wants to read."""
    stdout = sys.stdout
    sys.stdout = _Nothing()
    try:
        yield
    finally:
        sys.stdout = stdout


def fail(message: str, code: int = USAGE) -> int:
    """One line on stderr; returns the exit code."""
    print(f"alertable: {translated(message)}", file=sys.stderr)
    return code


def note(message: str) -> None:
    """One line on stderr that is no failure; a counter on the same line is wiped out."""
    wipe = f"\r{'':<78}\r" if sys.stderr.isatty() else ""
    print(f"{wipe}alertable: {translated(message)}", file=sys.stderr, flush=True)


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A line on stderr that counts; a log file gets one every LOG_SECONDS."""
    shown = sys.stderr.isatty()
    done, last = 0, time.monotonic()

    def advance(name: str) -> None:
        nonlocal done, last
        done += 1
        if shown:
            print(f"\r{what}: {done}/{total}  {name:<28}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - last >= LOG_SECONDS:
            last = time.monotonic()
            print(f"alertable: {what}: {done}/{total}  {name}", file=sys.stderr, flush=True)

    try:
        yield advance
    finally:
        if shown and done:
            print(f"\r{'':<60}\r", end="", file=sys.stderr, flush=True)


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, float, Callable[[], Whole | None]], None]]:
    """The same where nobody knows the total: how many, how many per second, and an estimate of the whole.

    A log file gets a line every LOG_SECONDS.
    """
    shown = sys.stderr.isatty()
    every = COUNTER_SECONDS if shown else LOG_SECONDS
    last = 0.0

    def advance(count: int, seconds: float, whole: Callable[[], Whole | None]) -> None:
        nonlocal last
        if seconds - last < every:
            return
        last = seconds
        line = f"{what}: {count:,}  {count / seconds:,.0f}/s  {about(whole())}"
        print(f"\r{line:<78}" if shown else f"alertable: {line.rstrip()}", end="" if shown else "\n", file=sys.stderr, flush=True)

    try:
        yield advance
    finally:
        if last and shown:
            print(f"\r{'':<78}\r", end="", file=sys.stderr, flush=True)


def about(whole: Whole | None) -> str:
    """An estimate and how far it moved of late."""
    return f"of about {whole.executions:,} or more (+-{whole.error:.0%})" if whole is not None else ""
