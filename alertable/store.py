"""`.alertable/`: counterexamples by id, the schedule that runs now, searches to be taken up again.

The folder ignores itself in git.  A counterexample is one JSON file: files, options, schedule, what was broken.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.explore.journal import left_behind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alertable.sim import Violation

FOLDER: Final = ".alertable"


@dataclass(frozen=True, slots=True)
class Kept:
    """A counterexample as it is kept; options: those of `alertable.run` that are not the default."""

    files: tuple[str, ...]
    schedule: str
    options: dict[str, Any] = field(default_factory=dict)
    violation: str = ""

    @property
    def id(self) -> str:
        """Eight hex digits: the same for the same programs, options and schedule."""
        text = json.dumps([self.files, self.options, self.schedule], sort_keys=True)
        return blake2b(text.encode(), digest_size=4).hexdigest()


class Store:
    """The folder; made when something is first put into it.

    Where nothing can be written nothing is kept, and `trouble` says why: that costs the store, not what was found.
    """

    def __init__(self, folder: Path = Path(FOLDER)) -> None:
        self.folder = folder
        self.trouble = ""

    def made(self) -> Path:
        """The folder, which exists now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        return self.folder

    def put(self, files: Sequence[str], violation: Violation, options: Mapping[str, Any]) -> str | None:
        """Keep a counterexample; its id, or None where it cannot be kept."""
        kept = Kept(tuple(files), violation.schedule, dict(options), violation.id)
        text = json.dumps(asdict(kept), ensure_ascii=True, indent=1)
        try:
            (self.made() / f"{kept.id}.json").write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            self._cannot(error)
            return None
        return kept.id

    def drop(self, name: str) -> None:
        """Remove a counterexample that a smaller one stands for."""
        with suppress(OSError):
            (self.folder / f"{name}.json").unlink()

    def _cannot(self, error: OSError) -> None:
        self.trouble = self.trouble or f"{self.folder} cannot be written ({error.strerror or error}): nothing is kept there"

    def get(self, name: str) -> Kept | None:
        """The counterexample of this id, or of the only id that begins so; None if there is none."""
        found = sorted(self.folder.glob(f"{name}*.json")) if name.isalnum() else []
        if len(found) != 1:
            return None
        data = json.loads(found[0].read_text(encoding="utf-8"))
        return Kept(tuple(data["files"]), data["schedule"], data["options"], data["violation"])

    def search_file(self, files: Sequence[str], options: Mapping[str, Any]) -> Path | None:
        """Where a search of these programs with these options is kept; None where it cannot be."""
        key = blake2b(json.dumps([list(files), dict(options)], sort_keys=True).encode(), digest_size=4).hexdigest()
        return self._writable(f"{key}.search")

    def journal(self) -> Path | None:
        """Where the schedule that runs now is kept, one file for each process; None where it cannot be."""
        return self._writable(f"running-{os.getpid()}")

    def _writable(self, name: str) -> Path | None:
        try:
            path = self.made() / name
            new = not path.exists()
            path.open("ab").close()
            if new:
                path.unlink()
        except OSError as error:
            self._cannot(error)
            return None
        return path

    def lost(self) -> Path | None:
        """The schedule of the last search whose process died, moved out of the way; None if none did."""
        target = None
        for path in sorted(self.folder.glob("running-*")):
            schedule = left_behind(path)
            if schedule is not None:
                target = self.folder / "died.schedule"
                target.write_text(schedule + "\n", encoding="utf-8")
        return target
