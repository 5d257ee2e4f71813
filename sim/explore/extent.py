"""How far an execution went: what a search that looks for trouble wants more of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alertable.sim.trace.record import KERNEL, EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alertable.sim.trace.record import Event


@dataclass(frozen=True, slots=True)
class Extent:
    """apcs: most user APCs that were queued at a time; operations: most that were pending; preemptions: how often another thread
    went on while the last one neither waited nor had ended.
    """

    apcs: int
    operations: int
    preemptions: int


def extent_of(trace: Iterable[Event]) -> Extent:
    """Of one execution."""
    queued = most_queued = pending = most_pending = preemptions = 0
    last, stopped = KERNEL, True
    for event in trace:
        kind = event.kind
        if kind is EventKind.APC_QUEUED:
            queued += 1
            most_queued = max(most_queued, queued)
        elif kind is EventKind.ROUTINE:
            queued = max(queued - 1, 0)
        elif kind is EventKind.IRP_PENDED:
            pending += 1
            most_pending = max(most_pending, pending)
        elif kind is EventKind.IRP_COMPLETED:
            pending = max(pending - 1, 0)  # what never pended completes too
        if event.thread != KERNEL:
            preemptions += event.thread != last and not stopped
            last = event.thread
            stopped = kind in (EventKind.BLOCKED, EventKind.THREAD_ENDED)
    return Extent(most_queued, most_pending, preemptions)
