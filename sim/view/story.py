"""A counterexample as a person reads it: what led there in at most 15 lines, which switches it needs, which race decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.trace.record import KERNEL, EventKind
from sim.view.columns import columns_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.explore.minimise import Deviation
    from sim.explore.races import Anatomy
    from sim.trace.record import Event

LINES: Final = 15
WIDTH: Final = 100
LATEST: Final = 7  # rows before the violation that are always shown


def story(anatomy: Anatomy, switches: Sequence[Deviation], race: tuple[int, int] | None) -> tuple[str, ...]:
    """The rows that the end depends on, one column per thread; switches and the race first, then the latest."""
    cone = anatomy.cause(1)
    marked = {d.step for d in switches} | ({anatomy.steps[race[0]], anatomy.steps[race[1]]} if race is not None else set())
    rows = [row for row in rows_of(anatomy.trace) if row.step in cone or row.step in marked]
    room = LINES - 2  # the head
    if len(rows) > room:
        wanted = sorted(range(len(rows)), key=lambda n: (n < len(rows) - LATEST, rows[n].step not in marked, -n))[:room]
        rows = [rows[n] for n in sorted(wanted)]
    threads = list(dict.fromkeys(event.thread for event in anatomy.trace if event.thread != KERNEL))
    threads = [name for name in threads if any(row.thread == name for row in rows)]
    return tuple(columns_of(rows, threads, WIDTH))


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
        return f"delivers {event.text}"
    if event.kind is EventKind.TIMER:
        return "expires"
    return ""
