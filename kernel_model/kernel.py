"""The kernel: tables, queues and virtual time.  It decides nothing and switches nothing.

Transitions are functions of the sub-packages that take a Kernel; whoever runs a program asks three questions here:
which threads are ready, which segments are in flight, which timers are due.
Differs: F-002 the machine boots on 2024-01-01 00:00 UTC; computing takes no time unless the clock is `timed`, only waits do.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.footprint import NOTHING, SILENT
from alertable.kernel_model.handoff import UNTOLD
from alertable.kernel_model.ps.process import EProcess
from alertable.kernel_model.ps.thread import KThread
from alertable.kernel_model.tcpip.network import Network

if TYPE_CHECKING:
    from alertable.kernel_model.events import Trace
    from alertable.kernel_model.footprint import Footprint
    from alertable.kernel_model.handoff import HandOffs
    from alertable.kernel_model.ke.timerq import TimerEntry
    from alertable.kernel_model.ob.object import KObject
    from alertable.kernel_model.outcomes import Outcomes
    from alertable.kernel_model.tcpip.flow import Flow
    from alertable.kernel_model.win32k.window import Window

# An arbitrary but fixed boot: 2024-01-01 00:00 UTC in 100 ns since 1601 (F-002).
BOOT_TIME_100NS: Final = 133_485_408_000_000_000
ROOTS: Final = 16
CHILDREN: Final = 1 << 12
PROCESSORS: Final = 2  # F-014


class Kernel:
    """One simulated machine."""

    __slots__ = (
        "alive", "arena_cell", "arenas", "budgets", "clock", "flows", "footprint", "free_clock", "handoff", "live_timers",
        "marks", "name_cells", "names", "network", "now_100ns", "outcomes", "processes", "processors", "ready", "roots",
        "threads", "tids", "timer_sequence", "timers", "trace", "window_cells", "windows", "wire",
    )  # fmt: skip

    def __init__(self, trace: Trace | None = None) -> None:
        self.trace = trace
        self.handoff: HandOffs = UNTOLD  # who released what somebody acquired
        self.outcomes: Outcomes | None = None  # faults, or what the documentation leaves open
        self.free_clock = False  # a due time is only a lower bound: expiries race with everything else
        self.processors = PROCESSORS
        self.now_100ns = 0
        self.timers: list[TimerEntry] = []
        self.timer_sequence = 0
        self.live_timers = 0
        self.threads: list[KThread] = []
        self.roots = 0
        self.arenas = 0
        self.alive = 0  # non-daemon threads that have not ended
        self.ready: deque[KThread] = deque()  # in the order in which they became ready
        # flows with a segment in flight, oldest first; a plain dict would scan its deleted entries
        self.wire: OrderedDict[Flow, None] = OrderedDict()
        self.names: dict[str, KObject] = {}
        self.processes: list[EProcess] = []
        self.network = Network()
        self.windows: dict[int, Window] = {}
        self.explored_with(SILENT)

    def explored_with(self, footprint: Footprint) -> None:
        """Before anything exists on the machine: transitions leave their footprints here."""
        self.footprint = footprint
        self.flows: list[Flow] | None = [] if footprint is not SILENT else None  # all that ever were, in a search
        self.clock = footprint.cell("the clock") if self.free_clock else NOTHING  # else time waits for everybody
        self.arena_cell = footprint.cell("arenas")
        self.marks = footprint.cell("marks")  # of the program: predicates over marks of several threads see every order
        self.name_cells = footprint.kind("name")
        self.tids = footprint.kind("tid")
        self.budgets = footprint.kind("fault")
        self.window_cells = footprint.kind("window")
        self.network.ports = footprint.kind("port")

    def dismantle(self) -> None:
        """The machine is switched off, and nobody looks at it any more: objects let go of each other."""
        self.trace = self.outcomes = None
        for process in self.processes:
            process.handles.clear()
            process.trace = None
        for t in self.threads:
            t.carrier = None
            t.wait = None
        self.threads.clear()
        for flow in self.flows or ():
            flow.source = flow.target = None
            del flow.reverse
        self.network.bindings.clear()

    def create_process(self) -> EProcess:
        """A process without threads."""
        process = EProcess(self, f"process#{len(self.processes) + 1}", 4 * (len(self.processes) + 1))
        self.processes.append(process)
        process.trace = self.trace
        return process

    def create_thread(self, process: EProcess, creator: KThread | None, label: str, *, daemon: bool, suspended: bool) -> KThread:
        """A thread object; it is ready at once unless suspended."""
        arena = self._arena_of_new_thread(creator)
        t = KThread(self, process, label, len(self.threads), arena, daemon)
        self.threads.append(t)
        if creator is not None:
            self.handoff.hand(t)
        if not daemon:
            self.alive += 1
        if suspended:
            t.suspend_count = 1
        else:
            self.make_ready(t)
        self.tids[t.tid].written()
        if self.trace is not None:
            self.trace.thread_created(creator, t)
        return t

    def _arena_of_new_thread(self, creator: KThread | None) -> int:
        """A number that depends only on the creator's own history: identifiers and handle values come from it (F-001)."""
        if creator is None:
            self.roots += 1
            return self.roots - 1 if self.roots <= ROOTS else self.next_arena()
        creator.children += 1
        if creator.arena < ROOTS and creator.children < CHILDREN:
            return ROOTS + creator.arena * CHILDREN + creator.children
        return self.next_arena()

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

    def thread_ended(self, t: KThread) -> None:
        """Book-keeping of end_thread."""
        if not t.daemon:
            self.alive -= 1

    def thread_by_tid(self, tid: int) -> KThread | None:
        """The thread with this identifier, ended or not, while the machine runs."""
        self.tids[tid].read()
        for t in self.threads:
            if t.tid == tid:
                return t
        return None

    def time_100ns(self) -> int:
        """The time since boot, for whoever may act on it."""
        self.clock.read()
        return self.now_100ns

    def system_time_100ns(self) -> int:
        """UTC in 100 ns since 1601."""
        return BOOT_TIME_100NS + self.time_100ns()
