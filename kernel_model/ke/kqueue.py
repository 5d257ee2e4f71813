"""I/O completion ports (NT: IoCompletion object, a KQUEUE inside).

Models:  create, associate, post, remove one or many, concurrency value, close with waiters, waiting on the handle.
Rejects: job-object messages, reserve objects.
Differs: F-014 a concurrency value of 0 means two processors, or as many as a timed clock has.
Sources: learn.microsoft.com "I/O Completion Ports", GetQueuedCompletionStatus; ReactOS ke/queue.c;
         Wine ntdll/tests/file.c test_set_io_completion, ntdll/tests/sync.c test_completion_port_scheduling (K-52 to K-62).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from alertable.kernel_model.ke.structures import CompletionPacket, Dispatcher, Wait
from alertable.kernel_model.ke.wait import block, end_wait, release_waiters
from alertable.kernel_model.ob.object import at_last_close
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


class CompletionPort(Dispatcher):
    """Packets first in, first out; threads last in, first out.

    active: associated threads that run (NT: CurrentCount); while it reaches `concurrency` packets stay queued; 0 stands for as
    many as there are processors.
    """

    __slots__ = ("active", "closed", "concurrency", "packets", "takers")

    def __init__(self, k: Core, label: str, concurrency: int) -> None:
        super().__init__(k, label)
        self.concurrency = concurrency or k.processors
        self.active = 0
        self.packets: deque[CompletionPacket] = deque()
        self.takers: list[Wait] = []
        self.closed = False

    def signaled_for(self, thread: KThread) -> bool:
        return bool(self.packets) or self.closed  # waiting removes nothing (K-60)

    def thread_blocks(self, k: Core) -> None:
        """An associated thread stops running: another may take its place (K-59)."""
        self.written()
        self.active -= 1
        _activate(k, self)


@at_last_close(CompletionPort)
def _close_port(k: Core, port: CompletionPort) -> None:
    """Nobody can post to it any more; whoever waits for a packet is told (K-58)."""
    port.closed = True
    for wait in tuple(port.takers):
        k.handoff.hand(wait.thread)
        end_wait(k, wait, NtStatus.ABANDONED_WAIT_0)
    k.handoff.release(port)
    port.signal_state = 1
    release_waiters(k, port)


def post_packet(k: Core, port: CompletionPort, packet: CompletionPacket) -> None:
    """KeInsertQueue: give the packet to the latest waiter if the concurrency value allows, else queue it."""
    port.written()
    if port.closed:
        return
    port.packets.append(packet)
    k.handoff.release(port)
    k.handoff.release(packet, anew=True)
    port.signal_state = 1
    _activate(k, port)
    if port.packets and port.waiters:
        release_waiters(k, port)


def _activate(k: Core, port: CompletionPort) -> None:
    """Let waiters have packets while fewer threads than the concurrency value run (KiActivateWaiterQueue)."""
    while port.packets and port.takers and port.active < port.concurrency:
        wait = next((w for w in reversed(port.takers) if not w.suspended()), None)
        if wait is None:
            break
        wait.thread.packets = (_take(k, port, wait.thread),)
        end_wait(k, wait, NtStatus.SUCCESS)  # which makes the thread active


def _take(k: Core, port: CompletionPort, t: KThread) -> CompletionPacket:
    packet = port.packets.popleft()
    k.handoff.acquire(packet, t)
    if not port.packets:
        port.signal_state = 0
    if k.trace is not None:
        k.trace.packet_removed(port, packet)
    return packet


def remove_packets(
    k: Core, t: KThread, port: CompletionPort, count_max: int, timeout_100ns: int | None, alertable: bool, reason: str
) -> int | None:
    """Dequeue packets into `t.packets`, or wait for the first (NtRemoveIoCompletionEx).

    Statuses: SUCCESS | TIMEOUT | USER_APC (alertable only) | ABANDONED_WAIT_0 (closed while waiting); None: blocked.
    A thread that is not associated with this port sees its APCs first, an associated one the packets (K-56).
    """
    port.written()
    if alertable:
        t.inbox.written()
    if t.port is not port:
        if alertable and t.user_apcs:
            return NtStatus.USER_APC
        leave_port(k, t)
        t.port = port
    else:
        port.active -= 1
    if port.packets and port.active < port.concurrency:
        taken: list[CompletionPacket] = []
        while port.packets and len(taken) < count_max:
            taken.append(_take(k, port, t))
        t.packets = tuple(taken)
        port.active += 1
        return NtStatus.SUCCESS
    if alertable and t.user_apcs:
        port.active += 1
        return NtStatus.USER_APC
    if timeout_100ns == 0:
        port.active += 1
        return NtStatus.TIMEOUT
    port.active += 1  # block() takes it off again
    wait = Wait(t, (), False, alertable, reason)
    wait.port = port
    wait.on_abort = lambda _k: port.takers.remove(wait)
    port.takers.append(wait)
    block(k, wait, timeout_100ns)
    return None


def leave_port(k: Core, t: KThread) -> None:
    """The thread is associated with another port now, or has ended."""
    port, t.port = t.port, None
    if port is not None and t.wait is None:
        port.thread_blocks(k)
