"""What threads do, counted and priced: system calls, waits, wake-ups, copies, segments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from alertable.sim.trace.traced import QUIET
from alertable.specs.properties.base import Property

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from alertable.kernel_model.afd.endpoint import Flow
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import KApc, KThread, Wait
    from alertable.kernel_model.tcpip.segment import Segment
    from alertable.sim.timed.links import Links
    from alertable.sim.timed.profile import Profile

# Which argument makes a wait alertable.
ALERTABLE: Final = {
    "SleepEx": 1, "WaitForSingleObjectEx": 2, "WaitForMultipleObjectsEx": 4, "WSAWaitForMultipleEvents": 4,
    "SignalObjectAndWait": 3, "GetQueuedCompletionStatusEx": 5, "MsgWaitForMultipleObjectsEx": 4,
}  # fmt: skip
MWMO_ALERTABLE: Final = 2
COUNTED: Final = (
    "WaitForMultipleObjects", "WaitForMultipleObjectsEx", "WSAWaitForMultipleEvents", "MsgWaitForMultipleObjects",
    "MsgWaitForMultipleObjectsEx",
)  # fmt: skip
# Calls that never enter the kernel: what they read and write is the program's own memory; a lock's wait is a wake-up.
USER_MODE: Final = QUIET | {
    "GetCurrentProcess", "GetCurrentProcessId", "GetCurrentThread", "GetTickCount", "GetTickCount64",
    "InitializeCriticalSection", "InitializeCriticalSectionAndSpinCount", "InitializeCriticalSectionEx",
    "DeleteCriticalSection", "EnterCriticalSection", "TryEnterCriticalSection", "LeaveCriticalSection",
    "InitializeSRWLock", "AcquireSRWLockExclusive", "AcquireSRWLockShared", "TryAcquireSRWLockExclusive",
    "TryAcquireSRWLockShared", "ReleaseSRWLockExclusive", "ReleaseSRWLockShared",
    "InitializeConditionVariable", "WakeConditionVariable", "WakeAllConditionVariable",
}  # fmt: skip
RESULTS: Final = {"GetOverlappedResult": 3, "WSAGetOverlappedResult": 3}  # they read the OVERLAPPED, unless they are to wait
SENDS: Final = frozenset({"send", "WSASend", "sendto", "WSASendTo"})


class Meter(Property):
    """Hears everything of one execution; `take` is what a thread's step cost.

    counts: events of threads that run on a core; `remote` are other machines (peers).  work: what a server computes per send.
    peak: the most bytes that threads and pending operations took at a time.
    """

    id = "meter"
    title = "costs"
    asks_operations = False

    def __init__(
        self, profile: Profile, links: Links, remote: Container[KThread], work: Callable[[], float] | None = None
    ) -> None:
        self._cpu = profile.cpu
        self._memory = profile.memory
        self._links = links
        self._remote = remote
        self._work = work
        self._debt: dict[KThread, float] = {}
        self.current: KThread | None = None  # whose step it is; None while the environment moves
        self.counts: Counter[str] = Counter()
        self._holds: dict[KThread | Irp, float] = {}
        self._held = 0.0  # bytes: their sum
        self.peak = 0.0

    def take(self, t: KThread) -> float:
        """Microseconds that the thread owes for what it did, and for what was done for it."""
        return self._debt.pop(t, 0.0)

    def _charge(self, t: KThread, what: str, cost: float) -> None:
        if t not in self._remote:
            self.counts[what] += 1
            self._debt[t] = self._debt.get(t, 0.0) + cost

    def calling(self, t: KThread, function: str, arguments: tuple[Any, ...]) -> None:
        if function in USER_MODE or (function in RESULTS and not arguments[RESULTS[function]]):
            return
        cost = self._cpu.call
        if function in SENDS:
            cost += self._work() if self._work is not None else 0.0
        elif function == "select":
            cost += self._cpu.descriptor_scan * sum(self._descriptors(each) for each in arguments[1:4])
        elif function == "WSAPoll":
            cost += self._cpu.descriptor_scan * arguments[1]
        elif function in COUNTED:
            cost += self._cpu.wait_object * arguments[0]
        self._charge(t, "system calls", cost)
        place = ALERTABLE.get(function)
        if place is not None and len(arguments) > place:
            flag = arguments[place]
            if flag & MWMO_ALERTABLE if function.startswith("Msg") else flag:
                self.counts["alertable waits"] += 1

    def _descriptors(self, pointer: int) -> int:
        """How many sockets are in an fd_set."""
        return int.from_bytes(self.peek(pointer, 4), "little") if pointer else 0

    def unblocked(self, t: KThread, wait: Wait, status: int) -> None:
        self._charge(t, "wake-ups", self._cpu.wake_up)

    def apc_delivered(self, t: KThread, apc: KApc) -> None:
        self._charge(t, "APCs", self._cpu.apc_delivery)

    def thread_created(self, creator: KThread | None, t: KThread) -> None:
        if creator is not None:  # the initial ones are the same for all programs, or peers
            self._hold(t, self._memory.thread)

    def thread_ended(self, t: KThread) -> None:
        self._let_go(t)

    def irp_pended(self, irp: Irp) -> None:
        if irp.thread not in self._remote:
            self._hold(irp, self._memory.operation + irp.length)

    def _hold(self, what: KThread | Irp, size: float) -> None:
        self._holds[what] = size
        self._held += size
        self.peak = max(self.peak, self._held)

    def _let_go(self, what: KThread | Irp) -> None:
        self._held -= self._holds.pop(what, 0.0)

    def irp_completed(self, irp: Irp) -> None:
        cpu = self._cpu
        self._let_go(irp)
        self._charge(irp.thread, "operations", cpu.io_request + cpu.io_completion + cpu.copy * irp.information)

    def segment_sent(self, flow: Flow, segment: Segment) -> None:
        self._links.sent(flow, segment)
        if self.current is not None:
            self._charge(self.current, "segments", self._cpu.segment)


