"""WSAEventSelect: network events recorded in the socket and announced by an event object (NT: AFD_ENUM_NETWORK_EVENTS).

Models:  recording, re-enabling functions, the FD_WRITE edge, FD_CLOSE once, inheritance by accept, conditions that hold already.
Rejects: FD_QOS and later events (never recorded).
Sources: learn.microsoft.com WSAEventSelect, WSAEnumNetworkEvents; Wine ws2_32/tests/sock.c test_read_events (S-94 to S-103).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.endpoint import Selection
from alertable.kernel_model.afd.poll import writable
from alertable.kernel_model.ke.event import KEvent, reset_event, set_event
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.kernel import Kernel

FD_READ: Final = 1
FD_WRITE: Final = 2
FD_OOB: Final = 4
FD_ACCEPT: Final = 8
FD_CONNECT: Final = 16
FD_CLOSE: Final = 32
EVENTS: Final = (FD_READ, FD_WRITE, FD_OOB, FD_ACCEPT, FD_CONNECT, FD_CLOSE)


class EventSelection(Selection):
    """Network events go into a record and set an event object."""

    __slots__ = ("errors", "event", "record")

    def __init__(self, event: KEvent, mask: int) -> None:
        super().__init__(mask)
        self.event = event
        self.record = 0  # since the last enumeration
        self.errors: dict[int, int] = {}  # event bit -> status

    def announce(self, k: Kernel, events: int, status: int) -> None:
        self.record |= events
        for bit in EVENTS:
            if events & bit:
                self.errors[bit] = status
        set_event(k, self.event)

    def inherited(self, handle: int) -> EventSelection:
        return EventSelection(self.event, self.mask)


def select(k: Kernel, e: AfdEndpoint, selection: Selection | None) -> None:
    """Replace the selection, of whatever kind (S-106); the socket is non-blocking from now on (S-94, S-102)."""
    e.nonblocking = True
    if e.selection is not None and e.selection.wants_space and e.outbound is not None:
        e.outbound.space.written()  # the next room is told to somebody else, or to nobody
    e.selection = selection
    announce_present(k, e)


def accepted(k: Kernel, server: AfdEndpoint, listener: AfdEndpoint, handle: int) -> None:
    """The accepted socket has its handle: it announces what the listener would (S-71)."""
    if listener.selection is not None:
        server.selection = listener.selection.inherited(handle)
        announce_present(k, server)


def announce_present(k: Kernel, e: AfdEndpoint) -> None:
    """Conditions that hold already are recorded at once (S-103)."""
    if e.outbound is not None:
        e.outbound.space.read()  # what arrives at the other side looks at the selection of this one
    if e.selection is None:
        return
    if e.received or e.datagrams:
        indicate(k, e, FD_READ)
    if e.urgent:
        indicate(k, e, FD_OOB)
    if e.accept_queue:
        indicate(k, e, FD_ACCEPT)
    if e.selection.mask & (FD_WRITE | FD_CONNECT) and writable(e):
        indicate(k, e, FD_WRITE)
        connected = e.stream and e.selection.mask & FD_CONNECT
        if connected and k.outcomes is not None and k.outcomes.left_open("connected-again"):
            indicate(k, e, FD_CONNECT)  # documented: a reissued call tells of what holds already; Windows says nothing
    if e.abort_status is not None:
        indicate(k, e, FD_CLOSE, NtStatus.CONNECTION_ABORTED)
    elif e.fin_received and not e.close_told:
        indicate(k, e, FD_CLOSE)


def indicate(k: Kernel, e: AfdEndpoint, events: int, status: int = NtStatus.SUCCESS) -> None:
    """Announce what of the events is in the mask."""
    selection = e.selection
    if selection is None:
        return
    if events & FD_WRITE and not events & FD_CONNECT and selection.wants_space:
        selection.wants_space = False
    wanted = events & selection.mask
    if not wanted:
        return
    if wanted & FD_CLOSE:
        e.close_told = True  # not again, whatever event object is associated later (PostgreSQL waiteventset.c, S-101)
    selection.announce(k, wanted, status)


def enumerate_events(k: Kernel, e: AfdEndpoint, event: KEvent | None) -> tuple[int, dict[int, int]]:
    """Copy and clear the record and reset the event, in one transition (S-95): (events, bit -> status)."""
    if event is not None:
        reset_event(event)
    selection = e.selection
    if not isinstance(selection, EventSelection):
        return 0, {}
    record, errors = selection.record, selection.errors
    selection.record, selection.errors = 0, {}
    return record, errors
