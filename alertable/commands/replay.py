"""`alertable replay` and `alertable explain`: one schedule again, exactly; and why it ends as it does."""

from __future__ import annotations

import contextlib
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import alertable
from alertable.commands.guard import guarded
from alertable.commands.options import collected, what_may_happen
from alertable.commands.run import show
from alertable.report import violation_lines
from alertable.sim.runtime.canonical import text
from alertable.store import FOLDER, Kept, Store
from alertable.terminal import OK, VIOLATED, echo

if TYPE_CHECKING:
    from collections.abc import Callable


def _arguments(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "json_", is_flag=True, help="One JSON object on stdout."),
        click.option("--store", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Where ids are kept."),
        what_may_happen,
        click.option("--schedule", metavar="TEXT|FILE", help="The schedule, where FILEs are given."),
        click.argument("names", nargs=-1, required=True, metavar="ID | FILE[:function]..."),
    ):
        command = option(command)
    return command


@click.command("replay")
@_arguments
@click.option("--trace", metavar="FILE|-", help="Write the trace: a table, JSON Lines for FILE.jsonl, - for the terminal.")
def replay_command(trace: str | None, **given: Any) -> None:  # noqa: ANN401 - what click passes
    """Follow a schedule exactly; exit code 4 names the step where the program no longer does."""

    def action() -> int:
        json_ = given.pop("json_")
        kept = _kept(given)
        programs = [alertable.load_program(name) for name in kept.files]
        with contextlib.redirect_stdout(sys.stderr) if json_ else contextlib.nullcontext():
            execution = alertable.replay(*programs, schedule=kept.schedule, **kept.options)
        show(execution, kept.files, "sim", trace, json_, kept.options)
        return OK if execution.ok else VIOLATED

    sys.exit(guarded(action))


@click.command("explain")
@_arguments
def explain_command(**given: Any) -> None:  # noqa: ANN401 - what click passes
    """Minimise a failing schedule: its story, the switches that it needs, the race that decides."""

    def action() -> int:
        json_ = given.pop("json_")
        kept = _kept(given)
        programs = [alertable.load_program(name) for name in kept.files]
        with contextlib.redirect_stdout(sys.stderr):
            execution = alertable.replay(*programs, schedule=kept.schedule, **kept.options)
            violation = execution.violation
            if violation is not None:
                found = replace(violation, schedule=execution.schedule)
                violation = alertable.explain(*programs, violation=found, **kept.options)
        if json_:
            echo(json.dumps(None if violation is None else asdict(violation), ensure_ascii=True))
        elif violation is None:
            echo(f"PASS  the schedule breaks nothing; it returned {text(execution.outcome)}")
        else:
            echo("\n".join(violation_lines(violation, kept.files, kept.options)))
        return OK if violation is None else VIOLATED

    sys.exit(guarded(action))


def _kept(given: dict[str, Any]) -> Kept:
    """What the words name: an id of the store, or files with a schedule."""
    names: tuple[str, ...] = given.pop("names")
    schedule, store = given.pop("schedule"), Store(given.pop("store"))
    options = collected(given)
    if schedule is not None:
        return Kept(names, schedule, options)
    kept = store.get(names[0]) if len(names) == 1 else None
    if kept is None:
        raise ValueError(f"{' '.join(names)}: no counterexample of this id in {store.folder}; give files and --schedule")
    return kept
