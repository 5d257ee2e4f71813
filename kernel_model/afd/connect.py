"""Binding, listening, connecting, accepting.

Models:  backlog, connections that exist before accept, refusal with the SYN retries of Windows, blocking and not.
Differs: F-008 a refused SYN is retried twice, 500 ms apart (Windows: registry value, "up to two seconds", S-69).
Sources: learn.microsoft.com bind, listen, connect, accept (S-68 to S-73).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alertable.kernel_model.afd.endpoint import AfdEndpoint, AfdEvent, EndpointState, Flow
from alertable.kernel_model.afd.event_select import FD_ACCEPT, FD_CONNECT, FD_WRITE, indicate
from alertable.kernel_model.afd.poll import notify
from alertable.kernel_model.iomgr.completion import complete_irp, pend_irp
from alertable.kernel_model.ke.gate import Gate, open_gate
from alertable.kernel_model.ke.timerq import cancel_timer, queue_timer
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.flow import flow_name, transmit
from alertable.kernel_model.tcpip.network import ANY_ADDRESS, LOOPBACK
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind

if TYPE_CHECKING:
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.structures import KThread
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.tcpip.segment import Address

SYN_RETRIES: Final = 2
SYN_RETRY_100NS: Final = 5_000_000
HINT_MIN: Final = 200  # SOMAXCONN_HINT(n) is -n, taken between these
HINT_MAX: Final = 65_535


def bind_endpoint(k: Kernel, t: KThread, e: AfdEndpoint, address: Address) -> NtStatus:
    """SUCCESS | INVALID_PARAMETER (bound already) | INVALID_ADDRESS_COMPONENT | SHARING_VIOLATION (in use) | ACCESS_DENIED."""
    if e.local is not None:
        return NtStatus.INVALID_PARAMETER
    host, port = address
    network = k.network
    if not network.local(host):
        return NtStatus.INVALID_ADDRESS_COMPONENT
    status = network.collision(e, address) if port else NtStatus.SUCCESS
    if status:
        return status
    if not port:
        free = network.free_port(t, e)
        if free is None:
            return NtStatus.INSUFFICIENT_RESOURCES
        port = free
    network.bind(e, (host, port))
    e.advance(AfdEvent.BIND)
    return NtStatus.SUCCESS


def bind_implicitly(k: Kernel, t: KThread, e: AfdEndpoint, host: bytes = ANY_ADDRESS) -> NtStatus:
    """What connect and sendto do for an unbound socket."""
    return NtStatus.SUCCESS if e.local is not None else bind_endpoint(k, t, e, (host, 0))


def listen_endpoint(k: Kernel, e: AfdEndpoint, backlog: int) -> NtStatus:
    """SUCCESS | NOT_SUPPORTED (datagram) | INVALID_PARAMETER (unbound) | CONNECTION_ACTIVE (connected)."""
    if not e.stream:
        return NtStatus.NOT_SUPPORTED
    status = e.advance(AfdEvent.LISTEN)
    if not status:
        e.backlog = max(1, backlog) if backlog >= 0 else min(max(HINT_MIN, -backlog), HINT_MAX)
        assert e.local is not None
        k.handoff.release(e)
        k.network.ports[e.local[1]].written()
        open_gate(k, k.network.served(k, e.local[1]))
    return status


def connect_endpoint(k: Kernel, t: KThread, e: AfdEndpoint, address: Address, irp: Irp | None) -> NtStatus:
    """Send the SYN.  PENDING, or why it was not started; the IRP (None: non-blocking) completes with the outcome.

    Neither the wildcard address nor port 0 is anybody's (documented: WSAEADDRNOTAVAIL).
    """
    was = e.state
    status = e.advance(AfdEvent.CONNECT)
    if status:
        return status
    nowhere = address[0] == ANY_ADDRESS or not address[1]
    status = NtStatus.INVALID_ADDRESS_COMPONENT if nowhere else bind_implicitly(k, t, e, address[0])
    if status:
        e.state = was
        return status
    k.network.settle(e, LOOPBACK)  # the address that packets leave from
    name = flow_name(t, "c")
    out, back = Flow(k, f"{name}>", e, None), Flow(k, f"{name}<", None, e)
    out.reverse, back.reverse = back, out
    e.outbound, e.inbound = out, back
    e.peer = address
    e.connect_error, e.connect_retries, e.connect_irp = None, 0, irp
    if irp is not None:
        irp.cancel = cancel_connect
        pend_irp(k, irp)
    send_syn(k, e)
    return NtStatus.PENDING


def send_syn(k: Kernel, e: AfdEndpoint) -> None:
    """(Re)send the SYN."""
    e.written()
    e.connect_timer = None
    if e.outbound is not None:
        transmit(k, e.outbound, Segment(SegmentKind.SYN, source=e.local, target=e.peer))


def cancel_connect(k: Kernel, irp: Irp) -> None:
    """The connecting call is cancelled: the attempt is given up."""
    e = irp.file
    assert isinstance(e, AfdEndpoint)
    e.connect_irp = None
    give_up(k, e)


def give_up(k: Kernel, e: AfdEndpoint) -> None:
    """Forget the attempt; the endpoint is bound and may connect again.  A listener that took the connection hears an RST."""
    if e.connect_timer is not None:
        cancel_timer(k, e.connect_timer)
        e.connect_timer = None
    flow = e.outbound
    if flow is not None:
        flow.written()
        flow.reverse.written()
        flow.reverse.limits.written()
        flow.reverse.target = None  # what is still coming is for nobody
        if flow.segments or flow.target is not None:
            transmit(k, flow, Segment(SegmentKind.RST))
    e.outbound = e.inbound = e.peer = None
    e.advance(AfdEvent.REFUSED)


def syn_arrives(k: Kernel, flow: Flow, segment: Segment) -> None:
    """A listener with room takes the connection (it exists from now on, S-73); anything else refuses."""
    client = flow.source
    if client is None or segment.target is None:
        return
    client.written()
    for listener in k.network.lookup(True, segment.target):
        listener.written()
        if listener.state is EndpointState.LISTENING and (listener.accepts or len(listener.accept_queue) < listener.backlog):
            break
    else:
        transmit(k, flow.reverse, Segment(SegmentKind.REFUSED))
        return
    k.handoff.acquire(listener)
    server = AfdEndpoint(k, f"{flow.label[:-1]}.server", stream=True, overlapped=listener.overlapped)
    server.state = EndpointState.CONNECTED
    server.local, server.peer = segment.target, segment.source
    inherit(server, listener)
    if listener.gate is not None:
        server.gate = Gate(k, f"data for {server.label}")
    server.connected_at_100ns = k.time_100ns()
    flow.target, flow.reverse.source = server, server
    server.inbound, server.outbound = flow, flow.reverse
    transmit(k, flow.reverse, Segment(SegmentKind.SYN_ACK))
    if listener.accepts:
        irp = listener.accepts.popleft()
        if irp.on_accept is not None:
            irp.on_accept(k, server)
        else:
            irp.result = server
            complete_irp(k, irp, NtStatus.SUCCESS, 0)
    else:
        listener.accept_queue.append(server)
        k.handoff.release(server, anew=True)
        if listener.gate is not None:
            open_gate(k, listener.gate)
        notify(k, listener)
        indicate(k, listener, FD_ACCEPT)


def inherit(server: AfdEndpoint, listener: AfdEndpoint) -> None:
    """The accepted socket has the listener's options and mode (S-71)."""
    server.nonblocking = listener.nonblocking
    server.options = dict(listener.options)
    server.linger = listener.linger
    server.send_buffer, server.receive_buffer = listener.send_buffer, listener.receive_buffer


def syn_ack_arrives(k: Kernel, flow: Flow, _segment: Segment) -> None:
    """The client's side is connected."""
    client = flow.target
    if client is None or client.closed or client.state is not EndpointState.CONNECTING:
        return
    client.advance(AfdEvent.SYN_ACKED)
    client.connected_at_100ns = k.time_100ns()
    if client.connect_irp is not None:
        irp, client.connect_irp = client.connect_irp, None
        complete_irp(k, irp, NtStatus.SUCCESS, 0)
    notify(k, client)
    indicate(k, client, FD_CONNECT | FD_WRITE)


def refusal_arrives(k: Kernel, flow: Flow, _segment: Segment) -> None:
    """RST to a SYN: try again a little later, then fail with CONNECTION_REFUSED."""
    client = flow.target
    if client is None or client.closed or client.state is not EndpointState.CONNECTING:
        return
    if client.connect_retries < SYN_RETRIES:
        client.connect_retries += 1
        client.connect_timer = queue_timer(k, k.now_100ns + SYN_RETRY_100NS, send_syn, client, f"syn:{flow.label[:-1]}")
        client.connect_timer.bounded = True
        return
    irp, client.connect_irp = client.connect_irp, None
    give_up(k, client)
    if irp is not None:
        complete_irp(k, irp, NtStatus.CONNECTION_REFUSED, 0)
    else:
        client.connect_error = NtStatus.CONNECTION_REFUSED
        notify(k, client)
        indicate(k, client, FD_CONNECT, NtStatus.CONNECTION_REFUSED)


def accept_connection(k: Kernel, e: AfdEndpoint, irp: Irp | None) -> AfdEndpoint | NtStatus:
    """The oldest waiting connection; else PENDING with an IRP, DEVICE_NOT_READY without; INVALID_PARAMETER unless listening."""
    if not e.stream:
        return NtStatus.NOT_SUPPORTED
    if e.state is not EndpointState.LISTENING:
        return NtStatus.INVALID_PARAMETER
    if e.selection is not None:
        e.selection.reenable(FD_ACCEPT)  # accept does, also one that fails (S-96)
    if e.accept_queue:
        server = e.accept_queue.popleft()
        k.handoff.acquire(server)
        if e.selection is not None:
            server.written()
        inherit(server, e)
        if e.accept_queue:
            indicate(k, e, FD_ACCEPT)
        return server
    if irp is None:
        return NtStatus.DEVICE_NOT_READY
    irp.cancel = cancel_accept
    e.accepts.append(irp)
    return pend_irp(k, irp)


def cancel_accept(_k: Kernel, irp: Irp) -> None:
    """Off the listener's queue."""
    e = irp.file
    assert isinstance(e, AfdEndpoint)
    e.accepts.remove(irp)
