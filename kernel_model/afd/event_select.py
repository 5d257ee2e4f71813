"""WSAEventSelect: network events recorded in the socket and announced by an event object (NT: AFD_ENUM_NETWORK_EVENTS).

Models:  recording, re-enabling functions, the FD_WRITE edge, FD_CLOSE once, inheritance by accept, conditions that hold already.
Rejects: FD_OOB, FD_QOS and group events (never recorded).
Sources: learn.microsoft.com WSAEventSelect, WSAEnumNetworkEvents; Wine ws2_32/tests/sock.c test_read_events (S-94 to S-103).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kernel_model.afd.poll import writable
from kernel_model.ke.event import KEvent, reset_event, set_event
from kernel_model.status import NtStatus

if TYPE_CHECKING:
    from kernel_model.afd.endpoint import AfdEndpoint
    from kernel_model.kernel import Kernel

FD_READ: Final = 1
FD_WRITE: Final = 2
FD_ACCEPT: Final = 8
FD_CONNECT: Final = 16
FD_CLOSE: Final = 32


class Selection:
    """What one socket announces: the event object, the mask, and what is recorded since the last enumeration."""

    __slots__ = ("errors", "event", "mask", "record", "wants_space")

    def __init__(self, event: KEvent, mask: int) -> None:
        self.event = event
        self.mask = mask
        self.record = 0
        self.errors: dict[int, int] = {}  # event bit -> status
        self.wants_space = False  # a send failed for lack of room: the next room is an FD_WRITE


def select_events(k: Kernel, e: AfdEndpoint, event: KEvent | None, mask: int) -> None:
    """Replace the selection (the record is empty then); the socket is non-blocking from now on (S-94, S-102)."""
    e.nonblocking = True
    e.selection = Selection(event, mask) if event is not None and mask else None
    announce_present(k, e)


def announce_present(k: Kernel, e: AfdEndpoint) -> None:
    """Conditions that hold already are recorded at once (S-103)."""
    if e.selection is None:
        return
    if e.received or e.datagrams:
        indicate(k, e, FD_READ)
    if e.accept_queue:
        indicate(k, e, FD_ACCEPT)
    if writable(e):
        indicate(k, e, FD_WRITE)
    if e.abort_status is not None:
        indicate(k, e, FD_CLOSE, NtStatus.CONNECTION_ABORTED)
    elif e.fin_received:
        indicate(k, e, FD_CLOSE)


def indicate(k: Kernel, e: AfdEndpoint, events: int, status: int = NtStatus.SUCCESS) -> None:
    """Record what of the events is in the mask, and set the event object."""
    selection = e.selection
    if selection is None:
        return
    if events & FD_WRITE and not events & FD_CONNECT and selection.wants_space:
        selection.wants_space = False
    wanted = events & selection.mask
    if not wanted:
        return
    selection.record |= wanted
    for bit in (FD_READ, FD_WRITE, FD_ACCEPT, FD_CONNECT, FD_CLOSE):
        if wanted & bit:
            selection.errors[bit] = status
    set_event(k, selection.event)


def enumerate_events(e: AfdEndpoint, event: KEvent | None) -> tuple[int, dict[int, int]]:
    """Copy and clear the record and reset the event, in one transition (S-95): (events, bit -> status)."""
    if event is not None:
        reset_event(event)
    selection = e.selection
    if selection is None:
        return 0, {}
    record, errors = selection.record, selection.errors
    selection.record, selection.errors = 0, {}
    return record, errors
