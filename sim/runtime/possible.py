"""What may happen next, in the order in which a plain run would have it.

The running thread goes on, else what is in flight is delivered, what is due expires, and the thread that has been ready longest
runs.  Only when nothing of that is left does time pass (the eager clock).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.ke.timerq import due_entries, movable_entries, next_due

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread, TimerEntry
    from alertable.sim.runtime.running import Running

SPIN: Final = 16  # vain polls in a row that make a busy loop


def possible(m: Running, running: KThread | None) -> list[Any]:
    """Threads, flows and timers that may move; the default takes the first."""
    k = m.kernel
    ready = [t for t in k.ready if not t.yielding]
    running_first = ready[:1] if running is not None else []
    options: list[Any] = [*running_first, *k.wire]
    due = movable_entries(k) if k.live_timers else []
    if not k.free_clock:
        options += due
    options += ready[len(running_first) :]
    if k.free_clock:
        options += due
    if not options and k.live_timers and all_spin(m):
        soonest = next_due(k)
        if soonest is not None:
            options += due_entries(k, soonest)
    options += [t for t in k.ready if t.yielding]
    return options


def all_spin(m: Running) -> bool:
    """May time pass?  Nothing else can happen, and whoever is ready only polls; not for those whom nobody waits for."""
    return not m.finished and all(t.vain_polls >= SPIN and t.polled_since == m.moved for t in m.kernel.ready)


def due_timer(k: Core) -> TimerEntry | None:
    """The first that is due now."""
    due = next_due(k)
    return k.timers[0] if due is not None and due <= k.now_100ns else None


def next_timer(k: Core) -> TimerEntry | None:
    """The first that will be."""
    return k.timers[0] if next_due(k) is not None else None
