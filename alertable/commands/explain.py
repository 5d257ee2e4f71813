"""`alertable explain`: why a schedule ends as it does, and how little it takes to end otherwise."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

import click

import alertable
from alertable.commands.guard import guarded
from alertable.commands.wanted import naming, wanted
from alertable.report import law_lines, replay_words
from alertable.sim.explore.coordinating.checkpoint import deferred_interrupt
from alertable.sim.explore.explaining.budget import Budget
from alertable.sim.explore.explaining.nearest import MOST_CHANGES, Nearest, nearest_passing
from alertable.sim.runtime.canonical import text
from alertable.sim.runtime.settings import Settings
from alertable.sim.view.beside import beside
from alertable.sim.view.difference import difference, difference_lines
from alertable.sim.view.sources import Sources
from alertable.terminal import OK, VIOLATED, echo, quiet, shown, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.commands.wanted import Wanted
    from alertable.sim import Violation
    from alertable.sim.explore.explaining.nearest import Change, NoneFound
    from alertable.sim.runtime.program_file import ProgramFile

NAMES: Final = ("as it fails", "as it passes")


@click.command("explain")
@naming
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout.")
def explain_command(**given: Any) -> None:  # noqa: ANN401 - what click passes
    """Minimise a failing schedule: its story, the switches that it needs, the race that decides, the nearest that passes."""
    sys.exit(guarded(lambda: _explain(given.pop("json_"), wanted(given))))


def _explain(json_: bool, what: Wanted) -> int:
    programs = what.programs()
    with quiet(), what.explaining_divergence():
        execution = alertable.replay(*programs, schedule=what.schedule, **what.options)
    if execution.violation is None:
        told = [f"PASS  the schedule breaks nothing; it returned {text(execution.outcome)}", *what.now(execution)]
        echo("null" if json_ else "\n".join(told))
        return OK
    found = replace(execution.violation, schedule=execution.schedule)
    with quiet(), deferred_interrupt() as asked:
        budget = Budget(patience=lambda: 0.0 if asked else math.inf)
        violation = alertable.explain(*programs, violation=found, **what.options)
        nearest = nearest_passing(programs, violation, Settings(**what.options), budget)
    if json_:
        echo(json.dumps({**asdict(violation), "nearest": _data(nearest)}, ensure_ascii=True))
    else:
        echo("\n".join([*_lines(what, violation, nearest, programs), *what.now(execution)]))
    return VIOLATED


def _lines(what: Wanted, violation: Violation, nearest: Nearest | NoneFound, programs: Sequence[ProgramFile]) -> Iterator[str]:
    yield from law_lines(violation)
    if violation.laws:
        yield f"laws: {', '.join(violation.laws)}"
    if violation.rows:
        yield ""
        yield from beside(violation.rows, Sources(programs), width(), shown)
    if violation.switches or violation.race or violation.note:
        yield ""
    for line in violation.switches:
        yield f"necessary: {shown(line)}"
    if violation.race:
        yield f"decisive race: {shown(violation.race)}"
    if violation.note:
        yield f"note: {violation.note}"
    yield ""
    if isinstance(nearest, Nearest):
        yield from _nearest(what, nearest)
    else:
        yield _none(nearest)
    yield ""
    yield f"replay: {shown(replay_words(what.files, violation, what.options))}"


def _nearest(what: Wanted, nearest: Nearest) -> Iterator[str]:
    """The passing schedule: what is changed, and what is different then."""
    count = len(nearest.changes)
    yield f"the nearest passing schedule, {count} choice(s) changed:"
    for change in nearest.changes:
        yield f"  {shown(_change(change))}"
    found = difference(nearest.failing.trace, nearest.execution.trace)
    assert found is not None  # the one breaks a law, the other does not
    yield from (f"  {line}".rstrip() for line in difference_lines(found, NAMES, width() - 2, shown))
    yield f"  it returns {shown(text(nearest.execution.outcome))}"
    same = replace(what, schedule=nearest.execution.schedule, kept=None)
    yield f"  passes: {shown(same.command('replay'))}"


def _change(change: Change) -> str:
    if change.was.startswith("!") or change.now.startswith("!"):
        return f"step {change.step}: the environment answers {_answer(change.now)} instead of {_answer(change.was)}"
    if change.on:
        return f"step {change.step}: {change.now} moves, and goes on until it waits or ends, instead of {change.was}"
    return f"step {change.step}: {change.now} moves instead of {change.was}"


def _answer(label: str) -> str:
    return label.removeprefix("!")


def _none(nearest: NoneFound) -> str:
    """Why there is none: it says exactly what was tried."""
    if nearest.changes >= MOST_CHANGES:
        return f"no schedule with up to {nearest.changes} choices taken differently passes ({nearest.tried:,} tried)"
    if not nearest.changes:
        return f"no passing schedule near it was found before the time for it was over ({nearest.tried:,} tried)"
    return (
        f"no schedule with {nearest.changes} choice(s) taken differently passes; "
        f"of more changes only some were tried ({nearest.tried:,} in all)"
    )


def _data(nearest: Nearest | NoneFound) -> dict[str, Any]:
    if isinstance(nearest, Nearest):
        execution = nearest.execution
        changes = [asdict(change) for change in nearest.changes]
        return {"schedule": execution.schedule, "changes": changes, "outcome": text(execution.outcome)}
    return {"schedule": None, **asdict(nearest)}
