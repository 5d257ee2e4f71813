"""Flows: each direction of each connection is an actor of its own, with the segments that it has in flight.

Models:  in-order delivery, a receive window of SO_RCVBUF, a bounded send buffer, sends without a buffer (SO_SNDBUF 0).
Differs: F-004 acknowledgements and window updates are instantaneous.
Differs: F-005 nothing is lost or sent again, and an idle connection lives for ever.
Sources: RFC 9293; learn.microsoft.com "High-performance Windows Sockets Applications" (S-44 to S-47).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from alertable.kernel_model.footprint import Cell
from alertable.kernel_model.iomgr.completion import complete_irp
from alertable.kernel_model.iomgr.irp import Irp, IrpState
from alertable.kernel_model.status import NtStatus
from alertable.kernel_model.tcpip.segment import Segment, SegmentKind

if TYPE_CHECKING:
    from alertable.kernel_model.afd.endpoint import AfdEndpoint
    from alertable.kernel_model.kernel import Kernel
    from alertable.kernel_model.ps.thread import KThread

SEGMENT_MAX: Final = 65_495  # MSS of a 65,535-byte loopback MTU
CELLS: Final = ("space of {}", "limits of {}")
TCP_WINDOW: Final = 65_535  # TCP's own, where the socket buffers nothing (SO_RCVBUF 0): data still arrives unasked


class SendChunk:
    """One send: its bytes were copied (data) or are still the program's (irp pending)."""

    __slots__ = ("acked", "data", "irp", "length", "sent", "urgent")

    def __init__(self, irp: Irp | None, data: bytes, length: int) -> None:
        self.irp = irp
        self.data = data
        self.length = length
        self.sent = 0
        self.urgent = False  # MSG_OOB: one byte beside the stream
        self.acked = 0

    def take(self, count: int) -> bytes:
        """The next bytes to go on the wire."""
        start = self.sent
        self.sent += count
        if self.irp is not None:
            return self.irp.gather(start, count)
        return self.data[start : start + count] if count < self.length else self.data


def flow_name(t: KThread, kind: str) -> str:
    """c1, or client.c1 for those that another thread than the first one made: by its own history only (F-001)."""
    t.connections_made += 1
    return f"{kind}{t.connections_made}" if not t.ordinal else f"{t.label}.{kind}{t.connections_made}"


class Flow(Cell):
    """One direction: source sends, target receives.  target is None until the SYN found its listener."""

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

    def __init__(self, k: Kernel, label: str, source: AfdEndpoint | None, target: AfdEndpoint | None) -> None:
        super().__init__(k.footprint, label)
        self.label = label
        if k.flows is not None:
            k.flows.append(self)
        # what the receiver's acknowledgements change; the receiver's buffer, which it may change
        self.space, self.limits = k.footprint.cells(label, CELLS)
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

    def discard(self, k: Kernel) -> None:
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


def transmit(k: Kernel, flow: Flow, segment: Segment) -> None:
    """Put a segment on the wire."""
    k.footprint.wakes(flow)
    flow.segments.append(segment)
    k.handoff.release(segment, anew=True)
    k.wire[flow] = None
    if k.trace is not None:
        k.trace.segment_sent(flow, segment)


def window(flow: Flow) -> int:
    """Bytes that the receiver would take now."""
    target = flow.target
    if target is None:
        return 0
    if target.closed:
        return SEGMENT_MAX
    capacity = target.receive_buffer or TCP_WINDOW
    return capacity - len(target.received) - flow.in_flight


def pump(k: Kernel, flow: Flow) -> None:
    """Send as much as the window allows, then take over what fits the send buffer, then the FIN."""
    chunks = flow.chunks
    while chunks:
        chunk = chunks[0]
        room = window(flow)
        if room <= 0:
            break
        count = min(room, chunk.length - chunk.sent, SEGMENT_MAX)
        flow.in_flight += count
        transmit(k, flow, Segment(SegmentKind.URGENT if chunk.urgent else SegmentKind.DATA, chunk.take(count), chunk))
        if chunk.sent == chunk.length:
            chunks.popleft()
    if chunks:
        flow.looked_for_room()
    for chunk in chunks:
        if not absorb(k, flow, chunk):
            break
    if flow.fin_queued:
        flow.look_for_room()
    if flow.fin_queued and not chunks:
        flow.fin_queued = False
        transmit(k, flow, Segment(SegmentKind.FIN))


def absorb(k: Kernel, flow: Flow, chunk: SendChunk) -> bool:
    """Copy the rest of a pending send once it fits the send buffer; the send is complete then."""
    irp = chunk.irp
    if irp is None:
        return True
    rest = chunk.length - chunk.acked
    source = flow.source
    if source is None or flow.buffered + rest > source.send_buffer:
        return False
    chunk.data = irp.gather(0, chunk.length)
    chunk.irp = None
    flow.buffered += rest
    complete_irp(k, irp, NtStatus.SUCCESS, chunk.length)
    return True


def acknowledge(k: Kernel, flow: Flow, segment: Segment) -> None:
    """The receiver's side has taken a DATA segment: completes sends without a buffer, frees the send buffer."""
    chunk, count = segment.chunk, len(segment.data)
    flow.in_flight -= count
    if chunk is None:
        return
    chunk.acked += count
    irp = chunk.irp
    if irp is None:
        flow.buffered -= count
        return
    irp.file.read()  # the send may be over: cancelled
    if chunk.acked == chunk.length and irp.state is IrpState.PENDING:
        complete_irp(k, irp, NtStatus.SUCCESS, chunk.length)
