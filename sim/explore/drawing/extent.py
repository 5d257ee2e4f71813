"""How far an execution went: what a search that looks for trouble wants more of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.sim.trace.event import KERNEL, EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alertable.sim.trace.event import Event


APCS: Final = "APCs queued"  # at most at a time
OPERATIONS: Final = "operations outstanding"  # at most at a time
PREEMPTIONS: Final = "preemptions"  # how often another thread went on while the last one neither waited nor had ended
STEPS: Final = "steps"


def extent_of(trace: Iterable[Event]) -> dict[str, int]:
    """Of one execution: the three figures by their names."""
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
    return {APCS: most_queued, OPERATIONS: most_pending, PREEMPTIONS: preemptions}
