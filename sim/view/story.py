"""A counterexample as a person reads it: what led there in few rows, which switches it needs, which race decides."""

from __future__ import annotations

from os.path import basename
from typing import TYPE_CHECKING, Final

from alertable.sim.trace.event import KERNEL, EventKind
from alertable.sim.view.columns import Row, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alertable.sim.explore.explaining.minimise import Deviation
    from alertable.sim.explore.explaining.races import Anatomy
    from alertable.sim.trace.event import Event

ROWS: Final = 13
NOBODY: Final = ("deadlock", "step-bound")  # what no thread in particular does
LATEST: Final = 6  # rows before the violation that are shown whatever they are
DECIDE: Final = ("RST", "ICMP", "FIN", "refused", "the environment decides")  # of what the network does, what ends things


def story(anatomy: Anatomy, switches: Sequence[Deviation], race: tuple[int, int] | None) -> tuple[Row, ...]:
    """The rows that the end depends on, and as the last one the violation.

    Where there is no room for all: what decides (switches, the race, resets and the like) and the latest.
    """
    violation = anatomy.violation
    near, far = anatomy.cause(0), anatomy.cause(-1)
    marked = {d.step for d in switches} | ({anatomy.steps[race[0]], anatomy.steps[race[1]]} if race is not None else set())
    rows = [row for row in rows_of(anatomy.trace) if row.step <= violation.step and row.step in far | marked]

    def importance(n: int) -> tuple[int, int]:
        row = rows[n]
        decides = row.step in near and any(word in text for word in DECIDE for text in row.kernel)
        if row.step == violation.step or row.step in marked or decides:
            return 0, -n
        return (1 if n >= len(rows) - LATEST else 2 if row.step in near else 3), -n

    chosen = sorted(sorted(range(len(rows)), key=importance)[: ROWS - 1])
    return (*(rows[n] for n in chosen), _end(anatomy))


def _end(anatomy: Anatomy) -> Row:
    """The violation, in the column of the thread that broke the law."""
    violation = anatomy.violation
    mover = next((label for label, step in zip(anatomy.labels, anatomy.steps, strict=True) if step == violation.step), KERNEL)
    text = f"!! {violation.id}: {violation.title}"
    if violation.id not in NOBODY and violation.where and violation.where[0].startswith(f"{mover}: "):
        return Row(step=violation.step, thread=mover, text=text, where=_line(violation.where[0]))
    return Row(step=violation.step, thread=KERNEL, text="", kernel=(text,))


def _line(place: str) -> str:
    """`path:line` of a place, with the file's name alone."""
    path, _, line = place.partition(": ")[2].rpartition(" in ")[0].rpartition(":")
    return f"{basename(path)}:{line}"


def switch_lines(anatomy: Anatomy, switches: Sequence[Deviation]) -> tuple[str, ...]:
    """One line per necessary choice, with the step that it must precede."""
    return tuple(_switch(anatomy, d) for d in switches)


def _switch(anatomy: Anatomy, d: Deviation) -> str:
    if d.actor.startswith("!"):
        return f"step {d.step}: {d.actor[1:]}"
    later = next((n for n, step in enumerate(anatomy.steps) if step > d.step and anatomy.labels[n] == d.before), None)
    if later is None:
        return f"step {d.step}: {d.actor} instead of {d.before}, which never moves again"
    return f"step {d.step}: {d.actor} moves before {d.before} does {_did(anatomy, later)}"


def race_line(anatomy: Anatomy, race: tuple[int, int] | None) -> str:
    """The race in one sentence; empty if no single one decides."""
    if race is None:
        return ""
    first, second = (f"{anatomy.labels[n]} {_did(anatomy, n)}" for n in race)
    return f"{first} comes before {second}; the other way round the run passes"


def _did(anatomy: Anatomy, n: int) -> str:
    step, label = anatomy.steps[n], anatomy.labels[n]
    for event in anatomy.trace:
        if event.step == step and (event.thread == label or event.thread == KERNEL):
            text = _short(event)
            if text:
                return f"{text} (step {step})"
    return f"its step {step}"


def _short(event: Event) -> str:
    if event.kind is EventKind.CALL:
        first, more, _ = event.text.partition(", ")
        return f"{event.subject}({first}{', ...' if more else ''})"
    if event.kind is EventKind.ROUTINE:
        return f"routine {event.subject}"
    if event.kind is EventKind.SEGMENT_DELIVERED:
        return f"brings {event.text}"
    if event.kind is EventKind.TIMER:
        return "expires"
    return ""
