"""What a trace is made of: the kernel's side of an execution, told to whoever listens.

`Kernel.trace` is None on every execution that nobody will read; then none of this costs more than one test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint, Flow
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.kqueue import CompletionPort
    from alertable.kernel_model.ke.structures import CompletionPacket, Dispatcher, KApc, KThread, TimerEntry, Wait
    from alertable.kernel_model.ob.object import KObject
    from alertable.kernel_model.rtl.lock import RtlLock
    from alertable.kernel_model.tcpip.segment import Segment
    from alertable.kernel_model.win32k.queue import Message, MessageQueue


class Trace(Protocol):
    """A listener; each method is one kind of kernel event."""

    def thread_created(self, creator: KThread | None, t: KThread) -> None:
        """A thread object exists."""

    def thread_ending(self, t: KThread) -> None:
        """A thread is about to end; what it has pending has not been cancelled yet."""

    def thread_ended(self, t: KThread) -> None:
        """A thread has ended; its exit code is set."""

    def blocked(self, t: KThread, wait: Wait, timeout_100ns: int | None) -> None:
        """The thread waits from here on."""

    def unblocked(self, t: KThread, wait: Wait, status: int) -> None:
        """The wait is over with this status."""

    def signaled(self, obj: Dispatcher) -> None:
        """The object became signalled."""

    def apc_queued(self, t: KThread, apc: KApc) -> None:
        """An APC is at the end of the thread's queue."""

    def apc_delivered(self, t: KThread, apc: KApc) -> None:
        """An APC is about to run."""

    def packet_removed(self, port: CompletionPort, packet: CompletionPacket) -> None:
        """A thread is given a packet."""

    def message_posted(self, queue: MessageQueue, message: Message) -> None:
        """A message is at the end of a thread's queue."""

    def handle_closed(self, t: KThread, handle: int, obj: KObject) -> None:
        """A handle is closed; what it named may live on."""

    def handle_missing(self, t: KThread, handle: int) -> None:
        """The thread named a handle that its process does not have."""

    def lock_not_held(self, t: KThread, lock: RtlLock, function: str) -> None:
        """The thread gives back a user-mode lock that it does not hold."""

    def timer(self, entry: TimerEntry) -> None:
        """A timer or time-out expires."""

    def irp_pended(self, irp: Irp) -> None:
        """The operation could not finish at once."""

    def irp_completed(self, irp: Irp) -> None:
        """The operation has its status and count."""

    def segment_sent(self, flow: Flow, segment: Segment) -> None:
        """A segment is in flight."""

    def port_unreachable(self, e: AfdEndpoint) -> None:
        """A datagram of this socket found nobody: an ICMP message says so to it."""

    def segment_delivered(self, flow: Flow, segment: Segment) -> None:
        """A segment arrives."""
