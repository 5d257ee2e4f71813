"""Executions that are compared, step by step: the whole trace and the outcome, by content.

Addresses in lines are left out: programs pass them as keys and contexts, and nothing follows from them.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.errors import NotModelled
from alertable.sim.runtime.canonical import masked, text
from alertable.sim.runtime.execution import run
from alertable.sim.runtime.outcome import ReplayDivergence, Violation
from alertable.sim.trace.event import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alertable.sim.explore.coordinating.journal import Journal
    from alertable.sim.runtime.execution import Program
    from alertable.sim.runtime.settings import Settings
    from alertable.sim.trace.event import Event

SIZES: Final = range(16, 520, 16)  # bytes of the objects that are in the way in every second execution
EACH: Final = 24
ADDRESS_IN_TEXT: Final = "likely cause: the text of an object has its address in it; give its class a __repr__"
SHOWN: Final = 90  # characters of a value
_NUMBER: Final = re.compile(r"\b\d{10,15}\b")
_ADDRESSES: Final = range(1 << 32, 1 << 47)


@dataclass(frozen=True, slots=True)
class Ending:
    """One execution as far as it is compared; how: what ended it, where that was no plain end."""

    events: tuple[Event, ...]
    outcome: str
    how: str
    steps: int
    schedule: str
    violation: Violation | None = None


def ending(programs: Sequence[Program], schedule: str | None, settings: Settings, journal: Journal | None = None) -> Ending:
    """Run them once, traced."""
    try:
        log = journal.fresh() if journal is not None else None
        execution = run(programs, schedule=schedule, settings=settings, log=log)
    except (ReplayDivergence, NotModelled) as error:
        return Ending((), "", masked(str(error)), getattr(error, "step", 0), schedule or "")
    violation = execution.violation
    how = f"{violation.id}: {without_addresses(violation.message)}" if violation is not None else ""
    return Ending(execution.trace, text(execution.outcome), how, execution.steps, execution.schedule, violation)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two executions of one schedule part; where: the place in the program, and why: the cause, if they are known."""

    step: int
    what: str
    where: tuple[str, ...] = ()
    why: str = ""


def difference(one: Ending, other: Ending, names: tuple[str, str] = ("the first time", "the second time")) -> Difference | None:
    """The first, or nothing."""
    first, second = names
    for number, (a, b) in enumerate(zip(one.events, other.events, strict=False)):
        if _parts(a) != _parts(b):
            told, head = _told(b), f"in step {a.step} {a.thread} calls "
            if a.kind is EventKind.CALL:
                told = told.removeprefix(head)  # the same thread calls something else, as a rule
            return Difference(a.step, f"{_told(a)} {first}, {told} {second}", _place(one.events[: number + 1]))
    if len(one.events) != len(other.events) and one.events and other.events:
        is_longer = len(one.events) > len(other.events)
        more, fewer = (one, other) if is_longer else (other, one)
        event = more.events[len(fewer.events)]
        when, never = (first, second) if is_longer else (second, first)
        return Difference(event.step, f"{_told(event)} {when}, and not {never}", _place(more.events[: len(fewer.events) + 1]))
    if one.how != other.how:
        ends = [f"it ends with {_short(each.how)!r}" if each.how else "it ends well" for each in (one, other)]
        return Difference(min(one.steps, other.steps), f"{ends[0]} {first}, {ends[1]} {second}")
    if one.outcome != other.outcome:
        shown = _parting(one.outcome, other.outcome)
        why = ADDRESS_IN_TEXT if masked(one.outcome) == masked(other.outcome) else ""
        return Difference(one.steps, f"it returns {shown[0]} {first}, {shown[1]} {second}", why=why)
    if one.schedule != other.schedule:
        shown = _parting(one.schedule, other.schedule)
        return Difference(one.steps, f"it goes {shown[0]!r} {first}, {shown[1]!r} {second}")
    return None


@contextmanager
def other_memory() -> Iterator[None]:
    """What was free is taken: objects that the program makes lie elsewhere than the last time."""
    taken: list[object] = [bytes(size - 33) if size > 33 else object() for size in SIZES for _ in range(EACH)]
    taken += [kind() for kind in (list, dict, set) for _ in range(EACH)]
    taken += [float(number) for number in range(EACH)]
    try:
        yield
    finally:
        taken.clear()


def _place(events: Sequence[Event]) -> tuple[str, ...]:
    """Where the thread of the last of them is, or was at its last event before."""
    last = next((event for event in reversed(events) if event.thread == events[-1].thread and event.where), None)
    return (f"{last.thread}: {last.where}",) if last is not None else ()


def _parts(event: Event) -> tuple[object, ...]:
    line = without_addresses(event.text) if "0x" in event.text or len(event.text) >= 10 else event.text
    return event.step, event.time_100ns, event.thread, event.kind, event.subject, line


def without_addresses(line: str) -> str:
    """Numbers that can only be addresses are as good as equal: programs pass them as keys and contexts."""
    return _NUMBER.sub(lambda found: "address" if int(found[0]) in _ADDRESSES else found[0], masked(line))


def _told(event: Event) -> str:
    """An event as a part of a sentence."""
    who = event.thread or "the kernel"
    where = f"in step {event.step} "
    if event.kind is EventKind.CALL:
        return f"{where}{who} calls {event.subject}({_short(event.text)})"
    if event.kind is EventKind.RETURN:
        return f"{where}{event.subject} returns {_short(event.text) or 'nothing'} to {who}"
    if event.kind is EventKind.PRINT:
        return f"{where}{who} prints {_short(event.text)!r}"
    return f"{where}{event.kind.value} {event.subject} {_short(event.text)}".rstrip()


def _short(line: str) -> str:
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 3]}..."


def _parting(one: str, other: str) -> tuple[str, str]:
    """Both, from a little before the place where they part."""
    place = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, place - SHOWN // 3) if max(len(one), len(other)) > SHOWN else 0
    dots = "..." if start else ""
    return dots + _short(one[start:]), dots + _short(other[start:])
