"""The schedule of the execution that runs now, in a file: a crash or a kill loses none.

The file is mapped into memory, so a step costs one copy of its label, and what is in it outlives the process.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any, Final

from sim.runtime.schedule import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SIZE: Final = 1 << 20
HEAD: Final = f"{VERSION}:".encode()


class Journal:
    """One file; `fresh` begins an execution, `close` removes the file: nothing was lost."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(SIZE)
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SIZE)
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
        self.path.unlink(missing_ok=True)


class Log(list[Any]):
    """label, step, label, step, ... as `Machine.log` wants it."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def __iadd__(self, entry: Iterable[Any]) -> Log:  # type: ignore[misc]  # the same object, as list does it
        label, step = entry
        self._journal.write(label)
        self.append(label)
        self.append(step)
        return self


def left_behind(path: Path) -> str | None:
    """The schedule that a search was in when its process ended; None if there is no such file."""
    try:
        text = path.read_bytes().partition(b"\0")[0]
    except OSError:
        return None
    return text.decode("utf-8", "replace") if text.startswith(HEAD) and len(text) > len(HEAD) else None
