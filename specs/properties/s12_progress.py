"""S12: loops without progress (livelock), and objects that are signalled and never served (starvation)."""

from __future__ import annotations

import struct
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import networkx as nx

from alertable.kernel_model.ke.kqueue import CompletionPort
from alertable.kernel_model.ke.structures import Dispatcher
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import CompletionPacket, KApc, KThread

    Node = tuple[str, str, tuple[Any, ...]]  # who, doing what, in which abstract state

UNKNOWN: Final = 1 << 30
MANY: Final = 2  # that many are many
ROUNDS: Final = 30  # visits of one abstract state, or waits that passed an object over, that are too many if it stays so
WAITS_FOR_ANY: Final = ("WaitForMultipleObjects", "WaitForMultipleObjectsEx", "WSAWaitForMultipleEvents")


class Advance(Property):
    """What is progress: bytes that moved, packets taken, threads that began or ended, and marks."""

    def advance(self) -> None:
        """Something got done."""

    def irp_completed(self, irp: Irp) -> None:
        if irp.information:
            self.advance()

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        if packet.information:
            self.advance()

    def thread_created(self, creator: KThread | None, t: KThread) -> None:
        self.advance()

    def thread_ended(self, t: KThread) -> None:
        self.advance()

    def marked(self, t: KThread, name: str, value: object) -> None:
        self.advance()


class Progress(Advance):
    """No loop in which threads run and nothing changes; no object that waits are never told of.

    The abstract states of an execution are a graph: who calls what, what every thread is doing, which objects are signalled,
    how far anything got.  Time is left out.  Progress begins a new graph.  Local variables of a program cannot be seen, so a
    loop is judged only where an execution is cut at its step bound, and an object that was passed over only when all is over:
    what ends by itself is no livelock.  A search of states sees the loops themselves (alertable.sim.explore.graphs.laws).
    """

    id = "S12"
    title = "a loop without progress"
    law = "Threads that run get something done: no cycle of abstract states, no signalled object that is passed over for ever."
    source = "CPython gh-156333, gh-156344; libuv fce90652e; tinc#183; Cygwin 7186b657e"
    instead = "End the loop at the end of the stream, take only the batch found at entry, or rotate the handles"

    def __init__(self) -> None:
        self._graph = nx.DiGraph()
        self._visits: Counter[Node | None] = Counter()
        self._last: Node | None = None
        self._least = UNKNOWN
        self._passed_over: Counter[tuple[str, str]] = Counter()
        self._starved: dict[tuple[str, str], tuple[str, ...]] = {}  # passed over too often, and where that was seen

    def essence(self) -> dict[str, Any]:
        """Whom waits passed over.  Loops are judged at the step bound, which no state knows of."""
        return {f"{waiter}, {label}": min(times, ROUNDS) for (waiter, label), times in self._passed_over.items()}

    # ---- progress ----------------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        self._graph.clear()
        self._visits.clear()
        self._last = None
        self._least = UNKNOWN

    def marked(self, t: KThread, name: str, value: object) -> None:
        super().marked(t, name, value)
        self._passed_over.clear()
        self._starved.clear()

    # ---- livelock ----------------------------------------------------------------------------------------------------------

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        self._visit(t, function)

    def routine_begins(self, t: KThread, apc: KApc) -> None:
        self._visit(t, "an APC")

    def _visit(self, t: KThread, doing: str) -> None:
        k = self.kernel
        apcs = [len(each.user_apcs) for each in k.threads]
        objects = [obj for process in k.processes for obj, _ in process.handles.values() if isinstance(obj, Dispatcher)]
        packets = [len(obj.packets) for obj in objects if isinstance(obj, CompletionPort)]
        waiting = sum(apcs) + sum(packets)
        if waiting < self._least:
            self.advance()  # a backlog that gets smaller; one that grows is none
        self._least = min(self._least, waiting)
        threads = tuple([each.state.value for each in k.threads])
        signals = tuple([obj.signal_state for obj in objects if not isinstance(obj, CompletionPort)])
        queued = tuple([min(count, MANY) for count in (*apcs, *packets)])
        here: Node = (t.label, doing, (threads, signals, queued))
        if self._last is not None:
            self._graph.add_edge(self._last, here)
        self._last = here
        self._visits[here] += 1

    def bounded(self) -> None:
        here = self._last
        if self._visits[here] < ROUNDS:
            return
        assert here is not None
        graph = self._graph
        ways = (nx.shortest_path(graph, after, here) for after in graph[here] if nx.has_path(graph, after, here))
        loop = min(ways, key=len, default=[here])
        actors = {who for who, _, _ in loop}
        k = self.kernel
        if k.wire or any(t.label not in actors for t in k.ready):
            return  # somebody outside the loop can still move, and may end it
        steps = " -> ".join(f"{who}: {doing}" for who, doing, _ in loop)
        whom = "time does not pass while somebody runs" if k.live_timers else "nobody else can move"
        self.report(f"{self._visits[here]} rounds without progress, and {whom}: {steps} -> again")

    # ---- starvation --------------------------------------------------------------------------------------------------------

    def returned(self, t: KThread, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        if function not in WAITS_FOR_ANY or arguments[2] or not 0 <= result < arguments[0]:
            return
        count = arguments[0]
        for place, handle in enumerate(struct.unpack(f"<{count}Q", self.peek(arguments[1], 8 * count))):
            obj = self.named(t, handle)
            if not isinstance(obj, Dispatcher):
                continue
            key = (t.label, obj.label)
            if place > result and obj.signaled_for(t):
                self._passed_over[key] += 1
                if self._passed_over[key] == ROUNDS:
                    self._starved[key] = self.place()
            else:
                del self._passed_over[key]
                self._starved.pop(key, None)

    def quiescent(self) -> None:
        for (waiter, label), where in self._starved.items():
            waits = self._passed_over[waiter, label]
            self.report(f"{label} was signalled in {waits} waits of {waiter}, which all answered a lower index", where)
            return
