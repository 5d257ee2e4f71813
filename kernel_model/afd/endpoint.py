"""Endpoints: what a socket is inside the kernel (NT: AFD_ENDPOINT), and the flows between them: they refer to each other.

The life of a stream endpoint is a table; a missing pair is a status of a second table and changes nothing.
A flow is an actor of its own, with the segments that it has in flight; what becomes of them is in tcpip/flow.py.
Sources: learn.microsoft.com bind, listen, connect, shutdown (S-60, S-61, S-66 to S-73).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from alertable.kernel_model.footprint import Cell, Footprint
from alertable.kernel_model.iomgr.irp import FileObject, Major
from alertable.kernel_model.status import NtStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alertable.kernel_model.iomgr.irp import Irp
    from alertable.kernel_model.ke.event import KEvent
    from alertable.kernel_model.ke.gate import Gate
    from alertable.kernel_model.ke.structures import TimerEntry
    from alertable.kernel_model.ob.object import Footprints
    from alertable.kernel_model.tcpip.segment import Address, Segment, SendChunk

SO_OOBINLINE: Final = (0xFFFF, 0x100)
FLOW_CELLS: Final = ("space of {}", "limits of {}")
TCP_WINDOW: Final = 65_535  # TCP's own, where the socket buffers nothing (SO_RCVBUF 0): data still arrives unasked
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


class Sharing(Enum):
    """What a socket says about sharing its address before it is bound."""

    DEFAULT = "default"
    REUSE = "SO_REUSEADDR"
    EXCLUSIVE = "SO_EXCLUSIVEADDRUSE"


class Selection:
    """What one socket announces, and to whom; `wants_space`: a send failed for lack of room, so the next room is an FD_WRITE."""

    __slots__ = ("mask", "wants_space")

    def __init__(self, mask: int) -> None:
        self.mask = mask
        self.wants_space = False

    def announce(self, k: Any, events: int, status: int) -> None:  # noqa: ANN401 - a Kernel, which is built on this
        """Tell of these events, all of the mask."""
        raise NotImplementedError

    def reenable(self, events: int) -> None:
        """The program called a re-enabling function for these events (S-96, S-105)."""

    def inherited(self, handle: int) -> Selection:
        """The same for a socket accepted with this handle (S-71)."""
        raise NotImplementedError


class Waiting(Protocol):
    """Somebody who waits for an endpoint to be ready: `afd.poll.Poll`."""

    event: KEvent

    def ready(self, e: AfdEndpoint, /) -> bool:
        """Is there what it looks for in this endpoint?"""


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

    def __init__(self, k: Footprints, label: str, *, stream: bool, overlapped: bool) -> None:
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
        self.polls: dict[Waiting, None] = {}
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

    def data_under_way(self, irp: Irp) -> bool:
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


class Wires(Protocol):
    """What flows know of the kernel: the footprint, and where they stand with what they have in flight."""

    footprint: Footprint
    flows: list[Flow] | None
    wire: OrderedDict[Flow, None]


class Flow(Cell):
    """One direction: source sends, target receives.  target is None until the SYN found its listener."""

    __deletable__: ClassVar = ("reverse",)  # for mypyc: `Kernel.dismantle` takes rings apart
    __slots__ = (
        "buffered",
        "chunks",
        "closing",
        "fin_queued",
        "in_flight",
        "label",
        "lagging",
        "limits",
        "offered",
        "reverse",
        "segments",
        "source",
        "space",
        "target",
    )

    def __init__(self, k: Wires, label: str, source: AfdEndpoint | None, target: AfdEndpoint | None) -> None:
        super().__init__(k.footprint, label)
        self.label = label
        if k.flows is not None:
            k.flows.append(self)
        # what the receiver's acknowledgements change; the receiver's buffer, which it may change
        self.space, self.limits = k.footprint.cells(label, FLOW_CELLS)
        self.source = source
        self.target = target
        self.reverse: Flow = self
        self.segments: deque[Segment] = deque()
        self.chunks: deque[SendChunk] = deque()  # not yet completely on the wire
        self.buffered = 0  # bytes taken over from the program and not yet acknowledged
        self.in_flight = 0  # bytes on the wire
        self.offered = 0  # bytes that the program asked to send, since the flow is there
        self.lagging = False  # a device was late with a send
        self.fin_queued = False
        self.closing: Irp | None = None  # a lingering close that waits for the last acknowledgement

    def narrow(self) -> bool:
        """Could there be too little room?  If not, it does not matter which acknowledgements have come already.

        All that was ever offered is compared with both buffers, so the answer does not depend on them either.
        """
        self.limits.read()
        source, target = self.source, self.target
        if self.lagging or (source is not None and self.offered >= source.send_buffer):
            return True
        return target is not None and self.offered > (target.receive_buffer or TCP_WINDOW)

    def look_for_room(self) -> None:
        """Somebody depends on the room that there is, without taking any."""
        if self.narrow():
            self.space.read()

    def drop_unsent(self) -> None:
        """Forget what is not on the wire yet, and what a receive would have sent."""
        if self.chunks:
            self.looked_for_room()
        else:
            self.look_for_room()
        for chunk in self.chunks:
            if chunk.irp is None:
                self.buffered -= chunk.length - chunk.sent
        self.chunks.clear()
        self.fin_queued = False

    def looked_for_room(self) -> None:
        """A sender looked for room and may not have found enough: acknowledgements and receives matter to it."""
        self.space.written()
        if self.target is not None:
            self.target.written()

    def discard(self, k: Wires) -> None:
        """Forget everything that was not delivered: a reset."""
        self.written()
        self.space.written()
        if self.source is not None:
            self.source.written()  # what it sends later is not lost
        if self.segments:
            k.footprint.discards(self)
        self.segments.clear()
        self.chunks.clear()
        self.buffered = self.in_flight = 0
        self.fin_queued = False
        k.wire.pop(self, None)
