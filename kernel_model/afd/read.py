"""Receiving on streams.

Models:  blocking, non-blocking, overlapped, scatter, zero-byte receives, MSG_PEEK, MSG_WAITALL, end of stream, reset.
Models:  out-of-band data: one byte at a time, in the stream with SO_OOBINLINE.
Sources: learn.microsoft.com recv, WSARecv (S-01, S-08, S-36 to S-41, S-48 to S-51, S-90).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.close import end_of_disconnect
from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState, Flow
from alertable.kernel_model.afd.event_select import FD_CLOSE, FD_OOB, FD_READ, FD_WRITE, indicate
from alertable.kernel_model.afd.poll import notify, writable
from alertable.kernel_model.errors import NotModelled
from alertable.kernel_model.iomgr.cancel import cancel_irp
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp, start_irp
from alertable.kernel_model.iomgr.device import dawdles, finish_later
from alertable.kernel_model.ke.gate import open_gate
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.flow import acknowledge, pump, transmit
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.kernel import Kernel

MSG_PEEK: Final = 2
MSG_WAITALL: Final = 8
SUCCESS: Final = NtStatus.SUCCESS


def read_stream(k: Kernel, e: AfdEndpoint, irp: Irp, *, may_pend: bool) -> NtStatus:
    """Start a receive: SUCCESS (complete), PENDING, or why it was not started.

    Statuses: the reset's | INVALID_CONNECTION | PIPE_DISCONNECTED (receiving shut down) | DEVICE_NOT_READY (nothing there
    and may_pend is false).
    """
    if e.abort_status is not None:
        return e.abort_status
    if e.state is not EndpointState.CONNECTED:
        return NtStatus.INVALID_CONNECTION
    if e.receive_shutdown:
        return NtStatus.PIPE_DISCONNECTED
    if e.selection is not None:
        e.selection.reenable(FD_READ)  # a receive does, also one that fails (S-96)
    if not e.reads and (e.received or e.fin_received):
        start_irp(k, irp)
        if may_pend and dawdles(k, irp):
            finish_later(k, irp, _serve_late)
        elif try_read(k, e, irp):
            if e.selection is not None and e.received:
                indicate(k, e, FD_READ)
            return SUCCESS
    elif not may_pend:
        return NtStatus.DEVICE_NOT_READY
    else:
        start_irp(k, irp)
    irp.cancel = cancel_read
    e.reads.append(irp)
    break_while_idle(k, e)
    return pend_irp(k, irp)


def break_while_idle(k: Kernel, e: AfdEndpoint) -> None:
    """The fault "reset" where a receive begins to wait: the connection may break although nothing is under way."""
    if k.outcomes is not None and e.inbound is not None and k.outcomes.fault(k, "reset"):
        if e.inbound.source is not None:
            e.inbound.source.written()  # whose sends it comes between
        transmit(k, e.inbound, Segment(SegmentKind.RST, fault=True))


def take_arrived(k: Kernel, e: AfdEndpoint, most: int) -> bytes | NtStatus:
    """The receive of a remote endpoint, a guarded step: what is there, b"" at the end of the stream, or why there is nothing."""
    e.written()
    if e.abort_status is not None:
        return e.abort_status
    if e.state is not EndpointState.CONNECTED:
        return NtStatus.INVALID_CONNECTION
    data = _taken(e.received, most)
    if data:
        _make_room(k, e)
    if e.gate is not None:
        e.gate.is_open = bool(e.received) or e.fin_received
    return data


def _serve_late(k: Kernel, irp: Irp) -> None:
    """A slow device comes to what has arrived."""
    e = irp.file
    assert isinstance(e, AfdEndpoint)
    serve_reads(k, e)


def try_read(k: Kernel, e: AfdEndpoint, irp: Irp) -> bool:
    """Give the receive what has arrived; True if it is complete now."""
    received = e.received
    k.handoff.acquire(received)
    if not received:
        if not e.fin_received:
            return False
        complete_irp(k, irp, SUCCESS, irp.done)
        return True
    room = irp.length - irp.done
    if irp.flags & MSG_PEEK:
        irp.scatter(bytes(received[:room]))
        complete_irp(k, irp, SUCCESS, irp.done)
        return True
    data = _taken(received, room)
    if data:
        irp.scatter(data)
    wants_all = irp.flags & MSG_WAITALL and irp.done < irp.length and not e.fin_received
    if not wants_all:
        complete_irp(k, irp, SUCCESS, irp.done)
    if data:
        _make_room(k, e)
    return not wants_all


def _taken(received: bytearray, room: int) -> bytes:
    """Out of what has arrived."""
    data = bytes(received[:room])
    del received[:room]
    return data


def _make_room(k: Kernel, e: AfdEndpoint) -> None:
    """Something was received: what did not fit into the window may go out."""
    if e.inbound is not None and e.inbound.chunks:
        e.inbound.space.written()
        pump(k, e.inbound)


def read_urgent(e: AfdEndpoint, irp: Irp) -> NtStatus:
    """Receive the out-of-band byte; irp.status stays as it is, the byte is in the buffer.

    Statuses: SUCCESS (information set) | the reset's | INVALID_CONNECTION | INVALID_PARAMETER (it comes in the stream) |
    DEVICE_NOT_READY (there is none).
    """
    if e.abort_status is not None:
        return e.abort_status
    if e.state is not EndpointState.CONNECTED:
        return NtStatus.INVALID_CONNECTION
    if e.urgent_inline():
        return NtStatus.INVALID_PARAMETER
    if not e.urgent:
        return NtStatus.DEVICE_NOT_READY
    if e.selection is not None:
        e.selection.reenable(FD_OOB)
    irp.information = min(len(e.urgent), irp.length)
    irp.scatter(e.urgent[: irp.information])
    if not irp.flags & MSG_PEEK:
        e.urgent = b""
    return SUCCESS


def cancel_read(_k: Kernel, irp: Irp) -> None:
    """Off the endpoint's queue."""
    e = irp.file
    assert isinstance(e, AfdEndpoint)
    e.reads.remove(irp)


def serve_reads(k: Kernel, e: AfdEndpoint) -> None:
    """Something arrived: receives are filled in posting order (S-08)."""
    while e.reads and (e.received or e.fin_received):
        irp = e.reads[0]
        e.reads.popleft()
        if not try_read(k, e, irp):
            e.reads.appendleft(irp)
            break


def data_arrives(k: Kernel, flow: Flow, segment: Segment) -> None:
    """A DATA segment reaches its target; a socket that is gone or does not receive any more answers with RST."""
    e = flow.target
    acknowledge(k, flow, segment)
    if e is None or e.closed or e.receive_shutdown:
        if e is not None and e.abort_status is None:
            e.abort_status = NtStatus.CONNECTION_ABORTED
            flow.reverse.discard(k)
            transmit(k, flow.reverse, Segment(SegmentKind.RST))
            for irp in tuple(e.irps):
                cancel_irp(k, irp, NtStatus.CONNECTION_ABORTED)
            notify(k, e)
        return
    e.received += segment.data
    k.handoff.release(e.received)
    if e.gate is not None and e.received:
        open_gate(k, e.gate)
    if e.reads:
        serve_reads(k, e)
    if e.polls:
        notify(k, e)
    if e.selection is not None and e.received:
        indicate(k, e, FD_READ)
    source = flow.source
    if flow.chunks or flow.fin_queued:
        pump(k, flow)
    if source is not None and flow.narrow():  # where all that was ever offered has room, nobody waits for an acknowledgement
        if source.polls:
            notify(k, source)
        if source.selection is not None:
            source.read()
            if source.selection.wants_space and writable(source):
                indicate(k, source, FD_WRITE)


def urgent_arrives(k: Kernel, flow: Flow, segment: Segment) -> None:
    """The out-of-band byte: beside the stream, unless the receiver wants it inside."""
    e = flow.target
    if e is None or e.closed or e.receive_shutdown or e.urgent_inline():
        data_arrives(k, flow, segment)
        return
    acknowledge(k, flow, segment)
    if e.urgent:
        raise NotModelled("send", "an out-of-band byte while the one before has not been received")
    e.urgent = segment.data
    notify(k, e)
    indicate(k, e, FD_OOB)


def fin_arrives(k: Kernel, flow: Flow, _segment: Segment) -> None:
    """The peer sends no more: pending receives complete with 0 bytes, after what was sent before (S-48, S-49)."""
    if flow.closing is not None:
        closing, flow.closing = flow.closing, None
        end_of_disconnect(k, flow.source, closing)
    e = flow.target
    if e is None or e.closed or e.abort_status is not None:
        return
    e.fin_received = True
    k.handoff.release(e.received)
    if e.gate is not None:
        open_gate(k, e.gate)
    serve_reads(k, e)
    notify(k, e)
    indicate(k, e, FD_CLOSE)
    if e.recycling is not None and (e.outbound is None or e.outbound.closing is None):
        end_of_disconnect(k, e, e.recycling)
