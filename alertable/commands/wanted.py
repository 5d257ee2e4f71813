"""What the words of replay, explain and diff name: a counterexample of the store, or files with a schedule."""

from __future__ import annotations

import sys
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

import alertable
from alertable.api import schedule_text
from alertable.commands.options import collected, option_words, the_store, what_may_happen
from alertable.sim.runtime.schedule import parse
from alertable.store import Kept, Store, could_be
from alertable.words import command, file_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alertable.sim import Execution
    from alertable.sim.runtime.program_file import ProgramFile

MAY_HAPPEN = ("clock", "profile", "fault", "specs", "max_steps")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Programs, a schedule, and options of `alertable.run`; kept: where it is from, if it is from the store."""

    files: tuple[str, ...]
    schedule: str
    options: dict[str, Any]
    store: Store
    kept: Kept | None = None

    def text(self) -> str:
        """The schedule itself, where a file was named."""
        return schedule_text(self.schedule)

    def steps(self) -> int:
        """So many does the schedule have."""
        return sum(count for label, count in parse(self.text()))

    def from_root(self) -> tuple[str, ...]:
        """The files as seen from the project's root."""
        return self.kept.files if self.kept is not None else tuple(self.store.remembered(name) for name in self.files)

    def programs(self) -> list[ProgramFile]:
        """Loaded; ProgramFileError where one is not there any more."""
        return [alertable.load_program(name) for name in self.files]

    def command(self, name: str, *words: str) -> str:
        """A command line about the same, by its id where it has one."""
        if self.kept is not None:
            return command("alertable", name, self.kept.id, *self.store.words, *words)
        options = option_words(self.options)
        return command("alertable", name, *file_words(self.files), "--schedule", self.schedule, *options, *words)

    def changes(self) -> list[str]:
        """The files that are not as they were when it was kept, a line for each."""
        return list(self.store.changed(self.kept)) if self.kept is not None else []

    @contextmanager
    def explaining_divergence(self) -> Iterator[None]:
        """Where the schedule does not fit: which file has changed, where it fitted last, what to do."""
        try:
            yield
        except alertable.ReplayDivergence as divergence:
            for line in self.changes():
                divergence.add_note(f"changed since it was kept: {line}")
            if divergence.step > 1:
                last = str(divergence.step - 1)
                divergence.add_note(f"the last state that agrees: {self.command('replay', '--to', last)}")
                divergence.add_note(f"every way from there: {self.command('replay', '--to', last, '--then', 'dpor')}")
            raise

    def now(self, execution: Execution) -> Iterator[str]:
        """Where a counterexample is none any more, or breaks another law: a line that says so, and what has changed."""
        if self.kept is None or not self.kept.violation or self.schedule != self.kept.schedule:
            return
        if execution.violation is None or execution.violation.id != self.kept.violation:
            yield f"when it was kept it broke {self.kept.violation}: {self.kept.title}"
            for line in self.changes():
                yield f"changed since: {line}"


def naming(function: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options that name what is wanted; `wanted` takes them."""
    for option in (
        the_store,
        what_may_happen,
        click.option("--schedule", metavar="TEXT|FILE", help="The schedule, where FILEs are given."),
        click.argument("names", nargs=-1, required=True, metavar="ID | FILE[:function]..."),
    ):
        function = option(function)
    return function


def wanted(given: dict[str, Any]) -> Wanted:
    """Take them out of `given`.  ValueError says what is missing."""
    names: tuple[str, ...] = given.pop("names")
    schedule, store = given.pop("schedule"), Store(given.pop("store"))
    told = [name for name in MAY_HAPPEN if _was_told(name)]
    options = collected(given)
    found = kept_by(store, names[0]) if len(names) == 1 else None
    if found is not None:
        if told:
            option = told[0].replace("_", "-")
            raise ValueError(f"--{option}: an id stands for its own options; give files and --schedule for others")
        return found if schedule is None else replace(found, schedule=schedule)
    if schedule is None:
        raise ValueError(f"{' '.join(names)}: no counterexample of this id in {store.folder}; give files and --schedule")
    return Wanted(names, schedule, options, store)


def kept_by(store: Store, name: str) -> Wanted | None:
    """The counterexample of this id; None where there is none, or where it is the name of a file."""
    kept = store.get(name) if could_be(name) and not Path(name).is_file() else None
    if kept is not None and kept.test:
        raise ValueError(f"{kept.id}: this is the schedule of a test; {kept.in_pytest}")
    return Wanted(store.programs(kept), kept.schedule, kept.options, store, kept) if kept is not None else None


def _was_told(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


@contextmanager
def prints_to_stderr(needed: bool) -> Iterator[None]:
    """What programs print must not get between what we do."""
    if not needed:
        yield
        return
    with redirect_stdout(sys.stderr):
        yield
