"""What threads do, counted and priced: system calls, waits, wake-ups, copies, segments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from kernel_model.iomgr.irp import Irp
    from kernel_model.ke.apc import KApc
    from kernel_model.ke.wait import Wait
    from kernel_model.ps.thread import KThread
    from kernel_model.tcpip.flow import Flow
    from kernel_model.tcpip.segment import Segment
    from sim.timed.links import Links
    from sim.timed.profile import Cpu

ALERTABLE: Final = {
    "SleepEx": 1, "WaitForSingleObjectEx": 2, "WaitForMultipleObjectsEx": 4, "WSAWaitForMultipleEvents": 4,
    "SignalObjectAndWait": 3, "GetQueuedCompletionStatusEx": 5,
}  # fmt: skip
COUNTED: Final = ("WaitForMultipleObjects", "WaitForMultipleObjectsEx", "WSAWaitForMultipleEvents", "MsgWaitForMultipleObjects")
SENDS: Final = frozenset({"send", "WSASend", "sendto", "WSASendTo"})


class Meter(Property):
    """Hears everything of one execution; `take` is what a thread's step cost.

    counts: events of threads that run on a core; `remote` are other machines (peers).  work: what a server computes per send.
    """

    id = "meter"
    title = "costs"
    asks_operations = False

    def __init__(self, cpu: Cpu, links: Links, remote: Container[KThread], work: Callable[[], float] | None = None) -> None:
        self._cpu = cpu
        self._links = links
        self._remote = remote
        self._work = work
        self._debt: dict[KThread, float] = {}
        self.current: KThread | None = None  # whose step it is; None while the environment moves
        self.counts: Counter[str] = Counter()

    def take(self, t: KThread) -> float:
        """Microseconds that the thread owes for what it did, and for what was done for it."""
        return self._debt.pop(t, 0.0)

    def _charge(self, t: KThread, what: str, cost: float) -> None:
        if t not in self._remote:
            self.counts[what] += 1
            self._debt[t] = self._debt.get(t, 0.0) + cost

    def called(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        cost = self._cpu.call
        if function in SENDS:
            cost += self._work() if self._work is not None else 0.0
        elif function == "select":
            cost += self._cpu.descriptor_scan * sum(_descriptors(each) for each in arguments[1:4])
        elif function == "WSAPoll":
            cost += self._cpu.descriptor_scan * arguments[1]
        elif function in COUNTED:
            cost += self._cpu.descriptor_scan * arguments[0]
        self._charge(t, "system calls", cost)
        place = ALERTABLE.get(function)
        if place is not None and len(arguments) > place and arguments[place]:
            self.counts["alertable waits"] += 1

    def unblocked(self, t: KThread, wait: Wait, status: int) -> None:
        self._charge(t, "wake-ups", self._cpu.wake_up)

    def apc_delivered(self, t: KThread, apc: KApc) -> None:
        self._charge(t, "APCs", self._cpu.apc_delivery)

    def irp_completed(self, irp: Irp) -> None:
        cpu = self._cpu
        self._charge(irp.thread, "operations", cpu.io_request + cpu.io_completion + cpu.copy * irp.information)

    def segment_sent(self, flow: Flow, segment: Segment) -> None:
        self._links.sent(flow, segment)
        if self.current is not None:
            self._charge(self.current, "segments", self._cpu.segment)


def _descriptors(given: Any) -> int:  # noqa: ANN401 - a pointer to an fd_set, or nothing
    """How many sockets are in a set."""
    given = getattr(given, "_obj", given)
    return int(getattr(given, "fd_count", 0)) if given is not None else 0
