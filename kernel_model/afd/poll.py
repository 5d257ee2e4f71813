"""Readiness: what select reports, and who waits for it (NT: IOCTL_AFD_POLL).

Sources: learn.microsoft.com select (S-86 to S-92).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState
from alertable.kernel_model.ke.event import KEvent, set_event

if TYPE_CHECKING:
    from alertable.kernel_model.core import Core
    from alertable.kernel_model.ke.structures import KThread


def readable(e: AfdEndpoint) -> bool:
    """Data, end of stream, reset, or a connection waiting (S-88); so is a socket that is closed under a waiting select
    (Wine ws2_32/tests/sock.c test_select)."""
    e.read()
    if e.closed:
        return True
    if not e.stream:
        return bool(e.datagrams) or e.unreachable
    if e.state is EndpointState.LISTENING:
        return bool(e.accept_queue)
    return bool(e.received) or e.fin_received or e.abort_status is not None


def writable(e: AfdEndpoint) -> bool:
    """Connected with room in the send buffer, or a datagram socket (S-89)."""
    e.read()
    if not e.stream:
        return True
    if e.state is not EndpointState.CONNECTED or e.outbound is None:
        return False
    if e.abort_status is not None:
        return True
    e.outbound.look_for_room()
    return not e.outbound.chunks and (e.outbound.buffered < e.send_buffer or not e.outbound.buffered)


def exceptional(e: AfdEndpoint) -> bool:
    """A non-blocking connect failed, or out-of-band data is there (S-90)."""
    e.read()
    return e.connect_error is not None or bool(e.urgent)


class Poll:
    """One select in progress: whose it is, the endpoints it looks at, and the event that it waits for."""

    __slots__ = ("event", "exceptions", "reads", "thread", "writes")

    def __init__(
        self, k: Core, t: KThread, reads: list[AfdEndpoint], writes: list[AfdEndpoint], exceptions: list[AfdEndpoint]
    ) -> None:  # fmt: skip
        self.thread = t
        self.reads = reads
        self.writes = writes
        self.exceptions = exceptions
        self.event = KEvent(k, "select", True, False)
        self.event.rename(f"select of {t.label}")

    def ready(self, e: AfdEndpoint, /) -> bool:
        """Is there what it looks for in this endpoint?"""
        return (
            (e in self.reads and readable(e)) or (e in self.writes and writable(e)) or (e in self.exceptions and exceptional(e))
        )

    def begin(self) -> None:
        """Have the endpoints tell when they change."""
        for e in (*self.reads, *self.writes, *self.exceptions):
            e.polls[self] = None

    def end(self) -> None:
        """Nobody waits any more."""
        for e in (*self.reads, *self.writes, *self.exceptions):
            e.polls.pop(self, None)


def notify(k: Core, e: AfdEndpoint) -> None:
    """The endpoint's readiness changed: a select that has not been told yet had found nothing in any of the others."""
    for poll in tuple(e.polls):
        if poll.event.signal_state:
            poll.event.read()
        elif poll.ready(e):
            set_event(k, poll.event)
