"""Standard output and standard error of the command line: whatever they lead to, they never crash a command.

A Korean console (cp949) or a redirected cp1252 gets escapes for what it lacks.  A reader that has seen enough (`| head`), a
full disk or a closed descriptor costs what cannot be written, and nothing else: a program under test that prints is not
broken by it, and the exit code still says what was found.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from alertable.terminal import OK, USAGE, fail

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Outlet(io.RawIOBase):
    """The raw end of a stream; what cannot be written is dropped, and `trouble` says why."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self.raw = raw
        self.trouble: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.raw.fileno()

    def isatty(self) -> bool:
        return self.raw.isatty()

    def write(self, data: ReadableBuffer, /) -> int | None:
        if self.trouble is None:
            try:
                return self.raw.write(data)
            except OSError as error:
                self.trouble = error
        return len(memoryview(data))

    @property
    def left(self) -> bool:
        """Whoever read it has seen enough, which is no trouble.  (Windows says EINVAL of a pipe that nobody reads.)"""
        return isinstance(self.trouble, BrokenPipeError) or (
            os.name == "nt" and getattr(self.trouble, "errno", 0) == errno.EINVAL
        )


def prepare_streams() -> None:
    """Make stdout and stderr safe, once for a process; streams that somebody has put in their place are only told to escape."""
    _nothing_closed()
    sys.stdout, sys.stderr = _safe(sys.stdout, 1), _safe(sys.stderr, 2)


def finished(code: int) -> int:
    """Write out what is left; the exit code, which is not 0 if a result could not be written."""
    sys.stdout.flush()
    outlet = _outlet(sys.stdout)
    if outlet is not None and outlet.trouble is not None and not outlet.left:
        fail(f"standard output cannot be written: {outlet.trouble.strerror}; the result is lost")
        code = code if code != OK else USAGE
    sys.stderr.flush()
    return code


def _nothing_closed() -> None:
    """Give closed descriptors to the null device: otherwise the next file that is opened would become standard output."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free


def _safe(stream: Any, descriptor: int) -> TextIO:  # noqa: ANN401 - a stream, or None where Python found it closed
    if stream is None:
        return open(descriptor, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    if stream in (sys.__stdout__, sys.__stderr__) and hasattr(stream, "buffer"):
        stream.flush()
        raw = getattr(stream.buffer, "raw", stream.buffer)  # without a buffer it is the raw stream
        return io.TextIOWrapper(
            io.BufferedWriter(Outlet(raw)), encoding=stream.encoding, errors="backslashreplace",
            line_buffering=stream.line_buffering, write_through=stream.write_through,
        )  # fmt: skip
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return stream  # type: ignore[no-any-return]  # it was given as one


def _outlet(stream: TextIO) -> Outlet | None:
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return raw if isinstance(raw, Outlet) else None
