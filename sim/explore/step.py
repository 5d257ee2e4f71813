"""A step of an execution as the explorer sees it: who moved, what it touched, whom it set going."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTHING: Final[tuple[Any, ...]] = ()


@dataclass(slots=True, eq=False)
class Step:
    """A step that was executed: number `ordinal` of that actor; what was executed is not changed, but copied.

    guard: the lock that it took as a guarded acquire; locks: all lock operations; time_passed: the clock moved before it.
    outcomes: the answers to what the environment was asked within it.  again: the rest of the segment comes next.
    place, before: where it was in that execution, and the steps that happened before it (a bit mask, itself included).
    foreign: as part of a sleep set, it covers only what contains it: what begins with it is not explored, or in another way.
    """

    actor: str
    ordinal: int
    reads: Sequence[str] = NOTHING
    writes: Sequence[str] = NOTHING
    joins: Sequence[str] = NOTHING
    locks: Sequence[tuple[str, str]] = NOTHING
    woken: Sequence[tuple[str, bool]] = NOTHING  # label, is it a flow
    discarded: Sequence[str] = NOTHING
    guard: str | None = None
    time_passed: bool = False
    outcomes: tuple[int, ...] = ()
    again: bool = False
    place: int = 0
    before: int = 0
    foreign: bool = False

    def __reduce__(self) -> tuple[type[Step], tuple[Any, ...]]:
        """Workers exchange thousands."""
        return Step, (
            self.actor, self.ordinal, self.reads, self.writes, self.joins, self.locks, self.woken, self.discarded, self.guard,
            self.time_passed, self.outcomes, self.again, self.place, self.before, self.foreign,
        )  # fmt: skip


def dependent(reads: Sequence[str], writes: Sequence[str], other_reads: Sequence[str], other_writes: Sequence[str]) -> bool:
    """Does one write what the other touches?"""
    for key in writes:
        if key in other_writes or key in other_reads:
            return True
    for key in reads:  # noqa: SIM110 - any() costs three times as much, and this is asked all the time
        if key in other_writes:
            return True
    return False


def wakes(step: Step, asleep: Step) -> bool:
    """Does the step of one actor make another one's worth looking at again?"""
    return step.actor != asleep.actor and dependent(step.reads, step.writes, asleep.reads, asleep.writes)
