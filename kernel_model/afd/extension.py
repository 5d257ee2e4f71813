"""AcceptEx, ConnectEx, DisconnectEx (NT: AFD_SUPER_ACCEPT, AFD_SUPER_CONNECT, AFD_SUPER_DISCONNECT).

Models:  accepting into a socket of the program's, with or without the first data; connecting with a first send;
         disconnecting, also for another use of the socket; sockets without a context until it is updated.
Sources: learn.microsoft.com AcceptEx, ConnectEx, DisconnectEx; Wine ws2_32/tests/sock.c test_AcceptEx (S-75 to S-84).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertable.kernel_model.afd.close import end_of_disconnect, shutdown_endpoint
from alertable.kernel_model.afd.connect import cancel_accept, connect_endpoint
from alertable.kernel_model.afd.endpoint import AfdEndpoint, AfdEvent, EndpointState
from alertable.kernel_model.afd.event_select import announce_present
from alertable.kernel_model.afd.read import serve_reads
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp, start_irp
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.flow import pump
from alertable.kernel_model.tcpip.segment import SendChunk

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.tcpip.segment import Address


def super_accept(k: Kernel, listener: AfdEndpoint, target: AfdEndpoint, irp: Irp) -> NtStatus:
    """PENDING, or INVALID_PARAMETER.  irp.buffers take the first data; without any it completes with the connection."""
    if listener.state is not EndpointState.LISTENING or not target.stream:
        return NtStatus.INVALID_PARAMETER
    status = target.advance(AfdEvent.ACCEPT_EX)
    if status:
        return status
    start_irp(k, irp)
    irp.cancel = _cancel
    irp.on_accept = lambda kernel, server: _accepted(kernel, listener, target, irp, server)
    irp.result = target
    pend_irp(k, irp)
    if listener.accept_queue:
        _accepted(k, listener, target, irp, listener.accept_queue.popleft())
    else:
        listener.accepts.append(irp)
    return NtStatus.PENDING


def _cancel(k: Kernel, irp: Irp) -> None:
    """Before the connection: the accepting socket is as new; after it: the receive of the first data is given up."""
    target = irp.result
    listener = irp.file
    assert isinstance(listener, AfdEndpoint)
    target.written()
    if irp in listener.accepts:
        cancel_accept(k, irp)
        target.advance(AfdEvent.ACCEPT_CANCELLED)
    elif irp in target.reads:
        target.reads.remove(irp)


def _accepted(k: Kernel, listener: AfdEndpoint, target: AfdEndpoint, irp: Irp, server: AfdEndpoint) -> None:
    """The program's socket takes the connection over."""
    k.handoff.acquire(server)
    server.written()
    target.written()
    target.advance(AfdEvent.ACCEPTED)
    target.local, target.peer = server.local, server.peer
    target.inbound, target.outbound = server.inbound, server.outbound
    target.connected_at_100ns = server.connected_at_100ns
    target.received, target.fin_received, target.abort_status = server.received, server.fin_received, server.abort_status
    target.without_context = True
    if target.inbound is not None and target.outbound is not None:
        target.inbound.target = target.outbound.source = target
        target.inbound.limits.written()
    if target.abort_status is not None:
        complete_irp(k, irp, target.abort_status, 0)
    elif not irp.length:
        complete_irp(k, irp, NtStatus.SUCCESS, 0)
    else:
        target.reads.append(irp)
        serve_reads(k, target)
    announce_present(k, target)


def super_connect(k: Kernel, t: KThread, e: AfdEndpoint, address: Address, irp: Irp) -> NtStatus:
    """PENDING, or why not: INVALID_PARAMETER (not bound), CONNECTION_ACTIVE.  irp.buffers are sent first."""
    if e.state is not EndpointState.BOUND:
        return NtStatus.CONNECTION_ACTIVE if e.state is EndpointState.CONNECTED else NtStatus.INVALID_PARAMETER
    start_irp(k, irp)
    e.without_context = True
    irp.on_complete = lambda kernel, done: _send_first(kernel, e, done)
    return connect_endpoint(k, t, e, address, irp)


def _send_first(k: Kernel, e: AfdEndpoint, irp: Irp) -> None:
    """The connection stands: its first data goes out, and counts as the operation's bytes (S-82)."""
    if irp.status or e.outbound is None:
        e.without_context = False
        return
    if irp.length:
        e.outbound.chunks.append(SendChunk(None, irp.gather(0, irp.length), irp.length))
        e.outbound.buffered += irp.length
        e.outbound.offered += irp.length
        irp.information = irp.length
        pump(k, e.outbound)


def super_disconnect(k: Kernel, e: AfdEndpoint, irp: Irp, *, reuse: bool) -> NtStatus:
    """End sending: PENDING until the peer's side knows, or INVALID_CONNECTION.

    reuse (TF_REUSE_SOCKET): PENDING until the peer has ended sending too; then the socket is as before its connection.
    """
    if e.state is not EndpointState.CONNECTED or e.outbound is None:
        return NtStatus.INVALID_CONNECTION
    if e.abort_status is not None:
        return e.abort_status
    start_irp(k, irp)
    pend_irp(k, irp)
    if reuse:
        e.recycling = irp
    if e.send_shutdown:
        end_of_disconnect(k, e, irp)
        return NtStatus.PENDING
    e.outbound.closing = irp
    shutdown_endpoint(k, e, 1)
    return NtStatus.PENDING
