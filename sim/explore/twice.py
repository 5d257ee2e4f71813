"""Programs must be deterministic given the schedule: a sample of executions is run twice and compared, step by step.

Before a search the default schedule runs twice, the second time with other memory free, so that addresses differ; later, at
executions that lie ever further apart, the schedule of that execution runs twice and the first one again: what grows slowly shows
there.  What is compared is the whole trace and the outcome, by content; addresses in lines are left out.
A difference is a violation of its own, with the first step that differed and its likely cause.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kernel_model.errors import NotModelled
from sim.explore.report import FIRST_VIOLATION, INTERRUPTED
from sim.runtime.canonical import masked, text
from sim.runtime.causes import changed, likely_cause, remembered
from sim.runtime.execution import run
from sim.runtime.outcome import ReplayDivergence, Violation
from sim.runtime.whereabouts import acting
from sim.trace.record import EventKind, Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sim.explore.journal import Journal
    from sim.explore.search import Tally
    from sim.runtime.execution import Program
    from sim.runtime.settings import Settings
    from sim.trace.record import Event

NOT_DETERMINISTIC: Final = "not-deterministic"
DEPENDS: Final = "the programs depend on more than the schedule"  # why a search ended
NO_LOOK: Final = (DEPENDS, FIRST_VIOLATION, INTERRUPTED)  # reasons after which nobody looks once more
FIRST_LOOK: Final = 32  # the execution of the search whose schedule is run twice
FURTHER: Final = 16  # each next one is so many times as far
PATIENCE: Final = 24  # executions of a program that keeps something which changes every time
PATIENCE_STEPS: Final = 20_000  # of all these together
STUCK: Final = "stuck"
SIZES: Final = range(16, 520, 16)  # bytes of the objects that are in the way in every second execution
EACH: Final = 24
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


class Pointer(Recorder):
    """Notes where in the program an event is."""

    __slots__ = ("_at", "places")

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at
        self.places: tuple[str, ...] = ()

    def add(self, kind: EventKind, subject: str, text: str = "", thread: str | None = None, where: str = "") -> None:
        if len(self.events) == self._at and self.machine is not None:
            self.places = acting(self.machine)
        super().add(kind, subject, text, thread, where)


def ending(
    programs: Sequence[Program], schedule: str | None, settings: Settings, journal: Journal | None = None,
    recorder: Recorder | None = None,
) -> Ending:  # fmt: skip
    """Run them once, traced."""
    try:
        log = journal.fresh() if journal is not None else None
        execution = run(programs, schedule=schedule, settings=settings, log=log, recorder=recorder)
    except (ReplayDivergence, NotModelled) as error:
        return Ending((), "", masked(str(error)), getattr(error, "step", 0), schedule or "")
    violation = execution.violation
    how = f"{violation.id}: {_without_addresses(violation.message)}" if violation is not None else ""
    return Ending(execution.trace, text(execution.outcome), how, execution.steps, execution.schedule, violation)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two executions of one schedule part; event: the first that differs, if one does."""

    step: int
    what: str
    event: int = -1


def difference(one: Ending, other: Ending, names: tuple[str, str] = ("the first time", "the second time")) -> Difference | None:
    """The first, or nothing."""
    first, second = names
    for number, (a, b) in enumerate(zip(one.events, other.events, strict=False)):
        if _parts(a) != _parts(b):
            told, head = _told(b), f"in step {a.step} {a.thread} calls "
            if a.kind is EventKind.CALL:
                told = told.removeprefix(head)  # the same thread calls something else, as a rule
            return Difference(a.step, f"{_told(a)} {first}, {told} {second}", number)
    if len(one.events) != len(other.events) and one.events and other.events:
        is_longer = len(one.events) > len(other.events)
        more, fewer = (one, other) if is_longer else (other, one)
        event = more.events[len(fewer.events)]
        when, never = (first, second) if is_longer else (second, first)
        return Difference(event.step, f"{_told(event)} {when}, and not {never}", len(fewer.events))
    if one.how != other.how:
        ends = [f"it ends with {_short(each.how)!r}" if each.how else "it ends well" for each in (one, other)]
        return Difference(min(one.steps, other.steps), f"{ends[0]} {first}, {ends[1]} {second}")
    if one.outcome != other.outcome:
        shown = _parting(one.outcome, other.outcome)
        return Difference(one.steps, f"it returns {shown[0]} {first}, {shown[1]} {second}")
    if one.schedule != other.schedule:
        shown = _parting(one.schedule, other.schedule)
        return Difference(one.steps, f"it goes {shown[0]!r} {first}, {shown[1]!r} {second}")
    return None


class Sample:
    """The executions of one search that are looked at twice; what comes out of it is a violation in the tally."""

    def __init__(self, programs: Sequence[Program], settings: Settings, tally: Tally, journal: Journal | None) -> None:
        self._programs = programs
        self._settings = settings
        self._tally = tally
        self._journal = journal
        self._before = remembered(programs)
        self._first: Ending | None = None
        tally.note_at = tally.executions + FIRST_LOOK

    def around(self, explore: Callable[[Callable[[], str]], str], why_stop: Callable[[], str]) -> str:
        """A search, with looks before it, within it and after it; why it ended early, or nothing."""
        try:
            if not self._begins_well():
                return DEPENDS
            stopped = why_stop() if self._tally.violations else ""
            if stopped:
                return stopped
            stopped = explore(lambda: why_stop() or self._look())
            return stopped if stopped in NO_LOOK or self._first_again() else DEPENDS
        except ReplayDivergence as divergence:
            what = f"the same choices do not lead to the same steps: {divergence}"
            self._found(not_deterministic(what, self.why(), divergence.step, ""))
            return DEPENDS
        except KeyboardInterrupt:
            return why_stop() or INTERRUPTED

    def why(self) -> str:
        """The likely cause of what somebody else noticed."""
        return likely_cause(self._programs, self._before)

    def _begins_well(self) -> bool:
        """The default schedule twice, and often where something goes on changing: it may show later."""
        self._first = self._once(None)
        if self._is_endless():
            self._counts(self._first)
            return True
        after_one = remembered(self._programs)
        if not self._same(self._first, self._once_more(None), ("the first time", "the second time")):
            return False
        if changed(after_one, remembered(self._programs)):
            times = min(PATIENCE, PATIENCE_STEPS // (self._first.steps + 1))
            return all(self._first_again() for _ in range(times))
        return True

    def _is_endless(self) -> bool:
        """Does the default schedule lead to a computation that only the watchdog ends?  That takes too long to see it again."""
        assert self._first is not None
        return self._first.violation is not None and self._first.violation.id == STUCK

    def _counts(self, one: Ending) -> None:
        """An execution that is as good as one of the search, because it found something."""
        assert one.violation is not None
        self._tally.executions += 1
        self._tally.steps += one.steps
        self._tally.violations[one.violation.id, one.violation.message] = replace(one.violation, schedule=one.schedule)

    def _look(self) -> str:
        """Between two executions of the search: the one that was noted twice, and the very first once more."""
        tally = self._tally
        if not tally.noted:
            return ""
        schedule, tally.noted, tally.note_at = tally.noted, "", tally.note_at * FURTHER
        is_well = self._same(self._once(schedule), self._once_more(schedule), ("the first time", "the second time"))
        return "" if is_well and self._first_again() else DEPENDS

    def _first_again(self) -> bool:
        """The very first once more; is it still the same?"""
        assert self._first is not None
        if self._is_endless():
            return True
        return self._same(self._first, self._once_more(None), ("in the first execution", "in a later one"))

    def _once(self, schedule: str | None) -> Ending:
        return ending(self._programs, schedule, self._settings, self._journal)

    def _once_more(self, schedule: str | None) -> Ending:
        with other_memory():
            return self._once(schedule)

    def _same(self, one: Ending, other: Ending, names: tuple[str, str]) -> bool:
        found = difference(one, other, names)
        if found is not None:
            what, why = f"the same schedule does not lead to the same execution: {found.what}", self.why()
            self._found(not_deterministic(what, why, found.step, one.schedule, self._places(one, found)))
        return found is None

    def _places(self, one: Ending, found: Difference) -> tuple[str, ...]:
        """Where the program is at the event that differs: in one more execution, as near as that comes."""
        if found.event < 0 or (one.violation is not None and one.violation.id == STUCK):
            return ()
        pointer = Pointer(found.event)
        ending(self._programs, one.schedule, self._settings, recorder=pointer)
        return pointer.places

    def _found(self, violation: Violation) -> None:
        self._tally.violations[violation.id, violation.message] = violation


def not_deterministic(what: str, why: str, step: int, schedule: str, where: tuple[str, ...] = ()) -> Violation:
    """What there is to say about a program that depends on more than the schedule."""
    return Violation(
        id=NOT_DETERMINISTIC, title="the program depends on more than the schedule",
        message=f"{what}; {why}", step=step, source="sim.explore.twice", schedule=schedule, where=where,
    )  # fmt: skip


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


def _parts(event: Event) -> tuple[object, ...]:
    line = _without_addresses(event.text) if "0x" in event.text or len(event.text) >= 10 else event.text
    return event.step, event.time_100ns, event.thread, event.kind, event.subject, line


def _without_addresses(line: str) -> str:
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
