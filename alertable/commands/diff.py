"""`alertable diff`: two schedules, or two traces: where they part, and what that changed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import alertable
from alertable.commands.guard import guarded
from alertable.commands.options import collected, the_store, what_may_happen
from alertable.commands.wanted import Wanted, kept_by
from alertable.report import event_of
from alertable.sim.runtime.canonical import text
from alertable.sim.view.difference import difference, difference_lines
from alertable.store import Store
from alertable.terminal import OK, VIOLATED, echo, quiet, shown, width

if TYPE_CHECKING:
    from alertable.sim.trace.event import Event
    from alertable.sim.view.difference import Difference

DIFFERENT = VIOLATED


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: how it is called, what happened, how it ended (empty where only a trace is known)."""

    name: str
    trace: tuple[Event, ...]
    end: str


@click.command("diff")
@click.argument("one", metavar="ID|SCHEDULE|FILE")
@click.argument("other", metavar="ID|SCHEDULE|FILE")
@click.option("--program", "files", multiple=True, metavar="FILE[:function]", help="The program of schedules; again for each.")
@what_may_happen
@the_store
@click.option("--json", "json_", is_flag=True, help="One JSON object on stdout.")
def diff_command(one: str, other: str, **given: Any) -> None:  # noqa: ANN401 - what click passes
    """Show where two executions part: ids of the store, schedules ('v1: ...', or files), or traces (.jsonl).

    Ends with 0 if the same happens in both, else with 1.
    """
    sys.exit(guarded(lambda: _diff(one, other, **given)))


def _diff(one: str, other: str, files: tuple[str, ...], store: Path | None, json_: bool, **given: Any) -> int:  # noqa: ANN401
    keeper, options = Store(store), collected(given)
    kept = [kept_by(keeper, name) for name in (one, other)]
    known = next((each for each in kept if each is not None), None)
    sides = []
    for mark, name, found in zip("AB", (one, other), kept, strict=True):
        what = found
        if what is None and not _is_trace(name):
            if not files and known is None:
                where = f"no id in {keeper.folder}, and no trace (.jsonl)"
                raise ValueError(f"{name[:60]}: {where}; for a schedule say --program FILE")
            if known is None or files:
                what = Wanted(files, name, options, keeper)
            else:
                what = Wanted(known.files, name, known.options, keeper)
        sides.append(_traced(mark, name) if what is None else _run(mark, name, what))
    found_difference = difference(sides[0].trace, sides[1].trace)
    echo(_json(sides, found_difference) if json_ else "\n".join(_lines(sides, found_difference)))
    return OK if found_difference is None else DIFFERENT


def _is_trace(name: str) -> bool:
    return name.endswith(".jsonl")


def _traced(mark: str, name: str) -> Side:
    """A trace from a file that `--trace FILE.jsonl` wrote."""
    events = []
    for number, line in enumerate(Path(name).read_text(encoding="utf-8").splitlines(), 1):
        try:
            events.append(event_of(json.loads(line)))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{name}:{number}: is no event of a trace; `--trace FILE.jsonl` writes them") from error
    return Side(f"{mark} {Path(name).name}", tuple(events), "")


def _run(mark: str, name: str, what: Wanted) -> Side:
    with quiet(), what.explaining_divergence():
        execution = alertable.replay(*what.programs(), schedule=what.schedule, **what.options)
    violation = execution.violation
    end = f"returned {text(execution.outcome)}"
    if violation is not None:
        end = f"{violation.id}: {violation.title} (step {violation.step})"
    called = what.kept.id if what.kept is not None else Path(name).name if Path(name[:200]).is_file() else ""
    return Side(f"{mark} {called}".rstrip(), execution.trace, end)


def _lines(sides: list[Side], found: Difference | None) -> list[str]:
    ends = [shown(f"{side.name} ends: {side.end}") for side in sides if side.end]
    if found is None:
        return ["SAME  the same steps in the same order", *ends]
    return ["DIFFERENT", *difference_lines(found, (sides[0].name, sides[1].name), width(), shown), "", *ends]


def _json(sides: list[Side], found: Difference | None) -> str:
    data = {
        "same": found is None,
        "sides": [{"name": side.name, "end": side.end, "events": len(side.trace)} for side in sides],
        "difference": None if found is None else asdict(found),
    }
    return json.dumps(data, ensure_ascii=True)
