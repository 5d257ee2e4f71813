"""The kernel: tables, queues and virtual time.  It decides nothing and switches nothing.

Transitions are functions of the sub-packages that take a Kernel; whoever runs a program asks three questions here:
which threads are ready, which segments are in flight, which timers are due.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from alertable.kernel_model.core import CHILDREN, ROOTS, Core
from alertable.kernel_model.footprint import SILENT
from alertable.kernel_model.ke.structures import EProcess, KThread
from alertable.kernel_model.tcpip.network import Network

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import Flow
    from alertable.kernel_model.events import Trace
    from alertable.kernel_model.footprint import Footprint
    from alertable.kernel_model.win32k.structures import Window


class Kernel(Core):
    """One simulated machine."""

    __slots__ = ("alive", "flows", "marks", "network", "processes", "roots", "threads", "tids", "window_cells", "windows", "wire")

    def __init__(self, trace: Trace | None = None) -> None:
        super().__init__()
        self.trace = trace
        self.threads: list[KThread] = []
        self.roots = 0
        self.alive = 0  # non-daemon threads that have not ended
        # flows with a segment in flight, oldest first; a plain dict would scan its deleted entries
        self.wire: OrderedDict[Flow, None] = OrderedDict()
        self.processes: list[EProcess] = []
        self.network = Network()
        self.windows: dict[int, Window] = {}
        self.explored_with(SILENT)

    def explored_with(self, footprint: Footprint) -> None:
        super().explored_with(footprint)
        self.flows: list[Flow] | None = [] if footprint is not SILENT else None  # all that ever were, in a search
        self.marks = footprint.cell("marks")  # of the program: predicates over marks of several threads see every order
        self.tids = footprint.kind("tid")
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
