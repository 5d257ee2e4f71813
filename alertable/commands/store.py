"""`alertable store`: what is kept, and what of it may go."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

import alertable
from alertable.commands.guard import guarded
from alertable.commands.options import option_words, the_store
from alertable.sim.view.grid import grid
from alertable.store import Kept, Store, StoreError
from alertable.terminal import OK, echo, quiet, shown, width
from alertable.words import command

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY: Final = 86_400
UNITS: Final = ((DAY, "d"), (3_600, "h"), (60, "min"))
LEAST_COLUMN: Final = 8


@click.group("store")
def store_command() -> None:
    """Counterexamples that were kept: list them, show one, remove what is of no use any more."""


@store_command.command("ls")
@the_store
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout.")
def ls_command(store: Any, json_: bool) -> None:  # noqa: ANN401 - what click passes
    """List them, the latest first."""
    sys.exit(guarded(lambda: _ls(Store(store), json_)))


def _ls(store: Store, json_: bool) -> int:
    rows = [_row(store, name) for name in store.ids()]
    if json_:
        echo(json.dumps({"store": str(store.folder), "kept": rows}, ensure_ascii=True))
    elif not rows:
        echo(f"nothing is kept in {store.folder}")
    else:
        table = [["id", "law", "programs", "age", "size"]]
        table += [[r["id"], r["law"], " ".join(r["programs"]), _age(r["seconds"]), f"{r['bytes']:,}"] for r in rows]
        for line in grid([[shown(cell) for cell in row] for row in table], width(), LEAST_COLUMN, 2):
            echo(line)
    return OK


def _row(store: Store, name: str) -> dict[str, Any]:
    status = store.path(name).stat()
    row: dict[str, Any] = {"id": name, "seconds": max(0, round(time.time() - status.st_mtime)), "bytes": status.st_size}
    try:
        kept = store.read(name)
    except StoreError:
        return {**row, "law": "(not readable)", "programs": []}
    return {**row, "law": kept.violation, "programs": list(kept.files)}


def _age(seconds: int) -> str:
    return next((f"{seconds // unit} {name}" for unit, name in UNITS if seconds >= unit), f"{seconds} s")


@store_command.command("show")
@click.argument("name", metavar="ID")
@the_store
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout.")
def show_command(name: str, store: Any, json_: bool) -> None:  # noqa: ANN401 - what click passes
    """Show what is kept under an id, without running it."""
    sys.exit(guarded(lambda: _show(Store(store), name, json_)))


def _show(store: Store, name: str, json_: bool) -> int:
    kept = store.get(name)
    if kept is None:
        raise ValueError(f"{name}: no counterexample of this id in {store.folder}; `alertable store ls` lists them")
    changes = list(store.changed(kept))
    if json_:
        echo(json.dumps({"id": kept.id, **asdict(kept), "changed": changes}, ensure_ascii=True))
        return OK
    echo(f"{kept.id}  {kept.violation}: {kept.title}".rstrip(": "))
    echo(f"programs: {shown(command(*store.programs(kept)))}")
    if kept.options:
        echo(f"options: {command(*option_words(kept.options)) or 'the usual ones'}")
    echo(f"schedule: {shown(kept.schedule)}")
    for line in changes:
        echo(f"changed since it was kept: {shown(line)}")
    echo(f"replay: {kept.in_pytest or command('alertable', 'replay', kept.id, *store.words)}")
    return OK


@store_command.command("gc")
@the_store
@click.option("--older-than", type=click.FloatRange(min=0), metavar="DAYS", help="Remove also what is older than so many days.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
def gc_command(store: Any, older_than: float | None, dry_run: bool) -> None:  # noqa: ANN401 - what click passes
    """Remove what no longer leads to its violation: each counterexample is replayed."""
    sys.exit(guarded(lambda: _gc(Store(store), older_than, dry_run)))


def _gc(store: Store, older_than: float | None, dry_run: bool) -> int:
    names = store.ids()
    gone = 0
    for name in names:
        reason = _useless(store, name, older_than)
        if reason:
            gone += 1
            echo(f"{name}  {'would go' if dry_run else 'removed'}: {shown(reason)}")
            if not dry_run:
                store.path(name).unlink()
    echo(f"{gone} of {len(names)} {'would go' if dry_run else 'removed'}, {len(names) - gone} kept in {store.folder}")
    return OK


def _useless(store: Store, name: str, older_than: float | None) -> str:
    """Why a counterexample may go; empty for one that is still good."""
    days = (time.time() - store.path(name).stat().st_mtime) / DAY
    if older_than is not None and days > older_than:
        return f"it is {days:.0f} days old"
    try:
        kept = store.read(name)
        return next(_failings(store, kept), "") if not kept.test else ""  # only pytest can replay that
    except (alertable.ProgramFileError, alertable.ReplayDivergence, alertable.NotModelled, ValueError, TypeError) as error:
        return f"it no longer replays ({error})"


def _failings(store: Store, kept: Kept) -> Iterator[str]:
    programs = [alertable.load_program(name) for name in store.programs(kept)]
    with quiet():
        violation = alertable.replay(*programs, schedule=kept.schedule, **kept.options).violation
    if violation is None:
        yield f"it no longer breaks {kept.violation}"
    elif kept.violation and violation.id != kept.violation:
        yield f"it breaks {violation.id} now, not {kept.violation}"
