"""Streams and exit codes: what every command has in common."""

from __future__ import annotations

import sys
from typing import Final

OK: Final = 0
VIOLATED: Final = 1
USAGE: Final = 2
WEAKER: Final = 3
DIVERGED: Final = 4
NOTHING: Final = 5
INTERNAL: Final = 70
INTERRUPTED: Final = 130


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
