"""Endpoints: what a socket is inside the kernel (NT: AFD_ENDPOINT).

The life of a stream endpoint is a table; a missing pair is a status of a second table and changes nothing.
Sources: learn.microsoft.com bind, listen, connect, shutdown (S-60, S-61, S-66 to S-73).
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.iomgr.file_object import FileObject
from alertable.kernel_model.iomgr.irp import Major
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.network import Sharing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.kernel_model.afd.event_select import Selection
    from alertable.kernel_model.afd.poll import Poll
    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.gate import Gate
    from alertable.kernel_model.ke.timerq import TimerEntry
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.tcpip.flow import Flow
    from alertable.kernel_model.tcpip.segment import Address

SO_OOBINLINE: Final = (0xFFFF, 0x100)
DEFAULT_BUFFER: Final = 65_536  # SO_SNDBUF and SO_RCVBUF of Windows 10


class EndpointState(Enum):
    """Where a stream endpoint is in its life."""

    CREATED = "created"
    BOUND = "bound"
    LISTENING = "listening"
    ACCEPTING = "accepting"  # named in a pending AcceptEx
    CONNECTING = "connecting"
    CONNECTED = "connected"


class AfdEvent(Enum):
    """What may happen to it."""

    BIND = "bind"
    LISTEN = "listen"
    CONNECT = "connect"
    SYN_ACKED = "SYN-ACK arrives"
    REFUSED = "connect fails"
    ACCEPT_EX = "AcceptEx names it"
    ACCEPTED = "AcceptEx has its connection"
    ACCEPT_CANCELLED = "AcceptEx is cancelled"


_S, _E = EndpointState, AfdEvent

TRANSITIONS: Final[Mapping[tuple[EndpointState, AfdEvent], EndpointState]] = {
    (_S.CREATED, _E.BIND): _S.BOUND,
    (_S.CREATED, _E.CONNECT): _S.CONNECTING,  # connect binds implicitly (S-72)
    (_S.BOUND, _E.LISTEN): _S.LISTENING,
    (_S.BOUND, _E.CONNECT): _S.CONNECTING,
    (_S.LISTENING, _E.LISTEN): _S.LISTENING,
    (_S.CONNECTING, _E.SYN_ACKED): _S.CONNECTED,
    (_S.CONNECTING, _E.REFUSED): _S.BOUND,  # it may connect again (S-69)
    (_S.CREATED, _E.ACCEPT_EX): _S.ACCEPTING,
    (_S.ACCEPTING, _E.ACCEPTED): _S.CONNECTED,
    (_S.ACCEPTING, _E.ACCEPT_CANCELLED): _S.CREATED,
}

REFUSALS: Final[Mapping[tuple[EndpointState, AfdEvent], NtStatus]] = {
    (_S.LISTENING, _E.CONNECT): NtStatus.INVALID_PARAMETER,
    (_S.CONNECTED, _E.CONNECT): NtStatus.CONNECTION_ACTIVE,
    (_S.CONNECTED, _E.LISTEN): NtStatus.CONNECTION_ACTIVE,
}


class AfdEndpoint(FileObject):
    """A socket.

    Addresses are (4 bytes, port); buffers are counted in bytes.
    """

    __slots__ = (
        "abort_status", "accept_queue", "accepts", "backlog", "close_told", "connect_error", "connect_irp",
        "connect_retries", "connect_timer", "connected_at_100ns", "datagrams", "fin_received", "gate", "hears_unreachable",
        "holds_port", "inbound", "linger", "local", "nonblocking",
        "options", "outbound", "peer", "polls", "reads", "receive_buffer", "receive_shutdown",
        "received", "recycling", "selection", "send_buffer", "send_shutdown", "sharing", "state", "stream", "unreachable",
        "urgent", "without_context",
    )  # fmt: skip

    def __init__(self, k: Kernel, label: str, *, stream: bool, overlapped: bool) -> None:
        super().__init__(k, label, overlapped)
        self.stream = stream
        self.state = EndpointState.CREATED
        self.local: Address | None = None
        self.holds_port = False  # was bound itself: an accepted one has its listener's port
        self.peer: Address | None = None
        self.nonblocking = False
        # options
        self.options: dict[tuple[int, int], int] = {}  # level, option -> value of those without an effect in the model
        self.linger: tuple[bool, int] = (False, 0)  # on, seconds
        self.sharing = Sharing.DEFAULT
        self.send_buffer = DEFAULT_BUFFER
        self.receive_buffer = DEFAULT_BUFFER
        self._no_connection()
        self.datagrams: deque[tuple[Address, bytes]] = deque()
        self.hears_unreachable = True  # SIO_UDP_CONNRESET
        self.unreachable = False  # a datagram of ours found nobody (S-111)
        # listening
        self.backlog = 0
        self.accept_queue: deque[AfdEndpoint] = deque()
        self.accepts: deque[Irp] = deque()
        # readiness
        self.polls: dict[Poll, None] = {}
        self.selection: Selection | None = None  # WSAEventSelect
        self.gate: Gate | None = None  # of a remote endpoint: there is something to take, whatever it takes

    def _no_connection(self) -> None:
        # connection: outbound carries what this side sends
        self.outbound: Flow | None = None
        self.inbound: Flow | None = None
        self.connect_irp: Irp | None = None
        self.connect_timer: TimerEntry | None = None
        self.connect_retries = 0
        self.connect_error: NtStatus | None = None  # of a failed connect, for SO_ERROR and the except set
        self.connected_at_100ns = 0
        self.abort_status: NtStatus | None = None  # reset: every call fails with it
        self.without_context = False  # after AcceptEx or ConnectEx, until the context is updated (S-78, S-83)
        self.send_shutdown = False
        self.receive_shutdown = False
        self.fin_received = False
        self.close_told = False  # FD_CLOSE of a graceful close was announced: once per socket
        # receiving
        self.received = bytearray()
        self.urgent = b""  # the out-of-band byte that has arrived
        self.reads: deque[Irp] = deque()
        self.recycling: Irp | None = None  # DisconnectEx(TF_REUSE_SOCKET) that waits for both ends of the connection

    def recycle(self) -> None:
        """The connection is over, and the socket may have another (TF_REUSE_SOCKET); one that was bound itself stays so."""
        local = self.local
        self._no_connection()
        self.peer = None
        self.local, self.state = (local, EndpointState.BOUND) if self.holds_port else (None, EndpointState.CREATED)

    def data_under_way(self, k: Kernel, irp: Irp) -> bool:
        flow = self.inbound if irp in self.reads else self.outbound if irp.major is Major.WRITE else None
        if flow is None:
            return False
        flow.read()
        if flow.source is not None:
            flow.source.read()
        return bool(flow.segments)

    def advance(self, event: AfdEvent) -> NtStatus:
        """Follow the table: SUCCESS, or why not (INVALID_PARAMETER where Windows has no better word)."""
        after = TRANSITIONS.get((self.state, event))
        if after is None:
            return REFUSALS.get((self.state, event), NtStatus.INVALID_PARAMETER)
        self.state = after
        return NtStatus.SUCCESS

    def urgent_inline(self) -> bool:
        """SO_OOBINLINE: out-of-band data is a part of the stream."""
        return bool(self.options.get(SO_OOBINLINE))

    def on_last_handle_closed(self, k: Kernel) -> None:
        from alertable.kernel_model.afd.close import close_endpoint

        super().on_last_handle_closed(k)
        close_endpoint(k, self)
