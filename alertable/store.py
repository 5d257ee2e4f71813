"""The store: counterexamples by id, the schedule that runs now, searches to be taken up again.

There is one for a project, `.alertable/` in its root, from whatever folder of it somebody works; it ignores itself in git.  A
counterexample is one JSON file: files (as seen from the root, so that it holds in any folder and on any machine), options,
schedule, what was broken, and a digest of each file, so that it can be told what has changed since.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alertable.project import FOLDER, marked_root, near, project_root, usual_folder
from alertable.sim.explore.coordinating.journal import left_behind
from alertable.sim.runtime.program_file import DEFAULT_FUNCTION, ProgramFileError, locate
from alertable.sim.runtime.sources import digest, sources
from alertable.words import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alertable.sim import Violation

SHOWN = 4  # digits of a digest that a person compares


class StoreError(ValueError):
    """Something in the store cannot be used: one line that names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A counterexample as it is kept.

    files: as seen from the project's root; options: those of `alertable.run`; violation: the id of the law, title: in words;
    digests: of the files that the programs are made of.  test: it is of a test, and the only file is the test's node id.
    """

    files: tuple[str, ...]
    schedule: str
    options: dict[str, Any] = field(default_factory=dict)
    violation: str = ""
    title: str = ""
    digests: dict[str, str] = field(default_factory=dict)
    test: bool = False

    @property
    def in_pytest(self) -> str:
        """The command that replays it where it is of a test."""
        return command("pytest", "--alertable-replay", self.id, *self.files) if self.test else ""

    @property
    def id(self) -> str:
        """Eight hex digits: the same for the same programs, options and schedule."""
        text = json.dumps([self.files, self.options, self.schedule], sort_keys=True)
        return blake2b(text.encode(), digest_size=4).hexdigest()


class Store:
    """The folder; made when something is first put into it.  Without one it is the project's, or what ALERTABLE_STORE says.

    Where nothing can be written nothing is kept, and `trouble` says why: that costs the store, not what was found.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = usual_folder() if folder is None else folder
        self.root = self.folder.absolute().parent
        if self.folder.name != FOLDER:  # somewhere else: files are seen from the project that it is in, or that we are in
            self.root = marked_root(self.root) or project_root()
        self.trouble = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What a command must be told to find it; nothing for the usual one."""
        return () if self.folder.absolute() == usual_folder().absolute() else ("--store", str(self.folder))

    def made(self) -> Path:
        """The folder, which exists now."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        return self.folder

    # ---- counterexamples -----------------------------------------------------------------------------------------------------

    def put(self, files: Sequence[str], violation: Violation, options: Mapping[str, Any]) -> str | None:
        """Keep a counterexample; its id, or None where it cannot be kept."""
        names = tuple(self.remembered(name) for name in files)
        digests = dict(self._digests(files))
        kept = Kept(names, violation.schedule, dict(options), violation.id, violation.title, digests)
        text = json.dumps(asdict(kept), ensure_ascii=True, indent=1)
        try:
            (self.made() / f"{kept.id}.json").write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            self._cannot(error)
            return None
        return kept.id

    def drop(self, name: str) -> None:
        """Remove a counterexample, for instance because a smaller one stands for it."""
        with suppress(OSError):
            self.path(name).unlink()

    def ids(self) -> list[str]:
        """Those of all counterexamples, the latest first."""
        paths = [path for path in self.folder.glob("*.json") if could_be(path.stem)]
        return [path.stem for path in sorted(paths, key=lambda path: (-path.stat().st_mtime, path.stem))]

    def path(self, name: str) -> Path:
        """The file of a counterexample."""
        return self.folder / f"{name}.json"

    def find(self, name: str) -> str | None:
        """The only id that begins so; None if there is none.  StoreError if there are several."""
        found = [each for each in self.ids() if each.startswith(name)] if could_be(name) else []
        if len(found) > 1:
            raise StoreError(f"{name}: several ids in {self.folder} begin so: {', '.join(sorted(found))}; give more digits")
        return found[0] if found else None

    def get(self, name: str) -> Kept | None:
        """The counterexample of this id, or of the only id that begins so; None if there is none."""
        full = self.find(name)
        return self.read(full) if full is not None else None

    def read(self, full: str) -> Kept:
        """The counterexample of an id that exists; StoreError for a file that is none."""
        path = self.path(full)
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            kept = Kept(
                tuple(map(str, data["files"])), str(data["schedule"]), dict(data["options"]), str(data["violation"]),
                str(data.get("title", "")), dict(data.get("digests", {})),
                bool(data.get("test", False)),
            )  # fmt: skip
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(f"{path}: is no counterexample that can be read ({type(error).__name__}); remove it") from error
        return kept

    # ---- files as seen from the root -----------------------------------------------------------------------------------------

    def programs(self, kept: Kept) -> tuple[str, ...]:
        """The kept files as words for `load_program`, as seen from the current folder."""
        return tuple(self._found(name) for name in kept.files)

    def remembered(self, name: str) -> str:
        """A file as seen from the root, whatever the system's separators; the name of a module that is not the project's."""
        try:
            path, function = locate(name)
        except ProgramFileError:
            return name
        full = Path(os.path.abspath(path))
        is_own = full.is_relative_to(self.root) and "site-packages" not in full.parts
        if not is_own and not Path(name.removesuffix(f":{function}").removesuffix(":")).is_file():
            return name
        text = (full.relative_to(self.root) if is_own else full).as_posix()
        return text if function == DEFAULT_FUNCTION else f"{text}:{function}"

    def changed(self, kept: Kept) -> Iterator[str]:
        """The files that are not as they were, a line for each."""
        for name, was in kept.digests.items():
            now = digest(self.root / name)
            if now != was:
                yield f"{name} ({f'{was[:SHOWN]}.. -> {now[:SHOWN]}..' if now else 'it is not there any more'})"

    def _found(self, name: str) -> str:
        head, colon, function = name.rpartition(":")
        path, function = (head, f":{function}") if colon and "/" not in function else (name, "")
        full = self.root / path
        return f"{near(full)}{function}" if full.is_file() or path.endswith(".py") else name

    def _digests(self, files: Sequence[str]) -> Iterator[tuple[str, str]]:
        for name in files:
            with suppress(ProgramFileError):
                for path in sources(locate(name)[0]):
                    is_own = path.is_relative_to(self.root.resolve())
                    yield (path.relative_to(self.root.resolve()) if is_own else path).as_posix(), digest(path)

    # ---- searches ------------------------------------------------------------------------------------------------------------

    def search_file(self, files: Sequence[str], options: Mapping[str, Any]) -> Path | None:
        """Where a search of these programs with these options is kept; None where it cannot be."""
        names = [self.remembered(name) for name in files]
        key = blake2b(json.dumps([names, dict(options)], sort_keys=True).encode(), digest_size=4).hexdigest()
        return self._writable(f"{key}.search")

    def journal(self) -> Path | None:
        """Where the schedule that runs now is kept, one file for each process; None where it cannot be."""
        return self._writable(f"running-{os.getpid()}")

    def lost(self) -> Path | None:
        """The schedule of the last search whose process died, moved out of the way; None if none did."""
        target = None
        for path in sorted(self.folder.glob("running-*")):
            schedule = left_behind(path)
            if schedule is not None:
                target = self.folder / "died.schedule"
                target.write_text(schedule + "\n", encoding="utf-8")
        return target

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

    def _cannot(self, error: OSError) -> None:
        self.trouble = self.trouble or f"{self.folder} cannot be written ({error.strerror or error}): nothing is kept there"


def could_be(name: str) -> bool:
    """Is it written as ids are?"""
    return bool(name) and all(c in "0123456789abcdef" for c in name)
