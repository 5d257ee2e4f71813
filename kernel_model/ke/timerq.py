"""The timer queue: what is due when, in due order (NT: the timer table; here a heap).

The model has no clock of its own: `Kernel.now_100ns` moves only when a due entry fires.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from alertable.kernel_model.ke.structures import TimerEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from alertable.kernel_model.core import Core


class Deadline:
    """When a call that waits several times gives up."""

    __slots__ = ("due_100ns",)

    def __init__(self, k: Core, timeout_100ns: int) -> None:
        self.due_100ns = k.time_100ns() + timeout_100ns

    def left(self, k: Core) -> int:
        """How long it may still wait."""
        return max(0, self.due_100ns - k.time_100ns())


def queue_timer(k: Core, due_100ns: int, fire: Callable[[Any, Any], None], context: object, label: str) -> TimerEntry:
    """Put an expiry into the queue."""
    k.clock.read()
    k.timer_sequence += 1
    if k.free_clock:
        for other in _held_up(k, due_100ns):
            k.footprint.discards(other)
    entry = TimerEntry(due_100ns, k.timer_sequence, fire, context, label)
    heappush(k.timers, entry)
    k.handoff.release(entry, anew=True)
    k.live_timers += 1
    if k.free_clock or due_100ns <= k.now_100ns:
        k.footprint.wakes(entry)
    return entry


def cancel_timer(k: Core, entry: TimerEntry) -> None:
    """Take an expiry out; dead entries are swept when they are the majority, so polling loops cost no memory."""
    if entry.live:
        entry.live = False
        k.clock.read()
        if entry.due_100ns <= (k.now_100ns if not k.free_clock else _horizon(k, entry)):
            k.footprint.discards(entry)
        k.live_timers -= 1
        if len(k.timers) > 64 and k.live_timers * 2 < len(k.timers):
            k.timers = [e for e in k.timers if e.live]
            heapify(k.timers)


def next_due(k: Core) -> int | None:
    """The earliest due time, None when nothing is due ever."""
    timers = k.timers
    while timers and not timers[0].live:
        heappop(timers)
    return timers[0].due_100ns if timers else None


def due_entries(k: Core, until_100ns: int) -> list[TimerEntry]:
    """All live entries due at or before a time, in due order, then in the order in which they were set."""
    return sorted(e for e in k.timers if e.live and e.due_100ns <= until_100ns)


def movable_entries(k: Core, last: int | None = None) -> list[TimerEntry]:
    """All expiries that may come now: what is due; with a free clock also the next ones, time permitting or not.

    last: once the program is over, time passes only for what was queued up to this number, or periods would have no end; and for
    what comes a few times at the most.
    """
    if not k.free_clock:
        return due_entries(k, k.now_100ns)
    due = next_due(k)
    if due is None:
        return []
    if last is None:
        return due_entries(k, max(due, k.now_100ns))
    entries = sorted(e for e in k.timers if e.live and (e.sequence <= last or e.bounded or e.due_100ns <= k.now_100ns))
    return [e for e in entries if e.due_100ns <= max(entries[0].due_100ns, k.now_100ns)]


def _horizon(k: Core, entry: TimerEntry) -> int:
    """With a free clock: how far time could jump at once, had `entry` not just been cancelled."""
    due = next_due(k)
    return max(k.now_100ns, entry.due_100ns if due is None else min(due, entry.due_100ns))


def _held_up(k: Core, due_100ns: int) -> list[TimerEntry]:
    """With a free clock: what could have come at once, and comes after what is being queued now."""
    due, now = next_due(k), k.now_100ns
    if due is None or due <= max(due_100ns, now):
        return []
    return [entry for entry in due_entries(k, due) if entry.due_100ns > max(due_100ns, now)]


def fire_timer(k: Core, entry: TimerEntry) -> None:
    """Let one entry expire; time moves to its due time if it was still ahead."""
    entry.live = False
    k.live_timers -= 1
    k.clock.written()
    if entry.due_100ns > k.now_100ns:
        k.now_100ns = entry.due_100ns
    if k.trace is not None:
        k.trace.timer(entry)
    k.handoff.begin(entry)
    entry.fire(k, entry.context)
    k.handoff.end()
