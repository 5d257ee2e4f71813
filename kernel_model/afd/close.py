"""The end of a connection: shutdown, graceful and hard close, reset.

Models:  half-close, graceful close in the background, linger, RST for unread data or a pending receive at close.
Differs: F-011 closing with a pending receive or unread data always resets; on Windows that is one of the outcomes.
Sources: learn.microsoft.com closesocket, shutdown, "Graceful Shutdown, Linger Options, and Socket Closure";
         Wine ws2_32/tests/sock.c test_iocp, test_shutdown (S-48 to S-55, S-60, S-61); libuv #3034 (RST at close).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.connect import give_up
from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState, Flow
from alertable.kernel_model.afd.event_select import FD_CLOSE, indicate
from alertable.kernel_model.afd.poll import notify
from alertable.kernel_model.iomgr.cancel import cancel_irp, close_irp
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp
from alertable.kernel_model.ke.gate import open_gate
from alertable.kernel_model.ob.object import at_last_close
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.flow import pump, transmit
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.kernel import Kernel

SD_RECEIVE: Final = 0
SD_SEND: Final = 1
SD_BOTH: Final = 2


def shutdown_endpoint(k: Kernel, e: AfdEndpoint, how: int) -> NtStatus:
    """SUCCESS | INVALID_PARAMETER (direction) | INVALID_CONNECTION | the reset's status."""
    if how not in (SD_RECEIVE, SD_SEND, SD_BOTH):
        return NtStatus.INVALID_PARAMETER
    if e.abort_status is not None:
        return e.abort_status
    if e.stream and e.state is not EndpointState.CONNECTED:
        return NtStatus.INVALID_CONNECTION
    if not e.stream and e.peer is None:
        return NtStatus.INVALID_CONNECTION
    if how != SD_SEND:
        e.receive_shutdown = True
    if how != SD_RECEIVE and not e.send_shutdown:
        e.send_shutdown = True
        if e.outbound is not None:
            e.outbound.fin_queued = True
            pump(k, e.outbound)
    return NtStatus.SUCCESS


def linger_irp_wanted(e: AfdEndpoint) -> bool:
    """Does a blocking closesocket have to wait (linger on, more than 0 seconds, something unsent)?"""
    on, seconds = e.linger
    flow = e.outbound
    if not on or not seconds or flow is None or e.abort_status is not None or e.handle_count != 1:
        return False
    flow.read()
    flow.space.read()
    return bool(flow.chunks or flow.segments)


def begin_lingering_close(k: Kernel, e: AfdEndpoint, irp: Irp) -> None:
    """Shut sending down; the IRP completes when the peer has everything."""
    shutdown_endpoint(k, e, SD_SEND)
    flow = e.outbound
    assert flow is not None
    flow.closing = irp
    irp.cancel = _stop_lingering
    pend_irp(k, irp)


def _stop_lingering(_k: Kernel, irp: Irp) -> None:
    e = irp.file
    assert isinstance(e, AfdEndpoint)
    if e.outbound is not None:
        e.outbound.written()
        e.outbound.closing = None


@at_last_close(AfdEndpoint)
def close_endpoint(k: Kernel, e: AfdEndpoint) -> None:
    """The last handle is closed: pending operations end, then the connection is closed or reset."""
    connected = e.stream and e.state is EndpointState.CONNECTED
    hard = (e.linger[0] and not e.linger[1]) or bool(e.received) or bool(e.reads)
    # A connected TCP socket really gives CONNECTION_ABORTED, the documentation says CANCELLED (S-53).
    status = NtStatus.CONNECTION_ABORTED if connected and e.abort_status is None else NtStatus.CANCELLED
    for irp in tuple(e.irps):
        close_irp(k, irp, status)
    e.closed = True
    e.written()
    for waiting in e.accept_queue:
        waiting.written()
    k.network.unbind(e)
    for waiting in e.accept_queue:
        reset(k, waiting)
        waiting.closed = True
    e.accept_queue.clear()
    if e.state is EndpointState.CONNECTING:
        give_up(k, e)
    elif connected and e.abort_status is None and e.outbound is not None:
        if hard:
            reset(k, e)
        elif not e.send_shutdown:
            e.outbound.fin_queued = True
            pump(k, e.outbound)
    notify(k, e)


def end_of_disconnect(k: Kernel, e: AfdEndpoint | None, irp: Irp) -> None:
    """The peer's side knows that this one sends no more; a socket that is to be used again waits for the peer's end too."""
    if e is not None and e.recycling is irp:
        if not e.fin_received:
            return
        e.recycle()
    complete_irp(k, irp, NtStatus.SUCCESS, 0)


def reset(k: Kernel, e: AfdEndpoint) -> None:
    """Send an RST after what is on the wire already; the rest is lost (S-55)."""
    flow = e.outbound
    if flow is None or e.abort_status is not None:
        return
    flow.drop_unsent()
    e.abort_status = NtStatus.CONNECTION_ABORTED
    e.received.clear()
    transmit(k, flow, Segment(SegmentKind.RST))


def rst_arrives(k: Kernel, flow: Flow, _segment: Segment) -> None:
    """Pending operations fail with CONNECTION_RESET, unread data is lost, later calls fail at once (S-50, S-51)."""
    e = flow.target
    if e is None:
        return
    if e.state is EndpointState.CONNECTING:
        give_up(k, e)
    if e.abort_status is not None:
        return
    e.abort_status = NtStatus.CONNECTION_RESET
    if e.gate is not None:
        open_gate(k, e.gate)
    e.received.clear()
    if e.outbound is not None:
        pending = [chunk.irp for chunk in e.outbound.chunks if chunk.irp is not None]
        e.outbound.discard(k)
        for irp in pending:
            cancel_irp(k, irp, NtStatus.CONNECTION_RESET)
    foreign = [irp for irp in e.reads if irp.file is not e]  # an AcceptEx that waits for its first data is the listener's
    for irp in (*e.irps, *foreign):
        cancel_irp(k, irp, NtStatus.CONNECTION_RESET)
    notify(k, e)
    indicate(k, e, FD_CLOSE, NtStatus.CONNECTION_ABORTED)  # what Windows gives; the page says reset (S-101)
