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
    from kernel_model.ob.object import KObject
    from kernel_model.ps.thread import KThread


def end_of(thread: KObject) -> str:
    """The key of a thread's end, which nothing else touches."""
    return f"end of {thread.label}"


class Footprint:
    """Filled by the kernel during one transition, taken by whoever explores after it.

    memory: processes whose memory the kernel wrote; woken: actors that may move now (threads, flows, due timers);
    discarded: actors that could have moved and now cannot; joins: threads whose end the transition was waiting for;
    locks: (label, operation) of user-mode locks, the operation one of X S (acquire) x s (release) ? (a try that failed).
    """

    __slots__ = ("again", "discarded", "joins", "locks", "memory", "reads", "stops", "woken", "writes")

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.memory: list[str] = []
        self.joins: list[str] = []
        self.locks: list[tuple[str, str]] = []
        self.woken: list[Any] = []
        self.discarded: list[Any] = []
        self.again = False  # the segment that arrived has a rest, which comes next
        self.stops = False  # a thread was suspended, or terminated by another

    def clear(self) -> None:
        """Make ready for the next transition; what was filled belongs to whoever took it."""
        self.again = False
        if self.reads:
            self.reads = []
        if self.writes:
            self.writes = []
        if self.woken:
            self.woken = []
        if self.joins:
            self.joins = []
        if self.locks:
            self.locks = []
        if self.memory:
            self.memory = []
        if self.discarded:
            self.discarded = []

    def wait(self, t: KThread, objects: Iterable[Dispatcher], alertable: bool, *, patient: bool = False) -> None:
        """A wait looks at these objects, and takes what a satisfied wait takes.

        patient: it needs all of them, and waits for ever; then the end of a thread only orders.
        """
        for obj in objects:
            if patient and obj.signal_state and obj.lasts():
                self.joins.append(end_of(obj))
            else:
                (self.writes if obj.takes() else self.reads).append(obj.label)
        if alertable:
            self.writes.append(t.inbox)
