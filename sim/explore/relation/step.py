"""A step of an execution as the explorer sees it: who moved, what it touched, whom it set going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

NOTHING: Final[tuple[Any, ...]] = ()
BITS_KEPT: Final = 1 << 16
_BITS: dict[int, tuple[int, ...]] = {}
_PLANNED: dict[tuple[Any, ...], Step] = {}


def bits(mask: int) -> tuple[int, ...]:
    """The keys of a mask, as masks of one bit; the same masks come often."""
    if not mask:
        return NOTHING
    found = _BITS.get(mask)
    if found is None:
        if len(_BITS) > BITS_KEPT:
            _BITS.clear()
        keys, rest = [], mask
        while rest:
            keys.append(rest & -rest)
            rest &= rest - 1
        found = _BITS[mask] = tuple(keys)
    return found


class Step(Struct, eq=False, gc=False):
    """A step that was executed: number `ordinal` of that actor; what was executed is not changed, but copied.

    reads, writes, joins: bit masks of keys; a key is what the search's footprint says that it is.
    joins: what it waited for and comes after, without a race: the ends of threads, the openings of gates.
    guard: the lock that it took as a guarded acquire, or 0; locks: all lock operations; time_passed: the clock moved before it.
    outcomes: the answers to what the environment was asked within it.  rest_follows: of the segment that arrived; it comes next.
    position, before: where it was in that execution, and the steps that happened before it (a bit mask, itself included).
    foreign: as part of a sleep set, it stands only for sequences that contain it: what begins with it may not be explored yet.
    planned: what a wakeup tree keeps in its place, once it was asked.
    """

    actor: str
    ordinal: int
    reads: int = 0
    writes: int = 0
    joins: int = 0
    locks: Sequence[tuple[int, str]] = NOTHING
    woken: Sequence[tuple[str, bool]] = NOTHING  # label, is it a flow
    discarded: Sequence[str] = NOTHING
    guard: int = 0
    time_passed: bool = False
    outcomes: tuple[int, ...] = ()
    rest_follows: bool = False
    position: int = 0
    before: int = 0
    foreign: bool = False
    planned: Step | None = None

    def renumber(self, numbers: Mapping[int, int]) -> None:
        """Each key that `numbers` knows becomes another; for steps that come from elsewhere and are nobody's yet."""
        self.reads, self.writes, self.joins = (_renumbered(mask, numbers) for mask in (self.reads, self.writes, self.joins))
        self.guard = numbers.get(self.guard, self.guard)
        self.locks = [(numbers.get(key, key), operation) for key, operation in self.locks] or NOTHING
        self.planned = None


def _renumbered(mask: int, numbers: Mapping[int, int]) -> int:
    new = 0
    for key in bits(mask):
        new |= numbers.get(key, key)
    return new


def planned(step: Step) -> Step:
    """The same step without its place in an execution; one object for all that are alike.

    What is planned outlives the execution that it was taken from; so it keeps none of its steps.
    """
    found = step.planned
    if found is None:
        key = step.actor, step.ordinal, step.reads, step.writes, step.outcomes
        found = _PLANNED.get(key)
        if found is None:
            if len(_PLANNED) > BITS_KEPT:
                _PLANNED.clear()
            found = _PLANNED[key] = Step(step.actor, step.ordinal, step.reads, step.writes, outcomes=step.outcomes)
        step.planned = found
    return found


def dependent(one: Step, other: Step) -> int:
    """What one of them writes and the other touches, as a mask: 0 if they are independent."""
    return one.writes & (other.reads | other.writes) | one.reads & other.writes


def wakes(step: Step, asleep: Step) -> bool:
    """Does executing the step take the other one, of another actor, out of the sleep set?"""
    return step.actor != asleep.actor and bool(dependent(step, asleep))
