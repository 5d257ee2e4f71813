"""The schedule of the execution that runs now, in a file: a crash or a kill loses none.

The file is mapped into memory, so a step costs one copy of its label, and what is in it outlives the process.  While the process
lives it holds the file (a lock; on Windows nobody can remove a file that is mapped): a search that still runs is not taken for
one that died.
"""

from __future__ import annotations

import mmap
import sys
from typing import IO, TYPE_CHECKING, Any, Final

from alertable.sim.runtime.schedule import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

if sys.platform != "win32":
    import fcntl

SIZE: Final = 1 << 20
HEAD: Final = f"{VERSION}:".encode()


class Journal:
    """One file; `fresh` begins an execution, `close` removes the file: nothing was lost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(SIZE)
        self._file = path.open("r+b")
        _hold(self._file)
        self._map = mmap.mmap(self._file.fileno(), SIZE)
        self.place = 0

    def fresh(self) -> Log:
        """A machine's log of decisions that is kept in the file too."""
        self._map[: len(HEAD) + 1] = HEAD + b"\0"
        self.place = len(HEAD)
        return Log(self)

    def write(self, label: str) -> None:
        """One more step of this actor."""
        word = f" {label}\0".encode()
        place = self.place
        if place + len(word) <= SIZE:
            self._map[place : place + len(word)] = word
            self.place = place + len(word) - 1

    def close(self) -> None:
        """The search ended in an orderly way."""
        self._map.close()
        self._file.close()
        self.path.unlink(missing_ok=True)


class Log(list[Any]):
    """label, step, label, step, ... as `Machine.log` wants it."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self._mover = ""  # of the last step
        self._written = 0  # so many steps

    def extend(self, entry: Iterable[Any]) -> None:
        """One more decision."""
        label, step = entry
        for _ in range(step - 1 - self._written):  # steps that are in no entry are of whoever moved last
            self._journal.write(self._mover)
        self._written = step - 1
        if not label.startswith("!"):
            self._mover, self._written = label, step
        self._journal.write(label)
        super().extend((label, step))


def _hold(file: IO[bytes]) -> bool:
    """Hold the file until it is closed; false if another process does."""
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
    return True


def left_behind(path: Path) -> str | None:
    """The schedule that a search was in when its process ended, and the file goes; None if there is none, or if it still runs."""
    try:
        with path.open("r+b") as file:
            if not _hold(file):
                return None
            text = file.read().partition(b"\0")[0]
        path.unlink()
    except OSError:
        return None
    return text.decode("utf-8", "replace") if text.startswith(HEAD) and len(text) > len(HEAD) else None
