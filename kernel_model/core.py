"""The kernel's core: virtual time, who may run, names of objects, footprints, and whoever listens.

What waits, timers, operations and locks are made of needs no more of the kernel than this.  Sockets, windows and the threads
themselves are in `kernel.Kernel`, which is built on it and on them.
Differs: F-002 the machine boots on 2024-01-01 00:00 UTC; computing takes no time unless the clock is `timed`, only waits do.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from alertable.kernel_model.footprint import NOTHING
from alertable.kernel_model.handoff import UNTOLD

if TYPE_CHECKING:
    from alertable.kernel_model.footprint import Footprint
    from alertable.kernel_model.handoff import HandOffs
    from alertable.kernel_model.ke.structures import KThread, TimerEntry
    from alertable.kernel_model.ob.object import KObject
    from alertable.kernel_model.outcomes import Outcomes

# An arbitrary but fixed boot: 2024-01-01 00:00 UTC in 100 ns since 1601 (F-002).
BOOT_TIME_100NS: Final = 133_485_408_000_000_000
ROOTS: Final = 16
CHILDREN: Final = 1 << 12
PROCESSORS: Final = 2  # F-014


class Core:
    """One simulated machine, as far as threads, waits and operations are concerned."""

    __slots__ = (
        "arena_cell", "arenas", "budgets", "clock", "clock_read", "footprint", "free_clock", "handoff", "live_timers",
        "name_cells", "names", "now_100ns", "outcomes", "processors", "ready", "timer_sequence", "timers", "trace",
    )  # fmt: skip

    def __init__(self) -> None:
        self.trace: Any = None  # an events.Trace, which knows what is built on this
        self.handoff: HandOffs = UNTOLD  # who released what somebody acquired
        self.outcomes: Outcomes | None = None  # faults, or what the documentation leaves open
        self.free_clock = False  # a due time is only a lower bound: expiries race with everything else
        self.clock_read = False  # a program, or a property, was given the time: then it matters what time it is
        self.processors = PROCESSORS
        self.now_100ns = 0
        self.timers: list[TimerEntry] = []
        self.timer_sequence = 0
        self.live_timers = 0
        self.arenas = 0
        self.ready: deque[KThread] = deque()  # in the order in which they became ready
        self.names: dict[str, KObject] = {}

    def explored_with(self, footprint: Footprint) -> None:
        """Before anything exists on the machine: transitions leave their footprints here."""
        self.footprint = footprint
        self.clock = footprint.cell("the clock") if self.free_clock else NOTHING  # else time waits for everybody
        self.arena_cell = footprint.cell("arenas")
        self.name_cells = footprint.kind("name")
        self.budgets = footprint.kind("fault")

    def next_arena(self) -> int:
        """An arena by order of demand, for deep or huge families of threads."""
        self.arena_cell.written()
        self.arenas += 1
        return ROOTS + ROOTS * CHILDREN + self.arenas

    def make_ready(self, t: KThread) -> None:
        """The thread may run; it goes to the end of the line."""
        if not t.listed and not t.suspend_count and not t.terminated:
            t.listed = True
            self.ready.append(t)
            self.footprint.wakes(t)

    def unready(self, t: KThread) -> None:
        """The thread may not run (any more)."""
        if t.listed:
            t.listed = False
            self.ready.remove(t)

    def told_time_100ns(self) -> int:
        """The time since boot, for a program that looks at a clock."""
        self.clock_read = True
        return self.time_100ns()

    def time_100ns(self) -> int:
        """The time since boot, for whoever acts on what is left of an interval."""
        self.clock.read()
        return self.now_100ns

    def system_time_100ns(self) -> int:
        """UTC in 100 ns since 1601, for whoever is told it or names a time."""
        return BOOT_TIME_100NS + self.told_time_100ns()

    def utc_100ns(self) -> int:
        """The same, where nobody may look at it."""
        return BOOT_TIME_100NS + self.time_100ns()
