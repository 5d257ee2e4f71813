"""Datagrams.

Models:  sendto and recvfrom, blocking, non-blocking and overlapped, boundaries, truncation, connected peers,
         port unreachable.
Rejects: multicast, broadcast.
Sources: learn.microsoft.com recvfrom, sendto, WSARecvFrom, WSASendTo, SIO_UDP_CONNRESET (S-108 to S-113).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.endpoint import Flow
from alertable.kernel_model.afd.event_select import FD_READ, indicate
from alertable.kernel_model.afd.poll import notify
from alertable.kernel_model.afd.read import MSG_PEEK, cancel_read
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp, start_irp
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.flow import flow_name, transmit
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.tcpip.segment import Address

DATAGRAM_MAX: Final = 65_507
SUCCESS: Final = NtStatus.SUCCESS


def write_datagram(k: Kernel, e: AfdEndpoint, irp: Irp, target: Address | None) -> NtStatus:
    """Send one datagram: complete at once, or INVALID_CONNECTION (no peer), BUFFER_OVERFLOW (too long)."""
    target = target or e.peer
    if target is None or e.local is None:
        return NtStatus.INVALID_CONNECTION
    if e.send_shutdown:
        return NtStatus.PIPE_DISCONNECTED
    if irp.length > DATAGRAM_MAX:
        return NtStatus.BUFFER_OVERFLOW
    start_irp(k, irp)
    if e.outbound is None:
        e.outbound = Flow(k, f"{flow_name(irp.thread, 'u')}>", e, None)
    data = irp.gather(0, irp.length)
    transmit(k, e.outbound, Segment(SegmentKind.DATAGRAM, data, source=e.local, target=target))
    return complete_irp(k, irp, SUCCESS, irp.length)


def read_datagram(k: Kernel, e: AfdEndpoint, irp: Irp, *, may_pend: bool) -> NtStatus:
    """Receive one datagram; irp.result is the sender's address.

    Statuses: SUCCESS | BUFFER_OVERFLOW (truncated, the rest is lost) | PENDING | DEVICE_NOT_READY | PORT_UNREACHABLE |
    INVALID_PARAMETER (not bound).
    """
    if e.local is None:
        return NtStatus.INVALID_PARAMETER
    if e.receive_shutdown:
        return NtStatus.PIPE_DISCONNECTED
    if e.unreachable:
        e.unreachable = False
        return NtStatus.PORT_UNREACHABLE
    if e.selection is not None:
        e.selection.reenable(FD_READ)
    if e.datagrams and not e.reads:
        start_irp(k, irp)
        status = _take(k, e, irp)
        if e.datagrams:
            indicate(k, e, FD_READ)
        return status
    if not may_pend:
        return NtStatus.DEVICE_NOT_READY
    start_irp(k, irp)
    irp.cancel = cancel_read
    e.reads.append(irp)
    return pend_irp(k, irp)


def _take(k: Kernel, e: AfdEndpoint, irp: Irp) -> NtStatus:
    """Complete the receive with the oldest datagram."""
    datagram = e.datagrams[0] if irp.flags & MSG_PEEK else e.datagrams.popleft()
    k.handoff.acquire(datagram)
    source, data = datagram
    irp.result = source
    part = data[: irp.length]
    if part:
        irp.scatter(part)
    status = NtStatus.BUFFER_OVERFLOW if len(part) < len(data) else SUCCESS
    complete_irp(k, irp, status, len(part))
    return status


def datagram_arrives(k: Kernel, flow: Flow, segment: Segment) -> None:
    """Deliver to whoever is bound there; nobody: the sender hears of it at its next receive (S-111)."""
    assert segment.source is not None
    assert segment.target is not None
    sender = flow.source
    if sender is not None:
        sender.written()
    for e in k.network.lookup(False, segment.target):
        e.written()
        if e.peer is None or e.peer == _seen_as(segment.source, segment.target):
            break
    else:
        if sender is not None and sender.hears_unreachable and not sender.closed and not k.network.lookup(False, segment.target):
            if k.trace is not None:
                k.trace.port_unreachable(sender)
            if sender.reads:
                complete_irp(k, sender.reads.popleft(), NtStatus.PORT_UNREACHABLE, 0)
            else:
                sender.unreachable = True
            notify(k, sender)
            indicate(k, sender, FD_READ)
        return
    e.datagrams.append((_seen_as(segment.source, segment.target), segment.data))
    k.handoff.release(e.datagrams[-1], anew=True)
    if e.reads:
        _take(k, e, e.reads.popleft())
    notify(k, e)
    if e.datagrams:
        indicate(k, e, FD_READ)


def _seen_as(source: Address, target: Address) -> Address:
    """A sender bound to 0.0.0.0 is seen with the address that its datagrams leave from."""
    return (target[0], source[1]) if source[0] == b"\0\0\0\0" else source
