"""The footprint of a transition: what it read, what it wrote, whom it set going.

Two transitions are independent if neither writes what the other reads or writes.  Keys are labels, which depend on the
creating thread's own history only (F-001), so footprints of different executions can be compared.  Recorded only while
somebody explores; otherwise `Kernel.footprint` is None, and all of this costs one test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kernel_model.ke.dispatcher import Dispatcher
    from kernel_model.ps.thread import KThread


class Footprint:
    """Filled by the kernel during one transition, taken by whoever explores after it.

    attempts: cells that would be written if the comparison held;
    memory: processes whose memory the kernel wrote; woken: actors that may move now (threads, flows, due timers);
    discarded: flows whose segments in flight are gone;
    locks: (label, operation) of user-mode locks, the operation one of X S (acquire) x s (release) ? (a try that failed).
    """

    __slots__ = ("attempts", "discarded", "locks", "memory", "reads", "woken", "writes")

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.memory: list[str] = []
        self.locks: list[tuple[str, str]] = []
        self.woken: list[Any] = []
        self.discarded: list[Any] = []

    def wait(self, t: KThread, objects: Iterable[Dispatcher], alertable: bool) -> None:
        """A wait looks at these objects, and takes what a satisfied wait takes."""
        for obj in objects:
            (self.writes if obj.takes() else self.reads).append(obj.label)
        if alertable:
            self.writes.append(t.inbox)
