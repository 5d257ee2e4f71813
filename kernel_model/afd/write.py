"""Sending on streams.

Models:  blocking, non-blocking with partial sends, overlapped, gather, a bounded send buffer, SO_SNDBUF 0.
Models:  out-of-band data: the last byte of a send with MSG_OOB.
Differs: F-010 a non-blocking send takes over what fits SO_SNDBUF; Windows may take over all of it.
Sources: learn.microsoft.com send, WSASend; Wine ws2_32/tests/sock.c test_send (S-37, S-44 to S-47, S-60).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.endpoint import AfdEndpoint, EndpointState
from alertable.kernel_model.errors import NotModelled
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp, start_irp
from alertable.kernel_model.iomgr.device import dawdles, finish_later
from alertable.kernel_model.iomgr.irp import IrpState
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.flow import absorb, pump
from alertable.kernel_model.tcpip.segment import SendChunk

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import Flow
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.kernel import Kernel

MSG_OOB: Final = 1
SUCCESS: Final = NtStatus.SUCCESS


def write_stream(k: Kernel, e: AfdEndpoint, irp: Irp, *, may_pend: bool) -> NtStatus:
    """Start a send: SUCCESS (complete; partly, without may_pend), PENDING, or why it was not started.

    Statuses: the reset's | INVALID_CONNECTION | PIPE_DISCONNECTED (sending shut down) | DEVICE_NOT_READY (no room and
    may_pend is false).
    """
    if e.abort_status is not None:
        return e.abort_status
    flow = e.outbound
    if e.state is not EndpointState.CONNECTED or flow is None:
        return NtStatus.INVALID_CONNECTION
    if e.send_shutdown:
        return NtStatus.PIPE_DISCONNECTED
    length = irp.length
    room = e.send_buffer - flow.buffered
    flow.offered += length
    if flow.narrow():
        flow.looked_for_room()
    if length <= room and not any(chunk.irp is not None for chunk in flow.chunks):
        start_irp(k, irp)
        if may_pend and not irp.flags & MSG_OOB and dawdles(k, irp):
            return _pend(k, flow, irp, late=True)
        if not may_pend and k.outcomes is not None and length > 1:
            length = _short(k, length)
        return _copy(k, e, irp, length)
    if not may_pend:
        # With SO_SNDBUF 0 a non-blocking send still takes over one send at a time.
        take = min(length, room if e.send_buffer else (0 if flow.buffered else length))
        if take <= 0:
            if e.selection is not None:
                e.selection.wants_space = True
            return NtStatus.DEVICE_NOT_READY
        start_irp(k, irp)
        return _copy(k, e, irp, take if take == 1 or k.outcomes is None else _short(k, take))
    if irp.flags & MSG_OOB:
        raise NotModelled("send", "MSG_OOB while the send buffer is full")
    start_irp(k, irp)
    return _pend(k, flow, irp)


def _pend(k: Kernel, flow: Flow, irp: Irp, *, late: bool = False) -> NtStatus:
    """The program's memory is sent from; late: a device comes to it by a step of its own."""
    irp.cancel = cancel_write
    pend_irp(k, irp)
    flow.chunks.append(SendChunk(irp, b"", irp.length))
    if late:
        flow.lagging = True
        flow.looked_for_room()  # an acknowledgement or a receive that comes before the device sends it as well
        finish_later(k, irp, _send_late)
    else:
        pump(k, flow)
    return NtStatus.PENDING


def _send_late(k: Kernel, irp: Irp) -> None:
    e = irp.file
    assert isinstance(e, AfdEndpoint)
    if e.outbound is not None and irp.state is IrpState.PENDING:
        e.outbound.looked_for_room()  # an acknowledgement or a receive may have sent it already
        mine = next((chunk for chunk in e.outbound.chunks if chunk.irp is irp), None)
        if mine is not None:
            absorb(k, e.outbound, mine)
        pump(k, e.outbound)


def _short(k: Kernel, length: int) -> int:
    """How much of it a non-blocking send takes over."""
    assert k.outcomes is not None
    sizes = (1,) if length == 2 else (1, length - 1)
    picked = k.outcomes.fault(k, "partial-send", sizes)
    return sizes[picked - 1] if picked else length


def _copy(k: Kernel, e: AfdEndpoint, irp: Irp, count: int) -> NtStatus:
    """Take the bytes over: the send is complete, whether or not the peer has read it (S-45)."""
    flow = e.outbound
    assert flow is not None
    if count:
        data = irp.gather(0, count)
        if irp.flags & MSG_OOB:
            if count > 1:
                flow.chunks.append(SendChunk(None, data[:-1], count - 1))
            flow.chunks.append(SendChunk(None, data[-1:], 1))
            flow.chunks[-1].urgent = True
        else:
            flow.chunks.append(SendChunk(None, data, count))
        flow.buffered += count
    complete_irp(k, irp, SUCCESS, count)
    if count:
        pump(k, flow)
    return SUCCESS


def cancel_write(k: Kernel, irp: Irp) -> None:
    """What is not on the wire yet is not sent; a FIN that waited for it goes out."""
    e = irp.file
    assert isinstance(e, AfdEndpoint)
    flow = e.outbound
    if flow is None:
        return
    flow.looked_for_room()
    for chunk in flow.chunks:
        if chunk.irp is irp:
            flow.chunks.remove(chunk)
            break
    if flow.fin_queued and not flow.chunks:
        pump(k, flow)
