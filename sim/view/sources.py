"""The text of the programs' lines, by `file:line` as a trace names them."""

from __future__ import annotations

import inspect
import linecache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alertable.sim.runtime.sources import sources

if TYPE_CHECKING:
    from collections.abc import Iterable


class Sources:
    """Files by their name alone; of two that have the same name no line is shown, because nobody could tell which is meant.

    A file that no program imports may have been executed by one: it is looked for beside them.
    """

    def __init__(self, programs: Iterable[Any]) -> None:
        self._files: dict[str, dict[Path, None]] = {}
        paths = [path for program in programs if (path := _file_of(program)) is not None]
        self._folders = dict.fromkeys(path.resolve().parent for path in paths)
        for path in paths:
            for file in sources(path):
                self._files.setdefault(file.name, {})[file] = None

    def line(self, where: str) -> str:
        """The text of a place, without its indentation; empty where it is not known."""
        name, _, number = where.rpartition(":")
        files = list(self._files.get(name, ())) or [path for folder in self._folders if (path := folder / name).is_file()]
        return linecache.getline(str(files[0]), int(number)).strip() if len(files) == 1 and number.isdigit() else ""


def _file_of(program: Any) -> Path | None:  # noqa: ANN401 - whatever can be run
    """Where a program is written: it is a file's, or a function, or a process with one of them."""
    program = getattr(program, "program", program)
    path = getattr(program, "path", None)
    if isinstance(path, Path):
        return path
    try:
        found = inspect.getsourcefile(inspect.unwrap(program))
    except TypeError:
        return None
    return Path(found) if found is not None and not found.startswith("<") else None
